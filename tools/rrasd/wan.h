/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The WAN interface: all clients are on it.
 */
#ifndef RRASD_WAN_H
#define RRASD_WAN_H

#include <netinet/in.h>
#include <stdbool.h>

struct rrasd;
struct wan;

int wan_open(struct rrasd *d);
void wan_close(struct rrasd *d);
int wan_ifindex(const struct wan *w);
bool wan_ready(const struct wan *w);
int wan_route_add(struct wan *w, struct in_addr peer);
void wan_route_remove(struct wan *w, struct in_addr peer);

#endif /* RRASD_WAN_H */
