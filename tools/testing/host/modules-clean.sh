#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# `make modules` and `make samples` build against each installed header package with W=1 and
# sparse and say nothing but what they build.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/host.sh
. "$(dirname "$0")/../lib/host.sh"

# clean_build VERSION: from nothing, in a copy. A line that is no progress is a finding; that
# the header packages have no vmlinux to make BTF from is none of ours.
clean_build() {
	mkdir -p "$WORK/tree/tools/testing"
	cp -r "$TOP"/{Makefile,Kbuild,include,ndiswan_shim,wanarp,ipfltdrv} "$WORK/tree/"
	cp -r "$TOP/tools/samples" "$WORK/tree/tools/"
	touch "$WORK/tree/tools/testing/testing.mk"
	make -j2 -C "$WORK/tree" --no-print-directory modules samples KERNELS="$1" >"$WORK/log" 2>&1 || {
		cat "$WORK/log"
		return 1
	}
	grep -vE '^ +(CC|CHECK|LD|AR|MODPOST|BTF)|^make|^Skipping BTF' "$WORK/log" || true
}

found=''
for tree in /lib/modules/*/build; do
	version=$(basename "$(dirname "$tree")")
	[[ -e $tree/Makefile ]] || continue
	found+=" $version"
	silent "$version: no warning, nothing from sparse" clean_build "$version"
	state "$version: sparse looked at it" grep -q CHECK "$WORK/log"
	rm -rf "$WORK/tree"
done
state "a 6.12 kernel is among them" grep -q ' 6\.12\.' <<<"$found"
state "a 6.1 kernel is among them" grep -q ' 6\.1\.' <<<"$found"
done_testing
