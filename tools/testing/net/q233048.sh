#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 240
#
# KB Q233048: once every address of the pool had been used, a client that got a recycled one
# was refused, because of the stale entry of a client before. Here stock pppd connects from six
# places, many more times than there are addresses, in an order that a seed gives, and
# disconnects come late, early, twice and never. Nobody is refused, no numbered packet reaches
# a client that does not have its address, nothing is left. q233048.py has the details.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/raw.sh
. "$TESTING/lib/raw.sh"

: "${SEED:=$RANDOM}" "${ROUNDS:=5}"
need_programs pppd
modprobe -q pppoe || skip "this kernel has no pppoe"
topology 6
# Eight addresses for four of the clients, each of which has at most one session that is dead
# besides the one that is not. The other two have an address of their own and take it back.
POOL=10.64.0.2-10.64.0.9 ECHO=3s rrasd_config ppp echo-failures 4
for ((i = 1; i <= 16; i++)); do
	echo "user$i * secret-user$i *" >>"$RRAS_LOG/secrets"
done
echo "erin * secret-erin 10.64.9.10" >>"$RRAS_LOG/secrets"
rrasd_start s
routes=$(ip -n s route)
failed() { dmesg | grep -c 'event 20050 ' || true; }
failed_before=$(failed)
note "SEED=$SEED ROUNDS=$ROUNDS"

ip netns exec h /usr/bin/python3 "$TESTING/net/q233048.py" stream \
	>"$RRAS_LOG/stream.out" 2>&1 </dev/null &
stream=$!
declare -A users=([1]="user1 user5 user9 user13" [2]="user2 user6 user10 user14"
	[3]="user3 user7 user11 user15" [4]="user4 user8 user12 user16" [5]=dave [6]=erin)
workers=()
for i in 1 2 3 4 5 6; do
	# shellcheck disable=SC2016,SC2086 # expands in the other shell; words
	ip netns exec "c$i" bash -c "$(declare -f private_ppp)"'
		private_ppp nobody nothing
		exec /usr/bin/python3 "$@"' bash "$TESTING/net/q233048.py" client "$i" \
		"$SEED" "$ROUNDS" ${users[$i]} >"$RRAS_LOG/client-$i.out" 2>&1 </dev/null &
	workers+=($!)
done
for i in 1 2 3 4 5 6; do
	expect_ok "client $i was never refused" wait "${workers[i - 1]}"
	tail -4 "$RRAS_LOG/client-$i.out" | sed 's/^/# /'
done
kill "$stream"
expect_ok "the stream ends" wait "$stream"
expect_ok "every client got what was for its address, and nothing else" \
	/usr/bin/python3 "$TESTING/net/q233048.py" judge "$ROUNDS"
last_output | sed 's/^/# /'

expect_fail "the daemon refused nobody" grep -E 'refused|no address left' "$RRAS_LOG/rrasd.log"
expect_equal "no projection failed" "$failed_before" "$(failed)"
# Those who never said that they went are found out by LCP echo.
expect_ok "no link, no projection, no session, no pool address is held" poll 60 nothing_left
expect_equal "the routes are as they were" "$routes" "$(ip -n s route)"
expect_ok "the daemon stops" rrasd_stop
