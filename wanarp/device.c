// SPDX-License-Identifier: GPL-2.0
/* The WAN interface: a net_device of kind "wanarp". */
#include <linux/if_arp.h>
#include <linux/inetdevice.h>
#include <linux/module.h>
#include <net/addrconf.h>
#include <net/neighbour.h>
#include <net/rtnetlink.h>
#include <rras/netdevice.h>

#include "internal.h"

/* What PPPoE leaves of an Ethernet frame. */
#define DEFAULT_MTU	1492

/* As WireGuard does: from one client to another a packet goes in and out of
 * the same device, and a redirect to the other client would be wrong. No IPv6
 * address is made of our own link address: whoever lets clients in says which
 * one they see.
 */
static int wanarp_open(struct net_device *dev)
{
	struct in_device *in_dev = __in_dev_get_rtnl(dev);
	struct inet6_dev *in6_dev = __in6_dev_get(dev);

	if (in_dev) {
		IN_DEV_CONF_SET(in_dev, SEND_REDIRECTS, false);
		IPV4_DEVCONF_ALL(dev_net(dev), SEND_REDIRECTS) = false;
	}
	if (in6_dev)
		in6_dev->cnf.addr_gen_mode = IN6_ADDR_GEN_MODE_NONE;
	/* With or without clients: what they are does not concern the stack. */
	netif_carrier_on(dev);
	return 0;
}

static int wanarp_stop(struct net_device *dev)
{
	netif_carrier_off(dev);
	return 0;
}

static void wanarp_get_stats64(struct net_device *dev,
			       struct rtnl_link_stats64 *stats)
{
	dev_get_tstats64(dev, stats);
	wanarp_drop_stats(netdev_priv(dev), stats);
}

/* The one IPv4 neighbour is always welcome. An IPv6 neighbour that nobody is
 * behind is not: the stack drops the packet and counts it (Ip6OutNoRoutes), and
 * this errno is one that it passes on without a message.
 */
static int wanarp_neigh_construct(struct net_device *dev,
				  struct neighbour *neigh)
{
	const struct in6_addr *addr = (const void *)neigh->primary_key;

	if (neigh->tbl->family == AF_INET ||
	    wanarp_ipv6_is_neighbour(netdev_priv(dev), addr))
		return 0;
	return -EOPNOTSUPP;
}

static const struct net_device_ops wanarp_netdev_ops = {
	.ndo_open = wanarp_open,
	.ndo_stop = wanarp_stop,
	.ndo_start_xmit = wanarp_xmit,
	.ndo_get_stats64 = wanarp_get_stats64,
	.ndo_neigh_construct = wanarp_neigh_construct,
};

static const struct device_type wanarp_device_type = {
	.name = KBUILD_MODNAME,
};

/**
 * wanarp_interface_from_dev() - is this one of ours?
 * @dev: any device
 *
 * Return: its private part, or NULL.
 */
struct wanarp_interface *wanarp_interface_from_dev(struct net_device *dev)
{
	return dev->netdev_ops == &wanarp_netdev_ops ? netdev_priv(dev) : NULL;
}

/**
 * wanarp_interface_next() - walk over the WAN interfaces of a namespace
 * @net: the namespace
 * @ifindex: of the interface before, or 0
 *
 * Context: RCU read side.
 * Return: the one with the next higher index, or NULL.
 */
struct wanarp_interface *wanarp_interface_next(struct net *net, int ifindex)
{
	struct net_device *dev, *next = NULL;

	for_each_netdev_rcu(net, dev)
		if (dev->ifindex > ifindex && wanarp_interface_from_dev(dev) &&
		    (!next || dev->ifindex < next->ifindex))
			next = dev;
	return next ? netdev_priv(next) : NULL;
}

static void wanarp_setup(struct net_device *dev)
{
	struct wanarp_interface *iface = netdev_priv(dev);
	const netdev_features_t features = NETIF_F_SG | NETIF_F_HW_CSUM |
					   NETIF_F_HIGHDMA;

	dev->netdev_ops = &wanarp_netdev_ops;
	dev->header_ops = &wanarp_header_ops;
	dev->ethtool_ops = &wanarp_ethtool_ops;
	dev->type = ARPHRD_ETHER;
	dev->flags = IFF_POINTOPOINT | IFF_NOARP | IFF_MULTICAST;
	dev->addr_len = ETH_ALEN;
	eth_broadcast_addr(dev->broadcast);
	dev->hard_header_len = ETH_HLEN;
	dev->min_header_len = ETH_HLEN;
	/* The Ethernet header is stripped before the others are pushed, but a
	 * packet that was shared has no use for the room it leaves.
	 */
	dev->needed_headroom = ndiswan_headroom();
	dev->mtu = DEFAULT_MTU;
	dev->min_mtu = WANARP_MRU_MIN;
	dev->max_mtu = WANARP_MTU_MAX;
	/* No queue, and no bridge: its ports share one Ethernet. */
	dev->priv_flags |= IFF_NO_QUEUE | IFF_DONT_BRIDGE;
	rras_netdev_set_lltx(dev);
	/* No TSO, so that wanarp_xmit() sees packets as clients get them. */
	dev->features |= features | NETIF_F_VLAN_CHALLENGED;
	dev->hw_features |= features;
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;
	dev->needs_free_netdev = true;
	dev->sysfs_groups[0] = &wanarp_sysfs_group;
	SET_NETDEV_DEVTYPE(dev, &wanarp_device_type);
	/* The operational state follows the carrier, if that changes. */
	netif_carrier_off(dev);
	/* icmp_ndo_send() reads the route. */
	netif_keep_dst(dev);

	iface->dev = dev;
	iface->source_check = true;
	wanarp_demand_init(iface);
}

/* An address cannot be changed later: there is no ndo_set_mac_address. */
static int wanarp_validate(struct nlattr *tb[], struct nlattr *data[],
			   struct netlink_ext_ack *extack)
{
	const struct nlattr *addr = tb[IFLA_ADDRESS];

	if (!addr)
		return 0;
	if (nla_len(addr) != ETH_ALEN) {
		NL_SET_ERR_MSG_ATTR(extack, addr, "a link address has six bytes");
		return -EINVAL;
	}
	if (!is_valid_ether_addr(nla_data(addr))) {
		NL_SET_ERR_MSG_ATTR(extack, addr,
				    "not the address of one Ethernet station");
		return -EADDRNOTAVAIL;
	}
	if (ndiswan_hwaddr_id(nla_data(addr))) {
		NL_SET_ERR_MSG_ATTR(extack, addr,
				    "addresses that begin with 02:00 are the clients'");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

static void random_address(struct net_device *dev)
{
	do {
		eth_hw_addr_random(dev);
	} while (ndiswan_hwaddr_id(dev->dev_addr));
}

/* Runs when nobody can see the device any more: the notifier below took its
 * projections down, and a grace period has passed since.
 */
static void wanarp_destruct(struct net_device *dev)
{
	struct wanarp_interface *iface = netdev_priv(dev);

	wanarp_demand_uninit(iface);
	gro_cells_destroy(&iface->gro_cells);
	free_percpu(iface->drops);
	wanarp_table_uninit(&iface->table);
	pr_debug("interface %s destroyed\n", iface->name);
}

static int wanarp_newlink(struct net *src_net, struct net_device *dev,
			  struct nlattr *tb[], struct nlattr *data[],
			  struct netlink_ext_ack *extack)
{
	struct wanarp_interface *iface = netdev_priv(dev);
	int err;

	if (!tb[IFLA_ADDRESS])
		random_address(dev);
	if (data && data[WANARP_A_LINKINFO_MODE])
		iface->mode = nla_get_u32(data[WANARP_A_LINKINFO_MODE]);
	iface->source_check = !wanarp_is_demand(iface);
	err = wanarp_table_init(&iface->table);
	if (err)
		return err;
	err = -ENOMEM;
	iface->drops = netdev_alloc_pcpu_stats(struct wanarp_drops);
	if (!iface->drops)
		goto err_table;
	err = gro_cells_init(&iface->gro_cells, dev);
	if (err)
		goto err_drops;
	err = register_netdevice(dev);
	if (err)
		goto err_gro_cells;

	/* Last, so that a failing register_netdevice() does not call it. */
	dev->priv_destructor = wanarp_destruct;
	strscpy(iface->name, dev->name, sizeof(iface->name));
	pr_debug("interface %s created\n", iface->name);
	return 0;

err_gro_cells:
	gro_cells_destroy(&iface->gro_cells);
err_drops:
	free_percpu(iface->drops);
err_table:
	wanarp_table_uninit(&iface->table);
	return err;
}

static int wanarp_changelink(struct net_device *dev, struct nlattr *tb[],
			     struct nlattr *data[],
			     struct netlink_ext_ack *extack)
{
	if (!data || !data[WANARP_A_LINKINFO_MODE])
		return 0;
	return wanarp_demand_mode(netdev_priv(dev),
				  nla_get_u32(data[WANARP_A_LINKINFO_MODE]),
				  extack);
}

static size_t wanarp_get_size(const struct net_device *dev)
{
	return nla_total_size(sizeof(u32));
}

static int wanarp_fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	const struct wanarp_interface *iface = netdev_priv(dev);

	return nla_put_u32(skb, WANARP_A_LINKINFO_MODE, iface->mode);
}

static const struct nla_policy wanarp_policy[WANARP_A_LINKINFO_MAX + 1] = {
	[WANARP_A_LINKINFO_MODE] =
		NLA_POLICY_MAX(NLA_U32, WANARP_IFACE_MODE_DEMAND_DIAL),
};

static struct rtnl_link_ops wanarp_link_ops __read_mostly = {
	.kind = KBUILD_MODNAME,
	.priv_size = sizeof(struct wanarp_interface),
	.setup = wanarp_setup,
	.validate = wanarp_validate,
	.newlink = wanarp_newlink,
	.changelink = wanarp_changelink,
	.get_size = wanarp_get_size,
	.fill_info = wanarp_fill_info,
	.policy = wanarp_policy,
	.maxtype = WANARP_A_LINKINFO_MAX,
};

/* A move to another namespace sends both, in the order UNREGISTER, REGISTER;
 * the end of a namespace deletes the device. A link does not move with the
 * interface, so its projection cannot either. A repeated UNREGISTER finds
 * nothing left to do.
 */
static int wanarp_netdev_event(struct notifier_block *nb, unsigned long event,
			       void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct wanarp_interface *iface = wanarp_interface_from_dev(dev);

	if (event == NETDEV_UNREGISTER)
		wanarp_proxy_device_gone(dev);
	if (!iface)
		return NOTIFY_DONE;
	if (event == NETDEV_REGISTER || event == NETDEV_UNREGISTER) {
		ndiswan_control_lock();
		iface->ready = event == NETDEV_REGISTER;
		if (!iface->ready)
			wanarp_projections_down(iface,
						NDISWAN_REASON_INTERFACE_GONE);
		ndiswan_control_unlock();
	}
	return notifier_from_errno(wanarp_demand_netdev_event(iface, event));
}

static struct notifier_block wanarp_notifier = {
	.notifier_call = wanarp_netdev_event,
};

/**
 * wanarp_device_init() - once, at load
 *
 * Return: 0 or an error.
 */
int wanarp_device_init(void)
{
	int err;

	err = register_netdevice_notifier(&wanarp_notifier);
	if (err)
		return err;
	err = rtnl_link_register(&wanarp_link_ops);
	if (err)
		goto err_notifier;
	return 0;

err_notifier:
	unregister_netdevice_notifier(&wanarp_notifier);
	return err;
}

/**
 * wanarp_device_uninit() - once, at unload; deletes all WAN interfaces
 */
void wanarp_device_uninit(void)
{
	rtnl_link_unregister(&wanarp_link_ops);
	unregister_netdevice_notifier(&wanarp_notifier);
	/* Filters may wait to be freed. */
	rcu_barrier();
}
