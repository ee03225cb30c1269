/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pool of client addresses.
 *
 * A free address waits in a queue: it is taken from the front and given back at the end, so an
 * address that was just released is used again as late as possible. A user gets the address of
 * last time while it is still free. Everything is O(1) in the number of addresses.
 */
#ifndef RRASD_POOL_H
#define RRASD_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POOL_SIZE_MAX	(1U << 20)	/* addresses in all */
#define POOL_NAME_MAX	63

struct pool;

/**
 * struct pool_range - consecutive addresses, both ends included, host byte order
 */
struct pool_range {
	uint32_t first;
	uint32_t last;
	/* What is routed: of a network all of it, though two addresses are given to nobody. */
	uint32_t route_first;
	uint32_t route_last;
	uint32_t pool;		/* which of the configuration's pools they are in */
};

/**
 * struct pool_counts - how full it is
 */
struct pool_counts {
	uint32_t size;		/* addresses in the ranges */
	uint32_t used;		/* given to sessions */
	uint32_t reserved;	/* kept for users with an address of their own, and not in use */
	uint32_t free;		/* for anyone */
};

struct pool *pool_create(const struct pool_range *ranges, size_t count, uint32_t local);
void pool_destroy(struct pool *p);
void pool_exclude(struct pool *p, uint32_t address);
void pool_inherit(struct pool *p, const struct pool *old);
bool pool_contains(const struct pool *p, uint32_t address);
uint32_t pool_take(struct pool *p, uint64_t user, const void *owner);
bool pool_claim(struct pool *p, uint32_t address, const void *owner);
void pool_release(struct pool *p, uint32_t address, const void *owner);
const void *pool_owner(const struct pool *p, uint32_t address);
void pool_reserve(struct pool *p, uint32_t address);
void pool_unreserve_all(struct pool *p);
void pool_count(const struct pool *p, struct pool_counts *counts);
const char *pool_bad_name(const char *name, size_t len);

#endif /* RRASD_POOL_H */
