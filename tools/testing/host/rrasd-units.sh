#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 900
#
# Unit tests of rrasd with sanitizers, then each of its fuzzers for a moment.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/host.sh
. "$(dirname "$0")/../lib/host.sh"

state "unit tests" make -j2 -C "$TOP/tools/rrasd/tests" check
state "fuzzers" make -j2 -C "$TOP/tools/rrasd/fuzz" check SECONDS="${FUZZ_SECONDS:-5}"
done_testing
