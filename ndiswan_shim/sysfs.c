// SPDX-License-Identifier: GPL-2.0
/*
 * Tuning in /sys/kernel/ndiswan, see
 * Documentation/ABI/testing/sysfs-kernel-ndiswan.
 */
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/sysfs.h>

#include "internal.h"
#include "stack.h"

#define QUEUE_LIMIT_MAX	1024

static struct kobject *ndiswan_kobj;
static struct kset *driver_kset;

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

static struct stack_slot *to_slot(struct kobject *kobj)
{
	return container_of(kobj, struct stack_slot, kobj);
}

static ssize_t altitude_show(struct kobject *kobj, struct kobj_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%u\n", to_slot(kobj)->altitude);
}

static struct kobj_attribute altitude_attr = __ATTR_RO(altitude);

static ssize_t class_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  to_slot(kobj)->class == NDISWAN_DRIVER_CLASS_MONITOR ?
			  "monitor" : "modifying");
}

static struct kobj_attribute class_attr = __ATTR_RO(class);

static ssize_t missing_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%d\n", !READ_ONCE(to_slot(kobj)->driver));
}

static struct kobj_attribute missing_attr = __ATTR_RO(missing);

static ssize_t enabled_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(to_slot(kobj)->enabled));
}

/* What is switched may be the end of the entry, and who ends it waits for all
 * who are inside its files: not for us, who may be the one, or wait for him. So
 * the entry is found by its name.
 */
static int slot_switch(struct kobject *kobj, struct kobj_attribute *attr,
		       const char *buf, int (*set)(const char *name, bool on))
{
	struct kernfs_node *node;
	bool on;
	int err;

	err = kstrtobool(buf, &on);
	if (err)
		return err;
	/* Nothing else keeps the module while the file does not. */
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	err = -ENODEV;
	node = sysfs_break_active_protection(kobj, &attr->attr);
	if (node) {
		err = set(kobject_name(kobj), on);
		sysfs_unbreak_active_protection(node);
	}
	module_put(THIS_MODULE);
	return err;
}

static int enabled_set(const char *name, bool on)
{
	return ndiswan_slot_enable(name, NULL, 0, on, NULL);
}

static ssize_t enabled_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	return slot_switch(kobj, attr, buf, enabled_set) ? : count;
}

static struct kobj_attribute enabled_attr = __ATTR_RW(enabled);

static ssize_t mandatory_show(struct kobject *kobj, struct kobj_attribute *attr,
			      char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(to_slot(kobj)->mandatory));
}

static int mandatory_set(const char *name, bool on)
{
	return ndiswan_slot_mandate(name, on, NULL);
}

static ssize_t mandatory_store(struct kobject *kobj,
			       struct kobj_attribute *attr, const char *buf,
			       size_t count)
{
	return slot_switch(kobj, attr, buf, mandatory_set) ? : count;
}

static struct kobj_attribute mandatory_attr = __ATTR_RW(mandatory);

static struct attribute *slot_attrs[] = {
	&altitude_attr.attr,
	&class_attr.attr,
	&missing_attr.attr,
	&enabled_attr.attr,
	&mandatory_attr.attr,
	NULL,
};
ATTRIBUTE_GROUPS(slot);

static void slot_release(struct kobject *kobj)
{
	struct stack_slot *slot = to_slot(kobj);

	/* Packets may still be at its wall. */
	kfree_rcu(slot, rcu);
}

static const struct kobj_type slot_type = {
	.release = slot_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = slot_groups,
};

/**
 * ndiswan_slot_sysfs_add() - a directory for a driver
 * @slot: the driver's entry, whose memory belongs to its kobject from now on
 *
 * Context: process; ndiswan_lock not held.
 * Return: 0 or an error; in either case ndiswan_slot_sysfs_remove() ends it.
 */
int ndiswan_slot_sysfs_add(struct stack_slot *slot)
{
	slot->kobj.kset = driver_kset;
	return kobject_init_and_add(&slot->kobj, &slot_type, NULL, "%s",
				    slot->name);
}

/**
 * ndiswan_slot_sysfs_remove() - the end of a driver's entry
 * @slot: the entry, which is freed
 *
 * Context: process; ndiswan_lock not held, since this waits for readers and
 * writers of the files.
 */
void ndiswan_slot_sysfs_remove(struct stack_slot *slot)
{
	/* Not if it could not be added. */
	if (slot->kobj.state_in_sysfs)
		kobject_del(&slot->kobj);
	kobject_put(&slot->kobj);
}

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
		goto err_kobj;
	driver_kset = kset_create_and_add("drivers", NULL, ndiswan_kobj);
	if (!driver_kset) {
		err = -ENOMEM;
		goto err_files;
	}
	return 0;

err_files:
	sysfs_remove_files(ndiswan_kobj, ndiswan_attrs);
err_kobj:
	kobject_put(ndiswan_kobj);
	return err;
}

/**
 * ndiswan_sysfs_uninit() - once, at unload
 */
void ndiswan_sysfs_uninit(void)
{
	kset_unregister(driver_kset);
	sysfs_remove_files(ndiswan_kobj, ndiswan_attrs);
	kobject_put(ndiswan_kobj);
}
