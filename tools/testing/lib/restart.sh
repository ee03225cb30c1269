# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# rrasd restarted and killed under its clients. Sourced after net.sh and rrasd.sh.
#
#	sessions FIELD...	what must stay the same: a line for each session
#	session_of USER		its number
#	pinging NAME NS COUNT [ARGUMENT...]	packets to 192.0.2.2, or as is said, 100 a second, in the
#				background
#	pinged NAME COUNT	all of them came back
#	restarted SIGNAL...	each ends rrasd once, and the next one has the same $FIELDS
#	rrasd_supervise_here NS	rrasd_supervise; while there is a file $AWAY, nobody follows

AWAY=$RRAS_LOG/away
declare -A ping_pid

sessions() {
	rras -j session | /usr/bin/python3 -c '
import json, sys
for s in sorted(json.load(sys.stdin), key=lambda s: s["id"]):
    print(s["id"], s["state"], s.get("user"), *[s.get(name) for name in sys.argv[1:]])' "$@"
}

session_of() { sessions | awk -v user="$1" '$3 == user { print $1 }'; }

pinging() {
	local where=("${@:4}")
	[[ $# -gt 3 ]] || where=(192.0.2.2)
	on "$2" ping -qn -i 0.01 -c "$3" "${where[@]}" >"$RRAS_LOG/ping-$1" 2>&1 &
	ping_pid[$1]=$!
}

pinged() {
	wait "${ping_pid[$1]}" || true
	expect_match "no packet of $1 was lost" "$2 packets transmitted, $2 received" \
		cat "$RRAS_LOG/ping-$1"
}

restarted() {
	local signal before
	# shellcheck disable=SC2086 # several words
	before=$(sessions $FIELDS)
	note "$before"
	for signal; do
		expect_ok "$signal, and the next one" rrasd_again "$signal"
		# shellcheck disable=SC2086 # several words
		expect_equal "has the same sessions" "$before" "$(sessions $FIELDS)"
	done
}

rrasd_supervise_here() {
	cat >"$RRAS_LOG/rrasd-here" <<-END
		#!/bin/bash
		while [[ -e $AWAY ]]; do read -rt 0.1 <> <(:) || true; done
		exec "\${RRASD_NEW:-$RRASD}" "\$@"
	END
	chmod +x "$RRAS_LOG/rrasd-here"
	RRASD_COMMAND=$RRAS_LOG/rrasd-here rrasd_supervise "$1"
}

# rrasd_away SIGNAL: nobody follows until rrasd_back.
rrasd_away() {
	touch "$AWAY"
	rrasd_next=$(($(<"$SUPERVISED/ready") + 1))
	kill "-$1" "$(<"$SUPERVISED/pid")"
}

rrasd_back() {
	rm "$AWAY"
	poll 20 rrasd_ready_for "$rrasd_next"
}
