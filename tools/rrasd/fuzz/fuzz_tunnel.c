// SPDX-License-Identifier: GPL-2.0
/*
 * A tunnel that some other process has left: struct l2tp_saved, any bytes, and its messages, each
 * after its length (two bytes). If it is believed it works as any other one does.
 */
#include "../tests/l2tp_world.h"
#include "fuzz.h"

/* Return: whether all that it counts are there. */
static bool requeue(struct l2tp_tunnel *t, uint32_t count, const uint8_t *data, size_t size)
{
	size_t len;

	while (count--) {
		if (size < 2)
			return false;
		len = (size_t)data[0] << 8 | data[1];
		data += 2;
		size -= 2;
		if (len > size || !l2tp_tunnel_requeue(t, data, len))
			return false;
		data += len;
		size -= len;
	}
	return true;
}

static void use(struct l2tp_tunnel *t, const struct l2tp_saved *saved)
{
	struct world_call *wc = world_call(&world.lns);
	struct l2tp_saved again;

	FUZZ_REQUIRE(l2tp_tunnel_save(t, &again));
	FUZZ_REQUIRE(again.first == saved->first && again.count == saved->count);
	FUZZ_REQUIRE(l2tp_call_restore(t, &wc->call, 7, 8, world.now));
	l2tp_tunnel_go_on(t, world.now);
	FUZZ_REQUIRE(t->reliable.flying <= t->reliable.reached);
	FUZZ_REQUIRE(t->reliable.reached <= t->reliable.count);
	world_wait(3000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct l2tp_saved saved;
	struct world_tunnel *wt;

	if (size < sizeof(saved) || hash_init())
		return 0;
	memcpy(&saved, data, sizeof(saved));
	world_begin();
	world_open();
	world_run();
	wt = world_tunnel(&world.lns);
	if (!l2tp_tunnel_restore(&world.lns.e, &wt->t, &saved, world.now)) {
		list_remove(&wt->all);
		free(wt);
	} else if (requeue(&wt->t, saved.count, data + sizeof(saved), size - sizeof(saved))) {
		use(&wt->t, &saved);
	}
	world_clean();
	return 0;
}
