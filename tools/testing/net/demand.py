#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Demand dial, with this program as the dialler. Run by demand.sh in namespace s."""
import errno
import os
import select
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from kernel import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import

SERVER, HOST, ROUTER = "203.0.113.9", "192.168.7.2", "192.168.7.1"
IFACE_GET, IFACE_SET, PROJECTION_GET, DIAL, HANGUP, DIAL_FAIL, DIAL_NTF = range(1, 8)
A_IFINDEX, A_SOURCE_CHECK, A_DROP, A_MODE, A_DEMAND = 1, 4, 6, 7, 11
(A_STATE, A_REASON, _, A_RETRY_IN, A_CONNECTED_FOR, A_IDLE, A_HELD, A_DIALS, A_FAILURES,
 A_IDLE_TIMEOUT, A_CONNECT_TIMEOUT, A_BACKOFF_MIN, A_BACKOFF_MAX, A_HOLD_PACKETS, A_HOLD_BYTES,
 A_HOLD_TIME, A_FILTER, A_FILTER_TEXT) = range(1, 19)
(D_IFINDEX, D_NAME, D_REQUEST, D_CAUSE, D_SOURCE, D_DESTINATION, D_PROTOCOL, D_SPORT, D_DPORT,
 D_REASON, D_TEXT) = range(1, 12)
DISCONNECTED, CONNECTING, CONNECTED, UNREACHABLE = range(4)
TRAFFIC, ADMIN, IDLE, TIMEOUT = range(4)
ASK_DIAL, ASK_HANGUP = range(2)
MULTIPOINT, DEMAND = range(2)
NO_DIALLER, TIMED_OUT, NO_ANSWER, AUTHENTICATION = 1, 2, 3, 4
NESTED = 0x8000
DEFAULTS = {A_IDLE_TIMEOUT: 0, A_CONNECT_TIMEOUT: 30, A_BACKOFF_MIN: 1, A_BACKOFF_MAX: 3,
            A_HOLD_PACKETS: 64, A_HOLD_BYTES: 131072, A_HOLD_TIME: 20000}
# A classic BPF program: is it UDP over IPv4?
UDP_ONLY = b"".join(struct.pack("=HBBI", *i) for i in (
    (0x30, 0, 0, 9), (0x15, 0, 1, 17), (0x06, 0, 0, 1), (0x06, 0, 0, 0)))

wan = Netlink("wanarp")
nl = Ndiswan()


def number(payload):
    """An unsigned number of any size."""
    return int.from_bytes(payload, "little")


def enter(name):
    """Move to a network namespace."""
    with open(f"/run/netns/{name}", encoding="ascii") as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), name)


def within(name, function, *args):
    """What a function makes in another namespace stays there."""
    enter(name)
    try:
        return function(*args)
    finally:
        enter("s")


def run(*words, okay=True):
    """A command; with okay, one that must succeed."""
    return subprocess.run(words, check=okay, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)


def ip(*words):
    """The command ip."""
    return run("ip", *words).stdout


def index(dev="wan0"):
    """The number of a device."""
    return u32(A_IFINDEX, socket.if_nametoindex(dev))


def setting(dev="wan0", extra=b"", **words):
    """iface-set with numbers in the nest; b"" for other attributes."""
    nest = b"".join(u32(globals()["A_" + name.upper()], value) for name, value in words.items())
    nest += extra
    wan.request(IFACE_SET, index(dev) + (attribute(A_DEMAND | NESTED, nest) if nest else b""))


def mode(value, dev="wan0"):
    """Make it demand-dial, or not."""
    wan.request(IFACE_SET, index(dev) + u32(A_MODE, value))


def iface(dev="wan0"):
    """iface-get: attributes, those of the nest, and drops."""
    answer = parse(wan.request(IFACE_GET, index(dev))[0])
    drops = {}
    for kind, payload in answer:
        if kind == A_DROP:
            drop = dict(parse(payload))
            drops[drop[1].rstrip(b"\0").decode()] = number(drop[3])
    answer = dict(answer)
    nest = dict(parse(answer.get(A_DEMAND, b"")))
    return answer, {k: v if k == A_FILTER_TEXT else number(v) for k, v in nest.items()}, drops


def demand(what, dev="wan0"):
    """One word of the nest, None if it is not there."""
    return iface(dev)[1].get(what)


def state(dev="wan0"):
    """Its state."""
    return demand(A_STATE, dev)


def dropped(reason, dev="wan0"):
    """A counter."""
    return iface(dev)[2].get(reason, 0)


def operstate(dev="wan0"):
    """What the kernel says of it."""
    return "DORMANT" if "state DORMANT" in ip("link", "show", dev) else \
        "UP" if "state UP" in ip("link", "show", dev) else "?"


class Dialler:
    """Who listens to dial requests."""

    def __init__(self):
        self.netlink = Netlink("wanarp")
        self.netlink.join("dial")

    def request(self, seconds=5):
        """The next request, None if there is none."""
        if not select.select([self.netlink.sock], [], [], seconds)[0]:
            return None
        data = self.netlink.sock.recv(1 << 16)
        assert data[16] == DIAL_NTF
        return dict(parse(data[20:]))

    def asked(self, request, cause, seconds=5):
        """Was this asked, and nothing else before?"""
        got = self.request(seconds)
        return got is not None and number(got[D_REQUEST]) == request and \
            number(got[D_CAUSE]) == cause

    def quiet(self, seconds=0.3):
        """Nothing is asked for some time."""
        return self.request(seconds) is None

    def close(self):
        """Listen no more."""
        self.netlink.sock.close()


def fail(reason=NO_ANSWER, text=b"no answer"):
    """The dialler gives up."""
    wan.request(DIAL_FAIL, index() + u32(D_REASON, reason) + attribute(D_TEXT, text + b"\0"))


class Line:
    """A connection to p."""

    peers = {}

    def __init__(self, address="198.51.100.7", dev="wan0", session=7):
        self.address, self.dev = address, dev
        ip("addr", "replace", f"{address}/32", "dev", dev)
        self.link = Link()
        self.link.attach_pppoe("eth0", session, Line.mac)
        self.up()

    def up(self):
        """IPv4 is up."""
        nl.line_up(self.link.id, self.dev, "10.9.0.1")

    def close(self, keep=False):
        """The connection ends, and with it the address."""
        self.link.close()
        if not keep:
            ip("addr", "del", f"{self.address}/32", "dev", self.dev)


def udp(namespace, address="", port=0, to=None):
    """A socket."""
    def make():
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.setsockopt(socket.IPPROTO_IP, 11, 1)  # IP_RECVERR
        made.setsockopt(socket.SOL_SOCKET, 33, 4 << 20)  # SO_RCVBUFFORCE
        made.bind((address, port))
        if to:
            made.connect(to)
        made.setblocking(False)
        return made
    return within(namespace, make)


def came(sock, count, seconds=5):
    """That many datagrams, or what came of them in time: payloads and the sources."""
    payloads, sources = [], set()
    end = time.monotonic() + seconds
    while len(payloads) < count and select.select([sock], [], [], max(0, end - time.monotonic()))[0]:
        data, source = sock.recvfrom(2048)
        payloads.append(data)
        sources.add(source)
    return payloads, sources


def told(sock, seconds=5):
    """The error that ICMP brought to a socket, 0 if none."""
    def error():
        told.last = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return told.last
    wait_for(error, seconds)
    return told.last


def numbered(count, first=0, size=0):
    """Payloads."""
    return [b"%d" % i + bytes(size) for i in range(first, first + count)]


def send(sock, payloads):
    """Datagrams to the server; none may block. An error of earlier ones is no news."""
    sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    for payload in payloads:
        sock.sendto(payload, (SERVER, 9))


def calm():
    """Back to disconnected with the usual settings."""
    global dialler  # pylint: disable=global-statement
    dialler.close()
    if state() != DISCONNECTED:
        ip("link", "set", "wan0", "down")
        ip("link", "set", "wan0", "up")
        ip("route", "replace", "default", "dev", "wan0")
    setting(extra=attribute(A_FILTER, b""), **{
        name[2:].lower(): DEFAULTS[globals()[name]] for name in list(globals())
        if name.startswith("A_") and globals()[name] in DEFAULTS and
        name[2:].lower() in ("idle_timeout", "connect_timeout", "backoff_min", "backoff_max",
                             "hold_packets", "hold_bytes", "hold_time")})
    while came(server, 1, 0)[0]:
        pass
    dialler = Dialler()


def creation():
    """What it is when it is new."""
    ip("link", "add", "wan0", "type", "wanarp")
    answer, nest, _ = iface()
    check("a new interface is multipoint", number(answer[A_MODE]) == MULTIPOINT and not nest)
    check_refused("settings of demand dial", errno.EINVAL, setting, idle_timeout=1)
    mode(DEMAND)
    answer, nest, _ = iface()
    check("it becomes demand-dial", number(answer[A_MODE]) == DEMAND and
          nest[A_STATE] == DISCONNECTED)
    check("without source check", number(answer[A_SOURCE_CHECK]) == 0)
    check_refused("it cannot be dialled while it is down", errno.ENETDOWN,
                  wan.request, DIAL, index())
    # The end of a device's last address would be the end of its routes. This one is never
    # chosen as a source, because of its scope.
    ip("addr", "add", "10.255.255.1/32", "scope", "link", "dev", "wan0")
    ip("link", "set", "wan0", "up")
    check("it is dormant", wait_for(lambda: operstate() == "DORMANT"))
    ip("route", "add", "default", "dev", "wan0")
    check_refused("least time above the most", errno.EINVAL, setting, backoff_min=9,
                  backoff_max=8)
    check_refused("a state", errno.EINVAL, setting, state=1)
    check_refused("no connect time-out", errno.ERANGE, setting, connect_timeout=0)
    check_refused("too many packets", errno.ERANGE, setting, hold_packets=1001)
    check_refused("a filter of nine bytes", errno.EINVAL, setting,
                  extra=attribute(A_FILTER, bytes(9)))
    check_refused("a filter that does not end", errno.EINVAL, setting,
                  extra=attribute(A_FILTER, struct.pack("=HBBI", 0x30, 0, 0, 9)))
    check_refused("a text without a filter", errno.EINVAL, setting,
                  extra=attribute(A_FILTER_TEXT, b"udp\0"))
    check_refused("hanging up what is not connected", errno.ENOTCONN, wan.request, HANGUP, index())
    check_refused("a failure that nobody waits for", errno.ENOTCONN, fail)
    check_refused("a failure without a reason", errno.EINVAL, fail, 0)
    ip("link", "add", "multi", "type", "wanarp")
    check_refused("dialling a multipoint interface", errno.EOPNOTSUPP, wan.request, DIAL,
                  index("multi"))
    ip("link", "del", "multi")


def first_packet():
    """Nothing is lost, nothing out of order, and the source is the one learnt."""
    host = udp("h")
    send(host, numbered(5))
    got = dialler.request()
    check("the first packet dials", got and number(got[D_REQUEST]) == ASK_DIAL and
          number(got[D_CAUSE]) == TRAFFIC and got[D_NAME] == b"wan0\0")
    check("with its addresses", got and got.get(D_SOURCE) == socket.inet_aton(HOST) and
          got.get(D_DESTINATION) == socket.inet_aton(SERVER) and got.get(D_PROTOCOL) == b"\x11" and
          number(got.get(D_SPORT, b"")) == host.getsockname()[1] and
          number(got.get(D_DPORT, b"")) == 9)
    check("the others do not", dialler.quiet())
    check("all wait", wait_for(lambda: demand(A_HELD) == 5) and state() == CONNECTING)
    line = Line()
    payloads, sources = came(server, 5)
    check("all come in order", payloads == numbered(5))
    check("from the address learnt, as one connection",
          len(sources) == 1 and {a for a, _ in sources} == {"198.51.100.7"})
    check("it is connected", state() == CONNECTED and demand(A_HELD) == 0 and
          demand(A_CONNECTED_FOR) is not None)
    check("and up", wait_for(lambda: operstate() == "UP"))
    for source in sources:
        server.sendto(b"back", source)
    check("the answer comes back", came(host, 1)[0] == [b"back"])
    send(host, numbered(20, 100))
    check("what follows flows", came(server, 20)[0] == numbered(20, 100))
    check_refused("dialling what is connected", errno.EISCONN, wan.request, DIAL, index())
    check_refused("a failure when it is connected", errno.EISCONN, fail)
    check_refused("another mode", errno.EBUSY, mode, MULTIPOINT)
    line.close()
    check("without a line it is disconnected", state() == DISCONNECTED and
          wait_for(lambda: operstate() == "DORMANT"))
    send(host, numbered(3, 200))
    check("the next packet dials again", dialler.asked(ASK_DIAL, TRAFFIC))
    line = Line("198.51.100.8")
    payloads, sources = came(server, 3)
    check("and has the new address", payloads == numbered(3, 200) and
          {a for a, _ in sources} == {"198.51.100.8"})
    line.close()


def in_flight():
    """Packets that come while others are released stay behind them."""
    host = udp("h")
    before = dropped("tx-hold-full")
    setting(hold_packets=1000)
    send(host, numbered(60))
    dialler.request()
    child = os.fork()
    if not child:
        send(host, numbered(140, 60))
        os._exit(0)
    line = Line()
    os.waitpid(child, 0)
    payloads = came(server, 200)[0]
    if not check("all came, in order", payloads == numbered(200)):
        print("#", payloads)
    check("none had to make room", dropped("tx-hold-full") == before)
    line.close()


def local():
    """The router's own packets."""
    ping = subprocess.Popen(["ping", "-c1", "-W10", SERVER], stdout=subprocess.DEVNULL)
    check("a ping of the router dials", dialler.asked(ASK_DIAL, TRAFFIC))
    line = Line()
    check("and is answered", ping.wait() == 0)
    line.close()
    mine = udp("s")
    mine.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4608)
    try:
        send(mine, numbered(60, size=200))
        blocked = False
    except BlockingIOError:
        blocked = True
    check("a socket with a small buffer is not blocked", not blocked)
    dialler.request()
    line = Line()
    check("all its packets come", came(server, 60)[0] == numbered(60, size=200))
    line.close()
    tcp = socket.socket()
    tcp.setblocking(False)
    tcp.connect_ex((SERVER, 80))
    check("so does TCP", dialler.asked(ASK_DIAL, TRAFFIC))
    line = Line()
    check("its first packet is not lost", select.select([], [tcp], [], 0.9)[1] and
          not tcp.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
    # By a reset: what is left of it otherwise dials whenever it repeats its FIN.
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("=ii", 1, 0))
    tcp.close()
    line.close()


def bounds():
    """What waits is limited in number, length and time."""
    host = udp("h")
    setting(hold_packets=4)
    before = dropped("tx-hold-full")
    send(host, numbered(10))
    dialler.request()
    check("four of ten wait", wait_for(lambda: dropped("tx-hold-full") == before + 6) and
          demand(A_HELD) == 4)
    line = Line()
    check("the newest", came(server, 4)[0] == numbered(4, 6))
    line.close()
    setting(hold_packets=64, hold_bytes=3000)
    before = dropped("tx-hold-full")
    send(host, numbered(5, size=1000))
    dialler.request()
    check("two of five long ones wait", wait_for(lambda: dropped("tx-hold-full") == before + 3)
          and demand(A_HELD) == 2)
    line = Line()
    check("the newest again", came(server, 2)[0] == numbered(2, 3, 1000))
    line.close()
    setting(hold_bytes=131072, hold_time=300)
    one = udp("h", to=(SERVER, 9))
    before = dropped("tx-hold-time")
    one.send(b"x")
    dialler.request()
    check("who waits too long is told", told(one) == errno.EHOSTUNREACH)
    check("and counted", wait_for(lambda: dropped("tx-hold-time") == before + 1) and
          demand(A_HELD) == 0)
    check("it is still being dialled", state() == CONNECTING)
    calm()
    setting(hold_packets=0)
    send(host, numbered(1))
    check("nothing may wait, but it dials", dialler.asked(ASK_DIAL, TRAFFIC) and
          demand(A_HELD) == 0)
    calm()


def failure():
    """The dialler fails; back-off."""
    one = udp("h", to=(SERVER, 9))
    failures = demand(A_FAILURES)
    one.send(b"x")
    dialler.request()
    fail(AUTHENTICATION)
    check("the sender is told", told(one) == errno.EHOSTUNREACH)
    check("it is unreachable, and why", state() == UNREACHABLE and
          demand(A_REASON) == AUTHENTICATION and demand(A_FAILURES) == failures + 1)
    check("for a second", 0 < demand(A_RETRY_IN) <= 1000)
    one.send(b"x")
    check("the next one is told at once", told(one) == errno.EHOSTUNREACH)
    check("and does not dial", dialler.quiet(0.1))
    mine = udp("s", to=(SERVER, 9))
    mine.send(b"x")
    check("a socket of the router is told too", told(mine) == errno.EHOSTUNREACH)
    for least, most in ((1001, 2000), (2001, 3000), (2001, 3000)):
        check("it can be dialled again", wait_for(lambda: state() == DISCONNECTED))
        one.send(b"x")
        dialler.request()
        fail()
        left = demand(A_RETRY_IN)
        check(f"the next time for {most} ms: {left}", least <= left <= most)
        told(one)
    wan.request(DIAL, index())
    check("the administrator need not wait", dialler.asked(ASK_DIAL, ADMIN) and
          state() == CONNECTING)
    check_refused("and asks once", errno.EALREADY, wan.request, DIAL, index())
    fail()
    check("after which it starts from a second", 0 < demand(A_RETRY_IN) <= 1000)
    line = Line()
    check("a line is welcome at any time", state() == CONNECTED)
    line.close()
    told(one)
    one.send(b"x")
    dialler.request()
    fail()
    check("success resets", 0 < demand(A_RETRY_IN) <= 1000)
    calm()


def nobody():
    """There is no dialler, or it does not answer."""
    dialler.close()
    one = udp("h", to=(SERVER, 9))
    for _ in range(2):
        one.send(b"x")
        check("without a dialler the sender is told", told(one) == errno.EHOSTUNREACH)
        check("it is unreachable for lack of one, not for long",
              demand(A_REASON) == NO_DIALLER and demand(A_RETRY_IN) <= 1000)
        wait_for(lambda: state() == DISCONNECTED)
    check_refused("the administrator is told too", errno.ESRCH, wan.request, DIAL, index())
    calm()
    setting(connect_timeout=1)
    one.send(b"x")
    dialler.request()
    check("a dialler that does not answer is told to stop",
          dialler.asked(ASK_HANGUP, TIMEOUT))
    check("the sender is told", told(one) == errno.EHOSTUNREACH)
    check("it is unreachable for that reason", demand(A_REASON) == TIMED_OUT)
    calm()


def filters():
    """What may dial: KB168469, the router's own ping is no exception."""
    setting(extra=attribute(A_FILTER, UDP_ONLY) + attribute(A_FILTER_TEXT, b"udp\0"))
    check("the text is shown", demand(A_FILTER_TEXT) == b"udp\0")
    before = dropped("tx-dial-filter")
    ping = run("ping", "-c1", "-W5", SERVER, okay=False)
    check("a ping is told at once", "Host Unreachable" in ping.stdout)
    check("counted, and does not dial", dropped("tx-dial-filter") == before + 1 and
          dialler.quiet() and state() == DISCONNECTED)
    host = udp("h")
    send(host, numbered(1))
    check("UDP does", dialler.asked(ASK_DIAL, TRAFFIC))
    ping = subprocess.Popen(["ping", "-c1", "-W10", SERVER], stdout=subprocess.DEVNULL)
    check("then the ping waits with it", wait_for(lambda: demand(A_HELD) == 2))
    line = Line()
    check("and is answered", ping.wait() == 0)
    line.close()
    setting(extra=attribute(A_FILTER, b""))
    check("without a filter no text is left", demand(A_FILTER_TEXT) is None)
    multi = udp("s")
    multi.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"wan0\0")
    multi.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    before = dropped("tx-multicast")
    for group in ("224.0.0.9", "255.255.255.255"):
        multi.sendto(b"hello", (group, 520))
    check("multicast and broadcast never dial", dialler.quiet() and state() == DISCONNECTED)
    check("but are counted", dropped("tx-multicast") >= before + 2)
    calm()


def busy(seconds, action):
    """Do something all the time, and say if nothing was asked meanwhile."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        action()
        if not dialler.quiet(0.15):
            return False
    return True


def idle():
    """Only interesting packets keep the line up."""
    setting(extra=attribute(A_FILTER, UDP_ONLY))
    line = Line()
    host = udp("h")
    send(host, numbered(1))
    source = came(server, 1)[1].pop()
    setting(idle_timeout=1)
    check("UDP of the host keeps it", busy(2, lambda: send(host, numbered(1))))
    check("so does UDP of the server", busy(2, lambda: server.sendto(b"x", source)))
    ping = subprocess.Popen(["ping", "-i", "0.2", SERVER], stdout=subprocess.DEVNULL)
    check("pings do not", dialler.asked(ASK_HANGUP, IDLE, 3))
    check("a deaf dialler is asked again", dialler.asked(ASK_HANGUP, IDLE, 3))
    ping.kill()
    ping.wait()
    check("the line is still the dialler's", state() == CONNECTED and demand(A_IDLE) >= 1000)
    setting(idle_timeout=0)
    dialler.quiet(0)
    check("never means never", dialler.quiet(1.5))
    line.close()
    calm()


def administrator():
    """Dial, hang up."""
    wan.request(DIAL, index())
    got = dialler.request()
    check("dial", got and number(got[D_CAUSE]) == ADMIN and D_SOURCE not in got)
    line = Line()
    wan.request(HANGUP, index())
    check("hang up", dialler.asked(ASK_HANGUP, ADMIN))
    check("is up to the dialler", state() == CONNECTED)
    line.close()
    one = udp("h", to=(SERVER, 9))
    one.send(b"x")
    dialler.request()
    wan.request(HANGUP, index())
    check("hang up while it is dialled", dialler.asked(ASK_HANGUP, ADMIN) and
          state() == DISCONNECTED)
    check("tells the sender", told(one) == errno.EHOSTUNREACH)
    one.send(b"x")
    dialler.request()
    ip("link", "set", "wan0", "down")
    check("taking the interface down tells the dialler", dialler.asked(ASK_HANGUP, ADMIN))
    check("and the sender", told(one) == errno.EHOSTUNREACH)
    check("it is disconnected", state() == DISCONNECTED)
    ip("link", "set", "wan0", "up")
    ip("route", "add", "default", "dev", "wan0")


def addresses():
    """The router's address goes while its packet waits."""
    line = Line("198.51.100.7")
    mine = udp("s", "198.51.100.7")
    line.close(keep=True)
    send(mine, numbered(1))
    dialler.request()
    ip("addr", "del", "198.51.100.7/32", "dev", "wan0")
    before = dropped("tx-source-gone")
    line = Line("198.51.100.8")
    check("it does not go out", wait_for(lambda: dropped("tx-source-gone") == before + 1) and
          not came(server, 1, 0.2)[0])
    line.close()


def routes():
    """The route goes, and another comes, while packets wait."""
    host = udp("h")
    send(host, numbered(3))
    dialler.request()
    ip("route", "del", "default")
    ip("route", "add", "default", "dev", "wan0")
    line = Line()
    payloads, sources = came(server, 3)
    check("they take the new one", payloads == numbered(3) and
          {a for a, _ in sources} == {"198.51.100.7"})
    line.close()
    one = udp("h", to=(SERVER, 9))
    one.send(b"x")
    dialler.request()
    ip("route", "del", "default")
    ip("route", "add", "default", "dev", "wan0")
    fail()
    check("or are answered", told(one) == errno.EHOSTUNREACH)
    calm()


def two_links():
    """The newer link has the interface."""
    first = Line()
    second = Link()
    second.attach_pppoe("eth0", 8, Line.mac)
    nl.line_up(second.id, "wan0", "10.9.0.99")
    check("the older has no line any more", first.link.info() == "attached" and
          second.info() == "up" and state() == CONNECTED)
    first.close(keep=True)
    check("its end changes nothing", state() == CONNECTED)
    second.close()
    check("the end of the newer does", state() == DISCONNECTED)
    ip("addr", "del", "198.51.100.7/32", "dev", "wan0")


def rights():
    """Who may."""
    check("root may listen", joined("wanarp") == ["dial"])
    child = os.fork()
    if not child:
        drop_capabilities()
        refused = 0
        for command in (DIAL, HANGUP, DIAL_FAIL):
            try:
                wan_user.request(command, index())
            except OSError as err:
                refused += err.errno == errno.EPERM
        os._exit(0 if refused == 3 and not joined("wanarp") else 1)
    check("others may neither dial nor listen", not os.waitpid(child, 0)[1])


def ends():
    """Interfaces go with packets that wait."""
    host = udp("h")
    send(host, numbered(10))
    dialler.request()
    mode(MULTIPOINT)
    check("another mode with packets that wait", dialler.asked(ASK_HANGUP, ADMIN))
    mode(DEMAND)
    check("it is dormant again", wait_for(lambda: operstate() == "DORMANT"))
    send(host, numbered(10))
    check("and back", dialler.asked(ASK_DIAL, TRAFFIC))
    ip("link", "del", "wan0")
    check("it is removed", dialler.asked(ASK_HANGUP, ADMIN))
    # The end of the namespace, and of the module, with packets that wait.
    for name in ("wan0", "wan1"):
        ip("link", "add", name, "type", "wanarp")
        mode(DEMAND, name)
        ip("link", "set", name, "up")
    ip("addr", "add", "10.255.255.1/32", "scope", "link", "dev", "wan0")
    ip("route", "add", "default", "dev", "wan0")
    send(host, numbered(10))
    check("a new one of the name dials", dialler.asked(ASK_DIAL, TRAFFIC))
    run("ip", "netns", "add", "other")
    ip("link", "set", "wan1", "netns", "other")
    check("it moves", "wan1" in ip("-n", "other", "link"))
    run("ip", "netns", "del", "other")
    check("the first one still holds", demand(A_HELD) == 10)


Line.mac = run("ip", "netns", "exec", "p", "cat", "/sys/class/net/eth0/address").stdout.strip()
own = run("cat", "/sys/class/net/eth0/address").stdout.strip()


def remote():
    """The other end, which is always there."""
    link = Link()
    link.attach_pppoe("eth0", 7, own)
    Ndiswan().line_up(link.id, "ras0", "10.9.0.2")
    web = socket.socket()
    web.bind((SERVER, 80))
    web.listen()
    return link, web


far, listener = within("p", remote)
server = udp("p", SERVER, 9)
wan_user = Netlink("wanarp")
dialler = Dialler()
creation()
calm()
for case in (first_packet, in_flight, local, bounds, failure, nobody, filters, idle,
             administrator, addresses, routes, two_links, rights, ends):
    print(f"# {case.__name__}: {case.__doc__}", flush=True)
    case()
finish()
