#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 240
#
# rrasd is restarted with another configuration. With other pools, sessions keep their addresses, but
# for those whose pool is gone by its name; and a user who comes again is known. What only the old one
# named, routes, addresses, the WAN interface, goes away; what was made by hand stays.
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
	rrasd_config auth second-session replace
	sed -i -E 's/^bob .*/& -- pool gold/; s/^carol .*/& -- pool iron/' "$RRAS_LOG/secrets"
	cat >>"$RRASD_CONF"
}
used() { # POOL: addresses in use
	rras -j session pools | /usr/bin/python3 -c '
import json, sys
print(sum(p["used"] for p in json.load(sys.stdin) if p["pool"] == sys.argv[1]))' "$1"
}
routes() { ip -n s route show dev ras0 proto 114; }
addresses() { ip -n s -o addr show dev "$1" | awk '{ print $4 }' | sort | xargs; }
# by_hand DEV: an address and a route of the administrator
by_hand() {
	ip -n s addr add 10.99.0.1/32 dev "$1"
	ip -n s route add 10.98.0.0/24 dev "$1"
}
number() { ip -n s -o link show "$1" | cut -d: -f1; }
has_by_hand() {
	ip -n s addr show dev "$1" | grep -q 'inet 10\.99\.0\.1/32 ' &&
		ip -n s route show dev "$1" | grep -q '^10\.98\.0\.0/24 '
}
has_route() { ip -n s route show dev ras0 proto 114 | grep -q "^$1 "; }

pools_config <<-END
	[pool gold]
	address 10.65.0.1-10.65.0.9
	[pool iron]
	address 10.66.0.1-10.66.0.9
END
rrasd_supervise s
pppd_start alice c1 eth0 alice secret-alice
pppd_start bob c2 eth0 bob secret-bob
pppd_start carol c3 eth0 carol secret-carol
for user in alice bob carol; do
	expect_ok "$user: connected" pppd_wait_up "$user" 60
done
bob=$(pppd_local bob)
by_hand ras0
before=$(routes)
expect_ok "restarted" rrasd_again TERM
expect_equal "its routes are the same" "$before" "$(routes)"
expect_ok "all three sessions go on" counter_is sessions 3
expect_equal "with addresses of gold" 1 "$(used gold)"
expect_equal "of iron" 1 "$(used iron)"
expect_equal "and of the pool without a name" 1 "$(used "")"

pools_config <<-END
	[pool gold]
	address 10.67.0.1-10.67.0.9
END
expect_ok "killed, and the next one has other pools" rrasd_again KILL
expect_ok "carol, whose pool is gone, is told to leave" pppd_wait_end carol 20
expect_match "by LCP" 'rcvd \[LCP TermReq' cat "$(pppd_log carol)"
expect_match "the log says why" 'pool iron is not in the configuration any more' \
	cat "$RRAS_LOG/rrasd.log"
expect_ok "her link is gone" poll 10 links_are 2
expect_ok "bob has a route of his own" has_route "$bob"
expect_ok "and answers" on h ping -qnc 2 -W 5 "$bob"
expect_equal "gold is as new" 0 "$(used gold)"
expect_equal "there is no route to a pool of before" '' "$(routes | grep '^10\.66\.' || true)"
expect_equal "but to that of bob alone" "$bob" \
	"$(routes | awk '/^10\.65\./ { print $1 }' | xargs)"
expect_ok "what was made by hand is there" has_by_hand ras0
pppd_stop bob
expect_ok "bob's route goes with him" poll_not 10 has_route "$bob"

pppd_start again c4 eth0 alice secret-alice
expect_ok "alice comes again: connected" pppd_wait_up again 60
expect_ok "her session of before the restarts is over" pppd_wait_end alice 20
expect_equal "one session" 1 "$(session_field alice id | wc -l)"

# --- another address of ours --------------------------------------------------------------

expect_match "one address of IPv4" '^10.64.0.1/32 10.99.0.1/32' addresses ras0
sed -i 's/^local-address .*/local-address 10.68.0.1/' "$RRASD_CONF"
expect_ok "restarted with another address of ours" rrasd_again TERM
expect_match "it is there instead" '^10.68.0.1/32 10.99.0.1/32' addresses ras0
expect_equal "no route is from another one" '' "$(routes | grep -v 'src 10\.68\.0\.1' || true)"
expect_match "to the pools there are some" '^10\.67\.0\.' routes
expect_ok "her session goes on" counter_is sessions 1
expect_ok "and answers" on h ping -qnc 2 -W 5 "$(pppd_local again)"

# --- another WAN interface ----------------------------------------------------------------

next=$(($(<"$SUPERVISED/ready") + 1))
sed -i 's/^interface ras0/interface nowhere/; s/^create yes/create no/' "$RRASD_CONF"
kill -KILL "$(<"$SUPERVISED/pid")"
expect_ok "with one that is not there the next one does not start" \
	rrasd_says 'WAN interface nowhere does not exist' 20
expect_ok "and takes nothing away" on h ping -qnc 2 -W 5 "$(pppd_local again)"
sed -i 's/^interface nowhere/interface ras0/; s/^create no/create yes/' "$RRASD_CONF"
expect_ok "mended, it starts" poll 20 rrasd_ready_for "$next"
expect_equal "with the session" 1 "$(session_field alice id | wc -l)"

sed -i 's/^interface ras0/interface ras1/' "$RRASD_CONF"
expect_ok "killed, and the next one has another WAN interface" rrasd_again KILL
expect_ok "she is told to leave" pppd_wait_end again 20
expect_match "by LCP again" 'rcvd \[LCP TermReq' cat "$(pppd_log again)"
expect_ok "her link is gone" poll 10 links_are 0
expect_fail "the interface too" ip -n s link show ras0
expect_match "the new one has the address" '^10.68.0.1/32' addresses ras1
expect_match "and the routes" '^10\.67\.0\.' \
	ip -n s route show dev ras1 proto 114

ip -n s link add mine type wanarp
ip -n s link set mine up
by_hand mine
sed -i 's/^interface ras1/interface mine/' "$RRASD_CONF"
cat >>"$RRASD_CONF" <<-END
	[dial ras1]
	create yes
	over pppoe lan0
	user alice
	password secret
END
before=$(number ras1)
expect_ok "restarted with one that was made by hand, and to dial with the other" rrasd_again TERM
expect_fail "the one before is another one now" test "$(number ras1)" = "$before"
expect_equal "with nothing of clients" 192.0.0.8/32 "$(addresses ras1)"
expect_match "this one has the address" '^10.68.0.1/32 10.99.0.1/32' addresses mine
pppd_start last c2 eth0 alice secret-alice
expect_ok "a client is connected" pppd_wait_up last 60
expect_ok "and answers" on h ping -qnc 2 -W 5 "$(pppd_local last)"

sed -i 's/^interface mine/interface ras0/; /^\[dial/,$d' "$RRASD_CONF"
expect_ok "killed, and the next one has the first again" rrasd_again KILL
expect_ok "the client of the other one is told to leave" pppd_wait_end last 20
expect_ok "its link is gone" poll 10 links_are 0
expect_fail "the one to dial with is gone" ip -n s link show ras1
expect_ok "the interface is there, with what was made by hand" has_by_hand mine
expect_match "and nothing else" '^10.99.0.1/32( fe80:[0-9a-f:]+/64)?$' addresses mine
expect_equal "nor a route of ours" '' "$(ip -n s route show dev mine proto 114)"
expect_ok "nothing is left" poll 10 nothing_left
kill "$supervisor_pid"
expect_ok "the daemon stops" poll 20 ended "$supervisor_pid"
expect_ok "with its interface" fails ip -n s link show ras0
expect_ok "and not with that of somebody else" has_by_hand mine
