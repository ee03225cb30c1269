# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What a selftest in network namespaces needs. A test begins with
#
#	set -euo pipefail
#	. "$(dirname "$0")/../lib/net.sh"
#
# runs as process 2 of its own mount, network and process namespaces with the modules
# loaded, states facts by ok, not_ok, expect_ok and expect_fail, and just ends: the exit
# status and the plan come from what was stated. Nothing has to be cleaned up.

TESTING=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TOP=$(cd "$TESTING/../.." && pwd)
: "${RRAS_KERNEL:?runs in a guest, see tools/testing/run}"
: "${RRAS_LOG:=$(mktemp -d)}" "${RRAS_BUILD:=$TOP/build/$RRAS_KERNEL}"
export TESTING TOP RRAS_KERNEL RRAS_LOG RRAS_BUILD
export RRAS=$TOP/tools/rras/rras RRASD=$TOP/tools/rrasd/rrasd

MODULES=(ndiswan_shim wanarp ipfltdrv)
SKIPPED=4

# --- results ---------------------------------------------------------------------------

tap_count=0
tap_failed=0
tap_skipped=''
tap_cleanup=()
LAST=$RRAS_LOG/last-output

# ok TEXT, not_ok TEXT: state a fact. A failed one does not end the test.
ok() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $*"
}

not_ok() {
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count - $*"
}

# note TEXT: a line for the reader of the log.
note() { echo "# $*"; }

# skip WHY: end the test without a verdict.
skip() {
	tap_skipped=$*
	echo "1..0 # SKIP $*"
	exit "$SKIPPED"
}

# fatal TEXT: end the test, failed.
fatal() {
	not_ok "$*"
	exit 1
}

# What the last expect_* command wrote.
last_output() { cat "$LAST"; }

show_last() {
	sed 's/^/#   /' "$LAST"
}

# expect_ok TEXT COMMAND...: COMMAND succeeds.
expect_ok() {
	local text=$1 status=0
	shift
	"$@" >"$LAST" 2>&1 || status=$?
	if [[ $status -eq 0 ]]; then
		ok "$text"
	else
		not_ok "$text"
		note "status $status: $*"
		show_last
	fi
}

# expect_fail TEXT COMMAND...: COMMAND fails by itself; death by a signal is no refusal.
expect_fail() {
	local text=$1 status=0
	shift
	"$@" >"$LAST" 2>&1 || status=$?
	if [[ $status -gt 0 && $status -lt 126 ]]; then
		ok "$text"
	else
		not_ok "$text"
		note "status $status, a refusal was expected: $*"
		show_last
	fi
}

# expect_match TEXT REGEX COMMAND...: COMMAND succeeds and says REGEX (grep -E).
expect_match() {
	local text=$1 regex=$2 status=0
	shift 2
	"$@" >"$LAST" 2>&1 || status=$?
	if [[ $status -eq 0 ]] && grep -qE -- "$regex" "$LAST"; then
		ok "$text"
	else
		not_ok "$text"
		note "status $status, '$regex' was expected: $*"
		show_last
	fi
}

# expect_soon TEXT REGEX COMMAND...: the same, within ten seconds: what follows from something
# that has just happened elsewhere.
expect_soon() {
	poll 10 output_matches "${@:2}" >/dev/null || true
	expect_match "$@"
}

output_matches() { "${@:2}" 2>&1 | grep -E -- "$1" >/dev/null; }

# expect_equal TEXT EXPECTED ACTUAL
expect_equal() {
	if [[ $2 == "$3" ]]; then
		ok "$1"
	else
		not_ok "$1"
		note "expected '$2', found '$3'"
	fi
}

# at_exit COMMAND...: run when the test ends, last one first.
at_exit() {
	tap_cleanup+=("$(printf '%q ' "$@")")
}

finish() {
	local status=$? i
	trap - EXIT
	set +e
	for ((i = ${#tap_cleanup[@]} - 1; i >= 0; i--)); do
		eval "${tap_cleanup[i]}"
	done
	if [[ -n $tap_skipped ]]; then
		exit "$SKIPPED"
	fi
	if [[ $status -ne 0 && $tap_failed -eq 0 ]]; then
		not_ok "the test ended early with status $status"
	fi
	if [[ $tap_count -eq 0 ]]; then
		not_ok "the test stated nothing"
	fi
	echo "1..$tap_count"
	exit $((tap_failed > 0))
}
trap finish EXIT
trap 'note "line $LINENO: status $?: $BASH_COMMAND"' ERR

# --- waiting ---------------------------------------------------------------------------

# pause: a tenth of a second. Only for loops that look for a condition.
pause() { read -rt 0.1 <> <(:) || true; }

# poll SECONDS COMMAND...: until COMMAND succeeds; fails when it did not in that time.
poll() {
	local deadline=$((SECONDS + $1 + 1))
	shift
	until "$@" >/dev/null 2>&1; do
		if [[ $SECONDS -ge $deadline ]]; then
			note "still not after all that time: $*"
			return 1
		fi
		pause
	done
}

# poll_not SECONDS COMMAND...: until COMMAND fails.
poll_not() {
	local seconds=$1
	shift
	poll "$seconds" fails "$@"
}

fails() { ! "$@"; }

# ended PID: also when its parent, this shell, has not collected it yet.
ended() {
	local stat
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
	[[ $stat == *") Z "* ]]
}

# --- pings in the background -----------------------------------------------------------

# ping_begin NS ADDRESS [OPTION...]: until ping_end; returns with the first answer.
ping_begin() {
	ip netns exec "$1" ping -W 20 "${@:3}" "$2" >"$RRAS_LOG/ping" 2>&1 </dev/null &
	ping_pid=$!
	disown "$ping_pid"
	poll 10 grep -q 'bytes from' "$RRAS_LOG/ping"
}

# ping_end: fails if any was lost. The last one asked may still be on its way: INT makes ping
# print what it has, so one that is missing is not lost.
ping_end() {
	kill -INT "$ping_pid"
	poll 20 ended "$ping_pid"
	note "$(grep 'packets transmitted' "$RRAS_LOG/ping")"
	awk '/packets transmitted/ { good = $1 > 5 && $1 - $4 <= 1 } END { exit !good }' \
		"$RRAS_LOG/ping"
}

# --- traffic ----------------------------------------------------------------------------

# iperf FROM TO-NS TO-ADDRESS [OPTION...]: iperf3 from a namespace to a server in another.
iperf() {
	local from=$1 at=$2 to=$3 server
	shift 3
	ip netns exec "$at" iperf3 -s -1 >"$RRAS_LOG/iperf-server.out" 2>&1 &
	server=$!
	poll 20 listens "$at" 5201
	timeout 60 ip netns exec "$from" iperf3 -c "$to" "$@" || return
	wait "$server"
}

# listens NS PORT: somebody takes TCP connections there.
listens() { on "$1" ss -ltn | grep -q ":$2 "; }

# --- what is needed --------------------------------------------------------------------

# need_modules NAME...: kernel modules (of the kernel, not ours); skips without them.
need_modules() {
	local module
	for module in "$@"; do
		modprobe -q "$module" || skip "this kernel has no $module"
	done
}

# need_programs NAME...: programs of the host; a missing one is a mistake of the set-up.
need_programs() {
	local program
	for program in "$@"; do
		command -v "$program" >/dev/null || fatal "$program is not installed"
	done
}

# load_modules [NAME...], unload_modules [NAME...]: ours, all without a name. They are
# loaded when a test begins; what it unloads it need not load again.
load_modules() {
	local module
	for module in "${@:-${MODULES[@]}}"; do
		insmod "$RRAS_BUILD/$module/$module.ko" dyndbg=+p || return
	done
}

unload_modules() {
	local module names=("${@:-${MODULES[@]}}") i
	for ((i = ${#names[@]} - 1; i >= 0; i--)); do
		module=${names[i]}
		if [[ -e /sys/module/$module/refcnt ]]; then
			rmmod "$module" || return
		fi
	done
}

# load_sample NAME [PARAMETER...], unload_sample NAME: an intermediate driver of
# tools/samples. It is unloaded when the test ends, because no other test wants it.
load_sample() {
	local name=$1
	shift
	insmod "$RRAS_BUILD/tools/samples/$name.ko" dyndbg=+p "$@" || return
	at_exit unload_sample "$name"
}

unload_sample() {
	if [[ -e /sys/module/$1/refcnt ]]; then
		rmmod "$1"
	fi
}

# --- namespaces ------------------------------------------------------------------------

# on NS COMMAND...: run in a network namespace.
on() {
	local ns=$1
	shift
	ip netns exec "$ns" "$@"
}

# ns_create NAME...
ns_create() {
	local ns
	for ns in "$@"; do
		ip netns add "$ns"
		ip -n "$ns" link set lo up
		# No second of waiting for the check of every IPv6 address.
		on "$ns" sysctl -qw net.ipv6.conf.default.accept_dad=0 2>/dev/null || true
	done
}

# ns_kill NS: all processes in it vanish without a word.
ns_kill() {
	local pid
	for pid in $(ip netns pids "$1"); do
		kill -9 "$pid" 2>/dev/null || true
	done
	poll 20 nobody_in "$1"
}

nobody_in() { [[ -z $(ip netns pids "$1") ]]; }

# veth NS1 DEV1 NS2 DEV2: a pair, both ends up.
veth() {
	ip link add "$2" netns "$1" type veth peer name "$4" netns "$3"
	ip -n "$1" link set "$2" up
	ip -n "$3" link set "$4" up
}

# topology CLIENTS [bridge|pairs]
#
#	c1 eth0 ---+
#	c2 eth0 ---+-- br0 in sw -- acc0  s  lan0 ------- eth0 h
#	c3 eth0 ---+                   192.0.2.1         192.0.2.2
#
# With "pairs" there is no sw: client N hangs on accN of s. The host h has its default
# route to s; the clients have no address, that is what PPP is for.
topology() {
	local clients=$1 shape=${2:-bridge} i
	ns_create s h
	on s sysctl -qw net.ipv4.ip_forward=1
	on s sysctl -qw net.ipv6.conf.all.forwarding=1 2>/dev/null || true
	veth s lan0 h eth0
	ip -n s addr add 192.0.2.1/24 dev lan0
	ip -n h addr add 192.0.2.2/24 dev eth0
	ip -n h route add default via 192.0.2.1
	if [[ $shape == bridge ]]; then
		ns_create sw
		ip -n sw link add br0 type bridge forward_delay 0 mcast_snooping 0
		ip -n sw link set br0 up
		veth s acc0 sw up0
		ip -n sw link set up0 master br0
	fi
	for ((i = 1; i <= clients; i++)); do
		ns_create "c$i"
		if [[ $shape == bridge ]]; then
			veth "c$i" eth0 sw "port$i"
			ip -n sw link set "port$i" master br0
		else
			veth "c$i" eth0 s "acc$i"
		fi
	done
}
