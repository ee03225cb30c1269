#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Line-ups and line-downs on recycled addresses: projection-churn.py PAIRS SEED.

Run by projection-churn.sh. Each link is one end of a loop: what is sent to it on ras0 comes
back on far0, where the packet's Ethernet header says through which link. There are

* HELD, an address that one link has from the beginning to the end,
* CONTESTED, which the links of all workers take from each other without a line-down, so that
  it is always held, and each loser's line-down comes late,
* RECYCLED, which links take and leave in no order. They and the links are in classes, and a
  link takes addresses of its class only, so that a packet which takes a link of another class
  has gone wrong whatever the moment.

There are as many of IPv6, where an address is a prefix, with a link-local address that goes with
it: a link has lines of one of the two protocols.
"""
import collections
import errno
import json
import os
import random
import select
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from kernel import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import

PAIRS, SEED = int(sys.argv[1]), int(sys.argv[2])
WORKERS, CLASSES = 2, 4
LINKS = 64          # of each worker
AT_ONCE = 8         # lines that a worker has up
BATCH = 48          # messages in a system call
HELD, CONTESTED = ("10.64.0.2", "2001:db8:0:2::"), ("10.64.0.3", "2001:db8:0:3::")
RECYCLED = ([f"10.64.{16 + i // 4}.{i}" for i in range(16)] +
            [f"2001:db8:0:{16 + i:x}::" for i in range(16)])
ADDRESS_TAKEN_REASON = 6
PROJECTION_FAILED, LINE_UP_EVENT, LINE_DOWN_EVENT, ADDRESS_TAKEN = 20050, 30001, 30002, 30010
A_EVENT_NUMBER, A_EVENT_REASON = 1, 7
PROJECTION_GET, A_PROJECTION_IFINDEX, A_PROJECTION_IPV4, A_PROJECTION_LINK = 3, 1, 2, 3
A_PROJECTION_IPV6 = 7
ETH_P_ALL, ETH_P_IP, ETH_P_IPV6, UDP = 3, 0x0800, 0x86dd, 17
PROTOCOL_AT = {ETH_P_IP: 23, ETH_P_IPV6: 20}    # of the next one, in a frame
IFINDEX = socket.if_nametoindex("ras0")


def is_ipv6(address):
    """Which of the two an address, or a prefix, is."""
    return ":" in address


def link_local(prefix):
    """That of who has the prefix."""
    return f"fe80::{prefix.split(':')[3]}"


def host(address):
    """An address for packets to who has an address or a prefix."""
    return f"{address}1" if is_ipv6(address) else address


class Loop:
    """A link for ras0; what it sends comes back on far0."""

    count = 0

    def __init__(self, nl, kind, v6):
        Loop.count += 1
        self.kind, self.v6 = kind, v6
        self.near, self.far = Link(), Link()
        self.near.attach_loop()
        self.far.attach_loop(self.near.id)
        if v6:
            nl.line_up_ipv6(self.far.id, "far0", f"fe80::99:{Loop.count}")
        else:
            nl.line_up(self.far.id, "far0", f"10.99.{Loop.count >> 8}.{Loop.count & 255}")

    def message(self, nl, command, attributes=b""):
        """A request about its line, without acknowledgement, to be sent with others."""
        body = struct.pack("=BBH", command, 1, 0) + u32(A_LINE_LINK, self.near.id) + \
            u16(A_LINE_PROTOCOL, PPP_IPV6 if self.v6 else PPP_IP) + attributes
        return struct.pack("=IHHII", 16 + len(body), nl.family, NLM_F_REQUEST, 0, 0) + body

    def up_message(self, nl, address):
        """The line is up."""
        if self.v6:
            peer = ipv6(A_LINE_IPV6, link_local(address)) + ipv6(A_LINE_PREFIX, address) + \
                u8(A_LINE_PREFIX_LEN, 64)
        else:
            peer = ipv4(A_LINE_IPV4, address)
        return self.message(nl, LINE_UP, u32(A_LINE_IFINDEX, IFINDEX) + peer +
                            u32(A_LINE_MRU, 1492))

    def close(self):
        """Its end."""
        self.near.close()
        self.far.close()


class Worker:
    """One process that takes and leaves addresses."""

    def __init__(self, number, loops, contenders):
        self.nl = Ndiswan()
        self.random = random.Random(SEED + number)
        self.late, self.refused = 0, collections.Counter()
        self.batch = []
        self.free = collections.deque(loops)
        self.up = []
        self.contenders = [collections.deque(one for one in contenders if one.v6 == which)
                           for which in (False, True)]
        self.first = [contenders[0] for contenders in self.contenders]
        self.ups = {(loop, address): loop.up_message(self.nl, address)
                    for loop in loops for i, address in enumerate(RECYCLED)
                    if i % CLASSES == loop.kind and is_ipv6(address) == loop.v6}
        self.ups.update({(loop, CONTESTED[loop.v6]):
                         loop.up_message(self.nl, CONTESTED[loop.v6]) for loop in contenders})
        self.downs = {loop: loop.message(self.nl, LINE_DOWN) for loop in loops + contenders}

    def answers(self):
        """What the kernel refused of the batch: nothing but line-downs that came late."""
        while True:
            try:
                data = self.nl.sock.recv(1 << 16, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            while len(data) >= 16:
                length = struct.unpack_from("=I", data)[0]
                number, command = -struct.unpack_from("=i", data, 16)[0], data[36]
                if command == LINE_DOWN and number == errno.ENOTCONN:
                    self.late += 1
                else:
                    self.refused[f"command {command}: {os.strerror(number)}"] += 1
                data = data[(length + 3) & ~3:]

    def flush(self):
        """Send the batch: the kernel has done it all when this returns."""
        self.nl.sock.send(b"".join(self.batch))
        self.batch = []
        self.answers()

    def contest(self, which):
        """Take a contested address from whoever has it; the loser's line-down is late."""
        contenders = self.contenders[which]
        contenders.rotate()
        self.batch.append(self.ups[contenders[0], CONTESTED[which]])
        self.batch.append(self.downs[contenders[1]])

    def line_down(self):
        """One of those that are up, or were until somebody took the address; or twice."""
        loop = self.up.pop(self.random.randrange(len(self.up)))
        self.batch += [self.downs[loop]] * (1 + (self.random.random() < 0.1))
        self.free.append(loop)

    def line_up(self):
        """A link takes an address of its class."""
        loop = self.free.popleft()
        half = len(RECYCLED) // 2
        place = loop.v6 * half + loop.kind + CLASSES * self.random.randrange(half // CLASSES)
        self.batch.append(self.ups[loop, RECYCLED[place]])
        self.up.append(loop)

    def run(self, pairs):
        """All of it; returns what it has seen."""
        begin = time.monotonic()
        for number in range(pairs):
            if number % 8 == 0:
                self.contest(number // 8 % 2)
            else:
                self.line_up()
            while len(self.up) > self.random.randrange(AT_ONCE + 1):
                self.line_down()
            if len(self.batch) >= BATCH:
                self.flush()
        while self.up:
            self.line_down()
        # Who comes after us begins with the second of them: that one must not be up.
        for which, first in enumerate(self.first):
            while self.contenders[which][0] is not first:
                self.contest(which)
        self.flush()
        return {"late": self.late, "refused": self.refused,
                "seconds": time.monotonic() - begin}


class Prober:
    """Sends numbered packets, and looks through which links they go."""

    def __init__(self, loops, held, contenders):
        self.loops = {loop.far.id: loop for loop in loops}
        self.rightful = {}
        for loop in held:
            self.rightful[HELD[loop.v6]] = [loop]
        for loop in contenders:
            self.rightful.setdefault(CONTESTED[loop.v6], []).append(loop)
        self.names = {host(address): address for address in [*HELD, *CONTESTED, *RECYCLED]}
        self.seen = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.seen.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # SO_RCVBUFFORCE
        self.seen.bind(("far0", ETH_P_ALL))
        self.nl = Netlink("wanarp")
        self.any = [socket.socket(family, socket.SOCK_DGRAM)
                    for family in (socket.AF_INET, socket.AF_INET6)]
        self.sockets, self.count, self.last = {}, 0, {}
        for address in self.rightful:
            # One with IP_RECVERR or IPV6_RECVERR hears that the address does not resolve.
            family, *option = (socket.AF_INET6, 41, 25) if is_ipv6(address) else \
                (socket.AF_INET, socket.SOL_IP, 11)
            self.sockets[address] = socket.socket(family, socket.SOCK_DGRAM)
            self.sockets[address].setsockopt(*option, 1)
            self.sockets[address].connect((host(address), 9))
        self.found = {"held": 0, "nothing": 0, "lost": 0, "wrong": 0, "twice": 0,
                      "recycled": 0, "looked": 0}

    def judge(self, frame):
        """A packet came out of a link: its address and its number."""
        loop = self.loops.get(struct.unpack_from("!I", frame, 8)[0])
        if frame[12:14] == struct.pack("!H", ETH_P_IPV6):
            address = self.names[socket.inet_ntop(socket.AF_INET6, frame[38:54])]
            number = struct.unpack_from("!I", frame, 62)[0]
        else:
            address = self.names[socket.inet_ntoa(frame[30:34])]
            number = struct.unpack_from("!I", frame, 42)[0]
        if address in self.rightful:
            good = loop in self.rightful[address]
        else:
            self.found["recycled"] += 1
            good = loop and loop.kind == RECYCLED.index(address) % CLASSES
        self.found["wrong"] += not good
        # One process sends them all, one CPU after the other: each comes once.
        self.found["twice"] += self.last.get(address, 0) == number
        self.last[address] = number
        return address, number

    def receive(self, until):
        """What came, until that number did or five seconds were over."""
        end = time.monotonic() + 5
        while time.monotonic() < end:
            if not select.select([self.seen], [], [], 0.5)[0]:
                continue
            frame, origin = self.seen.recvfrom(2048)
            if origin[2] == 4 or frame[PROTOCOL_AT.get(origin[1], 0)] != UDP:
                continue
            if self.judge(frame)[1] == until:
                return True
        return False

    def send(self, address):
        """A number to an address that is held: it has to arrive."""
        self.count += 1
        try:
            self.sockets[address].send(struct.pack("!I", self.count))
        except OSError:
            self.found["nothing"] += 1
            return
        self.found["held" if self.receive(self.count) else "lost"] += 1

    def look(self, address):
        """Ask the table."""
        self.found["looked"] += 1
        try:
            key = ipv6(A_PROJECTION_IPV6, host(address)) if is_ipv6(address) else \
                ipv4(A_PROJECTION_IPV4, address)
            answer = self.nl.request(PROJECTION_GET, u32(A_PROJECTION_IFINDEX, IFINDEX) + key)[0]
        except OSError:
            self.found["nothing"] += 1
            return
        link = struct.unpack("=I", dict(parse(answer))[A_PROJECTION_LINK])[0]
        self.found["wrong"] += link not in [loop.near.id for loop in self.rightful[address]]

    def run(self, stop):
        """Until @stop is closed; returns what it has seen."""
        pick = random.Random(SEED)
        while not select.select([stop], [], [], 0)[0]:
            for address in self.rightful:
                for recycled in pick.sample(RECYCLED, 4):
                    self.count += 1
                    self.any[is_ipv6(recycled)].sendto(struct.pack("!I", self.count),
                                                       (host(recycled), 9))
                self.send(address)
                self.look(address)
        return self.found


def listen(nl, loops, stop):
    """Count events until @stop is closed and none is left."""
    # A link goes when the last process that holds it lets it go.
    for loop in loops:
        loop.close()
    found = collections.Counter()
    files = [nl.sock, stop]
    while True:
        ready = select.select(files, [], [], None if stop in files else 0)[0]
        if stop in ready:
            files.remove(stop)
        if nl.sock not in ready:
            if stop not in files and not ready:
                return found
            continue
        event = dict(parse(nl.sock.recv(1 << 16)[20:]))
        number = struct.unpack("=I", event[A_EVENT_NUMBER])[0]
        found[number] += 1
        if number == LINE_DOWN_EVENT and A_EVENT_REASON in event:
            found["taken"] += struct.unpack("=I", event[A_EVENT_REASON])[0] == ADDRESS_TAKEN_REASON


class Child:
    """A function in a process of its own."""

    others = []         # files of ours that no other child is to hold open

    def __init__(self, function, *args, cpu=None):
        result, write = os.pipe()
        stop, self.stopper = os.pipe()
        self.result = result
        Child.others.append(self.stopper)
        if os.fork():
            os.close(write)
            os.close(stop)
            return
        for fd in Child.others:
            os.close(fd)
        if cpu is not None:
            os.sched_setaffinity(0, {cpu})
        answer = function(*args) if cpu is not None else function(*args, stop)
        os.write(write, json.dumps(answer).encode())
        os._exit(0)

    def end(self):
        """Wait for what it has to say."""
        if self.stopper in Child.others:
            Child.others.remove(self.stopper)
            os.close(self.stopper)
        with open(self.result, "rb") as result:
            answer = json.loads(result.read() or b"null")
        os.wait()
        return answer


def churn(pairs, loops, contenders):
    """Let the workers do that many pairs; returns what they have seen."""
    cpus = sorted(os.sched_getaffinity(0))
    workers = [Child(Worker(i, loops[i], contenders[i]).run, pairs // WORKERS,
                     cpu=cpus[i % len(cpus)]) for i in range(WORKERS)]
    answers = [worker.end() for worker in workers]
    for i, answer in enumerate(answers):
        if not check(f"worker {i} did its share of {pairs} pairs", answer is not None):
            finish()
        rate = pairs / WORKERS / answer["seconds"]
        check(f"worker {i}: {rate:.0f} pairs/s, {answer['late']} late line-downs, "
              f"refused: {answer['refused'] or 'none'}", not answer["refused"])
    late = sum(answer["late"] for answer in answers)
    check(f"{late} line-downs came late", late > pairs / 8)


def judge_probes(found):
    """What the prober has seen."""
    if not check(f"the prober has seen: {found}", found is not None):
        return
    check("addresses that are held all the time resolve all the time", not found["nothing"])
    check("each packet to them arrives", found["held"] > 10 and not found["lost"])
    check("through the right link, as all do", found["recycled"] > 10 and not found["wrong"])
    check("once", not found["twice"])


def judge_events(events, pairs, before):
    """What was told of the last pairs; @before lines were up when they began."""
    if not check(f"events: {events}", events is not None):
        return
    check("each line-up has its line-down",
          events[str(LINE_UP_EVENT)] == events[str(LINE_DOWN_EVENT)] - before >= pairs)
    check("an address was taken over as often as a line-down tells so",
          events[str(ADDRESS_TAKEN)] == events["taken"] > pairs / 8)
    check("no projection failed", str(PROJECTION_FAILED) not in events)


def main():
    """Prepares, lets them run, and judges."""
    print(f"# {PAIRS} pairs, seed {SEED}", flush=True)
    nl = Ndiswan()
    held = [Loop(nl, "held", which) for which in (False, True)]
    contenders = [[Loop(nl, "contender", i >= 2) for i in range(4)] for _ in range(WORKERS)]
    loops = [[Loop(nl, i % CLASSES, i // CLASSES % 2 == 1) for i in range(LINKS)]
             for _ in range(WORKERS)]
    everything = held + sum(contenders, []) + sum(loops, [])
    for loop, address in ((held[0], HELD[0]), (held[1], HELD[1]),
                          (contenders[0][0], CONTESTED[0]), (contenders[0][2], CONTESTED[1])):
        nl.sock.send(loop.up_message(nl, address))
    prober = Child(Prober(everything, held, sum(contenders, [])).run)

    # Who listens to events makes each of them cost something: only at the end.
    told = PAIRS // 20
    churn(PAIRS - told, loops, contenders)
    heard = Ndiswan()
    heard.sock.setsockopt(socket.SOL_SOCKET, 33, 256 << 20)  # SO_RCVBUFFORCE
    heard.join("events")
    listener = Child(listen, heard, everything)
    churn(told, loops, contenders)
    judge_probes(prober.end())
    for loop in everything:
        loop.close()
    judge_events(listener.end(), told, len(everything) + 4)
    finish()


main()
