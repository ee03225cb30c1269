#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Floods and garbage for a PPPoE server, see pppoe_client.py.

	pppoe_misuse.py DEV flood KIND [--sources N]	until told to end; says what it sent
	pppoe_misuse.py DEV garbage WHERE --seed N	random frames, always the same for a seed

KIND is padi, padr (with cookies that are made up), session (sessions that are begun and
left alone), lcp (Configure-Requests without end). WHERE is discovery, harmless (broken
frames at every stage of a session that has to come up all the same), wild (anything at
any stage, which may well end the session).
"""

import argparse
import collections
import json
import random
import signal
import sys
import time

from pppoe_client import (ACK, BROADCAST, CHAP, COOKIE, DISCOVERY, HOST_UNIQ, IP, IPCP, LCP,
                          PADI, PADO, PADR, PADS, PADT, PAP, PROTOCOL_REJECT, RELAY, REQUEST,
                          SERVICE, SESSION, Client, Wire, control, ethernet, ip_packet, mac,
                          option, pppoe, tag)

BATCH = 64
UNKNOWN = (0x0057, 0x002B, 0x8057, 0x80FD, 0x80FB, 0xC025, 0xC081, 0x0063)


class Flood:
    """Sends as fast as it can until it is told to end."""

    def __init__(self, wire, sources):
        self.wire, self.sources, self.count, self.made = wire, sources, 0, 0
        self.ended = False
        self.clients = collections.deque()
        signal.signal(signal.SIGTERM, self.stop)

    def stop(self, *_unused):
        """It is enough."""
        self.ended = True

    def source(self):
        """The next address to send from."""
        self.count += 1
        return mac(0x100000 + self.count % self.sources)

    def discovery(self, target, code, *more):
        """A frame of discovery."""
        payload = tag(SERVICE) + tag(HOST_UNIQ, self.count.to_bytes(4, "big")) + b"".join(more)
        self.wire.send(ethernet(target, self.source(), DISCOVERY, pppoe(code, 0, payload)))

    def server(self):
        """The address of the server."""
        client = self.hog()
        if not self.wire.run(lambda: client.number, 20):
            raise SystemExit("there is no server")
        return client.server

    def hog(self):
        """A client that begins a session and leaves it alone."""
        client = Client(self.wire, self.source(), silent=True, resend=False)
        self.clients.append(client)
        client.start()
        return client

    def forget(self, most):
        """Forgets the oldest clients, not their sessions."""
        while len(self.clients) > most:
            client = self.clients.popleft()
            self.made += bool(client.number)
            self.wire.asking.pop((client.mac, client.uniq), None)
            self.wire.sessions.pop((client.mac, client.number), None)
        self.wire.clients = []

    def padi(self):
        """A flood of PADI."""
        while not self.ended:
            for _ in range(BATCH):
                self.discovery(BROADCAST, PADI)

    def padr(self):
        """A flood of PADR with cookies that are made up."""
        server = self.server()
        while not self.ended:
            for _ in range(BATCH):
                self.discovery(server, PADR, tag(COOKIE, random.randbytes(16)))

    def session(self):
        """A flood of sessions that are begun with the right cookies."""
        while not self.ended:
            for _ in range(BATCH):
                self.hog()
            self.wire.receive()
            self.wire.receive()
            self.forget(4096)

    def lcp(self):
        """A flood of Configure-Requests, on a few sessions."""
        while not self.ended:
            self.forget(0)
            hogs = [self.hog() for _ in range(8)]
            self.wire.run(lambda: all(hog.number for hog in hogs), 2)
            deadline = time.monotonic() + 10
            while not self.ended and time.monotonic() < deadline:
                for number in range(BATCH):
                    hogs[number % 8].send(LCP, control(REQUEST, number & 255, option(
                        5, random.randbytes(4))))
                    self.count += 1
                self.wire.receive()

    def run(self, kind):
        """Sends, and says how much."""
        begin = time.monotonic()
        getattr(self, kind)()
        self.forget(0)
        seconds = time.monotonic() - begin
        print(json.dumps({"kind": kind, "sent": self.count, "seconds": round(seconds, 1),
                          "sessions": self.made}))


class Garbage:
    """Frames that nobody should send."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def bytes(self, most, least=0):
        """Any bytes."""
        return self.random.randbytes(self.random.randint(least, most))

    def mutate(self, data):
        """A frame with a few things wrong."""
        data = bytearray(data)
        for _ in range(self.random.randint(1, 4)):
            what = self.random.randrange(4)
            if what == 0:
                del data[self.random.randint(0, len(data)):]
            elif what == 1:
                data += self.bytes(40)
            elif data:
                data[self.random.randrange(len(data))] = self.random.randrange(256)
        return bytes(data)

    def broken_options(self):
        """Options of which no two are right."""
        return b"".join(self.random.choice((
            bytes([self.random.randrange(256), self.random.choice((0, 1, 2, 3, 255))]),
            option(self.random.randrange(256), self.bytes(20)), self.bytes(3)))
            for _ in range(self.random.randint(1, 6)))

    def discovery(self, source, server):
        """A frame of discovery."""
        pick = self.random
        kinds = (SERVICE, HOST_UNIQ, COOKIE, RELAY, 0, 0x0105, 0x0203, pick.randrange(65536))
        payload = b"".join(
            tag(pick.choice(kinds), self.bytes(pick.choice((0, 8, 16, 300))))
            for _ in range(pick.randint(0, 6)))
        code = pick.choice((PADI, PADI, PADR, PADO, PADS, PADT, pick.randrange(256)))
        packet = pppoe(code, pick.choice((0, 0, 0, 1, 65535, pick.randrange(65536))), payload)
        frame = pick.choice((server, BROADCAST)) + pick.choice(
            (source, source, BROADCAST, bytes(6))) + DISCOVERY.to_bytes(2, "big")
        frame += self.mutate(packet) if pick.random() < 0.7 else packet
        return frame.ljust(14, b"\0")

    def header(self, client):
        """A session frame with a header that is wrong; the kernel throws it away."""
        pick = self.random
        good = pppoe(0, client.number, b"\xc0\x21" + control(9, 1, bytes(4)))
        packet = pick.choice((
            bytes([pick.choice((0x12, 0x21, 0x00))]) + good[1:],
            good[:1] + bytes([pick.randint(1, 255)]) + good[2:],
            good[:4] + pick.randint(200, 65535).to_bytes(2, "big") + good[6:],
            good[:4] + pick.choice((0, 1)).to_bytes(2, "big") + good[6:],
            good[:pick.randint(4, 7)]))
        frame = client.server + client.mac + SESSION.to_bytes(2, "big") + packet
        return frame.ljust(60, b"\0") if pick.random() < 0.5 else frame

    def harmless(self):
        """(protocol, data) that is malformed or unknown, and ends no session."""
        pick = self.random
        protocol = pick.choice((LCP, IPCP, PAP, CHAP))
        nested = pppoe(0, pick.randrange(65536), b"\xc0\x21" + control(1, 1))
        return pick.choice((
            (protocol, self.bytes(3)),
            (protocol, control(pick.randrange(256), pick.randrange(256))[:2] +
             pick.randint(1000, 65535).to_bytes(2, "big") + self.bytes(40)),
            (protocol, bytes([pick.randrange(256), 1, 0, pick.randrange(4)]) + self.bytes(40)),
            (LCP, control(REQUEST, pick.randrange(256), b"\x05\x01" + self.bytes(4))),
            (LCP, control(pick.randint(14, 255), pick.randrange(256), self.bytes(60))),
            (LCP, control(ACK, pick.randint(200, 255), self.bytes(20))),
            (LCP, control(10, pick.randrange(256), self.bytes(20))),
            (LCP, control(11, pick.randrange(256), self.bytes(1400))),
            (pick.choice(UNKNOWN), self.bytes(1400)),
            (pick.choice(UNKNOWN), nested),
            (LCP, nested),
            (IP, self.bytes(19)),
            (IP, ip_packet(f"10.99.{pick.randrange(256)}.1", "192.0.2.2", 17, self.bytes(80))),
            (IP, b"\x45" + self.bytes(1400, 19))))

    def wild(self):
        """(protocol, data), anything."""
        pick = self.random
        protocol = pick.choice((LCP, LCP, IPCP, IPCP, PAP, CHAP, IP, pick.randrange(65536),
                                pick.choice(UNKNOWN), 0xFF03, pick.randrange(256)))
        data = pick.choice((
            self.bytes(1480), control(pick.randint(0, 16), pick.randrange(256),
                                      self.broken_options()),
            control(REQUEST, pick.randrange(256), self.broken_options()),
            control(pick.randint(0, 12), pick.randrange(256), self.bytes(64))))
        return protocol, self.mutate(data) if pick.random() < 0.5 else data


class Bad(Client):
    """A client that sends garbage when it comes to a stage, and goes on."""

    garbage, count, wild = None, 40, False

    def entered(self, stage):
        if stage not in ("lcp", "auth", "ipcp", "open"):
            return
        for _ in range(self.count):
            self.wire.send(self.garbage.header(self))
            self.send(*(self.garbage.wild() if self.wild else self.garbage.harmless()))


def garbage_discovery(wire, garbage, count):
    """Garbage for a server whose address a good client has found out."""
    client = Client(wire, mac(0x200000))
    client.start()
    wire.run(lambda: client.number, 20)
    for number in range(count):
        wire.send(garbage.discovery(mac(0x200001 + number % 256), client.server))
        if number % 32 == 0:
            wire.receive()
    client.stop()
    return bool(client.number)


def garbage_sessions(wire, garbage, count, wild):
    """Garbage on sessions, a few at a time."""
    done = []
    for first in range(0, count, 4):
        clients = [Bad(wire, mac(0x300000 + first + i), resend=not wild) for i in range(4)]
        for client in clients:
            client.garbage, client.wild = garbage, wild
            client.start()
        wire.run(lambda: all(client.settled() for client in clients), 3 if wild else 40)
        if not wild:
            for client in clients:
                client.ping("192.0.2.2")
            wire.run(lambda: all(client.replies for client in clients), 20)
        wire.drain(0.1)
        for client in clients:
            done.append(client.about())
            done[-1]["rejects"] = client.seen.get((LCP, PROTOCOL_REJECT), 0)
            client.stop()
    print(json.dumps({"open": sum(client["address"] != "0.0.0.0" for client in done),
                      "replies": sum(client["replies"] > 0 for client in done),
                      "rejects": sum(client["rejects"] for client in done),
                      "clients": done}))
    return wild or all(client["replies"] for client in done)


def main():
    """Does what the words say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("dev")
    parser.add_argument("what", choices=("flood", "garbage"))
    parser.add_argument("kind")
    parser.add_argument("--sources", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=8)
    words = parser.parse_args()
    good = True
    with Wire(words.dev) as wire:
        garbage = Garbage(words.seed)
        if words.what == "flood":
            Flood(wire, words.sources).run(words.kind)
        elif words.kind == "discovery":
            good = garbage_discovery(wire, garbage, words.count)
        else:
            good = garbage_sessions(wire, garbage, words.count, words.kind == "wild")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
