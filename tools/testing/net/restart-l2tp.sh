#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 240
#
# rrasd is restarted and killed under L2TP clients: their sessions go on, and so do the tunnels,
# with and without sessions in them.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/restart.sh
. "$TESTING/lib/restart.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/xl2tpd.sh
. "$TESTING/lib/xl2tpd.sh"

need_modules l2tp_ppp
need_programs pppd xl2tpd
topology 2
ip -n s addr add 198.51.100.1/24 dev acc0
ip -n s addr add 198.51.100.2/24 dev acc0
for i in 1 2; do
	ip -n "c$i" addr add "198.51.100.1$i/24" dev eth0
done
rrasd_config l2tp listen 198.51.100.1 l2tp secret tunnel-secret l2tp hello-interval 1s \
	l2tp retransmit-interval 300ms l2tp retransmit-interval-max 600ms
chmod 600 "$RRASD_CONF"
sed -i '/^interface acc0$/d' "$RRASD_CONF"
rrasd_supervise_here s

export FIELDS='address peer l2tp-tunnel l2tp-session l2tp-peer-session'
stat_is() { rras stats | awk -v key="$1" -v value="$2" '$1 == key && $2 == value { n++ } END { exit !n }'; }
sessions_are() { [[ $(sessions | wc -l) -eq $1 ]]; }

export SECRET=tunnel-secret
lac_start one c1 198.51.100.1 alice secret-alice 2
lac_start two c2 198.51.100.1 bob secret-bob 1
expect_ok "a client with two sessions" poll 30 lac_ppps_are one 2
expect_ok "and another client" poll 30 lac_ppps_are two 1
expect_ok "three sessions are up" poll 10 sessions_are 3
ip -n c1 route replace 192.0.2.0/24 dev ppp0
tunnels=$(rras stats | awk '$1 == "l2tp-tunnels-up" { print $2 }')
note "in $tunnels tunnels"

pinging alice c1 500
restarted TERM KILL TERM
pinged alice 500
# Both ends say HELLO each second: who had no answers has given up by then.
hellos() { rras stats | awk '$1 == "l2tp-received" { print $2 }'; }
more_than() { [[ $(hellos) -gt $1 ]]; }
expect_ok "tunnels go on" poll 20 more_than $(($(hellos) + 8))
expect_ok "all of them" stat_is l2tp-tunnels-up "$tunnels"
expect_fail "nobody was told anything" \
	grep -E 'left:|tunnel [0-9]+ ended|cannot go on' "$RRAS_LOG/rrasd.log"

note "calls that come and go in them"
expect_ok "the server ends a session" rras session disconnect "$(session_of bob)"
expect_ok "the client hears of it" poll 20 lac_ppps_are two 0
expect_ok "its tunnel stays" stat_is l2tp-tunnels-up "$tunnels"
restarted KILL
expect_ok "also over a kill" stat_is l2tp-tunnels-up "$tunnels"
lac_control two 1 connect
expect_ok "a new call in it" poll 20 lac_ppps_are two 1
expect_ok "is a session" poll 10 sessions_are 3
restarted KILL
lac_control one 2 disconnect
expect_ok "a client ends its own" poll 20 sessions_are 2
ip -n c1 route replace 192.0.2.0/24 dev "$(ip -n c1 -4 -o addr show | awk '$2 ~ /^ppp/ { print $2; exit }')"

note "while nobody is there"
rrasd_away KILL
lac_control two 1 disconnect
expect_ok "a client hangs up" poll 20 lac_ppps_are two 0
expect_ok "packets of the other flow" on c1 ping -qnc 5 -i 0.2 -W 5 192.0.2.2
expect_ok "rrasd is back" rrasd_back
expect_ok "and hears of it" poll 20 sessions_are 1
expect_ok "one link is left" poll 10 links_are 1

note "an address that is not served any more"
sed -i 's/^listen 198.51.100.1$/listen 198.51.100.2/' "$RRASD_CONF"
expect_ok "restarted with another one" rrasd_again TERM
expect_ok "the client hears that its tunnel ends" poll 20 lac_ppps_are one 0
expect_ok "no session goes on" sessions_are 0
expect_ok "no link is left" poll 10 links_are 0
expect_ok "the other address is served" rrasd_says 'l2tp 198.51.100.2:1701: listening$'
kill "$supervisor_pid"
expect_ok "the daemon stops" poll 20 ended "$supervisor_pid"
