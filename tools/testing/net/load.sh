#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 480
# ledger: off
#
# More than a hundred clients at a time, of PPPoE and of L2TP: all of them get in, with service from
# the first packet on, and out, none is forgotten in a burst. Those of PPPoE come back at the same
# moment when they have died, and strangers who say nothing cannot keep them out; those of L2TP
# share some tunnels.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/raw.sh
. "$TESTING/lib/raw.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/load.sh
. "$TESTING/lib/load.sh"

clients=120
some=30
mutes=100
unfinished=30
all=$((clients + some + mutes))

tunnels=6

topology 1 pairs
ip -n s addr add 198.51.100.1/24 dev acc1
ip -n c1 addr add 198.51.100.2/24 dev eth0
POOL=10.64.0.0/20 LISTEN=acc1 rrasd_config limits unfinished "$unfinished" \
	l2tp listen 198.51.100.1 daemon log-level info
for ((i = 0; i < all; i++)); do
	echo "client$i * secret *"
done >>"$RRAS_LOG/secrets"
rrasd_start s
load_start c1 pppoe --device eth0 --count "$all" --window 30 --ping \
	--gone /sys/kernel/ndiswan/links --echo 200 --echoing "$some"

links_above() { [[ $(</sys/kernel/ndiswan/links) -gt $1 ]]; }

sessions_are() { [[ $(counter sessions) -eq $1 ]] && links_are "$1"; }

failures_are() { ! grep -q '^failure' "$RRAS_LOG/load.last"; }

all_up() {
	expect_ok "$1: all get in" load_do up 0 "$clients"
	expect_ok "$1: at the first attempt" failures_are
	expect_equal "$1: the first packet of each is answered" "$(load_word pings)" \
		"$(load_word answered)"
	expect_ok "$1: daemon and kernel have each of them once" sessions_are "$clients"
}

all_gone() {
	expect_ok "$1: nothing is left" poll 20 nothing_left
}

# command_ends_all WHAT CLIENTS: and they have noticed.
command_ends_all() {
	echo "ended 0 $2" >&"$load_in"
	expect_ok "$1: a command ends all" rras session disconnect all
	expect_ok "$1: the clients have noticed" load_wait
	all_gone "$1"
}

all_up "PADT"
expect_ok "all end by PADT" load_do hang-up 0 "$clients"
all_gone "PADT"

all_up "LCP"
expect_ok "all end by LCP" load_do terminate 0 "$clients"
all_gone "LCP"

all_up "command"
command_ends_all "command" "$clients"

# Some stay and want an answer every 200 ms; the others die and are back at once, while the
# daemon still believes in their old sessions.
expect_ok "some get in" load_do up 0 "$some"
expect_ok "and others" load_do up "$some" "$clients"
expect_ok "who die" load_do vanish "$some" "$clients"
expect_ok "and come back, all at the same moment" load_do storm "$some" "$clients"
expect_ok "those who were there were answered all the time" load_do echoes
note "$(cat "$RRAS_LOG/load.last")"
expect_equal "every one of their questions" 0 "$(load_word lost)"
expect_ok "the dead have their sessions still" links_above $((some + 2 * clients - 1))
command_ends_all "the dead too" $((some + clients))

# Those who are silent ask again whenever they are thrown out.
expect_ok "strangers ask for sessions and say nothing" \
	load_do mute $((some + clients)) "$mutes"
unfinished_full() { [[ $(counter sessions-unfinished) -ge $unfinished ]]; }
expect_ok "they have all the unfinished sessions that there may be" poll 10 unfinished_full
expect_ok "the others get in nevertheless" load_do up 0 "$clients"
expect_equal "and no more than that are unfinished" 1 \
	$(($(counter sessions-unfinished) <= unfinished))
note "$(counter evicted) strangers were thrown out"
expect_ok "the strangers die" load_do vanish $((some + clients)) "$mutes"
expect_ok "a command ends all" rras session disconnect all
all_gone "strangers"
expect_ok "the generator ends" load_end

# L2TP: a few tunnels, as many clients in each.
tunnels_are() { counter_is l2tp-tunnels-up "$1"; }

load_start c1 l2tp --server 198.51.100.1 --tunnels "$tunnels" --count "$clients" --window 30 \
	--ping --gone /sys/kernel/ndiswan/links
all_up "CDN"
expect_ok "CDN: they share their tunnels" tunnels_are "$tunnels"
expect_ok "all end by CDN" load_do hang-up
all_gone "CDN"
all_up "LCP"
expect_ok "all end by LCP" load_do terminate
all_gone "LCP"
all_up "command"
command_ends_all "command" "$clients"
expect_ok "the tunnels stay all the time" tunnels_are "$tunnels"
all_up "StopCCN"
expect_ok "one ends, with all clients in it" load_do close 0 $((clients / tunnels))
expect_ok "and no other" poll 10 sessions_are $((clients - clients / tunnels))
expect_ok "all end by StopCCN" load_do close $((clients / tunnels)) $((clients - clients / tunnels))
all_gone "StopCCN"
expect_ok "StopCCN: no tunnel is left" poll 20 tunnels_are 0
expect_ok "storm: all come at the same moment, in new tunnels" load_do storm
expect_ok "storm: each has its session" poll 10 sessions_are "$clients"
expect_ok "the generator ends" load_end
expect_ok "the daemon stops" rrasd_stop
expect_ok "and leaves no link" poll 20 links_are 0
