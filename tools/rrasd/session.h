/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session: one client, its link, its PPP engine, its user and its address. Or we are the client,
 * on a demand-dial interface, see dial.h.
 *
 * An access protocol embeds struct session in its own object and brings the link with it. The
 * number of a session is the number of its link.
 */
#ifndef RRASD_SESSION_H
#define RRASD_SESSION_H

#include <ev.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "../lib/json.h"
#include "access/kind.h"
#include "auth.h"
#include "hash.h"
#include "ipv6.h"
#include "ppp/ppp.h"
#include "radius_acct.h"
#include "session_limit.h"

struct config;
struct record_writer;
struct rrasd;
struct session;
struct sessions;
struct uplink;

/**
 * struct session_port - what an access protocol does for its sessions
 */
struct session_port {
	enum access_kind kind;
	/** @describe: "eth1 02:00:00:00:00:01", into a static buffer */
	const char *(*describe)(const struct session *s);
	/** @caller: who calls, in short: "02:00:00:00:00:01"; NULL: @describe says it */
	const char *(*caller)(const struct session *s);
	/** @json: members that say the same */
	void (*json)(const struct session *s, struct json *j);
	/** @peer: a hash of who the client is, for limits; NULL: it cannot be told */
	uint64_t (*peer)(const struct session *s);
	/** @authenticated: the client is no stranger any more */
	void (*authenticated)(struct session *s);
	/** @framing: LCP has agreed on this; NULL: the link itself frames so */
	void (*framing)(struct session *s, const struct ppp_link *link);
	/**
	 * @save: write down what the access protocol needs to go on with it in another process;
	 * NULL: it ends with this one
	 */
	void (*save)(const struct session *s, struct record_writer *w);
	/**
	 * @control: the socket of its control connection, to outlive this process with it; NULL: it
	 * has none. Sessions may have the same one.
	 */
	int (*control)(const struct session *s);
	/** @terminal: what it comes in on, likewise; NULL: nothing that is a file */
	int (*terminal)(const struct session *s);
	/** @closed: the session is over; the link's file is still open */
	void (*closed)(struct session *s, enum ppp_reason reason);
	/** @free: free the object that embeds @s; later than @closed */
	void (*free)(struct session *s);
};

/**
 * struct session - one client
 */
struct session {
	struct rrasd *d;
	const struct session_port *port;
	/** @uplink: the demand-dial interface for which we are the client; NULL: we serve one */
	struct uplink *uplink;
	/** @config: counted */
	struct config *config;
	struct ppp_session ppp;
	ev_io io;
	ev_timer timer;
	/** @deadline: what the engine asked for; @timer fires then or earlier */
	uint64_t deadline;
	struct hnode by_link;
	/** @by_user: once the user is known */
	struct hnode by_user;
	/** @quiet: of all, the one from which no control frame came for longest is the first */
	struct list quiet;
	struct list all;
	/** @stage: in the list of silent or unfinished ones, and at last of those to be freed */
	struct list stage;
	/** @changed: in the list of those to be written down; see session_keep.c */
	struct list changed;
	/** @slot: of its record; 0: there is none */
	uint32_t slot;
	/** @held: keep_hold()'s: its link outlives us */
	uint32_t held;
	/** @control_held: and so does the socket of its control connection */
	uint32_t control_held;
	/** @terminal_held: and what it comes in on */
	uint32_t terminal_held;
	int fd;
	uint32_t link;
	/** @user: the name, any bytes, @user_len of them; NULL before authentication */
	uint8_t *user;
	uint8_t user_len;
	/** @auth: the question who it is, while it is open */
	struct auth_query auth;
	/** @grant: what the user may have */
	struct auth_grant grant;
	/** @routes_added: those of @grant that are there, a bit each */
	uint64_t routes_added;
	struct session_limits limits;
	struct session_acct acct;
	/** @address: the client's, host byte order; 0: none yet */
	uint32_t address;
	struct session_ipv6 ipv6;
	enum ppp_auth_method method;
	/** @cause: why the port went away; 0: by itself */
	enum ppp_reason cause;
	/** @detail: more about the end, for the log; NULL: nothing */
	const char *detail;
	uint64_t started, up_since;
	bool heard:1;
	bool named:1;		/* it is in the table of users */
	bool authenticated:1;
	bool up:1;		/* IPv4 or IPv6 is */
	bool ipv4_up:1;
	bool was_up:1;
	bool filtered:1;	/* a filter set is bound to the link */
	bool routed:1;		/* a route of its own was added */
	bool framing_set:1;	/* the link does not frame as it did when it was new */
	bool link_down:1;	/* for good */
	bool line_lost:1;	/* the kernel took the line of IPv4 down */
	bool seen:1;		/* while comparing with the kernel: IPv4 is up there */
	bool seen6:1;		/* and IPv6 */
	bool over:1;
	bool kept:1;		/* its record says that it goes on */
};

/**
 * struct session_counts - what has happened since the daemon began
 */
struct session_counts {
	uint32_t sessions, unfinished, up;
	uint32_t uplinks;	/* those of @sessions that we have dialled */
	uint32_t of_kind[ACCESS_KINDS];	/* those of @sessions over each access protocol */
	uint64_t started, authenticated, connected;
	uint64_t taken_over;	/* from a process before this one */
	uint64_t auth_failed, auth_limited, evicted;
	uint64_t address_conflicts;	/* refused an address, because another session has it */
	uint64_t ended[PPP_REASONS];
};

int sessions_init(struct rrasd *d);
void sessions_uninit(struct rrasd *d);
const struct session_counts *sessions_counts(const struct sessions *all);
struct session *sessions_find(const struct sessions *all, uint32_t link);
uint32_t *sessions_ids(const struct sessions *all, uint32_t *count);
bool sessions_full(const struct sessions *all, const struct config *config);
bool sessions_room(struct sessions *all, const struct config *config);
uint32_t sessions_close_all(struct sessions *all, enum ppp_reason reason);
uint32_t sessions_close_user(struct sessions *all, const void *name, size_t len);
uint32_t sessions_probe(struct sessions *all, const char *pool);
void sessions_pools_changed(struct sessions *all);
void sessions_save(struct rrasd *d);
void sessions_drop_all(struct sessions *all, enum ppp_reason reason);

/* The kernel's side tells: */
void sessions_routes_again(struct sessions *all);

typedef void (*session_route_fn)(struct in_addr dst, unsigned int bits, struct in_addr by,
				 void *data);

void sessions_routes_each(const struct sessions *all, session_route_fn fn, void *data);
void sessions_line_lost(struct sessions *all, uint32_t link, struct in_addr peer,
			uint32_t reason);
void sessions_line6_lost(struct sessions *all, uint32_t link, uint64_t ifid, uint32_t reason);
void sessions_compare_begin(struct sessions *all);
void sessions_compare(struct sessions *all, uint32_t link, uint32_t ipv4, uint32_t ipv6);
void sessions_compare_end(struct sessions *all);

void session_add(struct rrasd *d, struct session *s, const struct session_port *port, int fd,
		 uint32_t link);
void session_add_uplink(struct rrasd *d, struct session *s, const struct session_port *port, int fd,
			uint32_t link, struct uplink *u);
void session_start(struct session *s);
void session_changed(struct session *s);
void session_close(struct session *s, enum ppp_reason reason);
void session_lower_down(struct session *s, enum ppp_reason reason);
const char *session_caller(const struct session *s);
void session_json(const struct session *s, struct json *j, bool stats);

extern const struct ppp_ops session_ppp_ops;

#endif /* RRASD_SESSION_H */
