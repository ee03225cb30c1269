// SPDX-License-Identifier: GPL-2.0
/*
 * The projection table against a model that is too simple to be wrong: an array
 * with one place for every address.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/in.h>
#include <linux/inet.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <net/ipv6.h>

#include "../internal.h"

#define ADDRESSES	300
#define OBJECTS		600
#define STEPS		20000
#define SEED		0x244155
#define CROWD		2000
#define ROUNDS		8

struct world {
	struct wanarp_table table;
	struct wanarp_projection *objects;
	struct wanarp_projection *holder[ADDRESSES]; /* the model */
	unsigned int count;
	struct rnd_state random;
};

/* Like an address pool: neighbours that differ in their last octets. */
static __be32 address(unsigned int i)
{
	return htonl(0x0a400001 + i);
}

static struct wanarp_projection *find_fast(struct wanarp_table *table,
					   __be32 addr)
{
	struct wanarp_projection *found;

	rcu_read_lock();
	found = wanarp_table_find_rcu(table, addr);
	rcu_read_unlock();
	return found;
}

static void expect_same(struct kunit *test, struct world *w)
{
	const struct wanarp_projection *p;
	unsigned int i, listed = 0;
	u64 generation = 0;

	for (i = 0; i < ADDRESSES; i++) {
		KUNIT_ASSERT_PTR_EQ(test, wanarp_table_find(&w->table, address(i)),
				    w->holder[i]);
		KUNIT_ASSERT_PTR_EQ(test, find_fast(&w->table, address(i)),
				    w->holder[i]);
	}
	list_for_each_entry(p, &w->table.list, list) {
		KUNIT_ASSERT_PTR_EQ(test, w->holder[ntohl(p->addr) - 0x0a400001],
				    (struct wanarp_projection *)p);
		KUNIT_ASSERT_GT(test, p->generation, generation);
		generation = p->generation;
		listed++;
	}
	KUNIT_EXPECT_EQ(test, listed, w->count);
	KUNIT_EXPECT_EQ(test, w->table.count, w->count);
}

static int publish(struct wanarp_table *table,
		   struct wanarp_projection *projection)
{
	struct wanarp_projection *holders[WANARP_KEYS];

	wanarp_table_holders(table, projection, holders);
	return wanarp_table_publish(table, projection, holders);
}

/* Line-up of an object that is not up: it takes its address from anybody. */
static void step_up(struct kunit *test, struct world *w,
		    struct wanarp_projection *p)
{
	unsigned int i = prandom_u32_state(&w->random) % ADDRESSES;

	p->addr = address(i);
	KUNIT_ASSERT_EQ(test, 0, publish(&w->table, p));
	if (w->holder[i])
		KUNIT_EXPECT_FALSE(test, w->holder[i]->live);
	else
		w->count++;
	w->holder[i] = p;
}

/* Line-down of any object: in time, late (replaced long ago), or twice. */
static void step_down(struct kunit *test, struct world *w,
		      struct wanarp_projection *p)
{
	unsigned int i = ntohl(p->addr) - 0x0a400001;
	bool expected = p->addr && w->holder[i] == p;

	KUNIT_ASSERT_EQ(test, expected, wanarp_table_remove(&w->table, p));
	if (expected) {
		w->holder[i] = NULL;
		w->count--;
	}
}

static struct world *world_create(struct kunit *test)
{
	struct world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	w->objects = kunit_kzalloc(test, OBJECTS * sizeof(*w->objects),
				   GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, w->objects);
	KUNIT_ASSERT_EQ(test, 0, wanarp_table_init(&w->table));
	prandom_seed_state(&w->random, SEED);
	return w;
}

static void world_destroy(struct world *w)
{
	int i;

	for (i = 0; i < OBJECTS; i++)
		wanarp_table_remove(&w->table, &w->objects[i]);
	wanarp_table_uninit(&w->table);
}

static void table_against_model(struct kunit *test)
{
	struct world *w = world_create(test);
	struct wanarp_projection *p;
	int step;

	ndiswan_control_lock();
	for (step = 0; step < STEPS; step++) {
		p = &w->objects[prandom_u32_state(&w->random) % OBJECTS];
		/* Fewer ups than downs at the end of each round, so that the
		 * table grows and shrinks again.
		 */
		if (!p->live && prandom_u32_state(&w->random) % 4000 > step % 4000)
			step_up(test, w, p);
		else
			step_down(test, w, p);
		if (step % 50 == 0)
			expect_same(test, w);
	}
	expect_same(test, w);
	world_destroy(w);
	ndiswan_control_unlock();
}

/* Q233048: the newer line-up has the address, and a late line-down of the
 * older one does not take it away.
 */
static void table_replace_then_late_remove(struct kunit *test)
{
	struct world *w = world_create(test);
	struct wanarp_projection *old = &w->objects[0], *new = &w->objects[1];

	old->addr = address(7);
	new->addr = address(7);
	ndiswan_control_lock();
	KUNIT_EXPECT_EQ(test, 0, publish(&w->table, old));
	KUNIT_EXPECT_PTR_EQ(test, wanarp_table_find(&w->table, address(7)), old);
	KUNIT_EXPECT_EQ(test, 0, publish(&w->table, new));
	KUNIT_EXPECT_PTR_EQ(test, wanarp_table_find(&w->table, address(7)), new);
	KUNIT_EXPECT_FALSE(test, wanarp_table_remove(&w->table, old));
	KUNIT_EXPECT_PTR_EQ(test, wanarp_table_find(&w->table, address(7)), new);
	KUNIT_EXPECT_EQ(test, w->table.count, 1);
	KUNIT_EXPECT_TRUE(test, wanarp_table_remove(&w->table, new));
	KUNIT_EXPECT_NULL(test, wanarp_table_find(&w->table, address(7)));
	KUNIT_EXPECT_FALSE(test, wanarp_table_remove(&w->table, new));
	world_destroy(w);
	ndiswan_control_unlock();
}

/* A second holder that does not name the first is refused, nothing changes. */
static void table_insert_twice(struct kunit *test)
{
	struct wanarp_projection *nobody[WANARP_KEYS] = { };
	struct world *w = world_create(test);
	struct wanarp_projection *old = &w->objects[0], *new = &w->objects[1];

	old->addr = address(3);
	new->addr = address(3);
	ndiswan_control_lock();
	KUNIT_EXPECT_EQ(test, 0, wanarp_table_publish(&w->table, old, nobody));
	KUNIT_EXPECT_EQ(test, -EEXIST,
			wanarp_table_publish(&w->table, new, nobody));
	KUNIT_EXPECT_PTR_EQ(test, wanarp_table_find(&w->table, address(3)), old);
	KUNIT_EXPECT_FALSE(test, new->live);
	KUNIT_EXPECT_EQ(test, w->table.count, 1);
	world_destroy(w);
	ndiswan_control_unlock();
}

/* Every address of the model gets the other one of the two objects that share it.
 * Returns how many could not be published.
 */
static unsigned int replace_all(struct world *w)
{
	struct wanarp_projection *p;
	unsigned int i, failed = 0;

	for (i = 0; i < ADDRESSES; i++) {
		p = &w->objects[2 * i];
		if (p->live)
			p++;
		p->addr = address(i);
		failed += publish(&w->table, p) != 0;
		cond_resched();
	}
	return failed;
}

/* The worker is moving the table to another size: between two of its buckets, the
 * addresses of the model change hands and the reader gets its turns.
 */
static unsigned int replace_while_resized(struct world *w)
{
	unsigned int failed = 0;

	while (work_busy(&w->table.ipv4.run_work))
		failed += replace_all(w);
	return failed;
}

/* Others come. Returns how many could not be published or found. */
static unsigned int crowd_come(struct world *w, struct wanarp_projection *others)
{
	unsigned int i, failed = 0;

	for (i = 0; i < CROWD; i++) {
		others[i].addr = htonl(0x0a800000 + i);
		failed += publish(&w->table, &others[i]) != 0;
	}
	failed += replace_while_resized(w);
	for (i = 0; i < CROWD; i++)
		failed += find_fast(&w->table, others[i].addr) != &others[i];
	return failed;
}

/* They go. Returns how many could not. */
static unsigned int crowd_go(struct world *w, struct wanarp_projection *others)
{
	unsigned int i, failed = 0;

	for (i = 0; i < CROWD; i++)
		failed += !wanarp_table_remove(&w->table, &others[i]);
	return failed + replace_while_resized(w);
}

struct reader {
	struct world *w;
	struct completion round;
	unsigned int nobody;	/* an address that is held did not resolve */
	unsigned int wrong;	/* or to an object that does not share it */
	unsigned int phantom;	/* one that is never held did */
};

static void read_address(struct reader *r, unsigned int i)
{
	struct wanarp_table *table = &r->w->table;
	struct wanarp_projection *fast, *slow;

	rcu_read_lock();
	fast = wanarp_table_find_rcu(table, address(i));
	slow = wanarp_table_find(table, address(i));
	r->nobody += !fast || !slow;
	r->wrong += fast && (fast - r->w->objects) / 2 != i;
	r->wrong += slow && (slow - r->w->objects) / 2 != i;
	r->phantom += !!wanarp_table_find_rcu(table, address(i) ^ htonl(BIT(31)));
	rcu_read_unlock();
}

static int read_all(void *data)
{
	struct reader *r = data;
	unsigned int i;

	while (!kthread_should_stop()) {
		for (i = 0; i < ADDRESSES; i++) {
			read_address(r, i);
			cond_resched();
		}
		complete(&r->round);
	}
	return 0;
}

static unsigned int buckets(struct wanarp_table *table)
{
	unsigned int size;

	rcu_read_lock();
	size = rht_dereference_rcu(table->ipv4.tbl, &table->ipv4)->size;
	rcu_read_unlock();
	return size;
}

/* An address that is always held by somebody always resolves, to one of the two who
 * share it: while they replace each other and the table grows and shrinks.
 */
static void table_find_rcu_while_resized(struct kunit *test)
{
	struct world *w = world_create(test);
	struct wanarp_projection *others;
	unsigned int i, failed, large, small;
	struct reader r = { .w = w };
	struct task_struct *task;

	others = kunit_kzalloc(test, CROWD * sizeof(*others), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, others);
	ndiswan_control_lock();
	failed = replace_all(w);
	ndiswan_control_unlock();
	init_completion(&r.round);
	task = kthread_run(read_all, &r, "wanarp_reader");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	for (i = 0; i < ROUNDS; i++) {
		ndiswan_control_lock();
		failed += crowd_come(w, others);
		large = buckets(&w->table);
		failed += crowd_go(w, others);
		small = buckets(&w->table);
		ndiswan_control_unlock();
		/* It has been resized, or this is no test. */
		KUNIT_EXPECT_GT(test, large, CROWD / 2);
		KUNIT_EXPECT_LT(test, small, large);
		reinit_completion(&r.round);
		wait_for_completion(&r.round);
	}
	kthread_stop(task);
	KUNIT_EXPECT_EQ(test, failed, 0);
	KUNIT_EXPECT_EQ(test, r.nobody, 0);
	KUNIT_EXPECT_EQ(test, r.wrong, 0);
	KUNIT_EXPECT_EQ(test, r.phantom, 0);
	ndiswan_control_lock();
	world_destroy(w);
	ndiswan_control_unlock();
}

struct address_case {
	const char *text;
	enum wanarp_address class;
};

static const struct address_case address_cases[] = {
	{ "10.0.0.1", WANARP_ADDRESS_CLIENT },
	{ "1.0.0.0", WANARP_ADDRESS_CLIENT },
	{ "126.255.255.255", WANARP_ADDRESS_CLIENT },
	{ "128.0.0.1", WANARP_ADDRESS_CLIENT },
	{ "192.0.2.255", WANARP_ADDRESS_CLIENT },
	{ "223.255.255.255", WANARP_ADDRESS_CLIENT },
	{ "240.0.0.1", WANARP_ADDRESS_CLIENT },
	{ "255.255.255.254", WANARP_ADDRESS_CLIENT },
	{ "0.0.0.0", WANARP_ADDRESS_ZERO },
	{ "0.0.0.1", WANARP_ADDRESS_ZERO },
	{ "0.255.255.255", WANARP_ADDRESS_ZERO },
	{ "127.0.0.0", WANARP_ADDRESS_LOOPBACK },
	{ "127.0.0.1", WANARP_ADDRESS_LOOPBACK },
	{ "127.255.255.255", WANARP_ADDRESS_LOOPBACK },
	{ "224.0.0.0", WANARP_ADDRESS_MULTICAST },
	{ "224.0.0.1", WANARP_ADDRESS_MULTICAST },
	{ "239.255.255.255", WANARP_ADDRESS_MULTICAST },
	{ "255.255.255.255", WANARP_ADDRESS_BROADCAST },
};

static void address_case_name(const struct address_case *c, char *name)
{
	strscpy(name, c->text, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(address, address_cases, address_case_name);

static void address_class(struct kunit *test)
{
	const struct address_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, c->class, wanarp_address_class(in_aton(c->text)));
}

/* What a packet reads is on the cache line of its link's counters. */
static void projection_size(struct kunit *test)
{
	KUNIT_EXPECT_LE(test, sizeof(struct wanarp_projection), 128UL);
	KUNIT_EXPECT_LE(test, offsetof(struct wanarp_projection, link),
			(size_t)SMP_CACHE_BYTES / 2);
}

static struct kunit_case wanarp_projection_cases[] = {
	KUNIT_CASE(table_against_model),
	KUNIT_CASE(table_replace_then_late_remove),
	KUNIT_CASE(table_insert_twice),
	KUNIT_CASE(table_find_rcu_while_resized),
	KUNIT_CASE_PARAM(address_class, address_gen_params),
	KUNIT_CASE(projection_size),
	{}
};

static struct kunit_suite wanarp_projection_suite = {
	.name = "wanarp_projection",
	.test_cases = wanarp_projection_cases,
};

kunit_test_suite(wanarp_projection_suite);

MODULE_DESCRIPTION("KUnit tests of the projection table");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_IMPORT_NS(NDISWAN);
