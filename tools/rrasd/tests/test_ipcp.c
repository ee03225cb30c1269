// SPDX-License-Identifier: GPL-2.0
/*
 * IPCP: addresses and name servers, both sides; the kernel is ready before the Ack.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "../ppp/internal.h"
#include "host.h"
#include "tap.h"

static struct host h;

static void server_network(bool dns)
{
	host_init(&h, PPP_SERVER, 21);
	h.config.auth_peer = 0;
	if (dns) {
		h.config.dns[0].s_addr = inet_addr("10.0.0.53");
		h.config.dns[1].s_addr = inet_addr("10.0.0.54");
	}
	host_start(&h);
	host_lcp_open(&h);
	host_forget(&h);
}

struct option_case {
	const char *request, *reply, *what;
};

static void run_options(const struct option_case *rows, size_t n, bool dns)
{
	char frame[700], got[400];
	uint8_t data[300];
	const char *text;
	size_t i, len;

	for (i = 0; i < n; i++) {
		server_network(dns);
		len = host_unhex(rows[i].request, data, sizeof(data));
		sprintf(frame, "8021 01 33 %04zx %s", 4 + len, rows[i].request);
		host_hex(&h, frame);
		text = host_next(&h);
		if (!strncmp(text, "8021 ", 5) && !strncmp(text + 8, "33 ", 3))
			sprintf(got, "%.2s %s", text + 5, strlen(text) > 16 ? text + 16 : "");
		else
			strcpy(got, text);
		tap_text(got, rows[i].reply, rows[i].what);
		host_done(&h);
	}
}

static void test_options(void)
{
	static const struct option_case plain[] = {
		{ "0306 00000000", "03 03060a000005", "0.0.0.0: Nak with the address" },
		{ "0306 0a000005", "02 03060a000005", "its address: Ack" },
		{ "0306 0a000006", "03 03060a000005", "another address: Nak" },
		{ "0306 ffffffff", "03 03060a000005", "broadcast: Nak" },
		{ "0306 0a000001", "03 03060a000005", "ours: Nak" },
		{ "0305 0a0000", "03 03060a000005", "three bytes: Nak" },
		{ "0302", "03 03060a000005", "no bytes: Nak" },
		{ "", "03 03060a000005", "no address: Nak" },
		{ "0206 002d0f01", "04 0206002d0f01", "VJ compression: Reject" },
		{ "010a 0a000005 0a000001", "04 010a0a0000050a000001", "IP-Addresses: Reject" },
		{ "0306 0a000005 8106 00000000", "04 810600000000", "DNS, we have none: Reject" },
		{ "0306 0a000005 8206 00000000 8406 00000000", "04 820600000000840600000000",
		  "NetBIOS name servers: Reject" },
		{ "0406 00000000", "04 040600000000", "Mobile-IPv4: Reject" },
		{ "0306 0a000005 0306 0a000005", "04 03060a000005", "address twice: Reject" },
		{ "0306 0a000005 03", "none", "half an option: nothing" },
		{ "0306 0a00", "none", "a cut address: nothing" },
		{ "0300", "none", "length 0: nothing" },
	};
	static const struct option_case dns[] = {
		{ "0306 0a000005 8106 00000000 8306 00000000", "03 81060a00003583060a000036",
		  "DNS: Nak with ours" },
		{ "0306 0a000005 8106 0a000035 8306 0a000036",
		  "02 03060a00000581060a00003583060a000036", "DNS: Ack of ours" },
		{ "0306 00000000 8102", "03 03060a00000581060a000035", "DNS without data: Nak" },
	};

	run_options(plain, ARRAY_SIZE(plain), false);
	run_options(dns, ARRAY_SIZE(dns), true);
}

/* Nothing allows the client to send before the kernel was prepared. */
static void test_prepare(void)
{
	char hex[64];

	server_network(false);
	tap_number(h.s->ipcp.fsm.id, 1, "our request is out");
	host_hex(&h, "8021 01 01 000a 0306 00000000");
	host_hex(&h, "8021 01 02 000a 0306 0a000005");
	tap_text(h.log, "address:0.0.0.0 8021:3 prepare 8021:2 ", "prepare comes before the Ack");
	tap_ok(h.net.peer.s_addr == inet_addr("10.0.0.5") && h.net.protocol == PPP_PROTO_IP &&
	       h.net.local.s_addr == inet_addr("10.0.0.1") && h.net.mtu == 1492,
	       "with all parameters");
	host_hex(&h, "8021 01 03 000a 0306 0a000005");
	tap_text(h.log, "address:0.0.0.0 8021:3 prepare 8021:2 8021:2 ",
		 "a repeated request prepares nothing");
	sprintf(hex, "8021 02 %02x 000a 0306 0a000001", h.s->ipcp.fsm.id);
	h.log[0] = '\0';
	host_hex(&h, hex);
	tap_text(h.log, "up ", "the peer's Ack: up");
	tap_ok(ppp_session_is_up(h.s), "and the session says so");
	host_hex(&h, hex);
	tap_text(h.log, "up ", "the same Ack again: nothing");
	host_done(&h);

	server_network(false);
	host_hex(&h, "8021 02 01 000a 0306 0a000001");
	tap_text(h.log, "", "our request acknowledged first");
	host_hex(&h, "8021 01 02 000a 0306 0a000005");
	tap_text(h.log, "address:10.0.0.5 prepare 8021:2 up ", "then prepare, Ack, up");
	host_done(&h);

	server_network(false);
	h.prepare_ret = -1;
	host_hex(&h, "8021 02 01 000a 0306 0a000001");
	host_hex(&h, "8021 01 02 000a 0306 0a000005");
	tap_text(h.log, "address:10.0.0.5 prepare c021:5 ",
		 "prepare fails: no Ack, no up, no down, but the end");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_NETWORK_FAILED, "with the reason");
	host_done(&h);
}

static void test_deferred(void)
{
	struct in_addr address = { .s_addr = inet_addr("10.0.0.9") };
	struct in_addr none = { 0 };
	char hex[600];
	int i;

	server_network(false);
	h.give.s_addr = 0;
	host_hex(&h, "8021 01 01 000a 0306 00000000");
	host_hex(&h, "8021 01 02 000a 0306 0a000009");
	tap_text(h.log, "address:0.0.0.0 ", "deferred: asked once, not answered");
	ppp_address_result(h.s, h.now, address);
	tap_text(host_next(&h), "8021 02 02 000a 03060a000009",
		 "deferred: the kept request is answered when the address comes");
	ppp_address_result(h.s, h.now, none);
	tap_ok(!h.s->reason, "deferred: a second result is ignored");
	host_done(&h);

	server_network(false);
	h.give.s_addr = 0;
	strcpy(hex, "8021 01 01 00cc");
	for (i = 0; i < 50; i++)
		strcat(hex, "6304eeee");
	host_hex(&h, hex);
	ppp_address_result(h.s, h.now, address);
	tap_text(host_next(&h), "none", "deferred: one too long to keep is forgotten");
	host_hex(&h, "8021 01 02 000a 0306 0a000009");
	tap_text(host_next(&h), "8021 02 02 000a 03060a000009", "deferred: the next one is not");
	host_done(&h);

	server_network(false);
	h.give.s_addr = 0;
	host_hex(&h, "8021 01 01 000a 0306 00000000");
	ppp_address_result(h.s, h.now, none);
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_NO_ADDRESS, "deferred: no address: the end");
	host_done(&h);

	server_network(false);
	h.give.s_addr = 0;
	host_hex(&h, "8021 01 01 000a 0306 00000000");
	host_hex(&h, "c021 05 01 0004");
	ppp_address_result(h.s, h.now, address);
	tap_number(h.s->phase, PPP_PHASE_TERMINATE, "deferred: too late for a session that ends");
	host_done(&h);
}

static void test_refused(void)
{
	char hex[80];
	int i;

	server_network(false);
	for (i = 0; i < 40 && !h.s->reason; i++) {
		sprintf(hex, "8021 01 %02x 000a 0306 0a000077", i);
		host_hex(&h, hex);
		host_drain(&h);
	}
	tap_number(i, 40, "a client that insists gets Rejects in the end");
	for (i = 0; i < 3 && !h.s->reason; i++)
		host_hex(&h, "8021 01 50 0004");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_NO_ADDRESS, "and one without an address is sent away");
	tap_ok(!strstr(h.log, "prepare"), "without ever being prepared");
	host_done(&h);

	server_network(false);
	sprintf(hex, "8021 03 01 000a 0306 0a0000fe");
	host_hex(&h, hex);
	tap_text(host_next(&h), "8021 01 02 000a 03060a000001", "our own address stays ours");
	host_hex(&h, "8021 04 02 000a 0306 0a000001");
	tap_text(host_next(&h), "8021 01 03 0004", "unless the peer will not hear it");
	host_hex(&h, "8021 02 03 0004");
	host_hex(&h, "8021 01 02 000a 0306 0a000005");
	tap_ok(h.is_up, "which is good enough");
	host_done(&h);

	server_network(false);
	host_wait(&h, 29999);
	tap_number(h.s->reason, 0, "nobody answers IPCP");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_NETWORK_TIMEOUT, "time-out");
	host_done(&h);

	host_init(&h, PPP_SERVER, 22);
	h.config.auth_peer = 0;
	h.config.network_limit_ms = 2000;
	host_start(&h);
	host_lcp_open(&h);
	host_wait(&h, 20000);
	tap_number(h.reason, PPP_REASON_NETWORK_TIMEOUT, "the limit of the phase");
	host_done(&h);
}

static void test_again(void)
{
	char hex[64];

	server_network(false);
	host_network_open(&h);
	host_forget(&h);
	host_hex(&h, "8021 01 07 000a 0306 0a000005");
	tap_text(h.log, "down 8021:1 prepare 8021:2 ", "renegotiation: down, prepared anew");
	sprintf(hex, "8021 02 %02x 000a 0306 0a000001", h.s->ipcp.fsm.id);
	host_hex(&h, hex);
	tap_ok(h.is_up && h.prepared == 1, "renegotiation: up again");
	host_forget(&h);
	host_hex(&h, "8021 01 08 000a 0306 00000000");
	tap_text(h.log, "down 8021:1 8021:3 ", "renegotiation: the address is not asked for again");
	host_done(&h);

	server_network(false);
	host_network_open(&h);
	host_forget(&h);
	host_hex(&h, "8021 05 07 0004");
	tap_text(h.log, "down 8021:6 c021:5 ", "the peer ends IPCP: the session ends");
	host_hex(&h, "c021 06 01 0004");
	tap_number(h.reason, PPP_REASON_NETWORK_REFUSED, "with the reason");
	host_done(&h);
}

static void client_network(void)
{
	host_init(&h, PPP_CLIENT, 23);
	h.config.auth_self = 0;
	host_start(&h);
	host_lcp_open(&h);
}

static void test_client(void)
{
	client_network();
	host_next(&h);
	tap_text(host_next(&h), "8021 01 01 0016 030600000000810600000000830600000000",
		 "client: asks for address and name servers");
	h.log[0] = '\0';
	host_hex(&h, "8021 01 01 000a 0306 0a000001");
	tap_text(h.log, "prepare 8021:2 ", "client: prepared before the Ack, too");
	tap_ok(!h.net.local.s_addr && h.net.peer.s_addr == inet_addr("10.0.0.1"),
	       "client: with the peer's address");
	host_drain(&h);
	host_hex(&h, "8021 03 01 0016 0306 0a000005 8106 0a000035 8306 0a000036");
	tap_text(host_next(&h), "8021 01 02 0016 03060a00000581060a00003583060a000036",
		 "client: takes what the Nak says");
	host_hex(&h, "8021 02 02 0016 0306 0a000005 8106 0a000035 8306 0a000036");
	tap_ok(h.is_up && h.net.local.s_addr == inet_addr("10.0.0.5") &&
	       h.net.dns[1].s_addr == inet_addr("10.0.0.54"), "client: up with all of it");
	host_done(&h);

	client_network();
	host_drain(&h);
	host_hex(&h, "8021 04 01 0010 8106 00000000 8306 00000000");
	tap_text(host_next(&h), "8021 01 02 000a 030600000000", "client: does without DNS");
	host_hex(&h, "8021 01 01 0010 0306 00000000 8106 00000000");
	tap_text(host_next(&h), "8021 04 01 0010 030600000000810600000000",
		 "client: has no address to give");
	host_hex(&h, "8021 01 01 000a 0306 0a000001");
	host_hex(&h, "8021 01 02 000a 0306 0a000002");
	tap_ok(strstr(h.log, "prepare 8021:2 down prepare 8021:2"),
	       "client: another address of the peer is prepared anew");
	host_hex(&h, "8021 02 02 000a 0306 00000000");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_NO_ADDRESS, "client: 0.0.0.0 is no address");
	host_done(&h);

	client_network();
	host_hex(&h, "8021 04 01 000a 0306 00000000");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_NO_ADDRESS, "client: a rejected address is the end");
	host_done(&h);
}

/* Both sides have agreed; what is left is the echo. */
static void confirm_open(void)
{
	client_network();
	h.config.confirm_up = true;
	host_drain(&h);
	host_hex(&h, "8021 01 01 000a 0306 0a000001");
	host_hex(&h, "8021 03 01 000a 0306 0a000063");
	host_hex(&h, "8021 02 02 0016 0306 0a000063 8106 00000000 8306 00000000");
}

static void test_confirm(void)
{
	confirm_open();
	tap_ok(!h.is_up && strstr(h.log, "8021:9"), "confirm: a question before it is up: %s",
	       h.log);
	host_hex(&h, "c021 07 01 0008 0901 0004");
	tap_ok(!h.is_up, "confirm: LCP's is another");
	host_hex(&h, "8021 07 01 0008 0901 0004");
	tap_ok(h.is_up && h.net.local.s_addr == inet_addr("10.0.0.99"), "confirm: up with it");
	host_hex(&h, "8021 07 02 0008 0901 0004");
	tap_ok(h.is_up && h.prepared == 1, "confirm: once");
	host_done(&h);

	confirm_open();
	host_wait(&h, PPP_CONFIRM_MS - 1);
	tap_ok(!h.is_up, "confirm: no answer");
	host_wait(&h, 1);
	tap_ok(h.is_up, "confirm: is not waited for long");
	host_done(&h);

	confirm_open();
	host_hex(&h, "8021 05 03 0004");
	host_hex(&h, "8021 07 01 0008 0901 0004");
	tap_ok(!h.is_up, "confirm: closed before");
	host_done(&h);
}

int main(void)
{
	test_options();
	test_prepare();
	test_deferred();
	test_refused();
	test_again();
	test_client();
	test_confirm();
	return tap_end();
}
