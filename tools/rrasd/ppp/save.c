// SPDX-License-Identifier: GPL-2.0
/*
 * Handing an open session from one process to the next, see save.h.
 *
 * Only a session whose client has what it came for is worth it. Whatever is half done when the old
 * process dies is repeated: the request of a network protocol that was negotiating when its restart
 * timer expires, a challenge on the open link soon.
 */
#include <string.h>

#include "internal.h"
#include "save.h"

static void save_fsm(const struct ppp_fsm *f, struct ppp_saved_fsm *saved)
{
	*saved = (struct ppp_saved_fsm){
		.state = f->state, .id = f->id, .term_id = f->term_id,
		.reject_id = f->reject_id, .naks_sent = f->naks_sent, .off = f->off,
	};
}

static void save_lcp(const struct ppp_lcp *lcp, struct ppp_saved *saved)
{
	save_fsm(&lcp->fsm, &saved->lcp);
	saved->magic = lcp->magic;
	saved->peer_magic = lcp->peer_magic;
	saved->peer_accm = lcp->peer_accm;
	/* Where the client has rejected the option, the MRU is this. */
	saved->ask_mru = lcp->ask_mru_option ? lcp->ask_mru : PPP_DEFAULT_MRU;
	saved->peer_mru = lcp->peer_mru;
	saved->ask_auth = lcp->ask_auth;
	saved->peer_auth = lcp->peer_auth;
	saved->echo_id = lcp->echo_id;
	saved->echo_off = lcp->echo_off;
	saved->ask_magic = lcp->ask_magic;
	saved->ask_pfc = lcp->ask_pfc;
	saved->ask_acfc = lcp->ask_acfc;
	saved->peer_pfc = lcp->peer_pfc;
	saved->peer_acfc = lcp->peer_acfc;
}

static void save_ipcp(const struct ppp_ipcp *ipcp, struct ppp_saved *saved)
{
	save_fsm(&ipcp->fsm, &saved->ipcp);
	saved->ipcp.prepared = ipcp->prepared;
	saved->ipcp.up = ipcp->up;
	saved->ask = ipcp->ask.s_addr;
	saved->given = ipcp->given.s_addr;
	saved->peer = ipcp->peer.s_addr;
	saved->prepared_for = ipcp->prepared_for.s_addr;
	saved->dns[0] = ipcp->dns[0].s_addr;
	saved->dns[1] = ipcp->dns[1].s_addr;
	saved->ask_dns1 = ipcp->ask_dns1;
	saved->ask_dns2 = ipcp->ask_dns2;
}

static void save_ipv6cp(const struct ppp_ipv6cp *ipv6cp, struct ppp_saved *saved)
{
	save_fsm(&ipv6cp->fsm, &saved->ipv6cp);
	saved->ipv6cp.prepared = ipv6cp->prepared;
	saved->ipv6cp.up = ipv6cp->up;
	saved->ask_ifid = ipv6cp->ask;
	saved->given_ifid = ipv6cp->given;
	saved->prepared_for_ifid = ipv6cp->prepared_for;
}

/**
 * ppp_session_save - write down an open session
 * @s: the session
 * @saved: gets all that ppp_session_restore() needs
 *
 * Return: whether it is open: a network protocol is up and the session is not about to end.
 */
bool ppp_session_save(const struct ppp_session *s, struct ppp_saved *saved)
{
	if (s->phase != PPP_PHASE_NETWORK || s->reason || s->close_wanted || s->lower_lost ||
	    !ppp_session_is_up(s))
		return false;
	memset(saved, 0, sizeof(*saved));
	save_lcp(&s->lcp, saved);
	save_ipcp(&s->ipcp, saved);
	save_ipv6cp(&s->ipv6cp, saved);
	saved->auth_peer_id = s->auth.peer_id;
	saved->auth_self_id = s->auth.self_id;
	saved->auth_peer_state = s->auth.peer_state;
	saved->auth_self_state = s->auth.self_state;
	saved->network_reason = s->network_reason;
	saved->counters = s->counters;
	return true;
}

static bool fsm_plausible(const struct ppp_saved_fsm *saved)
{
	return saved->state < PPP_STATES && saved->prepared <= 1 && saved->up <= saved->prepared &&
	       (!saved->up || saved->state == PPP_OPENED);
}

static bool plausible(const struct ppp_saved *saved)
{
	return saved->lcp.state == PPP_OPENED && fsm_plausible(&saved->ipcp) &&
	       fsm_plausible(&saved->ipv6cp) && (saved->ipcp.up || saved->ipv6cp.up) &&
	       saved->peer_mru >= PPP_MIN_MRU && saved->ask_mru >= PPP_MIN_MRU;
}

static void restore_fsm(struct ppp_session *s, struct ppp_fsm *f,
			const struct ppp_saved_fsm *saved)
{
	f->state = saved->state;
	/* Good-bye has been said once. */
	if (f->state == PPP_CLOSING)
		f->state = PPP_CLOSED;
	else if (f->state == PPP_STOPPING)
		f->state = PPP_STOPPED;
	if (f->state >= PPP_REQ_SENT && f->state <= PPP_ACK_SENT) {
		f->deadline = s->now + s->config->restart_ms;
		f->restarts = s->config->max_configure;
	}
	f->id = saved->id;
	f->term_id = saved->term_id;
	f->reject_id = saved->reject_id;
	f->naks_sent = saved->naks_sent;
	f->off = saved->off;
	/* The next request may say other things than the last one: it gets a number of its own. */
	f->answered = true;
}

/* All at once would be a flood where thousands of sessions were taken over in one moment. */
static uint64_t some_time_in(struct ppp_session *s, uint32_t interval_ms)
{
	uint32_t number;

	s->ops->random(s, &number, sizeof(number));
	return s->now + 1 + number % interval_ms;
}

static void restore_lcp(struct ppp_session *s, const struct ppp_saved *saved)
{
	struct ppp_lcp *lcp = &s->lcp;

	restore_fsm(s, &lcp->fsm, &saved->lcp);
	lcp->magic = saved->magic;
	lcp->peer_magic = saved->peer_magic;
	lcp->peer_accm = saved->peer_accm;
	lcp->ask_mru = saved->ask_mru;
	lcp->ask_mru_option = lcp->ask_mru != PPP_DEFAULT_MRU;
	lcp->peer_mru = saved->peer_mru;
	lcp->ask_auth = saved->ask_auth;
	lcp->peer_auth = saved->peer_auth;
	lcp->echo_id = saved->echo_id;
	lcp->echo_off = saved->echo_off || !s->config->echo_ms;
	lcp->ask_magic = saved->ask_magic;
	lcp->ask_pfc = saved->ask_pfc;
	lcp->ask_acfc = saved->ask_acfc;
	lcp->peer_pfc = saved->peer_pfc;
	lcp->peer_acfc = saved->peer_acfc;
	if (!lcp->echo_off)
		lcp->echo_deadline = some_time_in(s, s->config->echo_ms);
}

static uint8_t proven(uint8_t state)
{
	return state == PPP_AUTH_OFF ? PPP_AUTH_OFF : PPP_AUTH_DONE;
}

/* Who was being challenged on the open link when we went is challenged soon, with another value. */
static void restore_auth(struct ppp_session *s, const struct ppp_saved *saved)
{
	struct ppp_auth *auth = &s->auth;

	/* Who is connected has had our Success; what it was, to say it again, is forgotten. */
	auth->peer_id = saved->auth_peer_id + 1;
	auth->self_id = saved->auth_self_id;
	auth->peer_state = proven(saved->auth_peer_state);
	auth->self_state = proven(saved->auth_self_state);
	auth->announced = true;
	if (auth->peer_state == PPP_AUTH_OFF || s->lcp.ask_auth == PPP_AUTH_PAP)
		return;
	if (saved->auth_peer_state != PPP_AUTH_DONE)
		auth->peer_deadline = s->now + s->config->restart_ms;
	else if (s->config->rechallenge_ms)
		auth->peer_deadline = some_time_in(s, s->config->rechallenge_ms);
}

static void restore_ipcp(struct ppp_session *s, const struct ppp_saved *saved)
{
	struct ppp_ipcp *ipcp = &s->ipcp;

	restore_fsm(s, &ipcp->fsm, &saved->ipcp);
	ipcp->prepared = saved->ipcp.prepared;
	ipcp->up = saved->ipcp.up;
	ipcp->ask_address = true;
	ipcp->ask.s_addr = saved->ask;
	ipcp->given.s_addr = saved->given;
	ipcp->peer.s_addr = saved->peer;
	ipcp->prepared_for.s_addr = saved->prepared_for;
	ipcp->dns[0].s_addr = saved->dns[0];
	ipcp->dns[1].s_addr = saved->dns[1];
	ipcp->ask_dns1 = saved->ask_dns1;
	ipcp->ask_dns2 = saved->ask_dns2;
	/* An address that was never given is asked for when the client comes for it. */
	ipcp->address_known = saved->given;
	ipcp->address_asked = saved->given;
	ipcp->confirming = ipcp->fsm.state == PPP_OPENED && !ipcp->up;
}

static void restore_ipv6cp(struct ppp_session *s, const struct ppp_saved *saved)
{
	struct ppp_ipv6cp *ipv6cp = &s->ipv6cp;

	restore_fsm(s, &ipv6cp->fsm, &saved->ipv6cp);
	ipv6cp->prepared = saved->ipv6cp.prepared;
	ipv6cp->up = saved->ipv6cp.up;
	ipv6cp->ask_ifid = true;
	ipv6cp->ask = saved->ask_ifid;
	ipv6cp->given = saved->given_ifid;
	ipv6cp->prepared_for = saved->prepared_for_ifid;
	ipv6cp->confirming = ipv6cp->fsm.state == PPP_OPENED && !ipv6cp->up;
}

/**
 * ppp_session_restore - go on with a session that another process has saved
 * @s: memory of the session, any content; the caller's
 * @config: its configuration, as for ppp_session_init(); need not be what it was
 * @ops: its way out; only random() and set_timer() are called now
 * @data: kept in @s->data for the callbacks
 * @saved: what ppp_session_save() wrote; not trusted
 * @now: monotonic time, ms, not 0
 *
 * Instead of ppp_session_init() and ppp_session_start(). The kernel still has what
 * network_prepare() made; network_down() undoes it.
 *
 * Return: whether what was saved makes sense.
 */
bool ppp_session_restore(struct ppp_session *s, const struct ppp_config *config,
			 const struct ppp_ops *ops, void *data, const struct ppp_saved *saved,
			 uint64_t now)
{
	if (!plausible(saved))
		return false;
	ppp_session_init(s, config, ops, data);
	s->now = now;
	s->started = true;
	s->phase = PPP_PHASE_NETWORK;
	s->network_reason = saved->network_reason;
	s->counters = saved->counters;
	restore_lcp(s, saved);
	restore_auth(s, saved);
	restore_ipcp(s, saved);
	restore_ipv6cp(s, saved);
	if (s->ipcp.confirming || s->ipv6cp.confirming)
		s->confirm_deadline = s->now + PPP_CONFIRM_MS;
	ppp_update_timer(s);
	return true;
}
