// SPDX-License-Identifier: GPL-2.0
/* The send path: protocol above, or the link's file -> PPP header -> port. */
#include <linux/if_vlan.h>
#include <linux/module.h>
#include <linux/percpu.h>

#include "internal.h"
#include "stack.h"

/* Not 0 while a port sends. A tunnel that is routed into one of its own links
 * comes back here inside its own send, again and again.
 */
static DEFINE_PER_CPU(unsigned int, sending);

static int frame_send(struct sk_buff *skb, struct ndiswan_link *link,
		      u16 protocol)
{
	int err;

	if (unlikely(__this_cpu_read(sending))) {
		ndiswan_event_recursion(link);
		ndiswan_drop(link, skb, NDISWAN_DROP_RECURSION);
		return -ELOOP;
	}
	if (unlikely(ndiswan_frame_push(skb, link, protocol))) {
		ndiswan_drop(link, skb, NDISWAN_DROP_NO_MEMORY);
		return -ENOMEM;
	}
	__this_cpu_write(sending, 1);
	err = link->ops->xmit(skb, link);
	__this_cpu_write(sending, 0);
	return err;
}

static __always_inline int send_packet(struct sk_buff *skb,
				       struct ndiswan_link *link,
				       enum ndiswan_proto proto)
{
	struct ndiswan_counters *counters = ndiswan_counters(link, proto);
	unsigned int len = skb->len;
	int err;

	err = frame_send(skb, link, ndiswan_proto_number(proto));
	if (likely(!err)) {
		ndiswan_count(&counters->tx_packets, 1);
		ndiswan_count(&counters->tx_bytes, len);
	}
	return err;
}

/**
 * ndiswan_send_packet() - send a packet that is past the intermediate drivers
 * @skb: the packet, data at the network header; no longer the caller's
 * @link: the link
 * @proto: what it is
 *
 * Context: RCU read side, bottom halves off.
 * Return: 0 when the port took it, else a negative error: it was dropped and
 * counted.
 */
noinline int ndiswan_send_packet(struct sk_buff *skb, struct ndiswan_link *link,
				 enum ndiswan_proto proto)
{
	return send_packet(skb, link, proto);
}

/* By way of the intermediate drivers. */
static noinline int stack_send(struct sk_buff *skb, struct ndiswan_link *link,
			       enum ndiswan_proto proto)
{
	int err;

	err = ndiswan_stack_pass(link, skb, proto, NDISWAN_SENDING, 0);
	if (unlikely(err))
		return min(err, 0);
	return send_packet(skb, link, proto);
}

/**
 * ndiswan_send() - send a network packet
 * @skb: the packet, data at the network header, not GSO, no longer than the
 *	line's MRU; no longer the caller's, whatever is returned
 * @link: the link, whose line for @proto is or was up in this RCU section
 * @proto: what it is
 *
 * Context: RCU read side, bottom halves off.
 * Return: 0 when the port or an intermediate driver took it, else a negative
 * error: it was dropped and counted.
 */
int ndiswan_send(struct sk_buff *skb, struct ndiswan_link *link,
		 enum ndiswan_proto proto)
{
	if (ndiswan_stack_used())
		return stack_send(skb, link, proto);
	return ndiswan_send_packet(skb, link, proto);
}
EXPORT_SYMBOL_NS_GPL(ndiswan_send, NDISWAN);

/**
 * ndiswan_send_control() - send a control frame
 * @skb: the frame, data at the information field; no longer the caller's
 * @link: the link
 * @protocol: PPP protocol number
 *
 * Context: process. The port is looked at again inside the RCU section: after
 * the link went down what it points to may be freed.
 * Return: 0, or a negative error: -ENOTCONN without a port, -ENOLINK when the
 * link is down, else what kept the port from sending it.
 */
int ndiswan_send_control(struct sk_buff *skb, struct ndiswan_link *link,
			 u16 protocol)
{
	u8 state;
	int err;

	rcu_read_lock_bh();
	/* Pairs with the release in ndiswan_port_attach(). */
	state = smp_load_acquire(&link->state);
	if (state == NDISWAN_LINK_STATE_NEW) {
		kfree_skb(skb);
		err = -ENOTCONN;
	} else if (state == NDISWAN_LINK_STATE_DOWN) {
		ndiswan_drop(link, skb, NDISWAN_DROP_LINK_DOWN);
		err = -ENOLINK;
	} else {
		err = frame_send(skb, link, protocol);
		if (!err)
			WRITE_ONCE(link->control_tx, link->control_tx + 1);
	}
	rcu_read_unlock_bh();
	return err;
}

/**
 * ndiswan_headroom() - room that devices above should leave before a packet
 *
 * What intermediate drivers declared, the longest PPP header, the longest port
 * header on Ethernet and a link layer header with a VLAN tag, so that no port
 * has to reallocate. Tunnels put more before a packet; a received one mostly has
 * that room, and if a device asks for more than is there the stack copies every
 * packet. Changes with a line-update when a driver comes that puts something
 * before packets.
 *
 * Return: bytes.
 */
unsigned int ndiswan_headroom(void)
{
	return ndiswan_driver_headroom() + NDISWAN_PPP_HLEN + 6 +
	       VLAN_ETH_HLEN;
}
EXPORT_SYMBOL_NS_GPL(ndiswan_headroom, NDISWAN);
