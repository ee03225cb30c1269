/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between l2tp.c (sockets), l2tp_conn.c (tunnels and what they are limited by), l2tp_session.c
 * (sessions, of clients and our own) and l2tp_dial.c (where we are the client). The protocol
 * itself is in l2tp_engine.h.
 */
#ifndef RRASD_ACCESS_L2TP_INTERNAL_H
#define RRASD_ACCESS_L2TP_INTERNAL_H

#include <ev.h>
#include <netinet/in.h>

#include "../hash.h"
#include "../session.h"
#include "../session_keep.h"
#include "l2tp_engine.h"
#include "limit.h"

#define L2TP_ADDRESS_TEXT	(INET6_ADDRSTRLEN + 10)

struct config;
struct l2tp_dialler;

/**
 * struct l2tp_peer - what limits count: an address with tunnels to us
 */
struct l2tp_peer {
	struct hnode node;
	struct l2tp_address address;	/* without the port */
	uint32_t tunnels;
	uint32_t unfinished;
};

/**
 * struct l2tp_socket - a UDP socket
 */
struct l2tp_socket {
	struct list list;
	struct l2tp *l2tp;
	ev_io io;
	int fd;
	/** @number: under which it is held, @held, for the process after us */
	uint32_t number, held;
	/** @connected: to the one peer that a tunnel of ours goes to */
	bool connected;
	/** @listens: takes calls; one of an address that is not served any more does not */
	bool listens;
};

/**
 * struct l2tp - the access protocol
 */
struct l2tp {
	struct rrasd *d;
	struct l2tp_engine engine;
	struct list sockets;
	/** @socket_numbers: the last one that was given to a socket */
	uint32_t socket_numbers;
	/** @conns: all tunnels; @unfinished: those of strangers, oldest first */
	struct list conns, unfinished;
	/** @peers: struct l2tp_peer by address */
	struct htable peers;
	uint32_t tunnels;	/* that others opened */
	uint32_t tunnels_up;
	uint32_t unfinished_count;
	/** @sources: rate of requests for each address; @total: in all */
	struct limit sources;
	struct limit_bucket total;
	uint64_t limited;	/* requests above a rate or a limit */
	uint64_t data;		/* data messages that no link took */
	uint64_t unsent;	/* datagrams the kernel did not take */
};

/**
 * struct l2tp_kept - what is written down of a tunnel
 */
struct l2tp_kept {
	uint32_t slot;		/* of its record; 0: it does not outlive us */
	struct l2tp_saved saved;
	/** @first: number of the first message that has a record; @slots: of @count such */
	uint16_t first;
	uint32_t *slots;
	uint32_t count, room;
};

/**
 * struct l2tp_conn - a tunnel
 */
struct l2tp_conn {
	struct l2tp_tunnel t;
	struct l2tp *l2tp;
	/** @config: counted; for the settings of @t */
	struct config *config;
	struct list all, unfinished;
	ev_timer timer;
	/** @peer: whose limits it counts for; NULL: it is ours */
	struct l2tp_peer *peer;
	/** @claimed: a tunnel of ours: somebody wants it */
	bool claimed;
	/** @settings: of a tunnel of ours */
	struct l2tp_settings settings;
	/** @socket: of a tunnel of ours; closed with it */
	struct l2tp_socket *socket;
	uint64_t since;
	bool was_up;
	struct l2tp_kept kept;
};

/**
 * struct l2tp_session - a session over L2TP
 */
struct l2tp_session {
	struct session s;
	struct l2tp_call call;
	struct l2tp *l2tp;
	/** @dialler: where we are the client; NULL: we serve one */
	struct l2tp_dialler *dialler;
	/** @began: @s is one of rrasd's sessions */
	bool began;
	/* What is still to be told when the tunnel is gone. */
	struct l2tp_address peer;
	bool proven;	/* by the secret of tunnels */
	char peer_name[L2TP_NAME_LEN];
	uint16_t tunnel;
	char reason[L2TP_REASON_LEN];
};

static inline struct l2tp_conn *l2tp_conn_of(struct l2tp_tunnel *t)
{
	return container_of(t, struct l2tp_conn, t);
}

/* l2tp.c */
struct l2tp_socket *l2tp_socket_open(struct l2tp *l2tp, const struct l2tp_address *local,
				     const struct l2tp_address *peer);
void l2tp_socket_close(struct l2tp_socket *socket);
const char *l2tp_address_text(const struct l2tp_address *address);

/* l2tp_conn.c */
extern const struct l2tp_ops l2tp_ops;
struct l2tp_conn *l2tp_conn_create(struct l2tp *l2tp, struct config *config);
struct l2tp_conn *l2tp_conn_restore(struct l2tp *l2tp, struct l2tp_socket *socket,
				    const struct l2tp_saved *saved);
void l2tp_conns_close(struct l2tp *l2tp);
void l2tp_send(struct l2tp_engine *e, const struct l2tp_path *path, const uint8_t *data,
	       size_t len);

/* l2tp_session.c */
struct l2tp_call *l2tp_session_call_new(struct l2tp_tunnel *t, uint16_t id, uint16_t peer_id,
					struct l2tp_end *end);
bool l2tp_session_call_answered(struct l2tp_call *call);
void l2tp_session_call_up(struct l2tp_call *call);
void l2tp_session_call_down(struct l2tp_call *call, const struct l2tp_end *end);
struct l2tp_session *l2tp_session_create(struct l2tp *l2tp);
const char *l2tp_session_restore(struct l2tp_tunnel *t, uint16_t id, uint16_t peer_id,
				 struct l2tp_dialler *dialler, const struct handover *h);

/* l2tp_keep.c */
void l2tp_conn_changed(struct l2tp_tunnel *t);
void l2tp_conn_forget(struct l2tp_conn *conn);
void l2tp_tunnels_restore(struct l2tp *l2tp);
void l2tp_restored(struct rrasd *d);
void l2tp_save(uint16_t tunnel, const struct l2tp_call *call, struct record_writer *w);
const char *l2tp_restore(const struct handover *h);
void l2tp_goodbye(const struct handover *h);

/* l2tp_dial.c */
struct dialler *l2tp_dialler(struct rrasd *d, const struct config_dial *dial, struct uplink *u);
struct uplink *l2tp_dial_uplink(const struct l2tp_dialler *dialler);
void l2tp_dial_up(struct l2tp_session *ls);
void l2tp_dial_down(struct l2tp_session *ls, const char *text);
void l2tp_dial_over(struct l2tp_session *ls);
const char *l2tp_dial_restore(struct l2tp_tunnel *t, uint16_t id, uint16_t peer_id,
			      const struct handover *h);

#endif /* RRASD_ACCESS_L2TP_INTERNAL_H */
