#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml-debug
# timeout: 180
# topics: l2tp
#
# The l2tp port against raw UDP sockets at the other end of a cable: port-l2tp.py has the cases.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"

#   s: eth0 198.51.100.1, 2001:db8::1, fe80::1 === eth0 198.51.100.2, 2001:db8::2, fe80::2 :h
#      eth1 fe80::1                            === eth1 fe80::2
ns_create s h
veth s eth0 h eth0
veth s eth1 h eth1
for device in eth0 eth1; do
	ip -n s addr add fe80::1/64 dev "$device" nodad
	ip -n h addr add fe80::2/64 dev "$device" nodad
done
ip -n s addr add 198.51.100.1/24 dev eth0
ip -n h addr add 198.51.100.2/24 dev eth0
ip -n h addr add 198.51.100.3/24 dev eth0
ip -n s addr add 2001:db8::1/64 dev eth0 nodad
ip -n h addr add 2001:db8::2/64 dev eth0 nodad
ip -n s link set lo up
ip -n s link add ras0 type wanarp
ip -n s link set ras0 up
ip -n s addr add 10.64.0.1/32 dev ras0
ip -n s route add 10.64.0.0/16 dev ras0

status=0
on s /usr/bin/python3 "$TESTING/net/port-l2tp.py" || status=$?
expect_equal "all of port-l2tp.py" 0 "$status"
