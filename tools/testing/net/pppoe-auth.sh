#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml-debug
# timeout: 400
#
# Authentication with stock pppd: each method, wrong passwords, unknown names, the user
# with an address of his own, and a client that cannot do what the server wants.
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
# bob's line for this server counts more than his line for any; eve has no address.
rrasd_config auth name concentrator
printf '%s\n' 'bob concentrator secret-bob *' 'eve * secret-eve' \
	'"two words" * "a \"quoted\" one" *' 'OFFICE\\bob * secret-bob *' >>"$RRAS_LOG/secrets"
sed -i 's/^bob \* .*/bob * another-secret */' "$RRAS_LOG/secrets"
rrasd_start s

# All the good ones at once.
pppd_start pap c1 eth0 alice secret-alice refuse-chap refuse-eap
pppd_start chap c2 eth0 bob secret-bob refuse-pap refuse-eap
pppd_start fixed c3 eth0 dave secret-dave
pppd_start words c4 eth0 'two words' 'a "quoted" one' 2>/dev/null
for name in pap chap fixed; do
	expect_ok "$name: connected" pppd_wait_up "$name" 60
done
expect_equal "PAP is what was used" PAP "$(session_field alice auth)"
expect_equal "CHAP is what was used" CHAP-MD5 "$(session_field bob auth)"
expect_ok "pppd says so: PAP" pppd_says pap 'PAP authentication succeeded'
expect_ok "pppd says so: CHAP" pppd_says chap 'CHAP authentication succeeded'
expect_equal "a user with an address of his own gets it" 10.64.9.9 "$(pppd_local fixed)"
for name in pap:alice chap:bob fixed:dave; do
	expect_equal "${name#*:}: the list shows the client's address" \
		"$(pppd_local "${name%:*}")" "$(session_field "${name#*:}" address)"
done
expect_ok "that address works, though it is in no pool" \
	on h ping -qc 2 -W 5 10.64.9.9
expect_soon "a route leads to it" '10.64.9.9 .*dev ras0' ip -n s route
expect_ok "DNS was handed out" pppd_says pap '192.0.2.53'
pppd_stop pap
pppd_stop chap
pppd_stop fixed
expect_ok "a name and a secret with blanks and quotes" pppd_wait_up words 60
expect_match "is shown" 'two words' rras session list
pppd_stop words
expect_ok "nothing is left of them" poll 10 nothing_left
fixed_route() { ip -n s route | grep 10.64.9.9; }
expect_ok "the route is gone too" poll_not 10 fixed_route

# All the bad ones at once.
failed=$(counter auth-failed)
pppd_start bad-pap c1 eth0 alice wrong refuse-chap refuse-eap
pppd_start bad-chap c2 eth0 bob another-secret refuse-pap refuse-eap
pppd_start nobody c3 eth0 mallory secret-alice
pppd_start none c4 eth0 eve secret-eve
for name in bad-pap bad-chap nobody none; do
	expect_ok "$name: pppd gives up" pppd_wait_end "$name" 60
	expect_fail "$name: without an address" pppd_says "$name" '^local  IP address'
done
expect_ok "PAP with a wrong password is refused" pppd_says bad-pap 'PAP AuthNak|PAP authentication failed'
expect_ok "CHAP with a wrong password is refused" pppd_says bad-chap 'CHAP authentication failed'
expect_ok "an unknown name is refused" pppd_says nobody 'authentication failed'
expect_ok "the refused are counted" poll 10 counter_is auth-failed $((failed + 3))
expect_ok "nothing is left of them" poll 10 nothing_left
refused=$(sed -nE 's/.* (PAP|CHAP-MD5) of .(alice|bob|mallory). refused: //p' "$RRAS_LOG/rrasd.log" | sort -u)
expect_equal "the log gives all of them the same reason" "wrong name or secret" "$refused"
expect_ok "and one for a user without an address" rrasd_says 'eve: .*address'

# methods WORD...: what the daemon demands from now on.
methods() {
	sed -i "s/^methods .*/methods $*/" "$RRASD_CONF"
	rrasd_reload
}

# As Windows has it: MS-CHAPv2, in which the server proves itself as well.
methods mschapv2
pppd_start mschap c1 eth0 alice secret-alice refuse-pap refuse-chap refuse-mschap refuse-eap
pppd_start domain c2 eth0 'OFFICE\bob' secret-bob
pppd_start bad-mschap c3 eth0 alice wrong
pppd_start no-mschap c4 eth0 alice secret-alice refuse-mschap-v2
expect_ok "MS-CHAPv2: connected" pppd_wait_up mschap 60
expect_equal "MS-CHAPv2 is what was used" MS-CHAPv2 "$(session_field alice auth)"
expect_ok "the server has proven itself" pppd_says mschap 'CHAP Success id=.* "S=[0-9A-F]{40} M='
expect_ok "pppd believes it" pppd_says mschap 'CHAP authentication succeeded'
expect_ok "a wrong password is refused" pppd_wait_end bad-mschap 60
expect_ok "with a number and a text for the user" \
	pppd_says bad-mschap 'CHAP Failure id=.* "E=691 R=0 C=[0-9A-F]{32} V=3 M=Wrong name'
expect_ok "a client that does not have it gives up" pppd_wait_end no-mschap 60
expect_ok "a name with a domain is one name" pppd_wait_up domain 60
pppd_stop mschap
pppd_stop domain
expect_ok "nothing is left of them" poll 10 nothing_left

# Both sides have a choice, and this client does not like the first one.
methods chap-md5 mschapv2 pap
pppd_start prefers c1 eth0 alice secret-alice refuse-chap refuse-mschap refuse-pap refuse-eap
expect_ok "MS-CHAPv2 on request: connected" pppd_wait_up prefers 60
expect_equal "by MS-CHAPv2" MS-CHAPv2 "$(session_field alice auth)"
pppd_stop prefers
expect_ok "nothing is left of it" poll 10 nothing_left

# The server wants CHAP, and this client has only PAP.
methods chap-md5
pppd_start only-pap c1 eth0 alice secret-alice refuse-chap refuse-eap
pppd_start both c2 eth0 alice secret-alice
expect_ok "a client that has only PAP gives up" pppd_wait_end only-pap 60
expect_fail "its password was never asked for" pppd_says only-pap 'sent \[PAP'
expect_ok "another one is let in after the reload" pppd_wait_up both 60
expect_equal "by CHAP" CHAP-MD5 "$(session_field alice auth)"
pppd_stop both
expect_ok "nothing is left of them" poll 10 nothing_left
expect_ok "the daemon stops" rrasd_stop
