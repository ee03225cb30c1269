// SPDX-License-Identifier: GPL-2.0
/*
 * The loop port: two links back to back.
 *
 * A send must not end up in a receive on the same stack: a client's packet that
 * is forwarded to another client would nest as deep as there are links. So
 * frames wait in a queue per CPU. They carry the number of the link that they
 * are for, not a pointer: it may be gone when their turn comes.
 */
#include <linux/interrupt.h>

#include "internal.h"

#define QUEUE_LIMIT	1000

struct loop_cb {
	u32 link;
};

#define LOOP_CB(skb)	((struct loop_cb *)(skb)->cb)

struct loop_queue {
	struct sk_buff_head frames; /* its own lock, against uninit only */
	struct tasklet_struct tasklet;
};

static DEFINE_PER_CPU(struct loop_queue, queues);

static void loop_receive(struct sk_buff *skb)
{
	struct ndiswan_link *link = ndiswan_link_by_id(LOOP_CB(skb)->link);

	if (!link) {
		kfree_skb(skb);
		return;
	}
	/* What the sender's side knew of the packet ends here. */
	skb_scrub_packet(skb, true);
	if (ndiswan_receive(skb, link) == NDISWAN_RX_DELIVER)
		netif_receive_skb(skb);
}

static void loop_tasklet(struct tasklet_struct *t)
{
	struct loop_queue *queue = from_tasklet(queue, t, tasklet);
	unsigned int budget = QUEUE_LIMIT;
	struct sk_buff *skb;

	rcu_read_lock();
	while (budget-- && (skb = skb_dequeue(&queue->frames)))
		loop_receive(skb);
	rcu_read_unlock();
	if (!skb_queue_empty(&queue->frames))
		tasklet_schedule(&queue->tasklet);
}

static int loop_xmit(struct sk_buff *skb, struct ndiswan_link *link)
{
	struct ndiswan_link *peer = rcu_dereference_bh(link->loop.peer);
	struct loop_queue *queue = this_cpu_ptr(&queues);

	if (!peer) {
		ndiswan_drop(link, skb, NDISWAN_DROP_NO_PEER);
		return -ENOTCONN;
	}
	if (skb_queue_len(&queue->frames) >= QUEUE_LIMIT) {
		ndiswan_drop(link, skb, NDISWAN_DROP_PORT_BUSY);
		return -ENOBUFS;
	}
	LOOP_CB(skb)->link = peer->id;
	skb_queue_tail(&queue->frames, skb);
	tasklet_schedule(&queue->tasklet);
	return 0;
}

static int loop_attach(struct ndiswan_link *link,
		       const struct ndiswan_attach *args,
		       struct netlink_ext_ack *extack)
{
	struct ndiswan_link *peer;

	if (memchr_inv(args->params + sizeof(args->loop), 0,
		       sizeof(args->params) - sizeof(args->loop))) {
		NL_SET_ERR_MSG(extack, "parameters that a loop does not have");
		return -EINVAL;
	}
	link->headroom = NDISWAN_PPP_HLEN;
	if (!args->loop.peer)
		return 0;
	peer = ndiswan_link_find_locked(link->net, args->loop.peer);
	if (!peer || peer == link || peer->ops != &ndiswan_loop_ops ||
	    peer->state == NDISWAN_LINK_STATE_DOWN) {
		NL_SET_ERR_MSG(extack, "the peer is no loop of this namespace");
		return -ENOENT;
	}
	if (rcu_access_pointer(peer->loop.peer)) {
		NL_SET_ERR_MSG(extack, "the peer has another end already");
		return -EBUSY;
	}
	rcu_assign_pointer(link->loop.peer, peer);
	rcu_assign_pointer(peer->loop.peer, link);
	return 0;
}

static void loop_detach(struct ndiswan_link *link)
{
	struct ndiswan_link *peer =
		rcu_dereference_protected(link->loop.peer,
					  ndiswan_control_is_locked());

	if (!peer)
		return;
	RCU_INIT_POINTER(link->loop.peer, NULL);
	RCU_INIT_POINTER(peer->loop.peer, NULL);
	ndiswan_link_down_locked(peer, NDISWAN_REASON_PEER_CLOSED);
}

const struct ndiswan_port_ops ndiswan_loop_ops = {
	.type = NDISWAN_PORT_TYPE_LOOP,
	.attach = loop_attach,
	.detach = loop_detach,
	.xmit = loop_xmit,
};

/**
 * ndiswan_loop_init() - once, at load
 */
void ndiswan_loop_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct loop_queue *queue = per_cpu_ptr(&queues, cpu);

		skb_queue_head_init(&queue->frames);
		tasklet_setup(&queue->tasklet, loop_tasklet);
	}
}

/**
 * ndiswan_loop_uninit() - once, at unload, when no link is left
 *
 * A send may have begun before the last link was closed: it ends within a grace
 * period, and then nobody schedules the tasklets any more but themselves.
 */
void ndiswan_loop_uninit(void)
{
	int cpu;

	synchronize_net();
	for_each_possible_cpu(cpu) {
		struct loop_queue *queue = per_cpu_ptr(&queues, cpu);

		skb_queue_purge(&queue->frames);
		tasklet_kill(&queue->tasklet);
	}
}
