// SPDX-License-Identifier: GPL-2.0
/* Netlink family ndiswan, intermediate drivers: parse, call, fill. */
#include <net/genetlink.h>
#include <net/sock.h>

#include "internal.h"
#include "netlink-gen.h"
#include "stack.h"

/* Counted are only the packets that did not pass. Those who did are not exact,
 * since two CPUs that see a packet at once may count one.
 */
static u64 passed(const struct stack_sums *sums, int direction)
{
	u64 stopped = sums->taken[direction] + sums->dropped[direction] -
		      sums->discarded[direction];

	return sums->seen[direction] - min(stopped, sums->seen[direction]);
}

static int fill_stats(struct sk_buff *msg, const struct stack_sums *sums)
{
	const struct {
		int attr;
		u64 value;
	} stats[] = {
		{ NDISWAN_A_LAYER_STATS_TX_SEEN, sums->seen[0] },
		{ NDISWAN_A_LAYER_STATS_TX_TAKEN, sums->taken[0] },
		{ NDISWAN_A_LAYER_STATS_TX_INJECTED, sums->injected[0] },
		{ NDISWAN_A_LAYER_STATS_TX_DROPPED, sums->dropped[0] },
		{ NDISWAN_A_LAYER_STATS_RX_SEEN, sums->seen[1] },
		{ NDISWAN_A_LAYER_STATS_RX_TAKEN, sums->taken[1] },
		{ NDISWAN_A_LAYER_STATS_RX_INJECTED, sums->injected[1] },
		{ NDISWAN_A_LAYER_STATS_RX_DROPPED, sums->dropped[1] },
		{ NDISWAN_A_LAYER_STATS_HELD, sums->held },
		{ NDISWAN_A_LAYER_STATS_TX_PASSED, passed(sums, 0) },
		{ NDISWAN_A_LAYER_STATS_RX_PASSED, passed(sums, 1) },
	};
	struct nlattr *nest;
	unsigned int i;

	nest = nla_nest_start(msg, NDISWAN_A_DRIVER_STATS);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < ARRAY_SIZE(stats); i++)
		if (nla_put_u64_64bit(msg, stats[i].attr, stats[i].value,
				      NDISWAN_A_LAYER_STATS_PAD))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_drops(struct sk_buff *msg, const struct stack_slot *slot,
		      const struct stack_sums *sums)
{
	struct nlattr *nest;
	unsigned int i;

	for (i = 0; i < slot->reasons; i++) {
		if (!sums->drops[i])
			continue;
		nest = nla_nest_start(msg, NDISWAN_A_DRIVER_DROP);
		if (!nest ||
		    nla_put_string(msg, NDISWAN_A_DROP_REASON,
				   slot->reason[i]) ||
		    nla_put_u64_64bit(msg, NDISWAN_A_DROP_COUNT, sums->drops[i],
				      NDISWAN_A_DROP_PAD))
			return -EMSGSIZE;
		nla_nest_end(msg, nest);
	}
	return 0;
}

static int fill_identity(struct sk_buff *msg, const struct stack_slot *slot)
{
	if (nla_put_string(msg, NDISWAN_A_DRIVER_NAME, slot->name) ||
	    nla_put_u32(msg, NDISWAN_A_DRIVER_ALTITUDE, slot->altitude) ||
	    nla_put_u32(msg, NDISWAN_A_DRIVER_CLASS, slot->class))
		return -EMSGSIZE;
	return 0;
}

static int fill_slot(struct sk_buff *msg, const struct stack_slot *slot,
		     struct net *net, u32 portid, u32 seq, int flags)
{
	struct stack_sums sums;
	void *hdr;

	hdr = genlmsg_put(msg, portid, seq, &ndiswan_genl_family, flags,
			  NDISWAN_CMD_DRIVER_GET);
	if (!hdr)
		return -EMSGSIZE;
	ndiswan_slot_sum_locked(slot, net, &sums);
	if (fill_identity(msg, slot) ||
	    nla_put_u8(msg, NDISWAN_A_DRIVER_ENABLED, slot->enabled) ||
	    nla_put_u8(msg, NDISWAN_A_DRIVER_MANDATORY, slot->mandatory) ||
	    (!slot->driver && nla_put_flag(msg, NDISWAN_A_DRIVER_MISSING)) ||
	    nla_put_u32(msg, NDISWAN_A_DRIVER_HEADROOM, slot->headroom) ||
	    nla_put_u32(msg, NDISWAN_A_DRIVER_MRU_COST, slot->mru_cost) ||
	    nla_put_u32(msg, NDISWAN_A_DRIVER_LINKS, sums.links) ||
	    nla_put_u32(msg, NDISWAN_A_DRIVER_BLOCKED_LINKS, sums.blocked) ||
	    fill_stats(msg, &sums) || fill_drops(msg, slot, &sums)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

static int fill_layer(struct sk_buff *msg, const struct ndiswan_link *link,
		      const struct stack_layer *layer, u32 portid, u32 seq,
		      int flags)
{
	const struct stack_slot *slot = layer->slot;
	struct stack_sums sums = { };
	void *hdr;

	hdr = genlmsg_put(msg, portid, seq, &ndiswan_genl_family, flags,
			  NDISWAN_CMD_LAYER_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (layer->driver)
		ndiswan_layer_sum(layer, &sums);
	if (fill_identity(msg, slot) ||
	    nla_put_u32(msg, NDISWAN_A_DRIVER_LINK, link->id) ||
	    nla_put_u32(msg, NDISWAN_A_DRIVER_LAYER_STATE,
			layer->driver ? NDISWAN_LAYER_STATE_ATTACHED :
					NDISWAN_LAYER_STATE_BLOCKED) ||
	    fill_stats(msg, &sums) || fill_drops(msg, slot, &sums)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

/* ndiswan_lock held. */
static struct stack_slot *slot_from(struct genl_info *info)
{
	struct nlattr *name = info->attrs[NDISWAN_A_DRIVER_NAME];
	struct stack_slot *slot;

	if (!name) {
		NL_SET_ERR_MSG(info->extack, "the name of the driver is missing");
		return ERR_PTR(-EINVAL);
	}
	slot = ndiswan_slot_find(nla_data(name));
	if (!slot) {
		NL_SET_ERR_MSG_ATTR(info->extack, name,
				    "no intermediate driver has this name");
		return ERR_PTR(-ENOENT);
	}
	return slot;
}

int ndiswan_nl_driver_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct stack_slot *slot;
	struct sk_buff *msg;
	int err;

	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	ndiswan_control_lock();
	slot = slot_from(info);
	if (IS_ERR(slot))
		err = PTR_ERR(slot);
	else
		err = fill_slot(msg, slot, genl_info_net(info),
				info->snd_portid, info->snd_seq, 0);
	ndiswan_control_unlock();
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

/* Goes on below the altitude of the last one told, so that drivers may come and
 * go between two messages.
 */
int ndiswan_nl_driver_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	struct net *net = sock_net(skb->sk);
	struct stack_slot *slot;
	int err = 0;

	ndiswan_control_lock();
	list_for_each_entry_reverse(slot, &ndiswan_slots, list) {
		if (cb->args[0] && slot->altitude >= cb->args[0])
			continue;
		err = fill_slot(skb, slot, net, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, NLM_F_MULTI);
		if (err)
			break;
		cb->args[0] = slot->altitude;
	}
	ndiswan_control_unlock();
	return skb->len ? : err;
}

int ndiswan_nl_driver_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *mandatory = info->attrs[NDISWAN_A_DRIVER_MANDATORY];
	struct nlattr *enabled = info->attrs[NDISWAN_A_DRIVER_ENABLED];
	struct nlattr *link = info->attrs[NDISWAN_A_DRIVER_LINK];
	struct nlattr *name = info->attrs[NDISWAN_A_DRIVER_NAME];
	int err = 0;

	if (!name) {
		NL_SET_ERR_MSG(info->extack, "the name of the driver is missing");
		return -EINVAL;
	}
	if (!mandatory == !enabled) {
		NL_SET_ERR_MSG(info->extack, "give either enabled or mandatory");
		return -EINVAL;
	}
	if (mandatory && link) {
		NL_SET_ERR_MSG(info->extack, "a driver is mandatory on all links or on none");
		return -EINVAL;
	}
	/* A container has links of its own, but the drivers are the host's. */
	if (!link && !capable(CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG(info->extack, "for all links this takes CAP_NET_ADMIN on the host");
		return -EPERM;
	}
	if (mandatory)
		err = ndiswan_slot_mandate(nla_data(name), nla_get_u8(mandatory),
					   info->extack);
	else
		err = ndiswan_slot_enable(nla_data(name), genl_info_net(info),
					  link ? nla_get_u32(link) : 0,
					  nla_get_u8(enabled), info->extack);
	return err;
}

int ndiswan_nl_layer_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct stack_layer *layer = NULL;
	struct ndiswan_link *link;
	struct stack_slot *slot;
	struct sk_buff *msg;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, NDISWAN_A_DRIVER_LINK)) {
		NL_SET_ERR_MSG(info->extack, "the number of the link is missing");
		return -EINVAL;
	}
	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	ndiswan_control_lock();
	slot = slot_from(info);
	if (IS_ERR(slot)) {
		err = PTR_ERR(slot);
		goto unlock;
	}
	link = ndiswan_link_find_locked(genl_info_net(info),
					nla_get_u32(info->attrs[NDISWAN_A_DRIVER_LINK]));
	if (link)
		layer = ndiswan_stack_find(link, slot);
	err = -ENOENT;
	if (!link)
		NL_SET_ERR_MSG(info->extack, "no link has this number");
	else if (!layer)
		NL_SET_ERR_MSG(info->extack, "the driver is not on this link");
	else
		err = fill_layer(msg, link, layer, info->snd_portid,
				 info->snd_seq, 0);
unlock:
	ndiswan_control_unlock();
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

/* The generator parses no attributes of a dump. */
static u32 dump_link(const struct netlink_callback *cb)
{
	const struct nlattr *attr;

	attr = nlmsg_find_attr(cb->nlh, GENL_HDRLEN + ndiswan_genl_family.hdrsize,
			       NDISWAN_A_DRIVER_LINK);
	return attr && nla_len(attr) == sizeof(u32) ? nla_get_u32(attr) : 0;
}

/* The layers of one link, highest first, from where the last message ended. */
static int dump_layers(struct sk_buff *skb, struct netlink_callback *cb,
		       const struct ndiswan_link *link)
{
	const struct stack_layer *layer;
	const struct stack_slot *slot;
	int err;

	list_for_each_entry_reverse(slot, &ndiswan_slots, list) {
		if (cb->args[2] && slot->altitude >= cb->args[2])
			continue;
		layer = ndiswan_stack_find(link, slot);
		if (!layer)
			continue;
		err = fill_layer(skb, link, layer, NETLINK_CB(cb->skb).portid,
				 cb->nlh->nlmsg_seq, NLM_F_MULTI);
		if (err)
			return err;
		cb->args[2] = slot->altitude;
	}
	return 0;
}

int ndiswan_nl_layer_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	unsigned long *cursor = (unsigned long *)cb->args;
	struct net *net = sock_net(skb->sk);
	u32 only = dump_link(cb);
	struct ndiswan_link *link;
	unsigned long at[2];
	int err = 0;

	ndiswan_control_lock();
	for (;;) {
		memcpy(at, cursor, sizeof(at));
		link = ndiswan_link_next_locked(net, cursor);
		if (!link)
			break;
		if (only && link->id != only)
			continue;
		/* That altitude was another link's, which may have gone. */
		if (cb->args[3] != link->id)
			cb->args[2] = 0;
		cb->args[3] = link->id;
		err = dump_layers(skb, cb, link);
		if (err) {
			memcpy(cursor, at, sizeof(at));
			break;
		}
	}
	ndiswan_control_unlock();
	return skb->len ? : err;
}
