# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# FreeRADIUS as the peer, each with files of its own. Sourced after net.sh.
#
#	radius_config NAME ADDRESS CLIENT SECRET	users come from standard input
#	radius_start NAME NS
#	radius_pause NAME, radius_continue NAME		it hears nothing meanwhile
#	radius_detail NAME				its accounting records
#	record TYPE USER [NAME], record_has TYPE USER REGEX [NAME], records TYPE [NAME]
#
# Its log is $RRAS_LOG/radius-NAME/radius.log.

declare -A radius_pid

radius_config() {
	local dir=$RRAS_LOG/radius-$1
	mkdir -p "$dir"
	cat >"$dir/users"
	: >"$dir/dictionary"
	cat >"$dir/radiusd.conf" <<-END
		prefix = /usr
		name = $1
		libdir = /usr/lib/freeradius
		confdir = $dir
		run_dir = $dir
		logdir = $dir
		correct_escapes = true
		cleanup_delay = 0
		max_request_time = 5
		log {
			destination = files
			file = $dir/radius.log
			auth = yes
		}
		security {
			allow_core_dumps = no
			reject_delay = 0
			status_server = no
		}
		thread pool {
			start_servers = 1
			max_servers = 2
			min_spare_servers = 1
			max_spare_servers = 2
		}
		client rras {
			ipaddr = $3
			secret = $4
			require_message_authenticator = yes
		}
		modules {
			pap {
			}
			chap {
			}
			mschap {
				use_mppe = no
			}
			files {
				filename = $dir/users
			}
			detail {
				filename = $dir/detail
			}
		}
		server default {
			listen {
				type = auth
				ipaddr = $2
				port = 1812
			}
			listen {
				type = acct
				ipaddr = $2
				port = 1813
			}
			authorize {
				files
				chap
				mschap
				pap
			}
			authenticate {
				Auth-Type PAP {
					pap
				}
				Auth-Type CHAP {
					chap
				}
				Auth-Type MS-CHAP {
					mschap
				}
			}
			accounting {
				detail
			}
		}
	END
}

radius_runs() { grep -qs 'Ready to process requests' "$RRAS_LOG/radius-$1/radius.log"; }

# radius_start NAME NS
radius_start() {
	rm -f "$RRAS_LOG/radius-$1/radius.log"
	# Not by on(): $! has to be the program, not a shell around it. Without the capability it
	# does not look for a debugger by tracing itself, which it does not survive in UML.
	ip netns exec "$2" setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace \
		freeradius -f -d "$RRAS_LOG/radius-$1" -n radiusd \
		>"$RRAS_LOG/radius-$1/out" 2>&1 </dev/null &
	radius_pid[$1]=$!
	disown "$!"
	if ! poll 20 radius_runs "$1"; then
		tail -qn 20 "$RRAS_LOG/radius-$1/out" "$RRAS_LOG/radius-$1/radius.log" | sed 's/^/# /'
		fatal "FreeRADIUS did not start"
	fi
}

radius_pause() { kill -STOP "${radius_pid[$1]}"; }

radius_continue() { kill -CONT "${radius_pid[$1]}"; }

radius_detail() { cat "$RRAS_LOG/radius-$1/detail" 2>/dev/null; }

# record TYPE USER [SERVER]: the last record of a kind.
record() {
	radius_detail "${3:-one}" | awk -v type="Acct-Status-Type = $1" -v user="User-Name = \"$2\"" '
		BEGIN { RS = ""; } index($0, type) && index($0, user) { last = $0 } END { print last }'
}

record_has() { record "$1" "$2" "${4:-one}" | grep -qE "$3"; }

# records TYPE [SERVER]: how many there are of a kind.
records() { radius_detail "${2:-one}" | grep -c "Acct-Status-Type = $1" || true; }
