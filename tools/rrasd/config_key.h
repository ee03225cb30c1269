/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The keys of the configuration file: what stands in the table, for the one who reads the file.
 */
#ifndef RRASD_CONFIG_KEY_H
#define RRASD_CONFIG_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;

#define CONFIG_KEYS_MAX		160
#define CONFIG_LINE_LEN		512

/* Sections that describe something of their own. */
#define CONFIG_DIAL		"dial"
#define CONFIG_SERIAL		"serial"
#define CONFIG_POOL		"pool"

/* How a value is read, and what it becomes. */
enum config_kind {
	KIND_BOOL,
	KIND_NUMBER8,	/* uint8_t */
	KIND_NUMBER16,
	KIND_NUMBER32,
	KIND_TIME,	/* uint32_t, milliseconds */
	KIND_ADDRESS,
	KIND_ADDRESS6,
	KIND_LINK_LOCAL,
	KIND_POOL6,
	KIND_RANGE,
	KIND_INTERFACE,
	KIND_INTERFACES,
	KIND_ENDPOINTS,	/* addresses, with a port or without */
	KIND_TEXT,
	KIND_SECRET,	/* as KIND_TEXT, and no message shows it */
	KIND_TEXTS,
	KIND_PATH,
	KIND_METHODS,
	KIND_SECOND,
	KIND_CONFLICT,
	KIND_LEVEL,
	KIND_LISTEN,
	KIND_FILTER_SET,
	KIND_L2TP_LISTEN,
	KIND_SPEED,
	KIND_ACCM,
	KIND_DIAL_OVER,
	KIND_DIAL_MODE,
	KIND_RADIUS_SERVER,
	KIND_RADIUS_CLIENT,
	KIND_RADIUS_LISTEN,
};

/**
 * struct config_key - a key
 * @section: the section it is a key of
 * @offset: where the value belongs, in the configuration or in what the section describes
 * @min: smallest number
 * @max: largest number, or length of a text
 */
struct config_key {
	const char *section, *name;
	enum config_kind kind;
	size_t offset;
	uint32_t min, max;
};

extern const struct config_key config_keys[];
extern const size_t config_key_count;

const char *config_key_set(const struct config_key *key, struct config *c, void *named,
			   unsigned int line, const char *value);
bool config_key_repeats(const struct config_key *key);

#endif /* RRASD_CONFIG_KEY_H */
