#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 240
#
# rras driver: the stack of intermediate drivers as it shows it, in words and in JSON, what
# it switches, and what it says when the kernel refuses; and drivers in the output of
# rras link and rras event.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/raw.sh
. "$TESTING/lib/raw.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rras.sh
. "$TESTING/lib/rras.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/im_test.sh
. "$TESTING/lib/im_test.sh"

topology 1 pairs
LISTEN=acc1 rrasd_config pppoe ac-name concentrator
rrasd_start s
raw_start clients c1 eth0 --count 2 --user alice
expect_ok "two clients connect" raw_wait_up clients 40
address=$(raw_word clients address)
id=$(session_field alice id | head -1)
on s "$RRAS" -j event follow >"$RRAS_LOG/events.json" 2>&1 &
events=$!
disown "$events"
has_listener() { on s grep -q '^[0-9a-f]* *16 .*[^0] *[0-9]' /proc/net/netlink; }
poll 10 has_listener || true

note "the stack"
im_load viewer:100:monitor/upper:2000:headroom=4,cost=8
json "the one nearest to IP comes first" '[x["name"] for x in d] == ["upper", "viewer"]
	and [x["altitude"] for x in d] == [2000, 100] and d[1]["class"] == "monitor"
	and all(x["enabled"] and not x["mandatory"] and not x["missing"] and x["links"] == 2
		and x["blocked-links"] == 0 for x in d) and "in-seen" not in d[0]' rras -j driver
says "in words" 0 '^ +2000 +upper +modifying +- +2 +0$' rras driver list
says "one" 0 '^ +mru cost +8$' rras driver show upper
json "one in JSON" 'd[0]["headroom"] == 4 and d[0]["mru-cost"] == 8 and d[0]["drops"] == []' \
	rras -j driver show upper
json "its cost shows in the projections" 'all(p["mru"] == 1484 for p in d)' \
	rras -j iface show ras0 projections
pings() { on s ping -qc 3 -i 0.2 -W 1 "$address" >/dev/null || true; }
pings
json "it has passed packets" 'd[0]["out-seen"] >= 3 and d[0]["out-passed"] == d[0]["out-seen"]
	and d[0]["out-taken"] == d[0]["held"] == 0' rras -j -s driver
im upper send=drop
pings
json "dropped some for a reason" 'd[0]["out-dropped"] >= 3
	and d[0]["drops"] == [{"reason": "test", "count": d[0]["out-dropped"]}]
	and d[0]["out-passed"] == d[0]["out-seen"] - d[0]["out-dropped"]' rras -j -s driver
says "the reason in words" 0 '^ +2000 +upper .* test [0-9]+$' rras -s driver
im upper send=hold
pings
json "holds some" 'd[0]["held"] == d[0]["out-taken"] >= 3 and d[0]["out-injected"] == 0' \
	rras -j driver show upper
im upper send=pass release
json "has let go of them" 'd[0]["held"] == 0 and d[0]["out-injected"] == d[0]["out-taken"]' \
	rras -j driver show upper
json "on one link" "[(x['name'], x['link'], x['state']) for x in d] ==
	[('upper', $id, 'attached'), ('viewer', $id, 'attached')] and d[0]['out-dropped'] >= 3" \
	rras -j driver link "$id"
says "the same in other words" 0 '^ +2000 +upper +modifying +attached' rras driver show link "$id"
says "on a link that is not there" 1 'link 4000000: no link has this number' \
	rras driver link 4000000
says "a driver that is not there" 1 'nobody: no intermediate driver has this name' \
	rras driver show nobody
says "a name that is too long for any" 1 '.' rras driver show "$(printf '%0500d' 1)"

note "on and off"
expect_ok "off for one link" rras driver set upper off link "$id"
json "it is not there" '[x["name"] for x in d] == ["viewer"]' rras -j driver link "$id"
json "but on the others" 'd[0]["links"] == 1 and d[0]["enabled"]' rras -j driver
expect_ok "on again" rras driver set upper on link "$id"
expect_ok "off for all" rras driver set upper off
says "is a flag" 0 '^ +2000 +upper +modifying +off +0 +0$' rras driver
expect_ok "on for all" rras driver set upper on
says "is none" 0 '^ +2000 +upper +modifying +- +2 +0$' rras driver
says "a link that is not there" 1 'no link has this number' rras driver set upper off link 4000000
says "a driver that is not there" 1 'no intermediate driver has this name' rras driver set nobody on

note "mandatory"
says "a monitor cannot be mandatory" 1 'a monitor cannot be mandatory' \
	rras driver set viewer mandatory on
expect_ok "the other one can" rras driver set upper mandatory on
says "and cannot be switched off then" 1 'the driver is mandatory: first' rras driver set upper off
says "not on one link either" 1 'the driver is mandatory: first' \
	rras driver set upper off link "$id"
json "no link is blocked" 'not any(l["blocked"] for l in d)' rras -j link
im_unload
says "without its module it is missing" 0 '^ +2000 +upper +modifying +mandatory,missing +0 +2$' \
	rras driver
json "in JSON too" 'len(d) == 1 and d[0]["missing"] and d[0]["blocked-links"] == 2' rras -j driver
says "its links are blocked" 0 "^ *$id .* blocked +pppoe " rras link
says "each" 0 "^link $id .* blocked$" rras link show "$id"
json "in JSON too" 'len(d) == 2 and all(l["blocked"] and l["state"] == "up" for l in d)' \
	rras -j link
says "by whom" 0 '^ +2000 +upper +modifying +blocked' rras driver link "$id"
says "it cannot be switched on" 1 'not loaded' rras driver set upper on
expect_ok "no longer mandatory" rras driver set upper mandatory off
json "it is forgotten" 'd == []' rras -j driver
json "and no link is blocked" 'not any(l["blocked"] for l in d)' rras -j link

note "events"
has_events() { grep -q '"number":30036,.*"driver":"viewer"' "$RRAS_LOG/events.json"; }
expect_ok "they came" poll 10 has_events
kill "$events" 2>/dev/null || true
expect_ok "with the name of the driver" /usr/bin/python3 -c '
import json, sys
events = [json.loads(line) for line in open(sys.argv[1])]
numbers = [(event["number"], event.get("driver")) for event in events]
print(numbers)
sys.exit(not {(30035, "upper"), (30036, "upper"), (30035, "viewer")} <= set(numbers))
' "$RRAS_LOG/events.json"
