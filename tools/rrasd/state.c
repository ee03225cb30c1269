// SPDX-License-Identifier: GPL-2.0
/*
 * The memory of records, see state.h.
 *
 * The first slot is the header. What a process of another version, or an accident, may have left
 * is trusted in nothing: sizes are compared, and every slot has a check sum.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state.h"

#define SLOT_LEN	1024
#define SLOTS_FIRST	256

static const char magic[8] = "rrasd\r\n";

struct header {
	char magic[8];
	uint32_t version;
	uint32_t slot_len;
};

struct slot {
	uint64_t check;		/* of all that follows, but for @used */
	uint64_t serial;	/* of two records with one key the later one counts */
	uint32_t used;		/* set last, cleared first */
	uint32_t len;
	struct state_key key;
	uint8_t data[STATE_RECORD_MAX];
};

_Static_assert(sizeof(struct slot) == SLOT_LEN, "a slot has the size that the header says");

struct state {
	int fd;
	uint32_t slots;		/* the header's included */
	uint32_t free_count;
	uint32_t *free;		/* stack of free slots, room for all */
	uint32_t damaged;
	uint64_t serial;
	struct slot *map;
};

/* FNV-1a. It is no secret: against accidents, not against somebody. */
static uint64_t mix(uint64_t sum, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len--)
		sum = (sum ^ *p++) * UINT64_C(0x100000001b3);
	return sum;
}

static uint64_t check_of(const struct slot *s)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	sum = mix(sum, &s->serial, sizeof(s->serial));
	sum = mix(sum, &s->len, sizeof(s->len));
	sum = mix(sum, &s->key, sizeof(s->key));
	return mix(sum, s->data, s->len);
}

static bool good(const struct slot *s)
{
	return s->len <= STATE_RECORD_MAX && s->key.kind && s->check == check_of(s);
}

/* A kill comes between two instructions: that stores keep their order is all that is needed. */
static void set_used(struct slot *s, bool used)
{
	__atomic_store_n(&s->used, used, __ATOMIC_RELEASE);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static bool resize(struct state *s, uint32_t slots)
{
	size_t old = (size_t)s->slots * SLOT_LEN, new = (size_t)slots * SLOT_LEN;
	uint32_t *stack = realloc(s->free, slots * sizeof(*stack));
	void *map;

	if (!stack)
		return false;
	s->free = stack;
	map = s->map ? mremap(s->map, old, new, MREMAP_MAYMOVE) :
		       mmap(NULL, new, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
	if (map == MAP_FAILED)
		return false;
	s->map = map;
	s->slots = slots;
	return true;
}

/* So that the lowest ones are taken first, and memory that nobody needs is never touched. */
static void add_free(struct state *s, uint32_t first, uint32_t end)
{
	while (end-- > first)
		s->free[s->free_count++] = end;
}

static bool grow(struct state *s, uint32_t slots)
{
	uint32_t old = s->slots;

	if (ftruncate(s->fd, (off_t)slots * SLOT_LEN) < 0 || !resize(s, slots))
		return false;
	add_free(s, old ? old : 1, slots);
	return true;
}

/**
 * state_create - memory without records
 *
 * Return: it, NULL with errno on an error.
 */
struct state *state_create(void)
{
	struct state *s = calloc(1, sizeof(*s));
	struct header *h;

	if (!s)
		return NULL;
	s->fd = memfd_create("rrasd-state", MFD_CLOEXEC);
	if (s->fd < 0 || !grow(s, SLOTS_FIRST)) {
		state_close(s);
		return NULL;
	}
	h = (struct header *)s->map;
	h->version = STATE_VERSION;
	h->slot_len = SLOT_LEN;
	memcpy(h->magic, magic, sizeof(magic));
	return s;
}

static bool same_key(const struct slot *a, const struct slot *b)
{
	return a->key.kind == b->key.kind && a->key.number == b->key.number;
}

static int by_key(const void *a, const void *b)
{
	const struct slot *x = *(struct slot * const *)a, *y = *(struct slot * const *)b;

	if (x->key.kind != y->key.kind)
		return x->key.kind < y->key.kind ? -1 : 1;
	if (x->key.number != y->key.number)
		return x->key.number < y->key.number ? -1 : 1;
	return x->serial < y->serial ? -1 : x->serial > y->serial;
}

/* Killed between writing a new record and giving up the old one: the new one is complete. */
static bool drop_old_records(struct state *s)
{
	struct slot **used = calloc(s->slots, sizeof(*used));
	uint32_t count = 0, i;

	if (!used)
		return false;
	for (i = 1; i < s->slots; i++) {
		if (s->map[i].used)
			used[count++] = &s->map[i];
	}
	qsort(used, count, sizeof(*used), by_key);
	for (i = 0; i + 1 < count; i++) {
		if (same_key(used[i], used[i + 1]))
			set_used(used[i], false);
	}
	free(used);
	return true;
}

/* Throws out what is damaged. */
static bool read_slots(struct state *s)
{
	uint32_t i;

	for (i = 1; i < s->slots; i++) {
		if (!s->map[i].used)
			continue;
		if (!good(&s->map[i])) {
			s->damaged++;
			set_used(&s->map[i], false);
		} else if (s->map[i].serial > s->serial) {
			s->serial = s->map[i].serial;
		}
	}
	if (!drop_old_records(s))
		return false;
	for (i = s->slots; i-- > 1; ) {
		if (!s->map[i].used)
			s->free[s->free_count++] = i;
	}
	return true;
}

static const char *problem(const struct state *s, const struct stat *st)
{
	const struct header *h = (const struct header *)s->map;

	if (memcmp(h->magic, magic, sizeof(magic)))
		return "it is damaged";
	if (h->version != STATE_VERSION || h->slot_len != SLOT_LEN)
		return "another version has written it";
	return st->st_size % SLOT_LEN ? "it breaks off" : NULL;
}

/**
 * state_open - memory with records that another process has left
 * @fd: the memfd; belongs to the state, and is closed on an error
 * @why: gets what is wrong with it, a sentence without a full stop
 *
 * Return: it, NULL if it cannot be read.
 */
struct state *state_open(int fd, const char **why)
{
	struct state *s = calloc(1, sizeof(*s));
	struct stat st;

	*why = "out of memory";
	if (!s) {
		close(fd);
		return NULL;
	}
	s->fd = fd;
	if (fstat(fd, &st) < 0 || st.st_size < SLOT_LEN || st.st_size / SLOT_LEN > UINT32_MAX / 2)
		*why = "it breaks off";
	else if (resize(s, (uint32_t)(st.st_size / SLOT_LEN)))
		*why = problem(s, &st);
	if (!*why && !read_slots(s))
		*why = "out of memory";
	if (!*why)
		return s;
	state_close(s);
	return NULL;
}

/**
 * state_close - let go of the memory; who else holds it keeps it
 * @s: the state or NULL
 */
void state_close(struct state *s)
{
	if (!s)
		return;
	if (s->map)
		munmap(s->map, (size_t)s->slots * SLOT_LEN);
	if (s->fd >= 0)
		close(s->fd);
	free(s->free);
	free(s);
}

/**
 * state_fd - the memfd, for who is to hold it
 * @s: the state
 *
 * Return: its descriptor.
 */
int state_fd(const struct state *s)
{
	return s->fd;
}

/**
 * state_damaged - what state_open() could not read
 * @s: the state
 *
 * Return: the number of records.
 */
uint32_t state_damaged(const struct state *s)
{
	return s->damaged;
}

/**
 * state_put - write a record
 * @s: the state
 * @old: slot of the record with this key so far, which is given up; 0: there is none
 * @key: what it is about
 * @data: the record
 * @len: its length, at most STATE_RECORD_MAX
 *
 * Return: its slot; 0: there is no memory, and the old one stays.
 */
uint32_t state_put(struct state *s, uint32_t old, struct state_key key, const void *data,
		   size_t len)
{
	struct slot *slot;
	uint32_t index;

	if (len > STATE_RECORD_MAX || (!s->free_count && !grow(s, 2 * s->slots)))
		return 0;
	index = s->free[--s->free_count];
	slot = &s->map[index];
	slot->serial = ++s->serial;
	slot->key = key;
	slot->len = (uint32_t)len;
	memcpy(slot->data, data, len);
	slot->check = check_of(slot);
	set_used(slot, true);
	state_remove(s, old);
	return index;
}

/**
 * state_remove - give up a record
 * @s: the state
 * @slot: where it is; 0: nowhere
 */
void state_remove(struct state *s, uint32_t slot)
{
	if (!slot)
		return;
	set_used(&s->map[slot], false);
	s->free[s->free_count++] = slot;
}

/**
 * state_next - walk over all records of a kind
 * @s: the state
 * @kind: which
 * @cursor: the walk's own, 0 at the beginning
 * @r: gets the next one; its bytes are good until state_put()
 *
 * The record may be removed before the next step.
 *
 * Return: whether there was one.
 */
bool state_next(const struct state *s, enum state_kind kind, uint32_t *cursor,
		struct state_record *r)
{
	const struct slot *slot;

	while (++*cursor < s->slots) {
		slot = &s->map[*cursor];
		if (!slot->used || slot->key.kind != kind)
			continue;
		*r = (struct state_record){ *cursor, slot->key, slot->data, slot->len };
		return true;
	}
	return false;
}

/**
 * state_find - look for a record
 * @s: the state
 * @key: what it is about
 * @r: gets it, if it is there; its bytes are good until state_put()
 *
 * Goes through all of them: for what is rarely asked.
 *
 * Return: whether it is there.
 */
bool state_find(const struct state *s, struct state_key key, struct state_record *r)
{
	struct state_record found;
	uint32_t cursor = 0;

	while (state_next(s, (enum state_kind)key.kind, &cursor, &found)) {
		if (found.key.number != key.number)
			continue;
		*r = found;
		return true;
	}
	return false;
}
