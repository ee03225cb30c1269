// SPDX-License-Identifier: GPL-2.0
/*
 * The Internet Protocol Control Protocol (RFC 1332) with name server addresses (RFC 1877).
 *
 * The server gives the client its address; the client's request is acknowledged only with that
 * one, and not before the kernel was made ready for it (network_prepare).
 */
#include <string.h>

#include "internal.h"

#define ADDRESS_LEN 4

static struct in_addr address_of(const struct ppp_option *o)
{
	struct in_addr address;

	memcpy(&address, o->value, sizeof(address));
	return address;
}

static void put_address(struct ppp_writer *w, uint8_t type, struct in_addr address)
{
	ppp_put(w, type, &address, sizeof(address));
}

static void ipcp_reset(struct ppp_session *s)
{
	const struct ppp_config *config = s->config;
	struct ppp_ipcp *ipcp = &s->ipcp;
	bool client = config->role == PPP_CLIENT;

	ipcp->ask = config->local;
	ipcp->ask_address = true;
	ipcp->ask_dns1 = client && config->ask_dns;
	ipcp->ask_dns2 = client && config->ask_dns;
	memset(ipcp->dns, 0, sizeof(ipcp->dns));
}

static void ipcp_build(struct ppp_session *s, struct ppp_writer *w)
{
	const struct ppp_ipcp *ipcp = &s->ipcp;

	if (ipcp->ask_address)
		put_address(w, PPP_IPCP_OPT_ADDRESS, ipcp->ask);
	if (ipcp->ask_dns1)
		put_address(w, PPP_IPCP_OPT_DNS1, ipcp->dns[0]);
	if (ipcp->ask_dns2)
		put_address(w, PPP_IPCP_OPT_DNS2, ipcp->dns[1]);
}

/* Which address does a request ask for? */
static struct in_addr address_wanted(const uint8_t *data, size_t len)
{
	struct in_addr none = { 0 };
	struct ppp_option o;

	if (!ppp_options_find(data, len, PPP_IPCP_OPT_ADDRESS, &o) || o.len != ADDRESS_LEN)
		return none;
	return address_of(&o);
}

/*
 * A server cannot judge a request before it knows the client's address. The newest request is
 * kept and judged when the address comes; without that the client would have to send it again,
 * a second or more later.
 */
static bool address_ready(struct ppp_session *s, uint8_t id, const uint8_t *data, size_t len)
{
	struct ppp_ipcp *ipcp = &s->ipcp;

	if (s->config->role == PPP_CLIENT)
		return true;
	if (!ipcp->address_asked) {
		ipcp->address_asked = true;
		s->ops->address_request(s, address_wanted(data, len));
	}
	if (ipcp->address_known) {
		if (!ipcp->given.s_addr)
			ppp_network_give_up(s, &ipcp->fsm, PPP_REASON_NO_ADDRESS);
		return ipcp->given.s_addr;
	}
	if (len <= sizeof(ipcp->pending)) {
		memcpy(ipcp->pending, data, len);
		ipcp->pending_len = (uint8_t)len;
		ipcp->pending_id = id;
		ipcp->has_pending = true;
	}
	return false;
}

static bool ipcp_request_begin(struct ppp_session *s, uint8_t id, const uint8_t *data, size_t len)
{
	if (!address_ready(s, id, data, len) || s->close_wanted || s->ipcp.fsm.off)
		return false;
	s->ipcp.peer_address_seen = false;
	s->ipcp.peer.s_addr = 0;
	return true;
}

static void request_address(struct ppp_session *s, const struct ppp_option *o,
			    struct ppp_reply *r)
{
	bool client = s->config->role == PPP_CLIENT;
	struct ppp_ipcp *ipcp = &s->ipcp;
	struct in_addr address = { 0 };

	ipcp->peer_address_seen = true;
	if (o->len == ADDRESS_LEN)
		address = address_of(o);
	if (client && !address.s_addr)
		ppp_reply_reject(r, o);		/* we have none to give */
	else if (!client && address.s_addr != ipcp->given.s_addr)
		ppp_reply_nak(r, o, &ipcp->given, ADDRESS_LEN);
	else
		ipcp->peer = address;
}

static void request_dns(struct ppp_session *s, const struct ppp_option *o, struct ppp_reply *r,
			struct in_addr dns)
{
	if (s->config->role == PPP_CLIENT || !dns.s_addr)
		ppp_reply_reject(r, o);
	else if (o->len != ADDRESS_LEN || address_of(o).s_addr != dns.s_addr)
		ppp_reply_nak(r, o, &dns, ADDRESS_LEN);
}

static void ipcp_request(struct ppp_session *s, const struct ppp_option *o, struct ppp_reply *r)
{
	switch (o->type) {
	case PPP_IPCP_OPT_ADDRESS:
		request_address(s, o, r);
		break;
	case PPP_IPCP_OPT_DNS1:
		request_dns(s, o, r, s->config->dns[0]);
		break;
	case PPP_IPCP_OPT_DNS2:
		request_dns(s, o, r, s->config->dns[1]);
		break;
	default:
		/*
		 * Header compression: the data path has none. IP-Addresses is deprecated
		 * (RFC 1332 section 3.1). NetBIOS name servers: we have none to give.
		 */
		ppp_reply_reject(r, o);
	}
}

/*
 * A client that leaves its address out is told it (RFC 1332 section 3.3). One that refuses it
 * for good cannot be served: nothing it sends would have a source we know.
 */
static void ipcp_request_end(struct ppp_session *s, struct ppp_reply *r)
{
	struct ppp_ipcp *ipcp = &s->ipcp;

	if (s->config->role == PPP_CLIENT || ipcp->peer_address_seen)
		return;
	if (r->stubborn)
		ppp_network_give_up(s, &ipcp->fsm, PPP_REASON_NO_ADDRESS);
	else
		ppp_reply_missing(r, PPP_IPCP_OPT_ADDRESS, &ipcp->given, ADDRESS_LEN);
}

static void ipcp_reject(struct ppp_session *s, const struct ppp_option *o)
{
	struct ppp_ipcp *ipcp = &s->ipcp;

	switch (o->type) {
	case PPP_IPCP_OPT_ADDRESS:
		ipcp->ask_address = false;
		if (s->config->role == PPP_CLIENT)
			ppp_network_give_up(s, &ipcp->fsm, PPP_REASON_NO_ADDRESS);
		break;
	case PPP_IPCP_OPT_DNS1:
		ipcp->ask_dns1 = false;
		ipcp->dns[0].s_addr = 0;
		break;
	case PPP_IPCP_OPT_DNS2:
		ipcp->ask_dns2 = false;
		ipcp->dns[1].s_addr = 0;
		break;
	default:
		break;
	}
}

/* A server keeps its own address whatever the client thinks of it. */
static void ipcp_nak(struct ppp_session *s, const struct ppp_option *o)
{
	struct ppp_ipcp *ipcp = &s->ipcp;

	if (s->config->role != PPP_CLIENT || o->len != ADDRESS_LEN)
		return;
	if (o->type == PPP_IPCP_OPT_ADDRESS && address_of(o).s_addr)
		ipcp->ask = address_of(o);
	else if (o->type == PPP_IPCP_OPT_DNS1 && ipcp->ask_dns1)
		ipcp->dns[0] = address_of(o);
	else if (o->type == PPP_IPCP_OPT_DNS2 && ipcp->ask_dns2)
		ipcp->dns[1] = address_of(o);
}

static void network_fill(const struct ppp_session *s, struct ppp_network *net)
{
	const struct ppp_config *config = s->config;
	const struct ppp_ipcp *ipcp = &s->ipcp;
	struct ppp_link link;

	ppp_session_link(s, &link);
	memset(net, 0, sizeof(*net));
	net->protocol = PPP_PROTO_IP;
	net->mtu = link.mtu;
	net->peer = ipcp->peer;
	if (config->role == PPP_SERVER) {
		net->local = config->local;
		memcpy(net->dns, config->dns, sizeof(net->dns));
	} else if (ipcp->fsm.state == PPP_OPENED) {
		net->local = ipcp->ask;
		memcpy(net->dns, ipcp->dns, sizeof(net->dns));
	}
}

static void unprepare(struct ppp_session *s)
{
	s->ipcp.up = false;
	s->ipcp.confirming = false;
	if (!s->ipcp.prepared)
		return;
	s->ipcp.prepared = false;
	s->ops->network_down(s, PPP_PROTO_IP);
}

/*
 * Called before a Configure-Ack leaves. The kernel stays prepared through copies of a request;
 * it is prepared anew if the peer's address changed, which only the peer of a client can do.
 */
static int ipcp_ack(struct ppp_session *s)
{
	struct ppp_ipcp *ipcp = &s->ipcp;
	struct ppp_network net;

	if (ipcp->prepared && ipcp->prepared_for.s_addr != ipcp->peer.s_addr)
		unprepare(s);
	if (ipcp->prepared)
		return 0;
	network_fill(s, &net);
	if (s->config->role == PPP_CLIENT)
		net.local.s_addr = 0;
	if (s->ops->network_prepare(s, &net)) {
		ppp_network_give_up(s, &ipcp->fsm, PPP_REASON_NETWORK_FAILED);
		return -1;
	}
	ipcp->prepared = true;
	ipcp->prepared_for = ipcp->peer;
	return 0;
}

static void network_up(struct ppp_session *s)
{
	struct ppp_network net;

	s->ipcp.confirming = false;
	s->ipcp.up = true;
	network_fill(s, &net);
	s->ops->network_up(s, &net);
	ppp_network_opened(s);
}

static void ipcp_up(struct ppp_session *s)
{
	if (s->config->role == PPP_CLIENT && !s->ipcp.ask.s_addr) {
		/* The peer acknowledged 0.0.0.0. */
		ppp_network_give_up(s, &s->ipcp.fsm, PPP_REASON_NO_ADDRESS);
		return;
	}
	s->ipcp.confirming = ppp_network_ask_confirm(s, &s->ipcp.fsm);
	if (!s->ipcp.confirming)
		network_up(s);
}

static void ipcp_code_rejected(struct ppp_session *s, uint8_t code)
{
	if (code == PPP_CODE_ECHO_REQ)
		ppp_ipcp_confirmed(s);
}

static void ipcp_down(struct ppp_session *s, enum ppp_event event)
{
	unprepare(s);
	ppp_network_closed(s, event);
}

static void ipcp_finished(struct ppp_session *s, enum ppp_event event)
{
	unprepare(s);
	ppp_network_finished(s, &s->ipcp.fsm, event);
}

const struct ppp_fsm_ops ppp_ipcp_ops = {
	.protocol = PPP_PROTO_IPCP,
	.reset = ipcp_reset,
	.build = ipcp_build,
	.request_begin = ipcp_request_begin,
	.request = ipcp_request,
	.request_end = ipcp_request_end,
	.nak = ipcp_nak,
	.reject = ipcp_reject,
	.ack = ipcp_ack,
	.code_rejected = ipcp_code_rejected,
	.up = ipcp_up,
	.down = ipcp_down,
	.finished = ipcp_finished,
};

/**
 * ppp_ipcp_init - prepare IPCP's part of a session; it waits for the network phase
 * @s: the session
 */
void ppp_ipcp_init(struct ppp_session *s)
{
	ppp_fsm_init(&s->ipcp.fsm, &ppp_ipcp_ops);
}

/**
 * ppp_ipcp_start - the network phase begins
 * @s: the session
 */
void ppp_ipcp_start(struct ppp_session *s)
{
	s->ipcp.has_pending = false;
	s->ipcp.fsm.naks_sent = 0;
	s->ipcp.fsm.off = false;
	ppp_fsm_event(s, &s->ipcp.fsm, PPP_EV_OPEN);
	ppp_fsm_event(s, &s->ipcp.fsm, PPP_EV_UP);
}

/**
 * ppp_ipcp_stop - LCP is no longer open, or IPv4 was given up
 * @s: the session
 *
 * Undoes a preparation also where IPCP never opened.
 */
void ppp_ipcp_stop(struct ppp_session *s)
{
	ppp_fsm_event(s, &s->ipcp.fsm, PPP_EV_DOWN);
	s->ipcp.has_pending = false;
	unprepare(s);
}

/**
 * ppp_ipcp_confirmed - the peer has answered, or had the time to
 * @s: the session
 */
void ppp_ipcp_confirmed(struct ppp_session *s)
{
	if (s->ipcp.confirming)
		network_up(s);
}

/**
 * ppp_ipcp_address - the client's address is known, or that there is none
 * @s: the session
 * @address: the address; 0.0.0.0: none
 */
void ppp_ipcp_address(struct ppp_session *s, struct in_addr address)
{
	struct ppp_ipcp *ipcp = &s->ipcp;

	if (!ipcp->address_asked || ipcp->address_known)
		return;
	ipcp->given = address;
	ipcp->address_known = true;
	if (s->phase != PPP_PHASE_NETWORK)
		return;
	if (!address.s_addr) {
		ppp_network_give_up(s, &ipcp->fsm, PPP_REASON_NO_ADDRESS);
	} else if (ipcp->has_pending) {
		ipcp->has_pending = false;
		ppp_fsm_request(s, &ipcp->fsm, ipcp->pending_id, ipcp->pending,
				ipcp->pending_len);
	}
}
