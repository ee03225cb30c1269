# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Stock PPTP clients: Debian's pptp with pppd, each with an /etc/ppp and a /run of its own.
# Sourced after net.sh; the functions of pppd.sh for what runs are good for these, too.
#
#	pptp_topology CLIENTS			everybody on one cable has an address
#	pptp_start NAME NS USER PASSWORD [OPTION...]
#	pptp_manager NS				the process that has the control connection
#	pptpd_start NS ADDRESS USER PASSWORD [OPTION...]	a server

# shellcheck source-path=SCRIPTDIR source=pppd.sh
. "$TESTING/lib/pppd.sh"

PPTP_SERVER=198.51.100.1

# pptp_topology CLIENTS
#
#	c1 eth0 198.51.100.11 ---+
#	c2 eth0 198.51.100.12 ---+-- sw -- acc0 198.51.100.1  s  lan0 --- eth0 h
pptp_topology() {
	local i
	# Or it has the protocol that is ours here.
	modprobe -qr pptp || true
	topology "$1"
	ip -n s addr add "$PPTP_SERVER/24" dev acc0
	for ((i = 1; i <= $1; i++)); do
		ip -n "c$i" addr add "198.51.100.$((10 + i))/24" dev eth0
	done
}

# pptp_start NAME NS USER PASSWORD [OPTION...]: a client of $PPTP_SERVER, with options of pppd.
pptp_start() {
	local name=$1 ns=$2 user=$3 password=$4
	shift 4
	rm -f "$(pppd_log "$name")"
	# Not by on(): $! has to be the program, not a shell around it.
	# shellcheck disable=SC2016 # expands in the other shell
	ip netns exec "$ns" bash -c "$(declare -f private_ppp)"'
		private_ppp "$1" "$2"
		exec pppd pty "pptp $3 --nolaunchpppd" user "$1" password "$2" \
			nodetach noauth noipdefault defaultroute \
			debug logfile "$4" "${@:5}"
		' bash "$user" "$password" "$PPTP_SERVER" "$(pppd_log "$name")" "$@" \
		>"$RRAS_LOG/pppd-$name.out" 2>&1 </dev/null &
	pppd_pid[$name]=$!
	disown "$!"
}

# pptp_manager NS: pptp makes two processes, and this is the one with the TCP connection.
pptp_manager() {
	on "$1" ss -Htnp dst "$PPTP_SERVER:1723" | sed -nE 's/.*pid=([0-9]+).*/\1/p' | head -1
}

# pptpd_start NS ADDRESS USER PASSWORD [OPTION...]: Debian's pptpd in a namespace, CHAP, 10.9.0.1
# and clients from 10.9.0.10 on, with more options for its pppd.
pptpd_start() {
	# Not by on(): $! has to be the program, not a shell around it.
	# shellcheck disable=SC2016 # expands in the other shell
	ip netns exec "$1" bash -c "$(declare -f private_ppp)"'
		private_ppp "$3" "$4"
		printf "%s\n" require-chap nodefaultroute debug "logfile $1" "${@:5}" \
			>/etc/ppp/pptpd-options
		printf "%s\n" "localip 10.9.0.1" "remoteip 10.9.0.10-20" "listen $2" \
			>/run/pptpd.conf
		exec pptpd --fg --conf /run/pptpd.conf --pidfile /run/pptpd.pid \
			--option /etc/ppp/pptpd-options
		' bash "$RRAS_LOG/pptpd.log" "$2" "$3" "$4" "${@:5}" \
		>"$RRAS_LOG/pptpd.out" 2>&1 </dev/null &
	disown "$!"
	poll 20 pptp_listens "$1"
}

pptp_listens() { on "$1" ss -ltn | grep -q ':1723 '; }
