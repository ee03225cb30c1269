#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 400
#
# Things are taken away while drivers hold packets, inject them, come and go: the drivers,
# links, lower devices, WAN interfaces, namespaces. Every packet that a driver took is
# accounted for. And what drivers do to a line: several at once, on some links only, some
# that refuse, some that make packets longer.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pair.sh
. "$TESTING/lib/pair.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/im_test.sh
. "$TESTING/lib/im_test.sh"

IM_NS=a
holds() { [[ $(driver held "$1") -ge ${2-1} ]]; }
settled() { driver_is held "$1" 0; }

note "several drivers, two that make packets longer, one that takes each packet"
pair_build plain
im_load d1:100:lengthen,cost=4,headroom=4/d2:200:send=take,receive=take,delay=1/d3:300:lengthen,cost=4,headroom=4/d4:400:monitor/d5:500
link=$(im_netlink links)
expect_ok "traffic flows" poll 10 reaches a 10.1.0.2
expect_ok "ten pings" on a ping -qc 10 -i 0.05 -W 5 10.1.0.2
expect_equal "highest first" "d5 d4 d3 d2 d1" "$(im_netlink drivers)"
expect_equal "the MRU is less by what they cost" $((1492 - 8)) "$(im_netlink mru "$link")"
expect_ok "a packet that fits" on a ping -qc 1 -W 5 -M 'do' -s $((1484 - 28)) 10.1.0.2
expect_match "one that does not, told the new MRU" 'mtu *= *1484' \
	bash -c 'ip netns exec a ping -c 1 -W 2 -M do -s 1457 10.1.0.2 2>&1 || true'
expect_equal "there was room for what they put in front" "0 0" \
	"$(im_stat d1 tight) $(im_stat d3 tight)"
expect_ok "what was taken was injected" poll 10 settled d2
expect_equal "each packet once" "$(driver tx-taken d2) $(driver rx-taken d2)" \
	"$(driver tx-injected d2) $(driver rx-injected d2)"
traffic a 10.1.0.2
for name in d1 d2 d3 d4 d5; do
	im "$name" unregister
	# That nothing is lost is for driver-live to show: a flood fills the queues.
	silence
	expect_ok "without $name" poll 10 reaches a 10.1.0.2
	traffic a 10.1.0.2
done
silence
expect_equal "the MRU is what it was" 1492 "$(im_netlink mru "$link")"
im_unload

note "on some links"
im_load odd:100:attach_every=2,errno=28/any:200
expect_equal "a driver that refuses every second link has one of two" 1 \
	$(($(driver links odd) + $(IM_NS=b driver links odd)))
expect_equal "no link is closed for want of it" 0 "$(driver blocked odd)"
expect_ok "an event gives its reason" kernel_event '30032 \(DRIVER_REFUSED\).*does not want this link'
expect_ok "traffic flows" reaches a 10.1.0.2
expect_ok "a driver off on one link" im_netlink set any "link=$link" enabled=0
before=$(im_stat any attached)
expect_equal "is on the other one" 1 "$before"
expect_fail "it is not on this one" im_netlink layer "$link" any name
expect_ok "traffic flows" reaches a 10.1.0.2
expect_ok "on again" im_netlink set any "link=$link" enabled=1
expect_equal "it is there" any "$(layer name "$link" any)"
expect_ok "off on all" im_netlink set any enabled=0
expect_equal "is off on all" 0 "$(im_stat any attached)"
kill -9 "${holder_pid[a]}"
poll 10 links_are 1
holder a "$(mac b)" 10.1.0.2
expect_equal "also on those that come" 0 "$(im_stat any attached)"
expect_ok "traffic flows" poll 10 reaches a 10.1.0.2
im_unload

note "a module goes with all the packets that it holds"
im_load hold:500:send=hold,receive=hold
ip netns exec a ping -qc 5 -i 0.2 -W 30 10.1.0.2 >"$RRAS_LOG/ping" 2>&1 &
ping=$!
expect_ok "it holds them" poll 10 holds hold 5
expect_ok "unloaded" im_unload
expect_ok "and all of them arrive" wait "$ping"
expect_match "each of them once" '5 packets transmitted, 5 received, 0% packet loss' cat "$RRAS_LOG/ping"
expect_ok "traffic flows" reaches a 10.1.0.2

injects() { [[ $(im_stat "$1" injected_send) -gt 0 ]]; }

note "a module goes in the middle of a flood"
traffic a 10.1.0.2
for delay in 0 1 20; do
	im_load "flood:500:send=take,receive=take,delay=$delay"
	expect_ok "it holds some" poll 10 injects flood
	expect_ok "unloaded with a delay of $delay ms" im_unload
done
silence
expect_ok "traffic flows" poll 10 reaches a 10.1.0.2

note "a WAN interface goes"
im_load hold:500:send=hold,receive=hold/above:600
traffic a 10.1.0.2
expect_ok "packets are held" poll 10 holds hold 5
expect_ok "deleted" ip -n a link del ras0
silence
expect_ok "they were given up" poll 10 settled hold
expect_ok "for their reason" test "$(driver drop-line-down hold)" -ge 5
expect_ok "the links stay" links_are 2
im hold release
im_unload
pair_destroy

note "links go while packets are injected"
pair_build plain
im_load hold:500:send=hold,receive=hold/breaks:600:send=hold,receive=hold,keep=1/hangs:700
traffic a 10.1.0.2
for side in a b a; do
	expect_ok "packets are held" poll 10 holds breaks 2
	( while [[ ! -e $RRAS_LOG/gone ]]; do im hold release; im breaks release; done ) &
	releaser=$!
	kill -9 "${holder_pid[$side]}"
	expect_ok "a link goes" poll 10 links_are 1
	touch "$RRAS_LOG/gone"
	wait "$releaser"
	rm "$RRAS_LOG/gone"
	if [[ $side == a ]]; then
		holder a "$(mac b)" 10.1.0.2
	else
		holder b "$(mac a)" 10.1.0.1
	fi
done
note "a driver ends the links, with packets held"
im hold receive=pass send=pass release
im breaks receive=pass send=pass release
expect_ok "packets pass the last driver" poll 10 test "$(im_stat hangs send)" -gt 0
im hangs hangup_after=1
expect_ok "the owner is told" poll 10 grep -q hangup "$RRAS_LOG/holder-a.out"
silence
expect_ok "nothing is held" poll 10 settled hold
im_unload
pair_destroy

note "a lower device goes"
pair_build plain
im_load hold:500:send=hold,receive=hold
traffic a 10.1.0.2
expect_ok "packets are held" poll 10 holds hold 5
expect_ok "deleted" ip -n a link del eth0
silence
expect_ok "the owner is told" poll 10 grep -q hangup "$RRAS_LOG/holder-a.out"
expect_ok "nothing is held" poll 10 settled hold
im hold release
im_unload
pair_destroy

note "namespaces go while a driver comes and goes"
im_load live:500:send=take,receive=take
for ((i = 0; i < 3; i++)); do
	pair_build plain
	traffic a 10.1.0.2
	im live loop=100000 2>/dev/null &
	loop=$!
	ip netns del b
	kill -9 "${holder_pid[b]}"
	ip netns del a
	pair_destroy
	kill -9 "$loop" 2>/dev/null || true
	poll 10 ended "$loop"
	silence
done
expect_equal "nobody is attached" 0 "$(im_stat live attached)"
im_unload
expect_fail "no driver has lost a packet" kernel_event 30037
