// SPDX-License-Identifier: GPL-2.0
/*
 * The header of an L2TPv2 data message (RFC 2661 section 3.1):
 *
 *	|T|L|x|x|S|x|O|P|x|x|x|x|  Ver  |     Length (if L)     |
 *	|           Tunnel ID           |      Session ID       |
 *	|           Ns (if S)           |       Nr (if S)       |
 *	|       Offset Size (if O)      |   Offset pad ... (if O)
 */
#include <kunit/visibility.h>
#include <linux/unaligned.h>

#include "internal.h"
#include "l2tp_header.h"

/**
 * ndiswan_l2tp_parse() - read the header of a data message
 * @data: the message; as much of it as %NDISWAN_L2TP_HLEN_MAX, if it is longer
 * @len: length of all of it
 * @header: filled in
 *
 * The priority bit and the reserved ones are for nobody here, as the RFC asks.
 * Not for control messages.
 *
 * Return: length of the header with its padding, no more than @len, or -EBADMSG
 * if the message ends before its header, says that it is longer than it is or
 * shorter than its header, or is not of version 2.
 */
int ndiswan_l2tp_parse(const u8 *data, unsigned int len,
		       struct ndiswan_l2tp_header *header)
{
	unsigned int at = 2, end = len;
	u16 flags;

	if (len < at)
		return -EBADMSG;
	flags = get_unaligned_be16(data);
	if ((flags & NDISWAN_L2TP_VERSION_MASK) != NDISWAN_L2TP_VERSION)
		return -EBADMSG;
	if (len < at + 4 + (flags & NDISWAN_L2TP_LENGTH ? 2 : 0) +
		  (flags & NDISWAN_L2TP_SEQUENCE ? 4 : 0) +
		  (flags & NDISWAN_L2TP_OFFSET ? 2 : 0))
		return -EBADMSG;
	if (flags & NDISWAN_L2TP_LENGTH) {
		end = get_unaligned_be16(data + at);
		at += 2;
	}
	header->tunnel = get_unaligned_be16(data + at);
	header->session = get_unaligned_be16(data + at + 2);
	at += 4;
	header->sequenced = flags & NDISWAN_L2TP_SEQUENCE;
	if (header->sequenced) {
		header->ns = get_unaligned_be16(data + at);
		at += 4;
	}
	if (flags & NDISWAN_L2TP_OFFSET)
		at += 2 + get_unaligned_be16(data + at);
	if (end > len || at > end)
		return -EBADMSG;
	header->len = end - at;
	return at;
}
EXPORT_SYMBOL_IF_KUNIT(ndiswan_l2tp_parse);

/**
 * ndiswan_l2tp_build() - write the header of a data message
 * @end: the byte behind it; there have to be %NDISWAN_L2TP_HLEN before
 * @header: what to write: tunnel and session, and a number if it is sequenced
 *
 * Return: its length.
 */
unsigned int ndiswan_l2tp_build(u8 *end,
				const struct ndiswan_l2tp_header *header)
{
	u16 flags = NDISWAN_L2TP_VERSION;
	u8 *p = end;

	if (header->sequenced) {
		/* Nr means nothing in a data message. */
		put_unaligned_be16(0, p -= 2);
		put_unaligned_be16(header->ns, p -= 2);
		flags |= NDISWAN_L2TP_SEQUENCE;
	}
	put_unaligned_be16(header->session, p -= 2);
	put_unaligned_be16(header->tunnel, p -= 2);
	put_unaligned_be16(flags, p -= 2);
	return end - p;
}
EXPORT_SYMBOL_IF_KUNIT(ndiswan_l2tp_build);

/* Is the peer where late messages are, and have we lost our place? */
static bool lost_place(struct ndiswan_l2tp_sequence *sequence, u16 ns)
{
	u32 late = READ_ONCE(sequence->late);
	u16 count = late;

	if (ndiswan_l2tp_is_late(ns, late >> 16))
		count = 0;
	late = ++count < NDISWAN_L2TP_LATE_MAX ?
		       (u32)(u16)(ns + 1) << 16 | count : 0;
	WRITE_ONCE(sequence->late, late);
	return !late;
}

/**
 * ndiswan_l2tp_advance() - a numbered message has come
 * @sequence: the numbers of its session
 * @ns: its number
 *
 * When more messages are lost in a row than half of the numbers, or a peer
 * begins anew, what comes next looks late and goes on looking late. So after
 * %NDISWAN_L2TP_LATE_MAX late ones in order, with none between them that is not
 * late, the peer is believed.
 *
 * Two CPUs may be here for one session; of two that come at once one is late.
 *
 * Return: true if it is to be received, false if it is late.
 */
bool ndiswan_l2tp_advance(struct ndiswan_l2tp_sequence *sequence, u16 ns)
{
	u32 expected = READ_ONCE(sequence->expected), before;

	while (!ndiswan_l2tp_is_late(ns, expected)) {
		before = cmpxchg(&sequence->expected, expected, (u16)(ns + 1));
		if (before == expected) {
			if (unlikely(READ_ONCE(sequence->late)))
				WRITE_ONCE(sequence->late, 0);
			return true;
		}
		expected = before;
	}
	return lost_place(sequence, ns) &&
	       cmpxchg(&sequence->expected, expected, (u16)(ns + 1)) == expected;
}
EXPORT_SYMBOL_IF_KUNIT(ndiswan_l2tp_advance);
