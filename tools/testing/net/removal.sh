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

#   a: ras0 10.1.0.1 -- link -- eth0 === eth0 -- link -- ras0 10.1.0.2 :b
# Each side sees the other as its client. With "macvlan" eth0 of a has an rx_handler
# already, so that frames have to be received by a packet type handler.
build() {
	local ns
	ns_create a b
	veth a eth0 b eth0
	if [[ ${1-} == macvlan ]]; then
		ip -n a link add other0 link eth0 type macvlan
		ip -n a link set other0 up
	fi
	for ns in a b; do
		ip -n "$ns" link add ras0 type wanarp
		ip -n "$ns" link set ras0 up
	done
	ip -n a addr add 10.1.0.1/32 dev ras0
	ip -n b addr add 10.1.0.2/32 dev ras0
	ip -n a route add 10.1.0.2/32 dev ras0
	ip -n b route add 10.1.0.1/32 dev ras0
	holder a "$(mac b)" 10.1.0.2
	holder b "$(mac a)" 10.1.0.1
}

mac() { on "$1" cat /sys/class/net/eth0/address; }

declare -A holder_pid
# holder NS PEER-MAC CLIENT: a process that holds a link of NS open until it is killed.
holder() {
	local ready=$RRAS_LOG/holder-$1
	rm -f "$ready"
	ip netns exec "$1" /usr/bin/python3 "$TESTING/net/hold-link.py" eth0 7 "$2" ras0 "$3" "$ready" \
		>"$RRAS_LOG/holder-$1.out" 2>&1 &
	holder_pid[$1]=$!
	disown "$!"
	poll 20 test -e "$ready"
}

# traffic NS ADDRESS: a ping flood in the background for as long as the test wants it.
traffic() {
	ip netns exec "$1" ping -qf "$2" >/dev/null 2>&1 &
	disown "$!"
	traffic_pid=$!
}
# Asked more than once: a signal that meets the process between bash's fork and its exec is
# lost, since bash has handlers of its own until then.
silence() { poll 20 killed "$traffic_pid"; }
killed() {
	kill "$1" 2>/dev/null || true
	ended "$1"
}
reaches() { on "$1" ping -qc 1 -W 2 "$2"; }
links_are() { [[ $(</sys/kernel/ndiswan/links) -eq $1 ]]; }
destroy() {
	local ns
	for ns in a b; do
		kill -9 "${holder_pid[$ns]}" 2>/dev/null || true
		poll 10 ended "${holder_pid[$ns]}"
		ip netns del "$ns" 2>/dev/null || true
	done
	expect_ok "no link is left" poll 10 links_are 0
}
flowing() {
	expect_ok "traffic flows" poll 10 reaches a 10.1.0.2
	traffic a 10.1.0.2
}

note "kill -9 of the owner"
build
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
destroy

note "the lower device changes its address"
build
flowing
ip -n a link set eth0 address 02:aa:bb:cc:dd:ee
expect_ok "the owner is told" poll 10 grep -q hangup "$RRAS_LOG/holder-a.out"
silence
destroy

note "the lower device moves to another namespace"
build
flowing
ip netns add c
ip -n a link set eth0 netns c
expect_ok "the owner is told" poll 10 grep -q hangup "$RRAS_LOG/holder-a.out"
silence
ip netns del c
destroy

note "a lower device whose rx_handler is somebody else's"
build macvlan
flowing
silence
kill -9 "${holder_pid[a]}"
expect_ok "one link is left" poll 10 links_are 1
expect_fail "nothing flows without the link" reaches a 10.1.0.2
destroy

note "a WAN interface is deleted under traffic"
build
flowing
expect_ok "deleted" ip -n a link del ras0
silence
expect_ok "the link stays, without a line" links_are 2
destroy

note "a WAN interface moves to another namespace under traffic"
build
flowing
ip netns add c
expect_ok "moved" ip -n a link set ras0 netns c
silence
expect_equal "it took no client with it" 0 "$(on c cat /sys/class/net/ras0/wanarp/projections)"
ip netns del c
destroy

note "a namespace goes while somebody outside holds its link"
build
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
destroy

note "unloading"
build
flowing
expect_fail "a module with links does not unload" rmmod ndiswan_shim
expect_ok "wanarp unloads under traffic" rmmod wanarp
silence
expect_ok "the links stay, without lines" links_are 2
expect_fail "there is no WAN interface any more" ip -n a link show ras0
destroy
expect_ok "wanarp loads again" load_modules wanarp
