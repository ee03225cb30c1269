// SPDX-License-Identifier: GPL-2.0
/*
 * The session: phases (RFC 1661 section 3), distribution of frames to the protocols, timers, and
 * the entry points.
 *
 * No protocol ends a session from within: ppp_end() notes the reason, and the outermost entry
 * point closes when everything it called has returned. So no code has to expect that its
 * session changes phase, or is freed, under its feet.
 */
#include "ppp.h"

#include <string.h>

#include "internal.h"

/**
 * ppp_room - how much data may follow the header of a packet we send now
 * @s: the session
 *
 * Return: bytes: what the peer's MRU leaves while LCP is open, what the default leaves before, and
 * never more than the port carries or than fits a frame of PPP_FRAME_MAX.
 */
size_t ppp_room(const struct ppp_session *s)
{
	size_t mru = PPP_DEFAULT_MRU;

	if (s->config->mtu < mru)
		mru = s->config->mtu;
	if (s->lcp.fsm.state == PPP_OPENED && s->lcp.peer_mru < mru)
		mru = s->lcp.peer_mru;
	return mru - PPP_HEADER_LEN;
}

/**
 * ppp_send - output a packet
 * @s: the session
 * @protocol: its protocol field
 * @code: its code
 * @id: its identifier
 * @data: what follows the header; may be NULL if @len is 0
 * @len: bytes of @data; a packet larger than the peer receives is not sent, but counted
 */
void ppp_send(struct ppp_session *s, uint16_t protocol, uint8_t code, uint8_t id,
	      const void *data, size_t len)
{
	uint8_t frame[PPP_FRAME_MAX];

	if (len > ppp_room(s)) {
		s->counters.limited++;
		return;
	}
	ppp_set16(frame, protocol);
	frame[2] = code;
	frame[3] = id;
	ppp_set16(frame + 4, (uint16_t)(PPP_HEADER_LEN + len));
	if (len)
		memcpy(frame + PPP_PROTO_LEN + PPP_HEADER_LEN, data, len);
	s->counters.tx++;
	s->ops->output(s, frame, PPP_PROTO_LEN + PPP_HEADER_LEN + len);
}

/**
 * ppp_packet_parse - read the header that all control protocols share
 * @s: the session; counts the packet if it is malformed
 * @packet: the frame after its protocol field
 * @len: its bytes, with padding
 * @code: gets its code
 * @id: gets its identifier
 * @data_len: gets the bytes after the header, without padding
 *
 * Return: whether header and length are right (RFC 1661 section 5).
 */
bool ppp_packet_parse(struct ppp_session *s, const uint8_t *packet, size_t len, uint8_t *code,
		      uint8_t *id, size_t *data_len)
{
	size_t packet_len;

	if (len < PPP_HEADER_LEN)
		goto malformed;
	packet_len = ppp_get16(packet + 2);
	if (packet_len < PPP_HEADER_LEN || packet_len > len)
		goto malformed;
	*code = packet[0];
	*id = packet[1];
	*data_len = packet_len - PPP_HEADER_LEN;
	return true;

malformed:
	s->counters.malformed++;
	return false;
}

/**
 * ppp_phase_begin - a phase begins, or its time begins anew
 * @s: the session
 * @phase: the phase
 * @limit_ms: how long it may take; 0: no limit
 */
void ppp_phase_begin(struct ppp_session *s, enum ppp_phase phase, uint32_t limit_ms)
{
	s->phase = (uint8_t)phase;
	s->phase_deadline = limit_ms ? s->now + limit_ms : 0;
}

/**
 * ppp_end - the session shall end
 * @s: the session
 * @reason: why; the first reason counts
 */
void ppp_end(struct ppp_session *s, enum ppp_reason reason)
{
	if (!s->reason && !s->close_wanted)
		s->close_wanted = (uint8_t)reason;
}

/**
 * ppp_over - LCP is finished: nothing will be sent or received any more
 * @s: the session
 * @reason: why, if nothing else was the cause before
 */
void ppp_over(struct ppp_session *s, enum ppp_reason reason)
{
	if (!s->reason)
		s->reason = s->close_wanted ? s->close_wanted : (uint8_t)reason;
	s->close_wanted = PPP_REASON_NONE;
	s->over = true;
}

/**
 * ppp_negotiates_anew - a layer left Opened for another negotiation
 * @s: the session
 * @lcp: it is LCP
 *
 * Each one costs the daemon and the kernel work that the peer gets for one frame, and gives it the
 * limits of the phases anew: a client may not do it in a loop, and not at all for long before it
 * has proven who it is.
 */
void ppp_negotiates_anew(struct ppp_session *s, bool lcp)
{
	if (!s->anew_count || s->now - s->anew_start >= PPP_ANEW_WINDOW_MS) {
		s->anew_start = s->now;
		s->anew_count = 0;
	}
	s->anew_count++;
	s->anew_idle += lcp;
	if (s->anew_count > PPP_ANEW_COUNT || s->anew_idle > PPP_ANEW_IDLE)
		ppp_end(s, PPP_REASON_RENEGOTIATION);
}

/**
 * ppp_link_up - LCP is open
 * @s: the session
 */
void ppp_link_up(struct ppp_session *s)
{
	struct ppp_link link;

	ppp_phase_begin(s, PPP_PHASE_AUTHENTICATE, s->config->auth_limit_ms);
	ppp_session_link(s, &link);
	s->ops->lcp_up(s, &link);
	if (!s->close_wanted)
		ppp_auth_start(s);
}

/**
 * ppp_link_down - LCP is no longer open: it closes, or negotiates anew
 * @s: the session
 */
void ppp_link_down(struct ppp_session *s)
{
	ppp_auth_stop(s);
	ppp_network_stop(s);
	if (s->reason) {
		ppp_phase_begin(s, PPP_PHASE_TERMINATE, 0);
		return;
	}
	ppp_phase_begin(s, PPP_PHASE_ESTABLISH, s->config->lcp_limit_ms);
	ppp_negotiates_anew(s, true);
}

static void earlier(uint64_t *deadline, uint64_t other)
{
	if (other && (!*deadline || other < *deadline))
		*deadline = other;
}

/**
 * ppp_update_timer - ask for the earliest of all deadlines
 * @s: the session
 */
void ppp_update_timer(struct ppp_session *s)
{
	uint64_t deadline = 0;

	if (!s->over) {
		earlier(&deadline, s->lcp.fsm.deadline);
		earlier(&deadline, s->lcp.echo_deadline);
		earlier(&deadline, s->ipcp.fsm.deadline);
		earlier(&deadline, s->confirm_deadline);
		earlier(&deadline, s->ipv6cp.fsm.deadline);
		earlier(&deadline, s->auth.peer_deadline);
		earlier(&deadline, s->auth.self_deadline);
		earlier(&deadline, s->phase_deadline);
	}
	if (deadline == s->timer)
		return;
	s->timer = deadline;
	s->ops->set_timer(s, deadline);
}

/* Every entry point that may call back begins with enter() and ends with leave(). */
static bool enter(struct ppp_session *s, uint64_t now)
{
	if (!s->started || s->phase == PPP_PHASE_DEAD)
		return false;
	if (now > s->now)
		s->now = now;
	s->depth++;
	return true;
}

/* Close as ppp_end() asked for. */
static void close_now(struct ppp_session *s)
{
	s->reason = s->close_wanted;
	s->close_wanted = PPP_REASON_NONE;
	ppp_phase_begin(s, PPP_PHASE_TERMINATE, 0);
	ppp_fsm_event(s, &s->lcp.fsm, PPP_EV_CLOSE);
}

/* There is nothing left to send on: both layers go down at once. */
static void lower_gone(struct ppp_session *s)
{
	if (!s->reason)
		s->reason = s->close_wanted ? s->close_wanted : PPP_REASON_LOWER_DOWN;
	ppp_fsm_event(s, &s->lcp.fsm, PPP_EV_DOWN);
	ppp_over(s, PPP_REASON_LOWER_DOWN);
}

static void leave(struct ppp_session *s)
{
	if (s->depth > 1) {
		s->depth--;
		return;
	}
	if (!s->reason && !s->close_wanted && !s->lower_lost)
		ppp_network_settle(s);
	if (s->lower_lost && !s->over)
		lower_gone(s);
	if (s->close_wanted && !s->over)
		close_now(s);
	/* The callbacks of closing may have told us that the port is gone. */
	if (s->lower_lost && !s->over)
		lower_gone(s);
	ppp_update_timer(s);
	s->depth--;
	if (!s->over)
		return;
	s->phase = PPP_PHASE_DEAD;
	s->ops->finished(s, s->reason, ppp_reason_text(s->reason));
}

/**
 * ppp_session_init - prepare a session; nothing is sent yet
 * @s: memory of the session, any content; the caller's
 * @config: its configuration; must outlive it unchanged; passed ppp_config_check()
 * @ops: its way out; must outlive it
 * @data: kept in @s->data for the callbacks
 *
 * Needs no undo: a session holds no resources.
 */
void ppp_session_init(struct ppp_session *s, const struct ppp_config *config,
		      const struct ppp_ops *ops, void *data)
{
	memset(s, 0, sizeof(*s));
	s->config = config;
	s->ops = ops;
	s->data = data;
	ppp_lcp_init(s);
	ppp_ipcp_init(s);
	ppp_ipv6cp_init(s);
}

/**
 * ppp_session_start - the port is there: begin to negotiate
 * @s: the session; was never started
 * @now: monotonic time, ms, not 0
 */
void ppp_session_start(struct ppp_session *s, uint64_t now)
{
	if (s->started)
		return;
	s->started = true;
	s->now = now;
	ppp_phase_begin(s, PPP_PHASE_ESTABLISH, s->config->lcp_limit_ms);
	s->depth++;
	ppp_fsm_event(s, &s->lcp.fsm, PPP_EV_OPEN);
	ppp_fsm_event(s, &s->lcp.fsm, PPP_EV_UP);
	leave(s);
}

/*
 * Only LCP and authentication exist before the network phase, only LCP once it ends; all else
 * is dropped without a word (RFC 1661 sections 3.4, 3.5, 3.7).
 */
static void dispatch(struct ppp_session *s, uint16_t protocol, const uint8_t *packet, size_t len)
{
	bool open = s->phase == PPP_PHASE_AUTHENTICATE || s->phase == PPP_PHASE_NETWORK;

	if (protocol == PPP_PROTO_LCP)
		ppp_fsm_input(s, &s->lcp.fsm, packet, len);
	else if (protocol == PPP_PROTO_PAP && open)
		ppp_pap_input(s, packet, len);
	else if (protocol == PPP_PROTO_CHAP && open)
		ppp_chap_input(s, packet, len);
	else if (s->phase != PPP_PHASE_NETWORK || protocol == PPP_PROTO_IP ||
		 (protocol == PPP_PROTO_IPV6 && !s->ipv6cp.fsm.off))
		s->counters.unexpected++;
	else if (protocol == PPP_PROTO_IPCP)
		ppp_network_input(s, &s->ipcp.fsm, packet, len);
	else if (protocol == PPP_PROTO_IPV6CP)
		ppp_network_input(s, &s->ipv6cp.fsm, packet, len);
	else
		ppp_lcp_reject_protocol(s, protocol, packet, len);
}

/**
 * ppp_session_input - a frame arrived
 * @s: the session
 * @now: monotonic time, ms
 * @frame: protocol field (2 bytes) and payload, without address and control fields; only read
 * @len: its bytes, any number
 *
 * A frame that is malformed or comes at the wrong time is counted and has no other effect.
 */
void ppp_session_input(struct ppp_session *s, uint64_t now, const uint8_t *frame, size_t len)
{
	if (!enter(s, now))
		return;
	s->counters.rx++;
	if (len < PPP_PROTO_LEN)
		s->counters.malformed++;
	else
		dispatch(s, ppp_get16(frame), frame + PPP_PROTO_LEN, len - PPP_PROTO_LEN);
	leave(s);
}

static void phase_timer(struct ppp_session *s)
{
	if (!s->phase_deadline || s->now < s->phase_deadline)
		return;
	s->phase_deadline = 0;
	if (s->phase == PPP_PHASE_ESTABLISH)
		ppp_end(s, PPP_REASON_LCP_TIMEOUT);
	else if (s->phase == PPP_PHASE_AUTHENTICATE)
		ppp_end(s, PPP_REASON_AUTH_TIMEOUT);
	else if (s->phase == PPP_PHASE_NETWORK)
		ppp_network_timeout(s);
}

/**
 * ppp_session_timer - the deadline given to set_timer() has come
 * @s: the session
 * @now: monotonic time, ms; a call too early does no harm
 */
void ppp_session_timer(struct ppp_session *s, uint64_t now)
{
	if (!enter(s, now))
		return;
	if (s->timer && s->now >= s->timer)
		s->timer = UINT64_MAX;	/* it has gone off: no deadline is a change, too */
	phase_timer(s);
	if (!s->close_wanted)
		ppp_lcp_echo_timer(s);
	if (!s->close_wanted)
		ppp_auth_timer(s);
	if (!s->close_wanted)
		ppp_fsm_timer(s, &s->ipcp.fsm);
	if (!s->close_wanted)
		ppp_network_confirm_timer(s);
	if (!s->close_wanted)
		ppp_fsm_timer(s, &s->ipv6cp.fsm);
	if (!s->close_wanted)
		ppp_fsm_timer(s, &s->lcp.fsm);
	leave(s);
}

/**
 * ppp_session_close - end the session politely
 * @s: the session
 * @now: monotonic time, ms
 * @reason: what finished() shall report; an earlier reason stays
 *
 * The peer gets a Terminate-Request; finished() comes when it answered or after max_terminate
 * restart periods. Calling it again changes nothing.
 */
void ppp_session_close(struct ppp_session *s, uint64_t now, enum ppp_reason reason)
{
	if (!enter(s, now))
		return;
	ppp_end(s, reason == PPP_REASON_NONE ? PPP_REASON_ADMIN : reason);
	leave(s);
}

/**
 * ppp_session_lower_down - the port is gone
 * @s: the session
 * @now: monotonic time, ms
 *
 * Nothing more is sent; finished() comes before this returns, or at the end of the entry point
 * that called the callback this was called in.
 */
void ppp_session_lower_down(struct ppp_session *s, uint64_t now)
{
	if (!enter(s, now))
		return;
	s->lower_lost = true;
	leave(s);
}

/**
 * ppp_session_probe - somebody would be glad if this session were dead: is it?
 * @s: the session
 * @now: monotonic time, ms
 *
 * The peer gets Echo-Requests in quick succession; if it answers none of them the session ends
 * (PPP_REASON_PEER_LOST): it is known within five seconds, and then the farewell goes to nobody for
 * as long as Terminate-Requests are repeated. Nothing happens while LCP is not open, and where
 * there is no echo.
 */
void ppp_session_probe(struct ppp_session *s, uint64_t now)
{
	if (!enter(s, now))
		return;
	ppp_lcp_probe(s);
	leave(s);
}

/**
 * ppp_auth_answer - the answer to auth_request()
 * @s: the session
 * @now: monotonic time, ms
 * @answer: the answer; not needed any more when this returns
 *
 * A refusal without another try ends the session (PPP_REASON_AUTH_FAILED) after the peer was
 * told. An answer nobody waits for, because LCP renegotiated meanwhile, is ignored.
 */
void ppp_auth_answer(struct ppp_session *s, uint64_t now, const struct ppp_auth_answer *answer)
{
	struct ppp_auth *auth = &s->auth;

	if (!auth->outstanding || !enter(s, now))
		return;
	auth->outstanding = false;
	if (auth->peer_state == PPP_AUTH_ASKED)
		ppp_auth_decided(s, answer);
	leave(s);
}

/**
 * ppp_auth_result - ppp_auth_answer() for who has no more to say than yes or no
 * @s: the session
 * @now: monotonic time, ms
 * @ok: whether the peer is who it says; MS-CHAPv2 needs a proof with it: ppp_auth_answer()
 * @message: text for the peer's user, at most 255 bytes are sent; NULL: none
 */
void ppp_auth_result(struct ppp_session *s, uint64_t now, bool ok, const char *message)
{
	struct ppp_auth_answer answer = { .ok = ok, .message = message };

	ppp_auth_answer(s, now, &answer);
}

/**
 * ppp_address_result - the answer to address_request()
 * @s: the session
 * @now: monotonic time, ms
 * @address: the client's address, valid as long as the session lives; 0.0.0.0: there is none,
 *	which ends the session (PPP_REASON_NO_ADDRESS)
 */
void ppp_address_result(struct ppp_session *s, uint64_t now, struct in_addr address)
{
	if (!enter(s, now))
		return;
	ppp_ipcp_address(s, address);
	leave(s);
}
