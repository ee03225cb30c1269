// SPDX-License-Identifier: GPL-2.0
/*
 * PPTP over TCP: bytes between the socket and the control connection, the timer, the end.
 *
 * A connection is freed in its own callbacks only (or when all of PPTP ends), so whoever is called
 * from there may ask for its end at any time: pptp_conn_stop() just lets the timer fire.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../config.h"
#include "../log.h"
#include "../rrasd.h"
#include "pptp_internal.h"

#define READ_LEN	4096
#define OUT_MAX		(256 << 10)	/* waiting for somebody who does not read */
#define IDLE_MS		60000		/* an open connection without a call */

static struct pptp_conn *to_conn(struct pptp_control *c)
{
	return container_of(c, struct pptp_conn, control);
}

static void watch(struct pptp_conn *conn, int events)
{
	struct ev_loop *loop = conn->pptp->d->loop;

	ev_io_stop(loop, &conn->io);
	ev_io_set(&conn->io, conn->fd, events);
	ev_io_start(loop, &conn->io);
}

/* Nothing more can be said, and nothing more is read: the timer fires at once. */
static void give_up(struct pptp_conn *conn, const char *why)
{
	conn->out_len = 0;
	conn->given_up = true;
	pptp_control_break(&conn->control, why);
	pptp_conn_arm(conn);
}

static void on_output(struct pptp_control *c, const uint8_t *data, size_t len)
{
	struct pptp_conn *conn = to_conn(c);
	ssize_t sent = 0;
	uint8_t *out;

	if (conn->given_up)
		return;
	if (!conn->out_len) {
		sent = send(conn->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent == (ssize_t)len)
			return;
		if (sent < 0 && errno != EAGAIN && errno != EINTR) {
			give_up(conn, "its TCP connection is broken");
			return;
		}
		if (sent < 0)
			sent = 0;
	}
	data += sent;
	len -= (size_t)sent;
	out = conn->out_len + len > OUT_MAX ? NULL : realloc(conn->out, conn->out_len + len);
	if (!out) {
		give_up(conn, "it does not read what it is told");
		return;
	}
	memcpy(out + conn->out_len, data, len);
	conn->out = out;
	conn->out_len += len;
	watch(conn, EV_READ | EV_WRITE);
}

static void flush(struct pptp_conn *conn)
{
	ssize_t sent = send(conn->fd, conn->out, conn->out_len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (sent < 0) {
		if (errno != EAGAIN && errno != EINTR)
			give_up(conn, "its TCP connection is broken");
		return;
	}
	conn->out_len -= (size_t)sent;
	memmove(conn->out, conn->out + sent, conn->out_len);
	if (conn->out_len)
		return;
	free(conn->out);
	conn->out = NULL;
	watch(conn, EV_READ);
}

static void on_opened(struct pptp_control *c)
{
	struct pptp_conn *conn = to_conn(c);

	log_debug("pptp %s: control connection with '%s'", pptp_address_text(conn->remote),
		  log_printable(c->peer_name, (unsigned int)strlen(c->peer_name)));
	conn->user->opened(conn);
}

static void on_call(struct pptp_control *c, const struct pptp_message *m)
{
	struct pptp_conn *conn = to_conn(c);

	log_debug("pptp %s: %s", pptp_address_text(conn->remote), pptp_type_name(m->type));
	conn->user->message(conn, m);
}

static const struct pptp_control_ops control_ops = {
	.output = on_output,
	.opened = on_opened,
	.call = on_call,
};

/* Only a client of ours has to make a call: who calls from here has one, or ends. */
static uint64_t idle_deadline(const struct pptp_conn *conn)
{
	return conn->peer && conn->idle_since ? conn->idle_since + IDLE_MS : 0;
}

/**
 * pptp_conn_arm - have the timer fire when something is due
 * @conn: the connection
 */
void pptp_conn_arm(struct pptp_conn *conn)
{
	struct ev_loop *loop = conn->pptp->d->loop;
	uint64_t deadline = conn->control.deadline;
	uint64_t idle = idle_deadline(conn);
	uint64_t now = rrasd_now();

	ev_timer_stop(loop, &conn->timer);
	if (idle && (!deadline || idle < deadline))
		deadline = idle;
	if (conn->control.state == PPTP_CONTROL_CLOSED)
		deadline = now;
	if (!deadline)
		return;
	ev_timer_set(&conn->timer, deadline > now ? (ev_tstamp)(deadline - now) / 1000.0 : 0.0,
		     0.0);
	ev_timer_start(loop, &conn->timer);
}

/* Between two messages there is nothing to write down of the stream; mostly it is there. */
static void note_change(struct pptp_conn *conn)
{
	size_t off = conn->control.fill + conn->out_len;

	if (off == conn->written || !conn->user->changed)
		return;
	conn->written = off;
	conn->user->changed(conn);
}

/* After everything that may have changed its state; it may be freed when this returns. */
static void go_on(struct pptp_conn *conn)
{
	if (conn->control.state == PPTP_CONTROL_CLOSED)
		pptp_conn_end(conn, conn->control.why);
	else
		pptp_conn_arm(conn);
}

static void on_timer(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct pptp_conn *conn = w->data;
	uint64_t idle = idle_deadline(conn);
	uint64_t now = rrasd_now();

	(void)loop;
	(void)revents;
	if (conn->control.state != PPTP_CONTROL_CLOSED) {
		pptp_control_timer(&conn->control, now);
		if (conn->control.state == PPTP_CONTROL_CLOSED)
			conn->pptp->counts.silent++;
		else if (idle && now >= idle)
			pptp_control_stop(&conn->control, PPTP_STOP_NONE, "it makes no call", now);
	}
	go_on(conn);
}

static void connected(struct pptp_conn *conn)
{
	struct sockaddr_in local;
	socklen_t len = sizeof(int);
	int err = 0;

	conn->connecting = false;
	watch(conn, EV_READ);
	if (getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		err = errno;
	len = sizeof(local);
	if (!err && getsockname(conn->fd, (struct sockaddr *)&local, &len) < 0)
		err = errno;
	if (err) {
		pptp_conn_end(conn, strerror(err));
		return;
	}
	conn->local = local.sin_addr;
	pptp_control_call(&conn->control, rrasd_now());
	pptp_conn_arm(conn);
}

static void receive(struct pptp_conn *conn)
{
	uint8_t data[READ_LEN];
	ssize_t len;

	len = recv(conn->fd, data, sizeof(data), MSG_DONTWAIT);
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0) {
		pptp_conn_end(conn, len ? strerror(errno) : "it closed the TCP connection");
		return;
	}
	pptp_control_input(&conn->control, data, (size_t)len, rrasd_now());
	if (conn->control.state == PPTP_CONTROL_CLOSED && !conn->control.polite && !conn->given_up)
		conn->pptp->counts.malformed++;
	note_change(conn);
	go_on(conn);
}

static void on_ready(struct ev_loop *loop, ev_io *w, int revents)
{
	struct pptp_conn *conn = w->data;

	(void)loop;
	/* It was stopped before it had begun, and the timer is on its way. */
	if (conn->control.state == PPTP_CONTROL_CLOSED)
		return;
	if (conn->connecting) {
		connected(conn);
		return;
	}
	if (revents & EV_WRITE && conn->out_len) {
		flush(conn);
		note_change(conn);
	}
	if (revents & EV_READ)
		receive(conn);
}

/**
 * pptp_conn_create - a TCP connection
 * @p: the access protocol
 * @user: who has it
 * @data: of the user
 * @fd: the socket; belongs to the connection from now on, if there is one
 *
 * Return: the connection, of which @local and @remote are to be set; NULL without memory.
 */
struct pptp_conn *pptp_conn_create(struct pptp *p, const struct pptp_user *user, void *data,
				   int fd)
{
	struct pptp_conn *conn = calloc(1, sizeof(*conn));
	socklen_t len = sizeof(conn->cookie);
	int on = 1;

	if (!conn)
		return NULL;
	pptp_control_init(&conn->control, &control_ops, p->host, p->d->config->pptp.echo_ms);
	conn->pptp = p;
	conn->user = user;
	conn->data = data;
	conn->fd = fd;
	conn->started = rrasd_now();
	conn->idle_since = conn->started;
	list_init(&conn->stage);
	list_init(&conn->calls);
	list_append(&p->conns, &conn->list);
	ev_init(&conn->io, on_ready);
	ev_init(&conn->timer, on_timer);
	conn->io.data = conn;
	conn->timer.data = conn;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &conn->cookie, &len) < 0)
		conn->cookie = 0;
	return conn;
}

/**
 * pptp_conn_accepted - listen to one who has called us
 * @conn: the connection
 */
void pptp_conn_accepted(struct pptp_conn *conn)
{
	watch(conn, EV_READ);
	pptp_control_answer(&conn->control, rrasd_now());
	pptp_conn_arm(conn);
}

/**
 * pptp_conn_go_on - go on with a connection of the process before us
 * @conn: the connection, with what was written down of @control
 */
void pptp_conn_go_on(struct pptp_conn *conn)
{
	conn->control.state = PPTP_CONTROL_OPEN;
	if (conn->control.echo_ms)
		conn->control.deadline = rrasd_now() + conn->control.echo_ms;
	watch(conn, EV_READ);
	pptp_conn_arm(conn);
}

/**
 * pptp_conn_calling - go on when TCP has connected
 * @conn: the connection
 */
void pptp_conn_calling(struct pptp_conn *conn)
{
	conn->connecting = true;
	watch(conn, EV_WRITE);
}

/**
 * pptp_conn_stop - end a connection politely, in a while
 * @conn: the connection
 * @reason: why, for the other side
 * @why: the same in words; has to stay
 */
void pptp_conn_stop(struct pptp_conn *conn, enum pptp_stop reason, const char *why)
{
	pptp_control_stop(&conn->control, reason, why, rrasd_now());
	pptp_conn_arm(conn);
}

/**
 * pptp_conn_end - end a connection at once, with all its calls
 * @conn: the connection, which is freed
 * @why: why, a sentence without a full stop
 *
 * From callbacks of the connection, or from where it has none in progress.
 */
void pptp_conn_end(struct pptp_conn *conn, const char *why)
{
	struct ev_loop *loop = conn->pptp->d->loop;

	log_debug("pptp %s: control connection ends: %s", pptp_address_text(conn->remote), why);
	conn->control.state = PPTP_CONTROL_CLOSED;
	conn->control.why = why;
	conn->user->ended(conn);
	if (conn->peer)
		pptp_conn_forget(conn);
	list_remove(&conn->stage);
	list_remove(&conn->list);
	ev_io_stop(loop, &conn->io);
	ev_timer_stop(loop, &conn->timer);
	/* Orderly, if everything that came was read. */
	shutdown(conn->fd, SHUT_WR);
	close(conn->fd);
	free(conn->out);
	free(conn);
}
