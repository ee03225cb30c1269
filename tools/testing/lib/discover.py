# SPDX-License-Identifier: GPL-2.0
"""Finds the tests and reads what their head says about them."""

import dataclasses
import glob
import os
import re

KERNELS = ("uml", "uml-debug", "6.12", "6.1")
UML = ("uml", "uml-debug")
HOST = "host"

FIELD = re.compile(r"^# (kernels|timeout|ledger|modules|append|topics): *(.*?) *$")


@dataclasses.dataclass(frozen=True)
class Test:
    """One test on one kernel (or on the host)."""

    name: str
    kind: str
    kernel: str
    path: str
    timeout: int = 60
    ledger: bool = True
    modules: bool = True
    append: str = ""
    topics: tuple = ()

    @property
    def full(self):
        """The name that selects just this."""
        return self.name if self.kernel == HOST else f"{self.name}@{self.kernel}"

    def matches(self, wanted):
        """A whole name, its last word, its kind or a topic; with or without the kernel."""
        name, _, kernel = wanted.partition("@")
        if kernel and kernel != self.kernel:
            return False
        return name in (self.name, self.name.split("/", 1)[-1], self.kind,
                        self.name.rsplit("/", 1)[-1], *self.topics)


def fields(path):
    """The `# word: value` lines before the first line of code."""
    found = {}
    with open(path, encoding="utf-8") as source:
        for line in source:
            if line.strip() and not line.startswith("#"):
                break
            if field := FIELD.match(line):
                found[field[1]] = field[2]
    return found


def scripts(testing, kind, kernels):
    """Shell tests of a directory; a file that is not executable is not a test."""
    for path in sorted(glob.glob(f"{testing}/{kind}/*.sh")):
        if not os.access(path, os.X_OK):
            continue
        head = fields(path)
        name = f"{kind}/{os.path.basename(path)[:-3]}"
        for kernel in head.get("kernels", kernels).split():
            if kernel not in KERNELS + (HOST,):
                raise SystemExit(f"{path}: no kernel is called '{kernel}'")
            yield Test(name, kind, kernel, path, int(head.get("timeout", 60)),
                       head.get("ledger") != "off", head.get("modules") != "none",
                       head.get("append", ""), tuple(head.get("topics", "").split()))


def kunit(top):
    """KUnit modules: MODULE/tests/AREA_kunit.c is test kunit/MODULE/AREA. The module's
    own name is known when it is built, so the path ends in a pattern.
    """
    for path in sorted(glob.glob(f"{top}/*/tests/*_kunit.c") +
                       glob.glob(f"{top}/tools/samples/tests/*_kunit.c")):
        module = path.split("/")[-3]
        area = os.path.basename(path)[:-len("_kunit.c")]
        place = os.path.relpath(os.path.dirname(path), top)
        for kernel in UML:
            yield Test(f"kunit/{module}/{area}", "kunit", kernel,
                       f"{top}/build/{kernel}/{place}/*{area}_kunit.ko", 120)


def everything(top):
    """All tests, in the order in which they run."""
    testing = f"{top}/tools/testing"
    tests = list(scripts(testing, "host", HOST))
    tests += kunit(top)
    tests += scripts(testing, "net", "6.12 6.1 uml-debug")
    order = (HOST,) + KERNELS
    return sorted(tests, key=lambda test: order.index(test.kernel))


def select(tests, wanted):
    """The tests that any of the names means; a name that means none is an error."""
    if not wanted:
        return tests
    for name in wanted:
        if not any(test.matches(name) for test in tests):
            raise SystemExit(f"run: no test is called '{name}', see run --list")
    return [test for test in tests if any(test.matches(name) for name in wanted)]
