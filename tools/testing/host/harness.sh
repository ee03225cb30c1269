#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 60
#
# What decides over other tests is tested itself.
set -euo pipefail

cd "$(dirname "$0")/../lib"
exec /usr/bin/python3 -B -m unittest -v
