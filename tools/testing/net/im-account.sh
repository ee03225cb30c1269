#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 500
#
# The sample driver im_account: what a client used is counted exactly and outlives its
# session; who has used up a quota is hung up and refused until the administrator wants him
# again; nobody else notices; the driver comes and goes while clients are connected.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"

need_programs pppd iperf3 setpriv
topology 3
rrasd_config pppoe ac-name concentrator
rrasd_start s
load_sample im_account || fatal "im_account cannot be loaded"

DAVE=10.64.9.9

accounts() { on s cat /proc/net/im_account; }
# fields CLIENT NAME...: from the table, by the names in its first line.
fields() {
	accounts | awk -v client="$1" -v names="${*:2}" '
		NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i }
		$1 == client {
			count = split(names, name, " ")
			for (i = 1; i <= count; i++)
				printf "%s%s", $column[name[i]], i < count ? " " : "\n"
		}'
}
field_is() { [[ $(fields "$1" "$2") == "$3" ]]; }
# tell COMMAND [PREFIX...]: one write, by a program that PREFIX runs.
tell() {
	local text=$1
	shift
	# Not the shell's own printf, which writes line by line.
	# shellcheck disable=SC2016 # expands in the other shell
	on s "$@" bash -c '/usr/bin/printf "%s\n" "$1" >/proc/net/im_account' bash "$text"
}

start() { # NAME NS USER
	pppd_start "$1" "$2" eth0 "$3" "secret-$3"
}
up() {
	start "$@"
	pppd_wait_up "$1" 60
}
refused() {
	start "$@"
	! pppd_wait_up "$1" 60
}

# --- counting ----------------------------------------------------------------------------

expect_ok "a client with an address of his own" up dave c1 dave
expect_ok "another one" up alice c2 alice
ALICE=$(pppd_local alice)
expect_equal "an account for each of them" "$(printf '%s\n' $DAVE "$ALICE" | sort)" \
	"$(accounts | sed 1,2d | cut -d ' ' -f 1 | sort)"
tell "$DAVE reset"
expect_equal "reset: nothing used" "0 0 0 0 0 0 0" \
	"$(fields $DAVE used to-packets to-bytes to-flows from-packets from-bytes from-flows)"
# 28 bytes of headers each.
expect_ok "ten packets of 128 bytes each way" on c1 ping -qc 10 -i 0.05 -s 100 -W 10 192.0.2.2
expect_equal "are what is counted" "2560 10 1280 0 10 1280 0" \
	"$(fields $DAVE used to-packets to-bytes to-flows from-packets from-bytes from-flows)"
expect_equal "nothing of it with the other one" "0 0" "$(fields "$ALICE" to-packets from-packets)"

# iperf3 has one connection to talk and one for each stream.
expect_ok "TCP from the client, three streams" iperf c1 h 192.0.2.2 -n 200K -P 3
expect_equal "four flows begin there, none at the other end" "4 0" "$(fields $DAVE from-flows to-flows)"
expect_ok "TCP to the client" iperf h c1 $DAVE -n 200K
expect_equal "two flows from the other end" "4 2" "$(fields $DAVE from-flows to-flows)"
from=$(fields $DAVE from-bytes)
expect_equal "more bytes than were to be moved ($from)" 1 $((from > 200 * 1024))
expect_equal "used is the sum of both ways" "$(fields $DAVE used)" \
	$(($(fields $DAVE to-bytes) + $(fields $DAVE from-bytes)))

# --- a re-dial ---------------------------------------------------------------------------

before=$(fields $DAVE to-packets to-bytes to-flows from-packets from-bytes from-flows)
expect_ok "the client hangs up" pppd_stop dave
expect_ok "and is not connected" poll 10 field_is $DAVE links 0
expect_equal "his account stays" "$before" \
	"$(fields $DAVE to-packets to-bytes to-flows from-packets from-bytes from-flows)"
expect_ok "he dials again" up dave c1 dave
expect_equal "and goes on where he was, connected once since the reset" "$before 1 1" \
	"$(fields $DAVE to-packets to-bytes to-flows from-packets from-bytes from-flows connects links)"
second() { [[ $(fields $DAVE seconds) -ge 1 ]]; }
expect_ok "time counts" poll 10 second

# --- commands that are none --------------------------------------------------------------

# Without what counts the time.
table() { accounts | cut -d ' ' -f 1-6,8-; }
before=$(table)
cat >"$RRAS_LOG/bad.py" <<-END
	import errno, os, sys
	dave, alice = sys.argv[1:]
	bad = ["", " ", "quota", "DAVE", "DAVE quota", "DAVE quota 0", "DAVE quota -1", "DAVE quota 1 2",
	       "DAVE quota 1k", "DAVE quota 18446744073709551616", "DAVE resets", "DAVE reset now",
	       "10.64.9 quota 5", "10.64.9.9.9 reset", "10.64.9.256 reset", "::1 reset", "default",
	       "default quota", "default quota 0", "default quota default", "default reset",
	       "DAVE reset\nALICE reset", "DAVE reset\0", "x" * 5000]
	cases = [(text, errno.EINVAL) for text in bad]
	cases += [("10.64.7.7 reset", errno.ENOENT), ("10.64.7.7 forget", errno.ENOENT),
	          ("DAVE forget", errno.EBUSY)]
	table = os.open("/proc/net/im_account", os.O_WRONLY)
	for text, expected in cases:
	    text = text.replace("DAVE", dave).replace("ALICE", alice)
	    try:
	        os.write(table, f"{text}\n".encode())
	        sys.exit(f"accepted: {text[:40]!r}")
	    except OSError as error:
	        if error.errno != expected:
	            sys.exit(f"{text[:40]!r}: {error}")
END
expect_ok "each refused with its error" on s /usr/bin/python3 "$RRAS_LOG/bad.py" $DAVE "$ALICE"
expect_equal "nothing has changed" "$before" "$(table)"
expect_match "refused without CAP_NET_ADMIN" 'Operation not permitted' \
	fails tell "$DAVE reset" setpriv --bounding-set=-net_admin
expect_equal "and nothing has changed" "$before" "$(table)"
expect_equal "another namespace has accounts of its own" 2 "$(on h cat /proc/net/im_account | wc -l)"

# --- a quota -----------------------------------------------------------------------------

quota=$(($(fields $DAVE used) + 20000))
expect_ok "a quota of 20000 bytes more" tell "$DAVE quota $quota"
expect_equal "it shows" "$quota none" "$(fields $DAVE quota) $(fields "$ALICE" quota)"
expect_ok "15 packets of 1028 bytes pass" on c1 ping -qc 7 -i 0.05 -s 1000 -W 10 192.0.2.2
expect_equal "the client is still connected" 1 "$(fields $DAVE links)"
on c1 ping -qc 20 -i 0.05 -s 1000 -W 1 192.0.2.2 >/dev/null 2>&1 || true
expect_ok "with the next ones the session ends" pppd_wait_end dave
expect_match "by the concentrator, not by the client" 'rcvd \[LCP TermReq|Modem hangup|LCP terminated by peer' \
	cat "$(pppd_log dave)"
expect_ok "its link is gone" poll 10 field_is $DAVE links 0
over=$(($(fields $DAVE used) - quota))
expect_equal "the packet that reached the quota was the last ($over bytes over)" 1 \
	$((over >= 0 && over < 1028))
expect_ok "the other client is as he was" on c2 ping -qc 3 -W 10 192.0.2.2
expect_equal "and has been all the time" 1 "$(fields "$ALICE" connects)"

expect_ok "the client is refused when he dials" refused dave c1 dave
expect_ok "his pppd ends" pppd_wait_end dave
expect_equal "that is counted, and no connect" "1 1" "$(fields $DAVE refused connects)"
expect_ok "the daemon's log has the reason" rrasd_says 'quota is used up'
expect_match "the kernel's log has it too" "LINE_REFUSED.*$DAVE: the quota is used up" dmesg
expect_ok "a reset" tell "$DAVE reset"
expect_ok "lets him in" up dave c1 dave
expect_ok "and he is served" on c1 ping -qc 3 -W 10 192.0.2.2

expect_ok "a default quota" tell "default quota 3000"
expect_equal "is that of who has no own" "$quota 3000" "$(fields $DAVE quota) $(fields "$ALICE" quota)"
on c2 ping -qc 10 -i 0.05 -s 1000 -W 1 192.0.2.2 >/dev/null 2>&1 || true
expect_ok "the other client's session ends" pppd_wait_end alice
expect_ok "one that follows the default" tell "$DAVE quota default"
expect_equal "has that" 3000 "$(fields $DAVE quota)"
expect_ok "no default any more" tell "default quota none"
expect_equal "for neither" "none none" "$(fields $DAVE quota) $(fields "$ALICE" quota)"
expect_ok "the other client comes back" up alice c2 alice
expect_equal "with the same address" "$ALICE" "$(pppd_local alice)"

# --- no more room ------------------------------------------------------------------------

limit=/sys/module/im_account/parameters/max_clients
echo 2 >$limit
expect_ok "no room for a third client" refused carol c3 carol
expect_ok "who is told why in the log" rrasd_says 'im_account is full'
expect_fail "nor for a quota" tell "10.64.7.7 quota 5"
pppd_wait_end carol
pppd_stop alice
poll 10 field_is "$ALICE" links 0
expect_ok "one that is not connected is forgotten" tell "$ALICE forget"
expect_ok "there is room" up carol c3 carol
echo 65536 >$limit

# --- load and unload ---------------------------------------------------------------------

# Another driver stays, so that no branch is patched under the packets (README.md, facts).
load_sample im_capture || fatal "im_capture cannot be loaded"
ip netns exec c1 ping -qf 192.0.2.2 >"$RRAS_LOG/flood" 2>&1 &
flood=$!
disown $flood
flows() { [[ $(fields $DAVE from-packets) -gt $1 ]]; }
for _ in 1 2 3; do
	expect_ok "packets are counted" poll 20 flows 50
	expect_ok "unloaded under traffic" unload_sample im_account
	expect_fail "no accounts" accounts
	expect_ok "loaded under traffic" load_sample im_account
	expect_equal "who is connected has a new account" "1 1" "$(fields $DAVE connects links)"
done
kill -INT $flood
poll 20 ended $flood
expect_ok "the clients stayed connected" on c1 ping -qc 3 -W 10 "$(pppd_local carol)"
expect_ok "the daemon stops" rrasd_stop
expect_ok "nobody is connected" poll 10 field_is $DAVE links 0
# Whoever is in it keeps a namespace.
ip netns del s
expect_ok "a namespace ends with its accounts" unload_sample im_account
