// SPDX-License-Identifier: GPL-2.0
/*
 * ipfltdrv: stateless IP filters for network devices and for single clients.
 *
 * This version loads and unloads. It registers no netfilter hook, so that a
 * device costs nothing by its presence, and offers no interface that would let
 * an administrator believe that something is filtered (KB Q178272 was a router
 * that promised filters it did not have).
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>

static int __init ipfltdrv_init(void)
{
	pr_debug("loaded, no filters in this version\n");
	return 0;
}

static void __exit ipfltdrv_exit(void)
{
	pr_debug("unloaded\n");
}

module_init(ipfltdrv_init);
module_exit(ipfltdrv_exit);

MODULE_AUTHOR("RRAS for Linux maintainers");
MODULE_DESCRIPTION("IP filters per interface and per client");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
