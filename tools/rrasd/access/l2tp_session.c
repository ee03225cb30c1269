// SPDX-License-Identifier: GPL-2.0
/*
 * L2TP access: sessions, those of clients and those that we have dialled.
 */
#include <arpa/inet.h>
#include <linux/ndiswan_ioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../config.h"
#include "../kernel.h"
#include "../log.h"
#include "../rrasd.h"
#include "../wan.h"
#include "l2tp_internal.h"

static struct log_limit refuse_limit;

static struct l2tp_session *to_l2tp(const struct session *s)
{
	return container_of(s, struct l2tp_session, s);
}

static struct l2tp_session *of_call(struct l2tp_call *call)
{
	return container_of(call, struct l2tp_session, call);
}

static const char *port_describe(const struct session *s)
{
	static char text[L2TP_ADDRESS_TEXT + 20];
	struct l2tp_session *ls = to_l2tp(s);

	snprintf(text, sizeof(text), "%s tunnel %u session %u", l2tp_address_text(&ls->peer),
		 ls->tunnel, ls->call.id);
	return text;
}

/* An LAC that proved itself calls for many clients, which we cannot tell apart. */
static uint64_t port_peer(const struct session *s)
{
	const struct l2tp_session *ls = to_l2tp(s);

	return ls->proven ? 0 : hash_bytes(ls->peer.bytes, sizeof(ls->peer.bytes));
}

static void port_json(const struct session *s, struct json *j)
{
	struct l2tp_session *ls = to_l2tp(s);

	json_field_string(j, "interface", ls->peer_name);
	json_field_string(j, "peer", l2tp_address_text(&ls->peer));
	json_field_uint(j, "l2tp-tunnel", ls->tunnel);
	json_field_uint(j, "l2tp-session", ls->call.id);
	json_field_uint(j, "l2tp-peer-session", ls->call.peer_id);
}

static void port_authenticated(struct session *s)
{
	(void)s;
}

static struct l2tp_end end_for(enum ppp_reason reason)
{
	struct l2tp_end end = { L2TP_CDN_CARRIER_LOST, L2TP_ERROR_NONE, ppp_reason_text(reason) };

	if (reason == PPP_REASON_ADMIN || reason == PPP_REASON_SHUTDOWN)
		end.result = L2TP_CDN_ADMIN;
	return end;
}

static void port_save(const struct session *s, struct record_writer *w)
{
	const struct l2tp_session *ls = to_l2tp(s);

	l2tp_save(ls->tunnel, &ls->call, w);
}

static void port_closed(struct session *s, enum ppp_reason reason)
{
	struct l2tp_session *ls = to_l2tp(s);
	struct l2tp_end end = end_for(reason);

	l2tp_call_hangup(&ls->call, &end, rrasd_now());
	if (ls->dialler)
		l2tp_dial_over(ls);
}

static void port_free(struct session *s)
{
	free(to_l2tp(s));
}

static const struct session_port port = {
	.kind = ACCESS_L2TP,
	.describe = port_describe,
	.peer = port_peer,
	.json = port_json,
	.authenticated = port_authenticated,
	.save = port_save,
	.closed = port_closed,
	.free = port_free,
};

/**
 * l2tp_session_create - memory for a session, and for the call that leads to it
 * @l2tp: the access protocol
 *
 * Return: the session, NULL without memory.
 */
struct l2tp_session *l2tp_session_create(struct l2tp *l2tp)
{
	struct l2tp_session *ls = calloc(1, sizeof(*ls));

	if (ls)
		ls->l2tp = l2tp;
	return ls;
}

/*
 * An LNS decides whether data is numbered, and a LAC follows it; unless the LAC requires numbers:
 * then the LNS follows (RFC 2661 section 5.4).
 */
static uint32_t flags_of(const struct l2tp_tunnel *t)
{
	if (!t->settings->sequence)
		return NDISWAN_L2TP_FOLLOW_SEQUENCE;
	return NDISWAN_L2TP_SEND_SEQUENCE;
}

static void remember_tunnel(struct l2tp_session *ls, const struct l2tp_tunnel *t)
{
	ls->peer = t->path.peer;
	ls->proven = t->settings->secret.data;
	ls->tunnel = t->id;
	snprintf(ls->peer_name, sizeof(ls->peer_name), "%s", t->peer_name);
}

/* Returns the link's file or a negative error. */
static int make_link(struct l2tp_session *ls, struct l2tp_tunnel *t, uint16_t id,
		     uint16_t peer_id, uint32_t *link)
{
	const struct l2tp_path *path = &t->path;
	struct l2tp_socket *socket = path->socket;
	struct ndiswan_attach_l2tp a = {
		.socket = socket->fd,
		.flags = flags_of(t),
		.tunnel = t->id,
		.session = id,
		.peer_tunnel = t->peer_id,
		.peer_session = peer_id,
		.family = path->peer.family,
		.peer_port = htons(path->peer.port),
		.ifindex = path->peer.scope,
	};

	memcpy(a.peer, path->peer.bytes, sizeof(a.peer));
	memcpy(a.local, path->local, sizeof(a.local));
	remember_tunnel(ls, t);
	return kernel_link_l2tp(ls->l2tp->d->kernel, &a, link);
}

/* Why a new session in a tunnel is not possible, or NULL. */
static const char *refuse(struct l2tp *l2tp, const struct l2tp_conn *conn)
{
	const struct config *c = l2tp->d->config;

	if (!conn->peer)
		return "calls are not taken here";
	if (!wan_ready(l2tp->d->wan))
		return "the WAN interface is not there or not up";
	if (l2tp->d->stopping)
		return "shutting down";
	if (conn->t.call_count >= c->l2tp.sessions_per_tunnel)
		return "too many sessions in this tunnel";
	if (sessions_full(l2tp->d->sessions, c))
		return "too many sessions";
	return sessions_room(l2tp->d->sessions, c) ? NULL : "too many unfinished sessions";
}

/**
 * l2tp_session_call_new - a client calls: make a session, the link included
 * @t: the tunnel
 * @id: our number of the session
 * @peer_id: the peer's
 * @end: why there is none
 *
 * Return: its call, NULL if there is none.
 */
struct l2tp_call *l2tp_session_call_new(struct l2tp_tunnel *t, uint16_t id, uint16_t peer_id,
					struct l2tp_end *end)
{
	struct l2tp_conn *conn = l2tp_conn_of(t);
	struct l2tp *l2tp = conn->l2tp;
	struct l2tp_session *ls = NULL;
	uint32_t link;
	int fd;

	end->text = refuse(l2tp, conn);
	if (!end->text) {
		end->text = "no resources";
		ls = l2tp_session_create(l2tp);
	}
	if (!ls)
		goto err_log;
	fd = make_link(ls, t, id, peer_id, &link);
	if (fd < 0) {
		end->text = kernel_error(l2tp->d->kernel);
		goto err_log;
	}
	ls->began = true;
	session_add(l2tp->d, &ls->s, &port, fd, link);
	return &ls->call;

err_log:
	if (log_allowed(&refuse_limit))
		log_warning("l2tp %s tunnel %u: no session: %s", l2tp_address_text(&t->path.peer),
			    t->id, end->text);
	free(ls);
	return NULL;
}

/**
 * l2tp_session_call_answered - we called, and the call is taken: make a session
 * @call: the call
 *
 * Return: false: there is none, and the call is over.
 */
bool l2tp_session_call_answered(struct l2tp_call *call)
{
	struct l2tp_end end = { L2TP_CDN_ERROR, L2TP_ERROR_RESOURCES, NULL };
	struct l2tp_session *ls = of_call(call);
	struct rrasd *d = ls->l2tp->d;
	uint32_t link;
	int fd;

	fd = make_link(ls, call->tunnel, call->id, call->peer_id, &link);
	if (fd >= 0) {
		ls->began = true;
		session_add_uplink(d, &ls->s, &port, fd, link, l2tp_dial_uplink(ls->dialler));
		return true;
	}
	end.text = kernel_error(d->kernel);
	l2tp_call_hangup(call, &end, rrasd_now());
	l2tp_dial_down(ls, end.text);
	return false;
}

/**
 * l2tp_session_call_up - both ends know of the session: PPP begins
 * @call: its call
 */
void l2tp_session_call_up(struct l2tp_call *call)
{
	struct l2tp_session *ls = of_call(call);

	if (ls->dialler)
		l2tp_dial_up(ls);
	else
		session_start(&ls->s);
}

/**
 * l2tp_session_call_down - the peer ended it, or the tunnel is gone
 * @call: its call
 * @end: why
 */
void l2tp_session_call_down(struct l2tp_call *call, const struct l2tp_end *end)
{
	struct l2tp_session *ls = of_call(call);

	if (!ls->began) {
		l2tp_dial_down(ls, end->text);
		return;
	}
	snprintf(ls->reason, sizeof(ls->reason), "%s", end->text);
	ls->s.detail = ls->reason;
	session_lower_down(&ls->s, PPP_REASON_LOWER_DOWN);
}

/**
 * l2tp_session_restore - go on with a session of the process before us
 * @t: its tunnel, restored
 * @id: our number of the session
 * @peer_id: the peer's
 * @dialler: who has called for it; NULL: we serve a client
 * @h: the rest
 *
 * Return: NULL, or why that is not possible.
 */
const char *l2tp_session_restore(struct l2tp_tunnel *t, uint16_t id, uint16_t peer_id,
				 struct l2tp_dialler *dialler, const struct handover *h)
{
	struct uplink *u = dialler ? l2tp_dial_uplink(dialler) : NULL;
	struct l2tp_session *ls = l2tp_session_create(h->d->l2tp);

	if (!ls)
		return "out of memory";
	remember_tunnel(ls, t);
	ls->began = true;
	ls->dialler = dialler;
	if (!l2tp_call_restore(t, &ls->call, id, peer_id, rrasd_now())) {
		free(ls);
		return "another session has its number";
	}
	if (session_restore(&ls->s, &port, h, u))
		return NULL;
	l2tp_call_forget(&ls->call);
	free(ls);
	return "its record makes no sense";
}
