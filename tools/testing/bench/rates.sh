#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Packets per second with many sessions, for a UML guest: native speed, real caches, and
# times that vary by a factor of two. So the runs of all kinds take turns, and only
# medians are looked at.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

packets=${RATES_PACKETS:-20000}
rounds=${RATES_ROUNDS:-21}
some=${RATES_SOME:-4000}
many=${RATES_MANY:-50000}

# measure NAME HOP FIRST LAST: kilopackets per second.
measure() {
	traffic "$2" "$3" "$4" "$packets"
	sample "$1" $((1000000 / nanoseconds))
}

# sessions HOP COUNT [OPTION...]: both ends.
sessions() {
	pairs "$@"
	sessions_do "$1-c" up
	sessions_do "$1-s" up
}

load_modules
place
path

sessions ours "$some" --shuffle 7
sessions peer "$some" --shuffle 7
# The middle one: the peer's table has it neither first nor last.
one=$((some / 2))
for hop in plain ours peer; do
	traffic "$hop" 1 "$some" "$((2 * some))"
done
for ((round = 0; round < rounds; round++)); do
	for hop in plain ours peer; do
		measure "some-one.$hop" "$hop" "$one" "$one"
		measure "some-all.$hop" "$hop" 1 "$some"
	done
done

# The peer's programs are left alone: ending them would take minutes. Every session has to
# have its turn in a run.
one=$((many / 2))
packets=$((packets > many ? packets : many))
for order in random all; do
	sessions_end ours-c
	sessions_end ours-s
	if [[ $order == random ]]; then
		sessions ours "$many" --shuffle 7
	else
		sessions ours "$many"
	fi
	traffic ours 1 "$many" "$((2 * many))"
	for ((round = 0; round < rounds; round++)); do
		for hop in plain ours; do
			measure "many-$order-one.$hop" "$hop" "$one" "$one"
			measure "many-$order.$hop" "$hop" 1 "$many"
		done
	done
done
