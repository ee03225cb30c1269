// SPDX-License-Identifier: GPL-2.0
/*
 * What is needed of a tunnel to go on with it in another process, without a word to the peer. See
 * l2tp_engine.h.
 */
#include <string.h>

#include "l2tp_engine.h"

/**
 * l2tp_tunnel_save - write down a tunnel
 * @t: the tunnel
 * @saved: gets it; the messages that wait for an acknowledgment are beside it
 *
 * Return: whether it is up: others do not go on.
 */
bool l2tp_tunnel_save(const struct l2tp_tunnel *t, struct l2tp_saved *saved)
{
	if (t->state != L2TP_TUNNEL_UP || t->broken)
		return false;
	memset(saved, 0, sizeof(*saved));
	saved->id = t->id;
	saved->peer_id = t->peer_id;
	saved->first = t->reliable.first;
	saved->expected = t->reliable.expected;
	saved->count = t->reliable.count;
	saved->peer_window = t->reliable.peer_window;
	saved->ours = t->ours;
	saved->peer = t->path.peer;
	memcpy(saved->local, t->path.local, sizeof(saved->local));
	memcpy(saved->peer_name, t->peer_name, sizeof(saved->peer_name));
	return true;
}

static bool plausible(const struct l2tp_saved *saved)
{
	return saved->id && saved->peer_id && saved->peer_window && saved->ours <= 1 &&
	       saved->count < 0x8000 && memchr(saved->peer_name, '\0', sizeof(saved->peer_name));
}

/**
 * l2tp_tunnel_restore - go on with a tunnel that another process has saved
 * @e: the engine
 * @t: the tunnel, zeroed but for @settings and the socket of @path
 * @saved: what l2tp_tunnel_save() wrote; not trusted
 * @now: monotonic time, ms
 *
 * l2tp_tunnel_requeue() for each message follows, then l2tp_tunnel_go_on(); @tunnel_up is not
 * called.
 *
 * Return: whether that makes sense; if not, the engine does not know of it.
 */
bool l2tp_tunnel_restore(struct l2tp_engine *e, struct l2tp_tunnel *t,
			 const struct l2tp_saved *saved, uint64_t now)
{
	const struct l2tp_settings *s = t->settings;

	if (!plausible(saved) || l2tp_tunnel_find(e, saved->id))
		return false;
	e->now = now;
	l2tp_tunnel_insert(e, t, saved->id);
	t->limit = 0;
	t->state = L2TP_TUNNEL_UP;
	t->peer_id = saved->peer_id;
	t->ours = saved->ours;
	t->path.peer = saved->peer;
	memcpy(t->path.local, saved->local, sizeof(t->path.local));
	memcpy(t->peer_name, saved->peer_name, sizeof(t->peer_name));
	l2tp_reliable_init(&t->reliable, s->retransmit_ms, s->retransmit_max_ms, s->tries);
	l2tp_reliable_window(&t->reliable, saved->peer_window);
	t->reliable.first = saved->first;
	t->reliable.expected = saved->expected;
	return true;
}

/**
 * l2tp_tunnel_requeue - a message that the peer had not acknowledged
 * @t: the tunnel
 * @data: the message; not trusted
 * @len: its length
 *
 * Return: whether it is one, and there is memory.
 */
bool l2tp_tunnel_requeue(struct l2tp_tunnel *t, const void *data, size_t len)
{
	struct l2tp_header h;
	struct l2tp_writer w;

	if (len > sizeof(w.data) || !l2tp_header_parse(data, len, &h) || !h.len)
		return false;
	memcpy(w.data, data, len);
	w.len = len;
	if (!l2tp_reliable_queue(&t->reliable, &w))
		return false;
	/* Nobody knows whether it was sent. */
	t->reliable.reached = t->reliable.count;
	return true;
}

/**
 * l2tp_tunnel_go_on - all is as it was: what was not acknowledged is sent again
 * @t: the tunnel; may be freed
 * @now: monotonic time, ms
 */
void l2tp_tunnel_go_on(struct l2tp_tunnel *t, uint64_t now)
{
	l2tp_tunnel_enter(t, now);
	l2tp_tunnel_leave(t);
}
