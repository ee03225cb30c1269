#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# How fast sessions are made, for a UML guest. One end: the other need not be there.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

rounds=${SETUP_ROUNDS:-5}
some=${SETUP_SOME:-4000}
many=${SETUP_MANY:-50000}
steps=()
seconds=0

per_second() { awk -v n="$1" -v s="$2" 'BEGIN { printf "%.0f\n", n / s }'; }

# sum FROM TO: seconds of these steps.
sum() {
	local IFS=+
	awk "BEGIN { print ${steps[*]:$1:$(($2 - $1))} }"
}

load_modules
place
server=(s ours --device ours1 --wan ras0 --peer "$(mac_of c ours0)" --base 10.66.0.0)
# A system call is slow in UML, and slow system calls are not what is compared.
server+=(--batch 16)
sessions_start ours "${server[@]}" --count "$some" --step $((some / 4))
sessions_start peer s ppp --device peer1 --peer "$(mac_of c peer0)" --base 10.67.0.0 \
	--local 10.254.0.1 --count "$some" --step $((some / 4))
for ((round = 0; round < rounds; round++)); do
	for kind in ours peer; do
		sessions_do "$kind" up
		# The last quarter: the peer gets slower as its sessions grow in number.
		sample "setup.$kind" "$(per_second $((some / 4)) "${steps[3]}")"
		sample "setup-average.$kind" "$(per_second "$some" "$seconds")"
		sessions_do "$kind" down
		sample "setup-down.$kind" "$(per_second "$some" "$seconds")"
	done
done
sessions_end ours
sessions_end peer

# The first ten thousand against the last ten thousand of the many; then with a line of IPv6
# each, which is twice as many line-ups.
part=$((many / 5))
for kind in many both; do
	options=()
	if [[ $kind == both ]]; then
		options=(--ipv6)
	fi
	sessions_start "$kind" "${server[@]}" --count "$many" --step $((many / 50)) "${options[@]}"
	for ((round = 0; round < rounds; round++)); do
		sessions_do "$kind" up
		sample "setup-$kind" "$(per_second "$many" "$seconds")"
		sample "setup-$kind.first" "$(per_second "$part" "$(sum 0 10)")"
		sample "setup-$kind.last" "$(per_second "$part" "$(sum 40 50)")"
		sessions_do "$kind" down
		sample "setup-$kind.down" "$(per_second "$many" "$seconds")"
	done
	sessions_end "$kind"
done
