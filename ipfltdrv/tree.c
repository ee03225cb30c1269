// SPDX-License-Identifier: GPL-2.0
/*
 * Compiling filters into a tree.
 *
 * A node takes a few bits of one word of the key (addresses, ports, protocol), which
 * choose its child. At a leaf the few filters that are left are compared in full, so
 * the way to it need not prove anything: bits above the chosen ones may be skipped.
 *
 * Filters that are wide in the chosen bits would have to be in every child, and that
 * is where such trees grow beyond all bounds (a firewall's "any to any, port 80").
 * Here they go into one more child, the aside, which is looked up after the chosen
 * one: every leaf names the node to go on with when nothing in it matched. Which
 * that is was known when the tree was built, so a look-up keeps no stack. Only
 * filters that reach into a few children are copied into these.
 *
 * Which bits are taken is decided for each node by what a look-up would cost, in
 * instructions, with each of some dozens of choices. Whatever the filters are:
 *
 * - Memory is bounded. Each node has a budget in bytes, in proportion to its filters;
 *   it may copy filters and have children while that lasts, and without it a choice
 *   that copies nothing, or a leaf, is what remains.
 * - Time to build is bounded. A child of a long list has at most three quarters of
 *   its filters, so the depth is logarithmic; a budget of comparisons ends what
 *   still takes too long, with leaves.
 * - Time to look up is not more than comparing with each filter once per copy. No
 *   administrator's filters come near; ones made for it can, as with any structure
 *   that has not more than linear memory, and slow down only what they filter.
 *
 * With a hundred thousand filters a look-up touches one cache line per node, two to
 * four of them where such trees without the aside need a dozen, and one per filter
 * compared.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/jhash.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include <linux/sched/signal.h>

#include "tree.h"

/* Bytes of nodes and references that a filter pays for. */
#define BUDGET4		40
#define BUDGET6		28
#define BUDGET_SMALL	128U	/* and every tree for itself */

/* Widest choice of bits, and how many of its children a filter may be copied to. */
#define BITS_MAX	11
#define COPIES_MAX	4

/* Estimated instructions. */
#define COST_NODE	11
#define COST_LEAF	9
#define COST_FILTER	11

/* So few filters are left to a leaf as a rule. */
#define LEAF_GOOD	3

/* How much more memory a filter in an aside is worth than one in another child. */
#define ASIDE_WEIGHT	4

/* So few may be parted with less effect, because there cannot be many such steps. */
#define LIST_SHORT	64

/* Choices for longer lists are made by so many of their rules. */
#define SAMPLE		2048

/* Comparisons for each filter before no more nodes are made. */
#define WORK_MAX	16384

#define NOWHERE		U32_MAX
#define HEADER		4	/* words of struct task */

/* A list of rules that becomes a node; the list follows. */
struct task {
	u32 count;
	u32 node;	/* where */
	u32 next;	/* with what a look-up goes on when nothing matched */
	u32 budget;	/* bytes for everything below it */
};

struct choice {
	u32 cost;
	u8 dim;
	u8 shift;
	u8 bits;
	u8 copies;
	u32 pieces;	/* rules in children, copies counted */
	u32 children;	/* that are not empty */
	u32 aside;
	u32 hungry;	/* rules in children that are too large for leaves */
};

/* What a choice is for: a list, or a sample that stands for a longer one. */
struct rules {
	const u32 *list;
	u32 count;
	u32 stands_for;	/* rules, at least @count */
	u32 budget;
};

struct builder {
	struct ipf_tree *tree;
	struct ipf_words tasks;	/* a stack of lists with struct task above them */
	u32 *list;		/* the rules of the node in work */
	u32 *sample;		/* some of them */
	u64 *lo;		/* ranges of either in one dimension */
	u64 *hi;
	u32 *sizes;		/* of the children of a choice */
	u64 work;
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

static u32 list_bytes(u32 lists, u32 pieces)
{
	/* A leaf has one more word: where to go on. */
	return (lists + pieces) * sizeof(u32);
}

static u32 choice_slots(const struct choice *c)
{
	return (1U << c->bits) + !!c->aside;
}

static u32 choice_bytes(const struct choice *c)
{
	return choice_slots(c) * sizeof(struct ipf_node) +
	       list_bytes(c->children + !!c->aside, c->pieces + c->aside);
}

/*
 * In how many children rule @i is, from @first on and around; 0 if it goes aside.
 * A range that covers more than the bits can tell apart is in all of them.
 */
static u32 reach(const struct builder *b, u32 i, const struct choice *c, u32 *first)
{
	u64 from = b->lo[i] >> c->shift, to = b->hi[i] >> c->shift;

	*first = from;
	return to - from < c->copies ? to - from + 1 : 0;
}

/* Count what @c does with the list, in @b->sizes and in @c. */
static void choice_count(struct builder *b, u32 count, struct choice *c)
{
	u32 mask = (1U << c->bits) - 1;
	u32 i, n, first;

	memset(b->sizes, 0, sizeof(u32) << c->bits);
	c->pieces = 0;
	c->aside = 0;
	for (i = 0; i < count; i++) {
		n = reach(b, i, c, &first);
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
static bool affordable(const struct rules *r, const struct choice *c)
{
	u32 leaf = list_bytes(1, r->stands_for), spare = r->budget - leaf;
	u32 copies = c->pieces + c->aside - r->count;
	u64 more = (u64)copies * sizeof(u32) * r->stands_for / r->count +
		   choice_slots(c) * sizeof(struct ipf_node) +
		   list_bytes(c->children + !!c->aside, 0);

	return more <= max(spare / 2, min(spare, BUDGET_SMALL));
}

/*
 * Estimate @c, taking packets to be spread as the filters are. False if it does not
 * bring enough or costs too much memory.
 */
static bool choice_estimate(const struct builder *b, const struct rules *r,
			    struct choice *c)
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
		if (n > LEAF_GOOD)
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
static void choice_try(struct builder *b, const struct rules *r, struct choice *c,
		       struct choice *best)
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

static void load_ranges(struct builder *b, const struct rules *r, enum ipf_dim dim)
{
	u32 i;

	for (i = 0; i < r->count; i++)
		rule_range(b->tree, r->list[i], dim, &b->lo[i], &b->hi[i]);
}

/* The bits in which rules differ that have a condition for this dimension. */
static u64 bits_that_vary(const struct builder *b, u32 count, unsigned int width)
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

static void choose_in(struct builder *b, const struct rules *r, enum ipf_dim dim,
		      struct choice *best)
{
	unsigned int width = dim_bits(b->tree, dim), bits_max, step;
	struct choice c = { .dim = dim };
	int bits, shift;
	u64 vary;

	load_ranges(b, r, dim);
	vary = bits_that_vary(b, r->count, width);
	if (!vary)
		return;
	bits_max = min_t(unsigned int, ilog2(r->count) + 2, BITS_MAX);
	/* In steps where there are many, which loses little. */
	step = bits_max > 6 || width > 32 ? 3 : 1;
	for (bits = bits_max; bits > 0; bits -= step) {
		for (shift = fls64(vary) - bits; shift > -bits; shift -= step) {
			c.shift = max(shift, 0);
			c.bits = bits + min(shift, 0);
			if ((vary >> c.shift) & ((1U << c.bits) - 1))
				choice_try(b, r, &c, best);
		}
	}
}

/* Find the best choice for @r; false if a leaf is better. */
static bool choose_among(struct builder *b, const struct rules *r, struct choice *best)
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
static bool choose_by_sample(struct builder *b, const struct rules *all,
			     struct choice *best)
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

/* False if a leaf is best. */
static bool choose(struct builder *b, const struct task *t, struct choice *best)
{
	struct rules r = {
		.list = b->list,
		.count = t->count,
		.stands_for = t->count,
		.budget = t->budget,
	};

	if (b->work > (u64)WORK_MAX * ipf_tree_count(b->tree))
		return false;
	if (t->count > 2 * SAMPLE && choose_by_sample(b, &r, best))
		return true;
	if (!choose_among(b, &r, best))
		return false;
	load_ranges(b, &r, best->dim);
	choice_count(b, r.count, best);
	return true;
}

static struct ipf_node *node_at(const struct builder *b, u32 number)
{
	return (struct ipf_node *)b->tree->nodes.at + number;
}

static int leaf(struct builder *b, const struct task *t)
{
	struct ipf_words *refs = &b->tree->refs;

	if (ipf_words_reserve(refs, t->count + 1))
		return -ENOMEM;
	*node_at(b, t->node) = (struct ipf_node){
		.at = refs->used,
		.dim = IPF_NODE_LEAF,
	};
	memcpy(refs->at + refs->used, b->list, t->count * sizeof(u32));
	refs->used += t->count;
	refs->at[refs->used - 1] |= IPF_REF_LAST;
	refs->at[refs->used++] = t->next;
	return 0;
}

/*
 * Begin a task for @count rules and return where its list goes. Room was reserved.
 */
static u32 *push(struct builder *b, const struct task *t)
{
	u32 *list = b->tasks.at + b->tasks.used;

	b->tasks.used += t->count + HEADER;
	memcpy(list + t->count, t, sizeof(*t));
	return list;
}

static void pop(struct builder *b, struct task *t)
{
	u32 *end = b->tasks.at + b->tasks.used;

	memcpy(t, end - HEADER, sizeof(*t));
	b->tasks.used -= t->count + HEADER;
	memcpy(b->list, b->tasks.at + b->tasks.used, t->count * sizeof(u32));
}

/*
 * What is left of the budget goes to the children by their weight: their size; more
 * for the aside, which every look-up comes to; nothing for what is as good as a leaf.
 */
static u32 share(u32 budget, const struct choice *c, u32 count, u32 weight)
{
	u64 rest = budget - choice_bytes(c);

	return list_bytes(1, count) +
	       (weight ? div_u64(rest * weight, c->hungry + c->aside * ASIDE_WEIGHT) : 0);
}

/*
 * Push a task for each child. @b->sizes has their sizes and becomes where the list
 * of each begins in @b->tasks.
 */
static void push_children(struct builder *b, const struct task *t,
			  const struct choice *c, u32 first_node, u32 next)
{
	struct ipf_node *node;
	struct task child;
	u32 i;

	for (i = 0; i < 1U << c->bits; i++) {
		node = node_at(b, first_node + i);
		*node = (struct ipf_node){ .at = next, .dim = IPF_NODE_GOTO };
		if (!b->sizes[i])
			continue;
		child.count = b->sizes[i];
		child.node = first_node + i;
		child.next = next;
		child.budget = share(t->budget, c, child.count,
				     child.count > LEAF_GOOD ? child.count : 0);
		b->sizes[i] = push(b, &child) - b->tasks.at;
	}
}

/* Fill the lists that were pushed. */
static void distribute(struct builder *b, const struct task *t,
		       const struct choice *c, u32 *aside)
{
	u32 mask = (1U << c->bits) - 1;
	u32 i, n, k, first;

	for (i = 0; i < t->count; i++) {
		n = reach(b, i, c, &first);
		if (!n)
			*aside++ = b->list[i];
		for (k = 0; k < n; k++)
			b->tasks.at[b->sizes[(first + k) & mask]++] = b->list[i];
	}
}

/* Do what was chosen. @b still has the ranges and the sizes of @c. */
static int branch(struct builder *b, const struct task *t, struct choice *c)
{
	struct ipf_words *nodes = &b->tree->nodes;
	u32 first = nodes->used / IPF_NODE_WORDS, next = t->next;
	u32 *aside = NULL;

	if (ipf_words_reserve(nodes, choice_slots(c) * IPF_NODE_WORDS) ||
	    ipf_words_reserve(&b->tasks, c->pieces + c->aside +
			      (c->children + 1) * HEADER))
		return -ENOMEM;
	nodes->used += choice_slots(c) * IPF_NODE_WORDS;

	*node_at(b, t->node) = (struct ipf_node){
		.at = first,
		.dim = c->dim,
		.shift = c->shift,
		.mask = (1U << c->bits) - 1,
	};
	if (c->aside) {
		struct task child = {
			.count = c->aside,
			.node = first + (1U << c->bits),
			.next = next,
			.budget = share(t->budget, c, c->aside,
					c->aside * ASIDE_WEIGHT),
		};

		aside = push(b, &child);
		next = child.node;
	}
	push_children(b, t, c, first, next);
	distribute(b, t, c, aside);
	return 0;
}

/*
 * Filters that are the same but for their tags would only lengthen a leaf, and no
 * choice of bits can part them. The first one stays.
 */
static int list_unique(struct builder *b, u32 *unique)
{
	const struct ipf_tree *t = b->tree;
	u32 count = ipf_tree_count(t), i, at, seed = get_random_u32();
	u32 size = roundup_pow_of_two(2 * count), *table;
	size_t len = t->family == IPF_IPV4 ?
		offsetof(struct ipf_rule4, rest.index) :
		offsetof(struct ipf_rule6, rest.index);

	table = kvcalloc(size, sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return -ENOMEM;
	*unique = 0;
	for (i = 0; i < count; i++) {
		const u32 *rule = ipf_tree_rule(t, i);

		at = jhash2(rule, len / sizeof(u32), seed) & (size - 1);
		while (table[at] && memcmp(ipf_tree_rule(t, table[at] - 1), rule, len))
			at = (at + 1) & (size - 1);
		if (!table[at]) {
			table[at] = i + 1;
			b->list[(*unique)++] = i;
		}
	}
	kvfree(table);
	return 0;
}

/* The root: one task with all rules. */
static int begin(struct builder *b)
{
	struct task root = { .next = NOWHERE };
	u32 *list;
	int err;

	err = list_unique(b, &root.count);
	if (err)
		return err;
	root.budget = BUDGET_SMALL + root.count *
		(b->tree->family == IPF_IPV4 ? BUDGET4 : BUDGET6);
	if (ipf_words_reserve(&b->tree->nodes, IPF_NODE_WORDS) ||
	    ipf_words_reserve(&b->tasks, root.count + HEADER))
		return -ENOMEM;
	b->tree->nodes.used = IPF_NODE_WORDS;
	list = push(b, &root);
	memcpy(list, b->list, root.count * sizeof(u32));
	return 0;
}

static int build(struct builder *b)
{
	struct choice choice;
	struct task t;
	int err;

	err = begin(b);
	while (!err && b->tasks.used) {
		pop(b, &t);
		err = choose(b, &t, &choice) ? branch(b, &t, &choice) : leaf(b, &t);
		cond_resched();
		if (fatal_signal_pending(current))
			err = -EINTR;
	}
	return err;
}

/*
 * Empty children become what a look-up would go on with, and leaves that go on with
 * nothing go on with the end.
 */
static int finish(struct ipf_tree *t)
{
	u32 count = t->nodes.used / IPF_NODE_WORDS, i;
	struct ipf_node *nodes;

	if (ipf_words_reserve(&t->nodes, IPF_NODE_WORDS))
		return -ENOMEM;
	t->nodes.used += IPF_NODE_WORDS;
	nodes = (struct ipf_node *)t->nodes.at;
	nodes[count] = (struct ipf_node){ .dim = IPF_NODE_END };
	for (i = 0; i < count; i++) {
		while (nodes[i].dim == IPF_NODE_GOTO)
			nodes[i] = nodes[min(nodes[i].at, count)];
	}
	for (i = 0; i < t->refs.used; i++) {
		while (!(t->refs.at[i] & IPF_REF_LAST))
			i++;
		i++;
		t->refs.at[i] = min(t->refs.at[i], count);
	}
	ipf_words_shrink(&t->nodes);
	ipf_words_shrink(&t->refs);
	ipf_words_shrink(&t->rules);
	return 0;
}

/**
 * ipf_tree_free() - free everything, the rules too
 * @t: the tree
 */
void ipf_tree_free(struct ipf_tree *t)
{
	ipf_words_free(&t->nodes);
	ipf_words_free(&t->refs);
	ipf_words_free(&t->rules);
}

/**
 * ipf_tree_build() - make the rules of a tree searchable
 * @t: with all its rules
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or -EINTR if the caller is being killed; then @t can only be
 *	freed.
 */
int ipf_tree_build(struct ipf_tree *t)
{
	u32 count = ipf_tree_count(t);
	struct builder b = { .tree = t };
	int err = -ENOMEM;

	if (!count)
		return 0;
	b.list = kvmalloc_array(count, sizeof(*b.list), GFP_KERNEL_ACCOUNT);
	b.sample = kvmalloc_array(SAMPLE, sizeof(*b.sample), GFP_KERNEL_ACCOUNT);
	b.lo = kvmalloc_array(count, sizeof(*b.lo), GFP_KERNEL_ACCOUNT);
	b.hi = kvmalloc_array(count, sizeof(*b.hi), GFP_KERNEL_ACCOUNT);
	b.sizes = kvmalloc_array(1 << BITS_MAX, sizeof(*b.sizes), GFP_KERNEL_ACCOUNT);
	if (b.list && b.sample && b.lo && b.hi && b.sizes)
		err = build(&b);
	if (!err)
		err = finish(t);
	ipf_words_free(&b.tasks);
	kvfree(b.sizes);
	kvfree(b.hi);
	kvfree(b.lo);
	kvfree(b.sample);
	kvfree(b.list);
	return err;
}
