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
#include <linux/ppp_defs.h>
#include <linux/rculist.h>
#include <linux/uaccess.h>
#include <linux/xarray.h>
#include <net/ndiswan.h>

static unsigned int altitude = 1000;
module_param(altitude, uint, 0444);
MODULE_PARM_DESC(altitude, "place among the intermediate drivers");

#define SNAPLEN_MIN	64
#define SNAPLEN_MAX	SZ_16K
#define BUFFER_MIN	SZ_64K
#define BUFFER_MAX	SZ_64M
/* With the next link a new section begins, which knows no interfaces. */
#define SECTION_INTERFACES	65536

#define BLOCK_SECTION		0x0a0d0d0a
#define BLOCK_INTERFACE		1
#define BLOCK_STATISTICS	5
#define BLOCK_PACKET		6
#define BYTE_ORDER_MAGIC	0x1a2b3c4d
#define LINKTYPE_PPP		9
#define IF_NAME			2
#define IF_DESCRIPTION		3
#define IF_TSRESOL		9
#define ISB_IFRECV		4
#define ISB_IFDROP		5
#define EPB_FLAGS		2
#define EPB_INBOUND		1
#define EPB_OUTBOUND		2

/* What comes before a packet and what comes after it in the stream. It has a PPP
 * header again, though raw IP would do: libpcap (1.10) cannot read a file with
 * two interfaces whose link type has a number in files (101) that is not its
 * number in memory (12).
 */
struct packet_head {
	u32 type;
	u32 length;
	u32 interface;
	u32 time_high;
	u32 time_low;
	u32 captured;
	u32 original;
	__be16 address_control;
	__be16 protocol;
};

#define PPP_HEADER_SIZE	4

struct packet_tail {
	u16 flags_code;
	u16 flags_length;
	u32 flags;
	u32 end_of_options;
	u32 length;
};

/* A packet in the ring, a multiple of 8 bytes. @link is 0 where the rest of the
 * ring was too short for the next one; only the first two exist then.
 */
struct record {
	u32 size;
	u32 link;
	__be32 peer;
	u32 lost;		/* until then */
	struct packet_head packet;
};

/* A block with options while it is made; there is room for the longest. */
struct stage {
	u8 data[128];
	size_t length;
};

/* An open file. The ring has one reader, who needs no lock, and writers that
 * exclude each other, so that a packet never waits for a reader.
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
	struct stage stage;
	const u8 *next;			/* byte to be read */
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

static void record_fill(struct record *record, const struct sk_buff *skb,
			u32 captured, enum ndiswan_proto proto,
			enum ndiswan_direction direction)
{
	struct packet_head *packet = &record->packet;
	u8 *data = (u8 *)(packet + 1);
	struct packet_tail *tail = (void *)(data + ALIGN(captured, 4));
	u64 now = ktime_get_real_ns();

	packet->type = BLOCK_PACKET;
	packet->length = (u8 *)(tail + 1) - (u8 *)packet;
	packet->time_high = upper_32_bits(now);
	packet->time_low = lower_32_bits(now);
	packet->captured = PPP_HEADER_SIZE + captured;
	packet->original = PPP_HEADER_SIZE + skb->len;
	packet->address_control = htons(PPP_ALLSTATIONS << 8 | PPP_UI);
	packet->protocol = htons(proto == NDISWAN_PROTO_IPV4 ? PPP_IP : PPP_IPV6);
	/* It cannot fail: there are that many. */
	skb_copy_bits(skb, 0, data, captured);
	memset(data + captured, 0, (u8 *)tail - data - captured);
	tail->flags_code = EPB_FLAGS;
	tail->flags_length = sizeof(tail->flags);
	tail->flags = direction == NDISWAN_SENDING ? EPB_OUTBOUND : EPB_INBOUND;
	tail->end_of_options = 0;
	tail->length = packet->length;
}

static void capture_packet(struct capture *capture,
			   const struct ndiswan_layer *layer,
			   const struct sk_buff *skb, enum ndiswan_proto proto,
			   enum ndiswan_direction direction)
{
	const struct capture_layer *from = ndiswan_layer_context(layer);
	u32 captured = min(skb->len, capture->snaplen - PPP_HEADER_SIZE);
	u32 size = ALIGN(sizeof(struct record) + ALIGN(captured, 4) +
			 sizeof(struct packet_tail), 8);
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
		record_fill(record, skb, captured, proto, direction);
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

static void stage_add(struct stage *stage, const void *data, size_t length)
{
	size_t padded = ALIGN(length, 4);

	if (WARN_ON_ONCE(padded > sizeof(stage->data) - stage->length))
		return;
	memset(stage->data + stage->length, 0, padded);
	memcpy(stage->data + stage->length, data, length);
	stage->length += padded;
}

static void stage_option(struct stage *stage, u16 code, const void *data,
			 u16 length)
{
	u16 head[] = { code, length };

	stage_add(stage, head, sizeof(head));
	stage_add(stage, data, length);
}

/* A block: its type, its length, what @words are, options. */
static void stage_begin(struct stage *stage, const u32 *words, size_t size)
{
	stage->length = 0;
	stage_add(stage, words, size);
}

static void stage_end(struct capture *capture)
{
	struct stage *stage = &capture->stage;
	u32 length = stage->length + sizeof(length);

	stage_add(stage, &length, sizeof(length));
	memcpy(stage->data + sizeof(u32), &length, sizeof(length));
	capture->next = stage->data;
	WRITE_ONCE(capture->left, stage->length);
}

static void stage_section(struct capture *capture)
{
	/* The length of the section is not known. */
	u32 words[] = { BLOCK_SECTION, 0, BYTE_ORDER_MAGIC, 0, U32_MAX, U32_MAX };
	static const u16 version[] = { 1, 0 };

	memcpy(&words[3], version, sizeof(version));
	stage_begin(&capture->stage, words, sizeof(words));
	stage_end(capture);
	xa_destroy(&capture->numbers);
	WRITE_ONCE(capture->in_section, true);
	capture->interfaces = 0;
}

static int stage_interface(struct capture *capture, u32 link, __be32 peer)
{
	u32 words[] = { BLOCK_INTERFACE, 0, 0, capture->snaplen };
	struct stage *stage = &capture->stage;
	u16 linktype = LINKTYPE_PPP;
	u8 tsresol = 9;
	char text[32];
	int err;

	err = xa_err(xa_store(&capture->numbers, link,
			      xa_mk_value(capture->interfaces), GFP_KERNEL));
	if (err)
		return err;
	capture->interfaces++;
	memcpy(&words[2], &linktype, sizeof(linktype));
	stage_begin(stage, words, sizeof(words));
	if (link)
		snprintf(text, sizeof(text), "link %u", link);
	else
		strscpy(text, "all links", sizeof(text));
	stage_option(stage, IF_NAME, text, strlen(text));
	if (peer) {
		snprintf(text, sizeof(text), "client %pI4", &peer);
		stage_option(stage, IF_DESCRIPTION, text, strlen(text));
	}
	stage_option(stage, IF_TSRESOL, &tsresol, sizeof(tsresol));
	stage_option(stage, 0, NULL, 0);
	stage_end(capture);
	return 0;
}

/* Always of the first interface: the only link, or "all links". */
static void stage_statistics(struct capture *capture)
{
	struct stage *stage = &capture->stage;
	u64 seen = READ_ONCE(capture->seen);
	u64 lost = READ_ONCE(capture->lost);
	u64 now = ktime_get_real_ns();
	u32 words[] = { BLOCK_STATISTICS, 0, 0, upper_32_bits(now),
			lower_32_bits(now) };

	stage_begin(stage, words, sizeof(words));
	stage_option(stage, ISB_IFRECV, &seen, sizeof(seen));
	stage_option(stage, ISB_IFDROP, &lost, sizeof(lost));
	stage_option(stage, 0, NULL, 0);
	stage_end(capture);
	WRITE_ONCE(capture->lost_told, lost);
	WRITE_ONCE(capture->asked, false);
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
		stage_section(capture);
		return 1;
	}
	if (!capture->link && !capture->interfaces)
		return stage_interface(capture, 0, 0) ?: 1;
	/* Packets were lost before this one, or after the last one. */
	missing = record ? (s32)(record->lost - (u32)capture->lost_told) > 0 :
			   READ_ONCE(capture->lost) != capture->lost_told;
	if (capture->interfaces && (missing || capture->asked)) {
		stage_statistics(capture);
		return 1;
	}
	if (!record)
		return capture->asked ?
		       stage_interface(capture, capture->link, 0) ?: 1 : 0;
	number = xa_load(&capture->numbers, record->link);
	if (!number)
		return stage_interface(capture, record->link, record->peer) ?: 1;
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
