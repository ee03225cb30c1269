#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# The example of Documentation/intermediate-drivers.rst, taken out of the document, builds in
# the way that the document says, for each installed kernel, without a warning.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/host.sh
. "$(dirname "$0")/../lib/host.sh"
cd "$TOP"

document=Documentation/intermediate-drivers.rst

# literal NAME: the block that follows the line "*NAME*::", without its indentation.
literal() {
	awk -v name="*$1*::" '
		$0 == name { inside = 1; next }
		inside && /^[^\t]/ { exit }
		inside { sub(/^\t/, ""); print }
	' "$document" | sed '/./,$!d'
}

mkdir -p "$WORK/example" "$WORK/rras/build/modules"
ln -s "$TOP/include" "$WORK/rras/include"
for name in im_fence.c Kbuild; do
	literal "$name" >"$WORK/example/$name"
	state "the document has $name" test -s "$WORK/example/$name"
done
command=$(grep -m1 -oP '^\tmake -C \K.*' "$document")

source=$(kernel_source scripts)
checkpatch() {
	perl "$source/scripts/checkpatch.pl" --no-tree --strict --terse --no-summary \
		--max-line-length=100 -f "$WORK/example/im_fence.c"
}
silent "checkpatch --strict on it" checkpatch

# Only ndiswan_shim, whose symbols the example uses; that it builds clean is another test's.
shim() { # VERSION
	local out=$WORK/rras/build/modules/$1
	mkdir "$out"
	cp -r include ndiswan_shim "$out/"
	sed 's|^obj-m .*|obj-m += ndiswan_shim/|; /^obj-\$/d' Kbuild >"$out/Kbuild"
	make -C "/lib/modules/$1/build" M="$out" -j2 modules
}

# As the document says, with W=1; what is no progress is a finding.
example() { # VERSION
	# shellcheck disable=SC2016 # texts of the document
	local words=${command//'$(uname -r)'/$1}
	# shellcheck disable=SC2016
	words=${words//'$PWD'/$WORK/example}
	# shellcheck disable=SC2016
	words=${words//'$HOME'/$WORK}
	rm -f "$WORK"/example/*.{o,ko}
	# shellcheck disable=SC2086 # several words
	make -C $words W=1 >"$WORK/log" 2>&1 || {
		cat "$WORK/log"
		return 1
	}
	grep -vE '^ +(CC|LD|AR|MODPOST|BTF)|^make|^Skipping BTF' "$WORK/log" || true
}

found=0
for tree in /lib/modules/*/build; do
	version=$(basename "$(dirname "$tree")")
	[[ -e $tree/Makefile ]] || continue
	found=$((found + 1))
	state "$version: the module it needs" shim "$version"
	silent "$version: no warning" example "$version"
	state "$version: there is a module for this kernel" bash -c \
		"modinfo -F vermagic $WORK/example/im_fence.ko | grep -q '^$version '"
	state "$version: it needs ndiswan_shim" bash -c \
		"modinfo -F depends $WORK/example/im_fence.ko | grep -q ndiswan_shim"
done
state "there is more than one kernel" test "$found" -ge 2
done_testing
