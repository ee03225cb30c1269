// SPDX-License-Identifier: GPL-2.0
/* A drop is one call: counter, tracepoint and the end of the packet. */
#include <linux/if_link.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>

#include "internal.h"

#define CREATE_TRACE_POINTS
#include <trace/events/wanarp.h>

enum direction { DIRECTION_RX, DIRECTION_TX };

struct drop_info {
	const char *name;
	enum direction direction;
	enum skb_drop_reason core;
};

#define WANARP_DROP_INFO(id, text, way, reason)				\
	[WANARP_DROP_##id] = {						\
		.name = (text),						\
		.direction = DIRECTION_##way,				\
		.core = SKB_DROP_REASON_##reason,			\
	},
static const struct drop_info drop_infos[WANARP_DROP_MAX] = {
	WANARP_DROPS(WANARP_DROP_INFO)
};

/**
 * wanarp_drop_name() - what user space calls a reason
 * @reason: the reason
 *
 * Return: the name.
 */
const char *wanarp_drop_name(enum wanarp_drop_reason reason)
{
	return drop_infos[reason].name;
}

static void count(struct wanarp_interface *iface, unsigned int index)
{
	struct wanarp_drops *drops = this_cpu_ptr(iface->drops);

	u64_stats_update_begin(&drops->syncp);
	u64_stats_inc(&drops->count[index]);
	u64_stats_update_end(&drops->syncp);
}

static void sum(const struct wanarp_interface *iface, unsigned int first,
		unsigned int n, u64 *sums)
{
	unsigned int i, start;
	int cpu;
	u64 seen;

	memset(sums, 0, n * sizeof(*sums));
	for_each_possible_cpu(cpu) {
		const struct wanarp_drops *drops = per_cpu_ptr(iface->drops, cpu);

		for (i = 0; i < n; i++) {
			do {
				start = u64_stats_fetch_begin(&drops->syncp);
				seen = u64_stats_read(&drops->count[first + i]);
			} while (u64_stats_fetch_retry(&drops->syncp, start));
			sums[i] += seen;
		}
	}
}

/**
 * wanarp_count() - count something that is no drop
 * @iface: the interface
 * @counter: what
 *
 * Context: data.
 */
void wanarp_count(struct wanarp_interface *iface, enum wanarp_counter counter)
{
	count(iface, WANARP_DROP_MAX + counter);
}

/**
 * wanarp_count_sum() - what else is counted on an interface
 * @iface: the interface
 * @sums: filled in, by counter
 *
 * Context: any in which @iface cannot go.
 */
void wanarp_count_sum(const struct wanarp_interface *iface,
		      u64 sums[WANARP_COUNTER_MAX])
{
	sum(iface, WANARP_DROP_MAX, WANARP_COUNTER_MAX, sums);
}

/**
 * wanarp_drop_count() - count a packet that somebody else has thrown away
 * @iface: interface that it came through
 * @reason: why
 *
 * Context: data.
 */
void wanarp_drop_count(struct wanarp_interface *iface,
		       enum wanarp_drop_reason reason)
{
	count(iface, reason);
}

/**
 * wanarp_drop() - throw a packet away
 * @iface: interface that it came through
 * @skb: the packet; no longer the caller's
 * @reason: why
 *
 * Context: data.
 */
void wanarp_drop(struct wanarp_interface *iface, struct sk_buff *skb,
		 enum wanarp_drop_reason reason)
{
	wanarp_drop_count(iface, reason);
	trace_wanarp_drop(iface->dev->ifindex, drop_infos[reason].name,
			  skb->len);
	kfree_skb_reason(skb, drop_infos[reason].core);
}

/**
 * wanarp_drop_sum() - the counters of an interface
 * @iface: the interface
 * @sums: filled in, by reason
 *
 * Context: any in which @iface cannot go.
 */
void wanarp_drop_sum(const struct wanarp_interface *iface,
		     u64 sums[WANARP_DROP_MAX])
{
	sum(iface, 0, WANARP_DROP_MAX, sums);
}

/**
 * wanarp_drop_stats() - add the counters to a device's statistics
 * @iface: the interface
 * @stats: what to add them to
 *
 * Context: any in which @iface cannot go.
 */
void wanarp_drop_stats(const struct wanarp_interface *iface,
		       struct rtnl_link_stats64 *stats)
{
	u64 sums[WANARP_DROP_MAX];
	int i;

	wanarp_drop_sum(iface, sums);
	for (i = 0; i < WANARP_DROP_MAX; i++) {
		if (drop_infos[i].direction == DIRECTION_RX)
			stats->rx_dropped += sums[i];
		else
			stats->tx_dropped += sums[i];
	}
}
