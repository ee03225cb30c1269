#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A client that has a session and says nothing: waits for the PADT. Run by restart.sh."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from pppoe_client import Client, Wire, mac  # noqa: E402

with Wire("eth0") as wire:
    client = Client(wire, mac(77), silent=True)
    client.start()
    if not wire.run(lambda: client.seen, 10):
        sys.exit("no LCP")
    print("half", flush=True)
    if not wire.run(lambda: client.stage == "over", 10):
        sys.exit("no PADT")
    print(client.error)
