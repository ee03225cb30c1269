// SPDX-License-Identifier: GPL-2.0
/* Named sets of a namespace. */
#include <linux/jhash.h>
#include <linux/netlink.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "internal.h"

static u64 last_id; /* ipf_lock */

static u32 name_hash(const void *data, u32 len, u32 seed)
{
	return jhash(data, strlen(data), seed);
}

static u32 set_hash(const void *data, u32 len, u32 seed)
{
	const struct ipf_set *set = data;

	return name_hash(set->name, len, seed);
}

static int set_differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct ipf_set *set = obj;

	return strcmp(set->name, arg->key);
}

static const struct rhashtable_params params = {
	.head_offset = offsetof(struct ipf_set, node),
	.key_offset = offsetof(struct ipf_set, name),
	.hashfn = name_hash,
	.obj_hashfn = set_hash,
	.obj_cmpfn = set_differs,
	.automatic_shrinking = true,
};

/**
 * ipf_set_find() - a set by its name
 * @net: the namespace
 * @name: the name
 *
 * Context: control.
 * Return: the set, which may be waited for only, or NULL.
 */
struct ipf_set *ipf_set_find(struct net *net, const char *name)
{
	ipf_assert_control();
	return rhashtable_lookup_fast(&ipf_pernet(net)->sets, name, params);
}

static struct ipf_set *set_create(struct net *net, const char *name,
				  struct netlink_ext_ack *extack)
{
	struct ipf_net *ipf_net = ipf_pernet(net);
	struct ipf_set *set;
	int err = -ENOMEM;

	if (ipf_net->set_count >= IPF_SETS_MAX) {
		NL_SET_ERR_MSG(extack,
			       "this network namespace has as many filter sets as it may have");
		return ERR_PTR(-ENOSPC);
	}
	set = kzalloc(sizeof(*set), GFP_KERNEL_ACCOUNT);
	if (!set)
		goto err_message;
	set->stats = __netdev_alloc_pcpu_stats(struct ipf_set_stats, GFP_KERNEL_ACCOUNT);
	if (!set->stats)
		goto err_set;
	strscpy(set->name, name, sizeof(set->name));
	set->net = net;
	set->id = ++last_id;
	err = rhashtable_insert_fast(&ipf_net->sets, &set->node, params);
	if (err)
		goto err_stats;
	list_add_tail(&set->list, &ipf_net->set_list);
	ipf_net->set_count++;
	pr_debug("set %s created\n", set->name);
	return set;

err_stats:
	free_percpu(set->stats);
err_set:
	kfree(set);
err_message:
	NL_SET_ERR_MSG(extack, "no memory for the filter set");
	return ERR_PTR(err);
}

static void set_free_work(struct work_struct *work)
{
	struct ipf_set *set = container_of(to_rcu_work(work), struct ipf_set, free);

	free_percpu(set->stats);
	kfree(set);
}

/* Packets may still read it and its rules. */
static void set_destroy(struct ipf_set *set)
{
	struct ipf_rules *rules = ipf_dereference(set->rules);
	struct ipf_net *ipf_net = ipf_pernet(set->net);

	rhashtable_remove_fast(&ipf_net->sets, &set->node, params);
	list_del(&set->list);
	ipf_net->set_count--;
	if (rules)
		ipf_net->filter_count -= ipf_rules_count(rules);
	pr_debug("set %s destroyed\n", set->name);
	ipf_rules_free(rules);
	INIT_RCU_WORK(&set->free, set_free_work);
	queue_rcu_work(ipf_workqueue, &set->free);
}

/**
 * ipf_set_get() - use a set in a binding
 * @net: the namespace
 * @name: of the set
 * @closed: it need not be loaded: a binding waits for it and drops everything
 * @extack: for the reason of a refusal
 *
 * Context: control.
 * Return: the set, to be put with ipf_set_put(), or an error.
 */
struct ipf_set *ipf_set_get(struct net *net, const char *name, bool closed,
			    struct netlink_ext_ack *extack)
{
	struct ipf_set *set = ipf_set_find(net, name);

	if (!closed && (!set || !rcu_access_pointer(set->rules))) {
		NL_SET_ERR_MSG(extack, "no filter set has this name");
		return ERR_PTR(-ENOENT);
	}
	if (!set)
		set = set_create(net, name, extack);
	if (!IS_ERR(set))
		set->bindings++;
	return set;
}

/**
 * ipf_set_put() - no longer use it in a binding
 * @set: the set
 *
 * Context: control.
 */
void ipf_set_put(struct ipf_set *set)
{
	ipf_assert_control();
	set->bindings--;
	if (!set->bindings && !rcu_access_pointer(set->rules))
		set_destroy(set);
}

/**
 * ipf_set_publish() - put a new version in the place of the old one
 * @net: the namespace
 * @name: of the set
 * @rules: compiled, and counted in ipf_net.filter_count; the set's if this succeeds
 * @extack: for the reason of a refusal
 *
 * To a packet this is one step, in all bindings of the set.
 *
 * Context: control.
 * Return: the set, or an error and nothing has changed.
 */
struct ipf_set *ipf_set_publish(struct net *net, const char *name,
				struct ipf_rules *rules,
				struct netlink_ext_ack *extack)
{
	struct ipf_set *set = ipf_set_find(net, name);
	struct ipf_rules *old;

	if (!set)
		set = set_create(net, name, extack);
	if (IS_ERR(set))
		return set;
	old = rcu_replace_pointer(set->rules, rules, lockdep_is_held(&ipf_lock));
	if (old)
		ipf_pernet(net)->filter_count -= ipf_rules_count(old);
	else if (set->bindings)
		ipf_event_set_arrived(set);
	ipf_rules_free(old);
	return set;
}

/**
 * ipf_set_remove() - remove a set that no binding uses
 * @net: the namespace
 * @name: of the set
 * @extack: for the reason of a refusal
 *
 * Context: control.
 * Return: 0 or an error.
 */
int ipf_set_remove(struct net *net, const char *name,
		   struct netlink_ext_ack *extack)
{
	struct ipf_set *set = ipf_set_find(net, name);

	if (!set || !rcu_access_pointer(set->rules)) {
		NL_SET_ERR_MSG(extack, "no filter set has this name");
		return -ENOENT;
	}
	if (set->bindings) {
		NL_SET_ERR_MSG(extack, "the filter set is bound; remove its bindings first");
		return -EBUSY;
	}
	set_destroy(set);
	return 0;
}

/**
 * ipf_set_stats_sum() - the counters of a set
 * @set: the set
 * @sums: filled in
 * @reset: begin to count anew: what is in @sums is not seen again, and nothing else
 *	is left out
 *
 * Context: control.
 */
void ipf_set_stats_sum(struct ipf_set *set,
		       u64 sums[IPF_DIRECTIONS][IPF_SET_COUNTS], bool reset)
{
	u64 *sum = &sums[0][0], *base = &set->base[0][0];
	const int counts = IPF_DIRECTIONS * IPF_SET_COUNTS;
	u64 now[IPF_DIRECTIONS * IPF_SET_COUNTS];
	unsigned int start;
	int cpu, i;

	ipf_assert_control();
	memset(sum, 0, counts * sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct ipf_set_stats *stats = per_cpu_ptr(set->stats, cpu);

		do {
			start = u64_stats_fetch_begin(&stats->syncp);
			for (i = 0; i < counts; i++)
				now[i] = u64_stats_read(&stats->count[0][0] + i);
		} while (u64_stats_fetch_retry(&stats->syncp, start));
		for (i = 0; i < counts; i++)
			sum[i] += now[i];
	}
	/* Nobody writes the counters but packets. */
	for (i = 0; i < counts; i++) {
		u64 all = sum[i];

		sum[i] = all - base[i];
		if (reset)
			base[i] = all;
	}
}

/**
 * ipf_set_net_init() - a namespace begins
 * @ipf_net: its part of ours
 *
 * Return: 0 or an error.
 */
int ipf_set_net_init(struct ipf_net *ipf_net)
{
	INIT_LIST_HEAD(&ipf_net->set_list);
	return rhashtable_init(&ipf_net->sets, &params);
}

/**
 * ipf_set_net_exit() - a namespace ends, without bindings by now
 * @ipf_net: its part of ours
 */
void ipf_set_net_exit(struct ipf_net *ipf_net)
{
	struct ipf_set *set, *next;

	mutex_lock(&ipf_lock);
	list_for_each_entry_safe(set, next, &ipf_net->set_list, list) {
		WARN_ON(set->bindings);
		set_destroy(set);
	}
	mutex_unlock(&ipf_lock);
	rhashtable_destroy(&ipf_net->sets);
}
