/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The daemon as a whole: the parts and who owns them. There is one, made in main.c.
 */
#ifndef RRASD_RRASD_H
#define RRASD_RRASD_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

#define RRASD_VERSION	"0.1"

/**
 * struct rrasd - the parts of the daemon
 */
struct rrasd {
	struct ev_loop *loop;
	/** @config: in force for new sessions */
	struct config *config;
	struct users *users;
	struct pools *pools;
	/** @ipv6: NULL: there is to be none, or the kernel has none */
	struct ipv6 *ipv6;
	struct advertiser *advertiser;
	struct kernel *kernel;
	struct filters *filters;
	struct netdev *netdev;
	/** @wan: NULL: there are no clients, rrasd only dials */
	struct wan *wan;
	struct sessions *sessions;
	/** @keep: NULL: sessions end with this process */
	struct keep *keep;
	/** @pppoe: each access protocol keeps its own; NULL: not open */
	struct pppoe *pppoe;
	struct pptp *pptp;
	struct l2tp *l2tp;
	struct serial *serial;
	/** @dial: NULL: the configuration has no demand-dial interface */
	struct dial *dial;
	/** @radius: and what belongs to it: NULL: there are no clients */
	struct radius *radius;
	struct acct *radius_acct;
	struct radius_coa *radius_coa;
	struct control *control;
	/** @metrics: NULL: nobody is to see them */
	struct metrics *metrics;
	/** @started: when, in milliseconds of rrasd_now() */
	uint64_t started;
	/** @stopping: no new sessions; the loop ends when the last one is gone */
	bool stopping;
};

#endif /* RRASD_RRASD_H */
