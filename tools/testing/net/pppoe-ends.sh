#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 400
#
# Every way a session ends: link, projection and address are free again, and the client
# gets in anew. No more addresses than clients, so that one that is not given back shows.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/raw.sh
. "$TESTING/lib/raw.sh"

topology 2 pairs
POOL=10.64.0.2-10.64.0.3 ECHO=1s LISTEN=acc1 rrasd_config \
	pppoe interface acc2 ppp echo-failures 2 daemon shutdown-time 1s
rrasd_start s

# raw_up TEXT NAME NS USER [OPTION...]: connect, with data from the host to the client.
raw_up() {
	local text=$1 name=$2 ns=$3 user=$4
	shift 4
	rm -f "$RRAS_LOG/raw-$name.json"
	raw_start "$name" "$ns" eth0 --user "$user" --ping 192.0.2.2 "$@"
	expect_ok "$text" raw_wait_up "$name" 60
}

# listening N: so many times the daemon has begun to listen on acc1.
listening() { [[ $(grep -c "acc1: listening" "$RRAS_LOG/rrasd.log") -ge $1 ]]; }

note "the client vanishes"
raw_up "alice connects" a c1 alice
address=$(raw_word a address)
raw_kill a
expect_ok "LCP echo finds out that she is gone" poll 20 nothing_left
expect_ok "the log says how" rrasd_says 'alice left: .*(echo|answer)'
raw_up "she comes back" a c1 alice
expect_equal "to the same address" "$address" "$(raw_word a address)"

note "the client hangs up; a stranger does it for her"
number=$(raw_word a session)
session=$(session_field alice id)
strays=$(counter pppoe-stray)
cat >"$RRAS_LOG/padt.py" <<'END_OF_PROGRAM'
import sys
from pppoe_client import *

# PADT of another address, of another session number, and of nobody.
number, server = int(sys.argv[1]), bytes.fromhex(sys.argv[2].replace(":", ""))
with Wire("eth0") as wire:
    for source, session in ((mac(999), number), (mac(1), number % 65534 + 1), (mac(1), 65535)):
        wire.send(ethernet(server, source, DISCOVERY, pppoe(PADT, session, b"")))
END_OF_PROGRAM
expect_ok "a stranger sends PADTs" raw c1 "$RRAS_LOG/padt.py" "$number" \
	"$(on s cat /sys/class/net/acc1/address)"
expect_ok "they are counted" poll 10 counter_is pppoe-stray $((strays + 3))
expect_equal "and end nothing" "$session" "$(session_field alice id)"
raw_stop a
expect_ok "her own PADT ends the session" poll 10 nothing_left

note "two addresses, ten clients one after the other"
cat >"$RRAS_LOG/ten.py" <<'END_OF_PROGRAM'
import sys
from pppoe_client import *

with Wire("eth0") as wire:
    for number in range(10):
        user = ("alice", "bob", "carol")[number % 3]
        client = Client(wire, mac(50 + number), user, "secret-" + user, ping="192.0.2.2")
        client.start()
        if not wire.run(lambda: client.replies, 20):
            sys.exit(f"{number}: {client.about()}")
        client.stop()
END_OF_PROGRAM
expect_ok "all ten are served" raw c1 "$RRAS_LOG/ten.py"
expect_ok "nothing is left" poll 10 nothing_left

note "a user with one address connects twice"
raw_up "dave" d c1 dave
raw_up "dave from elsewhere, before anyone knows that the first one is gone" d2 c2 dave
expect_equal "gets his address" 10.64.9.9 "$(raw_word d2 address)"
expect_ok "the first one is told" poll 15 ended "${raw_pid[d]}"
expect_ok "one link is left" poll 10 links_are 1
expect_soon "and the route to it" '10\.64\.9\.9 dev ras0' ip -n s route
raw_stop d2
expect_ok "nothing is left" poll 10 nothing_left
daves_route() { ip -n s route | grep "^10.64.9.9 "; }
expect_ok "no route either" poll_not 10 daves_route

note "the pool is empty"
raw_up "alice" a c1 alice
raw_up "bob, over another interface" b c2 bob
rm -f "$RRAS_LOG/raw-c.json"
raw_start c c1 eth0 --user carol --first 70
expect_fail "carol finds no address" raw_wait_up c 40
expect_equal "she is told so by the end of her session" over "$(raw_word c stage)"
expect_ok "and the log tells why" rrasd_says 'carol: no address left in the pool'

note "the lower device goes down, alice is on it"
ip -n s link set acc1 down
expect_ok "only bob's link is left" poll 10 links_are 1
expect_ok "and his projection" poll 10 projections_are 1
has_session() { [[ -n $(session_field "$1" id) ]]; }
expect_ok "the session list knows" poll_not 10 has_session alice
ip -n s link set acc1 up
raw_kill a
raw_up "she comes back when it is up" a c1 alice
expect_equal "bob was not disturbed" open "$(raw_word b stage)"

note "the lower device is deleted and made anew"
ip -n s link del acc1
expect_ok "only bob's link is left" poll 10 links_are 1
raw_kill a
veth c1 eth0 s acc1
expect_ok "the daemon listens on the new one" poll 10 listening 3
raw_up "alice connects over it" a c1 alice

note "the WAN interface is deleted under sessions"
ip -n s link del ras0
expect_ok "both clients are told" poll 10 ended "${raw_pid[a]}"
expect_ok "both" poll 10 ended "${raw_pid[b]}"
expect_ok "the log says what happened" rrasd_says 'ras0 is gone'
expect_ok "rrasd makes it again" poll 15 ip -n s link show ras0
expect_ok "nothing is left of the sessions" poll 10 nothing_left
raw_up "and alice gets in" a c1 alice
raw_up "and bob" b c2 bob

note "kill -9 of the daemon"
expect_ok "two links" links_are 2
rrasd_kill
expect_ok "links are gone" poll 10 links_are 0
expect_ok "projections too" poll 10 projections_are 0
address=$(raw_word a address)
raw_kill a
raw_kill b
rrasd_start s
raw_up "a new daemon takes over: alice" a c1 alice
raw_up "and bob" b c2 bob
expect_match "from the same pool" '^10\.64\.0\.[23]$' raw_word a address

note "the daemon is asked to stop"
expect_ok "it stops" rrasd_stop
expect_ok "its clients are told" poll 10 ended "${raw_pid[a]}"
expect_ok "all" poll 10 ended "${raw_pid[b]}"
expect_ok "no link is left" poll 10 links_are 0
expect_fail "the interface that it made is gone" ip -n s link show ras0
