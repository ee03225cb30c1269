// SPDX-License-Identifier: GPL-2.0
/*
 * Fields of a record, see record.h. Each begins with its tag and its length, two bytes each.
 */
#include <string.h>

#include "record.h"

#define HEAD	4

/**
 * record_begin - an empty record
 * @w: the writer
 * @data: where the fields go
 * @size: how much room there is
 */
void record_begin(struct record_writer *w, void *data, size_t size)
{
	*w = (struct record_writer){ .data = data, .size = size };
}

/**
 * record_put - add a field
 * @w: the writer
 * @tag: which
 * @data: its bytes; may be NULL if @len is 0
 * @len: their number
 */
void record_put(struct record_writer *w, enum record_tag tag, const void *data, size_t len)
{
	uint16_t head[2] = { (uint16_t)tag, (uint16_t)len };

	if (len > UINT16_MAX || w->size - w->len < HEAD || w->size - w->len - HEAD < len) {
		w->full = true;
		return;
	}
	memcpy(w->data + w->len, head, HEAD);
	if (len)
		memcpy(w->data + w->len + HEAD, data, len);
	w->len += HEAD + len;
}

/**
 * record_put_text - add a field with a text, without its NUL
 * @w: the writer
 * @tag: which
 * @text: the text
 */
void record_put_text(struct record_writer *w, enum record_tag tag, const char *text)
{
	record_put(w, tag, text, strlen(text));
}

/**
 * record_find - the bytes of a field
 * @r: the record
 * @tag: which
 * @len: gets their number
 *
 * Return: them; NULL: there is no such field, or the record breaks off.
 */
const void *record_find(const struct record *r, enum record_tag tag, size_t *len)
{
	uint16_t head[2];
	size_t at = 0;

	while (r->len - at >= HEAD) {
		memcpy(head, r->data + at, HEAD);
		at += HEAD;
		if (r->len - at < head[1])
			return NULL;
		if (head[0] == tag) {
			*len = head[1];
			return r->data + at;
		}
		at += head[1];
	}
	return NULL;
}

/**
 * record_get - copy a field of a known size
 * @r: the record
 * @tag: which
 * @data: where to
 * @len: its size
 *
 * Return: whether there is one of just that size.
 */
bool record_get(const struct record *r, enum record_tag tag, void *data, size_t len)
{
	size_t found;
	const void *bytes = record_find(r, tag, &found);

	if (!bytes || found != len)
		return false;
	memcpy(data, bytes, len);
	return true;
}

/**
 * record_get_text - copy a field that is a text
 * @r: the record
 * @tag: which
 * @text: where to; gets a NUL
 * @size: how much room there is
 *
 * Return: whether there is one, of at least one character, that fits and holds no NUL.
 */
bool record_get_text(const struct record *r, enum record_tag tag, char *text, size_t size)
{
	size_t len;
	const void *bytes = record_find(r, tag, &len);

	if (!bytes || !len || len >= size || memchr(bytes, 0, len))
		return false;
	memcpy(text, bytes, len);
	text[len] = '\0';
	return true;
}
