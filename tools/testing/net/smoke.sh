#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 6.1 uml uml-debug
# timeout: 60
#
# The modules load, show what they should, and unload.
set -euo pipefail
# shellcheck source=../lib/net.sh
. "$(dirname "$0")/../lib/net.sh"

for module in ndiswan_shim wanarp ipfltdrv; do
	expect_ok "$module is loaded" test -e "/sys/module/$module/refcnt"
done
expect_ok "they unload" unload_modules
expect_ok "they load again" load_modules
