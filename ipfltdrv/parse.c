// SPDX-License-Identifier: GPL-2.0
/*
 * From a packet to its key: IPv4 and IPv6 headers, extension headers, fragments and
 * the first bytes of the transport header. Nothing is written, allocated or pulled,
 * and no length that the packet states is believed before it was compared with what
 * is there.
 */
#include <kunit/visibility.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/unaligned.h>

#include "parse.h"

#define FRAGMENT_OFFSET	0x1fff
#define FRAGMENT_MORE	0x2000
#define PACKET_MAX	65535

/* Where bytes come from: an skb, or flat memory with @skb NULL. */
struct source {
	const struct sk_buff *skb;
	const u8 *data;		/* the network header */
	unsigned int linear;	/* bytes at @data */
	unsigned int len;	/* bytes in all */
	unsigned int offset;	/* of the network header in @skb */
	bool big;		/* GSO: the length fields may be 0 */
};

static noinline const u8 *peek_slow(const struct source *s, unsigned int at,
				    unsigned int len, u8 *copy)
{
	if (!s->skb || at > s->len || len > s->len - at)
		return NULL;
	return skb_copy_bits(s->skb, s->offset + at, copy, len) ? NULL : copy;
}

/* @len bytes at @at from the network header, or NULL if they are not there. */
static __always_inline const u8 *peek(const struct source *s, unsigned int at,
				      unsigned int len, u8 *copy)
{
	if (likely(at + len <= s->linear))
		return s->data + at;
	return peek_slow(s, at, len, copy);
}

static bool is_tcp_opening(const u8 *tcp)
{
	return (tcp[13] & 0x12) == 0x02; /* SYN without ACK */
}

static enum ipf_parse short_transport(const struct ipf_key *key)
{
	return key->fragment == IPF_FIRST ? IPF_PARSE_TINY : IPF_PARSE_TRANSPORT;
}

/*
 * The transport header has to be whole, even in a first fragment: one that is not
 * could bring its flags or ports in a later fragment, which nobody looks at.
 */
static __always_inline enum ipf_parse parse_transport(const struct source *s,
						      struct ipf_key *key)
{
	unsigned int need;
	u8 copy[20];
	const u8 *p;
	u16 have;

	switch ((u8)key->dim[IPF_DIM_PROTOCOL]) {
	case IPPROTO_TCP:
		need = 20;
		have = IPF_PORTS;
		break;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		need = 8;
		have = IPF_PORTS;
		break;
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		need = 12;
		have = IPF_PORTS;
		break;
	case IPPROTO_ICMP:
		if (key->family != IPF_IPV4)
			return IPF_PARSE_OK;
		need = 8;
		have = IPF_ICMP;
		break;
	case IPPROTO_ICMPV6:
		if (key->family != IPF_IPV6)
			return IPF_PARSE_OK;
		/* RFC 4443 section 2.1: only the first four are in every message. */
		need = 4;
		have = IPF_ICMP;
		break;
	default:
		return IPF_PARSE_OK;
	}
	if (unlikely(key->transport + need > key->length))
		return short_transport(key);
	p = peek(s, key->transport, need, copy);
	if (unlikely(!p))
		return short_transport(key);

	if (have == IPF_PORTS) {
		key->dim[IPF_DIM_SRC_PORT] = get_unaligned_be16(p);
		key->dim[IPF_DIM_DST_PORT] = get_unaligned_be16(p + 2);
		if (need == 20 && !is_tcp_opening(p))
			have |= IPF_ESTABLISHED;
	} else {
		key->dim[IPF_DIM_SRC_PORT] = p[0];
		key->dim[IPF_DIM_DST_PORT] = p[1];
	}
	key->have |= have;
	return IPF_PARSE_OK;
}

/*
 * What is common to the fragments of both versions. @key->transport is where the
 * fragment's data begins.
 */
static noinline enum ipf_parse parse_fragment(struct ipf_key *key, u32 id,
					      unsigned int offset, bool more)
{
	unsigned int len = key->length - key->transport;

	key->have |= IPF_FRAGMENT;
	key->fragment = offset ? IPF_LATER : IPF_FIRST;
	key->fragment_id = id;
	key->fragment_offset = offset;
	key->fragment_end = offset + len;
	if (!len || (more && len % 8) || offset + len > PACKET_MAX)
		return IPF_PARSE_FRAGMENT;
	/* RFC 3128: it would overwrite the flags that the first one showed. */
	if (offset == 8 && key->dim[IPF_DIM_PROTOCOL] == IPPROTO_TCP)
		return IPF_PARSE_TINY;
	return IPF_PARSE_OK;
}

static __always_inline enum ipf_parse parse_ipv4(const struct source *s,
						 struct ipf_key *key)
{
	unsigned int hlen, total, fragment;
	struct iphdr copy;
	const struct iphdr *ip;
	enum ipf_parse result;

	ip = (const void *)peek(s, 0, sizeof(copy), (u8 *)&copy);
	if (unlikely(!ip))
		return IPF_PARSE_SHORT;
	if (unlikely(ip->version != 4))
		return IPF_PARSE_VERSION;
	hlen = ip->ihl * 4;
	if (unlikely(hlen < sizeof(*ip)))
		return IPF_PARSE_HEADER_LENGTH;
	total = get_unaligned_be16(&ip->tot_len);
	if (unlikely(!total && s->big))
		total = s->len;
	if (unlikely(total < hlen || total > s->len))
		return IPF_PARSE_LENGTH;

	key->family = IPF_IPV4;
	key->length = total;
	key->transport = hlen;
	key->dim[IPF_DIM_SRC_HI] = get_unaligned_be32(&ip->saddr);
	key->dim[IPF_DIM_DST_HI] = get_unaligned_be32(&ip->daddr);
	key->dim[IPF_DIM_PROTOCOL] = ip->protocol;

	fragment = get_unaligned_be16(&ip->frag_off);
	if (unlikely(fragment & (FRAGMENT_OFFSET | FRAGMENT_MORE))) {
		result = parse_fragment(key, get_unaligned_be16(&ip->id),
					(fragment & FRAGMENT_OFFSET) * 8,
					fragment & FRAGMENT_MORE);
		if (result || key->fragment == IPF_LATER)
			return result;
	}
	return parse_transport(s, key);
}

/* The length of an extension header, or 0 if @type is not one to walk over. */
static unsigned int extension_length(u8 type, u8 length)
{
	switch (type) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
		return (length + 1) * 8;
	case IPPROTO_AH: /* RFC 4302 section 2.2: in other units */
		return (length + 2) * 4;
	case IPPROTO_FRAGMENT:
		return 8;
	}
	return 0;
}

static bool is_extension(u8 type)
{
	return extension_length(type, 0);
}

/*
 * To the transport header. Headers behind a later fragment's fragment header are
 * not headers but data, whatever they look like.
 */
static noinline enum ipf_parse parse_extensions(const struct source *s,
						struct ipf_key *key)
{
	unsigned int count, len, fragment;
	enum ipf_parse result;
	u8 copy[8], type;
	const u8 *p;

	for (count = 0; is_extension(key->dim[IPF_DIM_PROTOCOL]); count++) {
		if (count == IPF_EXTENSIONS_MAX)
			return IPF_PARSE_EXTENSIONS;
		type = key->dim[IPF_DIM_PROTOCOL];
		/* RFC 8200 section 4.1: nowhere but at the front. */
		if (type == IPPROTO_HOPOPTS && count)
			return IPF_PARSE_EXTENSION;
		if (key->transport + sizeof(copy) > key->length)
			return IPF_PARSE_EXTENSION;
		p = peek(s, key->transport, sizeof(copy), copy);
		if (!p)
			return IPF_PARSE_EXTENSION;
		len = extension_length(type, p[1]);
		if (key->transport + len > key->length)
			return IPF_PARSE_EXTENSION;
		key->transport += len;
		key->dim[IPF_DIM_PROTOCOL] = p[0];
		if (type != IPPROTO_FRAGMENT)
			continue;

		fragment = get_unaligned_be16(p + 2);
		/* RFC 6946: offset 0 and nothing to follow is a whole packet. */
		if (!(fragment & 0xfff9))
			continue;
		if (key->fragment)
			return IPF_PARSE_FRAGMENT;
		result = parse_fragment(key, get_unaligned_be32(p + 4),
					fragment & 0xfff8, fragment & 1);
		if (result || key->fragment == IPF_LATER)
			return result;
	}
	return IPF_PARSE_OK;
}

static __always_inline enum ipf_parse parse_ipv6(const struct source *s,
						 struct ipf_key *key)
{
	unsigned int length;
	struct ipv6hdr copy;
	const struct ipv6hdr *ip;
	enum ipf_parse result;

	ip = (const void *)peek(s, 0, sizeof(copy), (u8 *)&copy);
	if (unlikely(!ip))
		return IPF_PARSE_SHORT;
	if (unlikely(ip->version != 6))
		return IPF_PARSE_VERSION;
	length = sizeof(*ip) + get_unaligned_be16(&ip->payload_len);
	/* A jumbogram (RFC 2675) is as long as it is. */
	if (unlikely(length == sizeof(*ip) &&
		     (s->big || ip->nexthdr == IPPROTO_HOPOPTS)))
		length = s->len;
	if (unlikely(length > s->len))
		return IPF_PARSE_LENGTH;

	key->family = IPF_IPV6;
	key->length = length;
	key->transport = sizeof(*ip);
	key->dim[IPF_DIM_SRC_HI] = get_unaligned_be64(&ip->saddr.s6_addr[0]);
	key->dim[IPF_DIM_SRC_LO] = get_unaligned_be64(&ip->saddr.s6_addr[8]);
	key->dim[IPF_DIM_DST_HI] = get_unaligned_be64(&ip->daddr.s6_addr[0]);
	key->dim[IPF_DIM_DST_LO] = get_unaligned_be64(&ip->daddr.s6_addr[8]);
	key->dim[IPF_DIM_PROTOCOL] = ip->nexthdr;

	if (unlikely(is_extension(ip->nexthdr))) {
		result = parse_extensions(s, key);
		if (result || key->fragment == IPF_LATER)
			return result;
	}
	return parse_transport(s, key);
}

static __always_inline void clear(struct ipf_key *key)
{
	key->dim[IPF_DIM_SRC_PORT] = 0;
	key->dim[IPF_DIM_DST_PORT] = 0;
	key->have = IPF_PROTOCOL;
	key->fragment = IPF_WHOLE;
}

/**
 * ipf_parse() - read the fields of a packet
 * @skb: the packet; not changed
 * @offset: of its network header from skb->data
 * @protocol: its EtherType
 * @key: the fields are returned here, without late bound addresses
 *
 * Bytes behind the length that the packet states are padding and not looked at. A
 * GSO packet may be longer than its length field can say.
 *
 * Context: any.
 * Return: IPF_PARSE_OK, or why @key cannot be used.
 */
enum ipf_parse ipf_parse(const struct sk_buff *skb, unsigned int offset,
			 __be16 protocol, struct ipf_key *key)
{
	unsigned int linear = skb_headlen(skb);
	struct source s = {
		.skb = skb,
		.data = skb->data + offset,
		.linear = offset < linear ? linear - offset : 0,
		.len = offset < skb->len ? skb->len - offset : 0,
		.offset = offset,
		.big = skb_is_gso(skb),
	};

	clear(key);
	if (protocol == htons(ETH_P_IP))
		return parse_ipv4(&s, key);
	if (protocol == htons(ETH_P_IPV6))
		return parse_ipv6(&s, key);
	return IPF_PARSE_NOT_IP;
}
EXPORT_SYMBOL_IF_KUNIT(ipf_parse);

/**
 * ipf_parse_bytes() - read the fields of a packet in flat memory
 * @data: the packet, from its network header
 * @len: its length in bytes
 * @key: the fields are returned here
 *
 * The version is taken from the first byte. Otherwise the same code as for a
 * packet of the data path.
 *
 * Return: IPF_PARSE_OK, or why @key cannot be used.
 */
enum ipf_parse ipf_parse_bytes(const u8 *data, unsigned int len,
			       struct ipf_key *key)
{
	struct source s = { .data = data, .linear = len, .len = len };

	clear(key);
	if (!len)
		return IPF_PARSE_SHORT;
	switch (data[0] >> 4) {
	case 4:
		return parse_ipv4(&s, key);
	case 6:
		return parse_ipv6(&s, key);
	}
	return IPF_PARSE_VERSION;
}
EXPORT_SYMBOL_IF_KUNIT(ipf_parse_bytes);

static const char * const reasons[IPF_PARSE_RESULTS] = {
	[IPF_PARSE_OK] = "well formed",
	[IPF_PARSE_NOT_IP] = "neither IPv4 nor IPv6",
	[IPF_PARSE_SHORT] = "ends inside its network header",
	[IPF_PARSE_VERSION] = "wrong IP version",
	[IPF_PARSE_HEADER_LENGTH] = "IPv4 header length below 20",
	[IPF_PARSE_LENGTH] = "length field disagrees with the packet",
	[IPF_PARSE_EXTENSION] = "bad IPv6 extension header",
	[IPF_PARSE_EXTENSIONS] = "too many IPv6 extension headers",
	[IPF_PARSE_TRANSPORT] = "ends inside its transport header",
	[IPF_PARSE_FRAGMENT] = "impossible fragment",
	[IPF_PARSE_TINY] = "fragment that hides the transport header",
};

/**
 * ipf_parse_reason() - what a result means
 * @result: of ipf_parse()
 *
 * Return: a few words for a person.
 */
const char *ipf_parse_reason(enum ipf_parse result)
{
	return result < IPF_PARSE_RESULTS ? reasons[result] : "unknown";
}
EXPORT_SYMBOL_IF_KUNIT(ipf_parse_reason);
