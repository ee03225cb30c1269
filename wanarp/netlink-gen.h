/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/wanarp.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_WANARP_GEN_H
#define _LINUX_WANARP_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/wanarp.h>

/* Common nested types */
extern const struct nla_policy wanarp_demand_nl_policy[WANARP_A_DEMAND_FILTER_TEXT + 1];

extern const struct nla_policy wanarp_iface_get_nl_policy[WANARP_A_IFACE_IFINDEX + 1];

extern const struct nla_policy wanarp_iface_set_nl_policy[WANARP_A_IFACE_DEMAND + 1];

extern const struct nla_policy wanarp_projection_get_nl_policy[WANARP_A_PROJECTION_IPV6 + 1];

extern const struct nla_policy wanarp_dial_nl_policy[WANARP_A_DIAL_IFINDEX + 1];

extern const struct nla_policy wanarp_hangup_nl_policy[WANARP_A_DIAL_IFINDEX + 1];

extern const struct nla_policy wanarp_dial_fail_nl_policy[WANARP_A_DIAL_TEXT + 1];

/* Ops table for wanarp */
extern const struct genl_ops wanarp_nl_ops[6];

int wanarp_nl_iface_get_doit(struct sk_buff *skb, struct genl_info *info);
int wanarp_nl_iface_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int wanarp_nl_iface_set_doit(struct sk_buff *skb, struct genl_info *info);
int wanarp_nl_projection_get_doit(struct sk_buff *skb, struct genl_info *info);
int wanarp_nl_projection_get_dumpit(struct sk_buff *skb,
				    struct netlink_callback *cb);
int wanarp_nl_dial_doit(struct sk_buff *skb, struct genl_info *info);
int wanarp_nl_hangup_doit(struct sk_buff *skb, struct genl_info *info);
int wanarp_nl_dial_fail_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	WANARP_NLGRP_DIAL,
};

#endif /* _LINUX_WANARP_GEN_H */
