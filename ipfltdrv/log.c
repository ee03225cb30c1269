// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that an administrator wants to see, through the kernel's own log of
 * packets. nfnetlink_log is loaded and held when a binding is told to log, so that
 * no packet has to wait for it or misses it.
 *
 * They are handed over as IPv4 and IPv6 and not as NFPROTO_NETDEV, although they come
 * from a netdev hook: that is what the readers of such logs understand, tcpdump among
 * them.
 */
#include <kunit/visibility.h>
#include <linux/kmod.h>
#include <linux/math64.h>
#include <linux/netfilter.h>
#include <linux/timekeeping.h>
#include <net/netfilter/nf_log.h>

#include "internal.h"
#include "log.h"

static unsigned int users; /* ipf_lock */

/**
 * ipf_log_load() - a binding is going to log
 * @extack: for the reason of a refusal
 *
 * Context: process, no locks: loading a module takes many.
 * Return: 0 or an error.
 */
int ipf_log_load(struct netlink_ext_ack *extack)
{
	if (!nf_logger_find_get(NFPROTO_IPV4, NF_LOG_TYPE_ULOG)) {
		nf_logger_put(NFPROTO_IPV4, NF_LOG_TYPE_ULOG);
		return 0;
	}
	/* Whether it worked is seen by who needs it, ipf_log_get(). */
	if (!request_module("nfnetlink_log"))
		return 0;
	NL_SET_ERR_MSG(extack,
		       "no logging: the kernel module nfnetlink_log cannot be loaded");
	return -EOPNOTSUPP;
}

/**
 * ipf_log_get() - a binding logs
 * @extack: for the reason of a refusal
 *
 * Context: control, after ipf_log_load().
 * Return: 0 or an error.
 */
int ipf_log_get(struct netlink_ext_ack *extack)
{
	ipf_assert_control();
	if (!users && nf_logger_find_get(NFPROTO_IPV4, NF_LOG_TYPE_ULOG)) {
		NL_SET_ERR_MSG(extack,
			       "no logging: the kernel module nfnetlink_log is not there");
		return -EOPNOTSUPP;
	}
	users++;
	return 0;
}

/**
 * ipf_log_put() - a binding does not log any more
 *
 * Context: control.
 */
void ipf_log_put(void)
{
	ipf_assert_control();
	if (!--users)
		nf_logger_put(NFPROTO_IPV4, NF_LOG_TYPE_ULOG);
}

/**
 * ipf_log_take() - may another one be logged?
 * @next: the bucket, 0 at first
 * @rate: how many a second, and how many at once after a second of silence; 0 for no
 *	limit
 * @now: time in ns
 *
 * A bucket of tokens in one word, which says when it will be full again. Whoever
 * finds it empty writes nothing, so that a flood of packets on many CPUs does not
 * quarrel about it.
 *
 * Context: any.
 * Return: true if it may.
 */
bool ipf_log_take(atomic64_t *next, u32 rate, u64 now)
{
	u64 interval, full;
	s64 old;

	if (!rate)
		return true;
	interval = DIV_ROUND_UP(NSEC_PER_SEC, rate);
	old = atomic64_read(next);
	do {
		full = max_t(u64, old, now) + interval;
		if (full > now + interval * rate)
			return false;
	} while (!atomic64_try_cmpxchg(next, &old, full));
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(ipf_log_take);

/* What is to be logged, and why. */
static bool is_wanted(const struct ipf_config *config,
		      const struct ipf_rules_side *side, int index, bool drop)
{
	if (drop && config->log & IPFLTDRV_LOG_DROPS)
		return true;
	return config->log & IPFLTDRV_LOG_FILTERS && index >= 0 && side->log &&
	       test_bit(index, side->log);
}

static u8 packet_family(const struct sk_buff *skb, unsigned int offset)
{
	const u8 *first;
	u8 copy;

	first = skb_header_pointer(skb, offset, sizeof(copy), &copy);
	switch (first ? *first >> 4 : 0) {
	case 4:
		return NFPROTO_IPV4;
	case 6:
		return NFPROTO_IPV6;
	}
	return NFPROTO_NETDEV;
}

/* @skb begins with its network header here. */
static void hand_over(const struct ipf_config *config, const struct sk_buff *skb,
		      const struct net_device *dev, enum ipf_direction direction,
		      const struct ipf_rules_side *side, int index,
		      enum ipf_drop reason)
{
	bool ingress = direction == IPF_INGRESS;
	unsigned int hook = ingress ? NF_INET_PRE_ROUTING : NF_INET_POST_ROUTING;
	const char *what = reason == IPF_FORWARD ? "forward" : "drop";
	const char *why = reason == IPF_FORWARD ? "filter" : ipf_drop_name(reason);
	const struct net_device *in = ingress ? dev : NULL;
	const struct net_device *out = ingress ? NULL : dev;
	struct nf_loginfo info = {
		.type = NF_LOG_TYPE_ULOG,
		/* How many are sent at once is for the reader to say. */
		.u.ulog = { .group = config->log_group },
	};
	u8 family = packet_family(skb, 0);

	/* A match is not always what decided. */
	if (index < 0 || (reason != IPF_FORWARD && reason != IPF_DROP_FILTER))
		nf_log_packet(dev_net(dev), family, hook, skb, in, out, &info,
			      "%s: %s %s", config->set->name, what, why);
	else
		nf_log_packet(dev_net(dev), family, hook, skb, in, out, &info,
			      "%s: %s %s tag %u", config->set->name, what, why,
			      ipf_classifier_tag(side->classifier, index));
}

/**
 * ipf_log_packet() - log a packet that a binding has judged, if it is to be
 * @config: of the binding
 * @skb: the packet, the same again afterwards
 * @offset: of its network header from skb->data
 * @dev: its device
 * @direction: its direction
 * @side: the rules that it was asked of, or NULL
 * @index: of the filter that matched, or below 0
 * @reason: what became of it
 *
 * Context: data.
 */
void ipf_log_packet(const struct ipf_config *config, struct sk_buff *skb,
		    unsigned int offset, const struct net_device *dev,
		    enum ipf_direction direction,
		    const struct ipf_rules_side *side, int index,
		    enum ipf_drop reason)
{
	struct ipf_log *log = &config->binding->log;

	if (!is_wanted(config, side, index, reason != IPF_FORWARD))
		return;
	if (offset > skb_headlen(skb) ||
	    !ipf_log_take(&log->next, config->log_rate, ktime_get_ns())) {
		atomic64_inc(&log->lost);
		return;
	}
	atomic64_inc(&log->logged);
	/* A sent packet begins with its link layer header. */
	__skb_pull(skb, offset);
	hand_over(config, skb, dev, direction, side, index, reason);
	__skb_push(skb, offset);
}

/**
 * ipf_log_sum() - the counters of a binding's log
 * @binding: the binding
 * @logged: returned: packets that were logged
 * @lost: returned: packets that the rate kept from the log
 * @reset: begin to count anew
 *
 * Context: control.
 */
void ipf_log_sum(struct ipf_binding *binding, u64 *logged, u64 *lost, bool reset)
{
	struct ipf_log *log = &binding->log;

	ipf_assert_control();
	if (reset) {
		*logged = atomic64_xchg(&log->logged, 0);
		*lost = atomic64_xchg(&log->lost, 0);
	} else {
		*logged = atomic64_read(&log->logged);
		*lost = atomic64_read(&log->lost);
	}
}
