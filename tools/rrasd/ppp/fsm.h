/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The option negotiation automaton of RFC 1661 section 4.
 *
 * One struct ppp_fsm serves one control protocol (LCP, IPCP, ...) of one session. What the
 * protocols do differently stands behind struct ppp_fsm_ops; everything else is here once.
 */
#ifndef RRASD_PPP_FSM_H
#define RRASD_PPP_FSM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ppp_session;
struct ppp_option;
struct ppp_reply;
struct ppp_writer;

/* The states, numbered as in RFC 1661 section 4.1. */
enum ppp_state {
	PPP_INITIAL,
	PPP_STARTING,
	PPP_CLOSED,
	PPP_STOPPED,
	PPP_CLOSING,
	PPP_STOPPING,
	PPP_REQ_SENT,
	PPP_ACK_RCVD,
	PPP_ACK_SENT,
	PPP_OPENED,
	PPP_STATES
};

/* The events, in the order of the rows of RFC 1661 section 4.1. */
enum ppp_event {
	PPP_EV_UP,
	PPP_EV_DOWN,
	PPP_EV_OPEN,
	PPP_EV_CLOSE,
	PPP_EV_TO_PLUS,		/* timeout, restart counter > 0 */
	PPP_EV_TO_MINUS,	/* timeout, restart counter expired */
	PPP_EV_RCR_PLUS,	/* Configure-Request, acceptable */
	PPP_EV_RCR_MINUS,	/* Configure-Request, not acceptable */
	PPP_EV_RCA,		/* Configure-Ack */
	PPP_EV_RCN,		/* Configure-Nak or -Reject */
	PPP_EV_RTR,		/* Terminate-Request */
	PPP_EV_RTA,		/* Terminate-Ack */
	PPP_EV_RUC,		/* unknown code */
	PPP_EV_RXJ_PLUS,	/* Code- or Protocol-Reject, harmless */
	PPP_EV_RXJ_MINUS,	/* Code- or Protocol-Reject, catastrophic */
	PPP_EV_RXR,		/* Echo-Request, Echo-Reply, Discard-Request */
	PPP_EVENTS
};

/*
 * The actions of RFC 1661 section 4.4. Where a cell of the table has several, they are done in
 * the order of these bits; it is the order the RFC lists them in every cell.
 */
enum ppp_action {
	PPP_ACT_TLD = 1 << 0,	/* this layer down */
	PPP_ACT_IRC = 1 << 1,	/* initialize restart count */
	PPP_ACT_ZRC = 1 << 2,	/* zero restart count */
	PPP_ACT_SCR = 1 << 3,	/* send Configure-Request */
	PPP_ACT_SCA = 1 << 4,	/* send Configure-Ack */
	PPP_ACT_SCN = 1 << 5,	/* send Configure-Nak or -Reject */
	PPP_ACT_STR = 1 << 6,	/* send Terminate-Request */
	PPP_ACT_STA = 1 << 7,	/* send Terminate-Ack */
	PPP_ACT_SCJ = 1 << 8,	/* send Code-Reject */
	PPP_ACT_SER = 1 << 9,	/* send Echo-Reply */
	PPP_ACT_TLU = 1 << 10,	/* this layer up */
	PPP_ACT_TLS = 1 << 11,	/* this layer started */
	PPP_ACT_TLF = 1 << 12,	/* this layer finished */
};

/**
 * struct ppp_step - one cell of the automaton's table
 * @actions: a set of enum ppp_action
 * @next: the state to go to
 * @restart: the cell carries the RFC's mark "r": with the restart option a Down and an Up follow
 * @crossed: the cell carries the mark "x": an answer arrived that was answered before
 */
struct ppp_step {
	uint16_t actions;
	uint8_t next;
	bool restart:1;
	bool crossed:1;
};

/**
 * struct ppp_fsm_ops - what one control protocol adds to the automaton
 *
 * All of them run inside an entry point of the session. None of them may call an entry point.
 */
struct ppp_fsm_ops {
	/** @protocol: the protocol field of its frames */
	uint16_t protocol;
	/** @reset: a new negotiation begins: forget what earlier ones taught */
	void (*reset)(struct ppp_session *s);
	/** @build: write the options of our Configure-Request; same state, same bytes */
	void (*build)(struct ppp_session *s, struct ppp_writer *w);
	/** @request_begin: a Configure-Request arrives; false: leave it unanswered (deferred) */
	bool (*request_begin)(struct ppp_session *s, uint8_t id, const uint8_t *data, size_t len);
	/** @request: judge one option of it by one of the ppp_reply_ functions */
	void (*request)(struct ppp_session *s, const struct ppp_option *o, struct ppp_reply *r);
	/** @request_end: all options were seen: missing ones may be added to the Nak */
	void (*request_end)(struct ppp_session *s, struct ppp_reply *r);
	/** @nak: one option of a Configure-Nak */
	void (*nak)(struct ppp_session *s, const struct ppp_option *o);
	/** @reject: one option of a Configure-Reject, or of a Nak too many; asked for or not */
	void (*reject)(struct ppp_session *s, const struct ppp_option *o);
	/** @ack: about to send a Configure-Ack; not 0: do not, the session is being closed */
	int (*ack)(struct ppp_session *s);
	/**
	 * @extra: a packet with a code above Code-Reject; NULL: the protocol has none.
	 * Return: the event it is (RXJ+, RXJ-, RXR, RUC), or -1: drop it.
	 */
	int (*extra)(struct ppp_session *s, uint8_t code, const uint8_t *data, size_t len);
	/** @code_rejected: the peer does not know a code that we can do without; may be NULL */
	void (*code_rejected)(struct ppp_session *s, uint8_t code);
	/** @answer: answer an event RXR in Opened (ser); needed where @extra returns RXR */
	void (*answer)(struct ppp_session *s, uint8_t code, uint8_t id, const uint8_t *data,
		       size_t len);
	/** @up: this layer up (tlu) */
	void (*up)(struct ppp_session *s);
	/** @down: this layer down (tld), by this event */
	void (*down)(struct ppp_session *s, enum ppp_event event);
	/** @finished: this layer finished (tlf), by this event */
	void (*finished)(struct ppp_session *s, enum ppp_event event);
};

/**
 * struct ppp_fsm - the automaton of one control protocol
 */
struct ppp_fsm {
	/** @ops: the protocol */
	const struct ppp_fsm_ops *ops;
	/** @deadline: when the restart timer expires, ms; 0: it does not run */
	uint64_t deadline;
	/** @state: enum ppp_state */
	uint8_t state;
	/** @id: identifier of our last Configure-Request */
	uint8_t id;
	/** @term_id: identifier of our last Terminate-Request */
	uint8_t term_id;
	/** @reject_id: identifier of our last Code-Reject or Protocol-Reject */
	uint8_t reject_id;
	/** @restarts: the restart counter */
	uint8_t restarts;
	/** @naks_sent: Configure-Naks sent since the last Configure-Ack of ours */
	uint8_t naks_sent;
	/** @naks_seen: Configure-Naks and -Rejects received since the negotiation began */
	uint8_t naks_seen;
	/** @answered: our last Configure-Request has had its answer; a second one is ignored */
	bool answered:1;
	/** @off: given up: its packets are rejected; network protocols only */
	bool off:1;
};

struct ppp_step ppp_fsm_step(enum ppp_state state, enum ppp_event event);
void ppp_fsm_init(struct ppp_fsm *f, const struct ppp_fsm_ops *ops);
void ppp_fsm_event(struct ppp_session *s, struct ppp_fsm *f, enum ppp_event event);
void ppp_fsm_input(struct ppp_session *s, struct ppp_fsm *f, const uint8_t *packet, size_t len);
void ppp_fsm_timer(struct ppp_session *s, struct ppp_fsm *f);
const char *ppp_fsm_state_name(enum ppp_state state);

#endif /* RRASD_PPP_FSM_H */
