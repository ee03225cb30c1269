#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Numbered packets between two namespaces: stream.py READY STOP FROM:ADDRESS:TO:CPU...

One stream for each argument, UDP, each on a CPU of its own so that nothing but what is
tested could change its order. The receiver tells the sender by a shared counter how far it
is, and the sender waits for it: no queue overflows, so a packet that is missing was lost on
the way. Runs from when READY appears until STOP does, then prints for each stream

	NAME sent N received N lost N duplicated N late N
"""
import ctypes
import mmap
import os
import socket
import struct
import sys
import time

WINDOW = 64
GIVE_UP = 20
PAYLOAD = bytes(32)


def enter(name):
    """Move to a network namespace."""
    with open(f"/run/netns/{name}", encoding="ascii") as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), name)


class Stream:
    """Sender and receiver, two processes."""

    def __init__(self, text, port):
        self.source, self.address, self.target, cpu = text.split(":")
        self.cpu, self.port = int(cpu), port
        # sent, highest received, number received, duplicated, late, ready, lost
        self.shared = (ctypes.c_int64 * 8).from_buffer(mmap.mmap(-1, 8 * 8))

    def get(self, place):
        """One of the shared numbers, whole: struct would read it byte by byte."""
        return self.shared[place]

    def put(self, place, value):
        """Write one that only this process writes."""
        self.shared[place] = value

    def receive(self):
        """Count what comes; ends when it is killed."""
        enter(self.target)
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        sock.bind(("", self.port))
        self.put(5, 1)
        highest = received = duplicated = late = 0
        seen = set()
        while True:
            number = struct.unpack_from("=q", sock.recv(2048))[0]
            received += 1
            if number in seen:
                duplicated += 1
                self.put(3, duplicated)
            elif number < highest:
                late += 1
                self.put(4, late)
            seen.add(number)
            if len(seen) > 4 * WINDOW:
                seen = {one for one in seen if one > number - 2 * WINDOW}
            highest = max(highest, number)
            self.put(1, highest)
            self.put(2, received)

    def send(self, stop):
        """Send and wait for the receiver."""
        enter(self.source)
        os.sched_setaffinity(0, {self.cpu % (os.cpu_count() or 1)})
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.connect((self.address, self.port))
        number = lost = 0
        while not os.path.exists(stop):
            for _ in range(WINDOW // 4):
                number += 1
                sock.send(struct.pack("=q", number) + PAYLOAD)
            self.put(0, number)
            # Of all that was sent but for a window.
            self.wait(number - WINDOW - lost)
            lost = max(lost, number - WINDOW - self.get(2))
        self.wait(number - lost)
        self.put(6, number - self.get(2) + self.get(3))

    def wait(self, received):
        """Until so many have been received, or too long."""
        end = time.monotonic() + GIVE_UP
        while self.get(2) < received and time.monotonic() < end:
            time.sleep(0)

    def run(self, stop):
        """Start both; returns their process numbers."""
        pids = []
        for work in (self.receive, lambda: self.send(stop)):
            pid = os.fork()
            if not pid:
                work()
                os._exit(0)
            pids.append(pid)
            while not self.get(5):
                time.sleep(0.01)
        return pids


def main():
    """Start, wait, report."""
    ready, stop = sys.argv[1:3]
    streams = [Stream(text, 7000 + i) for i, text in enumerate(sys.argv[3:])]
    pids = [stream.run(stop) for stream in streams]
    while not all(stream.get(2) for stream in streams):
        time.sleep(0.01)
    with open(ready, "w", encoding="ascii"):
        pass
    for receiver, sender in pids:
        os.waitpid(sender, 0)
        os.kill(receiver, 9)
        os.waitpid(receiver, 0)
    for stream in streams:
        print(f"{stream.source}-{stream.target} sent {stream.get(0)} received {stream.get(2)} "
              f"lost {stream.get(6)} duplicated {stream.get(3)} late {stream.get(4)}", flush=True)


main()
