/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a process of ours has put on an interface: the kernel says so of each address and route,
 * for they carry our mark (WAN_MARK).
 */
#ifndef RRASD_WAN_MARKED_H
#define RRASD_WAN_MARKED_H

#include "../lib/nl.h"
#include "wan_set.h"

int wan_marked_remove(struct nl *nl, int ifindex, const struct wan_set *wanted);

#endif /* RRASD_WAN_MARKED_H */
