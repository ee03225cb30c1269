/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NDISWAN_PPTP_HEADER_H
#define _NDISWAN_PPTP_HEADER_H

#include <linux/types.h>

/* Longest and shortest. */
#define NDISWAN_PPTP_HLEN	16
#define NDISWAN_PPTP_HLEN_MIN	8

/**
 * struct ndiswan_pptp_header - enhanced GRE
 * @len: bytes of the PPP frame behind it
 * @call: the receiver's number of the call
 * @seq: number of the message, if it is @sequenced
 * @ack: highest number received, if there is one, @acked
 * @sequenced: it carries a frame
 * @acked: it acknowledges
 */
struct ndiswan_pptp_header {
	u16 len;
	u16 call;
	u32 seq;
	u32 ack;
	bool sequenced;
	bool acked;
};

int ndiswan_pptp_parse(const u8 *data, unsigned int len,
		       struct ndiswan_pptp_header *header);
unsigned int ndiswan_pptp_build(u8 *end,
				const struct ndiswan_pptp_header *header);

#endif /* _NDISWAN_PPTP_HEADER_H */
