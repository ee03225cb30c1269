// SPDX-License-Identifier: GPL-2.0
/* ndiswan_shim: PPP framing for any number of links. Loads and unloads it. */
#include <linux/init.h>
#include <linux/module.h>
#include <net/genetlink.h>

#include "internal.h"
#include "stack.h"

static int __init ndiswan_init(void)
{
	int err;

	err = ndiswan_link_init();
	if (err)
		return err;
	ndiswan_queue_init();
	err = ndiswan_pppoe_init();
	if (err)
		goto err_queue;
	err = ndiswan_l2tp_init();
	if (err)
		goto err_pppoe;
	err = ndiswan_pptp_init();
	if (err)
		goto err_l2tp;
	err = ndiswan_ppp_init();
	if (err)
		goto err_pptp;
	err = ndiswan_netlink_init();
	if (err)
		goto err_ppp;
	err = ndiswan_sysfs_init();
	if (err)
		goto err_netlink;
	/* Last, because from here on there can be links. */
	err = ndiswan_file_init();
	if (err)
		goto err_sysfs;
	return 0;

err_sysfs:
	ndiswan_sysfs_uninit();
err_netlink:
	ndiswan_netlink_uninit();
err_ppp:
	ndiswan_ppp_uninit();
err_pptp:
	ndiswan_pptp_uninit();
err_l2tp:
	ndiswan_l2tp_uninit();
err_pppoe:
	ndiswan_pppoe_uninit();
err_queue:
	ndiswan_queue_uninit();
	ndiswan_link_uninit();
	return err;
}

static void __exit ndiswan_exit(void)
{
	ndiswan_file_uninit();
	ndiswan_driver_uninit();
	ndiswan_sysfs_uninit();
	ndiswan_netlink_uninit();
	ndiswan_ppp_uninit();
	ndiswan_pptp_uninit();
	ndiswan_l2tp_uninit();
	ndiswan_pppoe_uninit();
	ndiswan_queue_uninit();
	ndiswan_link_uninit();
}

module_init(ndiswan_init);
module_exit(ndiswan_exit);

MODULE_AUTHOR("RRAS for Linux maintainers");
MODULE_DESCRIPTION("PPP framing, links and their ports");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
MODULE_ALIAS_GENL_FAMILY(NDISWAN_FAMILY_NAME);
