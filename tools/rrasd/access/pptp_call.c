// SPDX-License-Identifier: GPL-2.0
/*
 * Calls of PPTP clients: the answers to what arrives in their connection, and what a session needs
 * from its port.
 *
 * Mostly the client asks for an outgoing call (we are its PAC). It may also be a PAC that tells us
 * of somebody who has called it (we are its PNS): then there is a session when the PAC says that
 * the call is connected, and the PAC sends the notification that we send otherwise.
 *
 * Calls are looked up in their connection only: nobody ends those of another connection.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../config.h"
#include "../kernel.h"
#include "../log.h"
#include "../rrasd.h"
#include "../wan.h"
#include "pptp_internal.h"

/**
 * struct pptp_call - a call of a client
 */
struct pptp_call {
	struct session s;	/* only if @begun */
	struct pptp_conn *conn;
	/** @list: of the connection's calls */
	struct list list;
	uint16_t number;
	uint16_t peer_number;
	bool incoming;		/* the peer is the PAC */
	bool begun;		/* there is a session */
	bool silent;		/* the peer knows that it is over */
};

static struct log_limit refuse_limit;

static struct pptp_call *to_call(const struct session *s)
{
	return container_of(s, struct pptp_call, s);
}

static struct pptp_call *of_list(struct list *l)
{
	return container_of(l, struct pptp_call, list);
}

static struct pptp_call *find_ours(struct pptp_conn *conn, uint32_t number)
{
	struct pptp_call *call = conn->pptp->by_number[number & 0xffff];
	struct list *l;

	/* By the number first: it need not be a call of a client, nor of this connection. */
	for (l = conn->calls.next; call && l != &conn->calls; l = l->next) {
		if (of_list(l) == call)
			return call;
	}
	return NULL;
}

static struct pptp_call *find_theirs(struct pptp_conn *conn, uint32_t number)
{
	struct list *l;

	for (l = conn->calls.next; l != &conn->calls; l = l->next) {
		if (of_list(l)->peer_number == number)
			return of_list(l);
	}
	return NULL;
}

static void forget(struct pptp_call *call)
{
	struct pptp_conn *conn = call->conn;

	list_remove(&call->list);
	pptp_number_release(conn->pptp, call->number);
	conn->peer->calls--;
	if (!call->begun || !call->s.authenticated)
		conn->peer->unfinished_calls--;
	if (!list_empty(&conn->calls))
		return;
	conn->idle_since = rrasd_now();
	pptp_conn_arm(conn);
}

static const char *port_describe(const struct session *s)
{
	static char text[INET_ADDRSTRLEN + 20];
	struct pptp_call *call = to_call(s);

	snprintf(text, sizeof(text), "%s call %u", pptp_address_text(call->conn->remote),
		 call->number);
	return text;
}

static uint64_t port_peer(const struct session *s)
{
	const struct in_addr *remote = &to_call(s)->conn->remote;

	return hash_bytes(remote, sizeof(*remote));
}

static void port_json(const struct session *s, struct json *j)
{
	struct pptp_call *call = to_call(s);

	json_field_string(j, "peer", pptp_address_text(call->conn->remote));
	json_field_string(j, "local", pptp_address_text(call->conn->local));
	json_field_uint(j, "pptp-call", call->number);
	json_field_uint(j, "pptp-peer-call", call->peer_number);
}

static void port_authenticated(struct session *s)
{
	struct pptp_call *call = to_call(s);

	call->conn->peer->unfinished_calls--;
	pptp_conn_finished(call->conn);
}

static uint32_t result_of(enum ppp_reason reason)
{
	switch (reason) {
	case PPP_REASON_PEER:
		return PPTP_DISCONNECT_REQUEST;
	case PPP_REASON_LOWER_DOWN:
	case PPP_REASON_PEER_LOST:
		return PPTP_DISCONNECT_LOST_CARRIER;
	case PPP_REASON_ERROR:
	case PPP_REASON_NETWORK_FAILED:
		return PPTP_RESULT_ERROR;
	default:
		return PPTP_DISCONNECT_ADMIN;
	}
}

/* A PNS asks for the end, a PAC notifies of it. */
static void tell_end(struct pptp_call *call, uint32_t result)
{
	struct pptp_message m = {
		.type = call->incoming ? PPTP_CLEAR_REQUEST : PPTP_DISCONNECT_NOTIFY,
		.call = call->number,
		.result = result,
		.error = result == PPTP_RESULT_ERROR ? PPTP_ERROR_PAC : PPTP_ERROR_NONE,
	};

	if (!call->silent && call->conn->control.state == PPTP_CONTROL_OPEN)
		pptp_control_send(&call->conn->control, &m);
}

static void port_closed(struct session *s, enum ppp_reason reason)
{
	struct pptp_call *call = to_call(s);

	tell_end(call, result_of(reason));
	forget(call);
}

static void port_save(const struct session *s, struct record_writer *w)
{
	struct pptp_call *call = to_call(s);

	pptp_save(call->conn, call->number, call->peer_number, call->incoming, w);
}

static int port_control(const struct session *s)
{
	return to_call(s)->conn->fd;
}

static void port_free(struct session *s)
{
	free(to_call(s));
}

static const struct session_port port = {
	.kind = ACCESS_PPTP,
	.describe = port_describe,
	.peer = port_peer,
	.json = port_json,
	.authenticated = port_authenticated,
	.save = port_save,
	.control = port_control,
	.closed = port_closed,
	.free = port_free,
};

/* Why one more call in this connection is not possible, or NULL. */
static const char *refuse(struct pptp_conn *conn, const struct pptp_message *m)
{
	const struct config *c = conn->pptp->d->config;
	const struct pptp_peer *peer = conn->peer;
	struct rrasd *d = conn->pptp->d;

	if (!wan_ready(d->wan))
		return "the WAN interface is not there or not up";
	if (find_theirs(conn, m->call))
		return "a call with this number is there already";
	if (c->pptp.sessions_per_address && peer->calls >= c->pptp.sessions_per_address)
		return "too many sessions of this address";
	if (c->pptp.unfinished_per_address &&
	    peer->unfinished_calls >= c->pptp.unfinished_per_address)
		return "too many unfinished sessions of this address";
	if (d->stopping)
		return "shutting down";
	if (sessions_full(d->sessions, c))
		return "too many sessions";
	return sessions_room(d->sessions, c) ? NULL : "too many unfinished sessions";
}

static void log_refusal(struct pptp_conn *conn, const char *why)
{
	conn->pptp->counts.refused++;
	if (log_allowed(&refuse_limit))
		log_warning("pptp %s: no session: %s", pptp_address_text(conn->remote), why);
}

static struct pptp_call *call_create(struct pptp_conn *conn, const struct pptp_message *m)
{
	const char *why = refuse(conn, m);
	struct pptp_call *call;

	conn->pptp->counts.calls++;
	call = why ? NULL : calloc(1, sizeof(*call));
	if (!call) {
		log_refusal(conn, why ? why : "out of memory");
		return NULL;
	}
	call->number = pptp_number_take(conn->pptp, call);
	if (!call->number) {
		log_refusal(conn, "all numbers of calls are in use");
		free(call);
		return NULL;
	}
	call->conn = conn;
	call->peer_number = (uint16_t)m->call;
	list_append(&conn->calls, &call->list);
	conn->peer->calls++;
	conn->peer->unfinished_calls++;
	conn->idle_since = 0;
	return call;
}

/* The kernel's part: there is a session, which does not say anything yet. */
static int call_begin(struct pptp_call *call, uint32_t window)
{
	struct pptp_conn *conn = call->conn;
	struct rrasd *d = conn->pptp->d;
	struct ndiswan_attach_pptp args = {
		.local = conn->local.s_addr,
		.peer = conn->remote.s_addr,
		.call = call->number,
		.peer_call = call->peer_number,
		.window = (uint16_t)window,
		.receive_window = d->config->pptp.window,
	};
	uint32_t link;
	int fd;

	fd = kernel_link_pptp(d->kernel, &args, &link);
	if (fd < 0) {
		log_refusal(conn, kernel_error(d->kernel));
		return fd;
	}
	call->begun = true;
	session_add(d, &call->s, &port, fd, link);
	return 0;
}

static void call_drop(struct pptp_call *call)
{
	forget(call);
	free(call);
}

static void outgoing_asked(struct pptp_conn *conn, const struct pptp_message *m)
{
	struct pptp_message reply = {
		.type = PPTP_OUTGOING_REPLY,
		.peer_call = m->call,
		.result = PPTP_RESULT_ERROR,
		.error = PPTP_ERROR_NO_RESOURCE,
	};
	struct pptp_call *call = call_create(conn, m);

	if (call && call_begin(call, m->window)) {
		call_drop(call);
		call = NULL;
	}
	if (call) {
		reply.call = call->number;
		reply.result = PPTP_RESULT_OK;
		reply.error = PPTP_ERROR_NONE;
		reply.speed = PPTP_SPEED;
		reply.window = conn->pptp->d->config->pptp.window;
	}
	pptp_control_send(&conn->control, &reply);
	if (call)
		session_start(&call->s);
}

static void incoming_asked(struct pptp_conn *conn, const struct pptp_message *m)
{
	struct pptp_message reply = {
		.type = PPTP_INCOMING_REPLY,
		.peer_call = m->call,
		.result = PPTP_RESULT_ERROR,
		.error = PPTP_ERROR_NO_RESOURCE,
	};
	struct pptp_call *call = call_create(conn, m);

	if (call) {
		call->incoming = true;
		reply.call = call->number;
		reply.result = PPTP_RESULT_OK;
		reply.error = PPTP_ERROR_NONE;
		reply.window = conn->pptp->d->config->pptp.window;
	}
	pptp_control_send(&conn->control, &reply);
}

static void incoming_connected(struct pptp_conn *conn, const struct pptp_message *m)
{
	struct pptp_call *call = find_ours(conn, m->peer_call);

	if (!call || !call->incoming || call->begun) {
		conn->pptp->counts.stray++;
		return;
	}
	if (call_begin(call, m->window)) {
		tell_end(call, 0);
		call_drop(call);
		return;
	}
	session_start(&call->s);
}

/* A PNS that clears a call hears of its end; a PAC that notifies of it has told us. */
static void cleared(struct pptp_conn *conn, const struct pptp_message *m)
{
	struct pptp_call *call = find_theirs(conn, m->call);

	if (!call) {
		conn->pptp->counts.stray++;
		return;
	}
	conn->pptp->counts.cleared++;
	call->silent = m->type == PPTP_DISCONNECT_NOTIFY;
	if (call->begun) {
		session_lower_down(&call->s, PPP_REASON_PEER);
	} else {
		tell_end(call, 0);
		call_drop(call);
	}
}

static void server_opened(struct pptp_conn *conn)
{
	(void)conn;	/* it is the client that calls */
}

static void server_message(struct pptp_conn *conn, const struct pptp_message *m)
{
	switch (m->type) {
	case PPTP_OUTGOING_REQUEST:
		outgoing_asked(conn, m);
		break;
	case PPTP_INCOMING_REQUEST:
		incoming_asked(conn, m);
		break;
	case PPTP_INCOMING_CONNECTED:
		incoming_connected(conn, m);
		break;
	case PPTP_CLEAR_REQUEST:
	case PPTP_DISCONNECT_NOTIFY:
		cleared(conn, m);
		break;
	case PPTP_SET_LINK_INFO:
	case PPTP_WAN_ERROR_NOTIFY:
		/* Of serial lines; ours escapes nothing and has no errors of this kind. */
		if (!find_ours(conn, m->peer_call))
			conn->pptp->counts.stray++;
		break;
	default:
		conn->pptp->counts.stray++;
	}
}

static void server_ended(struct pptp_conn *conn)
{
	struct pptp_call *call;

	while (!list_empty(&conn->calls)) {
		call = of_list(conn->calls.next);
		if (!call->begun) {
			call_drop(call);
			continue;
		}
		call->s.detail = conn->control.why;
		session_lower_down(&call->s, conn->control.polite ? PPP_REASON_PEER :
				   PPP_REASON_LOWER_DOWN);
	}
}

static void server_changed(struct pptp_conn *conn)
{
	struct list *l;

	for (l = conn->calls.next; l != &conn->calls; l = l->next) {
		if (of_list(l)->begun)
			session_changed(&of_list(l)->s);
	}
}

const struct pptp_user pptp_server = {
	.opened = server_opened,
	.message = server_message,
	.ended = server_ended,
	.changed = server_changed,
};

/**
 * pptp_call_restore - go on with a call of the process before us
 * @conn: its connection
 * @number: our number
 * @peer_number: the client's
 * @incoming: the client is the PAC
 * @h: the rest
 *
 * Return: NULL, or why that is not possible.
 */
const char *pptp_call_restore(struct pptp_conn *conn, uint16_t number, uint16_t peer_number,
			      bool incoming, const struct handover *h)
{
	struct pptp_call *call = calloc(1, sizeof(*call));

	if (!call)
		return "out of memory";
	if (!pptp_number_claim(conn->pptp, number, call)) {
		free(call);
		return "another call has its number";
	}
	call->conn = conn;
	call->number = number;
	call->peer_number = peer_number;
	call->incoming = incoming;
	call->begun = true;
	list_append(&conn->calls, &call->list);
	conn->peer->calls++;
	conn->idle_since = 0;
	if (session_restore(&call->s, &port, h, NULL))
		return NULL;
	call->s.authenticated = true;	/* as it is counted */
	call_drop(call);
	return "its record makes no sense";
}
