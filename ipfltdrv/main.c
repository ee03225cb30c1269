// SPDX-License-Identifier: GPL-2.0
/* ipfltdrv: stateless IP filters for devices and single clients. Loads and unloads it. */
#include <linux/init.h>
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "internal.h"

/* Sets, transactions, bindings and devices; see internal.h. */
DEFINE_MUTEX(ipf_lock);
/* Frees what packets no longer read. */
struct workqueue_struct *ipf_workqueue;

static unsigned int ipf_net_id;

/**
 * ipf_pernet() - our part of a namespace
 * @net: the namespace
 *
 * Return: it.
 */
struct ipf_net *ipf_pernet(const struct net *net)
{
	return net_generic(net, ipf_net_id);
}

static int __net_init ipf_net_init(struct net *net)
{
	struct ipf_net *ipf_net = ipf_pernet(net);
	int err;

	err = ipf_set_net_init(ipf_net);
	if (err)
		return err;
	err = ipf_binding_net_init(ipf_net);
	if (err)
		goto err_set;
	ipf_transaction_net_init(ipf_net);
	ipf_device_net_init(ipf_net);
	return 0;

err_set:
	ipf_set_net_exit(ipf_net);
	return err;
}

static void __net_exit ipf_net_exit(struct net *net)
{
	struct ipf_net *ipf_net = ipf_pernet(net);

	ipf_device_net_exit(ipf_net);
	ipf_transaction_net_exit(ipf_net);
	ipf_binding_net_exit(ipf_net);
	ipf_set_net_exit(ipf_net);
}

static struct pernet_operations ipf_net_ops = {
	.init = ipf_net_init,
	.exit = ipf_net_exit,
	.id = &ipf_net_id,
	.size = sizeof(struct ipf_net),
};

static int __init ipfltdrv_init(void)
{
	int err;

	ipf_workqueue = alloc_workqueue(KBUILD_MODNAME, WQ_UNBOUND, 0);
	if (!ipf_workqueue)
		return -ENOMEM;
	err = register_pernet_subsys(&ipf_net_ops);
	if (err)
		goto err_workqueue;
	err = ipf_device_init();
	if (err)
		goto err_net;
	err = ipf_late_init();
	if (err)
		goto err_device;
	err = ipf_transaction_init();
	if (err)
		goto err_late;
	/* Last, because from here on there can be sets and bindings. */
	err = ipf_netlink_init();
	if (err)
		goto err_transaction;
	return 0;

err_transaction:
	ipf_transaction_uninit();
err_late:
	ipf_late_uninit();
err_device:
	ipf_device_uninit();
err_net:
	unregister_pernet_subsys(&ipf_net_ops);
err_workqueue:
	destroy_workqueue(ipf_workqueue);
	return err;
}

static void __exit ipfltdrv_exit(void)
{
	ipf_netlink_uninit();
	ipf_transaction_uninit();
	ipf_late_uninit();
	ipf_device_uninit();
	/* Removes all bindings. */
	unregister_pernet_subsys(&ipf_net_ops);
	ipf_attachment_uninit();
	/* Packets leave the hooks; works are queued by RCU; other objects are freed
	 * by RCU.
	 */
	rcu_barrier();
	destroy_workqueue(ipf_workqueue);
}

module_init(ipfltdrv_init);
module_exit(ipfltdrv_exit);

MODULE_AUTHOR("RRAS for Linux maintainers");
MODULE_DESCRIPTION("IP filters per interface and per client");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
MODULE_ALIAS_GENL_FAMILY(IPFLTDRV_FAMILY_NAME);
