#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Plays rrasd for rras top: rras-top.py SOCKET SESSIONS [odd]

Each time it is asked, session N has carried N * 1000 more bytes in N more packets inwards, but
for the multiples of 100, which are idle, and twice as much outwards; from the third time on
session 1 is gone. Rates are of the seconds since it was asked before, so it tells those too.
"""
import json
import os
import socket
import sys

path, count = sys.argv[1], int(sys.argv[2])
with socket.socket(socket.AF_UNIX) as server:
    server.bind(path)
    server.listen()
    print("ready", flush=True)
    asked = 0
    while True:
        peer, _ = server.accept()
        with peer, peer.makefile("rw") as f:
            assert f.readline() == "session list stats\n"
            for n in range(1, count + 1):
                if n == 1 and asked > 1:
                    continue
                packets = 0 if n % 100 == 0 else n * asked
                user = "\x1b[31mred" if "odd" in sys.argv else f"user{n}"
                f.write(json.dumps({
                    "id": n, "state": "up", "user": user, "address": f"10.{n >> 8}.{n & 255}.1",
                    "age": n, "peer": "02:00:00:00:00:01", "in-packets": packets,
                    "in-bytes": packets * 1000, "out-packets": packets,
                    "out-bytes": packets * 2000}, separators=(",", ":")) + "\n")
            f.write('{"ok":true,"sessions":%d}\n' % count)
        asked += 1
