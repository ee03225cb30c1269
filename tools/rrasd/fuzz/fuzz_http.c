// SPDX-License-Identifier: GPL-2.0
/*
 * A request to the page of metrics. A verdict that was final stays, whatever comes after it, and
 * no request is served that does not begin with a method that is.
 */
#include <string.h>

#include "../http.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum http_verdict first, again;
	const char *text = (const char *)data;
	size_t len;

	first = http_request(text, size, "/metrics");
	for (len = 0; len < size; len++) {
		again = http_request(text, len, "/metrics");
		if (again == HTTP_GET || again == HTTP_HEAD)
			FUZZ_REQUIRE(first == again || memchr(text, '\0', size));
	}
	FUZZ_REQUIRE(first != HTTP_GET || !memcmp(text, "GET /metrics", 12));
	FUZZ_REQUIRE(first != HTTP_HEAD || !memcmp(text, "HEAD /metrics", 13));
	return 0;
}
