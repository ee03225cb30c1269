/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is needed of an open session to go on with it in another process, without a word to the
 * peer.
 */
#ifndef RRASD_PPP_SAVE_H
#define RRASD_PPP_SAVE_H

#include <assert.h>

#include "ppp.h"

/* One automaton. */
struct ppp_saved_fsm {
	uint8_t state;
	uint8_t id;
	uint8_t term_id;
	uint8_t reject_id;
	uint8_t naks_sent;
	uint8_t off;
	uint8_t prepared;	/* network protocols: network_prepare() succeeded */
	uint8_t up;		/* network protocols: network_up() was called */
};

/**
 * struct ppp_saved - an open session; bytes without holes, in this machine's order
 */
struct ppp_saved {
	struct ppp_saved_fsm lcp, ipcp, ipv6cp;
	uint32_t magic, peer_magic, peer_accm;
	uint16_t ask_mru, peer_mru;
	uint8_t ask_auth, peer_auth, echo_id, echo_off;
	uint8_t ask_magic, ask_pfc, ask_acfc, peer_pfc, peer_acfc;
	uint8_t auth_peer_id, auth_self_id, auth_peer_state, auth_self_state;
	uint8_t network_reason, ask_dns1, ask_dns2;
	uint32_t ask, given, peer, prepared_for, dns[2];	/* IPv4, network byte order */
	uint64_t ask_ifid, given_ifid, prepared_for_ifid;
	struct ppp_counters counters;
};

static_assert(sizeof(struct ppp_saved) == 128, "no holes");

bool ppp_session_save(const struct ppp_session *s, struct ppp_saved *saved);
bool ppp_session_restore(struct ppp_session *s, const struct ppp_config *config,
			 const struct ppp_ops *ops, void *data, const struct ppp_saved *saved,
			 uint64_t now);

#endif /* RRASD_PPP_SAVE_H */
