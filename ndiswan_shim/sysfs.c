// SPDX-License-Identifier: GPL-2.0
/* Tuning in /sys/kernel/ndiswan, see Documentation/ABI/testing/sysfs-kernel-ndiswan. */
#include <linux/kobject.h>
#include <linux/sysfs.h>

#include "internal.h"

#define QUEUE_LIMIT_MAX	1024

static struct kobject *ndiswan_kobj;

static ssize_t control_queue_limit_show(struct kobject *kobj,
					struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(ndiswan_control_queue_limit));
}

static ssize_t control_queue_limit_store(struct kobject *kobj,
					 struct kobj_attribute *attr,
					 const char *buf, size_t count)
{
	unsigned int limit;
	int err;

	err = kstrtouint(buf, 0, &limit);
	if (err)
		return err;
	if (limit < 1 || limit > QUEUE_LIMIT_MAX)
		return -ERANGE;
	WRITE_ONCE(ndiswan_control_queue_limit, limit);
	return count;
}

static struct kobj_attribute control_queue_limit_attr =
	__ATTR_RW(control_queue_limit);

static ssize_t links_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%u\n", ndiswan_link_count());
}

static struct kobj_attribute links_attr = __ATTR_RO(links);

static ssize_t abi_version_show(struct kobject *kobj,
				struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", NDISWAN_ABI);
}

static struct kobj_attribute abi_version_attr = __ATTR_RO(abi_version);

static const struct attribute * const ndiswan_attrs[] = {
	&control_queue_limit_attr.attr,
	&links_attr.attr,
	&abi_version_attr.attr,
	NULL,
};

/**
 * ndiswan_sysfs_init() - once, at load
 *
 * Return: 0 or an error.
 */
int ndiswan_sysfs_init(void)
{
	int err;

	ndiswan_kobj = kobject_create_and_add("ndiswan", kernel_kobj);
	if (!ndiswan_kobj)
		return -ENOMEM;
	err = sysfs_create_files(ndiswan_kobj, ndiswan_attrs);
	if (err)
		kobject_put(ndiswan_kobj);
	return err;
}

/**
 * ndiswan_sysfs_uninit() - once, at unload
 */
void ndiswan_sysfs_uninit(void)
{
	sysfs_remove_files(ndiswan_kobj, ndiswan_attrs);
	kobject_put(ndiswan_kobj);
}
