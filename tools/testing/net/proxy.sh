#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 180
#
# A client whose address lies in a LAN's subnet is answered for there as long as it is
# connected, and nobody else is. Networks behind a client are reached by a route.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pair.sh
. "$TESTING/lib/pair.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rras.sh
. "$TESTING/lib/rras.sh"

#   h eth0 10.1.0.100/24 --- lan0 10.1.0.254/24 :a: ras0 === ras0 10.1.0.2 :b
pair_build plain
RRASD_NS=a
lan_build() {
	ns_create h
	veth a lan0 h eth0
	ip -n a addr add 10.1.0.254/24 dev lan0
	ip -n h addr add 10.1.0.100/24 dev eth0
	ip -n h route add default via 10.1.0.254
	on a sysctl -qw net.ipv4.ip_forward=1
}
lan_build
on b sysctl -qw net.ipv4.ip_forward=1
ip -n b route add default via 10.1.0.1 dev ras0 onlink

# What a host of the LAN learns by asking anew.
resolves() {
	ip -n h neigh flush dev eth0
	on h ping -qc 1 -W "${2:-3}" "$1" >/dev/null
}
lan_mac=$(on a cat /sys/class/net/lan0/address)

note "proxy ARP"
expect_fail "nobody answers for the client" resolves 10.1.0.2 1
expect_ok "the LAN is set" rras iface set ras0 proxy lan0
expect_match "and shown" 'proxy +lan0' rras iface show ras0
expect_match "in sysfs too" '^lan0$' on a cat /sys/class/net/ras0/wanarp/proxy
expect_ok "a host of the LAN reaches the client" resolves 10.1.0.2
expect_match "through the box" "$lan_mac" ip -n h neigh show 10.1.0.2
expect_ok "the client reaches the host" on b ping -qc 1 -W 3 -I 10.1.0.2 10.1.0.100
json "he is shown as answered for" 'd[0]["proxied"] is True' rras -j iface show ras0 projections
expect_fail "nobody answers for an address that nobody has" resolves 10.1.0.77 1
ip -n h route add 10.9.9.9 dev eth0
expect_fail "nor for one outside of the LAN" resolves 10.9.9.9 1
on a sysctl -qw net.ipv4.conf.lan0.forwarding=0
expect_fail "nor when the box does not forward" resolves 10.1.0.2 1
on a sysctl -qw net.ipv4.conf.lan0.forwarding=1

# asks SENDER TARGET: whether an ARP request of the host's is answered.
asks() {
	on h env PYTHONPATH="$TESTING/lib" /usr/bin/python3 - "$@" <<-'END'
		import socket, struct, sys
		each = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x806))
		each.bind(("eth0", 0x806))
		each.settimeout(1)
		me = each.getsockname()[4]
		sender, target = map(socket.inet_aton, sys.argv[1:3])
		each.send(b"\xff" * 6 + me + struct.pack("!HHHBBH", 0x806, 1, 0x800, 6, 4, 1) +
		          me + sender + bytes(6) + target)
		try:
		    while True:
		        frame = each.recv(100)
		        if frame[20:22] == b"\0\2" and frame[28:32] == target:
		            sys.exit(0)
		except TimeoutError:
		    sys.exit(1)
	END
}
expect_ok "who wants the client's address hears that it is taken" asks 0.0.0.0 10.1.0.2
expect_fail "who announces it is not answered" asks 10.1.0.2 10.1.0.2
expect_match "answers are counted" 'proxy-answers: [1-9]' on a ethtool -S ras0

note "proxy neighbour discovery"
client_up() { # of both protocols
	local ns
	for ns in a b; do
		kill -9 "${holder_pid[$ns]}"
		poll 10 ended "${holder_pid[$ns]}"
	done
	holder a "$(mac b)" 10.1.0.2 fe80::b 2001:db8:1::2/128
	holder b "$(mac a)" 10.1.0.1 fe80::a
}
resolves6() {
	ip -n h -6 neigh flush dev eth0
	on h ping -6 -qc 1 -W "${2:-3}" "$1" >/dev/null
}
lan6_build() {
	on a sysctl -qw net.ipv6.conf.all.forwarding=1
	ip -n a addr add 2001:db8:1::254/64 dev lan0 nodad
	ip -n h addr add 2001:db8:1::100/64 dev eth0 nodad
	ip -n a route add 2001:db8:1::2/128 via fe80::fdff:ffff:ffff:ff80 dev ras0
	ip -n b addr add 2001:db8:1::2/128 dev ras0 nodad
	ip -n b route add default via fe80::a dev ras0
}
dad_failed() { [[ -n $(ip -n h addr show dev eth0 dadfailed) ]]; }
expect_ok "a LAN of IPv6" lan6_build
expect_ok "a client of both" client_up
expect_ok "a host of the LAN reaches him" resolves6 2001:db8:1::2
expect_match "through the box" "$lan_mac" ip -n h -6 neigh show 2001:db8:1::2
json "both are shown as answered for" 'all(one["proxied"] is True for one in d) and len(d) == 2' \
	rras -j iface show ras0 projections
expect_fail "nobody answers for an address that nobody has" resolves6 2001:db8:1::77 1
on h sysctl -qw net.ipv6.conf.eth0.accept_dad=1
expect_ok "somebody takes an address that he has" ip -n h addr add 2001:db8:1::2/64 dev eth0
expect_ok "and hears that it is taken" poll 10 dad_failed
ip -n h addr del 2001:db8:1::2/64 dev eth0
on a sysctl -qw net.ipv6.conf.lan0.forwarding=0
expect_fail "nor when the box does not forward" resolves6 2001:db8:1::2 1
on a sysctl -qw net.ipv6.conf.lan0.forwarding=1
expect_ok "and again when it does" resolves6 2001:db8:1::2

note "what an administrator has set"
ip -n a neigh add proxy 10.1.0.2 dev lan0
ip -n a neigh add proxy 10.1.0.50 dev lan0
kill -9 "${holder_pid[a]}"
poll 10 ended "${holder_pid[a]}"
expect_match "survives the client" 10.1.0.2 ip -n a neigh show proxy
ip -n a neigh del proxy 10.1.0.2 dev lan0
expect_fail "who is answered for no longer" resolves 10.1.0.2 1
holder a "$(mac b)" 10.1.0.2
expect_ok "and is again when he comes back" resolves 10.1.0.2
expect_ok "it is switched off" rras iface set ras0 proxy none
expect_fail "and he is not" resolves 10.1.0.2 1
expect_match "the other entry is still there" 10.1.0.50 ip -n a neigh show proxy

note "refusals"
says "not on the WAN interface itself" 1 'hosts ask' rras iface set ras0 proxy ras0
says "not where there is no ARP" 1 'hosts ask' rras iface set ras0 proxy lo
says "not on what is not there" 2 'name of an interface' rras iface set ras0 proxy nowhere
echo nowhere >"$RRAS_LOG/word"
expect_fail "nor in sysfs" on a cp "$RRAS_LOG/word" /sys/class/net/ras0/wanarp/proxy

note "ends"
expect_ok "sysfs sets it" on a sh -c 'echo lan0 >/sys/class/net/ras0/wanarp/proxy'
expect_ok "he is answered for" resolves 10.1.0.2
ip -n a link del lan0
expect_match "when the LAN goes, so does the setting" 'proxy +none' rras iface show ras0
ip netns del h
lan_build
expect_ok "it can be set again" rras iface set ras0 proxy lan0
expect_ok "and sysfs unsets it" on a sh -c 'echo >/sys/class/net/ras0/wanarp/proxy'
expect_match "it is unset" 'proxy +none' rras iface show ras0
rras iface set ras0 proxy lan0
ip -n a link set lan0 netns h
expect_match "a LAN that moves away is a LAN no longer" 'proxy +none' rras iface show ras0
ip netns del h
lan_build

note "a network behind the client"
ip -n b addr add 172.20.1.1/24 dev lo
ip -n a addr del 10.1.0.254/24 dev lan0
ip -n a addr add 192.0.2.1/24 dev lan0
ip -n h addr add 192.0.2.2/24 dev eth0
ip -n h route replace default via 192.0.2.1
ns_create n
veth b net0 n eth0
ip -n b addr add 172.20.2.1/24 dev net0
ip -n n addr add 172.20.2.2/24 dev eth0
ip -n n route add default via 172.20.2.1
expect_equal "the source check is on" 1 "$(on a cat /sys/class/net/ras0/wanarp/source_check)"
expect_fail "is not reached without a route" on h ping -qc 1 -W 1 172.20.2.2
expect_fail "and does not reach out" on n ping -qc 1 -W 1 192.0.2.2
ip -n a route add 172.20.2.0/24 via 10.1.0.2 dev ras0
expect_ok "a route via the client's address makes it reachable" on h ping -qc 1 -W 3 172.20.2.2
expect_ok "it reaches out" on n ping -qc 1 -W 3 192.0.2.2
expect_fail "the one beside it does not" on b ping -qc 1 -W 1 -I 172.20.1.1 192.0.2.2
ip -n a route del 172.20.2.0/24
expect_fail "without the route it does not either" on n ping -qc 1 -W 1 192.0.2.2

expect_ok "set once more" rras iface set ras0 proxy lan0
expect_ok "the WAN interface goes first" ip -n a link del ras0
ip -n a link add ras1 type wanarp
expect_ok "set for another one" rras iface set ras1 proxy lan0
pair_destroy
ns_create x
veth x lan0 x lan1
ip -n x link add ras2 type wanarp
RRASD_NS=x
expect_ok "set in a namespace" rras iface set ras2 proxy lan0
expect_ok "the modules go with it set" unload_modules
