# SPDX-License-Identifier: GPL-2.0
#
# Targets for people that need guests: included by the top-level Makefile, which has the
# target `tools`.
#
#   make check              every test; TEST="NAME..." selects, NAME@KERNEL on one kernel
#   make check-list         what NAME can be
#   make demo               the whole thing at work, with a verdict, in a few minutes
#   make bench              the measurements
#   make setup              only install what these need

.PHONY: setup check check-list demo bench load

# The generator of many clients.
load:
	$(MAKE) -s -C tools/testing/load

setup:
	tools/testing/setup

check: setup
	RRAS_NO_SETUP=1 tools/testing/run $(TEST)

check-list:
	tools/testing/run --list

demo: setup
	$(MAKE) tools
	tools/testing/vm/build-modules 6.12
	tools/testing/demo

bench: setup
	$(MAKE) tools
	tools/testing/vm/build-modules 6.12
	tools/testing/vm/build-modules uml
	tools/testing/bench/run $(BENCH)
