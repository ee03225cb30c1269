// SPDX-License-Identifier: GPL-2.0
/*
 * IPv6 prefixes and interface identifiers, see prefix.h. An address is handled as two numbers: the
 * upper half says which network, the lower one which interface.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prefix.h"

#define LINK_LOCAL	UINT64_C(0xfe80000000000000)

/**
 * prefix_high - the upper half of an address
 * @address: the address
 *
 * Return: the number.
 */
uint64_t prefix_high(const struct in6_addr *address)
{
	uint64_t high;

	memcpy(&high, address->s6_addr, sizeof(high));
	return be64toh(high);
}

/**
 * prefix_low - the lower half of an address
 * @address: the address
 *
 * Return: the number: an interface identifier.
 */
uint64_t prefix_low(const struct in6_addr *address)
{
	uint64_t low;

	memcpy(&low, address->s6_addr + 8, sizeof(low));
	return be64toh(low);
}

/**
 * prefix_address - an address of two halves
 * @high: the upper half
 * @low: the lower half
 *
 * Return: the address.
 */
struct in6_addr prefix_address(uint64_t high, uint64_t low)
{
	uint64_t halves[2] = { htobe64(high), htobe64(low) };
	struct in6_addr address;

	memcpy(&address, halves, sizeof(address));
	return address;
}

/**
 * prefix_link_local - the link-local address of an interface
 * @identifier: its identifier
 *
 * Return: the address.
 */
struct in6_addr prefix_link_local(uint64_t identifier)
{
	return prefix_address(LINK_LOCAL, identifier);
}

/* The first @len bits of an address, all others 0; @len at least 1. */
static struct in6_addr masked(const struct in6_addr *address, unsigned int len)
{
	uint64_t high = prefix_high(address), low = prefix_low(address);

	if (len < 64)
		high &= UINT64_MAX << (64 - len);
	if (len <= 64)
		low = 0;
	else if (len < 128)
		low &= UINT64_MAX << (128 - len);
	return prefix_address(high, low);
}

/* What can be routed: 2000::/3 and fc00::/7, and whatever else is assigned one day. */
static const char *check_unicast(const struct in6_addr *address)
{
	if (IN6_IS_ADDR_MULTICAST(address) || IN6_IS_ADDR_LINKLOCAL(address) ||
	    !prefix_high(address))
		return "expected global addresses: not fe80::, multicast or ::";
	return NULL;
}

/**
 * prefix_parse_address - read a global unicast address
 * @text: the text
 * @out: where to put it
 *
 * Return: NULL or what is wrong.
 */
const char *prefix_parse_address(const char *text, struct in6_addr *out)
{
	if (inet_pton(AF_INET6, text, out) != 1)
		return "expected an IPv6 address such as 2001:db8::1";
	return check_unicast(out);
}

/**
 * prefix_parse - read a prefix of global unicast addresses
 * @text: PREFIX/LEN
 * @out: where to put it
 *
 * Return: NULL or what is wrong.
 */
const char *prefix_parse(const char *text, struct prefix *out)
{
	const char *slash = strchr(text, '/');
	char address[INET6_ADDRSTRLEN];
	struct in6_addr first;
	unsigned long len;
	char *end;

	if (!slash || (size_t)(slash - text) >= sizeof(address) || slash[1] < '1' ||
	    slash[1] > '9')
		return "expected a prefix such as 2001:db8::/48";
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	if (inet_pton(AF_INET6, address, &out->address) != 1)
		return "expected a prefix such as 2001:db8::/48";
	len = strtoul(slash + 1, &end, 10);
	if (*end || len > 128)
		return "expected a prefix length from 1 to 128 after the /";
	first = masked(&out->address, (unsigned int)len);
	if (memcmp(&first, &out->address, sizeof(first)))
		return "the address has bits set beyond the prefix length";
	out->len = (uint8_t)len;
	return check_unicast(&out->address);
}

/**
 * prefix_contains - does an address begin with a prefix?
 * @p: the prefix
 * @address: the address
 *
 * Return: whether it does; never if there is no prefix.
 */
bool prefix_contains(const struct prefix *p, const struct in6_addr *address)
{
	struct in6_addr first;

	if (!p->len)
		return false;
	first = masked(address, p->len);
	return !memcmp(&first, &p->address, sizeof(first));
}

/**
 * prefix_equal - are two prefixes the same?
 * @a: one
 * @b: the other
 *
 * Return: whether they are.
 */
bool prefix_equal(const struct prefix *a, const struct prefix *b)
{
	return a->len == b->len && !memcmp(&a->address, &b->address, sizeof(a->address));
}

/**
 * prefix_text - a prefix for people
 * @p: the prefix
 *
 * Return: its text, of 128 bits that of an address; good until the next call.
 */
const char *prefix_text(const struct prefix *p)
{
	static char text[PREFIX_TEXT_LEN];
	size_t len;

	inet_ntop(AF_INET6, &p->address, text, sizeof(text));
	len = strlen(text);
	if (p->len != 128)
		snprintf(text + len, sizeof(text) - len, "/%u", p->len);
	return text;
}
