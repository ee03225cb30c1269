#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# The rules that a machine can hold: checkpatch, kernel-doc, shellcheck, generated files,
# where compatibility may be, how long a file may be.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/host.sh
. "$(dirname "$0")/../lib/host.sh"
cd "$TOP"

source=$(kernel_source scripts)
mapfile -t kernel_files < <(git ls-files '*.c' '*.h' | grep -E '^(ndiswan_shim|wanarp|ipfltdrv|include|tools/samples|tools/testing/drivers)/' |
	grep -vE 'netlink-gen|^include/uapi/linux/(ndiswan|wanarp|ipfltdrv)\.h$')
mapfile -t tool_files < <(git ls-files '*.c' '*.h' | grep '^tools/' | grep -vE '/(tests|fuzz|samples|drivers)/')

checkpatch() { # IGNORE FILE...
	local ignore=$1
	shift
	perl "$source/scripts/checkpatch.pl" --no-tree --strict --terse --no-summary \
		--max-line-length=100 --ignore "$ignore" -f "$@"
}

# Lists that are macros, and tracepoints, are written in ways that checkpatch cannot know.
mapfile -t plain < <(printf '%s\n' "${kernel_files[@]}" | grep -vE '/drop\.h$|^include/trace/')
mapfile -t lists < <(printf '%s\n' "${kernel_files[@]}" | grep -E '/drop\.h$|^include/trace/')
silent "checkpatch --strict on the modules" checkpatch LINUX_VERSION_CODE "${plain[@]}"
silent "checkpatch on lists and tracepoints" checkpatch \
	COMPLEX_MACRO,MACRO_ARG_REUSE,MACRO_ARG_UNUSED,PARENTHESIS_ALIGNMENT,OPEN_ENDED_LINE \
	"${lists[@]}"
# User space has the C library's types and no kernel macros; its messages name its commands,
# which may be called like a function.
user_space=PREFER_KERNEL_TYPES,PREFER_DEFINED_ATTRIBUTE_MACRO,CAMELCASE,BIT_MACRO
user_space+=,EMBEDDED_FUNCTION_NAME,SPLIT_STRING,MACRO_ARG_REUSE,COMPLEX_MACRO
user_space+=,ARRAY_SIZE,STRCPY,STRNCPY,ASSIGN_IN_IF
silent "checkpatch on the tools" checkpatch "$user_space" "${tool_files[@]}"

kernel_doc() {
	local file
	for file in "${kernel_files[@]}"; do
		perl "$source/scripts/kernel-doc" -none "$file" 2>&1 | grep -E 'warning|error' || true
	done
}
silent "kernel-doc" kernel_doc

shell_scripts() {
	git ls-files -z tools .ci | xargs -0 grep -lE '^#!/bin/(ba)?sh|^# shellcheck shell='
}
mapfile -t scripts < <(shell_scripts)
silent "shellcheck on ${#scripts[@]} scripts" shellcheck -x "${scripts[@]}"

state "files that are generated are as generated" "$TESTING/netlink-gen" --check

no_match() { # REGEX PATHSPEC...
	! git grep -nE "$@"
}
silent "no version test outside of include/rras" no_match \
	'LINUX_VERSION_CODE|KERNEL_VERSION\(' -- '*.c' '*.h' ':!include/rras'
silent "nothing left undone" no_match '\b(TO''DO|FIX''ME|XX''X|HA''CK)\b' -- \
	'*.c' '*.h' '*.sh' '*.py' '*Makefile' '*Kbuild'
silent "no test waits for a time" no_match '^[[:space:]]*sleep [0-9]' -- tools/testing
too_long() { git ls-files '*.c' '*.h' | xargs wc -l | awk '$2 != "total" && $1 > 900'; }
silent "no file over 900 lines" too_long
done_testing
