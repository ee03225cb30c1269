// SPDX-License-Identifier: GPL-2.0
/*
 * PPPoE discovery frames, cookies and rates.
 */
#include <stdlib.h>
#include <string.h>

#include "../access/cookie.h"
#include "../access/limit.h"
#include "../access/pppoe_frame.h"
#include "host.h"
#include "tap.h"

#define DST	"ffffffffffff"
#define SRC	"020000000001"
#define HEAD	DST SRC "8863"
#define NOBODY	"000000000000"

/* A copy of exactly its size, so that the sanitizer sees one byte too far. */
static bool parse(const char *hex, struct pppoe_frame *f, uint8_t **copy)
{
	uint8_t data[2048];
	size_t len;

	len = host_unhex(hex, data, sizeof(data));
	*copy = malloc(len ? len : 1);
	if (!*copy)
		abort();
	memcpy(*copy, data, len);
	return pppoe_frame_parse(*copy, len, f);
}

static void test_parse(void)
{
	static const struct {
		const char *hex, *what;
		bool valid;
	} cases[] = {
		{ HEAD "11090000 0004 01010000", "a PADI for any service", true },
		{ HEAD "11090000 0004 01010000 00000000000000000000", "with padding", true },
		{ HEAD "11090000 0006 01010002 6162", "for a service", true },
		{ HEAD "11090000 0008 01010000 00000000", "with an end of list", true },
		{ HEAD "11090000 000a 01010000 00000000 ffff", "junk after the end of list", true },
		{ HEAD "11090000 0009 01010000 0103 0001 aa", "with Host-Uniq", true },
		{ HEAD "11090000 000a 01010000 0abc 0002 aabb", "an unknown tag", true },
		{ HEAD "11190000 0004 01010000", "a PADR without a cookie", true },
		{ HEAD "11a71234 0000", "a PADT", true },
		{ HEAD "11a71234 0008 0203 0004 6f6f7073", "a PADT with an error", true },
		{ "", "nothing", false },
		{ DST SRC, "half an Ethernet header", false },
		{ HEAD "11090000 00", "half a PPPoE header", false },
		{ DST SRC "8864 11090000 0004 01010000", "a session frame", false },
		{ HEAD "21090000 0004 01010000", "version 2", false },
		{ HEAD "12090000 0004 01010000", "type 2", false },
		{ HEAD "11090001 0004 01010000", "a PADI of a session", false },
		{ HEAD "11190001 0004 01010000", "a PADR of a session", false },
		{ HEAD "11a70000 0000", "a PADT of no session", false },
		{ HEAD "11070000 0004 01010000", "a PADO", true },
		{ HEAD "11070000 000a 01010000 01010002 6162", "a PADO of two services", true },
		{ HEAD "11070001 0004 01010000", "a PADO of a session", false },
		{ HEAD "11070000 0008 01020000 01020000", "a PADO of two names", false },
		{ HEAD "11650001 0004 01010000", "a PADS", true },
		{ HEAD "11650000 0008 02010000 02020000", "a PADS that refuses twice", true },
		{ HEAD "11090000 0008 01010000 0101ffff", "a good tag, then one too long", false },
		{ HEAD "11ff0000 0004 01010000", "an unknown code", false },
		{ HEAD "11090000 0005 01010000", "a length beyond the frame", false },
		{ HEAD "11090000 ffff 01010000", "a length of 65535", false },
		{ HEAD "11090000 0000", "a PADI without a service name", false },
		{ HEAD "11190000 0000", "a PADR without a service name", false },
		{ HEAD "11090000 0003 010100", "half a tag header", false },
		{ HEAD "11090000 0004 01010001", "a tag beyond the frame", false },
		{ HEAD "11090000 0004 0101ffff", "a tag of 65535 bytes", false },
		{ HEAD "11090000 0008 01010000 01010000", "two service names", false },
		{ HEAD "11090000 000c 01010000 01030000 01030000", "two Host-Uniqs", false },
		{ HEAD "11090000 0007 01010000 010300", "a good tag, then half a header", false },
		{ DST "ffffffffffff 8863 11090000 0004 01010000", "from everybody", false },
		{ DST "010000000001 8863 11090000 0004 01010000", "from a group", false },
		{ DST NOBODY "8863 11090000 0004 01010000", "from nobody", false },
	};
	struct pppoe_frame f;
	unsigned int i;
	uint8_t *copy;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		tap_ok(parse(cases[i].hex, &f, &copy) == cases[i].valid, "%s is %s",
		       cases[i].what, cases[i].valid ? "accepted" : "refused");
		free(copy);
	}
}

static void test_fields(void)
{
	struct pppoe_frame f;
	uint8_t *copy;

	parse(HEAD "11190000 001e 01010002 6162 01030003 010203 01040004 0a0b0c0d"
	      "01100001 ee 01020000", &f, &copy);
	tap_number(f.code, PPPOE_CODE_PADR, "code");
	tap_ok(f.service.len == 2 && !memcmp(f.service.data, "ab", 2), "service name");
	tap_ok(f.host_uniq.len == 3 && f.host_uniq.data[2] == 3, "Host-Uniq");
	tap_ok(f.cookie.len == 4 && f.cookie.data[0] == 0x0a, "AC-Cookie");
	tap_ok(f.relay_id.len == 1 && f.relay_id.data[0] == 0xee, "Relay-Session-Id");
	tap_ok(f.src[5] == 1 && f.dst[0] == 0xff, "addresses");
	free(copy);

	parse(HEAD "11090000 000a 00000000 0101 0002 6162", &f, &copy);
	tap_ok(!f.service.data, "what follows the end of list is not read");
	free(copy);

	parse(HEAD "11070000 0020 01010000 01010002 6162 0102 0003 787879 0203 0002 6e6f"
	      "00000000 0101 0001 63", &f, &copy);
	tap_ok(f.ac_name.len == 3 && !memcmp(f.ac_name.data, "xxy", 3), "AC-Name");
	tap_ok(f.error.len == 2 && !memcmp(f.error.data, "no", 2), "error");
	tap_ok(pppoe_frame_offers(&f, "", 0) && pppoe_frame_offers(&f, "ab", 2),
	       "both services are offered");
	tap_ok(!pppoe_frame_offers(&f, "a", 1) && !pppoe_frame_offers(&f, "c", 1),
	       "no other is, not even one after the end of list");
	free(copy);
}

static void test_write(void)
{
	static const uint8_t src[] = { 2, 0, 0, 0, 0, 9 };
	static uint8_t big[PPPOE_FRAME_MAX];
	struct pppoe_writer w;
	struct pppoe_frame f;
	uint8_t *copy;

	parse(HEAD "11090000 0010 01010000 01030002 abcd 01100002 1234", &f, &copy);
	pppoe_frame_begin(&w, f.src, src, PPPOE_CODE_PADO, 0);
	pppoe_frame_put(&w, PPPOE_TAG_SERVICE_NAME, f.service.data, f.service.len);
	pppoe_frame_echo(&w, &f);
	tap_ok(pppoe_frame_end(&w), "an answer has room");
	tap_number((long long)w.len, 14 + 6 + 4 + 6 + 6, "its length");
	tap_ok(!memcmp(w.data, f.src, 6) && !memcmp(w.data + 6, src, 6), "its addresses");
	tap_number(w.data[19], 16, "its length field");
	tap_ok(!memcmp(w.data + 24, "\x01\x03\x00\x02\xab\xcd", 6), "Host-Uniq is repeated");
	free(copy);

	pppoe_frame_begin(&w, src, src, PPPOE_CODE_PADO, 0);
	pppoe_frame_put(&w, PPPOE_TAG_HOST_UNIQ, big, sizeof(w.data) - w.len - 4);
	tap_ok(pppoe_frame_end(&w) && w.len == sizeof(w.data), "a tag that just fits");
	pppoe_frame_begin(&w, src, src, PPPOE_CODE_PADO, 0);
	pppoe_frame_put(&w, PPPOE_TAG_HOST_UNIQ, big, sizeof(w.data) - w.len - 3);
	tap_ok(!pppoe_frame_end(&w) && w.len == 20, "one byte more does not");
	pppoe_frame_put(&w, PPPOE_TAG_SERVICE_NAME, NULL, 0);
	tap_ok(!pppoe_frame_end(&w) && w.len == 20, "and nothing after it");
}

static void test_cookie(void)
{
	static const uint8_t a[] = { 2, 0, 0, 0, 0, 1 }, b[] = { 2, 0, 0, 0, 0, 2 };
	uint64_t now = 1000000000;
	uint8_t cookie[COOKIE_LEN];

	tap_ok(cookie_init() == 0, "a secret");
	cookie_make(cookie, 3, a, now);
	tap_ok(cookie_check(cookie, sizeof(cookie), 3, a, now), "good at once");
	tap_ok(cookie_check(cookie, sizeof(cookie), 3, a, now + 25000), "and 25 s later");
	tap_ok(!cookie_check(cookie, sizeof(cookie), 3, a, now + 61000), "but not after 61 s");
	tap_ok(!cookie_check(cookie, sizeof(cookie), 3, b, now), "not for another address");
	tap_ok(!cookie_check(cookie, sizeof(cookie), 4, a, now), "not on another interface");
	tap_ok(!cookie_check(cookie, sizeof(cookie) - 1, 3, a, now), "not cut");
	tap_ok(!cookie_check(NULL, 0, 3, a, now), "not absent");
	cookie[7] ^= 1;
	tap_ok(!cookie_check(cookie, sizeof(cookie), 3, a, now), "not with another bit");
	cookie[7] ^= 1;
	cookie_init();
	tap_ok(!cookie_check(cookie, sizeof(cookie), 3, a, now), "not of another process");
}

static unsigned int passes(struct limit_bucket *b, uint32_t rate, uint64_t now, unsigned int n)
{
	unsigned int passed = 0;

	while (n--)
		passed += limit_pass(b, rate, now);
	return passed;
}

static void test_limit(void)
{
	static struct limit table;
	struct limit_bucket b = { 0 };
	struct limit_bucket *quiet;
	uint64_t now = 5000, i;

	tap_number(passes(&b, 0, now, 1000), 1000, "no limit");
	tap_number(passes(&b, 10, now, 1000), 10, "a full bucket of 10");
	tap_number(passes(&b, 10, now + 99, 1000), 0, "nothing for 99 ms");
	tap_number(passes(&b, 10, now + 200, 1000), 2, "2 for 200 ms");
	tap_number(passes(&b, 10, now + 100000, 1000), 10, "no more than a second's after long");

	quiet = limit_of(&table, 42, 10, now);
	tap_number(passes(quiet, 10, now, 4), 4, "a source takes 4 of 10");
	tap_ok(limit_of(&table, 42, 10, now) == quiet, "and is found again");
	for (i = 0; i < 100000; i++)
		limit_pass(limit_of(&table, 43 + i * 7919, 10, now - 1), 10, now - 1);
	quiet = limit_of(&table, 42, 10, now);
	tap_number(passes(quiet, 10, now, 100), 6,
		   "100000 sources that were there before do not drive it out");
}

int main(void)
{
	test_parse();
	test_fields();
	test_write();
	test_cookie();
	test_limit();
	return tap_end();
}
