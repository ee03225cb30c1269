#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml-debug
# timeout: 180
#
# IPv6 on a WAN interface, packet by packet: ipv6-wan.py has the cases.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"

ns_create s
ip -n s link set lo up
ip -n s addr add 2001:db8:ffff::1/128 dev lo
on s sysctl -qw net.ipv6.conf.default.addr_gen_mode=1
for dev in ras0 cli0; do
	ip -n s link add "$dev" mtu 1492 type wanarp
done
# The clients' ends: what comes out of them is looked at and goes no further.
on s sysctl -qw net.ipv6.conf.cli0.disable_ipv6=1
echo 0 | on s tee /sys/class/net/cli0/wanarp/source_check >/dev/null
ip -n s link set cli0 up
ip -n s link set ras0 up
ip -n s addr add fe80::1/64 dev ras0 nodad
ip -n s route add 2001:db8::/32 via fe80::fdff:ffff:ffff:ff80 dev ras0

status=0
on s /usr/bin/python3 "$TESTING/net/ipv6-wan.py" || status=$?
expect_equal "all of ipv6-wan.py" 0 "$status"
