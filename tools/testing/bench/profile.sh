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
pairs ours 1
pairs peer 1
for name in ours-c ours-s peer-c peer-s; do
	sessions_do "$name" up
done
for hop in plain ours peer; do
	traffic "$hop" 1 1 500
done
sysctl -qw kernel.kptr_restrict=0
cat /proc/kallsyms >"$RRAS_RESULTS/kallsyms"
for hop in plain ours peer; do
	: >"$RRAS_RESULTS/running.$hop"
	traffic "$hop" 1 1 "${PROFILE_PACKETS:-200000}"
	rm "$RRAS_RESULTS/running.$hop"
done
