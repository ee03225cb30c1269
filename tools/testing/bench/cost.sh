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

# What the kernel could give to a new program, in KiB, everything that can be given back
# given back. Compaction empties the per-CPU lists of free pages, which would count as used.
available() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	echo 1 >/proc/sys/vm/compact_memory
	awk '/^MemAvailable:/ { print $2 }' /proc/meminfo
}

rate() { awk -v n="$1" -v s="$seconds" 'BEGIN { printf "%.1f\n", n / s }'; }

# cost KIND COUNT: of sessions that were never there before, so that what the kernel keeps
# for the next ones (slabs, hash tables) is counted with them.
cost() {
	local before after
	before=$(available)
	sessions_do "$1" up
	after=$(available)
	sample "memory.$1" $(((before - after) * 1024 / $2))
	sample "stock-setup.$1" "$(rate "$2")"
	sessions_do "$1" down
	sample "teardown.$1" "$(rate "$2")"
}

load_modules
place
sessions_start ours s ours --device ours1 --wan ras0 --peer "$(mac_of c ours0)" \
	--base 10.66.0.0 --count "$ours"
sessions_start peer s ppp --device peer1 --peer "$(mac_of c peer0)" --base 10.67.0.0 \
	--local 10.254.0.1 --count "$peer"
cost ours "$ours"
cost peer "$peer"
sessions_end ours
sessions_end peer
