#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 400
# topics: q233048
#
# [wan] address-conflict refuse, with stock pppd: who comes with an address that is live is
# refused with a reason, and whose it is goes on; but as soon as that one is gone, or found to be
# dead, the address is free (KB Q233048: nobody is refused because of a stale entry).
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
topology 2
conflict_is() { rras -j iface show ras0 | grep -q "\"address-conflict\": *\"$1\""; }
wait6() { poll 60 pppd_says "$1" '^remote LL address'; }
reached() { on h ping -qc 2 -i 0.2 -W 5 "$1"; }
reached6() { on s ping -6 -qc 2 -i 0.2 -W 5 "$1%ras0"; }

# Echoes are for the line that is found out below, and for nobody before.
configure() { # REPLACE-OR-REFUSE
	ECHO=1h rrasd_config wan address-conflict "$1" pool ipv6-prefix 2001:db8:64::/48
	cat >>"$RRAS_LOG/secrets" <<-END
		erin * secret-erin 10.64.0.9
		frank * secret-frank * -- ipv6-prefix 2001:db8:7::/64
	END
}
configure refuse
rrasd_start s
expect_ok "the interface refuses" conflict_is refuse

note "an address"
pppd_start first c1 eth0 dave secret-dave
expect_ok "the first is connected" pppd_wait_up first 60
pppd_start second c2 eth0 dave secret-dave
expect_ok "the second is not" pppd_wait_end second 60
expect_fail "it never was" pppd_says second '^local  IP address'
expect_ok "the log says why" rrasd_says \
	"dave refused 10.64.9.9: session $(session_field dave id | head -1) has it"
expect_ok "it is counted" poll 10 counter_is address-conflicts 1
expect_ok "the first goes on" reached 10.64.9.9
expect_ok "as the only session" poll 10 counter_is sessions 1
pppd_stop first
pppd_start second c2 eth0 dave secret-dave
expect_ok "it leaves: the second is connected at once" pppd_wait_up second 60
expect_equal "with that address" 10.64.9.9 "$(pppd_local second)"
expect_ok "which works" reached 10.64.9.9
pppd_stop second

# This address is of the pool, the other one was not.
note "a dead line"
pppd_start first c1 eth0 erin secret-erin
expect_ok "the first is connected" pppd_wait_up first 60
pppd_kill first
pppd_start second c2 eth0 erin secret-erin
expect_ok "its line dies unheard: the second is refused" pppd_wait_end second 60
# Five Echo-Requests a second apart, two Terminate-Requests three seconds apart.
expect_ok "but that is found out" rrasd_says 'erin left: the peer answers no echo' 30
pppd_start second c2 eth0 erin secret-erin
expect_ok "and the address is free" pppd_wait_up second 60
expect_equal "the same one" 10.64.0.9 "$(pppd_local second)"
pppd_stop second
expect_ok "nothing is left" poll 10 nothing_left

note "a prefix"
pppd_start first c1 eth0 frank secret-frank +ipv6
expect_ok "the first has IPv6" wait6 first
pppd_start second c2 eth0 frank secret-frank +ipv6
expect_ok "the second is refused" pppd_wait_end second 60
expect_ok "because of the prefix" rrasd_says \
	"frank refused 2001:db8:7::/64: session $(session_field frank id | head -1) has it"
expect_ok "the first goes on" reached6 "$(pppd_word first '^local  LL address (.*)$')"
pppd_stop first
pppd_start second c2 eth0 frank secret-frank +ipv6
expect_ok "afterwards the second has it" wait6 second
pppd_stop second

note "reload"
configure replace
expect_ok "the file says otherwise" rrasd_reload
expect_ok "and so does the interface" poll 10 conflict_is replace
pppd_start first c1 eth0 dave secret-dave
expect_ok "the first is connected" pppd_wait_up first 60
pppd_start second c2 eth0 dave secret-dave
expect_ok "the second, too" pppd_wait_up second 60
expect_ok "in place of the first" pppd_wait_end first 60
pppd_stop second
expect_ok "nothing is left" poll 10 nothing_left
expect_ok "the daemon stops" rrasd_stop
