/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/ipfltdrv.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_IPFLTDRV_GEN_H
#define _LINUX_IPFLTDRV_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/ipfltdrv.h>

extern const struct nla_policy ipfltdrv_set_get_nl_policy[IPFLTDRV_A_SET_RESET + 1];

extern const struct nla_policy ipfltdrv_set_begin_nl_policy[IPFLTDRV_A_SET_EGRESS_DEFAULT + 1];

extern const struct nla_policy ipfltdrv_filter_add_nl_policy[IPFLTDRV_A_FILTER_FILTERS + 1];

extern const struct nla_policy ipfltdrv_set_commit_nl_policy[IPFLTDRV_A_SET_TRANSACTION + 1];

extern const struct nla_policy ipfltdrv_set_abort_nl_policy[IPFLTDRV_A_SET_TRANSACTION + 1];

extern const struct nla_policy ipfltdrv_set_remove_nl_policy[IPFLTDRV_A_SET_NAME + 1];

extern const struct nla_policy ipfltdrv_filter_get_nl_policy[IPFLTDRV_A_FILTER_RESET + 1];

extern const struct nla_policy ipfltdrv_binding_set_nl_policy[IPFLTDRV_A_BINDING_LOG_RATE + 1];

extern const struct nla_policy ipfltdrv_binding_get_nl_policy[IPFLTDRV_A_BINDING_RESET + 1];

extern const struct nla_policy ipfltdrv_binding_remove_nl_policy[IPFLTDRV_A_BINDING_CLIENT_IPV6 + 1];

extern const struct nla_policy ipfltdrv_device_get_nl_policy[IPFLTDRV_A_DEVICE_IFINDEX + 1];

extern const struct nla_policy ipfltdrv_packet_test_nl_policy[IPFLTDRV_A_TEST_FRAGMENTS + 1];

extern const struct nla_policy ipfltdrv_extension_get_nl_policy[IPFLTDRV_A_EXTENSION_PRIORITY + 1];

/* Ops table for ipfltdrv */
extern const struct genl_ops ipfltdrv_nl_ops[13];

int ipfltdrv_nl_set_get_doit(struct sk_buff *skb, struct genl_info *info);
int ipfltdrv_nl_set_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int ipfltdrv_nl_set_begin_doit(struct sk_buff *skb, struct genl_info *info);
int ipfltdrv_nl_filter_add_doit(struct sk_buff *skb, struct genl_info *info);
int ipfltdrv_nl_set_commit_doit(struct sk_buff *skb, struct genl_info *info);
int ipfltdrv_nl_set_abort_doit(struct sk_buff *skb, struct genl_info *info);
int ipfltdrv_nl_set_remove_doit(struct sk_buff *skb, struct genl_info *info);
int ipfltdrv_nl_filter_get_doit(struct sk_buff *skb, struct genl_info *info);
int ipfltdrv_nl_filter_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int ipfltdrv_nl_binding_set_doit(struct sk_buff *skb, struct genl_info *info);
int ipfltdrv_nl_binding_get_doit(struct sk_buff *skb, struct genl_info *info);
int ipfltdrv_nl_binding_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb);
int ipfltdrv_nl_binding_remove_doit(struct sk_buff *skb,
				    struct genl_info *info);
int ipfltdrv_nl_device_get_doit(struct sk_buff *skb, struct genl_info *info);
int ipfltdrv_nl_device_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int ipfltdrv_nl_packet_test_doit(struct sk_buff *skb, struct genl_info *info);
int ipfltdrv_nl_extension_get_doit(struct sk_buff *skb, struct genl_info *info);
int ipfltdrv_nl_extension_get_dumpit(struct sk_buff *skb,
				     struct netlink_callback *cb);

enum {
	IPFLTDRV_NLGRP_EVENTS,
};

#endif /* _LINUX_IPFLTDRV_GEN_H */
