// SPDX-License-Identifier: GPL-2.0
/*
 * ext_count: an extension of ipfltdrv that counts packets by their protocol, and
 * refuses connections to one port with a word to the sender.
 *
 *	insmod ext_count.ko refuse_port=25
 *	cat /sys/module/ext_count/parameters/counts
 *
 * It sees the packets of devices with a binding, see <net/ipfltdrv.h>.
 */
#include <linux/in.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <net/ipfltdrv.h>

static int priority;
module_param(priority, int, 0444);
MODULE_PARM_DESC(priority, "place among the extensions, the lowest is asked first");

static ushort refuse_port;
module_param(refuse_port, ushort, 0644);
MODULE_PARM_DESC(refuse_port, "TCP port that nobody may connect to; 0: none");

enum count { COUNT_TCP, COUNT_UDP, COUNT_ICMP, COUNT_OTHER, COUNT_REFUSED, COUNTS };

static const char * const names[COUNTS] = {
	[COUNT_TCP] = "tcp",
	[COUNT_UDP] = "udp",
	[COUNT_ICMP] = "icmp",
	[COUNT_OTHER] = "other",
	[COUNT_REFUSED] = "refused",
};

/* A CPU writes its own only, and a sum need not be of one moment. */
static DEFINE_PER_CPU(unsigned long[COUNTS], counters);

static int counts_get(char *buffer, const struct kernel_param *kp)
{
	unsigned long sum;
	int cpu, i, len = 0;

	for (i = 0; i < COUNTS; i++) {
		sum = 0;
		for_each_possible_cpu(cpu)
			sum += READ_ONCE(per_cpu(counters, cpu)[i]);
		len += sysfs_emit_at(buffer, len, "%s %lu\n", names[i], sum);
	}
	return len;
}

static const struct kernel_param_ops counts_ops = { .get = counts_get };

module_param_cb(counts, &counts_ops, NULL, 0444);
MODULE_PARM_DESC(counts, "packets so far");

static enum count kind(const struct ipfltdrv_packet *packet)
{
	if (packet->flags & IPFLTDRV_PACKET_ICMP)
		return COUNT_ICMP;
	switch (packet->protocol) {
	case IPPROTO_TCP:
		return COUNT_TCP;
	case IPPROTO_UDP:
		return COUNT_UDP;
	}
	return COUNT_OTHER;
}

static bool is_refused(const struct ipfltdrv_packet *packet)
{
	u16 port = READ_ONCE(refuse_port);

	return port && packet->protocol == IPPROTO_TCP &&
	       packet->flags & IPFLTDRV_PACKET_PORTS &&
	       !(packet->flags & IPFLTDRV_PACKET_ESTABLISHED) &&
	       packet->dst_port == port;
}

static enum ipfltdrv_verdict ext_count_judge(struct ipfltdrv_extension *extension,
					     const struct ipfltdrv_packet *packet)
{
	bool refused = is_refused(packet);

	if (!(packet->flags & IPFLTDRV_PACKET_TEST)) {
		this_cpu_inc(counters[kind(packet)]);
		if (refused)
			this_cpu_inc(counters[COUNT_REFUSED]);
	}
	return refused ? IPFLTDRV_VERDICT_REJECT : IPFLTDRV_VERDICT_PASS;
}

static struct ipfltdrv_extension ext_count = {
	.abi = IPFLTDRV_ABI,
	.name = KBUILD_MODNAME,
	.owner = THIS_MODULE,
	.judge = ext_count_judge,
};

static int __init ext_count_init(void)
{
	ext_count.priority = priority;
	return ipfltdrv_extension_register(&ext_count);
}

static void __exit ext_count_exit(void)
{
	ipfltdrv_extension_unregister(&ext_count);
}

module_init(ext_count_init);
module_exit(ext_count_exit);

MODULE_AUTHOR("RRAS for Linux maintainers");
MODULE_DESCRIPTION("Sample extension of ipfltdrv: counts packets");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(IPFLTDRV);
