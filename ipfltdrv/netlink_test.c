// SPDX-License-Identifier: GPL-2.0
/* packet-test: a packet as the hooks would see it, and what they say of it. */
#include <linux/etherdevice.h>
#include <net/genetlink.h>
#include <net/ndiswan.h>

#include "internal.h"
#include "netlink-gen.h"
#include "netlink.h"

/* What is asked: the bindings of a device, or a set as if it were bound. */
struct question {
	struct ipf_device *device;
	struct net_device *dev;
	struct ipf_config config;
	enum ipf_direction direction;
};

static struct sk_buff *packet_build(const struct nlattr *packet,
				    const struct nlattr *link,
				    enum ipf_direction direction)
{
	unsigned int len = nla_len(packet);
	struct ethhdr *eth;
	struct sk_buff *skb;

	skb = alloc_skb(NET_IP_ALIGN + ETH_HLEN + len, GFP_KERNEL);
	if (!skb)
		return NULL;
	skb_reserve(skb, NET_IP_ALIGN);
	eth = skb_put_zero(skb, ETH_HLEN);
	if (link)
		ether_addr_copy(direction == IPF_INGRESS ? eth->h_source :
							   eth->h_dest,
				nla_data(link));
	skb_put_data(skb, nla_data(packet), len);
	/* What is neither is malformed, as IPv4. */
	skb->protocol = htons(*(const u8 *)nla_data(packet) >> 4 == 6 ?
			      ETH_P_IPV6 : ETH_P_IP);
	eth->h_proto = skb->protocol;
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	if (direction == IPF_INGRESS)
		__skb_pull(skb, ETH_HLEN);
	return skb;
}

static int packet_check(struct genl_info *info, enum ipf_direction *direction)
{
	const struct nlattr *packet = info->attrs[IPFLTDRV_A_TEST_PACKET];
	const struct nlattr *mask = info->attrs[IPFLTDRV_A_TEST_DIRECTION];
	const struct nlattr *link = info->attrs[IPFLTDRV_A_TEST_LINK_ADDRESS];

	if (!packet || !mask) {
		NL_SET_ERR_MSG(info->extack, "packet and direction have to be given");
		return -EINVAL;
	}
	if (!nla_len(packet) || nla_len(packet) > IPFLTDRV_PACKET_MAX) {
		NL_SET_ERR_MSG_ATTR(info->extack, packet,
				    "the packet is empty or too long");
		return -EINVAL;
	}
	if (link && !ndiswan_hwaddr_id(nla_data(link))) {
		NL_SET_ERR_MSG_ATTR(info->extack, link,
				    "a link address is 02:00 and the number of a link");
		return -EINVAL;
	}
	*direction = nla_get_u8(mask) == IPFLTDRV_INGRESS ? IPF_INGRESS : IPF_EGRESS;
	return 0;
}

static int set_question(struct genl_info *info, const struct nlattr *attr,
			struct question *question)
{
	const struct nlattr *fragments = info->attrs[IPFLTDRV_A_TEST_FRAGMENTS];
	const char *name = ipf_nl_name(attr, info->extack);
	struct ipf_config *config = &question->config;

	if (IS_ERR(name))
		return PTR_ERR(name);
	config->set = ipf_set_find(genl_info_net(info), name);
	if (!config->set) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "no filter set has this name");
		return -ENOENT;
	}
	if (fragments)
		config->fragments = nla_get_u8(fragments);
	ipf_late_given(config, false,
		       info->attrs[IPFLTDRV_A_TEST_CLIENT_IPV4],
		       info->attrs[IPFLTDRV_A_TEST_CLIENT_IPV6]);
	ipf_late_given(config, true,
		       info->attrs[IPFLTDRV_A_TEST_INTERFACE_IPV4],
		       info->attrs[IPFLTDRV_A_TEST_INTERFACE_IPV6]);
	return 0;
}

static int device_question(struct genl_info *info, const struct nlattr *attr,
			   struct question *question)
{
	question->dev = dev_get_by_index(genl_info_net(info), nla_get_u32(attr));
	if (!question->dev) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "no interface has this index");
		return -ENODEV;
	}
	question->device = ipf_device_find(genl_info_net(info), nla_get_u32(attr));
	return 0;
}

static int question_from(struct genl_info *info, struct question *question)
{
	const struct nlattr *ifindex = info->attrs[IPFLTDRV_A_TEST_IFINDEX];
	const struct nlattr *set = info->attrs[IPFLTDRV_A_TEST_SET];

	if (!ifindex == !set) {
		NL_SET_ERR_MSG(info->extack, "either ifindex or set has to be given");
		return -EINVAL;
	}
	return set ? set_question(info, set, question) :
		     device_question(info, ifindex, question);
}

static int reply_fill(struct sk_buff *reply, struct genl_info *info,
		      enum ipf_drop reason, const struct ipf_result *result)
{
	void *header = genlmsg_put_reply(reply, info, &ipf_family, 0,
					 IPFLTDRV_CMD_PACKET_TEST);

	if (!header)
		return -EMSGSIZE;
	if (nla_put_u8(reply, IPFLTDRV_A_TEST_VERDICT,
		       reason == IPF_FORWARD ? IPFLTDRV_ACTION_FORWARD :
					       IPFLTDRV_ACTION_DROP) ||
	    nla_put_u8(reply, IPFLTDRV_A_TEST_STEP, result->step))
		return -EMSGSIZE;
	if (reason != IPF_FORWARD &&
	    nla_put_string(reply, IPFLTDRV_A_TEST_REASON, ipf_drop_name(reason)))
		return -EMSGSIZE;
	if (result->set &&
	    nla_put_string(reply, IPFLTDRV_A_TEST_SET, result->set->name))
		return -EMSGSIZE;
	if (result->filter >= 0 &&
	    (nla_put_u32(reply, IPFLTDRV_A_TEST_FILTER, result->filter) ||
	     nla_put_u32(reply, IPFLTDRV_A_TEST_TAG, result->tag)))
		return -EMSGSIZE;
	genlmsg_end(reply, header);
	return 0;
}

/* Neither a device nor a set: a device without a binding. */
static enum ipf_drop ask(const struct question *question, struct sk_buff *skb,
			 struct ipf_result *result)
{
	enum ipf_drop reason;

	if (!question->device && !question->config.set) {
		*result = (struct ipf_result) { .filter = -1 };
		return IPF_FORWARD;
	}
	local_bh_disable();
	rcu_read_lock();
	reason = ipf_hook_test(question->device, &question->config, skb,
			       question->direction, result);
	rcu_read_unlock();
	local_bh_enable();
	return reason;
}

static int answer(struct genl_info *info, struct question *question,
		  struct sk_buff *reply, struct sk_buff *skb)
{
	struct ipf_result result;
	enum ipf_drop reason;
	int err;

	/* Names in the result are good as long as the lock is held. */
	mutex_lock(&ipf_lock);
	err = question_from(info, question);
	if (!err) {
		skb->dev = question->dev;
		reason = ask(question, skb, &result);
		err = reply_fill(reply, info, reason, &result);
	}
	mutex_unlock(&ipf_lock);
	dev_put(question->dev);
	return err;
}

/**
 * ipfltdrv_nl_packet_test_doit() - IPFLTDRV_CMD_PACKET_TEST
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or an error.
 */
int ipfltdrv_nl_packet_test_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *packet, *reply;
	struct question question = {};
	int err;

	err = packet_check(info, &question.direction);
	if (err)
		return err;
	packet = packet_build(info->attrs[IPFLTDRV_A_TEST_PACKET],
			      info->attrs[IPFLTDRV_A_TEST_LINK_ADDRESS],
			      question.direction);
	reply = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	err = packet && reply ? answer(info, &question, reply, packet) : -ENOMEM;
	consume_skb(packet);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return genlmsg_reply(reply, info);
}
