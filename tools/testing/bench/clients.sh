#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What a filter set on a client adds to a packet that it sends, when one client of ras0 has
# one and when CLIENTS (default 10000) have, each its own or all the same with late-bound
# addresses. For a guest with one CPU and -icount shift=0.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

clients=${CLIENTS:-10000}
packets=4000
nanoseconds=0

measure() {
	traffic ours 1 1 500
	for _ in 1 2 3 4 5; do
		traffic ours 1 1 "$packets"
		sample "$1" "$nanoseconds"
	done
}

# unfilter: a new ras0 and a new link, without anything that was bound.
unfilter() {
	sessions_end ours-c
	sessions_end ours-s
	ip -n s link del ras0
	rmmod ipfltdrv
	insert "$MODULES/ipfltdrv/ipfltdrv.ko"
	ip -n s link add ras0 type wanarp
	ip -n s link set ras0 up
	ip -n s route add "${source_net[ours]}/16" dev ras0
	links
}

links() {
	pairs ours 1
	sessions_do ours-c up
	sessions_do ours-s up
	link=$(on s "$TOP/tools/rras/rras" -j link | sed -n 's/.*"id":\([0-9]*\).*/\1/p' | head -1)
	[[ $link =~ ^[0-9]+$ ]] || fail "no link in s"
}

load_modules
insert "$MODULES/ipfltdrv/ipfltdrv.ko"
place
path
links
measure none
for kind in own shared; do
	for count in 1 "$clients"; do
		unfilter
		on s "$BENCH/filters-clients.py" "$kind" "$count" "$link"
		measure "$kind-$count"
	done
done
