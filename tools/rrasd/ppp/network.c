// SPDX-License-Identifier: GPL-2.0
/*
 * The network phase (RFC 1661 section 3.6): one network control protocol for IPv4, one for IPv6,
 * each by itself.
 *
 * A session lives as long as one of them is open or may still open. One that the peer refuses,
 * terminates or leaves unanswered waits in case the peer begins again; one that we give up is
 * rejected from then on.
 */
#include "internal.h"

static bool alive(const struct ppp_fsm *f)
{
	return f->state >= PPP_REQ_SENT && !f->off;
}

/**
 * ppp_network_alive - is a network protocol open, or may one still open?
 * @s: the session
 *
 * Return: whether there is a reason to go on.
 */
bool ppp_network_alive(const struct ppp_session *s)
{
	return alive(&s->ipcp.fsm) || alive(&s->ipv6cp.fsm);
}

/**
 * ppp_network_failed - one network protocol will not open
 * @s: the session
 * @reason: why
 *
 * The session ends if no other is left. Where both failed, the reason is that of the first, unless
 * the peer just did not want it: many want but one.
 */
void ppp_network_failed(struct ppp_session *s, enum ppp_reason reason)
{
	if (!s->network_reason || s->network_reason == PPP_REASON_NETWORK_REFUSED)
		s->network_reason = (uint8_t)reason;
	if (!ppp_network_alive(s))
		ppp_end(s, s->network_reason);
}

/**
 * ppp_network_give_up - we do not want this protocol on this session any more
 * @s: the session
 * @f: its automaton; stopped when the entry point that runs ends
 * @reason: why
 */
void ppp_network_give_up(struct ppp_session *s, struct ppp_fsm *f, enum ppp_reason reason)
{
	if (f->off)
		return;
	f->off = true;
	ppp_network_failed(s, reason);
}

/**
 * ppp_network_settle - stop what was given up
 * @s: the session; no automaton of it runs
 */
void ppp_network_settle(struct ppp_session *s)
{
	if (s->ipcp.fsm.off && s->ipcp.fsm.state != PPP_INITIAL) {
		ppp_ipcp_stop(s);
		ppp_fsm_event(s, &s->ipcp.fsm, PPP_EV_CLOSE);
	}
	if (s->ipv6cp.fsm.off && s->ipv6cp.fsm.state != PPP_INITIAL) {
		ppp_ipv6cp_stop(s);
		ppp_fsm_event(s, &s->ipv6cp.fsm, PPP_EV_CLOSE);
	}
}

/**
 * ppp_network_start - authentication is complete
 * @s: the session
 */
void ppp_network_start(struct ppp_session *s)
{
	ppp_phase_begin(s, PPP_PHASE_NETWORK, s->config->network_limit_ms);
	s->network_reason = PPP_REASON_NONE;
	ppp_ipcp_start(s);
	ppp_ipv6cp_start(s);
}

/**
 * ppp_network_stop - LCP is no longer open
 * @s: the session
 */
void ppp_network_stop(struct ppp_session *s)
{
	ppp_ipcp_stop(s);
	ppp_ipv6cp_stop(s);
}

/**
 * ppp_network_ask_confirm - have the peer answer something that comes after our Configure-Ack
 * @s: the session
 * @f: the automaton, open
 *
 * These protocols have no echo, so everybody has to answer one with a Code-Reject (RFC 1332 section
 * 2, RFC 5072 section 3). That of LCP would not do: pppd reads LCP before all else that waits, our
 * last Configure-Ack included.
 *
 * Return: whether it is to be waited for.
 */
bool ppp_network_ask_confirm(struct ppp_session *s, struct ppp_fsm *f)
{
	if (!s->config->confirm_up)
		return false;
	ppp_send(s, f->ops->protocol, PPP_CODE_ECHO_REQ, ++f->reject_id, NULL, 0);
	s->confirm_deadline = s->now + PPP_CONFIRM_MS;
	return true;
}

/**
 * ppp_network_confirm_timer - has the peer had the time to answer?
 * @s: the session; its time is set
 */
void ppp_network_confirm_timer(struct ppp_session *s)
{
	if (!s->confirm_deadline || s->now < s->confirm_deadline)
		return;
	s->confirm_deadline = 0;
	ppp_ipcp_confirmed(s);
	ppp_ipv6cp_confirmed(s);
}

/**
 * ppp_network_opened - a network protocol is open: the session has what it was made for
 * @s: the session
 */
void ppp_network_opened(struct ppp_session *s)
{
	s->phase_deadline = 0;
	s->anew_idle = 0;
}

/**
 * ppp_network_closed - a network protocol left Opened and may come back
 * @s: the session
 * @event: what made it
 *
 * While another is up there is no hurry.
 */
void ppp_network_closed(struct ppp_session *s, enum ppp_event event)
{
	if (event == PPP_EV_DOWN)
		return;		/* LCP's doing, and LCP's to count */
	if (!ppp_session_is_up(s))
		ppp_phase_begin(s, PPP_PHASE_NETWORK, s->config->network_limit_ms);
	ppp_negotiates_anew(s, false);
	if ((event == PPP_EV_RTR || event == PPP_EV_RXJ_MINUS) && !ppp_network_alive(s))
		ppp_end(s, PPP_REASON_NETWORK_REFUSED);
}

/**
 * ppp_network_finished - a network protocol needs the link no longer
 * @s: the session
 * @f: its automaton
 * @event: what made it
 */
void ppp_network_finished(struct ppp_session *s, const struct ppp_fsm *f, enum ppp_event event)
{
	if (f->off)
		return;
	ppp_network_failed(s, event == PPP_EV_TO_MINUS ? PPP_REASON_NETWORK_TIMEOUT :
							 PPP_REASON_NETWORK_REFUSED);
}

/**
 * ppp_network_timeout - the time for the network phase is over, and nothing is open
 * @s: the session
 */
void ppp_network_timeout(struct ppp_session *s)
{
	ppp_network_failed(s, PPP_REASON_NETWORK_TIMEOUT);
	ppp_end(s, s->network_reason);
}

/**
 * ppp_network_input - a packet of a network control protocol
 * @s: the session, in the network phase
 * @f: the protocol's automaton
 * @packet: the frame after its protocol field
 * @len: its bytes
 *
 * What was given up, perhaps because of this very packet, is rejected: the client need not wait
 * for its timer to find out.
 */
void ppp_network_input(struct ppp_session *s, struct ppp_fsm *f, const uint8_t *packet,
		       size_t len)
{
	if (!f->off)
		ppp_fsm_input(s, f, packet, len);
	if (f->off && ppp_network_alive(s))
		ppp_lcp_reject_protocol(s, f->ops->protocol, packet, len);
}
