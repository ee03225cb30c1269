#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 500
#
# While somebody floods the concentrator, from one address or from thousands, another
# client connects and has service, and the daemon does not grow.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/raw.sh
. "$TESTING/lib/raw.sh"

topology 2
rrasd_config limits unfinished 100
rrasd_start s

flood_pid=''

# flood KIND SOURCES: from c2, until flood_end.
flood() {
	PYTHONDONTWRITEBYTECODE=1 ip netns exec c2 /usr/bin/python3 \
		"$TESTING/lib/pppoe_misuse.py" eth0 flood "$1" --sources "$2" \
		>"$RRAS_LOG/flood.out" 2>&1 </dev/null &
	flood_pid=$!
	disown "$flood_pid"
}

flood_end() {
	kill "$flood_pid" 2>/dev/null || true
	poll 20 ended "$flood_pid"
	note "$(cat "$RRAS_LOG/flood.out")"
}

# A client that tries again when it was refused, and then wants five answers.
cat >"$RRAS_LOG/good.py" <<'END_OF_PROGRAM'
import sys
from pppoe_client import *

with Wire("eth0") as wire:
    for number in range(1, 41):
        client = Client(wire, mac(1000 * int(sys.argv[1]) + number), "bob", "secret-bob")
        client.start()
        wire.run(client.settled, 20)
        if client.is_open():
            break
        client.stop()
    print(f"# at try {number}, {client.resends} resends, {client.error}")
    good = client.is_open() and all(pinger(client, "192.0.2.2") for _ in range(5))
    client.stop()
    sys.exit(not good)
END_OF_PROGRAM

rounds=0

# under TEXT KIND SOURCES COUNTER AT-LEAST: service during a flood that a counter shows.
under() {
	local text=$1 kind=$2 sources=$3 what=$4 least=$5 before
	before=$(counter "$what")
	flood "$kind" "$sources"
	expect_ok "$text: it is counted" poll 30 counter_above "$what" $((before + least))
	rounds=$((rounds + 1))
	expect_ok "$text: another client connects and has service" \
		raw c1 "$RRAS_LOG/good.py" "$rounds"
	cat "$LAST"
	expect_ok "$text: the flood went on all the time" kill -0 "$flood_pid"
	flood_end
	note "the daemon has $(memory "$rrasd_pid") kB"
}

start=$(memory "$rrasd_pid")
under "PADI from one address" padi 1 pppoe-limited 100
under "PADI from thousands" padi 5000 pppoe-padi 1000
under "PADR with made-up cookies" padr 5000 pppoe-bad-cookie 1000
under "sessions begun by one address" session 1 pppoe-limited 100
under "sessions begun by thousands" session 5000 evicted 50
middle=$(memory "$rrasd_pid")
under "sessions begun by thousands again" session 5000 evicted 50
under "LCP requests without end" lcp 8 control-in 500
end=$(memory "$rrasd_pid")
expect_equal "the daemon grew by less than 16 MiB ($start to $end kB)" 1 \
	$((end - start < 16384))
expect_equal "and by no more than 1 MiB when it went on" 1 $((end - middle < 1024))
expect_ok "all sessions can be ended" rras session disconnect all
expect_ok "nothing is left" poll 30 nothing_left
expect_ok "the daemon stops" rrasd_stop
