#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 120
#
# rras top against something that plays rrasd: rates, orders, the forms of its output, and ten
# thousand sessions.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/host.sh
. "$(dirname "$0")/../lib/host.sh"

RRAS=${RRAS:-$TOP/tools/rras/rras}
socket=$WORK/socket
player=''

# play SESSIONS [odd]: until the next one.
play() {
	stop
	rm -f "$socket" "$WORK/ready"
	mkfifo "$WORK/ready"
	/usr/bin/python3 "$(dirname "$0")/rras-top.py" "$socket" "$@" >"$WORK/ready" 2>"$WORK/player" &
	player=$!
	read -r _ <"$WORK/ready"
}
stop() {
	[[ -z $player ]] || { kill "$player" && wait "$player"; } 2>/dev/null || true
	player=''
}
trap 'stop; rm -rf "$WORK"' EXIT

top_() { "$RRAS" -S "$socket" "$@" >"$WORK/said" 2>&1; }
json() { "$RRAS" -j -S "$socket" top interval 1 "${@:2}" | /usr/bin/python3 -c "
import json, sys
d, text = [], sys.stdin.read().strip()
while text:
    array, end = json.JSONDecoder().raw_decode(text)
    d.append(array)
    text = text[end:].strip()
sys.exit(not ($1))"; }
lines_are() { [[ $(grep -c "$2" "$WORK/said") -eq $1 ]]; }

play 300
state "once when it is no terminal" top_ top interval 1
state "all are shown" lines_are 300 '  up  '
state "the sum is" grep -qE '^300 sessions, 300 up; in [0-9.]+M bit/s' "$WORK/said"
state "the busiest first" bash -c "sed -n 4p '$WORK/said' | grep -q user299"
state "no sequence for a terminal" bash -c "! grep -q \$'\\033' '$WORK/said'"
play 300
state "rates are those of a second" json \
	'all(abs(s["in-bits"] / 8000 / s["id"] - 1) < 0.5 for s in d[0] if s["id"] % 100)'
play 300
state "out is twice as much" json 'all(abs(s["out-bits"] - 2 * s["in-bits"]) <= 2 for s in d[0])'
play 300
state "who is idle has no rate" json 'not any(s["in-packets"] for s in d[0] if not s["id"] % 100)'
play 300
state "and is counted idle" json 'max(s["idle"] for s in d[-1]) >= 2 and
	all((s["idle"] > 0) == (s["id"] % 100 == 0) for s in d[-1])' count 3
play 300
state "three times" json 'len(d) == 3 and len(d[0]) == 300 and len(d[2]) == 299' -n 3
play 300
state "by number" json '[s["id"] for s in d[0]] == list(range(1, 301))' sort id
play 300
state "by user" json 'd[0] == sorted(d[0], key=lambda s: s["user"])' sort user
play 300
state "by age" json 'd[0][0]["age"] == 300' sort time
play 300
state "a few of them" json 'len(d[0]) == 5' lines 5
play 3 odd
state "names that a terminal would obey" top_ top interval 1
state "are made harmless" grep -qF '?[31mred' "$WORK/said"
play 3
state "on a terminal" bash -c "script -qec \"'$RRAS' -S '$socket' top interval 1 count 1\" /dev/null \
	</dev/null >'$WORK/said'"
state "the screen is used" grep -qF $'\033[H' "$WORK/said"
play 10000
state "ten thousand sessions" json 'len(d[0]) == 10000' count 1
stop
refuses() { local status=0; top_ "$@" || status=$?; [[ $status -eq "$wanted" ]]; }
wanted=1
state "nobody to ask" refuses top
wanted=2
for words in 'top nonsense' 'top interval 0' 'top interval' 'top sort colour' '-n x top'; do
	# shellcheck disable=SC2086 # several words
	state "not understood: $words" refuses $words
done
wanted=0
state "help" refuses top help
done_testing
