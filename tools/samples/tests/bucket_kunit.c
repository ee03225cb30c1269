// SPDX-License-Identifier: GPL-2.0
/* The token bucket of im_shape: rates, bursts and debts, to the nanosecond. */
#include <kunit/test.h>
#include <linux/module.h>

#include "../im_shape_bucket.h"

/* A clock that has been running for a while. */
#define START	(1000 * (s64)NSEC_PER_SEC)

struct time_case {
	const char *name;
	u32 kbit;
	u32 bytes;
	s64 ns;
};

static const struct time_case time_cases[] = {
	{ "nothing", 1000, 0, 0 },
	{ "one_byte", 1000, 1, 8000 },
	{ "a_packet_at_a_megabit", 1000, 1500, 12 * NSEC_PER_MSEC },
	{ "rounded_up", 3, 1, 2666667 },
	{ "less_than_a_nanosecond", U32_MAX, 1, 1 },
	{ "slowest", 1, 65535, 65535LL * 8 * NSEC_PER_MSEC },
	{ "most", 1, U32_MAX, U32_MAX * 8LL * NSEC_PER_MSEC },
};

static void time_case_name(const struct time_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(time, time_cases, time_case_name);

static void shape_bucket_time_cases(struct kunit *test)
{
	const struct time_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, c->ns, shape_bucket_time(c->kbit, c->bytes));
}

/* Sends packets of @bytes for as long as the bucket lets them go at @now. */
static unsigned int send_all(struct shape_bucket *bucket, s64 now, u32 bytes)
{
	unsigned int count = 0;

	while (shape_bucket_ready(bucket, now) && count < 1000) {
		shape_bucket_charge(bucket, now, bytes);
		count++;
	}
	return count;
}

static void shape_bucket_unlimited(struct kunit *test)
{
	struct shape_bucket bucket = { };

	shape_bucket_set(&bucket, START, 0, 15000);
	KUNIT_EXPECT_EQ(test, 1000u, send_all(&bucket, START, 65535));
}

/* A new client has a full bucket, and the packet that empties it goes whole. */
static void shape_bucket_burst(struct kunit *test)
{
	struct shape_bucket bucket = { };

	shape_bucket_set(&bucket, START, 1000, 15000);
	KUNIT_EXPECT_EQ(test, 11u, send_all(&bucket, START, 1500));
	KUNIT_EXPECT_EQ(test, START + 12 * (s64)NSEC_PER_MSEC, bucket.next);
	/* An hour of silence saves no more than the burst. */
	KUNIT_EXPECT_EQ(test, 11u, send_all(&bucket, START + 3600 * (s64)NSEC_PER_SEC, 1500));
}

/* No burst at all: one packet after the other, and never blocked for good. */
static void shape_bucket_no_burst(struct kunit *test)
{
	struct shape_bucket bucket = { };

	shape_bucket_set(&bucket, START, 1000, 0);
	KUNIT_EXPECT_EQ(test, 1u, send_all(&bucket, START, 1500));
	KUNIT_EXPECT_FALSE(test, shape_bucket_ready(&bucket, bucket.next - 1));
	KUNIT_EXPECT_TRUE(test, shape_bucket_ready(&bucket, bucket.next));
}

/* The clock of a machine that has just started is smaller than a long burst. */
static void shape_bucket_at_boot(struct kunit *test)
{
	struct shape_bucket bucket = { };

	shape_bucket_set(&bucket, 1, 1, U32_MAX);
	KUNIT_EXPECT_TRUE(test, shape_bucket_ready(&bucket, 1));
	shape_bucket_charge(&bucket, 1, 1500);
	KUNIT_EXPECT_EQ(test, 1500 * 8LL * NSEC_PER_MSEC, bucket.next);
}

/* Whoever comes late, by less than the burst, loses nothing. */
static void shape_bucket_late(struct kunit *test)
{
	struct shape_bucket bucket = { };
	s64 now = START, late;
	u64 bytes = 0;
	int i;

	shape_bucket_set(&bucket, now, 2000, 15000);
	send_all(&bucket, now, 1500);
	for (i = 0; i < 1000; i++) {
		late = (i * 7919) % 50 * (s64)NSEC_PER_MSEC;
		now = max(now, bucket.next + late);
		bytes += send_all(&bucket, now, 1500) * 1500;
	}
	/* What went until @next is what the rate allows, rounding included. */
	KUNIT_EXPECT_LE(test, bytes * 4000, (u64)(bucket.next - START));
	KUNIT_EXPECT_GE(test, bytes * 4000 + 20 * 12000000ULL,
			(u64)(bucket.next - START));
}

/* Whatever the sizes and the rate: in any time no more than that time's worth,
 * the burst, and one packet.
 */
static void shape_bucket_never_exceeds(struct kunit *test)
{
	static const u32 kbits[] = { 1, 3, 64, 999, 2000, 1000003, U32_MAX };
	struct shape_bucket bucket;
	u32 bytes, seed, i, j;
	u64 sum;
	s64 now;

	for (i = 0; i < ARRAY_SIZE(kbits); i++) {
		memset(&bucket, 0, sizeof(bucket));
		seed = i;
		sum = 0;
		now = START;
		shape_bucket_set(&bucket, START, kbits[i], 9000);
		for (j = 0; j < 10000; j++) {
			seed = seed * 1664525 + 1013904223;
			bytes = 20 + (seed >> 16) % 1481;
			now = max(now, bucket.next);
			shape_bucket_charge(&bucket, now, bytes);
			sum += bytes;
		}
		KUNIT_EXPECT_LE(test, sum * 8 * NSEC_PER_MSEC,
				(u64)(now - START) * kbits[i] +
				(9000 + 1500 + 1) * 8ULL * NSEC_PER_MSEC +
				kbits[i]);
		/* And no less, but for a nanosecond a packet. */
		KUNIT_EXPECT_LE(test, (u64)(now - START - 10000) * kbits[i],
				sum * 8 * NSEC_PER_MSEC + kbits[i]);
	}
}

/* A debt from a slow rate does not last at a fast one; savings stay. */
static void shape_bucket_change(struct kunit *test)
{
	struct shape_bucket bucket = { };

	shape_bucket_set(&bucket, START, 1, 0);
	send_all(&bucket, START, 1500);
	KUNIT_EXPECT_FALSE(test, shape_bucket_ready(&bucket, START + NSEC_PER_SEC));
	shape_bucket_set(&bucket, START + 1, 1000, 0);
	KUNIT_EXPECT_TRUE(test, shape_bucket_ready(&bucket, START + 1));
	KUNIT_EXPECT_EQ(test, 1u, send_all(&bucket, START + 1, 1500));

	memset(&bucket, 0, sizeof(bucket));
	shape_bucket_set(&bucket, START, 1000, 15000);
	shape_bucket_set(&bucket, START, 2000, 3000);
	KUNIT_EXPECT_EQ(test, 3u, send_all(&bucket, START, 1500));
}

static struct kunit_case bucket_cases[] = {
	KUNIT_CASE_PARAM(shape_bucket_time_cases, time_gen_params),
	KUNIT_CASE(shape_bucket_unlimited),
	KUNIT_CASE(shape_bucket_burst),
	KUNIT_CASE(shape_bucket_no_burst),
	KUNIT_CASE(shape_bucket_at_boot),
	KUNIT_CASE(shape_bucket_late),
	KUNIT_CASE(shape_bucket_never_exceeds),
	KUNIT_CASE(shape_bucket_change),
	{ }
};

static struct kunit_suite bucket_suite = {
	.name = "im_shape_bucket",
	.test_cases = bucket_cases,
};

kunit_test_suite(bucket_suite);

MODULE_DESCRIPTION("KUnit tests of im_shape's token bucket");
MODULE_LICENSE("GPL");
