#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 240
#
# rrasd is restarted and killed under clients that a RADIUS server has let in: reports go on under
# the same names, limits and routes hold, the server may change and end sessions as before; and what
# it has not heard yet, it hears from the next process.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/raw.sh
. "$TESTING/lib/raw.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/restart.sh
. "$TESTING/lib/restart.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/radius.sh
. "$TESTING/lib/radius.sh"

need_programs pppd freeradius radclient
topology 4
long=$(printf '%0240d' 0)
radius_config one 192.0.2.2 192.0.2.1 the-secret <<END
alice Cleartext-Password := "secret-alice"
	Class = "gold", Session-Timeout = 86400
bob Cleartext-Password := "secret-bob"
	Framed-Route += "172.20.0.0/24", Session-Timeout = 86400
carol Cleartext-Password := "secret-carol"
	Idle-Timeout = 86400
dave Cleartext-Password := "secret-dave"
	Class += "a$long", Class += "b$long", Class += "c$long", Class += "d$long"
END
radius_start one h
(umask 077 && echo '192.0.2.2 the-secret' >"$RRAS_LOG/radius-secrets")
rrasd_config radius server 192.0.2.2 radius secrets "$RRAS_LOG/radius-secrets" \
	radius timeout 1s radius dead-time 1s radius interim-interval 10s \
	radius coa-listen 192.0.2.1 radius coa-client 192.0.2.2
rrasd_supervise_here s

export FIELDS='address peer acct-session-id session-timeout idle-timeout'
log_has() { grep -qE "$1" "$RRAS_LOG/rrasd.log"; }
has_route() { [[ -n $(ip -n s route show 172.20.0.0/24) ]]; }
records_are() { [[ $(records "$1") -eq $2 ]]; }

pppd_start alice c1 eth0 alice secret-alice
pppd_start bob c2 eth0 bob secret-bob
pppd_start carol c3 eth0 carol secret-carol
for name in alice bob carol; do
	expect_ok "$name connects" pppd_wait_up "$name" 30
done
expect_ok "all begins are reported" poll 10 records_are Start 3
expect_ok "a route is there" has_route
alice=$(session_field alice acct-session-id)
bob=$(session_field bob acct-session-id)

pinging alice c1 500
restarted TERM KILL
expect_ok "the route is still there" has_route
pinged alice 500

# Limits, and who sets them.
ask() { echo "$2" | on h radclient -x -r 3 -t 2 192.0.2.1:3799 "$1" the-secret; }
limit=$(($(session_field bob seconds) + 8))
expect_match "the server sets a limit" CoA-ACK \
	ask coa "Acct-Session-Id=$bob,Session-Timeout=$limit"
expect_match "and another" CoA-ACK ask coa "User-Name=carol,Idle-Timeout=6"
expect_match "for all" CoA-ACK ask coa "Acct-Session-Id=$alice,Session-Timeout=7777"
expect_ok "rrasd is killed" rrasd_again KILL
expect_equal "the last one is there" 7777 "$(session_field alice session-timeout)"
expect_ok "who is idle is ended" poll 30 record_has Stop carol 'Idle-Timeout'
expect_ok "and who has used up his time" poll 30 record_has Stop bob 'Session-Timeout'
used=$(record Stop bob | sed -n 's/.*Acct-Session-Time = //p')
expect_ok "which is that from his begin on" test "$used" -ge "$limit" -a "$used" -lt $((limit + 20))
expect_ok "his report has his name" record_has Stop bob "\"$bob\""
expect_ok "reports go on in between" poll 30 record_has Interim-Update alice "\"$alice\""
expect_ok "with what was used before" record_has Interim-Update alice 'Acct-Input-Packets = [0-9]{3}'
expect_ok "his route is gone" poll_not 10 has_route
expect_equal "no begin was reported twice" 3 "$(records Start)"
expect_equal "nor that of the server" 1 "$(records Accounting-On)"
expect_equal "nor its end" 0 "$(records Accounting-Off)"

# One whose record has no room for what was granted.
pppd_start dave c4 eth0 dave secret-dave
expect_ok "dave connects" pppd_wait_up dave 30
expect_ok "he is told to be mortal" poll 10 log_has 'will not outlive this process: its record is'
expect_ok "a restart" rrasd_again TERM
expect_ok "ends him" pppd_wait_end dave
expect_ok "and reports it" poll 10 record_has Stop dave 'Admin-Reboot'
expect_equal "alice goes on" "$alice" "$(session_field alice acct-session-id)"

# Reports that the server has not taken.
radius_pause one
pppd_start bob c2 eth0 bob secret-bob
waiting() { [[ $(counter radius-reports-waiting) -ge 1 ]]; }
expect_ok "alice is disconnected" rras session disconnect "$(session_of alice)"
ended=$EPOCHSECONDS
expect_ok "her end waits to be reported" poll 10 waiting
is_past() { [[ $EPOCHSECONDS -gt $1 ]]; }
expect_ok "for a second at least" poll 10 is_past $((ended + 1))
expect_ok "rrasd is killed" rrasd_again KILL
expect_ok "it still waits" waiting
radius_continue one
expect_ok "until the server takes it" poll 20 record_has Stop alice "\"$alice\""
expect_ok "with what was used" record_has Stop alice 'Acct-Input-Packets = [0-9]{3}'
# Not in what had been sent at once, which the server has read by now.
expect_ok "and when that was" poll 20 record_has Stop alice 'Acct-Delay-Time = [1-9]'

# One that cannot go on: nobody is there to report it but the next process.
pppd_wait_end bob || true
pppd_start bob c2 eth0 bob secret-bob
expect_ok "bob connects" pppd_wait_up bob 30
bob=$(session_field bob acct-session-id)
expect_ok "reported" poll 10 record_has Start bob "\"$bob\""
expect_ok "he sends something" on c2 ping -qnc 3 -i 0.2 -W 5 192.0.2.2
rrasd_away KILL
ip -n s link set acc0 address 02:00:00:00:be:ef
expect_ok "rrasd is back" rrasd_back
expect_ok "the server hears that he is not" poll 10 record_has Stop bob "\"$bob\""
expect_ok "because of us" record_has Stop bob 'Acct-Terminate-Cause = Admin-Reboot'
expect_ok "and with what he used" record_has Stop bob 'Acct-Input-Packets = [1-9]'
expect_equal "the server still hears On once" 1 "$(records Accounting-On)"
kill "$supervisor_pid"
expect_ok "the daemon stops" poll 20 ended "$supervisor_pid"
expect_equal "and Off" 1 "$(records Accounting-Off)"
