// SPDX-License-Identifier: GPL-2.0
/* Filters: which are allowed, and their stored form. */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "rule.h"

/* A table, because a shift by 64 is undefined and a branch costs more. */
const u64 ipf_rule_masks[65] = {
	0, ~0ULL << 63, ~0ULL << 62, ~0ULL << 61, ~0ULL << 60, ~0ULL << 59,
	~0ULL << 58, ~0ULL << 57, ~0ULL << 56, ~0ULL << 55, ~0ULL << 54, ~0ULL << 53,
	~0ULL << 52, ~0ULL << 51, ~0ULL << 50, ~0ULL << 49, ~0ULL << 48, ~0ULL << 47,
	~0ULL << 46, ~0ULL << 45, ~0ULL << 44, ~0ULL << 43, ~0ULL << 42, ~0ULL << 41,
	~0ULL << 40, ~0ULL << 39, ~0ULL << 38, ~0ULL << 37, ~0ULL << 36, ~0ULL << 35,
	~0ULL << 34, ~0ULL << 33, ~0ULL << 32, ~0ULL << 31, ~0ULL << 30, ~0ULL << 29,
	~0ULL << 28, ~0ULL << 27, ~0ULL << 26, ~0ULL << 25, ~0ULL << 24, ~0ULL << 23,
	~0ULL << 22, ~0ULL << 21, ~0ULL << 20, ~0ULL << 19, ~0ULL << 18, ~0ULL << 17,
	~0ULL << 16, ~0ULL << 15, ~0ULL << 14, ~0ULL << 13, ~0ULL << 12, ~0ULL << 11,
	~0ULL << 10, ~0ULL << 9, ~0ULL << 8, ~0ULL << 7, ~0ULL << 6, ~0ULL << 5,
	~0ULL << 4, ~0ULL << 3, ~0ULL << 2, ~0ULL << 1, ~0ULL,
};

static const char *bad_prefix(const struct in6_addr *addr, unsigned int len,
			      unsigned int max, u16 late)
{
	unsigned int i;

	if (len > max)
		return "prefix is longer than an address";
	if (late && len)
		return "late bound address has a prefix too";
	if (late & (late - 1))
		return "address is to be the client's and the interface's";
	for (i = len; i < 128; i++)
		if (addr->s6_addr[i / 8] & (0x80 >> i % 8))
			return "address has bits set beyond its prefix";
	return NULL;
}

static const char *bad_addresses(const struct ipf_filter *f)
{
	unsigned int max = f->family == IPF_IPV6 ? 128 : 32;
	const char *why;

	if (f->family == IPF_ANY && (f->src_len || f->dst_len))
		return "prefix needs an address family";
	why = bad_prefix(&f->src, f->src_len, max, f->flags & IPF_SRC_LATE);
	if (why)
		return why;
	return bad_prefix(&f->dst, f->dst_len, max, f->flags & IPF_DST_LATE);
}

static bool has_ports(u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
	       protocol == IPPROTO_UDPLITE || protocol == IPPROTO_SCTP ||
	       protocol == IPPROTO_DCCP;
}

static const char *bad_protocol(const struct ipf_filter *f)
{
	bool given = f->flags & IPF_PROTOCOL;

	if ((f->flags & IPF_PORTS) && given && !has_ports(f->protocol))
		return "protocol has no ports";
	if ((f->flags & IPF_SRC_PORT && f->src_port[0] > f->src_port[1]) ||
	    (f->flags & IPF_DST_PORT && f->dst_port[0] > f->dst_port[1]))
		return "range of ports is upside down";
	if (f->flags & IPF_ESTABLISHED && !(given && f->protocol == IPPROTO_TCP))
		return "established is a condition for TCP only";
	if (!(f->flags & IPF_ICMP))
		return NULL;
	if (!given || !((f->protocol == IPPROTO_ICMP && f->family != IPF_IPV6) ||
			(f->protocol == IPPROTO_ICMPV6 && f->family != IPF_IPV4)))
		return "ICMP type and code need the ICMP of their family";
	return NULL;
}

/**
 * ipf_rule_check() - may there be such a filter
 * @f: the filter
 * @why: if not, the reason is returned here
 *
 * Refused is what could never match or what a reader could take for something
 * else.
 *
 * Return: 0 or -EINVAL.
 */
int ipf_rule_check(const struct ipf_filter *f, const char **why)
{
	const char *bad = NULL;

	if (f->family > IPF_IPV6)
		bad = "unknown address family";
	else if (f->flags & ~IPF_CONDITIONS)
		bad = "unknown condition";
	if (!bad)
		bad = bad_addresses(f);
	if (!bad)
		bad = bad_protocol(f);
	if (!bad)
		return 0;
	*why = bad;
	return -EINVAL;
}

static void rest_pack(struct ipf_rule_rest *r, const struct ipf_filter *f,
		      u32 index)
{
	r->src_span = U16_MAX;
	r->dst_span = U16_MAX;
	if (f->flags & IPF_SRC_PORT) {
		r->src_port = f->src_port[0];
		r->src_span = f->src_port[1] - f->src_port[0];
	} else if (f->flags & IPF_ICMP_TYPE) {
		r->src_port = f->icmp_type;
		r->src_span = 0;
	}
	if (f->flags & IPF_DST_PORT) {
		r->dst_port = f->dst_port[0];
		r->dst_span = f->dst_port[1] - f->dst_port[0];
	} else if (f->flags & IPF_ICMP_CODE) {
		r->dst_port = f->icmp_code;
		r->dst_span = 0;
	}
	if (f->flags & IPF_PROTOCOL) {
		r->protocol = f->protocol;
		r->protocol_mask = 0xff;
	}
	r->need = f->flags;
	r->index = index;
}

static void rest_unpack(const struct ipf_rule_rest *r, struct ipf_filter *f)
{
	f->flags = r->need;
	f->protocol = r->protocol;
	if (r->need & IPF_SRC_PORT) {
		f->src_port[0] = r->src_port;
		f->src_port[1] = r->src_port + r->src_span;
	}
	if (r->need & IPF_DST_PORT) {
		f->dst_port[0] = r->dst_port;
		f->dst_port[1] = r->dst_port + r->dst_span;
	}
	if (r->need & IPF_ICMP_TYPE)
		f->icmp_type = r->src_port;
	if (r->need & IPF_ICMP_CODE)
		f->icmp_code = r->dst_port;
}

/**
 * ipf_rule4_pack() - store a filter for IPv4 packets
 * @r: is written
 * @f: a filter that ipf_rule_check() allowed, for IPv4 or any family
 * @index: its number
 */
void ipf_rule4_pack(struct ipf_rule4 *r, const struct ipf_filter *f, u32 index)
{
	memset(r, 0, sizeof(*r));
	r->src = get_unaligned_be32(f->src.s6_addr);
	r->dst = get_unaligned_be32(f->dst.s6_addr);
	r->src_mask = f->src_len ? ~0U << (32 - f->src_len) : 0;
	r->dst_mask = f->dst_len ? ~0U << (32 - f->dst_len) : 0;
	rest_pack(&r->rest, f, index);
}

/**
 * ipf_rule6_pack() - store a filter for IPv6 packets
 * @r: is written
 * @f: a filter that ipf_rule_check() allowed, for IPv6 or any family
 * @index: its number
 */
void ipf_rule6_pack(struct ipf_rule6 *r, const struct ipf_filter *f, u32 index)
{
	memset(r, 0, sizeof(*r));
	r->word[IPF_DIM_SRC_HI] = get_unaligned_be64(&f->src.s6_addr[0]);
	r->word[IPF_DIM_SRC_LO] = get_unaligned_be64(&f->src.s6_addr[8]);
	r->word[IPF_DIM_DST_HI] = get_unaligned_be64(&f->dst.s6_addr[0]);
	r->word[IPF_DIM_DST_LO] = get_unaligned_be64(&f->dst.s6_addr[8]);
	r->len[IPF_DIM_SRC_HI] = f->src_len < 64 ? f->src_len : 64;
	r->len[IPF_DIM_SRC_LO] = f->src_len < 64 ? 0 : f->src_len - 64;
	r->len[IPF_DIM_DST_HI] = f->dst_len < 64 ? f->dst_len : 64;
	r->len[IPF_DIM_DST_LO] = f->dst_len < 64 ? 0 : f->dst_len - 64;
	rest_pack(&r->rest, f, index);
}

static u8 mask_length(u32 mask)
{
	return hweight32(mask);
}

/**
 * ipf_rule4_unpack() - the filter that was stored
 * @r: its stored form
 * @f: is written, except for the tag
 */
void ipf_rule4_unpack(const struct ipf_rule4 *r, struct ipf_filter *f)
{
	memset(f, 0, sizeof(*f));
	f->family = IPF_IPV4;
	put_unaligned_be32(r->src, f->src.s6_addr);
	put_unaligned_be32(r->dst, f->dst.s6_addr);
	f->src_len = mask_length(r->src_mask);
	f->dst_len = mask_length(r->dst_mask);
	rest_unpack(&r->rest, f);
}

/**
 * ipf_rule6_unpack() - the filter that was stored
 * @r: its stored form
 * @f: is written, except for the tag
 */
void ipf_rule6_unpack(const struct ipf_rule6 *r, struct ipf_filter *f)
{
	memset(f, 0, sizeof(*f));
	f->family = IPF_IPV6;
	put_unaligned_be64(r->word[IPF_DIM_SRC_HI], &f->src.s6_addr[0]);
	put_unaligned_be64(r->word[IPF_DIM_SRC_LO], &f->src.s6_addr[8]);
	put_unaligned_be64(r->word[IPF_DIM_DST_HI], &f->dst.s6_addr[0]);
	put_unaligned_be64(r->word[IPF_DIM_DST_LO], &f->dst.s6_addr[8]);
	f->src_len = r->len[IPF_DIM_SRC_HI] + r->len[IPF_DIM_SRC_LO];
	f->dst_len = r->len[IPF_DIM_DST_HI] + r->len[IPF_DIM_DST_LO];
	rest_unpack(&r->rest, f);
}

static void rest_range(const struct ipf_rule_rest *r, enum ipf_dim dim, u64 *lo,
		       u64 *hi)
{
	switch (dim) {
	case IPF_DIM_SRC_PORT:
		*lo = r->src_port;
		*hi = r->src_port + r->src_span;
		break;
	case IPF_DIM_DST_PORT:
		*lo = r->dst_port;
		*hi = r->dst_port + r->dst_span;
		break;
	default:
		*lo = r->protocol;
		*hi = r->protocol_mask ? r->protocol : U8_MAX;
		break;
	}
}

/**
 * ipf_rule4_range() - the values that a filter takes in one dimension
 * @r: the filter
 * @dim: the dimension, not one of the low words
 * @lo: the lowest is returned here
 * @hi: the highest is returned here
 */
void ipf_rule4_range(const struct ipf_rule4 *r, enum ipf_dim dim, u64 *lo, u64 *hi)
{
	switch (dim) {
	case IPF_DIM_SRC_HI:
		*lo = r->src;
		*hi = r->src | ~r->src_mask;
		break;
	case IPF_DIM_DST_HI:
		*lo = r->dst;
		*hi = r->dst | ~r->dst_mask;
		break;
	default:
		rest_range(&r->rest, dim, lo, hi);
		break;
	}
}

/**
 * ipf_rule6_range() - the values that a filter takes in one dimension
 * @r: the filter
 * @dim: the dimension
 * @lo: the lowest is returned here
 * @hi: the highest is returned here
 */
void ipf_rule6_range(const struct ipf_rule6 *r, enum ipf_dim dim, u64 *lo, u64 *hi)
{
	if (dim > IPF_DIM_DST_LO) {
		rest_range(&r->rest, dim, lo, hi);
		return;
	}
	*lo = r->word[dim];
	*hi = r->word[dim] | ~ipf_rule_masks[r->len[dim]];
}
