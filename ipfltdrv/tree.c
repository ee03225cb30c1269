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
 * Which bits are taken is decided for each node (choice.c) by what a look-up would
 * cost, in instructions, with each of some dozens of choices. Whatever the filters are:
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

#include "choice.h"

/* Bytes of nodes and references that a filter pays for. */
#define BUDGET4		40
#define BUDGET6		28

/* How much more memory a filter in an aside is worth than one in another child. */
#define ASIDE_WEIGHT	4

#define NOWHERE		U32_MAX
#define HEADER		4	/* words of struct task */

/* A list of rules that becomes a node; the list follows. */
struct task {
	u32 count;
	u32 node;	/* where */
	u32 next;	/* with what a look-up goes on when nothing matched */
	u32 budget;	/* bytes for everything below it */
};

struct builder {
	struct ipf_tree *tree;
	struct ipf_chooser chooser;
	struct ipf_words tasks;	/* a stack of lists with struct task above them */
	u32 *list;		/* the rules of the node in work */
};

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
static u32 share(u32 budget, const struct ipf_choice *c, u32 count, u32 weight)
{
	u64 rest = budget - ipf_choice_bytes(c);

	return ipf_list_bytes(1, count) +
	       (weight ? div_u64(rest * weight, c->hungry + c->aside * ASIDE_WEIGHT) : 0);
}

/*
 * Push a task for each child. The chooser's sizes become where
 * the list of each begins in @b->tasks.
 */
static void push_children(struct builder *b, const struct task *t,
			  const struct ipf_choice *c, u32 first_node, u32 next)
{
	u32 *sizes = b->chooser.sizes;
	struct ipf_node *node;
	struct task child;
	u32 i;

	for (i = 0; i < 1U << c->bits; i++) {
		node = node_at(b, first_node + i);
		*node = (struct ipf_node){ .at = next, .dim = IPF_NODE_GOTO };
		if (!sizes[i])
			continue;
		child.count = sizes[i];
		child.node = first_node + i;
		child.next = next;
		child.budget = share(t->budget, c, child.count,
				     child.count > IPF_LEAF_GOOD ? child.count : 0);
		sizes[i] = push(b, &child) - b->tasks.at;
	}
}

/* Fill the lists that were pushed. */
static void distribute(struct builder *b, const struct task *t,
		       const struct ipf_choice *c, u32 *aside)
{
	u32 mask = (1U << c->bits) - 1, *begins = b->chooser.sizes;
	u32 i, n, k, first;

	for (i = 0; i < t->count; i++) {
		n = ipf_choice_reach(&b->chooser, i, c, &first);
		if (!n)
			*aside++ = b->list[i];
		for (k = 0; k < n; k++)
			b->tasks.at[begins[(first + k) & mask]++] = b->list[i];
	}
}

/* Do what was chosen. The chooser still has its ranges and sizes. */
static int branch(struct builder *b, const struct task *t, struct ipf_choice *c)
{
	struct ipf_words *nodes = &b->tree->nodes;
	u32 first = nodes->used / IPF_NODE_WORDS, next = t->next;
	u32 *aside = NULL;

	if (ipf_words_reserve(nodes, ipf_choice_slots(c) * IPF_NODE_WORDS) ||
	    ipf_words_reserve(&b->tasks, c->pieces + c->aside +
			      (c->children + 1) * HEADER))
		return -ENOMEM;
	nodes->used += ipf_choice_slots(c) * IPF_NODE_WORDS;

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

		if (!(i % 1024))
			cond_resched();
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
	root.budget = IPF_BUDGET_SMALL + root.count *
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
	struct ipf_choice choice;
	struct task t;
	int err;

	err = begin(b);
	while (!err && b->tasks.used) {
		pop(b, &t);
		if (ipf_choose(&b->chooser, b->list, t.count, t.budget, &choice))
			err = branch(b, &t, &choice);
		else
			err = leaf(b, &t);
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
	int err;

	if (!count)
		return 0;
	err = ipf_chooser_init(&b.chooser, t);
	b.list = kvmalloc_array(count, sizeof(*b.list), GFP_KERNEL_ACCOUNT);
	if (!err && !b.list)
		err = -ENOMEM;
	if (!err)
		err = build(&b);
	if (!err)
		err = finish(t);
	ipf_words_free(&b.tasks);
	kvfree(b.list);
	ipf_chooser_free(&b.chooser);
	return err;
}
