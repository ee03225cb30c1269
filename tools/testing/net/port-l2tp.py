#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The l2tp port and raw peers. Run by port-l2tp.sh, in namespace s; the peers are in h."""
import array
import errno
import os
import random
import select
import socket
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from kernel import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import
from wire import socket_in  # noqa: E402

HERE, THERE, ELSEWHERE = "198.51.100.1", "198.51.100.2", "198.51.100.3"
HERE6, THERE6 = "2001:db8::1", "2001:db8::2"
PORT = 1701
LCP = b"\xc0\x21"
IDS = (1, 10, 101, 110)
nl = Ndiswan()


def udp(address, port=PORT, namespace=None):
    """A bound UDP socket, of the peers' namespace if one is named."""
    kind = (socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    sock = socket_in(namespace, *kind) if namespace else socket.socket(*kind)
    sock.setblocking(False)
    sock.bind((address, port))
    return sock


def data(tunnel, session, frame, ns=None, flags=0, middle=b""):
    """A data message; middle goes behind the numbers."""
    numbers = b"" if ns is None else struct.pack(">HH", ns & 0xffff, 0)
    flags |= 0x0002 | (0 if ns is None else 0x0800)
    return struct.pack(">HHH", flags, tunnel, session) + numbers + middle + frame


def heard(sock, seconds=5):
    """The next datagram, None if there is none."""
    if not select.select([sock], [], [], seconds)[0]:
        return None
    return sock.recv(65536)


def got(link, seconds=5):
    """The next control frame, None if there is none."""
    return link.read() if link.poll(seconds) & select.POLLIN else None


def poll_in(link, seconds):
    """Wait for a frame only: an attached link can always be written."""
    poller = select.poll()
    poller.register(link.fd, select.POLLIN)
    return bool(poller.poll(seconds * 1000))


Link.poll = lambda self, seconds=0.0: select.POLLIN if poll_in(self, seconds) else 0


def drops(sock):
    """What the socket counts as lost."""
    inode = str(os.fstat(sock.fileno()).st_ino)
    with open("/proc/net/udp", encoding="ascii") as file:
        return next(int(line.split()[12]) for line in file if line.split()[9] == inode)


def session(sock, ids=IDS, peer=(THERE, PORT), **kwargs):
    """A link on a socket."""
    link = Link()
    link.attach_l2tp(sock, ids, peer, **kwargs)
    return link


def checksum(packet):
    """The Internet checksum."""
    packet += bytes(len(packet) % 2)
    total = sum(struct.unpack(f">{len(packet) // 2}H", packet))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ip(source, target, protocol, payload):
    """An IPv4 packet."""
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0,
                         socket.inet_aton(source), socket.inet_aton(target))
    return header[:10] + struct.pack(">H", checksum(header)) + header[12:] + payload


def ping(source, target, size=32):
    """An echo request."""
    body = struct.pack(">BBHHH", 8, 0, 0, 77, 1) + bytes(size)
    return ip(source, target, 1, body[:2] + struct.pack(">H", checksum(body)) + body[4:])


def refusals():
    """What cannot be attached."""
    sock, link = udp(HERE), Link()
    peer = (THERE, PORT)
    check_refused("no descriptor", errno.EBADF, link.attach_l2tp, -1, IDS, peer)
    check_refused("a descriptor that is no socket", errno.ENOTSOCK, link.attach_l2tp, 0, IDS, peer)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        check_refused("a TCP socket", errno.EPROTOTYPE, link.attach_l2tp, other, IDS, peer)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        check_refused("a local socket", errno.EPROTOTYPE, link.attach_l2tp, other, IDS, peer)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        check_refused("a socket without port", errno.EDESTADDRREQ, link.attach_l2tp, other, IDS,
                      peer)
    with udp(THERE, namespace="h") as other:
        check_refused("a socket from elsewhere", errno.EXDEV, link.attach_l2tp, other, IDS, peer)
    for at in range(4):
        ids = IDS[:at] + (0,) + IDS[at + 1:]
        check_refused(f"number {at} is 0", errno.EINVAL, link.attach_l2tp, sock, ids, peer)
    check_refused("unknown flags", errno.EINVAL, link.attach_l2tp, sock, IDS, peer, flags=8)
    check_refused("nobody to send to", errno.ENOTCONN, link.attach_l2tp, sock, IDS)
    check_refused("no port to send to", errno.EADDRNOTAVAIL, link.attach_l2tp, sock, IDS,
                  (THERE, 0))
    for address in ("0.0.0.0", "224.0.0.1", "255.255.255.255"):
        check_refused(address, errno.EADDRNOTAVAIL, link.attach_l2tp, sock, IDS, (address, PORT))
    check_refused("IPv6 on a socket of IPv4", errno.EAFNOSUPPORT, link.attach_l2tp, sock, IDS,
                  (THERE6, PORT))
    check_refused("another family", errno.EAFNOSUPPORT, link.attach, PORT_L2TP,
                  struct.pack("=iI4HH2s", sock.fileno(), 0, *IDS, 3, b"\x06\xa5"))
    check_refused("bytes behind the address", errno.EINVAL, link.attach, PORT_L2TP,
                  struct.pack("=iI4HH2sI4s12s", sock.fileno(), 0, *IDS, 2, b"\x06\xa5", 0,
                              socket.inet_aton(THERE), b"\1"))
    check_refused("bytes behind everything", errno.EINVAL, link.attach, PORT_L2TP,
                  struct.pack("=iI4HH2sI16s16sI", sock.fileno(), 0, *IDS, 2, b"\x06\xa5", 0,
                              socket.inet_aton(THERE), b"", 1))
    check("still no port", link.info() == "new")
    link.attach_l2tp(sock, IDS, peer)
    second = Link()
    check_refused("the same session", errno.EEXIST, second.attach_l2tp, sock, IDS, peer)
    check_refused("the same tunnel with another peer", errno.EEXIST, second.attach_l2tp, sock,
                  (1, 11, 101, 111), (ELSEWHERE, PORT))
    check_refused("the same tunnel with another number", errno.EEXIST, second.attach_l2tp, sock,
                  (1, 11, 102, 111), peer)
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as only6:
        only6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        only6.bind(("::", 1702))
        check_refused("IPv4 on a socket of IPv6 only", errno.EAFNOSUPPORT, second.attach_l2tp,
                      only6, IDS, peer)
        check_refused("a link-local peer without a device", errno.EINVAL, second.attach_l2tp,
                      only6, IDS, ("fe80::2", PORT))
    second.close()
    link.close()
    sock.close()


def frames(sock, peer, ids, where, other_end):
    """Both directions of one link."""
    link = session(sock, ids, where)
    link.write(0xc021, b"request")
    message = heard(peer)
    check("a frame arrives as it should",
          message == data(ids[2], ids[3], b"\xff\x03" + LCP + b"request"))
    for text, made in (
            ("plainly", data(ids[0], ids[1], b"\xff\x03" + LCP + b"x")),
            ("without address and control", data(ids[0], ids[1], LCP + b"x")),
            ("with the priority bit", data(ids[0], ids[1], LCP + b"x", flags=0x0100)),
            ("with reserved bits", data(ids[0], ids[1], LCP + b"x", flags=0x34f0)),
            ("with padding", data(ids[0], ids[1], LCP + b"x", flags=0x0200,
                                  middle=b"\0\x05hello")),
            ("with padding of no length", data(ids[0], ids[1], LCP + b"x", flags=0x0200,
                                               middle=bytes(2))),
            ("with a length", struct.pack(">HHHH", 0x4002, 11, *ids[:2]) + LCP + b"x"),
            ("with a length that cuts something off",
             struct.pack(">HHHH", 0x4002, 11, *ids[:2]) + LCP + b"x" + bytes(20)),
            ("with everything at once",
             struct.pack(">HHHHHHH", 0x4b02, 21, *ids[:2], 0, 0, 4) + b"pad!" + LCP + b"x")):
        peer.sendto(made, other_end)
        check(f"one comes {text}", got(link) == LCP + b"x")
    sent = bytes(random.randrange(256) for _ in range(1490))
    peer.sendto(data(ids[0], ids[1], LCP + sent), other_end)
    check("a long one comes in fragments", got(link) == LCP + sent)
    link.write(0xc021, sent)
    check("and goes in fragments", heard(peer) == data(ids[2], ids[3], b"\xff\x03" + LCP + sent))
    check("nothing was dropped", not nl.drops(link.id))
    control = struct.pack(">HHHHHH", 0xc802, 12, ids[0], 0, 0, 0)
    peer.sendto(control, other_end)
    check("control messages stay with the socket", heard(sock) == control)
    peer.sendto(b"\x80", other_end)
    check("even a short one", heard(sock) == b"\x80")
    link.close()


def families():
    """IPv4, IPv6, both on one socket, connected or not."""
    peer, peer6 = udp(THERE, namespace="h"), udp(THERE6, namespace="h")
    with udp(HERE) as sock:
        frames(sock, peer, IDS, (THERE, PORT), (HERE, PORT))
    with udp(HERE) as sock:
        sock.connect((THERE, PORT))
        frames(sock, peer, IDS, None, (HERE, PORT))
    with udp(HERE6) as sock:
        frames(sock, peer6, IDS, (THERE6, PORT), (HERE6, PORT))
    with udp(HERE6) as sock:
        sock.connect((THERE6, PORT))
        frames(sock, peer6, IDS, None, (HERE6, PORT))
    with udp("::") as sock:
        frames(sock, peer, IDS, (THERE, PORT), (HERE, PORT))
        frames(sock, peer6, IDS, (THERE6, PORT), (HERE6, PORT))
    peer.close()
    peer6.close()


def many():
    """Several links on one socket, and none of them mixed up."""
    sock, peer = udp(HERE), udp(THERE, namespace="h")
    other = udp(ELSEWHERE, namespace="h")
    links = {}
    for tunnel, where in ((1, THERE), (2, ELSEWHERE)):
        for number in (10, 11, 12):
            ids = (tunnel, number, 100 + tunnel, 100 + number)
            links[tunnel, number] = session(sock, ids, (where, PORT))
    for (tunnel, number), link in links.items():
        sender = peer if tunnel == 1 else other
        sender.sendto(data(tunnel, number, LCP + b"%d/%d" % (tunnel, number)), (HERE, PORT))
        link.write(0xc021, b"%d/%d" % (tunnel, number))
        check(f"tunnel {tunnel} session {number} gets its own",
              got(link) == LCP + b"%d/%d" % (tunnel, number))
        check("and sends to its own", heard(sender) == data(
            100 + tunnel, 100 + number, b"\xff\x03" + LCP + b"%d/%d" % (tunnel, number)))
    other.sendto(data(1, 10, LCP + b"forged"), (HERE, PORT))
    check("a forged one is dropped and counted", wait_for(
        lambda: nl.drops(links[1, 10].id).get("l2tp-peer") == 1))
    before = drops(sock)
    for message in (data(1, 99, LCP), data(3, 10, LCP), data(1, 10, LCP)[:5],
                    struct.pack(">HHH", 3, 1, 10) + LCP, data(1, 10, b"", flags=0x4000),
                    data(1, 10, b"", flags=0x0200, middle=b"\0\x09")):
        peer.sendto(message, (HERE, PORT))
    check("nobody's messages are the socket's drops",
          wait_for(lambda: drops(sock) == before + 6))
    check("and do not reach it", heard(sock, 0) is None)
    peer.sendto(data(1, 10, b""), (HERE, PORT))
    check("an empty frame is counted", wait_for(
        lambda: nl.drops(links[1, 10].id).get("short-frame") == 1))
    shown = subprocess.run([os.environ["RRAS"], "link", "show", str(links[2, 11].id)], check=True,
                           text=True, stdout=subprocess.PIPE).stdout.split()
    check(f"rras shows it: {' '.join(shown[:30])}", "l2tp" in shown and
          f"{ELSEWHERE}:{PORT}" in shown and {"102", "111"} <= set(shown))
    for link in links.values():
        link.close()
    peer.sendto(data(1, 10, LCP), (HERE, PORT))
    check("without links the socket is an ordinary one", heard(sock) == data(1, 10, LCP))
    for each in (sock, peer, other):
        each.close()


def sequence():
    """Numbers: sent, needed, followed; holes, late ones, wrapping around."""
    sock, peer = udp(HERE), udp(THERE, namespace="h")
    link = session(sock, flags=L2TP_SEND_SEQUENCE)
    for number in range(3):
        link.write(0xc021)
        check(f"number {number} is sent",
              heard(peer) == data(*IDS[2:], b"\xff\x03" + LCP, ns=number))

    def comes(ns):
        peer.sendto(data(*IDS[:2], LCP + b"%d" % ns, ns=ns), (HERE, PORT))
        return got(link) == LCP + b"%d" % ns

    def late(ns):
        before = nl.drops(link.id).get("sequence-late", 0)
        peer.sendto(data(*IDS[:2], LCP, ns=ns), (HERE, PORT))
        return wait_for(lambda: nl.drops(link.id).get("sequence-late") == before + 1)

    check("numbers begin with 0", comes(0))
    check("twice is once", late(0))
    check("a hole is passed over", comes(5))
    check("what was in it is late", late(3))
    check("and the next one is not", comes(6))
    for ns in (0x7000, 0xe000, 0xffff):
        check(f"on to {ns}", comes(ns))
    check("around the corner", comes(0))
    check("before it is late", late(0xffff))
    check("so is half a turn ahead", late(0x8001))
    for ns in range(0x9000, 0x900e):
        check(f"and {ns}, more than half a turn ahead", late(ns))
    check("until there are so many in order", comes(0x900e))
    check("then it goes on from there", comes(0x900f))
    check("and not from where it was", late(0x8fff))
    peer.sendto(data(*IDS[:2], LCP + b"none"), (HERE, PORT))
    check("without a number is allowed", got(link) == LCP + b"none")
    link.close()

    link = session(sock, flags=L2TP_NEED_SEQUENCE)
    peer.sendto(data(*IDS[:2], LCP), (HERE, PORT))
    check("unless it is needed", wait_for(
        lambda: nl.drops(link.id).get("sequence-missing") == 1))
    check("then only with", comes(0))
    link.close()

    link = session(sock, flags=L2TP_FOLLOW_SEQUENCE)
    for numbered in (False, True, False):
        peer.sendto(data(*IDS[:2], LCP, ns=7 if numbered else None), (HERE, PORT))
        check("it comes", got(link) == LCP)
        link.write(0xc021)
        check(f"{'numbered' if numbered else 'plain'} is answered alike",
              heard(peer) == data(*IDS[2:], b"\xff\x03" + LCP, ns=0 if numbered else None))
    link.close()
    sock.close()
    peer.close()


def local_peers():
    """One link-local address on two cables is two peers."""
    sock, ids = udp("::"), (2, 20, 102, 120)
    ends = {}
    for name in ("eth0", "eth1"):
        ends[name] = socket_in("h", socket.AF_INET6, socket.SOCK_DGRAM)
        ends[name].setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, name.encode())
        # There is another address, and either may be the first.
        ends[name].bind(("fe80::2", PORT))
    links = {name: session(sock, numbers, ("fe80::2", PORT),
                           ifindex=socket.if_nametoindex(name))
             for name, numbers in (("eth0", IDS), ("eth1", ids))}

    def send(name, numbers):
        ends[name].sendto(data(*numbers[:2], LCP + name.encode()), ("fe80::1", PORT))

    for name, numbers in (("eth0", IDS), ("eth1", ids)):
        send(name, numbers)
        check(f"the peer on {name} is heard", got(links[name]) == LCP + name.encode())
        links[name].write(0xc021)
        check("and gets what is for it", heard(ends[name]) == data(*numbers[2:],
                                                                   b"\xff\x03" + LCP))
    send("eth1", IDS)
    check("the other one of that address is a stranger", wait_for(
        lambda: nl.drops(links["eth0"].id).get("l2tp-peer") == 1))
    for each in (*links.values(), *ends.values(), sock):
        each.close()


def packets():
    """Network packets, also of a tunnel inside the tunnel."""
    sock, peer = udp("0.0.0.0"), udp(THERE, namespace="h")
    link = session(sock)
    nl.line_up(link.id, "ras0", "10.64.0.7", 1400)
    for size in (32, 1300):
        peer.sendto(data(*IDS[:2], b"\0\x21" + ping("10.64.0.7", "10.64.0.1", size)),
                    (HERE, PORT))
        answer = heard(peer) or b""
        check(f"a ping of {size} is answered", answer[:10] == data(*IDS[2:], b"\xff\x03\0\x21") and
              answer[10 + 12:10 + 20] == socket.inet_aton("10.64.0.1") +
              socket.inet_aton("10.64.0.7") and not checksum(answer[30:]))
    stats = nl.stats(link.id)
    check("they are counted", stats["rx_packets"] == 2 and stats["tx_packets"] == 2)

    inner = session(sock, (2, 20, 102, 120), ("10.64.0.7", 4000), local="10.64.0.1")
    nl.line_up(inner.id, "ras0", "10.64.0.8", 1300)

    def nested(frame):
        datagram = data(2, 20, frame)
        udp_header = struct.pack(">HHHH", 4000, PORT, 8 + len(datagram), 0)
        packet = ip("10.64.0.7", "10.64.0.1", 17, udp_header + datagram)
        peer.sendto(data(*IDS[:2], b"\0\x21" + packet), (HERE, PORT))

    nested(LCP + b"inside")
    check("a tunnel inside the tunnel", got(inner) == LCP + b"inside")
    nested(b"\0\x21" + ping("10.64.0.8", "10.64.0.1"))
    check("carries packets", wait_for(lambda: nl.stats(inner.id)["rx_packets"] == 1))
    check("but nothing is sent through us twice", wait_for(
        lambda: nl.drops(link.id).get("recursion") == 1))
    inner.close()

    subprocess.run(["ip", "route", "add", "unreachable", THERE], check=True)
    check_refused("no way to the peer", errno.EHOSTUNREACH, link.write, 0xc021, sentence=False)
    check("is counted", nl.drops(link.id).get("no-route") == 1)
    subprocess.run(["ip", "route", "del", "unreachable", THERE], check=True)
    link.write(0xc021)
    check("a way is found again", heard(peer) == data(*IDS[2:], b"\xff\x03" + LCP))
    subprocess.run(["ip", "link", "set", "eth0", "down"], check=True)
    subprocess.run(["ip", "link", "set", "eth0", "up"], check=True)
    wait_for(lambda: subprocess.run(["ip", "route", "get", THERE], check=False,
                                    stdout=subprocess.DEVNULL).returncode == 0)
    link.write(0xc021)
    check("also after the device was down", heard(peer) == data(*IDS[2:], b"\xff\x03" + LCP))
    link.close()
    sock.close()
    peer.close()


def garbage():
    """Random messages, many of them nearly right."""
    generator = random.Random(int(os.environ.get("SEED", "20260731")))
    sock, peer = udp(HERE), udp(THERE, namespace="h")
    link = session(sock)
    for _ in range(3000):
        flags = generator.getrandbits(16) & 0x7fff
        if generator.random() < 0.8:
            flags = flags & ~0xf | 2
        message = struct.pack(">H", flags) + generator.randbytes(generator.randrange(40))
        if generator.random() < 0.7:
            message = data(*IDS[:2], message, flags=flags & 0x4b00 & generator.getrandbits(16),
                           ns=generator.choice((None, generator.getrandbits(16))))
        if generator.random() < 0.3:
            message = message[:generator.randrange(len(message) + 1)]
        peer.sendto(message, (HERE, PORT))
        while got(link, 0):
            pass
    while got(link, 0.2) or heard(sock, 0) is not None:
        pass
    check("all that garbage did nothing", link.info() == "attached")
    link.close()
    link = session(sock)
    peer.sendto(data(*IDS[:2], LCP + b"still"), (HERE, PORT))
    check("and the socket still works", got(link) == LCP + b"still")
    link.close()
    sock.close()
    peer.close()


def endings():
    """The socket goes away, one way or another."""
    sock, peer = udp(HERE), udp(THERE, namespace="h")
    links = [session(sock, (1, number, 101, number)) for number in (10, 11)]
    links.append(session(sock, (2, 10, 102, 10)))
    bystander = udp(HERE, 1702)
    links.append(session(bystander))
    sock.close()
    for link in links[:3]:
        check("the socket is closed, the link is down", link.info() == "down" and
              link.reason() == "port-gone" and link.read() == b"")
        check_refused("nothing can be sent", errno.ENOLINK, link.write, 0xc021, sentence=False)
    check("another socket's link is not", links[3].info() == "attached")
    check("a link that is down is shown", links[0].id in nl.links())
    sock = udp(HERE)
    links.append(session(sock))
    peer.sendto(data(*IDS[:2], LCP), (HERE, PORT))
    check("the same numbers on the next socket", got(links[-1]) == LCP)

    # setsockopt() is the owner's way to take the handlers off behind our back.
    sock.setsockopt(socket.IPPROTO_UDP, 100, 0)
    sock.close()
    check("an owner that switches encapsulation off keeps the link",
          links[-1].info() == "attached")
    try:
        links[-1].write(0xc021)
    except OSError:
        pass
    for link in links:
        link.close()
    bystander.close()
    peer.close()

    for number in range(50):
        sock = udp(HERE)
        link = session(sock)
        first, second = (link, sock) if number % 2 else (sock, link)
        first.close()
        second.close()
    check("in either order, again and again", not nl.links())


def namespace_ends():
    """A link whose socket and namespace go with another process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    child = os.fork()
    if not child:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(0x40000000):
            os._exit(1)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        sock, peer = udp("127.0.0.1"), udp("127.0.0.2")
        link = session(sock, peer=("127.0.0.2", PORT))
        link.write(0xc021)
        if heard(peer) != data(*IDS[2:], b"\xff\x03" + LCP):
            os._exit(1)
        theirs.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                                 array.array("i", [link.fd]))])
        ours.close()
        theirs.recv(1)
        os._exit(0)
    theirs.close()
    _, ancillary, _, _ = ours.recvmsg(1, socket.CMSG_SPACE(4))
    link = Link.__new__(Link)
    link.fd, link.id = array.array("i", ancillary[0][2])[0], 0
    check("a link of another namespace", link.info() == "attached")
    ours.close()
    check("its process ends well", os.waitpid(child, 0)[1] == 0)
    check("and takes the link down", wait_for(lambda: link.info() == "down"))
    check(f"because of the socket: {link.reason()}", link.reason() == "port-gone")
    link.close()


for test in (refusals, families, many, sequence, local_peers, packets, garbage, endings,
             namespace_ends):
    print(f"# {test.__name__}", flush=True)
    test()
finish()
