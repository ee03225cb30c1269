// SPDX-License-Identifier: GPL-2.0
/*
 * Fragments. Only the first one of a packet has ports, so the others follow it: its
 * verdict is kept in a table for a while.
 *
 * Senders are hostile. The table is made when the first binding to a device wants
 * it, and never grows: nothing is allocated for a packet, no entry has a timer, and
 * an attacker, who cannot know the secret of the hash, cannot aim at a bucket. When
 * a bucket is full, the one who has the most entries there loses his oldest, so that
 * a flood displaces itself and not the packets of others. Fragments in one bucket
 * share its lock; no other packet ever takes one.
 */
#include <kunit/visibility.h>
#include <linux/moduleparam.h>
#include <linux/overflow.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "fragment.h"
#include "internal.h"

/* Compared as bytes; has no padding. */
struct identity {
	u64 owner;
	u64 src[2];
	u64 dst[2];
	u32 id;
	u16 family;
	u16 protocol;
};

struct entry {
	struct identity identity;
	u64 seen;
	u16 end;	/* of the first fragment, in bytes */
	bool drop;
};

struct bucket {
	spinlock_t lock;	/* protects all below */
	u32 evicted;
	struct entry entry[IPF_FRAGMENT_WAYS];
};

struct ipf_fragments {
	siphash_key_t secret;
	unsigned int buckets;
	struct rcu_head rcu;
	struct bucket bucket[];
};

static unsigned int table_entries = IPF_FRAGMENT_ENTRIES;
static unsigned int timeout_seconds = IPF_FRAGMENT_SECONDS;

static int param_set_range(const char *val, const struct kernel_param *kp,
			   unsigned int min, unsigned int max)
{
	unsigned int n;
	int err = kstrtouint(val, 0, &n);

	if (err)
		return err;
	if (n < min || n > max)
		return -ERANGE;
	WRITE_ONCE(*(unsigned int *)kp->arg, n);
	return 0;
}

static int param_set_entries(const char *val, const struct kernel_param *kp)
{
	return param_set_range(val, kp, 64, 1 << 20);
}

static int param_set_seconds(const char *val, const struct kernel_param *kp)
{
	return param_set_range(val, kp, 1, 600);
}

static const struct kernel_param_ops entries_ops = {
	.set = param_set_entries,
	.get = param_get_uint,
};

static const struct kernel_param_ops seconds_ops = {
	.set = param_set_seconds,
	.get = param_get_uint,
};

module_param_cb(fragment_entries, &entries_ops, &table_entries, 0644);
MODULE_PARM_DESC(fragment_entries,
		 "First fragments that a device remembers, from the next time on that fragments are checked on it (64 to 1048576)");
module_param_cb(fragment_timeout, &seconds_ops, &timeout_seconds, 0644);
MODULE_PARM_DESC(fragment_timeout,
		 "Seconds for which a first fragment is remembered (1 to 600)");

/**
 * ipf_fragments_create() - make a table
 * @entries: how many first fragments it remembers at most
 *
 * Context: may sleep.
 * Return: the table or NULL.
 */
struct ipf_fragments *ipf_fragments_create(unsigned int entries)
{
	unsigned int buckets = DIV_ROUND_UP(entries, IPF_FRAGMENT_WAYS), i;
	struct ipf_fragments *fragments;

	fragments = kvzalloc(struct_size(fragments, bucket, buckets),
			     GFP_KERNEL_ACCOUNT);
	if (!fragments)
		return NULL;
	get_random_bytes(&fragments->secret, sizeof(fragments->secret));
	fragments->buckets = buckets;
	for (i = 0; i < buckets; i++)
		spin_lock_init(&fragments->bucket[i].lock);
	return fragments;
}
EXPORT_SYMBOL_IF_KUNIT(ipf_fragments_create);

/**
 * ipf_fragments_destroy() - forget everything
 * @fragments: the table; packets that found it before may still use it
 *
 * Context: may sleep.
 */
void ipf_fragments_destroy(struct ipf_fragments *fragments)
{
	kvfree_rcu(fragments, rcu);
}
EXPORT_SYMBOL_IF_KUNIT(ipf_fragments_destroy);

/* What makes fragments parts of one packet: RFC 791 section 2.3 asks for the
 * protocol too, RFC 8200 section 4.5 does not, and there a later fragment cannot
 * tell it.
 */
static void identity_fill(struct identity *id, u64 owner, const struct ipf_key *key)
{
	memset(id, 0, sizeof(*id));
	BUILD_BUG_ON(sizeof(*id) != 48);
	id->owner = owner;
	id->id = key->fragment_id;
	id->family = key->family;
	id->src[0] = key->dim[IPF_DIM_SRC_HI];
	id->dst[0] = key->dim[IPF_DIM_DST_HI];
	if (key->family == IPF_IPV4) {
		id->protocol = key->dim[IPF_DIM_PROTOCOL];
		return;
	}
	id->src[1] = key->dim[IPF_DIM_SRC_LO];
	id->dst[1] = key->dim[IPF_DIM_DST_LO];
}

static struct bucket *bucket_of(struct ipf_fragments *fragments,
				const struct identity *id)
{
	u32 hash = siphash(id, sizeof(*id), &fragments->secret);

	return &fragments->bucket[reciprocal_scale(hash, fragments->buckets)];
}

/* Signed: another CPU may have read the clock after @now and been here before. */
static bool is_alive(const struct entry *e, u64 now)
{
	return e->identity.owner &&
	       (s64)(now - e->seen) < (s64)READ_ONCE(timeout_seconds) * HZ;
}

static struct entry *find(struct bucket *bucket, const struct identity *id, u64 now)
{
	struct entry *e;

	for (e = bucket->entry; e < bucket->entry + IPF_FRAGMENT_WAYS; e++)
		if (is_alive(e, now) && !memcmp(&e->identity, id, sizeof(*id)))
			return e;
	return NULL;
}

static struct entry *find_free(struct bucket *bucket, u64 now)
{
	struct entry *e;

	for (e = bucket->entry; e < bucket->entry + IPF_FRAGMENT_WAYS; e++)
		if (!is_alive(e, now))
			return e;
	return NULL;
}

/* How much of a bucket belongs to him whose entry this is: entries of the binding
 * first, and those of the sender among them.
 */
static unsigned int share(const struct bucket *bucket, const struct entry *e)
{
	unsigned int owner = 0, sender = 0;
	const struct entry *other;

	for (other = bucket->entry; other < bucket->entry + IPF_FRAGMENT_WAYS; other++) {
		if (other->identity.owner != e->identity.owner)
			continue;
		owner++;
		sender += !memcmp(other->identity.src, e->identity.src,
				  sizeof(e->identity.src));
	}
	return owner * (IPF_FRAGMENT_WAYS + 1) + sender;
}

/* The oldest entry of the greediest. */
static struct entry *evict(struct bucket *bucket)
{
	struct entry *e = bucket->entry, *victim = e;
	unsigned int most = share(bucket, e), n;

	while (++e < bucket->entry + IPF_FRAGMENT_WAYS) {
		n = share(bucket, e);
		if (n < most || (n == most && e->seen >= victim->seen))
			continue;
		most = n;
		victim = e;
	}
	bucket->evicted++;
	return victim;
}

/**
 * ipf_fragments_first() - remember the verdict of a first fragment
 * @fragments: the table
 * @owner: the binding and direction that judged it
 * @key: the fragment
 * @drop: it is dropped
 * @now: jiffies, 64 bits
 *
 * Another first fragment of the same packet was judged by itself. In IPv4, whose
 * identification has 16 bits and comes round, it is taken for a new packet: what
 * follows, follows it. In IPv6 one that is not the same is an overlap, which no
 * receiver accepts (RFC 5722).
 *
 * Context: any.
 * Return: false if it has to be dropped as an overlap, whatever its verdict.
 */
bool ipf_fragments_first(struct ipf_fragments *fragments, u64 owner,
			 const struct ipf_key *key, bool drop, u64 now)
{
	struct bucket *bucket;
	struct identity id;
	struct entry *e;
	bool ok = true;

	identity_fill(&id, owner, key);
	bucket = bucket_of(fragments, &id);
	spin_lock_bh(&bucket->lock);
	e = find(bucket, &id, now);
	if (e && key->family == IPF_IPV6) {
		ok = e->end == key->fragment_end && e->drop == drop;
		goto out;
	}
	if (!e)
		e = find_free(bucket, now);
	if (!e)
		e = evict(bucket);
	e->identity = id;
	e->seen = now;
	e->end = key->fragment_end;
	e->drop = drop;
out:
	spin_unlock_bh(&bucket->lock);
	return ok;
}
EXPORT_SYMBOL_IF_KUNIT(ipf_fragments_first);

/**
 * ipf_fragments_later() - what became of the first fragment of a packet?
 * @fragments: the table
 * @owner: as it was for the first one
 * @key: a fragment that is not the first
 * @now: jiffies, 64 bits
 *
 * Context: any.
 * Return: the answer.
 */
enum ipf_fragment_answer ipf_fragments_later(struct ipf_fragments *fragments,
					     u64 owner,
					     const struct ipf_key *key, u64 now)
{
	enum ipf_fragment_answer answer = IPF_FRAGMENT_UNKNOWN;
	struct bucket *bucket;
	const struct entry *e;
	struct identity id;

	identity_fill(&id, owner, key);
	bucket = bucket_of(fragments, &id);
	spin_lock_bh(&bucket->lock);
	e = find(bucket, &id, now);
	if (e && key->fragment_offset < e->end)
		answer = IPF_FRAGMENT_OVERLAP;
	else if (e)
		answer = e->drop ? IPF_FRAGMENT_DROP : IPF_FRAGMENT_FORWARD;
	spin_unlock_bh(&bucket->lock);
	return answer;
}
EXPORT_SYMBOL_IF_KUNIT(ipf_fragments_later);

/**
 * ipf_fragments_evicted() - how many first fragments were forgotten early
 * @fragments: the table
 *
 * Context: any.
 * Return: their number since the table was made; others were in need of the room.
 */
u64 ipf_fragments_evicted(const struct ipf_fragments *fragments)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < fragments->buckets; i++)
		sum += READ_ONCE(fragments->bucket[i].evicted);
	return sum;
}
EXPORT_SYMBOL_IF_KUNIT(ipf_fragments_evicted);

/**
 * ipf_fragment_get() - a binding begins to check fragments
 * @device: its device
 * @extack: for the reason of a refusal
 *
 * Context: control.
 * Return: the table of the device, which stays until ipf_fragment_put(), or NULL.
 */
struct ipf_fragments *ipf_fragment_get(struct ipf_device *device,
				       struct netlink_ext_ack *extack)
{
	ipf_assert_control();
	if (!device->fragments) {
		device->fragments = ipf_fragments_create(READ_ONCE(table_entries));
		if (!device->fragments) {
			NL_SET_ERR_MSG(extack, "no memory to remember fragments");
			return NULL;
		}
		pr_debug("fragments %s created\n", device->name);
	}
	device->fragment_users++;
	return device->fragments;
}

/**
 * ipf_fragment_put() - a binding does not check fragments any more
 * @device: its device; packets may still use the table
 *
 * Context: control.
 */
void ipf_fragment_put(struct ipf_device *device)
{
	ipf_assert_control();
	if (--device->fragment_users)
		return;
	pr_debug("fragments %s destroyed\n", device->name);
	ipf_fragments_destroy(device->fragments);
	device->fragments = NULL;
}

/* The two directions of a binding do not know of each other: what was forwarded on
 * its way in may be dropped on its way out.
 */
static u64 owner_of(const struct ipf_config *config, enum ipf_direction direction)
{
	return config->binding->id << 1 | direction;
}

static enum ipf_drop check_first(const struct ipf_config *config,
				 enum ipf_direction direction,
				 const struct ipf_key *key, enum ipf_drop reason)
{
	if (ipf_fragments_first(config->memory, owner_of(config, direction), key,
				reason != IPF_FORWARD, get_jiffies_64()))
		return reason;
	return reason == IPF_FORWARD ? IPF_DROP_FRAGMENT : reason;
}

static enum ipf_drop check_later(const struct ipf_config *config,
				 enum ipf_direction direction,
				 const struct ipf_key *key, enum ipf_drop reason,
				 bool *decided)
{
	switch (ipf_fragments_later(config->memory, owner_of(config, direction), key,
				    get_jiffies_64())) {
	case IPF_FRAGMENT_UNKNOWN:
		return reason;
	case IPF_FRAGMENT_FORWARD:
		*decided = true;
		return IPF_FORWARD;
	case IPF_FRAGMENT_DROP:
	case IPF_FRAGMENT_OVERLAP:
		break;
	}
	return IPF_DROP_FRAGMENT;
}

/**
 * ipf_fragment_judge() - what the policy of a binding says of a fragment
 * @config: of the binding, or with binding NULL of none
 * @direction: of the fragment
 * @key: the fragment
 * @reason: what the filters say, asked for what the fragment shows
 * @test: remember nothing
 * @decided: set if the policy forwards what @reason says nothing about
 *
 * A filter that matches a later fragment, which has no ports, would have matched the
 * first one too. So only that no filter matches is open to doubt.
 *
 * Context: data.
 * Return: what becomes of it.
 */
enum ipf_drop ipf_fragment_judge(const struct ipf_config *config,
				 enum ipf_direction direction,
				 const struct ipf_key *key, enum ipf_drop reason,
				 bool test, bool *decided)
{
	if (config->fragments == IPFLTDRV_FRAGMENTS_DROP)
		return IPF_DROP_FRAGMENT;
	/* Nobody could be asked. */
	if (reason == IPF_DROP_LATE)
		return reason;
	if (config->fragments == IPFLTDRV_FRAGMENTS_PASS) {
		if (key->fragment != IPF_LATER || reason != IPF_DROP_DEFAULT)
			return reason;
		*decided = true;
		return IPF_FORWARD;
	}
	if (!config->memory)
		return reason;
	if (key->fragment == IPF_LATER)
		return check_later(config, direction, key, reason, decided);
	return test ? reason : check_first(config, direction, key, reason);
}
