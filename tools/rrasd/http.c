// SPDX-License-Identifier: GPL-2.0
/*
 * Reading a request of HTTP (RFC 9112), see http.h. Pure.
 *
 * The header fields are looked for their end and not at: nothing depends on them. A request has no
 * body, and if it has one nobody reads it, as the connection is closed after the answer.
 */
#include <stdbool.h>
#include <string.h>

#include "http.h"

struct slice {
	const char *at;
	size_t len;
};

static bool is(const struct slice *s, const char *text)
{
	return s->len == strlen(text) && !memcmp(s->at, text, s->len);
}

/* Behind an empty line; a line ends with LF, with or without CR. */
static bool complete(const char *text, size_t len)
{
	const char *end = text + len;
	const char *p = text;

	while ((p = memchr(p, '\n', (size_t)(end - p)))) {
		p++;
		if (p < end && *p == '\r')
			p++;
		if (p < end && *p == '\n')
			return true;
	}
	return false;
}

/* What is up to @stop; it and @stop are cut off from @rest. Returns false if there is no @stop. */
static bool cut(struct slice *rest, char stop, struct slice *word)
{
	const char *end = memchr(rest->at, stop, rest->len);

	if (!end)
		return false;
	word->at = rest->at;
	word->len = (size_t)(end - rest->at);
	rest->len -= word->len + 1;
	rest->at = end + 1;
	return true;
}

static bool printable(const struct slice *s)
{
	size_t i;

	for (i = 0; i < s->len; i++) {
		if (s->at[i] <= 0x20 || s->at[i] >= 0x7f)
			return false;
	}
	return s->len;
}

static enum http_verdict judge(const struct slice *method, struct slice *target,
			       const struct slice *version, const char *path)
{
	const char *query;

	if (!printable(method) || !printable(target) || !printable(version) ||
	    version->len != 8 || memcmp(version->at, "HTTP/", 5))
		return HTTP_BAD_REQUEST;
	if (!is(version, "HTTP/1.1") && !is(version, "HTTP/1.0"))
		return HTTP_BAD_VERSION;
	if (!is(method, "GET") && !is(method, "HEAD"))
		return HTTP_BAD_METHOD;
	query = memchr(target->at, '?', target->len);
	if (query)
		target->len = (size_t)(query - target->at);
	if (!is(target, path))
		return HTTP_NOT_FOUND;
	return is(method, "GET") ? HTTP_GET : HTTP_HEAD;
}

/**
 * http_request - what is this request?
 * @text: what has been received so far, any bytes
 * @len: how many
 * @path: the one page there is, "/metrics"
 *
 * Return: the verdict; final unless it is HTTP_MORE.
 */
enum http_verdict http_request(const char *text, size_t len, const char *path)
{
	struct slice rest = { text, len };
	struct slice line, method, target;

	if (memchr(text, '\0', len))
		return HTTP_BAD_REQUEST;
	if (!complete(text, len))
		return HTTP_MORE;
	if (!cut(&rest, '\n', &line))
		return HTTP_BAD_REQUEST;
	if (line.len && line.at[line.len - 1] == '\r')
		line.len--;
	if (!cut(&line, ' ', &method) || !cut(&line, ' ', &target))
		return HTTP_BAD_REQUEST;
	return judge(&method, &target, &line, path);
}
