#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 120
#
# `rras check` against a machine that is a directory: what is right is called right, each thing
# that can be wrong is found, by itself, with what to do, and makes the exit status 1.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/host.sh
. "$(dirname "$0")/../lib/host.sh"

RRAS=${RRAS:-$TOP/tools/rras/rras}
root=$WORK/root
release=$(uname -r)	# so that it is the kernel that runs, and its state counts
tree=$root/lib/modules/$release
options=(MODULES NETFILTER NETFILTER_INGRESS NETFILTER_EGRESS GRO_CELLS NETFILTER_NETLINK_LOG
	IPV6 PPP)

# module DIR NAME [KEY=VALUE...]: a file that modinfo and depmod take for a module; later values
# of a key count.
module() {
	local dir=$1 name=$2 entry entries=(
		"vermagic=$release SMP preempt mod_unload" "version=0.1" "srcversion=ABCDEF"
		"name=$2" "depends=" "alias=net-pf-16-proto-16-family-${2%_shim}")
	shift 2
	mkdir -p "$dir"
	for entry; do
		entries=("${entries[@]/#${entry%%=*}=*/}" "$entry")
	done
	for entry in "${entries[@]}"; do
		[[ -z $entry ]] || printf '.section .modinfo,"a"\n.asciz "%s"\n' "$entry"
	done | as -o "$dir/$name.ko" -
}

modules() {
	module "$tree/updates/rras/ndiswan_shim" ndiswan_shim
	module "$tree/updates/rras/wanarp" wanarp depends=ndiswan_shim
	module "$tree/updates/rras/ipfltdrv" ipfltdrv
}

# These modules have no symbols, of which depmod makes dependencies.
depmod_() {
	depmod -b "$root" "$release" 2>/dev/null
	sed -i 's|^updates/rras/wanarp/wanarp.ko:$|& updates/rras/ndiswan_shim/ndiswan_shim.ko|' \
		"$tree/modules.dep"
}

# A machine on which everything is as it should be.
fresh() {
	local option
	rm -rf "$root"
	mkdir -p "$tree" "$root/boot" "$root/etc/modprobe.d" "$root/etc/rrasd" "$root/dev" \
		"$root/sys/module" "$root/sys/class/net" "$root/proc/sys/kernel"
	touch "$tree/modules.order" "$tree/modules.builtin"
	modules
	depmod_
	for option in "${options[@]}"; do
		echo "CONFIG_$option=m"
	done >"$root/boot/config-$release"
	echo /sbin/modprobe >"$root/proc/sys/kernel/modprobe"
	echo 0 >"$root/proc/sys/kernel/modules_disabled"
	(umask 077 && echo 'alice * secret *' >"$root/etc/rrasd/chap-secrets")
	printf '%s\n' '[wan]' 'local-address 10.64.0.1' '[pool]' 'address 10.64.0.2-10.64.0.9' \
		'[auth]' "secrets $root/etc/rrasd/chap-secrets" '[pppoe]' 'interface eth0' \
		>"$root/etc/rrasd/rrasd.conf"
}

# finds STATUS REGEX: what the check says of this machine; a problem is the only one.
finds() {
	local wanted=$1 regex=$2 status=0
	"$RRAS" check root "$root" >"$WORK/found" 2>&1 || status=$?
	[[ $status -eq $wanted ]] && grep -qE -- "$regex" "$WORK/found" &&
		[[ $(grep -c '^problem' "$WORK/found") -eq $wanted ]] && return
	echo "status $status, $wanted and '$regex' were expected:"
	cat "$WORK/found"
	return 1
}

# case_ TEXT STATUS REGEX: after the machine has been changed.
case_() {
	state "$1" finds "$2" "$3"
	fresh
}

fresh
state "nothing is wrong: versions" finds 0 '^ok +ipfltdrv .*/updates/rras/ipfltdrv/ipfltdrv\.ko, version 0\.1'
state "options" finds 0 '^ok +kernel +it has all options'
state "configuration" finds 0 '^ok +rrasd +its configuration .* is good'
state "and it counts" finds 0 '^0 problems'
state "in JSON" bash -c "'$RRAS' -j check root '$root' | /usr/bin/python3 -c '
import json, sys
d = json.load(sys.stdin)
sys.exit(not all(f[\"found\"] in (\"ok\", \"note\") and f[\"about\"] and f[\"text\"] for f in d))'"

rm "$tree/updates/rras/ipfltdrv/ipfltdrv.ko" && depmod_
case_ "no filter driver" 1 "^problem +ipfltdrv +event 7000 \\(FILTER_DRIVER_MISSING\\): .*kernel $release; it should be .*/ipfltdrv\\.ko: make install-modules KERNELS="
rm "$tree/updates/rras/wanarp/wanarp.ko" && depmod_
case_ "no wanarp" 1 '^problem +wanarp +there is no file of it'
module "$tree/updates/rras/ipfltdrv" ipfltdrv "vermagic=5.0.0-other SMP"
case_ "built for another kernel" 1 "^problem +ipfltdrv .*was built for kernel 5\\.0\\.0-other and not for $release"
module "$tree/updates/rras/wanarp" wanarp version=9.9 depends=ndiswan_shim
case_ "another version" 1 '^problem +wanarp .*has version 9\.9, this program 0\.1'
echo damaged >"$tree/updates/rras/wanarp/wanarp.ko"
case_ "a damaged file" 1 '^problem +wanarp +modinfo cannot read'
sed -i /ipfltdrv/d "$tree/modules.dep"
case_ "modules.dep does not know it" 1 '^problem +ipfltdrv +modules\.dep does not know it.*: depmod '
sed -i /family-ipfltdrv/d "$tree/modules.alias"
case_ "no alias" 1 '^problem +ipfltdrv .*netlink family ipfltdrv: depmod '
sed -i '/^updates.rras.wanarp/s/:.*/:/' "$tree/modules.dep"
case_ "a dependency is missing" 1 '^problem +wanarp +modules\.dep does not say that it needs ndiswan_shim: depmod '
mkdir -p "$tree/updates/dkms" && cp "$tree/updates/rras/wanarp/wanarp.ko" "$tree/updates/dkms/" && depmod_
case_ "two files of one name" 1 '^problem +wanarp +there are 2 files of this name'
echo 'blacklist ipfltdrv' >"$root/etc/modprobe.d/mine.conf"
case_ "a blacklist" 1 '^problem +ipfltdrv +/etc/modprobe\.d/mine\.conf keeps it'
echo 'install wanarp /bin/false' >"$root/etc/modprobe.d/mine.conf"
case_ "an install line" 1 '^problem +wanarp +/etc/modprobe\.d/mine\.conf keeps it'
mkdir -p "$root/var/lib/dkms/rras/0.1/5.0.0-other"
case_ "dkms has built for another kernel" 1 "^problem +dkms .*has not built version 0\\.1 for kernel $release"
mkdir -p "$root/var/lib/dkms/rras/0.1/$release/x86_64/module"
case_ "dkms has built for this one" 0 '^ok +dkms '
rm -r "$tree" && mkdir -p "$root/lib/modules/5.0.0-other"
state "the kernel's package has been replaced" bash -c \
	"! '$RRAS' check root '$root' >'$WORK/found' && grep -qE '^problem +modules .*is not there' '$WORK/found'"
fresh

sed -i /NETFILTER_EGRESS/d "$root/boot/config-$release"
case_ "a kernel without an option" 1 '^problem +kernel +it was built without CONFIG_NETFILTER_EGRESS: ipfltdrv cannot see sent'
sed -i /CONFIG_PPP/d "$root/boot/config-$release"
case_ "without one that only some need" 0 '^note +kernel +it was built without CONFIG_PPP'
rm "$root/boot/config-$release"
case_ "without its configuration" 0 '^note +kernel +how it was configured cannot be read'
mkdir -p "$root/sys/kernel/security" && echo 'none [integrity] confidentiality' >"$root/sys/kernel/security/lockdown"
case_ "lockdown" 1 '^problem +signatures .*\(lockdown\), and [a-z_]+ is not signed'
mkdir -p "$root/sys/module/module/parameters" && echo Y >"$root/sys/module/module/parameters/sig_enforce"
case_ "signatures are enforced" 1 '^problem +signatures .*\(module\.sig_enforce\)'
echo N >"$root/sys/module/sig" && mkdir -p "$root/sys/kernel/security" &&
	echo '[none] integrity confidentiality' >"$root/sys/kernel/security/lockdown"
case_ "no lockdown" 0 '^ok +signatures '
mkdir -p "$root/sys/firmware/efi/efivars" && printf '\6\0\0\0\1' \
	>"$root/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
case_ "Secure Boot" 0 '^note +signatures +Secure Boot is on'
echo 1 >"$root/proc/sys/kernel/modules_disabled"
case_ "no modules any more" 1 '^problem +modules .*modules_disabled'
echo >"$root/proc/sys/kernel/modprobe"
case_ "the kernel calls no modprobe" 1 '^problem +modules .*kernel\.modprobe is empty'

# loaded NAME VERSION SRCVERSION
loaded() {
	mkdir -p "$root/sys/module/$1"
	echo 0 >"$root/sys/module/$1/refcnt"
	echo "$2" >"$root/sys/module/$1/version"
	echo "$3" >"$root/sys/module/$1/srcversion"
}
loaded wanarp 0.1 ABCDEF
case_ "loaded and the same" 0 '^ok +wanarp +loaded, version 0\.1, the same as the file'
loaded wanarp 0.0 ABCDEF
case_ "loaded of another version" 1 '^problem +wanarp +version 0\.0 is loaded'
loaded wanarp 0.1 FEDCBA
case_ "loaded of another source" 1 '^problem +wanarp +what is loaded was not built from the same source'
mkdir -p "$root/sys/module/ipfltdrv"
case_ "the name is taken by the kernel" 1 '^problem +ipfltdrv +this kernel has something else of this name'

mkdir -p "$root/sys/module/nf_tables" "$root/sys/module/ip_tables" "$root/proc/77" &&
	echo squid >"$root/proc/77/comm"
case_ "other filters are no problem" 0 '^ok +others .*\(nftables, iptables, squid\): ipfltdrv works beside them'

echo kernel/net/netfilter/nf_tables.ko >"$tree/modules.builtin"
case_ "nor are those that are built in" 0 '^ok +others .*\(nftables\): ipfltdrv works beside them'

echo 'nonsense 1' >>"$root/etc/rrasd/rrasd.conf"
case_ "rrasd's configuration" 1 "^problem +rrasd .*rrasd\\.conf:9: .*no key 'nonsense'"
rm "$root/etc/rrasd/rrasd.conf"
case_ "none" 0 '^note +rrasd +it is not configured'
mkdir -p "$root/sys/class/net/ras0"
case_ "another interface has the name" 1 '^problem +interface +ras0 is there and is no WAN interface'
mkdir -p "$root/sys/class/net/ras0/wanarp"
case_ "ours has it" 0 '^0 problems'
sed -i 's/\[pool\]/interface wan7\n[pool]/' "$root/etc/rrasd/rrasd.conf" && mkdir -p "$root/sys/class/net/wan7"
case_ "the name of the configuration counts" 1 '^problem +interface +wan7 '
touch "$root/dev/ndiswan"
case_ "something else where the device will be" 1 '^problem +device .*is no device'

chmod 755 "$WORK" && chmod 600 "$root/etc/rrasd/rrasd.conf"
if [[ $(id -u) -eq 0 ]]; then
	nobody() {
		cp "$RRAS" "$WORK/rras"
		# To a file first: a grep that has seen enough would kill who still writes.
		setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$WORK/rras" \
			check root "$root" >"$WORK/out" &&
			grep -qE '^note +rights +you are not root' "$WORK/out" &&
			grep -qE '^note +rrasd .*can be read by root only' "$WORK/out" &&
			grep -qE '^ok +ipfltdrv +' "$WORK/out"
	}
	state "who is not root sees most of it" nobody
fi
state "another kernel" bash -c "'$RRAS' check kernel 5.0.0-other root '$root' >'$WORK/found' && exit 1
	grep -qE '^problem +modules .*5\\.0\\.0-other is not there' '$WORK/found'"
refuses() { local status=0; "$RRAS" check "$@" || status=$?; [[ $status -eq 2 ]]; }
state "nonsense" refuses nonsense
state "half of it" refuses kernel
state "help" bash -c "'$RRAS' check help >'$WORK/found' && grep -q '^usage: rras check' '$WORK/found'"
done_testing
