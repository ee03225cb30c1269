// SPDX-License-Identifier: GPL-2.0
/* Which packets are interesting: those that may dial and keep the line up. */
#include <linux/filter.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <net/ipv6.h>
#include <net/netlink.h>

#include "demand.h"

static void filter_free(struct wanarp_demand_filter *filter)
{
	bpf_prog_destroy(filter->prog);
	kfree(filter);
}

static void filter_free_rcu(struct rcu_head *rcu)
{
	filter_free(container_of(rcu, struct wanarp_demand_filter, rcu));
}

/**
 * wanarp_demand_filter_create() - check and translate a classic BPF program
 * @program: array of struct sock_filter; may be empty
 * @text: what it was compiled from, or NULL
 * @extack: for the sentence
 *
 * Context: process.
 * Return: the filter, NULL if @program is empty, or an error.
 */
struct wanarp_demand_filter *
wanarp_demand_filter_create(const struct nlattr *program,
			    const struct nlattr *text,
			    struct netlink_ext_ack *extack)
{
	struct sock_fprog_kern fprog = {
		.len = nla_len(program) / sizeof(struct sock_filter),
		.filter = nla_data(program),
	};
	struct wanarp_demand_filter *filter;
	int err;

	if (!nla_len(program))
		return NULL;
	if (nla_len(program) % sizeof(struct sock_filter) ||
	    nla_len(program) / sizeof(struct sock_filter) > BPF_MAXINSNS) {
		NL_SET_ERR_MSG_ATTR(extack, program,
				    "the filter is not an array of 1 to 4096 instructions");
		return ERR_PTR(-EINVAL);
	}
	filter = kzalloc(sizeof(*filter), GFP_KERNEL_ACCOUNT);
	if (!filter)
		return ERR_PTR(-ENOMEM);
	err = bpf_prog_create(&filter->prog, &fprog);
	if (err) {
		kfree(filter);
		NL_SET_ERR_MSG_ATTR(extack, program,
				    "the filter is not a valid classic BPF program");
		return ERR_PTR(err);
	}
	if (text)
		nla_strscpy(filter->text, text, sizeof(filter->text));
	return filter;
}

/**
 * wanarp_demand_filter_replace() - use another filter from now on
 * @demand: of the interface
 * @filter: no longer the caller's; NULL for all unicast packets
 *
 * Context: rtnl, or nobody else uses @demand.
 */
void wanarp_demand_filter_replace(struct wanarp_demand *demand,
				  struct wanarp_demand_filter *filter)
{
	struct wanarp_demand_filter *old;

	old = rcu_replace_pointer(demand->filter, filter, true);
	if (old)
		call_rcu(&old->rcu, filter_free_rcu);
}

/**
 * wanarp_demand_group() - is this packet for a group, or for everybody?
 * @skb: data at the network header, which is in one piece
 * @proto: its protocol
 *
 * What hosts say to nobody in particular would keep every line up for ever (KB
 * Q240106), and routing protocols must not dial (KB235492).
 *
 * Return: true if so.
 */
bool wanarp_demand_group(const struct sk_buff *skb, enum ndiswan_proto proto)
{
	const struct ipv6hdr *ip6h;
	const struct iphdr *iph;

	if (proto == NDISWAN_PROTO_IPV4) {
		iph = (const struct iphdr *)skb->data;
		return ipv4_is_multicast(iph->daddr) ||
		       ipv4_is_lbcast(iph->daddr);
	}
	ip6h = (const struct ipv6hdr *)skb->data;
	return ipv6_addr_is_multicast(&ip6h->daddr);
}

/**
 * wanarp_demand_interesting() - may this packet dial, does it keep the line up?
 * @demand: of the interface
 * @skb: data at the network header, which is in one piece
 * @proto: its protocol
 *
 * Return: true if so.
 */
bool wanarp_demand_interesting(const struct wanarp_demand *demand,
			       struct sk_buff *skb, enum ndiswan_proto proto)
{
	const struct wanarp_demand_filter *filter;
	bool interesting = true;

	if (wanarp_demand_group(skb, proto))
		return false;
	rcu_read_lock();
	filter = rcu_dereference(demand->filter);
	if (filter)
		interesting = bpf_prog_run_pin_on_cpu(filter->prog, skb);
	rcu_read_unlock();
	return interesting;
}
