/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Filter sets as text: the file format of `rras filter import` and `export`, elements of nftables
 * sets, and filters in plain words. Pure: bytes in, filters and mistakes out.
 *
 * The format is described in rras-filter(8).
 */
#ifndef TOOLS_LIB_FILTER_H
#define TOOLS_LIB_FILTER_H

#include <linux/ipfltdrv.h>
#include <linux/ipfltdrv_filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILTER_NAME_SIZE	(IPFLTDRV_SET_NAME_LEN + 1)
#define FILTER_TEXT_SIZE	512	/* a filter as a line or in words, at most */
#define FILTER_ERRORS_SHOWN	20	/* of one file; the rest is only counted */

/* Index of a direction, as the kernel counts them. */
enum { FILTER_IN, FILTER_OUT, FILTER_DIRECTIONS };

/**
 * struct filter_set - one set of a file
 */
struct filter_set {
	char name[FILTER_NAME_SIZE];
	/** @drop: the default action, by direction */
	bool drop[FILTER_DIRECTIONS];
	/** @given: the file says so */
	bool given[FILTER_DIRECTIONS];
	/** @line: where it begins */
	unsigned int line;
	struct ipfltdrv_filter *filters;
	/** @lines: where each of them stands */
	unsigned int *lines;
	size_t count, room;
	/** @directions: filters of each direction */
	size_t directions[FILTER_DIRECTIONS];
};

/**
 * struct filter_file - sets of a file, and its mistakes
 */
struct filter_file {
	struct filter_set *sets;
	size_t count, room;
	/** @errors: how many mistakes there were */
	unsigned int errors;
	/** @emit: shows one of the first FILTER_ERRORS_SHOWN of them; @name is the text's */
	void (*emit)(void *data, const char *name, unsigned int line, unsigned int column,
		     const char *text);
	void *data;
};

/**
 * struct filter_text - a text to be read, and what it is called in messages
 */
struct filter_text {
	const char *name;
	const char *text;
	size_t len;
};

/* parse.c */
bool filter_parse(struct filter_file *file, const struct filter_text *text);
bool filter_parse_elements(struct filter_file *file, const struct filter_text *header,
			   const struct filter_text *elements);
void filter_file_clean(struct filter_file *file);

/* name.c */
const char *filter_bad_name(const char *name, size_t len);

/* text.c */
void filter_line(const struct ipfltdrv_filter *f, char text[FILTER_TEXT_SIZE]);
void filter_words(const struct ipfltdrv_filter *f, char text[FILTER_TEXT_SIZE]);
const char *filter_action(bool drop);

#endif /* TOOLS_LIB_FILTER_H */
