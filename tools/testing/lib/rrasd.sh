# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Our daemon in a namespace. Sourced after net.sh.
#
#	rrasd_config [SECTION KEY VALUE]...	write $RRASD_CONF for the usual topology
#	rrasd_start NS, rrasd_reload, rrasd_stop, rrasd_kill
#	rrasd_says REGEX [SECONDS]		in its log, now or soon
#	rrasd_supervise NS, rrasd_again SIGNAL	with -k
#	rras ARGS...				the command, with that daemon's socket
#
# The daemon's log is $RRAS_LOG/rrasd.log. Users alice, bob and carol have the
# password "secret-" and their name; dave has the one address 10.64.9.9.

RRASD_CONF=$RRAS_LOG/rrasd.conf
RRASD_NS=s
rrasd_pid=''
supervisor_pid=''
SUPERVISED=''

# rrasd_config [SECTION KEY VALUE]...: the defaults of the tests, then what is given: a
# later line of the same key wins, or adds.
rrasd_config() {
	local user
	(
		umask 077
		for user in alice bob carol; do
			echo "$user * secret-$user *"
		done >"$RRAS_LOG/secrets"
		echo "dave * secret-dave 10.64.9.9" >>"$RRAS_LOG/secrets"
	)
	cat >"$RRASD_CONF" <<-END
		[wan]
		interface ras0
		create yes
		local-address 10.64.0.1
		[pool]
		address ${POOL:-10.64.0.2-10.64.0.250}
		[ppp]
		dns1 192.0.2.53
		echo-interval ${ECHO:-30s}
		[auth]
		methods ${METHODS:-chap-md5 pap}
		name concentrator
		secrets $RRAS_LOG/secrets
		[pppoe]
		interface ${LISTEN:-acc0}
		[daemon]
		control-socket /tmp/rrasd.sock
		pid-file /tmp/rrasd.pid
		log-level debug
	END
	while [[ $# -ge 3 ]]; do
		printf '[%s]\n%s %s\n' "$1" "$2" "$3" >>"$RRASD_CONF"
		shift 3
	done
}

rrasd_ready() { [[ -S /tmp/rrasd.sock ]]; }

# rrasd_start NS: in the foreground, as a job; ready when its socket answers.
rrasd_start() {
	RRASD_NS=$1
	rm -f /tmp/rrasd.sock
	# Not by on(): $! has to be the daemon, not a shell around it.
	ip netns exec "$1" "$RRASD" -f -c "$RRASD_CONF" >>"$RRAS_LOG/rrasd.log" 2>&1 </dev/null &
	rrasd_pid=$!
	disown "$rrasd_pid"
	if ! poll 20 rrasd_ready; then
		tail -20 "$RRAS_LOG/rrasd.log" | sed 's/^/# /'
		fatal "rrasd did not start"
	fi
}

rrasd_reloads() { grep -cE 'reload: [0-9]+ users' "$RRAS_LOG/rrasd.log" || true; }
rrasd_reloaded_since() { [[ $(rrasd_reloads) -gt $1 ]]; }

# rrasd_reload: with the files as they are now; fails if there is a mistake in them.
rrasd_reload() {
	local before
	before=$(rrasd_reloads)
	kill -HUP "$rrasd_pid"
	poll 20 rrasd_reloaded_since "$before"
}

# rrasd_says REGEX [SECONDS]: in its log; what a client sees may come before the line about it.
rrasd_says() { poll "${2:-10}" grep -E -- "$1" "$RRAS_LOG/rrasd.log"; }

rrasd_stop() {
	kill "$rrasd_pid" 2>/dev/null || true
	poll 20 ended "$rrasd_pid"
}

rrasd_kill() {
	kill -9 "$rrasd_pid" 2>/dev/null || true
	poll 20 ended "$rrasd_pid"
}

# rrasd_supervise NS: the same, started by one who holds files for it as systemd does; then
# rrasd_again SIGNAL ends it, and returns when the next one runs. $SUPERVISED is the directory of
# supervise.py.
rrasd_supervise() {
	RRASD_NS=$1
	SUPERVISED=$(mktemp -d)
	echo 0 >"$SUPERVISED/ready"
	ip netns exec "$1" "$TESTING/lib/supervise.py" "$SUPERVISED" \
		"${RRASD_COMMAND:-$RRASD}" -f -k -c "$RRASD_CONF" \
		>>"$RRAS_LOG/rrasd.log" 2>&1 </dev/null &
	supervisor_pid=$!
	disown "$supervisor_pid"
	if ! poll 20 rrasd_ready_for 1; then
		tail -20 "$RRAS_LOG/rrasd.log" | sed 's/^/# /'
		fatal "rrasd did not start"
	fi
}

rrasd_ready_for() { [[ $(<"$SUPERVISED/ready") -ge $1 ]]; }

rrasd_again() {
	local next=$(($(<"$SUPERVISED/ready") + 1))
	kill "-$1" "$(<"$SUPERVISED/pid")" || return
	poll 20 rrasd_ready_for "$next"
}

rras() { on "$RRASD_NS" "$RRAS" -S /tmp/rrasd.sock "$@"; }

# links_are N: that many links in the kernel, of all namespaces.
links_are() { [[ $(</sys/kernel/ndiswan/links) -eq $1 ]]; }

# projections_are N: on ras0.
projections_are() {
	[[ $(on "$RRASD_NS" cat /sys/class/net/ras0/wanarp/projections) -eq $1 ]]
}
