/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests of a RADIUS server to end or change sessions (RFC 5176).
 */
#ifndef RRASD_RADIUS_COA_H
#define RRASD_RADIUS_COA_H

struct rrasd;

int radius_coa_open(struct rrasd *d);
void radius_coa_close(struct rrasd *d);

#endif /* RRASD_RADIUS_COA_H */
