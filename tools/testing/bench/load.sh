#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# rrasd with LOAD_CLIENTS (default 10,000) PPPoE clients, for a UML guest: how fast they get in
# and out, what each costs, and what becomes of it when all come at once. Then as many L2TP clients
# in LOAD_TUNNELS (default 50) tunnels, and Debian's pppoe-server with a pppd for each of LOAD_PEERS
# (default 200) clients.
#
#   load.sh [pppoe|storm|l2tp|peer]...      without a word all of that
#
#   load --- c eth0 ---- acc0 s --- rrasd
#            c eth1 ---- acc1 s --- pppoe-server
#
# The generator (tools/testing/load) and the server share the one processor: what the server
# alone could do is more.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

clients=${LOAD_CLIENTS:-10000}
tunnels=${LOAD_TUNNELS:-50}
peers=${LOAD_PEERS:-200}
some=1000
step=1000
LOAD=$TOP/build/bench/load
RRASD=$TOP/tools/rrasd/rrasd
RRAS=$TOP/tools/rras/rras
links=/sys/kernel/ndiswan/links
work=$(mktemp -d)

place() {
	ip netns add c
	ip netns add s
	veth c eth0 s acc0
	veth c eth1 s acc1
	ip -n c addr add 198.51.100.2/24 dev eth0
	ip -n s addr add 198.51.100.1/24 dev acc0
	on s sysctl -qw net.ipv4.ip_forward=1
}

secrets() {
	local i
	for ((i = 0; i < clients + some; i++)); do
		echo "client$i * secret *"
	done >"$work/secrets"
	chmod 600 "$work/secrets"
}

rrasd_start() {
	secrets
	cat >"$work/rrasd.conf" <<-END
		[wan]
		interface ras0
		create yes
		local-address 10.64.0.1
		[pool]
		address 10.64.0.0/15
		[auth]
		methods ${LOAD_METHODS:-chap-md5 pap}
		name concentrator
		secrets $work/secrets
		[pppoe]
		interface acc0
		[l2tp]
		listen 198.51.100.1
		[daemon]
		control-socket $work/rrasd.sock
		pid-file $work/rrasd.pid
	END
	# shellcheck disable=SC2086 # words
	ip netns exec s ${LOAD_WRAP:-} "$RRASD" -f -c "$work/rrasd.conf" >"$RRAS_RESULTS/rrasd.log" 2>&1 &
	rrasd_pid=$!
	wait_for rrasd test -S "$work/rrasd.sock"
}

wait_for() {
	local what=$1 deadline=$((SECONDS + 60))
	shift
	until "$@"; do
		[[ $SECONDS -lt $deadline ]] || fail "$what: not within a minute"
		read -rt 0.1 <> <(:) || true
	done
}

rras() { "$RRAS" -S "$work/rrasd.sock" "$@"; }

# generator TRANSPORT OPTION...: the load program; commands and answers by its pipes.
generator() {
	rm -f "$work/in" "$work/out"
	mkfifo "$work/in" "$work/out"
	ip netns exec c "$LOAD" "$@" <"$work/in" >"$work/out" &
	generator_pid=$!
	exec {in}>"$work/in" {out}<"$work/out"
}

generator_end() {
	echo end >&"$in"
	exec {in}>&- {out}<&-
	wait "$generator_pid" || fail "the load program failed"
}

# tell NAME COMMAND...: have the clients do something.
tell() {
	local name=$1
	shift
	echo "$*" >&"$in"
	answers "$name" "$1"
}

# answers NAME COMMAND: what came of it, as samples.
answers() {
	local name=$1 command=$2 word n value p50 p95 p99 max rest
	while read -r word n value p50 p95 p99 max rest; do
		echo "# $name: $word $n $value $p50 $p95 $p99 $max $rest"
		case $word in
		step) sample "$name.at-$n" "$(per_second "$step" "$value")" ;;
		latency)
			sample "$name.p50" "$n"
			sample "$name.p95" "$value"
			sample "$name.p99" "$p50"
			;;
		failure) sample "$name.failed-$n" "$value" ;;
		up | down)
			sample "$name" "$(per_second "$n" "$value")"
			sample "$name.seconds" "$value"
			return
			;;
		echoes)
			sample "$name" "$n"
			sample "$name.lost" "$p50"
			sample "$name.p99" "$max"
			return
			;;
		vanished | muted) return ;;
		esac
	done <&"$out"
	fail "$name: the load program died at $command"
}

per_second() { awk -v n="$1" -v s="$2" 'BEGIN { printf "%.0f\n", n / s }'; }

# kernel_memory: what the kernel has allocated, in KiB, after giving back what it can; large
# tables are in its slabs too. Page cache and programs are not in it.
kernel_memory() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	awk '/^(Slab|Percpu|VmallocUsed|PageTables|KernelStack):/ { sum += $2 }
		END { print sum }' /proc/meminfo
}

# memory_of PID...: in KiB, what is shared divided among those who share it.
memory_of() {
	local pid sum=0 kib
	for pid in "$@"; do
		kib=$(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup" 2>/dev/null) || continue
		sum=$((sum + ${kib:-0}))
	done
	echo "$sum"
}

nothing_left() { [[ $(<"$links") -eq 0 && $(sessions_now) -eq 0 ]]; }

sessions_now() { rras -j stats | grep -o '"sessions":[0-9]*' | cut -d: -f2; }

# Memory is looked at in the first round: later ones find what was freed but kept.
cost() {
	local kernel=$(($(kernel_memory) - kernel_before)) user
	user=$(($(memory_of "$rrasd_pid") - user_before))
	sample load-kernel-bytes $((kernel * 1024 / clients))
	sample load-user-bytes $((user * 1024 / clients))
	[[ $(sessions_now) -eq $clients ]] || fail "$(sessions_now) sessions of $clients"
}

pppoe() {
	local round
	generator pppoe --device eth0 --count "$clients" --gone "$links"
	user_before=$(memory_of "$rrasd_pid")
	kernel_before=$(kernel_memory)
	for ((round = 0; round < ${LOAD_ROUNDS:-2}; round++)); do
		tell load-up up
		if [[ $round -eq 0 ]]; then
			cost
		fi
		tell load-padt hang-up
		nothing_left || fail "sessions are left after PADT"
		tell load-up up
		tell load-terminate terminate
		nothing_left || fail "sessions are left after Terminate-Request"
		tell load-up up
		echo ended >&"$in"
		rras session disconnect all
		answers load-disconnect ended
		nothing_left || fail "sessions are left after disconnect all"
	done
	generator_end
}

l2tp() {
	local round
	generator l2tp --server 198.51.100.1 --tunnels "$tunnels" --count "$clients" \
		--gone "$links"
	for ((round = 0; round < ${LOAD_ROUNDS:-2}; round++)); do
		tell l2tp-up up
		tell l2tp-cdn hang-up
		nothing_left || fail "sessions are left after CDN"
		tell l2tp-up up
		tell l2tp-stopccn close
		nothing_left || fail "sessions are left after StopCCN"
	done
	generator_end
}

# storm: some clients are up and want answers; the others die without a word and connect again,
# all at the same moment. The server still holds their old sessions.
storm() {
	generator pppoe --device eth0 --count $((some + clients)) --gone "$links" --echo 1000 --echoing "$some"
	tell storm-first up
	tell storm-quiet-echoes echoes
	tell storm-vanish vanish "$some" "$clients"
	tell storm storm "$some" "$clients"
	tell storm-echoes echoes
	echo ended >&"$in"
	rras session disconnect all
	answers storm-end ended
	generator_end
	wait_for "the storm's end" nothing_left
}

# Debian's server: a pppd, and a pppoe that carries its frames through a pty, for each client.
peer_start() {
	ip netns exec s bash -c '
		mount -t tmpfs tmpfs /etc/ppp
		mkdir -p /etc/ppp/peers
		touch /etc/ppp/options
		(umask 077 && echo "* * secret *" >/etc/ppp/chap-secrets)
		printf "%s\n" require-chap noaccomp nodefaultroute >/etc/ppp/pppoe-server-options
		exec pppoe-server -F -I acc1 -L 10.9.0.1 -R 10.9.0.10 -N 1000 \
			-O /etc/ppp/pppoe-server-options' >"$RRAS_RESULTS/pppoe-server.log" 2>&1 &
	peer_pid=$!
}

peer_processes() { pgrep -x 'pppd|pppoe' || true; }

peer_left() { [[ -z $(peer_processes) ]]; }

peer() {
	local before kernel
	step=50
	peer_start
	generator pppoe --device eth1 --count "$peers" --window 16 --step "$step"
	before=$(kernel_memory)
	tell peer-up up
	kernel=$(($(kernel_memory) - before))
	sample peer-kernel-bytes $((kernel * 1024 / peers))
	# shellcheck disable=SC2046 # one word each
	sample peer-user-bytes $(($(memory_of $(peer_processes)) * 1024 / peers))
	SECONDS=0
	tell peer-padt hang-up
	wait_for "the peers' end" peer_left
	sample peer-padt-seconds "$SECONDS"
	generator_end
	kill "$peer_pid"
}

sysctl -qw fs.nr_open=1000000 fs.file-max=2000000
load_modules
place
rrasd_start
if [[ $# -eq 0 ]]; then
	set -- pppoe storm l2tp peer
fi
for part in "$@"; do
	"$part"
done
rras -j stats
kill "$rrasd_pid"
wait "$rrasd_pid" || fail "rrasd failed"
