#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml-debug
# timeout: 400
#
# Q178272: the filter driver was left out of the installation, and with another filter product
# there nobody told, until filtering was switched on and the whole router service died. Here: the
# file of ipfltdrv is not there. Whoever needs it hears which file is missing, for which kernel,
# and what to do; who has to be filtered stays out; the clients that are connected do not lose a
# packet. The file is put back, and everything works without a restart of anything, beside
# nftables.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rras.sh
. "$TESTING/lib/rras.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/modtree.sh
. "$TESTING/lib/modtree.sh"

need_programs pppd
need_modules pppoe
nft=0
if modprobe -q nf_tables && nft list tables >/dev/null 2>&1; then
	nft=1
fi

cat >gold <<'END'
set gold
default in drop
default out forward
in proto icmp src client dst 192.0.2.2
END

topology 2
unload_modules ipfltdrv
modtree_start
modtree_add ndiswan_shim
modtree_add wanarp

rrasd_config ppp echo-failures 3
sed -i 's/^bob .*/& -- filter-set gold/' "$RRAS_LOG/secrets"
rrasd_start s
expect_fail "rrasd does not need the module by itself" test -e /sys/module/ipfltdrv

if [[ $nft -eq 1 ]]; then
	on s nft -f - <<-'END'
		table inet other {
			chain forward {
				type filter hook forward priority 0
				icmp type echo-request ip daddr 192.0.2.77 counter drop
				icmp type echo-request counter accept
			}
		}
	END
	note "another filter product is there: nftables"
fi

pppd_start alice c1 eth0 alice secret-alice
expect_ok "a client without filters connects" pppd_wait_up alice 60
expect_ok "and has traffic" ping_begin c1 192.0.2.2 -i 0.2

note "without the file"
file=/lib/modules/$MODTREE_RELEASE/updates/rras/ipfltdrv/ipfltdrv.ko
missing="event 7000 \(FILTER_DRIVER_MISSING\): kernel module ipfltdrv is missing: there is no file"
missing+=" of it for kernel ${MODTREE_RELEASE//+/\\+}; it should be ${file//+/\\+}; install it by"
for words in list "import gold" "bind gold dev lan0" bindings "test dev lan0 in src 1.1.1.1 dst 1.1.1.2"; do
	# shellcheck disable=SC2086 # several words
	says "rras filter $words: says what is missing" 3 "^rras: $missing" rras filter $words
done
says "and that nothing else is affected" 3 'WAN interfaces, links and clients are not affected' \
	rras filter list
expect_match "it is in the log too" "rras: $missing" dmesg
says "rras check says the same" 1 '^problem +ipfltdrv +event 7000 .*make install-modules KERNELS=' \
	on s "$RRAS" check
pppd_start bob c2 eth0 bob secret-bob
expect_ok "a client that has to be filtered" pppd_wait_end bob 60
expect_fail "does not get in" pppd_says bob '^remote IP address'
expect_ok "rrasd says why" rrasd_says "$missing"
expect_ok "and to whom it happened" rrasd_says "bob refused: filter set 'gold' cannot be bound"
expect_ok "only the other one's link is there" poll 20 links_are 1

note "the file is there, but depmod was not run"
install -D -m 0644 "$RRAS_BUILD/ipfltdrv/ipfltdrv.ko" "$(modtree_file ipfltdrv)"
says "that is said too" 3 'is there, but not in modules\.dep .*run .depmod' rras filter list
says "rras check says the same" 1 '^problem +ipfltdrv +modules\.dep does not know it.*depmod' \
	on s "$RRAS" check

note "the file is put back"
modtree_add ipfltdrv
says "filtering works at once" 0 '^set gold: 1 filter' rras filter import gold
expect_ok "the module was loaded by its netlink family" test -e /sys/module/ipfltdrv/refcnt
pppd_start bob2 c2 eth0 bob secret-bob
expect_ok "the client gets in, of the same rrasd" pppd_wait_up bob2 60
says "with its set on its link" 0 '^ras0 +link [0-9]+ +gold +on' rras filter bindings
expect_ok "what its filters allow passes" on c2 ping -qc 3 -W 5 192.0.2.2
expect_fail "what they do not does not" on c2 ping -qc 2 -W 1 192.0.2.1
says "rras check has no complaint about it" 0 '.' \
	bash -c "'$RRAS' check | grep -E '^ok +ipfltdrv +/lib/modules'; ! '$RRAS' check | grep -E '^problem +(ipfltdrv|wanarp|ndiswan)'"

if [[ $nft -eq 1 ]]; then
	note "beside nftables"
	says "rras check says that it is there" 0 '^ok +others .*nftables.*works beside' \
		bash -c "ip netns exec s '$RRAS' check || true"
	expect_fail "what nftables drops is dropped" on c1 ping -qc 2 -W 1 192.0.2.77
	expect_match "by nftables" '192\.0\.2\.77 counter packets [1-9]' on s nft list table inet other
	on s nft add rule inet other forward ip saddr "$(pppd_local bob2)" tcp dport 99 counter accept
	expect_fail "what it accepts still has to pass ours" on c2 timeout 3 \
		bash -c 'exec 3<>/dev/tcp/192.0.2.2/99'
	expect_match "which comes first" 'tcp dport 99 counter packets 0' \
		on s nft list table inet other
fi

expect_ok "the first client has not lost a packet in all that time" ping_end
expect_match "rrasd has not been restarted" "^$rrasd_pid\$" cat /tmp/rrasd.pid
