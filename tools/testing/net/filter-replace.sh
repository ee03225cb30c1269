#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 300
#
# A set is replaced under load, and not one packet is misjudged: filter-replace.py has the
# versions of the set and the streams.
#
#	s  eth0 ---------- eth0  h
#	192.0.2.1          192.0.2.2
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"

ns_create s h
# Every packet is counted: nothing but the streams is to come by.
for ns in s h; do
	on "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
done
veth s eth0 h eth0
ip -n s addr add 192.0.2.1/24 dev eth0
ip -n h addr add 192.0.2.2/24 dev eth0
expect_ok "it answers before" on h ping -c1 -W5 192.0.2.1

status=0
on s /usr/bin/python3 "$TESTING/net/filter-replace.py" || status=$?
expect_equal "all of filter-replace.py" 0 "$status"
