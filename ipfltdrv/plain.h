/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The packet that most packets are: IPv4 without options, whole, TCP or UDP, with its
 * headers in one piece. Inline, it costs a third of ipf_parse(), which knows all others
 * and says the same of this one.
 */
#ifndef _IPFLTDRV_PLAIN_H
#define _IPFLTDRV_PLAIN_H

#include <linux/in.h>
#include <linux/skbuff.h>
#include <linux/unaligned.h>

#include "key.h"

/**
 * ipf_parse_plain() - the key of a plain packet
 * @skb: the packet, whose type is IPv4
 * @offset: of its network header
 * @key: filled in, if it is one
 *
 * Context: data.
 * Return: true if @key is as ipf_parse() would have made it; false if that has to be
 * asked.
 */
static __always_inline bool ipf_parse_plain(const struct sk_buff *skb,
					    unsigned int offset,
					    struct ipf_key *key)
{
	const u8 *ip = skb->data + offset;
	unsigned int length;
	u8 protocol;

	if (unlikely(skb_headlen(skb) < offset + 28))
		return false;
	if (unlikely(ip[0] != 0x45 ||
		     get_unaligned((const __be16 *)(ip + 6)) & htons(0x3fff)))
		return false;
	/* Neither shorter than 28 nor longer than what is there, which is at least 28. */
	length = get_unaligned_be16(ip + 2);
	if (unlikely(length - 28 > skb->len - offset - 28))
		return false;
	key->have = IPF_PROTOCOL | IPF_PORTS;
	protocol = ip[9];
	if (protocol == IPPROTO_TCP) {
		if (unlikely(skb_headlen(skb) < offset + 40 || length < 40))
			return false;
		/* All but SYN without ACK. */
		if ((ip[33] & 0x12) != 0x02)
			key->have |= IPF_ESTABLISHED;
	} else if (unlikely(protocol != IPPROTO_UDP)) {
		return false;
	}
	key->dim[IPF_DIM_SRC_HI] = get_unaligned_be32(ip + 12);
	key->dim[IPF_DIM_DST_HI] = get_unaligned_be32(ip + 16);
	key->dim[IPF_DIM_SRC_PORT] = get_unaligned_be16(ip + 20);
	key->dim[IPF_DIM_DST_PORT] = get_unaligned_be16(ip + 22);
	key->dim[IPF_DIM_PROTOCOL] = protocol;
	key->family = IPF_IPV4;
	key->fragment = IPF_WHOLE;
	key->transport = 20;
	key->length = length;
	return true;
}

#endif /* _IPFLTDRV_PLAIN_H */
