/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Output: a table with aligned columns for people, a JSON array for programs.
 */
#ifndef RRAS_TABLE_H
#define RRAS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../lib/json.h"

struct nlattr;

#define TABLE_OBJECT_LEN	65536	/* longest JSON object of ours */

/**
 * struct column - one column
 */
struct column {
	const char *title;
	bool right;	/* aligned to the right: numbers */
	bool wide;	/* shown with -s only */
};

/**
 * struct table - what is going to be written
 *
 * Rows for people and objects for programs; a sub-command fills the one that was asked for.
 */
struct table {
	const struct column *columns;
	size_t width;		/* number of columns */
	char **cells;
	size_t count, room;
	char *json;
	size_t json_len, json_room;
};

void table_init(struct table *t, const struct column *columns, size_t width);
void table_reset(struct table *t);
void table_clean(struct table *t);
void table_cell(struct table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void table_bytes(struct table *t, const char *text);
void table_object(struct table *t, const char *json);
int table_print(struct table *t);

const char *text_count(uint64_t n);
const char *text_time(uint64_t seconds);
const char *text_ipv4(uint32_t address);
const char *text_ipv6(const struct nlattr *attr);
const char *text_mac(const uint8_t *mac);
const char *text_switch(bool on);

#endif /* RRAS_TABLE_H */
