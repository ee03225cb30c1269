# SPDX-License-Identifier: GPL-2.0
"""The harness's own tests: /usr/bin/python3 -m unittest discover -s tools/testing/lib"""

import os
import tempfile
import unittest

import discover
import kernellog
import ktap
import tries

GOOD = """KTAP version 1
1..1
    KTAP version 1
    # Subtest: frame
    1..3
    ok 1 short
        KTAP version 1
        # Subtest: each
        not ok 1 a
        ok 2 b
    not ok 2 each
    ok 3 later # SKIP no time
not ok 1 frame
""".splitlines()


class KernelLog(unittest.TestCase):
    """What fails a test."""

    def test_trouble(self):
        """Reports of the kernel are seen, ordinary lines are not."""
        bad = ["WARNING: CPU: 0 PID: 1 at x.c:1", "BUG: KASAN: use-after-free in f",
               "WARNING: possible circular locking dependency detected",
               "WARNING: suspicious RCU usage", "Oops: general protection fault",
               "INFO: task x:1 blocked for more than 60 seconds.",
               "unregister_netdevice: waiting for ras0 to become free.",
               "refcount_t: underflow; use-after-free."]
        good = ["DEBUG: nothing", "ndiswan_shim: link 7 created", "ras0: entered mode"]
        self.assertEqual(kernellog.trouble(good + bad), bad)

    def test_ledger_balanced(self):
        """The same identifier may be used again."""
        lines = ["wanarp: projection 10.0.0.1 created", "wanarp: projection 10.0.0.1 destroyed",
                 "wanarp: projection 10.0.0.1 created", "wanarp: projection 10.0.0.1 destroyed",
                 "other: thing 3 created"]
        self.assertEqual(kernellog.ledger(lines), [])

    def test_ledger_lost(self):
        """One of two links stays."""
        lines = ["ndiswan_shim: link 1 created", "ndiswan_shim: link 2 created",
                 "ndiswan_shim: link 1 destroyed"]
        self.assertEqual(kernellog.ledger(lines),
                         ["ndiswan_shim: link: 1 created and not destroyed (2)"])

    def test_ledger_swapped(self):
        """Equal sums do not hide that the wrong one was destroyed."""
        lines = ["ndiswan_shim: link 1 created", "ndiswan_shim: link 2 destroyed"]
        self.assertEqual(kernellog.ledger(lines),
                         ["ndiswan_shim: link: created and destroyed do not match (1 2)"])


class Ktap(unittest.TestCase):
    """KUnit's results."""

    def test_cases(self):
        """Cases count, parameters do not."""
        results = ktap.parse(GOOD)
        self.assertEqual(results.cases, [("frame.short", "pass"), ("frame.each", "fail"),
                                         ("frame.later", "skip")])
        self.assertEqual(results.problems, [])

    def test_cut_off(self):
        """A suite that does not end is no pass."""
        self.assertEqual(ktap.parse(GOOD[:6]).problems, ["frame: the suite did not end"])

    def test_case_missing(self):
        """Nor is one with fewer results than planned."""
        lines = GOOD[:11] + GOOD[12:]
        self.assertEqual(ktap.parse(lines).problems, ["frame: 2 of 3 cases reported"])

    def test_nothing(self):
        """Nor one that says nothing."""
        self.assertEqual(ktap.parse([]).problems, ["no test case was reported"])


class Discover(unittest.TestCase):
    """Names and heads."""

    def test_matches(self):
        """The ways to select a test."""
        test = discover.Test("kunit/wanarp/projection", "kunit", "uml", "x")
        for name in ("kunit", "projection", "wanarp/projection", "kunit/wanarp/projection",
                     "projection@uml"):
            self.assertTrue(test.matches(name), name)
        for name in ("wanarp", "project", "projection@6.1", "net"):
            self.assertFalse(test.matches(name), name)

    def test_fields(self):
        """Only the head counts."""
        with tempfile.TemporaryDirectory() as top:
            path = f"{top}/net"
            os.mkdir(path)
            with open(f"{path}/a.sh", "w", encoding="utf-8") as out:
                out.write("#!/bin/bash\n# kernels: 6.1 uml\n# timeout: 7\n# ledger: off\n\n"
                          "true\n# timeout: 9\n")
            os.chmod(f"{path}/a.sh", 0o755)
            with open(f"{path}/b.sh", "w", encoding="utf-8") as out:
                out.write("# not executable\n")
            found = list(discover.scripts(top, "net", "6.12"))
        self.assertEqual([test.full for test in found], ["net/a@6.1", "net/a@uml"])
        self.assertEqual((found[0].timeout, found[0].ledger, found[0].modules),
                         (7, False, True))


class SecondTries(unittest.TestCase):
    """Failures that are not yet one."""

    def test_limit(self):
        """Each test once, and no more tests than the limit."""
        few = tries.SecondTries(2)
        self.assertEqual([few.grant(name) for name in ("a", "a", "b", "c", "b")],
                         [True, False, True, False, False])
        self.assertEqual(few.granted, ["a", "b"])

    def test_none(self):
        """Chosen tests have one try."""
        self.assertFalse(tries.SecondTries(0).grant("a"))


if __name__ == "__main__":
    unittest.main()
