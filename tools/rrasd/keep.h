/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sessions outlive the process: who has started us (systemd) holds for us
 *
 * - the records of all sessions, see state.h,
 * - a pair of sockets, in whose queue all files are that must stay open: a link lives as long as
 *   anybody holds its file.
 *
 * In the queue and not with systemd one by one, because systemd compares each file that it is given
 * with all that it has, and hands them over with a name each in one string of the environment,
 * which has no room for ten thousand.
 */
#ifndef RRASD_KEEP_H
#define RRASD_KEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "state.h"

struct keep;
struct rrasd;

enum keep_kind {
	KEEP_LINK,		/* the number is that of the link */
	KEEP_CONTROL,		/* the socket of its control connection; the same number */
	KEEP_L2TP,		/* a UDP socket with tunnels; numbered by l2tp.c */
	KEEP_TERMINAL,		/* what a session comes in on; the number of its link */
};

void keep_inherit(void);
int keep_open(struct rrasd *d);
void keep_close(struct rrasd *d);
bool keep_is_heir(const struct keep *k);
struct state *keep_state(const struct keep *k);
void keep_flush(struct keep *k);

/* What is to stay open. @place is the owner's and stays where it is; 0: it is not held. */
void keep_hold(struct keep *k, enum keep_kind kind, uint32_t number, int fd, uint32_t *place);
void keep_release(struct keep *k, uint32_t *place);

/* What the process before us has left; only at the start. */
int keep_take(struct keep *k, enum keep_kind kind, uint32_t number);
int keep_take_any(struct keep *k, enum keep_kind kind, uint32_t *number);
void keep_taken(struct keep *k, enum keep_kind kind, uint32_t number, int fd, uint32_t *place);
uint32_t keep_end_rest(struct keep *k);

#endif /* RRASD_KEEP_H */
