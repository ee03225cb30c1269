#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Fragments, one by one and by the stack. Run by filter-fragments.sh.

Prepared: eth0 with 192.0.2.1 and 2001:db8::1, whose peer is eth0 of the namespace h with
192.0.2.2 and 2001:db8::2.
"""
import itertools
import os
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
PASS, CHECK, DROP_ALL = 0, 1, 2
TCP, UDP, FRAGMENT_HEADER, DSTOPTS = 6, 17, 44, 60
PARAMETERS = "/sys/module/ipfltdrv/parameters/"
nl = Filters()
wire = Wire()
ids = itertools.count(1000)


def udp(port, size=64):
    """The first bytes of a UDP datagram."""
    return struct.pack(">HHHH", 1000, port, 4000, 0) + bytes(size - 8)


def tcp(port, flags=0x02, size=64):
    """The first bytes of a TCP segment."""
    return struct.pack(">HHIIBBHHH", 1000, port, 0, 0, 0x50, flags, 0, 0, 0) + bytes(size - 20)


def part4(ident, offset, more, data=bytes(64), protocol=UDP, src=PEER, dst=OURS):
    """An IPv4 fragment."""
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(data), ident,
                       offset // 8 | (0x2000 if more else 0), 64, protocol, 0,
                       socket.inet_aton(src), socket.inet_aton(dst)) + data


def part6(ident, offset, more, data=bytes(64), protocol=UDP, src=PEER6, dst=OURS6):
    """An IPv6 fragment."""
    return struct.pack(">IHBB16s16sBBHI", 6 << 28, 8 + len(data), FRAGMENT_HEADER, 64,
                       socket.inet_pton(socket.AF_INET6, src),
                       socket.inet_pton(socket.AF_INET6, dst), protocol, 0,
                       offset | bool(more), ident) + data


def counters():
    """(forwarded, dropped) of received packets, and the reasons."""
    return stats(nl.binding("eth0")[B_INGRESS]), nl.device("eth0")[1]


def sent(packet):
    """Send it from h; what becomes of it here: "forward" or the reason of the drop."""
    for _ in range(3):
        found = sent_once(packet)
        if found != "unclear":
            break
    return found


def sent_once(packet):
    """As sent(); unclear if the peer's kernel had something to say meanwhile."""
    before, reasons = counters()
    wire.send(packet)
    if not wait_for(lambda: counters()[0] != before):
        return "lost"
    after, now = counters()
    if after == (before[0] + 1, before[1]):
        return "forward"
    changed = [reason for reason, count in now.items() if count != reasons.get(reason, 0)]
    return changed[0] if after == (before[0], before[1] + 1) and len(changed) == 1 else "unclear"


def expect(text_, packet, verdict):
    """It becomes of a packet what is expected."""
    found = sent(packet)
    check(f"{text_}: {verdict}" if found == verdict else f"{text_}: {verdict}, not {found}",
          found == verdict)


def bind_ingress(*args, **kwargs):
    """Bind for what is received."""
    nl.bind(*args, directions=INGRESS, **kwargs)


def set_parameter(name, value):
    """Write a module parameter."""
    with open(PARAMETERS + name, "w", encoding="ascii") as file:
        file.write(str(value))


def messages(what):
    """How often that became of a table, by the kernel's log."""
    log = subprocess.run(["dmesg"], capture_output=True, check=True, text=True).stdout
    return log.count("fragments eth0 " + what)


def policy_pass():
    """Later fragments that no filter matches are forwarded."""
    tables = messages("created")
    nl.load("some", DROP, FORWARD, [filter_bytes(protocol=UDP, dport=(53, 53))])
    bind_ingress("eth0", "some")
    for name, part in (("IPv4", part4), ("IPv6", part6)):
        good, bad = next(ids), next(ids)
        expect(f"pass, {name}, a first one that a filter wants", part(good, 0, True, udp(53)),
               "forward")
        expect("what follows it", part(good, 64, False), "forward")
        expect("a first one that none wants", part(bad, 0, True, udp(54)), "default")
        expect("what follows it", part(bad, 64, False), "forward")
    nl.load("some", FORWARD, FORWARD, [filter_bytes(src=PEER + "/32")])
    expect("a later one that a filter matches by its address", part4(1, 64, False), "filter")
    expect("another", part4(1, 64, False, src="192.0.2.3"), "forward")
    nl.load("some", FORWARD, FORWARD, [filter_bytes(flags=FRAGMENT)])
    expect("a filter for fragments, a first one", part4(1, 0, True, udp(53)), "filter")
    expect("a later one", part6(1, 64, False), "filter")
    expect("a whole packet", ipv4(PEER, OURS), "forward")
    check("for all this no table was made", messages("created") == tables)


def policy_drop():
    """No fragments at all."""
    nl.load("some", FORWARD, FORWARD)
    bind_ingress("eth0", fragments=DROP_ALL)
    for name, part in (("IPv4", part4), ("IPv6", part6)):
        expect(f"drop, {name}, a first one", part(next(ids), 0, True, udp(53)), "fragment")
        expect("a later one", part(next(ids), 64, False), "fragment")
    expect("a whole packet", ipv4(PEER, OURS), "forward")
    expect("an IPv6 packet with a fragment header that is whole (RFC 6946)",
           part6(next(ids), 0, False, udp(53)), "forward")


def policy_check_closed():
    """Default drop: what is not known is dropped."""
    tables = messages("created")
    nl.load("some", DROP, FORWARD, [filter_bytes(protocol=UDP, dport=(53, 53)),
                                    filter_bytes(protocol=TCP, flags=ESTABLISHED)])
    bind_ingress("eth0", fragments=CHECK)
    check("one table was made", messages("created") == tables + 1)
    for name, part in (("IPv4", part4), ("IPv6", part6)):
        good, bad, late = next(ids), next(ids), next(ids)
        expect(f"check, {name}, a first one that a filter wants",
               part(good, 0, True, udp(53)), "forward")
        expect("what follows it", part(good, 128, False), "forward")
        expect("before that one, out of order", part(good, 64, True), "forward")
        expect("the same once more", part(good, 64, True), "forward")
        expect("a first one that none wants", part(bad, 0, True, udp(54)), "default")
        expect("what follows it", part(bad, 64, True), "fragment")
        expect("and the last one", part(bad, 128, False), "fragment")
        expect("a later one before the first", part(late, 64, False), "default")
        expect("then the first one", part(late, 0, True, udp(53)), "forward")
        expect("and the later one again", part(late, 64, False), "forward")
        expect("the same number of another sender",
               part(good, 64, True, src=PEER[:-1] + "9" if part is part4 else PEER6 + "9"),
               "default")
        first = next(ids)
        expect("a TCP segment of a connection", part(first, 0, True, tcp(80, 0x10), TCP),
               "forward")
        expect("what follows it", part(first, 64, False, protocol=TCP), "forward")
        first = next(ids)
        expect("one that opens a connection", part(first, 0, True, tcp(80), TCP), "default")
        expect("what follows it", part(first, 64, False, protocol=TCP), "fragment")
    first = next(ids)
    expect("a TCP segment", part4(first, 0, True, tcp(80, 0x10), TCP), "forward")
    expect("the same number of another protocol", part4(first, 64, False, protocol=UDP),
           "default")
    expect("and of another receiver", part4(first, 64, False, protocol=TCP, dst="192.0.2.255"),
           "default")


def policy_check_open():
    """Default forward: what is not known is forwarded, the first one decides the rest."""
    nl.load("some", FORWARD, FORWARD, [filter_bytes(protocol=UDP, dport=(53, 53)),
                                       filter_bytes(src="192.0.2.66/32")])
    for name, part in (("IPv4", part4), ("IPv6", part6)):
        bad = next(ids)
        expect(f"open, {name}, a later one before the first", part(bad, 64, True), "forward")
        expect("the first one, which a filter forbids", part(bad, 0, True, udp(53)), "filter")
        expect("a later one", part(bad, 128, False), "fragment")
    expect("a later one of a forbidden sender", part4(next(ids), 64, False, src="192.0.2.66"),
           "filter")


def attacks():
    """What RFC 1858, RFC 3128 and RFC 5722 warn of."""
    nl.load("some", DROP, FORWARD, [filter_bytes(protocol=UDP, dport=(53, 53)),
                                    filter_bytes(protocol=TCP, flags=ESTABLISHED)])
    for name, part in (("IPv4", part4), ("IPv6", part6)):
        ident = next(ids)
        expect(f"{name}, a first one", part(ident, 0, True, udp(53)), "forward")
        expect("one that overwrites its last bytes", part(ident, 56, True), "fragment")
        expect("one that overwrites nearly all of it", part(ident, 8, True), "fragment")
        expect("the packet itself is not spoilt", part(ident, 64, False), "forward")
        ident = next(ids)
        expect("a tiny first one without flags", part(ident, 0, True, tcp(80)[:8], TCP),
               "malformed")
        expect("a TCP segment that begins at 8", part(ident, 8, False, protocol=TCP),
               "malformed")
        expect("a UDP header and nothing else", part(next(ids), 0, True, udp(53)[:8], UDP), "forward")
        expect("one that ends behind 65535", part(ident, 65528, False), "malformed")
        expect("one without content", part(ident, 64, False, b""), "malformed")
    ident = next(ids)
    expect("IPv4, a first one", part4(ident, 0, True, udp(53)), "forward")
    expect("its number comes round", part4(ident, 0, True, udp(54)), "default")
    expect("and the new packet counts", part4(ident, 64, False), "fragment")
    expect("again", part4(ident, 0, True, udp(53)), "forward")
    expect("the same", part4(ident, 64, False), "forward")
    ident = next(ids)
    expect("IPv6, a first one", part6(ident, 0, True, udp(53)), "forward")
    expect("a copy of it", part6(ident, 0, True, udp(53)), "forward")
    expect("a shorter one in its place", part6(ident, 0, True, udp(53, 56)), "fragment")
    expect("one with another port", part6(ident, 0, True, udp(54)), "default")
    expect("the packet itself is not spoilt", part6(ident, 64, False), "forward")
    # The transport header is far behind; what would replace it lies inside the first one.
    ident = next(ids)
    options = bytes([UDP, 7]) + b"\1\x3c" + bytes(60)
    expect("IPv6, ports behind 64 bytes of options",
           part6(ident, 0, True, options + udp(53), DSTOPTS), "forward")
    expect("other ports in their place", part6(ident, 64, True, udp(54), DSTOPTS), "fragment")
    expect("what belongs to it", part6(ident, 128, False, protocol=DSTOPTS), "forward")


def memory():
    """How long and how much."""
    for name, value in (("timeout", 0), ("timeout", 601), ("timeout", "x"), ("entries", 63),
                        ("entries", (1 << 20) + 1)):
        try:
            set_parameter("fragment_" + name, value)
            refused = False
        except OSError:
            refused = True
        check(f"fragment_{name} cannot be {value}", refused)
    set_parameter("fragment_timeout", 600)
    ident = next(ids)
    expect("a first one", part4(ident, 0, True, udp(53)), "forward")
    expect("it is remembered", part4(ident, 64, False), "forward")
    set_parameter("fragment_timeout", 1)
    check("it is forgotten in time",
          wait_for(lambda: sent(part4(ident, 64, False)) == "default"))
    set_parameter("fragment_timeout", 600)

    nl.unbind("eth0")
    set_parameter("fragment_entries", 64)
    bind_ingress("eth0", "some", fragments=CHECK)
    first, last = next(ids), 60000
    expect("in a small table, a first one", part4(first, 0, True, udp(53)), "forward")
    before = counters()[0][0]
    for ident in range(last, last + 1000):
        wire.send(part4(ident, 0, True, udp(53), src="192.0.2.77"))
    check("a flood of another sender", wait_for(lambda: counters()[0][0] == before + 1000))
    expect("has not displaced it", part4(first, 64, False), "forward")
    expect("but itself", part4(last, 64, False, src="192.0.2.77"), "default")
    check("what was forgotten is counted",
          number(nl.device("eth0")[0][D_FRAGMENTS_EVICTED]) == 1001 - 64)
    expect("but the newest", part4(last + 999, 64, False, src="192.0.2.77"), "forward")
    set_parameter("fragment_entries", 4096)
    set_parameter("fragment_timeout", 15)

    ident = next(ids)
    expect("a first one", part4(ident, 0, True, udp(53)), "forward")
    nl.load("some", DROP, FORWARD, [filter_bytes(protocol=UDP, dport=(54, 54))])
    expect("a packet is finished by the rules that it began with", part4(ident, 64, False),
           "forward")
    nl.load("some", DROP, FORWARD, [filter_bytes(protocol=UDP, dport=(53, 53))])
    nl.unbind("eth0")
    bind_ingress("eth0", "some", fragments=CHECK)
    expect("another binding does not know it", part4(ident, 64, False), "default")


def dry_run():
    """packet-test says the same and remembers nothing."""
    ident = next(ids)
    later = part4(ident, 64, False)
    for policy, answer in ((PASS, ("forward", "fragment")), (CHECK, ("drop", "default")),
                           (DROP_ALL, ("drop", "fragment"))):
        check(f"a set with policy {policy}",
              nl.test(later, name="some", fragments=policy)[:2] == answer)
    first = part4(ident, 0, True, udp(53))
    check("a first one on the device", nl.test(first, dev="eth0")[:2] == ("forward", "filter"))
    check("was not remembered", nl.test(later, dev="eth0")[:3] == ("drop", "default", "default"))
    expect("a real first one", first, "forward")
    check("is", nl.test(later, dev="eth0")[:4] == ("forward", "fragment", "", None))
    expect("a real one that is dropped", part4(ident, 0, True, udp(54)), "default")
    check("is too", nl.test(later, dev="eth0")[:3] == ("drop", "fragment", "fragment"))


def arrives(sender, target, listener):
    """Does a datagram in three fragments come through?"""
    token = os.urandom(8) + bytes(3500)
    try:
        sender.sendto(token, target)
    except OSError:
        return False
    listener.settimeout(0.5)
    try:
        while listener.recv(4000) != token:
            pass
    except TimeoutError:
        return False
    return True


def stack():
    """Datagrams that the stack fragments and puts together, in both directions."""
    nl.load("some", DROP, DROP, [filter_bytes(BOTH, protocol=UDP, dport=(53, 53))])
    nl.bind("eth0", "some", directions=BOTH, fragments=CHECK)
    for family, ours, peer in ((socket.AF_INET, OURS, PEER), (socket.AF_INET6, OURS6, PEER6)):
        any_ = "" if family == socket.AF_INET else "::"
        for port, wanted in ((53, True), (54, False)):
            here = socket.socket(family, socket.SOCK_DGRAM)
            there = socket_in("h", family, socket.SOCK_DGRAM)
            here.bind((any_, port))
            there.bind((any_, port))
            check(f"to {ours} port {port}: {'yes' if wanted else 'no'}",
                  arrives(there, (ours, port), here) == wanted)
            check(f"to {peer} port {port}: {'yes' if wanted else 'no'}",
                  arrives(here, (peer, port), there) == wanted)
            here.close()
            there.close()
    nl.bind("eth0", fragments=DROP_ALL)
    here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    there = socket_in("h", socket.AF_INET, socket.SOCK_DGRAM)
    here.bind(("", 53))
    there.bind(("", 53))
    check("no fragments out", not arrives(here, (PEER, 53), there))
    check("no fragments in", not arrives(there, (OURS, 53), here))
    check("and every table is gone", messages("created") == messages("destroyed"))
    nl.unbind("eth0")


def main():
    """All of it."""
    policy_pass()
    policy_drop()
    policy_check_closed()
    policy_check_open()
    attacks()
    memory()
    dry_run()
    stack()
    nl.remove("some")
    finish()


main()
