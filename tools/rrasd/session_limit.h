/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The limits of a session: how long it may last, and how long its client may be silent.
 */
#ifndef RRASD_SESSION_LIMIT_H
#define RRASD_SESSION_LIMIT_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

struct record;
struct record_writer;
struct session;

/**
 * struct session_limits - in each session
 */
struct session_limits {
	ev_timer session, idle;
	/** @packets: what the client had sent when we looked last */
	uint64_t packets;
	/** @active: when it was seen to have sent something, ms */
	uint64_t active;
	/** @idle_over: that was the limit that ended the session */
	bool idle_over:1;
	bool watched:1;
};

void session_limits_start(struct session *s);
void session_limits_change(struct session *s);
void session_limits_stop(struct session *s);
void session_limits_save(const struct session *s, struct record_writer *w);
void session_limits_restore(struct session *s, const struct record *r);

#endif /* RRASD_SESSION_LIMIT_H */
