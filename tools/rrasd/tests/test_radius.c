// SPDX-License-Identifier: GPL-2.0
/*
 * RADIUS packets: the examples of RFC 2865, lengths that lie, proofs, what an Access-Accept grants
 * and what a request of RFC 5176 asks for.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../radius_change.h"
#include "../radius_grant.h"
#include "host.h"
#include "tap.h"

static const char secret[] = "xyzzy5461";
static const uint8_t request_auth[] = {
	0x0f, 0x40, 0x3f, 0x94, 0x73, 0x97, 0x80, 0x57, 0xbd, 0x83, 0xd5, 0xcb, 0x98, 0xf4, 0x22,
	0x7a,
};

/* RFC 2865, 7.1 */
static const uint8_t accepted[] = {
	0x02, 0x00, 0x00, 0x26, 0x86, 0xfe, 0x22, 0x0e, 0x76, 0x24, 0xba, 0x2a, 0x10, 0x05, 0xf6,
	0xbf, 0x9b, 0x55, 0xe0, 0xb2, 0x06, 0x06, 0x00, 0x00, 0x00, 0x01, 0x0f, 0x06, 0x00, 0x00,
	0x00, 0x00, 0x0e, 0x06, 0xc0, 0xa8, 0x01, 0x03,
};

static void test_example(void)
{
	static const uint8_t hidden[] = {
		0x0d, 0xbe, 0x70, 0x8d, 0x93, 0xd4, 0x13, 0xce, 0x31, 0x96, 0xe4, 0x3f, 0x78, 0x2a,
		0x0a, 0xee,
	};
	static struct radius_writer w;
	uint8_t broken[sizeof(accepted)];
	struct radius_packet p;
	struct radius_attr a;
	uint32_t value;

	radius_begin(&w, PW_ACCESS_REQUEST, 0);
	memcpy(w.data + 4, request_auth, sizeof(request_auth));
	radius_put_password(&w, "arctangent", 10, secret);
	tap_ok(w.len == 38 && !memcmp(w.data + 22, hidden, sizeof(hidden)),
	       "the hidden password of RFC 2865");
	tap_ok(!radius_check(accepted, sizeof(accepted), &p), "its Access-Accept is a packet");
	tap_ok(!radius_verify_reply(&p, request_auth, secret, false),
	       "and of who knows the secret");
	tap_ok(radius_verify_reply(&p, request_auth, "xyzzy5462", false), "not of another");
	tap_ok(radius_verify_reply(&p, request_auth, secret, true), "nor proven");
	tap_ok(radius_find(&p, 0, PW_LOGIN_IP_HOST, &a) && radius_uint(&a, &value) &&
	       value == 0xc0a80103, "an address in it");
	memcpy(broken, accepted, sizeof(broken));
	broken[37] ^= 1;
	radius_check(broken, sizeof(broken), &p);
	tap_ok(radius_verify_reply(&p, request_auth, secret, false), "a bit off is not");
}

static void test_lengths(void)
{
	uint8_t data[sizeof(accepted) + 1] = { 0 };
	struct radius_packet p;
	size_t i;
	int good = 0;

	for (i = 0; i < sizeof(accepted); i++)
		good += !radius_check(accepted, i, &p);
	tap_number(good, 0, "each cut of a packet is refused");
	memcpy(data, accepted, sizeof(accepted));
	tap_ok(!radius_check(data, sizeof(data), &p) && p.len == sizeof(accepted),
	       "padding is not part of it");
	data[21] = 1;
	tap_ok(radius_check(data, sizeof(accepted), &p), "an attribute shorter than its header");
	data[21] = 19;
	tap_ok(radius_check(data, sizeof(accepted), &p), "one longer than the packet");
	memcpy(data, accepted, sizeof(accepted));
	data[3] = 19;
	tap_ok(radius_check(data, sizeof(accepted), &p), "a packet shorter than its header");
}

static void test_proof(void)
{
	static struct radius_writer w;
	struct radius_packet p;
	struct radius_attr a;

	radius_begin(&w, PW_ACCESS_REQUEST, 7);
	memcpy(w.data + 4, request_auth, sizeof(request_auth));
	radius_put_proof(&w);
	radius_put_text(&w, PW_USER_NAME, "alice");
	radius_put_vendor(&w, VENDOR_MICROSOFT, PW_MS_CHAP_CHALLENGE, "0123456789abcdef", 16);
	radius_sign_access(&w, secret);
	tap_ok(!radius_check(w.data, w.len, &p) && p.id == 7, "what is written is a packet");
	tap_ok(radius_find(&p, VENDOR_MICROSOFT, PW_MS_CHAP_CHALLENGE, &a) && a.len == 16,
	       "with an attribute of a vendor");
	tap_ok(!radius_find(&p, 0, PW_MS_CHAP_CHALLENGE, &a), "which is none of the standard");

	radius_begin(&w, RADIUS_DISCONNECT_REQUEST, 8);
	radius_put_proof(&w);
	radius_put_text(&w, PW_USER_NAME, "alice");
	radius_sign_request(&w, secret);
	radius_check(w.data, w.len, &p);
	tap_ok(!radius_verify_request(&p, secret), "a request, proven");
	tap_ok(radius_verify_request(&p, "other"), "not with another secret");
	w.data[w.proof] ^= 1;
	w.proof = 0;
	radius_sign_request(&w, secret);
	tap_text(radius_verify_request(&p, secret), "its Message-Authenticator is wrong",
		 "a wrong proof counts though the rest is right");

	radius_begin(&w, RADIUS_DISCONNECT_ACK, 8);
	radius_put_proof(&w);
	radius_sign_reply(&w, request_auth, secret);
	radius_check(w.data, w.len, &p);
	tap_ok(!radius_verify_reply(&p, request_auth, secret, true), "a reply, proven");
}

static void test_room(void)
{
	static struct radius_writer w;
	uint8_t big[300] = { 0 };
	int i;

	radius_begin(&w, PW_ACCOUNTING_REQUEST, 9);
	radius_put(&w, PW_CLASS, big, sizeof(big));
	tap_ok(w.full && w.len == RADIUS_HEADER_LEN, "an attribute that does not fit");
	radius_begin(&w, PW_ACCOUNTING_REQUEST, 9);
	for (i = 0; i < 17; i++)
		radius_put(&w, PW_CLASS, big, 253);
	tap_ok(w.full && w.len <= sizeof(w.data), "a packet that does not");
	radius_begin(&w, PW_ACCESS_REQUEST, 9);
	radius_put_password(&w, big, RADIUS_PASSWORD_MAX, secret);
	tap_ok(!w.full, "the longest password");
	radius_put_password(&w, big, RADIUS_PASSWORD_MAX + 1, secret);
	tap_ok(w.full, "a longer one");
}

/* The grant of an Access-Accept with one attribute; NULL or what is wrong. */
static const char *grant_of(uint8_t type, const void *value, size_t len, struct auth_grant *grant)
{
	static struct radius_writer w;
	struct radius_packet p;

	radius_begin(&w, PW_ACCESS_ACCEPT, 1);
	radius_put(&w, type, value, len);
	if (radius_check(w.data, w.len, &p))
		abort();
	return radius_grant_read(&p, grant);
}

static void test_address(void)
{
	static const struct {
		uint8_t value[4];
		enum user_address kind;
		bool good;
	} cases[] = {
		{ { 255, 255, 255, 254 }, USER_ADDRESS_POOL, true },
		{ { 255, 255, 255, 255 }, USER_ADDRESS_POOL, true },
		{ { 10, 1, 2, 3 }, USER_ADDRESS_FIXED, true },
		{ { 127, 0, 0, 1 }, USER_ADDRESS_NONE, false },
		{ { 0, 0, 0, 0 }, USER_ADDRESS_NONE, false },
		{ { 224, 0, 0, 1 }, USER_ADDRESS_NONE, false },
	};
	struct auth_grant grant;
	const char *wrong;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		wrong = grant_of(PW_FRAMED_IP_ADDRESS, cases[i].value, 4, &grant);
		tap_ok(!wrong == cases[i].good && (wrong || grant.address_kind == cases[i].kind),
		       "Framed-IP-Address %d.%d.%d.%d", cases[i].value[0], cases[i].value[1],
		       cases[i].value[2], cases[i].value[3]);
		auth_grant_clear(&grant);
	}
	tap_ok(grant_of(PW_FRAMED_IP_ADDRESS, "abc", 3, &grant), "Framed-IP-Address of 3 bytes");
	auth_grant_clear(&grant);
}

static void test_routes(void)
{
	static const struct {
		const char *text;
		const char *dst;	/* NULL: refused */
		int bits;
	} cases[] = {
		{ "192.0.2.0/24 0.0.0.0 1", "192.0.2.0", 24 },
		{ "192.0.2.77/28", "192.0.2.64", 28 },
		{ "10.1.2.3", "10.0.0.0", 8 },
		{ "172.16.9.1 10.0.0.1", "172.16.0.0", 16 },
		{ "192.0.2.9", "192.0.2.0", 24 },
		{ "192.0.2.1/32", "192.0.2.1", 32 },
		{ "0.0.0.0/0", NULL, 0 },
		{ "192.0.2.0/33", NULL, 0 },
		{ "192.0.2.0/", NULL, 0 },
		{ "192.0.2.0/-1", NULL, 0 },
		{ "192.0.2/24", NULL, 0 },
		{ "", NULL, 0 },
		{ "127.0.0.0/8", NULL, 0 },
		{ "224.0.0.0/4", NULL, 0 },
		{ "2001:db8::/32", NULL, 0 },
	};
	struct auth_grant grant;
	const char *wrong;
	bool good;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		wrong = grant_of(PW_FRAMED_ROUTE, cases[i].text, strlen(cases[i].text), &grant);
		if (cases[i].dst)
			good = !wrong && grant.route_count == 1 &&
			       grant.routes[0].dst.s_addr == inet_addr(cases[i].dst) &&
			       grant.routes[0].bits == cases[i].bits;
		else
			good = wrong && !grant.route_count;
		tap_ok(good, "Framed-Route '%s'", cases[i].text);
		auth_grant_clear(&grant);
	}
}

static void test_prefix(void)
{
	static const uint8_t prefix[] = { 0, 64, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 7 };
	static const uint8_t cut[] = { 0, 64, 0x20, 1, 0xd, 0xb8, 0, 0, 0 };
	static const uint8_t local[] = { 0, 64, 0xfe, 0x80, 0, 0, 0, 0, 0, 0 };
	struct auth_grant grant;

	tap_ok(!grant_of(PW_FRAMED_IPV6_PREFIX, prefix, sizeof(prefix), &grant) &&
	       !strcmp(prefix_text(&grant.prefix), "2001:db8:0:7::/64"), "Framed-IPv6-Prefix");
	tap_ok(grant_of(PW_FRAMED_IPV6_PREFIX, cut, sizeof(cut), &grant), "one that is cut");
	tap_ok(grant_of(PW_FRAMED_IPV6_PREFIX, local, sizeof(local), &grant), "a link-local one");
}

static void test_rest(void)
{
	static const uint8_t hour[] = { 0, 0, 14, 16 };
	static const uint8_t long_class[253] = { 1 };
	static struct radius_writer w;
	struct auth_grant grant;
	struct radius_packet p;
	int i;

	tap_ok(!grant_of(PW_SESSION_TIMEOUT, hour, 4, &grant) && grant.session_s == 3600,
	       "Session-Timeout");
	tap_ok(!grant_of(PW_FILTER_ID, "gold", 4, &grant) && !strcmp(grant.filter_set, "gold"),
	       "Filter-Id");
	auth_grant_clear(&grant);
	tap_ok(grant_of(PW_FILTER_ID, "go ld", 5, &grant), "Filter-Id that is no name");
	auth_grant_clear(&grant);
	tap_ok(grant_of(PW_FILTER_ID, "go\0ld", 5, &grant), "Filter-Id with a NUL");
	auth_grant_clear(&grant);

	radius_begin(&w, PW_ACCESS_ACCEPT, 1);
	radius_put(&w, PW_CLASS, "one", 3);
	radius_put(&w, PW_CLASS, "three", 5);
	radius_check(w.data, w.len, &p);
	tap_ok(!radius_grant_read(&p, &grant) && grant.class_len == 12 &&
	       !memcmp(grant.class, "\x19\x05one\x19\x07three", 12), "Class, twice, as it came");
	auth_grant_clear(&grant);
	radius_begin(&w, PW_ACCESS_ACCEPT, 1);
	for (i = 0; i < 9; i++)
		radius_put(&w, PW_CLASS, long_class, 253);
	radius_check(w.data, w.len, &p);
	tap_ok(radius_grant_read(&p, &grant), "more of Class than a report has room for");
	auth_grant_clear(&grant);
	radius_begin(&w, PW_ACCESS_ACCEPT, 1);
	radius_put_uint(&w, PW_FRAMED_IP_NETMASK, 0xfffffff8);
	radius_put_uint(&w, PW_FRAMED_IP_ADDRESS, 0x0a010203);
	radius_check(w.data, w.len, &p);
	tap_ok(!radius_grant_read(&p, &grant) && grant.route_count == 1 &&
	       grant.routes[0].dst.s_addr == inet_addr("10.1.2.0") && grant.routes[0].bits == 29,
	       "Framed-IP-Netmask is a route");
	auth_grant_clear(&grant);
}

static enum radius_error change_of(uint8_t code, uint8_t type1, const char *text1, uint8_t type2,
				   const char *text2)
{
	static struct radius_writer w;
	struct radius_change change;
	struct radius_packet p;

	radius_begin(&w, code, 1);
	if (text1)
		radius_put_text(&w, type1, text1);
	if (text2)
		radius_put_text(&w, type2, text2);
	if (radius_check(w.data, w.len, &p))
		abort();
	return radius_change_read(&p, &change);
}

static void test_change(void)
{
	static const struct {
		const char *what;
		uint8_t code, type1, type2;
		const char *text1, *text2;
		enum radius_error error;
	} cases[] = {
		{ "end, by name", RADIUS_DISCONNECT_REQUEST, PW_USER_NAME, 0, "alice", NULL,
		  RADIUS_ERROR_NONE },
		{ "end of whom?", RADIUS_DISCONNECT_REQUEST, PW_NAS_IDENTIFIER, 0, "us", NULL,
		  RADIUS_ERROR_MISSING_ATTRIBUTE },
		{ "end, with a limit", RADIUS_DISCONNECT_REQUEST, PW_USER_NAME, PW_IDLE_TIMEOUT,
		  "alice", "1234", RADIUS_ERROR_UNSUPPORTED_ATTRIBUTE },
		{ "end, two names", RADIUS_DISCONNECT_REQUEST, PW_USER_NAME, PW_USER_NAME, "alice",
		  "bob", RADIUS_ERROR_INVALID_REQUEST },
		{ "change, limit", RADIUS_COA_REQUEST, PW_USER_NAME, PW_IDLE_TIMEOUT, "alice",
		  "1234", RADIUS_ERROR_NONE },
		{ "change, limit of 3 bytes", RADIUS_COA_REQUEST, PW_USER_NAME, PW_IDLE_TIMEOUT,
		  "alice", "123", RADIUS_ERROR_INVALID_VALUE },
		{ "change what?", RADIUS_COA_REQUEST, PW_USER_NAME, 0, "alice", NULL,
		  RADIUS_ERROR_MISSING_ATTRIBUTE },
		{ "change, an address", RADIUS_COA_REQUEST, PW_USER_NAME, PW_FRAMED_MTU, "alice",
		  "1234", RADIUS_ERROR_UNSUPPORTED_ATTRIBUTE },
		{ "authorize only", RADIUS_COA_REQUEST, PW_USER_NAME, PW_SERVICE_TYPE, "alice",
		  "1234", RADIUS_ERROR_UNSUPPORTED_SERVICE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		tap_number(change_of(cases[i].code, cases[i].type1, cases[i].text1, cases[i].type2,
				     cases[i].text2), cases[i].error, cases[i].what);
}

int main(void)
{
	test_example();
	test_lengths();
	test_proof();
	test_room();
	test_address();
	test_routes();
	test_prefix();
	test_rest();
	test_change();
	return tap_end();
}
