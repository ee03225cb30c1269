// SPDX-License-Identifier: GPL-2.0
/*
 * Which client is behind which link: wanarp tells, if it is there. This module works
 * without it, so its functions are looked up when the first binding needs them, and
 * from then on it cannot be unloaded until the last such binding has gone.
 */
#include <linux/if_ether.h>
#include <linux/module.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>
#include <net/wanarp.h>

#include "internal.h"

#define WAN_KIND	"wanarp"

/* Between rtnl and ndiswan_lock. Protects @wanarp. */
static DEFINE_MUTEX(client_lock);

static unsigned int wanted; /* bindings to links and clients; ipf_lock */

static struct {
	void (*enlist)(struct wanarp_notifier *notifier);
	void (*delist)(struct wanarp_notifier *notifier);
	int (*replay)(struct wanarp_notifier *notifier,
		      const struct wanarp_client *match,
		      struct netlink_ext_ack *extack);
} wanarp;

/**
 * ipf_client_is_wan() - does a device have links and clients?
 * @dev: the device
 *
 * Return: true if so.
 */
bool ipf_client_is_wan(const struct net_device *dev)
{
	return dev->rtnl_link_ops && !strcmp(dev->rtnl_link_ops->kind, WAN_KIND);
}

/* What a client may be bound by: its address; of IPv6 the link-local one, and its
 * prefix, which is an address then: the first one in it, or the only one.
 */
static unsigned int client_selectors(const struct wanarp_client *client,
				     struct ipf_selector selector[2])
{
	memset(selector, 0, 2 * sizeof(*selector));
	if (client->family == AF_INET) {
		selector[0].kind = IPF_SELECT_IPV4;
		selector[0].ipv4 = client->ipv4;
		return 1;
	}
	selector[0].kind = IPF_SELECT_IPV6;
	selector[0].ipv6 = client->ipv6;
	selector[1].kind = IPF_SELECT_IPV6;
	selector[1].ipv6 = client->prefix;
	return client->prefix_len ? 2 : 1;
}

/* The address moves to the link when another link of the interface had it: that one
 * is told of its end later, and until then both are filtered.
 */
static int bind_client(struct ipf_device *device, const struct wanarp_client *client)
{
	struct ipf_selector selector[2];
	struct ipf_binding *binding;
	unsigned int i, n;
	int err = 0;

	n = client_selectors(client, selector);
	for (i = 0; i < n && !err; i++) {
		binding = ipf_binding_find(device, &selector[i]);
		if (binding)
			err = ipf_attachment_create(binding, client->link);
	}
	return err;
}

static void leave_client(struct ipf_device *device, const struct wanarp_client *client)
{
	struct ipf_selector selector[2];
	struct ipf_binding *binding;
	unsigned int i, n;

	n = client_selectors(client, selector);
	for (i = 0; i < n; i++) {
		binding = ipf_binding_find(device, &selector[i]);
		if (binding)
			ipf_attachment_leave(binding, client->link);
	}
}

static int bind_link(struct ipf_device *device, const struct wanarp_client *client)
{
	const struct ipf_selector selector = {
		.kind = IPF_SELECT_LINK,
		.link = client->link,
	};
	struct ipf_binding *binding = ipf_binding_find(device, &selector);

	return binding ? ipf_late_client(binding, client->family, &client->ipv4) : 0;
}

static int ipf_client_up(const struct wanarp_client *client,
			 struct netlink_ext_ack *extack)
{
	struct ipf_device *device;
	int err = 0;

	mutex_lock(&ipf_lock);
	device = ipf_device_find(dev_net(client->dev), client->dev->ifindex);
	if (device) {
		err = bind_client(device, client);
		if (!err)
			err = bind_link(device, client);
		if (err) {
			leave_client(device, client);
			NL_SET_ERR_MSG(extack, "no memory for the client's filters");
		}
	}
	mutex_unlock(&ipf_lock);
	return err;
}

static void ipf_client_down(const struct wanarp_client *client)
{
	struct ipf_device *device;

	mutex_lock(&ipf_lock);
	device = ipf_device_find(dev_net(client->dev), client->dev->ifindex);
	if (device)
		leave_client(device, client);
	mutex_unlock(&ipf_lock);
}

/* The hook sees such a packet once, before it is copied. */
static bool ipf_client_copy(const struct wanarp_client *client, struct sk_buff *skb)
{
	const __be16 protocol = client->family == AF_INET ? htons(ETH_P_IP) :
							    htons(ETH_P_IPV6);
	struct ipf_device *device;
	bool pass;

	rcu_read_lock();
	device = xa_load(&ipf_pernet(dev_net(client->dev))->devices,
			 client->dev->ifindex);
	pass = !device || ipf_hook_copy(device, client->link, skb, protocol);
	rcu_read_unlock();
	return pass;
}

static struct wanarp_notifier notifier = {
	.up = ipf_client_up,
	.down = ipf_client_down,
	.copy = ipf_client_copy,
};

/* As many references to the module as functions. */
static void functions_put(void)
{
	if (wanarp.enlist)
		symbol_put(wanarp_notifier_register);
	if (wanarp.delist)
		symbol_put(wanarp_notifier_unregister);
	if (wanarp.replay)
		symbol_put(wanarp_notifier_replay);
	memset(&wanarp, 0, sizeof(wanarp));
}

static bool functions_get(void)
{
	wanarp.enlist = symbol_get(wanarp_notifier_register);
	wanarp.delist = symbol_get(wanarp_notifier_unregister);
	wanarp.replay = symbol_get(wanarp_notifier_replay);
	if (wanarp.enlist && wanarp.delist && wanarp.replay)
		return true;
	functions_put();
	return false;
}

/**
 * ipf_client_get() - there is going to be a binding to a link or client
 * @extack: for the reason of a refusal
 *
 * Context: process, neither ndiswan_lock nor ipf_lock.
 * Return: 0, to be undone by ipf_client_put() or ipf_client_drop(); or an error.
 */
int ipf_client_get(struct netlink_ext_ack *extack)
{
	int err = 0;

	mutex_lock(&client_lock);
	if (!wanarp.enlist) {
		if (functions_get()) {
			wanarp.enlist(&notifier);
		} else {
			NL_SET_ERR_MSG(extack,
				       "the module wanarp does not tell of its clients; are all modules of one version?");
			err = -EOPNOTSUPP;
		}
	}
	if (!err) {
		mutex_lock(&ipf_lock);
		wanted++;
		mutex_unlock(&ipf_lock);
	}
	mutex_unlock(&client_lock);
	return err;
}

/**
 * ipf_client_put() - a binding to a link or client is gone
 *
 * Context: control; ipf_client_settle() has to follow outside of ipf_lock.
 */
void ipf_client_put(void)
{
	ipf_assert_control();
	wanted--;
}

/**
 * ipf_client_settle() - let go of wanarp if no binding needs it
 *
 * Context: process, neither ndiswan_lock nor ipf_lock.
 */
void ipf_client_settle(void)
{
	bool idle;

	mutex_lock(&client_lock);
	mutex_lock(&ipf_lock);
	idle = !wanted;
	mutex_unlock(&ipf_lock);
	/* Nobody can want it meanwhile: that takes client_lock. */
	if (idle && wanarp.enlist) {
		wanarp.delist(&notifier);
		functions_put();
	}
	mutex_unlock(&client_lock);
}

/**
 * ipf_client_drop() - the binding that ipf_client_get() was for did not come to be
 *
 * Context: process, neither ndiswan_lock nor ipf_lock.
 */
void ipf_client_drop(void)
{
	mutex_lock(&ipf_lock);
	ipf_client_put();
	mutex_unlock(&ipf_lock);
	ipf_client_settle();
}

/**
 * ipf_client_replay() - put a new binding in force if its client is connected
 * @dev: the WAN interface
 * @selector: of the binding
 * @extack: for the reason of a refusal
 *
 * Context: process, neither ndiswan_lock nor ipf_lock; the caller has a reference to
 * @dev.
 * Return: 0 or an error.
 */
int ipf_client_replay(struct net_device *dev, const struct ipf_selector *selector,
		      struct netlink_ext_ack *extack)
{
	struct wanarp_client match = { .dev = dev };
	int err = 0;

	switch (selector->kind) {
	case IPF_SELECT_LINK:
		match.link = selector->link;
		break;
	case IPF_SELECT_IPV4:
		match.family = AF_INET;
		match.ipv4 = selector->ipv4;
		break;
	default:
		match.family = AF_INET6;
		match.ipv6 = selector->ipv6;
	}
	mutex_lock(&client_lock);
	/* The binding may be gone by now, and wanarp with it. */
	if (wanarp.replay)
		err = wanarp.replay(&notifier, &match, extack);
	mutex_unlock(&client_lock);
	return err;
}
