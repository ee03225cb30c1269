#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# TCP goodput of one client and a host behind the server, for a UML guest, or for one where
# instructions are counted. goodput.sh shaped: of a client whom im_shape limits.
#
#   h lan0 --- lan1 s ---- hops ---- c
#
# c is the client itself here: the connection ends at its address on the hop, 10.x.0.1.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

rounds=${GOODPUT_ROUNDS:-25}
transfer=${GOODPUT_BYTES:-150M}
declare -A port=([plain]=5201 [ours]=5202 [peer]=5203)

# client HOP: the address that the server's session 1 leads to.
client() { address "${source_net[$1]}" 1; }

host_behind() {
	local hop
	ip netns add h
	ip -n h link set lo up
	veth h lan0 s lan1
	ip -n h addr add 192.0.2.2/24 dev lan0
	ip -n s addr add 192.0.2.1/24 dev lan1
	ip -n h route add default via 192.0.2.1
	for hop in plain ours peer; do
		iperf3_server "${port[$hop]}"
	done
}

listening() { [[ -n $(on h ss -Hltn "sport = :$1") ]]; }

iperf3_server() {
	local deadline=$((SECONDS + 30))
	on h iperf3 -s -p "$1" >"$RRAS_RESULTS/iperf3-$1" 2>&1 &
	until listening "$1"; do
		[[ $SECONDS -lt $deadline ]] || fail "iperf3 does not listen"
		read -rt 0.1 <> <(:) || true
	done
}

# Which hop a packet of the client takes follows from its source address.
client_routes() {
	local table=100 hop
	ip -n c addr add "$(client plain)/32" dev plain0
	ip -n c addr add "$(client ours)/32" dev wan0
	ip -n c addr add "$(client peer)/32" dev ppp0
	for hop in plain ours peer; do
		table=$((table + 1))
		ip -n c rule add from "$(client "$hop")" table $table
	done
	# A client believes its server, whatever the source is.
	on c bash -c 'echo 0 >/sys/class/net/wan0/wanarp/source_check'
	ip -n c route add default via 10.255.0.2 dev plain0 table 101
	ip -n c route add default via "$(address "${target_net[ours]}" 1)" dev wan0 onlink \
		table 102
	ip -n c route add default dev ppp0 table 103
	ip -n s neigh add 10.255.0.1 lladdr "$(mac_of c plain0)" dev plain1 nud permanent
	ip -n s route add "$(client plain)" via 10.255.0.1
	ip -n c link set plain0 mtu 1492
	ip -n s link set plain1 mtu 1492
}

# measure NAME HOP UNIT OPTION...: payload, in units of so many bits per second.
measure() {
	local name=$1 hop=$2 unit=$3 json=$RRAS_RESULTS/iperf3.json
	shift 3
	on c timeout 60 iperf3 -J -c 192.0.2.2 -p "${port[$hop]}" -B "$(client "$hop")" \
		"$@" >"$json" || fail "iperf3 over $hop: $(<"$json")"
	sample "$name" "$(/usr/bin/python3 -c 'import json, sys
rate = json.load(open(sys.argv[1]))["end"]["sum_received"]["bits_per_second"]
print(round(rate / float(sys.argv[2])))' "$json" "$unit")"
}

all_hops() {
	local round hop
	for ((round = 0; round < rounds; round++)); do
		for hop in plain ours peer; do
			measure "tcp-up.$hop" "$hop" 1e6 -n "$transfer"
			measure "tcp-down.$hop" "$hop" 1e6 -n "$transfer" -R
		done
	done
}

# The limits are of IP packets: 1440 of 1492 bytes are payload. What the burst lets through
# comes before the seconds that are measured.
shaped() {
	local round
	insert "$MODULES/tools/samples/im_shape.ko"
	on s bash -c "echo $(client ours) tx 3000 rx 2000 >/proc/net/im_shape"
	for ((round = 0; round < 3; round++)); do
		measure shape-up.ours ours 1e3 -t 10 -O 2
		measure shape-down.ours ours 1e3 -t 10 -O 2 -R
	done
	sample shape-up.limit $((2000 * 1440 / 1492))
	sample shape-down.limit $((3000 * 1440 / 1492))
}

load_modules
place
path
one_session_each
client_routes
host_behind
"${1:-all_hops}"
