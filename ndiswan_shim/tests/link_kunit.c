// SPDX-License-Identifier: GPL-2.0
/*
 * Life of a link: numbers, look-ups, states, line-up and line-down in order,
 * the walk while the table grows, two loops' common end.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/random.h>

#include "../internal.h"

/* A protocol above that only keeps a record. */
struct record {
	int up, down, update, refuse;
	enum ndiswan_reason reason;
	struct ndiswan_line line;
};

static struct record record;

static int record_line_up(struct net *net, struct ndiswan_link *link,
			  const struct ndiswan_line *line,
			  struct netlink_ext_ack *extack)
{
	if (record.refuse) {
		NL_SET_ERR_MSG(extack, "refused by the test");
		return record.refuse;
	}
	record.line = *line;
	record.up++;
	ndiswan_link_set_context(link, NDISWAN_PROTO_IPV6, &record);
	return 0;
}

static int record_line_update(struct ndiswan_link *link, void *context,
			      const struct ndiswan_line *line,
			      struct netlink_ext_ack *extack)
{
	record.line.mru = line->mru;
	record.update++;
	return 0;
}

static void record_line_down(struct ndiswan_link *link, void *context,
			     enum ndiswan_reason reason)
{
	record.reason = reason;
	record.down++;
}

static void record_line_fill(const void *context, struct ndiswan_line *line)
{
	*line = record.line;
}

static enum ndiswan_rx record_receive(struct sk_buff *skb,
				      struct ndiswan_link *link, void *context)
{
	consume_skb(skb);
	return NDISWAN_RX_CONSUMED;
}

/* Without wanarp nobody serves IPv6. */
static const struct ndiswan_protocol record_protocol = {
	.abi = NDISWAN_ABI,
	.proto = NDISWAN_PROTO_IPV6,
	.owner = THIS_MODULE,
	.line_up = record_line_up,
	.line_update = record_line_update,
	.line_down = record_line_down,
	.line_fill = record_line_fill,
	.receive = record_receive,
};

static const struct ndiswan_line line = {
	.ifindex = 1,
	.mru = 1492,
	.peer_ipv6.s6_addr = { 0xfe, 0x80, [15] = 1 },
};

static struct ndiswan_link *loop(struct kunit *test, u32 peer)
{
	struct ndiswan_attach args = {
		.port = NDISWAN_PORT_TYPE_LOOP,
		.loop.peer = peer,
	};
	struct ndiswan_link *link = ndiswan_link_create(&init_net);
	struct netlink_ext_ack extack = { };

	KUNIT_ASSERT_FALSE(test, IS_ERR(link));
	KUNIT_EXPECT_EQ(test, ndiswan_port_attach(link, &init_net, &args,
						  &extack), 0);
	return link;
}

static int line_up(struct ndiswan_link *link, struct netlink_ext_ack *extack)
{
	int err;

	ndiswan_control_lock();
	err = ndiswan_line_up_locked(link, NDISWAN_PROTO_IPV6, &line, extack);
	ndiswan_control_unlock();
	return err;
}

static int line_update(struct ndiswan_link *link)
{
	const struct ndiswan_line update = { .mru = 1280 };
	struct netlink_ext_ack extack = { };
	int err;

	ndiswan_control_lock();
	err = ndiswan_line_update_locked(link, NDISWAN_PROTO_IPV6, &update,
					 &extack);
	ndiswan_control_unlock();
	return err;
}

static void line_down(struct ndiswan_link *link)
{
	ndiswan_control_lock();
	ndiswan_line_down(link, NDISWAN_PROTO_IPV6, NDISWAN_REASON_REQUEST);
	ndiswan_control_unlock();
}

static void ndiswan_link_states(struct kunit *test)
{
	struct ndiswan_attach args = { .port = NDISWAN_PORT_TYPE_LOOP };
	struct netlink_ext_ack extack = { };
	struct ndiswan_link *link;

	link = ndiswan_link_create(&init_net);
	KUNIT_ASSERT_FALSE(test, IS_ERR(link));
	KUNIT_EXPECT_EQ(test, link->state, NDISWAN_LINK_STATE_NEW);
	KUNIT_EXPECT_EQ(test, line_up(link, &extack), -ENOTCONN);

	args.flags = 1;
	KUNIT_EXPECT_EQ(test, ndiswan_port_attach(link, &init_net, &args,
						  &extack), -EINVAL);
	args.flags = 0;
	args.port = 77;
	KUNIT_EXPECT_EQ(test, ndiswan_port_attach(link, &init_net, &args,
						  &extack), -EINVAL);
	args.port = NDISWAN_PORT_TYPE_LOOP;
	args.params[sizeof(args.params) - 1] = 1;
	KUNIT_EXPECT_EQ(test, ndiswan_port_attach(link, &init_net, &args,
						  &extack), -EINVAL);
	KUNIT_EXPECT_EQ(test, link->state, NDISWAN_LINK_STATE_NEW);
	args.params[sizeof(args.params) - 1] = 0;
	KUNIT_EXPECT_EQ(test, ndiswan_port_attach(link, &init_net, &args,
						  &extack), 0);
	KUNIT_EXPECT_EQ(test, link->state, NDISWAN_LINK_STATE_ATTACHED);
	KUNIT_EXPECT_EQ(test, ndiswan_port_attach(link, &init_net, &args,
						  &extack), -EBUSY);

	/* Nobody serves it yet. */
	KUNIT_EXPECT_EQ(test, line_up(link, &extack), -EPROTONOSUPPORT);
	ndiswan_link_remove(link);
}

static void ndiswan_link_line_order(struct kunit *test)
{
	struct netlink_ext_ack extack = { };
	struct ndiswan_link *link = loop(test, 0);

	record = (struct record){ };
	KUNIT_ASSERT_EQ(test, ndiswan_protocol_register(&record_protocol), 0);
	KUNIT_EXPECT_EQ(test, ndiswan_protocol_register(&record_protocol),
			-EEXIST);

	record.refuse = -EADDRINUSE;
	KUNIT_EXPECT_EQ(test, line_up(link, &extack), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, link->state, NDISWAN_LINK_STATE_ATTACHED);
	record.refuse = 0;

	KUNIT_EXPECT_EQ(test, line_update(link), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, line_up(link, &extack), 0);
	KUNIT_EXPECT_EQ(test, line_up(link, &extack), -EEXIST);
	KUNIT_EXPECT_EQ(test, record.up, 1);
	KUNIT_EXPECT_EQ(test, link->state, NDISWAN_LINK_STATE_UP);
	KUNIT_EXPECT_EQ(test, line_update(link), 0);
	KUNIT_EXPECT_EQ(test, record.line.mru, 1280);

	line_down(link);
	line_down(link);
	KUNIT_EXPECT_EQ(test, record.down, 1);
	KUNIT_EXPECT_EQ(test, link->state, NDISWAN_LINK_STATE_ATTACHED);

	KUNIT_EXPECT_EQ(test, line_up(link, &extack), 0);
	ndiswan_link_remove(link);
	KUNIT_EXPECT_EQ(test, record.down, 2);
	KUNIT_EXPECT_EQ(test, record.reason, NDISWAN_REASON_CLOSED);

	link = loop(test, 0);
	KUNIT_EXPECT_EQ(test, line_up(link, &extack), 0);
	ndiswan_protocol_unregister(&record_protocol);
	KUNIT_EXPECT_EQ(test, record.down, 3);
	KUNIT_EXPECT_EQ(test, record.reason, NDISWAN_REASON_PROTOCOL_GONE);
	KUNIT_EXPECT_EQ(test, line_up(link, &extack), -EPROTONOSUPPORT);
	ndiswan_link_remove(link);
}

static void ndiswan_link_abi_refused(struct kunit *test)
{
	struct ndiswan_protocol other = record_protocol;

	other.abi = NDISWAN_ABI + 1;
	KUNIT_EXPECT_EQ(test, ndiswan_protocol_register(&other), -EINVAL);
	other = record_protocol;
	other.receive = NULL;
	KUNIT_EXPECT_EQ(test, ndiswan_protocol_register(&other), -EINVAL);
}

static void ndiswan_link_loop_common_end(struct kunit *test)
{
	struct ndiswan_link *a = loop(test, 0), *b = loop(test, a->id);
	struct ndiswan_attach args = {
		.port = NDISWAN_PORT_TYPE_LOOP,
		.loop.peer = a->id,
	};
	struct ndiswan_link *c = ndiswan_link_create(&init_net);
	struct netlink_ext_ack extack = { };

	KUNIT_ASSERT_FALSE(test, IS_ERR(c));
	KUNIT_EXPECT_EQ(test, ndiswan_port_attach(c, &init_net, &args, &extack),
			-EBUSY);
	args.loop.peer = c->id;
	KUNIT_EXPECT_EQ(test, ndiswan_port_attach(c, &init_net, &args, &extack),
			-ENOENT);
	ndiswan_link_remove(c);
	ndiswan_link_remove(a);
	KUNIT_EXPECT_EQ(test, b->state, NDISWAN_LINK_STATE_DOWN);
	KUNIT_EXPECT_EQ(test, b->reason, NDISWAN_REASON_PEER_CLOSED);
	ndiswan_link_remove(b);
}

/* Numbers against a list that knows them all. */
#define MODEL_LINKS	500
#define MODEL_STEPS	5000

static void ndiswan_link_numbers(struct kunit *test)
{
	struct ndiswan_link **model, *link;
	u32 i, last = 0, gone = 0;

	model = kunit_kzalloc(test, MODEL_LINKS * sizeof(*model), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, model);
	for (i = 0; i < MODEL_STEPS; i++) {
		u32 at = get_random_u32() % MODEL_LINKS;

		if (model[at]) {
			gone = model[at]->id;
			ndiswan_link_remove(model[at]);
			model[at] = NULL;
		} else {
			model[at] = ndiswan_link_create(&init_net);
			KUNIT_ASSERT_FALSE(test, IS_ERR(model[at]));
			KUNIT_EXPECT_GT(test, model[at]->id, last);
			last = model[at]->id;
		}
		rcu_read_lock();
		at = get_random_u32() % MODEL_LINKS;
		if (model[at])
			KUNIT_EXPECT_PTR_EQ(test,
					    ndiswan_link_lookup(&init_net, model[at]->id),
					    model[at]);
		KUNIT_EXPECT_NULL(test, ndiswan_link_lookup(&init_net, gone));
		KUNIT_EXPECT_NULL(test, ndiswan_link_lookup(&init_net, last + 1));
		KUNIT_EXPECT_NULL(test, ndiswan_link_lookup(&init_net, 0));
		rcu_read_unlock();
	}
	for (i = 0; i < MODEL_LINKS; i++) {
		link = model[i];
		if (link)
			ndiswan_link_remove(link);
	}
}

/* Nobody gets a room that a packet may still read. */
static void ndiswan_link_room(struct kunit *test)
{
	struct ndiswan_link *link = ndiswan_link_create(&init_net);
	void *room, *early;

	KUNIT_ASSERT_FALSE(test, IS_ERR(link));
	ndiswan_control_lock();
	room = ndiswan_room_take(link);
	KUNIT_EXPECT_PTR_EQ(test, room, (void *)link->room);
	KUNIT_EXPECT_NULL(test, ndiswan_room_take(link));
	memset(link->room, 0xff, NDISWAN_ROOM_SIZE);

	rcu_read_lock();
	ndiswan_room_release(link);
	early = ndiswan_room_take(link);
	rcu_read_unlock();
	KUNIT_EXPECT_NULL(test, early);
	KUNIT_EXPECT_EQ(test, link->room[0], 0xff);

	synchronize_rcu();
	room = ndiswan_room_take(link);
	KUNIT_EXPECT_PTR_EQ(test, room, (void *)link->room);
	KUNIT_EXPECT_NULL(test, memchr_inv(link->room, 0, NDISWAN_ROOM_SIZE));
	ndiswan_room_release(link);
	ndiswan_control_unlock();
	ndiswan_link_remove(link);
}

/* A walk that is interrupted while the table doubles, more than once. */
static void ndiswan_link_walk_while_growing(struct kunit *test)
{
	/* The table doubles four times in the middle of the walk. */
	enum { FIRST = 24, MORE = 480 };
	unsigned long cursor[2] = { };
	struct ndiswan_link **model, *link;
	u8 *seen;
	int i, n = 0, made = FIRST;

	model = kunit_kzalloc(test, (FIRST + MORE) * sizeof(*model), GFP_KERNEL);
	seen = kunit_kzalloc(test, FIRST + MORE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, model);
	KUNIT_ASSERT_NOT_NULL(test, seen);
	for (i = 0; i < FIRST; i++)
		model[i] = ndiswan_link_create(&init_net);
	for (;;) {
		ndiswan_control_lock();
		link = ndiswan_link_next_locked(&init_net, cursor);
		ndiswan_control_unlock();
		if (!link)
			break;
		for (i = 0; i < made; i++)
			if (model[i] == link)
				seen[i]++;
		for (i = 0; i < 20 && made < FIRST + MORE; i++)
			model[made++] = ndiswan_link_create(&init_net);
		n++;
	}
	KUNIT_EXPECT_GE(test, n, FIRST);
	for (i = 0; i < made; i++) {
		KUNIT_EXPECT_LE(test, seen[i], 1);
		if (i < FIRST)
			KUNIT_EXPECT_EQ(test, seen[i], 1);
		ndiswan_link_remove(model[i]);
	}
}

static struct kunit_case link_cases[] = {
	/* First, because the table never shrinks. */
	KUNIT_CASE(ndiswan_link_room),
	KUNIT_CASE(ndiswan_link_walk_while_growing),
	KUNIT_CASE(ndiswan_link_states),
	KUNIT_CASE(ndiswan_link_line_order),
	KUNIT_CASE(ndiswan_link_abi_refused),
	KUNIT_CASE(ndiswan_link_loop_common_end),
	KUNIT_CASE(ndiswan_link_numbers),
	{ }
};

static struct kunit_suite link_suite = {
	.name = "ndiswan_link",
	.test_cases = link_cases,
};

kunit_test_suite(link_suite);

MODULE_DESCRIPTION("KUnit tests of the life of links");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(NDISWAN);
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
