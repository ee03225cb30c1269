// SPDX-License-Identifier: GPL-2.0
/*
 * Intermediate drivers: who is registered, at which altitude, and what the
 * administrator has said about each.
 *
 * An entry lives as long as its driver's module, or, while the driver is
 * mandatory, until the administrator says that it no longer is: a link must not
 * open because a module went away.
 */
#include <kunit/visibility.h>
#include <linux/ctype.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "internal.h"
#include "stack.h"

#define ALTITUDE_MAX	INT_MAX

unsigned int ndiswan_stack_drivers __read_mostly; /* driver_mutex to write */

/* Drivers come, go and are switched one at a time, so that none has two layers on
 * a link, and no name is in sysfs twice.
 */
static DEFINE_MUTEX(driver_mutex);

LIST_HEAD(ndiswan_slots);	/* ndiswan_lock */
static unsigned int headroom;	/* ndiswan_lock to write */

/**
 * ndiswan_slot_find() - a driver by its name
 * @name: the name
 *
 * Context: process; ndiswan_lock held.
 * Return: its entry, or NULL.
 */
struct stack_slot *ndiswan_slot_find(const char *name)
{
	struct stack_slot *slot;

	list_for_each_entry(slot, &ndiswan_slots, list)
		if (!strcmp(slot->name, name))
			return slot;
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(ndiswan_slot_find);

/**
 * ndiswan_driver_headroom() - bytes that all drivers together put before a
 * packet
 *
 * Return: bytes.
 */
unsigned int ndiswan_driver_headroom(void)
{
	return READ_ONCE(headroom);
}

static void headroom_sum(void)
{
	struct stack_slot *slot;
	unsigned int sum = 0;

	list_for_each_entry(slot, &ndiswan_slots, list)
		sum += slot->headroom;
	WRITE_ONCE(headroom, sum);
}

/**
 * ndiswan_slot_net() - where a driver's past layers of a namespace are counted
 * @slot: the driver
 * @net: the namespace
 *
 * Context: process; ndiswan_lock held.
 * Return: the counters, good until the namespace or the entry goes, or NULL
 * without memory.
 */
struct stack_net *ndiswan_slot_net(struct stack_slot *slot,
				   const struct net *net)
{
	struct stack_net *sums;

	list_for_each_entry(sums, &slot->nets, list)
		if (sums->net == net)
			return sums;
	sums = kzalloc(sizeof(*sums), GFP_KERNEL_ACCOUNT);
	if (!sums)
		return NULL;
	sums->net = net;
	list_add(&sums->list, &slot->nets);
	return sums;
}

/**
 * ndiswan_slot_net_exit() - a namespace is over, and no layer in it is left
 * @net: the namespace
 *
 * Context: process; ndiswan_lock held.
 */
void ndiswan_slot_net_exit(const struct net *net)
{
	struct stack_net *sums, *next;
	struct stack_slot *slot;

	list_for_each_entry(slot, &ndiswan_slots, list) {
		list_for_each_entry_safe(sums, next, &slot->nets, list) {
			if (sums->net != net)
				continue;
			list_del(&sums->list);
			kfree(sums);
		}
	}
}

/**
 * ndiswan_slot_sum_locked() - a driver's counters in a namespace
 * @slot: the driver
 * @net: the namespace
 * @sums: filled in: all its links, past and present
 *
 * Context: process; ndiswan_lock held.
 */
void ndiswan_slot_sum_locked(const struct stack_slot *slot, struct net *net,
			     struct stack_sums *sums)
{
	unsigned long cursor[2] = { };
	const struct stack_layer *layer;
	struct ndiswan_link *link;
	struct stack_net *past;

	memset(sums, 0, sizeof(*sums));
	list_for_each_entry(past, &slot->nets, list)
		if (past->net == net)
			*sums = past->gone;
	while ((link = ndiswan_link_next_locked(net, cursor))) {
		layer = ndiswan_stack_find(link, slot);
		if (!layer)
			continue;
		if (!layer->driver) {
			sums->blocked++;
			continue;
		}
		sums->links++;
		ndiswan_layer_sum(layer, sums);
	}
}
EXPORT_SYMBOL_IF_KUNIT(ndiswan_slot_sum_locked);

static bool name_valid(const char *name)
{
	size_t len = strnlen(name, NDISWAN_DRIVER_NAME), i;

	if (!len || len == NDISWAN_DRIVER_NAME)
		return false;
	for (i = 0; i < len; i++)
		if (!isalnum(name[i]) && name[i] != '_')
			return false;
	return true;
}

static bool reasons_valid(const struct ndiswan_driver *driver)
{
	const char *reason;
	unsigned int i;

	if (driver->drop_reason_count > NDISWAN_DRIVER_REASONS ||
	    (driver->drop_reason_count && !driver->drop_reasons))
		return false;
	for (i = 0; i < driver->drop_reason_count; i++) {
		reason = driver->drop_reasons[i];
		if (!reason || !*reason ||
		    strnlen(reason, NDISWAN_DRIVER_NAME) == NDISWAN_DRIVER_NAME)
			return false;
		for (; *reason; reason++)
			if (!islower(*reason) && !isdigit(*reason) &&
			    *reason != '-')
				return false;
	}
	return true;
}

/* A monitor only looks; whoever changes packets has no monitor. */
static bool callbacks_valid(const struct ndiswan_driver *driver)
{
	if (driver->monitor)
		return !driver->send && !driver->receive && !driver->pause &&
		       !driver->mru_cost && !driver->headroom &&
		       !(driver->flags & NDISWAN_DRIVER_MANDATORY);
	return true;
}

static int driver_check(const struct ndiswan_driver *driver)
{
	const char *owner = module_name(driver->owner);

	if (driver->abi != NDISWAN_ABI) {
		pr_err("%s was built for version %u of the interface, this is %u: build it against the headers of this version\n",
		       owner, driver->abi, NDISWAN_ABI);
		return -EINVAL;
	}
	if (!driver->name || !name_valid(driver->name)) {
		pr_err("%s: the name of an intermediate driver is 1 to %d letters, digits and underscores\n",
		       owner, NDISWAN_DRIVER_NAME - 1);
		return -EINVAL;
	}
	if (!driver->altitude || driver->altitude > ALTITUDE_MAX) {
		pr_err("%s: the altitude of an intermediate driver is 1 to %d\n",
		       owner, ALTITUDE_MAX);
		return -EINVAL;
	}
	if (!reasons_valid(driver)) {
		pr_err("%s: an intermediate driver has at most %d drop reasons, names of up to %d lower case letters, digits and hyphens\n",
		       owner, NDISWAN_DRIVER_REASONS, NDISWAN_DRIVER_NAME - 1);
		return -EINVAL;
	}
	if (!callbacks_valid(driver)) {
		pr_err("%s: a monitor has no send, receive, pause, headroom nor MRU cost, and is not mandatory\n",
		       owner);
		return -EINVAL;
	}
	if (driver->flags & ~NDISWAN_DRIVER_MANDATORY) {
		pr_err("%s: unknown flags %#x\n", owner, driver->flags);
		return -EINVAL;
	}
	return 0;
}

static void slot_fill(struct stack_slot *slot,
		      const struct ndiswan_driver *driver)
{
	unsigned int i;

	slot->altitude = driver->altitude;
	slot->class = driver->monitor ? NDISWAN_DRIVER_CLASS_MONITOR :
					NDISWAN_DRIVER_CLASS_MODIFYING;
	slot->headroom = driver->headroom;
	slot->mru_cost = driver->mru_cost;
	slot->reasons = driver->drop_reason_count;
	for (i = 0; i < slot->reasons; i++)
		strscpy(slot->reason[i], driver->drop_reasons[i],
			sizeof(slot->reason[i]));
	if (!slot->reasons)
		strscpy(slot->reason[slot->reasons++], "unnamed",
			sizeof(slot->reason[0]));
	slot->wall.altitude = slot->altitude;
}

static struct stack_slot *slot_create(const struct ndiswan_driver *driver)
{
	struct stack_slot *slot;

	slot = kzalloc(sizeof(*slot), GFP_KERNEL);
	if (!slot)
		return NULL;
	strscpy(slot->name, driver->name, sizeof(slot->name));
	slot_fill(slot, driver);
	slot->enabled = true;
	slot->mandatory = driver->flags & NDISWAN_DRIVER_MANDATORY;
	/* Until it is all there. */
	slot->leaving = true;
	INIT_LIST_HEAD(&slot->nets);
	INIT_LIST_HEAD(&slot->wall.deferred);
	slot->wall.slot = slot;
	slot->wall.handler[NDISWAN_SENDING] = ndiswan_layer_blocked;
	slot->wall.handler[NDISWAN_RECEIVING] = ndiswan_layer_blocked;
	return slot;
}

/* A driver that was missed and comes back has its own entry; else neither its
 * name nor its altitude may be another's.
 */
static int slot_conflict(const struct ndiswan_driver *driver,
			 struct stack_slot **missed)
{
	struct stack_slot *slot;

	*missed = NULL;
	list_for_each_entry(slot, &ndiswan_slots, list) {
		if (!strcmp(slot->name, driver->name) && !slot->driver) {
			*missed = slot;
			continue;
		}
		if (!strcmp(slot->name, driver->name)) {
			pr_err("%s: an intermediate driver %s is registered already\n",
			       module_name(driver->owner), driver->name);
			return -EEXIST;
		}
		if (slot->altitude == driver->altitude) {
			pr_err("%s: altitude %u is taken by %s: choose another\n",
			       module_name(driver->owner), driver->altitude,
			       slot->name);
			return -EEXIST;
		}
	}
	if (*missed && driver->monitor) {
		pr_err("%s: %s is mandatory, and links are closed for want of it: a monitor cannot take its place\n",
		       module_name(driver->owner), driver->name);
		return -EEXIST;
	}
	if (*missed && (*missed)->altitude != driver->altitude) {
		pr_err("%s: %s is mandatory at altitude %u, where links are closed for want of it: register it there, or say that it is no longer mandatory\n",
		       module_name(driver->owner), driver->name,
		       (*missed)->altitude);
		return -EEXIST;
	}
	return 0;
}

static void slot_insert(struct stack_slot *slot)
{
	struct stack_slot *other;
	struct list_head *at = &ndiswan_slots;

	list_for_each_entry(other, &ndiswan_slots, list) {
		if (other->altitude > slot->altitude) {
			at = &other->list;
			break;
		}
	}
	list_add_tail(&slot->list, at);
}

/* Nothing points to it any more but packets at its wall. */
static void slot_destroy(struct stack_slot *slot)
{
	struct stack_net *sums, *next;

	WARN_ON(slot->layers);
	list_for_each_entry_safe(sums, next, &slot->nets, list)
		kfree(sums);
	INIT_LIST_HEAD(&slot->nets);
	ndiswan_slot_sysfs_remove(slot);
}

static void slot_unlink(struct stack_slot *slot)
{
	list_del(&slot->list);
	headroom_sum();
}

/* From here on every packet looks for layers, before the first of them is there. */
static void used_inc(void)
{
	WRITE_ONCE(ndiswan_stack_drivers, ndiswan_stack_drivers + 1);
	if (ndiswan_stack_drivers == 1)
		synchronize_rcu();
}

static void used_dec(void)
{
	WRITE_ONCE(ndiswan_stack_drivers, ndiswan_stack_drivers - 1);
}

static int slot_register(const struct ndiswan_driver *driver,
			 struct stack_slot *fresh)
{
	struct stack_slot *slot;
	int err;

	used_inc();
	ndiswan_control_lock();
	err = slot_conflict(driver, &slot);
	if (err)
		goto err_unlock;
	if (slot) {
		slot->recosted = slot->mru_cost != driver->mru_cost ||
				 slot->headroom != driver->headroom;
		slot_fill(slot, driver);
		slot->driver = driver;
	} else {
		slot = fresh;
		slot->driver = driver;
		slot_insert(slot);
	}
	headroom_sum();
	ndiswan_control_unlock();

	if (slot == fresh) {
		/* Without the lock, which its files take. */
		err = ndiswan_slot_sysfs_add(slot);
		if (err)
			goto err_slot;
	}
	ndiswan_control_lock();
	slot->leaving = false;
	if (slot->enabled)
		ndiswan_stack_add_locked(slot, NULL);
	slot->recosted = false;
	ndiswan_event_driver_loaded(slot->name, slot->altitude, slot->layers);
	ndiswan_control_unlock();
	if (slot != fresh) {
		used_dec();
		kfree(fresh);
	}
	return 0;

err_slot:
	ndiswan_control_lock();
	ndiswan_stack_open_locked(slot);
	slot_unlink(slot);
	ndiswan_control_unlock();
	used_dec();
	slot_destroy(slot);
	return err;

err_unlock:
	ndiswan_control_unlock();
	used_dec();
	kfree(fresh);
	return err;
}

/**
 * ndiswan_driver_register() - become an intermediate driver
 * @driver: kept until ndiswan_driver_unregister()
 *
 * Offers every link that there is to the driver, with line-ups for the lines
 * that are up, before the first packet passes through it. A link that it cannot
 * be attached to does without, or is closed if the driver is mandatory; that is
 * an event, not an error.
 *
 * Context: process; takes ndiswan_lock. May wait for a grace period.
 * Return: 0; -EINVAL if it was built against another version of the interface
 * or makes no sense; -EEXIST if its name or its altitude is taken; -ENOMEM. The
 * kernel log has the sentence.
 */
int ndiswan_driver_register(const struct ndiswan_driver *driver)
{
	struct stack_slot *fresh;
	int err;

	err = driver_check(driver);
	if (err)
		return err;
	fresh = slot_create(driver);
	if (!fresh)
		return -ENOMEM;
	mutex_lock(&driver_mutex);
	err = slot_register(driver, fresh);
	mutex_unlock(&driver_mutex);
	return err;
}
EXPORT_SYMBOL_NS_GPL(ndiswan_driver_register, NDISWAN);

/**
 * ndiswan_driver_unregister() - the end of an intermediate driver
 * @driver: the driver, registered
 *
 * Links go on without it, or are closed if it is mandatory. When this returns
 * every layer has had its line-downs and its detach, and none of the driver's
 * callbacks runs or will run.
 *
 * Context: process; takes ndiswan_lock; waits for a grace period and for the
 * driver's detach.
 */
void ndiswan_driver_unregister(const struct ndiswan_driver *driver)
{
	struct stack_slot *slot;
	bool keep;

	mutex_lock(&driver_mutex);
	ndiswan_control_lock();
	slot = ndiswan_slot_find(driver->name);
	if (WARN_ON(!slot || slot->driver != driver)) {
		ndiswan_control_unlock();
		mutex_unlock(&driver_mutex);
		return;
	}
	slot->leaving = true;
	ndiswan_stack_remove_locked(slot, NULL, slot->mandatory);
	ndiswan_control_unlock();
	ndiswan_stack_flush();

	ndiswan_control_lock();
	keep = slot->mandatory;
	slot->driver = NULL;
	ndiswan_event_driver_unloaded(slot->name, keep);
	if (!keep) {
		ndiswan_stack_open_locked(slot);
		slot_unlink(slot);
	}
	ndiswan_control_unlock();
	if (!keep) {
		used_dec();
		slot_destroy(slot);
	}
	mutex_unlock(&driver_mutex);
}
EXPORT_SYMBOL_NS_GPL(ndiswan_driver_unregister, NDISWAN);

static struct stack_slot *slot_by_name(const char *name,
				       struct netlink_ext_ack *extack)
{
	struct stack_slot *slot = ndiswan_slot_find(name);

	if (!slot)
		NL_SET_ERR_MSG(extack,
			       "no intermediate driver has this name: rras driver lists them");
	return slot;
}

static bool slot_is_on(const struct stack_slot *slot,
		       const struct ndiswan_link *link)
{
	const struct stack_layer *layer = ndiswan_stack_find(link, slot);

	return layer && layer->driver;
}

static int slot_enable_locked(struct stack_slot *slot, struct net *net, u32 id,
			      bool enabled, struct netlink_ext_ack *extack)
{
	struct ndiswan_link *link = NULL;

	if (id) {
		link = ndiswan_link_find_locked(net, id);
		if (!link) {
			NL_SET_ERR_MSG(extack, "no link has this number");
			return -ENOENT;
		}
	}
	if (!enabled && slot->mandatory) {
		NL_SET_ERR_MSG(extack, "the driver is mandatory: first say that it is not");
		return -EPERM;
	}
	if (!slot->driver) {
		NL_SET_ERR_MSG(extack, "the driver's module is not loaded");
		return -ENODEV;
	}
	if (!link)
		slot->enabled = enabled;
	if (enabled)
		ndiswan_stack_add_locked(slot, link);
	else
		ndiswan_stack_remove_locked(slot, link, false);
	if (enabled && link && !slot_is_on(slot, link)) {
		NL_SET_ERR_MSG(extack, "the driver did not take the link: see rras event");
		return -ENODEV;
	}
	return 0;
}

/**
 * ndiswan_slot_enable() - switch a driver on or off
 * @name: the driver
 * @net: the link's namespace
 * @link: number of the one link, or 0 for all links, also those to come
 * @enabled: on or off
 * @extack: gets a sentence if it is refused
 *
 * Context: process; takes ndiswan_lock; waits until it is so.
 * Return: 0; -ENOENT for an unknown name or link; -EPERM if the driver is
 * mandatory; -ENODEV if it is not loaded, or did not take the one link.
 */
int ndiswan_slot_enable(const char *name, struct net *net, u32 link,
			bool enabled, struct netlink_ext_ack *extack)
{
	struct stack_slot *slot;
	int err = -ENOENT;

	mutex_lock(&driver_mutex);
	ndiswan_control_lock();
	slot = slot_by_name(name, extack);
	if (slot)
		err = slot_enable_locked(slot, net, link, enabled, extack);
	ndiswan_control_unlock();
	if (!err && !enabled)
		ndiswan_stack_flush();
	mutex_unlock(&driver_mutex);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(ndiswan_slot_enable);

/**
 * ndiswan_slot_mandate() - say whether links carry data without a driver
 * @name: the driver
 * @mandatory: they do not
 * @extack: gets a sentence if it is refused
 *
 * Context: process; takes ndiswan_lock.
 * Return: 0; -ENOENT for an unknown name; -EINVAL for a monitor or for a driver
 * that is switched off.
 */
int ndiswan_slot_mandate(const char *name, bool mandatory,
			 struct netlink_ext_ack *extack)
{
	struct stack_slot *slot;
	bool forget = false;
	int err = 0;

	mutex_lock(&driver_mutex);
	ndiswan_control_lock();
	slot = slot_by_name(name, extack);
	if (!slot) {
		err = -ENOENT;
	} else if (mandatory && slot->class == NDISWAN_DRIVER_CLASS_MONITOR) {
		NL_SET_ERR_MSG(extack,
			       "a monitor cannot be mandatory: traffic must not depend on it");
		err = -EINVAL;
	} else if (mandatory && !slot->enabled) {
		NL_SET_ERR_MSG(extack, "the driver is switched off: first switch it on");
		err = -EINVAL;
	} else if (mandatory) {
		slot->mandatory = true;
		if (slot->driver)
			ndiswan_stack_add_locked(slot, NULL);
	} else {
		slot->mandatory = false;
		ndiswan_stack_open_locked(slot);
		forget = !slot->driver;
		if (forget)
			slot_unlink(slot);
	}
	ndiswan_control_unlock();
	if (forget) {
		used_dec();
		slot_destroy(slot);
	}
	mutex_unlock(&driver_mutex);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(ndiswan_slot_mandate);

/**
 * ndiswan_driver_uninit() - once, at unload: forget drivers that are missed
 */
void ndiswan_driver_uninit(void)
{
	struct stack_slot *slot, *next;

	ndiswan_stack_flush();
	list_for_each_entry_safe(slot, next, &ndiswan_slots, list) {
		list_del(&slot->list);
		used_dec();
		slot_destroy(slot);
	}
}
