#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 400
#
# The recipes in tools/rras/examples, each with the packets that must pass and those that must
# not, through stock pppd clients: alice may talk to this machine only, bob cannot ping and can
# be pinged, carol has nothing but PPTP.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"

need_programs pppd
topology 3
rrasd_config ppp echo-failures 3
sed -i -e 's/^alice .*/& -- filter-set local-host/' -e 's/^bob .*/& -- filter-set one-way-ping/' \
	-e 's/^carol .*/& -- filter-set pptp-only/' "$RRAS_LOG/secrets"
for recipe in local-host one-way-ping pptp-only; do
	expect_ok "recipe $recipe can be loaded" on s "$RRAS" filter import "$TOP/tools/rras/examples/$recipe.filters"
done
rrasd_start s
users=(alice bob carol)
for i in 1 2 3; do
	pppd_start "c$i" "c$i" eth0 "${users[i - 1]}" "secret-${users[i - 1]}"
done
for i in 1 2 3; do
	expect_ok "${users[i - 1]} is connected" pppd_wait_up "c$i" 60
done

ping_ok() { on "$1" ping -qc 2 -W 5 "$2"; }
ping_not() { fails on "$1" ping -qc 2 -W 1 "$2"; }

# traffic KIND NS ADDRESS PORT SERVER-NS: one packet or connection from NS arrives in SERVER-NS.
cat >traffic.py <<'END'
import socket, subprocess, sys
kind, ns, address, port, server = sys.argv[1:]
if kind == "serve":
    # Says so when it listens, and ends with the first that arrives.
    if ns == "tcp":
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("", int(port)))
        s.listen()
    elif ns == "udp":
        s = socket.socket(type=socket.SOCK_DGRAM)
        s.bind(("", int(port)))
    else:
        s = socket.socket(socket.AF_INET, socket.SOCK_RAW, int(ns))
    print("listening", flush=True)
    s.settimeout(float(server))
    if ns == "tcp":
        s.accept()
    else:
        s.recv(1000)
    sys.exit(0)
listener = subprocess.Popen(["ip", "netns", "exec", server, sys.executable, sys.argv[0], "serve",
                             kind, address, port, "3"], stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL)
listener.stdout.readline()
send = """
import socket, sys
kind, address, port = sys.argv[1:]
for _ in range(3):
    try:
        if kind == "tcp":
            socket.create_connection((address, int(port)), 2).close()
            break
        if kind == "udp":
            socket.socket(type=socket.SOCK_DGRAM).sendto(b"hello", (address, int(port)))
        else:
            socket.socket(socket.AF_INET, socket.SOCK_RAW, int(kind)).sendto(bytes(64), (address, 0))
    except OSError:
        pass
"""
subprocess.run(["ip", "netns", "exec", ns, sys.executable, "-c", send, kind, address, port])
sys.exit(listener.wait())
END
arrives() { /usr/bin/python3 traffic.py "$@"; }
lost() { fails arrives "$@"; }

note "local host only"
expect_ok "alice reaches this machine" ping_ok c1 10.64.0.1
expect_ok "by TCP too" arrives tcp c1 10.64.0.1 7 s
expect_ok "not what is behind it" ping_not c1 192.0.2.2
expect_ok "nor by TCP" lost tcp c1 192.0.2.2 7 h
expect_ok "nor its other address" ping_not c1 192.0.2.1
expect_ok "and nobody behind it reaches her" ping_not h "$(pppd_local c1)"
expect_ok "this machine does" ping_ok s "$(pppd_local c1)"

note "one-way ping"
expect_ok "bob cannot ping this machine" ping_not c2 10.64.0.1
expect_ok "nor anybody else" ping_not c2 192.0.2.2
expect_ok "this machine can ping him" ping_ok s "$(pppd_local c2)"
expect_ok "and so can others" ping_ok h "$(pppd_local c2)"
expect_ok "what is no ping passes" arrives udp c2 192.0.2.2 9 h
expect_ok "TCP too" arrives tcp c2 192.0.2.2 7 h

note "PPTP only"
expect_ok "carol's control connection is taken" arrives tcp c3 10.64.0.1 1723 s
expect_ok "and her tunnel" arrives 47 c3 10.64.0.1 0 s
expect_ok "and ours to her" arrives 47 s "$(pppd_local c3)" 0 c3
expect_ok "we can call her" arrives tcp s "$(pppd_local c3)" 1723 c3
expect_ok "another port is not taken" lost tcp c3 10.64.0.1 1724 s
expect_ok "nor another protocol" lost 50 c3 10.64.0.1 0 s
expect_ok "nor UDP" lost udp c3 10.64.0.1 1723 s
expect_ok "nor a ping" ping_not c3 10.64.0.1
expect_ok "nor PPTP through us to somebody else" lost tcp c3 192.0.2.2 1723 h
expect_match "the tags say which part of the recipe it was" '"tag":3,.*"packets":[1-9]' \
	on s "$RRAS" -j filter show pptp-only
