// SPDX-License-Identifier: GPL-2.0
/*
 * What intermediate drivers hear of lines: line-up and line-update from the
 * lowest to the highest, line-down in reverse and after the last packet.
 */
#include "internal.h"
#include "stack.h"

/**
 * ndiswan_stack_has_line() - is a line up?
 * @link: the link
 * @proto: which line
 *
 * Context: process; ndiswan_lock held.
 * Return: true if the protocol serves it.
 */
bool ndiswan_stack_has_line(const struct ndiswan_link *link,
			    enum ndiswan_proto proto)
{
	return ndiswan_link_context(link, proto);
}

/* The MRU of a line as the layer at @altitude sees it. @extra is a driver that
 * is about to come, perhaps where its wall is.
 */
static u16 mru_at(const struct ndiswan_link *link, enum ndiswan_proto proto,
		  u32 altitude, const struct stack_slot *extra)
{
	unsigned int mru = link->mru[proto], cost = 0, i;
	struct stack_layer *layer;

	for (i = 0; (layer = ndiswan_stack_at(link, i)); i++)
		if (layer->slot && layer->slot != extra &&
		    layer->altitude < altitude)
			cost += layer->slot->mru_cost;
	if (extra && extra->altitude < altitude)
		cost += extra->mru_cost;
	return mru > cost ? mru - cost : 0;
}

/**
 * ndiswan_stack_mru() - the MRU of a line as the protocol sees it
 * @link: the link
 * @proto: which line
 *
 * Context: process; ndiswan_lock held.
 * Return: bytes.
 */
u16 ndiswan_stack_mru(const struct ndiswan_link *link,
		      enum ndiswan_proto proto)
{
	return mru_at(link, proto, U32_MAX, NULL);
}

/* Tell those above @altitude what the MRU is for them, the protocol last: it is
 * the only one who can refuse.
 */
static int line_update(struct ndiswan_link *link, enum ndiswan_proto proto,
		       u32 altitude, const struct stack_slot *extra,
		       struct netlink_ext_ack *extack)
{
	const struct ndiswan_protocol *above = ndiswan_proto_ops(proto);
	void *context = ndiswan_link_context(link, proto);
	struct ndiswan_line line = { };
	struct stack_layer *layer;
	unsigned int i;

	above->line_fill(context, &line);
	for (i = 0; (layer = ndiswan_stack_at(link, i)); i++) {
		if (layer->altitude <= altitude || !layer->driver ||
		    !(layer->up & BIT(proto)) || !layer->driver->line_update)
			continue;
		line.mru = mru_at(link, proto, layer->altitude, extra);
		layer->driver->line_update(&layer->public, proto, &line);
	}
	line.mru = mru_at(link, proto, U32_MAX, extra);
	return above->line_update(link, context, &line, extack);
}

/**
 * ndiswan_stack_lines_update() - what a driver costs has changed
 * @link: the link
 * @altitude: the driver's; those above are told, the protocols last
 * @extra: a driver that is about to come, or NULL
 * @extack: gets a sentence if a protocol refuses
 *
 * Context: process; ndiswan_lock held.
 * Return: 0; or a protocol's error, and then all have been told the MRU without
 * @extra again.
 */
int ndiswan_stack_lines_update(struct ndiswan_link *link, u32 altitude,
			       const struct stack_slot *extra,
			       struct netlink_ext_ack *extack)
{
	int proto, err;

	for (proto = 0; proto < NDISWAN_PROTO_MAX; proto++) {
		if (!ndiswan_stack_has_line(link, proto))
			continue;
		err = line_update(link, proto, altitude, extra, extack);
		if (err)
			goto err_undo;
	}
	return 0;

err_undo:
	for (; proto >= 0; proto--)
		if (ndiswan_stack_has_line(link, proto))
			line_update(link, proto, altitude, NULL, NULL);
	return err;
}

/**
 * ndiswan_layer_line_up() - ask one driver
 * @layer: driver and link
 * @proto: which line
 * @line: what is known of it; its MRU is filled in
 * @extack: gets the driver's sentence
 *
 * Context: process; ndiswan_lock held.
 * Return: 0 or the driver's error.
 */
int ndiswan_layer_line_up(struct stack_layer *layer, enum ndiswan_proto proto,
			  struct ndiswan_line *line,
			  struct netlink_ext_ack *extack)
{
	int err = 0;

	line->mru = mru_at(layer->link, proto, layer->altitude, NULL);
	if (layer->driver->line_up)
		err = layer->driver->line_up(&layer->public, proto, line,
					     extack);
	if (!err)
		layer->up |= BIT(proto);
	/* Who only looks has no say. */
	if (WARN_ONCE(err && layer->monitor,
		      "%s is a monitor and cannot refuse a line-up",
		      layer->slot->name))
		return 0;
	return err;
}

/**
 * ndiswan_layer_line_down() - tell one driver, if it has not heard
 * @layer: driver and link
 * @proto: which line
 * @reason: why
 *
 * Context: process; ndiswan_lock held; no packet of the line is inside.
 */
void ndiswan_layer_line_down(struct stack_layer *layer,
			     enum ndiswan_proto proto,
			     enum ndiswan_reason reason)
{
	layer->pending &= ~BIT(proto);
	if (!(layer->up & BIT(proto)))
		return;
	layer->up &= ~BIT(proto);
	if (layer->driver->line_down)
		layer->driver->line_down(&layer->public, proto, reason);
}

/**
 * ndiswan_layer_lines_down() - tell one driver of all lines
 * @layer: driver and link
 * @reason: why
 *
 * Context: as ndiswan_layer_line_down().
 */
void ndiswan_layer_lines_down(struct stack_layer *layer,
			      enum ndiswan_reason reason)
{
	int proto;

	for (proto = NDISWAN_PROTO_MAX - 1; proto >= 0; proto--)
		ndiswan_layer_line_down(layer, proto, reason);
}

/* Line-downs that this link's drivers have still to hear come before a new
 * line-up.
 */
static void line_downs_now(struct ndiswan_link *link)
{
	struct stack_layer *layer;
	unsigned int i;
	u8 pending = 0;
	int proto;

	for (i = 0; (layer = ndiswan_stack_at(link, i)); i++)
		pending |= layer->pending;
	if (!pending)
		return;
	synchronize_rcu();
	for (proto = NDISWAN_PROTO_MAX - 1; proto >= 0; proto--)
		for (i = ndiswan_stack_count(link); i--;) {
			layer = ndiswan_stack_at(link, i);
			if (layer->pending & BIT(proto))
				ndiswan_layer_line_down(layer, proto,
							layer->reason[proto]);
		}
}

/* From the layer below number @i down, all that have accepted the line. */
static void line_up_undo(struct ndiswan_link *link, enum ndiswan_proto proto,
			 unsigned int i)
{
	struct stack_layer *layer;

	while (i--) {
		layer = ndiswan_stack_at(link, i);
		if (layer->driver)
			ndiswan_layer_line_down(layer, proto,
						NDISWAN_REASON_REFUSED);
	}
}

/* Whoever refuses says why, and who does not is spoken for. */
static int layer_ask(struct stack_layer *layer, enum ndiswan_proto proto,
		     struct ndiswan_line *line, struct netlink_ext_ack *extack)
{
	int err;

	if (!layer->driver) {
		NL_SET_ERR_MSG(extack,
			       "a mandatory intermediate driver is missing: see rras driver");
		return -EHOSTDOWN;
	}
	err = ndiswan_layer_line_up(layer, proto, line, extack);
	if (err && extack && !extack->_msg)
		NL_SET_ERR_MSG(extack,
			       "an intermediate driver refused the line-up");
	return err;
}

/**
 * ndiswan_stack_line_up() - ask all drivers of a link, lowest first
 * @link: the link
 * @proto: which line
 * @line: what is known of it; link->mru has its MRU
 * @extack: gets the sentence of who refuses
 *
 * Context: process; ndiswan_lock held.
 * Return: 0; or an error, and then those who had accepted have been told that
 * it is over, in reverse.
 */
int ndiswan_stack_line_up(struct ndiswan_link *link, enum ndiswan_proto proto,
			  const struct ndiswan_line *line,
			  struct netlink_ext_ack *extack)
{
	struct ndiswan_line seen = *line;
	struct stack_layer *layer;
	unsigned int i;
	int err;

	line_downs_now(link);
	for (i = 0; (layer = ndiswan_stack_at(link, i)); i++) {
		if (!layer->slot)
			continue;
		err = layer_ask(layer, proto, &seen, extack);
		if (err) {
			ndiswan_event_line_refused(link, proto,
						   layer->slot->name, line, err,
						   extack ? extack->_msg : NULL);
			goto err_undo;
		}
	}
	return 0;

err_undo:
	line_up_undo(link, proto, i);
	return err;
}

/**
 * ndiswan_stack_line_update() - the MRU of a line changes
 * @link: the link
 * @proto: which line; it is up
 * @mru: bytes, as the port carries them
 * @extack: gets a sentence if it is refused
 *
 * Context: process; ndiswan_lock held.
 * Return: 0, or the protocol's error, and then all is as it was.
 */
int ndiswan_stack_line_update(struct ndiswan_link *link,
			      enum ndiswan_proto proto, u16 mru,
			      struct netlink_ext_ack *extack)
{
	u16 old = link->mru[proto];
	int err;

	link->mru[proto] = mru;
	err = line_update(link, proto, 0, NULL, extack);
	if (err) {
		link->mru[proto] = old;
		line_update(link, proto, 0, NULL, NULL);
	}
	return err;
}

/**
 * ndiswan_stack_line_down() - a line is over
 * @link: the link
 * @proto: which line; the protocol knows, or has refused it after packets may
 *	have come
 * @reason: why
 *
 * Context: process; ndiswan_lock held. The drivers are told when the packets
 * that are under way have passed.
 */
void ndiswan_stack_line_down(struct ndiswan_link *link,
			     enum ndiswan_proto proto,
			     enum ndiswan_reason reason)
{
	struct stack_layer *layer;
	unsigned int i;

	for (i = ndiswan_stack_count(link); i--;) {
		layer = ndiswan_stack_at(link, i);
		if (!(layer->up & BIT(proto)))
			continue;
		layer->pending |= BIT(proto);
		layer->reason[proto] = reason;
		ndiswan_stack_defer(layer);
	}
}
