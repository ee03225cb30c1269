#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 400
#
# rrasd dials a demand-dial interface over PPPoE; the concentrator is Debian's pppoe-server
# with pppd.
#
#	h eth0 --- lan0 s acc0 --- eth0 ac  198.51.100.1 is "the Internet"
#	192.0.2.2   .1                 |
#	               wan0 . . PPPoE . .   10.9.0.10 to 10.9.0.1
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/dial.sh
. "$TESTING/lib/dial.sh"

need_modules ppp_async
need_programs pppd pppoe pppoe-server nft
dial_topology
dial_masquerade

dial_base <<-END
	[ppp]
	echo-interval 1s
	echo-failures 3
	restart-timer 1s
	[dial wan0]
	over pppoe acc0
	resolv-file /tmp/resolv.wan0
	backoff 4s
	backoff-max 8s
END

concentrator_pppd() {
	local pid
	for pid in $(ip netns pids ac); do
		if [[ $(cat /proc/"$pid"/comm 2>/dev/null) == pppd ]]; then
			echo "$pid"
		fi
	done
}

# ping_once NS: exactly one packet, which may take as long as dialling takes.
ping_once() { on "$1" ping -qnc 1 -W 60 198.51.100.1; }

note "nobody answers"
dial_config password secret connect-timeout 5s
rrasd_start s
expect_ok "the interface is there, with a route and without a link" poll 10 dial_has_default
expect_ok "no link" links_are 0
expect_ok "it is disconnected" dial_state_is disconnected
expect_match "a host behind hears that there is no line" 'Destination Host Unreachable' \
	bash -c 'ip netns exec h ping -nc 1 -W 20 198.51.100.1 || true'
expect_ok "for want of a concentrator" rrasd_says \
	'wan0: no connection over acc0: no access concentrator answers'
start=$(date +%s%N)
expect_match "the next packet is answered" 'Destination Host Unreachable' \
	bash -c 'ip netns exec h ping -nc 1 -W 20 198.51.100.1 || true'
took=$((($(date +%s%N) - start) / 1000000))
expect_ok "at once ($took ms)" test "$took" -lt 4000
expect_ok "until the pause is over" poll 20 dial_state_is disconnected

note "the first packet"
stock_server_start ac eth0 alice secret ms-dns 198.51.100.53
dial_reload password secret connect-timeout 60s
expect_ok "one ping of our own is answered" ping_once s
expect_ok "one link" links_are 1
expect_ok "it is connected" poll 10 dial_state_is connected
expect_ok "our address is on it" poll 10 dial_address_is 10.9.0.10
expect_soon "the name server is known" '^nameserver 198.51.100.53$' cat /tmp/resolv.wan0
expect_soon "rras session shows it" '-> wan0 +10.9.0.10 .* up ' rras session
expect_soon "rras session uplinks, too" '^wan0 +up .*on-demand +acc0 +10.9.0.10 +10.9.0.1 ' \
	rras session uplinks
expect_ok "pings from behind" on h ping -qnc 3 -i 0.2 -W 10 198.51.100.1
expect_ok "hanging up" dial_hangup
expect_ok "takes the address away" poll_not 10 dial_address_is 10.9.0.10
expect_ok "but not the route" dial_has_default
expect_match "the concentrator was told politely" 'rcvd \[LCP TermReq' \
	cat "$RRAS_LOG/pppoe-server.log"
expect_ok "one ping from behind is answered, too" ping_once h

note "the concentrator vanishes"
expect_ok "all its processes are killed" stock_server_kill ac
expect_ok "the link goes" poll 30 links_are 0
expect_ok "because of unanswered echoes" rrasd_says 'wan0: disconnected: the peer answers no echo'
stock_server_start ac eth0 alice secret require-mschap-v2
dial_reload password secret connect-timeout 60s methods mschapv2
expect_ok "the next packet dials" ping_once h
expect_match "by MS-CHAPv2, in which the concentrator has proven itself, too" \
	'sent .CHAP Success .*S=[0-9A-F]{40}' cat "$RRAS_LOG/pppoe-server.log"

note "nothing to send"
dial_reload password secret connect-timeout 60s idle-timeout 1s
expect_ok "it hangs up by itself" poll 30 links_are 0
expect_ok "and is disconnected" poll 20 dial_state_is disconnected

note "a password that is wrong"
failures=$(grep -c 'no connection' "$RRAS_LOG/rrasd.log")
dial_reload password wrong connect-timeout 60s
expect_match "the sender hears it" 'Destination Host Unreachable' \
	bash -c 'ip netns exec h ping -nc 1 -W 60 198.51.100.1 || true'
expect_ok "the log says why" rrasd_says 'wan0: no connection over acc0: the peer denied our'
expect_ok "it is not tried again at once" dial_state_is unreachable
expect_equal "one attempt" $((failures + 1)) "$(grep -c 'no connection' "$RRAS_LOG/rrasd.log")"
expect_ok "no link" poll 10 links_are 0

note "only some packets may dial"
expect_ok "the pause ends" poll 20 dial_state_is disconnected
dial_reload password secret connect-timeout 60s filter 'icmp and not host 198.51.100.2'
expect_match "a packet that may not" 'Destination Host Unreachable' \
	bash -c 'ip netns exec h ping -nc 1 -W 60 198.51.100.2 || true'
expect_ok "does not" dial_state_is disconnected
expect_ok "one that may is answered" ping_once h
expect_ok "hanging up" dial_hangup

note "a permanent line"
before=$(dial_connects)
dial_reload password secret connect-timeout 60s mode permanent
expect_ok "nobody has to ask for it" poll 60 dial_connects_are $((before + 1))
for pid in $(concentrator_pppd); do
	kill "$pid" 2>/dev/null || true
done
expect_ok "when the concentrator ends it, it comes again" poll 60 dial_connects_are $((before + 2))
expect_ok "and works" ping_once h

note "sections come and go"
is_gone() { ! ip -n s link show dev "$1" >/dev/null 2>&1; }
dial_config password secret connect-timeout 60s mode permanent
sed -i 's/dial wan0/dial wan1/' "$RRASD_CONF"
expect_ok "the section is that of another interface" rrasd_reload
expect_ok "the line of the first ends, and the interface is gone" poll 30 is_gone wan0
expect_ok "the other one dials" rrasd_says "wan1: connected over" 60
expect_ok "and works" ping_once s
expect_match "it is the only one" '^wan1 +up .*permanent' rras session uplinks
expect_equal "with one link" 1 "$(</sys/kernel/ndiswan/links)"
before=$(dial_connects)
ip netns add nowhere
ip link add acc1 netns s type veth peer name eth1 netns nowhere
ip -n s link set acc1 up
dial_config password secret connect-timeout 60s mode permanent
cat >>"$RRASD_CONF" <<-END
	[dial wan1]
	create yes
	over pppoe acc1
	user alice
	password secret
	default-route no
END
expect_ok "there are two, and the old one dials over another line" rrasd_reload
expect_ok "the first is back" poll 60 dial_connects_are $((before + 1))
uplinks_are() { [[ $(rras session uplinks | awk 'NR > 1 { print $1, $2 }' | sort | xargs) == "$1" ]]; }
expect_ok "the other waits for a packet" poll 30 uplinks_are "wan0 up wan1 idle"
dial_config password secret connect-timeout 60s
expect_ok "the second goes without a line" rrasd_reload
expect_ok "at once" poll 10 is_gone wan1
expect_ok "the first has not noticed" ping_once h
expect_equal "but for its mode" $((before + 1)) "$(dial_connects)"

expect_ok "the daemon stops" rrasd_stop
expect_ok "no link is left" poll 10 links_are 0
expect_fail "and no interface" ip -n s link show dev wan0

note "the first section of one who serves, too"
rrasd_config ppp restart-timer 1s
rrasd_start s
before=$(dial_connects)
cat >>"$RRASD_CONF" <<-END
	[dial wan0]
	create yes
	over pppoe acc0
	mode permanent
	user alice
	password secret
END
chmod 600 "$RRASD_CONF"
expect_ok "a reload" rrasd_reload
expect_ok "is enough to dial" poll 60 dial_connects_are $((before + 1))
expect_ok "and it works" ping_once s
expect_ok "the daemon stops" rrasd_stop
expect_ok "no link is left" poll 10 links_are 0
