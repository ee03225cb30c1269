// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/wanarp.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/wanarp.h>

/* Integer value ranges */
static const struct netlink_range_validation wanarp_a_demand_idle_timeout_range = {
	.max	= 2000000ULL,
};

static const struct netlink_range_validation wanarp_a_demand_backoff_min_range = {
	.min	= 1ULL,
	.max	= 86400ULL,
};

static const struct netlink_range_validation wanarp_a_demand_backoff_max_range = {
	.min	= 1ULL,
	.max	= 86400ULL,
};

static const struct netlink_range_validation wanarp_a_demand_hold_bytes_range = {
	.max	= 16777216ULL,
};

static const struct netlink_range_validation wanarp_a_demand_hold_time_range = {
	.min	= 1ULL,
	.max	= 3600000ULL,
};

/* Common nested types */
const struct nla_policy wanarp_demand_nl_policy[WANARP_A_DEMAND_FILTER_TEXT + 1] = {
	[WANARP_A_DEMAND_STATE] = NLA_POLICY_MAX(NLA_U32, 3),
	[WANARP_A_DEMAND_UNREACHABLE_REASON] = NLA_POLICY_MAX(NLA_U32, 8),
	[WANARP_A_DEMAND_RETRY_IN] = { .type = NLA_U64, },
	[WANARP_A_DEMAND_CONNECTED_FOR] = { .type = NLA_U64, },
	[WANARP_A_DEMAND_IDLE] = { .type = NLA_U64, },
	[WANARP_A_DEMAND_HELD] = { .type = NLA_U32, },
	[WANARP_A_DEMAND_DIALS] = { .type = NLA_U64, },
	[WANARP_A_DEMAND_FAILURES] = { .type = NLA_U64, },
	[WANARP_A_DEMAND_IDLE_TIMEOUT] = NLA_POLICY_FULL_RANGE(NLA_U32, &wanarp_a_demand_idle_timeout_range),
	[WANARP_A_DEMAND_CONNECT_TIMEOUT] = NLA_POLICY_RANGE(NLA_U32, 1, 3600),
	[WANARP_A_DEMAND_BACKOFF_MIN] = NLA_POLICY_FULL_RANGE(NLA_U32, &wanarp_a_demand_backoff_min_range),
	[WANARP_A_DEMAND_BACKOFF_MAX] = NLA_POLICY_FULL_RANGE(NLA_U32, &wanarp_a_demand_backoff_max_range),
	[WANARP_A_DEMAND_HOLD_PACKETS] = NLA_POLICY_MAX(NLA_U32, 1000),
	[WANARP_A_DEMAND_HOLD_BYTES] = NLA_POLICY_FULL_RANGE(NLA_U32, &wanarp_a_demand_hold_bytes_range),
	[WANARP_A_DEMAND_HOLD_TIME] = NLA_POLICY_FULL_RANGE(NLA_U32, &wanarp_a_demand_hold_time_range),
	[WANARP_A_DEMAND_FILTER] = { .type = NLA_BINARY, },
	[WANARP_A_DEMAND_FILTER_TEXT] = { .type = NLA_NUL_STRING, .len = WANARP_TEXT_MAX, },
};

/* WANARP_CMD_IFACE_GET - do */
const struct nla_policy wanarp_iface_get_nl_policy[WANARP_A_IFACE_IFINDEX + 1] = {
	[WANARP_A_IFACE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* WANARP_CMD_IFACE_SET - do */
const struct nla_policy wanarp_iface_set_nl_policy[WANARP_A_IFACE_DEMAND + 1] = {
	[WANARP_A_IFACE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[WANARP_A_IFACE_SOURCE_CHECK] = NLA_POLICY_MAX(NLA_U8, 1),
	[WANARP_A_IFACE_MULTICAST] = NLA_POLICY_MAX(NLA_U8, 1),
	[WANARP_A_IFACE_MODE] = NLA_POLICY_MAX(NLA_U32, 1),
	[WANARP_A_IFACE_DEMAND] = NLA_POLICY_NESTED(wanarp_demand_nl_policy),
	[WANARP_A_IFACE_MSS_CLAMP] = NLA_POLICY_MAX(NLA_U8, 1),
	[WANARP_A_IFACE_PROXY] = { .type = NLA_U32, },
	[WANARP_A_IFACE_ADDRESS_CONFLICT] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* WANARP_CMD_PROJECTION_GET - do */
const struct nla_policy wanarp_projection_get_nl_policy[WANARP_A_PROJECTION_IPV6 + 1] = {
	[WANARP_A_PROJECTION_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[WANARP_A_PROJECTION_IPV4] = { .type = NLA_U32, },
	[WANARP_A_PROJECTION_IPV6] = NLA_POLICY_EXACT_LEN(WANARP_IPV6_LEN),
};

/* WANARP_CMD_DIAL - do */
const struct nla_policy wanarp_dial_nl_policy[WANARP_A_DIAL_IFINDEX + 1] = {
	[WANARP_A_DIAL_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* WANARP_CMD_HANGUP - do */
const struct nla_policy wanarp_hangup_nl_policy[WANARP_A_DIAL_IFINDEX + 1] = {
	[WANARP_A_DIAL_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* WANARP_CMD_DIAL_FAIL - do */
const struct nla_policy wanarp_dial_fail_nl_policy[WANARP_A_DIAL_TEXT + 1] = {
	[WANARP_A_DIAL_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[WANARP_A_DIAL_REASON] = NLA_POLICY_MAX(NLA_U32, 8),
	[WANARP_A_DIAL_TEXT] = { .type = NLA_NUL_STRING, .len = WANARP_TEXT_MAX, },
};

/* Ops table for wanarp */
const struct genl_ops wanarp_nl_ops[6] = {
	{
		.cmd		= WANARP_CMD_IFACE_GET,
		.doit		= wanarp_nl_iface_get_doit,
		.dumpit		= wanarp_nl_iface_get_dumpit,
		.policy		= wanarp_iface_get_nl_policy,
		.maxattr	= WANARP_A_IFACE_IFINDEX,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= WANARP_CMD_IFACE_SET,
		.doit		= wanarp_nl_iface_set_doit,
		.policy		= wanarp_iface_set_nl_policy,
		.maxattr	= WANARP_A_IFACE_DEMAND,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= WANARP_CMD_PROJECTION_GET,
		.doit		= wanarp_nl_projection_get_doit,
		.dumpit		= wanarp_nl_projection_get_dumpit,
		.policy		= wanarp_projection_get_nl_policy,
		.maxattr	= WANARP_A_PROJECTION_IPV6,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= WANARP_CMD_DIAL,
		.doit		= wanarp_nl_dial_doit,
		.policy		= wanarp_dial_nl_policy,
		.maxattr	= WANARP_A_DIAL_IFINDEX,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= WANARP_CMD_HANGUP,
		.doit		= wanarp_nl_hangup_doit,
		.policy		= wanarp_hangup_nl_policy,
		.maxattr	= WANARP_A_DIAL_IFINDEX,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= WANARP_CMD_DIAL_FAIL,
		.doit		= wanarp_nl_dial_fail_doit,
		.policy		= wanarp_dial_fail_nl_policy,
		.maxattr	= WANARP_A_DIAL_TEXT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
};

static const struct genl_multicast_group wanarp_nl_mcgrps[] = {
	[WANARP_NLGRP_DIAL] = { "dial", },
};
