// SPDX-License-Identifier: GPL-2.0
/*
 * Filters as user space gives them: structures of every length, what must be refused,
 * and that what is shown is what was given.
 */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <uapi/linux/ipfltdrv.h>

#include "../classify.h"
#include "../filter.h"

#define SEED	0x178272
#define ROUNDS	100000

static const struct ipfltdrv_filter plain = {
	.directions = IPFLTDRV_INGRESS,
};

static int translate(const struct ipfltdrv_filter *user)
{
	struct ipf_filter filter;
	const char *why = NULL;
	int err;

	err = ipf_filter_from_user(user, &filter, &why);
	/* A refusal without a sentence is a mistake too. */
	return err && !why ? -EFAULT : err;
}

static void ipfltdrv_filter_read_length(struct kunit *test)
{
	u8 data[sizeof(struct ipfltdrv_filter) + 16] = {};
	struct ipfltdrv_filter user;
	const char *why;
	size_t size;

	memset(data, 0x5a, sizeof(user));
	for (size = 0; size < IPFLTDRV_FILTER_SIZE_V1; size++)
		KUNIT_EXPECT_EQ(test, -EINVAL, ipf_filter_read(data, size, &user, &why));
	for (; size <= sizeof(data); size++) {
		KUNIT_EXPECT_EQ(test, 0, ipf_filter_read(data, size, &user, &why));
		KUNIT_EXPECT_EQ(test, 0, memcmp(data, &user,
						min(size, sizeof(user))));
	}
	data[sizeof(data) - 1] = 1;
	KUNIT_EXPECT_EQ(test, -E2BIG,
			ipf_filter_read(data, sizeof(data), &user, &why));
	KUNIT_EXPECT_EQ(test, 0,
			ipf_filter_read(data, sizeof(data) - 1, &user, &why));
}

struct refusal {
	const char *name;
	struct ipfltdrv_filter user;
};

static const struct refusal refusals[] = {
	{ "no direction", {} },
	{ "an unknown direction", { .directions = 4 } },
	{ "an unknown flag", { .directions = 1, .flags = 1 << 6 } },
	{ "the last flag", { .directions = 1, .flags = 1U << 31 } },
	{ "an unknown family", { .directions = 1, .family = 2 } },
	{ "a reserved field", { .directions = 1, .reserved = { 0, 0, 1 } } },
	{ "an unknown late source", { .directions = 1, .src_late = 3 } },
	{ "an unknown late destination", { .directions = 1, .dst_late = 255 } },
	{ "a source both ways", { .directions = 1, .src_late = 1, .src_len = 8 } },
	{ "a destination both ways", { .directions = 1, .dst_late = 2, .dst_len = 1 } },
	{ "a protocol without its flag", { .directions = 1, .protocol = IPPROTO_TCP } },
	{ "an ICMP type without its flag", { .directions = 1, .icmp_type = 8 } },
	{ "an ICMP code without its flag", { .directions = 1, .icmp_code = 1 } },
};

static void refusal_name(const struct refusal *refusal, char *name)
{
	strscpy(name, refusal->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(refusals, refusals, refusal_name);

static void ipfltdrv_filter_refused(struct kunit *test)
{
	const struct refusal *refusal = test->param_value;

	KUNIT_EXPECT_EQ(test, -EINVAL, translate(&refusal->user));
}

static void ipfltdrv_filter_any(struct kunit *test)
{
	struct ipf_filter filter;
	const char *why;

	KUNIT_ASSERT_EQ(test, 0, ipf_filter_from_user(&plain, &filter, &why));
	KUNIT_EXPECT_EQ(test, 0, (int)filter.flags);
	KUNIT_EXPECT_EQ(test, (int)IPF_ANY, (int)filter.family);
	KUNIT_EXPECT_EQ(test, 0, filter.src_len + filter.dst_len);
}

/* Not one filter in all of them says what another one says. */
static void random_filter(struct rnd_state *rnd, struct ipfltdrv_filter *user)
{
	static const u8 families[] = { 0, 4, 6 };
	u32 bits = prandom_u32_state(rnd);

	*user = plain;
	user->flags = bits & 0x3b;	/* all but the flag log */
	user->tag = prandom_u32_state(rnd);
	user->family = families[(bits >> 8) % 3];
	if (bits & BIT(10))
		user->src_late = 1 + (bits >> 11) % 2;
	else
		user->src_len = (bits >> 12) % 129;
	if (bits & BIT(20))
		user->dst_late = 1 + (bits >> 21) % 2;
	else
		user->dst_len = (bits >> 22) % 129;
	bits = prandom_u32_state(rnd);
	if (user->flags & IPFLTDRV_FILTER_PROTOCOL)
		user->protocol = bits;
	if (user->flags & IPFLTDRV_FILTER_ICMP_TYPE)
		user->icmp_type = bits >> 8;
	if (user->flags & IPFLTDRV_FILTER_ICMP_CODE)
		user->icmp_code = bits >> 16;
	prandom_bytes_state(rnd, user->src_port, sizeof(user->src_port));
	if (bits & BIT(31))
		prandom_bytes_state(rnd, user->dst_port, sizeof(user->dst_port));
	prandom_bytes_state(rnd, user->src, sizeof(user->src));
	prandom_bytes_state(rnd, user->dst, sizeof(user->dst));
}

static void ipfltdrv_filter_shown_as_given(struct kunit *test)
{
	struct ipfltdrv_filter given, shown;
	struct ipf_filter filter;
	struct rnd_state rnd;
	const char *why;
	int i;

	prandom_seed_state(&rnd, SEED);
	for (i = 0; i < ROUNDS; i++) {
		random_filter(&rnd, &given);
		if (ipf_filter_from_user(&given, &filter, &why)) {
			KUNIT_FAIL(test, "filter %d: %s", i, why);
			return;
		}
		ipf_filter_to_user(&filter, &shown);
		shown.directions = given.directions;
		if (memcmp(&given, &shown, sizeof(given))) {
			KUNIT_FAIL(test, "filter %d is not shown as it was given", i);
			return;
		}
	}
}

struct name_case {
	const char *name;
	bool valid;
};

static const struct name_case names[] = {
	{ "a", true },
	{ "7", true },
	{ "Alice.Smith@example.org", true },
	{ "pool-1_x:y+z", true },
	{ "0123456789012345678901234567890", true },
	{ "01234567890123456789012345678901", false },
	{ "", false },
	{ "-a", false },
	{ ".", false },
	{ "@a", false },
	{ "a b", false },
	{ "a/b", false },
	{ "a\n", false },
	{ "a$b", false },
	{ "a'b", false },
	{ "\xc3\xa4", false },
	{ "a\xe9", false },
};

static void name_name(const struct name_case *name, char *text)
{
	snprintf(text, KUNIT_PARAM_DESC_SIZE, "%*pE", (int)strlen(name->name),
		 name->name);
}

KUNIT_ARRAY_PARAM(names, names, name_name);

static void ipfltdrv_filter_name(struct kunit *test)
{
	const struct name_case *name = test->param_value;

	KUNIT_EXPECT_EQ(test, name->valid, ipf_name_is_valid(name->name));
}

static struct kunit_case filter_kunit_cases[] = {
	KUNIT_CASE(ipfltdrv_filter_read_length),
	KUNIT_CASE_PARAM(ipfltdrv_filter_refused, refusals_gen_params),
	KUNIT_CASE(ipfltdrv_filter_any),
	KUNIT_CASE(ipfltdrv_filter_shown_as_given),
	KUNIT_CASE_PARAM(ipfltdrv_filter_name, names_gen_params),
	{ }
};

static struct kunit_suite filter_suite = {
	.name = "ipfltdrv_filter",
	.test_cases = filter_kunit_cases,
};

kunit_test_suite(filter_suite);

MODULE_DESCRIPTION("KUnit tests of filters as user space gives them");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
