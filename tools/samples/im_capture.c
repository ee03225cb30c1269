// SPDX-License-Identifier: GPL-2.0
/*
 * im_capture: an intermediate driver of class monitor that shows the packets of
 * all links, or of one, without the port and its frames around them.
 *
 *	tcpdump -nr - </dev/im_capture
 *
 * Each open file is a capture of its own, of the network namespace in which it
 * was opened, for who has CAP_NET_ADMIN and CAP_NET_RAW there. What is read is
 * pcapng (draft-ietf-opsawg-pcapng) in which each link is an interface. A
 * capture of all links begins with an interface "all links", which tells how
 * many packets were seen and lost.
 *
 * The first read begins the capture. Lines that can be written before:
 *
 *	link 7			only this link
 *	snaplen 128		bytes kept of a packet
 *	buffer 1048576		bytes that wait to be read
 *
 * and at any time "statistics", which puts the number of packets seen and lost
 * into the stream. That happens by itself where packets are missing. A reader
 * that does not read loses packets and keeps nobody from anything.
 */
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/poll.h>
#include <linux/rculist.h>
#include <linux/uaccess.h>
#include <linux/xarray.h>
#include <net/ndiswan.h>

#include "im_capture_pcapng.h"

static unsigned int altitude = 1000;
module_param(altitude, uint, 0444);
MODULE_PARM_DESC(altitude, "place among the intermediate drivers");

#define SNAPLEN_MIN	64
#define SNAPLEN_MAX	SZ_16K
#define BUFFER_MIN	SZ_64K
#define BUFFER_MAX	SZ_64M
/* With the next link a new section begins, which knows no interfaces. */
#define SECTION_INTERFACES	65536

/* A packet in the ring, a multiple of 8 bytes. @link is 0 where the rest of the
 * ring was too short for the next one; only the first two exist then.
 */
struct record {
	u32 size;
	u32 link;
	__be32 peer;
	u32 lost;		/* until then */
	struct pcapng_packet packet;
};

/* An open file. The ring has one reader, who needs no lock, and writers that
 * exclude each other, so that a packet never waits for a reader. Of the locks,
 * @mutex is outside of captures_lock; @lock is for packets only.
 */
struct capture {
	struct list_head list;		/* captures_lock, RCU */
	u64 net_cookie;

	/* fixed when the capture has begun, which @ring tells; mutex until then */
	u32 link;			/* 0: all */
	u32 snaplen;
	u32 buffer;			/* bytes in @ring, a power of 2 */
	u8 *ring;

	spinlock_t lock;		/* protects head, seen, lost to write */
	unsigned long head;		/* free running */
	u64 seen;
	u64 lost;

	struct mutex mutex;		/* protects all that follows to write */
	unsigned long tail;
	u64 lost_told;
	bool asked;			/* for statistics */
	bool in_section;
	u32 interfaces;			/* of this section */
	struct xarray numbers;		/* of link in this section */
	struct pcapng_block block;	/* the last one that is no packet */
	const u8 *next;			/* byte to be read, in the ring or in @block */
	size_t left;			/* bytes there */
	u32 used;			/* bytes in the ring to free after them */
	wait_queue_head_t wait;
};

/* What the driver knows of a link. */
struct capture_layer {
	u64 net_cookie;
	__be32 peer;
};

static DEFINE_MUTEX(captures_lock);
static LIST_HEAD(captures);		/* captures_lock, RCU */

/* --- from the packet into the ring ------------------------------------------ */

/* Room for @size bytes in one piece, or NULL. @head is where the next begins. */
static struct record *ring_reserve(struct capture *capture, u32 size,
				   unsigned long *head)
{
	u32 offset = capture->head & (capture->buffer - 1);
	u32 skip = size > capture->buffer - offset ? capture->buffer - offset : 0;
	struct record *record = (void *)(capture->ring + offset);
	/* What is free may be written only after it was read. */
	unsigned long tail = smp_load_acquire(&capture->tail);

	lockdep_assert_held(&capture->lock);
	if (skip + size > capture->buffer - (capture->head - tail))
		return NULL;
	if (skip) {
		record->size = skip;
		record->link = 0;
		record = (void *)capture->ring;
	}
	*head = capture->head + skip + size;
	return record;
}

static void capture_packet(struct capture *capture,
			   const struct ndiswan_layer *layer,
			   const struct sk_buff *skb, enum ndiswan_proto proto,
			   enum ndiswan_direction direction)
{
	const struct capture_layer *from = ndiswan_layer_context(layer);
	u32 captured = min(skb->len, capture->snaplen - PCAPNG_PPP_SIZE);
	u32 size = ALIGN(offsetof(struct record, packet) +
			 pcapng_packet_size(captured), 8);
	struct record *record;
	unsigned long head;

	spin_lock(&capture->lock);
	WRITE_ONCE(capture->seen, capture->seen + 1);
	record = ring_reserve(capture, size, &head);
	if (record) {
		record->size = size;
		record->link = layer->link_id;
		record->peer = READ_ONCE(from->peer);
		record->lost = capture->lost;
		pcapng_packet_fill(&record->packet, skb, captured, proto,
				   direction);
		/* The reader sees it complete. */
		smp_store_release(&capture->head, head);
	} else {
		WRITE_ONCE(capture->lost, capture->lost + 1);
	}
	spin_unlock(&capture->lock);
	if (wq_has_sleeper(&capture->wait))
		wake_up_interruptible_poll(&capture->wait,
					   EPOLLIN | EPOLLRDNORM);
}

static noinline void capture_all(const struct ndiswan_layer *layer,
				 const struct sk_buff *skb,
				 enum ndiswan_proto proto,
				 enum ndiswan_direction direction)
{
	const struct capture_layer *from = ndiswan_layer_context(layer);
	struct capture *capture;

	list_for_each_entry_rcu(capture, &captures, list)
		if (capture->net_cookie == from->net_cookie &&
		    (!capture->link || capture->link == layer->link_id))
			capture_packet(capture, layer, skb, proto,
				       direction);
}

/* --- the driver ------------------------------------------------------------- */

static int im_capture_attach(struct ndiswan_layer *layer,
			     struct netlink_ext_ack *extack)
{
	struct capture_layer *from = ndiswan_layer_context(layer);

	from->net_cookie = ndiswan_layer_net(layer)->net_cookie;
	return 0;
}

static int im_capture_line_up(struct ndiswan_layer *layer,
			      enum ndiswan_proto proto,
			      const struct ndiswan_line *line,
			      struct netlink_ext_ack *extack)
{
	struct capture_layer *from = ndiswan_layer_context(layer);

	if (proto == NDISWAN_PROTO_IPV4)
		WRITE_ONCE(from->peer, line->peer_ipv4);
	return 0;
}

static void im_capture_monitor(struct ndiswan_layer *layer,
			       const struct sk_buff *skb,
			       enum ndiswan_proto proto,
			       enum ndiswan_direction direction)
{
	/* Without a capture this is all: two instructions. A static key would
	 * spare them, and interrupt every CPU when somebody opens the file.
	 */
	if (unlikely(!list_empty(&captures)))
		capture_all(layer, skb, proto, direction);
}

/* altitude: set at load */
static struct ndiswan_driver im_capture_driver = {
	.abi = NDISWAN_ABI,
	.name = "im_capture",
	.owner = THIS_MODULE,
	.context_size = sizeof(struct capture_layer),
	.attach = im_capture_attach,
	.monitor = im_capture_monitor,
	.line_up = im_capture_line_up,
};

/* --- from the ring into the stream ------------------------------------------ */

static void put_block(struct capture *capture)
{
	capture->next = capture->block.data;
	WRITE_ONCE(capture->left, capture->block.length);
}

static void put_section(struct capture *capture)
{
	xa_destroy(&capture->numbers);
	capture->interfaces = 0;
	WRITE_ONCE(capture->in_section, true);
	pcapng_section(&capture->block);
	put_block(capture);
}

static int put_interface(struct capture *capture, u32 link, __be32 peer)
{
	void *number = xa_mk_value(capture->interfaces);
	int err;

	err = xa_err(xa_store(&capture->numbers, link, number, GFP_KERNEL));
	if (err)
		return err;
	capture->interfaces++;
	pcapng_interface(&capture->block, capture->snaplen, link, peer);
	put_block(capture);
	return 1;
}

/* Always of the first interface: the only link, or "all links". */
static void put_statistics(struct capture *capture)
{
	u64 lost = READ_ONCE(capture->lost);

	WRITE_ONCE(capture->lost_told, lost);
	WRITE_ONCE(capture->asked, false);
	pcapng_statistics(&capture->block, READ_ONCE(capture->seen), lost);
	put_block(capture);
}

static void ring_free(struct capture *capture, u32 size)
{
	/* All of it was read before it can be written again. */
	smp_store_release(&capture->tail, capture->tail + size);
}

static struct record *ring_first(struct capture *capture)
{
	struct record *record;

	/* Pairs with the release in capture_packet(). */
	while (capture->tail != smp_load_acquire(&capture->head)) {
		record = (void *)(capture->ring +
				  (capture->tail & (capture->buffer - 1)));
		if (record->link)
			return record;
		ring_free(capture, record->size);
	}
	return NULL;
}

/* Finds what is to be read next. Returns 1, 0 if there is nothing, or an error. */
static int capture_next(struct capture *capture)
{
	struct record *record = ring_first(capture);
	void *number;
	bool missing;

	if (!capture->in_section ||
	    capture->interfaces >= SECTION_INTERFACES) {
		put_section(capture);
		return 1;
	}
	if (!capture->link && !capture->interfaces)
		return put_interface(capture, 0, 0);
	/* Packets were lost before this one, or after the last one. */
	missing = record ? (s32)(record->lost - (u32)capture->lost_told) > 0 :
			   READ_ONCE(capture->lost) != capture->lost_told;
	if (capture->interfaces && (missing || capture->asked)) {
		put_statistics(capture);
		return 1;
	}
	if (!record)
		return capture->asked ?
		       put_interface(capture, capture->link, 0) : 0;
	number = xa_load(&capture->numbers, record->link);
	if (!number)
		return put_interface(capture, record->link, record->peer);
	record->packet.interface = xa_to_value(number);
	capture->next = (const u8 *)&record->packet;
	capture->used = record->size;
	WRITE_ONCE(capture->left, record->packet.length);
	return 1;
}

/* Copies what there is. Returns the number of bytes, or an error if there are none. */
static ssize_t capture_copy(struct capture *capture, char __user *buf,
			    size_t count)
{
	size_t done = 0, chunk;
	int err = 0;

	while (done < count) {
		if (!capture->left) {
			err = capture_next(capture);
			if (err <= 0)
				break;
		}
		chunk = min(count - done, capture->left);
		if (copy_to_user(buf + done, capture->next, chunk)) {
			err = -EFAULT;
			break;
		}
		done += chunk;
		capture->next += chunk;
		WRITE_ONCE(capture->left, capture->left - chunk);
		if (!capture->left && capture->used) {
			ring_free(capture, capture->used);
			capture->used = 0;
		}
	}
	return done ?: err;
}

static bool capture_has_bytes(const struct capture *capture)
{
	return !READ_ONCE(capture->in_section) || READ_ONCE(capture->left) ||
	       READ_ONCE(capture->asked) ||
	       READ_ONCE(capture->tail) != READ_ONCE(capture->head) ||
	       READ_ONCE(capture->lost_told) != READ_ONCE(capture->lost);
}

/* --- the file ---------------------------------------------------------------- */

/* From here on packets come. */
static int capture_begin(struct capture *capture)
{
	lockdep_assert_held(&capture->mutex);
	if (capture->ring)
		return 0;
	capture->ring = kvmalloc(capture->buffer, GFP_KERNEL_ACCOUNT);
	if (!capture->ring)
		return -ENOMEM;
	mutex_lock(&captures_lock);
	list_add_tail_rcu(&capture->list, &captures);
	mutex_unlock(&captures_lock);
	return 0;
}

static int im_capture_open(struct inode *inode, struct file *file)
{
	struct net *net = current->nsproxy->net_ns;
	struct capture *capture;

	if (!ns_capable(net->user_ns, CAP_NET_ADMIN) ||
	    !ns_capable(net->user_ns, CAP_NET_RAW))
		return -EPERM;
	capture = kzalloc(sizeof(*capture), GFP_KERNEL_ACCOUNT);
	if (!capture)
		return -ENOMEM;
	/* Never that of another namespace, so that none need be held. */
	capture->net_cookie = net->net_cookie;
	capture->snaplen = SNAPLEN_MAX;
	capture->buffer = SZ_1M;
	spin_lock_init(&capture->lock);
	mutex_init(&capture->mutex);
	xa_init(&capture->numbers);
	init_waitqueue_head(&capture->wait);
	file->private_data = capture;
	return stream_open(inode, file);
}

static int im_capture_release(struct inode *inode, struct file *file)
{
	struct capture *capture = file->private_data;

	if (capture->ring) {
		mutex_lock(&captures_lock);
		list_del_rcu(&capture->list);
		mutex_unlock(&captures_lock);
		/* A packet may have found it before. */
		synchronize_net();
	}
	kvfree(capture->ring);
	xa_destroy(&capture->numbers);
	kfree(capture);
	return 0;
}

static ssize_t im_capture_read(struct file *file, char __user *buf,
			       size_t count, loff_t *pos)
{
	struct capture *capture = file->private_data;
	ssize_t ret;

	for (;;) {
		if (mutex_lock_interruptible(&capture->mutex))
			return -ERESTARTSYS;
		ret = capture_begin(capture);
		if (!ret)
			ret = capture_copy(capture, buf, count);
		mutex_unlock(&capture->mutex);
		if (ret || !count)
			return ret;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(capture->wait,
					       capture_has_bytes(capture));
		if (ret)
			return ret;
	}
}

static __poll_t im_capture_poll(struct file *file, poll_table *wait)
{
	struct capture *capture = file->private_data;

	poll_wait(file, &capture->wait, wait);
	return capture_has_bytes(capture) ? EPOLLIN | EPOLLRDNORM : 0;
}

/* What lines can set before the capture begins. */
struct settings {
	u32 link;
	u32 snaplen;
	u32 buffer;
	bool asked;
};

static int parse_line(struct settings *settings, char *line, bool begun)
{
	char *word = strsep(&line, " ");
	u32 value;

	if (!line) {
		settings->asked = true;
		return strcmp(word, "statistics") ? -EINVAL : 0;
	}
	if (kstrtou32(line, 10, &value))
		return -EINVAL;
	if (!strcmp(word, "link") && value)
		settings->link = value;
	else if (!strcmp(word, "snaplen") && value >= SNAPLEN_MIN &&
		 value <= SNAPLEN_MAX)
		settings->snaplen = value;
	else if (!strcmp(word, "buffer") && value >= BUFFER_MIN &&
		 value <= BUFFER_MAX)
		settings->buffer = roundup_pow_of_two(value);
	else
		return -EINVAL;
	return begun ? -EBUSY : 0;
}

/* All lines or none of them. */
static int capture_set(struct capture *capture, char *text)
{
	struct settings settings = {
		.link = capture->link,
		.snaplen = capture->snaplen,
		.buffer = capture->buffer,
		.asked = capture->asked,
	};
	char *line;
	int err;

	while ((line = strsep(&text, "\n"))) {
		err = *line ? parse_line(&settings, line, capture->ring) : 0;
		if (err)
			return err;
	}
	capture->link = settings.link;
	capture->snaplen = settings.snaplen;
	capture->buffer = settings.buffer;
	WRITE_ONCE(capture->asked, settings.asked);
	return 0;
}

static ssize_t im_capture_write(struct file *file, const char __user *buf,
				size_t count, loff_t *pos)
{
	struct capture *capture = file->private_data;
	char *text;
	int err;

	if (count > PAGE_SIZE)
		return -EINVAL;
	text = memdup_user_nul(buf, count);
	if (IS_ERR(text))
		return PTR_ERR(text);
	mutex_lock(&capture->mutex);
	err = capture_set(capture, text);
	mutex_unlock(&capture->mutex);
	kfree(text);
	if (err)
		return err;
	wake_up_interruptible_poll(&capture->wait, EPOLLIN | EPOLLRDNORM);
	return count;
}

static const struct file_operations im_capture_fops = {
	.owner = THIS_MODULE,
	.open = im_capture_open,
	.release = im_capture_release,
	.read = im_capture_read,
	.write = im_capture_write,
	.poll = im_capture_poll,
};

static struct miscdevice im_capture_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "im_capture",
	.fops = &im_capture_fops,
	.mode = 0600,
};

static int __init im_capture_init(void)
{
	int err;

	im_capture_driver.altitude = altitude;
	err = ndiswan_driver_register(&im_capture_driver);
	if (err)
		return err;
	err = misc_register(&im_capture_misc);
	if (err)
		ndiswan_driver_unregister(&im_capture_driver);
	return err;
}

static void __exit im_capture_exit(void)
{
	misc_deregister(&im_capture_misc);
	ndiswan_driver_unregister(&im_capture_driver);
}

module_init(im_capture_init);
module_exit(im_capture_exit);

MODULE_AUTHOR("RRAS for Linux maintainers");
MODULE_DESCRIPTION("Intermediate driver: captures packets of PPP clients as pcapng");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
MODULE_IMPORT_NS(NDISWAN);
