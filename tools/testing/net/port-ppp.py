#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The ppp port, bridged to other channels. Run by port-ppp.sh, in namespace s."""
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
from pppchan import Channel, L2tp, Line, channel_of  # noqa: E402

LCP, IPCP, IP = b"\xc0\x21", b"\x80\x21", b"\x00\x21"
HERE, THERE = "198.51.100.1", "198.51.100.2"
LOG = os.path.join(os.environ["RRAS_LOG"], "pppd-l2tp.log")
nl = Ndiswan()


def got(link, seconds=5):
    """The next control frame, None if there is none."""
    poller = select.poll()
    poller.register(link.fd, select.POLLIN)
    return link.read() if poller.poll(seconds * 1000) else None


def bridged():
    """A link and its line."""
    link = Link()
    link.attach_ppp()
    return link, Line().bridge(link)


def checksum(packet):
    """The Internet checksum."""
    packet += bytes(len(packet) % 2)
    total = sum(struct.unpack(f">{len(packet) // 2}H", packet))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ping(source, target, size=32):
    """An echo request."""
    body = struct.pack(">BBHHH", 8, 0, 0, 77, 1) + bytes(size)
    body = body[:2] + struct.pack(">H", checksum(body)) + body[4:]
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 1, 0, 64, 1, 0,
                         socket.inet_aton(source), socket.inet_aton(target))
    return header[:10] + struct.pack(">H", checksum(header)) + header[12:] + body


def refusals():
    """What cannot be attached, bridged or set."""
    link = Link()
    check_refused("bytes that mean nothing", errno.EINVAL, link.attach, PORT_PPP, b"\1")
    nl.request(LINK_SET, u32(A_LINK_ID, link.info() and link.id) + u8(A_LINK_PFC, 1))
    check_refused("compression set before", errno.EINVAL, link.attach_ppp)
    check_refused("a send window before", errno.ENOTCONN, nl.request, LINK_SET,
                  u32(A_LINK_ID, link.id) + u32(A_LINK_WINDOW_MAX, 4))
    nl.request(LINK_SET, u32(A_LINK_ID, link.id) + u8(A_LINK_PFC, 0))
    check("it gets a channel", link.attach_ppp() > 0)
    for kind in (A_LINK_ACFC, A_LINK_PFC):
        check_refused("compression set after", errno.EOPNOTSUPP, nl.request, LINK_SET,
                      u32(A_LINK_ID, link.id) + u8(kind, 1))
    nl.request(LINK_SET, u32(A_LINK_ID, link.id) + u8(A_LINK_PFC, 0))
    for number in (0, 4):
        check_refused("a send window", errno.EOPNOTSUPP, nl.request, LINK_SET,
                      u32(A_LINK_ID, link.id) + u32(A_LINK_WINDOW_MAX, number))
    other = Link()
    check("another link gets another", other.attach_ppp() != link.channel)
    line = Line().bridge(link)
    check_refused("a second bridge of the line", errno.EALREADY, line.file.bridge, other.channel,
                  sentence=False)
    second = Line()
    check_refused("a second bridge of the link", errno.EALREADY, second.file.bridge, link.channel,
                  sentence=False)
    shown = subprocess.run([os.environ["RRAS"], "link", "show", str(link.id)], check=True,
                           text=True, stdout=subprocess.PIPE).stdout.split()
    check("rras shows it", "ppp" in shown and str(link.channel) in shown)
    for thing in (second, line, other, link):
        thing.close()


def frames():
    """Control frames in both directions, of every shape."""
    link, line = bridged()
    link.write(0xc021, b"request")
    check("a frame goes", line.heard() == LCP + b"request")
    for text, frame, address in (
            ("plainly", LCP + b"x", b"\xff\x03"),
            ("without address and control", LCP + b"x", b""),
            ("of a network protocol without a line", IP + b"x", b"\xff\x03"),
            ("with a short protocol field", b"\x21x", b"\xff\x03"),
            ("with no information", LCP, b"\xff\x03")):
        line.send(frame, address)
        want = frame if frame[0] % 2 == 0 else b"\0" + frame
        check(f"one comes {text}", got(link) == want)
    sent = bytes(i * 7 & 0xff for i in range(1490))
    line.send(LCP + sent)
    check("a long one comes", got(link) == LCP + sent)
    link.write(0xc021, sent)
    check("and goes", line.heard() == LCP + sent)
    check("nothing was dropped", not nl.drops(link.id))
    line.close()
    link.close()


def strangers():
    """Whoever may use /dev/ppp writes what he likes into the link's channel."""
    link, line = bridged()
    stranger = Channel(link.channel)
    for frame in (b"\0\x21", b"\1\1", b"\xff\x03", b"\xff\x03\xc0", IP + bytes(65000),
                  LCP * 1000):
        stranger.write(frame)
    stranger.write(LCP + b"true")
    for _ in range(10):
        last = link.read(70000) if link.poll(5) & select.POLLIN else b""
        if last == LCP + b"true":
            break
    check("is read like a client's", last == LCP + b"true")
    check("what is too short is counted", nl.drops(link.id).get("short-frame") == 2)
    for _ in range(100):
        stranger.write(LCP + b"many")
    check("what is too much too", wait_for(
        lambda: nl.drops(link.id).get("control-queue-full") == 100 - 32))
    stranger.close()
    line.close()
    link.close()


def traffic():
    """Two clients on lines: to us, and one to the other by way of us."""
    (one, left), (two, right) = bridged(), bridged()
    nl.line_up(one.id, "ras0", "10.64.0.2", 1500)
    nl.line_up(two.id, "ras0", "10.64.0.3", 1500)
    left.send(IP + ping("10.64.0.2", "10.64.0.1"))
    answer = left.heard()
    check("a client's ping is answered", answer and answer[:2] == IP and answer[22:23] == b"\0")
    for size in (0, 100, 1464):
        left.send(IP + ping("10.64.0.2", "10.64.0.3", size))
        through = right.heard()
        check(f"a packet to another client, {size} bytes of data",
              through and through[22:24] == b"\x08\0" and len(through) == 30 + size)
        right.send(b"\x21" + ping("10.64.0.3", "10.64.0.2", size), b"")
        through = left.heard()
        check("and from it, compressed", through and len(through) == 30 + size)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(bytes(range(256)) * 5, ("10.64.0.2", 9))
        heard = left.heard()
        check("a packet of our own", heard and heard[30:] == bytes(range(256)) * 5)
    check("nothing was dropped", not nl.drops(one.id) and not nl.drops(two.id))
    for thing in (left, right, one, two):
        thing.close()


def endings():
    """The line, the link and the namespace end in every order."""
    link, line = bridged()
    check("the transport is there", not line.file.gone())
    line.hang_up()
    check("a hang-up is seen at its channel", line.file.gone(5))
    check("and not by the link", link.info() == "attached")
    link.write(0xc021, b"into the void")
    line.close()
    line = Line().bridge(link)
    link.write(0xc021, b"again")
    check("which can have another line", line.heard() == LCP + b"again")
    link.close()
    check("the link goes first", not line.file.gone())
    line.send(LCP + b"nobody")
    line.close()
    for _ in range(20):
        link, line = bridged()
        line.send(LCP + b"x" * 100)
        link.close()
        line.close()
        link, line = bridged()
        line.close()
        link.close()
    check("again and again", not nl.links())
    child = os.fork()
    if not child:
        if ctypes.CDLL(None).unshare(0x40000000):
            os._exit(1)
        link, line = bridged()
        link.write(0xc021, b"hello")
        os._exit(line.heard() != LCP + b"hello")
    check("a namespace ends with a link and a line", os.waitpid(child, 0)[1] == 0)
    here = Link()
    check_refused("the number of another namespace's channel", errno.ENXIO,
                  Channel, here.attach_ppp() + 1000, sentence=False)
    here.close()


def options(data):
    """The options of a control packet, by type."""
    found, at = {}, 4
    while at + 2 <= len(data):
        found[data[at]] = data[at + 2:at + data[at + 1]]
        at += max(data[at + 1], 2)
    return found


def negotiate(link, local, peer):
    """Just enough of LCP and IPCP for pppd; until both are open in both directions."""
    opened, tries = set(), 0
    while len(opened) < 4:
        # The peer may not have been ready for the first ones.
        frame = None
        while not frame:
            if tries == 40:
                return False
            tries += 1
            if (0xc021, "we") not in opened:
                link.write(0xc021, b"\1\1\0\4")
            frame = got(link, 1)
        protocol, packet = struct.unpack(">H", frame[:2])[0], frame[2:]
        code = packet[:1]
        if protocol not in (0xc021, 0x8021):
            link.write(0xc021, b"\x08\x09" + struct.pack(">H", 4 + len(frame)) + frame)
            continue
        if code == b"\1" and protocol == 0x8021 and options(packet).get(3) != \
                socket.inet_aton(peer):
            link.write(protocol, b"\3" + packet[1:2] + b"\0\x0a\3\6" + socket.inet_aton(peer))
        elif code == b"\1":
            link.write(protocol, b"\2" + packet[1:])
            opened.add((protocol, "peer"))
            if protocol == 0xc021 and (protocol, "we") in opened:
                link.write(0x8021, b"\1\2\0\x0a\3\6" + socket.inet_aton(local))
        elif code == b"\2":
            opened.add((protocol, "we"))
            if protocol == 0xc021 and (protocol, "peer") in opened:
                link.write(0x8021, b"\1\2\0\x0a\3\6" + socket.inet_aton(local))
        elif code == b"\x09":
            link.write(protocol, b"\x0a" + packet[1:4] + bytes(4))
    return True


def in_namespace(name):
    """Move this process."""
    with open(f"/run/netns/{name}", "rb") as file:
        if ctypes.CDLL(None).setns(file.fileno(), 0x40000000):
            raise OSError("setns")


def client():
    """pppd on the kernel's L2TP in the other namespace; a child, its PID is returned."""
    child = os.fork()
    if child:
        return child
    in_namespace("h")
    tunnel = L2tp(THERE, HERE, 7, 9)
    for fd in tunnel.fds:
        os.set_inheritable(fd, True)
    os.execvp("pppd", ["pppd", "plugin", "pppol2tp.so", "pppol2tp", str(tunnel.fd), "nodetach",
                       "noauth", "noccp", "noipv6", "nodefaultroute", "mtu", "1400", "mru", "1400",
                       "debug", "logfile", LOG, "10.64.0.9:10.64.0.1"])
    return 0


def own_l2tp():
    """The kernel's own L2TP carries the link; pppd is the client."""
    pppd = client()
    session = L2tp(HERE, THERE, 7, 9)
    link = Link()
    link.attach_ppp()
    file = Channel(channel_of(session.fd))
    file.bridge(link.channel)
    check("pppd negotiates through it", negotiate(link, "10.64.0.1", "10.64.0.9"))
    nl.line_up(link.id, "ras0", "10.64.0.9", 1400)
    status = subprocess.run(["ping", "-qnc", "3", "-i", "0.2", "-W", "5", "-s", "1000",
                             "10.64.0.9"], check=False, stdout=subprocess.DEVNULL).returncode
    check("it can be pinged", status == 0)
    check("the transport is there", not file.gone())
    session.close()
    check("its death is seen at the channel", file.gone(5))
    file.close()
    link.close()
    os.kill(pppd, 9)
    os.waitpid(pppd, 0)


for test in (refusals, frames, strangers, traffic, endings, own_l2tp):
    print(f"# {test.__name__}", flush=True)
    test()
finish()
