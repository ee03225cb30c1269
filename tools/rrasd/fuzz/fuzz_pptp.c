// SPDX-License-Identifier: GPL-2.0
/*
 * A PPTP control connection with anybody at the other end: one byte that says which side we are,
 * then pieces, each with its length (two bytes) and the time since the one before (one byte, in
 * seconds). What is sent is well formed, what is read does not depend on how it was cut, and a
 * connection that does not open ends.
 */
#include <string.h>

#include "../access/pptp_control.h"
#include "fuzz.h"

struct world {
	struct pptp_control control;
	uint32_t opened, calls, sent;
	uint64_t digest;		/* of all messages about calls */
};

static void add(struct world *w, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len--)
		w->digest = (w->digest ^ *p++) * UINT64_C(0x100000001b3);
}

static void output(struct pptp_control *c, const uint8_t *data, size_t len)
{
	struct world *w = (struct world *)c;
	struct pptp_message m;

	FUZZ_REQUIRE(pptp_frame_parse(data, len, &m) == (int)len && m.type != PPTP_UNKNOWN);
	w->sent++;
}

static void opened(struct pptp_control *c)
{
	FUZZ_REQUIRE(c->state == PPTP_CONTROL_OPEN);
	FUZZ_REQUIRE(memchr(c->peer_name, 0, sizeof(c->peer_name)));
	FUZZ_REQUIRE(((struct world *)c)->opened++ == 0);
}

static void call(struct pptp_control *c, const struct pptp_message *m)
{
	struct world *w = (struct world *)c;
	struct pptp_message back;
	uint8_t data[PPTP_FRAME_MAX];
	size_t len;

	FUZZ_REQUIRE(c->state == PPTP_CONTROL_OPEN);
	FUZZ_REQUIRE(m->type >= PPTP_OUTGOING_REQUEST && m->type < PPTP_TYPES);
	FUZZ_REQUIRE(pptp_call_result(m)[0]);
	/* What was read is what is written. */
	len = pptp_frame_build(data, m);
	FUZZ_REQUIRE(pptp_frame_parse(data, len, &back) == (int)len);
	FUZZ_REQUIRE(!memcmp(m, &back, sizeof(back)));
	w->calls++;
	add(w, data, len);
}

static const struct pptp_control_ops ops = {
	.output = output,
	.opened = opened,
	.call = call,
};

static void begin(struct world *w, bool caller, uint64_t now)
{
	memset(w, 0, sizeof(*w));
	pptp_control_init(&w->control, &ops, "host", 60000);
	if (caller)
		pptp_control_call(&w->control, now);
	else
		pptp_control_answer(&w->control, now);
}

static void require_good(const struct world *w)
{
	const struct pptp_control *c = &w->control;

	FUZZ_REQUIRE(c->fill < sizeof(c->buffer));
	FUZZ_REQUIRE((c->state == PPTP_CONTROL_CLOSED) == (c->deadline == 0));
	FUZZ_REQUIRE(c->state != PPTP_CONTROL_CLOSED || c->why);
	FUZZ_REQUIRE(c->state != PPTP_CONTROL_STARTING || !w->opened);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world w, slow;
	uint64_t now = 1000;
	size_t len, i;

	if (!size)
		return 0;
	begin(&w, data[0] & 1, now);
	begin(&slow, data[0] & 1, now);
	for (data++, size--; size >= 3; data += len, size -= len) {
		len = (size_t)(data[0] << 8 | data[1]);
		now += data[2] * 1000ULL;
		data += 3;
		size -= 3;
		if (len > size)
			len = size;
		pptp_control_timer(&w.control, now);
		pptp_control_timer(&slow.control, now);
		pptp_control_input(&w.control, data, len, now);
		for (i = 0; i < len; i++)
			pptp_control_input(&slow.control, data + i, 1, now);
		require_good(&w);
		FUZZ_REQUIRE(w.control.state == slow.control.state);
		FUZZ_REQUIRE(w.sent == slow.sent && w.digest == slow.digest);
	}
	pptp_control_stop(&w.control, PPTP_STOP_NONE, "enough", now);
	pptp_control_timer(&w.control, now + PPTP_STOP_MS);
	FUZZ_REQUIRE(w.control.state == PPTP_CONTROL_CLOSED);
	return 0;
}
