/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPv6 on the WAN interface: our addresses, and routes to the clients by way of the one next hop
 * that stands for all of them.
 */
#ifndef RRASD_WAN_IPV6_H
#define RRASD_WAN_IPV6_H

#include "../lib/nl.h"
#include "hash.h"
#include "prefix.h"

struct config;
struct wan_set;

/**
 * struct wan_ipv6 - what wan.c keeps for it
 */
struct wan_ipv6 {
	struct nl *nl;
	const char *name;
	int ifindex;
	struct htable by_prefix;
	struct list routes;
};

int wan_ipv6_init(struct wan_ipv6 *w, struct nl *nl, const char *name);
void wan_ipv6_clean(struct wan_ipv6 *w);
void wan_ipv6_up(struct wan_ipv6 *w, int ifindex, const struct config *c);
void wan_ipv6_gone(struct wan_ipv6 *w);
void wan_ipv6_collect(const struct wan_ipv6 *w, const struct config *c, struct wan_set *wanted);
int wan_ipv6_route_add(struct wan_ipv6 *w, const struct prefix *p, const struct config *c);
void wan_ipv6_route_remove(struct wan_ipv6 *w, const struct prefix *p);

#endif /* RRASD_WAN_IPV6_H */
