// SPDX-License-Identifier: GPL-2.0
/*
 * The PPP header (RFC 1661 section 2, RFC 1662 section 3.1): address and control
 * fields, which may be left out, and a protocol field of one or two bytes.
 */
#include <kunit/visibility.h>
#include <linux/skbuff.h>

#include "internal.h"

#define PPP_ADDRESS_FIELD	0xff
#define PPP_CONTROL_FIELD	0x03
#define PPP_PROTOCOL_LCP	0xc021

/**
 * ndiswan_frame_parse() - read a PPP header
 * @data: the frame
 * @len: its length in bytes
 * @protocol: the number is returned here
 *
 * Both compressions are accepted whether they were negotiated or not, as
 * RFC 1661 sections 6.5 and 6.6 ask for. A number that breaks the rules of
 * section 2 (its low byte has to be odd, its high byte even) is returned like
 * any other: "MUST be treated as having an unrecognized Protocol", which is for
 * the negotiating side to answer. The address field 0xff never begins a protocol
 * field, because 0x00ff is no protocol.
 *
 * Return: length of the header, or -EBADMSG if the frame ends inside it.
 */
int ndiswan_frame_parse(const u8 *data, unsigned int len, u16 *protocol)
{
	unsigned int at = 0;

	if (len >= 2 && data[0] == PPP_ADDRESS_FIELD &&
	    data[1] == PPP_CONTROL_FIELD)
		at = 2;
	if (at >= len)
		return -EBADMSG;
	if (data[at] & 1) {
		*protocol = data[at];
		return at + 1;
	}
	if (at + 1 >= len)
		return -EBADMSG;
	*protocol = get_unaligned_be16(data + at);
	return at + 2;
}
EXPORT_SYMBOL_IF_KUNIT(ndiswan_frame_parse);

/**
 * ndiswan_frame_build() - write a PPP header
 * @end: the byte behind it; there have to be NDISWAN_PPP_HLEN before
 * @protocol: the number
 * @framing: NDISWAN_SEND_ACFC or NDISWAN_SEND_NO_AC to leave out address and
 *	control field, NDISWAN_SEND_PFC to write the protocol field in one byte
 *	if its high byte is 0
 *
 * LCP is never compressed (RFC 1661 sections 6.5 and 6.6) except for what the
 * caller's transport does not have at all.
 *
 * Return: its length.
 */
unsigned int ndiswan_frame_build(u8 *end, u16 protocol, u8 framing)
{
	u8 *p = end;

	*--p = protocol;
	if (!(framing & NDISWAN_SEND_PFC) || protocol > 0xff)
		*--p = protocol >> 8;
	if (!(framing & (NDISWAN_SEND_ACFC | NDISWAN_SEND_NO_AC))) {
		*--p = PPP_CONTROL_FIELD;
		*--p = PPP_ADDRESS_FIELD;
	}
	return end - p;
}
EXPORT_SYMBOL_IF_KUNIT(ndiswan_frame_build);

/**
 * ndiswan_frame_pull() - take the PPP header off a frame
 * @skb: the frame, data at the PPP header; still the caller's
 * @protocol: the number is returned here
 *
 * Return: 0, data at the information field; or -EBADMSG.
 */
int ndiswan_frame_pull(struct sk_buff *skb, u16 *protocol)
{
	unsigned int len = min_t(unsigned int, skb->len, NDISWAN_PPP_HLEN);
	int hlen;

	if (unlikely(!pskb_may_pull(skb, len)))
		return -EBADMSG;
	hlen = ndiswan_frame_parse(skb->data, len, protocol);
	if (unlikely(hlen < 0))
		return hlen;
	ndiswan_frame_strip(skb, hlen);
	return 0;
}

/**
 * ndiswan_frame_push() - put the PPP header before a packet
 * @skb: the packet; still the caller's
 * @link: the link that will send it
 * @protocol: the number
 *
 * Makes the room that the port needs writable too.
 *
 * Return: 0 or -ENOMEM.
 */
int ndiswan_frame_push(struct sk_buff *skb, const struct ndiswan_link *link,
		       u16 protocol)
{
	u8 framing = READ_ONCE(link->framing);

	if (unlikely(skb_cow_head(skb, link->headroom)))
		return -ENOMEM;
	if (protocol == PPP_PROTOCOL_LCP)
		framing &= NDISWAN_SEND_NO_AC;
	__skb_push(skb, ndiswan_frame_build(skb->data, protocol, framing));
	return 0;
}
