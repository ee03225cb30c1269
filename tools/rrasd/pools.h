/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pools of the configuration, by name; their addresses are disjoint.
 */
#ifndef RRASD_POOLS_H
#define RRASD_POOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../lib/json.h"
#include "pool.h"

struct config;
struct pools;
struct rrasd;

/**
 * struct pools_counts - one pool, and what happened to it
 */
struct pools_counts {
	/** @name: NULL: that of [pool]; valid as long as the pools are */
	const char *name;
	/** @of: how full it is */
	struct pool_counts of;
	/** @taken: addresses given, since rrasd began */
	uint64_t taken;
	/** @exhausted: addresses not given for want of one */
	uint64_t exhausted;
};

struct pools *pools_create(const struct config *c);
void pools_destroy(struct pools *all);
bool pools_renew(struct rrasd *d);
bool pools_contain(const struct pools *all, uint32_t address);
bool pools_same(const struct pools *all, uint32_t address, const char *name);
bool pools_known(const struct pools *all, const char *name);
uint32_t pools_take(struct pools *all, const char *name, uint64_t user, const void *owner);
void pools_claim(struct pools *all, uint32_t address, const void *owner);
void pools_release(struct pools *all, uint32_t address, const void *owner);
const void *pools_owner(const struct pools *all, uint32_t address);
void pools_reserve(struct pools *all, uint32_t address);
void pools_unreserve_all(struct pools *all);
size_t pools_number(const struct pools *all);
void pools_count(const struct pools *all, size_t i, struct pools_counts *c);
void pools_json(const struct pools *all, size_t i, struct json *j);
void pools_stats(const struct pools *all, struct json *j);

#endif /* RRASD_POOLS_H */
