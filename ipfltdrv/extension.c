// SPDX-License-Identifier: GPL-2.0
/*
 * Extensions: other modules' functions, asked before the filters. Windows had room
 * for one in the whole system, which made enemies of any two products that used it;
 * here they are a list, in an order that is theirs to agree on.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/socket.h>
#include <linux/unaligned.h>
#include <net/genetlink.h>

#include "extension.h"
#include "internal.h"
#include "netlink-gen.h"
#include "netlink.h"

unsigned int ipf_extension_count;	/* lock to write */

static DEFINE_MUTEX(lock);
static LIST_HEAD(extensions);	/* by priority; lock, RCU */

static int extension_check(const struct ipfltdrv_extension *extension)
{
	const char *owner = module_name(extension->owner);

	if (extension->abi != IPFLTDRV_ABI) {
		pr_err("%s was built for version %u of the interface, this is %u: build it against the headers of this version\n",
		       owner, extension->abi, IPFLTDRV_ABI);
		return -EINVAL;
	}
	if (extension->judge && extension->name && *extension->name &&
	    strlen(extension->name) <= IPFLTDRV_EXTENSION_NAME_LEN)
		return 0;
	pr_err("%s: an extension needs a function and a name of 1 to %d characters\n",
	       owner, IPFLTDRV_EXTENSION_NAME_LEN);
	return -EINVAL;
}

/* Where in the list it belongs: behind the result. */
static struct list_head *place_find(const struct ipfltdrv_extension *extension)
{
	struct list_head *place = &extensions;
	struct ipfltdrv_extension *other;

	lockdep_assert_held(&lock);
	if (ipf_extension_count == IPFLTDRV_EXTENSIONS_MAX) {
		pr_err("extension %s: there are %u already\n", extension->name,
		       ipf_extension_count);
		return ERR_PTR(-ENOSPC);
	}
	list_for_each_entry(other, &extensions, list) {
		if (other->priority == extension->priority) {
			pr_err("extension %s: its priority %d is that of %s, give it another one\n",
			       extension->name, other->priority, other->name);
			return ERR_PTR(-EEXIST);
		}
		if (other->priority > extension->priority)
			break;
		place = &other->list;
	}
	return place;
}

/**
 * ipfltdrv_extension_register() - see packets before the filters do
 * @extension: ipfltdrv's until ipfltdrv_extension_unregister()
 *
 * Its function may be called before this returns.
 *
 * Context: process.
 * Return: 0; -EINVAL if it was built against another version of the interface or
 *	makes no sense; -EEXIST if its priority is taken; -ENOSPC if there are
 *	IPFLTDRV_EXTENSIONS_MAX already. The kernel log has the sentence.
 */
int ipfltdrv_extension_register(struct ipfltdrv_extension *extension)
{
	struct list_head *place;
	int err;

	err = extension_check(extension);
	if (err)
		return err;
	mutex_lock(&lock);
	place = place_find(extension);
	err = PTR_ERR_OR_ZERO(place);
	if (!err) {
		list_add_rcu(&extension->list, place);
		WRITE_ONCE(ipf_extension_count, ipf_extension_count + 1);
		pr_debug("extension %s created\n", extension->name);
	}
	mutex_unlock(&lock);
	return err;
}
EXPORT_SYMBOL_NS_GPL(ipfltdrv_extension_register, IPFLTDRV);

/**
 * ipfltdrv_extension_unregister() - see no more packets
 * @extension: registered
 *
 * When this returns its function does not run and will not be called.
 *
 * Context: process; waits for a grace period.
 */
void ipfltdrv_extension_unregister(struct ipfltdrv_extension *extension)
{
	mutex_lock(&lock);
	list_del_rcu(&extension->list);
	WRITE_ONCE(ipf_extension_count, ipf_extension_count - 1);
	pr_debug("extension %s destroyed\n", extension->name);
	mutex_unlock(&lock);
	synchronize_net();
}
EXPORT_SYMBOL_NS_GPL(ipfltdrv_extension_unregister, IPFLTDRV);

static void addresses_fill(struct ipfltdrv_packet *packet, const struct ipf_key *key)
{
	if (key->family == IPF_IPV4) {
		packet->family = AF_INET;
		packet->src_ipv4 = htonl(key->dim[IPF_DIM_SRC_HI]);
		packet->dst_ipv4 = htonl(key->dim[IPF_DIM_DST_HI]);
		return;
	}
	packet->family = AF_INET6;
	put_unaligned_be64(key->dim[IPF_DIM_SRC_HI], &packet->src_ipv6.s6_addr[0]);
	put_unaligned_be64(key->dim[IPF_DIM_SRC_LO], &packet->src_ipv6.s6_addr[8]);
	put_unaligned_be64(key->dim[IPF_DIM_DST_HI], &packet->dst_ipv6.s6_addr[0]);
	put_unaligned_be64(key->dim[IPF_DIM_DST_LO], &packet->dst_ipv6.s6_addr[8]);
}

static void transport_fill(struct ipfltdrv_packet *packet, const struct ipf_key *key)
{
	packet->protocol = key->dim[IPF_DIM_PROTOCOL];
	packet->transport = packet->network + key->transport;
	packet->length = key->length;
	if (key->have & IPF_ICMP) {
		packet->flags |= IPFLTDRV_PACKET_ICMP;
		packet->icmp_type = key->dim[IPF_DIM_SRC_PORT];
		packet->icmp_code = key->dim[IPF_DIM_DST_PORT];
	} else if (key->have & IPF_PORTS) {
		packet->flags |= IPFLTDRV_PACKET_PORTS;
		packet->src_port = key->dim[IPF_DIM_SRC_PORT];
		packet->dst_port = key->dim[IPF_DIM_DST_PORT];
	}
	if (key->have & IPF_ESTABLISHED)
		packet->flags |= IPFLTDRV_PACKET_ESTABLISHED;
	if (key->fragment == IPF_WHOLE)
		return;
	packet->flags |= IPFLTDRV_PACKET_FRAGMENT;
	if (key->fragment == IPF_LATER)
		packet->flags |= IPFLTDRV_PACKET_LATER;
	packet->fragment_id = key->fragment_id;
	packet->fragment_offset = key->fragment_offset;
}

/**
 * ipf_extension_ask() - what do the extensions say?
 * @packet: the packet, with @skb, @dev, @link, @direction, @network and perhaps
 *	%IPFLTDRV_PACKET_TEST; the rest is filled in
 * @key: what the parser found
 *
 * Context: data.
 * Return: what the first one says that does not pass it on.
 */
enum ipfltdrv_verdict ipf_extension_ask(struct ipfltdrv_packet *packet,
					const struct ipf_key *key)
{
	struct ipfltdrv_extension *extension;
	enum ipfltdrv_verdict verdict;

	addresses_fill(packet, key);
	transport_fill(packet, key);
	list_for_each_entry_rcu(extension, &extensions, list) {
		verdict = extension->judge(extension, packet);
		if (verdict != IPFLTDRV_VERDICT_PASS)
			return verdict;
	}
	return IPFLTDRV_VERDICT_PASS;
}

static int fill_extension(struct sk_buff *skb,
			  const struct ipfltdrv_extension *extension, u32 portid,
			  u32 seq, int flags)
{
	void *header = genlmsg_put(skb, portid, seq, &ipf_family, flags,
				   IPFLTDRV_CMD_EXTENSION_GET);

	if (!header)
		return -EMSGSIZE;
	if (nla_put_string(skb, IPFLTDRV_A_EXTENSION_NAME, extension->name) ||
	    nla_put_s32(skb, IPFLTDRV_A_EXTENSION_PRIORITY, extension->priority) ||
	    (extension->owner &&
	     nla_put_string(skb, IPFLTDRV_A_EXTENSION_MODULE,
			    module_name(extension->owner)))) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

static const struct ipfltdrv_extension *find(int priority)
{
	const struct ipfltdrv_extension *extension;

	list_for_each_entry(extension, &extensions, list)
		if (extension->priority == priority)
			return extension;
	return NULL;
}

/**
 * ipfltdrv_nl_extension_get_doit() - IPFLTDRV_CMD_EXTENSION_GET, one extension
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or an error.
 */
int ipfltdrv_nl_extension_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *priority = info->attrs[IPFLTDRV_A_EXTENSION_PRIORITY];
	const struct ipfltdrv_extension *extension;
	struct sk_buff *reply;
	int err = -ENOENT;

	if (!priority) {
		NL_SET_ERR_MSG(info->extack, "the attribute priority is missing");
		return -EINVAL;
	}
	reply = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&lock);
	extension = find(nla_get_s32(priority));
	if (extension)
		err = fill_extension(reply, extension, info->snd_portid,
				     info->snd_seq, 0);
	else
		NL_SET_ERR_MSG(info->extack, "no extension has this priority");
	mutex_unlock(&lock);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return genlmsg_reply(reply, info);
}

/**
 * ipfltdrv_nl_extension_get_dumpit() - IPFLTDRV_CMD_EXTENSION_GET, all of them
 * @skb: to be filled
 * @cb: state of the dump
 *
 * Return: length of @skb, 0 at the end.
 */
int ipfltdrv_nl_extension_get_dumpit(struct sk_buff *skb,
				     struct netlink_callback *cb)
{
	struct ipf_nl_cursor *cursor = ipf_nl_cursor(cb);
	struct ipfltdrv_extension *extension;

	mutex_lock(&lock);
	list_for_each_entry(extension, &extensions, list) {
		/* Priorities are unique and in order, so they tell who was shown. */
		u64 place = (s64)extension->priority - S32_MIN + 1;

		if (place <= cursor->id)
			continue;
		if (fill_extension(skb, extension, NETLINK_CB(cb->skb).portid,
				   cb->nlh->nlmsg_seq, NLM_F_MULTI))
			break;
		cursor->id = place;
	}
	mutex_unlock(&lock);
	return skb->len;
}
