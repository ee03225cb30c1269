// SPDX-License-Identifier: GPL-2.0
/*
 * Keeping an open link: echoes that find out whether the peer is there, and rejects of protocols
 * that are not spoken here.
 */
#include <string.h>

#include "internal.h"

/**
 * ppp_lcp_echo_timer - is it time to ask whether the peer is still there?
 * @s: the session; its time is set
 */
void ppp_lcp_echo_timer(struct ppp_session *s)
{
	struct ppp_lcp *lcp = &s->lcp;
	uint8_t failures = lcp->probing ? PPP_PROBES : s->config->echo_failures;
	uint8_t data[PPP_MAGIC_LEN];

	if (!lcp->echo_deadline || s->now < lcp->echo_deadline)
		return;
	if (failures && lcp->echo_missing >= failures) {
		ppp_end(s, PPP_REASON_PEER_LOST);
		return;
	}
	if (lcp->echo_missing < UINT8_MAX)
		lcp->echo_missing++;
	lcp->echo_deadline = s->now + (lcp->probing ? PPP_PROBE_MS : s->config->echo_ms);
	ppp_set32(data, lcp->magic);
	ppp_send(s, PPP_PROTO_LCP, PPP_CODE_ECHO_REQ, ++lcp->echo_id, data, sizeof(data));
}

/**
 * ppp_lcp_probe - find out soon whether the peer is still there
 * @s: the session; its time is set
 *
 * A peer that is to get no echo, or rejected it, is not asked.
 */
void ppp_lcp_probe(struct ppp_session *s)
{
	struct ppp_lcp *lcp = &s->lcp;

	if (!lcp->echo_deadline || lcp->probing)
		return;
	lcp->probing = true;
	lcp->echo_missing = 0;
	lcp->echo_deadline = s->now;
	ppp_lcp_echo_timer(s);
}

/* Rejects cost output that the peer did not need: no flood may draw a flood of them. */
static bool limit_passed(struct ppp_session *s)
{
	if (!s->limit_count || s->now - s->limit_start >= PPP_LIMIT_WINDOW_MS) {
		s->limit_start = s->now;
		s->limit_count = 0;
	}
	if (s->limit_count >= PPP_LIMIT_COUNT)
		return false;
	s->limit_count++;
	return true;
}

/**
 * ppp_lcp_reject_protocol - answer a frame of a protocol that is not spoken here
 * @s: the session; its LCP is open
 * @protocol: the protocol field
 * @data: what follows it; goes back cut to what the peer receives (RFC 1661 section 5.7)
 * @len: its bytes
 */
void ppp_lcp_reject_protocol(struct ppp_session *s, uint16_t protocol, const uint8_t *data,
			     size_t len)
{
	uint8_t reject[PPP_DEFAULT_MRU - PPP_HEADER_LEN];

	if (!limit_passed(s)) {
		s->counters.limited++;
		return;
	}
	if (len > ppp_room(s) - PPP_PROTO_LEN)
		len = ppp_room(s) - PPP_PROTO_LEN;
	ppp_set16(reject, protocol);
	if (len)
		memcpy(reject + PPP_PROTO_LEN, data, len);
	ppp_send(s, PPP_PROTO_LCP, PPP_CODE_PROTO_REJ, ++s->lcp.fsm.reject_id, reject,
		 PPP_PROTO_LEN + len);
}
