# SPDX-License-Identifier: GPL-2.0
"""Who may try again: README.md says why."""

import threading


class SecondTries:
    """So many tests of a run, each once. Used by several threads."""

    def __init__(self, limit):
        self.lock = threading.Lock()
        self.limit = limit
        self.granted = []

    def grant(self, name):
        """May this test have another try?"""
        with self.lock:
            if len(self.granted) >= self.limit or name in self.granted:
                return False
            self.granted.append(name)
            return True
