/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NDISWAN_L2TP_HEADER_H
#define _NDISWAN_L2TP_HEADER_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/types.h>

/* The first two bytes. */
#define NDISWAN_L2TP_CONTROL		BIT(15)
#define NDISWAN_L2TP_LENGTH		BIT(14)
#define NDISWAN_L2TP_SEQUENCE		BIT(11)
#define NDISWAN_L2TP_OFFSET		BIT(9)
#define NDISWAN_L2TP_VERSION_MASK	0x000f
#define NDISWAN_L2TP_VERSION		2

/* Longest header that we send, and that is received, padding not counted. */
#define NDISWAN_L2TP_HLEN		10
#define NDISWAN_L2TP_HLEN_MAX		14

/* So many late messages in order are no stragglers. */
#define NDISWAN_L2TP_LATE_MAX		16

/**
 * struct ndiswan_l2tp_sequence - numbers of a session's messages
 * @next: to be sent
 * @expected: the one after the highest received; cmpxchg() of the receive path
 * @late: how many came late in order, and above bit 16 the number after the last
 *	of them; two CPUs that receive at once may lose a count
 *
 * Only used with sequence numbers.
 */
struct ndiswan_l2tp_sequence {
	atomic_t next;
	u32 expected;
	u32 late;
};

/**
 * struct ndiswan_l2tp_header - of a data message
 * @tunnel: the receiver's number of the tunnel
 * @session: the receiver's number of the session
 * @ns: number of the message, if it is @sequenced
 * @sequenced: it has one
 * @len: received: bytes of the PPP frame behind the header
 */
struct ndiswan_l2tp_header {
	u16 tunnel;
	u16 session;
	u16 ns;
	bool sequenced;
	unsigned int len;
};

int ndiswan_l2tp_parse(const u8 *data, unsigned int len,
		       struct ndiswan_l2tp_header *header);
unsigned int ndiswan_l2tp_build(u8 *end,
				const struct ndiswan_l2tp_header *header);
bool ndiswan_l2tp_advance(struct ndiswan_l2tp_sequence *sequence, u16 ns);

/**
 * ndiswan_l2tp_is_late() - does a message come after one that follows it?
 * @ns: its number
 * @expected: the number after the highest one received
 *
 * Numbers wrap around; the half of them below @expected is the past (RFC 2661
 * section 5.8).
 *
 * Return: true if it does, or if it came already.
 */
static inline bool ndiswan_l2tp_is_late(u16 ns, u16 expected)
{
	return (u16)(ns - expected) >= 0x8000;
}

#endif /* _NDISWAN_L2TP_HEADER_H */
