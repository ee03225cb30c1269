#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 480
#
# rrasd on a serial line, as the one who is called and as the one who calls; pppd is at the other
# end. The line is a pair of pseudo-terminals that socat holds together; it hangs up when socat
# ends.
#
#	h eth0 --- lan0 s  /tmp/tty.s === socat === /tmp/tty.c  c (pppd)
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/serial.sh
. "$TESTING/lib/serial.sh"

need_modules ppp_async
need_programs pppd chat socat iperf3 setsid
topology 0 none
ns_create c
ip -n c link set lo up

log_count() { grep -cE -- "$1" "$RRAS_LOG/rrasd.log" || true; }
log_grew() { [[ $(log_count "$1") -gt $2 ]]; }
bulk() {
	on c iperf3 -c 10.64.0.1 -n "$1" "${@:2}" >"$RRAS_LOG/iperf3.log" 2>&1
}

note "a client calls"
line_begin
rrasd_config serial\ one device /tmp/tty.s
sed -i '/^\[pppoe\]/,/^interface/d' "$RRASD_CONF"
rrasd_start s
expect_ok "the line is open" rrasd_says 'serial one: /tmp/tty.s: waiting for a call'
expect_ok "and has a link" poll 10 links_are 1
client a alice secret-alice
expect_ok "pppd connects" pppd_wait_up a
expect_equal "with an address of the pool" 10.64.0.1 "$(pppd_remote a)"
expect_match "rras session shows it" 'alice .*serial' rras session
on c ip route add 192.0.2.0/24 dev ppp0
expect_ok "pings through it" on c ping -qnc 5 -i 0.2 -W 5 192.0.2.2
expect_ok "long ones" on c ping -qnc 5 -i 0.2 -W 5 -s 1400 192.0.2.2
expect_match "the character map is agreed on" 'rcvd \[LCP ConfAck .*<asyncmap 0x0>' \
	cat "$(pppd_log a)"
expect_match "both compressions, too" 'sent \[LCP ConfAck .*<pcomp> <accomp>' \
	cat "$(pppd_log a)"
on s iperf3 -s -D --pidfile /tmp/iperf3.pid >/dev/null
expect_ok "4 MB up the line" poll 20 bulk 4M
expect_ok "4 MB down the line" bulk 4M -R
note "$(grep -E 'receiver|sender' "$RRAS_LOG/iperf3.log" | tail -1)"

note "the line hangs up"
line_end
expect_ok "it is noticed" rrasd_says 'serial one: hung up'
expect_ok "the session ends" rrasd_says 'alice left: the port'
expect_ok "no link is left" poll 10 links_are 0
pppd_wait_end a || true
line_begin
expect_ok "when there is a line again, it is opened" poll 30 links_are 1
client b bob secret-bob
expect_ok "another client connects" pppd_wait_up b
expect_ok "a disconnect is polite" rras session disconnect user bob
expect_soon "the client hears it" 'rcvd \[LCP TermReq' cat "$(pppd_log b)"
pppd_wait_end b || true
line_end

note "the client ends it"
line_begin
expect_ok "the line is open again" poll 60 links_are 1
client d carol secret-carol
expect_ok "a third client connects" pppd_wait_up d
expect_ok "and leaves" pppd_stop d
expect_ok "which is known" rrasd_says 'carol left: '
line_end
expect_ok "rrasd stops" rrasd_stop
expect_ok "nothing is left" poll 10 links_are 0

note "rrasd calls"
dial_config() {
	cat >"$RRASD_CONF" <<-END
		[ppp]
		echo-interval 1s
		restart-timer 1s
		[daemon]
		control-socket /tmp/rrasd.sock
		log-level debug
		[dial wan0]
		create yes
		over serial /tmp/tty.s
		user alice
		password secret
		mode permanent
		backoff 1s
		backoff-max 2s
		connect "chat -t 20 '' ATDT123 CONNECT ''"
	END
	chmod 600 "$RRASD_CONF"
}

# A modem, and who answers the call.
answer() {
	rm -f "$(pppd_log "$1")"
	# shellcheck disable=SC2016 # expands in the other shell
	ip netns exec c setsid bash -c "$(declare -f private_ppp)"'
		private_ppp alice secret
		exec 3<>/tmp/tty.c
		echo "heard $(head -c 8 <&3 | tr -d "\r")"
		printf "CONNECT\r\n" >&3
		exec pppd "$(readlink /tmp/tty.c)" 115200 local nodetach nolock noccp silent \
			auth require-chap nodefaultroute debug logfile "$1" 10.9.0.1:10.9.0.10
		' bash "$(pppd_log "$1")" >"$RRAS_LOG/pppd-$1.out" 2>&1 </dev/null &
	pppd_pid[$1]=$!
	disown "$!"
}
connects_are() { [[ $(log_count 'wan0: connected over serial') -eq $1 ]]; }

line_begin
answer f
dial_config
rrasd_start s
expect_ok "it is connected" poll 40 connects_are 1
expect_match "the modem was told to dial" 'heard ATDT123' cat "$RRAS_LOG/pppd-f.out"
expect_ok "the other end can be pinged" on s ping -qnc 3 -i 0.2 -W 5 10.9.0.1
kill "${pppd_pid[f]}"
expect_ok "the end of the call is seen" rrasd_says 'wan0: disconnected'
line_end
line_begin
answer g
expect_ok "it calls again" poll 60 connects_are 2
line_end
expect_ok "a hang-up is seen" rrasd_says 'serial /tmp/tty.s: hung up'
expect_ok "and nothing is left" poll 10 links_are 0
sed -i 's/^connect .*/connect "exit 3"/' "$RRASD_CONF"
line_begin
kill -HUP "$rrasd_pid"
expect_ok "a connect program that fails is told of" rrasd_says \
	'the connect program failed with status 3' 30
line_end
expect_ok "rrasd ends" rrasd_stop
expect_ok "no link is there" poll 10 links_are 0
