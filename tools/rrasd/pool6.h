/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pool of client prefixes: the /64s of one shorter prefix, by the rules of pool.h.
 *
 * A pool that is a /64 itself is shared: every client is given the same one and makes its address
 * with its own interface identifier. Of those there are enough.
 */
#ifndef RRASD_POOL6_H
#define RRASD_POOL6_H

#include "pool.h"
#include "prefix.h"

#define POOL6_LEN_MIN	44	/* 2^20 of /64, POOL_SIZE_MAX */

struct pool6;

struct pool6 *pool6_create(const struct prefix *prefix, const struct in6_addr *local);
void pool6_destroy(struct pool6 *p);
bool pool6_shared(const struct pool6 *p);
bool pool6_contains(const struct pool6 *p, const struct in6_addr *address);
bool pool6_take(struct pool6 *p, uint64_t user, const void *owner, struct prefix *out);
void pool6_claim(struct pool6 *p, const struct prefix *prefix, const void *owner);
const void *pool6_owner(const struct pool6 *p, const struct prefix *prefix);
void pool6_release(struct pool6 *p, const struct prefix *prefix, const void *owner);
void pool6_reserve(struct pool6 *p, const struct prefix *prefix);
void pool6_unreserve_all(struct pool6 *p);
void pool6_count(const struct pool6 *p, struct pool_counts *counts);

#endif /* RRASD_POOL6_H */
