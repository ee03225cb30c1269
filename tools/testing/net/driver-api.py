#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Netlink of intermediate drivers, used and misused. Run by driver-api.sh.

Prepared: ras0; the drivers top (900, mandatory), middle (500), none (300, declines), watch
(200, monitor), comes (400) and goes (600), which are not registered.
"""
import errno
import os
import random
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from kernel import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import
import stack  # noqa: E402

NOT_THERE = 0x7ffffff0
ALL = ["top", "middle", "none", "watch"]
nl = Ndiswan()


def control(driver, command):
    """Tell a driver of im_test something."""
    with open(f"/proc/im_test/{driver}/control", "w", encoding="ascii") as file:
        file.write(command)


def names(found):
    """The names in a dump."""
    return [driver["name"] for driver in found]


def shown(link):
    """What the kernel shows."""
    check("drivers, highest first", names(stack.drivers(nl)) == ALL)
    top = stack.driver(nl, "top")
    check(f"one of them: {top}", top["altitude"] == 900 and top["class"] == 0 and
          top["mandatory"] == 1 and top["enabled"] == 1 and top["links"] == 2)
    check("a monitor is one", stack.driver(nl, "watch")["class"] == 1)
    check("who declines has no link", stack.driver(nl, "none")["links"] == 0)
    check("layers of a link, highest first",
          names(stack.layers(nl, link.id)) == ["top", "middle", "watch"])
    check("layers of all links", len(stack.layers(nl)) == 6)
    check("one layer", stack.layer(nl, link.id, "watch")["link"] == link.id)
    check("layers of a link that is not there", stack.layers(nl, NOT_THERE) == [])


def misused(link):
    """Requests that make no sense."""
    name = stack.name_attribute
    for text, number, command, data in (
            ("a driver without a name", errno.EINVAL, stack.DRIVER_GET, b""),
            ("a driver that is not there", errno.ENOENT, stack.DRIVER_GET, name("nobody")),
            ("a name that does not end", None, stack.DRIVER_GET, attribute(1, b"to")),
            ("a name of 32 characters", None, stack.DRIVER_GET, name("n" * 32)),
            ("an empty attribute", None, stack.DRIVER_GET, attribute(1, b"")),
            ("a layer without a link", errno.EINVAL, stack.LAYER_GET, name("top")),
            ("a layer without a driver", errno.EINVAL, stack.LAYER_GET,
             u32(stack.A_LINK, link.id)),
            ("a layer of link 0", errno.ERANGE, stack.LAYER_GET,
             name("top") + u32(stack.A_LINK, 0)),
            ("a layer of a link that is not there", errno.ENOENT, stack.LAYER_GET,
             name("top") + u32(stack.A_LINK, NOT_THERE)),
            ("a layer that is not there", errno.ENOENT, stack.LAYER_GET,
             name("none") + u32(stack.A_LINK, link.id)),
            ("setting nothing", errno.EINVAL, stack.DRIVER_SET, name("middle")),
            ("setting both", errno.EINVAL, stack.DRIVER_SET,
             name("middle") + u8(stack.A_ENABLED, 1) + u8(stack.A_MANDATORY, 1)),
            ("setting no driver", errno.EINVAL, stack.DRIVER_SET, u8(stack.A_ENABLED, 1)),
            ("a half enabled driver", errno.ERANGE, stack.DRIVER_SET,
             name("middle") + u8(stack.A_ENABLED, 2)),
            ("mandatory on one link", errno.EINVAL, stack.DRIVER_SET,
             name("middle") + u32(stack.A_LINK, link.id) + u8(stack.A_MANDATORY, 1))):
        try:
            nl.request(command, data)
            check(f"{text} is refused", False)
        except Refused as refusal:
            check(f"{text}: {refusal.errno} {refusal.text}",
                  (number is None or refusal.errno == number) and refusal.text != "")
    for text, number, driver, what in (
            ("a mandatory driver is not switched off", errno.EPERM, "top", {"enabled": 0}),
            ("nor on one link", errno.EPERM, "top", {"link": link.id, "enabled": 0}),
            ("a monitor is not made mandatory", errno.EINVAL, "watch", {"mandatory": 1}),
            ("a link that is not there", errno.ENOENT, "middle",
             {"link": NOT_THERE, "enabled": 0}),
            ("a driver that declines the link", errno.ENODEV, "none",
             {"link": link.id, "enabled": 1})):
        check_refused(text, number, lambda name=driver, what=what:
                      stack.driver_set(nl, name, **what))
    control("middle", "refuse=13")
    stack.driver_set(nl, "middle", enabled=0)
    check_refused("a driver that is off is not made mandatory", errno.EINVAL,
                  stack.driver_set, nl, "middle", mandatory=1)
    stack.driver_set(nl, "middle", enabled=1)
    check_refused("a driver that refuses the lines that are up", errno.ENODEV,
                  stack.driver_set, nl, "middle", link.id, enabled=1)
    control("middle", "refuse=0")
    stack.driver_set(nl, "middle", link.id, enabled=1)
    check("and then does not", stack.layer(nl, link.id, "middle")["name"] == "middle")
    rand = random.Random(5)
    for _ in range(2000):
        try:
            nl.request(rand.choice((stack.DRIVER_GET, stack.DRIVER_SET, stack.LAYER_GET)),
                       rand.randbytes(rand.choice((0, 3, 4, 8, 40, 300))),
                       rand.choice((NLM_F_ACK, NLM_F_ROOT_MATCH)))
        except OSError:
            pass
    check("random messages leave it working", names(stack.drivers(nl)) == ALL)


def as_other(text, become, function):
    """Do something as somebody else."""
    child = os.fork()
    if not child:
        become()
        os._exit(0 if function() else 1)
    check(text, os.waitpid(child, 0)[1] == 0)


def refused_with(numbers, function, *args, **kwargs):
    """Is it refused with one of these errors?"""
    try:
        function(*args, **kwargs)
    except OSError as err:
        print(f"# {err}", flush=True)
        return err.errno in numbers
    return False


def privileges(link):
    """Who may do what."""
    def anybody():
        mine = Ndiswan()
        return refused_with((errno.EPERM,), stack.driver_set, mine, "middle", enabled=0) and \
            refused_with((errno.EPERM,), stack.driver_set, mine, "middle", link.id, enabled=0) and \
            refused_with((errno.EPERM,), stack.driver_set, mine, "middle", mandatory=1)

    def container():
        mine = Ndiswan()
        own = Link()
        own.attach_loop()
        stack.driver_set(mine, "middle", own.id, enabled=0)
        good = names(stack.layers(mine)) == ["top", "watch"]
        stack.driver_set(mine, "middle", own.id, enabled=1)
        good = good and len(stack.layers(mine)) == 3
        good = good and stack.driver(mine, "middle")["links"] == 1
        for what in ({"enabled": 0}, {"enabled": 1}, {"mandatory": 1}, {"mandatory": 0}):
            good = good and refused_with((errno.EPERM,), stack.driver_set, mine, "middle", **what)
        good = good and refused_with((errno.ENOENT,), stack.driver_set, mine, "middle", link.id,
                                     enabled=0)
        good = good and refused_with((errno.ENOENT,), stack.layer, mine, link.id, "middle")
        good = good and refused_with((errno.EPERM,), stack.driver_set, mine, "top", own.id,
                                     enabled=0)
        own.close()
        return good

    as_other("an unprivileged user may switch nothing", drop_capabilities, anybody)
    as_other("a container its own links only, and sees no others", unshare_user, container)
    check("so nothing has changed", stack.driver(nl, "middle")["links"] == 2)


def dumps_under_change(links):
    """Dumps of many layers while drivers come and go: what stays is there exactly once."""
    changers = [subprocess.Popen(["/bin/sh", "-c",
                                  f"echo loop=100000 >/proc/im_test/{name}/control"])
                for name in ("comes", "goes")]
    wrong = rounds = 0
    stay = [(link.id, name) for link in links for name in ("top", "middle", "watch")]
    seen_more = False
    while rounds < 60 or (not seen_more and rounds < 2000):
        rounds += 1
        found = [(layer["link"], layer["name"]) for layer in stack.layers(nl)]
        wrong += any(found.count(one) != 1 for one in stay)
        wrong += len(found) != len(set(found))
        seen_more = seen_more or len(found) > len(stay)
        found = names(stack.drivers(nl))
        wrong += [name for name in found if name in ALL] != ALL
    for changer in changers:
        changer.kill()
        changer.wait()
    check(f"{rounds} dumps, {wrong} of them wrong", wrong == 0 and seen_more)
    for name in ("comes", "goes"):
        control(name, "unregister")
    check("in the end it is as it was", names(stack.drivers(nl)) == ALL)


first, second = Link(), Link()
first.attach_loop()
second.attach_loop(first.id)
nl.line_up(first.id, "ras0", "10.64.0.5")
shown(first)
misused(first)
privileges(first)
many = [first, second]
for _ in range(60):
    many.append(Link())
    many[-1].attach_loop()
dumps_under_change(many)
for one in many:
    one.close()
check("no layer is left", stack.layers(nl) == [])
finish()
