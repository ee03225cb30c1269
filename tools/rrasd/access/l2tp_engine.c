// SPDX-License-Identifier: GPL-2.0
/*
 * L2TP: which tunnel a datagram is for, and how tunnels begin and go. See l2tp_engine.h.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "l2tp_engine.h"

#define NUMBER_TRIES	64	/* random numbers that are taken: there are too many tunnels */

static uint64_t hash_id(uint16_t id)
{
	return hash_bytes(&id, sizeof(id));
}

/* Who opened a tunnel: the path, and his number of the tunnel. */
static uint64_t hash_initiator(const struct l2tp_path *path, uint16_t peer_id)
{
	uint64_t parts[3] = { (uintptr_t)path->socket, peer_id };

	parts[2] = hash_bytes(&path->peer, sizeof(path->peer));
	return hash_bytes(parts, sizeof(parts));
}

static bool same_peer(const struct l2tp_path *a, const struct l2tp_path *b)
{
	return a->socket == b->socket && !memcmp(&a->peer, &b->peer, sizeof(a->peer));
}

/**
 * l2tp_tunnel_find - a tunnel by its number
 * @e: the engine
 * @id: our number of it
 *
 * Return: the tunnel, up or not, or NULL.
 */
struct l2tp_tunnel *l2tp_tunnel_find(const struct l2tp_engine *e, uint16_t id)
{
	struct l2tp_tunnel *t;
	struct hnode *n;

	for (n = htable_first(&e->tunnels, hash_id(id)); n; n = htable_next(n)) {
		t = container_of(n, struct l2tp_tunnel, by_id);
		if (t->id == id)
			return t;
	}
	return NULL;
}

static struct l2tp_tunnel *find_initiator(const struct l2tp_engine *e,
					  const struct l2tp_path *path, uint16_t peer_id)
{
	struct l2tp_tunnel *t;
	struct hnode *n;

	for (n = htable_first(&e->initiators, hash_initiator(path, peer_id)); n;
	     n = htable_next(n)) {
		t = container_of(n, struct l2tp_tunnel, by_initiator);
		if (t->peer_id == peer_id && same_peer(&t->path, path))
			return t;
	}
	return NULL;
}

/* A number that nobody can guess; 0: there is none. */
static uint16_t choose_id(struct l2tp_engine *e)
{
	uint16_t id;
	int i;

	for (i = 0; i < NUMBER_TRIES; i++) {
		e->ops->random(&id, sizeof(id));
		if (id && !l2tp_tunnel_find(e, id))
			return id;
	}
	return 0;
}

/**
 * l2tp_tunnel_insert - the engine knows a tunnel from now on
 * @e: the engine
 * @t: the tunnel
 * @id: our number of it, not used yet
 */
void l2tp_tunnel_insert(struct l2tp_engine *e, struct l2tp_tunnel *t, uint16_t id)
{
	t->engine = e;
	t->id = id;
	t->heard = e->now;
	list_init(&t->calls);
	list_init(&t->waiting);
	htable_add(&e->tunnels, &t->by_id, hash_id(id));
}

static bool begin(struct l2tp_engine *e, struct l2tp_tunnel *t)
{
	const struct l2tp_settings *s = t->settings;
	uint16_t id = choose_id(e);

	if (!id)
		return false;
	t->limit = e->now + s->setup_ms;
	l2tp_reliable_init(&t->reliable, s->retransmit_ms, s->retransmit_max_ms, s->tries);
	l2tp_tunnel_insert(e, t, id);
	return true;
}

/**
 * l2tp_engine_init - no tunnel yet
 * @e: the engine, zeroed
 * @ops: its owner
 *
 * Return: 0 or -ENOMEM.
 */
int l2tp_engine_init(struct l2tp_engine *e, const struct l2tp_ops *ops)
{
	e->ops = ops;
	if (htable_init(&e->tunnels) || htable_init(&e->initiators) || htable_init(&e->calls))
		return -ENOMEM;
	return 0;
}

/**
 * l2tp_engine_clean - the opposite; there is no tunnel any more
 * @e: the engine
 */
void l2tp_engine_clean(struct l2tp_engine *e)
{
	htable_clean(&e->tunnels);
	htable_clean(&e->initiators);
	htable_clean(&e->calls);
}

/**
 * l2tp_tunnel_open - open a tunnel to somebody and place a call in it
 * @e: the engine
 * @t: the tunnel, zeroed but for @settings and @path
 * @call: the call, zeroed
 * @now: monotonic time, ms
 *
 * Return: 0, and @call_answered or @call_down follows, the latter even before this returns; or
 * -ENOSPC: there are too many.
 */
int l2tp_tunnel_open(struct l2tp_engine *e, struct l2tp_tunnel *t, struct l2tp_call *call,
		     uint64_t now)
{
	e->now = now;
	t->ours = true;
	if (!begin(e, t))
		return -ENOSPC;
	l2tp_tunnel_enter(t, now);
	t->state = L2TP_TUNNEL_WAIT_REPLY;
	l2tp_tunnel_send_sccrq(t);
	l2tp_call_place(t, call, now);
	l2tp_tunnel_leave(t);
	return 0;
}

/**
 * l2tp_tunnel_unlist - from now on its peer knows our number
 * @t: the tunnel
 *
 * Who asks for a tunnel under the same number of his begins anew: his machine was restarted, say.
 * That does no harm to the old tunnel, or everybody could, in his name.
 */
void l2tp_tunnel_unlist(struct l2tp_tunnel *t)
{
	if (t->listed)
		htable_remove(&t->engine->initiators, &t->by_initiator);
	t->listed = false;
}

/**
 * l2tp_tunnel_drop - forget a tunnel
 * @t: the tunnel, without calls; it is freed
 */
void l2tp_tunnel_drop(struct l2tp_tunnel *t)
{
	struct l2tp_engine *e = t->engine;

	e->counts.repeated += t->reliable.repeated;
	l2tp_reliable_clean(&t->reliable);
	htable_remove(&e->tunnels, &t->by_id);
	l2tp_tunnel_unlist(t);
	e->ops->tunnel_free(t);
}

/* Somebody who gets no tunnel hears why, in a message that nothing has to be remembered for. */
static void refuse(struct l2tp_engine *e, const struct l2tp_path *path, uint16_t peer_id,
		   const char *why)
{
	struct l2tp_writer w;
	uint16_t id;

	e->counts.refused++;
	if (!why)
		return;
	e->ops->random(&id, sizeof(id));
	l2tp_write_begin(&w, peer_id, 0);
	l2tp_write_type(&w, L2TP_STOPCCN);
	l2tp_write_16(&w, L2TP_A_ASSIGNED_TUNNEL, id | 1);
	l2tp_write_result(&w, L2TP_STOP_ERROR, L2TP_ERROR_RESOURCES, why);
	l2tp_header_stamp(w.data, 0, 1);
	if (l2tp_write_end(&w))
		e->ops->send(e, path, w.data, w.len);
}

static struct l2tp_tunnel *answer(struct l2tp_engine *e, const struct l2tp_path *path,
				  uint16_t peer_id)
{
	const char *why = NULL;
	struct l2tp_tunnel *t;

	t = e->ops->tunnel_new(e, path, &why);
	if (!t) {
		refuse(e, path, peer_id, why);
		return NULL;
	}
	t->path = *path;
	t->peer_id = peer_id;
	if (!begin(e, t)) {
		e->ops->tunnel_down(t);
		e->ops->tunnel_free(t);
		refuse(e, path, peer_id, "too many tunnels");
		return NULL;
	}
	htable_add(&e->initiators, &t->by_initiator, hash_initiator(path, peer_id));
	t->listed = true;
	return t;
}

/*
 * A message without our number is from somebody who has not heard it. It names his own, so that a
 * request that comes again is known.
 */
static struct l2tp_tunnel *find_stranger(struct l2tp_engine *e, const struct l2tp_path *path,
					 const struct l2tp_header *h)
{
	static struct l2tp_message m;
	struct l2tp_tunnel *t;

	if (!h->len || !l2tp_message_parse(&m, h, e->ops->secret(e)) || !m.assigned_tunnel)
		return NULL;
	t = find_initiator(e, path, m.assigned_tunnel);
	if (t || m.type != L2TP_SCCRQ || h->ns || h->nr)
		return t;
	return answer(e, path, m.assigned_tunnel);
}

/**
 * l2tp_input - a datagram arrived
 * @e: the engine
 * @path: from where
 * @data: what it carried
 * @len: its length
 * @now: monotonic time, ms
 */
void l2tp_input(struct l2tp_engine *e, const struct l2tp_path *path, const uint8_t *data,
		size_t len, uint64_t now)
{
	struct l2tp_tunnel *t;
	struct l2tp_header h;

	e->now = now;
	e->counts.received++;
	if (!l2tp_header_parse(data, len, &h)) {
		e->counts.malformed++;
		return;
	}
	t = h.tunnel ? l2tp_tunnel_find(e, h.tunnel) : find_stranger(e, path, &h);
	if (!t || !same_peer(&t->path, path)) {
		e->counts.stray++;
		return;
	}
	l2tp_tunnel_enter(t, now);
	l2tp_tunnel_input(t, &h);
	l2tp_tunnel_leave(t);
}
