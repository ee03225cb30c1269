/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IPFLTDRV_DROP_H
#define _IPFLTDRV_DROP_H

#include <linux/types.h>
#include <linux/u64_stats_sync.h>
#include <uapi/linux/ipfltdrv.h>

struct ipf_device;
struct sk_buff;

enum ipf_direction {
	IPF_INGRESS,
	IPF_EGRESS,
	IPF_DIRECTIONS,
};

/* Every reason for which a packet is thrown away: its name in user space and the
 * step that found it. Names are ABI: scripts read them.
 */
#define IPF_DROPS(R)						\
	R(FRAME,	"frame",	FRAME)			\
	R(CLOSED,	"closed",	CLOSED)			\
	R(LATE,		"late-address",	CLOSED)			\
	R(MALFORMED,	"malformed",	PARSE)			\
	R(FRAGMENT,	"fragment",	FRAGMENT)		\
	R(STRONG_HOST,	"strong-host",	STRONG_HOST)		\
	R(EXTENSION,	"extension",	EXTENSION)		\
	R(FILTER,	"filter",	FILTER)			\
	R(DEFAULT,	"default",	DEFAULT)

#define IPF_DROP_ENUM(name, ...)	IPF_DROP_##name,
enum ipf_drop {
	IPF_FORWARD,	/* no drop at all */
	IPF_DROPS(IPF_DROP_ENUM)
	IPF_DROP_MAX,
};

#undef IPF_DROP_ENUM

/* Of a device, per CPU; written with bottom halves off, so that no CPU interrupts
 * itself. The first counter is that of frames which passed as no IP packets.
 */
struct ipf_drops {
	u64_stats_t count[IPF_DROP_MAX];
	struct u64_stats_sync syncp;
};

#define IPF_DROP_OTHER	IPF_FORWARD

const char *ipf_drop_name(enum ipf_drop reason);
enum ipfltdrv_step ipf_drop_step(enum ipf_drop reason);
void ipf_drop_count(struct ipf_device *device, enum ipf_drop reason);
void ipf_drop(struct ipf_device *device, const struct sk_buff *skb, int ifindex,
	      enum ipf_direction direction, enum ipf_drop reason);
void ipf_drop_sum(const struct ipf_device *device, u64 sums[IPF_DROP_MAX]);

#endif /* _IPFLTDRV_DROP_H */
