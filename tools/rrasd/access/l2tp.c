// SPDX-License-Identifier: GPL-2.0
/*
 * L2TP access: sockets.
 *
 * One UDP socket for each address we listen at, and one, connected, for each tunnel that we open.
 * The kernel takes the data messages of the links on a socket; what is left to read here are the
 * control messages.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../config.h"
#include "../keep.h"
#include "../log.h"
#include "../rrasd.h"
#include "access.h"
#include "l2tp_internal.h"

#define RECEIVE_BUFFER	(4 << 20)	/* more than ten thousand messages */
#define MESSAGES_A_TURN	32

union sockaddr_any {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/* For the address that a datagram was sent to, or is to be sent from. */
union control_any {
	struct cmsghdr align;
	char in[CMSG_SPACE(sizeof(struct in_pktinfo))];
	char in6[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

/**
 * l2tp_address_text - an address for people
 * @address: the address
 *
 * Return: "192.0.2.1:1701" or "[2001:db8::1]:1701", in a static buffer.
 */
const char *l2tp_address_text(const struct l2tp_address *address)
{
	static char text[L2TP_ADDRESS_TEXT];
	char host[INET6_ADDRSTRLEN];

	inet_ntop(address->family, address->bytes, host, sizeof(host));
	snprintf(text, sizeof(text), address->family == AF_INET ? "%s:%u" : "[%s]:%u", host,
		 address->port);
	return text;
}

static socklen_t to_sockaddr(const struct l2tp_address *address, union sockaddr_any *any)
{
	memset(any, 0, sizeof(*any));
	any->sa.sa_family = address->family;
	if (address->family == AF_INET) {
		any->in.sin_port = htons(address->port);
		memcpy(&any->in.sin_addr, address->bytes, sizeof(any->in.sin_addr));
		return sizeof(any->in);
	}
	any->in6.sin6_port = htons(address->port);
	any->in6.sin6_scope_id = address->scope;
	memcpy(&any->in6.sin6_addr, address->bytes, sizeof(any->in6.sin6_addr));
	return sizeof(any->in6);
}

static void from_sockaddr(const union sockaddr_any *any, struct l2tp_address *address)
{
	memset(address, 0, sizeof(*address));
	address->family = any->sa.sa_family;
	if (address->family == AF_INET) {
		address->port = ntohs(any->in.sin_port);
		memcpy(address->bytes, &any->in.sin_addr, sizeof(any->in.sin_addr));
		return;
	}
	address->port = ntohs(any->in6.sin6_port);
	address->scope = any->in6.sin6_scope_id;
	memcpy(address->bytes, &any->in6.sin6_addr, sizeof(any->in6.sin6_addr));
}

/* Which of our addresses a datagram was sent to. */
static void take_local(struct msghdr *msg, uint8_t local[16])
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO)
			memcpy(local, &((struct in_pktinfo *)(void *)CMSG_DATA(c))->ipi_addr,
			       sizeof(struct in_addr));
		else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)
			memcpy(local, &((struct in6_pktinfo *)(void *)CMSG_DATA(c))->ipi6_addr,
			       sizeof(struct in6_addr));
	}
}

/* Send from the address that the peer has sent to. Returns how long the control data is. */
static size_t put_local(const struct l2tp_path *path, struct msghdr *msg)
{
	struct in6_pktinfo in6 = { .ipi6_ifindex = path->peer.scope };
	struct in_pktinfo in = { 0 };
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);

	if (path->peer.family == AF_INET) {
		memcpy(&in.ipi_spec_dst, path->local, sizeof(in.ipi_spec_dst));
		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(in));
		memcpy(CMSG_DATA(c), &in, sizeof(in));
		return CMSG_SPACE(sizeof(in));
	}
	memcpy(&in6.ipi6_addr, path->local, sizeof(in6.ipi6_addr));
	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = IPV6_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(in6));
	memcpy(CMSG_DATA(c), &in6, sizeof(in6));
	return CMSG_SPACE(sizeof(in6));
}

/**
 * l2tp_send - send a control message
 * @e: the engine
 * @path: to whom
 * @data: the message
 * @len: its length
 */
void l2tp_send(struct l2tp_engine *e, const struct l2tp_path *path, const uint8_t *data,
	       size_t len)
{
	struct l2tp *l2tp = container_of(e, struct l2tp, engine);
	struct l2tp_socket *socket = path->socket;
	struct iovec part = { (void *)(uintptr_t)data, len };
	union control_any control = { 0 };
	union sockaddr_any any;
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };

	if (!socket->connected) {
		msg.msg_name = &any;
		msg.msg_namelen = to_sockaddr(&path->peer, &any);
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
		msg.msg_controllen = put_local(path, &msg);
	}
	if (sendmsg(socket->fd, &msg, MSG_DONTWAIT) < 0)
		l2tp->unsent++;
}

static void receive(struct l2tp_socket *socket, struct msghdr *msg, const uint8_t *data,
		    size_t len)
{
	struct l2tp_path path = { .socket = socket };

	if (!l2tp_is_control(data, len)) {
		socket->l2tp->data++;
		return;
	}
	from_sockaddr(msg->msg_name, &path.peer);
	if (!socket->connected)
		take_local(msg, path.local);
	l2tp_input(&socket->l2tp->engine, &path, data, len, rrasd_now());
}

/*
 * A turn reads one socket. What it receives may end a tunnel of ours and close its socket: only
 * one message of such a socket is read in a turn.
 */
static void on_readable(struct ev_loop *loop, ev_io *io, int revents)
{
	static uint8_t data[MESSAGES_A_TURN][L2TP_RECEIVE_MAX + 1];
	static union control_any control[MESSAGES_A_TURN];
	struct mmsghdr messages[MESSAGES_A_TURN];
	union sockaddr_any from[MESSAGES_A_TURN];
	struct l2tp_socket *socket = io->data;
	struct iovec parts[MESSAGES_A_TURN];
	int count, i;

	(void)loop;
	(void)revents;
	memset(messages, 0, sizeof(messages));
	for (i = 0; i < MESSAGES_A_TURN; i++) {
		parts[i] = (struct iovec){ data[i], sizeof(data[i]) };
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
		messages[i].msg_hdr.msg_name = &from[i];
		messages[i].msg_hdr.msg_namelen = sizeof(from[i]);
		messages[i].msg_hdr.msg_control = &control[i];
		messages[i].msg_hdr.msg_controllen = sizeof(control[i]);
	}
	/* An error on a connected socket says that nobody listens there; it need not be true. */
	count = recvmmsg(io->fd, messages, socket->connected ? 1 : MESSAGES_A_TURN, MSG_DONTWAIT,
			 NULL);
	for (i = 0; i < count; i++)
		receive(socket, &messages[i].msg_hdr, data[i], messages[i].msg_len);
}

static int set_options(int fd, uint16_t family)
{
	int size = RECEIVE_BUFFER, on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (family == AF_INET)
		return setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0)
		return -1;
	return setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
}

/* The kernel's links need a port that is bound; connect() chooses one. */
static int open_fd(const struct l2tp_address *local, const struct l2tp_address *peer)
{
	uint16_t family = local ? local->family : peer->family;
	union sockaddr_any any;
	socklen_t len;
	int err, fd;

	fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
	if (fd < 0)
		return -errno;
	len = to_sockaddr(local ? local : peer, &any);
	if (set_options(fd, family) == 0 &&
	    (local ? bind(fd, &any.sa, len) : connect(fd, &any.sa, len)) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static struct l2tp_socket *add_socket(struct l2tp *l2tp, int fd, uint32_t number)
{
	struct l2tp_socket *socket = calloc(1, sizeof(*socket));

	if (!socket)
		return NULL;
	socket->fd = fd;
	socket->number = number;
	socket->l2tp = l2tp;
	list_append(&l2tp->sockets, &socket->list);
	ev_io_init(&socket->io, on_readable, fd, EV_READ);
	socket->io.data = socket;
	ev_io_start(l2tp->d->loop, &socket->io);
	return socket;
}

/**
 * l2tp_socket_open - a socket, to take calls or to call
 * @l2tp: the access protocol
 * @local: where to take calls; NULL: we call
 * @peer: whom
 *
 * Return: the socket, NULL on an error, with errno.
 */
struct l2tp_socket *l2tp_socket_open(struct l2tp *l2tp, const struct l2tp_address *local,
				     const struct l2tp_address *peer)
{
	int fd = open_fd(local, peer);
	struct l2tp_socket *socket;

	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	socket = add_socket(l2tp, fd, ++l2tp->socket_numbers);
	if (!socket) {
		close(fd);
		errno = ENOMEM;
		return NULL;
	}
	socket->connected = !local;
	socket->listens = local;
	if (l2tp->d->keep)
		keep_hold(l2tp->d->keep, KEEP_L2TP, socket->number, fd, &socket->held);
	return socket;
}

/**
 * l2tp_socket_close - the opposite; links on it go down
 * @socket: the socket
 */
void l2tp_socket_close(struct l2tp_socket *socket)
{
	ev_io_stop(socket->l2tp->d->loop, &socket->io);
	if (socket->held)
		keep_release(socket->l2tp->d->keep, &socket->held);
	list_remove(&socket->list);
	close(socket->fd);
	free(socket);
}

static int open_access(struct rrasd *d)
{
	struct l2tp *l2tp = calloc(1, sizeof(*l2tp));

	if (!l2tp)
		return -ENOMEM;
	d->l2tp = l2tp;
	l2tp->d = d;
	list_init(&l2tp->sockets);
	list_init(&l2tp->conns);
	list_init(&l2tp->unfinished);
	if (htable_init(&l2tp->peers))
		return -ENOMEM;
	return l2tp_engine_init(&l2tp->engine, &l2tp_ops);
}

static bool local_of(const struct l2tp_socket *socket, struct l2tp_address *local)
{
	union sockaddr_any any;
	socklen_t len = sizeof(any);

	if (getsockname(socket->fd, &any.sa, &len) < 0)
		return false;
	from_sockaddr(&any, local);
	return true;
}

/* The sockets of the process before us; whether we take calls at them, the configuration says. */
static int take_sockets(struct l2tp *l2tp)
{
	struct l2tp_socket *socket;
	union sockaddr_any any;
	uint32_t number;
	socklen_t len;
	int fd;

	while ((fd = keep_take_any(l2tp->d->keep, KEEP_L2TP, &number)) >= 0) {
		socket = add_socket(l2tp, fd, number);
		if (!socket) {
			close(fd);
			return -ENOMEM;
		}
		len = sizeof(any);
		socket->connected = !getpeername(fd, &any.sa, &len);
		keep_taken(l2tp->d->keep, KEEP_L2TP, number, fd, &socket->held);
		if (number > l2tp->socket_numbers)
			l2tp->socket_numbers = number;
	}
	return 0;
}

/* Return: whether there is a socket of the process before us at this address. */
static bool inherit(struct l2tp *l2tp, const struct l2tp_address *at)
{
	struct l2tp_socket *socket;
	struct l2tp_address local;
	struct list *l;

	for (l = l2tp->sockets.next; l != &l2tp->sockets; l = l->next) {
		socket = container_of(l, struct l2tp_socket, list);
		if (socket->connected || socket->listens || !local_of(socket, &local) ||
		    memcmp(&local, at, sizeof(local)))
			continue;
		socket->listens = true;
		return true;
	}
	return false;
}

static bool has_tunnel(const struct l2tp_socket *socket)
{
	const struct l2tp *l2tp = socket->l2tp;
	struct list *l;

	for (l = l2tp->conns.next; l != &l2tp->conns; l = l->next) {
		if (container_of(l, struct l2tp_conn, all)->t.path.socket == socket)
			return true;
	}
	return false;
}

/* One where we take no calls any more stays for the end of its tunnels, but not after us. */
static void let_go(struct l2tp *l2tp)
{
	struct l2tp_socket *socket;
	struct list *l, *next;

	for (l = l2tp->sockets.next; l != &l2tp->sockets; l = next) {
		next = l->next;
		socket = container_of(l, struct l2tp_socket, list);
		if (!socket->listens && !has_tunnel(socket))
			l2tp_socket_close(socket);
		else if (!socket->listens && !socket->connected)
			keep_release(l2tp->d->keep, &socket->held);
	}
}

static int listen_at(struct l2tp *l2tp, const char *text)
{
	struct l2tp_address local;

	/* config.c has looked at it already. */
	if (config_l2tp_address(text, l2tp->d->config->l2tp.port, &local))
		return -EINVAL;
	if (inherit(l2tp, &local)) {
		log_info("l2tp %s: listening, as before", l2tp_address_text(&local));
		return 0;
	}
	if (!l2tp_socket_open(l2tp, &local, NULL)) {
		int err = -errno;

		log_error("l2tp %s: cannot listen: %m", l2tp_address_text(&local));
		return err;
	}
	log_info("l2tp %s: listening", l2tp_address_text(&local));
	return 0;
}

static int listen_access(struct rrasd *d)
{
	const struct config_list *list = &d->config->l2tp.listen;
	bool heir = keep_is_heir(d->keep);
	int err = 0;
	size_t i;

	if (heir)
		err = take_sockets(d->l2tp);
	for (i = 0; !err && i < list->count; i++)
		err = listen_at(d->l2tp, list->item[i]);
	if (err || !heir)
		return err;
	l2tp_tunnels_restore(d->l2tp);
	let_go(d->l2tp);
	return 0;
}

static void close_access(struct rrasd *d)
{
	struct l2tp *l2tp = d->l2tp;

	if (!l2tp)
		return;
	l2tp_conns_close(l2tp);
	while (!list_empty(&l2tp->sockets))
		l2tp_socket_close(container_of(l2tp->sockets.next, struct l2tp_socket, list));
	l2tp_engine_clean(&l2tp->engine);
	htable_clean(&l2tp->peers);
	free(l2tp);
	d->l2tp = NULL;
}

static void json_access(struct rrasd *d, struct json *j)
{
	const struct l2tp *l2tp = d->l2tp;
	const struct l2tp_counts *c = &l2tp->engine.counts;

	json_field_uint(j, "l2tp-tunnels", l2tp->tunnels);
	json_field_uint(j, "l2tp-tunnels-up", l2tp->tunnels_up);
	json_field_uint(j, "l2tp-received", c->received);
	json_field_uint(j, "l2tp-sent", c->sent);
	json_field_uint(j, "l2tp-repeated", c->repeated);
	json_field_uint(j, "l2tp-malformed", c->malformed);
	json_field_uint(j, "l2tp-stray", c->stray);
	json_field_uint(j, "l2tp-forged", c->forged);
	json_field_uint(j, "l2tp-out-of-sequence", c->again + c->early);
	json_field_uint(j, "l2tp-limited", l2tp->limited);
	json_field_uint(j, "l2tp-refused", c->refused);
	json_field_uint(j, "l2tp-unauthorized", c->unauthorized);
	json_field_uint(j, "l2tp-silent", c->silent);
	json_field_uint(j, "l2tp-data", l2tp->data);
	json_field_uint(j, "l2tp-unsent", l2tp->unsent);
}

const struct access l2tp_access = {
	.name = "l2tp",
	.open = open_access,
	.listen = listen_access,
	.close = close_access,
	.json = json_access,
	.dialler = l2tp_dialler,
	.restore = l2tp_restore,
	.goodbye = l2tp_goodbye,
	.restored = l2tp_restored,
};
