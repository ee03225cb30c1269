#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""PPTP control connections as no honest client has them. Run by pptp.sh: pptp.py CASE [WORD...].

The exit status says whether all went as it should, the output what did not.
"""

import os
import select
import socket
import struct
import sys
import time

SERVER = ("198.51.100.1", 1723)
COOKIE = 0x1a2b3c4d
(START, STARTED, STOP, STOPPED, ECHO, ECHOED, CALL, CALLED, INCOMING, INCOMED, CONNECTED, CLEAR,
 DISCONNECT, WAN_ERROR, LINK_INFO) = range(1, 16)


class Wrong(Exception):
    """What did not go as it should."""


def require(good, text):
    """A fact."""
    if not good:
        raise Wrong(text)


def message(kind, body):
    """A control message."""
    return struct.pack(">HHIHH", 12 + len(body), 1, COOKIE, kind, 0) + body


class Connection:
    """A control connection."""

    def __init__(self, start=True):
        self.sock = socket.create_connection(SERVER, 10)
        self.data = b""
        if start:
            self.send(START, struct.pack(">HHIIHH64s64s", 0x100, 0, 3, 3, 0, 1, b"test", b""))
            require(self.expect(STARTED)[2] == 1, "the connection is refused")

    def send(self, kind, body):
        """A message to the server."""
        self.sock.sendall(message(kind, body))

    def read(self, seconds=10):
        """The next message: its type and body; None at the end."""
        deadline = time.monotonic() + seconds
        while len(self.data) < 2 or len(self.data) < struct.unpack(">H", self.data[:2])[0]:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                raise Wrong("no answer in time")
            try:
                more = self.sock.recv(4096)
            except ConnectionResetError:
                more = b""
            if not more:
                return None
            self.data += more
        length, _, cookie, kind = struct.unpack(">HHIH", self.data[:10])
        require(cookie == COOKIE, "a bad cookie")
        body, self.data = self.data[12:length], self.data[length:]
        return kind, body

    def expect(self, kind, seconds=10):
        """The body of the next message, which is of that kind."""
        got = self.read(seconds)
        require(got, "the connection is closed")
        require(got[0] == kind, f"expected {kind}, got {got[0]}")
        return got[1]

    def ended(self, seconds=10):
        """The server closes the connection."""
        while self.read(seconds):
            pass

    def call(self, number):
        """Ask for a call; returns its result, error code and the server's number."""
        self.send(CALL, struct.pack(">HHIIIIHHHH64s64s", number, 1, 300, 10**8, 3, 3, 64, 0, 0, 0,
                                    b"", b""))
        theirs, ours, result, error = struct.unpack(">HHBB", self.expect(CALLED)[:6])
        require(ours == number, "the reply is for another call")
        return result, error, theirs

    def clear(self, number):
        """End a call; returns the number in the notification."""
        self.send(CLEAR, struct.pack(">HH", number, 0))
        theirs, result = struct.unpack(">HB", self.expect(DISCONNECT)[:3])
        require(result == 4, f"the result is {result}")
        return theirs


def links():
    """How many links there are."""
    with open("/sys/kernel/ndiswan/links", encoding="ascii") as file:
        return int(file.read())


def links_become(wanted):
    """Wait for so many."""
    for _ in range(1000):
        if links() == wanted:
            return
        time.sleep(0.01)
    raise Wrong(f"{links()} links instead of {wanted}")


def silent():
    """Who says nothing is let go."""
    connection, before = Connection(start=False), time.monotonic()
    connection.ended(30)
    require(5 < time.monotonic() - before < 30, "not after about ten seconds")


def garbage():
    """Who speaks another language too, at once."""
    for words in (b"GET / HTTP/1.0\r\n\r\n", message(START, bytes(10)), message(CLEAR, bytes(4)),
                  b"\xff" * 3000, message(STARTED, bytes(144))):
        connection = Connection(start=False)
        connection.sock.sendall(words)
        connection.ended(5)
    connection = Connection()
    connection.sock.sendall(os.urandom(5000))
    connection.ended(5)
    # What comes in single bytes is as good as what does not.
    connection = Connection(start=False)
    for byte in message(START, struct.pack(">HHIIHH64s64s", 0x100, 0, 3, 3, 0, 1, b"", b"")):
        connection.sock.sendall(bytes([byte]))
    require(connection.expect(STARTED)[2] == 1, "a request in pieces is refused")
    connection.send(ECHO, b"abcd")
    require(connection.expect(ECHOED)[:5] == b"abcd\1", "an echo")
    connection.send(STOP, b"\1\0\0\0")
    connection.expect(STOPPED)
    connection.ended()


def calls():
    """Several calls in one connection, with numbers that do not come again soon."""
    before, connection, numbers = links(), Connection(), []
    for number in (7, 8):
        result, _, theirs = connection.call(number)
        require(result == 1, f"call {number} is refused")
        numbers.append(theirs)
    links_become(before + 2)
    require(connection.call(8)[:2] == (2, 4), "a second call 8 is not refused")
    connection.send(LINK_INFO, struct.pack(">HHII", numbers[0], 0, 2**32 - 1, 2**32 - 1))
    connection.send(WAN_ERROR, struct.pack(">HH6I", numbers[0], 0, 1, 2, 3, 4, 5, 6))
    require(connection.clear(8) == numbers[1], "the wrong call is cleared")
    links_become(before + 1)
    for _ in range(20):
        result, _, theirs = connection.call(8)
        require(result == 1 and theirs not in numbers, "a number comes again at once")
        numbers.append(theirs)
        require(connection.clear(8) == theirs, "the wrong call is cleared")
    connection.sock.close()
    links_become(before)


def incoming():
    """We are an access concentrator that somebody has called."""
    before, connection = links(), Connection()
    connection.send(INCOMING, struct.pack(">HHIIHH64s64s64s", 5, 1, 3, 0, 0, 0, b"", b"", b""))
    theirs, ours, result = struct.unpack(">HHB", connection.expect(INCOMED)[:5])
    require((ours, result) == (5, 1), "the call is refused")
    require(links() == before, "there is a link before the call is connected")
    connection.send(CONNECTED, struct.pack(">HHIHHI", theirs, 0, 9600, 64, 0, 3))
    links_become(before + 1)
    connection.send(DISCONNECT, struct.pack(">HBBHH128s", 5, 1, 0, 0, 0, b""))
    links_become(before)
    # The end of a call that was not connected, and a call that was connected by nobody.
    connection.send(INCOMING, struct.pack(">HHIIHH64s64s64s", 6, 1, 3, 0, 0, 0, b"", b"", b""))
    connection.expect(INCOMED)
    connection.send(DISCONNECT, struct.pack(">HBBHH128s", 6, 1, 0, 0, 0, b""))
    connection.send(CONNECTED, struct.pack(">HHIHHI", theirs, 0, 9600, 64, 0, 3))
    connection.send(ECHO, b"abcd")
    connection.expect(ECHOED)
    require(links() == before, "a call that is over has a link")


def stranger(number):
    """Who has a connection of his own ends no call in another one."""
    connection = Connection()
    number = int(number)
    for call in (number, 1, 9999):
        connection.send(CLEAR, struct.pack(">HH", call, 0))
        connection.send(DISCONNECT, struct.pack(">HBBHH128s", call, 1, 0, 0, 0, b""))
        connection.send(CONNECTED, struct.pack(">HHIHHI", call, 0, 9600, 64, 0, 3))
        connection.send(LINK_INFO, struct.pack(">HHII", call, 0, 0, 0))
    connection.send(ECHO, b"abcd")
    connection.expect(ECHOED)
    # His frames do not come from where the call is either.
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, 47) as gre:
        gre.sendto(struct.pack(">HHHHI", 0x3001, 0x880b, 8, number, 2**30) +
                   b"\xff\x03\xc0\x21\5\1\0\4", (SERVER[0], 0))


def limits():
    """An address has at most three connections in which nobody has authenticated."""
    # One of them may be the one that says nothing all the time.
    held = []
    while len(held) < 5:
        try:
            held.append(Connection())
        except (Wrong, OSError):
            break
    require(2 <= len(held) <= 3, f"{len(held)} connections")
    held.pop(0).sock.close()
    for _ in range(500):
        try:
            Connection().sock.close()
            break
        except (Wrong, OSError):
            time.sleep(0.01)
    else:
        raise Wrong("a connection that is over is still counted")
    # And as many calls.
    results = [held[0].call(number)[0] for number in range(1, 6)]
    require(results == [1, 1, 1, 2, 2], f"calls: {results}")


def deaf():
    """Who sends and never reads is let go before he fills our memory."""
    connection = Connection()
    connection.sock.settimeout(20)
    try:
        while True:
            connection.sock.sendall(message(ECHO, b"abcd") * 1000)
    except ConnectionError:
        pass


def main():
    """One case."""
    case = {"silent": silent, "garbage": garbage, "calls": calls, "incoming": incoming,
            "stranger": stranger, "limits": limits, "deaf": deaf}[sys.argv[1]]
    try:
        case(*sys.argv[2:])
    except Wrong as wrong:
        raise SystemExit(f"{case.__doc__} But: {wrong}") from wrong


main()
