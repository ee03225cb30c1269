// SPDX-License-Identifier: GPL-2.0
/*
 * The pool of client addresses, see pool.h.
 *
 * One slot an address, in one array. Slots refer to each other by index: the queue of free ones
 * is doubly linked, and the slots whose last users hash to one bucket are singly linked.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"

#define NIL	UINT32_MAX

struct slot {
	const void *owner;	/* NULL: nobody */
	uint64_t user;		/* hash of the last user's name; 0: none yet */
	uint32_t prev, next;	/* in the queue */
	uint32_t user_next;	/* in the user bucket */
	bool queued;		/* it is in the queue of free addresses */
	bool reserved;		/* only pool_claim() gets it */
	bool local;		/* our own address, or excluded: nobody gets it */
};

struct range {
	uint32_t first, last;
	uint32_t base;		/* index of the first address's slot */
};

struct pool {
	struct slot *slots;
	uint32_t *buckets;	/* by the hash of the last user's name */
	uint32_t mask;
	uint32_t size;
	uint32_t head, tail;	/* the queue */
	uint32_t used, reserved, free;	/* see struct pool_counts */
	size_t range_count;
	struct range ranges[];
};

static uint32_t find(const struct pool *p, uint32_t address)
{
	const struct range *r;
	size_t i;

	for (i = 0; i < p->range_count; i++) {
		r = &p->ranges[i];
		if (address >= r->first && address <= r->last)
			return r->base + (address - r->first);
	}
	return NIL;
}

static uint32_t address_of(const struct pool *p, uint32_t index)
{
	size_t i;

	for (i = p->range_count; i-- > 0; ) {
		if (index >= p->ranges[i].base)
			return p->ranges[i].first + (index - p->ranges[i].base);
	}
	return 0;
}

static void enqueue(struct pool *p, uint32_t index)
{
	struct slot *s = &p->slots[index];

	s->prev = p->tail;
	s->next = NIL;
	if (p->tail == NIL)
		p->head = index;
	else
		p->slots[p->tail].next = index;
	p->tail = index;
	p->free++;
	s->queued = true;
}

static void dequeue(struct pool *p, uint32_t index)
{
	struct slot *s = &p->slots[index];

	if (s->prev == NIL)
		p->head = s->next;
	else
		p->slots[s->prev].next = s->next;
	if (s->next == NIL)
		p->tail = s->prev;
	else
		p->slots[s->next].prev = s->prev;
	p->free--;
	s->queued = false;
}

/* Free and for anyone: back into the queue; in any other state not. */
static void settle(struct pool *p, uint32_t index)
{
	struct slot *s = &p->slots[index];
	bool wanted = !s->owner && !s->reserved && !s->local;

	if (wanted && !s->queued)
		enqueue(p, index);
	else if (!wanted && s->queued)
		dequeue(p, index);
}

static void forget_user(struct pool *p, uint32_t index)
{
	struct slot *s = &p->slots[index];
	uint32_t *link;

	if (!s->user)
		return;
	link = &p->buckets[s->user & p->mask];
	while (*link != index)
		link = &p->slots[*link].user_next;
	*link = s->user_next;
	s->user = 0;
}

/* The slot that a user had last, NIL if there is none. */
static uint32_t find_user(const struct pool *p, uint64_t user)
{
	uint32_t index = p->buckets[user & p->mask];

	while (index != NIL && p->slots[index].user != user)
		index = p->slots[index].user_next;
	return index;
}

/* One slot a user, or a user with thousands of sessions would make a chain as long. */
static void remember_user(struct pool *p, uint32_t index, uint64_t user)
{
	struct slot *s = &p->slots[index];
	uint32_t *bucket, before;

	if (s->user == user)
		return;
	forget_user(p, index);
	if (!user)
		return;
	before = find_user(p, user);
	if (before != NIL)
		forget_user(p, before);
	bucket = &p->buckets[user & p->mask];
	s->user = user;
	s->user_next = *bucket;
	*bucket = index;
}

static void give(struct pool *p, uint32_t index, const void *owner)
{
	if (!p->slots[index].owner) {
		p->used++;
		p->reserved -= p->slots[index].reserved;
	}
	p->slots[index].owner = owner;
	settle(p, index);
}

/**
 * pool_create - make a pool, all of it free
 * @ranges: the addresses; they do not overlap and are at most POOL_SIZE_MAX in all
 * @count: how many ranges
 * @local: our own address, never given to a client
 *
 * Return: the pool or NULL.
 */
struct pool *pool_create(const struct pool_range *ranges, size_t count, uint32_t local)
{
	uint32_t buckets = 1, size = 0, i;
	struct pool *p;
	size_t n;

	p = calloc(1, sizeof(*p) + count * sizeof(p->ranges[0]));
	if (!p)
		return NULL;
	for (n = 0; n < count; n++) {
		p->ranges[n] = (struct range){ ranges[n].first, ranges[n].last, size };
		size += ranges[n].last - ranges[n].first + 1;
	}
	while (buckets < size)
		buckets *= 2;
	p->range_count = count;
	p->size = size;
	p->mask = buckets - 1;
	p->head = NIL;
	p->tail = NIL;
	p->slots = calloc(size ? size : 1, sizeof(*p->slots));
	p->buckets = malloc(buckets * sizeof(*p->buckets));
	if (!p->slots || !p->buckets) {
		pool_destroy(p);
		return NULL;
	}
	memset(p->buckets, 0xff, buckets * sizeof(*p->buckets));
	i = find(p, local);
	if (i != NIL)
		p->slots[i].local = true;
	for (i = 0; i < size; i++)
		settle(p, i);
	return p;
}

/**
 * pool_exclude - never give an address to anyone
 * @p: the pool
 * @address: the address; one that is not the pool's is ignored; who holds it keeps it
 */
void pool_exclude(struct pool *p, uint32_t address)
{
	uint32_t index = find(p, address);

	if (index == NIL)
		return;
	p->slots[index].local = true;
	settle(p, index);
}

/**
 * pool_inherit - take over what another pool knows about addresses that both have
 * @p: the pool, which nobody has used yet
 * @old: the other one
 *
 * Who holds an address goes on holding it; the free ones are used again in the order of before,
 * after those that are new.
 */
void pool_inherit(struct pool *p, const struct pool *old)
{
	const struct slot *from;
	uint32_t index, i;

	for (i = 0; i < old->size; i++) {
		from = &old->slots[i];
		index = find(p, address_of(old, i));
		if (index == NIL)
			continue;
		remember_user(p, index, from->user);
		if (from->owner)
			give(p, index, from->owner);
	}
	for (i = old->head; i != NIL; i = old->slots[i].next) {
		index = find(p, address_of(old, i));
		if (index == NIL || !p->slots[index].queued)
			continue;
		dequeue(p, index);
		enqueue(p, index);
	}
}

/**
 * pool_destroy - free a pool
 * @p: the pool or NULL
 */
void pool_destroy(struct pool *p)
{
	if (!p)
		return;
	free(p->slots);
	free(p->buckets);
	free(p);
}

/**
 * pool_contains - is an address one of the pool's?
 * @p: the pool
 * @address: the address
 *
 * Return: whether it is, in use or not.
 */
bool pool_contains(const struct pool *p, uint32_t address)
{
	return find(p, address) != NIL;
}

/**
 * pool_take - an address for a client
 * @p: the pool
 * @user: hash of the user's name; 0: nobody to remember
 * @owner: who holds it from now on, not NULL
 *
 * Return: the user's last address if it is free, or else the one that has been free longest;
 * 0 when there is none.
 */
uint32_t pool_take(struct pool *p, uint64_t user, const void *owner)
{
	uint32_t index = NIL;

	if (user)
		index = find_user(p, user);
	if (index == NIL || !p->slots[index].queued)
		index = p->head;
	if (index == NIL)
		return 0;
	remember_user(p, index, user);
	give(p, index, owner);
	return address_of(p, index);
}

/**
 * pool_claim - a certain address, from whoever may hold it
 * @p: the pool
 * @address: the address
 * @owner: who holds it from now on, not NULL
 *
 * The owner of before keeps using it until somebody tells him; his pool_release() does nothing.
 *
 * Return: whether the address is the pool's and not our own.
 */
bool pool_claim(struct pool *p, uint32_t address, const void *owner)
{
	uint32_t index = find(p, address);

	if (index == NIL || p->slots[index].local)
		return false;
	give(p, index, owner);
	return true;
}

/**
 * pool_release - give an address back
 * @p: the pool
 * @address: the address; one that is not the pool's is ignored
 * @owner: who gives it back; ignored unless he is the one who holds it
 */
void pool_release(struct pool *p, uint32_t address, const void *owner)
{
	uint32_t index = find(p, address);

	if (index == NIL || !p->slots[index].owner || p->slots[index].owner != owner)
		return;
	p->slots[index].owner = NULL;
	p->used--;
	p->reserved += p->slots[index].reserved;
	settle(p, index);
}

/**
 * pool_owner - who holds an address?
 * @p: the pool
 * @address: the address
 *
 * Return: the owner or NULL.
 */
const void *pool_owner(const struct pool *p, uint32_t address)
{
	uint32_t index = find(p, address);

	return index == NIL ? NULL : p->slots[index].owner;
}

/**
 * pool_reserve - keep an address for the user it belongs to
 * @p: the pool
 * @address: the address; one that is not the pool's is ignored
 */
void pool_reserve(struct pool *p, uint32_t address)
{
	uint32_t index = find(p, address);

	if (index == NIL || p->slots[index].reserved)
		return;
	p->slots[index].reserved = true;
	p->reserved += !p->slots[index].owner;
	settle(p, index);
}

/**
 * pool_unreserve_all - keep no address for anyone in particular
 * @p: the pool
 */
void pool_unreserve_all(struct pool *p)
{
	uint32_t i;

	for (i = 0; i < p->size; i++) {
		if (!p->slots[i].reserved)
			continue;
		p->slots[i].reserved = false;
		p->reserved -= !p->slots[i].owner;
		settle(p, i);
	}
}

/**
 * pool_count - how full is it?
 * @p: the pool
 * @counts: the answer
 */
void pool_count(const struct pool *p, struct pool_counts *counts)
{
	*counts = (struct pool_counts){
		.size = p->size, .used = p->used, .reserved = p->reserved, .free = p->free,
	};
}

/**
 * pool_bad_name - can a pool have this name?
 * @name: the name, any bytes
 * @len: its length
 *
 * Return: NULL, or what is wrong.
 */
const char *pool_bad_name(const char *name, size_t len)
{
	size_t i;

	if (!len || len > POOL_NAME_MAX)
		return "the name of a pool has 1 to 63 characters";
	for (i = 0; i < len; i++) {
		if (isascii((unsigned char)name[i]) && isalnum((unsigned char)name[i]))
			continue;
		if (name[i] && strchr("-_.", name[i]))
			continue;
		return "the name of a pool has letters, digits, -, _ and . only";
	}
	return NULL;
}
