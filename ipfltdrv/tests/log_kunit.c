// SPDX-License-Identifier: GPL-2.0
/* The rate of a log, against the definition of a token bucket. */
#include <kunit/test.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/slab.h>

#include "../log.h"

#define SEED	0x111
#define STEPS	3000
/* As long as a machine may be up. */
#define START	(12 * 86400 * (u64)NSEC_PER_SEC)

static void ipfltdrv_log_take_burst(struct kunit *test)
{
	atomic64_t next = ATOMIC64_INIT(0);
	unsigned int i;

	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_TRUE(test, ipf_log_take(&next, 100, START));
	KUNIT_EXPECT_FALSE(test, ipf_log_take(&next, 100, START));
	KUNIT_EXPECT_FALSE(test, ipf_log_take(&next, 100, START + 9999999));
	KUNIT_EXPECT_TRUE(test, ipf_log_take(&next, 100, START + 10000000));
	KUNIT_EXPECT_FALSE(test, ipf_log_take(&next, 100, START + 10000001));
	/* Silence gives a second's worth back and no more. */
	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_TRUE(test, ipf_log_take(&next, 100, START * 2));
	KUNIT_EXPECT_FALSE(test, ipf_log_take(&next, 100, START * 2));
}

static void ipfltdrv_log_take_extremes(struct kunit *test)
{
	atomic64_t next = ATOMIC64_INIT(0);
	unsigned int i;

	for (i = 0; i < 1000; i++)
		KUNIT_EXPECT_TRUE(test, ipf_log_take(&next, 0, START));
	KUNIT_EXPECT_TRUE(test, ipf_log_take(&next, 1, START));
	KUNIT_EXPECT_FALSE(test, ipf_log_take(&next, 1, START + NSEC_PER_SEC - 1));
	KUNIT_EXPECT_TRUE(test, ipf_log_take(&next, 1, START + NSEC_PER_SEC));
	atomic64_set(&next, 0);
	for (i = 0; i < 1000; i++)
		KUNIT_EXPECT_TRUE(test, ipf_log_take(&next, U32_MAX, START));
	/* Right after boot. */
	atomic64_set(&next, 0);
	KUNIT_EXPECT_TRUE(test, ipf_log_take(&next, 3, 0));
}

/* A packet may be logged if for no time T in the past more than rate + T * rate
 * packets have been since, this one included. All of the past is looked at.
 */
static bool slow_take(u64 *taken, unsigned int *count, u64 interval, u32 rate, u64 now)
{
	unsigned int i;

	for (i = 0; i < *count; i++)
		if (*count - i + 1 > rate + div64_u64(now - taken[i], interval))
			return false;
	taken[(*count)++] = now;
	return true;
}

static void ipfltdrv_log_take_model(struct kunit *test)
{
	static const u32 rates[] = { 1, 2, 3, 7, 100, 1000 };
	unsigned int i, step, count, wrong, refused;
	atomic64_t next;
	struct rnd_state rnd;
	u64 *taken, now, interval;

	taken = kunit_kzalloc(test, STEPS * sizeof(*taken), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, taken);
	prandom_seed_state(&rnd, SEED);
	for (i = 0; i < ARRAY_SIZE(rates); i++) {
		atomic64_set(&next, 0);
		interval = DIV_ROUND_UP(NSEC_PER_SEC, rates[i]);
		now = START;
		count = 0;
		wrong = 0;
		refused = 0;
		for (step = 0; step < STEPS; step++) {
			bool take;

			/* Bursts, and now and then a pause. */
			if (!(prandom_u32_state(&rnd) % 4))
				now += prandom_u32_state(&rnd) % interval;
			if (!(prandom_u32_state(&rnd) % 200))
				now += prandom_u32_state(&rnd) % 32 * interval;
			take = slow_take(taken, &count, interval, rates[i], now);
			refused += !take;
			wrong += ipf_log_take(&next, rates[i], now) != take;
		}
		KUNIT_EXPECT_EQ_MSG(test, wrong, 0, "at rate %u", rates[i]);
		KUNIT_EXPECT_GT_MSG(test, refused, 100, "at rate %u", rates[i]);
		KUNIT_EXPECT_GT_MSG(test, count, 10, "at rate %u", rates[i]);
	}
}

static struct kunit_case log_kunit_cases[] = {
	KUNIT_CASE(ipfltdrv_log_take_burst),
	KUNIT_CASE(ipfltdrv_log_take_extremes),
	KUNIT_CASE(ipfltdrv_log_take_model),
	{ }
};

static struct kunit_suite log_suite = {
	.name = "ipfltdrv_log",
	.test_cases = log_kunit_cases,
};

kunit_test_suite(log_suite);

MODULE_DESCRIPTION("KUnit tests of the rate of logs");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
