/* SPDX-License-Identifier: GPL-2.0 */
/* What <linux/netdevice.h> of different kernels names differently. */
#ifndef _RRAS_NETDEVICE_H
#define _RRAS_NETDEVICE_H

#include <linux/netdevice.h>

/**
 * rras_netdev_set_lltx() - the device needs no lock around ndo_start_xmit
 * @dev: the device, not registered yet
 *
 * A bit of its own since 6.12, a feature before, and the feature's name is a
 * macro.
 */
static inline void rras_netdev_set_lltx(struct net_device *dev)
{
#ifdef NETIF_F_LLTX
	dev->features |= NETIF_F_LLTX;
#else
	dev->lltx = true;
#endif
}

#endif /* _RRAS_NETDEVICE_H */
