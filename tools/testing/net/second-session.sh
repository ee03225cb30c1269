#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 480
#
# A second session of a user, with stock pppd: both stay, the old one ends, or the new one is
# refused; and dead sessions, which stand in the way of others, are found out.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/raw.sh
. "$TESTING/lib/raw.sh"

need_programs pppd
topology 4

note "a second session of a user"
rrasd_config auth second-session replace
echo 'frank * secret-frank * -- second-session refuse' >>"$RRAS_LOG/secrets"
rrasd_start s
pppd_start first c1 eth0 alice secret-alice
expect_ok "the first: connected" pppd_wait_up first 60
pppd_start second c2 eth0 alice secret-alice
expect_ok "the second: connected" pppd_wait_up second 60
expect_ok "the first one is over" pppd_wait_end first 60
expect_equal "the address is the same" "$(pppd_local first)" "$(pppd_local second)"
expect_ok "the log says so" rrasd_says 'alice left: replaced by another session'
expect_ok "one session" poll 10 counter_is sessions 1
pppd_start frank c3 eth0 frank secret-frank
expect_ok "frank: connected" pppd_wait_up frank 60
pppd_start again c4 eth0 frank secret-frank
expect_ok "frank again: refused" pppd_wait_end again 60
expect_ok "and told why" pppd_says again 'You are connected already'
expect_ok "as is the log" rrasd_says "of 'frank' refused: he has a session already"
expect_equal "his first session goes on" 1 "$(session_field frank id | wc -l)"
pppd_kill frank
pppd_start again c4 eth0 frank secret-frank
expect_ok "his line dies, unheard: refused once more" pppd_wait_end again 60
# Five Echo-Requests a second apart, two Terminate-Requests three seconds apart.
expect_ok "but found out within seconds" rrasd_says 'frank left: the peer answers no echo' 20
pppd_start again c4 eth0 frank secret-frank
expect_ok "so that he can connect again" pppd_wait_up again 60
pppd_stop again
pppd_stop second
expect_ok "nothing is left of them" poll 10 nothing_left

note "dead sessions hold all addresses"
POOL=10.64.0.2-10.64.0.3 ECHO=1h rrasd_config
expect_ok "a small pool" rrasd_reload
for i in 1 2; do
	pppd_start "dead$i" "c$i" eth0 alice secret-alice
	expect_ok "dead$i: connected" pppd_wait_up "dead$i" 60
	pppd_kill "dead$i"
done
pppd_start live c3 eth0 bob secret-bob
expect_ok "the next one gets nothing" pppd_wait_end live 60
expect_ok "because the pool is empty" rrasd_says 'bob: no address left in the pool'
expect_ok "but the dead are found out" poll 20 nothing_left
pppd_start live c3 eth0 bob secret-bob
expect_ok "and he who comes again is served" pppd_wait_up live 60
pppd_stop live
expect_ok "nothing is left" poll 10 nothing_left
other_routes() { ip -n s route show dev ras0 proto 114 | grep -v '^10\.64\.0'; }
expect_ok "and no route but those to the pool" poll_not 10 other_routes
expect_ok "the daemon stops" rrasd_stop
