# SPDX-License-Identifier: GPL-2.0
"""What the runner prints: TAP with seconds, and a verdict on the last line."""

import threading
import time


class Output:
    """Numbers and counts the results. Used by several threads; @copy is a file that
    keeps what was printed.
    """

    def __init__(self, copy):
        self.lock = threading.RLock()
        self.begin = time.monotonic()
        self.copy = open(copy, "w", encoding="utf-8")
        self.count = 0
        self.tested = False
        self.totals = {"pass": 0, "fail": 0, "skip": 0}
        self.print("TAP version 14")

    def print(self, line):
        """One line, at once."""
        print(line, flush=True)
        print(line, flush=True, file=self.copy)

    def note(self, text):
        """Progress."""
        with self.lock:
            self.print(f"# {text}")

    def result(self, name, verdict, seconds=None, why=(), log=None):
        """One result; a failure shows why, and where its log is and how that ends."""
        with self.lock:
            self.show(name, verdict, seconds, why, log)

    def show(self, name, verdict, seconds, why, log):
        """Prints a result and counts it."""
        self.count += 1
        self.totals[verdict] += 1
        # A run that only built has tested nothing.
        self.tested |= verdict != "skip" and not name.startswith("build/")
        word = "not ok" if verdict == "fail" else "ok"
        tail = " # SKIP" if verdict == "skip" else " #"
        if seconds is not None:
            tail += f" {seconds:.1f} s"
        self.print(f"{word} {self.count} - {name}{tail if tail != ' #' else ''}")
        if verdict == "fail":
            self.reasons(why, log)

    def failure(self, text, why, log):
        """A failure that is not yet a result."""
        with self.lock:
            self.print(f"# {text}")
            self.reasons(why, log)

    def reasons(self, why, log):
        """Why something failed."""
        for reason in why:
            self.print(f"# why: {reason}")
        if log:
            self.print(f"# log: {log}")
            self.last_lines(log)

    def last_lines(self, log, count=20):
        """The end of a log, as comments."""
        try:
            with open(log, encoding="utf-8", errors="replace") as source:
                for line in source.read().splitlines()[-count:]:
                    self.print(f"#   {line}")
        except FileNotFoundError:
            self.print("#   (there is none)")

    def finish(self, where, flaky=()):
        """The verdict. Returns the exit status. @flaky: tests that had two tries."""
        self.print(f"1..{self.count}")
        self.print(f"# {(time.monotonic() - self.begin) / 60:.1f} minutes, logs: {where}")
        for name in flaky:
            self.print(f"# flaky: {name} failed once")
        line = f"{self.totals['pass']} passed, {self.totals['fail']} failed"
        if self.totals["skip"]:
            line += f", {self.totals['skip']} skipped"
        self.print(line)
        return 0 if self.tested and not self.totals["fail"] else 1
