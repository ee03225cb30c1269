#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 240
#
# rrasd is restarted and killed under lines that it has dialled over L2TP and over PPTP: the lines
# stay, and so do the tunnel and the control connection.
#
#	        203.0.113.2 acc0 --- eth0 203.0.113.1 ac, xl2tpd
#	h --- s
#	        203.0.113.6 acc1 --- eth0 203.0.113.5 ad, pptpd
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pptp.sh
. "$TESTING/lib/pptp.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/restart.sh
. "$TESTING/lib/restart.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/xl2tpd.sh
. "$TESTING/lib/xl2tpd.sh"

need_modules l2tp_ppp ppp_async
need_programs pppd pptpd xl2tpd
modprobe -qr pptp || true
topology 0 none
ns_create ac
ns_create ad
veth s acc0 ac eth0
veth s acc1 ad eth0
ip -n s addr add 203.0.113.2/30 dev acc0
ip -n ac addr add 203.0.113.1/30 dev eth0
ip -n s addr add 203.0.113.6/30 dev acc1
ip -n ad addr add 203.0.113.5/30 dev eth0
RRASD_CONF=$RRAS_LOG/rrasd.conf
dial_section() { # NAME OVER...
	printf '[dial %s]\ncreate yes\nmode permanent\ndefault-route no\nover %s\n' "$1" "${*:2}"
	printf '%s\n' 'user alice' 'password secret' 'backoff 1s' 'backoff-max 2s' \
		'connect-timeout 30s'
}
{
	cat <<-END
		[l2tp]
		host-name dialler
		hello-interval 1s
		retransmit-interval 300ms
		retransmit-interval-max 600ms
		[pptp]
		echo-interval 1s
		[daemon]
		control-socket /tmp/rrasd.sock
		log-level debug
	END
	dial_section wan0 l2tp 203.0.113.1
	echo 'tunnel-secret tunnel-secret'
	dial_section wan1 pptp 203.0.113.5
} >"$RRASD_CONF"
chmod 600 "$RRASD_CONF"

export FIELDS='peer l2tp-tunnel l2tp-session l2tp-peer-session pptp-call pptp-peer-call'
logged() { grep -cE -- "$1" "$RRAS_LOG/rrasd.log" || true; }
up_are() { [[ $(sessions | awk '$2 == "up"' | wc -l) -eq $1 ]]; }
stat() { rras stats | awk -v key="$1" '$1 == key { print $2 }'; }
stat_above() { [[ $(stat "$1") -gt $2 ]]; }
tcp() { on s ss -Htn state established dport 1723 | awk '{ print $3, $4 }'; }

SECRET=tunnel-secret lns_start ac alice secret
pptpd_start ad 203.0.113.5 alice secret
rrasd_supervise_here s
expect_ok "both lines are up" poll 60 up_are 2
dialled=$(logged 'wan[01]: dialling')
connection=$(tcp)

pinging l2tp s 500 -I wan0 10.9.0.1
pinging pptp s 500 -I wan1 10.9.0.1
restarted TERM KILL TERM
pinged l2tp 500
pinged pptp 500
expect_ok "the tunnel goes on" poll 20 stat_above l2tp-received $(($(stat l2tp-received) + 4))
expect_equal "the only one" 1 "$(stat l2tp-tunnels-up)"
expect_equal "and so does the TCP connection" "$connection" "$(tcp)"
expect_equal "nothing was dialled again" "$dialled" "$(logged 'wan[01]: dialling')"

note "other servers"
rrasd_away KILL
sed -i -E 's/^over (l2tp|pptp) .*/over \1 203.0.113.9/' "$RRASD_CONF"
expect_ok "rrasd is to call others" rrasd_back
expect_equal "so no line goes on" 2 "$(logged 'section is gone, or calls somebody else now')"
expect_ok "no link is left" poll 10 links_are 0
no_tcp() { [[ -z $(tcp) ]]; }
expect_ok "the PPTP server hears of it" poll 20 no_tcp
lns_says() { grep -qE "$1" "$RRAS_LOG/xl2tpd-lns.log"; }
expect_ok "and the L2TP server" poll 20 lns_says 'session is over|server was restarted'
sed -i -E -e 's/^over l2tp .*/over l2tp 203.0.113.1/' -e 's/^over pptp .*/over pptp 203.0.113.5/' \
	"$RRASD_CONF"
expect_ok "the old ones again" rrasd_again TERM
expect_ok "there are lines again" poll 60 up_are 2
kill "$supervisor_pid"
expect_ok "the daemon stops" poll 20 ended "$supervisor_pid"
expect_ok "no link is left" links_are 0
