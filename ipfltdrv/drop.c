// SPDX-License-Identifier: GPL-2.0
/* A drop is one call: counter and tracepoint. The packet ends in netfilter. */
#include <linux/percpu.h>
#include <linux/skbuff.h>

#include "internal.h"

#define CREATE_TRACE_POINTS
#include <trace/events/ipfltdrv.h>

struct drop_info {
	const char *name;
	enum ipfltdrv_step step;
};

#define IPF_DROP_INFO(id, text, where)					\
	[IPF_DROP_##id] = {						\
		.name = (text),						\
		.step = IPFLTDRV_STEP_##where,				\
	},
static const struct drop_info drop_infos[IPF_DROP_MAX] = {
	IPF_DROPS(IPF_DROP_INFO)
};

/**
 * ipf_drop_name() - what user space calls a reason
 * @reason: the reason
 *
 * Return: the name.
 */
const char *ipf_drop_name(enum ipf_drop reason)
{
	return drop_infos[reason].name;
}

/**
 * ipf_drop_step() - where a packet is dropped for a reason
 * @reason: the reason
 *
 * Return: the step.
 */
enum ipfltdrv_step ipf_drop_step(enum ipf_drop reason)
{
	return drop_infos[reason].step;
}

/**
 * ipf_drop_count() - count a packet of a device
 * @device: the device
 * @reason: why it is dropped, or %IPF_DROP_OTHER
 *
 * Context: data.
 */
void ipf_drop_count(struct ipf_device *device, enum ipf_drop reason)
{
	struct ipf_drops *drops = this_cpu_ptr(device->drops);

	u64_stats_update_begin(&drops->syncp);
	u64_stats_inc(&drops->count[reason]);
	u64_stats_update_end(&drops->syncp);
}

/**
 * ipf_drop() - a packet is going to be thrown away
 * @device: whose bindings said so
 * @skb: the packet; the caller answers NF_DROP, which ends it
 * @ifindex: of the device, which may be on its way out
 * @direction: its direction
 * @reason: why
 *
 * Context: data.
 */
void ipf_drop(struct ipf_device *device, const struct sk_buff *skb, int ifindex,
	      enum ipf_direction direction, enum ipf_drop reason)
{
	ipf_drop_count(device, reason);
	trace_ipfltdrv_drop(ifindex, direction, drop_infos[reason].name, skb->len);
}

/**
 * ipf_drop_sum() - the counters of a device
 * @device: the device
 * @sums: filled in, by reason; the first one is of frames that passed as no IP
 *	packets
 *
 * Context: control.
 */
void ipf_drop_sum(const struct ipf_device *device, u64 sums[IPF_DROP_MAX])
{
	int cpu, i;

	memset(sums, 0, IPF_DROP_MAX * sizeof(*sums));
	for_each_possible_cpu(cpu) {
		const struct ipf_drops *drops = per_cpu_ptr(device->drops, cpu);
		u64 count[IPF_DROP_MAX];
		unsigned int start;

		do {
			start = u64_stats_fetch_begin(&drops->syncp);
			for (i = 0; i < IPF_DROP_MAX; i++)
				count[i] = u64_stats_read(&drops->count[i]);
		} while (u64_stats_fetch_retry(&drops->syncp, start));
		for (i = 0; i < IPF_DROP_MAX; i++)
			sums[i] += count[i];
	}
}
