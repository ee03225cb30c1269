#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What intermediate drivers cost a packet that is sent on one end of a hop and received on
# the other: none at all, compared with modules without the calls into the stack; drivers
# that only pass. For a guest with one CPU and -icount shift=0, where a nanosecond is an
# instruction.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

packets=4000
rounds=5
nanoseconds=0

# measure NAME: the hop as it is now, and the one that has no links.
measure() {
	local round hop
	for hop in plain ours; do
		traffic "$hop" 1 1 500
	done
	for ((round = 0; round < rounds; round++)); do
		for hop in plain ours; do
			traffic "$hop" 1 1 "$packets"
			sample "$1.$hop" "$nanoseconds"
		done
	done
}

# swap DIRECTORY: other modules, new WAN interfaces and new links.
swap() {
	sessions_end ours-c
	sessions_end ours-s
	ip -n c link del wan0
	ip -n s link del ras0
	rmmod wanarp ndiswan_shim
	insert "$1/ndiswan_shim/ndiswan_shim.ko"
	insert "$1/wanarp/wanarp.ko"
	ip -n c link add wan0 type wanarp
	ip -n s link add ras0 type wanarp
	ip -n c link set wan0 up
	ip -n s link set ras0 up
	ip -n c route add "${target_net[ours]}/16" dev wan0
	ip -n s route add "${source_net[ours]}/16" dev ras0
	links
}

links() {
	pairs ours 1
	sessions_do ours-c up
	sessions_do ours-s up
}

load_modules
place
path
links
measure none
for count in 1 4; do
	insert "$TOP/build/bench/im_pass/im_pass.ko" layers="$count"
	measure "layers$count"
	rmmod im_pass
done
# Calls that were patched in and out again must cost no more than before.
measure after
swap "$TOP/build/bench/no-stack"
measure without
swap "$MODULES"
measure again
