#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A command for `rras dial --run` in dial-run.sh: dial-run.py PEER-MAC brings a line up on
$RRAS_INTERFACE, or as the other end on ras0, and holds it until SIGTERM."""

import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.dont_write_bytecode = True

from kernel import Link, Ndiswan  # noqa: E402  pylint: disable=wrong-import-position

SESSION = 7

signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
link, nl = Link(), Ndiswan()
link.attach_pppoe("eth0", SESSION, sys.argv[1])
if "RRAS_INTERFACE" in os.environ:
    with open(os.environ["DIAL_RUN_LOG"], "a", encoding="ascii") as log:
        print(*(os.environ.get("RRAS_" + word, "-") for word in (
            "INTERFACE", "CAUSE", "SOURCE", "DESTINATION", "PROTOCOL", "DESTINATION_PORT")),
            file=log)
    nl.line_up(link.id, os.environ["RRAS_INTERFACE"], "10.9.0.1")
else:
    nl.line_up(link.id, "ras0", "198.51.100.7")
print("up", flush=True)
signal.sigwait({signal.SIGTERM})
link.close()
