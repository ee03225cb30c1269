#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Each allocation of each operation fails once. Run by fault.sh.

The kernel fails the n-th allocation of this task, for n = 1, 2, ... until the operation
has no n-th allocation any more. What failed must have changed nothing.
"""
import os
import socket
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from kernel import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import

MOST = 400
PEER = "021122334455"
fail_nth = os.open("/proc/thread-self/fail-nth", os.O_RDWR)
nl = Ndiswan()
route = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
route.bind((0, 0))


def new_interface():
    """RTM_NEWLINK of a WAN interface."""
    body = struct.pack("=BBHiII", 0, 0, 0, 0, 0, 0) + attribute(3, b"ras9\0") + \
        attribute(18, attribute(1, b"wanarp"))
    route.send(struct.pack("=IHHII", 16 + len(body), 16, 0x605, 1, 0) + body)
    number = -struct.unpack_from("=i", route.recv(4096), 16)[0]
    if number:
        raise OSError(number, os.strerror(number))


def delete_interface():
    """RTM_DELLINK of it, or nothing if it is not there."""
    body = struct.pack("=BBHiII", 0, 0, 0, 0, 0, 0) + attribute(3, b"ras9\0")
    route.send(struct.pack("=IHHII", 16 + len(body), 17, 5, 1, 0) + body)
    route.recv(4096)


def inject(text, prepare, operation, undo):
    """Fail every allocation of operation(prepared) once."""
    failed = passed = 0
    for nth in range(1, MOST):
        prepared = prepare()
        # Encoded before: the next system call is the operation's first.
        order = b"%d" % nth
        result = None
        error = None
        os.write(fail_nth, order)
        try:
            result = operation(prepared)
        except OSError as err:
            error = err
        left = int(os.pread(fail_nth, 20, 0).rstrip(b"\0\n") or 0)
        os.write(fail_nth, b"0")
        undo(prepared, result)
        if left:
            check(f"{text}: {failed} failures, {passed} that did not matter, then it works: "
                  f"{error}", error is None and failed > 0)
            return
        if error:
            failed += 1
        else:
            passed += 1
    check(f"{text}: no end after {MOST} allocations", False)


IFINDEX = socket.if_nametoindex("eth0")
_numbers = iter(range(256, 65000, 256))


def unused():
    """A link, and a session number that needs memory of its own."""
    link = Link()
    link.arguments = struct.pack("=IH6s", IFINDEX, next(_numbers), bytes.fromhex(PEER))
    return link


def pppoe(link):
    """Attach a session."""
    link.attach(PORT_PPPOE, link.arguments)


def attached():
    """A link with a port."""
    link = Link()
    link.attach_loop()
    return link


def line_up(link):
    """Bring a line up, with the answer that the socket has after a failure too."""
    nl.line_up(link.id, "ras0", "10.64.0.5")


def close(link, _result):
    """End a link, and read what the socket still has."""
    link.close()
    nl.sock.setblocking(False)
    try:
        while nl.sock.recv(1 << 16):
            pass
    except OSError:
        pass
    nl.sock.setblocking(True)


inject("open", lambda: None, lambda _: Link(), lambda _, link: link and link.close())
inject("attach a session", unused, pppoe, close)
nl.sock.settimeout(2)
inject("line-up", attached, line_up, close)
inject("a WAN interface", lambda: None, lambda _: new_interface(),
       lambda _prepared, _result: delete_interface())
with open("/sys/class/net/ras0/wanarp/projections", encoding="ascii") as file:
    check("no projection is left", int(file.read()) == 0)
check("no link is left", not nl.links())
finish()
