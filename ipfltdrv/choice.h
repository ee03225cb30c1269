/* SPDX-License-Identifier: GPL-2.0 */
/* Which bits of a packet a node of the tree takes, see tree.c. */
#ifndef IPFLTDRV_CHOICE_H
#define IPFLTDRV_CHOICE_H

#include "tree.h"

/* Bytes of a tree's budget that one node may always take. */
#define IPF_BUDGET_SMALL	128U

/* So few filters are left to a leaf as a rule. */
#define IPF_LEAF_GOOD		3

/**
 * struct ipf_choice - some bits of one dimension, and what they do with a list
 * @cost: estimated instructions of a look-up
 * @dim: the dimension
 * @shift: the lowest of the bits
 * @bits: how many
 * @copies: in how many children a rule may be before it goes aside
 * @pieces: rules in children, copies counted
 * @children: that are not empty
 * @aside: rules that go aside
 * @hungry: rules in children that are too large for leaves
 */
struct ipf_choice {
	u32 cost;
	u8 dim;
	u8 shift;
	u8 bits;
	u8 copies;
	u32 pieces;
	u32 children;
	u32 aside;
	u32 hungry;
};

/**
 * struct ipf_chooser - what making choices needs
 * @tree: whose rules they are about
 * @sample: some rules of a long list
 * @lo: lowest values of the rules of a list in one dimension
 * @hi: their highest
 * @sizes: of the children of a choice
 * @work: comparisons so far
 */
struct ipf_chooser {
	const struct ipf_tree *tree;
	u32 *sample;
	u64 *lo;
	u64 *hi;
	u32 *sizes;
	u64 work;
};

/* Bytes of references. A leaf has one more word: where to go on. */
static inline u32 ipf_list_bytes(u32 lists, u32 pieces)
{
	return (lists + pieces) * sizeof(u32);
}

/* Nodes that it takes. */
static inline u32 ipf_choice_slots(const struct ipf_choice *c)
{
	return (1U << c->bits) + !!c->aside;
}

/* Bytes of its nodes, and of its lists as if they became leaves. */
static inline u32 ipf_choice_bytes(const struct ipf_choice *c)
{
	return ipf_choice_slots(c) * sizeof(struct ipf_node) +
	       ipf_list_bytes(c->children + !!c->aside, c->pieces + c->aside);
}

/*
 * In how many children rule @i of the list is, from @first on and around; 0 if it
 * goes aside.
 */
static inline u32 ipf_choice_reach(const struct ipf_chooser *b, u32 i,
				   const struct ipf_choice *c, u32 *first)
{
	u64 from = b->lo[i] >> c->shift, to = b->hi[i] >> c->shift;

	*first = from;
	return to - from < c->copies ? to - from + 1 : 0;
}

int ipf_chooser_init(struct ipf_chooser *b, const struct ipf_tree *t);
void ipf_chooser_free(struct ipf_chooser *b);
bool ipf_choose(struct ipf_chooser *b, const u32 *list, u32 count, u32 budget,
		struct ipf_choice *best);

#endif /* IPFLTDRV_CHOICE_H */
