#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml-debug
# timeout: 240
#
# A hundred thousand line-ups and line-downs on recycled addresses and IPv6 prefixes, from two
# processes, on two CPUs where there are two, with packets to them from a third one. Nobody is
# refused, no packet takes a wrong link, and an address that is always held by somebody always
# resolves (KB Q233048): projection-churn.py has the rules.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"

: "${PAIRS:=100000}"
# Two lines in the log for each pair are more than it holds. That every line-up has its
# line-down is for the events, and that nothing is lost for kmemleak.
echo 'module wanarp -p' >/proc/dynamic_debug/control

ns_create s
# What comes back on far0 is only looked at.
on s sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
for wan in ras0 far0; do
	ip -n s link add "$wan" type wanarp
	[[ $wan == ras0 ]] || on s sysctl -qw net.ipv6.conf.far0.disable_ipv6=1
	ip -n s link set "$wan" up
	echo 0 | on s tee "/sys/class/net/$wan/wanarp/source_check" >/dev/null
done
ip -n s addr add 10.64.0.1/32 dev ras0
ip -n s route add 10.64.0.0/16 dev ras0
ip -n s addr add 2001:db8:ffff::1/128 dev lo
ip -n s route add 2001:db8::/32 via fe80::fdff:ffff:ffff:ff80 dev ras0

status=0
on s /usr/bin/python3 "$TESTING/net/projection-churn.py" "$PAIRS" "${SEED:-233048}" || status=$?
expect_equal "all of projection-churn.py" 0 "$status"
for wan in ras0 far0; do
	expect_equal "nothing is left on $wan" 0 "$(on s cat "/sys/class/net/$wan/wanarp/projections")"
done
expect_equal "no link is left" 0 "$(</sys/kernel/ndiswan/links)"
for address in 10.64.0.2 2001:db8:0:2::1; do
	expect_fail "$address, which was always held, is not reached any more" \
		on s ping -qc 1 -W 2 "$address"
done
