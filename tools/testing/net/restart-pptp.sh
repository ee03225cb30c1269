#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 150
# topics: pptp
#
# rrasd is restarted and killed under PPTP clients: the calls go on, and so does the control
# connection.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pptp.sh
. "$TESTING/lib/pptp.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/restart.sh
. "$TESTING/lib/restart.sh"

need_modules ppp_async
need_programs pppd pptp
pptp_topology 2
rrasd_config pptp listen "$PPTP_SERVER" pptp echo-interval 1s
rrasd_supervise s

export FIELDS='address port peer pptp-call'
tcp() { on s ss -Htn state established sport 1723 | awk '{ print $3, $4 }' | sort; }

pptp_start c1 c1 alice secret-alice
pptp_start c2 c2 bob secret-bob
for i in 1 2; do
	expect_ok "client $i is connected" pppd_wait_up "c$i" 60
done
connections=$(tcp)
pinging alice c1 600
restarted TERM KILL TERM
pinged alice 600
expect_equal "the control connections are those of before" "$connections" "$(tcp)"
# Three times the interval: who had no answers would have given up.
answers() { on s ss -Htni state established sport 1723 | grep -o 'segs_in:[0-9]*' | head -1; }
more_answers() { [[ ${1#*:} -lt $(answers | cut -d: -f2) ]]; }
expect_ok "echoes go on in them" poll 20 more_answers "$(answers)"
expect_ok "a session is disconnected" rras session disconnect "$(session_of bob)"
expect_ok "and its client hears it" pppd_wait_end c2
expect_ok "one link is left" poll 10 links_are 1
expect_ok "the other client hangs up" pppd_stop c1
expect_ok "which is heard" poll 10 links_are 0
kill "$supervisor_pid"
expect_ok "the daemon stops" poll 20 ended "$supervisor_pid"
