/* SPDX-License-Identifier: GPL-2.0 */
/* Extensions, as the path of a packet sees them. */
#ifndef IPFLTDRV_EXTENSION_H
#define IPFLTDRV_EXTENSION_H

#include <linux/compiler.h>
#include <net/ipfltdrv.h>

#include "key.h"

extern unsigned int ipf_extension_count;

/* A word and not a static key: it costs an instruction more, and extensions come
 * and go under traffic, when patching the path of every packet is what emulators
 * get wrong.
 */
static inline bool ipf_extension_any(void)
{
	return unlikely(READ_ONCE(ipf_extension_count));
}

enum ipfltdrv_verdict ipf_extension_ask(struct ipfltdrv_packet *packet,
					const struct ipf_key *key);
void ipf_reject(struct sk_buff *skb, bool ingress, unsigned int offset,
		const struct ipf_key *key);

#endif /* IPFLTDRV_EXTENSION_H */
