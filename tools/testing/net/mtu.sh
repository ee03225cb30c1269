#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 300
#
# Two clients of different MRU on one interface: what is too long for one of them is cut, or
# its sender hears of that client's MRU; nothing longer than its MRU comes to a client, and
# nothing is lost without a word. TCP announces what fits if that is switched on. The same with
# IPv6, where only a sender cuts. On 6.1 it would say nothing more and take a minute: what cuts there
# is the same code of ours, and ipv6-wan.sh has packet too big on it.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/raw.sh
. "$TESTING/lib/raw.sh"

need_programs pppd iperf3 nft
topology 2
rrasd_config pppoe ac-name concentrator pool ipv6-prefix 2001:db8:64::/48 \
	wan ipv6-address 2001:db8:1::ff
rrasd_start s

# c1 takes 1492 bytes, c2 takes 1280.
pppd_start c1 c1 eth0 alice secret-alice
pppd_start c2 c2 eth0 bob secret-bob mru 1280 mtu 1280
expect_ok "a client of MRU 1492 is connected" pppd_wait_up c1 60
expect_ok "a client of MRU 1280 is connected" pppd_wait_up c2 60
big=$(pppd_local c1)
small=$(pppd_local c2)
expect_soon "the second one's MRU is known" "$small +[0-9]+ +1280 " \
	rras iface show ras0 projections

# Counts what comes to c2 before anything puts pieces together.
on c2 nft add table ip seen
on c2 nft 'add chain ip seen in { type filter hook prerouting priority -450; }'
on c2 nft 'add rule ip seen in ip length > 1280 counter comment "long"'
on c2 nft 'add rule ip seen in ip length 1276-1280 counter comment "full"'
seen() { on c2 nft list table ip seen | sed -nE "s/.*packets ([0-9]+) .*\"$1\".*/\1/p"; }

pings() { # NS ADDRESS LENGTH [OPTION...]: LENGTH counts the headers
	local ns=$1 address=$2 size=$(($3 - 28))
	shift 3
	on "$ns" ping -c 1 -W 5 -s "$size" "$@" "$address"
}
refused() { ! pings "$@" -M "do" >"$RRAS_LOG/ping.out"; }
mru_told() { refused "$@" && cat "$RRAS_LOG/ping.out"; }

# From behind the box, from the box, from the other client.
for from in h s c1; do
	note "pings from $from to the client of MRU 1280"
	full=$(seen full)
	before=$(counter tx-too-long)
	expect_ok "1280 bytes" pings "$from" "$small" 1280 -M "do"
	expect_ok "1281 bytes that may be cut" pings "$from" "$small" 1281 -M dont
	expect_ok "1500 bytes, which are cut twice" pings "$from" "$small" 1500 -M dont
	expect_ok "5000 bytes" pings "$from" "$small" 5000 -M dont
	expect_ok "pieces of the full length came" test "$(seen full)" -ge $((full + 4))
	expect_equal "nobody was told" "$before" "$(counter tx-too-long)"
	expect_match "1281 bytes that may not be cut: the MRU is told" 'mtu ?= ?1280' \
		mru_told "$from" "$small" 1281
done
expect_ok "that was counted" counter_above tx-too-long "$before"
expect_ok "the other client gets 1492 bytes" pings h "$big" 1492 -M "do"
expect_match "and no more" 'mtu ?= ?1492' mru_told h "$big" 1493
expect_ok "cut for its own MRU" pings h "$big" 5000 -M dont

note "IP options"
expect_ok "a packet with options is cut" pings h "$small" 1480 -M dont -R

note "UDP in segments"
# Ten datagrams of 1400 bytes in one GSO packet, which may be cut.
cat >"$RRAS_LOG/udp.py" <<'END'
import os, socket, sys
each = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
if sys.argv[1] == "receive":
    each.bind(("0.0.0.0", 4000))
    each.settimeout(20)
    open(sys.argv[2], "w").close()
    came = sorted(each.recv(65535) for _ in range(10))
    sys.exit(came != [bytes([i]) * 1400 for i in range(10)])
each.setsockopt(socket.IPPROTO_IP, 10, 4)           # IP_MTU_DISCOVER: no DF, no path MTU
each.setsockopt(socket.IPPROTO_UDP, 103, 1400)      # UDP_SEGMENT
each.sendto(b"".join(bytes([i]) * 1400 for i in range(10)), (sys.argv[2], 4000))
END
segments() { # FROM
	local receiver
	rm -f "$RRAS_LOG/ready"
	ip netns exec c2 /usr/bin/python3 "$RRAS_LOG/udp.py" receive "$RRAS_LOG/ready" &
	receiver=$!
	poll 10 test -e "$RRAS_LOG/ready" && on "$1" /usr/bin/python3 "$RRAS_LOG/udp.py" send "$small" &&
		wait "$receiver"
}
expect_ok "from a host behind the box they arrive" segments h
expect_ok "from the box they arrive" segments s
expect_equal "the stack has cut all of them" 0 "$(counter tx-unsegmented)"

note "a packet socket, which has no route"
hwaddr=$(rras -j iface show ras0 projections | /usr/bin/python3 -c '
import json, sys
print(next("0200%08x" % p["link"] for p in json.load(sys.stdin) if p["address"] == sys.argv[1]))' "$small")
before=$(counter tx-too-long)
full=$(seen full)
on s env PYTHONPATH="$TESTING/lib" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 - "$hwaddr" "$small" <<'END'
import socket, struct, sys
from pppoe_client import checksum, icmp_echo
each = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
each.bind(("ras0", 0x800))
for flags in (b"\x40\0", b"\0\0"):
    packet = icmp_echo("192.0.2.2", sys.argv[2], 7, data=b"x" * 1400)
    header = packet[:6] + flags + packet[8:10] + b"\0\0" + packet[12:20]
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    each.send(bytes.fromhex(sys.argv[1]) + b"\2" * 6 + b"\x08\0" + header + packet[20:])
END
full_above() { [[ $(seen full) -gt $1 ]]; }
expect_ok "what may not be cut is counted" poll 10 counter_above tx-too-long "$before"
expect_ok "what may is cut" poll 5 full_above "$full"

note "TCP"
for client in c1 c2; do
	expect_ok "from $client" iperf "$client" h 192.0.2.2 -t 1
	expect_ok "to $client" iperf "$client" h 192.0.2.2 -t 1 -R
done
expect_ok "between the two" iperf c1 c2 "$small" -t 1
expect_ok "and back" iperf c1 c2 "$small" -t 1 -R

note "MSS"
# A network behind c2 would announce this.
ip -n c2 route replace default dev ppp0 advmss 1452
for ns in h c2; do
	on "$ns" nft add table ip mss
	on "$ns" nft 'add chain ip mss in { type filter hook prerouting priority -450; }'
	on "$ns" nft 'add rule ip mss in tcp flags & syn == syn tcp option maxseg size > 1240 counter'
	on "$ns" nft 'add rule ip mss in tcp flags & syn == syn tcp option maxseg size 1240 counter'
done
# Segments that announced more than 1240, and exactly 1240.
announced() { on "$1" nft list table ip mss | sed -nE 's/.*packets ([0-9]+) .*/\1/p' | xargs; }
expect_ok "a connection without the clamp" iperf c2 h 192.0.2.2 -t 1
expect_equal "the host hears what the client announces" "2 0" "$(announced h)"
expect_equal "and the client what the host does" "2 0" "$(announced c2)"
expect_ok "it is switched on" rras iface set ras0 mss-clamp on
expect_match "and shown" '^1$' on s cat /sys/class/net/ras0/wanarp/mss_clamp
# The host no longer hears that a packet was too long, and has forgotten what it heard.
on h nft 'add chain ip mss deaf { type filter hook input priority 0; }'
on h nft add rule ip mss deaf icmp type destination-unreachable drop
on h ip route flush cache
before=$(counter tx-too-long)
expect_ok "data comes to the client though nobody hears ICMP" iperf c2 h 192.0.2.2 -t 1 -R
expect_equal "the host hears what fits" "2 2" "$(announced h)"
expect_equal "so does the client" "2 2" "$(announced c2)"
expect_equal "no packet was too long" "$before" "$(counter tx-too-long)"
expect_ok "it is switched off" rras iface set ras0 mss-clamp off

note "IPv6"
ip -n s addr add 2001:db8:1::1/64 dev lan0 nodad
ip -n h addr add 2001:db8:1::2/64 dev eth0 nodad
ip -n h route add default via 2001:db8:1::1
declare -A global
for client in c1:alice c2:bob; do
	user=${client#*:} client=${client%:*}
	prefix_known() { [[ $(session_field "$user" ipv6-prefix) == 2001:* ]]; }
	expect_ok "$client has a prefix" poll 30 prefix_known
	global[$client]=$(session_field "$user" ipv6-prefix)
	global[$client]=${global[$client]%/64}99
	ip -n "$client" addr add "${global[$client]}/128" dev ppp0 nodad
	ip -n "$client" -6 route replace default dev ppp0 metric 1
done
on c2 nft add table ip6 seen
on c2 nft 'add chain ip6 seen in { type filter hook prerouting priority -450; }'
# Without the 40 bytes of the header.
on c2 nft 'add rule ip6 seen in ip6 length > 1240 counter comment "long"'
on c2 nft 'add rule ip6 seen in ip6 length 1232-1240 counter comment "full"'
seen6() { on c2 nft list table ip6 seen | sed -nE "s/.*packets ([0-9]+) .*\"$1\".*/\1/p"; }
full6_above() { [[ $(seen6 full) -gt $1 ]]; }
pings6() { # NS ADDRESS LENGTH [OPTION...]: LENGTH counts the headers
	local ns=$1 address=$2 size=$(($3 - 48))
	shift 3
	on "$ns" ping -6 -c 1 -W 5 -s "$size" "$@" "$address"
}
mru_told6() { ! pings6 "$@" -M "do" >"$RRAS_LOG/ping.out" && cat "$RRAS_LOG/ping.out"; }
small6=${global[c2]}
# s goes last: it learns the path MTU from its own packets, and then tells others by itself.
for from in h c1 s; do
	before=$(counter tx-too-long)
	expect_ok "from $from: 1280 bytes" pings6 "$from" "$small6" 1280 -M "do"
	expect_equal "nobody was told" "$before" "$(counter tx-too-long)"
	expect_match "1281 bytes: the MRU is told" 'mtu ?= ?1280' mru_told6 "$from" "$small6" 1281
	expect_ok "and counted" poll 10 counter_above tx-too-long "$before"
	# Who was told cuts by itself.
	full=$(seen6 full)
	expect_ok "5000 bytes that may be cut" pings6 "$from" "$small6" 5000 -M dont
	expect_ok "come in pieces of the full length" full6_above $((full + 2))
done
expect_ok "the other client gets 1492 bytes" pings6 h "${global[c1]}" 1492 -M "do"
expect_match "and no more" 'mtu ?= ?1492' mru_told6 h "${global[c1]}" 1493

# Ten datagrams in one GSO packet, which fit.
cat >"$RRAS_LOG/udp.py" <<'END'
import socket, sys
each = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
if sys.argv[1] == "receive":
    each.bind(("::", 4000))
    each.settimeout(20)
    open(sys.argv[2], "w").close()
    came = sorted(each.recv(65535) for _ in range(10))
    sys.exit(came != [bytes([i]) * 1232 for i in range(10)])
each.setsockopt(socket.IPPROTO_UDP, 103, 1232)      # UDP_SEGMENT
each.sendto(b"".join(bytes([i]) * 1232 for i in range(10)), (sys.argv[2], 4000))
END
small=$small6
for from in h s; do
	full=$(seen6 full)
	expect_ok "UDP in segments from $from arrives" segments "$from"
	expect_ok "in segments" full6_above $((full + 9))
done
for client in c1 c2; do
	expect_ok "TCP from $client" iperf "$client" h 2001:db8:1::2 -t 1
	expect_ok "TCP to $client" iperf "$client" h 2001:db8:1::2 -t 1 -R
done
expect_ok "it is switched on" rras iface set ras0 mss-clamp on
on h nft add table ip6 mss
on h nft 'add chain ip6 mss in { type filter hook prerouting priority -450; }'
on h nft 'add rule ip6 mss in tcp flags & syn == syn tcp option maxseg size > 1220 counter'
on h nft 'add rule ip6 mss in tcp flags & syn == syn tcp option maxseg size 1220 counter'
on h nft add rule ip6 mss in icmpv6 type packet-too-big drop
on h ip -6 route flush cache
ip -n c2 -6 route replace default dev ppp0 metric 1 advmss 1432
before=$(counter tx-too-long)
expect_ok "TCP to c2 though nobody hears ICMP" iperf c2 h 2001:db8:1::2 -t 1 -R
expect_equal "the host hears what fits" "0 2" \
	"$(on h nft list table ip6 mss | sed -nE 's/.*packets ([0-9]+) .*/\1/p' | xargs)"
expect_equal "no packet was too long" "$before" "$(counter tx-too-long)"
expect_equal "nothing longer than 1280 bytes came" 0 "$(seen6 long)"
expect_equal "the stack has cut all segments" 0 "$(counter tx-unsegmented)"

expect_equal "nothing longer than 1280 bytes came to the second" 0 "$(seen long)"
expect_equal "nothing was lost in cutting" 0 "$(counter tx-fragment)"
expect_ok "a client hangs up" pppd_stop c2
expect_ok "the daemon stops" rrasd_stop
expect_ok "and leaves no link" poll 10 links_are 0
