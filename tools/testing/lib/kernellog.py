# SPDX-License-Identifier: GPL-2.0
"""The kernel log while a test runs, and what in it makes the test fail."""

import collections
import os
import re
import select
import threading

OUR_MODULES = ("ndiswan_shim", "wanarp", "ipfltdrv")

TROUBLE = re.compile(
    r"WARNING:|\bBUG:|Oops|KASAN|UBSAN|ODEBUG|possible recursive|circular locking"
    r"|inconsistent lock state|suspicious RCU|INFO: task|unregister_netdevice: waiting"
    r"|general protection|refcount_t|ref_tracker: .*leaked"
    r"|soft lockup|detected stall|sleeping function called|Kernel panic"
    r"|nobody cared|Bad rss-counter|double free|list_(add|del) corruption")

OBJECT = re.compile(
    r"^(%s): (\w[\w -]*?) (\S+) (created|destroyed)\b" % "|".join(OUR_MODULES))


class Follower:
    """Copies the kernel log to a file from now on.

    A thread reads all the time, so that no test can write more than the ring holds.
    """

    def __init__(self, path):
        self.lines = []
        self.lost = False
        self._file = open(path, "w", encoding="utf-8")
        self._kmsg = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        os.lseek(self._kmsg, 0, os.SEEK_END)
        self._marks = {}
        self._stop = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def mark(self, text, timeout=30):
        """Writes @text to the log and waits until everything before it was read."""
        seen = threading.Event()
        self._marks[text] = seen
        say(text)
        return seen.wait(timeout)

    def close(self):
        """Ends the thread; @lines is complete up to the last mark."""
        self._stop = True
        self._thread.join()
        os.close(self._kmsg)
        self._file.close()

    def _read(self):
        poll = select.poll()
        poll.register(self._kmsg, select.POLLIN)
        while not self._stop:
            poll.poll(100)
            try:
                while True:
                    self._record(os.read(self._kmsg, 8192).decode(errors="replace"))
            except BlockingIOError:
                self._file.flush()
            except BrokenPipeError:
                self.lost = True

    def _record(self, record):
        head, _, text = record.partition(";")
        stamp = int(head.split(",")[2]) / 1e6
        # A message of several lines has its ends of lines escaped; the lines that
        # follow unescaped are properties of the record.
        text = text.split("\n", 1)[0].replace("\\x0a", "\n")
        for line in text.split("\n"):
            self.lines.append(line)
            self._file.write(f"[{stamp:12.6f}] {line}\n")
        for name, seen in self._marks.items():
            if name in text:
                seen.set()


def say(text):
    """Puts a line into the kernel log."""
    with open("/dev/kmsg", "w", encoding="utf-8") as kmsg:
        kmsg.write(f"rras-test: {text}\n")


def trouble(lines):
    """The lines that no test may cause."""
    return [line for line in lines if TROUBLE.search(line)]


def ledger(lines):
    """Says which objects were created more often than destroyed, or the reverse."""
    balance = collections.Counter()
    for line in lines:
        found = OBJECT.match(line)
        if found:
            module, kind, name, verb = found.groups()
            balance[(f"{module}: {kind}", name)] += 1 if verb == "created" else -1
    kinds = collections.defaultdict(list)
    for (kind, name), count in balance.items():
        if count:
            kinds[kind].append((name, count))
    return [describe(kind, names) for kind, names in sorted(kinds.items())]


def describe(kind, names):
    """One line for a kind of object whose books do not balance."""
    surplus = sum(count for _, count in names)
    some = " ".join(name for name, _ in names[:5])
    if len(names) > 5:
        some += " ..."
    if surplus > 0:
        return f"{kind}: {surplus} created and not destroyed ({some})"
    return f"{kind}: created and destroyed do not match ({some})"
