/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Values in filters: addresses, ports, protocols, ICMP types. What reads returns NULL, or a
 * sentence that says what is wrong, in a static buffer.
 */
#ifndef TOOLS_LIB_FILTER_VALUE_H
#define TOOLS_LIB_FILTER_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct filter_word - a part of a text and where it stands
 */
struct filter_word {
	const char *text;
	size_t len;
	unsigned int line, column;
};

/**
 * struct filter_prefix - an address and how many bits of it count
 */
struct filter_prefix {
	uint8_t family;		/* 4 or 6 */
	uint8_t len;
	uint8_t address[16];	/* of IPv4 the first four bytes */
};

bool filter_word_is(const struct filter_word *w, const char *text);
const char *filter_read_address(const struct filter_word *w, struct filter_prefix *out);
const char *filter_read_prefix(const struct filter_word *w, struct filter_prefix *out);
const char *filter_read_number(const struct filter_word *w, uint32_t max, const char *what,
			       uint32_t *out);
const char *filter_read_ports(const struct filter_word *w, uint16_t out[2]);
const char *filter_read_protocol(const struct filter_word *w, uint8_t *out);
const char *filter_read_icmp_type(const struct filter_word *w, uint8_t protocol, uint8_t *out);
const char *filter_protocol_name(uint8_t protocol);
const char *filter_icmp_name(uint8_t protocol, uint8_t type);
char *filter_print_prefix(const struct filter_prefix *p, char *text, size_t size);

#endif /* TOOLS_LIB_FILTER_VALUE_H */
