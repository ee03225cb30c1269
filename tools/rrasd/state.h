/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The records of all sessions in memory that outlives the process: a memfd that somebody else holds
 * too.
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
#define STATE_VERSION		1
#define STATE_RECORD_MAX	992	/* so that a slot is 1 KiB */

struct state;

/**
 * struct state_record - a record that was found
 */
struct state_record {
	/** @slot: where */
	uint32_t slot;
	/** @link: number of the session */
	uint32_t link;
	const uint8_t *data;
	size_t len;
};

struct state *state_create(void);
struct state *state_open(int fd, const char **why);
void state_close(struct state *s);
int state_fd(const struct state *s);
uint32_t state_damaged(const struct state *s);
uint32_t state_put(struct state *s, uint32_t old, uint32_t link, const void *data, size_t len);
void state_remove(struct state *s, uint32_t slot);
bool state_next(const struct state *s, uint32_t *cursor, struct state_record *r);

#endif /* RRASD_STATE_H */
