// SPDX-License-Identifier: GPL-2.0
/*
 * Token buckets, see limit.h. A bucket holds what may happen in one second.
 */
#include "limit.h"

#define MILLI_MAX	4000000000U

static uint32_t capacity(uint32_t rate)
{
	return rate > MILLI_MAX / 1000 ? MILLI_MAX : rate * 1000;
}

/**
 * limit_pass - may it happen once more?
 * @b: the bucket; a zeroed one is full
 * @rate: times a second; 0: no limit
 * @now_ms: monotonic time
 *
 * Return: whether it may.
 */
bool limit_pass(struct limit_bucket *b, uint32_t rate, uint64_t now_ms)
{
	uint64_t gained, milli;

	if (!rate)
		return true;
	gained = b->stamp_ms ? now_ms - b->stamp_ms : 1000;
	if (gained > 1000)
		gained = 1000;
	milli = b->milli + gained * rate;
	if (milli > capacity(rate))
		milli = capacity(rate);
	b->stamp_ms = now_ms;
	b->milli = (uint32_t)milli;
	if (b->milli < 1000)
		return false;
	b->milli -= 1000;
	return true;
}

/**
 * limit_of - the bucket of a source
 * @l: the table
 * @key: hash of the source, by a secret key
 * @rate: times a second
 * @now_ms: monotonic time
 *
 * A new source takes the place of the one in its set that was silent longest. Somebody who
 * invents sources can drive out others only by being louder than they are, and each of them then
 * begins with a full bucket.
 *
 * Return: the bucket.
 */
struct limit_bucket *limit_of(struct limit *l, uint64_t key, uint32_t rate, uint64_t now_ms)
{
	struct limit_bucket *set = l->sets[key % LIMIT_SETS];
	struct limit_bucket *oldest = set;
	int i;

	for (i = 0; i < LIMIT_WAYS; i++) {
		if (set[i].stamp_ms && set[i].key == key)
			return &set[i];
		if (set[i].stamp_ms < oldest->stamp_ms)
			oldest = &set[i];
	}
	*oldest = (struct limit_bucket){ key, now_ms, capacity(rate) };
	return oldest;
}
