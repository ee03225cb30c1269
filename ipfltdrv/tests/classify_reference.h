/* SPDX-License-Identifier: GPL-2.0 */
/* The slow classifier that classify_kunit.c holds against the fast one. */
#ifndef _IPFLTDRV_CLASSIFY_REFERENCE_H
#define _IPFLTDRV_CLASSIFY_REFERENCE_H

#include <linux/in.h>

#include "../classify.h"

/* A packet in the terms of its headers. */
struct packet {
	u8 family;
	struct in6_addr src;
	struct in6_addr dst;
	u8 protocol;
	u16 src_port;
	u16 dst_port;
	u8 icmp_type;
	u8 icmp_code;
	bool opening;	/* TCP SYN without ACK */
	bool fragment;
	bool later;	/* fragment without a transport header */
};

static bool is_portful(u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
	       protocol == IPPROTO_UDPLITE || protocol == IPPROTO_SCTP ||
	       protocol == IPPROTO_DCCP;
}

static bool has_ports(const struct packet *p)
{
	return is_portful(p->protocol) && !p->later;
}

static bool is_icmp(const struct packet *p)
{
	return p->protocol == (p->family == IPF_IPV4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
}

static bool has_icmp(const struct packet *p)
{
	return is_icmp(p) && !p->later;
}

static bool bit_of(const struct in6_addr *a, unsigned int bit)
{
	return a->s6_addr[bit / 8] & (128 >> bit % 8);
}

static bool slow_prefix(const struct in6_addr *prefix, unsigned int len,
			const struct in6_addr *addr)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		if (bit_of(prefix, i) != bit_of(addr, i))
			return false;
	return true;
}

static bool slow_late(const struct ipf_address *late, const struct packet *p,
		      const struct in6_addr *addr)
{
	struct in6_addr is = { };
	unsigned int i;

	if (p->family == IPF_IPV4) {
		for (i = 0; i < 4; i++)
			is.s6_addr[i] = late->ip4 >> (24 - 8 * i);
		return late->has_ip4 && slow_prefix(&is, 32, addr);
	}
	for (i = 0; i < 16; i++)
		is.s6_addr[i] = late->ip6[i / 8] >> (56 - 8 * (i % 8));
	return late->has_ip6 && slow_prefix(&is, late->ip6_len, addr);
}

static bool slow_addresses(const struct ipf_filter *f, const struct packet *p,
			   const struct ipf_late *late)
{
	if (f->flags & IPF_SRC_CLIENT && !slow_late(&late->client, p, &p->src))
		return false;
	if (f->flags & IPF_DST_CLIENT && !slow_late(&late->client, p, &p->dst))
		return false;
	if (f->flags & IPF_SRC_IFACE && !slow_late(&late->iface, p, &p->src))
		return false;
	if (f->flags & IPF_DST_IFACE && !slow_late(&late->iface, p, &p->dst))
		return false;
	return slow_prefix(&f->src, f->src_len, &p->src) &&
	       slow_prefix(&f->dst, f->dst_len, &p->dst);
}

static bool slow_matches(const struct ipf_filter *f, const struct packet *p,
			 const struct ipf_late *late)
{
	if (f->family != IPF_ANY && f->family != p->family)
		return false;
	if (f->flags & IPF_PROTOCOL && f->protocol != p->protocol)
		return false;
	if (f->flags & IPF_PORTS && !has_ports(p))
		return false;
	if (f->flags & IPF_SRC_PORT &&
	    (p->src_port < f->src_port[0] || p->src_port > f->src_port[1]))
		return false;
	if (f->flags & IPF_DST_PORT &&
	    (p->dst_port < f->dst_port[0] || p->dst_port > f->dst_port[1]))
		return false;
	if (f->flags & IPF_ICMP && !has_icmp(p))
		return false;
	if (f->flags & IPF_ICMP_TYPE && p->icmp_type != f->icmp_type)
		return false;
	if (f->flags & IPF_ICMP_CODE && p->icmp_code != f->icmp_code)
		return false;
	if (f->flags & IPF_ESTABLISHED &&
	    (p->protocol != IPPROTO_TCP || p->later || p->opening))
		return false;
	if (f->flags & IPF_FRAGMENT && !p->fragment)
		return false;
	return slow_addresses(f, p, late);
}

static u64 word_of(const struct in6_addr *a, unsigned int first, unsigned int bytes)
{
	u64 word = 0;

	while (bytes--)
		word = word << 8 | a->s6_addr[first++];
	return word;
}

#endif /* _IPFLTDRV_CLASSIFY_REFERENCE_H */
