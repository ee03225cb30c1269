// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>

#include "tree.h"

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
 * Return: 0 or -ENOMEM.
 */
int ipf_tree_build(struct ipf_tree *t)
{
	u32 count = ipf_tree_count(t), i;
	struct ipf_node *node;

	if (!count)
		return 0;
	if (ipf_words_reserve(&t->nodes, 2 * IPF_NODE_WORDS) ||
	    ipf_words_reserve(&t->refs, count + 1))
		return -ENOMEM;
	node = (struct ipf_node *)t->nodes.at;
	node[0] = (struct ipf_node){ .dim = IPF_NODE_LEAF };
	node[1] = (struct ipf_node){ .dim = IPF_NODE_END };
	t->nodes.used = 2 * IPF_NODE_WORDS;
	for (i = 0; i < count; i++)
		t->refs.at[i] = i;
	t->refs.at[count - 1] |= IPF_REF_LAST;
	t->refs.at[count] = 1;
	t->refs.used = count + 1;
	return 0;
}
