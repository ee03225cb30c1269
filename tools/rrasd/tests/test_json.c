// SPDX-License-Identifier: GPL-2.0
/*
 * JSON as rrasd writes it and rras reads it.
 */
#include <stdlib.h>
#include <string.h>

#include "../../lib/json.h"
#include "tap.h"

static void test_write(void)
{
	char text[256];
	struct json j;

	json_init(&j, text, sizeof(text));
	json_open(&j, '{');
	json_field_string(&j, "a", "b\"\\\n\xff");
	json_field_uint(&j, "n", 18446744073709551615ULL);
	json_key(&j, "list");
	json_open(&j, '[');
	json_uint(&j, 1);
	json_bool(&j, true);
	json_open(&j, '{');
	json_close(&j, '}');
	json_close(&j, ']');
	json_field_bool(&j, "z", false);
	json_close(&j, '}');
	tap_text(text, "{\"a\":\"b\\\"\\\\\\u000a\\u00ff\",\"n\":18446744073709551615,"
		 "\"list\":[1,true,{}],\"z\":false}", "all kinds");
	tap_ok(!j.full, "it fits");
}

static void test_bounds(void)
{
	char *text;
	struct json j;
	size_t size;

	for (size = 1; size < 40; size++) {
		text = malloc(size);
		if (!text)
			abort();
		json_init(&j, text, size);
		json_open(&j, '{');
		json_field_string(&j, "key", "\x01\x02 value");
		json_close(&j, '}');
		if (strlen(text) >= size || (!j.full && strcmp(text,
						"{\"key\":\"\\u0001\\u0002 value\"}")))
			break;
		free(text);
	}
	tap_number((long long)size, 40, "no size is overrun");
}

static char seen[512];

static int member(const char *key, const char *value, void *data)
{
	(void)data;
	strcat(seen, key);
	strcat(seen, "=");
	strcat(seen, value);
	strcat(seen, ";");
	return !strcmp(key, "stop");
}

static int read_text(const char *text)
{
	seen[0] = '\0';
	return json_read_flat(text, member, NULL);
}

static void test_read(void)
{
	static const char *const bad[] = {
		"", "x", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{1:2}",
		"{\"a\":\"b}", "{\"a\":\"\\", "{\"a\":\"\\u00", "{\"a\":\"\\u00zz\"}",
		"{\"a\":\"\\q\"}", "{\"a\":[1]}", "{\"a\" 1}", "{\"a\":1 \"b\":2}",
	};
	size_t i, refused = 0;
	static char longest[3000];

	tap_number(read_text("{}"), 0, "an empty object");
	tap_number(read_text(" { \"a\" : \"b c\" , \"n\":-1.5e3,\"t\":true } x"), 0, "an object");
	tap_text(seen, "a=b c;n=-1.5e3;t=true;", "its members");
	read_text("{\"a\":\"\\\"\\\\\\/\\n\\t\\u0041\\u00e9\\u20ac\\u0000\"}");
	tap_text(seen, "a=\"\\/\n\tA\xe9??;", "escapes");
	tap_number(read_text("{\"stop\":1,\"b\":2}"), 1, "a reader that has enough");
	tap_text(seen, "stop=1;", "sees no more");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused += read_text(bad[i]) != 0;
	tap_number((long long)refused, (long long)(sizeof(bad) / sizeof(bad[0])),
		   "what is broken is refused");
	strcpy(longest, "{\"a\":\"");
	memset(longest + 6, 'x', 2000);
	strcpy(longest + 2006, "\"}");
	tap_ok(read_text(longest) != 0, "and so is what is too long");
}

int main(void)
{
	test_write();
	test_bounds();
	test_read();
	return tap_end();
}
