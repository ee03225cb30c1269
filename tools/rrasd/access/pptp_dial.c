// SPDX-License-Identifier: GPL-2.0
/*
 * PPTP where we are the client: calls of demand-dial interfaces, each in a TCP connection of its
 * own, and the sessions they lead to.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/wanarp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../config.h"
#include "../config_value.h"
#include "../dial.h"
#include "../kernel.h"
#include "../log.h"
#include "../rrasd.h"
#include "access.h"
#include "pptp_internal.h"

struct pptp_line;

/**
 * struct pptp_dialler - who calls a PPTP server
 */
struct pptp_dialler {
	struct dialler dialler;
	struct pptp *pptp;
	/** @conn: in which there is a call or a session; NULL: neither */
	struct pptp_conn *conn;
	/** @number: of the call; 0: none */
	uint16_t number;
	/** @line: what the call led to; NULL: nothing, or it is over */
	struct pptp_line *line;
};

/**
 * struct pptp_line - a session that we asked for
 */
struct pptp_line {
	struct session s;
	struct pptp_dialler *dialler;
	struct in_addr local, remote;
	uint16_t number;
	uint16_t peer_number;
};

static struct pptp_line *to_line(const struct session *s)
{
	return container_of(s, struct pptp_line, s);
}

static struct pptp_dialler *to_dialler(const struct dialler *d)
{
	return container_of(d, struct pptp_dialler, dialler);
}

/* The connection goes on to its end by itself. */
static void hang_up(struct pptp_dialler *dialler, const char *why)
{
	struct pptp_conn *conn = dialler->conn;
	struct pptp_message m = { .type = PPTP_CLEAR_REQUEST, .call = dialler->number };

	if (dialler->number)
		pptp_number_release(dialler->pptp, dialler->number);
	dialler->number = 0;
	dialler->conn = NULL;
	if (!conn)
		return;
	conn->data = NULL;
	if (m.call && conn->control.state == PPTP_CONTROL_OPEN)
		pptp_control_send(&conn->control, &m);
	pptp_conn_stop(conn, PPTP_STOP_NONE, why);
}

static const char *line_describe(const struct session *s)
{
	static char text[INET_ADDRSTRLEN + 20];
	struct pptp_line *line = to_line(s);

	snprintf(text, sizeof(text), "%s call %u", pptp_address_text(line->remote), line->number);
	return text;
}

static void line_json(const struct session *s, struct json *j)
{
	struct pptp_line *line = to_line(s);

	json_field_string(j, "peer", pptp_address_text(line->remote));
	json_field_string(j, "local", pptp_address_text(line->local));
	json_field_uint(j, "pptp-call", line->number);
	json_field_uint(j, "pptp-peer-call", line->peer_number);
}

static void line_authenticated(struct session *s)
{
	(void)s;
}

static void line_save(const struct session *s, struct record_writer *w)
{
	const struct pptp_line *line = to_line(s);

	pptp_save(line->dialler->conn, line->number, line->peer_number, false, w);
}

static int line_control(const struct session *s)
{
	return to_line(s)->dialler->conn->fd;
}

static void line_closed(struct session *s, enum ppp_reason reason)
{
	struct pptp_line *line = to_line(s);

	(void)reason;
	line->dialler->line = NULL;
	hang_up(line->dialler, "the session is over");
}

static void line_free(struct session *s)
{
	free(to_line(s));
}

static const struct session_port line_port = {
	.kind = ACCESS_PPTP,
	.describe = line_describe,
	.json = line_json,
	.authenticated = line_authenticated,
	.save = line_save,
	.control = line_control,
	.closed = line_closed,
	.free = line_free,
};

static void fail(struct pptp_dialler *dialler, uint32_t reason, const char *text)
{
	hang_up(dialler, "the call failed");
	dial_failed(dialler->dialler.uplink, reason, text);
}

/* There is a call: make a link of it. */
static void begin_line(struct pptp_dialler *dialler, const struct pptp_message *m)
{
	struct pptp_conn *conn = dialler->conn;
	struct rrasd *d = dialler->pptp->d;
	struct ndiswan_attach_pptp args = {
		.local = conn->local.s_addr,
		.peer = conn->remote.s_addr,
		.call = dialler->number,
		.peer_call = (uint16_t)m->call,
		.window = (uint16_t)m->window,
		.receive_window = d->config->pptp.window,
	};
	struct pptp_line *line;
	uint32_t link;
	int fd;

	line = calloc(1, sizeof(*line));
	if (!line) {
		fail(dialler, WANARP_UNREACHABLE_REASON_OUT_OF_RESOURCES, "out of memory");
		return;
	}
	fd = kernel_link_pptp(d->kernel, &args, &link);
	if (fd < 0) {
		free(line);
		fail(dialler, WANARP_UNREACHABLE_REASON_OUT_OF_RESOURCES, kernel_error(d->kernel));
		return;
	}
	line->dialler = dialler;
	line->local = conn->local;
	line->remote = conn->remote;
	line->number = dialler->number;
	line->peer_number = (uint16_t)m->call;
	dialler->line = line;
	session_add_uplink(d, &line->s, &line_port, fd, link, dialler->dialler.uplink);
	dial_session_begins(dialler->dialler.uplink, &line->s,
			    log_printable(conn->control.peer_name,
					  (unsigned int)strlen(conn->control.peer_name)));
}

static void on_opened(struct pptp_conn *conn)
{
	struct pptp_dialler *dialler = conn->data;
	struct pptp_message m = {
		.type = PPTP_OUTGOING_REQUEST,
		.min_bps = 300,
		.max_bps = PPTP_SPEED,
		.bearer = 3,	/* any */
		.framing = 3,	/* any */
	};

	if (!dialler)
		return;
	dialler->number = pptp_number_take(dialler->pptp, dialler);
	if (!dialler->number) {
		fail(dialler, WANARP_UNREACHABLE_REASON_OUT_OF_RESOURCES,
		     "all numbers of calls are in use");
		return;
	}
	m.call = dialler->number;
	m.serial = dialler->number;
	m.window = dialler->pptp->d->config->pptp.window;
	pptp_control_send(&conn->control, &m);
}

static void replied(struct pptp_dialler *dialler, const struct pptp_message *m)
{
	if (dialler->line || m->peer_call != dialler->number) {
		dialler->pptp->counts.stray++;
		return;
	}
	if (m->result == PPTP_RESULT_OK)
		begin_line(dialler, m);
	else
		fail(dialler, WANARP_UNREACHABLE_REASON_CONNECTION_FAILURE, pptp_call_result(m));
}

static void on_message(struct pptp_conn *conn, const struct pptp_message *m)
{
	struct pptp_dialler *dialler = conn->data;

	if (!dialler)
		return;
	if (m->type == PPTP_OUTGOING_REPLY)
		replied(dialler, m);
	else if (m->type == PPTP_DISCONNECT_NOTIFY && dialler->line &&
		 m->call == dialler->line->peer_number)
		session_lower_down(&dialler->line->s, PPP_REASON_PEER);
	else if (m->type != PPTP_WAN_ERROR_NOTIFY && m->type != PPTP_SET_LINK_INFO)
		conn->pptp->counts.stray++;
}

static void on_ended(struct pptp_conn *conn)
{
	struct pptp_dialler *dialler = conn->data;

	if (!dialler)
		return;
	if (!dialler->line) {
		fail(dialler, WANARP_UNREACHABLE_REASON_CONNECTION_FAILURE, conn->control.why);
		return;
	}
	dialler->line->s.detail = conn->control.why;
	session_lower_down(&dialler->line->s, conn->control.polite ? PPP_REASON_PEER :
			   PPP_REASON_LOWER_DOWN);
}

static void on_changed(struct pptp_conn *conn)
{
	struct pptp_dialler *dialler = conn->data;

	if (dialler && dialler->line)
		session_changed(&dialler->line->s);
}

static const struct pptp_user pptp_caller = {
	.opened = on_opened,
	.message = on_message,
	.ended = on_ended,
	.changed = on_changed,
};

/**
 * pptp_dial_find - who has made a call of the process before us?
 * @h: its session
 *
 * Return: the dialler; NULL: the configuration does not call so any more.
 */
struct pptp_dialler *pptp_dial_find(const struct handover *h)
{
	const struct config_dial *dial;
	struct dialler *base;

	base = dial_find_dialler(h->d, h->record, ACCESS_PPTP, &dial);
	return base && !to_dialler(base)->conn ? to_dialler(base) : NULL;
}

/**
 * pptp_dial_conn - a connection that the process before us has had
 * @dialler: who has called
 * @fd: its socket; belongs to the connection, if there is one
 *
 * Return: the connection, to be filled and gone on with; NULL on an error.
 */
struct pptp_conn *pptp_dial_conn(struct pptp_dialler *dialler, int fd)
{
	struct sockaddr_in local, remote;
	socklen_t llen = sizeof(local), rlen = sizeof(remote);

	if (getsockname(fd, (struct sockaddr *)&local, &llen) < 0 ||
	    getpeername(fd, (struct sockaddr *)&remote, &rlen) < 0)
		return NULL;
	dialler->conn = pptp_conn_create(dialler->pptp, &pptp_caller, dialler, fd);
	if (!dialler->conn)
		return NULL;
	dialler->conn->local = local.sin_addr;
	dialler->conn->remote = remote.sin_addr;
	return dialler->conn;
}

/**
 * pptp_dial_restore - go on with a session of the process before us that it has dialled
 * @dialler: who has called, with its connection
 * @number: our number of the call
 * @peer_number: the server's
 * @h: the rest
 *
 * Return: NULL, or why that is not possible; then the call is over, and the connection.
 */
const char *pptp_dial_restore(struct pptp_dialler *dialler, uint16_t number, uint16_t peer_number,
			      const struct handover *h)
{
	struct pptp_line *line = calloc(1, sizeof(*line));
	const char *why = "another call has its number";

	if (!line || !pptp_number_claim(dialler->pptp, number, dialler))
		goto err;
	dialler->number = number;
	line->dialler = dialler;
	line->local = dialler->conn->local;
	line->remote = dialler->conn->remote;
	line->number = number;
	line->peer_number = peer_number;
	dialler->line = line;
	if (session_restore(&line->s, &line_port, h, dialler->dialler.uplink))
		return NULL;
	dialler->line = NULL;
	why = "its record makes no sense";
err:
	free(line);
	hang_up(dialler, why);
	return why;
}

static int dialler_begin(struct dialler *d, const struct config_dial *dial, const char *over)
{
	struct pptp_dialler *dialler = to_dialler(d);
	struct sockaddr_in address;
	int err, fd;

	(void)dial;
	if (config_read_endpoint(over, CONFIG_PPTP_PORT, &address))
		return -EADDRNOTAVAIL;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 && errno != EINPROGRESS) {
		err = errno;
		close(fd);
		dial_failed(d->uplink, WANARP_UNREACHABLE_REASON_NO_PORT, strerror(err));
		return 0;
	}
	dialler->conn = pptp_conn_create(dialler->pptp, &pptp_caller, dialler, fd);
	if (!dialler->conn) {
		close(fd);
		return -ENOMEM;
	}
	dialler->conn->remote = address.sin_addr;
	pptp_conn_calling(dialler->conn);
	return 0;
}

static void dialler_cancel(struct dialler *d)
{
	struct pptp_dialler *dialler = to_dialler(d);

	if (!dialler->line)
		hang_up(dialler, "the call is cancelled");
}

static const char *dialler_problem(const struct dialler *d)
{
	const struct pptp_dialler *dialler = to_dialler(d);

	if (!dialler->conn || dialler->conn->connecting)
		return "the server does not answer: no TCP connection";
	if (dialler->conn->control.state == PPTP_CONTROL_STARTING)
		return "the server does not answer the control connection";
	return "the server does not answer the call";
}

static void dialler_free(struct dialler *d)
{
	struct pptp_dialler *dialler = to_dialler(d);

	dialler_cancel(d);
	free(dialler);
}

static const struct dialler_ops ops = {
	.begin = dialler_begin,
	.cancel = dialler_cancel,
	.problem = dialler_problem,
	.free = dialler_free,
};

/**
 * pptp_dialler - somebody who calls a PPTP server
 * @d: the daemon
 * @dial: whom
 * @u: for whom
 *
 * Return: the dialler, NULL without memory.
 */
struct dialler *pptp_dialler(struct rrasd *d, const struct config_dial *dial, struct uplink *u)
{
	struct pptp_dialler *dialler = calloc(1, sizeof(*dialler));

	(void)dial;	/* it may be another one with each attempt */
	if (!dialler)
		return NULL;
	dialler->dialler.ops = &ops;
	dialler->dialler.uplink = u;
	dialler->pptp = d->pptp;
	return &dialler->dialler;
}
