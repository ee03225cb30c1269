/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Section [l2tp] of the configuration file: L2TP, as server and as the one who calls.
 */
#ifndef RRASD_CONFIG_L2TP_H
#define RRASD_CONFIG_L2TP_H

#include <stdbool.h>
#include <stdint.h>

#include "access/l2tp_engine.h"
#include "config_list.h"

#define CONFIG_L2TP_PORT	1701

/**
 * struct config_l2tp - everything about it that an administrator can choose
 */
struct config_l2tp {
	/** @listen: addresses to take calls at; none: rrasd is no L2TP server */
	struct config_list listen;
	uint16_t port;
	/** @host_name: what we call ourselves; NULL: as the machine is called */
	char *host_name;
	char *secret;
	/** @mtu: what fits into a tunnel, for both directions */
	uint16_t mtu;
	uint32_t tunnels, tunnels_per_peer;
	uint32_t unfinished, unfinished_per_peer;
	uint32_t sessions_per_tunnel;
	uint32_t rate, rate_per_peer;	/* of requests for tunnels, a second */
	/** @settings: what the engine has to know, see config_l2tp_finish() */
	struct l2tp_settings settings;
};

void config_l2tp_init(struct config_l2tp *l2tp);
void config_l2tp_finish(struct config_l2tp *l2tp, const char *host);
void config_l2tp_free(struct config_l2tp *l2tp);
const char *config_l2tp_address(const char *text, uint16_t port, struct l2tp_address *address);
const char *config_l2tp_listen(const char *value);
const char *config_l2tp_peer(const char *value);

#endif /* RRASD_CONFIG_L2TP_H */
