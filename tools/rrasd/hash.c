// SPDX-License-Identifier: GPL-2.0
/*
 * Keyed hashing (SipHash-2-4 of Aumasson and Bernstein) and hash tables, see hash.h.
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "hash.h"

#define FIRST_SIZE	64

static uint64_t key[2];

/**
 * hash_init - draw the secret; before anything is hashed
 *
 * Return: 0 or a negative error.
 */
int hash_init(void)
{
	if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key))
		return -EIO;
	return 0;
}

static uint64_t rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	sip_round(v);
	v[0] ^= word;
}

/**
 * hash_bytes - hash of a key
 * @data: the key
 * @len: its length
 *
 * Return: 64 bits that nobody outside can predict.
 */
uint64_t hash_bytes(const void *data, size_t len)
{
	uint64_t v[4] = {
		key[0] ^ 0x736f6d6570736575ULL, key[1] ^ 0x646f72616e646f6dULL,
		key[0] ^ 0x6c7967656e657261ULL, key[1] ^ 0x7465646279746573ULL,
	};
	const uint8_t *p = data;
	uint64_t word;
	size_t left;
	int i;

	for (left = len; left >= sizeof(word); left -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		sip_word(v, le64toh(word));
		p += sizeof(word);
	}
	word = (uint64_t)len << 56;
	while (left--)
		word |= (uint64_t)p[left] << (8 * left);
	sip_word(v, word);
	v[2] ^= 0xff;
	for (i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/**
 * htable_init - make an empty table
 * @t: the table
 *
 * Return: 0 or -ENOMEM.
 */
int htable_init(struct htable *t)
{
	t->buckets = calloc(FIRST_SIZE, sizeof(*t->buckets));
	t->size = FIRST_SIZE;
	t->count = 0;
	return t->buckets ? 0 : -ENOMEM;
}

/**
 * htable_clean - free the table, not what was in it
 * @t: the table
 */
void htable_clean(struct htable *t)
{
	free(t->buckets);
	*t = (struct htable){ 0 };
}

static void insert(struct htable *t, struct hnode *n)
{
	struct hnode **bucket = &t->buckets[n->hash & (t->size - 1)];

	n->next = *bucket;
	*bucket = n;
}

/* Without memory for a larger array the table goes on with longer chains. */
static void grow(struct htable *t)
{
	struct htable bigger = { .size = t->size * 2 };
	struct hnode *n, *next;
	size_t i;

	bigger.buckets = calloc(bigger.size, sizeof(*bigger.buckets));
	if (!bigger.buckets)
		return;
	for (i = 0; i < t->size; i++) {
		for (n = t->buckets[i]; n; n = next) {
			next = n->next;
			insert(&bigger, n);
		}
	}
	free(t->buckets);
	t->buckets = bigger.buckets;
	t->size = bigger.size;
}

/**
 * htable_add - put something into a table; several may have the same hash
 * @t: the table
 * @n: node inside what is put in
 * @hash: hash of its key
 */
void htable_add(struct htable *t, struct hnode *n, uint64_t hash)
{
	if (t->count >= t->size)
		grow(t);
	n->hash = hash;
	insert(t, n);
	t->count++;
}

/**
 * htable_remove - take something out of a table that it is in
 * @t: the table
 * @n: node inside it
 */
void htable_remove(struct htable *t, struct hnode *n)
{
	struct hnode **p = &t->buckets[n->hash & (t->size - 1)];

	while (*p != n)
		p = &(*p)->next;
	*p = n->next;
	n->next = NULL;
	t->count--;
}

/**
 * htable_first - first node with a hash; the caller compares keys
 * @t: the table
 * @hash: the hash
 *
 * Return: the node or NULL.
 */
struct hnode *htable_first(const struct htable *t, uint64_t hash)
{
	struct hnode *n = t->buckets[hash & (t->size - 1)];

	while (n && n->hash != hash)
		n = n->next;
	return n;
}

/**
 * htable_next - next node with the same hash
 * @n: the node before
 *
 * Return: the node or NULL.
 */
struct hnode *htable_next(const struct hnode *n)
{
	struct hnode *next = n->next;

	while (next && next->hash != n->hash)
		next = next->next;
	return next;
}
