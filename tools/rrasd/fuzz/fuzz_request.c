// SPDX-License-Identifier: GPL-2.0
/*
 * One Configure packet with any options, to LCP, IPCP or IPV6CP of a server or client.
 *
 * The input: a byte of choices, the options. The answer to a request is an Ack with exactly the
 * same options, a Nak, or a Reject of some of the same options, unchanged and in order.
 */
#include <string.h>

#include "check.h"

static struct host h;

static void check_answer(const struct host_frame *f, const uint8_t *options, size_t len)
{
	const uint8_t *data = f->data + 6;
	size_t data_len = f->len - 6;

	FUZZ_REQUIRE(f->data[3] == 0x42);
	switch (f->data[2]) {
	case PPP_CODE_CONF_ACK:
		FUZZ_REQUIRE(data_len == len && (!len || !memcmp(data, options, len)));
		break;
	case PPP_CODE_CONF_NAK:
		FUZZ_REQUIRE(data_len > 0);
		break;
	case PPP_CODE_CONF_REJ:
		FUZZ_REQUIRE(ppp_options_subset(data, data_len, options, len));
		break;
	default:
		break;
	}
}

/* Every answer to a request is right; what else is sent is well formed. */
static void check_output(const uint8_t *options, size_t len, uint16_t protocol, bool request)
{
	const struct host_frame *f;
	unsigned int answers = 0;

	while (h.tail != h.head) {
		f = &h.frames[h.tail++ % HOST_FRAMES];
		check_frame(f);
		if (!request || ppp_get16(f->data) != protocol ||
		    f->data[2] < PPP_CODE_CONF_ACK || f->data[2] > PPP_CODE_CONF_REJ)
			continue;
		answers++;
		check_answer(f, options, len);
	}
	FUZZ_REQUIRE(answers <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t frame[PPP_FRAME_MAX];
	uint16_t protocol;
	uint8_t choice, code;
	size_t len;

	if (!size || size - 1 > sizeof(frame) - 6)
		return 0;
	choice = data[0];
	len = size - 1;
	code = (uint8_t)(1 + (choice >> 1 & 3));
	protocol = !(choice & 8) ? PPP_PROTO_LCP :
		   choice & 64 ? PPP_PROTO_IPV6CP : PPP_PROTO_IPCP;
	host_init(&h, choice & 1 ? PPP_CLIENT : PPP_SERVER, 7);
	h.config.pppoe = !(choice & 16);
	h.config.want_pfc = true;
	h.config.want_acfc = true;
	h.config.allow_pfc = true;
	h.config.allow_acfc = true;
	h.config.auth_peer = choice & 8 ? 0 : PPP_AUTH_ALL;
	h.config.ipv6 = choice & 64;
	h.own_ifid = true;
	h.config.dns[0].s_addr = choice & 32 ? 0x35000a0a : 0;
	host_start(&h);
	if (choice & 8)
		host_lcp_open(&h);
	host_drain(&h);
	ppp_set16(frame, protocol);
	frame[2] = code;
	/* An answer has the identifier of the only request so far. */
	frame[3] = code == PPP_CODE_CONF_REQ ? 0x42 : 1;
	ppp_set16(frame + 4, (uint16_t)(4 + len));
	memcpy(frame + 6, data + 1, len);
	host_input(&h, frame, 6 + len);
	check_output(data + 1, len, protocol, code == PPP_CODE_CONF_REQ);
	host_done(&h);
	return 0;
}
