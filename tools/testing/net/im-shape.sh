#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 900
#
# The sample driver im_shape: a client gets the rate that he is to have, in both
# directions, and nobody else is delayed by him; what is held is sent on in order when
# rates change and when the driver goes, and is accounted for when the link goes.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"

need_programs pppd iperf3 setpriv
topology 2
rrasd_config pppoe ac-name concentrator
rrasd_start s
# What is saved in idle times covers the stalls of an emulated machine; it has to be little
# beside what is measured.
load_sample im_shape burst=30000 || fatal "im_shape cannot be loaded"

DAVE=10.64.9.9
HOST=192.0.2.2

up() { # NAME NS USER
	pppd_start "$1" "$2" eth0 "$3" "secret-$3"
	pppd_wait_up "$1" 60
}

rates() { on s cat /proc/net/im_shape; }
# tell TEXT [PREFIX...]: one write, by a program that PREFIX runs.
tell() {
	local text=$1
	shift
	printf '%s\n' "$text" |
		on s "$@" dd of=/proc/net/im_shape bs=4k iflag=fullblock status=none
}
param() { echo "$2" >"/sys/module/im_shape/parameters/$1"; }

tool() { # NS VERB...
	local ns=$1
	shift
	on "$ns" /usr/bin/python3 "$TESTING/net/im-shape.py" "$@"
}
counter() { tool s counters | awk -v name="$1" '$1 == name { n = $2 } END { print n + 0 }'; }
counter_is() { [[ $(counter "$1") -eq $2 ]]; }
counts() { [[ $(counter "$1") -gt 0 ]]; }

# begin NAME NS VERB...: in the background, what it says into $RRAS_LOG/NAME.out.
declare -A pids
begin() {
	local name=$1 ns=$2
	shift 2
	# Not by on(): $! has to be the program, not a shell around it.
	ip netns exec "$ns" /usr/bin/python3 "$TESTING/net/im-shape.py" "$@" \
		>"$RRAS_LOG/$name.out" 2>&1 &
	pids[$name]=$!
	disown "$!"
}
goes_on() { ! ended "${pids[$1]}"; }
# end NAME...: by itself or not.
end() {
	local name
	for name in "$@"; do
		kill "${pids[$name]}" 2>/dev/null || true
		poll 60 ended "${pids[$name]}"
	done
}
said() { cat "$RRAS_LOG/$1.out"; }

# record NAME NS receive PORT, record NAME NS watch DEVICE: into $RRAS_LOG/NAME until
# end NAME.
record() {
	begin "$1" "$2" "$3" "$4" "$RRAS_LOG/$1"
	poll 30 test -e "$RRAS_LOG/$1" || fatal "$1 is not recorded"
}
order() { tool s order "$RRAS_LOG/$1" "$2" "$3"; }

# Never faster than it ought to be, on any machine. How much slower, a machine decides that may
# stand still for longer than the burst lasts: the figure is a benchmark's (goodput).
shaped() { # WANTED FOUND
	(($2 >= $1 / 4 && 100 * $2 <= $1 * 105))
}

# --- rates -------------------------------------------------------------------------------

expect_ok "a client with an address of his own" up dave c1 dave
expect_ok "another one" up alice c2 alice
ALICE=$(pppd_local alice)
expect_equal "nobody has rates of his own" "" "$(rates)"

expect_ok "rates for an address" tell "$DAVE tx 2000 rx 1000"
for line in "$DAVE" "$DAVE tx 1" "$DAVE rx 1" "$DAVE tx 1 rx" "$DAVE rx 1 tx 1" "$DAVE tx 1 rx 1 1" \
	"$DAVE tx -1 rx 1" "$DAVE tx 1 rx 4294967296" "$DAVE tx 1 rx one" "$DAVE defaults" \
	"0.0.0.0 tx 1 rx 1" "10.64.9 tx 1 rx 1" "10.64.9.9.9 tx 1 rx 1" "10.64.9.999 default" \
	"dave tx 1 rx 1" "default" "" $'10.64.9.9 default\n10.64.9.9 default'; do
	expect_fail "refused: '${line//$'\n'/, }'" tell "$line"
done
expect_fail "who lacks CAP_NET_ADMIN is refused" tell "$DAVE default" setpriv --bounding-set=-net_admin
expect_equal "and nothing has changed" "$DAVE tx 2000 rx 1000" "$(rates)"
expect_ok "another address" tell "10.64.9.8 tx 7 rx 0"
expect_equal "in order" $'10.64.9.8 tx 7 rx 0\n'"$DAVE tx 2000 rx 1000" "$(rates)"
expect_ok "the other address has the defaults again" tell "10.64.9.8 default"
expect_equal "as one reads" "$DAVE tx 2000 rx 1000" "$(rates)"
expect_equal "another namespace has rates of its own" "" "$(on h cat /proc/net/im_shape)"
# shellcheck disable=SC2016 # expands in the other shell
expect_match "whose root may set them" '^192.0.2.1 tx 1 rx 1$' unshare -Urn \
	sh -c 'echo 192.0.2.1 tx 1 rx 1 >/proc/net/im_shape && cat /proc/net/im_shape'

# Twice as much as goes through, measured by the one who gets it, burst excluded.
measure() { # FROM TO ADDRESS PORT KBIT
	record "rate-$4" "$2" receive "$4"
	tool "$1" send "$3" "$4" 0 1000 "$(($5 * 2))" "$(($5 * 2))" >/dev/null
	end "rate-$4"
	found=$(tool s rate "$RRAS_LOG/rate-$4" "$4")
}
found=0
measure h c1 $DAVE 9001 2000
expect_ok "UDP to the client: $found kbit/s of 2000" shaped 2000 "$found"
measure c1 h $HOST 9002 1000
expect_ok "UDP from the client: $found kbit/s of 1000" shaped 1000 "$found"
expect_ok "what was too much is counted" counts queue-full

tcp_rate() { # OPTION...: prints the receiver's rate in kbit/s, without and with headers
	local server
	ip netns exec h iperf3 -s -1 >"$RRAS_LOG/iperf-server.out" 2>&1 &
	server=$!
	poll 20 listens h 5201
	on c1 iperf3 -J -c $HOST -t 5 -O 1 "$@" >"$RRAS_LOG/iperf$*.json" || return
	wait "$server"
	/usr/bin/python3 -c 'import json, sys
rate = json.load(sys.stdin)["end"]["sum_received"]["bits_per_second"] / 1000
print(round(rate), round(rate * 1492 / 1440))' \
		<"$RRAS_LOG/iperf$*.json"
}
# The rate counts IP packets; 1440 of their 1492 bytes are what iperf3 counts.
tell "$DAVE tx 3000 rx 2000"
read -r payload found < <(tcp_rate)
expect_ok "TCP from the client: $payload, with headers $found kbit/s of 2000" shaped 2000 "$found"
read -r payload found < <(tcp_rate -R)
expect_ok "TCP to the client: $payload, with headers $found kbit/s of 3000" shaped 3000 "$found"

# --- nobody else is delayed --------------------------------------------------------------

# A quarter of a second of what is too much waits in each of his queues.
tell "$DAVE tx 2000 rx 2000"
before=$(($(counter tx-dropped) + $(counter rx-dropped)))
record got-down c1 receive 9003
record got-up h receive 9004
begin flood-down h send $DAVE 9003 0 1000 1000000 4000
begin flood-up c1 send $HOST 9004 1 1000 1000000 4000
poll 20 counts held
on h ping -c 40 -i 0.05 -W 5 "$ALICE" >"$RRAS_LOG/ping-down" || true
on c2 ping -c 40 -i 0.05 -W 5 $HOST >"$RRAS_LOG/ping-up" || true
expect_ok "packets were held all the time" counts held
end flood-down flood-up
expect_ok "until the flood was over" poll 10 counter_is held 0
end got-down got-up
for way in down up; do
	expect_equal "each ping ($way) was answered, once and in order" "$(seq 40 | xargs)" \
		"$(sed -nE 's/.* icmp_seq=([0-9]+) .* time=.*/\1/p' "$RRAS_LOG/ping-$way" | xargs)"
	median=$(sed -nE 's/.* time=([0-9]+).*/\1/p' "$RRAS_LOG/ping-$way" | sort -n | sed -n 20p)
	expect_ok "and did not wait in a queue of the other client (median $median ms)" \
		test "$median" -lt 100
done
sent=$(($(said flood-down) + $(said flood-up)))
got=$(cat "$RRAS_LOG/got-down" "$RRAS_LOG/got-up" | wc -l)
dropped=$(($(counter tx-dropped) + $(counter rx-dropped) - before))
expect_ok "packets were dropped" test $dropped -gt 0
expect_equal "and each is counted: $got of $sent arrived" "$sent" $((got + dropped))

# --- changes while packets are held ------------------------------------------------------

# At 1 kbit/s a packet of 1000 bytes takes 8 seconds.
param burst 3000
hold() { # COUNT
	tool h send $DAVE 9005 0 1000 "$1" 0 >/dev/null
	tool c1 send $HOST 9006 0 1000 "$1" 0 >/dev/null
	poll 20 counts held
}
tell "$DAVE tx 1 rx 1"
record change-down c1 receive 9005
record change-up h receive 9006
expect_ok "packets are held" hold 60
expect_ok "the other client does not notice" on c2 ping -qc 5 -i 0.05 -W 5 $HOST
expect_ok "no limit any more" tell "$DAVE tx 0 rx 0"
expect_ok "nothing is held any more" poll 10 counter_is held 0
end change-down change-up
expect_equal "all have arrived, in order" "0 lost, 0 twice, 0 late" \
	"$(order change-down 9005 60)"
expect_equal "from the client as well" "0 lost, 0 twice, 0 late" \
	"$(order change-up 9006 60)"

# The defaults are for who has nothing else, and hold at once as well.
param tx 1
expect_ok "another default is not for him" on h ping -qc 60 -i 0.01 -s 1000 -W 5 $DAVE
expect_ok "back to the defaults" tell "$DAVE default"
expect_ok "the default is for him" hold 60
param tx 0
expect_ok "until there is none" poll 10 counter_is held 0
expect_fail "a default that is no number" param tx fast

# --- the link goes -----------------------------------------------------------------------

tell "$DAVE tx 1 rx 1"
expect_ok "packets are held again" hold 60
expect_ok "the client goes" pppd_stop dave
expect_ok "with his link" poll 20 links_are 1
expect_ok "nothing is held any more" poll 10 counter_is held 0
expect_ok "what was held is counted" counts line-down
expect_equal "all that was taken is accounted for" \
	$(($(counter tx-taken) + $(counter rx-taken))) \
	$(($(counter tx-injected) + $(counter rx-injected) + $(counter line-down)))
expect_ok "he dials again" up dave c1 dave
expect_ok "and has his rates still" hold 60
expect_ok "he vanishes" pppd_kill dave
expect_ok "he comes again" up dave c1 dave
tell "$DAVE default"

# --- the driver comes and goes -----------------------------------------------------------

# Less than what is sent: there is always something held when it goes, and the queue is
# long enough for that. Two CPUs send to the client at once, and he sends too.
LIMITS=(burst=2000 tx=3000 rx=1500 queue_packets=10000 queue_bytes=10000000)
expect_ok "unload" unload_sample im_shape
COUNT=3000
record order-acc0 s watch acc0
record order-ras0 s watch ras0
for i in 1 2; do
	record "cycle-$i" c1 receive "901$i"
	begin "send-$i" h send $DAVE "901$i" "$i" 1000 $COUNT 2000
done
record cycle-3 h receive 9013
begin send-3 c1 send $HOST 9013 0 1000 $COUNT 2000
begin cycles s cycle "$RRAS_BUILD/tools/samples/im_shape.ko" "${LIMITS[@]}"
at_exit unload_sample im_shape
for i in 1 2 3; do
	expect_ok "sender $i comes to its end" poll_not 90 goes_on "send-$i"
done
expect_ok "the driver has come and gone all the time" goes_on cycles
end cycles cycle-1 cycle-2 cycle-3 order-acc0 order-ras0
expect_ok "$(said cycles) times" test "$(said cycles)" -ge 5
for i in 1 2; do
	expect_equal "no packet was lost, doubled or overtaken (to the client, $i)" \
		"0 lost, 0 twice, 0 late" "$(order order-acc0 "901$i" $COUNT)"
done
expect_equal "from the client as well" "0 lost, 0 twice, 0 late" \
	"$(order order-ras0 9013 $COUNT)"
for i in 1 2 3; do
	expect_match "and all have arrived ($i)" '^0 lost, 0 twice' order "cycle-$i" "901$i" $COUNT
done
expect_equal "no packet was forgotten" 0 "$(dmesg | grep -c DRIVER_LEAK || true)"

# --- the namespace goes ------------------------------------------------------------------

expect_ok "once more" load_sample im_shape "${LIMITS[@]}"
tell "$DAVE tx 1 rx 1"
expect_ok "packets are held" hold 60
rrasd_kill
expect_ok "no link is left" poll 20 links_are 0
expect_ok "and nothing is held" poll 10 counter_is held 0
expect_ok "unload" unload_sample im_shape
expect_equal "no packet was forgotten" 0 "$(dmesg | grep -c DRIVER_LEAK || true)"
