// SPDX-License-Identifier: GPL-2.0
/* The short cut of the parser against the parser, with a million packets. */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/skbuff.h>

#include "../parse.h"
#include "../plain.h"

#define SEED	0x178272
#define ROUNDS	1000000
#define ROOM	64

static const u8 model[ROOM] = {
	0x45, 0, 0, 40, 0x12, 0x34, 0, 0, 64, IPPROTO_UDP, 0, 0,
	10, 1, 2, 3, 192, 0, 2, 1, 0x30, 0x39, 0, 53, 0, 20, 0, 0,
};

/* Near the model: one packet in four is it with other addresses, ports and flags only. */
static void make(struct rnd_state *rnd, struct sk_buff *skb)
{
	u32 bits = prandom_u32_state(rnd);
	u8 *data = skb->data;

	memcpy(data, model, ROOM);
	if (bits & BIT(0))
		data[9] = bits & BIT(1) ? IPPROTO_TCP : bits >> 24;
	prandom_bytes_state(rnd, data + 12, 12);
	data[33] = bits >> 16;
	data[3] = 20 + (bits >> 8) % 48;
	if (bits & BIT(2))
		data[(bits >> 4) % 24] = bits >> 12;
	if (bits & BIT(3))
		data[6 + (bits >> 30) % 2] = bits >> 20;
	skb_trim(skb, 0);
	skb_put(skb, bits & BIT(15) ? ROOM : (bits >> 22) % (ROOM + 1));
}

static bool same(const struct ipf_key *a, const struct ipf_key *b)
{
	int i;

	for (i = 0; i < IPF_DIMS; i++)
		if (i != IPF_DIM_SRC_LO && i != IPF_DIM_DST_LO &&
		    a->dim[i] != b->dim[i])
			return false;
	return a->have == b->have && a->family == b->family &&
	       a->fragment == b->fragment && a->transport == b->transport &&
	       a->length == b->length;
}

static void ipfltdrv_plain_as_parser(struct kunit *test)
{
	unsigned int plain = 0, left = 0;
	struct ipf_key key, expected;
	struct rnd_state rnd;
	struct sk_buff *skb;
	int i;

	skb = alloc_skb(ROOM, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	prandom_seed_state(&rnd, SEED);
	for (i = 0; i < ROUNDS; i++) {
		make(&rnd, skb);
		memset(&key, 0xff, sizeof(key));
		if (!ipf_parse_plain(skb, 0, &key)) {
			left++;
			continue;
		}
		plain++;
		memset(&expected, 0, sizeof(expected));
		if (ipf_parse(skb, 0, htons(ETH_P_IP), &expected) != IPF_PARSE_OK ||
		    !same(&key, &expected)) {
			KUNIT_FAIL(test, "packet %d: %*ph", i, 40, skb->data);
			break;
		}
	}
	/* Both kinds were there, and many. */
	KUNIT_EXPECT_GT(test, plain, ROUNDS / 10U);
	KUNIT_EXPECT_GT(test, left, ROUNDS / 10U);
	kfree_skb(skb);
}

static struct kunit_case plain_kunit_cases[] = {
	KUNIT_CASE(ipfltdrv_plain_as_parser),
	{ }
};

static struct kunit_suite plain_suite = {
	.name = "ipfltdrv_plain",
	.test_cases = plain_kunit_cases,
};

kunit_test_suite(plain_suite);

MODULE_DESCRIPTION("KUnit tests of the short cut of the packet parser");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
