// SPDX-License-Identifier: GPL-2.0
/*
 * An IP packet made from its fields, see packet.h.
 */
#include <netinet/in.h>
#include <string.h>

#include "packet.h"

#define IPV4_HEADER	20
#define IPV6_HEADER	40
#define FRAGMENT_HEADER	8
#define TCP_HEADER	20
#define OTHER_HEADER	8	/* UDP, ICMP, and what is taken for a header of others */
#define PAYLOAD		8

static void put16(uint8_t *p, unsigned int value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

/* The one checksum that a receiver of ours could look at. */
static void ipv4_checksum(uint8_t *header)
{
	uint32_t sum = 0;
	int i;

	for (i = 0; i < IPV4_HEADER; i += 2)
		sum += (uint32_t)header[i] << 8 | header[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	put16(header + 10, ~(sum + (sum >> 16)) & 0xffff);
}

static void put_ipv4(const struct packet *p, uint8_t *out, size_t length)
{
	unsigned int fragment = p->offset / 8u;

	if (p->fragment && p->more)
		fragment |= 0x2000;
	out[0] = 0x45;
	put16(out + 2, (unsigned int)length);
	put16(out + 4, 1);
	put16(out + 6, fragment);
	out[8] = 64;
	out[9] = p->protocol;
	memcpy(out + 12, p->src, 4);
	memcpy(out + 16, p->dst, 4);
	ipv4_checksum(out);
}

static void put_ipv6(const struct packet *p, uint8_t *out, size_t length)
{
	out[0] = 0x60;
	put16(out + 4, (unsigned int)(length - IPV6_HEADER));
	out[6] = p->fragment ? IPPROTO_FRAGMENT : p->protocol;
	out[7] = 64;
	memcpy(out + 8, p->src, 16);
	memcpy(out + 24, p->dst, 16);
	if (!p->fragment)
		return;
	out += IPV6_HEADER;
	out[0] = p->protocol;
	put16(out + 2, p->offset | p->more);
	out[7] = 1;
}

static void put_transport(const struct packet *p, uint8_t *out, size_t length)
{
	switch (p->protocol) {
	case IPPROTO_TCP:
		out[12] = TCP_HEADER / 4 << 4;
		out[13] = p->tcp_flags;
		break;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		put16(out + 4, (unsigned int)length);
		break;
	case IPPROTO_DCCP:
		out[4] = 3;	/* where the data is, in words */
		break;
	case IPPROTO_SCTP:
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		out[0] = p->icmp_type;
		out[1] = p->icmp_code;
		return;
	default:
		return;
	}
	put16(out, p->src_port);
	put16(out + 2, p->dst_port);
}

/**
 * packet_build - make the packet
 * @p: the fields; @p->length is at least as long as the headers
 * @out: where to put it
 *
 * Return: its length; 0 if it would be shorter than its headers or too long.
 */
size_t packet_build(const struct packet *p, uint8_t out[PACKET_SIZE])
{
	const bool later = p->fragment && p->offset;
	size_t network = IPV4_HEADER, transport = OTHER_HEADER, length;

	if (p->family == 6)
		network = IPV6_HEADER + (p->fragment ? FRAGMENT_HEADER : 0);
	if (p->protocol == IPPROTO_TCP || p->protocol == IPPROTO_DCCP)
		transport = TCP_HEADER;
	if (p->protocol == IPPROTO_SCTP)
		transport = 12;
	if (later)
		transport = 0;
	length = p->length ? p->length : network + transport + PAYLOAD;
	if (length < network + transport || length > PACKET_SIZE)
		return 0;
	memset(out, 0, length);
	if (p->family == 6)
		put_ipv6(p, out, length);
	else
		put_ipv4(p, out, length);
	if (!later)
		put_transport(p, out + network, length - network);
	return length;
}
