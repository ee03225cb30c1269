// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/ndiswan.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/ndiswan.h>

/* Integer value ranges */
static const struct netlink_range_validation ndiswan_a_link_send_window_max_range = {
	.max	= 65535ULL,
};

/* NDISWAN_CMD_LINK_GET - do */
const struct nla_policy ndiswan_link_get_nl_policy[NDISWAN_A_LINK_ID + 1] = {
	[NDISWAN_A_LINK_ID] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* NDISWAN_CMD_LINK_SET - do */
const struct nla_policy ndiswan_link_set_nl_policy[NDISWAN_A_LINK_SEND_WINDOW_MAX + 1] = {
	[NDISWAN_A_LINK_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[NDISWAN_A_LINK_SEND_ACFC] = NLA_POLICY_MAX(NLA_U8, 1),
	[NDISWAN_A_LINK_SEND_PFC] = NLA_POLICY_MAX(NLA_U8, 1),
	[NDISWAN_A_LINK_SEND_WINDOW_MAX] = NLA_POLICY_FULL_RANGE(NLA_U32, &ndiswan_a_link_send_window_max_range),
};

/* NDISWAN_CMD_LINE_UP - do */
const struct nla_policy ndiswan_line_up_nl_policy[NDISWAN_A_LINE_PREFIX_LEN + 1] = {
	[NDISWAN_A_LINE_LINK] = NLA_POLICY_MIN(NLA_U32, 1),
	[NDISWAN_A_LINE_PROTOCOL] = { .type = NLA_U16, },
	[NDISWAN_A_LINE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NDISWAN_A_LINE_PEER_IPV4] = { .type = NLA_U32, },
	[NDISWAN_A_LINE_MRU] = NLA_POLICY_MIN(NLA_U32, 68),
	[NDISWAN_A_LINE_PEER_IPV6] = NLA_POLICY_EXACT_LEN(NDISWAN_IPV6_LEN),
	[NDISWAN_A_LINE_PREFIX] = NLA_POLICY_EXACT_LEN(NDISWAN_IPV6_LEN),
	[NDISWAN_A_LINE_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
};

/* NDISWAN_CMD_LINE_UPDATE - do */
const struct nla_policy ndiswan_line_update_nl_policy[NDISWAN_A_LINE_MRU + 1] = {
	[NDISWAN_A_LINE_LINK] = NLA_POLICY_MIN(NLA_U32, 1),
	[NDISWAN_A_LINE_PROTOCOL] = { .type = NLA_U16, },
	[NDISWAN_A_LINE_MRU] = NLA_POLICY_MIN(NLA_U32, 68),
};

/* NDISWAN_CMD_LINE_DOWN - do */
const struct nla_policy ndiswan_line_down_nl_policy[NDISWAN_A_LINE_PROTOCOL + 1] = {
	[NDISWAN_A_LINE_LINK] = NLA_POLICY_MIN(NLA_U32, 1),
	[NDISWAN_A_LINE_PROTOCOL] = { .type = NLA_U16, },
};

/* NDISWAN_CMD_STATS_GET - do */
const struct nla_policy ndiswan_stats_get_nl_policy[NDISWAN_A_MODULE_STATS_ONLY_REASON + 1] = {
	[NDISWAN_A_MODULE_STATS_ONLY_REASON] = { .type = NLA_NUL_STRING, .len = 31, },
};

/* NDISWAN_CMD_DRIVER_GET - do */
const struct nla_policy ndiswan_driver_get_nl_policy[NDISWAN_A_DRIVER_NAME + 1] = {
	[NDISWAN_A_DRIVER_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
};

/* NDISWAN_CMD_DRIVER_SET - do */
const struct nla_policy ndiswan_driver_set_nl_policy[NDISWAN_A_DRIVER_MANDATORY + 1] = {
	[NDISWAN_A_DRIVER_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
	[NDISWAN_A_DRIVER_LINK] = NLA_POLICY_MIN(NLA_U32, 1),
	[NDISWAN_A_DRIVER_ENABLED] = NLA_POLICY_MAX(NLA_U8, 1),
	[NDISWAN_A_DRIVER_MANDATORY] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* NDISWAN_CMD_LAYER_GET - do */
const struct nla_policy ndiswan_layer_get_nl_policy[NDISWAN_A_DRIVER_LINK + 1] = {
	[NDISWAN_A_DRIVER_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
	[NDISWAN_A_DRIVER_LINK] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* Ops table for ndiswan */
const struct genl_ops ndiswan_nl_ops[9] = {
	{
		.cmd		= NDISWAN_CMD_LINK_GET,
		.doit		= ndiswan_nl_link_get_doit,
		.dumpit		= ndiswan_nl_link_get_dumpit,
		.policy		= ndiswan_link_get_nl_policy,
		.maxattr	= NDISWAN_A_LINK_ID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NDISWAN_CMD_LINK_SET,
		.doit		= ndiswan_nl_link_set_doit,
		.policy		= ndiswan_link_set_nl_policy,
		.maxattr	= NDISWAN_A_LINK_SEND_WINDOW_MAX,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NDISWAN_CMD_LINE_UP,
		.doit		= ndiswan_nl_line_up_doit,
		.policy		= ndiswan_line_up_nl_policy,
		.maxattr	= NDISWAN_A_LINE_PREFIX_LEN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NDISWAN_CMD_LINE_UPDATE,
		.doit		= ndiswan_nl_line_update_doit,
		.policy		= ndiswan_line_update_nl_policy,
		.maxattr	= NDISWAN_A_LINE_MRU,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NDISWAN_CMD_LINE_DOWN,
		.doit		= ndiswan_nl_line_down_doit,
		.policy		= ndiswan_line_down_nl_policy,
		.maxattr	= NDISWAN_A_LINE_PROTOCOL,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NDISWAN_CMD_STATS_GET,
		.doit		= ndiswan_nl_stats_get_doit,
		.policy		= ndiswan_stats_get_nl_policy,
		.maxattr	= NDISWAN_A_MODULE_STATS_ONLY_REASON,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NDISWAN_CMD_DRIVER_GET,
		.doit		= ndiswan_nl_driver_get_doit,
		.dumpit		= ndiswan_nl_driver_get_dumpit,
		.policy		= ndiswan_driver_get_nl_policy,
		.maxattr	= NDISWAN_A_DRIVER_NAME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NDISWAN_CMD_DRIVER_SET,
		.doit		= ndiswan_nl_driver_set_doit,
		.policy		= ndiswan_driver_set_nl_policy,
		.maxattr	= NDISWAN_A_DRIVER_MANDATORY,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NDISWAN_CMD_LAYER_GET,
		.doit		= ndiswan_nl_layer_get_doit,
		.dumpit		= ndiswan_nl_layer_get_dumpit,
		.policy		= ndiswan_layer_get_nl_policy,
		.maxattr	= NDISWAN_A_DRIVER_LINK,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
};

static const struct genl_multicast_group ndiswan_nl_mcgrps[] = {
	[NDISWAN_NLGRP_EVENTS] = { "events", },
};
