// SPDX-License-Identifier: GPL-2.0
/*
 * PPTP control messages and the control connection.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../access/pptp_control.h"
#include "host.h"
#include "tap.h"

#define COOKIE		"1a2b3c4d"
#define ZEROS64		"00000000000000000000000000000000" "00000000000000000000000000000000" \
			"00000000000000000000000000000000" "00000000000000000000000000000000"
#define START(type)	"009c0001" COOKIE type "0000" "01000000" "00000003" "00000003" "00010002" \
			"68 6f 73 74 00" "0000000000000000000000" \
			"000000000000000000000000000000000000000000000000" \
			"000000000000000000000000000000000000000000000000" ZEROS64
#define START_REQUEST	START("0001")
#define STOP_REQUEST	"00100001" COOKIE "00030000" "01000000"
#define STOP_REPLY	"00100001" COOKIE "00040000" "01000000"
#define ECHO_REQUEST	"00100001" COOKIE "00050000" "0a0b0c0d"
#define ECHO_REPLY	"00140001" COOKIE "00060000" "00000001" "01000000"
#define CLEAR		"00100001" COOKIE "000c0000" "12340000"
#define SET_LINK_INFO	"00180001" COOKIE "000f0000" "12340000" "ffffffff" "fffffffe"
#define OUTGOING_REPLY	"00200001" COOKIE "00080000" "00070009" "01020003" "05f5e100" \
			"00400000" "00000000"
#define OTHER_TYPE	"000d0001" COOKIE "00100000" "ff"
#define MANAGEMENT	"000c0002" COOKIE "00010000"

static struct pptp_control control;
static struct pptp_message got[32];
static struct pptp_message sent[32];
static unsigned int got_count, sent_count, opened_count;
static bool broken;	/* nothing can be sent */

static void output(struct pptp_control *c, const uint8_t *data, size_t len)
{
	struct pptp_message *m = &sent[sent_count++ % 32];

	if (pptp_frame_parse(data, len, m) != (int)len)
		tap_ok(false, "we sent something malformed");
	if (broken)
		pptp_control_break(c, "broken");
}

static void opened(struct pptp_control *c)
{
	(void)c;
	opened_count++;
}

static void call(struct pptp_control *c, const struct pptp_message *m)
{
	(void)c;
	got[got_count++ % 32] = *m;
}

static const struct pptp_control_ops ops = {
	.output = output,
	.opened = opened,
	.call = call,
};

static void begin(bool caller, uint64_t now)
{
	got_count = 0;
	sent_count = 0;
	opened_count = 0;
	pptp_control_init(&control, &ops, "our-host", 60000);
	if (caller)
		pptp_control_call(&control, now);
	else
		pptp_control_answer(&control, now);
}

/* In memory of exactly its size, so that the sanitizer sees one byte too far. */
static void input(const char *hex, uint64_t now)
{
	uint8_t data[2048];
	size_t len = host_unhex(hex, data, sizeof(data));
	uint8_t *copy = malloc(len);

	if (!copy)
		abort();
	memcpy(copy, data, len);
	pptp_control_input(&control, copy, len, now);
	free(copy);
}

static int parse(const char *hex, struct pptp_message *m)
{
	uint8_t data[2048];
	size_t len = host_unhex(hex, data, sizeof(data));
	uint8_t *copy = malloc(len ? len : 1);
	int length;

	if (!copy)
		abort();
	memcpy(copy, data, len);
	length = pptp_frame_parse(copy, len, m);
	free(copy);
	return length;
}

static void test_parse(void)
{
	static const struct {
		const char *hex, *what;
		int length;
	} cases[] = {
		{ "", "nothing", 0 },
		{ "00100001" COOKIE "000500", "part of a header", 0 },
		{ "00100001" COOKIE "00050000" "0a0b0c", "all but a byte", 0 },
		{ ECHO_REQUEST, "an Echo-Request", 16 },
		{ ECHO_REQUEST ECHO_REQUEST, "two, one after the other", 16 },
		{ START_REQUEST, "a Start-Control-Connection-Request", 156 },
		{ OTHER_TYPE, "a type of the future", 13 },
		{ MANAGEMENT, "a management message", 12 },
		{ "00dc0001" COOKIE "00100000", "the head of a long one of the future", 0 },
		{ "00100001" "1a2b3c4e" "00050000" "0a0b0c0d", "another cookie", -1 },
		{ "000b0001" COOKIE "00050000", "shorter than a header", -1 },
		{ "00000001" COOKIE "00050000", "of no length", -1 },
		{ "00dd0001" COOKIE "00100000", "longer than any", -1 },
		{ "ffff0001" COOKIE "00010000", "of 65535 bytes", -1 },
		{ "00110001" COOKIE "00050000" "0a0b0c0d00", "an Echo-Request with more", -1 },
		{ "000f0001" COOKIE "00050000" "0a0b0c", "one with less", -1 },
		{ "474554202f20485454502f31", "a web browser", -1 },
	};
	struct pptp_message m;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		tap_number(parse(cases[i].hex, &m), cases[i].length, cases[i].what);
}

static void test_fields(void)
{
	struct pptp_message m;

	parse(START_REQUEST, &m);
	tap_number(m.type, PPTP_START_REQUEST, "type");
	tap_number(m.version, 0x100, "version");
	tap_number(m.channels, 1, "channels");
	tap_number(m.firmware, 2, "firmware");
	tap_text(m.host, "host", "host name");
	parse(OUTGOING_REPLY, &m);
	tap_ok(m.call == 7 && m.peer_call == 9 && m.result == 1 && m.error == 2 && m.cause == 3,
	       "a call's numbers and results");
	tap_ok(m.speed == 100000000 && m.window == 64, "its speed and window");
	parse(SET_LINK_INFO, &m);
	tap_ok(m.peer_call == 0x1234 && m.send_accm == 0xffffffff &&
	       m.receive_accm == 0xfffffffe, "both maps");
	parse(CLEAR, &m);
	tap_ok(m.call == 0x1234 && !m.peer_call, "a number of a call that is cleared");
}

static void test_build(void)
{
	static const int lengths[] = { 0, 156, 156, 16, 16, 16, 20, 168, 32, 220, 24, 28, 16,
				       148, 40, 24 };
	struct pptp_message m, back;
	uint8_t data[PPTP_FRAME_MAX];
	int type;

	for (type = PPTP_START_REQUEST; type < PPTP_TYPES; type++) {
		memset(&m, 0xa5, sizeof(m));
		m.type = (enum pptp_type)type;
		m.host[PPTP_NAME_LEN] = '\0';
		m.vendor[PPTP_NAME_LEN] = '\0';
		tap_number((long long)pptp_frame_build(data, &m), lengths[type],
			   pptp_type_name(m.type));
		tap_number(pptp_frame_parse(data, sizeof(data), &back), lengths[type],
			   "read again");
	}
	memset(&m, 0, sizeof(m));
	m.type = PPTP_OUTGOING_REQUEST;
	m.call = 0x1ffff;
	m.serial = 2;
	m.window = 3;
	m.max_bps = 0x01020304;
	pptp_frame_build(data, &m);
	pptp_frame_parse(data, sizeof(data), &back);
	tap_ok(back.call == 0xffff && back.serial == 2 && back.window == 3 &&
	       back.max_bps == 0x01020304, "every number has its place and no more");
}

static void test_server(void)
{
	begin(false, 1000);
	tap_number((long long)control.deadline, 1000 + PPTP_START_MS, "it has to say something");
	input(START_REQUEST, 2000);
	tap_number(control.state, PPTP_CONTROL_OPEN, "a request opens it");
	tap_ok(sent_count == 1 && sent[0].type == PPTP_START_REPLY && sent[0].result == 1,
	       "it is answered");
	tap_text(sent[0].host, "our-host", "with our name");
	tap_text(control.peer_name, "host", "and we know its name");
	input(CLEAR SET_LINK_INFO, 3000);
	tap_ok(got_count == 2 && got[0].type == PPTP_CLEAR_REQUEST &&
	       got[1].type == PPTP_SET_LINK_INFO, "two messages at once");
	input(ECHO_REQUEST, 3000);
	tap_ok(sent_count == 2 && sent[1].type == PPTP_ECHO_REPLY && sent[1].result == 1 &&
	       sent[1].identifier == 0x0a0b0c0d, "an echo");
	input(OTHER_TYPE MANAGEMENT, 3000);
	tap_ok(got_count == 2 && sent_count == 2 && control.state == PPTP_CONTROL_OPEN,
	       "what we do not know is passed over");
	input(STOP_REQUEST, 4000);
	tap_ok(control.state == PPTP_CONTROL_CLOSED && sent[2].type == PPTP_STOP_REPLY &&
	       control.polite, "the end");
	input(CLEAR, 4000);
	tap_number(got_count, 2, "and nothing after it");
}

static void test_pieces(void)
{
	uint8_t data[1024];
	size_t len, size, i;

	len = host_unhex(START_REQUEST ECHO_REQUEST CLEAR SET_LINK_INFO OTHER_TYPE CLEAR, data,
			 sizeof(data));
	for (size = 1; size < len; size++) {
		begin(false, 0);
		for (i = 0; i < len; i += size)
			pptp_control_input(&control, data + i, len - i < size ? len - i : size, 1);
		if (got_count != 3 || sent_count != 2 || control.fill)
			break;
	}
	tap_number((long long)size, (long long)len, "pieces of any size");
}

static void test_order(void)
{
	begin(false, 0);
	input(CLEAR, 0);
	tap_ok(control.state == PPTP_CONTROL_CLOSED && !got_count && !sent_count,
	       "a call before the beginning");
	begin(false, 0);
	input(START("0002"), 0);
	tap_number(control.state, PPTP_CONTROL_CLOSED, "a reply that nobody asked for");
	begin(false, 0);
	input(START_REQUEST START_REQUEST, 0);
	tap_ok(control.state == PPTP_CONTROL_CLOSED && opened_count == 1, "two beginnings");
	begin(false, 0);
	input("009c0001" COOKIE "00010000" "02000000" "00000003" "00000003" "00010002" ZEROS64
	      ZEROS64, 0);
	tap_ok(control.state == PPTP_CONTROL_CLOSED && sent[0].result == PPTP_START_BAD_VERSION,
	       "another version");
	begin(false, 0);
	input("474554202f20485454502f31", 0);
	tap_text(control.why, "it sends what is no PPTP", "a web browser");
	begin(false, 0);
	broken = true;
	input(START_REQUEST ECHO_REQUEST, 0);
	broken = false;
	tap_ok(control.state == PPTP_CONTROL_CLOSED && !opened_count && sent_count == 1,
	       "who cannot be answered gets no connection");
	tap_text(control.why, "broken", "for that reason");
}

static void test_silence(void)
{
	begin(false, 1000);
	pptp_control_timer(&control, 1000 + PPTP_START_MS - 1);
	tap_number(control.state, PPTP_CONTROL_STARTING, "it has its time");
	pptp_control_timer(&control, 1000 + PPTP_START_MS);
	tap_text(control.why, "it says nothing", "and no more");

	begin(false, 0);
	input(START_REQUEST, 1000);
	pptp_control_timer(&control, 61000);
	tap_ok(sent_count == 2 && sent[1].type == PPTP_ECHO_REQUEST, "after silence an echo");
	input(ECHO_REPLY, 62000);
	tap_number((long long)control.deadline, 122000, "which is answered");
	pptp_control_timer(&control, 122000);
	pptp_control_timer(&control, 181999);
	tap_number(control.state, PPTP_CONTROL_OPEN, "the next one has its time");
	pptp_control_timer(&control, 182000);
	tap_text(control.why, "it answers no echo", "and is not answered");
}

static void test_caller(void)
{
	begin(true, 0);
	tap_ok(sent_count == 1 && sent[0].type == PPTP_START_REQUEST &&
	       sent[0].version == PPTP_VERSION, "we begin");
	input("009c0001" COOKIE "00020000" "01000100" "00000003" "00000003" "00010002" ZEROS64
	      ZEROS64, 5);
	tap_ok(control.state == PPTP_CONTROL_OPEN && opened_count == 1, "it agrees");
	input(OUTGOING_REPLY, 6);
	tap_number(got_count, 1, "a reply to a call");
	pptp_control_stop(&control, PPTP_STOP_NONE, "enough", 10);
	tap_ok(control.state == PPTP_CONTROL_STOPPING && sent[1].type == PPTP_STOP_REQUEST &&
	       sent[1].reason == PPTP_STOP_NONE, "we end it");
	input(OUTGOING_REPLY, 11);
	tap_number(got_count, 1, "no calls any more");
	input(STOP_REPLY, 12);
	tap_ok(control.state == PPTP_CONTROL_CLOSED && control.polite, "it lets us go");
	tap_text(control.why, "enough", "for our reason");

	begin(true, 0);
	input("009c0001" COOKIE "00020000" "01000200" "00000003" "00000003" "00010002" ZEROS64
	      ZEROS64, 5);
	tap_text(control.why, "it refuses the control connection", "refused");
	begin(true, 0);
	pptp_control_timer(&control, PPTP_START_MS);
	tap_text(control.why, "it does not answer", "no answer");
	begin(true, 0);
	input(START_REQUEST, 1);
	tap_number(control.state, PPTP_CONTROL_CLOSED, "both call");
	begin(false, 0);
	input(START_REQUEST, 1);
	pptp_control_stop(&control, PPTP_STOP_SHUTDOWN, "enough", 10);
	pptp_control_timer(&control, 10 + PPTP_STOP_MS);
	tap_number(control.state, PPTP_CONTROL_CLOSED, "it does not let us go");
}

static void test_results(void)
{
	struct pptp_message m = { .type = PPTP_OUTGOING_REPLY };
	unsigned int result, error;

	for (result = 0; result < 256; result++) {
		for (error = 0; error < 256; error++) {
			m.result = result;
			m.error = error;
			if (!pptp_call_result(&m)[0])
				tap_ok(false, "result %u, error %u has no words", result, error);
		}
	}
	m.result = PPTP_RESULT_ERROR;
	m.error = PPTP_ERROR_NO_RESOURCE;
	tap_text(pptp_call_result(&m), "the server has no room for the call", "no room");
	m.result = PPTP_CALL_BUSY;
	tap_text(pptp_call_result(&m), "the server is busy", "busy");
}

int main(void)
{
	test_parse();
	test_fields();
	test_build();
	test_server();
	test_pieces();
	test_order();
	test_silence();
	test_caller();
	test_results();
	return tap_end();
}
