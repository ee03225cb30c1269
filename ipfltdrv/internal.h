/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of ipfltdrv know of each other, grouped by the file that
 * implements it.
 *
 * Locks, outermost first: rtnl, client_lock (client.c), ndiswan_lock (taken by
 * wanarp, which calls us with it held), ipf_lock. All control happens under
 * ipf_lock, but for compiling a set; packets read under RCU. What is inside
 * ipf_lock must take none of the others.
 */
#ifndef _IPFLTDRV_INTERNAL_H
#define _IPFLTDRV_INTERNAL_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rhashtable.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <uapi/linux/ipfltdrv.h>
#include <uapi/linux/ipfltdrv_filter.h>

#include "classify.h"
#include "drop.h"
#include "key.h"
#include "parse.h"

struct netlink_ext_ack;

#define IPF_NAME_SIZE		(IPFLTDRV_SET_NAME_LEN + 1)
/* Of one namespace. Kernel memory is accounted to who asks for it besides. */
#define IPF_SETS_MAX		(1U << 17)
#define IPF_BINDINGS_MAX	(1U << 18)
#define IPF_TRANSACTIONS_MAX	64
/* Filters of all sets and transactions of one namespace. */
#define IPF_NET_FILTERS_MAX	(1U << 22)

enum ipf_direction {
	IPF_INGRESS,
	IPF_EGRESS,
	IPF_DIRECTIONS,
};

/* In user space's masks of directions. */
#define ipf_direction_bit(direction)	(1U << (direction))

/* Which late bound addresses. */
#define IPF_LATE_CLIENT		BIT(0)
#define IPF_LATE_INTERFACE	BIT(1)

/**
 * struct ipf_rules_side - what packets of one direction are asked
 * @classifier: the filters
 * @hits: of each filter; every CPU counts in the same word, because a word a CPU
 *	would be more than the filter takes
 * @log: bit set of filters with the flag log, NULL if there are none
 * @count: number of filters
 * @drop: the default action; a match reverses it
 * @late: IPF_LATE_* that filters need, by enum ipf_family
 */
struct ipf_rules_side {
	struct ipf_classifier *classifier;
	atomic64_t *hits;
	unsigned long *log;
	u32 count;
	bool drop;
	u8 late[IPF_IPV6 + 1];
};

/**
 * struct ipf_rules - one compiled version of a set; does not change
 * @side: by direction
 * @generation: no other version of any set has the same
 * @bytes: memory of all of it
 * @free: waits for the packets that read it
 */
struct ipf_rules {
	struct ipf_rules_side side[IPF_DIRECTIONS];
	u64 generation;
	size_t bytes;
	struct rcu_work free;
};

enum ipf_set_count { IPF_UNMATCHED, IPF_MATCHED, IPF_SET_COUNTS };

/* Per CPU, as struct ipf_drops. */
struct ipf_set_stats {
	u64_stats_t count[IPF_DIRECTIONS][IPF_SET_COUNTS];
	struct u64_stats_sync syncp;
};

/**
 * struct ipf_set - a name, and the filters that it stands for now
 * @rules: NULL as long as the name is only waited for; ipf_lock, RCU
 * @stats: per CPU, kept over replacements
 * @node: of ipf_net.sets
 * @list: of ipf_net.set_list, by id
 * @net: namespace
 * @id: counts up
 * @bindings: their number; ipf_lock. A set without rules goes with the last.
 * @base: what @stats were at the last reset; ipf_lock
 * @free: waits for the packets that read it
 * @name: its name
 */
struct ipf_set {
	struct ipf_rules __rcu *rules;
	struct ipf_set_stats __percpu *stats;
	struct rhash_head node;
	struct list_head list;
	struct net *net;
	u64 id;
	u32 bindings;
	u64 base[IPF_DIRECTIONS][IPF_SET_COUNTS];
	struct rcu_work free;
	char name[IPF_NAME_SIZE];
};

/**
 * struct ipf_transaction - a set being loaded
 * @list: of ipf_net.transactions
 * @id: counts up
 * @portid: of the socket that it dies with
 * @rules: what will be published
 * @name: of the set
 */
struct ipf_transaction {
	struct list_head list;
	u32 id;
	u32 portid;
	struct ipf_rules *rules;
	char name[IPF_NAME_SIZE];
};

/**
 * struct ipf_config - what a binding says; replaced as a whole
 * @set: the set
 * @directions: IPFLTDRV_INGRESS, IPFLTDRV_EGRESS or both
 * @fragments: enum ipfltdrv_fragments
 * @strong_host: drop input for another interface's address
 * @closed: the set need not be loaded
 * @log: IPFLTDRV_LOG_*
 * @log_group: group of nfnetlink_log
 * @log_rate: most packets a second, 0 for no limit
 * @known: IPF_LATE_* whose address is in @late, by enum ipf_family; the one
 *	thing that is changed in place, towards less
 * @late: late bound addresses
 * @rcu: for freeing
 */
struct ipf_config {
	struct ipf_set *set;
	u8 directions;
	u8 fragments;
	bool strong_host;
	bool closed;
	u8 log;
	u16 log_group;
	u32 log_rate;
	u8 known[IPF_IPV6 + 1];
	struct ipf_late late;
	struct rcu_head rcu;
};

enum ipf_selector_kind {
	IPF_SELECT_DEVICE,	/* all packets of the device */
	IPF_SELECT_LINK,
	IPF_SELECT_IPV4,	/* whatever link has this client address */
	IPF_SELECT_IPV6,
};

/**
 * struct ipf_selector - which packets of a device a binding is about
 * @kind: what is compared
 * @link: number of the link
 * @ipv4: the client's address
 * @ipv6: the client's address
 *
 * Compared as bytes: what does not belong to @kind is 0, padding too.
 */
struct ipf_selector {
	u32 kind;
	union {
		u32 link;
		__be32 ipv4;
		struct in6_addr ipv6;
	};
};

enum ipf_binding_count { IPF_FORWARDED, IPF_DROPPED, IPF_BINDING_COUNTS };

/* Of a binding to a device, per CPU, as struct ipf_drops. */
struct ipf_binding_stats {
	u64_stats_t count[IPF_DIRECTIONS][IPF_BINDING_COUNTS];
	struct u64_stats_sync syncp;
};

/**
 * struct ipf_binding - a set in force
 * @config: what it says; ipf_lock, RCU
 * @pcpu: counters of a binding to a device, else NULL
 * @count: counters of a binding to a link: those of ten thousand clients cannot be
 *	per CPU
 * @base: what the counters were at the last reset; ipf_lock
 * @device: the device
 * @selector: which packets
 * @node: of ipf_net.bindings, by device and selector
 * @list: of ipf_device.bindings, by id
 * @id: counts up
 * @attachments: links that it is in force on: the present one, and some that were
 *	until a moment ago; ipf_lock
 * @rcu: for freeing
 */
struct ipf_binding {
	struct ipf_config __rcu *config;
	struct ipf_binding_stats __percpu *pcpu;
	atomic64_t count[IPF_DIRECTIONS][IPF_BINDING_COUNTS];
	u64 base[IPF_DIRECTIONS][IPF_BINDING_COUNTS];
	struct ipf_device *device;
	struct ipf_selector selector;
	struct hlist_node node;
	struct list_head list;
	u64 id;
	struct list_head attachments;
	struct rcu_head rcu;
};

/**
 * struct ipf_attachment - a binding on one link
 * @node: of ipf_device.links; several of one link follow each other
 * @link: number of the link, key of ipf_device.links
 * @binding: what is in force
 * @list: of ipf_binding.attachments, the newest first; ipf_lock
 * @ended: jiffies when the client left, packets of which may still be under way
 * @leaving: @ended is set
 * @rcu: for freeing
 */
struct ipf_attachment {
	struct rhlist_head node;
	u32 link;
	struct ipf_binding *binding;
	struct list_head list;
	unsigned long ended;
	bool leaving;
	struct rcu_head rcu;
};

/**
 * struct ipf_device - a device with at least one binding
 * @whole: the binding to all its packets, or NULL; ipf_lock, RCU
 * @link_count: attachments in @links; ipf_lock
 * @egress_links: those whose binding is about sent packets; ipf_lock
 * @links: link number to attachments; ipf_lock, RCU
 * @drops: per CPU
 * @dev: the device; packets know it by themselves
 * @tracker: of the reference to @dev
 * @net: its namespace: a device that moves loses its bindings first
 * @list: of ipf_net.devices; ipf_lock
 * @bindings: all of them by id; ipf_lock
 * @binding_count: their number; ipf_lock
 * @ops: its netfilter hooks
 * @hooked: which of @ops are registered; ipf_lock
 * @reap: takes attachments away a moment after their clients left
 * @free: waits for the packets that read it
 */
struct ipf_device {
	struct ipf_binding __rcu *whole;
	u32 link_count;
	u32 egress_links;
	struct rhltable links;
	struct ipf_drops __percpu *drops;
	struct net_device *dev;
	netdevice_tracker tracker;
	struct net *net;
	struct list_head list;
	struct list_head bindings;
	u32 binding_count;
	struct nf_hook_ops ops[IPF_DIRECTIONS];
	u8 hooked;
	struct delayed_work reap;
	struct rcu_work free;
};

/**
 * struct ipf_net - a network namespace
 * @sets: by name; ipf_lock
 * @set_list: by id; ipf_lock
 * @devices: in the order in which they got their first binding; ipf_lock
 * @transactions: sets being loaded; ipf_lock
 * @set_count: their number; ipf_lock
 * @binding_count: their number; ipf_lock
 * @transaction_count: their number; ipf_lock
 * @filter_count: of all sets and transactions; ipf_lock
 */
struct ipf_net {
	struct rhashtable sets;
	struct list_head set_list;
	struct list_head devices;
	struct list_head transactions;
	u32 set_count;
	u32 binding_count;
	u32 transaction_count;
	u32 filter_count;
};

/**
 * struct ipf_result - why a packet gets its verdict, for packet-test
 * @reason: IPF_FORWARD or why it is dropped
 * @step: what decided
 * @filter: number of the filter in its direction, or -1
 * @rules: what the filter is one of
 * @set: name of the set that was asked last, or NULL
 */
struct ipf_result {
	enum ipf_drop reason;
	enum ipfltdrv_step step;
	int filter;
	const struct ipf_rules *rules;
	const struct ipf_set *set;
};

extern struct mutex ipf_lock;
extern struct workqueue_struct *ipf_workqueue;

#define ipf_assert_control()	lockdep_assert_held(&ipf_lock)
#define ipf_dereference(p)	\
	rcu_dereference_protected(p, lockdep_is_held(&ipf_lock))

#endif /* _IPFLTDRV_INTERNAL_H */
