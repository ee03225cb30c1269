/* SPDX-License-Identifier: GPL-2.0 */
/* How attachments are found by the number of their link. */
#ifndef _IPFLTDRV_LINK_H
#define _IPFLTDRV_LINK_H

#include <linux/rhashtable.h>

#include "internal.h"

/* Each packet of a device with bindings to links takes a look, so this is one
 * multiplication and not jhash. Numbers of links count up and nobody chooses them.
 */
static inline u32 ipf_link_hash(const void *data, u32 len, u32 seed)
{
	return ((u64)(*(const u32 *)data ^ seed) * 0x9e3779b97f4a7c15ULL) >> 32;
}

/* The default is a call of memcmp(). */
static inline int ipf_link_differs(struct rhashtable_compare_arg *arg,
				   const void *obj)
{
	const struct ipf_attachment *attachment = obj;

	return attachment->link != *(const u32 *)arg->key;
}

static const struct rhashtable_params ipf_link_params = {
	.key_len = sizeof(u32),
	.key_offset = offsetof(struct ipf_attachment, link),
	.head_offset = offsetof(struct ipf_attachment, node),
	.hashfn = ipf_link_hash,
	.obj_cmpfn = ipf_link_differs,
	.automatic_shrinking = true,
};

#endif /* _IPFLTDRV_LINK_H */
