# SPDX-License-Identifier: GPL-2.0
"""Packets with any bytes from the other end of a cable, and sockets of other namespaces."""
import ctypes
import socket

_libc = ctypes.CDLL(None, use_errno=True)
_NEWNET = 0x40000000


def socket_in(namespace, *args):
    """A socket of another network namespace."""
    with open("/proc/self/ns/net", "rb") as here, open(f"/run/netns/{namespace}", "rb") as there:
        if _libc.setns(there.fileno(), _NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        try:
            return socket.socket(*args)
        finally:
            _libc.setns(here.fileno(), _NEWNET)


class Wire:
    """Sends to our end of a cable from its other end."""

    def __init__(self, namespace="h", there="eth0", here="eth0"):
        with open(f"/sys/class/net/{here}/address", encoding="ascii") as file:
            self.target = bytes.fromhex(file.read().strip().replace(":", ""))
        self.socket = socket_in(namespace, socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.bind((there, 0))

    def send(self, packet):
        """Send an IP packet."""
        kind = b"\x08\x00" if packet[0] >> 4 == 4 else b"\x86\xdd"
        self.socket.send(self.target + bytes(6) + kind + packet)
