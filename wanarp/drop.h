/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _WANARP_DROP_H
#define _WANARP_DROP_H

#include <linux/types.h>
#include <linux/u64_stats_sync.h>

struct sk_buff;
struct wanarp_interface;

/* Every reason for which a packet is thrown away: its name in user space, the
 * direction in the interface's statistics, the nearest reason of the kernel.
 * Names are ABI: scripts read them.
 *
 * TX_LINK is counted only: ndiswan_shim has thrown the packet away already and
 * knows why.
 */
#define WANARP_DROPS(R)							\
	R(RX_DOWN,	"rx-interface-down",	RX, DEV_READY)		\
	R(RX_SHORT,	"rx-short",		RX, PKT_TOO_SMALL)	\
	R(RX_SOURCE,	"rx-source-address",	RX, NOT_SPECIFIED)	\
	R(RX_NO_MEMORY,	"rx-no-memory",		RX, NOMEM)		\
	R(TX_SHORT,	"tx-short",		TX, PKT_TOO_SMALL)	\
	R(TX_PROTOCOL,	"tx-protocol",		TX, UNHANDLED_PROTO)	\
	R(TX_UNRESOLVED, "tx-unresolved",	TX, NEIGH_FAILED)	\
	R(TX_TOO_LONG,	"tx-too-long",		TX, PKT_TOO_BIG)	\
	R(TX_FRAGMENT,	"tx-fragment",		TX, NOT_SPECIFIED)	\
	R(TX_SEGMENTS,	"tx-unsegmented",	TX, NOT_SPECIFIED)	\
	R(TX_MULTICAST,	"tx-multicast",		TX, NOT_SPECIFIED)	\
	R(TX_NO_MEMORY,	"tx-no-memory",		TX, NOMEM)		\
	R(TX_UNREACHABLE, "tx-unreachable",	TX, NEIGH_FAILED)	\
	R(TX_DIAL_FILTER, "tx-dial-filter",	TX, NEIGH_FAILED)	\
	R(TX_HOLD_FULL,	"tx-hold-full",		TX, NEIGH_QUEUEFULL)	\
	R(TX_HOLD_TIME,	"tx-hold-time",		TX, NEIGH_FAILED)	\
	R(TX_SOURCE_GONE, "tx-source-gone",	TX, NOT_SPECIFIED)	\
	R(TX_LINK,	"tx-link",		TX, NOT_SPECIFIED)

#define WANARP_DROP_ENUM(name, ...)	WANARP_DROP_##name,
enum wanarp_drop_reason {
	WANARP_DROPS(WANARP_DROP_ENUM)
	WANARP_DROP_MAX,
};

#undef WANARP_DROP_ENUM

/**
 * enum wanarp_counter - what else is counted on an interface
 * @WANARP_COUNTER_TX_FRAGMENTED: packets that were cut to the size of a link
 * @WANARP_COUNTER_MSS_CLAMPED: TCP segments whose MSS was lowered
 * @WANARP_COUNTER_PROXY_ANSWERS: answers to a LAN that asked for a client
 * @WANARP_COUNTER_MAX: their number
 */
enum wanarp_counter {
	WANARP_COUNTER_TX_FRAGMENTED,
	WANARP_COUNTER_MSS_CLAMPED,
	WANARP_COUNTER_PROXY_ANSWERS,
	WANARP_COUNTER_MAX,
};

/* Written with bottom halves off, so that no CPU interrupts itself. The counters
 * of enum wanarp_counter come after the reasons.
 */
struct wanarp_drops {
	u64_stats_t count[WANARP_DROP_MAX + WANARP_COUNTER_MAX];
	struct u64_stats_sync syncp;
};

struct rtnl_link_stats64;

const char *wanarp_drop_name(enum wanarp_drop_reason reason);
void wanarp_drop(struct wanarp_interface *iface, struct sk_buff *skb,
		 enum wanarp_drop_reason reason);
void wanarp_drop_count(struct wanarp_interface *iface,
		       enum wanarp_drop_reason reason);
void wanarp_drop_sum(const struct wanarp_interface *iface,
		     u64 sums[WANARP_DROP_MAX]);
void wanarp_count(struct wanarp_interface *iface, enum wanarp_counter counter);
void wanarp_count_sum(const struct wanarp_interface *iface,
		      u64 sums[WANARP_COUNTER_MAX]);
void wanarp_drop_stats(const struct wanarp_interface *iface,
		       struct rtnl_link_stats64 *stats);

#endif /* _WANARP_DROP_H */
