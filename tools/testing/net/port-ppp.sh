#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml-debug
# timeout: 180
# topics: serial l2tp
#
# The ppp port, bridged to lines on pseudo-terminals and to sessions of the kernel's own L2TP,
# with raw peers and with pppd at the other end: port-ppp.py has the cases.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"

need_modules ppp_async l2tp_ppp
need_programs pppd

#   s: eth0 198.51.100.1 === eth0 198.51.100.2 :h
ns_create s h
veth s eth0 h eth0
ip -n s addr add 198.51.100.1/24 dev eth0
ip -n h addr add 198.51.100.2/24 dev eth0
ip -n s link set lo up
ip -n s link add ras0 type wanarp
ip -n s link set ras0 up
ip -n s addr add 10.64.0.1/32 dev ras0
ip -n s route add 10.64.0.0/16 dev ras0
on s sysctl -qw net.ipv4.ip_forward=1

status=0
on s /usr/bin/python3 "$TESTING/net/port-ppp.py" || status=$?
expect_equal "all of port-ppp.py" 0 "$status"
expect_ok "no link is left" poll 10 test "$(</sys/kernel/ndiswan/links)" -eq 0
