/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON, written into a bounded buffer, and read where it is one flat object of strings, numbers
 * and booleans: the form in which rrasd answers rras.
 */
#ifndef TOOLS_LIB_JSON_H
#define TOOLS_LIB_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct json - a text being written
 *
 * Nothing is ever written past @size. A text that does not fit has @full set and is not valid.
 */
struct json {
	char *buffer;
	size_t size;
	size_t len;
	bool full;
	bool comma;	/* the next value needs a comma before it */
};

void json_init(struct json *j, void *buffer, size_t size);
void json_open(struct json *j, char bracket);
void json_close(struct json *j, char bracket);
void json_key(struct json *j, const char *key);
void json_bytes(struct json *j, const void *text, size_t len);
void json_string(struct json *j, const char *text);
void json_uint(struct json *j, uint64_t value);
void json_bool(struct json *j, bool value);
void json_raw(struct json *j, const char *text);
void json_field_string(struct json *j, const char *key, const char *text);
void json_field_uint(struct json *j, const char *key, uint64_t value);
void json_field_bool(struct json *j, const char *key, bool value);

/* Called for each member of a flat object; not 0 stops the reading. */
typedef int (*json_member_fn)(const char *key, const char *value, void *data);

int json_read_flat(const char *text, json_member_fn member, void *data);

#endif /* TOOLS_LIB_JSON_H */
