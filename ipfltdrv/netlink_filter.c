// SPDX-License-Identifier: GPL-2.0
/* The handlers of netlink-gen.c that show filters. */
#include <net/genetlink.h>
#include <net/sock.h>

#include "internal.h"
#include "netlink-gen.h"
#include "netlink.h"

/* What a message takes besides its filters. */
#define HEADERS		256
#define FILTER_SIZE	(sizeof(struct ipfltdrv_filter) + sizeof(u64))
/* An attribute is at most 64 KiB long. */
#define FILTERS_MAX	1000

struct request {
	const struct ipf_set *set;
	const struct ipf_rules *rules;
	u32 portid;
	u32 seq;
	int flags;
	bool reset;
};

static int fill_arrays(struct sk_buff *skb, const struct request *request,
		       u32 first, u32 count)
{
	struct nlattr *filters, *packets;
	u64 hits;
	u32 i;

	filters = nla_reserve(skb, IPFLTDRV_A_FILTER_FILTERS,
			      count * sizeof(struct ipfltdrv_filter));
	packets = nla_reserve_64bit(skb, IPFLTDRV_A_FILTER_PACKETS,
				    count * sizeof(u64), IPFLTDRV_A_FILTER_PAD);
	if (!filters || !packets)
		return -EMSGSIZE;
	for (i = 0; i < count; i++) {
		hits = ipf_rules_get(request->rules, first + i,
				     (struct ipfltdrv_filter *)nla_data(filters) + i,
				     request->reset);
		memcpy((u64 *)nla_data(packets) + i, &hits, sizeof(hits));
	}
	return 0;
}

/* Returns how many filters have found room, or -EMSGSIZE if none has. Counters are
 * set to 0 only when it is certain that they are in the message.
 */
static int fill_filters(struct sk_buff *skb, const struct request *request,
			u32 first, u32 most)
{
	u32 count = ipf_rules_count(request->rules) - first;
	void *header;

	if (skb_tailroom(skb) < HEADERS + FILTER_SIZE)
		return -EMSGSIZE;
	count = min3(count, most,
		     (u32)((skb_tailroom(skb) - HEADERS) / FILTER_SIZE));
	header = genlmsg_put(skb, request->portid, request->seq, &ipf_family,
			     request->flags, IPFLTDRV_CMD_FILTER_GET);
	if (!header)
		return -EMSGSIZE;
	if (nla_put_string(skb, IPFLTDRV_A_FILTER_SET, request->set->name) ||
	    nla_put_u64_64bit(skb, IPFLTDRV_A_FILTER_GENERATION,
			      request->rules->generation, IPFLTDRV_A_FILTER_PAD) ||
	    nla_put_u32(skb, IPFLTDRV_A_FILTER_SIZE,
			sizeof(struct ipfltdrv_filter)) ||
	    nla_put_u32(skb, IPFLTDRV_A_FILTER_FIRST, first) ||
	    fill_arrays(skb, request, first, count)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return count;
}

static int find_set(struct net *net, const struct nlattr *attr,
		    struct request *request, struct netlink_ext_ack *extack)
{
	const char *name = ipf_nl_name(attr, extack);

	if (IS_ERR(name))
		return PTR_ERR(name);
	request->set = ipf_set_find(net, name);
	request->rules = request->set ? ipf_dereference(request->set->rules) : NULL;
	if (request->rules)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "no filter set has this name");
	return -ENOENT;
}

static int get_one(struct genl_info *info, struct sk_buff *reply)
{
	const struct nlattr *first = info->attrs[IPFLTDRV_A_FILTER_FIRST];
	const struct nlattr *reset = info->attrs[IPFLTDRV_A_FILTER_RESET];
	struct request request = {
		.portid = info->snd_portid,
		.seq = info->snd_seq,
		.reset = reset && nla_get_u8(reset),
	};
	int err;

	err = find_set(genl_info_net(info), info->attrs[IPFLTDRV_A_FILTER_SET],
		       &request, info->extack);
	if (err)
		return err;
	if (!first) {
		NL_SET_ERR_MSG(info->extack, "the attribute first is missing");
		return -EINVAL;
	}
	if (nla_get_u32(first) >= ipf_rules_count(request.rules)) {
		NL_SET_ERR_MSG_ATTR(info->extack, first,
				    "the filter set has not so many filters");
		return -ENOENT;
	}
	err = fill_filters(reply, &request, nla_get_u32(first), 1);
	return err < 0 ? err : 0;
}

/**
 * ipfltdrv_nl_filter_get_doit() - IPFLTDRV_CMD_FILTER_GET, one filter
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or an error.
 */
int ipfltdrv_nl_filter_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	int err;

	reply = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&ipf_lock);
	err = get_one(info, reply);
	mutex_unlock(&ipf_lock);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return genlmsg_reply(reply, info);
}

static int dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct nlattr *attr = nlmsg_find_attr(cb->nlh, GENL_HDRLEN,
						    IPFLTDRV_A_FILTER_SET);
	const struct nlattr *first = nlmsg_find_attr(cb->nlh, GENL_HDRLEN,
						     IPFLTDRV_A_FILTER_FIRST);
	const struct nlattr *reset = nlmsg_find_attr(cb->nlh, GENL_HDRLEN,
						     IPFLTDRV_A_FILTER_RESET);
	struct ipf_nl_cursor *cursor = ipf_nl_cursor(cb);
	struct request request = {
		.portid = NETLINK_CB(cb->skb).portid,
		.seq = cb->nlh->nlmsg_seq,
		.flags = NLM_F_MULTI,
		.reset = reset && nla_get_u8(reset),
	};
	int err;

	err = find_set(sock_net(skb->sk), attr, &request, cb->extack);
	if (!cursor->begun) {
		if (err)
			return err;
		cursor->begun = true;
		cursor->generation = request.rules->generation;
		cursor->filter = first ? nla_get_u32(first) : 0;
	}
	/* Numbers mean nothing in another version. */
	if (err || request.rules->generation != cursor->generation) {
		NL_SET_ERR_MSG(cb->extack, "the filter set was replaced meanwhile");
		return -EAGAIN;
	}
	while (cursor->filter < ipf_rules_count(request.rules)) {
		err = fill_filters(skb, &request, cursor->filter, FILTERS_MAX);
		if (err < 0)
			break;
		cursor->filter += err;
	}
	return skb->len;
}

/**
 * ipfltdrv_nl_filter_get_dumpit() - IPFLTDRV_CMD_FILTER_GET, all filters of a set
 * @skb: to be filled
 * @cb: state of the dump
 *
 * Return: length of @skb, 0 at the end, or an error.
 */
int ipfltdrv_nl_filter_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	int err;

	mutex_lock(&ipf_lock);
	err = dump(skb, cb);
	mutex_unlock(&ipf_lock);
	return err;
}
