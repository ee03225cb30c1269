/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who has an address that two links of the WAN interface want.
 */
#ifndef RRASD_WAN_CONFLICT_H
#define RRASD_WAN_CONFLICT_H

struct nl;

/**
 * enum wan_conflict - what becomes of a client whose address is live on another link
 */
enum wan_conflict {
	/** @WAN_CONFLICT_REPLACE: it gets the address, and the other link loses it */
	WAN_CONFLICT_REPLACE,
	/** @WAN_CONFLICT_REFUSE: it is refused, and the other link keeps the address */
	WAN_CONFLICT_REFUSE,
};

int wan_conflict_set(struct nl *nl, int ifindex, enum wan_conflict conflict);

#endif /* RRASD_WAN_CONFLICT_H */
