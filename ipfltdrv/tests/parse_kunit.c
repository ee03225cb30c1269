// SPDX-License-Identifier: GPL-2.0
/*
 * The parser: packets of every kind, cut at every byte, in memory and in buffers of
 * every shape; and a million damaged ones against a second parser that reads one
 * byte after the other.
 */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/skbuff.h>

#include "../parse.h"

#define SEED	0x178272
#define ROOM	160

/* 10.1.2.3 to 192.0.2.1 */
#define ENDS4	"0a010203 c0000201"
#define V4(length, fragment, protocol) \
	"4500" length "1234" fragment "40" protocol "0000" ENDS4
/* 2001:db8::1 to 2001:db8::2 */
#define ENDS6	"20010db8 0000000000000000 00000001 20010db8 0000000000000000 00000002"
#define V6(length, next) \
	"60000000" length next "40" ENDS6
#define UDP			"3039 0035 0008 0000"
#define TCP(flags)		"3039 0050 00000001 00000002 50" flags "0100 0000 0000"
#define OPTIONS(next)		next "00 0104 00000000"
#define LONG_OPTIONS(next)	next "01 010c 000000000000000000000000"
#define AH(next)		next "04 0000 00000001 00000002 0102030405060708090a0b0c"
#define FRAGMENT(next, offset)	next "00" offset "deadbeef"

struct parse_case {
	const char *name;
	const char *hex;	/* spaces do not count, what is missing is zero */
	unsigned int len;
	enum ipf_parse result;
	u8 protocol;
	u16 have;	/* besides IPF_PROTOCOL */
	u16 src_port;	/* or ICMP type */
	u16 dst_port;	/* or ICMP code */
	u16 transport;
	u8 fragment;
	u32 id;
	u32 offset;
};

#define OK4(at, proto, has, s, d) \
	.protocol = proto, .have = has, .src_port = s, .dst_port = d, .transport = at
#define BAD(reason)	.result = IPF_PARSE_##reason

static const struct parse_case parse_cases[] = {
	{ "udp", V4("001c", "0000", "11") UDP, 28, OK4(20, 17, IPF_PORTS, 12345, 53) },
	{ "udp_dont_fragment", V4("001c", "4000", "11") UDP, 28,
	  OK4(20, 17, IPF_PORTS, 12345, 53) },
	{ "udp_padded", V4("001c", "0000", "11") UDP, 46,
	  OK4(20, 17, IPF_PORTS, 12345, 53) },
	{ "udplite", V4("001c", "0000", "88") UDP, 28,
	  OK4(20, 136, IPF_PORTS, 12345, 53) },
	{ "sctp", V4("0020", "0000", "84") UDP, 32, OK4(20, 132, IPF_PORTS, 12345, 53) },
	{ "dccp", V4("0020", "0000", "21") UDP, 32, OK4(20, 33, IPF_PORTS, 12345, 53) },
	{ "dccp_short", V4("001f", "0000", "21") UDP, 31, BAD(TRANSPORT) },
	{ "tcp_syn", V4("0028", "0000", "06") TCP("02"), 40,
	  OK4(20, 6, IPF_PORTS, 12345, 80) },
	{ "tcp_syn_ece", V4("0028", "0000", "06") TCP("c2"), 40,
	  OK4(20, 6, IPF_PORTS, 12345, 80) },
	{ "tcp_syn_fin", V4("0028", "0000", "06") TCP("03"), 40,
	  OK4(20, 6, IPF_PORTS, 12345, 80) },
	{ "tcp_syn_ack", V4("0028", "0000", "06") TCP("12"), 40,
	  OK4(20, 6, IPF_PORTS | IPF_ESTABLISHED, 12345, 80) },
	{ "tcp_ack", V4("0028", "0000", "06") TCP("10"), 40,
	  OK4(20, 6, IPF_PORTS | IPF_ESTABLISHED, 12345, 80) },
	{ "tcp_reset", V4("0028", "0000", "06") TCP("04"), 40,
	  OK4(20, 6, IPF_PORTS | IPF_ESTABLISHED, 12345, 80) },
	{ "tcp_null", V4("0028", "0000", "06") TCP("00"), 40,
	  OK4(20, 6, IPF_PORTS | IPF_ESTABLISHED, 12345, 80) },
	{ "tcp_short", V4("0027", "0000", "06") TCP("10"), 40, BAD(TRANSPORT) },
	{ "icmp", V4("001c", "0000", "01") "0801", 28, OK4(20, 1, IPF_ICMP, 8, 1) },
	{ "icmp_short", V4("001b", "0000", "01") "0801", 28, BAD(TRANSPORT) },
	{ "icmpv6_in_ipv4", V4("0015", "0000", "3a") "80", 21, OK4(20, 58, 0, 0, 0) },
	{ "gre", V4("0014", "0000", "2f"), 20, OK4(20, 47, 0, 0, 0) },
	{ "ah_in_ipv4", V4("0034", "0000", "33") AH("11") UDP, 52, OK4(20, 51, 0, 0, 0) },
	{ "ipv4_options",
	  "4700002400000000401100000a010203c00002010101010101010100" UDP, 36,
	  OK4(28, 17, IPF_PORTS, 12345, 53) },
	{ "ipv4_options_beyond",
	  "4700001b00000000401100000a010203c00002010101010101010100" UDP, 36,
	  BAD(LENGTH) },
	{ "ipv4_header_16", "4400001c000000004011", 28,
	  BAD(HEADER_LENGTH) },
	{ "ipv4_length_too_long", V4("001d", "0000", "11") UDP, 28, BAD(LENGTH) },
	{ "ipv4_length_0", V4("0000", "0000", "11") UDP, 28, BAD(LENGTH) },
	{ "ipv4_udp_cut_by_length", V4("001b", "0000", "11") UDP, 28, BAD(TRANSPORT) },
	{ "version_5", "55", 40, BAD(VERSION) },
	{ "ipv4_first", V4("0024", "2000", "11") UDP "00", 36,
	  OK4(20, 17, IPF_PORTS | IPF_FRAGMENT, 12345, 53), .fragment = IPF_FIRST,
	  .id = 0x1234 },
	{ "ipv4_middle", V4("001c", "2001", "11") UDP, 28,
	  OK4(20, 17, IPF_FRAGMENT, 0, 0), .fragment = IPF_LATER, .id = 0x1234,
	  .offset = 8 },
	{ "ipv4_last", V4("0015", "0100", "06") "07", 21,
	  OK4(20, 6, IPF_FRAGMENT, 0, 0), .fragment = IPF_LATER, .id = 0x1234,
	  .offset = 2048 },
	{ "ipv4_tiny_first", V4("0024", "2000", "06") TCP("02"), 36, BAD(TINY) },
	{ "ipv4_tcp_flags_later", V4("0024", "0001", "06") TCP("02"), 36, BAD(TINY) },
	{ "ipv4_fragment_not_of_8", V4("001d", "2000", "11") UDP "00", 29,
	  BAD(FRAGMENT) },
	{ "ipv4_fragment_empty", V4("0014", "2004", "11"), 20, BAD(FRAGMENT) },
	{ "ipv4_fragment_beyond", V4("001c", "1fff", "11") UDP, 28,
	  BAD(FRAGMENT) },

	{ "ipv6_udp", V6("0008", "11") UDP, 48, OK4(40, 17, IPF_PORTS, 12345, 53) },
	{ "ipv6_tcp", V6("0014", "06") TCP("10"), 60,
	  OK4(40, 6, IPF_PORTS | IPF_ESTABLISHED, 12345, 80) },
	{ "ipv6_icmp", V6("0004", "3a") "8702", 44, OK4(40, 58, IPF_ICMP, 135, 2) },
	{ "ipv6_icmp_short", V6("0003", "3a") "8702", 43, BAD(TRANSPORT) },
	{ "icmp_in_ipv6", V6("0000", "01"), 40, OK4(40, 1, 0, 0, 0) },
	{ "ipv6_no_next", V6("0000", "3b"), 40, OK4(40, 59, 0, 0, 0) },
	{ "ipv6_no_next_behind", V6("0010", "3c") OPTIONS("3b") UDP, 56,
	  OK4(48, 59, 0, 0, 0) },
	{ "ipv6_esp", V6("0008", "32") UDP, 48, OK4(40, 50, 0, 0, 0) },
	{ "ipv6_too_long", V6("0009", "11") UDP, 48, BAD(LENGTH) },
	{ "ipv6_udp_cut", V6("0007", "11") UDP, 48, BAD(TRANSPORT) },
	{ "ipv6_hop_by_hop", V6("0010", "00") OPTIONS("11") UDP, 56,
	  OK4(48, 17, IPF_PORTS, 12345, 53) },
	{ "ipv6_destination_long", V6("0018", "3c") LONG_OPTIONS("11") UDP, 64,
	  OK4(56, 17, IPF_PORTS, 12345, 53) },
	{ "ipv6_routing", V6("0010", "2b") OPTIONS("11") UDP, 56,
	  OK4(48, 17, IPF_PORTS, 12345, 53) },
	{ "ipv6_ah", V6("0020", "33") AH("11") UDP, 72,
	  OK4(64, 17, IPF_PORTS, 12345, 53) },
	{ "ipv6_chain", V6("0030", "00") OPTIONS("3c") OPTIONS("2b") OPTIONS("3c") OPTIONS("3a")
	  "8000", 88, OK4(72, 58, IPF_ICMP, 128, 0) },
	{ "ipv6_hop_by_hop_second", V6("0018", "3c") OPTIONS("00") OPTIONS("11") UDP, 64,
	  BAD(EXTENSION) },
	{ "ipv6_extension_cut", V6("0007", "3c") OPTIONS("11"), 48, BAD(EXTENSION) },
	{ "ipv6_extension_beyond", V6("0008", "3c") "1101", 48, BAD(EXTENSION) },
	{ "ipv6_extension_huge", V6("0010", "3c") "11ff", 56, BAD(EXTENSION) },
	{ "ipv6_8_extensions", V6("0048", "3c")
	  OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c")
	  OPTIONS("3c") OPTIONS("3c") OPTIONS("11") UDP, 112,
	  OK4(104, 17, IPF_PORTS, 12345, 53) },
	{ "ipv6_9_extensions", V6("0050", "3c")
	  OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c")
	  OPTIONS("3c") OPTIONS("3c") OPTIONS("3c")
	  OPTIONS("11") UDP, 120, BAD(EXTENSIONS) },
	{ "ipv6_first", V6("0010", "2c") FRAGMENT("11", "0001") UDP, 56,
	  OK4(48, 17, IPF_PORTS | IPF_FRAGMENT, 12345, 53), .fragment = IPF_FIRST,
	  .id = 0xdeadbeef },
	{ "ipv6_first_options_behind",
	  V6("0018", "2c") FRAGMENT("3c", "0001") OPTIONS("11") UDP, 64,
	  OK4(56, 17, IPF_PORTS | IPF_FRAGMENT, 12345, 53), .fragment = IPF_FIRST,
	  .id = 0xdeadbeef },
	{ "ipv6_first_hides_transport",
	  V6("0010", "2c") FRAGMENT("3c", "0001") OPTIONS("11"), 56, BAD(TINY) },
	{ "ipv6_middle", V6("0010", "2c") FRAGMENT("11", "0009") UDP, 56,
	  OK4(48, 17, IPF_FRAGMENT, 0, 0), .fragment = IPF_LATER, .id = 0xdeadbeef,
	  .offset = 8 },
	{ "ipv6_last", V6("0009", "2c") FRAGMENT("06", "1000") "01", 49,
	  OK4(48, 6, IPF_FRAGMENT, 0, 0), .fragment = IPF_LATER, .id = 0xdeadbeef,
	  .offset = 4096 },
	{ "ipv6_later_options_are_data",
	  V6("0010", "2c") FRAGMENT("3c", "1000") OPTIONS("11"), 56,
	  OK4(48, 60, IPF_FRAGMENT, 0, 0), .fragment = IPF_LATER, .id = 0xdeadbeef,
	  .offset = 4096 },
	{ "ipv6_atomic", V6("0010", "2c") FRAGMENT("11", "0000") UDP, 56,
	  OK4(48, 17, IPF_PORTS, 12345, 53) },
	{ "ipv6_fragment_of_fragment",
	  V6("0018", "2c") FRAGMENT("2c", "0001") FRAGMENT("11", "0001") UDP, 64,
	  BAD(FRAGMENT) },
	{ "ipv6_fragment_empty", V6("0008", "2c") FRAGMENT("11", "0100"), 48, BAD(FRAGMENT) },
	{ "ipv6_fragment_beyond", V6("0010", "2c") FRAGMENT("11", "fff8") UDP, 56,
	  BAD(FRAGMENT) },
	{ "ipv6_tcp_flags_later", V6("001c", "2c") FRAGMENT("06", "0008") TCP("02"), 68,
	  BAD(TINY) },
	{ "ipv6_jumbogram", V6("0000", "00") "1100c20400010000" UDP, 56,
	  OK4(48, 17, IPF_PORTS, 12345, 53) },
};

static void parse_case_name(const struct parse_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(parse, parse_cases, parse_case_name);

/* The bytes of a case, ROOM of them. */
static const u8 *bytes_of(struct kunit *test, const struct parse_case *c)
{
	u8 *data = kunit_kzalloc(test, ROOM, GFP_KERNEL);
	unsigned int digits = 0;
	const char *p;

	KUNIT_ASSERT_NOT_NULL(test, data);
	for (p = c->hex; *p; p++) {
		if (*p == ' ')
			continue;
		KUNIT_ASSERT_LT(test, digits, 2U * ROOM);
		data[digits / 2] |= hex_to_bin(*p) << (digits % 2 ? 0 : 4);
		digits++;
	}
	return data;
}

/* What is valid of a key, so that two of them can be compared. */
static void canonical(struct ipf_key *key, enum ipf_parse result)
{
	struct ipf_key k = { };

	if (result == IPF_PARSE_OK) {
		k = *key;
		if (k.family == IPF_IPV4) {
			k.dim[IPF_DIM_SRC_LO] = 0;
			k.dim[IPF_DIM_DST_LO] = 0;
		}
		if (!k.fragment) {
			k.fragment_id = 0;
			k.fragment_offset = 0;
		}
	}
	*key = k;
}

static bool same(const struct ipf_key *a, const struct ipf_key *b)
{
	return !memcmp(a->dim, b->dim, sizeof(a->dim)) && a->have == b->have &&
	       a->family == b->family && a->fragment == b->fragment &&
	       a->transport == b->transport && a->length == b->length &&
	       a->fragment_id == b->fragment_id &&
	       a->fragment_offset == b->fragment_offset;
}

static void ipfltdrv_parse_case(struct kunit *test)
{
	const struct parse_case *c = test->param_value;
	const u8 *data = bytes_of(test, c);
	struct ipf_key key;

	KUNIT_ASSERT_EQ(test, (int)ipf_parse_bytes(data, c->len, &key), (int)c->result);
	if (c->result)
		return;
	KUNIT_EXPECT_EQ(test, key.dim[IPF_DIM_PROTOCOL], (u64)c->protocol);
	KUNIT_EXPECT_EQ(test, key.have, (u16)(c->have | IPF_PROTOCOL));
	KUNIT_EXPECT_EQ(test, key.dim[IPF_DIM_SRC_PORT], (u64)c->src_port);
	KUNIT_EXPECT_EQ(test, key.dim[IPF_DIM_DST_PORT], (u64)c->dst_port);
	KUNIT_EXPECT_EQ(test, key.transport, c->transport);
	KUNIT_EXPECT_EQ(test, key.fragment, c->fragment);
	if (c->fragment) {
		KUNIT_EXPECT_EQ(test, key.fragment_id, c->id);
		KUNIT_EXPECT_EQ(test, key.fragment_offset, c->offset);
	}
	if (key.family == IPF_IPV4) {
		KUNIT_EXPECT_EQ(test, key.dim[IPF_DIM_SRC_HI], 0x0a010203ULL);
		KUNIT_EXPECT_EQ(test, key.dim[IPF_DIM_DST_HI], 0xc0000201ULL);
	} else {
		KUNIT_EXPECT_EQ(test, key.dim[IPF_DIM_SRC_HI], 0x20010db800000000ULL);
		KUNIT_EXPECT_EQ(test, key.dim[IPF_DIM_SRC_LO], 1ULL);
		KUNIT_EXPECT_EQ(test, key.dim[IPF_DIM_DST_HI], 0x20010db800000000ULL);
		KUNIT_EXPECT_EQ(test, key.dim[IPF_DIM_DST_LO], 2ULL);
	}
}

/*
 * The second parser. It reads single bytes and stops at the first one that is not
 * there, and it knows each protocol's rules as sentences, not as offsets.
 */
struct slow {
	const u8 *data;
	unsigned int end;	/* of what may be read */
	unsigned int at;
	bool ended;
	struct ipf_key key;
};

static unsigned int next_byte(struct slow *s)
{
	if (s->at >= s->end) {
		s->ended = true;
		return 0;
	}
	return s->data[s->at++];
}

static u64 next_number(struct slow *s, unsigned int bytes)
{
	u64 number = 0;

	while (bytes--)
		number = number << 8 | next_byte(s);
	return number;
}

static void skip(struct slow *s, unsigned int bytes)
{
	while (bytes--)
		next_byte(s);
}

static enum ipf_parse slow_ports(struct slow *s, unsigned int header)
{
	bool opening;

	s->key.dim[IPF_DIM_SRC_PORT] = next_number(s, 2);
	s->key.dim[IPF_DIM_DST_PORT] = next_number(s, 2);
	s->key.have |= IPF_PORTS;
	if (s->key.dim[IPF_DIM_PROTOCOL] == IPPROTO_TCP) {
		unsigned int flags;

		skip(s, 9);
		flags = next_byte(s);
		opening = flags & 0x02 && !(flags & 0x10);
		if (!opening)
			s->key.have |= IPF_ESTABLISHED;
		skip(s, 6);
	} else {
		skip(s, header - 4);
	}
	return IPF_PARSE_OK;
}

static enum ipf_parse slow_transport(struct slow *s)
{
	u64 protocol = s->key.dim[IPF_DIM_PROTOCOL];
	bool ipv4 = s->key.family == IPF_IPV4;

	if (protocol == IPPROTO_TCP)
		slow_ports(s, 20);
	if (protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE)
		slow_ports(s, 8);
	if (protocol == IPPROTO_SCTP || protocol == IPPROTO_DCCP)
		slow_ports(s, 12);
	if (protocol == (ipv4 ? IPPROTO_ICMP : IPPROTO_ICMPV6)) {
		s->key.dim[IPF_DIM_SRC_PORT] = next_byte(s);
		s->key.dim[IPF_DIM_DST_PORT] = next_byte(s);
		s->key.have |= IPF_ICMP;
		skip(s, ipv4 ? 6 : 2);
	}
	if (!s->ended)
		return IPF_PARSE_OK;
	return s->key.fragment ? IPF_PARSE_TINY : IPF_PARSE_TRANSPORT;
}

static enum ipf_parse slow_fragment(struct slow *s, u32 id, u32 offset, bool more)
{
	unsigned int bytes = s->end - s->at;

	s->key.have |= IPF_FRAGMENT;
	s->key.fragment_id = id;
	s->key.fragment_offset = offset;
	s->key.fragment = offset == 0 ? IPF_FIRST : IPF_LATER;
	if (bytes == 0 || offset + bytes > 65535)
		return IPF_PARSE_FRAGMENT;
	if (more && bytes % 8 != 0)
		return IPF_PARSE_FRAGMENT;
	if (s->key.dim[IPF_DIM_PROTOCOL] == IPPROTO_TCP && offset > 0 && offset < 16)
		return IPF_PARSE_TINY;
	return IPF_PARSE_OK;
}

static enum ipf_parse slow_ipv4(struct slow *s)
{
	unsigned int header, total, id, fragment;
	enum ipf_parse result;

	if (s->end < 20)
		return IPF_PARSE_SHORT;
	header = (next_byte(s) & 15) * 4;
	next_byte(s);
	total = next_number(s, 2);
	id = next_number(s, 2);
	fragment = next_number(s, 2);
	next_byte(s);
	s->key.dim[IPF_DIM_PROTOCOL] = next_byte(s);
	next_number(s, 2);
	s->key.dim[IPF_DIM_SRC_HI] = next_number(s, 4);
	s->key.dim[IPF_DIM_DST_HI] = next_number(s, 4);
	s->key.family = IPF_IPV4;
	if (header < 20)
		return IPF_PARSE_HEADER_LENGTH;
	if (total > s->end || total < header)
		return IPF_PARSE_LENGTH;
	s->end = total;
	s->key.length = total;
	skip(s, header - 20);
	s->key.transport = s->at;
	if (fragment % 0x4000) {
		result = slow_fragment(s, id, fragment % 0x2000 * 8,
				       fragment / 0x2000 % 2);
		if (result || s->key.fragment == IPF_LATER)
			return result;
	}
	return slow_transport(s);
}

static enum ipf_parse slow_extensions(struct slow *s)
{
	unsigned int seen, first, offset, id, begin;
	enum ipf_parse result;

	for (seen = 0; ; seen++) {
		unsigned int type = s->key.dim[IPF_DIM_PROTOCOL];

		begin = s->at;
		s->key.transport = begin;
		if (type != 0 && type != 43 && type != 44 && type != 51 && type != 60)
			return slow_transport(s);
		if (seen == 8)
			return IPF_PARSE_EXTENSIONS;
		if (type == 0 && seen > 0)
			return IPF_PARSE_EXTENSION;
		s->key.dim[IPF_DIM_PROTOCOL] = next_byte(s);
		first = next_byte(s);
		offset = next_number(s, 2);
		id = next_number(s, 4);
		if (type == 51 && first >= 1)
			skip(s, (first + 2) * 4 - 8);
		else if (type != 44 && type != 51)
			skip(s, first * 8);
		if (s->ended)
			return IPF_PARSE_EXTENSION;
		s->key.transport = s->at;
		if (type != 44 || (offset / 8 == 0 && offset % 2 == 0))
			continue;
		if (s->key.fragment)
			return IPF_PARSE_FRAGMENT;
		result = slow_fragment(s, id, offset / 8 * 8, offset % 2);
		if (result || s->key.fragment == IPF_LATER)
			return result;
	}
}

static enum ipf_parse slow_ipv6(struct slow *s)
{
	unsigned int payload;

	if (s->end < 40)
		return IPF_PARSE_SHORT;
	next_number(s, 4);
	payload = next_number(s, 2);
	s->key.dim[IPF_DIM_PROTOCOL] = next_byte(s);
	next_byte(s);
	s->key.dim[IPF_DIM_SRC_HI] = next_number(s, 8);
	s->key.dim[IPF_DIM_SRC_LO] = next_number(s, 8);
	s->key.dim[IPF_DIM_DST_HI] = next_number(s, 8);
	s->key.dim[IPF_DIM_DST_LO] = next_number(s, 8);
	s->key.family = IPF_IPV6;
	if (payload == 0 && s->key.dim[IPF_DIM_PROTOCOL] == 0)
		payload = s->end - 40;
	if (payload > s->end - 40)
		return IPF_PARSE_LENGTH;
	s->end = 40 + payload;
	s->key.length = s->end;
	return slow_extensions(s);
}

static enum ipf_parse slow_parse(const u8 *data, unsigned int len,
				 struct ipf_key *key)
{
	struct slow s = { .data = data, .end = len, .key.have = IPF_PROTOCOL };
	enum ipf_parse result;

	if (!len)
		result = IPF_PARSE_SHORT;
	else if (data[0] / 16 == 4)
		result = slow_ipv4(&s);
	else if (data[0] / 16 == 6)
		result = slow_ipv6(&s);
	else
		result = IPF_PARSE_VERSION;
	*key = s.key;
	return result;
}

/* The EtherType that would lead to the version of the first byte. */
static __be16 protocol_of(const u8 *data)
{
	return htons(data[0] >> 4 == 6 ? ETH_P_IPV6 : ETH_P_IP);
}

/*
 * A buffer with @before bytes of a link header, @linear bytes of the packet in its
 * linear part and the others in a page.
 */
static struct sk_buff *buffer(struct kunit *test, const u8 *data, unsigned int len,
			      unsigned int linear, unsigned int before)
{
	struct sk_buff *skb = alloc_skb(before + linear, GFP_KERNEL);
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	memset(skb_put(skb, before), 0xa5, before);
	skb_put_data(skb, data, linear);
	if (linear == len)
		return skb;
	page = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	memcpy(page_address(page), data + linear, len - linear);
	skb_add_rx_frag(skb, 0, page, 0, len - linear, PAGE_SIZE);
	return skb;
}

static void expect_like_bytes(struct kunit *test, const u8 *data, unsigned int len,
			      unsigned int linear, unsigned int before)
{
	struct sk_buff *skb = buffer(test, data, len, linear, before);
	enum ipf_parse flat, result;
	struct ipf_key a, b;

	flat = ipf_parse_bytes(data, len, &a);
	result = ipf_parse(skb, before, protocol_of(data), &b);
	consume_skb(skb);
	KUNIT_ASSERT_EQ(test, (int)flat, (int)result);
	canonical(&a, flat);
	canonical(&b, result);
	KUNIT_ASSERT_TRUE(test, same(&a, &b));
}

static void ipfltdrv_parse_every_length(struct kunit *test)
{
	const struct parse_case *c = test->param_value;
	const u8 *data = bytes_of(test, c);
	enum ipf_parse fast, slow;
	struct ipf_key a, b;
	unsigned int len;
	u8 *exact;

	for (len = 0; len <= c->len; len++) {
		/* Of exactly the length, so that KASAN sees a byte too many. */
		exact = kmalloc(len ? : 1, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, exact);
		memcpy(exact, data, len);
		fast = ipf_parse_bytes(exact, len, &a);
		slow = slow_parse(exact, len, &b);
		kfree(exact);
		KUNIT_ASSERT_EQ_MSG(test, (int)fast, (int)slow, "at %u bytes", len);
		canonical(&a, fast);
		canonical(&b, slow);
		KUNIT_ASSERT_TRUE_MSG(test, same(&a, &b), "at %u bytes", len);
	}
}

static void ipfltdrv_parse_every_shape(struct kunit *test)
{
	const struct parse_case *c = test->param_value;
	const u8 *data = bytes_of(test, c);
	unsigned int linear;

	for (linear = 0; linear <= c->len; linear++) {
		expect_like_bytes(test, data, c->len, linear, 0);
		expect_like_bytes(test, data, c->len, linear, ETH_HLEN);
		/* Cut there, with all of it outside of the linear part. */
		if (linear && c->result != IPF_PARSE_VERSION)
			expect_like_bytes(test, data, linear, 0, ETH_HLEN);
	}
}

/* What lies far beyond the packet, and other protocols. */
static void ipfltdrv_parse_no_packet(struct kunit *test)
{
	const struct parse_case *c = &parse_cases[0];
	struct sk_buff *skb = buffer(test, bytes_of(test, c), c->len, c->len, 0);
	struct ipf_key key;

	KUNIT_EXPECT_EQ(test, (int)ipf_parse(skb, c->len, htons(ETH_P_IP), &key),
			(int)IPF_PARSE_SHORT);
	KUNIT_EXPECT_EQ(test, (int)ipf_parse(skb, c->len + 1, htons(ETH_P_IP), &key),
			(int)IPF_PARSE_SHORT);
	KUNIT_EXPECT_EQ(test, (int)ipf_parse(skb, 1U << 31, htons(ETH_P_IPV6), &key),
			(int)IPF_PARSE_SHORT);
	KUNIT_EXPECT_EQ(test, (int)ipf_parse(skb, 0, htons(ETH_P_IPV6), &key),
			(int)IPF_PARSE_SHORT);
	KUNIT_EXPECT_EQ(test, (int)ipf_parse(skb, 0, htons(ETH_P_ARP), &key),
			(int)IPF_PARSE_NOT_IP);
	KUNIT_EXPECT_EQ(test, (int)ipf_parse(skb, 0, htons(ETH_P_IP), &key),
			(int)IPF_PARSE_OK);
	consume_skb(skb);
}

static void expect_gso(struct kunit *test, struct sk_buff *skb, unsigned int len,
		       enum ipf_parse otherwise, __be16 protocol)
{
	struct ipf_key key;

	KUNIT_EXPECT_EQ(test, (int)ipf_parse(skb, 0, protocol, &key), (int)otherwise);
	skb_shinfo(skb)->gso_size = 1400;
	KUNIT_EXPECT_EQ(test, (int)ipf_parse(skb, 0, protocol, &key), (int)IPF_PARSE_OK);
	KUNIT_EXPECT_EQ(test, key.length, len);
	KUNIT_EXPECT_EQ(test, key.dim[IPF_DIM_DST_PORT], 80ULL);
	consume_skb(skb);
}

/* Too long for its length field: only a GSO packet can be. */
static void ipfltdrv_parse_big_gso(struct kunit *test)
{
	static const struct parse_case ipv4 = { "", V4("0000", "0000", "06") TCP("10"), 40 };
	static const struct parse_case ipv6 = { "", V6("0000", "06") TCP("10"), 60 };
	struct sk_buff *skb;

	skb = buffer(test, bytes_of(test, &ipv4), ipv4.len, ipv4.len, 0);
	expect_gso(test, skb, ipv4.len, IPF_PARSE_LENGTH, htons(ETH_P_IP));
	skb = buffer(test, bytes_of(test, &ipv6), ipv6.len, ipv6.len, 0);
	expect_gso(test, skb, ipv6.len, IPF_PARSE_TRANSPORT, htons(ETH_P_IPV6));
}

static void ipfltdrv_parse_reasons(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i <= IPF_PARSE_RESULTS; i++)
		KUNIT_EXPECT_NOT_NULL(test, ipf_parse_reason(i));
}

/* Bytes that change a path are hit more often than others. */
static void damage(struct rnd_state *random, u8 *data, unsigned int *len)
{
	static const u8 places[] = { 0, 2, 3, 4, 5, 6, 7, 9, 40, 41, 42, 43, 48, 49, 50 };
	static const u8 values[] = {
		0, 1, 2, 4, 6, 8, 17, 20, 32, 40, 43, 44, 51, 58, 59, 60, 0x45, 0x46, 0x60,
		132, 255,
	};
	unsigned int hits = prandom_u32_state(random) % 4;
	unsigned int at;

	while (hits--) {
		at = prandom_u32_state(random) % 2 ?
			places[prandom_u32_state(random) % ARRAY_SIZE(places)] :
			prandom_u32_state(random) % ROOM;
		data[at] = prandom_u32_state(random) % 2 ?
			values[prandom_u32_state(random) % ARRAY_SIZE(values)] :
			prandom_u32_state(random);
	}
	if (prandom_u32_state(random) % 4 == 0)
		*len = prandom_u32_state(random) % ROOM;
}

static void ipfltdrv_parse_damaged(struct kunit *test)
{
	unsigned int i, len, seen[IPF_PARSE_RESULTS] = { };
	u8 *data = kunit_kzalloc(test, ROOM, GFP_KERNEL);
	enum ipf_parse fast, slow;
	struct rnd_state random;
	struct ipf_key a, b;
	const u8 **cases;

	KUNIT_ASSERT_NOT_NULL(test, data);
	cases = kunit_kcalloc(test, ARRAY_SIZE(parse_cases), sizeof(*cases), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, cases);
	for (i = 0; i < ARRAY_SIZE(parse_cases); i++)
		cases[i] = bytes_of(test, &parse_cases[i]);
	prandom_seed_state(&random, SEED);
	for (i = 0; i < 1000000; i++) {
		memcpy(data, cases[i % ARRAY_SIZE(parse_cases)], ROOM);
		len = parse_cases[i % ARRAY_SIZE(parse_cases)].len;
		damage(&random, data, &len);
		fast = ipf_parse_bytes(data, len, &a);
		slow = slow_parse(data, len, &b);
		KUNIT_ASSERT_EQ(test, (int)fast, (int)slow);
		canonical(&a, fast);
		canonical(&b, slow);
		KUNIT_ASSERT_TRUE(test, same(&a, &b));
		seen[fast]++;
		if (i % 1024 == 0)
			cond_resched();
	}
	/* Each result was met often enough to mean something. */
	for (i = 0; i < IPF_PARSE_RESULTS; i++)
		if (i != IPF_PARSE_NOT_IP)
			KUNIT_EXPECT_GT_MSG(test, seen[i], 1000U, "%s", ipf_parse_reason(i));
}

static struct kunit_case parse_kunit_cases[] = {
	KUNIT_CASE_PARAM(ipfltdrv_parse_case, parse_gen_params),
	KUNIT_CASE_PARAM(ipfltdrv_parse_every_length, parse_gen_params),
	KUNIT_CASE_PARAM(ipfltdrv_parse_every_shape, parse_gen_params),
	KUNIT_CASE(ipfltdrv_parse_no_packet),
	KUNIT_CASE(ipfltdrv_parse_big_gso),
	KUNIT_CASE(ipfltdrv_parse_reasons),
	KUNIT_CASE(ipfltdrv_parse_damaged),
	{ }
};

static struct kunit_suite parse_suite = {
	.name = "ipfltdrv_parse",
	.test_cases = parse_kunit_cases,
};

kunit_test_suite(parse_suite);

MODULE_DESCRIPTION("KUnit tests of the packet parser");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
