/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An IP packet made from its fields.
 */
#ifndef TOOLS_LIB_PACKET_H
#define TOOLS_LIB_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKET_SIZE	16384

/* TCP flags, as in the header. */
#define PACKET_FIN	0x01
#define PACKET_SYN	0x02
#define PACKET_RST	0x04
#define PACKET_PSH	0x08
#define PACKET_ACK	0x10
#define PACKET_URG	0x20

/**
 * struct packet - the fields
 */
struct packet {
	uint8_t family;		/* 4 or 6 */
	uint8_t src[16], dst[16];
	uint8_t protocol;
	uint16_t src_port, dst_port;
	uint8_t icmp_type, icmp_code;
	uint8_t tcp_flags;
	/** @fragment: it is one, with @offset, a multiple of 8 bytes, and perhaps @more after it */
	bool fragment, more;
	uint16_t offset;
	/** @length: of the whole packet; 0 for its headers and 8 bytes */
	unsigned int length;
};

size_t packet_build(const struct packet *p, uint8_t out[PACKET_SIZE]);

#endif /* TOOLS_LIB_PACKET_H */
