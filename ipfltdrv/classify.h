/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The filters of one direction, compiled. A set has two classifiers, one for what
 * comes in and one for what goes out; which default action a match reverses is not
 * known here.
 */
#ifndef IPFLTDRV_CLASSIFY_H
#define IPFLTDRV_CLASSIFY_H

#include <linux/types.h>

#include "key.h"

/* Filters of one direction. */
#define IPF_FILTERS_MAX		1048576

/**
 * struct ipf_filter - one filter as its user gave it
 * @src: source prefix, network order; IPv4 in the first four bytes, rest zero
 * @dst: destination prefix
 * @src_len: its length in bits, 0 for any address
 * @dst_len: the same of @dst
 * @family: one of &enum ipf_family; IPF_ANY needs both lengths to be 0
 * @protocol: valid with IPF_PROTOCOL
 * @flags: the conditions, IPF_*; all of them have to hold
 * @src_port: lowest and highest source port, valid with IPF_SRC_PORT
 * @dst_port: the same of the destination, with IPF_DST_PORT
 * @icmp_type: valid with IPF_ICMP_TYPE
 * @icmp_code: valid with IPF_ICMP_CODE
 * @tag: the user's own
 *
 * Ports without a protocol mean any protocol that has ports (TCP, UDP, UDP-Lite,
 * SCTP, DCCP). The range 0 to 65535 is a condition too: that the packet has ports.
 */
struct ipf_filter {
	struct in6_addr src;
	struct in6_addr dst;
	u8 src_len;
	u8 dst_len;
	u8 family;
	u8 protocol;
	u16 flags;
	u16 src_port[2];
	u16 dst_port[2];
	u8 icmp_type;
	u8 icmp_code;
	u32 tag;
};

struct ipf_classifier;

struct ipf_classifier *ipf_classifier_alloc(void);
int ipf_classifier_add(struct ipf_classifier *c, const struct ipf_filter *f,
		       const char **why);
int ipf_classifier_compile(struct ipf_classifier *c, const char **why);
void ipf_classifier_free(struct ipf_classifier *c);

unsigned int ipf_classifier_count(const struct ipf_classifier *c);
bool ipf_classifier_is_late(const struct ipf_classifier *c);
size_t ipf_classifier_bytes(const struct ipf_classifier *c);
void ipf_classifier_get(const struct ipf_classifier *c, unsigned int index,
			struct ipf_filter *f);
u32 ipf_classifier_tag(const struct ipf_classifier *c, unsigned int index);

int ipf_classify(const struct ipf_classifier *c, const struct ipf_key *key);

#endif /* IPFLTDRV_CLASSIFY_H */
