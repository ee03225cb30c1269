// SPDX-License-Identifier: GPL-2.0
/*
 * Choosing the bits of a node: all are tried, in steps, for every dimension, and
 * each is given a price in instructions.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/sched.h>

#include "choice.h"

/* Widest choice of bits, and how many of its children a filter may be copied to. */
#define BITS_MAX	11
#define COPIES_MAX	4

/* Estimated instructions. */
#define COST_NODE	11
#define COST_LEAF	9
#define COST_FILTER	11

/* So few may be parted with less effect, because there cannot be many such steps. */
#define LIST_SHORT	64

/* Choices for longer lists are made by so many of their rules. */
#define SAMPLE		2048

/* Comparisons for each filter before no more nodes are made. */
#define WORK_MAX	8192

/* What a choice is for: a list, or a sample that stands for a longer one. */
struct rules {
	const u32 *list;
	u32 count;
	u32 stands_for;	/* rules, at least @count */
	u32 budget;
};

static void rule_range(const struct ipf_tree *t, u32 number, enum ipf_dim dim,
		       u64 *lo, u64 *hi)
{
	if (t->family == IPF_IPV4)
		ipf_rule4_range(ipf_tree_rule(t, number), dim, lo, hi);
	else
		ipf_rule6_range(ipf_tree_rule(t, number), dim, lo, hi);
}

static unsigned int dim_bits(const struct ipf_tree *t, enum ipf_dim dim)
{
	switch (dim) {
	case IPF_DIM_SRC_LO:
	case IPF_DIM_DST_LO:
		return t->family == IPF_IPV4 ? 0 : 64;
	case IPF_DIM_SRC_HI:
	case IPF_DIM_DST_HI:
		return t->family == IPF_IPV4 ? 32 : 64;
	case IPF_DIM_PROTOCOL:
		return 8;
	default:
		return 16;
	}
}

/* Instructions to look up @n filters: as they are, or as a tree below. */
static u32 cost_of(u32 n)
{
	u32 log;

	if (n <= 5)
		return n ? COST_LEAF + COST_FILTER * n : 0;
	/* About another node for each factor of four, without steps. */
	log = ilog2(n);
	return COST_LEAF + COST_FILTER * 5 - 28 +
	       12 * log + 12 * ((n - (1U << log)) >> (log - 2)) / 4;
}

/* Count what @c does with the list, in @b->sizes and in @c. */
static void choice_count(struct ipf_chooser *b, u32 count, struct ipf_choice *c)
{
	u32 mask = (1U << c->bits) - 1;
	u32 i, n, first;

	memset(b->sizes, 0, sizeof(u32) << c->bits);
	c->pieces = 0;
	c->aside = 0;
	for (i = 0; i < count; i++) {
		n = ipf_choice_reach(b, i, c, &first);
		c->pieces += n;
		if (!n)
			c->aside++;
		while (n--)
			b->sizes[(first + n) & mask]++;
	}
	b->work += count + mask / 4;
}

/* How many rules less each child must have: what makes the depth logarithmic. */
static u32 progress(u32 count)
{
	return DIV_ROUND_UP(count, count <= LIST_SHORT ? 16 : 4);
}

/*
 * No choice takes more than half of what is left beyond one leaf, so that something
 * remains for those below it; but the last bytes are for who needs them first.
 */
static bool affordable(const struct rules *r, const struct ipf_choice *c)
{
	u32 leaf = ipf_list_bytes(1, r->stands_for), spare = r->budget - leaf;
	u32 copies = c->pieces + c->aside - r->count;
	u64 more = div_u64((u64)copies * sizeof(u32) * r->stands_for, r->count) +
		   ipf_choice_slots(c) * sizeof(struct ipf_node) +
		   ipf_list_bytes(c->children + !!c->aside, 0);

	return more <= max(spare / 2, min(spare, IPF_BUDGET_SMALL));
}

/*
 * Estimate @c, taking packets to be spread as the filters are. False if it does not
 * bring enough or costs too much memory.
 */
static bool choice_estimate(const struct ipf_chooser *b, const struct rules *r,
			    struct ipf_choice *c)
{
	u32 i, largest = c->aside, scale = r->stands_for / r->count;
	u64 sum = 0;

	c->children = 0;
	c->hungry = 0;
	for (i = 0; i < 1U << c->bits; i++) {
		u32 n = b->sizes[i];

		if (!n)
			continue;
		c->children++;
		largest = max(largest, n);
		if (n > IPF_LEAF_GOOD)
			c->hungry += n;
		sum += (u64)n * cost_of(n * scale);
	}
	if (!c->pieces || largest > r->count - progress(r->count))
		return false;
	if (!affordable(r, c))
		return false;
	c->cost = COST_NODE + div_u64(sum, c->pieces) + cost_of(c->aside * scale);
	return true;
}

/* Take @c instead of @best if it is better. */
static void choice_try(struct ipf_chooser *b, const struct rules *r, struct ipf_choice *c,
		       struct ipf_choice *best)
{
	/* A rule may be in a quarter of the children, so in one of two or four. */
	c->copies = clamp((1U << c->bits) / 4, 1U, (unsigned int)COPIES_MAX);
	choice_count(b, r->count, c);
	if (choice_estimate(b, r, c)) {
		if (c->cost < best->cost)
			*best = *c;
		return;
	}
	if (c->copies == 1)
		return;
	c->copies = 1;
	choice_count(b, r->count, c);
	if (choice_estimate(b, r, c) && c->cost < best->cost)
		*best = *c;
}

static void load_ranges(struct ipf_chooser *b, const struct rules *r, enum ipf_dim dim)
{
	u32 i;

	for (i = 0; i < r->count; i++)
		rule_range(b->tree, r->list[i], dim, &b->lo[i], &b->hi[i]);
}

/* The bits in which rules differ that have a condition for this dimension. */
static u64 bits_that_vary(const struct ipf_chooser *b, u32 count, unsigned int width)
{
	u64 all = width == 64 ? ~0ULL : (1ULL << width) - 1;
	u64 first = 0, vary = 0;
	bool any = false;
	u32 i;

	for (i = 0; i < count; i++) {
		if (!b->lo[i] && b->hi[i] == all)
			continue;
		if (!any)
			first = b->lo[i];
		any = true;
		vary |= b->lo[i] ^ first;
	}
	return vary;
}

static void choose_in(struct ipf_chooser *b, const struct rules *r, enum ipf_dim dim,
		      struct ipf_choice *best)
{
	unsigned int width = dim_bits(b->tree, dim), bits_max, step;
	struct ipf_choice c = { .dim = dim };
	int bits, shift;
	u64 vary;

	load_ranges(b, r, dim);
	vary = bits_that_vary(b, r->count, width);
	if (!vary)
		return;
	bits_max = min_t(unsigned int, ilog2(r->count) + 2, BITS_MAX);
	/* In steps where there are many, which loses little. */
	step = bits_max > 6 || width > 32 ? 3 : 2;
	for (bits = bits_max; bits > 0; bits -= step) {
		for (shift = fls64(vary) - bits; shift > -bits; shift -= step) {
			c.shift = max(shift, 0);
			c.bits = bits + min(shift, 0);
			if ((vary >> c.shift) & ((1U << c.bits) - 1))
				choice_try(b, r, &c, best);
			cond_resched();
		}
	}
}

/* Find the best choice for @r; false if a leaf is better. */
static bool choose_among(struct ipf_chooser *b, const struct rules *r, struct ipf_choice *best)
{
	enum ipf_dim dim;

	best->cost = COST_LEAF + COST_FILTER * r->stands_for;
	best->bits = 0;
	for (dim = 0; dim < IPF_DIMS; dim++)
		if (dim_bits(b->tree, dim))
			choose_in(b, r, dim, best);
	return best->bits;
}

/* By a sample; false if what is best for that will not do for all. */
static bool choose_by_sample(struct ipf_chooser *b, const struct rules *all,
			     struct ipf_choice *best)
{
	struct rules r = {
		.list = b->sample,
		.count = SAMPLE,
		.stands_for = all->count,
		.budget = all->budget,
	};
	u32 i;

	for (i = 0; i < SAMPLE; i++)
		b->sample[i] = all->list[div_u64((u64)i * all->count, SAMPLE)];
	if (!choose_among(b, &r, best))
		return false;
	load_ranges(b, all, best->dim);
	choice_count(b, all->count, best);
	return choice_estimate(b, all, best);
}

/**
 * ipf_choose() - find the bits that a node should take
 * @b: from ipf_chooser_init()
 * @list: the rules of the node
 * @count: how many
 * @budget: bytes for all that will be below it, at least those of a leaf
 * @best: the choice is returned here, and in @b the ranges of @list in its dimension
 *	and the sizes of its children
 *
 * Return: true, or false if a leaf is best.
 */
bool ipf_choose(struct ipf_chooser *b, const u32 *list, u32 count, u32 budget,
		struct ipf_choice *best)
{
	struct rules r = {
		.list = list,
		.count = count,
		.stands_for = count,
		.budget = budget,
	};

	if (b->work > (u64)WORK_MAX * ipf_tree_count(b->tree))
		return false;
	if (count > 2 * SAMPLE && choose_by_sample(b, &r, best))
		return true;
	if (!choose_among(b, &r, best))
		return false;
	load_ranges(b, &r, best->dim);
	choice_count(b, count, best);
	return true;
}

/**
 * ipf_chooser_free() - free what ipf_chooser_init() allocated
 * @b: the chooser, also after a failure
 */
void ipf_chooser_free(struct ipf_chooser *b)
{
	kvfree(b->sizes);
	kvfree(b->hi);
	kvfree(b->lo);
	kvfree(b->sample);
}

/**
 * ipf_chooser_init() - prepare for choices about the rules of a tree
 * @b: is written
 * @t: the tree, with all its rules
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM; ipf_chooser_free() in either case.
 */
int ipf_chooser_init(struct ipf_chooser *b, const struct ipf_tree *t)
{
	u32 count = ipf_tree_count(t);

	*b = (struct ipf_chooser){ .tree = t };
	b->sample = kvmalloc_array(SAMPLE, sizeof(*b->sample), GFP_KERNEL_ACCOUNT);
	b->lo = kvmalloc_array(count, sizeof(*b->lo), GFP_KERNEL_ACCOUNT);
	b->hi = kvmalloc_array(count, sizeof(*b->hi), GFP_KERNEL_ACCOUNT);
	b->sizes = kvmalloc_array(1 << BITS_MAX, sizeof(*b->sizes), GFP_KERNEL_ACCOUNT);
	return b->sample && b->lo && b->hi && b->sizes ? 0 : -ENOMEM;
}
