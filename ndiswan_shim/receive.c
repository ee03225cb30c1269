// SPDX-License-Identifier: GPL-2.0
/*
 * The receive path: port -> PPP header -> intermediate drivers -> protocol above,
 * or the link's file.
 */
#include <kunit/visibility.h>
#include <linux/percpu.h>
#include <linux/ppp_defs.h>

#include "internal.h"
#include "stack.h"

static int network_protocol(u16 protocol)
{
	switch (protocol) {
	case PPP_IP:
		return NDISWAN_PROTO_IPV4;
	case PPP_IPV6:
		return NDISWAN_PROTO_IPV6;
	default:
		return -1;
	}
}

/* Nearly all frames begin with the uncompressed number of IPv4. */
static bool is_plain_ipv4(const struct sk_buff *skb)
{
	return skb_headlen(skb) >= 2 && skb->data[0] == PPP_IP >> 8 &&
	       skb->data[1] == (PPP_IP & 0xff);
}

/**
 * ndiswan_receive_packet() - pass up what is past the intermediate drivers
 * @skb: the packet, data at the network header; no longer the caller's unless
 *	%NDISWAN_RX_DELIVER is returned
 * @link: the link
 * @proto: what it is
 *
 * Context: RCU read side, bottom halves off.
 * Return: what the caller has to do with @skb.
 */
enum ndiswan_rx ndiswan_receive_packet(struct sk_buff *skb,
				       struct ndiswan_link *link,
				       enum ndiswan_proto proto)
{
	void *context = rcu_dereference(link->context[proto]);

	if (unlikely(!context)) {
		ndiswan_drop(link, skb, NDISWAN_DROP_LINE_DOWN);
		return NDISWAN_RX_CONSUMED;
	}
	return ndiswan_proto_ops(proto)->receive(skb, link, context);
}

/* By way of the intermediate drivers. */
static noinline enum ndiswan_rx stack_receive(struct sk_buff *skb,
					      struct ndiswan_link *link,
					      enum ndiswan_proto proto)
{
	ndiswan_network_prepare(skb, proto);
	if (unlikely(ndiswan_stack_pass(link, skb, proto, NDISWAN_RECEIVING,
					0)))
		return NDISWAN_RX_CONSUMED;
	return ndiswan_receive_packet(skb, link, proto);
}

/**
 * ndiswan_receive() - a port received a frame
 * @skb: the frame, data at the PPP header; shared with nobody, but its data may
 *	be. No longer the caller's unless %NDISWAN_RX_DELIVER is returned.
 * @link: the link that it arrived on
 *
 * What is not a network packet with its line up is a control frame.
 *
 * Context: RCU read side, bottom halves off.
 * Return: what the caller has to do with @skb.
 */
enum ndiswan_rx ndiswan_receive(struct sk_buff *skb, struct ndiswan_link *link)
{
	const struct ndiswan_protocol *above;
	struct ndiswan_counters *counters;
	void *context;
	u16 protocol = PPP_IP;
	int proto = NDISWAN_PROTO_IPV4;

	if (likely(is_plain_ipv4(skb))) {
		ndiswan_frame_strip(skb, 2);
	} else {
		if (ndiswan_frame_pull(skb, &protocol)) {
			ndiswan_drop(link, skb, NDISWAN_DROP_SHORT_FRAME);
			return NDISWAN_RX_CONSUMED;
		}
		proto = network_protocol(protocol);
		if (proto < 0)
			goto control;
	}
	context = rcu_dereference(link->context[proto]);
	if (unlikely(!context))
		goto control;

	counters = ndiswan_counters(link, proto);
	ndiswan_count(&counters->rx_packets, 1);
	ndiswan_count(&counters->rx_bytes, skb->len);
	if (ndiswan_stack_used())
		return stack_receive(skb, link, proto);
	/* Not NULL: a protocol takes its contexts away before it goes. */
	above = ndiswan_proto_ops(proto);
	return above->receive(skb, link, context);

control:
	ndiswan_file_receive(skb, link, protocol);
	return NDISWAN_RX_CONSUMED;
}
EXPORT_SYMBOL_IF_KUNIT(ndiswan_receive);

/* Not 0 while a packet that came through a tunnel is in the stack. */
static DEFINE_PER_CPU(unsigned int, delivering);

/**
 * ndiswan_receive_tunnelled() - a port above IP received a frame
 * @skb: the frame, data at the PPP header, shared with nobody; no longer the
 *	caller's
 * @link: the link that it arrived on
 *
 * A client can build tunnels inside its tunnel, and each header that it puts
 * around a packet would bring us back here on the same stack, forty times in one
 * packet. So from the second time on the packet waits in the CPU's queue.
 *
 * Context: RCU read side, bottom halves off.
 */
void ndiswan_receive_tunnelled(struct sk_buff *skb, struct ndiswan_link *link)
{
	/* A driver may keep the packet: it holds neither the socket that the
	 * stack looked up for it, nor a route, nor what IPsec noted.
	 */
	skb_orphan(skb);
	skb_scrub_packet(skb, false);
	if (ndiswan_receive(skb, link) != NDISWAN_RX_DELIVER)
		return;
	if (unlikely(__this_cpu_read(delivering))) {
		netif_rx(skb);
		return;
	}
	__this_cpu_write(delivering, 1);
	netif_receive_skb(skb);
	__this_cpu_write(delivering, 0);
}
