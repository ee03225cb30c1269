#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Filter sets and bindings, with real packets. Run by filter-basic.sh.

Prepared: eth0 with 192.0.2.1 and 2001:db8::1, whose peer is eth0 of the namespace h with
192.0.2.2 and 2001:db8::2; ras0 with 10.64.0.1/32 and 10.64.0.0/16, source check off.
"""
import ctypes
import errno
import os
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from kernel import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import
from filters import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import

OURS, PEER, LO = "192.0.2.1", "192.0.2.2", "198.51.100.1"
OURS6, PEER6 = "2001:db8::1", "2001:db8::2"
UDP, TCP = 17, 6
libc = ctypes.CDLL(None, use_errno=True)


def socket_in(namespace, family=socket.AF_INET, kind=socket.SOCK_DGRAM):
    """A socket of another network namespace."""
    with open("/proc/self/ns/net", "rb") as here, open(f"/run/netns/{namespace}", "rb") as there:
        libc.setns(there.fileno(), 0x40000000)
        made = socket.socket(family, kind)
        libc.setns(here.fileno(), 0x40000000)
    return made


def receiver(namespace, port, family=socket.AF_INET):
    """A bound socket."""
    made = socket_in(namespace, family)
    made.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", port))
    return made


def arrives(sender, target, port, listener):
    """Does a datagram come through?"""
    token = os.urandom(8)
    try:
        sender.sendto(token, (target, port))
    except PermissionError:
        return False
    except OSError as err:
        if err.errno != errno.ENOBUFS:
            raise
        return False
    listener.settimeout(0.2)
    try:
        while listener.recv(100) != token:
            pass
    except TimeoutError:
        return False
    return True


nl = Filters()


def sets():
    """Loading, replacing, removing, and everything refused on the way."""
    check("there is no set", not nl.sets())
    answer = nl.load("one", FORWARD, DROP, [filter_bytes(tag=7, src="10.0.0.0/8"),
                                            filter_bytes(EGRESS, dst="2001:db8::/32", tag=8)])
    check("a set says how many filters it has", number(answer[S_FILTERS]) == 2)
    check("and its defaults", (answer[S_INGRESS_DEFAULT][0], answer[S_EGRESS_DEFAULT][0]) ==
          (FORWARD, DROP))
    shown = nl.filters("one")
    check("filters are shown as they were given",
          [one for one, _ in shown] == [filter_bytes(tag=7, src="10.0.0.0/8"),
                                        filter_bytes(EGRESS, dst="2001:db8::/32", tag=8)])
    flags = [filter_bytes(tag=i, src=f"10.0.{i >> 8}.{i & 255}", flags=LOG * (i == 5))
             for i in range(300)]
    nl.load("one", filters=flags)
    check("one of many has the flag log", [one for one, _ in nl.filters("one")] == flags)
    both = filter_bytes(BOTH, protocol=UDP, dport=(5, 9), flags=LOG)
    generation = number(answer[S_GENERATION])
    answer = nl.load("one", filters=[both])
    check("a filter for both directions is two", number(answer[S_FILTERS]) == 2)
    check("a replaced set has another generation", number(answer[S_GENERATION]) != generation)
    check("the flag log is kept", all(one[0] & LOG for one, _ in nl.filters("one")))
    check("there is one set", list(nl.sets()) == ["one"])

    check_refused("no name", errno.EINVAL, nl.begin, "")
    check_refused("a name like an option", errno.EINVAL, nl.begin, "-x")
    check_refused("a name with a space", errno.EINVAL, nl.begin, "a b")
    check_refused("a long name", errno.EINVAL, nl.begin, "a" * 32)
    check_refused("nobody's transaction", errno.ENOENT, nl.commit, 4711)
    for text_, errno_, data, size in (
            ("half a filter", errno.EINVAL, both[:30], FILTER.size),
            ("a short structure", errno.EINVAL, both[:40], 40),
            ("a longer one that says something", errno.E2BIG, both + b"\1\0\0\0", 64),
            ("no direction", errno.EINVAL, filter_bytes(0), FILTER.size),
            ("an unknown flag", errno.EINVAL, filter_bytes(flags=1 << 20), FILTER.size),
            ("an unknown family", errno.EINVAL, filter_bytes(family=5), FILTER.size),
            ("a prefix that is too long", errno.EINVAL,
             FILTER.pack(0, 0, 4, 1, 0, 33, 0, 0, 0, 0, 0, 0, 0, 0, 0, b"", b""), FILTER.size),
            ("ports the wrong way round", errno.EINVAL,
             filter_bytes(protocol=UDP, dport=(9, 5)), FILTER.size)):
        transaction = nl.begin("two")
        check_refused(text_, errno_, nl.add, transaction, data, size)
    transaction = nl.begin("two")
    nl.add(transaction, both + bytes(4), FILTER.size + 4)
    check("a longer structure of zeros is welcome", number(nl.commit(transaction)[S_FILTERS]) == 2)
    check_refused("a transaction that is over", errno.ENOENT, nl.commit, transaction)
    transaction = nl.begin("two")
    check_refused("what one socket began another cannot end", errno.ENOENT, Filters().commit,
                  transaction)
    nl.abort(transaction)
    check_refused("an aborted transaction", errno.ENOENT, nl.add, transaction, both)
    check("it changed nothing", number(nl.set("two")[S_FILTERS]) == 2)
    nl.remove("two")
    check_refused("a set that is not there", errno.ENOENT, nl.remove, "two")

    begun = 0
    other = Filters()
    try:
        while begun < 1000:
            other.begin(f"t{begun}")
            begun += 1
    except Refused as err:
        check(f"{begun} transactions at a time: {err.text}", err.errno == errno.ENOSPC)
    check("there is a limit", begun == 64)
    other.sock.close()
    check("they end with their socket", nl.begin("again"))


def refusals():
    """What is bound wrongly."""
    check_refused("a set that is not loaded", errno.ENOENT, nl.bind, "eth0", "nobody")
    check_refused("no set", errno.EINVAL, nl.bind, "eth0")
    check_refused("no such interface", errno.ENODEV, nl.bind, 4711, "one")
    check_refused("a link of an Ethernet device", errno.EINVAL, nl.bind, "eth0", "one", link=5)
    check_refused("a client of an Ethernet device", errno.EINVAL, nl.bind, "eth0", "one",
                  client="10.64.0.5")
    check_refused("a direction that is none", errno.ERANGE, nl.bind, "eth0", "one", directions=4)
    check_refused("a binding that is not there", errno.ENOENT, nl.unbind, "eth0")
    check("nothing is bound", not nl.bindings())
    check("a device without a binding has no files",
          not os.path.exists("/sys/class/net/eth0/ipfltdrv"))


def device():
    """A binding to an Ethernet device."""
    sender, out = socket_in("h"), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    nine, ten = receiver("s", 9), receiver("s", 10)
    there = receiver("h", 9)
    six, six_there = receiver("s", 11, socket.AF_INET6), socket_in("h", socket.AF_INET6)
    check("a datagram arrives", arrives(sender, OURS, 9, nine))
    nl.load("eth", FORWARD, FORWARD, [
        filter_bytes(src=PEER + "/32", protocol=UDP, dport=(9, 9), tag=1),
        filter_bytes(EGRESS, protocol=UDP, dport=(9, 9), tag=2),
        filter_bytes(src="2001:db8::/64", protocol=UDP, dport=(11, 11), tag=3)])
    nl.bind("eth0", "eth")
    check("what a filter names is dropped", not arrives(sender, OURS, 9, nine))
    check("another port passes", arrives(sender, OURS, 10, ten))
    check("what is sent is dropped", not arrives(out, PEER, 9, there))
    check("IPv6 is dropped", not arrives(six_there, OURS6, 11, six))
    packets = [count for _, count in nl.filters("eth")]
    check(f"each filter has counted: {packets}", packets == [1, 1, 1])
    check("reading can reset", [count for _, count in nl.filters("eth", 1)] == packets and
          [count for _, count in nl.filters("eth")] == [0, 0, 0])
    one = nl.binding("eth0", reset=1)
    check(f"the binding has counted: {stats(one[B_INGRESS])}", stats(one[B_INGRESS])[1] == 2 and
          stats(one[B_EGRESS])[1] == 1 and stats(one[B_INGRESS])[0] >= 1)
    check("and was reset", stats(nl.binding("eth0")[B_INGRESS]) == (0, 0))
    check("so has the set", stats(nl.set("eth")[S_INGRESS])[0] == 2)
    info, drops = nl.device("eth0")
    check(f"so has the device: {drops}", drops == {"filter": 3})
    check("other frames pass", subprocess.call(
        ["ip", "neigh", "flush", "dev", "eth0"]) == 0 and arrives(sender, OURS, 10, ten))
    check_refused("a set that is bound stays", errno.EBUSY, nl.remove, "eth")

    nl.load("eth", DROP, FORWARD, [filter_bytes(protocol=UDP, dport=(9, 9)),
                                   filter_bytes(protocol=58)])
    check("the set was replaced in force", arrives(sender, OURS, 9, nine))
    check("its default drops the rest", not arrives(sender, OURS, 10, ten))
    check("it is counted as the default's", nl.device("eth0")[1].get("default") == 1)
    nl.bind("eth0", directions=EGRESS)
    check("another direction only", arrives(sender, OURS, 10, ten))
    nl.bind("eth0", directions=BOTH)
    check("and both again", not arrives(sender, OURS, 10, ten))

    nl.bind("eth0", strong_host=1)
    check("the interface's own address", arrives(sender, OURS, 9, nine))
    check("not the host's other one", not arrives(sender, LO, 9, nine))
    nl.bind("eth0", strong_host=0)
    check("unless that is off", arrives(sender, LO, 9, nine))

    nl.load("late", DROP, FORWARD, [filter_bytes(family=4, dst="interface", protocol=UDP)])
    nl.bind("eth0", "late")
    check("late bound: the interface", arrives(sender, OURS, 9, nine))
    check("late bound: no other address", not arrives(sender, LO, 9, nine))
    subprocess.check_call(["ip", "addr", "flush", "dev", "eth0", "scope", "global"])
    subprocess.check_call(["ip", "addr", "add", "192.0.2.9/24", "dev", "eth0"])
    check("it follows the address", wait_for(lambda: arrives(sender, "192.0.2.9", 9, nine)))
    subprocess.check_call(["ip", "addr", "flush", "dev", "eth0", "scope", "global"])
    subprocess.check_call(["ip", "addr", "add", OURS + "/24", "dev", "eth0"])
    check("and back", wait_for(lambda: arrives(sender, OURS, 9, nine)))

    base = "/sys/class/net/eth0/ipfltdrv/"
    with open(base + "set", encoding="ascii") as file:
        check("sysfs names the set", file.read() == "late\n")
    for name, value, wrong in (("fragments", "drop", "none"), ("strong_host", "1", "2"),
                               ("log", "1", "4"), ("log_group", "7", "65536"),
                               ("log_rate", "5", "-1")):
        with open(base + name, "w", encoding="ascii") as file:
            file.write(value)
        with open(base + name, encoding="ascii") as file:
            check(f"{name} can be written", file.read() == value + "\n")
        try:
            with open(base + name, "w", encoding="ascii") as file:
                file.write(wrong)
            check(f"{name} takes anything", False)
        except OSError as err:
            check(f"{name} is not {wrong}", err.errno in (errno.EINVAL, errno.ERANGE))
    nl.unbind("eth0")
    check("its files are gone", not os.path.exists(base))
    check("everything passes", arrives(sender, LO, 10, ten))
    check("no device is left", not nl.dump(DEVICE_GET))


def closed():
    """A binding that waits for its set."""
    sender, nine = socket_in("h"), receiver("s", 9)
    nl.bind("eth0", "awaited", closed=1)
    check("closed until the set is there", not arrives(sender, OURS, 9, nine))
    check("it is shown", not number(nl.sets()["awaited"][S_LOADED]))
    check_refused("it cannot be removed", errno.ENOENT, nl.remove, "awaited")
    nl.load("awaited")
    check("open as the set says", arrives(sender, OURS, 9, nine))
    nl.unbind("eth0")
    nl.remove("awaited")
    nl.bind("eth0", "awaited", closed=1)
    nl.unbind("eth0")
    check("a name that nobody waits for goes", "awaited" not in nl.sets())


def links():
    """Bindings to links and clients of ras0, which are a loop back to back."""
    wan = Ndiswan()
    first, second = Link(), Link()
    first.attach_loop()
    second.attach_loop(first.id)
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def send(target):
        try:
            out.sendto(b"x", (target, 9))
        except OSError:
            pass

    nl.load("client", DROP, DROP, [filter_bytes(EGRESS, family=4, dst="client", protocol=UDP),
                                   filter_bytes(dst="10.64.0.5/32", tag=5)])
    nl.bind("ras0", "client", client="10.64.0.5")
    check("a client's binding waits", number(nl.device("ras0")[0][D_WAITING]) == 1 and
          B_LINK not in nl.binding("ras0", client="10.64.0.5"))
    nl.load("open")
    nl.bind("ras0", "open")
    nl.bind("ras0", "client", link=second.id)
    wan.line_up(first.id, "ras0", "10.64.0.5")
    wan.line_up(second.id, "ras0", "10.64.0.6")
    check("it follows its client", number(
        nl.binding("ras0", client="10.64.0.5")[B_LINK]) == first.id)
    send("10.64.0.5")
    check("the client is reached", wait_for(lambda: stats(
        nl.binding("ras0", client="10.64.0.5")[B_EGRESS]) == (1, 0)))
    check("it comes in on the other link", wait_for(lambda: stats(
        nl.binding("ras0", link=second.id)[B_INGRESS]) == (1, 0)))
    check("both were asked of the device too", stats(nl.binding("ras0")[B_INGRESS])[0] == 1)
    send("10.64.0.6")
    check("the binding by link knows its client's address", wait_for(lambda: stats(
        nl.binding("ras0", link=second.id)[B_EGRESS]) == (1, 0)))
    check("what comes from the first is dropped", wait_for(lambda: stats(
        nl.binding("ras0", client="10.64.0.5")[B_INGRESS]) == (0, 1)))

    third = Link()
    third.attach_loop()
    wan.line_up(third.id, "ras0", "10.64.0.5")
    check("the address moves to a newer link", number(
        nl.binding("ras0", client="10.64.0.5")[B_LINK]) == third.id)
    third.close()
    check("and waits again", wait_for(
        lambda: B_LINK not in nl.binding("ras0", client="10.64.0.5")))
    wan.line_up(first.id, "ras0", "10.64.0.5")
    check("a link can come again", number(
        nl.binding("ras0", client="10.64.0.5")[B_LINK]) == first.id)
    nl.bind("ras0", "open", client="10.64.0.9")
    nl.unbind("ras0", client="10.64.0.5")
    nl.bind("ras0", "client", client="10.64.0.5")
    check("a new binding finds who is connected", number(
        nl.binding("ras0", client="10.64.0.5")[B_LINK]) == first.id)
    check("four are shown", len(nl.bindings()) == 4 and len(nl.bindings("ras0")) == 4)
    with open("/sys/class/net/ras0/wanarp/multicast", "w", encoding="ascii") as file:
        file.write("1")
    out.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"ras0")

    def group():
        """A packet for all: who gets a copy, and what the binding of the first says of it."""
        before = [wan.stats(one.id)["tx_packets"] for one in (first, second)]
        nl.binding("ras0", client="10.64.0.5", reset=1)
        send("224.0.0.9")
        after = [wan.stats(one.id)["tx_packets"] for one in (first, second)]
        return ([after[0] - before[0], after[1] - before[1]],
                stats(nl.binding("ras0", client="10.64.0.5")[B_EGRESS]))

    drops = nl.device("ras0")[1].get("default", 0)
    check("a packet for all goes to none whose set drops it", group() == ([0, 0], (0, 1)))
    check("which is counted for each", nl.device("ras0")[1]["default"] == drops + 2)
    nl.bind("ras0", "open", client="10.64.0.5")
    check("to one whose set forwards it", group() == ([1, 0], (1, 0)))
    nl.unbind("ras0", link=second.id)
    check("and to one who has none", group() == ([1, 1], (1, 0)))
    nl.bind("ras0", "client", client="10.64.0.5", directions=INGRESS)
    check("or none about what is sent", group() == ([1, 1], (0, 0)))
    nl.load("deaf", egress=DROP)
    nl.bind("ras0", "deaf")
    check("the interface's own drops it for all", group() == ([0, 0], (0, 0)))
    nl.bind("ras0", "open")
    nl.remove("deaf")
    nl.bind("ras0", "client", client="10.64.0.5", directions=BOTH)
    nl.bind("ras0", "client", link=second.id)
    check("a packet to the link", nl.test(
        ipv4("10.64.0.1", "10.64.0.5"), EGRESS, dev="ras0", link=first.id) ==
        ("forward", "filter", "", 1, 0))
    check("a packet from it", nl.test(
        ipv4("10.64.0.5", "192.0.2.2"), INGRESS, dev="ras0", link=first.id) ==
        ("drop", "default", "default", None, None))
    # Before Linux 6.2 only a device that is down can be renamed.
    subprocess.check_call(["ip", "link", "set", "ras0", "down"])
    subprocess.check_call(["ip", "link", "set", "ras0", "name", "ras1"])
    check("a renamed device keeps them", len(nl.bindings("ras1")) == 4)
    subprocess.check_call(["ip", "link", "del", "ras1"])
    check("a removed one does not", not nl.bindings() and not nl.dump(DEVICE_GET))
    first.close()
    second.close()
    nl.remove("client")


def tests():
    """packet-test: the code of the path, and nothing counted."""
    nl.load("t", FORWARD, DROP, [
        filter_bytes(src="10.0.0.0/8", protocol=TCP, dport=(80, 89), tag=1),
        filter_bytes(protocol=1, icmp=(8,), tag=2),
        filter_bytes(EGRESS, family=4, src="client", tag=3),
        filter_bytes(EGRESS, protocol=TCP, flags=ESTABLISHED, tag=4)])
    for text_, packet, direction, more, expected in (
            ("a web server", ipv4("10.1.2.3", "1.2.3.4", TCP, dport=80), INGRESS, {},
             ("drop", "filter", "filter", 0, 1)),
            ("another port", ipv4("10.1.2.3", "1.2.3.4", TCP, dport=90), INGRESS, {},
             ("forward", "default", "", None, None)),
            ("a ping", ipv4("1.1.1.1", "1.2.3.4", 1), INGRESS, {},
             ("drop", "filter", "filter", 1, 2)),
            ("its answer", ipv4("1.1.1.1", "1.2.3.4", 1, icmp=(0, 0)), INGRESS, {},
             ("forward", "default", "", None, None)),
            ("the client", ipv4("7.7.7.7", "1.2.3.4"), EGRESS, {"client_ipv4": "7.7.7.7"},
             ("forward", "filter", "", 2, 3)),
            ("not the client", ipv4("7.7.7.8", "1.2.3.4"), EGRESS, {"client_ipv4": "7.7.7.7"},
             ("drop", "default", "default", None, None)),
            ("an unknown client", ipv4("7.7.7.7", "1.2.3.4"), EGRESS, {},
             ("drop", "closed", "late-address", None, None)),
            ("an open connection", ipv4("7.7.7.8", "1.2.3.4", TCP, tcp=0x10), EGRESS,
             {"client_ipv4": "7.7.7.7"}, ("forward", "filter", "", 3, 4)),
            ("IPv6", ipv6(PEER6, OURS6), INGRESS, {}, ("forward", "default", "", None, None)),
            ("a later fragment", ipv4("1.1.1.1", "1.2.3.4", fragment=99), EGRESS,
             {"client_ipv4": "7.7.7.7"}, ("forward", "fragment", "", None, None)),
            ("fragments dropped", ipv4("1.1.1.1", "1.2.3.4", fragment=99), INGRESS,
             {"fragments": 2}, ("drop", "fragment", "fragment", None, None)),
            ("half a header", ipv4("1.1.1.1", "1.2.3.4")[:19], INGRESS, {},
             ("drop", "parse", "malformed", None, None)),
            ("a lying header", b"\x46" + ipv4("1.1.1.1", "1.2.3.4", 99, data=b"")[1:], INGRESS, {},
             ("drop", "parse", "malformed", None, None))):
        answer = nl.test(packet, direction, name="t", **more)
        check(f"{text_}: {answer}", answer == expected)
    check("nothing was counted", not any(count for _, count in nl.filters("t")) and
          stats(nl.set("t")[S_INGRESS]) == (0, 0))
    check("nothing bound", nl.test(ipv4("1.1.1.1", "1.2.3.4"), dev="lo") ==
          ("forward", "none", "", None, None))
    check_refused("no set of this name", errno.ENOENT, nl.test, b"E" * 20, name="u")
    check_refused("neither set nor device", errno.EINVAL, nl.test, b"E" * 20)
    nl.remove("t")


def many(count):
    """As many filters as anybody loads."""
    data = [filter_bytes(src=f"10.{i >> 8 & 255}.{i & 255}.0/24", protocol=UDP,
                         dport=(1000 + (i >> 16) * 10, 1006 + (i >> 16) * 10), tag=i)
            for i in range(count)]
    begin = time.monotonic()
    answer = nl.load("many", filters=data)
    taken = time.monotonic() - begin
    size = number(answer[S_BYTES]) / count
    print(f"# {count} filters in {taken:.2f} s, {size:.1f} bytes each", flush=True)
    check("all are there", number(answer[S_FILTERS]) == count)
    check("they take at most 100 bytes", size <= 100)
    check("the last one is found", nl.test(ipv4(f"10.{count - 1 >> 8 & 255}.{count - 1 & 255}.9",
                                                "1.2.3.4", dport=1003 + (count - 1 >> 16) * 10),
                                           name="many")[3:] == (count - 1, count - 1))
    shown = nl.filters("many")
    check("they are shown as given", [one for one, _ in shown] == data)
    nl.remove("many")


def unprivileged():
    """A user without rights reads nothing and changes nothing."""
    child = os.fork()
    if not child:
        drop_capabilities()
        other = Filters()
        refused = 0
        for call in (other.sets, other.bindings, lambda: other.begin("x"),
                     lambda: other.filters("one"), lambda: other.bind("eth0", "one"),
                     lambda: other.dump(DEVICE_GET), lambda: other.remove("one"),
                     lambda: other.test(b"E" * 20, name="one")):
            try:
                call()
            except OSError as err:
                refused += err.errno == errno.EPERM
        os._exit(0 if refused == 8 and not joined("ipfltdrv") else 1)
    check("root can read events", joined("ipfltdrv") == ["events"])
    check("an unprivileged user can neither read nor change", not os.waitpid(child, 0)[1])


sets()
refusals()
unprivileged()
device()
closed()
links()
tests()
many(int(os.environ.get("FILTERS", "20000")))
nl.remove("one")
nl.load("left")
nl.bind("eth0", "left")
finish()
