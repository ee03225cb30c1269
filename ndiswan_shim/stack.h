/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stack of intermediate drivers: what driver.c (who is registered), stack.c
 * (who is on which link) and layer.c (the packets) know of each other.
 *
 * Everything is written under ndiswan_lock but for the counters of a layer.
 */
#ifndef _NDISWAN_STACK_H
#define _NDISWAN_STACK_H

#include <linux/kobject.h>
#include <linux/llist.h>
#include <linux/skbuff.h>
#include <net/ndiswan.h>

#include "internal.h"

struct stack_slot;

/* Counters of a layer, or of many, also of those that are no more. */
struct stack_sums {
	u64 seen[NDISWAN_DIRECTIONS];
	u64 taken[NDISWAN_DIRECTIONS];
	u64 injected[NDISWAN_DIRECTIONS];
	u64 dropped[NDISWAN_DIRECTIONS];
	u64 discarded[NDISWAN_DIRECTIONS];
	u64 drops[NDISWAN_DRIVER_REASONS];
	u64 held;
	u32 links;
	u32 blocked;
};

typedef int (*stack_handler)(struct ndiswan_layer *layer, struct sk_buff *skb,
			     enum ndiswan_proto proto);

/**
 * struct stack_layer - one driver on one link
 * @public: the part that the driver sees
 * @altitude: of the driver; 0 of the layer that stands for none
 * @handler: by direction; NULL passes
 * @monitor: looks at packets of both directions
 * @seen: packets shown to the driver, written without a lock as the counters
 *	of struct ndiswan_link are
 * @slot: the driver's entry; NULL for the layer that stands for none
 * @driver: NULL if this layer is a wall
 * @link: outlives the layer
 * @net: the namespace, which outlives the layer
 * @sums: where the counters go at its end
 * @up: protocols whose line-up the driver has accepted
 * @pending: protocols whose line-down it has still to be told
 * @reason: by protocol, why
 * @dying: gone from packets; @deferred leads to its detach
 * @detached: there is nothing left to tell the driver
 * @deferred: on the list of layers that wait for a grace period
 * @hangup: bit 0: on the list of layers that want their link ended
 * @hangup_node: that list
 * @held: packets taken and not settled
 * @taken: by direction
 * @injected: by direction
 * @dropped: by direction
 * @discarded: how many of those it had taken before
 * @drops: by the driver's own reasons
 */
struct stack_layer {
	struct ndiswan_layer public;
	u32 altitude;
	stack_handler handler[NDISWAN_DIRECTIONS];
	void (*monitor)(struct ndiswan_layer *layer, const struct sk_buff *skb,
			enum ndiswan_proto proto,
			enum ndiswan_direction direction);
	u64 seen[NDISWAN_DIRECTIONS];
	struct stack_slot *slot;
	const struct ndiswan_driver *driver;
	struct ndiswan_link *link;
	struct net *net;
	struct stack_net *sums;
	u8 up;
	u8 pending;
	u8 reason[NDISWAN_PROTO_MAX];
	bool dying;
	bool detached;
	struct list_head deferred;
	unsigned long hangup;
	struct llist_node hangup_node;
	atomic_t held;
	atomic64_t taken[NDISWAN_DIRECTIONS];
	atomic64_t injected[NDISWAN_DIRECTIONS];
	atomic64_t dropped[NDISWAN_DIRECTIONS];
	atomic64_t discarded[NDISWAN_DIRECTIONS];
	atomic_t drops[NDISWAN_DRIVER_REASONS];
};

/**
 * struct ndiswan_stack - the layers of a link, lowest altitude first
 * @rcu: for freeing
 * @count: their number
 * @layer: ndiswan_lock, RCU; NULL, the layers, NULL. A layer may be replaced in
 *	place by another of the same altitude, or by the one that stands for none
 */
struct ndiswan_stack {
	struct rcu_head rcu;
	unsigned int count;
	struct stack_layer __rcu *layer[];
};

/* A driver in one namespace: the counters of its past layers. */
struct stack_net {
	struct list_head list;
	const struct net *net;
	struct stack_sums gone;
};

/**
 * struct stack_slot - a driver that is registered, or that is missed
 * @kobj: its directory in sysfs, which owns the memory
 * @rcu: for freeing: packets may be at the wall
 * @list: all of them, lowest altitude first
 * @driver: NULL while it is missed
 * @name: of the driver
 * @altitude: of the driver
 * @class: of the driver
 * @headroom: of the driver
 * @mru_cost: of the driver
 * @reasons: number of its drop reasons
 * @reason: their names
 * @enabled: new links get it
 * @mandatory: a link without it carries no data
 * @recosted: it was missed and has come back with another cost
 * @leaving: no new link gets it any more
 * @layers: its layers that have not been freed
 * @nets: struct stack_net of each namespace that it ever had a link in
 * @wall: what stands in its place on a link where it is mandatory and missing
 */
struct stack_slot {
	struct kobject kobj;
	struct rcu_head rcu;
	struct list_head list;
	const struct ndiswan_driver *driver;
	char name[NDISWAN_DRIVER_NAME];
	u32 altitude;
	enum ndiswan_driver_class class;
	u16 headroom;
	u16 mru_cost;
	unsigned int reasons;
	char reason[NDISWAN_DRIVER_REASONS][NDISWAN_DRIVER_NAME];
	bool enabled;
	bool mandatory;
	bool recosted;
	bool leaving;
	unsigned int layers;
	struct list_head nets;
	struct stack_layer wall;
};

/* How many drivers there are. A word and not a static key: it costs an instruction
 * more, and drivers come and go under traffic, when patching the path of every
 * packet is what emulators get wrong.
 */
extern unsigned int ndiswan_stack_drivers;

/* Is there any driver at all? */
static inline bool ndiswan_stack_used(void)
{
	return unlikely(READ_ONCE(ndiswan_stack_drivers));
}

/* layer.c */
int ndiswan_layer_settle(struct ndiswan_link *link, struct stack_layer *layer,
			 struct sk_buff *skb, enum ndiswan_direction direction,
			 int verdict);

/* One layer: 0 if the packet goes on, 1 if the layer has it, else it was
 * dropped.
 */
static __always_inline int
ndiswan_layer_pass(struct ndiswan_link *link, struct stack_layer *layer,
		   struct sk_buff *skb, enum ndiswan_proto proto,
		   enum ndiswan_direction direction)
{
	stack_handler handler = layer->handler[direction];
	int verdict;

	if (likely(handler)) {
		ndiswan_count(&layer->seen[direction], 1);
		verdict = handler(&layer->public, skb, proto);
		if (likely(!verdict))
			return 0;
		return ndiswan_layer_settle(link, layer, skb, direction,
					    verdict);
	}
	if (layer->monitor) {
		ndiswan_count(&layer->seen[direction], 1);
		layer->monitor(&layer->public, skb, proto, direction);
	}
	return 0;
}

/* Through the layers below @altitude downwards, or above it upwards; through all
 * of them if it is 0. Data context.
 */
static __always_inline int
ndiswan_stack_pass(struct ndiswan_link *link, struct sk_buff *skb,
		   enum ndiswan_proto proto, enum ndiswan_direction direction,
		   u32 altitude)
{
	const int step = direction == NDISWAN_SENDING ? -1 : 1;
	struct stack_layer __rcu * const *at;
	const struct ndiswan_stack *stack;
	struct stack_layer *layer;
	int err;

	stack = rcu_dereference_check(link->stack, rcu_read_lock_bh_held());
	if (!stack)
		return 0;
	at = &stack->layer[direction == NDISWAN_SENDING ? stack->count : 1];
	for (;;) {
		layer = rcu_dereference_check(*at, rcu_read_lock_bh_held());
		if (!layer)
			return 0;
		at += step;
		if (altitude && (direction == NDISWAN_SENDING ?
				 layer->altitude >= altitude :
				 layer->altitude <= altitude))
			continue;
		err = ndiswan_layer_pass(link, layer, skb, proto, direction);
		if (unlikely(err))
			return err;
	}
}

static inline void ndiswan_network_prepare(struct sk_buff *skb,
					   enum ndiswan_proto proto)
{
	skb_reset_network_header(skb);
	skb->protocol = proto == NDISWAN_PROTO_IPV4 ? htons(ETH_P_IP) :
						      htons(ETH_P_IPV6);
}

int ndiswan_layer_blocked(struct ndiswan_layer *layer, struct sk_buff *skb,
			  enum ndiswan_proto proto);
struct llist_node *ndiswan_layer_hangups(void);

/* stack_array.c */
unsigned int ndiswan_stack_count(const struct ndiswan_link *link);
struct stack_layer *ndiswan_stack_at(const struct ndiswan_link *link,
				     unsigned int i);
struct stack_layer *ndiswan_stack_find(const struct ndiswan_link *link,
				       const struct stack_slot *slot);
int ndiswan_stack_publish(struct ndiswan_link *link,
			  struct stack_layer *layer);
void ndiswan_stack_unpublish(struct ndiswan_link *link,
			     const struct stack_layer *layer);
void ndiswan_stack_clear(struct ndiswan_link *link);
void ndiswan_stack_forget(struct stack_layer *layer);

/* stack_line.c */
bool ndiswan_stack_has_line(const struct ndiswan_link *link,
			    enum ndiswan_proto proto);
int ndiswan_stack_lines_update(struct ndiswan_link *link, u32 altitude,
			       const struct stack_slot *extra,
			       struct netlink_ext_ack *extack);
int ndiswan_layer_line_up(struct stack_layer *layer, enum ndiswan_proto proto,
			  struct ndiswan_line *line,
			  struct netlink_ext_ack *extack);
void ndiswan_layer_line_down(struct stack_layer *layer,
			     enum ndiswan_proto proto,
			     enum ndiswan_reason reason);
void ndiswan_layer_lines_down(struct stack_layer *layer,
			      enum ndiswan_reason reason);
int ndiswan_stack_line_up(struct ndiswan_link *link, enum ndiswan_proto proto,
			  const struct ndiswan_line *line,
			  struct netlink_ext_ack *extack);
u16 ndiswan_stack_mru(const struct ndiswan_link *link,
		      enum ndiswan_proto proto);
int ndiswan_stack_line_update(struct ndiswan_link *link,
			      enum ndiswan_proto proto, u16 mru,
			      struct netlink_ext_ack *extack);
void ndiswan_stack_line_down(struct ndiswan_link *link,
			     enum ndiswan_proto proto,
			     enum ndiswan_reason reason);

/* stack.c */
int ndiswan_stack_attach(struct ndiswan_link *link,
			 struct netlink_ext_ack *extack);
void ndiswan_stack_add_locked(struct stack_slot *slot,
			      struct ndiswan_link *link);
void ndiswan_stack_remove_locked(struct stack_slot *slot,
				 struct ndiswan_link *link, bool wall);
void ndiswan_stack_open_locked(struct stack_slot *slot);
void ndiswan_stack_link_down(struct ndiswan_link *link);
bool ndiswan_stack_link_removed(struct ndiswan_link *link);
void ndiswan_stack_defer(struct stack_layer *layer);
void ndiswan_layer_sum(const struct stack_layer *layer,
		       struct stack_sums *sums);
void ndiswan_stack_kick(void);
void ndiswan_stack_flush(void);

/* driver.c */
extern struct list_head ndiswan_slots;
struct stack_slot *ndiswan_slot_find(const char *name);
int ndiswan_slot_enable(const char *name, struct net *net, u32 link,
			bool enabled, struct netlink_ext_ack *extack);
int ndiswan_slot_mandate(const char *name, bool mandatory,
			 struct netlink_ext_ack *extack);
struct stack_net *ndiswan_slot_net(struct stack_slot *slot,
				   const struct net *net);
void ndiswan_slot_net_exit(const struct net *net);
void ndiswan_slot_sum_locked(const struct stack_slot *slot, struct net *net,
			     struct stack_sums *sums);
unsigned int ndiswan_driver_headroom(void);
void ndiswan_driver_uninit(void);

/* sysfs.c */
int ndiswan_slot_sysfs_add(struct stack_slot *slot);
void ndiswan_slot_sysfs_remove(struct stack_slot *slot);

#endif /* _NDISWAN_STACK_H */
