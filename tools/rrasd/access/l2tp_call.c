// SPDX-License-Identifier: GPL-2.0
/*
 * L2TP: calls in a tunnel. Incoming calls only, of which the LAC is the one who places them. See
 * l2tp_engine.h.
 */
#include <stdio.h>
#include <string.h>

#include "l2tp_engine.h"

#define NUMBER_TRIES	64
#define FRAMING_SYNC	1
#define SPEED		1000000000	/* bit/s; nobody believes it */

static uint64_t hash_call(const struct l2tp_tunnel *t, uint16_t id)
{
	uint16_t ids[2] = { t->id, id };

	return hash_bytes(ids, sizeof(ids));
}

/**
 * l2tp_call_find - a call by its number
 * @t: the tunnel
 * @id: our number of the call
 *
 * Return: the call or NULL.
 */
struct l2tp_call *l2tp_call_find(const struct l2tp_tunnel *t, uint16_t id)
{
	struct l2tp_call *call;
	struct hnode *n;

	for (n = htable_first(&t->engine->calls, hash_call(t, id)); n; n = htable_next(n)) {
		call = container_of(n, struct l2tp_call, node);
		if (call->tunnel == t && call->id == id)
			return call;
	}
	return NULL;
}

static uint16_t choose_id(const struct l2tp_tunnel *t)
{
	uint16_t id;
	int i;

	for (i = 0; i < NUMBER_TRIES; i++) {
		t->engine->ops->random(&id, sizeof(id));
		if (id && !l2tp_call_find(t, id))
			return id;
	}
	return 0;
}

static void link_call(struct l2tp_tunnel *t, struct l2tp_call *call, uint16_t id)
{
	call->tunnel = t;
	call->id = id;
	call->since = t->engine->now;
	htable_add(&t->engine->calls, &call->node, hash_call(t, id));
	list_append(&t->calls, &call->all);
	list_append(&t->waiting, &call->waiting);
	t->call_count++;
}

static void unlink_call(struct l2tp_call *call)
{
	struct l2tp_tunnel *t = call->tunnel;

	htable_remove(&t->engine->calls, &call->node);
	list_remove(&call->all);
	list_remove(&call->waiting);
	t->call_count--;
	call->tunnel = NULL;
}

static void set_up(struct l2tp_call *call)
{
	call->up = true;
	list_remove(&call->waiting);
	call->tunnel->engine->ops->call_up(call);
}

static void send_cdn(struct l2tp_tunnel *t, uint16_t id, uint16_t peer_id,
		     const struct l2tp_end *end)
{
	struct l2tp_writer w;

	l2tp_write_begin(&w, t->peer_id, peer_id);
	l2tp_write_type(&w, L2TP_CDN);
	l2tp_write_result(&w, end->result, end->error, end->text);
	l2tp_write_16(&w, L2TP_A_ASSIGNED_SESSION, id);
	l2tp_tunnel_send(t, &w);
}

/* The owner did not ask for it. */
static void end_call(struct l2tp_call *call, const struct l2tp_end *end)
{
	struct l2tp_engine *e = call->tunnel->engine;

	unlink_call(call);
	e->ops->call_down(call, end);
}

/* The same, and the peer is told. */
static void abort_call(struct l2tp_call *call, uint16_t result, enum l2tp_error error,
		       const char *text)
{
	const struct l2tp_end end = { result, error, text };

	send_cdn(call->tunnel, call->id, call->peer_id, &end);
	end_call(call, &end);
}

static void send_icrq(struct l2tp_tunnel *t, struct l2tp_call *call)
{
	struct l2tp_writer w;

	l2tp_write_begin(&w, t->peer_id, 0);
	l2tp_write_type(&w, L2TP_ICRQ);
	l2tp_write_16(&w, L2TP_A_ASSIGNED_SESSION, call->id);
	l2tp_write_32(&w, L2TP_A_CALL_SERIAL, ++t->engine->serial);
	l2tp_tunnel_send(t, &w);
}

static void send_iccn(struct l2tp_tunnel *t, const struct l2tp_call *call)
{
	struct l2tp_writer w;

	l2tp_write_begin(&w, t->peer_id, call->peer_id);
	l2tp_write_type(&w, L2TP_ICCN);
	l2tp_write_32(&w, L2TP_A_CONNECT_SPEED, SPEED);
	l2tp_write_32(&w, L2TP_A_FRAMING_TYPE, FRAMING_SYNC);
	if (t->settings->sequence)
		l2tp_write_bytes(&w, L2TP_A_SEQUENCING_REQUIRED, NULL, 0);
	l2tp_tunnel_send(t, &w);
}

/**
 * l2tp_call_place - place a call
 * @t: the tunnel, up or on its way
 * @call: the call, zeroed
 * @now: monotonic time, ms
 *
 * @call_up or @call_down follows.
 */
void l2tp_call_place(struct l2tp_tunnel *t, struct l2tp_call *call, uint64_t now)
{
	static const struct l2tp_end full = { L2TP_CDN_BUSY_NOW, L2TP_ERROR_NONE,
					      "too many calls in the tunnel" };

	l2tp_tunnel_enter(t, now);
	call->ours = true;
	link_call(t, call, choose_id(t));
	if (!call->id)
		end_call(call, &full);
	else if (t->state == L2TP_TUNNEL_UP)
		send_icrq(t, call);
	l2tp_tunnel_leave(t);
}

/**
 * l2tp_call_hangup - end a call
 * @call: the call; in no tunnel any more when this returns
 * @end: why
 * @now: monotonic time, ms
 */
void l2tp_call_hangup(struct l2tp_call *call, const struct l2tp_end *end, uint64_t now)
{
	struct l2tp_tunnel *t = call->tunnel;

	if (!t)
		return;
	l2tp_tunnel_enter(t, now);
	/* A call that waits for its tunnel is known to nobody. */
	if (t->state == L2TP_TUNNEL_UP)
		send_cdn(t, call->id, call->peer_id, end);
	unlink_call(call);
	l2tp_tunnel_leave(t);
}

/**
 * l2tp_call_restore - go on with a call that another process has had in a tunnel
 * @t: the tunnel, restored
 * @call: the call, zeroed
 * @id: our number of it
 * @peer_id: the peer's
 * @now: monotonic time, ms
 *
 * Return: whether there can be such a call; it is up, @call_up is not called.
 */
bool l2tp_call_restore(struct l2tp_tunnel *t, struct l2tp_call *call, uint16_t id,
		       uint16_t peer_id, uint64_t now)
{
	if (t->state != L2TP_TUNNEL_UP || !id || !peer_id || l2tp_call_find(t, id))
		return false;
	t->engine->now = now;
	call->peer_id = peer_id;
	call->ours = t->ours;
	call->up = true;
	link_call(t, call, id);
	list_remove(&call->waiting);
	return true;
}

/**
 * l2tp_call_forget - the opposite, without a word
 * @call: the call
 */
void l2tp_call_forget(struct l2tp_call *call)
{
	unlink_call(call);
}

/**
 * l2tp_call_deny - a call that the peer may believe in is over
 * @t: the tunnel
 * @id: our number of it
 * @peer_id: the peer's
 * @end: why
 * @now: monotonic time, ms
 */
void l2tp_call_deny(struct l2tp_tunnel *t, uint16_t id, uint16_t peer_id,
		    const struct l2tp_end *end, uint64_t now)
{
	l2tp_tunnel_enter(t, now);
	if (t->state == L2TP_TUNNEL_UP && !l2tp_call_find(t, id))
		send_cdn(t, id, peer_id, end);
	l2tp_tunnel_leave(t);
}

/**
 * l2tp_calls_place - the tunnel is up: place the calls that wait for it
 * @t: the tunnel
 */
void l2tp_calls_place(struct l2tp_tunnel *t)
{
	struct l2tp_call *call;
	struct list *l;

	for (l = t->waiting.next; l != &t->waiting; l = l->next) {
		call = container_of(l, struct l2tp_call, waiting);
		call->since = t->engine->now;
		send_icrq(t, call);
	}
}

/**
 * l2tp_calls_end - the tunnel is down: so are its calls
 * @t: the tunnel
 * @end: why
 */
void l2tp_calls_end(struct l2tp_tunnel *t, const struct l2tp_end *end)
{
	while (!list_empty(&t->calls))
		end_call(container_of(t->calls.next, struct l2tp_call, all), end);
}

/**
 * l2tp_calls_expire - end the calls that take too long to come up
 * @t: the tunnel, up
 */
void l2tp_calls_expire(struct l2tp_tunnel *t)
{
	struct l2tp_call *call;

	while (!list_empty(&t->waiting)) {
		call = container_of(t->waiting.next, struct l2tp_call, waiting);
		if (t->engine->now < call->since + t->settings->setup_ms)
			break;
		abort_call(call, L2TP_CDN_TIMEOUT, L2TP_ERROR_NONE,
			   "the call was not there in time");
	}
}

static void input_icrq(struct l2tp_tunnel *t, const struct l2tp_message *m)
{
	struct l2tp_end end = { L2TP_CDN_BUSY_NOW, L2TP_ERROR_NONE, "too many sessions" };
	uint16_t id = choose_id(t);
	struct l2tp_call *call;
	struct l2tp_writer w;

	if (!m->assigned_session || m->fault || t->ours) {
		end = (struct l2tp_end){ L2TP_CDN_ERROR, m->fault ? m->fault : L2TP_ERROR_VALUE,
					 t->ours ? "calls are not taken here" :
					 "an attribute is missing, unknown or malformed" };
		send_cdn(t, id, m->assigned_session, &end);
		return;
	}
	call = id ? t->engine->ops->call_new(t, id, m->assigned_session, &end) : NULL;
	if (!call) {
		send_cdn(t, id, m->assigned_session, &end);
		return;
	}
	call->peer_id = m->assigned_session;
	link_call(t, call, id);
	l2tp_write_begin(&w, t->peer_id, call->peer_id);
	l2tp_write_type(&w, L2TP_ICRP);
	l2tp_write_16(&w, L2TP_A_ASSIGNED_SESSION, id);
	l2tp_tunnel_send(t, &w);
}

static void input_icrp(struct l2tp_tunnel *t, struct l2tp_call *call, const struct l2tp_message *m)
{
	if (!m->assigned_session) {
		abort_call(call, L2TP_CDN_ERROR, L2TP_ERROR_VALUE, "the session number is missing");
		return;
	}
	call->peer_id = m->assigned_session;
	if (!t->engine->ops->call_answered(call))
		return;
	send_iccn(t, call);
	/* What comes up now sends its first packet: the peer has to know before. */
	l2tp_tunnel_transmit(t);
	set_up(call);
}

static void input_iccn(struct l2tp_call *call, const struct l2tp_message *m)
{
	call->sequenced = l2tp_has(m, L2TP_A_SEQUENCING_REQUIRED);
	set_up(call);
}

static void input_cdn(struct l2tp_call *call, const struct l2tp_message *m)
{
	struct l2tp_end end = { m->result, (enum l2tp_error)m->error, NULL };

	end.text = l2tp_end_text(m, "the peer hung up");
	end_call(call, &end);
}

static struct l2tp_call *find_by_peer(const struct l2tp_tunnel *t, uint16_t peer_id)
{
	struct l2tp_call *call;
	struct list *l;

	for (l = t->calls.next; peer_id && l != &t->calls; l = l->next) {
		call = container_of(l, struct l2tp_call, all);
		if (call->peer_id == peer_id)
			return call;
	}
	return NULL;
}

/* Calls towards a telephone network, which we are not and do not have. */
static void refuse_outgoing(struct l2tp_tunnel *t, const struct l2tp_message *m)
{
	const struct l2tp_end end = { L2TP_CDN_NOT_SUPPORTED, L2TP_ERROR_NONE,
				      "outgoing calls are not supported" };

	send_cdn(t, choose_id(t), m->assigned_session, &end);
}

static void input_of_call(struct l2tp_call *call, const struct l2tp_message *m)
{
	if (m->type == L2TP_CDN)
		input_cdn(call, m);
	else if (m->fault)
		abort_call(call, L2TP_CDN_ERROR, m->fault,
			   "an attribute that is unknown or malformed");
	else if (m->type == L2TP_ICRP && call->ours && !call->up)
		input_icrp(call->tunnel, call, m);
	else if (m->type == L2TP_ICCN && !call->ours && !call->up)
		input_iccn(call, m);
	else if (m->type != L2TP_WEN && m->type != L2TP_SLI)
		abort_call(call, L2TP_CDN_ERROR, L2TP_ERROR_OTHER, "a message at the wrong time");
}

/**
 * l2tp_call_input - a message about a call arrived
 * @t: the tunnel, up
 * @h: its header
 * @m: the message
 *
 * One about a call that is over has crossed our CDN on its way; it is nothing to answer.
 */
void l2tp_call_input(struct l2tp_tunnel *t, const struct l2tp_header *h,
		     const struct l2tp_message *m)
{
	struct l2tp_call *call;

	if (m->type == L2TP_ICRQ) {
		input_icrq(t, m);
		return;
	}
	if (m->type == L2TP_OCRQ) {
		refuse_outgoing(t, m);
		return;
	}
	/* Somebody who hangs up before he knew our number of the call names his. */
	call = h->session || m->type != L2TP_CDN ? l2tp_call_find(t, h->session) :
						  find_by_peer(t, m->assigned_session);
	if (call)
		input_of_call(call, m);
}
