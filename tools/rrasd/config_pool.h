/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sections [pool] and [pool NAME] of the configuration file: addresses for clients.
 */
#ifndef RRASD_CONFIG_POOL_H
#define RRASD_CONFIG_POOL_H

#include <stdbool.h>

#define CONFIG_POOLS_MAX	64
#define CONFIG_RANGES_MAX	256

struct config;

/**
 * struct config_pool - [pool] or [pool NAME]
 */
struct config_pool {
	/** @name: NULL: of the one without a name */
	char *name;
	/** @filter_set: for its clients whose user names none; NULL: that of [pool] */
	char *filter_set;
};

const char *config_pool_add(struct config *c, const char *name, struct config_pool **out);
const char *config_pool_range(struct config *c, const struct config_pool *pool,
			      const char *value);
const char *config_pool_prefix(struct config *c, const struct config_pool *pool,
			       const char *value);
const struct config_pool *config_pool_find(const struct config *c, const char *name);
bool config_filters(const struct config *c);
void config_pools_free(struct config *c);

#endif /* RRASD_CONFIG_POOL_H */
