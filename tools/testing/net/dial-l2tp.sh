#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 480
# topics: l2tp
#
# rrasd dials a demand-dial interface over L2TP; the server is Debian's xl2tpd with pppd.
#
#	h eth0 --- lan0 s acc0 ------------- eth0 ac  198.51.100.1 is "the Internet"
#	192.0.2.2   .1    203.0.113.2  203.0.113.1
#	               wan0 . . . L2TP . . . .   10.9.0.10 to 10.9.0.1
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/dial.sh
. "$TESTING/lib/dial.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/xl2tpd.sh
. "$TESTING/lib/xl2tpd.sh"

need_modules l2tp_ppp
need_programs nft pppd xl2tpd
dial_topology
# What ip lets programs of s see.
mkdir -p /etc/netns
mount -t tmpfs tmpfs /etc/netns
mkdir /etc/netns/s
echo 'nameserver 127.0.0.1' >/etc/netns/s/resolv.conf
dial_addresses 203.0.113.2/24 203.0.113.1/24
dial_masquerade

dial_base <<-END
	[l2tp]
	host-name dialler
	hello-interval 1s
	retransmit-interval 300ms
	retransmit-interval-max 600ms
	[dial wan0]
	over l2tp lns.example
	password secret
	backoff 2s
	backoff-max 4s
	connect-timeout 20s
END

ping_once() { on s ping -qnc 1 -W 15 198.51.100.1; }
ping_several() { on s ping -qnc 3 -i 0.2 -W 5 198.51.100.1; }
unreachable() { on s ping -nc 1 -W 30 198.51.100.1 || true; }

note "nobody answers"
dial_config
rrasd_start s
expect_ok "the interface is there" poll 10 dial_has_default
expect_match "a packet is answered by our own host" 'Destination Host Unreachable' unreachable
expect_ok "for want of a name server" rrasd_says 'wan0: no connection over .*: no name server answers'
ip -n s link set lo up
ip netns exec s /usr/bin/python3 "$TESTING/lib/dns.py" 127.0.0.1 lns.example 203.0.113.1 \
	>"$RRAS_LOG/dns.out" 2>&1 </dev/null &
disown "$!"
poll 20 grep -q ready "$RRAS_LOG/dns.out"
poll 20 dial_state_is disconnected
expect_match "now it has an address" 'Destination Host Unreachable' unreachable
expect_ok "for want of a server" rrasd_says 'wan0: no connection over .*: no L2TP server answers'

note "the first packet"
SECRET=tunnel-secret lns_start ac alice secret
poll 20 dial_state_is disconnected
expect_match "without the secret there is no tunnel" 'Destination Host Unreachable' unreachable
expect_ok "and the log says why" rrasd_says 'no connection over .*secret'
dial_reload tunnel-secret tunnel-secret
poll 20 dial_state_is disconnected
expect_ok "one ping is answered" ping_once
expect_ok "it is connected" poll 10 dial_state_is connected
expect_ok "our address is on it" poll 10 dial_address_is 10.9.0.10
expect_soon "rras session shows it" '-> wan0 +10.9.0.10 .* up .* l2tp .*203.0.113.1:1701' rras session
expect_ok "pings go through" ping_several
expect_ok "hanging up" dial_hangup
expect_ok "the server is told" poll 10 grep -qE 'Connection closed|closed connection|disconnect' \
	"$RRAS_LOG/xl2tpd-lns.log"
expect_ok "another ping dials again" ping_once

note "the server vanishes"
expect_ok "all its processes are killed" lns_kill ac
expect_ok "the link goes" poll 30 links_are 0
expect_ok "it was missed" rrasd_says 'the peer does not answer'
SECRET=tunnel-secret lns_start ac alice secret
expect_ok "the next packet dials" poll 60 ping_once

expect_ok "the daemon stops" rrasd_stop
expect_ok "no link is left" poll 10 links_are 0
