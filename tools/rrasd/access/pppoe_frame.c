// SPDX-License-Identifier: GPL-2.0
/*
 * PPPoE discovery frames, see pppoe_frame.h.
 */
#include <string.h>

#include "pppoe_frame.h"

#define ETHER_HEADER_LEN	14
#define PPPOE_HEADER_LEN	6
#define TAG_HEADER_LEN		4
#define ETHER_TYPE		0x8863
#define VERSION_TYPE		0x11

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void put16(uint8_t *p, size_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static struct pppoe_tag *tag_of(struct pppoe_frame *f, uint16_t type)
{
	switch (type) {
	case PPPOE_TAG_SERVICE_NAME:
		return &f->service;
	case PPPOE_TAG_AC_NAME:
		return &f->ac_name;
	case PPPOE_TAG_HOST_UNIQ:
		return &f->host_uniq;
	case PPPOE_TAG_AC_COOKIE:
		return &f->cookie;
	case PPPOE_TAG_RELAY_ID:
		return &f->relay_id;
	case PPPOE_TAG_SERVICE_ERROR:
	case PPPOE_TAG_SYSTEM_ERROR:
	case PPPOE_TAG_GENERIC_ERROR:
		return &f->error;
	default:
		return NULL;
	}
}

/* A concentrator may offer several services, and have more than one reason to refuse. */
static bool may_repeat(const struct pppoe_frame *f, const struct pppoe_tag *tag)
{
	bool from_ac = f->code == PPPOE_CODE_PADO || f->code == PPPOE_CODE_PADS;

	return tag == &f->error || (from_ac && tag == &f->service);
}

static bool parse_tags(struct pppoe_frame *f, const uint8_t *p, size_t left)
{
	struct pppoe_tag *tag;
	uint16_t type, len;

	f->tags = p;
	while (left > 0) {
		if (left < TAG_HEADER_LEN)
			return false;
		type = get16(p);
		len = get16(p + 2);
		p += TAG_HEADER_LEN;
		left -= TAG_HEADER_LEN;
		if (len > left)
			return false;
		if (type == PPPOE_TAG_END)
			return true;
		tag = tag_of(f, type);
		/* None of the others that we read may be there twice: which one would count? */
		if (tag && tag->data && !may_repeat(f, tag))
			return false;
		if (tag && !tag->data)
			*tag = (struct pppoe_tag){ p, len };
		p += len;
		left -= len;
		f->tags_len = (size_t)(p - f->tags);
	}
	return true;
}

static bool is_individual(const uint8_t *mac)
{
	static const uint8_t zero[PPPOE_MAC_LEN];

	return !(mac[0] & 1) && memcmp(mac, zero, sizeof(zero));
}

/* Concentrators that leave it out of their answers exist. */
static bool needs_service(uint8_t code)
{
	return code == PPPOE_CODE_PADI || code == PPPOE_CODE_PADR;
}

static bool good_session(uint8_t code, uint16_t session)
{
	switch (code) {
	case PPPOE_CODE_PADI:
	case PPPOE_CODE_PADO:
	case PPPOE_CODE_PADR:
		return !session;
	case PPPOE_CODE_PADS:
		return true;		/* 0: refused */
	case PPPOE_CODE_PADT:
		return session;
	default:
		return false;
	}
}

/**
 * pppoe_frame_parse - read a discovery frame
 * @data: the frame from its Ethernet header on; has to stay while @f is used
 * @len: its length, with padding
 * @f: what to fill
 *
 * Return: whether the frame is well formed.
 */
bool pppoe_frame_parse(const uint8_t *data, size_t len, struct pppoe_frame *f)
{
	const uint8_t *header = data + ETHER_HEADER_LEN;
	size_t payload;

	memset(f, 0, sizeof(*f));
	if (len < ETHER_HEADER_LEN + PPPOE_HEADER_LEN)
		return false;
	if (get16(data + 12) != ETHER_TYPE || header[0] != VERSION_TYPE)
		return false;
	f->dst = data;
	f->src = data + PPPOE_MAC_LEN;
	f->code = header[1];
	f->session = get16(header + 2);
	payload = get16(header + 4);
	if (payload > len - ETHER_HEADER_LEN - PPPOE_HEADER_LEN || !is_individual(f->src))
		return false;
	if (!good_session(f->code, f->session))
		return false;
	if (!parse_tags(f, header + PPPOE_HEADER_LEN, payload))
		return false;
	return f->service.data || !needs_service(f->code);
}

/**
 * pppoe_frame_offers - is this one of the services that a concentrator names?
 * @f: its frame
 * @service: the service
 * @len: length of its name
 *
 * Return: whether it is.
 */
bool pppoe_frame_offers(const struct pppoe_frame *f, const void *service, size_t len)
{
	const uint8_t *p = f->tags;
	const uint8_t *end = p + f->tags_len;
	size_t tag_len;

	/* The lengths were checked when the frame was parsed. */
	while (p < end) {
		tag_len = get16(p + 2);
		if (get16(p) == PPPOE_TAG_SERVICE_NAME && tag_len == len &&
		    !memcmp(p + TAG_HEADER_LEN, service, len))
			return true;
		p += TAG_HEADER_LEN + tag_len;
	}
	return false;
}

/**
 * pppoe_frame_begin - begin a frame
 * @w: the frame
 * @dst: to whom
 * @src: from whom
 * @code: what it is
 * @session: session number
 */
void pppoe_frame_begin(struct pppoe_writer *w, const uint8_t *dst, const uint8_t *src,
		       enum pppoe_code code, uint16_t session)
{
	uint8_t *header = w->data + ETHER_HEADER_LEN;

	memcpy(w->data, dst, PPPOE_MAC_LEN);
	memcpy(w->data + PPPOE_MAC_LEN, src, PPPOE_MAC_LEN);
	put16(w->data + 12, ETHER_TYPE);
	header[0] = VERSION_TYPE;
	header[1] = (uint8_t)code;
	put16(header + 2, session);
	w->len = ETHER_HEADER_LEN + PPPOE_HEADER_LEN;
	w->full = false;
}

/**
 * pppoe_frame_put - add a tag
 * @w: the frame
 * @type: the tag
 * @data: its value, may be NULL if @len is 0
 * @len: length of the value
 */
void pppoe_frame_put(struct pppoe_writer *w, enum pppoe_tag_type type, const void *data,
		     size_t len)
{
	if (w->full || len > sizeof(w->data) - w->len ||
	    sizeof(w->data) - w->len - len < TAG_HEADER_LEN) {
		w->full = true;
		return;
	}
	put16(w->data + w->len, type);
	put16(w->data + w->len + 2, len);
	if (len)
		memcpy(w->data + w->len + TAG_HEADER_LEN, data, len);
	w->len += TAG_HEADER_LEN + len;
}

/**
 * pppoe_frame_echo - add the tags that an answer repeats: Host-Uniq and Relay-Session-Id
 * @w: the frame
 * @f: the frame that is answered
 */
void pppoe_frame_echo(struct pppoe_writer *w, const struct pppoe_frame *f)
{
	if (f->host_uniq.data)
		pppoe_frame_put(w, PPPOE_TAG_HOST_UNIQ, f->host_uniq.data, f->host_uniq.len);
	if (f->relay_id.data)
		pppoe_frame_put(w, PPPOE_TAG_RELAY_ID, f->relay_id.data, f->relay_id.len);
}

/**
 * pppoe_frame_end - the frame is complete
 * @w: the frame
 *
 * Return: whether it can be sent: everything has found room.
 */
bool pppoe_frame_end(struct pppoe_writer *w)
{
	put16(w->data + ETHER_HEADER_LEN + 4, w->len - ETHER_HEADER_LEN - PPPOE_HEADER_LEN);
	return !w->full;
}
