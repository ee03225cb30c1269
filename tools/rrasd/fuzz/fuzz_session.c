// SPDX-License-Identifier: GPL-2.0
/*
 * A whole conversation. The input: a byte of configuration, a byte that says how far the session
 * is before the fuzzer takes over and how IPv6 is, then records: an operation, its arguments.
 *
 * Operations: a frame of any bytes; the last frame we sent, come back with another code (the way
 * to a valid answer); time; the daemon's answers; the ends. What must hold is in check.h and
 * below; host_done() adds that all came down in balance.
 */
#include <string.h>

#include "check.h"

static struct host h;
static struct host_frame last;

struct input {
	const uint8_t *data;
	size_t left;
};

static unsigned int take(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->data++;
}

static void configure_ipv6(unsigned int choice)
{
	h.config.ipv6 = choice & 4;
	if (choice & 8)
		h.give_ifid = 0;
	h.prepare6_ret = choice & 16 ? -1 : 0;
	h.own_ifid = choice & 32;
	h.no_address = choice & 64;
}

static void configure(unsigned int choice)
{
	host_init(&h, choice & 1 ? PPP_CLIENT : PPP_SERVER, 9);
	h.config.auth_peer = choice & 1 ? 0 : PPP_AUTH_PAP;
	if (choice & 2)
		h.config.auth_peer = PPP_AUTH_CHAP_MD5;
	if (choice & 4)
		h.config.auth_peer = PPP_AUTH_ALL;
	if ((choice & 6) == 6)
		h.config.auth_peer = PPP_AUTH_MSCHAPV2;
	h.config.auth_self = choice & 8 ? PPP_AUTH_ALL : 0;
	h.config.auth_retries = 2;
	h.auth = choice & 16 ? HOST_AUTH_DEFER : HOST_AUTH_CHECK;
	if (choice & 32)
		h.give.s_addr = 0;
	h.config.pppoe = !(choice & 64);
	h.config.echo_ms = 5000;
	h.config.rechallenge_ms = choice & 128 ? 20000 : 0;
}

/* Bring the session to where the interesting part begins. */
static void advance(unsigned int stage)
{
	if (!stage)
		return;
	host_lcp_open(&h);
	if (stage < 2 || h.auth == HOST_AUTH_DEFER || h.s->phase == PPP_PHASE_NETWORK)
		return;
	if (h.s->lcp.ask_auth != PPP_AUTH_PAP)
		return;
	host_auth_pap(&h);
	if (stage > 2 && h.give.s_addr && !h.no_address)
		host_network_open(&h);
	if (stage > 2 && h.config.ipv6 && h.give_ifid && !h.prepare6_ret)
		host_network6_open(&h);
}

static void remember(void)
{
	if (h.head != h.tail)
		last = h.frames[(h.head - 1) % HOST_FRAMES];
}

static void op_frame(struct input *in)
{
	size_t len = take(in) << 8;

	len |= take(in);
	if (len > in->left)
		len = in->left;
	host_input(&h, in->data, len);
	in->data += len;
	in->left -= len;
}

static void op_return(struct input *in)
{
	struct host_frame f = last;
	unsigned int at;

	if (!f.len)
		return;
	f.data[2] = (uint8_t)take(in);
	at = take(in);
	if (at && at < f.len)
		f.data[at] ^= (uint8_t)take(in);
	host_input(&h, f.data, f.len);
}

static void op_answer(unsigned int choice)
{
	struct ppp_auth_answer answer = {
		.ok = choice & 8, .message = choice & 16 ? "text" : NULL,
		.proof = choice & 32 ? NULL : h.proof, .retry = choice & 64,
	};

	ppp_auth_answer(h.s, h.now, &answer);
}

static void op_end(unsigned int how)
{
	if (how & 1)
		ppp_session_lower_down(h.s, h.now);
	else
		ppp_session_close(h.s, h.now, how >> 1 & 15);
}

static void op(struct input *in)
{
	struct in_addr address = { 0 };
	unsigned long before = h.outputs;
	unsigned int choice = take(in);

	switch (choice & 7) {
	case 0:
	case 1:
		op_frame(in);
		FUZZ_REQUIRE(h.outputs - before <= 5);
		break;
	case 2:
	case 3:
		op_return(in);
		FUZZ_REQUIRE(h.outputs - before <= 5);
		break;
	case 4:
		host_wait(&h, take(in) * 100);
		break;
	case 5:
		op_answer(choice);
		break;
	case 6:
		address.s_addr = choice & 8 ? h.config.local.s_addr + 0x01000000 : 0;
		ppp_address_result(h.s, h.now, address);
		break;
	default:
		op_end(choice >> 3);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { .data = data, .left = size };
	unsigned int stage;

	last.len = 0;
	configure(take(&in));
	stage = take(&in);
	configure_ipv6(stage);
	host_start(&h);
	remember();
	advance(stage & 3);
	remember();
	host_drain(&h);
	while (in.left && h.s) {
		op(&in);
		remember();
		check_frames(&h);
		h.log[0] = '\0';
		FUZZ_REQUIRE(h.prepared == 0 || h.prepared == 1);
		FUZZ_REQUIRE(!h.s || h.s->depth == 0);
		FUZZ_REQUIRE(!h.is_up || h.prepared == 1);
		FUZZ_REQUIRE(h.prepared6 == 0 || h.prepared6 == 1);
		FUZZ_REQUIRE(!h.is_up6 || h.prepared6 == 1);
		FUZZ_REQUIRE(!h.prepared6 || h.config.ipv6);
	}
	host_done(&h);
	return 0;
}
