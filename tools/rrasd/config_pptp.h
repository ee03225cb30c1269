/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Section [pptp] of the configuration file.
 */
#ifndef RRASD_CONFIG_PPTP_H
#define RRASD_CONFIG_PPTP_H

#include <stdint.h>

#include "config_list.h"

#define CONFIG_PPTP_PORT	1723
/* What a path of 1500 bytes has room for: IP 20, GRE 16, PPP 4. */
#define CONFIG_PPTP_MRU		1460

/**
 * struct config_pptp - PPTP clients
 */
struct config_pptp {
	/** @listen: "ADDRESS" or "ADDRESS:PORT" each */
	struct config_list listen;
	/** @echo_ms: of control connections; 0: none */
	uint32_t echo_ms;
	/** @window: messages that a peer may send without an acknowledgment */
	uint16_t window;
	/* Limits; of an address 0 means none. */
	uint32_t connections;
	uint32_t connections_per_address;
	uint32_t unfinished;
	uint32_t unfinished_per_address;
	uint32_t sessions_per_address;
};

#endif /* RRASD_CONFIG_PPTP_H */
