#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 300
#
# A stranger on the same Ethernet, without a secret, who knows everything about the session of
# another: he can neither end nor disturb it. A stock client pings all the time and loses nothing;
# its session is the same at the end.
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
rrasd_config limits unfinished 200
rrasd_start s
pppd_start victim c1 eth0 alice secret-alice
expect_ok "the client connects" pppd_wait_up victim 60

mac_of() { ip -n "$1" -o link show dev "$2" | sed -nE 's/.*link\/ether ([0-9a-f:]+).*/\1/p'; }

id=$(session_field alice id)
number=$(session_field alice pppoe-session)
address=$(session_field alice address)
server=$(mac_of s acc0)
client=$(mac_of c1 eth0)

attack() {
	local what=$1 text=$2
	shift 2
	ping_begin c1 192.0.2.2 -i 0.05
	expect_ok "$text" raw c2 "$TESTING/net/hostile.py" eth0 "$what" "$number" "$server" \
		"$client" "$address" "$@"
	cat "$LAST"
	expect_ok "$text: not a packet is lost" ping_end
	expect_equal "$text: the session is the same" "$id" "$(session_field alice id)"
}

stray=$(counter pppoe-stray)
attack padt "PADT from others" 2000
expect_ok "PADT from others: they are counted" poll 20 counter_above pppoe-stray $((stray + 1000))
attack answers "PADS and PADO to the server"
bad=$(counter pppoe-bad-cookie)
attack requests "PADI and PADR" 5000
expect_ok "PADI and PADR: no cookie is believed" poll 20 counter_above pppoe-bad-cookie "$bad"
attack frames "frames of his session from others" 500
attack unfinished "frames of sessions without a secret" 30
attack garbage "what is malformed" 5000
failed=$(counter auth-failed)
attack guess "wrong secrets" 8
expect_ok "wrong secrets: all are refused" poll 20 counter_is auth-failed $((failed + 8))
expect_ok "wrong secrets: the last ones are not looked at" poll 20 counter_above auth-limited 0
expect_ok "pppd has noticed nothing" kill -0 "${pppd_pid[victim]}"
expect_fail "and was asked nothing anew" pppd_says victim 'rcvd \[LCP TermReq'
expect_equal "the address is his" "$address" "$(pppd_local victim)"
pppd_stop victim
# Others who were wrong about her name do not keep her out.
pppd_start again c1 eth0 alice secret-alice
expect_ok "the client connects again at once" pppd_wait_up again 60
pppd_stop again
rras session disconnect all
expect_ok "nothing is left" poll 30 nothing_left
expect_ok "the daemon stops" rrasd_stop
