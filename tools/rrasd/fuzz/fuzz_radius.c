// SPDX-License-Identifier: GPL-2.0
/*
 * RADIUS packets: whatever comes, each attribute lies inside, and what is granted can be used.
 */
#include <arpa/inet.h>
#include <string.h>

#include "../radius_change.h"
#include "../radius_grant.h"
#include "fuzz.h"

static void read_attributes(const struct radius_packet *p)
{
	struct radius_cursor c;
	struct radius_attr a;
	unsigned int count = 0;

	radius_first(p, &c);
	while (radius_next(&c, &a)) {
		FUZZ_REQUIRE(a.value >= p->data + RADIUS_HEADER_LEN);
		FUZZ_REQUIRE(a.value + a.len <= p->data + p->len);
		FUZZ_REQUIRE(++count <= RADIUS_PACKET_MAX / 2);
	}
}

static void read_grant(const struct radius_packet *p)
{
	struct auth_grant grant;
	size_t i;

	if (!radius_grant_read(p, &grant)) {
		FUZZ_REQUIRE(grant.route_count <= AUTH_ROUTES_MAX);
		for (i = 0; i < grant.route_count; i++)
			FUZZ_REQUIRE(grant.routes[i].bits >= 1 && grant.routes[i].bits <= 32);
		FUZZ_REQUIRE(grant.prefix_kind != USER_PREFIX_FIXED || grant.prefix.len == 64 ||
			     grant.prefix.len == 128);
		FUZZ_REQUIRE(grant.class_len < p->len);
	}
	auth_grant_clear(&grant);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t auth[RADIUS_AUTH_LEN];
	struct radius_change change;
	struct radius_packet p;
	uint8_t *copy;

	/* At the very end of its memory. */
	copy = malloc(size ? size : 1);
	if (!copy)
		abort();
	memcpy(copy, data, size);
	if (!radius_check(copy, size, &p)) {
		FUZZ_REQUIRE(p.len <= size && p.len >= RADIUS_HEADER_LEN);
		read_attributes(&p);
		radius_verify_reply(&p, auth, "secret", true);
		radius_verify_request(&p, "secret");
		read_grant(&p);
		radius_change_read(&p, &change);
	}
	free(copy);
	return 0;
}
