/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The daemon's time: monotonic, and read once each time the loop wakes. Whatever a turn of the
 * loop does takes place at one moment, as in libev's own timers.
 */
#ifndef RRASD_CLOCK_H
#define RRASD_CLOCK_H

#include <stdint.h>

struct rrasd;

void clock_open(struct rrasd *d);
void clock_close(struct rrasd *d);
void clock_update(void);
uint64_t rrasd_now(void);

#endif /* RRASD_CLOCK_H */
