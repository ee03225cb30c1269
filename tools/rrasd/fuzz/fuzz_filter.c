// SPDX-License-Identifier: GPL-2.0
/*
 * Filter sets as text. The input: a file; or, behind a '%', a header, another '%', elements.
 * Whatever it is, it is refused with a place and a reason, or what comes out is written as text
 * that is read as the same.
 */
#include <string.h>

#include "../../lib/filter/filter.h"
#include "fuzz.h"

static unsigned int said;

static void emit(void *data, const char *name, unsigned int line, unsigned int column,
		 const char *text)
{
	(void)data;
	FUZZ_REQUIRE(name && line && column && text[0]);
	said++;
}

static void check_filter(const struct ipfltdrv_filter *f)
{
	static const char head[] = "set x\ndefault in drop\ndefault out drop\n";
	char line[FILTER_TEXT_SIZE], words[FILTER_TEXT_SIZE], text[FILTER_TEXT_SIZE + 64];
	struct filter_file file = { .emit = emit };
	struct filter_text t = { .name = "again", .text = text };

	filter_line(f, line);
	filter_words(f, words);
	FUZZ_REQUIRE(words[0] && strlen(words) < FILTER_TEXT_SIZE - 1);
	t.len = (size_t)snprintf(text, sizeof(text), "%s%s", head, line);
	FUZZ_REQUIRE(filter_parse(&file, &t));
	FUZZ_REQUIRE(file.count == 1 && file.sets[0].count == 1);
	FUZZ_REQUIRE(!memcmp(file.sets[0].filters, f, sizeof(*f)));
	filter_file_clean(&file);
}

static void check(const struct filter_file *file, bool good)
{
	size_t i, j;

	FUZZ_REQUIRE(good == !file->errors);
	FUZZ_REQUIRE(said == (file->errors < FILTER_ERRORS_SHOWN ? file->errors :
			      FILTER_ERRORS_SHOWN));
	for (i = 0; i < file->count && good; i++) {
		FUZZ_REQUIRE(!filter_bad_name(file->sets[i].name, strlen(file->sets[i].name)));
		for (j = 0; j < file->sets[i].count && j < 200; j++)
			check_filter(&file->sets[i].filters[j]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct filter_text text = { .name = "fuzz" }, header = { .name = "header" };
	struct filter_file file = { .emit = emit };
	bool elements = size && data[0] == '%';
	const uint8_t *end = NULL;
	char *copy;

	if (elements) {
		end = memchr(data + 1, '%', size - 1);
		if (!end)
			return 0;
		header.text = (const char *)data + 1;
		header.len = (size_t)(end - data) - 1;
		size -= header.len + 2;
		data = end + 1;
	}
	/* At the very end of its memory. */
	copy = malloc(size ? size : 1);
	if (!copy)
		abort();
	memcpy(copy, data, size);
	text.text = copy;
	text.len = size;
	said = 0;
	if (elements)
		check(&file, filter_parse_elements(&file, &header, &text));
	else
		check(&file, filter_parse(&file, &text));
	filter_file_clean(&file);
	free(copy);
	return 0;
}
