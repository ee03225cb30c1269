#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: uml-debug 6.12
# timeout: 300
#
# rrasd as a user of its own, and with few system calls: what it has given up, that the rest works
# as before (a client, a reload, an Ethernet interface that comes back), who may use the control
# socket, and that no secret shows in its log or its answers.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/raw.sh
. "$TESTING/lib/raw.sh"

need_programs pppd setpriv
topology 1 pairs
# Files where the other user finds them.
files=/tmp/confine
install -d -m 755 "$files"
LISTEN=acc1 rrasd_config auth secrets "$files/secrets" daemon user nobody \
	daemon control-group nogroup
cp "$RRAS_LOG/secrets" "$files/secrets"
cp "$RRASD_CONF" "$files/rrasd.conf"
chgrp -R nogroup "$files"
chmod 640 "$files"/*
RRASD_CONF=$files/rrasd.conf
rrasd_start s

status() { awk -v key="$1:" '$1 == key { print $2 }' "/proc/$rrasd_pid/status"; }
asks() { on s setpriv --reuid "$1" --regid "$2" --clear-groups --inh-caps=-all \
	"$RRAS" -S /tmp/rrasd.sock session list; }

expect_ok "it runs" rrasd_says ' runs: '
expect_equal "as the user" 65534 "$(status Uid)"
expect_equal "and his group" 65534 "$(status Gid)"
# CAP_NET_ADMIN and CAP_NET_RAW
expect_equal "with two capabilities" 0000000000003000 "$(status CapEff)"
expect_equal "and no way to others" 0000000000003000 "$(status CapPrm)"
expect_equal "not by a program either" 0000000000000000 "$(status CapInh)$(status CapAmb | tr -d 0)"
expect_equal "no new privileges" 1 "$(status NoNewPrivs)"
expect_equal "system calls are filtered" 2 "$(status Seccomp)"
# What is not dumpable is root's in /proc.
expect_equal "its memory is nobody's" 0 "$(stat -c %u "/proc/$rrasd_pid/mem")"
expect_equal "the device is its group's" 65534:660 "$(stat -c %g:%a /dev/ndiswan)"
expect_fail "no warning about files" grep -E 'warning: .*(chmod|will not)' "$RRAS_LOG/rrasd.log"
expect_ok "the group may ask" asks 1234 65534
expect_fail "others may not" asks 1234 1234

pppd_start c c1 eth0 alice secret-alice
expect_ok "a client connects" pppd_wait_up c 60
expect_ok "and has a line" on c1 ping -qc 2 -W 5 192.0.2.2
echo 'frank * secret-frank *' >>"$files/secrets"
kill -HUP "$rrasd_pid"
expect_ok "a reload reads the files" rrasd_says 'reload: 5 users'
pppd_stop c
on s ip link set acc1 down
expect_ok "an interface goes" rrasd_says 'acc1: .*(down|not)'
on s ip link set acc1 up
listening() { [[ $(grep -c "acc1: listening" "$RRAS_LOG/rrasd.log") -ge 2 ]]; }
expect_ok "and is served again" poll 10 listening
pppd_start d c1 eth0 frank secret-frank refuse-chap refuse-eap
expect_ok "the new user connects, by PAP" pppd_wait_up d 60

# The password in full, and what a wrong one looked like.
pppd_start e c1 eth0 alice secret-wrong refuse-chap refuse-eap
expect_ok "a wrong password is refused" pppd_wait_end e 60
rras -j -s session list >"$RRAS_LOG/answers"
rras -j stats >>"$RRAS_LOG/answers"
expect_fail "no secret in the log" grep -n 'secret-' "$RRAS_LOG/rrasd.log"
expect_fail "nor in the answers" grep -n 'secret-' "$RRAS_LOG/answers"
pppd_stop d
expect_ok "nothing is left" poll 20 nothing_left
expect_fail "it was never stopped by the filter" grep 'system call' "$RRAS_LOG/rrasd.log"
expect_ok "the daemon stops" rrasd_stop
rm -f /tmp/rrasd.sock
chown root:root /dev/ndiswan && chmod 600 /dev/ndiswan

# Without the right to read the files again it says so at once.
chmod 600 "$files"/*
rrasd_start s
expect_ok "files that are root's alone are found" rrasd_says 'secrets: a reload will not be able'
expect_ok "the daemon stops again" rrasd_stop
