#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 180
#
# rrasd is restarted and killed under a line that it has dialled: the line stays, with its address,
# its route and its packets.
#
#	h eth0 --- lan0 s acc0 --- eth0 ac  198.51.100.1 is "the Internet"
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"

need_modules ppp_async
need_programs pppd pppoe pppoe-server
topology 0 none
ns_create ac
veth s acc0 ac eth0
for ns in s ac; do
	on "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=0
done
ip -n ac addr add 198.51.100.1/32 dev lo
RRASD_CONF=$RRAS_LOG/rrasd.conf
cat >"$RRASD_CONF" <<-END
	[ppp]
	echo-interval 1s
	echo-failures 3
	[daemon]
	control-socket /tmp/rrasd.sock
	log-level debug
	[dial wan0]
	create yes
	over pppoe acc0
	mode permanent
	ipv6 yes
	user alice
	password secret
	backoff 1s
	connect-timeout 60s
END
chmod 600 "$RRASD_CONF"

line() { rras -j session | grep -o '"id": *[0-9]*\|"state": *"[a-z]*"\|"address": *"[0-9.]*"'; }
line_is_up() { line | grep -q '"up"'; }
uplink() { rras session uplinks | tail -1 | awk '{ print $1, $2, $4, $5, $6, $7 }'; }
has_default() { ip -n s route show default | grep -q 'dev wan0'; }
logged() { grep -cE -- "$1" "$RRAS_LOG/rrasd.log" || true; }
addresses() { ip -n s -o addr show dev wan0; }
ipv4() { ip -n s -4 -o addr show dev wan0 | awk '{ print $4 }' | sort | xargs; }
has_ipv6() { addresses | grep -q 'inet6 fe80:'; }
peer_ipv6() { ip -n ac -6 -o addr show scope link | awk '$2 ~ /^ppp/ { print $4; exit }'; }
negotiated() { grep -c 'rcvd \[IPCP ConfAck' "$RRAS_LOG/pppoe-server.log" || true; }

stock_server_start ac eth0 alice secret +ipv6
rrasd_supervise s
expect_ok "there is a line" poll 60 line_is_up
expect_ok "of IPv6 too" poll 20 has_ipv6
before="$(line) $(uplink)"
addresses=$(addresses)
note "$before"

on s ping -qn -i 0.01 -c 600 198.51.100.1 >"$RRAS_LOG/ping" 2>&1 &
ping=$!
for signal in TERM KILL KILL TERM; do
	expect_ok "$signal, and the next one" rrasd_again "$signal"
	expect_equal "has the same line" "$before" "$(line) $(uplink)"
done
wait "$ping" || true
expect_match "no packet was lost" '600 packets transmitted, 600 received' cat "$RRAS_LOG/ping"
expect_equal "the addresses are as they were" "$addresses" "$(addresses)"
expect_ok "IPv6 passes" on s ping -6 -qnc 3 -i 0.2 -W 5 "$(peer_ipv6)%wan0"
expect_ok "the route too" has_default
expect_equal "and nobody complains of it" 0 "$(logged 'default route')"
expect_equal "nothing was negotiated again" 1 "$(negotiated)"
expect_equal "it was dialled once" 1 "$(logged 'wan0: dialling')"

stock_server_kill ac
expect_ok "the concentrator vanishes: that is noticed" poll 30 links_are 0
expect_ok "killed while it dials" rrasd_again KILL
stock_server_start ac eth0 alice secret
expect_ok "there is a line again" poll 60 line_is_up
expect_ok "killed" rrasd_again KILL
expect_ok "it is still there" line_is_up

# --- another configuration ----------------------------------------------------------------

ip -n s addr add 10.99.0.1/32 dev wan0
ip -n s route add 10.98.0.0/24 dev wan0
sed -i 's/^mode permanent/&\ndefault-route no/' "$RRASD_CONF"
expect_ok "killed, and the next one wants no default route" rrasd_again KILL
expect_fail "there is none" has_default
expect_ok "but the line" line_is_up
expect_match "with its address" '^10\.9\.0\.' ipv4
expect_match "and the route that was made by hand" '^10\.98\.0\.0/24 ' \
	ip -n s route show dev wan0
sed -i 's/^over pppoe acc0/over pppoe nowhere/' "$RRASD_CONF"
expect_ok "restarted, to dial over something else" rrasd_again TERM
expect_ok "the line goes" poll 20 links_are 0
expect_equal "its address too, but not that of the administrator" "10.99.0.1/32 192.0.0.8/32" \
	"$(ipv4)"
sed -i 's/^over pppoe nowhere/over pppoe acc0/; /^default-route no/d
	s/^\[dial wan0\]/[dial wan1]/' "$RRASD_CONF"
expect_ok "restarted, with another interface" rrasd_again TERM
expect_fail "the one before is gone" ip -n s link show wan0
expect_ok "there is a line" poll 60 line_is_up
expect_match "with the default route" 'dev wan1' ip -n s route show default
sed -i 's/^\[dial wan1\]/[dial wan0]/' "$RRASD_CONF"
expect_ok "killed, and the next one has the first again" rrasd_again KILL
expect_fail "the other one is gone" ip -n s link show wan1
expect_ok "there is a line again" poll 60 line_is_up
expect_ok "alone" poll 20 links_are 1
expect_ok "with the default route" has_default
kill "$supervisor_pid"
expect_ok "stopped" poll 20 ended "$supervisor_pid"
expect_match "the concentrator is told" 'rcvd \[LCP TermReq' cat "$RRAS_LOG/pppoe-server.log"
expect_ok "no link" links_are 0
expect_fail "no interface" ip -n s link show wan0
