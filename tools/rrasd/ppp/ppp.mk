# SPDX-License-Identifier: GPL-2.0
# Objects of the PPP engine, relative to tools/rrasd, and the libraries they need.
PPP_OBJS := $(addprefix ppp/,option.o fsm.o packet.o lcp.o link.o auth.o pap.o chap.o mschap.o \
	ipcp.o ipv6cp.o network.o info.o ppp.o save.o)
PPP_LIBS := -lnettle
