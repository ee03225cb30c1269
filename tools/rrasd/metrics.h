/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The counters for Prometheus: GET /metrics over HTTP, in its text format.
 */
#ifndef RRASD_METRICS_H
#define RRASD_METRICS_H

#include <stdio.h>

struct rrasd;

int metrics_open(struct rrasd *d);
void metrics_close(struct rrasd *d);
void metrics_write(struct rrasd *d, FILE *f);

#endif /* RRASD_METRICS_H */
