#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Reads a pcapng stream strictly: pcapng.py [FILE] writes one line a block.

    section
    interface NUMBER NAME [DESCRIPTION]
    packet NUMBER in|out ORIGINAL CAPTURED
    statistics NUMBER SEEN LOST
"""
import struct
import sys

SECTION, INTERFACE, STATISTICS, PACKET = 0x0A0D0D0A, 1, 5, 6
DIRECTIONS = {1: "in", 2: "out"}


class Malformed(Exception):
    """The stream breaks a rule of the format."""


def need(condition, what):
    """A rule of the format."""
    if not condition:
        raise Malformed(what)


def options(data):
    """A dictionary of a block's options."""
    found = {}
    while data:
        need(len(data) >= 4, "an option is cut off")
        code, length = struct.unpack_from("=HH", data)
        need(len(data) >= 4 + (length + 3 & ~3), "an option's value is cut off")
        if code == 0:
            need(length == 0 and len(data) == 4, "something after the end of options")
            return found
        found[code] = data[4:4 + length]
        data = data[4 + (length + 3 & ~3):]
    return found


class Reader:
    """Takes bytes as they come, gives blocks as tuples."""

    def __init__(self):
        self.data = b""
        self.interfaces = None
        self.last_time = 0

    def feed(self, data):
        """The blocks that are complete with @data."""
        data = self.data + data
        begin = 0
        while len(data) - begin >= 12:
            kind, length = struct.unpack_from("=II", data, begin)
            need(length % 4 == 0 and length >= 12, f"a block of {length} bytes")
            end = begin + length
            if len(data) < end:
                break
            need(struct.unpack_from("=I", data, end - 4)[0] == length,
                 "a block's two lengths differ")
            yield self.block(kind, data[begin + 8:end - 4])
            begin = end
        self.data = data[begin:]

    def block(self, kind, body):
        """One block as a tuple."""
        if kind == SECTION:
            magic, major, minor, length = struct.unpack_from("=IHHq", body)
            need((magic, major, minor, length) == (0x1A2B3C4D, 1, 0, -1), "section header")
            self.interfaces = []
            return ("section",)
        need(self.interfaces is not None, "no section header at the beginning")
        if kind == INTERFACE:
            return self.interface(body)
        number, high, low = struct.unpack_from("=III", body)
        need(number < len(self.interfaces), f"interface {number} is not described")
        time = high << 32 | low
        need(time > 10 ** 18, "a time that is not in nanoseconds")
        if kind == STATISTICS:
            found = options(body[12:])
            return ("statistics", number, *(struct.unpack("=Q", found[code])[0] for code in (4, 5)))
        need(kind == PACKET, f"a block of type {kind}")
        return self.packet(number, time, body[12:])

    def interface(self, body):
        """An interface description block."""
        linktype, reserved, snaplen = struct.unpack_from("=HHI", body)
        found = options(body[8:])
        need((linktype, reserved) == (9, 0), "not link type PPP")
        need(found.get(9) == b"\x09", "times are not in nanoseconds")
        self.interfaces.append(snaplen)
        text = [found[code].decode() for code in (2, 3) if code in found]
        return ("interface", len(self.interfaces) - 1, *text)

    def packet(self, number, time, body):
        """An enhanced packet block."""
        captured, original = struct.unpack_from("=II", body)
        need(captured == min(original, self.interfaces[number]), "captured length")
        need(len(body) >= 8 + captured, "a packet is cut off")
        need(time >= self.last_time - 10 ** 9, "time runs backwards")
        self.last_time = time
        found = options(body[8 + (captured + 3 & ~3):])
        flags = struct.unpack("=I", found[2])[0]
        data = body[8:8 + captured]
        need((data[:4], data[4] >> 4) in ((b"\xff\x03\x00\x21", 4), (b"\xff\x03\x00\x57", 6)),
             "not an IP packet in PPP")
        return ("packet", number, DIRECTIONS[flags & 3], original, captured)


def main():
    """All blocks of a file."""
    reader = Reader()
    with open(sys.argv[1], "rb") if len(sys.argv) > 1 else sys.stdin.buffer as stream:
        for block in reader.feed(stream.read()):
            print(*block)


if __name__ == "__main__":
    main()
