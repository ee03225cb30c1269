/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the PPP engine share with each other and with its tests.
 */
#ifndef RRASD_PPP_INTERNAL_H
#define RRASD_PPP_INTERNAL_H

#include "option.h"
#include "ppp.h"

#define PPP_LOOPS_MAX		5	/* signs of a looped link before we believe it */
#define PPP_LIMIT_WINDOW_MS	1000	/* at most PPP_LIMIT_COUNT Protocol-Rejects ... */
#define PPP_LIMIT_COUNT		10	/* ... in one window */
#define PPP_PROBE_MS		1000	/* interval of Echo-Requests when we want to know now ... */
#define PPP_PROBES		5	/* ... and so many without an answer: the peer is lost */
#define PPP_ANEW_WINDOW_MS	60000	/* at most PPP_ANEW_COUNT renegotiations in one window */
#define PPP_ANEW_COUNT		20
#define PPP_ANEW_IDLE		5	/* of LCP, without the network ever coming up */

/* How far one direction of authentication is. */
enum ppp_auth_state {
	PPP_AUTH_OFF,		/* not demanded */
	PPP_AUTH_WAIT,		/* for the proof, or for the challenge to prove against */
	PPP_AUTH_ASKED,		/* peer: the daemon decides; self: the proof is sent */
	PPP_AUTH_DONE,
	PPP_AUTH_BAD,
};

/**
 * struct ppp_cause - an event of an automaton and the packet it came with
 * @event: the event
 * @code: code of the packet
 * @id: its identifier
 * @reply_code: RCR-: PPP_CODE_CONF_NAK or _REJ
 * @packet: RUC: the packet from its code on
 * @packet_len: its bytes, without padding
 * @data: the packet after its length field
 * @data_len: its bytes
 * @reply: RCR-: options of the answer
 * @reply_len: their bytes
 */
struct ppp_cause {
	enum ppp_event event;
	uint8_t code;
	uint8_t id;
	uint8_t reply_code;
	const uint8_t *packet;
	size_t packet_len;
	const uint8_t *data;
	size_t data_len;
	const uint8_t *reply;
	size_t reply_len;
};

extern const struct ppp_fsm_ops ppp_lcp_ops;
extern const struct ppp_fsm_ops ppp_ipcp_ops;
extern const struct ppp_fsm_ops ppp_ipv6cp_ops;

/* lcp.c */
void ppp_lcp_init(struct ppp_session *s);

/* link.c */
void ppp_lcp_echo_timer(struct ppp_session *s);
void ppp_lcp_probe(struct ppp_session *s);
void ppp_lcp_reject_protocol(struct ppp_session *s, uint16_t protocol, const uint8_t *data,
			     size_t len);

/* auth.c */
void ppp_auth_start(struct ppp_session *s);
void ppp_auth_stop(struct ppp_session *s);
void ppp_auth_timer(struct ppp_session *s);
void ppp_auth_ask(struct ppp_session *s, const struct ppp_auth_request *request);
void ppp_auth_decided(struct ppp_session *s, const struct ppp_auth_answer *answer);
void ppp_auth_self_done(struct ppp_session *s);
bool ppp_auth_is_chap(uint8_t method);

/* pap.c */
void ppp_pap_input(struct ppp_session *s, const uint8_t *packet, size_t len);
void ppp_pap_request(struct ppp_session *s);
void ppp_pap_answer(struct ppp_session *s, const struct ppp_auth_answer *answer);

/* chap.c */
void ppp_chap_input(struct ppp_session *s, const uint8_t *packet, size_t len);
void ppp_chap_challenge(struct ppp_session *s);
void ppp_chap_respond(struct ppp_session *s);
void ppp_chap_answer(struct ppp_session *s, const struct ppp_auth_answer *answer);
void ppp_chap_digest(uint8_t digest[PPP_MD5_LEN], uint8_t id, const void *secret, size_t secret_len,
		     const uint8_t *challenge, size_t challenge_len);

/* ipcp.c */
void ppp_ipcp_init(struct ppp_session *s);
void ppp_ipcp_start(struct ppp_session *s);
void ppp_ipcp_stop(struct ppp_session *s);
void ppp_ipcp_confirmed(struct ppp_session *s);
void ppp_ipcp_address(struct ppp_session *s, struct in_addr address);

/* ipv6cp.c */
void ppp_ipv6cp_init(struct ppp_session *s);
void ppp_ipv6cp_start(struct ppp_session *s);
void ppp_ipv6cp_stop(struct ppp_session *s);
void ppp_ipv6cp_confirmed(struct ppp_session *s);

/* network.c */
bool ppp_network_ask_confirm(struct ppp_session *s, struct ppp_fsm *f);
void ppp_network_confirm_timer(struct ppp_session *s);
bool ppp_network_alive(const struct ppp_session *s);
void ppp_network_failed(struct ppp_session *s, enum ppp_reason reason);
void ppp_network_give_up(struct ppp_session *s, struct ppp_fsm *f, enum ppp_reason reason);
void ppp_network_settle(struct ppp_session *s);
void ppp_network_start(struct ppp_session *s);
void ppp_network_stop(struct ppp_session *s);
void ppp_network_opened(struct ppp_session *s);
void ppp_network_closed(struct ppp_session *s, enum ppp_event event);
void ppp_network_finished(struct ppp_session *s, const struct ppp_fsm *f, enum ppp_event event);
void ppp_network_timeout(struct ppp_session *s);
void ppp_network_input(struct ppp_session *s, struct ppp_fsm *f, const uint8_t *packet,
		       size_t len);

/* fsm.c */
void ppp_fsm_run(struct ppp_session *s, struct ppp_fsm *f, const struct ppp_cause *c);

/* packet.c; requests may come from here again when they were deferred */
void ppp_fsm_request(struct ppp_session *s, struct ppp_fsm *f, uint8_t id, const uint8_t *data,
		     size_t len);

/* ppp.c */
size_t ppp_room(const struct ppp_session *s);
void ppp_send(struct ppp_session *s, uint16_t protocol, uint8_t code, uint8_t id,
	      const void *data, size_t len);
void ppp_end(struct ppp_session *s, enum ppp_reason reason);
void ppp_over(struct ppp_session *s, enum ppp_reason reason);
void ppp_link_up(struct ppp_session *s);
void ppp_link_down(struct ppp_session *s);
void ppp_phase_begin(struct ppp_session *s, enum ppp_phase phase, uint32_t limit_ms);
void ppp_negotiates_anew(struct ppp_session *s, bool lcp);
void ppp_update_timer(struct ppp_session *s);
bool ppp_packet_parse(struct ppp_session *s, const uint8_t *packet, size_t len, uint8_t *code,
		      uint8_t *id, size_t *data_len);

#endif /* RRASD_PPP_INTERNAL_H */
