#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 180
#
# Every allocation on the control paths fails once: fault.py has the operations.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/im_test.sh
. "$TESTING/lib/im_test.sh"

[[ -e /proc/self/fail-nth && -d /sys/kernel/debug/failslab ]] ||
	fatal "this kernel cannot fail allocations"
echo N >/sys/kernel/debug/failslab/ignore-gfp-wait
echo 0 >/sys/kernel/debug/failslab/verbose

ns_create s
ip link add eth0 netns s type veth peer name peer0 netns s
ip -n s link set eth0 up
ip -n s link set peer0 up
ip -n s link add ras0 type wanarp
ip -n s link set ras0 up

im_load stays:100:later/comes:500:later,cost=4,headroom=4/strict:700:later,mandatory,attach_every=2
status=0
on s /usr/bin/python3 "$TESTING/net/fault.py" || status=$?
expect_equal "all of fault.py" 0 "$status"
