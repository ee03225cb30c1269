// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/class/net/<interface>/ipfltdrv/: what is in force on the interface, one value
 * a file. There as long as it has a binding; what is not about the binding to the
 * whole interface is in netlink only.
 *
 * The directory goes with ipf_lock held and waits for whoever is in a file of it. So
 * nobody waits for the lock here: a file that cannot have it is opened once more.
 */
#include <linux/capability.h>
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/sched/signal.h>
#include <linux/sysfs.h>
#include <net/net_namespace.h>

#include "internal.h"

static const char * const fragment_names[] = {
	[IPFLTDRV_FRAGMENTS_PASS] = "pass",
	[IPFLTDRV_FRAGMENTS_CHECK] = "check",
	[IPFLTDRV_FRAGMENTS_DROP] = "drop",
};

/* Control, if it succeeds. */
static struct ipf_device *lock_device(struct device *device)
{
	struct net_device *dev = to_net_dev(device);
	struct ipf_device *found;

	if (!mutex_trylock(&ipf_lock))
		return ERR_PTR(restart_syscall());
	found = ipf_device_find(dev_net(dev), dev->ifindex);
	if (found)
		return found;
	mutex_unlock(&ipf_lock);
	return ERR_PTR(-ENODEV);
}

static struct ipf_binding *whole(struct ipf_device *device)
{
	return ipf_dereference(device->whole);
}

static ssize_t show(struct device *device, char *buf,
		    ssize_t (*emit)(char *buf, const struct ipf_config *config))
{
	struct ipf_device *found = lock_device(device);
	ssize_t len = 0;

	if (IS_ERR(found))
		return PTR_ERR(found);
	if (whole(found))
		len = emit(buf, ipf_dereference(whole(found)->config));
	mutex_unlock(&ipf_lock);
	return len;
}

/* The file's mode lets root in; which root counts is up to the namespace. */
static bool may_store(struct device *device)
{
	return ns_capable(dev_net(to_net_dev(device))->user_ns, CAP_NET_ADMIN);
}

static ssize_t store(struct device *device, size_t len,
		     const struct ipf_change *change)
{
	struct ipf_device *found;
	int err = -ENODATA;

	if (!may_store(device))
		return -EPERM;
	found = lock_device(device);
	if (IS_ERR(found))
		return PTR_ERR(found);
	if (whole(found))
		err = ipf_binding_change(whole(found), change, NULL);
	mutex_unlock(&ipf_lock);
	return err ? err : len;
}

static const struct ipf_change no_change = {
	.directions = -1,
	.closed = -1,
	.fragments = -1,
	.strong_host = -1,
	.log = -1,
	.log_group = -1,
	.log_rate = -1,
};

static ssize_t emit_set(char *buf, const struct ipf_config *config)
{
	return sysfs_emit(buf, "%s\n", config->set->name);
}

static ssize_t set_show(struct device *device, struct device_attribute *attr,
			char *buf)
{
	return show(device, buf, emit_set);
}
static DEVICE_ATTR_RO(set);

static ssize_t emit_fragments(char *buf, const struct ipf_config *config)
{
	return sysfs_emit(buf, "%s\n", fragment_names[config->fragments]);
}

static ssize_t fragments_show(struct device *device,
			      struct device_attribute *attr, char *buf)
{
	return show(device, buf, emit_fragments);
}

static ssize_t fragments_store(struct device *device,
			       struct device_attribute *attr, const char *buf,
			       size_t len)
{
	struct ipf_change change = no_change;

	change.fragments = sysfs_match_string(fragment_names, buf);
	if (change.fragments < 0)
		return -EINVAL;
	return store(device, len, &change);
}
static DEVICE_ATTR_RW(fragments);

static ssize_t emit_strong_host(char *buf, const struct ipf_config *config)
{
	return sysfs_emit(buf, "%d\n", config->strong_host);
}

static ssize_t strong_host_show(struct device *device,
				struct device_attribute *attr, char *buf)
{
	return show(device, buf, emit_strong_host);
}

static ssize_t strong_host_store(struct device *device,
				 struct device_attribute *attr, const char *buf,
				 size_t len)
{
	struct ipf_change change = no_change;
	u8 number;

	if (kstrtou8(buf, 10, &number) || number > 1)
		return -EINVAL;
	change.strong_host = number;
	return store(device, len, &change);
}
static DEVICE_ATTR_RW(strong_host);

static ssize_t emit_log(char *buf, const struct ipf_config *config)
{
	return sysfs_emit(buf, "%u\n", config->log);
}

static ssize_t log_show(struct device *device, struct device_attribute *attr,
			char *buf)
{
	return show(device, buf, emit_log);
}

static ssize_t log_store(struct device *device, struct device_attribute *attr,
			 const char *buf, size_t len)
{
	struct ipf_change change = no_change;
	u8 number;
	int err;

	if (kstrtou8(buf, 10, &number) ||
	    number > (IPFLTDRV_LOG_DROPS | IPFLTDRV_LOG_FILTERS))
		return -EINVAL;
	if (number) {
		if (!may_store(device))
			return -EPERM;
		err = ipf_log_load(NULL);
		if (err)
			return err;
	}
	change.log = number;
	return store(device, len, &change);
}
static DEVICE_ATTR_RW(log);

static ssize_t emit_log_group(char *buf, const struct ipf_config *config)
{
	return sysfs_emit(buf, "%u\n", config->log_group);
}

static ssize_t log_group_show(struct device *device,
			      struct device_attribute *attr, char *buf)
{
	return show(device, buf, emit_log_group);
}

static ssize_t log_group_store(struct device *device,
			       struct device_attribute *attr, const char *buf,
			       size_t len)
{
	struct ipf_change change = no_change;
	u16 number;

	if (kstrtou16(buf, 10, &number))
		return -EINVAL;
	change.log_group = number;
	return store(device, len, &change);
}
static DEVICE_ATTR_RW(log_group);

static ssize_t emit_log_rate(char *buf, const struct ipf_config *config)
{
	return sysfs_emit(buf, "%u\n", config->log_rate);
}

static ssize_t log_rate_show(struct device *device,
			     struct device_attribute *attr, char *buf)
{
	return show(device, buf, emit_log_rate);
}

static ssize_t log_rate_store(struct device *device,
			      struct device_attribute *attr, const char *buf,
			      size_t len)
{
	struct ipf_change change = no_change;
	u32 number;

	if (kstrtou32(buf, 10, &number))
		return -EINVAL;
	change.log_rate = number;
	return store(device, len, &change);
}
static DEVICE_ATTR_RW(log_rate);

static ssize_t bindings_show(struct device *device,
			     struct device_attribute *attr, char *buf)
{
	struct ipf_device *found = lock_device(device);
	ssize_t len;

	if (IS_ERR(found))
		return PTR_ERR(found);
	len = sysfs_emit(buf, "%u\n", found->binding_count);
	mutex_unlock(&ipf_lock);
	return len;
}
static DEVICE_ATTR_RO(bindings);

static struct attribute *ipf_attrs[] = {
	&dev_attr_set.attr,
	&dev_attr_fragments.attr,
	&dev_attr_strong_host.attr,
	&dev_attr_log.attr,
	&dev_attr_log_group.attr,
	&dev_attr_log_rate.attr,
	&dev_attr_bindings.attr,
	NULL
};

const struct attribute_group ipf_sysfs_group = {
	.name = KBUILD_MODNAME,
	.attrs = ipf_attrs,
};
