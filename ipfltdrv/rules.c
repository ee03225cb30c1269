// SPDX-License-Identifier: GPL-2.0
/* One version of a set: filters of both directions, collected, then compiled. */
#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "filter.h"
#include "internal.h"

static atomic64_t last_generation;

/**
 * ipf_rules_create() - begin a version of a set
 * @drop: default actions, by direction
 *
 * Return: no filters yet, or NULL without memory.
 */
struct ipf_rules *ipf_rules_create(const bool drop[IPF_DIRECTIONS])
{
	struct ipf_rules *rules = kzalloc(sizeof(*rules), GFP_KERNEL_ACCOUNT);
	enum ipf_direction i;

	if (!rules)
		return NULL;
	for (i = 0; i < IPF_DIRECTIONS; i++) {
		rules->side[i].drop = drop[i];
		rules->side[i].classifier = ipf_classifier_alloc();
		if (!rules->side[i].classifier)
			goto err_rules;
	}
	return rules;

err_rules:
	ipf_rules_destroy(rules);
	return NULL;
}

/**
 * ipf_rules_destroy() - the end of a version that no packet reads
 * @rules: the version
 *
 * Context: process.
 */
void ipf_rules_destroy(struct ipf_rules *rules)
{
	enum ipf_direction i;

	for (i = 0; i < IPF_DIRECTIONS; i++) {
		ipf_classifier_free(rules->side[i].classifier);
		kvfree(rules->side[i].hits);
		kvfree(rules->side[i].log);
	}
	kfree(rules);
}

static void rules_free_work(struct work_struct *work)
{
	ipf_rules_destroy(container_of(to_rcu_work(work), struct ipf_rules, free));
}

/**
 * ipf_rules_free() - the end of a version that packets may still read
 * @rules: unpublished, or NULL
 *
 * Context: process. Does not wait: ten thousand sets may be replaced in a row.
 */
void ipf_rules_free(struct ipf_rules *rules)
{
	if (!rules)
		return;
	INIT_RCU_WORK(&rules->free, rules_free_work);
	queue_rcu_work(ipf_workqueue, &rules->free);
}

static int resize_log(struct ipf_rules_side *side, u32 bits)
{
	unsigned long *log = kvcalloc(BITS_TO_LONGS(bits), sizeof(long),
				      GFP_KERNEL_ACCOUNT);

	if (!log)
		return -ENOMEM;
	if (side->log)
		bitmap_copy(log, side->log, min(side->log_bits, bits));
	kvfree(side->log);
	side->log = log;
	side->log_bits = bits;
	return 0;
}

/* A bit for each filter, in steps of a page, from the first one with the flag; in the
 * end for all, so that packets need not compare.
 */
static int mark_log(struct ipf_rules_side *side, u32 index)
{
	const u32 step = PAGE_SIZE * BITS_PER_BYTE;
	int err = 0;

	if (index >= side->log_bits)
		err = resize_log(side, roundup(index + 1, step));
	if (!err)
		__set_bit(index, side->log);
	return err;
}

static void note_late(struct ipf_rules_side *side, const struct ipf_filter *filter)
{
	u8 late = 0;

	if (filter->flags & (IPF_SRC_CLIENT | IPF_DST_CLIENT))
		late |= IPF_LATE_CLIENT;
	if (filter->flags & (IPF_SRC_IFACE | IPF_DST_IFACE))
		late |= IPF_LATE_INTERFACE;
	if (filter->family != IPF_IPV6)
		side->late[IPF_IPV4] |= late;
	if (filter->family != IPF_IPV4)
		side->late[IPF_IPV6] |= late;
}

static int side_add(struct ipf_rules_side *side, const struct ipf_filter *filter,
		    bool log, const char **why)
{
	int err;

	err = ipf_classifier_add(side->classifier, filter, why);
	if (err)
		return err;
	if (log && mark_log(side, side->count)) {
		*why = "no memory for another filter";
		return -ENOMEM;
	}
	side->count++;
	note_late(side, filter);
	return 0;
}

/**
 * ipf_rules_add() - add a filter
 * @rules: not compiled yet
 * @user: the filter
 * @why: the reason of a refusal is returned here
 *
 * Return: how many filters it has become, one for each direction; or an error, after
 * which @rules can only be destroyed.
 */
int ipf_rules_add(struct ipf_rules *rules, const struct ipfltdrv_filter *user,
		  const char **why)
{
	struct ipf_filter filter;
	enum ipf_direction i;
	int err, added = 0;

	err = ipf_filter_from_user(user, &filter, why);
	if (err)
		return err;
	for (i = 0; i < IPF_DIRECTIONS; i++) {
		if (!(user->directions & ipf_direction_bit(i)))
			continue;
		err = side_add(&rules->side[i], &filter,
			       user->flags & IPFLTDRV_FILTER_LOG, why);
		if (err)
			return err;
		added++;
	}
	return added;
}

static size_t side_bytes(const struct ipf_rules_side *side)
{
	return ipf_classifier_bytes(side->classifier) +
	       side->count * sizeof(*side->hits) + BITS_TO_LONGS(side->log_bits) * sizeof(long);
}

/**
 * ipf_rules_compile() - no more filters come
 * @rules: nobody else's
 * @why: the reason of a failure is returned here
 *
 * Context: process; takes a second or two for a hundred thousand filters.
 * Return: 0 or an error, after which @rules can only be destroyed.
 */
int ipf_rules_compile(struct ipf_rules *rules, const char **why)
{
	struct ipf_rules_side *side;
	int err;

	rules->bytes = sizeof(*rules);
	for (side = rules->side; side < rules->side + IPF_DIRECTIONS; side++) {
		err = ipf_classifier_compile(side->classifier, why);
		if (err)
			return err;
		side->hits = kvcalloc(side->count, sizeof(*side->hits),
				      GFP_KERNEL_ACCOUNT);
		if (!side->hits && side->count) {
			*why = "no memory for the counters of the filters";
			return -ENOMEM;
		}
		if (side->log && resize_log(side, side->count)) {
			*why = "no memory for the flags of the filters";
			return -ENOMEM;
		}
		rules->bytes += side_bytes(side);
	}
	rules->generation = atomic64_inc_return(&last_generation);
	return 0;
}

/**
 * ipf_rules_count() - how many filters there are
 * @rules: the version
 *
 * Return: their number in both directions.
 */
u32 ipf_rules_count(const struct ipf_rules *rules)
{
	return rules->side[IPF_INGRESS].count + rules->side[IPF_EGRESS].count;
}

/**
 * ipf_rules_number() - the number of a filter for its user
 * @rules: the version
 * @direction: its direction
 * @index: its index there
 *
 * Return: the number; those of received packets come first.
 */
u32 ipf_rules_number(const struct ipf_rules *rules, enum ipf_direction direction,
		     u32 index)
{
	return direction == IPF_INGRESS ? index :
	       rules->side[IPF_INGRESS].count + index;
}

/**
 * ipf_rules_get() - a filter by its number
 * @rules: compiled
 * @number: below ipf_rules_count()
 * @user: filled in
 * @reset: set its counter to 0
 *
 * Context: whatever keeps @rules.
 * Return: its counter; no packet is counted twice or not at all, however often it
 * is set to 0.
 */
u64 ipf_rules_get(const struct ipf_rules *rules, u32 number,
		  struct ipfltdrv_filter *user, bool reset)
{
	const struct ipf_rules_side *side = &rules->side[IPF_INGRESS];
	u32 index = number;
	struct ipf_filter filter;

	if (number >= side->count) {
		index -= side->count;
		side = &rules->side[IPF_EGRESS];
	}
	ipf_classifier_get(side->classifier, index, &filter);
	ipf_filter_to_user(&filter, user);
	user->directions = ipf_direction_bit(side - rules->side);
	if (side->log && test_bit(index, side->log))
		user->flags |= IPFLTDRV_FILTER_LOG;
	return reset ? atomic64_xchg(&side->hits[index], 0) :
		       atomic64_read(&side->hits[index]);
}
