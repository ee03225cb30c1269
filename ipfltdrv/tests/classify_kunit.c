// SPDX-License-Identifier: GPL-2.0
/*
 * The classifier against one that is too simple to be wrong: every condition of
 * every filter, one after the other, bit by bit.
 */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "../classify.h"
#include "classify_reference.h"

#define SEED	0x178272

/* What the parser would make of it. Unused words are as they happen to be. */
static void key_of(const struct packet *p, struct ipf_key *key)
{
	memset(key, 0xa5, sizeof(*key));
	key->family = p->family;
	key->have = IPF_PROTOCOL;
	if (p->family == IPF_IPV4) {
		key->dim[IPF_DIM_SRC_HI] = word_of(&p->src, 0, 4);
		key->dim[IPF_DIM_DST_HI] = word_of(&p->dst, 0, 4);
	} else {
		key->dim[IPF_DIM_SRC_HI] = word_of(&p->src, 0, 8);
		key->dim[IPF_DIM_SRC_LO] = word_of(&p->src, 8, 8);
		key->dim[IPF_DIM_DST_HI] = word_of(&p->dst, 0, 8);
		key->dim[IPF_DIM_DST_LO] = word_of(&p->dst, 8, 8);
	}
	key->dim[IPF_DIM_PROTOCOL] = p->protocol;
	key->dim[IPF_DIM_SRC_PORT] = 0;
	key->dim[IPF_DIM_DST_PORT] = 0;
	if (has_ports(p)) {
		key->have |= IPF_PORTS;
		key->dim[IPF_DIM_SRC_PORT] = p->src_port;
		key->dim[IPF_DIM_DST_PORT] = p->dst_port;
		if (p->protocol == IPPROTO_TCP && !p->opening)
			key->have |= IPF_ESTABLISHED;
	} else if (has_icmp(p)) {
		key->have |= IPF_ICMP;
		key->dim[IPF_DIM_SRC_PORT] = p->icmp_type;
		key->dim[IPF_DIM_DST_PORT] = p->icmp_code;
	}
	if (p->fragment)
		key->have |= IPF_FRAGMENT;
}

struct world {
	struct kunit *test;
	struct rnd_state random;
	struct ipf_filter *filters;
	struct ipf_classifier *classifier;
	unsigned int count;
	unsigned int max;
	unsigned int matches;
	unsigned int misses;
	struct ipf_late late;
};

static u32 below(struct world *w, u32 limit)
{
	return prandom_u32_state(&w->random) % limit;
}

static bool chance(struct world *w, unsigned int percent)
{
	return below(w, 100) < percent;
}

static struct world *world_create(struct kunit *test, unsigned int max)
{
	struct world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	w->test = test;
	w->max = max;
	w->filters = vmalloc(array_size(max, sizeof(*w->filters)));
	KUNIT_ASSERT_NOT_NULL(test, w->filters);
	prandom_seed_state(&w->random, SEED);
	return w;
}

static void world_clear(struct world *w)
{
	ipf_classifier_free(w->classifier);
	w->classifier = NULL;
	w->count = 0;
}

static void world_destroy(struct world *w)
{
	world_clear(w);
	vfree(w->filters);
}

static void compile(struct world *w)
{
	const char *why = NULL;
	struct ipf_filter back;
	unsigned int i;

	w->classifier = ipf_classifier_alloc();
	KUNIT_ASSERT_NOT_NULL(w->test, w->classifier);
	for (i = 0; i < w->count; i++)
		KUNIT_ASSERT_EQ_MSG(w->test, 0,
				    ipf_classifier_add(w->classifier, &w->filters[i], &why),
				    "%s", why);
	KUNIT_ASSERT_EQ(w->test, 0, ipf_classifier_compile(w->classifier, &why));
	KUNIT_ASSERT_EQ(w->test, w->count, ipf_classifier_count(w->classifier));
	for (i = 0; i < w->count; i++) {
		ipf_classifier_get(w->classifier, i, &back);
		KUNIT_ASSERT_EQ_MSG(w->test, 0, memcmp(&back, &w->filters[i], sizeof(back)),
				    "filter %u changed", i);
		KUNIT_ASSERT_EQ(w->test, ipf_classifier_tag(w->classifier, i),
				w->filters[i].tag);
	}
}

/* Both classifiers have to agree, and the fast one's filter has to match. */
static void compare(struct world *w, const struct packet *p)
{
	struct ipf_key key;
	unsigned int i;
	int fast;

	key_of(p, &key);
	key.have &= ~IPF_LATE;
	if (ipf_classifier_is_late(w->classifier))
		ipf_key_bind(&key, &w->late);
	fast = ipf_classify(w->classifier, &key);
	if (fast >= 0) {
		KUNIT_ASSERT_LT(w->test, (unsigned int)fast, w->count);
		KUNIT_ASSERT_TRUE_MSG(w->test,
				      slow_matches(&w->filters[fast], p, &w->late),
				      "filter %d of %u does not match", fast, w->count);
		w->matches++;
		return;
	}
	KUNIT_ASSERT_EQ(w->test, fast, -ENOENT);
	for (i = 0; i < w->count; i++)
		KUNIT_ASSERT_FALSE_MSG(w->test,
				       slow_matches(&w->filters[i], p, &w->late),
				       "filter %u of %u was not found", i, w->count);
	w->misses++;
}

/* Few values for each byte, so that filters overlap and packets meet them. */
static u8 some_byte(struct world *w)
{
	static const u8 bytes[] = { 0, 1, 2, 10, 127, 128, 192, 255 };

	return chance(w, 90) ? bytes[below(w, ARRAY_SIZE(bytes))] : below(w, 256);
}

static void some_address(struct world *w, u8 family, struct in6_addr *a)
{
	unsigned int i, bytes = family == IPF_IPV4 ? 4 : 16;

	memset(a, 0, sizeof(*a));
	for (i = 0; i < bytes; i++)
		a->s6_addr[i] = some_byte(w);
	/* A provider's network is one for all of its clients. */
	if (family == IPF_IPV6 && chance(w, 80))
		memcpy(a, "\x20\x01\x0d\xb8", 4);
}

static void cut_prefix(struct in6_addr *a, unsigned int len)
{
	unsigned int i;

	for (i = len; i < 128; i++)
		a->s6_addr[i / 8] &= ~(128 >> i % 8);
}

static u8 some_length(struct world *w, u8 family)
{
	unsigned int bits = family == IPF_IPV4 ? 32 : 128;

	switch (below(w, 4)) {
	case 0:
		return 0;
	case 1:
		return bits;
	case 2:
		return bits / 4 * below(w, 5);
	}
	return below(w, bits + 1);
}

static u8 some_protocol(struct world *w)
{
	static const u8 protocols[] = {
		IPPROTO_TCP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDP, IPPROTO_ICMP,
		IPPROTO_ICMPV6, IPPROTO_GRE, IPPROTO_ESP, IPPROTO_SCTP, 0, 255,
	};

	return protocols[below(w, ARRAY_SIZE(protocols))];
}

static u16 some_port(struct world *w)
{
	static const u16 ports[] = { 0, 1, 53, 80, 443, 1023, 1024, 8080, 65534, 65535 };

	return chance(w, 80) ? ports[below(w, ARRAY_SIZE(ports))] : below(w, 65536);
}

static void some_range(struct world *w, u16 range[2])
{
	range[0] = some_port(w);
	range[1] = chance(w, 50) ? range[0] : some_port(w);
	if (range[1] < range[0])
		swap(range[0], range[1]);
}

static void some_addresses(struct world *w, struct ipf_filter *f)
{
	static const u16 src[] = { IPF_SRC_CLIENT, IPF_SRC_IFACE };
	static const u16 dst[] = { IPF_DST_CLIENT, IPF_DST_IFACE };

	f->family = below(w, 3);
	if (chance(w, 5)) {
		f->flags |= src[below(w, 2)];
	} else if (f->family) {
		f->src_len = some_length(w, f->family);
		some_address(w, f->family, &f->src);
		cut_prefix(&f->src, f->src_len);
	}
	if (chance(w, 5)) {
		f->flags |= dst[below(w, 2)];
	} else if (f->family) {
		f->dst_len = some_length(w, f->family);
		some_address(w, f->family, &f->dst);
		cut_prefix(&f->dst, f->dst_len);
	}
}

static void some_icmp(struct world *w, struct ipf_filter *f)
{
	bool right = f->protocol == IPPROTO_ICMP ? f->family != IPF_IPV6 :
						   f->family != IPF_IPV4;

	if (right && chance(w, 60)) {
		f->flags |= IPF_ICMP_TYPE;
		f->icmp_type = some_byte(w);
	}
	if (right && chance(w, 30)) {
		f->flags |= IPF_ICMP_CODE;
		f->icmp_code = below(w, 3);
	}
}

static void some_filter(struct world *w, struct ipf_filter *f)
{
	memset(f, 0, sizeof(*f));
	f->tag = prandom_u32_state(&w->random);
	some_addresses(w, f);
	if (chance(w, 70)) {
		f->flags |= IPF_PROTOCOL;
		f->protocol = some_protocol(w);
	}
	if (!(f->flags & IPF_PROTOCOL) || is_portful(f->protocol)) {
		if (chance(w, 40)) {
			f->flags |= IPF_SRC_PORT;
			some_range(w, f->src_port);
		}
		if (chance(w, 60)) {
			f->flags |= IPF_DST_PORT;
			some_range(w, f->dst_port);
		}
	}
	if (f->protocol == IPPROTO_TCP && chance(w, 20))
		f->flags |= IPF_ESTABLISHED;
	if (chance(w, 5))
		f->flags |= IPF_FRAGMENT;
	if (f->protocol == IPPROTO_ICMP || f->protocol == IPPROTO_ICMPV6)
		some_icmp(w, f);
}

static void some_packet(struct world *w, struct packet *p)
{
	memset(p, 0, sizeof(*p));
	p->family = 1 + below(w, 2);
	some_address(w, p->family, &p->src);
	some_address(w, p->family, &p->dst);
	p->protocol = some_protocol(w);
	p->src_port = some_port(w);
	p->dst_port = some_port(w);
	p->icmp_type = some_byte(w);
	p->icmp_code = below(w, 3);
	p->opening = chance(w, 30);
	p->fragment = chance(w, 10);
	p->later = p->fragment && chance(w, 50);
}

/* An address of a prefix: its first, its last, or between. */
static void address_in(struct world *w, u8 family, const struct in6_addr *prefix,
		       unsigned int len, struct in6_addr *a)
{
	unsigned int bits = family == IPF_IPV4 ? 32 : 128, i, kind = below(w, 3);

	*a = *prefix;
	for (i = len; i < bits; i++)
		if (kind == 1 || (kind == 2 && chance(w, 50)))
			a->s6_addr[i / 8] |= 128 >> i % 8;
}

static u16 port_in(struct world *w, const u16 range[2])
{
	switch (below(w, 3)) {
	case 0:
		return range[0];
	case 1:
		return range[1];
	}
	return range[0] + below(w, range[1] - range[0] + 1);
}

static void late_address(const struct ipf_address *late, u8 family,
			 struct in6_addr *a)
{
	unsigned int i;

	memset(a, 0, sizeof(*a));
	for (i = 0; i < (family == IPF_IPV4 ? 4 : 16); i++)
		a->s6_addr[i] = family == IPF_IPV4 ? late->ip4 >> (24 - 8 * i) :
				late->ip6[i / 8] >> (56 - 8 * (i % 8));
}

/* A packet that @f matches, mostly. */
static void packet_for(struct world *w, const struct ipf_filter *f, struct packet *p)
{
	some_packet(w, p);
	if (f->family)
		p->family = f->family;
	address_in(w, p->family, &f->src, f->src_len, &p->src);
	address_in(w, p->family, &f->dst, f->dst_len, &p->dst);
	if (f->flags & IPF_SRC_LATE)
		late_address(f->flags & IPF_SRC_CLIENT ? &w->late.client : &w->late.iface,
			     p->family, &p->src);
	if (f->flags & IPF_DST_LATE)
		late_address(f->flags & IPF_DST_CLIENT ? &w->late.client : &w->late.iface,
			     p->family, &p->dst);
	if (f->flags & IPF_PROTOCOL)
		p->protocol = f->protocol;
	if (f->flags & IPF_SRC_PORT)
		p->src_port = port_in(w, f->src_port);
	if (f->flags & IPF_DST_PORT)
		p->dst_port = port_in(w, f->dst_port);
	if (f->flags & IPF_ICMP_TYPE)
		p->icmp_type = f->icmp_type;
	if (f->flags & IPF_ICMP_CODE)
		p->icmp_code = f->icmp_code;
	if (f->flags & IPF_FRAGMENT)
		p->fragment = true;
}

/* Just beside what it was in one field. */
static void mutate(struct world *w, struct packet *p)
{
	struct in6_addr *a = chance(w, 50) ? &p->src : &p->dst;
	unsigned int bits = p->family == IPF_IPV4 ? 32 : 128, bit;
	int step = chance(w, 50) ? 1 : -1;

	switch (below(w, 6)) {
	case 0:
	case 1:
		bit = below(w, bits);
		a->s6_addr[bit / 8] ^= 128 >> bit % 8;
		break;
	case 2:
		p->src_port += step;
		break;
	case 3:
		p->dst_port += step;
		break;
	case 4:
		p->protocol = some_protocol(w);
		break;
	case 5:
		p->fragment = chance(w, 50);
		p->later = p->fragment && chance(w, 50);
		break;
	}
}

static void late_bind(struct world *w, struct ipf_address *a)
{
	struct in6_addr addr;

	some_address(w, IPF_IPV4, &addr);
	a->ip4 = word_of(&addr, 0, 4);
	a->has_ip4 = chance(w, 80);
	some_address(w, IPF_IPV6, &addr);
	a->ip6_len = chance(w, 50) ? 128 : chance(w, 50) ? 64 : below(w, 129);
	cut_prefix(&addr, a->ip6_len);
	a->ip6[0] = word_of(&addr, 0, 8);
	a->ip6[1] = word_of(&addr, 8, 8);
	a->has_ip6 = chance(w, 80);
}

static void compare_many(struct world *w, unsigned int packets)
{
	struct packet p;

	while (packets--) {
		/* Another binding of the same set, now and then. */
		if (!(packets % 64)) {
			late_bind(w, &w->late.client);
			late_bind(w, &w->late.iface);
		}
		if (w->count && chance(w, 85))
			packet_for(w, &w->filters[below(w, w->count)], &p);
		else
			some_packet(w, &p);
		if (chance(w, 70))
			mutate(w, &p);
		compare(w, &p);
		cond_resched();
	}
}

/* Filters with less than @narrow bits of prefixes are few, or everything matches. */
static void random_sets(struct kunit *test, unsigned int sets, unsigned int largest,
			unsigned int narrow, unsigned int packets)
{
	struct world *w = world_create(test, largest);
	unsigned int i;

	while (sets--) {
		w->count = below(w, largest) + 1;
		for (i = 0; i < w->count; i++)
			some_filter(w, &w->filters[i]);
		for (i = 0; i < w->count; i++)
			while (w->filters[i].src_len + w->filters[i].dst_len < narrow &&
			       !(w->filters[i].flags & IPF_LATE) &&
			       (w->filters[i].flags & IPF_PORTS) != IPF_PORTS &&
			       below(w, w->count + 50))
				some_filter(w, &w->filters[i]);
		compile(w);
		compare_many(w, packets);
		world_clear(w);
	}
	kunit_info(test, "%u packets matched, %u did not\n", w->matches, w->misses);
	/* Otherwise this proves nothing. */
	KUNIT_EXPECT_GT(test, w->matches, w->misses / 10);
	KUNIT_EXPECT_GT(test, w->misses, w->matches / 10);
	world_destroy(w);
}

static void ipfltdrv_classify_random_small(struct kunit *test)
{
	random_sets(test, 1500, 12, 16, 400);
}

static void ipfltdrv_classify_random_medium(struct kunit *test)
{
	random_sets(test, 500, 150, 16, 800);
}

static void ipfltdrv_classify_random_large(struct kunit *test)
{
	random_sets(test, 6, 6000, 32, 3000);
}

static void ipfltdrv_classify_empty(struct kunit *test)
{
	struct world *w = world_create(test, 1);
	struct packet p;
	unsigned int i;

	compile(w);
	KUNIT_EXPECT_FALSE(test, ipf_classifier_is_late(w->classifier));
	for (i = 0; i < 100; i++) {
		some_packet(w, &p);
		compare(w, &p);
	}
	KUNIT_EXPECT_EQ(test, w->misses, 100U);
	KUNIT_EXPECT_LT(test, ipf_classifier_bytes(w->classifier), (size_t)512);
	world_destroy(w);
}

#define IP4(a, b, c, d)	{ .s6_addr = { a, b, c, d } }
#define TCP4(sport, dport) \
	.family = IPF_IPV4, .src = IP4(10, 1, 2, 3), .dst = IP4(192, 0, 2, 1), \
	.protocol = IPPROTO_TCP, .src_port = (sport), .dst_port = (dport)
#define ICMP4(type, code) \
	.family = IPF_IPV4, .src = IP4(10, 1, 2, 3), .dst = IP4(192, 0, 2, 1), \
	.protocol = IPPROTO_ICMP, .icmp_type = (type), .icmp_code = (code)
#define DB8(last)	{ .s6_addr = { 0x20, 1, 0x0d, 0xb8, [15] = (last) } }

struct edge {
	const char *name;
	struct ipf_filter filter;
	struct packet packet;
	bool match;
};

static const struct edge edges[] = {
	{ "everything", { }, { TCP4(1, 2) }, true },
	{ "everything_ipv6", { }, { .family = IPF_IPV6 }, true },
	{ "family_4", { .family = IPF_IPV4 }, { TCP4(1, 2) }, true },
	{ "family_6", { .family = IPF_IPV6 }, { TCP4(1, 2) }, false },
	{ "family_4_of_6", { .family = IPF_IPV4 }, { .family = IPF_IPV6 }, false },
	{ "host", { .family = IPF_IPV4, .src = IP4(10, 1, 2, 3), .src_len = 32 },
	  { TCP4(1, 2) }, true },
	{ "host_beside", { .family = IPF_IPV4, .src = IP4(10, 1, 2, 2), .src_len = 32 },
	  { TCP4(1, 2) }, false },
	{ "prefix_31", { .family = IPF_IPV4, .src = IP4(10, 1, 2, 2), .src_len = 31 },
	  { TCP4(1, 2) }, true },
	{ "prefix_1", { .family = IPF_IPV4, .dst = IP4(128, 0, 0, 0), .dst_len = 1 },
	  { TCP4(1, 2) }, true },
	{ "prefix_1_not", { .family = IPF_IPV4, .dst_len = 1 }, { TCP4(1, 2) }, false },
	{ "ipv6_host", { .family = IPF_IPV6, .dst = DB8(1), .dst_len = 128 },
	  { .family = IPF_IPV6, .dst = DB8(1) }, true },
	{ "ipv6_host_beside", { .family = IPF_IPV6, .dst = DB8(1), .dst_len = 128 },
	  { .family = IPF_IPV6, .dst = DB8(2) }, false },
	{ "ipv6_64", { .family = IPF_IPV6, .dst = DB8(0), .dst_len = 64 },
	  { .family = IPF_IPV6, .dst = DB8(9) }, true },
	{ "ipv6_65", { .family = IPF_IPV6, .dst = DB8(0), .dst_len = 65 },
	  { .family = IPF_IPV6, .dst = DB8(9) }, true },
	{ "port_low_end", { .flags = IPF_DST_PORT, .dst_port = { 80, 90 } },
	  { TCP4(1, 80) }, true },
	{ "port_high_end", { .flags = IPF_DST_PORT, .dst_port = { 80, 90 } },
	  { TCP4(1, 90) }, true },
	{ "port_below", { .flags = IPF_DST_PORT, .dst_port = { 80, 90 } },
	  { TCP4(85, 79) }, false },
	{ "port_above", { .flags = IPF_DST_PORT, .dst_port = { 80, 90 } },
	  { TCP4(85, 91) }, false },
	{ "port_0", { .flags = IPF_SRC_PORT, .src_port = { 0, 0 } }, { TCP4(0, 1) }, true },
	{ "port_0_not", { .flags = IPF_SRC_PORT, .src_port = { 0, 0 } },
	  { TCP4(65535, 0) }, false },
	{ "port_65535", { .flags = IPF_SRC_PORT, .src_port = { 65535, 65535 } },
	  { TCP4(65535, 0) }, true },
	{ "all_ports", { .flags = IPF_SRC_PORT, .src_port = { 0, 65535 } },
	  { TCP4(7, 7) }, true },
	{ "all_ports_of_icmp", { .flags = IPF_SRC_PORT, .src_port = { 0, 65535 } },
	  { ICMP4(0, 0) }, false },
	{ "ports_of_any_protocol", { .flags = IPF_DST_PORT, .dst_port = { 53, 53 } },
	  { .family = IPF_IPV6, .protocol = IPPROTO_SCTP, .dst_port = 53 }, true },
	{ "ports_of_gre", { .flags = IPF_DST_PORT, .dst_port = { 0, 0 } },
	  { .family = IPF_IPV4, .protocol = IPPROTO_GRE }, false },
	{ "ports_of_later_fragment", { .flags = IPF_DST_PORT, .dst_port = { 0, 65535 } },
	  { TCP4(1, 2), .fragment = true, .later = true }, false },
	{ "protocol_of_later_fragment",
	  { .flags = IPF_PROTOCOL, .protocol = IPPROTO_TCP },
	  { TCP4(1, 2), .fragment = true, .later = true }, true },
	{ "protocol_0", { .flags = IPF_PROTOCOL }, { TCP4(1, 2) }, false },
	{ "protocol_0_is_one", { .flags = IPF_PROTOCOL }, { .family = IPF_IPV4 }, true },
	{ "established", { .flags = IPF_PROTOCOL | IPF_ESTABLISHED, .protocol = IPPROTO_TCP },
	  { TCP4(1, 2) }, true },
	{ "established_opening",
	  { .flags = IPF_PROTOCOL | IPF_ESTABLISHED, .protocol = IPPROTO_TCP },
	  { TCP4(1, 2), .opening = true }, false },
	{ "established_later_fragment",
	  { .flags = IPF_PROTOCOL | IPF_ESTABLISHED, .protocol = IPPROTO_TCP },
	  { TCP4(1, 2), .fragment = true, .later = true }, false },
	{ "ping", { .flags = IPF_PROTOCOL | IPF_ICMP, .protocol = IPPROTO_ICMP,
		    .icmp_type = 8 }, { ICMP4(8, 0) }, true },
	{ "ping_type", { .flags = IPF_PROTOCOL | IPF_ICMP, .protocol = IPPROTO_ICMP,
			 .icmp_type = 8 }, { ICMP4(0, 0) }, false },
	{ "ping_code", { .flags = IPF_PROTOCOL | IPF_ICMP, .protocol = IPPROTO_ICMP,
			 .icmp_type = 8 }, { ICMP4(8, 1) }, false },
	{ "icmp_type_any_code", { .flags = IPF_PROTOCOL | IPF_ICMP_TYPE,
				  .protocol = IPPROTO_ICMP, .icmp_type = 3 },
	  { ICMP4(3, 13) }, true },
	{ "icmp_code_any_type", { .flags = IPF_PROTOCOL | IPF_ICMP_CODE,
				  .protocol = IPPROTO_ICMP, .icmp_code = 4 },
	  { ICMP4(3, 4) }, true },
	{ "icmp_of_other_family", { .flags = IPF_PROTOCOL | IPF_ICMP_TYPE,
				    .protocol = IPPROTO_ICMP },
	  { .family = IPF_IPV6, .protocol = IPPROTO_ICMP }, false },
	{ "fragment", { .flags = IPF_FRAGMENT }, { TCP4(1, 2), .fragment = true }, true },
	{ "fragment_not", { .flags = IPF_FRAGMENT }, { TCP4(1, 2) }, false },
	{ "late_unknown", { .flags = IPF_SRC_CLIENT }, { TCP4(1, 2) }, false },
};

static void edge_name(const struct edge *e, char *desc)
{
	strscpy(desc, e->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(edge, edges, edge_name);

static void ipfltdrv_classify_edge(struct kunit *test)
{
	const struct edge *e = test->param_value;
	struct world *w = world_create(test, 1);

	w->filters[0] = e->filter;
	w->count = 1;
	compile(w);
	compare(w, &e->packet);
	KUNIT_EXPECT_EQ(test, w->matches, (unsigned int)e->match);
	world_destroy(w);
}

struct refusal {
	const char *name;
	struct ipf_filter filter;
};

static const struct refusal refusals[] = {
	{ "family", { .family = 3 } },
	{ "condition", { .flags = IPF_CONDITIONS + 1 } },
	{ "prefix_without_family", { .src_len = 8 } },
	{ "address_without_family", { .src = IP4(10, 0, 0, 0) } },
	{ "ipv4_prefix_too_long", { .family = IPF_IPV4, .src_len = 33 } },
	{ "ipv6_prefix_too_long", { .family = IPF_IPV6, .dst_len = 129 } },
	{ "bits_beyond_prefix", { .family = IPF_IPV4, .dst = IP4(10, 0, 0, 1),
				  .dst_len = 31 } },
	{ "bits_beyond_ipv4", { .family = IPF_IPV4, .dst = DB8(1), .dst_len = 32 } },
	{ "late_and_prefix", { .family = IPF_IPV4, .src_len = 1,
			       .flags = IPF_SRC_CLIENT } },
	{ "late_twice", { .flags = IPF_DST_CLIENT | IPF_DST_IFACE } },
	{ "ports_of_icmp", { .flags = IPF_PROTOCOL | IPF_DST_PORT,
			     .protocol = IPPROTO_ICMP } },
	{ "ports_upside_down", { .flags = IPF_SRC_PORT, .src_port = { 2, 1 } } },
	{ "dst_ports_upside_down", { .flags = IPF_DST_PORT, .dst_port = { 2, 1 } } },
	{ "established_udp", { .flags = IPF_PROTOCOL | IPF_ESTABLISHED,
			       .protocol = IPPROTO_UDP } },
	{ "established_any", { .flags = IPF_ESTABLISHED } },
	{ "icmp_without_protocol", { .flags = IPF_ICMP_TYPE } },
	{ "icmp_type_of_tcp", { .flags = IPF_PROTOCOL | IPF_ICMP_TYPE,
				.protocol = IPPROTO_TCP } },
	{ "icmp_of_ipv6", { .family = IPF_IPV6, .flags = IPF_PROTOCOL | IPF_ICMP_TYPE,
			    .protocol = IPPROTO_ICMP } },
	{ "icmpv6_of_ipv4", { .family = IPF_IPV4, .flags = IPF_PROTOCOL | IPF_ICMP_CODE,
			      .protocol = IPPROTO_ICMPV6 } },
};

static void refusal_name(const struct refusal *r, char *desc)
{
	strscpy(desc, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(refusal, refusals, refusal_name);

static void ipfltdrv_classify_refusal(struct kunit *test)
{
	const struct refusal *r = test->param_value;
	struct ipf_classifier *c = ipf_classifier_alloc();
	const char *why = NULL;

	KUNIT_ASSERT_NOT_NULL(test, c);
	KUNIT_EXPECT_EQ(test, -EINVAL, ipf_classifier_add(c, &r->filter, &why));
	KUNIT_EXPECT_NOT_NULL(test, why);
	KUNIT_EXPECT_EQ(test, 0U, ipf_classifier_count(c));
	ipf_classifier_free(c);
}

static void ipfltdrv_classify_too_many(struct kunit *test)
{
	struct ipf_classifier *c = ipf_classifier_alloc();
	const struct ipf_filter f = { .family = IPF_IPV4 };
	const char *why = NULL;
	unsigned int i;
	int err = 0;

	KUNIT_ASSERT_NOT_NULL(test, c);
	for (i = 0; i < IPF_FILTERS_MAX && !err; i++) {
		err = ipf_classifier_add(c, &f, &why);
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, 0, err);
	KUNIT_EXPECT_EQ(test, -E2BIG, ipf_classifier_add(c, &f, &why));
	KUNIT_EXPECT_NOT_NULL(test, why);
	ipf_classifier_free(c);
}

/* One set, compiled once, for two clients. */
static void ipfltdrv_classify_late(struct kunit *test)
{
	const struct ipf_late one = { .client = { .ip4 = 0x0a010203, .has_ip4 = true } };
	const struct ipf_late two = { .client = { .ip4 = 0x0a010204, .has_ip4 = true } };
	const struct packet p = { TCP4(1, 2) };
	struct world *w = world_create(test, 1);
	struct ipf_key key;

	w->filters[0] = (struct ipf_filter){ .flags = IPF_SRC_CLIENT };
	w->count = 1;
	compile(w);
	KUNIT_EXPECT_TRUE(test, ipf_classifier_is_late(w->classifier));
	key_of(&p, &key);
	ipf_key_bind(&key, &one);
	KUNIT_EXPECT_EQ(test, 0, ipf_classify(w->classifier, &key));
	ipf_key_bind(&key, &two);
	KUNIT_EXPECT_EQ(test, -ENOENT, ipf_classify(w->classifier, &key));
	ipf_key_bind(&key, NULL);
	KUNIT_EXPECT_EQ(test, -ENOENT, ipf_classify(w->classifier, &key));
	world_destroy(w);
}

/* A client with a prefix of each length: its last bit counts, the next one does not. */
static void ipfltdrv_classify_late_prefix(struct kunit *test)
{
	struct world *w = world_create(test, 1);
	struct packet p = { .family = IPF_IPV6 };
	struct ipf_address *a = &w->late.client;
	unsigned int len;

	w->filters[0] = (struct ipf_filter){ .flags = IPF_DST_CLIENT };
	w->count = 1;
	compile(w);
	a->has_ip6 = true;
	for (len = 0; len <= 128; len++) {
		memset(a->ip6, 0, sizeof(a->ip6));
		a->ip6_len = len;
		memset(&p.dst, 0, sizeof(p.dst));
		if (len < 128)
			p.dst.s6_addr[len / 8] |= 128 >> len % 8;
		w->matches = 0;
		compare(w, &p);
		KUNIT_EXPECT_EQ_MSG(test, w->matches, 1U, "beyond /%u", len);
		if (!len)
			continue;
		p.dst.s6_addr[(len - 1) / 8] |= 128 >> (len - 1) % 8;
		w->misses = 0;
		compare(w, &p);
		KUNIT_EXPECT_EQ_MSG(test, w->misses, 1U, "inside /%u", len);
	}
	world_destroy(w);
}

/* Sets made to defeat a tree. They may be slow, but not large, and not wrong. */
static void nested_ranges(struct ipf_filter *f, unsigned int i)
{
	f->flags = IPF_SRC_PORT | IPF_DST_PORT;
	f->src_port[0] = i;
	f->src_port[1] = 65535 - i;
	f->dst_port[0] = 3 * i;
	f->dst_port[1] = 65535 - i;
}

static void crossed_ranges(struct ipf_filter *f, unsigned int i)
{
	f->flags = IPF_SRC_PORT | IPF_DST_PORT;
	if (i % 2) {
		f->src_port[0] = i;
		f->src_port[1] = i + 1;
		f->dst_port[1] = 65535;
	} else {
		f->dst_port[0] = i;
		f->dst_port[1] = i + 1;
		f->src_port[1] = 65535;
	}
}

static void crossed_prefixes(struct ipf_filter *f, unsigned int i)
{
	f->family = IPF_IPV6;
	f->src = (struct in6_addr)DB8(0);
	f->src.s6_addr[5] = 0xa5;
	f->dst = f->src;
	f->src_len = i % 129;
	f->dst_len = i / 129 % 129;
	cut_prefix(&f->src, f->src_len);
	cut_prefix(&f->dst, f->dst_len);
	f->flags = IPF_DST_PORT;
	f->dst_port[0] = i;
	f->dst_port[1] = 20000 + i;
}

static void copies(struct ipf_filter *f, unsigned int i)
{
	f->family = IPF_IPV4;
	f->src_len = 8;
	f->src.s6_addr[0] = 10;
	f->tag = i;
}

/* Each splits a little off, so that a careless tree is as deep as it has filters. */
static void peeling(struct ipf_filter *f, unsigned int i)
{
	f->flags = IPF_DST_PORT;
	f->dst_port[0] = i;
	f->dst_port[1] = 65535;
}

static void all_conditions(struct ipf_filter *f, unsigned int i)
{
	f->flags = IPF_PROTOCOL | (i % 2 ? IPF_ESTABLISHED : 0) |
		   (i / 2 % 2 ? IPF_FRAGMENT : 0);
	f->protocol = IPPROTO_TCP;
	f->flags |= i / 4 % 2 ? IPF_SRC_CLIENT : IPF_SRC_IFACE;
	f->flags |= i / 8 % 2 ? IPF_DST_CLIENT : IPF_DST_IFACE;
}

struct hostile {
	const char *name;
	void (*make)(struct ipf_filter *f, unsigned int i);
};

static const struct hostile hostiles[] = {
	{ "nested_ranges", nested_ranges },
	{ "crossed_ranges", crossed_ranges },
	{ "crossed_prefixes", crossed_prefixes },
	{ "copies", copies },
	{ "peeling", peeling },
	{ "all_conditions", all_conditions },
};

static void hostile_name(const struct hostile *h, char *desc)
{
	strscpy(desc, h->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(hostile, hostiles, hostile_name);

static void ipfltdrv_classify_hostile(struct kunit *test)
{
	const struct hostile *h = test->param_value;
	struct world *w = world_create(test, 16000);
	unsigned int i;

	w->count = w->max;
	memset(w->filters, 0, array_size(w->count, sizeof(*w->filters)));
	for (i = 0; i < w->count; i++)
		h->make(&w->filters[i], i);
	compile(w);
	compare_many(w, 500);
	/* Filters for any family are stored twice. */
	KUNIT_EXPECT_LT(test, ipf_classifier_bytes(w->classifier) / w->count, (size_t)180);
	kunit_info(test, "%zu bytes a filter\n",
		   ipf_classifier_bytes(w->classifier) / w->count);
	world_destroy(w);
}

static void ipfltdrv_classify_memory(struct kunit *test)
{
	struct world *w = world_create(test, 100000);
	struct ipf_filter *f;
	unsigned int i;

	w->count = w->max;
	for (i = 0; i < w->count; i++) {
		f = &w->filters[i];
		do {
			some_filter(w, f);
		} while (!f->family);
	}
	compile(w);
	kunit_info(test, "%zu bytes a filter\n",
		   ipf_classifier_bytes(w->classifier) / w->count);
	KUNIT_EXPECT_LE(test, ipf_classifier_bytes(w->classifier) / w->count, (size_t)92);
	world_destroy(w);
}

static struct kunit_case classify_cases[] = {
	KUNIT_CASE(ipfltdrv_classify_empty),
	KUNIT_CASE_PARAM(ipfltdrv_classify_edge, edge_gen_params),
	KUNIT_CASE_PARAM(ipfltdrv_classify_refusal, refusal_gen_params),
	KUNIT_CASE(ipfltdrv_classify_too_many),
	KUNIT_CASE(ipfltdrv_classify_late),
	KUNIT_CASE(ipfltdrv_classify_late_prefix),
	KUNIT_CASE(ipfltdrv_classify_random_small),
	KUNIT_CASE(ipfltdrv_classify_random_medium),
	KUNIT_CASE(ipfltdrv_classify_random_large),
	KUNIT_CASE_PARAM(ipfltdrv_classify_hostile, hostile_gen_params),
	KUNIT_CASE(ipfltdrv_classify_memory),
	{ }
};

static struct kunit_suite classify_suite = {
	.name = "ipfltdrv_classify",
	.test_cases = classify_cases,
};

kunit_test_suite(classify_suite);

MODULE_DESCRIPTION("KUnit tests of the classifier");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
