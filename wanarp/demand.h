/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Demand dial: a WAN interface that is up and routable while nothing is
 * connected. demand.c has the picture.
 */
#ifndef _WANARP_DEMAND_H
#define _WANARP_DEMAND_H

#include <linux/bits.h>
#include <linux/in6.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <net/ndiswan.h>
#include <uapi/linux/wanarp.h>

struct netlink_ext_ack;
struct nlattr;
struct wanarp_interface;
struct wanarp_projection;

/* A line's other protocol may come up this much later and its packets still
 * wait for it.
 */
#define WANARP_DEMAND_LATE	(3 * HZ)

/**
 * enum wanarp_demand_event - what can happen to a demand-dial interface
 * @WANARP_DEMAND_PACKET: an interesting packet finds no line
 * @WANARP_DEMAND_DIAL: the administrator wants it dialled
 * @WANARP_DEMAND_HANGUP: the administrator wants it hung up
 * @WANARP_DEMAND_LINE_UP: a line is up
 * @WANARP_DEMAND_LINE_DOWN: the last line is down
 * @WANARP_DEMAND_FAIL: the dialler could not connect it
 * @WANARP_DEMAND_NO_DIALLER: nobody heard the request
 * @WANARP_DEMAND_TIMER: the time of the state is over
 * @WANARP_DEMAND_STOP: the interface goes down or is no longer demand-dial
 * @WANARP_DEMAND_EVENTS: their number
 */
enum wanarp_demand_event {
	WANARP_DEMAND_PACKET,
	WANARP_DEMAND_DIAL,
	WANARP_DEMAND_HANGUP,
	WANARP_DEMAND_LINE_UP,
	WANARP_DEMAND_LINE_DOWN,
	WANARP_DEMAND_FAIL,
	WANARP_DEMAND_NO_DIALLER,
	WANARP_DEMAND_TIMER,
	WANARP_DEMAND_STOP,
	WANARP_DEMAND_EVENTS,
};

/* What has to be done at a step. ANSWER: tell the senders of what is held that
 * there is no way. DOUBLE: unreachable for twice as long as the last time.
 * LEAST: unreachable for the shortest time. RESET: forget past failures.
 */
#define WANARP_DEMAND_ASK_DIAL		BIT(0)
#define WANARP_DEMAND_ASK_HANGUP	BIT(1)
#define WANARP_DEMAND_ANSWER		BIT(2)
#define WANARP_DEMAND_DOUBLE		BIT(3)
#define WANARP_DEMAND_LEAST		BIT(4)
#define WANARP_DEMAND_RESET		BIT(5)

/**
 * struct wanarp_demand_step - what an event means in a state
 * @next: the state after it
 * @actions: what has to be done, bits
 * @err: who asked for it is refused with this, and nothing changes
 */
struct wanarp_demand_step {
	enum wanarp_demand_state next;
	unsigned int actions;
	int err;
};

/**
 * struct wanarp_demand_packet - the packet that made an interface dial
 * @proto: its network protocol
 * @source: its source, @source.s6_addr32[0] if IPv4
 * @destination: its destination, the same
 * @protocol: the protocol above IP
 * @ports: there are ports
 * @source_port: host byte order
 * @destination_port: host byte order
 */
struct wanarp_demand_packet {
	enum ndiswan_proto proto;
	struct in6_addr source;
	struct in6_addr destination;
	u8 protocol;
	bool ports;
	u16 source_port;
	u16 destination_port;
};

/**
 * struct wanarp_demand_settings - what the administrator may change
 * @idle_timeout: s without an interesting packet until hang-up, 0 for never
 * @connect_timeout: s that dialling may take
 * @backoff_min: s of being unreachable after the first failure
 * @backoff_max: s that this doubles up to
 * @hold_packets: packets that may wait
 * @hold_bytes: bytes that may wait
 * @hold_time: ms that a packet may wait
 */
struct wanarp_demand_settings {
	u32 idle_timeout;
	u32 connect_timeout;
	u32 backoff_min;
	u32 backoff_max;
	u32 hold_packets;
	u32 hold_bytes;
	u32 hold_time;
};

/**
 * struct wanarp_demand_filter - which packets are interesting
 * @prog: the program
 * @rcu: for freeing
 * @text: what it was compiled from
 */
struct wanarp_demand_filter {
	struct bpf_prog *prog;
	struct rcu_head rcu;
	char text[WANARP_TEXT_MAX + 1];
};

/**
 * struct wanarp_demand - the demand-dial part of a WAN interface
 * @uplink: the one projection of each protocol; ndiswan_lock, RCU
 * @hold: packets of the protocol may not pass as they are; lock to write
 * @filter: NULL: all unicast packets are interesting; rtnl, RCU
 * @used: jiffies of the last interesting packet; no lock
 * @hooked: counted among those that need the hooks; rtnl
 * @lock: of what follows; inside ndiswan_lock, taken with bottom halves off
 * @active: the interface is up: may dial, and hold
 * @state: what it is doing
 * @reason: why it is unreachable
 * @asked: what user space has to be asked yet, ASK_DIAL and ASK_HANGUP
 * @dial_cause: why to dial
 * @hangup_cause: why to hang up
 * @packet: the one that caused it, if the cause is traffic
 * @settings: the administrator's; read without the lock for idle_timeout
 * @backoff: s of the last time unreachable, 0 after success
 * @since: when the state was entered, ktime_get_ns()
 * @late: jiffies until which packets of a protocol that is not up may wait
 *	although another is
 * @dials: dial requests
 * @failures: of them, those that failed
 * @timer: its meaning is the state's
 * @hold_timer: when a held packet has waited too long
 * @held: packets that wait, oldest first
 * @held_bytes: their length
 * @refused: packets whose senders have to be told that there is no way
 * @work: asks, answers, releases
 */
struct wanarp_demand {
	struct wanarp_projection __rcu *uplink[NDISWAN_PROTO_MAX];
	bool hold[NDISWAN_PROTO_MAX];
	struct wanarp_demand_filter __rcu *filter;
	unsigned long used;
	bool hooked;
	/* Of what follows. */
	spinlock_t lock;
	bool active;
	u8 state;
	u8 reason;
	u8 asked;
	u8 dial_cause;
	u8 hangup_cause;
	struct wanarp_demand_packet packet;
	struct wanarp_demand_settings settings;
	u32 backoff;
	u64 since;
	unsigned long late;
	u64 dials;
	u64 failures;
	struct timer_list timer;
	struct timer_list hold_timer;
	struct sk_buff_head held;
	unsigned int held_bytes;
	struct sk_buff_head refused;
	struct work_struct work;
};

/* demand_state.c */
struct wanarp_demand_step wanarp_demand_step(enum wanarp_demand_state state,
					     enum wanarp_demand_event event);
u32 wanarp_demand_backoff(u32 last, u32 min, u32 max);

/* demand_filter.c */
struct wanarp_demand_filter *
wanarp_demand_filter_create(const struct nlattr *program,
			    const struct nlattr *text,
			    struct netlink_ext_ack *extack);
void wanarp_demand_filter_replace(struct wanarp_demand *demand,
				  struct wanarp_demand_filter *filter);
bool wanarp_demand_group(const struct sk_buff *skb, enum ndiswan_proto proto);
bool wanarp_demand_interesting(const struct wanarp_demand *demand,
			       struct sk_buff *skb, enum ndiswan_proto proto);

/* demand_hold.c */
void wanarp_demand_used(struct wanarp_demand *demand, struct sk_buff *skb,
			enum ndiswan_proto proto);
int wanarp_demand_hook(struct wanarp_interface *iface);
void wanarp_demand_unhook(struct wanarp_interface *iface);
void wanarp_demand_hold_init(struct wanarp_demand *demand);
void wanarp_demand_hold_late(struct wanarp_demand *demand);
void wanarp_demand_hold_refuse(struct wanarp_demand *demand);
void wanarp_demand_hold_stop(struct wanarp_demand *demand);
void wanarp_demand_answer(struct wanarp_demand *demand);
void wanarp_demand_release(struct wanarp_demand *demand);

/* demand.c */
struct wanarp_interface *wanarp_demand_interface(struct wanarp_demand *demand);
int wanarp_demand_happen(struct wanarp_demand *demand,
			 enum wanarp_demand_event event);
int wanarp_demand_dial(struct wanarp_demand *demand,
		       struct netlink_ext_ack *extack);
int wanarp_demand_hangup(struct wanarp_demand *demand,
			 struct netlink_ext_ack *extack);
int wanarp_demand_fail(struct wanarp_demand *demand,
		       enum wanarp_unreachable_reason reason, const char *text,
		       struct netlink_ext_ack *extack);
void wanarp_demand_configure(struct wanarp_demand *demand,
			     const struct wanarp_demand_settings *settings);
int wanarp_demand_mode(struct wanarp_interface *iface,
		       enum wanarp_iface_mode mode,
		       struct netlink_ext_ack *extack);
void wanarp_demand_line_up(struct wanarp_projection *projection);
void wanarp_demand_line_down(struct wanarp_projection *projection);
int wanarp_demand_netdev_event(struct wanarp_interface *iface,
			       unsigned long event);
void wanarp_demand_init(struct wanarp_interface *iface);
void wanarp_demand_uninit(struct wanarp_interface *iface);

/* netlink_demand.c */
int wanarp_demand_ask(struct wanarp_interface *iface,
		      enum wanarp_dial_request request,
		      enum wanarp_dial_cause cause,
		      const struct wanarp_demand_packet *packet);
bool wanarp_demand_dialler(struct net *net);
int wanarp_demand_fill(struct sk_buff *msg, struct wanarp_demand *demand);
int wanarp_demand_change(struct wanarp_demand *demand,
			 const struct nlattr *nest,
			 struct netlink_ext_ack *extack);

#endif /* _WANARP_DEMAND_H */
