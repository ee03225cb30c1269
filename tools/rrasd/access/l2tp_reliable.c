// SPDX-License-Identifier: GPL-2.0
/*
 * Reliable delivery of L2TP control messages, see l2tp_reliable.h.
 */
#include <stdlib.h>
#include <string.h>

#include "l2tp_reliable.h"

/**
 * struct l2tp_queued - a message that is to be delivered
 */
struct l2tp_queued {
	struct l2tp_queued *next;
	size_t len;
	uint8_t data[];
};

/**
 * l2tp_reliable_init - nothing was sent or received yet
 * @r: the connection
 * @first_ms: how long to wait for the first acknowledgment
 * @longest_ms: what the waiting time grows to
 * @tries_max: how often to send a message
 */
void l2tp_reliable_init(struct l2tp_reliable *r, uint32_t first_ms, uint32_t longest_ms,
			uint8_t tries_max)
{
	*r = (struct l2tp_reliable){
		.window = 1,
		.tries_max = tries_max,
		.first_ms = first_ms,
		.longest_ms = longest_ms,
	};
	r->queue_end = &r->queue;
	l2tp_reliable_window(r, L2TP_WINDOW_DEFAULT);
}

/**
 * l2tp_reliable_window - the peer tells how much it can receive
 * @r: the connection
 * @window: that many messages, not 0
 */
void l2tp_reliable_window(struct l2tp_reliable *r, uint16_t window)
{
	r->peer_window = window < L2TP_WINDOW_MAX ? window : L2TP_WINDOW_MAX;
	r->threshold = r->peer_window;
	if (r->window > r->peer_window)
		r->window = r->peer_window;
}

static void drop_first(struct l2tp_reliable *r)
{
	struct l2tp_queued *first = r->queue;

	r->queue = first->next;
	if (!r->queue)
		r->queue_end = &r->queue;
	free(first);
	r->first++;
	r->count--;
	r->reached--;
	if (r->flying)
		r->flying--;
}

/**
 * l2tp_reliable_queue - have a message delivered
 * @r: the connection
 * @w: the message, complete
 *
 * Return: false without memory.
 */
bool l2tp_reliable_queue(struct l2tp_reliable *r, const struct l2tp_writer *w)
{
	struct l2tp_queued *q = malloc(sizeof(*q) + w->len);

	if (!q)
		return false;
	q->next = NULL;
	q->len = w->len;
	memcpy(q->data, w->data, w->len);
	*r->queue_end = q;
	r->queue_end = &q->next;
	r->count++;
	return true;
}

/**
 * l2tp_reliable_message - one of the messages that are not acknowledged
 * @r: the connection
 * @index: which, less than @r->count
 * @len: gets its length
 *
 * Return: the message.
 */
const uint8_t *l2tp_reliable_message(const struct l2tp_reliable *r, uint32_t index, size_t *len)
{
	const struct l2tp_queued *q = r->queue;

	while (index--)
		q = q->next;
	*len = q->len;
	return q->data;
}

/**
 * l2tp_reliable_drop_unsent - forget the messages that have no number yet
 * @r: the connection
 *
 * For the end of a tunnel, which makes them pointless.
 */
void l2tp_reliable_drop_unsent(struct l2tp_reliable *r)
{
	struct l2tp_queued **end = &r->queue;
	struct l2tp_queued *q, *next;
	uint32_t i;

	for (i = 0; i < r->reached; i++)
		end = &(*end)->next;
	for (q = *end; q; q = next) {
		next = q->next;
		free(q);
	}
	*end = NULL;
	r->queue_end = end;
	r->count = r->reached;
}

/**
 * l2tp_reliable_clean - forget all messages
 * @r: the connection
 */
void l2tp_reliable_clean(struct l2tp_reliable *r)
{
	l2tp_reliable_drop_unsent(r);
	while (r->queue)
		drop_first(r);
	r->flying = 0;
	r->deadline = 0;
}

static uint64_t waiting_time(const struct l2tp_reliable *r)
{
	uint64_t ms = (uint64_t)r->first_ms << (r->tries < 16 ? r->tries - 1 : 15);

	return ms < r->longest_ms ? ms : r->longest_ms;
}

/* Slow start, then one more for each window full of acknowledgments. */
static void grow(struct l2tp_reliable *r)
{
	if (r->window >= r->peer_window)
		return;
	if (r->window >= r->threshold && ++r->grown < r->window)
		return;
	r->grown = 0;
	r->window++;
}

static void acknowledge(struct l2tp_reliable *r, uint16_t count, uint64_t now)
{
	if (!count)
		return;
	while (count--) {
		drop_first(r);
		grow(r);
	}
	r->tries = r->flying ? 1 : 0;
	r->deadline = r->flying ? now + waiting_time(r) : 0;
}

/**
 * l2tp_reliable_input - a message arrived
 * @r: the connection
 * @h: its header
 * @wait: there is no room for what it would lead to; what it acknowledges counts all the same
 * @now: monotonic time, ms
 *
 * l2tp_reliable_output() may have messages to send then, and @r->ack says that the peer is to hear
 * something in any case.
 *
 * Return: what to do with it.
 */
enum l2tp_arrival l2tp_reliable_input(struct l2tp_reliable *r, const struct l2tp_header *h,
				      bool wait, uint64_t now)
{
	uint16_t acked = (uint16_t)(h->nr - r->first);

	/* One that is behind is late, not wrong. */
	if (acked > r->reached && acked < 0x8000)
		return L2TP_ARRIVAL_FORGED;
	if (acked <= r->reached)
		acknowledge(r, acked, now);
	if (!h->len)
		return L2TP_ARRIVAL_ACK;
	if (h->ns != r->expected) {
		if ((uint16_t)(h->ns - r->expected) < 0x8000)
			return L2TP_ARRIVAL_EARLY;
		/* Our acknowledgment was lost. */
		r->ack = true;
		return L2TP_ARRIVAL_AGAIN;
	}
	if (wait)
		return L2TP_ARRIVAL_EARLY;
	r->expected++;
	r->ack = true;
	return L2TP_ARRIVAL_NEXT;
}

/**
 * l2tp_reliable_output - what is to be sent now?
 * @r: the connection
 * @now: monotonic time, ms
 * @len: its length
 *
 * Return: a message, numbered, until the next call; NULL when there is no more.
 */
const uint8_t *l2tp_reliable_output(struct l2tp_reliable *r, uint64_t now, size_t *len)
{
	struct l2tp_queued *q = r->queue;
	uint32_t i;

	if (r->flying >= r->count || r->flying >= r->window)
		return NULL;
	for (i = 0; i < r->flying; i++)
		q = q->next;
	l2tp_header_stamp(q->data, (uint16_t)(r->first + r->flying), r->expected);
	if (!r->flying) {
		r->tries++;
		r->deadline = now + waiting_time(r);
	}
	r->flying++;
	if (r->flying > r->reached)
		r->reached = r->flying;
	else
		r->repeated++;
	r->ack = false;
	*len = q->len;
	return q->data;
}

/**
 * l2tp_reliable_timer - the deadline has come
 * @r: the connection
 * @now: monotonic time, ms; too early does no harm
 *
 * Return: false: the peer does not answer; true: there may be something to send.
 */
bool l2tp_reliable_timer(struct l2tp_reliable *r, uint64_t now)
{
	if (!r->deadline || now < r->deadline)
		return true;
	r->deadline = 0;
	if (r->tries >= r->tries_max)
		return false;
	r->threshold = r->window / 2 ? r->window / 2 : 1;
	r->window = 1;
	r->grown = 0;
	r->flying = 0;
	return true;
}
