#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What dial.sh wants of the kernel: dial.py state|hangup INTERFACE."""

import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.dont_write_bytecode = True

from kernel import Netlink, parse, u32  # noqa: E402  pylint: disable=wrong-import-position

IFACE_GET, HANGUP = 1, 5
A_IFINDEX, A_DEMAND, A_STATE = 1, 11, 1
STATES = ("disconnected", "connecting", "connected", "unreachable")

index = u32(A_IFINDEX, socket.if_nametoindex(sys.argv[2]))
if sys.argv[1] == "hangup":
    Netlink("wanarp").request(HANGUP, index)
else:
    attributes = dict(parse(Netlink("wanarp").request(IFACE_GET, index)[0]))
    demand = dict(parse(attributes[A_DEMAND]))
    print(STATES[int.from_bytes(demand[A_STATE], "little")])
