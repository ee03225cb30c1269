// SPDX-License-Identifier: GPL-2.0
/*
 * Sections [pool] and [pool NAME], see config_pool.h. Their keys stand in the table of
 * config_key.c.
 */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "config_value.h"

/**
 * config_pool_add - a section begins
 * @c: the configuration
 * @name: the pool's name; "": the one without, which is there from the start
 * @out: the pool, a new one or one that goes on
 *
 * Return: NULL or what is wrong.
 */
const char *config_pool_add(struct config *c, const char *name, struct config_pool **out)
{
	const char *wrong;
	size_t i;

	*out = &c->named[0];
	if (!*name)
		return NULL;
	for (i = 1; i < c->pools; i++) {
		*out = &c->named[i];
		if (!strcmp(c->named[i].name, name))
			return NULL;
	}
	wrong = pool_bad_name(name, strlen(name));
	if (wrong)
		return wrong;
	if (c->pools == CONFIG_POOLS_MAX)
		return "there are too many pools";
	*out = &c->named[c->pools];
	(*out)->name = strdup(name);
	if (!(*out)->name)
		return "out of memory";
	c->pools++;
	return NULL;
}

/**
 * config_pool_range - addresses of a pool
 * @c: the configuration
 * @pool: which pool
 * @value: the text
 *
 * Return: NULL or what is wrong.
 */
const char *config_pool_range(struct config *c, const struct config_pool *pool, const char *value)
{
	struct pool_range range;
	const char *wrong;
	size_t i, total;

	wrong = config_read_range(value, &range);
	if (wrong)
		return wrong;
	total = range.last - range.first + 1;
	for (i = 0; i < c->pool_count; i++) {
		if (range.route_first <= c->pool[i].route_last &&
		    c->pool[i].route_first <= range.route_last)
			return "it overlaps with addresses given before";
		total += c->pool[i].last - c->pool[i].first + 1;
	}
	if (total > POOL_SIZE_MAX)
		return "the pool has more than 1048576 addresses";
	if (c->pool_count == CONFIG_RANGES_MAX)
		return "the pools have too many ranges";
	range.pool = (uint32_t)(pool - c->named);
	c->pool[c->pool_count++] = range;
	return NULL;
}

/**
 * config_pool_prefix - prefixes for IPv6 clients
 * @c: the configuration
 * @pool: the pool it is said of
 * @value: the text
 *
 * Return: NULL or what is wrong.
 */
const char *config_pool_prefix(struct config *c, const struct config_pool *pool,
			       const char *value)
{
	return pool->name ? "IPv6 clients have one pool for all: [pool]" :
	       config_read_pool6(value, &c->pool6);
}

/**
 * config_pool_find - a pool by its name
 * @c: the configuration
 * @name: the name; NULL: the pool without one
 *
 * Return: the pool or NULL.
 */
const struct config_pool *config_pool_find(const struct config *c, const char *name)
{
	size_t i;

	if (!name)
		return &c->named[0];
	for (i = 1; i < c->pools; i++) {
		if (!strcmp(c->named[i].name, name))
			return &c->named[i];
	}
	return NULL;
}

/**
 * config_filters - are filters wanted, for the WAN interface or a pool?
 * @c: the configuration
 *
 * Return: whether they are; users may want some nevertheless.
 */
bool config_filters(const struct config *c)
{
	bool any = c->wan_filter_set;
	size_t i;

	for (i = 0; i < c->pools; i++)
		any = any || c->named[i].filter_set;
	return any;
}

/**
 * config_pools_free - free what the pools of a configuration have
 * @c: the configuration
 */
void config_pools_free(struct config *c)
{
	size_t i;

	for (i = 0; i < c->pools; i++) {
		free(c->named[i].name);
		free(c->named[i].filter_set);
	}
}
