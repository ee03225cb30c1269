// SPDX-License-Identifier: GPL-2.0
/*
 * What the PPP engine of a session asks for: frames, time, users, addresses, the kernel.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access/access.h"
#include "config.h"
#include "filters.h"
#include "kernel.h"
#include "log.h"
#include "pools.h"
#include "random.h"
#include "rrasd.h"
#include "session_internal.h"
#include "wan.h"

static struct log_limit auth_limit;
static struct log_limit error_limit;
static struct log_limit filter_limit;

/* A frame that cannot be sent is lost, as on any line; the engine repeats what matters. */
static void ppp_output(struct ppp_session *p, const uint8_t *frame, size_t len)
{
	struct session *s = p->data;

	if (!s->link_down && write(s->fd, frame, len) < 0)
		log_debug("session %u: a control frame could not be sent: %m", s->link);
}

static void ppp_set_timer(struct ppp_session *p, uint64_t deadline_ms)
{
	struct session *s = p->data;

	s->deadline = deadline_ms;
	session_arm(s);
}

static void ppp_random(struct ppp_session *p, void *buf, size_t len)
{
	(void)p;
	random_bytes(buf, len);
}

static void ppp_lcp_up(struct ppp_session *p, const struct ppp_link *link)
{
	struct session *s = p->data;

	if (s->port->framing) {
		s->port->framing(s, link);
		return;
	}
	/* A new link sends both fields in full; telling the kernel so would be for nothing. */
	if (!link->send_acfc && !link->send_pfc && !s->framing_set)
		return;
	s->framing_set = true;
	if (kernel_link_set(s->d->kernel, s->link, link->send_acfc, link->send_pfc))
		log_warning("session %u: framing cannot be set: %s", s->link,
			    kernel_error(s->d->kernel));
}

/* What the first proof grants stays; who proves himself again has to be the same. */
static bool take_user(struct session *s, const struct auth_query *q, struct auth_grant *grant)
{
	if (s->user)
		return s->user_len == q->name_len && !memcmp(s->user, q->name, q->name_len);
	s->user = malloc((size_t)q->name_len + 1);
	if (!s->user)
		return false;
	memcpy(s->user, q->name, q->name_len);
	s->user_len = q->name_len;
	s->method = q->method;
	s->grant = *grant;
	*grant = (struct auth_grant){ 0 };
	sessions_named(s->d->sessions, s);
	return true;
}

/* At once, so that its address is free; but the client is told why, if it is there. */
static void replace(struct session *old, const struct session *by)
{
	log_info("session %u: %s came again as session %u", old->link,
		 log_printable(old->user, old->user_len), by->link);
	session_close(old, PPP_REASON_REPLACED);
	if (!old->over)
		session_lower_down(old, PPP_REASON_REPLACED);
}

/* Is one more session of this user fine? If not, the one that he has may be a dead one. */
static bool admit(struct session *s, const struct auth_query *q, const struct auth_grant *grant)
{
	enum user_second second = grant->second ? grant->second : s->config->second;
	struct sessions *all = s->d->sessions;
	struct session *old;

	if (s->user || second == USER_SECOND_ALLOW)
		return true;
	while ((old = sessions_second(all, s, q->name, q->name_len))) {
		if (second == USER_SECOND_REFUSE) {
			ppp_session_probe(&old->ppp, rrasd_now());
			return false;
		}
		replace(old, s);
	}
	return true;
}

/**
 * session_auth_answered - whether a client may connect
 * @s: the session; it may be over when this returns
 * @q: the question
 * @answer: the answer; its grant is taken over if it is used
 */
void session_auth_answered(struct session *s, const struct auth_query *q,
			   const struct auth_answer *answer)
{
	bool second = answer->good && !admit(s, q, answer->grant);
	struct ppp_auth_answer reply = {
		.ok = answer->good && !second && take_user(s, q, answer->grant),
		.retry = !answer->good && answer->retry,
		.error = answer->error,
		.proof = answer->proof,
		.message = answer->message,
	};

	if (!reply.ok) {
		s->d->sessions->counts.auth_failed++;
		if (log_allowed(&auth_limit))
			log_warning("session %u: %s %s: %s of '%s' refused: %s", s->link,
				    access_name(s->port->kind), s->port->describe(s),
				    ppp_auth_name(q->method),
				    log_printable(q->name, q->name_len),
				    second ? "he has a session already" :
				    answer->good ? "not the user of before" : answer->why);
	}
	if (!reply.message || reply.ok != answer->good)
		reply.message = reply.ok ? "Welcome" : second ? "You are connected already" :
				"Wrong name or secret";
	ppp_auth_answer(&s->ppp, rrasd_now(), &reply);
}

static void ppp_auth_request(struct ppp_session *p, const struct ppp_auth_request *request)
{
	auth_begin(p->data, request);
}

static void ppp_auth_ok(struct ppp_session *p)
{
	struct session *s = p->data;

	sessions_authenticated(s->d->sessions, s);
}

static void take_address(struct session *s)
{
	const char *pool = s->grant.pool;

	s->address = pools_take(s->d->pools, pool, hash_bytes(s->user, s->user_len), s);
	if (s->address)
		return;
	sessions_probe(s->d->sessions, pool);
	if (!log_allowed(&error_limit))
		return;
	if (!pools_known(s->d->pools, pool))
		log_warning("session %u: %s: no address: pool %s is not in the configuration",
			    s->link, log_printable(s->user, s->user_len), pool);
	else
		log_warning("session %u: %s: no address left in %s%s", s->link,
			    log_printable(s->user, s->user_len), pool ? "pool " : "the pool",
			    pool ? pool : "");
}

static void choose_address(struct session *s)
{
	uint32_t local = ntohl(s->config->local.s_addr);

	if (s->grant.address_kind == USER_ADDRESS_POOL) {
		take_address(s);
	} else if (s->grant.address_kind == USER_ADDRESS_FIXED && s->grant.address != local) {
		/* Outside the pool nobody else is given it; inside it is his. */
		s->address = s->grant.address;
		if (s->d->config->conflict == WAN_CONFLICT_REPLACE ||
		    !pools_owner(s->d->pools, s->address))
			pools_claim(s->d->pools, s->address, s);
	} else if (!s->config->ipv6 && log_allowed(&error_limit)) {
		log_warning("session %u: %s: this user has no usable address",
			    s->link, log_printable(s->user, s->user_len));
	}
}

static void ppp_address_request(struct ppp_session *p, struct in_addr wanted)
{
	struct session *s = p->data;
	struct in_addr address;

	(void)wanted;	/* the client's wish does not count: the file and the pool decide */
	choose_address(s);
	address.s_addr = htonl(s->address);
	ppp_address_result(p, rrasd_now(), address);
}

/*
 * Before the line is up, so that no packet passes unfiltered; and who cannot be filtered gets no
 * line. The binding stays until the link is gone, whatever becomes of the line.
 */
static int bind_filters(struct session *s)
{
	const char *set = session_filter_set(s);
	struct rrasd *d = s->d;
	int err;

	if (!set || s->filtered)
		return 0;
	err = filters_bind(d, s->link, wan_ifindex(d->wan), set);
	if (!err) {
		s->filtered = true;
		return 0;
	}
	s->detail = "its filter set is not there";
	if (log_allowed(&filter_limit))
		log_error("session %u: %s refused: filter set '%s' cannot be bound: %s", s->link,
			  log_printable(s->user, s->user_len), set, filters_error(d));
	ppp_session_close(&s->ppp, rrasd_now(), PPP_REASON_NETWORK_FAILED);
	return err;
}

static uint64_t ppp_identifier_request(struct ppp_session *p, uint64_t wanted)
{
	return ipv6_identifier(p->data, wanted);
}

static int prepare_ipv4(struct session *s, const struct ppp_network *net)
{
	struct rrasd *d = s->d;
	int err;

	if (!pools_contain(d->pools, s->address)) {
		err = wan_route_add(d->wan, net->peer);
		if (err)
			return err;
		s->routed = true;
	}
	err = kernel_line_up(d->kernel, s->link, wan_ifindex(d->wan), net->peer, net->mtu);
	if (!err) {
		/* Who had it when it was chosen has gone meanwhile. */
		pools_claim(d->pools, s->address, s);
		s->line_lost = false;
		return 0;
	}
	if (!session_conflict(s, PPP_PROTO_IP, err) && log_allowed(&error_limit))
		log_error("session %u: line-up refused: %s", s->link, kernel_error(d->kernel));
	if (s->routed)
		wan_route_remove(d->wan, net->peer);
	s->routed = false;
	return err;
}

static int ppp_network_prepare(struct ppp_session *p, const struct ppp_network *net)
{
	struct session *s = p->data;
	int err;

	err = bind_filters(s);
	if (err)
		return err;
	return net->protocol == PPP_PROTO_IPV6 ? ipv6_prepare(s, net) : prepare_ipv4(s, net);
}

/* With the first protocol that comes up; the other one is told in a line of its own. */
static void report_up(struct session *s, const struct ppp_network *net)
{
	if (s->was_up) {
		radius_acct_changed(s);
		return;
	}
	s->was_up = true;
	s->up_since = rrasd_now();
	session_limits_start(s);
	radius_acct_start(s);
	s->d->sessions->counts.connected++;
	log_info("session %u: %s connected: %s, %s, %s %s, MTU %u", s->link,
		 log_printable(s->user, s->user_len), session_addresses(s),
		 ppp_auth_name(s->method), access_name(s->port->kind), s->port->describe(s),
		 net->mtu);
}

static void up_ipv4(struct session *s)
{
	s->ipv4_up = true;
	session_routes_add(s);
}

static void ppp_network_up(struct ppp_session *p, const struct ppp_network *net)
{
	struct session *s = p->data;

	if (net->protocol == PPP_PROTO_IPV6)
		ipv6_up(s);
	else
		up_ipv4(s);
	session_count_up(s);
	report_up(s, net);
	session_changed(s);
}

static void down_ipv4(struct session *s)
{
	struct in_addr peer = { .s_addr = htonl(s->address) };

	s->ipv4_up = false;
	session_routes_remove(s);
	if (s->routed)
		wan_route_remove(s->d->wan, peer);
	s->routed = false;
	/* A link that is down, or lost its line to another, has no line to take down. One whose
	 * session is over takes it along when its file is closed, in a moment.
	 */
	if (s->link_down || s->line_lost || s->ppp.lower_lost)
		return;
	if (kernel_line_down(s->d->kernel, s->link))
		log_debug("session %u: line-down: %s", s->link, kernel_error(s->d->kernel));
}

static void ppp_network_down(struct ppp_session *p, uint16_t protocol)
{
	struct session *s = p->data;

	if (protocol == PPP_PROTO_IPV6)
		ipv6_down(s);
	else
		down_ipv4(s);
	session_count_up(s);
	session_changed(s);
}

static void ppp_finished(struct ppp_session *p, enum ppp_reason reason, const char *text)
{
	session_finish(p->data, reason, text);
}

const struct ppp_ops session_ppp_ops = {
	.output = ppp_output,
	.set_timer = ppp_set_timer,
	.random = ppp_random,
	.lcp_up = ppp_lcp_up,
	.auth_request = ppp_auth_request,
	.auth_ok = ppp_auth_ok,
	.address_request = ppp_address_request,
	.identifier_request = ppp_identifier_request,
	.network_prepare = ppp_network_prepare,
	.network_up = ppp_network_up,
	.network_down = ppp_network_down,
	.finished = ppp_finished,
};
