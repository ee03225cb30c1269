// SPDX-License-Identifier: GPL-2.0
/* The send path: link address -> link -> ndiswan_send(). */
#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/rculist.h>
#include <net/icmp.h>

#include "internal.h"

static const struct ethhdr *eth_of(const struct sk_buff *skb)
{
	return (const struct ethhdr *)skb->data;
}

static void send(struct sk_buff *skb, struct wanarp_interface *iface,
		 struct ndiswan_link *link, enum ndiswan_proto proto)
{
	unsigned int len = skb->len;

	if (likely(!ndiswan_send(skb, link, proto)))
		dev_sw_netstats_tx_add(iface->dev, 1, len);
	else
		wanarp_drop_count(iface, WANARP_DROP_TX_LINK);
}

/* Told at once, so that nobody waits for an address that is not there.
 *
 * icmp_ndo_send() needs the packet's route, which the device keeps for it
 * (netif_keep_dst()). Without one, as from a packet socket, it sends nothing.
 */
static noinline void unresolved(struct sk_buff *skb,
				struct wanarp_interface *iface,
				enum ndiswan_proto proto)
{
	if (proto == NDISWAN_PROTO_IPV4)
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
	else
		icmpv6_ndo_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH,
				0);
	wanarp_drop(iface, skb, WANARP_DROP_TX_UNRESOLVED);
}

/* The client has a smaller MRU than the interface's MTU, which is one for all
 * clients.
 */
static noinline void too_long(struct sk_buff *skb,
			      struct wanarp_interface *iface,
			      struct ndiswan_link *link,
			      enum ndiswan_proto proto, u16 mru)
{
	if (proto == NDISWAN_PROTO_IPV4 && wanarp_may_fragment(skb)) {
		wanarp_fragment(skb, iface, link, mru);
		return;
	}
	if (proto == NDISWAN_PROTO_IPV4)
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED,
			      htonl(mru));
	else
		icmpv6_ndo_send(skb, ICMPV6_PKT_TOOBIG, 0, mru);
	wanarp_drop(iface, skb, WANARP_DROP_TX_TOO_LONG);
}

/* One copy for each client that can take it; the links share the data until a
 * port has to write its header.
 */
static void flood(struct sk_buff *skb, struct wanarp_interface *iface,
		  enum ndiswan_proto proto)
{
	const struct wanarp_projection *projection;
	struct sk_buff *clone;
	u16 mru;

	list_for_each_entry_rcu(projection, &iface->table.list, list,
				rcu_read_lock_bh_held()) {
		if (projection->proto != proto ||
		    !wanarp_notify_copy(projection, skb))
			continue;
		clone = skb_clone(skb, GFP_ATOMIC);
		if (!clone) {
			wanarp_drop_count(iface, WANARP_DROP_TX_NO_MEMORY);
			continue;
		}
		mru = READ_ONCE(projection->mru);
		if (clone->len > mru)
			too_long(clone, iface, projection->link, proto, mru);
		else
			send(clone, iface, projection->link, proto);
	}
	consume_skb(skb);
}

static noinline void multicast(struct sk_buff *skb,
			       struct wanarp_interface *iface,
			       enum ndiswan_proto proto)
{
	if (READ_ONCE(iface->multicast))
		flood(skb, iface, proto);
	else
		wanarp_drop(iface, skb, WANARP_DROP_TX_MULTICAST);
}

/* A destination comes from wanarp_header(), but may as well come from a packet
 * socket or have been changed by tc. So it is believed only if it names a link
 * of this namespace whose projection is on this very device.
 */
static __always_inline struct wanarp_projection *
destination(struct wanarp_interface *iface, enum ndiswan_proto proto, u32 id,
	    struct ndiswan_link **link)
{
	struct wanarp_projection *projection;

	*link = ndiswan_link_lookup(dev_net(iface->dev), id);
	if (unlikely(!*link))
		return NULL;
	projection = ndiswan_link_context(*link, proto);
	return likely(projection && projection->iface == iface) ? projection :
								  NULL;
}

/* Where a packet goes that does not go by its destination: the one link of a
 * demand-dial interface; or another link has taken the address over since
 * wanarp_header() asked. Then the link that it found has no line any more, and
 * the packet is for the other one.
 */
static noinline struct wanarp_projection *
elsewhere(struct sk_buff *skb, struct wanarp_interface *iface,
	  enum ndiswan_proto proto, struct ndiswan_link **link)
{
	struct wanarp_projection *projection = NULL;

	if (wanarp_is_demand(iface))
		projection = rcu_dereference_bh(iface->demand.uplink[proto]);
	if (!projection)
		projection = wanarp_nexthop(skb, iface, proto);
	if (projection)
		*link = projection->link;
	return projection;
}

/* @proto is a constant. */
static __always_inline void unicast(struct sk_buff *skb,
				    struct wanarp_interface *iface,
				    enum ndiswan_proto proto, u32 id)
{
	struct wanarp_projection *projection = NULL;
	struct ndiswan_link *link;
	u16 mru;

	if (likely(!wanarp_is_demand(iface)))
		projection = destination(iface, proto, id, &link);
	if (unlikely(!projection))
		projection = elsewhere(skb, iface, proto, &link);
	if (unlikely(!projection)) {
		unresolved(skb, iface, proto);
		return;
	}
	wanarp_projection_used(projection);
	mru = READ_ONCE(projection->mru);
	if (unlikely(READ_ONCE(iface->mss_clamp)))
		wanarp_mss_clamp(skb, iface, mru);
	if (unlikely(skb->len > mru))
		too_long(skb, iface, link, proto, mru);
	else
		send(skb, iface, link, proto);
}

/* Of an Ethernet header in front of enough bytes to hold its IP header. */
static int network_protocol(struct sk_buff *skb,
			    enum wanarp_drop_reason *reason)
{
	*reason = WANARP_DROP_TX_SHORT;
	if (unlikely(!pskb_may_pull(skb, ETH_HLEN + sizeof(struct iphdr))))
		return -EINVAL;
	if (likely(eth_of(skb)->h_proto == htons(ETH_P_IP)))
		return NDISWAN_PROTO_IPV4;
	*reason = WANARP_DROP_TX_PROTOCOL;
	if (eth_of(skb)->h_proto != htons(ETH_P_IPV6))
		return -EPROTONOSUPPORT;
	*reason = WANARP_DROP_TX_SHORT;
	if (!pskb_may_pull(skb, ETH_HLEN + sizeof(struct ipv6hdr)))
		return -EINVAL;
	return NDISWAN_PROTO_IPV6;
}

/**
 * wanarp_xmit() - ndo_start_xmit
 * @skb: the packet, data at the Ethernet header
 * @dev: the WAN interface
 *
 * Context: bottom halves off, which is what the link and its projection are
 * good for.
 * Return: NETDEV_TX_OK, always: the packet is gone.
 */
netdev_tx_t wanarp_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct wanarp_interface *iface = netdev_priv(dev);
	enum wanarp_drop_reason reason;
	const struct ethhdr *eth;
	bool group;
	int proto;
	u32 id;

	proto = network_protocol(skb, &reason);
	if (unlikely(proto < 0))
		goto drop;
	/* The device does not offer to cut segments, so the stack has done it. */
	reason = WANARP_DROP_TX_SEGMENTS;
	if (unlikely(skb_is_gso(skb)))
		goto drop;

	eth = eth_of(skb);
	group = is_multicast_ether_addr(eth->h_dest);
	id = ndiswan_hwaddr_id(eth->h_dest);
	__skb_pull(skb, ETH_HLEN);
	skb_reset_network_header(skb);
	if (unlikely(group))
		multicast(skb, iface, proto);
	else if (likely(proto == NDISWAN_PROTO_IPV4))
		unicast(skb, iface, NDISWAN_PROTO_IPV4, id);
	else
		unicast(skb, iface, NDISWAN_PROTO_IPV6, id);
	return NETDEV_TX_OK;

drop:
	wanarp_drop(iface, skb, reason);
	return NETDEV_TX_OK;
}
