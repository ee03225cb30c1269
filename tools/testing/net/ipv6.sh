#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml-debug
# timeout: 300
#
# IPv6 for stock pppd clients: interface identifiers by IPV6CP, a prefix of his own for each, by
# router advertisements; there and back, client to client, IPv4 next to it or not; what is
# forged, not there or too long; and one neighbour for all of them.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/raw.sh
. "$TESTING/lib/raw.sh"

need_programs pppd tcpdump
topology 3
ip -n s addr add 2001:db8:1::1/64 dev lan0 nodad
ip -n h addr add 2001:db8:1::2/64 dev eth0 nodad
ip -n h route add default via 2001:db8:1::1

rrasd_config pool ipv6-prefix 2001:db8:64::/48 wan ipv6-address 2001:db8:1::ff \
	ppp ipv6-dns1 2001:db8:1::53 ppp advertise-interval 8s
echo "erin * secret-erin - -- ipv6-prefix 2001:db8:7::/64" >>"$RRAS_LOG/secrets"
rrasd_start s

wait6() { poll "${2:-60}" pppd_says "$1" '^remote LL address'; }
link_local() { pppd_word "$1" '^local  LL address (.*)$'; }
# The address that a client made with what was advertised, without its length.
global() {
	ip -n "$2" -6 -o addr show dev "$(pppd_dev "$1")" scope global |
		sed -nE 's/.* inet6 ([0-9a-f:]+)\/64 .*/\1/p'
}
has_global() { [[ -n $(global "$1" "$2") ]]; }
ping6() { # FROM ADDRESS [OPTION...]
	local from=$1 address=$2
	shift 2
	on "$from" ping -6 -qc 2 -i 0.2 -W 5 "$@" "$address"
}

within() { # ADDRESS PREFIX
	/usr/bin/python3 -c 'import ipaddress, sys
sys.exit(ipaddress.ip_address(sys.argv[1]) not in ipaddress.ip_network(sys.argv[2]))' "$@"
}

note "two clients with IPv4 and IPv6"
pppd_start c1 c1 eth0 alice secret-alice +ipv6
pppd_start c2 c2 eth0 bob secret-bob +ipv6 mru 1280 mtu 1280
for i in 1 2; do
	expect_ok "client $i has IPv4" pppd_wait_up "c$i" 60
	expect_ok "client $i has IPv6" wait6 "c$i"
	expect_ok "client $i makes itself an address" poll 20 has_global "c$i" "c$i"
done
expect_ok "two links" links_are 2
expect_ok "four projections" poll 10 projections_are 4
one=$(global c1 c1)
two=$(global c2 c2)
expect_match "it is of the pool" '^2001:db8:64:' echo "$one"
expect_ok "the session says which prefix it has" within "$one" "$(session_field alice ipv6-prefix)"
expect_ok "each has another one" test "$(session_field alice ipv6-prefix)" != \
	"$(session_field bob ipv6-prefix)"
expect_ok "a client reaches our link-local address" ping6 c1 "fe80::1%$(pppd_dev c1)"
expect_ok "we reach his" ping6 s "$(link_local c1)%ras0"
for i in 1 2; do
	expect_ok "client $i reaches the host" ping6 "c$i" 2001:db8:1::2
	expect_ok "the host reaches client $i" ping6 h "$(global "c$i" "c$i")"
	expect_ok "IPv4 of client $i works, too" on "c$i" ping -qc 2 -i 0.2 -W 5 192.0.2.2
done
expect_ok "client to client" ping6 c1 "$two"
expect_ok "and back" ping6 c2 "$one"
expect_equal "no packet was refused" 0 "$(counter rx-source-address)"

note "router advertisements"
cat >"$RRAS_LOG/solicit.py" <<'END'
import socket, sys
each = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
index = socket.if_nametoindex(sys.argv[1])
each.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, int(sys.argv[2]))
each.sendto(b"\x85" + bytes(7), ("ff02::2", 0, 0, index))
END
solicit() { # [HOPS]
	on c1 /usr/bin/python3 "$RRAS_LOG/solicit.py" "$(pppd_dev c1)" "${1:-255}"
}
ip netns exec c1 tcpdump -U -nvi "$(pppd_dev c1)" -c 2 -w "$RRAS_LOG/ra.pcap" 'icmp6 and ip6[40] == 134' \
	2>"$RRAS_LOG/tcpdump.err" &
listener=$!
poll 10 grep -q listening "$RRAS_LOG/tcpdump.err"
before=$(counter solicitations-answered)
ignored=$(counter solicitations-ignored)
expect_ok "who asks" solicit
expect_ok "is answered" poll 5 counter_above solicitations-answered "$before"
expect_ok "one that was forwarded" solicit 254
expect_ok "is none" poll 5 counter_above solicitations-ignored "$ignored"
expect_ok "they also come by themselves" poll 30 ended "$listener"
tcpdump -nvr "$RRAS_LOG/ra.pcap" >"$RRAS_LOG/ra.text" 2>&1
expect_match "from our address" 'fe80::1 > ff02::1' cat "$RRAS_LOG/ra.text"
expect_match "with the link's MTU" 'mtu option .*1492' cat "$RRAS_LOG/ra.text"
expect_match "with his prefix" 'Flags \[auto\], valid' cat "$RRAS_LOG/ra.text"
expect_match "with the name server" '2001:db8:1::53' cat "$RRAS_LOG/ra.text"
expect_equal "and nobody else's" 1 "$(grep -oE '2001:db8:64:[0-9a-f:]*/64' "$RRAS_LOG/ra.text" |
	sort -u | wc -l)"

note "what is forged"
forge() { # SOURCE
	ip -n c1 addr add "$1/128" dev "$(pppd_dev c1)" nodad
	! ping6 c1 2001:db8:1::2 -I "$1" -W 1 &&
		ip -n c1 addr del "$1/128" dev "$(pppd_dev c1)"
}
for source in "$two" 2001:db8:1::99 2001:db8:64:fff0::9; do
	before=$(counter rx-source-address)
	expect_ok "a packet from $source is not answered" forge "$source"
	expect_ok "and counted" poll 10 counter_above rx-source-address "$before"
done
expect_ok "any address of his prefix is his" ip -n c1 addr add "${one%:*}:77/128" \
	dev "$(pppd_dev c1)" nodad
expect_ok "and works" ping6 c1 2001:db8:1::2 -I "${one%:*}:77"

note "what is not there, and what is too long"
unreachable() { on h ping -6 -c 1 -W 10 2001:db8:64:fff0::1 || true; }
start=$(date +%s%N)
expect_match "a prefix that nobody has" 'Destination unreachable: Address unreachable' unreachable
took=$((($(date +%s%N) - start) / 1000000))
expect_equal "is answered at once ($took ms)" 1 $((took < 5000))
scan='import socket, sys
each = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
for start in sys.argv[1:]:
    for i in range(1, 300):
        try:
            each.sendto(b"x", (f"{start}:{i:x}", 9))
        except OSError:
            pass    # what came back for an earlier one'
expect_ok "somebody scans" on h /usr/bin/python3 -c "$scan" 2001:db8:64:fff0: "${two%:*}"
expect_ok "and is still served" ping6 h "$two"
neighbours() { ip -n s -6 neigh show dev ras0 | grep -v '^fe80::' || true; }
expect_equal "which makes no neighbours" "" "$(neighbours)"
too_big() { on h ping -6 -c 2 -i 0.2 -W 5 -s 1300 -M "do" "$two" || true; }
expect_match "longer than the client's MRU: packet too big, and how long it may be" \
	'mtu[ =:]+1280' too_big
expect_ok "the other client gets 1492 bytes" ping6 h "$one" -s 1444 -M "do" -c 3

note "a client who comes back"
prefix=$(session_field alice ipv6-prefix)
expect_ok "hangs up" pppd_stop c1
expect_ok "leaves one link" poll 10 links_are 1
expect_ok "and two projections" poll 10 projections_are 2
pppd_start c1 c1 eth0 alice secret-alice +ipv6
expect_ok "is connected again" wait6 c1
expect_equal "has the prefix of last time" "$prefix" "$(session_field alice ipv6-prefix)"
expect_ok "and an address of it" poll 20 has_global c1 c1
expect_ok "which works" ping6 h "$(global c1 c1)"

note "IPv6 only, and IPv4 only"
pppd_start c3 c3 eth0 erin secret-erin +ipv6 noip
expect_ok "a client without IPv4" wait6 c3
expect_ok "with a prefix of his own" poll 20 has_global c3 c3
three=$(global c3 c3)
expect_match "which the secrets file gives him" '^2001:db8:7:0:' echo "$three"
expect_ok "reaches the host" ping6 c3 2001:db8:1::2
expect_ok "is reached" ping6 h "$three"
expect_equal "has no IPv4 address" "" "$(session_field erin address)"
expect_ok "hangs up" pppd_stop c3
route_gone() { [[ -z $(ip -n s -6 route show 2001:db8:7::/64) ]]; }
expect_ok "and his route goes" poll 10 route_gone
pppd_start c3 c3 eth0 carol secret-carol noipv6
expect_ok "a client without IPv6" pppd_wait_up c3 60
expect_ok "reaches the host" on c3 ping -qc 2 -i 0.2 -W 5 192.0.2.2
expect_equal "and holds no prefix" "" "$(session_field carol ipv6-prefix)"

expect_ok "the daemon stops" rrasd_stop
expect_ok "and leaves no link" poll 10 links_are 0
for i in 1 2 3; do
	expect_ok "client $i is told" pppd_wait_end "c$i"
done

note "one prefix for all, an address for each"
rrasd_config pool ipv6-prefix 2001:db8:65::/64
rrasd_start s
pppd_start c1 c1 eth0 alice secret-alice +ipv6 ipv6 ::a:b:c:d
pppd_start c2 c2 eth0 bob secret-bob +ipv6
for i in 1 2; do
	expect_ok "client $i has IPv6" wait6 "c$i"
	expect_ok "client $i makes itself an address" poll 20 has_global "c$i" "c$i"
	expect_ok "client $i reaches the host" ping6 "c$i" 2001:db8:1::2
done
one=$(global c1 c1)
two=$(global c2 c2)
expect_equal "who asks for an identifier that is free gets it" 2001:db8:65:0:a:b:c:d "$one"
expect_match "both addresses are of the pool" '^2001:db8:65:0:.* 2001:db8:65:0:' echo "$one $two"
expect_equal "the session knows the address" "$two" "$(session_field bob ipv6-address)"
expect_ok "client to client" ping6 c1 "$two"
before=$(counter rx-source-address)
expect_ok "another address of the prefix is not his" forge "${one%:*}:1234"
expect_ok "and counted" poll 10 counter_above rx-source-address "$before"
expect_ok "they hang up" pppd_stop c1
expect_ok "both" pppd_stop c2
expect_ok "nothing is left" poll 10 nothing_left
expect_ok "the daemon stops" rrasd_stop
