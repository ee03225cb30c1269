/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RADIUS accounting (RFC 2866): what sessions use is reported at their begin, now and then, and at
 * their end.
 *
 * Begin and end are kept, oldest first, until a server has taken them, up to a limit; they outlive
 * the process, if it has somebody to hold them. A report in between that is not taken is replaced
 * by the next one.
 */
#ifndef RRASD_RADIUS_ACCT_H
#define RRASD_RADIUS_ACCT_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "ppp/ppp.h"

#define RADIUS_ID_LEN	24

struct json;
struct kernel_stats;
struct radius_writer;
struct record;
struct record_writer;
struct rrasd;
struct session;

/**
 * struct session_acct - in each session
 */
struct session_acct {
	ev_timer interim;
	/** @id: Acct-Session-Id, unique over restarts; empty until it is asked for */
	char id[RADIUS_ID_LEN + 1];
	bool started;	/* its begin was reported: its end will be */
};

int radius_acct_open(struct rrasd *d);
void radius_acct_close(struct rrasd *d);
bool radius_acct_stop(struct rrasd *d);
void radius_acct_json(const struct rrasd *d, struct json *j);

const char *radius_acct_id(struct session *s);
void radius_acct_put_port(const struct session *s, struct radius_writer *w);
void radius_acct_start(struct session *s);
void radius_acct_changed(struct session *s);
void radius_acct_end(struct session *s, enum ppp_reason reason, const struct kernel_stats *stats);

/* Over the end of a process: */
void radius_acct_save(const struct session *s, struct record_writer *w);
void radius_acct_restore(struct session *s, const struct record *r);
void radius_acct_lost(struct session *s, const struct record *r, const struct kernel_stats *stats);

#endif /* RRASD_RADIUS_ACCT_H */
