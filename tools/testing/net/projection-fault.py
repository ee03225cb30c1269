#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Every step of a projection fails once. Run by projection-fault.sh.

After each failure: the line is not up, nothing is in the table that was not before, who held
the address still does, and there was one event 20050 with cause and remedy, unless the request
did not come as far as wanarp. Then the same line-up works.
"""
import errno
import os
import re
import socket
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from kernel import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import
from faults import sweep as fail_each  # noqa: E402
from filters import DROP, Filters, filter_bytes  # noqa: E402

A_EVENT_NUMBER, A_EVENT_LINK, A_EVENT_TEXT = 1, 3, 8
PROJECTION_GET, A_PROJECTION_IPV4, A_PROJECTION_LINK = 3, 2, 3
A_PROJECTION_IPV6, A_PROJECTION_PREFIX = 7, 8
PROJECTION_FAILED = 20050
ADDRESS = "10.64.0.5"
LINK_LOCAL, PREFIX = "fe80::5", "2001:db8:0:5::"
GROW = 64           # a table's first size; it grows at once when one more than these are in it
TEXT = re.compile(r"(\S+) could not be projected onto interface -?\d+: (.+) \(error (\d+)\); (.+)")
OWN, OTHER = "no memory for the projection", "no memory for the client's filters"
nl, wanarp = Ndiswan(), Netlink("wanarp")
heard = Ndiswan()
heard.join("events")
heard.sock.setblocking(False)
nl.sock.settimeout(2)
said = set()


def table():
    """Who has which address."""
    found = {}
    for one in wanarp.dump(PROJECTION_GET):
        link = struct.unpack("=I", one[A_PROJECTION_LINK])[0]
        if A_PROJECTION_IPV4 in one:
            found[socket.inet_ntoa(one[A_PROJECTION_IPV4])] = link
        for kind in (A_PROJECTION_IPV6, A_PROJECTION_PREFIX):
            if kind in one:
                found[socket.inet_ntop(socket.AF_INET6, one[kind])] = link
    return found


def line_up(link, v6):
    """On the address, or on both of IPv6."""
    if v6:
        nl.line_up_ipv6(link.id, "ras0", LINK_LOCAL, PREFIX + "/64")
    else:
        nl.line_up(link.id, "ras0", ADDRESS)


def failures(link):
    """The texts of events 20050 about a link since the last time."""
    found = []
    while True:
        try:
            event = dict(parse(heard.sock.recv(1 << 16)[20:]))
        except BlockingIOError:
            return found
        if struct.unpack("=I", event[A_EVENT_NUMBER])[0] == PROJECTION_FAILED and \
                struct.unpack("=I", event[A_EVENT_LINK])[0] == link:
            found.append(event[A_EVENT_TEXT].rstrip(b"\0").decode())


def good_text(text, number, cause=None):
    """Does an event say what it should?"""
    match = TEXT.fullmatch(text)
    return match and int(match[3]) == number and match[2] != "no cause given" and \
        cause in (None, match[2])


class Attached:
    """A link, and what was in the table before."""

    def __init__(self, v6=False):
        self.v6 = v6
        self.link = Link()
        self.link.attach_loop()
        failures(0)
        self.before = table()
        self.error = None

    def line_up(self):
        """The line is up, or why not."""
        self.error = None
        try:
            line_up(self.link, self.v6)
        except OSError as err:
            self.error = err
            raise

    def undo(self):
        """Look at what is left of it, and end it."""
        nl.sock.setblocking(False)
        try:
            while nl.sock.recv(1 << 16):
                pass
        except OSError:
            pass
        nl.sock.settimeout(2)
        now, events = table(), failures(self.link.id)
        # An acknowledgement that cannot be sent does not undo what was done.
        up = self.link.info() == "up"
        text = getattr(self.error, "text", "")
        after = self.before
        if up:
            mine = (LINK_LOCAL, PREFIX) if self.v6 else (ADDRESS,)
            losers = {self.before.get(address) for address in mine}
            after = {address: link for address, link in after.items() if link not in losers}
            after.update((address, self.link.id) for address in mine)
        good = now == after and (up or self.error) and len(events) == (not up and bool(events))
        for event in events:
            said.add(TEXT.sub(r"\2", event))
            good = good and good_text(event, self.error.errno)
        if text in said:
            good = good and events
        if not good:
            check(f"after {self.error!r} {text}: {now} {after} {events}", False)
        if self.error and not up:
            line_up(self.link, self.v6)
        self.link.close()


def sweep(text, told, prepare=Attached):
    """Every allocation of a line-up fails once, those of which it is told among them. Debugging
    allocates too, so that a sweep may pass by the one that matters.
    """
    said.clear()
    for _ in range(5):
        failed, passed, end = fail_each(prepare, lambda one: one.line_up(),
                                        lambda one, _result: one.undo())
        check(f"{text}: {failed} failures, {passed} that did not matter, then: {end}",
              end == "it works" and failed and passed)
        if told <= said:
            break
    check(f"{text}: who failed is told: {said}", told <= said)


# The projection of IPv4 needs no memory: it has a place in its link.
sweep("nobody has the address", set())

# Whoever else wants to know of clients may have no memory either.
filters = Filters()
filters.load("own", DROP, DROP, [filter_bytes(src="client")])
filters.bind("ras0", "own", client=ADDRESS)
sweep("somebody is told of the address", {OTHER})

holder = Link()
holder.attach_loop()


def retake():
    """The address is the holder's, and another link is there."""
    if holder.info() == "up":
        nl.line_down(holder.id)
    nl.line_up(holder.id, "ras0", ADDRESS)
    return Attached()


sweep("another link has the address", {OTHER}, retake)
filters.unbind("ras0", client=ADDRESS)
if holder.info() == "up":
    nl.line_down(holder.id)

# Of IPv6, where the two addresses are two other clients'.
holders = [holder, Link()]
holders[1].attach_loop()
HELD = (("fe80::5", "2001:db8:0:6::"), ("fe80::6", PREFIX))


def retake_ipv6():
    """One address is the one's, one the other's, and each has one besides."""
    for one, (local, prefix) in zip(holders, HELD):
        if one.info() == "up":
            nl.line_down(one.id, PPP_IPV6)
    for one, (local, prefix) in zip(holders, HELD):
        nl.line_up_ipv6(one.id, "ras0", local, prefix + "/64")
    return Attached(True)


sweep("two other links have the addresses", {OWN}, retake_ipv6)
for one in holders:
    if one.info() == "up":
        nl.line_down(one.id, PPP_IPV6)
sweep("nobody has the addresses", {OWN}, lambda: Attached(True))
holders[1].close()


def grow(links):
    """So many line-ups in one system call that the table has to grow in one of them: whoever
    would have made it grow before does not come to run.
    """
    data = b""
    for i, link in enumerate(links):
        body = struct.pack("=BBH", LINE_UP, 1, 0) + u32(A_LINE_LINK, link.id) + \
            u16(A_LINE_PROTOCOL, PPP_IP) + u32(A_LINE_MRU, 1492) + \
            u32(A_LINE_IFINDEX, socket.if_nametoindex("ras0")) + \
            ipv4(A_LINE_IPV4, f"10.64.1.{i + 1}")
        data += struct.pack("=IHHII", 16 + len(body), nl.family, NLM_F_REQUEST, i, 0) + body
    return nl.sock.send(data)


def write(name, text):
    """Write to a file of the kernel's."""
    with open(name, "w", encoding="ascii") as file:
        file.write(text)


def without_tables(function, *args):
    """Call it, while this task can have no memory for the next size of table, and while nobody
    else runs.
    """
    # Missing in the /sys of a network namespace.
    subprocess.run(["mount", "-t", "debugfs", "debugfs", "/sys/kernel/debug"], check=True)
    for name, text in (("cache-filter", "Y"), ("task-filter", "Y"), ("probability", "100"),
                       ("times", "-1")):
        write(f"/sys/kernel/debug/failslab/{name}", text)
    write("/sys/kernel/slab/kmalloc-2k/failslab", "1")
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
    write("/proc/self/make-it-fail", "1")
    function(*args)
    write("/proc/self/make-it-fail", "0")
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    write("/sys/kernel/slab/kmalloc-2k/failslab", "0")


loops = [Link() for _ in range(GROW + 2)]
for one in loops:
    one.attach_loop()
failures(0)
without_tables(grow, loops)
refused = [one for one in loops if one.info() != "up"]
check(f"all are up but the last one: {len(refused)} is not", refused == loops[-1:] and
      sorted(table().values()) == [one.id for one in loops[:-1]])
events = failures(loops[-1].id)
check(f"that the table cannot grow is told: {events}", len(events) == 1 and
      good_text(events[0], errno.ENOMEM, "the table of client addresses cannot grow"))
nl.line_up(loops[-1].id, "ras0", ADDRESS)
check("with memory it grows", table()[ADDRESS] == loops[-1].id)
for one in loops:
    one.close()

# What is wrong with the request itself.
for address, dev, number in (
        (ADDRESS, "lo", errno.EINVAL), (ADDRESS, None, errno.ENODEV),
        ("192.0.2.1", "ras0", errno.EADDRINUSE), ("192.0.2.255", "ras0", errno.EADDRNOTAVAIL),
        ("0.1.2.3", "ras0", errno.EADDRNOTAVAIL), ("127.0.0.5", "ras0", errno.EADDRNOTAVAIL),
        ("224.0.0.5", "ras0", errno.EADDRNOTAVAIL),
        ("255.255.255.255", "ras0", errno.EADDRNOTAVAIL)):
    link = Link()
    link.attach_loop()
    index = socket.if_nametoindex(dev) if dev else 9999
    failures(0)
    try:
        nl.request(LINE_UP, u32(A_LINE_LINK, link.id) + u16(A_LINE_PROTOCOL, PPP_IP) +
                   u32(A_LINE_IFINDEX, index) + ipv4(A_LINE_IPV4, address) + u32(A_LINE_MRU, 1492))
        error = None
    except OSError as err:
        error = err
    texts = failures(link.id)
    check(f"refused and told: {texts}", error and error.errno == number and len(texts) == 1 and
          good_text(texts[0], number, error.text) and link.info() == "attached" and not table())
    nl.line_up(link.id, "ras0", ADDRESS)
    link.close()
holder.close()
check("nothing is left in the table", not table())
finish()
