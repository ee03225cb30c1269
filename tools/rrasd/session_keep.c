// SPDX-License-Identifier: GPL-2.0
/*
 * What is written down of a session while it lives, and going on with it in another process.
 *
 * A session whose client is connected goes on. One that is not yet, or not any more, is written
 * down too, but only so that its client can be told that it is over.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access/access.h"
#include "config.h"
#include "dial.h"
#include "filters.h"
#include "ipv6.h"
#include "keep.h"
#include "kernel.h"
#include "log.h"
#include "pools.h"
#include "ppp/save.h"
#include "rrasd.h"
#include "session_internal.h"
#include "session_keep.h"
#include "wan.h"

/* Whole words, no holes: what is written is what is compared. */
struct session_saved {
	uint32_t kind;		/* enum access_kind */
	uint32_t open;		/* it goes on */
	uint32_t method;
	uint32_t address;
	uint32_t framing_set;
	uint32_t filtered;
	uint64_t started, up_since, routes_added;
};

static struct log_limit full_limit;

/* An access protocol that cannot save its part has sessions that end with this process. */
static bool can_go_on(const struct session *s)
{
	struct ppp_saved unused;

	return s->port->save && !s->over && !s->line_lost && !s->ipv6.line_lost &&
	       ppp_session_save(&s->ppp, &unused);
}

/* Of one that does not go on, so much that its peer and a RADIUS server can be told. */
static void write_record(const struct session *s, bool open, struct record_writer *w)
{
	struct session_saved saved = {
		.kind = s->port->kind, .open = open, .method = s->method, .address = s->address,
		.framing_set = s->framing_set, .filtered = s->filtered,
		.started = s->started, .up_since = s->up_since, .routes_added = s->routes_added,
	};
	struct ppp_saved engine;

	record_put(w, RECORD_SESSION, &saved, sizeof(saved));
	if (s->port->save)
		s->port->save(s, w);
	if (s->uplink)
		dial_save(s->uplink, w);
	if (s->user)
		record_put(w, RECORD_USER, s->user, s->user_len);
	auth_grant_save(&s->grant, w);
	radius_acct_save(s, w);
	if (!open)
		return;
	ppp_session_save(&s->ppp, &engine);
	record_put(w, RECORD_ENGINE, &engine, sizeof(engine));
	session_limits_save(s, w);
	ipv6_save(s, w);
}

/* Only a link with an open session is held: any other one ends with us. */
static void hold(struct keep *k, struct session *s)
{
	if (s->held)
		return;
	keep_hold(k, KEEP_LINK, s->link, s->fd, &s->held);
	if (s->port->control)
		keep_hold(k, KEEP_CONTROL, s->link, s->port->control(s), &s->control_held);
	if (s->port->terminal)
		keep_hold(k, KEEP_TERMINAL, s->link, s->port->terminal(s), &s->terminal_held);
}

/* Return: whether it was written down. */
static bool put_record(struct keep *k, struct session *s, bool open)
{
	const struct state_key key = { STATE_SESSION, s->link };
	uint8_t data[STATE_RECORD_MAX];
	struct record_writer w;
	uint32_t slot;

	record_begin(&w, data, sizeof(data));
	write_record(s, open, &w);
	slot = w.full ? 0 : state_put(keep_state(k), s->slot, key, data, w.len);
	if (!slot)
		return false;
	s->slot = slot;
	s->kept = open;
	return true;
}

/**
 * session_remember - write down at once that there is a session, as one that does not go on
 * @s: the session; session_changed() is called, too
 *
 * So that nobody is told of a session whose end nobody would report.
 */
void session_remember(struct session *s)
{
	if (s->d->keep)
		put_record(s->d->keep, s, false);
}

static void save(struct keep *k, struct session *s)
{
	bool open = can_go_on(s);

	if (put_record(k, s, open)) {
		if (open)
			hold(k, s);
		return;
	}
	if (log_allowed(&full_limit))
		log_warning("session %u will not outlive this process: its record is too long, or "
			    "there is no memory", s->link);
	/* Not with what was true before. */
	if (open && put_record(k, s, false))
		return;
	state_remove(keep_state(k), s->slot);
	s->slot = 0;
	s->kept = false;
}

/**
 * session_changed - what is written down of a session is to be written anew
 * @s: the session
 *
 * At the end of this turn of the loop.
 */
void session_changed(struct session *s)
{
	if (s->d->keep && list_empty(&s->changed))
		list_append(&s->d->sessions->changed, &s->changed);
}

/**
 * session_unkeep - a session is over: nothing of it outlives us
 * @s: the session, its link's file still open
 */
void session_unkeep(struct session *s)
{
	struct keep *k = s->d->keep;

	list_remove(&s->changed);
	if (!k)
		return;
	/* To close a file that others hold does not end the link. */
	if (s->held)
		kernel_link_down(s->fd);
	keep_release(k, &s->held);
	keep_release(k, &s->control_held);
	keep_release(k, &s->terminal_held);
	state_remove(keep_state(k), s->slot);
	s->slot = 0;
}

/**
 * sessions_save - write down what has changed
 * @d: the daemon
 */
void sessions_save(struct rrasd *d)
{
	struct list *changed = &d->sessions->changed;
	struct session *s;

	while (!list_empty(changed)) {
		s = container_of(changed->next, struct session, changed);
		list_remove(&s->changed);
		save(d->keep, s);
	}
}

/**
 * sessions_leave - this process ends, and open sessions do not
 * @d: the daemon
 *
 * Return: how many there are.
 */
uint32_t sessions_leave(struct rrasd *d)
{
	struct list *l, *next;
	struct session *s;
	uint32_t n = 0;

	keep_flush(d->keep);
	for (l = d->sessions->all.next; l != &d->sessions->all; l = next) {
		next = l->next;
		s = container_of(l, struct session, all);
		if (s->kept && s->held && can_go_on(s))
			n++;
		else
			session_lower_down(s, PPP_REASON_SHUTDOWN);
	}
	keep_flush(d->keep);
	return n;
}

static bool restore_user(struct session *s, const struct record *r)
{
	const void *name;
	size_t len;

	name = record_find(r, RECORD_USER, &len);
	if (!name)
		return true;
	s->user = len <= USER_WORD_MAX ? malloc(len + 1) : NULL;
	if (!s->user)
		return false;
	memcpy(s->user, name, len);
	s->user_len = (uint8_t)len;
	return true;
}

/* Our part of the memory, before anything is claimed that would have to be given back. */
static bool restore_memory(struct session *s, const struct session_port *port,
			   const struct handover *h, struct uplink *u)
{
	struct session_saved saved;
	struct ppp_saved engine;

	if (!record_get(h->record, RECORD_SESSION, &saved, sizeof(saved)) || !saved.open ||
	    !record_get(h->record, RECORD_ENGINE, &engine, sizeof(engine)))
		return false;
	s->method = (enum ppp_auth_method)saved.method;
	s->address = saved.address;
	s->framing_set = saved.framing_set;
	s->filtered = saved.filtered;
	s->started = saved.started;
	s->up_since = saved.up_since;
	s->routes_added = saved.routes_added;
	s->uplink = u;
	s->config = config_get(u ? dial_config(u) : h->d->config);
	if (!restore_user(s, h->record) || !auth_grant_load(&s->grant, h->record) ||
	    !ipv6_restore(s, h->d, h->record))
		return false;
	session_prepare(h->d, s, port, h->fd, h->link);
	return ppp_session_restore(&s->ppp, u ? dial_ppp_config(u) : &s->config->link[port->kind],
				   u ? dial_ppp_ops(u) : &session_ppp_ops, s, &engine, rrasd_now());
}

/* The address is the session's whatever the pools are; outside of them takes a route of its own. */
static void restore_ipv4(struct session *s)
{
	struct in_addr peer = { .s_addr = htonl(s->address) };

	if (s->address)
		pools_claim(s->d->pools, s->address, s);
	s->ipv4_up = s->ppp.ipcp.up;
	if (s->ppp.ipcp.prepared && !pools_contain(s->d->pools, s->address))
		s->routed = !wan_route_add(s->d->wan, peer);
	if (s->ipv4_up)
		session_routes_add(s);
}

/* With it went what the configuration said of its clients: which filters they have. */
static bool pool_is_gone(struct session *s)
{
	if (s->grant.address_kind != USER_ADDRESS_POOL || pools_known(s->d->pools, s->grant.pool))
		return false;
	s->detail = "its pool is not in the configuration any more";
	log_warning("session %u cannot go on: pool %s is not in the configuration any more",
		    s->link, s->grant.pool);
	session_close(s, PPP_REASON_ADMIN);
	return true;
}

/* It is there, unless the module was unloaded meanwhile. */
static void restore_filters(struct session *s)
{
	const char *set = session_filter_set(s);

	if (!s->filtered || !set || !filters_bind(s->d, s->link, wan_ifindex(s->d->wan), set))
		return;
	s->detail = "its filter set is not there";
	log_error("session %u: filter set '%s' cannot be bound: %s", s->link, set,
		  filters_error(s->d));
	session_close(s, PPP_REASON_NETWORK_FAILED);
}

/**
 * session_restore - go on with a session of the process before us
 * @s: the session, zeroed, inside the access protocol's object, which is complete
 * @port: the access protocol
 * @h: what there is of it
 * @u: the demand-dial interface if we are the client, or NULL
 *
 * Return: whether there is enough; if not, @s is as it was and the file the caller's. If there is,
 * it may be over when this returns.
 */
bool session_restore(struct session *s, const struct session_port *port,
		     const struct handover *h, struct uplink *u)
{
	s->d = h->d;
	if (!restore_memory(s, port, h, u)) {
		ev_timer_stop(h->d->loop, &s->timer);
		config_put(s->config);
		free(s->user);
		auth_grant_clear(&s->grant);
		memset(s, 0, sizeof(*s));
		return false;
	}
	s->heard = true;
	s->authenticated = true;
	s->was_up = true;
	s->slot = h->slot;
	s->kept = true;
	keep_taken(s->d->keep, KEEP_LINK, s->link, s->fd, &s->held);
	if (port->control)
		keep_taken(s->d->keep, KEEP_CONTROL, s->link, port->control(s), &s->control_held);
	if (port->terminal)
		keep_taken(s->d->keep, KEEP_TERMINAL, s->link, port->terminal(s),
			   &s->terminal_held);
	sessions_insert(s->d->sessions, s);
	if (s->user)
		sessions_named(s->d->sessions, s);
	ev_io_start(s->d->loop, &s->io);
	if (u) {
		dial_restore(u, s, h->record);
		session_count_up(s);
		return true;
	}
	restore_ipv4(s);
	if (s->ipv6.ifid)
		ipv6_restored(s);
	session_count_up(s);
	session_limits_restore(s, h->record);
	radius_acct_restore(s, h->record);
	if (!pool_is_gone(s))
		restore_filters(s);
	return true;
}

/* Why it does not go on: a sentence; "": it was not up. NULL: it does. */
static const char *go_on(const struct handover *h, const struct session_saved *saved)
{
	if (saved->kind >= ACCESS_KINDS)
		return "its record makes no sense";
	if (!saved->open)
		return "";
	if (h->fd < 0)
		return "its link is gone";
	if (!h->d->wan && !dial_is_saved(h->record))
		return "the configuration serves no clients any more";
	return access_restore((enum access_kind)saved->kind, h);
}

/* It will not report its end itself. */
static void report_end(const struct handover *h, const struct session_saved *saved)
{
	struct session s = {
		.d = h->d, .config = h->d->config, .link = h->link, .address = saved->address,
		.up_since = saved->up_since,
	};
	struct kernel_stats stats = { 0 };

	if (h->fd >= 0)
		kernel_file_stats(h->fd, &stats);
	if (restore_user(&s, h->record) && auth_grant_load(&s.grant, h->record))
		radius_acct_lost(&s, h->record, &stats);
	auth_grant_clear(&s.grant);
	free(s.user);
}

/* Return: whether it goes on. */
static bool take_over(const struct handover *h, uint32_t *unfinished)
{
	struct session_saved saved;
	const char *why;

	if (!record_get(h->record, RECORD_SESSION, &saved, sizeof(saved)))
		saved.kind = ACCESS_KINDS;
	why = go_on(h, &saved);
	if (h->control >= 0)
		close(h->control);
	if (h->terminal >= 0)
		close(h->terminal);
	if (!why)
		return true;
	if (*why)
		log_warning("session %u cannot go on: %s", h->link, why);
	else
		(*unfinished)++;
	if (saved.kind < ACCESS_KINDS)
		report_end(h, &saved);
	if (h->fd >= 0) {
		kernel_link_end(h->fd);
		close(h->fd);
	}
	if (saved.kind < ACCESS_KINDS)
		access_goodbye((enum access_kind)saved.kind, h);
	return false;
}

/**
 * sessions_restore - go on with the sessions of the process before us
 * @d: the daemon, ready for new ones
 */
void sessions_restore(struct rrasd *d)
{
	uint32_t cursor = 0, good = 0, unfinished = 0, bad = 0, rest;
	struct state *state;
	struct state_record found;
	struct record record;
	struct handover h;

	if (!d->keep)
		return;
	state = keep_state(d->keep);
	while (state_next(state, STATE_SESSION, &cursor, &found)) {
		record = (struct record){ found.data, found.len };
		h = (struct handover){
			.d = d, .link = found.key.number, .slot = found.slot, .record = &record,
			.fd = keep_take(d->keep, KEEP_LINK, found.key.number),
			.control = keep_take(d->keep, KEEP_CONTROL, found.key.number),
			.terminal = keep_take(d->keep, KEEP_TERMINAL, found.key.number),
		};
		if (take_over(&h, &unfinished)) {
			good++;
		} else {
			bad++;
			state_remove(state, found.slot);
		}
	}
	access_restored(d);
	rest = keep_end_rest(d->keep);
	if (state_damaged(state))
		log_error("%u records are damaged: their sessions end",
			  state_damaged(state));
	if (!good && !bad && !rest)
		return;
	log_info("%u sessions of the process before go on; %u that were not up end, %u others too",
		 good, unfinished, bad - unfinished + rest);
	kernel_compare(d->kernel);
}
