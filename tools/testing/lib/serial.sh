# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# A serial line: a pair of pseudo-terminals that socat holds together, /tmp/tty.s for rrasd and
# /tmp/tty.c for pppd in the namespace c. Sourced after net.sh; the functions of pppd.sh for what
# runs are good for these, too.
#
#	line_begin, line_end	the cable
#	line_pppd NAME USER PASSWORD [OPTION...]	pppd on the other end
#	client NAME USER PASSWORD [OPTION...]		as one who calls

# shellcheck source-path=SCRIPTDIR source=pppd.sh
. "$TESTING/lib/pppd.sh"

line_there() { [[ -e /tmp/tty.s && -e /tmp/tty.c ]]; }

line_begin() {
	socat PTY,link=/tmp/tty.s,rawer PTY,link=/tmp/tty.c,rawer >"$RRAS_LOG/socat.log" 2>&1 &
	socat_pid=$!
	disown "$socat_pid"
	poll 10 line_there
}
line_end() {
	kill "$socat_pid" 2>/dev/null || true
	poll 10 ended "$socat_pid"
}

line_pppd() {
	local name=$1 user=$2 password=$3
	shift 3
	rm -f "$(pppd_log "$name")"
	# shellcheck disable=SC2016 # expands in the other shell
	ip netns exec c setsid bash -c "$(declare -f private_ppp)"'
		private_ppp "$1" "$2"
		exec pppd "$(readlink /tmp/tty.c)" 115200 local nodetach nolock noccp \
			nodefaultroute debug logfile "$3" "${@:4}"
		' bash "$user" "$password" "$(pppd_log "$name")" "$@" \
		>"$RRAS_LOG/pppd-$name.out" 2>&1 </dev/null &
	pppd_pid[$name]=$!
	disown "$!"
}
client() { line_pppd "$1" "$2" "$3" noauth noipdefault user "$2" "${@:4}"; }
