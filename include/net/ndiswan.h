/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ndiswan_shim for the modules around it: the protocol above (wanarp) and the
 * intermediate drivers between (Documentation/intermediate-drivers.rst).
 *
 * Contexts. "Control" means process context with ndiswan_lock held, which the
 * control callbacks of struct ndiswan_protocol and struct ndiswan_driver get
 * and which they must not take again; they may sleep. rtnl is taken outside
 * ndiswan_lock, never inside. "Data" means RCU read side with bottom halves
 * off.
 */
#ifndef _NET_NDISWAN_H
#define _NET_NDISWAN_H

#include <linux/etherdevice.h>
#include <linux/in6.h>
#include <linux/netlink.h>
#include <linux/prefetch.h>
#include <linux/skbuff.h>
#include <linux/unaligned.h>
#include <net/net_namespace.h>
#include <uapi/linux/ndiswan.h>

/* Changes whenever a structure or a rule of this header does. A module built
 * against another value is refused when it registers.
 */
#define NDISWAN_ABI	4

struct ndiswan_link;
struct ndiswan_layer;

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
 * @prefix_len: of @prefix in bits: 64, 128, or 0 if the client has none
 * @peer_ipv4: the client's address, if the line is IPv4's
 * @peer_ipv6: the client's link-local address, if it is IPv6's
 * @prefix: what else the client may have; nothing is behind @prefix_len
 */
struct ndiswan_line {
	int ifindex;
	u16 mru;
	u8 prefix_len;
	__be32 peer_ipv4;
	struct in6_addr peer_ipv6;
	struct in6_addr prefix;
};

/**
 * struct ndiswan_counters - network packets of one protocol on one link
 * @rx_packets: packets received
 * @rx_bytes: their bytes, without PPP header
 * @tx_packets: packets sent
 * @tx_bytes: their bytes, without PPP header
 */
struct ndiswan_counters {
	u64 rx_packets;
	u64 rx_bytes;
	u64 tx_packets;
	u64 tx_bytes;
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
 * @line_fill: Tell ifindex, addresses and MRU of a line for a dump. Data or
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

/* What a driver's attach may return besides 0 and an error. */
#define NDISWAN_ATTACH_DECLINE	1

/* What a driver's send and receive return: the packet goes on as it is now; the
 * driver keeps it; or it ends here for one of the driver's own reasons.
 */
#define NDISWAN_PASS		0
#define NDISWAN_TAKE		1
#define NDISWAN_DROP(reason)	(-1 - (int)(reason))

/* Most reasons for which one driver drops packets. */
#define NDISWAN_DRIVER_REASONS	8
/* Longest name of a driver, with the byte that ends it. */
#define NDISWAN_DRIVER_NAME	32

/* flags of struct ndiswan_driver */
#define NDISWAN_DRIVER_MANDATORY	BIT(0)

/**
 * enum ndiswan_direction - which way a packet goes
 * @NDISWAN_SENDING: to the client, downwards
 * @NDISWAN_RECEIVING: from the client, upwards
 * @NDISWAN_DIRECTIONS: their number
 */
enum ndiswan_direction {
	NDISWAN_SENDING,
	NDISWAN_RECEIVING,
	NDISWAN_DIRECTIONS,
};

/**
 * struct ndiswan_driver - an intermediate driver
 * @abi: NDISWAN_ABI
 * @altitude: its place on every link, not 0; higher is nearer to IP; no two
 *	drivers have the same
 * @name: letters, digits and underscores; no two drivers have the same
 * @owner: THIS_MODULE
 * @flags: %NDISWAN_DRIVER_MANDATORY: a link that it cannot be attached to, or
 *	that it leaves, carries no data until it is there (again) or the
 *	administrator says that it need not be
 * @headroom: bytes that it puts before a packet at most
 * @mru_cost: bytes by which it makes a packet longer at most; a line's MRU is
 *	that much less for whoever is above it
 * @context_size: bytes of its own for each link, zeroed, see
 *	ndiswan_layer_context()
 * @drop_reasons: names of the reasons that it uses in NDISWAN_DROP() and
 *	ndiswan_discard(): lower case, digits and hyphens
 * @drop_reason_count: their number, at most %NDISWAN_DRIVER_REASONS
 * @attach: Begin on a link. 0; %NDISWAN_ATTACH_DECLINE if it does not want this
 *	link, of which nothing more is heard; or an error that undid everything,
 *	with a sentence in @extack. Optional. Control context.
 * @pause: The end is near: let go of all packets, in order, and take no more;
 *	what comes faster than it can be let go may be dropped, and is counted.
 *	Packets still come. Called at most once, before the last @line_down of a
 *	driver that leaves a link which stays; not when the link ends. Optional,
 *	for drivers that take packets. Control context.
 * @detach: The end on a link: called once for each @attach that returned 0,
 *	when no packet callback of this link runs or will run and each line that
 *	was up has had its @line_down. Has to stop timers and work of its own
 *	and to have settled every packet that it took before it returns; may
 *	wait for that. Cannot fail. Optional. Control context.
 * @send: A packet to the client, from above. Data context; several CPUs may be
 *	inside for one link. Optional: without it packets pass, at no cost.
 * @receive: A packet from the client, from below. As @send.
 * @monitor: A packet in either direction, to look at. A driver that has it has
 *	neither @send nor @receive and is of class monitor: it cannot change,
 *	drop, take or inject anything, nor refuse a line-up or end a link. Data
 *	context.
 * @line_up: A network protocol becomes usable on the link; before its first
 *	packet. May refuse with an error and a sentence in @extack, which whoever
 *	asked for the line-up gets; then it has undone everything and gets no
 *	@line_down. Optional. Control context.
 * @line_update: @line->mru has changed, nothing else. Optional. Control context.
 * @line_down: The line is over; after its last packet. Called exactly once after
 *	each successful @line_up. A driver settles the packets of that protocol
 *	that it still has: what it injects now is dropped. Cannot fail. Optional.
 *	Control context.
 *
 * Everything here is constant while the driver is registered. The control
 * callbacks must not register or unregister drivers.
 *
 * A packet. @skb has its data at the network header, skb->protocol and the
 * network header are set, its content is not checked, and it is not GSO. Who
 * changes bytes of a received packet sees to skb->ip_summed. It is
 * shared with nobody, but its data may be: skb_ensure_writable() or
 * skb_cow_head() come before a change, and pointers into it are read again
 * after. skb->cb is the driver's until it returns, and as long as it keeps the
 * packet; skb->dev says nothing when receiving, and skb_dst() is good only until
 * the callback returns. A driver that returns
 * %NDISWAN_PASS or NDISWAN_DROP() gives the packet back, the same @skb and no
 * other. After %NDISWAN_TAKE the packet is the driver's, who settles it with
 * exactly one ndiswan_inject_send(), ndiswan_inject_receive() or
 * ndiswan_discard().
 *
 * A network namespace that ends has had all its line-downs and detaches before
 * any driver's own pernet exit is called.
 *
 * Order. Packets of one direction that one CPU handles come in the order in
 * which they arrived. Lines go up from the lowest altitude to the highest and
 * the protocol last; they go down in the reverse order. Two links may have the
 * same address for a moment: a client that dials again has its new line-up before
 * the old link's line-down.
 */
struct ndiswan_driver {
	u32 abi;
	u32 altitude;
	const char *name;
	struct module *owner;
	u32 flags;
	u16 headroom;
	u16 mru_cost;
	size_t context_size;
	const char * const *drop_reasons;
	unsigned int drop_reason_count;
	int (*attach)(struct ndiswan_layer *layer,
		      struct netlink_ext_ack *extack);
	void (*pause)(struct ndiswan_layer *layer);
	void (*detach)(struct ndiswan_layer *layer);
	int (*send)(struct ndiswan_layer *layer, struct sk_buff *skb,
		    enum ndiswan_proto proto);
	int (*receive)(struct ndiswan_layer *layer, struct sk_buff *skb,
		       enum ndiswan_proto proto);
	void (*monitor)(struct ndiswan_layer *layer, const struct sk_buff *skb,
			enum ndiswan_proto proto,
			enum ndiswan_direction direction);
	int (*line_up)(struct ndiswan_layer *layer, enum ndiswan_proto proto,
		       const struct ndiswan_line *line,
		       struct netlink_ext_ack *extack);
	void (*line_update)(struct ndiswan_layer *layer,
			    enum ndiswan_proto proto,
			    const struct ndiswan_line *line);
	void (*line_down)(struct ndiswan_layer *layer, enum ndiswan_proto proto,
			  enum ndiswan_reason reason);
};

/**
 * struct ndiswan_layer - one driver on one link, the handle of all calls
 * @context: the driver's own memory
 * @link_id: number of the link
 *
 * Made by ndiswan_shim and good from attach to the end of detach.
 */
struct ndiswan_layer {
	void *context;
	u32 link_id;
};

/**
 * ndiswan_layer_context() - a driver's own memory on a link
 * @layer: driver and link
 *
 * Return: context_size bytes, zeroed before attach, freed after detach.
 */
static inline void *ndiswan_layer_context(const struct ndiswan_layer *layer)
{
	return layer->context;
}

int ndiswan_driver_register(const struct ndiswan_driver *driver);
void ndiswan_driver_unregister(const struct ndiswan_driver *driver);

struct net *ndiswan_layer_net(const struct ndiswan_layer *layer);
void ndiswan_layer_hangup(struct ndiswan_layer *layer);

void ndiswan_inject_send(struct ndiswan_layer *layer, struct sk_buff *skb,
			 enum ndiswan_proto proto);
void ndiswan_inject_receive(struct ndiswan_layer *layer, struct sk_buff *skb,
			    enum ndiswan_proto proto);
void ndiswan_originate_send(struct ndiswan_layer *layer, struct sk_buff *skb,
			    enum ndiswan_proto proto);
void ndiswan_originate_receive(struct ndiswan_layer *layer,
			       struct sk_buff *skb, enum ndiswan_proto proto);
void ndiswan_discard(struct ndiswan_layer *layer, struct sk_buff *skb,
		     enum ndiswan_direction direction, unsigned int reason);

void ndiswan_link_set_context(struct ndiswan_link *link,
			      enum ndiswan_proto proto, void *context);
void *ndiswan_link_context(const struct ndiswan_link *link,
			   enum ndiswan_proto proto);
u32 ndiswan_link_id(const struct ndiswan_link *link);
struct ndiswan_link *ndiswan_link_lookup(struct net *net, u32 id);
void ndiswan_link_counters(const struct ndiswan_link *link,
			   enum ndiswan_proto proto,
			   struct ndiswan_counters *counters);
void ndiswan_link_prefetch(u32 id);
void *ndiswan_room_take(struct ndiswan_link *link);
void ndiswan_room_release(struct ndiswan_link *link);

void ndiswan_line_down(struct ndiswan_link *link, enum ndiswan_proto proto,
		       enum ndiswan_reason reason);
void ndiswan_control_lock(void);
void ndiswan_control_unlock(void);
bool ndiswan_control_is_locked(void);

int ndiswan_send(struct sk_buff *skb, struct ndiswan_link *link,
		 enum ndiswan_proto proto);
unsigned int ndiswan_headroom(void);

/* A link has room for one context inside it, that many bytes of it and that far
 * behind its beginning: see ndiswan_room_take().
 */
#define NDISWAN_ROOM_SIZE	96
#define NDISWAN_ROOM_OFFSET	96

/**
 * ndiswan_room_prefetch() - a send will follow soon
 * @room: what may be a link's room, not read
 *
 * What a packet reads of a link is at its beginning. With tens of thousands of
 * links that is a miss, and so is the room: they are better waited for together.
 * If @room is none, nothing is lost.
 */
static inline void ndiswan_room_prefetch(const void *room)
{
	prefetch(room - NDISWAN_ROOM_OFFSET);
}

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
 * @peer_ipv6: client's link-local address, :: if none is concerned
 * @reason: why something went down
 * @driver: name of an intermediate driver, NULL if none is concerned
 */
struct ndiswan_event {
	u32 number;
	const char *name;
	bool log;
	u32 link;
	u16 protocol;
	int ifindex;
	__be32 peer_ipv4;
	struct in6_addr peer_ipv6;
	enum ndiswan_reason reason;
	const char *driver;
};

__printf(3, 4)
void ndiswan_event(struct net *net, const struct ndiswan_event *event,
		   const char *fmt, ...);

#endif /* _NET_NDISWAN_H */
