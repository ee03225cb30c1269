# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Stock xl2tpd with pppd, as client (LAC) and as server (LNS), each with an /etc/ppp, an
# /etc/xl2tpd and a /run of its own. Sourced after net.sh and pppd.sh.
#
#	lac_start NAME NS SERVER USER PASSWORD CALLS [KEY VALUE]...
#				a client with CALLS sessions in one tunnel; KEY VALUE are for
#				each [lac] section of xl2tpd.conf. With SECRET it authenticates
#				the tunnel.
#	lac_stop NAME (asks), lac_kill NAME (it and its pppds vanish), lac_ppps NAME (how many
#				of its sessions are up)
#	lac_control NAME CALL COMMAND	connect or disconnect one of its calls
#	lns_start NS USER PASSWORD [KEY VALUE]...
#				a server, 10.9.0.1 and clients from 10.9.0.10 on; with SECRET
#	lns_kill NS
#
# Logs are $RRAS_LOG/xl2tpd-NAME.log and $RRAS_LOG/pppd-NAME.log.

declare -A lac_pid lac_ns

# private_l2tp: in the mount namespace of `ip netns exec`, make the directories ours.
private_l2tp() {
	private_ppp "$1" "$2"
	mount -t tmpfs tmpfs /etc/xl2tpd
	mkdir -p /run/xl2tpd
	(umask 077 && echo "* * ${3:-none}" >/etc/xl2tpd/l2tp-secrets)
}

# key_lines KEY VALUE...: as xl2tpd.conf has them.
key_lines() {
	while [[ $# -ge 2 ]]; do
		echo "$1 = $2"
		shift 2
	done
}

lac_conf() {
	local server=$1 user=$2 calls=$3 secret=$4 i
	shift 4
	echo "[global]"
	echo "port = 1701"
	for ((i = 1; i <= calls; i++)); do
		cat <<-END
			[lac call$i]
			lns = $server
			name = $user
			pppoptfile = /etc/ppp/options.l2tp
			autodial = yes
			${secret:+challenge = yes}
		END
		key_lines "$@"
	done
}

lac_start() {
	local name=$1 ns=$2 server=$3 user=$4 password=$5 calls=$6
	shift 6
	lac_ns[$name]=$ns
	rm -f "$(pppd_log "$name")"
	lac_conf "$server" "$user" "$calls" "${SECRET:-}" "$@" >"$RRAS_LOG/xl2tpd-$name.conf"
	# Not by on(): $! has to be the program, not a shell around it.
	# shellcheck disable=SC2016 # expands in the other shell
	ip netns exec "$ns" bash -c "$(declare -f private_ppp private_l2tp)"'
		private_l2tp "$1" "$2" "$3"
		printf "%s\n" "user \"$1\"" "password \"$2\"" noauth nodefaultroute \
			"logfile $4" debug ipcp-accept-local >/etc/ppp/options.l2tp
		exec xl2tpd -D -c "$5" -p "/run/xl2tpd/pid" -C "$6"
		' bash "$user" "$password" "${SECRET:-}" "$(pppd_log "$name")" \
		"$RRAS_LOG/xl2tpd-$name.conf" "/tmp/xl2tpd-$name.control" \
		>"$RRAS_LOG/xl2tpd-$name.log" 2>&1 </dev/null &
	lac_pid[$name]=$!
	disown "$!"
}

lac_ppps() { ip -n "${lac_ns[$1]}" -4 -o addr show | grep -c ' ppp[0-9]' || true; }

# lac_ppps_are NAME N
lac_ppps_are() { [[ $(lac_ppps "$1") -eq $2 ]]; }

# lac_control NAME CALL connect|disconnect
lac_control() {
	local letter=c
	[[ $3 == connect ]] || letter=d
	echo "$letter call$2" >"/tmp/xl2tpd-$1.control"
}

lac_stop() {
	kill "${lac_pid[$1]}" 2>/dev/null || true
	poll 20 ended "${lac_pid[$1]}"
}

lac_kill() { ns_kill "${lac_ns[$1]}"; }

lns_conf() {
	cat <<-END
		[global]
		port = 1701
		${SECRET:+auth file = /etc/xl2tpd/l2tp-secrets}
		[lns default]
		ip range = 10.9.0.10-10.9.0.29
		local ip = 10.9.0.1
		require chap = yes
		refuse pap = yes
		name = stock
		pppoptfile = /etc/ppp/options.l2tp
		${SECRET:+challenge = yes}
	END
	key_lines "$@"
}

lns_start() {
	local ns=$1 user=$2 password=$3
	shift 3
	lns_conf "$@" >"$RRAS_LOG/xl2tpd-lns.conf"
	# Not by on(): $! has to be the program, not a shell around it.
	# shellcheck disable=SC2016 # expands in the other shell
	ip netns exec "$ns" bash -c "$(declare -f private_ppp private_l2tp)"'
		private_l2tp "$1" "$2" "$3"
		printf "%s\n" auth nodefaultroute "logfile $4" debug noccp >/etc/ppp/options.l2tp
		exec xl2tpd -D -c "$5" -p /run/xl2tpd/pid -C /tmp/xl2tpd-lns.control
		' bash "$user" "$password" "${SECRET:-}" "$(pppd_log lns)" \
		"$RRAS_LOG/xl2tpd-lns.conf" >"$RRAS_LOG/xl2tpd-lns.log" 2>&1 </dev/null &
	disown "$!"
}

lns_kill() { ns_kill "$1"; }
