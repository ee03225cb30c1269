// SPDX-License-Identifier: GPL-2.0
/*
 * The file format. A line is one of
 *
 *	set NAME
 *	default in|out forward|drop
 *	in|out|both any|CONDITION...
 *	in|out|both elements FIELD [. FIELD]... [CONDITION]... { ELEMENT, ... }
 *
 * the last of which goes on to its closing brace. Every mistake is reported, and a set with one
 * is of no use, so that who loads a file loads all of it or nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reader.h"

static struct filter_set *add_set(struct filter_reader *r, const struct filter_word *name)
{
	struct filter_file *file = r->file;
	struct filter_set *sets, *set;
	size_t room;

	if (file->count == file->room) {
		room = file->room ? file->room * 2 : 16;
		sets = realloc(file->sets, room * sizeof(*sets));
		if (!sets) {
			filter_error(r, name, "out of memory");
			return NULL;
		}
		file->sets = sets;
		file->room = room;
	}
	set = &file->sets[file->count++];
	*set = (struct filter_set){ .line = name->line };
	/* A bad name has been reported; what follows it is judged nevertheless. */
	snprintf(set->name, sizeof(set->name), "%.*s", (int)name->len, name->text);
	return set;
}

static void expect_line_end(struct filter_reader *r)
{
	struct filter_word w;

	if (filter_next_word(r, &w))
		filter_error(r, &w, "'%s' is too much here", filter_quote(&w));
}

static struct filter_set *parse_set(struct filter_reader *r)
{
	struct filter_set *set;
	struct filter_word w;
	const char *wrong;

	filter_next_word(r, &w);
	wrong = filter_bad_name(w.text, w.len);
	if (wrong)
		filter_error(r, &w, "%s", wrong);
	set = add_set(r, &w);
	expect_line_end(r);
	return set;
}

static void parse_default(struct filter_reader *r, struct filter_set *set)
{
	struct filter_word direction, action;
	int i;

	filter_next_word(r, &direction);
	i = filter_word_is(&direction, "in") ? FILTER_IN : FILTER_OUT;
	if (i == FILTER_OUT && !filter_word_is(&direction, "out")) {
		filter_error(r, &direction, "expected 'default in' or 'default out', and then "
			     "forward or drop");
		return;
	}
	filter_next_word(r, &action);
	if (!filter_word_is(&action, "forward") && !filter_word_is(&action, "drop")) {
		filter_error(r, &action, "a default action is forward or drop");
		return;
	}
	if (set->given[i])
		filter_error(r, &direction, "this default was given before");
	set->given[i] = true;
	set->drop[i] = filter_word_is(&action, "drop");
	expect_line_end(r);
}

/* Conditions up to the line's end or, where @brace, an opening brace that is left to be read. */
static bool parse_conditions(struct filter_reader *r, struct filter_draft *d, bool brace)
{
	struct filter_word w, value;
	int key;

	while (filter_next_word(r, &w)) {
		if (brace && w.text[0] == '{') {
			r->p = w.text;
			return true;
		}
		key = filter_key_find(&w);
		if (key < 0) {
			filter_error(r, &w, "'%s' is no condition: src, dst, proto, sport, dport, "
				     "type, code, ipv4, ipv6, established, fragment, tag, log or "
				     "any",
				     filter_quote(&w));
			return false;
		}
		if (key >= FILTER_IPV4) {
			value = w;
		} else if (!filter_next_word(r, &value)) {
			filter_error(r, &value, "a value is missing after '%s'", filter_quote(&w));
			return false;
		}
		if (!filter_draft_set(r, d, (enum filter_key)key, &value))
			return false;
	}
	return true;
}

#define OPTIONS	(1U << FILTER_TAG | 1U << FILTER_LOG)

static bool check_any(struct filter_reader *r, const struct filter_draft *d,
		      const struct filter_word *end)
{
	unsigned int conditions = d->given & ~OPTIONS;

	if (!conditions) {
		filter_error(r, end, "a condition is missing; 'any' is for every packet");
		return false;
	}
	if (conditions & 1U << FILTER_ANY && conditions != 1U << FILTER_ANY) {
		filter_error(r, &d->word[FILTER_ANY], "'any' and a condition in one filter");
		return false;
	}
	return true;
}

static void parse_elements(struct filter_reader *r, struct filter_set *set,
			   struct filter_draft *d)
{
	const unsigned int errors = r->file->errors;
	struct filter_fields fields;
	struct filter_word w;

	if (filter_read_fields(r, &fields) && parse_conditions(r, d, true)) {
		if (r->p < r->end && *r->p == '{') {
			filter_read_elements(r, set, d, &fields, false);
		} else {
			filter_next_word(r, &w);
			filter_error(r, &w, "expected { and elements");
		}
	} else {
		filter_skip_elements(r);
	}
	if (r->file->errors == errors)
		expect_line_end(r);
}

static void parse_filter(struct filter_reader *r, struct filter_set *set, unsigned int directions)
{
	struct filter_draft d = { .f.directions = (__u8)directions };
	const unsigned int line = r->line;
	const char *begin = r->p;
	struct filter_word w;

	if (filter_next_word(r, &w) && filter_word_is(&w, "elements")) {
		parse_elements(r, set, &d);
		return;
	}
	r->p = begin;
	if (!parse_conditions(r, &d, false))
		return;
	filter_next_word(r, &w);
	if (check_any(r, &d, &w) && filter_draft_finish(r, &d))
		filter_draft_add(r, set, &d, line);
}

/* in, out or both; 0 for another word. */
static unsigned int directions_of(const struct filter_word *w)
{
	if (filter_word_is(w, "in"))
		return IPFLTDRV_INGRESS;
	if (filter_word_is(w, "out"))
		return IPFLTDRV_EGRESS;
	return filter_word_is(w, "both") ? IPFLTDRV_INGRESS | IPFLTDRV_EGRESS : 0;
}

static void unknown_line(struct filter_reader *r, const struct filter_word *w)
{
	if (filter_word_is(w, "table") || filter_word_is(w, "elements"))
		filter_error(r, w, "this looks like a set of nftables: rras filter import FILE nft "
			     "...");
	else
		filter_error(r, w, "a line begins with set, default, in, out or both, not with "
			     "'%s'",
			     filter_quote(w));
}

static void parse_line(struct filter_reader *r, struct filter_set **set)
{
	unsigned int directions;
	struct filter_word w;

	if (!filter_next_word(r, &w))
		return;
	if (filter_word_is(&w, "set")) {
		*set = parse_set(r);
		return;
	}
	directions = directions_of(&w);
	if (!directions && !filter_word_is(&w, "default")) {
		unknown_line(r, &w);
		return;
	}
	if (!*set) {
		filter_error(r, &w, "this belongs to a set: a line 'set NAME' comes before it");
		return;
	}
	if (directions)
		parse_filter(r, *set, directions);
	else
		parse_default(r, *set);
}

static int compare_sets(const void *a, const void *b)
{
	const struct filter_set *x = *(const struct filter_set *const *)a;
	const struct filter_set *y = *(const struct filter_set *const *)b;
	int order = strcmp(x->name, y->name);

	if (order)
		return order;
	return x->line < y->line ? -1 : x->line > y->line;
}

/* What no single line can tell. */
static void check_sets(struct filter_reader *r)
{
	static const char *const directions[] = { "in", "out" };
	struct filter_file *file = r->file;
	struct filter_word w = { .column = 1 };
	struct filter_set **sorted;
	size_t i;
	int d;

	for (i = 0; i < file->count; i++) {
		w.line = file->sets[i].line;
		for (d = 0; d < FILTER_DIRECTIONS; d++) {
			if (!file->sets[i].given[d])
				filter_error(r, &w, "set '%s' does not say what becomes of packets "
					     "that no filter matches: 'default %s forward' or "
					     "'default %s drop'",
					     file->sets[i].name, directions[d], directions[d]);
		}
	}
	sorted = malloc((file->count + 1) * sizeof(struct filter_set *));
	if (!sorted) {
		filter_error(r, &w, "out of memory");
		return;
	}
	for (i = 0; i < file->count; i++)
		sorted[i] = &file->sets[i];
	qsort(sorted, file->count, sizeof(struct filter_set *), compare_sets);
	for (i = 1; i < file->count; i++) {
		w.line = sorted[i]->line;
		if (!strcmp(sorted[i - 1]->name, sorted[i]->name))
			filter_error(r, &w, "set '%s' is there already, in line %u",
				     sorted[i]->name, sorted[i - 1]->line);
	}
	free(sorted);
}

/**
 * filter_parse - read a file
 * @file: zeroed but for @emit and @data; what was read, to be given to filter_file_clean() in
 *	any case
 * @text: the text, any bytes
 *
 * Return: whether there was no mistake.
 */
bool filter_parse(struct filter_file *file, const struct filter_text *text)
{
	struct filter_set *set = NULL;
	struct filter_reader r;

	filter_reader_init(&r, file, text);
	while (r.p < r.end) {
		parse_line(&r, &set);
		filter_next_line(&r);
	}
	check_sets(&r);
	return !file->errors;
}

/* The last line of a header ends where the elements begin, which are another text. */
static bool parse_header_line(struct filter_reader *r, struct filter_set **set,
			      const struct filter_text *elements)
{
	struct filter_draft d = { 0 };
	struct filter_fields fields;
	const char *begin = r->p;
	unsigned int directions;
	struct filter_reader e;
	struct filter_word w;

	filter_next_word(r, &w);
	directions = directions_of(&w);
	if (!directions || !*set) {
		r->p = begin;
		parse_line(r, set);
		return false;
	}
	d.f.directions = (__u8)directions;
	if (!filter_read_fields(r, &fields) || !parse_conditions(r, &d, false))
		return true;
	filter_reader_init(&e, r->file, elements);
	filter_read_elements(&e, *set, &d, &fields, true);
	return true;
}

/**
 * filter_parse_elements - read elements of an nftables set, alone or as `nft list` writes them
 * @file: as for filter_parse()
 * @header: lines that say what they become: "set NAME", defaults, and last
 *	"in|out|both [FIELD [. FIELD]...] [CONDITION]..."
 * @elements: the text with the elements
 *
 * Return: whether there was no mistake.
 */
bool filter_parse_elements(struct filter_file *file, const struct filter_text *header,
			   const struct filter_text *elements)
{
	struct filter_set *set = NULL;
	struct filter_reader r;
	bool done = false;
	struct filter_word w;

	filter_reader_init(&r, file, header);
	while (r.p < r.end && !done) {
		done = parse_header_line(&r, &set, elements);
		filter_next_line(&r);
	}
	if (!done) {
		filter_next_word(&r, &w);
		filter_error(&r, &w, "which packets the elements are about is missing: in, out or "
			     "both");
	}
	check_sets(&r);
	return !file->errors;
}

/**
 * filter_file_clean - forget what was read
 * @file: the file
 */
void filter_file_clean(struct filter_file *file)
{
	size_t i;

	for (i = 0; i < file->count; i++) {
		free(file->sets[i].filters);
		free(file->sets[i].lines);
	}
	free(file->sets);
	file->sets = NULL;
	file->count = 0;
	file->room = 0;
}
