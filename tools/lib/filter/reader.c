// SPDX-License-Identifier: GPL-2.0
/*
 * Words and mistakes, see reader.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "reader.h"

#define QUOTE_LEN	40

/**
 * filter_reader_init - begin at the first character
 * @r: the reader
 * @file: where sets and mistakes go
 * @text: what is read
 */
void filter_reader_init(struct filter_reader *r, struct filter_file *file,
			const struct filter_text *text)
{
	*r = (struct filter_reader){
		.file = file, .name = text->name, .p = text->text,
		.end = text->text + text->len, .line_start = text->text, .line = 1,
	};
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void word_begin(const struct filter_reader *r, struct filter_word *w)
{
	*w = (struct filter_word){
		.text = r->p, .line = r->line,
		.column = (unsigned int)(r->p - r->line_start) + 1,
	};
}

/**
 * filter_next_word - the next word of this line
 * @r: the reader
 * @w: where to put it; at the line's end, where that is
 *
 * Return: whether there is one. A # begins a comment.
 */
bool filter_next_word(struct filter_reader *r, struct filter_word *w)
{
	while (r->p < r->end && is_blank(*r->p))
		r->p++;
	word_begin(r, w);
	if (r->p == r->end || *r->p == '\n' || *r->p == '#')
		return false;
	while (r->p < r->end && *r->p != '\n' && !is_blank(*r->p))
		r->p++;
	w->len = (size_t)(r->p - w->text);
	return true;
}

/**
 * filter_next_line - pass over the rest of this line
 * @r: the reader
 */
void filter_next_line(struct filter_reader *r)
{
	const char *eol = memchr(r->p, '\n', (size_t)(r->end - r->p));

	r->p = eol ? eol + 1 : r->end;
	r->line_start = r->p;
	r->line++;
}

static bool is_mark(char c)
{
	return c == '{' || c == '}' || c == ',' || c == ';' || c == '=';
}

static void quoted_token(struct filter_reader *r)
{
	r->p++;
	while (r->p < r->end && *r->p != '"' && *r->p != '\n')
		r->p++;
	if (r->p < r->end && *r->p == '"')
		r->p++;
}

/**
 * filter_next_token - the next word or mark of nftables' grammar, on whatever line
 * @r: the reader
 * @w: where to put it; at the end, where that is
 *
 * Return: whether there is one.
 */
bool filter_next_token(struct filter_reader *r, struct filter_word *w)
{
	while (r->p < r->end && (is_blank(*r->p) || *r->p == '\n' || *r->p == '#')) {
		if (is_blank(*r->p))
			r->p++;
		else
			filter_next_line(r);
	}
	word_begin(r, w);
	if (r->p == r->end)
		return false;
	if (is_mark(*r->p))
		r->p++;
	else if (*r->p == '"')
		quoted_token(r);
	else
		while (r->p < r->end && *r->p != '\n' && *r->p != '"' && !is_blank(*r->p) &&
		       !is_mark(*r->p))
			r->p++;
	w->len = (size_t)(r->p - w->text);
	return true;
}

/**
 * filter_error - report a mistake
 * @r: the reader
 * @w: the word that is wrong
 * @format: a sentence, as for printf
 */
void filter_error(struct filter_reader *r, const struct filter_word *w, const char *format, ...)
{
	struct filter_file *file = r->file;
	char text[512];
	va_list args;

	if (file->errors++ >= FILTER_ERRORS_SHOWN || !file->emit)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	file->emit(file->data, r->name, w->line, w->column, text);
}

/**
 * filter_quote - a word for a message
 * @w: the word
 *
 * Return: a static buffer; what is no printable ASCII is shown as ?, for it harms terminals.
 */
const char *filter_quote(const struct filter_word *w)
{
	static char text[QUOTE_LEN + 4];
	size_t i;

	for (i = 0; i < w->len && i < QUOTE_LEN; i++)
		text[i] = w->text[i] >= 0x20 && w->text[i] < 0x7f ? w->text[i] : '?';
	strcpy(text + i, i < w->len ? "..." : "");
	return text;
}
