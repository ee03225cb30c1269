/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Access protocols: what brings links to rrasd. Each is the concentrator's side, the side of the
 * one who calls, or both. They are listed in access.c; nothing else names one.
 */
#ifndef RRASD_ACCESS_ACCESS_H
#define RRASD_ACCESS_ACCESS_H

#include "../../lib/json.h"
#include "kind.h"

struct config_dial;
struct dialler;
struct handover;
struct rrasd;
struct uplink;

/**
 * struct dialler_ops - what can be asked of one who calls
 */
struct dialler_ops {
	/**
	 * @begin: call, as @dial says; there is no session. dial_session_begins() or dial_failed()
	 * follows, unless it is cancelled before. @over is what @dial says, with the address of a
	 * host in place of its name; it is gone afterwards.
	 * Return: 0; -ENODEV: what is called over is missing or down; another error.
	 */
	int (*begin)(struct dialler *dialler, const struct config_dial *dial, const char *over);
	/** @cancel: forget the call; a session there is stays */
	void (*cancel)(struct dialler *dialler);
	/** @problem: what does the call wait for? A sentence without a full stop. */
	const char *(*problem)(const struct dialler *dialler);
	/** @free: nobody calls any more; there is no session */
	void (*free)(struct dialler *dialler);
};

/**
 * struct dialler - one who calls for a demand-dial interface; embedded by the access protocol
 */
struct dialler {
	const struct dialler_ops *ops;
	struct uplink *uplink;
};

/**
 * struct access - an access protocol
 */
struct access {
	const char *name;
	/** @open: prepare; nothing is received yet. Return: 0 or a negative error. */
	int (*open)(struct rrasd *d);
	/** @listen: begin, now that all diallers are there. Return: 0 or a negative error. */
	int (*listen)(struct rrasd *d);
	/** @close: the opposite of both; all sessions have ended; also without @open */
	void (*close)(struct rrasd *d);
	/** @json: its counters, as members of an object */
	void (*json)(struct rrasd *d, struct json *j);
	/**
	 * @dialler: one who calls for @u as @dial says; NULL: we never call by this protocol.
	 * Return: the dialler; NULL without memory.
	 */
	struct dialler *(*dialler)(struct rrasd *d, const struct config_dial *dial,
				   struct uplink *u);
	/**
	 * @restore: go on with a session of the process before us, by session_restore(); NULL: they
	 * end with it. Return: NULL, or why that is not possible: a sentence without a full stop.
	 */
	const char *(*restore)(const struct handover *h);
	/** @goodbye: such a session does not go on: tell its client; NULL: there is no way to */
	void (*goodbye)(const struct handover *h);
	/** @restored: all sessions that go on are there; NULL: that does not matter */
	void (*restored)(struct rrasd *d);
};

extern const struct access pppoe_access;
extern const struct access pptp_access;
extern const struct access l2tp_access;
extern const struct access serial_access;

int access_open(struct rrasd *d);
int access_listen(struct rrasd *d);
void access_close(struct rrasd *d);
void access_json(struct rrasd *d, struct json *j);
const char *access_name(enum access_kind kind);
const char *access_restore(enum access_kind kind, const struct handover *h);
void access_goodbye(enum access_kind kind, const struct handover *h);
void access_restored(struct rrasd *d);
struct dialler *access_dialler(struct rrasd *d, const struct config_dial *dial, struct uplink *u);

#endif /* RRASD_ACCESS_ACCESS_H */
