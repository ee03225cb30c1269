# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# A /lib/modules of the test's own, with our modules as `make install` puts them, from which the
# kernel loads by itself. Sourced after net.sh.
#
#	modtree_start		from now on /lib/modules is $MODTREE/lib/modules
#	modtree_add NAME	install a module, and run depmod
#	modtree_remove NAME	take its file away, and run depmod
#	modtree_file NAME	its path in there
#
# Modules of the kernel have to be loaded before; modprobe takes them for built in from then on.

MODTREE=/tmp/modtree
MODTREE_RELEASE=$(uname -r)

modtree_file() { echo "$MODTREE/lib/modules/$MODTREE_RELEASE/updates/rras/$1/$1.ko"; }

modtree_depmod() { depmod -b "$MODTREE" "$MODTREE_RELEASE" 2>/dev/null; }

modtree_add() {
	install -D -m 0644 "$RRAS_BUILD/$1/$1.ko" "$(modtree_file "$1")"
	modtree_depmod
}

modtree_remove() {
	rm -f "$(modtree_file "$1")"
	modtree_depmod
}

# The kernel's own call of modprobe happens in the guest's first mount namespace, which has not
# got our mount: so it is told to call a script that looks there.
modtree_start() {
	local before list loaded
	rm -rf "$MODTREE"
	mkdir -p "$MODTREE/lib/modules/$MODTREE_RELEASE"
	for list in order builtin builtin.modinfo; do
		cp "/lib/modules/$MODTREE_RELEASE/modules.$list" \
			"$MODTREE/lib/modules/$MODTREE_RELEASE/" 2>/dev/null || true
	done
	for loaded in /sys/module/*/refcnt; do
		loaded=${loaded%/refcnt}
		case " ${MODULES[*]} " in
		*" ${loaded##*/} "*) ;;
		*) echo "kernel/${loaded##*/}.ko" ;;
		esac
	done >>"$MODTREE/lib/modules/$MODTREE_RELEASE/modules.builtin"
	printf '#!/bin/sh\nexec /sbin/modprobe -d %s "$@" dyndbg=+p\n' "$MODTREE" >"$MODTREE/modprobe"
	chmod +x "$MODTREE/modprobe"
	mount --bind "$MODTREE/lib/modules" /lib/modules
	before=$(</proc/sys/kernel/modprobe)
	echo "$MODTREE/modprobe" >/proc/sys/kernel/modprobe
	at_exit rm -rf "$MODTREE"
	at_exit bash -c "echo '$before' >/proc/sys/kernel/modprobe"
}
