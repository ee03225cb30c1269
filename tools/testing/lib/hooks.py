# SPDX-License-Identifier: GPL-2.0
"""Which hooks of ipfltdrv are registered: as it says in the kernel log, and as netfilter says."""
import os
import re
import socket
import struct
import subprocess

from kernel import attribute, parse

_NFNL_HOOK_GET = 12 << 8
_DUMP, _DONE = 0x301, 3
_NAMES = ("ingress", "egress")
_LINE = re.compile(r"ipfltdrv: hook (\S+) (created|destroyed)")


class Log:
    """The kernel log from now on."""

    def __init__(self):
        self._kmsg = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        os.lseek(self._kmsg, 0, os.SEEK_END)
        self._hooks = {}

    def hooks(self):
        """DEVICE/DIRECTION of those that are registered, by the names they had then."""
        while True:
            try:
                record = os.read(self._kmsg, 8192).decode(errors="replace")
            except BlockingIOError:
                return sorted(name for name, count in self._hooks.items() if count)
            found = _LINE.search(record)
            if found:
                name, verb = found.groups()
                self._hooks[name] = self._hooks.get(name, 0) + (1 if verb == "created" else -1)


def can_ask():
    """Has this kernel a way to ask netfilter?"""
    return subprocess.run(["modprobe", "-q", "nfnetlink_hook"], check=False).returncode == 0


def _dump(sock, dev, number):
    """The modules that have a hook there."""
    body = struct.pack(">BBH", 5, 0, 0) + attribute(1, struct.pack(">I", number)) + \
        attribute(3, dev.encode() + b"\0")
    sock.send(struct.pack("=IHHII", 16 + len(body), _NFNL_HOOK_GET, _DUMP, 1, 0) + body)
    found = []
    while True:
        data = sock.recv(1 << 16)
        while len(data) >= 16:
            length, kind = struct.unpack_from("=IH", data)
            if kind == _DONE:
                return found
            if kind == 2:
                number = -struct.unpack_from("=i", data, 16)[0]
                raise OSError(number, f"hooks of {dev}: {os.strerror(number)}")
            found.append(dict(parse(data[20:length])).get(5, b"").rstrip(b"\0").decode())
            data = data[(length + 3) & ~3:]


def ask(dev):
    """Directions of our hooks on a device of this namespace."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12) as sock:
        return [name for number, name in enumerate(_NAMES)
                if "ipfltdrv" in _dump(sock, dev, number)]
