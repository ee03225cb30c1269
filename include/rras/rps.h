/* SPDX-License-Identifier: GPL-2.0 */
/* Receive packet steering, which has moved to headers of its own. */
#ifndef _RRAS_RPS_H
#define _RRAS_RPS_H

#include <linux/netdevice.h>
#include <linux/version.h>
#if KERNEL_VERSION(6, 9, 0) <= LINUX_VERSION_CODE
#include <net/netdev_rx_queue.h>
#include <net/rps.h>
#endif

/**
 * rras_rps_used() - is what the device receives spread over CPUs?
 * @dev: a device that receives on its first queue
 *
 * Costs a static branch as long as no device at all is.
 *
 * Return: true if so.
 */
static inline bool rras_rps_used(const struct net_device *dev)
{
#ifdef CONFIG_RPS
	return static_branch_unlikely(&rps_needed) &&
	       (rcu_access_pointer(dev->_rx->rps_map) ||
		rcu_access_pointer(dev->_rx->rps_flow_table));
#else
	return false;
#endif
}

#endif /* _RRAS_RPS_H */
