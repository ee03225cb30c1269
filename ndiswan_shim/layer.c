// SPDX-License-Identifier: GPL-2.0
/*
 * Packets and intermediate drivers: through the stack, and back in from a place
 * in it. Everything here is data context unless it says otherwise.
 */
#include <linux/module.h>
#include <net/dst.h>

#include "internal.h"
#include "stack.h"

#include <trace/events/ndiswan.h>

static LLIST_HEAD(hangups);

#define public_layer(layer) container_of(layer, struct stack_layer, public)

/* A wall: the handler of both directions. Its verdict is never a name, see
 * drop().
 */
int ndiswan_layer_blocked(struct ndiswan_layer *layer, struct sk_buff *skb,
			  enum ndiswan_proto proto)
{
	return NDISWAN_DROP(0);
}

static void drop(struct ndiswan_link *link, struct stack_layer *layer,
		 struct sk_buff *skb, enum ndiswan_direction direction,
		 unsigned int reason)
{
	const struct stack_slot *slot = layer->slot;

	if (!layer->driver) {
		ndiswan_drop(link, skb, NDISWAN_DROP_DRIVER_MISSING);
		return;
	}
	if (WARN_ONCE(reason >= slot->reasons,
		      "%s dropped a packet for a reason that it has not declared",
		      slot->name))
		reason = 0;
	atomic64_inc(&layer->dropped[direction]);
	atomic_inc(&layer->drops[reason]);
	trace_ndiswan_layer_drop(link->id, slot->name, direction,
				 slot->reason[reason], skb->len);
	ndiswan_drop(link, skb, NDISWAN_DROP_DRIVER);
}

/**
 * ndiswan_layer_settle() - a layer did anything but pass a packet
 * @link: the link
 * @layer: driver and link
 * @skb: the packet, which may be gone already if the driver took it
 * @direction: which way it goes
 * @verdict: what the driver said
 *
 * Context: data.
 * Return: 1 if the driver has it, else an error: it was dropped.
 */
int ndiswan_layer_settle(struct ndiswan_link *link, struct stack_layer *layer,
			 struct sk_buff *skb, enum ndiswan_direction direction,
			 int verdict)
{
	if (verdict == NDISWAN_TAKE) {
		atomic_inc(&layer->held);
		atomic64_inc(&layer->taken[direction]);
		return 1;
	}
	drop(link, layer, skb, direction, -1 - verdict);
	return -ECANCELED;
}

/* A packet comes while its line is up for all layers, or not at all: those below
 * and above may have had their line-down, or not yet their line-up. A line goes
 * before the link and its port do.
 */
static bool line_usable(struct stack_layer *layer, struct sk_buff *skb,
			enum ndiswan_proto proto)
{
	if (likely(ndiswan_link_context(layer->link, proto)))
		return true;
	ndiswan_drop(layer->link, skb, NDISWAN_DROP_LINE_DOWN);
	return false;
}

static void inject_send(struct stack_layer *layer, struct sk_buff *skb,
			enum ndiswan_proto proto)
{
	struct ndiswan_link *link = layer->link;

	atomic64_inc(&layer->injected[NDISWAN_SENDING]);
	ndiswan_network_prepare(skb, proto);
	/* It may be without a reference and gone by now. */
	skb_dst_drop(skb);
	rcu_read_lock_bh();
	if (line_usable(layer, skb, proto) &&
	    !ndiswan_stack_pass(link, skb, proto, NDISWAN_SENDING,
				layer->altitude))
		ndiswan_send_packet(skb, link, proto);
	rcu_read_unlock_bh();
}

static void inject_receive(struct stack_layer *layer, struct sk_buff *skb,
			   enum ndiswan_proto proto)
{
	struct ndiswan_link *link = layer->link;

	atomic64_inc(&layer->injected[NDISWAN_RECEIVING]);
	ndiswan_network_prepare(skb, proto);
	local_bh_disable();
	rcu_read_lock();
	if (line_usable(layer, skb, proto) &&
	    !ndiswan_stack_pass(link, skb, proto, NDISWAN_RECEIVING,
				layer->altitude) &&
	    ndiswan_receive_packet(skb, link, proto) == NDISWAN_RX_DELIVER)
		netif_receive_skb(skb);
	rcu_read_unlock();
	local_bh_enable();
}

/* A monitor has taken nothing, so it has nothing to inject. */
static bool may_inject(const struct stack_layer *layer, struct sk_buff *skb)
{
	if (!WARN_ONCE(layer->monitor, "%s is a monitor and cannot inject",
		       layer->slot->name))
		return true;
	kfree_skb(skb);
	return false;
}

/**
 * ndiswan_inject_send() - send on a packet that the driver took
 * @layer: driver and link
 * @skb: the packet or one in its place, data at the network header; no longer
 *	the driver's
 * @proto: what it is
 *
 * The layers below see it, those above do not. Settles one packet taken.
 *
 * Context: any but hard interrupt, also the driver's own packet callbacks; from
 * attach to the end of detach. The driver holds no lock that its send needs.
 */
void ndiswan_inject_send(struct ndiswan_layer *layer, struct sk_buff *skb,
			 enum ndiswan_proto proto)
{
	struct stack_layer *l = public_layer(layer);

	if (!may_inject(l, skb))
		return;
	inject_send(l, skb, proto);
	atomic_dec(&l->held);
}
EXPORT_SYMBOL_NS_GPL(ndiswan_inject_send, NDISWAN);

/**
 * ndiswan_inject_receive() - pass up a packet that the driver took
 * @layer: driver and link
 * @skb: the packet or one in its place, data at the network header; no longer
 *	the driver's
 * @proto: what it is
 *
 * The layers above see it, those below do not. Settles one packet taken.
 *
 * Context: process or soft interrupt, but not the driver's send callback: the
 * stack is entered from here, and may send an answer over the same link before
 * this returns. From attach to the end of detach. The driver holds no lock that
 * its send or receive needs.
 */
void ndiswan_inject_receive(struct ndiswan_layer *layer, struct sk_buff *skb,
			    enum ndiswan_proto proto)
{
	struct stack_layer *l = public_layer(layer);

	if (!may_inject(l, skb))
		return;
	inject_receive(l, skb, proto);
	atomic_dec(&l->held);
}
EXPORT_SYMBOL_NS_GPL(ndiswan_inject_receive, NDISWAN);

/**
 * ndiswan_originate_send() - send a packet of the driver's own making
 * @layer: driver and link
 * @skb: the packet, data at the network header, no longer than the MRU at the
 *	driver's place; no longer the driver's
 * @proto: what it is
 *
 * As ndiswan_inject_send(), but settles nothing.
 */
void ndiswan_originate_send(struct ndiswan_layer *layer, struct sk_buff *skb,
			    enum ndiswan_proto proto)
{
	struct stack_layer *l = public_layer(layer);

	if (may_inject(l, skb))
		inject_send(l, skb, proto);
}
EXPORT_SYMBOL_NS_GPL(ndiswan_originate_send, NDISWAN);

/**
 * ndiswan_originate_receive() - pass up a packet of the driver's own making
 * @layer: driver and link
 * @skb: the packet, data at the network header; no longer the driver's
 * @proto: what it is
 *
 * As ndiswan_inject_receive(), but settles nothing.
 */
void ndiswan_originate_receive(struct ndiswan_layer *layer,
			       struct sk_buff *skb, enum ndiswan_proto proto)
{
	struct stack_layer *l = public_layer(layer);

	if (may_inject(l, skb))
		inject_receive(l, skb, proto);
}
EXPORT_SYMBOL_NS_GPL(ndiswan_originate_receive, NDISWAN);

/**
 * ndiswan_discard() - throw away a packet that the driver took
 * @layer: driver and link
 * @skb: the packet; no longer the driver's
 * @direction: which way it went
 * @reason: index into the driver's drop_reasons
 *
 * Settles one packet taken.
 *
 * Context: any; from attach to the end of detach.
 */
void ndiswan_discard(struct ndiswan_layer *layer, struct sk_buff *skb,
		     enum ndiswan_direction direction, unsigned int reason)
{
	struct stack_layer *l = public_layer(layer);

	atomic64_inc(&l->discarded[direction]);
	drop(l->link, l, skb, direction, reason);
	atomic_dec(&l->held);
}
EXPORT_SYMBOL_NS_GPL(ndiswan_discard, NDISWAN);

/**
 * ndiswan_layer_net() - the network namespace of a link
 * @layer: driver and link
 *
 * Return: the namespace, good until the end of detach.
 */
struct net *ndiswan_layer_net(const struct ndiswan_layer *layer)
{
	return public_layer(layer)->net;
}
EXPORT_SYMBOL_NS_GPL(ndiswan_layer_net, NDISWAN);

/**
 * ndiswan_layer_hangup() - end the link
 * @layer: driver and link
 *
 * Not for monitors. The link goes down soon after, with the reason "driver", as
 * if its port had gone: its owner is woken and every layer gets its line-downs
 * and its detach. Asking twice is asking once.
 *
 * Context: any; from the return of attach to the end of detach.
 */
void ndiswan_layer_hangup(struct ndiswan_layer *layer)
{
	struct stack_layer *l = public_layer(layer);

	if (WARN_ONCE(l->monitor, "%s is a monitor and cannot end a link",
		      l->slot->name) ||
	    test_and_set_bit(0, &l->hangup))
		return;
	llist_add(&l->hangup_node, &hangups);
	ndiswan_stack_kick();
}
EXPORT_SYMBOL_NS_GPL(ndiswan_layer_hangup, NDISWAN);

/**
 * ndiswan_layer_hangups() - who has called ndiswan_layer_hangup() since
 *
 * Context: the work of stack.c, which alone frees layers.
 * Return: a list by @hangup_node, newest first; NULL if it is empty.
 */
struct llist_node *ndiswan_layer_hangups(void)
{
	return llist_del_all(&hangups);
}
