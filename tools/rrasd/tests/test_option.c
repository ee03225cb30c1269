// SPDX-License-Identifier: GPL-2.0
/*
 * The option reader, writer and reply builder at their edges.
 */
#include <stdlib.h>
#include <string.h>

#include "../ppp/internal.h"
#include "host.h"
#include "tap.h"

/* A copy of exactly its size, so that the sanitizer sees one byte too far. */
static uint8_t *exact(const char *hex, size_t *len)
{
	uint8_t data[600];
	uint8_t *copy;

	*len = host_unhex(hex, data, sizeof(data));
	copy = malloc(*len ? *len : 1);
	if (!copy)
		abort();
	memcpy(copy, data, *len);
	return copy;
}

static void test_valid(void)
{
	static const struct {
		const char *hex, *what;
		bool valid;
	} rows[] = {
		{ "", "an empty list", true },
		{ "0102", "an option without data", true },
		{ "0104 05dc 0506 01020304", "two options", true },
		{ "01", "a type without a length", false },
		{ "0100", "length 0", false },
		{ "0101", "length 1", false },
		{ "0101 02", "length 1 before what could be an option", false },
		{ "0105 0000", "length beyond the list", false },
		{ "01ff", "length 255 in two bytes", false },
		{ "0102 0102 01", "a tail of one byte", false },
		{ "0108 0503 0103 0102", "options inside the data of an option", true },
		{ "0104 05dc 0500", "good, then length 0", false },
	};
	uint8_t *data;
	unsigned int i;
	size_t len;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		data = exact(rows[i].hex, &len);
		tap_ok(ppp_options_valid(data, len) == rows[i].valid, "list with %s is %s",
		       rows[i].what, rows[i].valid ? "valid" : "malformed");
		free(data);
	}
	tap_ok(ppp_options_valid(NULL, 0), "no list at all is an empty list");
}

static void test_reader(void)
{
	struct ppp_reader r;
	struct ppp_option o;
	uint8_t *data;
	size_t len;

	data = exact("0104 05dc 0702 0500", &len);
	ppp_reader_init(&r, data, len);
	tap_ok(ppp_reader_next(&r, &o) == 1 && o.type == 1 && o.len == 2 &&
	       ppp_get16(o.value) == 1500, "first option");
	tap_ok(ppp_reader_next(&r, &o) == 1 && o.type == 7 && !o.len, "option without data");
	tap_number(ppp_reader_next(&r, &o), -1, "malformed option");
	tap_number(ppp_reader_next(&r, &o), -1, "stays malformed");
	tap_ok(ppp_options_find(data, len, 7, &o) && o.type == 7, "find an option");
	tap_ok(!ppp_options_find(data, len, 5, &o), "do not find a malformed one");
	free(data);
}

static void test_subset(void)
{
	static const struct {
		const char *part, *what;
		bool subset;
	} rows[] = {
		{ "", "nothing", false },
		{ "0104 05dc", "the first", true },
		{ "0702", "the last", true },
		{ "0104 05dc 0702", "first and last", true },
		{ "0702 0104 05dc", "two in the wrong order", false },
		{ "0104 05dd", "another value", false },
		{ "0103 05", "another length", false },
		{ "0104 05dc 0104 05dc", "one of them twice", false },
		{ "0802", "one that was not there", false },
		{ "0104 05dc 05", "a malformed list", false },
	};
	uint8_t *all, *part;
	size_t all_len, len;
	unsigned int i;

	all = exact("0104 05dc 0506 01020304 0702", &all_len);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		part = exact(rows[i].part, &len);
		tap_ok(ppp_options_subset(part, len, all, all_len) == rows[i].subset,
		       "Reject of %s is %s", rows[i].what,
		       rows[i].subset ? "valid" : "not valid");
		free(part);
	}
	free(all);
}

static void test_writer(void)
{
	struct ppp_writer w;
	uint8_t big[254] = { 0 };
	uint8_t buf[10];

	ppp_writer_init(&w, buf, sizeof(buf));
	ppp_put16(&w, 1, 1492);
	ppp_put32(&w, 5, 0x01020304);
	tap_ok(w.len == 10 && !w.full && !memcmp(buf, "\1\4\5\324\5\6\1\2\3\4", 10),
	       "writer fills its room to the last byte");
	ppp_put(&w, 7, NULL, 0);
	tap_ok(w.len == 10 && w.full, "what does not fit is left out");
	ppp_writer_init(&w, buf, 1);
	ppp_put(&w, 7, NULL, 0);
	tap_ok(!w.len && w.full, "room for half a header is no room");
	ppp_writer_init(&w, buf, sizeof(buf));
	ppp_put(&w, 7, big, sizeof(big));
	tap_ok(!w.len && w.full, "data longer than a length field can say");
}

static void test_reply(void)
{
	static const uint8_t value[2] = { 5, 0xd4 };
	struct ppp_option a = { .type = 1, .len = 2, .value = value };
	struct ppp_option b = { .type = 200, .len = 0, .value = NULL };
	struct ppp_reply r;
	uint8_t buf[16];

	ppp_reply_init(&r, buf, sizeof(buf), false);
	tap_number(r.code, PPP_CODE_CONF_ACK, "a reply begins as Ack");
	ppp_reply_nak(&r, &a, value, 2);
	tap_ok(r.code == PPP_CODE_CONF_NAK && r.options.len == 4, "one Nak makes it a Nak");
	ppp_reply_reject(&r, &b);
	tap_ok(r.code == PPP_CODE_CONF_REJ && r.options.len == 2 && buf[0] == 200,
	       "one Reject makes it a Reject of only that option");
	ppp_reply_nak(&r, &a, value, 2);
	ppp_reply_missing(&r, 3, value, 2);
	tap_ok(r.code == PPP_CODE_CONF_REJ && r.options.len == 2, "later Naks do not count");
	ppp_reply_init(&r, buf, sizeof(buf), true);
	ppp_reply_nak(&r, &a, "\0\0", 2);
	tap_ok(r.code == PPP_CODE_CONF_REJ && !memcmp(buf, "\1\4\5\324", 4),
	       "a stubborn reply rejects the option as it came");
	tap_ok(!ppp_reply_seen(&r, 255) && ppp_reply_seen(&r, 255) && !ppp_reply_seen(&r, 0) &&
	       ppp_reply_seen(&r, 0), "types are remembered, 0 and 255 as well");
}

int main(void)
{
	test_valid();
	test_reader();
	test_subset();
	test_writer();
	test_reply();
	return tap_end();
}
