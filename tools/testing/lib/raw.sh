# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Raw clients and counters. Sourced after net.sh and rrasd.sh.
#
#	raw NS PROGRAM [ARG...]	run a Python program with pppoe_client importable
#	raw_start NAME NS DEV [OPTION...], raw_word NAME FIELD, raw_stop NAME
#	counter NAME			sum of what `rras -j stats` says of that name
#
# pppoe_client.py says what its options are.

declare -A raw_pid

raw() {
	local ns=$1
	shift
	PYTHONPATH=$TESTING/lib PYTHONDONTWRITEBYTECODE=1 on "$ns" /usr/bin/python3 "$@"
}

# raw_start NAME NS DEV [OPTION...]: clients that stay until they are told to end.
raw_start() {
	local name=$1 ns=$2
	shift 2
	PYTHONDONTWRITEBYTECODE=1 ip netns exec "$ns" /usr/bin/python3 \
		"$TESTING/lib/pppoe_client.py" "$@" >"$RRAS_LOG/raw-$name.json" \
		2>"$RRAS_LOG/raw-$name.err" </dev/null &
	raw_pid[$name]=$!
	disown "$!"
}

raw_settled() { [[ -s $RRAS_LOG/raw-$1.json ]] || ended "${raw_pid[$1]}"; }

# raw_wait_up NAME [SECONDS]: until all its clients are connected.
raw_wait_up() {
	poll "${2:-40}" raw_settled "$1" || return
	/usr/bin/python3 - "$RRAS_LOG/raw-$1.json" <<-'END'
		import json, sys
		clients = json.load(open(sys.argv[1]))
		print(clients)
		sys.exit(not all(client["stage"] == "open" for client in clients))
	END
}

# raw_word NAME FIELD [N]: what its client N (default 0, the first one) says of itself.
raw_word() {
	/usr/bin/python3 -c 'import json, sys
print(json.load(open(sys.argv[1]))[int(sys.argv[3])][sys.argv[2]])' \
		"$RRAS_LOG/raw-$1.json" "$2" "${3:-0}"
}

# raw_stop NAME: by PADT. raw_kill NAME: without a word.
raw_stop() {
	kill "${raw_pid[$1]}" 2>/dev/null || true
	poll 20 ended "${raw_pid[$1]}"
}

raw_kill() {
	kill -9 "${raw_pid[$1]}" 2>/dev/null || true
	poll 20 ended "${raw_pid[$1]}"
}

# counter NAME: what the modules and the daemon count under that name, drops included.
counter() {
	rras -j stats | /usr/bin/python3 -c '
import json, sys
def total(node):
    if isinstance(node, list):
        return sum(map(total, node))
    if not isinstance(node, dict):
        return 0
    found = sum(map(total, node.values()))
    if node.get("reason") == sys.argv[1]:
        found += node["count"]
    if isinstance(node.get(sys.argv[1]), int):
        found += node[sys.argv[1]]
    return found
print(total(json.load(sys.stdin)))' "$1"
}

counter_is() { [[ $(counter "$1") -eq $2 ]]; }
counter_above() { [[ $(counter "$1") -gt $2 ]]; }

# session_field USER FIELD: of the sessions of a user, one a line.
session_field() {
	rras -j -s session list | /usr/bin/python3 -c '
import json, sys
for session in json.load(sys.stdin):
    if session.get("user") == sys.argv[1]:
        print(session.get(sys.argv[2], ""))' "$1" "$2"
}

# nothing_left: no link, no projection, no session, no pool address in use.
nothing_left() {
	links_are 0 && projections_are 0 && counter_is sessions 0 && counter_is pool-used 0
}

# memory PID: resident, in kB.
memory() { awk '/^VmRSS:/ { print $2 }' "/proc/$1/status"; }
