// SPDX-License-Identifier: GPL-2.0
/*
 * PPTP access (RFC 2637): listening, numbers of calls, and limits.
 *
 * A connection is unfinished until somebody has authenticated in it. There are limits of
 * connections, unfinished ones, calls and unfinished calls of an address, and of connections and
 * unfinished ones in all. When strangers hold all of the unfinished ones, the oldest goes for a new
 * one if it has had the time that an honest client needs.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../config.h"
#include "../config_value.h"
#include "../log.h"
#include "../rrasd.h"
#include "access.h"
#include "pptp_internal.h"

#define BACKLOG			1024
#define ACCEPTS_A_TURN		32
#define PAUSE_S			0.5
#define UNFINISHED_STALE_MS	5000

static struct log_limit limit_limit;

/**
 * pptp_address_text - an address for people
 * @address: the address
 *
 * Return: its text, in a static buffer.
 */
const char *pptp_address_text(struct in_addr address)
{
	static char text[INET_ADDRSTRLEN];

	return inet_ntop(AF_INET, &address, text, sizeof(text));
}

/**
 * pptp_number_take - a number for a call
 * @p: the access protocol
 * @owner: whose it is; not NULL
 *
 * Return: the number; 0: there is none left.
 */
uint16_t pptp_number_take(struct pptp *p, void *owner)
{
	uint32_t tries;

	for (tries = 0; tries < PPTP_CALL_MAX; tries++) {
		if (++p->cursor == 0)
			p->cursor = 1;
		if (p->by_number[p->cursor])
			continue;
		p->by_number[p->cursor] = owner;
		return p->cursor;
	}
	return 0;
}

/**
 * pptp_number_claim - a number that a call of the process before us has
 * @p: the access protocol
 * @number: which
 * @owner: whose it is; not NULL
 *
 * Return: whether it is a number and free.
 */
bool pptp_number_claim(struct pptp *p, uint16_t number, void *owner)
{
	if (!number || p->by_number[number])
		return false;
	p->by_number[number] = owner;
	return true;
}

/**
 * pptp_number_release - a number is free
 * @p: the access protocol
 * @number: which
 */
void pptp_number_release(struct pptp *p, uint16_t number)
{
	p->by_number[number] = NULL;
}

static struct pptp_peer *peer_get(struct pptp *p, struct in_addr address)
{
	uint64_t hash = hash_bytes(&address, sizeof(address));
	struct pptp_peer *peer;
	struct hnode *n;

	for (n = htable_first(&p->peers, hash); n; n = htable_next(n)) {
		peer = container_of(n, struct pptp_peer, node);
		if (peer->address.s_addr == address.s_addr)
			return peer;
	}
	peer = calloc(1, sizeof(*peer));
	if (!peer)
		return NULL;
	peer->address = address;
	htable_add(&p->peers, &peer->node, hash);
	return peer;
}

static void peer_put(struct pptp *p, struct pptp_peer *peer)
{
	if (peer->connections)
		return;
	htable_remove(&p->peers, &peer->node);
	free(peer);
}

/**
 * pptp_conn_finished - somebody has authenticated in a connection
 * @conn: the connection, accepted
 */
void pptp_conn_finished(struct pptp_conn *conn)
{
	if (list_empty(&conn->stage))
		return;
	list_remove(&conn->stage);
	conn->peer->unfinished--;
	conn->pptp->counts.unfinished--;
}

/**
 * pptp_conn_forget - a connection is over: nothing counts it any more
 * @conn: the connection, accepted, without calls
 */
void pptp_conn_forget(struct pptp_conn *conn)
{
	pptp_conn_finished(conn);
	conn->peer->connections--;
	conn->pptp->counts.connections--;
	peer_put(conn->pptp, conn->peer);
	conn->peer = NULL;
}

/* Why one more connection of this address is not possible, or NULL. */
static const char *refuse(struct pptp *p, const struct pptp_peer *peer)
{
	const struct config_pptp *c = &p->d->config->pptp;

	if (p->d->stopping)
		return "shutting down";
	if (c->connections_per_address && peer->connections >= c->connections_per_address)
		return "too many connections of this address";
	if (c->unfinished_per_address && peer->unfinished >= c->unfinished_per_address)
		return "too many unfinished connections of this address";
	if (p->counts.connections >= c->connections)
		return "too many connections";
	return NULL;
}

static bool make_room(struct pptp *p)
{
	struct pptp_conn *oldest;

	if (p->counts.unfinished < p->d->config->pptp.unfinished)
		return true;
	oldest = container_of(p->unfinished.next, struct pptp_conn, stage);
	if (rrasd_now() - oldest->started < UNFINISHED_STALE_MS)
		return false;
	p->counts.evicted++;
	pptp_conn_end(oldest, "a newer one needs its place");
	return true;
}

static const char *begin(struct pptp *p, int fd, struct in_addr remote)
{
	struct sockaddr_in local = { 0 };
	socklen_t len = sizeof(local);
	struct pptp_conn *conn;
	struct pptp_peer *peer;
	const char *why;

	/* Before the peer is looked up: it may go with the connection that does. */
	if (!make_room(p))
		return "too many unfinished connections";
	peer = peer_get(p, remote);
	if (!peer)
		return "out of memory";
	why = refuse(p, peer);
	if (!why && getsockname(fd, (struct sockaddr *)&local, &len) < 0)
		why = strerror(errno);
	conn = why ? NULL : pptp_conn_create(p, &pptp_server, NULL, fd);
	if (!conn) {
		peer_put(p, peer);
		return why ? why : "out of memory";
	}
	conn->local = local.sin_addr;
	conn->remote = remote;
	conn->peer = peer;
	peer->connections++;
	peer->unfinished++;
	p->counts.connections++;
	p->counts.unfinished++;
	list_append(&p->unfinished, &conn->stage);
	pptp_conn_accepted(conn);
	return NULL;
}

/**
 * pptp_conn_restore - a connection of a client that the process before us has had
 * @p: the access protocol
 * @fd: its socket; belongs to the connection, if there is one
 *
 * Somebody has authenticated in it.
 *
 * Return: the connection, to be filled and gone on with; NULL on an error.
 */
struct pptp_conn *pptp_conn_restore(struct pptp *p, int fd)
{
	struct sockaddr_in local, remote;
	socklen_t llen = sizeof(local), rlen = sizeof(remote);
	struct pptp_conn *conn;
	struct pptp_peer *peer;

	if (getsockname(fd, (struct sockaddr *)&local, &llen) < 0 ||
	    getpeername(fd, (struct sockaddr *)&remote, &rlen) < 0)
		return NULL;
	peer = peer_get(p, remote.sin_addr);
	if (!peer)
		return NULL;
	conn = pptp_conn_create(p, &pptp_server, NULL, fd);
	if (!conn) {
		peer_put(p, peer);
		return NULL;
	}
	conn->local = local.sin_addr;
	conn->remote = remote.sin_addr;
	conn->peer = peer;
	peer->connections++;
	p->counts.connections++;
	return conn;
}

static void stop_listeners(struct pptp *p)
{
	size_t i;

	for (i = 0; i < p->listener_count; i++)
		ev_io_stop(p->d->loop, &p->listeners[i]);
}

static void start_listeners(struct pptp *p)
{
	size_t i;

	for (i = 0; i < p->listener_count; i++)
		ev_io_start(p->d->loop, &p->listeners[i]);
}

static void on_pause_over(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop;
	(void)revents;
	start_listeners(w->data);
}

/* What waits to be accepted would wake us for nothing as long as there is no file for it. */
static void pause_listeners(struct pptp *p)
{
	if (log_allowed(&limit_limit))
		log_warning("pptp: a connection cannot be accepted: %m");
	stop_listeners(p);
	ev_timer_set(&p->pause, PAUSE_S, 0.0);
	ev_timer_start(p->d->loop, &p->pause);
}

static void on_connection(struct ev_loop *loop, ev_io *w, int revents)
{
	struct pptp *p = w->data;
	struct sockaddr_in remote;
	const char *why;
	socklen_t len;
	int fd, i;

	(void)loop;
	(void)revents;
	for (i = 0; i < ACCEPTS_A_TURN; i++) {
		len = sizeof(remote);
		fd = accept4(w->fd, (struct sockaddr *)&remote, &len,
			     SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
			    errno == ENOBUFS)
				pause_listeners(p);
			return;
		}
		p->counts.accepted++;
		why = begin(p, fd, remote.sin_addr);
		if (!why)
			continue;
		p->counts.limited++;
		if (log_allowed(&limit_limit))
			log_warning("pptp %s: no connection: %s",
				    pptp_address_text(remote.sin_addr), why);
		close(fd);
	}
}

static int listen_on(struct pptp *p, const char *value)
{
	ev_io *w = &p->listeners[p->listener_count];
	struct sockaddr_in address;
	int on = 1;
	int err, fd;

	config_read_endpoint(value, CONFIG_PPTP_PORT, &address);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* The address may come later, as interfaces do. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, BACKLOG) < 0) {
		err = errno;
		log_error("pptp: cannot listen on %s: %s", value, strerror(err));
		close(fd);
		return -err;
	}
	ev_io_init(w, on_connection, fd, EV_READ);
	ev_set_priority(w, EV_MINPRI);
	w->data = p;
	p->listener_count++;
	log_info("pptp %s: listening", value);
	return 0;
}

static int pptp_open(struct rrasd *d)
{
	struct pptp *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	d->pptp = p;
	p->d = d;
	list_init(&p->conns);
	list_init(&p->unfinished);
	ev_init(&p->pause, on_pause_over);
	p->pause.data = p;
	if (gethostname(p->host, sizeof(p->host)) < 0)
		strcpy(p->host, "rras");
	p->host[sizeof(p->host) - 1] = '\0';
	/* Not where the process before this one began: its clients may not know it is gone. */
	if (getrandom(&p->cursor, sizeof(p->cursor), 0) != (ssize_t)sizeof(p->cursor))
		return -EIO;
	return htable_init(&p->peers);
}

static int pptp_listen(struct rrasd *d)
{
	struct config_list *list = &d->config->pptp.listen;
	int err = 0;
	size_t i;

	for (i = 0; !err && i < list->count; i++)
		err = listen_on(d->pptp, list->item[i]);
	if (err || !list->count)
		return err;
	/* Each call would be refused; this is told before the first. */
	if (!access("/sys/module/pptp", F_OK))
		log_warning("pptp: the kernel's own module pptp is loaded: no call can be made "
			    "before rmmod pptp");
	start_listeners(d->pptp);
	return 0;
}

static void pptp_close(struct rrasd *d)
{
	struct pptp *p = d->pptp;
	struct pptp_conn *conn;
	size_t i;

	if (!p)
		return;
	stop_listeners(p);
	ev_timer_stop(d->loop, &p->pause);
	for (i = 0; i < p->listener_count; i++)
		close(p->listeners[i].fd);
	while (!list_empty(&p->conns)) {
		conn = container_of(p->conns.next, struct pptp_conn, list);
		pptp_conn_stop(conn, PPTP_STOP_SHUTDOWN, "shutting down");
		pptp_conn_end(conn, "shutting down");
	}
	htable_clean(&p->peers);
	free(p);
	d->pptp = NULL;
}

static void pptp_json(struct rrasd *d, struct json *j)
{
	const struct pptp_counts *c = &d->pptp->counts;

	json_field_uint(j, "pptp-connections", c->connections);
	json_field_uint(j, "pptp-unfinished", c->unfinished);
	json_field_uint(j, "pptp-accepted", c->accepted);
	json_field_uint(j, "pptp-limited", c->limited);
	json_field_uint(j, "pptp-evicted", c->evicted);
	json_field_uint(j, "pptp-malformed", c->malformed);
	json_field_uint(j, "pptp-silent", c->silent);
	json_field_uint(j, "pptp-calls", c->calls);
	json_field_uint(j, "pptp-refused", c->refused);
	json_field_uint(j, "pptp-cleared", c->cleared);
	json_field_uint(j, "pptp-stray", c->stray);
}

const struct access pptp_access = {
	.name = "pptp",
	.open = pptp_open,
	.listen = pptp_listen,
	.close = pptp_close,
	.json = pptp_json,
	.dialler = pptp_dialler,
	.restore = pptp_restore,
};
