#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""IPv6 on a WAN interface, packet by packet. Run by ipv6-wan.sh.

Prepared: ras0 with fe80::1/64, cli0 that no protocol listens on, 2001:db8:ffff::1 on lo,
2001:db8::/32 by the next hop that stands for all clients. A client is a loop: one end has
a line on ras0, the other one on cli0, where its packets come out and are put in.
"""
import errno
import os
import select
import socket
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from kernel import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import

HOST = "2001:db8:ffff::1"
GATEWAY = "fe80::fdff:ffff:ffff:ff80"
ETH_IPV6 = 0x86dd
UDP, ICMPV6 = 17, 58
UNREACHABLE, ADDRESS_UNREACHABLE, TOO_BIG = 1, 3, 2
IFACE_GET, IFACE_SET, PROJECTION_GET = range(1, 4)
A_IFACE_INDEX, A_IFACE_MULTICAST, A_IFACE_DROP, A_IFACE_CONFLICT = 1, 5, 6, 8
(A_INDEX, A_IPV4, A_LINK, A_MRU, _, A_AGE, A_IPV6, A_PREFIX, A_PREFIX_LEN, A_IDLE, _,
 A_RX, A_RX_BYTES, A_TX, A_TX_BYTES) = range(1, 16)
IPV6_MTU_DISCOVER, IPV6_MTU, IPV6_RECVERR = 23, 24, 25

nl = Ndiswan()
wan = Netlink("wanarp")
ras0 = socket.if_nametoindex("ras0")
numbers = iter(range(1, 1000))


def packets(dev):
    """A socket for all IPv6 packets of a device."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_IPV6))
    sock.bind((dev, ETH_IPV6))
    sock.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # SO_RCVBUFFORCE
    return sock


clients_end, hosts_end = packets("cli0"), packets("ras0")


def hwaddr(link):
    """The address of a link."""
    return struct.pack(">HI", 0x0200, link)


def address(text):
    """16 bytes."""
    return socket.inet_pton(socket.AF_INET6, text)


def ipv6_packet(source, target, data=b"", protocol=59):
    """No next header, unless one is given."""
    return struct.pack(">IHBB", 6 << 28, len(data), protocol, 64) + address(source) + \
        address(target) + data


class Client:
    """A loop of two links with IPv6 up."""

    def __init__(self, local, prefix="", mru=1492):
        self.near, self.far = Link(), Link()
        self.near.attach_loop()
        self.far.attach_loop(self.near.id)
        nl.line_up_ipv6(self.far.id, "cli0", f"fe80::ffff:{next(numbers):x}")
        try:
            nl.line_up_ipv6(self.near.id, "ras0", local, prefix, mru)
        except OSError:
            self.close()
            raise

    def send(self, source, target, data=b"", protocol=59):
        """A packet of the client's."""
        clients_end.send(hwaddr(self.far.id) + bytes(6) + struct.pack(">H", ETH_IPV6) +
                         ipv6_packet(source, target, data, protocol))

    def is_up(self):
        """Has it a line on ras0?"""
        return 12 in nl.links()[self.near.id]

    def close(self):
        """Hang up."""
        self.near.close()
        self.far.close()


def receive(sock, seconds):
    """The next frame that comes to or in by the device, with its kind; or None."""
    while select.select([sock], [], [], seconds)[0]:
        frame, (_, _, kind, _, _) = sock.recvfrom(1 << 16)
        if kind != 4:  # PACKET_OUTGOING
            return frame
    return None


def drain():
    """Forget what has come."""
    for sock in (clients_end, hosts_end):
        while receive(sock, 0):
            pass


def came_to(client, data, seconds=5):
    """Does a packet with this in it come to the client, and to nobody else before?"""
    while True:
        frame = receive(clients_end, seconds)
        if not frame:
            return False
        if data in frame:
            return frame[6:12] == hwaddr(client.far.id)


def quiet(data):
    """Has nothing with this in it come to any client?"""
    while True:
        frame = receive(clients_end, 0)
        if not frame:
            return True
        if data in frame:
            return False


def udp():
    """A socket of the host's global address."""
    sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    sock.bind((HOST, 0))
    sock.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
    return sock


def reaches(client, target, scope=0):
    """Does what the host sends to this address come to the client?"""
    drain()
    data = f"to {target} {next(numbers)}".encode()
    sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) if scope else udp()
    with sock:
        sock.sendto(data, (target, 9, 0, scope))
    return came_to(client, data)


def error_of(target, data=b"x"):
    """The ICMPv6 error that the host gets when it sends to this address: (type, code)."""
    with udp() as sock:
        sock.connect((target, 9))
        try:
            sock.send(data)
            poller = select.poll()
            poller.register(sock, 0)
            if not poller.poll(5000):
                return None
        except OSError:
            pass
        ancillary = sock.recvmsg(2048, 512, socket.MSG_ERRQUEUE)[1]
    for level, kind, found in ancillary:
        if (level, kind) == (socket.IPPROTO_IPV6, IPV6_RECVERR):
            return tuple(found[5:7])
    return None


def dropped(reason):
    """A counter of ras0."""
    for kind, payload in parse(wan.request(IFACE_GET, u32(A_IFACE_INDEX, ras0))[0]):
        if kind == A_IFACE_DROP:
            drop = dict(parse(payload))
            if drop[1].rstrip(b"\0").decode() == reason:
                return struct.unpack("=Q", drop[3])[0]
    return 0


def projection(text):
    """What is known of a client by an address."""
    return dict(parse(wan.request(PROJECTION_GET, u32(A_INDEX, ras0) + ipv6(A_IPV6, text))[0]))


def neighbours():
    """Of ras0, by address."""
    shown = subprocess.run(["ip", "-6", "neigh", "show", "dev", "ras0", "nud", "all"],
                           check=True, capture_output=True, text=True).stdout
    return {line.split()[0] for line in shown.splitlines()
            if not line.startswith("ff")}


def route(*words):
    """ip -6 route."""
    subprocess.run(["ip", "-6", "route", *words], check=True)


def heard(client, source, target, data):
    """Does the host hear this packet of the client's, from that link?"""
    drain()
    client.send(source, target, data)
    while True:
        frame = receive(hosts_end, 5)
        if not frame:
            return False
        if data in frame:
            return frame[6:12] == hwaddr(client.near.id)


def refused(client, source, target):
    """Is it dropped and counted?"""
    before = dropped("rx-source-address")
    client.send(source, target, b"forged")
    return wait_for(lambda: dropped("rx-source-address") == before + 1)


def refusals():
    """Line-ups that are refused, each with a sentence."""
    def up(*attributes, protocol=PPP_IPV6, mru=1492):
        nl.request(LINE_UP, u32(A_LINE_LINK, link.id) + u16(A_LINE_PROTOCOL, protocol) +
                   u32(A_LINE_IFINDEX, ras0) + u32(A_LINE_MRU, mru) + b"".join(attributes))

    def prefix(text, bits):
        return ipv6(A_LINE_PREFIX, text) + u8(A_LINE_PREFIX_LEN, bits)

    local = ipv6(A_LINE_IPV6, "fe80::9")
    link = Link()
    link.attach_loop()
    for text, number, attributes in (
            ("no address", errno.EINVAL, ()),
            ("an IPv4 address", errno.EINVAL, (local, ipv4(A_LINE_IPV4, "10.0.0.1"))),
            ("a prefix without length", errno.EINVAL, (local, ipv6(A_LINE_PREFIX, "2001:db8::"))),
            ("a length without prefix", errno.EINVAL, (local, u8(A_LINE_PREFIX_LEN, 64))),
            ("another length", errno.EINVAL, (local, prefix("2001:db8::", 56))),
            ("length 0", errno.EINVAL, (local, prefix("2001:db8::", 0))),
            ("bits beyond the length", errno.EINVAL, (local, prefix("2001:db8::1", 64))),
            ("a global address", errno.EADDRNOTAVAIL, (ipv6(A_LINE_IPV6, "2001:db8::1"),)),
            ("not fe80::/64", errno.EADDRNOTAVAIL, (ipv6(A_LINE_IPV6, "fe80:0:0:1::1"),)),
            ("identifier 0", errno.EADDRNOTAVAIL, (ipv6(A_LINE_IPV6, "fe80::"),)),
            ("the gateway of all", errno.EADDRNOTAVAIL, (ipv6(A_LINE_IPV6, GATEWAY),)),
            ("the host's link-local address", errno.EADDRINUSE, (ipv6(A_LINE_IPV6, "fe80::1"),)),
            ("the host's address", errno.EADDRINUSE, (local, prefix(HOST, 128))),
            ("the prefix ::", errno.EADDRNOTAVAIL, (local, prefix("::", 64))),
            ("::1", errno.EADDRNOTAVAIL, (local, prefix("::1", 128))),
            ("a link-local prefix", errno.EADDRNOTAVAIL, (local, prefix("fe80::", 64))),
            ("a multicast prefix", errno.EADDRNOTAVAIL, (local, prefix("ff02::", 64))),
            ("all routers' address", errno.EADDRNOTAVAIL, (local, prefix("2001:db8::", 128)))):
        check_refused(text, number, up, *attributes)
    check_refused("too small an MRU", errno.EINVAL, up, local, mru=1279)
    check_refused("IPv6 addresses for IPv4", errno.EINVAL, up, ipv4(A_LINE_IPV4, "10.0.0.1"),
                  local, protocol=PPP_IP)
    check("nothing is left of them", 12 not in nl.links()[link.id] and
          not wan.dump(PROJECTION_GET))
    up(local, mru=1280)
    check("the smallest MRU is enough", projection("fe80::9")[A_MRU] == struct.pack("=I", 1280))
    check_refused("a line-up of a line that is up", errno.EEXIST, up, local)
    check_refused("an update to less", errno.EINVAL, nl.request, LINE_UPDATE,
                  u32(A_LINE_LINK, link.id) + u16(A_LINE_PROTOCOL, PPP_IPV6) +
                  u32(A_LINE_MRU, 1279))
    up(ipv4(A_LINE_IPV4, "10.0.0.1"), protocol=PPP_IP, mru=1000)
    check("IPv4 is up beside it", len(wan.dump(PROJECTION_GET)) == 2)
    link.close()
    check("both go with the link", not wan.dump(PROJECTION_GET))


def sending(alice, bob, carol):
    """To clients, and to addresses that are nobody's."""
    check("to a link-local address", reaches(alice, "fe80::a", ras0))
    check("to another", reaches(bob, "fe80::b", ras0))
    check("to a prefix", reaches(alice, "2001:db8:a::1"))
    check("to the end of it", reaches(alice, "2001:db8:a::ffff:ffff:ffff:ffff"))
    check("to another prefix", reaches(bob, "2001:db8:b::1"))
    check("to a single address", reaches(carol, "2001:db8:c::7"))
    drain()
    before = dropped("tx-unresolved")
    for target in ("2001:db8:c::8", "2001:db8:d::1", "2001:db8::"):
        check(f"{target} is nobody's and unreachable",
              error_of(target) == (UNREACHABLE, ADDRESS_UNREACHABLE))
    check("each is counted", dropped("tx-unresolved") == before + 3)
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        try:
            sock.sendto(b"x", ("fe80::99", 9, 0, ras0))
        except OSError:
            pass
    check("a link-local address that is nobody's is no neighbour", "fe80::99" not in neighbours())
    check("nobody got any of it", quiet(b"x" * 8) and receive(clients_end, 0) is None)


def forwarding(alice, bob):
    """From one client to another, and to nobody."""
    with open("/proc/sys/net/ipv6/conf/all/forwarding", "w", encoding="ascii") as file:
        file.write("1")
    drain()
    alice.send("2001:db8:a::1", "2001:db8:b::1", b"from alice to bob")
    check("from client to client", came_to(bob, b"from alice to bob"))
    drain()
    alice.send("2001:db8:a::1", "2001:db8:d::1", b"from alice to nobody")
    frame = receive(clients_end, 5)
    check("to nobody: she is told", frame and frame[6:12] == hwaddr(alice.far.id) and
          frame[14 + 6] == ICMPV6 and tuple(frame[54:56]) == (UNREACHABLE, ADDRESS_UNREACHABLE))


def send_anyway(sock, target):
    """A packet of which nobody cares what becomes of it."""
    try:
        sock.sendto(b"scan", (target, 9))
    except OSError:
        pass


def scan(alice):
    """Does a scan of a client's prefix fill the neighbour table?"""
    before = neighbours()
    drain()
    with udp() as sock:
        for i in range(2000):
            sock.sendto(b"scan", (f"2001:db8:a::1:{i:x}", 9))
        for i in range(500):
            send_anyway(sock, f"2001:db8:d::1:{i:x}")
    check("she gets all of it", sum(came_to(alice, b"scan") for _ in range(2000)) == 2000)
    check(f"it leaves no neighbours: {before} {neighbours() - before}", neighbours() == before)
    check("one stands for all clients", GATEWAY in before)
    route("add", "2001:db8:b::/64", "dev", "ras0")
    with udp() as sock:
        for i in range(100):
            send_anyway(sock, f"2001:db8:b::1:{i:x}")
    route("del", "2001:db8:b::/64", "dev", "ras0")
    check("a route of a prefix to the device itself has one for each address",
          len(neighbours() - before) == 100)
    before = neighbours()
    route("add", "2001:db8:d::/64", "dev", "ras0")
    with udp() as sock:
        for i in range(100):
            send_anyway(sock, f"2001:db8:d::{i:x}")
    route("del", "2001:db8:d::/64", "dev", "ras0")
    check("but for none that is nobody's", neighbours() == before)


def source_check(alice, bob):
    """What a client may send."""
    for text, source, target in (("her link-local address", "fe80::a", "ff02::1"),
                                 ("her prefix", "2001:db8:a::1", HOST),
                                 ("the end of it", "2001:db8:a:0:ffff:ffff:ffff:ffff", HOST),
                                 ("none, to a group on the link", "::", "ff02::1:ff00:a")):
        check(f"{text} is hers", heard(alice, source, target, b"own " + text.encode()))
    for text, source, target in (("another's link-local address", "fe80::b", "ff02::1"),
                                 ("another's prefix", "2001:db8:b::1", HOST),
                                 ("the host's address", HOST, HOST),
                                 ("the host's link-local address", "fe80::1", "ff02::1"),
                                 ("the next hop of all", GATEWAY, "ff02::1"),
                                 ("nobody's address", "2001:db8:d::1", HOST),
                                 ("none, to the host", "::", HOST),
                                 ("none, to a group of the site", "::", "ff05::2"),
                                 ("loopback", "::1", HOST),
                                 ("a group", "ff02::1", HOST)):
        check(f"{text} is not", refused(alice, source, target))
    with open("/sys/class/net/ras0/wanarp/source_check", "w", encoding="ascii") as file:
        file.write("0")
    check("switched off all is", heard(alice, "2001:db8:b::1", HOST, b"anything"))
    with open("/sys/class/net/ras0/wanarp/source_check", "w", encoding="ascii") as file:
        file.write("1")
    check("switched on again it is not", refused(alice, "2001:db8:b::1", HOST))


def routed(alice, bob):
    """Networks behind a client."""
    inside = "2001:db8:ab00:5::1"
    for text, via in (("link-local address", ["via", "fe80::a", "dev", "ras0"]),
                      ("prefix", ["via", "2001:db8:a::1", "dev", "ras0", "onlink"])):
        check(f"by her {text}: before, nobody's", refused(alice, inside, HOST))
        route("add", "2001:db8:ab00::/56", *via)
        check(f"by her {text}: to her", reaches(alice, inside))
        check(f"by her {text}: from her", heard(alice, inside, HOST, b"routed"))
        check(f"by her {text}: not from another", refused(bob, inside, HOST))
        check(f"by her {text}: and no more", refused(alice, "2001:db8:ab01::1", HOST))
        route("del", "2001:db8:ab00::/56")
    route("add", "2001:db8:ab00::/56", "nexthop", "via", "fe80::b", "dev", "ras0",
          "nexthop", "via", "fe80::a", "dev", "ras0")
    check("by two: from one", heard(alice, inside, HOST, b"routed 1"))
    check("by two: from the other", heard(bob, inside, HOST, b"routed 2"))
    route("del", "2001:db8:ab00::/56")


def take_over(alice, bob):
    """The newest line-up has the addresses, unless that is switched off."""
    second = Client("fe80::a", "2001:db8:a2::/64")
    check("her other link is told", not alice.is_up())
    check("the new one has the address", reaches(second, "fe80::a", ras0))
    check("and its own prefix", reaches(second, "2001:db8:a2::1"))
    check("the old prefix is nobody's", error_of("2001:db8:a::1") ==
          (UNREACHABLE, ADDRESS_UNREACHABLE))
    check_refused("a late line-down", errno.ENOTCONN, nl.line_down, alice.near.id, PPP_IPV6)
    check("takes nothing from it", reaches(second, "fe80::a", ras0))
    alice.close()
    check("nor does the end of the old link", reaches(second, "fe80::a", ras0))

    wan.request(IFACE_SET, u32(A_IFACE_INDEX, ras0) + u32(A_IFACE_CONFLICT, 1))
    check_refused("set to refuse: her address", errno.EADDRINUSE, Client, "fe80::a")
    check_refused("set to refuse: her prefix", errno.EADDRINUSE, Client, "fe80::e",
                  "2001:db8:a2::/64")
    check("she still has both", reaches(second, "fe80::a", ras0) and
          reaches(second, "2001:db8:a2::1"))
    link = Link()
    link.attach_loop()
    nl.line_up(link.id, "ras0", "10.1.1.1")
    other = Link()
    other.attach_loop()
    check_refused("set to refuse: an IPv4 address", errno.EADDRINUSE, nl.line_up, other.id,
                  "ras0", "10.1.1.1")
    wan.request(IFACE_SET, u32(A_IFACE_INDEX, ras0) + u32(A_IFACE_CONFLICT, 0))
    nl.line_up(other.id, "ras0", "10.1.1.1")
    check("switched off it is taken", 12 not in nl.links()[link.id])
    link.close()
    other.close()
    both = Client("fe80::a", "2001:db8:b::/64")
    check("one may take from two", not second.is_up() and not bob.is_up())
    check("and has both", reaches(both, "fe80::a", ras0) and reaches(both, "2001:db8:b::1"))
    for client in (second, both):
        client.close()


def too_big():
    """A client with a small MRU."""
    small = Client("fe80::5", "2001:db8:5::/64", mru=1280)
    before = dropped("tx-too-long")
    with udp() as sock:
        sock.connect(("2001:db8:5::1", 9))
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER, 2)  # IPV6_PMTUDISC_DO
        sock.send(bytes(1280 - 48))
        check("1280 bytes pass", dropped("tx-too-long") == before)
        sock.send(bytes(1281 - 48))
        check("1281 do not", dropped("tx-too-long") == before + 1)
        check("the sender is told what does", wait_for(
            lambda: sock.getsockopt(socket.IPPROTO_IPV6, IPV6_MTU) == 1280))
    check("that is by packet too big", error_of("2001:db8:5::2", bytes(1400)) == (TOO_BIG, 0))
    drain()
    with udp() as sock:
        sock.sendto(b"a" * 1300 + b"end of it", ("2001:db8:5::1", 9))
    frames = [receive(clients_end, 5), receive(clients_end, 5)]
    check("then the sender cuts", all(frames) and max(map(len, frames)) <= 1294 and
          any(b"end of it" in frame for frame in frames))
    nl.request(LINE_UPDATE, u32(A_LINE_LINK, small.near.id) + u16(A_LINE_PROTOCOL, PPP_IPV6) +
               u32(A_LINE_MRU, 1400))
    before = dropped("tx-too-long")
    with udp() as sock:
        sock.sendto(bytes(1400 - 48), ("2001:db8:5::3", 9))
    check("a line-update is obeyed", dropped("tx-too-long") == before)
    small.close()


def multicast(alice, bob):
    """To all clients, or to one."""
    drain()
    hosts_end.send(hwaddr(alice.near.id) + bytes(6) + struct.pack(">H", ETH_IPV6) +
                   ipv6_packet("fe80::1", "ff02::1", b"for alice alone"))
    check("a group's packet to one link comes to it", came_to(alice, b"for alice alone"))
    check("and to no other", receive(clients_end, 0) is None)
    drain()
    before = dropped("tx-multicast")
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"for all", ("ff02::1", 9, 0, ras0))
        check("without the switch it is dropped and counted",
              wait_for(lambda: dropped("tx-multicast") > before) and quiet(b"for all"))
        wan.request(IFACE_SET, u32(A_IFACE_INDEX, ras0) + u8(A_IFACE_MULTICAST, 1))
        sock.sendto(b"for all", ("ff02::1", 9, 0, ras0))
    got = set()
    while len(got) < 2:
        frame = receive(clients_end, 5)
        if not frame:
            break
        if b"for all" in frame:
            got.add(frame[6:12])
    check("with it both get it", {hwaddr(alice.far.id), hwaddr(bob.far.id)} <= got)
    wan.request(IFACE_SET, u32(A_IFACE_INDEX, ras0) + u8(A_IFACE_MULTICAST, 0))


def shown(alice):
    """What netlink tells."""
    before = projection("fe80::a")
    check("by the link-local address", before[A_LINK] == struct.pack("=I", alice.near.id))
    check("with the prefix", before[A_PREFIX] == address("2001:db8:a::") and
          before[A_PREFIX_LEN] == b"\x40")
    check("by an address in the prefix", projection("2001:db8:a::77")[A_IPV6] ==
          address("fe80::a"))
    check_refused("by an address of nobody", errno.ENOENT, projection, "2001:db8:d::1")
    check_refused("by none", errno.EINVAL, wan.request, PROJECTION_GET, u32(A_INDEX, ras0))
    check_refused("by two", errno.EINVAL, wan.request, PROJECTION_GET, u32(A_INDEX, ras0) +
                  ipv6(A_IPV6, "fe80::a") + ipv4(A_IPV4, "10.0.0.1"))
    check("a packet to her", reaches(alice, "2001:db8:a::1"))
    check("a packet from her", heard(alice, "fe80::a", "ff02::1", b"counted"))
    after = projection("fe80::a")

    def grown(kind):
        return struct.unpack("=Q", after[kind])[0] - struct.unpack("=Q", before[kind])[0]
    check("are counted", grown(A_TX) == 1 and grown(A_RX) == 1 and
          grown(A_RX_BYTES) == 40 + len(b"counted"))
    idle = struct.unpack("=Q", after[A_IDLE])[0]
    check("and end her idle time", wait_for(
        lambda: struct.unpack("=Q", projection("fe80::a")[A_IDLE])[0] > idle))
    link = nl.links()[alice.near.id]
    line = dict(parse(link[12]))
    check("the link tells of the line", line[1] == struct.pack("=H", PPP_IPV6) and
          line[5] == address("fe80::a") and line[6] == address("2001:db8:a::") and
          line[7] == b"\x40" and 3 not in line)
    check("with counters of its own", dict(parse(line[8]))[4] == dict(parse(link[13]))[4])


refusals()
alice_, bob_ = Client("fe80::a", "2001:db8:a::/64"), Client("fe80::b", "2001:db8:b::/64")
carol_ = Client("fe80::c", "2001:db8:c::7/128")
sending(alice_, bob_, carol_)
inner = Client("fe80::d", "2001:db8:a::7/128")
check("an address inside of another's prefix", reaches(inner, "2001:db8:a::7"))
check("is no longer hers to send from", refused(alice_, "2001:db8:a::7", HOST))
check("but its owner's", heard(inner, "2001:db8:a::7", HOST, b"inner"))
inner.close()
check("until he is gone", reaches(alice_, "2001:db8:a::7"))
carol_.close()
scan(alice_)
source_check(alice_, bob_)
routed(alice_, bob_)
multicast(alice_, bob_)
shown(alice_)
forwarding(alice_, bob_)
take_over(alice_, bob_)
bob_.close()
too_big()
check("nothing is left", not wan.dump(PROJECTION_GET) and not nl.links())
finish()
