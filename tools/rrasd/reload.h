/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading the files of the administrator, at the start and again.
 */
#ifndef RRASD_RELOAD_H
#define RRASD_RELOAD_H

#include <stdbool.h>

struct rrasd;

bool reload_first(struct rrasd *d, const char *path, bool test);
void reload_reserve(struct rrasd *d);
void reload(struct rrasd *d, const char *path);

#endif /* RRASD_RELOAD_H */
