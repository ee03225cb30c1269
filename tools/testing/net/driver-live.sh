#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml-debug
# timeout: 400
#
# Drivers come and go a thousand times while numbered packets stream through real links, in
# both directions, on two CPUs: none is lost, doubled or out of order. Each packet passes a
# driver's place twice, when it is sent and when it is received.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pair.sh
. "$TESTING/lib/pair.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/im_test.sh
. "$TESTING/lib/im_test.sh"

IM_NS=a
# A thousand times where two CPUs and preemption are at work, fewer where not much is new.
case $RRAS_KERNEL in
6.12) TIMES=${TIMES:-1000} ;;
*) TIMES=${TIMES:-300} ;;
esac

streams_start() {
	rm -f "$RRAS_LOG/ready" "$RRAS_LOG/stop"
	/usr/bin/python3 "$TESTING/net/stream.py" "$RRAS_LOG/ready" "$RRAS_LOG/stop" \
		a:10.1.0.2:b:0 b:10.1.0.1:a:1 >"$RRAS_LOG/streams" 2>&1 &
	streams_pid=$!
	poll 20 test -e "$RRAS_LOG/ready"
}

# streams_end TEXT [late]: they have arrived; with "late" the order is not looked at.
streams_end() {
	local line
	touch "$RRAS_LOG/stop"
	wait "$streams_pid" || true
	expect_equal "$1: two streams" 2 "$(wc -l <"$RRAS_LOG/streams")"
	while read -r line; do
		if [[ ${2-} == late ]]; then
			line=${line% late *}' late 0'
		fi
		expect_match "$1: $line" ' sent [1-9][0-9]{2,} .* lost 0 duplicated 0 late 0$' echo "$line"
	done <"$RRAS_LOG/streams"
	if [[ $tap_failed -gt 0 ]]; then
		cat /proc/net/softnet_stat
		for line in a b; do
			on "$line" nstat -az 'Udp*Errors' 'Ip*Discards'
			on "$line" "$RRAS" -s link list
			on "$line" "$RRAS" -s iface list
		done
	fi
}

# rounds DRIVER N: it comes and goes N times.
rounds() {
	local start=$SECONDS before
	before=$(im_stat "$1" attaches)
	expect_ok "$1 came and went $2 times" im "$1" "loop=$2"
	im "$1" unregister
	note "$((SECONDS - start)) s"
	expect_ok "on both links each time" \
		test "$(($(im_stat "$1" attaches) - before))" -eq $((2 * $2))
	expect_equal "and left them each time" 0 "$(im_stat "$1" attached)"
}

pair_build plain
im_load low:100/middle:500:later/costs:600:later,cost=4,headroom=4/watch:700:later,monitor/takes:800:later,send=take,receive=take,delay=1/high:900
expect_ok "two drivers stay all the time" test "$(driver links low)$(driver links high)" = 11

note "in the middle"
streams_start
rounds middle "$TIMES"
streams_end "a driver that passes"

note "a monitor, and one that costs room, so that lines are updated each time"
streams_start
rounds watch $((TIMES / 20))
rounds costs $((TIMES / 40))
streams_end "a monitor and one that costs"

# What is injected on another CPU than the one that carries the stream may meet a full
# backlog of the veth there, and come late, but it comes.
note "one that takes every packet"
streams_start
rounds takes $((TIMES / 40))
# On one CPU it may have come and gone that often without a packet in between.
has_taken() { [[ $(im_stat takes injected_send) -gt 0 ]]; }
im takes register
expect_ok "it does" poll 20 has_taken
im takes unregister
streams_end "a driver that takes" "$([[ $(nproc) -eq 1 ]] || echo late)"

note "all at once"
loops=()
streams_start
for name in middle watch takes; do
	im "$name" "loop=$((TIMES / 40))" &
	loops+=($!)
done
for pid in "${loops[@]}"; do
	expect_ok "a loop ended" wait "$pid"
done
streams_end "three drivers at once" "$([[ $(nproc) -eq 1 ]] || echo late)"
im_unload

note "modules that are loaded and unloaded"
streams_start
for ((i = 0; i < 5; i++)); do
	insmod "$RRAS_BUILD/tools/testing/drivers/im_test.ko" drivers="real:500" || break
	rmmod im_test || break
done
expect_equal "five times" 5 "$i"
streams_end "a module"

pair_destroy
