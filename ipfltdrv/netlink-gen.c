// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/ipfltdrv.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/ipfltdrv.h>

/* IPFLTDRV_CMD_SET_GET - do */
const struct nla_policy ipfltdrv_set_get_nl_policy[IPFLTDRV_A_SET_RESET + 1] = {
	[IPFLTDRV_A_SET_NAME] = { .type = NLA_NUL_STRING, .len = IPFLTDRV_SET_NAME_LEN, },
	[IPFLTDRV_A_SET_RESET] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* IPFLTDRV_CMD_SET_BEGIN - do */
const struct nla_policy ipfltdrv_set_begin_nl_policy[IPFLTDRV_A_SET_EGRESS_DEFAULT + 1] = {
	[IPFLTDRV_A_SET_NAME] = { .type = NLA_NUL_STRING, .len = IPFLTDRV_SET_NAME_LEN, },
	[IPFLTDRV_A_SET_INGRESS_DEFAULT] = NLA_POLICY_MAX(NLA_U8, 1),
	[IPFLTDRV_A_SET_EGRESS_DEFAULT] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* IPFLTDRV_CMD_FILTER_ADD - do */
const struct nla_policy ipfltdrv_filter_add_nl_policy[IPFLTDRV_A_FILTER_FILTERS + 1] = {
	[IPFLTDRV_A_FILTER_TRANSACTION] = NLA_POLICY_MIN(NLA_U32, 1),
	[IPFLTDRV_A_FILTER_SIZE] = NLA_POLICY_MIN(NLA_U32, 1),
	[IPFLTDRV_A_FILTER_FILTERS] = { .type = NLA_BINARY, },
};

/* IPFLTDRV_CMD_SET_COMMIT - do */
const struct nla_policy ipfltdrv_set_commit_nl_policy[IPFLTDRV_A_SET_TRANSACTION + 1] = {
	[IPFLTDRV_A_SET_TRANSACTION] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* IPFLTDRV_CMD_SET_ABORT - do */
const struct nla_policy ipfltdrv_set_abort_nl_policy[IPFLTDRV_A_SET_TRANSACTION + 1] = {
	[IPFLTDRV_A_SET_TRANSACTION] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* IPFLTDRV_CMD_SET_REMOVE - do */
const struct nla_policy ipfltdrv_set_remove_nl_policy[IPFLTDRV_A_SET_NAME + 1] = {
	[IPFLTDRV_A_SET_NAME] = { .type = NLA_NUL_STRING, .len = IPFLTDRV_SET_NAME_LEN, },
};

/* IPFLTDRV_CMD_FILTER_GET - do */
const struct nla_policy ipfltdrv_filter_get_nl_policy[IPFLTDRV_A_FILTER_RESET + 1] = {
	[IPFLTDRV_A_FILTER_SET] = { .type = NLA_NUL_STRING, .len = IPFLTDRV_SET_NAME_LEN, },
	[IPFLTDRV_A_FILTER_FIRST] = { .type = NLA_U32, },
	[IPFLTDRV_A_FILTER_RESET] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* IPFLTDRV_CMD_BINDING_SET - do */
const struct nla_policy ipfltdrv_binding_set_nl_policy[IPFLTDRV_A_BINDING_LOG_RATE + 1] = {
	[IPFLTDRV_A_BINDING_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[IPFLTDRV_A_BINDING_LINK_ADDRESS] = NLA_POLICY_EXACT_LEN(IPFLTDRV_HWADDR_LEN),
	[IPFLTDRV_A_BINDING_CLIENT_IPV4] = { .type = NLA_U32, },
	[IPFLTDRV_A_BINDING_CLIENT_IPV6] = NLA_POLICY_EXACT_LEN(16),
	[IPFLTDRV_A_BINDING_SET] = { .type = NLA_NUL_STRING, .len = IPFLTDRV_SET_NAME_LEN, },
	[IPFLTDRV_A_BINDING_DIRECTIONS] = NLA_POLICY_RANGE(NLA_U8, 1, 3),
	[IPFLTDRV_A_BINDING_CLOSED] = NLA_POLICY_MAX(NLA_U8, 1),
	[IPFLTDRV_A_BINDING_FRAGMENTS] = NLA_POLICY_MAX(NLA_U8, 2),
	[IPFLTDRV_A_BINDING_STRONG_HOST] = NLA_POLICY_MAX(NLA_U8, 1),
	[IPFLTDRV_A_BINDING_LOG] = NLA_POLICY_MAX(NLA_U8, 3),
	[IPFLTDRV_A_BINDING_LOG_GROUP] = { .type = NLA_U16, },
	[IPFLTDRV_A_BINDING_LOG_RATE] = { .type = NLA_U32, },
};

/* IPFLTDRV_CMD_BINDING_GET - do */
const struct nla_policy ipfltdrv_binding_get_nl_policy[IPFLTDRV_A_BINDING_RESET + 1] = {
	[IPFLTDRV_A_BINDING_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[IPFLTDRV_A_BINDING_LINK_ADDRESS] = NLA_POLICY_EXACT_LEN(IPFLTDRV_HWADDR_LEN),
	[IPFLTDRV_A_BINDING_CLIENT_IPV4] = { .type = NLA_U32, },
	[IPFLTDRV_A_BINDING_CLIENT_IPV6] = NLA_POLICY_EXACT_LEN(16),
	[IPFLTDRV_A_BINDING_RESET] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* IPFLTDRV_CMD_BINDING_REMOVE - do */
const struct nla_policy ipfltdrv_binding_remove_nl_policy[IPFLTDRV_A_BINDING_CLIENT_IPV6 + 1] = {
	[IPFLTDRV_A_BINDING_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[IPFLTDRV_A_BINDING_LINK_ADDRESS] = NLA_POLICY_EXACT_LEN(IPFLTDRV_HWADDR_LEN),
	[IPFLTDRV_A_BINDING_CLIENT_IPV4] = { .type = NLA_U32, },
	[IPFLTDRV_A_BINDING_CLIENT_IPV6] = NLA_POLICY_EXACT_LEN(16),
};

/* IPFLTDRV_CMD_DEVICE_GET - do */
const struct nla_policy ipfltdrv_device_get_nl_policy[IPFLTDRV_A_DEVICE_IFINDEX + 1] = {
	[IPFLTDRV_A_DEVICE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* IPFLTDRV_CMD_PACKET_TEST - do */
const struct nla_policy ipfltdrv_packet_test_nl_policy[IPFLTDRV_A_TEST_FRAGMENTS + 1] = {
	[IPFLTDRV_A_TEST_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[IPFLTDRV_A_TEST_SET] = { .type = NLA_NUL_STRING, .len = IPFLTDRV_SET_NAME_LEN, },
	[IPFLTDRV_A_TEST_DIRECTION] = NLA_POLICY_RANGE(NLA_U8, 1, 2),
	[IPFLTDRV_A_TEST_PACKET] = { .type = NLA_BINARY, },
	[IPFLTDRV_A_TEST_LINK_ADDRESS] = NLA_POLICY_EXACT_LEN(IPFLTDRV_HWADDR_LEN),
	[IPFLTDRV_A_TEST_CLIENT_IPV4] = { .type = NLA_U32, },
	[IPFLTDRV_A_TEST_CLIENT_IPV6] = NLA_POLICY_EXACT_LEN(16),
	[IPFLTDRV_A_TEST_INTERFACE_IPV4] = { .type = NLA_U32, },
	[IPFLTDRV_A_TEST_INTERFACE_IPV6] = NLA_POLICY_EXACT_LEN(16),
	[IPFLTDRV_A_TEST_FRAGMENTS] = NLA_POLICY_MAX(NLA_U8, 2),
};

/* IPFLTDRV_CMD_EXTENSION_GET - do */
const struct nla_policy ipfltdrv_extension_get_nl_policy[IPFLTDRV_A_EXTENSION_PRIORITY + 1] = {
	[IPFLTDRV_A_EXTENSION_PRIORITY] = { .type = NLA_S32, },
};

/* Ops table for ipfltdrv */
const struct genl_ops ipfltdrv_nl_ops[13] = {
	{
		.cmd		= IPFLTDRV_CMD_SET_GET,
		.doit		= ipfltdrv_nl_set_get_doit,
		.dumpit		= ipfltdrv_nl_set_get_dumpit,
		.policy		= ipfltdrv_set_get_nl_policy,
		.maxattr	= IPFLTDRV_A_SET_RESET,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= IPFLTDRV_CMD_SET_BEGIN,
		.doit		= ipfltdrv_nl_set_begin_doit,
		.policy		= ipfltdrv_set_begin_nl_policy,
		.maxattr	= IPFLTDRV_A_SET_EGRESS_DEFAULT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= IPFLTDRV_CMD_FILTER_ADD,
		.doit		= ipfltdrv_nl_filter_add_doit,
		.policy		= ipfltdrv_filter_add_nl_policy,
		.maxattr	= IPFLTDRV_A_FILTER_FILTERS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= IPFLTDRV_CMD_SET_COMMIT,
		.doit		= ipfltdrv_nl_set_commit_doit,
		.policy		= ipfltdrv_set_commit_nl_policy,
		.maxattr	= IPFLTDRV_A_SET_TRANSACTION,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= IPFLTDRV_CMD_SET_ABORT,
		.doit		= ipfltdrv_nl_set_abort_doit,
		.policy		= ipfltdrv_set_abort_nl_policy,
		.maxattr	= IPFLTDRV_A_SET_TRANSACTION,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= IPFLTDRV_CMD_SET_REMOVE,
		.doit		= ipfltdrv_nl_set_remove_doit,
		.policy		= ipfltdrv_set_remove_nl_policy,
		.maxattr	= IPFLTDRV_A_SET_NAME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= IPFLTDRV_CMD_FILTER_GET,
		.doit		= ipfltdrv_nl_filter_get_doit,
		.dumpit		= ipfltdrv_nl_filter_get_dumpit,
		.policy		= ipfltdrv_filter_get_nl_policy,
		.maxattr	= IPFLTDRV_A_FILTER_RESET,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= IPFLTDRV_CMD_BINDING_SET,
		.doit		= ipfltdrv_nl_binding_set_doit,
		.policy		= ipfltdrv_binding_set_nl_policy,
		.maxattr	= IPFLTDRV_A_BINDING_LOG_RATE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= IPFLTDRV_CMD_BINDING_GET,
		.doit		= ipfltdrv_nl_binding_get_doit,
		.dumpit		= ipfltdrv_nl_binding_get_dumpit,
		.policy		= ipfltdrv_binding_get_nl_policy,
		.maxattr	= IPFLTDRV_A_BINDING_RESET,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= IPFLTDRV_CMD_BINDING_REMOVE,
		.doit		= ipfltdrv_nl_binding_remove_doit,
		.policy		= ipfltdrv_binding_remove_nl_policy,
		.maxattr	= IPFLTDRV_A_BINDING_CLIENT_IPV6,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= IPFLTDRV_CMD_DEVICE_GET,
		.doit		= ipfltdrv_nl_device_get_doit,
		.dumpit		= ipfltdrv_nl_device_get_dumpit,
		.policy		= ipfltdrv_device_get_nl_policy,
		.maxattr	= IPFLTDRV_A_DEVICE_IFINDEX,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= IPFLTDRV_CMD_PACKET_TEST,
		.doit		= ipfltdrv_nl_packet_test_doit,
		.policy		= ipfltdrv_packet_test_nl_policy,
		.maxattr	= IPFLTDRV_A_TEST_FRAGMENTS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= IPFLTDRV_CMD_EXTENSION_GET,
		.doit		= ipfltdrv_nl_extension_get_doit,
		.dumpit		= ipfltdrv_nl_extension_get_dumpit,
		.policy		= ipfltdrv_extension_get_nl_policy,
		.maxattr	= IPFLTDRV_A_EXTENSION_PRIORITY,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
};

static const struct genl_multicast_group ipfltdrv_nl_mcgrps[] = {
	[IPFLTDRV_NLGRP_EVENTS] = { "events", },
};
