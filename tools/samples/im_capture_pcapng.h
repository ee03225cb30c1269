/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The blocks of a pcapng stream (draft-ietf-opsawg-pcapng) that im_capture
 * writes, in the byte order of this machine, times in nanoseconds.
 *
 * Packets have link type PPP, though raw IP would do: libpcap (1.10) refuses
 * two interfaces in a stream when their link type has one number in files (101)
 * and another one in memory (12).
 */
#ifndef _IM_CAPTURE_PCAPNG_H
#define _IM_CAPTURE_PCAPNG_H

#include <linux/kernel.h>
#include <linux/ppp_defs.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <net/ndiswan.h>

#define PCAPNG_SECTION		0x0a0d0d0a
#define PCAPNG_INTERFACE	1
#define PCAPNG_STATISTICS	5
#define PCAPNG_PACKET		6
#define PCAPNG_BYTE_ORDER	0x1a2b3c4d
#define PCAPNG_LINKTYPE_PPP	9
/* options */
#define PCAPNG_END		0
#define PCAPNG_IF_NAME		2
#define PCAPNG_IF_DESCRIPTION	3
#define PCAPNG_IF_TSRESOL	9
#define PCAPNG_ISB_IFRECV	4
#define PCAPNG_ISB_IFDROP	5
#define PCAPNG_EPB_FLAGS	2
#define PCAPNG_INBOUND		1
#define PCAPNG_OUTBOUND		2

#define PCAPNG_PPP_SIZE		4

/**
 * struct pcapng_packet - what comes before a packet
 * @type: PCAPNG_PACKET
 * @length: of the block
 * @interface: its number in the section
 * @time_high: nanoseconds since 1970
 * @time_low: the other half
 * @captured: bytes here, those of PPP counted
 * @original: bytes that the packet had
 * @address_control: of PPP
 * @protocol: of PPP
 */
struct pcapng_packet {
	u32 type;
	u32 length;
	u32 interface;
	u32 time_high;
	u32 time_low;
	u32 captured;
	u32 original;
	__be16 address_control;
	__be16 protocol;
};

/**
 * struct pcapng_packet_end - what comes after it
 * @code: PCAPNG_EPB_FLAGS
 * @size: of @flags
 * @flags: PCAPNG_INBOUND or PCAPNG_OUTBOUND
 * @end: PCAPNG_END
 * @length: of the block
 */
struct pcapng_packet_end {
	u16 code;
	u16 size;
	u32 flags;
	u32 end;
	u32 length;
};

/**
 * struct pcapng_block - a block without a packet
 * @data: what it is; there is room for the longest
 * @length: bytes of it
 */
struct pcapng_block {
	u8 data[128];
	size_t length;
};

/**
 * pcapng_packet_size() - bytes of the block of a packet
 * @captured: bytes that are kept of the packet
 *
 * Return: a multiple of 4.
 */
static inline u32 pcapng_packet_size(u32 captured)
{
	return sizeof(struct pcapng_packet) + ALIGN(captured, 4) +
	       sizeof(struct pcapng_packet_end);
}

/**
 * pcapng_packet_fill() - make the block of a packet
 * @packet: pcapng_packet_size() bytes; the interface is left to the caller
 * @skb: the packet
 * @captured: bytes that are kept of it, not more than it has
 * @proto: what it is
 * @direction: which way it goes
 */
static inline void pcapng_packet_fill(struct pcapng_packet *packet,
				      const struct sk_buff *skb, u32 captured,
				      enum ndiswan_proto proto,
				      enum ndiswan_direction direction)
{
	u8 *data = (u8 *)(packet + 1);
	struct pcapng_packet_end *end = (void *)(data + ALIGN(captured, 4));
	u64 now = ktime_get_real_ns();

	packet->type = PCAPNG_PACKET;
	packet->length = pcapng_packet_size(captured);
	packet->time_high = upper_32_bits(now);
	packet->time_low = lower_32_bits(now);
	packet->captured = PCAPNG_PPP_SIZE + captured;
	packet->original = PCAPNG_PPP_SIZE + skb->len;
	packet->address_control = htons(PPP_ALLSTATIONS << 8 | PPP_UI);
	packet->protocol = htons(proto == NDISWAN_PROTO_IPV4 ? PPP_IP : PPP_IPV6);
	/* It cannot fail: there are that many. */
	skb_copy_bits(skb, 0, data, captured);
	memset(data + captured, 0, (u8 *)end - data - captured);
	end->code = PCAPNG_EPB_FLAGS;
	end->size = sizeof(end->flags);
	end->flags = direction == NDISWAN_SENDING ? PCAPNG_OUTBOUND :
						    PCAPNG_INBOUND;
	end->end = PCAPNG_END;
	end->length = packet->length;
}

/**
 * pcapng_add() - append to a block
 * @block: to what
 * @data: what
 * @length: bytes, filled up with zeros to a multiple of 4
 */
static inline void pcapng_add(struct pcapng_block *block, const void *data,
			      size_t length)
{
	size_t padded = ALIGN(length, 4);

	if (WARN_ON_ONCE(padded > sizeof(block->data) - block->length))
		return;
	memset(block->data + block->length, 0, padded);
	memcpy(block->data + block->length, data, length);
	block->length += padded;
}

/**
 * pcapng_option() - append an option to a block
 * @block: to what
 * @code: which
 * @data: its value
 * @length: bytes of that
 */
static inline void pcapng_option(struct pcapng_block *block, u16 code,
				 const void *data, u16 length)
{
	u16 head[] = { code, length };

	pcapng_add(block, head, sizeof(head));
	pcapng_add(block, data, length);
}

/* A block's length is its second word and its last one. */
static inline void pcapng_end(struct pcapng_block *block)
{
	u32 length = block->length + sizeof(length);

	pcapng_add(block, &length, sizeof(length));
	memcpy(block->data + sizeof(u32), &length, sizeof(length));
}

/**
 * pcapng_section() - the block that begins a stream, or begins again
 * @block: filled in
 */
static inline void pcapng_section(struct pcapng_block *block)
{
	/* Its length is not known. */
	u32 words[] = { PCAPNG_SECTION, 0, PCAPNG_BYTE_ORDER, 0, U32_MAX, U32_MAX };
	static const u16 version[] = { 1, 0 };

	memcpy(&words[3], version, sizeof(version));
	block->length = 0;
	pcapng_add(block, words, sizeof(words));
	pcapng_end(block);
}

/**
 * pcapng_interface() - the next interface of the section
 * @block: filled in
 * @snaplen: the longest packet in the stream
 * @link: number of a link, or 0 for all of them
 * @peer: address of its client, if it is known
 */
static inline void pcapng_interface(struct pcapng_block *block, u32 snaplen,
				    u32 link, __be32 peer)
{
	u32 words[] = { PCAPNG_INTERFACE, 0, 0, snaplen };
	u16 linktype = PCAPNG_LINKTYPE_PPP;
	u8 tsresol = 9;
	char text[32];

	memcpy(&words[2], &linktype, sizeof(linktype));
	block->length = 0;
	pcapng_add(block, words, sizeof(words));
	if (link)
		snprintf(text, sizeof(text), "link %u", link);
	else
		strscpy(text, "all links", sizeof(text));
	pcapng_option(block, PCAPNG_IF_NAME, text, strlen(text));
	if (peer) {
		snprintf(text, sizeof(text), "client %pI4", &peer);
		pcapng_option(block, PCAPNG_IF_DESCRIPTION, text, strlen(text));
	}
	pcapng_option(block, PCAPNG_IF_TSRESOL, &tsresol, sizeof(tsresol));
	pcapng_option(block, PCAPNG_END, NULL, 0);
	pcapng_end(block);
}

/**
 * pcapng_statistics() - how many packets there were until now
 * @block: filled in, for the first interface of the section
 * @seen: packets, also those that were lost
 * @lost: packets that the stream does not have
 */
static inline void pcapng_statistics(struct pcapng_block *block, u64 seen,
				     u64 lost)
{
	u64 now = ktime_get_real_ns();
	u32 words[] = { PCAPNG_STATISTICS, 0, 0, upper_32_bits(now),
			lower_32_bits(now) };

	block->length = 0;
	pcapng_add(block, words, sizeof(words));
	pcapng_option(block, PCAPNG_ISB_IFRECV, &seen, sizeof(seen));
	pcapng_option(block, PCAPNG_ISB_IFDROP, &lost, sizeof(lost));
	pcapng_option(block, PCAPNG_END, NULL, 0);
	pcapng_end(block);
}

#endif /* _IM_CAPTURE_PCAPNG_H */
