// SPDX-License-Identifier: GPL-2.0
/*
 * The configuration file: whatever is in it, it is refused with a reason or good as a whole.
 */
#include <string.h>

#include "../config.h"
#include "fuzz.h"

static unsigned int said;

static void emit(const struct diag *diag, unsigned int line, bool error, const char *text)
{
	(void)diag;
	(void)line;
	FUZZ_REQUIRE(text[0]);
	said += error;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag diag = { .file = "fuzz", .emit = emit };
	uint64_t addresses = 0;
	struct config *c;
	size_t i;
	char *text;

	text = malloc(size ? size : 1);
	if (!text)
		abort();
	memcpy(text, data, size);
	said = 0;
	c = config_parse(text, size, &diag);
	FUZZ_REQUIRE(said == diag.errors);
	FUZZ_REQUIRE(!c == (diag.errors != 0));
	if (c) {
		FUZZ_REQUIRE(c->wan && c->name && c->secrets && c->control_socket && c->ac_name);
		FUZZ_REQUIRE(config_serves(c) || c->dials);
		FUZZ_REQUIRE(!config_serves(c) || c->local.s_addr);
		FUZZ_REQUIRE(!config_serves(c) || !ppp_config_check(&c->ppp));
		for (i = 0; i < c->dials; i++) {
			FUZZ_REQUIRE(c->dial[i]->over && c->dial[i]->ppp.role == PPP_CLIENT);
			FUZZ_REQUIRE(config_dial_find(c, c->dial[i]->name) == c->dial[i]);
		}
		for (i = 0; i < c->pool_count; i++) {
			FUZZ_REQUIRE(c->pool[i].first <= c->pool[i].last);
			addresses += c->pool[i].last - c->pool[i].first + 1;
		}
		FUZZ_REQUIRE(addresses <= POOL_SIZE_MAX);
	}
	config_put(c);
	free(text);
	return 0;
}
