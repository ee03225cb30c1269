/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Router advertisements and solicitations (RFC 4861) as bytes. Pure: no I/O, no state.
 */
#ifndef RRASD_RA_H
#define RRASD_RA_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prefix.h"

#define RA_DNS_MAX	2
#define RA_LEN_MAX	(40 + 16 + 8 + 32 + 8 + RA_DNS_MAX * 16)

/**
 * struct ra - what an advertisement says
 */
struct ra {
	/** @source: the router's link-local address */
	struct in6_addr source;
	/** @prefix: the client makes its addresses with it; 64 bits, or @len 0: none */
	struct prefix prefix;
	/** @mtu: of the link */
	uint32_t mtu;
	/** @router_s: so long the client may use us as its router */
	uint16_t router_s;
	/** @preferred_s: so long it may begin something new with its addresses */
	uint32_t preferred_s;
	/** @valid_s: so long it may have them */
	uint32_t valid_s;
	/** @dns_s: so long it may ask @dns */
	uint32_t dns_s;
	/** @dns: name servers (RFC 8106); ::: none */
	struct in6_addr dns[RA_DNS_MAX];
};

size_t ra_build(uint8_t packet[RA_LEN_MAX], const struct ra *ra);
bool ra_solicited(const uint8_t *message, size_t len, const struct in6_addr *source,
		  int hop_limit);

#endif /* RRASD_RA_H */
