#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 900
# topics: pptp
#
# KB Q233048 with the clients that it is about: once every address of the pool had been used, a
# PPTP client that got a recycled one was refused. Six clients, stock pptp and pppd, connect 200
# times in all to a pool of eight addresses; disconnects come late, early and never. Nobody
# is refused, everybody is reached at his address, nothing is left. q233048-pptp.py has the
# details; q233048.sh looks at every packet.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pptp.sh
. "$TESTING/lib/pptp.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/raw.sh
. "$TESTING/lib/raw.sh"

: "${SEED:=$RANDOM}" "${CONNECTS:=200}"
need_modules ppp_async
need_programs pppd pptp
# Six clients with one session each, and a dead one more for two of them: eight addresses.
pptp_topology 8
places=('c1 c2' 'c3 c4' c5 c6 c7 c8)
POOL=10.64.0.2-10.64.0.9 ECHO=3s rrasd_config pptp listen "$PPTP_SERVER" pptp echo-interval 2s
for ((i = 1; i <= 4 * ${#places[@]}; i++)); do
	echo "user$i * secret-user$i *" >>"$RRAS_LOG/secrets"
done
rrasd_start s
routes=$(ip -n s route)
failed() { dmesg | grep -c 'event 20050 ' || true; }
failed_before=$(failed)
note "SEED=$SEED CONNECTS=$CONNECTS"

ip netns exec h /usr/bin/python3 "$TESTING/net/q233048-pptp.py" answer &
workers=()
for i in "${!places[@]}"; do
	read -ra place <<<"${places[i]}"
	/usr/bin/python3 "$TESTING/net/q233048-pptp.py" client "$((i + 1))" "$SEED" \
		$((CONNECTS * (i + 1) / ${#places[@]} - CONNECTS * i / ${#places[@]})) \
		"${place[@]}" >"$RRAS_LOG/client-$((i + 1)).out" 2>&1 </dev/null &
	workers+=($!)
done
for i in "${!places[@]}"; do
	expect_ok "client $((i + 1)) was never refused" wait "${workers[i]}"
	sed 's/^/# /' "$RRAS_LOG/client-$((i + 1)).out"
done

expect_fail "the daemon refused nobody" grep -E 'refused|no address left' "$RRAS_LOG/rrasd.log"
expect_equal "so many were connected" "$CONNECTS" \
	"$(grep -c ' connected: ' "$RRAS_LOG/rrasd.log")"
expect_equal "on eight addresses" 8 \
	"$(sed -n 's/.* connected: address \([0-9.]*\).*/\1/p' "$RRAS_LOG/rrasd.log" |
		sort -u | wc -l)"
expect_equal "no projection failed" "$failed_before" "$(failed)"
expect_ok "no link, no projection, no session, no pool address is held" poll 30 nothing_left
expect_equal "the routes are as they were" "$routes" "$(ip -n s route)"
expect_ok "the daemon stops" rrasd_stop
