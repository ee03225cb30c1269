// SPDX-License-Identifier: GPL-2.0
/*
 * The option reader, alone. The input: a byte that says how long the first of two lists is, the
 * lists. What the reader says is compared with a walk that is written differently.
 */
#include <string.h>

#include "../ppp/option.h"
#include "../ppp/proto.h"
#include "fuzz.h"

/* Does a list of options end exactly where it should? By index, not by pointer. */
static int walk(const uint8_t *list, size_t len)
{
	size_t at = 0, options = 0;

	while (at < len) {
		if (at + 1 >= len || list[at + 1] < 2 || at + list[at + 1] > len)
			return -1;
		at += list[at + 1];
		options++;
	}
	return (int)options;
}

/* Copy a list through reader and writer. Return: options read. */
static int copy(const uint8_t *list, size_t len, struct ppp_writer *w)
{
	struct ppp_reader r;
	struct ppp_option o;
	int options = 0;
	int ret;

	ppp_reader_init(&r, list, len);
	for (;;) {
		ret = ppp_reader_next(&r, &o);
		if (ret <= 0)
			break;
		FUZZ_REQUIRE(o.value >= list + 2 && o.value + o.len <= list + len);
		ppp_put(w, o.type, o.value, o.len);
		options++;
	}
	return ret < 0 ? -1 : options;
}

static void check_list(const uint8_t *list, size_t len)
{
	uint8_t out[4096], small[16];
	struct ppp_option o;
	struct ppp_writer w;
	int options;

	ppp_writer_init(&w, out, sizeof(out));
	options = copy(list, len, &w);
	FUZZ_REQUIRE(options == walk(list, len));
	FUZZ_REQUIRE(ppp_options_valid(list, len) == (options >= 0));
	FUZZ_REQUIRE(w.full || w.len <= len);
	if (options >= 0 && !w.full)
		FUZZ_REQUIRE(w.len == len && (!len || !memcmp(out, list, len)));
	FUZZ_REQUIRE(ppp_options_subset(list, len, list, len) == (options > 0));
	if (options > 0)
		FUZZ_REQUIRE(ppp_options_find(list, len, list[0], &o) && o.value == list + 2);
	ppp_writer_init(&w, small, sizeof(small));
	copy(list, len, &w);
	FUZZ_REQUIRE(w.len <= sizeof(small));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t first;
	uint8_t *a, *b;

	if (!size)
		return 0;
	first = data[0] < size - 1 ? data[0] : size - 1;
	a = malloc(first + 1);
	b = malloc(size - first);
	if (!a || !b)
		abort();
	/* Each list at the very end of its memory. */
	memcpy(a + 1, data + 1, first);
	memcpy(b + 1, data + 1 + first, size - 1 - first);
	check_list(a + 1, first);
	check_list(b + 1, size - 1 - first);
	if (ppp_options_subset(a + 1, first, b + 1, size - 1 - first))
		FUZZ_REQUIRE(walk(a + 1, first) > 0 && first <= size - 1 - first);
	free(a);
	free(b);
	return 0;
}
