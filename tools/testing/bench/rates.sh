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
rounds=${RATES_ROUNDS:-25}
some=${RATES_SOME:-4000}
many=${RATES_MANY:-50000}

# measure NAME HOP FIRST LAST: kilopackets per second.
measure() {
	traffic "$2" "$3" "$4" "$packets"
	sample "$1" $((1000000 / nanoseconds))
}

# sessions HOP COUNT: both ends, made in no order.
sessions() {
	pairs "$1" "$2" --shuffle 7
	sessions_do "$1-c" up
	sessions_do "$1-s" up
}

load_modules
place
path

sessions ours "$some"
sessions peer "$some"
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

# The peer's programs are left alone: ending them would take minutes.
sessions_end ours-c
sessions_end ours-s
sessions ours "$many"
one=$((many / 2))
traffic ours 1 "$many" "$((2 * many))"
# Every session has to have its turn.
packets=$((packets > many ? packets : many))
for ((round = 0; round < rounds; round++)); do
	measure many-one.plain plain "$one" "$one"
	measure many-all.plain plain 1 "$many"
	measure many-one.ours ours "$one" "$one"
	measure many-all.ours ours 1 "$many"
done
