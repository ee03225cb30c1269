#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 60
#
# The configurations in the pages of Documentation that tell how to do something are taken by
# `rrasd -t` as they stand there, with the users that stand there.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/host.sh
. "$(dirname "$0")/../lib/host.sh"
cd "$TOP"

# literal PAGE FILE: the block that follows the line "*FILE*::", which may be a step with a number,
# without its indentation.
literal() {
	awk -v name="*$2*::" '
		{ step = $0; sub(/^[0-9]+[.] /, "", step) }
		step == name { inside = 1; next }
		inside && /^[^\t]/ { exit }
		inside { sub(/^\t/, ""); print }
	' "$1"
}

# Files that a configuration names are here.
prepare() {
	local path
	literal "$1" /etc/rrasd/rrasd.conf >"$WORK/conf"
	while read -r path; do
		mkdir -p "$WORK$(dirname "$path")"
		literal "$1" "$path" >"$WORK$path"
		[[ -s $WORK$path ]] || echo secret >"$WORK$path"
		[[ $path != */chap-secrets ]] || [[ $(cat "$WORK$path") != secret ]] ||
			echo 'alice * secret *' >"$WORK$path"
	done < <(grep -oP '^\s*(secrets|password-file|secret-file|[a-z]+-secret-file)\s+\K/\S+' \
		"$WORK/conf")
	sed -i -E "s,^(\s*(secrets|([a-z]+-)?(password|secret)-file)\s+)/,\1$WORK/," "$WORK/conf"
	chmod -R go= "$WORK"
}

pages=$(grep -lE '^([0-9]+\. )?\*/etc/rrasd/rrasd.conf\*::' Documentation/*.rst)
for page in pppoe-concentrator pptp-server l2tp dial-out radius; do
	state "$page.rst tells what to write" grep -q "/$page.rst" <<<"$pages"
done
for page in $pages; do
	prepare "$page"
	state "${page##*/} has a configuration" test -s "$WORK/conf"
	state "that is good" tools/rrasd/rrasd -c "$WORK/conf" -t
done
done_testing
