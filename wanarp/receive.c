// SPDX-License-Identifier: GPL-2.0
/* The receive path: link -> source check -> Ethernet header -> stack. */
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <net/ip_fib.h>
#include <net/l3mdev.h>
#include <net/nexthop.h>
#include <net/route.h>
#include <rras/rps.h>

#include "internal.h"

/* Is there a route to @saddr that goes to this client? The same question as
 * rp_filter's, except that not only the device but the client counts.
 */
static bool source_routed(const struct wanarp_projection *projection,
			  __be32 saddr)
{
	const struct net_device *dev = projection->iface->dev;
	struct flowi4 fl4 = {
		.daddr = saddr,
		.flowi4_iif = LOOPBACK_IFINDEX,
		.flowi4_l3mdev = l3mdev_master_ifindex_rcu(dev),
		.flowi4_scope = RT_SCOPE_UNIVERSE,
	};
	const struct fib_nh_common *nhc;
	struct fib_result res;
	int i;

	if (fib_lookup(dev_net(dev), &fl4, &res, 0) || res.type != RTN_UNICAST)
		return false;
	for (i = 0; i < fib_info_num_path(res.fi); i++) {
		nhc = fib_info_nhc(res.fi, i);
		if (nhc->nhc_dev == dev && nhc->nhc_gw_family == AF_INET &&
		    nhc->nhc_gw.ipv4 == projection->addr)
			return true;
	}
	return false;
}

static noinline bool source_allowed(const struct wanarp_projection *projection,
				    __be32 saddr)
{
	return !READ_ONCE(projection->iface->source_check) ||
	       source_routed(projection, saddr);
}

/* The lower device's taps may hold clones of the packet, so the room in front
 * of it is not ours before skb_cow_head().
 */
static int header_build(struct sk_buff *skb,
			const struct wanarp_projection *projection)
{
	int err;

	err = skb_cow_head(skb, ETH_HLEN);
	if (unlikely(err))
		return err;
	memcpy(skb->data - ETH_HLEN, &projection->header, ETH_HLEN);
	skb_set_mac_header(skb, -ETH_HLEN);
	return 0;
}

/* It enters the stack anew, through another device. Of what skb_scrub_packet()
 * clears, these are left: the port has seen to it that the packet is for us, and
 * the stack sets the rest.
 */
static void stack_enter(struct sk_buff *skb, struct net_device *dev)
{
	skb_dst_drop(skb);
	skb_ext_reset(skb);
	nf_reset_ct(skb);
	/* The lower device's queue number means nothing here. */
	skb_set_queue_mapping(skb, 0);
	skb->dev = dev;
	skb->protocol = htons(ETH_P_IP);
	dev_sw_netstats_rx_add(dev, skb->len);
}

/* Merging TCP segments pays for a trip through a queue, anything else does not,
 * unless packets are to be spread over CPUs: what the port delivers stays on this
 * one. Then the hash matters, and the lower device may have hashed what all
 * clients have in common.
 */
static __always_inline enum ndiswan_rx deliver(struct sk_buff *skb,
					       struct wanarp_interface *iface,
					       u8 protocol)
{
	const bool spread = rras_rps_used(iface->dev);

	if (spread)
		skb_clear_hash_if_not_l4(skb);
	if (protocol == IPPROTO_TCP && iface->dev->features & NETIF_F_GRO)
		gro_cells_receive(&iface->gro_cells, skb);
	else if (spread)
		netif_receive_skb(skb);
	else
		return NDISWAN_RX_DELIVER;
	return NDISWAN_RX_CONSUMED;
}

/**
 * wanarp_receive() - an IPv4 packet arrived on a link
 * @skb: the packet, data at the network header; nothing in it was checked
 * @link: the link
 * @context: its projection
 *
 * Context: data.
 * Return: what the caller has to do with @skb.
 */
enum ndiswan_rx wanarp_receive(struct sk_buff *skb, struct ndiswan_link *link,
			       void *context)
{
	const struct wanarp_projection *projection = context;
	struct wanarp_interface *iface = projection->iface;
	struct net_device *dev = iface->dev;
	enum wanarp_drop_reason reason;
	const struct iphdr *iph;

	reason = WANARP_DROP_RX_DOWN;
	if (unlikely(!(READ_ONCE(dev->flags) & IFF_UP)))
		goto drop;
	reason = WANARP_DROP_RX_SHORT;
	if (unlikely(!pskb_may_pull(skb, sizeof(*iph))))
		goto drop;
	iph = (const struct iphdr *)skb->data;
	reason = WANARP_DROP_RX_SOURCE;
	if (unlikely(iph->saddr != projection->addr) &&
	    !source_allowed(projection, iph->saddr))
		goto drop;
	if (unlikely(READ_ONCE(iface->mss_clamp)))
		wanarp_mss_clamp(skb, iface, READ_ONCE(projection->mru));
	reason = WANARP_DROP_RX_NO_MEMORY;
	if (unlikely(header_build(skb, projection)))
		goto drop;
	stack_enter(skb, dev);
	if (wanarp_is_demand(iface))
		wanarp_demand_used(&iface->demand, skb, projection->proto);

	/* Read again, skb_cow_head() may have moved it. */
	iph = (const struct iphdr *)skb->data;
	return deliver(skb, iface, iph->protocol);

drop:
	wanarp_drop(iface, skb, reason);
	return NDISWAN_RX_CONSUMED;
}
