# shellcheck shell=bash
# shellcheck disable=SC2034 # results are variables of the caller
# SPDX-License-Identifier: GPL-2.0
#
# The measuring place, in a guest. Sourced by the benchmarks of this directory.
#
#   pktgen --- gen0 (here)            three hops, each a veth pair
#                |                 +-- plain0 ---------- plain1 --+
#              in0 -- forwards -- c -- ours0 ----------- ours1 -- s -- forwards -- sink0
#                                  +-- peer0 ----------- peer1 --+
#
# c is the clients' end of the sessions, s the server's. On the hop "plain" there are IP
# packets in Ethernet frames to a static neighbour, on "ours" the links of a WAN interface
# at either end, on "peer" units of ppp_generic. Packets go from c to s: client n sends from
# the hop's source network + n to the hop's destination network + n. At c session n is the
# one to that destination, at s the one to that source.
#
# Every measurement is a line "sample NAME VALUE" on standard output; figures.py reads them.

BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$BENCH/../../.." && pwd)
: "${RRAS_KERNEL:?runs in a guest, see tools/testing/bench/run}"
SESSIONS=$TOP/build/bench/sessions
MODULES=${BENCH_MODULES:-$TOP/build/$RRAS_KERNEL}
PKTGEN=/proc/net/pktgen

declare -A source_net=([plain]=10.65.0.0 [ours]=10.66.0.0 [peer]=10.67.0.0)
declare -A target_net=([plain]=10.129.0.0 [ours]=10.130.0.0 [peer]=10.131.0.0)

fail() {
	echo "${0##*/}: $*" >&2
	exit 1
}

sample() { echo "sample $1 $2"; }

on() {
	local ns=$1
	shift
	ip netns exec "$ns" "$@"
}

mac_of() { on "$1" cat "/sys/class/net/$2/address"; }

veth() {
	ip link add "$2" netns "$1" type veth peer name "$4" netns "$3"
	ip -n "$1" link set "$2" up
	ip -n "$3" link set "$4" up
}

# insert FILE [PARAMETER...]: insmod, after those of the kernel's own that it needs.
insert() {
	local other
	for other in $(modinfo -F depends "$1" | tr , ' '); do
		modprobe -q "$other" || true
	done
	insmod "$@"
}

load_modules() {
	modprobe -q ppp_generic || true
	modprobe -q pppoe || true
	[[ -e /proc/net/pppoe ]] || fail "this kernel has no PPPoE"
	[[ -e /dev/ppp ]] || mknod /dev/ppp c 108 0
	insert "$MODULES/ndiswan_shim/ndiswan_shim.ko"
	insert "$MODULES/wanarp/wanarp.ko"
	sysctl -qw fs.nr_open=1000000 fs.file-max=2000000
}

# place: namespaces, pairs and WAN interfaces.
place() {
	local ns hop
	for ns in c s; do
		ip netns add "$ns"
		ip -n "$ns" link set lo up
		on "$ns" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 \
			net.ipv4.conf.default.rp_filter=0
		on "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
			net.ipv6.conf.default.disable_ipv6=1 2>/dev/null || true
	done
	# What Debian has; a kernel of another configuration may give each unit more.
	sysctl -qw net.core.default_qdisc=pfifo_fast
	# The peer has a neighbour entry for each unit. The limits are the initial namespace's
	# and count for all; 1024 entries would make it slower than it has to be.
	sysctl -qw net.ipv4.neigh.default.gc_thresh3=200000 \
		net.ipv4.neigh.default.gc_thresh2=200000 net.ipv4.neigh.default.gc_thresh1=200000
	for hop in plain ours peer; do
		veth c "${hop}0" s "${hop}1"
	done
	ip -n c link add wan0 type wanarp
	ip -n s link add ras0 type wanarp
	ip -n c link set wan0 up
	ip -n s link set ras0 up
}

# path: what packets of pktgen need, besides sessions.
path() {
	modprobe -q pktgen || true
	[[ -e $PKTGEN ]] || fail "this kernel has no pktgen"
	ip link add gen0 type veth peer name in0 netns c
	ip link set gen0 up
	ip -n c link set in0 up
	ip -n s link add sink0 type dummy
	ip -n s link set sink0 up
	# By way of a neighbour, or there would be one for every address.
	ip -n s addr add 10.253.0.1/30 dev sink0
	ip -n s neigh add 10.253.0.2 lladdr 02:00:5e:00:53:01 dev sink0 nud permanent
	ip -n s route add 10.128.0.0/9 via 10.253.0.2
	ip -n c addr add 10.255.0.1/30 dev plain0
	ip -n s addr add 10.255.0.2/30 dev plain1
	ip -n c neigh add 10.255.0.2 lladdr "$(mac_of s plain1)" dev plain0 nud permanent
	ip -n c route add "${target_net[plain]}/16" via 10.255.0.2
	ip -n c route add "${target_net[ours]}/16" dev wan0
	ip -n s route add "${source_net[ours]}/16" dev ras0
	echo rem_device_all >$PKTGEN/kpktgend_0
	echo add_device gen0 >$PKTGEN/kpktgend_0
	generate "pkt_size 60" "clone_skb 0" "delay 0" "dst_mac $(mac_of c in0)" \
		"udp_src_min 9" "udp_src_max 9" "udp_dst_min 9" "udp_dst_max 9"
}

# generate COMMAND...: tell pktgen.
generate() {
	local command
	for command in "$@"; do
		echo "$command" >$PKTGEN/gen0 || fail "pktgen does not know '$command'"
	done
}

# address NETWORK N: the network's address plus N.
address() {
	local a b c d
	IFS=. read -r a b c d <<<"$1"
	echo "$a.$b.$((c + $2 / 256)).$((d + $2 % 256))"
}

sunk() { on s cat /sys/class/net/sink0/statistics/tx_packets; }

# settled: until nothing arrives at the sink any more.
settled() {
	local before now=-1
	until [[ $now == "${before:-}" ]]; do
		before=$now
		read -rt 0.1 <> <(:) || true
		now=$(sunk)
	done
}

# transmit NAME PACKETS: have pktgen send. The nanoseconds per packet are in $nanoseconds.
# Only a run all of whose packets have arrived when pktgen ends counts: on a busy machine the
# kernel may leave the receiving to ksoftirqd, which comes too late and loses packets, and
# the time would be that of sending.
transmit() {
	local before after result try
	generate "count $2"
	for try in {1..20}; do
		before=$(sunk)
		echo start >$PKTGEN/pgctrl
		after=$(sunk)
		if [[ $((after - before)) -eq $2 ]]; then
			result=$(<$PKTGEN/gen0)
			[[ $result =~ OK:\ ([0-9]+)\( ]] || fail "pktgen: $result"
			nanoseconds=$((BASH_REMATCH[1] * 1000 / $2))
			return
		fi
		echo "$1: $((after - before)) of $2 packets arrived, try $try" >&2
		settled
	done
	fail "$1: packets are lost again and again"
}

# traffic HOP FIRST LAST PACKETS: from client FIRST to LAST and again.
traffic() {
	local hop=$1
	generate "src_min $(address "${source_net[$hop]}" "$2")" \
		"src_max $(address "${source_net[$hop]}" "$3")" \
		"dst_min $(address "${target_net[$hop]}" "$2")" \
		"dst_max $(address "${target_net[$hop]}" "$3")"
	transmit "$hop" "$4"
}

# path6: after path(), the same for IPv6. The networks are 2001:db8:A::/48, where A is the upper
# half of the IPv4 network, and client n has the prefix 2001:db8:A:n::/64.
path6() {
	local ns
	for ns in c s; do
		# Nothing that the kernel says by itself, which would be counted too.
		on "$ns" sysctl -qw net.ipv6.conf.all.addr_gen_mode=1 \
			net.ipv6.conf.default.addr_gen_mode=1 \
			net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.disable_ipv6=0 \
			net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.all.forwarding=1
	done
	ip -n s addr add 2001:db8:253::1/64 dev sink0 nodad
	ip -n s neigh add 2001:db8:253::2 lladdr 02:00:5e:00:53:01 dev sink0 nud permanent
	ip -n s route add 2001:db8:a80::/41 via 2001:db8:253::2
	ip -n c addr add 2001:db8:255::1/64 dev plain0 nodad
	ip -n s addr add 2001:db8:255::2/64 dev plain1 nodad
	ip -n c neigh add 2001:db8:255::2 lladdr "$(mac_of s plain1)" dev plain0 nud permanent
	ip -n c route add 2001:db8:a81::/48 via 2001:db8:255::2
	ip -n c addr add fe80::1/64 dev wan0 nodad
	ip -n s addr add fe80::1/64 dev ras0 nodad
	ip -n c route add 2001:db8:a82::/48 via fe80::fdff:ffff:ffff:ff80 dev wan0
	ip -n s route add 2001:db8:a42::/48 via fe80::fdff:ffff:ffff:ff80 dev ras0
}

# traffic6 HOP PACKETS: as traffic(), from the first client.
traffic6() {
	local a b
	IFS=. read -r a b _ <<<"${source_net[$1]}"
	generate "src6 $(printf '2001:db8:%x:1::9' $((a * 256 + b)))"
	IFS=. read -r a b _ <<<"${target_net[$1]}"
	generate "dst6 $(printf '2001:db8:%x:1::9' $((a * 256 + b)))"
	transmit "$1" "$2"
}

# sessions_start NAME NS KIND OPTION...: run the load program as NAME.
declare -A sessions_in sessions_out sessions_pid
sessions_start() {
	local name=$1 ns=$2 dir in out
	shift 2
	dir=$(mktemp -d)
	mkfifo "$dir/in" "$dir/out"
	on "$ns" "$SESSIONS" "$@" <"$dir/in" >"$dir/out" &
	sessions_pid[$name]=$!
	exec {in}>"$dir/in" {out}<"$dir/out"
	sessions_in[$name]=$in
	sessions_out[$name]=$out
	rm -r "$dir"
}

# sessions_do NAME up|down: do it. Then $seconds, and the steps' in $steps.
sessions_do() {
	local word n value
	steps=()
	echo "$2" >&"${sessions_in[$1]}"
	while read -r word n value; do
		case $word in
		step) steps+=("$value") ;;
		"$2")
			seconds=$value
			return
			;;
		esac
	done <&"${sessions_out[$1]}"
	fail "$1: the load program died after $n"
}

# sessions_end NAME: end the program.
sessions_end() {
	local in=${sessions_in[$1]} out=${sessions_out[$1]}
	# Programs started later have a copy of the pipe, so that closing it is not enough.
	echo end >&"$in"
	exec {in}>&- {out}<&-
	wait "${sessions_pid[$1]}" || fail "$1: the load program failed"
	unset "sessions_in[$1]" "sessions_out[$1]" "sessions_pid[$1]"
}

# pairs HOP COUNT [OPTION...]: programs HOP-c and HOP-s for both ends of COUNT sessions.
# The peer's have routes instead of addresses, which would slow down the other hops too.
pairs() {
	local hop=$1 count=$2
	shift 2
	ends_start "$hop" c "$count" "${target_net[$hop]}" "$@"
	ends_start "$hop" s "$count" "${source_net[$hop]}" "$@"
}

# one_session_each: over each hop, both ends up.
one_session_each() {
	local name
	pairs ours 1
	pairs peer 1
	for name in ours-c ours-s peer-c peer-s; do
		sessions_do "$name" up
	done
}

# warm_up: some packets over each way, before any is measured.
warm_up() {
	local hop
	for hop in plain ours peer; do
		traffic "$hop" 1 1 500
	done
}

ends_start() {
	local hop=$1 ns=$2 count=$3 base=$4 kind=ours there=s here=0 peer=1 wan=wan0
	shift 4
	local own=()
	if [[ $ns == s ]]; then
		there=c here=1 peer=0 wan=ras0
	fi
	if [[ $hop == peer ]]; then
		kind=ppp
	else
		own=(--wan "$wan")
	fi
	sessions_start "$hop-$ns" "$ns" "$kind" --device "$hop$here" \
		--peer "$(mac_of "$there" "$hop$peer")" --base "$base" --count "$count" \
		"${own[@]}" "$@"
}
