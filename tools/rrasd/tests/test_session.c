// SPDX-License-Identifier: GPL-2.0
/*
 * The session as a whole: phases, unknown protocols, renegotiation, the ways to end, callbacks
 * that end it, floods, timers.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "../ppp/internal.h"
#include "host.h"
#include "tap.h"

static struct host h;

static void server_pap(void)
{
	host_init(&h, PPP_SERVER, 31);
	h.config.auth_peer = PPP_AUTH_PAP;
	host_start(&h);
}

static void server_up(void)
{
	server_pap();
	host_lcp_open(&h);
	host_auth_pap(&h);
	host_network_open(&h);
	host_forget(&h);
}

static void test_whole(void)
{
	server_pap();
	host_lcp_open(&h);
	host_auth_pap(&h);
	host_network_open(&h);
	tap_text(h.log, "c021:1 c021:2 lcp_up auth_request c023:2 auth_ok 8021:1 "
		 "address:10.0.0.5 prepare 8021:2 up ", "a session, callback by callback");
	tap_number(h.timer, 0, "an open session without echo needs no timer");
	tap_ok(h.s->counters.malformed + h.s->counters.unexpected + h.s->counters.limited == 0,
	       "and dropped nothing");
	host_done(&h);
}

/* A client that asks before it is asked, and sends at once when it may. */
static void test_eager(void)
{
	char hex[64];

	server_pap();
	host_hex(&h, "c021 01 01 000a 0506 11223344");
	tap_text(h.log, "c021:1 c021:2 ", "eager: its first LCP request is answered");
	h.frames[0].data[2] = 2;
	host_input(&h, h.frames[0].data, h.frames[0].len);
	host_hex(&h, "c023 01 01 0011 05 616c696365 06 776f6e646572");
	host_hex(&h, "8021 01 01 000a 0306 00000000");
	sprintf(hex, "8021 02 %02x 000a 0306 0a000001", h.s->ipcp.fsm.id);
	host_hex(&h, hex);
	host_hex(&h, "8021 01 02 000a 0306 0a000005");
	tap_ok(strstr(h.log, "prepare 8021:2 up"), "eager: prepared before the last Ack");
	tap_number(h.s->counters.unexpected, 0, "eager: nothing was lost");
	host_done(&h);
}

static void test_protocols(void)
{
	char hex[32];
	int i;

	server_up();
	host_hex(&h, "8057 01 01 000e 010a 0123456789abcdef");
	tap_text(host_next(&h), "c021 08 01 0014 80570101000e010a0123456789abcdef",
		 "IPv6CP is rejected");
	host_hex(&h, "80fd 01 01 000a 1206 01000020");
	tap_text(host_next(&h), "c021 08 02 0010 80fd0101000a120601000020", "CCP is rejected");
	host_hex(&h, "1234");
	tap_text(host_next(&h), "c021 08 03 0006 1234", "an empty frame of anything");
	host_hex(&h, "0021 45000014");
	host_hex(&h, "c023 05 01 0004");
	tap_text(host_next(&h), "none", "a stray packet or authentication is not answered");
	for (i = 0; i < 1000; i++) {
		sprintf(hex, "%04x 01020304", 0x4001 + 2 * i);
		host_hex(&h, hex);
	}
	tap_number(h.head - h.tail, PPP_LIMIT_COUNT - 3, "a flood gets a few rejects");
	host_drain(&h);
	host_wait(&h, PPP_LIMIT_WINDOW_MS);
	host_hex(&h, "4003");
	tap_ok(strncmp(host_next(&h), "none", 4), "the next second has some more");
	tap_ok(h.is_up, "and the session lives");
	host_done(&h);
}

static void test_renegotiate(void)
{
	server_up();
	host_hex(&h, "c021 01 09 000a 0506 55667788");
	tap_text(h.log, "down c021:1 c021:2 ", "LCP anew: the network goes down first");
	tap_number(h.s->phase, PPP_PHASE_ESTABLISH, "LCP anew: back to establish");
	tap_number(h.prepared, 0, "LCP anew: nothing stays prepared");
	host_hex(&h, "8021 01 01 000a 0306 0a000005");
	tap_number(h.s->counters.unexpected, 1, "LCP anew: IPCP has to wait");
	h.frames[h.tail % HOST_FRAMES].data[2] = 2;
	host_input(&h, h.frames[h.tail % HOST_FRAMES].data, h.frames[h.tail % HOST_FRAMES].len);
	host_auth_pap(&h);
	host_network_open(&h);
	tap_ok(strstr(h.log, "lcp_up auth_request c023:2 auth_ok 8021:1 prepare 8021:2 up"),
	       "LCP anew: everything again, but the address");
	host_done(&h);
}

/* Acknowledge what was output first since the last drain. */
static void acknowledge(void)
{
	struct host_frame f = h.frames[h.tail % HOST_FRAMES];

	f.data[2] = 2;
	host_drain(&h);
	host_input(&h, f.data, f.len);
}

/* Negotiating anew is allowed, but not in a loop. */
static void test_too_often(void)
{
	char hex[64];
	int i;

	server_pap();
	host_lcp_open(&h);
	for (i = 0; i < 100 && h.s && !h.s->reason; i++) {
		host_wait(&h, 20000);
		host_drain(&h);
		host_hex(&h, "c021 01 09 000a 0506 55667788");
		acknowledge();
	}
	tap_number(i, PPP_ANEW_IDLE + 1, "LCP again and again without authentication");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_RENEGOTIATION, "is the end");
	host_done(&h);

	server_up();
	for (i = 0; i < 100 && h.s && !h.s->reason; i++) {
		host_drain(&h);
		host_hex(&h, "8021 01 09 000a 0306 0a000005");
		acknowledge();
	}
	tap_number(i, PPP_ANEW_COUNT + 1, "IPCP again and again at once");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_RENEGOTIATION, "is the end");
	host_done(&h);

	server_up();
	for (i = 0; i < 100; i++) {
		host_wait(&h, 10000);
		host_drain(&h);
		host_hex(&h, "c021 01 09 000a 0506 55667788");
		acknowledge();
		host_auth_pap(&h);
		sprintf(hex, "8021 02 %02x 000a 0306 0a000001", h.s->ipcp.fsm.id);
		host_hex(&h, hex);
		host_hex(&h, "8021 01 01 000a 0306 0a000005");
	}
	tap_ok(h.is_up, "all of it every ten seconds is not");
	host_done(&h);
}

static void test_close(void)
{
	server_up();
	ppp_session_close(h.s, h.now, PPP_REASON_SHUTDOWN);
	tap_text(h.log, "down c021:5 ", "close: down, Terminate-Request");
	tap_text(host_next(&h), "c021 05 01 0014 746865207365727665722073746f7073",
		 "close: with the reason in words");
	ppp_session_close(h.s, h.now, PPP_REASON_ADMIN);
	host_hex(&h, "8021 01 01 000a 0306 0a000005");
	tap_text(host_next(&h), "none", "close: nothing else is answered");
	host_hex(&h, "c021 06 01 0004");
	tap_ok(h.finished && h.reason == PPP_REASON_SHUTDOWN, "close: ends with the peer's Ack");
	host_done(&h);

	server_up();
	ppp_session_close(h.s, h.now, PPP_REASON_NONE);
	host_wait(&h, 5999);
	tap_ok(!h.finished && h.outputs && strstr(h.log, "c021:5 c021:5"),
	       "close: asks twice");
	host_wait(&h, 1);
	tap_ok(h.finished && h.reason == PPP_REASON_ADMIN, "close: then ends without an answer");
	host_done(&h);

	server_up();
	host_hex(&h, "c021 05 07 0004");
	tap_text(h.log, "down c021:6 ", "the peer terminates: down, Ack");
	host_hex(&h, "c021 05 08 0004");
	tap_text(h.log, "down c021:6 c021:6 ", "a repeated request has another Ack");
	host_wait(&h, 3000);
	tap_ok(h.finished && h.reason == PPP_REASON_PEER, "one restart period later it ends");
	host_done(&h);

	server_up();
	h.config.linger_ms = 500;
	host_hex(&h, "c021 05 07 0004");
	host_wait(&h, 499);
	tap_ok(!h.finished, "the peer terminates: we stay as long as configured");
	host_wait(&h, 1);
	tap_ok(h.finished && h.reason == PPP_REASON_PEER, "and no longer");
	host_done(&h);

	server_up();
	ppp_session_lower_down(h.s, h.now);
	tap_text(h.log, "down finished ", "port down: ends at once, not a byte is sent");
	tap_number(h.reason, PPP_REASON_LOWER_DOWN, "port down: with the reason");
	host_done(&h);

	server_pap();
	host_forget(&h);
	ppp_session_lower_down(h.s, h.now);
	tap_text(h.log, "finished ", "port down in LCP");
	host_done(&h);
}

/* Every callback may close the session or report its port gone. */
static void test_callbacks(void)
{
	static const char * const names[] = {
		"c021:1", "c021:2", "lcp_up", "auth_request", "c023:2", "auth_ok", "8021:1",
		"address:10.0.0.5", "prepare", "8021:2", "up", "down", "c021:5",
	};
	unsigned int i, lower;
	struct host_frame ack;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		for (lower = 0; lower < 2; lower++) {
			host_init(&h, PPP_SERVER, 32);
			h.config.auth_peer = PPP_AUTH_PAP;
			if (lower)
				h.lower_in = names[i];
			else
				h.close_in = names[i];
			host_start(&h);
			ack = h.frames[0];
			ack.data[2] = 2;
			host_input(&h, ack.data, ack.len);
			host_hex(&h, "c021 01 01 000a 0506 11223344");
			host_hex(&h, "c023 01 01 0011 05 616c696365 06 776f6e646572");
			host_hex(&h, "8021 02 01 000a 0306 0a000001");
			host_hex(&h, "8021 01 01 000a 0306 0a000005");
			if (h.s)
				ppp_session_close(h.s, h.now, PPP_REASON_LIMIT);
			host_hex(&h, "c021 06 01 0004");
			host_wait(&h, 10000);
			tap_ok(h.finished == 1 && !h.prepared &&
			       (lower || h.reason == PPP_REASON_ADMIN ||
				!strcmp(names[i], "down") || !strcmp(names[i], "c021:5")),
			       "%s in %s ends the session, once and for all",
			       lower ? "port down" : "close", names[i]);
			host_done(&h);
		}
	}
}

/* One client's flood: at most one answer a request, never more bytes out than in. */
static void flood(const char *hex, const char *what)
{
	unsigned long before_bytes, before;
	uint8_t frame[300];
	size_t len;
	int i;

	server_up();
	h.silent = true;
	before = h.outputs;
	before_bytes = h.out_bytes;
	len = host_unhex(hex, frame, sizeof(frame));
	for (i = 0; i < 10000 && h.s; i++) {
		frame[3] = (uint8_t)i;
		ppp_session_input(h.s, h.now, frame, len);
	}
	/* The first one may make us negotiate anew: that request of ours is on top. */
	tap_ok(h.outputs - before <= 10000 + 2, "flood of %s: %lu answers", what,
	       h.outputs - before);
	tap_ok(h.out_bytes - before_bytes <= 10000 * (len + 6) + 200,
	       "flood of %s: no amplification", what);
	host_done(&h);
}

static void test_floods(void)
{
	flood("c021 01 01 000a 0506 11223344", "LCP requests");
	flood("c021 01 01 0008 0104 05dc", "LCP requests to be refused");
	flood("c021 05 01 0004", "Terminate-Requests");
	flood("c021 09 01 0008 11223344", "Echo-Requests");
	flood("c021 77 01 0004", "unknown codes");
	flood("8021 01 01 000a 0306 00000000", "IPCP requests");
	flood("8057 01 01 0004", "an unknown protocol");
	flood("c023 01 01 0011 05 616c696365 06 776f6e646572", "PAP requests");
	flood("c021 06 01 0004", "Terminate-Acks");
	flood("c021 07 01 0004", "empty Code-Rejects");
}

static void test_timer(void)
{
	server_pap();
	tap_number(h.timer, 4000, "the first deadline is one restart period away");
	ppp_session_timer(h.s, 3999);
	tap_number(h.outputs, 1, "too early is harmless");
	ppp_session_timer(h.s, 4000);
	tap_ok(h.outputs == 2 && h.timer == 7000, "on time, and the next deadline");
	ppp_session_timer(h.s, 3000);
	tap_number(h.outputs, 2, "time that runs backwards is harmless");
	ppp_session_timer(h.s, 1000000);
	tap_ok(h.s && h.s->reason == PPP_REASON_LCP_TIMEOUT, "much too late as well");
	host_wait(&h, 10000);
	host_done(&h);
}

static void test_config(void)
{
	struct ppp_config c;

	ppp_config_init(&c, PPP_SERVER);
	tap_ok(ppp_config_check(&c), "a server needs an address");
	c.local.s_addr = inet_addr("10.0.0.1");
	tap_ok(!ppp_config_check(&c), "the defaults of a server are good");
	c.mru = 1500;
	tap_ok(ppp_config_check(&c), "an MRU above the limit of the port is not");
	ppp_config_init(&c, PPP_CLIENT);
	tap_ok(ppp_config_check(&c), "a client needs a user");
	c.user = "a";
	c.secret = "b";
	tap_ok(!ppp_config_check(&c), "the defaults of a client are good");
	tap_text(ppp_phase_name(PPP_PHASE_NETWORK), "network", "name of a phase");
	c.mtu = 100;
	tap_ok(ppp_config_check(&c), "an MTU of 100 is too small");
	ppp_config_init(&c, PPP_CLIENT);
	c.auth_self = 0;
	c.max_failure = 86;
	tap_ok(ppp_config_check(&c), "a counter that would overflow");
	c.max_failure = 0;
	tap_ok(ppp_config_check(&c), "a counter of 0");
	c.max_failure = 5;
	c.auth_peer = 64;
	tap_ok(ppp_config_check(&c), "a method that does not exist");
	tap_note("a session is %zu bytes", sizeof(struct ppp_session));
}

int main(void)
{
	test_whole();
	test_eager();
	test_protocols();
	test_renegotiate();
	test_too_often();
	test_close();
	test_callbacks();
	test_floods();
	test_timer();
	test_config();
	return tap_end();
}
