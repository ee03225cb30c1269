# SPDX-License-Identifier: GPL-2.0
"""What the runner prints: TAP with seconds, and a verdict on the last line."""

import sys
import threading


class Output:
    """Numbers and counts the results. Used by several threads."""

    def __init__(self):
        self.lock = threading.RLock()
        self.count = 0
        self.totals = {"pass": 0, "fail": 0, "skip": 0}
        print("TAP version 14", flush=True)

    def note(self, text):
        """Progress."""
        with self.lock:
            print(f"# {text}", flush=True)

    def result(self, name, verdict, seconds=None, why=(), log=None):
        """One result; a failure shows why, and where its log is and how that ends."""
        with self.lock:
            self.show(name, verdict, seconds, why, log)
            sys.stdout.flush()

    def show(self, name, verdict, seconds, why, log):
        """Prints a result and counts it."""
        self.count += 1
        self.totals[verdict] += 1
        word = "not ok" if verdict == "fail" else "ok"
        tail = " # SKIP" if verdict == "skip" else " #"
        if seconds is not None:
            tail += f" {seconds:.1f} s"
        print(f"{word} {self.count} - {name}{tail if tail != ' #' else ''}")
        if verdict == "fail":
            for reason in why:
                print(f"# why: {reason}")
            if log:
                print(f"# log: {log}")
                self.last_lines(log)

    def last_lines(self, log, count=20):
        """The end of a log, as comments."""
        try:
            with open(log, encoding="utf-8", errors="replace") as source:
                for line in source.read().splitlines()[-count:]:
                    print(f"#   {line}")
        except FileNotFoundError:
            print("#   (there is none)")

    def finish(self, where):
        """The verdict. Returns the exit status."""
        print(f"1..{self.count}")
        print(f"# logs: {where}")
        line = f"{self.totals['pass']} passed, {self.totals['fail']} failed"
        if self.totals["skip"]:
            line += f", {self.totals['skip']} skipped"
        print(line, flush=True)
        ran = self.totals["pass"] + self.totals["fail"]
        return 0 if ran and not self.totals["fail"] else 1
