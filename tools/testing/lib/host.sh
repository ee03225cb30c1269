# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What a test on the host needs, sourced: state TEXT COMMAND... runs COMMAND and says ok or
# not ok; silent TEXT COMMAND... wants it to print nothing as well. done_testing ends it.
TESTING=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TOP=$(cd "$TESTING/../.." && pwd)
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
export TESTING TOP WORK

host_count=0
host_failed=0

verdict() { # STATUS TEXT
	host_count=$((host_count + 1))
	if [[ $1 -eq 0 ]]; then
		echo "ok $host_count - $2"
	else
		host_failed=$((host_failed + 1))
		echo "not ok $host_count - $2"
		tail -40 "$WORK/out" | sed 's/^/#   /'
	fi
}

state() {
	local text=$1 status=0
	shift
	"$@" >"$WORK/out" 2>&1 || status=$?
	verdict "$status" "$text"
}

silent() {
	local text=$1 status=0
	shift
	"$@" >"$WORK/out" 2>&1 </dev/null || status=$?
	[[ ! -s $WORK/out ]] || status=1
	verdict "$status" "$text"
}

done_testing() {
	echo "1..$host_count"
	[[ $host_failed -eq 0 && $host_count -gt 0 ]]
}

# kernel_source DIR...: a directory with these parts of the packaged kernel source, kept in
# the cache and keyed by the package.
kernel_source() {
	local tarball=/usr/src/linux-source-6.12.tar.xz cache dir tmp
	cache=${RRAS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rras}
	dir=$cache/parts-$(stat -c %s-%Y "$tarball")-$(echo "$@" | md5sum | cut -c1-8)
	if [[ ! -d $dir ]]; then
		mkdir -p "$cache"
		tmp=$(mktemp -d "$cache/parts.XXXXXX")
		tar xf "$tarball" -C "$tmp" --strip-components=1 "${@/#/linux-source-6.12/}"
		mv -T "$tmp" "$dir" 2>/dev/null || rm -rf "$tmp"
	fi
	echo "$dir"
}
