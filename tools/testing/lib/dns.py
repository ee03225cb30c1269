#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A name server that knows one host: dns.py OWN-ADDRESS NAME ADDRESS"""
import socket
import struct
import sys

IN, A = 1, 1
NOT_FOUND = 3


def answer(query, wanted, address):
    """The reply to a query with one question."""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += 1 + query[at]
    kind = struct.unpack_from(">H", query, at + 1)[0]
    known = ".".join(labels).lower() == wanted
    # The name is the one at offset 12.
    records = [struct.pack(">HHHIH4s", 0xc00c, A, IN, 1, 4, socket.inet_aton(address))
               ] if known and kind == A else []
    flags = 0x8580 | (0 if known else NOT_FOUND)
    return query[:2] + struct.pack(">HHHHH", flags, 1, len(records), 0, 0) + \
        query[12:at + 5] + b"".join(records)


def main():
    """Answers until it is killed."""
    own, wanted, address = sys.argv[1:]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((own, 53))
        print("ready", flush=True)
        while True:
            query, peer = sock.recvfrom(4096)
            sock.sendto(answer(query, wanted, address), peer)


main()
