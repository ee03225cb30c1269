#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Reads the page of metrics as Prometheus does, strictly, and misuses the server.

metrics.py get PORT         the page, checked; on standard output
metrics.py misuse PORT      requests that are none, slow readers, many connections
"""
import re
import socket
import subprocess
import shutil
import sys
import time

NAME = r"[a-z_][a-z0-9_]*"
HELP = re.compile(rf"# HELP ({NAME}) (\S.*)")
TYPE = re.compile(rf"# TYPE ({NAME}) (counter|gauge)")
LABEL = rf'{NAME}="[^"\\\n]*"'
SAMPLE = re.compile(rf'({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (\d+)')


def talk(port, request, size=1 << 20):
    with socket.create_connection(("127.0.0.1", port), 10) as peer:
        peer.sendall(request)
        answer = b""
        while len(answer) < size:
            try:
                more = peer.recv(65536)
            except ConnectionResetError:
                break
            if not more:
                break
            answer += more
    return answer


def get(port):
    answer = talk(port, b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n").decode("ascii")
    head, page = answer.split("\r\n\r\n", 1)
    lines = head.split("\r\n")
    assert lines[0] == "HTTP/1.1 200 OK", lines[0]
    assert f"Content-Length: {len(page)}" in lines, lines
    assert any(line.startswith("Content-Type: text/plain; version=0.0.4") for line in lines)
    return page


def check(page):
    """Each name has one HELP and TYPE before its samples, which stand together and once."""
    assert page.endswith("\n")
    done, seen, name, kind = set(), set(), None, None
    for line in page[:-1].split("\n"):
        if match := HELP.fullmatch(line):
            name, kind = match[1], None
            assert name not in done, line
            done.add(name)
        elif match := TYPE.fullmatch(line):
            assert match[1] == name, line
            kind = match[2]
            assert (kind == "counter") == name.endswith("_total"), line
        else:
            match = SAMPLE.fullmatch(line)
            assert match and match[1] == name and kind, line
            assert (name, match[2]) not in seen, line
            seen.add((name, match[2]))
    assert len(seen) > 30, seen
    if shutil.which("promtool"):
        subprocess.run(["promtool", "check", "metrics"], input=page, text=True, check=True)


def misuse(port):
    for request, status in (
            (b"POST /metrics HTTP/1.1\r\n\r\n", b"405"),
            (b"GET / HTTP/1.1\r\n\r\n", b"404"),
            (b"GET /metrics HTTP/3.0\r\n\r\n", b"505"),
            (b"nonsense\r\n\r\n", b"400"),
            (b"GET /metrics HTTP/1.1\r\nX: " + b"x" * 8000, b"400")):
        answer = talk(port, request)
        assert answer.startswith(b"HTTP/1.1 " + status + b" "), (request[:40], answer[:80])
    assert talk(port, b"HEAD /metrics HTTP/1.0\r\n\r\n").endswith(b"\r\n\r\n")
    # More than there are places, none of which ever says a whole request.
    idle = []
    for _ in range(40):
        idle.append(socket.create_connection(("127.0.0.1", port), 10))
        idle[-1].sendall(b"GET /met")
    check(get(port))
    # Somebody who says a byte now and then is dropped all the same.
    slow, begin = socket.create_connection(("127.0.0.1", port), 10), time.monotonic()
    slow.settimeout(0.3)
    while time.monotonic() - begin < 60:
        try:
            slow.sendall(b"x")
            if slow.recv(10) == b"":
                break
        except TimeoutError:
            continue
        except OSError:
            break
    assert 3 < time.monotonic() - begin < 45, time.monotonic() - begin
    check(get(port))
    for peer in idle:
        peer.close()


if sys.argv[1] == "get":
    text = get(int(sys.argv[2]))
    check(text)
    print(text, end="")
else:
    misuse(int(sys.argv[2]))
