// SPDX-License-Identifier: GPL-2.0
/*
 * PPPoE discovery: what the frames of clients mean, and the answers (RFC 2516 section 5); those of
 * concentrators go to who dials.
 *
 * A PADI costs us an answer and nothing else. A PADR is looked at only with the cookie that was
 * sent to that very address; the session it makes exists, link included, before the PADS leaves.
 */
#include <string.h>

#include "../config.h"
#include "../log.h"
#include "../rrasd.h"
#include "../wan.h"
#include "cookie.h"
#include "pppoe_internal.h"

static bool within_rate(struct pppoe *p, const uint8_t *mac)
{
	const struct config *c = p->d->config;
	struct limit_bucket *bucket;
	uint64_t now = rrasd_now();

	/* The source's own first, so that a loud one does not use up what is for all. */
	if (c->discovery_rate_per_mac) {
		bucket = limit_of(&p->sources, hash_bytes(mac, PPPOE_MAC_LEN),
				  c->discovery_rate_per_mac, now);
		if (!limit_pass(bucket, c->discovery_rate_per_mac, now))
			return false;
	}
	return limit_pass(&p->total, c->discovery_rate, now);
}

/* An empty name asks for any service; without a list of ours every name is served. */
static bool offered(const struct config *c, const struct pppoe_tag *service)
{
	size_t i;

	if (!service->len || !c->services.count)
		return true;
	for (i = 0; i < c->services.count; i++) {
		if (strlen(c->services.item[i]) == service->len &&
		    !memcmp(c->services.item[i], service->data, service->len))
			return true;
	}
	return false;
}

static void put_string(struct pppoe_writer *w, enum pppoe_tag_type type, const char *text)
{
	pppoe_frame_put(w, type, text, strlen(text));
}

static void put_services(struct pppoe_writer *w, const struct config *c,
			 const struct pppoe_tag *asked)
{
	const char *name;
	size_t i;

	pppoe_frame_put(w, PPPOE_TAG_SERVICE_NAME, asked->data, asked->len);
	for (i = 0; i < c->services.count; i++) {
		name = c->services.item[i];
		if (strlen(name) != asked->len || memcmp(name, asked->data, asked->len))
			put_string(w, PPPOE_TAG_SERVICE_NAME, name);
	}
}

static void answer(struct pppoe_iface *iface, struct pppoe_writer *w, uint64_t *count)
{
	if (!pppoe_frame_end(w)) {
		iface->pppoe->counts.malformed++;	/* tags so long that no answer has room */
		return;
	}
	(*count)++;
	pppoe_iface_send(iface, w);
}

static void receive_padi(struct pppoe_iface *iface, const struct pppoe_frame *f)
{
	struct pppoe *p = iface->pppoe;
	const struct config *c = p->d->config;
	uint8_t cookie[COOKIE_LEN];
	struct pppoe_writer w;

	p->counts.padi++;
	if (!within_rate(p, f->src)) {
		p->counts.limited++;
		return;
	}
	/* Who cannot serve keeps silent: another concentrator may answer. */
	if (!offered(c, &f->service)) {
		p->counts.service++;
		return;
	}
	if (p->d->stopping || !wan_ready(p->d->wan) ||
	    sessions_full(p->d->sessions, c)) {
		p->counts.refused++;
		return;
	}
	cookie_make(cookie, iface->ifindex, f->src, rrasd_now());
	pppoe_frame_begin(&w, f->src, iface->mac, PPPOE_CODE_PADO, 0);
	put_string(&w, PPPOE_TAG_AC_NAME, c->ac_name);
	put_services(&w, c, &f->service);
	pppoe_frame_put(&w, PPPOE_TAG_AC_COOKIE, cookie, sizeof(cookie));
	pppoe_frame_echo(&w, f);
	answer(iface, &w, &p->counts.pado);
}

static void send_pads(struct pppoe_iface *iface, const struct pppoe_frame *f, uint16_t number,
		      enum pppoe_tag_type error, const char *text)
{
	struct pppoe_writer w;

	pppoe_frame_begin(&w, f->src, iface->mac, PPPOE_CODE_PADS, number);
	pppoe_frame_put(&w, PPPOE_TAG_SERVICE_NAME, f->service.data, f->service.len);
	if (text)
		put_string(&w, error, text);
	pppoe_frame_echo(&w, f);
	answer(iface, &w, &iface->pppoe->counts.pads);
}

static void receive_padr(struct pppoe_iface *iface, const struct pppoe_frame *f)
{
	struct pppoe *p = iface->pppoe;
	struct pppoe_session *ps;
	const char *why;

	p->counts.padr++;
	if (!cookie_check(f->cookie.data, f->cookie.len, iface->ifindex, f->src, rrasd_now())) {
		p->counts.cookie++;
		return;
	}
	if (!within_rate(p, f->src)) {
		p->counts.limited++;
		return;
	}
	if (!offered(p->d->config, &f->service)) {
		p->counts.service++;
		send_pads(iface, f, 0, PPPOE_TAG_SERVICE_ERROR, "no such service");
		return;
	}
	ps = pppoe_session_find_request(iface, f);
	if (ps) {
		p->counts.repeated++;
		send_pads(iface, f, ps->number, PPPOE_TAG_END, NULL);
		return;
	}
	ps = pppoe_session_create(iface, f, &why);
	if (!ps) {
		p->counts.refused++;
		if (why)
			send_pads(iface, f, 0, PPPOE_TAG_SYSTEM_ERROR, why);
		return;
	}
	send_pads(iface, f, ps->number, PPPOE_TAG_END, NULL);
	session_start(&ps->s);
}

static void receive_padt(struct pppoe_iface *iface, const struct pppoe_frame *f)
{
	struct pppoe_session *ps = NULL;

	iface->pppoe->counts.padt_in++;
	if (f->session <= PPPOE_SESSION_MAX)
		ps = iface->by_number[f->session];
	if (pppoe_dial_padt(iface, f))
		return;
	/* Only the client itself may end its session. */
	if (!ps || memcmp(ps->mac, f->src, PPPOE_MAC_LEN)) {
		iface->pppoe->counts.stray++;
		return;
	}
	ps->silent = true;
	session_lower_down(&ps->s, PPP_REASON_PEER);
}

static bool is_ours(const struct pppoe_iface *iface, const struct pppoe_frame *f)
{
	static const uint8_t broadcast[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	if (!memcmp(f->dst, iface->mac, PPPOE_MAC_LEN))
		return memcmp(f->src, iface->mac, PPPOE_MAC_LEN);
	return f->code == PPPOE_CODE_PADI && !memcmp(f->dst, broadcast, PPPOE_MAC_LEN);
}

/**
 * pppoe_receive - a discovery frame arrived
 * @iface: where
 * @data: the frame from its Ethernet header on
 * @len: its length
 */
void pppoe_receive(struct pppoe_iface *iface, const uint8_t *data, size_t len)
{
	struct pppoe_frame f;

	if (!pppoe_frame_parse(data, len, &f) || !is_ours(iface, &f)) {
		iface->pppoe->counts.malformed++;
		return;
	}
	switch (f.code) {
	case PPPOE_CODE_PADI:
		receive_padi(iface, &f);
		break;
	case PPPOE_CODE_PADR:
		receive_padr(iface, &f);
		break;
	case PPPOE_CODE_PADO:
	case PPPOE_CODE_PADS:
		pppoe_dial_receive(iface, &f);
		break;
	default:
		receive_padt(iface, &f);
		break;
	}
}
