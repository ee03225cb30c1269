#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 600
#
# RADIUS with FreeRADIUS: who gets in and with what, each attribute seen in effect, what is
# reported, requests to change and to end sessions, a server that does not answer, another secret.
#
#	c1..c4 --- s (rrasd) --- h: two servers, 192.0.2.2 and 192.0.2.3
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/raw.sh
. "$TESTING/lib/raw.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/radius.sh
. "$TESTING/lib/radius.sh"

need_programs pppd freeradius radclient
topology 4
ip -n h addr add 192.0.2.3/24 dev eth0

# A line that begins with a tab is what the user gets.
users() {
	cat <<'END'
alice Cleartext-Password := "secret-alice"
	Framed-IP-Address = 255.255.255.254, Class = "gold",
	Reply-Message = "Good morning"
bob Cleartext-Password := "secret-bob"
	Framed-IP-Address = 10.64.9.7, Framed-Route += "172.20.0.0/24 0.0.0.0 1",
	Framed-Route += "172.21.7.0/28", Framed-IP-Netmask = 255.255.255.248
carol Cleartext-Password := "secret-carol"
	Filter-Id = "nothing", Idle-Timeout = 20
dave Cleartext-Password := "secret-dave"
	Session-Timeout = 15
eve Cleartext-Password := "secret-eve"
	Framed-IP-Address = 127.0.0.1
END
}
users | radius_config one 192.0.2.2 192.0.2.1 first-secret
users | radius_config two 192.0.2.3 192.0.2.1 second-secret
radius_start one h
radius_start two h

(umask 077 && printf '%s\n' '192.0.2.2 first-secret' '192.0.2.3 second-secret' \
	>"$RRAS_LOG/radius-secrets")
printf '%s\n' 'set nothing' 'default in drop' 'default out drop' 'set all' 'default in forward' \
	'default out forward' >sets
on s "$RRAS" filter import sets
rrasd_config radius server 192.0.2.2 radius server 192.0.2.3 \
	radius secrets "$RRAS_LOG/radius-secrets" radius timeout 1s radius dead-time 3s \
	radius nas-identifier bras1 auth methods 'chap-md5 mschapv2 pap' \
	radius coa-listen 192.0.2.1 radius coa-client 192.0.2.2 radius coa-window 10m \
	daemon metrics 9917
ip -n s link set lo up
rrasd_start s

detail_has() { radius_detail one | grep -qE "$1"; }

page() { on s /usr/bin/python3 "$TESTING/net/metrics.py" get 9917 >"$RRAS_LOG/page"; }
# of NAME [SERVER]: what the page says of a server.
of() { awk -v name="rrasd_radius_$1{server=\"${2:-192.0.2.2}\"}" '$1 == name { print $2 }' "$RRAS_LOG/page"; }

# Who gets in, and with what.
expect_ok "the server hears that we begin" poll 10 detail_has 'Acct-Status-Type = Accounting-On'
pppd_start alice c1 eth0 alice secret-alice refuse-chap refuse-mschap-v2 refuse-eap
pppd_start bob c2 eth0 bob secret-bob refuse-pap refuse-mschap-v2 refuse-eap
pppd_start carol c3 eth0 carol secret-carol refuse-pap refuse-chap refuse-eap
for name in alice bob carol; do
	expect_ok "$name connects" pppd_wait_up "$name" 60
done
expect_equal "PAP is what was used" PAP "$(session_field alice auth)"
expect_equal "CHAP is what was used" CHAP-MD5 "$(session_field bob auth)"
expect_ok "MS-CHAPv2 is what was used" pppd_says carol 'rcvd .CHAP Success .*S='
expect_equal "Filter-Id" nothing "$(session_field carol filter-set)"
expect_equal "Idle-Timeout" 20 "$(session_field carol idle-timeout)"
pppd_start nobody c4 eth0 nobody secret refuse-pap refuse-mschap-v2 refuse-eap
expect_ok "nobody: pppd gives up" pppd_wait_end nobody
pppd_start mallory c4 eth0 alice wrong refuse-chap refuse-mschap-v2 refuse-eap
expect_ok "mallory: pppd gives up" pppd_wait_end mallory
expect_ok "the page of metrics" page
expect_equal "the server answers" 1 "$(of up)"
expect_equal "it has let in three" 3 "$(of accepts_total)"
expect_equal "and refused others" 1 $(($(of rejects_total) >= 2))
expect_equal "the other one had nothing to do" 0 "$(of requests_total 192.0.2.3)"
expect_equal "rras says the same" 3 "$(counter 'radius 192.0.2.2 accepts')"
expect_match "in words" 'radius 192.0.2.2 +answers' rras stats rrasd
expect_ok "the log says who refused" \
	rrasd_says "PAP of 'alice' refused: RADIUS server 192.0.2.2 says no"
expect_ok "Reply-Message reaches the client" pppd_says alice 'Good morning'
expect_match "255.255.255.254 is one of the pool" '^10\.64\.0\.' pppd_local alice
expect_equal "Framed-IP-Address" 10.64.9.7 "$(pppd_local bob)"
expect_match "Framed-Route" '172.20.0.0/24 via 10.64.9.7 dev ras0' ip -n s route
expect_match "another one" '172.21.7.0/28 via 10.64.9.7 dev ras0' ip -n s route
expect_match "Framed-IP-Netmask" '10.64.9.0/29 via 10.64.9.7 dev ras0' ip -n s route
ip -n c2 link set lo up
ip -n c2 addr add 172.20.0.1/24 dev lo
expect_ok "what is behind the client is reached" on h ping -qc 2 -W 5 172.20.0.1
ip -n s link set ras0 down
ip -n s link set ras0 up
route_back() { ip -n s route | grep -q '172.20.0.0/24 via 10.64.9.7'; }
expect_ok "the routes survive the interface" poll 10 route_back

# What is reported.
expect_ok "Start" poll 10 record_has Start alice Acct-Session-Id
for attribute in 'Class = 0x676f6c64' 'NAS-Identifier = "bras1"' 'NAS-IP-Address = 10.64.0.1' \
	'Calling-Station-Id = "..:..:..:..:..:.."' 'Framed-IP-Address = 10\.64\.0\.' \
	"NAS-Port = $(session_field alice id)" 'Service-Type = Framed-User' \
	"Acct-Session-Id = \"$(session_field alice acct-session-id)\""; do
	expect_ok "Start has $attribute" record_has Start alice "$attribute"
done
expect_ok "packets flow" on c1 ping -qc 3 -i 0.2 -W 5 192.0.2.2
pppd_stop alice
expect_ok "Stop" poll 10 record_has Stop alice 'Acct-Terminate-Cause = User-Request'
expect_ok "Stop has what was used" record_has Stop alice 'Acct-Input-Packets = [1-9]'
expect_ok "and octets" record_has Stop alice 'Acct-Output-Octets = [1-9][0-9][0-9]'
expect_ok "and the same class" record_has Stop alice 'Class = 0x676f6c64'
pppd_stop bob
expect_ok "Stop of the other" poll 10 record_has Stop bob 'Framed-IP-Address = 10.64.9.7'
bobs_routes() { ip -n s route | grep 10.64.9.7; }
expect_ok "the routes are gone" poll_not 10 bobs_routes

# Limits.
pppd_start dave c2 eth0 dave secret-dave
expect_ok "dave connects" pppd_wait_up dave 60
expect_equal "Session-Timeout" 15 "$(session_field dave session-timeout)"
pppd_start eve c4 eth0 eve secret-eve
expect_ok "an address that cannot be is refused" pppd_wait_end eve
expect_ok "and the log says so" rrasd_says "grants what cannot be: Framed-IP-Address"
expect_ok "the idle one is ended" poll 60 record_has Stop carol \
	'Acct-Terminate-Cause = Idle-Timeout'
expect_ok "and who has used up his time" poll 60 record_has Stop dave \
	'Acct-Terminate-Cause = Session-Timeout'
expect_ok "nothing is left" poll 10 nothing_left

# Requests of the server.
# ask KIND SECRET ATTRIBUTES [SECONDS]: from 192.0.2.2; so long it waits for an answer.
ask() {
	printf '%s\n' "$3" | on h radclient -x -r 1 -t "${4:-10}" 192.0.2.1:3799 "$1" "$2"
}
# change_once_more: the same request each time, to the byte: Idle-Timeout = 700 for alice.
change_once_more() {
	on h /usr/bin/python3 -c '
import hashlib, socket, struct
rest = b"\x01\x07alice" + struct.pack(">BBI", 28, 6, 700)
head = struct.pack(">BBH", 43, 77, 20 + len(rest))
proof = hashlib.md5(head + bytes(16) + rest + b"first-secret").digest()
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.settimeout(10)
    sock.sendto(head + proof + rest, ("192.0.2.1", 3799))
    assert sock.recv(4096)[:2] == b"\x2c\x4d"
'
}
pppd_start alice c1 eth0 alice secret-alice
pppd_start bob c2 eth0 bob secret-bob
expect_ok "alice connects" pppd_wait_up alice 60
expect_ok "bob connects" pppd_wait_up bob 60
alice=$(session_field alice acct-session-id)
expect_match "change: limits and filter" CoA-ACK ask coa first-secret \
	"Acct-Session-Id=$alice,Session-Timeout=3600,Idle-Timeout=600,Filter-Id=nothing"
expect_equal "the filter is there" nothing "$(session_field alice filter-set)"
expect_equal "the limit is there" 3600 "$(session_field alice session-timeout)"
expect_fail "it filters" on c1 ping -qc 1 -W 1 192.0.2.2
expect_match "another filter" CoA-ACK ask coa first-secret "User-Name=alice,Filter-Id=all"
expect_ok "lets packets through" on c1 ping -qc 2 -W 5 192.0.2.2
answers() { ask "${@:2}" >"$RRAS_LOG/answer" 2>&1 || true; grep -q "Error-Cause = $1" "$RRAS_LOG/answer"; }
acks=$(counter radius-acks)
for turn in first second; do
	expect_ok "one that comes twice is answered the $turn time" change_once_more
	expect_equal "is done once" $((acks + 1)) "$(counter radius-acks)"
done
expect_match "one that is not too old" CoA-ACK ask coa first-secret \
	"User-Name=alice,Idle-Timeout=600,Event-Timestamp=$(($(date +%s) - 400))"
expect_ok "a filter that is not there" answers Resources-Unavailable \
	coa first-secret "User-Name=alice,Filter-Id=nowhere"
expect_equal "changes nothing" all "$(session_field alice filter-set)"
expect_ok "no such session" answers Session-Context-Not-Found \
	coa first-secret "User-Name=nobody,Idle-Timeout=9"
expect_ok "an attribute that cannot be changed" answers Unsupported-Attribute \
	coa first-secret "User-Name=alice,Framed-MTU=1000"
expect_ok "which session?" answers Missing-Attribute \
	disconnect first-secret "NAS-Identifier=bras1"
expect_ok "not us" answers NAS-Identification-Mismatch \
	disconnect first-secret "User-Name=alice,NAS-Identifier=bras2"
expect_fail "another secret: no answer" ask disconnect wrong "User-Name=alice" 1
expect_fail "an old request: no answer" ask disconnect first-secret \
	"User-Name=alice,Event-Timestamp=1000000000" 1
expect_fail "from elsewhere: no answer" bash -c 'echo User-Name=alice |
	ip netns exec c2 radclient -r 1 -t 1 192.0.2.1:3799 disconnect first-secret'
expect_ok "the log says why" rrasd_says 'is ignored: it may not send requests'
expect_equal "she is still there" "$alice" "$(session_field alice acct-session-id)"
expect_match "end, by address" Disconnect-ACK ask disconnect first-secret \
	"Framed-IP-Address=10.64.9.7"
expect_ok "bob's pppd ends" pppd_wait_end bob
expect_match "end, with Message-Authenticator" Disconnect-ACK ask disconnect first-secret \
	"Acct-Session-Id=$alice,User-Name=alice,Message-Authenticator=0x00"
expect_ok "alice's pppd ends" pppd_wait_end alice
expect_ok "the reason is reported" poll 10 record_has Stop alice \
	'Acct-Terminate-Cause = Admin-Reset'

# A server that hears nothing, and then none that does.
radius_pause one
pppd_start alice c1 eth0 alice secret-alice
expect_ok "alice connects by the other server" pppd_wait_up alice 60
expect_ok "the log says why" rrasd_says 'RADIUS server 192.0.2.2 does not answer'
expect_ok "reports go there too" poll 20 record_has Start alice Acct-Session-Id two
radius_pause two
pppd_stop alice
pppd_start bob c2 eth0 bob secret-bob
expect_ok "without any server, nobody gets in" pppd_wait_end bob 60
expect_ok "and the log says so" rrasd_says "of 'bob' refused: no RADIUS server answers"
expect_ok "the page" page
expect_equal "no server answers" 00 "$(of up)$(of up 192.0.2.3)"
expect_equal "they have left questions" 1 \
	$(($(of timeouts_total) > 0 && $(of timeouts_total 192.0.2.3) > 0))
waiting() { [[ $(counter radius-reports-waiting) -eq $1 ]]; }
expect_ok "the report of the end waits" poll 20 waiting 1
# On a machine that is slow he may be refused before he goes.
pppd_start dave c3 eth0 dave secret-dave
asks() { rras -j session | grep -q '"state": *"authenticat'; }
poll 10 asks || true
pppd_kill dave
expect_ok "who goes while servers are asked is forgotten" poll 60 nothing_left
radius_continue one
radius_continue two
expect_ok "until somebody takes it" poll 20 waiting 0
expect_ok "the log says that it answers" rrasd_says 'RADIUS server 192.0.2.[23] answers again'

expect_ok "the page" page
expect_equal "it also says so" 1 $(($(of up) + $(of up 192.0.2.3) > 0))
expect_equal "requests were done, refused, ignored" 1 "$(awk '
	/^rrasd_radius_changes_total/ { n += $2 > 0 } END { print n == 3 }' "$RRAS_LOG/page")"

# Other secrets, by a reload.
sed -i 's/ .*/ other/' "$RRAS_LOG/radius-secrets"
kill -HUP "$rrasd_pid"
expect_ok "reloaded" rrasd_says 'reload: '
expect_equal "the counters stay" 1 $(($(counter 'radius 192.0.2.2 accepts') >= 5))
expect_fail "no secret is in the log" \
	grep -E 'first-secret|second-secret|secret-(alice|bob)' "$RRAS_LOG/rrasd.log"
: >"$RRAS_LOG/rrasd.log"
pppd_start alice c1 eth0 alice secret-alice
expect_ok "with another secret nobody gets in" pppd_wait_end alice 60
expect_ok "and the log hints at it" rrasd_says 'does not answer.*is the secret the same'
printf '%s\n' '192.0.2.2 first-secret' '192.0.2.3 second-secret' >"$RRAS_LOG/radius-secrets"
kill -HUP "$rrasd_pid"
expect_ok "reloaded" rrasd_says 'reload: '
pppd_start alice c1 eth0 alice secret-alice
expect_ok "with the right one again she does" pppd_wait_up alice 60
rrasd_stop
expect_ok "at the end, her report" poll 10 record_has Stop alice 'Acct-Terminate-Cause = Admin-Reboot'
expect_ok "and that we end" poll 10 detail_has 'Acct-Status-Type = Accounting-Off'
