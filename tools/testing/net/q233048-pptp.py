#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Clients of q233048-pptp.sh, and the host that they talk to.

	q233048-pptp.py client NUMBER SEED ROUNDS PLACE...	connects ROUNDS times by pptp and pppd
	q233048-pptp.py answer					sends back what it gets

A client is good when what it sends from its new address comes back: the way there and the way
back are both its own then. Who has two places leaves a session behind in one of them now and then
that is dead without the server knowing, and goes on in the other.

Most of a connect is the start of programs, so nothing starts that need not: this process enters
the place of a client itself and leaves it to pppd.
"""

import ctypes
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time

SERVER, HOST, PORT = "198.51.100.1", "192.0.2.2", 7048
CLONE_NEWNS, CLONE_NEWNET, MS_REC, MS_PRIVATE = 0x20000, 0x40000000, 0x4000, 0x40000
ENDS = ("clean", "clean", "early", "aborted", "late", "never")
LIBC = ctypes.CDLL(None, use_errno=True)


def call(name, *words):
    """A system call that Python has no name for."""
    if getattr(LIBC, name)(*words):
        raise OSError(ctypes.get_errno(), name)


def answer():
    """Send back what comes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind((HOST, PORT))
        while True:
            data, source = wire.recvfrom(2048)
            wire.sendto(data, source)


class Place:
    """A network namespace, with files of its own so that none takes another one's connection."""

    def __init__(self, name):
        self.name = name
        self.net = os.open(f"/run/netns/{name}", os.O_RDONLY)
        home = os.open("/proc/self/ns/mnt", os.O_RDONLY)
        call("unshare", CLONE_NEWNS)
        call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
        for directory in (b"/etc/ppp", b"/run"):
            call("mount", b"tmpfs", directory, b"tmpfs", 0, None)
        with open("/etc/ppp/options", "xb"):
            pass
        self.files = os.open("/proc/self/ns/mnt", os.O_RDONLY)
        call("setns", home, CLONE_NEWNS)
        os.close(home)

    def enter(self):
        """Be there from now on."""
        call("setns", self.net, CLONE_NEWNET)
        call("setns", self.files, CLONE_NEWNS)

    def pids(self):
        """Who is there."""
        inode, found = os.fstat(self.net).st_ino, []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.stat(f"/proc/{pid}/ns/net").st_ino == inode and int(pid) != os.getpid():
                    found.append(int(pid))
            except OSError:
                pass
        return found


class Session:
    """One pptp and pppd in a place."""

    def __init__(self, place, user):
        self.place, self.text = place, ""
        place.enter()
        self.pppd = subprocess.Popen(
            ["pppd", "pty", f"pptp {SERVER} --nolaunchpppd", "user", user, "password",
             f"secret-{user}", "nodetach", "noauth", "noipdefault", "defaultroute", "novj",
             "noccp", "lcp-restart", "1"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)
        os.set_blocking(self.pppd.stdout.fileno(), False)

    def wait(self, pattern, seconds, what):
        """Wait until pppd has said that."""
        deadline = time.monotonic() + seconds
        while True:
            self.text += (self.pppd.stdout.read() or b"").decode(errors="replace")
            found = re.search(pattern, self.text, re.MULTILINE)
            if found:
                return found.group(1)
            if self.pppd.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{self.place.name}: no {what}:\n{self.text}")
            time.sleep(0.02)

    def address(self):
        """Wait for the address."""
        return self.wait(r"^local  IP address (\S+)$", 90, "address")

    def talk(self, address):
        """Something goes there and back."""
        words = f"{self.place.name} {address} {time.monotonic()}".encode()
        self.place.enter()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((address, 0))
            sock.settimeout(1)
            for _ in range(20):
                sock.sendto(words, (HOST, PORT))
                try:
                    if sock.recv(2048) == words:
                        return
                except TimeoutError:
                    pass
        raise SystemExit(f"{self.place.name}: nothing comes back to {address}\n{self.text}")

    def signal(self, number):
        """To all processes of pptp: its data, and its control connection."""
        for pid in self.place.pids():
            try:
                if pid != self.pppd.pid:
                    os.kill(pid, number)
            except ProcessLookupError:
                pass

    def gone(self, number=0):
        """Wait until nothing of it is there; what is, gets that signal."""
        self.pppd.wait()
        self.pppd.stdout.close()
        while self.place.pids():
            self.signal(number)
            time.sleep(0.05)

    def clean(self):
        """As it should be."""
        self.pppd.terminate()
        self.gone()

    def early(self):
        """The control connection ends before PPP does."""
        self.signal(signal.SIGKILL)
        self.pppd.kill()
        self.gone(signal.SIGKILL)

    def freeze(self):
        """It is dead, and nobody has told the server: TCP holds the connection."""
        self.signal(signal.SIGSTOP)
        self.pppd.kill()
        self.pppd.wait()

    def thaw(self):
        """The server hears of the end, if it does not know yet."""
        self.gone(signal.SIGKILL)


def client(number, seed, rounds, names):
    """Connects again and again."""
    choose = random.Random(f"{seed} {number}")
    places = [Place(name) for name in names]
    dead, due, ends, addresses = None, 0, {}, []
    for turn in range(rounds):
        way = choose.choice(ENDS[:4] if dead or len(places) == 1 else ENDS)
        user = f"user{4 * (number - 1) + turn % 4 + 1}"
        session = Session(places[0], user)
        if way == "aborted":
            session.wait(r"(Connect: )", 90, "connection")
            session.early()
            session, way = Session(places[0], user), "clean"
            ends["aborted"] = ends.get("aborted", 0) + 1
        address = session.address()
        session.talk(address)
        addresses.append(address)
        # Late: the one before ends now that this one is up. Never: the server has found out.
        if dead and turn >= due:
            dead.thaw()
            session.talk(address)
            dead = None
        if way in ("late", "never"):
            session.freeze()
            dead, due = session, turn + (1 if way == "late" else 4)
            places.reverse()
        else:
            getattr(session, way)()
        ends[way] = ends.get(way, 0) + 1
    if dead:
        dead.thaw()
    print(f"client {number}: {len(set(addresses))} addresses, ends: {ends}")


def main():
    """Does what the words say."""
    if sys.argv[1] == "answer":
        answer()
    client(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), sys.argv[5:])


main()
