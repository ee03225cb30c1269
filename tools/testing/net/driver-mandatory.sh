#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 300
#
# A mandatory driver that goes closes all links, those that come as well, and opens them
# again when it comes back or is said not to be mandatory; nobody has to dial again.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/im_test.sh
. "$TESTING/lib/im_test.sh"

topology 2
rrasd_config pppoe ac-name concentrator
rrasd_start s
SYS=/sys/kernel/ndiswan/drivers

flows() { on c1 ping -qc 1 -W 1 192.0.2.2; }
closed() {
	expect_fail "$1: nothing gets out" on c1 ping -qc 2 -i 0.2 -W 1 192.0.2.2
	expect_fail "$1: nothing gets in" on h ping -qc 2 -i 0.2 -W 1 "$client"
	expect_equal "$1: one link waits" 1 "$(driver blocked guard)"
	expect_equal "$1: the driver is missed" 1 "$(driver missing guard)"
	expect_ok "$1: the client is still connected" links_are 1
	expect_ok "$1: with its address" projections_are 1
}
open() {
	expect_ok "$1: packets flow" poll 10 flows
	expect_fail "$1: the client did not hang up" ended "${pppd_pid[one]}"
}

im_load guard:500:mandatory
pppd_start one c1 eth0 alice secret-alice
expect_ok "a client" pppd_wait_up one 60
client=$(pppd_local one)
open "with the driver"
link=$(im_netlink links)
expect_fail "it cannot be switched off" im_netlink set guard enabled=0
cp "$LAST" "$RRAS_LOG/said"
expect_match "because it is mandatory" 'mandatory: first say that it is not' cat "$RRAS_LOG/said"
expect_fail "nor on one link" im_netlink set guard "link=$link" enabled=0
expect_fail "nor through sysfs" bash -c "echo 0 >$SYS/guard/enabled"

note "its module goes"
im_unload
closed "unloaded"
expect_ok "an event says so" kernel_event '30033 \(DRIVER_MISSING\)'
expect_equal "sysfs too" 1 "$(<$SYS/guard/missing)"
drops=$(on s "$RRAS" -j -s link show "$link" | /usr/bin/python3 -c '
import json, sys
found = json.load(sys.stdin)
print(sum(drop["count"] for link in (found if isinstance(found, list) else [found])
          for drop in link.get("drops", []) if drop["reason"] == "driver-missing"))')
expect_ok "$drops drops are counted" test "$drops" -ge 4
pppd_start two c2 eth0 bob secret-bob
expect_ok "a new client is refused" pppd_wait_end two 60
expect_ok "with a sentence" \
	rrasd_says 'line-up refused: a mandatory intermediate driver is missing'
expect_ok "its link is gone" poll 20 links_are 1

note "it comes back"
im_load guard:500
open "loaded again"
expect_equal "it is still mandatory" 1 "$(driver mandatory guard)"
expect_ok "and was told of the line" im_log guard '^line_up'
pppd_start two c2 eth0 bob secret-bob
expect_ok "new clients are welcome" pppd_wait_up two 60
expect_ok "and leave" pppd_stop two
expect_ok "with their links" poll 20 links_are 1

note "it is no longer mandatory while it is missed"
im_unload
closed "unloaded again"
expect_ok "by netlink" im_netlink set guard mandatory=0
open "not mandatory"
expect_fail "nobody knows it any more" im_netlink driver guard name
expect_fail "nor does sysfs" test -e "$SYS/guard"
expect_ok "a driver of its name may come" im_load guard:501
expect_ok "sysfs makes it mandatory" bash -c "echo 1 >$SYS/guard/mandatory"
im_unload
closed "unloaded a third time"
expect_ok "sysfs, from within its own directory" timeout 20 bash -c "echo 0 >$SYS/guard/mandatory"
open "not mandatory by sysfs"
expect_fail "the directory is gone" test -e "$SYS/guard"

note "all of that at once"
im_load guard:500:mandatory
toggle() {
	while [[ ! -e $RRAS_LOG/enough ]]; do
		{ echo "$1" >"$SYS/guard/mandatory"; } 2>/dev/null || true
		im_netlink set guard mandatory="$2" >/dev/null 2>&1 || true
	done
}
rm -f "$RRAS_LOG/enough"
toggle 0 1 &
togglers=$!
toggle 1 0 &
togglers+=" $!"
expect_ok "it comes and goes fifty times" im guard loop=50
touch "$RRAS_LOG/enough"
for pid in $togglers; do
	expect_ok "who switched has ended" wait "$pid"
done
im guard unregister 2>/dev/null || true
im_netlink set guard mandatory=0 >/dev/null 2>&1 || true
open "in the end"
expect_ok "the client hangs up" pppd_stop one
expect_ok "no link is left" poll 10 links_are 0
