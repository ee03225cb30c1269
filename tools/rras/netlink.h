/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's families, with errors that say what to do.
 */
#ifndef RRAS_NETLINK_H
#define RRAS_NETLINK_H

#include "../lib/json.h"
#include "../lib/nl.h"
#include "table.h"

int netlink_open(struct nl *nl, struct nl_family *family, const char *name, const char *group);
int netlink_fail(struct nl *nl, int err, const char *what);
int netlink_dump(struct nl *nl, struct nlmsghdr *nlh, mnl_cb_t cb, struct table *t,
		 const char *what);
const char *netlink_ifname(uint32_t ifindex);

/* A repeated nest of reason and count: the families have the same numbers for them. */
void netlink_drops_json(const struct nlmsghdr *nlh, uint16_t type, struct json *j);
uint64_t netlink_drops_sum(const struct nlmsghdr *nlh, uint16_t type);
void netlink_drops_print(const struct nlmsghdr *nlh, uint16_t type, const char *indent);

#endif /* RRAS_NETLINK_H */
