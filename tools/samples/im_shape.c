// SPDX-License-Identifier: GPL-2.0
/*
 * im_shape: an intermediate driver that limits the rate of each client, in both
 * directions. What comes too fast is kept for a while and sent on when its time
 * has come; what does not fit the queue is dropped as "queue-full".
 *
 * Rates are in kilobits of IP packets a second, tx to the client and rx from it;
 * 0 is no limit. A client has those of the module parameters unless
 * /proc/net/im_shape of his network namespace has some for his address. Who has
 * CAP_NET_ADMIN there may write a line at a time, which holds at once and for
 * every session of this address to come:
 *
 *	192.0.2.10 tx 1000 rx 512
 *	192.0.2.10 default
 *
 * Locks: ndiswan_lock, shape_lock, queue->lock. Packets take the last, and links
 * and directions have one each: clients do not wait for each other.
 */
#include <linux/hrtimer.h>
#include <linux/inet.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/xarray.h>
#include <net/ndiswan.h>
#include <net/netns/generic.h>

#include "im_shape_bucket.h"

/* So many packets are sent on without a break: others are waiting as well. */
#define SHAPE_BUDGET	64

enum {
	DROP_QUEUE_FULL,
	DROP_LINE_DOWN,
};

static const char * const shape_reasons[] = {
	[DROP_QUEUE_FULL] = "queue-full",
	[DROP_LINE_DOWN] = "line-down",
};

/* One direction of a link. */
struct shape_queue {
	struct ndiswan_layer *layer;
	enum ndiswan_direction direction;
	/* Fires when the first packet that is held may go. Its callback alone
	 * sends packets on, until shape_pause().
	 */
	struct hrtimer timer;
	spinlock_t lock;		/* for all that follows */
	bool bypass;			/* nothing is held or to be limited;
					 * read without the lock
					 */
	bool busy;			/* a packet is under way from here: the
					 * next must not overtake it
					 */
	bool stopped;			/* no more timer, all may go */
	unsigned int grace;		/* packets still taken then */
	unsigned int bytes;
	struct sk_buff_head held;	/* oldest first; without its own lock */
	struct shape_bucket bucket;
};

/* What we know of a link. */
struct shape_link {
	struct list_head list;		/* shape_lock */
	const struct net *net;
	__be32 address;			/* shape_lock; 0: IPv4 is down */
	struct shape_queue queue[NDISWAN_DIRECTIONS];
};

/* Rates of its own for an address. Each namespace has an xarray of these by
 * address, which shape_lock protects.
 */
struct shape_client {
	__be32 address;
	u32 kbit[NDISWAN_DIRECTIONS];
};

/* What a packet that is held has in its cb. */
struct shape_cb {
	enum ndiswan_proto proto;
};

#define shape_cb(skb)	((struct shape_cb *)(skb)->cb)

static DEFINE_MUTEX(shape_lock);
static LIST_HEAD(shape_links);		/* shape_lock */
static unsigned int shape_net_id;

static unsigned int rates[NDISWAN_DIRECTIONS]; /* shape_lock */
static unsigned int burst = 15000;	/* shape_lock */

static unsigned int queue_packets = 100;
module_param(queue_packets, uint, 0644);
MODULE_PARM_DESC(queue_packets, "Packets held at most, per client and direction");

static unsigned int queue_bytes = 65536;
module_param(queue_bytes, uint, 0644);
MODULE_PARM_DESC(queue_bytes, "Bytes held at most, per client and direction; 0 holds nothing, but drops");

static unsigned int altitude = 2000;
module_param(altitude, uint, 0444);
MODULE_PARM_DESC(altitude, "Place among the intermediate drivers");

/* --- packets -------------------------------------------------------------- */

/* After a change: see to it that the first packet that is held goes in time. */
static void queue_next(struct shape_queue *queue)
{
	lockdep_assert_held(&queue->lock);
	if (queue->busy)
		return;
	if (skb_queue_empty(&queue->held)) {
		/* Who sees it comes after the last packet that was held. */
		smp_store_release(&queue->bypass,
				  queue->stopped || !queue->bucket.kbit);
	} else if (!queue->stopped) {
		/* Not in the past: other timers have their turn first. On the
		 * CPU where packets come: what waits further on in its queues
		 * stays in order.
		 */
		hrtimer_start(&queue->timer,
			      max(queue->bucket.next, ktime_get()),
			      HRTIMER_MODE_ABS_PINNED_SOFT);
	}
}

/* While stopped the limit is another one: a client that is faster than we are
 * would never let shape_pause() end.
 */
static bool queue_is_full(const struct shape_queue *queue,
			  const struct sk_buff *skb)
{
	if (queue->stopped)
		return !queue->grace;
	return skb_queue_len(&queue->held) >= READ_ONCE(queue_packets) ||
	       queue->bytes + skb->len > READ_ONCE(queue_bytes);
}

static void queue_push(struct shape_queue *queue, struct sk_buff *skb,
		       enum ndiswan_proto proto)
{
	shape_cb(skb)->proto = proto;
	__skb_queue_tail(&queue->held, skb);
	queue->bytes += skb->len;
	if (queue->stopped)
		queue->grace--;
	/* If there are others, they are waited for already. */
	if (skb_queue_len(&queue->held) == 1)
		queue_next(queue);
}

static bool queue_may_send(const struct shape_queue *queue, ktime_t now)
{
	return queue->stopped || shape_bucket_ready(&queue->bucket, now);
}

static struct sk_buff *queue_pop(struct shape_queue *queue)
{
	struct sk_buff *skb = skb_peek(&queue->held);
	ktime_t now = ktime_get();

	if (!skb || !queue_may_send(queue, now))
		return NULL;
	shape_bucket_charge(&queue->bucket, now, skb->len);
	__skb_unlink(skb, &queue->held);
	queue->bytes -= skb->len;
	return skb;
}

static int queue_packet(struct shape_queue *queue, struct sk_buff *skb,
			enum ndiswan_proto proto)
{
	int verdict = NDISWAN_PASS;
	ktime_t now;

	/* Pairs with queue_next(). */
	if (smp_load_acquire(&queue->bypass))
		return NDISWAN_PASS;
	spin_lock(&queue->lock);
	now = ktime_get();
	if (!queue->busy && skb_queue_empty(&queue->held) &&
	    queue_may_send(queue, now)) {
		shape_bucket_charge(&queue->bucket, now, skb->len);
	} else if (queue_is_full(queue, skb)) {
		verdict = NDISWAN_DROP(DROP_QUEUE_FULL);
	} else {
		verdict = NDISWAN_TAKE;
		queue_push(queue, skb, proto);
	}
	spin_unlock(&queue->lock);
	return verdict;
}

static int shape_send(struct ndiswan_layer *layer, struct sk_buff *skb,
		      enum ndiswan_proto proto)
{
	struct shape_link *link = ndiswan_layer_context(layer);

	return queue_packet(&link->queue[NDISWAN_SENDING], skb, proto);
}

static int shape_receive(struct ndiswan_layer *layer, struct sk_buff *skb,
			 enum ndiswan_proto proto)
{
	struct shape_link *link = ndiswan_layer_context(layer);

	return queue_packet(&link->queue[NDISWAN_RECEIVING], skb, proto);
}

static void packet_inject(struct shape_queue *queue, struct sk_buff *skb)
{
	enum ndiswan_proto proto = shape_cb(skb)->proto;

	if (queue->direction == NDISWAN_SENDING)
		ndiswan_inject_send(queue->layer, skb, proto);
	else
		ndiswan_inject_receive(queue->layer, skb, proto);
}

/* Send on what may go. One CPU at a time is here, so packets stay in order; it
 * does so without the lock, because an answer may come back to this link before
 * the call returns. What arrives meanwhile sees @busy and is held.
 */
static void queue_drain(struct shape_queue *queue, unsigned int budget)
{
	struct sk_buff *skb;

	spin_lock_bh(&queue->lock);
	while (budget-- && (skb = queue_pop(queue))) {
		queue->busy = true;
		spin_unlock_bh(&queue->lock);
		packet_inject(queue, skb);
		spin_lock_bh(&queue->lock);
	}
	queue->busy = false;
	queue_next(queue);
	spin_unlock_bh(&queue->lock);
}

/* Started anew under the lock only, never by the return value: others may start
 * it while it runs. It does not run on two CPUs even then.
 */
static enum hrtimer_restart queue_timer(struct hrtimer *timer)
{
	queue_drain(container_of(timer, struct shape_queue, timer),
		    SHAPE_BUDGET);
	return HRTIMER_NORESTART;
}

static void queue_init(struct shape_queue *queue, struct ndiswan_layer *layer,
		       enum ndiswan_direction direction)
{
	queue->layer = layer;
	queue->direction = direction;
	spin_lock_init(&queue->lock);
	__skb_queue_head_init(&queue->held);
	hrtimer_init(&queue->timer, CLOCK_MONOTONIC,
		     HRTIMER_MODE_ABS_PINNED_SOFT);
	queue->timer.function = queue_timer;
}

static void queue_set(struct shape_queue *queue, u32 kbit)
{
	spin_lock_bh(&queue->lock);
	shape_bucket_set(&queue->bucket, ktime_get(), kbit, burst);
	queue_next(queue);
	spin_unlock_bh(&queue->lock);
}

/* No timer after this. */
static void queue_stop(struct shape_queue *queue)
{
	spin_lock_bh(&queue->lock);
	queue->stopped = true;
	queue->grace = READ_ONCE(queue_packets);
	spin_unlock_bh(&queue->lock);
	hrtimer_cancel(&queue->timer);
}

/* Throw away what is held of lines that are over. */
static void queue_purge(struct shape_queue *queue, unsigned int protos)
{
	struct sk_buff_head gone;
	struct sk_buff *skb, *next;

	__skb_queue_head_init(&gone);
	spin_lock_bh(&queue->lock);
	skb_queue_walk_safe(&queue->held, skb, next) {
		if (!(protos & BIT(shape_cb(skb)->proto)))
			continue;
		__skb_unlink(skb, &queue->held);
		queue->bytes -= skb->len;
		__skb_queue_tail(&gone, skb);
	}
	spin_unlock_bh(&queue->lock);

	/* One of them may be under way. Then see to those of other lines. */
	hrtimer_cancel(&queue->timer);
	spin_lock_bh(&queue->lock);
	queue_next(queue);
	spin_unlock_bh(&queue->lock);

	while ((skb = __skb_dequeue(&gone)))
		ndiswan_discard(queue->layer, skb, queue->direction,
				DROP_LINE_DOWN);
}

/* --- links ---------------------------------------------------------------- */

static void link_configure(struct shape_link *link)
{
	struct xarray *clients = net_generic(link->net, shape_net_id);
	const struct shape_client *client = NULL;
	int i;

	lockdep_assert_held(&shape_lock);
	if (link->address)
		client = xa_load(clients, ntohl(link->address));
	for (i = 0; i < NDISWAN_DIRECTIONS; i++)
		queue_set(&link->queue[i], client ? client->kbit[i] : rates[i]);
}

static int shape_attach(struct ndiswan_layer *layer,
			struct netlink_ext_ack *extack)
{
	struct shape_link *link = ndiswan_layer_context(layer);
	int i;

	link->net = ndiswan_layer_net(layer);
	for (i = 0; i < NDISWAN_DIRECTIONS; i++)
		queue_init(&link->queue[i], layer, i);
	mutex_lock(&shape_lock);
	list_add(&link->list, &shape_links);
	link_configure(link);
	mutex_unlock(&shape_lock);
	return 0;
}

/* When this returns nothing is held, and everything passes. */
static void shape_pause(struct ndiswan_layer *layer)
{
	struct shape_link *link = ndiswan_layer_context(layer);
	int i;

	for (i = 0; i < NDISWAN_DIRECTIONS; i++) {
		queue_stop(&link->queue[i]);
		/* The sooner it is done the fewer have to be held meanwhile. */
		local_bh_disable();
		queue_drain(&link->queue[i], UINT_MAX);
		local_bh_enable();
	}
}

/* Each line has had its line-down, but a driver below may have passed on since
 * what it held itself.
 */
static void shape_detach(struct ndiswan_layer *layer)
{
	struct shape_link *link = ndiswan_layer_context(layer);
	int i;

	mutex_lock(&shape_lock);
	list_del(&link->list);
	mutex_unlock(&shape_lock);
	for (i = 0; i < NDISWAN_DIRECTIONS; i++) {
		queue_stop(&link->queue[i]);
		queue_purge(&link->queue[i], ~0);
	}
}

/* The IPv4 line says who the client is; packets of all lines are his. */
static void link_identify(struct shape_link *link, __be32 address)
{
	mutex_lock(&shape_lock);
	link->address = address;
	link_configure(link);
	mutex_unlock(&shape_lock);
}

static int shape_line_up(struct ndiswan_layer *layer, enum ndiswan_proto proto,
			 const struct ndiswan_line *line,
			 struct netlink_ext_ack *extack)
{
	if (proto == NDISWAN_PROTO_IPV4)
		link_identify(ndiswan_layer_context(layer), line->peer_ipv4);
	return 0;
}

static void shape_line_down(struct ndiswan_layer *layer,
			    enum ndiswan_proto proto,
			    enum ndiswan_reason reason)
{
	struct shape_link *link = ndiswan_layer_context(layer);
	int i;

	for (i = 0; i < NDISWAN_DIRECTIONS; i++)
		queue_purge(&link->queue[i], BIT(proto));
	if (proto == NDISWAN_PROTO_IPV4)
		link_identify(link, 0);
}

static struct ndiswan_driver shape_driver = {
	.abi = NDISWAN_ABI,
	.name = "im_shape",
	.owner = THIS_MODULE,
	.context_size = sizeof(struct shape_link),
	.drop_reasons = shape_reasons,
	.drop_reason_count = ARRAY_SIZE(shape_reasons),
	.attach = shape_attach,
	.pause = shape_pause,
	.detach = shape_detach,
	.send = shape_send,
	.receive = shape_receive,
	.line_up = shape_line_up,
	.line_down = shape_line_down,
};

/* --- rates ---------------------------------------------------------------- */

static int shape_param_set(const char *value, const struct kernel_param *param)
{
	struct shape_link *link;
	int err;

	mutex_lock(&shape_lock);
	err = param_set_uint(value, param);
	if (!err)
		list_for_each_entry(link, &shape_links, list)
			link_configure(link);
	mutex_unlock(&shape_lock);
	return err;
}

static const struct kernel_param_ops shape_param_ops = {
	.set = shape_param_set,
	.get = param_get_uint,
};

module_param_cb(tx, &shape_param_ops, &rates[NDISWAN_SENDING], 0644);
MODULE_PARM_DESC(tx, "Kilobits a second to a client without rates of his own; 0: no limit");
module_param_cb(rx, &shape_param_ops, &rates[NDISWAN_RECEIVING], 0644);
MODULE_PARM_DESC(rx, "The same from a client");
module_param_cb(burst, &shape_param_ops, &burst, 0644);
MODULE_PARM_DESC(burst, "Bytes that may go at once after a client was idle");

/* The defaults if @wanted is NULL. */
static int client_update(struct net *net, __be32 address,
			 const struct shape_client *wanted)
{
	struct xarray *clients = net_generic(net, shape_net_id);
	struct shape_client *client = NULL, *old;
	struct shape_link *link;
	int err;

	if (wanted) {
		client = kmemdup(wanted, sizeof(*client), GFP_KERNEL_ACCOUNT);
		if (!client)
			return -ENOMEM;
	}
	mutex_lock(&shape_lock);
	old = xa_store(clients, ntohl(address), client, GFP_KERNEL);
	err = xa_err(old);
	if (!err)
		list_for_each_entry(link, &shape_links, list)
			if (link->address == address && net_eq(link->net, net))
				link_configure(link);
	mutex_unlock(&shape_lock);
	kfree(err ? client : old);
	return err;
}

/* "ADDRESS tx KBIT rx KBIT" or "ADDRESS default" */
static int client_parse(int count, char **word, struct shape_client *client)
{
	if (count < 2 || !in4_pton(word[0], -1, (u8 *)&client->address, '\0',
				   NULL) || !client->address)
		return -EINVAL;
	if (count == 2 && !strcmp(word[1], "default"))
		return 0;
	if (count != 5 || strcmp(word[1], "tx") || strcmp(word[3], "rx") ||
	    kstrtou32(word[2], 10, &client->kbit[NDISWAN_SENDING]) ||
	    kstrtou32(word[4], 10, &client->kbit[NDISWAN_RECEIVING]))
		return -EINVAL;
	return 0;
}

static int shape_proc_write(struct file *file, char *text, size_t size)
{
	struct net *net = seq_file_single_net(file->private_data);
	struct shape_client client = { };
	char **word;
	int count, err;

	/* Of who opened the file, so that a privileged program that is made to
	 * write to it does not do so for another.
	 */
	if (!file_ns_capable(file, net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	if (strlen(text) != size)
		return -EINVAL;
	word = argv_split(GFP_KERNEL, text, &count);
	if (!word)
		return -ENOMEM;
	err = client_parse(count, word, &client);
	argv_free(word);
	if (err)
		return err;
	return client_update(net, client.address, count > 2 ? &client : NULL);
}

static int shape_proc_show(struct seq_file *seq, void *v)
{
	struct xarray *clients = net_generic(seq_file_single_net(seq),
					     shape_net_id);
	const struct shape_client *client;
	unsigned long address;

	mutex_lock(&shape_lock);
	xa_for_each(clients, address, client)
		seq_printf(seq, "%pI4 tx %u rx %u\n", &client->address,
			   client->kbit[NDISWAN_SENDING],
			   client->kbit[NDISWAN_RECEIVING]);
	mutex_unlock(&shape_lock);
	return 0;
}

static int __net_init shape_net_init(struct net *net)
{
	/* What is in it is charged to who writes it. */
	xa_init_flags(net_generic(net, shape_net_id), XA_FLAGS_ACCOUNT);
	if (!proc_create_net_single_write("im_shape", 0644, net->proc_net,
					  shape_proc_show, shape_proc_write,
					  NULL))
		return -ENOMEM;
	return 0;
}

/* We have left all links of the namespace by now. */
static void __net_exit shape_net_exit(struct net *net)
{
	struct xarray *clients = net_generic(net, shape_net_id);
	struct shape_client *client;
	unsigned long address;

	remove_proc_entry("im_shape", net->proc_net);
	xa_for_each(clients, address, client)
		kfree(client);
	xa_destroy(clients);
}

static struct pernet_operations shape_net_ops = {
	.init = shape_net_init,
	.exit = shape_net_exit,
	.id = &shape_net_id,
	.size = sizeof(struct xarray),
};

static int __init shape_init(void)
{
	int err;

	err = register_pernet_subsys(&shape_net_ops);
	if (err)
		return err;
	shape_driver.altitude = altitude;
	err = ndiswan_driver_register(&shape_driver);
	if (err)
		unregister_pernet_subsys(&shape_net_ops);
	return err;
}

static void __exit shape_exit(void)
{
	ndiswan_driver_unregister(&shape_driver);
	unregister_pernet_subsys(&shape_net_ops);
}

module_init(shape_init);
module_exit(shape_exit);
MODULE_IMPORT_NS(NDISWAN);
MODULE_DESCRIPTION("Intermediate driver that limits the rate of each client");
MODULE_LICENSE("GPL");
