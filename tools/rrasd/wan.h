/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The WAN interface: all clients are on it.
 */
#ifndef RRASD_WAN_H
#define RRASD_WAN_H

#include <netinet/in.h>
#include <stdbool.h>

#include "prefix.h"

struct rrasd;
struct config;
struct wan;

int wan_open(struct rrasd *d);
void wan_close(struct rrasd *d);
int wan_ifindex(const struct wan *w);
bool wan_ready(const struct wan *w);
void wan_pools_changed(struct wan *w);
void wan_tidy(struct wan *w, bool again);
void wan_conflict_changed(struct wan *w, const struct config *old);
int wan_route_add(struct wan *w, struct in_addr peer);
void wan_route_remove(struct wan *w, struct in_addr peer);
int wan_network_add(struct wan *w, struct in_addr dst, unsigned int bits, struct in_addr by);
void wan_network_remove(struct wan *w, struct in_addr dst, unsigned int bits, struct in_addr by);
const char *wan_error(const struct wan *w);
int wan_route6_add(struct wan *w, const struct prefix *prefix);
void wan_route6_remove(struct wan *w, const struct prefix *prefix);

#endif /* RRASD_WAN_H */
