#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Memory of a session and the time to end it, for a stock kernel under QEMU with two CPUs:
# its configuration is what people run, and grace periods take what they take.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

ours=${COST_OURS:-50000}
peer=${COST_PEER:-300}
seconds=0

# What the kernel has allocated, in KiB, everything that can be given back given back. Page
# cache and programs are not in it, and so not in the difference.
allocated() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	awk '/^(Slab|Percpu|VmallocUsed|PageTables|KernelStack):/ { sum += $2 }
		END { print sum }' /proc/meminfo
}

# settled: until what was freed is back, some of it after grace periods and by workers.
settled() {
	local before=0 now deadline=$((SECONDS + 60))
	now=$(allocated)
	until [[ $((now - before)) -lt 32 && $((before - now)) -lt 32 ]]; do
		[[ $SECONDS -lt $deadline ]] || fail "the kernel's memory does not come to rest"
		read -rt 0.5 <> <(:) || true
		before=$now
		now=$(allocated)
	done
}

rate() { awk -v n="$1" -v s="$seconds" 'BEGIN { printf "%.1f\n", n / s }'; }

# cost PROGRAM COUNT
cost() {
	local before after
	settled
	before=$(allocated)
	sessions_do "$1" up
	settled
	after=$(allocated)
	sample "memory.$1" $(((after - before) * 1024 / $2))
	sample "stock-setup.$1" "$(rate "$2")"
	sessions_do "$1" down
	sample "teardown.$1" "$(rate "$2")"
}

load_modules
place
server=(s ours --device ours1 --wan ras0 --peer "$(mac_of c ours0)" --base 10.66.0.0)
sessions_start ours "${server[@]}" --count "$ours"
sessions_start peer s ppp --device peer1 --peer "$(mac_of c peer0)" --base 10.67.0.0 \
	--local 10.254.0.1 --count "$peer"
# Once: a second time some of it would be in slabs that were kept. The small one first.
cost peer "$peer"
cost ours "$ours"
sessions_end ours
# The kernel may keep a few slabs of those before: this can be some 30 bytes too little.
sessions_start both "${server[@]}" --count "$ours" --ipv6
cost both "$ours"
sessions_end both
sessions_end peer
