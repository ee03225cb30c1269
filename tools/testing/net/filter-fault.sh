#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 240
#
# Every allocation on the control paths of ipfltdrv fails once: filter-fault.py has the
# operations.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"

[[ -e /proc/self/fail-nth && -d /sys/kernel/debug/failslab ]] ||
	fatal "this kernel cannot fail allocations"
for kind in failslab fail_page_alloc; do
	echo N >/sys/kernel/debug/$kind/ignore-gfp-wait
	echo 0 >/sys/kernel/debug/$kind/verbose
done
echo 0 >/sys/kernel/debug/fail_page_alloc/min-order

ns_create s
on s sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
ip link add eth0 netns s type veth peer name peer0 netns s
ip -n s link set eth0 up
ip -n s link set peer0 up
ip -n s link add ras0 type wanarp
ip -n s link set ras0 up

status=0
on s /usr/bin/python3 "$TESTING/net/filter-fault.py" || status=$?
expect_equal "all of filter-fault.py" 0 "$status"
