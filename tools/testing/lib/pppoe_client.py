#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A PPPoE and PPP client on raw sockets, for what no stock client does: be eager, send
from any address, stop anywhere, send anything. Many clients live in one process and on one
interface, each with an Ethernet address of its own.

	with Wire("eth0") as wire:
		client = Client(wire, mac(1), "alice", "secret")
		client.start()
		wire.run(client.is_open, 10)

As a program it connects clients, prints one line of JSON about them, and stays until it is
told to end: see --help.
"""

import argparse
import hashlib
import json
import os
import select
import signal
import socket
import struct
import sys
import time

DISCOVERY, SESSION = 0x8863, 0x8864
PADI, PADO, PADR, PADS, PADT = 0x09, 0x07, 0x19, 0x65, 0xA7
SERVICE, AC_NAME, HOST_UNIQ, COOKIE, RELAY = 0x0101, 0x0102, 0x0103, 0x0104, 0x0110
ERRORS = (0x0201, 0x0202, 0x0203)
IP, IPCP, LCP, PAP, CHAP = 0x0021, 0x8021, 0xC021, 0xC023, 0xC223
REQUEST, ACK, NAK, REJECT, TERMINATE, TERMINATED = 1, 2, 3, 4, 5, 6
CODE_REJECT, PROTOCOL_REJECT, ECHO_REQUEST, ECHO_REPLY = 7, 8, 9, 10
BROADCAST = b"\xff" * 6
STAGES = ("idle", "discovery", "requested", "lcp", "auth", "ipcp", "open", "over")


def mac(number):
    """An Ethernet address that nobody else has."""
    return b"\x02\x00" + struct.pack("!I", number)


def tag(kind, value=b""):
    """A tag of a discovery frame."""
    return struct.pack("!HH", kind, len(value)) + value


def tags(data):
    """The tags of a discovery frame, the last one of each kind."""
    found = {}
    while len(data) >= 4:
        kind, length = struct.unpack_from("!HH", data)
        found[kind] = data[4:4 + length]
        data = data[4 + length:]
    return found


def ethernet(target, source, kind, payload):
    """An Ethernet frame, padded to what the medium demands."""
    return (target + source + struct.pack("!H", kind) + payload).ljust(60, b"\0")


def pppoe(code, session, payload):
    """A PPPoE packet."""
    return struct.pack("!BBHH", 0x11, code, session, len(payload)) + payload


def control(code, number, data=b""):
    """A packet of any PPP control protocol."""
    return struct.pack("!BBH", code, number, 4 + len(data)) + data


def option(kind, value=b""):
    """An option of LCP or IPCP."""
    return struct.pack("!BB", kind, 2 + len(value)) + value


def options(data):
    """The options of LCP or IPCP, in order."""
    found = []
    while len(data) >= 2 and 2 <= data[1] <= len(data):
        found.append((data[0], data[2:data[1]]))
        data = data[data[1]:]
    return found


def checksum(data):
    """The checksum of IP and ICMP."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def ip_packet(source, target, protocol, payload, ttl=64):
    """An IPv4 packet."""
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0x4000, ttl, protocol,
                         0, socket.inet_aton(source), socket.inet_aton(target))
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + payload


def icmp_echo(source, target, number, sequence=1, data=b"x" * 32):
    """An IPv4 packet with an ICMP echo request."""
    head = struct.pack("!BBHHH", 8, 0, 0, number, sequence)
    total = checksum(head + data)
    return ip_packet(source, target, 1, head[:2] + struct.pack("!H", total) + head[4:] + data)


class Wire:
    """One interface: what arrives goes to the clients on it."""

    def __init__(self, dev):
        self.dev = dev
        self.sockets = [self.open(DISCOVERY), self.open(SESSION)]
        self.poll = select.poll()
        for each in self.sockets:
            self.poll.register(each, select.POLLIN)
        self.asking, self.sessions, self.strays = {}, {}, 0
        self.clients = []

    def open(self, kind):
        """A socket for one kind of frame."""
        each = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK,
                             socket.htons(kind))
        each.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE
        each.bind((self.dev, kind))
        return each

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        for each in self.sockets:
            each.close()

    def send(self, frame):
        """Sends a frame; one that the interface has no room for is lost, as on any wire."""
        try:
            self.sockets[1].send(frame)
        except (BlockingIOError, OSError) as error:
            if error.errno not in (11, 90, 105):  # EAGAIN, EMSGSIZE, ENOBUFS
                raise

    def receive(self):
        """Handles all that has arrived, discovery first."""
        for each, handle in zip(self.sockets, (self.discovery, self.session)):
            for _ in range(256):
                try:
                    frame = each.recv(4096)
                except BlockingIOError:
                    break
                handle(frame)

    def discovery(self, frame):
        """A discovery frame."""
        code, number, length = struct.unpack_from("!BHH", frame, 15)
        found = tags(frame[20:20 + length])
        if code == PADT:
            client = self.sessions.get((frame[:6], number))
        else:
            client = self.asking.get((frame[:6], found.get(HOST_UNIQ)))
        if client:
            client.discovery(code, number, frame[6:12], found)
        else:
            self.strays += 1

    def session(self, frame):
        """A session frame."""
        number, length = struct.unpack_from("!HH", frame, 16)
        client = self.sessions.get((frame[:6], number))
        if client and length >= 2:
            client.frame(struct.unpack_from("!H", frame, 20)[0], frame[22:20 + length])
        else:
            self.strays += 1

    def run(self, until, seconds):
        """Handles what arrives until that is true; returns whether it became so."""
        deadline = time.monotonic() + seconds
        while not until():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            if self.poll.poll(min(left, 0.25) * 1000):
                self.receive()
            else:
                for client in self.clients:
                    client.tick()
        return True

    def drain(self, seconds=0.3):
        """Handles what arrives until it has been silent for a moment."""
        while self.poll.poll(seconds * 1000):
            self.receive()


class Client:
    """One client: says what it has to say as soon as it can."""

    def __init__(self, wire, address, user="alice", password="secret-alice", **settings):
        self.wire, self.mac = wire, address
        self.user, self.password = user.encode(), password.encode()
        self.uniq = os.urandom(8)
        self.settings = {"methods": ("pap", "chap"), "resend": True, "echo": True,
                         "service": b"", "silent": False, "ping": None, "late": False}
        self.settings.update(settings)
        self.stage, self.number, self.server = "idle", 0, BROADCAST
        self.address, self.method, self.error = "0.0.0.0", "", ""
        self.identifier, self.magic = 0, os.urandom(4)
        self.local_done, self.peer_done, self.held = {}, {}, None
        self.seen = {}          # (protocol, code): how often it came
        self.replies = 0        # ICMP echo replies
        self.packets = []       # the last IPv4 packets that came
        self.resends, self.last, self.when = 0, None, 0.0
        wire.asking[(address, self.uniq)] = self
        wire.clients.append(self)

    # What others may want to replace.

    def entered(self, stage):
        """It has come to a stage."""

    def received(self, protocol, data):
        """A frame arrived; true: it is done with."""
        return False

    # Sending.

    def discover(self, code, target, number, payload):
        """Sends a discovery frame."""
        self.wire.send(ethernet(target, self.mac, DISCOVERY, pppoe(code, number, payload)))

    def send(self, protocol, data):
        """Sends a PPP frame."""
        frame = pppoe(0, self.number, struct.pack("!H", protocol) + data)
        self.wire.send(ethernet(self.server, self.mac, SESSION, frame))

    def ask(self, send, *words):
        """Sends something that has to be answered."""
        self.last, self.when = (send, *words), time.monotonic()
        send(*words)

    def tick(self):
        """Repeats what has had no answer for three seconds."""
        if self.last and self.settings["resend"] and self.stage not in ("open", "over") and \
                time.monotonic() - self.when >= 3:
            self.resends += 1
            self.ask(*self.last)

    def next(self):
        """An identifier."""
        self.identifier = self.identifier % 255 + 1
        return self.identifier

    # Stages.

    def enter(self, stage):
        """Goes to a stage, never back."""
        if STAGES.index(stage) > STAGES.index(self.stage):
            self.stage = stage
            self.entered(stage)

    def is_open(self):
        """Whether IPCP is open."""
        return self.stage == "open"

    def settled(self):
        """Whether it is open or over."""
        return self.stage in ("open", "over")

    def end(self, error):
        """It has failed."""
        self.error = self.error or error
        self.enter("over")

    def start(self):
        """Begins."""
        self.enter("discovery")
        self.ask(self.discover, PADI, BROADCAST, 0,
                 tag(SERVICE, self.settings["service"]) + tag(HOST_UNIQ, self.uniq))

    def stop(self):
        """Ends by a PADT."""
        if self.number:
            self.discover(PADT, self.server, self.number, b"")
        self.enter("over")

    def discovery(self, code, number, source, found):
        """A discovery frame for this client arrived."""
        if code == PADO and self.stage == "discovery":
            self.server = source
            self.enter("requested")
            self.ask(self.discover, PADR, source, 0,
                     tag(SERVICE, self.settings["service"]) + tag(HOST_UNIQ, self.uniq) +
                     tag(COOKIE, found.get(COOKIE, b"")))
        elif code == PADS and self.stage == "requested":
            errors = [found[kind] for kind in ERRORS if kind in found]
            if errors or not number:
                self.end(f"PADS: {errors[0].decode() if errors else 'no session'}")
                return
            self.number = number
            self.wire.sessions[(self.mac, number)] = self
            self.enter("lcp")
            if not self.settings["silent"]:
                self.configure(LCP)
        elif code == PADT:
            self.end("PADT")

    def configure(self, protocol):
        """Sends a Configure-Request."""
        if protocol == LCP:
            data = option(1, struct.pack("!H", 1492)) + option(5, self.magic)
        else:
            data = option(3, socket.inet_aton(self.address))
        self.local_done[protocol] = False
        self.ask(self.send, protocol, control(REQUEST, self.next(), data))

    def frame(self, protocol, data):
        """A PPP frame arrived."""
        code = data[0] if data else -1
        key = (protocol, code)
        self.seen[key] = self.seen.get(key, 0) + 1
        if self.received(protocol, data) or self.settings["silent"]:
            return
        if protocol == IP:
            self.ip(data)
        elif len(data) >= 4:
            body = data[4:struct.unpack_from("!H", data, 2)[0]]
            handle = {LCP: self.lcp, IPCP: self.negotiate, PAP: self.pap,
                      CHAP: self.chap}.get(protocol)
            if handle in (self.lcp, self.negotiate):
                handle(protocol, code, data[1], body)
            elif handle:
                handle(code, data[1], body)

    def lcp(self, protocol, code, number, body):
        """LCP."""
        if code == ECHO_REQUEST and self.settings["echo"]:
            self.send(LCP, control(ECHO_REPLY, number, self.magic + body[4:]))
        elif code == TERMINATE:
            self.send(LCP, control(TERMINATED, number))
            self.end("terminated by the server")
        elif code in (REQUEST, ACK, NAK, REJECT):
            self.negotiate(protocol, code, number, body)

    def negotiate(self, protocol, code, number, body):
        """Configure-Request and its answers, of LCP and IPCP."""
        if code == REQUEST:
            if protocol == IPCP and self.settings["late"] and not self.local_done.get(IPCP):
                self.held = (number, body)
                return
            wrong = self.judge(options(body)) if protocol == LCP else None
            self.send(protocol, control(NAK, number, wrong) if wrong else
                      control(ACK, number, body))
            self.peer_done[protocol] = not wrong
        elif code == ACK and number == self.identifier:
            self.local_done[protocol] = True
            if self.held:
                self.send(protocol, control(ACK, *self.held))
                self.held, self.peer_done[protocol] = None, True
        elif code == NAK:
            for kind, value in options(body):
                if protocol == IPCP and kind == 3:
                    self.address = socket.inet_ntoa(value)
            self.configure(protocol)
            return
        elif code == REJECT:
            self.end(f"{protocol:04x} options refused")
        if self.local_done.get(protocol) and self.peer_done.get(protocol):
            self.opened(protocol)

    def judge(self, wanted):
        """The Nak for a method of authentication that this client does not have."""
        methods = {PAP.to_bytes(2, "big"): "pap", CHAP.to_bytes(2, "big") + b"\x05": "chap"}
        for kind, value in wanted:
            if kind != 3:
                continue
            self.method = methods.get(value, "?")
            if self.method not in self.settings["methods"]:
                other = [key for key, name in methods.items()
                         if name in self.settings["methods"]]
                return option(3, other[0])
        return None

    def opened(self, protocol):
        """LCP or IPCP has come to Opened: the first to speak is this client."""
        if protocol == LCP and self.stage == "lcp":
            self.enter("auth")
            if self.method == "pap":
                self.ask(self.send, PAP, control(REQUEST, self.next(),
                         bytes([len(self.user)]) + self.user +
                         bytes([len(self.password)]) + self.password))
        elif protocol == IPCP and self.stage == "ipcp":
            if self.settings["ping"]:
                self.ping(self.settings["ping"])
            self.enter("open")

    def authenticated(self):
        """The server knows who this is."""
        if self.stage == "auth":
            self.enter("ipcp")
            self.configure(IPCP)

    def pap(self, code, _number, body):
        """PAP."""
        if code == ACK:
            self.authenticated()
        elif code == NAK:
            self.error = "PAP: " + body[1:].decode(errors="replace")

    def chap(self, code, number, body):
        """CHAP with MD5."""
        if code == 1:
            challenge = body[1:1 + body[0]]
            value = hashlib.md5(bytes([number]) + self.password + challenge).digest()
            self.send(CHAP, control(2, number, b"\x10" + value + self.user))
        elif code == 3:
            self.authenticated()
        elif code == 4:
            self.error = "CHAP: " + body.decode(errors="replace")

    def ip(self, packet):
        """An IPv4 packet."""
        self.packets = self.packets[-63:] + [packet]
        if len(packet) >= 28 and packet[9] == 1 and packet[20] == 0:
            self.replies += 1

    def ping(self, target, source=None, sequence=1):
        """Sends an ICMP echo request."""
        self.send(IP, icmp_echo(source or self.address, target, self.number, sequence))

    def about(self):
        """For people and programs."""
        return {"mac": self.mac.hex(":"), "stage": self.stage, "session": self.number,
                "address": self.address, "method": self.method, "error": self.error,
                "resends": self.resends, "replies": self.replies}


def pinger(client, target, source=None, seconds=10):
    """Whether the target answers; asks again every second."""
    before = client.replies
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        client.ping(target, source)
        if client.wire.run(lambda: client.replies > before, 1):
            return True
    return False


def main():
    """Connects clients, says what became of them, and keeps them until told to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("dev")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--first", type=int, default=1, help="number of the first address")
    parser.add_argument("--user", default="alice")
    parser.add_argument("--password")
    parser.add_argument("--methods", default="pap,chap")
    parser.add_argument("--service", default="")
    parser.add_argument("--ping", help="sent together with the last acknowledgement")
    parser.add_argument("--seconds", type=float, default=30, help="to connect in")
    parser.add_argument("--stop", choices=("padt", "vanish"), help="at once; else on SIGTERM")
    words = parser.parse_args()
    password = words.password or "secret-" + words.user
    ended = []
    signal.signal(signal.SIGTERM, lambda *unused: ended.append(1))
    with Wire(words.dev) as wire:
        clients = [Client(wire, mac(words.first + i), words.user, password,
                          methods=words.methods.split(","), ping=words.ping,
                          service=words.service.encode()) for i in range(words.count)]
        for client in clients:
            client.start()
        good = wire.run(lambda: all(client.settled() for client in clients), words.seconds)
        good = good and all(client.is_open() for client in clients)
        if words.ping:
            good = wire.run(lambda: all(client.replies for client in clients), 10) and good
        print(json.dumps([client.about() for client in clients]), flush=True)
        if good and not words.stop:
            wire.run(lambda: ended or all(c.stage == "over" for c in clients), 1e6)
        if words.stop != "vanish":
            for client in clients:
                client.stop()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
