#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml-debug
# timeout: 480
#
# The main job: three stock pppd clients at once over PPPoE, on the one interface
# ras0, reach a host behind the box and each other.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"

need_programs pppd iperf3 tcpdump
topology 3
rrasd_config pppoe ac-name concentrator
rrasd_start s

users=(alice bob carol)
for i in 1 2 3; do
	pppd_start "c$i" "c$i" eth0 "${users[i - 1]}" "secret-${users[i - 1]}"
done
for i in 1 2 3; do
	expect_ok "client $i is connected" pppd_wait_up "c$i" 60
done
expect_ok "three links" links_are 3
expect_ok "three projections" poll 10 projections_are 3
expect_equal "one interface for all of them" 1 \
	"$(ip -n s -o link show type wanarp | wc -l)"

for i in 1 2 3; do
	expect_ok "client $i reaches the host" on "c$i" ping -qc 3 -W 5 192.0.2.2
	expect_ok "the host reaches client $i" on h ping -qc 3 -W 5 "$(pppd_local "c$i")"
done
expect_ok "client to client" on c1 ping -qc 3 -W 5 "$(pppd_local c2)"

# Somebody who listens on the lower device sees frames that are still what they were: the
# receive path must not write into what it shares with him.
ip netns exec s tcpdump -U -nei acc0 -c 20 -w "$RRAS_LOG/acc0.pcap" 'pppoes and icmp' 2>"$RRAS_LOG/tcpdump.err" &
poll 10 grep -q listening "$RRAS_LOG/tcpdump.err"
expect_ok "with a listener below" on c1 ping -qc 10 -i 0.05 -W 5 192.0.2.2
wait %+ || true
expect_match "the listener decodes PPPoE and what is in it" \
	'PPPoE.*IP .* > 192.0.2.2: ICMP echo request' \
	tcpdump -nr "$RRAS_LOG/acc0.pcap"

seconds=${IPERF_TIME:-3}
expect_ok "TCP from a client" iperf c1 h 192.0.2.2 -t "$seconds"
expect_ok "TCP to a client" iperf c1 h 192.0.2.2 -t "$seconds" -R
expect_ok "TCP between clients" iperf c1 c2 "$(pppd_local c2)" -t "$seconds"
expect_ok "UDP from a client" iperf c2 h 192.0.2.2 -t "$seconds" -u -b 5M
expect_match "no packet was dropped by a source check" '^0$' bash -c \
	"$(printf '%q ' ip netns exec s "$RRAS" -S /tmp/rrasd.sock -j iface show ras0) |
	 /usr/bin/python3 -c 'import json,sys; d=json.load(sys.stdin); print(sum(x[\"count\"] for i in (d if isinstance(d,list) else [d]) for x in i.get(\"drops\",[]) if \"source\" in x[\"reason\"]))'"

# An address that nobody has is answered at once, not after a time-out.
start=$(date +%s%N)
expect_fail "an address that is not projected" on h ping -qc 1 -W 10 10.64.0.240
took=$((($(date +%s%N) - start) / 1000000))
expect_equal "is answered at once ($took ms)" 1 $((took < 5000))
expect_match "with host unreachable" 'Destination Host Unreachable' \
	bash -c 'ip netns exec h ping -c 1 -W 10 10.64.0.240 || true'

# The ends of sessions.
expect_ok "a client that hangs up" pppd_stop c1
expect_ok "leaves two links" poll 10 links_are 2
pppd_kill c2
# What a kill -9 leaves to LCP echo is another test; this client comes back.
pppd_start c2b c2 eth0 bob secret-bob
expect_ok "a client that comes back after kill -9" pppd_wait_up c2b 60
expect_ok "reaches the host" on c2 ping -qc 3 -W 5 192.0.2.2
expect_ok "the daemon stops" rrasd_stop
expect_ok "and leaves no link" poll 10 links_are 0
expect_ok "the other client is told" pppd_wait_end c3
