#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Clients, a stream of numbered packets, and a judge. Run by q233048.sh.

	q233048.py client NUMBER SEED ROUNDS USER...	connects ROUNDS times by pppd
	q233048.py stream				sends to all addresses until SIGTERM
	q233048.py judge ROUNDS				compares what the others left in $RRAS_LOG

The stream is one process on one CPU, so the packets to an address meet the WAN interface in
the order of their numbers. A client looks at every session frame that comes to its Ethernet
address, also for sessions whose pppd is gone: what comes in a session has to be for the one
address which that session was given, with rising numbers. And of two sessions that had the
same address one has the lower numbers, all of them: from the moment on when the newer one gets
its packets the older one gets none.
"""
import fcntl
import glob
import json
import os
import random
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from pppoe_client import DISCOVERY, PADT, SESSION, ethernet, pppoe  # noqa: E402

HOST, PORT = "192.0.2.2", 7048
MARK = b"Q233048 "
ADDRESSES = [f"10.64.0.{i}" for i in range(2, 10)] + ["10.64.9.9", "10.64.9.10"]
PAUSE = 0.04
ENOUGH = 3          # packets that say that an address is live
LOG = os.environ["RRAS_LOG"]
ENDS = ("clean", "twice", "early", "late", "never", "aborted")


def leave(name, what):
    """Leave something for the judge."""
    with open(f"{LOG}/{name}.json", "w", encoding="ascii") as file:
        json.dump(what, file)


class Session:
    """A PPPoE session, with what came in it."""

    def __init__(self, number):
        self.number, self.address = number, None
        self.first = self.last = self.count = 0

    def take(self, address, number):
        """A packet of the stream; returns what is wrong with it."""
        self.address = self.address or address
        if address != self.address:
            return f"session {self.number} of {self.address} got a packet for {address}"
        if number <= self.last:
            return f"session {self.number} got packet {number} after {self.last}"
        self.first = self.first or number
        self.last = number
        self.count += 1
        return None


class Client:
    """A place from which pppd connects again and again."""

    def __init__(self, number, seed, users):
        self.random = random.Random(f"{seed} {number}")
        self.number, self.users, self.pool = number, users, len(users) > 1
        self.sessions, self.wrong, self.done, self.dials = {}, [], [], 0
        self.pppd, self.session, self.server, self.text = None, None, b"", ""
        self.late, self.never, self.repeat = None, False, None
        with open("/sys/class/net/eth0/address", encoding="ascii") as file:
            self.mac = bytes.fromhex(file.read().strip().replace(":", ""))
        self.wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(SESSION))
        self.wire.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE
        self.wire.bind(("eth0", SESSION))

    def frame(self):
        """A session frame has arrived: is it of the stream, and is it ours?"""
        frame, origin = self.wire.recvfrom(4096)
        number, _, protocol = struct.unpack_from("!HHH", frame, 16)
        # A switch that does not know an address yet floods.
        if origin[2] != 0 or protocol != 0x0021 or frame[50:58] != MARK:
            return
        if number not in self.sessions:
            self.wrong.append(f"a packet in session {number}, which was never ours")
            return
        address, count = struct.unpack_from("!4sI", frame, 58)
        text = self.sessions[number].take(socket.inet_ntoa(address), count)
        if text:
            self.wrong.append(text)

    def run(self, until, seconds, what):
        """Handle what arrives until that is true."""
        deadline = time.monotonic() + seconds
        while not until():
            if self.pppd.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"client {self.number}: no {what}, pppd: "
                                 f"{self.pppd.poll()}\n{self.text}")
            files = [self.wire, self.pppd.stdout]
            ready = select.select(files, [], [], 0.2)[0]
            if self.pppd.stdout in ready:
                self.text += (self.pppd.stdout.read() or b"").decode(errors="replace")
            for _ in range(64 if self.wire in ready else 0):
                if not select.select([self.wire], [], [], 0)[0]:
                    break
                self.frame()

    def said(self, pattern):
        """What pppd has said, or None."""
        found = re.search(pattern, self.text, re.MULTILINE)
        return found.group(1) if found else None

    def dial(self):
        """Have pppd make a session, for the next user, who has no address here to come back to."""
        user = self.users[self.dials % len(self.users)]
        self.dials += 1
        self.text = ""
        self.pppd = subprocess.Popen(
            ["pppd", "plugin", "rp-pppoe.so", "nic-eth0", "user", user, "password",
             f"secret-{user}", "nodetach", "noauth", "noipdefault", "defaultroute", "noaccomp",
             "mtu", "1492", "mru", "1492"], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)
        fd = self.pppd.stdout.fileno()
        fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_NONBLOCK)
        self.run(lambda: self.said(r"^Connected to ([0-9A-Fa-f:]+) "), 40, "session")
        number = int(self.said(r"^PPP session is (\d+)"))
        self.server = bytes.fromhex(self.said(r"^Connected to ([0-9A-Fa-f:]+) ").replace(":", ""))
        self.session = self.sessions[number] = Session(number)

    def connect(self):
        """Wait for the address, and for what the stream sends to it."""
        self.run(lambda: self.said(r"^local  IP address (\S+)$"), 40, "address")
        address = self.said(r"^local  IP address (\S+)$")
        if self.session.address not in (None, address):
            self.wrong.append(f"{address} got a packet for {self.session.address}")
        self.session.address = address
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((address, 0))
            sender.sendto(json.dumps([self.number, self.session.number]).encode(), (HOST, PORT))
        self.run(lambda: self.session.count >= ENOUGH, 20, f"packet to {address}")

    def padt(self, session):
        """Say that a session is over, whatever pppd thinks."""
        self.wire.send(ethernet(self.server, self.mac, DISCOVERY,
                                pppoe(PADT, session.number, b"")))

    def end(self, number):
        """End pppd by that signal."""
        self.pppd.send_signal(number)
        self.pppd.wait()
        self.pppd.stdout.close()

    def ways(self):
        """How the next session may end. Who has an address of his own may be dead as often as
        he likes; the others have two addresses at most, or the pool would be too small.
        """
        if self.pool and (self.late or self.never):
            return ("clean", "twice", "early", "aborted")
        return ENDS

    def round(self):
        """One session, from the beginning to whatever end it has."""
        way = self.random.choice(self.ways())
        self.dial()
        if way == "aborted":
            # Its PADT comes while LCP is still at work.
            self.padt(self.session)
            self.end(signal.SIGKILL)
            self.done.append(way)
            self.dial()
            way = "clean"
        self.connect()
        if self.late:
            # The session before this one ends now that this one is up.
            self.padt(self.late)
            self.late = None
        if self.repeat:
            self.padt(self.repeat)
            self.repeat = None
        getattr(self, f"end_{way}")()
        self.done.append(way)

    def end_clean(self):
        """As it should be."""
        self.end(signal.SIGTERM)

    def end_twice(self):
        """Once more at once, and again when the address may be somebody else's."""
        self.end(signal.SIGTERM)
        self.padt(self.session)
        self.repeat = self.session

    def end_early(self):
        """The server is told before pppd ends, which never is."""
        self.padt(self.session)
        self.end(signal.SIGKILL)

    def end_late(self):
        """When the next session is up."""
        self.end(signal.SIGKILL)
        self.late = self.session

    def end_never(self):
        """Not at all."""
        self.end(signal.SIGKILL)
        self.never = True

    def work(self, rounds):
        """All rounds."""
        while sum(way != "aborted" for way in self.done) < rounds:
            self.round()
        print(f"ends: {' '.join(self.done)}")
        print("wrong:", *self.wrong[:10] or ["nothing"], sep="\n")
        leave(f"client-{self.number}", {
            "done": self.done, "wrong": self.wrong,
            "sessions": [[one.address, one.first, one.last, one.count, self.number, one.number]
                         for one in self.sessions.values()]})


def stream():
    """Numbered packets to all addresses; and who says something from which address."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(1))
    heard, count = [], 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind((HOST, PORT))
        while not ended:
            for address in ADDRESSES:
                count += 1
                wire.sendto(MARK + struct.pack("!4sI", socket.inet_aton(address), count),
                            (address, 9))
            while select.select([wire], [], [], PAUSE)[0]:
                data, source = wire.recvfrom(2048)
                heard.append([source[0], *json.loads(data)])
    leave("stream", {"sent": count, "heard": heard})


def judge(rounds):
    """Compares; what it finds wrong is the exit status."""
    with open(f"{LOG}/stream.json", encoding="ascii") as file:
        heard = {(client, session): address for address, client, session in
                 json.load(file)["heard"]}
    wrong, sessions, ends = [], [], {}
    for name in sorted(glob.glob(f"{LOG}/client-*.json")):
        with open(name, encoding="ascii") as file:
            client = json.load(file)
        wrong += client["wrong"]
        sessions += [one for one in client["sessions"] if one[0]]
        for end in client["done"]:
            ends[end] = ends.get(end, 0) + 1
    holders = {}
    for address, first, last, count, client, number in sorted(sessions, key=lambda one: one[1]):
        before = holders.setdefault(address, [])
        if before and first <= before[-1][1]:
            wrong.append(f"{address}: client {client} has {first} to {last}, "
                         f"client {before[-1][2]} {before[-1][0]} to {before[-1][1]}")
        if count < ENOUGH or heard.get((client, number)) != address:
            wrong.append(f"{address}: client {client} got {count}, and was heard as "
                         f"{heard.get((client, number))}")
        before.append((first, last, client))
    print(f"{len(sessions)} connects on {len(holders)} addresses, ends: {ends}")
    changes = sum(a[2] != b[2] for held in holders.values() for a, b in zip(held, held[1:]))
    print(f"{sum(one[3] for one in sessions)} packets; an address went to another client "
          f"{changes} times")
    print("wrong:", *wrong or ["nothing"], sep="\n")
    pool = [address for address in holders if address.startswith("10.64.0.")]
    return not wrong and len(sessions) == 6 * rounds and len(pool) == 8 and changes > 2


def main():
    """Does what the words say."""
    if sys.argv[1] == "stream":
        stream()
    elif sys.argv[1] == "judge":
        raise SystemExit(not judge(int(sys.argv[2])))
    else:
        Client(int(sys.argv[2]), sys.argv[3], sys.argv[5:]).work(int(sys.argv[4]))


main()
