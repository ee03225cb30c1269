#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 120
#
# PPTP clients: stock pptp with pppd against rrasd, then what no honest client does (pptp.py).
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pptp.sh
. "$TESTING/lib/pptp.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"

need_modules ppp_async
need_programs pppd pptp iperf3
pptp_topology 3
rrasd_config pptp listen "$PPTP_SERVER" pptp echo-interval 2s
rrasd_start s

note "three clients"
users=(alice bob carol)
for i in 1 2 3; do
	pptp_start "c$i" "c$i" "${users[i - 1]}" "secret-${users[i - 1]}"
done
for i in 1 2 3; do
	expect_ok "client $i is connected" pppd_wait_up "c$i" 60
done
expect_ok "three links" links_are 3
expect_ok "three projections" projections_are 3
for i in 1 2 3; do
	expect_ok "client $i reaches the host" on "c$i" ping -qc 3 -i 0.2 -W 5 192.0.2.2
done
