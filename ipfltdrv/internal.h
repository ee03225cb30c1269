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
#include <linux/netlink.h>
#include <linux/rhashtable.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include <uapi/linux/ipfltdrv.h>
#include <uapi/linux/ipfltdrv_filter.h>

#include "classify.h"
#include "drop.h"
#include "key.h"
#include "log.h"
#include "parse.h"

struct genl_family;
struct ipf_binding;
struct ipf_fragments;

#define IPF_NAME_SIZE		(IPFLTDRV_SET_NAME_LEN + 1)
/* Of one namespace. Kernel memory is accounted to who asks for it besides. */
#define IPF_SETS_MAX		BIT(17)
#define IPF_BINDINGS_MAX	BIT(18)
#define IPF_TRANSACTIONS_MAX	64
/* Filters of all sets and transactions of one namespace. */
#define IPF_NET_FILTERS_MAX	BIT(22)

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
 * @log_bits: size of @log
 * @count: number of filters
 * @drop: the default action; a match reverses it
 * @late: IPF_LATE_* that filters need, by enum ipf_family
 */
struct ipf_rules_side {
	struct ipf_classifier *classifier;
	atomic64_t *hits;
	unsigned long *log;
	u32 log_bits;
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
 * @binding: the binding, NULL in a test
 * @memory: of the device, for verdicts of first fragments; NULL unless @fragments says
 *	to check them
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
	struct ipf_binding *binding;
	struct ipf_fragments *memory;
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
 * @log: what was logged
 * @device: the device, first part of the key of ipf_net.bindings
 * @selector: which packets, second part of it
 * @node: of ipf_net.bindings
 * @list: of ipf_device.bindings, by id
 * @id: counts up
 * @attachments: links that it is in force on, the present one first and then those
 *	that its client has left a moment ago; ipf_lock
 * @rcu: for freeing
 */
struct ipf_binding {
	struct ipf_config __rcu *config;
	struct ipf_binding_stats __percpu *pcpu;
	atomic64_t count[IPF_DIRECTIONS][IPF_BINDING_COUNTS];
	u64 base[IPF_DIRECTIONS][IPF_BINDING_COUNTS];
	struct ipf_log log;
	struct ipf_device *device;
	struct ipf_selector selector;
	struct rhash_head node;
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
 * @list: of ipf_binding.attachments; ipf_lock
 * @leaving: of those whose client left, empty otherwise; ipf_lock
 * @ended: jiffies when it left
 * @rcu: for freeing
 */
struct ipf_attachment {
	struct rhlist_head node;
	u32 link;
	struct ipf_binding *binding;
	struct list_head list;
	struct list_head leaving;
	unsigned long ended;
	struct rcu_head rcu;
};

/**
 * struct ipf_device - a device with at least one binding
 * @whole: the binding to all its packets, or NULL; ipf_lock, RCU
 * @link_count: attachments in @links; ipf_lock to write
 * @links: link number to attachments; ipf_lock, RCU
 * @drops: per CPU
 * @fragments: first fragments, as long as it has users; ipf_lock
 * @fragment_users: configurations that want it; ipf_lock
 * @ethernet: its packets have Ethernet headers
 * @dev: the device; packets know it by themselves
 * @tracker: of the reference to @dev
 * @net: its namespace: a device that moves loses its bindings first
 * @bindings: all of them by id; ipf_lock
 * @binding_count: their number; ipf_lock
 * @users: how many of them are about a direction; ipf_lock
 * @ops: its netfilter hooks, registered while their direction has users
 * @name: at creation, so that both messages about it name the same
 * @free: waits for the packets that read it
 */
struct ipf_device {
	struct ipf_binding __rcu *whole;
	u32 link_count;
	struct rhltable links;
	struct ipf_drops __percpu *drops;
	struct ipf_fragments *fragments;
	u32 fragment_users;
	bool ethernet;
	struct net_device *dev;
	netdevice_tracker tracker;
	struct net *net;
	struct list_head bindings;
	u32 binding_count;
	u32 users[IPF_DIRECTIONS];
	struct nf_hook_ops ops[IPF_DIRECTIONS];
	char name[IFNAMSIZ];
	struct rcu_work free;
};

/**
 * struct ipf_net - a network namespace
 * @sets: by name; ipf_lock
 * @set_list: by id; ipf_lock
 * @devices: by interface index; ipf_lock, RCU
 * @bindings: by device and selector; ipf_lock
 * @transactions: sets being loaded; ipf_lock
 * @set_count: their number; ipf_lock
 * @binding_count: their number; ipf_lock
 * @transaction_count: their number; ipf_lock
 * @filter_count: of all sets and transactions; ipf_lock
 */
struct ipf_net {
	struct rhashtable sets;
	struct list_head set_list;
	struct xarray devices;
	struct rhashtable bindings;
	struct list_head transactions;
	u32 set_count;
	u32 binding_count;
	u32 transaction_count;
	u32 filter_count;
};

/**
 * struct ipf_change - what a binding is to say
 * @set: name of the set, or NULL for the same as before
 * @directions: see struct ipf_config; below 0 for the same as before
 * @closed: as above
 * @fragments: as above
 * @strong_host: as above
 * @log: as above
 * @log_group: as above
 * @log_rate: as above
 */
struct ipf_change {
	const char *set;
	int directions;
	int closed;
	int fragments;
	int strong_host;
	int log;
	int log_group;
	s64 log_rate;
};

/**
 * struct ipf_result - why a packet gets its verdict, for packet-test
 * @step: what decided
 * @filter: number of the filter as user space knows it, or -1
 * @tag: its tag
 * @set: the set that was asked last, or NULL
 */
struct ipf_result {
	enum ipfltdrv_step step;
	int filter;
	u32 tag;
	const struct ipf_set *set;
};

extern struct mutex ipf_lock;
extern struct workqueue_struct *ipf_workqueue;

#define ipf_assert_control()	lockdep_assert_held(&ipf_lock)
#define ipf_dereference(p)	\
	rcu_dereference_protected(p, lockdep_is_held(&ipf_lock))

/* The sentence of a refusal, when it is not a literal. */
static inline void ipf_refuse(struct netlink_ext_ack *extack, const char *why)
{
	if (extack)
		extack->_msg = why;
}

/* main.c */
struct ipf_net *ipf_pernet(const struct net *net);

/* rules.c */
struct ipf_rules *ipf_rules_create(const bool drop[IPF_DIRECTIONS]);
void ipf_rules_destroy(struct ipf_rules *rules);
void ipf_rules_free(struct ipf_rules *rules);
int ipf_rules_add(struct ipf_rules *rules, const struct ipfltdrv_filter *user,
		  const char **why);
int ipf_rules_compile(struct ipf_rules *rules, const char **why);
u32 ipf_rules_count(const struct ipf_rules *rules);
u32 ipf_rules_number(const struct ipf_rules *rules, enum ipf_direction direction,
		     u32 index);
u64 ipf_rules_get(const struct ipf_rules *rules, u32 number,
		  struct ipfltdrv_filter *user, bool reset);

/* set.c */
struct ipf_set *ipf_set_find(struct net *net, const char *name);
struct ipf_set *ipf_set_get(struct net *net, const char *name, bool closed,
			    struct netlink_ext_ack *extack);
void ipf_set_put(struct ipf_set *set);
struct ipf_set *ipf_set_publish(struct net *net, const char *name,
				struct ipf_rules *rules,
				struct netlink_ext_ack *extack);
int ipf_set_remove(struct net *net, const char *name,
		   struct netlink_ext_ack *extack);
void ipf_set_stats_sum(struct ipf_set *set,
		       u64 sums[IPF_DIRECTIONS][IPF_SET_COUNTS], bool reset);
int ipf_set_net_init(struct ipf_net *ipf_net);
void ipf_set_net_exit(struct ipf_net *ipf_net);

/* transaction.c */
int ipf_transaction_begin(struct net *net, u32 portid, const char *name,
			  const bool drop[IPF_DIRECTIONS], u32 *id,
			  struct netlink_ext_ack *extack);
int ipf_transaction_add(struct net *net, u32 portid, u32 id, const void *data,
			size_t size, u32 count, struct netlink_ext_ack *extack);
struct ipf_transaction *ipf_transaction_compile(struct net *net, u32 portid, u32 id,
						struct netlink_ext_ack *extack);
struct ipf_set *ipf_transaction_publish(struct net *net,
					struct ipf_transaction *transaction,
					struct netlink_ext_ack *extack);
int ipf_transaction_abort(struct net *net, u32 portid, u32 id,
			  struct netlink_ext_ack *extack);
void ipf_transaction_net_init(struct ipf_net *ipf_net);
void ipf_transaction_net_exit(struct ipf_net *ipf_net);
int ipf_transaction_init(void);
void ipf_transaction_uninit(void);

/* device.c */
struct ipf_device *ipf_device_find(struct net *net, int ifindex);
struct ipf_device *ipf_device_create(struct net *net, struct net_device *dev,
				     struct netlink_ext_ack *extack);
void ipf_device_put(struct ipf_device *device);
void ipf_device_net_init(struct ipf_net *ipf_net);
void ipf_device_net_exit(struct ipf_net *ipf_net);
int ipf_device_init(void);
void ipf_device_uninit(void);

/* binding.c */
struct ipf_binding *ipf_binding_find(struct ipf_device *device,
				     const struct ipf_selector *selector);
int ipf_binding_change(struct ipf_binding *binding,
		       const struct ipf_change *change,
		       struct netlink_ext_ack *extack);
struct ipf_binding *ipf_binding_create(struct ipf_device *device,
				       const struct ipf_selector *selector,
				       const struct ipf_change *change,
				       struct netlink_ext_ack *extack);
void ipf_binding_destroy(struct ipf_binding *binding);
void ipf_binding_stats_sum(struct ipf_binding *binding,
			   u64 sums[IPF_DIRECTIONS][IPF_BINDING_COUNTS],
			   bool reset);
int ipf_binding_set(struct net *net, int ifindex,
		    const struct ipf_selector *selector,
		    const struct ipf_change *change,
		    struct netlink_ext_ack *extack);
int ipf_binding_remove(struct net *net, int ifindex,
		       const struct ipf_selector *selector,
		       struct netlink_ext_ack *extack);
int ipf_binding_net_init(struct ipf_net *ipf_net);
void ipf_binding_net_exit(struct ipf_net *ipf_net);

/* attachment.c */
int ipf_attachment_create(struct ipf_binding *binding, u32 link);
void ipf_attachment_leave(struct ipf_binding *binding, u32 link);
u32 ipf_attachment_link(struct ipf_binding *binding);
void ipf_attachments_destroy(struct ipf_binding *binding);
void ipf_attachment_uninit(void);

/* late.c */
void ipf_late_interface(const struct net_device *dev, struct ipf_config *config);
void ipf_late_selector(const struct ipf_selector *selector,
		       struct ipf_config *config);
void ipf_late_given(struct ipf_config *config, bool iface,
		    const struct nlattr *ipv4, const struct nlattr *ipv6);
int ipf_late_client(struct ipf_binding *binding, u16 family, const void *addr);
int ipf_late_init(void);
void ipf_late_uninit(void);

/* client.c */
bool ipf_client_is_wan(const struct net_device *dev);
int ipf_client_get(struct netlink_ext_ack *extack);
void ipf_client_put(void);
void ipf_client_settle(void);
void ipf_client_drop(void);
int ipf_client_replay(struct net_device *dev, const struct ipf_selector *selector,
		      struct netlink_ext_ack *extack);

/* hook.c */
int ipf_hook_register(struct ipf_device *device, enum ipf_direction direction,
		      struct netlink_ext_ack *extack);
void ipf_hook_unregister(struct ipf_device *device,
			 enum ipf_direction direction);
bool ipf_hook_copy(struct ipf_device *device, u32 link, struct sk_buff *skb,
		   __be16 protocol);
enum ipf_drop ipf_hook_test(struct ipf_device *device,
			    const struct ipf_config *config, struct sk_buff *skb,
			    enum ipf_direction direction,
			    struct ipf_result *result);

/* host.c */
bool ipf_host_accepts(const struct net_device *dev, const struct ipf_key *key);

/* fragment.c */
struct ipf_fragments *ipf_fragment_get(struct ipf_device *device,
				       struct netlink_ext_ack *extack);
void ipf_fragment_put(struct ipf_device *device);
enum ipf_drop ipf_fragment_judge(const struct ipf_config *config,
				 enum ipf_direction direction,
				 const struct ipf_key *key, enum ipf_drop reason,
				 bool test, bool *decided);

/* log.c */
int ipf_log_load(struct netlink_ext_ack *extack);
int ipf_log_get(struct netlink_ext_ack *extack);
void ipf_log_put(void);
void ipf_log_packet(const struct ipf_config *config, struct sk_buff *skb,
		    unsigned int offset, const struct net_device *dev,
		    enum ipf_direction direction,
		    const struct ipf_rules_side *side, int index,
		    enum ipf_drop reason);
void ipf_log_sum(struct ipf_binding *binding, u64 *logged, u64 *lost, bool reset);

/* events.c */
void ipf_event_set_waited(const struct ipf_device *device,
			  const struct ipf_set *set);
void ipf_event_set_arrived(const struct ipf_set *set);
void ipf_event_late_lost(const struct ipf_device *device);

/* netlink.c */
extern struct genl_family ipf_family;
int ipf_netlink_init(void);
void ipf_netlink_uninit(void);

/* sysfs.c */
extern const struct attribute_group ipf_sysfs_group;

#endif /* _IPFLTDRV_INTERNAL_H */
