// SPDX-License-Identifier: GPL-2.0
/*
 * Who has an address that two links of the WAN interface want, see wan_conflict.h.
 */
#include <linux/wanarp.h>

#include "../lib/nl.h"
#include "wan_conflict.h"

/**
 * wan_conflict_set - say so to the WAN interface
 * @nl: a NETLINK_GENERIC socket
 * @ifindex: the interface
 * @conflict: what to do
 *
 * The family is asked for each time: another interface may be that of a module loaded again.
 *
 * Return: 0 or a negative error, with @nl->error set.
 */
int wan_conflict_set(struct nl *nl, int ifindex, enum wan_conflict conflict)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nl_family family;
	struct nlmsghdr *nlh;
	int err;

	err = nl_resolve(nl, WANARP_FAMILY_NAME, NULL, &family);
	if (err)
		return err;
	nlh = nl_genl_request(nl, buffer, &family, WANARP_CMD_IFACE_SET, 0);
	mnl_attr_put_u32(nlh, WANARP_A_IFACE_IFINDEX, (uint32_t)ifindex);
	mnl_attr_put_u32(nlh, WANARP_A_IFACE_ADDRESS_CONFLICT,
			 conflict == WAN_CONFLICT_REFUSE ? WANARP_ADDRESS_CONFLICT_REFUSE :
							   WANARP_ADDRESS_CONFLICT_REPLACE);
	return nl_talk(nl, nlh, NULL, NULL);
}
