/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an Access-Accept grants. No I/O.
 */
#ifndef RRASD_RADIUS_GRANT_H
#define RRASD_RADIUS_GRANT_H

#include "auth.h"
#include "radius_packet.h"

const char *radius_grant_read(const struct radius_packet *p, struct auth_grant *grant);
char *radius_filter_name(const struct radius_attr *a);

#endif /* RRASD_RADIUS_GRANT_H */
