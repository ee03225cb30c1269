// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/ndiswan. An open file is a link; its control frames are read and written
 * here. See include/uapi/linux/ndiswan_ioctl.h for the contract.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/poll.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <net/dst.h>

#include "internal.h"

/* Control frames that wait on one link, as in PPP's own queues. */
unsigned int ndiswan_control_queue_limit = 32;

struct control_cb {
	u16 protocol;
};

#define CONTROL_CB(skb)	((struct control_cb *)(skb)->cb)

/* Network-layer protocol numbers begin with 0 to 3, those of the compressions
 * with 4 to 7; control protocols with 8 and above (RFC 1661 section 2).
 */
#define PPP_CONTROL_FIRST	0x8000

/* struct ndiswan_info as it was at first. */
#define INFO_SIZE_MIN	offsetofend(struct ndiswan_info, reason)

/**
 * ndiswan_file_receive() - queue a control frame for the link's file
 * @skb: the frame, data at the information field; no longer the caller's
 * @link: the link
 * @protocol: PPP protocol number
 *
 * Bounded: a file that nobody reads costs frames, not memory.
 *
 * Context: RCU read side, bottom halves off.
 */
void ndiswan_file_receive(struct sk_buff *skb, struct ndiswan_link *link,
			  u16 protocol)
{
	enum ndiswan_drop_reason reason;

	/* It may wait for long: hold on to nothing but the bytes. */
	skb_orphan(skb);
	skb_dst_drop(skb);
	skb_ext_reset(skb);
	nf_reset_ct(skb);
	skb->dev = NULL;
	CONTROL_CB(skb)->protocol = protocol;

	spin_lock(&link->rxq.lock);
	if (link->closed) {
		reason = NDISWAN_DROP_LINK_DOWN;
		goto drop;
	}
	if (skb_queue_len(&link->rxq) >= READ_ONCE(ndiswan_control_queue_limit)) {
		reason = NDISWAN_DROP_QUEUE_FULL;
		goto drop;
	}
	__skb_queue_tail(&link->rxq, skb);
	WRITE_ONCE(link->control_rx, link->control_rx + 1);
	spin_unlock(&link->rxq.lock);
	wake_up_interruptible_poll(&link->wait, EPOLLIN | EPOLLRDNORM);
	return;

drop:
	spin_unlock(&link->rxq.lock);
	ndiswan_drop(link, skb, reason);
}

/**
 * ndiswan_file_hangup() - tell the owner that the link is down
 * @link: the link, its state set
 */
void ndiswan_file_hangup(struct ndiswan_link *link)
{
	wake_up_interruptible_poll(&link->wait,
				   EPOLLHUP | EPOLLIN | EPOLLRDNORM);
}

static bool link_is_down(const struct ndiswan_link *link)
{
	return READ_ONCE(link->state) == NDISWAN_LINK_STATE_DOWN;
}

static struct sk_buff *frame_wait(struct ndiswan_link *link, bool nonblock)
{
	struct sk_buff *skb;
	int err;

	for (;;) {
		/* Down is looked at first: what came before it is still read. */
		bool down = link_is_down(link);

		skb = skb_dequeue(&link->rxq);
		if (skb || down)
			return skb;
		if (nonblock)
			return ERR_PTR(-EAGAIN);
		err = wait_event_interruptible(link->wait,
					       !skb_queue_empty_lockless(&link->rxq) ||
					       link_is_down(link));
		if (err)
			return ERR_PTR(err);
	}
}

static ssize_t ndiswan_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct ndiswan_link *link = iocb->ki_filp->private_data;
	bool nonblock = iocb->ki_filp->f_flags & O_NONBLOCK ||
			iocb->ki_flags & IOCB_NOWAIT;
	struct sk_buff *skb;
	ssize_t len;
	__be16 protocol;

	skb = frame_wait(link, nonblock);
	if (IS_ERR_OR_NULL(skb))
		return PTR_ERR_OR_ZERO(skb);

	len = sizeof(protocol) + skb->len;
	if (iov_iter_count(to) < len) {
		skb_queue_head(&link->rxq, skb);
		return -EMSGSIZE;
	}
	protocol = cpu_to_be16(CONTROL_CB(skb)->protocol);
	if (copy_to_iter(&protocol, sizeof(protocol), to) != sizeof(protocol) ||
	    skb_copy_datagram_iter(skb, 0, to, skb->len))
		len = -EFAULT;
	consume_skb(skb);
	return len;
}

static ssize_t ndiswan_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct ndiswan_link *link = iocb->ki_filp->private_data;
	size_t len = iov_iter_count(from);
	unsigned int headroom;
	struct sk_buff *skb;
	__be16 protocol;
	int err;

	if (len < sizeof(protocol))
		return -EINVAL;
	if (len > sizeof(protocol) + NDISWAN_CONTROL_MAX)
		return -EMSGSIZE;
	/* Fixed once the acquire in ndiswan_send_control() sees a port; before
	 * that the frame is refused, whatever room it has.
	 */
	headroom = READ_ONCE(link->headroom);
	skb = alloc_skb(headroom + len, GFP_KERNEL_ACCOUNT);
	if (!skb)
		return -ENOMEM;
	skb_reserve(skb, headroom);
	if (!copy_from_iter_full(&protocol, sizeof(protocol), from) ||
	    !copy_from_iter_full(skb_put(skb, len - sizeof(protocol)),
				 len - sizeof(protocol), from)) {
		kfree_skb(skb);
		return -EFAULT;
	}
	if (be16_to_cpu(protocol) < PPP_CONTROL_FIRST) {
		kfree_skb(skb);
		return -EPROTONOSUPPORT;
	}
	skb->priority = TC_PRIO_CONTROL;
	err = ndiswan_send_control(skb, link, be16_to_cpu(protocol));
	return err ? err : len;
}

static __poll_t ndiswan_poll(struct file *file, poll_table *wait)
{
	struct ndiswan_link *link = file->private_data;
	__poll_t mask = 0;

	poll_wait(file, &link->wait, wait);
	if (!skb_queue_empty_lockless(&link->rxq))
		mask |= EPOLLIN | EPOLLRDNORM;
	switch (READ_ONCE(link->state)) {
	case NDISWAN_LINK_STATE_DOWN:
		mask |= EPOLLHUP | EPOLLIN | EPOLLRDNORM;
		break;
	case NDISWAN_LINK_STATE_ATTACHED:
	case NDISWAN_LINK_STATE_UP:
		mask |= EPOLLOUT | EPOLLWRNORM;
		break;
	}
	return mask;
}

static long file_attach(struct ndiswan_link *link,
			struct ndiswan_attach __user *arg)
{
	struct netlink_ext_ack extack = { };
	struct ndiswan_attach args;
	char message[NDISWAN_MESSAGE_LEN] = { };
	struct net *net;
	u32 size;
	int err;

	if (get_user(size, &arg->size))
		return -EFAULT;
	if (size < sizeof(args))
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	err = copy_struct_from_user(&args, sizeof(args), arg, size);
	if (err)
		return err;

	/* The caller may have moved on since open(), the link has not. */
	ndiswan_control_lock();
	net = link->net ? maybe_get_net(link->net) : NULL;
	ndiswan_control_unlock();
	if (!net)
		return -ENOLINK;
	if (ns_capable(net->user_ns, CAP_NET_ADMIN))
		err = ndiswan_port_attach(link, net, &args, &extack);
	else
		err = -EPERM;
	put_net(net);

	if (!err && copy_to_user(arg->params, args.params, sizeof(args.params)))
		return -EFAULT;
	if (err && extack._msg)
		strscpy(message, extack._msg, sizeof(message));
	if (copy_to_user(arg->message, message, sizeof(message)) ||
	    put_user(link->id, &arg->link))
		return -EFAULT;
	return err;
}

static long file_info(struct ndiswan_link *link, struct ndiswan_info __user *arg)
{
	struct ndiswan_sums sums = { };
	struct ndiswan_info info = { };
	u32 size;

	if (get_user(size, &arg->size))
		return -EFAULT;
	if (size < INFO_SIZE_MIN)
		return -EINVAL;
	ndiswan_control_lock();
	info.size = min_t(u32, size, sizeof(info));
	info.link = link->id;
	info.state = link->state;
	info.reason = link->reason;
	ndiswan_link_sum_locked(link, &sums);
	ndiswan_control_unlock();
	info.rx_packets = sums.packets.rx_packets;
	info.rx_bytes = sums.packets.rx_bytes;
	info.tx_packets = sums.packets.tx_packets;
	info.tx_bytes = sums.packets.tx_bytes;
	return copy_to_user(arg, &info, info.size) ? -EFAULT : 0;
}

/* Others may hold references to the file, and the port's number is to be free
 * when the owner says so, not when the last of them has gone.
 */
static long file_down(struct ndiswan_link *link)
{
	ndiswan_control_lock();
	ndiswan_link_down_locked(link, NDISWAN_REASON_REQUEST);
	ndiswan_control_unlock();
	return 0;
}

static long ndiswan_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case NDISWAN_IOC_ATTACH:
		return file_attach(file->private_data, (void __user *)arg);
	case NDISWAN_IOC_INFO:
		return file_info(file->private_data, (void __user *)arg);
	case NDISWAN_IOC_DOWN:
		return file_down(file->private_data);
	default:
		return -ENOTTY;
	}
}

static int ndiswan_open(struct inode *inode, struct file *file)
{
	struct net *net = current->nsproxy->net_ns;
	struct ndiswan_link *link;

	if (!ns_capable(net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	link = ndiswan_link_create(net);
	if (IS_ERR(link))
		return PTR_ERR(link);
	file->private_data = link;
	return stream_open(inode, file);
}

static int ndiswan_release(struct inode *inode, struct file *file)
{
	ndiswan_link_remove(file->private_data);
	return 0;
}

static const struct file_operations ndiswan_fops = {
	.owner = THIS_MODULE,
	.open = ndiswan_open,
	.release = ndiswan_release,
	.read_iter = ndiswan_read_iter,
	.write_iter = ndiswan_write_iter,
	.poll = ndiswan_poll,
	.unlocked_ioctl = ndiswan_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice ndiswan_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "ndiswan",
	.nodename = "ndiswan",
	.fops = &ndiswan_fops,
	.mode = 0600,
};

/**
 * ndiswan_file_init() - once, at load, when everything else is ready
 *
 * Return: 0 or an error.
 */
int ndiswan_file_init(void)
{
	return misc_register(&ndiswan_misc);
}

/**
 * ndiswan_file_uninit() - once, at unload
 *
 * An open file holds the module, so that there is none now.
 */
void ndiswan_file_uninit(void)
{
	misc_deregister(&ndiswan_misc);
}
