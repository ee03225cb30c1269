// SPDX-License-Identifier: GPL-2.0
/*
 * The IPv6 Control Protocol (RFC 5072): an interface identifier for each end, which make the two
 * link-local addresses. Global addresses are none of its business, routers advertise them.
 *
 * All clients are on one interface, so the daemon says which identifier a client may have; who
 * asks for one that is taken is told another. As in IPCP the request is acknowledged only with
 * that one, and not before the kernel was made ready for it (network_prepare).
 */
#include <string.h>

#include "internal.h"

/* The bit that says "unique in the world", which a random number is not (RFC 5072 section 4.1). */
#define UNIVERSAL_BIT	(UINT64_C(1) << 57)

static uint64_t identifier_of(const struct ppp_option *o)
{
	return (uint64_t)ppp_get32(o->value) << 32 | ppp_get32(o->value + 4);
}

static void set_identifier(uint8_t *to, uint64_t identifier)
{
	ppp_set32(to, (uint32_t)(identifier >> 32));
	ppp_set32(to + 4, (uint32_t)identifier);
}

static void put_identifier(struct ppp_writer *w, uint64_t identifier)
{
	uint8_t data[PPP_IFID_LEN];

	set_identifier(data, identifier);
	ppp_put(w, PPP_IPV6CP_OPT_IFID, data, sizeof(data));
}

/* A valid identifier that is not @other. */
static uint64_t invent(struct ppp_session *s, uint64_t other)
{
	uint64_t identifier;

	s->ops->random(s, &identifier, sizeof(identifier));
	identifier &= ~UNIVERSAL_BIT;
	while (!ppp_ifid_valid(identifier) || identifier == other)
		identifier++;
	return identifier;
}

static void ipv6cp_reset(struct ppp_session *s)
{
	struct ppp_ipv6cp *ipv6cp = &s->ipv6cp;

	if (s->config->ifid)
		ipv6cp->ask = s->config->ifid;
	else if (!ipv6cp->ask)
		ipv6cp->ask = invent(s, ipv6cp->given);
	ipv6cp->ask_ifid = true;
}

static void ipv6cp_build(struct ppp_session *s, struct ppp_writer *w)
{
	if (s->ipv6cp.ask_ifid)
		put_identifier(w, s->ipv6cp.ask);
}

/* Which identifier does a request ask for? 0: none that could be allowed. */
static uint64_t identifier_wanted(const struct ppp_session *s, const uint8_t *data, size_t len)
{
	struct ppp_option o;
	uint64_t wanted;

	if (!ppp_options_find(data, len, PPP_IPV6CP_OPT_IFID, &o) || o.len != PPP_IFID_LEN)
		return 0;
	wanted = identifier_of(&o);
	return ppp_ifid_valid(wanted) && wanted != s->ipv6cp.ask ? wanted : 0;
}

/* The daemon gives a client its identifier; the peer of a client has what it likes. */
static bool ipv6cp_request_begin(struct ppp_session *s, uint8_t id, const uint8_t *data,
				 size_t len)
{
	uint64_t wanted = identifier_wanted(s, data, len);
	struct ppp_ipv6cp *ipv6cp = &s->ipv6cp;

	(void)id;
	if (s->config->role == PPP_CLIENT && wanted)
		ipv6cp->given = wanted;
	else if (s->config->role == PPP_CLIENT && !ipv6cp->given)
		ipv6cp->given = invent(s, ipv6cp->ask);
	else if (!ipv6cp->given)
		ipv6cp->given = s->ops->identifier_request(s, wanted);
	if (!ipv6cp->given)
		ppp_network_give_up(s, &ipv6cp->fsm, PPP_REASON_NO_ADDRESS);
	ipv6cp->ifid_seen = false;
	return !ipv6cp->fsm.off && !s->close_wanted;
}

static void request_identifier(struct ppp_session *s, const struct ppp_option *o,
			       struct ppp_reply *r)
{
	uint8_t given[PPP_IFID_LEN];

	s->ipv6cp.ifid_seen = true;
	set_identifier(given, s->ipv6cp.given);
	if (o->len != PPP_IFID_LEN || memcmp(o->value, given, sizeof(given)))
		ppp_reply_nak(r, o, given, sizeof(given));
}

static void ipv6cp_request(struct ppp_session *s, const struct ppp_option *o, struct ppp_reply *r)
{
	if (o->type == PPP_IPV6CP_OPT_IFID)
		request_identifier(s, o, r);
	else
		ppp_reply_reject(r, o);		/* header compression: the data path has none */
}

/* One that refuses to say an identifier for good cannot be served: who would it be? */
static void ipv6cp_request_end(struct ppp_session *s, struct ppp_reply *r)
{
	uint8_t given[PPP_IFID_LEN];

	if (s->ipv6cp.ifid_seen)
		return;
	set_identifier(given, s->ipv6cp.given);
	if (r->stubborn)
		ppp_network_give_up(s, &s->ipv6cp.fsm, PPP_REASON_NO_ADDRESS);
	else
		ppp_reply_missing(r, PPP_IPV6CP_OPT_IFID, given, sizeof(given));
}

static void ipv6cp_reject(struct ppp_session *s, const struct ppp_option *o)
{
	if (o->type != PPP_IPV6CP_OPT_IFID)
		return;
	s->ipv6cp.ask_ifid = false;
	if (s->config->role == PPP_CLIENT)
		ppp_network_give_up(s, &s->ipv6cp.fsm, PPP_REASON_NO_ADDRESS);
}

/* A server keeps its own identifier whatever the client thinks of it. */
static void ipv6cp_nak(struct ppp_session *s, const struct ppp_option *o)
{
	struct ppp_ipv6cp *ipv6cp = &s->ipv6cp;
	uint64_t told;

	if (s->config->role != PPP_CLIENT || o->type != PPP_IPV6CP_OPT_IFID ||
	    o->len != PPP_IFID_LEN)
		return;
	told = identifier_of(o);
	ipv6cp->ask = ppp_ifid_valid(told) && told != ipv6cp->given ? told :
		      invent(s, ipv6cp->given);
}

static void network_fill(const struct ppp_session *s, struct ppp_network *net)
{
	struct ppp_link link;

	ppp_session_link(s, &link);
	memset(net, 0, sizeof(*net));
	net->protocol = PPP_PROTO_IPV6;
	net->mtu = link.mtu;
	net->peer_ifid = s->ipv6cp.given;
	if (s->config->role == PPP_SERVER || s->ipv6cp.fsm.state == PPP_OPENED)
		net->local_ifid = s->ipv6cp.ask;
}

static void unprepare(struct ppp_session *s)
{
	s->ipv6cp.up = false;
	s->ipv6cp.confirming = false;
	if (!s->ipv6cp.prepared)
		return;
	s->ipv6cp.prepared = false;
	s->ops->network_down(s, PPP_PROTO_IPV6);
}

/* As ipcp_ack(). */
static int ipv6cp_ack(struct ppp_session *s)
{
	struct ppp_ipv6cp *ipv6cp = &s->ipv6cp;
	struct ppp_network net;

	if (ipv6cp->prepared && ipv6cp->prepared_for != ipv6cp->given)
		unprepare(s);
	if (ipv6cp->prepared)
		return 0;
	network_fill(s, &net);
	if (s->config->role == PPP_CLIENT)
		net.local_ifid = 0;
	if (s->ops->network_prepare(s, &net)) {
		ppp_network_give_up(s, &ipv6cp->fsm, PPP_REASON_NETWORK_FAILED);
		return -1;
	}
	ipv6cp->prepared = true;
	ipv6cp->prepared_for = ipv6cp->given;
	return 0;
}

static void network_up(struct ppp_session *s)
{
	struct ppp_network net;

	s->ipv6cp.confirming = false;
	s->ipv6cp.up = true;
	network_fill(s, &net);
	s->ops->network_up(s, &net);
	ppp_network_opened(s);
}

static void ipv6cp_up(struct ppp_session *s)
{
	s->ipv6cp.confirming = ppp_network_ask_confirm(s, &s->ipv6cp.fsm);
	if (!s->ipv6cp.confirming)
		network_up(s);
}

static void ipv6cp_code_rejected(struct ppp_session *s, uint8_t code)
{
	if (code == PPP_CODE_ECHO_REQ)
		ppp_ipv6cp_confirmed(s);
}

static void ipv6cp_down(struct ppp_session *s, enum ppp_event event)
{
	unprepare(s);
	ppp_network_closed(s, event);
}

static void ipv6cp_finished(struct ppp_session *s, enum ppp_event event)
{
	unprepare(s);
	ppp_network_finished(s, &s->ipv6cp.fsm, event);
}

const struct ppp_fsm_ops ppp_ipv6cp_ops = {
	.protocol = PPP_PROTO_IPV6CP,
	.reset = ipv6cp_reset,
	.build = ipv6cp_build,
	.request_begin = ipv6cp_request_begin,
	.request = ipv6cp_request,
	.request_end = ipv6cp_request_end,
	.nak = ipv6cp_nak,
	.reject = ipv6cp_reject,
	.ack = ipv6cp_ack,
	.code_rejected = ipv6cp_code_rejected,
	.up = ipv6cp_up,
	.down = ipv6cp_down,
	.finished = ipv6cp_finished,
};

/**
 * ppp_ipv6cp_init - prepare IPV6CP's part of a session; it waits for the network phase
 * @s: the session
 */
void ppp_ipv6cp_init(struct ppp_session *s)
{
	ppp_fsm_init(&s->ipv6cp.fsm, &ppp_ipv6cp_ops);
}

/**
 * ppp_ipv6cp_start - the network phase begins
 * @s: the session
 *
 * A line that cannot carry 1280 bytes either way carries no IPv6 (RFC 8200 section 5).
 */
void ppp_ipv6cp_start(struct ppp_session *s)
{
	struct ppp_fsm *f = &s->ipv6cp.fsm;
	struct ppp_link link;

	ppp_session_link(s, &link);
	f->off = !s->config->ipv6 || link.mtu < PPP_IPV6_MIN_MTU || link.mru < PPP_IPV6_MIN_MTU;
	if (f->off)
		return;
	f->naks_sent = 0;
	ppp_fsm_event(s, f, PPP_EV_OPEN);
	ppp_fsm_event(s, f, PPP_EV_UP);
}

/**
 * ppp_ipv6cp_stop - LCP is no longer open, or IPv6 was given up
 * @s: the session
 *
 * Undoes a preparation also where IPV6CP never opened.
 */
void ppp_ipv6cp_stop(struct ppp_session *s)
{
	ppp_fsm_event(s, &s->ipv6cp.fsm, PPP_EV_DOWN);
	unprepare(s);
}

/**
 * ppp_ipv6cp_confirmed - the peer has answered, or had the time to
 * @s: the session
 */
void ppp_ipv6cp_confirmed(struct ppp_session *s)
{
	if (s->ipv6cp.confirming)
		network_up(s);
}
