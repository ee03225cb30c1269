#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What systemd does for a service with FileDescriptorStoreMax=, and no more: holds the files that
it is given by FDSTORE=1, and hands them to the next process.

	supervise.py DIR COMMAND...

COMMAND is started again whenever it ends. SIGUSR1 is "systemctl restart" (TERM), SIGTERM is
"systemctl stop" (INT, then TERM, as in rrasd.service; then the files go). In DIR: pid (of the
process), ready (how many have said so), store (names and descriptors of what is held), command (if
it is there, used instead of COMMAND from the next start on).
"""
import array
import os
import select
import shlex
import signal
import socket
import sys

FIRST_FD = 3


class Supervisor:
    """One service."""

    def __init__(self, directory, command):
        self.directory = directory
        self.command = command
        self.store = []         # (name, descriptor)
        self.pid = 0
        self.ready = 0
        self.stopping = False
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.path = os.path.join(directory, "notify")
        self.socket.bind(self.path)
        self.socket.setblocking(False)

    def write(self, name, text):
        """A file for the test to read, never half of it."""
        path = os.path.join(self.directory, name)
        with open(path + ".new", "w", encoding="ascii") as file:
            file.write(f"{text}\n")
        os.rename(path + ".new", path)

    def tell_store(self):
        """What is held."""
        self.write("store", "\n".join(f"{name} {fd}" for name, fd in self.store))

    def start(self):
        """The process, with what is held from descriptor 3 on."""
        path = os.path.join(self.directory, "command")
        if os.path.exists(path):
            with open(path, encoding="ascii") as file:
                self.command = shlex.split(file.read())
        self.pid = os.fork()
        if self.pid:
            self.write("pid", self.pid)
            return
        # Out of the way first: one may be where another one has to go.
        high = [os.dup2(fd, 500 + index) for index, (_, fd) in enumerate(self.store)]
        for index, fd in enumerate(high):
            os.dup2(fd, FIRST_FD + index)
        os.closerange(FIRST_FD + len(high), 1024)
        os.environ["NOTIFY_SOCKET"] = self.path
        if high:
            os.environ["LISTEN_PID"] = str(os.getpid())
            os.environ["LISTEN_FDS"] = str(len(high))
            os.environ["LISTEN_FDNAMES"] = ":".join(name for name, _ in self.store)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        os.execvp(self.command[0], self.command)

    def message(self):
        """One datagram; False when there is none."""
        try:
            data, control, _, _ = self.socket.recvmsg(4096, socket.CMSG_SPACE(16 * 4))
        except BlockingIOError:
            return False
        fds = array.array("i")
        for level, kind, payload in control:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                fds.frombytes(payload[:len(payload) // 4 * 4])
        words = dict(line.split("=", 1) for line in data.decode().splitlines() if "=" in line)
        name = words.get("FDNAME", "stored")
        if "FDSTOREREMOVE" in words:
            for held, fd in self.store:
                if held == name:
                    os.close(fd)
            self.store = [(held, fd) for held, fd in self.store if held != name]
        if "FDSTORE" in words:
            self.store += [(name, fd) for fd in fds]
        else:
            for fd in fds:
                os.close(fd)
        self.tell_store()
        if words.get("READY") == "1":
            self.ready += 1
            self.write("ready", self.ready)
        return True

    def ended(self):
        """The process is gone: the next one, unless that was what we wanted."""
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid != self.pid:
            return
        while self.message():
            pass
        print(f"{self.command[0]} ended: {os.waitstatus_to_exitcode(status)}", flush=True)
        self.pid = 0
        if not self.stopping:
            self.start()

    def run(self):
        """Until it is stopped."""
        signals = {signal.SIGUSR1, signal.SIGTERM, signal.SIGCHLD}
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        self.tell_store()
        self.start()
        while self.pid:
            select.select([self.socket], [], [], 0.02)
            while self.message():
                pass
            info = signal.sigtimedwait(signals, 0)
            if info is None:
                continue
            if info.si_signo == signal.SIGCHLD:
                self.ended()
            elif info.si_signo == signal.SIGTERM:
                self.stopping = True
                os.kill(self.pid, signal.SIGINT)
                os.kill(self.pid, signal.SIGTERM)
            else:
                os.kill(self.pid, signal.SIGTERM)


if __name__ == "__main__":
    Supervisor(sys.argv[1], sys.argv[2:]).run()
