// SPDX-License-Identifier: GPL-2.0
/*
 * The Link Control Protocol: options of RFC 1661 section 6 and RFC 1662 section 7, loop
 * detection by magic numbers, the packets beyond those of every control protocol.
 */
#include <string.h>

#include "internal.h"

static uint32_t random_magic(struct ppp_session *s)
{
	uint32_t magic;

	s->ops->random(s, &magic, sizeof(magic));
	if (magic == s->lcp.magic)
		magic++;
	/* Zero means "none" on the wire (RFC 1661 section 6.4). */
	return magic ? magic : 1;
}

/* The preferred method of a set; 0 of an empty one. */
static uint8_t auth_best(unsigned int methods)
{
	if (methods & PPP_AUTH_CHAP_MD5)
		return PPP_AUTH_CHAP_MD5;
	if (methods & PPP_AUTH_MSCHAPV2)
		return PPP_AUTH_MSCHAPV2;
	return methods & PPP_AUTH_PAP;
}

/* The data of an Authentication-Protocol option. Return: its bytes. */
static size_t auth_value(uint8_t method, uint8_t value[3])
{
	if (method == PPP_AUTH_PAP) {
		ppp_set16(value, PPP_PROTO_PAP);
		return 2;
	}
	ppp_set16(value, PPP_PROTO_CHAP);
	value[2] = method == PPP_AUTH_MSCHAPV2 ? PPP_CHAP_ALG_MSCHAPV2 : PPP_CHAP_ALG_MD5;
	return 3;
}

/* The method an Authentication-Protocol option names; 0: none that we know. */
static uint8_t auth_method(const struct ppp_option *o)
{
	if (o->len == 2 && ppp_get16(o->value) == PPP_PROTO_PAP)
		return PPP_AUTH_PAP;
	if (o->len != 3 || ppp_get16(o->value) != PPP_PROTO_CHAP)
		return 0;
	if (o->value[2] == PPP_CHAP_ALG_MD5)
		return PPP_AUTH_CHAP_MD5;
	return o->value[2] == PPP_CHAP_ALG_MSCHAPV2 ? PPP_AUTH_MSCHAPV2 : 0;
}

static void lcp_reset(struct ppp_session *s)
{
	const struct ppp_config *config = s->config;
	struct ppp_lcp *lcp = &s->lcp;

	lcp->ask_mru = config->mru;
	lcp->ask_mru_option = config->mru != PPP_DEFAULT_MRU;
	lcp->ask_accm = config->accm;
	lcp->ask_accm_option = config->want_accm && !config->pppoe;
	lcp->ask_magic = true;
	lcp->ask_pfc = config->want_pfc;
	lcp->ask_acfc = config->want_acfc && !config->pppoe;
	lcp->auth_left = (uint8_t)config->auth_peer;
	lcp->ask_auth = auth_best(lcp->auth_left);
	lcp->magic = random_magic(s);
}

static void lcp_build(struct ppp_session *s, struct ppp_writer *w)
{
	const struct ppp_lcp *lcp = &s->lcp;
	uint8_t value[3];
	size_t len;

	if (lcp->ask_mru_option)
		ppp_put16(w, PPP_LCP_OPT_MRU, lcp->ask_mru);
	if (lcp->ask_accm_option)
		ppp_put32(w, PPP_LCP_OPT_ACCM, lcp->ask_accm);
	if (lcp->ask_auth) {
		len = auth_value(lcp->ask_auth, value);
		ppp_put(w, PPP_LCP_OPT_AUTH, value, len);
	}
	if (lcp->ask_magic)
		ppp_put32(w, PPP_LCP_OPT_MAGIC, lcp->magic);
	if (lcp->ask_pfc)
		ppp_put(w, PPP_LCP_OPT_PFC, NULL, 0);
	if (lcp->ask_acfc)
		ppp_put(w, PPP_LCP_OPT_ACFC, NULL, 0);
}

/* Is this request perhaps our own, come back to us? */
static bool own_request(const struct ppp_lcp *lcp, const uint8_t *data, size_t len)
{
	struct ppp_option o;

	return lcp->ask_magic && ppp_options_find(data, len, PPP_LCP_OPT_MAGIC, &o) &&
	       o.len == PPP_MAGIC_LEN && ppp_get32(o.value) == lcp->magic;
}

/* What a request does not say has its default (RFC 1661 section 6). */
static bool lcp_request_begin(struct ppp_session *s, uint8_t id, const uint8_t *data, size_t len)
{
	struct ppp_lcp *lcp = &s->lcp;

	(void)id;
	lcp->own_request = own_request(lcp, data, len);
	lcp->peer_mru = PPP_DEFAULT_MRU;
	lcp->peer_accm = UINT32_MAX;
	lcp->peer_magic = 0;
	lcp->peer_auth = 0;
	lcp->peer_pfc = false;
	lcp->peer_acfc = false;
	return true;
}

static void request_mru(struct ppp_session *s, const struct ppp_option *o, struct ppp_reply *r)
{
	uint16_t mru = o->len == 2 ? ppp_get16(o->value) : s->config->max_mru;
	uint8_t value[2];

	if (o->len == 2 && mru >= PPP_MIN_MRU && mru <= s->config->max_mru) {
		s->lcp.peer_mru = mru;
		return;
	}
	ppp_set16(value, mru < PPP_MIN_MRU ? PPP_MIN_MRU : s->config->max_mru);
	ppp_reply_nak(r, o, value, sizeof(value));
}

static void request_accm(struct ppp_session *s, const struct ppp_option *o, struct ppp_reply *r)
{
	static const uint8_t all[4] = { 0xff, 0xff, 0xff, 0xff };

	if (s->config->pppoe)
		ppp_reply_reject(r, o);
	else if (o->len != sizeof(all))
		ppp_reply_nak(r, o, all, sizeof(all));
	else
		s->lcp.peer_accm = ppp_get32(o->value);
}

static void request_auth(struct ppp_session *s, const struct ppp_option *o, struct ppp_reply *r)
{
	uint8_t method = auth_method(o);
	uint8_t best = auth_best(s->config->auth_self);
	uint8_t value[3];
	size_t len;

	if (method & s->config->auth_self) {
		s->lcp.peer_auth = method;
	} else if (best) {
		len = auth_value(best, value);
		ppp_reply_nak(r, o, value, len);
	} else {
		ppp_reply_reject(r, o);
	}
}

/* One more sign that what we receive is what we sent. */
static void looped(struct ppp_session *s)
{
	if (++s->lcp.loops >= PPP_LOOPS_MAX)
		ppp_end(s, PPP_REASON_LOOPBACK);
}

/*
 * RFC 1661 section 6.4. A request with our own number may be our own request: ask for another
 * number; if that Nak comes back to us as well (lcp_nak), the link is looped.
 */
static void request_magic(struct ppp_session *s, const struct ppp_option *o, struct ppp_reply *r)
{
	uint32_t magic = o->len == PPP_MAGIC_LEN ? ppp_get32(o->value) : 0;
	struct ppp_lcp *lcp = &s->lcp;
	uint8_t value[PPP_MAGIC_LEN];

	if (magic && !lcp->own_request) {
		lcp->peer_magic = magic;
		lcp->loops = 0;
		return;
	}
	if (lcp->own_request) {
		s->counters.looped++;
		/* A Reject in place of the Nak would blind us to the loop. */
		if (r->stubborn)
			ppp_end(s, PPP_REASON_LOOPBACK);
		else
			looped(s);
	}
	lcp->nak_magic = random_magic(s);
	ppp_set32(value, lcp->nak_magic);
	ppp_reply_nak(r, o, value, sizeof(value));
}

/* An option without data: both compressions of the header. */
static bool request_flag(const struct ppp_option *o, struct ppp_reply *r, bool allowed)
{
	if (!allowed)
		ppp_reply_reject(r, o);
	else if (o->len)
		ppp_reply_nak(r, o, NULL, 0);
	return allowed && !o->len;
}

static void lcp_request(struct ppp_session *s, const struct ppp_option *o, struct ppp_reply *r)
{
	const struct ppp_config *config = s->config;

	/* Whether we hear ourselves is to be found out before anything else is of interest. */
	if (s->lcp.own_request && o->type != PPP_LCP_OPT_MAGIC)
		return;
	switch (o->type) {
	case PPP_LCP_OPT_MRU:
		request_mru(s, o, r);
		break;
	case PPP_LCP_OPT_ACCM:
		request_accm(s, o, r);
		break;
	case PPP_LCP_OPT_AUTH:
		request_auth(s, o, r);
		break;
	case PPP_LCP_OPT_MAGIC:
		request_magic(s, o, r);
		break;
	case PPP_LCP_OPT_PFC:
		s->lcp.peer_pfc = request_flag(o, r, config->allow_pfc);
		break;
	case PPP_LCP_OPT_ACFC:
		s->lcp.peer_acfc = request_flag(o, r, config->allow_acfc && !config->pppoe);
		break;
	default:
		/* Quality, FCS alternatives, callback, multilink and all that we never heard of. */
		ppp_reply_reject(r, o);
	}
}

static void lcp_request_end(struct ppp_session *s, struct ppp_reply *r)
{
	(void)s;
	(void)r;
}

/* The peer will not prove itself by the method proposed: try what is left. */
static void auth_refused(struct ppp_session *s, uint8_t suggested)
{
	struct ppp_lcp *lcp = &s->lcp;

	lcp->auth_left &= (uint8_t)~lcp->ask_auth;
	lcp->ask_auth = suggested & lcp->auth_left ? suggested : auth_best(lcp->auth_left);
	if (!lcp->ask_auth)
		ppp_end(s, PPP_REASON_AUTH_REFUSED);
}

static void lcp_reject(struct ppp_session *s, const struct ppp_option *o)
{
	struct ppp_lcp *lcp = &s->lcp;

	switch (o->type) {
	case PPP_LCP_OPT_MRU:
		lcp->ask_mru_option = false;
		break;
	case PPP_LCP_OPT_ACCM:
		lcp->ask_accm_option = false;
		break;
	case PPP_LCP_OPT_AUTH:
		/* Rejected is the option, so no other value of it would do. */
		lcp->auth_left = 0;
		if (lcp->ask_auth)
			auth_refused(s, 0);
		break;
	case PPP_LCP_OPT_MAGIC:
		lcp->ask_magic = false;
		lcp->magic = 0;
		break;
	case PPP_LCP_OPT_PFC:
		lcp->ask_pfc = false;
		break;
	case PPP_LCP_OPT_ACFC:
		lcp->ask_acfc = false;
		break;
	default:
		break;
	}
}

static void nak_magic(struct ppp_session *s, const struct ppp_option *o)
{
	struct ppp_lcp *lcp = &s->lcp;

	if (o->len == PPP_MAGIC_LEN && lcp->nak_magic && ppp_get32(o->value) == lcp->nak_magic) {
		s->counters.looped++;
		looped(s);
	}
	lcp->magic = random_magic(s);
}

/* Options we did not ask for may be in a Nak (RFC 1661 section 5.3): we go on without them. */
static void lcp_nak(struct ppp_session *s, const struct ppp_option *o)
{
	struct ppp_lcp *lcp = &s->lcp;
	uint16_t mru;

	switch (o->type) {
	case PPP_LCP_OPT_MRU:
		mru = o->len == 2 ? ppp_get16(o->value) : 0;
		if (mru >= PPP_MIN_MRU && mru <= s->config->max_mru)
			lcp->ask_mru = mru;
		break;
	case PPP_LCP_OPT_ACCM:
		/* What either side wants escaped is (RFC 1662 section 7.1). */
		if (o->len == sizeof(lcp->ask_accm))
			lcp->ask_accm |= ppp_get32(o->value);
		break;
	case PPP_LCP_OPT_AUTH:
		if (lcp->ask_auth)
			auth_refused(s, auth_method(o));
		break;
	case PPP_LCP_OPT_MAGIC:
		if (lcp->ask_magic)
			nak_magic(s, o);
		break;
	default:
		/* A flag has no other value: to refuse it is to reject it. */
		lcp_reject(s, o);
	}
}

/*
 * The magic number of a packet in Opened (RFC 1661 section 6.4). Zero is accepted although the
 * peer has a number: some peers never fill it in.
 */
static bool magic_right(struct ppp_session *s, const uint8_t *data)
{
	uint32_t magic = ppp_get32(data);

	if (!magic || magic == s->lcp.peer_magic)
		return true;
	if (magic == s->lcp.magic)
		s->counters.looped++;
	else
		s->counters.unexpected++;
	return false;
}

/* Echo-Request, Echo-Reply and Discard-Request live in Opened only (RFC 1661 section 5.8). */
static int extra_echo(struct ppp_session *s, uint8_t code, const uint8_t *data, size_t len)
{
	if (len < PPP_MAGIC_LEN) {
		s->counters.malformed++;
		return -1;
	}
	if (s->lcp.fsm.state != PPP_OPENED) {
		s->counters.unexpected++;
		return -1;
	}
	if (!magic_right(s, data))
		return -1;
	if (code == PPP_CODE_ECHO_REPLY) {
		if (s->lcp.probing)
			s->lcp.echo_deadline = s->now + s->config->echo_ms;
		s->lcp.echo_missing = 0;
		s->lcp.probing = false;
	}
	return PPP_EV_RXR;
}

/* Protocol-Reject (RFC 1661 section 5.7): valid in Opened only. */
static int extra_protocol_reject(struct ppp_session *s, const uint8_t *data, size_t len)
{
	if (len < PPP_PROTO_LEN) {
		s->counters.malformed++;
		return -1;
	}
	if (s->lcp.fsm.state != PPP_OPENED) {
		s->counters.unexpected++;
		return -1;
	}
	switch (ppp_get16(data)) {
	case PPP_PROTO_LCP:
		return PPP_EV_RXJ_MINUS;
	case PPP_PROTO_IPCP:
	case PPP_PROTO_IP:
		ppp_fsm_event(s, &s->ipcp.fsm, PPP_EV_RXJ_MINUS);
		break;
	case PPP_PROTO_IPV6CP:
	case PPP_PROTO_IPV6:
		ppp_fsm_event(s, &s->ipv6cp.fsm, PPP_EV_RXJ_MINUS);
		break;
	case PPP_PROTO_PAP:
	case PPP_PROTO_CHAP:
		if (s->phase == PPP_PHASE_AUTHENTICATE)
			ppp_end(s, PPP_REASON_AUTH_REFUSED);
		break;
	default:
		break;
	}
	return PPP_EV_RXJ_PLUS;
}

static int lcp_extra(struct ppp_session *s, uint8_t code, const uint8_t *data, size_t len)
{
	switch (code) {
	case PPP_CODE_PROTO_REJ:
		return extra_protocol_reject(s, data, len);
	case PPP_CODE_ECHO_REQ:
	case PPP_CODE_ECHO_REPLY:
	case PPP_CODE_DISCARD:
		return extra_echo(s, code, data, len);
	case PPP_CODE_IDENT:
	case PPP_CODE_TIME_LEFT:
		/* RFC 1570: for the eyes of people only; nothing follows from them. */
		return PPP_EV_RXR;
	default:
		return PPP_EV_RUC;
	}
}

static void lcp_code_rejected(struct ppp_session *s, uint8_t code)
{
	if (code == PPP_CODE_ECHO_REQ) {
		s->lcp.echo_off = true;
		s->lcp.echo_deadline = 0;
	}
}

static void lcp_answer(struct ppp_session *s, uint8_t code, uint8_t id, const uint8_t *data,
		       size_t len)
{
	uint8_t reply[PPP_DEFAULT_MRU - PPP_HEADER_LEN];

	if (code != PPP_CODE_ECHO_REQ)
		return;
	if (len > ppp_room(s)) {
		s->counters.limited++;
		return;
	}
	memcpy(reply, data, len);
	ppp_set32(reply, s->lcp.magic);
	ppp_send(s, PPP_PROTO_LCP, PPP_CODE_ECHO_REPLY, id, reply, len);
}

static void lcp_up(struct ppp_session *s)
{
	struct ppp_lcp *lcp = &s->lcp;

	lcp->loops = 0;
	lcp->echo_missing = 0;
	lcp->probing = false;
	lcp->echo_off = !s->config->echo_ms;
	lcp->echo_deadline = lcp->echo_off ? 0 : s->now + s->config->echo_ms;
	ppp_link_up(s);
}

static void lcp_down(struct ppp_session *s, enum ppp_event event)
{
	s->lcp.echo_deadline = 0;
	if (!s->reason && event == PPP_EV_RTR)
		s->reason = PPP_REASON_PEER;
	if (!s->reason && event == PPP_EV_RXJ_MINUS)
		s->reason = PPP_REASON_LCP_FAILED;
	ppp_link_down(s);
}

static void lcp_finished(struct ppp_session *s, enum ppp_event event)
{
	ppp_over(s, event == PPP_EV_TO_MINUS ? PPP_REASON_LCP_TIMEOUT : PPP_REASON_LCP_FAILED);
}

const struct ppp_fsm_ops ppp_lcp_ops = {
	.protocol = PPP_PROTO_LCP,
	.reset = lcp_reset,
	.build = lcp_build,
	.request_begin = lcp_request_begin,
	.request = lcp_request,
	.request_end = lcp_request_end,
	.nak = lcp_nak,
	.reject = lcp_reject,
	.extra = lcp_extra,
	.code_rejected = lcp_code_rejected,
	.answer = lcp_answer,
	.up = lcp_up,
	.down = lcp_down,
	.finished = lcp_finished,
};

/**
 * ppp_lcp_init - prepare LCP's part of a session
 * @s: the session
 */
void ppp_lcp_init(struct ppp_session *s)
{
	ppp_fsm_init(&s->lcp.fsm, &ppp_lcp_ops);
	lcp_request_begin(s, 0, NULL, 0);
}
