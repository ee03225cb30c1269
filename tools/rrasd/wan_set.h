/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is to be on a WAN interface of ours: addresses and routes, to be looked up. Pure.
 */
#ifndef RRASD_WAN_SET_H
#define RRASD_WAN_SET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prefix.h"

/**
 * struct wan_item - an address or a route; whole words, no holes: compared as bytes
 *
 * Of IPv4, an address is the first four bytes, and the rest is 0.
 */
struct wan_item {
	/** @family: AF_INET or AF_INET6 */
	uint32_t family;
	/** @route: 0: an address, @by and @source are not used */
	uint32_t route;
	uint32_t bits;
	struct in6_addr to;
	/** @by: the next hop; 0: none */
	struct in6_addr by;
	/** @source: of our own packets; 0: not said */
	struct in6_addr source;
};

/**
 * struct wan_set - items; all 0 is the empty set
 */
struct wan_set {
	struct wan_item *item;
	size_t count, room;
	/** @failed: there was no memory for one of them */
	bool failed;
};

struct wan_item wan_item_address(struct in_addr address);
struct wan_item wan_item_route(struct in_addr dst, unsigned int bits, struct in_addr by,
			       struct in_addr source);
struct wan_item wan_item_address6(const struct in6_addr *address, uint8_t bits);
struct wan_item wan_item_route6(const struct prefix *dst, const struct in6_addr *by,
				const struct in6_addr *source);
struct in_addr wan_item_ipv4(const struct in6_addr *field);

void wan_set_add(struct wan_set *s, struct wan_item item);
bool wan_set_sort(struct wan_set *s);
bool wan_set_has(const struct wan_set *s, const struct wan_item *item);
void wan_set_clean(struct wan_set *s);

#endif /* RRASD_WAN_SET_H */
