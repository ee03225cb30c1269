# SPDX-License-Identifier: GPL-2.0
"""The kernel's interfaces without our own tools: /dev/ndiswan and generic netlink.

Tests use it to say what a well-behaved program never would.
"""
import ctypes
import errno
import fcntl
import os
import select
import socket
import struct

PORT_LOOP, PORT_PPPOE, PORT_L2TP, PORT_PPTP, PORT_PPP = 1, 2, 3, 4, 5
IOC_ATTACH, IOC_INFO, IOC_DOWN = 0xb701, 0xb702, 0xb703
STATES = ("new", "attached", "up", "down")
REASONS = ("none", "request", "closed", "port-down", "port-gone", "peer-closed", "address-taken",
           "interface-gone", "protocol-gone", "namespace-gone", "driver", "refused", "detached")
L2TP_SEND_SEQUENCE, L2TP_NEED_SEQUENCE, L2TP_FOLLOW_SEQUENCE = 1, 2, 4
MESSAGE_LEN = 96
PARAMS_LEN = 64

NLM_F_REQUEST, NLM_F_ACK, NLM_F_ROOT_MATCH = 1, 4, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
CTRL = 16

# Commands and attributes, as in the specifications.
LINK_GET, LINK_SET, LINE_UP, LINE_UPDATE, LINE_DOWN, STATS_GET = range(1, 7)
A_LINK_ID, A_LINK_STATE, A_LINK_ACFC, A_LINK_PFC = 1, 4, 10, 11
A_LINK_LINE, A_LINK_STATS, A_LINK_DROP = 12, 13, 14
A_LINK_WINDOW, A_LINK_QUEUED, A_LINK_WINDOW_MAX = 22, 23, 25
A_LINE_LINK, A_LINE_PROTOCOL, A_LINE_IFINDEX, A_LINE_IPV4, A_LINE_MRU = range(1, 6)
A_LINE_IPV6, A_LINE_PREFIX, A_LINE_PREFIX_LEN = range(6, 9)
A_STATS = ("", "pad", "rx_packets", "rx_bytes", "tx_packets", "tx_bytes", "control_rx",
           "control_tx", "control_queued", "links")
PPP_IP, PPP_IPV6 = 0x0021, 0x0057


class Refused(OSError):
    """An error of the kernel with the sentence that came with it."""

    def __init__(self, number, text=""):
        super().__init__(number, text or os.strerror(number))
        self.text = text


class Link:
    """An open file of /dev/ndiswan."""

    def __init__(self, blocking=False):
        self.fd = os.open("/dev/ndiswan", os.O_RDWR | os.O_CLOEXEC |
                          (0 if blocking else os.O_NONBLOCK))
        self.id = 0
        self.channel = 0    # of a ppp port

    def attach(self, port, params=b"", flags=0, size=None, extra=b""):
        """NDISWAN_IOC_ATTACH with any bytes; returns the link's number."""
        size = 16 + PARAMS_LEN + MESSAGE_LEN + len(extra) if size is None else size
        arg = bytearray(struct.pack("=IIII", size, port, flags, 0) +
                        params.ljust(PARAMS_LEN, b"\0") + bytes(MESSAGE_LEN) + extra)
        try:
            fcntl.ioctl(self.fd, IOC_ATTACH, arg)
        except OSError as err:
            text = bytes(arg[80:80 + MESSAGE_LEN]).split(b"\0")[0].decode()
            raise Refused(err.errno, text) from None
        self.id, self.channel = struct.unpack_from("=II", arg, 12)
        return self.id

    def attach_loop(self, peer=0):
        """One end of a loop."""
        return self.attach(PORT_LOOP, struct.pack("=I", peer))

    def attach_pppoe(self, dev, session, peer):
        """A PPPoE session on a device."""
        return self.attach(PORT_PPPOE, struct.pack("=IH6s", socket.if_nametoindex(dev), session,
                                                   bytes.fromhex(peer.replace(":", ""))))

    # pylint: disable-next=too-many-arguments
    def attach_l2tp(self, sock, ids, peer=None, local=None, flags=0, ifindex=0):
        """A session on a UDP socket; ids are tunnel, session, peer's tunnel and session."""
        family = socket.AF_UNSPEC
        if peer:
            family = socket.AF_INET6 if ":" in peer[0] else socket.AF_INET

        def packed(address):
            return socket.inet_pton(family, address) if address else b""
        sock = sock if isinstance(sock, int) else sock.fileno()
        return self.attach(PORT_L2TP, struct.pack(
            "=iI4HH2sI16s16s", sock, flags, *ids, family, struct.pack(">H", peer[1] if peer else 0),
            ifindex, packed(peer and peer[0]), packed(local)))

    # pylint: disable-next=too-many-arguments
    def attach_pptp(self, local, peer, calls, window=0, receive_window=0):
        """A PPTP call; calls are our number and the peer's."""
        return self.attach(PORT_PPTP, struct.pack(
            "=4s4sHHHHI", socket.inet_aton(local), socket.inet_aton(peer), *calls, window,
            receive_window, 0))

    def attach_ppp(self):
        """A PPP channel; returns its number."""
        self.attach(PORT_PPP)
        return self.channel

    def info(self):
        """State by name."""
        arg = bytearray(struct.pack("=IIII", 16, 0, 0, 0))
        fcntl.ioctl(self.fd, IOC_INFO, arg)
        _, self.id, state, _ = struct.unpack("=IIII", arg)
        return STATES[state]

    def reason(self):
        """Why it is down, by name."""
        arg = bytearray(struct.pack("=IIII", 16, 0, 0, 0))
        fcntl.ioctl(self.fd, IOC_INFO, arg)
        return REASONS[struct.unpack("=IIII", arg)[3]]

    def down(self):
        """Take it down, whoever has its file open."""
        fcntl.ioctl(self.fd, IOC_DOWN)

    def read(self, size=4096):
        """One frame, b'' at the end of the link."""
        return os.read(self.fd, size)

    def write(self, protocol, payload=b""):
        """One control frame."""
        return os.write(self.fd, struct.pack(">H", protocol) + payload)

    def poll(self, seconds=0.0):
        """The poll mask after at most that time."""
        poller = select.poll()
        poller.register(self.fd, select.POLLIN | select.POLLOUT)
        ready = poller.poll(seconds * 1000)
        return ready[0][1] if ready else 0

    def close(self):
        """The end of the link."""
        os.close(self.fd)


def attribute(kind, payload):
    """One netlink attribute."""
    return struct.pack("=HH", 4 + len(payload), kind) + payload + bytes(-len(payload) % 4)


def u8(kind, value):
    """A u8 attribute."""
    return attribute(kind, struct.pack("=B", value))


def u16(kind, value):
    """A u16 attribute."""
    return attribute(kind, struct.pack("=H", value))


def u32(kind, value):
    """A u32 attribute."""
    return attribute(kind, struct.pack("=I", value))


def ipv4(kind, text):
    """An address attribute."""
    return attribute(kind, socket.inet_aton(text))


def ipv6(kind, text):
    """An IPv6 address attribute."""
    return attribute(kind, socket.inet_pton(socket.AF_INET6, text))


def parse(data):
    """Attributes as a list of (kind, payload)."""
    found = []
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        if length < 4:
            break
        found.append((kind & 0x3fff, data[4:length]))
        data = data[(length + 3) & ~3:]
    return found


class Netlink:
    """A generic netlink socket and one family."""

    def __init__(self, family):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.sock.setsockopt(270, 11, 1)  # NETLINK_EXT_ACK
        self.sock.bind((0, 0))
        self.seq = 0
        self.groups = {}
        self.family = CTRL
        for kind, payload in parse(self.request(3, attribute(2, family.encode() + b"\0"), 0)[0]):
            if kind == 1:
                self.family = struct.unpack("=H", payload)[0]
            if kind == 7:
                for _, group in parse(payload):
                    entry = dict(parse(group))
                    self.groups[entry[1].rstrip(b"\0").decode()] = \
                        struct.unpack("=I", entry[2])[0]

    def send(self, command, attributes, flags):
        """A message; what is in it is the caller's business."""
        self.seq += 1
        body = struct.pack("=BBH", command, 1, 0) + attributes
        self.sock.send(struct.pack("=IHHII", 16 + len(body), self.family,
                                   NLM_F_REQUEST | flags, self.seq, 0) + body)

    def request(self, command, attributes=b"", flags=NLM_F_ACK):
        """Send and wait for the end of the answer: a list of attribute bytes."""
        self.send(command, attributes, flags)
        answers = []
        while True:
            data = self.sock.recv(1 << 16)
            while len(data) >= 16:
                length, kind, msg_flags, seq, _ = struct.unpack_from("=IHHII", data)
                body, data = data[16:length], data[(length + 3) & ~3:]
                if seq != self.seq:
                    continue
                if kind == NLMSG_ERROR:
                    self.raise_error(body, msg_flags)
                    return answers
                if kind == NLMSG_DONE:
                    return answers
                answers.append(body[4:])
                if not msg_flags & 2 and not flags & NLM_F_ACK:
                    return answers

    @staticmethod
    def raise_error(body, flags):
        """An error message as an exception; an acknowledgement is none."""
        number = -struct.unpack_from("=i", body)[0]
        if not number:
            return
        text = ""
        if flags & 0x200:  # NLM_F_ACK_TLVS
            skip = 20 if flags & 0x100 else 4 + struct.unpack_from("=I", body, 4)[0]
            text = dict(parse(body[skip:])).get(1, b"").rstrip(b"\0").decode()
        raise Refused(number, text)

    def join(self, group):
        """Receive the messages of a multicast group."""
        self.sock.setsockopt(270, 1, self.groups[group])

    def dump(self, command, attributes=b""):
        """All objects."""
        return [dict(parse(answer))
                for answer in self.request(command, attributes, NLM_F_ROOT_MATCH)]


def joined(family):
    """Those multicast groups of a family that this process may join."""
    nl = Netlink(family)
    found = []
    for group in nl.groups:
        try:
            nl.join(group)
        except OSError as err:
            if err.errno == errno.EPERM:
                continue
            raise
        found.append(group)
    return found


class Ndiswan(Netlink):
    """The family ndiswan."""

    def __init__(self):
        super().__init__("ndiswan")

    def line_up(self, link, dev, address, mru=1492):
        """IPv4 is up on the link."""
        self.request(LINE_UP, u32(A_LINE_LINK, link) + u16(A_LINE_PROTOCOL, PPP_IP) +
                     u32(A_LINE_IFINDEX, socket.if_nametoindex(dev)) +
                     ipv4(A_LINE_IPV4, address) + u32(A_LINE_MRU, mru))

    def line_up_ipv6(self, link, dev, address, prefix="", mru=1492):
        """IPv6 is up on the link, perhaps with a prefix."""
        extra = b""
        if prefix:
            network, _, bits = prefix.partition("/")
            extra = ipv6(A_LINE_PREFIX, network) + u8(A_LINE_PREFIX_LEN, int(bits))
        self.request(LINE_UP, u32(A_LINE_LINK, link) + u16(A_LINE_PROTOCOL, PPP_IPV6) +
                     u32(A_LINE_IFINDEX, socket.if_nametoindex(dev)) +
                     u32(A_LINE_MRU, mru) + ipv6(A_LINE_IPV6, address) + extra)

    def line_down(self, link, protocol=PPP_IP):
        """A protocol is down on the link."""
        self.request(LINE_DOWN, u32(A_LINE_LINK, link) + u16(A_LINE_PROTOCOL, protocol))

    def links(self):
        """All links, by number."""
        return {struct.unpack("=I", link[A_LINK_ID])[0]: link for link in self.dump(LINK_GET)}

    def drops(self, link):
        """Counters of drops of a link, by reason."""
        answer = self.request(LINK_GET, u32(A_LINK_ID, link))[0]
        found = {}
        for kind, payload in parse(answer):
            if kind == A_LINK_DROP:
                drop = dict(parse(payload))
                found[drop[1].rstrip(b"\0").decode()] = struct.unpack("=Q", drop[3])[0]
        return found

    def stats(self, link):
        """Counters of a link, by name."""
        answer = dict(parse(self.request(LINK_GET, u32(A_LINK_ID, link))[0]))
        return {A_STATS[kind]: int.from_bytes(payload, "little")
                for kind, payload in parse(answer[A_LINK_STATS])}


_checks = [0, 0]


def check(text, condition):
    """State a fact, as ok and not_ok in the shell."""
    _checks[0] += 1
    if not condition:
        _checks[1] += 1
    print(f"{'ok' if condition else 'not ok'} {_checks[0]} - {text}", flush=True)
    return condition


def check_refused(text, number, function, *args, sentence=True, **kwargs):
    """The call is refused with that error, and with a sentence."""
    try:
        function(*args, **kwargs)
    except OSError as err:
        said = getattr(err, "text", "") or not sentence
        good = err.errno == number and said
        check(f"{text}: {errno.errorcode.get(err.errno)} {getattr(err, 'text', '')}", good)
        return
    check(f"{text}: was not refused", False)


def finish():
    """The plan and the exit status."""
    print(f"1..{_checks[0]}")
    raise SystemExit(1 if _checks[1] or not _checks[0] else 0)


def wait_for(condition, seconds=10):
    """Poll until condition() is true."""
    import time  # pylint: disable=import-outside-toplevel
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def unshare_user():
    """Leave for a user and a network namespace of our own, where we are root."""
    uid, gid = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0x10000000 | 0x40000000):
        raise OSError(ctypes.get_errno(), "unshare")
    for name, line in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(line)


def drop_capabilities():
    """Become an unprivileged user for good."""
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
