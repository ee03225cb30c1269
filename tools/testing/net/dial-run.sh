#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 120
#
# Demand dial by hand: rras iface makes and sets the interface, rras dial --run answers with a
# command of the administrator's own, rras dial and hangup ask for a line and for its end.
#
#	s: wan0 eth0 --- PPPoE --- eth0 p: ras0, 203.0.113.9
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"

ns_create s p
veth s eth0 p eth0
ip -n p link add ras0 type wanarp
ip -n p link set ras0 up
ip -n p addr add 203.0.113.9/32 dev lo
ip -n p addr add 10.9.0.1/32 dev ras0
ip -n p route add 198.51.100.7/32 dev ras0

rras() { on s "$RRAS" "$@"; }
shown() { rras -j iface show wan0 | /usr/bin/python3 -c '
import json, sys
found = json.load(sys.stdin)
found = found[0] if isinstance(found, list) else found
for word in sys.argv[1].split("."):
    found = found[word]
print(found)' "$1"; }
state_is() { [[ $(shown demand.state) == "$1" ]]; }
mac() { ip netns exec "$1" cat /sys/class/net/eth0/address; }
command_log=$RRAS_LOG/command
: >"$command_log"

# run_start COMMAND: rras dial --run, from when it hears on.
run_start() {
	: >"$RRAS_LOG/run"
	DIAL_RUN_LOG=$command_log ip netns exec s "$RRAS" dial wan0 --run "$1" \
		>"$RRAS_LOG/run" 2>&1 </dev/null &
	run_pid=$!
	poll 10 grep -q 'waiting for requests' "$RRAS_LOG/run"
}
run_stop() {
	kill -TERM "$run_pid"
	wait "$run_pid"
}

note "rras iface"
expect_ok "makes a demand-dial interface" rras iface add wan0 mode demand-dial
expect_ok "sets it" rras iface set wan0 idle-timeout 600 connect-timeout 20 backoff-min 4 \
	backoff-max 8 hold-packets 10 hold-bytes 20000 hold-time 9000 filter 'icmp or udp port 53'
for setting in idle-timeout=600 connect-timeout=20 backoff-min=4 backoff-max=8 hold-packets=10 \
	hold-bytes=20000 hold-time=9000 'filter=icmp or udp port 53'; do
	expect_equal "and shows ${setting%%=*}" "${setting#*=}" "$(shown "demand.${setting%%=*}")"
done
expect_fail "refuses a pause that ends before it begins" rras iface set wan0 backoff-min 9
expect_fail "a filter that is none" rras iface set wan0 filter 'udp porto 53'
expect_equal "and changes nothing" 4 "$(shown demand.backoff-min)"
ip -n s link set wan0 up
ip -n s addr add 198.51.100.7/32 dev wan0
ip -n s route add 203.0.113.9/32 dev wan0
expect_ok "it is disconnected" state_is disconnected

note "a command that fails"
run_start 'exit 3'
expect_match "the sender hears that there is no line" 'Destination Host Unreachable' \
	bash -c 'ip netns exec s ping -nc 1 -W 20 203.0.113.9 || true'
expect_ok "the interface is unreachable" state_is unreachable
expect_equal "one dial" 1 "$(shown demand.dials)"
expect_equal "and it is shown why" connection-failure "$(shown demand.reason)"
expect_ok "rras dial --run ends when asked" run_stop

note "a command that dials"
PEER=$(mac s)
ip netns exec p /usr/bin/python3 "$TESTING/net/dial-run.py" "$PEER" >"$RRAS_LOG/peer" 2>&1 \
	</dev/null &
expect_ok "the other end is ready" poll 20 grep -q up "$RRAS_LOG/peer"
expect_ok "the pause is over" poll 20 state_is disconnected
run_start "exec /usr/bin/python3 $TESTING/net/dial-run.py $(mac p)"
expect_ok "one ping is answered" on s ping -qnc 1 -W 30 203.0.113.9
expect_ok "it is connected" state_is connected
expect_equal "the command knew of the packet" 'wan0 traffic 198.51.100.7 203.0.113.9 1 -' \
	"$(tail -1 "$command_log")"
expect_ok "rras hangup" rras hangup wan0
expect_ok "ends the command, and with it the line" poll 20 state_is disconnected
expect_ok "rras dial" rras dial wan0
expect_ok "has it dial again" poll 30 state_is connected
expect_match "for another reason" '^wan0 admin' tail -1 "$command_log"
expect_ok "the dialler ends" run_stop
expect_ok "and so does the line" poll 20 state_is disconnected
expect_fail "then nobody listens to rras dial" rras dial wan0
