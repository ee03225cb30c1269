/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPv6 prefixes and interface identifiers.
 */
#ifndef RRASD_PREFIX_H
#define RRASD_PREFIX_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#define PREFIX_TEXT_LEN	(INET6_ADDRSTRLEN + 4)

/**
 * struct prefix - addresses that begin alike
 * @address: the lowest of them
 * @len: bits that are the same in all; 0: no prefix (the default route is none of ours)
 */
struct prefix {
	struct in6_addr address;
	uint8_t len;
};

const char *prefix_parse(const char *text, struct prefix *out);
const char *prefix_parse_address(const char *text, struct in6_addr *out);
bool prefix_contains(const struct prefix *p, const struct in6_addr *address);
bool prefix_equal(const struct prefix *a, const struct prefix *b);
const char *prefix_text(const struct prefix *p);
uint64_t prefix_high(const struct in6_addr *address);
uint64_t prefix_low(const struct in6_addr *address);
struct in6_addr prefix_address(uint64_t high, uint64_t low);
struct in6_addr prefix_link_local(uint64_t identifier);

#endif /* RRASD_PREFIX_H */
