/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a filter is compared with: the fields of one packet, as the parser found
 * them and as the classifier reads them.
 */
#ifndef IPFLTDRV_KEY_H
#define IPFLTDRV_KEY_H

#include <linux/bits.h>
#include <linux/in6.h>
#include <linux/types.h>

/*
 * Conditions of a filter, and the same bits in a key for what can be asked of the
 * packet. A filter matches only if the key has every bit that the filter has: a
 * filter for ports never matches a later fragment, which has none.
 */
#define IPF_PROTOCOL	BIT(0)	/* the protocol; every packet has one */
#define IPF_SRC_PORT	BIT(1)	/* a range of source ports */
#define IPF_DST_PORT	BIT(2)	/* a range of destination ports */
#define IPF_ICMP_TYPE	BIT(3)
#define IPF_ICMP_CODE	BIT(4)
#define IPF_ESTABLISHED	BIT(5)	/* TCP, and not the opening of a connection */
#define IPF_FRAGMENT	BIT(6)	/* a fragment, the first or a later one */
#define IPF_SRC_CLIENT	BIT(7)	/* source: the client of this binding */
#define IPF_SRC_IFACE	BIT(8)	/* source: the interface of this binding */
#define IPF_DST_CLIENT	BIT(9)
#define IPF_DST_IFACE	BIT(10)

#define IPF_PORTS	(IPF_SRC_PORT | IPF_DST_PORT)
#define IPF_ICMP	(IPF_ICMP_TYPE | IPF_ICMP_CODE)
#define IPF_SRC_LATE	(IPF_SRC_CLIENT | IPF_SRC_IFACE)
#define IPF_DST_LATE	(IPF_DST_CLIENT | IPF_DST_IFACE)
#define IPF_LATE	(IPF_SRC_LATE | IPF_DST_LATE)
#define IPF_CONDITIONS	(BIT(11) - 1)

enum ipf_family {
	IPF_ANY,	/* in a filter only */
	IPF_IPV4,
	IPF_IPV6,
};

/*
 * Dimensions of a packet, all in host order. IPv4 addresses are in the _HI words,
 * whose upper half is then zero, and the _LO words are not set. Ports and ICMP
 * type and code share their words, because no packet has both.
 */
enum ipf_dim {
	IPF_DIM_SRC_HI,
	IPF_DIM_SRC_LO,
	IPF_DIM_DST_HI,
	IPF_DIM_DST_LO,
	IPF_DIM_SRC_PORT,	/* or ICMP type; 0 if there is none */
	IPF_DIM_DST_PORT,	/* or ICMP code */
	IPF_DIM_PROTOCOL,
	IPF_DIMS,
};

enum ipf_fragment {
	IPF_WHOLE,
	IPF_FIRST,
	IPF_LATER,
};

/**
 * struct ipf_key - the fields of one packet
 * @dim: what filters compare, by &enum ipf_dim
 * @have: IPF_* bits of the conditions that this packet can meet
 * @family: IPF_IPV4 or IPF_IPV6
 * @fragment: one of &enum ipf_fragment
 * @transport: offset of the transport header from the network header; of a later
 *	fragment, of its data
 * @length: length of the packet by its own header, without padding of the link
 * @fragment_id: identification, valid unless @fragment is IPF_WHOLE
 * @fragment_offset: in bytes, valid unless @fragment is IPF_WHOLE
 * @fragment_end: offset behind its last byte, valid unless @fragment is IPF_WHOLE
 */
struct ipf_key {
	u64 dim[IPF_DIMS];
	u32 have;
	u8 family;
	u8 fragment;
	u16 transport;
	u32 length;
	u32 fragment_id;
	u32 fragment_offset;
	u32 fragment_end;
};

/**
 * struct ipf_address - one late bound address
 * @ip6: IPv6 prefix in host order, high and low half, bits beyond @ip6_len zero
 * @ip4: IPv4 address in host order
 * @ip6_len: length of the IPv6 prefix, 128 for one address
 * @has_ip4: @ip4 is known; without it no IPv4 packet matches
 * @has_ip6: @ip6 is known
 */
struct ipf_address {
	u64 ip6[2];
	u32 ip4;
	u8 ip6_len;
	bool has_ip4;
	bool has_ip6;
};

/**
 * struct ipf_late - the addresses that a binding fills in
 * @client: of the client behind the link
 * @iface: of the interface
 */
struct ipf_late {
	struct ipf_address client;
	struct ipf_address iface;
};

/* The bits of a prefix in one half of an IPv6 address. */
static inline u64 ipf_mask64(unsigned int len)
{
	return len ? ~0ULL << (64 - len) : 0;
}

static inline bool ipf_address_is(const struct ipf_address *a,
				  const struct ipf_key *key, enum ipf_dim hi)
{
	unsigned int len = a->ip6_len;

	if (key->family == IPF_IPV4)
		return a->has_ip4 && a->ip4 == key->dim[hi];
	if (!a->has_ip6 || (a->ip6[0] ^ key->dim[hi]) & ipf_mask64(len < 64 ? len : 64))
		return false;
	return len <= 64 || !((a->ip6[1] ^ key->dim[hi + 1]) & ipf_mask64(len - 64));
}

/**
 * ipf_key_bind() - compare a packet with the late bound addresses of a binding
 * @key: the packet; its IPF_LATE bits are set anew, so that one packet can be asked
 *	of several bindings
 * @late: the addresses, or NULL if the binding has none
 *
 * Once per packet and binding, and not at all if the compiled filters do not ask
 * for it (ipf_classifier_is_late()). That is what lets one compiled set serve any
 * number of clients: the addresses never enter the search structure, only the
 * answers to four questions do.
 */
static inline void ipf_key_bind(struct ipf_key *key, const struct ipf_late *late)
{
	u32 have = key->have & ~IPF_LATE;

	if (late) {
		if (ipf_address_is(&late->client, key, IPF_DIM_SRC_HI))
			have |= IPF_SRC_CLIENT;
		if (ipf_address_is(&late->client, key, IPF_DIM_DST_HI))
			have |= IPF_DST_CLIENT;
		if (ipf_address_is(&late->iface, key, IPF_DIM_SRC_HI))
			have |= IPF_SRC_IFACE;
		if (ipf_address_is(&late->iface, key, IPF_DIM_DST_HI))
			have |= IPF_DST_IFACE;
	}
	key->have = have;
}

#endif /* IPFLTDRV_KEY_H */
