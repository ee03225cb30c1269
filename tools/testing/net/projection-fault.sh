#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 180
#
# Every step of a projection fails once, and each time all of it is undone and event 20050
# tells why and what to do: projection-fault.py has the steps.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"

[[ -e /proc/self/fail-nth && -d /sys/kernel/debug/failslab ]] ||
	fatal "this kernel cannot fail allocations"
echo N >/sys/kernel/debug/failslab/ignore-gfp-wait
echo 0 >/sys/kernel/debug/failslab/verbose

ns_create s
veth s eth0 s eth1
ip -n s addr add 192.0.2.1/24 dev eth0
ip -n s link add ras0 type wanarp
ip -n s link set ras0 up
status=0
on s /usr/bin/python3 "$TESTING/net/projection-fault.py" || status=$?
expect_equal "all of projection-fault.py" 0 "$status"
expect_equal "no link is left" 0 "$(</sys/kernel/ndiswan/links)"
