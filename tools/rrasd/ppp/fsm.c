// SPDX-License-Identifier: GPL-2.0
/*
 * The option negotiation automaton of RFC 1661 section 4: the table, cell by cell, and the
 * actions. The packets that drive it are read in packet.c.
 */
#include "fsm.h"

#include <string.h>

#include "internal.h"

/* Short names for the table below only. */
#define TLD PPP_ACT_TLD
#define IRC PPP_ACT_IRC
#define ZRC PPP_ACT_ZRC
#define SCR PPP_ACT_SCR
#define SCA PPP_ACT_SCA
#define SCN PPP_ACT_SCN
#define STR PPP_ACT_STR
#define STA PPP_ACT_STA
#define SCJ PPP_ACT_SCJ
#define SER PPP_ACT_SER
#define TLU PPP_ACT_TLU
#define TLS PPP_ACT_TLS
#define TLF PPP_ACT_TLF

#define GO(next_state, acts)	{ .actions = (acts), .next = (next_state) }
#define RE(next_state)		{ .actions = 0, .next = (next_state), .restart = true }
#define XX(next_state, acts)	{ .actions = (acts), .next = (next_state), .crossed = true }

/*
 * RFC 1661 section 4.1. A row an event, a column a state: Initial 0, Starting 1, Closed 2,
 * Stopped 3, Closing 4, Stopping 5, Req-Sent 6, Ack-Rcvd 7, Ack-Sent 8, Opened 9. Where the RFC
 * has a dash (the event cannot happen) the state stays and nothing is done.
 */
static const struct ppp_step steps[PPP_EVENTS][PPP_STATES] = {
	[PPP_EV_UP] = {
		GO(2, 0), GO(6, IRC | SCR), GO(2, 0), GO(3, 0), GO(4, 0),
		GO(5, 0), GO(6, 0), GO(7, 0), GO(8, 0), GO(9, 0),
	},
	[PPP_EV_DOWN] = {
		GO(0, 0), GO(1, 0), GO(0, 0), GO(1, TLS), GO(0, 0),
		GO(1, 0), GO(1, 0), GO(1, 0), GO(1, 0), GO(1, TLD),
	},
	[PPP_EV_OPEN] = {
		GO(1, TLS), GO(1, 0), GO(6, IRC | SCR), RE(3), RE(5),
		RE(5), GO(6, 0), GO(7, 0), GO(8, 0), RE(9),
	},
	[PPP_EV_CLOSE] = {
		GO(0, 0), GO(0, TLF), GO(2, 0), GO(2, 0), GO(4, 0),
		GO(4, 0), GO(4, IRC | STR), GO(4, IRC | STR), GO(4, IRC | STR),
		GO(4, TLD | IRC | STR),
	},
	[PPP_EV_TO_PLUS] = {
		GO(0, 0), GO(1, 0), GO(2, 0), GO(3, 0), GO(4, STR),
		GO(5, STR), GO(6, SCR), GO(6, SCR), GO(8, SCR), GO(9, 0),
	},
	[PPP_EV_TO_MINUS] = {
		GO(0, 0), GO(1, 0), GO(2, 0), GO(3, 0), GO(2, TLF),
		GO(3, TLF), GO(3, TLF), GO(3, TLF), GO(3, TLF), GO(9, 0),
	},
	[PPP_EV_RCR_PLUS] = {
		GO(0, 0), GO(1, 0), GO(2, STA), GO(8, IRC | SCR | SCA), GO(4, 0),
		GO(5, 0), GO(8, SCA), GO(9, SCA | TLU), GO(8, SCA), GO(8, TLD | SCR | SCA),
	},
	[PPP_EV_RCR_MINUS] = {
		GO(0, 0), GO(1, 0), GO(2, STA), GO(6, IRC | SCR | SCN), GO(4, 0),
		GO(5, 0), GO(6, SCN), GO(7, SCN), GO(6, SCN), GO(6, TLD | SCR | SCN),
	},
	[PPP_EV_RCA] = {
		GO(0, 0), GO(1, 0), GO(2, STA), GO(3, STA), GO(4, 0),
		GO(5, 0), GO(7, IRC), XX(6, SCR), GO(9, IRC | TLU), XX(6, TLD | SCR),
	},
	[PPP_EV_RCN] = {
		GO(0, 0), GO(1, 0), GO(2, STA), GO(3, STA), GO(4, 0),
		GO(5, 0), GO(6, IRC | SCR), XX(6, SCR), GO(8, IRC | SCR), XX(6, TLD | SCR),
	},
	[PPP_EV_RTR] = {
		GO(0, 0), GO(1, 0), GO(2, STA), GO(3, STA), GO(4, STA),
		GO(5, STA), GO(6, STA), GO(6, STA), GO(6, STA), GO(5, TLD | ZRC | STA),
	},
	[PPP_EV_RTA] = {
		GO(0, 0), GO(1, 0), GO(2, 0), GO(3, 0), GO(2, TLF),
		GO(3, TLF), GO(6, 0), GO(6, 0), GO(8, 0), GO(6, TLD | SCR),
	},
	[PPP_EV_RUC] = {
		GO(0, 0), GO(1, 0), GO(2, SCJ), GO(3, SCJ), GO(4, SCJ),
		GO(5, SCJ), GO(6, SCJ), GO(7, SCJ), GO(8, SCJ), GO(9, SCJ),
	},
	[PPP_EV_RXJ_PLUS] = {
		GO(0, 0), GO(1, 0), GO(2, 0), GO(3, 0), GO(4, 0),
		GO(5, 0), GO(6, 0), GO(6, 0), GO(8, 0), GO(9, 0),
	},
	[PPP_EV_RXJ_MINUS] = {
		GO(0, 0), GO(1, 0), GO(2, TLF), GO(3, TLF), GO(2, TLF),
		GO(3, TLF), GO(3, TLF), GO(3, TLF), GO(3, TLF), GO(5, TLD | IRC | STR),
	},
	[PPP_EV_RXR] = {
		GO(0, 0), GO(1, 0), GO(2, 0), GO(3, 0), GO(4, 0),
		GO(5, 0), GO(6, 0), GO(7, 0), GO(8, 0), GO(9, SER),
	},
};

/**
 * ppp_fsm_step - look into the table of RFC 1661 section 4.1
 * @state: where the automaton is
 * @event: what happened
 *
 * Return: what to do and where to go.
 */
struct ppp_step ppp_fsm_step(enum ppp_state state, enum ppp_event event)
{
	return steps[event][state];
}

/**
 * ppp_fsm_state_name - name a state for displays
 * @state: the state
 *
 * Return: the name used by RFC 1661.
 */
const char *ppp_fsm_state_name(enum ppp_state state)
{
	static const char * const names[PPP_STATES] = {
		"Initial", "Starting", "Closed", "Stopped", "Closing",
		"Stopping", "Req-Sent", "Ack-Rcvd", "Ack-Sent", "Opened",
	};

	return state < PPP_STATES ? names[state] : "?";
}

/**
 * ppp_fsm_init - begin in state Initial
 * @f: the automaton
 * @ops: its protocol
 */
void ppp_fsm_init(struct ppp_fsm *f, const struct ppp_fsm_ops *ops)
{
	memset(f, 0, sizeof(*f));
	f->ops = ops;
}

static bool state_has_timer(enum ppp_state state)
{
	return state >= PPP_CLOSING && state <= PPP_ACK_SENT;
}

static bool state_negotiates(enum ppp_state state)
{
	return state >= PPP_REQ_SENT && state <= PPP_ACK_SENT;
}

static void timer_start(struct ppp_session *s, struct ppp_fsm *f)
{
	f->deadline = s->now + s->config->restart_ms;
}

/* A transmission that the restart timer watches (RFC 1661 section 4.6). */
static void restart_count(struct ppp_session *s, struct ppp_fsm *f)
{
	if (f->restarts)
		f->restarts--;
	timer_start(s, f);
}

/*
 * scr. The identifier changes with the contents and after a valid answer; it stays the same when
 * the restart timer sends the same request once more (RFC 1661 section 5.1).
 */
static void send_request(struct ppp_session *s, struct ppp_fsm *f, enum ppp_state old,
			 enum ppp_event event)
{
	uint8_t options[PPP_DEFAULT_MRU - PPP_HEADER_LEN];
	struct ppp_writer w;

	if (!state_negotiates(old)) {
		f->naks_seen = 0;
		f->ops->reset(s);
	}
	if (event != PPP_EV_TO_PLUS || f->answered)
		f->id++;
	f->answered = false;
	ppp_writer_init(&w, options, ppp_room(s));
	f->ops->build(s, &w);
	ppp_send(s, f->ops->protocol, PPP_CODE_CONF_REQ, f->id, options, w.len);
	restart_count(s, f);
}

static void send_terminate(struct ppp_session *s, struct ppp_fsm *f)
{
	const char *text = s->reason ? ppp_reason_text(s->reason) : "";

	if (s->close_wanted)
		text = ppp_reason_text(s->close_wanted);
	ppp_send(s, f->ops->protocol, PPP_CODE_TERM_REQ, ++f->term_id, text, strlen(text));
	restart_count(s, f);
}

/* scj: the rejected packet goes back, cut to what the peer receives (RFC 1661 section 5.6). */
static void send_code_reject(struct ppp_session *s, struct ppp_fsm *f, const struct ppp_cause *c)
{
	size_t len = c->packet_len;

	if (len > ppp_room(s))
		len = ppp_room(s);
	ppp_send(s, f->ops->protocol, PPP_CODE_CODE_REJ, ++f->reject_id, c->packet, len);
}

/* Return: 0, or not 0 if the layer above does not allow to acknowledge. */
static int send_ack(struct ppp_session *s, struct ppp_fsm *f, const struct ppp_cause *c)
{
	int ret = f->ops->ack ? f->ops->ack(s) : 0;

	if (ret)
		return ret;
	f->naks_sent = 0;
	ppp_send(s, f->ops->protocol, PPP_CODE_CONF_ACK, c->id, c->data, c->data_len);
	return 0;
}

static void send_nak(struct ppp_session *s, struct ppp_fsm *f, const struct ppp_cause *c)
{
	if (c->reply_code == PPP_CODE_CONF_NAK && f->naks_sent < UINT8_MAX)
		f->naks_sent++;
	ppp_send(s, f->ops->protocol, c->reply_code, c->id, c->reply, c->reply_len);
}

/* The actions that send something, in the RFC's order. Not 0: the rest must not happen. */
static int run_sends(struct ppp_session *s, struct ppp_fsm *f, unsigned int actions,
		     enum ppp_state old, const struct ppp_cause *c)
{
	if (actions & PPP_ACT_SCR)
		send_request(s, f, old, c->event);
	if (actions & PPP_ACT_SCA && send_ack(s, f, c))
		return -1;
	if (actions & PPP_ACT_SCN)
		send_nak(s, f, c);
	if (actions & PPP_ACT_STR)
		send_terminate(s, f);
	if (actions & PPP_ACT_STA)
		ppp_send(s, f->ops->protocol, PPP_CODE_TERM_ACK, c->id, NULL, 0);
	if (actions & PPP_ACT_SCJ)
		send_code_reject(s, f, c);
	if (actions & PPP_ACT_SER)
		f->ops->answer(s, c->code, c->id, c->data, c->data_len);
	return 0;
}

/**
 * ppp_fsm_run - one event
 * @s: the session
 * @f: one of its automatons
 * @c: the event, and the packet it came with if it came with one
 *
 * The state changes before the actions: what they call sees the state the RFC promises after
 * the event. Nothing in here calls back into the same automaton.
 */
void ppp_fsm_run(struct ppp_session *s, struct ppp_fsm *f, const struct ppp_cause *c)
{
	struct ppp_step step = ppp_fsm_step(f->state, c->event);
	enum ppp_state old = f->state;

	f->state = step.next;
	if (!state_has_timer(f->state))
		f->deadline = 0;
	if (step.actions & PPP_ACT_TLD)
		f->ops->down(s, c->event);
	if (step.actions & PPP_ACT_IRC)
		f->restarts = step.actions & PPP_ACT_STR ? s->config->max_terminate :
							   s->config->max_configure;
	if (step.actions & PPP_ACT_ZRC) {
		f->restarts = 0;
		timer_start(s, f);
		if (s->config->linger_ms)
			f->deadline = s->now + s->config->linger_ms;
	}
	if (run_sends(s, f, step.actions, old, c))
		return;
	if (step.actions & PPP_ACT_TLU)
		f->ops->up(s);
	if (step.actions & PPP_ACT_TLF)
		f->ops->finished(s, c->event);
	if (step.restart && s->config->restart) {
		ppp_fsm_event(s, f, PPP_EV_DOWN);
		ppp_fsm_event(s, f, PPP_EV_UP);
	}
}

/**
 * ppp_fsm_event - an event that comes with no packet
 * @s: the session
 * @f: one of its automatons
 * @event: Up, Down, Open, Close, TO+, TO-, or RXJ- for a Protocol-Reject of @f's protocol
 */
void ppp_fsm_event(struct ppp_session *s, struct ppp_fsm *f, enum ppp_event event)
{
	struct ppp_cause c = { .event = event };

	ppp_fsm_run(s, f, &c);
}

/**
 * ppp_fsm_timer - the restart timer may have expired
 * @s: the session; its time is set
 * @f: one of its automatons
 */
void ppp_fsm_timer(struct ppp_session *s, struct ppp_fsm *f)
{
	if (!f->deadline || s->now < f->deadline)
		return;
	ppp_fsm_event(s, f, f->restarts ? PPP_EV_TO_PLUS : PPP_EV_TO_MINUS);
}
