// SPDX-License-Identifier: GPL-2.0
/*
 * Filters of one direction: collected one by one, compiled, looked up. The search
 * structure is in tree.c.
 */
#include <kunit/visibility.h>
#include <linux/errno.h>
#include <linux/slab.h>

#include "tree.h"

/*
 * Where the stored form of a filter is, by its index. One for any family is stored
 * for each of them; the one for IPv4 is named here.
 */
struct entry {
	u32 rule:30;
	u32 family:2;
	u32 tag;
};

#define ENTRY_WORDS	(sizeof(struct entry) / sizeof(u32))

struct ipf_classifier {
	struct ipf_tree ipv4;
	struct ipf_tree ipv6;
	struct ipf_words entries;
	u16 conditions;		/* of all filters together */
};

/**
 * ipf_classifier_alloc() - begin a list of filters
 *
 * Context: may sleep.
 * Return: an empty one, which matches nothing even without
 *	ipf_classifier_compile(); NULL without memory.
 */
struct ipf_classifier *ipf_classifier_alloc(void)
{
	struct ipf_classifier *c = kzalloc(sizeof(*c), GFP_KERNEL_ACCOUNT);

	if (c) {
		c->ipv4.family = IPF_IPV4;
		c->ipv6.family = IPF_IPV6;
	}
	return c;
}
EXPORT_SYMBOL_IF_KUNIT(ipf_classifier_alloc);

/**
 * ipf_classifier_free() - forget all filters
 * @c: from ipf_classifier_alloc(), compiled or not, or NULL; nobody looks it up any
 *	more
 *
 * Context: may not be atomic, memory may have come from vmalloc().
 */
void ipf_classifier_free(struct ipf_classifier *c)
{
	if (!c)
		return;
	ipf_tree_free(&c->ipv4);
	ipf_tree_free(&c->ipv6);
	ipf_words_free(&c->entries);
	kfree(c);
}
EXPORT_SYMBOL_IF_KUNIT(ipf_classifier_free);

static void *new_rule(struct ipf_tree *t)
{
	u32 *rule = t->rules.at + t->rules.used;

	t->rules.used += ipf_tree_rule_words(t);
	return rule;
}

/**
 * ipf_classifier_add() - add a filter
 * @c: not compiled yet
 * @f: the filter; its index is the number of filters that were added before it
 * @why: the reason of a refusal is returned here
 *
 * Context: may sleep.
 * Return: 0, -EINVAL if there can be no such filter, -E2BIG if there are too many,
 *	-ENOMEM; then nothing was added.
 */
int ipf_classifier_add(struct ipf_classifier *c, const struct ipf_filter *f,
		       const char **why)
{
	bool ipv4 = f->family != IPF_IPV6, ipv6 = f->family != IPF_IPV4;
	u32 index = ipf_classifier_count(c);
	struct entry *e;
	int err;

	if (index == IPF_FILTERS_MAX) {
		*why = "too many filters";
		return -E2BIG;
	}
	err = ipf_rule_check(f, why);
	if (err)
		return err;

	*why = "no memory for another filter";
	err = ipf_words_reserve(&c->entries, ENTRY_WORDS);
	if (!err && ipv4)
		err = ipf_words_reserve(&c->ipv4.rules, ipf_tree_rule_words(&c->ipv4));
	if (!err && ipv6)
		err = ipf_words_reserve(&c->ipv6.rules, ipf_tree_rule_words(&c->ipv6));
	if (err)
		return err;

	e = (struct entry *)(c->entries.at + c->entries.used);
	c->entries.used += ENTRY_WORDS;
	e->family = f->family;
	e->tag = f->tag;
	e->rule = ipf_tree_count(ipv4 ? &c->ipv4 : &c->ipv6);
	if (ipv4)
		ipf_rule4_pack(new_rule(&c->ipv4), f, index);
	if (ipv6)
		ipf_rule6_pack(new_rule(&c->ipv6), f, index);
	c->conditions |= f->flags;
	*why = NULL;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ipf_classifier_add);

/**
 * ipf_classifier_compile() - make the filters searchable
 * @c: is complete from now on
 * @why: the reason of a failure is returned here
 *
 * Context: may sleep, for a second or two with a hundred thousand filters; gives
 *	up when the caller is being killed.
 * Return: 0, -ENOMEM or -EINTR; then @c can only be freed.
 */
int ipf_classifier_compile(struct ipf_classifier *c, const char **why)
{
	int err;

	ipf_words_shrink(&c->entries);
	err = ipf_tree_build(&c->ipv4);
	if (!err)
		err = ipf_tree_build(&c->ipv6);
	if (err)
		*why = err == -EINTR ? "interrupted" : "no memory to compile the filters";
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(ipf_classifier_compile);

/**
 * ipf_classifier_count() - how many filters there are
 * @c: the classifier
 *
 * Return: their number; indexes are below it.
 */
unsigned int ipf_classifier_count(const struct ipf_classifier *c)
{
	return c->entries.used / ENTRY_WORDS;
}
EXPORT_SYMBOL_IF_KUNIT(ipf_classifier_count);

/**
 * ipf_classifier_is_late() - does any filter have a late bound address
 * @c: the classifier
 *
 * Return: true if keys need ipf_key_bind() before they are looked up.
 */
bool ipf_classifier_is_late(const struct ipf_classifier *c)
{
	return c->conditions & IPF_LATE;
}
EXPORT_SYMBOL_IF_KUNIT(ipf_classifier_is_late);

static size_t words_bytes(const struct ipf_words *w)
{
	return (size_t)w->room * sizeof(u32);
}

static size_t tree_bytes(const struct ipf_tree *t)
{
	return words_bytes(&t->nodes) + words_bytes(&t->refs) + words_bytes(&t->rules);
}

/**
 * ipf_classifier_bytes() - the memory that it takes
 * @c: the classifier
 *
 * Return: bytes, as they were asked for.
 */
size_t ipf_classifier_bytes(const struct ipf_classifier *c)
{
	return sizeof(*c) + words_bytes(&c->entries) + tree_bytes(&c->ipv4) +
	       tree_bytes(&c->ipv6);
}
EXPORT_SYMBOL_IF_KUNIT(ipf_classifier_bytes);

static const struct entry *entry(const struct ipf_classifier *c, unsigned int index)
{
	return (const struct entry *)c->entries.at + index;
}

/**
 * ipf_classifier_get() - a filter as its user gave it
 * @c: the classifier
 * @index: of the filter, below ipf_classifier_count()
 * @f: the filter is returned here; what no condition asks for is zero
 */
void ipf_classifier_get(const struct ipf_classifier *c, unsigned int index,
			struct ipf_filter *f)
{
	const struct entry *e = entry(c, index);

	if (e->family == IPF_IPV6)
		ipf_rule6_unpack(ipf_tree_rule(&c->ipv6, e->rule), f);
	else
		ipf_rule4_unpack(ipf_tree_rule(&c->ipv4, e->rule), f);
	f->family = e->family;
	f->tag = e->tag;
}
EXPORT_SYMBOL_IF_KUNIT(ipf_classifier_get);

/**
 * ipf_classifier_tag() - the user's tag of a filter
 * @c: the classifier
 * @index: of the filter, below ipf_classifier_count()
 *
 * Return: the tag.
 */
u32 ipf_classifier_tag(const struct ipf_classifier *c, unsigned int index)
{
	return entry(c, index)->tag;
}
EXPORT_SYMBOL_IF_KUNIT(ipf_classifier_tag);

/* Compiled once for each family, so that no step of it asks for the family. */
static __always_inline int find(const struct ipf_tree *t, const struct ipf_key *key,
				bool ipv4)
{
	const struct ipf_node *nodes = (const struct ipf_node *)t->nodes.at;
	const struct ipf_node *node = nodes;
	const u32 *ref;

	if (!nodes)
		return -ENOENT;
	for (;;) {
		while (likely(node->dim < IPF_DIMS))
			node = nodes + node->at +
			       ((u32)(key->dim[node->dim] >> node->shift) & node->mask);
		if (node->dim == IPF_NODE_END)
			return -ENOENT;

		ref = t->refs.at + node->at;
		for (;;) {
			u32 number = *ref & ~IPF_REF_LAST;

			if (ipv4) {
				const struct ipf_rule4 *r = (const void *)t->rules.at;

				if (ipf_rule4_matches(r + number, key))
					return r[number].rest.index;
			} else {
				const struct ipf_rule6 *r = (const void *)t->rules.at;

				if (ipf_rule6_matches(r + number, key))
					return r[number].rest.index;
			}
			if (*ref++ & IPF_REF_LAST)
				break;
		}
		node = nodes + *ref;
	}
}

/**
 * ipf_classify() - find a filter that matches
 * @c: compiled
 * @key: of a packet that was parsed well, with its late bound addresses if
 *	ipf_classifier_is_late()
 *
 * Any match reverses the default action, whatever the others say, so the look-up
 * ends with the first one it meets. If several filters match, which of them is
 * found depends on the filters and on @key only.
 *
 * Context: any; whoever frees @c waits for the readers.
 * Return: index of a filter, or -ENOENT.
 */
int ipf_classify(const struct ipf_classifier *c, const struct ipf_key *key)
{
	if (key->family == IPF_IPV4)
		return find(&c->ipv4, key, true);
	return find(&c->ipv6, key, false);
}
EXPORT_SYMBOL_IF_KUNIT(ipf_classify);
