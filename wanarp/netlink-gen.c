// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/wanarp.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/wanarp.h>

/* WANARP_CMD_IFACE_GET - do */
const struct nla_policy wanarp_iface_get_nl_policy[WANARP_A_IFACE_IFINDEX + 1] = {
	[WANARP_A_IFACE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* WANARP_CMD_IFACE_SET - do */
const struct nla_policy wanarp_iface_set_nl_policy[WANARP_A_IFACE_MULTICAST + 1] = {
	[WANARP_A_IFACE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[WANARP_A_IFACE_SOURCE_CHECK] = NLA_POLICY_MAX(NLA_U8, 1),
	[WANARP_A_IFACE_MULTICAST] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* WANARP_CMD_PROJECTION_GET - do */
const struct nla_policy wanarp_projection_get_nl_policy[WANARP_A_PROJECTION_IPV4 + 1] = {
	[WANARP_A_PROJECTION_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[WANARP_A_PROJECTION_IPV4] = { .type = NLA_U32, },
};

/* Ops table for wanarp */
const struct genl_ops wanarp_nl_ops[3] = {
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
		.maxattr	= WANARP_A_IFACE_MULTICAST,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= WANARP_CMD_PROJECTION_GET,
		.doit		= wanarp_nl_projection_get_doit,
		.dumpit		= wanarp_nl_projection_get_dumpit,
		.policy		= wanarp_projection_get_nl_policy,
		.maxattr	= WANARP_A_PROJECTION_IPV4,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
};
