// SPDX-License-Identifier: GPL-2.0
/*
 * The pppoe port: session frames of RFC 2516, ethertype 0x8864.
 *
 * A lower device is known from its first session until a moment after its last.
 * Its sessions are in an array of two levels by session number; those that share
 * a number, because two access concentrators chose it, are chained. An xarray
 * does the same in 80 instructions a look-up, this in a dozen, and it is needed
 * for every frame received.
 *
 * Frames are taken by an rx_handler where the device has none, otherwise, under
 * a bridge or a bond, by a packet type handler. The rx_handler is worth it: a
 * packet type handler comes after the kernel's own PPPoE, if that is loaded, and
 * on a copy. Frames of sessions that are not ours go on to whoever wants them.
 */
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/module.h>
#include <linux/prefetch.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "internal.h"

#define PPPOE_VERSION_TYPE	0x11
#define PPPOE_CODE_SESSION	0x00
#define PPPOE_SESSION_MAX	65534	/* 0xffff is reserved */

struct pppoe_header {
	u8 version_type;
	u8 code;
	__be16 session;
	__be16 length;
};

#define LEAF_BITS	8
#define LEAF_SIZE	BIT(LEAF_BITS)

/* Stays until the lower device is no longer used. */
struct pppoe_leaf {
	struct ndiswan_link __rcu *first[LEAF_SIZE]; /* ndiswan_lock, RCU */
};

struct pppoe_lower {
	struct pppoe_leaf __rcu *leaf[LEAF_SIZE]; /* ndiswan_lock, RCU */
	struct list_head list;		/* ndiswan_lock */
	struct net_device *dev;		/* held */
	netdevice_tracker tracker;
	unsigned int count;		/* ndiswan_lock */
	bool rx_handler;
	struct packet_type ptype;	/* when !rx_handler */
	struct rcu_head rcu;
};

static LIST_HEAD(lowers);		/* ndiswan_lock; changed under rtnl too */

static void pppoe_idle_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(idle_work, pppoe_idle_work);

#define control_dereference(p) \
	rcu_dereference_protected(p, ndiswan_control_is_locked())

/* Receive */

#define reader_dereference(p) \
	rcu_dereference_check(p, ndiswan_control_is_locked())

static struct ndiswan_link *session_find(const struct pppoe_lower *lower,
					 __be16 session, const u8 *peer)
{
	unsigned int number = be16_to_cpu(session);
	const struct pppoe_leaf *leaf;
	struct ndiswan_link *link;

	leaf = reader_dereference(lower->leaf[number >> LEAF_BITS]);
	if (unlikely(!leaf))
		return NULL;
	link = reader_dereference(leaf->first[number % LEAF_SIZE]);
	while (link && unlikely(!ether_addr_equal(link->pppoe.peer, peer)))
		link = reader_dereference(link->pppoe.next);
	return link;
}

/* Returns false if the frame belongs to somebody else and was left alone. */
static bool session_receive(struct sk_buff *skb,
			    const struct pppoe_lower *lower,
			    enum ndiswan_rx *verdict)
{
	const struct pppoe_header *ph;
	struct ndiswan_link *link;
	unsigned int len;

	if (unlikely(!pskb_may_pull(skb, sizeof(*ph))))
		return false;
	ph = (const struct pppoe_header *)skb->data;
	link = session_find(lower, ph->session, eth_hdr(skb)->h_source);
	if (unlikely(!link))
		return false;
	prefetchw(&link->counters);

	*verdict = NDISWAN_RX_CONSUMED;
	if (unlikely(ph->version_type != PPPOE_VERSION_TYPE ||
		     ph->code != PPPOE_CODE_SESSION)) {
		ndiswan_drop(link, skb, NDISWAN_DROP_PPPOE_HEADER);
		return true;
	}
	len = be16_to_cpu(ph->length);
	__skb_pull(skb, sizeof(*ph));
	skb_postpull_rcsum(skb, ph, sizeof(*ph));
	/* Short Ethernet frames are padded; more than arrived is a lie. */
	if (unlikely(len > skb->len || pskb_trim_rcsum(skb, len))) {
		ndiswan_drop(link, skb, NDISWAN_DROP_PPPOE_LENGTH);
		return true;
	}
	*verdict = ndiswan_receive(skb, link);
	return true;
}

/* For this station, and not of a VLAN that the device does not have: the stack
 * itself looks at that only after an rx_handler.
 */
static bool frame_is_ours(const struct sk_buff *skb)
{
	return skb->pkt_type == PACKET_HOST &&
	       !(skb_vlan_tag_present(skb) && skb_vlan_tag_get_id(skb));
}

static rx_handler_result_t pppoe_rx_handler(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	enum ndiswan_rx verdict;

	if (skb->protocol != htons(ETH_P_PPP_SES) || unlikely(!frame_is_ours(skb)))
		return RX_HANDLER_PASS;
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (unlikely(!skb))
		return RX_HANDLER_CONSUMED;
	*pskb = skb;
	if (!session_receive(skb, rcu_dereference(skb->dev->rx_handler_data),
			     &verdict))
		return RX_HANDLER_PASS;
	if (verdict == NDISWAN_RX_CONSUMED)
		return RX_HANDLER_CONSUMED;

	/* The stack set these before it asked us, and does not do so again. */
	skb_reset_network_header(skb);
	skb_reset_transport_header(skb);
	skb_reset_mac_len(skb);
	return RX_HANDLER_ANOTHER;
}

static int pppoe_ptype_receive(struct sk_buff *skb, struct net_device *dev,
			       struct packet_type *ptype,
			       struct net_device *orig_dev)
{
	struct pppoe_lower *lower = ptype->af_packet_priv;
	enum ndiswan_rx verdict;

	if (!frame_is_ours(skb)) {
		consume_skb(skb);
		return NET_RX_DROP;
	}
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb)
		return NET_RX_DROP;
	if (!session_receive(skb, lower, &verdict))
		consume_skb(skb);
	else if (verdict == NDISWAN_RX_DELIVER)
		netif_receive_skb(skb);
	return NET_RX_SUCCESS;
}

/* Send */

/* What dev_hard_header() does for nearly every device, without two calls. */
static int link_header(struct sk_buff *skb, struct net_device *dev,
		       const u8 *peer)
{
	struct ethhdr *eth;

	if (unlikely(dev->header_ops->create != eth_header))
		return dev_hard_header(skb, dev, ETH_P_PPP_SES, peer,
				       dev->dev_addr, skb->len);
	eth = __skb_push(skb, ETH_HLEN);
	ether_addr_copy(eth->h_dest, peer);
	ether_addr_copy(eth->h_source, dev->dev_addr);
	eth->h_proto = htons(ETH_P_PPP_SES);
	return ETH_HLEN;
}

static int pppoe_xmit(struct sk_buff *skb, struct ndiswan_link *link)
{
	struct net_device *dev = link->pppoe.lower->dev;
	unsigned int len = skb->len;
	struct pppoe_header *ph;
	int ret;

	if (unlikely(len + sizeof(*ph) > READ_ONCE(dev->mtu))) {
		ndiswan_drop(link, skb, NDISWAN_DROP_TOO_LONG);
		return -EMSGSIZE;
	}
	ph = __skb_push(skb, sizeof(*ph));
	ph->version_type = PPPOE_VERSION_TYPE;
	ph->code = PPPOE_CODE_SESSION;
	ph->session = link->pppoe.session;
	ph->length = htons(len);
	skb->protocol = htons(ETH_P_PPP_SES);
	skb->dev = dev;
	skb_reset_network_header(skb);
	if (unlikely(link_header(skb, dev, link->pppoe.peer) < 0)) {
		ndiswan_drop(link, skb, NDISWAN_DROP_NO_MEMORY);
		return -ENOMEM;
	}
	/* net_xmit_eval() is a macro that evaluates its argument twice. */
	ret = dev_queue_xmit(skb);
	if (unlikely(net_xmit_eval(ret))) {
		atomic_inc(&link->drops[NDISWAN_DROP_PORT_BUSY]);
		return -ENOBUFS;
	}
	return 0;
}

/* Lower devices */

static struct pppoe_lower *lower_find(const struct net *net, int ifindex)
{
	struct pppoe_lower *lower;

	list_for_each_entry(lower, &lowers, list)
		if (lower->dev->ifindex == ifindex &&
		    net_eq(dev_net(lower->dev), net))
			return lower;
	return NULL;
}

static int lower_check(const struct net_device *dev,
		       struct netlink_ext_ack *extack)
{
	if (dev->type != ARPHRD_ETHER || !dev->header_ops ||
	    dev->flags & IFF_POINTOPOINT) {
		NL_SET_ERR_MSG(extack, "PPPoE needs an Ethernet device");
		return -EINVAL;
	}
	if (!(dev->flags & IFF_UP)) {
		NL_SET_ERR_MSG(extack, "the device is down: ip link set DEV up");
		return -ENETDOWN;
	}
	return 0;
}

static int lower_create(struct net_device *dev)
{
	struct pppoe_lower *lower;

	lower = kzalloc(sizeof(*lower), GFP_KERNEL);
	if (!lower)
		return -ENOMEM;
	lower->dev = dev;
	netdev_hold(dev, &lower->tracker, GFP_KERNEL);
	lower->rx_handler = !netdev_rx_handler_register(dev, pppoe_rx_handler,
							lower);
	if (!lower->rx_handler) {
		lower->ptype.type = htons(ETH_P_PPP_SES);
		lower->ptype.dev = dev;
		lower->ptype.func = pppoe_ptype_receive;
		lower->ptype.af_packet_priv = lower;
		dev_add_pack(&lower->ptype);
	}
	list_add(&lower->list, &lowers);
	pr_debug("pppoe-device %s created\n", dev->name);
	return 0;
}

static void lower_free(struct rcu_head *rcu)
{
	struct pppoe_lower *lower = container_of(rcu, struct pppoe_lower, rcu);
	int i;

	for (i = 0; i < LEAF_SIZE; i++)
		kfree(rcu_dereference_protected(lower->leaf[i], true));
	kfree(lower);
}

/* rtnl and ndiswan_lock held, no sessions left. Receives that found it are over
 * when unregistering the handler returns, sends when the RCU section is.
 */
static void lower_remove(struct pppoe_lower *lower)
{
	ASSERT_RTNL();
	list_del(&lower->list);
	if (lower->rx_handler)
		netdev_rx_handler_unregister(lower->dev);
	else
		dev_remove_pack(&lower->ptype);
	pr_debug("pppoe-device %s destroyed\n", lower->dev->name);
	netdev_put(lower->dev, &lower->tracker);
	call_rcu(&lower->rcu, lower_free);
}

static void lower_hangup(struct pppoe_lower *lower, enum ndiswan_reason reason)
{
	struct ndiswan_link *link;
	struct pppoe_leaf *leaf;
	int i, j;

	for (i = 0; i < LEAF_SIZE; i++) {
		leaf = control_dereference(lower->leaf[i]);
		if (!leaf)
			continue;
		/* Each round takes the first of a chain away. */
		for (j = 0; j < LEAF_SIZE; j++)
			while ((link = control_dereference(leaf->first[j])))
				ndiswan_link_down_locked(link, reason);
	}
}

static void pppoe_remove_idle(void)
{
	struct pppoe_lower *lower, *next;

	rtnl_lock();
	ndiswan_control_lock();
	list_for_each_entry_safe(lower, next, &lowers, list)
		if (!lower->count)
			lower_remove(lower);
	ndiswan_control_unlock();
	rtnl_unlock();
}

static void pppoe_idle_work(struct work_struct *work)
{
	pppoe_remove_idle();
}

static int pppoe_netdev_event(struct notifier_block *nb, unsigned long event,
			      void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	/* Going down is before user space hears of it: the links' owner must not
	 * be the one who takes them down, or nobody learns the true reason. Down
	 * is for who came in between.
	 */
	const bool down = event == NETDEV_GOING_DOWN || event == NETDEV_DOWN;
	struct pppoe_lower *lower;

	if (!down && event != NETDEV_UNREGISTER && event != NETDEV_CHANGEADDR)
		return NOTIFY_DONE;

	ndiswan_control_lock();
	lower = lower_find(dev_net(dev), dev->ifindex);
	if (lower) {
		lower_hangup(lower, down ? NDISWAN_REASON_PORT_DOWN :
					   NDISWAN_REASON_PORT_GONE);
		if (event == NETDEV_UNREGISTER)
			lower_remove(lower);
	}
	ndiswan_control_unlock();
	return NOTIFY_DONE;
}

static struct notifier_block pppoe_notifier = {
	.notifier_call = pppoe_netdev_event,
};

/* Attach and detach */

static int pppoe_prepare(struct net *net, const struct ndiswan_attach *args,
			 struct netlink_ext_ack *extack)
{
	struct net_device *dev;
	bool known;
	int err;

	if (args->pppoe.session < 1 || args->pppoe.session > PPPOE_SESSION_MAX) {
		NL_SET_ERR_MSG(extack, "the session number has to be 1 to 65534");
		return -EINVAL;
	}
	if (!is_valid_ether_addr(args->pppoe.peer)) {
		NL_SET_ERR_MSG(extack, "the peer's address has to be a single station's");
		return -EADDRNOTAVAIL;
	}
	if (memchr_inv(args->params + sizeof(args->pppoe), 0,
		       sizeof(args->params) - sizeof(args->pppoe))) {
		NL_SET_ERR_MSG(extack, "parameters that a PPPoE port does not have");
		return -EINVAL;
	}

	ndiswan_control_lock();
	known = lower_find(net, args->pppoe.ifindex);
	ndiswan_control_unlock();
	if (known)
		return 0;

	rtnl_lock();
	dev = __dev_get_by_index(net, args->pppoe.ifindex);
	if (!dev) {
		NL_SET_ERR_MSG(extack, "no device has this interface index");
		err = -ENODEV;
		goto out_rtnl;
	}
	err = lower_check(dev, extack);
	if (err)
		goto out_rtnl;
	ndiswan_control_lock();
	if (!lower_find(net, dev->ifindex))
		err = lower_create(dev);
	ndiswan_control_unlock();
	/* In case that no session follows. */
	schedule_delayed_work(&idle_work, HZ);
out_rtnl:
	rtnl_unlock();
	return err;
}

static int session_insert(struct pppoe_lower *lower, struct ndiswan_link *link)
{
	unsigned int number = be16_to_cpu(link->pppoe.session);
	struct pppoe_leaf *leaf;

	leaf = control_dereference(lower->leaf[number >> LEAF_BITS]);
	if (!leaf) {
		leaf = kzalloc(sizeof(*leaf), GFP_KERNEL_ACCOUNT);
		if (!leaf)
			return -ENOMEM;
		rcu_assign_pointer(lower->leaf[number >> LEAF_BITS], leaf);
	}
	number %= LEAF_SIZE;
	RCU_INIT_POINTER(link->pppoe.next,
			 control_dereference(leaf->first[number]));
	rcu_assign_pointer(leaf->first[number], link);
	return 0;
}

static void session_remove(struct pppoe_lower *lower, struct ndiswan_link *link)
{
	unsigned int number = be16_to_cpu(link->pppoe.session);
	struct pppoe_leaf *leaf;
	struct ndiswan_link __rcu **at;

	leaf = control_dereference(lower->leaf[number >> LEAF_BITS]);
	at = &leaf->first[number % LEAF_SIZE];
	while (control_dereference(*at) != link)
		at = &control_dereference(*at)->pppoe.next;
	rcu_assign_pointer(*at, control_dereference(link->pppoe.next));
}

static int pppoe_attach(struct ndiswan_link *link,
			struct ndiswan_attach *args,
			struct netlink_ext_ack *extack)
{
	struct pppoe_lower *lower;
	int err;

	lower = lower_find(link->net, args->pppoe.ifindex);
	if (!lower)
		return -EAGAIN;
	err = lower_check(lower->dev, extack);
	if (err)
		return err;
	if (session_find(lower, cpu_to_be16(args->pppoe.session),
			 args->pppoe.peer)) {
		NL_SET_ERR_MSG(extack, "another link has this session with this peer");
		return -EEXIST;
	}
	link->pppoe.lower = lower;
	link->pppoe.session = cpu_to_be16(args->pppoe.session);
	link->ifindex = args->pppoe.ifindex;
	ether_addr_copy(link->pppoe.peer, args->pppoe.peer);
	link->headroom = NDISWAN_PPP_HLEN + sizeof(struct pppoe_header) +
			 LL_RESERVED_SPACE(lower->dev);
	err = session_insert(lower, link);
	if (err)
		return err;
	lower->count++;
	return 0;
}

static void pppoe_detach(struct ndiswan_link *link)
{
	struct pppoe_lower *lower = link->pppoe.lower;

	session_remove(lower, link);
	if (!--lower->count)
		schedule_delayed_work(&idle_work, HZ);
}

const struct ndiswan_port_ops ndiswan_pppoe_ops = {
	.type = NDISWAN_PORT_TYPE_PPPOE,
	/* RFC 2516 section 7. */
	.no_address_control = true,
	.prepare = pppoe_prepare,
	.attach = pppoe_attach,
	.detach = pppoe_detach,
	.xmit = pppoe_xmit,
};

/**
 * ndiswan_pppoe_init() - once, at load
 *
 * Return: 0 or an error.
 */
int ndiswan_pppoe_init(void)
{
	return register_netdevice_notifier(&pppoe_notifier);
}

/**
 * ndiswan_pppoe_uninit() - once, at unload, when no link is left
 */
void ndiswan_pppoe_uninit(void)
{
	unregister_netdevice_notifier(&pppoe_notifier);
	cancel_delayed_work_sync(&idle_work);
	pppoe_remove_idle();
}
