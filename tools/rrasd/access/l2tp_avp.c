// SPDX-License-Identifier: GPL-2.0
/*
 * L2TPv2 control messages, see l2tp_avp.h.
 *
 *	|T|L|x|x|S|x|O|P|x|x|x|x|  Ver  |            Length             |
 *	|           Tunnel ID           |          Session ID           |
 *	|              Ns               |              Nr               |
 *
 * and attributes, of which the first is the message's type:
 *
 *	|M|H| rsvd  |      Length       |           Vendor ID           |
 *	|        Attribute Type         | Value ...
 */
#include <nettle/md5.h>
#include <string.h>

#include "l2tp_avp.h"

#define FLAG_CONTROL	0x8000
#define FLAG_LENGTH	0x4000
#define FLAG_SEQUENCE	0x0800
#define FLAG_OFFSET	0x0200
#define VERSION_MASK	0x000f
#define VERSION		2

#define AVP_HEADER_LEN	6
#define AVP_MANDATORY	0x8000
#define AVP_HIDDEN	0x4000
#define AVP_RESERVED	0x3c00
#define AVP_LENGTH	0x03ff

/* One attribute as it stands there. */
struct avp {
	bool mandatory, hidden, reserved;
	uint16_t vendor, attribute;
	struct l2tp_text value;
};

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void put16(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

/* Reading */

/**
 * l2tp_is_control - is this a control message, well formed or not?
 * @data: what a UDP datagram carried
 * @len: its length
 *
 * Return: whether; if not, it has user data, or is nothing at all.
 */
bool l2tp_is_control(const uint8_t *data, size_t len)
{
	return len >= 2 && get16(data) & FLAG_CONTROL;
}

/**
 * l2tp_header_parse - read the header of a control message
 * @data: what a UDP datagram carried
 * @len: its length
 * @h: filled in
 *
 * Return: whether it is well formed; if not, there is nothing to be answered.
 */
bool l2tp_header_parse(const uint8_t *data, size_t len, struct l2tp_header *h)
{
	uint16_t flags, length;

	if (len < L2TP_HEADER_LEN || len > L2TP_RECEIVE_MAX)
		return false;
	flags = get16(data);
	if ((flags & VERSION_MASK) != VERSION || flags & FLAG_OFFSET ||
	    !(flags & FLAG_CONTROL) || !(flags & FLAG_LENGTH) || !(flags & FLAG_SEQUENCE))
		return false;
	length = get16(data + 2);
	if (length < L2TP_HEADER_LEN || length > len)
		return false;
	h->tunnel = get16(data + 4);
	h->session = get16(data + 6);
	h->ns = get16(data + 8);
	h->nr = get16(data + 10);
	h->avps = data + L2TP_HEADER_LEN;
	h->len = (size_t)length - L2TP_HEADER_LEN;
	return true;
}

/**
 * l2tp_header_stamp - number a control message
 * @data: the message
 * @ns: its number
 * @nr: the number expected next from the peer
 */
void l2tp_header_stamp(uint8_t *data, uint16_t ns, uint16_t nr)
{
	put16(data + 8, ns);
	put16(data + 10, nr);
}

/* The one at @*at, which moves behind it. False: there is no more, or it is malformed. */
static bool next(const struct l2tp_header *h, size_t *at, struct avp *avp)
{
	const uint8_t *p = h->avps + *at;
	size_t left = h->len - *at;
	uint16_t flags, len;

	if (left < AVP_HEADER_LEN)
		return false;
	flags = get16(p);
	len = flags & AVP_LENGTH;
	if (len < AVP_HEADER_LEN || len > left)
		return false;
	avp->mandatory = flags & AVP_MANDATORY;
	avp->hidden = flags & AVP_HIDDEN;
	avp->reserved = flags & AVP_RESERVED;
	avp->vendor = get16(p + 2);
	avp->attribute = get16(p + 4);
	avp->value = (struct l2tp_text){ p + AVP_HEADER_LEN, (uint16_t)(len - AVP_HEADER_LEN) };
	*at += len;
	return true;
}

/* The key of the first block, and of those that follow (section 4.3). */
static void first_key(uint8_t key[L2TP_MD5_LEN], uint16_t attribute, struct l2tp_secret secret,
		      struct l2tp_text vector)
{
	struct md5_ctx md5;
	uint8_t type[2];

	put16(type, attribute);
	md5_init(&md5);
	md5_update(&md5, sizeof(type), type);
	md5_update(&md5, secret.len, secret.data);
	md5_update(&md5, vector.len, vector.data);
	md5_digest(&md5, L2TP_MD5_LEN, key);
}

static void next_key(uint8_t key[L2TP_MD5_LEN], struct l2tp_secret secret, const uint8_t *block)
{
	struct md5_ctx md5;

	md5_init(&md5);
	md5_update(&md5, secret.len, secret.data);
	md5_update(&md5, L2TP_MD5_LEN, block);
	md5_digest(&md5, L2TP_MD5_LEN, key);
}

/*
 * Make a hidden value plain, in @to, which has room for it. What is hidden is the value's length,
 * the value, and padding. With the wrong secret all of it is nonsense, which the length tells
 * mostly.
 */
static bool reveal(struct avp *avp, uint8_t *to, struct l2tp_secret secret,
		   struct l2tp_text vector)
{
	const uint8_t *from = avp->value.data;
	uint8_t key[L2TP_MD5_LEN];
	uint16_t i, len = avp->value.len;

	if (!secret.data || !vector.data || len < 2)
		return false;
	first_key(key, avp->attribute, secret, vector);
	for (i = 0; i < len; i++) {
		if (i && i % L2TP_MD5_LEN == 0)
			next_key(key, secret, from + i - L2TP_MD5_LEN);
		to[i] = from[i] ^ key[i % L2TP_MD5_LEN];
	}
	avp->value = (struct l2tp_text){ to + 2, get16(to) };
	return avp->value.len <= len - 2;
}

/* Attributes that RFC 2661 has. Most say nothing that matters to us. */
static bool is_known(const struct avp *avp)
{
	return !avp->vendor && avp->attribute <= L2TP_A_MAX && avp->attribute != 20;
}

static bool take_16(uint16_t *to, struct l2tp_text value)
{
	if (value.len != 2)
		return false;
	*to = get16(value.data);
	return true;
}

static bool take_number(uint16_t *to, struct l2tp_text value)
{
	return take_16(to, value) && *to;
}

static bool take_text(struct l2tp_text *to, struct l2tp_text value)
{
	*to = value;
	return value.len;
}

static bool take_result(struct l2tp_message *m, struct l2tp_text value)
{
	if (value.len < 2)
		return false;
	m->result = get16(value.data);
	if (value.len < 4)
		return value.len == 2;
	m->error = get16(value.data + 2);
	m->text = (struct l2tp_text){ value.data + 4, (uint16_t)(value.len - 4) };
	return true;
}

/* Returns whether the value is one that the attribute can have. */
static bool take(struct l2tp_message *m, const struct avp *avp)
{
	struct l2tp_text value = avp->value;

	switch (avp->attribute) {
	case L2TP_A_RESULT_CODE:
		return take_result(m, value);
	case L2TP_A_PROTOCOL_VERSION:
		return take_16(&m->version, value);
	case L2TP_A_HOST_NAME:
		return take_text(&m->host_name, value);
	case L2TP_A_ASSIGNED_TUNNEL:
		return take_number(&m->assigned_tunnel, value);
	case L2TP_A_RECEIVE_WINDOW:
		return take_number(&m->window, value);
	case L2TP_A_CHALLENGE:
		return take_text(&m->challenge, value);
	case L2TP_A_CHALLENGE_RESPONSE:
		m->response = value;
		return value.len == L2TP_MD5_LEN;
	case L2TP_A_ASSIGNED_SESSION:
		/* 0 in a CDN: the peer had no number for the session yet. */
		return m->type == L2TP_CDN ? take_16(&m->assigned_session, value) :
					     take_number(&m->assigned_session, value);
	case L2TP_A_FRAMING_CAPABILITIES:
	case L2TP_A_BEARER_CAPABILITIES:
	case L2TP_A_FRAMING_TYPE:
	case L2TP_A_CONNECT_SPEED:
	case L2TP_A_CALL_SERIAL:
		return value.len == 4;
	case L2TP_A_SEQUENCING_REQUIRED:
		return value.len == 0;
	default:
		return true;
	}
}

static void set_fault(struct l2tp_message *m, enum l2tp_error fault, uint16_t attribute)
{
	if (m->fault)
		return;
	m->fault = fault;
	m->fault_attribute = attribute;
}

/* The first attribute, which is never hidden. */
static bool take_type(struct avp *avp, const struct l2tp_header *h, size_t *at, uint16_t *type)
{
	return next(h, at, avp) && !avp->vendor && avp->attribute == L2TP_A_MESSAGE_TYPE &&
	       !avp->hidden && !avp->reserved && take_number(type, avp->value);
}

/**
 * l2tp_message_type - what message is this?
 * @h: its header
 *
 * Return: enum l2tp_type, or a type that we do not know; 0: it has none.
 */
uint16_t l2tp_message_type(const struct l2tp_header *h)
{
	struct avp avp;
	uint16_t type;
	size_t at = 0;

	return take_type(&avp, h, &at, &type) ? type : 0;
}

/**
 * l2tp_message_parse - read the attributes of a control message
 * @m: filled in
 * @h: its header, with attributes
 * @secret: for hidden ones
 *
 * An attribute that is unknown or malformed does not count. If its sender says that it has to be
 * understood, @m->fault says what is wrong with the first of these. Of two of a kind the first
 * counts.
 *
 * Return: whether there is a message at all; if not, what there is has no type.
 */
bool l2tp_message_parse(struct l2tp_message *m, const struct l2tp_header *h,
			struct l2tp_secret secret)
{
	struct l2tp_text vector = { 0 };
	size_t at = 0, used = 0;
	struct avp avp;

	memset(m, 0, offsetof(struct l2tp_message, plain));
	if (!take_type(&avp, h, &at, &m->type))
		return false;
	m->must_know = avp.mandatory;
	while (next(h, &at, &avp)) {
		if (!is_known(&avp) || avp.reserved) {
			if (avp.mandatory)
				set_fault(m, L2TP_ERROR_UNKNOWN_AVP, avp.attribute);
			continue;
		}
		if (avp.attribute == L2TP_A_RANDOM_VECTOR && !avp.hidden) {
			vector = avp.value;
			continue;
		}
		if (l2tp_has(m, avp.attribute))
			continue;
		/* All hidden values together are shorter than the message. */
		if ((avp.hidden && !reveal(&avp, m->plain + used, secret, vector)) ||
		    !take(m, &avp)) {
			if (avp.mandatory)
				set_fault(m, L2TP_ERROR_VALUE, avp.attribute);
			continue;
		}
		if (avp.hidden)
			used += avp.value.len + 2;
		m->seen |= 1ULL << avp.attribute;
	}
	/* A length that leads nowhere: nobody can say what was to come. */
	if (at != h->len)
		set_fault(m, L2TP_ERROR_LENGTH, 0);
	return true;
}

/* Writing */

/**
 * l2tp_write_begin - begin a control message; without an attribute it only acknowledges
 * @w: the message
 * @tunnel: the peer's number of the tunnel, 0 if it has none yet
 * @session: the peer's number of the session, 0 if it is about none
 */
void l2tp_write_begin(struct l2tp_writer *w, uint16_t tunnel, uint16_t session)
{
	put16(w->data, FLAG_CONTROL | FLAG_LENGTH | FLAG_SEQUENCE | VERSION);
	put16(w->data + 4, tunnel);
	put16(w->data + 6, session);
	l2tp_header_stamp(w->data, 0, 0);
	w->len = L2TP_HEADER_LEN;
	w->full = false;
}

/* Returns where the value goes; NULL: there is no room. */
static uint8_t *add(struct l2tp_writer *w, uint16_t flags, uint16_t attribute, size_t len)
{
	uint8_t *p = w->data + w->len;

	if (len > AVP_LENGTH - AVP_HEADER_LEN ||
	    len + AVP_HEADER_LEN > sizeof(w->data) - w->len) {
		w->full = true;
		return NULL;
	}
	put16(p, (uint16_t)(flags | (len + AVP_HEADER_LEN)));
	put16(p + 2, 0);
	put16(p + 4, attribute);
	w->len += len + AVP_HEADER_LEN;
	return p + AVP_HEADER_LEN;
}

/* Those that RFC 2661 says must not be, or need not be, understood. */
static uint16_t flags_of(enum l2tp_attribute attribute)
{
	return attribute == L2TP_A_VENDOR_NAME ? 0 : AVP_MANDATORY;
}

/**
 * l2tp_write_bytes - add an attribute
 * @w: the message
 * @attribute: which
 * @data: its value
 * @len: its length
 */
void l2tp_write_bytes(struct l2tp_writer *w, enum l2tp_attribute attribute, const void *data,
		      size_t len)
{
	uint8_t *p = add(w, flags_of(attribute), attribute, len);

	if (p && len)
		memcpy(p, data, len);
}

/**
 * l2tp_write_16 - add an attribute of two bytes
 * @w: the message
 * @attribute: which
 * @value: its value
 */
void l2tp_write_16(struct l2tp_writer *w, enum l2tp_attribute attribute, uint16_t value)
{
	uint8_t *p = add(w, flags_of(attribute), attribute, 2);

	if (p)
		put16(p, value);
}

/**
 * l2tp_write_32 - add an attribute of four bytes
 * @w: the message
 * @attribute: which
 * @value: its value
 */
void l2tp_write_32(struct l2tp_writer *w, enum l2tp_attribute attribute, uint32_t value)
{
	uint8_t *p = add(w, flags_of(attribute), attribute, 4);

	if (!p)
		return;
	put16(p, (uint16_t)(value >> 16));
	put16(p + 2, (uint16_t)value);
}

/**
 * l2tp_write_type - say what message it is: its first attribute
 * @w: the message
 * @type: which
 */
void l2tp_write_type(struct l2tp_writer *w, enum l2tp_type type)
{
	l2tp_write_16(w, L2TP_A_MESSAGE_TYPE, (uint16_t)type);
}

/**
 * l2tp_write_result - say why something ends
 * @w: the message
 * @result: enum l2tp_stop or enum l2tp_cdn
 * @error: more exactly
 * @text: the same for people; NULL: nothing
 */
void l2tp_write_result(struct l2tp_writer *w, uint16_t result, enum l2tp_error error,
		       const char *text)
{
	size_t len = text ? strnlen(text, 255) : 0;
	uint8_t *p = add(w, AVP_MANDATORY, L2TP_A_RESULT_CODE, error || len ? 4 + len : 2);

	if (!p)
		return;
	put16(p, result);
	if (!error && !len)
		return;
	put16(p + 2, (uint16_t)error);
	if (len)
		memcpy(p + 4, text, len);
}

/**
 * l2tp_write_hidden - add an attribute whose value only who has the secret can read
 * @w: the message, which has the random vector already
 * @attribute: which
 * @data: its value
 * @len: its length
 * @secret: the secret
 * @vector: value of the random vector
 */
void l2tp_write_hidden(struct l2tp_writer *w, enum l2tp_attribute attribute, const void *data,
		       size_t len, struct l2tp_secret secret, struct l2tp_text vector)
{
	uint8_t *p = add(w, flags_of(attribute) | AVP_HIDDEN, attribute, len + 2);
	uint8_t key[L2TP_MD5_LEN];
	size_t i;

	if (!p)
		return;
	put16(p, (uint16_t)len);
	if (len)
		memcpy(p + 2, data, len);
	first_key(key, attribute, secret, vector);
	for (i = 0; i < len + 2; i++) {
		if (i && i % L2TP_MD5_LEN == 0)
			next_key(key, secret, p + i - L2TP_MD5_LEN);
		p[i] ^= key[i % L2TP_MD5_LEN];
	}
}

/**
 * l2tp_write_end - complete a message
 * @w: the message
 *
 * Return: whether it is complete; if not, something did not fit.
 */
bool l2tp_write_end(struct l2tp_writer *w)
{
	put16(w->data + 2, (uint16_t)w->len);
	return !w->full;
}

/**
 * l2tp_challenge_response - what answers a challenge (RFC 2661 section 4.2)
 * @response: gets the response
 * @type: the message it is in: L2TP_SCCRP or L2TP_SCCCN
 * @secret: the secret
 * @challenge: the challenge
 * @len: its length
 */
void l2tp_challenge_response(uint8_t response[L2TP_MD5_LEN], enum l2tp_type type,
			     struct l2tp_secret secret, const uint8_t *challenge, size_t len)
{
	uint8_t id = (uint8_t)type;
	struct md5_ctx md5;

	md5_init(&md5);
	md5_update(&md5, 1, &id);
	md5_update(&md5, secret.len, secret.data);
	md5_update(&md5, len, challenge);
	md5_digest(&md5, L2TP_MD5_LEN, response);
}
