// SPDX-License-Identifier: GPL-2.0
/*
 * The stack of intermediate drivers: who is told what, in which order, and which
 * way packets go. Everything that happens on one link is written to one line of
 * text, and that is compared.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/ppp_defs.h>

#include "../internal.h"
#include "../stack.h"

#define MRU	1492

/* A driver that writes down what it is told and does what the test says. */
struct probe {
	struct ndiswan_driver public;
	int attach_result;
	int line_result;
	int verdict[NDISWAN_DIRECTIONS];
	struct ndiswan_layer *layer;	/* on the watched link */
	struct sk_buff *taken;
};

static struct probe low, mid, high;

static char record[512];
static u32 watched;

static __printf(2, 3) void note(u32 link, const char *fmt, ...)
{
	size_t len = strlen(record);
	va_list args;

	if (link != watched)
		return;
	va_start(args, fmt);
	len += vscnprintf(record + len, sizeof(record) - len, fmt, args);
	va_end(args);
	scnprintf(record + len, sizeof(record) - len, " ");
}

static const char *reason_name(enum ndiswan_reason reason)
{
	switch (reason) {
	case NDISWAN_REASON_REQUEST:
		return "request";
	case NDISWAN_REASON_PEER_CLOSED:
		return "peer-closed";
	case NDISWAN_REASON_DRIVER:
		return "driver";
	case NDISWAN_REASON_REFUSED:
		return "refused";
	case NDISWAN_REASON_DETACHED:
		return "detached";
	default:
		return "other";
	}
}

static const char *joined(const char * const *words, unsigned int count)
{
	static char text[sizeof(record)];
	size_t len = 0;
	unsigned int i;

	text[0] = 0;
	for (i = 0; i < count && *words[i]; i++)
		len += scnprintf(text + len, sizeof(text) - len, "%s ", words[i]);
	return text;
}

/* What has happened since the last time, after all that was to follow has. */
#define EXPECT_RECORD(test, ...)					\
do {									\
	static const char * const words[] = { __VA_ARGS__ };		\
	ndiswan_stack_flush();						\
	KUNIT_EXPECT_STREQ(test, record,				\
			   joined(words, ARRAY_SIZE(words)));		\
	record[0] = 0;							\
} while (0)

/* --- the drivers -------------------------------------------------------------- */

struct probe_context {
	struct probe *probe;
};

static struct probe *probe_of(const struct ndiswan_layer *layer)
{
	struct probe_context *context = ndiswan_layer_context(layer);

	return context->probe;
}

static int probe_attach(struct probe *probe, struct ndiswan_layer *layer,
			struct netlink_ext_ack *extack)
{
	struct probe_context *context = ndiswan_layer_context(layer);

	context->probe = probe;
	note(layer->link_id, "%s.%s", probe->public.name,
	     probe->attach_result < 0 ? "attach-refuse" :
	     probe->attach_result > 0 ? "attach-decline" : "attach");
	if (probe->attach_result < 0)
		NL_SET_ERR_MSG(extack, "the test says no");
	else if (!probe->attach_result && layer->link_id == watched)
		probe->layer = layer;
	return probe->attach_result;
}

#define PROBE_ATTACH(name)						\
static int name##_attach(struct ndiswan_layer *layer,			\
			 struct netlink_ext_ack *extack)		\
{									\
	return probe_attach(&(name), layer, extack);			\
}

PROBE_ATTACH(low)
PROBE_ATTACH(mid)
PROBE_ATTACH(high)

static void probe_pause(struct ndiswan_layer *layer)
{
	note(layer->link_id, "%s.pause", probe_of(layer)->public.name);
}

static void probe_detach(struct ndiswan_layer *layer)
{
	struct probe *probe = probe_of(layer);

	note(layer->link_id, "%s.detach", probe->public.name);
	if (layer->link_id == watched)
		probe->layer = NULL;
}

static int probe_line_up(struct ndiswan_layer *layer, enum ndiswan_proto proto,
			 const struct ndiswan_line *line,
			 struct netlink_ext_ack *extack)
{
	struct probe *probe = probe_of(layer);

	note(layer->link_id, "%s.%s:%u", probe->public.name,
	     probe->line_result ? "refuse" : "up", line->mru);
	if (probe->line_result)
		NL_SET_ERR_MSG(extack, "the test wants no line");
	return probe->line_result;
}

static void probe_line_update(struct ndiswan_layer *layer,
			      enum ndiswan_proto proto,
			      const struct ndiswan_line *line)
{
	note(layer->link_id, "%s.update:%u", probe_of(layer)->public.name,
	     line->mru);
}

static void probe_line_down(struct ndiswan_layer *layer,
			    enum ndiswan_proto proto,
			    enum ndiswan_reason reason)
{
	note(layer->link_id, "%s.down:%s", probe_of(layer)->public.name,
	     reason_name(reason));
}

static int probe_packet(struct ndiswan_layer *layer, struct sk_buff *skb,
			enum ndiswan_direction direction)
{
	struct probe *probe = probe_of(layer);

	note(layer->link_id, "%s.%s", probe->public.name,
	     direction == NDISWAN_SENDING ? "send" : "receive");
	if (layer->link_id != watched)
		return NDISWAN_PASS;
	if (probe->verdict[direction] == NDISWAN_TAKE)
		probe->taken = skb;
	return probe->verdict[direction];
}

static int probe_send(struct ndiswan_layer *layer, struct sk_buff *skb,
		      enum ndiswan_proto proto)
{
	return probe_packet(layer, skb, NDISWAN_SENDING);
}

static int probe_receive(struct ndiswan_layer *layer, struct sk_buff *skb,
			 enum ndiswan_proto proto)
{
	return probe_packet(layer, skb, NDISWAN_RECEIVING);
}

static void probe_monitor(struct ndiswan_layer *layer,
			  const struct sk_buff *skb, enum ndiswan_proto proto,
			  enum ndiswan_direction direction)
{
	note(layer->link_id, "%s.sees-%s", probe_of(layer)->public.name,
	     direction == NDISWAN_SENDING ? "send" : "receive");
}

static const char * const probe_reasons[] = { "first", "second" };

static void probe_init(struct probe *probe, const char *name, u32 altitude,
		       int (*attach)(struct ndiswan_layer *layer,
				     struct netlink_ext_ack *extack))
{
	*probe = (struct probe) {
		.public = {
			.abi = NDISWAN_ABI,
			.name = name,
			.altitude = altitude,
			.owner = THIS_MODULE,
			.context_size = sizeof(struct probe_context),
			.drop_reasons = probe_reasons,
			.drop_reason_count = ARRAY_SIZE(probe_reasons),
			.attach = attach,
			.pause = probe_pause,
			.detach = probe_detach,
			.send = probe_send,
			.receive = probe_receive,
			.line_up = probe_line_up,
			.line_update = probe_line_update,
			.line_down = probe_line_down,
		},
	};
}

/* --- the protocol above, IPv6, which wanarp leaves free ------------------------- */

static struct {
	int refuse;
	u16 mru;
	u16 mru_min;
} protocol;

static int protocol_line_up(struct net *net, struct ndiswan_link *link,
			    const struct ndiswan_line *line,
			    struct netlink_ext_ack *extack)
{
	/* As wanarp when its table cannot grow: packets may come already. */
	ndiswan_link_set_context(link, NDISWAN_PROTO_IPV6, &protocol);
	note(link->id, "protocol.%s:%u", protocol.refuse ? "refuse" : "up",
	     line->mru);
	if (protocol.refuse)
		ndiswan_link_set_context(link, NDISWAN_PROTO_IPV6, NULL);
	else
		protocol.mru = line->mru;
	return protocol.refuse;
}

static int protocol_line_update(struct ndiswan_link *link, void *context,
				const struct ndiswan_line *line,
				struct netlink_ext_ack *extack)
{
	if (line->mru < protocol.mru_min)
		return -ERANGE;
	protocol.mru = line->mru;
	note(link->id, "protocol.update:%u", line->mru);
	return 0;
}

static void protocol_line_down(struct ndiswan_link *link, void *context,
			       enum ndiswan_reason reason)
{
	note(link->id, "protocol.down:%s", reason_name(reason));
}

static void protocol_line_fill(const void *context, struct ndiswan_line *line)
{
	line->mru = protocol.mru;
}

static enum ndiswan_rx protocol_receive(struct sk_buff *skb,
					struct ndiswan_link *link,
					void *context)
{
	note(link->id, "protocol.receive");
	consume_skb(skb);
	return NDISWAN_RX_CONSUMED;
}

static const struct ndiswan_protocol protocol_ops = {
	.abi = NDISWAN_ABI,
	.proto = NDISWAN_PROTO_IPV6,
	.owner = THIS_MODULE,
	.line_up = protocol_line_up,
	.line_update = protocol_line_update,
	.line_down = protocol_line_down,
	.line_fill = protocol_line_fill,
	.receive = protocol_receive,
};

/* --- links and packets ---------------------------------------------------------- */

/* The link that is watched, and the other end of its loop, which has no line. */
static struct ndiswan_link *link, *far;

static struct ndiswan_link *loop(struct kunit *test, u32 peer, bool watch)
{
	struct ndiswan_attach args = {
		.port = NDISWAN_PORT_TYPE_LOOP,
		.loop.peer = peer,
	};
	struct ndiswan_link *made = ndiswan_link_create(&init_net);
	struct netlink_ext_ack extack = { };

	KUNIT_ASSERT_FALSE(test, IS_ERR(made));
	if (watch)
		watched = made->id;
	KUNIT_EXPECT_EQ(test, ndiswan_port_attach(made, &init_net, &args,
						  &extack), 0);
	return made;
}

static int line_up(const char **sentence)
{
	const struct ndiswan_line line = { .ifindex = 1, .mru = MRU };
	struct netlink_ext_ack extack = { };
	int err;

	ndiswan_control_lock();
	err = ndiswan_line_up_locked(link, NDISWAN_PROTO_IPV6, &line, &extack);
	ndiswan_control_unlock();
	if (sentence)
		*sentence = extack._msg;
	return err;
}

static int line_update(u16 mru)
{
	const struct ndiswan_line line = { .mru = mru };
	struct netlink_ext_ack extack = { };
	int err;

	ndiswan_control_lock();
	err = ndiswan_line_update_locked(link, NDISWAN_PROTO_IPV6, &line,
					 &extack);
	ndiswan_control_unlock();
	return err;
}

static void line_down(void)
{
	ndiswan_control_lock();
	ndiswan_line_down(link, NDISWAN_PROTO_IPV6, NDISWAN_REASON_REQUEST);
	ndiswan_control_unlock();
}

static struct sk_buff *packet(struct kunit *test)
{
	struct sk_buff *skb = alloc_skb(128, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, 64);
	skb_put_zero(skb, 40);
	return skb;
}

static int packet_send(struct kunit *test)
{
	struct sk_buff *skb = packet(test);
	int err;

	rcu_read_lock_bh();
	err = ndiswan_send(skb, link, NDISWAN_PROTO_IPV6);
	rcu_read_unlock_bh();
	return err;
}

static void packet_receive(struct kunit *test)
{
	struct sk_buff *skb = packet(test);

	put_unaligned_be16(PPP_IPV6, skb_push(skb, 2));
	rcu_read_lock();
	local_bh_disable();
	ndiswan_receive(skb, link);
	local_bh_enable();
	rcu_read_unlock();
}

static void add(struct kunit *test, struct probe *probe)
{
	KUNIT_ASSERT_EQ(test, ndiswan_driver_register(&probe->public), 0);
}

static void remove(struct probe *probe)
{
	ndiswan_driver_unregister(&probe->public);
}

static struct stack_sums sums_of(const struct probe *probe)
{
	struct stack_sums sums = { };
	struct stack_slot *slot;

	ndiswan_control_lock();
	slot = ndiswan_slot_find(probe->public.name);
	if (slot)
		ndiswan_slot_sum_locked(slot, &init_net, &sums);
	ndiswan_control_unlock();
	return sums;
}

static int stack_init(struct kunit *test)
{
	probe_init(&low, "low", 100, low_attach);
	probe_init(&mid, "mid", 200, mid_attach);
	probe_init(&high, "high", 300, high_attach);
	memset(&protocol, 0, sizeof(protocol));
	record[0] = 0;
	link = NULL;
	return ndiswan_protocol_register(&protocol_ops);
}

static void stack_exit(struct kunit *test)
{
	if (link) {
		ndiswan_link_remove(link);
		ndiswan_link_remove(far);
	}
	ndiswan_stack_flush();
	ndiswan_protocol_unregister(&protocol_ops);
	record[0] = 0;
}

static void link_make(struct kunit *test)
{
	link = loop(test, 0, true);
	far = loop(test, link->id, false);
}

/* The link with all three drivers. */
static void stack_make(struct kunit *test)
{
	add(test, &low);
	add(test, &mid);
	add(test, &high);
	link_make(test);
}

static void stack_remove(void)
{
	remove(&low);
	remove(&mid);
	remove(&high);
}

/* --- cases ------------------------------------------------------------------------ */

static void ndiswan_stack_order(struct kunit *test)
{
	add(test, &high);
	add(test, &low);
	link_make(test);
	EXPECT_RECORD(test, "low.attach", "high.attach");
	KUNIT_EXPECT_EQ(test, line_up(NULL), 0);
	EXPECT_RECORD(test, "low.up:1492", "high.up:1492", "protocol.up:1492");

	add(test, &mid);
	EXPECT_RECORD(test, "mid.attach", "mid.up:1492");
	KUNIT_EXPECT_EQ(test, packet_send(test), 0);
	EXPECT_RECORD(test, "high.send", "mid.send", "low.send");
	packet_receive(test);
	EXPECT_RECORD(test, "low.receive", "mid.receive", "high.receive",
		      "protocol.receive");
	KUNIT_EXPECT_EQ(test, line_update(1400), 0);
	EXPECT_RECORD(test, "low.update:1400", "mid.update:1400",
		      "high.update:1400", "protocol.update:1400");

	line_down();
	EXPECT_RECORD(test, "protocol.down:request", "high.down:request",
		      "mid.down:request", "low.down:request");
	KUNIT_EXPECT_EQ(test, line_up(NULL), 0);
	EXPECT_RECORD(test, "low.up:1492", "mid.up:1492", "high.up:1492",
		      "protocol.up:1492");
	remove(&mid);
	/* All has been said when this returns. */
	KUNIT_EXPECT_STREQ(test, record,
			   "mid.pause mid.down:detached mid.detach ");
	record[0] = 0;
	KUNIT_EXPECT_EQ(test, packet_send(test), 0);
	packet_receive(test);
	EXPECT_RECORD(test, "high.send", "low.send", "low.receive",
		      "high.receive", "protocol.receive");

	ndiswan_link_remove(far);
	EXPECT_RECORD(test, "protocol.down:peer-closed",
		      "high.down:peer-closed", "high.detach",
		      "low.down:peer-closed", "low.detach");
	ndiswan_link_remove(link);
	link = NULL;
	remove(&low);
	remove(&high);
	EXPECT_RECORD(test, "");
}

/* A line that is taken down and up again at once. */
static void ndiswan_stack_line_again(struct kunit *test)
{
	add(test, &low);
	add(test, &high);
	link_make(test);
	KUNIT_EXPECT_EQ(test, line_up(NULL), 0);
	record[0] = 0;
	line_down();
	KUNIT_EXPECT_EQ(test, line_up(NULL), 0);
	EXPECT_RECORD(test, "protocol.down:request", "high.down:request",
		      "low.down:request", "low.up:1492", "high.up:1492",
		      "protocol.up:1492");
	/* Why the line went is not forgotten because the driver goes too. */
	line_down();
	remove(&high);
	KUNIT_EXPECT_NOT_NULL(test, strstr(record, "high.down:request "));
	KUNIT_EXPECT_NULL(test, strstr(record, "high.down:detached "));
	remove(&low);
}

static void ndiswan_stack_invalid(struct kunit *test)
{
	static const char * const bad_reasons[] = { "Bad Reason" };
	struct ndiswan_driver other;

	add(test, &mid);
#define EXPECT_REFUSED(error, change)					\
do {									\
	other = low.public;						\
	change;								\
	KUNIT_EXPECT_EQ(test, ndiswan_driver_register(&other), error);	\
} while (0)
	EXPECT_REFUSED(-EEXIST, other.altitude = 200);
	EXPECT_REFUSED(-EEXIST, other.name = "mid");
	EXPECT_REFUSED(-EINVAL, other.abi++);
	EXPECT_REFUSED(-EINVAL, other.altitude = 0);
	EXPECT_REFUSED(-EINVAL, other.altitude = 0x80000000);
	EXPECT_REFUSED(-EINVAL, other.name = NULL);
	EXPECT_REFUSED(-EINVAL, other.name = "");
	EXPECT_REFUSED(-EINVAL, other.name = "a/b");
	EXPECT_REFUSED(-EINVAL, other.name = "name_of_32_characters_is_too_long");
	EXPECT_REFUSED(-EINVAL, other.flags = 0x80);
	EXPECT_REFUSED(-EINVAL, other.drop_reason_count = NDISWAN_DRIVER_REASONS + 1);
	EXPECT_REFUSED(-EINVAL, other.drop_reasons = NULL);
	EXPECT_REFUSED(-EINVAL, other.drop_reasons = bad_reasons; other.drop_reason_count = 1);
	EXPECT_REFUSED(-EINVAL, other.monitor = probe_monitor);

	low.public.monitor = probe_monitor;
	low.public.send = NULL;
	low.public.receive = NULL;
	low.public.pause = NULL;
	EXPECT_REFUSED(-EINVAL, other.flags = NDISWAN_DRIVER_MANDATORY);
	EXPECT_REFUSED(-EINVAL, other.mru_cost = 1);
	EXPECT_REFUSED(-EINVAL, other.headroom = 1);
	EXPECT_REFUSED(-EINVAL, other.pause = probe_pause);
	add(test, &low);
	KUNIT_EXPECT_EQ(test, ndiswan_slot_mandate("low", true, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, ndiswan_slot_mandate("nobody", true, NULL), -ENOENT);
	link_make(test);
	KUNIT_EXPECT_EQ(test, line_up(NULL), 0);
	record[0] = 0;
	KUNIT_EXPECT_EQ(test, packet_send(test), 0);
	packet_receive(test);
	EXPECT_RECORD(test, "mid.send", "low.sees-send", "low.sees-receive",
		      "mid.receive", "protocol.receive");
	remove(&low);
	remove(&mid);
}

static void ndiswan_stack_attach_refused(struct kunit *test)
{
	mid.attach_result = -EPERM;
	high.attach_result = NDISWAN_ATTACH_DECLINE;
	stack_make(test);
	KUNIT_EXPECT_EQ(test, line_up(NULL), 0);
	EXPECT_RECORD(test, "low.attach", "mid.attach-refuse",
		      "high.attach-decline", "low.up:1492", "protocol.up:1492");
	KUNIT_EXPECT_EQ(test, packet_send(test), 0);
	EXPECT_RECORD(test, "low.send");

	/* Refused again, and then not. */
	KUNIT_EXPECT_EQ(test, ndiswan_slot_enable("mid", &init_net, link->id,
						  true, NULL), -ENODEV);
	EXPECT_RECORD(test, "mid.attach-refuse");
	mid.attach_result = 0;
	KUNIT_EXPECT_EQ(test, ndiswan_slot_enable("mid", &init_net, link->id,
						  true, NULL), 0);
	EXPECT_RECORD(test, "mid.attach", "mid.up:1492");
	KUNIT_EXPECT_EQ(test, ndiswan_slot_enable("mid", &init_net, link->id,
						  false, NULL), 0);
	EXPECT_RECORD(test, "mid.pause", "mid.down:detached", "mid.detach");
	/* One that does not accept the lines that are up. */
	mid.line_result = -EACCES;
	KUNIT_EXPECT_EQ(test, ndiswan_slot_enable("mid", &init_net, link->id,
						  true, NULL), -ENODEV);
	EXPECT_RECORD(test, "mid.attach", "mid.refuse:1492", "mid.detach");
	KUNIT_EXPECT_EQ(test, ndiswan_slot_enable("mid", &init_net, link->id + 77,
						  true, NULL), -ENOENT);
	stack_remove();
}

static void ndiswan_stack_line_refused(struct kunit *test)
{
	const char *sentence;

	stack_make(test);
	record[0] = 0;
	high.line_result = -EACCES;
	KUNIT_EXPECT_EQ(test, line_up(&sentence), -EACCES);
	KUNIT_EXPECT_STREQ(test, sentence, "the test wants no line");
	EXPECT_RECORD(test, "low.up:1492", "mid.up:1492", "high.refuse:1492",
		      "mid.down:refused", "low.down:refused");
	KUNIT_EXPECT_EQ(test, link->state, NDISWAN_LINK_STATE_ATTACHED);

	/* The protocol: those who accepted are told when no packet is inside. */
	high.line_result = 0;
	protocol.refuse = -EADDRINUSE;
	KUNIT_EXPECT_EQ(test, line_up(NULL), -EADDRINUSE);
	EXPECT_RECORD(test, "low.up:1492", "mid.up:1492", "high.up:1492",
		      "protocol.refuse:1492", "high.down:refused",
		      "mid.down:refused", "low.down:refused");
	protocol.refuse = 0;
	KUNIT_EXPECT_EQ(test, line_up(NULL), 0);
	EXPECT_RECORD(test, "low.up:1492", "mid.up:1492", "high.up:1492",
		      "protocol.up:1492");
	stack_remove();
}

static void ndiswan_stack_mru_cost(struct kunit *test)
{
	unsigned int headroom = ndiswan_headroom();

	low.public.mru_cost = 4;
	low.public.headroom = 6;
	mid.public.mru_cost = 10;
	high.public.mru_cost = 20;
	add(test, &low);
	add(test, &high);
	KUNIT_EXPECT_EQ(test, ndiswan_headroom(), headroom + 6);
	link_make(test);
	record[0] = 0;
	KUNIT_EXPECT_EQ(test, line_up(NULL), 0);
	EXPECT_RECORD(test, "low.up:1492", "high.up:1488", "protocol.up:1468");
	add(test, &mid);
	EXPECT_RECORD(test, "mid.attach", "mid.up:1488", "high.update:1478",
		      "protocol.update:1458");
	KUNIT_EXPECT_EQ(test, line_update(1000), 0);
	EXPECT_RECORD(test, "low.update:1000", "mid.update:996",
		      "high.update:986", "protocol.update:966");
	remove(&mid);
	EXPECT_RECORD(test, "mid.pause", "mid.down:detached", "mid.detach",
		      "high.update:996", "protocol.update:976");

	/* Too little is left: the line stays as it was, without the driver. */
	protocol.mru_min = 970;
	add(test, &mid);
	EXPECT_RECORD(test, "mid.attach", "mid.up:996", "high.update:986",
		      "high.update:996", "protocol.update:976",
		      "mid.down:refused", "mid.detach");
	KUNIT_EXPECT_EQ(test, line_update(900), -ERANGE);
	EXPECT_RECORD(test, "low.update:900", "high.update:896",
		      "low.update:1000", "high.update:996",
		      "protocol.update:976");
	stack_remove();
	KUNIT_EXPECT_EQ(test, ndiswan_headroom(), headroom);
}

static void ndiswan_stack_mandatory(struct kunit *test)
{
	const char *sentence;

	mid.public.flags = NDISWAN_DRIVER_MANDATORY;
	mid.public.mru_cost = 10;
	stack_make(test);
	KUNIT_EXPECT_EQ(test, line_up(NULL), 0);
	remove(&mid);
	record[0] = 0;
	KUNIT_EXPECT_LT(test, packet_send(test), 0);
	packet_receive(test);
	EXPECT_RECORD(test, "high.send", "low.receive");
	KUNIT_EXPECT_EQ(test, atomic_read(&link->drops[NDISWAN_DROP_DRIVER_MISSING]), 2);
	KUNIT_EXPECT_EQ(test, sums_of(&mid).blocked, 2);
	KUNIT_EXPECT_EQ(test, ndiswan_slot_enable("mid", &init_net, 0, false, NULL), -EPERM);
	KUNIT_EXPECT_EQ(test, ndiswan_slot_mandate("mid", true, NULL), 0);

	line_down();
	ndiswan_stack_flush();
	record[0] = 0;
	KUNIT_EXPECT_EQ(test, line_up(&sentence), -EHOSTDOWN);
	KUNIT_EXPECT_NOT_NULL(test, strstr(sentence, "mandatory"));
	EXPECT_RECORD(test, "low.up:1492", "low.down:refused");

	/* It comes back. */
	add(test, &mid);
	EXPECT_RECORD(test, "mid.attach");
	KUNIT_EXPECT_EQ(test, line_up(NULL), 0);
	EXPECT_RECORD(test, "low.up:1492", "mid.up:1492", "high.up:1482",
		      "protocol.up:1482");
	KUNIT_EXPECT_EQ(test, packet_send(test), 0);
	EXPECT_RECORD(test, "high.send", "mid.send", "low.send");

	/* It does not, and need not. */
	remove(&mid);
	KUNIT_EXPECT_LT(test, packet_send(test), 0);
	record[0] = 0;
	KUNIT_EXPECT_EQ(test, ndiswan_slot_mandate("mid", false, NULL), 0);
	EXPECT_RECORD(test, "high.update:1492", "protocol.update:1492");
	KUNIT_EXPECT_EQ(test, packet_send(test), 0);
	EXPECT_RECORD(test, "high.send", "low.send");
	KUNIT_EXPECT_EQ(test, ndiswan_slot_mandate("mid", false, NULL), -ENOENT);
	remove(&low);
	remove(&high);
}

/* Who comes back is not who went. */
static void ndiswan_stack_mandatory_changed(struct kunit *test)
{
	mid.public.flags = NDISWAN_DRIVER_MANDATORY;
	mid.public.mru_cost = 10;
	add(test, &mid);
	add(test, &high);
	link_make(test);
	KUNIT_EXPECT_EQ(test, line_up(NULL), 0);
	remove(&mid);
	record[0] = 0;

	mid.public.altitude = 201;
	KUNIT_EXPECT_EQ(test, ndiswan_driver_register(&mid.public), -EEXIST);
	mid.public.altitude = 200;
	probe_init(&low, "mid", 200, low_attach);
	low.public.monitor = probe_monitor;
	low.public.send = NULL;
	low.public.receive = NULL;
	low.public.pause = NULL;
	KUNIT_EXPECT_EQ(test, ndiswan_driver_register(&low.public), -EEXIST);
	EXPECT_RECORD(test, "");

	mid.public.flags = 0;
	mid.public.mru_cost = 30;
	add(test, &mid);
	EXPECT_RECORD(test, "mid.attach", "mid.up:1492", "high.update:1462",
		      "protocol.update:1462");
	remove(&mid);
	KUNIT_EXPECT_LT(test, packet_send(test), 0);
	record[0] = 0;
	/* It is here and does not want the link, so nothing is missing. */
	mid.attach_result = NDISWAN_ATTACH_DECLINE;
	add(test, &mid);
	EXPECT_RECORD(test, "mid.attach-decline", "high.update:1492",
		      "protocol.update:1492");
	KUNIT_EXPECT_EQ(test, packet_send(test), 0);
	KUNIT_EXPECT_EQ(test, ndiswan_slot_mandate("mid", false, NULL), 0);
	remove(&mid);
	remove(&high);
}

/* On a link that it refuses, a mandatory driver is missed until it need not be. */
static void ndiswan_stack_mandatory_refuses(struct kunit *test)
{
	mid.public.flags = NDISWAN_DRIVER_MANDATORY;
	mid.attach_result = -ENOSPC;
	add(test, &mid);
	link_make(test);
	KUNIT_EXPECT_EQ(test, line_up(NULL), -EHOSTDOWN);
	record[0] = 0;
	mid.attach_result = 0;
	KUNIT_EXPECT_EQ(test, ndiswan_slot_mandate("mid", true, NULL), 0);
	EXPECT_RECORD(test, "mid.attach");
	KUNIT_EXPECT_EQ(test, line_up(NULL), 0);
	KUNIT_EXPECT_EQ(test, ndiswan_slot_mandate("mid", false, NULL), 0);
	remove(&mid);
	KUNIT_EXPECT_EQ(test, packet_send(test), 0);
}

static void ndiswan_stack_take(struct kunit *test)
{
	struct stack_sums sums;

	stack_make(test);
	KUNIT_EXPECT_EQ(test, line_up(NULL), 0);
	record[0] = 0;

	mid.verdict[NDISWAN_SENDING] = NDISWAN_TAKE;
	mid.verdict[NDISWAN_RECEIVING] = NDISWAN_TAKE;
	KUNIT_EXPECT_EQ(test, packet_send(test), 0);
	EXPECT_RECORD(test, "high.send", "mid.send");
	KUNIT_EXPECT_EQ(test, sums_of(&mid).held, 1);
	KUNIT_EXPECT_EQ(test, link->counters_ipv6.tx_packets, 0);
	ndiswan_inject_send(mid.layer, mid.taken, NDISWAN_PROTO_IPV6);
	EXPECT_RECORD(test, "low.send");
	KUNIT_EXPECT_EQ(test, link->counters_ipv6.tx_packets, 1);

	packet_receive(test);
	EXPECT_RECORD(test, "low.receive", "mid.receive");
	ndiswan_inject_receive(mid.layer, mid.taken, NDISWAN_PROTO_IPV6);
	EXPECT_RECORD(test, "high.receive", "protocol.receive");

	/* The other way round, as an answer in the packet's own skb. */
	packet_receive(test);
	ndiswan_inject_send(mid.layer, mid.taken, NDISWAN_PROTO_IPV6);
	EXPECT_RECORD(test, "low.receive", "mid.receive", "low.send");

	KUNIT_EXPECT_EQ(test, packet_send(test), 0);
	ndiswan_discard(mid.layer, mid.taken, NDISWAN_SENDING, 1);
	mid.verdict[NDISWAN_SENDING] = NDISWAN_DROP(0);
	KUNIT_EXPECT_LT(test, packet_send(test), 0);
	ndiswan_originate_send(mid.layer, packet(test), NDISWAN_PROTO_IPV6);
	ndiswan_originate_receive(mid.layer, packet(test), NDISWAN_PROTO_IPV6);
	EXPECT_RECORD(test, "high.send", "mid.send", "high.send", "mid.send",
		      "low.send", "high.receive", "protocol.receive");

	sums = sums_of(&mid);
	KUNIT_EXPECT_EQ(test, sums.held, 0);
	KUNIT_EXPECT_EQ(test, sums.seen[NDISWAN_SENDING], 3);
	KUNIT_EXPECT_EQ(test, sums.seen[NDISWAN_RECEIVING], 2);
	KUNIT_EXPECT_EQ(test, sums.taken[NDISWAN_SENDING], 2);
	KUNIT_EXPECT_EQ(test, sums.taken[NDISWAN_RECEIVING], 2);
	KUNIT_EXPECT_EQ(test, sums.injected[NDISWAN_SENDING], 3);
	KUNIT_EXPECT_EQ(test, sums.injected[NDISWAN_RECEIVING], 2);
	KUNIT_EXPECT_EQ(test, sums.dropped[NDISWAN_SENDING], 2);
	KUNIT_EXPECT_EQ(test, sums.discarded[NDISWAN_SENDING], 1);
	KUNIT_EXPECT_EQ(test, sums.drops[0], 1);
	KUNIT_EXPECT_EQ(test, sums.drops[1], 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&link->drops[NDISWAN_DROP_DRIVER]), 2);
	stack_remove();
}

/* A driver that injects when the line is not up: nobody sees that. */
static void ndiswan_stack_inject_without_line(struct kunit *test)
{
	stack_make(test);
	record[0] = 0;
	ndiswan_originate_send(mid.layer, packet(test), NDISWAN_PROTO_IPV6);
	ndiswan_originate_receive(mid.layer, packet(test), NDISWAN_PROTO_IPV6);
	EXPECT_RECORD(test, "");

	KUNIT_EXPECT_EQ(test, line_up(NULL), 0);
	mid.verdict[NDISWAN_SENDING] = NDISWAN_TAKE;
	KUNIT_EXPECT_EQ(test, packet_send(test), 0);
	line_down();
	ndiswan_stack_flush();
	record[0] = 0;
	ndiswan_inject_send(mid.layer, mid.taken, NDISWAN_PROTO_IPV6);
	EXPECT_RECORD(test, "");
	KUNIT_EXPECT_EQ(test, link->counters_ipv6.tx_packets, 0);
	KUNIT_EXPECT_EQ(test, sums_of(&mid).held, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&link->drops[NDISWAN_DROP_LINE_DOWN]), 3);
	stack_remove();
}

static void ndiswan_stack_hangup(struct kunit *test)
{
	add(test, &low);
	add(test, &high);
	link_make(test);
	KUNIT_EXPECT_EQ(test, line_up(NULL), 0);
	record[0] = 0;
	ndiswan_layer_hangup(high.layer);
	ndiswan_layer_hangup(high.layer);
	ndiswan_layer_hangup(low.layer);
	EXPECT_RECORD(test, "protocol.down:driver", "high.down:driver",
		      "high.detach", "low.down:driver", "low.detach");
	KUNIT_EXPECT_EQ(test, link->state, NDISWAN_LINK_STATE_DOWN);
	KUNIT_EXPECT_EQ(test, link->reason, NDISWAN_REASON_DRIVER);
	KUNIT_EXPECT_EQ(test, far->state, NDISWAN_LINK_STATE_DOWN);
	/* Nobody gets a link that is down. */
	add(test, &mid);
	EXPECT_RECORD(test, "");
	stack_remove();
}

static struct kunit_case stack_cases[] = {
	KUNIT_CASE(ndiswan_stack_order),
	KUNIT_CASE(ndiswan_stack_line_again),
	KUNIT_CASE(ndiswan_stack_invalid),
	KUNIT_CASE(ndiswan_stack_attach_refused),
	KUNIT_CASE(ndiswan_stack_line_refused),
	KUNIT_CASE(ndiswan_stack_mru_cost),
	KUNIT_CASE(ndiswan_stack_mandatory),
	KUNIT_CASE(ndiswan_stack_mandatory_changed),
	KUNIT_CASE(ndiswan_stack_mandatory_refuses),
	KUNIT_CASE(ndiswan_stack_take),
	KUNIT_CASE(ndiswan_stack_inject_without_line),
	KUNIT_CASE(ndiswan_stack_hangup),
	{ }
};

static struct kunit_suite stack_suite = {
	.name = "ndiswan_stack",
	.init = stack_init,
	.exit = stack_exit,
	.test_cases = stack_cases,
};

kunit_test_suite(stack_suite);

MODULE_DESCRIPTION("KUnit tests of the stack of intermediate drivers");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(NDISWAN);
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
