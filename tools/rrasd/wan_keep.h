/* SPDX-License-Identifier: GPL-2.0 */
/*
 * WAN interfaces that outlive the process: which ones were ours, for a process after us whose
 * configuration does not name them any more.
 */
#ifndef RRASD_WAN_KEEP_H
#define RRASD_WAN_KEEP_H

#include <stdbool.h>

struct netdev_watch;
struct rrasd;

enum wan_role {
	WAN_ROLE_CLIENTS,	/* [wan] */
	WAN_ROLE_DIAL,		/* a [dial] section */
};

void wan_keep(struct rrasd *d, const struct netdev_watch *w, enum wan_role role, bool create);
void wan_unkeep(struct rrasd *d, int ifindex);
void wan_keep_clear_used(struct rrasd *d);
bool wan_keep_clear(struct rrasd *d);

#endif /* RRASD_WAN_KEEP_H */
