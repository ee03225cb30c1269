/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests to rtnetlink: the WAN interface, its address and its routes.
 */
#ifndef RRASD_WAN_ROUTE_H
#define RRASD_WAN_ROUTE_H

#include <netinet/in.h>
#include <stdbool.h>

#include "../lib/nl.h"
#include "pool.h"
#include "prefix.h"

#define WAN_KIND	"wanarp"
#define WAN_ALIAS	"created by rrasd"
/* The protocol of routes and addresses that are ours, `ip route list proto 114`. */
#define WAN_MARK	114

int wan_nl_create(struct nl *nl, const char *name);
int wan_nl_delete(struct nl *nl, int ifindex);
int wan_nl_up(struct nl *nl, int ifindex);
int wan_nl_address_peer(struct nl *nl, int ifindex, struct in_addr local, struct in_addr peer,
			unsigned char scope, bool add);
int wan_nl_address(struct nl *nl, int ifindex, struct in_addr local, bool add);
int wan_nl_route(struct nl *nl, int ifindex, struct in_addr dst, unsigned int bits,
		 struct in_addr local, bool add);

int wan_nl_route_by(struct nl *nl, int ifindex, struct in_addr dst, unsigned int bits,
		    struct in_addr by, bool add);
int wan_nl_route6(struct nl *nl, int ifindex, const struct prefix *dst, const struct in6_addr *hop,
		  const struct in6_addr *source, bool add);
int wan_nl_address6(struct nl *nl, int ifindex, const struct in6_addr *address, unsigned int bits,
		    bool add);

/* Called for each prefix; not 0 ends it. */
typedef int (*wan_prefix_fn)(struct in_addr dst, unsigned int bits, void *data);

int wan_prefixes(const struct pool_range *range, wan_prefix_fn fn, void *data);

#endif /* RRASD_WAN_ROUTE_H */
