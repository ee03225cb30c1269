// SPDX-License-Identifier: GPL-2.0
/* The table of an interface: client address -> projection. */
#include <kunit/visibility.h>
#include <linux/in.h>
#include <linux/rculist.h>

#include "internal.h"

static u64 last_generation; /* ndiswan_lock */

/* A look-up is part of every packet sent, so this is one multiplication and not
 * jhash. The addresses of a /24, which pools give out in a row, lie in a row of
 * buckets too: eight of them share a cache line, and they never collide with each
 * other. Clients do not choose their addresses, and the table's secret seed goes in
 * before the multiplication, whose upper half depends on all bits.
 */
static u32 address_hash(const void *data, u32 len, u32 seed)
{
	u32 addr = be32_to_cpup(data);

	return (((u64)(addr >> 8 ^ seed) * 0x9e3779b97f4a7c15ULL) >> 32) +
	       (addr & 0xff);
}

/* The default is a call of memcmp(). */
static int address_differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct wanarp_projection *projection = obj;

	return projection->addr != *(const __be32 *)arg->key;
}

static const struct rhashtable_params params = {
	.key_len = sizeof(__be32),
	.key_offset = offsetof(struct wanarp_projection, addr),
	.head_offset = offsetof(struct wanarp_projection, node),
	.hashfn = address_hash,
	.obj_cmpfn = address_differs,
	.automatic_shrinking = true,
};

/**
 * wanarp_table_init() - an empty table
 * @table: to be filled in
 *
 * Return: 0 or -ENOMEM.
 */
int wanarp_table_init(struct wanarp_table *table)
{
	INIT_LIST_HEAD(&table->list);
	table->count = 0;
	return rhashtable_init(&table->index, &params);
}
EXPORT_SYMBOL_IF_KUNIT(wanarp_table_init);

/**
 * wanarp_table_uninit() - the end of an empty table
 * @table: nobody reads it any more
 */
void wanarp_table_uninit(struct wanarp_table *table)
{
	WARN_ON(table->count);
	rhashtable_destroy(&table->index);
}
EXPORT_SYMBOL_IF_KUNIT(wanarp_table_uninit);

/**
 * wanarp_table_find() - who has this address?
 * @table: the table
 * @addr: the address
 *
 * Context: RCU read side; the projection is good until its end. Or control.
 * Return: the projection or NULL.
 */
struct wanarp_projection *wanarp_table_find(struct wanarp_table *table,
					    __be32 addr)
{
	return rhashtable_lookup_fast(&table->index, &addr, params);
}
EXPORT_SYMBOL_IF_KUNIT(wanarp_table_find);

/**
 * wanarp_table_find_rcu() - who has this address, for packets?
 * @table: the table
 * @addr: the address
 *
 * Context: inside rcu_read_lock(), which wanarp_table_find() takes itself.
 * Return: the projection, good until the end of the section, or NULL.
 */
struct wanarp_projection *wanarp_table_find_rcu(struct wanarp_table *table,
						__be32 addr)
{
	return rhashtable_lookup(&table->index, &addr, params);
}

static void unlist(struct wanarp_table *table,
		   struct wanarp_projection *projection)
{
	list_del_rcu(&projection->list);
	projection->live = false;
	WRITE_ONCE(table->count, table->count - 1);
}

/**
 * wanarp_table_publish() - make an address live
 * @table: the table
 * @projection: the new holder of its address, complete
 * @old: the present holder, or NULL if there is none
 *
 * To a reader this is one step: until then the address resolves to @old, after
 * it to @projection, never to nothing. @old is out of the table afterwards and
 * still the caller's.
 *
 * Context: control.
 * Return: 0, or an error and nothing has changed: -ENOMEM, -E2BIG.
 */
int wanarp_table_publish(struct wanarp_table *table,
			 struct wanarp_projection *projection,
			 struct wanarp_projection *old)
{
	int err;

	wanarp_assert_control();
	if (old)
		err = rhashtable_replace_fast(&table->index, &old->node,
					      &projection->node, params);
	else
		err = rhashtable_lookup_insert_fast(&table->index,
						    &projection->node, params);
	if (err)
		return err;

	projection->generation = ++last_generation;
	projection->live = true;
	list_add_tail_rcu(&projection->list, &table->list);
	WRITE_ONCE(table->count, table->count + 1);
	if (old)
		unlist(table, old);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(wanarp_table_publish);

/**
 * wanarp_table_remove() - the address is no longer live
 * @table: the table
 * @projection: its holder, which may have been replaced meanwhile: then the
 *	address belongs to another and stays
 *
 * Context: control.
 * Return: true if it was in the table.
 */
bool wanarp_table_remove(struct wanarp_table *table,
			 struct wanarp_projection *projection)
{
	wanarp_assert_control();
	if (!projection->live)
		return false;
	/* Looks for this projection, not for its address. */
	rhashtable_remove_fast(&table->index, &projection->node, params);
	unlist(table, projection);
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(wanarp_table_remove);

/**
 * wanarp_address_class() - can a client have this address?
 * @addr: the address
 *
 * Knows nothing of routes and of addresses of this host.
 *
 * Return: %WANARP_ADDRESS_CLIENT if so, else what it is.
 */
enum wanarp_address wanarp_address_class(__be32 addr)
{
	/* ipv4_is_zeronet() is about 0.0.0.0 alone. A client that has an address
	 * of "this network" could not talk to most hosts.
	 */
	if (!(addr & htonl(IN_CLASSA_NET)))
		return WANARP_ADDRESS_ZERO;
	if (ipv4_is_loopback(addr))
		return WANARP_ADDRESS_LOOPBACK;
	if (ipv4_is_multicast(addr))
		return WANARP_ADDRESS_MULTICAST;
	if (ipv4_is_lbcast(addr))
		return WANARP_ADDRESS_BROADCAST;
	return WANARP_ADDRESS_CLIENT;
}
EXPORT_SYMBOL_IF_KUNIT(wanarp_address_class);
