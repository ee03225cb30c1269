// SPDX-License-Identifier: GPL-2.0
/*
 * The pptp port: enhanced GRE of PPTP (RFC 2637).
 *
 * The kernel's GRE demultiplexer has one place for version 1. It is taken with
 * the first link and given back a moment after the last, so that the kernel's
 * own pptp can have it at other times.
 *
 * Receive. A message that comes after one that followed it is dropped, and a
 * hole is passed over (section 4.3 leaves the choice): holding messages back
 * behind a hole would stall the link with every loss. Each message is
 * acknowledged with the next one that is sent, after ACK_DELAY, or at once when
 * half of our window is used up.
 *
 * Send. No more messages are under way than the peer's window allows; what is
 * too much waits, up to QUEUE_LIMIT frames, and stays charged to its socket, so
 * that who sends here is slowed down before anything is lost. The window begins
 * at half its size, opens by one with each window that was acknowledged, and is
 * halved when a message waits and nothing is acknowledged for the adaptive
 * time-out (section 4.4); then what is under way counts as lost. A peer that
 * still does not acknowledge after DEAF_LIMIT of these, as the kernel's own pptp
 * while it has nothing to send, is no longer waited for until it does.
 */
#include <linux/jhash.h>
#include <linux/module.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <net/dst_cache.h>
#include <net/gre.h>
#include <net/ip_tunnels.h>
#include <net/route.h>

#include "internal.h"
#include "pptp_header.h"

#define WINDOW_DEFAULT	64
#define QUEUE_LIMIT	128
#define DEAF_LIMIT	3
#define ACK_DELAY	max(HZ / 20, 1)
#define TIMEOUT_MIN	(HZ / 10)
#define TIMEOUT_MAX	HZ

struct pptp_key {
	struct net *net;
	__be32 local;
	__be32 peer;
	u32 call;
};

struct pptp_session {
	struct rhash_head node;
	struct pptp_key key;		/* fixed, like the next three */
	u16 peer_call;
	u16 receive_window;
	struct ndiswan_link *link;
	spinlock_t lock;		/* protects all that follows */
	bool dead;
	bool timing;			/* @timed_seq is being timed */
	u8 timeouts;			/* in a row */
	u16 window_offered;		/* fixed */
	u16 window_max;
	u16 window;
	u16 opened;			/* acknowledged since @window changed */
	u32 sent;			/* next number to send */
	u32 acked;			/* all before it are acknowledged */
	u32 expected;			/* next number to receive */
	u32 ack_sent;			/* all before it we acknowledged */
	u32 timed_seq;
	unsigned long timed_at;
	unsigned long progress;		/* last acknowledgment, or wait began */
	unsigned long rtt;		/* in jiffies, times 8 */
	unsigned long deviation;	/* times 4 */
	struct sk_buff_head queue;
	struct timer_list ack_timer;
	struct timer_list stall_timer;
	struct dst_cache cache;		/* each CPU has its own */
	struct rcu_head rcu;
};

static struct rhashtable sessions;
static unsigned int session_count;	/* ndiswan_lock */
static bool registered;			/* ndiswan_lock */

static void pptp_idle_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(idle_work, pptp_idle_work);

static u32 key_hash(const void *data, u32 len, u32 seed)
{
	const struct pptp_key *key = data;

	return jhash_3words((__force u32)key->local, (__force u32)key->peer,
			    key->call, seed ^ net_hash_mix(key->net));
}

static u32 session_hash(const void *data, u32 len, u32 seed)
{
	const struct pptp_session *session = data;

	return key_hash(&session->key, len, seed);
}

static int session_differs(struct rhashtable_compare_arg *arg, const void *data)
{
	const struct pptp_session *session = data;
	const struct pptp_key *key = arg->key;

	return session->key.call != key->call ||
	       session->key.peer != key->peer ||
	       session->key.local != key->local || session->key.net != key->net;
}

static const struct rhashtable_params session_params = {
	.head_offset = offsetof(struct pptp_session, node),
	.hashfn = key_hash,
	.obj_hashfn = session_hash,
	.obj_cmpfn = session_differs,
	.automatic_shrinking = true,
};

/* Output */

static struct rtable *session_route(struct pptp_session *session, __be32 *saddr)
{
	struct flowi4 fl4 = {
		.flowi4_oif = session->link->ifindex,
		.flowi4_proto = IPPROTO_GRE,
		.daddr = session->key.peer,
		.saddr = session->key.local,
	};
	struct rtable *rt;

	rt = dst_cache_get_ip4(&session->cache, saddr);
	if (likely(rt))
		return rt;
	rt = ip_route_output_key(session->key.net, &fl4);
	if (IS_ERR(rt))
		return rt;
	*saddr = fl4.saddr;
	dst_cache_set_ip4(&session->cache, &rt->dst, fl4.saddr);
	return rt;
}

/* RCU read side, bottom halves off, session->lock not held: the way may lead
 * through our own links.
 */
static int session_output(struct pptp_session *session, struct sk_buff *skb)
{
	struct rtable *rt;
	__be32 saddr;

	rt = session_route(session, &saddr);
	if (IS_ERR(rt)) {
		ndiswan_drop(session->link, skb, NDISWAN_DROP_NO_ROUTE);
		return PTR_ERR(rt);
	}
	/* Or the helper would count for it what it has counted. */
	skb->dev = NULL;
	skb_reset_transport_header(skb);
	iptunnel_xmit(NULL, rt, skb, saddr, session->key.peer, IPPROTO_GRE, 0,
		      ip4_dst_hoplimit(&rt->dst), 0, false);
	return 0;
}

/* Put the header before a frame, or before nothing for an acknowledgment. */
static void header_push(struct pptp_session *session, struct sk_buff *skb)
{
	struct ndiswan_pptp_header header = {
		.len = skb->len,
		.call = session->peer_call,
		.sequenced = skb->len,
		.acked = session->expected != session->ack_sent,
		.seq = session->sent,
		.ack = session->expected - 1,
	};

	lockdep_assert_held(&session->lock);
	session->ack_sent = session->expected;
	if (header.sequenced) {
		if (!session->timing) {
			session->timing = true;
			session->timed_seq = session->sent;
			session->timed_at = jiffies;
		}
		session->sent++;
	}
	__skb_push(skb, ndiswan_pptp_build(skb->data, &header));
}

static bool window_open(const struct pptp_session *session)
{
	return session->sent - session->acked < session->window ||
	       session->timeouts >= DEAF_LIMIT;
}

static unsigned long session_timeout(const struct pptp_session *session)
{
	return clamp_t(unsigned long,
		       session->rtt / 8 + session->deviation,
		       TIMEOUT_MIN, TIMEOUT_MAX);
}

/* Send what waits and may go. */
static void session_flush(struct pptp_session *session)
{
	struct sk_buff_head ready;
	struct sk_buff *skb;

	__skb_queue_head_init(&ready);
	spin_lock(&session->lock);
	while (window_open(session) && (skb = __skb_dequeue(&session->queue))) {
		header_push(session, skb);
		__skb_queue_tail(&ready, skb);
	}
	spin_unlock(&session->lock);
	while ((skb = __skb_dequeue(&ready)))
		session_output(session, skb);
}

static void ack_send(struct pptp_session *session)
{
	unsigned int headroom = session->link->headroom;
	struct sk_buff *skb;

	skb = alloc_skb(headroom, GFP_ATOMIC);
	if (!skb)
		return;
	skb_reserve(skb, headroom);
	spin_lock(&session->lock);
	if (session->expected == session->ack_sent) {
		spin_unlock(&session->lock);
		kfree_skb(skb);
		return;
	}
	header_push(session, skb);
	spin_unlock(&session->lock);
	session_output(session, skb);
}

static void ack_timer_expired(struct timer_list *timer)
{
	struct pptp_session *session =
		container_of(timer, struct pptp_session, ack_timer);

	rcu_read_lock();
	ack_send(session);
	rcu_read_unlock();
}

static void stall_timer_expired(struct timer_list *timer)
{
	struct pptp_session *session =
		container_of(timer, struct pptp_session, stall_timer);
	unsigned long end;

	spin_lock(&session->lock);
	if (skb_queue_empty(&session->queue)) {
		spin_unlock(&session->lock);
		return;
	}
	end = session->progress + session_timeout(session);
	if (time_before(jiffies, end)) {
		mod_timer(&session->stall_timer, end);
		spin_unlock(&session->lock);
		return;
	}
	session->acked = session->sent;
	session->window = max(session->window / 2, 1);
	session->opened = 0;
	session->timing = false;
	session->progress = jiffies;
	if (session->timeouts < DEAF_LIMIT)
		session->timeouts++;
	mod_timer(&session->stall_timer, jiffies + session_timeout(session));
	spin_unlock(&session->lock);

	rcu_read_lock();
	session_flush(session);
	rcu_read_unlock();
}

static int pptp_xmit(struct sk_buff *skb, struct ndiswan_link *link)
{
	struct pptp_session *session = link->pptp.session;
	enum ndiswan_drop_reason reason = NDISWAN_DROP_TOO_LONG;
	int err = -EMSGSIZE;

	if (unlikely(skb->len + NDISWAN_PPTP_HLEN + sizeof(struct iphdr) >
		     IP_MAX_MTU))
		goto drop;
	reason = NDISWAN_DROP_NO_MEMORY;
	err = -ENOMEM;
	/* Hardly any device does the inner checksum of a packet in here. */
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    unlikely(skb_checksum_help(skb)))
		goto drop;
	/* It may have to wait for longer than its route is held. */
	skb_dst_drop(skb);

	spin_lock(&session->lock);
	if (likely(skb_queue_empty(&session->queue) && window_open(session))) {
		header_push(session, skb);
		spin_unlock(&session->lock);
		return session_output(session, skb);
	}
	reason = session->dead ? NDISWAN_DROP_LINK_DOWN : NDISWAN_DROP_WINDOW;
	if (session->dead || skb_queue_len(&session->queue) >= QUEUE_LIMIT) {
		spin_unlock(&session->lock);
		err = -ENOBUFS;
		goto drop;
	}
	if (skb_queue_empty(&session->queue)) {
		session->progress = jiffies;
		mod_timer(&session->stall_timer,
			  jiffies + session_timeout(session));
	}
	__skb_queue_tail(&session->queue, skb);
	spin_unlock(&session->lock);
	return 0;

drop:
	ndiswan_drop(link, skb, reason);
	return err;
}

/* Receive */

/* Smoothed as RFC 2637 section 4.4 asks, by 1/8 and 1/4. */
static void round_trip_add(struct pptp_session *session, unsigned long sample)
{
	long error = sample - session->rtt / 8;

	session->rtt += error;
	session->deviation += abs(error) - session->deviation / 4;
}

static void session_acked(struct pptp_session *session, u32 acked)
{
	bool waiting;

	spin_lock(&session->lock);
	/* Neither an old one, nor of what was never sent. */
	if ((s32)(acked - session->acked) <= 0 ||
	    (s32)(session->sent - acked) < 0) {
		spin_unlock(&session->lock);
		return;
	}
	if (session->timing && (s32)(acked - session->timed_seq) > 0) {
		round_trip_add(session, jiffies - session->timed_at);
		session->timing = false;
	}
	session->opened = min_t(u32, session->opened + acked - session->acked,
				U16_MAX);
	if (session->opened >= session->window) {
		session->opened = 0;
		if (session->window < session->window_max)
			session->window++;
	}
	session->acked = acked;
	session->timeouts = 0;
	session->progress = jiffies;
	waiting = !skb_queue_empty(&session->queue);
	spin_unlock(&session->lock);
	if (waiting)
		session_flush(session);
}

/* Returns false for a message that is late. */
static bool sequence_advance(struct pptp_session *session, u32 seq)
{
	bool late, now = false;

	spin_lock(&session->lock);
	late = (s32)(seq - session->expected) < 0;
	if (!late) {
		session->expected = seq + 1;
		now = 2 * (session->expected - session->ack_sent) >=
		      session->receive_window;
		if (!now && !timer_pending(&session->ack_timer))
			mod_timer(&session->ack_timer, jiffies + ACK_DELAY);
	}
	spin_unlock(&session->lock);
	if (now)
		ack_send(session);
	return !late;
}

/* Data at the GRE header, of which 12 bytes are linear. */
static int pptp_receive(struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct pptp_key key = {
		dev_net(skb->dev), iph->daddr, iph->saddr
	};
	struct ndiswan_pptp_header header;
	struct pptp_session *session;
	int hlen;

	if (skb->pkt_type != PACKET_HOST ||
	    !pskb_may_pull(skb, min_t(unsigned int, skb->len,
				      NDISWAN_PPTP_HLEN)))
		goto drop;
	hlen = ndiswan_pptp_parse(skb->data, skb->len, &header);
	if (hlen < 0)
		goto drop;
	key.call = header.call;
	session = rhashtable_lookup(&sessions, &key, session_params);
	if (!session)
		goto drop;
	if (header.acked)
		session_acked(session, header.ack + 1);
	if (!header.sequenced) {
		consume_skb(skb);
		return NET_RX_SUCCESS;
	}
	if (!sequence_advance(session, header.seq)) {
		ndiswan_drop(session->link, skb, NDISWAN_DROP_SEQUENCE_LATE);
		return NET_RX_SUCCESS;
	}
	ndiswan_frame_strip(skb, hlen);
	if (unlikely(pskb_trim_rcsum(skb, header.len))) {
		ndiswan_drop(session->link, skb, NDISWAN_DROP_NO_MEMORY);
		return NET_RX_SUCCESS;
	}
	ndiswan_receive_tunnelled(skb, session->link);
	return NET_RX_SUCCESS;

	/* Nobody's: there is no object that could count it. */
drop:
	kfree_skb(skb);
	return NET_RX_DROP;
}

static const struct gre_protocol pptp_protocol = {
	.handler = pptp_receive,
};

/* Attach and detach */

static int protocol_get(struct netlink_ext_ack *extack)
{
	if (!registered) {
		if (gre_add_protocol(&pptp_protocol, GREPROTO_PPTP)) {
			NL_SET_ERR_MSG(extack,
				       "the kernel's own pptp has the GRE protocol: rmmod pptp");
			return -EBUSY;
		}
		registered = true;
	}
	session_count++;
	return 0;
}

static void protocol_put(void)
{
	if (!--session_count)
		schedule_delayed_work(&idle_work, HZ);
}

static void pptp_idle_work(struct work_struct *work)
{
	ndiswan_control_lock();
	if (registered && !session_count) {
		gre_del_protocol(&pptp_protocol, GREPROTO_PPTP);
		registered = false;
	}
	ndiswan_control_unlock();
}

static int pptp_prepare(struct net *net, const struct ndiswan_attach *args,
			struct netlink_ext_ack *extack)
{
	const struct ndiswan_attach_pptp *pptp = &args->pptp;

	if (memchr_inv(args->params + sizeof(*pptp), 0,
		       sizeof(args->params) - sizeof(*pptp))) {
		NL_SET_ERR_MSG(extack, "parameters that a PPTP port does not have");
		return -EINVAL;
	}
	if (!pptp->local || !pptp->peer || ipv4_is_multicast(pptp->local) ||
	    ipv4_is_multicast(pptp->peer) || ipv4_is_lbcast(pptp->local) ||
	    ipv4_is_lbcast(pptp->peer)) {
		NL_SET_ERR_MSG(extack, "both addresses have to be a single host's");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

static void session_init(struct pptp_session *session,
			 struct ndiswan_link *link,
			 const struct ndiswan_attach_pptp *args)
{
	session->link = link;
	session->key.net = link->net;
	session->key.local = args->local;
	session->key.peer = args->peer;
	session->key.call = args->call;
	session->peer_call = args->peer_call;
	session->receive_window = args->receive_window ? : WINDOW_DEFAULT;
	session->window_offered = args->window ? : WINDOW_DEFAULT;
	session->window_max = session->window_offered;
	session->window = DIV_ROUND_UP(session->window_max, 2);
	/* Half a second, until something has been measured. */
	session->rtt = 8 * HZ / 2;
	spin_lock_init(&session->lock);
	__skb_queue_head_init(&session->queue);
	timer_setup(&session->ack_timer, ack_timer_expired, 0);
	timer_setup(&session->stall_timer, stall_timer_expired, 0);
}

static int pptp_attach(struct ndiswan_link *link,
		       struct ndiswan_attach *args,
		       struct netlink_ext_ack *extack)
{
	struct pptp_session *session;
	int err = -ENOMEM;

	session = kzalloc(sizeof(*session), GFP_KERNEL_ACCOUNT);
	if (!session)
		return err;
	session_init(session, link, &args->pptp);
	err = dst_cache_init(&session->cache, GFP_KERNEL_ACCOUNT);
	if (err)
		goto err_free;
	err = protocol_get(extack);
	if (err)
		goto err_cache;
	link->pptp.session = session;
	link->ifindex = args->pptp.ifindex;
	link->headroom = NDISWAN_PPP_HLEN + NDISWAN_PPTP_HLEN +
			 sizeof(struct iphdr) + HH_DATA_ALIGN(ETH_HLEN);
	err = rhashtable_lookup_insert_key(&sessions, &session->key,
					   &session->node, session_params);
	if (err)
		goto err_protocol;
	return 0;

err_protocol:
	if (err == -EEXIST)
		NL_SET_ERR_MSG(extack, "another link has this call with this peer");
	protocol_put();
err_cache:
	dst_cache_destroy(&session->cache);
err_free:
	kfree(session);
	return err;
}

static void session_free(struct rcu_head *rcu)
{
	struct pptp_session *session =
		container_of(rcu, struct pptp_session, rcu);

	dst_cache_destroy(&session->cache);
	kfree(session);
}

static void pptp_detach(struct ndiswan_link *link)
{
	struct pptp_session *session = link->pptp.session;
	struct sk_buff_head waiting;
	struct sk_buff *skb;

	rhashtable_remove_fast(&sessions, &session->node, session_params);
	__skb_queue_head_init(&waiting);
	spin_lock_bh(&session->lock);
	session->dead = true;
	skb_queue_splice_init(&session->queue, &waiting);
	spin_unlock_bh(&session->lock);
	/* From here on arming them does nothing. */
	timer_shutdown_sync(&session->ack_timer);
	timer_shutdown_sync(&session->stall_timer);
	while ((skb = __skb_dequeue(&waiting)))
		ndiswan_drop(link, skb, NDISWAN_DROP_LINK_DOWN);
	call_rcu(&session->rcu, session_free);
	protocol_put();
}

static int pptp_set_window(struct ndiswan_link *link, u32 window,
			   struct netlink_ext_ack *extack)
{
	struct pptp_session *session = link->pptp.session;

	if (window > session->window_offered) {
		NL_SET_ERR_MSG(extack, "the window is more than the peer offered");
		return -ERANGE;
	}
	spin_lock_bh(&session->lock);
	session->window_max = window ? : session->window_offered;
	session->window = min(session->window, session->window_max);
	session->opened = 0;
	spin_unlock_bh(&session->lock);
	return 0;
}

static int pptp_fill(struct sk_buff *msg, const struct ndiswan_link *link)
{
	const struct pptp_session *session = link->pptp.session;

	/* The session went with the port. */
	if (link->state == NDISWAN_LINK_STATE_DOWN)
		return 0;
	if ((link->ifindex &&
	     nla_put_u32(msg, NDISWAN_A_LINK_IFINDEX, link->ifindex)) ||
	    nla_put_u16(msg, NDISWAN_A_LINK_SESSION, session->key.call) ||
	    nla_put_u16(msg, NDISWAN_A_LINK_PEER_SESSION,
			session->peer_call) ||
	    nla_put_in_addr(msg, NDISWAN_A_LINK_REMOTE_IPV4,
			    session->key.peer) ||
	    nla_put_u32(msg, NDISWAN_A_LINK_SEND_WINDOW,
			READ_ONCE(session->window)) ||
	    nla_put_u32(msg, NDISWAN_A_LINK_SEND_WINDOW_MAX,
			READ_ONCE(session->window_max)) ||
	    nla_put_u32(msg, NDISWAN_A_LINK_SEND_QUEUED,
			skb_queue_len_lockless(&session->queue)))
		return -EMSGSIZE;
	return 0;
}

const struct ndiswan_port_ops ndiswan_pptp_ops = {
	.type = NDISWAN_PORT_TYPE_PPTP,
	.prepare = pptp_prepare,
	.attach = pptp_attach,
	.detach = pptp_detach,
	.xmit = pptp_xmit,
	.set_window = pptp_set_window,
	.fill = pptp_fill,
};

/**
 * ndiswan_pptp_init() - once, at load
 *
 * Return: 0 or an error.
 */
int ndiswan_pptp_init(void)
{
	return rhashtable_init(&sessions, &session_params);
}

/**
 * ndiswan_pptp_uninit() - once, at unload, when no link is left
 */
void ndiswan_pptp_uninit(void)
{
	cancel_delayed_work_sync(&idle_work);
	pptp_idle_work(NULL);
	/* Sessions that ended a moment ago. */
	rcu_barrier();
	rhashtable_destroy(&sessions);
}
