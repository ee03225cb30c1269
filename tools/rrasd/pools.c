// SPDX-License-Identifier: GPL-2.0
/*
 * The pools, see pools.h: which one an address is of, which one a client gets one from, and telling
 * the administrator in time when one is nearly empty.
 */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "log.h"
#include "pools.h"
#include "rrasd.h"

/* Percent of what clients can have. Warned about once; again when it was less in between. */
#define NEARLY_FULL	90
#define RELAXED		80

/* One pool, and what happened to it. */
struct member {
	char *name;		/* NULL: [pool] */
	struct pool *pool;
	uint64_t taken;		/* addresses given */
	uint64_t exhausted;	/* addresses not given for want of one */
	bool warned;
};

struct span {
	uint32_t first, last;
	struct member *of;
};

struct pools {
	struct member *members;
	size_t count;
	struct span *spans;	/* by address */
	size_t span_count;
};

static int compare_spans(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

static struct member *find(const struct pools *all, uint32_t address)
{
	size_t low = 0, high = all->span_count, middle;
	const struct span *s;

	while (low < high) {
		middle = (low + high) / 2;
		s = &all->spans[middle];
		if (address < s->first)
			high = middle;
		else if (address > s->last)
			low = middle + 1;
		else
			return s->of;
	}
	return NULL;
}

static struct member *find_name(const struct pools *all, const char *name)
{
	size_t i;

	if (!name)
		return &all->members[0];
	for (i = 1; i < all->count; i++) {
		if (!strcmp(all->members[i].name, name))
			return &all->members[i];
	}
	return NULL;
}

static bool create_member(struct pools *all, const struct config *c, uint32_t i)
{
	struct pool_range ranges[CONFIG_RANGES_MAX];
	struct member *m = &all->members[i];
	const struct pool_range *r;
	size_t n, count = 0;

	for (n = 0; n < c->pool_count; n++) {
		r = &c->pool[n];
		if (r->pool != i)
			continue;
		ranges[count++] = *r;
		all->spans[all->span_count++] = (struct span){ r->first, r->last, m };
	}
	if (c->named[i].name) {
		m->name = strdup(c->named[i].name);
		if (!m->name)
			return false;
	}
	m->pool = pool_create(ranges, count, ntohl(c->local.s_addr));
	return m->pool;
}

/* A client with an address of this host would take that host's packets. */
static void exclude_own(struct pools *all)
{
	const struct sockaddr_in *in;
	struct ifaddrs *list, *i;
	struct member *m;
	uint32_t address;

	if (getifaddrs(&list))
		return;
	for (i = list; i; i = i->ifa_next) {
		if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET)
			continue;
		in = (const struct sockaddr_in *)(const void *)i->ifa_addr;
		address = ntohl(in->sin_addr.s_addr);
		m = find(all, address);
		if (m)
			pool_exclude(m->pool, address);
	}
	freeifaddrs(list);
}

/**
 * pools_create - make the pools, all addresses free
 * @c: the configuration; not needed any more when this returns
 *
 * Addresses that this host has now are given to nobody.
 *
 * Return: the pools or NULL.
 */
struct pools *pools_create(const struct config *c)
{
	struct pools *all;
	uint32_t i;

	all = calloc(1, sizeof(*all));
	if (!all)
		return NULL;
	all->members = calloc(c->pools, sizeof(*all->members));
	all->spans = calloc(c->pool_count + 1, sizeof(*all->spans));
	if (!all->members || !all->spans)
		goto fail;
	all->count = c->pools;
	for (i = 0; i < c->pools; i++) {
		if (!create_member(all, c, i))
			goto fail;
	}
	qsort(all->spans, all->span_count, sizeof(*all->spans), compare_spans);
	exclude_own(all);
	return all;

fail:
	pools_destroy(all);
	return NULL;
}

/**
 * pools_destroy - free the pools
 * @all: the pools or NULL
 */
void pools_destroy(struct pools *all)
{
	size_t i;

	if (!all)
		return;
	for (i = 0; i < all->count; i++) {
		pool_destroy(all->members[i].pool);
		free(all->members[i].name);
	}
	free(all->members);
	free(all->spans);
	free(all);
}

static void inherit(struct pools *all, const struct pools *old)
{
	struct member *m, *before;
	size_t i, k;

	for (i = 0; i < all->count; i++) {
		m = &all->members[i];
		for (k = 0; k < old->count; k++)
			pool_inherit(m->pool, old->members[k].pool);
		before = find_name(old, m->name);
		if (!before)
			continue;
		m->taken = before->taken;
		m->exhausted = before->exhausted;
		m->warned = before->warned;
	}
}

/**
 * pools_renew - make the pools anew, as the configuration in force says
 * @d: the daemon; nothing is reserved in its pools afterwards
 *
 * Sessions keep their addresses, also such as are in no pool any more.
 *
 * Return: whether there was memory for it; if not, the pools are those of before.
 */
bool pools_renew(struct rrasd *d)
{
	struct pools *all = pools_create(d->config);

	if (!all)
		return false;
	inherit(all, d->pools);
	pools_destroy(d->pools);
	d->pools = all;
	return true;
}

/**
 * pools_contain - is an address one of a pool's?
 * @all: the pools
 * @address: the address
 *
 * Return: whether it is, in use or not.
 */
bool pools_contain(const struct pools *all, uint32_t address)
{
	return find(all, address);
}

/**
 * pools_same - is an address of a certain pool?
 * @all: the pools
 * @address: the address
 * @name: the pool's name; NULL: the one without
 *
 * Return: whether it is.
 */
bool pools_same(const struct pools *all, uint32_t address, const char *name)
{
	const struct member *m = find(all, address);

	return m && m == find_name(all, name);
}

/**
 * pools_known - is there a pool of that name?
 * @all: the pools
 * @name: its name; NULL: the one without, which there always is
 *
 * Return: whether there is.
 */
bool pools_known(const struct pools *all, const char *name)
{
	return find_name(all, name);
}

/* So that there is time to do something about it. */
static void watch(struct member *m)
{
	struct pool_counts c;
	uint64_t all, used;

	pool_count(m->pool, &c);
	all = (uint64_t)c.used + c.free;
	used = c.used * UINT64_C(100);
	if (!m->warned && c.used && used >= all * NEARLY_FULL) {
		m->warned = true;
		log_warning("pool%s%s: nearly full, %u of %llu addresses are in use",
			    m->name ? " " : "", m->name ? m->name : "", c.used,
			    (unsigned long long)all);
	} else if (m->warned && used < all * RELAXED) {
		m->warned = false;
	}
}

/**
 * pools_take - an address for a client
 * @all: the pools
 * @name: the pool it is to be of; NULL: the one without a name
 * @user: hash of the user's name; 0: nobody to remember
 * @owner: who holds it from now on, not NULL
 *
 * Return: the address; 0 when that pool has none, or is not there.
 */
uint32_t pools_take(struct pools *all, const char *name, uint64_t user, const void *owner)
{
	struct member *m = find_name(all, name);
	uint32_t address;

	if (!m)
		return 0;
	address = pool_take(m->pool, user, owner);
	if (address)
		m->taken++;
	else
		m->exhausted++;
	watch(m);
	return address;
}

/**
 * pools_claim - a certain address, from whoever may hold it
 * @all: the pools
 * @address: the address; one that is of no pool is ignored
 * @owner: who holds it from now on, not NULL; see pool_claim()
 */
void pools_claim(struct pools *all, uint32_t address, const void *owner)
{
	struct member *m = find(all, address);

	if (!m)
		return;
	pool_claim(m->pool, address, owner);
	watch(m);
}

/**
 * pools_release - give an address back
 * @all: the pools
 * @address: the address; one that is of no pool is ignored
 * @owner: who gives it back; ignored unless he is the one who holds it
 */
void pools_release(struct pools *all, uint32_t address, const void *owner)
{
	struct member *m = find(all, address);

	if (!m)
		return;
	pool_release(m->pool, address, owner);
	watch(m);
}

/**
 * pools_owner - who holds an address?
 * @all: the pools
 * @address: the address
 *
 * Return: the owner or NULL.
 */
const void *pools_owner(const struct pools *all, uint32_t address)
{
	const struct member *m = find(all, address);

	return m ? pool_owner(m->pool, address) : NULL;
}

/**
 * pools_reserve - keep an address for the user it belongs to
 * @all: the pools
 * @address: the address; one that is of no pool is ignored
 */
void pools_reserve(struct pools *all, uint32_t address)
{
	struct member *m = find(all, address);

	if (m)
		pool_reserve(m->pool, address);
}

/**
 * pools_unreserve_all - keep no address for anyone in particular
 * @all: the pools
 */
void pools_unreserve_all(struct pools *all)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		pool_unreserve_all(all->members[i].pool);
}

/**
 * pools_number - how many are there?
 * @all: the pools
 *
 * Return: their number, at least 1.
 */
size_t pools_number(const struct pools *all)
{
	return all->count;
}

/**
 * pools_count - what is to be told of one pool
 * @all: the pools
 * @i: which one, less than pools_number()
 * @c: where to put it
 */
void pools_count(const struct pools *all, size_t i, struct pools_counts *c)
{
	const struct member *m = &all->members[i];

	*c = (struct pools_counts){
		.name = m->name, .taken = m->taken, .exhausted = m->exhausted,
	};
	pool_count(m->pool, &c->of);
}

/**
 * pools_json - one pool as a JSON object
 * @all: the pools
 * @i: which one, less than pools_number()
 * @j: where to write it
 */
void pools_json(const struct pools *all, size_t i, struct json *j)
{
	struct pools_counts c;

	pools_count(all, i, &c);
	json_open(j, '{');
	json_field_string(j, "pool", c.name ? c.name : "");
	json_field_uint(j, "size", c.of.size);
	json_field_uint(j, "used", c.of.used);
	json_field_uint(j, "free", c.of.free);
	json_field_uint(j, "reserved", c.of.reserved);
	json_field_uint(j, "taken", c.taken);
	json_field_uint(j, "exhausted", c.exhausted);
	json_close(j, '}');
}

/**
 * pools_stats - all pools together as members of the daemon's counters
 * @all: the pools
 * @j: where to write them
 */
void pools_stats(const struct pools *all, struct json *j)
{
	struct pools_counts c, sum = { 0 };
	size_t i;

	for (i = 0; i < all->count; i++) {
		pools_count(all, i, &c);
		sum.of.size += c.of.size;
		sum.of.used += c.of.used;
		sum.of.reserved += c.of.reserved;
		sum.exhausted += c.exhausted;
	}
	json_field_uint(j, "pool-size", sum.of.size);
	json_field_uint(j, "pool-used", sum.of.used);
	json_field_uint(j, "pool-reserved", sum.of.reserved);
	json_field_uint(j, "pool-exhausted", sum.exhausted);
}
