// SPDX-License-Identifier: GPL-2.0
/*
 * Clients over L2TP, all of them behind one LAC: one UDP socket, some tunnels, as many sessions in
 * each. The control connection is the engine of rrasd in its other role; the data messages are
 * made here.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "access/l2tp_engine.h"
#include "load.h"

#define PORT		1701
#define VERSION		0x0002
#define FLAG_LENGTH	0x4000
#define FLAG_SEQUENCE	0x0800
#define FLAG_OFFSET	0x0200
#define HEADER		8		/* flags, tunnel, session, address and control */
#define US		1000		/* the engine counts milliseconds */

/**
 * struct tunnel - a tunnel, until the engine has forgotten it
 */
struct tunnel {
	struct l2tp_tunnel t;
	struct list all;
	unsigned int place;	/* in self.places */
};

static const struct l2tp_settings settings = {
	.host_name = "load",
	.window = 64,
	.hello_ms = 60000,
	.setup_ms = 60000,
	.retransmit_ms = 1000,
	.retransmit_max_ms = 8000,
	.tries = 10,
};

static struct {
	struct l2tp_engine engine;
	struct list all;
	struct tunnel **places;		/* the tunnel in use, if any; it may be ending */
	struct tunnel *by_id[UINT16_MAX + 1];
	struct l2tp_call *calls;	/* one for each client */
	struct l2tp_path path;		/* all 0: the socket knows its peer */
} self;

static struct tunnel *of_tunnel(struct l2tp_tunnel *t)
{
	return container_of(t, struct tunnel, t);
}

static struct client *of_call(const struct l2tp_call *call)
{
	return load.clients + (call - self.calls);
}

static struct l2tp_call *call_of(const struct client *c)
{
	return self.calls + c->number;
}

static uint64_t now_ms(void)
{
	return load.now / US;
}

/* What the engine asks of us. */

static void random_bytes(void *buf, size_t len)
{
	uint8_t *at = buf;

	while (len--)
		*at++ = (uint8_t)(random() >> 8);
}

static struct l2tp_secret secret(struct l2tp_engine *e)
{
	(void)e;
	return (struct l2tp_secret){ NULL, 0 };
}

static void send_control(struct l2tp_engine *e, const struct l2tp_path *path, const uint8_t *data,
			 size_t len)
{
	(void)e;
	(void)path;
	if (len > FRAME_MAX)
		die("a control message of %zu bytes", len);
	memcpy(batch_begin(), data, len);
	batch_end(len);
}

static struct l2tp_tunnel *tunnel_new(struct l2tp_engine *e, const struct l2tp_path *path,
				      const char **why)
{
	(void)e;
	(void)path;
	*why = NULL;
	return NULL;
}

/* l2tp_timer() looks at all of them. */
static void tunnel_timer(struct l2tp_tunnel *t)
{
	(void)t;
}

static void tunnel_up(struct l2tp_tunnel *t)
{
	(void)t;
}

static void tunnel_down(struct l2tp_tunnel *t)
{
	struct tunnel *tunnel = of_tunnel(t);

	if (self.places[tunnel->place] == tunnel)
		self.places[tunnel->place] = NULL;
}

static void tunnel_free(struct l2tp_tunnel *t)
{
	struct tunnel *tunnel = of_tunnel(t);

	list_remove(&tunnel->all);
	self.by_id[t->id] = NULL;
	free(tunnel);
}

static struct l2tp_call *call_new(struct l2tp_tunnel *t, uint16_t id, uint16_t peer_id,
				  struct l2tp_end *end)
{
	(void)t;
	(void)id;
	(void)peer_id;
	(void)end;
	return NULL;
}

static bool call_answered(struct l2tp_call *call)
{
	(void)call;
	return true;
}

static void call_up(struct l2tp_call *call)
{
	client_connected(of_call(call));
}

/* A call that was refused is placed again when the client's timer fires. */
static void call_down(struct l2tp_call *call, const struct l2tp_end *end)
{
	struct client *c = of_call(call);

	(void)end;
	if (c->phase == PHASE_SEEK)
		load.failures[FAILURE_SEEK]++;
	else if (c->phase != PHASE_DOWN)
		client_ended(c);
}

static const struct l2tp_ops ops = {
	.random = random_bytes,
	.secret = secret,
	.send = send_control,
	.tunnel_new = tunnel_new,
	.tunnel_timer = tunnel_timer,
	.tunnel_up = tunnel_up,
	.tunnel_down = tunnel_down,
	.tunnel_free = tunnel_free,
	.call_new = call_new,
	.call_answered = call_answered,
	.call_up = call_up,
	.call_down = call_down,
};

/* The transport. */

static int connect_to(const char *server)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	if (inet_pton(AF_INET, server, &address.sin_addr) != 1)
		die("'%s' is no IPv4 address", server);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		die("%s: %s", server, strerror(errno));
	return fd;
}

static int l2tp_open(void)
{
	size_t size = load.options.count * sizeof(*self.calls);
	int fd = connect_to(load.options.server);

	list_init(&self.all);
	self.places = calloc(load.options.tunnels, sizeof(struct tunnel *));
	self.calls = calloc(1, size);
	if (!self.places || !self.calls || mlock(self.calls, size) || hash_init() ||
	    l2tp_engine_init(&self.engine, &ops))
		die("no memory for %u clients", load.options.count);
	batch_open(fd);
	return fd;
}

/* The first clients are in the first tunnel, and so on. */
static unsigned int place_of(const struct client *c)
{
	return (unsigned int)((uint64_t)c->number * load.options.tunnels / load.options.count);
}

static void open_tunnel(unsigned int place, struct l2tp_call *call)
{
	struct tunnel *tunnel = calloc(1, sizeof(*tunnel));

	if (!tunnel)
		die("no memory for a tunnel");
	tunnel->place = place;
	tunnel->t.settings = &settings;
	tunnel->t.path = self.path;
	self.places[place] = tunnel;
	list_append(&self.all, &tunnel->all);
	if (l2tp_tunnel_open(&self.engine, &tunnel->t, call, now_ms()))
		die("too many tunnels");
	self.by_id[tunnel->t.id] = tunnel;
}

/* The engine repeats by itself; a new attempt is a new call. */
static void l2tp_seek(struct client *c)
{
	static const struct l2tp_end again = { L2TP_CDN_TIMEOUT, L2TP_ERROR_NONE, "too late" };
	struct l2tp_call *call = call_of(c);
	unsigned int place = place_of(c);
	struct tunnel *tunnel;

	if (call->tunnel && c->tries)
		return;
	l2tp_call_hangup(call, &again, now_ms());
	memset(call, 0, sizeof(*call));
	tunnel = self.places[place];
	if (tunnel && tunnel->t.state <= L2TP_TUNNEL_UP)
		l2tp_call_place(&tunnel->t, call, now_ms());
	else
		open_tunnel(place, call);
}

static void l2tp_send(struct client *c, uint16_t protocol, const void *data, size_t len)
{
	const struct l2tp_call *call = call_of(c);
	uint8_t *message;

	if (!call->tunnel)
		return;
	message = batch_begin();
	put16(message, VERSION);
	put16(message + 2, call->tunnel->peer_id);
	put16(message + 4, call->peer_id);
	put16(message + 6, 0xff03);
	put16(message + HEADER, protocol);
	memcpy(message + HEADER + 2, data, len);
	batch_end(HEADER + 2 + len);
}

static void l2tp_hang_up(struct client *c)
{
	static const struct l2tp_end end = { L2TP_CDN_CARRIER_LOST, L2TP_ERROR_NONE, NULL };

	l2tp_call_hangup(call_of(c), &end, now_ms());
}

static void l2tp_close(struct client *c)
{
	static const struct l2tp_end end = { L2TP_STOP_CLEAR, L2TP_ERROR_NONE, "closed" };
	struct l2tp_call *call = call_of(c);

	if (call->tunnel)
		l2tp_tunnel_close(call->tunnel, &end, now_ms());
}

/* Where the PPP frame of a data message begins; 0: this is none. */
static size_t payload_at(const uint8_t *message, size_t len)
{
	uint16_t flags = get16(message);
	size_t at = 2 + 2 * 2;

	if (flags & FLAG_LENGTH)
		at += 2;
	if (flags & FLAG_SEQUENCE)
		at += 4;
	if (flags & FLAG_OFFSET || at + 2 > len)
		return 0;
	return get16(message + at) == 0xff03 ? at + 2 : at;
}

static void receive_data(const uint8_t *message, size_t len)
{
	const uint8_t *ids = message + (get16(message) & FLAG_LENGTH ? 4 : 2);
	size_t at = payload_at(message, len);
	const struct tunnel *tunnel;
	struct l2tp_call *call;
	struct client *c;

	tunnel = at ? self.by_id[get16(ids)] : NULL;
	call = tunnel ? l2tp_call_find(&tunnel->t, get16(ids + 2)) : NULL;
	if (!call)
		return;
	c = of_call(call);
	if (c->phase > PHASE_ASK)
		ppp_receive(c, message + at, len - at);
}

static void receive(const uint8_t *message, size_t len)
{
	if (l2tp_is_control(message, len))
		l2tp_input(&self.engine, &self.path, message, len, now_ms());
	else if (len >= HEADER)
		receive_data(message, len);
}

static bool l2tp_receive(void)
{
	return batch_receive(receive);
}

static uint64_t l2tp_deadline(void)
{
	const struct list *at;
	uint64_t first = 0;

	for (at = self.all.next; at != &self.all; at = at->next) {
		uint64_t deadline = container_of(at, struct tunnel, all)->t.deadline;

		if (deadline && (!first || deadline < first))
			first = deadline;
	}
	return first * US;
}

static void l2tp_timer(void)
{
	struct list *at, *next;

	for (at = self.all.next; at != &self.all; at = next) {
		struct l2tp_tunnel *t = &container_of(at, struct tunnel, all)->t;

		next = at->next;
		if (t->deadline && t->deadline <= now_ms())
			l2tp_tunnel_timer(t, now_ms());
	}
}

const struct transport transport_l2tp = {
	.name = "l2tp",
	.open = l2tp_open,
	.receive = l2tp_receive,
	.seek = l2tp_seek,
	.send = l2tp_send,
	.hang_up = l2tp_hang_up,
	.close = l2tp_close,
	.deadline = l2tp_deadline,
	.timer = l2tp_timer,
};
