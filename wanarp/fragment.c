// SPDX-License-Identifier: GPL-2.0
/*
 * IPv4 packets that are longer than the link takes, cut to its size.
 *
 * The stack has cut them to the interface's MTU, which is one for all clients.
 */
#include <linux/ip.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/route.h>

#include "internal.h"

/**
 * struct fragmenting - one packet that is being cut
 * @route: in the place of the packet's own route, which need not be there (packet
 *	sockets) nor be one of IPv4 (tunnel metadata), and whose MTU is not the
 *	link's; leads from a piece back to here
 * @own_route: the packet's own, or 0
 * @iface: interface that it goes through
 * @link: where the pieces go
 * @lost: a piece was dropped, and counted, on the way
 */
struct fragmenting {
	struct rtable route;
	unsigned long own_route;
	struct wanarp_interface *iface;
	struct ndiswan_link *link;
	bool lost;
};

static unsigned int route_mtu(const struct dst_entry *dst)
{
	return dst->dev->mtu;
}

static struct dst_ops route_ops = {
	.family = AF_UNSPEC,
	.mtu = route_mtu,
};

/* The rest of a packet of which a piece is lost is of no use to anybody: the
 * error stops ip_do_fragment(). No piece takes the route along, which is on the
 * stack: a port may have a queue.
 */
static int send_piece(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct fragmenting *cut = container_of(skb_rtable(skb),
					       struct fragmenting, route);
	unsigned int len = skb->len;
	int err;

	skb_dst_drop(skb);
	__skb_dst_copy(skb, cut->own_route);
	err = ndiswan_send(skb, cut->link, NDISWAN_PROTO_IPV4);
	if (unlikely(err)) {
		wanarp_drop_count(cut->iface, WANARP_DROP_TX_LINK);
		cut->lost = true;
		return err;
	}
	dev_sw_netstats_tx_add(cut->iface->dev, 1, len);
	return 0;
}

/* What ip_do_fragment() has to know in the control block. It writes into the
 * options, which must not be those of a clone.
 */
static int prepare(struct sk_buff *skb, u16 mru)
{
	unsigned int hlen = ip_hdrlen(skb);

	if (hlen < sizeof(struct iphdr) || !pskb_may_pull(skb, hlen))
		return -EINVAL;
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	IPCB(skb)->frag_max_size = mru;
	IPCB(skb)->opt.optlen = hlen - sizeof(struct iphdr);
	return IPCB(skb)->opt.optlen ? skb_ensure_writable(skb, hlen) : 0;
}

/**
 * wanarp_may_fragment() - does the packet's sender allow to cut it?
 * @skb: an IPv4 packet, data at the network header, the fixed part linear
 *
 * Return: true if so.
 */
bool wanarp_may_fragment(const struct sk_buff *skb)
{
	return !(ip_hdr(skb)->frag_off & htons(IP_DF)) || skb->ignore_df;
}

/**
 * wanarp_fragment() - send a packet in pieces
 * @skb: an IPv4 packet, not GSO, data at the network header, the fixed part
 *	linear; no longer the caller's
 * @iface: interface that it goes through
 * @link: link that it goes to
 * @mru: longest packet that the link takes
 *
 * Context: data.
 */
void wanarp_fragment(struct sk_buff *skb, struct wanarp_interface *iface,
		     struct ndiswan_link *link, u16 mru)
{
	struct fragmenting cut = {
		.own_route = skb->_skb_refdst,
		.iface = iface,
		.link = link,
	};

	if (prepare(skb, mru)) {
		wanarp_drop(iface, skb, WANARP_DROP_TX_FRAGMENT);
		return;
	}
	/* It lives as long as this function and has no reference count. */
	cut.route.dst.ops = &route_ops;
	cut.route.dst.dev = iface->dev;
	dst_init_metrics(&cut.route.dst, dst_default_metrics.metrics, true);
	skb->_skb_refdst = 0;
	skb_dst_set_noref(skb, &cut.route.dst);
	wanarp_count(iface, WANARP_COUNTER_TX_FRAGMENTED);
	if (ip_do_fragment(dev_net(iface->dev), NULL, skb, send_piece) &&
	    !cut.lost)
		wanarp_drop_count(iface, WANARP_DROP_TX_FRAGMENT);
	refdst_drop(cut.own_route);
}
