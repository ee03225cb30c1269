// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses of hosts by their names, see resolve.h.
 *
 * Each question has a channel of c-ares of its own, so that it sees resolv.conf as it is now and
 * can be forgotten. c-ares says which of its sockets to watch, and may answer before it returns;
 * the answer is told from our timer all the same, where the channel can be destroyed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "resolve.h"

/* When c-ares wants to be called next, or to tell the answer. */
static void set_timer(struct resolve *r)
{
	struct timeval tv = { 0 };

	if (!r->over && !ares_timeout(r->channel, NULL, &tv))
		return;
	ev_timer_stop(r->loop, &r->timer);
	ev_timer_set(&r->timer, (ev_tstamp)tv.tv_sec + (ev_tstamp)tv.tv_usec / 1e6, 0.0);
	ev_timer_start(r->loop, &r->timer);
}

static void on_io(struct ev_loop *loop, ev_io *io, int revents)
{
	struct resolve *r = io->data;

	(void)loop;
	ares_process_fd(r->channel, revents & EV_READ ? io->fd : ARES_SOCKET_BAD,
			revents & EV_WRITE ? io->fd : ARES_SOCKET_BAD);
	set_timer(r);
}

static const char *reason(int status)
{
	switch (status) {
	case ARES_ETIMEOUT:
	case ARES_ECONNREFUSED:
		return "no name server answers";
	case ARES_ENOTFOUND:
	case ARES_ENODATA:
		return "there is no such host";
	default:
		return ares_strerror(status);
	}
}

static void on_timer(struct ev_loop *loop, ev_timer *t, int revents)
{
	struct resolve *r = t->data;

	(void)loop;
	(void)revents;
	if (!r->over) {
		ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
		set_timer(r);
		return;
	}
	resolve_cancel(r);
	r->done(r, r->status ? NULL : r->address, r->status ? reason(r->status) : NULL);
}

/* Of several addresses c-ares puts one first that can be reached (RFC 6724). */
static bool take_address(struct resolve *r, const struct ares_addrinfo_node *node)
{
	const void *address;

	if (!node)
		return false;
	address = node->ai_family == AF_INET ?
		  (const void *)&((const struct sockaddr_in *)node->ai_addr)->sin_addr :
		  (const void *)&((const struct sockaddr_in6 *)node->ai_addr)->sin6_addr;
	return inet_ntop(node->ai_family, address, r->address, sizeof(r->address));
}

static void on_answer(void *arg, int status, int timeouts, struct ares_addrinfo *result)
{
	struct resolve *r = arg;

	(void)timeouts;
	/* From resolve_cancel(): nobody wants to know any more. */
	if (status != ARES_EDESTRUCTION) {
		r->over = true;
		r->status = status;
		if (!status && !take_address(r, result->nodes))
			r->status = ARES_ENODATA;
	}
	if (result)
		ares_freeaddrinfo(result);
}

static void on_socket(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct resolve *r = arg;
	ev_io *io = NULL;
	int i;

	for (i = 0; i < RESOLVE_SOCKETS; i++) {
		if (r->io[i].fd == fd || (!io && r->io[i].fd < 0))
			io = &r->io[i];
		if (r->io[i].fd == fd)
			break;
	}
	/* One too many is not heard, and c-ares goes on when its time is over. */
	if (!io)
		return;
	ev_io_stop(r->loop, io);
	ev_io_set(io, readable || writable ? fd : -1,
		  (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));
	if (io->fd >= 0)
		ev_io_start(r->loop, io);
}

/**
 * resolve_start - ask for the address of a host
 * @r: who asks, zeroed before the first time; nothing is asked
 * @loop: the event loop
 * @name: the name of the host
 * @family: AF_INET, AF_INET6, or AF_UNSPEC for either
 * @done: gets the answer, later, unless it is cancelled
 *
 * Return: 0 or a negative error.
 */
int resolve_start(struct resolve *r, struct ev_loop *loop, const char *name, int family,
		  void (*done)(struct resolve *r, const char *address, const char *why))
{
	struct ares_options options = { .sock_state_cb = on_socket, .sock_state_cb_data = r };
	const struct ares_addrinfo_hints hints = { .ai_family = family };
	int i;

	*r = (struct resolve){ .loop = loop, .done = done };
	for (i = 0; i < RESOLVE_SOCKETS; i++) {
		ev_io_init(&r->io[i], on_io, -1, 0);
		r->io[i].data = r;
	}
	ev_init(&r->timer, on_timer);
	r->timer.data = r;
	if (ares_library_init(ARES_LIB_INIT_ALL))
		return -ENOMEM;
	if (ares_init_options(&r->channel, &options, ARES_OPT_SOCK_STATE_CB)) {
		r->channel = NULL;
		ares_library_cleanup();
		return -ENOMEM;
	}
	ares_getaddrinfo(r->channel, name, NULL, &hints, on_answer, r);
	set_timer(r);
	return 0;
}

/**
 * resolve_cancel - the answer is not wanted any more
 * @r: who asked, or did not
 */
void resolve_cancel(struct resolve *r)
{
	int i;

	if (!r->channel)
		return;
	ares_destroy(r->channel);
	ares_library_cleanup();
	r->channel = NULL;
	ev_timer_stop(r->loop, &r->timer);
	for (i = 0; i < RESOLVE_SOCKETS; i++)
		ev_io_stop(r->loop, &r->io[i]);
}
