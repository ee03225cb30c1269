#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 120
#
# A tunnel that is routed into one of our own links comes back inside its own send: the
# packet is dropped and counted, an event says what to change, and nothing locks up.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"

need_modules ip_gre

#   10.1.0.3 is a PPPoE session on gt0, which is a tunnel to 10.1.0.2, which is a PPPoE
#   session on eth0. Both are clients of ras0.
ns_create a b
veth a eth0 b eth0
ip -n a link add ras0 type wanarp
ip -n a link set ras0 up
ip -n a addr add 10.1.0.1/32 dev ras0
ip -n a route add 10.1.0.0/24 dev ras0
ip -n a link add gt0 type gretap local 10.1.0.1 remote 10.1.0.2
ip -n a link set gt0 up

hold() { # DEV CLIENT
	ip netns exec a /usr/bin/python3 "$TESTING/net/hold-link.py" "$1" 7 02:11:22:33:44:55 ras0 \
		"$2" "$RRAS_LOG/ready-$1" >"$RRAS_LOG/hold-$1.out" 2>&1 &
	disown "$!"
	poll 20 test -e "$RRAS_LOG/ready-$1"
}
hold eth0 10.1.0.2
hold gt0 10.1.0.3

before=$(dmesg | grep -c SEND_RECURSION || true)
expect_fail "a packet into the tunnel does not arrive" on a ping -qc 5 -i 0.1 -W 1 10.1.0.3
expect_match "it was dropped for that reason" 'dropped [1-9][0-9]*: recursion' on a "$RRAS" stats ndiswan
expect_equal "one event for all of them" $((before + 1)) "$(dmesg | grep -c SEND_RECURSION)"
expect_match "which says what to do" 'SEND_RECURSION.*route outside' dmesg
expect_ok "what is no tunnel is still sent" on a ping -qc 1 -W 1 10.1.0.1
