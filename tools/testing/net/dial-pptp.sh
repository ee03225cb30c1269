#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 300
# topics: pptp
#
# rrasd dials a demand-dial interface over PPTP; the server is Debian's pptpd with pppd.
#
#	h eth0 --- lan0 s acc0 203.0.113.1 --- eth0 ac 203.0.113.2  198.51.100.1 is "the Internet"
#	192.0.2.2   .1   |                              |
#	                 wan0 . . . . . PPTP . . . . . . .   10.9.0.10 to 10.9.0.1
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pptp.sh
. "$TESTING/lib/pptp.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/dial.sh
. "$TESTING/lib/dial.sh"

need_modules ppp_async
need_programs pppd pptpd iperf3 nft
modprobe -qr pptp || true
dial_topology
dial_addresses 203.0.113.1/30 203.0.113.2/30
dial_masquerade

dial_base <<-END
	[ppp]
	restart-timer 1s
	[pptp]
	echo-interval 5s
	[dial wan0]
	over pptp 203.0.113.2
	connect-timeout 30s
	backoff 2s
	backoff-max 4s
END

ping_once() { on s ping -qnc 1 -W 40 198.51.100.1; }

note "nobody answers"
dial_config password secret
rrasd_start s
expect_ok "the interface waits" poll 10 dial_state_is disconnected
expect_match "the sender hears that there is no line" 'Destination Host Unreachable' \
	bash -c 'ip netns exec s ping -nc 1 -W 20 198.51.100.1 || true'
expect_ok "for want of a server" rrasd_says 'wan0: no connection over .*: Connection refused'
expect_ok "until the pause is over" poll 20 dial_state_is disconnected

note "the first packet"
pptpd_start ac 203.0.113.2 alice secret
expect_ok "one ping is answered" ping_once
expect_ok "one link" links_are 1
expect_ok "it is connected" poll 10 dial_state_is connected
expect_soon "rras session shows it" '-> wan0 +10.9.0.10 .* up ' rras session
expect_soon "rras session uplinks, too" '^wan0 +up .* 203.0.113.2 ' rras session uplinks
expect_ok "bulk" iperf s ac 198.51.100.1 -n 2M
expect_ok "hanging up" dial_hangup
expect_soon "the server was told politely" 'rcvd \[LCP TermReq' cat "$RRAS_LOG/pptpd.log"
expect_ok "the next packet dials" ping_once

note "the server vanishes"
expect_ok "all its processes are killed" ns_kill ac
expect_ok "the link goes" poll 20 links_are 0
expect_ok "with its TCP connection" rrasd_says 'wan0: disconnected: .*(it closed the TCP|reset)'
pptpd_start ac 203.0.113.2 alice secret
expect_ok "the next packet dials" ping_once
for pid in $(ip netns pids ac); do
	kill -STOP "$pid"
done
expect_ok "one that answers no echo is left" poll 40 links_are 0
expect_ok "for that reason" rrasd_says 'wan0: disconnected: .*it answers no echo'
expect_ok "it is killed" ns_kill ac

note "a password that is wrong"
pptpd_start ac 203.0.113.2 alice secret
dial_reload password wrong
expect_match "the sender hears it" 'Destination Host Unreachable' \
	bash -c 'ip netns exec s ping -nc 1 -W 40 198.51.100.1 || true'
expect_ok "the log says why" rrasd_says 'wan0: no connection over .*: the peer denied our'
expect_ok "no link" poll 10 links_are 0

note "a permanent line"
before=$(dial_connects)
dial_reload password secret mode permanent
expect_ok "nobody has to ask for it" poll 60 dial_connects_are $((before + 1))
expect_ok "the server is killed" ns_kill ac
pptpd_start ac 203.0.113.2 alice secret
expect_ok "it comes again" poll 60 dial_connects_are $((before + 2))
expect_ok "and works" ping_once
expect_ok "the daemon stops" rrasd_stop
expect_ok "no link is left" poll 10 links_are 0
expect_fail "and no interface" ip -n s link show dev wan0
