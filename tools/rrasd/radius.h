/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asking RADIUS servers: one exchange is one question, sent to one server after the other, each
 * several times, until one of them answers.
 *
 * All is asynchronous, in the daemon's one loop. A server that has not answered is passed over for
 * a while, if there is another one; then one exchange tries it again.
 */
#ifndef RRASD_RADIUS_H
#define RRASD_RADIUS_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../lib/json.h"
#include "hash.h"
#include "radius_packet.h"

struct auth_source;
struct config;
struct radius_exchange;
struct radius_set;
struct radius_socket;
struct rrasd;

/**
 * struct radius_exchange_ops - what the owner of an exchange does
 */
struct radius_exchange_ops {
	/**
	 * @write: add the attributes for the server whose secret this is; comes again for each
	 * server that is asked. The packet has its authenticator already, if that is random.
	 */
	void (*write)(struct radius_exchange *x, struct radius_writer *w, const char *secret);
	/**
	 * @done: here is the reply of @server, verified; NULL: nobody answers. The exchange is
	 * over and may be freed or sent again.
	 */
	void (*done)(struct radius_exchange *x, const struct radius_packet *reply,
		     const char *server);
};

/**
 * struct radius_exchange - embedded in an object of its owner, zeroed before its first use
 */
struct radius_exchange {
	const struct radius_exchange_ops *ops;
	/** @set: the servers, counted; NULL: nothing is under way */
	struct radius_set *set;
	/** @server: the one being asked, by its place in @set */
	uint32_t server;
	/** @tried: set of those that were asked */
	uint32_t tried;
	struct radius_socket *socket;
	/** @waiting: in the list of those for which the server has no time yet */
	struct list waiting;
	ev_timer timer;
	uint8_t *packet;
	size_t len;
	uint8_t code, id, left;
};

/**
 * struct radius_counts - what has happened since the daemon began
 */
struct radius_counts {
	uint64_t sent, resent, replies, failovers, unanswered, bad_replies, busy;
	uint64_t accepts, rejects;
	uint64_t reports, reports_lost;	/* accounting */
	uint64_t requests, requests_bad, acks, naks;	/* RFC 5176 */
};

/**
 * struct radius_server_state - one server of the configuration
 */
struct radius_server_state {
	const char *name;
	/** @answers: it did when it was asked last, or was never asked */
	bool answers;
	/** @asked: questions put to it; @silent: those that it left unanswered */
	uint64_t asked, resent, replies, accepts, rejects, silent, bad_replies;
};

int radius_open(struct rrasd *d);
void radius_close(struct rrasd *d);
void radius_reload(struct rrasd *d);
struct radius_counts *radius_counts(const struct rrasd *d);
bool radius_server_state(const struct rrasd *d, uint32_t place, struct radius_server_state *state);
bool radius_asks(const struct rrasd *d);
void radius_json(const struct rrasd *d, struct json *j);

int radius_send(struct rrasd *d, struct radius_exchange *x, const struct radius_exchange_ops *ops,
		uint8_t code);
void radius_cancel(struct radius_exchange *x);
void radius_put_nas(const struct config *config, struct radius_writer *w);

/* radius_auth.c */
extern const struct auth_source radius_auth_source;

#endif /* RRASD_RADIUS_H */
