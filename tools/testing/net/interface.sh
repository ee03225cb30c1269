#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml-debug
# timeout: 180
#
# What a WAN interface tells of itself: type, carrier, operational state, ethtool.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pair.sh
. "$TESTING/lib/pair.sh"

need_programs ethtool
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

pair_destroy
