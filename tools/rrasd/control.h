/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The control socket: `rras session`, `rras dial` and `rras stats` ask here.
 */
#ifndef RRASD_CONTROL_H
#define RRASD_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../lib/json.h"

#define CONTROL_REQUEST_MAX	1024	/* longest request, with its line end */

struct control;
struct rrasd;

/**
 * struct control_reply - an answer in the making
 *
 * A short answer is written at once. A list keeps the numbers of the sessions to come and goes on
 * when the peer has read what was written before.
 */
struct control_reply {
	uint32_t *ids;		/* sessions to tell of; NULL: no list of them */
	uint32_t count, next;
	bool uplinks;		/* a list of demand-dial interfaces */
	bool stats;
	bool done;		/* the last line is written */
};

int control_check(struct rrasd *d);
int control_open(struct rrasd *d);
void control_close(struct rrasd *d);

/* control_command.c */
void control_command(struct rrasd *d, const char *request, size_t len,
		     struct control_reply *reply, struct json *j);
void control_continue(struct rrasd *d, struct control_reply *reply, struct json *j);

#endif /* RRASD_CONTROL_H */
