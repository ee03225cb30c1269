// SPDX-License-Identifier: GPL-2.0
/*
 * The secrets file. The input: a name, a line end, the file.
 */
#include <string.h>

#include "../hash.h"
#include "../users.h"
#include "fuzz.h"

static void visit(uint32_t address, void *data)
{
	size_t *count = data;

	FUZZ_REQUIRE(address >> 24 != 0 && address >> 28 < 0xe);
	(*count)++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
	size_t name_len = end ? (size_t)(end - data) : 0;
	size_t text_len = end ? size - name_len - 1 : size;
	struct diag diag = { .file = "fuzz" };
	const struct user *user;
	struct users *users;
	size_t fixed = 0;
	char *text;

	/* At the very end of its memory. */
	text = malloc(text_len ? text_len : 1);
	if (!text)
		abort();
	memcpy(text, data + size - text_len, text_len);
	users = users_parse(text, text_len, &diag);
	FUZZ_REQUIRE(users);
	users_each_fixed(users, visit, &fixed);
	FUZZ_REQUIRE(fixed <= users_count(users));
	user = users_find(users, data, name_len, "server");
	if (user) {
		FUZZ_REQUIRE(user->secret_len <= USER_WORD_MAX);
		FUZZ_REQUIRE(user->secret[user->secret_len] == '\0');
		FUZZ_REQUIRE(user->line >= 1 && user->line <= text_len + 1);
	}
	users_free(users);
	free(text);
	return 0;
}
