# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# rrasd that dials wan0. Sourced after net.sh and rrasd.sh.
#
#	dial_topology			s is on a cable with ac; 198.51.100.1 behind that is
#					"the Internet"
#	dial_addresses OURS PEERS	the addresses of both on that cable
#	dial_masquerade			what comes from h has the address of wan0 there
#	dial_base			the configuration as it always is, on standard input; what
#					is always the same in it is added
#	dial_config [KEY VALUE]...	that, and more of [dial wan0]
#	dial_reload [KEY VALUE]...	the same, for a daemon that runs
#	dial_state, dial_state_is STATE, dial_hangup, dial_address_is ADDRESS, dial_has_default,
#	dial_connects, dial_connects_are N

dial_topology() {
	topology 0 none
	ns_create ac
	veth s acc0 ac eth0
	ip -n ac addr add 198.51.100.1/32 dev lo
}

dial_addresses() {
	ip -n s addr add "$1" dev acc0
	ip -n ac addr add "$2" dev eth0
}

# A packet that dials does not have the address yet that comes with the line.
dial_masquerade() {
	on s nft -f - <<-END
		table ip nat {
			chain post {
				type nat hook postrouting priority srcnat;
				oifname wan0 masquerade
			}
		}
	END
}

dial_base() {
	{
		cat <<-END
			[daemon]
			control-socket /tmp/rrasd.sock
			log-level debug
		END
		cat
		printf '%s\n' 'create yes' 'user alice'
	} >"$RRAS_LOG/dial-base"
}

dial_config() {
	(umask 077 && cat "$RRAS_LOG/dial-base" >"$RRASD_CONF")
	while [[ $# -ge 2 ]]; do
		printf '%s "%s"\n' "$1" "$2" >>"$RRASD_CONF"
		shift 2
	done
}

dial_reload() {
	dial_config "$@"
	rrasd_reload
}

dial_ask() { on s /usr/bin/python3 "$TESTING/net/dial.py" "$@" wan0; }
dial_state() { dial_ask state; }
dial_state_is() { [[ $(dial_state) == "$1" ]]; }

dial_hangup() {
	dial_ask hangup
	poll 30 links_are 0
}

dial_address_is() { ip -n s -4 -o addr show dev wan0 | grep -q "inet $1 "; }
dial_has_default() { ip -n s route show default | grep -q 'dev wan0'; }

dial_connects() { grep -c 'wan0: connected over' "$RRAS_LOG/rrasd.log" || true; }
dial_connects_are() { [[ $(dial_connects) -eq $1 ]]; }
