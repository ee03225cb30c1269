// SPDX-License-Identifier: GPL-2.0
/*
 * Router advertisements and solicitations, see ra.h.
 *
 * What is left out on purpose: our link-layer address (PPP has none), the flag "on link" (the
 * client has nobody to talk to directly), the flags "managed" and "other" (no DHCPv6).
 */
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <string.h>

#include "ra.h"

#define HOP_LIMIT	255	/* proof that no router was passed (RFC 4861 section 6.1) */
#define CLIENT_HOPS	64
#define OPT_SOURCE	1
#define OPT_PREFIX	3
#define OPT_MTU		5
#define OPT_DNS		25
#define FLAG_AUTONOMOUS	0x40

static void put8(uint8_t **at, uint8_t value)
{
	*(*at)++ = value;
}

static void put16(uint8_t **at, uint16_t value)
{
	put8(at, (uint8_t)(value >> 8));
	put8(at, (uint8_t)value);
}

static void put32(uint8_t **at, uint32_t value)
{
	put16(at, (uint16_t)(value >> 16));
	put16(at, (uint16_t)value);
}

static void put_address(uint8_t **at, const struct in6_addr *address)
{
	memcpy(*at, address, sizeof(*address));
	*at += sizeof(*address);
}

static void put_header(uint8_t **at, const struct ra *ra)
{
	put8(at, ND_ROUTER_ADVERT);
	put8(at, 0);
	put16(at, 0);		/* checksum, comes last */
	put8(at, CLIENT_HOPS);
	put8(at, 0);		/* flags */
	put16(at, ra->router_s);
	put32(at, 0);		/* reachable and retransmission time: unspecified */
	put32(at, 0);
}

static void put_mtu(uint8_t **at, const struct ra *ra)
{
	put8(at, OPT_MTU);
	put8(at, 1);
	put16(at, 0);
	put32(at, ra->mtu);
}

static void put_prefix(uint8_t **at, const struct ra *ra)
{
	put8(at, OPT_PREFIX);
	put8(at, 4);
	put8(at, ra->prefix.len);
	put8(at, FLAG_AUTONOMOUS);
	put32(at, ra->valid_s);
	put32(at, ra->preferred_s);
	put32(at, 0);
	put_address(at, &ra->prefix.address);
}

static void put_dns(uint8_t **at, const struct ra *ra)
{
	uint8_t count = 0;
	int i;

	for (i = 0; i < RA_DNS_MAX; i++)
		count += !IN6_IS_ADDR_UNSPECIFIED(&ra->dns[i]);
	if (!count)
		return;
	put8(at, OPT_DNS);
	put8(at, (uint8_t)(1 + 2 * count));
	put16(at, 0);
	put32(at, ra->dns_s);
	for (i = 0; i < RA_DNS_MAX; i++) {
		if (!IN6_IS_ADDR_UNSPECIFIED(&ra->dns[i]))
			put_address(at, &ra->dns[i]);
	}
}

static uint32_t sum(const uint8_t *data, size_t len)
{
	uint32_t total = 0;
	size_t i;

	for (i = 0; i < len; i++)
		total += i % 2 ? data[i] : (uint32_t)data[i] << 8;
	return total;
}

/* RFC 8200 section 8.1; what is summed up is far too short to overflow 32 bits. */
static uint16_t checksum(const struct ip6_hdr *ip, const uint8_t *message, size_t len)
{
	uint32_t total = sum((const uint8_t *)&ip->ip6_src, 32) + (uint32_t)len + IPPROTO_ICMPV6 +
			 sum(message, len);

	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint16_t)~total;
}

/**
 * ra_build - write an advertisement
 * @packet: gets the IPv6 packet, for all nodes of the link
 * @ra: what it says
 *
 * Return: its length, a multiple of 8.
 */
size_t ra_build(uint8_t packet[RA_LEN_MAX], const struct ra *ra)
{
	static const struct in6_addr all_nodes = { { {
		0xff, 0x02, [15] = 0x01
	} } };
	uint8_t *message = packet + sizeof(struct ip6_hdr);
	uint8_t *end = message, *at;
	struct ip6_hdr ip;
	size_t len;

	put_header(&end, ra);
	put_mtu(&end, ra);
	if (ra->prefix.len)
		put_prefix(&end, ra);
	put_dns(&end, ra);
	len = (size_t)(end - message);

	memset(&ip, 0, sizeof(ip));
	ip.ip6_vfc = 0x60;
	ip.ip6_plen = htons((uint16_t)len);
	ip.ip6_nxt = IPPROTO_ICMPV6;
	ip.ip6_hlim = HOP_LIMIT;
	ip.ip6_src = ra->source;
	ip.ip6_dst = all_nodes;
	at = message + 2;
	put16(&at, checksum(&ip, message, len));
	memcpy(packet, &ip, sizeof(ip));
	return sizeof(ip) + len;
}

/**
 * ra_solicited - is this a valid solicitation (RFC 4861 section 6.1.1)?
 * @message: an ICMPv6 message whose checksum is right, any bytes
 * @len: its length
 * @source: the address it came from
 * @hop_limit: the hop limit it came with
 *
 * Return: whether somebody asks for an advertisement.
 */
bool ra_solicited(const uint8_t *message, size_t len, const struct in6_addr *source,
		  int hop_limit)
{
	size_t at = sizeof(struct nd_router_solicit), option;

	if (hop_limit != HOP_LIMIT || len < at || message[0] != ND_ROUTER_SOLICIT || message[1])
		return false;
	while (at < len) {
		if (len - at < 8)
			return false;
		option = (size_t)message[at + 1] * 8;
		if (!option || option > len - at)
			return false;
		if (message[at] == OPT_SOURCE && IN6_IS_ADDR_UNSPECIFIED(source))
			return false;
		at += option;
	}
	return true;
}
