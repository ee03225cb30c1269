// SPDX-License-Identifier: GPL-2.0
/*
 * The path of a packet, and the netfilter hooks that it comes by. Nothing else here
 * registers one, and a device without a binding has none.
 *
 * A packet is asked of the binding to its device and of those to its link; all have
 * to forward it. Everything here runs inside an RCU read side section with bottom
 * halves off, takes no lock and allocates nothing, except that a fragment that is
 * checked takes the lock of its bucket, and that a packet which is logged or refused
 * by ICMP is work for others.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/netfilter_netdev.h>
#include <net/ndiswan.h>

#include "extension.h"
#include "internal.h"
#include "link.h"
#include "plain.h"

/* Before nftables' own chains, which begin at -500 (ingress, "raw - 200"). */
#define PRIORITY	(-1000)
/* Priority tags one inside the other; the stack takes any number. */
#define TAGS_MAX	4

/* What the steps know of a packet. Its direction is not here: it is a constant of each
 * hook, for which the steps are compiled.
 */
struct packet {
	struct sk_buff *skb;
	unsigned int offset;	/* of the network header */
	bool malformed;		/* the key is not of use */
	u8 verdict;		/* IPFLTDRV_VERDICT_*, of the extensions */
	struct ipf_key key;
};

/* One by one, because the parser fills in the key. */
static __always_inline void packet_begin(struct packet *packet, struct sk_buff *skb)
{
	packet->skb = skb;
	packet->malformed = false;
	packet->verdict = IPFLTDRV_VERDICT_PASS;
}

enum frame { FRAME_IP, FRAME_OTHER, FRAME_BROKEN };

/* A frame with a VLAN number is not for this device but for the VLAN's, where it can
 * be filtered. One with the number 0 is for this device, and the stack takes it.
 */
static noinline enum frame frame_untag(const struct sk_buff *skb,
				       unsigned int *offset, __be16 *protocol)
{
	const struct vlan_hdr *tag;
	struct vlan_hdr copy;
	int i;

	if (skb_vlan_tag_present(skb) && skb_vlan_tag_get_id(skb))
		return FRAME_OTHER;
	for (i = 0; eth_type_vlan(*protocol); i++) {
		tag = skb_header_pointer(skb, *offset, sizeof(copy), &copy);
		if (!tag || i == TAGS_MAX)
			return FRAME_BROKEN;
		if (ntohs(tag->h_vlan_TCI) & VLAN_VID_MASK)
			return FRAME_OTHER;
		*offset += VLAN_HLEN;
		*protocol = tag->h_vlan_encapsulated_proto;
	}
	return FRAME_IP;
}

/* What is sent is judged by its own bytes: skb->protocol of a packet socket's frame
 * is what its owner likes.
 */
static __always_inline enum frame frame_parse(struct packet *packet,
					      enum ipf_direction direction,
					      bool ethernet)
{
	const struct sk_buff *skb = packet->skb;
	unsigned int offset = 0;
	__be16 protocol = skb->protocol;
	enum ipf_parse parsed;

	if (direction == IPF_EGRESS) {
		offset = skb_network_offset(skb);
		if (likely(ethernet)) {
			if (unlikely(skb_headlen(skb) < ETH_HLEN))
				return FRAME_BROKEN;
			offset = ETH_HLEN;
			protocol = ((const struct ethhdr *)skb->data)->h_proto;
		}
	}
	packet->offset = offset;
	if (likely(protocol == htons(ETH_P_IP) && !skb_vlan_tag_present(skb)) &&
	    likely(ipf_parse_plain(skb, offset, &packet->key)))
		return FRAME_IP;
	if (unlikely(skb_vlan_tag_present(skb) || eth_type_vlan(protocol))) {
		__be16 inner = protocol;
		enum frame frame = frame_untag(skb, &packet->offset, &inner);

		if (frame != FRAME_IP)
			return frame;
		protocol = inner;
	}
	parsed = ipf_parse(skb, packet->offset, protocol, &packet->key);
	packet->malformed = parsed != IPF_PARSE_OK;
	return parsed == IPF_PARSE_NOT_IP ? FRAME_OTHER : FRAME_IP;
}

static __always_inline void set_count(const struct ipf_set *set,
				      enum ipf_direction direction,
				      enum ipf_set_count count)
{
	struct ipf_set_stats *stats = this_cpu_ptr(set->stats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_inc(&stats->count[direction][count]);
	u64_stats_update_end(&stats->syncp);
}

/* @whole: the binding is to a device, not to a link. A constant, as the direction. */
static __always_inline void binding_count(struct ipf_binding *binding, bool whole,
					  enum ipf_direction direction,
					  enum ipf_binding_count count)
{
	struct ipf_binding_stats *stats;

	if (!whole) {
		atomic64_inc(&binding->count[direction][count]);
		return;
	}
	stats = this_cpu_ptr(binding->pcpu);
	u64_stats_update_begin(&stats->syncp);
	u64_stats_inc(&stats->count[direction][count]);
	u64_stats_update_end(&stats->syncp);
}

static noinline void result_note(struct ipf_result *result, enum ipf_drop reason,
				 const struct ipf_set *set,
				 const struct ipf_rules *rules,
				 enum ipf_direction direction, int index)
{
	result->set = set;
	result->filter = -1;
	if (reason != IPF_FORWARD)
		result->step = ipf_drop_step(reason);
	else if (result->step == IPFLTDRV_STEP_NONE)
		result->step = index < 0 ? IPFLTDRV_STEP_DEFAULT : IPFLTDRV_STEP_FILTER;
	if (result->step != IPFLTDRV_STEP_FILTER)
		return;
	result->filter = ipf_rules_number(rules, direction, index);
	result->tag = ipf_classifier_tag(rules->side[direction].classifier, index);
}

/* A fragment without a transport header cannot match a filter that asks for ports,
 * so that the default action says nothing about it.
 */
static noinline enum ipf_drop fragment_verdict(const struct ipf_config *config,
					       const struct packet *packet,
					       enum ipf_direction direction,
					       enum ipf_drop reason,
					       struct ipf_result *result)
{
	bool decided = false;

	reason = ipf_fragment_judge(config, direction, &packet->key, reason, result,
				    &decided);
	if (decided && result)
		result->step = IPFLTDRV_STEP_FRAGMENT;
	return reason;
}

/* An extension has spoken, and the filters are not asked. */
static noinline enum ipf_drop extension_verdict(const struct packet *packet,
						struct ipf_result *result)
{
	if (packet->verdict != IPFLTDRV_VERDICT_FORWARD)
		return IPF_DROP_EXTENSION;
	if (result)
		result->step = IPFLTDRV_STEP_EXTENSION;
	return IPF_FORWARD;
}

static noinline void log_packet(const struct ipf_config *config,
				const struct packet *packet,
				enum ipf_direction direction,
				const struct ipf_rules *rules, int index,
				enum ipf_drop reason)
{
	const struct ipf_rules_side *side = rules ? &rules->side[direction] : NULL;

	ipf_log_packet(config, packet->skb, packet->offset, packet->skb->dev, direction,
		       side, index, reason);
}

static __always_inline enum ipf_drop classify(const struct ipf_config *config,
					      const struct ipf_rules *rules,
					      struct packet *packet,
					      enum ipf_direction direction,
					      int *index, bool test)
{
	const struct ipf_rules_side *side = &rules->side[direction];
	u8 late = side->late[packet->key.family];

	if (late) {
		if (unlikely(late & ~READ_ONCE(config->known[packet->key.family])))
			return IPF_DROP_LATE;
		ipf_key_bind(&packet->key, &config->late);
	}
	*index = ipf_classify(side->classifier, &packet->key);
	if (*index < 0) {
		if (!test)
			set_count(config->set, direction, IPF_UNMATCHED);
		return side->drop ? IPF_DROP_DEFAULT : IPF_FORWARD;
	}
	if (!test) {
		set_count(config->set, direction, IPF_MATCHED);
		atomic64_inc(&side->hits[*index]);
	}
	return side->drop ? IPF_FORWARD : IPF_DROP_FILTER;
}

/* The steps of one binding. */
static __always_inline enum ipf_drop ask_steps(const struct ipf_config *config,
					       const struct ipf_rules *rules,
					       struct packet *packet,
					       enum ipf_direction direction,
					       int *index, struct ipf_result *result)
{
	enum ipf_drop reason;

	if (unlikely(!rules))
		return IPF_DROP_CLOSED;
	if (unlikely(packet->malformed))
		return IPF_DROP_MALFORMED;
	if (direction == IPF_INGRESS && unlikely(config->strong_host) &&
	    !ipf_host_accepts(packet->skb->dev, &packet->key))
		return IPF_DROP_STRONG_HOST;
	if (unlikely(packet->verdict != IPFLTDRV_VERDICT_PASS))
		reason = extension_verdict(packet, result);
	else
		reason = classify(config, rules, packet, direction, index, result);
	if (unlikely(packet->key.fragment != IPF_WHOLE))
		reason = fragment_verdict(config, packet, direction, reason, result);
	return reason;
}

static __always_inline enum ipf_drop ask(const struct ipf_config *config,
					 struct packet *packet,
					 enum ipf_direction direction,
					 struct ipf_result *result)
{
	const struct ipf_rules *rules = rcu_dereference(config->set->rules);
	enum ipf_drop reason;
	int index = -1;

	if (result)
		result->step = IPFLTDRV_STEP_NONE;
	reason = ask_steps(config, rules, packet, direction, &index, result);
	if (result)
		result_note(result, reason, config->set, rules, direction, index);
	else if (unlikely(config->log))
		log_packet(config, packet, direction, rules, index, reason);
	return reason;
}

static __always_inline enum ipf_drop ask_binding(struct ipf_binding *binding,
						 bool whole, struct packet *packet,
						 enum ipf_direction direction,
						 struct ipf_result *result)
{
	const struct ipf_config *config = rcu_dereference(binding->config);
	enum ipf_drop reason;

	if (!(config->directions & ipf_direction_bit(direction)))
		return IPF_FORWARD;
	reason = ask(config, packet, direction, result);
	if (result)
		return reason;
	if (reason == IPF_FORWARD)
		binding_count(binding, whole, direction, IPF_FORWARDED);
	else
		binding_count(binding, whole, direction, IPF_DROPPED);
	return reason;
}

/* The number of the link that the packet comes from or goes to. */
static __always_inline u32 packet_link(const struct sk_buff *skb,
				       enum ipf_direction direction)
{
	return ndiswan_hwaddr_id(direction == IPF_INGRESS ?
				 eth_hdr(skb)->h_source : skb->data);
}

/* The number is in memory only here: the path has it in a register. */
static __always_inline struct rhlist_head *links_find(struct ipf_device *device,
						      u32 link)
{
	return rhltable_lookup(&device->links, &link, ipf_link_params);
}

static noinline void ask_extensions(struct packet *packet,
				    enum ipf_direction direction, u32 link, bool test)
{
	struct ipfltdrv_packet public = {
		.skb = packet->skb,
		.dev = packet->skb->dev,
		.link = link,
		.direction = ipf_direction_bit(direction),
		.network = packet->offset,
		.flags = test ? IPFLTDRV_PACKET_TEST : 0,
	};

	if (!packet->malformed)
		packet->verdict = ipf_extension_ask(&public, &packet->key);
}

/* Where no binding has repeated what the extensions said. */
static enum ipf_drop forward(const struct packet *packet)
{
	if (likely(packet->verdict <= IPFLTDRV_VERDICT_FORWARD))
		return IPF_FORWARD;
	return IPF_DROP_EXTENSION;
}

/* The path. @result is a constant NULL but for packet-test. */
static __always_inline enum ipf_drop judge(struct ipf_device *device,
					   struct packet *packet,
					   enum ipf_direction direction,
					   struct ipf_result *result)
{
	struct ipf_binding *whole = rcu_dereference(device->whole);
	struct rhlist_head *links = NULL, *pos;
	struct sk_buff *skb = packet->skb;
	struct ipf_attachment *attachment;
	enum ipf_drop reason;
	u32 link = 0;

	switch (frame_parse(packet, direction, device->ethernet)) {
	case FRAME_IP:
		break;
	case FRAME_OTHER:
		if (!result)
			ipf_drop_count(device, IPF_DROP_OTHER);
		return IPF_FORWARD;
	case FRAME_BROKEN:
		return IPF_DROP_FRAME;
	}
	if (READ_ONCE(device->link_count)) {
		/* None of a packet for all, see ipf_hook_copy(). */
		link = packet_link(skb, direction);
		links = links_find(device, link);
	}
	if (ipf_extension_any())
		ask_extensions(packet, direction, link, result);
	if (whole) {
		reason = ask_binding(whole, true, packet, direction, result);
		if (unlikely(reason != IPF_FORWARD))
			return reason;
	}
	rhl_for_each_entry_rcu(attachment, pos, links, node) {
		reason = ask_binding(attachment->binding, false, packet, direction,
				     result);
		if (unlikely(reason != IPF_FORWARD))
			return reason;
	}
	return forward(packet);
}

static __always_inline unsigned int hook(struct ipf_device *device,
					 struct sk_buff *skb,
					 enum ipf_direction direction)
{
	struct packet packet __uninitialized;
	enum ipf_drop reason;

	packet_begin(&packet, skb);
	reason = judge(device, &packet, direction, NULL);
	if (likely(reason == IPF_FORWARD))
		return NF_ACCEPT;
	if (reason == IPF_DROP_EXTENSION &&
	    packet.verdict == IPFLTDRV_VERDICT_REJECT)
		ipf_reject(skb, direction == IPF_INGRESS, packet.offset, &packet.key);
	ipf_drop(device, skb, skb->dev->ifindex, direction, reason);
	return NF_DROP;
}

static unsigned int ipf_hook_ingress(void *device, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	return hook(device, skb, IPF_INGRESS);
}

static unsigned int ipf_hook_egress(void *device, struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	return hook(device, skb, IPF_EGRESS);
}

/**
 * ipf_hook_copy() - may a client have a copy of a packet for all?
 * @device: the WAN interface
 * @link: number of the client's link
 * @skb: the packet, at its IP header; it has come by the egress hook, where the
 *	binding to the device and the extensions were asked
 * @protocol: its protocol
 *
 * Context: RCU read side with bottom halves off.
 * Return: true if the bindings to the link forward it, or it has none.
 */
bool ipf_hook_copy(struct ipf_device *device, u32 link, struct sk_buff *skb,
		   __be16 protocol)
{
	struct packet packet __uninitialized;
	struct ipf_attachment *attachment;
	struct rhlist_head *links, *pos;
	enum ipf_drop reason;

	links = links_find(device, link);
	if (!links)
		return true;
	packet_begin(&packet, skb);
	packet.offset = 0;
	packet.malformed = ipf_parse(skb, 0, protocol, &packet.key) != IPF_PARSE_OK;
	rhl_for_each_entry_rcu(attachment, pos, links, node) {
		reason = ask_binding(attachment->binding, false, &packet, IPF_EGRESS,
				     NULL);
		if (reason == IPF_FORWARD)
			continue;
		ipf_drop(device, skb, skb->dev->ifindex, IPF_EGRESS, reason);
		return false;
	}
	return true;
}

/**
 * ipf_hook_test() - what would become of a packet?
 * @device: whose bindings are asked, or NULL
 * @config: what is asked if there is no device
 * @skb: the packet as a hook of @direction would see it
 * @direction: its direction
 * @result: filled in: why
 *
 * The code is that of the path. Nothing is counted, logged or remembered.
 *
 * Context: RCU read side with bottom halves off.
 * Return: %IPF_FORWARD or the reason of the drop.
 */
enum ipf_drop ipf_hook_test(struct ipf_device *device,
			    const struct ipf_config *config, struct sk_buff *skb,
			    enum ipf_direction direction,
			    struct ipf_result *result)
{
	struct packet packet __uninitialized;
	enum ipf_drop reason;

	packet_begin(&packet, skb);
	*result = (struct ipf_result) { .filter = -1 };
	if (device) {
		reason = judge(device, &packet, direction, result);
		if (reason != IPF_FORWARD)
			result->step = ipf_drop_step(reason);
		return reason;
	}
	if (frame_parse(&packet, direction, true) == FRAME_IP)
		return ask(config, &packet, direction, result);
	result->step = IPFLTDRV_STEP_FRAME;
	return IPF_FORWARD;
}

static const struct {
	nf_hookfn *hook;
	unsigned int hooknum;
	const char *name;
} hooks[IPF_DIRECTIONS] = {
	[IPF_INGRESS] = { ipf_hook_ingress, NF_NETDEV_INGRESS, "ingress" },
	[IPF_EGRESS] = { ipf_hook_egress, NF_NETDEV_EGRESS, "egress" },
};

/**
 * ipf_hook_register() - from now on packets of a device come by
 * @device: the device
 * @direction: their direction
 * @extack: for the reason of a refusal
 *
 * Context: control.
 * Return: 0 or an error.
 */
int ipf_hook_register(struct ipf_device *device, enum ipf_direction direction,
		      struct netlink_ext_ack *extack)
{
	struct nf_hook_ops *ops = &device->ops[direction];
	int err;

	*ops = (struct nf_hook_ops) {
		.hook = hooks[direction].hook,
		.dev = device->dev,
		.priv = device,
		.pf = NFPROTO_NETDEV,
		.hooknum = hooks[direction].hooknum,
		.priority = PRIORITY,
	};
	err = nf_register_net_hook(device->net, ops);
	if (err)
		NL_SET_ERR_MSG(extack, "netfilter refuses another hook on this interface");
	else
		pr_debug("hook %s/%s created\n", device->name,
			 hooks[direction].name);
	return err;
}

/**
 * ipf_hook_unregister() - no packets of a device come by any more
 * @device: the device; packets may be in the hook until a grace period has passed
 * @direction: their direction
 *
 * Context: control.
 */
void ipf_hook_unregister(struct ipf_device *device, enum ipf_direction direction)
{
	nf_unregister_net_hook(device->net, &device->ops[direction]);
	pr_debug("hook %s/%s destroyed\n", device->name, hooks[direction].name);
}
