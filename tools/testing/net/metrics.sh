#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug
# timeout: 200
#
# The counters for Prometheus: a page in its format that says what happened, and a server that
# nobody can keep busy.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/raw.sh
. "$TESTING/lib/raw.sh"

topology 1 pairs
LISTEN=acc1 rrasd_config daemon metrics 9917
ip -n s link set lo up
rrasd_start s

page() { on s /usr/bin/python3 "$TESTING/net/metrics.py" get 9917 >"$RRAS_LOG/page"; }
metric() { awk -v name="$1" '$1 == name { print $2 }' "$RRAS_LOG/page"; }
descriptors() { find "/proc/$rrasd_pid/fd" -mindepth 1 | wc -l; }
descriptors_are() { [[ $(descriptors) -eq $1 ]]; }

expect_ok "the page is as Prometheus wants it" page
expect_equal "nobody is there" 0 "$(metric 'rrasd_sessions{access="pppoe"}')"
expect_equal "the pool" 249 "$(metric 'rrasd_pool_size{family="ipv4"}')"
before=$(descriptors)
raw_start a c1 eth0 --user alice --ping 192.0.2.2
expect_ok "a client connects" raw_wait_up a 60
expect_ok "the page again" page
expect_equal "one session" 1 "$(metric 'rrasd_sessions{access="pppoe"}')"
expect_equal "that is up" 1 "$(metric rrasd_sessions_up)"
expect_equal "has an address" 1 "$(metric 'rrasd_pool_used{family="ipv4"}')"
expect_equal "its packets are counted" 1 $(($(metric rrasd_receive_packets_total) > 0))
expect_equal "and what discovery heard" 1 $(($(metric 'rrasd_access_events_total{access="pppoe",event="padr"}') > 0))
expect_equal "memory" 1 $(($(metric process_resident_memory_bytes) > 100000))
raw_stop a
expect_ok "nothing is left" poll 20 nothing_left
raw_start b c1 eth0 --user alice --password wrong
raw_settled_or_ended() { poll 30 counter_above auth-failed 0; }
expect_ok "another one has a wrong secret" raw_settled_or_ended
raw_stop b
expect_ok "and is gone" poll 30 nothing_left
expect_ok "the page once more" page
expect_equal "the failure is counted" 1 $(($(metric rrasd_auth_failures_total) > 0))
expect_equal "an end by the peer" 1 $(($(metric 'rrasd_sessions_ended_total{reason="terminated by the peer"}') > 0))
expect_fail "no user is named" grep alice "$RRAS_LOG/page"
expect_ok "nobody can keep it busy" on s /usr/bin/python3 "$TESTING/net/metrics.py" misuse 9917
expect_ok "or its files open" poll 20 descriptors_are "$before"
expect_ok "the daemon stops" rrasd_stop
