// SPDX-License-Identifier: GPL-2.0
/*
 * PAP and CHAP-MD5: both sides, right, wrong, malformed, repeated, late and never.
 */
#include <nettle/md5.h>
#include <stdio.h>
#include <string.h>

#include "../ppp/internal.h"
#include "host.h"
#include "tap.h"

static struct host h;

/* A server whose LCP has just opened with these methods. */
static void server_open(unsigned int methods)
{
	host_init(&h, PPP_SERVER, 11);
	h.config.auth_peer = methods;
	h.config.mru = 1492;
	host_start(&h);
	host_lcp_open(&h);
}

/* The right response to the challenge output next, computed without the engine. */
static void right_response(uint8_t digest[16], const char *secret)
{
	const struct host_frame *f = &h.frames[(h.head - 1) % HOST_FRAMES];
	struct md5_ctx md5;

	md5_init(&md5);
	md5_update(&md5, 1, f->data + 3);
	md5_update(&md5, strlen(secret), (const uint8_t *)secret);
	md5_update(&md5, f->data[6], f->data + 7);
	md5_digest(&md5, 16, digest);
}

static void send_response(const char *secret, int id)
{
	char hex[200], *p = hex;
	uint8_t digest[16];
	int i;

	right_response(digest, secret);
	p += sprintf(p, "c223 02 %02x 001a 10", id);
	for (i = 0; i < 16; i++)
		p += sprintf(p, "%02x", digest[i]);
	strcpy(p, "616c696365");
	host_hex(&h, hex);
}

static void test_pap_server(void)
{
	server_open(PPP_AUTH_PAP);
	host_drain(&h);
	host_hex(&h, "c023 01 21 0011 05 616c696365 06 776f6e646572");
	tap_text(h.asked_name, "alice", "PAP: the name");
	tap_text(host_next(&h), "c023 02 21 000a 0568656c6c6f", "PAP: Ack with a message");
	tap_ok(strstr(h.log, "auth_request c023:2 auth_ok 8021:1"), "PAP: Ack, auth_ok, IPCP");
	host_drain(&h);
	host_hex(&h, "c023 01 22 0011 05 616c696365 06 776f6e646573");
	tap_text(host_next(&h), "c023 02 22 0005 00", "PAP: after success any copy gets an Ack");
	host_done(&h);

	server_open(PPP_AUTH_PAP);
	host_drain(&h);
	host_hex(&h, "c023 01 21 0011 05 616c696365 06 776f6e646573");
	tap_text(host_next(&h), "c023 03 21 000c 07676f2061776179", "PAP: wrong password: Nak");
	tap_ok(!strncmp(host_next(&h), "c021 05 ", 8), "PAP: then Terminate-Request");
	host_hex(&h, "c023 01 22 0011 05 616c696365 06 776f6e646572");
	tap_text(host_next(&h), "none", "PAP: no second try");
	host_hex(&h, "c021 06 01 0004");
	tap_number(h.reason, PPP_REASON_AUTH_FAILED, "PAP: with the reason");
	host_done(&h);
}

static void test_pap_malformed(void)
{
	static const char * const frames[] = {
		"c023 01 21 0004", "c023 01 21 0005 05", "c023 01 21 0009 05 616c6963",
		"c023 01 21 000a 05 616c696365", "c023 01 21 000b 05 616c696365 06",
		"c023 01 21 0010 05 616c696365 06 776f6e6465", "c023 01 21 0011 ff 616c696365",
		"c023 01 21", "c023 04 21 0004", "c023 00 21 0004", "c023",
	};
	unsigned int i;

	server_open(PPP_AUTH_PAP);
	host_forget(&h);
	for (i = 0; i < ARRAY_SIZE(frames); i++)
		host_hex(&h, frames[i]);
	tap_number(h.s->counters.malformed, i, "PAP: malformed packets are counted");
	tap_text(h.log, "", "PAP: and nothing else happens");
	host_hex(&h, "c023 02 01 0005 00");
	host_hex(&h, "c023 03 01 0005 00");
	host_hex(&h, "c223 02 01 001a 10 00112233445566778899aabbccddeeff 616c696365");
	tap_number(h.s->counters.unexpected, 3, "PAP: answers to nothing, and CHAP, are counted");
	host_hex(&h, "c023 01 21 0006 00 00");
	tap_ok(strstr(h.log, "auth_request") && !h.asked_name[0], "PAP: empty name and password");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_AUTH_FAILED, "PAP: are wrong");
	host_done(&h);
}

static void test_deferred(void)
{
	server_open(PPP_AUTH_PAP);
	h.auth = HOST_AUTH_DEFER;
	host_forget(&h);
	host_hex(&h, "c023 01 21 0011 05 616c696365 06 776f6e646572");
	host_hex(&h, "c023 01 22 0011 05 616c696365 06 776f6e646572");
	tap_text(h.log, "auth_request ", "deferred: asked once for two requests");
	host_wait(&h, 40000);
	tap_ok(h.s && !h.s->reason, "deferred: the method's clock stands still");
	ppp_auth_result(h.s, h.now, true, NULL);
	tap_text(host_next(&h), "c023 02 22 0005 00",
		 "deferred: the newest identifier is answered");
	tap_number(h.s->phase, PPP_PHASE_NETWORK, "deferred: and the session goes on");
	ppp_auth_result(h.s, h.now, false, NULL);
	tap_number(h.s->phase, PPP_PHASE_NETWORK, "deferred: a second result is ignored");
	host_done(&h);

	server_open(PPP_AUTH_PAP);
	h.auth = HOST_AUTH_DEFER;
	host_hex(&h, "c023 01 21 0011 05 616c696365 06 776f6e646572");
	host_wait(&h, 70000);
	tap_number(h.reason, PPP_REASON_AUTH_TIMEOUT, "deferred: the phase has its limit");
	host_done(&h);
}

/* A late result belongs to its own request, not to the one after a renegotiation. */
static void test_stale(void)
{
	server_open(PPP_AUTH_PAP);
	h.auth = HOST_AUTH_DEFER;
	host_hex(&h, "c023 01 21 0011 05 616c696365 06 776f6e646572");
	host_drain(&h);
	host_hex(&h, "c021 01 02 000a 0506 11223344");
	h.frames[(h.head - 2) % HOST_FRAMES].data[2] = 2;
	host_input(&h, h.frames[(h.head - 2) % HOST_FRAMES].data,
		   h.frames[(h.head - 2) % HOST_FRAMES].len);
	tap_number(h.s->phase, PPP_PHASE_AUTHENTICATE, "stale: LCP negotiated anew");
	host_forget(&h);
	host_hex(&h, "c023 01 22 0010 04 6576696c 06 776f6e646573");
	tap_text(h.log, "", "stale: no second request while the first is outstanding");
	ppp_auth_result(h.s, h.now, true, NULL);
	tap_text(h.log, "", "stale: the result of the first has no effect");
	host_hex(&h, "c023 01 23 0010 04 6576696c 06 776f6e646573");
	tap_text(h.log, "auth_request ", "stale: the second is asked then");
	ppp_auth_result(h.s, h.now, false, "no");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_AUTH_FAILED, "stale: and has its own result");
	host_done(&h);
}

static void test_chap_server(void)
{
	char wanted[80];
	int id;

	server_open(PPP_AUTH_CHAP_MD5);
	id = h.s->auth.peer_id;
	tap_ok(strstr(h.log, "lcp_up c223:1"), "CHAP: a challenge at once");
	tap_ok(h.s->auth.challenge_len >= 16 && h.s->auth.challenge_len <= 32,
	       "CHAP: of 16 to 32 bytes");
	send_response("wonder", id);
	tap_text(h.asked_name, "alice", "CHAP: the name");
	tap_ok(strstr(h.log, "auth_request c223:3 auth_ok 8021:1"), "CHAP: Success, auth_ok, IPCP");
	host_drain(&h);
	host_hex(&h, "c223 02 01 001a 10 00112233445566778899aabbccddeeff 616c696365");
	sprintf(wanted, "c223 03 %02x 0004", id);
	tap_text(host_next(&h), wanted, "CHAP: any response with its identifier: Success again");
	host_hex(&h, "c223 02 77 001a 10 00112233445566778899aabbccddeeff 616c696365");
	tap_text(host_next(&h), "none", "CHAP: another identifier: nothing");
	host_done(&h);

	server_open(PPP_AUTH_CHAP_MD5);
	id = h.s->auth.peer_id;
	send_response("wander", id);
	tap_ok(strstr(h.log, "auth_request c223:4 c021:5"), "CHAP: wrong: Failure and the end");
	send_response("wonder", id);
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_AUTH_FAILED, "CHAP: with the reason, no second try");
	host_done(&h);
}

static void test_chap_malformed(void)
{
	static const char * const frames[] = {
		"c223 02 01 0004", "c223 02 01 0005 00", "c223 02 01 0005 10",
		"c223 02 01 0014 10 00112233445566778899aabbccddee",
		"c223 02 01 0014 0f 00112233445566778899aabbccddee",
		"c223 02 01 0035 30 00112233445566778899aabbccddeeff00112233445566778899aabbccdd"
		"eeff00112233445566778899aabbccddeeff",
		"c223 05 01 0004", "c223 00 01 0004", "c223 02",
	};
	char hex[700];
	unsigned int i;

	server_open(PPP_AUTH_CHAP_MD5);
	host_forget(&h);
	for (i = 0; i < ARRAY_SIZE(frames); i++)
		host_hex(&h, frames[i]);
	strcpy(hex, "c223 02 01 0115 10 00112233445566778899aabbccddeeff");
	for (i = 0; i < 256; i++)
		strcat(hex, "61");
	host_hex(&h, hex);
	tap_number(h.s->counters.malformed, 10, "CHAP: malformed packets are counted");
	tap_text(h.log, "", "CHAP: and nothing else happens");
	host_hex(&h, "c223 03 01 0004");
	host_hex(&h, "c223 04 01 0004");
	host_hex(&h, "c223 01 01 0015 10 00112233445566778899aabbccddeeff");
	host_hex(&h, "c023 01 21 0006 00 00");
	tap_number(h.s->counters.unexpected, 4, "CHAP: the other side's packets, and PAP");
	tap_text(h.log, "", "CHAP: are not answered");
	host_done(&h);
}

static void test_chap_timer(void)
{
	uint8_t first[PPP_CHALLENGE_MAX];
	int id;

	server_open(PPP_AUTH_CHAP_MD5);
	id = h.s->auth.peer_id;
	memcpy(first, h.s->auth.challenge, 16);
	host_forget(&h);
	host_wait(&h, 3000);
	tap_text(h.log, "c223:1 ", "CHAP: the challenge is repeated");
	tap_ok(h.s->auth.peer_id == id + 1 && memcmp(first, h.s->auth.challenge, 16),
	       "CHAP: with a new identifier and value");
	send_response("wonder", id);
	tap_text(h.log, "c223:1 ", "CHAP: the old one is no longer answered");
	send_response("wonder", id + 1);
	tap_number(h.s->phase, PPP_PHASE_NETWORK, "CHAP: the new one is");
	host_done(&h);

	server_open(PPP_AUTH_CHAP_MD5);
	host_forget(&h);
	host_wait(&h, 29999);
	tap_text(h.log, "c223:1 c223:1 c223:1 c223:1 c223:1 c223:1 c223:1 c223:1 c223:1 ",
		 "CHAP: ten challenges in all");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_AUTH_TIMEOUT, "CHAP: then time-out");
	host_done(&h);

	server_open(PPP_AUTH_PAP);
	host_wait(&h, 40000);
	tap_number(h.reason, PPP_REASON_AUTH_TIMEOUT, "PAP: a peer that says nothing");
	host_done(&h);
}

static void rechallenged(const char *secret, bool defer)
{
	host_init(&h, PPP_SERVER, 12);
	h.config.auth_peer = PPP_AUTH_CHAP_MD5;
	h.config.rechallenge_ms = 100000;
	host_start(&h);
	host_lcp_open(&h);
	send_response("wonder", h.s->auth.peer_id);
	host_network_open(&h);
	host_forget(&h);
	host_wait(&h, 100000);
	if (!secret)
		return;
	if (defer)
		h.auth = HOST_AUTH_DEFER;
	send_response(secret, h.s->auth.peer_id);
}

static void test_rechallenge(void)
{
	rechallenged("wonder", false);
	tap_text(h.log, "c223:1 auth_request c223:3 ", "rechallenge: right: nothing more happens");
	tap_ok(h.is_up, "rechallenge: the network stays up");
	host_done(&h);

	rechallenged("wonder", true);
	ppp_auth_result(h.s, h.now, true, NULL);
	tap_ok(h.is_up && strstr(h.log, "c223:3"), "rechallenge: answered later");
	host_done(&h);

	rechallenged("wander", false);
	tap_text(h.log, "c223:1 auth_request c223:4 down c021:5 ", "rechallenge: wrong: the end");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_AUTH_FAILED, "rechallenge: with the reason");
	host_done(&h);

	rechallenged(NULL, false);
	host_wait(&h, 60000);
	tap_number(h.reason, PPP_REASON_AUTH_TIMEOUT, "rechallenge: unanswered: the end");
	host_done(&h);
}

/* The peer demands a method from us. */
static void client_open(const char *option, int len)
{
	char hex[100];

	host_init(&h, PPP_CLIENT, 13);
	host_start(&h);
	h.frames[0].data[2] = 2;
	host_input(&h, h.frames[0].data, h.frames[0].len);
	host_drain(&h);
	sprintf(hex, "c021 01 01 %04x 0506 11223344 %s", 10 + len, option);
	host_hex(&h, hex);
	host_next(&h);
}

static void test_pap_client(void)
{
	char hex[40];

	client_open("0304 c023", 4);
	tap_text(host_next(&h), "c023 01 01 0011 05616c69636506776f6e646572",
		 "PAP client: name and password");
	host_wait(&h, 3000);
	tap_text(host_next(&h), "c023 01 02 0011 05616c69636506776f6e646572",
		 "PAP client: again with a new identifier");
	host_hex(&h, "c023 02 01 0005 00");
	tap_number(h.s->phase, PPP_PHASE_AUTHENTICATE, "PAP client: an old Ack does not count");
	host_hex(&h, "c023 02 02 0005 00");
	tap_number(h.s->phase, PPP_PHASE_NETWORK, "PAP client: the Ack");
	host_done(&h);

	client_open("0304 c023", 4);
	sprintf(hex, "c023 03 01 0005 00");
	host_hex(&h, hex);
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_AUTH_DENIED, "PAP client: the Nak ends it");
	host_done(&h);

	client_open("0304 c023", 4);
	host_wait(&h, 100000);
	tap_number(h.reason, PPP_REASON_AUTH_TIMEOUT, "PAP client: no answer");
	host_done(&h);
}

static void test_chap_client(void)
{
	/* MD5 of 07, "wonder", 00 to 0f, as md5sum(1) says. */
	static const char response[] =
		"c223 02 07 001a 106b2680061384852f4d93afda0bee80ba616c696365";

	client_open("0305 c22305", 5);
	tap_text(host_next(&h), "none", "CHAP client: waits for the challenge");
	host_hex(&h, "c223 01 07 0018 10 000102030405060708090a0b0c0d0e0f 737276");
	tap_text(host_next(&h), response, "CHAP client: the right response");
	host_wait(&h, 3000);
	tap_text(host_next(&h), response, "CHAP client: again, should Success be lost");
	host_hex(&h, "c223 03 06 0004");
	tap_number(h.s->phase, PPP_PHASE_AUTHENTICATE, "CHAP client: an old Success");
	host_hex(&h, "c223 03 07 0004");
	tap_number(h.s->phase, PPP_PHASE_NETWORK, "CHAP client: the Success");
	host_forget(&h);
	host_hex(&h, "c223 01 08 0018 10 000102030405060708090a0b0c0d0e0f 737276");
	tap_text(h.log, "c223:2 ", "CHAP client: a challenge of the open link is answered");
	host_hex(&h, "c223 04 08 0004");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_AUTH_DENIED, "CHAP client: and may fail");
	host_done(&h);

	client_open("0305 c22305", 5);
	host_hex(&h, "c223 01 07 0005 00");
	host_hex(&h, "c223 01 07 0005 01");
	tap_number(h.s->counters.malformed, 2, "CHAP client: malformed challenges");
	host_wait(&h, 100000);
	tap_number(h.reason, PPP_REASON_AUTH_TIMEOUT, "CHAP client: no challenge comes");
	host_done(&h);
}

/* LCP renegotiates: authentication stops, and begins anew after it. */
static void test_stopped(void)
{
	server_open(PPP_AUTH_CHAP_MD5);
	host_wait(&h, 27000);
	host_hex(&h, "c021 01 02 000a 0506 11223344");
	host_forget(&h);
	host_wait(&h, 5000);
	tap_ok(!strstr(h.log, "c223"), "stopped: no challenge while LCP negotiates");
	h.frames[h.tail % HOST_FRAMES].data[2] = 2;
	host_input(&h, h.frames[h.tail % HOST_FRAMES].data, h.frames[h.tail % HOST_FRAMES].len);
	host_wait(&h, 10000);
	tap_ok(h.s && !h.s->reason && strstr(h.log, "c223:1 c223:1 c223:1"),
	       "stopped: all challenges again afterwards");
	host_done(&h);
}

/* Our own challenge sent back to us is not answered. */
static void test_reflection(void)
{
	struct host_frame f;

	host_init(&h, PPP_CLIENT, 14);
	h.config.auth_peer = PPP_AUTH_CHAP_MD5;
	host_start(&h);
	h.frames[0].data[2] = 2;
	host_input(&h, h.frames[0].data, h.frames[0].len);
	host_hex(&h, "c021 01 01 000f 0305 c22305 0506 11223344");
	f = h.frames[(h.head - 1) % HOST_FRAMES];
	tap_ok(f.data[0] == 0xc2 && f.data[2] == 1, "reflection: both sides demand CHAP");
	host_forget(&h);
	host_input(&h, f.data, f.len);
	tap_text(h.log, "", "reflection: our challenge back is not answered");
	f.data[8] ^= 1;
	host_input(&h, f.data, f.len);
	tap_text(h.log, "c223:2 ", "reflection: another one is");
	host_done(&h);
}

static void test_names(void)
{
	tap_text(ppp_auth_name(PPP_AUTH_PAP), "PAP", "name of PAP");
	tap_text(ppp_auth_name(PPP_AUTH_CHAP_MD5), "CHAP-MD5", "name of CHAP-MD5");
	tap_text(ppp_auth_name(0), "none", "name of nothing");
}

static void test_none(void)
{
	server_open(0);
	tap_ok(strstr(h.log, "lcp_up auth_ok 8021:1"), "no authentication demanded: on to IPCP");
	host_done(&h);

	server_open(PPP_AUTH_PAP);
	host_forget(&h);
	host_hex(&h, "8021 01 01 000a 0306 00000000");
	host_hex(&h, "0021 45000014");
	host_hex(&h, "8057 01 01 0004");
	host_hex(&h, "1234 01 01 0004");
	tap_text(h.log, "", "before authentication nothing else is answered");
	tap_number(h.s->counters.unexpected, 4, "but counted");
	host_done(&h);
}

static void test_verify(void)
{
	struct ppp_auth_request r = { .method = PPP_AUTH_PAP };

	r.password = (const uint8_t *)"secret";
	r.password_len = 6;
	tap_ok(ppp_auth_verify(&r, "secret", 6), "verify: PAP right");
	tap_ok(!ppp_auth_verify(&r, "secreT", 6), "verify: PAP wrong");
	tap_ok(!ppp_auth_verify(&r, "secret1", 7), "verify: PAP too short");
	r.password_len = 0;
	tap_ok(!ppp_auth_verify(&r, "secret", 6), "verify: PAP empty");
	r.method = PPP_AUTH_CHAP_MD5;
	r.response = (const uint8_t *)"";
	tap_ok(!ppp_auth_verify(&r, "secret", 6), "verify: CHAP without a response");
}

int main(void)
{
	test_pap_server();
	test_pap_malformed();
	test_deferred();
	test_stale();
	test_chap_server();
	test_chap_malformed();
	test_chap_timer();
	test_rechallenge();
	test_pap_client();
	test_chap_client();
	test_stopped();
	test_reflection();
	test_names();
	test_none();
	test_verify();
	return tap_end();
}
