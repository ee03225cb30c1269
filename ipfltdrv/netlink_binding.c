// SPDX-License-Identifier: GPL-2.0
/* The handlers of netlink-gen.c about bindings and devices. */
#include <net/genetlink.h>
#include <net/ndiswan.h>
#include <net/sock.h>

#include "fragment.h"
#include "internal.h"
#include "netlink-gen.h"
#include "netlink.h"

/* As that of sets. */
#define BINDING_MESSAGE_SIZE	640

static int ifindex_from(const struct nlattr *attr, int *ifindex,
			struct netlink_ext_ack *extack)
{
	if (!attr) {
		NL_SET_ERR_MSG(extack, "the attribute ifindex is missing");
		return -EINVAL;
	}
	*ifindex = nla_get_u32(attr);
	if (*ifindex > 0)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "no interface has this index");
	return -ENODEV;
}

static int selector_from_link(const struct nlattr *attr,
			      struct ipf_selector *selector,
			      struct netlink_ext_ack *extack)
{
	selector->kind = IPF_SELECT_LINK;
	selector->link = ndiswan_hwaddr_id(nla_data(attr));
	if (selector->link)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "a link address is 02:00 and the number of a link");
	return -EINVAL;
}

static int selector_from(struct genl_info *info, struct ipf_selector *selector)
{
	const struct nlattr *link = info->attrs[IPFLTDRV_A_BINDING_LINK_ADDRESS];
	const struct nlattr *ipv4 = info->attrs[IPFLTDRV_A_BINDING_CLIENT_IPV4];
	const struct nlattr *ipv6 = info->attrs[IPFLTDRV_A_BINDING_CLIENT_IPV6];

	memset(selector, 0, sizeof(*selector));
	if (!!link + !!ipv4 + !!ipv6 > 1) {
		NL_SET_ERR_MSG(info->extack,
			       "only one of link-address, client-ipv4 and client-ipv6 can be given");
		return -EINVAL;
	}
	if (link)
		return selector_from_link(link, selector, info->extack);
	selector->kind = IPF_SELECT_DEVICE;
	if (ipv4) {
		selector->kind = IPF_SELECT_IPV4;
		selector->ipv4 = nla_get_in_addr(ipv4);
	} else if (ipv6) {
		selector->kind = IPF_SELECT_IPV6;
		selector->ipv6 = nla_get_in6_addr(ipv6);
	}
	return 0;
}

static int optional_u8(const struct genl_info *info, int attr)
{
	return info->attrs[attr] ? nla_get_u8(info->attrs[attr]) : -1;
}

static int change_from(struct genl_info *info, struct ipf_change *change)
{
	const struct nlattr *set = info->attrs[IPFLTDRV_A_BINDING_SET];
	const struct nlattr *group = info->attrs[IPFLTDRV_A_BINDING_LOG_GROUP];
	const struct nlattr *rate = info->attrs[IPFLTDRV_A_BINDING_LOG_RATE];

	change->set = set ? ipf_nl_name(set, info->extack) : NULL;
	if (IS_ERR(change->set))
		return PTR_ERR(change->set);
	change->directions = optional_u8(info, IPFLTDRV_A_BINDING_DIRECTIONS);
	change->closed = optional_u8(info, IPFLTDRV_A_BINDING_CLOSED);
	change->fragments = optional_u8(info, IPFLTDRV_A_BINDING_FRAGMENTS);
	change->strong_host = optional_u8(info, IPFLTDRV_A_BINDING_STRONG_HOST);
	change->log = optional_u8(info, IPFLTDRV_A_BINDING_LOG);
	change->log_group = group ? nla_get_u16(group) : -1;
	/* Not by ?:, whose type would be unsigned. */
	change->log_rate = -1;
	if (rate)
		change->log_rate = nla_get_u32(rate);
	return 0;
}

/**
 * ipfltdrv_nl_binding_set_doit() - IPFLTDRV_CMD_BINDING_SET
 * @skb: the request
 * @info: the request, parsed; the policy has checked the values
 *
 * Return: 0 or an error, and nothing has changed.
 */
int ipfltdrv_nl_binding_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ipf_selector selector;
	struct ipf_change change;
	int ifindex, err;

	err = ifindex_from(info->attrs[IPFLTDRV_A_BINDING_IFINDEX], &ifindex,
			   info->extack);
	if (!err)
		err = selector_from(info, &selector);
	if (!err)
		err = change_from(info, &change);
	if (err)
		return err;
	return ipf_binding_set(genl_info_net(info), ifindex, &selector, &change,
			       info->extack);
}

/**
 * ipfltdrv_nl_binding_remove_doit() - IPFLTDRV_CMD_BINDING_REMOVE
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or an error.
 */
int ipfltdrv_nl_binding_remove_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ipf_selector selector;
	int ifindex, err;

	err = ifindex_from(info->attrs[IPFLTDRV_A_BINDING_IFINDEX], &ifindex,
			   info->extack);
	if (!err)
		err = selector_from(info, &selector);
	if (err)
		return err;
	return ipf_binding_remove(genl_info_net(info), ifindex, &selector,
				  info->extack);
}

static int fill_selector(struct sk_buff *skb, const struct ipf_selector *selector)
{
	u8 addr[ETH_ALEN];

	switch ((enum ipf_selector_kind)selector->kind) {
	case IPF_SELECT_DEVICE:
		return 0;
	case IPF_SELECT_LINK:
		ndiswan_hwaddr_make(addr, selector->link);
		return nla_put(skb, IPFLTDRV_A_BINDING_LINK_ADDRESS, ETH_ALEN, addr);
	case IPF_SELECT_IPV4:
		return nla_put_in_addr(skb, IPFLTDRV_A_BINDING_CLIENT_IPV4,
				       selector->ipv4);
	case IPF_SELECT_IPV6:
		return nla_put_in6_addr(skb, IPFLTDRV_A_BINDING_CLIENT_IPV6,
					&selector->ipv6);
	}
	return -EINVAL;
}

static int fill_config(struct sk_buff *skb, const struct ipf_config *config)
{
	if (nla_put_string(skb, IPFLTDRV_A_BINDING_SET, config->set->name) ||
	    nla_put_u8(skb, IPFLTDRV_A_BINDING_LOADED,
		       !!rcu_access_pointer(config->set->rules)) ||
	    nla_put_u8(skb, IPFLTDRV_A_BINDING_DIRECTIONS, config->directions) ||
	    nla_put_u8(skb, IPFLTDRV_A_BINDING_CLOSED, config->closed) ||
	    nla_put_u8(skb, IPFLTDRV_A_BINDING_FRAGMENTS, config->fragments) ||
	    nla_put_u8(skb, IPFLTDRV_A_BINDING_STRONG_HOST, config->strong_host) ||
	    nla_put_u8(skb, IPFLTDRV_A_BINDING_LOG, config->log) ||
	    nla_put_u16(skb, IPFLTDRV_A_BINDING_LOG_GROUP, config->log_group) ||
	    nla_put_u32(skb, IPFLTDRV_A_BINDING_LOG_RATE, config->log_rate))
		return -EMSGSIZE;
	return 0;
}

static int fill_binding_stats(struct sk_buff *skb, int kind,
			      const u64 sums[IPF_BINDING_COUNTS])
{
	struct nlattr *nest = nla_nest_start(skb, kind);

	if (!nest ||
	    nla_put_u64_64bit(skb, IPFLTDRV_A_BINDING_STATS_FORWARDED,
			      sums[IPF_FORWARDED], IPFLTDRV_A_BINDING_STATS_PAD) ||
	    nla_put_u64_64bit(skb, IPFLTDRV_A_BINDING_STATS_DROPPED,
			      sums[IPF_DROPPED], IPFLTDRV_A_BINDING_STATS_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_log(struct sk_buff *skb, struct ipf_binding *binding, bool reset)
{
	u64 logged, lost;

	ipf_log_sum(binding, &logged, &lost, reset);
	if (nla_put_u64_64bit(skb, IPFLTDRV_A_BINDING_LOGGED, logged,
			      IPFLTDRV_A_BINDING_PAD) ||
	    nla_put_u64_64bit(skb, IPFLTDRV_A_BINDING_LOG_LOST, lost,
			      IPFLTDRV_A_BINDING_PAD))
		return -EMSGSIZE;
	return 0;
}

static int fill_binding(struct sk_buff *skb, struct ipf_binding *binding,
			bool reset, u32 portid, u32 seq, int flags)
{
	u64 sums[IPF_DIRECTIONS][IPF_BINDING_COUNTS];
	u32 link = ipf_attachment_link(binding);
	void *header;

	if (skb_tailroom(skb) < BINDING_MESSAGE_SIZE)
		return -EMSGSIZE;
	ipf_binding_stats_sum(binding, sums, reset);
	header = genlmsg_put(skb, portid, seq, &ipf_family, flags,
			     IPFLTDRV_CMD_BINDING_GET);
	if (!header)
		return -EMSGSIZE;
	if (nla_put_u32(skb, IPFLTDRV_A_BINDING_IFINDEX,
			binding->device->dev->ifindex) ||
	    fill_selector(skb, &binding->selector) ||
	    fill_config(skb, ipf_dereference(binding->config)) ||
	    fill_log(skb, binding, reset) ||
	    (link && nla_put_u32(skb, IPFLTDRV_A_BINDING_LINK, link)) ||
	    fill_binding_stats(skb, IPFLTDRV_A_BINDING_INGRESS,
			       sums[IPF_INGRESS]) ||
	    fill_binding_stats(skb, IPFLTDRV_A_BINDING_EGRESS, sums[IPF_EGRESS])) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

static int get_binding(struct genl_info *info, struct sk_buff *reply)
{
	const struct nlattr *reset = info->attrs[IPFLTDRV_A_BINDING_RESET];
	struct ipf_binding *binding = NULL;
	struct ipf_selector selector;
	struct ipf_device *device;
	int ifindex, err;

	err = ifindex_from(info->attrs[IPFLTDRV_A_BINDING_IFINDEX], &ifindex,
			   info->extack);
	if (!err)
		err = selector_from(info, &selector);
	if (err)
		return err;
	device = ipf_device_find(genl_info_net(info), ifindex);
	if (device)
		binding = ipf_binding_find(device, &selector);
	if (!binding) {
		NL_SET_ERR_MSG(info->extack, "there is no such binding");
		return -ENOENT;
	}
	return fill_binding(reply, binding, reset && nla_get_u8(reset),
			    info->snd_portid, info->snd_seq, 0);
}

static int reply_with(struct genl_info *info,
		      int (*fill)(struct genl_info *info, struct sk_buff *reply))
{
	struct sk_buff *reply = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	int err;

	if (!reply)
		return -ENOMEM;
	mutex_lock(&ipf_lock);
	err = fill(info, reply);
	mutex_unlock(&ipf_lock);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return genlmsg_reply(reply, info);
}

/**
 * ipfltdrv_nl_binding_get_doit() - IPFLTDRV_CMD_BINDING_GET, one binding
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or an error.
 */
int ipfltdrv_nl_binding_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return reply_with(info, get_binding);
}

static int dump_device(struct sk_buff *skb, struct netlink_callback *cb,
		       const struct ipf_device *device, bool reset)
{
	struct ipf_nl_cursor *cursor = ipf_nl_cursor(cb);
	struct ipf_binding *binding;
	int err;

	list_for_each_entry(binding, &device->bindings, list) {
		if (binding->id <= cursor->id)
			continue;
		err = fill_binding(skb, binding, reset,
				   NETLINK_CB(cb->skb).portid,
				   cb->nlh->nlmsg_seq, NLM_F_MULTI);
		if (err)
			return err;
		cursor->id = binding->id;
	}
	return 0;
}

/* One device, or all from the cursor on. */
static void dump_bindings(struct sk_buff *skb, struct netlink_callback *cb,
			  const struct nlattr *ifindex, bool reset)
{
	struct net *net = sock_net(skb->sk);
	struct ipf_nl_cursor *cursor = ipf_nl_cursor(cb);
	struct ipf_device *device;
	unsigned long index;

	if (ifindex) {
		device = ipf_device_find(net, nla_get_u32(ifindex));
		if (device)
			dump_device(skb, cb, device, reset);
		return;
	}
	xa_for_each_start(&ipf_pernet(net)->devices, index, device,
			  cursor->ifindex) {
		if (index != cursor->ifindex) {
			cursor->ifindex = index;
			cursor->id = 0;
		}
		if (dump_device(skb, cb, device, reset))
			return;
	}
}

/**
 * ipfltdrv_nl_binding_get_dumpit() - IPFLTDRV_CMD_BINDING_GET, all bindings
 * @skb: to be filled
 * @cb: state of the dump
 *
 * Return: length of @skb, 0 at the end.
 */
int ipfltdrv_nl_binding_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb)
{
	const struct nlattr *ifindex = nlmsg_find_attr(cb->nlh, GENL_HDRLEN,
						       IPFLTDRV_A_BINDING_IFINDEX);
	const struct nlattr *reset = nlmsg_find_attr(cb->nlh, GENL_HDRLEN,
						     IPFLTDRV_A_BINDING_RESET);

	mutex_lock(&ipf_lock);
	dump_bindings(skb, cb, ifindex, reset && nla_get_u8(reset));
	mutex_unlock(&ipf_lock);
	return skb->len;
}

static int fill_drops(struct sk_buff *skb, const u64 sums[IPF_DROP_MAX])
{
	struct nlattr *nest;
	int i;

	for (i = IPF_FORWARD + 1; i < IPF_DROP_MAX; i++) {
		if (!sums[i])
			continue;
		nest = nla_nest_start(skb, IPFLTDRV_A_DEVICE_DROP);
		if (!nest ||
		    nla_put_string(skb, IPFLTDRV_A_DROP_REASON, ipf_drop_name(i)) ||
		    nla_put_u64_64bit(skb, IPFLTDRV_A_DROP_COUNT, sums[i],
				      IPFLTDRV_A_DROP_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int fill_fragments(struct sk_buff *skb, const struct ipf_device *device)
{
	if (!device->fragments)
		return 0;
	return nla_put_u64_64bit(skb, IPFLTDRV_A_DEVICE_FRAGMENTS_EVICTED,
				 ipf_fragments_evicted(device->fragments),
				 IPFLTDRV_A_DEVICE_PAD);
}

static u32 waiting(const struct ipf_device *device)
{
	struct ipf_binding *binding;
	u32 count = 0;

	list_for_each_entry(binding, &device->bindings, list)
		if (binding->selector.kind != IPF_SELECT_DEVICE)
			count += !ipf_attachment_link(binding);
	return count;
}

static int fill_device(struct sk_buff *skb, const struct ipf_device *device,
		       u32 portid, u32 seq, int flags)
{
	u64 sums[IPF_DROP_MAX];
	void *header;

	header = genlmsg_put(skb, portid, seq, &ipf_family, flags,
			     IPFLTDRV_CMD_DEVICE_GET);
	if (!header)
		return -EMSGSIZE;
	ipf_drop_sum(device, sums);
	if (nla_put_u32(skb, IPFLTDRV_A_DEVICE_IFINDEX, device->dev->ifindex) ||
	    nla_put_string(skb, IPFLTDRV_A_DEVICE_NAME, device->dev->name) ||
	    nla_put_u32(skb, IPFLTDRV_A_DEVICE_BINDINGS, device->binding_count) ||
	    nla_put_u32(skb, IPFLTDRV_A_DEVICE_WAITING, waiting(device)) ||
	    nla_put_u64_64bit(skb, IPFLTDRV_A_DEVICE_OTHER, sums[IPF_DROP_OTHER],
			      IPFLTDRV_A_DEVICE_PAD) ||
	    fill_fragments(skb, device) || fill_drops(skb, sums)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

static int get_filtered(struct genl_info *info, struct sk_buff *reply)
{
	struct ipf_device *device;
	int ifindex, err;

	err = ifindex_from(info->attrs[IPFLTDRV_A_DEVICE_IFINDEX], &ifindex,
			   info->extack);
	if (err)
		return err;
	device = ipf_device_find(genl_info_net(info), ifindex);
	if (!device) {
		NL_SET_ERR_MSG(info->extack, "no filter set is bound to this interface");
		return -ENOENT;
	}
	return fill_device(reply, device, info->snd_portid, info->snd_seq, 0);
}

/**
 * ipfltdrv_nl_device_get_doit() - IPFLTDRV_CMD_DEVICE_GET, one device
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or an error.
 */
int ipfltdrv_nl_device_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return reply_with(info, get_filtered);
}

/**
 * ipfltdrv_nl_device_get_dumpit() - IPFLTDRV_CMD_DEVICE_GET, all devices
 * @skb: to be filled
 * @cb: state of the dump
 *
 * Return: length of @skb, 0 at the end.
 */
int ipfltdrv_nl_device_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ipf_net *ipf_net = ipf_pernet(sock_net(skb->sk));
	struct ipf_nl_cursor *cursor = ipf_nl_cursor(cb);
	struct ipf_device *device;
	unsigned long index;

	mutex_lock(&ipf_lock);
	xa_for_each_start(&ipf_net->devices, index, device, cursor->ifindex) {
		if (fill_device(skb, device, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, NLM_F_MULTI))
			break;
		cursor->ifindex = index + 1;
	}
	mutex_unlock(&ipf_lock);
	return skb->len;
}
