// SPDX-License-Identifier: GPL-2.0
/*
 * Projections of IPv6: which addresses a client may have, who is found by which
 * address, what is left of a client that lost one of two addresses, and what a
 * client may send.
 */
#include <kunit/test.h>
#include <linux/inet.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <net/ipv6.h>

#include "../internal.h"

#define CLIENTS	4

/* Of the model. */
#define OBJECTS		48
#define PREFIXES	16
#define HOSTS		4
#define STEPS		2000
#define SEED		0x233048

struct world {
	struct wanarp_interface iface;
	struct wanarp_ipv6_projection client[CLIENTS];
};

static struct in6_addr in6(const char *text)
{
	struct in6_addr addr = { };

	in6_pton(text, -1, addr.s6_addr, -1, NULL);
	return addr;
}

static struct world *world_create(struct kunit *test)
{
	struct world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	KUNIT_ASSERT_EQ(test, 0, wanarp_table_init(&w->iface.table));
	return w;
}

static void world_destroy(struct kunit *test, struct world *w)
{
	int i;

	ndiswan_control_lock();
	for (i = 0; i < CLIENTS; i++)
		wanarp_table_remove(&w->iface.table, &w->client[i].common);
	ndiswan_control_unlock();
	KUNIT_EXPECT_EQ(test, w->iface.table.count, 0);
	KUNIT_EXPECT_EQ(test, w->iface.table.ipv6_hosts, 0);
	wanarp_table_uninit(&w->iface.table);
}

static void line_up(struct kunit *test, struct world *w, int i,
		    const char *local, const char *prefix, u8 len)
{
	struct wanarp_ipv6_projection *client = &w->client[i];
	struct wanarp_projection *holders[WANARP_KEYS];

	client->common.proto = NDISWAN_PROTO_IPV6;
	client->common.iface = &w->iface;
	client->key[WANARP_KEY_LOCAL].addr = in6(local);
	client->key[WANARP_KEY_PREFIX].addr = in6(len ? prefix : "::");
	client->prefix_len = len;
	ndiswan_control_lock();
	wanarp_table_holders(&w->iface.table, &client->common, holders);
	KUNIT_ASSERT_EQ(test, 0, wanarp_table_publish(&w->iface.table,
						      &client->common, holders));
	ndiswan_control_unlock();
}

static bool line_down(struct world *w, int i)
{
	bool was;

	ndiswan_control_lock();
	was = wanarp_table_remove(&w->iface.table, &w->client[i].common);
	ndiswan_control_unlock();
	return was;
}

/* Number of the client, or -1. */
static int find(struct world *w, const char *text)
{
	const struct in6_addr addr = in6(text);
	struct wanarp_projection *projection;

	rcu_read_lock();
	projection = wanarp_table_find_ipv6(&w->iface.table, &addr);
	rcu_read_unlock();
	return projection ? (int)(wanarp_ipv6_projection(projection) -
				  w->client) : -1;
}

static void ipv6_find(struct kunit *test)
{
	struct world *w = world_create(test);

	line_up(test, w, 0, "fe80::1:2:3:4", "2001:db8:0:1::", 64);
	line_up(test, w, 1, "fe80::5", "2001:db8:0:2::7", 128);
	line_up(test, w, 2, "fe80::6", NULL, 0);
	KUNIT_EXPECT_EQ(test, w->iface.table.count, 3);
	KUNIT_EXPECT_EQ(test, find(w, "fe80::1:2:3:4"), 0);
	KUNIT_EXPECT_EQ(test, find(w, "fe80::5"), 1);
	KUNIT_EXPECT_EQ(test, find(w, "fe80::6"), 2);
	KUNIT_EXPECT_EQ(test, find(w, "2001:db8:0:1::"), 0);
	KUNIT_EXPECT_EQ(test, find(w, "2001:db8:0:1:ffff:ffff:ffff:ffff"), 0);
	KUNIT_EXPECT_EQ(test, find(w, "2001:db8:0:2::7"), 1);
	KUNIT_EXPECT_EQ(test, find(w, "2001:db8:0:2::8"), -1);
	KUNIT_EXPECT_EQ(test, find(w, "2001:db8::1"), -1);
	KUNIT_EXPECT_EQ(test, find(w, "fe80::7"), -1);
	/* Not fe80::/64, and no prefix either. */
	KUNIT_EXPECT_EQ(test, find(w, "fe80:1::5"), -1);
	KUNIT_EXPECT_EQ(test, find(w, "::"), -1);
	world_destroy(test, w);
}

/* One address inside of another client's prefix is its own holder's. */
static void ipv6_longest_prefix(struct kunit *test)
{
	struct world *w = world_create(test);

	line_up(test, w, 0, "fe80::1", "2001:db8:0:1::", 64);
	line_up(test, w, 1, "fe80::2", "2001:db8:0:1::7", 128);
	KUNIT_EXPECT_EQ(test, find(w, "2001:db8:0:1::7"), 1);
	KUNIT_EXPECT_EQ(test, find(w, "2001:db8:0:1::8"), 0);
	KUNIT_EXPECT_TRUE(test, line_down(w, 1));
	KUNIT_EXPECT_EQ(test, find(w, "2001:db8:0:1::7"), 0);
	world_destroy(test, w);
}

/* Who loses one address loses all, also to two clients at once, and a late
 * line-down takes nothing from those who have them now.
 */
static void ipv6_take_over(struct kunit *test)
{
	struct world *w = world_create(test);

	line_up(test, w, 0, "fe80::1", "2001:db8:0:1::", 64);
	line_up(test, w, 1, "fe80::2", "2001:db8:0:2::", 64);
	line_up(test, w, 2, "fe80::1", "2001:db8:0:2::", 64);
	KUNIT_EXPECT_EQ(test, w->iface.table.count, 1);
	KUNIT_EXPECT_EQ(test, find(w, "fe80::1"), 2);
	KUNIT_EXPECT_EQ(test, find(w, "2001:db8:0:2::1"), 2);
	KUNIT_EXPECT_EQ(test, find(w, "fe80::2"), -1);
	KUNIT_EXPECT_EQ(test, find(w, "2001:db8:0:1::1"), -1);
	KUNIT_EXPECT_FALSE(test, line_down(w, 0));
	KUNIT_EXPECT_FALSE(test, line_down(w, 1));
	KUNIT_EXPECT_EQ(test, find(w, "fe80::1"), 2);
	KUNIT_EXPECT_EQ(test, find(w, "2001:db8:0:2::1"), 2);
	/* The same client again. */
	line_up(test, w, 3, "fe80::1", "2001:db8:0:2::", 64);
	KUNIT_EXPECT_EQ(test, w->iface.table.count, 1);
	KUNIT_EXPECT_EQ(test, find(w, "fe80::1"), 3);
	KUNIT_EXPECT_EQ(test, find(w, "2001:db8:0:2::1"), 3);
	KUNIT_EXPECT_FALSE(test, line_down(w, 2));
	KUNIT_EXPECT_TRUE(test, line_down(w, 3));
	KUNIT_EXPECT_EQ(test, find(w, "fe80::1"), -1);
	KUNIT_EXPECT_EQ(test, find(w, "2001:db8:0:2::1"), -1);
	world_destroy(test, w);
}

/* When the second of two addresses cannot be had, the first one is given back. */
static void ipv6_publish_undone(struct kunit *test)
{
	struct wanarp_projection *nobody[WANARP_KEYS] = { };
	struct world *w = world_create(test);

	line_up(test, w, 0, "fe80::1", "2001:db8:0:1::", 64);
	w->client[1] = (struct wanarp_ipv6_projection) {
		.common.proto = NDISWAN_PROTO_IPV6,
		.key[WANARP_KEY_LOCAL].addr = in6("fe80::2"),
		.key[WANARP_KEY_PREFIX].addr = in6("2001:db8:0:1::"),
		.prefix_len = 64,
	};
	ndiswan_control_lock();
	KUNIT_EXPECT_EQ(test, -EEXIST,
			wanarp_table_publish(&w->iface.table,
					     &w->client[1].common, nobody));
	ndiswan_control_unlock();
	KUNIT_EXPECT_FALSE(test, w->client[1].common.live);
	KUNIT_EXPECT_EQ(test, find(w, "fe80::2"), -1);
	KUNIT_EXPECT_EQ(test, find(w, "2001:db8:0:1::1"), 0);
	KUNIT_EXPECT_EQ(test, w->iface.table.count, 1);
	world_destroy(test, w);
}

/* The same by walking through all: an address of its own comes before a prefix. */
static struct wanarp_projection *find_slowly(struct wanarp_table *table,
					     const struct in6_addr *addr)
{
	const bool local = ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL;
	struct wanarp_projection *p, *found = NULL;
	const struct wanarp_ipv6_projection *client;
	u8 len = 0;

	list_for_each_entry(p, &table->list, list) {
		client = wanarp_ipv6_projection(p);
		if (local) {
			if (ipv6_addr_equal(&client->key[WANARP_KEY_LOCAL].addr,
					    addr))
				found = p;
		} else if (client->prefix_len > len &&
			   ipv6_prefix_equal(&client->key[WANARP_KEY_PREFIX].addr,
					     addr, client->prefix_len)) {
			found = p;
			len = client->prefix_len;
		}
	}
	return found;
}

static void expect_same(struct kunit *test, struct wanarp_table *table)
{
	struct wanarp_projection *found;
	struct in6_addr addr;
	unsigned int i, j;

	for (i = 0; i < PREFIXES; i++) {
		for (j = 0; j <= HOSTS; j++) {
			addr = in6(j ? "2001:db8::" : "fe80::");
			addr.s6_addr[j ? 7 : 15] = i + 1;
			/* The last one is nobody's alone. */
			addr.s6_addr[15] |= j;
			rcu_read_lock();
			found = wanarp_table_find_ipv6(table, &addr);
			rcu_read_unlock();
			KUNIT_ASSERT_PTR_EQ(test, find_slowly(table, &addr), found);
		}
	}
}

static void step_up(struct kunit *test, struct wanarp_table *table,
		    struct wanarp_ipv6_projection *client, u32 dice)
{
	struct in6_addr *local = &client->key[WANARP_KEY_LOCAL].addr;
	struct in6_addr *prefix = &client->key[WANARP_KEY_PREFIX].addr;
	struct wanarp_projection *holders[WANARP_KEYS];

	client->common.proto = NDISWAN_PROTO_IPV6;
	*local = in6("fe80::");
	local->s6_addr[15] = 1 + dice % PREFIXES;
	*prefix = in6("2001:db8::");
	prefix->s6_addr[7] = 1 + (dice >> 8) % PREFIXES;
	client->prefix_len = (dice >> 16) % 3 * 64;
	if (client->prefix_len == 128)
		prefix->s6_addr[15] = 1 + (dice >> 24) % (HOSTS - 1);
	wanarp_table_holders(table, &client->common, holders);
	KUNIT_ASSERT_EQ(test, 0, wanarp_table_publish(table, &client->common,
						      holders));
}

/* Addresses, prefixes, and addresses in prefixes of others, all taken from each other. */
static void ipv6_against_model(struct kunit *test)
{
	struct wanarp_ipv6_projection *clients, *client;
	struct world *w = world_create(test);
	struct wanarp_table *table = &w->iface.table;
	struct rnd_state random;
	unsigned int step, i;

	clients = kunit_kzalloc(test, OBJECTS * sizeof(*clients), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, clients);
	prandom_seed_state(&random, SEED);
	ndiswan_control_lock();
	for (step = 0; step < STEPS; step++) {
		client = &clients[prandom_u32_state(&random) % OBJECTS];
		if (client->common.live)
			KUNIT_ASSERT_TRUE(test, wanarp_table_remove(table, &client->common));
		else
			step_up(test, table, client, prandom_u32_state(&random));
		expect_same(test, table);
	}
	for (i = 0; i < OBJECTS; i++)
		wanarp_table_remove(table, &clients[i].common);
	ndiswan_control_unlock();
	world_destroy(test, w);
}

struct address_case {
	const char *text;
	u8 len; /* 0: a link-local address */
	enum wanarp_address class;
};

static const struct address_case address_cases[] = {
	{ "fe80::1", 0, WANARP_ADDRESS_CLIENT },
	{ "fe80::ffff:ffff:ffff:ffff", 0, WANARP_ADDRESS_CLIENT },
	{ "fe80::fdff:ffff:ffff:ff7f", 0, WANARP_ADDRESS_CLIENT },
	{ "fe80::fdff:ffff:ffff:ff80", 0, WANARP_ADDRESS_ANYCAST },
	{ "fe80::fdff:ffff:ffff:ffff", 0, WANARP_ADDRESS_ANYCAST },
	{ "fe80::fe00:0:0:0", 0, WANARP_ADDRESS_CLIENT },
	{ "fe80::", 0, WANARP_ADDRESS_ZERO },
	{ "fe80:0:0:1::1", 0, WANARP_ADDRESS_FOREIGN },
	{ "fe81::1", 0, WANARP_ADDRESS_FOREIGN },
	{ "::", 0, WANARP_ADDRESS_FOREIGN },
	{ "2001:db8::1", 0, WANARP_ADDRESS_FOREIGN },
	{ "ff02::1", 0, WANARP_ADDRESS_FOREIGN },
	{ "2001:db8:0:1::", 64, WANARP_ADDRESS_CLIENT },
	{ "fd00::", 64, WANARP_ADDRESS_CLIENT },
	{ "::", 64, WANARP_ADDRESS_ZERO },
	{ "::1", 128, WANARP_ADDRESS_ZERO },
	{ "::ffff:192.0.2.1", 128, WANARP_ADDRESS_ZERO },
	{ "fe80::", 64, WANARP_ADDRESS_LINK_LOCAL },
	{ "febf:1::", 64, WANARP_ADDRESS_LINK_LOCAL },
	{ "ff02::", 64, WANARP_ADDRESS_MULTICAST },
	{ "2001:db8::1", 128, WANARP_ADDRESS_CLIENT },
	{ "2001:db8::", 128, WANARP_ADDRESS_ANYCAST },
	{ "2001:db8::fdff:ffff:ffff:ff80", 128, WANARP_ADDRESS_ANYCAST },
	{ "ff0e::1", 128, WANARP_ADDRESS_MULTICAST },
};

static void address_case_name(const struct address_case *c, char *name)
{
	snprintf(name, KUNIT_PARAM_DESC_SIZE, "%s/%u", c->text, c->len);
}

KUNIT_ARRAY_PARAM(address, address_cases, address_case_name);

static void ipv6_address_class(struct kunit *test)
{
	const struct address_case *c = test->param_value;
	const struct in6_addr addr = in6(c->text);

	if (c->len)
		KUNIT_EXPECT_EQ(test, c->class,
				wanarp_ipv6_prefix_class(&addr, c->len));
	else
		KUNIT_EXPECT_EQ(test, c->class, wanarp_ipv6_local_class(&addr));
	/* Nobody can have the address of the next hop. */
	if (wanarp_ipv6_is_gateway(&addr))
		KUNIT_EXPECT_EQ(test, c->class, WANARP_ADDRESS_ANYCAST);
}

static void ipv6_gateway(struct kunit *test)
{
	const struct in6_addr gateway = in6("fe80::fdff:ffff:ffff:ff80");
	const struct in6_addr next = in6("fe80::fdff:ffff:ffff:ff81");
	const struct in6_addr global = in6("2001:db8::fdff:ffff:ffff:ff80");

	KUNIT_EXPECT_TRUE(test, wanarp_ipv6_is_gateway(&gateway));
	KUNIT_EXPECT_FALSE(test, wanarp_ipv6_is_gateway(&next));
	KUNIT_EXPECT_FALSE(test, wanarp_ipv6_is_gateway(&global));
}

struct source_case {
	const char *name, *source, *to;
	bool own;
};

/* Client 0 has a prefix in which client 1 has an address. */
static const struct source_case source_cases[] = {
	{ "link-local", "fe80::1", "ff02::1", true },
	{ "prefix", "2001:db8:0:1::9", "2001:db8::1", true },
	{ "end of prefix", "2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8::1", true },
	{ "DAD", "::", "ff02::1:ff00:1", true },
	{ "none", "::", "2001:db8::1", false },
	{ "none to a wider group", "::", "ff05::2", false },
	{ "another link-local", "fe80::2", "ff02::1", false },
	{ "another prefix", "2001:db8:0:2::9", "2001:db8::1", false },
	{ "another's in the prefix", "2001:db8:0:1::7", "2001:db8::1", false },
	{ "loopback", "::1", "2001:db8::1", false },
	{ "multicast", "ff02::1", "2001:db8::1", false },
};

static void source_case_name(const struct source_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(source, source_cases, source_case_name);

static void ipv6_source(struct kunit *test)
{
	const struct source_case *c = test->param_value;
	struct world *w = world_create(test);
	const struct ipv6hdr ip6h = {
		.saddr = in6(c->source),
		.daddr = in6(c->to),
	};
	bool own;

	line_up(test, w, 0, "fe80::1", "2001:db8:0:1::", 64);
	line_up(test, w, 1, "fe80::2", "2001:db8:0:1::7", 128);
	rcu_read_lock();
	own = wanarp_ipv6_source_is_own(&w->client[0].common, &ip6h);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, c->own, own);
	world_destroy(test, w);
}

static void ipv6_size(struct kunit *test)
{
	KUNIT_EXPECT_LE(test, sizeof(struct wanarp_ipv6_projection), 192UL);
}

static struct kunit_case wanarp_ipv6_cases[] = {
	KUNIT_CASE(ipv6_find),
	KUNIT_CASE(ipv6_longest_prefix),
	KUNIT_CASE(ipv6_take_over),
	KUNIT_CASE(ipv6_publish_undone),
	KUNIT_CASE(ipv6_against_model),
	KUNIT_CASE_PARAM(ipv6_address_class, address_gen_params),
	KUNIT_CASE(ipv6_gateway),
	KUNIT_CASE_PARAM(ipv6_source, source_gen_params),
	KUNIT_CASE(ipv6_size),
	{}
};

static struct kunit_suite wanarp_ipv6_suite = {
	.name = "wanarp_ipv6",
	.test_cases = wanarp_ipv6_cases,
};

kunit_test_suite(wanarp_ipv6_suite);

MODULE_DESCRIPTION("KUnit tests of projections of IPv6");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_IMPORT_NS(NDISWAN);
