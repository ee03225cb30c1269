// SPDX-License-Identifier: GPL-2.0
/*
 * Option lists of Configure packets (RFC 1661 section 6).
 *
 * Every length that comes from the network is compared with what is left before it is used;
 * nothing else in the engine walks an option list by hand.
 */
#include "option.h"

#include <string.h>

#include "proto.h"

/**
 * ppp_reader_init - begin to read an option list
 * @r: the reader
 * @data: the list; must stay while @r is used; may be NULL if @len is 0
 * @len: its bytes
 */
void ppp_reader_init(struct ppp_reader *r, const uint8_t *data, size_t len)
{
	r->pos = data;
	r->left = len;
}

/**
 * ppp_reader_next - read the next option
 * @r: the reader; stays where it is unless an option is returned
 * @o: gets the option
 *
 * Return: 1: @o is an option; 0: the list ended; -1: the list is malformed here: a header is cut
 * off, a length is less than 2 or larger than what is left (RFC 1661 section 6).
 */
int ppp_reader_next(struct ppp_reader *r, struct ppp_option *o)
{
	size_t len;

	if (!r->left)
		return 0;
	if (r->left < PPP_OPTION_LEN)
		return -1;
	len = r->pos[1];
	if (len < PPP_OPTION_LEN || len > r->left)
		return -1;
	o->type = r->pos[0];
	o->len = (uint8_t)(len - PPP_OPTION_LEN);
	o->value = r->pos + PPP_OPTION_LEN;
	r->pos += len;
	r->left -= len;
	return 1;
}

/**
 * ppp_options_valid - is a list well formed from its begin to its end?
 * @data: the list
 * @len: its bytes
 *
 * Return: whether every option lies inside the list and nothing is left over.
 */
bool ppp_options_valid(const uint8_t *data, size_t len)
{
	struct ppp_reader r;
	struct ppp_option o;
	int ret;

	ppp_reader_init(&r, data, len);
	do {
		ret = ppp_reader_next(&r, &o);
	} while (ret > 0);
	return !ret;
}

/**
 * ppp_options_find - look for an option in a list
 * @data: the list; well formed or not
 * @len: its bytes
 * @type: what to look for
 * @o: gets the first option of that type
 *
 * Return: whether it is there.
 */
bool ppp_options_find(const uint8_t *data, size_t len, uint8_t type, struct ppp_option *o)
{
	struct ppp_reader r;

	ppp_reader_init(&r, data, len);
	while (ppp_reader_next(&r, o) > 0) {
		if (o->type == type)
			return true;
	}
	return false;
}

/**
 * ppp_options_subset - is one list some of the options of another, unchanged and in order?
 * @part: the list that may be shorter
 * @part_len: its bytes
 * @all: the list it must come from
 * @all_len: its bytes
 *
 * The condition for a valid Configure-Reject (RFC 1661 section 5.4).
 *
 * Return: whether @part is not empty and a subset in this sense.
 */
bool ppp_options_subset(const uint8_t *part, size_t part_len, const uint8_t *all, size_t all_len)
{
	struct ppp_reader have, want;
	struct ppp_option a, b;
	int ret;

	if (!part_len || !ppp_options_valid(part, part_len))
		return false;
	ppp_reader_init(&want, part, part_len);
	ppp_reader_init(&have, all, all_len);
	while (ppp_reader_next(&want, &a) > 0) {
		do {
			ret = ppp_reader_next(&have, &b);
			if (ret <= 0)
				return false;
		} while (a.type != b.type || a.len != b.len || memcmp(a.value, b.value, a.len));
	}
	return true;
}

/**
 * ppp_writer_init - begin to write an option list
 * @w: the writer
 * @buf: where to; must stay while @w is used
 * @size: bytes that fit
 */
void ppp_writer_init(struct ppp_writer *w, uint8_t *buf, size_t size)
{
	w->buf = buf;
	w->size = size;
	w->len = 0;
	w->full = false;
}

/**
 * ppp_put - append an option, whole or not at all
 * @w: the writer; @w->full is set if the option does not fit
 * @type: its type
 * @value: its data; may be NULL if @len is 0
 * @len: bytes of @value, at most 253
 */
void ppp_put(struct ppp_writer *w, uint8_t type, const void *value, size_t len)
{
	if (len > UINT8_MAX - PPP_OPTION_LEN || w->size - w->len < PPP_OPTION_LEN + len) {
		w->full = true;
		return;
	}
	w->buf[w->len] = type;
	w->buf[w->len + 1] = (uint8_t)(PPP_OPTION_LEN + len);
	if (len)
		memcpy(w->buf + w->len + PPP_OPTION_LEN, value, len);
	w->len += PPP_OPTION_LEN + len;
}

/**
 * ppp_put16 - append an option with a 16 bit number
 * @w: the writer
 * @type: its type
 * @value: its data, in the order of this machine
 */
void ppp_put16(struct ppp_writer *w, uint8_t type, uint16_t value)
{
	uint8_t data[2];

	ppp_set16(data, value);
	ppp_put(w, type, data, sizeof(data));
}

/**
 * ppp_put32 - append an option with a 32 bit number
 * @w: the writer
 * @type: its type
 * @value: its data, in the order of this machine
 */
void ppp_put32(struct ppp_writer *w, uint8_t type, uint32_t value)
{
	uint8_t data[4];

	ppp_set32(data, value);
	ppp_put(w, type, data, sizeof(data));
}

/**
 * ppp_reply_init - begin the answer to a Configure-Request: an Ack so far
 * @r: the reply
 * @buf: room for the options of a Nak or Reject; must stay while @r is used
 * @size: its bytes; what does not fit is left out, the peer learns of it in the next round
 * @stubborn: answer Reject where a Nak would be right
 */
void ppp_reply_init(struct ppp_reply *r, uint8_t *buf, size_t size, bool stubborn)
{
	memset(r, 0, sizeof(*r));
	ppp_writer_init(&r->options, buf, size);
	r->code = PPP_CODE_CONF_ACK;
	r->stubborn = stubborn;
}

/**
 * ppp_reply_seen - note that a type is in the request
 * @r: the reply
 * @type: the type
 *
 * Return: whether it was there before: no option may be listed twice (RFC 1661 section 6).
 */
bool ppp_reply_seen(struct ppp_reply *r, uint8_t type)
{
	uint32_t bit = UINT32_C(1) << (type % 32);
	uint32_t *word = &r->seen[type / 32];
	bool seen = *word & bit;

	*word |= bit;
	return seen;
}

/* Go from Ack to Nak to Reject; a Reject lists rejected options only, so Naks are dropped. */
static void reply_raise(struct ppp_reply *r, uint8_t code)
{
	if (r->code < code) {
		r->code = code;
		r->options.len = 0;
		r->options.full = false;
	}
}

/**
 * ppp_reply_nak - an option is known, its value is not acceptable
 * @r: the reply
 * @o: the option of the request
 * @value: the value that would be acceptable
 * @len: bytes of @value
 */
void ppp_reply_nak(struct ppp_reply *r, const struct ppp_option *o, const void *value, size_t len)
{
	if (r->stubborn) {
		ppp_reply_reject(r, o);
		return;
	}
	ppp_reply_missing(r, o->type, value, len);
}

/**
 * ppp_reply_missing - ask for an option that the request has not
 * @r: the reply
 * @type: its type
 * @value: the value that would be acceptable
 * @len: bytes of @value
 */
void ppp_reply_missing(struct ppp_reply *r, uint8_t type, const void *value, size_t len)
{
	reply_raise(r, PPP_CODE_CONF_NAK);
	if (r->code == PPP_CODE_CONF_NAK)
		ppp_put(&r->options, type, value, len);
}

/**
 * ppp_reply_reject - an option is not known or not negotiable
 * @r: the reply
 * @o: the option of the request; goes back unchanged (RFC 1661 section 5.4)
 */
void ppp_reply_reject(struct ppp_reply *r, const struct ppp_option *o)
{
	reply_raise(r, PPP_CODE_CONF_REJ);
	ppp_put(&r->options, o->type, o->value, o->len);
}
