#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Clients of q233048-pptp.sh, and the host that they talk to.

	q233048-pptp.py client NUMBER SEED ROUNDS	connects ROUNDS times by pptp and pppd
	q233048-pptp.py answer				sends back what it gets

A client is good when what it sends from its new address comes back: the way there and the way
back are both its own then.
"""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time

SERVER, HOST, PORT = "198.51.100.1", "192.0.2.2", 7048
ENDS = ("clean", "clean", "early", "aborted", "late", "never")

# Files of its own for each client, so that none takes another one's control connection.
START = """
mount -t tmpfs tmpfs /etc/ppp && mount -t tmpfs tmpfs /run && touch /etc/ppp/options &&
exec pppd pty "pptp %s --nolaunchpppd" user "$1" password "secret-$1" nodetach noauth \
	noipdefault defaultroute novj noccp lcp-restart 1
""" % SERVER


def answer():
    """Send back what comes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind((HOST, PORT))
        while True:
            data, source = wire.recvfrom(2048)
            wire.sendto(data, source)


class Session:
    """One pptp and pppd in a namespace."""

    def __init__(self, namespace, user):
        self.namespace, self.text = namespace, ""
        self.pppd = subprocess.Popen(
            ["ip", "netns", "exec", namespace, "bash", "-c", START, "bash", user],
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
                raise SystemExit(f"{self.namespace}: no {what}:\n{self.text}")
            time.sleep(0.01)

    def address(self):
        """Wait for the address."""
        return self.wait(r"^local  IP address (\S+)$", 40, "address")

    def talk(self, address):
        """Something goes there and back."""
        words = f"{self.namespace} {address} {time.monotonic()}"
        script = ("import socket,sys\n"
                  "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                  "s.bind((sys.argv[1], 0))\n"
                  "s.settimeout(1)\n"
                  "for _ in range(10):\n"
                  f"    s.sendto(sys.argv[2].encode(), ('{HOST}', {PORT}))\n"
                  "    try:\n"
                  "        sys.exit(s.recv(2048) != sys.argv[2].encode())\n"
                  "    except TimeoutError:\n"
                  "        pass\n"
                  "sys.exit(1)\n")
        if subprocess.run(["ip", "netns", "exec", self.namespace, sys.executable, "-S", "-E",
                           "-c", script, address, words], check=False).returncode:
            raise SystemExit(f"{self.namespace}: nothing comes back to {address}\n{self.text}")

    def others(self):
        """The processes of pptp: its data, and its control connection."""
        pids = subprocess.run(["ip", "netns", "pids", self.namespace], check=True, text=True,
                              stdout=subprocess.PIPE).stdout.split()
        return [int(pid) for pid in pids if int(pid) != self.pppd.pid]

    @staticmethod
    def signal(pids, number):
        """Send a signal to those that are still there."""
        for pid in pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def gone(self):
        """Wait until nothing of it is there."""
        self.pppd.wait()
        self.pppd.stdout.close()
        while self.others():
            time.sleep(0.01)

    def clean(self):
        """As it should be."""
        self.pppd.terminate()
        self.gone()

    def early(self):
        """The control connection ends before PPP does."""
        # Not while pptp forks: User Mode Linux does not survive a fork that a signal ends.
        while len(self.others()) < 2 and self.pppd.poll() is None:
            time.sleep(0.01)
        self.signal(self.others(), signal.SIGKILL)
        self.pppd.kill()
        self.gone()

    def freeze(self):
        """It is dead, and nobody has told the server: TCP holds the connection."""
        self.signal(self.others(), signal.SIGSTOP)
        self.pppd.kill()
        self.pppd.wait()

    def thaw(self):
        """The server hears of the end, if it does not know yet."""
        self.signal(self.others(), signal.SIGKILL)
        self.gone()


def client(number, seed, rounds):
    """Connects again and again."""
    choose = random.Random(f"{seed} {number}")
    spaces = [f"c{2 * number - 1}", f"c{2 * number}"]
    dead, due, ends, addresses = None, 0, {}, []
    for turn in range(rounds):
        way = choose.choice(ENDS if not dead else ENDS[:4])
        user = f"user{4 * (number - 1) + turn % 4 + 1}"
        session = Session(spaces[0], user)
        if way == "aborted":
            session.wait(r"(Connect: )", 40, "connection")
            session.early()
            session, way = Session(spaces[0], user), "clean"
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
            spaces.reverse()
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
    client(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))


main()
