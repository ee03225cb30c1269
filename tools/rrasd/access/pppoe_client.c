// SPDX-License-Identifier: GPL-2.0
/*
 * PPPoE discovery as the one who calls, see pppoe_client.h.
 */
#include <stdio.h>
#include <string.h>

#include "pppoe_client.h"

#define FIRST_MS	500	/* a switch that just saw its port come up may lose the first */
#define LONGEST_MS	8000
#define ASK_TRIES	4	/* PADRs without an answer: the concentrator may be gone */
#define SESSION_RESERVED	0xffff

static const struct pppoe_tag none = { .data = (const uint8_t *)"" };

/* Text of a stranger for people: what is not printable becomes a question mark. */
static void copy_text(char *to, size_t size, const struct pppoe_tag *tag)
{
	size_t len = tag->len < size ? tag->len : size - 1;
	size_t i;

	for (i = 0; i < len; i++)
		to[i] = tag->data[i] >= 0x20 && tag->data[i] < 0x7f ? (char)tag->data[i] : '?';
	to[len] = '\0';
}

static bool same_text(const struct pppoe_tag *tag, const char *text)
{
	return tag->data && tag->len == strlen(text) && !memcmp(tag->data, text, tag->len);
}

/* Each time twice as long until the next time. */
static void wait(struct pppoe_call *c, uint64_t now)
{
	uint64_t ms = (uint64_t)FIRST_MS << (c->tries < 8 ? c->tries : 8);

	c->tries++;
	c->deadline = now + (ms < LONGEST_MS ? ms : LONGEST_MS);
}

/* The tags that tell our frames, and with them the answers, from those of others. */
static void put_own(struct pppoe_call *c)
{
	pppoe_frame_put(&c->frame, PPPOE_TAG_SERVICE_NAME, c->service, strlen(c->service));
	pppoe_frame_put(&c->frame, PPPOE_TAG_HOST_UNIQ, c->uniq, sizeof(c->uniq));
}

static void write_padi(struct pppoe_call *c)
{
	static const uint8_t everybody[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	pppoe_frame_begin(&c->frame, everybody, c->mac, PPPOE_CODE_PADI, 0);
	put_own(c);
	pppoe_frame_end(&c->frame);	/* a service name is short, see rrasd.conf(5) */
}

static const struct pppoe_writer *seek(struct pppoe_call *c, uint64_t now)
{
	c->state = PPPOE_CALL_SEEKING;
	c->tries = 0;
	write_padi(c);
	wait(c, now);
	return &c->frame;
}

/**
 * pppoe_call_begin - begin to look for a concentrator
 * @c: the call, with @service and @ac_name set
 * @mac: our Ethernet address
 * @uniq: PPPOE_CALL_UNIQ_LEN bytes that no call of before had and nobody can guess
 * @now: monotonic time, ms
 *
 * Return: the frame to send.
 */
const struct pppoe_writer *pppoe_call_begin(struct pppoe_call *c, const uint8_t *mac,
					    const uint8_t *uniq, uint64_t now)
{
	memcpy(c->mac, mac, sizeof(c->mac));
	memcpy(c->uniq, uniq, sizeof(c->uniq));
	c->session = 0;
	c->peer_name[0] = '\0';
	c->problem[0] = '\0';
	return seek(c, now);
}

/**
 * pppoe_call_timer - the deadline has come: ask again
 * @c: the call
 * @now: monotonic time, ms; too early does no harm
 *
 * Return: a frame to send, or NULL.
 */
const struct pppoe_writer *pppoe_call_timer(struct pppoe_call *c, uint64_t now)
{
	if (!c->deadline || now < c->deadline)
		return NULL;
	if (c->state == PPPOE_CALL_ASKING && c->tries >= ASK_TRIES) {
		snprintf(c->problem, sizeof(c->problem),
			 "access concentrator %s does not answer our request", c->peer_name);
		return seek(c, now);
	}
	wait(c, now);
	return &c->frame;
}

static void note(struct pppoe_call *c, const char *what, const struct pppoe_tag *why)
{
	char text[96];

	copy_text(text, sizeof(text), why);
	snprintf(c->problem, sizeof(c->problem), "access concentrator %s %s%s%s",
		 c->peer_name, what, text[0] ? ": " : "", text);
}

/* Is this offer one to take up? If not, what is wrong with it is kept for later. */
static bool suits(struct pppoe_call *c, const struct pppoe_frame *f)
{
	copy_text(c->peer_name, sizeof(c->peer_name), f->ac_name.len ? &f->ac_name : &none);
	if (c->ac_name && !same_text(&f->ac_name, c->ac_name))
		note(c, "is not the one that is asked for", &none);
	else if (f->error.data)
		note(c, "serves nobody now", &f->error);
	else if (c->service[0] && !pppoe_frame_offers(f, c->service, strlen(c->service)))
		note(c, "does not offer the service that is asked for", &none);
	else
		return true;
	return false;
}

static const struct pppoe_writer *input_pado(struct pppoe_call *c, const struct pppoe_frame *f,
					     uint64_t now)
{
	if (c->state != PPPOE_CALL_SEEKING || !suits(c, f))
		return NULL;
	memcpy(c->peer, f->src, sizeof(c->peer));
	pppoe_frame_begin(&c->frame, c->peer, c->mac, PPPOE_CODE_PADR, 0);
	put_own(c);
	if (f->cookie.data)
		pppoe_frame_put(&c->frame, PPPOE_TAG_AC_COOKIE, f->cookie.data, f->cookie.len);
	if (f->relay_id.data)
		pppoe_frame_put(&c->frame, PPPOE_TAG_RELAY_ID, f->relay_id.data, f->relay_id.len);
	if (!pppoe_frame_end(&c->frame)) {
		note(c, "sends more than an answer has room for", &none);
		write_padi(c);
		return NULL;
	}
	c->state = PPPOE_CALL_ASKING;
	c->tries = 0;
	wait(c, now);
	return &c->frame;
}

static void input_pads(struct pppoe_call *c, const struct pppoe_frame *f)
{
	if (c->state != PPPOE_CALL_ASKING || memcmp(f->src, c->peer, sizeof(c->peer)))
		return;
	c->deadline = 0;
	if (!f->session || f->session == SESSION_RESERVED || f->error.data) {
		c->state = PPPOE_CALL_REFUSED;
		note(c, "refuses", &f->error);
		return;
	}
	c->session = f->session;
	c->state = PPPOE_CALL_OPEN;
}

/**
 * pppoe_call_owns - is this frame an answer to this call?
 * @c: the call
 * @f: a frame that was sent to us
 *
 * Return: whether it carries what only our frames of this call said.
 */
bool pppoe_call_owns(const struct pppoe_call *c, const struct pppoe_frame *f)
{
	if (c->state != PPPOE_CALL_SEEKING && c->state != PPPOE_CALL_ASKING)
		return false;
	return f->host_uniq.len == sizeof(c->uniq) &&
	       !memcmp(f->host_uniq.data, c->uniq, sizeof(c->uniq));
}

/**
 * pppoe_call_input - an answer arrived
 * @c: the call
 * @f: the frame
 * @now: monotonic time, ms
 *
 * What does not belong to the call, or comes at the wrong time, has no effect.
 *
 * Return: a frame to send, or NULL; @c->state says what has become of it.
 */
const struct pppoe_writer *pppoe_call_input(struct pppoe_call *c, const struct pppoe_frame *f,
					    uint64_t now)
{
	if (!pppoe_call_owns(c, f))
		return NULL;
	if (f->code == PPPOE_CODE_PADO)
		return input_pado(c, f, now);
	if (f->code == PPPOE_CODE_PADS)
		input_pads(c, f);
	return NULL;
}

/**
 * pppoe_call_problem - what is missing?
 * @c: the call, not open
 *
 * Return: a sentence without a full stop.
 */
const char *pppoe_call_problem(const struct pppoe_call *c)
{
	if (c->problem[0])
		return c->problem;
	if (c->state == PPPOE_CALL_ASKING)
		return "the access concentrator does not answer our request";
	return "no access concentrator answers";
}
