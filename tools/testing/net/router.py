#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A router for dial-ipv6.sh: router.py DEVICE PREFIX answers solicitations with a prefix of 64
bits for as long as the device is there."""

import socket
import struct
import sys

SOLICITATION, ADVERTISEMENT = 133, 134


def advertisement(prefix):
    """RFC 4861 sections 4.2 and 4.6.2: a router for half an hour, a prefix for addresses."""
    router = struct.pack("!BBHBBHII", ADVERTISEMENT, 0, 0, 64, 0, 1800, 0, 0)
    return router + struct.pack("!BBBBIII16s", 3, 4, 64, 0xc0, 3600, 1800, 0,
                                socket.inet_pton(socket.AF_INET6, prefix))


def main():
    """Until the interface goes away."""
    device, prefix = sys.argv[1:]
    sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    index = socket.if_nametoindex(device)
    everybody = ("ff02::1", 0, 0, index)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                    socket.inet_pton(socket.AF_INET6, "ff02::2") + struct.pack("@I", index))
    sock.settimeout(1)
    sock.sendto(advertisement(prefix), everybody)
    while True:
        try:
            if sock.recv(1500)[0] == SOLICITATION:
                sock.sendto(advertisement(prefix), everybody)
        except socket.timeout:
            socket.if_nametoindex(device)


try:
    main()
except OSError as error:
    sys.exit(f"router.py: {error}")
