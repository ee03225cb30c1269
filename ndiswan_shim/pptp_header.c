// SPDX-License-Identifier: GPL-2.0
/*
 * The enhanced GRE header of PPTP (RFC 2637 section 4.1):
 *
 *	|C|R|K|S|s|Recur|A| Flags | Ver |         Protocol Type         |
 *	|    Key (HW) Payload Length    |       Key (LW) Call ID        |
 *	|                   Sequence Number (if S)                      |
 *	|                Acknowledgment Number (if A)                   |
 */
#include <kunit/visibility.h>
#include <linux/unaligned.h>

#include "internal.h"
#include "pptp_header.h"

#define PPTP_KEY	0x2001	/* and version 1: always there */
#define PPTP_SEQUENCE	0x1000
#define PPTP_ACK	0x0080
#define PPTP_PROTOCOL	0x880b

/**
 * ndiswan_pptp_parse() - read the header
 * @data: the message; as much of it as %NDISWAN_PPTP_HLEN, if it is longer
 * @len: length of all of it
 * @header: filled in
 *
 * Return: length of the header, or -EBADMSG if the message ends inside it, says
 * that it is longer than it is, carries a frame without a number, or has a bit
 * set that has to be 0.
 */
int ndiswan_pptp_parse(const u8 *data, unsigned int len,
		       struct ndiswan_pptp_header *header)
{
	unsigned int at = NDISWAN_PPTP_HLEN_MIN;
	u16 flags;

	if (len < at)
		return -EBADMSG;
	flags = get_unaligned_be16(data);
	if ((flags & ~(PPTP_SEQUENCE | PPTP_ACK)) != PPTP_KEY ||
	    get_unaligned_be16(data + 2) != PPTP_PROTOCOL)
		return -EBADMSG;
	header->len = get_unaligned_be16(data + 4);
	header->call = get_unaligned_be16(data + 6);
	header->sequenced = flags & PPTP_SEQUENCE;
	header->acked = flags & PPTP_ACK;
	if (len < at + 4 * header->sequenced + 4 * header->acked)
		return -EBADMSG;
	if (header->sequenced) {
		header->seq = get_unaligned_be32(data + at);
		at += 4;
	}
	if (header->acked) {
		header->ack = get_unaligned_be32(data + at);
		at += 4;
	}
	if (header->len > len - at || (header->len && !header->sequenced))
		return -EBADMSG;
	return at;
}
EXPORT_SYMBOL_IF_KUNIT(ndiswan_pptp_parse);

/**
 * ndiswan_pptp_build() - write the header
 * @end: the byte behind it; there have to be %NDISWAN_PPTP_HLEN before
 * @header: what to write
 *
 * Return: its length.
 */
unsigned int ndiswan_pptp_build(u8 *end,
				const struct ndiswan_pptp_header *header)
{
	u16 flags = PPTP_KEY;
	u8 *p = end;

	if (header->acked) {
		put_unaligned_be32(header->ack, p -= 4);
		flags |= PPTP_ACK;
	}
	if (header->sequenced) {
		put_unaligned_be32(header->seq, p -= 4);
		flags |= PPTP_SEQUENCE;
	}
	put_unaligned_be16(header->call, p -= 2);
	put_unaligned_be16(header->len, p -= 2);
	put_unaligned_be16(PPTP_PROTOCOL, p -= 2);
	put_unaligned_be16(flags, p -= 2);
	return end - p;
}
EXPORT_SYMBOL_IF_KUNIT(ndiswan_pptp_build);
