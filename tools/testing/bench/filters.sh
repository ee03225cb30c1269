#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# filters.sh instructions|time: what filters add to a packet that is forwarded once.
#
#   pktgen --- gen0 (here) --- in0 -- forwards -- c -- sink0
#
# ipfltdrv and an nftables netdev chain sit on the ingress hook of in0, iptables and another
# nftables chain in the forward hook; each has the same filters. "instructions" is for a
# guest with one CPU and -icount shift=0, "time" for UML, where the contestants take turns.
#
# plain filters are "10.x.y.0/24, 7 ports" and match nothing; mixed ones are in the manner
# of ClassBench (filtergen), and packets match one of them or none. What matches is
# forwarded by exception, what does not by default.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

instrument=$1
RRAS=$TOP/tools/rras/rras
files=$TOP/build/bench/filters
nanoseconds=0

place() {
	ip netns add c
	ip -n c link set lo up
	on c sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.default.rp_filter=0 net.ipv6.conf.all.forwarding=1
	modprobe -q pktgen || true
	[[ -e $PKTGEN ]] || fail "this kernel has no pktgen"
	ip link add gen0 type veth peer name in0 netns c
	ip link set gen0 up
	ip -n c link set in0 up
	ip -n c link add sink0 type dummy
	ip -n c link set sink0 up
	ip -n c addr add 10.253.0.1/30 dev sink0
	ip -n c neigh add 10.253.0.2 lladdr 02:00:5e:00:53:01 dev sink0 nud permanent
	ip -n c route add default via 10.253.0.2
	ip -n c addr add fd00:253::1/64 dev sink0 nodad
	ip -n c neigh add fd00:253::2 lladdr 02:00:5e:00:53:01 dev sink0 nud permanent
	ip -n c -6 route add default via fd00:253::2
	mac=$(mac_of c in0)
}

sunk() { on c cat /sys/class/net/sink0/statistics/tx_packets; }

# aim SRC DST SPORT DPORT: what pktgen sends from now on. It does not go back from IPv6, so
# it begins anew each time.
aim() {
	echo rem_device_all >$PKTGEN/kpktgend_0
	echo add_device gen0 >$PKTGEN/kpktgend_0
	generate "pkt_size 90" "clone_skb 0" "delay 0" "dst_mac $mac"
	if [[ $1 == *:* ]]; then
		generate "src6 $1" "dst6 $2"
	else
		generate "src_min $1" "src_max $1" "dst_min $2" "dst_max $2"
	fi
	generate "udp_src_min $3" "udp_src_max $3" "udp_dst_min $4" "udp_dst_max $4"
}

# The contestants. Each takes SET ACTION: the action of what matches; what does not match
# is done the opposite.
ours_on() {
	local other=drop
	if [[ $2 == drop ]]; then
		other=forward
	fi
	{
		printf 'set bench\ndefault in %s\ndefault out forward\n' "$other"
		cat "$files/$1.rras"
	} >/tmp/set.rras
	on c "$RRAS" filter import /tmp/set.rras >/tmp/import
	on c "$RRAS" filter bind bench dev in0 in >/dev/null
}
ours_off() {
	on c "$RRAS" filter unbind dev in0 >/dev/null
	on c "$RRAS" filter remove bench >/dev/null
}

# Loading the largest takes nft minutes.
nft_set() {
	local hook=$1 set=$2 action=$3 verdict=accept policy=drop
	if [[ $action == drop ]]; then
		verdict=drop policy=accept
	fi
	sed "s/^table netdev filters/table ${hook%% *} filters/" "$files/$set.nft" >/tmp/set.nft
	on c nft -f /tmp/set.nft
	{
		echo "table ${hook%% *} filters {"
		echo "chain bench { ${hook#* } policy $policy;"
		sed -n "s/^\t# \(.* @.*\)/\1 $verdict/p" "$files/$set.nft"
		printf '}\n}\n'
	} >/tmp/chain.nft
	on c nft -f /tmp/chain.nft
}
nft_netdev_on() {
	nft_set "netdev type filter hook ingress device in0 priority 0;" "$@"
}
nft_netdev_off() { on c nft delete table netdev filters; }
nft_forward_on() {
	nft_set "inet type filter hook forward priority 0;" "$@"
}
nft_forward_off() { on c nft delete table inet filters; }
iptables_on() {
	{
		echo '*filter'
		sed 's/^in dst \([^ ]*\) proto udp dport \([0-9]*\)-\([0-9]*\)$/-A FORWARD -p udp -d \1 --dport \2:\3 -j DROP/' \
			"$files/$1.rras"
		echo COMMIT
	} | on c iptables-legacy-restore
}
# Without its module, or the next run without rules would still go through its hooks.
iptables_off() {
	on c iptables-legacy -F FORWARD
	modprobe -r iptable_filter
}

# each_packet NAME FILE PACKETS: the mean over the packets of a file, twice, the lower.
each_packet() {
	local src dst sport dport best sum=0 n=0
	while read -r src dst sport dport; do
		aim "$src" "$dst" "$sport" "$dport"
		best=
		for _ in 1 2; do
			transmit "$1" "$3"
			if [[ -z $best || $nanoseconds -lt $best ]]; then
				best=$nanoseconds
			fi
		done
		sum=$((sum + best))
		n=$((n + 1))
	done <"$2"
	sample "$1" $((sum / n))
}

# contest NAME SET ACTION PACKETFILE COUNT CONTESTANT...: each between runs without rules.
contest() {
	local name=$1 set=$2 action=$3 packets=$4 count=$5 who
	shift 5
	each_packet "$name.none" "$packets" "$count"
	for who; do
		"${who}_on" "$set" "$action"
		each_packet "$name.$who" "$packets" "$count"
		"${who}_off"
	done
	each_packet "$name.none" "$packets" "$count"
}

loading() { # NAME: seconds and bytes of the set that is loaded now
	local bytes
	[[ $(</tmp/import) =~ ([0-9]+)\ filters,\ ([0-9]+)\ bytes ]] || fail "no size: $(</tmp/import)"
	bytes=$((BASH_REMATCH[2] / BASH_REMATCH[1]))
	sample "bytes.$1" "$bytes"
}

instructions() {
	local size
	for size in 10 1000 10000; do
		contest "plain-$size" "plain-$size" drop "$files/plain.packets" 2000 \
			ours nft_netdev nft_forward iptables
	done
	contest plain-100000 plain-100000 drop "$files/plain.packets" 2000 ours nft_forward
	for size in 1000 10000 100000; do
		contest "miss-$size" "mixed-$size" drop "$files/miss-$size.packets" 1000 \
			ours nft_netdev
		contest "match-$size" "mixed-$size" forward "$files/match-$size.packets" 1000 \
			ours nft_netdev
	done
}

# Kernel code at native speed: rates of the contestants in turn, and how long a set takes
# to load.
timed() {
	local size begin end
	for size in 1000 10000; do
		for _ in 1 2 3; do
			contest "time-miss-$size" "mixed-$size" drop "$files/miss-$size.packets" \
				10000 ours nft_netdev
		done
	done
	for _ in 1 2 3; do
		contest time-miss-100000 mixed-100000 drop "$files/miss-100000.packets" 10000 ours
		begin=$(date +%s%N)
		ours_on mixed-100000 drop
		end=$(date +%s%N)
		sample load-100000 "$(((end - begin) / 1000000))"
		loading 100000
		ours_off
	done
}

insert "$MODULES/ndiswan_shim/ndiswan_shim.ko"
insert "$MODULES/wanarp/wanarp.ko"
insert "$MODULES/ipfltdrv/ipfltdrv.ko"
place
aim 192.0.2.1 192.0.2.2 9 9
transmit warm-up 500
case $instrument in
instructions) instructions ;;
time) timed ;;
*) fail "usage: filters.sh instructions|time" ;;
esac
