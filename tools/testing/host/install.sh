#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# `make install` puts everything below DESTDIR and nothing elsewhere, depmod knows the modules
# and what they need, `make uninstall` takes all of it away again.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/host.sh
. "$(dirname "$0")/../lib/host.sh"
cd "$TOP"

dest=$WORK/dest
version=''
for tree in /lib/modules/6.12.*/build; do
	version=$(basename "$(dirname "$tree")")
done
mkdir -p "$dest/lib/modules/$version"
# depmod reads these.
cp /lib/modules/"$version"/modules.{order,builtin} "$dest/lib/modules/$version/" 2>/dev/null || true
(cd "$dest" && find . -type f | sort) >"$WORK/before"

state "make" make -j2 KERNELS="$version"
state "make install" make install DESTDIR="$dest" PREFIX=/usr KERNELS="$version"
for module in ndiswan_shim wanarp ipfltdrv; do
	state "$module is there" bash -c "ls $dest/lib/modules/$version/updates/rras/$module/$module.ko* ||
		ls $dest/lib/modules/$version/updates/rras/$module.ko*"
done
state "wanarp needs ndiswan_shim" \
	grep -qE 'wanarp\.ko[^:]*:.*ndiswan_shim\.ko' "$dest/lib/modules/$version/modules.dep"
state "ip link can load wanarp by its kind" \
	grep -q 'rtnl-link-wanarp wanarp' "$dest/lib/modules/$version/modules.alias"
state "and ipfltdrv by its netlink family" grep -q 'family-ipfltdrv ipfltdrv' \
	"$dest/lib/modules/$version/modules.alias"
for file in usr/sbin/rrasd usr/sbin/rras usr/lib/systemd/system/rrasd.service \
	usr/share/man/man8/rrasd.8 usr/share/man/man8/rras.8 \
	usr/share/man/man8/rras-filter.8 usr/share/doc/rras/examples/pptp-only.filters \
	usr/share/man/man5/rrasd.conf.5; do
	state "$file" bash -c "ls $dest/$file*"
done
state "the installed daemon runs" "$dest/usr/sbin/rrasd" -V
state "the unit names the installed daemon" grep -q 'ExecStart=/usr/sbin/rrasd' \
	"$dest/usr/lib/systemd/system/rrasd.service"
unit=$dest/usr/lib/systemd/system/rrasd.service
# The bounding set has no CAP_KILL: a signal for the daemon of another user takes more than that.
state "a reload reaches the daemon of another user" grep -qE '^ExecReload=\+/bin/kill -HUP' "$unit"
# As many starts as it takes: with a unit that is given up systemd lets go of all sessions.
state "the unit is never given up" grep -qx 'StartLimitIntervalSec=0' "$unit"
# What it says of users is a path of the machine that it is for.
sed -i "s,^#secrets /etc/rrasd/chap-secrets\$,secrets $dest/etc/rrasd/chap-secrets," "$dest/etc/rrasd/rrasd.conf"
state "rras check has nothing to complain about" "$dest/usr/sbin/rras" check kernel "$version" root "$dest"
state "the sources for dkms" make install-dkms DESTDIR="$dest"
state "have what dkms.conf names" bash -c "cd $dest/usr/src/rras-* && ls dkms.conf Kbuild ndiswan_shim wanarp ipfltdrv include"
state "make uninstall" make uninstall DESTDIR="$dest" PREFIX=/usr KERNELS="$version"
left() {
	(cd "$dest" && find . -type f | grep -v '/modules\.' | sort) >"$WORK/after"
	comm -13 "$WORK/before" "$WORK/after" | grep -v '^./etc/' || true
}
silent "leaves only the configuration" left
done_testing
