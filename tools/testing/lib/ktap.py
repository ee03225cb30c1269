# SPDX-License-Identifier: GPL-2.0
"""KUnit's results as they stand in the kernel log.

Suites are at no indentation, their cases at four blanks, parameters deeper. Only suites
and cases count here: a failed parameter makes its case fail.
"""

import re

SUITE = re.compile(r"^    # Subtest: (\S+)")
PLAN = re.compile(r"^    1\.\.(\d+)")
CASE = re.compile(r"^    (not ok|ok) \d+ (?:- )?(\S+)(.*)")
END = re.compile(r"^(not ok|ok) \d+ (?:- )?(\S+)")


class Results:
    """Cases as (name, "pass" | "fail" | "skip"), and what is wrong as a whole."""

    def __init__(self):
        self.cases = []
        self.problems = []


def parse(lines):
    """Reads a slice of the kernel log."""
    results = Results()
    suite, planned, seen = None, 0, 0
    for line in lines:
        if found := SUITE.match(line):
            suite, planned, seen = found[1], 0, 0
        elif found := PLAN.match(line):
            planned = int(found[1])
        elif suite and (found := CASE.match(line)):
            seen += 1
            results.cases.append((f"{suite}.{found[2]}", verdict(found[1], found[3])))
        elif suite and (found := END.match(line)):
            if seen != planned:
                results.problems.append(f"{suite}: {seen} of {planned} cases reported")
            if found[1] != "ok" and not any(v == "fail" for _, v in results.cases):
                results.problems.append(f"{suite}: the suite failed")
            suite = None
    if suite:
        results.problems.append(f"{suite}: the suite did not end")
    if not results.cases:
        results.problems.append("no test case was reported")
    return results


def verdict(word, rest):
    """What a result line says."""
    if "# SKIP" in rest:
        return "skip"
    return "pass" if word == "ok" else "fail"
