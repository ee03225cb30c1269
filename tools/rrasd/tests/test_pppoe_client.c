// SPDX-License-Identifier: GPL-2.0
/*
 * PPPoE discovery as the one who calls.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../access/pppoe_client.h"
#include "host.h"
#include "tap.h"

#define OUR	"020000000001"
#define AC	"020000000099"
#define OTHER	"020000000098"
#define UNIQ	"01030008 7571697571697571"
#define EMPTY	"01010000"

static const uint8_t mac[PPPOE_MAC_LEN] = { 2, 0, 0, 0, 0, 1 };
static struct pppoe_call call;

/* What a call sends, as hexadecimal text without the Ethernet type and the version. */
static const char *sent(const struct pppoe_writer *w)
{
	static char text[2 * PPPOE_FRAME_MAX + 1];
	size_t i;

	if (!w)
		return "none";
	for (i = 0; i < w->len; i++)
		sprintf(text + 2 * i, "%02x", w->data[i]);
	return text;
}

static const struct pppoe_writer *begin(const char *service, const char *ac_name)
{
	memset(&call, 0x55, sizeof(call));
	call.service = service;
	call.ac_name = ac_name;
	return pppoe_call_begin(&call, mac, (const uint8_t *)"uqiuqiuq", 1000);
}

/* The frame is in memory of exactly its size, so that the sanitizer sees one byte too far. */
static const struct pppoe_writer *input(const char *hex, uint64_t now)
{
	const struct pppoe_writer *w = NULL;
	struct pppoe_frame f;
	uint8_t data[2048];
	uint8_t *copy;
	size_t len;

	len = host_unhex(hex, data, sizeof(data));
	copy = malloc(len);
	if (!copy)
		abort();
	memcpy(copy, data, len);
	if (pppoe_frame_parse(copy, len, &f))
		w = pppoe_call_input(&call, &f, now);
	else
		tap_ok(false, "a frame of the test is malformed: %s", hex);
	free(copy);
	return w;
}

#define UNIQ_WRITTEN	"0103000875716975716975" "71"

static void test_usual(void)
{
	const struct pppoe_writer *w = begin("", NULL);

	tap_text(sent(w), "ffffffffffff" "020000000001" "8863110900000010" "01010000"
		 UNIQ_WRITTEN, "a PADI to everybody");
	tap_number((long long)call.deadline, 1500, "to be repeated after half a second");
	w = input(OUR AC "8863 11070000 0020" EMPTY UNIQ "01020002 6163 01040002 abcd 01100000",
		  1200);
	tap_text(sent(w), "020000000099" "020000000001" "886311190000001a" "01010000"
		 UNIQ_WRITTEN "01040002abcd" "01100000", "a PADR with cookie and relay");
	tap_number(call.state, PPPOE_CALL_ASKING, "asking");
	tap_text(call.peer_name, "ac", "the concentrator's name");
	w = input(OUR AC "8863 11651234 0010" EMPTY UNIQ, 1300);
	tap_text(sent(w), "none", "nothing more to send");
	tap_number(call.state, PPPOE_CALL_OPEN, "open");
	tap_number(call.session, 0x1234, "the session's number");
	tap_number((long long)call.deadline, 0, "no timer any more");
	tap_ok(!pppoe_call_timer(&call, 1000000), "nothing is repeated");
	input(OUR AC "8863 11654321 0010" EMPTY UNIQ, 1300);
	tap_number(call.session, 0x1234, "a second PADS does not count");
}

static void test_ignored(void)
{
	begin("", NULL);
	input(OUR AC "8863 11070000 0004" EMPTY, 1100);
	input(OUR AC "8863 11070000 0010" EMPTY "01030008 7571697571697572", 1100);
	input(OUR AC "8863 11070000 000f" EMPTY "01030007 75716975716975", 1100);
	input(OUR AC "8863 11650001 0010" EMPTY UNIQ, 1100);
	input(OUR AC "8863 11a70001 0010" EMPTY UNIQ, 1100);
	input(OUR AC "8863 11090000 0010" EMPTY UNIQ, 1100);
	tap_number(call.state, PPPOE_CALL_SEEKING, "only a PADO with our Host-Uniq counts");
	input(OUR AC "8863 11070000 0010" EMPTY UNIQ, 1100);
	tap_number(call.state, PPPOE_CALL_ASKING, "even one without a name");
	input(OUR OTHER "8863 11070000 0010" EMPTY UNIQ, 1100);
	tap_ok(!memcmp(call.peer + 5, "\x99", 1), "the first suitable one is taken");
	input(OUR OTHER "8863 11650001 0010" EMPTY UNIQ, 1100);
	tap_number(call.state, PPPOE_CALL_ASKING, "a PADS of another one does not count");
}

static void test_repeats(void)
{
	static const unsigned int waits[] = { 500, 1000, 2000, 4000, 8000, 8000, 8000 };
	uint64_t now = 1000;
	unsigned int i, good = 0;

	begin("", NULL);
	for (i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		good += call.deadline == now + waits[i];
		good += !pppoe_call_timer(&call, call.deadline - 1);
		now = call.deadline;
		good += pppoe_call_timer(&call, now) != NULL;
	}
	tap_number(good, 3 * i, "PADIs ever less often");
	tap_text(pppoe_call_problem(&call), "no access concentrator answers", "nobody answers");

	input(OUR AC "8863 11070000 0016" EMPTY UNIQ "01020002 6163", now);
	for (i = 0; call.state == PPPOE_CALL_ASKING && i < 100; i++)
		pppoe_call_timer(&call, call.deadline);
	tap_number(i, 4, "after four PADRs somebody else is looked for");
	tap_number(call.state, PPPOE_CALL_SEEKING, "by PADI");
	tap_number(call.frame.data[15], PPPOE_CODE_PADI, "again");
	tap_text(pppoe_call_problem(&call), "access concentrator ac does not answer our request",
		 "and the problem is known");
}

static void test_choice(void)
{
	begin("isp", "ac2");
	tap_text(sent(&call.frame), "ffffffffffff" "020000000001" "8863110900000013"
		 "01010003697370" UNIQ_WRITTEN, "a PADI for a service");
	input(OUR AC "8863 11070000 0019 01010003 697370" UNIQ "01020002 6163", 1100);
	tap_number(call.state, PPPOE_CALL_SEEKING, "not the concentrator asked for");
	tap_text(pppoe_call_problem(&call),
		 "access concentrator ac is not the one that is asked for", "which is noted");
	input(OUR AC "8863 11070000 0017" EMPTY UNIQ "01020003 616332", 1100);
	tap_number(call.state, PPPOE_CALL_SEEKING, "not the service asked for");
	tap_text(pppoe_call_problem(&call), "access concentrator ac2 does not offer the service "
		 "that is asked for", "which is noted");
	input(OUR AC "8863 11070000 0021 01010003 697370" UNIQ "01020003 616332 02030003 6e6f0a",
	      1100);
	tap_number(call.state, PPPOE_CALL_SEEKING, "one that is busy");
	tap_text(pppoe_call_problem(&call), "access concentrator ac2 serves nobody now: no?",
		 "in its own words, as far as they are printable");
	input(OUR AC "8863 11070000 0022 01010000 01010003 697370" UNIQ "01020003 616332 0999 0000",
	      1100);
	tap_number(call.state, PPPOE_CALL_ASKING, "the service may be one of several");
}

static void test_refused(void)
{
	begin("", NULL);
	input(OUR AC "8863 11070000 0016" EMPTY UNIQ "01020002 6163", 1100);
	input(OUR AC "8863 11650000 0018" EMPTY UNIQ "02020004 66756c6c", 1200);
	tap_number(call.state, PPPOE_CALL_REFUSED, "an error is the end");
	tap_text(pppoe_call_problem(&call), "access concentrator ac refuses: full", "with words");
	tap_ok(!pppoe_call_timer(&call, 100000), "nothing is repeated");

	begin("", NULL);
	input(OUR AC "8863 11070000 0010" EMPTY UNIQ, 1100);
	input(OUR AC "8863 1165ffff 0010" EMPTY UNIQ, 1200);
	tap_number(call.state, PPPOE_CALL_REFUSED, "the reserved number is no session");
}

/* A cookie and a relay tag that have room in a PADO, but not in a PADR with a service name. */
static void test_long(void)
{
	static const char service[] = "a service with a name of some length";
	struct pppoe_writer w;
	struct pppoe_frame f;
	uint8_t big[1480] = { 0 };

	begin(service, NULL);
	pppoe_frame_begin(&w, mac, (const uint8_t *)"\x02\x00\x00\x00\x00\x99", PPPOE_CODE_PADO, 0);
	pppoe_frame_put(&w, PPPOE_TAG_HOST_UNIQ, "uqiuqiuq", 8);
	pppoe_frame_put(&w, PPPOE_TAG_SERVICE_NAME, service, strlen(service));
	pppoe_frame_put(&w, PPPOE_TAG_AC_COOKIE, big, sizeof(w.data) - w.len - 4);
	tap_ok(pppoe_frame_end(&w) && pppoe_frame_parse(w.data, w.len, &f), "the longest PADO");
	pppoe_call_input(&call, &f, 1100);
	tap_number(call.state, PPPOE_CALL_ASKING, "has an answer that just fits");

	begin("", NULL);
	pppoe_frame_begin(&w, mac, (const uint8_t *)"\x02\x00\x00\x00\x00\x99", PPPOE_CODE_PADO, 0);
	pppoe_frame_put(&w, PPPOE_TAG_HOST_UNIQ, "uqiuqiuq", 8);
	pppoe_frame_put(&w, PPPOE_TAG_AC_COOKIE, big, sizeof(w.data) - w.len - 4);
	tap_ok(pppoe_frame_end(&w) && pppoe_frame_parse(w.data, w.len, &f), "one without service");
	tap_ok(!pppoe_call_input(&call, &f, 1100), "has none");
	tap_text(sent(pppoe_call_timer(&call, 1500)), "ffffffffffff" "020000000001"
		 "8863110900000010" "01010000" UNIQ_WRITTEN, "and the search goes on");
}

int main(void)
{
	test_usual();
	test_ignored();
	test_repeats();
	test_choice();
	test_refused();
	test_long();
	return tap_end();
}
