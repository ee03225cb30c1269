#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the two ends of a PPP hop add to a packet. For a guest with one CPU and -icount
# shift=0, where a nanosecond is an instruction. INSTRUCTIONS_LINKS (default 1000) is the
# larger number of sessions.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

packets=4000
rounds=3
links=${INSTRUCTIONS_LINKS:-1000}
nanoseconds=0

# measure NAME HOP LAST
measure() {
	traffic "$2" 1 "$3" "$packets"
	sample "$1" "$nanoseconds"
}

load_modules
place
path

one_session_each
warm_up
for ((round = 0; round < rounds; round++)); do
	for hop in plain ours peer; do
		measure "one.$hop" "$hop" 1
	done
done

for hop in ours peer; do
	sessions_end "$hop-c"
	sessions_end "$hop-s"
	pairs "$hop" "$links" --shuffle 7
	sessions_do "$hop-c" up
	sessions_do "$hop-s" up
	traffic "$hop" 1 "$links" "$links"
done
for ((round = 0; round < rounds; round++)); do
	for hop in plain ours peer; do
		measure "many-one.$hop" "$hop" 1
		measure "many-all.$hop" "$hop" "$links"
	done
done

# IPv6, one session. Only now: an interface with it is not the same any more.
for hop in ours peer; do
	sessions_end "$hop-c"
	sessions_end "$hop-s"
done
path6
pairs ours 1 --ipv6
pairs peer 1
for name in ours-c ours-s peer-c peer-s; do
	sessions_do "$name" up
done
ip -n c route add 2001:db8:a83::/48 dev ppp0
for hop in plain ours peer; do
	traffic6 "$hop" 500
done
for ((round = 0; round < rounds; round++)); do
	for hop in plain ours peer; do
		traffic6 "$hop" "$packets"
		sample "ipv6.$hop" "$nanoseconds"
	done
done
