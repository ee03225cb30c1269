# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Intermediate drivers that a test directs: tools/testing/drivers/im_test.h says what they
# can do. Sourced after net.sh.
#
#	im_load DRIVERS			insmod, DRIVERS as its parameter; unloaded at the end
#	im_unload
#	im NAME COMMAND...		write commands to a driver, one after the other
#	im_log NAME [REGEX]		what was called, without the numbers
#	im_stat NAME FIELD		a counter
#	driver FIELD NAME		a field of the driver in the kernel's dump
#	layer FIELD LINK NAME		the same on one link
#	kernel_said			what the kernel has logged since the test began
#	kernel_event REGEX		an event of that number, or more of it, was among it

IM=/proc/im_test

IM_MARK="rras-test: since $RRAS_LOG $$"
echo "$IM_MARK" >/dev/kmsg
kernel_said() { dmesg | awk -v mark="$IM_MARK" 'found; index($0, mark) { found = 1 }'; }
# Not with -q: who writes to grep would die of it.
kernel_event() { kernel_said | grep -E "event $1" >/dev/null; }

im_load() {
	insmod "$RRAS_BUILD/tools/testing/drivers/im_test.ko" "drivers=$1" || return
	at_exit im_unload
}

im_unload() {
	if [[ -e /sys/module/im_test/refcnt ]]; then
		rmmod im_test
	fi
}

im() {
	local name=$1 word
	shift
	for word in "$@"; do
		echo "$word" 2>/dev/null >"$IM/$name/control" || return
	done
}

im_log() { sed -E 's/^[0-9]+ //' "$IM/$1/log" | grep -E -- "${2-.}"; }

im_stat() { sed -n "s/^$2 //p" "$IM/$1/stats"; }
im_stat_is() { [[ $(im_stat "$1" "$2") == "$3" ]]; }

# The kernel's own view, without our command, which has tests of its own.
im_netlink() {
	PYTHONDONTWRITEBYTECODE=1 ip netns exec "${IM_NS:-s}" /usr/bin/python3 \
		"$TESTING/lib/stack.py" "$@"
}
driver() { im_netlink driver "$2" "$1"; }
driver_is() { [[ $(driver "$1" "$2") == "$3" ]]; }
layer() { im_netlink layer "$2" "$3" "$1"; }
layer_is() { [[ $(layer "$1" "$2" "$3") == "$4" ]]; }
