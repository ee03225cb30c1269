// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting after wrong secrets, see auth_limit.h. Pure.
 *
 * A peer that was wrong a few times in a row waits a second before it is listened to again, then
 * two, four, up to a minute. So does a user, of whom strangers may know the name: but after more
 * failures, and no longer than ten seconds. A peer that has been this very user before is not held
 * up by what others do to the name, so nobody can be kept out of his own account by guessing at it;
 * its own failures still count. Success forgives nothing, or somebody with one secret could try as
 * many others as he likes; time does, a failure a minute.
 */
#include <stddef.h>

#include "auth_limit.h"

#define WAIT_MIN_MS		1000
#define PEER_WAIT_MAX_MS	60000
#define USER_WAIT_MAX_MS	10000
#define USER_FACTOR		4	/* so many times the failures of a peer */
#define FORGIVE_MS		60000	/* for each failure */
#define PROVEN_MS		(30ULL * 24 * 3600 * 1000)

/*
 * A name may be the very bytes of an address, and has its hash then: who fails with such a name
 * must not fail for the address.
 */
static uint64_t user_key(const struct auth_attempt *a)
{
	return ~a->user;
}

static uint64_t pair_key(const struct auth_attempt *a)
{
	return a->peer * 3 ^ (a->user << 1 | 1);
}

static uint32_t failures_left(const struct auth_limit_entry *e, uint64_t now_ms)
{
	uint64_t forgiven = (now_ms - e->stamp_ms) / FORGIVE_MS;

	return forgiven >= e->failures ? 0 : e->failures - (uint32_t)forgiven;
}

static const struct auth_limit_entry *find(const struct auth_limit *l, uint64_t key)
{
	const struct auth_limit_entry *set = l->sets[key % AUTH_LIMIT_SETS];
	int i;

	for (i = 0; i < AUTH_LIMIT_WAYS; i++) {
		if (set[i].stamp_ms && set[i].key == key)
			return &set[i];
	}
	return NULL;
}

/*
 * Who comes new takes the place of the one with the fewest failures, the oldest of those: inventing
 * peers does not make the table forget one who has been wrong often.
 */
static struct auth_limit_entry *get(struct auth_limit *l, uint64_t key, uint64_t now_ms)
{
	struct auth_limit_entry *set = l->sets[key % AUTH_LIMIT_SETS];
	struct auth_limit_entry *worst = &set[0];
	uint32_t a, b;
	int i;

	for (i = 0; i < AUTH_LIMIT_WAYS; i++) {
		if (set[i].stamp_ms && set[i].key == key)
			return &set[i];
		a = failures_left(&set[i], now_ms);
		b = failures_left(worst, now_ms);
		if (a < b || (a == b && set[i].stamp_ms < worst->stamp_ms))
			worst = &set[i];
	}
	*worst = (struct auth_limit_entry){ .key = key };
	return worst;
}

static uint64_t wait_of(const struct auth_limit_entry *e, uint32_t free, uint64_t max_ms,
			uint64_t now_ms)
{
	uint64_t wait = WAIT_MIN_MS;
	uint32_t left, i;

	if (!e)
		return 0;
	left = failures_left(e, now_ms);
	if (left < free)
		return 0;
	for (i = free; i < left && wait < max_ms; i++)
		wait *= 2;
	if (wait > max_ms)
		wait = max_ms;
	return now_ms - e->stamp_ms >= wait ? 0 : wait - (now_ms - e->stamp_ms);
}

static bool is_proven(const struct auth_limit *l, const struct auth_attempt *a, uint64_t now_ms)
{
	const struct auth_limit_entry *e = a->peer ? find(l, pair_key(a)) : NULL;

	return e && e->proven && now_ms - e->stamp_ms < PROVEN_MS;
}

/**
 * auth_limit_wait - may this attempt be looked at now?
 * @l: the table
 * @a: the attempt
 * @failures: so many a peer may have before it waits; 0: no limit
 * @now_ms: monotonic time, not 0
 *
 * Return: 0, or in how many milliseconds.
 */
uint64_t auth_limit_wait(const struct auth_limit *l, const struct auth_attempt *a,
			 uint32_t failures, uint64_t now_ms)
{
	uint64_t peer = 0, user = 0;

	if (!failures)
		return 0;
	if (a->peer)
		peer = wait_of(find(l, a->peer), failures, PEER_WAIT_MAX_MS, now_ms);
	if (!is_proven(l, a, now_ms))
		user = wait_of(find(l, user_key(a)), failures * USER_FACTOR, USER_WAIT_MAX_MS,
			       now_ms);
	return peer > user ? peer : user;
}

static void count(struct auth_limit *l, uint64_t key, uint64_t now_ms)
{
	struct auth_limit_entry *e = get(l, key, now_ms);

	e->failures = failures_left(e, now_ms) + 1;
	e->stamp_ms = now_ms;
}

/**
 * auth_limit_failed - an attempt was looked at, and wrong
 * @l: the table
 * @a: the attempt
 * @now_ms: monotonic time, not 0
 */
void auth_limit_failed(struct auth_limit *l, const struct auth_attempt *a, uint64_t now_ms)
{
	if (a->peer)
		count(l, a->peer, now_ms);
	count(l, user_key(a), now_ms);
}

/**
 * auth_limit_passed - an attempt was right
 * @l: the table
 * @a: the attempt
 * @now_ms: monotonic time, not 0
 */
void auth_limit_passed(struct auth_limit *l, const struct auth_attempt *a, uint64_t now_ms)
{
	struct auth_limit_entry *e;

	if (!a->peer)
		return;
	e = get(l, pair_key(a), now_ms);
	e->proven = true;
	e->stamp_ms = now_ms;
}
