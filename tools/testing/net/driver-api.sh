#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml-debug
# timeout: 300
#
# Netlink of intermediate drivers, used and misused, and modules that are refused:
# driver-api.py has the cases of netlink.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/im_test.sh
. "$TESTING/lib/im_test.sh"

# refused TEXT DRIVERS REGEX: the module does not load, and the kernel's log says why.
refused() {
	expect_fail "$1" im_load "$2"
	expect_match "which the log explains" "$3" kernel_said
	expect_fail "and nothing is left of it" test -e /sys/kernel/ndiswan/drivers/x
}
refused "a driver of another interface" x:100:abi=77 \
	'im_test was built for version 77 of the interface, this is [0-9]+: build it against'
refused "two at one altitude" x:100/y:100 'altitude 100 is taken by x: choose another'
refused "no altitude" x:0 'the altitude of an intermediate driver is 1 to'
refused "a name that is none" 'x-y:100' 'the name of an intermediate driver is'
refused "a monitor that is mandatory" x:100:monitor,mandatory 'a monitor has no .* is not mandatory'

ns_create s
ip -n s link add ras0 type wanarp
ip -n s link set ras0 up
im_load top:900:mandatory/middle:500/none:300:decline=1/watch:200:monitor/comes:400:later/goes:600:later
status=0
on s /usr/bin/python3 "$TESTING/net/driver-api.py" || status=$?
expect_equal "all of driver-api.py" 0 "$status"
im_unload
echo 0 >/sys/kernel/ndiswan/drivers/top/mandatory
expect_equal "no driver is left" "" "$(ls /sys/kernel/ndiswan/drivers)"
