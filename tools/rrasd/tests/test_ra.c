// SPDX-License-Identifier: GPL-2.0
/*
 * Router advertisements, byte for byte, and what counts as a solicitation.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ra.h"
#include "host.h"
#include "tap.h"

static char text[2 * RA_LEN_MAX + 64];

static struct in6_addr address(const char *from)
{
	struct in6_addr a;

	if (inet_pton(AF_INET6, from, &a) != 1)
		abort();
	return a;
}

static const char *hex(const uint8_t *data, size_t len)
{
	size_t i;

	text[0] = '\0';
	for (i = 0; i < len; i++)
		sprintf(text + 2 * i, "%02x", data[i]);
	return text;
}

/* The sum over pseudo header and message, checksum included, is all ones. */
static bool sum_right(const uint8_t *p, size_t len)
{
	uint32_t total = (uint32_t)(len - 40) + 58;
	size_t i;

	for (i = 8; i < len; i += 2)
		total += (uint32_t)(p[i] << 8 | p[i + 1]);
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return total == 0xffff;
}

static struct ra sample(void)
{
	struct ra ra = {
		.source = address("fe80::1"), .mtu = 1492, .router_s = 1800,
		.prefix = { address("2001:db8:0:7::"), 64 }, .preferred_s = 0x0a0b0c0d,
		.valid_s = 0x01020304, .dns_s = 0x1234,
	};

	return ra;
}

static void test_build(void)
{
	uint8_t packet[RA_LEN_MAX];
	struct ra ra = sample();
	size_t len;

	len = ra_build(packet, &ra);
	tap_number((long long)len, 96, "a prefix and an MTU");
	tap_text(hex(packet, 40), "6000000000383afffe800000000000000000000000000001"
		 "ff020000000000000000000000000001", "the IPv6 header");
	tap_text(hex(packet + 44, 12), "400007080000000000000000",
		 "the router's life, no flags");
	tap_text(hex(packet + 56, 8), "05010000000005d4", "the MTU");
	tap_text(hex(packet + 64, 32), "03044040010203040a0b0c0d00000000"
		 "20010db8000000070000000000000000", "the prefix: autonomous, not on link");
	tap_ok(packet[40] == 134 && !packet[41] && sum_right(packet, len), "type and checksum");

	ra.dns[1] = address("2001:db8::54");
	len = ra_build(packet, &ra);
	tap_number((long long)len, 120, "with one name server");
	tap_text(hex(packet + 96, 24), "190300000000123420010db8000000000000000000000054",
		 "it and its life");
	tap_ok(sum_right(packet, len), "checksum");
	ra.dns[0] = address("2001:db8::53");
	len = ra_build(packet, &ra);
	tap_number((long long)len, RA_LEN_MAX, "with two: the longest");
	tap_text(hex(packet + 96, 24), "190500000000123420010db8000000000000000000000053",
		 "in order");
	tap_ok(sum_right(packet, len), "checksum");
	ra.prefix.len = 0;
	len = ra_build(packet, &ra);
	tap_ok(len == RA_LEN_MAX - 32 && sum_right(packet, len), "without a prefix");
}

static void test_solicited(void)
{
	static const struct { const char *message, *source; int hops; bool good; } cases[] = {
		{ "85 00 1234 00000000", "fe80::5", 255, true },
		{ "85 00 1234 00000000", "::", 255, true },
		{ "85 00 1234 00000000", "fe80::5", 254, false },
		{ "85 00 1234 00000000", "fe80::5", 0, false },
		{ "85 01 1234 00000000", "fe80::5", 255, false },
		{ "86 00 1234 00000000", "fe80::5", 255, false },
		{ "85 00 1234 000000", "fe80::5", 255, false },
		{ "", "fe80::5", 255, false },
		{ "85 00 1234 00000000 01 01 020000000001", "fe80::5", 255, true },
		{ "85 00 1234 00000000 01 01 020000000001", "::", 255, false },
		{ "85 00 1234 00000000 0e 01 020000000001", "::", 255, true },
		{ "85 00 1234 00000000 01 00 020000000001", "fe80::5", 255, false },
		{ "85 00 1234 00000000 01 02 020000000001", "fe80::5", 255, false },
		{ "85 00 1234 00000000 01 01 0200", "fe80::5", 255, false },
		{ "85 00 1234 00000000 ff", "fe80::5", 255, false },
		{ "85 00 1234 00000000 0e 02 0000000000000000000000000000 01 01 000000000000",
		  "::", 255, false },
	};
	struct in6_addr source;
	uint8_t data[64], *copy;
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		len = host_unhex(cases[i].message, data, sizeof(data));
		copy = malloc(len ? len : 1);
		if (!copy)
			abort();
		memcpy(copy, data, len);
		source = address(cases[i].source);
		tap_ok(ra_solicited(copy, len, &source, cases[i].hops) == cases[i].good,
		       "solicitation %zu is %s", i, cases[i].good ? "one" : "none");
		free(copy);
	}
}

int main(void)
{
	test_build();
	test_solicited();
	return tap_end();
}
