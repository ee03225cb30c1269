/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ipfltdrv: filter sets bound to the links of clients. The sets themselves are loaded by rras.
 *
 * The module is loaded when it is needed first. Where it is missing, only those who need it are
 * refused.
 */
#ifndef RRASD_FILTERS_H
#define RRASD_FILTERS_H

#include <stdint.h>

struct filters;
struct rrasd;

int filters_open(struct rrasd *d);
void filters_close(struct rrasd *d);
int filters_bind(struct rrasd *d, uint32_t link, int ifindex, const char *set);
void filters_unbind(struct rrasd *d, uint32_t link);
const char *filters_error(const struct rrasd *d);

#endif /* RRASD_FILTERS_H */
