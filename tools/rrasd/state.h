/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The records of all sessions, and of what else is not to be forgotten, in memory that outlives the
 * process: a memfd that somebody else holds too.
 *
 * It is written as sessions change and not at the end, so a process that is killed leaves it as
 * good as one that stops. A record is never changed in place: the new one is written to a free slot
 * and only then the old one is given up. At every moment one of them is complete.
 */
#ifndef RRASD_STATE_H
#define RRASD_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of everything in the slots, the structures of all owners of record.h included. */
#define STATE_VERSION		4
#define STATE_RECORD_MAX	992	/* so that a slot is 1 KiB */

struct state;

enum state_kind {
	STATE_SESSION = 1,	/* the number is that of its link */
	STATE_REPORT,		/* for a RADIUS server that has not taken it yet */
	STATE_TUNNEL,		/* of L2TP; our number of it */
	STATE_MESSAGE,		/* in one, not acknowledged; the tunnel's number and its own */
	STATE_INTERFACE,	/* a WAN interface; the kernel's number of it */
};

/**
 * struct state_key - what a record is about; there is one of each at most
 */
struct state_key {
	/** @kind: enum state_kind, not 0 */
	uint32_t kind;
	uint32_t number;
};

/**
 * struct state_record - a record that was found
 */
struct state_record {
	/** @slot: where */
	uint32_t slot;
	/** @key: what it is about */
	struct state_key key;
	const uint8_t *data;
	size_t len;
};

struct state *state_create(void);
struct state *state_open(int fd, const char **why);
void state_close(struct state *s);
int state_fd(const struct state *s);
uint32_t state_damaged(const struct state *s);
uint32_t state_put(struct state *s, uint32_t old, struct state_key key, const void *data,
		   size_t len);
void state_remove(struct state *s, uint32_t slot);
bool state_find(const struct state *s, struct state_key key, struct state_record *r);
bool state_next(const struct state *s, enum state_kind kind, uint32_t *cursor,
		struct state_record *r);

#endif /* RRASD_STATE_H */
