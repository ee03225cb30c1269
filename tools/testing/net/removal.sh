#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml-debug
# timeout: 300
#
# Things are taken away under traffic: lower devices, WAN interfaces, namespaces, modules.
# Two namespaces hold a link each, back to back over PPPoE, and ping flows all the time.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pair.sh
. "$TESTING/lib/pair.sh"

flowing() {
	expect_ok "traffic flows" poll 10 reaches a 10.1.0.2
	traffic a 10.1.0.2
}

note "kill -9 of the owner"
pair_build plain
flowing
kill -9 "${holder_pid[b]}"
expect_ok "one link is left" poll 10 links_are 1
silence
expect_ok "a second owner gets the same address and session" holder b "$(mac a)" 10.1.0.1
expect_ok "and traffic flows again" poll 10 reaches a 10.1.0.2

note "the lower device goes down, and comes back"
traffic a 10.1.0.2
ip -n a link set eth0 down
expect_ok "the owner is told" poll 10 grep -q hangup "$RRAS_LOG/holder-a.out"
ip -n a link set eth0 up
silence
kill -9 "${holder_pid[a]}"
expect_ok "its link is gone" poll 10 links_are 1
expect_ok "a new link on the device" holder a "$(mac b)" 10.1.0.2
expect_ok "traffic flows again" poll 10 reaches a 10.1.0.2

note "the lower device is deleted under traffic"
traffic a 10.1.0.2
expect_ok "deleted" ip -n b link del eth0
silence
expect_ok "both owners are told" poll 10 grep -q hangup "$RRAS_LOG/holder-b.out"
pair_destroy

note "the lower device changes its address"
pair_build plain
flowing
ip -n a link set eth0 address 02:aa:bb:cc:dd:ee
expect_ok "the owner is told" poll 10 grep -q hangup "$RRAS_LOG/holder-a.out"
silence
pair_destroy

note "the lower device moves to another namespace"
pair_build plain
flowing
ip netns add c
ip -n a link set eth0 netns c
expect_ok "the owner is told" poll 10 grep -q hangup "$RRAS_LOG/holder-a.out"
silence
ip netns del c
pair_destroy

note "a lower device whose rx_handler is somebody else's"
pair_build macvlan
flowing
silence
kill -9 "${holder_pid[a]}"
expect_ok "one link is left" poll 10 links_are 1
expect_fail "nothing flows without the link" reaches a 10.1.0.2
pair_destroy

note "a WAN interface is deleted under traffic"
pair_build plain
flowing
expect_ok "deleted" ip -n a link del ras0
silence
expect_ok "the link stays, without a line" links_are 2
pair_destroy

note "a WAN interface moves to another namespace under traffic"
pair_build plain
flowing
ip netns add c
expect_ok "moved" ip -n a link set ras0 netns c
silence
expect_equal "it took no client with it" 0 "$(on c cat /sys/class/net/ras0/wanarp/projections)"
ip netns del c
pair_destroy

note "a namespace goes while somebody outside holds its link"
pair_build plain
flowing
rm -f "$RRAS_LOG/holder-out"
/usr/bin/python3 "$TESTING/net/hold-link.py" --namespace b eth0 8 "$(mac a)" ras0 10.1.0.9 \
	"$RRAS_LOG/holder-out" >"$RRAS_LOG/outsider.out" 2>&1 &
outsider=$!
disown "$outsider"
poll 20 test -e "$RRAS_LOG/holder-out"
silence
kill -9 "${holder_pid[b]}"
ip netns del b
expect_ok "the outsider is told" poll 20 grep -q hangup "$RRAS_LOG/outsider.out"
kill -9 "$outsider"
pair_destroy

note "unloading"
pair_build plain
flowing
expect_fail "a module with links does not unload" rmmod ndiswan_shim
expect_ok "wanarp unloads under traffic" rmmod wanarp
silence
expect_ok "the links stay, without lines" links_are 2
expect_fail "there is no WAN interface any more" ip -n a link show ras0
pair_destroy
expect_ok "wanarp loads again" load_modules wanarp
