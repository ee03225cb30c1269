// SPDX-License-Identifier: GPL-2.0
/* The netlink family "ipfltdrv"; the handlers of netlink-gen.c about sets. */
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "filter.h"
#include "internal.h"
#include "netlink-gen.h"
#include "netlink.h"

/* Room that the answer about one set takes at most. Looked for before counters are
 * set to 0: an answer that does not fit would lose them.
 */
#define SET_MESSAGE_SIZE	512

/**
 * ipf_nl_name() - the name of a set in a request
 * @attr: the attribute, or NULL if it is missing; the policy has checked its length
 * @extack: for the reason of a refusal
 *
 * Return: the name or an error.
 */
const char *ipf_nl_name(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const char *name;

	if (!attr) {
		NL_SET_ERR_MSG(extack, "the name of the filter set is missing");
		return ERR_PTR(-EINVAL);
	}
	name = nla_data(attr);
	if (!ipf_name_is_valid(name)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a name is a letter or digit and then letters, digits and . _ - : @ +");
		return ERR_PTR(-EINVAL);
	}
	return name;
}

static int fill_set_stats(struct sk_buff *skb, int kind,
			  const u64 sums[IPF_SET_COUNTS])
{
	struct nlattr *nest = nla_nest_start(skb, kind);

	if (!nest ||
	    nla_put_u64_64bit(skb, IPFLTDRV_A_SET_STATS_MATCHED,
			      sums[IPF_MATCHED], IPFLTDRV_A_SET_STATS_PAD) ||
	    nla_put_u64_64bit(skb, IPFLTDRV_A_SET_STATS_UNMATCHED,
			      sums[IPF_UNMATCHED], IPFLTDRV_A_SET_STATS_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_rules(struct sk_buff *skb, const struct ipf_rules *rules)
{
	if (nla_put_u8(skb, IPFLTDRV_A_SET_INGRESS_DEFAULT,
		       rules->side[IPF_INGRESS].drop) ||
	    nla_put_u8(skb, IPFLTDRV_A_SET_EGRESS_DEFAULT,
		       rules->side[IPF_EGRESS].drop) ||
	    nla_put_u32(skb, IPFLTDRV_A_SET_FILTERS, ipf_rules_count(rules)) ||
	    nla_put_u64_64bit(skb, IPFLTDRV_A_SET_BYTES, rules->bytes,
			      IPFLTDRV_A_SET_PAD) ||
	    nla_put_u64_64bit(skb, IPFLTDRV_A_SET_GENERATION, rules->generation,
			      IPFLTDRV_A_SET_PAD))
		return -EMSGSIZE;
	return 0;
}

static int fill_set(struct sk_buff *skb, struct ipf_set *set, bool reset, u8 cmd,
		    u32 portid, u32 seq, int flags)
{
	const struct ipf_rules *rules = ipf_dereference(set->rules);
	u64 sums[IPF_DIRECTIONS][IPF_SET_COUNTS];
	void *header;

	if (skb_tailroom(skb) < SET_MESSAGE_SIZE)
		return -EMSGSIZE;
	ipf_set_stats_sum(set, sums, reset);
	header = genlmsg_put(skb, portid, seq, &ipf_family, flags, cmd);
	if (!header)
		return -EMSGSIZE;
	if (nla_put_string(skb, IPFLTDRV_A_SET_NAME, set->name) ||
	    nla_put_u8(skb, IPFLTDRV_A_SET_LOADED, !!rules) ||
	    (rules && fill_rules(skb, rules)) ||
	    nla_put_u32(skb, IPFLTDRV_A_SET_BINDINGS, set->bindings) ||
	    fill_set_stats(skb, IPFLTDRV_A_SET_INGRESS, sums[IPF_INGRESS]) ||
	    fill_set_stats(skb, IPFLTDRV_A_SET_EGRESS, sums[IPF_EGRESS])) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

/**
 * ipfltdrv_nl_set_get_doit() - IPFLTDRV_CMD_SET_GET, one set
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or an error.
 */
int ipfltdrv_nl_set_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *reset = info->attrs[IPFLTDRV_A_SET_RESET];
	const char *name = ipf_nl_name(info->attrs[IPFLTDRV_A_SET_NAME],
				       info->extack);
	struct sk_buff *reply;
	struct ipf_set *set;
	int err = -ENOENT;

	if (IS_ERR(name))
		return PTR_ERR(name);
	reply = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&ipf_lock);
	set = ipf_set_find(genl_info_net(info), name);
	if (set)
		err = fill_set(reply, set, reset && nla_get_u8(reset),
			       IPFLTDRV_CMD_SET_GET, info->snd_portid,
			       info->snd_seq, 0);
	else
		NL_SET_ERR_MSG(info->extack, "no filter set has this name");
	mutex_unlock(&ipf_lock);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return genlmsg_reply(reply, info);
}

/**
 * ipfltdrv_nl_set_get_dumpit() - IPFLTDRV_CMD_SET_GET, all sets
 * @skb: to be filled
 * @cb: state of the dump
 *
 * Return: length of @skb, 0 at the end.
 */
int ipfltdrv_nl_set_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct nlattr *reset = nlmsg_find_attr(cb->nlh, GENL_HDRLEN,
						     IPFLTDRV_A_SET_RESET);
	struct ipf_net *ipf_net = ipf_pernet(sock_net(skb->sk));
	struct ipf_nl_cursor *cursor = ipf_nl_cursor(cb);
	struct ipf_set *set;

	mutex_lock(&ipf_lock);
	list_for_each_entry(set, &ipf_net->set_list, list) {
		if (set->id <= cursor->id)
			continue;
		if (fill_set(skb, set, reset && nla_get_u8(reset),
			     IPFLTDRV_CMD_SET_GET, NETLINK_CB(cb->skb).portid,
			     cb->nlh->nlmsg_seq, NLM_F_MULTI))
			break;
		cursor->id = set->id;
	}
	mutex_unlock(&ipf_lock);
	return skb->len;
}

static int reply_transaction(struct genl_info *info, u32 id)
{
	struct sk_buff *reply = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *header;

	if (!reply)
		return -ENOMEM;
	header = genlmsg_put_reply(reply, info, &ipf_family, 0,
				   IPFLTDRV_CMD_SET_BEGIN);
	if (!header || nla_put_u32(reply, IPFLTDRV_A_SET_TRANSACTION, id)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

/**
 * ipfltdrv_nl_set_begin_doit() - IPFLTDRV_CMD_SET_BEGIN
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or an error.
 */
int ipfltdrv_nl_set_begin_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *ingress = info->attrs[IPFLTDRV_A_SET_INGRESS_DEFAULT];
	const struct nlattr *egress = info->attrs[IPFLTDRV_A_SET_EGRESS_DEFAULT];
	const char *name = ipf_nl_name(info->attrs[IPFLTDRV_A_SET_NAME],
				       info->extack);
	bool drop[IPF_DIRECTIONS];
	int err;
	u32 id;

	if (IS_ERR(name))
		return PTR_ERR(name);
	if (!ingress || !egress) {
		NL_SET_ERR_MSG(info->extack,
			       "ingress-default and egress-default have to be given");
		return -EINVAL;
	}
	drop[IPF_INGRESS] = nla_get_u8(ingress) == IPFLTDRV_ACTION_DROP;
	drop[IPF_EGRESS] = nla_get_u8(egress) == IPFLTDRV_ACTION_DROP;
	err = ipf_transaction_begin(genl_info_net(info), info->snd_portid, name,
				    drop, &id, info->extack);
	if (err)
		return err;
	err = reply_transaction(info, id);
	if (err)
		ipf_transaction_abort(genl_info_net(info), info->snd_portid, id,
				      NULL);
	return err;
}

/**
 * ipfltdrv_nl_filter_add_doit() - IPFLTDRV_CMD_FILTER_ADD
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or an error.
 */
int ipfltdrv_nl_filter_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *id = info->attrs[IPFLTDRV_A_FILTER_TRANSACTION];
	const struct nlattr *filters = info->attrs[IPFLTDRV_A_FILTER_FILTERS];
	const struct nlattr *size = info->attrs[IPFLTDRV_A_FILTER_SIZE];
	u32 bytes;

	if (!id || !filters || !size) {
		NL_SET_ERR_MSG(info->extack,
			       "transaction, size and filters have to be given");
		return -EINVAL;
	}
	bytes = nla_get_u32(size);
	if (nla_len(filters) % bytes) {
		/* As any filters that are refused, these end the transaction. */
		ipf_transaction_abort(genl_info_net(info), info->snd_portid,
				      nla_get_u32(id), NULL);
		NL_SET_ERR_MSG_ATTR(info->extack, filters,
				    "the filters are not a whole number of structures of that size");
		return -EINVAL;
	}
	return ipf_transaction_add(genl_info_net(info), info->snd_portid,
				   nla_get_u32(id), nla_data(filters), bytes,
				   nla_len(filters) / bytes, info->extack);
}

static int transaction_id(struct genl_info *info, u32 *id)
{
	const struct nlattr *attr = info->attrs[IPFLTDRV_A_SET_TRANSACTION];

	if (!attr) {
		NL_SET_ERR_MSG(info->extack, "the attribute transaction is missing");
		return -EINVAL;
	}
	*id = nla_get_u32(attr);
	return 0;
}

/**
 * ipfltdrv_nl_set_commit_doit() - IPFLTDRV_CMD_SET_COMMIT
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or an error, and no set has changed.
 */
int ipfltdrv_nl_set_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct net *net = genl_info_net(info);
	struct ipf_transaction *transaction;
	struct sk_buff *reply;
	struct ipf_set *set;
	int err;
	u32 id;

	err = transaction_id(info, &id);
	if (err)
		return err;
	/* Before: what has been done cannot be refused for lack of it. */
	reply = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply) {
		ipf_transaction_abort(net, info->snd_portid, id, NULL);
		return -ENOMEM;
	}
	transaction = ipf_transaction_compile(net, info->snd_portid, id,
					      info->extack);
	if (IS_ERR(transaction)) {
		nlmsg_free(reply);
		return PTR_ERR(transaction);
	}
	mutex_lock(&ipf_lock);
	set = ipf_transaction_publish(net, transaction, info->extack);
	if (!IS_ERR(set))
		fill_set(reply, set, false, IPFLTDRV_CMD_SET_COMMIT,
			 info->snd_portid, info->snd_seq, 0);
	mutex_unlock(&ipf_lock);
	if (IS_ERR(set)) {
		nlmsg_free(reply);
		return PTR_ERR(set);
	}
	return genlmsg_reply(reply, info);
}

/**
 * ipfltdrv_nl_set_abort_doit() - IPFLTDRV_CMD_SET_ABORT
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or an error.
 */
int ipfltdrv_nl_set_abort_doit(struct sk_buff *skb, struct genl_info *info)
{
	u32 id;
	int err;

	err = transaction_id(info, &id);
	if (err)
		return err;
	return ipf_transaction_abort(genl_info_net(info), info->snd_portid, id,
				     info->extack);
}

/**
 * ipfltdrv_nl_set_remove_doit() - IPFLTDRV_CMD_SET_REMOVE
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or an error.
 */
int ipfltdrv_nl_set_remove_doit(struct sk_buff *skb, struct genl_info *info)
{
	const char *name = ipf_nl_name(info->attrs[IPFLTDRV_A_SET_NAME],
				       info->extack);
	int err;

	if (IS_ERR(name))
		return PTR_ERR(name);
	mutex_lock(&ipf_lock);
	err = ipf_set_remove(genl_info_net(info), name, info->extack);
	mutex_unlock(&ipf_lock);
	return err;
}

static const struct genl_multicast_group groups[] = {
	{
		.name = IPFLTDRV_MCGRP_EVENTS,
		/* That of the operations, GENL_UNS_ADMIN_PERM, means nothing here. */
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

struct genl_family ipf_family __ro_after_init = {
	.name = IPFLTDRV_FAMILY_NAME,
	.version = IPFLTDRV_FAMILY_VERSION,
	.module = THIS_MODULE,
	.netnsok = true,
	.parallel_ops = true,
	.ops = ipfltdrv_nl_ops,
	.n_ops = ARRAY_SIZE(ipfltdrv_nl_ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

/**
 * ipf_netlink_init() - once, at load
 *
 * Return: 0 or an error.
 */
int ipf_netlink_init(void)
{
	return genl_register_family(&ipf_family);
}

/**
 * ipf_netlink_uninit() - once, at unload
 */
void ipf_netlink_uninit(void)
{
	genl_unregister_family(&ipf_family);
}
