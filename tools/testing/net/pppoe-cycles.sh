#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 900
#
# Three hundred connections of stock pppd from six clients side by side, every fifth of them
# killed instead of hung up: at the end nothing is held, and the daemon has not grown. That
# every object of the kernel is destroyed is for the harness to see.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/raw.sh
. "$TESTING/lib/raw.sh"

# All of them where memory is watched, some where processors are real and slow.
if [[ $RRAS_KERNEL == uml-debug ]]; then
	: "${CYCLES:=50}"
else
	: "${CYCLES:=10}"
fi
need_programs pppd
modprobe -q pppoe || skip "this kernel has no pppoe"
topology 6
rrasd_config ppp echo-failures 2
rrasd_start s

# cycle USER COUNT: a client's connections, one after the other, in its namespace. Cheaper
# than pppd_start: pppd itself waits until it is connected.
cycle() {
	local user=$1 count=$2 i pid nothing
	private_ppp "$user" "secret-$user"
	exec {nothing}<> <(:)
	for ((i = 1; i <= count; i++)); do
		pppd plugin rp-pppoe.so nic-eth0 user "$user" updetach linkname it noauth \
			noipdefault nodefaultroute noaccomp mtu 1492 mru 1492 ||
			{ echo "round $i: pppd says $?" && return 1; }
		read -r pid </run/ppp-it.pid
		# Every fifth one vanishes.
		kill "-$((i % 5 ? 15 : 9))" "$pid"
		while kill -0 "$pid" 2>/dev/null; do
			read -rt 0.05 -u "$nothing" || true
		done
	done
}

# slabs: kB in all caches of the kernel.
slabs() { awk '/^Slab:/ { print $2 }' /proc/meminfo; }

users=(alice bob carol)
before=$(slabs)
rss=$(memory "$rrasd_pid")
workers=()
for i in 1 2 3 4 5 6; do
	# shellcheck disable=SC2016 # expands in the other shell
	ip netns exec "c$i" bash -c "$(declare -f private_ppp cycle)"'; cycle "$@"' cycle \
		"${users[i % 3]}" "$CYCLES" >"$RRAS_LOG/cycle-c$i.out" 2>&1 </dev/null &
	workers+=($!)
done
for i in 1 2 3 4 5 6; do
	expect_ok "client $i connected $CYCLES times" wait "${workers[i - 1]}"
	tail -2 "$RRAS_LOG/cycle-c$i.out" | sed 's/^/# /'
done
expect_ok "the daemon has seen them all" poll 10 counter_is connected $((6 * CYCLES))
expect_equal "none was refused" 0 "$(counter auth-failed)"
# What was killed last is found out by LCP echo; here it is ended by hand.
expect_ok "who was killed can be disconnected" rras session disconnect all
expect_ok "no link, no projection, no session, no address is held" poll 30 nothing_left
note "kernel slabs: $before kB before, $(slabs) kB after; daemon: $rss, $(memory "$rrasd_pid") kB"
expect_equal "the daemon has not grown by a MiB" 1 $(($(memory "$rrasd_pid") - rss < 1024))
expect_ok "the daemon stops" rrasd_stop
