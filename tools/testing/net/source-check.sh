#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml-debug
# timeout: 300
#
# A client sends from its own address and from what a route by it covers, from nothing
# else, unless that is switched off; clients reach each other; multicast goes to clients
# only when that is switched on.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/raw.sh
. "$TESTING/lib/raw.sh"

topology 1 pairs
LISTEN=acc1 rrasd_config auth name concentrator
rrasd_start s
on s sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
	net.ipv4.conf.ras0.rp_filter=0
# What a client sends to whatever address comes to the host and is seen there.
on h sysctl -qw net.ipv4.conf.all.rp_filter=0

# One program with three clients does what it reads, a word at a time, and says how it was.
cat >"$RRAS_LOG/clients.py" <<'END_OF_PROGRAM'
import os
from pppoe_client import *

HOST = "192.0.2.2"
wire = Wire("eth0")
clients = []
for number, user in enumerate(("alice", "bob", "dave")):
    client = Client(wire, mac(number + 1), user, "secret-" + user, ping=HOST)
    clients.append(client)
    client.start()
wire.run(lambda: all(c.settled() for c in clients), 60)
wire.run(lambda: all(c.replies for c in clients), 10)
alice, bob, dave = clients


def udp(client, source, target=HOST, data=b"x"):
    head = struct.pack("!HHHH", 4000, 9, 8 + len(data), 0)
    client.send(IP, ip_packet(source, target, 17, head + data))


def came(client, data, seconds=3):
    return wire.run(lambda: any(data in p for p in client.packets), seconds)


def answers(client, source):
    """Pings from a source address, and whether a reply comes back."""
    return pinger(client, HOST, source, seconds=2)


while True:
    try:
        line = input()
    except EOFError:
        break
    try:
        result = eval(line)
    except Exception as error:
        result = repr(error)
    with open(os.environ["RRAS_LOG"] + "/answer.new", "w") as answer:
        print(result, file=answer)
    os.rename(os.environ["RRAS_LOG"] + "/answer.new", os.environ["RRAS_LOG"] + "/answer")
END_OF_PROGRAM
# Not in the log directory: 9p has no FIFOs.
ask=$(mktemp -u)
mkfifo "$ask"
raw c1 "$RRAS_LOG/clients.py" <"$ask" >"$RRAS_LOG/clients.out" 2>&1 &
exec 7>"$ask"

# clients EXPRESSION: what it is, evaluated there.
clients() {
	rm -f "$RRAS_LOG/answer"
	echo "$1" >&7
	poll 90 test -s "$RRAS_LOG/answer"
	cat "$RRAS_LOG/answer"
}

is() { expect_equal "$1" "$2" "$(clients "$3")"; }
dropped() { counter rx-source-address; }

is "three clients are connected" "[True, True, True]" "[c.is_open() for c in clients]"
is "their first packets were answered" "[True, True, True]" "[c.replies > 0 for c in clients]"
alice=$(clients "alice.address")
bob=$(clients "bob.address")
expect_equal "no packet was refused" 0 "$(dropped)"

note "forged addresses"
forged() { # TEXT SOURCE
	local before
	before=$(dropped)
	is "$1: is not answered" "False" "answers(alice, '$2')"
	expect_ok "$1: is counted" counter_above rx-source-address "$before"
}
is "her own address works" "True" "answers(alice, alice.address)"
forged "another client's" "$bob"
forged "the host's" 192.0.2.2
forged "the concentrator's" 10.64.0.1
forged "nobody's" 10.64.0.200
forged "none" 0.0.0.0
forged "loopback's" 127.0.0.1
forged "a multicast address" 224.0.0.5
before=$(dropped)
is "two hundred at random" "None" "[udp(alice, f'{i}.{i * 7 % 256}.9.9') for i in range(1, 201)] and None"
expect_ok "all are counted" poll 5 counter_is rx-source-address $((before + 200))
is "she is still connected" "True" "answers(alice, alice.address)"
on h /usr/bin/python3 -c 'import socket, sys
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"for bob", (sys.argv[1], 9))' "$bob"
is "and the other one kept his address" "True" "came(bob, b'for bob')"

note "a network behind a client"
is "before there is a route it is nobody's" "False" "answers(dave, '172.20.1.9')"
ip -n s route add 172.20.1.0/24 via 10.64.9.9 dev ras0 onlink
is "a route by the client makes it hers" "True" "answers(dave, '172.20.1.9')"
is "all of it" "True" "answers(dave, '172.20.1.200')"
is "and no more" "False" "answers(dave, '172.20.2.9')"
is "not another client's" "False" "answers(alice, '172.20.1.9')"
ip -n s route del 172.20.1.0/24
is "without the route it is nobody's again" "False" "answers(dave, '172.20.1.9')"
if ip -n s route add 172.20.1.0/24 nexthop via 10.64.9.9 dev ras0 onlink \
	nexthop via "$alice" dev ras0 onlink; then
	before=$(dropped)
	is "a route by two is of both: one" "None" "udp(dave, '172.20.1.9')"
	is "and the other" "None" "udp(alice, '172.20.1.9')"
	is "she has service" "True" "answers(alice, alice.address)"
	expect_equal "neither is refused" "$before" "$(dropped)"
	ip -n s route del 172.20.1.0/24
else
	note "this kernel has no routes with several next hops"
fi

note "switched off"
echo 0 | on s tee /sys/class/net/ras0/wanarp/source_check >/dev/null
before=$(dropped)
udp_seen() { on h nft list ruleset | grep -q 'packets [1-9]'; }
on h nft add table ip seen
on h nft 'add chain ip seen in { type filter hook input priority 0; }'
on h nft add rule ip seen in ip saddr 203.0.113.5 udp dport 9 counter
is "the host sees a forged address" "None" "udp(alice, '203.0.113.5')"
expect_ok "it does" poll 5 udp_seen
expect_equal "nothing was refused" "$before" "$(dropped)"
echo 1 | on s tee /sys/class/net/ras0/wanarp/source_check >/dev/null
is "switched on again it is refused" "None" "udp(alice, '203.0.113.5')"
expect_ok "and counted" poll 5 counter_is rx-source-address $((before + 1))
expect_match "the host saw one only" 'packets 1 ' on h nft list table ip seen

note "client to client"
is "alice reaches bob" "True" "udp(alice, alice.address, bob.address, b'to bob') or came(bob, b'to bob')"
is "bob reaches dave" "True" "udp(bob, bob.address, dave.address, b'to dave') or came(dave, b'to dave')"
is "nobody else heard it" "[False, False]" "[any(b'to ' in p for p in alice.packets), any(b'to dave' in p for p in bob.packets)]"

note "multicast and broadcast"
before=$(counter tx-multicast)
multicast() { # TEXT
	on s /usr/bin/python3 -c '
import socket, sys
each = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
each.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"ras0")
each.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
for target in ("239.1.2.3", "255.255.255.255"):
    each.sendto(sys.argv[1].encode() + target.encode(), (target, 9))' "$1"
}
multicast off
expect_ok "without the switch it is dropped and counted" poll 5 counter_is tx-multicast $((before + 2))
is "no client gets any" "[False, False, False]" "[came(c, b'off2', 0.5) for c in clients]"
echo 1 | on s tee /sys/class/net/ras0/wanarp/multicast >/dev/null
multicast on
is "with it every client gets multicast" "[True, True, True]" "[came(c, b'on239') for c in clients]"
is "and broadcast" "[True, True, True]" "[came(c, b'on255') for c in clients]"
is "once" "[2, 2, 2]" "[sum(b'on2' in p for p in c.packets) for c in clients]"
expect_equal "nothing of it was dropped" $((before + 2)) "$(counter tx-multicast)"
echo 0 | on s tee /sys/class/net/ras0/wanarp/multicast >/dev/null

is "they hang up" "[None, None, None]" "[c.stop() for c in clients]"
exec 7>&-
expect_ok "nothing is left" poll 10 nothing_left
expect_ok "the daemon stops" rrasd_stop
