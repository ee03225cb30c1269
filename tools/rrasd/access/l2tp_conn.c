// SPDX-License-Identifier: GPL-2.0
/*
 * L2TP access: tunnels, their timers, and how many of them a stranger may have.
 */
#include <stdlib.h>
#include <string.h>

#include "../config.h"
#include "../log.h"
#include "../random.h"
#include "../rrasd.h"
#include "l2tp_internal.h"

#define STALE_MS	1000	/* an honest peer has opened its tunnel by then */

static struct log_limit refuse_limit;
static struct log_limit tunnel_limit;

static struct l2tp_secret secret(struct l2tp_engine *e)
{
	return container_of(e, struct l2tp, engine)->d->config->l2tp.settings.secret;
}

/* Peers */

static struct l2tp_address host_of(const struct l2tp_address *address)
{
	struct l2tp_address host = *address;

	host.port = 0;
	return host;
}

static struct l2tp_peer *peer_find(struct l2tp *l2tp, const struct l2tp_address *host)
{
	struct l2tp_peer *peer;
	struct hnode *n;

	for (n = htable_first(&l2tp->peers, hash_bytes(host, sizeof(*host))); n;
	     n = htable_next(n)) {
		peer = container_of(n, struct l2tp_peer, node);
		if (!memcmp(&peer->address, host, sizeof(*host)))
			return peer;
	}
	return NULL;
}

static struct l2tp_peer *peer_get(struct l2tp *l2tp, const struct l2tp_address *host)
{
	struct l2tp_peer *peer = peer_find(l2tp, host);

	if (!peer) {
		peer = calloc(1, sizeof(*peer));
		if (!peer)
			return NULL;
		peer->address = *host;
		htable_add(&l2tp->peers, &peer->node, hash_bytes(host, sizeof(*host)));
	}
	peer->tunnels++;
	peer->unfinished++;
	return peer;
}

static void peer_put(struct l2tp *l2tp, struct l2tp_peer *peer)
{
	if (--peer->tunnels)
		return;
	htable_remove(&l2tp->peers, &peer->node);
	free(peer);
}

/* Tunnels */

/* It is up, or over. */
static void finished(struct l2tp_conn *conn)
{
	if (!conn->peer || list_empty(&conn->unfinished))
		return;
	list_remove(&conn->unfinished);
	conn->peer->unfinished--;
	conn->l2tp->unfinished_count--;
}

static void tunnel_free(struct l2tp_tunnel *t)
{
	struct l2tp_conn *conn = l2tp_conn_of(t);
	struct l2tp *l2tp = conn->l2tp;

	l2tp_conn_forget(conn);
	finished(conn);
	if (conn->peer) {
		l2tp->tunnels--;
		peer_put(l2tp, conn->peer);
	}
	ev_timer_stop(l2tp->d->loop, &conn->timer);
	list_remove(&conn->all);
	if (conn->socket)
		l2tp_socket_close(conn->socket);
	config_put(conn->config);
	free(conn);
}

static void on_timer(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct l2tp_conn *conn = w->data;

	(void)loop;
	(void)revents;
	l2tp_tunnel_timer(&conn->t, rrasd_now());
}

/**
 * l2tp_conn_create - memory for a tunnel
 * @l2tp: the access protocol
 * @config: what holds for it
 *
 * Return: the tunnel, NULL without memory.
 */
struct l2tp_conn *l2tp_conn_create(struct l2tp *l2tp, struct config *config)
{
	struct l2tp_conn *conn = calloc(1, sizeof(*conn));

	if (!conn)
		return NULL;
	conn->l2tp = l2tp;
	conn->since = rrasd_now();
	conn->config = config_get(config);
	conn->t.settings = &config->l2tp.settings;
	list_init(&conn->unfinished);
	list_append(&l2tp->conns, &conn->all);
	ev_init(&conn->timer, on_timer);
	conn->timer.data = conn;
	return conn;
}

/* The oldest tunnel that is on its way goes if it has had the time that an honest peer needs. */
static bool evict(struct l2tp *l2tp, const struct l2tp_peer *of)
{
	struct l2tp_conn *conn;
	struct list *l;

	for (l = l2tp->unfinished.next; l != &l2tp->unfinished; l = l->next) {
		conn = container_of(l, struct l2tp_conn, unfinished);
		if (rrasd_now() - conn->since < STALE_MS)
			return false;
		if (of && conn->peer != of)
			continue;
		l2tp_tunnel_drop(&conn->t);
		return true;
	}
	return false;
}

/* Why somebody gets no tunnel, or NULL. */
static const char *refuse(struct l2tp *l2tp, const struct l2tp_peer *peer,
			  const struct config_l2tp *c)
{
	if (l2tp->d->stopping)
		return "shutting down";
	if (peer && c->tunnels_per_peer && peer->tunnels >= c->tunnels_per_peer)
		return "too many tunnels of this address";
	if (l2tp->tunnels >= c->tunnels)
		return "too many tunnels";
	return NULL;
}

/*
 * A request may come from anybody, in anybody's name: it must not cost much, and a tunnel that
 * nobody goes on with must not be in the way of others for long.
 */
static bool has_room(struct l2tp *l2tp, const struct l2tp_address *host,
		     const struct config_l2tp *c)
{
	struct l2tp_peer *peer = peer_find(l2tp, host);
	struct limit_bucket *bucket;
	uint64_t now = rrasd_now();

	bucket = limit_of(&l2tp->sources, hash_bytes(host, sizeof(*host)), c->rate_per_peer, now);
	if (!limit_pass(bucket, c->rate_per_peer, now) || !limit_pass(&l2tp->total, c->rate, now))
		return false;
	if (peer && c->unfinished_per_peer && peer->unfinished >= c->unfinished_per_peer)
		return evict(l2tp, peer);
	return l2tp->unfinished_count < c->unfinished || evict(l2tp, NULL);
}

static struct l2tp_tunnel *tunnel_new(struct l2tp_engine *e, const struct l2tp_path *path,
				      const char **why)
{
	struct l2tp *l2tp = container_of(e, struct l2tp, engine);
	struct l2tp_address host = host_of(&path->peer);
	const struct l2tp_socket *socket = path->socket;
	struct config *config = l2tp->d->config;
	struct l2tp_conn *conn;

	*why = NULL;
	/* Who we have called has no reason to call back. */
	if (!socket->listens || !has_room(l2tp, &host, &config->l2tp)) {
		l2tp->limited++;
		return NULL;
	}
	*why = refuse(l2tp, peer_find(l2tp, &host), &config->l2tp);
	if (*why) {
		if (log_allowed(&refuse_limit))
			log_warning("l2tp %s: no tunnel: %s", l2tp_address_text(&path->peer), *why);
		return NULL;
	}
	conn = l2tp_conn_create(l2tp, config);
	if (!conn)
		return NULL;
	l2tp->tunnels++;
	conn->peer = peer_get(l2tp, &host);
	if (!conn->peer) {
		l2tp->tunnels--;
		tunnel_free(&conn->t);
		return NULL;
	}
	l2tp->unfinished_count++;
	list_append(&l2tp->unfinished, &conn->unfinished);
	return &conn->t;
}

/**
 * l2tp_conn_restore - a tunnel of the process before us
 * @l2tp: the access protocol
 * @socket: its socket
 * @saved: what was written down of it
 *
 * Return: the tunnel, up; NULL without memory, or if that makes no sense.
 */
struct l2tp_conn *l2tp_conn_restore(struct l2tp *l2tp, struct l2tp_socket *socket,
				    const struct l2tp_saved *saved)
{
	struct l2tp_address host = host_of(&saved->peer);
	struct l2tp_conn *conn;

	if (saved->peer.family != AF_INET && saved->peer.family != AF_INET6)
		return NULL;
	conn = l2tp_conn_create(l2tp, l2tp->d->config);
	if (!conn)
		return NULL;
	conn->t.path.socket = socket;
	if (socket->connected) {
		conn->socket = socket;
	} else {
		conn->peer = peer_get(l2tp, &host);
		if (!conn->peer)
			goto err_free;
		conn->peer->unfinished--;
		l2tp->tunnels++;
	}
	if (!l2tp_tunnel_restore(&l2tp->engine, &conn->t, saved, rrasd_now()))
		goto err_free;
	return conn;

err_free:
	tunnel_free(&conn->t);
	return NULL;
}

static void tunnel_timer(struct l2tp_tunnel *t)
{
	struct l2tp_conn *conn = l2tp_conn_of(t);
	struct ev_loop *loop = conn->l2tp->d->loop;
	uint64_t now = rrasd_now();

	ev_timer_stop(loop, &conn->timer);
	if (!t->deadline)
		return;
	ev_timer_set(&conn->timer,
		     t->deadline > now ? (ev_tstamp)(t->deadline - now) / 1000.0 : 0.0, 0.0);
	ev_timer_start(loop, &conn->timer);
}

static void tunnel_up(struct l2tp_tunnel *t)
{
	struct l2tp_conn *conn = l2tp_conn_of(t);

	conn->was_up = true;
	conn->l2tp->tunnels_up++;
	finished(conn);
	if (log_allowed(&tunnel_limit))
		log_info("l2tp %s: tunnel %u with %s is up", l2tp_address_text(&t->path.peer),
			 t->id, t->peer_name);
}

/* One that never was up is counted; a stranger could fill the log with it. */
static void tunnel_down(struct l2tp_tunnel *t)
{
	struct l2tp_conn *conn = l2tp_conn_of(t);

	if (conn->was_up)
		conn->l2tp->tunnels_up--;
	if (log_allowed(&tunnel_limit))
		log_info("l2tp %s: tunnel %u %s: %s", l2tp_address_text(&t->path.peer), t->id,
			 conn->was_up ? "ended" : "did not come up", t->problem);
}

const struct l2tp_ops l2tp_ops = {
	.random = random_bytes,
	.secret = secret,
	.send = l2tp_send,
	.tunnel_new = tunnel_new,
	.tunnel_timer = tunnel_timer,
	.tunnel_changed = l2tp_conn_changed,
	.tunnel_up = tunnel_up,
	.tunnel_down = tunnel_down,
	.tunnel_free = tunnel_free,
	.call_new = l2tp_session_call_new,
	.call_answered = l2tp_session_call_answered,
	.call_up = l2tp_session_call_up,
	.call_down = l2tp_session_call_down,
};

/**
 * l2tp_conns_close - end all tunnels; their peers are told, but not waited for
 * @l2tp: the access protocol, without sessions
 */
void l2tp_conns_close(struct l2tp *l2tp)
{
	const struct l2tp_end end = { L2TP_STOP_SHUTDOWN, L2TP_ERROR_NONE, "shutting down" };
	struct l2tp_conn *conn;

	while (!list_empty(&l2tp->conns)) {
		conn = container_of(l2tp->conns.next, struct l2tp_conn, all);
		if (conn->t.state < L2TP_TUNNEL_CLOSING)
			l2tp_tunnel_close(&conn->t, &end, rrasd_now());
		else
			l2tp_tunnel_drop(&conn->t);
	}
}
