// SPDX-License-Identifier: GPL-2.0
/* The header of L2TP data messages, against one that reads a bit at a time. */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/random.h>

#include "../l2tp_header.h"

/* Bytes are asked for one by one, and those behind the end make it fail. */
struct reader {
	const u8 *data;
	unsigned int at, len;
	bool failed;
};

static unsigned int read_bits(struct reader *r, unsigned int bits)
{
	unsigned int value = 0;

	for (; bits; bits--, r->at++) {
		if (r->at / 8 >= r->len) {
			r->failed = true;
			return 0;
		}
		value = 2 * value + (r->data[r->at / 8] >> (7 - r->at % 8) & 1);
	}
	return value;
}

static int reference_parse(const u8 *data, unsigned int len,
			   struct ndiswan_l2tp_header *h)
{
	struct reader r = { .data = data, .len = len };
	bool length, offset;
	unsigned int end = len;

	read_bits(&r, 1);
	length = read_bits(&r, 1);
	read_bits(&r, 2);
	h->sequenced = read_bits(&r, 1);
	read_bits(&r, 1);
	offset = read_bits(&r, 1);
	read_bits(&r, 5);
	if (read_bits(&r, 4) != 2)
		return -EBADMSG;
	if (length)
		end = read_bits(&r, 16);
	h->tunnel = read_bits(&r, 16);
	h->session = read_bits(&r, 16);
	if (h->sequenced) {
		h->ns = read_bits(&r, 16);
		read_bits(&r, 16);
	}
	if (offset)
		r.at += 8 * read_bits(&r, 16);
	if (r.failed || end > len || r.at / 8 > end)
		return -EBADMSG;
	h->len = end - r.at / 8;
	return r.at / 8;
}

static void expect_same(struct kunit *test, const u8 *data, unsigned int len)
{
	struct ndiswan_l2tp_header want = { }, got = { };
	int wanted = reference_parse(data, len, &want);

	KUNIT_ASSERT_EQ(test, ndiswan_l2tp_parse(data, len, &got), wanted);
	if (wanted < 0)
		return;
	KUNIT_EXPECT_EQ(test, got.tunnel, want.tunnel);
	KUNIT_EXPECT_EQ(test, got.session, want.session);
	KUNIT_EXPECT_EQ(test, got.sequenced, want.sequenced);
	KUNIT_EXPECT_EQ(test, got.len, want.len);
	if (want.sequenced)
		KUNIT_EXPECT_EQ(test, got.ns, want.ns);
}

/* All that the first two bytes can say, at every short length. */
static void ndiswan_l2tp_parse_every_flag(struct kunit *test)
{
	unsigned int flags, len, i;
	u8 *data;

	for (len = 0; len <= 20; len++) {
		/* Of exactly the length, so that KASAN sees a byte too many. */
		data = kunit_kzalloc(test, len ? : 1, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, data);
		for (i = 0; i < len; i++)
			data[i] = i % 2 ? i : 0;
		for (flags = 0; flags <= U16_MAX; flags++) {
			/* The version all by itself, the rest with the right one. */
			if (flags > 0xf && (flags & 0xf) != 2)
				continue;
			if (len > 0)
				data[0] = flags >> 8;
			if (len > 1)
				data[1] = flags;
			expect_same(test, data, len);
		}
		kunit_kfree(test, data);
	}
}

static void ndiswan_l2tp_parse_random(struct kunit *test)
{
	struct rnd_state rnd;
	u8 data[64];
	int i;

	prandom_seed_state(&rnd, 20260731);
	for (i = 0; i < 100000; i++) {
		prandom_bytes_state(&rnd, data, sizeof(data));
		data[1] = (data[1] & 0xf0) | 2;
		/* Lengths and paddings that can be right. */
		if (i % 2)
			data[2] = 0;
		if (i % 4) {
			data[8] = 0;
			data[12] = 0;
		}
		expect_same(test, data, prandom_u32_state(&rnd) %
					sizeof(data));
	}
}

static void ndiswan_l2tp_build_is_parsed(struct kunit *test)
{
	struct ndiswan_l2tp_header header, got = { };
	u8 data[NDISWAN_L2TP_HLEN];
	struct rnd_state rnd;
	unsigned int hlen;
	int i;

	prandom_seed_state(&rnd, 1701);
	for (i = 0; i < 1000; i++) {
		header.tunnel = prandom_u32_state(&rnd);
		header.session = prandom_u32_state(&rnd);
		header.ns = prandom_u32_state(&rnd);
		header.sequenced = i % 2;
		hlen = ndiswan_l2tp_build(data + sizeof(data), &header);
		KUNIT_ASSERT_EQ(test, hlen, header.sequenced ? 10 : 6);
		KUNIT_ASSERT_EQ(test, (int)hlen,
				ndiswan_l2tp_parse(data + sizeof(data) - hlen,
						   hlen, &got));
		KUNIT_EXPECT_EQ(test, got.tunnel, header.tunnel);
		KUNIT_EXPECT_EQ(test, got.session, header.session);
		KUNIT_EXPECT_EQ(test, got.sequenced, header.sequenced);
		KUNIT_EXPECT_EQ(test, got.len, 0);
		if (header.sequenced)
			KUNIT_EXPECT_EQ(test, got.ns, header.ns);
	}
}

static void ndiswan_l2tp_late_wraps(struct kunit *test)
{
	unsigned int expected, ahead;

	for (expected = 0; expected <= U16_MAX; expected += 17) {
		for (ahead = 0; ahead <= U16_MAX; ahead += 1023)
			KUNIT_ASSERT_EQ(test, ahead >= 0x8000,
					ndiswan_l2tp_is_late(expected + ahead,
							     expected));
		KUNIT_EXPECT_FALSE(test, ndiswan_l2tp_is_late(expected, expected));
		KUNIT_EXPECT_TRUE(test, ndiswan_l2tp_is_late(expected - 1,
							     expected));
	}
}

/* After any number of messages lost, those that follow are taken up again. */
static void ndiswan_l2tp_advance_after_loss(struct kunit *test)
{
	unsigned int start, lost, missed;
	struct ndiswan_l2tp_sequence sequence;

	for (start = 0; start <= U16_MAX; start += 4099) {
		for (lost = 0; lost <= U16_MAX; lost += 127) {
			sequence = (struct ndiswan_l2tp_sequence){ .expected = start };
			for (missed = 0; missed <= U16_MAX; missed++)
				if (ndiswan_l2tp_advance(&sequence, start + lost + missed))
					break;
			/* A loss of less is a hole; near a full turn it catches up. */
			KUNIT_ASSERT_EQ(test, missed,
					lost < 0x8000 ? 0 :
					min_t(unsigned int, 0x10000 - lost,
					      NDISWAN_L2TP_LATE_MAX - 1));
			KUNIT_ASSERT_TRUE(test, ndiswan_l2tp_advance(&sequence,
								     start + lost + missed + 1));
		}
	}
}

/* The same with every third message of what follows lost. */
static void ndiswan_l2tp_advance_with_holes(struct kunit *test)
{
	struct ndiswan_l2tp_sequence sequence = { .expected = 1000 };
	unsigned int came = 0, ns;

	for (ns = 50000; ns < 50100; ns++) {
		if (ns % 3 == 0)
			continue;
		KUNIT_EXPECT_EQ(test, ndiswan_l2tp_advance(&sequence, ns),
				++came >= NDISWAN_L2TP_LATE_MAX);
	}
}

/* Stragglers stay late, however many there are: they are in no order, or not alone. */
static void ndiswan_l2tp_advance_stragglers(struct kunit *test)
{
	struct ndiswan_l2tp_sequence sequence = { .expected = 1000 };
	unsigned int i, ns;

	for (i = 0; i < 1000; i++)
		KUNIT_EXPECT_FALSE(test, ndiswan_l2tp_advance(&sequence, 999 - i % 900));
	for (i = 0; i < 1000; i++) {
		ns = 900 + i % (NDISWAN_L2TP_LATE_MAX - 1);
		KUNIT_EXPECT_FALSE(test, ndiswan_l2tp_advance(&sequence, ns));
	}
	/* One way is slower than the other. */
	for (ns = 1000; ns < 2000; ns++) {
		KUNIT_EXPECT_TRUE(test, ndiswan_l2tp_advance(&sequence, ns));
		KUNIT_EXPECT_FALSE(test, ndiswan_l2tp_advance(&sequence, ns - 100));
	}
	KUNIT_EXPECT_EQ(test, sequence.expected, 2000);
}

static struct kunit_case ndiswan_l2tp_cases[] = {
	KUNIT_CASE(ndiswan_l2tp_parse_every_flag),
	KUNIT_CASE(ndiswan_l2tp_parse_random),
	KUNIT_CASE(ndiswan_l2tp_build_is_parsed),
	KUNIT_CASE(ndiswan_l2tp_late_wraps),
	KUNIT_CASE(ndiswan_l2tp_advance_after_loss),
	KUNIT_CASE(ndiswan_l2tp_advance_with_holes),
	KUNIT_CASE(ndiswan_l2tp_advance_stragglers),
	{ }
};

static struct kunit_suite ndiswan_l2tp_suite = {
	.name = "ndiswan_l2tp",
	.test_cases = ndiswan_l2tp_cases,
};

kunit_test_suite(ndiswan_l2tp_suite);

MODULE_DESCRIPTION("KUnit tests of the L2TP data header");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
