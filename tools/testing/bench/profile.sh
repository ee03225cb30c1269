#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The guest's half of ./profile: a long run of packets over each hop, announced by a file
# in the results directory. Nothing else runs meanwhile.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

load_modules
place
path
one_session_each
warm_up
sysctl -qw kernel.kptr_restrict=0
cat /proc/kallsyms >"$RRAS_RESULTS/kallsyms"
for hop in plain ours peer; do
	: >"$RRAS_RESULTS/running.$hop"
	traffic "$hop" 1 1 "${PROFILE_PACKETS:-200000}"
	rm "$RRAS_RESULTS/running.$hop"
done
