/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The counters of the daemon as a whole.
 */
#ifndef RRASD_STATS_H
#define RRASD_STATS_H

#include "../lib/json.h"

struct rrasd;

void stats_json(struct rrasd *d, struct json *j);
void stats_log(struct rrasd *d);

#endif /* RRASD_STATS_H */
