#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 60
# append: ipv6.disable=1
#
# A kernel booted without IPv6 judges IPv6 packets as any other, and does not try to answer
# them: it has neither addresses to compare with nor anything to answer with.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"

ns_create s h
veth s eth0 h eth0
ip -n s addr add 192.0.2.1/24 dev eth0
ip -n h addr add 192.0.2.2/24 dev eth0
expect_ok "it answers before" poll 10 on h ping -c1 -W1 192.0.2.1
ext_unload() {
	if [[ -e /sys/module/ext_test/refcnt ]]; then
		rmmod ext_test
	fi
}
at_exit ext_unload
insmod "$RRAS_BUILD/tools/testing/drivers/ext_test.ko"

script='import sys
sys.path.insert(0, sys.argv[1])
from kernel import *
from filters import *
from wire import Wire
nl, wire = Filters(), Wire()
def drops(reason):
    return nl.device("eth0")[1].get(reason, 0)
def dropped(text, packet, reason):
    before = drops(reason)
    wire.send(packet)
    check(text, wait_for(lambda: drops(reason) == before + 1))
six = ipv6("2001:db8::2", "2001:db8::1")
nl.load("some", FORWARD, FORWARD, [filter_bytes(src="2001:db8::2/128")])
nl.bind("eth0", "some", directions=INGRESS, strong_host=1, fragments=1)
dropped("a filter for addresses", six, "filter")
dropped("a malformed one", six[:41], "malformed")
nl.load("some", FORWARD, FORWARD, [filter_bytes(protocol=6, src="interface", family=6)])
dropped("the address of an interface that can have none",
        ipv6("2001:db8::3", "2001:db8::1"), "late-address")
nl.load("some")
with open("/sys/module/ext_test/parameters/control", "w") as file:
    file.write("add 1 0 3")
dropped("one that would be rejected", six, "extension")
dropped("and an IPv4 one", ipv4("192.0.2.2", "192.0.2.1"), "extension")
check("it was no test", nl.test(six, dev="eth0")[1] == "extension")
finish()'
status=0
on s /usr/bin/python3 -c "$script" "$TESTING/lib" || status=$?
expect_equal "all of it" 0 "$status"
