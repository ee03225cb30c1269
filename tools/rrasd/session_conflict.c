// SPDX-License-Identifier: GPL-2.0
/*
 * A client whose address is live on another link, where the WAN interface is to refuse it.
 */
#include <arpa/inet.h>
#include <errno.h>

#include "config.h"
#include "log.h"
#include "rrasd.h"
#include "session_internal.h"

static struct log_limit conflict_limit;

static bool has_ipv4(const struct session *holder, const struct session *s)
{
	return holder->ppp.ipcp.prepared && !holder->line_lost && holder->address == s->address;
}

static bool has_ipv6(const struct session *holder, const struct session *s)
{
	return holder->ppp.ipv6cp.prepared && !holder->ipv6.line_lost &&
	       (holder->ipv6.ifid == s->ipv6.ifid ||
		prefix_equal(&holder->ipv6.prefix, &s->ipv6.prefix));
}

static struct session *find_holder(const struct session *s, uint16_t protocol)
{
	struct sessions *all = s->d->sessions;
	struct session *holder;
	struct list *l;

	for (l = all->all.next; l != &all->all; l = l->next) {
		holder = container_of(l, struct session, all);
		if (holder == s || holder->uplink)
			continue;
		if (protocol == PPP_PROTO_IPV6 ? has_ipv6(holder, s) : has_ipv4(holder, s))
			return holder;
	}
	return NULL;
}

/**
 * session_conflict - was a line-up refused because another session has the address?
 * @s: the session whose line-up it was
 * @protocol: PPP_PROTO_IP or PPP_PROTO_IPV6
 * @err: what the kernel answered
 *
 * If so the session ends, whatever else it may have; it is counted and logged, and the other client
 * is asked whether it is still there: the address of a dead one is free within seconds.
 *
 * Return: whether it was.
 */
bool session_conflict(struct session *s, uint16_t protocol, int err)
{
	struct in_addr in = { .s_addr = htonl(s->address) };
	char address[INET_ADDRSTRLEN];
	struct session *holder;

	if (err != -EADDRINUSE || s->d->config->conflict != WAN_CONFLICT_REFUSE)
		return false;
	holder = find_holder(s, protocol);
	if (!holder)
		return false;
	s->d->sessions->counts.address_conflicts++;
	if (log_allowed(&conflict_limit))
		log_warning("session %u: %s refused %s: session %u has it, and keeps it "
			    "([wan] address-conflict refuse)", s->link,
			    log_printable(s->user, s->user_len),
			    protocol == PPP_PROTO_IPV6 ? prefix_text(&s->ipv6.prefix) :
			    inet_ntop(AF_INET, &in, address, sizeof(address)), holder->link);
	ppp_session_probe(&holder->ppp, rrasd_now());
	s->detail = "another session has its address";
	ppp_session_close(&s->ppp, rrasd_now(), PPP_REASON_NETWORK_FAILED);
	return true;
}
