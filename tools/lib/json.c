// SPDX-License-Identifier: GPL-2.0
/*
 * JSON into a bounded buffer and flat objects out of one, see json.h.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

#define MEMBER_MAX	1024	/* longest key or value read */

/**
 * json_init - begin a text
 * @j: the writer
 * @buffer: where it goes; terminated by a NUL after every call
 * @size: of @buffer, at least 1
 */
void json_init(struct json *j, void *buffer, size_t size)
{
	*j = (struct json){ .buffer = buffer, .size = size };
	j->buffer[0] = '\0';
}

static void put(struct json *j, const char *text, size_t len)
{
	if (j->full || len >= j->size - j->len) {
		j->full = true;
		return;
	}
	memcpy(j->buffer + j->len, text, len);
	j->len += len;
	j->buffer[j->len] = '\0';
}

static void separate(struct json *j)
{
	if (j->comma)
		put(j, ",", 1);
	j->comma = true;
}

/**
 * json_open - begin an object or an array
 * @j: the writer
 * @bracket: '{' or '['
 */
void json_open(struct json *j, char bracket)
{
	separate(j);
	put(j, &bracket, 1);
	j->comma = false;
}

/**
 * json_close - end an object or an array
 * @j: the writer
 * @bracket: '}' or ']'
 */
void json_close(struct json *j, char bracket)
{
	put(j, &bracket, 1);
	j->comma = true;
}

/**
 * json_bytes - a string that may hold any byte
 * @j: the writer
 * @text: the bytes; those that are not printable ASCII are written as \u00XX, so that the text
 *	is valid whatever a peer has sent as its name
 * @len: how many
 */
void json_bytes(struct json *j, const void *text, size_t len)
{
	const unsigned char *p = text;
	char escape[8];
	size_t i;

	separate(j);
	put(j, "\"", 1);
	for (i = 0; i < len; i++) {
		if (p[i] == '"' || p[i] == '\\')
			snprintf(escape, sizeof(escape), "\\%c", p[i]);
		else if (p[i] < 0x20 || p[i] >= 0x7f)
			snprintf(escape, sizeof(escape), "\\u%04x", p[i]);
		else
			snprintf(escape, sizeof(escape), "%c", p[i]);
		put(j, escape, strlen(escape));
	}
	put(j, "\"", 1);
}

/**
 * json_string - a string
 * @j: the writer
 * @text: the string
 */
void json_string(struct json *j, const char *text)
{
	json_bytes(j, text, strlen(text));
}

/**
 * json_key - the name of the next value
 * @j: the writer
 * @key: the name
 */
void json_key(struct json *j, const char *key)
{
	json_string(j, key);
	put(j, ":", 1);
	j->comma = false;
}

/**
 * json_raw - something that is JSON already
 * @j: the writer
 * @text: one value
 */
void json_raw(struct json *j, const char *text)
{
	separate(j);
	put(j, text, strlen(text));
}

/**
 * json_uint - a number
 * @j: the writer
 * @value: the number
 */
void json_uint(struct json *j, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	json_raw(j, text);
}

/**
 * json_bool - true or false
 * @j: the writer
 * @value: which
 */
void json_bool(struct json *j, bool value)
{
	json_raw(j, value ? "true" : "false");
}

/**
 * json_field_string - a member of an object
 * @j: the writer
 * @key: its name
 * @text: its value
 */
void json_field_string(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	json_string(j, text);
}

/**
 * json_field_uint - a member of an object
 * @j: the writer
 * @key: its name
 * @value: its value
 */
void json_field_uint(struct json *j, const char *key, uint64_t value)
{
	json_key(j, key);
	json_uint(j, value);
}

/**
 * json_field_bool - a member of an object
 * @j: the writer
 * @key: its name
 * @value: its value
 */
void json_field_bool(struct json *j, const char *key, bool value)
{
	json_key(j, key);
	json_bool(j, value);
}

static const char *skip_space(const char *p)
{
	while (isspace((unsigned char)*p))
		p++;
	return p;
}

static int hex_value(const char *p)
{
	char digits[5];
	char *end;
	long value;

	if (strnlen(p, 4) < 4)
		return -1;
	memcpy(digits, p, 4);
	digits[4] = '\0';
	value = strtol(digits, &end, 16);
	return *end ? -1 : (int)value;
}

static const char *read_escape(const char *p, char *out)
{
	int value;

	switch (*p) {
	case '"':
	case '\\':
	case '/':
		*out = *p;
		return p + 1;
	case 'n':
		*out = '\n';
		return p + 1;
	case 't':
		*out = '\t';
		return p + 1;
	case 'u':
		value = hex_value(p + 1);
		if (value < 0)
			return NULL;
		*out = value > 0 && value < 256 ? (char)value : '?';
		return p + 5;
	default:
		return NULL;
	}
}

/* @p is after the opening quote; returns what follows the closing one, NULL if there is none. */
static const char *read_string(const char *p, char *out, size_t size)
{
	size_t n = 0;

	while (p && *p && *p != '"') {
		if (n + 1 >= size)
			return NULL;
		if (*p == '\\')
			p = read_escape(p + 1, &out[n++]);
		else
			out[n++] = *p++;
	}
	out[n] = '\0';
	return p && *p == '"' ? p + 1 : NULL;
}

static const char *read_word(const char *p, char *out, size_t size)
{
	size_t n = 0;

	while (isalnum((unsigned char)*p) || *p == '.' || *p == '-' || *p == '+') {
		if (n + 1 >= size)
			return NULL;
		out[n++] = *p++;
	}
	out[n] = '\0';
	return n ? p : NULL;
}

static const char *read_member(const char *p, char *key, char *value)
{
	p = skip_space(p);
	if (*p != '"')
		return NULL;
	p = read_string(p + 1, key, MEMBER_MAX);
	if (!p)
		return NULL;
	p = skip_space(p);
	if (*p != ':')
		return NULL;
	p = skip_space(p + 1);
	if (*p == '"')
		p = read_string(p + 1, value, MEMBER_MAX);
	else
		p = read_word(p, value, MEMBER_MAX);
	return p ? skip_space(p) : NULL;
}

/**
 * json_read_flat - read one object whose values are strings, numbers and booleans
 * @text: the object; what follows it is not looked at
 * @member: called for each member, with the value as text
 * @data: for @member
 *
 * Return: 0, what @member returned if it was not 0, or -EBADMSG.
 */
int json_read_flat(const char *text, json_member_fn member, void *data)
{
	char value[MEMBER_MAX];
	char key[MEMBER_MAX];
	const char *p;
	int err;

	p = skip_space(text);
	if (*p != '{')
		return -EBADMSG;
	p = skip_space(p + 1);
	if (*p == '}')
		return 0;
	for (;;) {
		p = read_member(p, key, value);
		if (!p)
			return -EBADMSG;
		err = member(key, value, data);
		if (err)
			return err;
		if (*p == '}')
			return 0;
		if (*p != ',')
			return -EBADMSG;
		p++;
	}
}
