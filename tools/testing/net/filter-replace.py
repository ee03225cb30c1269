#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Sets that are replaced while packets come and go. Run by filter-replace.sh.

All versions of the set forward the ports of GOOD and drop those of BAD, but some do it by
the default action and some by their filters. The default of one with the filters of
another would do the opposite for every packet.

Prepared: eth0 with 192.0.2.1, whose peer is eth0 of the namespace h with 192.0.2.2, and
nothing else that sends.
"""
import os
import select
import socket
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from kernel import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import
from filters import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import
from wire import socket_in  # noqa: E402

OURS, PEER = "192.0.2.1", "192.0.2.2"
UDP = 17
DATAGRAM = (socket.AF_INET, socket.SOCK_DGRAM)
GOOD, BAD = (1500, 2500), (3500, 4500)
BUFFER = 16 << 20
BURST = 16
ROUNDS = int(os.environ.get("ROUNDS", "300"))
nl = Filters()


def ports(*ranges):
    """Filters of UDP ports, for both directions."""
    return [filter_bytes(BOTH, protocol=UDP, dport=one) for one in ranges]


def others(count):
    """Filters of what nobody sends, so that the versions differ in size and in shape."""
    return [filter_bytes(BOTH, src=f"10.{i >> 8}.{i & 255}.0/24", protocol=UDP, tag=i)
            for i in range(count)]


VERSIONS = (
    (DROP, ports((1000, 1999), (2000, 2999))),
    (FORWARD, ports((3000, 3999), (4000, 4999))),
    (DROP, others(40) + ports((2500, 2500), (1500, 1500))),
    (FORWARD, ports((3000, 4999)) + others(200)),
)


def load(name, version):
    """Put a version in force."""
    default, filters = version
    nl.load(name, default, default, filters)


class Stream:
    """Numbered datagrams of one direction to all ports."""

    def __init__(self, sender, namespace, target):
        self.sender, self.target, self.count = sender, target, 0
        self.receivers = {}
        for port in GOOD + BAD:
            made = socket_in(namespace, *DATAGRAM)
            made.setsockopt(socket.SOL_SOCKET, 33, BUFFER)  # SO_RCVBUFFORCE
            made.bind((target, port))
            made.setblocking(False)
            self.receivers[port] = made
        self.found = {port: [] for port in GOOD + BAD}

    def burst(self):
        """A few to each port. A drop on the way out may be an error, which is no news."""
        for _ in range(BURST):
            for port in GOOD + BAD:
                try:
                    self.sender.sendto(struct.pack("=I", self.count), (self.target, port))
                except OSError:
                    pass
            self.count += 1

    def read(self):
        """Take what has come."""
        for port, receiver in self.receivers.items():
            try:
                while True:
                    self.found[port].append(struct.unpack("=I", receiver.recv(16))[0])
            except BlockingIOError:
                pass

    def complete(self):
        """Has everything come that is to come?"""
        self.read()
        return all(len(self.found[port]) >= self.count for port in GOOD)

    def judge(self, text):
        """State what came."""
        wait_for(self.complete)
        for port in GOOD:
            lost = self.count - len(self.found[port])
            check(f"{text}: port {port}, {self.count} sent, {lost} lost",
                  sorted(self.found[port]) == list(range(self.count)))
        for port in BAD:
            check(f"{text}: port {port}, {self.count} sent, {len(self.found[port])} came",
                  not self.found[port])


def load_generator(end):
    """Send in both directions until the other side of the pipe is closed, and judge."""
    out = socket.socket(*DATAGRAM)
    streams = {"in": Stream(socket_in("h", *DATAGRAM), "s", OURS), "out": Stream(out, "h", PEER)}
    poller = select.poll()
    poller.register(end, select.POLLIN)
    while not poller.poll(0):
        for stream in streams.values():
            stream.burst()
            stream.read()
    return streams


def counted(kind, stream):
    """(forwarded, dropped) are exactly those of the stream."""
    wanted = (len(GOOD) * stream.count, len(BAD) * stream.count)
    wait_for(lambda: sum(stats(nl.binding("eth0")[kind])) >= sum(wanted))
    found = stats(nl.binding("eth0")[kind])
    check(f"the binding has counted {found} of {wanted}", found == wanted)


def under_load(text, step):
    """Call step(0), step(1), ... while a child sends, who judges in the end."""
    step(0)
    nl.binding("eth0", reset=1)
    end, stop = os.pipe()
    child = os.fork()
    if not child:
        os.close(stop)
        streams = load_generator(end)
        for name, stream in streams.items():
            stream.judge(f"{text}, {name}")
        for kind, name in ((B_INGRESS, "in"), (B_EGRESS, "out")):
            counted(kind, streams[name])
        finish()
    os.close(end)
    check("packets come", wait_for(lambda: sum(stats(nl.binding("eth0")[B_EGRESS])) > 0))
    idle = 0
    for i in range(ROUNDS):
        step(i)
        before = stats(nl.binding("eth0")[B_INGRESS])
        # Each version has to judge something: no round is without load.
        idle += not wait_for(lambda seen=before: stats(nl.binding("eth0")[B_INGRESS]) != seen)
    os.close(stop)
    status = os.waitpid(child, 0)[1]
    check(f"{text}: {ROUNDS} times, {idle} of them without load", not idle)
    check(f"{text}: every packet got what it deserves", not status)


def mixed():
    """The streams tell: the default of one version with the filters of another."""
    for default, filters in ((DROP, VERSIONS[1][1]), (FORWARD, VERSIONS[0][1])):
        load("mixed", (default, filters))
        found = [nl.test(ipv4(PEER, OURS, dport=port), name="mixed")[0] for port in GOOD + BAD]
        check(f"half of one and half of the other is noticed: {found}",
              found == ["drop", "drop", "forward", "forward"])
    nl.remove("mixed")


mixed()
load("one", VERSIONS[0])
nl.bind("eth0", "one")
under_load("a set is replaced", lambda i: load("one", VERSIONS[i % len(VERSIONS)]))
for number_, one in enumerate(VERSIONS):
    load(f"version{number_}", one)
under_load("another set is bound",
           lambda i: nl.bind("eth0", f"version{i % len(VERSIONS)}"))
finish()
