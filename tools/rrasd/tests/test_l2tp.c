// SPDX-License-Identifier: GPL-2.0
/*
 * L2TP control messages, and their reliable delivery.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../access/l2tp_avp.h"
#include "../access/l2tp_reliable.h"
#include "host.h"
#include "tap.h"

static const struct l2tp_secret secret = { "tunnel", 6 };
static struct l2tp_header header;
static struct l2tp_message message;

/* The message is in memory of exactly its size, so that the sanitizer sees one byte too far. */
static uint8_t *exact(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, data, len);
	return copy;
}

/* What follows the type of a message that begins as an SCCRQ does: read it. */
static bool parse(const char *avps, struct l2tp_secret with)
{
	uint8_t data[2048] = { 0xc8, 2 };
	static uint8_t *copy;
	size_t len;

	len = 12 + host_unhex("8008 0000 0000 0001", data + 12, 8);
	len += host_unhex(avps, data + len, sizeof(data) - len);
	data[2] = (uint8_t)(len >> 8);
	data[3] = (uint8_t)len;
	free(copy);
	copy = exact(data, len);
	return l2tp_header_parse(copy, len, &header) && l2tp_message_parse(&message, &header, with);
}

static void test_header(void)
{
	static const struct {
		const char *hex, *what;
		bool good;
	} cases[] = {
		{ "c802 000c 0001 0002 0003 0004", "an acknowledgement", true },
		{ "c802 000c 0001 0002 0003 0004 ffff", "bytes behind it", true },
		{ "c802 000d 0001 0002 0003 0004", "longer than it is", false },
		{ "c802 000b 0001 0002 0003 0004", "shorter than its header", false },
		{ "c802 000c 0001 0002 0003 00", "cut off", false },
		{ "c803 000c 0001 0002 0003 0004", "version 3", false },
		{ "c801 000c 0001 0002 0003 0004", "version 1, L2F", false },
		{ "8802 000c 0001 0002 0003 0004", "without a length", false },
		{ "c002 000c 0001 0002 0003 0004", "without numbers", false },
		{ "ca02 000c 0001 0002 0003 0004", "with an offset", false },
		{ "4802 000c 0001 0002 0003 0004", "a data message", false },
		{ "", "nothing", false },
	};
	uint8_t data[64];
	uint8_t *copy;
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		len = host_unhex(cases[i].hex, data, sizeof(data));
		copy = exact(data, len);
		tap_ok(l2tp_header_parse(copy, len, &header) == cases[i].good, "header: %s",
		       cases[i].what);
		free(copy);
	}
	len = host_unhex(cases[0].hex, data, sizeof(data));
	l2tp_header_parse(data, len, &header);
	tap_ok(header.tunnel == 1 && header.session == 2 && header.ns == 3 && header.nr == 4 &&
	       !header.len, "its fields");
}

static void test_attributes(void)
{
	static const struct l2tp_secret none;

	tap_ok(parse("8008 0000 0002 0100" "8008 0000 0009 1234" "8009 0000 0007 6c6163"
		     "8008 0000 000a 0008" "800a 0000 0003 00000003", none), "an SCCRQ");
	tap_number(message.type, L2TP_SCCRQ, "its type");
	tap_number(message.version, 0x0100, "its version");
	tap_number(message.assigned_tunnel, 0x1234, "its tunnel");
	tap_number(message.window, 8, "its window");
	tap_ok(message.host_name.len == 3 && !memcmp(message.host_name.data, "lac", 3),
	       "its host name");
	tap_number(message.fault, 0, "no fault");
	tap_ok(!l2tp_has(&message, L2TP_A_CHALLENGE), "no challenge");

	parse("8008 0000 0009 1234" "8008 0000 0009 4321", none);
	tap_number(message.assigned_tunnel, 0x1234, "the first one of two counts");
	parse("000a 0000 004d 00000000" "0006 0009 0001", none);
	tap_number(message.fault, 0, "an unknown one that may be ignored is");
	parse("800a 0000 004d 00000000", none);
	tap_ok(message.fault == L2TP_ERROR_UNKNOWN_AVP && message.fault_attribute == 0x4d,
	       "one that may not is a fault");
	parse("8006 0009 0001", none);
	tap_number(message.fault, L2TP_ERROR_UNKNOWN_AVP, "as is one of another vendor");
	parse("8406 0000 0003", none);
	tap_number(message.fault, L2TP_ERROR_UNKNOWN_AVP, "or one with reserved bits");
	parse("8008 0000 0009 0000", none);
	tap_number(message.fault, L2TP_ERROR_VALUE, "tunnel 0 is none");
	parse("0007 0000 0009 12", none);
	tap_ok(!message.fault && !l2tp_has(&message, L2TP_A_ASSIGNED_TUNNEL),
	       "half a number does not count");
	parse("8005 0000 0009", none);
	tap_number(message.fault, L2TP_ERROR_LENGTH, "shorter than its own header");
	parse("800a 0000 0009 1234", none);
	tap_number(message.fault, L2TP_ERROR_LENGTH, "longer than the message");
	parse("8008 0000 0001 0002" "8008 0000 0001", none);
	tap_number(message.result, 2, "what stands before nonsense counts");
	parse("800e 0000 0001 0002 0004 66756c6c", none);
	tap_ok(message.result == 2 && message.error == 4 && message.text.len == 4 &&
	       !memcmp(message.text.data, "full", 4), "a result with an error and a text");
	parse("8009 0000 0001 0002 00", none);
	tap_number(message.fault, L2TP_ERROR_VALUE, "half an error code");
}

static void test_hidden(void)
{
	static const struct l2tp_secret none, wrong = { "tunneL", 6 };
	static const struct l2tp_text vector = { (const uint8_t *)"0123456789abcdef", 16 };
	static const char long_name[] = "a host name that takes more than two blocks of MD5";
	struct l2tp_writer w;
	uint8_t *copy;

	l2tp_write_begin(&w, 0, 0);
	l2tp_write_type(&w, L2TP_SCCRQ);
	l2tp_write_bytes(&w, L2TP_A_RANDOM_VECTOR, vector.data, vector.len);
	l2tp_write_hidden(&w, L2TP_A_ASSIGNED_TUNNEL, "\x12\x34", 2, secret, vector);
	l2tp_write_hidden(&w, L2TP_A_HOST_NAME, long_name, strlen(long_name), secret, vector);
	tap_ok(l2tp_write_end(&w), "a message with hidden attributes");
	copy = exact(w.data, w.len);
	tap_ok(!memmem(copy, w.len, "host", 4), "nobody can read them");
	l2tp_header_parse(copy, w.len, &header);
	l2tp_message_parse(&message, &header, secret);
	tap_number(message.fault, 0, "but who has the secret");
	tap_number(message.assigned_tunnel, 0x1234, "the tunnel");
	tap_ok(message.host_name.len == strlen(long_name) &&
	       !memcmp(message.host_name.data, long_name, strlen(long_name)), "the name");
	l2tp_message_parse(&message, &header, wrong);
	tap_ok(message.fault && message.host_name.len != strlen(long_name), "not with another one");
	l2tp_message_parse(&message, &header, none);
	tap_number(message.fault, L2TP_ERROR_VALUE, "nor without");
	free(copy);
	parse("c00a 0000 0009 12345678", secret);
	tap_number(message.fault, L2TP_ERROR_VALUE, "a hidden one without a random vector");
	/* 00021234 and what `printf '\000\011tunnel0123456789abcdef' | md5sum` begins with. */
	parse("8016 0000 0024 30313233343536373839616263646566" "c00a 0000 0009 589b8fdd", secret);
	tap_ok(!message.fault && message.assigned_tunnel == 0x1234, "as another program makes it");
}

static void test_write(void)
{
	uint8_t response[L2TP_MD5_LEN], wanted[L2TP_MD5_LEN];
	char text[1100];
	struct l2tp_writer w;
	int i;

	memset(text, 'x', sizeof(text));
	l2tp_write_begin(&w, 7, 9);
	l2tp_write_type(&w, L2TP_CDN);
	l2tp_write_result(&w, L2TP_CDN_ERROR, L2TP_ERROR_RESOURCES, "full");
	l2tp_write_16(&w, L2TP_A_ASSIGNED_SESSION, 3);
	tap_ok(l2tp_write_end(&w), "a CDN");
	l2tp_header_stamp(w.data, 5, 6);
	l2tp_header_parse(w.data, w.len, &header);
	tap_ok(header.tunnel == 7 && header.session == 9 && header.ns == 5 && header.nr == 6,
	       "its header");
	l2tp_message_parse(&message, &header, secret);
	tap_ok(message.type == L2TP_CDN && message.result == 2 && message.error == 4 &&
	       message.assigned_session == 3 && message.text.len == 4 && !message.fault,
	       "what it says");
	l2tp_write_begin(&w, 7, 9);
	l2tp_write_bytes(&w, L2TP_A_HOST_NAME, text, 1018);
	tap_ok(!l2tp_write_end(&w), "a value that is too long for an attribute");
	l2tp_write_begin(&w, 7, 9);
	for (i = 0; i < 5; i++)
		l2tp_write_bytes(&w, L2TP_A_HOST_NAME, text, 250);
	tap_ok(!l2tp_write_end(&w) && w.len <= sizeof(w.data), "a message that is too long");
	/* printf '\003tunnelchallenge' | md5sum */
	host_unhex("5ca6ffcd1457d4c454dcca41fa1e5df3", wanted, sizeof(wanted));
	l2tp_challenge_response(response, L2TP_SCCCN, secret, (const uint8_t *)"challenge", 9);
	tap_ok(!memcmp(response, wanted, sizeof(wanted)), "a response");
}

/* Reliable delivery */

static struct l2tp_reliable r;

static void begin(uint16_t window)
{
	l2tp_reliable_init(&r, 1000, 8000, 5);
	l2tp_reliable_window(&r, window);
}

static void queue(int count)
{
	struct l2tp_writer w;

	l2tp_write_begin(&w, 1, 0);
	l2tp_write_type(&w, L2TP_HELLO);
	l2tp_write_end(&w);
	while (count--)
		l2tp_reliable_queue(&r, &w);
}

/* Which messages are sent now: "0 1 2". */
static const char *sent(uint64_t now)
{
	static char text[256];
	struct l2tp_header h;
	const uint8_t *data;
	size_t at = 0, len;

	text[0] = '\0';
	while ((data = l2tp_reliable_output(&r, now, &len))) {
		l2tp_header_parse(data, len, &h);
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%u", at ? " " : "", h.ns);
	}
	return text;
}

static enum l2tp_arrival arrive(uint16_t ns, uint16_t nr, bool empty, uint64_t now)
{
	struct l2tp_header h = { .ns = ns, .nr = nr, .len = empty ? 0 : 8 };

	return l2tp_reliable_input(&r, &h, false, now);
}

static void test_window(void)
{
	begin(4);
	queue(10);
	tap_text(sent(0), "0", "slow start: one");
	tap_text(sent(10), "", "and no more");
	arrive(0, 1, true, 20);
	tap_text(sent(20), "1 2", "acknowledged: two");
	arrive(0, 3, true, 30);
	tap_text(sent(30), "3 4 5 6", "then four");
	arrive(0, 4, true, 40);
	tap_text(sent(40), "7", "the window holds");
	arrive(0, 8, true, 50);
	tap_text(sent(50), "8 9", "the rest");
	arrive(0, 10, true, 60);
	tap_ok(!r.count && !r.deadline, "nothing is left");
	l2tp_reliable_clean(&r);
	begin(1);
	queue(3);
	tap_text(sent(0), "0", "a window of one");
	arrive(0, 1, true, 1);
	tap_text(sent(1), "1", "stays one");
	l2tp_reliable_clean(&r);
}

static void test_lost(void)
{
	static const unsigned int waits[] = { 1000, 2000, 4000, 8000, 8000 };
	uint64_t now = 0;
	size_t i, good = 0;

	begin(4);
	queue(6);
	sent(0);
	arrive(0, 1, true, 0);
	sent(0);
	arrive(0, 3, true, 0);
	tap_text(sent(0), "3 4 5", "three are on their way");
	for (i = 0; i < ARRAY_SIZE(waits); i++) {
		good += r.deadline == now + waits[i];
		good += l2tp_reliable_timer(&r, r.deadline - 1) && !*sent(r.deadline - 1);
		now = r.deadline;
		if (i + 1 < ARRAY_SIZE(waits))
			good += l2tp_reliable_timer(&r, now) && !strcmp(sent(now), "3");
	}
	tap_number((long long)good, 14, "the oldest is sent again, with pauses that double");
	tap_ok(!l2tp_reliable_timer(&r, now), "until the peer must be gone");
	l2tp_reliable_clean(&r);
	begin(4);
	queue(2);
	sent(0);
	arrive(0, 1, true, 0);
	sent(0);
	l2tp_reliable_timer(&r, 1000);
	tap_text(sent(1000), "1", "sent again");
	arrive(0, 2, true, 1001);
	tap_ok(!r.count && !r.tries, "and acknowledged");
	queue(1);
	tap_text(sent(2000), "2", "the next one");
	tap_number((long long)r.deadline, 3000, "waits as long as the first one did");
	l2tp_reliable_clean(&r);
}

static void test_arrivals(void)
{
	begin(4);
	queue(1);
	sent(0);
	tap_number(arrive(0, 0, false, 1), L2TP_ARRIVAL_NEXT, "the first message");
	tap_ok(r.ack, "it is to be acknowledged");
	tap_number(arrive(0, 0, false, 2), L2TP_ARRIVAL_AGAIN, "the same again");
	tap_number(arrive(2, 0, false, 3), L2TP_ARRIVAL_EARLY, "one that comes too early");
	tap_number(arrive(1, 2, false, 4), L2TP_ARRIVAL_FORGED, "one that knows too much");
	tap_number(r.expected, 1, "counts for nothing");
	tap_number(arrive(1, 1, true, 5), L2TP_ARRIVAL_ACK, "only an acknowledgement");
	tap_number(r.expected, 1, "takes no number");
	tap_number(arrive(1, 0, false, 6), L2TP_ARRIVAL_NEXT, "an old acknowledgement does no harm");
	tap_number(l2tp_reliable_input(&r, &(struct l2tp_header){ .ns = 2, .nr = 1, .len = 8 },
				       true, 7), L2TP_ARRIVAL_EARLY, "one that has to wait");
	l2tp_reliable_clean(&r);
}

static void test_wrap(void)
{
	uint32_t i, good = 0;

	begin(4);
	for (i = 0; i < 70000; i++) {
		queue(1);
		sent(i);
		good += arrive((uint16_t)i, (uint16_t)(i + 1), false, i) == L2TP_ARRIVAL_NEXT;
		good += !r.count;
	}
	tap_number(good, 140000, "numbers begin anew");
	l2tp_reliable_clean(&r);
	begin(4);
	queue(5);
	sent(0);
	l2tp_reliable_drop_unsent(&r);
	tap_number(r.count, 1, "what has no number can be taken back");
	queue(1);
	arrive(0, 1, true, 1);
	tap_text(sent(1), "1", "and the next message gets the next one");
	l2tp_reliable_clean(&r);
}

int main(void)
{
	test_header();
	test_attributes();
	test_hidden();
	test_write();
	test_window();
	test_lost();
	test_arrivals();
	test_wrap();
	return tap_end();
}
