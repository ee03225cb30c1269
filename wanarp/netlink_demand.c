// SPDX-License-Identifier: GPL-2.0
/* The demand-dial part of the netlink family: settings, state, dial requests. */
#include <linux/rtnetlink.h>
#include <net/genetlink.h>

#include "internal.h"
#include "netlink-gen.h"

/**
 * wanarp_demand_dialler() - does anybody listen to dial requests?
 * @net: the namespace
 *
 * Return: true if so.
 */
bool wanarp_demand_dialler(struct net *net)
{
	return genl_has_listeners(&wanarp_family, net, WANARP_NLGRP_DIAL);
}

static int put_address(struct sk_buff *msg, int attr,
		       const struct wanarp_demand_packet *packet,
		       const struct in6_addr *addr)
{
	const bool ipv4 = packet->proto == NDISWAN_PROTO_IPV4;

	return nla_put(msg, attr, ipv4 ? sizeof(struct in_addr) : sizeof(*addr),
		       addr);
}

static int put_packet(struct sk_buff *msg,
		      const struct wanarp_demand_packet *packet)
{
	if (put_address(msg, WANARP_A_DIAL_SOURCE, packet, &packet->source) ||
	    put_address(msg, WANARP_A_DIAL_DESTINATION, packet,
			&packet->destination) ||
	    nla_put_u8(msg, WANARP_A_DIAL_PROTOCOL, packet->protocol))
		return -EMSGSIZE;
	if (packet->ports &&
	    (nla_put_u16(msg, WANARP_A_DIAL_SOURCE_PORT, packet->source_port) ||
	     nla_put_u16(msg, WANARP_A_DIAL_DESTINATION_PORT,
			 packet->destination_port)))
		return -EMSGSIZE;
	return 0;
}

/**
 * wanarp_demand_ask() - send a request to the dialler
 * @iface: what to dial or hang up
 * @request: what to do
 * @cause: why
 * @packet: the packet that caused it, or NULL
 *
 * Context: process.
 * Return: 0; -ESRCH if nobody listens; or another error.
 */
int wanarp_demand_ask(struct wanarp_interface *iface,
		      enum wanarp_dial_request request,
		      enum wanarp_dial_cause cause,
		      const struct wanarp_demand_packet *packet)
{
	struct sk_buff *msg;
	void *header;

	msg = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	header = genlmsg_put(msg, 0, 0, &wanarp_family, 0, WANARP_CMD_DIAL_NTF);
	if (!header ||
	    nla_put_u32(msg, WANARP_A_DIAL_IFINDEX, iface->dev->ifindex) ||
	    nla_put_string(msg, WANARP_A_DIAL_NAME, iface->dev->name) ||
	    nla_put_u32(msg, WANARP_A_DIAL_REQUEST, request) ||
	    nla_put_u32(msg, WANARP_A_DIAL_CAUSE, cause) ||
	    (packet && put_packet(msg, packet))) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, header);
	return genlmsg_multicast_netns(&wanarp_family, dev_net(iface->dev), msg,
				       0, WANARP_NLGRP_DIAL, GFP_KERNEL);
}

/* What the lock protects, so that no message is built with it held. */
struct snapshot {
	struct wanarp_demand_settings settings;
	u8 state;
	u8 reason;
	u32 held;
	u64 since;
	u64 dials;
	u64 failures;
	unsigned long timer_end;
};

static int put_ms(struct sk_buff *msg, int attr, u64 ms)
{
	return nla_put_u64_64bit(msg, attr, ms, WANARP_A_DEMAND_PAD);
}

static int put_state(struct sk_buff *msg, const struct wanarp_demand *demand,
		     const struct snapshot *now)
{
	const u64 age = div_u64(ktime_get_ns() - now->since, NSEC_PER_MSEC);
	const unsigned long idle = jiffies - READ_ONCE(demand->used);
	const long left = now->timer_end - jiffies;

	if (nla_put_u32(msg, WANARP_A_DEMAND_STATE, now->state) ||
	    nla_put_u32(msg, WANARP_A_DEMAND_HELD, now->held) ||
	    put_ms(msg, WANARP_A_DEMAND_DIALS, now->dials) ||
	    put_ms(msg, WANARP_A_DEMAND_FAILURES, now->failures))
		return -EMSGSIZE;
	if (now->state == WANARP_DEMAND_STATE_CONNECTED &&
	    (put_ms(msg, WANARP_A_DEMAND_CONNECTED_FOR, age) ||
	     put_ms(msg, WANARP_A_DEMAND_IDLE, jiffies_to_msecs(idle))))
		return -EMSGSIZE;
	if (now->state == WANARP_DEMAND_STATE_UNREACHABLE &&
	    (nla_put_u32(msg, WANARP_A_DEMAND_UNREACHABLE_REASON,
			 now->reason) ||
	     put_ms(msg, WANARP_A_DEMAND_RETRY_IN,
		    left > 0 ? jiffies_to_msecs(left) : 0)))
		return -EMSGSIZE;
	return 0;
}

static int put_settings(struct sk_buff *msg, const struct wanarp_demand *demand,
			const struct wanarp_demand_settings *settings)
{
	const struct wanarp_demand_filter *filter;

	if (nla_put_u32(msg, WANARP_A_DEMAND_IDLE_TIMEOUT,
			settings->idle_timeout) ||
	    nla_put_u32(msg, WANARP_A_DEMAND_CONNECT_TIMEOUT,
			settings->connect_timeout) ||
	    nla_put_u32(msg, WANARP_A_DEMAND_BACKOFF_MIN,
			settings->backoff_min) ||
	    nla_put_u32(msg, WANARP_A_DEMAND_BACKOFF_MAX,
			settings->backoff_max) ||
	    nla_put_u32(msg, WANARP_A_DEMAND_HOLD_PACKETS,
			settings->hold_packets) ||
	    nla_put_u32(msg, WANARP_A_DEMAND_HOLD_BYTES,
			settings->hold_bytes) ||
	    nla_put_u32(msg, WANARP_A_DEMAND_HOLD_TIME, settings->hold_time))
		return -EMSGSIZE;
	filter = rcu_dereference(demand->filter);
	return filter ? nla_put_string(msg, WANARP_A_DEMAND_FILTER_TEXT,
				       filter->text) : 0;
}

/**
 * wanarp_demand_fill() - tell all about a demand-dial interface
 * @msg: where the nest is put
 * @demand: of the interface
 *
 * Context: RCU read side.
 * Return: 0 or -EMSGSIZE.
 */
int wanarp_demand_fill(struct sk_buff *msg, struct wanarp_demand *demand)
{
	struct snapshot now = {};
	struct nlattr *nest;

	spin_lock_bh(&demand->lock);
	now.settings = demand->settings;
	now.state = demand->state;
	now.reason = demand->reason;
	now.held = demand->held.qlen;
	now.since = demand->since;
	now.dials = demand->dials;
	now.failures = demand->failures;
	now.timer_end = demand->timer.expires;
	spin_unlock_bh(&demand->lock);

	nest = nla_nest_start(msg, WANARP_A_IFACE_DEMAND);
	if (!nest || put_state(msg, demand, &now) ||
	    put_settings(msg, demand, &now.settings))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int parse_settings(struct nlattr **tb,
			  struct wanarp_demand_settings *settings,
			  struct netlink_ext_ack *extack)
{
	const struct {
		int attr;
		u32 *value;
	} words[] = {
		{ WANARP_A_DEMAND_IDLE_TIMEOUT, &settings->idle_timeout },
		{ WANARP_A_DEMAND_CONNECT_TIMEOUT, &settings->connect_timeout },
		{ WANARP_A_DEMAND_BACKOFF_MIN, &settings->backoff_min },
		{ WANARP_A_DEMAND_BACKOFF_MAX, &settings->backoff_max },
		{ WANARP_A_DEMAND_HOLD_PACKETS, &settings->hold_packets },
		{ WANARP_A_DEMAND_HOLD_BYTES, &settings->hold_bytes },
		{ WANARP_A_DEMAND_HOLD_TIME, &settings->hold_time },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (tb[words[i].attr])
			*words[i].value = nla_get_u32(tb[words[i].attr]);
	if (settings->backoff_min > settings->backoff_max) {
		NL_SET_ERR_MSG(extack, "backoff-min is more than backoff-max");
		return -EINVAL;
	}
	return 0;
}

/* State is shown, not set. */
static int check_writable(struct nlattr **tb, struct netlink_ext_ack *extack)
{
	int attr;

	for (attr = WANARP_A_DEMAND_STATE; attr <= WANARP_A_DEMAND_FAILURES;
	     attr++)
		if (tb[attr]) {
			NL_SET_ERR_MSG_ATTR(extack, tb[attr],
					    "this attribute cannot be set");
			return -EINVAL;
		}
	if (tb[WANARP_A_DEMAND_FILTER_TEXT] && !tb[WANARP_A_DEMAND_FILTER]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[WANARP_A_DEMAND_FILTER_TEXT],
				    "filter-text needs the filter that it describes");
		return -EINVAL;
	}
	return 0;
}

/**
 * wanarp_demand_change() - change settings
 * @demand: of the interface
 * @nest: the attribute demand, checked by the policy
 * @extack: for the sentence
 *
 * Context: rtnl.
 * Return: 0 or an error, and nothing has changed.
 */
int wanarp_demand_change(struct wanarp_demand *demand,
			 const struct nlattr *nest,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WANARP_A_DEMAND_FILTER_TEXT + 1];
	struct wanarp_demand_filter *filter = NULL;
	struct wanarp_demand_settings settings;
	int err;

	ASSERT_RTNL();
	err = nla_parse_nested(tb, WANARP_A_DEMAND_FILTER_TEXT, nest,
			       wanarp_demand_nl_policy, extack);
	if (err)
		return err;
	err = check_writable(tb, extack);
	if (err)
		return err;
	/* Only changed here, under rtnl. */
	settings = demand->settings;
	err = parse_settings(tb, &settings, extack);
	if (err)
		return err;
	if (tb[WANARP_A_DEMAND_FILTER]) {
		filter = wanarp_demand_filter_create(tb[WANARP_A_DEMAND_FILTER],
						     tb[WANARP_A_DEMAND_FILTER_TEXT],
						     extack);
		if (IS_ERR(filter))
			return PTR_ERR(filter);
		wanarp_demand_filter_replace(demand, filter);
	}
	wanarp_demand_configure(demand, &settings);
	return 0;
}

/* RCU read side. */
static struct wanarp_demand *find_demand(struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[WANARP_A_DIAL_IFINDEX];
	struct wanarp_interface *iface;

	iface = wanarp_netlink_find(genl_info_net(info), attr, info->extack);
	if (IS_ERR(iface))
		return ERR_CAST(iface);
	if (!wanarp_is_demand(iface)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "the interface is not demand-dial");
		return ERR_PTR(-EOPNOTSUPP);
	}
	return &iface->demand;
}

/**
 * wanarp_nl_dial_doit() - WANARP_CMD_DIAL
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or an error.
 */
int wanarp_nl_dial_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct wanarp_demand *demand;
	int err;

	rcu_read_lock();
	demand = find_demand(info);
	err = PTR_ERR_OR_ZERO(demand);
	if (!err && !wanarp_demand_dialler(genl_info_net(info))) {
		NL_SET_ERR_MSG(info->extack,
			       "nobody listens to dial requests; does rrasd run?");
		err = -ESRCH;
	}
	if (!err)
		err = wanarp_demand_dial(demand, info->extack);
	rcu_read_unlock();
	return err;
}

/**
 * wanarp_nl_hangup_doit() - WANARP_CMD_HANGUP
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or an error.
 */
int wanarp_nl_hangup_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct wanarp_demand *demand;
	int err;

	rcu_read_lock();
	demand = find_demand(info);
	err = PTR_ERR_OR_ZERO(demand);
	if (!err)
		err = wanarp_demand_hangup(demand, info->extack);
	rcu_read_unlock();
	return err;
}

/**
 * wanarp_nl_dial_fail_doit() - WANARP_CMD_DIAL_FAIL
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or an error.
 */
int wanarp_nl_dial_fail_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *reason = info->attrs[WANARP_A_DIAL_REASON];
	const struct nlattr *text = info->attrs[WANARP_A_DIAL_TEXT];
	struct wanarp_demand *demand;
	int err;

	if (!reason || !nla_get_u32(reason)) {
		NL_SET_ERR_MSG(info->extack, "the attribute reason is missing");
		return -EINVAL;
	}
	rcu_read_lock();
	demand = find_demand(info);
	err = PTR_ERR_OR_ZERO(demand);
	if (!err)
		err = wanarp_demand_fail(demand, nla_get_u32(reason),
					 text ? nla_data(text) : NULL,
					 info->extack);
	rcu_read_unlock();
	return err;
}
