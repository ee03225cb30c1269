// SPDX-License-Identifier: GPL-2.0
/*
 * PPPoE clients: session numbers, limits for each address, and what a session needs from its port.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../config.h"
#include "../kernel.h"
#include "../log.h"
#include "../rrasd.h"
#include "../wan.h"
#include "pppoe_internal.h"

static struct log_limit refuse_limit;

static struct pppoe_session *to_pppoe(const struct session *s)
{
	return container_of(s, struct pppoe_session, s);
}

/**
 * pppoe_mac_text - an Ethernet address for people
 * @mac: the address
 *
 * Return: its text, in a static buffer.
 */
const char *pppoe_mac_text(const uint8_t *mac)
{
	static char text[18];

	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	return text;
}

static struct pppoe_client *client_find(struct pppoe *p, const uint8_t *mac)
{
	uint64_t hash = hash_bytes(mac, PPPOE_MAC_LEN);
	struct pppoe_client *c;
	struct hnode *n;

	for (n = htable_first(&p->clients, hash); n; n = htable_next(n)) {
		c = container_of(n, struct pppoe_client, node);
		if (!memcmp(c->mac, mac, PPPOE_MAC_LEN))
			return c;
	}
	return NULL;
}

static struct pppoe_client *client_get(struct pppoe *p, const uint8_t *mac)
{
	struct pppoe_client *c = client_find(p, mac);

	if (!c) {
		c = calloc(1, sizeof(*c));
		if (!c)
			return NULL;
		memcpy(c->mac, mac, PPPOE_MAC_LEN);
		htable_add(&p->clients, &c->node, hash_bytes(mac, PPPOE_MAC_LEN));
	}
	c->sessions++;
	c->unfinished++;
	return c;
}

static void client_put(struct pppoe *p, struct pppoe_client *c, bool finished)
{
	if (!finished)
		c->unfinished--;
	if (--c->sessions)
		return;
	htable_remove(&p->clients, &c->node);
	free(c);
}

/* Who sent a PADR: the same address with the same Host-Uniq through the same relay. */
static uint64_t hash_request(const struct pppoe_iface *iface, const struct pppoe_frame *f)
{
	uint64_t parts[4] = { (uint64_t)iface->ifindex };

	parts[1] = hash_bytes(f->src, PPPOE_MAC_LEN);
	parts[2] = hash_bytes(f->host_uniq.data, f->host_uniq.len);
	parts[3] = hash_bytes(f->relay_id.data, f->relay_id.len);
	return hash_bytes(parts, sizeof(parts));
}

/**
 * pppoe_session_find_request - the session that an earlier PADR like this one has made
 * @iface: where it arrived
 * @f: the PADR
 *
 * A client whose PADS was lost asks again and has to get the same session. Once it has
 * authenticated it cannot have missed the PADS: who asks then begins anew.
 *
 * Return: the session or NULL.
 */
struct pppoe_session *pppoe_session_find_request(struct pppoe_iface *iface,
						 const struct pppoe_frame *f)
{
	struct pppoe_session *ps;
	struct hnode *n;

	n = htable_first(&iface->pppoe->requests, hash_request(iface, f));
	if (!n)
		return NULL;
	/* The hash is of 64 bits with a secret key: nobody finds another one with the same. */
	ps = container_of(n, struct pppoe_session, request);
	return ps->iface == iface && !memcmp(ps->mac, f->src, PPPOE_MAC_LEN) ? ps : NULL;
}

static uint16_t number_alloc(struct pppoe_iface *iface)
{
	uint32_t tries;
	uint16_t number;

	for (tries = 0; tries < PPPOE_SESSION_MAX; tries++) {
		number = iface->cursor;
		iface->cursor = number >= PPPOE_SESSION_MAX ? PPPOE_SESSION_MIN : number + 1;
		if (!iface->by_number[number])
			return number;
	}
	return 0;
}

static const char *port_describe(const struct session *s)
{
	static char text[IFNAMSIZ + 20];
	struct pppoe_session *ps = to_pppoe(s);

	snprintf(text, sizeof(text), "%s %s", ps->iface->watch.name, pppoe_mac_text(ps->mac));
	return text;
}

static uint64_t port_peer(const struct session *s)
{
	return hash_bytes(to_pppoe(s)->mac, PPPOE_MAC_LEN);
}

static const char *port_caller(const struct session *s)
{
	return pppoe_mac_text(to_pppoe(s)->mac);
}

static void port_json(const struct session *s, struct json *j)
{
	struct pppoe_session *ps = to_pppoe(s);

	json_field_string(j, "interface", ps->iface->watch.name);
	json_field_string(j, "peer", pppoe_mac_text(ps->mac));
	json_field_uint(j, "pppoe-session", ps->number);
}

static void forget_request(struct pppoe_session *ps)
{
	if (ps->requested)
		htable_remove(&ps->iface->pppoe->requests, &ps->request);
	ps->requested = false;
}

static void port_authenticated(struct session *s)
{
	struct pppoe_session *ps = to_pppoe(s);

	ps->client->unfinished--;
	forget_request(ps);
}

/**
 * pppoe_padt - tell the other side that a session is over
 * @iface: where
 * @mac: whom
 * @number: of the session
 */
void pppoe_padt(struct pppoe_iface *iface, const uint8_t *mac, uint16_t number)
{
	struct pppoe_writer w;

	pppoe_frame_begin(&w, mac, iface->mac, PPPOE_CODE_PADT, number);
	if (!pppoe_frame_end(&w))
		return;
	iface->pppoe->counts.padt_out++;
	pppoe_iface_send(iface, &w);
}

static void port_save(const struct session *s, struct record_writer *w)
{
	struct pppoe_session *ps = to_pppoe(s);

	pppoe_save(w, ps->iface, ps->mac, ps->number);
}

static void port_closed(struct session *s, enum ppp_reason reason)
{
	struct pppoe_session *ps = to_pppoe(s);

	(void)reason;
	if (!ps->silent)
		pppoe_padt(ps->iface, ps->mac, ps->number);
	forget_request(ps);
	client_put(ps->iface->pppoe, ps->client, s->authenticated);
	ps->client = NULL;
	ps->iface->by_number[ps->number] = NULL;
	ps->iface->count--;
}

static void port_free(struct session *s)
{
	free(to_pppoe(s));
}

static const struct session_port port = {
	.kind = ACCESS_PPPOE,
	.describe = port_describe,
	.peer = port_peer,
	.caller = port_caller,
	.json = port_json,
	.authenticated = port_authenticated,
	.save = port_save,
	.closed = port_closed,
	.free = port_free,
};

/* A reason that is over in a moment. A client that hears nothing asks again soon; one that is
 * refused gives up.
 */
static const char busy[] = "too many unfinished sessions";

/* Why a new session of this address is not possible, or NULL. */
static const char *refuse(struct pppoe *p, const uint8_t *mac)
{
	const struct config *c = p->d->config;
	struct pppoe_client *client = client_find(p, mac);

	if (!wan_ready(p->d->wan))
		return "the WAN interface is not there or not up";
	if (client && c->sessions_per_mac && client->sessions >= c->sessions_per_mac)
		return "too many sessions of this address";
	if (client && c->unfinished_per_mac && client->unfinished >= c->unfinished_per_mac)
		return "too many unfinished sessions of this address";
	if (p->d->stopping)
		return "shutting down";
	if (sessions_full(p->d->sessions, c))
		return "too many sessions";
	return sessions_room(p->d->sessions, c) ? NULL : busy;
}

static void log_refusal(struct pppoe_iface *iface, const uint8_t *mac, const char *why)
{
	if (log_allowed(&refuse_limit))
		log_warning("pppoe %s %s: no session: %s", iface->watch.name, pppoe_mac_text(mac),
			    why);
}

/**
 * pppoe_session_create - make a session for a PADR, the link included
 * @iface: where it arrived
 * @f: the PADR
 * @why: on an error, the reason, for the client; NULL if it had better hear nothing
 *
 * Return: the session, not started; NULL on an error, which has been logged.
 */
struct pppoe_session *pppoe_session_create(struct pppoe_iface *iface,
					   const struct pppoe_frame *f, const char **why)
{
	struct pppoe *p = iface->pppoe;
	struct pppoe_session *ps;
	uint32_t link;
	int fd;

	*why = refuse(p, f->src);
	if (*why) {
		log_refusal(iface, f->src, *why);
		if (*why == busy)
			*why = NULL;
		return NULL;
	}
	*why = "no resources";
	ps = calloc(1, sizeof(*ps));
	if (!ps)
		return NULL;
	ps->iface = iface;
	memcpy(ps->mac, f->src, PPPOE_MAC_LEN);
	ps->number = number_alloc(iface);
	if (!ps->number)
		goto err_free;
	fd = kernel_link_pppoe(p->d->kernel, iface->ifindex, ps->number, ps->mac, &link);
	if (fd < 0) {
		log_refusal(iface, f->src, kernel_error(p->d->kernel));
		goto err_free;
	}
	ps->client = client_get(p, f->src);
	if (!ps->client)
		goto err_close;
	session_add(p->d, &ps->s, &port, fd, link);
	iface->by_number[ps->number] = ps;
	iface->count++;
	htable_add(&p->requests, &ps->request, hash_request(iface, f));
	ps->requested = true;
	return ps;

err_close:
	close(fd);
err_free:
	free(ps);
	return NULL;
}

/**
 * pppoe_session_restore - go on with a client's session of the process before us
 * @iface: where it is
 * @mac: the client
 * @number: of the session
 * @h: the rest
 *
 * Return: NULL, or why that is not possible.
 */
const char *pppoe_session_restore(struct pppoe_iface *iface, const uint8_t *mac, uint16_t number,
				  const struct handover *h)
{
	struct pppoe_session *ps;

	if (!iface->serves)
		return "its interface is not one of the configuration any more";
	if (iface->by_number[number])
		return "another session has its number";
	ps = calloc(1, sizeof(*ps));
	if (!ps)
		return "out of memory";
	ps->iface = iface;
	ps->number = number;
	memcpy(ps->mac, mac, PPPOE_MAC_LEN);
	ps->client = client_get(iface->pppoe, mac);
	if (!ps->client)
		goto err_free;
	ps->client->unfinished--;
	iface->by_number[number] = ps;
	iface->count++;
	if (session_restore(&ps->s, &port, h, NULL))
		return NULL;
	iface->count--;
	iface->by_number[number] = NULL;
	client_put(iface->pppoe, ps->client, true);
err_free:
	free(ps);
	return "its record makes no sense";
}
