/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets out of a capture file in the classic format of libpcap. Pure: every byte is checked to
 * be there before it is read.
 */
#ifndef TOOLS_LIB_PCAP_H
#define TOOLS_LIB_PCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct pcap - a file being read
 */
struct pcap {
	const uint8_t *p, *end;
	bool swapped;	/* written by a machine of the other byte order */
	uint32_t link_type;
	/** @error: why pcap_next() ended; NULL at the end of the file */
	const char *error;
};

/**
 * struct pcap_packet - one packet of it
 */
struct pcap_packet {
	/** @ip: from its IP header on; NULL if it is no IP packet */
	const uint8_t *ip;
	size_t len;
	/** @cut: the file has only its beginning */
	bool cut;
};

const char *pcap_init(struct pcap *f, const void *data, size_t len);
bool pcap_next(struct pcap *f, struct pcap_packet *packet);

#endif /* TOOLS_LIB_PCAP_H */
