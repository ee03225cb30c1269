// SPDX-License-Identifier: GPL-2.0
/*
 * L2TP: one tunnel, from its first message to its last. See l2tp_engine.h.
 */
#include <nettle/memops.h>
#include <stdio.h>
#include <string.h>

#include "l2tp_engine.h"

#define FRAMING_BOTH	3	/* synchronous and asynchronous: we do not care */
#define LINGER_MS	31000	/* a whole cycle of repetitions (RFC 2661 section 5.7) */

static const char vendor[] = "RRAS";

/* Text of a stranger for people: what is not printable becomes a question mark. */
static void copy_text(char *to, size_t size, struct l2tp_text text)
{
	size_t len = text.len < size ? text.len : size - 1;
	size_t i;

	for (i = 0; i < len; i++)
		to[i] = text.data[i] >= 0x20 && text.data[i] < 0x7f ? (char)text.data[i] : '?';
	to[len] = '\0';
}

/**
 * l2tp_end_text - what the peer says of an end
 * @m: its StopCCN or CDN
 * @what: what it did
 *
 * Return: a sentence without a full stop, until the next call.
 */
const char *l2tp_end_text(const struct l2tp_message *m, const char *what)
{
	static char said[L2TP_REASON_LEN];
	char text[96];

	copy_text(text, sizeof(text), m->text);
	if (text[0])
		snprintf(said, sizeof(said), "%s: %s", what, text);
	else if (m->error)
		snprintf(said, sizeof(said), "%s: result %u, error %u", what, m->result, m->error);
	else
		snprintf(said, sizeof(said), "%s: result %u", what, m->result);
	return said;
}

/**
 * l2tp_tunnel_send - have a message delivered
 * @t: the tunnel
 * @w: the message
 */
void l2tp_tunnel_send(struct l2tp_tunnel *t, struct l2tp_writer *w)
{
	if (!l2tp_write_end(w) || !l2tp_reliable_queue(&t->reliable, w))
		t->broken = true;
}

/* What SCCRQ and SCCRP have in common. */
static void write_start(struct l2tp_tunnel *t, struct l2tp_writer *w, enum l2tp_type type)
{
	const struct l2tp_settings *s = t->settings;

	l2tp_write_begin(w, t->peer_id, 0);
	l2tp_write_type(w, type);
	l2tp_write_16(w, L2TP_A_PROTOCOL_VERSION, L2TP_PROTOCOL_VERSION);
	l2tp_write_32(w, L2TP_A_FRAMING_CAPABILITIES, FRAMING_BOTH);
	l2tp_write_32(w, L2TP_A_BEARER_CAPABILITIES, 0);
	l2tp_write_bytes(w, L2TP_A_HOST_NAME, s->host_name, strlen(s->host_name));
	l2tp_write_bytes(w, L2TP_A_VENDOR_NAME, vendor, sizeof(vendor) - 1);
	l2tp_write_16(w, L2TP_A_ASSIGNED_TUNNEL, t->id);
	l2tp_write_16(w, L2TP_A_RECEIVE_WINDOW, s->window);
	if (!s->secret.data)
		return;
	t->engine->ops->random(t->challenge, sizeof(t->challenge));
	t->challenged = true;
	l2tp_write_bytes(w, L2TP_A_CHALLENGE, t->challenge, sizeof(t->challenge));
}

static void write_response(struct l2tp_tunnel *t, struct l2tp_writer *w, enum l2tp_type type,
			   const struct l2tp_message *m)
{
	uint8_t response[L2TP_MD5_LEN];

	if (!m->challenge.data)
		return;
	l2tp_challenge_response(response, type, t->settings->secret, m->challenge.data,
				m->challenge.len);
	l2tp_write_bytes(w, L2TP_A_CHALLENGE_RESPONSE, response, sizeof(response));
}

/**
 * l2tp_tunnel_send_sccrq - ask for a tunnel
 * @t: the tunnel
 */
void l2tp_tunnel_send_sccrq(struct l2tp_tunnel *t)
{
	struct l2tp_writer w;

	write_start(t, &w, L2TP_SCCRQ);
	l2tp_tunnel_send(t, &w);
}

/* It is of no use any more; it may have been of none yet. */
static void go_down(struct l2tp_tunnel *t, enum l2tp_tunnel_state state, const struct l2tp_end *end)
{
	snprintf(t->problem, sizeof(t->problem), "%s", end->text);
	t->state = state;
	l2tp_calls_end(t, end);
	t->engine->ops->tunnel_down(t);
}

static bool is_over(const struct l2tp_tunnel *t)
{
	return t->state >= L2TP_TUNNEL_CLOSING;
}

/**
 * l2tp_tunnel_stop - end a tunnel and tell the peer
 * @t: the tunnel
 * @end: why, with a text
 */
void l2tp_tunnel_stop(struct l2tp_tunnel *t, const struct l2tp_end *end)
{
	struct l2tp_writer w;

	if (is_over(t))
		return;
	go_down(t, L2TP_TUNNEL_CLOSING, end);
	t->limit = t->engine->now + LINGER_MS;
	/* What waits to be sent is of no interest any more. */
	l2tp_reliable_drop_unsent(&t->reliable);
	l2tp_write_begin(&w, t->peer_id, 0);
	l2tp_write_type(&w, L2TP_STOPCCN);
	l2tp_write_16(&w, L2TP_A_ASSIGNED_TUNNEL, t->id);
	l2tp_write_result(&w, end->result, end->error, end->text);
	l2tp_tunnel_send(t, &w);
}

static void stop(struct l2tp_tunnel *t, uint16_t result, enum l2tp_error error, const char *text)
{
	l2tp_tunnel_stop(t, &(struct l2tp_end){ result, error, text });
}

/* Without a word: nobody is there to hear it. */
static void vanish(struct l2tp_tunnel *t, const char *text)
{
	if (is_over(t))
		t->state = L2TP_TUNNEL_DEAD;
	else
		go_down(t, L2TP_TUNNEL_DEAD,
			&(struct l2tp_end){ L2TP_CDN_CARRIER_LOST, L2TP_ERROR_NONE, text });
}

static void unauthorized(struct l2tp_tunnel *t, const char *text)
{
	t->engine->counts.unauthorized++;
	stop(t, L2TP_STOP_UNAUTHORIZED, L2TP_ERROR_NONE, text);
}

/* Has the peer proved what it had to, and can we prove what it wants? If not, that was it. */
static bool authenticate(struct l2tp_tunnel *t, enum l2tp_type type, const struct l2tp_message *m)
{
	uint8_t good[L2TP_MD5_LEN];

	if (m->challenge.data && !t->settings->secret.data) {
		unauthorized(t, "tunnel authentication is asked for, and there is no secret");
		return false;
	}
	if (type == L2TP_SCCRQ || !t->challenged)
		return true;
	l2tp_challenge_response(good, type, t->settings->secret, t->challenge,
				sizeof(t->challenge));
	if (!l2tp_has(m, L2TP_A_CHALLENGE_RESPONSE)) {
		unauthorized(t, "tunnel authentication is required");
		return false;
	}
	if (!memeql_sec(good, m->response.data, sizeof(good))) {
		unauthorized(t, "tunnel authentication failed: the secrets differ");
		return false;
	}
	t->challenged = false;
	return true;
}

/* What SCCRQ and SCCRP say of the peer. False: the tunnel is over. */
static bool take_start(struct l2tp_tunnel *t, enum l2tp_type type, const struct l2tp_message *m)
{
	copy_text(t->peer_name, sizeof(t->peer_name), m->host_name);
	if (m->assigned_tunnel)
		t->peer_id = m->assigned_tunnel;
	if (!l2tp_has(m, L2TP_A_PROTOCOL_VERSION) || !l2tp_has(m, L2TP_A_HOST_NAME) ||
	    !l2tp_has(m, L2TP_A_ASSIGNED_TUNNEL)) {
		stop(t, L2TP_STOP_ERROR, L2TP_ERROR_VALUE,
		     "version, host name or tunnel number is missing");
		return false;
	}
	if (m->version != L2TP_PROTOCOL_VERSION) {
		stop(t, L2TP_STOP_VERSION, (enum l2tp_error)L2TP_PROTOCOL_VERSION,
		     "this is protocol version 1.0");
		return false;
	}
	if (m->window)
		l2tp_reliable_window(&t->reliable, m->window);
	return authenticate(t, type, m);
}

static void up(struct l2tp_tunnel *t)
{
	t->state = L2TP_TUNNEL_UP;
	t->limit = 0;
	l2tp_tunnel_unlist(t);
	t->engine->ops->tunnel_up(t);
	l2tp_calls_place(t);
}

static void input_sccrq(struct l2tp_tunnel *t, const struct l2tp_message *m)
{
	struct l2tp_writer w;

	if (!take_start(t, L2TP_SCCRQ, m))
		return;
	write_start(t, &w, L2TP_SCCRP);
	write_response(t, &w, L2TP_SCCRP, m);
	l2tp_tunnel_send(t, &w);
	t->state = L2TP_TUNNEL_WAIT_CONNECT;
}

static void input_sccrp(struct l2tp_tunnel *t, const struct l2tp_message *m)
{
	struct l2tp_writer w;

	if (!take_start(t, L2TP_SCCRP, m))
		return;
	l2tp_write_begin(&w, t->peer_id, 0);
	l2tp_write_type(&w, L2TP_SCCCN);
	write_response(t, &w, L2TP_SCCCN, m);
	l2tp_tunnel_send(t, &w);
	up(t);
}

static void input_scccn(struct l2tp_tunnel *t, const struct l2tp_message *m)
{
	if (authenticate(t, L2TP_SCCCN, m))
		up(t);
}

static void input_stopccn(struct l2tp_tunnel *t, const struct l2tp_message *m)
{
	bool was_up = t->state == L2TP_TUNNEL_UP;
	struct l2tp_end end = { L2TP_CDN_CARRIER_LOST, L2TP_ERROR_NONE, NULL };

	if (is_over(t)) {
		t->state = L2TP_TUNNEL_LINGER;
		l2tp_reliable_clean(&t->reliable);
		return;
	}
	if (!t->peer_id)
		t->peer_id = m->assigned_tunnel;
	end.text = l2tp_end_text(m, "the peer closed the tunnel");
	/* Who can open tunnels without a proof can close them as often: nothing is kept of it. */
	t->limit = t->engine->now + (was_up ? LINGER_MS : 0);
	go_down(t, L2TP_TUNNEL_LINGER, &end);
	l2tp_reliable_clean(&t->reliable);
}

static void input_unknown(struct l2tp_tunnel *t, const struct l2tp_message *m)
{
	if (m->must_know)
		stop(t, L2TP_STOP_ERROR, L2TP_ERROR_UNKNOWN_AVP, "unknown message type");
}

static bool is_about_call(uint16_t type)
{
	return type >= L2TP_OCRQ && type <= L2TP_SLI && type != 13;
}

/* Messages that open a tunnel come at one time only. */
static bool is_in_time(const struct l2tp_tunnel *t, uint16_t type)
{
	switch (type) {
	case L2TP_SCCRQ:
		return t->state == L2TP_TUNNEL_NEW;
	case L2TP_SCCRP:
		return t->state == L2TP_TUNNEL_WAIT_REPLY;
	case L2TP_SCCCN:
		return t->state == L2TP_TUNNEL_WAIT_CONNECT;
	default:
		return t->state == L2TP_TUNNEL_UP || !is_about_call(type);
	}
}

static void act(struct l2tp_tunnel *t, const struct l2tp_header *h, const struct l2tp_message *m)
{
	if (m->type == L2TP_STOPCCN) {
		input_stopccn(t, m);
		return;
	}
	if (is_over(t))
		return;
	if (!is_in_time(t, m->type)) {
		stop(t, L2TP_STOP_STATE, L2TP_ERROR_NONE, "a message at the wrong time");
		return;
	}
	if (is_about_call(m->type)) {
		l2tp_call_input(t, h, m);
		return;
	}
	if (m->fault) {
		stop(t, L2TP_STOP_ERROR, m->fault, "an attribute that is unknown or malformed");
		return;
	}
	switch (m->type) {
	case L2TP_SCCRQ:
		input_sccrq(t, m);
		break;
	case L2TP_SCCRP:
		input_sccrp(t, m);
		break;
	case L2TP_SCCCN:
		input_scccn(t, m);
		break;
	case L2TP_HELLO:
		break;
	default:
		input_unknown(t, m);
		break;
	}
}

/* A request is not taken from a peer that asks and asks and does not listen to the answers. */
static bool has_to_wait(const struct l2tp_tunnel *t, const struct l2tp_header *h)
{
	uint16_t type;

	if (!h->len || t->reliable.count < L2TP_BACKLOG_MAX)
		return false;
	type = l2tp_message_type(h);
	return type == L2TP_ICRQ || type == L2TP_OCRQ;
}

/**
 * l2tp_tunnel_input - a message of the tunnel's peer arrived
 * @t: the tunnel
 * @h: the message's header
 */
void l2tp_tunnel_input(struct l2tp_tunnel *t, const struct l2tp_header *h)
{
	struct l2tp_counts *counts = &t->engine->counts;
	static struct l2tp_message m;

	switch (l2tp_reliable_input(&t->reliable, h, has_to_wait(t, h), t->engine->now)) {
	case L2TP_ARRIVAL_FORGED:
		counts->forged++;
		return;
	case L2TP_ARRIVAL_EARLY:
		counts->early++;
		return;
	case L2TP_ARRIVAL_AGAIN:
		counts->again++;
		break;
	case L2TP_ARRIVAL_ACK:
		break;
	case L2TP_ARRIVAL_NEXT:
		if (l2tp_message_parse(&m, h, t->settings->secret))
			act(t, h, &m);
		else
			stop(t, L2TP_STOP_ERROR, L2TP_ERROR_LENGTH, "a message without a type");
		break;
	}
	t->heard = t->engine->now;
}

static void send_hello(struct l2tp_tunnel *t)
{
	struct l2tp_writer w;

	l2tp_write_begin(&w, t->peer_id, 0);
	l2tp_write_type(&w, L2TP_HELLO);
	l2tp_tunnel_send(t, &w);
}

/* When to send a HELLO: not while something else waits for an acknowledgment. 0: never. */
static uint64_t hello_at(const struct l2tp_tunnel *t)
{
	if (t->state != L2TP_TUNNEL_UP || !t->settings->hello_ms || t->reliable.count)
		return 0;
	return t->heard + t->settings->hello_ms;
}

static const char *silence(const struct l2tp_tunnel *t, const char *text)
{
	return t->state == L2TP_TUNNEL_WAIT_REPLY ? "no L2TP server answers" : text;
}

/**
 * l2tp_tunnel_timer - the deadline has come
 * @t: the tunnel; may be freed
 * @now: monotonic time, ms; too early does no harm
 */
void l2tp_tunnel_timer(struct l2tp_tunnel *t, uint64_t now)
{
	l2tp_tunnel_enter(t, now);
	if (!l2tp_reliable_timer(&t->reliable, now)) {
		if (t->state == L2TP_TUNNEL_UP)
			t->engine->counts.silent++;
		vanish(t, silence(t, "the peer does not answer"));
	} else if (t->limit && now >= t->limit) {
		vanish(t, silence(t, "the tunnel was not there in time"));
	} else if (hello_at(t) && now >= hello_at(t)) {
		send_hello(t);
	}
	if (t->state == L2TP_TUNNEL_UP)
		l2tp_calls_expire(t);
	l2tp_tunnel_leave(t);
}

/**
 * l2tp_tunnel_close - end a tunnel
 * @t: the tunnel; may be freed
 * @end: why, with a text
 * @now: monotonic time, ms
 */
void l2tp_tunnel_close(struct l2tp_tunnel *t, const struct l2tp_end *end, uint64_t now)
{
	l2tp_tunnel_enter(t, now);
	l2tp_tunnel_stop(t, end);
	l2tp_tunnel_leave(t);
}

static void send_ack(struct l2tp_tunnel *t)
{
	struct l2tp_reliable *r = &t->reliable;
	struct l2tp_writer w;

	l2tp_write_begin(&w, t->peer_id, 0);
	l2tp_write_end(&w);
	/* It has the number of the next message, and does not use it up. */
	l2tp_header_stamp(w.data, (uint16_t)(r->first + r->reached), r->expected);
	t->engine->ops->send(t->engine, &t->path, w.data, w.len);
	t->engine->counts.sent++;
	r->ack = false;
}

/**
 * l2tp_tunnel_transmit - send what may be sent now
 * @t: the tunnel
 */
void l2tp_tunnel_transmit(struct l2tp_tunnel *t)
{
	struct l2tp_engine *e = t->engine;
	const uint8_t *data;
	size_t len;

	/* What was sent, or acknowledged, is not to be forgotten: first this, then that. */
	if (e->ops->tunnel_changed)
		e->ops->tunnel_changed(t);
	while ((data = l2tp_reliable_output(&t->reliable, e->now, &len))) {
		e->ops->send(e, &t->path, data, len);
		e->counts.sent++;
	}
	if (t->reliable.ack)
		send_ack(t);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	if (!a || !b)
		return a ? a : b;
	return a < b ? a : b;
}

static void set_deadline(struct l2tp_tunnel *t)
{
	const struct l2tp_call *oldest;

	t->deadline = earlier(t->reliable.deadline, earlier(t->limit, hello_at(t)));
	if (t->state == L2TP_TUNNEL_UP && !list_empty(&t->waiting)) {
		oldest = container_of(t->waiting.next, struct l2tp_call, waiting);
		t->deadline = earlier(t->deadline, oldest->since + t->settings->setup_ms);
	}
	t->engine->ops->tunnel_timer(t);
}

/**
 * l2tp_tunnel_enter - begin to work on a tunnel; it stays until l2tp_tunnel_leave()
 * @t: the tunnel
 * @now: monotonic time, ms
 */
void l2tp_tunnel_enter(struct l2tp_tunnel *t, uint64_t now)
{
	t->engine->now = now;
	t->busy++;
}

/**
 * l2tp_tunnel_leave - the work is done: send what there is to send
 * @t: the tunnel; the outermost call may free it
 */
void l2tp_tunnel_leave(struct l2tp_tunnel *t)
{
	if (t->busy > 1) {
		t->busy--;
		return;
	}
	if (t->broken)
		vanish(t, "out of memory");
	if (t->state != L2TP_TUNNEL_DEAD)
		l2tp_tunnel_transmit(t);
	if (t->state == L2TP_TUNNEL_CLOSING && !t->reliable.count)
		t->state = L2TP_TUNNEL_DEAD;
	if (t->state == L2TP_TUNNEL_LINGER && t->limit <= t->engine->now)
		t->state = L2TP_TUNNEL_DEAD;
	t->busy--;
	if (t->state == L2TP_TUNNEL_DEAD)
		l2tp_tunnel_drop(t);
	else
		set_deadline(t);
}
