/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between dial.c (when to dial, and what becomes of it), dial_ppp.c (what the engine asks for) and
 * dial_kernel.c (the interface, and requests of the kernel).
 */
#ifndef RRASD_DIAL_INTERNAL_H
#define RRASD_DIAL_INTERNAL_H

#include <ev.h>
#include <linux/wanarp.h>
#include <netinet/in.h>

#include "../lib/nl.h"
#include "config.h"
#include "dial.h"
#include "hash.h"
#include "netdev.h"
#include "resolve.h"
#include "session.h"

#define DIAL_TEXT_LEN	256	/* WANARP_TEXT_MAX and its end */

struct dialler;
struct wan_set;

/**
 * struct dial - all demand-dial interfaces
 */
struct dial {
	struct rrasd *d;
	struct list uplinks;
	uint32_t count;
	/** @route: rtnetlink */
	struct nl route;
	/** @requests: to wanarp */
	struct nl requests;
	/** @events: from wanarp, of its group for diallers */
	struct nl events;
	struct nl_family family;
	ev_io watcher;
	ev_timer create_again;
	/** @begun: everything is ready to dial */
	bool begun;
};

enum uplink_state {
	UPLINK_IDLE,		/* the next packet dials */
	UPLINK_WAITING,		/* permanent: until it is time to try again */
	UPLINK_CALLING,		/* there is no session yet */
	UPLINK_NEGOTIATING,	/* PPP */
	UPLINK_UP,
	UPLINK_ENDING,		/* the session says good-bye, or negotiates anew */
};

/**
 * struct uplink - one demand-dial interface
 */
struct uplink {
	struct list list;
	struct dial *all;
	/** @config: counted; @dial is in it */
	struct config *config;
	const struct config_dial *dial;
	struct netdev_watch watch;
	struct dialler *port;
	struct session *session;
	enum uplink_state state;
	/** @since: when it came into that state */
	uint64_t since;
	/** @resolve: the address of what is dialled by name */
	struct resolve resolve;
	/** @limit: of the time that dialling may take */
	ev_timer limit;
	/** @retry: permanent: the next attempt */
	ev_timer retry;
	/** @end: its section is gone, and so is its session: free it, but not inside a callback */
	ev_timer end;
	uint32_t retry_ms;
	/** @wanted: dial as soon as the old session is over */
	bool wanted;
	/** @held: hung up by the administrator: no attempt of our own until somebody asks */
	bool held;
	/** @leaving: its section is not in the configuration any more */
	bool leaving;
	bool configured;	/* the kernel's interface is as we want it */
	bool base_added;	/* the address that keeps routes alive is on it */
	bool line;		/* there is a line of IPv4 in the kernel */
	bool line6;		/* and of IPv6 */
	/* Of the connection, 0.0.0.0 without one. */
	struct in_addr local, peer, dns[2];
	struct in_addr added;	/* the address on the interface */
	struct in6_addr link_local;	/* the same of IPv6, ::: none */
	char peer_name[64];
	/** @reason: why the last attempt failed, enum wanarp_unreachable_reason */
	uint32_t reason;
	/** @text: the same in words; "": it did not */
	char text[DIAL_TEXT_LEN];
	uint64_t dials, failures;
};

#define for_each_uplink(all, u, l)						\
	for (l = (all)->uplinks.next;						\
	     u = container_of(l, struct uplink, list), l != &(all)->uplinks; l = l->next)

/* dial.c */
void uplink_dial(struct uplink *u, const char *why);
void uplink_request(struct uplink *u, const char *why);
void uplink_ready(struct uplink *u);
void uplink_hangup(struct uplink *u, enum ppp_reason reason);
void uplink_up(struct uplink *u);
void uplink_down(struct uplink *u);
void uplink_ended(struct uplink *u, enum ppp_reason reason, const char *text);
struct uplink *uplink_by_name(const struct rrasd *d, const char *name);
struct uplink *uplink_by_ifindex(const struct dial *all, int ifindex);

int dial_prepare(struct rrasd *d);
int uplink_add(struct dial *all, struct config *config, const struct config_dial *dial);
void uplink_free(struct uplink *u);
void uplinks_create(struct dial *all);
const struct config_dial *uplink_section(const struct uplink *u);
void uplink_take_config(struct uplink *u);

/* dial_reload.c */
void uplink_leave_init(struct uplink *u);
void uplink_leave(struct uplink *u);

/* dial_ipv6.c */
void uplink_ipv6_configure(struct uplink *u);
void uplink_ipv6_collect(const struct uplink *u, struct wan_set *wanted);
int uplink_ipv6_up(struct uplink *u, const struct ppp_network *net);
void uplink_ipv6_down(struct uplink *u);

/* dial_ppp.c */
const struct ppp_ops *uplink_ppp_ops(void);

/* dial_kernel.c */
int dial_kernel_open(struct dial *all);
void dial_kernel_close(struct dial *all);
int uplink_create(struct uplink *u);
void uplink_changed(struct netdev_watch *w, const struct netdev_state *old);
int uplink_configure(struct uplink *u);
void uplink_unconfigure(struct uplink *u);
bool uplink_tidy(struct uplink *u);
void uplink_routes(struct uplink *u);
int uplink_address(struct uplink *u, struct in_addr local, struct in_addr peer);
void uplink_no_address(struct uplink *u);
void uplink_report(struct uplink *u, uint32_t reason, const char *text);
void uplink_write_dns(const struct uplink *u);

#endif /* RRASD_DIAL_INTERNAL_H */
