#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 300
#
# Filtered devices are renamed, moved and removed, namespaces end and the module goes, all
# under traffic: no hook, file or binding is left. filter-lifetime.py has the cases.
#
#	s  eth0 ---------- eth0  h
#	192.0.2.1          192.0.2.2
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"

need_programs nft
ns_create s h
# Somebody else's hooks stay registered, so that the kernel does not patch the code that calls
# hooks each time ours come and go: QEMU dies of that now and then (README.md, int3).
on h nft -f - <<'END'
table netdev other {
	chain in { type filter hook ingress device lo priority 0; policy accept; }
	chain out { type filter hook egress device lo priority 0; policy accept; }
}
END
status=0
on s /usr/bin/python3 "$TESTING/net/filter-lifetime.py" || status=$?
expect_equal "all of filter-lifetime.py" 0 "$status"
