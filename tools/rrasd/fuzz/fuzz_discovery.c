// SPDX-License-Identifier: GPL-2.0
/*
 * PPPoE discovery frames: everything that a stranger on the wire can send. What is accepted has
 * its tags inside the frame, and an answer to it is either whole or not sent.
 */
#include <string.h>

#include "../access/pppoe_frame.h"
#include "fuzz.h"

static void require_inside(const struct pppoe_tag *tag, const uint8_t *data, size_t size)
{
	if (tag->data)
		FUZZ_REQUIRE(tag->data >= data + 24 && tag->data + tag->len <= data + size);
	else
		FUZZ_REQUIRE(tag->len == 0);
}

static void answer(const struct pppoe_frame *f)
{
	static const uint8_t mac[] = { 2, 0, 0, 0, 0, 9 };
	struct pppoe_writer w;
	size_t len = 20 + 8 + 4;

	pppoe_frame_begin(&w, f->src, mac, PPPOE_CODE_PADS, 1);
	pppoe_frame_put(&w, PPPOE_TAG_AC_NAME, "name", 4);
	pppoe_frame_put(&w, PPPOE_TAG_SERVICE_NAME, f->service.data, f->service.len);
	pppoe_frame_echo(&w, f);
	len += f->service.len;
	len += f->host_uniq.data ? f->host_uniq.len + 4U : 0;
	len += f->relay_id.data ? f->relay_id.len + 4U : 0;
	FUZZ_REQUIRE(pppoe_frame_end(&w) == (len <= sizeof(w.data)));
	FUZZ_REQUIRE(w.full || w.len == len);
	FUZZ_REQUIRE(w.len <= sizeof(w.data));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pppoe_frame f;

	if (!pppoe_frame_parse(data, size, &f))
		return 0;
	FUZZ_REQUIRE(f.src == data + 6 && !(f.src[0] & 1));
	FUZZ_REQUIRE(f.service.data ||
		     (f.code != PPPOE_CODE_PADI && f.code != PPPOE_CODE_PADR));
	FUZZ_REQUIRE(f.code == PPPOE_CODE_PADS ||
		     (f.code == PPPOE_CODE_PADT) == (f.session != 0));
	FUZZ_REQUIRE(!f.service.data || pppoe_frame_offers(&f, f.service.data, f.service.len));
	require_inside(&f.service, data, size);
	require_inside(&f.host_uniq, data, size);
	require_inside(&f.cookie, data, size);
	require_inside(&f.relay_id, data, size);
	require_inside(&f.ac_name, data, size);
	require_inside(&f.error, data, size);
	answer(&f);
	return 0;
}
