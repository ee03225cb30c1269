// SPDX-License-Identifier: GPL-2.0
/*
 * Capture files, see pcap.h.
 */
#include <string.h>

#include "pcap.h"

#define MAGIC		0xa1b2c3d4	/* microseconds */
#define MAGIC_NANO	0xa1b23c4d
#define FILE_HEADER	24
#define PACKET_HEADER	16
#define PACKET_MAX	(1U << 18)	/* what libpcap itself takes */

#define LINK_ETHERNET	1
#define LINK_RAW_BSD	12	/* as some systems number the next one */
#define LINK_RAW	101
#define LINK_IPV4	228
#define LINK_IPV6	229

#define ETHER_HEADER	14
#define ETHER_VLAN	0x8100
#define ETHER_QINQ	0x88a8
#define ETHER_IPV4	0x0800
#define ETHER_IPV6	0x86dd

static uint32_t get32(const struct pcap *f, const uint8_t *p)
{
	if (f->swapped)
		return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/**
 * pcap_init - begin to read a file
 * @f: the file
 * @data: its bytes, which stay
 * @len: how many
 *
 * Return: NULL, or a sentence that says why it cannot be read.
 */
const char *pcap_init(struct pcap *f, const void *data, size_t len)
{
	uint32_t magic;

	*f = (struct pcap){ .p = data, .end = (const uint8_t *)data + len };
	if (len < FILE_HEADER)
		return "this is no capture file: it is too short";
	magic = get32(f, f->p);
	if (magic != MAGIC && magic != MAGIC_NANO) {
		f->swapped = true;
		magic = get32(f, f->p);
	}
	if (magic == 0x0a0d0d0a)
		return "this is a pcapng file: convert it by 'tcpdump -r FILE -w NEW' or 'editcap "
		       "-F pcap FILE NEW'";
	if (magic != MAGIC && magic != MAGIC_NANO)
		return "this is no capture file in the format of libpcap";
	/* The upper bits say whether frames have a checksum behind. */
	f->link_type = get32(f, f->p + 20) & 0xfffffff;
	switch (f->link_type) {
	case LINK_ETHERNET:
	case LINK_RAW_BSD:
	case LINK_RAW:
	case LINK_IPV4:
	case LINK_IPV6:
		break;
	default:
		return "its link type is neither Ethernet nor raw IP";
	}
	f->p += FILE_HEADER;
	return NULL;
}

static void find_ip(struct pcap_packet *packet, const uint8_t *frame, size_t len)
{
	size_t at = ETHER_HEADER;
	unsigned int type;

	if (len < at)
		return;
	type = (unsigned int)frame[at - 2] << 8 | frame[at - 1];
	while ((type == ETHER_VLAN || type == ETHER_QINQ) && len - at >= 4) {
		type = (unsigned int)frame[at + 2] << 8 | frame[at + 3];
		at += 4;
	}
	if (type != ETHER_IPV4 && type != ETHER_IPV6)
		return;
	packet->ip = frame + at;
	packet->len = len - at;
}

/**
 * pcap_next - the next packet
 * @f: the file
 * @packet: where to put it
 *
 * Return: whether there is one; if not, @f->error says whether that is the file's regular end.
 */
bool pcap_next(struct pcap *f, struct pcap_packet *packet)
{
	uint32_t captured, original;

	*packet = (struct pcap_packet){ 0 };
	if (f->p == f->end)
		return false;
	f->error = "the file ends inside of a packet";
	if ((size_t)(f->end - f->p) < PACKET_HEADER)
		return false;
	captured = get32(f, f->p + 8);
	original = get32(f, f->p + 12);
	f->p += PACKET_HEADER;
	if (captured > PACKET_MAX) {
		f->error = "a packet of it is longer than any can be";
		return false;
	}
	if ((size_t)(f->end - f->p) < captured)
		return false;
	f->error = NULL;
	packet->cut = captured < original;
	if (f->link_type == LINK_ETHERNET) {
		find_ip(packet, f->p, captured);
	} else if (captured) {
		packet->ip = f->p;
		packet->len = captured;
	}
	if (!packet->len)
		packet->ip = NULL;
	f->p += captured;
	return true;
}
