// SPDX-License-Identifier: GPL-2.0
/*
 * Output, see table.h.
 */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rras.h"
#include "table.h"

static void *grow(void *old, size_t size)
{
	void *p = realloc(old, size);

	if (!p) {
		fputs("rras: out of memory\n", stderr);
		exit(EXIT_FAILED);
	}
	return p;
}

/**
 * table_init - begin
 * @t: the table
 * @columns: its columns
 * @width: how many
 */
void table_init(struct table *t, const struct column *columns, size_t width)
{
	*t = (struct table){ .columns = columns, .width = width };
}

/**
 * table_reset - forget the rows: they are read again
 * @t: the table
 */
void table_reset(struct table *t)
{
	while (t->count)
		free(t->cells[--t->count]);
	t->json_len = 0;
}

/**
 * table_clean - free everything
 * @t: the table
 */
void table_clean(struct table *t)
{
	table_reset(t);
	free(t->cells);
	free(t->json);
}

static void add_cell(struct table *t, char *text)
{
	if (t->count == t->room) {
		t->room = t->room ? t->room * 2 : 256;
		t->cells = grow(t->cells, t->room * sizeof(*t->cells));
	}
	t->cells[t->count++] = text;
}

/**
 * table_cell - the next cell of a row, or the first of the next row
 * @t: the table
 * @format: as for printf
 */
void table_cell(struct table *t, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (!text)
		text = grow(NULL, 1), text[0] = '\0';
	add_cell(t, text);
}

/**
 * table_bytes - a cell with a text that somebody on the network has chosen
 * @t: the table
 * @text: the text; what is no printable ASCII is shown as \xNN, so that it harms no terminal
 */
void table_bytes(struct table *t, const char *text)
{
	char *out = grow(NULL, strlen(text) * 4 + 1);
	char *p = out;

	for (; *text; text++) {
		if (*text >= 0x20 && *text < 0x7f && *text != '\\')
			*p++ = *text;
		else
			p += sprintf(p, "\\x%02x", (unsigned char)*text);
	}
	*p = '\0';
	add_cell(t, out);
}

/**
 * table_object - one element of the JSON array
 * @t: the table
 * @json: the element
 */
void table_object(struct table *t, const char *json)
{
	size_t len = strlen(json);

	if (t->json_len + len + 3 > t->json_room) {
		t->json_room = (t->json_len + len + 3) * 2;
		t->json = grow(t->json, t->json_room);
	}
	if (t->json_len) {
		memcpy(t->json + t->json_len, ",\n", 2);
		t->json_len += 2;
	}
	memcpy(t->json + t->json_len, json, len + 1);
	t->json_len += len;
}

static bool shown(const struct table *t, size_t column)
{
	return options.stats || !t->columns[column].wide;
}

static size_t column_width(const struct table *t, size_t column)
{
	size_t width = strlen(t->columns[column].title);
	size_t i, len;

	for (i = column; i < t->count; i += t->width) {
		len = strlen(t->cells[i]);
		if (len > width)
			width = len;
	}
	return width;
}

static void print_row(const struct table *t, const size_t *widths, char **cells)
{
	const char *text;
	size_t i, last = 0;

	for (i = 0; i < t->width; i++) {
		if (shown(t, i))
			last = i;
	}
	for (i = 0; i < t->width; i++) {
		if (!shown(t, i))
			continue;
		text = cells ? cells[i] : t->columns[i].title;
		if (t->columns[i].right)
			printf("%*s", (int)widths[i], text);
		else if (i == last)
			fputs(text, stdout);
		else
			printf("%-*s", (int)widths[i], text);
		fputs(i == last ? "\n" : "  ", stdout);
	}
}

/**
 * table_print - write it
 * @t: the table
 *
 * Return: an exit code.
 */
int table_print(struct table *t)
{
	size_t widths[32];
	size_t i;

	if (options.json) {
		printf("[%s]\n", t->json_len ? t->json : "");
	} else {
		for (i = 0; i < t->width; i++)
			widths[i] = column_width(t, i);
		print_row(t, widths, NULL);
		for (i = 0; i + t->width <= t->count; i += t->width)
			print_row(t, widths, t->cells + i);
	}
	return fflush(stdout) ? EXIT_FAILED : EXIT_OK;
}

/* Longest text of all here: an IPv6 address. */
#define TEXT_LEN	INET6_ADDRSTRLEN

static char *turn_buffer(void)
{
	static char buffers[16][TEXT_LEN];
	static unsigned int turn;

	return buffers[turn++ % 16];
}

/**
 * text_count - a large number so that it can be read: 1234567 is 1.2M
 * @n: the number
 *
 * Return: a static buffer, good for some more calls.
 */
const char *text_count(uint64_t n)
{
	static const char units[] = "kMGTPE";
	char *text = turn_buffer();
	double value = (double)n;
	int i;

	if (n < 10000) {
		sprintf(text, "%llu", (unsigned long long)n);
		return text;
	}
	for (i = -1; value >= 1000 && units[i + 1]; i++)
		value /= 1000;
	sprintf(text, "%.1f%c", value, units[i]);
	return text;
}

/**
 * text_time - a time so that it can be read: 1d02h, 3h04m, 5m06s, 7s
 * @seconds: the time
 *
 * Return: a static buffer, good for some more calls.
 */
const char *text_time(uint64_t seconds)
{
	unsigned long long s = seconds;
	char *text = turn_buffer();

	if (s >= 86400)
		sprintf(text, "%llud%02lluh", s / 86400, s / 3600 % 24);
	else if (s >= 3600)
		sprintf(text, "%lluh%02llum", s / 3600, s / 60 % 60);
	else if (s >= 60)
		sprintf(text, "%llum%02llus", s / 60, s % 60);
	else
		sprintf(text, "%llus", s);
	return text;
}

/**
 * text_ipv4 - an address
 * @address: in network byte order
 *
 * Return: a static buffer, good for some more calls.
 */
const char *text_ipv4(uint32_t address)
{
	struct in_addr in = { .s_addr = address };

	return inet_ntop(AF_INET, &in, turn_buffer(), TEXT_LEN);
}

/**
 * text_ipv6 - an address
 * @attr: has it, or NULL
 *
 * Return: a static buffer, good for some more calls; "-" if there is none.
 */
const char *text_ipv6(const struct nlattr *attr)
{
	if (!attr || mnl_attr_get_payload_len(attr) != sizeof(struct in6_addr))
		return "-";
	return inet_ntop(AF_INET6, mnl_attr_get_payload(attr), turn_buffer(), TEXT_LEN);
}

/**
 * text_mac - an Ethernet address
 * @mac: 6 bytes
 *
 * Return: a static buffer, good for some more calls.
 */
const char *text_mac(const uint8_t *mac)
{
	char *text = turn_buffer();

	sprintf(text, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
		mac[5]);
	return text;
}

/**
 * text_switch - how a switch stands
 * @on: how
 *
 * Return: the word for it.
 */
const char *text_switch(bool on)
{
	return on ? "on" : "off";
}
