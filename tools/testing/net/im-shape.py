#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Numbered UDP packets for im-shape.sh, and what the kernel counted of them.

    im-shape.py send ADDRESS PORT CPU BYTES COUNT KBIT  COUNT packets of BYTES, IP header
                                                        included; KBIT 0: at once
    im-shape.py receive PORT FILE                       a line for each: PORT NUMBER NS BYTES
    im-shape.py watch DEVICE FILE                       the same of all ports, where they pass
    im-shape.py rate FILE PORT                          kbit/s, without the first second
    im-shape.py order FILE PORT COUNT                   "N lost, N twice, N late"
    im-shape.py counters                                of the driver, NAME VALUE each
    im-shape.py cycle MODULE PARAMETER...               load it, wait until it holds packets,
                                                        unload it, until SIGTERM; how often

`send` and the recorders end with SIGTERM as well; `send` says how many it sent.
"""
import os
import signal
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from kernel import Netlink, NLM_F_ROOT_MATCH, parse  # noqa: E402  pylint: disable=wrong-import-position

HEADERS = 28
MARK = b"shaped packet"
NUMBER = struct.Struct(">13sI")
SO_RCVBUFFORCE, SO_TIMESTAMPNS = 33, 35
ETH_P_ALL, ETH_P_IP, ETH_P_PPP_SES = 0x0003, 0x0800, 0x8864
DRIVER_GET, A_NAME, A_STATS, A_DROP = 8, 1, 13, 14
ended = []
STATS = {2: "tx-seen", 3: "tx-taken", 4: "tx-injected", 5: "tx-dropped", 6: "rx-seen",
         7: "rx-taken", 8: "rx-injected", 9: "rx-dropped", 10: "held"}


def send(address, port, cpu, size, count, kbit):
    """On one CPU, so that there is one order; who is late catches up."""
    os.sched_setaffinity(0, {cpu % os.cpu_count()})
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 24)
    padding = bytes(size - HEADERS - NUMBER.size)
    begin = time.monotonic()
    number = 0
    while number < count and not ended:
        if kbit:
            ahead = begin + number * size * 8 / 1000 / kbit - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
        sock.sendto(NUMBER.pack(MARK, number) + padding, (address, port))
        number += 1
    print(number)


def record(sock, path, decode):
    """Writes what arrives until SIGTERM; the file is there when packets may come."""
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    sock.settimeout(0.2)
    with open(path, "w", encoding="ascii") as file:
        while True:
            try:
                data, control, _, sender = sock.recvmsg(2048, 256)
            except TimeoutError:
                if ended:
                    return
                continue
            found = decode(data, sender)
            if found:
                seconds, nanoseconds = struct.unpack("=qq", control[0][2][:16])
                port, number, size = found
                print(port, number, seconds * 10**9 + nanoseconds, size, file=file)


def receive(port, path):
    """As the one to whom they are sent."""
    def decode(data, _):
        return port, NUMBER.unpack_from(data)[1], len(data) + HEADERS
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("", port))
    record(sock, path, decode)


def watch(device, path):
    """As tcpdump does: in the order in which they pass this device."""
    def decode(data, sender):
        offset = {ETH_P_IP: 0, ETH_P_PPP_SES: 8}.get(sender[1])
        # What is to be seen is sent on the access side, and received on ras0.
        outgoing = sender[2] == socket.PACKET_OUTGOING
        if offset is None or outgoing != (sender[1] == ETH_P_PPP_SES):
            return None
        data = data[offset:]
        if len(data) < HEADERS + NUMBER.size or data[9] != socket.IPPROTO_UDP:
            return None
        mark, number = NUMBER.unpack_from(data, HEADERS)
        port = struct.unpack_from(">H", data, 22)[0]
        return (port, number, len(data)) if mark == MARK else None
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
    sock.bind((device, ETH_P_ALL))
    record(sock, path, decode)


def read(path, port):
    """What was recorded of a port."""
    with open(path, encoding="ascii") as file:
        lines = [[int(word) for word in line.split()] for line in file]
    return [line[1:] for line in lines if line[0] == port]


def rate(path, port):
    """The burst at the beginning is over in the first second."""
    packets = read(path, port)
    packets = [packet for packet in packets if packet[1] >= packets[0][1] + 10**9]
    span = packets[-1][1] - packets[0][1]
    print(round(sum(packet[2] for packet in packets[1:]) * 8 * 10**6 / span))


def order(path, port, count):
    """Every number once, one after the other."""
    numbers = [packet[0] for packet in read(path, port)]
    lost = len(set(range(count)) - set(numbers))
    late = sum(1 for before, after in zip(numbers, numbers[1:]) if after < before)
    print(f"{lost} lost, {len(numbers) - len(set(numbers))} twice, {late} late")


def driver():
    """Name and value of each counter of im_shape in this namespace."""
    for answer in Netlink("ndiswan").request(DRIVER_GET, b"", NLM_F_ROOT_MATCH):
        attributes = parse(answer)
        if dict(attributes)[A_NAME] != b"im_shape\0":
            continue
        for kind, payload in attributes:
            if kind == A_STATS:
                for stat, value in parse(payload):
                    if stat in STATS:
                        yield STATS[stat], int.from_bytes(value, "little")
            elif kind == A_DROP:
                drop = dict(parse(payload))
                yield drop[1].rstrip(b"\0").decode(), int.from_bytes(drop[3], "little")


def counters():
    """For the shell."""
    for name, value in driver():
        print(name, value)


def cycle(module, *parameters):
    """There is always something held when it goes."""
    count = 0
    while not ended:
        subprocess.run(["insmod", module] + [str(word) for word in parameters], check=True)
        while not ended and not dict(driver())["held"]:
            time.sleep(0.01)
        subprocess.run(["rmmod", "im_shape"], check=True)
        count += 1
    print(count)


def main():
    """A verb, and words that are numbers where they look like it."""
    verbs = {"send": send, "receive": receive, "watch": watch, "rate": rate, "order": order,
             "counters": counters, "cycle": cycle}
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    verbs[sys.argv[1]](*(int(word) if word.isdigit() else word for word in sys.argv[2:]))


main()
