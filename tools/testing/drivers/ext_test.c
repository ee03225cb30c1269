// SPDX-License-Identifier: GPL-2.0
/*
 * ext_test: extensions of ipfltdrv that do what a test tells them to. What is written
 * to the parameter "control":
 *
 *	add PRIORITY PORT VERDICT	for packets with this destination port, all if
 *					it is 0; VERDICT is that of <net/ipfltdrv.h>
 *	remove PRIORITY
 *	alien				try to register one for another version
 *	nameless			try to register one without a name
 *
 * The parameter "seen" has a line for each: its priority, how many packets it has
 * seen, and how many packets that nobody sent. The parameter "last" is the last one
 * that anybody has seen.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/spinlock.h>
#include <net/ipfltdrv.h>

struct ext {
	struct ipfltdrv_extension extension;
	struct list_head list;	/* mutex */
	bool gone;		/* nobody may call it any more */
	unsigned int port;
	unsigned int verdict;
	atomic_t seen;
	atomic_t tests;
};

static DEFINE_MUTEX(mutex);
static LIST_HEAD(exts); /* mutex */
static DEFINE_SPINLOCK(last_lock);
static struct ipfltdrv_packet last; /* last_lock */
static char last_dev[IFNAMSIZ]; /* last_lock */

static enum ipfltdrv_verdict ext_judge(struct ipfltdrv_extension *extension,
				       const struct ipfltdrv_packet *packet)
{
	struct ext *ext = container_of(extension, struct ext, extension);
	bool mine;

	WARN_ON_ONCE(READ_ONCE(ext->gone));
	WARN_ON_ONCE(!rcu_read_lock_held());
	WARN_ON_ONCE(!in_softirq());
	WARN_ON_ONCE(packet->network + packet->length > packet->skb->len);
	if (packet->flags & IPFLTDRV_PACKET_TEST)
		atomic_inc(&ext->tests);
	else
		atomic_inc(&ext->seen);
	spin_lock_bh(&last_lock);
	last = *packet;
	strscpy(last_dev, packet->dev->name, sizeof(last_dev));
	spin_unlock_bh(&last_lock);
	mine = !ext->port || (packet->flags & IPFLTDRV_PACKET_PORTS &&
			      packet->dst_port == ext->port);
	return mine ? ext->verdict : IPFLTDRV_VERDICT_PASS;
}

static int ext_add(int priority, unsigned int port, unsigned int verdict, u32 abi,
		   const char *name)
{
	struct ext *ext = kzalloc(sizeof(*ext), GFP_KERNEL);
	int err;

	if (!ext)
		return -ENOMEM;
	ext->extension.abi = abi;
	ext->extension.name = name;
	ext->extension.priority = priority;
	ext->extension.owner = THIS_MODULE;
	ext->extension.judge = ext_judge;
	ext->port = port;
	ext->verdict = verdict;
	err = ipfltdrv_extension_register(&ext->extension);
	if (err)
		kfree(ext);
	else
		list_add_tail(&ext->list, &exts);
	return err;
}

static void ext_remove(struct ext *ext)
{
	ipfltdrv_extension_unregister(&ext->extension);
	WRITE_ONCE(ext->gone, true);
	list_del(&ext->list);
	kfree(ext);
}

static int ext_remove_by(int priority)
{
	struct ext *ext;

	list_for_each_entry(ext, &exts, list)
		if (ext->extension.priority == priority) {
			ext_remove(ext);
			return 0;
		}
	return -ENOENT;
}

static int command(const char *line)
{
	unsigned int port, verdict;
	int priority;

	if (sscanf(line, "add %d %u %u", &priority, &port, &verdict) == 3)
		return ext_add(priority, port, verdict, IPFLTDRV_ABI, KBUILD_MODNAME);
	if (sscanf(line, "remove %d", &priority) == 1)
		return ext_remove_by(priority);
	if (!strncmp(line, "alien", 5))
		return ext_add(0, 0, 0, IPFLTDRV_ABI + 1, KBUILD_MODNAME);
	if (!strncmp(line, "nameless", 8))
		return ext_add(0, 0, 0, IPFLTDRV_ABI, "");
	return -EINVAL;
}

static int control_set(const char *line, const struct kernel_param *kp)
{
	int err;

	mutex_lock(&mutex);
	err = command(line);
	mutex_unlock(&mutex);
	return err;
}

static int seen_get(char *buffer, const struct kernel_param *kp)
{
	struct ext *ext;
	int len = 0;

	mutex_lock(&mutex);
	list_for_each_entry(ext, &exts, list)
		len += sysfs_emit_at(buffer, len, "%d %d %d\n",
				     ext->extension.priority,
				     atomic_read(&ext->seen),
				     atomic_read(&ext->tests));
	mutex_unlock(&mutex);
	return len;
}

static int last_get(char *buffer, const struct kernel_param *kp)
{
	struct ipfltdrv_packet p;
	char dev[IFNAMSIZ];
	int len;

	spin_lock_bh(&last_lock);
	p = last;
	strscpy(dev, last_dev, sizeof(dev));
	spin_unlock_bh(&last_lock);
	len = sysfs_emit(buffer, "dev %s link %u direction %u protocol %u flags %u ",
			 dev, p.link, p.direction, p.protocol, p.flags);
	len += sysfs_emit_at(buffer, len, "network %u transport %u length %u ",
			     p.network, p.transport, p.length);
	len += sysfs_emit_at(buffer, len, "ports %u %u icmp %u %u fragment %u %u ",
			     p.src_port, p.dst_port, p.icmp_type, p.icmp_code,
			     p.fragment_id, p.fragment_offset);
	if (p.family == AF_INET)
		return len + sysfs_emit_at(buffer, len, "%pI4 %pI4\n", &p.src_ipv4,
					   &p.dst_ipv4);
	return len + sysfs_emit_at(buffer, len, "%pI6c %pI6c\n", &p.src_ipv6,
				   &p.dst_ipv6);
}

static const struct kernel_param_ops control_ops = { .set = control_set };
static const struct kernel_param_ops seen_ops = { .get = seen_get };
static const struct kernel_param_ops last_ops = { .get = last_get };

module_param_cb(control, &control_ops, NULL, 0200);
module_param_cb(seen, &seen_ops, NULL, 0400);
module_param_cb(last, &last_ops, NULL, 0400);

static int __init ext_test_init(void)
{
	return 0;
}

static void __exit ext_test_exit(void)
{
	struct ext *ext, *next;

	list_for_each_entry_safe(ext, next, &exts, list)
		ext_remove(ext);
}

module_init(ext_test_init);
module_exit(ext_test_exit);

MODULE_DESCRIPTION("Extensions of ipfltdrv for tests");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(IPFLTDRV);
