#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Each allocation of each operation fails once. Run by fault.sh.

What failed must have changed nothing.
"""
import os
import socket
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from kernel import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import
import stack  # noqa: E402
from faults import sweep  # noqa: E402

PEER = "021122334455"
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


def inject(text, prepare, operation, undo, fails=True, sweeps=1):
    """A sweep, in which the operation fails now and then; without @fails it copes with all.

    The kernel's own debugging allocates too, though not each time, so that the one that
    matters may have another number each time: then it takes some more.
    """
    for _ in range(sweeps):
        failed, passed, end = sweep(prepare, operation, undo)
        if failed or not fails:
            break
        # Another rhythm.
        nl.links()
    check(f"{text}: {failed} failures, {passed} that did not matter, then: {end}",
          end == "it works" and passed + failed > 0 and fails == (failed > 0))


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


def line_up_ipv6(link):
    """The same of IPv6, with two keys in the table."""
    nl.line_up_ipv6(link.id, "ras0", "fe80::5", "2001:db8:0:5::/64")


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
inject("attach a channel", Link, lambda link: link.attach_ppp(), close)
nl.sock.settimeout(2)
inject("line-up", attached, line_up, close)
inject("line-up of IPv6", attached, line_up_ipv6, close)
inject("a WAN interface", lambda: None, lambda _: new_interface(),
       lambda _prepared, _result: delete_interface())


def order(driver, command):
    """Tell a driver of im_test something."""
    fd = os.open(f"/proc/im_test/{driver}/control", os.O_WRONLY)
    try:
        os.write(fd, command)
    finally:
        os.close(fd)


class Control:
    """The same, with nothing but one write in it."""

    def __init__(self, driver, before=b""):
        self.links = [Link(), Link()]
        self.links[0].attach_loop()
        self.links[1].attach_loop(self.links[0].id)
        nl.line_up(self.links[0].id, "ras0", "10.64.0.5")
        self.driver = driver
        if before:
            order(driver, before)
        self.fd = os.open(f"/proc/im_test/{driver}/control", os.O_WRONLY)

    def undo(self):
        """As it was."""
        os.close(self.fd)
        order(self.driver, b"unregister")
        for one in self.links:
            one.close()


def loop_ready():
    """A link, and all that it takes to make it a loop: no memory is touched in between."""
    link = Link()
    link.arguments = bytearray(struct.pack("=IIII", 16 + PARAMS_LEN + MESSAGE_LEN, PORT_LOOP, 0, 0) +
                               bytes(PARAMS_LEN + MESSAGE_LEN))
    return link


def loop_attach(link):
    """Make it one."""
    fcntl.ioctl(link.fd, IOC_ATTACH, link.arguments)


def again(link, _result):
    """What failed can be tried again on the same file."""
    if link.info() == "new":
        link.attach_loop()
    close(link, None)


# A driver that cannot be attached for want of memory is done without; a mandatory one that
# refuses closes the link, and if there is no memory for that either, there is no link.
order("stays", b"register")
inject("attach a link with a driver", loop_ready, loop_attach, again, fails=False)
inject("line-up with a driver", attached, line_up, close)
inject("register a driver", lambda: Control("comes"),
       lambda control: os.write(control.fd, b"register"), lambda control, _: control.undo())
inject("unregister a driver", lambda: Control("comes", b"register"),
       lambda control: os.write(control.fd, b"unregister"), lambda control, _: control.undo(),
       fails=False)
inject("register a mandatory driver that refuses a link", lambda: Control("strict"),
       lambda control: os.write(control.fd, b"register"),
       lambda control, _: (control.undo(), stack.driver_set(nl, "strict", mandatory=0))
       if "strict" in [one["name"] for one in stack.drivers(nl)] else control.undo())
order("strict", b"attach_every=1")
order("strict", b"register")
inject("attach a link with a mandatory driver that refuses it",
       lambda: (nl.links(), loop_ready())[1], loop_attach, again, sweeps=20)
order("strict", b"unregister")
stack.driver_set(nl, "strict", mandatory=0)
order("stays", b"unregister")
with open("/sys/class/net/ras0/wanarp/projections", encoding="ascii") as file:
    check("no projection is left", int(file.read()) == 0)
check("no link is left", not nl.links())
finish()
