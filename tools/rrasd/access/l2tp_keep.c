// SPDX-License-Identifier: GPL-2.0
/*
 * L2TP tunnels and sessions that outlive the process, and their sockets, with what the kernel has
 * made of them.
 *
 * A tunnel is written down before anything is sent for it: what the peer has seen of us, the next
 * process knows. Each message that waits for an acknowledgment has a record of its own, under the
 * numbers of the tunnel and of the message.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../config.h"
#include "../dial.h"
#include "../keep.h"
#include "../log.h"
#include "../record.h"
#include "../rrasd.h"
#include "l2tp_internal.h"

struct tunnel_saved {
	struct l2tp_saved t;
	uint32_t socket;	/* the number under which it is held */
};

struct call_saved {
	uint16_t tunnel, id, peer_id, unused;
};

static struct log_limit keep_limit;

static struct state_key message_key(uint16_t tunnel, uint16_t number)
{
	return (struct state_key){ STATE_MESSAGE, (uint32_t)tunnel << 16 | number };
}

/* Messages */

static bool add_slot(struct l2tp_kept *k, uint32_t slot)
{
	uint32_t room = k->room ? 2 * k->room : 4;
	uint32_t *slots;

	if (k->count == k->room) {
		slots = realloc(k->slots, room * sizeof(*slots));
		if (!slots)
			return false;
		k->slots = slots;
		k->room = room;
	}
	k->slots[k->count++] = slot;
	return true;
}

static bool put_message(struct l2tp_conn *conn, struct state *state, uint32_t index)
{
	const struct l2tp_reliable *r = &conn->t.reliable;
	const struct state_key key = message_key(conn->t.id, (uint16_t)(r->first + index));
	uint8_t data[STATE_RECORD_MAX];
	struct record_writer w;
	const uint8_t *message;
	uint32_t slot;
	size_t len;

	message = l2tp_reliable_message(r, index, &len);
	record_begin(&w, data, sizeof(data));
	record_put(&w, RECORD_MESSAGE, message, len);
	slot = w.full ? 0 : state_put(state, 0, key, data, w.len);
	if (slot && add_slot(&conn->kept, slot))
		return true;
	state_remove(state, slot);
	return false;
}

/* The first @count of those that are written down are not needed any more. */
static void drop_messages(struct l2tp_kept *k, struct state *state, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		state_remove(state, k->slots[i]);
	k->count -= count;
	memmove(k->slots, k->slots + count, k->count * sizeof(*k->slots));
	k->first = (uint16_t)(k->first + count);
}

/* Tunnels */

/**
 * l2tp_conn_forget - nothing of a tunnel outlives us
 * @conn: the tunnel
 */
void l2tp_conn_forget(struct l2tp_conn *conn)
{
	struct keep *keep = conn->l2tp->d->keep;
	struct l2tp_kept *k = &conn->kept;

	if (!keep)
		return;
	/* First the one that says that there are others. */
	state_remove(keep_state(keep), k->slot);
	k->slot = 0;
	drop_messages(k, keep_state(keep), k->count);
	free(k->slots);
	k->slots = NULL;
	k->room = 0;
}

static bool put_tunnel(struct l2tp_conn *conn, struct state *state,
		       const struct tunnel_saved *saved)
{
	const struct state_key key = { STATE_TUNNEL, conn->t.id };
	uint8_t data[STATE_RECORD_MAX];
	struct record_writer w;
	uint32_t slot;

	record_begin(&w, data, sizeof(data));
	record_put(&w, RECORD_TUNNEL, saved, sizeof(*saved));
	slot = w.full ? 0 : state_put(state, conn->kept.slot, key, data, w.len);
	if (slot)
		conn->kept.slot = slot;
	return slot;
}

/* At every moment the record of the tunnel has all messages that it counts. */
static bool put_all(struct l2tp_conn *conn, struct state *state, const struct tunnel_saved *saved)
{
	struct l2tp_kept *k = &conn->kept;
	uint32_t gone;

	if (!k->count)
		k->first = saved->t.first;
	gone = (uint16_t)(saved->t.first - k->first);
	if (gone > k->count)
		return false;
	while (k->count - gone < saved->t.count) {
		if (!put_message(conn, state, k->count - gone))
			return false;
	}
	if (!put_tunnel(conn, state, saved))
		return false;
	drop_messages(k, state, gone);
	return true;
}

/**
 * l2tp_conn_changed - write down what there is of a tunnel
 * @t: the tunnel
 */
void l2tp_conn_changed(struct l2tp_tunnel *t)
{
	struct l2tp_conn *conn = l2tp_conn_of(t);
	const struct l2tp_socket *socket = t->path.socket;
	struct keep *keep = conn->l2tp->d->keep;
	struct tunnel_saved saved = { .socket = socket->number };

	if (!keep)
		return;
	if (!socket->held || !l2tp_tunnel_save(t, &saved.t)) {
		l2tp_conn_forget(conn);
		return;
	}
	if (conn->kept.slot && !memcmp(&saved.t, &conn->kept.saved, sizeof(saved.t)))
		return;
	conn->kept.saved = saved.t;
	if (put_all(conn, keep_state(keep), &saved))
		return;
	l2tp_conn_forget(conn);
	if (log_allowed(&keep_limit))
		log_warning("l2tp %s: tunnel %u would not outlive this process: out of memory",
			    l2tp_address_text(&t->path.peer), t->id);
}

/* The process before us has left: */

static struct l2tp_socket *find_socket(const struct l2tp *l2tp, uint32_t number)
{
	struct l2tp_socket *socket;
	struct list *l;

	for (l = l2tp->sockets.next; l != &l2tp->sockets; l = l->next) {
		socket = container_of(l, struct l2tp_socket, list);
		if (socket->number == number)
			return socket;
	}
	return NULL;
}

static int by_number(const void *a, const void *b)
{
	const struct state_record *x = a, *y = b;

	return x->key.number < y->key.number ? -1 : x->key.number > y->key.number;
}

static struct state_record *all_messages(struct state *state, size_t *count)
{
	struct state_record *all = NULL, *grown, found;
	uint32_t cursor = 0;
	size_t room = 0;

	*count = 0;
	while (state_next(state, STATE_MESSAGE, &cursor, &found)) {
		if (*count == room) {
			room = room ? 2 * room : 64;
			grown = realloc(all, room * sizeof(*all));
			if (!grown)
				break;
			all = grown;
		}
		all[(*count)++] = found;
	}
	if (*count)
		qsort(all, *count, sizeof(*all), by_number);
	return all;
}

static bool requeue(struct l2tp_conn *conn, uint16_t number, struct state_record *all, size_t count)
{
	struct state_record want = { .key = message_key(conn->t.id, number) };
	struct state_record *found;
	struct record record;
	const void *message;
	size_t len;

	found = count ? bsearch(&want, all, count, sizeof(*all), by_number) : NULL;
	if (!found || !found->slot)
		return false;
	record = (struct record){ found->data, found->len };
	message = record_find(&record, RECORD_MESSAGE, &len);
	if (!message || !l2tp_tunnel_requeue(&conn->t, message, len) ||
	    !add_slot(&conn->kept, found->slot))
		return false;
	found->slot = 0;
	return true;
}

/* Return: NULL, or why it does not go on. */
static const char *restore_tunnel(struct l2tp *l2tp, const struct tunnel_saved *saved,
				  struct state_record *all, size_t count, struct l2tp_conn **made)
{
	struct l2tp_socket *socket = find_socket(l2tp, saved->socket);
	struct l2tp_conn *conn;
	uint32_t i;

	if (!socket || saved->t.ours != socket->connected)
		return "its socket is gone";
	conn = l2tp_conn_restore(l2tp, socket, &saved->t);
	if (!conn)
		return "its record makes no sense";
	*made = conn;
	conn->kept.first = saved->t.first;
	for (i = 0; i < saved->t.count; i++) {
		if (!requeue(conn, (uint16_t)(saved->t.first + i), all, count))
			return "a message of it is lost";
	}
	return NULL;
}

static void take_tunnel(struct l2tp *l2tp, struct state *state, const struct state_record *found,
			struct state_record *all, size_t count)
{
	const struct l2tp_end end = { L2TP_STOP_CLEAR, L2TP_ERROR_NONE,
				      "the address is not served any more" };
	const struct record record = { found->data, found->len };
	struct l2tp_conn *conn = NULL;
	struct tunnel_saved saved;
	const char *why = "its record makes no sense";

	if (record_get(&record, RECORD_TUNNEL, &saved, sizeof(saved)) &&
	    saved.t.id == found->key.number)
		why = restore_tunnel(l2tp, &saved, all, count, &conn);
	if (why) {
		log_warning("l2tp: tunnel %u cannot go on: %s", found->key.number, why);
		state_remove(state, found->slot);
		if (conn)
			l2tp_tunnel_drop(&conn->t);
		return;
	}
	conn->kept.slot = found->slot;
	/* As it is: a new record of it, further on, would be found once more. */
	conn->kept.saved = saved.t;
	conn->was_up = true;
	l2tp->tunnels_up++;
	if (conn->t.ours || ((struct l2tp_socket *)conn->t.path.socket)->listens)
		l2tp_tunnel_go_on(&conn->t, rrasd_now());
	else
		l2tp_tunnel_close(&conn->t, &end, rrasd_now());
}

/**
 * l2tp_tunnels_restore - go on with the tunnels of the process before us
 * @l2tp: the access protocol, its sockets open
 */
void l2tp_tunnels_restore(struct l2tp *l2tp)
{
	struct state *state = keep_state(l2tp->d->keep);
	struct state_record *messages, found;
	uint32_t cursor = 0;
	size_t count, i;

	messages = all_messages(state, &count);
	while (state_next(state, STATE_TUNNEL, &cursor, &found))
		take_tunnel(l2tp, state, &found, messages, count);
	for (i = 0; i < count; i++)
		state_remove(state, messages[i].slot);
	free(messages);
}

/* Sessions */

/**
 * l2tp_save - write down a session
 * @tunnel: our number of its tunnel
 * @call: its call
 * @w: where to
 */
void l2tp_save(uint16_t tunnel, const struct l2tp_call *call, struct record_writer *w)
{
	const struct call_saved saved = {
		.tunnel = tunnel, .id = call->id, .peer_id = call->peer_id,
	};

	record_put(w, RECORD_PORT, &saved, sizeof(saved));
}

static struct l2tp_tunnel *find_tunnel(const struct handover *h, struct call_saved *saved)
{
	struct l2tp_tunnel *t;

	if (!record_get(h->record, RECORD_PORT, saved, sizeof(*saved)))
		return NULL;
	t = l2tp_tunnel_find(&h->d->l2tp->engine, saved->tunnel);
	return t && t->state == L2TP_TUNNEL_UP ? t : NULL;
}

/**
 * l2tp_restore - go on with a session of the process before us
 * @h: the session
 *
 * Return: NULL, or why that is not possible.
 */
const char *l2tp_restore(const struct handover *h)
{
	struct call_saved saved;
	struct l2tp_tunnel *t = find_tunnel(h, &saved);

	if (!t)
		return "its tunnel is gone";
	if (t->ours != dial_is_saved(h->record))
		return "its record makes no sense";
	if (t->ours)
		return l2tp_dial_restore(t, saved.id, saved.peer_id, h);
	return l2tp_session_restore(t, saved.id, saved.peer_id, NULL, h);
}

/**
 * l2tp_restored - all sessions that go on are there: what they do not need ends
 * @d: the daemon
 */
void l2tp_restored(struct rrasd *d)
{
	const struct l2tp_end end = { L2TP_STOP_CLEAR, L2TP_ERROR_NONE, "its session is over" };
	struct l2tp_conn *conn;
	struct list *l, *next;

	for (l = d->l2tp->conns.next; l != &d->l2tp->conns; l = next) {
		next = l->next;
		conn = container_of(l, struct l2tp_conn, all);
		if (conn->t.ours && !conn->claimed)
			l2tp_tunnel_close(&conn->t, &end, rrasd_now());
	}
}

/**
 * l2tp_goodbye - such a session does not go on: tell the peer
 * @h: the session
 */
void l2tp_goodbye(const struct handover *h)
{
	const struct l2tp_end end = { L2TP_CDN_CARRIER_LOST, L2TP_ERROR_NONE,
				      "the server was restarted" };
	struct call_saved saved;
	struct l2tp_tunnel *t = find_tunnel(h, &saved);

	if (t)
		l2tp_call_deny(t, saved.id, saved.peer_id, &end, rrasd_now());
}
