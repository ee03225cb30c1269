#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml-debug
# topics: pptp
# timeout: 180
#
# The pptp port against raw sockets at the other end of a cable: port-pptp.py has the cases.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"

need_modules pptp

#   s: eth0 198.51.100.1 === eth0 198.51.100.2 :h
ns_create s h
veth s eth0 h eth0
ip -n s addr add 198.51.100.1/24 dev eth0
ip -n h addr add 198.51.100.2/24 dev eth0
ip -n s link add ras0 type wanarp
ip -n s link set ras0 up
ip -n s addr add 10.64.0.1/32 dev ras0
ip -n s route add 10.64.0.0/16 dev ras0

status=0
on s /usr/bin/python3 "$TESTING/net/port-pptp.py" || status=$?
expect_equal "all of port-pptp.py" 0 "$status"
# What the last link leaves behind it gives back by itself.
expect_ok "the kernel's own pptp can have the protocol again" poll 20 modprobe pptp
rmmod pptp
