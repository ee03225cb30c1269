/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPFLTDRV_PARSE_H
#define IPFLTDRV_PARSE_H

#include <linux/skbuff.h>

#include "key.h"

/* More IPv6 extension headers than this in one packet have no honest purpose. */
#define IPF_EXTENSIONS_MAX	8

/*
 * What the parser says of a packet. Everything but IPF_PARSE_OK is a packet that
 * no filter can be asked about; what becomes of it is for the caller.
 */
enum ipf_parse {
	IPF_PARSE_OK,
	IPF_PARSE_NOT_IP,	/* another network protocol, such as ARP */
	IPF_PARSE_SHORT,	/* ends inside its network header */
	IPF_PARSE_VERSION,	/* the header is of another version */
	IPF_PARSE_HEADER_LENGTH, /* the IPv4 header says it is too short */
	IPF_PARSE_LENGTH,	/* says it is longer than it is, or than its header */
	IPF_PARSE_EXTENSION,	/* an IPv6 extension header that does not fit */
	IPF_PARSE_EXTENSIONS,	/* more than IPF_EXTENSIONS_MAX of them */
	IPF_PARSE_TRANSPORT,	/* ends inside its transport header */
	IPF_PARSE_FRAGMENT,	/* a fragment that no stack would reassemble */
	IPF_PARSE_TINY,		/* one that hides the transport header, RFC 1858 */
	IPF_PARSE_RESULTS,
};

enum ipf_parse ipf_parse(const struct sk_buff *skb, unsigned int offset,
			 __be16 protocol, struct ipf_key *key);
enum ipf_parse ipf_parse_bytes(const u8 *data, unsigned int len,
			       struct ipf_key *key);
const char *ipf_parse_reason(enum ipf_parse result);

#endif /* IPFLTDRV_PARSE_H */
