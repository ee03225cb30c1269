# SPDX-License-Identifier: GPL-2.0
#
#   make              modules for KERNELS and the tools
#   make install      both on this machine (DESTDIR and PREFIX are respected)
#   make samples      the sample drivers, in build/modules/KERNEL/tools/samples
#   make uninstall    take them away again
#   make check        set up everything and run the tests
#   make demo         set up everything and show the main job in a virtual machine
#   make bench        the measurements
#   make help         all targets
#
# KERNELS defaults to the running kernel if its headers are installed, otherwise
# to every kernel whose headers are.

running := $(shell uname -r)
installed := $(patsubst /lib/modules/%/build,%,$(wildcard /lib/modules/*/build))
KERNELS ?= $(if $(filter $(running),$(installed)),$(running),$(installed))

PREFIX ?= /usr/local
VERSION := 0.1
out := build/modules
# sparse is a check, not a need.
sparse := $(if $(shell command -v sparse),C=2 CF=-D__CHECK_ENDIAN__)

.PHONY: all modules samples tools clean help
all: modules tools

modules: $(addprefix modules-,$(KERNELS))
	@$(if $(KERNELS),:,echo "no kernel headers here: apt-get install linux-headers-amd64" >&2; false)

# kbuild puts objects beside sources, so that each kernel gets a copy of them.
copy = rsync -aR --delete --exclude='*.o' --exclude='*.ko' --exclude='*.mod' \
	--exclude='*.mod.c' --exclude='.*.cmd' --exclude='.*.d' \
	--exclude=modules.order --exclude=Module.symvers

.PHONY: modules-%
modules-%:
	@mkdir -p $(out)/$*
	@$(copy) Kbuild include ndiswan_shim wanarp ipfltdrv $(out)/$*/
	$(MAKE) -C /lib/modules/$*/build M=$(CURDIR)/$(out)/$* W=1 $(sparse) modules

# Beside the modules that they need, but never installed.
samples: $(addprefix samples-,$(KERNELS))

.PHONY: samples-%
samples-%: modules-%
	@$(copy) tools/samples $(out)/$*/
	$(MAKE) -C /lib/modules/$*/build M=$(CURDIR)/$(out)/$* W=1 $(sparse) RRAS_SAMPLES=m modules

tools:
	$(MAKE) -C tools all

.PHONY: install install-modules install-tools install-dkms
install: install-modules install-tools

install-modules: $(addprefix install-modules-,$(KERNELS))

.PHONY: install-modules-%
install-modules-%: modules-%
	$(MAKE) -C /lib/modules/$*/build M=$(CURDIR)/$(out)/$* \
		INSTALL_MOD_PATH=$(DESTDIR) INSTALL_MOD_DIR=updates/rras \
		DEPMOD=true modules_install
	depmod -b $(if $(DESTDIR),$(DESTDIR),/) $*

install-tools: tools
	$(MAKE) -C tools install DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)

# The sources, for dkms to build them for each kernel to come:
# dkms install rras/VERSION
install-dkms:
	install -d $(DESTDIR)/usr/src/rras-$(VERSION)
	cp -r Kbuild COPYING dkms.conf include ndiswan_shim wanarp ipfltdrv \
		$(DESTDIR)/usr/src/rras-$(VERSION)/

.PHONY: uninstall uninstall-modules-%
uninstall: $(addprefix uninstall-modules-,$(KERNELS))
	$(MAKE) -C tools uninstall DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)
	rm -rf $(DESTDIR)/usr/src/rras-$(VERSION)

uninstall-modules-%:
	rm -rf $(DESTDIR)/lib/modules/$*/updates/rras
	depmod -b $(if $(DESTDIR),$(DESTDIR),/) $*

clean:
	$(MAKE) -C tools clean
	rm -rf build

help:
	@sed -n '3,/^$$/s/^# \{0,1\}//p' Makefile

include tools/testing/testing.mk
