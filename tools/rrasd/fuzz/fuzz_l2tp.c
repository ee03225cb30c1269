// SPDX-License-Identifier: GPL-2.0
/*
 * L2TP messages from anybody, to a client and a server that have a tunnel or are about to: a list
 * of messages, each with its length (two bytes) and one that says how to send it:
 *
 *	1	to the client, or to the server
 *	2	numbered so that it is the next one
 *	4	with the number of the tunnel
 *	8	let the two go on first
 *	16	with the number of a call
 *	32	a second later
 */
#include "../tests/l2tp_world.h"
#include "fuzz.h"

static void put16(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static void address(struct world_end *to, uint8_t *data, size_t len, uint8_t how)
{
	struct world_tunnel *wt = world_first(to);
	struct world_call *wc;

	if (len < L2TP_HEADER_LEN)
		return;
	put16(data, 0xc802);
	put16(data + 2, (uint16_t)len);
	if (!wt)
		return;
	if (how & 2)
		l2tp_header_stamp(data, wt->t.reliable.expected, wt->t.reliable.first);
	if (how & 4)
		put16(data + 4, wt->t.id);
	if (how & 16 && !list_empty(&to->calls)) {
		wc = container_of(to->calls.next, struct world_call, all);
		put16(data + 6, wc->call.id);
	}
}

static void require_good(const struct world_end *end)
{
	struct world_tunnel *wt;
	uint32_t calls = 0;
	struct list *l;

	for (l = end->tunnels.next; l != &end->tunnels; l = l->next) {
		wt = container_of(l, struct world_tunnel, all);
		FUZZ_REQUIRE(!wt->t.busy && wt->t.state != L2TP_TUNNEL_DEAD);
		FUZZ_REQUIRE(wt->t.state != L2TP_TUNNEL_NEW && wt->t.id);
		FUZZ_REQUIRE(wt->t.state == L2TP_TUNNEL_UP || wt->t.deadline);
		FUZZ_REQUIRE(wt->t.state < L2TP_TUNNEL_CLOSING || !wt->t.call_count);
		FUZZ_REQUIRE(wt->t.reliable.flying <= wt->t.reliable.reached);
		FUZZ_REQUIRE(wt->t.reliable.reached <= wt->t.reliable.count);
		FUZZ_REQUIRE(!wt->t.reliable.flying == !wt->t.reliable.deadline);
		calls += wt->t.call_count;
	}
	FUZZ_REQUIRE(calls == end->e.calls.count);
	FUZZ_REQUIRE(end->tunnels_up + end->tunnels_down >= end->tunnels_up);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct l2tp_secret secret = { "s", 1 };
	uint8_t copy[4096];
	struct world_end *to;
	size_t len;

	if (hash_init())
		abort();
	world_begin();
	if (size && data[0] & 1)
		world.lac.settings.secret = world.lns.settings.secret = secret;
	world_open();
	for (data++, size -= size ? 1 : 0; size >= 3; data += len, size -= len) {
		len = (size_t)(data[0] << 8 | data[1]);
		to = data[2] & 1 ? &world.lac : &world.lns;
		if (data[2] & 8)
			world_run();
		if (data[2] & 32)
			world_wait(1000);
		data += 3;
		size -= 3;
		if (len > size)
			len = size;
		if (len > sizeof(copy))
			len = sizeof(copy);
		memcpy(copy, data, len);
		address(to, copy, len, data[-1]);
		world_deliver(to->other, copy, len);
		require_good(&world.lac);
		require_good(&world.lns);
	}
	world_clean();
	return 0;
}
