// SPDX-License-Identifier: GPL-2.0
/* The numbered events of wanarp, one function an event. */
#include <linux/ppp_defs.h>

#include "internal.h"

#define WANARP_EVENT_ADDRESS_TAKEN	30010
#define WANARP_EVENT_DIAL_REQUEST	30050
#define WANARP_EVENT_DIAL_FAILED	30051
#define WANARP_EVENT_HANGUP_REQUEST	30052

static const char * const cause_texts[] = {
	[WANARP_DIAL_CAUSE_TRAFFIC]	= "a packet",
	[WANARP_DIAL_CAUSE_ADMIN]	= "the administrator",
	[WANARP_DIAL_CAUSE_IDLE]	= "the idle time-out",
	[WANARP_DIAL_CAUSE_TIMEOUT]	= "the connect time-out",
};

static const char * const unreachable_texts[] = {
	[WANARP_UNREACHABLE_REASON_NONE]		= "no reason given",
	[WANARP_UNREACHABLE_REASON_NO_DIALLER]		=
		"nobody listens to dial requests: start rrasd or rras dial",
	[WANARP_UNREACHABLE_REASON_TIMEOUT]		=
		"the dialler took longer than the connect time-out",
	[WANARP_UNREACHABLE_REASON_CONNECTION_FAILURE]	=
		"the peer did not answer, or refused: look at the line and the peer",
	[WANARP_UNREACHABLE_REASON_AUTHENTICATION]	=
		"the peer did not accept our name or secret: check both",
	[WANARP_UNREACHABLE_REASON_NO_PORT]		=
		"the device to dial through is missing or down: check it",
	[WANARP_UNREACHABLE_REASON_OUT_OF_RESOURCES]	=
		"the dialler had no memory or no free line",
	[WANARP_UNREACHABLE_REASON_ADMIN]		= "the administrator forbids it",
	[WANARP_UNREACHABLE_REASON_HOURS]		=
		"dialling is not allowed at this time of day",
};

/* Longest address, with its prefix length and the byte that ends it. */
#define ADDRESS_LEN	sizeof("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128")

static const char *address_text(char text[ADDRESS_LEN],
				const struct wanarp_projection *projection,
				unsigned int key)
{
	const struct wanarp_ipv6_projection *ipv6;

	if (projection->proto == NDISWAN_PROTO_IPV4) {
		snprintf(text, ADDRESS_LEN, "%pI4", &projection->addr);
		return text;
	}
	ipv6 = wanarp_ipv6_projection(projection);
	if (key == WANARP_KEY_PREFIX)
		snprintf(text, ADDRESS_LEN, "%pI6c/%u", &ipv6->key[key].addr,
			 ipv6->prefix_len);
	else
		snprintf(text, ADDRESS_LEN, "%pI6c", &ipv6->key[key].addr);
	return text;
}

/**
 * wanarp_event_address_taken() - a newer line-up took a client's address
 * @net: the namespace
 * @old: who had it
 * @new: who has it now
 * @key: which of its addresses
 *
 * Context: control.
 */
void wanarp_event_address_taken(struct net *net,
				const struct wanarp_projection *old,
				const struct wanarp_projection *new,
				unsigned int key)
{
	const bool ipv6 = old->proto == NDISWAN_PROTO_IPV6;
	struct ndiswan_event event = {
		.number = WANARP_EVENT_ADDRESS_TAKEN,
		.name = "ADDRESS_TAKEN",
		.log = true,
		.link = ndiswan_link_id(old->link),
		.protocol = ipv6 ? PPP_IPV6 : PPP_IP,
		.ifindex = old->iface->dev->ifindex,
		.peer_ipv4 = old->addr,
		.reason = NDISWAN_REASON_ADDRESS_TAKEN,
	};
	char text[ADDRESS_LEN];

	if (ipv6)
		event.peer_ipv6 =
			wanarp_ipv6_projection(old)->key[WANARP_KEY_LOCAL].addr;
	ndiswan_event(net, &event,
		      "%s on %s belongs to link %u from now on, which came up with the same address; if both clients are alive, give each an address of its own",
		      address_text(text, old, key), netdev_name(old->iface->dev),
		      ndiswan_link_id(new->link));
}

/**
 * wanarp_event_dial_request() - a demand-dial interface wants to be dialled
 * @iface: the interface
 * @cause: why
 * @packet: the packet that needs it, or NULL
 *
 * Context: any.
 */
void wanarp_event_dial_request(const struct wanarp_interface *iface,
			       enum wanarp_dial_cause cause,
			       const struct wanarp_demand_packet *packet)
{
	const struct ndiswan_event event = {
		.number = WANARP_EVENT_DIAL_REQUEST,
		.name = "DIAL_REQUEST",
		.log = true,
		.ifindex = iface->dev->ifindex,
	};
	const char *name = netdev_name(iface->dev);
	struct net *net = dev_net(iface->dev);

	if (!packet)
		ndiswan_event(net, &event, "%s is dialled because of %s", name,
			      cause_texts[cause]);
	else if (packet->proto == NDISWAN_PROTO_IPV4)
		ndiswan_event(net, &event,
			      "%s is dialled because of a packet from %pI4 to %pI4, protocol %u, port %u; if it should not, see the filter",
			      name, &packet->source, &packet->destination,
			      packet->protocol, packet->destination_port);
	else
		ndiswan_event(net, &event,
			      "%s is dialled because of a packet from %pI6c to %pI6c, protocol %u, port %u; if it should not, see the filter",
			      name, &packet->source, &packet->destination,
			      packet->protocol, packet->destination_port);
}

/**
 * wanarp_event_dial_failed() - a demand-dial interface could not be connected
 * @iface: the interface
 * @reason: why
 * @seconds: until the next packet may dial
 * @text: what the dialler says, or NULL
 *
 * Context: any.
 */
void wanarp_event_dial_failed(const struct wanarp_interface *iface,
			      enum wanarp_unreachable_reason reason,
			      u32 seconds, const char *text)
{
	const struct ndiswan_event event = {
		.number = WANARP_EVENT_DIAL_FAILED,
		.name = "DIAL_FAILED",
		.log = true,
		.ifindex = iface->dev->ifindex,
	};

	ndiswan_event(dev_net(iface->dev), &event,
		      "%s is unreachable for %u s: %s%s%s",
		      netdev_name(iface->dev), seconds,
		      unreachable_texts[reason], text ? "; " : "",
		      text ? text : "");
}

/**
 * wanarp_event_hangup_request() - a demand-dial interface shall be hung up
 * @iface: the interface
 * @cause: why
 *
 * Context: any.
 */
void wanarp_event_hangup_request(const struct wanarp_interface *iface,
				 enum wanarp_dial_cause cause)
{
	const struct ndiswan_event event = {
		.number = WANARP_EVENT_HANGUP_REQUEST,
		.name = "HANGUP_REQUEST",
		.ifindex = iface->dev->ifindex,
	};

	ndiswan_event(dev_net(iface->dev), &event,
		      "%s shall be hung up because of %s",
		      netdev_name(iface->dev), cause_texts[cause]);
}
