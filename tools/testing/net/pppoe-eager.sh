#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml-debug
# timeout: 300
#
# Nothing is lost at the edges of a session: a client whose LCP request is on its way in the
# same instant as it sees the PADS is answered, and the packet that it sends behind its last
# IPCP acknowledgement gets through: half of them acknowledge first, half are acknowledged
# first. A hundred sessions, and nobody has to say anything twice. Such clients wait a
# second, and lose packets, where a link is made after the PADS or a projection after the
# acknowledgement.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/raw.sh
. "$TESTING/lib/raw.sh"

topology 1 pairs
LISTEN=acc1 rrasd_config limits sessions-per-mac 4 ppp restart-timer 20s
rrasd_start s
# The host knows the way to the concentrator, so that only what is tested can be lost.
on s ping -qc 1 -W 5 192.0.2.2 >/dev/null

cat >"$RRAS_LOG/eager.py" <<'END_OF_PROGRAM'
import sys
from pppoe_client import *

early = 0


class Eager(Client):
    """Sends a Configure-Request for the session it is going to get before it can know."""

    guess = 0

    def discover(self, code, target, number, payload):
        global early
        super().discover(code, target, number, payload)
        if code == PADR and Eager.guess:
            self.number, early = Eager.guess, early + 1
            for _ in range(3):
                self.send(LCP, control(REQUEST, 77, option(5, self.magic)))
            self.number = 0

    def entered(self, stage):
        if stage == "lcp":
            Eager.guess = self.number % 65534 + 1

    def frame(self, protocol, data):
        # The answer to the early request, if that came through at all, is for nobody.
        if protocol == LCP and data[:2] in (b"\x02\x4d", b"\x04\x4d"):
            return
        super().frame(protocol, data)


def batch(wire, first, count, user, method, kind):
    clients = [kind(wire, mac(first + i), user, "secret-" + user, resend=False,
                    methods=(method,), ping="192.0.2.2", late=i % 2) for i in range(count)]
    for client in clients:
        client.start()
    wire.run(lambda: all(c.settled() for c in clients), 30)
    wire.run(lambda: all(c.replies for c in clients), 5)
    return clients


def said_twice(client):
    """What the server had to ask a second time."""
    wanted = {LCP: 1 if client.method == "chap" else 2, IPCP: 1}
    return sum(max(0, client.seen.get((protocol, REQUEST), 0) - most)
               for protocol, most in wanted.items())


everyone = []
with Wire("eth0") as wire:
    for number in range(10):
        user = ("alice", "bob", "carol")[number % 3]
        everyone += batch(wire, 100 + 10 * number, 9, user, ("pap", "chap")[number % 2], Client)
        everyone += batch(wire, 109 + 10 * number, 1, user, "chap", Eager)
        for client in everyone[-10:]:
            if number < 9:
                client.stop()
    wire.drain()
    print("open", sum(client.address != "0.0.0.0" for client in everyone))
    print("replies", sum(client.replies == 1 for client in everyone))
    print("twice", sum(map(said_twice, everyone)))
    print("early", early)
    for client in everyone:
        if not client.replies or said_twice(client):
            print(client.about(), client.seen, file=sys.stderr)
    for client in everyone[-10:]:
        client.stop()
END_OF_PROGRAM

expect_ok "a hundred eager sessions" raw c1 "$RRAS_LOG/eager.py"
cp "$LAST" "$RRAS_LOG/eager.out"
value() { sed -n "s/^$1 //p" "$RRAS_LOG/eager.out"; }
expect_equal "all are connected" 100 "$(value open)"
expect_equal "the first packet of every one is answered" 100 "$(value replies)"
expect_equal "the server did not have to repeat a request" 0 "$(value twice)"
expect_equal "some began before they saw the PADS" 9 "$(value early)"
cat "$RRAS_LOG/eager.out"
expect_ok "nothing is left" poll 10 nothing_left
expect_equal "no packet was taken for a forged one" 0 "$(counter rx-source-address)"
expect_ok "the daemon stops" rrasd_stop
