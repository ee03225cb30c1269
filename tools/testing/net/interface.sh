#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml-debug
# timeout: 180
#
# What a WAN interface tells of itself: type, carrier, operational state, ethtool. Where there
# are two processors, what it receives can be spread over them.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pair.sh
. "$TESTING/lib/pair.sh"

need_programs ethtool nft
ns_create x
ip -n x link add wan type wanarp
expect_match "its type is known" ' wanarp ' ip -n x -d link show wan
expect_match "it is born without carrier" 'state DOWN' ip -n x link show wan
state_is() { [[ $(on x cat /sys/class/net/wan/operstate) == "$1" ]]; }
expect_ok "it goes up" ip -n x link set wan up
expect_ok "is operational" poll 5 state_is up
expect_match "and has a carrier" '^1$' on x cat /sys/class/net/wan/carrier
expect_match "as ethtool says" 'Link detected: yes' on x ethtool wan
expect_match "which knows the driver" 'driver: wanarp' on x ethtool -i wan
expect_ok "it goes down" ip -n x link set wan down
expect_ok "and is not operational" poll 5 state_is down
ip -n x link del wan

pair_build plain
expect_ok "two ends reach each other" reaches a 10.1.0.2
statistic() { on a ethtool -S ras0 | sed -nE "s/^ +$1: //p"; }
expect_equal "ethtool counts projections" 1 "$(statistic projections)"
before=$(statistic drop-tx-unresolved)
ip -n a route add 10.1.0.9/32 dev ras0
expect_fail "nobody is there" on a ping -qc 1 -W 1 10.1.0.9
expect_equal "ethtool counts drops" $((before + 1)) "$(statistic drop-tx-unresolved)"
expect_equal "all names are different" "$(on a ethtool -S ras0 | wc -l)" \
	"$(on a ethtool -S ras0 | sort -u | wc -l)"

# A hundred packets of as many flows, sent on the first processor.
cat >"$RRAS_LOG/flows.py" <<'END'
import socket, sys
for port in range(1000, 1100):
    each = socket.socket(socket.AF_INET, getattr(socket, sys.argv[1]))
    each.bind(("10.1.0.2", port))
    if sys.argv[1] == "SOCK_STREAM":
        each.setblocking(False)
    each.connect_ex(("10.1.0.1", 9))
    if sys.argv[1] == "SOCK_DGRAM":
        each.send(b"x")
END
on a nft add table ip seen
on a nft 'add chain ip seen in { type filter hook prerouting priority -450; }'
flows() { # KIND CPUS: how many were handled on each processor, of those that the mask allows
	local protocol=udp
	if [[ $1 == SOCK_STREAM ]]; then
		protocol=tcp
	fi
	echo "$2" | on a tee /sys/class/net/ras0/queues/rx-0/rps_cpus >/dev/null
	on a nft flush chain ip seen in
	on a nft add rule ip seen in iifname ras0 meta l4proto $protocol th dport 9 meta cpu 0 counter
	on a nft add rule ip seen in iifname ras0 meta l4proto $protocol th dport 9 meta cpu 1 counter
	on b taskset -c 0 /usr/bin/python3 "$RRAS_LOG/flows.py" "$1"
	poll 5 hundred
}
handled() { on a nft list chain ip seen in | sed -nE 's/.*packets ([0-9]+) .*/\1/p' | xargs; }
hundred() { local n; read -ra n <<<"$(handled)"; [[ $((n[0] + n[1])) -ge 100 ]]; }
both() { local n; read -ra n <<<"$(handled)"; [[ ${n[0]} -ge 20 && ${n[1]} -ge 20 ]]; }

if [[ -w /sys/class/net/lo/queues/rx-0/rps_cpus && -d /sys/devices/system/cpu/cpu1 ]]; then
	for kind in SOCK_DGRAM SOCK_STREAM; do
		note "$kind"
		expect_ok "all arrive" flows $kind 0
		expect_equal "where they were sent" "100 0" "$(handled)"
		expect_ok "steered to the other processor all arrive" flows $kind 2
		expect_equal "there" "0 100" "$(handled)"
		expect_ok "spread over two all arrive" flows $kind 3
		expect_ok "on both of them" both
	done
	expect_ok "steering is switched off" flows SOCK_DGRAM 0
	expect_equal "and nothing is steered" "100 0" "$(handled)"
else
	note "this kernel has one processor"
fi
pair_destroy
