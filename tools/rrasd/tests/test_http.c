// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to the page of metrics.
 */
#include <stdio.h>
#include <string.h>

#include "../../lib/array.h"
#include "../http.h"
#include "tap.h"

static const struct { const char *text; enum http_verdict verdict; } cases[] = {
	{ "", HTTP_MORE },
	{ "GET", HTTP_MORE },
	{ "GET /metrics HTTP/1.1\r\n", HTTP_MORE },
	{ "GET /metrics HTTP/1.1\r\nHost: a\r\n", HTTP_MORE },
	{ "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_GET },
	{ "GET /metrics HTTP/1.0\r\n\r\n", HTTP_GET },
	{ "GET /metrics HTTP/1.0\n\n", HTTP_GET },
	{ "GET /metrics?name[]=x HTTP/1.1\r\n\r\n", HTTP_GET },
	{ "HEAD /metrics HTTP/1.1\r\n\r\n", HTTP_HEAD },
	{ "GET / HTTP/1.1\r\n\r\n", HTTP_NOT_FOUND },
	{ "GET /metrics/ HTTP/1.1\r\n\r\n", HTTP_NOT_FOUND },
	{ "GET /metricsx HTTP/1.1\r\n\r\n", HTTP_NOT_FOUND },
	{ "GET /metric HTTP/1.1\r\n\r\n", HTTP_NOT_FOUND },
	{ "POST /metrics HTTP/1.1\r\n\r\n", HTTP_BAD_METHOD },
	{ "get /metrics HTTP/1.1\r\n\r\n", HTTP_BAD_METHOD },
	{ "GET /metrics HTTP/2.0\r\n\r\n", HTTP_BAD_VERSION },
	{ "GET /metrics HTTP/1.11\r\n\r\n", HTTP_BAD_REQUEST },
	{ "GET /metrics\r\n\r\n", HTTP_BAD_REQUEST },
	{ "GET  /metrics HTTP/1.1\r\n\r\n", HTTP_BAD_REQUEST },
	{ "GET /metrics  HTTP/1.1\r\n\r\n", HTTP_BAD_REQUEST },
	{ "GET /met\trics HTTP/1.1\r\n\r\n", HTTP_BAD_REQUEST },
	{ "\r\n\r\n", HTTP_BAD_REQUEST },
	{ "\n\n", HTTP_BAD_REQUEST },
	{ "\x16\x03\x01\x02\x01\n\r\n", HTTP_BAD_REQUEST },
};

int main(void)
{
	char text[32];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(text, sizeof(text), "request %zu", i);
		tap_number(http_request(cases[i].text, strlen(cases[i].text), "/metrics"),
			   cases[i].verdict, text);
	}
	tap_number(http_request("GET \0metrics", 12, "/metrics"), HTTP_BAD_REQUEST, "a NUL");
	return tap_end();
}
