#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Links come and go on recycled addresses: churn.py NAME ROUNDS SEED. Run by churn.sh.

Each round makes a loop of two links, brings up lines of IPv4, IPv6 or both on one of a few
addresses each, which another process may hold or take meanwhile, and ends it in one of several
ways. An interface identifier and a prefix come from two clients as often as from one.
"""
import errno
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from kernel import Link, Ndiswan, PPP_IP, PPP_IPV6  # noqa: E402  pylint: disable=wrong-import-position

ROUNDS, SEED = int(sys.argv[1]), int(sys.argv[2])
rand = random.Random(SEED)
nl = Ndiswan()
held = []


def up(link):
    """Lines of one protocol or both; returns how many were refused."""
    bad = 0
    for protocol in rand.choice(((PPP_IP,), (PPP_IPV6,), (PPP_IP, PPP_IPV6))):
        try:
            if protocol == PPP_IP:
                nl.line_up(link.id, "ras0", f"10.64.0.{rand.randrange(2, 10)}")
            else:
                nl.line_up_ipv6(link.id, "ras0", f"fe80::{rand.randrange(2, 10)}",
                                f"2001:db8:0:{rand.randrange(2, 10)}::/64")
        except OSError as err:
            bad += 1
            print(f"refused: {err}", flush=True)
    return bad


def down(link):
    """Line-downs that may be late."""
    for protocol in (PPP_IP, PPP_IPV6):
        try:
            nl.line_down(link, protocol)
        except OSError as err:
            if err.errno not in (errno.ENOTCONN, errno.ENOENT):
                raise


refused = 0
for _ in range(ROUNDS):
    first, second = Link(), Link()
    first.attach_loop()
    second.attach_loop(first.id)
    for link in (first, second):
        refused += up(link)
    way = rand.randrange(4)
    if way == 0:
        down(first.id)
    elif way == 1:
        down(first.id)
        down(first.id)
        down(second.id)
    elif way == 2 and len(held) < 20:
        held.append((first, second))
        continue
    first.close()
    second.close()
    if held and rand.random() < 0.5:
        late, later = held.pop(rand.randrange(len(held)))
        down(late.id)
        late.close()
        later.close()
for late, later in held:
    later.close()
    late.close()
print(f"{ROUNDS} rounds, {refused} refused")
raise SystemExit(refused != 0)
