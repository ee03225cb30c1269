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
	struct wanarp_client client = {
		.dev = projection->iface->dev,
		.link = projection->id,
		.family = AF_INET,
		.ipv4 = projection->addr,
	};
	const struct wanarp_ipv6_projection *ipv6;

	if (projection->proto == NDISWAN_PROTO_IPV6) {
		ipv6 = wanarp_ipv6_projection(projection);
		client.family = AF_INET6;
		client.ipv6 = ipv6->key[WANARP_KEY_LOCAL].addr;
		client.prefix = ipv6->key[WANARP_KEY_PREFIX].addr;
		client.prefix_len = ipv6->prefix_len;
	}
	return client;
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

static struct wanarp_projection *find_line(struct wanarp_interface *iface,
					   u32 id, enum ndiswan_proto proto)
{
	struct wanarp_projection *projection;
	struct ndiswan_link *link;

	rcu_read_lock();
	link = ndiswan_link_lookup(dev_net(iface->dev), id);
	projection = link ? ndiswan_link_context(link, proto) : NULL;
	rcu_read_unlock();
	return projection && projection->live && projection->iface == iface ?
	       projection : NULL;
}

/* Who has this address, if the match is for the protocol. */
static struct wanarp_projection *find_address(struct wanarp_interface *iface,
					      const struct wanarp_client *match,
					      enum ndiswan_proto proto)
{
	struct wanarp_projection *projection = NULL;

	rcu_read_lock();
	if (proto == NDISWAN_PROTO_IPV4 && match->family == AF_INET)
		projection = wanarp_table_find_rcu(&iface->table, match->ipv4);
	if (proto == NDISWAN_PROTO_IPV6 && match->family == AF_INET6)
		projection = wanarp_table_find_ipv6(&iface->table,
						    &match->ipv6);
	rcu_read_unlock();
	return projection;
}

/**
 * wanarp_notifier_replay() - hear of one client again who may be connected
 * @notifier: whose @up is called: for a link once for each protocol that is up on
 *	it, for an address once or not at all
 * @match: interface, and number of a link; or 0 for it, and an address, also one
 *	in the client's prefix
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
	int proto, err = 0;

	if (!iface)
		return 0;
	ndiswan_control_lock();
	for (proto = 0; proto < NDISWAN_PROTO_MAX && !err; proto++) {
		projection = match->link ?
			     find_line(iface, match->link, proto) :
			     find_address(iface, match, proto);
		if (!projection)
			continue;
		client = client_of(projection);
		err = notifier->up(&client, extack);
	}
	ndiswan_control_unlock();
	return err;
}
EXPORT_SYMBOL_GPL(wanarp_notifier_replay);
