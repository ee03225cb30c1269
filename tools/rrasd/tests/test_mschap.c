// SPDX-License-Identifier: GPL-2.0
/*
 * MS-CHAPv2: the arithmetic against RFC 2759 section 9.2, and both sides packet by packet.
 */
#include <stdio.h>
#include <string.h>

#include "../ppp/internal.h"
#include "host.h"
#include "tap.h"

static struct host h;

static const uint8_t authenticator[] = {
	0x5b, 0x5d, 0x7c, 0x7d, 0x7b, 0x3f, 0x2f, 0x3e, 0x3c, 0x2c, 0x60, 0x21, 0x32, 0x26, 0x26,
	0x28,
};
static const uint8_t peer[] = {
	0x21, 0x40, 0x23, 0x24, 0x25, 0x5e, 0x26, 0x2a, 0x28, 0x29, 0x5f, 0x2b, 0x3a, 0x33, 0x7c,
	0x7e,
};

static const char *hex_text(const uint8_t *data, size_t len)
{
	static char text[200];
	size_t i;

	for (i = 0; i < len; i++)
		sprintf(text + 2 * i, "%02x", data[i]);
	return text;
}

/* The first is of the RFC, the others were computed with openssl. */
static void test_vectors(void)
{
	static const struct {
		const char *name, *secret, *response, *proof;
	} vectors[] = {
		{ "User", "clientPass", "82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df",
		  "407a5589115fd0d6209f510fe9c04566932cda56" },
		{ "DOMAIN\\User", "clientPass", "82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df",
		  "407a5589115fd0d6209f510fe9c04566932cda56" },
		{ "User", "Gr\xc3\xbc\xc3\x9f""e, \xe2\x82\xac\xf0\x9f\x98\x80",
		  "e9527b2cfaa3dfaed4887b489452b4767d15deabec7d0cfa",
		  "ab2f0cca2087b34e1f89a493720c64ea97250d94" },
		{ "User", "Gr\xfc\xdf""e", "175b0cfa4268afd78cb33ef3fc47a7866da3b7256e35a205",
		  "a1d9431fa64c4680b200088dc355bead010799a7" },
		{ "User", "", "27d3bf1874e1b27ce9585ca461711ea131290b097ab89651",
		  "c4ba34bffcb27cf862b08bbd3f256910fb38e581" },
	};
	struct ppp_mschap m = { .challenge = authenticator, .peer_challenge = peer };
	uint8_t response[PPP_MSCHAP_RESPONSE_LEN], proof[PPP_PROOF_LEN];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		m.name = (const uint8_t *)vectors[i].name;
		m.name_len = strlen(vectors[i].name);
		ppp_mschap_response(response, &m, vectors[i].secret, strlen(vectors[i].secret));
		tap_ok(!strcmp(hex_text(response, sizeof(response)), vectors[i].response),
		       "vector %u: the response", i);
		ppp_mschap_proof(proof, &m, response, vectors[i].secret,
				 strlen(vectors[i].secret));
		tap_ok(!strcmp(hex_text(proof, sizeof(proof)), vectors[i].proof),
		       "vector %u: the authenticator's", i);
	}
}

static void test_texts(void)
{
	static const char good[] = "S=407A5589115FD0D6209F510FE9C04566932CDA56 M=Welcome";
	static const char * const bad[] = {
		"", "S", "S=", "S=407A5589115FD0D6209F510FE9C04566932CDA5",
		"s=407A5589115FD0D6209F510FE9C04566932CDA56",
		"S=407A5589115FD0D6209F510FE9C04566932CDA5G",
		"E=407A5589115FD0D6209F510FE9C04566932CDA56",
	};
	uint8_t proof[PPP_PROOF_LEN];
	unsigned int i;

	tap_ok(ppp_mschap_read_proof(proof, (const uint8_t *)good, strlen(good)), "S= is read");
	tap_text(hex_text(proof, sizeof(proof)), "407a5589115fd0d6209f510fe9c04566932cda56",
		 "with its digits");
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		tap_ok(!ppp_mschap_read_proof(proof, (const uint8_t *)bad[i], strlen(bad[i])),
		       "'%s' is none", bad[i]);
	tap_number(ppp_mschap_read_error((const uint8_t *)"E=648 R=0", 9), 648, "E= is read");
	tap_number(ppp_mschap_read_error((const uint8_t *)"E=648", 4), 64, "up to its end");
	tap_number(ppp_mschap_read_error((const uint8_t *)"E=99999999999", 13), 0, "not too big");
	tap_number(ppp_mschap_read_error((const uint8_t *)"R=0", 3), 0, "nor another field");
	tap_ok(ppp_mschap_error_text(691) && !ppp_mschap_error_text(1), "errors have a name");
}

/* A server whose LCP has just opened with MS-CHAPv2. */
static void server_open(unsigned int retries)
{
	host_init(&h, PPP_SERVER, 11);
	h.config.auth_peer = PPP_AUTH_MSCHAPV2;
	h.config.auth_retries = (uint8_t)retries;
	h.config.mru = 1492;
	host_start(&h);
	host_lcp_open(&h);
}

/* What a peer of that name answers to a challenge. */
static void send_response(const uint8_t *challenge, int id, const char *secret)
{
	struct ppp_mschap m = {
		.challenge = challenge, .peer_challenge = peer,
		.name = (const uint8_t *)"W\\alice", .name_len = 7,
	};
	uint8_t frame[6 + 1 + 49 + 7] = { 0xc2, 0x23, 2, (uint8_t)id, 0, 4 + 1 + 49 + 7, 49 };

	memcpy(frame + 7, peer, sizeof(peer));
	ppp_mschap_response(frame + 7 + 24, &m, secret, strlen(secret));
	memcpy(frame + 7 + 49, m.name, m.name_len);
	host_input(&h, frame, sizeof(frame));
}

static const char *next_text(void)
{
	static char text[400];
	const struct host_frame *f;

	if (h.head == h.tail)
		return "none";
	f = &h.frames[h.tail++ % HOST_FRAMES];
	sprintf(text, "%u:%u:%.*s", f->data[2], f->data[3], (int)(f->len - 6), f->data + 6);
	return text;
}

static void test_server(void)
{
	uint8_t challenge[16];
	char wanted[100];
	int id, i, k;

	server_open(0);
	tap_ok(strstr(h.log, "lcp_up c223:1"), "server: a challenge at once");
	tap_number(h.s->auth.challenge_len, 16, "server: of 16 bytes");
	id = h.s->auth.peer_id;
	memcpy(challenge, h.s->auth.challenge, 16);
	host_drain(&h);
	send_response(challenge, id, "wonder");
	tap_text(h.asked_name, "W\\alice", "server: the name with its domain");
	i = sprintf(wanted, "3:%d:S=", id);
	for (k = 0; k < PPP_PROOF_LEN; k++)
		i += sprintf(wanted + i, "%02X", h.proof[k]);
	strcpy(wanted + i, " M=hello");
	tap_text(next_text(), wanted, "server: Success with the proof and the message");
	tap_number(h.s->phase, PPP_PHASE_NETWORK, "server: and on to the network");
	host_drain(&h);
	send_response(challenge, id, "wander");
	wanted[i] = '\0';
	tap_text(next_text(), wanted, "server: another copy gets the same proof");
	host_done(&h);

	server_open(0);
	id = h.s->auth.peer_id;
	memcpy(challenge, h.s->auth.challenge, 16);
	host_drain(&h);
	send_response(challenge, id, "wander");
	sprintf(wanted, "4:%d:E=691 R=0 C=", id);
	tap_ok(!strncmp(next_text(), wanted, strlen(wanted)), "server: wrong: Failure, R=0");
	send_response(challenge, id, "wonder");
	send_response(challenge, id + 1, "wonder");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_AUTH_FAILED, "server: and the end");
	host_done(&h);
}

static void test_malformed(void)
{
	uint8_t challenge[16], frame[400] = { 0xc2, 0x23, 2, 0, 0, 0, 0 };
	unsigned int value;

	server_open(0);
	memcpy(challenge, h.s->auth.challenge, 16);
	host_forget(&h);
	for (value = 0; value <= 255; value++) {
		if (value == 49)
			continue;
		frame[3] = h.s->auth.peer_id;
		frame[5] = 5 + (uint8_t)value;
		frame[4] = (uint8_t)((5 + value) >> 8);
		frame[6] = (uint8_t)value;
		host_input(&h, frame, 7 + value);
	}
	tap_number(h.s->counters.malformed, 255, "malformed: a value of any other length");
	tap_text(h.log, "", "malformed: has no effect");
	host_hex(&h, "c223 07 01 0004");
	tap_number(h.s->counters.malformed, 256, "malformed: nobody changes a password here");
	host_done(&h);
}

/* The proof must be there, and no second of them for what was refused. */
static void test_no_proof(void)
{
	struct ppp_auth_answer disabled = { .error = PPP_MSCHAP_DISABLED, .message = "no" };
	char wanted[100];
	int id;

	server_open(0);
	h.auth = HOST_AUTH_DEFER;
	id = h.s->auth.peer_id;
	host_drain(&h);
	send_response(h.s->auth.challenge, id, "wonder");
	ppp_auth_result(h.s, h.now, true, NULL);
	sprintf(wanted, "4:%d:E=691 R=0 C=", id);
	tap_ok(!strncmp(next_text(), wanted, strlen(wanted)), "yes without a proof is no");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_AUTH_FAILED, "and ends the session");
	host_done(&h);

	server_open(3);
	h.auth = HOST_AUTH_DEFER;
	id = h.s->auth.peer_id;
	host_drain(&h);
	send_response(h.s->auth.challenge, id, "wonder");
	ppp_auth_answer(h.s, h.now, &disabled);
	sprintf(wanted, "4:%d:E=647 R=0 C=", id);
	tap_ok(!strncmp(next_text(), wanted, strlen(wanted)),
	       "no second try if the daemon says so, and its error");
	host_done(&h);
}

static void test_retry(void)
{
	uint8_t first[16], second[16];
	char wanted[100], failure[200];
	int id;

	server_open(1);
	id = h.s->auth.peer_id;
	memcpy(first, h.s->auth.challenge, 16);
	host_drain(&h);
	send_response(first, id, "wander");
	memcpy(second, h.s->auth.challenge, 16);
	strcpy(failure, next_text());
	sprintf(wanted, "4:%d:E=691 R=1 C=", id);
	tap_ok(!strncmp(failure, wanted, strlen(wanted)), "retry: R=1");
	tap_ok(memcmp(first, second, 16), "retry: with another challenge");
	tap_ok(strstr(failure, " V=3 M=go away"), "retry: and the rest");
	host_wait(&h, 20000);
	tap_text(next_text(), "none", "retry: time to type, and no challenge meanwhile");
	send_response(first, id, "wander");
	*strstr(failure, " M=") = '\0';
	tap_text(next_text(), failure, "retry: the same Failure for the same response");
	send_response(second, id + 1, "wonder");
	sprintf(wanted, "3:%d:S=", id + 1);
	tap_ok(!strncmp(next_text(), wanted, strlen(wanted)), "retry: Success");
	tap_number(h.s->phase, PPP_PHASE_NETWORK, "retry: and on to the network");
	host_done(&h);

	server_open(1);
	id = h.s->auth.peer_id;
	host_drain(&h);
	send_response(h.s->auth.challenge, id, "wander");
	host_drain(&h);
	send_response(h.s->auth.challenge, id + 1, "wander");
	sprintf(wanted, "4:%d:E=691 R=0 C=", id + 1);
	tap_ok(!strncmp(next_text(), wanted, strlen(wanted)), "retry: only so often");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_AUTH_FAILED, "retry: then the end");
	host_done(&h);

	server_open(1);
	id = h.s->auth.peer_id;
	send_response(h.s->auth.challenge, id, "wander");
	host_wait(&h, 70000);
	tap_number(h.reason, PPP_REASON_AUTH_TIMEOUT, "retry: nobody types for ever");
	host_done(&h);
}

/* LCP renegotiates: the proof of before counts for nothing, nor does a failure start anew. */
static void test_renegotiation(void)
{
	uint8_t first[16];
	int id;

	server_open(1);
	id = h.s->auth.peer_id;
	memcpy(first, h.s->auth.challenge, 16);
	send_response(first, id, "wander");
	host_hex(&h, "c021 01 02 000a 0506 11223344");
	h.frames[(h.head - 2) % HOST_FRAMES].data[2] = 2;
	host_input(&h, h.frames[(h.head - 2) % HOST_FRAMES].data,
		   h.frames[(h.head - 2) % HOST_FRAMES].len);
	tap_number(h.s->phase, PPP_PHASE_AUTHENTICATE, "renegotiation: LCP is open again");
	tap_ok(h.s->auth.peer_id != id && memcmp(first, h.s->auth.challenge, 16),
	       "renegotiation: another challenge");
	host_forget(&h);
	send_response(first, id, "wonder");
	tap_text(h.log, "", "renegotiation: the old one is no longer answered");
	send_response(h.s->auth.challenge, h.s->auth.peer_id, "wander");
	tap_text(h.log, "auth_request c223:4 c021:5 ", "renegotiation: gives no tries anew");
	host_done(&h);
}

/* The server demands MS-CHAPv2 from us. */
static void client_open(void)
{
	host_init(&h, PPP_CLIENT, 13);
	host_start(&h);
	h.frames[0].data[2] = 2;
	host_input(&h, h.frames[0].data, h.frames[0].len);
	host_drain(&h);
	host_hex(&h, "c021 01 01 000f 0506 11223344 0305 c22381");
	host_next(&h);
	host_hex(&h, "c223 01 07 0018 10 000102030405060708090a0b0c0d0e0f 737276");
}

static void client_success(const char *secret, const struct host_frame *response)
{
	static const uint8_t challenge[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
					       15 };
	struct ppp_mschap m = {
		.challenge = challenge, .peer_challenge = response->data + 7,
		.name = (const uint8_t *)"alice", .name_len = 5,
	};
	uint8_t proof[PPP_PROOF_LEN], frame[100] = { 0xc2, 0x23, 3, 7, 0, 4 + 42 };
	int i;

	ppp_mschap_proof(proof, &m, response->data + 7 + 24, secret, strlen(secret));
	memcpy(frame + 6, "S=", 2);
	for (i = 0; i < PPP_PROOF_LEN; i++)
		sprintf((char *)frame + 8 + 2 * i, "%02X", proof[i]);
	host_input(&h, frame, 6 + 42);
}

static void test_client(void)
{
	struct host_frame first;

	client_open();
	first = h.frames[h.tail % HOST_FRAMES];
	tap_ok(first.data[2] == 2 && first.len == 6 + 1 + 49 + 5, "client: a response");
	tap_ok(!memcmp(first.data + 7 + 16, "\0\0\0\0\0\0\0\0", 8) && !first.data[7 + 48],
	       "client: what is reserved is zero");
	host_drain(&h);
	host_hex(&h, "c223 01 07 0018 10 000102030405060708090a0b0c0d0e0f 737276");
	tap_ok(!memcmp(first.data, h.frames[h.tail % HOST_FRAMES].data, first.len),
	       "client: the same to a copy of the challenge");
	host_drain(&h);
	client_success("wonder", &first);
	tap_number(h.s->phase, PPP_PHASE_NETWORK, "client: the Success of one who knows");
	client_success("wonder", &first);
	tap_ok(!h.s->reason, "client: also twice");
	client_success("wander", &first);
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_AUTH_FAILED, "client: but no other one, even later");
	host_done(&h);

	client_open();
	first = h.frames[h.tail % HOST_FRAMES];
	client_success("wander", &first);
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_AUTH_FAILED, "client: who does not know our secret");
	host_done(&h);

	client_open();
	host_hex(&h, "c223 03 07 0004");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_AUTH_FAILED, "client: a Success without a proof");
	host_done(&h);

	client_open();
	host_hex(&h, "c223 04 07 000b 453d36343720 52");
	tap_number(h.s->auth.self_error, 647, "client: the number of a Failure");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_AUTH_DENIED, "client: ends it");
	host_done(&h);

	client_open();
	host_forget(&h);
	host_hex(&h, "c223 01 08 000d 08 0001020304050607");
	tap_text(h.log, "", "client: a short challenge");
	tap_number(h.s->counters.malformed, 1, "client: is malformed");
	host_done(&h);
}

/* What is proposed, and what becomes of it. */
static void test_choice(void)
{
	host_init(&h, PPP_SERVER, 11);
	host_start(&h);
	tap_ok(strstr(host_next(&h), "0305c22305"), "choice: CHAP-MD5 is proposed first");
	host_hex(&h, "c021 03 01 0009 0305 c22381");
	tap_ok(strstr(host_next(&h), "0305c22381"), "choice: MS-CHAPv2 is what the peer wants");
	host_hex(&h, "c021 03 02 0009 0305 c22380");
	tap_ok(strstr(host_next(&h), "0304c023"), "choice: what we do not know: PAP is left");
	host_done(&h);
	tap_text(ppp_auth_name(PPP_AUTH_MSCHAPV2), "MS-CHAPv2", "choice: its name");
}

int main(void)
{
	test_vectors();
	test_texts();
	test_server();
	test_malformed();
	test_no_proof();
	test_retry();
	test_renegotiation();
	test_client();
	test_choice();
	return tap_end();
}
