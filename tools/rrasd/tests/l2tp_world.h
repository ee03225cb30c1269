/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two L2TP engines and the network between them, for tests and fuzzers. Random numbers and time
 * are the world's.
 */
#ifndef RRASD_TESTS_L2TP_WORLD_H
#define RRASD_TESTS_L2TP_WORLD_H

#include <stdlib.h>
#include <string.h>

#include "../access/l2tp_engine.h"

#define WORLD_PACKETS	64

struct world_end;

struct world_tunnel {
	struct l2tp_tunnel t;
	struct list all;
};

struct world_call {
	struct l2tp_call call;
	struct world_end *end;
	struct list all;
};

/**
 * struct world_end - an engine, and what it has told
 */
struct world_end {
	struct l2tp_engine e;
	struct l2tp_settings settings;
	struct world_end *other;
	struct l2tp_address address;
	struct list tunnels, calls;
	/** @refuse: no tunnel, or no call, for this reason */
	const char *refuse_tunnel, *refuse_call;
	unsigned int tunnels_up, tunnels_down, calls_up, calls_down, answered;
	uint16_t last_result;
	char last_text[L2TP_REASON_LEN], last_problem[L2TP_REASON_LEN];
};

struct world_packet {
	struct world_end *to;
	size_t len;
	uint8_t data[L2TP_MESSAGE_MAX];
};

struct world {
	struct world_end lac, lns;
	struct world_packet packets[WORLD_PACKETS];
	unsigned int head, tail;
	uint64_t now;
	uint32_t random;
	/** @lose: bit N: packet N of 32 is lost */
	uint32_t lose;
	unsigned int sent;
};

static struct world world;

static struct world_end *world_of(struct l2tp_engine *e)
{
	return container_of(e, struct world_end, e);
}

static void world_random(void *buf, size_t len)
{
	uint8_t *p = buf;

	while (len--) {
		world.random = world.random * 1103515245 + 12345;
		*p++ = (uint8_t)(world.random >> 16);
	}
}

static struct l2tp_secret world_secret(struct l2tp_engine *e)
{
	return world_of(e)->settings.secret;
}

static void world_send(struct l2tp_engine *e, const struct l2tp_path *path, const uint8_t *data,
		       size_t len)
{
	struct world_packet *p = &world.packets[world.head % WORLD_PACKETS];

	(void)path;
	if (world.lose & 1U << world.sent++ % 32 || world.head - world.tail == WORLD_PACKETS)
		return;
	p->to = world_of(e)->other;
	p->len = len;
	memcpy(p->data, data, len);
	world.head++;
}

static struct world_tunnel *world_tunnel(struct world_end *end)
{
	struct world_tunnel *wt = calloc(1, sizeof(*wt));

	if (!wt)
		abort();
	wt->t.settings = &end->settings;
	list_append(&end->tunnels, &wt->all);
	return wt;
}

static struct world_call *world_call(struct world_end *end)
{
	struct world_call *wc = calloc(1, sizeof(*wc));

	if (!wc)
		abort();
	wc->end = end;
	list_append(&end->calls, &wc->all);
	return wc;
}

static struct l2tp_tunnel *world_tunnel_new(struct l2tp_engine *e, const struct l2tp_path *path,
					    const char **why)
{
	(void)path;
	*why = world_of(e)->refuse_tunnel;
	return *why ? NULL : &world_tunnel(world_of(e))->t;
}

static void world_tunnel_timer(struct l2tp_tunnel *t)
{
	(void)t;
}

static void world_tunnel_up(struct l2tp_tunnel *t)
{
	world_of(t->engine)->tunnels_up++;
}

static void world_tunnel_down(struct l2tp_tunnel *t)
{
	struct world_end *end = world_of(t->engine);

	end->tunnels_down++;
	strcpy(end->last_problem, t->problem);
}

static void world_tunnel_free(struct l2tp_tunnel *t)
{
	struct world_tunnel *wt = container_of(t, struct world_tunnel, t);

	list_remove(&wt->all);
	free(wt);
}

static void world_forget(struct world_call *wc)
{
	list_remove(&wc->all);
	free(wc);
}

static struct l2tp_call *world_call_new(struct l2tp_tunnel *t, uint16_t id, uint16_t peer_id,
					struct l2tp_end *end)
{
	struct world_end *we = world_of(t->engine);

	(void)id;
	(void)peer_id;
	if (we->refuse_call) {
		end->text = we->refuse_call;
		return NULL;
	}
	return &world_call(we)->call;
}

static bool world_call_answered(struct l2tp_call *call)
{
	container_of(call, struct world_call, call)->end->answered++;
	return true;
}

static void world_call_up(struct l2tp_call *call)
{
	container_of(call, struct world_call, call)->end->calls_up++;
}

static void world_call_down(struct l2tp_call *call, const struct l2tp_end *end)
{
	struct world_call *wc = container_of(call, struct world_call, call);

	wc->end->calls_down++;
	wc->end->last_result = end->result;
	strcpy(wc->end->last_text, end->text);
	world_forget(wc);
}

static const struct l2tp_ops world_ops = {
	.random = world_random,
	.secret = world_secret,
	.send = world_send,
	.tunnel_new = world_tunnel_new,
	.tunnel_timer = world_tunnel_timer,
	.tunnel_up = world_tunnel_up,
	.tunnel_down = world_tunnel_down,
	.tunnel_free = world_tunnel_free,
	.call_new = world_call_new,
	.call_answered = world_call_answered,
	.call_up = world_call_up,
	.call_down = world_call_down,
};

static void world_end_init(struct world_end *end, struct world_end *other, const char *name,
			   uint8_t number)
{
	end->other = other;
	end->address = (struct l2tp_address){ .family = 2, .port = 1701, .bytes = { 192, 0, 2 } };
	end->address.bytes[3] = number;
	end->settings = (struct l2tp_settings){
		.host_name = name,
		.window = 8,
		.hello_ms = 60000,
		.setup_ms = 15000,
		.retransmit_ms = 1000,
		.retransmit_max_ms = 8000,
		.tries = 5,
	};
	list_init(&end->tunnels);
	list_init(&end->calls);
	if (l2tp_engine_init(&end->e, &world_ops))
		abort();
}

static void world_begin(void)
{
	memset(&world, 0, sizeof(world));
	world.now = 1000;
	world.random = 1;
	world_end_init(&world.lac, &world.lns, "lac", 1);
	world_end_init(&world.lns, &world.lac, "lns", 2);
}

static struct l2tp_path world_path(const struct world_end *from)
{
	return (struct l2tp_path){ .socket = from->other, .peer = from->address };
}

/* From @from to the other end. The memory is exactly as long as the packet. */
static void world_deliver(struct world_end *from, const uint8_t *data, size_t len)
{
	struct l2tp_path path = world_path(from);
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, data, len);
	l2tp_input(&from->other->e, &path, copy, len, world.now);
	free(copy);
}

/* Until nobody has anything to say. */
static void world_run(void)
{
	struct world_packet *p;

	while (world.tail != world.head) {
		p = &world.packets[world.tail++ % WORLD_PACKETS];
		world_deliver(p->to->other, p->data, p->len);
	}
}

static void world_timers(struct world_end *end)
{
	struct world_tunnel *wt;
	struct list *l, *next;

	for (l = end->tunnels.next; l != &end->tunnels; l = next) {
		next = l->next;
		wt = container_of(l, struct world_tunnel, all);
		if (wt->t.deadline && wt->t.deadline <= world.now)
			l2tp_tunnel_timer(&wt->t, world.now);
	}
}

/* So many milliseconds, in steps. */
static void world_wait(unsigned int ms)
{
	uint64_t until = world.now + ms;

	world_run();
	while (world.now < until) {
		world.now += 100;
		world_timers(&world.lac);
		world_timers(&world.lns);
		world_run();
	}
}

/* The LAC opens a tunnel with a call in it. */
static struct world_tunnel *world_open(void)
{
	struct world_tunnel *wt = world_tunnel(&world.lac);
	struct world_call *wc = world_call(&world.lac);

	wt->t.path = world_path(&world.lns);
	if (l2tp_tunnel_open(&world.lac.e, &wt->t, &wc->call, world.now))
		abort();
	return wt;
}

static struct world_tunnel *world_first(const struct world_end *end)
{
	return list_empty(&end->tunnels) ? NULL :
	       container_of(end->tunnels.next, struct world_tunnel, all);
}

static void world_end_clean(struct world_end *end)
{
	struct world_call *wc;

	while (!list_empty(&end->calls)) {
		wc = container_of(end->calls.next, struct world_call, all);
		l2tp_call_hangup(&wc->call, &(struct l2tp_end){ L2TP_CDN_ADMIN, 0, "end" },
				 world.now);
		world_forget(wc);
	}
	while (world_first(end))
		l2tp_tunnel_drop(&world_first(end)->t);
	l2tp_engine_clean(&end->e);
}

static void world_clean(void)
{
	world_end_clean(&world.lac);
	world_end_clean(&world.lns);
}

#endif /* RRASD_TESTS_L2TP_WORLD_H */
