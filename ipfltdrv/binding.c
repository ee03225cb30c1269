// SPDX-License-Identifier: GPL-2.0
/* Bindings: sets in force on devices, on links, for clients. */
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "internal.h"

#define DEFAULT_LOG_RATE	100

static u64 last_id; /* ipf_lock */

/* Device and selector follow each other in a binding too. */
struct binding_key {
	struct ipf_device *device;
	struct ipf_selector selector;
};

static const struct rhashtable_params params = {
	.key_len = offsetofend(struct ipf_binding, selector) -
		   offsetof(struct ipf_binding, device),
	.key_offset = offsetof(struct ipf_binding, device),
	.head_offset = offsetof(struct ipf_binding, node),
	.automatic_shrinking = true,
};

/**
 * ipf_binding_find() - a binding
 * @device: on this device
 * @selector: to these packets
 *
 * Context: control.
 * Return: the binding or NULL.
 */
struct ipf_binding *ipf_binding_find(struct ipf_device *device,
				     const struct ipf_selector *selector)
{
	struct binding_key key;

	BUILD_BUG_ON(offsetof(struct binding_key, selector) !=
		     offsetof(struct ipf_binding, selector) -
		     offsetof(struct ipf_binding, device));
	ipf_assert_control();
	memset(&key, 0, sizeof(key));
	key.device = device;
	key.selector = *selector;
	return rhashtable_lookup_fast(&ipf_pernet(device->net)->bindings, &key,
				      params);
}

/* What the configuration needs to be put in force. */
static int config_hold(struct ipf_device *device, struct ipf_config *config,
		       struct netlink_ext_ack *extack)
{
	int err;

	config->memory = NULL;
	if (config->fragments == IPFLTDRV_FRAGMENTS_CHECK) {
		config->memory = ipf_fragment_get(device, extack);
		if (!config->memory)
			return -ENOMEM;
	}
	if (!config->log)
		return 0;
	err = ipf_log_get(extack);
	if (err && config->memory)
		ipf_fragment_put(device);
	return err;
}

/* Packets may still read it, and what it holds. */
static void config_free(struct ipf_device *device, struct ipf_config *config)
{
	if (config->log)
		ipf_log_put();
	if (config->memory)
		ipf_fragment_put(device);
	ipf_set_put(config->set);
	kfree_rcu(config, rcu);
}

/* @old is what it is to be a change of, or NULL. */
static struct ipf_config *config_make(struct ipf_device *device,
				      const struct ipf_config *old,
				      const struct ipf_change *change,
				      struct netlink_ext_ack *extack)
{
	struct ipf_config *config;
	const char *name = change->set;
	struct ipf_set *set;
	int err;

	if (!name && !old) {
		NL_SET_ERR_MSG(extack, "a new binding needs the name of a filter set");
		return ERR_PTR(-EINVAL);
	}
	if (old)
		config = kmemdup(old, sizeof(*old), GFP_KERNEL_ACCOUNT);
	else
		config = kzalloc(sizeof(*config), GFP_KERNEL_ACCOUNT);
	if (!config) {
		NL_SET_ERR_MSG(extack, "no memory for the binding");
		return ERR_PTR(-ENOMEM);
	}
	if (!old) {
		config->directions = IPFLTDRV_INGRESS | IPFLTDRV_EGRESS;
		config->log_rate = DEFAULT_LOG_RATE;
	}
	if (change->directions >= 0)
		config->directions = change->directions;
	if (change->closed >= 0)
		config->closed = change->closed;
	if (change->fragments >= 0)
		config->fragments = change->fragments;
	if (change->strong_host >= 0)
		config->strong_host = change->strong_host;
	if (change->log >= 0)
		config->log = change->log;
	if (change->log_group >= 0)
		config->log_group = change->log_group;
	if (change->log_rate >= 0)
		config->log_rate = change->log_rate;

	/* A set that is waited for may be kept, whatever the flag says now. */
	set = ipf_set_get(device->net, name ?: old->set->name,
			  config->closed || !name, extack);
	err = PTR_ERR_OR_ZERO(set);
	if (err)
		goto err_config;
	config->set = set;
	err = config_hold(device, config, extack);
	if (err)
		goto err_set;
	return config;

err_set:
	ipf_set_put(set);
err_config:
	kfree(config);
	return ERR_PTR(err);
}

static int hooks_add(struct ipf_device *device, u8 directions,
		     struct netlink_ext_ack *extack)
{
	enum ipf_direction i;
	int err;

	for (i = 0; i < IPF_DIRECTIONS; i++) {
		if (!(directions & ipf_direction_bit(i)) || device->users[i]++)
			continue;
		err = ipf_hook_register(device, i, extack);
		if (err) {
			device->users[i]--;
			goto err_hooks;
		}
	}
	return 0;

err_hooks:
	while (i-- > 0)
		if (directions & ipf_direction_bit(i) && !--device->users[i])
			ipf_hook_unregister(device, i);
	return err;
}

static void hooks_remove(struct ipf_device *device, u8 directions)
{
	enum ipf_direction i;

	for (i = 0; i < IPF_DIRECTIONS; i++)
		if (directions & ipf_direction_bit(i) && !--device->users[i])
			ipf_hook_unregister(device, i);
}

/**
 * ipf_binding_change() - change what a binding says, in one step
 * @binding: the binding
 * @change: the change
 * @extack: for the reason of a refusal
 *
 * Context: control.
 * Return: 0, or an error and nothing has changed.
 */
int ipf_binding_change(struct ipf_binding *binding,
		       const struct ipf_change *change,
		       struct netlink_ext_ack *extack)
{
	struct ipf_config *old = ipf_dereference(binding->config), *config;
	struct ipf_device *device = binding->device;
	int err;

	config = config_make(device, old, change, extack);
	if (IS_ERR(config))
		return PTR_ERR(config);
	err = hooks_add(device, config->directions, extack);
	if (err) {
		config_free(device, config);
		return err;
	}
	rcu_assign_pointer(binding->config, config);
	if (config->set != old->set && !rcu_access_pointer(config->set->rules))
		ipf_event_set_waited(device, config->set);
	hooks_remove(device, old->directions);
	config_free(device, old);
	return 0;
}

static struct ipf_binding *binding_alloc(struct ipf_device *device,
					 const struct ipf_selector *selector)
{
	struct ipf_binding *binding;

	binding = kzalloc(sizeof(*binding), GFP_KERNEL_ACCOUNT);
	if (!binding)
		return NULL;
	if (selector->kind == IPF_SELECT_DEVICE) {
		binding->pcpu = __netdev_alloc_pcpu_stats(struct ipf_binding_stats,
							  GFP_KERNEL_ACCOUNT);
		if (!binding->pcpu) {
			kfree(binding);
			return NULL;
		}
	}
	binding->device = device;
	binding->selector = *selector;
	binding->id = ++last_id;
	INIT_LIST_HEAD(&binding->attachments);
	return binding;
}

static void binding_free(struct ipf_binding *binding)
{
	free_percpu(binding->pcpu);
	kfree(binding);
}

static void binding_free_rcu(struct rcu_head *rcu)
{
	binding_free(container_of(rcu, struct ipf_binding, rcu));
}

/* It is complete; from here on packets find it. */
static int binding_publish(struct ipf_binding *binding)
{
	int err = 0;

	if (binding->selector.kind == IPF_SELECT_DEVICE)
		rcu_assign_pointer(binding->device->whole, binding);
	else if (binding->selector.kind == IPF_SELECT_LINK)
		err = ipf_attachment_create(binding, binding->selector.link);
	return err;
}

static int binding_insert(struct ipf_binding *binding, struct ipf_net *ipf_net)
{
	struct ipf_device *device = binding->device;
	int err;

	err = rhashtable_lookup_insert_fast(&ipf_net->bindings, &binding->node,
					    params);
	if (err)
		return err;
	err = binding_publish(binding);
	if (err) {
		rhashtable_remove_fast(&ipf_net->bindings, &binding->node, params);
		return err;
	}
	list_add_tail(&binding->list, &device->bindings);
	device->binding_count++;
	ipf_net->binding_count++;
	return 0;
}

/**
 * ipf_binding_create() - put a set in force
 * @device: the device
 * @selector: which of its packets; no binding has the same
 * @change: what it says; what is not given is as usual
 * @extack: for the reason of a refusal
 *
 * A client's binding waits; see ipf_client_replay().
 *
 * Context: control.
 * Return: the binding or an error.
 */
struct ipf_binding *ipf_binding_create(struct ipf_device *device,
				       const struct ipf_selector *selector,
				       const struct ipf_change *change,
				       struct netlink_ext_ack *extack)
{
	struct ipf_net *ipf_net = ipf_pernet(device->net);
	struct ipf_binding *binding;
	struct ipf_config *config;
	int err = -ENOMEM;

	if (ipf_net->binding_count >= IPF_BINDINGS_MAX) {
		NL_SET_ERR_MSG(extack,
			       "this network namespace has as many filter bindings as it may have");
		return ERR_PTR(-ENOSPC);
	}
	config = config_make(device, NULL, change, extack);
	if (IS_ERR(config))
		return ERR_CAST(config);
	ipf_late_interface(device->dev, config);
	ipf_late_selector(selector, config);
	NL_SET_ERR_MSG(extack, "no memory for the binding");
	binding = binding_alloc(device, selector);
	if (!binding)
		goto err_config;
	config->binding = binding;
	RCU_INIT_POINTER(binding->config, config);
	err = hooks_add(device, config->directions, extack);
	if (err)
		goto err_binding;
	err = binding_insert(binding, ipf_net);
	if (err)
		goto err_hooks;
	ipf_refuse(extack, NULL);
	if (!rcu_access_pointer(config->set->rules))
		ipf_event_set_waited(device, config->set);
	pr_debug("binding %llu created\n", binding->id);
	return binding;

err_hooks:
	hooks_remove(device, config->directions);
err_binding:
	binding_free(binding);
err_config:
	config_free(device, config);
	return ERR_PTR(err);
}

/**
 * ipf_binding_destroy() - a set is no longer in force
 * @binding: the binding
 *
 * The device stays, see ipf_device_put().
 *
 * Context: control.
 */
void ipf_binding_destroy(struct ipf_binding *binding)
{
	struct ipf_config *config = ipf_dereference(binding->config);
	struct ipf_device *device = binding->device;
	struct ipf_net *ipf_net = ipf_pernet(device->net);

	if (binding->selector.kind == IPF_SELECT_DEVICE)
		RCU_INIT_POINTER(device->whole, NULL);
	else
		ipf_client_put();
	ipf_attachments_destroy(binding);
	hooks_remove(device, config->directions);
	rhashtable_remove_fast(&ipf_net->bindings, &binding->node, params);
	list_del(&binding->list);
	device->binding_count--;
	ipf_net->binding_count--;
	pr_debug("binding %llu destroyed\n", binding->id);
	/* Packets may still read both. */
	config_free(device, config);
	call_rcu(&binding->rcu, binding_free_rcu);
}

static u64 count_read(const struct ipf_binding *binding, int i)
{
	u64 sum = 0, now;
	unsigned int start;
	int cpu;

	if (!binding->pcpu)
		return atomic64_read(&binding->count[0][0] + i);
	for_each_possible_cpu(cpu) {
		const struct ipf_binding_stats *stats =
			per_cpu_ptr(binding->pcpu, cpu);

		do {
			start = u64_stats_fetch_begin(&stats->syncp);
			now = u64_stats_read(&stats->count[0][0] + i);
		} while (u64_stats_fetch_retry(&stats->syncp, start));
		sum += now;
	}
	return sum;
}

/**
 * ipf_binding_stats_sum() - the counters of a binding
 * @binding: the binding
 * @sums: filled in
 * @reset: begin to count anew: what is in @sums is not seen again, and nothing else
 *	is left out
 *
 * Context: control.
 */
void ipf_binding_stats_sum(struct ipf_binding *binding,
			   u64 sums[IPF_DIRECTIONS][IPF_BINDING_COUNTS],
			   bool reset)
{
	u64 *sum = &sums[0][0], *base = &binding->base[0][0], all;
	int i;

	ipf_assert_control();
	/* Nobody writes the counters but packets. */
	for (i = 0; i < IPF_DIRECTIONS * IPF_BINDING_COUNTS; i++) {
		all = count_read(binding, i);
		sum[i] = all - base[i];
		if (reset)
			base[i] = all;
	}
}

/* Returns whether the binding is new, or an error. */
static int set_on_device(struct ipf_device *device,
			 const struct ipf_selector *selector,
			 const struct ipf_change *change,
			 struct netlink_ext_ack *extack)
{
	struct ipf_binding *binding = ipf_binding_find(device, selector);

	if (binding)
		return ipf_binding_change(binding, change, extack);
	binding = ipf_binding_create(device, selector, change, extack);
	if (IS_ERR(binding)) {
		ipf_device_put(device);
		return PTR_ERR(binding);
	}
	return 1;
}

static int set_first(struct net *net, struct net_device *dev,
		     const struct ipf_selector *selector,
		     const struct ipf_change *change,
		     struct netlink_ext_ack *extack)
{
	struct ipf_device *device;
	int err;

	rtnl_lock();
	mutex_lock(&ipf_lock);
	device = ipf_device_find(net, dev->ifindex);
	if (!device || device->dev != dev)
		device = ipf_device_create(net, dev, extack);
	err = PTR_ERR_OR_ZERO(device);
	if (!err)
		err = set_on_device(device, selector, change, extack);
	mutex_unlock(&ipf_lock);
	rtnl_unlock();
	return err;
}

static int set_on_dev(struct net *net, struct net_device *dev,
		      const struct ipf_selector *selector,
		      const struct ipf_change *change,
		      struct netlink_ext_ack *extack)
{
	struct ipf_device *device;
	int err;

	mutex_lock(&ipf_lock);
	device = ipf_device_find(net, dev->ifindex);
	/* Another device may have its index by now, if @dev has moved. */
	if (device && device->dev != dev)
		device = NULL;
	if (device)
		err = set_on_device(device, selector, change, extack);
	mutex_unlock(&ipf_lock);
	return device ? err : set_first(net, dev, selector, change, extack);
}

static int set_on_link(struct net *net, struct net_device *dev,
		       const struct ipf_selector *selector,
		       const struct ipf_change *change,
		       struct netlink_ext_ack *extack)
{
	int err;

	if (!ipf_client_is_wan(dev)) {
		NL_SET_ERR_MSG(extack, "only interfaces of kind wanarp have links and clients");
		return -EINVAL;
	}
	/* Before: from here on no client connects unnoticed. */
	err = ipf_client_get(extack);
	if (err)
		return err;
	err = set_on_dev(net, dev, selector, change, extack);
	if (err <= 0) {
		ipf_client_drop();
		return err;
	}
	err = ipf_client_replay(dev, selector, extack);
	if (err)
		ipf_binding_remove(net, dev->ifindex, selector, NULL);
	return err;
}

/**
 * ipf_binding_set() - create or change a binding
 * @net: the namespace
 * @ifindex: index of the device
 * @selector: which of its packets
 * @change: what the binding is to say
 * @extack: for the reason of a refusal
 *
 * Context: process, no locks.
 * Return: 0, or an error and nothing has changed.
 */
int ipf_binding_set(struct net *net, int ifindex,
		    const struct ipf_selector *selector,
		    const struct ipf_change *change,
		    struct netlink_ext_ack *extack)
{
	struct net_device *dev;
	int err;

	if (change->log > 0) {
		err = ipf_log_load(extack);
		if (err)
			return err;
	}
	dev = dev_get_by_index(net, ifindex);
	if (!dev) {
		NL_SET_ERR_MSG(extack, "no interface has this index");
		return -ENODEV;
	}
	if (selector->kind == IPF_SELECT_DEVICE)
		err = set_on_dev(net, dev, selector, change, extack);
	else
		err = set_on_link(net, dev, selector, change, extack);
	dev_put(dev);
	return err < 0 ? err : 0;
}

/**
 * ipf_binding_remove() - end a binding
 * @net: the namespace
 * @ifindex: index of the device
 * @selector: which of its packets
 * @extack: for the reason of a refusal
 *
 * Context: process, no locks.
 * Return: 0 or -ENOENT.
 */
int ipf_binding_remove(struct net *net, int ifindex,
		       const struct ipf_selector *selector,
		       struct netlink_ext_ack *extack)
{
	struct ipf_binding *binding = NULL;
	struct ipf_device *device;

	mutex_lock(&ipf_lock);
	device = ipf_device_find(net, ifindex);
	if (device)
		binding = ipf_binding_find(device, selector);
	if (binding) {
		ipf_binding_destroy(binding);
		ipf_device_put(device);
	}
	mutex_unlock(&ipf_lock);
	if (binding) {
		ipf_client_settle();
		return 0;
	}
	NL_SET_ERR_MSG(extack, "there is no such binding");
	return -ENOENT;
}

/**
 * ipf_binding_net_init() - a namespace begins
 * @ipf_net: its part of ours
 *
 * Return: 0 or an error.
 */
int ipf_binding_net_init(struct ipf_net *ipf_net)
{
	return rhashtable_init(&ipf_net->bindings, &params);
}

/**
 * ipf_binding_net_exit() - a namespace ends, without devices by now
 * @ipf_net: its part of ours
 */
void ipf_binding_net_exit(struct ipf_net *ipf_net)
{
	rhashtable_destroy(&ipf_net->bindings);
}
