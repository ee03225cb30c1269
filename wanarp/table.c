// SPDX-License-Identifier: GPL-2.0
/*
 * The table of an interface: client address -> projection.
 *
 * A projection of IPv4 has one key, its address. One of IPv6 has its link-local
 * address and perhaps a prefix; what a key belongs to is known by its address.
 */
#include <kunit/visibility.h>
#include <linux/rculist.h>
#include <net/ipv6.h>

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
static __always_inline int
address_differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct wanarp_projection *projection = obj;

	return projection->addr != *(const __be32 *)arg->key;
}

static const struct rhashtable_params ipv4_params = {
	.key_len = sizeof(__be32),
	.key_offset = offsetof(struct wanarp_projection, addr),
	.head_offset = offsetof(struct wanarp_projection, node),
	.hashfn = address_hash,
	.obj_cmpfn = address_differs,
	.automatic_shrinking = true,
};

static int key_differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct wanarp_ipv6_key *key = obj;

	return !ipv6_addr_equal(&key->addr, arg->key);
}

/* Clients choose their interface identifiers, so it is jhash with its seed. */
static const struct rhashtable_params ipv6_params = {
	.key_len = sizeof(struct in6_addr),
	.key_offset = offsetof(struct wanarp_ipv6_key, addr),
	.head_offset = offsetof(struct wanarp_ipv6_key, node),
	.obj_cmpfn = key_differs,
	.automatic_shrinking = true,
};

static bool is_link_local(const struct in6_addr *addr)
{
	return (addr->s6_addr32[0] & htonl(0xffc00000)) == htonl(0xfe800000);
}

static struct wanarp_projection *key_owner(const struct wanarp_ipv6_key *key)
{
	if (is_link_local(&key->addr))
		return &container_of(key, struct wanarp_ipv6_projection,
				     key[WANARP_KEY_LOCAL])->common;
	return &container_of(key, struct wanarp_ipv6_projection,
			     key[WANARP_KEY_PREFIX])->common;
}

static unsigned int ipv6_keys(const struct wanarp_ipv6_projection *projection)
{
	return projection->prefix_len ? 2 : 1;
}

/**
 * wanarp_table_init() - an empty table
 * @table: to be filled in
 *
 * Return: 0 or -ENOMEM.
 */
int wanarp_table_init(struct wanarp_table *table)
{
	int err;

	INIT_LIST_HEAD(&table->list);
	table->count = 0;
	table->ipv6_hosts = 0;
	err = rhashtable_init(&table->ipv4, &ipv4_params);
	if (err)
		return err;
	err = rhashtable_init(&table->ipv6, &ipv6_params);
	if (err)
		goto err_ipv4;
	return 0;

err_ipv4:
	rhashtable_destroy(&table->ipv4);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(wanarp_table_init);

/**
 * wanarp_table_uninit() - the end of an empty table
 * @table: nobody reads it any more
 */
void wanarp_table_uninit(struct wanarp_table *table)
{
	WARN_ON(table->count);
	rhashtable_destroy(&table->ipv6);
	rhashtable_destroy(&table->ipv4);
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
	return rhashtable_lookup_fast(&table->ipv4, &addr, ipv4_params);
}
EXPORT_SYMBOL_IF_KUNIT(wanarp_table_find);

/**
 * wanarp_table_find_rcu() - who has this address, for packets?
 * @table: the table
 * @addr: the address
 *
 * Who is in the chain of his address is found without the calls and the arguments
 * on the stack of rhashtable_lookup(). Who is not may be where a resize has moved
 * him: that is left to it.
 *
 * Context: inside rcu_read_lock(), which wanarp_table_find() takes itself.
 * Return: the projection, good until the end of the section, or NULL.
 */
struct wanarp_projection *wanarp_table_find_rcu(struct wanarp_table *table,
						__be32 addr)
{
	const struct bucket_table *tbl = rht_dereference_rcu(table->ipv4.tbl,
							     &table->ipv4);
	u32 hash = rht_key_hashfn(&table->ipv4, tbl, &addr, ipv4_params);
	struct wanarp_projection *projection;
	struct rhash_head *pos;

	rht_for_each_entry_rcu(projection, pos, tbl, hash, node) {
		/* Nearly always it is the one. */
		ndiswan_room_prefetch(projection);
		if (likely(projection->addr == addr))
			return projection;
	}
	return wanarp_table_find(table, addr);
}
EXPORT_SYMBOL_IF_KUNIT(wanarp_table_find_rcu);

/**
 * wanarp_table_find_ipv6() - who has this IPv6 address?
 * @table: the table
 * @addr: the address, link-local or not
 *
 * An address of its own comes before the prefix that it lies in.
 *
 * Context: inside rcu_read_lock().
 * Return: the projection, good until the end of the section, or NULL.
 */
struct wanarp_projection *
wanarp_table_find_ipv6(struct wanarp_table *table, const struct in6_addr *addr)
{
	const struct wanarp_ipv6_key *key = NULL;
	struct in6_addr prefix;

	if (is_link_local(addr) || READ_ONCE(table->ipv6_hosts))
		key = rhashtable_lookup(&table->ipv6, addr, ipv6_params);
	if (!key && !is_link_local(addr)) {
		ipv6_addr_prefix(&prefix, addr, 64);
		key = rhashtable_lookup(&table->ipv6, &prefix, ipv6_params);
	}
	return key ? key_owner(key) : NULL;
}
EXPORT_SYMBOL_IF_KUNIT(wanarp_table_find_ipv6);

/**
 * wanarp_table_holders() - who has the addresses of a projection?
 * @table: the table
 * @projection: need not be in the table
 * @holders: filled in, for each of its keys: who has that very key, or NULL. One
 *	that has both is there twice.
 *
 * Context: control.
 */
void wanarp_table_holders(struct wanarp_table *table,
			  const struct wanarp_projection *projection,
			  struct wanarp_projection *holders[WANARP_KEYS])
{
	struct wanarp_ipv6_projection *ipv6 = wanarp_ipv6_projection(projection);
	const struct wanarp_ipv6_key *key;
	unsigned int i;

	wanarp_assert_control();
	memset(holders, 0, WANARP_KEYS * sizeof(*holders));
	if (projection->proto == NDISWAN_PROTO_IPV4) {
		holders[0] = wanarp_table_find(table, projection->addr);
		return;
	}
	/* What is found stays as long as ndiswan_lock is held. */
	for (i = 0; i < ipv6_keys(ipv6); i++) {
		key = rhashtable_lookup_fast(&table->ipv6, &ipv6->key[i].addr,
					     ipv6_params);
		holders[i] = key ? key_owner(key) : NULL;
	}
}
EXPORT_SYMBOL_IF_KUNIT(wanarp_table_holders);

/* Looks for these keys, not for their addresses, which others may have by now. */
static void keys_remove(struct wanarp_table *table,
			struct wanarp_projection *projection)
{
	struct wanarp_ipv6_projection *ipv6 = wanarp_ipv6_projection(projection);
	unsigned int i;

	if (projection->proto == NDISWAN_PROTO_IPV4) {
		rhashtable_remove_fast(&table->ipv4, &projection->node,
				       ipv4_params);
		return;
	}
	for (i = 0; i < ipv6_keys(ipv6); i++)
		rhashtable_remove_fast(&table->ipv6, &ipv6->key[i].node,
				       ipv6_params);
}

static void hosts_add(struct wanarp_table *table,
		      const struct wanarp_projection *projection, int n)
{
	if (projection->proto == NDISWAN_PROTO_IPV6 &&
	    wanarp_ipv6_projection(projection)->prefix_len == 128)
		WRITE_ONCE(table->ipv6_hosts, table->ipv6_hosts + n);
}

static void unlist(struct wanarp_table *table,
		   struct wanarp_projection *projection)
{
	list_del_rcu(&projection->list);
	projection->live = false;
	hosts_add(table, projection, -1);
	WRITE_ONCE(table->count, table->count - 1);
}

static int ipv4_publish(struct wanarp_table *table,
			struct wanarp_projection *projection,
			struct wanarp_projection *old)
{
	if (old)
		return rhashtable_replace_fast(&table->ipv4, &old->node,
					       &projection->node, ipv4_params);
	return rhashtable_lookup_insert_fast(&table->ipv4, &projection->node,
					     ipv4_params);
}

/* What can fail comes first: the keys that nobody has yet. */
static int ipv6_publish(struct wanarp_table *table,
			struct wanarp_ipv6_projection *projection,
			struct wanarp_projection *holders[WANARP_KEYS])
{
	struct wanarp_ipv6_projection *old;
	unsigned int i;
	int err;

	for (i = 0; i < ipv6_keys(projection); i++) {
		if (holders[i])
			continue;
		err = rhashtable_lookup_insert_fast(&table->ipv6,
						    &projection->key[i].node,
						    ipv6_params);
		if (err) {
			keys_remove(table, &projection->common);
			return err;
		}
	}
	for (i = 0; i < ipv6_keys(projection); i++) {
		if (!holders[i])
			continue;
		old = wanarp_ipv6_projection(holders[i]);
		WARN_ON(rhashtable_replace_fast(&table->ipv6, &old->key[i].node,
						&projection->key[i].node,
						ipv6_params));
	}
	return 0;
}

/**
 * wanarp_table_remove() - a client is no longer live
 * @table: the table
 * @projection: the client, who may have been replaced meanwhile: then its
 *	addresses belong to another and stay
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
	keys_remove(table, projection);
	unlist(table, projection);
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(wanarp_table_remove);

/**
 * wanarp_table_publish() - make a client live
 * @table: the table
 * @projection: the new holder of its addresses, complete
 * @holders: the present ones, from wanarp_table_holders()
 *
 * To a reader this is one step for each address: until then it resolves to the
 * old holder, after it to @projection, never to nothing. The old holders are out
 * of the table afterwards, with whatever else they had, and still the caller's.
 *
 * Context: control.
 * Return: 0, or an error and nothing has changed: -ENOMEM, -E2BIG.
 */
int wanarp_table_publish(struct wanarp_table *table,
			 struct wanarp_projection *projection,
			 struct wanarp_projection *holders[WANARP_KEYS])
{
	unsigned int i;
	int err;

	wanarp_assert_control();
	/* Before an address of its own can be found. */
	hosts_add(table, projection, 1);
	if (projection->proto == NDISWAN_PROTO_IPV4)
		err = ipv4_publish(table, projection, holders[0]);
	else
		err = ipv6_publish(table, wanarp_ipv6_projection(projection),
				   holders);
	if (err) {
		hosts_add(table, projection, -1);
		return err;
	}

	projection->generation = ++last_generation;
	projection->live = true;
	list_add_tail_rcu(&projection->list, &table->list);
	WRITE_ONCE(table->count, table->count + 1);
	for (i = 0; i < WANARP_KEYS; i++)
		if (holders[i])
			wanarp_table_remove(table, holders[i]);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(wanarp_table_publish);
