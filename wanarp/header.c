// SPDX-License-Identifier: GPL-2.0
/*
 * Address translation: next hop -> link address.
 *
 * A device that is IFF_POINTOPOINT and IFF_NOARP has one IPv4 neighbour for all
 * destinations, always valid, so the stack comes straight here with each
 * packet. There is no header cache (header_ops->cache): one header for all
 * destinations would be wrong.
 *
 * IPv6 has a neighbour for each next hop. So that a scan of a client's prefix
 * does not fill their table, routes to prefixes go by one next hop that stands for
 * all clients, wanarp_ipv6_is_gateway(), and the client is found by the packet's
 * destination. Any other next hop is taken as it is.
 */
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "internal.h"

/* What a packet carries whose next hop is not projected: link ffffffff, which
 * nobody has in practice, and wanarp_xmit() would find out if somebody had.
 */
static const u8 unresolved[ETH_ALEN] = { 0x02, 0x00, 0xff, 0xff, 0xff, 0xff };

static const struct rtable *ipv4_route(const struct sk_buff *skb,
				       unsigned short type)
{
	const struct dst_entry *dst = skb_dst(skb);

	/* A packet socket sends without a route, a tunnel may have put metadata
	 * in its place (family AF_UNSPEC).
	 */
	if (unlikely(type != ETH_P_IP || !dst || dst->ops->family != AF_INET))
		return NULL;
	return skb_rtable(skb);
}

/* One multicast address of the link layer would do, since all of them go to
 * every link. But tcpdump and filters know the usual mapping.
 */
static void multicast_destination(const struct rtable *rt, __be32 daddr, u8 *to)
{
	if (rt->rt_flags & RTCF_MULTICAST)
		ip_eth_mc_map(daddr, to);
	else
		eth_broadcast_addr(to);
}

static void unicast_destination(const struct wanarp_projection *projection,
				u8 *to)
{
	if (unlikely(!projection)) {
		ether_addr_copy(to, unresolved);
		return;
	}
	/* wanarp_xmit() asks for it next. */
	ndiswan_link_prefetch(projection->id);
	ndiswan_hwaddr_make(to, projection->id);
}

/* A demand-dial interface has one link, whatever the next hop. */
static struct wanarp_projection *uplink(struct wanarp_interface *iface,
					enum ndiswan_proto proto)
{
	return rcu_dereference_check(iface->demand.uplink[proto],
				     rcu_read_lock_bh_held());
}

static struct wanarp_projection *
ipv4_projection(struct wanarp_interface *iface, __be32 nexthop)
{
	if (unlikely(wanarp_is_demand(iface)))
		return uplink(iface, NDISWAN_PROTO_IPV4);
	return wanarp_table_find_rcu(&iface->table, nexthop);
}

static struct wanarp_projection *
ipv6_projection(const struct sk_buff *skb, struct wanarp_interface *iface)
{
	const struct in6_addr *daddr = &ipv6_hdr(skb)->daddr, *nexthop;

	if (unlikely(wanarp_is_demand(iface)))
		return uplink(iface, NDISWAN_PROTO_IPV6);
	nexthop = rt6_nexthop((const struct rt6_info *)skb_dst(skb), daddr);
	if (wanarp_ipv6_is_gateway(nexthop))
		nexthop = daddr;
	return wanarp_table_find_ipv6(&iface->table, nexthop);
}

/**
 * wanarp_nexthop() - to whom does a packet go?
 * @skb: the packet, at its network header; with a route, or nobody knows
 * @iface: the interface that it leaves by
 * @proto: what it is
 *
 * Context: data, bottom halves off, which is what the answer is good for.
 * Return: the projection or NULL.
 */
struct wanarp_projection *wanarp_nexthop(const struct sk_buff *skb,
					 struct wanarp_interface *iface,
					 enum ndiswan_proto proto)
{
	struct wanarp_projection *projection = NULL;
	const struct dst_entry *dst = skb_dst(skb);
	int family = dst ? dst->ops->family : AF_UNSPEC;

	rcu_read_lock();
	if (proto == NDISWAN_PROTO_IPV4 && family == AF_INET)
		projection = ipv4_projection(iface,
					     rt_nexthop(skb_rtable(skb),
							ip_hdr(skb)->daddr));
	else if (proto == NDISWAN_PROTO_IPV6 && family == AF_INET6)
		projection = ipv6_projection(skb, iface);
	rcu_read_unlock();
	return projection;
}

/* False if it is no packet of IPv6 with a route. */
static noinline bool ipv6_destination(const struct sk_buff *skb,
				      struct wanarp_interface *iface,
				      unsigned short type, u8 *to)
{
	const struct dst_entry *dst = skb_dst(skb);
	const struct wanarp_projection *projection;

	if (type != ETH_P_IPV6 || !dst || dst->ops->family != AF_INET6)
		return false;
	if (ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr)) {
		ipv6_eth_mc_map(&ipv6_hdr(skb)->daddr, to);
		return true;
	}
	projection = ipv6_projection(skb, iface);
	if (likely(projection))
		prefetch(projection->link);
	unicast_destination(projection, to);
	return true;
}

/* header_ops->create, by the rules of eth_header(). Whoever sends by a route
 * holds the RCU read lock that the route needs.
 */
static int wanarp_header(struct sk_buff *skb, struct net_device *dev,
			 unsigned short type, const void *daddr,
			 const void *saddr, unsigned int len)
{
	const struct rtable *rt = ipv4_route(skb, type);
	struct wanarp_interface *iface = netdev_priv(dev);
	struct ethhdr *eth = skb_push(skb, ETH_HLEN);
	__be32 nexthop;

	if (likely(type != ETH_P_802_3 && type != ETH_P_802_2))
		eth->h_proto = htons(type);
	else
		eth->h_proto = htons(len);
	ether_addr_copy(eth->h_source, saddr ? saddr : dev->dev_addr);

	if (!rt) {
		if (ipv6_destination(skb, iface, type, eth->h_dest))
			return ETH_HLEN;
		if (!daddr)
			return -ETH_HLEN;
		ether_addr_copy(eth->h_dest, daddr);
	} else if (unlikely(rt->rt_flags & (RTCF_MULTICAST | RTCF_BROADCAST))) {
		multicast_destination(rt, ip_hdr(skb)->daddr, eth->h_dest);
	} else {
		nexthop = rt_nexthop(rt, ip_hdr(skb)->daddr);
		unicast_destination(ipv4_projection(iface, nexthop),
				    eth->h_dest);
	}
	return ETH_HLEN;
}

const struct header_ops wanarp_header_ops = {
	.create = wanarp_header,
	.parse = eth_header_parse,
	.parse_protocol = eth_header_parse_protocol,
};

/**
 * wanarp_ipv6_is_neighbour() - may there be a neighbour of this address?
 * @iface: the interface
 * @addr: the address
 *
 * Context: any.
 * Return: true for what wanarp_header() has an answer to.
 */
bool wanarp_ipv6_is_neighbour(struct wanarp_interface *iface,
			      const struct in6_addr *addr)
{
	bool found;

	if (wanarp_ipv6_is_gateway(addr) || ipv6_addr_is_multicast(addr) ||
	    wanarp_is_demand(iface))
		return true;
	rcu_read_lock();
	found = wanarp_table_find_ipv6(&iface->table, addr);
	rcu_read_unlock();
	return found;
}
