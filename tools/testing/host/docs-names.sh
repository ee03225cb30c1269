#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 60
#
# What the documents name exists: functions, identifiers and files in backquotes; event
# numbers with their names, and reasons for drops and line-downs, in both directions;
# documents that the sources name.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/host.sh
. "$(dirname "$0")/../lib/host.sh"
cd "${DOCS_TOP:-$TOP}"

documents=(README.md Documentation/*.rst Documentation/process/*.rst)
code=(ndiswan_shim wanarp ipfltdrv include tools)

# Functions of the kernel that documents explain and our sources do not call, and the
# system calls of a user of /dev/ndiswan.
foreign=(arp_constructor unregister_netdevice_many skb_ensure_writable open close read write poll)

find "${code[@]}" \( -name build -o -name testing -o -name tests \) -prune -o \
	-name '*.[ch]' -print >"$WORK/sources"
find "${code[@]}" -name build -prune -o \( -name '*.[ch]' -o -name '*.py' -o -name '*.sh' \) \
	-print >"$WORK/scripts"
find . \( -name .git -o -name build \) -prune -o -type f -print | sed 's|^\./||' >"$WORK/files"

# at_least N FILE: prints a line if FILE has less: then the looking itself is broken.
at_least() {
	local lines
	lines=$(wc -l <"$2")
	[[ $lines -ge $1 ]] || echo "only $lines"
}

# --- what the documents say ------------------------------------------------------------

# "FILE TAB TEXT" for all that stands in double backquotes (single ones in Markdown), also
# over the end of a line.
quoted() {
	local document ticks
	for document in "${documents[@]}"; do
		ticks='``'
		if [[ $document == *.md ]]; then
			ticks='`'
		fi
		tr '\n' ' ' <"$document" |
			{ grep -oP "(?<!\`)${ticks}[^\`]+${ticks}(?!\`)" || true; } |
			sed -e "s/\`//g" -e 's/  */ /g' -e "s|^|$document\t|"
	done
}

# named REGEX: "FILE: NAME" for the quoted texts that are wholly REGEX; its group is NAME.
named() { sed -nE "s/^([^\t]*)\t$1\$/\1: \2/p" "$WORK/quoted" | sort -u; }

# missing_in WORDS: of "FILE: NAME" lines those whose NAME is not in the file WORDS.
missing_in() {
	awk -F': ' 'NR == FNR { known[$0]; next } !($2 in known)' \
		<(cat "$1"; printf '%s\n' "${foreign[@]}") -
}

quoted >"$WORK/quoted"
silent "the documents can be read" at_least 300 "$WORK/quoted"

# --- functions and identifiers ---------------------------------------------------------

# What is called or defined in C outside of comments, and any word at all.
xargs cat <"$WORK/sources" | perl -0pe 's{/\*.*?\*/|//[^\n]*}{}gs' |
	grep -oE '[A-Za-z_][A-Za-z0-9_]*\(' | tr -d '(' | sort -u >"$WORK/called"
xargs cat <"$WORK/scripts" | grep -oE '[A-Za-z_][A-Za-z0-9_]*' | sort -u >"$WORK/words"

functions() { missing_in "$WORK/called" <"$WORK/functions"; }
named '([A-Za-z_][A-Za-z0-9_]*)\(\)' >"$WORK/functions"
silent "they name functions" at_least 100 "$WORK/functions"
silent "every function is in the sources" functions

identifiers() {
	named '((ndiswan|wanarp|ipfltdrv|pppoe|NDISWAN|WANARP)_[A-Za-z0-9_]+)(\..*|\[\])?' |
		grep -v ': ndiswan_shim$' | missing_in "$WORK/words"
}
silent "every identifier is in the sources" identifiers

structures() {
	local line
	named '((struct|enum) [a-z0-9_]+)' | while IFS= read -r line; do
		xargs grep -qE "^${line#*: } \{" <"$WORK/sources" || echo "$line"
	done
}
silent "every structure is defined" structures

# --- files -----------------------------------------------------------------------------

# A path from the top, or the end of one; but not what is made while running, is on the
# administrator's machine, or stands for any name.
exists() {
	case $1 in
	build/* | rrasd.conf | *[A-Z][A-Z][A-Z]*.* | *[A-Z][A-Z][A-Z]*/*) return 0 ;;
	esac
	[[ -e $1 ]] || grep -qE "(^|/)${1//./\\.}$" "$WORK/files"
}

paths() {
	local line name
	named '([A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*\/?)' |
		grep -E ': ((ndiswan_shim|wanarp|ipfltdrv|include|tools|Documentation)/|[^ ]*\.(c|h|rst|md|yaml|sh|py|mk|conf|service|example)$)' |
		while IFS= read -r line; do
			name=${line#*: }
			exists "${name%/}" || echo "$line"
		done
	sed -nE 's/.*\]\(([^)]*)\).*/\1/p' README.md | while IFS= read -r name; do
		[[ -e $name ]] || echo "README.md: $name"
	done
}
silent "every file exists" paths

documents_in_sources() {
	local name
	xargs grep -ohE 'Documentation/[A-Za-z0-9_./-]+' <"$WORK/scripts" | sed 's/[.:]*$//' |
		sort -u | while IFS= read -r name; do
			[[ -e $name ]] || echo "$name"
		done
}
silent "every document that the sources name exists" documents_in_sources

# --- events ----------------------------------------------------------------------------

# "NUMBER NAME" of each event; a number may be a macro of the same file, and a function may
# choose between two: then both lines are "CONDITION ? ONE : OTHER", in the same order.
awk '
$1 == "#define" && $2 ~ /_EVENT_/ && $3 ~ /^[0-9]+$/ { macro[$2] = $3 }
/\.number = / {
	line = $0
	sub(/.*\.number = /, "", line)
	sub(/.*\? /, "", line)
	numbers = split(line, number, /[ :,]+/)
}
# Of the programs.
$1 == "#define" && $2 ~ /_EVENT_NUMBER$/ { defined = $3 }
$1 == "#define" && $2 ~ /_EVENT_NAME$/ {
	split($0, part, "\"")
	print defined, part[2]
}
/\.name = .*"[A-Z_]+"/ && numbers {
	names = split($0, part, "\"")
	for (i = 2; i <= names; i += 2) {
		n = number[i / 2]
		print (n in macro) ? macro[n] : n, part[i]
	}
	numbers = 0
}' {ndiswan_shim,wanarp,ipfltdrv}/*.c tools/lib/*.h | sort -u >"$WORK/events"
{ grep -oE '^[0-9]{4,5} [A-Z_]+$' Documentation/events.rst || true; } | sort -u >"$WORK/described"

silent "the sources have events" at_least 6 "$WORK/events"
silent "every event is in events.rst" comm -23 "$WORK/events" "$WORK/described"
silent "every event in events.rst is in the sources" comm -13 "$WORK/events" "$WORK/described"

# --- reasons ---------------------------------------------------------------------------

drop_reasons() {
	sed -nE 's/^[[:space:]]*R\([A-Z_]+,[[:space:]]*"([a-z-]+)".*/\1/p' {ndiswan_shim,wanarp,ipfltdrv}/drop.h
}
line_reasons() {
	sed -n '/^definitions:/,/^attribute-sets:/p' Documentation/netlink/specs/ndiswan.yaml |
		sed -nE '/name: reason/,/^  -$/s/^ +name: ([a-z-]+)$/\1/p' | grep -v '^reason$'
}
# Lines of tables that begin with a reason.
# shellcheck disable=SC2016 # these backquotes are text
described() {
	sed -nE 's/^``([a-z-]+)``  +[^ ].*/\1/p' Documentation/{datapath,projection,events,filters}.rst
}
{ drop_reasons; line_reasons; } | sort -u >"$WORK/reasons"
described | sort -u >"$WORK/described"

silent "the sources have reasons" at_least 30 "$WORK/reasons"
silent "every reason is described" comm -23 "$WORK/reasons" "$WORK/described"
silent "every described reason is in the sources" comm -13 "$WORK/reasons" "$WORK/described"
done_testing
