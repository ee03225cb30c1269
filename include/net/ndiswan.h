/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ndiswan_shim for the layers around it: the protocol above (wanarp) and the
 * ports below.
 *
 * Contexts. "Control" means process context with ndiswan_lock held, which the
 * callbacks of struct ndiswan_protocol get and which they must not take again.
 * rtnl is taken outside ndiswan_lock, never inside. "Data" means RCU read side
 * with bottom halves off.
 */
#ifndef _NET_NDISWAN_H
#define _NET_NDISWAN_H

#include <linux/etherdevice.h>
#include <linux/netlink.h>
#include <linux/skbuff.h>
#include <linux/unaligned.h>
#include <net/net_namespace.h>
#include <uapi/linux/ndiswan.h>

/* Changes whenever a structure or a rule of this header does. A module built
 * against another value is refused when it registers.
 */
#define NDISWAN_ABI	1

struct ndiswan_link;

/**
 * enum ndiswan_proto - network protocols that can be up on a link
 * @NDISWAN_PROTO_IPV4: PPP protocol 0x0021
 * @NDISWAN_PROTO_IPV6: PPP protocol 0x0057
 * @NDISWAN_PROTO_MAX: their number
 */
enum ndiswan_proto {
	NDISWAN_PROTO_IPV4,
	NDISWAN_PROTO_IPV6,
	NDISWAN_PROTO_MAX,
};

/**
 * struct ndiswan_line - what a line-up or line-update says
 * @ifindex: WAN interface in the link's network namespace
 * @mru: longest packet in bytes that the peer receives, PPP header not counted
 * @peer_ipv4: the client's address
 */
struct ndiswan_line {
	int ifindex;
	u16 mru;
	__be32 peer_ipv4;
};

/**
 * enum ndiswan_rx - what became of a received packet
 * @NDISWAN_RX_CONSUMED: the packet is no longer the caller's
 * @NDISWAN_RX_DELIVER: the packet is ready for the stack: skb->dev, protocol,
 *	MAC header and packet type are set, data is at the network header. Still
 *	the caller's, who passes it to netif_receive_skb() or, from an
 *	rx_handler, returns RX_HANDLER_ANOTHER. This spares a trip through a
 *	queue, a third of what the receive path costs.
 */
enum ndiswan_rx {
	NDISWAN_RX_CONSUMED,
	NDISWAN_RX_DELIVER,
};

/**
 * struct ndiswan_protocol - a consumer of network packets above the links
 * @abi: NDISWAN_ABI
 * @proto: the one protocol that it serves; a second consumer is refused
 * @owner: THIS_MODULE
 * @line_up: The protocol is usable on @link. Control context. Creates what it
 *	needs, calls ndiswan_link_set_context() before the first packet can be
 *	sent, and returns 0; or undoes everything and returns an error, with a
 *	sentence in @extack. Called at most once before @line_down.
 * @line_update: @line->mru has changed, nothing else. Control context. An
 *	error leaves everything as it was.
 * @line_down: The line is over. Control context; cannot fail. ndiswan_shim has
 *	already taken the context away from the link, but packets that found it
 *	before may still be inside @receive: free what they read after an RCU
 *	grace period only. Called exactly once after each successful @line_up.
 * @line_fill: Tell ifindex, address and MRU of a line for a dump. Data or
 *	control context.
 * @receive: A packet of the protocol from @link: data at the network header,
 *	link layer removed, nothing about its content checked. Data context.
 *	Owns @skb unless it returns %NDISWAN_RX_DELIVER.
 */
struct ndiswan_protocol {
	u32 abi;
	enum ndiswan_proto proto;
	struct module *owner;
	int (*line_up)(struct net *net, struct ndiswan_link *link,
		       const struct ndiswan_line *line,
		       struct netlink_ext_ack *extack);
	int (*line_update)(struct ndiswan_link *link, void *context,
			   const struct ndiswan_line *line,
			   struct netlink_ext_ack *extack);
	void (*line_down)(struct ndiswan_link *link, void *context,
			  enum ndiswan_reason reason);
	void (*line_fill)(const void *context, struct ndiswan_line *line);
	enum ndiswan_rx (*receive)(struct sk_buff *skb,
				   struct ndiswan_link *link, void *context);
};

int ndiswan_protocol_register(const struct ndiswan_protocol *protocol);
void ndiswan_protocol_unregister(const struct ndiswan_protocol *protocol);

void ndiswan_link_set_context(struct ndiswan_link *link,
			      enum ndiswan_proto proto, void *context);
void *ndiswan_link_context(const struct ndiswan_link *link,
			   enum ndiswan_proto proto);
u32 ndiswan_link_id(const struct ndiswan_link *link);
struct ndiswan_link *ndiswan_link_lookup(struct net *net, u32 id);
void ndiswan_link_prefetch(const struct ndiswan_link *link, u32 id);

void ndiswan_line_down(struct ndiswan_link *link, enum ndiswan_proto proto,
		       enum ndiswan_reason reason);
void ndiswan_control_lock(void);
void ndiswan_control_unlock(void);
bool ndiswan_control_is_locked(void);

int ndiswan_send(struct sk_buff *skb, struct ndiswan_link *link,
		 enum ndiswan_proto proto);
unsigned int ndiswan_headroom(void);

/* The two bytes that every link address begins with: locally administered. */
#define NDISWAN_HWADDR_PREFIX	0x0200

/**
 * ndiswan_hwaddr_make() - the Ethernet-style address of a link
 * @addr: six bytes to fill in
 * @id: the link's number
 */
static inline void ndiswan_hwaddr_make(u8 *addr, u32 id)
{
	put_unaligned_be16(NDISWAN_HWADDR_PREFIX, addr);
	put_unaligned_be32(id, addr + 2);
}

/**
 * ndiswan_hwaddr_id() - the link that an Ethernet-style address names
 * @addr: six bytes
 *
 * Return: the link's number, or 0, which no link has.
 */
static inline u32 ndiswan_hwaddr_id(const u8 *addr)
{
	if (get_unaligned_be16(addr) != NDISWAN_HWADDR_PREFIX)
		return 0;
	return get_unaligned_be32(addr + 2);
}

/**
 * struct ndiswan_event - an event of the ndiswan family
 * @number: see Documentation/events.rst
 * @name: its symbolic name
 * @log: also written to the kernel log, rate limited
 * @link: number of the link, 0 if none is concerned
 * @protocol: PPP protocol number, 0 if none is concerned
 * @ifindex: WAN interface, 0 if none is concerned
 * @peer_ipv4: client's address, 0 if none is concerned
 * @reason: why something went down
 */
struct ndiswan_event {
	u32 number;
	const char *name;
	bool log;
	u32 link;
	u16 protocol;
	int ifindex;
	__be32 peer_ipv4;
	enum ndiswan_reason reason;
};

__printf(3, 4)
void ndiswan_event(struct net *net, const struct ndiswan_event *event,
		   const char *fmt, ...);

#endif /* _NET_NDISWAN_H */
