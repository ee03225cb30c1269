#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml-debug
# timeout: 240
#
# A demand-dial interface: dialled when a packet needs it, nothing lost, nobody left
# waiting. demand.py has the cases.
#
#   h: eth0 192.168.7.2 === lan0 192.168.7.1 :s: eth0 === PPPoE === eth0 :p: ras0
#                                             s: wan0, demand-dial   p: lo 203.0.113.9
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"

ns_create h s p
veth h eth0 s lan0
veth s eth0 p eth0
ip -n h addr add 192.168.7.2/24 dev eth0
ip -n h route add default via 192.168.7.1
ip -n s addr add 192.168.7.1/24 dev lan0
on s sysctl -qw net.ipv4.ip_forward=1
on h sysctl -qw net.ipv4.icmp_ratelimit=0
on s sysctl -qw net.ipv4.icmp_ratelimit=0
ip -n p link add ras0 type wanarp
ip -n p link set ras0 up
ip -n p addr add 203.0.113.9/32 dev lo
ip -n p addr add 10.9.0.1/32 dev ras0
ip -n p route add 198.51.100.0/24 via 10.9.0.2 dev ras0 onlink
echo 0 | on p tee /sys/class/net/ras0/wanarp/source_check >/dev/null
on s nft -f - <<'END'
table ip nat {
	chain postrouting {
		type nat hook postrouting priority 100;
		oifname "wan0" masquerade
	}
}
END

status=0
on s /usr/bin/python3 "$TESTING/net/demand.py" || status=$?
expect_equal "all of demand.py" 0 "$status"
