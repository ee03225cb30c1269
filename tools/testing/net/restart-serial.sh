#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 180
#
# rrasd is restarted and killed under a client on a serial line, and under a line that it has dialled
# over one: the terminal stays open, and the session goes on.
#
#	h eth0 --- lan0 s  /tmp/tty.s === socat === /tmp/tty.c  c (pppd)
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/restart.sh
. "$TESTING/lib/restart.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/serial.sh
. "$TESTING/lib/serial.sh"

need_modules ppp_async
need_programs pppd socat setsid
topology 0 none
ns_create c
ip -n c link set lo up

up_are() { [[ $(sessions | awk '$2 == "up"' | wc -l) -eq $1 ]]; }

note "a client"
line_begin
ECHO=1s rrasd_config serial\ one device /tmp/tty.s ppp echo-failures 3
sed -i '/^\[pppoe\]/,/^interface/d' "$RRASD_CONF"
rrasd_supervise_here s
expect_ok "the line is open" rrasd_says 'serial one: /tmp/tty.s: waiting for a call'
client a alice secret-alice
expect_ok "pppd connects" pppd_wait_up a
on c ip route add 192.0.2.0/24 dev ppp0
export FIELDS='address peer interface mtu'
pinging client c 500
restarted TERM KILL TERM
pinged client 500
expect_equal "it negotiated once" 1 "$(grep -c 'rcvd \[IPCP ConfAck' "$(pppd_log a)")"
expect_ok "the line hangs up" line_end
expect_ok "which is noticed" rrasd_says 'serial one: hung up'
expect_ok "no session is left" poll 10 up_are 0
expect_ok "no link either" poll 10 links_are 0
pppd_wait_end a || true
line_begin
expect_ok "the line is opened again" poll 30 links_are 1
client b bob secret-bob
expect_ok "another client connects" pppd_wait_up b
expect_ok "killed once more" rrasd_again KILL
expect_ok "the client is there" up_are 1
expect_ok "and is ended politely" rras session disconnect user bob
expect_ok "it hears that" pppd_wait_end b
kill "$supervisor_pid"
expect_ok "the daemon stops" poll 20 ended "$supervisor_pid"
line_end

note "a line that rrasd has dialled"
line_begin
cat >"$RRASD_CONF" <<-END
	[ppp]
	echo-interval 1s
	[daemon]
	control-socket /tmp/rrasd.sock
	log-level debug
	[dial wan0]
	create yes
	mode permanent
	over serial /tmp/tty.s
	user alice
	password secret
	backoff 1s
END
chmod 600 "$RRASD_CONF"
line_pppd server alice secret auth require-chap 10.9.0.1:10.9.0.10 passive
rrasd_supervise_here s
expect_ok "the line is up" poll 60 up_are 1
export FIELDS='peer'
pinging dialled s 500 10.9.0.1
restarted TERM KILL
pinged dialled 500
kill "$supervisor_pid"
expect_ok "the daemon stops again" poll 20 ended "$supervisor_pid"
expect_ok "the server hears it" pppd_wait_end server
expect_ok "no link is left" links_are 0
line_end
