// SPDX-License-Identifier: GPL-2.0
/* The netlink family "wanarp"; the handlers of netlink-gen.c. */
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "internal.h"
#include "netlink-gen.h"

/* Where a dump goes on. Interfaces go by index and projections by generation,
 * so whatever comes or goes meanwhile, nothing is shown twice and nothing that
 * stays is left out.
 */
struct dump_cursor {
	int ifindex;	/* this interface is not finished */
	u64 generation;	/* on it, shown up to here */
};

static struct dump_cursor *dump_cursor(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct dump_cursor) > sizeof(cb->ctx));
	return (struct dump_cursor *)cb->ctx;
}

/**
 * wanarp_netlink_find() - the interface that a request is about
 * @net: the namespace
 * @attr: its index; may be missing
 * @extack: for the sentence
 *
 * Context: RCU read side.
 * Return: the interface or an error.
 */
struct wanarp_interface *wanarp_netlink_find(struct net *net,
					     const struct nlattr *attr,
					     struct netlink_ext_ack *extack)
{
	struct wanarp_interface *iface;
	struct net_device *dev;

	if (!attr) {
		NL_SET_ERR_MSG(extack, "the attribute ifindex is missing");
		return ERR_PTR(-EINVAL);
	}
	dev = dev_get_by_index_rcu(net, nla_get_u32(attr));
	if (!dev) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "no interface has this index");
		return ERR_PTR(-ENODEV);
	}
	iface = wanarp_interface_from_dev(dev);
	if (!iface) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "the interface is not of kind wanarp");
		return ERR_PTR(-EINVAL);
	}
	return iface;
}

static int fill_drops(struct sk_buff *skb, const struct wanarp_interface *iface)
{
	u64 sums[WANARP_DROP_MAX];
	struct nlattr *nest;
	int i;

	wanarp_drop_sum(iface, sums);
	for (i = 0; i < WANARP_DROP_MAX; i++) {
		if (!sums[i])
			continue;
		nest = nla_nest_start(skb, WANARP_A_IFACE_DROP);
		if (!nest ||
		    nla_put_string(skb, WANARP_A_DROP_REASON,
				   wanarp_drop_name(i)) ||
		    nla_put_u64_64bit(skb, WANARP_A_DROP_COUNT, sums[i],
				      WANARP_A_DROP_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int fill_interface(struct sk_buff *skb,
			  struct wanarp_interface *iface, u32 portid, u32 seq,
			  int flags)
{
	const struct net_device *lan = wanarp_proxy_lan(iface);
	void *header;

	header = genlmsg_put(skb, portid, seq, &wanarp_family, flags,
			     WANARP_CMD_IFACE_GET);
	if (!header)
		return -EMSGSIZE;
	if (nla_put_u32(skb, WANARP_A_IFACE_IFINDEX, iface->dev->ifindex) ||
	    nla_put_string(skb, WANARP_A_IFACE_NAME, iface->dev->name) ||
	    nla_put_u32(skb, WANARP_A_IFACE_PROJECTIONS,
			READ_ONCE(iface->table.count)) ||
	    nla_put_u8(skb, WANARP_A_IFACE_SOURCE_CHECK,
		       READ_ONCE(iface->source_check)) ||
	    nla_put_u8(skb, WANARP_A_IFACE_MULTICAST,
		       READ_ONCE(iface->multicast)) ||
	    nla_put_u8(skb, WANARP_A_IFACE_MSS_CLAMP,
		       READ_ONCE(iface->mss_clamp)) ||
	    nla_put_u32(skb, WANARP_A_IFACE_PROXY, lan ? lan->ifindex : 0) ||
	    nla_put_u32(skb, WANARP_A_IFACE_MODE, READ_ONCE(iface->mode)) ||
	    (wanarp_is_demand(iface) &&
	     wanarp_demand_fill(skb, &iface->demand)) ||
	    nla_put_u32(skb, WANARP_A_IFACE_ADDRESS_CONFLICT,
			READ_ONCE(iface->refuse_conflict) ?
			WANARP_ADDRESS_CONFLICT_REFUSE :
			WANARP_ADDRESS_CONFLICT_REPLACE) ||
	    fill_drops(skb, iface)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

static int fill_addresses(struct sk_buff *skb,
			  const struct wanarp_projection *projection)
{
	const struct wanarp_ipv6_projection *ipv6;

	if (projection->proto == NDISWAN_PROTO_IPV4)
		return nla_put_in_addr(skb, WANARP_A_PROJECTION_IPV4,
				       projection->addr);
	ipv6 = wanarp_ipv6_projection(projection);
	if (nla_put_in6_addr(skb, WANARP_A_PROJECTION_IPV6,
			     &ipv6->key[WANARP_KEY_LOCAL].addr))
		return -EMSGSIZE;
	if (!ipv6->prefix_len)
		return 0;
	if (nla_put_in6_addr(skb, WANARP_A_PROJECTION_PREFIX,
			     &ipv6->key[WANARP_KEY_PREFIX].addr) ||
	    nla_put_u8(skb, WANARP_A_PROJECTION_PREFIX_LEN, ipv6->prefix_len))
		return -EMSGSIZE;
	return 0;
}

static int fill_counters(struct sk_buff *skb,
			 const struct wanarp_projection *projection)
{
	struct ndiswan_counters counters;

	ndiswan_link_counters(projection->link, projection->proto, &counters);
	if (nla_put_u64_64bit(skb, WANARP_A_PROJECTION_RX_PACKETS,
			      counters.rx_packets, WANARP_A_PROJECTION_PAD) ||
	    nla_put_u64_64bit(skb, WANARP_A_PROJECTION_RX_BYTES,
			      counters.rx_bytes, WANARP_A_PROJECTION_PAD) ||
	    nla_put_u64_64bit(skb, WANARP_A_PROJECTION_TX_PACKETS,
			      counters.tx_packets, WANARP_A_PROJECTION_PAD) ||
	    nla_put_u64_64bit(skb, WANARP_A_PROJECTION_TX_BYTES,
			      counters.tx_bytes, WANARP_A_PROJECTION_PAD))
		return -EMSGSIZE;
	return 0;
}

static int fill_projection(struct sk_buff *skb,
			   const struct wanarp_projection *projection,
			   u32 portid, u32 seq, int flags)
{
	u64 age = div_u64(ktime_get_ns() - projection->born, NSEC_PER_MSEC);
	u64 idle = jiffies_to_msecs((u32)jiffies -
				    READ_ONCE(projection->last_packet));
	void *header;

	header = genlmsg_put(skb, portid, seq, &wanarp_family, flags,
			     WANARP_CMD_PROJECTION_GET);
	if (!header)
		return -EMSGSIZE;
	if (nla_put_u32(skb, WANARP_A_PROJECTION_IFINDEX,
			projection->iface->dev->ifindex) ||
	    fill_addresses(skb, projection) ||
	    nla_put_u32(skb, WANARP_A_PROJECTION_LINK, projection->id) ||
	    nla_put_u32(skb, WANARP_A_PROJECTION_MRU,
			READ_ONCE(projection->mru)) ||
	    nla_put_u8(skb, WANARP_A_PROJECTION_PROXIED,
		       wanarp_proxied(projection)) ||
	    nla_put_u64_64bit(skb, WANARP_A_PROJECTION_AGE, age,
			      WANARP_A_PROJECTION_PAD) ||
	    nla_put_u64_64bit(skb, WANARP_A_PROJECTION_IDLE, idle,
			      WANARP_A_PROJECTION_PAD) ||
	    fill_counters(skb, projection)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

/**
 * wanarp_nl_iface_get_doit() - WANARP_CMD_IFACE_GET, one interface
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or an error.
 */
int wanarp_nl_iface_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct wanarp_interface *iface;
	struct sk_buff *reply;
	int err;

	reply = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	rcu_read_lock();
	iface = wanarp_netlink_find(genl_info_net(info),
				    info->attrs[WANARP_A_IFACE_IFINDEX],
				    info->extack);
	err = PTR_ERR_OR_ZERO(iface);
	if (!err)
		err = fill_interface(reply, iface, info->snd_portid,
				     info->snd_seq, 0);
	rcu_read_unlock();
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return genlmsg_reply(reply, info);
}

/**
 * wanarp_nl_iface_get_dumpit() - WANARP_CMD_IFACE_GET, all interfaces
 * @skb: to be filled
 * @cb: state of the dump
 *
 * Return: length of @skb, 0 at the end.
 */
int wanarp_nl_iface_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump_cursor *cursor = dump_cursor(cb);
	struct wanarp_interface *iface;

	rcu_read_lock();
	while ((iface = wanarp_interface_next(sock_net(skb->sk),
					      cursor->ifindex))) {
		if (fill_interface(skb, iface, NETLINK_CB(cb->skb).portid,
				   cb->nlh->nlmsg_seq, NLM_F_MULTI))
			break;
		cursor->ifindex = iface->dev->ifindex;
	}
	rcu_read_unlock();
	return skb->len;
}

/* Those that may fail, with rtnl held; if one does the others are undone. */
static int set_demand(struct wanarp_interface *iface, struct genl_info *info)
{
	const struct nlattr *mode = info->attrs[WANARP_A_IFACE_MODE];
	const struct nlattr *demand = info->attrs[WANARP_A_IFACE_DEMAND];
	const enum wanarp_iface_mode old = iface->mode;
	int err = 0;

	if (mode)
		err = wanarp_demand_mode(iface, nla_get_u32(mode),
					 info->extack);
	if (err || !demand)
		return err;
	if (wanarp_is_demand(iface)) {
		err = wanarp_demand_change(&iface->demand, demand,
					   info->extack);
	} else {
		NL_SET_ERR_MSG_ATTR(info->extack, demand,
				    "the interface is not demand-dial");
		err = -EINVAL;
	}
	if (err)
		wanarp_demand_mode(iface, old, NULL);
	return err;
}

static int set_proxy(struct wanarp_interface *iface, const struct nlattr *attr,
		     struct netlink_ext_ack *extack)
{
	u32 ifindex = nla_get_u32(attr);
	struct net_device *lan = NULL;

	if (ifindex) {
		lan = __dev_get_by_index(dev_net(iface->dev), ifindex);
		if (!lan) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "no interface has this index");
			return -ENODEV;
		}
	}
	return wanarp_proxy_set(iface, lan, extack);
}

/* The mode and what depends on it may still be refused, then the LAN is as before. */
static int set_fallible(struct wanarp_interface *iface, struct genl_info *info)
{
	const struct nlattr *proxy = info->attrs[WANARP_A_IFACE_PROXY];
	struct net_device *old;
	int err;

	rcu_read_lock();
	old = wanarp_proxy_lan(iface);
	rcu_read_unlock();
	if (proxy) {
		err = set_proxy(iface, proxy, info->extack);
		if (err)
			return err;
	}
	err = set_demand(iface, info);
	if (err && proxy)
		wanarp_proxy_set(iface, old, NULL);
	return err;
}

static int set_interface(struct wanarp_interface *iface, struct genl_info *info)
{
	const struct nlattr *check = info->attrs[WANARP_A_IFACE_SOURCE_CHECK];
	const struct nlattr *multicast = info->attrs[WANARP_A_IFACE_MULTICAST];
	const struct nlattr *clamp = info->attrs[WANARP_A_IFACE_MSS_CLAMP];
	const struct nlattr *conflict =
		info->attrs[WANARP_A_IFACE_ADDRESS_CONFLICT];
	int err;

	if (!check && !multicast && !clamp && !conflict &&
	    !info->attrs[WANARP_A_IFACE_PROXY] &&
	    !info->attrs[WANARP_A_IFACE_MODE] &&
	    !info->attrs[WANARP_A_IFACE_DEMAND]) {
		NL_SET_ERR_MSG(info->extack, "nothing to set was given");
		return -EINVAL;
	}
	err = set_fallible(iface, info);
	if (err)
		return err;
	if (check)
		WRITE_ONCE(iface->source_check, nla_get_u8(check));
	if (multicast)
		WRITE_ONCE(iface->multicast, nla_get_u8(multicast));
	if (clamp)
		WRITE_ONCE(iface->mss_clamp, nla_get_u8(clamp));
	if (conflict)
		WRITE_ONCE(iface->refuse_conflict,
			   nla_get_u32(conflict) ==
			   WANARP_ADDRESS_CONFLICT_REFUSE);
	return 0;
}

/**
 * wanarp_nl_iface_set_doit() - WANARP_CMD_IFACE_SET
 * @skb: the request
 * @info: the request, parsed; the policy has checked the values
 *
 * Return: 0 or an error, and nothing has changed.
 */
int wanarp_nl_iface_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct wanarp_interface *iface;
	int err;

	/* With it held, the interface stays after the RCU section. */
	rtnl_lock();
	rcu_read_lock();
	iface = wanarp_netlink_find(genl_info_net(info),
				    info->attrs[WANARP_A_IFACE_IFINDEX],
				    info->extack);
	rcu_read_unlock();
	err = IS_ERR(iface) ? PTR_ERR(iface) : set_interface(iface, info);
	rtnl_unlock();
	return err;
}

/* RCU read side. */
static struct wanarp_projection *find_projection(struct genl_info *info)
{
	const struct nlattr *ipv4 = info->attrs[WANARP_A_PROJECTION_IPV4];
	const struct nlattr *ipv6 = info->attrs[WANARP_A_PROJECTION_IPV6];
	struct wanarp_projection *projection;
	struct in6_addr addr;
	struct wanarp_interface *iface;

	iface = wanarp_netlink_find(genl_info_net(info),
				    info->attrs[WANARP_A_PROJECTION_IFINDEX],
				    info->extack);
	if (IS_ERR(iface))
		return ERR_CAST(iface);
	if (!ipv4 == !ipv6) {
		NL_SET_ERR_MSG(info->extack,
			       "one of the attributes ipv4 and ipv6 is needed");
		return ERR_PTR(-EINVAL);
	}
	if (ipv4) {
		projection = wanarp_table_find_rcu(&iface->table,
						   nla_get_in_addr(ipv4));
	} else {
		addr = nla_get_in6_addr(ipv6);
		projection = wanarp_table_find_ipv6(&iface->table, &addr);
	}
	if (!projection) {
		NL_SET_ERR_MSG_ATTR(info->extack, ipv4 ? : ipv6,
				    "the address is not projected on this interface");
		return ERR_PTR(-ENOENT);
	}
	return projection;
}

/**
 * wanarp_nl_projection_get_doit() - WANARP_CMD_PROJECTION_GET, one address
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or an error.
 */
int wanarp_nl_projection_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct wanarp_projection *projection;
	struct sk_buff *reply;
	int err;

	reply = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	rcu_read_lock();
	projection = find_projection(info);
	err = PTR_ERR_OR_ZERO(projection);
	if (!err)
		err = fill_projection(reply, projection, info->snd_portid,
				      info->snd_seq, 0);
	rcu_read_unlock();
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return genlmsg_reply(reply, info);
}

/* RCU read side. An entry that is unlinked meanwhile still leads on. */
static int dump_projections(struct sk_buff *skb, struct netlink_callback *cb,
			    const struct wanarp_interface *iface)
{
	struct dump_cursor *cursor = dump_cursor(cb);
	const struct wanarp_projection *projection;
	int err;

	list_for_each_entry_rcu(projection, &iface->table.list, list) {
		if (projection->generation <= cursor->generation)
			continue;
		err = fill_projection(skb, projection,
				      NETLINK_CB(cb->skb).portid,
				      cb->nlh->nlmsg_seq, NLM_F_MULTI);
		if (err)
			return err;
		cursor->generation = projection->generation;
	}
	return 0;
}

static int dump_all_projections(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump_cursor *cursor = dump_cursor(cb);
	const struct wanarp_interface *iface;
	int err;

	while ((iface = wanarp_interface_next(sock_net(skb->sk),
					      cursor->ifindex))) {
		err = dump_projections(skb, cb, iface);
		if (err)
			return err;
		cursor->ifindex = iface->dev->ifindex;
		cursor->generation = 0;
	}
	return 0;
}

/**
 * wanarp_nl_projection_get_dumpit() - WANARP_CMD_PROJECTION_GET, all addresses
 * @skb: to be filled
 * @cb: state of the dump
 *
 * Return: length of @skb, 0 at the end, or an error.
 */
int wanarp_nl_projection_get_dumpit(struct sk_buff *skb,
				    struct netlink_callback *cb)
{
	struct wanarp_interface *iface;
	const struct nlattr *ifindex;
	int err = 0;

	/* The policy has checked it. */
	ifindex = nlmsg_find_attr(cb->nlh, GENL_HDRLEN,
				  WANARP_A_PROJECTION_IFINDEX);
	rcu_read_lock();
	if (ifindex) {
		iface = wanarp_netlink_find(sock_net(skb->sk), ifindex, cb->extack);
		err = PTR_ERR_OR_ZERO(iface);
		if (!err)
			dump_projections(skb, cb, iface);
	} else {
		dump_all_projections(skb, cb);
	}
	rcu_read_unlock();
	return err ? err : skb->len;
}

static const struct genl_multicast_group wanarp_mcgrps[] = {
	[WANARP_NLGRP_DIAL] = {
		.name = WANARP_MCGRP_DIAL,
		/* That of the operations, GENL_UNS_ADMIN_PERM, means nothing here. */
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

struct genl_family wanarp_family __ro_after_init = {
	.name = WANARP_FAMILY_NAME,
	.version = WANARP_FAMILY_VERSION,
	.module = THIS_MODULE,
	.netnsok = true,
	.parallel_ops = true,
	.ops = wanarp_nl_ops,
	.n_ops = ARRAY_SIZE(wanarp_nl_ops),
	.mcgrps = wanarp_mcgrps,
	.n_mcgrps = ARRAY_SIZE(wanarp_mcgrps),
};

/**
 * wanarp_netlink_init() - once, at load
 *
 * Return: 0 or an error.
 */
int wanarp_netlink_init(void)
{
	return genl_register_family(&wanarp_family);
}

/**
 * wanarp_netlink_uninit() - once, at unload
 */
void wanarp_netlink_uninit(void)
{
	genl_unregister_family(&wanarp_family);
}
