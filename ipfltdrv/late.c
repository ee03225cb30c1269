// SPDX-License-Identifier: GPL-2.0
/*
 * Late bound addresses: what filters mean by "the client" and "the interface". Each
 * binding has its own, so that one set serves all clients.
 */
#include <linux/inetdevice.h>
#include <linux/slab.h>
#include <linux/unaligned.h>
#include <net/addrconf.h>
#include <net/net_namespace.h>
#include <net/netlink.h>

#include "internal.h"

static void fill_ipv6(struct ipf_address *addr, const struct in6_addr *from)
{
	addr->ip6[0] = get_unaligned_be64(&from->s6_addr[0]);
	addr->ip6[1] = get_unaligned_be64(&from->s6_addr[8]);
	addr->ip6_len = 128;
	addr->has_ip6 = true;
}

static void set_known(struct ipf_config *config)
{
	const struct ipf_late *late = &config->late;

	config->known[IPF_IPV4] = (late->client.has_ip4 ? IPF_LATE_CLIENT : 0) |
				  (late->iface.has_ip4 ? IPF_LATE_INTERFACE : 0);
	config->known[IPF_IPV6] = (late->client.has_ip6 ? IPF_LATE_CLIENT : 0) |
				  (late->iface.has_ip6 ? IPF_LATE_INTERFACE : 0);
}

static void interface_ipv4(const struct net_device *dev, struct ipf_address *addr)
{
	const struct in_device *in_dev = __in_dev_get_rcu(dev);
	const struct in_ifaddr *ifa = NULL;

	if (in_dev)
		ifa = rcu_dereference(in_dev->ifa_list);
	addr->has_ip4 = ifa;
	addr->ip4 = ifa ? be32_to_cpu(ifa->ifa_local) : 0;
}

static void interface_ipv6(const struct net_device *dev, struct ipf_address *addr)
{
	struct inet6_dev *in6_dev = __in6_dev_get(dev);
	const struct inet6_ifaddr *ifa;

	addr->has_ip6 = false;
	addr->ip6_len = 0;
	if (!in6_dev)
		return;
	read_lock_bh(&in6_dev->lock);
	list_for_each_entry(ifa, &in6_dev->addr_list, if_list) {
		if (ifa->scope & IPV6_ADDR_LINKLOCAL ||
		    ifa->flags & (IFA_F_TENTATIVE | IFA_F_TEMPORARY))
			continue;
		fill_ipv6(addr, &ifa->addr);
		break;
	}
	read_unlock_bh(&in6_dev->lock);
}

/**
 * ipf_late_interface() - fill in the address of the interface
 * @dev: the interface; its first IPv4 address, and its first lasting IPv6 address
 *	that is not of link-local scope
 * @config: not published yet
 */
void ipf_late_interface(const struct net_device *dev, struct ipf_config *config)
{
	rcu_read_lock();
	interface_ipv4(dev, &config->late.iface);
	interface_ipv6(dev, &config->late.iface);
	rcu_read_unlock();
	set_known(config);
}

/**
 * ipf_late_selector() - fill in the address of the client, as far as the binding
 *	names it
 * @selector: of the binding
 * @config: not published yet
 */
void ipf_late_selector(const struct ipf_selector *selector,
		       struct ipf_config *config)
{
	struct ipf_address *client = &config->late.client;

	if (selector->kind == IPF_SELECT_IPV4) {
		client->ip4 = be32_to_cpu(selector->ipv4);
		client->has_ip4 = true;
	} else if (selector->kind == IPF_SELECT_IPV6) {
		fill_ipv6(client, &selector->ipv6);
	}
	set_known(config);
}

/**
 * ipf_late_given() - fill in addresses that a user gives
 * @config: not published
 * @iface: the interface's, not the client's
 * @ipv4: attribute with an IPv4 address, or NULL if it is not known
 * @ipv6: attribute with an IPv6 address, or NULL
 */
void ipf_late_given(struct ipf_config *config, bool iface,
		    const struct nlattr *ipv4, const struct nlattr *ipv6)
{
	struct ipf_address *addr = iface ? &config->late.iface :
					   &config->late.client;
	struct in6_addr in6;

	if (ipv4) {
		addr->ip4 = be32_to_cpu(nla_get_in_addr(ipv4));
		addr->has_ip4 = true;
	}
	if (ipv6) {
		in6 = nla_get_in6_addr(ipv6);
		fill_ipv6(addr, &in6);
	}
	set_known(config);
}

static struct ipf_config *config_copy(const struct ipf_binding *binding)
{
	return kmemdup(ipf_dereference(binding->config),
		       sizeof(struct ipf_config), GFP_KERNEL_ACCOUNT);
}

static void config_publish(struct ipf_binding *binding, struct ipf_config *config)
{
	struct ipf_config *old;

	old = rcu_replace_pointer(binding->config, config,
				  lockdep_is_held(&ipf_lock));
	kfree_rcu(old, rcu);
}

/**
 * ipf_late_client() - a client that is bound by its link has an address
 * @binding: the binding
 * @family: AF_INET or AF_INET6
 * @addr: the address
 *
 * Context: control.
 * Return: 0 or -ENOMEM.
 */
int ipf_late_client(struct ipf_binding *binding, u16 family, const void *addr)
{
	struct ipf_config *config = config_copy(binding);

	if (!config)
		return -ENOMEM;
	if (family == AF_INET) {
		config->late.client.ip4 = get_unaligned_be32(addr);
		config->late.client.has_ip4 = true;
	} else {
		fill_ipv6(&config->late.client, addr);
	}
	set_known(config);
	config_publish(binding, config);
	return 0;
}

/* Without memory the old address, which is wrong now, is taken for unknown: what
 * asks for it is closed.
 */
static bool refresh_binding(struct ipf_binding *binding)
{
	struct ipf_config *config = config_copy(binding), *old;

	if (config) {
		ipf_late_interface(binding->device->dev, config);
		config_publish(binding, config);
		return true;
	}
	old = ipf_dereference(binding->config);
	WRITE_ONCE(old->known[IPF_IPV4], old->known[IPF_IPV4] & ~IPF_LATE_INTERFACE);
	WRITE_ONCE(old->known[IPF_IPV6], old->known[IPF_IPV6] & ~IPF_LATE_INTERFACE);
	return false;
}

static void refresh(struct net *net, int ifindex)
{
	struct ipf_binding *binding;
	struct ipf_device *device;
	bool complete = true;

	mutex_lock(&ipf_lock);
	device = ipf_device_find(net, ifindex);
	if (device) {
		list_for_each_entry(binding, &device->bindings, list)
			complete &= refresh_binding(binding);
		if (!complete)
			ipf_event_late_lost(device);
	}
	mutex_unlock(&ipf_lock);
}

static int ipf_inetaddr_event(struct notifier_block *nb, unsigned long event,
			      void *ptr)
{
	const struct in_ifaddr *ifa = ptr;
	const struct net_device *dev = ifa->ifa_dev->dev;

	refresh(dev_net(dev), dev->ifindex);
	return NOTIFY_DONE;
}

static struct notifier_block ipf_inetaddr_notifier = {
	.notifier_call = ipf_inetaddr_event,
};

/* IPv6 tells in atomic context. The work looks at every device with bindings: there
 * are few, and addresses change rarely.
 */
static void refresh_all(struct work_struct *work)
{
	struct ipf_device *device;
	struct ipf_binding *binding;
	unsigned long ifindex;
	struct net *net;

	down_read(&net_rwsem);
	mutex_lock(&ipf_lock);
	for_each_net(net)
		xa_for_each(&ipf_pernet(net)->devices, ifindex, device)
			list_for_each_entry(binding, &device->bindings, list)
				if (!refresh_binding(binding))
					ipf_event_late_lost(device);
	mutex_unlock(&ipf_lock);
	up_read(&net_rwsem);
}

static DECLARE_WORK(refresh_work, refresh_all);

static int ipf_inet6addr_event(struct notifier_block *nb, unsigned long event,
			       void *ptr)
{
	queue_work(ipf_workqueue, &refresh_work);
	return NOTIFY_DONE;
}

static struct notifier_block ipf_inet6addr_notifier = {
	.notifier_call = ipf_inet6addr_event,
};

/**
 * ipf_late_init() - once, at load
 *
 * Return: 0 or an error.
 */
int ipf_late_init(void)
{
	int err;

	err = register_inetaddr_notifier(&ipf_inetaddr_notifier);
	if (err)
		return err;
	err = register_inet6addr_notifier(&ipf_inet6addr_notifier);
	if (err)
		unregister_inetaddr_notifier(&ipf_inetaddr_notifier);
	return err;
}

/**
 * ipf_late_uninit() - once, at unload
 */
void ipf_late_uninit(void)
{
	unregister_inet6addr_notifier(&ipf_inet6addr_notifier);
	unregister_inetaddr_notifier(&ipf_inetaddr_notifier);
	cancel_work_sync(&refresh_work);
}
