/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PPPoE discovery as the one who calls (RFC 2516 section 5). Pure: frames and time in, frames out.
 *
 * A call never gives up by itself: it asks again, ever less often, until whoever made it has
 * waited long enough; pppoe_call_problem() then says what was missing. Only a concentrator that
 * refuses us ends it.
 */
#ifndef RRASD_ACCESS_PPPOE_CLIENT_H
#define RRASD_ACCESS_PPPOE_CLIENT_H

#include "pppoe_frame.h"

#define PPPOE_CALL_UNIQ_LEN	8
#define PPPOE_CALL_NAME_LEN	64
#define PPPOE_CALL_TEXT_LEN	192

enum pppoe_call_state {
	PPPOE_CALL_IDLE,
	PPPOE_CALL_SEEKING,	/* PADI sent: who is there? */
	PPPOE_CALL_ASKING,	/* PADR sent: may we? */
	PPPOE_CALL_OPEN,	/* there is a session: @peer and @session */
	PPPOE_CALL_REFUSED,
};

/**
 * struct pppoe_call - one attempt to get a session
 */
struct pppoe_call {
	enum pppoe_call_state state;
	/** @deadline: when to call pppoe_call_timer(), ms; 0: never */
	uint64_t deadline;
	/** @service: what is asked for, "": any */
	const char *service;
	/** @ac_name: the only concentrator that will do; NULL: any */
	const char *ac_name;
	uint8_t mac[PPPOE_MAC_LEN];
	uint8_t uniq[PPPOE_CALL_UNIQ_LEN];
	/** @peer: the concentrator's address, from PPPOE_CALL_ASKING on */
	uint8_t peer[PPPOE_MAC_LEN];
	uint16_t session;
	/** @peer_name: its name, for people */
	char peer_name[PPPOE_CALL_NAME_LEN];
	/** @problem: why an answer would not do; "": there was none */
	char problem[PPPOE_CALL_TEXT_LEN];
	uint8_t tries;
	/** @frame: what was sent last, to be sent again */
	struct pppoe_writer frame;
};

/*
 * All three return a frame to send, or NULL. It stays until the next call of one of them.
 */
const struct pppoe_writer *pppoe_call_begin(struct pppoe_call *c, const uint8_t *mac,
					    const uint8_t *uniq, uint64_t now);
const struct pppoe_writer *pppoe_call_timer(struct pppoe_call *c, uint64_t now);
const struct pppoe_writer *pppoe_call_input(struct pppoe_call *c, const struct pppoe_frame *f,
					    uint64_t now);
bool pppoe_call_owns(const struct pppoe_call *c, const struct pppoe_frame *f);
const char *pppoe_call_problem(const struct pppoe_call *c);

#endif /* RRASD_ACCESS_PPPOE_CLIENT_H */
