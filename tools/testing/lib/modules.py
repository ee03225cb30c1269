# SPDX-License-Identifier: GPL-2.0
"""Load and unload the modules that were built for the running kernel."""

import os
import subprocess
import time

from kernellog import OUR_MODULES


class Wedged(Exception):
    """The kernel's state is not what the next test needs: boot again."""


def command(*words, timeout=60):
    """Runs a command, returns what it says when it fails, else nothing."""
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=timeout,
                              check=False)
    except subprocess.TimeoutExpired:
        raise Wedged(f"{' '.join(words)}: no end within {timeout} s") from None
    return f"{' '.join(words)}: {done.stdout.strip()}" if done.returncode else None


def depends(path):
    """Names of the modules that a file needs."""
    names = subprocess.run(["modinfo", "-F", "depends", path], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.strip()
    return list(filter(None, names.split(",")))


def insert(path):
    """insmod with debug messages on; modules of the kernel it depends on come first."""
    for other in depends(path):
        if other not in OUR_MODULES:
            problem = command("modprobe", other)
            if problem:
                return problem
    return command("insmod", path, "dyndbg=+p")


def loaded(name):
    """Is a module (or a part of the kernel that could be one) there?"""
    return os.path.exists(f"/sys/module/{name}/refcnt")


def load(build):
    """Loads the three modules from a build directory, returns the first problem."""
    for name in OUR_MODULES:
        problem = insert(f"{build}/{name}/{name}.ko")
        if problem:
            return problem
    return None


def unload(timeout=20):
    """Unloads what is loaded of ours. Devices and namespaces go asynchronously, so a
    module may be busy for a moment; for longer it is a leak.
    """
    for name in reversed(OUR_MODULES):
        deadline = time.monotonic() + timeout
        while loaded(name):
            problem = command("rmmod", name)
            if not problem:
                break
            if time.monotonic() > deadline:
                raise Wedged(f"cannot unload: {problem}")
            time.sleep(0.2)


def insert_kunit(path, timeout):
    """Loads a module of KUnit suites: they run before insmod returns. Suites of
    ndiswan_shim take the place of wanarp, which leaves no network protocol free.
    """
    if "wanarp" not in depends(path):
        problem = command("rmmod", "wanarp")
        if problem:
            return problem
    return command("insmod", path, timeout=timeout)
