/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Network interfaces as they come, go, change address, go up and down.
 */
#ifndef RRASD_NETDEV_H
#define RRASD_NETDEV_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "hash.h"

struct rrasd;

/**
 * struct netdev_state - what is known of an interface
 */
struct netdev_state {
	/** @ifindex: 0: there is none of that name */
	int ifindex;
	/** @up: IFF_UP; a cable that is out does not count, clients may come back on it */
	bool up;
	/** @ethernet: it has an Ethernet address, @mac */
	bool ethernet;
	uint8_t mac[6];
	char kind[16];
	char alias[32];
};

/**
 * struct netdev_watch - one name that somebody is interested in
 */
struct netdev_watch {
	struct list list;
	char name[IFNAMSIZ];
	struct netdev_state state;
	/** @changed: @state is new; @old is what it was; also called when first seen */
	void (*changed)(struct netdev_watch *w, const struct netdev_state *old);
	void *data;
	bool seen;
};

int netdev_open(struct rrasd *d);
void netdev_close(struct rrasd *d);
void netdev_add(struct rrasd *d, struct netdev_watch *w, const char *name);
int netdev_refresh(struct rrasd *d);
int netdev_follow(struct rrasd *d);

#endif /* RRASD_NETDEV_H */
