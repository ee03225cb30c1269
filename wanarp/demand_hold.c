// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that wait for the line of a demand-dial interface.
 *
 * They are caught in POST_ROUTING, just before source NAT: what NAT makes of
 * them depends on the address that is learnt when the line comes up. Going on
 * before would give the first packet of a connection, and with it all others, a
 * wrong source (KB246198). They go on by dst_output(), through the hooks once
 * more.
 *
 * Order: as long as wanarp_demand.hold says so, a packet goes to the end of the
 * queue even if the line is up already. wanarp_demand_release() clears it when it
 * finds nothing left, with the lock held.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/addrconf.h>
#include <net/dst.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include <net/route.h>

#include "internal.h"

/* Of a held packet. IP's own part comes first and is kept. */
struct hold_cb {
	union {
		struct inet_skb_parm ipv4;
		struct inet6_skb_parm ipv6;
	};
	unsigned long deadline;
	int iif;	/* where it came from, 0 if from this host */
	u8 proto;
	u8 reason;	/* why it is refused */
};

/* What is being released on this CPU must pass the hook. */
static DEFINE_PER_CPU(const struct sk_buff *, released);

static struct hold_cb *hold_cb(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct hold_cb) > sizeof(skb->cb));
	return (struct hold_cb *)skb->cb;
}

/**
 * wanarp_demand_used() - note that the line is in use
 * @demand: of the interface
 * @skb: a packet in either direction, data at the network header
 * @proto: its protocol
 *
 * The shared cache line is written, and the filter runs, once a jiffy at most
 * for packets that are interesting.
 */
void wanarp_demand_used(struct wanarp_demand *demand, struct sk_buff *skb,
			enum ndiswan_proto proto)
{
	unsigned long now = jiffies;

	if (READ_ONCE(demand->used) != now &&
	    wanarp_demand_interesting(demand, skb, proto))
		WRITE_ONCE(demand->used, now);
}

/* The packet has its route, its device and IP's control block. */
static void answer(struct sk_buff *skb, enum ndiswan_proto proto)
{
	if (proto == NDISWAN_PROTO_IPV4)
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
	else
		icmpv6_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, 0);
}

/* When a route goes, a packet that was held with it is left with one that leads
 * nowhere, not even through this namespace.
 */
static int route_again(struct wanarp_interface *iface, struct sk_buff *skb,
		       enum ndiswan_proto proto)
{
	struct net *net = dev_net(iface->dev);

	if (likely(skb_dst(skb)->dev == iface->dev))
		return 0;
#if IS_ENABLED(CONFIG_IPV6)
	if (proto == NDISWAN_PROTO_IPV6)
		return ip6_route_me_harder(net, NULL, skb);
#endif
	return ip_route_me_harder(net, NULL, skb, RTN_UNICAST);
}

static void describe(struct wanarp_demand_packet *packet,
		     const struct sk_buff *skb, enum ndiswan_proto proto)
{
	unsigned int offset = sizeof(struct ipv6hdr);
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	const struct iphdr *iph = ip_hdr(skb);
	const __be16 *ports = NULL;
	__be16 buffer[2];

	memset(packet, 0, sizeof(*packet));
	packet->proto = proto;
	if (proto == NDISWAN_PROTO_IPV4) {
		packet->source.s6_addr32[0] = iph->saddr;
		packet->destination.s6_addr32[0] = iph->daddr;
		packet->protocol = iph->protocol;
		offset = iph->ihl * 4;
	} else {
		packet->source = ip6h->saddr;
		packet->destination = ip6h->daddr;
		packet->protocol = ip6h->nexthdr;
	}
	if ((packet->protocol == IPPROTO_TCP ||
	     packet->protocol == IPPROTO_UDP) &&
	    !(proto == NDISWAN_PROTO_IPV4 && ip_is_fragment(iph)))
		ports = skb_header_pointer(skb, offset, sizeof(buffer), buffer);
	if (!ports)
		return;
	packet->ports = true;
	packet->source_port = ntohs(ports[0]);
	packet->destination_port = ntohs(ports[1]);
}

/* Packets of one new connection that wait together share its entry of the
 * connection tracking: the first makes the NAT mapping when it is released, and
 * the others have to follow it. Each with an entry of its own, the later would
 * be dropped or get another port.
 */
static void share_connection(struct wanarp_demand *demand, struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
	enum ip_conntrack_info ctinfo, info;
	struct nf_conn *ct, *first;
	struct sk_buff *other;

	ct = nf_ct_get(skb, &ctinfo);
	if (!ct || nf_ct_is_confirmed(ct))
		return;
	skb_queue_reverse_walk(&demand->held, other) {
		first = nf_ct_get(other, &info);
		if (!first || nf_ct_is_confirmed(first) || info != ctinfo ||
		    !nf_ct_tuple_equal(nf_ct_tuple(first, IP_CT_DIR_ORIGINAL),
				       nf_ct_tuple(ct, IP_CT_DIR_ORIGINAL)) ||
		    !nf_ct_zone_equal(first, nf_ct_zone(ct),
				      IP_CT_DIR_ORIGINAL))
			continue;
		nf_conntrack_get(&first->ct_general);
		nf_ct_set(skb, first, ctinfo);
		nf_ct_put(ct);
		return;
	}
#endif
}

static void unhold(struct wanarp_demand *demand, struct sk_buff *skb)
{
	__skb_unlink(skb, &demand->held);
	demand->held_bytes -= skb->len;
}

static void refuse(struct wanarp_demand *demand, struct sk_buff *skb,
		   enum wanarp_drop_reason reason)
{
	unhold(demand, skb);
	hold_cb(skb)->reason = reason;
	__skb_queue_tail(&demand->refused, skb);
}

/* Lock. Returns false if it cannot wait; those that had to make room are in
 * @dropped.
 */
static bool enqueue(struct wanarp_demand *demand, struct sk_buff *skb,
		    const struct nf_hook_state *state,
		    struct sk_buff_head *dropped)
{
	const struct wanarp_demand_settings *settings = &demand->settings;
	unsigned long deadline = jiffies + msecs_to_jiffies(settings->hold_time);
	struct hold_cb *cb = hold_cb(skb);
	struct sk_buff *oldest;

	lockdep_assert_held(&demand->lock);
	if (!settings->hold_packets || skb->len > settings->hold_bytes ||
	    !skb_dst_force(skb) || skb_orphan_frags(skb, GFP_ATOMIC))
		return false;
	/* Its sender may send more, and may end. */
	skb_orphan(skb);
	if (demand->state == WANARP_DEMAND_STATE_CONNECTED &&
	    time_after(deadline, demand->late))
		deadline = demand->late;
	cb->deadline = deadline;
	cb->iif = state->in ? state->in->ifindex : 0;
	cb->proto = state->pf == NFPROTO_IPV4 ? NDISWAN_PROTO_IPV4 :
						NDISWAN_PROTO_IPV6;
	share_connection(demand, skb);
	while (demand->held.qlen >= settings->hold_packets ||
	       demand->held_bytes + skb->len > settings->hold_bytes) {
		oldest = skb_peek(&demand->held);
		unhold(demand, oldest);
		__skb_queue_tail(dropped, oldest);
	}
	__skb_queue_tail(&demand->held, skb);
	demand->held_bytes += skb->len;
	if (!timer_pending(&demand->hold_timer) ||
	    time_before(deadline, demand->hold_timer.expires))
		mod_timer(&demand->hold_timer, deadline);
	return true;
}

enum verdict { PASS, HOLD, ANSWER, DROP };

/* Lock. What becomes of a packet that did not find its line at first sight? */
static enum verdict judge(struct wanarp_demand *demand, struct sk_buff *skb,
			  enum ndiswan_proto proto, bool interesting,
			  enum wanarp_drop_reason *reason)
{
	lockdep_assert_held(&demand->lock);
	if (!demand->hold[proto])
		return PASS;
	*reason = WANARP_DROP_TX_UNREACHABLE;
	if (!demand->active)
		return DROP;
	switch (demand->state) {
	case WANARP_DEMAND_STATE_CONNECTING:
		return HOLD;
	case WANARP_DEMAND_STATE_CONNECTED:
		/* Behind those that are being released. */
		if (rcu_access_pointer(demand->uplink[proto]) ||
		    time_before(jiffies, demand->late))
			return HOLD;
		return ANSWER;
	case WANARP_DEMAND_STATE_DISCONNECTED:
		if (interesting) {
			describe(&demand->packet, skb, proto);
			wanarp_demand_happen(demand, WANARP_DEMAND_PACKET);
			return HOLD;
		}
		*reason = WANARP_DROP_TX_DIAL_FILTER;
		return ANSWER;
	default:
		return ANSWER;
	}
}

static unsigned int hold(struct wanarp_interface *iface, struct sk_buff *skb,
			 const struct nf_hook_state *state,
			 enum ndiswan_proto proto)
{
	bool interesting = wanarp_demand_interesting(&iface->demand, skb, proto);
	struct wanarp_demand *demand = &iface->demand;
	enum wanarp_drop_reason reason;
	struct sk_buff_head dropped;
	enum verdict verdict;
	struct sk_buff *old;

	__skb_queue_head_init(&dropped);
	spin_lock(&demand->lock);
	verdict = judge(demand, skb, proto, interesting, &reason);
	if (verdict == HOLD && !enqueue(demand, skb, state, &dropped)) {
		reason = WANARP_DROP_TX_HOLD_FULL;
		verdict = DROP;
	}
	spin_unlock(&demand->lock);

	while ((old = __skb_dequeue(&dropped)))
		wanarp_drop(iface, old, WANARP_DROP_TX_HOLD_FULL);
	if (verdict == PASS)
		return NF_ACCEPT;
	if (verdict == ANSWER)
		answer(skb, proto);
	if (verdict != HOLD)
		wanarp_drop(iface, skb, reason);
	return NF_STOLEN;
}

/* Bottom halves off. */
static unsigned int hook_slow(struct wanarp_interface *iface,
			      struct sk_buff *skb,
			      const struct nf_hook_state *state,
			      enum ndiswan_proto proto)
{
	if (__this_cpu_read(released) == skb) {
		__this_cpu_write(released, NULL);
		return NF_ACCEPT;
	}
	/* Of what is said to nobody in particular nothing waits. */
	if (wanarp_demand_group(skb, proto)) {
		wanarp_drop(iface, skb, WANARP_DROP_TX_MULTICAST);
		return NF_STOLEN;
	}
	return hold(iface, skb, state, proto);
}

static unsigned int hook(void *priv, struct sk_buff *skb,
			 const struct nf_hook_state *state)
{
	const enum ndiswan_proto proto = (uintptr_t)priv;
	struct wanarp_interface *iface;
	unsigned int verdict;

	iface = wanarp_interface_from_dev(state->out);
	if (!iface || !wanarp_is_demand(iface))
		return NF_ACCEPT;
	if (likely(!READ_ONCE(iface->demand.hold[proto]))) {
		wanarp_demand_used(&iface->demand, skb, proto);
		return NF_ACCEPT;
	}
	local_bh_disable();
	verdict = hook_slow(iface, skb, state, proto);
	local_bh_enable();
	return verdict;
}

static const struct nf_hook_ops hook_ops[] = {
	{
		.hook = hook,
		.priv = (void *)NDISWAN_PROTO_IPV4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = NF_IP_PRI_NAT_SRC - 1,
	}, {
		.hook = hook,
		.priv = (void *)NDISWAN_PROTO_IPV6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = NF_IP6_PRI_NAT_SRC - 1,
	},
};

/* Has another interface of the namespace brought the hooks? */
static bool hooks_needed(const struct wanarp_interface *iface)
{
	const struct wanarp_interface *other;
	const struct net_device *dev;

	for_each_netdev(dev_net(iface->dev), dev) {
		other = wanarp_interface_from_dev((struct net_device *)dev);
		if (other && other != iface && other->demand.hooked)
			return true;
	}
	return false;
}

/**
 * wanarp_demand_hook() - have the packets of an interface's namespace shown
 * @iface: a demand-dial interface
 *
 * The first one of a namespace registers the hooks.
 *
 * Context: rtnl.
 * Return: 0 or an error.
 */
int wanarp_demand_hook(struct wanarp_interface *iface)
{
	int err;

	ASSERT_RTNL();
	if (iface->demand.hooked)
		return 0;
	if (!hooks_needed(iface)) {
		err = nf_register_net_hooks(dev_net(iface->dev), hook_ops,
					    ARRAY_SIZE(hook_ops));
		if (err)
			return err;
	}
	iface->demand.hooked = true;
	return 0;
}

/**
 * wanarp_demand_unhook() - undo wanarp_demand_hook()
 * @iface: an interface
 *
 * Packets may still be inside the hook until a grace period has passed.
 *
 * Context: rtnl.
 */
void wanarp_demand_unhook(struct wanarp_interface *iface)
{
	ASSERT_RTNL();
	if (!iface->demand.hooked)
		return;
	iface->demand.hooked = false;
	if (!hooks_needed(iface))
		nf_unregister_net_hooks(dev_net(iface->dev), hook_ops,
					ARRAY_SIZE(hook_ops));
}

/* Deadlines do not always come in order: they change with the settings, and
 * when the first line comes up.
 */
static void hold_timeout(struct timer_list *timer)
{
	struct wanarp_demand *demand = from_timer(demand, timer, hold_timer);
	unsigned long now = jiffies, next = 0;
	struct sk_buff *skb, *tmp;
	bool again = false;

	spin_lock(&demand->lock);
	skb_queue_walk_safe(&demand->held, skb, tmp) {
		const unsigned long deadline = hold_cb(skb)->deadline;

		if (time_after_eq(now, deadline)) {
			refuse(demand, skb, WANARP_DROP_TX_HOLD_TIME);
		} else if (!again || time_before(deadline, next)) {
			again = true;
			next = deadline;
		}
	}
	if (again)
		mod_timer(timer, next);
	if (!skb_queue_empty(&demand->refused))
		schedule_work(&demand->work);
	spin_unlock(&demand->lock);
}

/**
 * wanarp_demand_hold_late() - a line came up, those of another protocol hurry
 * @demand: with @demand->late set
 *
 * Context: @demand->lock.
 */
void wanarp_demand_hold_late(struct wanarp_demand *demand)
{
	struct sk_buff *skb;

	lockdep_assert_held(&demand->lock);
	skb_queue_walk(&demand->held, skb)
		if (time_after(hold_cb(skb)->deadline, demand->late) &&
		    !rcu_access_pointer(demand->uplink[hold_cb(skb)->proto]))
			hold_cb(skb)->deadline = demand->late;
	if (!skb_queue_empty(&demand->held))
		mod_timer(&demand->hold_timer, demand->late);
}

/**
 * wanarp_demand_hold_refuse() - those that wait have no hope
 * @demand: of the interface; its work has to answer them
 *
 * Context: @demand->lock.
 */
void wanarp_demand_hold_refuse(struct wanarp_demand *demand)
{
	struct sk_buff *skb;

	lockdep_assert_held(&demand->lock);
	while ((skb = skb_peek(&demand->held)))
		refuse(demand, skb, WANARP_DROP_TX_UNREACHABLE);
}

static struct sk_buff *next_refused(struct wanarp_demand *demand)
{
	struct sk_buff *skb;

	spin_lock_bh(&demand->lock);
	skb = __skb_dequeue(&demand->refused);
	spin_unlock_bh(&demand->lock);
	return skb;
}

/**
 * wanarp_demand_answer() - tell the senders of what is refused
 * @demand: of the interface
 *
 * Context: process; not with the lock, because the answer may go out through
 * this very interface.
 */
void wanarp_demand_answer(struct wanarp_demand *demand)
{
	struct wanarp_interface *iface = wanarp_demand_interface(demand);
	struct sk_buff *skb;

	while ((skb = next_refused(demand))) {
		local_bh_disable();
		rcu_read_lock();
		if (!route_again(iface, skb, hold_cb(skb)->proto))
			answer(skb, hold_cb(skb)->proto);
		wanarp_drop(iface, skb, hold_cb(skb)->reason);
		rcu_read_unlock();
		local_bh_enable();
	}
}

/* The oldest whose line is up; or what has a line and is empty flows freely. */
static struct sk_buff *next_released(struct wanarp_demand *demand)
{
	struct sk_buff *skb;
	int proto;

	spin_lock_bh(&demand->lock);
	skb_queue_walk(&demand->held, skb)
		if (rcu_access_pointer(demand->uplink[hold_cb(skb)->proto])) {
			unhold(demand, skb);
			goto unlock;
		}
	skb = NULL;
	for (proto = 0; proto < NDISWAN_PROTO_MAX; proto++)
		if (rcu_access_pointer(demand->uplink[proto]))
			WRITE_ONCE(demand->hold[proto], false);
unlock:
	spin_unlock_bh(&demand->lock);
	return skb;
}

/* Is the source of a packet of this host's still an address of this host? */
static bool source_kept(struct net *net, const struct sk_buff *skb,
			enum ndiswan_proto proto)
{
	const struct net_device *dev = skb_dst(skb)->dev;

#if IS_ENABLED(CONFIG_IPV6)
	if (proto == NDISWAN_PROTO_IPV6)
		return ipv6_chk_addr(net, &ipv6_hdr(skb)->saddr, NULL, 0);
#endif
	return inet_addr_type_dev_table(net, dev, ip_hdr(skb)->saddr) ==
	       RTN_LOCAL;
}

/* NAT would give it the address that the connection had before the line went. */
static bool connection_dead(const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	return ct && nf_ct_is_dying(ct);
#else
	return false;
#endif
}

/* Bottom halves off, RCU read side. */
static void release(struct wanarp_interface *iface, struct sk_buff *skb)
{
	const struct hold_cb *cb = hold_cb(skb);
	struct net *net = dev_net(iface->dev);

	if (route_again(iface, skb, cb->proto)) {
		wanarp_drop(iface, skb, WANARP_DROP_TX_UNREACHABLE);
		return;
	}
	if ((!cb->iif && !source_kept(net, skb, cb->proto)) ||
	    connection_dead(skb)) {
		wanarp_drop(iface, skb, WANARP_DROP_TX_SOURCE_GONE);
		return;
	}
	/* The hooks are told where it came from. */
	skb->dev = cb->iif ? dev_get_by_index_rcu(net, cb->iif) : NULL;
	__this_cpu_write(released, skb);
	dst_output(net, NULL, skb);
	__this_cpu_write(released, NULL);
}

/**
 * wanarp_demand_release() - let go what has a line, in order
 * @demand: of the interface
 *
 * Context: process.
 */
void wanarp_demand_release(struct wanarp_demand *demand)
{
	struct wanarp_interface *iface = wanarp_demand_interface(demand);
	struct sk_buff *skb;

	while ((skb = next_released(demand))) {
		local_bh_disable();
		rcu_read_lock();
		release(iface, skb);
		rcu_read_unlock();
		local_bh_enable();
	}
}

/**
 * wanarp_demand_hold_init() - nothing waits yet
 * @demand: of the interface
 */
void wanarp_demand_hold_init(struct wanarp_demand *demand)
{
	__skb_queue_head_init(&demand->held);
	__skb_queue_head_init(&demand->refused);
	timer_setup(&demand->hold_timer, hold_timeout, 0);
}

/**
 * wanarp_demand_hold_stop() - throw away all that waits
 * @demand: no longer active, and its work has ended
 *
 * Context: process.
 */
void wanarp_demand_hold_stop(struct wanarp_demand *demand)
{
	struct wanarp_interface *iface = wanarp_demand_interface(demand);
	struct sk_buff *skb;

	del_timer_sync(&demand->hold_timer);
	spin_lock_bh(&demand->lock);
	wanarp_demand_hold_refuse(demand);
	while ((skb = __skb_dequeue(&demand->refused)))
		wanarp_drop(iface, skb, WANARP_DROP_TX_UNREACHABLE);
	spin_unlock_bh(&demand->lock);
}
