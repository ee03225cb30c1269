#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 uml-debug
# timeout: 120
# append: ipv6.disable=1
#
# A kernel without IPv6: everything works but lines of IPv6, nothing warns.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/pppd.sh
. "$TESTING/lib/pppd.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rrasd.sh
. "$TESTING/lib/rrasd.sh"

expect_fail "this kernel has no IPv6" test -e /proc/net/if_inet6
topology 1
rrasd_config pppoe ac-name concentrator
rrasd_start s
pppd_start c1 c1 eth0 alice secret-alice noipv6
expect_ok "a client connects" pppd_wait_up c1 60
expect_ok "and reaches the host" on c1 ping -qc 3 -W 5 192.0.2.2
cat >"$RRAS_LOG/line-up.py" <<'END'
from kernel import Link, Ndiswan, Refused
link = Link()
link.attach_loop()
try:
    Ndiswan().line_up_ipv6(link.id, "ras0", "fe80::9")
except Refused as refused:
    print(refused.errno, refused.text)
END
expect_match "a line-up of IPv6 is refused with a sentence" "^93 .*IPv6 has to be in the kernel" \
	on s env PYTHONPATH="$TESTING/lib" /usr/bin/python3 "$RRAS_LOG/line-up.py"
expect_ok "and hangs up" pppd_stop c1
expect_ok "no link is left" poll 10 links_are 0
expect_ok "the WAN interface goes" ip -n s link del ras0
rrasd_stop
