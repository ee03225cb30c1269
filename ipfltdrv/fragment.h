/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What became of first fragments, for the ones behind them: a table of fixed size,
 * whose oldest entries give way.
 */
#ifndef IPFLTDRV_FRAGMENT_H
#define IPFLTDRV_FRAGMENT_H

#include <linux/jiffies.h>
#include <linux/types.h>

#include "key.h"

/* RFC 791 section 3.2: what a receiver waits for the rest of a packet at first. */
#define IPF_FRAGMENT_SECONDS		15
#define IPF_FRAGMENT_ENTRIES		4096
/* Entries that share a lock and compete with each other. */
#define IPF_FRAGMENT_WAYS		8

struct ipf_fragments;

enum ipf_fragment_answer {
	IPF_FRAGMENT_UNKNOWN,	/* the first one was not seen, or is forgotten */
	IPF_FRAGMENT_FORWARD,
	IPF_FRAGMENT_DROP,
	IPF_FRAGMENT_OVERLAP,	/* it would overwrite what was judged */
};

struct ipf_fragments *ipf_fragments_create(unsigned int entries);
void ipf_fragments_destroy(struct ipf_fragments *fragments);
bool ipf_fragments_first(struct ipf_fragments *fragments, u64 owner,
			 const struct ipf_key *key, bool drop, u64 now);
enum ipf_fragment_answer ipf_fragments_later(struct ipf_fragments *fragments,
					     u64 owner,
					     const struct ipf_key *key, u64 now);
u64 ipf_fragments_evicted(const struct ipf_fragments *fragments);

#endif /* IPFLTDRV_FRAGMENT_H */
