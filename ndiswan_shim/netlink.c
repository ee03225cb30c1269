// SPDX-License-Identifier: GPL-2.0
/* Netlink family ndiswan: parse, call, fill. */
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "internal.h"
#include "netlink-gen.h"

static int fill_counters(struct sk_buff *msg,
			 const struct ndiswan_counters *counters)
{
	if (nla_put_u64_64bit(msg, NDISWAN_A_STATS_RX_PACKETS,
			      counters->rx_packets, NDISWAN_A_STATS_PAD) ||
	    nla_put_u64_64bit(msg, NDISWAN_A_STATS_RX_BYTES,
			      counters->rx_bytes, NDISWAN_A_STATS_PAD) ||
	    nla_put_u64_64bit(msg, NDISWAN_A_STATS_TX_PACKETS,
			      counters->tx_packets, NDISWAN_A_STATS_PAD) ||
	    nla_put_u64_64bit(msg, NDISWAN_A_STATS_TX_BYTES,
			      counters->tx_bytes, NDISWAN_A_STATS_PAD))
		return -EMSGSIZE;
	return 0;
}

static int fill_stats(struct sk_buff *msg, int attr,
		      const struct ndiswan_sums *sums, bool module)
{
	struct nlattr *nest = nla_nest_start(msg, attr);

	if (!nest || fill_counters(msg, &sums->packets) ||
	    nla_put_u64_64bit(msg, NDISWAN_A_STATS_CONTROL_RX, sums->control_rx,
			      NDISWAN_A_STATS_PAD) ||
	    nla_put_u64_64bit(msg, NDISWAN_A_STATS_CONTROL_TX, sums->control_tx,
			      NDISWAN_A_STATS_PAD) ||
	    nla_put_u32(msg, NDISWAN_A_STATS_CONTROL_QUEUED,
			sums->control_queued) ||
	    (module && nla_put_u32(msg, NDISWAN_A_STATS_LINKS, sums->links)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_drops(struct sk_buff *msg, int attr,
		      const struct ndiswan_sums *sums, const char *only)
{
	struct nlattr *nest;
	int i;

	for (i = 0; i < NDISWAN_DROP_MAX; i++) {
		if (!sums->drops[i] ||
		    (only && strcmp(only, ndiswan_drop_names[i])))
			continue;
		nest = nla_nest_start(msg, attr);
		if (!nest ||
		    nla_put_string(msg, NDISWAN_A_DROP_REASON,
				   ndiswan_drop_names[i]) ||
		    nla_put_u64_64bit(msg, NDISWAN_A_DROP_COUNT, sums->drops[i],
				      NDISWAN_A_DROP_PAD))
			return -EMSGSIZE;
		nla_nest_end(msg, nest);
	}
	return 0;
}

static int fill_port(struct sk_buff *msg, const struct ndiswan_link *link)
{
	const struct ndiswan_link *peer;

	if (!link->ops)
		return nla_put_u32(msg, NDISWAN_A_LINK_PORT,
				   NDISWAN_PORT_TYPE_NONE);
	if (nla_put_u32(msg, NDISWAN_A_LINK_PORT, link->ops->type))
		return -EMSGSIZE;
	switch (link->ops->type) {
	case NDISWAN_PORT_TYPE_PPPOE:
		if (nla_put_u32(msg, NDISWAN_A_LINK_IFINDEX,
				link->ifindex) ||
		    nla_put_u16(msg, NDISWAN_A_LINK_SESSION,
				be16_to_cpu(link->pppoe.session)) ||
		    nla_put(msg, NDISWAN_A_LINK_PEER_HWADDR, ETH_ALEN,
			    link->pppoe.peer))
			return -EMSGSIZE;
		break;
	case NDISWAN_PORT_TYPE_LOOP:
		peer = rcu_dereference_protected(link->loop.peer,
						 ndiswan_control_is_locked());
		if (peer && nla_put_u32(msg, NDISWAN_A_LINK_PEER_LINK, peer->id))
			return -EMSGSIZE;
		break;
	default:
		break;
	}
	return link->ops->fill ? link->ops->fill(msg, link) : 0;
}

static int fill_line_addresses(struct sk_buff *msg, enum ndiswan_proto proto,
			       const struct ndiswan_line *line)
{
	if (proto == NDISWAN_PROTO_IPV4)
		return nla_put_in_addr(msg, NDISWAN_A_LINE_STATE_PEER_IPV4,
				       line->peer_ipv4);
	if (nla_put_in6_addr(msg, NDISWAN_A_LINE_STATE_PEER_IPV6,
			     &line->peer_ipv6))
		return -EMSGSIZE;
	if (line->prefix_len &&
	    (nla_put_in6_addr(msg, NDISWAN_A_LINE_STATE_PREFIX,
			      &line->prefix) ||
	     nla_put_u8(msg, NDISWAN_A_LINE_STATE_PREFIX_LEN,
			line->prefix_len)))
		return -EMSGSIZE;
	return 0;
}

static int fill_line_stats(struct sk_buff *msg, const struct ndiswan_link *link,
			   enum ndiswan_proto proto)
{
	struct nlattr *nest = nla_nest_start(msg, NDISWAN_A_LINE_STATE_STATS);
	struct ndiswan_counters counters;

	ndiswan_link_counters(link, proto, &counters);
	if (!nest || fill_counters(msg, &counters))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_lines(struct sk_buff *msg, const struct ndiswan_link *link)
{
	struct ndiswan_line line;
	struct nlattr *nest;
	void *context;
	int proto;

	for (proto = 0; proto < NDISWAN_PROTO_MAX; proto++) {
		context = ndiswan_link_context(link, proto);
		if (!context)
			continue;
		line = (struct ndiswan_line){ };
		ndiswan_proto_ops(proto)->line_fill(context, &line);
		nest = nla_nest_start(msg, NDISWAN_A_LINK_LINE);
		if (!nest ||
		    nla_put_u16(msg, NDISWAN_A_LINE_STATE_PROTOCOL,
				ndiswan_proto_number(proto)) ||
		    nla_put_u32(msg, NDISWAN_A_LINE_STATE_IFINDEX,
				line.ifindex) ||
		    fill_line_addresses(msg, proto, &line) ||
		    nla_put_u32(msg, NDISWAN_A_LINE_STATE_MRU, line.mru) ||
		    fill_line_stats(msg, link, proto))
			return -EMSGSIZE;
		nla_nest_end(msg, nest);
	}
	return 0;
}

static int fill_link(struct sk_buff *msg, const struct ndiswan_link *link,
		     u32 portid, u32 seq, int flags)
{
	struct ndiswan_sums sums = { };
	u8 hwaddr[ETH_ALEN];
	void *hdr;

	hdr = genlmsg_put(msg, portid, seq, &ndiswan_genl_family, flags,
			  NDISWAN_CMD_LINK_GET);
	if (!hdr)
		return -EMSGSIZE;
	ndiswan_hwaddr_make(hwaddr, link->id);
	ndiswan_link_sum_locked(link, &sums);
	sums.control_queued = skb_queue_len(&link->rxq);
	if (nla_put_u32(msg, NDISWAN_A_LINK_ID, link->id) ||
	    nla_put(msg, NDISWAN_A_LINK_HWADDR, ETH_ALEN, hwaddr) ||
	    nla_put_u32(msg, NDISWAN_A_LINK_STATE, link->state) ||
	    nla_put_u8(msg, NDISWAN_A_LINK_SEND_ACFC,
		       !!(link->framing & NDISWAN_SEND_ACFC)) ||
	    nla_put_u8(msg, NDISWAN_A_LINK_SEND_PFC,
		       !!(link->framing & NDISWAN_SEND_PFC)) ||
	    fill_port(msg, link) || fill_lines(msg, link) ||
	    fill_stats(msg, NDISWAN_A_LINK_STATS, &sums, false) ||
	    fill_drops(msg, NDISWAN_A_LINK_DROP, &sums, NULL)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

/* ndiswan_lock held. */
static struct ndiswan_link *link_from(struct genl_info *info, int attr)
{
	struct ndiswan_link *link;

	if (GENL_REQ_ATTR_CHECK(info, attr)) {
		NL_SET_ERR_MSG(info->extack, "the number of the link is missing");
		return ERR_PTR(-EINVAL);
	}
	link = ndiswan_link_find_locked(genl_info_net(info),
					nla_get_u32(info->attrs[attr]));
	if (!link) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[attr],
				    "no link has this number");
		return ERR_PTR(-ENOENT);
	}
	return link;
}

int ndiswan_nl_link_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ndiswan_link *link;
	struct sk_buff *msg;
	int err;

	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	ndiswan_control_lock();
	link = link_from(info, NDISWAN_A_LINK_ID);
	if (IS_ERR(link))
		err = PTR_ERR(link);
	else
		err = fill_link(msg, link, info->snd_portid, info->snd_seq, 0);
	ndiswan_control_unlock();
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

int ndiswan_nl_link_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	unsigned long *cursor = (unsigned long *)cb->args;
	struct net *net = sock_net(skb->sk);
	struct ndiswan_link *link;
	unsigned long at[2];
	int err = 0;

	ndiswan_control_lock();
	for (;;) {
		memcpy(at, cursor, sizeof(at));
		link = ndiswan_link_next_locked(net, cursor);
		if (!link)
			break;
		err = fill_link(skb, link, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, NLM_F_MULTI);
		if (err) {
			/* Again, first thing in the next message. */
			memcpy(cursor, at, sizeof(at));
			break;
		}
	}
	ndiswan_control_unlock();
	return skb->len ? : err;
}

static int set_framing(struct ndiswan_link *link, struct genl_info *info)
{
	struct nlattr *acfc = info->attrs[NDISWAN_A_LINK_SEND_ACFC];
	struct nlattr *pfc = info->attrs[NDISWAN_A_LINK_SEND_PFC];
	u8 framing = link->framing;

	if (acfc)
		framing = nla_get_u8(acfc) ? framing | NDISWAN_SEND_ACFC :
					     framing & ~NDISWAN_SEND_ACFC;
	if (pfc)
		framing = nla_get_u8(pfc) ? framing | NDISWAN_SEND_PFC :
					    framing & ~NDISWAN_SEND_PFC;
	if (link->ops && link->ops->no_compression &&
	    framing & (NDISWAN_SEND_ACFC | NDISWAN_SEND_PFC)) {
		NL_SET_ERR_MSG(info->extack,
			       "the transport compresses, not the link: PPPIOCSFLAGS of its channel");
		return -EOPNOTSUPP;
	}
	WRITE_ONCE(link->framing, framing);
	return 0;
}

static int set_window(struct ndiswan_link *link, struct genl_info *info)
{
	struct nlattr *window = info->attrs[NDISWAN_A_LINK_SEND_WINDOW_MAX];

	if (!window)
		return 0;
	if (!link->ops || link->state == NDISWAN_LINK_STATE_DOWN) {
		NL_SET_ERR_MSG_ATTR(info->extack, window,
				    "the link has no port now, and so no send window");
		return -ENOTCONN;
	}
	if (!link->ops->set_window) {
		NL_SET_ERR_MSG_ATTR(info->extack, window,
				    "this port is not told what has arrived, so it has no send window: pptp alone has");
		return -EOPNOTSUPP;
	}
	return link->ops->set_window(link, nla_get_u32(window), info->extack);
}

int ndiswan_nl_link_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ndiswan_link *link;
	int err;

	ndiswan_control_lock();
	link = link_from(info, NDISWAN_A_LINK_ID);
	if (IS_ERR(link)) {
		err = PTR_ERR(link);
	} else if (!info->attrs[NDISWAN_A_LINK_SEND_ACFC] &&
		   !info->attrs[NDISWAN_A_LINK_SEND_PFC] &&
		   !info->attrs[NDISWAN_A_LINK_SEND_WINDOW_MAX]) {
		NL_SET_ERR_MSG(info->extack,
			       "nothing to set: give send-acfc, send-pfc or send-window-max");
		err = -EINVAL;
	} else {
		err = set_window(link, info);
		if (!err)
			err = set_framing(link, info);
	}
	ndiswan_control_unlock();
	return err;
}

static int proto_from(struct genl_info *info)
{
	int proto;

	if (GENL_REQ_ATTR_CHECK(info, NDISWAN_A_LINE_PROTOCOL)) {
		NL_SET_ERR_MSG(info->extack, "the protocol is missing");
		return -EINVAL;
	}
	proto = ndiswan_proto_by_number(nla_get_u16(info->attrs[NDISWAN_A_LINE_PROTOCOL]));
	if (proto < 0)
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[NDISWAN_A_LINE_PROTOCOL],
				    "not a network protocol: 0x0021 is IPv4, 0x0057 IPv6");
	return proto;
}

/* The policy knows the least of it; a maximum there needs a const that 6.1 does
 * not have.
 */
static int mru_from(struct genl_info *info, u16 *mru)
{
	u32 value;

	if (GENL_REQ_ATTR_CHECK(info, NDISWAN_A_LINE_MRU)) {
		NL_SET_ERR_MSG(info->extack, "the MRU is missing");
		return -EINVAL;
	}
	value = nla_get_u32(info->attrs[NDISWAN_A_LINE_MRU]);
	if (value > U16_MAX) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[NDISWAN_A_LINE_MRU],
				    "the MRU has to be 68 to 65535");
		return -ERANGE;
	}
	*mru = value;
	return 0;
}

/* Whether a client may have it is for the protocol above to say. */
static int prefix_from(struct genl_info *info, struct ndiswan_line *line)
{
	const struct nlattr *prefix = info->attrs[NDISWAN_A_LINE_PREFIX];
	const struct nlattr *len = info->attrs[NDISWAN_A_LINE_PREFIX_LEN];
	struct in6_addr trimmed;

	if (!prefix != !len) {
		NL_SET_ERR_MSG(info->extack, "a prefix and its length go together");
		return -EINVAL;
	}
	if (!prefix)
		return 0;
	line->prefix = nla_get_in6_addr(prefix);
	line->prefix_len = nla_get_u8(len);
	if (line->prefix_len != 64 && line->prefix_len != 128) {
		NL_SET_ERR_MSG_ATTR(info->extack, len,
				    "a prefix is 64 bits long, or 128 for one address");
		return -EINVAL;
	}
	ipv6_addr_prefix(&trimmed, &line->prefix, line->prefix_len);
	if (!ipv6_addr_equal(&trimmed, &line->prefix)) {
		NL_SET_ERR_MSG_ATTR(info->extack, prefix,
				    "the prefix has bits beyond its length");
		return -EINVAL;
	}
	return 0;
}

/* Each protocol takes its own addresses and no other's. */
static int addresses_from(struct genl_info *info, enum ndiswan_proto proto,
			  struct ndiswan_line *line)
{
	const struct nlattr *ipv4 = info->attrs[NDISWAN_A_LINE_PEER_IPV4];
	const struct nlattr *ipv6 = info->attrs[NDISWAN_A_LINE_PEER_IPV6];
	bool any_ipv6 = ipv6 || info->attrs[NDISWAN_A_LINE_PREFIX] ||
			info->attrs[NDISWAN_A_LINE_PREFIX_LEN];

	if (proto == NDISWAN_PROTO_IPV4) {
		if (any_ipv6) {
			NL_SET_ERR_MSG(info->extack,
				       "IPv6 has a line of its own, protocol 0x0057");
			return -EINVAL;
		}
		if (GENL_REQ_ATTR_CHECK(info, NDISWAN_A_LINE_PEER_IPV4)) {
			NL_SET_ERR_MSG(info->extack,
				       "a line-up needs the WAN interface and the client's address");
			return -EINVAL;
		}
		line->peer_ipv4 = nla_get_in_addr(ipv4);
		return 0;
	}
	if (ipv4) {
		NL_SET_ERR_MSG_ATTR(info->extack, ipv4,
				    "IPv4 has a line of its own, protocol 0x0021");
		return -EINVAL;
	}
	if (GENL_REQ_ATTR_CHECK(info, NDISWAN_A_LINE_PEER_IPV6)) {
		NL_SET_ERR_MSG(info->extack,
			       "a line-up of IPv6 needs the client's link-local address");
		return -EINVAL;
	}
	line->peer_ipv6 = nla_get_in6_addr(ipv6);
	return prefix_from(info, line);
}

int ndiswan_nl_line_up_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ndiswan_line line = { };
	struct ndiswan_link *link;
	int proto, err;

	proto = proto_from(info);
	if (proto < 0)
		return proto;
	err = mru_from(info, &line.mru);
	if (err)
		return err;
	if (GENL_REQ_ATTR_CHECK(info, NDISWAN_A_LINE_IFINDEX)) {
		NL_SET_ERR_MSG(info->extack,
			       "a line-up needs the WAN interface and the client's address");
		return -EINVAL;
	}
	line.ifindex = nla_get_u32(info->attrs[NDISWAN_A_LINE_IFINDEX]);
	err = addresses_from(info, proto, &line);
	if (err)
		return err;

	ndiswan_control_lock();
	link = link_from(info, NDISWAN_A_LINE_LINK);
	if (IS_ERR(link))
		err = PTR_ERR(link);
	else
		err = ndiswan_line_up_locked(link, proto, &line, info->extack);
	ndiswan_control_unlock();
	return err;
}

int ndiswan_nl_line_update_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ndiswan_line line = { };
	struct ndiswan_link *link;
	int proto, err;

	proto = proto_from(info);
	if (proto < 0)
		return proto;
	err = mru_from(info, &line.mru);
	if (err)
		return err;

	ndiswan_control_lock();
	link = link_from(info, NDISWAN_A_LINE_LINK);
	if (IS_ERR(link))
		err = PTR_ERR(link);
	else
		err = ndiswan_line_update_locked(link, proto, &line,
						 info->extack);
	ndiswan_control_unlock();
	return err;
}

int ndiswan_nl_line_down_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ndiswan_link *link;
	int proto, err = 0;

	proto = proto_from(info);
	if (proto < 0)
		return proto;
	ndiswan_control_lock();
	link = link_from(info, NDISWAN_A_LINE_LINK);
	if (IS_ERR(link)) {
		err = PTR_ERR(link);
	} else if (!ndiswan_link_context(link, proto)) {
		NL_SET_ERR_MSG(info->extack, "the line is not up");
		err = -ENOTCONN;
	} else {
		ndiswan_line_down(link, proto, NDISWAN_REASON_REQUEST);
	}
	ndiswan_control_unlock();
	return err;
}

int ndiswan_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *only = info->attrs[NDISWAN_A_MODULE_STATS_ONLY_REASON];
	struct ndiswan_sums sums;
	struct sk_buff *msg;
	void *hdr;

	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put_reply(msg, info, &ndiswan_genl_family, 0,
				NDISWAN_CMD_STATS_GET);
	if (!hdr)
		goto err_free;
	ndiswan_control_lock();
	ndiswan_net_sum_locked(genl_info_net(info), &sums);
	ndiswan_control_unlock();
	if (fill_stats(msg, NDISWAN_A_MODULE_STATS_STATS, &sums, true) ||
	    fill_drops(msg, NDISWAN_A_MODULE_STATS_DROP, &sums,
		       only ? nla_data(only) : NULL))
		goto err_free;
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);

err_free:
	nlmsg_free(msg);
	return -EMSGSIZE;
}

static const struct genl_multicast_group ndiswan_mcgrps[] = {
	[NDISWAN_EVENT_GROUP] = {
		.name = NDISWAN_MCGRP_EVENTS,
		/* That of the operations, GENL_UNS_ADMIN_PERM, means nothing here. */
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

struct genl_family ndiswan_genl_family __ro_after_init = {
	.name = NDISWAN_FAMILY_NAME,
	.version = NDISWAN_FAMILY_VERSION,
	.netnsok = true,
	/* ndiswan_lock is all the handlers need. */
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = ndiswan_nl_ops,
	.n_ops = ARRAY_SIZE(ndiswan_nl_ops),
	.resv_start_op = NDISWAN_CMD_MAX + 1,
	.mcgrps = ndiswan_mcgrps,
	.n_mcgrps = ARRAY_SIZE(ndiswan_mcgrps),
};

/**
 * ndiswan_netlink_init() - once, at load
 *
 * Return: 0 or an error.
 */
int __init ndiswan_netlink_init(void)
{
	return genl_register_family(&ndiswan_genl_family);
}

/**
 * ndiswan_netlink_uninit() - once, at unload
 */
void ndiswan_netlink_uninit(void)
{
	genl_unregister_family(&ndiswan_genl_family);
}
