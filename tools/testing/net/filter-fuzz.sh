#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 300
#
# Random requests and random packets, the same ones every time: each is answered, refused
# or counted, and nothing else happens. filter-fuzz.py has them.
#
#	s  eth0 ---------- eth0  h
#	192.0.2.1          192.0.2.2
#	2001:db8::1        2001:db8::2
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"

ns_create s h
on h sysctl -qw net.ipv6.conf.default.router_solicitations=0
veth s eth0 h eth0
ip -n s addr add 192.0.2.1/24 dev eth0
ip -n h addr add 192.0.2.2/24 dev eth0
ip -n s addr add 2001:db8::1/64 dev eth0 nodad
ip -n h addr add 2001:db8::2/64 dev eth0 nodad
ip -n s link add ras0 type wanarp
ip -n s link set ras0 up
expect_ok "it answers before" on h ping -c1 -W5 192.0.2.1
expect_ok "and by IPv6" poll 10 on h ping -c1 -W1 2001:db8::1

: "${SEED:=20261121}"
note "SEED=$SEED"
export SEED
status=0
on s /usr/bin/python3 "$TESTING/net/filter-fuzz.py" || status=$?
expect_equal "all of filter-fuzz.py" 0 "$status"
expect_ok "it answers afterwards" on h ping -c1 -W5 192.0.2.1
expect_ok "and by IPv6" poll 10 on h ping -c1 -W1 2001:db8::1
