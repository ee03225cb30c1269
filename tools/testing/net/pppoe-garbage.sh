#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 400
#
# Random frames, the same ones every time, before, in and after every stage of a session:
# every one is answered or counted with its reason, and nothing else happens. What is merely
# broken does not even disturb the session that it comes on.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/raw.sh
. "$TESTING/lib/raw.sh"

: "${SEED:=20260731}"
note "SEED=$SEED"
topology 1 pairs
# Room for frames that are longer than any that PPPoE allows.
ip -n c1 link set eth0 mtu 3000
ip -n s link set acc1 mtu 3000
LISTEN=acc1 rrasd_config limits discovery-rate-per-mac 0 ppp lcp-timeout 60s \
	ppp auth-timeout 60s ppp network-timeout 60s
rrasd_start s

misuse() { raw c1 "$TESTING/lib/pppoe_misuse.py" eth0 "$@" --seed "$SEED"; }

value() { /usr/bin/python3 -c 'import json, sys
print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$RRAS_LOG/garbage.json" "$1"; }

# works TEXT: a good client connects and has service.
works() {
	rm -f "$RRAS_LOG/raw-good.json"
	raw_start good c1 eth0 --user carol --first 7 --ping 192.0.2.2
	expect_ok "$1: a good client has service" raw_wait_up good 60
	raw_stop good
}

# grew TEXT COUNTER: it counts something that it did not before.
grew() { expect_ok "$1" poll 5 counter_above "$2" "${before[$2]}"; }

declare -A before
reasons=(short-frame pppoe-header pppoe-length rx-short rx-source-address pppoe-malformed)
for reason in "${reasons[@]}"; do
	before[$reason]=$(counter "$reason")
done

expect_ok "garbage in discovery" misuse garbage discovery --count 3000
grew "is counted" pppoe-malformed
works "afterwards"

expect_ok "broken frames at every stage disturb no session" \
	misuse garbage harmless --count 12
cp "$LAST" "$RRAS_LOG/garbage.json"
expect_equal "all came up" 12 "$(value open)"
expect_equal "all had service" 12 "$(value replies)"
expect_equal "unknown protocols are rejected" 1 "$(($(value rejects) > 20))"
for reason in "${reasons[@]}"; do
	grew "counted: $reason" "$reason"
done
works "afterwards"

expect_ok "anything at every stage" misuse garbage wild --count 40
cp "$LAST" "$RRAS_LOG/garbage.json"
note "$(value open) of 40 came up all the same, $(value rejects) Protocol-Rejects"
works "afterwards"

# What is still there are sessions whose PADT was lost, if any.
expect_ok "all sessions can be ended" rras session disconnect all
expect_ok "nothing is left" poll 20 nothing_left
expect_ok "the daemon is the one that was started" kill -0 "$rrasd_pid"
expect_ok "and stops when asked" rrasd_stop
