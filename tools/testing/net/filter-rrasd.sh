#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 600
#
# rrasd and filter sets: that of the pool, that of a user, none; one set with late bound addresses
# for two clients at once; a set that does not exist; a daemon that was killed. The first packet
# of a client is filtered as the last one is.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/raw.sh
. "$TESTING/lib/raw.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rras.sh
. "$TESTING/lib/rras.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"

need_programs pppd
topology 4
rrasd_config pool filter-set everybody
cat >>"$RRAS_LOG/secrets" <<'END'
gina * secret-gina * -- filter-set gold
hugo * secret-hugo * -- filter-set gold
nora * secret-nora * -- filter-set nowhere
END
sed -i -e 's/^carol .*/& -- filter-set -/' "$RRAS_LOG/secrets"

cat >sets <<'END'
# Whoever has no set of his own may ping the host behind, from his own address.
set everybody
default in drop
default out forward
in proto icmp src client dst 192.0.2.2 tag 1
# Gold may ping us, and nothing else.
set gold
default in drop
default out drop
in src client dst interface proto icmp tag 2
out dst client proto icmp tag 2
END
on s "$RRAS" filter import sets
rrasd_start s

binding_is() { rras filter bindings | grep -qE "^ras0 +link $1 +$2 +on "; }
bindings_are() { [[ $(rras filter bindings | grep -c '^ras0') -eq $1 ]]; }
# packets SET: of its first filter.
packets() { rras -j filter show "$1" | /usr/bin/python3 -c 'import json, sys
print(json.load(sys.stdin)[0]["filters"][0]["packets"])'; }

pppd_start alice c1 eth0 alice secret-alice
pppd_start gina c2 eth0 gina secret-gina
pppd_start hugo c3 eth0 hugo secret-hugo
pppd_start carol c4 eth0 carol secret-carol
for name in alice gina hugo carol; do
	expect_ok "$name connects" pppd_wait_up "$name" 60
done
alice=$(session_field alice id)
gina=$(session_field gina id)
hugo=$(session_field hugo id)

note "each has what it should"
expect_ok "alice the set of the pool" binding_is "$alice" everybody
expect_ok "gina her own" binding_is "$gina" gold
expect_ok "hugo the same one" binding_is "$hugo" gold
expect_ok "carol none" poll 10 bindings_are 3
expect_equal "the session says so" gold "$(session_field gina filter-set)"
expect_equal "of all of them" everybody "$(session_field alice filter-set)"
expect_equal "of those without too" '' "$(session_field carol filter-set)"
expect_ok "alice reaches the host behind" on c1 ping -qc 2 -W 5 192.0.2.2
expect_fail "and not us" on c1 ping -qc 2 -W 1 10.64.0.1
for i in 2 3; do
	expect_ok "gold client $i reaches us" on "c$i" ping -qc 2 -W 5 10.64.0.1
	expect_fail "and not the host behind" on "c$i" ping -qc 2 -W 1 192.0.2.2
done
expect_ok "carol reaches both" on c4 bash -c 'ping -qc 2 -W 5 192.0.2.2 && ping -qc 2 -W 5 10.64.0.1'
expect_ok "we reach a gold client" on s ping -qc 2 -W 5 -I 10.64.0.1 "$(pppd_local gina)"
expect_fail "the host behind does not" on h ping -qc 2 -W 1 "$(pppd_local gina)"

note "late bound addresses"
# Two clients of one set: each may use its own address only, even where the source check is off.
rras iface set ras0 source-check off
before=$(packets gold)
on c2 ip addr add "$(pppd_local hugo)" dev lo
expect_fail "gina with hugo's address" on c2 ping -qc 2 -W 1 -I "$(pppd_local hugo)" 10.64.0.1
expect_equal "no filter has matched" "$before" "$(packets gold)"
on c2 ip addr del "$(pppd_local hugo)/32" dev lo
expect_ok "gina with her own" on c2 ping -qc 2 -W 5 -I "$(pppd_local gina)" 10.64.0.1
rras iface set ras0 source-check on

note "a set that does not exist"
pppd_start nora c4 eth0 nora secret-nora
expect_ok "its user is refused" pppd_wait_end nora 60
expect_fail "and was never up" pppd_says nora '^remote IP address'
expect_ok "with a reason" rrasd_says "nora refused: filter set 'nowhere' cannot be bound: .+"
expect_ok "others are not affected" on c1 ping -qc 2 -W 5 192.0.2.2
expect_ok "no binding is left of her" poll 10 bindings_are 3
# When it is there, the next attempt gets in, without anybody telling rrasd.
printf 'set nowhere\ndefault in forward\ndefault out forward\n' | on s "$RRAS" filter import -
pppd_start nora2 c4 eth0 nora secret-nora
expect_ok "when it is loaded she gets in" pppd_wait_up nora2 60
pppd_stop nora2

note "replacing a set"
printf '%s\n' 'set gold' 'default in drop' 'default out forward' 'in src client' |
	on s "$RRAS" filter import -
for i in 2 3; do
	expect_ok "takes effect for gold client $i" on "c$i" ping -qc 2 -W 5 192.0.2.2
done

note "the first packet"
# These clients send before they can know that the line is up.
rras filter import - <<<$'set everybody\ndefault in drop\ndefault out forward\nin proto icmp dst 192.0.2.3 tag 1' \
	>/dev/null
connected() { grep -c 'alice connected' "$RRAS_LOG/rrasd.log"; }
before=$(connected)
# Not by on(): $! has to be the program, not a shell around it.
ip netns exec h tcpdump -Ulni eth0 'icmp and dst host 192.0.2.2 and src net 10.64.0.0/16' \
	>"$RRAS_LOG/leaks" 2>"$RRAS_LOG/tcpdump.err" &
tcpdump=$!
expect_ok "somebody listens behind us" poll 20 grep -q listening "$RRAS_LOG/tcpdump.err"
rras filter reset everybody
# They end by themselves when nobody has answered.
raw_start eager c4 eth0 --user alice --first 1 --count 20 --ping 192.0.2.2
raw_wait_up eager 90 >/dev/null || true
connected_are() { [[ $(connected) -eq $1 ]]; }
expect_ok "twenty eager clients were connected" poll 10 connected_are $((before + 20))
json "their packets were dropped by the set" 'd[0]["in-unmatched"] >= 20' \
	rras -j filter show everybody
# What passes the set is heard: the listener is no fiction.
rras filter import - <<<$'set everybody\ndefault in forward\ndefault out forward' >/dev/null
on c1 ping -qc 1 -W 5 192.0.2.2 >/dev/null || true
expect_ok "a packet that passes is heard" poll 10 grep -q 'ICMP echo request' "$RRAS_LOG/leaks"
kill "$tcpdump" 2>/dev/null || true
poll 10 ended "$tcpdump" || true
expect_equal "and it is the only one" 1 "$(grep -c 'ICMP echo request' "$RRAS_LOG/leaks" || true)"
raw_stop eager

note "the end"
expect_ok "bindings go with their links" poll 20 bindings_are 3
pppd_stop gina
expect_ok "of a client that leaves too" poll 20 bindings_are 2
printf '%s\n' 'set everybody' 'default in drop' 'default out forward' 'in proto icmp src client' |
	on s "$RRAS" filter import -
sed -i 's/^create yes/create no/' "$RRASD_CONF"
rrasd_kill
expect_ok "a daemon that is killed leaves no link" poll 10 links_are 0
expect_ok "but the interface with the bindings" poll 10 bindings_are 2
rrasd_start s
expect_ok "the next one removes them" poll 10 bindings_are 0
# Her old pppd does not know yet that its session is over, and has the default route.
pppd_kill alice
pppd_start alice2 c1 eth0 alice secret-alice
expect_ok "and filters as before" pppd_wait_up alice2 60
expect_ok "with a binding" poll 10 bindings_are 1
expect_ok "that lets pass" on c1 ping -qc 2 -W 5 192.0.2.2
expect_ok "a daemon that stops" rrasd_stop
expect_ok "leaves none" poll 10 bindings_are 0

note "a set for the WAN interface as a whole"
pppd_kill alice2
rrasd_config wan create no wan filter-set outer pool filter-set everybody
rrasd_start s
expect_ok "it says that the set is missing" rrasd_says \
	"ras0 is to be filtered by the set 'outer', which is not loaded"
pppd_start alice3 c1 eth0 alice secret-alice
expect_fail "nobody gets in" pppd_wait_up alice3 3
expect_match "the interface is closed" '^ras0 .* outer +closed' on s "$RRAS" filter bindings
printf '%s\n' 'set outer' 'default in forward' 'default out forward' 'in dst 192.0.2.2' |
	on s "$RRAS" filter import -
expect_ok "when it is loaded, who waits gets in" pppd_wait_up alice3 60
expect_ok "filtered by her own set" on c1 ping -qc 2 -W 5 10.64.0.1
expect_fail "and by that of the interface" on c1 ping -qc 2 -W 1 192.0.2.2
expect_fail "which cannot be removed" on s "$RRAS" filter remove outer
expect_ok "the daemon stops" rrasd_stop
expect_ok "and nothing is bound" poll 10 bindings_are 0
