#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""filters-clients.py own|shared COUNT LINK: filter the clients of ras0.

Binds a set of its own to each of COUNT links from number LINK on, or one late-bound set to all
of them. Only one of the links is there; the others' bindings are in the same table.
"""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))

import filters  # noqa: E402

kind, count, first = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
nl = filters.Filters()
if kind == "shared":
    nl.load("shared", ingress=filters.DROP, filters=[filters.filter_bytes(src="client")])
for link in range(first, first + count):
    name = "shared"
    if kind == "own":
        name = f"own{link}"
        nl.load(name, ingress=filters.DROP,
                filters=[filters.filter_bytes(src="10.66.0.0/16", protocol=17)])
    nl.bind("ras0", name, link=link)
