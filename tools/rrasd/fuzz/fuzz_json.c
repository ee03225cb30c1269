// SPDX-License-Identifier: GPL-2.0
/*
 * The reader of flat JSON objects. What it reads is written again and has to read the same.
 */
#include <string.h>

#include "../../lib/json.h"
#include "fuzz.h"

struct copy {
	struct json j;
	size_t members;
};

static int member(const char *key, const char *value, void *data)
{
	struct copy *c = data;

	json_field_string(&c->j, key, value);
	c->members++;
	return 0;
}

static size_t rewrite(const char *text, char *out, size_t size)
{
	struct copy c = { .members = 0 };
	int err;

	json_init(&c.j, out, size);
	json_open(&c.j, '{');
	err = json_read_flat(text, member, &c);
	json_close(&c.j, '}');
	FUZZ_REQUIRE(c.j.len < size && strlen(out) == c.j.len);
	return err || c.j.full ? 0 : c.members;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char first[65536], second[65536];
	char *text = malloc(size + 1);
	size_t members;

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	members = rewrite(text, first, sizeof(first));
	if (members) {
		FUZZ_REQUIRE(rewrite(first, second, sizeof(second)) == members);
		FUZZ_REQUIRE(!strcmp(first, second));
	}
	free(text);
	return 0;
}
