#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 300
#
# rrasd as an L2TP server; its clients are Debian's xl2tpd with pppd.
#
#	c1 eth0 198.51.100.11 ---+
#	c2 eth0 198.51.100.12 ---+-- br0 in sw -- acc0  s  lan0 ------- eth0 h
#	c3 eth0 198.51.100.13 ---+       198.51.100.1   192.0.2.1     192.0.2.2
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/raw.sh
. "$TESTING/lib/raw.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/xl2tpd.sh
. "$TESTING/lib/xl2tpd.sh"

need_modules l2tp_ppp
need_programs iperf3 pppd xl2tpd
topology 3
ip -n s addr add 198.51.100.1/24 dev acc0
for i in 1 2 3; do
	ip -n "c$i" addr add "198.51.100.1$i/24" dev eth0
done

# server_config [SECTION KEY VALUE]...: a server of L2TP and of nothing else
server_config() {
	rrasd_config l2tp listen 198.51.100.1 l2tp secret tunnel-secret l2tp hello-interval 1s \
		l2tp retransmit-interval 300ms l2tp retransmit-interval-max 600ms "$@"
	chmod 600 "$RRASD_CONF"
	sed -i '/^interface acc0$/d' "$RRASD_CONF"
}

# ping_from NS DEV
ping_from() { on "$1" ping -qnc 3 -i 0.2 -W 5 -I "$2" 192.0.2.2; }
first_session() { rras session | awk 'NR == 2 { print $1 }'; }
first_tunnel() { rras -j session | grep -oE '"l2tp-tunnel": ?[0-9]+' | head -1 | grep -oE '[0-9]+$'; }
route_to_host() { ip -n "$1" route replace 192.0.2.0/24 dev "$2"; }

server_config
rrasd_start s

note "several sessions in one tunnel, authenticated"
SECRET=tunnel-secret lac_start one c1 198.51.100.1 alice secret-alice 3
expect_ok "three sessions are up" poll 30 lac_ppps_are one 3
expect_ok "the server has three" poll 10 counter_is sessions 3
expect_ok "packets go through each" ping_from c1 ppp0
expect_ok "of them" ping_from c1 ppp2
expect_soon "rras session says who and where" ' alice .* up .* l2tp .* 198.51.100.11:1701' rras session
expect_ok "counters are there" counter_is l2tp-unauthorized 0

note "another tunnel, and a lot of data"
SECRET=tunnel-secret lac_start two c2 198.51.100.1 bob secret-bob 1
expect_ok "a second client" poll 30 lac_ppps_are two 1
route_to_host c2 ppp0
expect_match "ten megabytes arrive" 'receiver' iperf c2 h 192.0.2.2 -n 10M
expect_ok "without harm to pings" ping_from c2 ppp0

note "a wrong secret"
SECRET=wrong lac_start three c3 198.51.100.1 carol secret-carol 1 challenge no
expect_ok "opens no tunnel" poll 20 counter_above l2tp-unauthorized 0
expect_ok "the log says why" rrasd_says 'did not come up: tunnel authentication failed'
expect_ok "that client is stopped" lac_kill three

note "a stranger"
tunnel=$(first_tunnel)
expect_ok "speaks of tunnel $tunnel" on c3 /usr/bin/python3 "$TESTING/net/l2tp.py" 198.51.100.1 "$tunnel"
expect_ok "and is not believed" poll 10 counter_above l2tp-stray 99
expect_ok "all sessions stay" counter_is sessions 4
expect_ok "and work" ping_from c1 ppp0

note "hanging up"
expect_ok "the server ends a session" rras session disconnect "$(first_session)"
expect_ok "the client hears of it" poll 20 lac_ppps_are one 2
expect_ok "the tunnel stays" poll 20 counter_is sessions 3
last=$(grep -c 'Call established' "$RRAS_LOG/xl2tpd-one.log")
expect_equal "as the client counts calls" 3 "$last"
lac_control two 1 disconnect
expect_ok "the client ends its own" poll 20 counter_is sessions 2
expect_ok "and stops" lac_stop two

note "a client that vanishes"
lac_kill one
expect_ok "is missed" poll 20 counter_is sessions 0
expect_ok "for want of an answer" rrasd_says 'tunnel [0-9]+ ended: the peer does not answer'
expect_ok "no link is left" poll 10 links_are 0
expect_ok "no tunnel either" poll 40 counter_is l2tp-tunnels-up 0
expect_ok "the daemon stops" rrasd_stop

note "with sequence numbers"
server_config l2tp sequence-numbers yes
rrasd_start s
SECRET=tunnel-secret lac_start one c1 198.51.100.1 alice secret-alice 1
expect_ok "a session" poll 30 lac_ppps_are one 1
expect_ok "packets go through" ping_from c1 ppp0
expect_match "with numbers" 'send-sequence"?: ?(1|true)' rras -j link
expect_ok "the server stops" rrasd_stop
expect_ok "its client hears of it" poll 20 lac_ppps_are one 0
expect_ok "no link is left" poll 10 links_are 0
