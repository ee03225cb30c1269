/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ipfltdrv: filter sets bound to the links of clients and to the WAN interface. The sets
 * themselves are loaded by rras.
 *
 * The module is loaded when it is needed first. Where it is missing, only those who need it are
 * refused.
 */
#ifndef RRASD_FILTERS_H
#define RRASD_FILTERS_H

#include <stdbool.h>
#include <stdint.h>

struct filters;
struct rrasd;

int filters_open(struct rrasd *d);
void filters_close(struct rrasd *d);
int filters_bind(struct rrasd *d, uint32_t link, int ifindex, const char *set);
void filters_remove(struct rrasd *d, uint32_t link);
void filters_unbind(struct rrasd *d, uint32_t link);
void filters_wan(struct rrasd *d);
bool filters_wan_ready(const struct rrasd *d);
const char *filters_error(const struct rrasd *d);

#endif /* RRASD_FILTERS_H */
