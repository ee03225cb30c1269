# SPDX-License-Identifier: GPL-2.0
# Objects of the PPP engine, relative to tools/rrasd; needs -lnettle.
PPP_OBJS := ppp/option.o ppp/fsm.o ppp/lcp.o ppp/auth.o ppp/pap.o ppp/chap.o ppp/ipcp.o ppp/ppp.o
PPP_LIBS := -lnettle
