#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Random and mutated requests and packets. Run by filter-fuzz.sh.

Prepared: eth0 with 192.0.2.1 and 2001:db8::1, whose peer is eth0 of the namespace h with
192.0.2.2 and 2001:db8::2; ras0, which nobody is connected to.
"""
import collections
import ctypes
import errno
import os
import random
import socket
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from kernel import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import
from filters import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import
from wire import Wire, socket_in  # noqa: E402

OURS, PEER = "192.0.2.1", "192.0.2.2"
OURS6, PEER6 = "2001:db8::1", "2001:db8::2"
UDP = 17
CHECK, GROUP = 1, 7
MTU = 1500
REQUESTS = int(os.environ.get("REQUESTS", "4000"))
PACKETS = int(os.environ.get("PACKETS", "4000"))
seed = int(os.environ["SEED"])
rng = random.Random(seed)
NAMES = ("one", "two", "three", "a" * 31)
STRANGE = ("", "-x", "a b", "a" * 32, "a/b", "..", "%s%n", "\u00e4", "one\0two", "a" * 4000)
EDGES = (0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff)
DUMPS = (SET_GET, FILTER_GET, BINDING_GET, DEVICE_GET, EXTENSION_GET)
OPERATIONS = [*range(SET_GET, EVENT_NTF), EXTENSION_GET]
# Out of memory or a bug: neither is an answer to a wrong request.
NEVER = (errno.ENOMEM, errno.EFAULT, errno.EIO, errno.ENOSYS, errno.EPERM)


def one_in(count):
    """True once in so many times."""
    return not rng.randrange(count)


def value(bits):
    """A number, rather at an edge."""
    return (rng.choice(EDGES) if one_in(2) else rng.getrandbits(bits)) & ((1 << bits) - 1)


def name():
    """A set."""
    return rng.choice(STRANGE if one_in(8) else NAMES)


def filters():
    """Filters, good ones and any bytes."""
    made = []
    for _ in range(rng.choice((0, 1, 2, 20, 300))):
        made.append(filter_bytes(rng.choice((INGRESS, EGRESS, BOTH)), protocol=UDP,
                                 src=f"10.{rng.randrange(256)}.0.0/{rng.randrange(16, 33)}",
                                 dport=(rng.randrange(9), rng.randrange(9, 99)),
                                 flags=rng.choice((0, LOG)), tag=rng.getrandbits(32)))
    if one_in(6):
        made.append(rng.randbytes(FILTER.size))
    return b"".join(made)


def mutate(data):
    """Some bytes other than they were."""
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8)) if data else 0):
        at = rng.randrange(len(data))
        how = rng.randrange(4)
        if how == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif how == 1:
            data[at] = rng.choice(EDGES) & 255
        elif how == 2:
            del data[at:at + rng.choice((1, 2, 4, 16))]
        else:
            data[at:at] = rng.randbytes(rng.choice((1, 2, 4, 16)))
        if not data:
            break
    return bytes(data)


class Requests:
    """Requests of every operation, sensible ones to begin with."""

    def __init__(self):
        self.transactions = [0]
        self.indexes = [socket.if_nametoindex(dev) for dev in ("eth0", "ras0", "lo")]

    def transaction(self):
        """One of the last that were begun, which may be over."""
        return value(32) if one_in(10) else rng.choice(self.transactions[-2:])

    def selector(self):
        """Attributes that say which binding."""
        index = rng.choice(self.indexes)
        data = [u32(B_IFINDEX, value(32) if one_in(10) else index)]
        # Only ras0 has links and clients, but others may be asked for them.
        how = rng.randrange(4 if index == self.indexes[1] else 20)
        if how == 0:
            data.append(attribute(B_LINK_ADDRESS, hwaddr(rng.randrange(1, 9))))
        elif how == 1:
            data.append(attribute(B_IPV4, bytes((10, 64, 0, rng.randrange(9)))))
        elif how == 2:
            data.append(attribute(B_IPV6, bytes(15) + bytes((rng.randrange(9),))))
        return data

    def binding(self):
        """A whole binding."""
        data = self.selector() + [text(B_SET, name())]
        for kind, most in ((B_DIRECTIONS, 4), (B_CLOSED, 2), (B_FRAGMENTS, 3),
                           (B_STRONG_HOST, 2), (B_LOG, 4)):
            if one_in(2):
                data.append(u8(kind, rng.randrange(most)))
        if one_in(2):
            data += [u16(B_LOG_GROUP, value(16)), u32(B_LOG_RATE, value(32))]
        return data

    def test(self):
        """A packet and what it is to be asked of."""
        data = [u8(T_DIRECTION, rng.randrange(4)), attribute(T_PACKET, packet()[:16000])]
        data.append(text(T_SET, name()) if one_in(2) else
                    u32(T_IFINDEX, rng.choice(self.indexes)))
        if one_in(3):
            data.append(attribute(T_LINK_ADDRESS, hwaddr(rng.randrange(1, 9))))
        if one_in(3):
            data += [attribute(T_CLIENT_IPV4, rng.randbytes(4)), u8(T_FRAGMENTS, value(2))]
        return data

    def sensible(self, command):
        """Attributes that the operation asks for."""
        if command == SET_BEGIN:
            return [text(S_NAME, name()), u8(S_INGRESS_DEFAULT, rng.randrange(2)),
                    u8(S_EGRESS_DEFAULT, rng.randrange(2))]
        if command == FILTER_ADD:
            return [u32(F_TRANSACTION, self.transaction()),
                    u32(F_SIZE, value(32) if one_in(8) else FILTER.size),
                    attribute(F_FILTERS, filters())]
        if command in (SET_COMMIT, SET_ABORT):
            return [u32(S_TRANSACTION, self.transaction())]
        if command in (SET_GET, SET_REMOVE):
            return [text(S_NAME, name())] + [u8(S_RESET, 1)] * (command == SET_GET)
        if command == FILTER_GET:
            return [text(F_SET, name()), u8(F_RESET, rng.randrange(2))]
        if command == BINDING_SET:
            return self.binding()
        if command in (BINDING_GET, BINDING_REMOVE):
            return self.selector()
        if command == PACKET_TEST:
            return self.test()
        if command == EXTENSION_GET:
            return [u32(X_PRIORITY, value(32))]
        return [u32(D_IFINDEX, rng.choice(self.indexes))]

    def garbage(self, parts):
        """The attributes with something wrong about them."""
        how = rng.randrange(9)
        if how == 0 and parts:
            del parts[rng.randrange(len(parts))]
        elif how == 1 and parts:
            parts.append(rng.choice(parts))
        elif how == 2:
            parts.append(attribute(rng.randrange(0x10000), rng.randbytes(rng.randrange(40))))
        elif how == 3:
            kind = rng.randrange(1, 20)
            for _ in range(rng.choice((1, 3, 30))):
                parts.append(attribute(kind | 0x8000, parts.pop() if parts else b"\0"))
        elif how == 4 and parts:
            at = rng.randrange(len(parts))
            parts[at] = struct.pack("=H", value(16)) + parts[at][2:]
        elif how == 5 and parts:
            at = rng.randrange(len(parts))
            parts[at] = attribute(struct.unpack_from("=H", parts[at], 2)[0],
                                  rng.randbytes(rng.choice((0, 1, 3, 5, 7, 17, 300))))
        elif how == 6:
            return b"".join(parts)[:-rng.randrange(1, 12)]
        elif how == 7:
            return rng.randbytes(rng.choice((1, 3, 4, 8, 60, 4000)))
        else:
            return mutate(b"".join(parts))
        return b"".join(parts)

    def next(self):
        """(command, attributes, flags)"""
        command = value(8) if one_in(30) else \
            rng.choice((SET_BEGIN, FILTER_ADD, SET_COMMIT) + 3 * (rng.choice(OPERATIONS),))
        parts = self.sensible(command)
        body = self.garbage(parts) if one_in(2) else b"".join(parts)
        dump = one_in(2) if command in DUMPS else one_in(30)
        return command, body, NLM_F_ROOT_MATCH if dump else NLM_F_ACK


def requests():
    """Every request has its answer, whatever it says."""
    made = Requests()
    refused = collections.Counter()
    done = collections.Counter()
    nl = connect()
    for i in range(REQUESTS):
        command, body, flags = made.next()
        if i % 200 == 199:
            # With it go the transactions that nobody has ended.
            nl.sock.close()
            nl = connect()
        try:
            answers = nl.request(command, body, flags)
        except TimeoutError:
            check(f"request {i} ({command}, {body.hex()}, {flags:#x}) is answered", False)
            return
        except Refused as err:
            refused[err.errno] += 1
            continue
        done[command] += 1
        if command == SET_BEGIN and answers:
            made.transactions.append(number(dict(parse(answers[0]))[S_TRANSACTION]))
    check(f"{REQUESTS} requests, {done.total()} done: {sorted(done.items())}",
          set(done) == set(OPERATIONS))
    check("the others refused: " + ", ".join(
        f"{errno.errorcode[one]} {count}" for one, count in refused.most_common()),
        refused.total() > REQUESTS // 4 and not set(refused) & set(NEVER))
    nl.sock.close()


def connect():
    """A socket whose answers are waited for."""
    nl = Filters()
    # The answer does not repeat the request.
    nl.sock.setsockopt(270, 10, 1)  # NETLINK_CAP_ACK
    nl.sock.settimeout(30)
    return nl


def clear():
    """Everything that random requests have made can be taken away."""
    nl = connect()
    for one in nl.bindings():
        keep = (B_IFINDEX, B_LINK_ADDRESS, B_IPV4, B_IPV6)
        # A client is known by its address, whichever link it is on.
        nl.request(BINDING_REMOVE, b"".join(attribute(kind, one[kind])
                                            for kind in keep if kind in one))
    for one in nl.sets():
        nl.remove(one)
    check("all bindings and sets can be removed", not nl.bindings() and not nl.sets() and
          not nl.dump(DEVICE_GET))
    nl.sock.close()


def chain():
    """Extension headers of IPv6: (the first one's number, bytes)."""
    kinds = [rng.choice((0, 43, 43, 44, 44, 44, 51, 60, 60, 135, 139, 59, 50, value(8)))
             for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 3, 9)))]
    kinds.append(rng.choice((UDP, 6, 58)))
    data = b""
    for kind, following in zip(kinds, kinds[1:]):
        if kind == 44:
            data += struct.pack(">BBHI", following, 0, rng.choice((0, 1, 8, 0xfff8, value(16))),
                                rng.randrange(8))
        else:
            size = value(8) if one_in(20) else rng.randrange(3)
            data += bytes((following, size)) + rng.randbytes(min(6 + 8 * size, 400))
    return kinds[0], data + transport()


def transport():
    """A transport header, or the beginning of one."""
    ports = struct.pack(">HH", rng.randrange(100), rng.choice((8, 9, 53)))
    return (ports + rng.randbytes(rng.choice((4, 20, 20, 60, 60, 3))))[:1 if one_in(10) else None]


def packet4():
    """An IPv4 packet; options, lengths and fragments as they come."""
    words = rng.choice((5,) * 12 + (6, 15, 4, 0))
    payload = transport()
    size = 20 + max(words - 5, 0) * 4
    return struct.pack(">BBHHHBBH4s4s", 0x40 | words, value(8),
                       value(16) if one_in(10) else size + len(payload), rng.randrange(8),
                       rng.choice((0, 0, 0x2000, 0x2001, 1, 2, 8, 0x1fff, value(16))), 64,
                       rng.choice((1, 6, UDP, UDP, 132, 136, value(8))), 0,
                       socket.inet_aton(f"10.{rng.randrange(256)}.0.1" if one_in(2) else PEER),
                       socket.inet_aton(OURS)) + rng.randbytes(size - 20) + payload


def packet6():
    """An IPv6 packet."""
    kind, payload = chain()
    return struct.pack(">IHBB16s16s", 6 << 28 | rng.getrandbits(28),
                       value(16) if one_in(10) else len(payload), kind, 64,
                       socket.inet_pton(socket.AF_INET6, PEER6),
                       socket.inet_pton(socket.AF_INET6, OURS6)) + payload


def packet():
    """Any packet."""
    how = rng.randrange(12)
    if how == 0:
        return rng.randbytes(rng.choice((1, 10, 20, 40, 100, MTU)))
    made = packet4() if how < 6 else packet6()
    if one_in(4):
        made = mutate(made)
    return (made[:rng.randrange(1, len(made))] if made[1:] and one_in(10) else made)[:MTU]


def ether_type(data):
    """What a frame says that it carries, rather the truth; some with VLAN tags."""
    kind = b"\x08\x00" if data[:1] and data[0] >> 4 == 4 else b"\x86\xdd"
    if one_in(10):
        kind = rng.choice((b"\x08\x00", b"\x86\xdd", b"\x08\x06", rng.randbytes(2)))
    if one_in(10):
        for _ in range(rng.choice((1, 1, 2, 5))):
            kind = rng.choice((b"\x81\x00", b"\x88\xa8")) + rng.choice((b"\0\0", b"\0\7")) + kind
    return kind


def judged(nl):
    """Frames of both directions that were judged or are not IP."""
    binding = nl.binding("eth0")
    info, drops = nl.device("eth0")
    return sum(stats(binding[B_INGRESS]) + stats(binding[B_EGRESS])) + \
        number(info[D_OTHER]) + drops.get("frame", 0)


def packets():
    """Packets in and out, where fragments are checked and everything is logged."""
    nl, wire = connect(), Wire()
    nl.load("fuzz", FORWARD, FORWARD, [
        filter_bytes(BOTH, protocol=UDP, dport=(9, 9), flags=LOG),
        filter_bytes(BOTH, src="10.128.0.0/9"),
        filter_bytes(BOTH, protocol=58, icmp=(8,)),
        filter_bytes(BOTH, protocol=6, flags=ESTABLISHED)])
    nl.bind("eth0", "fuzz", fragments=CHECK, log=3, log_group=GROUP, log_rate=1000000)
    capture = os.path.join(os.environ["RRAS_LOG"], "nflog.pcap")
    with subprocess.Popen(["tcpdump", "-Z", "root", "-U", "-w", capture, "-i",
                           f"nflog:{GROUP}"], stderr=subprocess.DEVNULL) as tcpdump:
        check("somebody listens to the log", wait_for(listened, 30))
        out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        out.bind(("eth0", 0))
        unsent = 0
        for i in range(PACKETS):
            data = packet()
            sender = wire.socket if i % 4 else out
            head = rng.choice((wire.target, b"\xff" * 6)) + bytes(6)
            try:
                sender.send((head + ether_type(data) + data)[:MTU + 14])
            except OSError:
                # On the way out that is what a drop looks like.
                unsent += sender is not out
        check(f"each of {PACKETS - unsent} packets was judged",
              wait_for(lambda: judged(nl) >= PACKETS - unsent) and unsent < PACKETS // 4)
        for kind, name_ in ((B_INGRESS, "received"), (B_EGRESS, "sent")):
            check(f"{name_}: {stats(nl.binding('eth0')[kind])} forwarded and dropped",
                  all(stats(nl.binding("eth0")[kind])))
        drops = nl.device("eth0")[1]
        check(f"reasons: {drops}", {"filter", "malformed", "fragment"} <= set(drops))
        check("packets were logged", wait_for(lambda: os.path.getsize(capture) > 1000))
        tcpdump.terminate()
    nl.unbind("eth0")
    nl.remove("fuzz")
    nl.sock.close()


def listened():
    """Is there a listener to our group?"""
    try:
        with open("/proc/net/netfilter/nfnetlink_log", encoding="ascii") as file:
            return any(int(line.split()[0]) == GROUP for line in file)
    except FileNotFoundError:
        return False


def works(when):
    """A good request and a good packet."""
    nl = connect()
    nl.load("good", DROP, FORWARD, [filter_bytes(protocol=UDP, dport=(8, 8), tag=5)])
    nl.bind("eth0", "good")
    check(f"{when}: a filter matches", nl.test(ipv4(PEER, OURS, dport=8), dev="eth0") ==
          ("forward", "filter", "", 0, 5))
    receivers = []
    for port in (9, 8):
        receivers.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        receivers[-1].bind((OURS, port))
        receivers[-1].settimeout(10)
        socket_in("h", socket.AF_INET, socket.SOCK_DGRAM).sendto(when.encode(), (OURS, port))
    check(f"{when}: a packet comes through", receivers[1].recv(100) == when.encode())
    receivers[0].setblocking(False)
    try:
        receivers[0].recv(100)
        check(f"{when}: another one does not", False)
    except BlockingIOError:
        check(f"{when}: another one does not", True)
    nl.unbind("eth0")
    nl.remove("good")
    nl.sock.close()


def refused_all():
    """The number of operations that are refused to this user, and of all tried."""
    nl, made = connect(), Requests()
    count = total = 0
    tries = [(command, NLM_F_ACK) for command in OPERATIONS if command != FILTER_GET]
    for command, flags in tries + [(command, NLM_F_ROOT_MATCH) for command in DUMPS]:
        # Sensible and not: nothing is told about a request before the right to make it.
        for body in (b"".join(made.sensible(command)), b"", rng.randbytes(40)):
            total += 1
            try:
                nl.request(command, body, flags)
                print(f"# {command} is done", flush=True)
            except OSError as err:
                count += err.errno == errno.EPERM
                if err.errno != errno.EPERM:
                    print(f"# {command}: {err}", flush=True)
    return count, total


def unprivileged(text_, leave):
    """A user without rights reads nothing and changes nothing."""
    child = os.fork()
    if not child:
        leave()
        count, total = refused_all()
        check(f"{text_}: {count} of {total} requests refused", count == total)
        check(f"{text_}: no multicast group is open to it", not joined("ipfltdrv"))
        finish()
    check(text_, not os.waitpid(child, 0)[1])


def own_user_namespace():
    """Root of a user namespace, in a network namespace that is not its own."""
    drop_capabilities()
    if ctypes.CDLL(None).unshare(0x10000000):
        raise OSError("unshare")


works("before")
requests()
clear()
works("after random requests")
packets()
works("after random packets")
connect().load("one")
unprivileged("nobody may read or change", drop_capabilities)
unprivileged("nor root of a user namespace", own_user_namespace)
check("nothing has changed", list(connect().sets()) == ["one"] and not connect().bindings())
connect().remove("one")
finish()
