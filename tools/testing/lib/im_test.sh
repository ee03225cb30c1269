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
#	im_number NAME REGEX		the number of the first call that matches
#	im_stat NAME FIELD		a counter
#	im_calls TEXT NAME EXPECTED...	state that the record is just this, a call an argument;
#					LINK stands for any link
#	driver FIELD NAME		a field of the driver in the kernel's dump
#	layer FIELD LINK NAME		the same on one link

IM=/proc/im_test

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

im_number() { grep -E -m1 -- "$2" "$IM/$1/log" | cut -d' ' -f1; }

im_stat() { sed -n "s/^$2 //p" "$IM/$1/stats"; }
im_stat_is() { [[ $(im_stat "$1" "$2") == "$3" ]]; }

im_calls() {
	local text=$1 name=$2 found
	shift 2
	found=$(im_log "$name" | sed -E 's/link=[0-9]+/LINK/; s/ peer=[0-9.]+//')
	expect_equal "$text" "$(printf '%s\n' "$@")" "$found"
}

# The kernel's own view, without our command, which has tests of its own.
im_netlink() {
	PYTHONDONTWRITEBYTECODE=1 ip netns exec "${IM_NS:-s}" /usr/bin/python3 \
		"$TESTING/lib/stack.py" "$@"
}
driver() { im_netlink driver "$2" "$1"; }
driver_is() { [[ $(driver "$1" "$2") == "$3" ]]; }
layer() { im_netlink layer "$2" "$3" "$1"; }
layer_is() { [[ $(layer "$1" "$2" "$3") == "$4" ]]; }
