// SPDX-License-Identifier: GPL-2.0
/*
 * A PPPoE call, to whom anybody on the wire answers: a list of frames, each with its length (two
 * bytes) and the time since the one before (one byte, in sixteenths of a second).
 */
#include <string.h>

#include "../access/pppoe_client.h"
#include "fuzz.h"

static const uint8_t mac[PPPOE_MAC_LEN] = { 2, 0, 0, 0, 0, 1 };

static void require_good(const struct pppoe_call *c, const struct pppoe_writer *w, uint64_t now)
{
	bool waits = c->state == PPPOE_CALL_SEEKING || c->state == PPPOE_CALL_ASKING;
	struct pppoe_frame f;

	FUZZ_REQUIRE(waits == (c->deadline != 0));
	FUZZ_REQUIRE(!waits || c->deadline <= now + 8000);
	FUZZ_REQUIRE(c->state != PPPOE_CALL_OPEN || (c->session && c->session != 0xffff));
	FUZZ_REQUIRE(memchr(c->peer_name, 0, sizeof(c->peer_name)));
	FUZZ_REQUIRE(pppoe_call_problem(c)[0]);
	if (!w)
		return;
	/* What we send is well formed, from us, and an open question. */
	FUZZ_REQUIRE(waits && pppoe_frame_parse(w->data, w->len, &f));
	FUZZ_REQUIRE(!memcmp(f.src, mac, sizeof(mac)) && pppoe_call_owns(c, &f));
	FUZZ_REQUIRE(f.code == (c->state == PPPOE_CALL_ASKING ? PPPOE_CODE_PADR :
				PPPOE_CODE_PADI));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pppoe_call c = { .service = "" };
	const struct pppoe_writer *w;
	struct pppoe_frame f;
	uint64_t now = 1000;
	size_t len;

	if (size && data[0] & 1)
		c.service = "isp";
	if (size && data[0] & 2)
		c.ac_name = "ac";
	w = pppoe_call_begin(&c, mac, (const uint8_t *)"uqiuqiuq", now);
	require_good(&c, w, now);
	for (data++, size -= size ? 1 : 0; size >= 3; data += len, size -= len) {
		len = (size_t)(data[0] << 8 | data[1]);
		now += data[2] * 64ULL;
		data += 3;
		size -= 3;
		if (len > size)
			len = size;
		w = pppoe_call_timer(&c, now);
		require_good(&c, w, now);
		if (!pppoe_frame_parse(data, len, &f))
			continue;
		w = pppoe_call_input(&c, &f, now);
		require_good(&c, w, now);
	}
	return 0;
}
