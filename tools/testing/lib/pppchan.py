# SPDX-License-Identifier: GPL-2.0
"""Channels of Linux PPP: /dev/ppp, a line on a pseudo-terminal, a session of the kernel's L2TP."""
import array
import fcntl
import os
import select
import socket
import struct
import termios
import tty

PPPIOCATTCHAN, PPPIOCGCHAN, PPPIOCBRIDGECHAN = 0x40047438, 0x80047437, 0x40047435
N_PPP, TIOCSETD = 3, 0x5423
FLAG, ESCAPE = 0x7e, 0x7d
LCP = 0xc021


class Channel:
    """A file of /dev/ppp on a channel."""

    def __init__(self, index):
        self.fd = os.open("/dev/ppp", os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            fcntl.ioctl(self.fd, PPPIOCATTCHAN, struct.pack("=i", index))
        except OSError:
            os.close(self.fd)
            raise

    def bridge(self, index):
        """What one receives the other sends, from now on."""
        fcntl.ioctl(self.fd, PPPIOCBRIDGECHAN, struct.pack("=i", index))

    def write(self, frame):
        """What a user of the channel may send."""
        return os.write(self.fd, frame)

    def gone(self, seconds=0.0):
        """Has the channel gone?"""
        poller = select.poll()
        poller.register(self.fd, 0)
        return bool(poller.poll(seconds * 1000))

    def close(self):
        """The end of the file, not of the channel."""
        os.close(self.fd)


def channel_of(fd):
    """The number of the channel that is behind a terminal or a socket."""
    number = array.array("i", [0])
    fcntl.ioctl(fd, PPPIOCGCHAN, number)
    return number[0]


def _fcs(data):
    fcs = 0xffff
    for byte in data:
        fcs ^= byte
        for _ in range(8):
            fcs = fcs >> 1 ^ (0x8408 if fcs & 1 else 0)
    return fcs ^ 0xffff


class Line:
    """A serial line: PPP's discipline on one end, a peer that writes and reads HDLC at the other."""

    def __init__(self):
        self.peer, self.slave = os.openpty()
        tty.setraw(self.peer)
        tty.setraw(self.slave)
        fcntl.ioctl(self.slave, TIOCSETD, struct.pack("=i", N_PPP))
        self.file = Channel(channel_of(self.slave))
        self.buffer = b""

    def bridge(self, link):
        """Make it the line of a link."""
        self.file.bridge(link.channel)
        return self

    def send(self, frame, address=b"\xff\x03"):
        """The peer sends a frame, which begins with its protocol field."""
        frame = address + frame
        frame += struct.pack("<H", _fcs(frame))
        wire = b"".join(bytes((ESCAPE, b ^ 0x20)) if b < 0x20 or b in (FLAG, ESCAPE) else
                        bytes((b,)) for b in frame)
        os.write(self.peer, b"\x7e" + wire + b"\x7e")

    def heard(self, seconds=5):
        """The next frame that the peer hears, without address and FCS; None if there is none."""
        while True:
            found, more, rest = self.buffer.partition(b"\x7e")
            if more and not found:
                self.buffer = rest
                continue
            if more:
                self.buffer = rest
                return self._decode(found)
            if not select.select([self.peer], [], [], seconds)[0]:
                return None
            self.buffer += os.read(self.peer, 65536)

    @staticmethod
    def _decode(wire):
        frame, escaped = bytearray(), False
        for byte in wire:
            if byte == ESCAPE:
                escaped = True
                continue
            frame.append(byte ^ 0x20 if escaped else byte)
            escaped = False
        if struct.pack("<H", _fcs(frame[:-2])) != frame[-2:]:
            return b"FCS"
        return bytes(frame[2:-2] if frame[:2] == b"\xff\x03" else frame[:-2])

    def hang_up(self):
        """The peer puts the receiver down."""
        os.close(self.peer)
        self.peer = -1

    def close(self):
        """The end of everything."""
        self.file.close()
        for fd in (self.peer, self.slave):
            if fd >= 0:
                os.close(fd)


AF_PPPOX, PX_PROTO_OL2TP = 24, 1


class L2tp:
    """One session of the kernel's own L2TP; made in the namespace that the caller is in."""

    def __init__(self, local, peer, tunnel, session):
        # pylint: disable-next=import-outside-toplevel
        import ctypes
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind((local, 1701))
        self.udp.connect((peer, 1701))
        self.fds = [self.udp.fileno()]
        libc = ctypes.CDLL(None, use_errno=True)
        # The tunnel is a session 0.
        for number in (0, session):
            fd = libc.socket(AF_PPPOX, socket.SOCK_DGRAM, PX_PROTO_OL2TP)
            if fd < 0:
                raise OSError(ctypes.get_errno(), "socket")
            address = struct.pack("=HIii2s2s4s8sHHHH", AF_PPPOX, PX_PROTO_OL2TP, 0,
                                  self.udp.fileno(), struct.pack("=H", socket.AF_INET),
                                  struct.pack(">H", 1701), socket.inet_aton(peer), b"",
                                  tunnel, number, tunnel, number)
            self.fds.append(fd)
            if libc.connect(fd, address, len(address)):
                raise OSError(ctypes.get_errno(), "connect")

    @property
    def fd(self):
        """The session's socket."""
        return self.fds[-1]

    def close(self):
        """The session goes, then the tunnel."""
        for fd in reversed(self.fds[1:]):
            os.close(fd)
        self.udp.close()
