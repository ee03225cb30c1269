// SPDX-License-Identifier: GPL-2.0
/*
 * L2TP where we are the client: a tunnel with one call in it for each demand-dial interface.
 *
 * A call that has not led to a session yet is in an l2tp_session that rrasd does not know of.
 */
#include <errno.h>
#include <linux/wanarp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../config.h"
#include "../dial.h"
#include "../rrasd.h"
#include "access.h"
#include "l2tp_internal.h"

/**
 * struct l2tp_dialler - who calls an L2TP server
 */
struct l2tp_dialler {
	struct dialler dialler;
	struct l2tp *l2tp;
	/** @conn: while there is a call or a session */
	struct l2tp_conn *conn;
	struct l2tp_session *session;
};

static struct l2tp_dialler *to_l2tp(const struct dialler *d)
{
	return container_of(d, struct l2tp_dialler, dialler);
}

/* The one call of a tunnel is over, and so is the tunnel. It may be ending already. */
static void close_tunnel(struct l2tp_dialler *dialler)
{
	const struct l2tp_end end = { L2TP_STOP_CLEAR, L2TP_ERROR_NONE, "its session is over" };
	struct l2tp_conn *conn = dialler->conn;

	dialler->conn = NULL;
	dialler->session = NULL;
	l2tp_tunnel_close(&conn->t, &end, rrasd_now());
}

/**
 * l2tp_dial_uplink - for whom is a call?
 * @dialler: who calls
 *
 * Return: the demand-dial interface.
 */
struct uplink *l2tp_dial_uplink(const struct l2tp_dialler *dialler)
{
	return dialler->dialler.uplink;
}

/**
 * l2tp_dial_up - a call led to a session
 * @ls: the session
 */
void l2tp_dial_up(struct l2tp_session *ls)
{
	dial_session_begins(ls->dialler->dialler.uplink, &ls->s, ls->peer_name);
}

/**
 * l2tp_dial_down - a call led to nothing
 * @ls: what would have been the session; freed
 * @text: why
 */
void l2tp_dial_down(struct l2tp_session *ls, const char *text)
{
	struct l2tp_dialler *dialler = ls->dialler;

	close_tunnel(dialler);
	free(ls);
	dial_failed(dialler->dialler.uplink, WANARP_UNREACHABLE_REASON_CONNECTION_FAILURE, text);
}

/**
 * l2tp_dial_over - a session that we dialled has ended
 * @ls: the session
 */
void l2tp_dial_over(struct l2tp_session *ls)
{
	close_tunnel(ls->dialler);
}

/* What [l2tp] says holds here too, but for who we are. */
static void set_settings(struct l2tp_conn *conn, const struct config_dial *dial)
{
	conn->settings = conn->config->l2tp.settings;
	conn->settings.secret = (struct l2tp_secret){ 0 };
	if (dial->tunnel_secret)
		conn->settings.secret = (struct l2tp_secret){ dial->tunnel_secret,
							      strlen(dial->tunnel_secret) };
	conn->t.settings = &conn->settings;
}

/* Returns 0 or a negative error. */
static int open_conn(struct l2tp_dialler *dialler, const struct config_dial *dial,
		     const char *over)
{
	struct l2tp *l2tp = dialler->l2tp;
	struct l2tp_address peer;
	struct l2tp_conn *conn;

	/* config_dial.c has looked at it already. */
	if (config_l2tp_address(over, CONFIG_L2TP_PORT, &peer))
		return -EINVAL;
	conn = l2tp_conn_create(l2tp, dial_config(dialler->dialler.uplink));
	if (!conn)
		return -ENOMEM;
	conn->socket = l2tp_socket_open(l2tp, NULL, &peer);
	if (!conn->socket) {
		int err = -errno;

		l2tp_ops.tunnel_free(&conn->t);
		return err;
	}
	set_settings(conn, dial);
	conn->t.path = (struct l2tp_path){ .socket = conn->socket, .peer = peer };
	conn->claimed = true;
	dialler->conn = conn;
	return 0;
}

/**
 * l2tp_dial_restore - go on with a session of the process before us that it has dialled
 * @t: its tunnel, restored
 * @id: our number of the session
 * @peer_id: the peer's
 * @h: the rest
 *
 * Return: NULL, or why that is not possible.
 */
const char *l2tp_dial_restore(struct l2tp_tunnel *t, uint16_t id, uint16_t peer_id,
			      const struct handover *h)
{
	struct l2tp_conn *conn = l2tp_conn_of(t);
	struct l2tp_dialler *dialler;
	const struct config_dial *dial;
	struct dialler *base;
	const char *why;

	base = dial_find_dialler(h->d, h->record, ACCESS_L2TP, &dial);
	if (!base || conn->claimed)
		return "its [dial] section is gone, or calls somebody else now";
	dialler = to_l2tp(base);
	config_put(conn->config);
	conn->config = config_get(dial_config(base->uplink));
	set_settings(conn, dial);
	conn->claimed = true;
	dialler->conn = conn;
	why = l2tp_session_restore(t, id, peer_id, dialler, h);
	if (!why)
		return NULL;
	conn->claimed = false;
	dialler->conn = NULL;
	return why;
}

static int begin(struct dialler *base, const struct config_dial *dial, const char *over)
{
	struct l2tp_dialler *dialler = to_l2tp(base);
	struct l2tp_session *ls;
	int err;

	ls = l2tp_session_create(dialler->l2tp);
	if (!ls)
		return -ENOMEM;
	err = open_conn(dialler, dial, over);
	if (err)
		goto err_free;
	ls->dialler = dialler;
	dialler->session = ls;
	err = l2tp_tunnel_open(&dialler->l2tp->engine, &dialler->conn->t, &ls->call, rrasd_now());
	if (!err)
		return 0;
	l2tp_ops.tunnel_free(&dialler->conn->t);
	dialler->conn = NULL;
	dialler->session = NULL;
err_free:
	free(ls);
	return err;
}

static void cancel(struct dialler *base)
{
	const struct l2tp_end end = { L2TP_CDN_ADMIN, L2TP_ERROR_NONE, "cancelled" };
	struct l2tp_dialler *dialler = to_l2tp(base);
	struct l2tp_session *ls = dialler->session;

	if (!ls || ls->began)
		return;
	l2tp_call_hangup(&ls->call, &end, rrasd_now());
	close_tunnel(dialler);
	free(ls);
}

static const char *problem(const struct dialler *base)
{
	const struct l2tp_dialler *dialler = to_l2tp(base);

	if (dialler->conn && dialler->conn->t.state == L2TP_TUNNEL_UP)
		return "the L2TP server does not take the call";
	return "no L2TP server answers";
}

static void free_dialler(struct dialler *base)
{
	cancel(base);
	free(to_l2tp(base));
}

static const struct dialler_ops dialler_ops = {
	.begin = begin,
	.cancel = cancel,
	.problem = problem,
	.free = free_dialler,
};

/**
 * l2tp_dialler - somebody who calls an L2TP server
 * @d: the daemon
 * @dial: whom
 * @u: for whom
 *
 * Return: the dialler, NULL without memory.
 */
struct dialler *l2tp_dialler(struct rrasd *d, const struct config_dial *dial, struct uplink *u)
{
	struct l2tp_dialler *dialler = calloc(1, sizeof(*dialler));

	(void)dial;
	if (!dialler)
		return NULL;
	dialler->dialler.ops = &dialler_ops;
	dialler->dialler.uplink = u;
	dialler->l2tp = d->l2tp;
	return &dialler->dialler;
}
