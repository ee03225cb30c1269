// SPDX-License-Identifier: GPL-2.0
/*
 * Links: numbers, the table that finds them, the two phases of their end.
 *
 * A number counts up over the whole range of 32 bits before it comes again, and
 * a number in use is skipped, so that an old number never names a new link. The
 * table is an array of a power of two with the link at its number modulo the
 * size; numbers whose place is taken are skipped too. A look-up is one load and
 * one comparison, whatever the number of links. The table doubles when it is
 * half full, so that skipping stays rare.
 */
#include <kunit/visibility.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/prefetch.h>
#include <linux/slab.h>
#include <net/netns/generic.h>

#include "internal.h"
#include "stack.h"

#define TABLE_MIN	64
#define TABLE_MAX	BIT(21)

struct link_table {
	struct rcu_head rcu;
	u32 mask;
	struct ndiswan_link __rcu *slot[];
};

struct ndiswan_net {
	struct ndiswan_sums gone; /* ndiswan_lock */
};

static DEFINE_MUTEX(ndiswan_lock);
static struct link_table __rcu *links;	/* ndiswan_lock, RCU */
static u32 link_count;			/* ndiswan_lock */
static u32 next_id = 1;			/* ndiswan_lock */
static struct kmem_cache *link_cache;
static unsigned int ndiswan_net_id;

#define control_dereference(p) \
	rcu_dereference_protected(p, lockdep_is_held(&ndiswan_lock))

/**
 * ndiswan_control_lock() - begin a change to links
 *
 * Context: process; may sleep. rtnl is taken before it, never inside.
 */
void ndiswan_control_lock(void)
{
	mutex_lock(&ndiswan_lock);
}
EXPORT_SYMBOL_NS_GPL(ndiswan_control_lock, NDISWAN);

/**
 * ndiswan_control_unlock() - end a change to links
 */
void ndiswan_control_unlock(void)
{
	mutex_unlock(&ndiswan_lock);
}
EXPORT_SYMBOL_NS_GPL(ndiswan_control_unlock, NDISWAN);

/**
 * ndiswan_control_is_locked() - for assertions and rcu_dereference_protected()
 *
 * Return: true if the caller holds ndiswan_lock, or if lockdep cannot tell.
 */
bool ndiswan_control_is_locked(void)
{
#ifdef CONFIG_LOCKDEP
	return lockdep_is_held(&ndiswan_lock);
#else
	return true;
#endif
}
EXPORT_SYMBOL_NS_GPL(ndiswan_control_is_locked, NDISWAN);

static struct link_table *table_alloc(u32 size)
{
	struct link_table *t;

	t = kvzalloc(struct_size(t, slot, size), GFP_KERNEL_ACCOUNT);
	if (t)
		t->mask = size - 1;
	return t;
}

/* Numbers that had places of their own modulo n have them modulo 2n too. */
static int table_grow(void)
{
	struct link_table *old = control_dereference(links), *new;
	struct ndiswan_link *link;
	u32 i;

	if (old->mask + 1 >= TABLE_MAX)
		return -ENOSPC;
	new = table_alloc(2 * (old->mask + 1));
	if (!new)
		return -ENOMEM;
	for (i = 0; i <= old->mask; i++) {
		link = control_dereference(old->slot[i]);
		if (link)
			RCU_INIT_POINTER(new->slot[link->id & new->mask], link);
	}
	rcu_assign_pointer(links, new);
	kvfree_rcu(old, rcu);
	return 0;
}

static int table_insert(struct ndiswan_link *link)
{
	struct link_table *t = control_dereference(links);
	int err;

	if (2 * link_count > t->mask) {
		err = table_grow();
		if (err)
			return err;
		t = control_dereference(links);
	}
	while (!next_id || rcu_access_pointer(t->slot[next_id & t->mask]))
		next_id++;
	link->id = next_id++;
	link_count++;
	rcu_assign_pointer(t->slot[link->id & t->mask], link);
	return 0;
}

static void table_remove(struct ndiswan_link *link)
{
	struct link_table *t = control_dereference(links);

	RCU_INIT_POINTER(t->slot[link->id & t->mask], NULL);
	link_count--;
}

/**
 * ndiswan_link_create() - a new link without a port
 * @net: the namespace that it belongs to
 *
 * Context: process; takes ndiswan_lock.
 * Return: the link, or an error pointer: -ENOMEM, or -ENOSPC at 2^20 links.
 */
struct ndiswan_link *ndiswan_link_create(struct net *net)
{
	struct ndiswan_link *link;
	int err;

	link = kmem_cache_zalloc(link_cache, GFP_KERNEL);
	if (!link)
		return ERR_PTR(-ENOMEM);
	skb_queue_head_init(&link->rxq);
	init_waitqueue_head(&link->wait);
	link->net = net;
	link->state = NDISWAN_LINK_STATE_NEW;

	mutex_lock(&ndiswan_lock);
	err = table_insert(link);
	mutex_unlock(&ndiswan_lock);
	if (err) {
		kmem_cache_free(link_cache, link);
		return ERR_PTR(err);
	}
	pr_debug("link %u created\n", link->id);
	return link;
}
EXPORT_SYMBOL_IF_KUNIT(ndiswan_link_create);

/**
 * ndiswan_link_down_locked() - take the lines and the port from a link
 * @link: the link, which is left to its owner to close
 * @reason: why
 *
 * First phase of a link's end. Packets that are under way may still be inside
 * the port or the protocol when this returns, new ones find neither.
 *
 * Context: process; ndiswan_lock held.
 */
void ndiswan_link_down_locked(struct ndiswan_link *link,
			      enum ndiswan_reason reason)
{
	int proto;

	lockdep_assert_held(&ndiswan_lock);
	if (link->state == NDISWAN_LINK_STATE_DOWN)
		return;
	for (proto = 0; proto < NDISWAN_PROTO_MAX; proto++)
		ndiswan_line_down(link, proto, reason);
	link->reason = reason;
	/* First: the grace period after which a port frees what it has begins
	 * in its detach, and no control frame may look at the port after that.
	 */
	WRITE_ONCE(link->state, NDISWAN_LINK_STATE_DOWN);
	if (link->ops)
		link->ops->detach(link);
	ndiswan_stack_link_down(link);
	if (link->net)
		ndiswan_event_link_down(link, reason);
	ndiswan_file_hangup(link);
}

static void link_free(struct rcu_head *rcu)
{
	struct ndiswan_link *link = container_of(rcu, struct ndiswan_link, rcu);

	pr_debug("link %u destroyed\n", link->id);
	kfree(rcu_dereference_protected(link->stack, true));
	kmem_cache_free(link_cache, link);
}

/**
 * ndiswan_link_free() - free a link that nothing finds any more
 * @link: the link
 *
 * Context: any. Packets may still read it.
 */
void ndiswan_link_free(struct ndiswan_link *link)
{
	call_rcu(&link->rcu, link_free);
}

/**
 * ndiswan_link_remove() - the end of a link
 * @link: the link; no longer the caller's
 *
 * Second phase: nothing finds the link any more. Who may still read it, and
 * why that ends: (1) a receive that found it in its port's tables, (2) a send
 * that found it by its number, or through the other end of a loop, (3) an event
 * or a dump, which hold ndiswan_lock, (4) an intermediate driver that is still
 * attached. (1) and (2) are inside an RCU read side section and take no
 * reference; the memory outlives them by call_rcu(). (4) keeps it until the
 * driver's detach.
 *
 * Context: process; takes ndiswan_lock. Does not wait for a grace period.
 */
void ndiswan_link_remove(struct ndiswan_link *link)
{
	struct ndiswan_net *nn;
	bool unused;

	mutex_lock(&ndiswan_lock);
	ndiswan_link_down_locked(link, NDISWAN_REASON_CLOSED);
	table_remove(link);
	if (link->net) {
		nn = net_generic(link->net, ndiswan_net_id);
		ndiswan_link_sum_locked(link, &nn->gone);
	}
	spin_lock_bh(&link->rxq.lock);
	link->closed = true;
	spin_unlock_bh(&link->rxq.lock);
	skb_queue_purge(&link->rxq);
	unused = ndiswan_stack_link_removed(link);
	mutex_unlock(&ndiswan_lock);
	if (unused)
		ndiswan_link_free(link);
}
EXPORT_SYMBOL_IF_KUNIT(ndiswan_link_remove);

/**
 * ndiswan_link_by_id() - find a link of any namespace
 * @id: its number
 *
 * Context: RCU read side; the link is good until its end.
 * Return: the link or NULL.
 */
struct ndiswan_link *ndiswan_link_by_id(u32 id)
{
	const struct link_table *t = rcu_dereference_check(links,
					lockdep_is_held(&ndiswan_lock) ||
				     rcu_read_lock_bh_held());
	struct ndiswan_link *link;

	link = rcu_dereference_check(t->slot[id & t->mask],
				     lockdep_is_held(&ndiswan_lock) ||
				     rcu_read_lock_bh_held());
	return link && link->id == id ? link : NULL;
}

/**
 * ndiswan_link_lookup() - find a link
 * @net: the namespace that it has to belong to
 * @id: its number
 *
 * Context: RCU read side; the link is good until its end.
 * Return: the link or NULL.
 */
struct ndiswan_link *ndiswan_link_lookup(struct net *net, u32 id)
{
	struct ndiswan_link *link = ndiswan_link_by_id(id);

	return link && READ_ONCE(link->net) == net ? link : NULL;
}
EXPORT_SYMBOL_NS_GPL(ndiswan_link_lookup, NDISWAN);

/**
 * ndiswan_link_prefetch() - a look-up will follow soon
 * @id: a link's number
 *
 * Context: RCU read side.
 */
void ndiswan_link_prefetch(u32 id)
{
	const struct link_table *t = rcu_dereference_bh_check(links,
						rcu_read_lock_held());

	prefetch(&t->slot[id & t->mask]);
}
EXPORT_SYMBOL_NS_GPL(ndiswan_link_prefetch, NDISWAN);

/* link->room_state */
enum {
	ROOM_FRESH,	/* nobody has ever had it */
	ROOM_TAKEN,
	ROOM_LEFT,	/* packets may read it until room_grace is over */
};

/**
 * ndiswan_room_take() - memory for a context, inside the link
 * @link: the link
 *
 * Each packet reads both the link and the context of its line. Beside each other
 * they are one miss, apart they are two in a row. It is what a protocol gives to
 * ndiswan_link_set_context(), or part of it, and is freed with the link.
 *
 * Context: process; ndiswan_lock held.
 * Return: NDISWAN_ROOM_SIZE bytes of zeroes, or NULL if somebody has them, or had
 * them a moment ago: the caller needs memory of his own then.
 */
void *ndiswan_room_take(struct ndiswan_link *link)
{
	lockdep_assert_held(&ndiswan_lock);
	if (link->room_state == ROOM_TAKEN ||
	    (link->room_state == ROOM_LEFT &&
	     !poll_state_synchronize_rcu(link->room_grace)))
		return NULL;
	link->room_state = ROOM_TAKEN;
	memset(link->room, 0, sizeof(link->room));
	return link->room;
}
EXPORT_SYMBOL_NS_GPL(ndiswan_room_take, NDISWAN);

/**
 * ndiswan_room_release() - give a link's room back
 * @link: the link; packets may still read its room, but new ones do not find it
 *
 * Context: process; ndiswan_lock held. Does not wait for a grace period.
 */
void ndiswan_room_release(struct ndiswan_link *link)
{
	lockdep_assert_held(&ndiswan_lock);
	WARN_ON_ONCE(link->room_state != ROOM_TAKEN);
	link->room_grace = get_state_synchronize_rcu();
	link->room_state = ROOM_LEFT;
}
EXPORT_SYMBOL_NS_GPL(ndiswan_room_release, NDISWAN);

/**
 * ndiswan_link_find_locked() - find a link for a change
 * @net: the namespace that it has to belong to
 * @id: its number
 *
 * Context: process; ndiswan_lock held.
 * Return: the link, good while the lock is held, or NULL.
 */
struct ndiswan_link *ndiswan_link_find_locked(const struct net *net, u32 id)
{
	struct ndiswan_link *link;

	lockdep_assert_held(&ndiswan_lock);
	link = ndiswan_link_by_id(id);
	return link && link->net == net ? link : NULL;
}

/* A walk's first word: a place in the table of its beginning, and above it the
 * order of that table's size.
 */
#define CURSOR_ORDER_SHIFT	24

/* Of the links that had one place when the table had @size places, the one with
 * the next number after @id.
 */
static struct ndiswan_link *next_at(const struct link_table *t, u32 place,
				    u32 size, u32 id)
{
	struct ndiswan_link *link, *next = NULL;

	for (; place <= t->mask; place += size) {
		link = control_dereference(t->slot[place]);
		if (link && link->id > id && (!next || link->id < next->id))
			next = link;
	}
	return next;
}

/**
 * ndiswan_link_next_locked() - walk over the links of a namespace
 * @net: the namespace, or NULL for all of them
 * @cursor: two words of the walk's own, zero at its beginning; a copy of both
 *	leads back to where it was made
 *
 * The lock may be dropped between calls. A link that is there from beginning to
 * end is seen exactly once, also when the table grows meanwhile: the walk goes
 * by the places that the links had in the table of its beginning, and at each of
 * them by number.
 *
 * Context: process; ndiswan_lock held.
 * Return: the next link, or NULL at the end.
 */
struct ndiswan_link *ndiswan_link_next_locked(const struct net *net,
					      unsigned long cursor[2])
{
	const struct link_table *t = control_dereference(links);
	struct ndiswan_link *link;
	u32 place, size;

	if (!cursor[0])
		cursor[0] = (unsigned long)ilog2(t->mask + 1) <<
			    CURSOR_ORDER_SHIFT;
	size = BIT(cursor[0] >> CURSOR_ORDER_SHIFT);
	for (;;) {
		place = cursor[0] & (BIT(CURSOR_ORDER_SHIFT) - 1);
		if (place >= size)
			return NULL;
		link = next_at(t, place, size, cursor[1]);
		if (!link) {
			cursor[0]++;
			cursor[1] = 0;
			continue;
		}
		cursor[1] = link->id;
		if (!net || link->net == net)
			return link;
	}
}
EXPORT_SYMBOL_IF_KUNIT(ndiswan_link_next_locked);

/**
 * ndiswan_link_count() - links of all namespaces
 *
 * Return: their number at some moment.
 */
u32 ndiswan_link_count(void)
{
	return READ_ONCE(link_count);
}

/**
 * ndiswan_link_id() - the number of a link
 * @link: the link
 *
 * Return: its number, never 0.
 */
u32 ndiswan_link_id(const struct ndiswan_link *link)
{
	return link->id;
}
EXPORT_SYMBOL_NS_GPL(ndiswan_link_id, NDISWAN);

/**
 * ndiswan_link_counters() - the packets of one protocol
 * @link: the link
 * @proto: which protocol
 * @counters: filled in: all since the link was created, whatever lines it had
 *
 * Context: RCU read side or ndiswan_lock.
 */
void ndiswan_link_counters(const struct ndiswan_link *link,
			   enum ndiswan_proto proto,
			   struct ndiswan_counters *counters)
{
	const struct ndiswan_counters *from =
		proto == NDISWAN_PROTO_IPV4 ? &link->counters :
					      &link->counters_ipv6;

	counters->rx_packets = READ_ONCE(from->rx_packets);
	counters->rx_bytes = READ_ONCE(from->rx_bytes);
	counters->tx_packets = READ_ONCE(from->tx_packets);
	counters->tx_bytes = READ_ONCE(from->tx_bytes);
}
EXPORT_SYMBOL_NS_GPL(ndiswan_link_counters, NDISWAN);

/**
 * ndiswan_link_sum_locked() - add a link's counters
 * @link: the link
 * @sums: what to add them to
 *
 * Context: process; ndiswan_lock held.
 */
void ndiswan_link_sum_locked(const struct ndiswan_link *link,
			     struct ndiswan_sums *sums)
{
	struct ndiswan_counters one;
	int i;

	lockdep_assert_held(&ndiswan_lock);
	for (i = 0; i < NDISWAN_PROTO_MAX; i++) {
		ndiswan_link_counters(link, i, &one);
		sums->packets.rx_packets += one.rx_packets;
		sums->packets.rx_bytes += one.rx_bytes;
		sums->packets.tx_packets += one.tx_packets;
		sums->packets.tx_bytes += one.tx_bytes;
	}
	sums->control_rx += READ_ONCE(link->control_rx);
	sums->control_tx += READ_ONCE(link->control_tx);
	for (i = 0; i < NDISWAN_DROP_MAX; i++)
		sums->drops[i] += (u32)atomic_read(&link->drops[i]);
}

/**
 * ndiswan_net_sum_locked() - the counters of a namespace
 * @net: the namespace
 * @sums: filled in: all its links, past and present
 *
 * Context: process; ndiswan_lock held.
 */
void ndiswan_net_sum_locked(struct net *net, struct ndiswan_sums *sums)
{
	struct ndiswan_net *nn = net_generic(net, ndiswan_net_id);
	unsigned long cursor[2] = { };
	struct ndiswan_link *link;

	*sums = nn->gone;
	while ((link = ndiswan_link_next_locked(net, cursor))) {
		ndiswan_link_sum_locked(link, sums);
		sums->control_queued += skb_queue_len(&link->rxq);
		sums->links++;
	}
}

/* The files may outlive the namespace, their links do not. This comes before
 * any module's exit, so that intermediate drivers have left all links when they
 * free what they have in the namespace.
 */
static void __net_exit ndiswan_net_pre_exit(struct net *net)
{
	unsigned long cursor[2] = { };
	struct ndiswan_link *link;

	mutex_lock(&ndiswan_lock);
	while ((link = ndiswan_link_next_locked(net, cursor))) {
		ndiswan_link_down_locked(link, NDISWAN_REASON_NAMESPACE_GONE);
		WRITE_ONCE(link->net, NULL);
	}
	mutex_unlock(&ndiswan_lock);
	ndiswan_stack_flush();
}

static void __net_exit ndiswan_net_exit(struct net *net)
{
	mutex_lock(&ndiswan_lock);
	ndiswan_slot_net_exit(net);
	mutex_unlock(&ndiswan_lock);
}

static struct pernet_operations ndiswan_net_ops = {
	.pre_exit = ndiswan_net_pre_exit,
	.exit = ndiswan_net_exit,
	.id = &ndiswan_net_id,
	.size = sizeof(struct ndiswan_net),
};

/**
 * ndiswan_link_init() - once, at load
 *
 * Return: 0 or an error.
 */
int ndiswan_link_init(void)
{
	struct link_table *t;
	int err = -ENOMEM;

	BUILD_BUG_ON(offsetof(struct ndiswan_link, counters) > 64);
	BUILD_BUG_ON(offsetof(struct ndiswan_link, room) != NDISWAN_ROOM_OFFSET);
	link_cache = KMEM_CACHE(ndiswan_link, SLAB_ACCOUNT | SLAB_HWCACHE_ALIGN);
	if (!link_cache)
		return err;
	t = table_alloc(TABLE_MIN);
	if (!t)
		goto err_cache;
	rcu_assign_pointer(links, t);
	err = register_pernet_subsys(&ndiswan_net_ops);
	if (err)
		goto err_table;
	return 0;

err_table:
	kvfree(t);
err_cache:
	kmem_cache_destroy(link_cache);
	return err;
}

/**
 * ndiswan_link_uninit() - once, at unload, when no link is left
 */
void ndiswan_link_uninit(void)
{
	unregister_pernet_subsys(&ndiswan_net_ops);
	/* Links that were closed a moment ago. */
	rcu_barrier();
	kvfree(rcu_dereference_protected(links, true));
	kmem_cache_destroy(link_cache);
}
