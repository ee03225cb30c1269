// SPDX-License-Identifier: GPL-2.0
/* im_test: the callbacks, and what they hold ndiswan_shim to. */
#include <linux/ip.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "im_test.h"

/* What the driver knows of a link. */
struct im_layer {
	struct im *im;
	struct ndiswan_layer *layer;
	struct list_head list;		/* im->mutex */
	u8 up;				/* protocols; ndiswan_lock to write */
	u8 seen;			/* directions recorded since line-up */
	bool paused;			/* queue locks */
	bool detached;
	atomic_t inside[NDISWAN_PROTO_MAX];
	atomic_t packets;
	struct mutex drain;		/* one who injects at a time */
	struct sk_buff_head queue[NDISWAN_DIRECTIONS];
	bool draining[NDISWAN_DIRECTIONS]; /* the queue's lock */
	struct delayed_work work;
};

struct im_cb {
	enum ndiswan_proto proto;
};

#define IM_CB(skb)	((struct im_cb *)(skb)->cb)

enum { IM_REASON_TEST, IM_REASON_FULL, IM_REASON_LINE_DOWN };

static const char * const im_reasons[] = { "test", "full", "line-down" };

static atomic_t numbers;

static void record(struct im *im, const char *what, u32 link, int proto,
		   int value, __be32 peer)
{
	struct im_record *record;

	spin_lock_bh(&im->lock);
	if (im->records < IM_RECORDS) {
		record = &im->record[im->records++];
		record->number = atomic_inc_return(&numbers);
		record->what = what;
		record->link = link;
		record->proto = proto;
		record->value = value;
		record->peer = peer;
	} else {
		im->lost++;
	}
	spin_unlock_bh(&im->lock);
}

/* --- packets ---------------------------------------------------------------- */

static bool keeps(const struct im *im, enum ndiswan_direction direction)
{
	unsigned int mode = READ_ONCE(im->mode[direction]);

	return mode == IM_TAKE || mode == IM_HOLD;
}

/* A packet that comes while older ones wait waits behind them. */
static int enqueue(struct im_layer *l, struct sk_buff *skb,
		   enum ndiswan_direction direction)
{
	struct sk_buff_head *queue = &l->queue[direction];
	struct im *im = l->im;
	int verdict = NDISWAN_PASS;

	spin_lock_bh(&queue->lock);
	if ((keeps(im, direction) && !l->paused) || skb_queue_len(queue) ||
	    l->draining[direction]) {
		verdict = NDISWAN_DROP(IM_REASON_FULL);
		if (skb_queue_len(queue) < im->limit) {
			__skb_queue_tail(queue, skb);
			verdict = NDISWAN_TAKE;
		}
	}
	spin_unlock_bh(&queue->lock);
	if (verdict == NDISWAN_TAKE &&
	    READ_ONCE(im->mode[direction]) != IM_HOLD)
		schedule_delayed_work(&l->work, msecs_to_jiffies(im->delay));
	return verdict;
}

static void inject(struct im_layer *l, struct sk_buff *skb,
		   enum ndiswan_direction direction)
{
	enum ndiswan_proto proto = IM_CB(skb)->proto;

	atomic_long_inc(&l->im->injected[direction]);
	if (direction == NDISWAN_SENDING)
		ndiswan_inject_send(l->layer, skb, proto);
	else
		ndiswan_inject_receive(l->layer, skb, proto);
}

/* All that waits, in order. Packets that come meanwhile are part of it. */
static void drain(struct im_layer *l, enum ndiswan_direction direction)
{
	struct sk_buff_head *queue = &l->queue[direction];
	struct sk_buff *skb;

	mutex_lock(&l->drain);
	for (;;) {
		spin_lock_bh(&queue->lock);
		skb = __skb_dequeue(queue);
		l->draining[direction] = skb;
		spin_unlock_bh(&queue->lock);
		if (!skb)
			break;
		inject(l, skb, direction);
		cond_resched();
	}
	mutex_unlock(&l->drain);
}

static void drain_both(struct im_layer *l)
{
	drain(l, NDISWAN_SENDING);
	drain(l, NDISWAN_RECEIVING);
}

static void drain_work(struct work_struct *work)
{
	drain_both(container_of(work, struct im_layer, work.work));
}

/* All that waits of a protocol, or of all, is lost. */
static void discard(struct im_layer *l, int proto)
{
	struct sk_buff_head *queue;
	struct sk_buff *skb, *next;
	int direction;

	for (direction = 0; direction < NDISWAN_DIRECTIONS; direction++) {
		queue = &l->queue[direction];
		spin_lock_bh(&queue->lock);
		skb_queue_walk_safe(queue, skb, next) {
			if (proto >= 0 && IM_CB(skb)->proto != proto)
				continue;
			__skb_unlink(skb, queue);
			ndiswan_discard(l->layer, skb, direction,
					IM_REASON_LINE_DOWN);
		}
		spin_unlock_bh(&queue->lock);
	}
}

/* Strip and put on. What is there is checked, so that a packet which missed a
 * layer, or met it twice, is noticed.
 */
static int lengthen(struct im_layer *l, struct sk_buff *skb,
		    enum ndiswan_direction direction)
{
	unsigned int cost = l->im->public.mru_cost, i;
	u8 mark = l->im->public.altitude;

	if (direction == NDISWAN_SENDING) {
		if (skb_headroom(skb) < l->im->public.headroom)
			atomic_long_inc(&l->im->tight);
		if (skb_cow_head(skb, cost))
			return NDISWAN_DROP(IM_REASON_TEST);
		memset(skb_push(skb, cost), mark, cost);
	} else {
		if (!pskb_may_pull(skb, cost))
			return NDISWAN_DROP(IM_REASON_TEST);
		for (i = 0; i < cost; i++)
			if (skb->data[i] != mark)
				return NDISWAN_DROP(IM_REASON_TEST);
		skb_pull_rcsum(skb, cost);
	}
	skb_reset_network_header(skb);
	return NDISWAN_PASS;
}

/* What holds for every packet. */
static void look(struct im_layer *l, const struct sk_buff *skb,
		 enum ndiswan_proto proto, enum ndiswan_direction direction)
{
	struct im *im = l->im;
	unsigned int hangup = READ_ONCE(im->hangup_after);

	WARN_ONCE(READ_ONCE(l->detached), "a packet after detach");
	WARN_ONCE(!(READ_ONCE(l->up) & BIT(proto)),
		  "a packet without a line: link %u", l->layer->link_id);
	WARN_ONCE(skb_is_gso(skb), "a GSO packet");
	WARN_ONCE(skb_network_offset(skb), "data is not at the network header");
	WARN_ONCE(skb->protocol != (proto == NDISWAN_PROTO_IPV4 ?
				    htons(ETH_P_IP) : htons(ETH_P_IPV6)),
		  "wrong skb->protocol");
	atomic_long_inc(&im->packets[direction]);
	if (!(READ_ONCE(l->seen) & BIT(direction))) {
		WRITE_ONCE(l->seen, READ_ONCE(l->seen) | BIT(direction));
		record(im, direction == NDISWAN_SENDING ? "send" : "receive",
		       l->layer->link_id, proto, skb->len, 0);
	}
	if (hangup && atomic_inc_return(&l->packets) >= hangup)
		ndiswan_layer_hangup(l->layer);
}

static int packet(struct ndiswan_layer *layer, struct sk_buff *skb,
		  enum ndiswan_proto proto, enum ndiswan_direction direction)
{
	struct im_layer *l = ndiswan_layer_context(layer);
	struct im *im = l->im;
	int verdict;

	atomic_inc(&l->inside[proto]);
	look(l, skb, proto, direction);
	verdict = NDISWAN_DROP(IM_REASON_TEST);
	if (READ_ONCE(im->mode[direction]) == IM_DROP)
		goto out;
	verdict = im->lengthen ? lengthen(l, skb, direction) : NDISWAN_PASS;
	if (verdict != NDISWAN_PASS)
		goto out;
	IM_CB(skb)->proto = proto;
	verdict = enqueue(l, skb, direction);
out:
	atomic_dec(&l->inside[proto]);
	return verdict;
}

static int im_send(struct ndiswan_layer *layer, struct sk_buff *skb,
		   enum ndiswan_proto proto)
{
	return packet(layer, skb, proto, NDISWAN_SENDING);
}

static int im_receive(struct ndiswan_layer *layer, struct sk_buff *skb,
		      enum ndiswan_proto proto)
{
	return packet(layer, skb, proto, NDISWAN_RECEIVING);
}

static void im_monitor(struct ndiswan_layer *layer, const struct sk_buff *skb,
		       enum ndiswan_proto proto,
		       enum ndiswan_direction direction)
{
	struct im_layer *l = ndiswan_layer_context(layer);

	atomic_inc(&l->inside[proto]);
	look(l, skb, proto, direction);
	atomic_dec(&l->inside[proto]);
}

/* --- control ---------------------------------------------------------------- */

static int im_attach(struct im *im, struct ndiswan_layer *layer,
		     struct netlink_ext_ack *extack)
{
	struct im_layer *l = ndiswan_layer_context(layer);
	int i;

	WARN_ONCE(!ndiswan_control_is_locked(), "attach without the lock");
	WARN_ONCE(l->im, "context is not zero");
	im->attaches++;
	if (im->decline) {
		record(im, "decline", layer->link_id, -1, 0, 0);
		return NDISWAN_ATTACH_DECLINE;
	}
	if (im->attach_every && im->attaches % im->attach_every == 0) {
		record(im, "refuse-attach", layer->link_id, -1, im->error, 0);
		NL_SET_ERR_MSG(extack, "im_test does not want this link");
		return -(int)im->error;
	}
	l->im = im;
	l->layer = layer;
	mutex_init(&l->drain);
	for (i = 0; i < NDISWAN_DIRECTIONS; i++)
		skb_queue_head_init(&l->queue[i]);
	INIT_DELAYED_WORK(&l->work, drain_work);
	mutex_lock(&im->mutex);
	list_add_tail(&l->list, &im->layers);
	mutex_unlock(&im->mutex);
	record(im, "attach", layer->link_id, -1, 0, 0);
	return 0;
}

static void im_pause(struct ndiswan_layer *layer)
{
	struct im_layer *l = ndiswan_layer_context(layer);
	int direction;

	WARN_ONCE(l->paused, "a second pause");
	record(l->im, "pause", layer->link_id, -1, 0, 0);
	for (direction = 0; direction < NDISWAN_DIRECTIONS; direction++) {
		spin_lock_bh(&l->queue[direction].lock);
		l->paused = true;
		spin_unlock_bh(&l->queue[direction].lock);
		drain(l, direction);
	}
}

static void im_detach(struct ndiswan_layer *layer)
{
	struct im_layer *l = ndiswan_layer_context(layer);
	struct im *im = l->im;
	int proto;

	WARN_ONCE(!ndiswan_control_is_locked(), "detach without the lock");
	WARN_ONCE(l->detached, "a second detach");
	WARN_ONCE(l->up, "detach with a line up");
	for (proto = 0; proto < NDISWAN_PROTO_MAX; proto++)
		WARN_ONCE(atomic_read(&l->inside[proto]),
			  "detach with a packet inside");
	WRITE_ONCE(l->detached, true);
	mutex_lock(&im->mutex);
	list_del(&l->list);
	mutex_unlock(&im->mutex);
	cancel_delayed_work_sync(&l->work);
	if (im->keep)
		drain_both(l);
	discard(l, -1);
	im->detaches++;
	record(im, "detach", layer->link_id, -1, 0, 0);
}

static int im_line_up(struct ndiswan_layer *layer, enum ndiswan_proto proto,
		      const struct ndiswan_line *line,
		      struct netlink_ext_ack *extack)
{
	struct im_layer *l = ndiswan_layer_context(layer);

	WARN_ONCE(l->up & BIT(proto), "a line-up of a line that is up");
	WARN_ONCE(l->detached, "line-up after detach");
	if (l->im->refuse) {
		record(l->im, "refuse-line", layer->link_id, proto,
		       l->im->refuse, line->peer_ipv4);
		NL_SET_ERR_MSG(extack, "im_test refuses all clients");
		return -(int)l->im->refuse;
	}
	WRITE_ONCE(l->up, l->up | BIT(proto));
	WRITE_ONCE(l->seen, 0);
	record(l->im, "line_up", layer->link_id, proto, line->mru,
	       line->peer_ipv4);
	return 0;
}

static void im_line_update(struct ndiswan_layer *layer,
			   enum ndiswan_proto proto,
			   const struct ndiswan_line *line)
{
	struct im_layer *l = ndiswan_layer_context(layer);

	WARN_ONCE(!(l->up & BIT(proto)), "a line-update without a line-up");
	record(l->im, "line_update", layer->link_id, proto, line->mru, 0);
}

static void im_line_down(struct ndiswan_layer *layer, enum ndiswan_proto proto,
			 enum ndiswan_reason reason)
{
	struct im_layer *l = ndiswan_layer_context(layer);

	WARN_ONCE(!(l->up & BIT(proto)), "a line-down without a line-up");
	WARN_ONCE(atomic_read(&l->inside[proto]),
		  "line-down with a packet inside");
	record(l->im, "line_down", layer->link_id, proto, reason, 0);
	WRITE_ONCE(l->up, l->up & ~BIT(proto));
	if (l->im->keep)
		return;
	/* The link goes on without us, so its packets do. */
	if (reason == NDISWAN_REASON_DETACHED)
		drain_both(l);
	else
		discard(l, proto);
}

/* A layer does not say whose it is, so each driver has an attach of its own. */
static struct im *ims[IM_DRIVERS];

#define IM_ATTACH(n)							\
static int im_attach_##n(struct ndiswan_layer *layer,			\
			 struct netlink_ext_ack *extack)		\
{									\
	return im_attach(ims[n], layer, extack);			\
}

IM_ATTACH(0)
IM_ATTACH(1)
IM_ATTACH(2)
IM_ATTACH(3)
IM_ATTACH(4)
IM_ATTACH(5)
IM_ATTACH(6)
IM_ATTACH(7)

static int (*const im_attaches[IM_DRIVERS])(struct ndiswan_layer *layer,
					    struct netlink_ext_ack *extack) = {
	im_attach_0, im_attach_1, im_attach_2, im_attach_3,
	im_attach_4, im_attach_5, im_attach_6, im_attach_7,
};

/* --- commands ---------------------------------------------------------------- */

/**
 * im_monitor_only() - make it one that only looks
 * @im: a driver, not registered
 */
void im_monitor_only(struct im *im)
{
	im->public.monitor = im_monitor;
	im->public.send = NULL;
	im->public.receive = NULL;
	im->public.pause = NULL;
}

/**
 * im_init() - fill in what all drivers have
 * @im: a driver, zeroed
 * @number: which of them
 */
void im_init(struct im *im, unsigned int number)
{
	ims[number] = im;
	mutex_init(&im->control);
	mutex_init(&im->mutex);
	spin_lock_init(&im->lock);
	INIT_LIST_HEAD(&im->layers);
	im->delay = 5;
	im->limit = 1000;
	im->error = EPERM;
	im->public = (struct ndiswan_driver) {
		.abi = NDISWAN_ABI,
		.name = im->name,
		.owner = THIS_MODULE,
		.context_size = sizeof(struct im_layer),
		.drop_reasons = im_reasons,
		.drop_reason_count = ARRAY_SIZE(im_reasons),
		.attach = im_attaches[number],
		.pause = im_pause,
		.detach = im_detach,
		.send = im_send,
		.receive = im_receive,
		.line_up = im_line_up,
		.line_update = im_line_update,
		.line_down = im_line_down,
	};
}

/**
 * im_register() - register a driver
 * @im: the driver
 *
 * Context: process; im->control held.
 * Return: 0 or an error.
 */
int im_register(struct im *im)
{
	int err;

	if (im->registered)
		return -EALREADY;
	err = ndiswan_driver_register(&im->public);
	im->registered = !err;
	return err;
}

/**
 * im_unregister() - unregister a driver
 * @im: the driver
 *
 * Context: process; im->control held.
 */
void im_unregister(struct im *im)
{
	if (!im->registered)
		return;
	ndiswan_driver_unregister(&im->public);
	im->registered = false;
	WARN_ONCE(!list_empty(&im->layers), "unregistered, and still attached");
}

/**
 * im_release() - inject all that is held
 * @im: the driver
 *
 * Context: process.
 */
void im_release(struct im *im)
{
	struct im_layer *l;

	mutex_lock(&im->mutex);
	list_for_each_entry(l, &im->layers, list)
		drain_both(l);
	mutex_unlock(&im->mutex);
}

/**
 * im_hangup() - ask for the end of all links
 * @im: the driver
 *
 * Context: process.
 */
void im_hangup(struct im *im)
{
	struct im_layer *l;

	mutex_lock(&im->mutex);
	list_for_each_entry(l, &im->layers, list) {
		ndiswan_layer_hangup(l->layer);
		ndiswan_layer_hangup(l->layer);
	}
	mutex_unlock(&im->mutex);
}

/**
 * im_originate() - a packet of our own on each link
 * @im: the driver
 * @direction: which way
 *
 * Nobody has asked for it: an IPv4 header and nothing behind it.
 *
 * Context: process.
 */
void im_originate(struct im *im, enum ndiswan_direction direction)
{
	struct im_layer *l;
	struct sk_buff *skb;
	struct iphdr *iph;

	mutex_lock(&im->mutex);
	list_for_each_entry(l, &im->layers, list) {
		skb = alloc_skb(128 + sizeof(*iph), GFP_KERNEL);
		if (!skb)
			break;
		skb_reserve(skb, 128);
		iph = skb_put_zero(skb, sizeof(*iph));
		iph->version = 4;
		iph->ihl = 5;
		iph->ttl = 64;
		iph->protocol = IPPROTO_NONE;
		iph->tot_len = htons(sizeof(*iph));
		iph->daddr = htonl(INADDR_LOOPBACK);
		iph->check = ip_fast_csum(iph, iph->ihl);
		if (direction == NDISWAN_SENDING)
			ndiswan_originate_send(l->layer, skb, NDISWAN_PROTO_IPV4);
		else
			ndiswan_originate_receive(l->layer, skb, NDISWAN_PROTO_IPV4);
	}
	mutex_unlock(&im->mutex);
}
