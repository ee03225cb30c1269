// SPDX-License-Identifier: GPL-2.0
/* The receive path: link -> source check -> Ethernet header -> stack. */
#include <kunit/visibility.h>
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <net/ip6_fib.h>
#include <net/ip_fib.h>
#include <net/ipv6.h>
#include <net/ipv6_stubs.h>
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

/* Does a route by this next hop go to the client? By its link-local address, or
 * by one that is found in the table.
 */
static int nexthop_is_client(struct fib6_nh *nh, void *arg)
{
	const struct wanarp_projection *projection = arg;
	struct wanarp_interface *iface = projection->iface;

	return nh->fib_nh_dev == iface->dev && nh->fib_nh_gw_family == AF_INET6 &&
	       wanarp_table_find_ipv6(&iface->table, &nh->fib_nh_gw6) ==
	       projection;
}

/* As source_routed(). The routes of other next hops are siblings, which may be
 * unlinked meanwhile: then the list leads nowhere, and the count is 0.
 */
static bool source_routed_ipv6(struct wanarp_projection *projection,
			       const struct in6_addr *saddr)
{
	const struct net_device *dev = projection->iface->dev;
	struct flowi6 fl6 = {
		.daddr = *saddr,
		.flowi6_iif = LOOPBACK_IFINDEX,
		.flowi6_l3mdev = l3mdev_master_ifindex_rcu(dev),
	};
	struct fib6_info *sibling, *first;
	struct fib6_result res = { };

	if (ipv6_addr_type(saddr) & IPV6_ADDR_LINKLOCAL ||
	    ipv6_stub->fib6_lookup(dev_net(dev), 0, &fl6, &res, 0) ||
	    res.fib6_type != RTN_UNICAST)
		return false;
	first = res.f6i;
	if (first->nh)
		return nexthop_for_each_fib6_nh(first->nh, nexthop_is_client,
						projection);
	if (nexthop_is_client(first->fib6_nh, projection))
		return true;
	list_for_each_entry_rcu(sibling, &first->fib6_siblings, fib6_siblings) {
		if (!READ_ONCE(first->fib6_nsiblings))
			break;
		if (nexthop_is_client(sibling->fib6_nh, projection))
			return true;
	}
	return false;
}

static noinline bool source_allowed_ipv6(struct wanarp_projection *projection,
					 const struct in6_addr *saddr)
{
	return !READ_ONCE(projection->iface->source_check) ||
	       source_routed_ipv6(projection, saddr);
}

/* The lower device's taps may hold clones of the packet, so the room in front
 * of it is not ours before skb_cow_head().
 */
static __always_inline int
header_build(struct sk_buff *skb, const struct wanarp_projection *projection,
	     const struct net_device *dev, u16 protocol)
{
	struct ethhdr *eth;
	int err;

	err = skb_cow_head(skb, ETH_HLEN);
	if (unlikely(err))
		return err;
	eth = (struct ethhdr *)(skb->data - ETH_HLEN);
	ether_addr_copy(eth->h_dest, dev->dev_addr);
	ndiswan_hwaddr_make(eth->h_source, projection->id);
	eth->h_proto = htons(protocol);
	skb_set_mac_header(skb, -ETH_HLEN);
	return 0;
}

/* It enters the stack anew, through another device. Of what skb_scrub_packet()
 * clears, these are left: the port has seen to it that the packet is for us, and
 * the stack sets the rest.
 */
static __always_inline void stack_enter(struct sk_buff *skb,
					struct net_device *dev, u16 protocol)
{
	skb_dst_drop(skb);
	skb_ext_reset(skb);
	nf_reset_ct(skb);
	/* The lower device's queue number means nothing here. */
	skb_set_queue_mapping(skb, 0);
	skb->dev = dev;
	skb->protocol = htons(protocol);
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
	struct wanarp_projection *projection = context;
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
	if (unlikely(header_build(skb, projection, dev, ETH_P_IP)))
		goto drop;
	stack_enter(skb, dev, ETH_P_IP);
	wanarp_projection_used(projection);
	if (wanarp_is_demand(iface))
		wanarp_demand_used(&iface->demand, skb, NDISWAN_PROTO_IPV4);

	/* Read again, skb_cow_head() may have moved it. */
	iph = (const struct iphdr *)skb->data;
	return deliver(skb, iface, iph->protocol);

drop:
	wanarp_drop(iface, skb, reason);
	return NDISWAN_RX_CONSUMED;
}

/**
 * wanarp_ipv6_source_is_own() - may a client send this, whatever the routes say?
 * @projection: the client
 * @ip6h: the packet's header
 *
 * Its link-local address, and its prefix but for addresses in it that are another
 * client's; and :: to a group on the link, as who asks whether an address is free
 * sends (RFC 4862).
 *
 * Context: data.
 * Return: true if so.
 */
bool wanarp_ipv6_source_is_own(const struct wanarp_projection *projection,
			       const struct ipv6hdr *ip6h)
{
	const struct wanarp_ipv6_projection *ipv6 =
		wanarp_ipv6_projection(projection);
	struct wanarp_table *table = &projection->iface->table;
	const struct in6_addr *saddr = &ip6h->saddr;

	if (ipv6_addr_equal(saddr, &ipv6->key[WANARP_KEY_LOCAL].addr))
		return true;
	if (ipv6->prefix_len &&
	    ipv6_prefix_equal(saddr, &ipv6->key[WANARP_KEY_PREFIX].addr,
			      ipv6->prefix_len))
		return !READ_ONCE(table->ipv6_hosts) ||
		       wanarp_table_find_ipv6(table, saddr) == projection;
	return ipv6_addr_any(saddr) &&
	       ip6h->daddr.s6_addr16[0] == htons(0xff02);
}
EXPORT_SYMBOL_IF_KUNIT(wanarp_ipv6_source_is_own);

/**
 * wanarp_receive_ipv6() - an IPv6 packet arrived on a link
 * @skb: the packet, data at the network header; nothing in it was checked
 * @link: the link
 * @context: its projection
 *
 * As wanarp_receive().
 *
 * Context: data.
 * Return: what the caller has to do with @skb.
 */
enum ndiswan_rx wanarp_receive_ipv6(struct sk_buff *skb,
				    struct ndiswan_link *link, void *context)
{
	struct wanarp_projection *projection = context;
	struct wanarp_interface *iface = projection->iface;
	struct net_device *dev = iface->dev;
	enum wanarp_drop_reason reason;
	const struct ipv6hdr *ip6h;

	reason = WANARP_DROP_RX_DOWN;
	if (unlikely(!(READ_ONCE(dev->flags) & IFF_UP)))
		goto drop;
	reason = WANARP_DROP_RX_SHORT;
	if (unlikely(!pskb_may_pull(skb, sizeof(*ip6h))))
		goto drop;
	ip6h = (const struct ipv6hdr *)skb->data;
	reason = WANARP_DROP_RX_SOURCE;
	if (unlikely(!wanarp_ipv6_source_is_own(projection, ip6h)) &&
	    !source_allowed_ipv6(projection, &ip6h->saddr))
		goto drop;
	if (unlikely(READ_ONCE(iface->mss_clamp)))
		wanarp_mss_clamp(skb, iface, READ_ONCE(projection->mru));
	reason = WANARP_DROP_RX_NO_MEMORY;
	if (unlikely(header_build(skb, projection, dev, ETH_P_IPV6)))
		goto drop;
	stack_enter(skb, dev, ETH_P_IPV6);
	wanarp_projection_used(projection);
	if (wanarp_is_demand(iface))
		wanarp_demand_used(&iface->demand, skb, NDISWAN_PROTO_IPV6);

	/* Read again, skb_cow_head() may have moved it. */
	ip6h = (const struct ipv6hdr *)skb->data;
	return deliver(skb, iface, ip6h->nexthdr);

drop:
	wanarp_drop(iface, skb, reason);
	return NDISWAN_RX_CONSUMED;
}
