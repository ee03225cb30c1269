#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 240
#
# Fragments and the policies for them (KB Q189099): filter-fragments.py has the cases.
#
#	s  eth0 ---------- eth0  h
#	192.0.2.1          192.0.2.2
#	2001:db8::1        2001:db8::2
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"

mac() { on "$1" cat /sys/class/net/eth0/address; }

ns_create s h
# The kernel of h is to say as little as possible by itself: packets are counted.
on h sysctl -qw net.ipv6.conf.default.router_solicitations=0
veth s eth0 h eth0
ip -n s addr add 192.0.2.1/24 dev eth0
ip -n h addr add 192.0.2.2/24 dev eth0
ip -n s addr add 2001:db8::1/64 dev eth0 nodad
ip -n h addr add 2001:db8::2/64 dev eth0 nodad
for there in 192.0.2.2 2001:db8::2; do
	ip -n s neigh replace "$there" lladdr "$(mac h)" dev eth0 nud permanent
done
for there in 192.0.2.1 2001:db8::1; do
	ip -n h neigh replace "$there" lladdr "$(mac s)" dev eth0 nud permanent
done
expect_ok "it answers before, in fragments" poll 10 on h ping -c1 -W1 -s 3000 192.0.2.1
expect_ok "and by IPv6" poll 10 on h ping -c1 -W1 -s 3000 2001:db8::1

status=0
on s /usr/bin/python3 "$TESTING/net/filter-fragments.py" || status=$?
expect_equal "all of filter-fragments.py" 0 "$status"
