// SPDX-License-Identifier: GPL-2.0
/*
 * Section [l2tp], see config_l2tp.h. Its keys stand in the table of config_key.c.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_l2tp.h"
#include "config_value.h"

#define MTU	1400	/* fits into IPsec with NAT traversal on Ethernet */

static const char expected[] = "expected an IPv4 or IPv6 address";

/**
 * config_l2tp_init - the defaults
 * @l2tp: the section, zeroed
 */
void config_l2tp_init(struct config_l2tp *l2tp)
{
	l2tp->port = CONFIG_L2TP_PORT;
	l2tp->mtu = MTU;
	l2tp->tunnels = 10000;
	l2tp->tunnels_per_peer = 100;
	l2tp->unfinished = 1000;
	l2tp->unfinished_per_peer = 8;
	l2tp->sessions_per_tunnel = 10000;
	l2tp->rate = 1000;
	l2tp->rate_per_peer = 20;
	l2tp->settings = (struct l2tp_settings){
		.window = 16,
		.hello_ms = 60000,
		.setup_ms = 15000,
		.retransmit_ms = 1000,
		.retransmit_max_ms = 8000,
		.tries = 5,
	};
}

/**
 * config_l2tp_finish - the section is complete
 * @l2tp: the section
 * @host: the name of this machine
 */
void config_l2tp_finish(struct config_l2tp *l2tp, const char *host)
{
	l2tp->settings.host_name = l2tp->host_name ? l2tp->host_name : host;
	if (l2tp->secret)
		l2tp->settings.secret = (struct l2tp_secret){ l2tp->secret, strlen(l2tp->secret) };
}

/**
 * config_l2tp_free - forget what the section holds
 * @l2tp: the section
 */
void config_l2tp_free(struct config_l2tp *l2tp)
{
	size_t i;

	for (i = 0; i < l2tp->listen.count; i++)
		free(l2tp->listen.item[i]);
	if (l2tp->secret)
		explicit_bzero(l2tp->secret, strlen(l2tp->secret));
	free(l2tp->secret);
	free(l2tp->host_name);
}

/* "ADDRESS%INTERFACE" of a link-local address. */
static const char *read_address6(const char *text, struct l2tp_address *address)
{
	char copy[INET6_ADDRSTRLEN + 1 + IF_NAMESIZE];
	struct in6_addr in6;
	char *scope;

	if (strlen(text) >= sizeof(copy))
		return expected;
	strcpy(copy, text);
	scope = strchr(copy, '%');
	if (scope)
		*scope++ = '\0';
	if (inet_pton(AF_INET6, copy, &in6) != 1)
		return expected;
	if (IN6_IS_ADDR_V4MAPPED(&in6))
		return "expected the IPv4 address itself";
	if (IN6_IS_ADDR_LINKLOCAL(&in6) != !!scope)
		return "expected an interface after a link-local address only: fe80::1%eth0";
	address->family = AF_INET6;
	memcpy(address->bytes, &in6, sizeof(in6));
	address->scope = scope ? if_nametoindex(scope) : 0;
	return NULL;
}

/* "HOST", "HOST:PORT", or, as colons belong to the address, "[HOST]:PORT". */
static const char *cut_port(char *text, char **host, uint16_t *port)
{
	char *colon = strrchr(text, ':');
	char *end = strchr(text, ']');
	const char *wrong;
	uint32_t number;

	*host = text;
	if (text[0] == '[' && end) {
		*host = text + 1;
		*end++ = '\0';
		if (*end && *end != ':')
			return "expected a colon and a port after the bracket";
		colon = *end ? end : NULL;
	} else if (colon && strchr(text, ':') != colon) {
		return NULL;
	}
	if (!colon)
		return NULL;
	*colon = '\0';
	wrong = config_read_number(colon + 1, 1, UINT16_MAX, &number);
	if (!wrong)
		*port = (uint16_t)number;
	return wrong;
}

/**
 * config_l2tp_address - read an address with or without a port
 * @text: "192.0.2.1", "192.0.2.1:1701", "2001:db8::1", "[2001:db8::1]:1701"
 * @port: the port, if there is none in it
 * @address: where to put it
 *
 * Return: NULL or what is wrong.
 */
const char *config_l2tp_address(const char *text, uint16_t port, struct l2tp_address *address)
{
	const char *wrong;
	char copy[96];
	char *host;

	*address = (struct l2tp_address){ .port = port };
	if (strlen(text) >= sizeof(copy))
		return expected;
	strcpy(copy, text);
	wrong = cut_port(copy, &host, &address->port);
	if (wrong)
		return wrong;
	if (inet_pton(AF_INET, host, address->bytes) != 1)
		return read_address6(host, address);
	address->family = AF_INET;
	return NULL;
}

/**
 * config_l2tp_listen - is this an address to listen at?
 * @value: the text
 *
 * Return: NULL or what is wrong.
 */
const char *config_l2tp_listen(const char *value)
{
	struct l2tp_address address;
	const char *wrong = config_l2tp_address(value, 0, &address);

	if (!wrong && address.port)
		return "expected an address without a port: there is a key for it";
	return wrong;
}

/**
 * config_l2tp_peer - is this somebody who can be called?
 * @value: the text
 *
 * Return: NULL or what is wrong.
 */
const char *config_l2tp_peer(const char *value)
{
	struct l2tp_address address;

	return config_l2tp_address(value, CONFIG_L2TP_PORT, &address);
}
