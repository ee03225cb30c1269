// SPDX-License-Identifier: GPL-2.0
/*
 * A binding on a link. Usually there is one: the link that the binding names, or the
 * one that has the client's address now. When a client leaves, what it sent may still
 * be on its way into the stack, in a queue of gro_cells for example, and must not
 * pass unfiltered. So its attachment stays for a moment.
 */
#include <linux/slab.h>

#include "internal.h"
#include "link.h"

/* Queues of a CPU are emptied by soft interrupts, at worst by ksoftirqd. */
#define STAY	(2 * HZ)

static LIST_HEAD(leaving); /* ipf_lock; the first one left first */

static void destroy(struct ipf_attachment *attachment)
{
	struct ipf_device *device = attachment->binding->device;

	rhltable_remove(&device->links, &attachment->node, ipf_link_params);
	WRITE_ONCE(device->link_count, device->link_count - 1);
	list_del(&attachment->list);
	list_del(&attachment->leaving);
	kfree_rcu(attachment, rcu);
}

static void reap(struct work_struct *work)
{
	struct ipf_attachment *attachment, *next;

	mutex_lock(&ipf_lock);
	list_for_each_entry_safe(attachment, next, &leaving, leaving) {
		if (time_before(jiffies, attachment->ended + STAY)) {
			queue_delayed_work(ipf_workqueue, to_delayed_work(work),
					   attachment->ended + STAY - jiffies);
			break;
		}
		destroy(attachment);
	}
	mutex_unlock(&ipf_lock);
}

static DECLARE_DELAYED_WORK(reap_work, reap);

static struct ipf_attachment *find(const struct ipf_binding *binding, u32 link)
{
	struct ipf_attachment *attachment;

	list_for_each_entry(attachment, &binding->attachments, list)
		if (attachment->link == link)
			return attachment;
	return NULL;
}

/**
 * ipf_attachment_create() - put a binding in force on a link
 * @binding: the binding
 * @link: number of the link
 *
 * Context: control.
 * Return: 0 or -ENOMEM.
 */
int ipf_attachment_create(struct ipf_binding *binding, u32 link)
{
	struct ipf_device *device = binding->device;
	struct ipf_attachment *attachment;
	int err;

	ipf_assert_control();
	attachment = find(binding, link);
	if (attachment) {
		list_del_init(&attachment->leaving);
		list_move(&attachment->list, &binding->attachments);
		return 0;
	}
	attachment = kzalloc(sizeof(*attachment), GFP_KERNEL_ACCOUNT);
	if (!attachment)
		return -ENOMEM;
	attachment->link = link;
	attachment->binding = binding;
	INIT_LIST_HEAD(&attachment->leaving);
	/* Before: packets look it up only if there are any. */
	WRITE_ONCE(device->link_count, device->link_count + 1);
	list_add(&attachment->list, &binding->attachments);
	err = rhltable_insert(&device->links, &attachment->node, ipf_link_params);
	if (!err)
		return 0;

	list_del(&attachment->list);
	WRITE_ONCE(device->link_count, device->link_count - 1);
	kfree(attachment);
	return -ENOMEM;
}

/**
 * ipf_attachment_leave() - the client is no longer on this link
 * @binding: the binding
 * @link: number of the link; nothing happens if the binding is not in force there
 *
 * Context: control.
 */
void ipf_attachment_leave(struct ipf_binding *binding, u32 link)
{
	struct ipf_attachment *attachment = find(binding, link);

	ipf_assert_control();
	if (!attachment || !list_empty(&attachment->leaving))
		return;
	attachment->ended = jiffies;
	list_add_tail(&attachment->leaving, &leaving);
	queue_delayed_work(ipf_workqueue, &reap_work, STAY);
}

/**
 * ipf_attachment_link() - where is the client?
 * @binding: the binding
 *
 * Context: control.
 * Return: number of the link that the binding is in force on, or 0.
 */
u32 ipf_attachment_link(struct ipf_binding *binding)
{
	const struct ipf_attachment *attachment;

	ipf_assert_control();
	attachment = list_first_entry_or_null(&binding->attachments,
					      struct ipf_attachment, list);
	return attachment && list_empty(&attachment->leaving) ?
	       attachment->link : 0;
}

/**
 * ipf_attachments_destroy() - the binding is in force nowhere
 * @binding: the binding
 *
 * Context: control.
 */
void ipf_attachments_destroy(struct ipf_binding *binding)
{
	struct ipf_attachment *attachment, *next;

	list_for_each_entry_safe(attachment, next, &binding->attachments, list)
		destroy(attachment);
}

/**
 * ipf_attachment_uninit() - once, at unload, when there are no bindings
 */
void ipf_attachment_uninit(void)
{
	cancel_delayed_work_sync(&reap_work);
}
