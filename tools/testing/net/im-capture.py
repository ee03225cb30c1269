#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A reader of /dev/im_capture: im-capture.py OUTPUT [LINE...]

Writes the lines to the device, then copies what it reads to OUTPUT until it is killed, or until
it finds something malformed in it. With
"slow" as the first line it reads one byte, creates OUTPUT.ready, waits until OUTPUT.go is
there, reads what has come without waiting for more, and ends: by then it has lost packets.
With "probe" it tries what has to be refused, and how reads and poll wait.
"""
import errno
import os
import select
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import pcapng  # noqa: E402  pylint: disable=wrong-import-position
from kernel import check, finish  # noqa: E402  pylint: disable=wrong-import-position

DEVICE = "/dev/im_capture"


def refusal(function, *arguments):
    """The error that a call ends with, 0 without one."""
    try:
        function(*arguments)
    except OSError as error:
        return error.errno
    return 0


def readable(device, seconds=0.0):
    """What poll says."""
    poll = select.poll()
    poll.register(device, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def follow(device, path):
    """Copies until killed."""
    reader = pcapng.Reader()
    with open(path, "wb") as output:
        while True:
            data = os.read(device, 65536)
            for _ in reader.feed(data):
                pass
            output.write(data)
            output.flush()


def drain(device, size=65536):
    """Everything that can be read now, by reads of @size bytes."""
    os.set_blocking(device, False)
    data = b""
    while True:
        try:
            data += os.read(device, size)
        except BlockingIOError:
            return data


def slow(device, path):
    """Begins, does nothing for a while, then looks what it got."""
    data = os.read(device, 1)
    with open(f"{path}.ready", "wb"):
        pass
    while not os.path.exists(f"{path}.go"):
        time.sleep(0.1)
    # Blocks and reads have nothing to do with each other.
    data += drain(device, 37)
    with open(path, "wb") as output:
        output.write(data)


def probe(device):
    """Parameters and waiting."""
    for line in (b"link", b"link 0", b"link x", b"link 1 2", b"snaplen 63", b"snaplen 16385",
                 b"buffer 65535", b"buffer 67108865", b"nothing 5", b"x" * 5000,
                 b"link 77\nsnaplen 5"):
        check(f"refused: {line[:20]}", refusal(os.write, device, line) == errno.EINVAL)
    check("several lines at once", not refusal(os.write, device, b"snaplen 64\nbuffer 70000\n"))
    check("a capture that has not begun can be read", readable(device))
    os.set_blocking(device, False)
    check("it begins with a section header", os.read(device, 28)[:4] == b"\x0a\x0d\x0d\x0a")
    check("and an interface for all links", b"all links" in os.read(device, 4096))
    check("then there is nothing", refusal(os.read, device, 1) == errno.EAGAIN)
    check("which poll says too", not readable(device))
    check("a read of nothing does not wait", os.read(device, 0) == b"")
    check("parameters are fixed now", refusal(os.write, device, b"link 7\n") == errno.EBUSY)
    check("statistics can be asked for", not refusal(os.write, device, b"statistics\n"))
    check("and are there", readable(device) and len(os.read(device, 4096)) == 52)
    check("once", not readable(device))
    finish()


def main():
    """See above."""
    path, lines = sys.argv[1], sys.argv[2:]
    device = os.open(DEVICE, os.O_RDWR)
    mode = lines.pop(0) if lines and lines[0] in ("slow", "probe") else ""
    for line in lines:
        os.write(device, f"{line}\n".encode())
    if mode == "probe":
        probe(device)
    elif mode == "slow":
        slow(device, path)
    else:
        follow(device, path)


main()
