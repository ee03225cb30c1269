// SPDX-License-Identifier: GPL-2.0
/*
 * A record that some other process has left: any bytes. What is taken of it is whole, a grant
 * that was read and written again is the same, and a session that was restored can be talked to.
 */
#include <string.h>

#include "../auth.h"
#include "../ppp/save.h"
#include "../radius_packet.h"
#include "../record.h"
#include "check.h"

static void check_grant(const struct record *r)
{
	struct auth_grant g = { 0 }, again = { 0 };
	uint8_t data[2 * UINT16_MAX];
	struct record_writer w;
	struct record copy;

	if (auth_grant_load(&g, r)) {
		record_begin(&w, data, sizeof(data));
		auth_grant_save(&g, &w);
		copy = (struct record){ data, w.len };
		FUZZ_REQUIRE(!w.full && auth_grant_load(&again, &copy));
		FUZZ_REQUIRE(g.route_count == again.route_count && g.class_len == again.class_len);
		FUZZ_REQUIRE(!g.class_len || !memcmp(g.class, again.class, g.class_len));
	}
	auth_grant_clear(&g);
	auth_grant_clear(&again);
}

static void check_attrs(const struct record *r)
{
	static struct radius_writer w;
	struct radius_packet p;
	const void *attrs;
	size_t len;

	attrs = record_find(r, RECORD_REPORT_ATTRS, &len);
	if (!attrs || !radius_attrs_good(attrs, len))
		return;
	radius_begin(&w, PW_ACCOUNTING_REQUEST, 0);
	radius_put_attrs(&w, attrs, len);
	FUZZ_REQUIRE(!w.full && !radius_check(w.data, w.len, &p));
}

/* It answers, and at its end it takes down just what it was said to have up. */
static void check_engine(const struct record *r)
{
	static const uint8_t echo[] = { 0xc0, 0x21, 9, 1, 0, 8, 0, 0, 0, 0 };
	static struct host h;
	struct ppp_saved saved, again;

	if (!record_get(r, RECORD_ENGINE, &saved, sizeof(saved)))
		return;
	host_init(&h, PPP_SERVER, 9);
	host_start(&h);
	h.timer = 0;
	if (ppp_session_restore(h.s, &h.config, h.s->ops, h.s->data, &saved, h.now)) {
		h.prepared = h.s->ipcp.prepared;
		h.prepared6 = h.s->ipv6cp.prepared;
		h.is_up = h.s->ipcp.up;
		h.is_up6 = h.s->ipv6cp.up;
		FUZZ_REQUIRE(ppp_session_save(h.s, &again));
		host_input(&h, echo, sizeof(echo));
		host_wait(&h, 60000);
	}
	host_done(&h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct record r = { data, size };

	check_grant(&r);
	check_attrs(&r);
	check_engine(&r);
	return 0;
}
