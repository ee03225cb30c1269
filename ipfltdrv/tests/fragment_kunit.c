// SPDX-License-Identifier: GPL-2.0
/*
 * The memory of first fragments: case by case, against a model that is a plain list,
 * and in a flood.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../fragment.h"

#define SEED	0x189099
/* Far from 0, as jiffies are. */
#define START	0x100000000ULL
#define LIFE	((u64)IPF_FRAGMENT_SECONDS * HZ)
#define STEPS	200000

enum { ALICE = 2, BOB = 4 };

static struct ipf_fragments *table(struct kunit *test, unsigned int entries)
{
	struct ipf_fragments *t = ipf_fragments_create(entries);

	KUNIT_ASSERT_NOT_NULL(test, t);
	return t;
}

static struct ipf_key packet(u8 family, u32 src, u32 id)
{
	struct ipf_key key = {
		.family = family,
		.fragment_id = id,
	};

	key.dim[IPF_DIM_SRC_HI] = src;
	key.dim[IPF_DIM_DST_HI] = 0xc0000201;
	key.dim[IPF_DIM_PROTOCOL] = 17;
	return key;
}

static bool first(struct ipf_fragments *t, u64 owner, struct ipf_key key, u32 end,
		  bool drop, u64 now)
{
	key.fragment = IPF_FIRST;
	key.fragment_end = end;
	return ipf_fragments_first(t, owner, &key, drop, now);
}

static enum ipf_fragment_answer later(struct ipf_fragments *t, u64 owner,
				      struct ipf_key key, u32 offset, u64 now)
{
	key.fragment = IPF_LATER;
	key.fragment_offset = offset;
	return ipf_fragments_later(t, owner, &key, now);
}

static void ipfltdrv_fragment_follows(struct kunit *test)
{
	struct ipf_key good = packet(IPF_IPV4, 1, 7), bad = packet(IPF_IPV4, 2, 7);
	struct ipf_fragments *t = table(test, 64);

	KUNIT_EXPECT_EQ(test, later(t, ALICE, good, 1480, START), IPF_FRAGMENT_UNKNOWN);
	KUNIT_EXPECT_TRUE(test, first(t, ALICE, good, 1480, false, START));
	KUNIT_EXPECT_TRUE(test, first(t, ALICE, bad, 1480, true, START));
	KUNIT_EXPECT_EQ(test, later(t, ALICE, good, 1480, START), IPF_FRAGMENT_FORWARD);
	KUNIT_EXPECT_EQ(test, later(t, ALICE, bad, 1480, START), IPF_FRAGMENT_DROP);
	/* Again, and not in order. */
	KUNIT_EXPECT_EQ(test, later(t, ALICE, good, 4440, START), IPF_FRAGMENT_FORWARD);
	KUNIT_EXPECT_EQ(test, later(t, ALICE, good, 2960, START), IPF_FRAGMENT_FORWARD);
	ipf_fragments_destroy(t);
}

/* Every part of what identifies a packet does. */
static void ipfltdrv_fragment_identity(struct kunit *test)
{
	struct ipf_key key = packet(IPF_IPV4, 1, 7), other;
	struct ipf_fragments *t = table(test, 64);

	first(t, ALICE, key, 1480, false, START);
	KUNIT_EXPECT_EQ(test, later(t, BOB, key, 1480, START), IPF_FRAGMENT_UNKNOWN);
	other = packet(IPF_IPV4, 2, 7);
	KUNIT_EXPECT_EQ(test, later(t, ALICE, other, 1480, START), IPF_FRAGMENT_UNKNOWN);
	other = packet(IPF_IPV4, 1, 8);
	KUNIT_EXPECT_EQ(test, later(t, ALICE, other, 1480, START), IPF_FRAGMENT_UNKNOWN);
	other = packet(IPF_IPV6, 1, 7);
	KUNIT_EXPECT_EQ(test, later(t, ALICE, other, 1480, START), IPF_FRAGMENT_UNKNOWN);
	other = key;
	other.dim[IPF_DIM_DST_HI]++;
	KUNIT_EXPECT_EQ(test, later(t, ALICE, other, 1480, START), IPF_FRAGMENT_UNKNOWN);
	other = key;
	other.dim[IPF_DIM_PROTOCOL] = 6;
	KUNIT_EXPECT_EQ(test, later(t, ALICE, other, 1480, START), IPF_FRAGMENT_UNKNOWN);
	/* The key of an IPv4 packet does not set its low words. */
	other = key;
	other.dim[IPF_DIM_SRC_LO] = 99;
	other.dim[IPF_DIM_DST_LO] = 99;
	KUNIT_EXPECT_EQ(test, later(t, ALICE, other, 1480, START), IPF_FRAGMENT_FORWARD);
	ipf_fragments_destroy(t);
}

/* In IPv6 the protocol of a later fragment is not that of the first one. */
static void ipfltdrv_fragment_identity_ipv6(struct kunit *test)
{
	struct ipf_key key = packet(IPF_IPV6, 1, 70000), other = key;
	struct ipf_fragments *t = table(test, 64);

	key.dim[IPF_DIM_SRC_LO] = 5;
	key.dim[IPF_DIM_DST_LO] = 6;
	first(t, ALICE, key, 1000, false, START);
	other = key;
	other.dim[IPF_DIM_PROTOCOL] = 60;
	KUNIT_EXPECT_EQ(test, later(t, ALICE, other, 1000, START), IPF_FRAGMENT_FORWARD);
	other.dim[IPF_DIM_SRC_LO] = 6;
	KUNIT_EXPECT_EQ(test, later(t, ALICE, other, 1000, START), IPF_FRAGMENT_UNKNOWN);
	other = key;
	other.dim[IPF_DIM_DST_LO] = 5;
	KUNIT_EXPECT_EQ(test, later(t, ALICE, other, 1000, START), IPF_FRAGMENT_UNKNOWN);
	ipf_fragments_destroy(t);
}

static void ipfltdrv_fragment_overlap(struct kunit *test)
{
	struct ipf_key key = packet(IPF_IPV4, 1, 7);
	struct ipf_fragments *t = table(test, 64);

	first(t, ALICE, key, 1480, false, START);
	KUNIT_EXPECT_EQ(test, later(t, ALICE, key, 8, START), IPF_FRAGMENT_OVERLAP);
	KUNIT_EXPECT_EQ(test, later(t, ALICE, key, 1472, START), IPF_FRAGMENT_OVERLAP);
	KUNIT_EXPECT_EQ(test, later(t, ALICE, key, 1480, START), IPF_FRAGMENT_FORWARD);
	ipf_fragments_destroy(t);
}

/* The identification of IPv4 comes round: a new packet, judged by itself. */
static void ipfltdrv_fragment_again_ipv4(struct kunit *test)
{
	struct ipf_key key = packet(IPF_IPV4, 1, 7);
	struct ipf_fragments *t = table(test, 64);

	KUNIT_EXPECT_TRUE(test, first(t, ALICE, key, 1480, true, START));
	KUNIT_EXPECT_TRUE(test, first(t, ALICE, key, 1480, false, START + 1));
	KUNIT_EXPECT_EQ(test, later(t, ALICE, key, 1480, START + 1), IPF_FRAGMENT_FORWARD);
	KUNIT_EXPECT_TRUE(test, first(t, ALICE, key, 24, true, START + 2));
	KUNIT_EXPECT_EQ(test, later(t, ALICE, key, 24, START + 2), IPF_FRAGMENT_DROP);
	/* Its time is counted from then on. */
	KUNIT_EXPECT_EQ(test, later(t, ALICE, key, 24, START + LIFE + 1), IPF_FRAGMENT_DROP);
	KUNIT_EXPECT_EQ(test, later(t, ALICE, key, 24, START + LIFE + 2), IPF_FRAGMENT_UNKNOWN);
	ipf_fragments_destroy(t);
}

/* That of IPv6 does not: an overlap, unless it is the same once more. */
static void ipfltdrv_fragment_again_ipv6(struct kunit *test)
{
	struct ipf_key key = packet(IPF_IPV6, 1, 7);
	struct ipf_fragments *t = table(test, 64);

	KUNIT_EXPECT_TRUE(test, first(t, ALICE, key, 1480, false, START));
	KUNIT_EXPECT_TRUE(test, first(t, ALICE, key, 1480, false, START + 1));
	KUNIT_EXPECT_FALSE(test, first(t, ALICE, key, 1472, false, START + 1));
	KUNIT_EXPECT_FALSE(test, first(t, ALICE, key, 1480, true, START + 1));
	KUNIT_EXPECT_EQ(test, later(t, ALICE, key, 1480, START + 1), IPF_FRAGMENT_FORWARD);
	/* Copies do not keep it alive. */
	KUNIT_EXPECT_EQ(test, later(t, ALICE, key, 1480, START + LIFE), IPF_FRAGMENT_UNKNOWN);
	KUNIT_EXPECT_TRUE(test, first(t, ALICE, key, 1472, true, START + LIFE));
	ipf_fragments_destroy(t);
}

static void ipfltdrv_fragment_timeout(struct kunit *test)
{
	struct ipf_key key = packet(IPF_IPV4, 1, 7);
	struct ipf_fragments *t = table(test, 64);

	first(t, ALICE, key, 1480, false, START);
	KUNIT_EXPECT_EQ(test, later(t, ALICE, key, 1480, START + LIFE - 1), IPF_FRAGMENT_FORWARD);
	KUNIT_EXPECT_EQ(test, later(t, ALICE, key, 1480, START + LIFE), IPF_FRAGMENT_UNKNOWN);
	/* Somebody who read the clock a moment before it was made. */
	KUNIT_EXPECT_EQ(test, later(t, ALICE, key, 1480, START - 1), IPF_FRAGMENT_FORWARD);
	ipf_fragments_destroy(t);
}

/* A flood of one binding, and of one sender, in a table that is much too small. */
static void ipfltdrv_fragment_flood(struct kunit *test)
{
	struct ipf_key honest = packet(IPF_IPV4, 1, 7), neighbour = packet(IPF_IPV4, 2, 7);
	struct ipf_fragments *t = table(test, 64);
	u32 i;

	first(t, ALICE, honest, 1480, false, START);
	first(t, BOB, neighbour, 1480, false, START);
	for (i = 0; i < 100000; i++)
		first(t, BOB, packet(IPF_IPV4, 66, i), 1480, false, START + 1);
	KUNIT_EXPECT_EQ(test, later(t, ALICE, honest, 1480, START + 1), IPF_FRAGMENT_FORWARD);
	KUNIT_EXPECT_EQ(test, later(t, BOB, neighbour, 1480, START + 1), IPF_FRAGMENT_FORWARD);
	KUNIT_EXPECT_EQ(test, ipf_fragments_evicted(t), 100000ULL + 2 - 64);
	/* What is expired makes room before anything is forgotten. */
	for (i = 0; i < 8; i++)
		first(t, BOB, packet(IPF_IPV4, 66, i), 1480, false, START + 1 + LIFE);
	KUNIT_EXPECT_EQ(test, ipf_fragments_evicted(t), 100000ULL + 2 - 64);
	ipf_fragments_destroy(t);
}

/* One bucket, in words of a list. */
struct record {
	u64 owner;
	u64 seen;
	u32 src;
	u32 id;
	u8 family;
	u32 end;
	bool drop;
};

struct model {
	struct record record[IPF_FRAGMENT_WAYS];
	unsigned int count;
	u64 evicted;
};

static void model_remove(struct model *m, unsigned int i)
{
	memmove(m->record + i, m->record + i + 1,
		(m->count - i - 1) * sizeof(m->record[0]));
	m->count--;
}

static void model_expire(struct model *m, u64 now)
{
	unsigned int i = 0;

	while (i < m->count)
		if (m->record[i].seen + LIFE <= now)
			model_remove(m, i);
		else
			i++;
}

static struct record *model_find(struct model *m, const struct record *r)
{
	unsigned int i;

	for (i = 0; i < m->count; i++)
		if (m->record[i].owner == r->owner && m->record[i].src == r->src &&
		    m->record[i].id == r->id && m->record[i].family == r->family)
			return &m->record[i];
	return NULL;
}

static unsigned int model_count(const struct model *m, const struct record *r,
				bool sender)
{
	unsigned int i, n = 0;

	for (i = 0; i < m->count; i++)
		if (m->record[i].owner == r->owner &&
		    (!sender || m->record[i].src == r->src))
			n++;
	return n;
}

/* The list is in order of age, so the first of equals is the oldest. */
static void model_evict(struct model *m)
{
	unsigned int i, victim = 0, owner, sender, most_owner = 0, most_sender = 0;

	for (i = 0; i < m->count; i++) {
		owner = model_count(m, &m->record[i], false);
		sender = model_count(m, &m->record[i], true);
		if (owner < most_owner || (owner == most_owner && sender <= most_sender))
			continue;
		most_owner = owner;
		most_sender = sender;
		victim = i;
	}
	model_remove(m, victim);
	m->evicted++;
}

static bool model_first(struct model *m, const struct record *r)
{
	struct record *old;

	model_expire(m, r->seen);
	old = model_find(m, r);
	if (old && r->family == IPF_IPV6)
		return old->end == r->end && old->drop == r->drop;
	if (old)
		model_remove(m, old - m->record);
	if (m->count == IPF_FRAGMENT_WAYS)
		model_evict(m);
	m->record[m->count++] = *r;
	return true;
}

static enum ipf_fragment_answer model_later(struct model *m, const struct record *r,
					    u32 offset)
{
	const struct record *old;

	model_expire(m, r->seen);
	old = model_find(m, r);
	if (!old)
		return IPF_FRAGMENT_UNKNOWN;
	if (offset < old->end)
		return IPF_FRAGMENT_OVERLAP;
	return old->drop ? IPF_FRAGMENT_DROP : IPF_FRAGMENT_FORWARD;
}

static void ipfltdrv_fragment_model(struct kunit *test)
{
	struct ipf_fragments *t = table(test, IPF_FRAGMENT_WAYS);
	u32 seen[4] = { }, wrong = 0, i, offset;
	enum ipf_fragment_answer answer;
	struct rnd_state rnd;
	struct model *m;
	u64 now = START;

	m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m);
	prandom_seed_state(&rnd, SEED);
	for (i = 0; i < STEPS; i++) {
		struct record r = {
			.owner = 2 + prandom_u32_state(&rnd) % 3,
			.src = prandom_u32_state(&rnd) % 3,
			.id = prandom_u32_state(&rnd) % 3,
			.family = prandom_u32_state(&rnd) % 8 ? IPF_IPV4 : IPF_IPV6,
			.end = 8 * (1 + prandom_u32_state(&rnd) % 2),
			.drop = prandom_u32_state(&rnd) % 2,
		};
		struct ipf_key key = packet(r.family, r.src, r.id);

		now += 1 + prandom_u32_state(&rnd) % (LIFE / 8);
		r.seen = now;
		if (prandom_u32_state(&rnd) % 2) {
			wrong += first(t, r.owner, key, r.end, r.drop, now) !=
				 model_first(m, &r);
			continue;
		}
		offset = 8 * (1 + prandom_u32_state(&rnd) % 2);
		answer = model_later(m, &r, offset);
		seen[answer]++;
		wrong += later(t, r.owner, key, offset, now) != answer;
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
	KUNIT_EXPECT_EQ(test, ipf_fragments_evicted(t), m->evicted);
	/* The walk has been everywhere. */
	KUNIT_EXPECT_GT(test, m->evicted, 100);
	for (i = 0; i < ARRAY_SIZE(seen); i++)
		KUNIT_EXPECT_GT(test, seen[i], 1000);
	ipf_fragments_destroy(t);
}

static struct kunit_case fragment_kunit_cases[] = {
	KUNIT_CASE(ipfltdrv_fragment_follows),
	KUNIT_CASE(ipfltdrv_fragment_identity),
	KUNIT_CASE(ipfltdrv_fragment_identity_ipv6),
	KUNIT_CASE(ipfltdrv_fragment_overlap),
	KUNIT_CASE(ipfltdrv_fragment_again_ipv4),
	KUNIT_CASE(ipfltdrv_fragment_again_ipv6),
	KUNIT_CASE(ipfltdrv_fragment_timeout),
	KUNIT_CASE(ipfltdrv_fragment_flood),
	KUNIT_CASE(ipfltdrv_fragment_model),
	{ }
};

static struct kunit_suite fragment_suite = {
	.name = "ipfltdrv_fragment",
	.test_cases = fragment_kunit_cases,
};

kunit_test_suite(fragment_suite);

MODULE_DESCRIPTION("KUnit tests of the memory of fragments");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
