// SPDX-License-Identifier: GPL-2.0
/*
 * What can be read from a session and its configuration: defaults, checks, names.
 */
#include <string.h>

#include "internal.h"

/**
 * ppp_config_init - fill a configuration with defaults
 * @config: memory of the configuration, any content
 * @role: the side it is for
 *
 * A server demands any of the methods; a client proves itself by any once user and secret are
 * set. What has no default: name, local (server), user and secret (client).
 */
void ppp_config_init(struct ppp_config *config, enum ppp_role role)
{
	memset(config, 0, sizeof(*config));
	config->role = role;
	config->name = "rrasd";
	if (role == PPP_SERVER)
		config->auth_peer = PPP_AUTH_ALL;
	else
		config->auth_self = PPP_AUTH_ALL;
	config->ask_dns = role == PPP_CLIENT;
	config->pppoe = true;
	config->mru = PPP_PPPOE_MRU;
	config->mtu = PPP_PPPOE_MRU;
	config->max_mru = PPP_PPPOE_MRU;
	config->restart_ms = 3000;
	config->max_configure = 10;
	config->max_terminate = 2;
	config->max_failure = 5;
	config->lcp_limit_ms = 60000;
	config->auth_limit_ms = 60000;
	config->network_limit_ms = 60000;
	config->echo_ms = 20000;
	config->echo_failures = 3;
}

static const char *check_auth(const struct ppp_config *config)
{
	if ((config->auth_peer | config->auth_self) & ~(unsigned int)PPP_AUTH_ALL)
		return "unknown authentication method";
	if (!config->name || strlen(config->name) > UINT8_MAX)
		return "name is missing or longer than 255 bytes";
	if (!config->auth_self)
		return NULL;
	if (!config->user || strlen(config->user) > UINT8_MAX)
		return "user is missing or longer than 255 bytes";
	if (!config->secret || strlen(config->secret) > UINT8_MAX)
		return "secret is missing or longer than 255 bytes";
	return NULL;
}

/**
 * ppp_config_check - can sessions run with this configuration?
 * @config: the configuration
 *
 * Return: NULL, or what is wrong in words for an administrator.
 */
const char *ppp_config_check(const struct ppp_config *config)
{
	if (config->max_mru < PPP_MIN_MRU)
		return "max_mru is less than 128";
	if (config->mru < PPP_MIN_MRU || config->mru > config->max_mru)
		return "mru is not between 128 and max_mru";
	if (config->mtu < PPP_MIN_MRU)
		return "mtu is less than 128";
	if (!config->restart_ms)
		return "the restart timer is 0";
	if (!config->max_configure || !config->max_terminate || !config->max_failure)
		return "max_configure, max_terminate or max_failure is 0";
	if (config->max_failure > UINT8_MAX / 3)
		return "max_failure is larger than 85";
	if (config->role == PPP_SERVER && !config->local.s_addr)
		return "a server has no local address";
	if (config->ifid && !ppp_ifid_valid(config->ifid))
		return "the interface identifier is a reserved one";
	if (config->role == PPP_SERVER && config->ipv6 && !config->ifid)
		return "a server has no interface identifier";
	return check_auth(config);
}

/**
 * ppp_session_is_up - can the client exchange packets now?
 * @s: the session
 *
 * Return: whether network_up() was called for a protocol, and network_down() not since.
 */
bool ppp_session_is_up(const struct ppp_session *s)
{
	return s->ipcp.up || s->ipv6cp.up;
}

/**
 * ppp_session_link - what LCP agreed on
 * @s: the session
 * @link: gets it; defaults where LCP is not open yet
 */
void ppp_session_link(const struct ppp_session *s, struct ppp_link *link)
{
	const struct ppp_lcp *lcp = &s->lcp;

	link->mru = lcp->ask_mru_option ? lcp->ask_mru : PPP_DEFAULT_MRU;
	link->mtu = lcp->peer_mru < s->config->mtu ? lcp->peer_mru : s->config->mtu;
	link->peer_accm = lcp->peer_accm;
	link->accm = lcp->ask_accm_option ? lcp->ask_accm : UINT32_MAX;
	link->send_acfc = lcp->peer_acfc;
	link->send_pfc = lcp->peer_pfc;
	link->recv_acfc = lcp->ask_acfc;
	link->recv_pfc = lcp->ask_pfc;
}

/**
 * ppp_reason_text - say why a session ended
 * @reason: the reason
 *
 * Return: a short sentence without a full stop; it is also sent to the peer.
 */
const char *ppp_reason_text(enum ppp_reason reason)
{
	static const char * const texts[PPP_REASONS] = {
		[PPP_REASON_NONE] = "no reason",
		[PPP_REASON_ADMIN] = "disconnected by an administrator",
		[PPP_REASON_SHUTDOWN] = "the server stops",
		[PPP_REASON_LIMIT] = "time limit reached",
		[PPP_REASON_REPLACED] = "replaced by another session",
		[PPP_REASON_ERROR] = "internal error",
		[PPP_REASON_PEER] = "terminated by the peer",
		[PPP_REASON_PEER_LOST] = "the peer answers no echo",
		[PPP_REASON_LOWER_DOWN] = "the port went down",
		[PPP_REASON_LCP_TIMEOUT] = "LCP did not open in time",
		[PPP_REASON_LCP_FAILED] = "no agreement on LCP options",
		[PPP_REASON_LOOPBACK] = "the link is looped back",
		[PPP_REASON_AUTH_TIMEOUT] = "no authentication in time",
		[PPP_REASON_AUTH_REFUSED] = "no agreement on an authentication method",
		[PPP_REASON_AUTH_FAILED] = "authentication failed",
		[PPP_REASON_AUTH_DENIED] = "the peer denied our authentication",
		[PPP_REASON_NO_ADDRESS] = "no agreement on an address",
		[PPP_REASON_NETWORK_TIMEOUT] = "no network protocol opened in time",
		[PPP_REASON_NETWORK_REFUSED] = "no agreement on a network protocol",
		[PPP_REASON_NETWORK_FAILED] = "the network could not be set up",
		[PPP_REASON_RENEGOTIATION] = "the peer negotiates too often",
	};

	return reason < PPP_REASONS ? texts[reason] : "?";
}

/**
 * ppp_phase_name - name a phase for displays
 * @phase: the phase
 *
 * Return: the name used by RFC 1661 section 3.2, in lower case.
 */
const char *ppp_phase_name(enum ppp_phase phase)
{
	static const char * const names[] = {
		[PPP_PHASE_DEAD] = "dead",
		[PPP_PHASE_ESTABLISH] = "establish",
		[PPP_PHASE_AUTHENTICATE] = "authenticate",
		[PPP_PHASE_NETWORK] = "network",
		[PPP_PHASE_TERMINATE] = "terminate",
	};

	return phase <= PPP_PHASE_TERMINATE ? names[phase] : "?";
}
