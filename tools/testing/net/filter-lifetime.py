#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Filtered devices, clients, namespaces and the module itself go. Run by filter-lifetime.sh.

Packets come and go all the time. That all memory is free again is seen when the test is over.
"""
import contextlib
import ctypes
import errno
import os
import socket
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from kernel import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import
from filters import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import
import hooks  # noqa: E402
from wire import Wire  # noqa: E402

OURS, PEER, CLIENT_IP = "192.0.2.1", "192.0.2.2", "10.64.0.5"
CLONE_NEWNET = 0x40000000
log = hooks.Log()
ASKS = hooks.can_ask()
libc = ctypes.CDLL(None, use_errno=True)


def ip(*words):
    """The command."""
    subprocess.check_call(["ip", *words])


@contextlib.contextmanager
def inside(namespace):
    """Be there for a while."""
    with open("/proc/self/ns/net", "rb") as here, open(f"/run/netns/{namespace}", "rb") as there:
        libc.setns(there.fileno(), CLONE_NEWNET)
        try:
            yield
        finally:
            libc.setns(here.fileno(), CLONE_NEWNET)


def registered(text_, dev, *directions, named=None):
    """These hooks are registered on the device and no others anywhere."""
    check(f"{text_}: registered are {log.hooks()}",
          log.hooks() == sorted(f"{named or dev}/{one}" for one in directions))
    if ASKS:
        check("netfilter says so too", hooks.ask(dev) == list(directions))


def files(dev):
    """Are there files of a filtered device?"""
    return os.path.exists(f"/sys/class/net/{dev}/ipfltdrv")


def nothing(nl, text_, dev=None):
    """No binding, device, file or hook."""
    check(f"{text_}: nothing is bound", not nl.bindings() and not nl.dump(DEVICE_GET))
    check("no hook is left", not log.hooks())
    if dev:
        check("no file either", not files(dev))
    if dev and ASKS:
        check("netfilter has none", not hooks.ask(dev))


def checksum(data):
    """Of the Internet."""
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    total = (total & 0xffff) + (total >> 16)
    return struct.pack(">H", ~(total + (total >> 16)) & 0xffff)


def cable():
    """eth0 here, eth0 in h."""
    ip("link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", "h")
    ip("link", "set", "eth0", "up")
    ip("-n", "h", "link", "set", "eth0", "up")
    ip("addr", "add", f"{OURS}/24", "dev", "eth0")
    ip("-n", "h", "addr", "add", f"{PEER}/24", "dev", "eth0")
    ip("neigh", "replace", PEER, "lladdr", "02:00:00:00:00:01", "dev", "eth0")


class Traffic:
    """Echo requests to eth0 from the other end, whose answers are packets of the other
    direction, until it ends.
    """

    def __init__(self):
        wire = Wire()
        self.child = os.fork()
        if not self.child:
            echo = bytearray(ipv4(PEER, OURS, protocol=1, data=b"even"))
            # Only with its checksums right is it answered.
            echo[10:12] = checksum(echo[:20])
            echo[22:24] = checksum(echo[20:])
            while os.getppid() != 1:
                try:
                    wire.send(bytes(echo))
                except OSError:
                    pass
            os._exit(0)

    def stop(self):
        """The end of it."""
        os.kill(self.child, 9)
        os.waitpid(self.child, 0)


def flows(nl, dev, *directions):
    """Packets are counted in these directions."""
    def both():
        binding = nl.binding(dev)
        return all(stats(binding[one])[0] for one in directions)
    nl.binding(dev, reset=1)
    check(f"packets of {dev} are counted", wait_for(both))


def directions(nl):
    """A hook for each direction that a binding is about, and only then."""
    nothing(nl, "before", "eth0")
    nl.bind("eth0", "open", directions=INGRESS)
    registered("received packets", "eth0", "ingress")
    flows(nl, "eth0", B_INGRESS)
    nl.bind("eth0", "open", directions=BOTH)
    registered("both", "eth0", "ingress", "egress")
    flows(nl, "eth0", B_INGRESS, B_EGRESS)
    nl.bind("eth0", "open", directions=EGRESS)
    registered("sent packets", "eth0", "egress")
    nl.unbind("eth0")
    nothing(nl, "after", "eth0")


def renamed(nl):
    """A new name changes nothing."""
    nl.bind("eth0", "open")
    ip("link", "set", "eth0", "name", "other0")
    registered("a renamed device keeps its hooks", "other0", "ingress", "egress", named="eth0")
    check("and its files", files("other0"))
    check("it is shown by its new name", string(nl.dump(DEVICE_GET)[0][D_NAME]) == "other0")
    flows(nl, "other0", B_INGRESS, B_EGRESS)
    ip("link", "set", "other0", "name", "eth0")
    nl.unbind("eth0")
    nothing(nl, "and can be unbound", "eth0")


def moved(nl):
    """Bindings belong to a namespace: a device that leaves it leaves them behind, and they do
    not come again with it.
    """
    nl.bind("eth0", "open", fragments=1)
    ip("netns", "add", "t")
    ip("link", "set", "eth0", "netns", "t")
    nothing(nl, "after a move")
    with inside("t"):
        there = Filters()
        ip("link", "set", "eth0", "up")
        ip("addr", "add", f"{OURS}/24", "dev", "eth0")
        nothing(there, "where it is now", "eth0")
        check("nor has it the sets", not there.sets())
        there.load("theirs")
        there.bind("eth0", "theirs")
        flows(there, "eth0", B_INGRESS)
        registered("it can be bound there", "eth0", "ingress", "egress")
        ip("link", "set", "eth0", "netns", "s")
        nothing(there, "after the move back")
    ip("link", "set", "eth0", "up")
    ip("addr", "add", f"{OURS}/24", "dev", "eth0")
    ip("neigh", "replace", PEER, "lladdr", "02:00:00:00:00:01", "dev", "eth0")
    nothing(nl, "where it came from", "eth0")
    nl.bind("eth0", "open")
    flows(nl, "eth0", B_INGRESS, B_EGRESS)
    nl.unbind("eth0")
    there.sock.close()
    ip("netns", "del", "t")


def removed(nl):
    """The device goes."""
    nl.bind("eth0", "open", fragments=1)
    flows(nl, "eth0", B_INGRESS, B_EGRESS)
    ip("link", "del", "eth0")
    nothing(nl, "after its end")
    check_refused("its binding cannot be changed", errno.ENODEV, nl.bind, 4711, "open")
    check("the set has no binding", number(nl.set("open")[S_BINDINGS]) == 0)


def wan_module():
    """How many need the module wanarp."""
    with open("/sys/module/wanarp/refcnt", encoding="ascii") as file:
        return int(file.read())


class Clients:
    """ras0 with two clients, who are a loop back to back, and bindings of all kinds."""

    def __init__(self, nl, namespace="s"):
        ip("link", "add", "ras0", "type", "wanarp")
        # What is sent to one end of a loop comes from the other end, with the host's address.
        ip("netns", "exec", namespace, "sh", "-c",
           "echo 0 >/sys/class/net/ras0/wanarp/source_check")
        ip("link", "set", "ras0", "up")
        ip("addr", "add", "10.64.0.1/32", "dev", "ras0")
        ip("route", "add", "10.64.0.0/16", "dev", "ras0")
        wan = Ndiswan()
        self.links = [Link(), Link()]
        self.links[0].attach_loop()
        self.links[1].attach_loop(self.links[0].id)
        wan.line_up(self.links[0].id, "ras0", CLIENT_IP)
        wan.line_up(self.links[1].id, "ras0", "10.64.0.6")
        nl.bind("ras0", "open", fragments=1)
        nl.bind("ras0", "open", client=CLIENT_IP)
        nl.bind("ras0", "open", client="10.64.0.9")
        nl.bind("ras0", "open", link=self.links[1].id)
        self.child = subprocess.Popen(["ping", "-fqI", "10.64.0.1", CLIENT_IP],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        check("packets to a client are counted", wait_for(
            lambda: stats(nl.binding("ras0", client=CLIENT_IP)[B_EGRESS])[0] > 5))
        check("and from one", wait_for(
            lambda: stats(nl.binding("ras0", link=self.links[1].id)[B_INGRESS])[0] > 5))

    def close(self):
        """The end of them."""
        self.child.kill()
        self.child.wait()
        for one in self.links:
            one.close()


def clients(nl):
    """The WAN interface goes, with everything on it."""
    made = Clients(nl)
    # What a client has sent before it leaves is filtered for a moment: gone with the rest.
    made.links.pop().close()
    check("wanarp is held", wan_module() > 0)
    ip("link", "del", "ras0")
    nothing(nl, "after the end of the WAN interface")
    check("wanarp is not held any more", wan_module() == 0)
    made.close()


def namespace_ends():
    """With devices, bindings, sets and half a transaction, and nobody to undo them."""
    ip("netns", "add", "t")
    with inside("t"):
        ip("link", "set", "lo", "up")
        ip("link", "add", "eth0", "type", "veth", "peer", "name", "peer0")
        there = Filters()
        there.load("open")
        there.bind("eth0", "open", fragments=1)
        there.bind("peer0", "absent", closed=1)
        there.begin("half")
        made = Clients(there, "t")
        check("hooks are registered", len(log.hooks()) == 6)
        made.close()
    there.sock.close()
    ip("netns", "del", "t")
    check("a namespace takes its hooks along", wait_for(lambda: not log.hooks(), 30))
    check("and lets wanarp go", wait_for(lambda: not wan_module()))


def module(*command):
    """insmod or rmmod; also when a request is still under way for a moment."""
    return wait_for(lambda: subprocess.run(command, capture_output=True,
                                           check=False).returncode == 0)


def unloaded():
    """The module goes under traffic, and comes again."""
    path = f"{os.environ['RRAS_BUILD']}/ipfltdrv/ipfltdrv.ko"
    for turn in range(3):
        nl = Filters()
        nl.load("open")
        nl.bind("eth0", "open", fragments=1)
        nl.bind("lo", "absent", closed=1)
        made = Clients(nl)
        nl.begin("half")
        made.links.pop().close()
        flows(nl, "eth0", B_INGRESS, B_EGRESS)
        check(f"unloaded with all that is bound, {turn}", module("rmmod", "ipfltdrv"))
        check("no hook is left", not log.hooks())
        if ASKS:
            check("netfilter has none", not hooks.ask("eth0") + hooks.ask("ras0"))
        check("nor a file", not files("eth0") and not files("ras0"))
        check("wanarp is not held any more", wan_module() == 0)
        check("clients are still connected", Ndiswan().links())
        nl.sock.close()
        made.close()
        ip("link", "del", "ras0")
        check("it loads again", module("insmod", path, "dyndbg=+p"))


cable()
traffic = Traffic()
main = Filters()
main.load("open")
directions(main)
renamed(main)
moved(main)
removed(main)
traffic.stop()
clients(main)
namespace_ends()
main.sock.close()
cable()
traffic = Traffic()
unloaded()
traffic.stop()
last = Filters()
nothing(last, "in the end", "eth0")
check("and there is no set", not last.sets())
finish()
