/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading a request of HTTP/1.0 or 1.1, as far as one who serves a single page needs it.
 */
#ifndef RRASD_HTTP_H
#define RRASD_HTTP_H

#include <stddef.h>

/**
 * enum http_verdict - what a request is
 */
enum http_verdict {
	HTTP_MORE,		/* not complete yet */
	HTTP_GET,
	HTTP_HEAD,
	HTTP_BAD_REQUEST,
	HTTP_NOT_FOUND,
	HTTP_BAD_METHOD,
	HTTP_BAD_VERSION,
};

enum http_verdict http_request(const char *text, size_t len, const char *path);

#endif /* RRASD_HTTP_H */
