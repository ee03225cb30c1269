# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Stock PPPoE clients and servers, each with an /etc/ppp and a /run of its own (the ones
# of `ip netns exec`'s mount namespace). Sourced after net.sh.
#
#	pppd_start NAME NS DEV USER PASSWORD [OPTION...]
#	pppd_wait_up NAME [SECONDS]
#	pppd_dev NAME, pppd_local NAME, pppd_remote NAME
#	pppd_stop NAME (asks), pppd_kill NAME (kill -9), pppd_wait_end NAME [SECONDS]
#	stock_server_start NS DEV USER PASSWORD [OPTION...], stock_server_kill NS
#
# pppd's own log is $RRAS_LOG/pppd-NAME.log.

declare -A pppd_pid

pppd_log() { echo "$RRAS_LOG/pppd-$1.log"; }

# private_ppp: in the mount namespace of `ip netns exec`, make pppd's directories ours.
private_ppp() {
	mount -t tmpfs tmpfs /etc/ppp
	mount -t tmpfs tmpfs /run
	mkdir -p /run/lock /etc/ppp/peers
	touch /etc/ppp/options
	(umask 077 && printf '"%s" * "%s" *\n' "$1" "$2" |
		tee /etc/ppp/chap-secrets >/etc/ppp/pap-secrets)
}

# pppd_start NAME NS DEV USER PASSWORD [OPTION...]: a PPPoE client on DEV. It does not try
# again by itself, takes the default route, and asks for nothing special.
pppd_start() {
	local name=$1 ns=$2 dev=$3 user=$4 password=$5
	shift 5
	modprobe -q pppoe || skip "this kernel has no pppoe"
	rm -f "$(pppd_log "$name")"
	# Not by on(): $! has to be the program, not a shell around it.
	# shellcheck disable=SC2016 # expands in the other shell
	ip netns exec "$ns" bash -c "$(declare -f private_ppp)"'
		private_ppp "$1" "$2"
		exec pppd plugin rp-pppoe.so "nic-$3" user "$1" password "$2" \
			nodetach noauth noipdefault defaultroute usepeerdns \
			noaccomp mtu 1492 mru 1492 debug logfile "$4" "${@:5}"
		' bash "$user" "$password" "$dev" "$(pppd_log "$name")" "$@" \
		>"$RRAS_LOG/pppd-$name.out" 2>&1 </dev/null &
	pppd_pid[$name]=$!
	disown "$!"
}

pppd_says() { grep -qE -- "$2" "$(pppd_log "$1")" 2>/dev/null; }

pppd_word() { sed -nE "s/$2/\\1/p" "$(pppd_log "$1")" | tail -1; }

pppd_dev() { pppd_word "$1" '^Using interface (ppp[0-9]+)$'; }

pppd_local() { pppd_word "$1" '^local  IP address (.*)$'; }

pppd_remote() { pppd_word "$1" '^remote IP address (.*)$'; }

pppd_up_or_ended() {
	pppd_says "$1" '^remote IP address' || ended "${pppd_pid[$1]}"
}

# pppd_wait_up NAME [SECONDS]: until IPCP is open; fails at once when pppd gave up.
pppd_wait_up() {
	poll "${2:-60}" pppd_up_or_ended "$1" && ! ended "${pppd_pid[$1]}"
}

# pppd_wait_end NAME [SECONDS]
pppd_wait_end() {
	poll "${2:-60}" ended "${pppd_pid[$1]}"
}

# pppd_stop NAME: ends the session as an administrator does (LCP terminate, PADT).
pppd_stop() {
	kill "${pppd_pid[$1]}" 2>/dev/null || true
	pppd_wait_end "$1"
}

# pppd_kill NAME: the client vanishes.
pppd_kill() {
	kill -9 "${pppd_pid[$1]}" 2>/dev/null || true
	pppd_wait_end "$1"
}

# stock_server_start NS DEV USER PASSWORD [OPTION...]: Debian's pppoe-server, CHAP, 10.9.0.1
# and clients from 10.9.0.10 on, with more options for its pppd. The peer in comparisons, the
# concentrator that we dial, and the proof that the environment itself works. It has no kernel
# mode: its data goes through a pty. $IPV6_UP, if exported, is what pppd does when IPv6 is up.
stock_server_start() {
	# Not by on(): $! has to be the program, not a shell around it.
	# shellcheck disable=SC2016 # expands in the other shell
	ip netns exec "$1" bash -c "$(declare -f private_ppp)"'
		private_ppp "$1" "$2"
		if [[ -n ${IPV6_UP:-} ]]; then
			printf "#!/bin/bash\n%s\n" "$IPV6_UP" >/etc/ppp/ipv6-up
			chmod 755 /etc/ppp/ipv6-up
		fi
		printf "%s\n" require-chap noaccomp nodefaultroute debug \
			"logfile $4" "${@:5}" >/etc/ppp/pppoe-server-options
		exec pppoe-server -F -C stock -I "$3" -L 10.9.0.1 -R 10.9.0.10 -N 20 \
			-O /etc/ppp/pppoe-server-options
		' bash "$3" "$4" "$2" "$RRAS_LOG/pppoe-server.log" "${@:5}" \
		>"$RRAS_LOG/pppoe-server.out" 2>&1 </dev/null &
	disown "$!"
}

# stock_server_kill NS: it and all its sessions vanish without a word.
stock_server_kill() { ns_kill "$1"; }
