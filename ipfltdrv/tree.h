/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The search structure over the filters of one address family. What it is and why:
 * at the head of tree.c.
 */
#ifndef IPFLTDRV_TREE_H
#define IPFLTDRV_TREE_H

#include "rule.h"
#include "words.h"

/* Kinds of node, in the place of the dimension. */
#define IPF_NODE_LEAF	IPF_DIMS
#define IPF_NODE_END	(IPF_DIMS + 1)	/* no filter matches */
#define IPF_NODE_GOTO	(IPF_DIMS + 2)	/* while building: a copy of node @at */

/**
 * struct ipf_node - one step of a look-up
 * @at: number of the first child; of a leaf, where its references are
 * @dim: which word of the key chooses the child, or IPF_NODE_*
 * @shift: lowest of the bits that choose
 * @mask: those bits, shifted down
 */
struct ipf_node {
	u32 at;
	u8 dim;
	u8 shift;
	u16 mask;
};

#define IPF_NODE_WORDS	(sizeof(struct ipf_node) / sizeof(u32))

/* The last reference of a leaf; behind it is the number of the node to go on with. */
#define IPF_REF_LAST	BIT(31)

/**
 * struct ipf_tree - the compiled filters of one family
 * @nodes: struct ipf_node, the root first
 * @refs: numbers of rules
 * @rules: struct ipf_rule4 or struct ipf_rule6
 * @family: IPF_IPV4 or IPF_IPV6
 */
struct ipf_tree {
	struct ipf_words nodes;
	struct ipf_words refs;
	struct ipf_words rules;
	u8 family;
};

static inline u32 ipf_tree_rule_words(const struct ipf_tree *t)
{
	return (t->family == IPF_IPV4 ? sizeof(struct ipf_rule4) :
					sizeof(struct ipf_rule6)) / sizeof(u32);
}

static inline u32 ipf_tree_count(const struct ipf_tree *t)
{
	return t->rules.used / ipf_tree_rule_words(t);
}

static inline const void *ipf_tree_rule(const struct ipf_tree *t, u32 number)
{
	return t->rules.at + (size_t)number * ipf_tree_rule_words(t);
}

int ipf_tree_build(struct ipf_tree *t);
void ipf_tree_free(struct ipf_tree *t);

#endif /* IPFLTDRV_TREE_H */
