# SPDX-License-Identifier: GPL-2.0
"""The netlink family ipfltdrv without our own tools: sets, bindings, packets."""
import ipaddress
import socket
import struct

from kernel import Netlink, attribute, parse, u8, u16, u32

(SET_GET, SET_BEGIN, FILTER_ADD, SET_COMMIT, SET_ABORT, SET_REMOVE, FILTER_GET, BINDING_SET,
 BINDING_GET, BINDING_REMOVE, DEVICE_GET, PACKET_TEST, EVENT_NTF, EXTENSION_GET) = range(1, 15)
(S_NAME, S_INGRESS_DEFAULT, S_EGRESS_DEFAULT, S_TRANSACTION, S_LOADED, S_FILTERS, S_BYTES,
 S_GENERATION, S_BINDINGS, S_INGRESS, S_EGRESS, S_RESET) = range(1, 13)
(F_SET, F_TRANSACTION, F_SIZE, F_FILTERS, F_PACKETS, F_FIRST, F_GENERATION, F_RESET) = range(1, 9)
(B_IFINDEX, B_LINK_ADDRESS, B_IPV4, B_IPV6, B_SET, B_DIRECTIONS, B_CLOSED, B_FRAGMENTS,
 B_STRONG_HOST, B_LOG, B_LOG_GROUP, B_LOG_RATE, B_LOGGED, B_LOG_LOST, B_LINK, B_LOADED,
 B_INGRESS, B_EGRESS, B_RESET) = range(1, 20)
(T_IFINDEX, T_SET, T_DIRECTION, T_PACKET, T_LINK_ADDRESS, T_CLIENT_IPV4, T_CLIENT_IPV6,
 T_INTERFACE_IPV4, T_INTERFACE_IPV6, T_FRAGMENTS, T_VERDICT, T_STEP, T_REASON, T_FILTER,
 T_TAG) = range(1, 16)
D_IFINDEX, D_NAME, D_BINDINGS, D_WAITING, D_OTHER, D_DROP, _, D_FRAGMENTS_EVICTED = range(1, 9)

X_NAME, X_PRIORITY, X_MODULE = range(1, 4)

FORWARD, DROP = 0, 1
INGRESS, EGRESS, BOTH = 1, 2, 3
STEPS = ("none", "frame", "closed", "parse", "fragment", "strong-host", "extension", "filter",
         "default")
ESTABLISHED, FRAGMENT, LOG, PROTOCOL, ICMP_TYPE, ICMP_CODE = (1 << bit for bit in range(6))
CLIENT, INTERFACE = 1, 2
FILTER = struct.Struct("=IIBBBBBBBBB3x4H16s16s")


def _address(text):
    """Prefix as (bytes, length, family, late)."""
    if text in ("client", "interface"):
        return b"", 0, 0, CLIENT if text == "client" else INTERFACE
    if not text:
        return b"", 0, 0, 0
    net = ipaddress.ip_network(text)
    return net.network_address.packed, net.prefixlen, net.version, 0


def filter_bytes(directions=INGRESS, family=None, src="", dst="", protocol=None, sport=(0, 0),
                 dport=(0, 0), icmp=(), flags=0, tag=0):
    """One struct ipfltdrv_filter."""
    src, src_len, src_family, src_late = _address(src)
    dst, dst_len, dst_family, dst_late = _address(dst)
    if family is None:
        family = src_family or dst_family
    if protocol is not None:
        flags |= PROTOCOL
    flags |= (0, ICMP_TYPE, ICMP_TYPE | ICMP_CODE)[len(icmp)]
    kind, code = (tuple(icmp) + (0, 0))[:2]
    return FILTER.pack(flags, tag, family, directions, protocol or 0, src_len, dst_len, src_late,
                       dst_late, kind, code, *sport, *dport, src, dst)


def text(kind, value):
    """A string attribute."""
    return attribute(kind, value.encode() + b"\0")


def hwaddr(link):
    """The address of a link."""
    return struct.pack(">HI", 0x0200, link)


def number(payload):
    """A number of any size."""
    return int.from_bytes(payload, "little")


def string(payload):
    """A string."""
    return payload.rstrip(b"\0").decode()


def stats(payload):
    """The two counters of a nest."""
    nest = dict(parse(payload))
    return number(nest[2]), number(nest[3])


class Filters(Netlink):
    """The family ipfltdrv."""

    BATCH = 1000

    def __init__(self):
        super().__init__("ipfltdrv")

    def begin(self, name, ingress=FORWARD, egress=FORWARD):
        """Begin a transaction; its number."""
        answer = self.request(SET_BEGIN, text(S_NAME, name) + u8(S_INGRESS_DEFAULT, ingress) +
                              u8(S_EGRESS_DEFAULT, egress))
        return number(dict(parse(answer[0]))[S_TRANSACTION])

    def add(self, transaction, data, size=FILTER.size):
        """Add filters."""
        self.request(FILTER_ADD, u32(F_TRANSACTION, transaction) + u32(F_SIZE, size) +
                     attribute(F_FILTERS, data))

    def commit(self, transaction):
        """Put them in force."""
        return dict(parse(self.request(SET_COMMIT, u32(S_TRANSACTION, transaction))[0]))

    def abort(self, transaction):
        """Give up."""
        self.request(SET_ABORT, u32(S_TRANSACTION, transaction))

    def load(self, name, ingress=FORWARD, egress=FORWARD, filters=()):
        """A whole set of filter_bytes()."""
        transaction = self.begin(name, ingress, egress)
        for i in range(0, len(filters), self.BATCH):
            self.add(transaction, b"".join(filters[i:i + self.BATCH]))
        return self.commit(transaction)

    def remove(self, name):
        """Remove a set."""
        self.request(SET_REMOVE, text(S_NAME, name))

    def set(self, name, reset=0):
        """One set."""
        return dict(parse(self.request(SET_GET, text(S_NAME, name) + u8(S_RESET, reset))[0]))

    def sets(self):
        """All sets, by name."""
        return {string(one[S_NAME]): one for one in self.dump(SET_GET)}

    def filters(self, name, reset=0):
        """All filters of a set: (struct as a tuple, packets)."""
        found = []
        for part in self.dump(FILTER_GET, text(F_SET, name) + u8(F_RESET, reset)):
            size = number(part[F_SIZE])
            count = len(part[F_FILTERS]) // size
            assert number(part[F_FIRST]) == len(found)
            packets = struct.unpack(f"={count}Q", part[F_PACKETS])
            for i in range(count):
                found.append((part[F_FILTERS][i * size:(i + 1) * size], packets[i]))
        return found

    @staticmethod
    def selector(dev, link=0, client=""):
        """Attributes that say which binding."""
        data = u32(B_IFINDEX, socket.if_nametoindex(dev) if isinstance(dev, str) else dev)
        if link:
            data += attribute(B_LINK_ADDRESS, hwaddr(link))
        if client:
            packed = ipaddress.ip_address(client).packed
            data += attribute(B_IPV4 if len(packed) == 4 else B_IPV6, packed)
        return data

    def bind(self, dev, name=None, link=0, client="", **more):
        """Bind a set; more are u8 attributes by name."""
        data = self.selector(dev, link, client)
        if name is not None:
            data += text(B_SET, name)
        for key, value in more.items():
            kind = globals()["B_" + key.upper()]
            data += {B_LOG_GROUP: u16, B_LOG_RATE: u32}.get(kind, u8)(kind, value)
        self.request(BINDING_SET, data)

    def unbind(self, dev, link=0, client=""):
        """End a binding."""
        self.request(BINDING_REMOVE, self.selector(dev, link, client))

    def binding(self, dev, link=0, client="", reset=0):
        """One binding."""
        return dict(parse(self.request(BINDING_GET, self.selector(dev, link, client) +
                                       u8(B_RESET, reset))[0]))

    def bindings(self, dev=None):
        """All bindings."""
        data = u32(B_IFINDEX, socket.if_nametoindex(dev)) if dev else b""
        return self.dump(BINDING_GET, data)

    def device(self, dev):
        """A device and its drops, by reason."""
        answer = parse(self.request(DEVICE_GET, u32(D_IFINDEX, socket.if_nametoindex(dev)))[0])
        drops = {}
        for kind, payload in answer:
            if kind == D_DROP:
                nest = dict(parse(payload))
                drops[string(nest[1])] = number(nest[3])
        return dict(answer), drops

    def test(self, packet, direction=INGRESS, dev="", name="", link=0, **more):
        """What becomes of a packet: (verdict, step, reason, filter, tag)."""
        data = u8(T_DIRECTION, direction) + attribute(T_PACKET, packet)
        if dev:
            data += u32(T_IFINDEX, socket.if_nametoindex(dev))
        if name:
            data += text(T_SET, name)
        if link:
            data += attribute(T_LINK_ADDRESS, hwaddr(link))
        for key, value in more.items():
            kind = globals()["T_" + key.upper()]
            data += u8(kind, value) if kind == T_FRAGMENTS else \
                attribute(kind, ipaddress.ip_address(value).packed)
        answer = dict(parse(self.request(PACKET_TEST, data)[0]))
        return ("drop" if number(answer[T_VERDICT]) else "forward", STEPS[number(answer[T_STEP])],
                string(answer.get(T_REASON, b"")),
                number(answer[T_FILTER]) if T_FILTER in answer else None,
                number(answer[T_TAG]) if T_TAG in answer else None)


def ipv4(src, dst, protocol=17, sport=1000, dport=53, data=b"x", icmp=(8, 0), tcp=0x02,
         fragment=0):
    """An IPv4 packet; checksums are 0, which nobody here looks at."""
    if protocol == 6:
        payload = struct.pack(">HHIIBBHHH", sport, dport, 0, 0, 0x50, tcp, 0, 0, 0) + data
    elif protocol == 17:
        payload = struct.pack(">HHHH", sport, dport, 8 + len(data), 0) + data
    elif protocol == 1:
        payload = struct.pack(">BBHHH", *icmp, 0, 1, 1) + data
    else:
        payload = data
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, fragment, 64, protocol, 0,
                       socket.inet_aton(src), socket.inet_aton(dst)) + payload


def ipv6(src, dst, protocol=17, sport=1000, dport=53, data=b"x"):
    """An IPv6 packet with a UDP header."""
    payload = struct.pack(">HHHH", sport, dport, 8 + len(data), 0) + data
    return struct.pack(">IHBB16s16s", 6 << 28, len(payload), protocol, 64,
                       socket.inet_pton(socket.AF_INET6, src),
                       socket.inet_pton(socket.AF_INET6, dst)) + payload
