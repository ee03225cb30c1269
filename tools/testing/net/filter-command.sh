#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 600
#
# rras filter: every sub-command, in words and in JSON, and what it says of every mistake; what
# is refused has changed nothing.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rras.sh
. "$TESTING/lib/rras.sh"

filter() { "$RRAS" filter "$@"; }
filter_json() { "$RRAS" -j filter "$@"; }

# from TEXT WORDS...: the command, with TEXT on standard input.
from() {
	local text=$1
	shift
	printf '%s' "$text" | "$@"
}

# word EXPRESSION WORDS...: of the JSON value that the command writes (d).
word() {
	local expression=$1
	shift
	"$@" | /usr/bin/python3 -c "import json, sys; d = json.load(sys.stdin); print($expression)"
}

ip link add dummy7 type dummy
ip link set dummy7 up
ip addr add 10.7.0.1/24 dev dummy7
ip link add ras0 type wanarp
ip link set ras0 up

note "nothing is there"
json "no sets" 'd == []' filter_json list
json "no bindings" 'd == []' filter_json bindings
says "a list with its titles" 0 '^SET +FILTERS' filter
says "a set that is not there" 1 'web: .+' filter show web
expect_ok "nothing to export" filter export

note "loading"
cat >sets <<'END'
# What the clients of the shop may do.
set web
default in drop
default out forward
in proto tcp src client dport 80-90 tag 7 log
in proto icmp type echo-request src 10.0.0.0/8
in src 2001:db8::/32 dst interface
out proto udp dst 192.0.2.53 dport 53
both proto gre

set empty
default in forward
default out forward
END
says "a file with two sets" 0 '^set web: 6 filters, [0-9]+ bytes' filter import sets
says "the list" 0 '^web +6 +drop +forward +0 ' filter list
json "in JSON" 'len(d) == 2 and d[0]["name"] == "web" and d[0]["filter-count"] == 6
	and d[0]["default-in"] == "drop" and d[0]["default-out"] == "forward"' filter_json list
says "words for what is received" 0 'Received packets are dropped, except for those' \
	filter show web
says "and for a filter" 0 \
	" 0  TCP from the client's address to any address, ports 80-90 \(tag 7\) \(logged\)" \
	filter show web
says "and for what is sent" 0 'Sent packets are forwarded, except for those' filter show web
says "with packets" 0 ' 0 packets have matched a filter, 0 none' "$RRAS" -s filter show web
says "no filters in words" 0 'Sent packets are all forwarded' filter show empty
json "one in JSON" 'd[0]["name"] == "web" and len(d[0]["filters"]) == 6
	and d[0]["filters"][0]["tag"] == 7 and d[0]["filters"][0]["direction"] == "in"
	and d[0]["filters"][5]["filter"] == "out proto gre"' filter_json show web
json "all in JSON" '[s["name"] for s in d] == ["web", "empty"]' filter_json show

note "there and back"
filter export >first
says "what was exported can be loaded" 0 '^set web: 6 filters' filter import first
filter export >second
expect_ok "and comes out as it was" cmp first second
expect_ok "one set alone" bash -c "'$RRAS' filter export web | cmp - <(sed '/^\$/,\$d' first)"
json "import in JSON" '[s["name"] for s in d] == ["web", "empty"] and d[0]["filter-count"] == 6' \
	filter_json import first

note "mistakes change nothing"
before=$(filter_json list)
printf '%s\n' 'set web' 'default in drop' 'default out drop' 'in src 10.1.2.3/16' >sets2
says "a mistake has file, line and column" 1 '^sets2:4:8: 10\.1\.2\.3 .*write 10\.1\.0\.0/16' \
	filter import sets2
says "all of them are told" 1 '^standard input:5:4: .nonsense' \
	from $'set web\ndefault in drop\ndefault out drop\nin src 10.0.0.1/8\nin nonsense\n' filter import -
says "and that nothing has changed" 1 'nothing has been changed' \
	from $'set web\nin any\n' filter import -
says "a file that is not there" 1 'nowhere: No such file' filter import nowhere
says "a directory" 1 'tmp: Is a directory' filter import /tmp
expect_equal "the sets are as they were" "$before" "$(filter_json list)"

note "elements of nftables"
cat >blocked.nft <<'END'
table inet t {
	set blocked {
		typeof ip saddr . udp dport
		flags interval
		elements = { 10.1.0.0/16 . 80-90,
			     10.2.0.0/16 . 53 }
	}
}
END
says "as nft list writes them" 0 '^set blocked: 2 filters' \
	filter import blocked.nft nft blocked default in forward default out forward in
says "are filters" 0 '^in proto udp src 10\.1\.0\.0/16 dport 80-90$' filter export blocked
says "a plain list, with fields and conditions" 0 '^set plain: 6 filters' \
	from '10.0.0.1-10.0.0.2 . tcp . 80, 10.3.0.0/16 . udp . 53' filter import - nft plain \
	default in forward default out drop both dst . proto . dport tag 9
says "a range has become prefixes" 0 '^out proto udp dst 10\.3\.0\.0/16 dport 53 tag 9$' \
	filter export plain
says "what cannot be expressed is said" 1 '^standard input:1:12: an element that expires' \
	from '{ 10.0.0.1 timeout 3s }' filter import - nft plain default in drop default out drop \
	in src
says "words that are wrong are said" 1 '^command line:4:4: .nonsense' \
	from '{ 10.0.0.1 }' filter import - nft plain default in drop default out drop in nonsense
if [[ $RRAS_KERNEL == 6.12 ]] && modprobe -q nf_tables; then
	nft -f - <<-'END'
		table inet t {
			set s {
				typeof ip saddr . tcp dport
				flags interval
				elements = { 10.9.0.0/16 . 1-1024 comment "a", 10.8.0.1 . 22 }
			}
		}
	END
	nft list set inet t s >real.nft
	says "as this machine's nft writes them" 0 '^set real: 2 filters' \
		filter import real.nft nft real default in forward default out forward in
	says "the same filters" 0 '^in proto tcp src 10\.9\.0\.0/16 dport 1-1024$' filter export real
	nft delete table inet t
fi

note "bindings"
expect_ok "a device" filter bind web dev dummy7
says "is shown" 0 '^dummy7 +- +web +on +in out +fragments' filter bindings
expect_ok "changing it" filter bind web dev dummy7 in fragments check strong-host on log 5 both rate 10
json "shows" 'd[0]["in"] and not d[0]["out"] and d[0]["fragments"] == "check"
	and d[0]["strong-host"] and d[0]["log"] == "both" and d[0]["log-group"] == 5
	and d[0]["log-rate"] == 10' filter_json bindings dev dummy7
expect_ok "what is not given stays" filter bind empty dev dummy7 strong-host off
json "as it was" 'd[0]["set"] == "empty" and d[0]["fragments"] == "check"
	and not d[0]["strong-host"] and d[0]["log-group"] == 5 and d[0]["log-rate"] == 10' \
	filter_json bindings
expect_ok "no log" filter bind empty dev dummy7 log off
expect_ok "a client" filter bind web dev ras0 client 10.64.0.9 closed
says "waits" 0 '^ras0 +client 10\.64\.0\.9 +web +waits +in out .* closed' filter bindings
expect_ok "a link" filter bind web dev ras0 link 77
json "three bindings" 'len(d) == 3 and {b.get("link-address") for b in d} == {None, 77}' \
	filter_json bindings
says "of one device" 0 '^ras0 +link 77 +web' filter bindings dev ras0
says "devices" 0 '^ras0 +2 +1 ' filter devices
json "in JSON" '{x["device"]: x["bindings"] for x in d} == {"dummy7": 1, "ras0": 2}' \
	filter_json devices
says "statistics have them" 0 '^ipfltdrv dummy7$' "$RRAS" stats
json "in JSON too" '{x["name"]: x["waiting"] for x in d["ipfltdrv"]} == {"dummy7": 0, "ras0": 1}' \
	"$RRAS" -j stats
json "or only them" 'list(d) == ["ipfltdrv"]' "$RRAS" -j stats ipfltdrv
says "a set that is not there" 1 'dummy7: .*(nowhere|no filter set|not)' \
	filter bind nowhere dev dummy7
expect_ok "unless it may come later" filter bind nowhere dev dummy7 closed
says "then it is closed" 0 '^dummy7 +- +nowhere +closed ' filter bindings dev dummy7
says "and the list says so" 0 '^nowhere +0 +\(not loaded\)' filter list
says "and its description" 0 'Set nowhere is not loaded; 1 binding waits' filter show nowhere
says "and its export" 0 '^# set nowhere is waited for' filter export nowhere
says "a set in use cannot be removed" 1 'web: .+' filter remove web
says "a client of a device that has none" 1 'dummy7 client .*: .+' \
	filter bind web dev dummy7 client 10.0.0.1
says "a device that is not there" 1 "no interface 'nowhere'" filter bind web dev nowhere
expect_ok "ending a binding" filter unbind dev ras0 client 10.64.0.9
says "twice" 1 'ras0 client 10\.64\.0\.9: .+' filter unbind dev ras0 client 10.64.0.9
expect_ok "of a link" filter unbind dev ras0 link 77

note "packets that are tested"
says "one that a filter lets pass" 0 \
	'^forwarded: filter 0 of set web, tag 7: TCP from the client.* \(in proto tcp src client dport 80-90 tag 7 log\)' \
	filter test set web client 10.64.0.9 in src 10.64.0.9 dst 192.0.2.2 proto tcp dport 85
says "one of somebody else" 0 '^dropped: no filter of set web matches, and its default for received packets is drop' \
	filter test set web client 10.64.0.9 in src 10.64.0.8 dst 192.0.2.2 proto tcp dport 85
says "one that a filter drops" 0 '^dropped: filter 4 of set web: UDP' \
	filter test set web out src 10.64.0.9 dst 192.0.2.53 proto udp dport 53
json "in JSON" 'd == [{"verdict": "drop", "step": "filter", "reason": "filter", "set": "web",
	"number": 4, "tag": 0, "filter": "out proto udp dst 192.0.2.53 dport 53",
	"words": "UDP to 192.0.2.53, port 53"}]' \
	filter_json test set web out src 10.64.0.9 dst 192.0.2.53 proto udp dport 53
says "IPv6" 0 '^forwarded: filter 2 of set web' \
	filter test set web client 2001:db8::8 interface 2001:db8::9 in src 2001:db8::1 dst 2001:db8::9
says "ICMP by its type" 0 '^dropped' \
	filter test set web client 10.0.0.1 interface 10.0.0.2 in src 10.0.0.1 dst 10.0.0.2 type 0
says "a later fragment" 0 '^dropped' \
	filter test set web client 10.64.0.9 interface 10.0.0.2 fragments drop in \
	src 10.64.0.9 dst 192.0.2.2 proto tcp fragment 1480 more
says "a device without a binding" 0 '^forwarded: nothing is bound' \
	filter test dev lo in src 10.0.0.1 dst 10.0.0.2
says "a device with one" 0 '^(dropped|forwarded): the set is not loaded.*nowhere' \
	filter test dev dummy7 in src 10.0.0.1 dst 10.0.0.2
filter bind web dev dummy7 in out
json "its late bound address is the interface's" 'd[0]["verdict"] == "forward"' \
	filter_json test dev dummy7 out src 10.7.0.1 dst 10.0.0.2 proto tcp dport 80 flags syn,ack
says "a client that is away" 1 'no client has the address 10\.64\.0\.9 now' \
	filter test dev ras0 client 10.64.0.9 in src 10.64.0.9 dst 10.0.0.1
/usr/bin/python3 - <<'END'
import struct
def ipv4(proto, src, dst, rest):
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(rest), 1, 0, 64, proto, 0,
                       bytes(src), bytes(dst)) + rest
udp = ipv4(17, (10, 1, 0, 9), (192, 0, 2, 2), struct.pack("!HHHH", 5, 85, 8, 0))
tcp = ipv4(6, (10, 1, 0, 9), (192, 0, 2, 2), struct.pack("!HHIIBBHHH", 5, 85, 0, 0, 80, 2, 0, 0, 0))
def pcap(name, order, link, frames):
    with open(name, "wb") as f:
        f.write(struct.pack(order + "IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, link))
        for frame in frames:
            f.write(struct.pack(order + "IIII", 0, 0, len(frame), len(frame)) + frame)
ether = b"\2\0\0\0\0\1\2\0\0\0\0\2"
pcap("ether.pcap", "<", 1, [ether + b"\x08\x00" + udp, ether + b"\x08\x06" + bytes(28),
                            ether + b"\x81\x00\0\7\x08\x00" + tcp])
pcap("raw.pcap", ">", 101, [tcp, udp])
with open("cut.pcap", "wb") as f:
    f.write(open("raw.pcap", "rb").read()[:-3])
END
says "a capture" 0 '^ +1  dropped: filter 0 of set blocked' filter test set blocked in pcap ether.pcap
says "is counted" 0 '^1 forwarded, 1 dropped, 1 not IP' filter test set blocked in pcap ether.pcap
json "in JSON" '[(p["packet"], p["verdict"]) for p in d] == [(1, "drop"), (3, "forward")]' \
	filter_json test set blocked in pcap ether.pcap
says "one packet of another byte order and link type" 0 '^ +2  dropped: filter 0' \
	filter test set blocked in pcap raw.pcap packet 2
says "one that it does not have" 1 'only 2 packets' filter test set blocked in pcap raw.pcap packet 3
says "a cut one" 1 'cut\.pcap: packet 2: the file ends inside' filter test set blocked in pcap cut.pcap
says "no capture at all" 1 'no capture file' filter test set blocked in pcap sets
json "nothing of all this was counted" \
	'all(s["in-matched"] + s["in-unmatched"] + s["out-matched"] + s["out-unmatched"] == 0 for s in d
	     if s["name"] != "web")' filter_json list

note "extensions"
says "there is none" 0 '^PRIORITY +NAME +MODULE$' filter extensions
json "in JSON" 'd == []' filter_json extensions
expect_ok "the sample" load_sample ext_count
says "is shown" 0 '^ *0 +ext_count +ext_count$' filter extensions
json "with its module" 'd == [{"name": "ext_count", "priority": 0, "module": "ext_count"}]' \
	filter_json extensions
expect_ok "it goes" unload_sample ext_count
json "and is gone" 'd == []' filter_json extensions

note "events"
events() { grep -c FILTER_SET_MISSING events.json || true; }
another_event() {
	local before
	before=$(events)
	filter bind absent dev dummy7 closed
	filter unbind dev dummy7
	[[ $(events) -gt $before ]]
}
filter export web empty >again
filter unbind dev dummy7
"$RRAS" -j event >events.json 2>"$RRAS_LOG/events.err" &
events=$!
expect_ok "what waits for its set is told" poll 20 another_event
unload_modules ipfltdrv
load_modules ipfltdrv
expect_ok "also by a module that comes later" poll 20 another_event
kill "$events"
expect_ok "with what it is about" /usr/bin/python3 -c '
import json
for line in open("events.json"):
    event = json.loads(line)
    assert event["number"] == 30100 and event["set"] == "absent" and event["text"], event
    assert event["interface"] == "dummy7", event'
filter import again >/dev/null

note "counters"
filter import - <<<$'set pings\ndefault in forward\ndefault out forward\nout proto icmp tag 3' >/dev/null
filter bind pings dev dummy7 out log off
ping -qc 3 -W 1 -i 0.2 10.7.0.77 >/dev/null 2>&1 || true
# ping tries again what it is not allowed to send.
json "packets that were dropped" 'd[0]["out-matched"] >= 3' filter_json show pings
dropped=$(word 'd[0]["out-matched"]' filter_json show pings)
json "the same of the filter" "d[0]['filters'][0]['packets'] == $dropped" filter_json show pings
json "of the binding" "d[0]['out-dropped'] == $dropped" filter_json bindings dev dummy7
json "of the device" "d[0]['drops'] == [{'reason': 'filter', 'count': $dropped}]" \
	filter_json devices
expect_ok "reset of a set" filter reset pings
json "has reset the filters too" 'd[0]["filters"][0]["packets"] == 0 and d[0]["out-matched"] == 0' \
	filter_json show pings
json "and not the binding" "d[0]['out-dropped'] == $dropped" filter_json bindings dev dummy7
expect_ok "reset of a device" filter reset dev dummy7
json "has" 'd[0]["out-dropped"] == 0' filter_json bindings dev dummy7
expect_ok "reset of everything" filter reset
expect_ok "what is unbound" filter unbind dev dummy7
expect_ok "can be removed" filter remove pings web empty
says "and is gone" 1 'web: ' filter show web

note "what is not understood"
for words in nonsense 'show -x' 'show a/b' 'list all' 'import' 'import f nonsense' 'import f nft' \
	'remove' 'remove a/b' 'reset dev' 'reset dev lo x' 'bind' 'bind -x dev lo' 'bind web' \
	'bind web dev' 'bind web dev lo link' 'bind web dev lo link x' 'bind web dev lo client x' \
	'bind web dev lo nonsense' 'bind web dev lo fragments' 'bind web dev lo fragments x' \
	'bind web dev lo strong-host x' 'bind web dev lo log' 'bind web dev lo log 65536' \
	'bind web dev lo log 1 rate' 'unbind' 'unbind dev lo x' 'bindings x' 'devices x' \
	'extensions x' 'test' \
	'test dev lo' 'test dev lo in' 'test dev lo both src 1.1.1.1 dst 1.1.1.2' \
	'test dev lo in src 1.1.1.1' 'test dev lo in src 1.1.1.1 dst ::1' \
	'test dev lo in src 1.1.1.1 dst 1.1.1.2 dport 80' \
	'test dev lo in src 1.1.1.1 dst 1.1.1.2 proto x' \
	'test dev lo in src 1.1.1.1 dst 1.1.1.2 flags x' \
	'test dev lo in src 1.1.1.1 dst 1.1.1.2 fragment 7' \
	'test dev lo in src 1.1.1.1 dst 1.1.1.2 fragment 0' \
	'test dev lo in src 1.1.1.1 dst 1.1.1.2 length 3' \
	'test dev lo in src 1.1.1.1 dst 1.1.1.2 nonsense 3' \
	'test dev lo in pcap' 'test dev lo in pcap f packet 0' 'test set' 'test set a/b in' \
	'test set web client x in' 'test set web nonsense x in' 'test set web fragments x in'; do
	# shellcheck disable=SC2086 # several words
	says "filter $words" 2 'rras: .*' filter $words
done
says "help" 0 '^usage: rras filter' filter help

note "who is not root"
nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$RRAS" filter "$@"; }
for words in list show export bindings devices extensions reset 'import sets' 'bind web dev lo' \
	'unbind dev lo' 'remove blocked' 'test dev lo in src 1.1.1.1 dst 1.1.1.2'; do
	# shellcheck disable=SC2086 # several words
	says "may not: $words" 1 'only root' nobody $words
done

note "many filters"
/usr/bin/python3 - <<'END' >large
print("set large\ndefault in drop\ndefault out forward")
for i in range(100000):
    print(f"in proto tcp src 10.{i >> 8 & 255}.{i & 255}.0/24 dst 192.0.{i >> 16}.0/24 "
          f"dport {1 + i % 60000}-{8 + i % 60000} tag {i + 1}")
END
start=$(date +%s%N)
says "a hundred thousand" 0 '^set large: 100000 filters' filter import large
note "loaded in $((($(date +%s%N) - start) / 1000000)) ms"
json "take at most 100 bytes each" 'all(s["bytes"] <= 10000000 for s in d)' \
	filter_json list
filter export large >large2
expect_ok "come out as they went in" cmp large large2
says "and the last is found" 0 '^forwarded: filter 99999 of set large, tag 100000' \
	filter test set large in src 10.134.159.9 dst 192.0.1.9 proto tcp dport 40000
