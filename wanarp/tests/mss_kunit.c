// SPDX-License-Identifier: GPL-2.0
/* Lowering the MSS of a SYN: known headers, then random ones against a reference. */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/tcp.h>
#include <linux/unaligned.h>
#include <net/checksum.h>

#include "../internal.h"

#define HEADER	((unsigned int)sizeof(struct tcphdr))
#define LONGEST	60
#define ROUNDS	10000
#define SEED	0x1220

struct mss_case {
	const char *name;
	u8 before[LONGEST - sizeof(struct tcphdr)];
	unsigned int len;
	u16 max;
	bool changed;
	u8 after[LONGEST - sizeof(struct tcphdr)];
};

static const struct mss_case mss_cases[] = {
	{ "no_options", { }, 0, 1240 },
	{ "higher", { 2, 4, 5, 180 }, 4, 1240, true, { 2, 4, 4, 216 } },
	{ "equal", { 2, 4, 4, 216 }, 4, 1240 },
	{ "lower", { 2, 4, 2, 24 }, 4, 1240 },
	{ "zero", { 2, 4, 0, 0 }, 4, 1240 },
	{ "highest", { 2, 4, 255, 255 }, 4, 28, true, { 2, 4, 0, 28 } },
	{ "odd", { 1, 2, 4, 5, 180, 1, 1, 1 }, 8, 1240, true,
	  { 1, 2, 4, 4, 216, 1, 1, 1 } },
	{ "last", { 4, 2, 1, 1, 2, 4, 5, 180 }, 8, 1240, true,
	  { 4, 2, 1, 1, 2, 4, 4, 216 } },
	{ "after_end", { 0, 0, 0, 0, 2, 4, 5, 180 }, 8, 1240 },
	{ "twice", { 2, 4, 5, 180, 2, 4, 6, 0 }, 8, 1240, true,
	  { 2, 4, 4, 216, 2, 4, 4, 216 } },
	{ "inside_another", { 8, 10, 2, 4, 5, 180, 2, 4, 5, 180, 0, 0 }, 12,
	  1240 },
	{ "cut_short", { 1, 2, 4, 5 }, 4, 1240 },
	{ "without_length", { 1, 1, 1, 2 }, 4, 1240 },
	{ "length_0", { 2, 0, 5, 180, 2, 4, 5, 180 }, 8, 1240 },
	{ "length_1", { 3, 1, 2, 4, 5, 180, 0, 0 }, 8, 1240 },
	{ "length_3", { 2, 3, 5, 2, 4, 5, 180, 0 }, 8, 1240, true,
	  { 2, 3, 5, 2, 4, 4, 216, 0 } },
	{ "length_5", { 2, 5, 5, 180, 1, 1, 1, 1 }, 8, 1240 },
	{ "length_too_long", { 3, 9, 1, 2, 4, 5, 180, 1 }, 8, 1240 },
};

static void mss_case_name(const struct mss_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(mss, mss_cases, mss_case_name);

/* The header alone is what the checksum covers: the rest would not change. */
static void checksum_set(u8 *tcp, unsigned int len)
{
	struct tcphdr *header = (struct tcphdr *)tcp;

	header->check = 0;
	header->check = csum_fold(csum_partial(tcp, len, 0));
}

static bool checksum_right(const u8 *tcp, unsigned int len)
{
	return !csum_fold(csum_partial(tcp, len, 0));
}

static void mss_known(struct kunit *test)
{
	const struct mss_case *c = test->param_value;
	unsigned int len = HEADER + c->len;
	u8 *tcp;

	/* Of exactly the length, so that KASAN sees a byte too many. */
	tcp = kunit_kzalloc(test, len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, tcp);
	memcpy(tcp + HEADER, c->before, c->len);
	checksum_set(tcp, len);
	KUNIT_EXPECT_EQ(test, c->changed,
			wanarp_mss_lower(tcp, len, c->max, false));
	KUNIT_EXPECT_EQ(test, 0, memcmp(tcp + HEADER,
					c->changed ? c->after : c->before,
					c->len));
	KUNIT_EXPECT_TRUE(test, checksum_right(tcp, len));
}

/* The device adds the rest of the sum later. */
static void mss_partial(struct kunit *test)
{
	u8 tcp[24] = { [16] = 0x12, [17] = 0x34, [20] = 2, 4, 5, 180 };

	KUNIT_EXPECT_TRUE(test, wanarp_mss_lower(tcp, sizeof(tcp), 1240, true));
	KUNIT_EXPECT_EQ(test, 1240, get_unaligned_be16(tcp + 22));
	KUNIT_EXPECT_EQ(test, 0x1234, get_unaligned_be16(tcp + 16));
}

/* Where an option begins is marked first; a value is lowered only at a mark. */
static void reference(u8 *tcp, unsigned int len, u16 max)
{
	bool begins[LONGEST + 1] = { [HEADER] = true };
	unsigned int i;

	for (i = HEADER; i < len; i++) {
		if (!begins[i] || tcp[i] == 0)
			continue;
		if (tcp[i] == 1)
			begins[i + 1] = true;
		else if (i + 1 < len && tcp[i + 1] >= 2 && i + tcp[i + 1] <= len)
			begins[i + tcp[i + 1]] = true;
		else
			continue;
		if (tcp[i] == 2 && tcp[i + 1] == 4 &&
		    tcp[i + 2] * 256 + tcp[i + 3] > max) {
			tcp[i + 2] = max / 256;
			tcp[i + 3] = max % 256;
		}
	}
	checksum_set(tcp, len);
}

/* Mostly kinds and lengths that mean something. */
static void random_header(struct rnd_state *random, u8 *tcp, unsigned int len)
{
	unsigned int i;

	prandom_bytes_state(random, tcp, len);
	for (i = HEADER; i < len; i++)
		if (prandom_u32_state(random) % 4)
			tcp[i] %= 6;
	checksum_set(tcp, len);
}

static void mss_random(struct kunit *test)
{
	unsigned int len, round, changed = 0;
	u8 before[LONGEST], expected[LONGEST], *tcp;
	struct rnd_state random;
	u16 max;

	prandom_seed_state(&random, SEED);
	for (round = 0; round < ROUNDS; round++) {
		len = HEADER + prandom_u32_state(&random) % 11 * 4;
		max = prandom_u32_state(&random) % 1460;
		random_header(&random, before, len);
		memcpy(expected, before, len);
		reference(expected, len, max);
		/* At the end of a buffer, so that KASAN sees a byte too many. */
		tcp = kmemdup(before, len, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, tcp);
		changed += wanarp_mss_lower(tcp, len, max, false);
		if (memcmp(tcp + HEADER, expected + HEADER, len - HEADER) ||
		    memcmp(tcp, before, offsetof(struct tcphdr, check)) ||
		    !checksum_right(tcp, len))
			KUNIT_FAIL(test, "round %u: %*ph is now %*ph", round,
				   len, before, len, tcp);
		kfree(tcp);
	}
	KUNIT_EXPECT_GT(test, changed, ROUNDS / 100);
}

static struct kunit_case mss_test_cases[] = {
	KUNIT_CASE_PARAM(mss_known, mss_gen_params),
	KUNIT_CASE(mss_partial),
	KUNIT_CASE(mss_random),
	{ }
};

static struct kunit_suite mss_suite = {
	.name = "wanarp_mss",
	.test_cases = mss_test_cases,
};

kunit_test_suite(mss_suite);

MODULE_DESCRIPTION("Unit tests of lowering the MSS");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
