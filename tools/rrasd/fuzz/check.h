/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Properties of every frame the engine sends.
 */
#ifndef RRASD_FUZZ_CHECK_H
#define RRASD_FUZZ_CHECK_H

#include "../ppp/internal.h"
#include "../tests/host.h"
#include "fuzz.h"

/**
 * check_frame - is a frame that the engine sent well formed?
 * @f: the frame
 */
static inline void check_frame(const struct host_frame *f)
{
	uint16_t protocol;

	FUZZ_REQUIRE(f->len >= 6 && f->len <= PPP_FRAME_MAX);
	protocol = ppp_get16(f->data);
	FUZZ_REQUIRE(protocol == PPP_PROTO_LCP || protocol == PPP_PROTO_PAP ||
		     protocol == PPP_PROTO_CHAP || protocol == PPP_PROTO_IPCP ||
		     protocol == PPP_PROTO_IPV6CP);
	FUZZ_REQUIRE(ppp_get16(f->data + 4) == f->len - 2);
	if (protocol != PPP_PROTO_PAP && protocol != PPP_PROTO_CHAP &&
	    f->data[2] <= PPP_CODE_CONF_REJ)
		FUZZ_REQUIRE(ppp_options_valid(f->data + 6, f->len - 6));
}

/**
 * check_frames - take all frames sent and check them
 * @h: the world
 */
static inline void check_frames(struct host *h)
{
	while (h->tail != h->head)
		check_frame(&h->frames[h->tail++ % HOST_FRAMES]);
}

#endif /* RRASD_FUZZ_CHECK_H */
