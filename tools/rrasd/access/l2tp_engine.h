/* SPDX-License-Identifier: GPL-2.0 */
/*
 * L2TPv2 control connections (RFC 2661): tunnels, and calls in them. Both roles: LNS for who
 * calls us (it opens the tunnel and places incoming calls), LAC where we call. Pure: datagrams
 * and time in, datagrams and what has happened out. Sockets, timers and PPP are elsewhere.
 *
 * Whoever knows an LNS's address can open a tunnel, unless there is a secret. What a tunnel can
 * be disturbed by has to come from its peer's address and port, name our random number of it, and
 * be the next message in sequence.
 *
 * Tunnels and calls are embedded in objects of the owner of the engine. While a callback runs
 * nothing is freed or sent; both happen when the outermost function of the engine returns.
 */
#ifndef RRASD_ACCESS_L2TP_ENGINE_H
#define RRASD_ACCESS_L2TP_ENGINE_H

#include <assert.h>

#include "../hash.h"
#include "l2tp_avp.h"
#include "l2tp_reliable.h"

#define L2TP_CHALLENGE_LEN	16
#define L2TP_NAME_LEN		64
#define L2TP_REASON_LEN		160
#define L2TP_BACKLOG_MAX	256	/* messages that wait for a peer that wants still more */

struct l2tp_call;
struct l2tp_engine;
struct l2tp_tunnel;

/**
 * struct l2tp_address - address of one end; no byte is left undefined
 */
struct l2tp_address {
	uint8_t bytes[16];	/* of IPv4 the first four */
	uint32_t scope;		/* interface of a link-local address */
	uint16_t family;
	uint16_t port;		/* host byte order */
};

/**
 * struct l2tp_path - the way datagrams go
 */
struct l2tp_path {
	/** @socket: the owner's, compared and never looked into */
	void *socket;
	struct l2tp_address peer;
	/** @local: which of our addresses; all 0: what the socket is bound to */
	uint8_t local[16];
};

/**
 * struct l2tp_settings - what an administrator can choose
 */
struct l2tp_settings {
	const char *host_name;
	/** @secret: none: nobody proves anything */
	struct l2tp_secret secret;
	/** @window: how many messages the peer may have on their way */
	uint16_t window;
	uint32_t hello_ms;	/* 0: never */
	uint32_t setup_ms;	/* for a tunnel, and for a call */
	uint32_t retransmit_ms, retransmit_max_ms;
	uint8_t tries;
	/** @sequence: data messages are to be numbered: as a LAC, require it */
	bool sequence;
};

/**
 * struct l2tp_end - why something ended
 */
struct l2tp_end {
	uint16_t result;
	enum l2tp_error error;
	const char *text;	/* for people; NULL: nothing was said */
};

/**
 * struct l2tp_counts - what has happened
 */
struct l2tp_counts {
	uint64_t received, sent, repeated;
	uint64_t malformed;	/* messages that are none */
	uint64_t stray;		/* for no tunnel, or from somebody else */
	uint64_t forged;	/* acknowledges what was never sent */
	uint64_t again, early;	/* out of sequence */
	uint64_t refused;	/* tunnels of strangers that were not opened */
	uint64_t unauthorized;	/* wrong or missing proof of the secret */
	uint64_t silent;	/* tunnels whose peer stopped answering */
};

/**
 * struct l2tp_ops - what the engine asks of its owner
 */
struct l2tp_ops {
	void (*random)(void *buf, size_t len);
	/** @secret: for requests for a tunnel */
	struct l2tp_secret (*secret)(struct l2tp_engine *e);
	/** @send: a datagram; it may be lost */
	void (*send)(struct l2tp_engine *e, const struct l2tp_path *path, const uint8_t *data,
		     size_t len);
	/**
	 * @tunnel_new: somebody wants to open a tunnel. Return: a tunnel, zeroed, with
	 * @settings, or NULL with @why; *@why NULL: he is to hear nothing.
	 */
	struct l2tp_tunnel *(*tunnel_new)(struct l2tp_engine *e, const struct l2tp_path *path,
					  const char **why);
	/** @tunnel_timer: call l2tp_tunnel_timer() at @t->deadline, not at all if it is 0 */
	void (*tunnel_timer)(struct l2tp_tunnel *t);
	/**
	 * @tunnel_changed: something is about to be sent; what l2tp_tunnel_save() writes may have
	 * changed. NULL: nobody wants to know.
	 */
	void (*tunnel_changed)(struct l2tp_tunnel *t);
	void (*tunnel_up)(struct l2tp_tunnel *t);
	/** @tunnel_down: once, after its calls, see @t->problem; @tunnel_up need not have been */
	void (*tunnel_down)(struct l2tp_tunnel *t);
	/** @tunnel_free: the engine has forgotten it; some time after @tunnel_down */
	void (*tunnel_free)(struct l2tp_tunnel *t);
	/**
	 * @call_new: the peer calls. Return: a call, zeroed, that is ready for data under these
	 * numbers; or NULL with @end.
	 */
	struct l2tp_call *(*call_new)(struct l2tp_tunnel *t, uint16_t id, uint16_t peer_id,
				      struct l2tp_end *end);
	/** @call_answered: the peer takes our call; be ready for data. False: it was hung up. */
	bool (*call_answered)(struct l2tp_call *call);
	/** @call_up: both ends know of it; data is next */
	void (*call_up)(struct l2tp_call *call);
	/** @call_down: the peer ended it, or the tunnel did; it is in no tunnel any more */
	void (*call_down)(struct l2tp_call *call, const struct l2tp_end *end);
};

/**
 * struct l2tp_engine - all tunnels
 */
struct l2tp_engine {
	const struct l2tp_ops *ops;
	/** @tunnels: by our number; @initiators: those on their way, by who opens them */
	struct htable tunnels, initiators;
	struct htable calls;
	uint32_t serial;	/* of calls we placed */
	uint64_t now;
	struct l2tp_counts counts;
};

enum l2tp_tunnel_state {
	L2TP_TUNNEL_NEW,
	L2TP_TUNNEL_WAIT_REPLY,		/* SCCRQ sent */
	L2TP_TUNNEL_WAIT_CONNECT,	/* SCCRP sent */
	L2TP_TUNNEL_UP,
	L2TP_TUNNEL_CLOSING,		/* StopCCN sent, to be acknowledged */
	L2TP_TUNNEL_LINGER,		/* StopCCN received: its repetitions are acknowledged */
	L2TP_TUNNEL_DEAD,
};

/**
 * struct l2tp_tunnel - a control connection
 */
struct l2tp_tunnel {
	struct l2tp_engine *engine;
	const struct l2tp_settings *settings;
	struct hnode by_id, by_initiator;
	/** @listed: @by_initiator is in the table */
	bool listed;
	/** @ours: we opened it */
	bool ours;
	/** @challenged: the peer has yet to prove itself */
	bool challenged;
	/** @broken: out of memory: there is no way to go on */
	bool broken;
	struct l2tp_path path;
	enum l2tp_tunnel_state state;
	uint16_t id, peer_id;
	/** @busy: functions of the engine that are at work on it */
	unsigned int busy;
	struct l2tp_reliable reliable;
	/** @calls: all; @waiting: those that are not up, oldest first */
	struct list calls, waiting;
	uint32_t call_count;
	/** @heard: when the peer sent anything in sequence */
	uint64_t heard;
	/** @limit: end of a state that must not last; 0: this one may */
	uint64_t limit;
	uint64_t deadline;
	uint8_t challenge[L2TP_CHALLENGE_LEN];
	/** @peer_name: its host name, for people */
	char peer_name[L2TP_NAME_LEN];
	/** @problem: why it went down */
	char problem[L2TP_REASON_LEN];
};

/**
 * struct l2tp_call - a session in a tunnel
 */
struct l2tp_call {
	/** @tunnel: NULL: in none any more */
	struct l2tp_tunnel *tunnel;
	struct hnode node;
	struct list all, waiting;
	uint64_t since;
	uint16_t id, peer_id;
	bool ours;	/* we placed it */
	bool up;
	/** @sequenced: the peer requires numbers in data messages */
	bool sequenced;
};

/**
 * struct l2tp_saved - a tunnel that is up, for another process; bytes without holes
 */
struct l2tp_saved {
	uint16_t id, peer_id;
	uint16_t first, expected;
	uint32_t count;		/* of messages, the first of which has the number @first */
	uint16_t peer_window;
	uint16_t ours;
	struct l2tp_address peer;
	uint8_t local[16];
	char peer_name[L2TP_NAME_LEN];
};

static_assert(sizeof(struct l2tp_saved) == 120, "no holes");

/* l2tp_engine.c */
int l2tp_engine_init(struct l2tp_engine *e, const struct l2tp_ops *ops);
void l2tp_engine_clean(struct l2tp_engine *e);
void l2tp_input(struct l2tp_engine *e, const struct l2tp_path *path, const uint8_t *data,
		size_t len, uint64_t now);
int l2tp_tunnel_open(struct l2tp_engine *e, struct l2tp_tunnel *t, struct l2tp_call *call,
		     uint64_t now);
void l2tp_tunnel_drop(struct l2tp_tunnel *t);
void l2tp_tunnel_unlist(struct l2tp_tunnel *t);
struct l2tp_tunnel *l2tp_tunnel_find(const struct l2tp_engine *e, uint16_t id);

/* l2tp_tunnel.c */
void l2tp_tunnel_timer(struct l2tp_tunnel *t, uint64_t now);
void l2tp_tunnel_close(struct l2tp_tunnel *t, const struct l2tp_end *end, uint64_t now);

/* l2tp_call.c */
void l2tp_call_place(struct l2tp_tunnel *t, struct l2tp_call *call, uint64_t now);
void l2tp_call_hangup(struct l2tp_call *call, const struct l2tp_end *end, uint64_t now);
bool l2tp_call_restore(struct l2tp_tunnel *t, struct l2tp_call *call, uint16_t id,
		       uint16_t peer_id, uint64_t now);
void l2tp_call_forget(struct l2tp_call *call);
void l2tp_call_deny(struct l2tp_tunnel *t, uint16_t id, uint16_t peer_id,
		    const struct l2tp_end *end, uint64_t now);

/* l2tp_save.c */
bool l2tp_tunnel_save(const struct l2tp_tunnel *t, struct l2tp_saved *saved);
bool l2tp_tunnel_restore(struct l2tp_engine *e, struct l2tp_tunnel *t,
			 const struct l2tp_saved *saved, uint64_t now);
bool l2tp_tunnel_requeue(struct l2tp_tunnel *t, const void *data, size_t len);
void l2tp_tunnel_go_on(struct l2tp_tunnel *t, uint64_t now);

/* Between the four. */
struct l2tp_call *l2tp_call_find(const struct l2tp_tunnel *t, uint16_t id);
void l2tp_tunnel_insert(struct l2tp_engine *e, struct l2tp_tunnel *t, uint16_t id);
void l2tp_tunnel_input(struct l2tp_tunnel *t, const struct l2tp_header *h);
void l2tp_tunnel_enter(struct l2tp_tunnel *t, uint64_t now);
void l2tp_tunnel_leave(struct l2tp_tunnel *t);
void l2tp_tunnel_send(struct l2tp_tunnel *t, struct l2tp_writer *w);
void l2tp_tunnel_transmit(struct l2tp_tunnel *t);
void l2tp_tunnel_send_sccrq(struct l2tp_tunnel *t);
void l2tp_tunnel_stop(struct l2tp_tunnel *t, const struct l2tp_end *end);
void l2tp_call_input(struct l2tp_tunnel *t, const struct l2tp_header *h,
		     const struct l2tp_message *m);
void l2tp_calls_place(struct l2tp_tunnel *t);
void l2tp_calls_end(struct l2tp_tunnel *t, const struct l2tp_end *end);
void l2tp_calls_expire(struct l2tp_tunnel *t);
const char *l2tp_end_text(const struct l2tp_message *m, const char *what);

#endif /* RRASD_ACCESS_L2TP_ENGINE_H */
