/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A filter in the form in which it is stored and compared: 32 bytes for IPv4, 56
 * for IPv6. There are a hundred thousand of them, and a look-up reads several, so
 * each has what a comparison needs and nothing else, and fits a cache line.
 */
#ifndef IPFLTDRV_RULE_H
#define IPFLTDRV_RULE_H

#include <linux/types.h>

#include "classify.h"

/**
 * struct ipf_rule_rest - what is the same for both families
 * @src_port: lowest port, or the ICMP type
 * @src_span: highest minus lowest; 65535 if there is no condition
 * @dst_port: the same of the destination, or the ICMP code
 * @dst_span: its span
 * @need: IPF_* bits that a key has to have: the flags of the filter
 * @protocol: the protocol, 0 if there is no condition
 * @protocol_mask: 0xff, or 0 if there is no condition
 * @index: number of the filter; last, so that all before is what it matches
 */
struct ipf_rule_rest {
	u16 src_port;
	u16 src_span;
	u16 dst_port;
	u16 dst_span;
	u16 need;
	u8 protocol;
	u8 protocol_mask;
	u32 index;
};

struct ipf_rule4 {
	u32 src;
	u32 dst;
	u32 src_mask;
	u32 dst_mask;
	struct ipf_rule_rest rest;
};

/* @len: of the prefix in each of the four words, 0 to 64. */
struct ipf_rule6 {
	u64 word[IPF_DIM_DST_LO + 1];
	u8 len[IPF_DIM_DST_LO + 1];
	struct ipf_rule_rest rest;
};

extern const u64 ipf_rule_masks[65];

static __always_inline bool ipf_rule_rest_matches(const struct ipf_rule_rest *r,
						  const struct ipf_key *key)
{
	if ((u16)(key->dim[IPF_DIM_DST_PORT] - r->dst_port) > r->dst_span ||
	    (u16)(key->dim[IPF_DIM_SRC_PORT] - r->src_port) > r->src_span)
		return false;
	return !(((u8)key->dim[IPF_DIM_PROTOCOL] ^ r->protocol) & r->protocol_mask) &&
	       !(r->need & ~key->have);
}

static __always_inline bool ipf_rule4_matches(const struct ipf_rule4 *r,
					      const struct ipf_key *key)
{
	u32 differs = (((u32)key->dim[IPF_DIM_DST_HI] ^ r->dst) & r->dst_mask) |
		      (((u32)key->dim[IPF_DIM_SRC_HI] ^ r->src) & r->src_mask);

	return !differs && ipf_rule_rest_matches(&r->rest, key);
}

static __always_inline u64 ipf_rule6_differs(const struct ipf_rule6 *r,
					     const struct ipf_key *key,
					     enum ipf_dim dim)
{
	return (key->dim[dim] ^ r->word[dim]) & ipf_rule_masks[r->len[dim]];
}

/* Most filters that do not match are told by the first words. */
static __always_inline bool ipf_rule6_matches(const struct ipf_rule6 *r,
					      const struct ipf_key *key)
{
	if (ipf_rule6_differs(r, key, IPF_DIM_DST_HI) ||
	    ipf_rule6_differs(r, key, IPF_DIM_SRC_HI))
		return false;
	return !(ipf_rule6_differs(r, key, IPF_DIM_DST_LO) |
		 ipf_rule6_differs(r, key, IPF_DIM_SRC_LO)) &&
	       ipf_rule_rest_matches(&r->rest, key);
}

int ipf_rule_check(const struct ipf_filter *f, const char **why);
void ipf_rule4_pack(struct ipf_rule4 *r, const struct ipf_filter *f, u32 index);
void ipf_rule6_pack(struct ipf_rule6 *r, const struct ipf_filter *f, u32 index);
void ipf_rule4_unpack(const struct ipf_rule4 *r, struct ipf_filter *f);
void ipf_rule6_unpack(const struct ipf_rule6 *r, struct ipf_filter *f);
void ipf_rule4_range(const struct ipf_rule4 *r, enum ipf_dim dim, u64 *lo, u64 *hi);
void ipf_rule6_range(const struct ipf_rule6 *r, enum ipf_dim dim, u64 *lo, u64 *hi);

#endif /* IPFLTDRV_RULE_H */
