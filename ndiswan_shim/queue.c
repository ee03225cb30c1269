// SPDX-License-Identifier: GPL-2.0
/*
 * Frames that are received on a stack of their own.
 *
 * Some ports get a frame inside a send: the loop, and a PPP channel, which holds
 * a lock meanwhile that all channels share in lockdep's eyes. A client's packet
 * that is forwarded to another client would nest there as deep as there are
 * links. So frames wait in a queue per CPU. They carry the number of the link
 * that they are for, not a pointer: it may be gone when their turn comes.
 */
#include <linux/interrupt.h>

#include "internal.h"

#define QUEUE_LIMIT	1000

struct queue_cb {
	u32 link;
};

#define QUEUE_CB(skb)	((struct queue_cb *)(skb)->cb)

struct receive_queue {
	struct sk_buff_head frames; /* its own lock, against uninit only */
	struct tasklet_struct tasklet;
};

static DEFINE_PER_CPU(struct receive_queue, queues);

static void queue_receive(struct sk_buff *skb)
{
	struct ndiswan_link *link = ndiswan_link_by_id(QUEUE_CB(skb)->link);

	if (!link) {
		kfree_skb(skb);
		return;
	}
	if (ndiswan_receive(skb, link) == NDISWAN_RX_DELIVER)
		netif_receive_skb(skb);
}

static void queue_tasklet(struct tasklet_struct *t)
{
	struct receive_queue *queue = from_tasklet(queue, t, tasklet);
	unsigned int budget = QUEUE_LIMIT;
	struct sk_buff *skb;

	rcu_read_lock();
	while (budget-- && (skb = skb_dequeue(&queue->frames)))
		queue_receive(skb);
	rcu_read_unlock();
	if (!skb_queue_empty(&queue->frames))
		tasklet_schedule(&queue->tasklet);
}

/**
 * ndiswan_receive_later() - a frame for ndiswan_receive(), a moment later
 * @skb: the frame, data at the PPP header; no longer the caller's if it is taken
 * @id: number of the link that received it, which may not exist any more
 *
 * Frames that are queued on one CPU are received in that order.
 *
 * Context: bottom halves off.
 * Return: false if too many wait already.
 */
bool ndiswan_receive_later(struct sk_buff *skb, u32 id)
{
	struct receive_queue *queue = this_cpu_ptr(&queues);

	if (skb_queue_len(&queue->frames) >= QUEUE_LIMIT)
		return false;
	QUEUE_CB(skb)->link = id;
	skb_queue_tail(&queue->frames, skb);
	tasklet_schedule(&queue->tasklet);
	return true;
}

/**
 * ndiswan_queue_init() - once, at load
 */
void ndiswan_queue_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct receive_queue *queue = per_cpu_ptr(&queues, cpu);

		skb_queue_head_init(&queue->frames);
		tasklet_setup(&queue->tasklet, queue_tasklet);
	}
}

/**
 * ndiswan_queue_uninit() - once, at unload, when no link is left
 *
 * A send may have begun before the last link was closed: it ends within a grace
 * period, and then nobody schedules the tasklets any more but themselves.
 */
void ndiswan_queue_uninit(void)
{
	int cpu;

	synchronize_net();
	for_each_possible_cpu(cpu) {
		struct receive_queue *queue = per_cpu_ptr(&queues, cpu);

		skb_queue_purge(&queue->frames);
		tasklet_kill(&queue->tasklet);
	}
}
