#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 300
#
# Other modules' functions before the filters: filter-extension.py has the cases.
#
#	h  eth0 ---------- eth0  s  eth1 ---------- eth0  t
#	192.0.2.2     192.0.2.1      198.51.100.1       198.51.100.2
#	2001:db8::2   2001:db8::1    2001:db8:1::1      2001:db8:1::2
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"

ns_create h s t
veth h eth0 s eth0
veth s eth1 t eth0
on s sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip -n h addr add 192.0.2.2/24 dev eth0
ip -n s addr add 192.0.2.1/24 dev eth0
ip -n s addr add 198.51.100.1/24 dev eth1
ip -n t addr add 198.51.100.2/24 dev eth0
ip -n h addr add 2001:db8::2/64 dev eth0 nodad
ip -n s addr add 2001:db8::1/64 dev eth0 nodad
ip -n s addr add 2001:db8:1::1/64 dev eth1 nodad
ip -n t addr add 2001:db8:1::2/64 dev eth0 nodad
for ns in h t; do
	ip -n "$ns" route add default via "$([[ $ns == h ]] && echo 192.0.2.1 || echo 198.51.100.1)"
	ip -n "$ns" route add default via "$([[ $ns == h ]] && echo 2001:db8::1 || echo 2001:db8:1::1)"
done
ip -n s link add ras0 type wanarp
ip -n s link set ras0 up
ip -n s addr add 10.64.0.1/32 dev ras0
ip -n s route add 10.64.0.0/16 dev ras0
# What is sent to one end of a loop comes from the other end, with the host's address.
echo 0 | on s tee /sys/class/net/ras0/wanarp/source_check >/dev/null 2>&1 || true
expect_ok "h reaches t before" poll 10 on h ping -c1 -W1 198.51.100.2
expect_ok "and by IPv6" poll 10 on h ping -c1 -W1 2001:db8:1::2

ext_unload() {
	if [[ -e /sys/module/ext_test/refcnt ]]; then
		rmmod ext_test
	fi
}
at_exit ext_unload
expect_ok "the extensions for tests are there" \
	insmod "$RRAS_BUILD/tools/testing/drivers/ext_test.ko"
expect_fail "ipfltdrv stays as long as they do" rmmod ipfltdrv
status=0
on s /usr/bin/python3 "$TESTING/net/filter-extension.py" || status=$?
expect_equal "all of filter-extension.py" 0 "$status"
expect_ok "they go" rmmod ext_test

counts() { cat /sys/module/ext_count/parameters/counts; }
refusal() { connect 25 2>&1 || true; }
connect() { on h timeout 10 bash -c "exec 3<>/dev/tcp/192.0.2.1/$1"; }

expect_ok "the sample" load_sample ext_count refuse_port=25
on s socat TCP-LISTEN:25,fork,reuseaddr /dev/null &
on s socat TCP-LISTEN:80,fork,reuseaddr /dev/null &
expect_ok "does not see a device without a binding" poll 10 connect 25
expect_equal "nor count" "refused 0" "$(counts | grep refused)"
bind='import sys
sys.path.insert(0, sys.argv[1])
from filters import *
nl = Filters()
nl.load("open")
nl.bind("eth0", "open", directions=INGRESS)'
expect_ok "a binding" on s /usr/bin/python3 -c "$bind" "$TESTING/lib"
expect_ok "a port that nobody minds" connect 80
expect_fail "the one that is refused" connect 25
expect_match "by a word to the sender" "No route to host" refusal
expect_match "which is counted" "refused [1-9]" counts
expect_ok "and with it other packets" on h ping -c3 -i0.2 -W5 192.0.2.1
expect_match "by protocol" "icmp ([3-9]|[1-9][0-9])" counts
expect_ok "it goes" unload_sample ext_count
expect_ok "and the port is reached" connect 25
