#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 500
#
# The sample driver im_capture: any number of readers see the clear packets of one link or of
# all links of their namespace, as pcapng that tcpdump reads and a strict parser accepts; who
# does not read loses packets, is told how many, and disturbs nobody.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"

need_programs pppd tcpdump setpriv
topology 2
rrasd_config pppoe ac-name concentrator
rrasd_start s
pppd_start c1 c1 eth0 alice secret-alice
pppd_start c2 c2 eth0 bob secret-bob
for i in 1 2; do
	expect_ok "client $i is connected" pppd_wait_up "c$i" 60
done
# Links that are there already.
load_sample im_capture || fatal "im_capture cannot be loaded"

A=$(pppd_local c1)
B=$(pppd_local c2)
link_of() { # CLIENT: number of its link
	rras -j link list | /usr/bin/python3 -c '
import json, sys
for link in json.load(sys.stdin):
    if sys.argv[1] in [line["address"] for line in link["lines"]]:
        print(link["id"])' "$1"
}
LINK_A=$(link_of "$A")
LINK_B=$(link_of "$B")

declare -A reader_pid
file() { echo "$RRAS_LOG/$1.pcapng"; }
# reader NAME NS [LINE...]: in the background, begun when it returns.
reader() {
	local name=$1 ns=$2
	shift 2
	# Not by on(): $! has to be the program, not a shell around it.
	PYTHONDONTWRITEBYTECODE=1 ip netns exec "$ns" /usr/bin/python3 \
		"$TESTING/net/im-capture.py" "$(file "$name")" "$@" \
		>"$RRAS_LOG/reader-$name.out" 2>&1 &
	reader_pid[$name]=$!
	disown "$!"
	poll 20 test -s "$(file "$name")" -o -e "$(file "$name").ready"
}
# reader_end NAME: what was wrong with what it read it would have said.
reader_end() {
	kill "${reader_pid[$1]}"
	poll 20 ended "${reader_pid[$1]}"
	cat "$RRAS_LOG/reader-$1.out"
	[[ ! -s $RRAS_LOG/reader-$1.out ]]
}
blocks() { "$TESTING/lib/pcapng.py" "$(file "$1")"; }
packets() { blocks "$1" | grep -c '^packet' || true; }
packets_are() { [[ $(packets "$1") -eq $2 ]]; }
# tcpdumped NAME [FILTER]
tcpdumped() { tcpdump -nr "$(file "$1")" "${@:2}" 2>/dev/null; }
ping_host() { on "$1" ping -qc "$2" -i 0.05 -W 10 "${@:3}" 192.0.2.2; }

# --- two readers -------------------------------------------------------------------------

expect_ok "one for all links" reader all s
expect_ok "one for the link of client 1" reader one s "link $LINK_A"
expect_ok "one that keeps 64 bytes" reader short s "snaplen 64"
expect_ok "one in another namespace" reader other h
expect_ok "five packets of client 1" ping_host c1 5 -s 400
expect_ok "three packets of client 2" ping_host c2 3
expect_ok "the first sees both, both ways" poll 10 packets_are all 16
expect_ok "the second sees client 1" poll 10 packets_are one 10
expect_ok "the third all of them" poll 10 packets_are short 16
for name in all one short other; do
	expect_ok "reader $name ends" reader_end $name
	expect_ok "its stream is well formed" blocks $name
	cp "$LAST" "$RRAS_LOG/blocks-$name"
done
expect_equal "interfaces have the links' names and the clients' addresses" \
	"interface 0 all links
interface 1 link $LINK_A client $A
interface 2 link $LINK_B client $B" "$(grep '^interface' "$RRAS_LOG/blocks-all")"
expect_equal "one interface for the reader of one link" "interface 0 link $LINK_A client $A" \
	"$(grep '^interface' "$RRAS_LOG/blocks-one")"
expect_equal "packets of client 1: from him" 5 "$(grep -c '^packet 1 in 432 432' "$RRAS_LOG/blocks-all")"
expect_equal "to him" 5 "$(grep -c '^packet 1 out 432 432' "$RRAS_LOG/blocks-all")"
expect_equal "of client 2" 6 "$(grep -cE '^packet 2 (in|out) 88 88' "$RRAS_LOG/blocks-all")"
expect_equal "with 64 bytes kept" 10 "$(grep -cE '^packet 1 (in|out) 432 64' "$RRAS_LOG/blocks-short")"
expect_equal "in the other namespace nothing happened" "section
interface 0 all links" "$(cat "$RRAS_LOG/blocks-other")"
expect_equal "tcpdump reads them: requests" 5 "$(tcpdumped all | grep -c "IP $A > 192.0.2.2: ICMP echo request")"
expect_equal "and answers" 5 "$(tcpdumped one | grep -c "IP 192.0.2.2 > $A: ICMP echo reply")"
expect_equal "nothing else with one link" 10 "$(tcpdumped one | wc -l)"
expect_equal "its filters work" 6 "$(tcpdumped all "icmp and host $B" | wc -l)"

# As an administrator does it.
ip netns exec s bash -c 'timeout 60 tcpdump -nlc 4 -r - </dev/im_capture' \
	>"$RRAS_LOG/live" 2>"$RRAS_LOG/live.err" &
live=$!
expect_ok "tcpdump begins to read the device" poll 20 grep -q 'link-type PPP ' "$RRAS_LOG/live.err"
expect_ok "packets" ping_host c2 3
expect_ok "it has seen enough" wait $live
expect_equal "of what there was" 2 "$(grep -c "IP $B > 192.0.2.2: ICMP echo request" "$RRAS_LOG/live")"

# --- parameters and permissions ----------------------------------------------------------

expect_ok "parameters, waiting, statistics" on h /usr/bin/python3 "$TESTING/net/im-capture.py" none probe
last_output | sed 's/^/# /'
for capability in net_admin net_raw; do
	expect_match "without CAP_${capability^^}" 'Operation not permitted' bash -c \
		"! ip netns exec s setpriv --bounding-set=-$capability cat /dev/im_capture 2>&1"
done

# --- one that does not read --------------------------------------------------------------

expect_ok "a reader that does not read" reader slow s slow "buffer 65536"
expect_ok "one that does" reader quick s "buffer 65536"
expect_ok "more than there is room for" ping_host c1 200 -s 1000 -i 0.01
expect_ok "the quick one has all" poll 10 packets_are quick 400
touch "$(file slow).go"
expect_ok "the slow one reads at last" poll 20 ended "${reader_pid[slow]}"
expect_ok "it reads blocks that are whole" blocks slow
cp "$LAST" "$RRAS_LOG/blocks-slow"
seen=$(packets slow)
expect_equal "some packets ($seen)" 1 $((seen > 30 && seen < 70))
expect_match "and how many it lost" "^statistics 0 400 $((400 - seen))\$" cat "$RRAS_LOG/blocks-slow"
expect_equal "the quick one lost none" 0 "$(blocks quick | grep -c '^statistics')"
expect_ok "it ends" reader_end quick

# --- under traffic -----------------------------------------------------------------------

# Another driver stays, so that no branch is patched under the packets (README.md, facts).
load_sample im_account || fatal "im_account cannot be loaded"
ip netns exec c1 ping -qf 192.0.2.2 >"$RRAS_LOG/flood" 2>&1 &
flood=$!
disown $flood
for i in 1 2 3 4 5 6; do
	reader "churn$i" s || fatal "reader $i does not begin"
done
grows() { [[ $(stat -c %s "$(file "$1")") -gt 4096 ]]; }
for i in 1 2 3 4 5 6; do
	poll 20 grows "churn$i" || fatal "reader $i sees nothing"
	expect_ok "reader $i ends" reader_end "churn$i"
done
reader last s || fatal "the last reader does not begin"
expect_fail "not unloaded while there is a capture" rmmod im_capture
reader_end last
expect_ok "unloaded after it, under traffic" poll 10 unload_sample im_capture
expect_fail "the device is gone" test -e /dev/im_capture
kill -INT $flood
poll 20 ended $flood
expect_ok "client 1 does not mind" ping_host c1 3
expect_ok "loaded again" load_sample im_capture

# --- another namespace with links of its own -----------------------------------------------

# a: ras0 10.1.0.1 -- link -- eth0 === eth0 -- link -- ras0 10.1.0.2 :b
ns_create a b
veth a eth0 b eth0
mac() { on "$1" cat /sys/class/net/eth0/address; }
pair() { # NS OTHER ADDRESS OTHER-ADDRESS
	ip -n "$1" link add ras0 type wanarp
	ip -n "$1" link set ras0 up
	ip -n "$1" addr add "$3/32" dev ras0
	ip -n "$1" route add "$4/32" dev ras0
	ip netns exec "$1" /usr/bin/python3 "$TESTING/net/hold-link.py" eth0 7 "$(mac "$2")" \
		ras0 "$4" "$RRAS_LOG/holder-$1" >"$RRAS_LOG/holder-$1.out" 2>&1 &
	disown "$!"
	poll 20 test -e "$RRAS_LOG/holder-$1"
}
expect_ok "a link in a" pair a b 10.1.0.1 10.1.0.2
expect_ok "a link in b" pair b a 10.1.0.2 10.1.0.1
expect_ok "a reader in a" reader in-a a
expect_ok "a reader in b" reader in-b b
expect_ok "a reader in s" reader in-s s
expect_ok "packets between a and b" on a ping -qc 4 -i 0.05 -W 10 10.1.0.2
expect_ok "packets in s" ping_host c2 2
for name in a b; do
	expect_ok "what $name sees" poll 10 packets_are in-$name 8
	reader_end in-$name
	expect_equal "is on one link" 2 "$(blocks in-$name | grep -c '^interface')"
done
expect_ok "what s sees" poll 10 packets_are in-s 4
reader_end in-s
expect_equal "is of client 2" 4 "$(tcpdumped in-s | grep -c "$B")"
expect_ok "the daemon stops" rrasd_stop
