# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Many clients at once, see tools/testing/load/main.c. Sourced after net.sh.
#
#	load_start NS [OPTION...]	run the generator
#	load_do COMMAND...		have it do something, and wait for that
#	load_wait			wait for what was begun otherwise
#	load_word WORD			the first number that its last answer has for WORD
#	load_end
#
# Its answers are in $RRAS_LOG/load.out.

LOAD=$TOP/build/bench/load

load_start() {
	local ns=$1 dir
	shift
	dir=$(mktemp -d)
	mkfifo "$dir/in" "$dir/out"
	ip netns exec "$ns" "$LOAD" "$@" <"$dir/in" >"$dir/out" 2>"$RRAS_LOG/load.err" &
	load_pid=$!
	disown "$load_pid"
	exec {load_in}>"$dir/in" {load_out}<"$dir/out"
	rm -r "$dir"
}

load_do() {
	echo "$*" >&"$load_in"
	load_wait
}

# load_wait: for the end of what was begun.
load_wait() {
	local line
	: >"$RRAS_LOG/load.last"
	while read -rt 60 -u "$load_out" line; do
		echo "$line" | tee -a "$RRAS_LOG/load.out" >>"$RRAS_LOG/load.last"
		case $line in
		up\ * | down\ * | vanished\ * | muted\ * | echoes\ *) return ;;
		esac
	done
	note "the generator: $(tail -1 "$RRAS_LOG/load.last") $(cat "$RRAS_LOG/load.err")"
	return 1
}

load_word() { sed -nE "s/.*\b$1 ([0-9]+).*/\1/p" "$RRAS_LOG/load.last" | head -1; }

load_end() {
	echo end >&"$load_in"
	exec {load_in}>&- {load_out}<&-
	poll 20 ended "$load_pid"
}
