#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 240
#
# rrasd is restarted, killed and upgraded under its clients, who do not notice: no packet is lost,
# no frame is sent to them for it. What cannot go on is ended so that its client knows.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/restart.sh
. "$TESTING/lib/restart.sh"

need_programs pppd iperf3 ping
topology 3
ECHO=1s rrasd_config ppp echo-failures 3 ppp ipv6 yes pool ipv6-prefix 2001:db8:1::/48 \
	daemon user nobody
sed -i 's/^dave .*/& -- filter-set gold/' "$RRAS_LOG/secrets"
cat >"$RRAS_LOG/sets" <<-END
	set gold
	default in drop
	default out drop
	in proto icmp
	out proto icmp
END
on s "$RRAS" filter import "$RRAS_LOG/sets"

rrasd_supervise_here s

all() { sessions auth address ipv6-prefix peer pppoe-session mtu; }
logged() { grep -qE -- "$1" "$RRAS_LOG/rrasd.log"; }
times_logged() { grep -cE -- "$1" "$RRAS_LOG/rrasd.log" || true; }
# control_in ID: control frames of a session so far
control_in() {
	rras -j -s session show "$1" | /usr/bin/python3 -c '
import json, sys
s = json.load(sys.stdin)
print((s[0] if isinstance(s, list) else s)["control-in"])'
}
control_more() { [[ $(control_in "$1") -gt $2 ]]; }
route_to() { on s ip route list proto 114 | grep -q "^$1 "; }
is_listening() { on h ss -ltn | grep -q ':5201 '; }

pppd_start c1 c1 eth0 alice secret-alice +ipv6
pppd_start c2 c2 eth0 bob secret-bob
pppd_start c3 c3 eth0 dave secret-dave
for i in 1 2 3; do
	expect_ok "client $i is connected" pppd_wait_up "c$i" 30
done
ipv6_is_up() { rras -j session | grep -q '"ipv6-up": *true'; }
expect_ok "IPv6 too" poll 20 ipv6_is_up
before=$(all)
note "$before"
filtered() { rras filter bindings | grep -E "^ras0 +link $1 +gold +on "; }
expect_ok "client 3 is filtered" filtered "$(session_of dave)"

# --- traffic under three restarts, two kills, and an upgrade ------------------------------

on c1 ping -q -i 0.01 -c 1000 192.0.2.2 >"$RRAS_LOG/ping-1" 2>&1 &
ping_1=$!
on h ping -q -i 0.01 -c 1000 10.64.9.9 >"$RRAS_LOG/ping-3" 2>&1 &
ping_3=$!
ip netns exec h iperf3 -s -1 >"$RRAS_LOG/iperf-server" 2>&1 &
server=$!
poll 20 is_listening
on c2 iperf3 -c 192.0.2.2 -u -b 200K -l 200 -t 10 >"$RRAS_LOG/iperf" 2>&1 &
iperf=$!

expect_ok "restarted" rrasd_again TERM
expect_equal "the sessions are the same" "$before" "$(all)"
expect_ok "restarted again" rrasd_again TERM
expect_ok "killed" rrasd_again KILL
expect_equal "the sessions are the same after a kill" "$before" "$(all)"
sed 's/rrasd 0\.1 runs/rrasd 9.9 runs/' "$RRASD" >"$RRAS_LOG/rrasd-new"
chmod +x "$RRAS_LOG/rrasd-new"
echo "env RRASD_NEW=$RRAS_LOG/rrasd-new $RRAS_LOG/rrasd-here -f -k -c $RRASD_CONF" \
	>"$SUPERVISED/command"
expect_ok "upgraded" rrasd_again TERM
expect_ok "to another version" logged 'rrasd 9.9 runs'
expect_equal "the sessions are the same after an upgrade" "$before" "$(all)"
expect_ok "the new one is killed" rrasd_again KILL

frames=$(control_in "$(session_of alice)")
expect_ok "echoes are sent and answered" poll 15 control_more "$(session_of alice)" \
	$((frames + 3))
wait "$ping_1" "$ping_3" "$iperf" "$server" || true
for i in 1 3; do
	expect_match "no packet of client $i was lost" '1000 packets transmitted, 1000 received' \
		cat "$RRAS_LOG/ping-$i"
done
expect_match "nor one of iperf3" ' 0/[0-9]+ \(0%\) +receiver' cat "$RRAS_LOG/iperf"
expect_equal "the sessions are the same at the end" "$before" "$(all)"
expect_ok "client 3 is still filtered" filtered "$(session_of dave)"
for i in 1 2 3; do
	expect_equal "client $i negotiated once" 1 \
		"$(grep -c 'rcvd \[IPCP ConfAck' "$(pppd_log "c$i")")"
done
expect_equal "the clients were told nothing" 0 "$(times_logged 'left:')"

# --- what comes after ---------------------------------------------------------------------

expect_ok "a session is disconnected" rras session disconnect "$(session_of bob)"
expect_ok "and its client hears it" pppd_wait_end c2
expect_ok "its link is gone, though others had its file" poll 10 links_are 2
expect_match "its traffic of before the restarts was counted" \
	'bob left: .*, in [0-9]{4,} packets [0-9]{6,} bytes' cat "$RRAS_LOG/rrasd.log"
pppd_start c2 c2 eth0 bob secret-bob
expect_ok "it connects again" pppd_wait_up c2 30
expect_ok "three links" links_are 3
expect_ok "another restart" rrasd_again TERM
expect_equal "has all three" 3 "$(sessions | wc -l)"

# --- while nobody is there ----------------------------------------------------------------

dave=$(session_of dave)
rrasd_away KILL
expect_ok "without rrasd packets flow" on c1 ping -qc 5 -i 0.2 -W 5 192.0.2.2
kill "${pppd_pid[c2]}"
terminating() { pppd_says c2 'sent \[LCP TermReq'; }
expect_ok "a client hangs up" poll 10 terminating
pppd_kill c3
expect_ok "rrasd is back" rrasd_back
expect_ok "it answers the client that hung up" pppd_wait_end c2
sessions_at_most() { [[ $(sessions | wc -l) -le $1 ]]; }
expect_ok "and misses the other one's echoes" poll 20 sessions_at_most 1
expect_ok "one link is left" poll 10 links_are 1
expect_ok "its filter set is not bound any more" poll_not 10 filtered "$dave"
expect_ok "the address outside of the pool has no route any more" \
	poll_not 10 route_to 10.64.9.9

# --- in the middle of set-up --------------------------------------------------------------

on c3 /usr/bin/python3 "$TESTING/net/restart.py" >"$RRAS_LOG/half" 2>&1 &
half=$!
half_there() { grep -q 'half' "$RRAS_LOG/half"; }
expect_ok "a client has a session and does not answer" poll 20 half_there
expect_ok "rrasd is killed" rrasd_again KILL
expect_ok "the client hears a PADT" wait "$half"
expect_ok "one link is left of it" poll 10 links_are 1
expect_ok "which is told" logged '1 sessions of the process before go on; 1 that were not up end'

# --- a state that cannot be read ----------------------------------------------------------

poke() { # OFFSET [STEP]: change a byte of the state, and one in every STEP bytes after it
	local fd
	fd=$(awk '$1 == "state" { print $2 }' "$SUPERVISED/store")
	/usr/bin/python3 - "/proc/$supervisor_pid/fd/$fd" "$@" <<-END
		import mmap, sys
		with open(sys.argv[1], "r+b") as file, mmap.mmap(file.fileno(), 0) as state:
		    step = int(sys.argv[3]) if len(sys.argv) > 3 else len(state)
		    for at in range(int(sys.argv[2]), len(state), step):
		        state[at] ^= 255
	END
}
pppd_start c2 c2 eth0 bob secret-bob
expect_ok "a second client" pppd_wait_up c2 30
expect_ok "another version in the state" poke 8
expect_ok "rrasd is restarted" rrasd_again TERM
expect_ok "it says so" logged 'cannot be read: another version has written it: 2 sessions end'
expect_ok "one client hears it" pppd_wait_end c1
expect_ok "and the other" pppd_wait_end c2
expect_ok "no link is left" poll 10 links_are 0
expect_equal "no session" 0 "$(sessions | wc -l)"
for i in 1 2; do
	pppd_start "c$i" "c$i" eth0 alice secret-alice
	expect_ok "client $i connects anew" pppd_wait_up "c$i" 30
done
expect_ok "and outlives a kill" rrasd_again KILL
expect_equal "both go on" 2 "$(sessions | wc -l)"
expect_ok "damage in every record" poke 1064 1024
expect_ok "two of sessions and one of the interface" rrasd_again TERM
expect_ok "which is told" logged '3 records are damaged: their sessions end'
expect_ok "a client hears it" pppd_wait_end c1
expect_ok "the other too" pppd_wait_end c2
expect_ok "no link is left again" poll 10 links_are 0

# --- systemctl stop -----------------------------------------------------------------------

pppd_start c1 c1 eth0 alice secret-alice
expect_ok "the last client" pppd_wait_up c1 30
kill "$supervisor_pid"
expect_ok "rrasd is stopped" poll 20 ended "$supervisor_pid"
expect_ok "the client hears it" pppd_wait_end c1
expect_match "from rrasd" 'rcvd \[LCP TermReq' cat "$(pppd_log c1)"
expect_ok "nothing is left" links_are 0
expect_fail "the interface neither" on s ip link show ras0
