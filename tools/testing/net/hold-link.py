#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Holds one link open: hold-link.py [--namespace NS] DEV SESSION PEER IFACE CLIENT READY [IPV6...]

Makes a PPPoE link, brings IPv4 up for CLIENT on IFACE, and IPv6 if a link-local address and
perhaps a prefix are given, creates the file READY, and says
"hangup" when the link goes down. Ends when it is killed. With --namespace the link is made
in that namespace by a process that leaves it again.
"""
import ctypes
import os
import select
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from kernel import Link, Ndiswan  # noqa: E402  pylint: disable=wrong-import-position


def enter(path):
    """Move to a network namespace."""
    with open(path, encoding="ascii") as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), path)


arguments = sys.argv[1:]
HOME = None
if arguments[0] == "--namespace":
    # Not a file descriptor, which would keep the namespace.
    HOME = "/proc/1/ns/net"
    enter(f"/run/netns/{arguments[1]}")
    arguments = arguments[2:]
device, session, peer, iface, client, ready, *ipv6 = arguments
link = Link()
link.attach_pppoe(device, int(session), peer)
Ndiswan().line_up(link.id, iface, client)
if ipv6:
    Ndiswan().line_up_ipv6(link.id, iface, *ipv6)
if HOME:
    enter(HOME)
with open(ready, "w", encoding="ascii"):
    pass
poller = select.poll()
poller.register(link.fd, 0)
while True:
    for _, events in poller.poll():
        if events & select.POLLHUP:
            print("hangup", flush=True)
            poller.unregister(link.fd)
