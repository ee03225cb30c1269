// SPDX-License-Identifier: GPL-2.0
/* A drop is one call: counter, tracepoint and the end of the packet. */
#include <linux/skbuff.h>

#include "drop.h"
#include "internal.h"

#include <trace/events/ndiswan.h>

#define NDISWAN_DROP_NAME(name, text) \
	[NDISWAN_DROP_##name] = text,
const char * const ndiswan_drop_names[NDISWAN_DROP_MAX] = {
	NDISWAN_DROPS(NDISWAN_DROP_NAME)
};

/**
 * ndiswan_drop() - throw a frame away
 * @link: the link that sent or received it
 * @skb: the frame; no longer the caller's
 * @reason: why
 *
 * Context: any in which @link cannot be freed.
 */
void ndiswan_drop(struct ndiswan_link *link, struct sk_buff *skb,
		  enum ndiswan_drop_reason reason)
{
	atomic_inc(&link->drops[reason]);
	trace_ndiswan_drop(link->id, ndiswan_drop_names[reason], skb->len);
	kfree_skb_reason(skb, SKB_DROP_REASON_NOT_SPECIFIED);
}
