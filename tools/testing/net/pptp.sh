#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 480
#
# PPTP clients: stock pptp with pppd against rrasd, then what no honest client does (pptp.py).
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pptp.sh
. "$TESTING/lib/pptp.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/raw.sh
. "$TESTING/lib/raw.sh"

need_modules ppp_async
need_programs pppd pptp iperf3
pptp_topology 4
rrasd_config pptp listen "$PPTP_SERVER" pptp echo-interval 6s pptp unfinished-per-address 3
for ((i = 1; i <= 12; i++)); do
	echo "user$i * secret-user$i *" >>"$RRAS_LOG/secrets"
done
rrasd_start s

case_of() { on "$1" /usr/bin/python3 "$TESTING/net/pptp.py" "${@:2}"; }

# Not by on(): $! has to be the program, not a shell around it.
ip netns exec c4 /usr/bin/python3 "$TESTING/net/pptp.py" silent >"$RRAS_LOG/silent.out" 2>&1 &
silent=$!

note "three clients"
users=(alice bob carol)
for i in 1 2 3; do
	pptp_start "c$i" "c$i" "${users[i - 1]}" "secret-${users[i - 1]}"
done
for i in 1 2 3; do
	expect_ok "client $i is connected" pppd_wait_up "c$i" 60
done
expect_ok "three links" links_are 3
expect_ok "three projections" poll 10 projections_are 3
for i in 1 2 3; do
	expect_ok "client $i reaches the host" on "c$i" ping -qc 3 -i 0.2 -W 5 192.0.2.2
done
expect_ok "client to client" on c1 ping -qc 3 -i 0.2 -W 5 "$(pppd_local c2)"
expect_equal "rras knows where she is" 198.51.100.11 "$(session_field alice peer)"
expect_ok "bulk from a client" iperf c1 h 192.0.2.2 -n 4M
expect_ok "bulk to a client" iperf c1 h 192.0.2.2 -n 4M -R

id=$(session_field alice id)
window_is() { rras -j link show "$id" | grep -q "\"send-window-max\": *$1[,}]"; }
expect_ok "less may be under way to one of them" rras link set "$id" send-window 2
expect_ok "which is shown" window_is 2
expect_ok "bulk to it, in a small window" iperf h c1 "$(pppd_local c1)" -n 1M
expect_fail "more than it offered" rras link set "$id" send-window 65535
expect_ok "the default" rras link set "$id" send-window 0
expect_fail "is not that" window_is 2

note "strangers"
number=$(session_field alice pptp-call)
strays=$(counter pptp-stray)
expect_ok "a stranger" case_of c4 stranger "$number"
expect_ok "is noticed" poll 10 counter_above pptp-stray "$strays"
expect_ok "and disturbs nobody" on c1 ping -qc 3 -i 0.2 -W 5 192.0.2.2
expect_ok "three links" links_are 3
for case in garbage calls incoming limits deaf; do
	expect_ok "$case" case_of c4 "$case"
done
expect_ok "what no client says is counted" poll 10 counter_above pptp-malformed 5
expect_ok "three links are left" poll 10 links_are 3
expect_ok "who says nothing is let go" wait "$silent"
expect_ok "three connections are left" poll 10 counter_is pptp-connections 3

note "ends"
expect_ok "a client that hangs up" pppd_stop c1
expect_ok "leaves two links" poll 10 links_are 2
expect_ok "politely" rrasd_says 'alice left: .*the peer'
expect_ok "the administrator ends a session" rras session disconnect user bob
expect_ok "its client is told" pppd_wait_end c2
expect_ok "one link" poll 10 links_are 1
kill -STOP "$(pptp_manager c3)"
expect_ok "one that answers no echo goes" poll 40 links_are 0
expect_ok "for that reason" rrasd_says 'carol left: .*it answers no echo'
ns_kill c3
pptp_start c1 c1 alice secret-alice
expect_ok "alice comes back" pppd_wait_up c1 60
kill -9 "$(pptp_manager c1)"
expect_ok "the end of TCP is the end of its call" poll 20 links_are 0
expect_ok "for that reason" rrasd_says 'alice left: .*(it closed the TCP connection|reset)'
# The other process of pptp does not notice.
ns_kill c1

note "many sessions, four in each connection"
for i in 1 2 3; do
	# shellcheck disable=SC2016 # expands in the other shell
	ip netns exec "c$i" bash -c "$(declare -f private_ppp poll pause note)"'
		private_ppp nobody nothing
		up() { grep -q "^remote IP" "$1" 2>/dev/null; }
		for ((n = $1 * 4 - 3; n <= $1 * 4; n++)); do
			pppd pty "pptp $2 --nolaunchpppd" user "user$n" \
				password "secret-user$n" nodetach noauth noipdefault \
				debug logfile "$3/pppd-many$n.log" \
				>"$3/pppd-many$n.out" 2>&1 </dev/null &
			poll 60 up "$3/pppd-many$n.log"
		done
		wait
		' bash "$i" "$PPTP_SERVER" "$RRAS_LOG" >"$RRAS_LOG/many$i.out" 2>&1 </dev/null &
done
expect_ok "twelve links" poll 120 links_are 12
expect_ok "in three connections" poll 10 counter_is pptp-connections 3
expect_ok "twelve addresses" poll 10 projections_are 12
expect_ok "the server is killed" rrasd_kill
expect_ok "and leaves no link" poll 10 links_are 0
