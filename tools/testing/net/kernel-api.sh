#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml-debug
# timeout: 240
#
# /dev/ndiswan and netlink, used and misused: kernel-api.py has the cases.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"

ns_create s
ip link add eth0 netns s type veth peer name peer0 netns s
ip link add eth1 netns s type veth peer name peer1 netns s
for dev in eth0 peer0; do
	ip -n s link set "$dev" up
done
ip -n s addr add 198.51.100.1/24 dev eth0
ip -n s link add ras0 type wanarp
ip -n s link set ras0 up
ip -n s addr add 10.64.0.1/32 dev ras0
ip -n s route add 10.64.0.0/16 dev ras0

status=0
on s /usr/bin/python3 "$TESTING/net/kernel-api.py" || status=$?
expect_equal "all of kernel-api.py" 0 "$status"
