// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of demand-dial interfaces that outlive the process. The interface, its address and the line
 * are there; only what we know of them is not.
 */
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "dial_internal.h"
#include "record.h"

struct uplink_saved {
	char name[IFNAMSIZ];
	char over[DIAL_TEXT_LEN];
	char peer_name[64];
	struct in_addr local, peer, dns[2], added;
	struct in6_addr link_local;
	uint32_t base_added, line, line6;
};

/**
 * dial_save - write down what there is of a line
 * @u: the interface
 * @w: where to
 */
void dial_save(const struct uplink *u, struct record_writer *w)
{
	struct uplink_saved saved = {
		.local = u->local, .peer = u->peer, .dns = { u->dns[0], u->dns[1] },
		.added = u->added, .link_local = u->link_local, .base_added = u->base_added,
		.line = u->line, .line6 = u->line6,
	};

	snprintf(saved.name, sizeof(saved.name), "%s", u->dial->name);
	snprintf(saved.over, sizeof(saved.over), "%s", u->dial->over);
	snprintf(saved.peer_name, sizeof(saved.peer_name), "%s", u->peer_name);
	record_put(w, RECORD_UPLINK, &saved, sizeof(saved));
}

/**
 * dial_is_saved - was it we who called?
 * @r: what was written down of a session
 *
 * Return: whether.
 */
bool dial_is_saved(const struct record *r)
{
	size_t len;

	return record_find(r, RECORD_UPLINK, &len);
}

/**
 * dial_find_saved - for whom was that session?
 * @d: the daemon
 * @r: what was written down of it
 *
 * Return: the interface, NULL if it is not one of the configuration any more.
 */
struct uplink *dial_find_saved(const struct rrasd *d, const struct record *r)
{
	struct uplink_saved saved;

	if (!record_get(r, RECORD_UPLINK, &saved, sizeof(saved)))
		return NULL;
	saved.name[sizeof(saved.name) - 1] = '\0';
	return uplink_by_name(d, saved.name);
}

/**
 * dial_find_dialler - who has called for that session?
 * @d: the daemon
 * @r: what was written down of it
 * @kind: its access protocol
 * @dial: gets whom it calls, as the configuration says now
 *
 * Return: the dialler; NULL: the configuration does not call so any more, or there is a session
 * already.
 */
struct dialler *dial_find_dialler(const struct rrasd *d, const struct record *r,
				  enum access_kind kind, const struct config_dial **dial)
{
	const struct uplink *u = dial_find_saved(d, r);
	struct uplink_saved saved;

	if (!u || u->dial->access != kind || u->session ||
	    !record_get(r, RECORD_UPLINK, &saved, sizeof(saved)) ||
	    strncmp(saved.over, u->dial->over, sizeof(saved.over)))
		return NULL;
	*dial = u->dial;
	return u->port;
}

/**
 * dial_restore - the interface has had a line all the time
 * @u: the interface
 * @s: its session
 * @r: what was written down of it
 */
void dial_restore(struct uplink *u, struct session *s, const struct record *r)
{
	struct uplink_saved saved;

	if (!record_get(r, RECORD_UPLINK, &saved, sizeof(saved)))
		return;
	saved.peer_name[sizeof(saved.peer_name) - 1] = '\0';
	memcpy(u->peer_name, saved.peer_name, sizeof(u->peer_name));
	u->local = saved.local;
	u->peer = saved.peer;
	memcpy(u->dns, saved.dns, sizeof(u->dns));
	u->added = saved.added;
	u->base_added = saved.base_added;
	u->link_local = saved.link_local;
	u->line = saved.line;
	u->line6 = saved.line6;
	u->session = s;
	s->ipv4_up = s->ppp.ipcp.up;
	s->ipv6.up = s->ppp.ipv6cp.up;
	uplink_up(u);
}
