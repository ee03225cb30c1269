/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words of a text of filters, mistakes in it, and what its two grammars (parse.c, elements.c)
 * share.
 */
#ifndef TOOLS_LIB_FILTER_READER_H
#define TOOLS_LIB_FILTER_READER_H

#include "filter.h"
#include "value.h"

/**
 * struct filter_reader - where in the text we are
 */
struct filter_reader {
	struct filter_file *file;
	const char *name;
	const char *p, *end, *line_start;
	unsigned int line;
};

/* Conditions, each of which a filter may have once; first those that an element of nftables can
 * have as well, then those with a value, then the rest.
 */
enum filter_key {
	FILTER_SRC, FILTER_DST, FILTER_PROTO, FILTER_SPORT, FILTER_DPORT, FILTER_TYPE,
	FILTER_CODE, FILTER_TAG,
	FILTER_IPV4, FILTER_IPV6, FILTER_ESTABLISHED, FILTER_FRAGMENT, FILTER_LOG, FILTER_ANY,
	FILTER_KEYS,
};

/**
 * struct filter_draft - a filter that is being read
 */
struct filter_draft {
	struct ipfltdrv_filter f;
	/** @given: bit set of enum filter_key */
	unsigned int given;
	/** @word: where each of them stands; of those with a value, the value */
	struct filter_word word[FILTER_KEYS];
};

void filter_reader_init(struct filter_reader *r, struct filter_file *file,
			const struct filter_text *text);
bool filter_next_word(struct filter_reader *r, struct filter_word *w);
bool filter_next_token(struct filter_reader *r, struct filter_word *w);
void filter_next_line(struct filter_reader *r);
void filter_error(struct filter_reader *r, const struct filter_word *w, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
const char *filter_quote(const struct filter_word *w);

/* draft.c */
int filter_key_find(const struct filter_word *w);
bool filter_draft_set(struct filter_reader *r, struct filter_draft *d, enum filter_key key,
		      const struct filter_word *w);
bool filter_draft_finish(struct filter_reader *r, struct filter_draft *d);
bool filter_draft_add(struct filter_reader *r, struct filter_set *set,
		      const struct filter_draft *d, unsigned int line);

/* elements.c */
/**
 * struct filter_fields - what the parts of an element mean, in their order
 */
struct filter_fields {
	enum filter_key key[FILTER_TAG];
	size_t count;
};

bool filter_read_fields(struct filter_reader *r, struct filter_fields *fields);
void filter_read_elements(struct filter_reader *r, struct filter_set *set,
			  const struct filter_draft *common, const struct filter_fields *fields,
			  bool plain);
void filter_skip_elements(struct filter_reader *r);

#endif /* TOOLS_LIB_FILTER_READER_H */
