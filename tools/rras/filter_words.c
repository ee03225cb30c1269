// SPDX-License-Identifier: GPL-2.0
/*
 * rras filter: words of the command line that several sub-commands understand.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/array.h"
#include "filter.h"
#include "rras.h"

static const char *const fragments_names[] = {
	[IPFLTDRV_FRAGMENTS_PASS] = "pass",
	[IPFLTDRV_FRAGMENTS_CHECK] = "check",
	[IPFLTDRV_FRAGMENTS_DROP] = "drop",
};

/**
 * filter_fragments - the fragment policy that a word means
 * @word: the word
 *
 * Return: enum ipfltdrv_fragments, or -1.
 */
int filter_fragments(const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fragments_names); i++) {
		if (!strcmp(word, fragments_names[i]))
			return (int)i;
	}
	return -1;
}

/**
 * filter_fragments_name - the word for a fragment policy
 * @fragments: enum ipfltdrv_fragments
 *
 * Return: the word.
 */
const char *filter_fragments_name(uint64_t fragments)
{
	return fragments < ARRAY_SIZE(fragments_names) ? fragments_names[fragments] : "unknown";
}

/**
 * filter_take_address - an address
 * @word: the word
 * @a: where to put it
 *
 * Return: whether it is one.
 */
bool filter_take_address(const char *word, struct filter_address *a)
{
	*a = (struct filter_address){ .family = 4 };
	if (inet_pton(AF_INET, word, a->address) == 1)
		return true;
	a->family = 6;
	return inet_pton(AF_INET6, word, a->address) == 1;
}

/**
 * filter_take_device - an interface by its name
 * @command: for messages
 * @word: its name
 * @t: where to put it
 * @code: the exit code if there is none
 *
 * Return: whether there is one; if not, after a message.
 */
bool filter_take_device(const char *command, const char *word, struct filter_target *t, int *code)
{
	t->name = word;
	t->ifindex = if_nametoindex(word);
	if (!t->ifindex)
		*code = fail("%s: there is no interface '%s': ip link show", command, word);
	return t->ifindex;
}

/**
 * filter_take_target - dev DEV [link ID | client ADDRESS]
 * @command: for messages
 * @argc: number of words; those that are taken are subtracted
 * @argv: the words
 * @t: where to put it
 *
 * Return: EXIT_OK, or another exit code after a message.
 */
int filter_take_target(const char *command, int *argc, char ***argv, struct filter_target *t)
{
	int code = EXIT_OK;

	*t = (struct filter_target){ 0 };
	if (*argc < 2 || strcmp((*argv)[0], "dev"))
		return usage("%s: expected dev DEV, and perhaps link ID or client ADDRESS",
			     command);
	if (!filter_take_device(command, (*argv)[1], t, &code))
		return code;
	*argc -= 2;
	*argv += 2;
	if (*argc && !strcmp((*argv)[0], "link")) {
		if (*argc < 2 || !parse_number((*argv)[1], &t->link_id))
			return usage("%s: expected the number of a link after 'link'", command);
		t->link = true;
	} else if (*argc && !strcmp((*argv)[0], "client")) {
		if (*argc < 2 || !filter_take_address((*argv)[1], &t->client))
			return usage("%s: expected an address after 'client'", command);
	} else {
		return EXIT_OK;
	}
	*argc -= 2;
	*argv += 2;
	return EXIT_OK;
}

static void *read_all(FILE *f, size_t max, size_t *len)
{
	size_t room = 1 << 16, n;
	char *data = malloc(room), *more;

	*len = 0;
	while (data) {
		n = fread(data + *len, 1, room - *len, f);
		*len += n;
		if (!n)
			break;
		if (*len < room)
			continue;
		room *= 2;
		more = room <= max ? realloc(data, room) : NULL;
		if (!more) {
			free(data);
			errno = EFBIG;
		}
		data = more;
	}
	if (data && ferror(f)) {
		free(data);
		data = NULL;
	}
	return data;
}

/**
 * filter_read_file - all of a file
 * @name: its name; - is standard input
 * @max: longest that is read
 * @len: its length
 *
 * Return: its bytes, to be freed; NULL after a message.
 */
void *filter_read_file(const char *name, size_t max, size_t *len)
{
	FILE *f = strcmp(name, "-") ? fopen(name, "re") : stdin;
	void *data = NULL;

	if (f)
		data = read_all(f, max, len);
	if (!data)
		fail("%s: %s", name, strerror(errno));
	if (f && f != stdin)
		fclose(f);
	return data;
}
