/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of ndiswan_shim know of each other, grouped by the file that
 * implements it.
 *
 * Locks, outermost first:
 *
 *   rtnl; driver_mutex (driver.c): neither inside the other
 *     ndiswan_lock (link.c, a mutex): every change to a link, its port, its
 *       lines and the tables that find it
 *         link->rxq.lock (spinlock, BH): the control frames that wait
 *
 * Readers on the packet path take none of them: what they follow is published
 * with rcu_assign_pointer() and freed after an RCU grace period.
 */
#ifndef _NDISWAN_INTERNAL_H
#define _NDISWAN_INTERNAL_H

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable-types.h>
#include <linux/skbuff.h>
#include <linux/wait.h>
#include <net/ndiswan.h>
#include <uapi/linux/ndiswan_ioctl.h>

#include "drop.h"
#include "l2tp_header.h"

struct genl_family;
struct l2tp_tunnel;
struct ndiswan_stack;
struct ppp_port;
struct pppoe_lower;
struct pptp_session;

/* Longest PPP header: address, control and a protocol field of two bytes. */
#define NDISWAN_PPP_HLEN	4
/* Longest control frame in bytes, without the protocol field. */
#define NDISWAN_CONTROL_MAX	1500

/* link->framing */
#define NDISWAN_SEND_ACFC	BIT(0)
#define NDISWAN_SEND_PFC	BIT(1)
#define NDISWAN_SEND_NO_AC	BIT(2)	/* the port has no such fields, ever */

/**
 * struct ndiswan_port_ops - what a port is
 * @type: its number in the ioctl
 * @no_address_control: the transport has no address and control fields, so
 *	that none are ever sent
 * @no_compression: whoever sends for the port compresses the header, if anybody
 * @prepare: Make ready what needs rtnl. No lock held, may sleep.
 * @attach: Begin to carry the frames of @link: receives may start before it
 *	returns. ndiswan_lock held. -EAGAIN asks for another @prepare. What it
 *	writes into its parameters is told to the owner.
 * @detach: No receive starts after this. ndiswan_lock held; cannot fail.
 * @xmit: Send a frame, PPP header in place. Data context. Owns @skb from then
 *	on, whatever it returns.
 * @set_window: No more than so many messages without acknowledgment, 0: what the
 *	peer offered. The link is not down. ndiswan_lock held. NULL for a port that
 *	never hears what has arrived.
 * @fill: Tell a dump what is special about the port of @link; -EMSGSIZE without
 *	room. ndiswan_lock held. Optional.
 */
struct ndiswan_port_ops {
	enum ndiswan_port_type type;
	bool no_address_control;
	bool no_compression;
	int (*prepare)(struct net *net, const struct ndiswan_attach *args,
		       struct netlink_ext_ack *extack);
	int (*attach)(struct ndiswan_link *link,
		      struct ndiswan_attach *args,
		      struct netlink_ext_ack *extack);
	void (*detach)(struct ndiswan_link *link);
	int (*xmit)(struct sk_buff *skb, struct ndiswan_link *link);
	int (*set_window)(struct ndiswan_link *link, u32 window,
			  struct netlink_ext_ack *extack);
	int (*fill)(struct sk_buff *msg, const struct ndiswan_link *link);
};

/* Fixed once the link is attached, but for @next: ndiswan_lock, RCU. */
struct ndiswan_pppoe {
	struct pppoe_lower *lower;
	struct ndiswan_link __rcu *next; /* same session number, other peer */
	__be16 session;
	u8 peer[ETH_ALEN];
};

/* Fixed once the link is attached, but for @flags. */
struct ndiswan_l2tp {
	struct rhash_head node;
	struct l2tp_tunnel *tunnel;
	u32 ids;		/* our tunnel and session numbers */
	u16 peer_session;
	u8 flags;		/* NDISWAN_L2TP_*; the receive path writes it */
};

struct ndiswan_pptp {
	struct pptp_session *session; /* fixed */
};

struct ndiswan_ppp {
	struct ppp_port *port; /* fixed */
};

struct ndiswan_loop {
	struct ndiswan_link __rcu *peer; /* ndiswan_lock, RCU */
};

/**
 * struct ndiswan_link - one PPP connection
 *
 * Created by open() of /dev/ndiswan and owned by that file alone. The table
 * of links, a port's tables and a loop's other end point to it as well; all of
 * these are cleared by ndiswan_link_remove(), after which it is freed when an
 * RCU grace period has passed. So nobody counts references: control code uses
 * a link under ndiswan_lock, packets use it inside an RCU read side section.
 */
struct ndiswan_link {
	/** @id: number, fixed */
	u32 id;
	/** @headroom: bytes that the port and PPP put before a packet */
	u16 headroom;
	/** @framing: NDISWAN_SEND_*; written under ndiswan_lock */
	u8 framing;
	/**
	 * @state: enum ndiswan_link_state; written under ndiswan_lock,
	 * with smp_store_release() when @ops has been filled in
	 */
	u8 state;
	/** @ops: the port, set once before @state leaves NEW */
	const struct ndiswan_port_ops *ops;
	/** @net: namespace, NULL once that is gone; ndiswan_lock to write */
	struct net *net;
	/** @context: per protocol, not NULL while the line is up */
	void __rcu *context[NDISWAN_PROTO_MAX];
	union {
		/** @pppoe: of a pppoe port */
		struct ndiswan_pppoe pppoe;
		/** @l2tp: of an l2tp port */
		struct ndiswan_l2tp l2tp;
		/** @pptp: of a pptp port */
		struct ndiswan_pptp pptp;
		/** @ppp: of a ppp port */
		struct ndiswan_ppp ppp;
		/** @loop: of a loop port */
		struct ndiswan_loop loop;
	};
	/* Up to here a packet reads: one cache line. With tens of thousands of
	 * links each line is a miss, so what it writes is the next one, together
	 * with the beginning of the room.
	 */

	/**
	 * @counters: of IPv4. They are written without a lock: a link's packets
	 * mostly stay on one CPU, and a count that is off by one now and then
	 * costs less than a per-CPU counter per client.
	 */
	struct ndiswan_counters counters;
	/** @room: for the context of IPv4, see ndiswan_room_take() */
	u8 room[NDISWAN_ROOM_SIZE] __aligned(sizeof(u64));
	/** @counters_ipv6: as @counters */
	struct ndiswan_counters counters_ipv6;
	/**
	 * @stack: intermediate drivers, NULL if there are none; read only while
	 * some driver is registered
	 */
	struct ndiswan_stack __rcu *stack;
	/** @l2tp_sequence: of an l2tp port */
	struct ndiswan_l2tp_sequence l2tp_sequence;
	/** @control_rx: frames read or waiting; rxq.lock */
	u32 control_rx;
	/** @control_tx: frames written; racing writers may lose a count */
	u32 control_tx;
	/** @rxq: control frames that wait to be read */
	struct sk_buff_head rxq;
	/** @wait: readers and pollers of the file */
	wait_queue_head_t wait;
	/** @ifindex: the device that carries the port, fixed; 0 if there is none */
	int ifindex;
	/** @reason: enum ndiswan_reason, why @state is DOWN */
	u8 reason;
	/** @closed: no more control frames; rxq.lock */
	bool closed;
	/** @removed: off the tables, waits for its layers */
	bool removed;
	/** @room_state: ROOM_*; ndiswan_lock */
	u8 room_state;
	/** @layers: of intermediate drivers that have not been freed */
	u16 layers;
	/** @mru: of each line, as the port carries it; ndiswan_lock */
	u16 mru[NDISWAN_PROTO_MAX];
	/** @drops: frames thrown away, by reason */
	atomic_t drops[NDISWAN_DROP_MAX];
	/** @room_grace: until when packets may read a room left; ndiswan_lock */
	unsigned long room_grace;
	/** @rcu: for freeing */
	struct rcu_head rcu;
} ____cacheline_aligned;

/* Counters of a link, or of many, also of those that are no more. */
struct ndiswan_sums {
	struct ndiswan_counters packets; /* of all protocols */
	u64 control_rx;
	u64 control_tx;
	u64 drops[NDISWAN_DROP_MAX];
	u32 control_queued;
	u32 links;
};

static inline struct ndiswan_counters *
ndiswan_counters(struct ndiswan_link *link, enum ndiswan_proto proto)
{
	return proto == NDISWAN_PROTO_IPV4 ? &link->counters :
					     &link->counters_ipv6;
}

/* Count without a lock, see @counters of struct ndiswan_link. */
static inline void ndiswan_count(u64 *counter, u64 n)
{
	WRITE_ONCE(*counter, *counter + n);
}

/* link.c */
int ndiswan_link_init(void);
void ndiswan_link_uninit(void);
struct ndiswan_link *ndiswan_link_create(struct net *net);
void ndiswan_link_remove(struct ndiswan_link *link);
void ndiswan_link_free(struct ndiswan_link *link);
void ndiswan_link_down_locked(struct ndiswan_link *link,
			      enum ndiswan_reason reason);
struct ndiswan_link *ndiswan_link_find_locked(const struct net *net, u32 id);
struct ndiswan_link *ndiswan_link_by_id(u32 id);
struct ndiswan_link *ndiswan_link_next_locked(const struct net *net,
					      unsigned long cursor[2]);
u32 ndiswan_link_count(void);
void ndiswan_link_sum_locked(const struct ndiswan_link *link,
			     struct ndiswan_sums *sums);
void ndiswan_net_sum_locked(struct net *net, struct ndiswan_sums *sums);

/* file.c */
extern unsigned int ndiswan_control_queue_limit;
int ndiswan_file_init(void);
void ndiswan_file_uninit(void);
void ndiswan_file_receive(struct sk_buff *skb, struct ndiswan_link *link,
			  u16 protocol);
void ndiswan_file_hangup(struct ndiswan_link *link);

/* port.c */
int ndiswan_port_attach(struct ndiswan_link *link, struct net *net,
			struct ndiswan_attach *args,
			struct netlink_ext_ack *extack);

/* port_loop.c */
extern const struct ndiswan_port_ops ndiswan_loop_ops;

/* port_l2tp.c */
extern const struct ndiswan_port_ops ndiswan_l2tp_ops;
int ndiswan_l2tp_init(void);
void ndiswan_l2tp_uninit(void);

/* port_pptp.c */
extern const struct ndiswan_port_ops ndiswan_pptp_ops;
int ndiswan_pptp_init(void);
void ndiswan_pptp_uninit(void);

/* port_pppoe.c */
extern const struct ndiswan_port_ops ndiswan_pppoe_ops;
int ndiswan_pppoe_init(void);
void ndiswan_pppoe_uninit(void);

/* port_ppp.c */
extern const struct ndiswan_port_ops ndiswan_ppp_ops;
int ndiswan_ppp_init(void);
void ndiswan_ppp_uninit(void);

/* frame.c */
int ndiswan_frame_parse(const u8 *data, unsigned int len, u16 *protocol);
unsigned int ndiswan_frame_build(u8 *end, u16 protocol, u8 framing);
int ndiswan_frame_pull(struct sk_buff *skb, u16 *protocol);

/* Take @hlen bytes, which are in the linear part, off the front. */
static inline void ndiswan_frame_strip(struct sk_buff *skb, unsigned int hlen)
{
	const u8 *data = skb->data;

	__skb_pull(skb, hlen);
	skb_postpull_rcsum(skb, data, hlen);
}

int ndiswan_frame_push(struct sk_buff *skb, const struct ndiswan_link *link,
		       u16 protocol);

/* receive.c */
enum ndiswan_rx ndiswan_receive(struct sk_buff *skb, struct ndiswan_link *link);
void ndiswan_receive_tunnelled(struct sk_buff *skb, struct ndiswan_link *link);
enum ndiswan_rx ndiswan_receive_packet(struct sk_buff *skb,
				       struct ndiswan_link *link,
				       enum ndiswan_proto proto);

/* queue.c */
void ndiswan_queue_init(void);
void ndiswan_queue_uninit(void);
bool ndiswan_receive_later(struct sk_buff *skb, u32 id);

/* send.c */
int ndiswan_send_packet(struct sk_buff *skb, struct ndiswan_link *link,
			enum ndiswan_proto proto);
int ndiswan_send_control(struct sk_buff *skb, struct ndiswan_link *link,
			 u16 protocol);

/* protocol.c */
int ndiswan_proto_by_number(u16 protocol);
u16 ndiswan_proto_number(enum ndiswan_proto proto);
const struct ndiswan_protocol *ndiswan_proto_ops(enum ndiswan_proto proto);
int ndiswan_line_up_locked(struct ndiswan_link *link, enum ndiswan_proto proto,
			   const struct ndiswan_line *line,
			   struct netlink_ext_ack *extack);
int ndiswan_line_update_locked(struct ndiswan_link *link,
			       enum ndiswan_proto proto,
			       const struct ndiswan_line *line,
			       struct netlink_ext_ack *extack);

/* events.c */
void ndiswan_event_line_up(const struct ndiswan_link *link,
			   enum ndiswan_proto proto,
			   const struct ndiswan_line *line);
void ndiswan_event_line_down(const struct ndiswan_link *link,
			     enum ndiswan_proto proto,
			     const struct ndiswan_line *line,
			     enum ndiswan_reason reason);
void ndiswan_event_projection_failed(const struct ndiswan_link *link,
				     enum ndiswan_proto proto,
				     const struct ndiswan_line *line, int err,
				     const char *cause);
void ndiswan_event_link_down(const struct ndiswan_link *link,
			     enum ndiswan_reason reason);
void ndiswan_event_recursion(const struct ndiswan_link *link);
void ndiswan_event_driver_loaded(const char *name, u32 altitude,
				 unsigned int links);
void ndiswan_event_driver_unloaded(const char *name, bool mandatory);
void ndiswan_event_driver_refused(const struct ndiswan_link *link,
				  const char *name, int err, const char *cause,
				  bool mandatory);
void ndiswan_event_line_refused(const struct ndiswan_link *link,
				enum ndiswan_proto proto, const char *name,
				const struct ndiswan_line *line, int err,
				const char *cause);
void ndiswan_event_layer(const struct ndiswan_link *link, const char *name,
			 bool attached);
void ndiswan_event_driver_leak(const struct ndiswan_link *link,
			       const char *name, int held);

/* netlink.c */
extern struct genl_family ndiswan_genl_family;
#define NDISWAN_EVENT_GROUP	0
int ndiswan_netlink_init(void);
void ndiswan_netlink_uninit(void);

/* sysfs.c */
int ndiswan_sysfs_init(void);
void ndiswan_sysfs_uninit(void);

#endif /* _NDISWAN_INTERNAL_H */
