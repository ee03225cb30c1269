/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keyed hashing, a hash table of embedded nodes, and a list of embedded nodes.
 *
 * Keys come from strangers (Ethernet addresses, user names), so every hash is keyed with a
 * random secret: nobody can choose keys that fall into one bucket.
 */
#ifndef RRASD_HASH_H
#define RRASD_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

int hash_init(void);
uint64_t hash_bytes(const void *data, size_t len);

/**
 * struct hnode - embedded in what a table holds
 */
struct hnode {
	struct hnode *next;
	uint64_t hash;
};

/**
 * struct htable - a hash table that grows
 */
struct htable {
	struct hnode **buckets;
	size_t size;	/* a power of two */
	size_t count;
};

int htable_init(struct htable *t);
void htable_clean(struct htable *t);
void htable_add(struct htable *t, struct hnode *n, uint64_t hash);
void htable_remove(struct htable *t, struct hnode *n);
struct hnode *htable_first(const struct htable *t, uint64_t hash);
struct hnode *htable_next(const struct hnode *n);

/**
 * struct list - head of a list, and the node embedded in what it holds
 */
struct list {
	struct list *next, *prev;
};

static inline void list_init(struct list *l)
{
	l->next = l;
	l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
	return l->next == l;
}

static inline void list_append(struct list *head, struct list *n)
{
	n->prev = head->prev;
	n->next = head;
	head->prev->next = n;
	head->prev = n;
}

/* Harmless on a node that is in no list, if it was initialised. */
static inline void list_remove(struct list *n)
{
	n->prev->next = n->next;
	n->next->prev = n->prev;
	list_init(n);
}

#endif /* RRASD_HASH_H */
