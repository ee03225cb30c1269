// SPDX-License-Identifier: GPL-2.0
/*
 * The ppp port: any other channel of Linux PPP, a serial line for example.
 *
 * The port is a channel itself. User space bridges it (PPPIOCBRIDGECHAN of
 * /dev/ppp) to the channel of the transport, from then on what either of them
 * receives is what the other sends. The bridge does not say what became of a
 * frame, nor that its other end has gone: whoever made it watches the file of
 * the transport's channel, which polls as hung up then.
 *
 * Receive. The bridge holds a lock of the channel, and all channels share it in
 * lockdep's eyes. So frames wait in the CPU's queue before anything is done with
 * them that could lead to another send.
 *
 * Lifetime. Unregistering a channel that is bridged waits for a grace period. So
 * that closing ten thousand links does not, the detach leaves that to a work,
 * when an RCU grace period has passed and no send can be inside the channel. The
 * channel holds its network namespace: that lives as long as the link.
 */
#include <linux/module.h>
#include <linux/ppp_channel.h>
#include <linux/ppp_defs.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/netlink.h>

#include "internal.h"

struct ppp_port {
	struct ppp_channel channel;
	u32 link;			/* number, fixed */
	struct rcu_work release;
};

static struct workqueue_struct *release_queue;

/* What the transport received. Anyone who may administer the namespace can also
 * write frames here, by way of /dev/ppp and the channel's number: they are
 * worth what a client's are. The packet is always ours.
 */
static int ppp_channel_xmit(struct ppp_channel *channel, struct sk_buff *skb)
{
	struct ppp_port *port = container_of(channel, struct ppp_port, channel);
	struct ndiswan_link *link;

	skb_orphan(skb);
	/* It is about headers that are gone. */
	skb_checksum_complete_unset(skb);
	if (likely(ndiswan_receive_later(skb, port->link)))
		return 1;
	link = ndiswan_link_by_id(port->link);
	if (link)
		ndiswan_drop(link, skb, NDISWAN_DROP_PORT_BUSY);
	else
		kfree_skb(skb);
	return 1;
}

static const struct ppp_channel_ops channel_ops = {
	.start_xmit = ppp_channel_xmit,
};

static int ppp_port_xmit(struct sk_buff *skb, struct ndiswan_link *link)
{
	/* A channel promises neither the one nor the other. */
	if (unlikely(skb_linearize(skb) ||
		     (skb->ip_summed == CHECKSUM_PARTIAL &&
		      skb_checksum_help(skb)))) {
		ndiswan_drop(link, skb, NDISWAN_DROP_NO_MEMORY);
		return -ENOMEM;
	}
	ppp_input(&link->ppp.port->channel, skb);
	return 0;
}

static void ppp_release_work(struct work_struct *work)
{
	struct ppp_port *port = container_of(to_rcu_work(work),
					     struct ppp_port, release);

	ppp_unregister_channel(&port->channel);
	pr_debug("ppp-channel of link %u destroyed\n", port->link);
	kfree(port);
}

static int ppp_port_attach(struct ndiswan_link *link,
			   struct ndiswan_attach *args,
			   struct netlink_ext_ack *extack)
{
	struct ppp_port *port;
	int err;

	if (memchr_inv(args->params, 0, sizeof(args->params))) {
		NL_SET_ERR_MSG(extack, "parameters that a PPP port does not have");
		return -EINVAL;
	}
	if (link->framing & (NDISWAN_SEND_ACFC | NDISWAN_SEND_PFC)) {
		NL_SET_ERR_MSG(extack,
			       "the transport compresses, not the link: clear send-acfc, send-pfc");
		return -EINVAL;
	}
	port = kzalloc(sizeof(*port), GFP_KERNEL_ACCOUNT);
	if (!port)
		return -ENOMEM;
	port->link = link->id;
	port->channel.ops = &channel_ops;
	port->channel.mtu = PPP_MRU;
	INIT_RCU_WORK(&port->release, ppp_release_work);
	link->ppp.port = port;
	link->headroom = NDISWAN_PPP_HLEN;
	err = ppp_register_net_channel(link->net, &port->channel);
	if (err) {
		kfree(port);
		return err;
	}
	args->ppp.channel = ppp_channel_index(&port->channel);
	pr_debug("ppp-channel of link %u created\n", port->link);
	return 0;
}

static void ppp_port_detach(struct ndiswan_link *link)
{
	queue_rcu_work(release_queue, &link->ppp.port->release);
}

static int ppp_port_fill(struct sk_buff *msg, const struct ndiswan_link *link)
{
	/* The channel went with the port. */
	if (link->state == NDISWAN_LINK_STATE_DOWN)
		return 0;
	return nla_put_u32(msg, NDISWAN_A_LINK_CHANNEL,
			   ppp_channel_index(&link->ppp.port->channel));
}

const struct ndiswan_port_ops ndiswan_ppp_ops = {
	.type = NDISWAN_PORT_TYPE_PPP,
	.no_address_control = true,
	.no_compression = true,
	.attach = ppp_port_attach,
	.detach = ppp_port_detach,
	.xmit = ppp_port_xmit,
	.fill = ppp_port_fill,
};

/**
 * ndiswan_ppp_init() - once, at load
 *
 * Return: 0 or -ENOMEM.
 */
int ndiswan_ppp_init(void)
{
	release_queue = alloc_workqueue("ndiswan_ppp", WQ_UNBOUND, 0);
	return release_queue ? 0 : -ENOMEM;
}

/**
 * ndiswan_ppp_uninit() - once, at unload, when no link is left
 */
void ndiswan_ppp_uninit(void)
{
	/* Links that were closed a moment ago. */
	rcu_barrier();
	destroy_workqueue(release_queue);
}
