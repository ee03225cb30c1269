#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml-debug
# timeout: 300
#
# Filter sets and bindings with real packets: filter-basic.py has the cases.
#
#	s  eth0 ---------- eth0  h
#	192.0.2.1          192.0.2.2
#	2001:db8::1        2001:db8::2
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"

ns_create s h
veth s eth0 h eth0
ip -n s addr add 192.0.2.1/24 dev eth0
ip -n h addr add 192.0.2.2/24 dev eth0
ip -n s addr add 198.51.100.1/32 dev lo
ip -n h route add 198.51.100.1 via 192.0.2.1
ip -n s addr add 2001:db8::1/64 dev eth0 nodad
ip -n h addr add 2001:db8::2/64 dev eth0 nodad
ip -n s link add ras0 type wanarp
ip -n s link set ras0 up
ip -n s addr add 10.64.0.1/32 dev ras0
ip -n s route add 10.64.0.0/16 dev ras0
# What is sent to one end of a loop comes from the other end, with the host's address.
echo 0 | on s tee /sys/class/net/ras0/wanarp/source_check >/dev/null 2>&1 || true
expect_ok "it answers before" on h ping -c1 -W5 192.0.2.1
expect_ok "and by IPv6" poll 10 on h ping -c1 -W1 2001:db8::1

status=0
on s /usr/bin/python3 "$TESTING/net/filter-basic.py" || status=$?
expect_equal "all of filter-basic.py" 0 "$status"
