/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A token bucket that counts in time: not how many bytes may go now, but when
 * the next packet may. It needs no timer that fills it, and it gives the time
 * at which to look again.
 *
 * A packet may go whenever the bucket is not in debt, however long it is, so
 * that a burst that is shorter than a packet blocks nobody. Pure functions.
 */
#ifndef _IM_SHAPE_BUCKET_H
#define _IM_SHAPE_BUCKET_H

#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/time64.h>
#include <linux/types.h>

/**
 * struct shape_bucket - a token bucket; all times in nanoseconds
 * @kbit: kilobits a second; 0: no limit
 * @burst: how far @next may be in the past, that is what an idle client saves
 * @next: when the next packet may go
 */
struct shape_bucket {
	u32 kbit;
	s64 burst;
	s64 next;
};

/* A kilobit a second is a bit a millisecond. Rounded up: what is lost there
 * must not make the rate exceed what was asked for.
 */
static inline s64 shape_bucket_time(u32 kbit, u32 bytes)
{
	return DIV_ROUND_UP_ULL(bytes * 8ULL * NSEC_PER_MSEC, kbit);
}

/* May a packet go at @now? */
static inline bool shape_bucket_ready(const struct shape_bucket *bucket,
				      s64 now)
{
	return !bucket->kbit || bucket->next <= now;
}

/* A packet goes at @now. */
static inline void shape_bucket_charge(struct shape_bucket *bucket, s64 now,
				       u32 bytes)
{
	if (bucket->kbit)
		bucket->next = max(bucket->next, now - bucket->burst) +
			       shape_bucket_time(bucket->kbit, bytes);
}

/* Another rate, and a burst in bytes. A debt is forgiven: at the old rate it
 * might be hours.
 */
static inline void shape_bucket_set(struct shape_bucket *bucket, s64 now,
				    u32 kbit, u32 burst)
{
	bucket->kbit = kbit;
	bucket->burst = kbit ? shape_bucket_time(kbit, burst) : 0;
	bucket->next = min(bucket->next, now);
}

#endif /* _IM_SHAPE_BUCKET_H */
