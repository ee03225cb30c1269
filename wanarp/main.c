// SPDX-License-Identifier: GPL-2.0
/* wanarp: one network interface for all clients. Loads and unloads it. */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <net/genetlink.h>
#include <net/rtnetlink.h>
#include <uapi/linux/wanarp.h>

#include "internal.h"

/* The loopback device has it if the kernel has IPv6 and it was not switched off
 * at boot. No function of the module ipv6 is called, so that it need not exist.
 */
static bool __init has_ipv6(void)
{
	return rcu_access_pointer(init_net.loopback_dev->ip6_ptr);
}

static bool serves_ipv6 __ro_after_init;

static int __init wanarp_init(void)
{
	int err;

	err = wanarp_device_init();
	if (err)
		return err;
	err = wanarp_netlink_init();
	if (err)
		goto err_device;
	/* Last, because from here on there can be projections. */
	err = ndiswan_protocol_register(&wanarp_ipv4_protocol);
	if (err)
		goto err_netlink;
	serves_ipv6 = has_ipv6();
	if (serves_ipv6) {
		err = ndiswan_protocol_register(&wanarp_ipv6_protocol);
		if (err)
			goto err_ipv4;
	}
	return 0;

err_ipv4:
	ndiswan_protocol_unregister(&wanarp_ipv4_protocol);
err_netlink:
	wanarp_netlink_uninit();
err_device:
	wanarp_device_uninit();
	return err;
}

static void __exit wanarp_exit(void)
{
	if (serves_ipv6)
		ndiswan_protocol_unregister(&wanarp_ipv6_protocol);
	ndiswan_protocol_unregister(&wanarp_ipv4_protocol);
	wanarp_netlink_uninit();
	wanarp_device_uninit();
}

module_init(wanarp_init);
module_exit(wanarp_exit);

MODULE_AUTHOR("RRAS for Linux maintainers");
MODULE_DESCRIPTION("One network interface for all PPP clients");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
MODULE_ALIAS_RTNL_LINK("wanarp");
MODULE_ALIAS_GENL_FAMILY(WANARP_FAMILY_NAME);
MODULE_IMPORT_NS(NDISWAN);
