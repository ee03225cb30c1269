#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The stack of intermediate drivers by netlink, without our command.

	stack.py drivers			names, highest first
	stack.py driver NAME FIELD
	stack.py layer LINK NAME FIELD
	stack.py set NAME [link=N] enabled=0|1 | mandatory=0|1
	stack.py links				numbers of this namespace's links
	stack.py mru LINK
"""
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# pylint: disable=wrong-import-position
from kernel import (A_LINK_ID, LINK_GET, Ndiswan, Refused, attribute, parse, u8, u32)  # noqa: E402

DRIVER_GET, DRIVER_SET, LAYER_GET = 8, 9, 10
A_NAME, A_LINK, A_ALTITUDE, A_CLASS, A_ENABLED, A_MANDATORY, A_MISSING = range(1, 8)
A_HEADROOM, A_MRU_COST, A_LINKS, A_BLOCKED, A_STATE, A_STATS, A_DROP = range(8, 15)
FIELDS = {"name": A_NAME, "link": A_LINK, "altitude": A_ALTITUDE, "class": A_CLASS,
          "enabled": A_ENABLED, "mandatory": A_MANDATORY, "missing": A_MISSING,
          "headroom": A_HEADROOM, "mru-cost": A_MRU_COST, "links": A_LINKS,
          "blocked": A_BLOCKED, "state": A_STATE}
STATS = ("", "pad", "tx-seen", "tx-taken", "tx-injected", "tx-dropped", "rx-seen", "rx-taken",
         "rx-injected", "rx-dropped", "held", "tx-passed", "rx-passed")
A_LINK_LINE, A_LINE_STATE_MRU = 12, 4


def name_attribute(name):
    """A driver's name, with the byte that ends it."""
    return attribute(A_NAME, name.encode() + b"\0")


def number(payload):
    """An unsigned attribute of any size."""
    return int.from_bytes(payload, "little")


def flatten(attributes):
    """A message about a driver or a layer as a dictionary by name."""
    found = {field: 0 for field in FIELDS}
    for kind, payload in attributes:
        for field, code in FIELDS.items():
            if kind == code:
                found[field] = payload.rstrip(b"\0").decode() if kind == A_NAME else \
                    (1 if kind == A_MISSING else number(payload))
        if kind == A_STATS:
            for stat, value in parse(payload):
                found[STATS[stat]] = number(value)
        if kind == A_DROP:
            drop = dict(parse(payload))
            found["drop-" + drop[1].rstrip(b"\0").decode()] = number(drop[3])
    return found


def drivers(nl):
    """All drivers, highest first."""
    return [flatten(parse(answer)) for answer in nl.request(DRIVER_GET, b"", 0x300)]


def driver(nl, name):
    """One driver."""
    return flatten(parse(nl.request(DRIVER_GET, name_attribute(name))[0]))


def layers(nl, link=0):
    """All layers, or those of a link."""
    return [flatten(parse(answer)) for answer in
            nl.request(LAYER_GET, u32(A_LINK, link) if link else b"", 0x300)]


def layer(nl, link, name):
    """One driver on one link."""
    return flatten(parse(nl.request(LAYER_GET, name_attribute(name) + u32(A_LINK, link))[0]))


def driver_set(nl, name, link=0, **what):
    """Switch a driver on or off, or say whether it is mandatory."""
    data = name_attribute(name) + (u32(A_LINK, link) if link else b"")
    for key, value in what.items():
        data += u8({"enabled": A_ENABLED, "mandatory": A_MANDATORY}[key], int(value))
    nl.request(DRIVER_SET, data)


def mru(nl, link):
    """The MRU of a link's IPv4 line as the protocol has it, 0 without a line."""
    for kind, payload in parse(nl.request(LINK_GET, u32(A_LINK_ID, link))[0]):
        if kind == A_LINK_LINE:
            return struct.unpack("=I", dict(parse(payload))[A_LINE_STATE_MRU])[0]
    return 0


def main():
    """The command line."""
    nl = Ndiswan()
    command, *words = sys.argv[1:]
    if command == "drivers":
        print(" ".join(found["name"] for found in drivers(nl)))
    elif command == "driver":
        print(driver(nl, words[0]).get(words[1], 0))
    elif command == "layer":
        print(layer(nl, int(words[0]), words[1]).get(words[2], 0))
    elif command == "links":
        print(" ".join(str(link) for link in sorted(nl.links())))
    elif command == "mru":
        print(mru(nl, int(words[0])))
    elif command == "set":
        pairs = dict(word.split("=") for word in words[1:])
        driver_set(nl, words[0], int(pairs.pop("link", 0)), **pairs)
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    try:
        main()
    except Refused as refusal:
        raise SystemExit(f"{os.path.basename(sys.argv[0])}: {refusal.errno} {refusal.text}") \
            from None
