# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the command says, and how it ends. Sourced after net.sh and rrasd.sh.

# says TEXT STATUS REGEX WORDS...: exit status, and what it says on either output.
says() {
	local text=$1 wanted=$2 regex=$3 status=0
	shift 3
	"$@" >"$LAST" 2>&1 || status=$?
	if [[ $status -eq $wanted ]] && grep -qE -- "$regex" "$LAST"; then
		ok "$text"
	else
		not_ok "$text"
		note "status $status, $wanted and '$regex' were expected: $*"
		show_last
	fi
}

# json TEXT EXPRESSION WORDS...: the output is one JSON value, and EXPRESSION of it (d) is true.
json() {
	local text=$1 expression=$2
	shift 2
	"$@" >"$LAST" 2>"$LAST.err" || true
	if /usr/bin/python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
sys.exit(not eval("(" + sys.argv[2] + ")"))' "$LAST" "$expression" 2>>"$LAST.err"; then
		ok "$text"
	else
		not_ok "$text"
		note "$expression: $*"
		show_last
		sed 's/^/#   /' "$LAST.err"
	fi
}
