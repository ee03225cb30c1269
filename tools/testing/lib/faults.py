# SPDX-License-Identifier: GPL-2.0
"""Allocations that fail: the n-th one of this task, for n = 1, 2, ..."""
import os

MOST = 600
_nth = os.open("/proc/thread-self/fail-nth", os.O_RDWR)


def sweep(prepare, operation, undo, verify=None):
    """Fail every allocation of operation(prepared) once: how many failures, how many that did
    not matter, and how it went when there was none to fail, or None without an end.

    After each, verify(prepared, error) says what is wrong, or nothing.
    """
    failed = passed = 0
    for nth in range(1, MOST):
        prepared = prepare()
        # Encoded before: the next system call is the operation's first.
        order = b"%d" % nth
        result = None
        error = None
        os.write(_nth, order)
        try:
            result = operation(prepared)
        except OSError as err:
            error = err
        left = int(os.pread(_nth, 20, 0).rstrip(b"\0\n") or 0)
        os.write(_nth, b"0")
        wrong = verify(prepared, error) if verify else None
        undo(prepared, result)
        if wrong:
            return failed, passed, f"allocation {nth}, {error}: {wrong}"
        if left:
            return failed, passed, error or "it works"
        if error:
            failed += 1
        else:
            passed += 1
    return failed, passed, None
