#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""/dev/ndiswan and netlink, used and misused. Run by kernel-api.sh.

Prepared: ras0 with 10.64.0.1/32 and 10.64.0.0/16, eth0 (veth, up), eth1 (veth, down).
"""
import errno
import os
import random
import select
import socket
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from kernel import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import

PEER = "02:11:22:33:44:55"
NOT_THERE = 0x7ffffff0
nl = Ndiswan()


def pair():
    """Two links back to back."""
    first, second = Link(), Link()
    first.attach_loop()
    second.attach_loop(first.id)
    return first, second


def files():
    """The life of a file."""
    link = Link()
    check("a new link has no port", link.info() == "new")
    check_refused("a frame without a port", errno.ENOTCONN, link.write, 0xc021, b"x",
                  sentence=False)
    check_refused("nothing to read", errno.EAGAIN, link.read, sentence=False)
    check_refused("an unknown ioctl", errno.ENOTTY, fcntl.ioctl, link.fd, 0xb77f,
                  bytearray(200), sentence=False)
    check_refused("an unknown port", errno.EINVAL, link.attach, 9)
    check_refused("no port", errno.EINVAL, link.attach, 0)
    check_refused("a flag", errno.EINVAL, link.attach, PORT_LOOP, flags=1)
    check_refused("a short structure", errno.EINVAL, link.attach, PORT_LOOP, size=20,
                  sentence=False)
    check_refused("a huge structure", errno.E2BIG, link.attach, PORT_LOOP, size=1 << 20,
                  sentence=False)
    check_refused("a longer structure that says something", errno.E2BIG, link.attach, PORT_LOOP,
                  extra=b"\1", sentence=False)
    check_refused("a loop with parameters", errno.EINVAL, link.attach, PORT_LOOP,
                  bytes(60) + b"\1")
    check_refused("a loop to nobody", errno.ENOENT, link.attach_loop, NOT_THERE)
    check("still no port", link.info() == "new")
    link.attach(PORT_LOOP, extra=bytes(8))
    check("a longer structure of zeros is welcome", link.info() == "attached")
    check_refused("a second port", errno.EBUSY, link.attach_loop)
    check("it can be written, not read", link.poll() == select.POLLOUT)
    link.close()

    first, second = pair()
    third = Link()
    check_refused("a third end", errno.EBUSY, third.attach_loop, first.id)
    third.close()
    first.write(0xc021, b"hello")
    check("a frame arrives", second.poll(5) & select.POLLIN and
          second.read() == b"\xc0\x21hello")
    first.write(0x8021)
    check("so does one without content", second.poll(5) & select.POLLIN and
          second.read() == b"\x80\x21")
    first.write(0xc023, bytes(1500))
    check("and the longest", second.poll(5) & select.POLLIN)
    check_refused("too small a buffer", errno.EMSGSIZE, second.read, 100, sentence=False)
    check("loses nothing", second.read() == b"\xc0\x23" + bytes(1500))
    check_refused("a frame that is too long", errno.EMSGSIZE, first.write, 0xc021, bytes(1501),
                  sentence=False)
    check_refused("one byte", errno.EINVAL, os.write, first.fd, b"\xc0", sentence=False)
    check_refused("no byte", errno.EINVAL, os.write, first.fd, b"", sentence=False)
    check_refused("a network packet", errno.EPROTONOSUPPORT, first.write, 0x0021, bytes(20),
                  sentence=False)
    first.close()
    check("the other end hangs up", wait_for(lambda: second.poll() & select.POLLHUP))
    check("and reads its end", second.read() == b"" and second.info() == "down")
    check_refused("it cannot write", errno.ENOLINK, second.write, 0xc021, sentence=False)
    check_refused("nor get another port", errno.ENOLINK, second.attach_loop)
    second.close()


def downs():
    """A link that is taken down while somebody else holds its file."""
    link, held = Link(), Link()
    held_by_another = os.dup(link.fd)
    link.attach_pppoe("eth0", 777, PEER)
    nl.line_up(link.id, "ras0", "10.64.0.7")
    check("it is up", link.info() == "up")
    link.down()
    check("down, with the reason", link.info() == "down" and link.reason() == "request")
    check("its line is gone", A_LINK_LINE not in nl.links()[link.id])
    link.close()
    check("the other file reads the end", os.read(held_by_another, 100) == b"")
    held.attach_pppoe("eth0", 777, PEER)
    check("its session can be had again", held.info() == "attached")
    os.close(held_by_another)
    held.down()
    held.down()
    check("twice is once", held.info() == "down")
    held.close()
    new = Link()
    new.down()
    check("a link without a port", new.info() == "down")
    check_refused("gets none any more", errno.ENOLINK, new.attach_loop, sentence=False)
    new.close()


def unread():
    """A file that nobody reads."""
    first, second = pair()
    limit = 32
    for i in range(limit + 10):
        first.write(0xc021, struct.pack(">I", i))
    check("the queue is bounded", wait_for(
        lambda: nl.drops(second.id).get("control-queue-full") == 10))
    check("and says how long it is", nl.stats(second.id)["control_queued"] == limit)
    got = [struct.unpack(">I", second.read()[2:])[0] for _ in range(limit)]
    check("what came first is kept, in order", got == list(range(limit)))
    first.close()
    second.close()

    blocking = Link(blocking=True)
    blocking.attach_loop()
    other = Link()
    other.attach_loop(blocking.id)
    child = os.fork()
    if not child:
        os._exit(0 if blocking.read() == b"\xc0\x21late" else 1)
    other.write(0xc021, b"late")
    check("a blocking reader wakes up", os.waitpid(child, 0)[1] == 0)
    child = os.fork()
    if not child:
        other.close()
        os._exit(0 if blocking.read() == b"" else 1)
    other.close()
    check("and at the end", os.waitpid(child, 0)[1] == 0)
    blocking.close()


def garbage_to_file():
    """Random writes: none of them may do more than fail."""
    rand = random.Random(1)
    first, second = pair()
    outcomes = set()
    for _ in range(2000):
        data = rand.randbytes(rand.choice((0, 1, 2, 3, 4, 20, 500, 1502, 1503, 4000)))
        try:
            os.write(first.fd, data)
            outcomes.add(0)
        except OSError as err:
            outcomes.add(err.errno)
        if second.poll() & select.POLLIN:
            second.read()
    allowed = {0, errno.EINVAL, errno.EMSGSIZE, errno.EPROTONOSUPPORT, errno.ENOBUFS}
    check(f"garbage has the outcomes {sorted(outcomes)}", outcomes <= allowed and 0 in outcomes)
    first.close()
    second.close()


def pppoe_ports():
    """Attaching PPPoE sessions."""
    link = Link()
    check_refused("session 0", errno.EINVAL, link.attach_pppoe, "eth0", 0, PEER)
    check_refused("session 65535", errno.EINVAL, link.attach_pppoe, "eth0", 65535, PEER)
    check_refused("a group address", errno.EADDRNOTAVAIL, link.attach_pppoe, "eth0", 1,
                  "01:00:00:00:00:01")
    check_refused("address 0", errno.EADDRNOTAVAIL, link.attach_pppoe, "eth0", 1,
                  "00:00:00:00:00:00")
    check_refused("a device that is not there", errno.ENODEV, link.attach, PORT_PPPOE,
                  struct.pack("=IH6s", 99999, 1, b"\2\0\0\0\0\1"))
    check_refused("no Ethernet", errno.EINVAL, link.attach_pppoe, "lo", 1, PEER)
    check_refused("a WAN interface", errno.EINVAL, link.attach_pppoe, "ras0", 1, PEER)
    check_refused("a device that is down", errno.ENETDOWN, link.attach_pppoe, "eth1", 1, PEER)
    check_refused("rubbish behind the parameters", errno.EINVAL, link.attach, PORT_PPPOE,
                  struct.pack("=IH6s", socket.if_nametoindex("eth0"), 1, b"\2\0\0\0\0\1") + b"\1")
    link.attach_pppoe("eth0", 7, PEER)
    check("a session", link.info() == "attached")
    other = Link()
    check_refused("the same session with the same peer", errno.EEXIST, other.attach_pppoe,
                  "eth0", 7, PEER)
    other.attach_pppoe("eth0", 7, "02:11:22:33:44:56")
    check("the same number with another peer", other.info() == "attached")
    third = Link()
    third.attach_pppoe("eth0", 7, "02:11:22:33:44:57")
    other.close()
    third.close()
    link.close()
    again = Link()
    again.attach_pppoe("eth0", 7, PEER)
    check("a session can be had again", again.info() == "attached")
    check_refused("a frame longer than the device takes", errno.EMSGSIZE, again.write, 0xc021,
                  bytes(1495), sentence=False)
    check("is counted", nl.drops(again.id) == {"too-long": 1})
    again.close()


def frames():
    """Session frames as nobody should send them."""
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    raw.bind(("peer0", 0))
    with open("/sys/class/net/eth0/address", encoding="ascii") as file:
        ours = bytes.fromhex(file.read().strip().replace(":", ""))
    peer = bytes.fromhex(PEER.replace(":", ""))
    link = Link()
    link.attach_pppoe("eth0", 7, PEER)

    def send(payload, version=0x11, code=0, session=7, length=None, source=peer, tag=b"",
             destination=ours, pad=True):
        frame = destination + source + tag + b"\x88\x64" + struct.pack(
            ">BBHH", version, code, session, len(payload) if length is None else length) + payload
        raw.send(frame.ljust(60, b"\0") if pad else frame)

    def received(text, want, *args, **kwargs):
        send(*args, **kwargs)
        # A good frame behind it: when that is there, the one before has been seen.
        send(b"\xc0\x21end")
        got = []
        while not got or got[-1] != b"\xc0\x21end":
            if not link.poll(5) & select.POLLIN:
                break
            got.append(link.read())
        check(f"{text}", got == want + [b"\xc0\x21end"])

    received("a good frame, without its padding", [b"\xc0\x21good"], b"\xc0\x21good")
    received("address and control field", [b"\xc0\x21good"], b"\xff\x03\xc0\x21good")
    received("a compressed protocol field", [b"\x00\xfdgood"], b"\xfdgood")
    received("an IP packet without a line", [b"\x00\x21good"], b"\x21good")
    received("an unknown protocol", [b"\x00\x20good"], b"\x00\x20good")
    received("version 2", [], b"\xc0\x21bad", version=0x21)
    received("a discovery code", [], b"\xc0\x21bad", code=0xa7)
    received("a length beyond the frame", [], b"\xc0\x21bad", length=1400)
    received("no PPP header", [], b"")
    received("half a PPP header", [], b"\xc0")
    received("address and control field alone", [], b"\xff\x03")
    received("a frame that ends in the PPPoE header", [], b"", pad=False)
    check(f"they are counted: {nl.drops(link.id)}", nl.drops(link.id) == {
        "pppoe-header": 2, "pppoe-length": 1, "short-frame": 4})
    received("another session", [], b"\xc0\x21bad", session=8)
    received("another peer", [], b"\xc0\x21bad", source=b"\x02\x11\x22\x33\x44\x99")
    received("another destination", [], b"\xc0\x21bad", destination=b"\x02\x11\x22\x33\x44\x99")
    received("broadcast", [], b"\xc0\x21bad", destination=b"\xff" * 6)
    received("a VLAN that is not ours", [], b"\xc0\x21bad", tag=b"\x81\x00\x00\x05")
    received("a priority tag", [b"\xc0\x21good"], b"\xc0\x21good", tag=b"\x81\x00\x20\x00")
    rand = random.Random(3)
    for _ in range(2000):
        send(rand.randbytes(rand.choice((0, 1, 2, 3, 4, 5, 46, 300))), session=rand.choice((7, 8)),
             version=rand.choice((0x11, 0x11, 0x11, rand.randrange(256))), pad=rand.random() < 0.5,
             length=rand.choice((None, None, rand.randrange(1 << 16))))
    while link.poll(0.2) & select.POLLIN:
        link.read()
    received("a good frame after much garbage", [b"\xc0\x21good"], b"\xc0\x21good")
    link.close()


def sent_frames():
    """What goes out on the wire, to the byte, and each frame once."""
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x8864))
    raw.bind(("peer0", 0x8864))
    raw.settimeout(5)
    with open("/sys/class/net/eth0/address", encoding="ascii") as file:
        ours = bytes.fromhex(file.read().strip().replace(":", ""))
    link = Link()
    link.attach_pppoe("eth0", 0x0102, PEER)
    head = bytes.fromhex(PEER.replace(":", "")) + ours + b"\x88\x64\x11\x00\x01\x02"
    want = []
    for acfc, pfc in ((0, 0), (1, 1)):
        nl.request(LINK_SET, u32(A_LINK_ID, link.id) + u8(A_LINK_ACFC, acfc) +
                   u8(A_LINK_PFC, pfc))
        # PPPoE has no address and control field; neither LCP nor any other control
        # protocol has a number that fits in one byte.
        for protocol in (0xc021, 0x8021):
            for size in (0, 1, 1492 - 2):
                payload = bytes(range(256)) * 6
                link.write(protocol, payload[:size])
                want.append(head + struct.pack(">HH", size + 2, protocol) + payload[:size])
    link.write(0xc021, b"end")
    got = []
    while not got or not got[-1].endswith(b"end"):
        got.append(raw.recv(4096))
    check("each frame once, in order, as it should be", got[:-1] == want)
    check("and counted once", int(nl.stats(link.id)["control_tx"]) == len(want) + 1)
    link.close()
    raw.close()


def projected():
    """Addresses that are live on ras0."""
    with open("/sys/class/net/ras0/wanarp/projections", encoding="ascii") as file:
        return int(file.read())


def lines():
    """Line-up and line-down, asked for wrongly."""
    first, second = pair()
    check_refused("a link that is not there", errno.ENOENT, nl.line_up, NOT_THERE, "ras0",
                  "10.64.0.5")
    for address in ("0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.5", "255.255.255.255"):
        check_refused(f"the address {address}", errno.EADDRNOTAVAIL, nl.line_up, first.id,
                      "ras0", address)
    check_refused("the interface's own address", errno.EADDRINUSE, nl.line_up, first.id, "ras0",
                  "10.64.0.1")
    check_refused("a broadcast address", errno.EADDRNOTAVAIL, nl.line_up, first.id, "ras0",
                  "198.51.100.255")
    check_refused("an interface of another kind", errno.EINVAL, nl.line_up, first.id, "eth0",
                  "10.64.0.5")
    check_refused("an interface that is not there", errno.ENODEV, nl.request, LINE_UP,
                  u32(A_LINE_LINK, first.id) + u16(A_LINE_PROTOCOL, PPP_IP) +
                  u32(A_LINE_IFINDEX, 99999) + ipv4(A_LINE_IPV4, "10.64.0.5") +
                  u32(A_LINE_MRU, 1492))
    check_refused("an MRU of 70000", errno.ERANGE, nl.line_up, first.id, "ras0", "10.64.0.5",
                  70000)
    check_refused("an MRU of 67", errno.ERANGE, nl.line_up, first.id, "ras0", "10.64.0.5", 67)
    check("nothing of that is live", second.info() == first.info() == "attached")
    nl.line_up(first.id, "ras0", "10.64.0.5")
    check("a line", first.info() == "up")
    check_refused("twice", errno.EEXIST, nl.line_up, first.id, "ras0", "10.64.0.6")
    nl.line_up(second.id, "ras0", "10.64.0.6", 65535)
    nl.line_down(first.id)
    check_refused("a line-down of a line that is not up", errno.ENOTCONN, nl.line_down, first.id)
    check_refused("a line-update of one", errno.ENOTCONN, nl.request, LINE_UPDATE,
                  u32(A_LINE_LINK, first.id) + u16(A_LINE_PROTOCOL, PPP_IP) +
                  u32(A_LINE_MRU, 1000))
    check_refused("IPv6 with an address of IPv4", errno.EINVAL, nl.request, LINE_UP,
                  u32(A_LINE_LINK, first.id) + u16(A_LINE_PROTOCOL, 0x57) +
                  u32(A_LINE_IFINDEX, 1) + ipv4(A_LINE_IPV4, "10.64.0.5") +
                  u32(A_LINE_MRU, 1492))
    check_refused("a control protocol", errno.EPROTONOSUPPORT, nl.request, LINE_UP,
                  u32(A_LINE_LINK, first.id) + u16(A_LINE_PROTOCOL, 0xc021) +
                  u32(A_LINE_IFINDEX, 1) + ipv4(A_LINE_IPV4, "10.64.0.5") +
                  u32(A_LINE_MRU, 1492))

    # The newer line-up has the address, and the late line-down of the older link takes
    # nothing from it (KB Q233048).
    listener = Netlink("ndiswan")
    listener.join("events")
    listener.sock.settimeout(10)
    newer, newest = pair()
    nl.line_up(newer.id, "ras0", "10.64.0.6")
    check("a recycled address goes to the newer link", newer.info() == "up" and
          second.info() == "attached")
    seen = []
    while len(seen) < 3:
        data = listener.sock.recv(1 << 16)
        event = dict(parse(data[20:]))
        seen.append((struct.unpack("=I", event[1])[0], struct.unpack("=I", event[3])[0]))
    numbers = {number for number, _ in seen}
    check(f"events tell of it: {sorted(numbers)}", numbers == {30001, 30002, 30010})
    check("the older link is told", (30002, second.id) in seen)
    check_refused("its late line-down", errno.ENOTCONN, nl.line_down, second.id)
    second.close()
    first.close()
    check("takes nothing from the newer one", newer.info() == "up" and projected() == 1)
    newest.close()
    check("which ends with its own link", newer.info() == "down" and projected() == 0)
    newer.close()

    link = Link()
    link.info()
    check_refused("a line without a port", errno.ENOTCONN, nl.line_up, link.id, "ras0",
                  "10.64.0.5")
    link.close()


def messages():
    """Every command with each attribute missing, short, long, and of random content."""
    first, second = pair()
    good = {
        LINK_GET: [(A_LINK_ID, struct.pack("=I", first.id))],
        LINK_SET: [(A_LINK_ID, struct.pack("=I", first.id)), (A_LINK_PFC, b"\1")],
        LINE_UP: [(A_LINE_LINK, struct.pack("=I", first.id)),
                  (A_LINE_PROTOCOL, struct.pack("=H", PPP_IP)),
                  (A_LINE_IFINDEX, struct.pack("=I", socket.if_nametoindex("ras0"))),
                  (A_LINE_IPV4, socket.inet_aton("10.64.0.5")),
                  (A_LINE_MRU, struct.pack("=I", 1492))],
        LINE_UPDATE: [(A_LINE_LINK, struct.pack("=I", first.id)),
                      (A_LINE_PROTOCOL, struct.pack("=H", PPP_IP)),
                      (A_LINE_MRU, struct.pack("=I", 1400))],
        LINE_DOWN: [(A_LINE_LINK, struct.pack("=I", first.id)),
                    (A_LINE_PROTOCOL, struct.pack("=H", PPP_IP))],
    }

    def build(attributes):
        return b"".join(attribute(kind, payload) for kind, payload in attributes)

    def outcome(command, data):
        try:
            nl.request(command, data)
        except OSError as err:
            return err.errno
        return 0

    for command, attributes in good.items():
        worst = 0
        for i in range(len(attributes)):
            missing = attributes[:i] + attributes[i + 1:]
            kind, payload = attributes[i]
            short = attributes[:i] + [(kind, payload[:-1])] + attributes[i + 1:]
            empty = attributes[:i] + [(kind, b"")] + attributes[i + 1:]
            zero = attributes[:i] + [(kind, bytes(len(payload)))] + attributes[i + 1:]
            for wrong in (missing, short, empty):
                worst += outcome(command, build(wrong)) == 0
            outcome(command, build(zero))
            # A second of the same kind: the last one counts, which is just as wrong.
            worst += outcome(command, build(attributes + [(kind, b"\xff")])) == 0
        check(f"command {command}: every attribute missing, short, empty is refused", worst == 0)
    check("unknown attributes are refused", outcome(LINK_GET, build(good[LINK_GET]) +
                                                    u32(77, 1)) != 0)
    check("the order is right after all", outcome(LINE_UP, build(good[LINE_UP])) == 0 and
          outcome(LINE_UPDATE, build(good[LINE_UPDATE])) == 0 and
          outcome(LINE_DOWN, build(good[LINE_DOWN])) == 0)
    check_refused("a framing of 2", errno.ERANGE, nl.request, LINK_SET,
                  u32(A_LINK_ID, first.id) + u8(A_LINK_ACFC, 2))
    check_refused("nothing to set", errno.EINVAL, nl.request, LINK_SET, u32(A_LINK_ID, first.id))

    rand = random.Random(2)
    for _ in range(3000):
        outcome(rand.randrange(0, 9), rand.randbytes(rand.choice((0, 3, 4, 7, 8, 40, 300))))
    iface = Netlink("wanarp")
    for _ in range(2000):
        try:
            iface.request(rand.randrange(0, 5), rand.randbytes(rand.choice((0, 3, 4, 8, 40))))
        except OSError:
            pass
    check("random messages leave it working", outcome(LINK_GET, build(good[LINK_GET])) == 0)
    first.close()
    second.close()


def framing():
    """What is sent as configured, and read whatever was sent."""
    first, second = pair()
    for acfc in (0, 1):
        for pfc in (0, 1):
            nl.request(LINK_SET, u32(A_LINK_ID, first.id) + u8(A_LINK_ACFC, acfc) +
                       u8(A_LINK_PFC, pfc))
            for protocol in (0xc021, 0x8021, 0xc223):
                first.write(protocol, b"content")
                check(f"acfc {acfc} pfc {pfc} protocol {protocol:#06x}",
                      second.poll(5) & select.POLLIN and
                      second.read() == struct.pack(">H", protocol) + b"content")
    first.close()
    second.close()


def dumps():
    """A dump of several messages, while links come and go."""
    before = len(nl.links())
    many = [Link() for _ in range(400)]
    for link in many:
        link.attach_loop()
    stay = {link.id for link in many}
    found = nl.dump(LINK_GET)
    numbers = [struct.unpack("=I", link[A_LINK_ID])[0] for link in found]
    check("all links, each once", len(found) == before + 400 and
          len(set(numbers)) == len(numbers) and stay <= set(numbers))
    child = os.fork()
    if not child:
        for _ in range(2000):
            Link().close()
        os._exit(0)
    whole = True
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        numbers = [struct.unpack("=I", link[A_LINK_ID])[0] for link in nl.dump(LINK_GET)]
        whole &= stay <= set(numbers) and len(set(numbers)) == len(numbers)
    check("also under change", whole)
    # Half a dump, then the socket is closed.
    for _ in range(20):
        half = Netlink("ndiswan")
        half.send(LINK_GET, b"", NLM_F_ROOT_MATCH)
        half.sock.recv(1 << 16)
        half.sock.close()
    for link in many:
        link.close()
    check("none is left", len(nl.links()) == before)


def in_child(function):
    """Run in a child process; True if it returned True."""
    child = os.fork()
    if not child:
        good = False
        try:
            good = function()
        finally:
            os._exit(0 if good else 1)
    return os.waitpid(child, 0)[1] == 0


def refusals(expected):
    """What a process without the right gets for everything."""
    first = good_link.id
    for command in range(1, 7):
        try:
            Ndiswan().request(command, u32(1, first))
            return False
        except OSError as err:
            if err.errno not in expected:
                return False
    return not joined("ndiswan") and not joined("wanarp")


def rights():
    """Without CAP_NET_ADMIN, and from a child user namespace."""
    def unprivileged():
        drop_capabilities()
        try:
            Link()
            return False
        except OSError as err:
            if err.errno not in (errno.EACCES, errno.EPERM):
                return False
        return refusals((errno.EPERM,))

    def unprivileged_open_device():
        os.chmod("/dev/ndiswan", 0o666)
        drop_capabilities()
        try:
            Link()
        except OSError as err:
            return err.errno == errno.EPERM
        return False

    def inherited():
        """A link of ours in the hands of somebody without the right."""
        link = Link()
        drop_capabilities()
        try:
            link.attach_loop()
        except Refused as err:
            return err.errno == errno.EPERM
        return False

    def other_namespace():
        """Root of a namespace of its own sees its own links only."""
        unshare_user()
        own = Ndiswan()
        if own.links():
            return False
        try:
            own.line_down(good_link.id)
            return False
        except OSError as err:
            return err.errno == errno.ENOENT

    check("with it events can be read", joined("ndiswan") == ["events"])
    check("without CAP_NET_ADMIN nothing goes", in_child(unprivileged))
    check("even if the device file is open to all", in_child(unprivileged_open_device))
    os.chmod("/dev/ndiswan", 0o600)
    check("an inherited link gets no port", in_child(inherited))
    check("another user namespace sees nothing of ours", in_child(other_namespace))


good_link = Link()
good_link.attach_loop()
for part in (files, downs, unread, garbage_to_file, pppoe_ports, frames, sent_frames,
             lines, messages, framing, dumps, rights):
    print(f"# {part.__name__}: {part.__doc__.splitlines()[0]}", flush=True)
    part()
good_link.close()
check("no link is left", wait_for(lambda: not nl.links()))
finish()
