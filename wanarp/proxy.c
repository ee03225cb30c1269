// SPDX-License-Identifier: GPL-2.0
/*
 * Proxy ARP and proxy neighbour discovery: a client whose address lies in a
 * subnet of a LAN is answered for there.
 *
 * Nothing is set for a client: each question is answered from the table of
 * projections, so answers begin and end with the projection, and nothing can be
 * left behind or be mistaken for what an administrator has set. The kernel's own
 * proxy entries would be a list for each of 16 hash values, which every question
 * walks, and modules cannot remove one.
 */
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/inetdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_netdev.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/arp.h>
#include <net/ip6_checksum.h>
#include <net/ipv6_stubs.h>
#include <net/ndisc.h>

#include "internal.h"

/**
 * struct wanarp_proxy - a WAN interface answers for its clients on a LAN
 * @hook: on what arrives there; names both
 * @list: of all of them; rtnl
 * @rcu: for freeing
 */
struct wanarp_proxy {
	struct nf_hook_ops hook;
	struct list_head list;
	struct rcu_head rcu;
};

static LIST_HEAD(proxies); /* rtnl */

/* An ARP packet of Ethernet and IPv4. */
struct arp_packet {
	struct arphdr header;
	u8 sender_hw[ETH_ALEN];
	__be32 sender;
	u8 target_hw[ETH_ALEN];
	__be32 target;
} __packed;

static bool is_request(const struct arp_packet *arp)
{
	return arp->header.ar_op == htons(ARPOP_REQUEST) &&
	       arp->header.ar_hrd == htons(ARPHRD_ETHER) &&
	       arp->header.ar_pro == htons(ETH_P_IP) &&
	       arp->header.ar_hln == ETH_ALEN &&
	       arp->header.ar_pln == sizeof(__be32);
}

/* Is the address in a subnet of the LAN, and does this host forward what it gets
 * for it? RCU read side.
 */
static bool lan_has(const struct net_device *lan, __be32 addr)
{
	struct in_device *in_dev = __in_dev_get_rcu(lan);
	const struct in_ifaddr *ifa;

	if (!in_dev || !IN_DEV_FORWARD(in_dev))
		return false;
	in_dev_for_each_ifa_rcu(ifa, in_dev)
		if (inet_ifa_match(addr, ifa))
			return true;
	return false;
}

/* A host that asks whether it may use the address (RFC 5227, sender 0) hears that
 * somebody has it; one that announces its own address asks nothing.
 */
static void answer_arp(struct wanarp_interface *iface, struct sk_buff *skb,
		       struct net_device *lan)
{
	const struct arp_packet *arp;
	struct arp_packet buffer;

	arp = skb_header_pointer(skb, 0, sizeof(buffer), &buffer);
	if (!arp || !is_request(arp) || arp->sender == arp->target ||
	    !wanarp_table_find_rcu(&iface->table, arp->target) ||
	    !lan_has(lan, arp->target))
		return;
	arp_send(ARPOP_REPLY, ETH_P_ARP, arp->sender, lan, arp->target,
		 arp->sender_hw, lan->dev_addr, arp->sender_hw);
	wanarp_count(iface, WANARP_COUNTER_PROXY_ANSWERS);
}

/* A neighbour solicitation without its options. */
struct solicitation {
	struct ipv6hdr ip;
	struct icmp6hdr icmp;
	struct in6_addr target;
};

/* All that RFC 4861 demands before it is believed, but for the options: who asks
 * is resolved anew.
 */
static bool is_solicitation(const struct solicitation *ns,
			    const struct sk_buff *skb)
{
	unsigned int len = ntohs(ns->ip.payload_len);

	return ns->ip.version == 6 && ns->ip.nexthdr == IPPROTO_ICMPV6 &&
	       ns->ip.hop_limit == 255 &&
	       ns->icmp.icmp6_type == NDISC_NEIGHBOUR_SOLICITATION &&
	       !ns->icmp.icmp6_code &&
	       len >= sizeof(*ns) - sizeof(ns->ip) &&
	       len <= skb->len - sizeof(ns->ip) &&
	       !ipv6_addr_is_multicast(&ns->ip.saddr) &&
	       (!ipv6_addr_any(&ns->ip.saddr) ||
		ipv6_addr_is_solict_mult(&ns->ip.daddr)) &&
	       !csum_ipv6_magic(&ns->ip.saddr, &ns->ip.daddr, len,
				IPPROTO_ICMPV6,
				skb_checksum(skb, sizeof(ns->ip), len, 0));
}

/* As lan_has(). */
static bool lan_has_ipv6(const struct net_device *lan,
			 const struct in6_addr *addr)
{
	const struct inet6_dev *idev = __in6_dev_get(lan);
	const struct inet6_ifaddr *ifa;

	if (!idev || !READ_ONCE(idev->cnf.forwarding) ||
	    ipv6_addr_type(addr) & (IPV6_ADDR_LINKLOCAL | IPV6_ADDR_MULTICAST))
		return false;
	list_for_each_entry_rcu(ifa, &idev->addr_list, if_list)
		if (ipv6_prefix_equal(addr, &ifa->addr, ifa->prefix_len))
			return true;
	return false;
}

/* Who asks from :: wants to know whether he may use the address: all hear that
 * somebody has it. A proxy does not override what others say (RFC 4861, 7.2.8).
 */
static void answer_solicitation(struct wanarp_interface *iface,
				struct sk_buff *skb, struct net_device *lan)
{
	const struct solicitation *ns;
	struct solicitation buffer;
	struct in6_addr to;
	bool solicited;

	ns = skb_header_pointer(skb, 0, sizeof(buffer), &buffer);
	if (!ns || ns->icmp.icmp6_type != NDISC_NEIGHBOUR_SOLICITATION ||
	    !is_solicitation(ns, skb) || !lan_has_ipv6(lan, &ns->target) ||
	    !wanarp_table_find_ipv6(&iface->table, &ns->target))
		return;
	solicited = !ipv6_addr_any(&ns->ip.saddr);
	to = solicited ? ns->ip.saddr : in6addr_linklocal_allnodes;
	ipv6_stub->ndisc_send_na(lan, &to, &ns->target, true, solicited, false,
				 true);
	wanarp_count(iface, WANARP_COUNTER_PROXY_ANSWERS);
}

/* The stack sees the question as well; it may want to learn who asks. Frames of
 * a VLAN come here again, on the device of the VLAN.
 */
static unsigned int wanarp_proxy_hook(void *priv, struct sk_buff *skb,
				      const struct nf_hook_state *state)
{
	if (skb->pkt_type == PACKET_OTHERHOST ||
	    skb->pkt_type == PACKET_LOOPBACK || skb_vlan_tag_present(skb))
		return NF_ACCEPT;
	if (skb->protocol == htons(ETH_P_ARP))
		answer_arp(priv, skb, state->in);
	else if (skb->protocol == htons(ETH_P_IPV6))
		answer_solicitation(priv, skb, state->in);
	return NF_ACCEPT;
}

/**
 * wanarp_proxied() - is a client answered for on a LAN?
 * @projection: the client
 *
 * Context: RCU read side.
 * Return: true if so.
 */
bool wanarp_proxied(const struct wanarp_projection *projection)
{
	const struct wanarp_proxy *proxy =
		rcu_dereference(projection->iface->proxy);
	const struct wanarp_ipv6_projection *ipv6;

	if (!proxy)
		return false;
	if (projection->proto == NDISWAN_PROTO_IPV4)
		return lan_has(proxy->hook.dev, projection->addr);
	ipv6 = wanarp_ipv6_projection(projection);
	return ipv6->prefix_len &&
	       lan_has_ipv6(proxy->hook.dev, &ipv6->key[WANARP_KEY_PREFIX].addr);
}

/**
 * wanarp_proxy_lan() - where clients are answered for
 * @iface: the WAN interface
 *
 * Context: RCU read side.
 * Return: the LAN, or NULL for nowhere.
 */
struct net_device *wanarp_proxy_lan(const struct wanarp_interface *iface)
{
	const struct wanarp_proxy *proxy = rcu_dereference(iface->proxy);

	return proxy ? proxy->hook.dev : NULL;
}

static struct wanarp_proxy *proxy_create(struct wanarp_interface *iface,
					 struct net_device *lan,
					 struct netlink_ext_ack *extack)
{
	struct wanarp_proxy *proxy;
	int err;

	if (lan->type != ARPHRD_ETHER || lan->flags & IFF_NOARP) {
		NL_SET_ERR_MSG(extack,
			       "proxy needs an interface on which hosts ask for addresses");
		return ERR_PTR(-EINVAL);
	}
	proxy = kzalloc(sizeof(*proxy), GFP_KERNEL_ACCOUNT);
	if (!proxy)
		return ERR_PTR(-ENOMEM);
	proxy->hook.hook = wanarp_proxy_hook;
	proxy->hook.priv = iface;
	proxy->hook.dev = lan;
	proxy->hook.pf = NFPROTO_NETDEV;
	proxy->hook.hooknum = NF_NETDEV_INGRESS;
	/* After what an administrator filters. */
	proxy->hook.priority = INT_MAX;
	err = nf_register_net_hook(dev_net(lan), &proxy->hook);
	if (err) {
		NL_SET_ERR_MSG(extack,
			       "what arrives on the proxy interface cannot be watched");
		kfree(proxy);
		return ERR_PTR(err);
	}
	/* Questions go to a group of the address in question: to hear them for each
	 * client, the device hears all groups.
	 */
	err = dev_set_allmulti(lan, 1);
	if (err) {
		NL_SET_ERR_MSG(extack,
			       "the proxy interface cannot be made to hear all groups");
		nf_unregister_net_hook(dev_net(lan), &proxy->hook);
		kfree_rcu(proxy, rcu);
		return ERR_PTR(err);
	}
	list_add(&proxy->list, &proxies);
	return proxy;
}

static void proxy_destroy(struct wanarp_proxy *proxy)
{
	list_del(&proxy->list);
	dev_set_allmulti(proxy->hook.dev, -1);
	nf_unregister_net_hook(dev_net(proxy->hook.dev), &proxy->hook);
	kfree_rcu(proxy, rcu);
}

/**
 * wanarp_proxy_set() - answer for clients on a LAN
 * @iface: the WAN interface
 * @lan: where, or NULL for nowhere
 * @extack: for a sentence if that is refused
 *
 * Context: rtnl.
 * Return: 0, or an error and nothing has changed.
 */
int wanarp_proxy_set(struct wanarp_interface *iface, struct net_device *lan,
		     struct netlink_ext_ack *extack)
{
	struct wanarp_proxy *old = rtnl_dereference(iface->proxy);
	struct wanarp_proxy *new = NULL;

	if (old && old->hook.dev == lan)
		return 0;
	if (lan) {
		new = proxy_create(iface, lan, extack);
		if (IS_ERR(new))
			return PTR_ERR(new);
	}
	rcu_assign_pointer(iface->proxy, new);
	if (old)
		proxy_destroy(old);
	return 0;
}

/**
 * wanarp_proxy_device_gone() - a device is being removed, or leaves the namespace
 * @dev: a LAN, or a WAN interface, or something else
 *
 * Context: rtnl. After it the network core waits until no packet is on its way
 * through the device.
 */
void wanarp_proxy_device_gone(const struct net_device *dev)
{
	struct wanarp_interface *iface;
	struct wanarp_proxy *proxy, *next;

	ASSERT_RTNL();
	list_for_each_entry_safe(proxy, next, &proxies, list) {
		iface = proxy->hook.priv;
		if (proxy->hook.dev == dev || iface->dev == dev)
			wanarp_proxy_set(iface, NULL, NULL);
	}
}
