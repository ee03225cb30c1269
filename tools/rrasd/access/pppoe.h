/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PPPoE access: discovery (RFC 2516) on Ethernet interfaces, as concentrator and as the one who
 * calls; sessions are the kernel's.
 */
#ifndef RRASD_ACCESS_PPPOE_H
#define RRASD_ACCESS_PPPOE_H

#include "../../lib/json.h"

struct config_dial;
struct pppoe_dialler;
struct rrasd;
struct uplink;

int pppoe_open(struct rrasd *d);
int pppoe_listen(struct rrasd *d);
void pppoe_close(struct rrasd *d);
void pppoe_json(struct rrasd *d, struct json *j);

/* pppoe_dial.c */
struct pppoe_dialler *pppoe_dialler_create(struct rrasd *d, const char *name, struct uplink *u);
int pppoe_dialler_begin(struct pppoe_dialler *dialler, const struct config_dial *dial);
void pppoe_dialler_cancel(struct pppoe_dialler *dialler);
const char *pppoe_dialler_problem(const struct pppoe_dialler *dialler);
void pppoe_dialler_free(struct pppoe_dialler *dialler);

#endif /* RRASD_ACCESS_PPPOE_H */
