// SPDX-License-Identifier: GPL-2.0
/* Telling other modules which client is behind which link. */
#include <linux/module.h>
#include <linux/rculist.h>
#include <net/wanarp.h>

#include "internal.h"

static LIST_HEAD(notifiers); /* ndiswan_lock, RCU */

static struct wanarp_client
client_of(const struct wanarp_projection *projection)
{
	return (struct wanarp_client) {
		.dev = projection->iface->dev,
		.link = ndiswan_hwaddr_id(projection->header.h_source),
		.family = AF_INET,
		.ipv4 = projection->addr,
	};
}

/**
 * wanarp_notify_up() - tell of an address before it is live
 * @projection: complete, but not yet published
 * @extack: for the sentence of who refuses
 *
 * Context: control.
 * Return: 0, or the error of who refused, and nobody thinks that it is live.
 */
int wanarp_notify_up(const struct wanarp_projection *projection,
		     struct netlink_ext_ack *extack)
{
	const struct wanarp_client client = client_of(projection);
	struct wanarp_notifier *notifier;
	int err;

	wanarp_assert_control();
	list_for_each_entry(notifier, &notifiers, list) {
		err = notifier->up(&client, extack);
		if (err)
			goto err_down;
	}
	return 0;

err_down:
	list_for_each_entry_continue_reverse(notifier, &notifiers, list)
		notifier->down(&client);
	return err;
}

/**
 * wanarp_notify_down() - tell that an address is no longer live
 * @projection: as it was
 *
 * Context: control.
 */
void wanarp_notify_down(const struct wanarp_projection *projection)
{
	const struct wanarp_client client = client_of(projection);
	struct wanarp_notifier *notifier;

	wanarp_assert_control();
	list_for_each_entry(notifier, &notifiers, list)
		notifier->down(&client);
}

/**
 * wanarp_notify_copy() - may a client have a copy of a packet for all?
 * @projection: the client
 * @skb: the packet, at its IP header
 *
 * Context: data.
 * Return: true unless somebody refuses it.
 */
bool wanarp_notify_copy(const struct wanarp_projection *projection,
			struct sk_buff *skb)
{
	const struct wanarp_client client = client_of(projection);
	struct wanarp_notifier *notifier;

	list_for_each_entry_rcu(notifier, &notifiers, list,
				rcu_read_lock_bh_held())
		if (!notifier->copy(&client, skb))
			return false;
	return true;
}

/**
 * wanarp_notifier_register() - want to know of clients from now on
 * @notifier: the caller's, who keeps it until it is unregistered
 *
 * Those who are connected already are not reported; ask for the ones of interest
 * with wanarp_notifier_replay().
 *
 * Context: process, without ndiswan_lock.
 */
void wanarp_notifier_register(struct wanarp_notifier *notifier)
{
	ndiswan_control_lock();
	list_add_tail_rcu(&notifier->list, &notifiers);
	ndiswan_control_unlock();
}
EXPORT_SYMBOL_GPL(wanarp_notifier_register);

/**
 * wanarp_notifier_unregister() - want to know no more
 * @notifier: nothing is called when this returns; there is no last @down for
 *	clients that stay
 *
 * Context: process, without ndiswan_lock; waits for a grace period.
 */
void wanarp_notifier_unregister(struct wanarp_notifier *notifier)
{
	ndiswan_control_lock();
	list_del_rcu(&notifier->list);
	ndiswan_control_unlock();
	synchronize_net();
}
EXPORT_SYMBOL_GPL(wanarp_notifier_unregister);

static struct wanarp_projection *find(struct wanarp_interface *iface,
				      const struct wanarp_client *match)
{
	struct wanarp_projection *projection;
	struct ndiswan_link *link;

	if (!match->link)
		return match->family != AF_INET ? NULL :
		       wanarp_table_find(&iface->table, match->ipv4);
	rcu_read_lock();
	link = ndiswan_link_lookup(dev_net(iface->dev), match->link);
	projection = link ? ndiswan_link_context(link, NDISWAN_PROTO_IPV4) :
			    NULL;
	rcu_read_unlock();
	return projection && projection->live && projection->iface == iface ?
	       projection : NULL;
}

/**
 * wanarp_notifier_replay() - hear of one client again who may be connected
 * @notifier: whose @up is called, once or not at all
 * @match: interface, and number of a link; or 0 for it, and an address
 * @extack: handed to @up
 *
 * Context: process, without ndiswan_lock; @match->dev cannot go meanwhile.
 * Return: what @up returned, or 0 if the client is not connected.
 */
int wanarp_notifier_replay(struct wanarp_notifier *notifier,
			   const struct wanarp_client *match,
			   struct netlink_ext_ack *extack)
{
	struct wanarp_interface *iface = wanarp_interface_from_dev(match->dev);
	struct wanarp_projection *projection;
	struct wanarp_client client;
	int err = 0;

	if (!iface)
		return 0;
	ndiswan_control_lock();
	projection = find(iface, match);
	if (projection) {
		client = client_of(projection);
		err = notifier->up(&client, extack);
	}
	ndiswan_control_unlock();
	return err;
}
EXPORT_SYMBOL_GPL(wanarp_notifier_replay);
