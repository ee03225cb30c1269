// SPDX-License-Identifier: GPL-2.0
/*
 * What is written down of a session: it comes back as it was, and what was not written so is not
 * believed.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "../auth.h"
#include "../radius_packet.h"
#include "../record.h"
#include "tap.h"

static uint8_t data[992];

static struct auth_grant full(void)
{
	static const uint8_t class[] = { 25, 6, 'g', 'o', 'l', 'd' };
	struct auth_grant g = {
		.address_kind = USER_ADDRESS_FIXED, .address = 0x0a000001,
		.prefix_kind = USER_PREFIX_FIXED, .prefix.len = 64,
		.session_s = 3600, .idle_s = 60, .interim_s = 10,
		.pool = strdup("gold"), .filter_set = strdup("-"),
		.routes = calloc(2, sizeof(*g.routes)), .route_count = 2,
		.class = malloc(sizeof(class)), .class_len = sizeof(class),
	};

	inet_pton(AF_INET6, "2001:db8:1::", &g.prefix.address);
	g.routes[0] = (struct auth_route){ .dst.s_addr = htonl(0xac140000), .bits = 24 };
	g.routes[1] = (struct auth_route){ .dst.s_addr = htonl(0xac150010), .bits = 32 };
	memcpy(g.class, class, sizeof(class));
	return g;
}

static bool same(const struct auth_grant *a, const struct auth_grant *b)
{
	size_t i;

	for (i = 0; i < a->route_count && i < b->route_count; i++) {
		if (a->routes[i].dst.s_addr != b->routes[i].dst.s_addr ||
		    a->routes[i].bits != b->routes[i].bits)
			return false;
	}
	return a->address_kind == b->address_kind && a->address == b->address &&
	       a->prefix_kind == b->prefix_kind && a->prefix.len == b->prefix.len &&
	       !memcmp(&a->prefix.address, &b->prefix.address, sizeof(a->prefix.address)) &&
	       a->session_s == b->session_s && a->idle_s == b->idle_s &&
	       a->interim_s == b->interim_s && !strcmp(a->pool, b->pool) &&
	       !strcmp(a->filter_set, b->filter_set) && a->route_count == b->route_count &&
	       a->class_len == b->class_len && !memcmp(a->class, b->class, a->class_len);
}

static void test_grant(void)
{
	struct auth_grant g = full(), back = { 0 };
	struct record_writer w;
	struct record r;
	size_t cut, taken = 0;

	record_begin(&w, data, sizeof(data));
	auth_grant_save(&g, &w);
	r = (struct record){ data, w.len };
	tap_ok(!w.full && auth_grant_load(&back, &r) && same(&g, &back),
	       "a grant comes back as it was");
	auth_grant_clear(&back);
	for (cut = 0; cut < w.len; cut++) {
		r.len = cut;
		taken += auth_grant_load(&back, &r) && back.pool && back.filter_set &&
			 same(&g, &back);
		auth_grant_clear(&back);
	}
	tap_number(taken, 0, "no cut of it is taken for the whole");
	auth_grant_clear(&g);
}

/* A record with a good grant and one field more; is it believed? */
static bool believed(enum record_tag tag, const void *bytes, size_t len)
{
	struct auth_grant g = { 0 };
	struct record_writer w;
	struct record r;
	bool good;

	record_begin(&w, data, sizeof(data));
	record_put(&w, tag, bytes, len);
	auth_grant_save(&g, &w);
	r = (struct record){ data, w.len };
	good = auth_grant_load(&g, &r);
	auth_grant_clear(&g);
	return good;
}

static void test_nonsense(void)
{
	static const uint32_t grant[16] = { 99 };
	static const uint32_t routes[2 * (AUTH_ROUTES_MAX + 1)] = { [1] = 33 };
	static const uint32_t none[2] = { 1, 0 };
	static const uint32_t one[2] = { 1, 24 };
	size_t len, taken = 0;

	tap_ok(believed(RECORD_GRANT_ROUTES, one, sizeof(one)) &&
	       believed(RECORD_GRANT_POOL, "gold", 4), "a route and a pool are believed");
	for (len = 0; len <= sizeof(grant); len++)
		taken += believed(RECORD_GRANT, grant, len);
	tap_number(taken, 0, "no address of a kind that does not exist, in no length");
	tap_ok(!believed(RECORD_GRANT_ROUTES, routes, 8), "no route of 33 bits");
	tap_ok(!believed(RECORD_GRANT_ROUTES, none, 8), "nor of none");
	tap_ok(!believed(RECORD_GRANT_ROUTES, one, 7), "nor part of one");
	tap_ok(!believed(RECORD_GRANT_ROUTES, routes, sizeof(routes)), "nor too many");
	tap_ok(!believed(RECORD_GRANT_POOL, "a\0b", 3), "no name with a NUL");
	tap_ok(!believed(RECORD_GRANT_FILTERS, "", 0), "nor without a character");
	tap_ok(!believed(RECORD_GRANT_CLASS, "", 0), "no class without a byte");
}

static void test_attrs(void)
{
	static const uint8_t good[] = { 1, 3, 'a', 25, 6, 1, 2, 3, 4 };
	static uint8_t many[RADIUS_PACKET_MAX];
	size_t len, taken = 0;

	for (len = 0; len <= sizeof(good); len++)
		taken += radius_attrs_good(good, len);
	tap_number(taken, 3, "attributes of a report: none, one, two, and no part of one");
	tap_ok(!radius_attrs_good("\1\1", 2), "none shorter than its head");
	memset(many, 2, sizeof(many));
	tap_ok(radius_attrs_good(many, RADIUS_PACKET_MAX - RADIUS_HEADER_LEN) &&
	       !radius_attrs_good(many, sizeof(many)), "nor more than a packet has room for");
}

int main(void)
{
	test_grant();
	test_nonsense();
	test_attrs();
	return tap_end();
}
