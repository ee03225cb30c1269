// SPDX-License-Identifier: GPL-2.0
/*
 * Drivers come to links and leave them.
 *
 * What a driver is told comes under ndiswan_lock, but its line-down and its
 * detach have to wait until no packet is inside. Nobody waits for that: the
 * layer goes to a list, and a work lets one grace period pass for all that are
 * on it. The namespace outlives the link, and the link the layer.
 */
#include <kunit/visibility.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "internal.h"
#include "stack.h"

static void stack_work(struct work_struct *work);

static LIST_HEAD(deferred);	/* ndiswan_lock */
static DECLARE_WORK(deferred_work, stack_work);

/**
 * ndiswan_stack_kick() - there may be something for the work to do
 *
 * Context: any.
 */
void ndiswan_stack_kick(void)
{
	schedule_work(&deferred_work);
}

/**
 * ndiswan_stack_flush() - wait until layers that were to go are gone
 *
 * Context: process; ndiswan_lock not held.
 */
void ndiswan_stack_flush(void)
{
	schedule_work(&deferred_work);
	flush_work(&deferred_work);
}
EXPORT_SYMBOL_IF_KUNIT(ndiswan_stack_flush);

/**
 * ndiswan_stack_defer() - there is something to tell a driver after a grace
 * period
 * @layer: its layer
 *
 * The period begins when the work finds it, so one that waits already for an
 * earlier one goes to the end and waits again.
 *
 * Context: process; ndiswan_lock held.
 */
void ndiswan_stack_defer(struct stack_layer *layer)
{
	list_move_tail(&layer->deferred, &deferred);
	ndiswan_stack_kick();
}

static void layer_detach(struct stack_layer *layer)
{
	int held;

	if (layer->driver->detach)
		layer->driver->detach(&layer->public);
	layer->detached = true;
	held = atomic_read(&layer->held);
	WARN_ONCE(held < 0, "%s settled packets that it had not taken",
		  layer->slot->name);
	if (held > 0)
		ndiswan_event_driver_leak(layer->link, layer->slot->name, held);
	ndiswan_event_layer(layer->link, layer->slot->name, false);
}

/* Memory for a layer, which nobody has heard of. */
static struct stack_layer *layer_alloc(struct stack_slot *slot,
				       struct ndiswan_link *link)
{
	const struct ndiswan_driver *driver = slot->driver;
	size_t offset = ALIGN(sizeof(struct stack_layer), sizeof(u64));
	struct stack_layer *layer;

	layer = kzalloc(offset + driver->context_size, GFP_KERNEL_ACCOUNT);
	if (!layer)
		return NULL;
	layer->sums = ndiswan_slot_net(slot, link->net);
	if (!layer->sums) {
		kfree(layer);
		return NULL;
	}
	layer->public.context = (void *)layer + offset;
	layer->public.link_id = link->id;
	layer->altitude = slot->altitude;
	layer->handler[NDISWAN_SENDING] = driver->send;
	layer->handler[NDISWAN_RECEIVING] = driver->receive;
	layer->monitor = driver->monitor;
	layer->slot = slot;
	layer->driver = driver;
	layer->link = link;
	layer->net = link->net;
	INIT_LIST_HEAD(&layer->deferred);
	slot->layers++;
	link->layers++;
	pr_debug("layer %s:%u created\n", slot->name, link->id);
	return layer;
}

static void layer_free(struct stack_layer *layer)
{
	struct ndiswan_link *link = layer->link;

	pr_debug("layer %s:%u destroyed\n", layer->slot->name, link->id);
	ndiswan_layer_sum(layer, &layer->sums->gone);
	layer->slot->layers--;
	kfree(layer);
	if (!--link->layers && link->removed)
		ndiswan_link_free(link);
}

/* Undo what was done for a layer that no packet has seen. Its memory goes the
 * long way, since the driver may have asked for a hangup.
 */
static void layer_abort(struct stack_layer *layer)
{
	ndiswan_layer_lines_down(layer, NDISWAN_REASON_REFUSED);
	layer_detach(layer);
	layer->dying = true;
	ndiswan_stack_defer(layer);
}

/* A layer whose driver has accepted the link and the lines that are up, but
 * which packets do not pass yet; NULL if it declines; or an error.
 */
static struct stack_layer *layer_prepare(struct stack_slot *slot,
					 struct ndiswan_link *link,
					 struct netlink_ext_ack *extack)
{
	struct stack_layer *layer;
	struct ndiswan_line line;
	int proto, err;

	layer = layer_alloc(slot, link);
	if (!layer)
		return ERR_PTR(-ENOMEM);
	err = slot->driver->attach ?
	      slot->driver->attach(&layer->public, extack) : 0;
	if (err) {
		layer_free(layer);
		return err > 0 ? NULL : ERR_PTR(err);
	}
	for (proto = 0; proto < NDISWAN_PROTO_MAX; proto++) {
		if (!ndiswan_stack_has_line(link, proto))
			continue;
		line = (struct ndiswan_line){ };
		ndiswan_proto_ops(proto)->line_fill(ndiswan_link_context(link, proto),
						    &line);
		err = ndiswan_layer_line_up(layer, proto, &line, extack);
		if (err) {
			layer_abort(layer);
			return ERR_PTR(err);
		}
	}
	return layer;
}

/* Close a link that cannot do without the driver. Without memory for the wall
 * the link goes down, which closes it as well.
 */
static int wall_build(struct stack_slot *slot, struct ndiswan_link *link)
{
	int err;

	err = ndiswan_stack_publish(link, &slot->wall);
	if (err && link->state != NDISWAN_LINK_STATE_NEW)
		ndiswan_link_down_locked(link, NDISWAN_REASON_DRIVER);
	return err;
}

/* A driver could not be attached. */
static int layer_refused(struct stack_slot *slot, struct ndiswan_link *link,
			 int err, const char *cause)
{
	ndiswan_event_driver_refused(link, slot->name, err, cause,
				     slot->mandatory);
	return slot->mandatory ? wall_build(slot, link) : 0;
}

/* Put a driver on a link that has no line yet. */
static int attach_one(struct stack_slot *slot, struct ndiswan_link *link)
{
	struct netlink_ext_ack extack = { };
	struct stack_layer *layer;
	int err;

	if (!slot->driver || slot->leaving)
		return slot->mandatory ? wall_build(slot, link) : 0;
	if (!slot->enabled)
		return 0;
	layer = layer_prepare(slot, link, &extack);
	if (!layer)
		return 0;
	if (IS_ERR(layer))
		return layer_refused(slot, link, PTR_ERR(layer), extack._msg);
	err = ndiswan_stack_publish(link, layer);
	if (err) {
		layer_abort(layer);
		return layer_refused(slot, link, err, NULL);
	}
	ndiswan_event_layer(link, slot->name, true);
	return 0;
}

/**
 * ndiswan_stack_attach() - a link begins: offer it to all drivers
 * @link: the link, without a line
 * @extack: gets a sentence if it is refused
 *
 * Context: process; ndiswan_lock held.
 * Return: 0, or -ENOMEM when the link could not even be closed for want of a
 * mandatory driver.
 */
int ndiswan_stack_attach(struct ndiswan_link *link,
			 struct netlink_ext_ack *extack)
{
	struct stack_slot *slot;
	int err;

	list_for_each_entry(slot, &ndiswan_slots, list) {
		err = attach_one(slot, link);
		if (err) {
			NL_SET_ERR_MSG(extack, "no memory for the intermediate drivers");
			ndiswan_stack_link_down(link);
			/* It may be tried again, with other layers. */
			ndiswan_stack_clear(link);
			return err;
		}
	}
	return 0;
}

static bool link_wants(const struct ndiswan_link *link,
		       const struct stack_slot *slot)
{
	const struct stack_layer *layer = ndiswan_stack_find(link, slot);

	return link->state != NDISWAN_LINK_STATE_NEW &&
	       link->state != NDISWAN_LINK_STATE_DOWN &&
	       (!layer || !layer->driver);
}

static void wall_remove(struct stack_slot *slot, struct ndiswan_link *link)
{
	struct stack_layer *layer = ndiswan_stack_find(link, slot);

	if (!layer || layer->driver)
		return;
	ndiswan_stack_unpublish(link, layer);
	ndiswan_stack_lines_update(link, slot->altitude, NULL, NULL);
}

/* First half of an addition: the driver knows the link. */
static void add_prepare(struct stack_slot *slot, struct ndiswan_link *link,
			struct list_head *fresh)
{
	struct netlink_ext_ack extack = { };
	struct stack_layer *layer;
	int err;

	if (!link_wants(link, slot))
		return;
	layer = layer_prepare(slot, link, &extack);
	if (IS_ERR(layer)) {
		layer_refused(slot, link, PTR_ERR(layer), extack._msg);
		return;
	}
	if (!layer) {
		/* It was missed, is here, and has no use for the link. */
		wall_remove(slot, link);
		return;
	}
	/* A wall has counted already. */
	if (slot->recosted || (!ndiswan_stack_find(link, slot) &&
			       (slot->mru_cost || slot->headroom))) {
		err = ndiswan_stack_lines_update(link, slot->altitude, slot, &extack);
		if (err) {
			layer_abort(layer);
			layer_refused(slot, link, err, extack._msg);
			return;
		}
	}
	list_add_tail(&layer->deferred, fresh);
}

/* Second half: packets pass through it. */
static void add_publish(struct stack_slot *slot, struct stack_layer *layer)
{
	struct ndiswan_link *link = layer->link;
	int err;

	list_del_init(&layer->deferred);
	/* The other end of a loop could not be closed and took it along. */
	if (link->state == NDISWAN_LINK_STATE_DOWN) {
		layer_abort(layer);
		return;
	}
	err = ndiswan_stack_publish(link, layer);
	if (!err) {
		ndiswan_event_layer(link, slot->name, true);
		return;
	}
	layer_abort(layer);
	ndiswan_stack_lines_update(link, slot->altitude, NULL, NULL);
	layer_refused(slot, link, err, NULL);
}

/**
 * ndiswan_stack_add_locked() - bring a driver to links
 * @slot: the driver
 * @link: the link, or NULL for all of them
 *
 * A link that has it already keeps what it has. Those above learn of a smaller
 * MRU before the first packet comes that the driver may lengthen: the packets
 * that were measured by the old one have passed by then.
 *
 * Context: process; ndiswan_lock held. May wait for a grace period.
 */
void ndiswan_stack_add_locked(struct stack_slot *slot,
			      struct ndiswan_link *link)
{
	struct stack_layer *layer, *next;
	unsigned long cursor[2] = { };
	LIST_HEAD(fresh);

	if (link)
		add_prepare(slot, link, &fresh);
	else
		while ((link = ndiswan_link_next_locked(NULL, cursor)))
			add_prepare(slot, link, &fresh);
	if (slot->mru_cost && !list_empty(&fresh))
		synchronize_rcu();
	list_for_each_entry_safe(layer, next, &fresh, deferred)
		add_publish(slot, layer);
}

static void remove_one(struct stack_slot *slot, struct ndiswan_link *link,
		       bool wall)
{
	struct stack_layer *layer = ndiswan_stack_find(link, slot);
	int proto;

	if (!layer || !layer->driver || layer->dying)
		return;
	if (layer->driver->pause)
		layer->driver->pause(&layer->public);
	layer->dying = true;
	for (proto = 0; proto < NDISWAN_PROTO_MAX; proto++)
		if (!(layer->pending & BIT(proto)))
			layer->reason[proto] = NDISWAN_REASON_DETACHED;
	ndiswan_stack_defer(layer);
	if (wall)
		wall_build(slot, link);
	else
		ndiswan_stack_unpublish(link, layer);
}

/**
 * ndiswan_stack_remove_locked() - take a driver from links
 * @slot: the driver
 * @link: the link, or NULL for all of them
 * @wall: close the links
 *
 * Its line-downs and its detach follow: ndiswan_stack_flush() waits for them.
 *
 * Context: process; ndiswan_lock held. Does not wait for a grace period.
 */
void ndiswan_stack_remove_locked(struct stack_slot *slot,
				 struct ndiswan_link *link, bool wall)
{
	unsigned long cursor[2] = { };

	if (link)
		remove_one(slot, link, wall);
	else
		while ((link = ndiswan_link_next_locked(NULL, cursor)))
			remove_one(slot, link, wall);
}

/**
 * ndiswan_stack_open_locked() - take the walls of a driver down
 * @slot: the driver
 *
 * Context: process; ndiswan_lock held.
 */
void ndiswan_stack_open_locked(struct stack_slot *slot)
{
	unsigned long cursor[2] = { };
	struct ndiswan_link *link;

	while ((link = ndiswan_link_next_locked(NULL, cursor)))
		wall_remove(slot, link);
}

/**
 * ndiswan_stack_link_down() - a link is over
 * @link: the link, its lines down, its state set
 *
 * The array stays: a packet that is under way must not pass a driver by.
 *
 * Context: process; ndiswan_lock held.
 */
void ndiswan_stack_link_down(struct ndiswan_link *link)
{
	struct stack_layer *layer;
	unsigned int i;

	for (i = ndiswan_stack_count(link); i--;) {
		layer = ndiswan_stack_at(link, i);
		if (!layer->driver || layer->dying)
			continue;
		layer->dying = true;
		ndiswan_stack_defer(layer);
	}
}

/* After the grace period: what the driver has waited to hear. */
static void layer_finish(struct stack_layer *layer)
{
	struct ndiswan_link *link = layer->link;
	int proto;

	for (proto = NDISWAN_PROTO_MAX - 1; proto >= 0; proto--)
		if (layer->pending & BIT(proto) || layer->dying)
			ndiswan_layer_line_down(layer, proto, layer->reason[proto]);
	if (!layer->dying || layer->detached)
		return;
	layer_detach(layer);
	/* The link goes on without it. */
	if (layer->slot->mru_cost && link->state != NDISWAN_LINK_STATE_DOWN)
		ndiswan_stack_lines_update(link, layer->altitude, NULL, NULL);
}

static void hangups(void)
{
	struct stack_layer *layer, *next;

	llist_for_each_entry_safe(layer, next, ndiswan_layer_hangups(),
				  hangup_node)
		ndiswan_link_down_locked(layer->link, NDISWAN_REASON_DRIVER);
}

static void stack_work(struct work_struct *work)
{
	struct stack_layer *layer, *next;
	LIST_HEAD(batch);

	ndiswan_control_lock();
	hangups();
	while (!list_empty(&deferred)) {
		list_splice_init(&deferred, &batch);
		ndiswan_control_unlock();
		synchronize_rcu();
		ndiswan_control_lock();
		list_for_each_entry(layer, &batch, deferred)
			layer_finish(layer);
		/* None of them can ask any more, so none is on that list. */
		hangups();
		list_for_each_entry_safe(layer, next, &batch, deferred) {
			list_del_init(&layer->deferred);
			if (!layer->dying)
				continue;
			ndiswan_stack_forget(layer);
			layer_free(layer);
		}
	}
	ndiswan_control_unlock();
}

/**
 * ndiswan_stack_link_removed() - nothing finds a link any more
 * @link: the link
 *
 * Context: process; ndiswan_lock held.
 * Return: true if no layer needs it, so that the caller frees it; else it goes
 * with the last of them.
 */
bool ndiswan_stack_link_removed(struct ndiswan_link *link)
{
	link->removed = true;
	return !link->layers;
}

/**
 * ndiswan_layer_sum() - add a layer's counters
 * @layer: the layer
 * @sums: what to add them to
 *
 * Context: process; ndiswan_lock held.
 */
void ndiswan_layer_sum(const struct stack_layer *layer,
		       struct stack_sums *sums)
{
	int i;

	for (i = 0; i < NDISWAN_DIRECTIONS; i++) {
		sums->seen[i] += READ_ONCE(layer->seen[i]);
		sums->taken[i] += atomic64_read(&layer->taken[i]);
		sums->injected[i] += atomic64_read(&layer->injected[i]);
		sums->dropped[i] += atomic64_read(&layer->dropped[i]);
		sums->discarded[i] += atomic64_read(&layer->discarded[i]);
	}
	for (i = 0; i < NDISWAN_DRIVER_REASONS; i++)
		sums->drops[i] += (u32)atomic_read(&layer->drops[i]);
	/* For a moment it may have been settled before it was counted. */
	sums->held += max(atomic_read(&layer->held), 0);
}
