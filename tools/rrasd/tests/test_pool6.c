// SPDX-License-Identifier: GPL-2.0
/*
 * IPv6 prefixes as text and as numbers, and the pool of them.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "../pool6.h"
#include "tap.h"

static struct in6_addr address(const char *text)
{
	struct in6_addr a;

	if (inet_pton(AF_INET6, text, &a) != 1)
		abort();
	return a;
}

static struct prefix prefix(const char *text)
{
	struct prefix p;

	if (prefix_parse(text, &p))
		abort();
	return p;
}

static bool inside(const char *p, const char *a)
{
	struct prefix whole = prefix(p);
	struct in6_addr one = address(a);

	return prefix_contains(&whole, &one);
}

static void test_prefix(void)
{
	static const char * const bad[] = {
		"", "/", "2001:db8::", "2001:db8::/", "2001:db8::/0", "2001:db8::/-1",
		"2001:db8::/129", "2001:db8::/64x", "2001:db8::/ 64", "2001:db8::/+64",
		"2001:db8::/064", "2001:db8::/99999999999999999999", "2001:db8:::/64",
		"192.0.2.0/24", "2001:db8::1/64", "2001:db8:0:8000::/48", "2001:db8::1/127",
		"ff02::/64", "fe80::/64", "fe80:0:0:1::/64", "::/64", "::1/128",
		"2001:db8:2001:db8:2001:db8:2001:db8:2001:db8:2001:db8:2001:db8/64",
	};
	struct prefix none = { .len = 0 }, p;
	struct in6_addr a = address("2001:db8::1");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		tap_ok(prefix_parse(bad[i], &p), "'%s' is refused", bad[i]);
	p = prefix("2001:DB8::/32");
	tap_text(prefix_text(&p), "2001:db8::/32", "a prefix");
	p = prefix("2001:db8::5/128");
	tap_text(prefix_text(&p), "2001:db8::5", "one address");
	tap_ok(inside("2001:db8::/64", "2001:db8::ffff:ffff:ffff:ffff"), "the last of a /64");
	tap_ok(!inside("2001:db8::/64", "2001:db8:0:1::"), "the one behind it");
	tap_ok(inside("2001:db8::/63", "2001:db8:0:1::1") &&
	       !inside("2001:db8::/63", "2001:db8:0:2::1"), "a /63");
	tap_ok(inside("2001:db8::4/126", "2001:db8::7") &&
	       !inside("2001:db8::4/126", "2001:db8::8"), "a /126");
	tap_ok(inside("2001:db8::4/128", "2001:db8::4") &&
	       !inside("2001:db8::4/128", "2001:db8::5"), "a /128");
	tap_ok(!prefix_contains(&none, &a), "no prefix holds nothing");
	a = prefix_link_local(UINT64_C(0x0123456789abcdef));
	p = (struct prefix){ a, 128 };
	tap_text(prefix_text(&p), "fe80::123:4567:89ab:cdef", "a link-local address");
	tap_ok(prefix_low(&a) == UINT64_C(0x0123456789abcdef), "and back");
}

static void test_pieces(void)
{
	struct prefix whole = prefix("2001:db8:0:fff8::/61"), got[8], other;
	struct in6_addr local = address("2001:db8:0:fffa::1"), none = { 0 };
	struct pool_counts counts;
	struct pool6 *p;
	bool good = true;
	int i, j;

	p = pool6_create(&whole, &local);
	if (!p)
		abort();
	tap_ok(!pool6_shared(p), "a /61 is not shared");
	for (i = 0; i < 7; i++) {
		good &= pool6_take(p, 100 + i, p, &got[i]);
		good &= got[i].len == 64 && pool6_contains(p, &got[i].address) &&
			!prefix_contains(&got[i], &local);
		for (j = 0; j < i; j++)
			good &= !prefix_equal(&got[i], &got[j]);
	}
	tap_ok(good, "seven clients, seven prefixes; ours is given to nobody");
	tap_ok(!pool6_take(p, 0, p, &other), "and then it is empty");
	tap_text(prefix_text(&got[6]), "2001:db8:0:ffff::/64", "the last one");
	pool6_release(p, &got[3], &good);
	tap_ok(!pool6_take(p, 0, p, &other), "nobody gives back what is another's");
	pool6_release(p, &got[3], p);
	pool6_release(p, &got[5], p);
	tap_ok(pool6_take(p, 105, p, &other) && prefix_equal(&other, &got[5]),
	       "a user gets the one of last time");
	pool6_reserve(p, &got[3]);
	tap_ok(!pool6_take(p, 0, p, &other), "a reserved one is kept");
	pool6_count(p, &counts);
	tap_ok(counts.size == 8 && counts.used == 6 && counts.reserved == 1, "counts");
	other = prefix("2001:db8:0:fffc::77/128");
	pool6_claim(p, &other, &good);
	pool6_release(p, &got[3], p);
	pool6_count(p, &counts);
	tap_number(counts.used, 7, "a single address holds its /64");
	pool6_release(p, &other, &good);
	other = prefix("2001:db9::/64");
	pool6_claim(p, &other, p);
	pool6_reserve(p, &other);
	pool6_release(p, &other, p);
	pool6_unreserve_all(p);
	pool6_count(p, &counts);
	tap_ok(counts.used == 6 && !counts.reserved, "a prefix of elsewhere is nothing to it");
	pool6_destroy(p);

	whole = prefix("2001:db8::/44");
	p = pool6_create(&whole, &none);
	if (!p)
		abort();
	pool6_count(p, &counts);
	tap_number(counts.size, POOL_SIZE_MAX, "the largest pool");
	tap_ok(pool6_take(p, 0, p, &other) && !strcmp(prefix_text(&other), "2001:db8::/64"),
	       "begins with the first");
	pool6_destroy(p);
}

static void test_shared(void)
{
	struct prefix whole = prefix("2001:db8::/64"), got;
	struct in6_addr none = { 0 };
	struct pool_counts counts;
	struct pool6 *p;
	int i;

	p = pool6_create(&whole, &none);
	if (!p)
		abort();
	tap_ok(pool6_shared(p), "a /64 is shared");
	for (i = 0; i < 1000 && pool6_take(p, 7, p, &got) && prefix_equal(&got, &whole); i++)
		pool6_claim(p, &got, p);
	tap_number(i, 1000, "everybody gets it");
	pool6_release(p, &got, p);
	pool6_count(p, &counts);
	tap_ok(!counts.size && !counts.used, "and nobody holds it");
	pool6_destroy(p);

	p = pool6_create(&(struct prefix){ .len = 0 }, &none);
	if (!p)
		abort();
	tap_ok(!pool6_shared(p) && !pool6_take(p, 7, p, &got), "no prefix: an empty pool");
	pool6_destroy(p);
	pool6_destroy(NULL);
}

int main(void)
{
	test_prefix();
	test_pieces();
	test_shared();
	return tap_end();
}
