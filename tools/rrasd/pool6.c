// SPDX-License-Identifier: GPL-2.0
/*
 * The pool of client prefixes, see pool6.h: struct pool with the numbers of the /64s, from 1 on,
 * in the place of addresses.
 */
#include <stdlib.h>
#include <string.h>

#include "pool6.h"

struct pool6 {
	struct prefix prefix;
	struct pool *slots;
};

/* The number of the /64 that an address is in; 0: not of the pool, or the pool is shared. */
static uint32_t number(const struct pool6 *p, const struct in6_addr *address)
{
	if (pool6_shared(p) || !pool6_contains(p, address))
		return 0;
	return (uint32_t)(prefix_high(address) - prefix_high(&p->prefix.address)) + 1;
}

/**
 * pool6_create - make a pool, all of it free
 * @prefix: what is given out in pieces; @len 0: an empty pool, or POOL6_LEN_MIN to 64
 * @local: our own address, whose /64 is given to nobody, or ::
 *
 * Return: the pool or NULL.
 */
struct pool6 *pool6_create(const struct prefix *prefix, const struct in6_addr *local)
{
	struct pool_range range = { .first = 1 };
	struct pool6 *p;
	size_t ranges;

	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->prefix = *prefix;
	ranges = prefix->len && prefix->len < 64;
	if (ranges)
		range.last = 1U << (64 - prefix->len);
	p->slots = pool_create(&range, ranges, number(p, local));
	if (p->slots)
		return p;
	free(p);
	return NULL;
}

/**
 * pool6_destroy - free a pool
 * @p: the pool or NULL
 */
void pool6_destroy(struct pool6 *p)
{
	if (!p)
		return;
	pool_destroy(p->slots);
	free(p);
}

/**
 * pool6_shared - do all clients get the same prefix?
 * @p: the pool
 *
 * Return: whether they do, so that a client's own is only one address.
 */
bool pool6_shared(const struct pool6 *p)
{
	return p->prefix.len == 64;
}

/**
 * pool6_contains - is an address one of the pool's?
 * @p: the pool
 * @address: the address
 *
 * Return: whether it is, in use or not.
 */
bool pool6_contains(const struct pool6 *p, const struct in6_addr *address)
{
	return prefix_contains(&p->prefix, address);
}

/**
 * pool6_take - a prefix for a client
 * @p: the pool
 * @user: hash of the user's name; 0: nobody to remember
 * @owner: who holds it from now on, not NULL
 * @out: the prefix of last time if it is free, or else the one that has been free longest
 *
 * Return: whether there was one.
 */
bool pool6_take(struct pool6 *p, uint64_t user, const void *owner, struct prefix *out)
{
	uint32_t n;

	if (pool6_shared(p)) {
		*out = p->prefix;
		return true;
	}
	n = pool_take(p->slots, user, owner);
	if (!n)
		return false;
	out->address = prefix_address(prefix_high(&p->prefix.address) + n - 1, 0);
	out->len = 64;
	return true;
}

/**
 * pool6_claim - a certain prefix, from whoever may hold it
 * @p: the pool
 * @prefix: the prefix; one that is not the pool's is ignored
 * @owner: who holds it from now on, not NULL
 */
void pool6_claim(struct pool6 *p, const struct prefix *prefix, const void *owner)
{
	pool_claim(p->slots, number(p, &prefix->address), owner);
}

/**
 * pool6_owner - who holds a prefix?
 * @p: the pool
 * @prefix: the prefix
 *
 * Return: the owner; NULL if there is none, or if it is not the pool's.
 */
const void *pool6_owner(const struct pool6 *p, const struct prefix *prefix)
{
	return pool_owner(p->slots, number(p, &prefix->address));
}

/**
 * pool6_release - give a prefix back
 * @p: the pool
 * @prefix: the prefix; one that is not the pool's is ignored
 * @owner: who gives it back; ignored unless he is the one who holds it
 */
void pool6_release(struct pool6 *p, const struct prefix *prefix, const void *owner)
{
	pool_release(p->slots, number(p, &prefix->address), owner);
}

/**
 * pool6_reserve - keep a prefix for the user it belongs to
 * @p: the pool
 * @prefix: the prefix; one that is not the pool's is ignored
 */
void pool6_reserve(struct pool6 *p, const struct prefix *prefix)
{
	pool_reserve(p->slots, number(p, &prefix->address));
}

/**
 * pool6_unreserve_all - keep no prefix for anyone in particular
 * @p: the pool
 */
void pool6_unreserve_all(struct pool6 *p)
{
	pool_unreserve_all(p->slots);
}

/**
 * pool6_count - how full is it?
 * @p: the pool
 * @counts: the answer; all 0 if it is shared
 */
void pool6_count(const struct pool6 *p, struct pool_counts *counts)
{
	pool_count(p->slots, counts);
}
