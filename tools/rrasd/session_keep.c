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
	uint32_t radius;	/* has_radius() */
	uint32_t unused;
	uint64_t started, up_since;
};

struct grant_saved {
	uint32_t address_kind, address;
	uint32_t prefix_kind, prefix_len;
	struct in6_addr prefix;
	uint32_t session_s, idle_s, interim_s;
};

static struct log_limit full_limit;

static void save_grant(const struct session *s, struct record_writer *w)
{
	const struct auth_grant *g = &s->grant;
	struct grant_saved saved = {
		.address_kind = g->address_kind, .address = g->address,
		.prefix_kind = g->prefix_kind, .prefix_len = g->prefix.len,
		.prefix = g->prefix.address,
		.session_s = g->session_s, .idle_s = g->idle_s, .interim_s = g->interim_s,
	};

	record_put(w, RECORD_GRANT, &saved, sizeof(saved));
	if (g->pool)
		record_put_text(w, RECORD_GRANT_POOL, g->pool);
	if (g->filter_set)
		record_put_text(w, RECORD_GRANT_FILTERS, g->filter_set);
	if (g->route_count)
		record_put(w, RECORD_GRANT_ROUTES, g->routes, g->route_count * sizeof(*g->routes));
	if (g->class_len)
		record_put(w, RECORD_GRANT_CLASS, g->class, g->class_len);
}

/* Reports, limits and routes are not gone on with. */
static bool has_radius(const struct session *s)
{
	const struct auth_grant *g = &s->grant;

	return s->acct.id[0] || g->session_s || g->idle_s || g->route_count;
}

static void write_record(const struct session *s, struct record_writer *w)
{
	struct session_saved saved = {
		.kind = s->port->kind, .method = s->method, .address = s->address,
		.framing_set = s->framing_set, .filtered = s->filtered,
		.radius = has_radius(s),
		.started = s->started, .up_since = s->up_since,
	};
	struct ppp_saved engine;

	saved.open = !s->over && !s->line_lost && !s->ipv6.line_lost &&
		     ppp_session_save(&s->ppp, &engine);
	record_put(w, RECORD_SESSION, &saved, sizeof(saved));
	s->port->save(s, w);
	if (s->uplink)
		dial_save(s->uplink, w);
	if (!saved.open)
		return;
	record_put(w, RECORD_ENGINE, &engine, sizeof(engine));
	if (s->user)
		record_put(w, RECORD_USER, s->user, s->user_len);
	save_grant(s, w);
	ipv6_save(s, w);
}

/* An access protocol that cannot save its part has sessions that end with this process. */
static bool can_go_on(const struct session *s)
{
	struct ppp_saved unused;

	return s->port->save && !has_radius(s) && ppp_session_save(&s->ppp, &unused);
}

static void hold(struct keep *k, struct session *s)
{
	if (s->held || !can_go_on(s))
		return;
	keep_hold(k, KEEP_LINK, s->link, s->fd, &s->held);
	if (s->port->control)
		keep_hold(k, KEEP_CONTROL, s->link, s->port->control(s), &s->control_held);
}

/* Only a link with an open session is held: any other one ends with us. */
static void save(struct keep *k, struct session *s)
{
	uint8_t data[STATE_RECORD_MAX];
	struct record_writer w;
	uint32_t slot = 0;

	record_begin(&w, data, sizeof(data));
	write_record(s, &w);
	if (!w.full)
		slot = state_put(keep_state(k), s->slot, s->link, data, w.len);
	if (slot) {
		s->slot = slot;
		hold(k, s);
		return;
	}
	if (log_allowed(&full_limit))
		log_warning("session %u would not outlive this process: %s", s->link,
			    w.full ? "its record is too long" : "out of memory");
}

/**
 * session_changed - what is written down of a session is to be written anew
 * @s: the session
 *
 * At the end of this turn of the loop.
 */
void session_changed(struct session *s)
{
	if (s->d->keep && s->port->save && list_empty(&s->changed))
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

	for (l = d->sessions->all.next; l != &d->sessions->all; l = next) {
		next = l->next;
		s = container_of(l, struct session, all);
		if (can_go_on(s))
			n++;
		else
			session_lower_down(s, PPP_REASON_SHUTDOWN);
	}
	keep_flush(d->keep);
	return n;
}

static char *copy_text(const struct record *r, enum record_tag tag, bool *good)
{
	char text[STATE_RECORD_MAX];
	char *copy;
	size_t len;

	if (!record_find(r, tag, &len))
		return NULL;
	copy = record_get_text(r, tag, text, sizeof(text)) ? strdup(text) : NULL;
	*good &= !!copy;
	return copy;
}

static void *copy_bytes(const struct record *r, enum record_tag tag, size_t *len, bool *good)
{
	const void *bytes = record_find(r, tag, len);
	void *copy;

	if (!bytes)
		*len = 0;
	if (!*len)
		return NULL;
	copy = malloc(*len + 1);
	if (copy)
		memcpy(copy, bytes, *len);
	*good &= !!copy;
	return copy;
}

static bool restore_grant(struct session *s, const struct record *r)
{
	struct auth_grant *g = &s->grant;
	struct grant_saved saved;
	bool good = true;
	size_t len;

	if (!record_get(r, RECORD_GRANT, &saved, sizeof(saved)) || saved.prefix_len > 128)
		return false;
	g->address_kind = (enum user_address)saved.address_kind;
	g->address = saved.address;
	g->prefix_kind = (enum user_prefix)saved.prefix_kind;
	g->prefix.len = (uint8_t)saved.prefix_len;
	g->prefix.address = saved.prefix;
	g->session_s = saved.session_s;
	g->idle_s = saved.idle_s;
	g->interim_s = saved.interim_s;
	g->pool = copy_text(r, RECORD_GRANT_POOL, &good);
	g->filter_set = copy_text(r, RECORD_GRANT_FILTERS, &good);
	g->routes = copy_bytes(r, RECORD_GRANT_ROUTES, &len, &good);
	g->route_count = len / sizeof(*g->routes);
	g->class = copy_bytes(r, RECORD_GRANT_CLASS, &g->class_len, &good);
	return good;
}

static bool restore_user(struct session *s, const struct record *r)
{
	bool good = true;
	size_t len;

	s->user = copy_bytes(r, RECORD_USER, &len, &good);
	s->user_len = (uint8_t)len;
	return good && len <= USER_WORD_MAX;
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
	s->uplink = u;
	s->config = config_get(u ? dial_config(u) : h->d->config);
	if (!restore_user(s, h->record) || !restore_grant(s, h->record) ||
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
	keep_taken(s->d->keep, KEEP_LINK, s->link, s->fd, &s->held);
	if (port->control)
		keep_taken(s->d->keep, KEEP_CONTROL, s->link, port->control(s), &s->control_held);
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
	if (saved->radius)
		return "what RADIUS has granted ends with the process";
	if (h->fd < 0)
		return "its link is gone";
	if (!h->d->wan && !dial_is_saved(h->record))
		return "the configuration serves no clients any more";
	return access_restore((enum access_kind)saved->kind, h);
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
	if (!why)
		return true;
	if (*why)
		log_warning("session %u cannot go on: %s", h->link, why);
	else
		(*unfinished)++;
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
	while (state_next(state, &cursor, &found)) {
		record = (struct record){ found.data, found.len };
		h = (struct handover){
			.d = d, .link = found.link, .slot = found.slot, .record = &record,
			.fd = keep_take(d->keep, KEEP_LINK, found.link),
			.control = keep_take(d->keep, KEEP_CONTROL, found.link),
		};
		if (take_over(&h, &unfinished)) {
			good++;
		} else {
			bad++;
			state_remove(state, found.slot);
		}
	}
	rest = keep_end_rest(d->keep);
	if (state_damaged(state))
		log_error("%u records of sessions are damaged: these sessions end",
			  state_damaged(state));
	if (!good && !bad && !rest)
		return;
	log_info("%u sessions of the process before go on; %u that were not up end, %u others too",
		 good, unfinished, bad - unfinished + rest);
	kernel_compare(d->kernel);
}
