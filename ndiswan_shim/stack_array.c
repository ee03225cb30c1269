// SPDX-License-Identifier: GPL-2.0
/*
 * The layers of one link: an array, lowest altitude first, that readers follow
 * under RCU. It is never changed but replaced, entry by entry or as a whole, so
 * that a packet goes through the layers before a change or through those after
 * it.
 */
#include <linux/slab.h>

#include "internal.h"
#include "stack.h"

#define control_dereference(p) \
	rcu_dereference_protected(p, ndiswan_control_is_locked())

/* Stands in an array for a layer that has left when there was no memory for a
 * shorter one.
 */
static struct stack_layer nothing;

/**
 * ndiswan_stack_count() - entries of a link's array
 * @link: the link
 *
 * Context: process; ndiswan_lock held.
 * Return: their number.
 */
unsigned int ndiswan_stack_count(const struct ndiswan_link *link)
{
	const struct ndiswan_stack *stack = control_dereference(link->stack);

	return stack ? stack->count : 0;
}

/**
 * ndiswan_stack_at() - an entry of a link's array
 * @link: the link
 * @i: its place, 0 is the lowest altitude
 *
 * Context: process; ndiswan_lock held.
 * Return: a layer, a wall, or what stands for nothing (it has no slot); NULL
 * past the end.
 */
struct stack_layer *ndiswan_stack_at(const struct ndiswan_link *link,
				     unsigned int i)
{
	const struct ndiswan_stack *stack = control_dereference(link->stack);

	return stack && i < stack->count ?
	       control_dereference(stack->layer[i + 1]) : NULL;
}

/**
 * ndiswan_stack_find() - a driver's layer, or its wall, on a link
 * @link: the link
 * @slot: the driver
 *
 * Context: process; ndiswan_lock held.
 * Return: what is there, or NULL.
 */
struct stack_layer *ndiswan_stack_find(const struct ndiswan_link *link,
				       const struct stack_slot *slot)
{
	struct stack_layer *layer;
	unsigned int i;

	for (i = 0; (layer = ndiswan_stack_at(link, i)); i++)
		if (layer->slot == slot)
			return layer;
	return NULL;
}

/* With a NULL at either end, where a packet's walk ends. */
static struct ndiswan_stack *stack_alloc(unsigned int count, gfp_t flags)
{
	struct ndiswan_stack *stack;

	return kzalloc(struct_size(stack, layer, count + 2),
		       GFP_KERNEL_ACCOUNT | flags);
}

static void stack_append(struct ndiswan_stack *stack,
			 struct stack_layer *layer)
{
	RCU_INIT_POINTER(stack->layer[++stack->count], layer);
}

/**
 * ndiswan_stack_publish() - let packets pass a layer, or meet a wall
 * @link: the link
 * @layer: takes the place of the driver's layer or wall, or a new one
 *
 * Context: process; ndiswan_lock held.
 * Return: 0, or -ENOMEM when it needs a new place.
 */
int ndiswan_stack_publish(struct ndiswan_link *link, struct stack_layer *layer)
{
	struct ndiswan_stack *old = control_dereference(link->stack), *new;
	struct stack_layer *other;
	unsigned int i;

	for (i = 0; (other = ndiswan_stack_at(link, i)); i++) {
		if (other->slot == layer->slot) {
			rcu_assign_pointer(old->layer[i + 1], layer);
			return 0;
		}
	}
	new = stack_alloc(ndiswan_stack_count(link) + 1, 0);
	if (!new)
		return -ENOMEM;
	for (i = 0; (other = ndiswan_stack_at(link, i)); i++)
		if (other->slot && other->altitude < layer->altitude)
			stack_append(new, other);
	stack_append(new, layer);
	for (i = 0; (other = ndiswan_stack_at(link, i)); i++)
		if (other->slot && other->altitude > layer->altitude)
			stack_append(new, other);
	rcu_assign_pointer(link->stack, new);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

/**
 * ndiswan_stack_unpublish() - let packets no longer pass a layer
 * @link: the link
 * @layer: layer or wall; packets may be inside until a grace period has passed
 *
 * Context: process; ndiswan_lock held. Cannot fail: without memory for a shorter
 * array the layer's place is left empty.
 */
void ndiswan_stack_unpublish(struct ndiswan_link *link,
			     const struct stack_layer *layer)
{
	struct ndiswan_stack *old = control_dereference(link->stack);
	struct ndiswan_stack *new = NULL;
	struct stack_layer *other;
	unsigned int i, rest = 0;

	for (i = 0; (other = ndiswan_stack_at(link, i)); i++)
		rest += other->slot && other != layer;
	if (rest) {
		new = stack_alloc(rest, __GFP_NOWARN);
		if (!new) {
			for (i = 0; (other = ndiswan_stack_at(link, i)); i++)
				if (other == layer)
					rcu_assign_pointer(old->layer[i + 1],
							   &nothing);
			return;
		}
		for (i = 0; (other = ndiswan_stack_at(link, i)); i++)
			if (other->slot && other != layer)
				stack_append(new, other);
	}
	rcu_assign_pointer(link->stack, new);
	kfree_rcu(old, rcu);
}

/**
 * ndiswan_stack_clear() - let packets pass no layer
 * @link: the link
 *
 * Context: process; ndiswan_lock held.
 */
void ndiswan_stack_clear(struct ndiswan_link *link)
{
	struct ndiswan_stack *old = control_dereference(link->stack);

	RCU_INIT_POINTER(link->stack, NULL);
	if (old)
		kfree_rcu(old, rcu);
}

/**
 * ndiswan_stack_forget() - a layer is about to be freed
 * @layer: the layer, which no packet reaches any more; only the array of a link
 *	that is down may still have it
 *
 * Context: process; ndiswan_lock held.
 */
void ndiswan_stack_forget(struct stack_layer *layer)
{
	struct ndiswan_stack *stack = control_dereference(layer->link->stack);
	unsigned int i;

	for (i = 1; stack && i <= stack->count; i++)
		if (rcu_access_pointer(stack->layer[i]) == layer)
			RCU_INIT_POINTER(stack->layer[i], &nothing);
}
