#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Packets that are logged, read by tcpdump. Run by filter-log.sh.

Prepared: eth0 with 192.0.2.1 and 2001:db8::1, whose peer is eth0 of the namespace h with
192.0.2.2 and 2001:db8::2.
"""
import errno
import os
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from kernel import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import
from filters import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import
from wire import Wire  # noqa: E402

OURS, PEER = "192.0.2.1", "192.0.2.2"
OURS6, PEER6 = "2001:db8::1", "2001:db8::2"
UDP = 17
DROPS, FILTERS = 1, 2
GROUP = 7
BACKEND = "/sys/module/nfnetlink_log"
nl = Filters()
wire = Wire()


class Tcpdump:
    """tcpdump -i nflog:GROUP."""

    NFLOG, PREFIX, PAYLOAD = 239, 10, 9

    def __init__(self, group):
        self.file = os.path.join(os.environ["RRAS_LOG"], f"nflog-{group}.pcap")
        self.process = subprocess.Popen(["tcpdump", "-Z", "root", "-U", "-w", self.file,
                                         "-i", f"nflog:{group}"], stderr=subprocess.DEVNULL)
        check(f"tcpdump listens to group {group}", wait_for(lambda: group in self.groups(), 30))

    @staticmethod
    def groups():
        """Groups that somebody listens to."""
        with open("/proc/net/netfilter/nfnetlink_log", encoding="ascii") as file:
            return [int(line.split()[0]) for line in file]

    def packets(self):
        """(family, prefix, packet) of all that came so far."""
        if not os.path.exists(self.file):
            return []
        with open(self.file, "rb") as file:
            data = file.read()
        if len(data) < 24:
            return []
        order = "<" if data[:4] == b"\xd4\xc3\xb2\xa1" else ">"
        assert struct.unpack_from(order + "I", data, 20)[0] == self.NFLOG
        found, at = [], 24
        while at + 16 <= len(data):
            size = struct.unpack_from(order + "I", data, at + 8)[0]
            if at + 16 + size > len(data):
                break
            found.append(self.record(data[at + 16:at + 16 + size]))
            at += 16 + size
        # What the kernel of h says by itself is in none of the cases.
        return [one for one in found if one[0] != socket.AF_INET6 or one[2][6] not in (0, 58)]

    def record(self, data):
        """One message."""
        values, at = {}, 4
        while at + 4 <= len(data):
            size, kind = struct.unpack_from("=HH", data, at)
            values[kind] = data[at + 4:at + size]
            at += (size + 3) & ~3
        return data[0], string(values[self.PREFIX]), values[self.PAYLOAD]

    def text(self):
        """What tcpdump shows of them."""
        return subprocess.run(["tcpdump", "-nn", "-r", self.file], capture_output=True,
                              check=False, text=True).stdout

    def stop(self):
        """No more."""
        self.process.terminate()
        self.process.wait()


class Log:
    """What was logged, one after the other."""

    def __init__(self, group):
        self.tcpdump = Tcpdump(group)
        self.seen = 0

    def expect(self, text_, *wanted):
        """Exactly these come next: (family, prefix, packet)."""
        if not wait_for(lambda: len(self.tcpdump.packets()) >= self.seen + len(wanted)):
            check(f"{text_}: {len(self.tcpdump.packets()) - self.seen} packets came", False)
            return
        found = self.tcpdump.packets()[self.seen:]
        self.seen += len(found)
        if found != list(wanted):
            print("#", found, "\n#", wanted)
        check(text_, found == list(wanted))


def loader(program):
    """The kernel loads modules by this program."""
    with open("/proc/sys/kernel/modprobe", "w", encoding="ascii") as file:
        file.write(program)


def backend():
    """The module of the kernel is loaded and held when it is needed."""
    nl.load("some", DROP, FORWARD)
    if os.path.exists("/proc/net/netfilter/nfnetlink_log") and not os.path.exists(BACKEND):
        print("# nfnetlink_log is part of this kernel")
        return
    subprocess.run(["modprobe", "-qr", "nfnetlink_log"], check=False)
    check("nfnetlink_log is not loaded", not os.path.exists(BACKEND))
    with open("/proc/sys/kernel/modprobe", encoding="ascii") as file:
        program = file.read()
    loader("/nonexistent")
    check_refused("nobody can load it", errno.EOPNOTSUPP, nl.bind, "eth0", "some", log=DROPS)
    loader(program)
    check("nothing was bound", not nl.bindings("eth0"))
    nl.bind("eth0", "some", directions=INGRESS)
    check("a binding without a log does not load it", not os.path.exists(BACKEND))
    nl.bind("eth0", log=DROPS)
    check("one with a log does", os.path.exists(BACKEND))
    nl.bind("eth0", log=DROPS | FILTERS)
    check("and keeps it", subprocess.run(["rmmod", "nfnetlink_log"], capture_output=True,
                                         check=False).returncode != 0)
    nl.bind("eth0", log=0)
    check("not longer than it logs", wait_for(lambda: subprocess.run(
        ["rmmod", "nfnetlink_log"], capture_output=True, check=False).returncode == 0))
    nl.bind("eth0", log=DROPS)
    nl.unbind("eth0")
    check("nor than it exists", wait_for(lambda: subprocess.run(
        ["rmmod", "nfnetlink_log"], capture_output=True, check=False).returncode == 0))


def udp(port, src=PEER):
    """A packet to us."""
    return ipv4(src, OURS, dport=port) if "." in src else ipv6(src, OURS6, dport=port)


def kinds(log):
    """What is logged, and how."""
    v4, v6 = socket.AF_INET, socket.AF_INET6
    nl.load("some", DROP, FORWARD, [filter_bytes(protocol=UDP, dport=(53, 53), tag=1),
                                    filter_bytes(protocol=UDP, dport=(54, 54), flags=LOG, tag=2)])
    nl.bind("eth0", "some", directions=INGRESS, log=DROPS, log_group=GROUP, log_rate=0)
    for port in (53, 54, 55):
        wire.send(udp(port))
        wire.send(udp(port, PEER6))
    log.expect("drops", (v4, "some: drop default", udp(55)),
               (v6, "some: drop default", udp(55, PEER6)))
    nl.bind("eth0", log=FILTERS)
    for port in (53, 55, 54):
        wire.send(udp(port))
    log.expect("filters", (v4, "some: forward filter tag 2", udp(54)))
    nl.bind("eth0", log=DROPS | FILTERS)
    for port in (53, 55, 54):
        wire.send(udp(port))
    log.expect("both", (v4, "some: drop default", udp(55)),
               (v4, "some: forward filter tag 2", udp(54)))
    nl.bind("eth0", log=0)
    wire.send(udp(55))
    nl.bind("eth0", log=DROPS)
    nl.load("some", FORWARD, FORWARD, [
        filter_bytes(protocol=UDP, dport=(53, 53), tag=4294967295, directions=BOTH)])
    wire.send(udp(54))
    wire.send(udp(53))
    log.expect("a drop by a filter, and nothing while it was off",
               (v4, "some: drop filter tag 4294967295", udp(53)))
    short = udp(54)[:24]
    wire.send(short)
    log.expect("a malformed one", (v4, "some: drop malformed", short))
    nl.bind("eth0", fragments=2)
    part = ipv4(PEER, OURS, data=bytes(56), fragment=0x2000)
    wire.send(part)
    log.expect("a fragment", (v4, "some: drop fragment", part))
    nl.bind("eth0", "a-set-with-a-name-that-is-long.", closed=1)
    wire.send(udp(54))
    log.expect("one for a set that is not there",
               (v4, "a-set-with-a-name-that-is-long.: drop closed", udp(54)))
    nl.bind("eth0", "some", closed=0, fragments=0)


def egress(log):
    """A packet to be sent is logged from its IP header on."""
    nl.bind("eth0", directions=EGRESS)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        packet = ipv4(OURS, PEER, dport=53)
        # The kernel fills in the checksum.
        total = sum(struct.unpack(">10H", packet[:20]))
        total = (total & 0xffff) + (total >> 16)
        packet = packet[:10] + struct.pack(">H", ~total & 0xffff) + packet[12:]
        try:
            raw.sendto(packet, (PEER, 0))
        except OSError as err:
            check("the sender is told", err.errno in (errno.EPERM, errno.ENOBUFS))
    log.expect("a sent packet", (socket.AF_INET, "some: drop filter tag 4294967295", packet))
    nl.bind("eth0", directions=INGRESS)


def counts():
    """Logged, lost."""
    binding = nl.binding("eth0")
    return number(binding[B_LOGGED]), number(binding[B_LOG_LOST])


def rate(log):
    """No more than the rate, and the rest is counted."""
    nl.binding("eth0", reset=1)
    check("the counters begin at 0", counts() == (0, 0))
    nl.bind("eth0", log_rate=5)
    start = time.monotonic()
    for _ in range(300):
        wire.send(udp(53))
    check("all are counted", wait_for(lambda: sum(counts()) == 300))
    most = 5 + 5 * (time.monotonic() - start + 1)
    logged, lost = counts()
    check(f"a burst of 300 at 5 a second: {logged} logged, {lost} lost",
          5 <= logged <= most and lost == 300 - logged)
    one = (socket.AF_INET, "some: drop filter tag 4294967295", udp(53))
    log.expect("the same came to tcpdump", *[one] * logged)

    def refilled():
        """One more comes through."""
        wire.send(udp(53))
        return counts()[0] > logged
    check("after a while there is one more", wait_for(refilled))
    log.expect("as tcpdump says", *[one] * (counts()[0] - logged))
    nl.bind("eth0", log_rate=0)
    before = counts()
    for _ in range(30):
        wire.send(udp(53))
    check("without a limit all are logged",
          wait_for(lambda: counts() == (before[0] + 30, before[1])))
    log.expect("as tcpdump says", *[one] * 30)
    shown = nl.binding("eth0", reset=1)
    check("reset shows what it ends", (number(shown[B_LOGGED]), number(shown[B_LOG_LOST])) ==
          (before[0] + 30, before[1]))
    check("and ends it", counts() == (0, 0))


def groups(log):
    """Each binding has a group."""
    other = Log(GROUP + 1)
    nl.bind("eth0", log_group=GROUP + 1)
    wire.send(udp(53))
    other.expect("the other group", (socket.AF_INET, "some: drop filter tag 4294967295", udp(53)))
    nl.bind("eth0", log_group=GROUP + 2)
    before = counts()[0]
    wire.send(udp(53))
    check("a group that nobody listens to", wait_for(lambda: counts()[0] == before + 1))
    nl.bind("eth0", log_group=GROUP)
    wire.send(udp(53))
    log.expect("back again", (socket.AF_INET, "some: drop filter tag 4294967295", udp(53)))
    other.tcpdump.stop()


def text_form(log):
    """What a person sees."""
    shown = log.tcpdump.text()
    check("tcpdump shows IPv4", f"IP {PEER}.1000 > {OURS}.55: UDP, length 1" in shown)
    check("and IPv6", f"IP6 {PEER6}.1000 > {OURS6}.55: UDP, length 1" in shown)


def dry_run():
    """packet-test logs nothing."""
    before = counts()
    check("a packet that would be logged", nl.test(udp(53), dev="eth0")[0] == "drop")
    check("is not", counts() == before)


def main():
    """All of it."""
    backend()
    subprocess.run(["modprobe", "-q", "nfnetlink_log"], check=False)
    log = Log(GROUP)
    kinds(log)
    egress(log)
    rate(log)
    groups(log)
    text_form(log)
    dry_run()
    nl.unbind("eth0")
    nl.remove("some")
    log.tcpdump.stop()
    finish()


main()
