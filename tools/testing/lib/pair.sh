# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Two namespaces that hold a link each, back to back over PPPoE. Sourced after net.sh.
#
#   a: ras0 10.1.0.1 -- link -- eth0 === eth0 -- link -- ras0 10.1.0.2 :b
#
# Each side sees the other as its client.
#
#	pair_build plain|macvlan	with "macvlan" eth0 of a has an rx_handler already, so that
#				frames have to be received by a packet type handler
#	holder NS PEER-MAC CLIENT [LINK-LOCAL [PREFIX]]
#				a process that holds a link of NS until it is killed
#	traffic NS ADDRESS	a ping flood until silence
#	pair_destroy		all of it goes, and leaves no link

pair_build() {
	local ns
	ns_create a b
	veth a eth0 b eth0
	if [[ $1 == macvlan ]]; then
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
holder() {
	local ready=$RRAS_LOG/holder-$1
	rm -f "$ready"
	ip netns exec "$1" /usr/bin/python3 "$TESTING/net/hold-link.py" eth0 7 "$2" ras0 "$3" "$ready" \
		"${@:4}" >"$RRAS_LOG/holder-$1.out" 2>&1 &
	holder_pid[$1]=$!
	disown "$!"
	poll 20 test -e "$ready"
}

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

pair_destroy() {
	local ns
	for ns in a b; do
		kill -9 "${holder_pid[$ns]}" 2>/dev/null || true
		poll 10 ended "${holder_pid[$ns]}"
		ip netns del "$ns" 2>/dev/null || true
	done
	expect_ok "no link is left" poll 10 links_are 0
}
