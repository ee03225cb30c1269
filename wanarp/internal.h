/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of wanarp know of each other, grouped by the file that
 * implements it.
 *
 * Locks, outermost first: rtnl, ndiswan_lock (ndiswan_control_lock()), the lock
 * of struct wanarp_demand. Everything about projections changes under
 * ndiswan_lock, and packets read it under RCU.
 */
#ifndef _WANARP_INTERNAL_H
#define _WANARP_INTERNAL_H

#include <linux/cache.h>
#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/netdevice.h>
#include <linux/rhashtable.h>
#include <linux/skbuff.h>
#include <net/gro_cells.h>
#include <net/ndiswan.h>

#include "demand.h"
#include "drop.h"

struct genl_family;
struct ipv6hdr;
struct rtable;
struct wanarp_proxy;

/* An IPv4 host has to take 68 bytes (RFC 791), a link of IPv6 1280 (RFC 8200);
 * the length field ends at 65535.
 */
#define WANARP_MRU_MIN	68
#define WANARP_IPV6_MRU_MIN	1280
#define WANARP_MTU_MAX	65535

#define wanarp_assert_control()	lockdep_assert(ndiswan_control_is_locked())

/* By how many keys a projection is found at most. */
#define WANARP_KEYS	2

/**
 * struct wanarp_table - the projections of an interface
 * @ipv4: address to projection; changes under ndiswan_lock, RCU
 * @ipv6: address or prefix to its struct wanarp_ipv6_key; as @ipv4
 * @ipv6_hosts: prefixes in @ipv6 that are one address; ndiswan_lock
 * @list: all projections, in the order of generations; ndiswan_lock, RCU
 * @count: their number; ndiswan_lock
 */
struct wanarp_table {
	struct rhashtable ipv4;
	struct rhashtable ipv6;
	unsigned int ipv6_hosts;
	struct list_head list;
	unsigned int count;
};

/**
 * struct wanarp_interface - private part of a WAN interface
 * @dev: the device
 * @source_check: drop what a client sends from an address not its own
 * @multicast: send multicast and broadcast packets to every link
 * @mss_clamp: lower the MSS of TCP connections to what the link takes
 * @proxy: where its clients are answered for, or NULL; rtnl, RCU
 * @refuse_conflict: a line-up does not get the address of another link
 * @ready: registered and not on its way out: may get projections; ndiswan_lock
 * @mode: enum wanarp_iface_mode; rtnl and ndiswan_lock
 * @demand: what a demand-dial interface has besides
 * @table: the client addresses that are live on it
 * @gro_cells: per-CPU queues where received TCP segments are merged
 * @drops: per-CPU counters
 * @name: at creation, so that both messages about it name the same
 */
struct wanarp_interface {
	struct net_device *dev;
	bool source_check;
	bool multicast;
	bool mss_clamp;
	bool refuse_conflict;
	bool ready;
	struct wanarp_proxy __rcu *proxy;
	u8 mode;
	struct wanarp_demand demand;
	struct wanarp_table table;
	struct gro_cells gro_cells;
	struct wanarp_drops __percpu *drops;
	char name[IFNAMSIZ];
};

/**
 * struct wanarp_projection - a line's client made live on a WAN interface
 *
 * One of IPv4 is this alone and has one address. One of IPv6 is the beginning
 * of a struct wanarp_ipv6_projection.
 *
 * Created by line-up, freed by line-down after an RCU grace period. Found by a
 * packet to the client through the table, by one from the client through the
 * context of its link; nobody takes a reference. One of IPv4 is in the room of
 * its link, unless the link had another a moment ago.
 */
struct wanarp_projection {
	/** @node: of table.ipv4 */
	struct rhash_head node;
	/** @iface: interface that the address is live on */
	struct wanarp_interface *iface;
	/** @addr: the client's address, key of table.ipv4 */
	__be32 addr;
	/** @id: number of @link */
	u32 id;
	/** @last_packet: when the last one came or went, in jiffies */
	u32 last_packet;
	/** @mru: longest packet that the client takes; ndiswan_lock to write */
	u16 mru;
	/** @proto: enum ndiswan_proto */
	u8 proto;
	/** @live: in the table; ndiswan_lock */
	bool live;
	/* Up to here a packet reads: half a cache line, and the other half is
	 * what it writes of the link.
	 */

	/** @link: where packets for it go; outlives the projection */
	struct ndiswan_link *link;
	/** @inside: in the room of its link; fixed */
	bool inside;
	/** @list: of table.list */
	struct list_head list;
	/** @generation: counts up with every projection of any interface */
	u64 generation;
	/** @born: when it was created, ktime_get_ns() */
	u64 born;
	/** @rcu: for freeing */
	struct rcu_head rcu;
};

/**
 * struct wanarp_ipv6_key - what an IPv6 packet finds its projection by
 * @node: of table.ipv6
 * @addr: a whole address, or a prefix of 64 bits and no identifier
 */
struct wanarp_ipv6_key {
	struct rhash_head node;
	struct in6_addr addr;
};

/* Places in key[] of struct wanarp_ipv6_projection. */
#define WANARP_KEY_LOCAL	0
#define WANARP_KEY_PREFIX	1

/**
 * struct wanarp_ipv6_projection - a projection of IPv6
 * @common: what it shares with one of IPv4
 * @key: the link-local address, and the prefix if there is one
 * @prefix_len: 64, 128, or 0 if there is none
 */
struct wanarp_ipv6_projection {
	struct wanarp_projection common;
	struct wanarp_ipv6_key key[WANARP_KEYS];
	u8 prefix_len;
};

static inline struct wanarp_ipv6_projection *
wanarp_ipv6_projection(const struct wanarp_projection *projection)
{
	return container_of(projection, struct wanarp_ipv6_projection, common);
}

/* Its packets come within the same jiffy, mostly, and write nothing then. */
static inline void wanarp_projection_used(struct wanarp_projection *projection)
{
	u32 now = jiffies;

	if (READ_ONCE(projection->last_packet) != now)
		WRITE_ONCE(projection->last_packet, now);
}

/**
 * enum wanarp_address - what an address is by itself, whatever the routes say
 * @WANARP_ADDRESS_CLIENT: a client may have it
 * @WANARP_ADDRESS_ZERO: 0.0.0.0/8, "this network"; a link-local address without
 *	an interface identifier; a prefix of 64 bits that are 0
 * @WANARP_ADDRESS_LOOPBACK: 127.0.0.0/8
 * @WANARP_ADDRESS_MULTICAST: 224.0.0.0/4 or ff00::/8
 * @WANARP_ADDRESS_BROADCAST: 255.255.255.255
 * @WANARP_ADDRESS_FOREIGN: not in fe80::/64, where it ought to be
 * @WANARP_ADDRESS_LINK_LOCAL: in fe80::/10, where it ought not to be
 * @WANARP_ADDRESS_ANYCAST: of all routers, or reserved for services (RFC 2526)
 */
enum wanarp_address {
	WANARP_ADDRESS_CLIENT,
	WANARP_ADDRESS_ZERO,
	WANARP_ADDRESS_LOOPBACK,
	WANARP_ADDRESS_MULTICAST,
	WANARP_ADDRESS_BROADCAST,
	WANARP_ADDRESS_FOREIGN,
	WANARP_ADDRESS_LINK_LOCAL,
	WANARP_ADDRESS_ANYCAST,
};

/* Packets take the one link there is, whatever their next hop. */
static inline bool wanarp_is_demand(const struct wanarp_interface *iface)
{
	return READ_ONCE(iface->mode) == WANARP_IFACE_MODE_DEMAND_DIAL;
}

/* table.c */
int wanarp_table_init(struct wanarp_table *table);
void wanarp_table_uninit(struct wanarp_table *table);
struct wanarp_projection *wanarp_table_find(struct wanarp_table *table,
					    __be32 addr);
struct wanarp_projection *wanarp_table_find_rcu(struct wanarp_table *table,
						__be32 addr);
struct wanarp_projection *
wanarp_table_find_ipv6(struct wanarp_table *table, const struct in6_addr *addr);
void wanarp_table_holders(struct wanarp_table *table,
			  const struct wanarp_projection *projection,
			  struct wanarp_projection *holders[WANARP_KEYS]);
int wanarp_table_publish(struct wanarp_table *table,
			 struct wanarp_projection *projection,
			 struct wanarp_projection *holders[WANARP_KEYS]);
bool wanarp_table_remove(struct wanarp_table *table,
			 struct wanarp_projection *projection);

/* address.c */
enum wanarp_address wanarp_address_class(__be32 addr);
enum wanarp_address wanarp_ipv6_local_class(const struct in6_addr *addr);
enum wanarp_address wanarp_ipv6_prefix_class(const struct in6_addr *prefix,
					     u8 len);
bool wanarp_ipv6_is_gateway(const struct in6_addr *addr);

/* projection.c */
extern const struct ndiswan_protocol wanarp_ipv4_protocol;
extern const struct ndiswan_protocol wanarp_ipv6_protocol;
void wanarp_projections_down(struct wanarp_interface *iface,
			     enum ndiswan_reason reason);

/* notify.c */
int wanarp_notify_up(const struct wanarp_projection *projection,
		     struct netlink_ext_ack *extack);
void wanarp_notify_down(const struct wanarp_projection *projection);
bool wanarp_notify_copy(const struct wanarp_projection *projection,
			struct sk_buff *skb);

/* header.c */
extern const struct header_ops wanarp_header_ops;
struct wanarp_projection *wanarp_nexthop(const struct sk_buff *skb,
					 struct wanarp_interface *iface,
					 enum ndiswan_proto proto);
bool wanarp_ipv6_is_neighbour(struct wanarp_interface *iface,
			      const struct in6_addr *addr);

/* receive.c */
enum ndiswan_rx wanarp_receive(struct sk_buff *skb, struct ndiswan_link *link,
			       void *context);
enum ndiswan_rx wanarp_receive_ipv6(struct sk_buff *skb,
				    struct ndiswan_link *link, void *context);
bool wanarp_ipv6_source_is_own(const struct wanarp_projection *projection,
			       const struct ipv6hdr *ip6h);

/* transmit.c */
netdev_tx_t wanarp_xmit(struct sk_buff *skb, struct net_device *dev);

/* proxy.c */
bool wanarp_proxied(const struct wanarp_projection *projection);
struct net_device *wanarp_proxy_lan(const struct wanarp_interface *iface);
int wanarp_proxy_set(struct wanarp_interface *iface, struct net_device *lan,
		     struct netlink_ext_ack *extack);
void wanarp_proxy_device_gone(const struct net_device *dev);

/* ethtool.c */
extern const struct ethtool_ops wanarp_ethtool_ops;

/* fragment.c */
bool wanarp_may_fragment(const struct sk_buff *skb);
void wanarp_fragment(struct sk_buff *skb, struct wanarp_interface *iface,
		     struct ndiswan_link *link, u16 mru);

/* mss.c */
bool wanarp_mss_lower(u8 *tcp, unsigned int len, u16 max, bool partial);
void wanarp_mss_clamp(struct sk_buff *skb, struct wanarp_interface *iface,
		      u16 mru);

/* device.c */
struct wanarp_interface *wanarp_interface_from_dev(struct net_device *dev);
struct wanarp_interface *wanarp_interface_next(struct net *net, int ifindex);
int wanarp_device_init(void);
void wanarp_device_uninit(void);

/* events.c */
void wanarp_event_address_taken(struct net *net,
				const struct wanarp_projection *old,
				const struct wanarp_projection *new,
				unsigned int key);
void wanarp_event_dial_request(const struct wanarp_interface *iface,
			       enum wanarp_dial_cause cause,
			       const struct wanarp_demand_packet *packet);
void wanarp_event_dial_failed(const struct wanarp_interface *iface,
			      enum wanarp_unreachable_reason reason,
			      u32 seconds, const char *text);
void wanarp_event_hangup_request(const struct wanarp_interface *iface,
				 enum wanarp_dial_cause cause);

/* netlink.c */
extern struct genl_family wanarp_family;
struct wanarp_interface *wanarp_netlink_find(struct net *net,
					     const struct nlattr *attr,
					     struct netlink_ext_ack *extack);
int wanarp_netlink_init(void);
void wanarp_netlink_uninit(void);

/* sysfs.c */
extern const struct attribute_group wanarp_sysfs_group;

#endif /* _WANARP_INTERNAL_H */
