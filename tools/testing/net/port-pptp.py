#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The pptp port and a raw peer. Run by port-pptp.sh, in namespace s; the peer is in h."""
import errno
import os
import random
import select
import socket
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from kernel import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import
from wire import socket_in  # noqa: E402

HERE, THERE = "198.51.100.1", "198.51.100.2"
GRE = 47
LCP = b"\xc0\x21"
FULL = b"\xff\x03" + LCP
CALLS = (10, 110)
nl = Ndiswan()


def gre(call, frame=b"", seq=None, ack=None):
    """A message."""
    numbers = b"".join(struct.pack(">I", n & 0xffffffff) for n in (seq, ack) if n is not None)
    flags = 0x2001 | (0 if seq is None else 0x1000) | (0 if ack is None else 0x80)
    return struct.pack(">HHHH", flags, 0x880b, len(frame), call) + numbers + frame


class Peer:
    """The other end."""

    def __init__(self):
        self.sock = socket_in("h", socket.AF_INET, socket.SOCK_RAW, GRE)
        self.sock.bind((THERE, 0))

    def send(self, *args, **kwargs):
        """A message to us."""
        self.raw(gre(*args, **kwargs))

    def raw(self, message):
        """Any bytes to us."""
        self.sock.sendto(message, (HERE, 0))

    def heard(self, seconds=5):
        """The next message as call, frame, seq and ack, None if there is none."""
        if not select.select([self.sock], [], [], seconds)[0]:
            return None
        message = self.sock.recv(65536)[20:]
        flags, kind, length, call = struct.unpack_from(">HHHH", message)
        at, seq, ack = 8, None, None
        if flags & 0x1000:
            seq, at = struct.unpack_from(">I", message, at)[0], at + 4
        if flags & 0x80:
            ack, at = struct.unpack_from(">I", message, at)[0], at + 4
        good = flags & ~0x1080 == 0x2001 and kind == 0x880b and length == len(message) - at
        return (call, message[at:], seq, ack) if good else None

    def drain(self):
        """All that has come, and comes within a moment."""
        found = []
        while True:
            message = self.heard(0.3)
            if not message:
                return found
            found.append(message)


def session(calls=CALLS, **kwargs):
    """A link."""
    link = Link()
    link.attach_pptp(HERE, THERE, calls, **kwargs)
    return link


def got(link, seconds=5):
    """The next control frame, None if there is none."""
    poller = select.poll()
    poller.register(link.fd, select.POLLIN)
    return link.read() if poller.poll(seconds * 1000) else None


def refusals():
    """What cannot be attached."""
    link = Link()
    subprocess.run(["modprobe", "pptp"], check=True)
    check_refused("the kernel's pptp is there", errno.EBUSY, link.attach_pptp, HERE, THERE, CALLS)
    subprocess.run(["rmmod", "pptp"], check=True)
    for local, peer in (("0.0.0.0", THERE), (HERE, "0.0.0.0"), (HERE, "224.0.0.1"),
                        ("255.255.255.255", THERE)):
        check_refused(f"{local} to {peer}", errno.EADDRNOTAVAIL, link.attach_pptp, local, peer,
                      CALLS)
    check_refused("bytes behind everything", errno.EINVAL, link.attach, PORT_PPTP,
                  socket.inet_aton(HERE) + socket.inet_aton(THERE) + bytes(12) + b"\1")
    link.attach_pptp(HERE, THERE, CALLS)
    second = Link()
    check_refused("the same call", errno.EEXIST, second.attach_pptp, HERE, THERE, CALLS)
    second.attach_pptp(HERE, THERE, (11, 111))
    second.close()
    link.close()


def frames(peer):
    """Both directions, two links, acknowledgements."""
    link, other = session(), session((11, 111))
    link.write(0xc021, b"request")
    check("a frame goes", peer.heard() == (110, FULL + b"request", 0, None))
    other.write(0xc021, b"other")
    check("another link's too", peer.heard() == (111, FULL + b"other", 0, None))
    peer.send(10, FULL + b"x", seq=0)
    check("one comes", got(link) == LCP + b"x")
    check("and is acknowledged a moment later", peer.heard() == (110, b"", None, 0))
    peer.send(11, LCP + b"y", seq=7, ack=0)
    check("the other's comes to the other", got(other) == LCP + b"y")
    other.write(0xc021)
    answers = [peer.heard()]
    if answers[0] and not answers[0][1]:
        answers.append(peer.heard())
    check("its acknowledgement goes with a frame or before it", answers in (
        [(111, FULL, 1, 7)], [(111, b"", None, 7), (111, FULL, 1, None)]))
    for seq, late in ((1, False), (1, True), (5, False), (3, True), (6, False),
                      (0x7fffffff, False), (0xfffffffe, False), (0xffffffff, False), (0, False),
                      (0xffffffff, True), (0x80000001, True)):
        before = nl.drops(link.id).get("sequence-late", 0)
        peer.send(10, LCP + b"%d" % seq, seq=seq)
        if late:
            check(f"{seq} is late", wait_for(
                lambda: nl.drops(link.id).get("sequence-late") == before + 1))
        else:
            check(f"{seq} comes", got(link) == LCP + b"%d" % seq)
    peer.drain()
    shown = subprocess.run([os.environ["RRAS"], "link", "show", str(link.id)], check=True,
                           text=True, stdout=subprocess.PIPE).stdout.split()
    check("rras shows it", "pptp" in shown and THERE in shown and "110" in shown)
    other.close()
    link.close()


def acknowledge(peer):
    """At once when half of the window is used up."""
    link = session(receive_window=8)
    for seq in range(4):
        peer.send(10, LCP, seq=seq)
    acks = [message[3] for message in peer.drain()]
    check(f"half a window is acknowledged: {acks}", 3 in acks)
    link.close()


def window(peer):
    """The peer's window: what is too much waits and is not lost."""
    link = session(window=4)
    for number in range(12):
        link.write(0xc021, bytes((number,)))
    first = [peer.heard(), peer.heard()]
    check("half of the window goes at once",
          first == [(110, FULL + b"\0", 0, None), (110, FULL + b"\1", 1, None)])
    seen, acked = 2, 0
    while seen < 12:
        peer.send(10, ack=seen - 1)
        message = peer.heard()
        if not message or message[2] != seen or message[1] != FULL + bytes((seen,)):
            break
        seen += 1
        acked += 1
        while True:
            message = peer.heard(0)
            if not message:
                break
            seen += message[2] == seen
    check(f"the rest in order, as it is acknowledged: {seen}", seen == 12)
    check("none was lost", not nl.drops(link.id))

    # From here on nothing is acknowledged.
    for number in range(100):
        link.write(0xc021, bytes((number,)))
    found = []
    while len(found) < 100:
        message = peer.heard()
        if not message:
            break
        found.append(message[2])
    check("a lost acknowledgement blocks nothing for ever", found == list(range(12, 112)))
    check("still none was lost", not nl.drops(link.id))
    link.close()

    link = session(window=1)
    refused = 0
    for _ in range(200):
        try:
            link.write(0xc021)
        except OSError as err:
            refused += err.errno == errno.ENOBUFS
    check(f"the queue has an end: {refused}", 60 < refused < 72 and
          nl.drops(link.id).get("window-full") == refused)
    waiting = nl.links()[link.id]
    link.close()
    check("closing ends what waits", waiting and link.fd)
    peer.drain()


def window_max(peer):
    """A smaller window than the peer offered, and the default again."""
    link = session(window=16)

    def shown():
        found = nl.links()[link.id]
        return [struct.unpack("=I", found[kind])[0] for kind in (A_LINK_WINDOW, A_LINK_WINDOW_MAX)]

    def choose(number):
        nl.request(LINK_SET, u32(A_LINK_ID, link.id) + u32(A_LINK_WINDOW_MAX, number))
    check(f"it begins with half of what was offered: {shown()}", shown() == [8, 16])
    choose(3)
    check(f"less: {shown()}", shown() == [3, 3])
    for number in range(6):
        link.write(0xc021, bytes((number,)))
    found = [peer.heard() for _ in range(3)]
    check("so many go", [message and message[2] for message in found] == [0, 1, 2])
    waiting = struct.unpack("=I", nl.links()[link.id][A_LINK_QUEUED])[0]
    found = []
    while len(found) < 3:
        peer.send(10, ack=2 + len(found))
        found.append((peer.heard() or (0, 0, None))[2])
    check(f"{waiting} waited, and follow: {found}", waiting and found == [3, 4, 5])
    check("none was lost", not nl.drops(link.id))
    check_refused("more than was offered", errno.ERANGE, choose, 17)
    check_refused("more than there is", errno.ERANGE, choose, 65536)
    check(f"nothing has changed: {shown()}", shown() == [3, 3])
    choose(0)
    check(f"the default: {shown()}", shown() == [3, 16])
    link.close()


def garbage(peer):
    """Random messages, many of them nearly right."""
    generator = random.Random(int(os.environ.get("SEED", "20260731")))
    link = session()
    for _ in range(3000):
        message = bytearray(gre(10, generator.randbytes(generator.randrange(30)),
                                seq=generator.choice((None, generator.getrandbits(32))),
                                ack=generator.choice((None, generator.getrandbits(32)))))
        for _ in range(generator.randrange(3)):
            message[generator.randrange(len(message))] = generator.getrandbits(8)
        if generator.random() < 0.3:
            message = message[:generator.randrange(len(message) + 1)]
        peer.raw(bytes(message))
        while got(link, 0):
            pass
    peer.drain()
    check("all that garbage did nothing", link.info() == "attached")
    link.close()
    link = session()
    peer.send(10, LCP + b"still", seq=0)
    check("and the next link works", got(link) == LCP + b"still")
    link.close()
    peer.drain()


def endings(peer):
    """No way to the peer, a namespace that ends."""
    link = session()
    subprocess.run(["ip", "route", "add", "unreachable", THERE], check=True)
    check_refused("no way to the peer", errno.EHOSTUNREACH, link.write, 0xc021, sentence=False)
    check("is counted", nl.drops(link.id).get("no-route") == 1)
    subprocess.run(["ip", "route", "del", "unreachable", THERE], check=True)
    link.write(0xc021)
    check("a way is found again", (peer.heard() or (0, 0))[:2] == (110, FULL))
    link.close()
    child = os.fork()
    if not child:
        if ctypes.CDLL(None).unshare(0x40000000):
            os._exit(1)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        one, two = Link(), Link()
        one.attach_pptp("127.0.0.1", "127.0.0.2", (1, 2))
        two.attach_pptp("127.0.0.2", "127.0.0.1", (2, 1))
        one.write(0xc021, b"hello")
        os._exit(got(two) != LCP + b"hello")
    check("a namespace ends with links that talk", os.waitpid(child, 0)[1] == 0)
    for _ in range(50):
        session().close()
    check("again and again", not nl.links())


there = Peer()
refusals()
for test in (frames, acknowledge, window, window_max, garbage, endings):
    print(f"# {test.__name__}", flush=True)
    test(there)
finish()
