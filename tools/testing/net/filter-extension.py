#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Extensions, which decide before the filters. Run by filter-extension.sh.

Prepared: the namespaces and addresses of filter-extension.sh, ras0 with 10.64.0.0/16, and
the module ext_test.
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
from filters import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import
from wire import Wire, socket_in  # noqa: E402

OURS, PEER, FAR = "192.0.2.1", "192.0.2.2", "198.51.100.2"
OURS6, PEER6, FAR6 = "2001:db8::1", "2001:db8::2", "2001:db8:1::2"
UDP = 17
PASS, FORWARD_, DROP_, REJECT = range(4)
PORTS, ICMP, ESTABLISHED_, FRAGMENT_, LATER, TEST = (1 << bit for bit in range(6))
EXTENSIONS_MAX = 16
PARAMETERS = "/sys/module/ext_test/parameters/"
nl = Filters()
wire = Wire()


def control(line):
    """Tell ext_test."""
    with open(PARAMETERS + "control", "w", encoding="ascii") as file:
        file.write(line)


def add(priority, port, verdict):
    """An extension."""
    control(f"add {priority} {port} {verdict}")


def remove(priority):
    """No more."""
    control(f"remove {priority}")


def seen():
    """{priority: (packets, tests)}."""
    with open(PARAMETERS + "seen", encoding="ascii") as file:
        lines = [[int(word) for word in line.split()] for line in file]
    return {line[0]: tuple(line[1:]) for line in lines}


def last():
    """The last packet that one has seen."""
    with open(PARAMETERS + "last", encoding="ascii") as file:
        return file.read().strip()


def counters():
    """(forwarded, dropped) of received packets."""
    return stats(nl.binding("eth0")[B_INGRESS])


def sent(packet):
    """Send it from h: "forward" or the reason of the drop."""
    before, reasons = counters(), nl.device("eth0")[1]
    wire.send(packet)
    if not wait_for(lambda: counters() != before):
        return "lost"
    if counters()[0] != before[0]:
        return "forward"
    now = nl.device("eth0")[1]
    return ",".join(reason for reason in now if now[reason] != reasons.get(reason, 0))


def expect(text_, packet, verdict):
    """It becomes of a packet what is expected."""
    found = sent(packet)
    check(f"{text_}: {verdict}" if found == verdict else f"{text_}: {verdict}, not {found}",
          found == verdict)


def udp(port):
    """A packet from h to us."""
    return ipv4(PEER, OURS, dport=port)


def listed():
    """[(priority, name, module)], as netlink says."""
    return [(struct.unpack("=i", one[X_PRIORITY])[0], string(one[X_NAME]), string(one[X_MODULE]))
            for one in nl.dump(EXTENSION_GET)]


def one_listed(priority):
    """The name of the one of a priority."""
    return string(dict(parse(nl.request(EXTENSION_GET, attribute(
        X_PRIORITY, struct.pack("=i", priority)))[0]))[X_NAME])


def registration():
    """Who can register and who cannot."""
    check("there is none", seen() == {} and listed() == [])
    check_refused("another version", errno.EINVAL, control, "alien", sentence=False)
    check_refused("no name", errno.EINVAL, control, "nameless", sentence=False)
    add(-5, 0, PASS)
    check_refused("a priority that is taken", errno.EEXIST, add, -5, 0, PASS, sentence=False)
    for i in range(EXTENSIONS_MAX - 1):
        add(i, 0, PASS)
    check_refused("too many", errno.ENOSPC, add, 1000, 0, PASS, sentence=False)
    check("as many as can be", len(seen()) == EXTENSIONS_MAX)
    check("they are shown in their order, with the module",
          [one[0] for one in listed()] == [-5, *range(EXTENSIONS_MAX - 1)] and
          {one[2] for one in listed()} == {"ext_test"})
    check("and one by one", one_listed(-5) == listed()[0][1])
    check_refused("one that is not there", errno.ENOENT, one_listed, 4711)
    expect("a packet that all of them pass", udp(53), "forward")
    check("all have seen it", set(seen().values()) == {(1, 0)})
    for i in [*range(EXTENSIONS_MAX - 1), -5]:
        remove(i)
    check("all have gone", seen() == {})


def order():
    """The first that does not pass decides, and the filters if none does."""
    nl.load("some", DROP, FORWARD, [filter_bytes(protocol=UDP, dport=(53, 53))])
    expect("without extensions, what a filter wants", udp(53), "forward")
    expect("what none wants", udp(54), "default")
    add(10, 53, DROP_)
    expect("an extension drops it", udp(53), "extension")
    expect("and passes the other", udp(54), "default")
    check("it has seen both", seen()[10] == (2, 0))
    add(5, 53, FORWARD_)
    expect("one before it forwards it", udp(53), "forward")
    check("so that it is not asked", seen() == {10: (2, 0), 5: (1, 0)})
    add(7, 54, FORWARD_)
    expect("what no filter wants is forwarded", udp(54), "forward")
    remove(5)
    expect("one goes", udp(53), "extension")
    remove(7)
    expect("and another", udp(54), "default")
    add(20, 53, FORWARD_)
    expect("one behind it has no say", udp(53), "extension")
    remove(10)
    expect("until it goes", udp(53), "forward")
    remove(20)
    add(1, 53, 77)
    expect("an unknown verdict", udp(53), "extension")
    remove(1)
    expect("nobody is left", udp(53), "forward")


def limits():
    """What an extension cannot forward."""
    add(1, 0, FORWARD_)
    expect("forwarded", udp(99), "forward")
    part = ipv4(PEER, OURS, data=bytes(56), fragment=0x2000)
    expect("a fragment", part, "forward")
    nl.bind("eth0", fragments=2)
    expect("not where fragments are dropped", part, "fragment")
    nl.bind("eth0", fragments=0, strong_host=1)
    expect("not for another interface's address", ipv4(PEER, "198.51.100.1"), "strong-host")
    nl.bind("eth0", strong_host=0)
    before = seen()[1]
    expect("a malformed packet", udp(53)[:24], "malformed")
    check("is not shown", seen()[1] == before)
    nl.bind("eth0", "missing", closed=1)
    expect("not where the set is missing", udp(53), "closed")
    nl.bind("eth0", "some", closed=0)
    remove(1)
    # The first fragment decides, whoever decided about it.
    nl.bind("eth0", fragments=1)
    add(1, 99, FORWARD_)
    first = ipv4(PEER, OURS, dport=99, data=bytes(56), fragment=0x2000)
    later = ipv4(PEER, OURS, protocol=UDP, data=bytes(56), fragment=8)
    expect("a checked first fragment", first, "forward")
    expect("what follows it", later, "forward")
    remove(1)
    add(1, 53, DROP_)
    expect("one that is dropped", ipv4(PEER, OURS, data=bytes(56), fragment=0x2000), "extension")
    expect("what follows it", later, "fragment")
    remove(1)
    nl.bind("eth0", fragments=0)


def fields():
    """What an extension is told."""
    add(1, 0, PASS)
    cases = (
        ("IPv4, UDP", ipv4(PEER, OURS),
         f"protocol 17 flags {PORTS} network 0 transport 20 length 29 ports 1000 53 icmp 0 0 "
         f"fragment 0 0 {PEER} {OURS}"),
        ("IPv6, UDP", ipv6(PEER6, OURS6),
         f"protocol 17 flags {PORTS} network 0 transport 40 length 49 ports 1000 53 icmp 0 0 "
         f"fragment 0 0 {PEER6} {OURS6}"),
        ("ICMP", ipv4(PEER, OURS, protocol=1, icmp=(3, 1)),
         f"protocol 1 flags {ICMP} network 0 transport 20 length 29 ports 0 0 icmp 3 1 "
         f"fragment 0 0 {PEER} {OURS}"),
        ("TCP, established", ipv4(PEER, OURS, protocol=6, tcp=0x10),
         f"protocol 6 flags {PORTS | ESTABLISHED_} network 0 transport 20 length 41 "
         f"ports 1000 53 icmp 0 0 fragment 0 0 {PEER} {OURS}"),
        ("TCP, opening", ipv4(PEER, OURS, protocol=6),
         f"protocol 6 flags {PORTS} network 0 transport 20 length 41 ports 1000 53 icmp 0 0 "
         f"fragment 0 0 {PEER} {OURS}"),
        ("another protocol", ipv4(PEER, OURS, protocol=99),
         f"protocol 99 flags 0 network 0 transport 20 length 21 ports 0 0 icmp 0 0 "
         f"fragment 0 0 {PEER} {OURS}"),
        ("a first fragment", ipv4(PEER, OURS, data=bytes(56), fragment=0x2000),
         f"protocol 17 flags {PORTS | FRAGMENT_} network 0 transport 20 length 84 "
         f"ports 1000 53 icmp 0 0 fragment 1 0 {PEER} {OURS}"),
        ("a later fragment", ipv4(PEER, OURS, data=bytes(56), fragment=3),
         f"protocol 17 flags {FRAGMENT_ | LATER} network 0 transport 20 length 84 "
         f"ports 0 0 icmp 0 0 fragment 1 24 {PEER} {OURS}"),
        ("padding", ipv4(PEER, OURS) + bytes(18),
         f"protocol 17 flags {PORTS} network 0 transport 20 length 29 ports 1000 53 icmp 0 0 "
         f"fragment 0 0 {PEER} {OURS}"))
    for name, packet, wanted in cases:
        sent(packet)
        wanted = "dev eth0 link 0 direction 1 " + wanted
        found = last()
        check(name if found == wanted else f"{name}: {found}", found == wanted)
    nl.bind("eth0", directions=EGRESS)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.bind((OURS, 1000))
        out.sendto(b"x", (PEER, 53))
    wanted = (f"dev eth0 link 0 direction 2 protocol 17 flags {PORTS} network 14 transport 34 "
              f"length 29 ports 1000 53 icmp 0 0 fragment 0 0 {OURS} {PEER}")
    check("a packet to be sent", wait_for(lambda: last() == wanted))
    nl.bind("eth0", directions=INGRESS)
    remove(1)


def links():
    """The link of a client."""
    wan = Ndiswan()
    first, second = Link(), Link()
    first.attach_loop()
    second.attach_loop(first.id)
    wan.line_up(first.id, "ras0", "10.64.0.5")
    wan.line_up(second.id, "ras0", "10.64.0.6")
    nl.load("open")
    nl.bind("ras0", "open", link=second.id)
    add(1, 0, PASS)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(b"x", ("10.64.0.5", 9))
    check("the link that a packet comes from",
          wait_for(lambda: last().startswith(f"dev ras0 link {second.id} direction 1 ")))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(b"x", ("10.64.0.6", 9))
    check("no binding is about the other one, but it is seen",
          wait_for(lambda: last().startswith(f"dev ras0 link {first.id} direction 1 ")))
    remove(1)
    add(1, 0, DROP_)
    before = nl.device("ras0")[1].get("extension", 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        try:
            out.sendto(b"x", ("10.64.0.6", 9))
        except OSError:
            pass
    check("and what is said about it counts",
          wait_for(lambda: nl.device("ras0")[1].get("extension", 0) == before + 1))
    remove(1)
    nl.unbind("ras0", link=second.id)
    first.close()
    second.close()


def answer(family, target, seconds=0.5):
    """Send a datagram from h: the number of the error that comes back, or 0."""
    with socket_in("h", family, socket.SOCK_DGRAM) as out:
        out.connect(target)
        out.send(b"x")
        select.select([out], [], [], seconds)
        return out.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)


def rejection():
    """The sender is told, as far as the kernel lets us."""
    for key in ("net.ipv4.icmp_ratelimit", "net.ipv6.icmp.ratelimit"):
        subprocess.run(["sysctl", "-qw", key + "=0"], check=True)
    nl.load("open")
    add(1, 54, REJECT)
    v4, v6 = socket.AF_INET, socket.AF_INET6
    for where, dev, directions, target, target6 in (
            ("here, on its way in", "eth0", INGRESS, OURS, OURS6),
            ("beyond, on its way in", "eth0", INGRESS, FAR, FAR6),
            ("beyond, on its way out", "eth1", EGRESS, FAR, FAR6)):
        nl.unbind(*[one for one in ("eth0", "eth1") if nl.bindings(one)][:1])
        nl.bind(dev, "open", directions=directions)
        check(f"to {where}: EHOSTUNREACH",
              wait_for(lambda: answer(v4, (target, 54)) == errno.EHOSTUNREACH))
        check(f"by IPv6 to {where}: EACCES",
              wait_for(lambda: answer(v6, (target6, 54)) == errno.EACCES))
        check("what is not rejected is not answered so",
              answer(v4, (target, 53)) != errno.EHOSTUNREACH)
    remove(1)
    add(1, 54, DROP_)
    check("what is only dropped is not answered", answer(v4, (FAR, 54)) == 0)
    remove(1)
    add(1, 54, REJECT)
    before = nl.device("eth1")[1]["extension"]
    # We are the sender.
    with socket.socket(v4, socket.SOCK_DGRAM) as out:
        out.connect((FAR, 54))
        try:
            out.send(b"x")
            select.select([out], [], [], 0.5)
            error = out.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        except OSError as err:
            error = err.errno
    check("a sender on this host is told",
          error in (errno.EHOSTUNREACH, errno.EPERM, errno.ENOBUFS))
    check("and its packet dropped", nl.device("eth1")[1]["extension"] == before + 1)
    nl.unbind("eth1")
    nl.bind("eth0", "open", directions=INGRESS)
    remove(1)


def rejection_rate():
    """The kernel's limit holds. Before others use it up."""
    add(1, 54, REJECT)
    with socket_in("h", socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as ears:
        before = counters()[1]
        for _ in range(200):
            wire.send(ipv4(PEER, OURS, dport=54))
        check("200 packets are dropped", wait_for(lambda: counters()[1] == before + 200))
        ears.settimeout(0.5)
        heard = []
        try:
            while True:
                heard.append(ears.recv(600))
        except TimeoutError:
            pass
    check(f"and {len(heard)} of them answered", 1 <= len(heard) <= 50)
    first = heard[0][20:]
    check("as forbidden by an administrator", first[:2] == bytes([3, 13]))
    check("with the packet, without its padding", first[8:] == ipv4(PEER, OURS, dport=54))
    remove(1)


def no_rejection():
    """What is never answered."""
    with socket_in("h", socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as ears:
        add(1, 0, REJECT)
        for packet in (ipv4(PEER, OURS, protocol=1, icmp=(3, 1), data=bytes(28)),
                       ipv4(PEER, OURS, data=bytes(56), fragment=3),
                       ipv4(PEER, "192.0.2.255", dport=54)):
            expect("dropped", packet, "extension")
        # Answered after them, so that an answer to one of them would come before.
        wire.send(ipv4(PEER, OURS, dport=1))
        ears.settimeout(10)
        check("an ICMP error, a later fragment and a broadcast are not answered",
              ears.recv(600)[28:] == ipv4(PEER, OURS, dport=1))
    remove(1)


def dry_run():
    """packet-test asks extensions, and tells them that it is a test."""
    add(1, 54, DROP_)
    check("dropped", nl.test(udp(54), dev="eth0")[:3] == ("drop", "extension", "extension"))
    check("passed", nl.test(udp(53), dev="eth0")[1] == "default")
    # A packet of the kernel's own, of neighbour discovery, may come by.
    check("told", seen()[1][1] == 2)
    check("the flag is set", f" flags {PORTS | TEST} " in last())
    remove(1)
    add(1, 54, FORWARD_)
    check("forwarded", nl.test(udp(54), dev="eth0")[:2] == ("forward", "extension"))
    remove(1)


def traffic():
    """They come and go while packets do, and not one is lost or misjudged."""
    child = os.fork()
    if not child:
        packet = struct.pack(">6s6sH", wire.target, bytes(6), 0x0800) + udp(9)
        while os.getppid() != 1:
            wire.socket.send(packet)
        os._exit(0)
    check("packets come", wait_for(lambda: counters()[0] > 100))
    before = counters()
    for i in range(100):
        add(1, 0, PASS)
        add(2, 9, FORWARD_)
        if i % 10 == 0:
            check("seen", wait_for(lambda: seen()[2][0] > 10))
        remove(1)
        remove(2)
    after = counters()
    check("many came meanwhile", after[0] > before[0] + 100)
    check("none was dropped", after[1] == before[1])
    add(2, 9, DROP_)
    check("until one says so", wait_for(lambda: counters()[1] > after[1] + 10))
    remove(2)
    os.kill(child, 9)
    os.waitpid(child, 0)


def main():
    """All of it."""
    nl.load("some", FORWARD, FORWARD)
    add(1, 0, DROP_)
    check("without a binding nobody is asked",
          answer(socket.AF_INET, (FAR, 9)) == errno.ECONNREFUSED and seen()[1] == (0, 0))
    remove(1)
    nl.bind("eth0", "some", directions=INGRESS)
    registration()
    order()
    limits()
    nl.load("some", FORWARD, FORWARD)
    fields()
    links()
    rejection_rate()
    rejection()
    no_rejection()
    dry_run()
    traffic()
    nl.unbind("eth0")
    nl.remove("some")
    nl.remove("open")
    finish()


main()
