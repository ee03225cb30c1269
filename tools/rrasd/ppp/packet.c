// SPDX-License-Identifier: GPL-2.0
/*
 * The packets of a control protocol (RFC 1661 section 5) as events of its automaton.
 *
 * Two choices the RFC leaves open are made here and in fsm.c:
 *  - An answer to a Configure-Request is valid once. A second one with the same identifier, as a
 *    network that duplicates frames makes it, is dropped as out of sequence (section 4.3, RCA),
 *    so the cells marked "x" in the table are reached by events only and not by packets.
 *  - A retransmitted Configure-Request keeps its identifier (section 5.1 allows it), so the
 *    answer to the first copy is still good.
 */
#include <string.h>

#include "internal.h"

/* Judge the options of a well-formed request. */
static void judge(struct ppp_session *s, struct ppp_fsm *f, struct ppp_reply *r,
		  const uint8_t *data, size_t len)
{
	struct ppp_reader reader;
	struct ppp_option o;

	ppp_reader_init(&reader, data, len);
	while (ppp_reader_next(&reader, &o) > 0) {
		if (ppp_reply_seen(r, o.type))
			ppp_reply_reject(r, &o);
		else
			f->ops->request(s, &o, r);
	}
	f->ops->request_end(s, r);
}

/**
 * ppp_fsm_request - a Configure-Request, now or kept from before
 * @s: the session
 * @f: the automaton it is for
 * @id: its identifier
 * @data: its options
 * @len: their bytes
 */
void ppp_fsm_request(struct ppp_session *s, struct ppp_fsm *f, uint8_t id, const uint8_t *data,
		     size_t len)
{
	struct ppp_cause c = { .event = PPP_EV_RCR_PLUS, .id = id, .data = data, .data_len = len };
	uint8_t options[PPP_DEFAULT_MRU - PPP_HEADER_LEN];
	struct ppp_reply r;

	if (f->state == PPP_CLOSED || f->state == PPP_CLOSING || f->state == PPP_STOPPING) {
		/* Plus and minus are the same here, and what is asked must not be remembered. */
		ppp_fsm_run(s, f, &c);
		return;
	}
	if (!ppp_options_valid(data, len)) {
		s->counters.malformed++;
		return;
	}
	if (len > ppp_room(s)) {
		s->counters.limited++;
		return;
	}
	if (!f->ops->request_begin(s, id, data, len))
		return;
	ppp_reply_init(&r, options, ppp_room(s), f->naks_sent >= s->config->max_failure);
	judge(s, f, &r, data, len);
	if (s->close_wanted || f->off)
		return;
	if (r.code != PPP_CODE_CONF_ACK) {
		c.event = PPP_EV_RCR_MINUS;
		c.reply_code = r.code;
		c.reply = options;
		c.reply_len = r.options.len;
	}
	ppp_fsm_run(s, f, &c);
}

/* Is this the answer to our last request, and the first one? */
static bool answer_expected(struct ppp_session *s, struct ppp_fsm *f, uint8_t id)
{
	if (id == f->id && !f->answered && f->state >= PPP_REQ_SENT)
		return true;
	s->counters.unexpected++;
	return false;
}

/* A Configure-Ack repeats our request exactly (RFC 1661 section 5.2). */
static bool ack_valid(struct ppp_session *s, struct ppp_fsm *f, const struct ppp_cause *c)
{
	uint8_t options[PPP_DEFAULT_MRU - PPP_HEADER_LEN];
	struct ppp_writer w;

	ppp_writer_init(&w, options, ppp_room(s));
	f->ops->build(s, &w);
	if (w.len == c->data_len && (!w.len || !memcmp(options, c->data, w.len)))
		return true;
	s->counters.malformed++;
	return false;
}

static bool nak_valid(struct ppp_session *s, struct ppp_fsm *f, const struct ppp_cause *c)
{
	uint8_t options[PPP_DEFAULT_MRU - PPP_HEADER_LEN];
	struct ppp_writer w;
	bool valid;

	if (c->code == PPP_CODE_CONF_NAK) {
		valid = c->data_len && ppp_options_valid(c->data, c->data_len);
	} else {
		ppp_writer_init(&w, options, ppp_room(s));
		f->ops->build(s, &w);
		valid = ppp_options_subset(c->data, c->data_len, options, w.len);
	}
	if (!valid)
		s->counters.malformed++;
	return valid;
}

/*
 * Learn from a Nak or Reject what to ask for next. A peer that is never content must not keep us
 * negotiating: after max_failure rounds its Naks count as Rejects, so the request gets shorter
 * until nothing is left to refuse; after three times as many the protocol is given up.
 */
static void learn(struct ppp_session *s, struct ppp_fsm *f, const struct ppp_cause *c)
{
	bool reject = c->code == PPP_CODE_CONF_REJ || f->naks_seen >= s->config->max_failure;
	struct ppp_reader reader;
	struct ppp_option o;

	if (f->naks_seen < UINT8_MAX)
		f->naks_seen++;
	if (f->naks_seen > 3 * s->config->max_failure) {
		if (f == &s->lcp.fsm)
			ppp_end(s, PPP_REASON_LCP_FAILED);
		else
			ppp_network_give_up(s, f, PPP_REASON_NETWORK_REFUSED);
		return;
	}
	ppp_reader_init(&reader, c->data, c->data_len);
	while (ppp_reader_next(&reader, &o) > 0) {
		if (reject)
			f->ops->reject(s, &o);
		else
			f->ops->nak(s, &o);
	}
}

static void input_answer(struct ppp_session *s, struct ppp_fsm *f, struct ppp_cause *c)
{
	bool ack = c->code == PPP_CODE_CONF_ACK;

	c->event = ack ? PPP_EV_RCA : PPP_EV_RCN;
	if (f->state < PPP_REQ_SENT) {
		/* Nothing was asked: in Closed and Stopped the peer is told so by a sta. */
		ppp_fsm_run(s, f, c);
		return;
	}
	if (!answer_expected(s, f, c->id))
		return;
	if (!(ack ? ack_valid(s, f, c) : nak_valid(s, f, c)))
		return;
	f->answered = true;
	if (!ack)
		learn(s, f, c);
	if (!s->close_wanted && !f->off)
		ppp_fsm_run(s, f, c);
}

/* A code the automaton cannot do without is catastrophic (RFC 1661 section 5.6). */
static void input_code_reject(struct ppp_session *s, struct ppp_fsm *f, struct ppp_cause *c)
{
	if (!c->data_len) {
		s->counters.malformed++;
		return;
	}
	if (c->data[0] && c->data[0] <= PPP_CODE_CODE_REJ) {
		c->event = PPP_EV_RXJ_MINUS;
	} else {
		c->event = PPP_EV_RXJ_PLUS;
		if (f->ops->code_rejected)
			f->ops->code_rejected(s, c->data[0]);
	}
	ppp_fsm_run(s, f, c);
}

static void input_extra(struct ppp_session *s, struct ppp_fsm *f, struct ppp_cause *c)
{
	int event = PPP_EV_RUC;

	if (f->ops->extra && c->code)
		event = f->ops->extra(s, c->code, c->data, c->data_len);
	if (event < 0)
		return;
	c->event = event;
	ppp_fsm_run(s, f, c);
}

/**
 * ppp_fsm_input - a packet of the automaton's protocol
 * @s: the session
 * @f: the automaton
 * @packet: the frame after its protocol field; only read
 * @len: its bytes; what lies beyond the packet's own length is padding (RFC 1661 section 5)
 */
void ppp_fsm_input(struct ppp_session *s, struct ppp_fsm *f, const uint8_t *packet, size_t len)
{
	struct ppp_cause c = { .packet = packet };

	if (!ppp_packet_parse(s, packet, len, &c.code, &c.id, &c.data_len))
		return;
	c.packet_len = PPP_HEADER_LEN + c.data_len;
	c.data = packet + PPP_HEADER_LEN;
	if (f->state <= PPP_STARTING) {
		s->counters.unexpected++;
		return;
	}
	switch (c.code) {
	case PPP_CODE_CONF_REQ:
		ppp_fsm_request(s, f, c.id, c.data, c.data_len);
		break;
	case PPP_CODE_CONF_ACK:
	case PPP_CODE_CONF_NAK:
	case PPP_CODE_CONF_REJ:
		input_answer(s, f, &c);
		break;
	case PPP_CODE_TERM_REQ:
		c.event = PPP_EV_RTR;
		ppp_fsm_run(s, f, &c);
		break;
	case PPP_CODE_TERM_ACK:
		c.event = PPP_EV_RTA;
		ppp_fsm_run(s, f, &c);
		break;
	case PPP_CODE_CODE_REJ:
		input_code_reject(s, f, &c);
		break;
	default:
		input_extra(s, f, &c);
	}
}
