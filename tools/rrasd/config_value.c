// SPDX-License-Identifier: GPL-2.0
/*
 * Values of the configuration file, see config_value.h.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/array.h"
#include "config_value.h"
#include "pool6.h"
#include "ppp/ppp.h"

static char reason[128];

/**
 * config_read_bool - yes or no
 * @value: the text
 * @out: where to put it
 *
 * Return: NULL or what is wrong.
 */
const char *config_read_bool(const char *value, bool *out)
{
	if (!strcmp(value, "yes"))
		*out = true;
	else if (!strcmp(value, "no"))
		*out = false;
	else
		return "expected yes or no";
	return NULL;
}

/* Digits only: strtoul() alone accepts signs, blanks and values that wrap. */
static const char *read_digits(const char *value, char **end, unsigned long long *out)
{
	if (!isdigit((unsigned char)value[0]))
		return "expected a number";
	errno = 0;
	*out = strtoull(value, end, 10);
	if (errno || *out > UINT32_MAX)
		return "the number is too large";
	return NULL;
}

/**
 * config_read_number - a whole number
 * @value: the text
 * @min: smallest allowed
 * @max: largest allowed
 * @out: where to put it
 *
 * Return: NULL or what is wrong.
 */
const char *config_read_number(const char *value, uint32_t min, uint32_t max, uint32_t *out)
{
	unsigned long long number;
	const char *wrong;
	char *end;

	wrong = read_digits(value, &end, &number);
	if (wrong)
		return wrong;
	if (*end)
		return "expected a number and nothing after it";
	if (number < min || number > max) {
		snprintf(reason, sizeof(reason), "expected a number from %u to %u", min, max);
		return reason;
	}
	*out = (uint32_t)number;
	return NULL;
}

/**
 * config_read_time - a time with its unit: 500ms, 30s, 5m, 2h; a number alone is seconds
 * @value: the text
 * @min_ms: shortest allowed
 * @max_ms: longest allowed
 * @out: where to put it, in milliseconds
 *
 * Return: NULL or what is wrong.
 */
const char *config_read_time(const char *value, uint32_t min_ms, uint32_t max_ms, uint32_t *out)
{
	static const struct { const char *name; unsigned int ms; } units[] = {
		{ "", 1000 }, { "s", 1000 }, { "ms", 1 }, { "m", 60000 }, { "h", 3600000 },
	};
	unsigned long long number;
	const char *wrong;
	char *end;
	size_t i;

	wrong = read_digits(value, &end, &number);
	if (wrong)
		return wrong;
	for (i = 0; i < ARRAY_SIZE(units); i++) {
		if (!strcmp(end, units[i].name))
			break;
	}
	if (i == ARRAY_SIZE(units))
		return "expected a time such as 500ms, 30s, 5m or 2h";
	number *= units[i].ms;
	if (number < min_ms || number > max_ms) {
		snprintf(reason, sizeof(reason), "expected a time from %ums to %ums", min_ms,
			 max_ms);
		return reason;
	}
	*out = (uint32_t)number;
	return NULL;
}

static const char *check_unicast(uint32_t address)
{
	if (address >> 24 == 0 || address >> 24 == 127 || address >> 28 >= 0xe)
		return "expected a unicast address: not 0.x, 127.x, multicast or above";
	return NULL;
}

/**
 * config_read_address - one unicast IPv4 address
 * @value: the text
 * @out: where to put it
 *
 * Return: NULL or what is wrong.
 */
const char *config_read_address(const char *value, struct in_addr *out)
{
	if (inet_pton(AF_INET, value, out) != 1)
		return "expected an IPv4 address such as 192.0.2.1";
	return check_unicast(ntohl(out->s_addr));
}

/**
 * config_read_endpoint - an IPv4 address to listen on or to connect to, with a port or without
 * @value: the text, "ADDRESS" or "ADDRESS:PORT"; the address may be 0.0.0.0
 * @port: which port it is when the text has none
 * @out: where to put it
 *
 * Return: NULL or what is wrong.
 */
const char *config_read_endpoint(const char *value, uint16_t port, struct sockaddr_in *out)
{
	size_t len = strcspn(value, ":");
	char address[INET_ADDRSTRLEN];
	uint32_t number = port;
	const char *wrong;

	*out = (struct sockaddr_in){ .sin_family = AF_INET };
	if (len >= sizeof(address))
		return "expected an IPv4 address such as 192.0.2.1";
	memcpy(address, value, len);
	address[len] = '\0';
	if (inet_pton(AF_INET, address, &out->sin_addr) != 1)
		return "expected an IPv4 address such as 192.0.2.1";
	if (value[len] && config_read_number(value + len + 1, 1, 65535, &number))
		return "expected a port from 1 to 65535 after the :";
	out->sin_port = htons((uint16_t)number);
	/* 127.x is fine: a tunnel of another kind may end there. */
	wrong = check_unicast(ntohl(out->sin_addr.s_addr));
	if (!out->sin_addr.s_addr || ntohl(out->sin_addr.s_addr) >> 24 == 127)
		return NULL;
	return wrong;
}

static bool read_ipv6_host(const char *host, struct in6_addr *out)
{
	char copy[INET6_ADDRSTRLEN];
	size_t len = strlen(host);

	if (len < 3 || len - 2 >= sizeof(copy) || host[0] != '[' || host[len - 1] != ']')
		return false;
	memcpy(copy, host + 1, len - 2);
	copy[len - 2] = '\0';
	return inet_pton(AF_INET6, copy, out) == 1;
}

/**
 * config_read_listen - an address and a port to listen on
 * @value: the text; a port alone is one of the loopback interface
 * @out: where to put it
 *
 * Return: NULL or what is wrong.
 */
const char *config_read_listen(const char *value, struct config_listen *out)
{
	static const char expected[] = "expected PORT, ADDRESS:PORT or [ADDRESS]:PORT";
	char host[INET6_ADDRSTRLEN + 3] = "127.0.0.1";
	const char *colon = strrchr(value, ':');
	uint32_t port;

	if (colon && snprintf(host, sizeof(host), "%.*s", (int)(colon - value), value) >=
	    (int)sizeof(host))
		return expected;
	if (config_read_number(colon ? colon + 1 : value, 1, 65535, &port))
		return expected;
	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, host, &out->address.in.sin_addr) == 1) {
		out->address.in.sin_family = AF_INET;
		out->address.in.sin_port = htons((uint16_t)port);
		out->len = sizeof(out->address.in);
		return NULL;
	}
	if (!read_ipv6_host(host, &out->address.in6.sin6_addr))
		return expected;
	out->address.in6.sin6_family = AF_INET6;
	out->address.in6.sin6_port = htons((uint16_t)port);
	out->len = sizeof(out->address.in6);
	return NULL;
}

static const char *read_cidr(const char *base, const char *bits, struct pool_range *out)
{
	struct in_addr address;
	uint32_t prefix, size;
	const char *wrong;

	wrong = config_read_address(base, &address);
	if (wrong)
		return wrong;
	wrong = config_read_number(bits, 12, 32, &prefix);
	if (wrong)
		return "expected a prefix length from 12 to 32 after the /";
	size = prefix == 32 ? 1 : 1U << (32 - prefix);
	out->first = ntohl(address.s_addr);
	if (out->first & (size - 1))
		return "the address has bits set beyond the prefix length";
	out->last = out->first + size - 1;
	out->route_first = out->first;
	out->route_last = out->last;
	if (size > 2) {	/* a client with the network or broadcast address confuses others */
		out->first++;
		out->last--;
	}
	return NULL;
}

/**
 * config_read_range - addresses of a pool: FIRST-LAST, NETWORK/BITS or one address
 * @value: the text
 * @out: where to put them; of a network without its network and broadcast address
 *
 * Return: NULL or what is wrong.
 */
const char *config_read_range(const char *value, struct pool_range *out)
{
	struct in_addr first, last;
	const char *wrong;
	char copy[64];
	char *sep;

	if (snprintf(copy, sizeof(copy), "%s", value) >= (int)sizeof(copy))
		return "expected FIRST-LAST, NETWORK/BITS or one address";
	sep = strpbrk(copy, "-/");
	if (sep && *sep == '/') {
		*sep = '\0';
		return read_cidr(copy, sep + 1, out);
	}
	if (sep)
		*sep = '\0';
	wrong = config_read_address(copy, &first);
	if (!wrong)
		wrong = config_read_address(sep ? sep + 1 : copy, &last);
	if (wrong)
		return wrong;
	out->first = ntohl(first.s_addr);
	out->last = ntohl(last.s_addr);
	out->route_first = out->first;
	out->route_last = out->last;
	if (out->last < out->first)
		return "the last address is lower than the first";
	if (out->last - out->first >= POOL_SIZE_MAX)
		return "the range has more than 1048576 addresses";
	return NULL;
}

/**
 * config_read_pool6 - the IPv6 prefix of a pool
 * @value: the text
 * @out: where to put it; 44 to 64 bits long
 *
 * Return: NULL or what is wrong.
 */
const char *config_read_pool6(const char *value, struct prefix *out)
{
	const char *wrong = prefix_parse(value, out);

	if (!wrong && (out->len < POOL6_LEN_MIN || out->len > 64))
		wrong = "expected a prefix length from 44 to 64 after the /";
	return wrong;
}

/**
 * config_read_link_local - a link-local IPv6 address
 * @value: the text
 * @ifid: where to put its interface identifier
 *
 * Return: NULL or what is wrong.
 */
const char *config_read_link_local(const char *value, uint64_t *ifid)
{
	struct in6_addr address, same;

	if (inet_pton(AF_INET6, value, &address) != 1)
		return "expected a link-local IPv6 address such as fe80::1";
	*ifid = prefix_low(&address);
	same = prefix_link_local(*ifid);
	if (memcmp(&same, &address, sizeof(same)) || !ppp_ifid_valid(*ifid))
		return "expected a link-local IPv6 address such as fe80::1";
	return NULL;
}

/**
 * config_read_interface - the name of a network interface, which need not exist
 * @value: the text
 *
 * Return: NULL or what is wrong.
 */
const char *config_read_interface(const char *value)
{
	const char *p;

	if (strlen(value) >= IFNAMSIZ)
		return "an interface name has at most 15 characters";
	if (!strcmp(value, ".") || !strcmp(value, ".."))
		return "this is no interface name";
	for (p = value; *p; p++) {
		if (*p == '/' || *p == ':' || !isgraph((unsigned char)*p))
			return "an interface name has no /, no : and no blanks";
	}
	return NULL;
}

/**
 * config_read_conflict - who has an address that two links want
 * @value: the text
 * @out: where to put it
 *
 * Return: NULL or what is wrong.
 */
const char *config_read_conflict(const char *value, enum wan_conflict *out)
{
	if (!strcmp(value, "refuse"))
		*out = WAN_CONFLICT_REFUSE;
	else if (!strcmp(value, "replace"))
		*out = WAN_CONFLICT_REPLACE;
	else
		return "expected replace or refuse";
	return NULL;
}

/**
 * config_read_text - printable text of limited length
 * @value: the text
 * @max: most characters
 *
 * Return: NULL or what is wrong.
 */
const char *config_read_text(const char *value, size_t max)
{
	const char *p;

	if (strlen(value) > max) {
		snprintf(reason, sizeof(reason), "expected at most %zu characters", max);
		return reason;
	}
	for (p = value; *p; p++) {
		if (!isprint((unsigned char)*p))
			return "expected printable characters only";
	}
	return NULL;
}

/**
 * config_set_string - a text in the place of another one
 * @at: where, freed if there is one
 * @value: the text
 *
 * Return: NULL or what is wrong.
 */
const char *config_set_string(char **at, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return "out of memory";
	free(*at);
	*at = copy;
	return NULL;
}
