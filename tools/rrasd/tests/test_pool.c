// SPDX-License-Identifier: GPL-2.0
/*
 * The address pool against a model so simple that it is right.
 */
#include <stdlib.h>
#include <string.h>

#include "../pool.h"
#include "tap.h"

#define FIRST	0x0a000001U
#define SIZE	40U
#define OWNERS	30
#define STEPS	200000

/* An address with the step at which it became free: the one free longest has the lowest. */
struct model {
	int owner[SIZE];	/* 0: free */
	bool reserved[SIZE];
	bool excluded[SIZE];
	uint64_t user[SIZE];
	uint64_t freed[SIZE];
	uint64_t clock;
};

static char owners[OWNERS + 1];

#define LOCAL	3

/* Two ranges, so that their border is crossed too. */
static const struct pool_range ranges[] = {
	{ .first = FIRST, .last = FIRST + 16 },
	{ .first = FIRST + 17, .last = FIRST + SIZE - 1 },
};

static bool is_free(const struct model *m, unsigned int i)
{
	return !m->owner[i] && !m->reserved[i] && !m->excluded[i];
}

static bool found(unsigned int i)
{
	return i < SIZE;
}

static uint32_t model_take(struct model *m, uint64_t user, int owner)
{
	unsigned int i, best = SIZE, oldest = SIZE;

	for (i = 0; i < SIZE; i++) {
		if (user && is_free(m, i) && m->user[i] == user)
			best = i;
	}
	for (i = 0; !found(best) && i < SIZE; i++) {
		if (is_free(m, i) && (!found(oldest) || m->freed[i] < m->freed[oldest]))
			oldest = i;
	}
	if (!found(best))
		best = oldest;
	if (!found(best))
		return 0;
	for (i = 0; i < SIZE; i++) {
		if (m->user[i] == user)
			m->user[i] = 0;
	}
	m->user[best] = user;
	m->owner[best] = owner;
	return FIRST + best;
}

static void model_settle(struct model *m, unsigned int i, bool was_free)
{
	if (!was_free && is_free(m, i))
		m->freed[i] = ++m->clock;
}

static void model_release(struct model *m, unsigned int i, int owner)
{
	bool was = is_free(m, i);

	if (m->owner[i] == owner)
		m->owner[i] = 0;
	model_settle(m, i, was);
}

static bool same(const struct pool *p, const struct model *m)
{
	struct pool_counts counts;
	const void *owner;
	uint32_t used = 0, reserved = 0, available = 0;
	unsigned int i;

	for (i = 0; i < SIZE; i++) {
		owner = m->owner[i] ? &owners[m->owner[i]] : NULL;
		if (pool_owner(p, FIRST + i) != owner)
			return false;
		used += m->owner[i] != 0;
		reserved += m->reserved[i] && !m->owner[i];
		available += is_free(m, i);
	}
	pool_count(p, &counts);
	return counts.size == SIZE && counts.used == used && counts.reserved == reserved &&
	       counts.free == available;
}

/*
 * The configuration is read again: nothing is reserved and excluded but our own address. What is
 * free by that is new, and comes first.
 */
static struct pool *renew(struct pool *old, struct model *m)
{
	struct pool *p = pool_create(ranges, 2, FIRST + LOCAL);
	unsigned int i;
	bool was;

	if (!p)
		abort();
	pool_inherit(p, old);
	pool_destroy(old);
	m->clock += SIZE;
	for (i = 0; i < SIZE; i++) {
		was = is_free(m, i);
		m->reserved[i] = false;
		m->excluded[i] = i == LOCAL;
		m->freed[i] = was ? m->freed[i] + SIZE : i;
	}
	return p;
}

static bool step(struct pool **pool, struct model *m)
{
	struct pool *p = *pool;
	unsigned int i = (unsigned int)rand() % SIZE;
	int owner = 1 + rand() % OWNERS;
	uint64_t user = (uint64_t)(rand() % 12);
	bool was;

	switch (rand() % 16) {
	case 0:
		if (pool_claim(p, FIRST + i, &owners[owner]) != !m->excluded[i])
			return false;
		if (!m->excluded[i])
			m->owner[i] = owner;
		return true;
	case 1:
		was = is_free(m, i);
		pool_reserve(p, FIRST + i);
		m->reserved[i] = true;
		model_settle(m, i, was);
		return true;
	case 2:
		if (rand() % 32 == 0)
			p = *pool = renew(p, m);
		if (rand() % 32 == 0) {
			pool_exclude(p, FIRST + i);
			m->excluded[i] = true;
		}
		if (rand() % 4)
			return true;
		pool_unreserve_all(p);
		for (i = 0; i < SIZE; i++) {
			was = is_free(m, i);
			m->reserved[i] = false;
			model_settle(m, i, was);
		}
		return true;
	case 3 ... 8:
		pool_release(p, FIRST + i, &owners[owner]);
		model_release(m, i, owner);
		return true;
	case 9 ... 11:
		owner = m->owner[i];
		if (!owner)
			return true;
		pool_release(p, FIRST + i, &owners[owner]);
		model_release(m, i, owner);
		return true;
	default:
		return pool_take(p, user, &owners[owner]) == model_take(m, user, owner);
	}
}

static void test_model(void)
{
	struct model m = { .clock = SIZE, .excluded[LOCAL] = true };
	struct pool *p;
	unsigned int i;

	p = pool_create(ranges, 2, FIRST + LOCAL);
	if (!p)
		abort();
	for (i = 0; i < SIZE; i++)
		m.freed[i] = i;
	srand(1);
	for (i = 0; i < STEPS; i++) {
		if (!step(&p, &m) || (i % 64 == 0 && !same(p, &m)))
			break;
	}
	tap_number(i, STEPS, "random steps agree with the model");
	tap_ok(same(p, &m), "and so does the end");
	pool_destroy(p);
}

static void test_late(void)
{
	static const struct pool_range range = { .first = FIRST, .last = FIRST + 9 };
	struct pool *p = pool_create(&range, 1, 0);
	uint32_t got[10], first;
	unsigned int i, good = 0;

	if (!p)
		abort();
	first = pool_take(p, 0, p);
	pool_release(p, first, p);
	for (i = 0; i < 9; i++) {
		got[i] = pool_take(p, 0, p);
		good += got[i] != first && got[i] != 0;
	}
	tap_number(good, 9, "a released address comes after all others");
	tap_ok(pool_take(p, 0, p) == first, "and then it does");
	tap_number(pool_take(p, 0, p), 0, "an empty pool gives none");
	pool_release(p, got[4], &got[0]);
	tap_number(pool_take(p, 0, p), 0, "nobody gives back what is another's");
	pool_destroy(p);
}

static void test_sticky(void)
{
	static const struct pool_range range = { .first = FIRST, .last = FIRST + 9 };
	struct pool *p = pool_create(&range, 1, 0);
	uint32_t mine, other;

	if (!p)
		abort();
	mine = pool_take(p, 77, p);
	pool_release(p, mine, p);
	other = pool_take(p, 78, p);
	tap_ok(other != mine, "another user gets another address");
	tap_ok(pool_take(p, 77, p) == mine, "the user gets the one of last time");
	tap_ok(pool_take(p, 77, p) != mine, "and for a second session another");
	tap_ok(pool_claim(p, mine, &mine), "a claim takes it from its owner");
	pool_release(p, mine, p);
	tap_ok(pool_owner(p, mine) == &mine, "who cannot give it back any more");
	tap_ok(!pool_claim(p, FIRST + 10, p), "an address outside cannot be claimed");
	tap_ok(!pool_contains(p, FIRST - 1) && !pool_contains(p, FIRST + 10) &&
	       pool_contains(p, FIRST) && pool_contains(p, FIRST + 9), "borders");
	pool_destroy(p);
	p = pool_create(NULL, 0, 0);
	tap_ok(p && !pool_take(p, 5, &mine), "a pool without addresses gives none");
	pool_destroy(p);
}

static void test_names(void)
{
	char longest[POOL_NAME_MAX + 2];

	memset(longest, 'a', sizeof(longest));
	tap_ok(!pool_bad_name("gold-1_x.y", 10) && !pool_bad_name(longest, POOL_NAME_MAX), "names");
	tap_ok(pool_bad_name("", 0) && pool_bad_name(longest, POOL_NAME_MAX + 1) &&
	       pool_bad_name("a b", 3) && pool_bad_name("a\0b", 3) && pool_bad_name("\xc3\xa4", 2),
	       "what is none");
}

/* The largest pool that there can be: a step that is not O(1) would take hours. */
static void test_large(void)
{
	static const struct pool_range range = { .first = FIRST,
						 .last = FIRST + POOL_SIZE_MAX - 1 };
	struct pool *p = pool_create(&range, 1, 0);
	uint32_t i, address, wrong = 0;

	if (!p)
		abort();
	for (i = 0; i < POOL_SIZE_MAX; i++)
		wrong += pool_take(p, i + 1, p) != FIRST + i;
	for (i = 0; i < POOL_SIZE_MAX; i++)
		pool_release(p, FIRST + i, p);
	for (i = 0; i < POOL_SIZE_MAX; i++) {
		address = pool_take(p, POOL_SIZE_MAX - i, p);
		wrong += address != FIRST + POOL_SIZE_MAX - 1 - i;
	}
	tap_number(wrong, 0, "a million users find their addresses again");
	pool_destroy(p);
}

int main(void)
{
	test_model();
	test_late();
	test_sticky();
	test_names();
	test_large();
	return tap_end();
}
