#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml-debug
# timeout: 300
#
# KB Q244155: in Windows NT 4.0 nothing could be layered between NDISWAN and WANARP, so that
# an intermediate driver saw neither sends, nor receives, nor connection notifications.
# Here one that refuses lets nothing through to wanarp, neither a packet nor a notification;
# and one that only looks sees all of them. The client is a stock pppd.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/im_test.sh
. "$TESTING/lib/im_test.sh"

need_programs pppd
topology 1 pairs
LISTEN=acc1 rrasd_config pppoe ac-name concentrator
rrasd_start s
on h ping -qc 1 -W 5 192.0.2.1 >/dev/null

# What wanarp was told and given, from all that it shows: projections that ever were, the
# interface's counters, its drops.
projections_ever() { kernel_said | grep -c 'wanarp: projection .* created' || true; }
wan_packets() {
	local file sum=0
	for file in rx_packets tx_packets rx_dropped rx_errors; do
		sum=$((sum + $(on s cat "/sys/class/net/ras0/statistics/$file")))
	done
	echo "$sum"
}
# What the host says to groups (IPv6 does, by itself) is for no client, and dropped: not counted.
wan_drops() {
	on s "$RRAS" -S /tmp/rrasd.sock -j iface show ras0 | /usr/bin/python3 -c '
import json, sys
found = json.load(sys.stdin)
print(sum(drop["count"] for iface in (found if isinstance(found, list) else [found])
          for drop in iface.get("drops", []) if drop["reason"] != "tx-multicast"))'
}

note "a driver that refuses everything"
im_load wall:100:refuse=13
expect_ok "it is there before any client" driver_is links wall 0
pppd_start refused c1 eth0 alice secret-alice
expect_ok "the client's session ends" pppd_wait_end refused 60
expect_fail "it never got an address" pppd_says refused '^local  IP address'
expect_ok "it was told no by us, after it had said who it is" pppd_says refused 'CHAP authentication succeeded'
expect_ok "the daemon has the driver's own sentence" \
	rrasd_says 'line-up refused: im_test refuses all clients'
expect_ok "so has the event" kernel_event '30034 \(LINE_REFUSED\).*im_test refuses all clients'
expect_ok "no link is left" poll 10 links_are 0
expect_equal "no projection was ever made" 0 "$(projections_ever)"
expect_equal "no packet reached the interface" 0 "$(wan_packets)"
expect_equal "nor was one dropped there" 0 "$(wan_drops)"
expect_ok "the driver was asked" im_log wall '^refuse-line'
expect_fail "and saw no packet" im_log wall '^(send|receive)'
im_unload

note "a driver that lets nobody's packets through"
im_load sieve:100:send=drop,receive=drop
pppd_start dropped c1 eth0 alice secret-alice lcp-echo-interval 1 lcp-echo-failure 100
expect_ok "the client is connected" pppd_wait_up dropped 60
expect_soon "a projection shows when there is one" '^1$' projections_ever
client=$(pppd_local dropped)
before=$(wan_packets)
expect_fail "nothing gets to the host" on c1 ping -qc 3 -i 0.2 -W 1 192.0.2.2
expect_equal "nor to the interface" "$before" "$(wan_packets)"
expect_fail "nothing gets to the client" on h ping -qc 3 -i 0.2 -W 1 "$client"
expect_ok "the driver dropped what was sent" test "$(driver tx-dropped sieve)" -ge 3
expect_ok "and what was received" test "$(driver rx-dropped sieve)" -ge 3
expect_equal "all of it for its reason" "$(driver tx-dropped sieve)" \
	"$(($(driver drop-test sieve) - $(driver rx-dropped sieve)))"
expect_ok "control frames are none of its business" poll 20 pppd_says dropped 'rcvd \[LCP EchoRep'

note "the same driver lets them pass, and sees everything"
im sieve send=pass receive=pass
expect_ok "the host answers" poll 20 on c1 ping -qc 1 -W 2 192.0.2.2
expect_ok "ten pings to the host" on c1 ping -qc 10 -i 0.05 -W 5 192.0.2.2
expect_ok "ten pings to the client" on h ping -qc 10 -i 0.05 -W 5 "$client"
expect_ok "it saw sends" test "$(im_stat sieve send)" -ge 23
expect_ok "it saw receives" test "$(im_stat sieve receive)" -ge 23
link=$(im_netlink links)
expect_equal "it passed what it did not drop" \
	"$(($(layer tx-seen "$link" sieve) - $(layer tx-dropped "$link" sieve)))" \
	"$(layer tx-passed "$link" sieve)"

note "it goes, and comes again, while the client stays"
im_unload
expect_ok "the client goes on without it" on c1 ping -qc 3 -i 0.1 -W 5 192.0.2.2
im_load again:100
expect_ok "and with it" on c1 ping -qc 3 -i 0.1 -W 5 192.0.2.2
expect_ok "which saw packets" test "$(im_stat again receive)" -ge 3
expect_ok "the client hangs up" pppd_stop dropped
expect_ok "its link goes" poll 10 links_are 0
expect_ok "the driver is off it" poll 10 im_stat_is again attached 0
calls=$(im_log again | sed -E 's/ .*//' | awk '!seen[$0]++' | paste -sd' ')
expect_match "line-up before the first packet, line-down after the last: $calls" \
	'^attach line_up (receive send|send receive|receive|send) line_down detach$' echo "$calls"
expect_match "with the client's address" "peer=$client" im_log again '^line_up'
