/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/ndiswan.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_NDISWAN_GEN_H
#define _LINUX_NDISWAN_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/ndiswan.h>

extern const struct nla_policy ndiswan_link_get_nl_policy[NDISWAN_A_LINK_ID + 1];

extern const struct nla_policy ndiswan_link_set_nl_policy[NDISWAN_A_LINK_SEND_WINDOW_MAX + 1];

extern const struct nla_policy ndiswan_line_up_nl_policy[NDISWAN_A_LINE_PREFIX_LEN + 1];

extern const struct nla_policy ndiswan_line_update_nl_policy[NDISWAN_A_LINE_MRU + 1];

extern const struct nla_policy ndiswan_line_down_nl_policy[NDISWAN_A_LINE_PROTOCOL + 1];

extern const struct nla_policy ndiswan_stats_get_nl_policy[NDISWAN_A_MODULE_STATS_ONLY_REASON + 1];

extern const struct nla_policy ndiswan_driver_get_nl_policy[NDISWAN_A_DRIVER_NAME + 1];

extern const struct nla_policy ndiswan_driver_set_nl_policy[NDISWAN_A_DRIVER_MANDATORY + 1];

extern const struct nla_policy ndiswan_layer_get_nl_policy[NDISWAN_A_DRIVER_LINK + 1];

/* Ops table for ndiswan */
extern const struct genl_ops ndiswan_nl_ops[9];

int ndiswan_nl_link_get_doit(struct sk_buff *skb, struct genl_info *info);
int ndiswan_nl_link_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int ndiswan_nl_link_set_doit(struct sk_buff *skb, struct genl_info *info);
int ndiswan_nl_line_up_doit(struct sk_buff *skb, struct genl_info *info);
int ndiswan_nl_line_update_doit(struct sk_buff *skb, struct genl_info *info);
int ndiswan_nl_line_down_doit(struct sk_buff *skb, struct genl_info *info);
int ndiswan_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info);
int ndiswan_nl_driver_get_doit(struct sk_buff *skb, struct genl_info *info);
int ndiswan_nl_driver_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int ndiswan_nl_driver_set_doit(struct sk_buff *skb, struct genl_info *info);
int ndiswan_nl_layer_get_doit(struct sk_buff *skb, struct genl_info *info);
int ndiswan_nl_layer_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);

enum {
	NDISWAN_NLGRP_EVENTS,
};

#endif /* _LINUX_NDISWAN_GEN_H */
