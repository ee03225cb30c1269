// SPDX-License-Identifier: GPL-2.0
/*
 * Sets being loaded. A hundred thousand filters take more than a hundred messages;
 * until the last of them is here and compiled, nobody else sees any of it.
 */
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "filter.h"
#include "internal.h"

static u32 last_id; /* ipf_lock */

static struct ipf_transaction *find(struct net *net, u32 portid, u32 id,
				    struct netlink_ext_ack *extack)
{
	struct ipf_transaction *transaction;

	ipf_assert_control();
	list_for_each_entry(transaction, &ipf_pernet(net)->transactions, list)
		if (transaction->id == id && transaction->portid == portid)
			return transaction;
	NL_SET_ERR_MSG(extack, "this socket has begun no such transaction, or it is over");
	return NULL;
}

/* From then on it is the caller's alone; its filters still count. */
static void unlist(struct ipf_net *ipf_net, struct ipf_transaction *transaction)
{
	list_del(&transaction->list);
	ipf_net->transaction_count--;
}

static void destroy(struct ipf_transaction *transaction)
{
	if (transaction->rules)
		ipf_rules_destroy(transaction->rules);
	pr_debug("transaction %u destroyed\n", transaction->id);
	kfree(transaction);
}

static void end(struct ipf_net *ipf_net, struct ipf_transaction *transaction)
{
	ipf_net->filter_count -= ipf_rules_count(transaction->rules);
	unlist(ipf_net, transaction);
	destroy(transaction);
}

/**
 * ipf_transaction_begin() - begin to load a set
 * @net: the namespace
 * @portid: of the socket that it dies with
 * @name: of the set
 * @drop: default actions, by direction
 * @id: its number is returned here
 * @extack: for the reason of a refusal
 *
 * Return: 0 or an error.
 */
int ipf_transaction_begin(struct net *net, u32 portid, const char *name,
			  const bool drop[IPF_DIRECTIONS], u32 *id,
			  struct netlink_ext_ack *extack)
{
	struct ipf_net *ipf_net = ipf_pernet(net);
	struct ipf_transaction *transaction;

	transaction = kzalloc(sizeof(*transaction), GFP_KERNEL_ACCOUNT);
	if (transaction)
		transaction->rules = ipf_rules_create(drop);
	if (!transaction || !transaction->rules) {
		kfree(transaction);
		NL_SET_ERR_MSG(extack, "no memory for the filter set");
		return -ENOMEM;
	}
	strscpy(transaction->name, name, sizeof(transaction->name));
	transaction->portid = portid;

	mutex_lock(&ipf_lock);
	if (ipf_net->transaction_count >= IPF_TRANSACTIONS_MAX) {
		mutex_unlock(&ipf_lock);
		NL_SET_ERR_MSG(extack, "as many filter sets are being loaded as may be at a time");
		ipf_rules_destroy(transaction->rules);
		kfree(transaction);
		return -ENOSPC;
	}
	transaction->id = ++last_id ?: ++last_id;
	*id = transaction->id;
	list_add_tail(&transaction->list, &ipf_net->transactions);
	ipf_net->transaction_count++;
	pr_debug("transaction %u created\n", transaction->id);
	mutex_unlock(&ipf_lock);
	return 0;
}

static int add_one(struct ipf_net *ipf_net, struct ipf_transaction *transaction,
		   const void *data, size_t size, const char **why)
{
	struct ipfltdrv_filter user;
	u32 before = ipf_rules_count(transaction->rules);
	int err;

	if (ipf_net->filter_count > IPF_NET_FILTERS_MAX - IPF_DIRECTIONS) {
		*why = "this network namespace has as many filters as it may have";
		return -ENOSPC;
	}
	err = ipf_filter_read(data, size, &user, why);
	if (!err)
		err = ipf_rules_add(transaction->rules, &user, why);
	/* Of one that fails for its second direction, the first has been added. */
	ipf_net->filter_count += ipf_rules_count(transaction->rules) - before;
	return err < 0 ? err : 0;
}

/**
 * ipf_transaction_add() - add filters
 * @net: the namespace
 * @portid: of the socket
 * @id: number of the transaction
 * @data: structures of filters, one after the other
 * @size: length of one
 * @count: their number
 * @extack: for the reason of a refusal; its cookie is the number of the filter,
 *	counted in this call, that was refused
 *
 * Return: 0, or an error, and the transaction is over.
 */
int ipf_transaction_add(struct net *net, u32 portid, u32 id, const void *data,
			size_t size, u32 count, struct netlink_ext_ack *extack)
{
	struct ipf_net *ipf_net = ipf_pernet(net);
	struct ipf_transaction *transaction;
	const char *why = NULL;
	int err = 0;
	u32 i;

	mutex_lock(&ipf_lock);
	transaction = find(net, portid, id, extack);
	if (!transaction) {
		mutex_unlock(&ipf_lock);
		return -ENOENT;
	}
	for (i = 0; i < count && !err; i++)
		err = add_one(ipf_net, transaction, data + i * size, size, &why);
	if (err) {
		ipf_refuse(extack, why);
		nl_set_extack_cookie_u64(extack, i - 1);
		end(ipf_net, transaction);
	}
	mutex_unlock(&ipf_lock);
	return err;
}

/**
 * ipf_transaction_compile() - no more filters come
 * @net: the namespace
 * @portid: of the socket
 * @id: number of the transaction, which nobody finds any more
 * @extack: for the reason of a refusal
 *
 * Compiling takes its time, so that it happens without ipf_lock: clients that come
 * and go do not wait for it.
 *
 * Context: process, not ipf_lock.
 * Return: the transaction, which ipf_transaction_publish() has to end; or an error,
 * and it is over.
 */
struct ipf_transaction *ipf_transaction_compile(struct net *net, u32 portid, u32 id,
						struct netlink_ext_ack *extack)
{
	struct ipf_net *ipf_net = ipf_pernet(net);
	struct ipf_transaction *transaction;
	const char *why;
	int err;

	mutex_lock(&ipf_lock);
	transaction = find(net, portid, id, extack);
	if (transaction)
		unlist(ipf_net, transaction);
	mutex_unlock(&ipf_lock);
	if (!transaction)
		return ERR_PTR(-ENOENT);

	err = ipf_rules_compile(transaction->rules, &why);
	if (!err)
		return transaction;
	ipf_refuse(extack, why);
	mutex_lock(&ipf_lock);
	ipf_net->filter_count -= ipf_rules_count(transaction->rules);
	mutex_unlock(&ipf_lock);
	destroy(transaction);
	return ERR_PTR(err);
}

/**
 * ipf_transaction_publish() - put a set in force
 * @net: the namespace
 * @transaction: compiled; it is over, whatever the outcome
 * @extack: for the reason of a refusal
 *
 * Context: control.
 * Return: the set; or an error, and nothing has changed.
 */
struct ipf_set *ipf_transaction_publish(struct net *net,
					struct ipf_transaction *transaction,
					struct netlink_ext_ack *extack)
{
	struct ipf_set *set;

	set = ipf_set_publish(net, transaction->name, transaction->rules, extack);
	if (IS_ERR(set))
		ipf_pernet(net)->filter_count -= ipf_rules_count(transaction->rules);
	else
		transaction->rules = NULL;
	destroy(transaction);
	return set;
}

/**
 * ipf_transaction_abort() - give a set being loaded up
 * @net: the namespace
 * @portid: of the socket
 * @id: number of the transaction
 * @extack: for the reason of a refusal
 *
 * Return: 0 or -ENOENT.
 */
int ipf_transaction_abort(struct net *net, u32 portid, u32 id,
			  struct netlink_ext_ack *extack)
{
	struct ipf_transaction *transaction;

	mutex_lock(&ipf_lock);
	transaction = find(net, portid, id, extack);
	if (transaction)
		end(ipf_pernet(net), transaction);
	mutex_unlock(&ipf_lock);
	return transaction ? 0 : -ENOENT;
}

static void end_all(struct ipf_net *ipf_net, const u32 *portid)
{
	struct ipf_transaction *transaction, *next;

	mutex_lock(&ipf_lock);
	list_for_each_entry_safe(transaction, next, &ipf_net->transactions, list)
		if (!portid || transaction->portid == *portid)
			end(ipf_net, transaction);
	mutex_unlock(&ipf_lock);
}

static int ipf_netlink_event(struct notifier_block *nb, unsigned long event,
			     void *data)
{
	const struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC)
		end_all(ipf_pernet(notify->net), &notify->portid);
	return NOTIFY_DONE;
}

static struct notifier_block netlink_notifier = {
	.notifier_call = ipf_netlink_event,
};

/**
 * ipf_transaction_net_init() - a namespace begins
 * @ipf_net: its part of ours
 */
void ipf_transaction_net_init(struct ipf_net *ipf_net)
{
	INIT_LIST_HEAD(&ipf_net->transactions);
}

/**
 * ipf_transaction_net_exit() - a namespace ends
 * @ipf_net: its part of ours
 */
void ipf_transaction_net_exit(struct ipf_net *ipf_net)
{
	end_all(ipf_net, NULL);
}

/**
 * ipf_transaction_init() - once, at load
 *
 * Return: 0 or an error.
 */
int ipf_transaction_init(void)
{
	return netlink_register_notifier(&netlink_notifier);
}

/**
 * ipf_transaction_uninit() - once, at unload
 */
void ipf_transaction_uninit(void)
{
	netlink_unregister_notifier(&netlink_notifier);
}
