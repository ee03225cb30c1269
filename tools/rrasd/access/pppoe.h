/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PPPoE access: discovery (RFC 2516) on Ethernet interfaces; sessions are the kernel's.
 */
#ifndef RRASD_ACCESS_PPPOE_H
#define RRASD_ACCESS_PPPOE_H

#include "../../lib/json.h"

struct rrasd;

int pppoe_open(struct rrasd *d);
void pppoe_close(struct rrasd *d);
void pppoe_json(struct rrasd *d, struct json *j);

#endif /* RRASD_ACCESS_PPPOE_H */
