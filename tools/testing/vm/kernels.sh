# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The kernels we test on and where they are. Sourced by the scripts of this directory.
# A kernel's name is what tests, logs and build directories use:
#
#   6.12, 6.1        the stock Debian kernels the header meta packages stand for
#   uml, uml-debug   User Mode Linux, built by ../kunit/build-uml

testing=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

declare -A header_package=(
	[6.12]=linux-headers-6.12-amd64
	[6.1]=linux-headers-amd64
)

die() {
	echo "${0##*/}: $*" >&2
	exit 2
}

is_uml() { [[ $1 == uml || $1 == uml-debug ]]; }

# kernel_release NAME: what `uname -r` says on a stock kernel, from what the meta package
# depends on.
kernel_release() {
	local package=${header_package[$1]:-} release
	[[ -n $package ]] || die "no kernel is called '$1' (6.12, 6.1, uml, uml-debug)"
	release=$(dpkg-query -W -f '${Depends}\n' "$package" 2>/dev/null |
		grep -o 'linux-headers-[0-9][^ ,]*' | head -1) ||
		die "$package is not installed: run tools/testing/setup"
	echo "${release#linux-headers-}"
}

# kernel_tree NAME: the directory external modules are built against.
kernel_tree() {
	if is_uml "$1"; then
		"$testing/kunit/build-uml" "$1"
	else
		echo "/lib/modules/$(kernel_release "$1")/build"
	fi
}
