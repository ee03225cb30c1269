// SPDX-License-Identifier: GPL-2.0
/*
 * Events: a number, a name, a cause and a remedy, for the kernel log, netlink
 * and tracing. One function an event; nothing else formats one. The numbers are
 * listed in Documentation/events.rst; those that Windows NT used keep their
 * meaning, ours begin at 30000.
 */
#include <linux/module.h>
#include <linux/ratelimit.h>
#include <net/genetlink.h>
#include <net/ipv6.h>

#include "internal.h"

#include <trace/events/ndiswan.h>

#define TEXT_LEN	192
/* Text, name, driver's name, and 120 bytes of numbers and addresses. */
#define EVENT_LEN	448

/* Enough to see what happens, not enough to fill a disk. */
static DEFINE_RATELIMIT_STATE(log_limit, 5 * HZ, 20);

static const char * const reason_texts[] = {
	[NDISWAN_REASON_NONE]		= "no reason given",
	[NDISWAN_REASON_REQUEST]	= "requested",
	[NDISWAN_REASON_CLOSED]		= "its owner closed it",
	[NDISWAN_REASON_PORT_DOWN]	= "the device that carries it went down",
	[NDISWAN_REASON_PORT_GONE]	=
		"the device that carries it was removed or changed its address",
	[NDISWAN_REASON_PEER_CLOSED]	= "the other end of the loop was closed",
	[NDISWAN_REASON_ADDRESS_TAKEN]	= "a newer link took its address",
	[NDISWAN_REASON_INTERFACE_GONE]	= "the WAN interface was removed",
	[NDISWAN_REASON_PROTOCOL_GONE]	= "the module of the network protocol was unloaded",
	[NDISWAN_REASON_NAMESPACE_GONE]	= "the network namespace was removed",
	[NDISWAN_REASON_DRIVER]		= "an intermediate driver ended it",
	[NDISWAN_REASON_REFUSED]	= "refused by a layer above",
	[NDISWAN_REASON_DETACHED]	= "the intermediate driver left the link",
};

static int event_fill(struct sk_buff *msg, const struct ndiswan_event *event,
		      const char *text)
{
	void *hdr;

	hdr = genlmsg_put(msg, 0, 0, &ndiswan_genl_family, 0,
			  NDISWAN_CMD_EVENT_NTF);
	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(msg, NDISWAN_A_EVENT_NUMBER, event->number) ||
	    nla_put_string(msg, NDISWAN_A_EVENT_NAME, event->name) ||
	    (event->link &&
	     nla_put_u32(msg, NDISWAN_A_EVENT_LINK, event->link)) ||
	    (event->protocol &&
	     nla_put_u16(msg, NDISWAN_A_EVENT_PROTOCOL, event->protocol)) ||
	    (event->ifindex &&
	     nla_put_u32(msg, NDISWAN_A_EVENT_IFINDEX, event->ifindex)) ||
	    (event->peer_ipv4 &&
	     nla_put_in_addr(msg, NDISWAN_A_EVENT_PEER_IPV4,
			     event->peer_ipv4)) ||
	    (!ipv6_addr_any(&event->peer_ipv6) &&
	     nla_put_in6_addr(msg, NDISWAN_A_EVENT_PEER_IPV6,
			      &event->peer_ipv6)) ||
	    (event->reason &&
	     nla_put_u32(msg, NDISWAN_A_EVENT_REASON, event->reason)) ||
	    (event->driver &&
	     nla_put_string(msg, NDISWAN_A_EVENT_DRIVER, event->driver)) ||
	    nla_put_string(msg, NDISWAN_A_EVENT_TEXT, text))
		return -EMSGSIZE;
	genlmsg_end(msg, hdr);
	return 0;
}

static void event_multicast(struct net *net, const struct ndiswan_event *event,
			    const char *text)
{
	struct sk_buff *msg;

	if (!genl_has_listeners(&ndiswan_genl_family, net, NDISWAN_EVENT_GROUP))
		return;
	msg = genlmsg_new(EVENT_LEN, GFP_ATOMIC);
	if (!msg)
		return;
	if (event_fill(msg, event, text)) {
		nlmsg_free(msg);
		return;
	}
	genlmsg_multicast_netns(&ndiswan_genl_family, net, msg, 0,
				NDISWAN_EVENT_GROUP, GFP_ATOMIC);
}

/**
 * ndiswan_event() - report an event
 * @net: the namespace that it happened in
 * @event: number, name and what it is about
 * @fmt: cause and remedy, a sentence without a newline
 *
 * Context: any. The kernel log is rate limited; callers on the packet path
 * have to limit themselves before.
 */
void ndiswan_event(struct net *net, const struct ndiswan_event *event,
		   const char *fmt, ...)
{
	char text[TEXT_LEN];
	va_list args;

	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);

	trace_ndiswan_event(event);
	if (event->log && __ratelimit(&log_limit)) {
		if (event->link)
			pr_notice("event %u (%s): link %u: %s\n", event->number,
				  event->name, event->link, text);
		else
			pr_notice("event %u (%s): %s\n", event->number,
				  event->name, text);
	}
	event_multicast(net, event, text);
}
EXPORT_SYMBOL_NS_GPL(ndiswan_event, NDISWAN);

/* Longest client's address, with the byte that ends it. */
#define PEER_LEN	sizeof("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")

/* The addresses of other protocols are zero in @line, so events get them all. */
static const char *peer_text(char text[PEER_LEN], enum ndiswan_proto proto,
			     const struct ndiswan_line *line)
{
	if (proto == NDISWAN_PROTO_IPV6)
		snprintf(text, PEER_LEN, "%pI6c", &line->peer_ipv6);
	else
		snprintf(text, PEER_LEN, "%pI4", &line->peer_ipv4);
	return text;
}

/* 20050 as Windows NT 4.0 RRAS used it (KB Q233048, Q170278). */
void ndiswan_event_projection_failed(const struct ndiswan_link *link,
				     enum ndiswan_proto proto,
				     const struct ndiswan_line *line, int err,
				     const char *cause)
{
	struct ndiswan_event event = {
		.number = 20050,
		.name = "PROJECTION_FAILED",
		.log = true,
		.link = link->id,
		.protocol = ndiswan_proto_number(proto),
		.ifindex = line->ifindex,
		.peer_ipv4 = line->peer_ipv4,
		.peer_ipv6 = line->peer_ipv6,
	};
	char peer[PEER_LEN];

	ndiswan_event(link->net, &event,
		      "%s could not be projected onto interface %d: %s (error %d); check the address pool and the WAN interface",
		      peer_text(peer, proto, line), line->ifindex,
		      cause ? cause : "no cause given", -err);
}

void ndiswan_event_line_up(const struct ndiswan_link *link,
			   enum ndiswan_proto proto,
			   const struct ndiswan_line *line)
{
	struct ndiswan_event event = {
		.number = 30001,
		.name = "LINE_UP",
		.link = link->id,
		.protocol = ndiswan_proto_number(proto),
		.ifindex = line->ifindex,
		.peer_ipv4 = line->peer_ipv4,
		.peer_ipv6 = line->peer_ipv6,
	};
	char peer[PEER_LEN];

	ndiswan_event(link->net, &event, "%s is up, MRU %u",
		      peer_text(peer, proto, line), line->mru);
}

void ndiswan_event_line_down(const struct ndiswan_link *link,
			     enum ndiswan_proto proto,
			     const struct ndiswan_line *line,
			     enum ndiswan_reason reason)
{
	struct ndiswan_event event = {
		.number = 30002,
		.name = "LINE_DOWN",
		.link = link->id,
		.protocol = ndiswan_proto_number(proto),
		.ifindex = line->ifindex,
		.peer_ipv4 = line->peer_ipv4,
		.peer_ipv6 = line->peer_ipv6,
		.reason = reason,
	};
	char peer[PEER_LEN];

	if (!link->net)
		return;
	ndiswan_event(link->net, &event, "%s is down: %s",
		      peer_text(peer, proto, line), reason_texts[reason]);
}

/* Only what the owner did not do himself is news for the log. */
void ndiswan_event_link_down(const struct ndiswan_link *link,
			     enum ndiswan_reason reason)
{
	struct ndiswan_event event = {
		.number = 30003,
		.name = "LINK_DOWN",
		.log = reason == NDISWAN_REASON_PORT_DOWN ||
		       reason == NDISWAN_REASON_PORT_GONE ||
		       reason == NDISWAN_REASON_DRIVER,
		.link = link->id,
		.reason = reason,
	};

	ndiswan_event(link->net, &event, "down: %s", reason_texts[reason]);
}

/* On the packet path, so limited before anything is formatted. */
void ndiswan_event_recursion(const struct ndiswan_link *link)
{
	static DEFINE_RATELIMIT_STATE(limit, 10 * HZ, 1);
	struct net *net = READ_ONCE(link->net);
	struct ndiswan_event event = {
		.number = 30020,
		.name = "SEND_RECURSION",
		.log = true,
		.link = link->id,
	};

	if (net && __ratelimit(&limit))
		ndiswan_event(net, &event,
			      "a packet came back into the send that carried it and was dropped; give the tunnel's endpoint a route outside of the WAN interface");
}

/* A driver is there for all namespaces; its comings and goings are told in the
 * first.
 */
void ndiswan_event_driver_loaded(const char *name, u32 altitude,
				 unsigned int links)
{
	struct ndiswan_event event = {
		.number = 30030,
		.name = "DRIVER_LOADED",
		.log = true,
		.driver = name,
	};

	ndiswan_event(&init_net, &event,
		      "intermediate driver %s is there, altitude %u, on %u links",
		      name, altitude, links);
}

void ndiswan_event_driver_unloaded(const char *name, bool mandatory)
{
	struct ndiswan_event event = {
		.number = mandatory ? 30033 : 30031,
		.name = mandatory ? "DRIVER_MISSING" : "DRIVER_UNLOADED",
		.log = true,
		.driver = name,
	};

	if (mandatory)
		ndiswan_event(&init_net, &event,
			      "intermediate driver %s is mandatory and was unloaded: its links carry no data until it is loaded, or until rras driver set %s mandatory off",
			      name, name);
	else
		ndiswan_event(&init_net, &event,
			      "intermediate driver %s is gone, its links go on without it",
			      name);
}

void ndiswan_event_driver_refused(const struct ndiswan_link *link,
				  const char *name, int err, const char *cause,
				  bool mandatory)
{
	struct ndiswan_event event = {
		.number = 30032,
		.name = "DRIVER_REFUSED",
		.log = true,
		.link = link->id,
		.driver = name,
	};

	if (link->net)
		ndiswan_event(link->net, &event,
			      "intermediate driver %s could not be attached: %s (error %d); the link %s",
			      name, cause ? cause : "no cause given", -err,
			      mandatory ? "carries no data, because the driver is mandatory" :
					  "goes on without it");
}

void ndiswan_event_line_refused(const struct ndiswan_link *link,
				enum ndiswan_proto proto, const char *name,
				const struct ndiswan_line *line, int err,
				const char *cause)
{
	struct ndiswan_event event = {
		.number = 30034,
		.name = "LINE_REFUSED",
		.log = true,
		.link = link->id,
		.protocol = ndiswan_proto_number(proto),
		.ifindex = line->ifindex,
		.peer_ipv4 = line->peer_ipv4,
		.peer_ipv6 = line->peer_ipv6,
		.driver = name,
	};
	char peer[PEER_LEN];

	ndiswan_event(link->net, &event,
		      "intermediate driver %s refused %s: %s (error %d)",
		      name, peer_text(peer, proto, line),
		      cause ? cause : "no cause given", -err);
}

void ndiswan_event_layer(const struct ndiswan_link *link, const char *name,
			 bool attached)
{
	struct ndiswan_event event = {
		.number = attached ? 30035 : 30036,
		.name = attached ? "DRIVER_ATTACHED" : "DRIVER_DETACHED",
		.link = link->id,
		.driver = name,
	};

	if (link->net)
		ndiswan_event(link->net, &event, "intermediate driver %s %s",
			      name, attached ? "is on the link" :
					       "has left the link");
}

/* A defect of the driver: the packets are lost, and their memory with them. */
void ndiswan_event_driver_leak(const struct ndiswan_link *link,
			       const char *name, int held)
{
	struct ndiswan_event event = {
		.number = 30037,
		.name = "DRIVER_LEAK",
		.log = true,
		.link = link->id,
		.driver = name,
	};

	ndiswan_event(link->net ? : &init_net, &event,
		      "intermediate driver %s has left without settling %d packets that it took: a defect of the driver",
		      name, held);
}
