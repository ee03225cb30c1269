// SPDX-License-Identifier: GPL-2.0
/*
 * LCP: every option with good, bad and cut values; refusals of ours; magic numbers and loops;
 * echo; rejects; time-outs.
 */
#include <stdio.h>
#include <string.h>

#include "../ppp/internal.h"
#include "host.h"
#include "tap.h"

static struct host h;

struct option_case {
	const char *request;	/* options of the peer's Configure-Request */
	const char *reply;	/* code and options of our answer; "*": any data follows */
	const char *what;
};

static void run_options(const struct option_case *rows, size_t n, bool pppoe)
{
	char frame[700], got[1200];
	const char *text;
	uint8_t data[400];
	size_t i, len;

	for (i = 0; i < n; i++) {
		host_init(&h, PPP_SERVER, 1);
		h.config.pppoe = pppoe;
		h.config.allow_pfc = true;
		h.config.allow_acfc = true;
		host_start(&h);
		host_drain(&h);
		len = host_unhex(rows[i].request, data, sizeof(data));
		sprintf(frame, "c021 01 33 %04zx %s", 4 + len, rows[i].request);
		host_hex(&h, frame);
		text = host_next(&h);
		if (!strncmp(text, "c021 ", 5) && !strncmp(text + 8, "33 ", 3))
			sprintf(got, "%.2s %s", text + 5, strlen(text) > 16 ? text + 16 : "");
		else
			strcpy(got, text);
		if (strchr(rows[i].reply, '*'))
			got[strchr(rows[i].reply, '*') - rows[i].reply] = '\0';
		len = strcspn(rows[i].reply, "*");
		tap_ok(strlen(got) == len && !strncmp(got, rows[i].reply, len),
		       "%s: %s", pppoe ? "PPPoE" : "other port", rows[i].what);
		if (strncmp(got, rows[i].reply, len))
			tap_note("got \"%s\", wanted \"%s\"", got, rows[i].reply);
		host_done(&h);
	}
}

static void test_options(void)
{
	static const struct option_case pppoe[] = {
		{ "", "02 ", "an empty request is acknowledged" },
		{ "0104 05d4", "02 010405d4", "MRU 1492" },
		{ "0104 0080", "02 01040080", "MRU 128" },
		{ "0104 007f", "03 01040080", "MRU 127 is too small" },
		{ "0104 05dc", "03 010405d4", "MRU 1500 does not fit PPPoE" },
		{ "0104 ffff", "03 010405d4", "MRU 65535" },
		{ "0103 05", "03 010405d4", "MRU with one byte" },
		{ "0105 000500", "03 010405d4", "MRU with three bytes" },
		{ "0206 00000000", "04 020600000000", "ACCM is rejected" },
		{ "0304 c023", "04 0304c023", "PAP from us is rejected" },
		{ "0305 c22305", "04 0305c22305", "CHAP from us is rejected" },
		{ "0408 c0250000 0001", "04 0408c02500000001", "quality is rejected" },
		{ "0506 11223344", "02 050611223344", "magic number" },
		{ "0506 00000000", "03 0506*", "magic number 0" },
		{ "0505 112233", "03 0506*", "magic number with three bytes" },
		{ "0702", "02 0702", "PFC" },
		{ "0703 01", "03 0702", "PFC with data" },
		{ "0802", "04 0802", "ACFC is rejected" },
		{ "0903 02", "04 090302", "FCS alternatives are rejected" },
		{ "0d03 06", "04 0d0306", "callback is rejected" },
		{ "1104 05dc", "04 110405dc", "multilink is rejected" },
		{ "ff02", "04 ff02", "an unknown option is rejected" },
		{ "0002", "04 0002", "option type 0 is rejected" },
		{ "0d03 06 0104 05dc 1104 05dc 0702", "04 0d0306110405dc",
		  "rejected are only the unknown, in their order" },
		{ "0104 05dc 0703 01", "03 010405d40702", "two Naks in one answer" },
		{ "0104 05d4 0104 05d4", "04 010405d4", "the second of a doubled option" },
		{ "0506 11223344 0506 11223344", "04 050611223344", "two magic numbers" },
		{ "01", "none", "half an option is no request" },
		{ "0100", "none", "length 0 is no request" },
		{ "0101", "none", "length 1 is no request" },
		{ "0105 05d4", "none", "length beyond the packet is no request" },
		{ "0506 11223344 01ff 05d4", "none", "a bad option after a good one" },
	};
	static const struct option_case other[] = {
		{ "0206 000a0000", "02 0206000a0000", "ACCM" },
		{ "0205 000a00", "03 0206ffffffff", "ACCM with three bytes" },
		{ "0802", "02 0802", "ACFC" },
		{ "0803 00", "03 0802", "ACFC with data" },
		{ "0702 0802 0206 00000000", "02 07020802020600000000", "all three" },
	};

	run_options(pppoe, ARRAY_SIZE(pppoe), true);
	run_options(other, ARRAY_SIZE(other), false);
}

/* The peer asks us to authenticate. */
static void test_auth_option(void)
{
	host_init(&h, PPP_CLIENT, 2);
	host_start(&h);
	host_drain(&h);
	host_hex(&h, "c021 01 01 0008 0304 c023");
	tap_text(host_next(&h), "c021 02 01 0008 0304c023", "client: PAP is acknowledged");
	host_hex(&h, "c021 01 02 0009 0305 c22305");
	tap_text(host_next(&h), "c021 02 02 0009 0305c22305", "client: CHAP-MD5 is acknowledged");
	host_hex(&h, "c021 01 06 0009 0305 c22381");
	tap_text(host_next(&h), "c021 02 06 0009 0305c22381", "client: MS-CHAPv2 is acknowledged");
	host_hex(&h, "c021 01 03 0009 0305 c22380");
	tap_text(host_next(&h), "c021 03 03 0009 0305c22305",
		 "client: MS-CHAP of before gets a Nak with CHAP-MD5");
	host_hex(&h, "c021 01 04 0008 0304 c227");
	tap_text(host_next(&h), "c021 03 04 0009 0305c22305",
		 "client: EAP gets a Nak with CHAP-MD5");
	host_hex(&h, "c021 01 05 0006 0302");
	tap_text(host_next(&h), "c021 03 05 0009 0305c22305", "client: no protocol at all");
	host_done(&h);
}

static void server_begin(void)
{
	host_init(&h, PPP_SERVER, 3);
	host_start(&h);
}

/* Take the options of the request output next; the frame's identifier is 01 and counting. */
static void test_refused(void)
{
	uint32_t magic;
	char hex[80];

	server_begin();
	sprintf(hex, "c021 01 01 0013 010405d40305c223050506%08x", h.s->lcp.magic);
	tap_text(host_next(&h), hex, "server asks for MRU, CHAP-MD5 and a magic number");
	host_hex(&h, "c021 03 01 0008 0304 c023");
	sprintf(hex, "c021 01 02 0012 010405d40304c0230506%08x", h.s->lcp.magic);
	tap_text(host_next(&h), hex, "a Nak with PAP brings PAP");
	host_hex(&h, "c021 03 02 0008 0104 0400");
	tap_ok(strstr(host_next(&h), "01040400"), "a Nak with a smaller MRU is followed");
	host_hex(&h, "c021 03 03 0008 0104 2000");
	tap_ok(strstr(host_next(&h), "01040400"), "one with a larger than the limit is not");
	magic = h.s->lcp.magic;
	sprintf(hex, "c021 04 04 000e 0104 0400 0506 %08x", magic);
	host_hex(&h, hex);
	tap_text(host_next(&h), "c021 01 05 0008 0304c023", "a Reject takes options away");
	host_hex(&h, "c021 02 05 0008 0304 c023");
	tap_number(h.s->lcp.fsm.state, PPP_ACK_RCVD, "the exact Ack counts");
	host_done(&h);

	server_begin();
	host_hex(&h, "c021 03 01 0009 0305 c22380");
	tap_ok(strstr(h.log, "c021:1 c021:1"), "a Nak with an unknown method brings the next");
	tap_number(h.s->lcp.ask_auth, PPP_AUTH_MSCHAPV2, "which is MS-CHAPv2");
	host_hex(&h, "c021 03 02 0009 0305 c22380");
	tap_number(h.s->lcp.ask_auth, PPP_AUTH_PAP, "and then PAP");
	host_hex(&h, "c021 03 03 0009 0305 c22305");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_AUTH_REFUSED, "all methods refused ends the session");
	host_done(&h);

	server_begin();
	host_hex(&h, "c021 04 01 0009 0305 c22305");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_AUTH_REFUSED, "a rejected method option ends it as well");
	host_done(&h);
}

/* Both compressions of the header can be asked for, and refused in both ways. */
static void test_flags(void)
{
	char hex[80];

	host_init(&h, PPP_CLIENT, 9);
	h.config.pppoe = false;
	h.config.want_pfc = true;
	h.config.want_acfc = true;
	host_start(&h);
	sprintf(hex, "c021 01 01 0012 010405d40506%08x07020802", h.s->lcp.magic);
	tap_text(host_next(&h), hex, "PFC and ACFC are asked for");
	host_hex(&h, "c021 03 01 0006 0702");
	host_next(&h);
	host_hex(&h, "c021 04 02 0006 0802");
	sprintf(hex, "c021 01 03 000e 010405d40506%08x", h.s->lcp.magic);
	tap_text(host_next(&h), hex, "and given up");
	host_done(&h);

	host_init(&h, PPP_CLIENT, 9);
	h.config.pppoe = false;
	h.config.allow_pfc = true;
	h.config.allow_acfc = true;
	h.config.want_pfc = true;
	h.config.want_acfc = true;
	host_start(&h);
	h.frames[0].data[2] = 2;
	host_input(&h, h.frames[0].data, h.frames[0].len);
	host_hex(&h, "c021 01 01 0014 0206 000a0000 0506 11223344 0702 0802");
	tap_ok(h.link.send_pfc && h.link.send_acfc && h.link.recv_pfc && h.link.recv_acfc &&
	       h.link.peer_accm == 0xa0000, "and reported when LCP is up");
	host_done(&h);

	host_init(&h, PPP_CLIENT, 9);
	h.config.pppoe = false;
	h.config.want_accm = true;
	h.config.accm = 0xa0000;
	host_start(&h);
	sprintf(hex, "c021 01 01 0014 010405d40206000a00000506%08x", h.s->lcp.magic);
	tap_text(host_next(&h), hex, "a character map is asked for");
	host_hex(&h, "c021 03 01 000a 0206 00000001");
	sprintf(hex, "c021 01 02 0014 010405d40206000a00010506%08x", h.s->lcp.magic);
	tap_text(host_next(&h), hex, "more characters are escaped if the peer says so");
	host_hex(&h, "c021 04 02 000a 0206 000a0001");
	sprintf(hex, "c021 01 03 000e 010405d40506%08x", h.s->lcp.magic);
	tap_text(host_next(&h), hex, "and all if it knows no such thing");
	host_done(&h);

	host_init(&h, PPP_CLIENT, 9);
	h.config.want_acfc = true;
	host_start(&h);
	tap_ok(!strstr(host_next(&h), "0802"), "on PPPoE ACFC is not asked for whatever is wanted");
	host_done(&h);
}

static void test_answers(void)
{
	struct ppp_counters *c;

	server_begin();
	host_drain(&h);
	c = &h.s->counters;
	host_hex(&h, "c021 02 07 0004");
	tap_number(c->unexpected, 1, "an Ack with another identifier is dropped");
	host_hex(&h, "c021 02 01 0004");
	tap_number(c->malformed, 1, "an Ack with other options is dropped");
	host_hex(&h, "c021 04 01 0006 0702");
	tap_number(c->malformed, 2, "a Reject of what was not asked is dropped");
	host_hex(&h, "c021 04 01 0004");
	tap_number(c->malformed, 3, "an empty Reject is dropped");
	host_hex(&h, "c021 03 01 0004");
	tap_number(c->malformed, 4, "an empty Nak is dropped");
	host_hex(&h, "c021 03 01 0006 0109");
	tap_number(c->malformed, 5, "a malformed Nak is dropped");
	tap_text(host_next(&h), "none", "and none of them is answered");
	tap_number(h.s->lcp.fsm.state, PPP_REQ_SENT, "nor changes the state");
	host_hex(&h, "c021");
	host_hex(&h, "c0");
	host_hex(&h, "");
	host_hex(&h, "c021 01 01 00");
	host_hex(&h, "c021 01 01 0003");
	host_hex(&h, "c021 01 01 0005");
	host_hex(&h, "c021 01 01 ffff");
	tap_number(c->malformed, 12, "headers cut off or wrong are dropped");
	host_hex(&h, "c021 01 09 0004 0100 ffff");
	tap_text(host_next(&h), "c021 02 09 0004", "padding after the packet is ignored");
	host_done(&h);
}

/* A request is sent again: the same identifier while no answer came, another afterwards. */
static void test_again(void)
{
	char hex[80], magic[16];

	server_begin();
	sprintf(magic, "%08x", h.s->lcp.magic);
	sprintf(hex, "c021 02 01 0013 0104 05d4 0305 c22305 0506 %s", magic);
	host_wait(&h, 3000);
	host_next(&h);
	tap_ok(!strncmp(host_next(&h), "c021 01 01", 10), "unanswered: the same request");
	host_hex(&h, hex);
	tap_number(h.s->lcp.fsm.state, PPP_ACK_RCVD, "whose Ack counts");
	host_wait(&h, 3000);
	tap_ok(!strncmp(host_next(&h), "c021 01 02", 10), "answered: another identifier");
	host_done(&h);

	host_init(&h, PPP_CLIENT, 3);
	host_start(&h);
	host_hex(&h, "c021 01 01 000e 0304 c023 0506 11223344");
	host_hex(&h, "c021 01 02 000a 0506 11223344");
	h.frames[0].data[2] = 2;
	host_input(&h, h.frames[0].data, h.frames[0].len);
	tap_number(h.s->phase, PPP_PHASE_NETWORK, "the newest request is the one that counts");
	host_done(&h);

	server_begin();
	sprintf(hex, "c021 01 01 000a 0506 %08x", h.s->lcp.magic);
	host_hex(&h, hex);
	sprintf(hex, "c021 03 01 000a 0506 %08x", h.s->lcp.nak_magic);
	host_hex(&h, hex);
	tap_number(h.s->lcp.loops, 2, "our own request and our own Nak are two signs of a loop");
	host_done(&h);
}

/* Naks without end: they become Rejects, and then it ends. */
static void test_loops(void)
{
	char hex[64];
	int i, naks = 0, rejects = 0;
	const char *text;

	server_begin();
	host_drain(&h);
	for (i = 0; i < 8; i++) {
		sprintf(hex, "c021 01 %02x 0008 0104 05dc", i);
		host_hex(&h, hex);
		text = host_next(&h);
		naks += !strncmp(text, "c021 03", 7);
		rejects += !strncmp(text, "c021 04", 7);
	}
	tap_number(naks, h.config.max_failure, "max_failure Naks");
	tap_number(rejects, 8 - h.config.max_failure, "then Rejects");
	host_done(&h);

	server_begin();
	for (i = 0; i < 100 && h.s && !h.s->reason; i++) {
		sprintf(hex, "c021 03 %02x 0008 0104 0400", h.s->lcp.fsm.id);
		host_hex(&h, hex);
		host_drain(&h);
	}
	tap_ok(i < 20, "a peer that Naks for ever is given up after %d", i);
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_LCP_FAILED, "with the reason");
	host_done(&h);
}

/* Everything we send comes back. */
static void loop_back(bool late)
{
	struct host_frame f;
	int i;

	host_init(&h, PPP_SERVER, 4);
	if (late)
		h.config.max_failure = 1;
	host_start(&h);
	for (i = 0; i < 100 && h.s && h.head != h.tail; i++) {
		f = h.frames[h.tail++ % HOST_FRAMES];
		host_input(&h, f.data, f.len);
	}
	tap_ok(i < 30, "a looped link is noticed after %d frames", i);
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_LOOPBACK, "and ends with the reason");
	tap_ok(!strstr(h.log, "lcp_up"), "LCP never opens with itself");
	host_done(&h);
}

static void test_echo(void)
{
	const struct ppp_counters *c;
	char hex[80], wanted[80];

	server_begin();
	c = &h.s->counters;
	host_drain(&h);
	host_hex(&h, "c021 09 01 0008 00000000");
	tap_number(c->unexpected, 1, "no echo before Opened");
	host_done(&h);

	host_init(&h, PPP_SERVER, 5);
	h.config.echo_ms = 1000;
	h.config.echo_failures = 3;
	h.config.auth_peer = 0;
	host_start(&h);
	host_lcp_open(&h);
	host_network_open(&h);
	c = &h.s->counters;
	host_drain(&h);
	host_hex(&h, "c021 09 42 000b 11223344 abcdef");
	sprintf(wanted, "c021 0a 42 000b %08xabcdef", h.s->lcp.magic);
	tap_text(host_next(&h), wanted, "Echo-Reply: our magic number, the peer's data");
	host_hex(&h, "c021 09 43 0008 00000000");
	tap_ok(strstr(host_next(&h), "c021 0a 43"), "an Echo-Request without a number is served");
	sprintf(hex, "c021 09 44 0008 %08x", h.s->lcp.magic);
	host_hex(&h, hex);
	tap_text(host_next(&h), "none", "our own Echo-Request is not answered");
	tap_number(c->looped, 1, "but counted");
	host_hex(&h, "c021 09 45 0008 99999999");
	tap_text(host_next(&h), "none", "nor one from somebody else");
	host_hex(&h, "c021 09 46 0007 112233");
	tap_number(c->malformed, 1, "an Echo-Request without room for a number");
	host_hex(&h, "c021 0b 47 0009 11223344 00");
	host_hex(&h, "c021 0c 48 000b 11223344 414243");
	host_hex(&h, "c021 0d 49 000c 11223344 00000010");
	tap_text(host_next(&h), "none", "Discard, Identification, Time-Remaining: no answer");
	tap_number(c->malformed + c->unexpected, 2, "and nothing wrong with them");

	host_wait(&h, 1000);
	sprintf(wanted, "c021 09 01 0008 %08x", h.s->lcp.magic);
	tap_text(host_next(&h), wanted, "we ask after the interval");
	host_wait(&h, 2000);
	host_drain(&h);
	sprintf(hex, "c021 0a 03 0008 %08x", h.s->lcp.magic);
	host_hex(&h, hex);
	host_hex(&h, "c021 0a 03 0008 11223344");
	host_wait(&h, 3000);
	tap_ok(h.is_up, "a right reply starts the count again");
	host_wait(&h, 1000);
	tap_ok(!h.is_up, "three without a reply: the peer is lost");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_PEER_LOST, "with the reason");
	host_done(&h);

	host_init(&h, PPP_SERVER, 5);
	h.config.echo_ms = 1000;
	h.config.auth_peer = 0;
	host_start(&h);
	host_lcp_open(&h);
	host_network_open(&h);
	host_hex(&h, "c021 07 01 000c 09010008 00000000");
	host_wait(&h, 10000);
	tap_ok(h.is_up, "a peer that does not know echo is not lost");
	tap_text(host_next(&h), "none", "and not asked");
	host_done(&h);
}

static void test_rejects(void)
{
	char hex[4200];
	int i;

	server_begin();
	host_drain(&h);
	host_hex(&h, "c021 2a 05 0006 abcd");
	tap_text(host_next(&h), "c021 07 01 000a 2a050006abcd", "unknown code: Code-Reject");
	host_hex(&h, "c021 00 06 0004");
	tap_text(host_next(&h), "c021 07 02 0008 00060004", "code 0 is unknown");
	strcpy(hex, "c021 2a 07 07d0");
	for (i = 0; i < 1996; i++)
		strcat(hex, "ee");
	host_hex(&h, hex);
	tap_number(h.biggest, 2 + 1492, "a long one is cut to what the port carries");
	host_hex(&h, "c021 07 01 0008 2a010004");
	tap_number(h.s->lcp.fsm.state, PPP_REQ_SENT, "Code-Reject of an unknown code is harmless");
	host_hex(&h, "c021 07 01 0004");
	tap_number(h.s->counters.malformed, 1, "an empty Code-Reject");
	host_hex(&h, "c021 07 01 0008 01010004");
	tap_number(h.finished, 1, "Code-Reject of Configure-Request is the end");
	tap_number(h.reason, PPP_REASON_LCP_FAILED, "with the reason");
	host_done(&h);

	host_init(&h, PPP_SERVER, 6);
	h.config.auth_peer = 0;
	host_start(&h);
	host_lcp_open(&h);
	host_drain(&h);
	host_hex(&h, "c021 08 01 0006 80fd");
	tap_number(h.s->phase, PPP_PHASE_NETWORK, "Protocol-Reject of CCP is harmless");
	host_hex(&h, "c021 08 01 0005 80");
	tap_number(h.s->counters.malformed, 1, "half a Protocol-Reject");
	host_hex(&h, "c021 08 01 000a 8021 01010004");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_NETWORK_REFUSED, "Protocol-Reject of IPCP is the end");
	host_done(&h);

	host_init(&h, PPP_SERVER, 6);
	h.config.auth_peer = 0;
	host_start(&h);
	host_lcp_open(&h);
	host_hex(&h, "c021 08 01 000a c021 01010004");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_LCP_FAILED, "Protocol-Reject of LCP is the end");
	host_done(&h);
}

static void test_limits(void)
{
	host_init(&h, PPP_SERVER, 6);
	host_start(&h);
	host_lcp_open(&h);
	host_hex(&h, "c021 08 01 000a c223 01010004");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_AUTH_REFUSED, "Protocol-Reject of CHAP is the end");
	host_done(&h);

	server_begin();
	host_wait(&h, 100000);
	tap_number(h.outputs, h.config.max_configure, "nobody there: max_configure requests");
	tap_number(h.reason, PPP_REASON_LCP_TIMEOUT, "then time-out");
	host_done(&h);

	host_init(&h, PPP_SERVER, 7);
	h.config.lcp_limit_ms = 5000;
	host_start(&h);
	host_wait(&h, 4999);
	tap_ok(!h.s->reason, "the limit of LCP is not over before its time");
	host_wait(&h, 1);
	tap_number(h.s->phase, PPP_PHASE_TERMINATE, "it is over then");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_LCP_TIMEOUT, "with the reason");
	host_done(&h);
}

/* A peer that receives little gets little. */
static void test_small_mru(void)
{
	char hex[1300];
	int i;

	host_init(&h, PPP_SERVER, 8);
	h.config.auth_peer = 0;
	host_start(&h);
	h.frames[0].data[2] = 2;
	host_input(&h, h.frames[0].data, h.frames[0].len);
	host_hex(&h, "c021 01 01 000e 0104 0080 0506 11223344");
	tap_number(h.link.mtu, 128, "the MTU is the peer's MRU");
	host_drain(&h);
	h.biggest = 0;
	strcpy(hex, "8057 01 01 0200");
	for (i = 0; i < 508; i++)
		strcat(hex, "ee");
	host_hex(&h, hex);
	tap_number(h.biggest, 2 + 128, "a Protocol-Reject is cut to it");
	strcpy(hex, "c021 09 01 0200 11223344");
	for (i = 0; i < 504; i++)
		strcat(hex, "ee");
	h.biggest = 0;
	host_hex(&h, hex);
	tap_number(h.biggest, 0, "an Echo-Reply that does not fit is not sent");
	strcpy(hex, "8021 01 01 0200");
	for (i = 0; i < 127; i++)
		strcat(hex, "6304eeee");
	host_hex(&h, hex);
	tap_number(h.biggest, 0, "nor a Configure-Reject");
	tap_number(h.s->counters.limited, 2, "both are counted");
	host_done(&h);
}

/* Somebody wants to know now whether the peer is there. */
static void test_probe(void)
{
	char hex[60];

	host_init(&h, PPP_SERVER, 6);
	h.config.auth_peer = 0;
	h.config.echo_ms = 20000;
	host_start(&h);
	ppp_session_probe(h.s, h.now);
	tap_number(h.s->lcp.probing, 0, "probe: not before LCP is open");
	host_lcp_open(&h);
	host_network_open(&h);
	host_forget(&h);
	ppp_session_probe(h.s, h.now);
	ppp_session_probe(h.s, h.now);
	tap_text(h.log, "c021:9 ", "probe: one echo at once, though asked twice");
	sprintf(hex, "c021 0a %02x 0008 11223344", h.s->lcp.echo_id);
	host_hex(&h, hex);
	host_wait(&h, 1000);
	host_forget(&h);
	host_wait(&h, 19000);
	tap_text(h.log, "c021:9 ", "probe: who answers is asked as rarely as before");
	sprintf(hex, "c021 0a %02x 0008 11223344", h.s->lcp.echo_id);
	host_hex(&h, hex);
	host_forget(&h);
	ppp_session_probe(h.s, h.now);
	host_wait(&h, 4999);
	tap_text(h.log, "c021:9 c021:9 c021:9 c021:9 c021:9 ", "probe: five, a second apart");
	tap_ok(h.is_up, "probe: nobody is lost before the last one had its time");
	host_wait(&h, 20000);
	tap_number(h.reason, PPP_REASON_PEER_LOST, "probe: then he is");
	host_done(&h);
}

int main(void)
{
	test_options();
	test_auth_option();
	test_refused();
	test_flags();
	test_answers();
	test_again();
	test_loops();
	loop_back(false);
	loop_back(true);
	test_echo();
	test_rejects();
	test_limits();
	test_small_mru();
	test_probe();
	return tap_end();
}
