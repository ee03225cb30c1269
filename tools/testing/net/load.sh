#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 200
# ledger: off
#
# More than a hundred PPPoE clients at a time: all of them get in, with service from the first
# packet on, and out, none is forgotten in a burst, all come back at the same moment when they
# have died, and strangers who say nothing cannot keep them out.
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

topology 1 pairs
POOL=10.64.0.0/20 LISTEN=acc1 rrasd_config limits unfinished "$unfinished" \
	daemon log-level info
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

all_up "PADT"
expect_ok "all end by PADT" load_do padt 0 "$clients"
all_gone "PADT"

all_up "LCP"
expect_ok "all end by LCP" load_do terminate 0 "$clients"
all_gone "LCP"

all_up "command"
echo "ended 0 $clients" >&"$load_in"
expect_ok "a command ends all" rras session disconnect all
expect_ok "the clients have noticed" load_wait
all_gone "command"

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
echo "ended 0 $((some + clients))" >&"$load_in"
expect_ok "a command ends all" rras session disconnect all
expect_ok "the dead too" load_wait
all_gone "storm"

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
expect_ok "the daemon stops" rrasd_stop
