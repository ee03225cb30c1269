/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of handlers share. */
#ifndef _IPFLTDRV_NETLINK_H
#define _IPFLTDRV_NETLINK_H

#include <linux/netlink.h>

/**
 * struct ipf_nl_cursor - where a dump goes on
 * @generation: of the set whose filters are shown
 * @id: shown up to here
 * @ifindex: this device is not finished
 * @filter: next filter
 * @begun: not the first message
 *
 * Objects go by numbers that only count up, so whatever comes or goes meanwhile,
 * nothing is shown twice and nothing that stays is left out.
 */
struct ipf_nl_cursor {
	u64 generation;
	u64 id;
	unsigned long ifindex;
	u32 filter;
	bool begun;
};

static inline struct ipf_nl_cursor *ipf_nl_cursor(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct ipf_nl_cursor) > sizeof(cb->ctx));
	return (struct ipf_nl_cursor *)cb->ctx;
}

const char *ipf_nl_name(const struct nlattr *attr, struct netlink_ext_ack *extack);

#endif /* _IPFLTDRV_NETLINK_H */
