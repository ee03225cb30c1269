/* SPDX-License-Identifier: GPL-2.0 */
/* Extensions, as the path of a packet sees them. */
#ifndef IPFLTDRV_EXTENSION_H
#define IPFLTDRV_EXTENSION_H

#include <linux/jump_label.h>
#include <net/ipfltdrv.h>

#include "key.h"

DECLARE_STATIC_KEY_FALSE(ipf_extension_key);

/* Nobody who registers none pays for those who do. */
static inline bool ipf_extension_any(void)
{
	return static_branch_unlikely(&ipf_extension_key);
}

enum ipfltdrv_verdict ipf_extension_ask(struct ipfltdrv_packet *packet,
					const struct ipf_key *key);
void ipf_reject(struct sk_buff *skb, bool ingress, unsigned int offset,
		const struct ipf_key *key);

#endif /* IPFLTDRV_EXTENSION_H */
