// SPDX-License-Identifier: GPL-2.0
/*
 * What an Access-Accept grants, see radius_grant.h.
 *
 * An attribute that is understood but cannot be granted as it stands is a reason to refuse the
 * client: the server believes that it holds (RFC 2865, 1). Others are passed over.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/filter/filter.h"
#include "radius_grant.h"

#define ADDRESS_USER	0xffffffffU	/* the user chooses: ours does not */
#define ADDRESS_NAS	0xfffffffeU	/* we choose */
#define CLASS_MAX	2048		/* a report has to have room for it */
#define NO_MEMORY	"out of memory"

/* The text of an attribute, NULL if it is none. */
static char *text_of(const struct radius_attr *a)
{
	return a->len && !memchr(a->value, '\0', a->len) ?
	       strndup((const char *)a->value, a->len) : NULL;
}

static const char *read_address(struct auth_grant *grant, const struct radius_attr *a)
{
	uint32_t address;

	if (!radius_uint(a, &address))
		return "Framed-IP-Address has not 4 bytes";
	if (address == ADDRESS_USER || address == ADDRESS_NAS) {
		grant->address_kind = USER_ADDRESS_POOL;
		return NULL;
	}
	if (address >> 24 == 0 || address >> 24 == 127 || address >> 28 >= 0xe)
		return "Framed-IP-Address is no address for a client";
	grant->address_kind = USER_ADDRESS_FIXED;
	grant->address = address;
	return NULL;
}

static const char *add_route(struct auth_grant *grant, uint32_t dst, unsigned int bits)
{
	struct auth_route *grown;
	uint32_t mask = bits ? UINT32_MAX << (32 - bits) : 0;

	if (!bits || (dst & mask) >> 24 == 0 || dst >> 24 == 127 || dst >> 28 >= 0xe)
		return "a route leads to no network for a client";
	if (grant->route_count == AUTH_ROUTES_MAX)
		return "it has too many routes";
	grown = realloc(grant->routes, (grant->route_count + 1) * sizeof(*grown));
	if (!grown)
		return NO_MEMORY;
	grant->routes = grown;
	grown[grant->route_count++] = (struct auth_route){
		.dst.s_addr = htonl(dst & mask), .bits = (uint8_t)bits,
	};
	return NULL;
}

/* Without a length, that of the address's old class (RFC 2865, 5.22). */
static unsigned int class_bits(uint32_t dst)
{
	return dst >> 31 == 0 ? 8 : dst >> 30 == 2 ? 16 : 24;
}

/*
 * "192.0.2.0/24 192.0.2.1 1": the gateway is the client whatever it says, and so is the metric
 * ours.
 */
static const char *read_route(struct auth_grant *grant, const struct radius_attr *a)
{
	char text[INET_ADDRSTRLEN + 4];
	size_t len = 0;
	struct in_addr dst;
	unsigned int bits;
	char *slash, *end;

	while (len < a->len && a->value[len] != ' ' && a->value[len] != '\0')
		len++;
	if (!len || len >= sizeof(text))
		return "Framed-Route is no route";
	memcpy(text, a->value, len);
	text[len] = '\0';
	slash = strchr(text, '/');
	if (slash)
		*slash = '\0';
	if (inet_pton(AF_INET, text, &dst) != 1)
		return "Framed-Route is no route";
	bits = class_bits(ntohl(dst.s_addr));
	if (slash) {
		bits = (unsigned int)strtoul(slash + 1, &end, 10);
		if (slash[1] < '0' || slash[1] > '9' || *end || bits > 32)
			return "Framed-Route has a wrong length";
	}
	return add_route(grant, ntohl(dst.s_addr), bits);
}

static const char *read_netmask(const struct radius_attr *a, unsigned int *bits)
{
	uint32_t mask, host;

	if (!radius_uint(a, &mask))
		return "Framed-IP-Netmask has not 4 bytes";
	host = ~mask;
	if (host & (host + 1))
		return "Framed-IP-Netmask is no mask";
	for (*bits = 32; host; host >>= 1)
		--*bits;
	return NULL;
}

/* RFC 3162, 2.3: reserved, length in bits, and as many bytes as that takes, or all. */
static const char *read_prefix(struct auth_grant *grant, const struct radius_attr *a)
{
	struct prefix *p = &grant->prefix;
	unsigned int bits;

	bits = a->len >= 2 ? a->value[1] : 0;
	if (a->len < 2 || a->len > 18 || bits > 128 || (a->len - 2U) * 8 < bits)
		return "Framed-IPv6-Prefix is no prefix";
	if (bits != 64 && bits != 128)
		return "Framed-IPv6-Prefix has not 64 bits, nor 128 for one address";
	*p = (struct prefix){ .len = (uint8_t)bits };
	memcpy(&p->address, a->value + 2, bits / 8);
	if (IN6_IS_ADDR_UNSPECIFIED(&p->address) || IN6_IS_ADDR_LOOPBACK(&p->address) ||
	    IN6_IS_ADDR_LINKLOCAL(&p->address) || IN6_IS_ADDR_MULTICAST(&p->address))
		return "Framed-IPv6-Prefix is no prefix for a client";
	if (bits == 128 && !ppp_ifid_valid(prefix_low(&p->address)))
		return "Framed-IPv6-Prefix is no address for a client";
	grant->prefix_kind = USER_PREFIX_FIXED;
	return NULL;
}

static const char *read_pool(struct auth_grant *grant, const struct radius_attr *a)
{
	free(grant->pool);
	grant->pool = text_of(a);
	return grant->pool ? NULL : "Framed-Pool is no name";
}

/**
 * radius_filter_name - a Filter-Id as the name of a filter set
 * @a: the attribute
 *
 * Return: the name, to be freed; NULL if it is none.
 */
char *radius_filter_name(const struct radius_attr *a)
{
	char *name = text_of(a);

	if (name && strcmp(name, "-") && filter_bad_name(name, strlen(name))) {
		free(name);
		return NULL;
	}
	return name;
}

static const char *read_filter(struct auth_grant *grant, const struct radius_attr *a)
{
	free(grant->filter_set);
	grant->filter_set = radius_filter_name(a);
	return grant->filter_set ? NULL : "Filter-Id is no name of a filter set";
}

/* Several are kept as they came, one behind the other: they go back as they are. */
static const char *read_class(struct auth_grant *grant, const struct radius_attr *a)
{
	uint8_t *grown;

	if (grant->class_len + 2 + a->len > CLASS_MAX)
		return "it has more of Class than a report can carry";
	grown = realloc(grant->class, grant->class_len + 2 + a->len);
	if (!grown)
		return NO_MEMORY;
	memcpy(grown + grant->class_len, a->value - 2, 2U + a->len);
	grant->class = grown;
	grant->class_len += 2U + a->len;
	return NULL;
}

static const char *read_seconds(const struct radius_attr *a, uint32_t *seconds)
{
	return radius_uint(a, seconds) ? NULL : "a time has not 4 bytes";
}

static const char *read_attr(struct auth_grant *grant, const struct radius_attr *a,
			     unsigned int *netmask)
{
	if (a->vendor)
		return NULL;
	switch (a->type) {
	case PW_FRAMED_IP_ADDRESS:
		return read_address(grant, a);
	case PW_FRAMED_IP_NETMASK:
		return read_netmask(a, netmask);
	case PW_FRAMED_ROUTE:
		return read_route(grant, a);
	case PW_FRAMED_IPV6_PREFIX:
		return read_prefix(grant, a);
	case PW_FRAMED_POOL:
		return read_pool(grant, a);
	case PW_FILTER_ID:
		return read_filter(grant, a);
	case PW_SESSION_TIMEOUT:
		return read_seconds(a, &grant->session_s);
	case PW_IDLE_TIMEOUT:
		return read_seconds(a, &grant->idle_s);
	case PW_ACCT_INTERIM_INTERVAL:
		return read_seconds(a, &grant->interim_s);
	case PW_CLASS:
		return read_class(grant, a);
	default:
		return NULL;
	}
}

/**
 * radius_grant_read - what an Access-Accept grants
 * @p: the packet, verified
 * @grant: what it grants; to be cleared by auth_grant_clear() whatever is returned
 *
 * A client without Framed-IP-Address gets one of the pool. A netmask that is not that of one
 * address is the route to the client's network (RFC 2865, 5.9).
 *
 * Return: NULL, or why it cannot be granted.
 */
const char *radius_grant_read(const struct radius_packet *p, struct auth_grant *grant)
{
	unsigned int netmask = 32;
	const char *wrong = NULL;
	struct radius_cursor c;
	struct radius_attr a;

	*grant = (struct auth_grant){ .address_kind = USER_ADDRESS_POOL };
	radius_first(p, &c);
	while (!wrong && radius_next(&c, &a))
		wrong = read_attr(grant, &a, &netmask);
	if (!wrong && netmask != 32 && grant->address_kind == USER_ADDRESS_FIXED)
		wrong = add_route(grant, grant->address, netmask);
	return wrong;
}
