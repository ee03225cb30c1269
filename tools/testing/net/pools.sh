#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 300
#
# Address pools with stock pppd: each user has his pool, a full one gives nothing, and a reload
# with other pools leaves sessions and their packets alone.
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

# pools_config: [pool] and what else is said, on standard input.
pools_config() {
	# shellcheck disable=SC2119 # its arguments are not ours
	rrasd_config
	sed -i -E 's/^(bob|carol) .*/& -- pool gold/' "$RRAS_LOG/secrets"
	echo 'erin * secret-erin * -- pool iron' >>"$RRAS_LOG/secrets"
	cat >>"$RRASD_CONF"
}

# pool_field POOL FIELD
pool_field() {
	rras -j session pools | /usr/bin/python3 -c '
import json, sys
for pool in json.load(sys.stdin):
    if pool["pool"] == sys.argv[1]:
        print(pool[sys.argv[2]])' "$1" "$2"
}

routed_to() { ip -n s route | grep "^$1 "; }
# routes: of our clients, but those to the pool without a name.
routes() { ip -n s route show dev ras0 proto 114 | awk '!/^10.64.0/ { printf "%s,", $1 }'; }

note "a pool for each"
pools_config <<-END
	[pool gold]
	address 10.65.0.0/30
END
rrasd_start s
pppd_start alice c1 eth0 alice secret-alice
pppd_start bob c2 eth0 bob secret-bob
pppd_start carol c3 eth0 carol secret-carol
for user in alice bob carol; do
	expect_ok "$user: connected" pppd_wait_up "$user" 60
done
expect_match "alice has one of the pool without a name" '^10\.64\.0\.' pppd_local alice
expect_equal "bob and carol have those of theirs, not the network and not the broadcast address" \
	"10.65.0.1 10.65.0.2" "$(printf '%s\n' "$(pppd_local bob)" "$(pppd_local carol)" | sort | xargs)"
expect_match "all of it is routed" '^10\.65\.0\.0/30 dev ras0' ip -n s route
expect_match "rras session pools shows it" '^gold +2 +2 +0 +0 +2 +0$' rras session pools
expect_ok "the log warns" rrasd_says 'pool gold: nearly full, 2 of 2'
pppd_start erin c4 eth0 erin secret-erin
expect_ok "a pool that is not there: refused" pppd_wait_end erin 60
expect_ok "and said" rrasd_says 'erin: no address: pool iron is not in the configuration'

note "a reload"
bob=$(pppd_local bob)
carol=$(pppd_local carol)
expect_ok "bob answers" ping_begin h "$bob" -ni 0.02
pools_config <<-END
	[pool iron]
	address 10.66.0.7
	[pool gold]
	address 10.67.0.1-10.67.0.1
END
expect_ok "other pools" rrasd_reload
expect_soon "a route to the new one" '^10\.67\.0\.1 dev ras0' ip -n s route
expect_soon "one for him who stays" "^$bob dev ras0" ip -n s route
expect_ok "none to the old one" poll_not 10 routed_to 10.65.0.0/30
expect_ok "bob still answers" on h ping -qnc 2 -W 5 "$bob"
expect_equal "gold is as new" 0 "$(pool_field gold used)"
pppd_start erin c4 eth0 erin secret-erin
expect_ok "the missing one is there now" pppd_wait_up erin 60
expect_equal "with its address" 10.66.0.7 "$(pppd_local erin)"
pppd_stop carol
expect_ok "carol's route goes with her" poll_not 10 routed_to "$carol"
pppd_start carol c3 eth0 carol secret-carol
expect_ok "carol comes again" pppd_wait_up carol 60
expect_equal "to the new pool" 10.67.0.1 "$(pppd_local carol)"

pools_config <<-END
	[pool gold]
	address 10.65.0.0/30
END
expect_ok "back again" rrasd_reload
expect_equal "bob's address is his, in the pool it was of" 1 "$(pool_field gold used)"
expect_ok "nothing was lost in between" ping_end

for user in alice bob carol erin; do
	pppd_stop "$user"
done
expect_ok "nothing is left of them" poll 10 nothing_left
expect_soon "and no route but those to the pools" '^10\.65\.0\.0/30,$' routes
expect_ok "the daemon stops" rrasd_stop
