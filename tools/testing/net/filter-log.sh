#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml-debug
# timeout: 240
#
# The log of packets, as tcpdump reads it: filter-log.py has the cases.
#
#	s  eth0 ---------- eth0  h
#	192.0.2.1          192.0.2.2
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"

need_programs tcpdump
ns_create s h
veth s eth0 h eth0
ip -n s addr add 192.0.2.1/24 dev eth0
ip -n h addr add 192.0.2.2/24 dev eth0
ip -n s addr add 2001:db8::1/64 dev eth0 nodad
ip -n h addr add 2001:db8::2/64 dev eth0 nodad
expect_ok "it answers before" poll 10 on h ping -c1 -W1 192.0.2.1

status=0
on s /usr/bin/python3 "$TESTING/net/filter-log.py" || status=$?
expect_equal "all of filter-log.py" 0 "$status"
