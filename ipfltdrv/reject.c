// SPDX-License-Identifier: GPL-2.0
/*
 * Telling the sender. The stack's own functions decide which packets may be answered
 * and how many; they were not made for a packet that has not been routed yet.
 */
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/icmp.h>
#include <net/route.h>

#include "extension.h"

/* An ICMP error needs the route of the packet that it is about. */
static bool route_find(struct sk_buff *skb, struct net_device *dev)
{
	const struct iphdr *ip = ip_hdr(skb);

	return skb_dst(skb) ||
	       !ip_route_input_noref(skb, ip->daddr, ip->saddr, ip->tos, dev);
}

/**
 * ipf_reject() - tell the sender of a packet that it is not allowed
 * @skb: the packet, which is going to be dropped; its header may move and its end
 *	may be cut off
 * @ingress: it has been received, and not routed yet
 * @offset: of its network header from skb->data
 * @key: what the parser found
 *
 * Context: data.
 */
void ipf_reject(struct sk_buff *skb, bool ingress, unsigned int offset,
		const struct ipf_key *key)
{
	bool ipv4 = key->family == IPF_IPV4;
	unsigned int len = ipv4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);

	/* Booted without IPv6, the kernel has nothing to send it with. */
	if (!ipv4 && !ipv6_mod_enabled())
		return;
	if (skb_shared(skb) || !pskb_may_pull(skb, offset + len))
		return;
	/* Padding is no part of it. */
	if (pskb_trim(skb, offset + key->length))
		return;
	skb_set_network_header(skb, offset);
	/* The functions for drivers do not believe that skb->cb is theirs. */
	if (!ipv4)
		icmpv6_ndo_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADM_PROHIBITED, 0);
	else if (!ingress || route_find(skb, skb->dev))
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, 0);
}
