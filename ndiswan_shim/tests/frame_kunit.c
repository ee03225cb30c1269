// SPDX-License-Identifier: GPL-2.0
/* The PPP header: every short beginning, and building what parsing reads. */
#include <kunit/test.h>
#include <linux/module.h>

#include "../internal.h"

struct parse_case {
	const char *name;
	u8 data[6];
	unsigned int len;
	int hlen;
	u16 protocol;
};

static const struct parse_case parse_cases[] = {
	{ "empty", { }, 0, -EBADMSG },
	{ "address_only", { 0xff }, 1, 1, 0xff },
	{ "address_control_only", { 0xff, 0x03 }, 2, -EBADMSG },
	{ "address_control_half_protocol", { 0xff, 0x03, 0x00 }, 3, -EBADMSG },
	{ "half_protocol", { 0x00 }, 1, -EBADMSG },
	{ "half_lcp", { 0xc0 }, 1, -EBADMSG },
	{ "ip", { 0x00, 0x21, 0x45 }, 3, 2, 0x21 },
	{ "ip_without_content", { 0x00, 0x21 }, 2, 2, 0x21 },
	{ "ip_compressed", { 0x21, 0x45 }, 2, 1, 0x21 },
	{ "ip_compressed_alone", { 0x21 }, 1, 1, 0x21 },
	{ "ip_full", { 0xff, 0x03, 0x00, 0x21, 0x45 }, 5, 4, 0x21 },
	{ "ip_full_compressed", { 0xff, 0x03, 0x21, 0x45 }, 4, 3, 0x21 },
	{ "ipv6", { 0x00, 0x57 }, 2, 2, 0x57 },
	{ "lcp", { 0xc0, 0x21, 0x01 }, 3, 2, 0xc021 },
	{ "lcp_full", { 0xff, 0x03, 0xc0, 0x21, 0x01 }, 5, 4, 0xc021 },
	{ "nested_address", { 0xff, 0x03, 0xff, 0x03 }, 4, 3, 0xff },
	{ "wrong_control", { 0xff, 0x13, 0x00, 0x21 }, 4, 1, 0xff },
	{ "even_low_byte", { 0x00, 0x20 }, 2, 2, 0x20 },
	{ "even_both", { 0x80, 0x22 }, 2, 2, 0x8022 },
	{ "zero", { 0x00, 0x00 }, 2, 2, 0 },
};

static void parse_case_name(const struct parse_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(parse, parse_cases, parse_case_name);

static void ndiswan_frame_parse_cases(struct kunit *test)
{
	const struct parse_case *c = test->param_value;
	u16 protocol = 0;
	u8 *data;

	/* Of exactly the length, so that KASAN sees a byte too many. */
	data = kunit_kzalloc(test, c->len ? : 1, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, data);
	memcpy(data, c->data, c->len);
	KUNIT_EXPECT_EQ(test, ndiswan_frame_parse(data, c->len, &protocol),
			c->hlen);
	if (c->hlen > 0)
		KUNIT_EXPECT_EQ(test, protocol, c->protocol);
}

/* RFC 1661 read slowly, one field after the other. */
static int slow_parse(const u8 *data, unsigned int len, u16 *protocol)
{
	int used = 0;

	if (len > 1 && (data[0] << 8 | data[1]) == 0xff03) {
		used += 2;
		data += 2;
		len -= 2;
	}
	if (len >= 1 && data[0] % 2) {
		*protocol = data[0];
		return used + 1;
	}
	if (len >= 2) {
		*protocol = data[0] * 256 + data[1];
		return used + 2;
	}
	return -EBADMSG;
}

static void ndiswan_frame_parse_all_beginnings(struct kunit *test)
{
	unsigned int len, i;
	u16 fast, slow;
	u8 data[4];

	for (i = 0; i < 0x10000; i++) {
		for (len = 0; len <= 4; len++) {
			/* Two bytes at the front, then behind an address. */
			int behind = i & 1 ? 2 : 0;

			memcpy(data, behind ? "\xff\x03\x00\x21" : "\x00\x21\x00\x21", 4);
			data[behind] = i >> 8;
			data[behind + 1] = i;
			fast = 0;
			slow = 0;
			KUNIT_ASSERT_EQ(test,
					ndiswan_frame_parse(data, len, &fast),
					slow_parse(data, len, &slow));
			KUNIT_ASSERT_EQ(test, fast, slow);
		}
	}
}

static void ndiswan_frame_build_reads_back(struct kunit *test)
{
	static const u16 protocols[] = {
		0x0021, 0x0057, 0x00fd, 0x0201, 0x8021, 0xc021, 0xc223,
	};
	u8 buffer[NDISWAN_PPP_HLEN];
	unsigned int i, hlen;
	u8 framing;
	u16 protocol;

	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		for (framing = 0; framing < 4; framing++) {
			unsigned int want = framing & NDISWAN_SEND_ACFC ? 0 : 2;

			want += framing & NDISWAN_SEND_PFC &&
				protocols[i] <= 0xff ? 1 : 2;
			hlen = ndiswan_frame_build(buffer + sizeof(buffer),
						   protocols[i], framing);
			KUNIT_EXPECT_EQ(test, hlen, want);
			KUNIT_EXPECT_EQ(test,
					ndiswan_frame_parse(buffer + sizeof(buffer) - hlen,
							    hlen, &protocol),
					(int)hlen);
			KUNIT_EXPECT_EQ(test, protocol, protocols[i]);
		}
	}
}

static struct kunit_case frame_cases[] = {
	KUNIT_CASE_PARAM(ndiswan_frame_parse_cases, parse_gen_params),
	KUNIT_CASE(ndiswan_frame_parse_all_beginnings),
	KUNIT_CASE(ndiswan_frame_build_reads_back),
	{ }
};

static struct kunit_suite frame_suite = {
	.name = "ndiswan_frame",
	.test_cases = frame_cases,
};

kunit_test_suite(frame_suite);

MODULE_DESCRIPTION("KUnit tests of the PPP header");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
