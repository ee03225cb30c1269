// SPDX-License-Identifier: GPL-2.0
/* Devices that have a binding, and no others. */
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <net/net_namespace.h>

#include "internal.h"
#include "link.h"

/**
 * ipf_device_find() - a device by its index
 * @net: the namespace
 * @ifindex: the index
 *
 * Context: control.
 * Return: the device, or NULL if it has no binding.
 */
struct ipf_device *ipf_device_find(struct net *net, int ifindex)
{
	ipf_assert_control();
	return xa_load(&ipf_pernet(net)->devices, ifindex);
}

static void device_free_work(struct work_struct *work)
{
	struct ipf_device *device = container_of(to_rcu_work(work),
						 struct ipf_device, free);

	rhltable_destroy(&device->links);
	free_percpu(device->drops);
	kfree(device);
}

static struct ipf_device *device_alloc(struct net *net, struct net_device *dev)
{
	struct ipf_device *device;

	device = kzalloc(sizeof(*device), GFP_KERNEL_ACCOUNT);
	if (!device)
		return NULL;
	device->drops = __netdev_alloc_pcpu_stats(struct ipf_drops, GFP_KERNEL_ACCOUNT);
	if (!device->drops)
		goto err_device;
	if (rhltable_init(&device->links, &ipf_link_params))
		goto err_drops;
	INIT_LIST_HEAD(&device->bindings);
	device->ethernet = dev->type == ARPHRD_ETHER;
	device->dev = dev;
	device->net = net;
	strscpy(device->name, dev->name, sizeof(device->name));
	return device;

err_drops:
	free_percpu(device->drops);
err_device:
	kfree(device);
	return NULL;
}

/**
 * ipf_device_create() - a device is going to have its first binding
 * @net: the namespace
 * @dev: the device
 * @extack: for the reason of a refusal
 *
 * A device on its way to another namespace is still registered when its bindings
 * have gone, and a hook that would be registered then could never be unregistered.
 * This is why rtnl is needed here. As long as the result exists, the device is where
 * it was.
 *
 * Context: control, with rtnl.
 * Return: the device, to be put with ipf_device_put(), or an error.
 */
struct ipf_device *ipf_device_create(struct net *net, struct net_device *dev,
				     struct netlink_ext_ack *extack)
{
	struct ipf_device *device;
	int err = -ENOMEM;

	ASSERT_RTNL();
	ipf_assert_control();
	if (dev->reg_state != NETREG_REGISTERED || !net_eq(dev_net(dev), net)) {
		NL_SET_ERR_MSG(extack, "the interface is being removed");
		return ERR_PTR(-ENODEV);
	}
	device = device_alloc(net, dev);
	if (!device)
		goto err_message;
	err = sysfs_create_group(&dev->dev.kobj, &ipf_sysfs_group);
	if (err)
		goto err_free;
	err = xa_err(xa_store(&ipf_pernet(net)->devices, dev->ifindex, device,
			      GFP_KERNEL_ACCOUNT));
	if (err)
		goto err_group;
	netdev_hold(dev, &device->tracker, GFP_KERNEL);
	pr_debug("device %s created\n", device->name);
	return device;

err_group:
	sysfs_remove_group(&dev->dev.kobj, &ipf_sysfs_group);
err_free:
	rhltable_destroy(&device->links);
	free_percpu(device->drops);
	kfree(device);
err_message:
	NL_SET_ERR_MSG(extack, "no memory for filters on this interface");
	return ERR_PTR(err);
}

/**
 * ipf_device_put() - look whether a device is still of use
 * @device: the device; gone if it has no binding any more
 *
 * Context: control.
 */
void ipf_device_put(struct ipf_device *device)
{
	ipf_assert_control();
	if (device->binding_count)
		return;
	/* Its files wait for ipf_lock by trying only. */
	sysfs_remove_group(&device->dev->dev.kobj, &ipf_sysfs_group);
	xa_erase(&ipf_pernet(device->net)->devices, device->dev->ifindex);
	netdev_put(device->dev, &device->tracker);
	pr_debug("device %s destroyed\n", device->name);
	/* Packets may still be in its hooks. */
	INIT_RCU_WORK(&device->free, device_free_work);
	queue_rcu_work(ipf_workqueue, &device->free);
}

static void remove_all(struct ipf_device *device)
{
	struct ipf_binding *binding, *next;

	list_for_each_entry_safe(binding, next, &device->bindings, list)
		ipf_binding_destroy(binding);
	ipf_device_put(device);
}

/* A move to another namespace sends it too, and so does the end of one. Under rtnl,
 * so that nobody adds a binding after it.
 */
static int ipf_netdev_event(struct notifier_block *nb, unsigned long event,
			    void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct ipf_device *device;

	if (event != NETDEV_UNREGISTER)
		return NOTIFY_DONE;
	mutex_lock(&ipf_lock);
	device = ipf_device_find(dev_net(dev), dev->ifindex);
	if (device)
		remove_all(device);
	mutex_unlock(&ipf_lock);
	if (device)
		ipf_client_settle();
	return NOTIFY_DONE;
}

static struct notifier_block ipf_netdev_notifier = {
	.notifier_call = ipf_netdev_event,
};

/**
 * ipf_device_net_init() - a namespace begins
 * @ipf_net: its part of ours
 */
void ipf_device_net_init(struct ipf_net *ipf_net)
{
	xa_init_flags(&ipf_net->devices, XA_FLAGS_ACCOUNT);
}

/**
 * ipf_device_net_exit() - a namespace ends, or the module does
 * @ipf_net: its part of ours
 */
void ipf_device_net_exit(struct ipf_net *ipf_net)
{
	struct ipf_device *device;
	unsigned long ifindex;

	mutex_lock(&ipf_lock);
	xa_for_each(&ipf_net->devices, ifindex, device)
		remove_all(device);
	mutex_unlock(&ipf_lock);
	ipf_client_settle();
	xa_destroy(&ipf_net->devices);
}

/**
 * ipf_device_init() - once, at load
 *
 * Return: 0 or an error.
 */
int ipf_device_init(void)
{
	return register_netdevice_notifier(&ipf_netdev_notifier);
}

/**
 * ipf_device_uninit() - once, at unload
 */
void ipf_device_uninit(void)
{
	unregister_netdevice_notifier(&ipf_netdev_notifier);
}
