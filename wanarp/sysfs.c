// SPDX-License-Identifier: GPL-2.0
/* /sys/class/net/<interface>/wanarp/: tuning, one value a file. */
#include <linux/capability.h>
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/rtnetlink.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <net/net_namespace.h>

#include "internal.h"

static struct wanarp_interface *to_interface(struct device *device)
{
	return netdev_priv(to_net_dev(device));
}

/* The file's mode lets root in; which root counts is up to the namespace. */
static ssize_t store_switch(struct device *device, const char *buf, size_t len,
			    bool *value)
{
	u8 number;

	if (!ns_capable(dev_net(to_net_dev(device))->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	if (kstrtou8(buf, 10, &number) || number > 1)
		return -EINVAL;
	WRITE_ONCE(*value, number);
	return len;
}

static ssize_t source_check_show(struct device *device,
				 struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n",
			  READ_ONCE(to_interface(device)->source_check));
}

static ssize_t source_check_store(struct device *device,
				  struct device_attribute *attr,
				  const char *buf, size_t len)
{
	return store_switch(device, buf, len,
			    &to_interface(device)->source_check);
}
static DEVICE_ATTR_RW(source_check);

static ssize_t multicast_show(struct device *device,
			      struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n",
			  READ_ONCE(to_interface(device)->multicast));
}

static ssize_t multicast_store(struct device *device,
			       struct device_attribute *attr,
			       const char *buf, size_t len)
{
	return store_switch(device, buf, len, &to_interface(device)->multicast);
}
static DEVICE_ATTR_RW(multicast);

static ssize_t mss_clamp_show(struct device *device,
			      struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n",
			  READ_ONCE(to_interface(device)->mss_clamp));
}

static ssize_t mss_clamp_store(struct device *device,
			       struct device_attribute *attr,
			       const char *buf, size_t len)
{
	return store_switch(device, buf, len, &to_interface(device)->mss_clamp);
}
static DEVICE_ATTR_RW(mss_clamp);

static ssize_t proxy_show(struct device *device, struct device_attribute *attr,
			  char *buf)
{
	const struct net_device *lan;
	ssize_t len;

	rcu_read_lock();
	lan = wanarp_proxy_lan(to_interface(device));
	len = sysfs_emit(buf, "%s\n", lan ? lan->name : "");
	rcu_read_unlock();
	return len;
}

/* Whoever removes the device waits for this with rtnl held. */
static ssize_t proxy_store(struct device *device, struct device_attribute *attr,
			   const char *buf, size_t len)
{
	struct net *net = dev_net(to_net_dev(device));
	struct net_device *lan = NULL;
	char name[IFNAMSIZ + 1];
	int err;

	if (!ns_capable(net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	if (strscpy(name, buf, sizeof(name)) < 0)
		return -EINVAL;
	if (!rtnl_trylock())
		return restart_syscall();
	err = -ENODEV;
	if (*strim(name))
		lan = __dev_get_by_name(net, strim(name));
	if (lan || !*strim(name))
		err = wanarp_proxy_set(to_interface(device), lan, NULL);
	rtnl_unlock();
	return err ? : len;
}
static DEVICE_ATTR_RW(proxy);

static ssize_t projections_show(struct device *device,
				struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n",
			  READ_ONCE(to_interface(device)->table.count));
}
static DEVICE_ATTR_RO(projections);

static struct attribute *wanarp_attrs[] = {
	&dev_attr_source_check.attr,
	&dev_attr_multicast.attr,
	&dev_attr_mss_clamp.attr,
	&dev_attr_proxy.attr,
	&dev_attr_projections.attr,
	NULL
};

const struct attribute_group wanarp_sysfs_group = {
	.name = KBUILD_MODNAME,
	.attrs = wanarp_attrs,
};
