/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between sessions.c (all of them), session.c (one) and session_ppp.c (what its engine asks for).
 */
#ifndef RRASD_SESSION_INTERNAL_H
#define RRASD_SESSION_INTERNAL_H

#include "session.h"

/**
 * struct sessions - all sessions
 */
struct sessions {
	struct rrasd *d;
	struct htable by_link;
	struct htable by_user;
	struct list all;
	struct list quiet;
	/** @silent: not a frame of the client yet, oldest first */
	struct list silent;
	/** @unfinished: not yet authenticated, in the order of their first frames */
	struct list unfinished;
	/** @changed: to be written down before the loop waits again */
	struct list changed;
	/** @dead: over, freed before the loop waits again */
	struct list dead;
	ev_prepare reaper;
	struct session_counts counts;
};

/* sessions.c */
void sessions_insert(struct sessions *all, struct session *s);
void sessions_heard(struct sessions *all, struct session *s);
void sessions_authenticated(struct sessions *all, struct session *s);
void sessions_named(struct sessions *all, struct session *s);
struct session *sessions_second(const struct sessions *all, const struct session *s,
				const uint8_t *user, size_t len);
void sessions_retire(struct sessions *all, struct session *s, enum ppp_reason reason);

/* session_ppp.c */
void session_auth_answered(struct session *s, const struct auth_query *q,
			   const struct auth_answer *answer);

/* session_conflict.c */
bool session_conflict(struct session *s, uint16_t protocol, int err);

/* session_route.c */
void session_routes_add(struct session *s);
void session_routes_remove(struct session *s);

/* session_keep.c */
void session_remember(struct session *s);
void session_unkeep(struct session *s);

/* session.c */
void session_prepare(struct rrasd *d, struct session *s, const struct session_port *port, int fd,
		     uint32_t link);
void session_release_address(struct session *s);
const char *session_addresses(const struct session *s);
const char *session_filter_set(const struct session *s);
void session_finish(struct session *s, enum ppp_reason reason, const char *text);
void session_arm(struct session *s);
void session_count_up(struct session *s);

#endif /* RRASD_SESSION_INTERNAL_H */
