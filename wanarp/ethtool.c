// SPDX-License-Identifier: GPL-2.0
/* What ethtool shows of a WAN interface. */
#include <linux/ethtool.h>

#include "internal.h"

static void wanarp_get_drvinfo(struct net_device *dev,
			       struct ethtool_drvinfo *info)
{
	strscpy(info->driver, KBUILD_MODNAME, sizeof(info->driver));
}

static const char counter_names[WANARP_COUNTER_MAX][ETH_GSTRING_LEN] = {
	[WANARP_COUNTER_TX_FRAGMENTED] = "tx-fragmented",
	[WANARP_COUNTER_MSS_CLAMPED] = "mss-clamped",
	[WANARP_COUNTER_PROXY_ANSWERS] = "proxy-answers",
};

enum {
	PROJECTIONS,
	FIRST_COUNTER,
	FIRST_DROP = FIRST_COUNTER + WANARP_COUNTER_MAX,
	STATISTICS = FIRST_DROP + WANARP_DROP_MAX,
};

static int wanarp_get_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? STATISTICS : -EOPNOTSUPP;
}

static void wanarp_get_strings(struct net_device *dev, u32 set, u8 *data)
{
	u8 (*names)[ETH_GSTRING_LEN] = (void *)data;
	int i;

	if (set != ETH_SS_STATS)
		return;
	strscpy(names[PROJECTIONS], "projections", ETH_GSTRING_LEN);
	for (i = 0; i < WANARP_COUNTER_MAX; i++)
		strscpy(names[FIRST_COUNTER + i], counter_names[i],
			ETH_GSTRING_LEN);
	for (i = 0; i < WANARP_DROP_MAX; i++)
		snprintf(names[FIRST_DROP + i], ETH_GSTRING_LEN, "drop-%s",
			 wanarp_drop_name(i));
}

static void wanarp_get_ethtool_stats(struct net_device *dev,
				     struct ethtool_stats *stats, u64 *data)
{
	const struct wanarp_interface *iface = netdev_priv(dev);

	data[PROJECTIONS] = READ_ONCE(iface->table.count);
	wanarp_count_sum(iface, data + FIRST_COUNTER);
	wanarp_drop_sum(iface, data + FIRST_DROP);
}

const struct ethtool_ops wanarp_ethtool_ops = {
	.get_drvinfo = wanarp_get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_sset_count = wanarp_get_sset_count,
	.get_strings = wanarp_get_strings,
	.get_ethtool_stats = wanarp_get_ethtool_stats,
};
