/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between pptp.c (listening, limits), pptp_conn.c (TCP connections), pptp_call.c (calls of
 * clients) and pptp_dial.c (where we are the client).
 */
#ifndef RRASD_ACCESS_PPTP_INTERNAL_H
#define RRASD_ACCESS_PPTP_INTERNAL_H

#include <ev.h>
#include <linux/ndiswan_ioctl.h>
#include <netinet/in.h>

#include "../config_list.h"
#include "../hash.h"
#include "../session.h"
#include "../session_keep.h"
#include "pptp_control.h"

#define PPTP_CALL_MAX		65535	/* numbers 1 to this */
#define PPTP_SPEED		100000000	/* bits a second, which means nothing any more */

/**
 * struct pptp_counts - connections and calls by fate
 */
struct pptp_counts {
	uint32_t connections, unfinished;
	uint64_t accepted;	/* TCP connections */
	uint64_t limited;	/* and those closed at once */
	uint64_t evicted;	/* and those closed for a newer one */
	uint64_t malformed;	/* closed for what came in them */
	uint64_t silent;	/* closed for what did not */
	uint64_t calls;		/* that were asked for */
	uint64_t refused;	/* of them */
	uint64_t cleared;	/* by the other side */
	uint64_t stray;		/* messages about calls that are not of their connection */
};

/**
 * struct pptp_peer - what limits count: an address with connections
 */
struct pptp_peer {
	struct hnode node;
	struct in_addr address;
	uint32_t connections;
	uint32_t unfinished;		/* of @connections */
	uint32_t calls;
	uint32_t unfinished_calls;	/* of @calls */
};

/**
 * struct pptp - the access protocol
 */
struct pptp {
	struct rrasd *d;
	char host[PPTP_NAME_LEN];
	/** @listeners: one for each address of the configuration */
	ev_io listeners[CONFIG_LIST_MAX];
	size_t listener_count;
	/** @pause: of the listeners, when there are no files left */
	ev_timer pause;
	/** @conns: all connections */
	struct list conns;
	/** @unfinished: those in which nobody has authenticated yet, oldest first */
	struct list unfinished;
	/** @peers: struct pptp_peer by address */
	struct htable peers;
	struct pptp_counts counts;
	/** @cursor: the number tried next; so a number comes again late */
	uint16_t cursor;
	/** @by_number: calls by our number; most of it is never touched */
	void *by_number[PPTP_CALL_MAX + 1];
};

struct pptp_conn;
struct pptp_dialler;

/**
 * struct pptp_user - who has a connection: the one who serves calls, or the one who makes one
 */
struct pptp_user {
	/** @opened: calls can be made */
	void (*opened)(struct pptp_conn *conn);
	/** @message: about a call */
	void (*message)(struct pptp_conn *conn, const struct pptp_message *m);
	/** @ended: the connection is going to be freed: forget it, and end its calls */
	void (*ended)(struct pptp_conn *conn);
	/** @changed: what is written down of its sessions is to be written anew; may be NULL */
	void (*changed)(struct pptp_conn *conn);
};

/**
 * struct pptp_conn - a TCP connection
 */
struct pptp_conn {
	struct pptp_control control;
	struct pptp *pptp;
	const struct pptp_user *user;
	/** @data: of @user */
	void *data;
	struct list list;
	/** @stage: in the list of unfinished ones, or in none */
	struct list stage;
	struct pptp_peer *peer;		/* NULL: we have called */
	struct in_addr local, remote;
	bool connecting;
	bool given_up;		/* there is no sense in sending any more */
	int fd;
	/** @cookie: of the socket; no other socket has it */
	uint64_t cookie;
	ev_io io;
	ev_timer timer;
	uint64_t started;
	/** @idle_since: without a call since then; 0: there is one */
	uint64_t idle_since;
	/** @written: of what was written down: the bytes that the stream is off a message */
	size_t written;
	/** @out: what TCP did not take yet, @out_len bytes */
	uint8_t *out;
	size_t out_len;
	/** @calls: struct pptp_call */
	struct list calls;
};

/* pptp.c */
uint16_t pptp_number_take(struct pptp *p, void *owner);
void pptp_number_release(struct pptp *p, uint16_t number);
const char *pptp_address_text(struct in_addr address);
void pptp_conn_finished(struct pptp_conn *conn);
void pptp_conn_forget(struct pptp_conn *conn);

bool pptp_number_claim(struct pptp *p, uint16_t number, void *owner);
struct pptp_conn *pptp_conn_restore(struct pptp *p, int fd);

/* pptp_keep.c */
void pptp_save(const struct pptp_conn *conn, uint16_t number, uint16_t peer_number, bool incoming,
	       struct record_writer *w);
const char *pptp_restore(const struct handover *h);

/* pptp_dial.c */
struct pptp_dialler *pptp_dial_find(const struct handover *h);
struct pptp_conn *pptp_dial_conn(struct pptp_dialler *dialler, int fd);
const char *pptp_dial_restore(struct pptp_dialler *dialler, uint16_t number, uint16_t peer_number,
			      const struct handover *h);

/* pptp_conn.c */
void pptp_conn_go_on(struct pptp_conn *conn);
struct pptp_conn *pptp_conn_create(struct pptp *p, const struct pptp_user *user, void *data,
				   int fd);
void pptp_conn_accepted(struct pptp_conn *conn);
void pptp_conn_calling(struct pptp_conn *conn);
void pptp_conn_arm(struct pptp_conn *conn);
void pptp_conn_stop(struct pptp_conn *conn, enum pptp_stop reason, const char *why);
void pptp_conn_end(struct pptp_conn *conn, const char *why);

/* pptp_call.c */
const char *pptp_call_restore(struct pptp_conn *conn, uint16_t number, uint16_t peer_number,
			      bool incoming, const struct handover *h);
extern const struct pptp_user pptp_server;

/* pptp_dial.c */
struct config_dial;
struct dialler;
struct dialler *pptp_dialler(struct rrasd *d, const struct config_dial *dial, struct uplink *u);

#endif /* RRASD_ACCESS_PPTP_INTERNAL_H */
