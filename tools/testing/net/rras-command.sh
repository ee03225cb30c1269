#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 300
#
# The command: what it shows, in words and in JSON, what it does, and what it says when the
# daemon, the modules or the rights are missing.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/raw.sh
. "$TESTING/lib/raw.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rras.sh
. "$TESTING/lib/rras.sh"

topology 1 pairs
LISTEN=acc1 rrasd_config pppoe ac-name concentrator

note "without the daemon"
says "session: rrasd does not run" 1 'rrasd does not run' rras session list
says "stats rrasd: the same" 1 'rrasd does not run' rras stats rrasd
says "a wrong path: the same, with the path" 1 '/nowhere/socket' \
	on s "$RRAS" -S /nowhere/socket session
says "link works without it" 0 '^ *ID +LINK ADDRESS' rras link
json "no link is an empty list" 'd == []' rras -j link
json "no interface too" 'd == []' rras -j iface
json "stats work without it" '"rrasd" not in d and d["ndiswan"]["links"] == 0' rras -j stats

rrasd_start s
json "no session is an empty list" 'd == []' rras -j session
on s "$RRAS" -j event follow >"$RRAS_LOG/events.json" 2>&1 &
events_json=$!
on s "$RRAS" event >"$RRAS_LOG/events.txt" 2>&1 &
events=$!
disown "$events_json" "$events"
has_listeners() { [[ $(on s grep -c '^[0-9a-f]* *16 .*[^0] *[0-9]' /proc/net/netlink) -ge 2 ]]; }
poll 10 has_listeners || true
raw_start alice c1 eth0 --user alice --first 1 --ping 192.0.2.2
raw_start bob c1 eth0 --user bob --first 2 --ping 192.0.2.2
raw_start bob2 c1 eth0 --user bob --first 3 --ping 192.0.2.2
for name in alice bob bob2; do
	expect_ok "$name connects" raw_wait_up "$name" 40
done
id=$(session_field alice id)

note "sessions"
says "the list" 0 "^ *$id +alice +10\.64\.0\.[0-9]+ +- +up .*pppoe +acc1 +02:00:00:00:00:01" \
	rras session
says "the same by a shorter word" 0 "^ *$id +alice " rras sess l
says "with packets" 0 'IN PACKETS' rras -s session list
json "in JSON" 'len(d) == 3 and {s["user"] for s in d} == {"alice", "bob"}
	and all(s["state"] == "up" and s["auth"] for s in d)' rras -j session list
json "in JSON with packets" 'all(s["in-packets"] >= 1 and s["out-bytes"] > 0 for s in d)' \
	rras -j -s session list
says "one" 0 '^user +alice' rras session show "$id"
json "one in JSON" "d[0]['id'] == $id and d[0]['address'] == '$(raw_word alice address)'
	and d[0]['mtu'] == 1492" rras -j session show "$id"
says "one that is not there" 1 'no such session' rras session show 4000000

note "links and interfaces"
says "links" 0 "^ *$id .* up +pppoe +acc1 +[0-9]+ +02:00:00:00:00:01 +ipv4 .* on ras0" rras link
json "in JSON" 'len(d) == 3 and all(l["lines"][0]["interface"] == "ras0" for l in d)' \
	rras -j link list
json "one with counters" "d[0]['id'] == $id and d[0]['in-packets'] >= 1 and d[0]['drops'] == []" \
	rras -j link show "$id"
says "one that is not there" 1 'link 4000000: .+' rras link show 4000000
says "PPPoE has no send window" 1 "link $id: this port is not told what has arrived" \
	rras link set "$id" send-window 4
says "interfaces" 0 '^ras0 +- +3 +on +off' rras iface
json "one" 'd[0]["name"] == "ras0" and d[0]["source-check"] is True
	and all(one["reason"] == "tx-multicast" for one in d[0]["drops"])' rras -j iface show ras0
json "its projections" 'len(d) == 3 and all(p["mru"] == 1492 for p in d)' \
	rras -j iface show ras0 projections
says "they fit the sessions" 0 "^$(raw_word alice address) +$id " \
	rras iface show ras0 projections
says "an interface that does not exist" 1 'nowhere' rras iface show nowhere
says "one that is none of ours" 1 'lan0' rras iface show lan0
expect_ok "setting one" rras iface set ras0 source-check off multicast on
json "shows" 'd[0]["source-check"] is False and d[0]["multicast"] is True' \
	rras -j iface show ras0
says "setting nonsense" 2 'on or off' rras iface set ras0 source-check maybe
says "statistics" 0 'pppoe-padr +3' rras stats
json "in JSON" 'd["rrasd"]["sessions-up"] == 3 and d["ndiswan"]["links"] == 3
	and d["wanarp"][0]["projections"] == 3' rras -j stats

note "intermediate drivers, of which more in rras-driver.sh"
json "none is an empty list" 'd == []' rras -j driver
says "none in words" 0 '^ALTITUDE +NAME +CLASS +FLAGS +LINKS +BLOCKED$' rras driver

note "ending sessions"
says "one" 0 '^1 session asked to end' rras session disconnect "$id"
expect_ok "its client is told" poll 10 ended "${raw_pid[alice]}"
says "again" 1 'no such session' rras session disconnect "$id"
says "of a user" 0 '^2 sessions asked to end' rras session disconnect user bob
expect_ok "both are told" poll 10 ended "${raw_pid[bob2]}"
says "of one who has none" 1 'no session' rras session disconnect user bob
says "all, of which there are none" 0 '^0 sessions' rras session disconnect all
expect_ok "nothing is left" poll 10 nothing_left

note "events"
is_complete() { [[ $(wc -l <"$RRAS_LOG/events.json") -ge 6 && $(wc -l <"$RRAS_LOG/events.txt") -ge 6 ]]; }
expect_ok "they came" poll 10 is_complete
kill "$events_json" "$events" 2>/dev/null || true
expect_ok "each line is a JSON object, in order" /usr/bin/python3 -c '
import json, sys
events = [json.loads(line) for line in open(sys.argv[1])]
numbers = [event["number"] for event in events]
print(numbers, [event["name"] for event in events])
sys.exit(not (len({e["name"] for e in events}) >= 2 and all(e["text"] for e in events) and
	      any(e.get("address", "").startswith("10.64.0.") for e in events)))
' "$RRAS_LOG/events.json"
expect_match "in words too" '^20[0-9-]+T[0-9:.]+ [0-9]+ .* link [0-9]+' cat "$RRAS_LOG/events.txt"

note "what is not understood"
for words in '' nonsense 'session nonsense' 'session show' 'session show x' 'session show -1' \
	'session show 1 2' 'session disconnect' 'session disconnect user' 'link show' \
	'link list all' "link set $id" "link set $id send-window" "link set $id send-window x" \
	"link set $id speed 1" 'iface show' 'iface set ras0 source-check' 'event now' '-x session' 'driver l' \
	'driver list all' 'driver show' 'driver show a b' 'driver link' 'driver link x' 'driver set' \
	'driver set a' 'driver set a maybe' 'driver set a on off' 'driver set a on link' \
	'driver set a on link x' 'driver set a on net 1' 'driver set a mandatory' \
	'driver set a mandatory on link 1' 'driver set a mandatory maybe'; do
	# shellcheck disable=SC2086 # several words
	says "rras $words" 2 '(rras: .*try: rras help|^usage: rras|expected)' rras $words
done
for words in help -h 'help session' 'session help' 'help link' 'iface help' 'stats help' \
	'help event' 'help driver' 'driver help'; do
	# shellcheck disable=SC2086 # several words
	says "rras $words" 0 '^usage: rras' rras $words
done
says "a word that is not unique" 2 'not unique: session or stats' rras s
says "version" 0 '^rras [0-9]' rras -V

note "who is not root"
nobody() { on s setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$@"; }
says "may not ask the daemon" 1 'only root' nobody "$RRAS" -S /tmp/rrasd.sock session list
says "may not end sessions" 1 'only root' nobody "$RRAS" -S /tmp/rrasd.sock session d all
says "may not change an interface" 1 '(only root|not permitted)' \
	nobody "$RRAS" iface set ras0 multicast off
says "nor a driver" 1 'only root' nobody "$RRAS" driver set upper off
json "and has not" 'd[0]["multicast"] is True' rras -j iface show ras0

note "without the modules"
expect_ok "the daemon stops" rrasd_stop
expect_ok "the modules can be unloaded" poll 20 unload_modules
says "link says which is missing" 1 'modprobe ndiswan_shim' rras link
says "iface too" 1 'modprobe wanarp' rras iface
says "stats too" 1 'modprobe ndiswan_shim' rras stats
says "driver too" 1 'modprobe ndiswan_shim' rras driver
says "event too" 1 'modprobe ndiswan_shim' rras event
says "rrasd too" 1 'modprobe ndiswan_shim' on s "$RRASD" -f -c "$RRASD_CONF"
load_modules ndiswan_shim
says "rrasd misses the other one" 1 'modprobe wanarp' on s "$RRASD" -f -c "$RRASD_CONF"
