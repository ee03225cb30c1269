// SPDX-License-Identifier: GPL-2.0
/*
 * What an address is by itself, whatever the routes and the tables say: pure
 * functions.
 */
#include <kunit/visibility.h>
#include <linux/in.h>
#include <net/ipv6.h>

#include "internal.h"

/* Interface identifiers fdff:ffff:ffff:ff80 to ...ffff are anycast addresses of
 * every subnet whose identifiers have 64 bits (RFC 2526).
 */
#define ANYCAST_HIGH	0xfdffffff
#define ANYCAST_LOW	0xffffff80

static bool is_anycast(const struct in6_addr *addr)
{
	return addr->s6_addr32[2] == htonl(ANYCAST_HIGH) &&
	       ntohl(addr->s6_addr32[3]) >= ANYCAST_LOW;
}

static bool has_no_identifier(const struct in6_addr *addr)
{
	return !(addr->s6_addr32[2] | addr->s6_addr32[3]);
}

/**
 * wanarp_address_class() - can a client have this address?
 * @addr: the address
 *
 * Knows nothing of routes and of addresses of this host.
 *
 * Return: %WANARP_ADDRESS_CLIENT if so, else what it is.
 */
enum wanarp_address wanarp_address_class(__be32 addr)
{
	/* ipv4_is_zeronet() is about 0.0.0.0 alone. A client that has an address
	 * of "this network" could not talk to most hosts.
	 */
	if (!(addr & htonl(IN_CLASSA_NET)))
		return WANARP_ADDRESS_ZERO;
	if (ipv4_is_loopback(addr))
		return WANARP_ADDRESS_LOOPBACK;
	if (ipv4_is_multicast(addr))
		return WANARP_ADDRESS_MULTICAST;
	if (ipv4_is_lbcast(addr))
		return WANARP_ADDRESS_BROADCAST;
	return WANARP_ADDRESS_CLIENT;
}
EXPORT_SYMBOL_IF_KUNIT(wanarp_address_class);

/**
 * wanarp_ipv6_local_class() - can a client have this link-local address?
 * @addr: the address
 *
 * Return: %WANARP_ADDRESS_CLIENT if so, else what it is.
 */
enum wanarp_address wanarp_ipv6_local_class(const struct in6_addr *addr)
{
	if (addr->s6_addr32[0] != htonl(0xfe800000) || addr->s6_addr32[1])
		return WANARP_ADDRESS_FOREIGN;
	if (has_no_identifier(addr))
		return WANARP_ADDRESS_ZERO;
	if (is_anycast(addr))
		return WANARP_ADDRESS_ANYCAST;
	return WANARP_ADDRESS_CLIENT;
}
EXPORT_SYMBOL_IF_KUNIT(wanarp_ipv6_local_class);

/**
 * wanarp_ipv6_prefix_class() - can a client have this prefix?
 * @prefix: the prefix, or address
 * @len: 64 or 128
 *
 * Return: %WANARP_ADDRESS_CLIENT if so, else what it is.
 */
enum wanarp_address wanarp_ipv6_prefix_class(const struct in6_addr *prefix,
					     u8 len)
{
	/* Among these are ::, ::1 and what holds IPv4 addresses. */
	if (!(prefix->s6_addr32[0] | prefix->s6_addr32[1]))
		return WANARP_ADDRESS_ZERO;
	if (ipv6_addr_is_multicast(prefix))
		return WANARP_ADDRESS_MULTICAST;
	if (ipv6_addr_type(prefix) & IPV6_ADDR_LINKLOCAL)
		return WANARP_ADDRESS_LINK_LOCAL;
	/* The first address of a subnet is its routers', and the last are
	 * reserved too. So one address never has the key of a prefix.
	 */
	if (len == 128 && (has_no_identifier(prefix) || is_anycast(prefix)))
		return WANARP_ADDRESS_ANYCAST;
	return WANARP_ADDRESS_CLIENT;
}
EXPORT_SYMBOL_IF_KUNIT(wanarp_ipv6_prefix_class);

/**
 * wanarp_ipv6_is_gateway() - is this the next hop that stands for all clients?
 * @addr: a next hop
 *
 * Return: true for fe80::fdff:ffff:ffff:ff80, which is none of the clients'.
 */
bool wanarp_ipv6_is_gateway(const struct in6_addr *addr)
{
	return addr->s6_addr32[3] == htonl(ANYCAST_LOW) &&
	       addr->s6_addr32[2] == htonl(ANYCAST_HIGH) &&
	       addr->s6_addr32[0] == htonl(0xfe800000) && !addr->s6_addr32[1];
}
EXPORT_SYMBOL_IF_KUNIT(wanarp_ipv6_is_gateway);
