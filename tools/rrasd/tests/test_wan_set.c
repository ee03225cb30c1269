// SPDX-License-Identifier: GPL-2.0
/*
 * Sets of addresses and routes of an interface: what is in one is found, and nothing else.
 */
#include <arpa/inet.h>
#include <stdlib.h>

#include "../wan_set.h"
#include "tap.h"

#define MANY	5000

static const struct in_addr none;

static struct in_addr ipv4(const char *text)
{
	return (struct in_addr){ .s_addr = inet_addr(text) };
}

static struct in6_addr ipv6(const char *text)
{
	struct in6_addr a;

	if (inet_pton(AF_INET6, text, &a) != 1)
		abort();
	return a;
}

/* Every other /32 of a network, in an order that is not theirs. */
static struct wan_item numbered(uint32_t i)
{
	struct in_addr dst = { .s_addr = htonl(0x0a000000 + i * 2654435761U % MANY) };

	return wan_item_route(dst, 32, none, none);
}

static void test_many(void)
{
	struct wan_set s = { 0 };
	bool found = true, other = false;
	struct wan_item item;
	uint32_t i;

	item = numbered(0);
	tap_ok(wan_set_sort(&s) && !wan_set_has(&s, &item), "nothing is in an empty set");
	for (i = 0; i < MANY; i += 2) {
		wan_set_add(&s, numbered(i));
		wan_set_add(&s, numbered(i));
	}
	tap_ok(wan_set_sort(&s) && s.count == MANY, "many, twice each");
	for (i = 0; i < MANY; i++) {
		item = numbered(i);
		if (i % 2)
			other |= wan_set_has(&s, &item);
		else
			found &= wan_set_has(&s, &item);
	}
	tap_ok(found, "each of them is found");
	tap_ok(!other, "and no other");
	wan_set_clean(&s);
	tap_ok(!s.count && !s.room, "the set is empty again");
}

/* All that differ in one thing are others. */
static void test_fields(void)
{
	struct in_addr a = ipv4("10.1.0.0"), b = ipv4("10.2.0.0");
	struct in6_addr x = ipv6("2001:db8::"), y = ipv6("fe80::1");
	struct prefix p = { x, 64 }, q = { x, 65 };
	const struct wan_item item[] = {
		wan_item_route(a, 16, none, none), wan_item_route(b, 16, none, none),
		wan_item_route(a, 17, none, none), wan_item_route(a, 16, b, none),
		wan_item_route(a, 16, none, b), wan_item_route(a, 32, none, none),
		wan_item_address(a), wan_item_address(b),
		wan_item_address6(&x, 128), wan_item_address6(&x, 64), wan_item_address6(&y, 64),
		wan_item_route6(&p, &y, &in6addr_any), wan_item_route6(&q, &y, &in6addr_any),
		wan_item_route6(&p, &x, &in6addr_any), wan_item_route6(&p, &y, &x),
	};
	struct wan_set s;
	size_t i, j, wrong = 0;

	for (i = 0; i < ARRAY_SIZE(item); i++) {
		s = (struct wan_set){ 0 };
		wan_set_add(&s, item[i]);
		wan_set_sort(&s);
		for (j = 0; j < ARRAY_SIZE(item); j++)
			wrong += wan_set_has(&s, &item[j]) != (i == j);
		wan_set_clean(&s);
	}
	tap_number((long long)wrong, 0, "items that differ in one thing are not the same");
	tap_ok(wan_item_ipv4(&item[0].to).s_addr == a.s_addr &&
	       wan_item_ipv4(&item[3].by).s_addr == b.s_addr &&
	       wan_item_ipv4(&item[4].source).s_addr == b.s_addr &&
	       !wan_item_ipv4(&item[0].by).s_addr, "addresses of IPv4 come out as they went in");
}

int main(void)
{
	test_many();
	test_fields();
	return tap_end();
}
