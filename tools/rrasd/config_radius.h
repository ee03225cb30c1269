/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Section [radius] of the configuration file, rrasd.conf(5).
 *
 * The secrets stand in a file of their own, "ADDRESS SECRET" in each line.
 */
#ifndef RRASD_CONFIG_RADIUS_H
#define RRASD_CONFIG_RADIUS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "diag.h"

#define CONFIG_RADIUS_MAX	8	/* servers, and who may send requests */
#define RADIUS_COA_PORT		3799

union radius_address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/**
 * struct config_radius_peer - who shares a secret with us
 */
struct config_radius_peer {
	/** @address: its port does not count */
	union radius_address address;
	char name[INET6_ADDRSTRLEN];
	uint16_t auth_port, acct_port;
	/** @secret: NULL only until the file has been read */
	char *secret;
	unsigned int line;
};

struct config_radius {
	/** @server: in the order in which they are asked */
	struct config_radius_peer server[CONFIG_RADIUS_MAX];
	uint32_t servers;
	/** @client: who may send requests of RFC 5176 */
	struct config_radius_peer client[CONFIG_RADIUS_MAX];
	uint32_t clients;
	/** @listen: where they are awaited; family 0: nowhere */
	union radius_address listen;
	/** @window_ms: how old a request may be, and how far ahead its clock */
	uint32_t window_ms;
	char *secrets;
	/** @authenticate: by RADIUS, not by the file of secrets */
	bool authenticate;
	bool accounting;
	/** @proof_needed: replies without Message-Authenticator are no replies */
	bool proof_needed;
	uint32_t timeout_ms;
	uint8_t tries;
	uint32_t dead_ms;
	uint32_t interim_ms;
	char *identifier;
	struct in_addr nas_address;
	unsigned int line;
};

const char *config_radius_server(struct config_radius *r, const char *value, unsigned int line);
const char *config_radius_client(struct config_radius *r, const char *value, unsigned int line);
const char *config_radius_listen(struct config_radius *r, const char *value);
bool config_radius_init(struct config_radius *r);
void config_radius_finish(struct config_radius *r, struct diag *diag);
void config_radius_free(struct config_radius *r);
bool radius_address_equal(const union radius_address *a, const union radius_address *b);
socklen_t radius_address_len(const union radius_address *a);
void radius_address_set_port(union radius_address *a, uint16_t port);

#endif /* RRASD_CONFIG_RADIUS_H */
