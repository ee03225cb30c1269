// SPDX-License-Identifier: GPL-2.0
/* The header of PPTP's GRE, against one that asks for every bit by its name. */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/random.h>

#include "../pptp_header.h"

static unsigned int number(const u8 *data, unsigned int bytes)
{
	unsigned int value = 0;

	while (bytes--)
		value = 256 * value + *data++;
	return value;
}

static int reference_parse(const u8 *data, unsigned int len,
			   struct ndiswan_pptp_header *h)
{
	bool c, r, k, s, strict, a;
	unsigned int at = 8;

	if (len < 8)
		return -EBADMSG;
	c = data[0] / 128 % 2;
	r = data[0] / 64 % 2;
	k = data[0] / 32 % 2;
	s = data[0] / 16 % 2;
	strict = data[0] / 8 % 2;
	a = data[1] / 128;
	if (c || r || !k || strict || data[0] % 8 || data[1] % 128 != 1 ||
	    number(data + 2, 2) != 0x880b)
		return -EBADMSG;
	h->len = number(data + 4, 2);
	h->call = number(data + 6, 2);
	h->sequenced = s;
	h->acked = a;
	if (s) {
		if (len < at + 4)
			return -EBADMSG;
		h->seq = number(data + at, 4);
		at += 4;
	}
	if (a) {
		if (len < at + 4)
			return -EBADMSG;
		h->ack = number(data + at, 4);
		at += 4;
	}
	if (at + h->len > len || (!s && h->len))
		return -EBADMSG;
	return at;
}

static void expect_same(struct kunit *test, const u8 *data, unsigned int len)
{
	struct ndiswan_pptp_header want = { }, got = { };
	int wanted = reference_parse(data, len, &want);

	KUNIT_ASSERT_EQ(test, ndiswan_pptp_parse(data, len, &got), wanted);
	if (wanted < 0)
		return;
	KUNIT_EXPECT_EQ(test, got.len, want.len);
	KUNIT_EXPECT_EQ(test, got.call, want.call);
	KUNIT_EXPECT_EQ(test, got.sequenced, want.sequenced);
	KUNIT_EXPECT_EQ(test, got.acked, want.acked);
	if (want.sequenced)
		KUNIT_EXPECT_EQ(test, got.seq, want.seq);
	if (want.acked)
		KUNIT_EXPECT_EQ(test, got.ack, want.ack);
}

static void ndiswan_pptp_parse_every_flag(struct kunit *test)
{
	unsigned int flags, len, payload;
	u8 *data;

	for (len = 0; len <= 20; len++) {
		/* Of exactly the length, so that KASAN sees a byte too many. */
		data = kunit_kzalloc(test, len + 1, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, data);
		for (flags = 0; flags <= U16_MAX; flags++) {
			payload = flags % 8;
			data[0] = flags >> 8;
			if (len > 1)
				data[1] = flags;
			if (len > 8) {
				data[2] = 0x88;
				data[3] = 0x0b;
				data[5] = payload;
				data[7] = 7;
			}
			expect_same(test, data, len);
		}
		kunit_kfree(test, data);
	}
}

static void ndiswan_pptp_build_is_parsed(struct kunit *test)
{
	struct ndiswan_pptp_header header, got = { };
	u8 data[NDISWAN_PPTP_HLEN];
	struct rnd_state rnd;
	unsigned int hlen;
	int i;

	prandom_seed_state(&rnd, 1723);
	for (i = 0; i < 1000; i++) {
		header.len = 0;
		header.call = prandom_u32_state(&rnd);
		header.seq = prandom_u32_state(&rnd);
		header.ack = prandom_u32_state(&rnd);
		header.sequenced = i % 2;
		header.acked = i / 2 % 2;
		hlen = ndiswan_pptp_build(data + sizeof(data), &header);
		KUNIT_ASSERT_EQ(test, (int)hlen,
				ndiswan_pptp_parse(data + sizeof(data) - hlen,
						   hlen, &got));
		KUNIT_EXPECT_EQ(test, got.call, header.call);
		KUNIT_EXPECT_EQ(test, got.sequenced, header.sequenced);
		KUNIT_EXPECT_EQ(test, got.acked, header.acked);
		if (header.sequenced)
			KUNIT_EXPECT_EQ(test, got.seq, header.seq);
		if (header.acked)
			KUNIT_EXPECT_EQ(test, got.ack, header.ack);
	}
}

static struct kunit_case ndiswan_pptp_cases[] = {
	KUNIT_CASE(ndiswan_pptp_parse_every_flag),
	KUNIT_CASE(ndiswan_pptp_build_is_parsed),
	{ }
};

static struct kunit_suite ndiswan_pptp_suite = {
	.name = "ndiswan_pptp",
	.test_cases = ndiswan_pptp_cases,
};

kunit_test_suite(ndiswan_pptp_suite);

MODULE_DESCRIPTION("KUnit tests of PPTP's GRE header");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
