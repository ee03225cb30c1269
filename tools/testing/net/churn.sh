#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 240
#
# Line-ups on recycled addresses of IPv4 and IPv6 from several processes, on all CPUs, while packets
# are sent to those addresses: nobody is refused, nothing is left (KB Q233048).
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"

ROUNDS=${ROUNDS:-400}
ns_create s
ip -n s link add ras0 type wanarp
ip -n s link set ras0 up
ip -n s addr add 10.64.0.1/32 dev ras0
ip -n s route add 10.64.0.0/16 dev ras0
ip -n s addr add 2001:db8:ffff::1/128 dev lo
ip -n s route add 2001:db8::/32 via fe80::fdff:ffff:ffff:ff80 dev ras0

floods=()
for address in 10.64.0.2 10.64.0.5 2001:db8:0:2::1 2001:db8:0:9::1; do
	ip netns exec s ping -qf "$address" >/dev/null 2>&1 &
	floods+=($!)
	disown "$!"
done
workers=()
for seed in 1 2 3; do
	ip netns exec s /usr/bin/python3 "$TESTING/net/churn.py" "$ROUNDS" "$seed" \
		>"$RRAS_LOG/churn-$seed" 2>&1 &
	workers+=($!)
done
for i in 0 1 2; do
	status=0
	wait "${workers[i]}" || status=$?
	expect_equal "worker $((i + 1)): $(tail -1 "$RRAS_LOG/churn-$((i + 1))")" 0 "$status"
done
for pid in "${floods[@]}"; do
	kill "$pid" 2>/dev/null || true
	poll 10 ended "$pid"
done
links_are() { [[ $(</sys/kernel/ndiswan/links) -eq $1 ]]; }
expect_ok "no link is left" links_are 0
expect_equal "no projection is left" 0 "$(on s cat /sys/class/net/ras0/wanarp/projections)"
for address in 10.64.0.5 2001:db8:0:5::1; do
	expect_equal "$address does not resolve" 0 \
		"$(on s ping -qc 1 -W 2 "$address" | grep -c ' 0% packet loss' || true)"
done
