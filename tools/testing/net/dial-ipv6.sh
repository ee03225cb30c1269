#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 200
#
# IPv6 over a demand-dial interface: rrasd dials over PPPoE; the concentrator is Debian's
# pppoe-server with pppd, which advertises a prefix once IPV6CP is open.
#
#	h eth0 --- lan0 s acc0 --- eth0 ac  2001:db8:99::1 is "the Internet"
#	2001:db8:1::2   :1             |
#	               wan0 . . PPPoE . .
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/dial.sh
. "$TESTING/lib/dial.sh"

need_modules ppp_async
need_programs pppd pppoe pppoe-server
dial_topology
for ns in h s ac; do
	on "$ns" sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv6.conf.all.disable_ipv6=0
done
ip -n h addr add 2001:db8:1::2/64 dev eth0 nodad
ip -n s addr add 2001:db8:1::1/64 dev lan0 nodad
ip -n h route add default via 2001:db8:1::1
ip -n ac addr add 2001:db8:99::1/128 dev lo

dial_base <<-END
	[ppp]
	echo-interval 1s
	echo-failures 3
	restart-timer 1s
	[dial wan0]
	over pppoe acc0
	password secret
	ipv6 yes
	connect-timeout 60s
END
dial_config

addresses() { ip -n s -6 -o addr show dev wan0; }
has_address() { addresses | grep -E "inet6 $1" >/dev/null; }
no_address() { [[ -z $(addresses) ]]; }
has_default() { [[ -n $(ip -n s -6 route show default dev wan0) ]]; }
neighbours() { ip -n s -6 neigh show dev wan0 | grep -cv '^ff' || true; }
echoes() { on ac sed -n 's/^Icmp6InEchos[[:space:]]*//p' /proc/net/snmp6; }
echoes_since() { [[ $(echoes) -gt $1 ]]; }
answered() { on "$1" ping -6 -qnc 1 -W 2 2001:db8:99::1; }

# arrives: one packet from behind comes to the Internet. Its answer may be earlier than pppd's
# script, and so without a way back.
arrives() {
	local before
	before=$(echoes)
	on h ping -6 -qnc 1 -W 1 2001:db8:99::1 || true
	poll 60 echoes_since "$before"
}

# What comes back knows its way, and there is a router at the other end.
export IPV6_UP="
ip -6 route replace 2001:db8:1::/64 dev \$1
ip -6 route replace 2001:db8:2::/64 dev \$1
exec /usr/bin/python3 $TESTING/net/router.py \$1 2001:db8:2:: </dev/null >/dev/null 2>&1 &
"
stock_server_start ac eth0 alice secret +ipv6

note "the first packet"
rrasd_start s
expect_ok "there is a default route of IPv6" poll 10 has_default
expect_ok "and no link" links_are 0
expect_ok "nor an address" no_address
expect_ok "it is disconnected" dial_state_is disconnected
expect_ok "one ping from behind arrives" arrives
expect_ok "for which there was one call" links_are 1
expect_ok "whose cause is told" rrasd_says 'dialling over pppoe acc0: a packet for 2001:db8:99::1'
expect_ok "it is connected" poll 10 dial_state_is connected
expect_ok "it has a link-local address" poll 20 has_address 'fe80::'
expect_ok "and one of the prefix that is advertised" poll 30 has_address '2001:db8:2:'
expect_ok "from which it reaches the Internet itself" poll 20 answered s
expect_ok "as hosts behind do" poll 20 answered h
expect_ok "IPv4 is there too" rrasd_says 'wan0: connected over pppoe'
expect_ok "a destination is no neighbour" test "$(neighbours)" -le 2

note "hanging up"
expect_ok "the link goes" dial_hangup
expect_ok "and all addresses" poll 10 no_address
expect_ok "but not the route" has_default

note "the next packet dials again"
expect_ok "one ping from behind arrives" arrives
expect_ok "there is an address again" poll 30 has_address '2001:db8:2:'

note "nobody answers any more"
expect_ok "the concentrator is killed" stock_server_kill ac
expect_ok "the link goes" poll 30 links_are 0
expect_match "a host behind hears that there is no line" 'Address unreachable' \
	bash -c 'ip netns exec h ping -6 -nc 1 -W 100 2001:db8:99::1 || true'
expect_ok "the daemon stops" rrasd_stop
expect_fail "the interface goes with it" ip -n s link show dev wan0
