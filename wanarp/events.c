// SPDX-License-Identifier: GPL-2.0
/* The numbered events of wanarp, one function an event. */
#include <linux/ppp_defs.h>

#include "internal.h"

#define WANARP_EVENT_ADDRESS_TAKEN	30010

/**
 * wanarp_event_address_taken() - a newer line-up took a client's address
 * @net: the namespace
 * @old: who had it
 * @new: who has it now
 *
 * Context: control.
 */
void wanarp_event_address_taken(struct net *net,
				const struct wanarp_projection *old,
				const struct wanarp_projection *new)
{
	const struct ndiswan_event event = {
		.number = WANARP_EVENT_ADDRESS_TAKEN,
		.name = "ADDRESS_TAKEN",
		.log = true,
		.link = ndiswan_link_id(old->link),
		.protocol = PPP_IP,
		.ifindex = old->iface->dev->ifindex,
		.peer_ipv4 = old->addr,
		.reason = NDISWAN_REASON_ADDRESS_TAKEN,
	};

	ndiswan_event(net, &event,
		      "%pI4 on %s belongs to link %u from now on, which came up with the same address; if both clients are alive, give each an address of its own",
		      &old->addr, netdev_name(old->iface->dev),
		      ndiswan_link_id(new->link));
}
