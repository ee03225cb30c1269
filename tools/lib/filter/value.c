// SPDX-License-Identifier: GPL-2.0
/*
 * Values in filters, see value.h.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "../array.h"
#include "value.h"

#define WORD_MAX	64	/* longer than any address with its prefix */

static char reason[320];

static const struct { const char *name; uint8_t number; } protocols[] = {
	{ "icmp", IPPROTO_ICMP }, { "igmp", IPPROTO_IGMP }, { "ipip", IPPROTO_IPIP },
	{ "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP }, { "dccp", IPPROTO_DCCP },
	{ "gre", IPPROTO_GRE }, { "esp", IPPROTO_ESP }, { "ah", IPPROTO_AH },
	{ "icmpv6", IPPROTO_ICMPV6 }, { "ospf", 89 }, { "pim", IPPROTO_PIM }, { "vrrp", 112 },
	{ "l2tp", 115 }, { "sctp", IPPROTO_SCTP }, { "udplite", IPPROTO_UDPLITE },
	/* Only read: as nftables and others call them. */
	{ "ipv6-icmp", IPPROTO_ICMPV6 },
};

static const struct { uint8_t protocol, type; const char *name; } icmp_types[] = {
	{ IPPROTO_ICMP, 0, "echo-reply" },
	{ IPPROTO_ICMP, 3, "destination-unreachable" },
	{ IPPROTO_ICMP, 4, "source-quench" },
	{ IPPROTO_ICMP, 5, "redirect" },
	{ IPPROTO_ICMP, 8, "echo-request" },
	{ IPPROTO_ICMP, 9, "router-advertisement" },
	{ IPPROTO_ICMP, 10, "router-solicitation" },
	{ IPPROTO_ICMP, 11, "time-exceeded" },
	{ IPPROTO_ICMP, 12, "parameter-problem" },
	{ IPPROTO_ICMP, 13, "timestamp-request" },
	{ IPPROTO_ICMP, 14, "timestamp-reply" },
	{ IPPROTO_ICMPV6, 1, "destination-unreachable" },
	{ IPPROTO_ICMPV6, 2, "packet-too-big" },
	{ IPPROTO_ICMPV6, 3, "time-exceeded" },
	{ IPPROTO_ICMPV6, 4, "parameter-problem" },
	{ IPPROTO_ICMPV6, 128, "echo-request" },
	{ IPPROTO_ICMPV6, 129, "echo-reply" },
	{ IPPROTO_ICMPV6, 133, "router-solicitation" },
	{ IPPROTO_ICMPV6, 134, "router-advertisement" },
	{ IPPROTO_ICMPV6, 135, "neighbour-solicitation" },
	{ IPPROTO_ICMPV6, 136, "neighbour-advertisement" },
};

/**
 * filter_word_is - compare a word
 * @w: the word
 * @text: with what
 *
 * Return: whether they are the same.
 */
bool filter_word_is(const struct filter_word *w, const char *text)
{
	return strlen(text) == w->len && !memcmp(w->text, text, w->len);
}

/* A word as a string; one that is too long for any value of ours is none. */
static bool copy(const struct filter_word *w, char text[WORD_MAX])
{
	if (!w->len || w->len >= WORD_MAX || memchr(w->text, '\0', w->len))
		return false;
	memcpy(text, w->text, w->len);
	text[w->len] = '\0';
	return true;
}

static unsigned int bits_of(const struct filter_prefix *p)
{
	return p->family == 4 ? 32 : 128;
}

static const char *read_address(const char *text, struct filter_prefix *out)
{
	*out = (struct filter_prefix){ .family = 4 };
	if (inet_pton(AF_INET, text, out->address) != 1) {
		out->family = 6;
		if (inet_pton(AF_INET6, text, out->address) != 1) {
			snprintf(reason, sizeof(reason),
				 "'%s' is no IPv4 or IPv6 address: expected for example 192.0.2.1, "
				 "192.0.2.0/24 or 2001:db8::/32",
				 text);
			return reason;
		}
	}
	out->len = (uint8_t)bits_of(out);
	return NULL;
}

/**
 * filter_read_address - one address
 * @w: the word
 * @out: where to put it, as a prefix of full length
 *
 * Return: NULL or what is wrong.
 */
const char *filter_read_address(const struct filter_word *w, struct filter_prefix *out)
{
	char text[WORD_MAX];

	if (!copy(w, text))
		return "expected an address";
	return read_address(text, out);
}

/**
 * filter_read_number - a whole number
 * @w: the word: decimal digits, or hexadecimal ones after 0x
 * @max: largest allowed
 * @what: what it is, for the sentence
 * @out: where to put it
 *
 * Return: NULL or what is wrong.
 */
const char *filter_read_number(const struct filter_word *w, uint32_t max, const char *what,
			       uint32_t *out)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = w->text, *end = w->text + w->len, *digit;
	unsigned int base = 10;
	uint64_t value = 0;

	if (w->len > 2 && p[0] == '0' && p[1] == 'x') {
		base = 16;
		p += 2;
	}
	if (p == end)
		goto bad;
	for (; p < end; p++) {
		digit = *p ? strchr(digits, *p) : NULL;
		if (!digit || (unsigned int)(digit - digits) >= base)
			goto bad;
		value = value * base + (unsigned int)(digit - digits);
		if (value > max)
			goto bad;
	}
	*out = (uint32_t)value;
	return NULL;
bad:
	snprintf(reason, sizeof(reason), "%s is a number from 0 to %u", what, max);
	return reason;
}

static bool bit(const struct filter_prefix *p, unsigned int i)
{
	return p->address[i / 8] & (0x80 >> i % 8);
}

/* A mask as Windows writes it; returns NULL with the length, or what is wrong. */
static const char *read_mask(const char *text, uint8_t *len)
{
	struct filter_prefix mask;
	unsigned int i = 0, n;

	if (read_address(text, &mask) || mask.family != 4)
		return "after / comes the length of the prefix, or an IPv4 mask such as "
		       "255.255.255.0";
	while (i < 32 && bit(&mask, i))
		i++;
	for (n = i; n < 32; n++) {
		if (bit(&mask, n)) {
			snprintf(reason, sizeof(reason),
				 "mask %s has a gap: a filter compares the first bits of an "
				 "address",
				 text);
			return reason;
		}
	}
	*len = (uint8_t)i;
	return NULL;
}

static const char *read_length(const char *text, struct filter_prefix *p)
{
	const struct filter_word w = { .text = text, .len = strlen(text) };
	const char *wrong;
	uint32_t len;

	if (p->family == 4 && strchr(text, '.'))
		return read_mask(text, &p->len);
	wrong = filter_read_number(&w, bits_of(p), "the length of the prefix", &len);
	if (!wrong)
		p->len = (uint8_t)len;
	return wrong;
}

/* Bits beyond the prefix would never be compared, but who wrote them meant something by them. */
static const char *check_host_bits(const char *address, const struct filter_prefix *p)
{
	struct filter_prefix right = *p;
	unsigned int i, wrong = 0;
	char text[WORD_MAX];

	for (i = p->len; i < bits_of(p); i++) {
		if (!bit(p, i))
			continue;
		right.address[i / 8] &= (uint8_t)~(0x80 >> i % 8);
		wrong++;
	}
	if (!wrong)
		return NULL;
	snprintf(reason, sizeof(reason),
		 "%s has bits set beyond its prefix of %u: write %s for the network, or %s/%u for "
		 "this one address",
		 address, p->len, filter_print_prefix(&right, text, sizeof(text)), address,
		 bits_of(p));
	return reason;
}

/**
 * filter_read_prefix - an address, or a network as ADDRESS/LENGTH or ADDRESS/MASK
 * @w: the word
 * @out: where to put it
 *
 * Return: NULL or what is wrong.
 */
const char *filter_read_prefix(const struct filter_word *w, struct filter_prefix *out)
{
	char text[WORD_MAX];
	const char *wrong;
	char *slash, *dash;

	if (!copy(w, text))
		return "expected an address or a prefix";
	if (text[0] == '!')
		return "a filter cannot say 'not': turn the default action round, or give the "
		       "other prefixes a filter each";
	dash = strchr(text, '-');
	if (dash)
		return "a range of addresses has to be written as prefixes, a filter each "
		       "('elements' does that by itself)";
	slash = strchr(text, '/');
	if (slash)
		*slash = '\0';
	wrong = read_address(text, out);
	if (!wrong && slash)
		wrong = read_length(slash + 1, out);
	if (!wrong)
		wrong = check_host_bits(text, out);
	return wrong;
}

/**
 * filter_read_ports - a port or a range of them
 * @w: the word: 80 or 80-90
 * @out: where to put the lowest and the highest
 *
 * Return: NULL or what is wrong.
 */
const char *filter_read_ports(const struct filter_word *w, uint16_t out[2])
{
	const char *dash = memchr(w->text, '-', w->len);
	struct filter_word low = *w, high = *w;
	uint32_t first, last;
	const char *wrong;

	if (dash) {
		low.len = (size_t)(dash - w->text);
		high.text = dash + 1;
		high.len = w->len - low.len - 1;
	}
	wrong = filter_read_number(&low, 65535, "a port", &first);
	if (!wrong)
		wrong = filter_read_number(&high, 65535, "a port", &last);
	if (wrong)
		return wrong;
	if (last < first)
		return "the range of ports is upside down: the lower one comes first";
	if (!last)
		return "port 0 alone cannot be a condition: leave it out for any port";
	out[0] = (uint16_t)first;
	out[1] = (uint16_t)last;
	return NULL;
}

/**
 * filter_read_protocol - a protocol by its name or number
 * @w: the word
 * @out: where to put it
 *
 * Return: NULL or what is wrong.
 */
const char *filter_read_protocol(const struct filter_word *w, uint8_t *out)
{
	uint32_t number;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		if (filter_word_is(w, protocols[i].name)) {
			*out = protocols[i].number;
			return NULL;
		}
	}
	if (filter_read_number(w, 255, "a protocol", &number))
		return "expected a number from 0 to 255 or the name of a protocol: tcp, udp, icmp, "
		       "icmpv6, gre, esp, ah, sctp, igmp, ospf and some more";
	*out = (uint8_t)number;
	return NULL;
}

/**
 * filter_read_icmp_type - an ICMP type by its name or number
 * @w: the word
 * @protocol: IPPROTO_ICMP or IPPROTO_ICMPV6
 * @out: where to put it
 *
 * Return: NULL or what is wrong.
 */
const char *filter_read_icmp_type(const struct filter_word *w, uint8_t protocol, uint8_t *out)
{
	uint32_t number;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(icmp_types); i++) {
		if (icmp_types[i].protocol == protocol && filter_word_is(w, icmp_types[i].name)) {
			*out = icmp_types[i].type;
			return NULL;
		}
	}
	if (filter_read_number(w, 255, "a type", &number))
		return "expected a number from 0 to 255 or the name of an ICMP type such as "
		       "echo-request, echo-reply or destination-unreachable";
	*out = (uint8_t)number;
	return NULL;
}

/**
 * filter_protocol_name - what a protocol is called
 * @protocol: its number
 *
 * Return: its name, NULL if it has none here.
 */
const char *filter_protocol_name(uint8_t protocol)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		if (protocols[i].number == protocol)
			return protocols[i].name;
	}
	return NULL;
}

/**
 * filter_icmp_name - what an ICMP type is called
 * @protocol: IPPROTO_ICMP or IPPROTO_ICMPV6
 * @type: its number
 *
 * Return: its name, NULL if it has none here.
 */
const char *filter_icmp_name(uint8_t protocol, uint8_t type)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(icmp_types); i++) {
		if (icmp_types[i].protocol == protocol && icmp_types[i].type == type)
			return icmp_types[i].name;
	}
	return NULL;
}

/**
 * filter_print_prefix - a prefix as text
 * @p: the prefix
 * @text: where to put it
 * @size: of @text
 *
 * Return: @text.
 */
char *filter_print_prefix(const struct filter_prefix *p, char *text, size_t size)
{
	char address[INET6_ADDRSTRLEN];

	inet_ntop(p->family == 4 ? AF_INET : AF_INET6, p->address, address, sizeof(address));
	if (p->len == bits_of(p))
		snprintf(text, size, "%s", address);
	else
		snprintf(text, size, "%s/%u", address, p->len);
	return text;
}
