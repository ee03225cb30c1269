// SPDX-License-Identifier: GPL-2.0
/*
 * The l2tp port: data messages of L2TPv2 (RFC 2661) on the UDP socket of whoever
 * runs the control connection.
 *
 * The socket gets an encapsulation handler with its first session and loses it
 * with its last. The handler leaves control messages to the socket and takes the
 * data messages: a session is found by socket, tunnel and session number, and is
 * believed if the message comes from the tunnel's peer. There is no socket and
 * no lock per session or tunnel; what many sessions share, the peer and the
 * route to it, is in struct l2tp_tunnel.
 *
 * Sequence numbers. A message that comes after one that followed it is dropped,
 * and a hole is passed over. RFC 2661 section 5.4 leaves the choice. Holding
 * messages back until the missing one comes would keep order too, at the price
 * of a queue and a timer per link, and of a stall with every loss, which is by
 * far the more frequent reason for a hole. After a hole of half of all numbers
 * ndiswan_l2tp_advance() finds its place again.
 *
 * Lifetime. A tunnel lives as long as it has links, and one RCU grace period.
 * Closing the socket takes its links down, in l2tp_encap_destroy(). It is held
 * all the same, because its owner can switch encapsulation off with setsockopt();
 * and UDP frees a socket that was bound after a grace period only.
 */
#include <linux/jhash.h>
#include <linux/module.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/dst_cache.h>
#include <net/ip6_route.h>
#include <net/ipv6_stubs.h>
#include <net/route.h>
#include <net/udp_tunnel.h>

#include "internal.h"

#define SEQUENCE_FLAGS	(NDISWAN_L2TP_SEND_SEQUENCE |	\
			 NDISWAN_L2TP_NEED_SEQUENCE |	\
			 NDISWAN_L2TP_FOLLOW_SEQUENCE)

/* A UDP socket with at least one tunnel; its sk_user_data. */
struct l2tp_socket {
	struct sock *sk;		/* held */
	unsigned long number;		/* the socket's inode, for messages */
	unsigned int count;		/* of tunnels; ndiswan_lock */
	struct rcu_head rcu;
};

/* Fixed, but for @count and what is inside @cache. */
struct l2tp_tunnel {
	struct rhash_head node;
	struct l2tp_socket *socket;
	u16 id;
	u16 peer_id;
	u16 family;
	__be16 peer_port;
	union nf_inet_addr peer;	/* what IPv4 does not use is 0 */
	union nf_inet_addr local;	/* all 0: the route says */
	int ifindex;
	int peer_ifindex;		/* of a link-local peer, or 0 */
	unsigned int count;		/* of links; ndiswan_lock */
	struct dst_cache cache;
	struct rcu_head rcu;
};

struct l2tp_key {
	const struct l2tp_socket *socket;
	u32 ids;
};

static struct rhashtable tunnels;
static struct rhashtable sessions;

static u32 session_ids(u16 tunnel, u16 session)
{
	return tunnel << 16 | session;
}

static u32 key_hash(const void *data, u32 len, u32 seed)
{
	const struct l2tp_key *key = data;
	u64 socket = (uintptr_t)key->socket;

	return jhash_3words(key->ids, socket, socket >> 32, seed);
}

static u32 tunnel_hash(const void *data, u32 len, u32 seed)
{
	const struct l2tp_tunnel *tunnel = data;
	struct l2tp_key key = { tunnel->socket, tunnel->id };

	return key_hash(&key, 0, seed);
}

static int tunnel_differs(struct rhashtable_compare_arg *arg, const void *data)
{
	const struct l2tp_tunnel *tunnel = data;
	const struct l2tp_key *key = arg->key;

	return tunnel->id != key->ids || tunnel->socket != key->socket;
}

static u32 session_hash(const void *data, u32 len, u32 seed)
{
	const struct ndiswan_link *link = data;
	struct l2tp_key key = { link->l2tp.tunnel->socket, link->l2tp.ids };

	return key_hash(&key, 0, seed);
}

static int session_differs(struct rhashtable_compare_arg *arg, const void *data)
{
	const struct ndiswan_link *link = data;
	const struct l2tp_key *key = arg->key;

	return link->l2tp.ids != key->ids ||
	       link->l2tp.tunnel->socket != key->socket;
}

static const struct rhashtable_params tunnel_params = {
	.head_offset = offsetof(struct l2tp_tunnel, node),
	.hashfn = key_hash,
	.obj_hashfn = tunnel_hash,
	.obj_cmpfn = tunnel_differs,
	.automatic_shrinking = true,
};

static const struct rhashtable_params session_params = {
	.head_offset = offsetof(struct ndiswan_link, l2tp.node),
	.hashfn = key_hash,
	.obj_hashfn = session_hash,
	.obj_cmpfn = session_differs,
	.automatic_shrinking = true,
};

/* Receive */

static bool is_from_peer(const struct sk_buff *skb,
			 const struct l2tp_tunnel *tunnel)
{
	if (udp_hdr(skb)->source != tunnel->peer_port)
		return false;
	if (ip_hdr(skb)->version == 4)
		return tunnel->family == AF_INET &&
		       ip_hdr(skb)->saddr == tunnel->peer.ip;
	return tunnel->family == AF_INET6 &&
	       ipv6_addr_equal(&ipv6_hdr(skb)->saddr, &tunnel->peer.in6) &&
	       (!tunnel->peer_ifindex ||
		tunnel->peer_ifindex == inet6_iif(skb));
}

static void follow_sequence(struct ndiswan_link *link, bool sequenced)
{
	u8 flags = READ_ONCE(link->l2tp.flags);

	if (!(flags & NDISWAN_L2TP_FOLLOW_SEQUENCE) ||
	    sequenced == !!(flags & NDISWAN_L2TP_SEND_SEQUENCE))
		return;
	WRITE_ONCE(link->l2tp.flags, flags ^ NDISWAN_L2TP_SEND_SEQUENCE);
}

/* Data at the L2TP header, which is in the linear part. */
static void session_receive(struct sk_buff *skb, struct ndiswan_link *link,
			    const struct ndiswan_l2tp_header *header,
			    unsigned int hlen)
{
	if (unlikely(!is_from_peer(skb, link->l2tp.tunnel))) {
		ndiswan_drop(link, skb, NDISWAN_DROP_L2TP_PEER);
		return;
	}
	follow_sequence(link, header->sequenced);
	if (header->sequenced &&
	    !ndiswan_l2tp_advance(&link->l2tp_sequence, header->ns)) {
		ndiswan_drop(link, skb, NDISWAN_DROP_SEQUENCE_LATE);
		return;
	}
	if (unlikely(!header->sequenced && READ_ONCE(link->l2tp.flags) &
					   NDISWAN_L2TP_NEED_SEQUENCE)) {
		ndiswan_drop(link, skb, NDISWAN_DROP_SEQUENCE_MISSING);
		return;
	}
	ndiswan_frame_strip(skb, hlen);
	/* The message's own length may be less than what UDP carried. */
	if (unlikely(pskb_trim_rcsum(skb, header->len))) {
		ndiswan_drop(link, skb, NDISWAN_DROP_NO_MEMORY);
		return;
	}
	ndiswan_receive_tunnelled(skb, link);
}

static struct ndiswan_link *session_find(const struct l2tp_socket *socket,
					 const struct ndiswan_l2tp_header *header)
{
	struct l2tp_key key = {
		socket, session_ids(header->tunnel, header->session)
	};

	return rhashtable_lookup(&sessions, &key, session_params);
}

/* From UDP, checksum verified, data at the UDP header: 0 takes the packet, 1
 * leaves it to the socket.
 */
static int l2tp_encap_rcv(struct sock *sk, struct sk_buff *skb)
{
	struct ndiswan_l2tp_header header;
	struct l2tp_socket *socket;
	struct ndiswan_link *link;
	unsigned int len;
	int hlen;

	socket = rcu_dereference_sk_user_data(sk);
	/* A batch is for who asked for batches, which no tunnel does. */
	if (unlikely(!socket || skb_is_gso(skb)))
		return 1;
	len = skb->len - sizeof(struct udphdr);
	if (!pskb_may_pull(skb, sizeof(struct udphdr) +
				min_t(unsigned int, len,
				      NDISWAN_L2TP_HLEN_MAX)))
		goto drop;
	if (len < 2 || skb->data[sizeof(struct udphdr)] &
		       NDISWAN_L2TP_CONTROL >> 8)
		return 1;
	hlen = ndiswan_l2tp_parse(skb->data + sizeof(struct udphdr), len,
				  &header);
	/* Padding may reach beyond what is linear. */
	if (hlen < 0 || !pskb_may_pull(skb, sizeof(struct udphdr) + hlen))
		goto drop;
	link = session_find(socket, &header);
	if (!link)
		goto drop;
	ndiswan_frame_strip(skb, sizeof(struct udphdr));
	session_receive(skb, link, &header, hlen);
	return 0;

	/* Whoever owns the socket has better to do than to read what sessions
	 * still get that ended a moment ago, or what anybody made up.
	 */
drop:
	atomic_inc(&sk->sk_drops);
	kfree_skb(skb);
	return 0;
}

/* Send */

static struct rtable *route_ipv4(struct l2tp_tunnel *tunnel,
				 const struct sock *sk, __be32 *saddr)
{
	struct net *net = sock_net(sk);
	struct flowi4 fl4;
	struct rtable *rt;

	rt = dst_cache_get_ip4(&tunnel->cache, saddr);
	if (likely(rt))
		return rt;
	flowi4_init_output(&fl4, tunnel->ifindex ? : sk->sk_bound_dev_if,
			   READ_ONCE(sk->sk_mark), 0, RT_SCOPE_UNIVERSE,
			   IPPROTO_UDP, 0, tunnel->peer.ip, tunnel->local.ip,
			   tunnel->peer_port, inet_sk(sk)->inet_sport,
			   sock_net_uid(net, sk));
	rt = ip_route_output_key(net, &fl4);
	if (IS_ERR(rt))
		return rt;
	*saddr = fl4.saddr;
	dst_cache_set_ip4(&tunnel->cache, &rt->dst, fl4.saddr);
	return rt;
}

static struct dst_entry *route_ipv6(struct l2tp_tunnel *tunnel,
				    const struct sock *sk,
				    struct in6_addr *saddr)
{
	struct net *net = sock_net(sk);
	struct flowi6 fl6 = {
		.flowi6_oif = tunnel->ifindex ? : sk->sk_bound_dev_if,
		.flowi6_mark = READ_ONCE(sk->sk_mark),
		.flowi6_proto = IPPROTO_UDP,
		.daddr = tunnel->peer.in6,
		.saddr = tunnel->local.in6,
		.fl6_dport = tunnel->peer_port,
		.fl6_sport = inet_sk(sk)->inet_sport,
		.flowi6_uid = sock_net_uid(net, sk),
	};
	struct dst_entry *dst;

	dst = dst_cache_get_ip6(&tunnel->cache, saddr);
	if (likely(dst))
		return dst;
	dst = ipv6_stub->ipv6_dst_lookup_flow(net, sk, &fl6, NULL);
	if (IS_ERR(dst))
		return dst;
	*saddr = fl6.saddr;
	dst_cache_set_ip6(&tunnel->cache, dst, &fl6.saddr);
	return dst;
}

static int tunnel_xmit_ipv4(struct sk_buff *skb, struct ndiswan_link *link,
			    struct l2tp_tunnel *tunnel, struct sock *sk)
{
	struct rtable *rt;
	__be32 saddr;

	rt = route_ipv4(tunnel, sk, &saddr);
	if (IS_ERR(rt)) {
		ndiswan_drop(link, skb, NDISWAN_DROP_NO_ROUTE);
		return PTR_ERR(rt);
	}
	udp_tunnel_xmit_skb(rt, sk, skb, saddr, tunnel->peer.ip,
			    READ_ONCE(inet_sk(sk)->tos),
			    ip4_dst_hoplimit(&rt->dst), 0,
			    inet_sk(sk)->inet_sport, tunnel->peer_port, false,
			    sk->sk_no_check_tx);
	return 0;
}

static int tunnel_xmit_ipv6(struct sk_buff *skb, struct ndiswan_link *link,
			    struct l2tp_tunnel *tunnel, struct sock *sk)
{
	struct in6_addr saddr, daddr = tunnel->peer.in6;
	struct dst_entry *dst;

	dst = route_ipv6(tunnel, sk, &saddr);
	if (IS_ERR(dst)) {
		ndiswan_drop(link, skb, NDISWAN_DROP_NO_ROUTE);
		return PTR_ERR(dst);
	}
	/* udp_tunnel_xmit_skb() does the like. A message that is too long for
	 * the way goes in fragments, of IPv6 only if nobody minds.
	 */
	skb_scrub_packet(skb, false);
	skb->ignore_df = 1;
	udp_tunnel6_xmit_skb(dst, sk, skb, NULL, &saddr, &daddr,
			     inet6_sk(sk)->tclass, ip6_dst_hoplimit(dst), 0,
			     inet_sk(sk)->inet_sport, tunnel->peer_port,
			     udp_get_no_check6_tx(sk));
	return 0;
}

static int l2tp_xmit(struct sk_buff *skb, struct ndiswan_link *link)
{
	struct l2tp_tunnel *tunnel = link->l2tp.tunnel;
	struct sock *sk = tunnel->socket->sk;
	struct ndiswan_l2tp_header header = {
		.tunnel = tunnel->peer_id,
		.session = link->l2tp.peer_session,
		.sequenced = READ_ONCE(link->l2tp.flags) &
			     NDISWAN_L2TP_SEND_SEQUENCE,
	};

	if (unlikely(skb->len + NDISWAN_L2TP_HLEN + sizeof(struct udphdr) +
		     sizeof(struct iphdr) > IP_MAX_MTU)) {
		ndiswan_drop(link, skb, NDISWAN_DROP_TOO_LONG);
		return -EMSGSIZE;
	}
	/* Few devices do the inner checksum of a packet in such a tunnel. */
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    unlikely(skb_checksum_help(skb))) {
		ndiswan_drop(link, skb, NDISWAN_DROP_NO_MEMORY);
		return -ENOMEM;
	}
	if (header.sequenced)
		header.ns = atomic_fetch_inc(&link->l2tp_sequence.next);
	__skb_push(skb, ndiswan_l2tp_build(skb->data, &header));
	/* Or the helpers would count for it what it has counted. */
	skb->dev = NULL;
	if (tunnel->family == AF_INET)
		return tunnel_xmit_ipv4(skb, link, tunnel, sk);
	return tunnel_xmit_ipv6(skb, link, tunnel, sk);
}

/* Sockets */

static void socket_free(struct l2tp_socket *socket)
{
	rcu_assign_sk_user_data(socket->sk, NULL);
	sock_put(socket->sk);
	pr_debug("l2tp-socket %lu destroyed\n", socket->number);
	kfree_rcu(socket, rcu);
}

/* From close(), or whatever else drops the last reference to the socket. */
static void l2tp_encap_destroy(struct sock *sk)
{
	unsigned long cursor[2] = { };
	struct l2tp_socket *socket;
	struct ndiswan_link *link;

	ndiswan_control_lock();
	socket = sk->sk_user_data;
	while ((link = ndiswan_link_next_locked(sock_net(sk), cursor)))
		if (link->ops == &ndiswan_l2tp_ops &&
		    link->state != NDISWAN_LINK_STATE_DOWN &&
		    link->l2tp.tunnel->socket == socket)
			ndiswan_link_down_locked(link,
						 NDISWAN_REASON_PORT_GONE);
	socket_free(socket);
	ndiswan_control_unlock();
	module_put(THIS_MODULE);
}

/* No tunnel is left. A socket that is being closed, and still has its handlers,
 * is in l2tp_encap_destroy() or about to be; that will free it then.
 */
static void socket_release(struct l2tp_socket *socket)
{
	struct udp_sock *up = udp_sk(socket->sk);
	bool closing;

	lock_sock(socket->sk);
	closing = sock_flag(socket->sk, SOCK_DEAD) && up->encap_type &&
		  up->encap_destroy == l2tp_encap_destroy;
	if (!closing) {
		WRITE_ONCE(up->encap_type, 0);
		WRITE_ONCE(up->encap_rcv, NULL);
		WRITE_ONCE(up->encap_destroy, NULL);
	}
	release_sock(socket->sk);
	if (closing)
		return;
	socket_free(socket);
	/* The file of a link, which our caller works for, holds us too. */
	module_put(THIS_MODULE);
}

static int socket_check(const struct sock *sk, const struct net *net,
			struct netlink_ext_ack *extack)
{
	if (sk->sk_protocol != IPPROTO_UDP || sk->sk_type != SOCK_DGRAM ||
	    (sk->sk_family != AF_INET && sk->sk_family != AF_INET6)) {
		NL_SET_ERR_MSG(extack, "L2TP needs a UDP socket");
		return -EPROTOTYPE;
	}
	if (!net_eq(sock_net(sk), net)) {
		NL_SET_ERR_MSG(extack, "the socket belongs to another network namespace");
		return -EXDEV;
	}
	/* UDP frees only a socket that had a port after a grace period. */
	if (!READ_ONCE(inet_sk(sk)->inet_num)) {
		NL_SET_ERR_MSG(extack, "the socket has no port: bind it first");
		return -EDESTADDRREQ;
	}
	return 0;
}

/* The socket as ours, made ours if need be; an error pointer if it cannot be. */
static struct l2tp_socket *socket_get(struct socket *sock,
				      struct netlink_ext_ack *extack)
{
	struct udp_tunnel_sock_cfg cfg = {
		.encap_type = UDP_ENCAP_L2TPINUDP,
		.encap_rcv = l2tp_encap_rcv,
		.encap_destroy = l2tp_encap_destroy,
	};
	struct sock *sk = sock->sk;
	struct l2tp_socket *socket;

	lock_sock(sk);
	if (READ_ONCE(udp_sk(sk)->encap_rcv) == l2tp_encap_rcv) {
		socket = sk->sk_user_data;
		goto out;
	}
	if (sk->sk_user_data || READ_ONCE(udp_sk(sk)->encap_rcv)) {
		NL_SET_ERR_MSG(extack, "the socket serves another tunnel driver");
		socket = ERR_PTR(-EBUSY);
		goto out;
	}
	socket = kzalloc(sizeof(*socket), GFP_KERNEL_ACCOUNT);
	if (!socket) {
		socket = ERR_PTR(-ENOMEM);
		goto out;
	}
	__module_get(THIS_MODULE);
	sock_hold(sk);
	socket->sk = sk;
	socket->number = sock_i_ino(sk);
	cfg.sk_user_data = socket;
	setup_udp_tunnel_sock(sock_net(sk), sock, &cfg);
	pr_debug("l2tp-socket %lu created\n", socket->number);
out:
	release_sock(sk);
	return socket;
}

/* Tunnels */

static void tunnel_free(struct rcu_head *rcu)
{
	struct l2tp_tunnel *tunnel = container_of(rcu, struct l2tp_tunnel, rcu);

	dst_cache_destroy(&tunnel->cache);
	kfree(tunnel);
}

/* The peer that the socket is connected to. */
static int peer_of_socket(struct l2tp_tunnel *tunnel, const struct sock *sk,
			  struct netlink_ext_ack *extack)
{
	if (READ_ONCE(sk->sk_state) != TCP_ESTABLISHED) {
		NL_SET_ERR_MSG(extack, "the socket is not connected: give the peer's address");
		return -ENOTCONN;
	}
	tunnel->peer_port = inet_sk(sk)->inet_dport;
	if (sk->sk_family == AF_INET || ipv6_addr_v4mapped(&sk->sk_v6_daddr)) {
		tunnel->family = AF_INET;
		tunnel->peer.ip = inet_sk(sk)->inet_daddr;
	} else {
		tunnel->family = AF_INET6;
		tunnel->peer.in6 = sk->sk_v6_daddr;
	}
	return 0;
}

static int peer_check(const struct l2tp_tunnel *tunnel, const struct sock *sk,
		      struct netlink_ext_ack *extack)
{
	if (tunnel->family == AF_INET6 ? sk->sk_family != AF_INET6 :
	    sk->sk_family == AF_INET6 && ipv6_only_sock(sk)) {
		NL_SET_ERR_MSG(extack, "the socket cannot send to this family");
		return -EAFNOSUPPORT;
	}
	if (!tunnel->peer_port ||
	    (tunnel->family == AF_INET ?
		     !tunnel->peer.ip || ipv4_is_multicast(tunnel->peer.ip) ||
			     ipv4_is_lbcast(tunnel->peer.ip) :
		     ipv6_addr_any(&tunnel->peer.in6) ||
			     ipv6_addr_is_multicast(&tunnel->peer.in6) ||
			     ipv6_addr_v4mapped(&tunnel->peer.in6))) {
		NL_SET_ERR_MSG(extack, "the peer's address and port have to be a single host's");
		return -EADDRNOTAVAIL;
	}
	if (tunnel->family == AF_INET6 && !tunnel->ifindex &&
	    !READ_ONCE(sk->sk_bound_dev_if) &&
	    ipv6_addr_type(&tunnel->peer.in6) & IPV6_ADDR_LINKLOCAL) {
		NL_SET_ERR_MSG(extack, "a link-local peer needs a device");
		return -EINVAL;
	}
	return 0;
}

/* Fill in what @args say and the socket knows. */
static int tunnel_init(struct l2tp_tunnel *tunnel,
		       const struct ndiswan_attach_l2tp *args,
		       const struct sock *sk, struct netlink_ext_ack *extack)
{
	int err;

	tunnel->id = args->tunnel;
	tunnel->peer_id = args->peer_tunnel;
	tunnel->family = args->family;
	tunnel->peer_port = args->peer_port;
	tunnel->ifindex = args->ifindex;
	memcpy(&tunnel->peer, args->peer, sizeof(tunnel->peer));
	memcpy(&tunnel->local, args->local, sizeof(tunnel->local));
	if (tunnel->family == AF_UNSPEC) {
		err = peer_of_socket(tunnel, sk, extack);
		if (err)
			return err;
	}
	/* Such an address means something with its device only. */
	if (tunnel->family == AF_INET6 &&
	    ipv6_addr_type(&tunnel->peer.in6) & IPV6_ADDR_LINKLOCAL)
		tunnel->peer_ifindex = tunnel->ifindex;
	if (ipv6_addr_any(&tunnel->local.in6)) {
		if (tunnel->family == AF_INET)
			tunnel->local.ip = inet_sk(sk)->inet_rcv_saddr;
		else
			tunnel->local.in6 = sk->sk_v6_rcv_saddr;
	}
	return peer_check(tunnel, sk, extack);
}

static bool tunnel_same(const struct l2tp_tunnel *a,
			const struct l2tp_tunnel *b)
{
	return a->peer_id == b->peer_id && a->family == b->family &&
	       a->peer_port == b->peer_port && a->ifindex == b->ifindex &&
	       ipv6_addr_equal(&a->peer.in6, &b->peer.in6) &&
	       ipv6_addr_equal(&a->local.in6, &b->local.in6);
}

static struct l2tp_tunnel *tunnel_create(const struct l2tp_tunnel *wanted,
					 struct l2tp_socket *socket)
{
	struct l2tp_tunnel *tunnel;
	int err = -ENOMEM;

	tunnel = kmemdup(wanted, sizeof(*wanted), GFP_KERNEL_ACCOUNT);
	if (!tunnel)
		return ERR_PTR(err);
	tunnel->socket = socket;
	err = dst_cache_init(&tunnel->cache, GFP_KERNEL_ACCOUNT);
	if (err)
		goto err_free;
	err = rhashtable_insert_fast(&tunnels, &tunnel->node, tunnel_params);
	if (err)
		goto err_cache;
	socket->count++;
	pr_debug("l2tp-tunnel %lu/%u created\n", socket->number, tunnel->id);
	return tunnel;

err_cache:
	dst_cache_destroy(&tunnel->cache);
err_free:
	kfree(tunnel);
	return ERR_PTR(err);
}

/* No link is left. */
static void tunnel_remove(struct l2tp_tunnel *tunnel)
{
	rhashtable_remove_fast(&tunnels, &tunnel->node, tunnel_params);
	tunnel->socket->count--;
	pr_debug("l2tp-tunnel %lu/%u destroyed\n", tunnel->socket->number,
		 tunnel->id);
	call_rcu(&tunnel->rcu, tunnel_free);
}

/* The tunnel that @args name, new or old. */
static struct l2tp_tunnel *tunnel_get(struct l2tp_socket *socket,
				      const struct ndiswan_attach_l2tp *args,
				      struct netlink_ext_ack *extack)
{
	struct l2tp_key key = { socket, args->tunnel };
	struct l2tp_tunnel wanted = { };
	struct l2tp_tunnel *tunnel;
	int err;

	err = tunnel_init(&wanted, args, socket->sk, extack);
	if (err)
		return ERR_PTR(err);
	tunnel = rhashtable_lookup_fast(&tunnels, &key, tunnel_params);
	if (!tunnel)
		return tunnel_create(&wanted, socket);
	if (!tunnel_same(tunnel, &wanted)) {
		NL_SET_ERR_MSG(extack, "this tunnel has links with another peer or address");
		return ERR_PTR(-EEXIST);
	}
	return tunnel;
}

/* Attach and detach */

static int l2tp_prepare(struct net *net, const struct ndiswan_attach *args,
			struct netlink_ext_ack *extack)
{
	const struct ndiswan_attach_l2tp *l2tp = &args->l2tp;

	if (l2tp->flags & ~SEQUENCE_FLAGS) {
		NL_SET_ERR_MSG(extack, "L2TP flags that this kernel does not know");
		return -EINVAL;
	}
	if (!l2tp->tunnel || !l2tp->session || !l2tp->peer_tunnel ||
	    !l2tp->peer_session) {
		NL_SET_ERR_MSG(extack, "tunnel and session numbers have to be 1 to 65535");
		return -EINVAL;
	}
	if (l2tp->family != AF_UNSPEC && l2tp->family != AF_INET &&
	    l2tp->family != AF_INET6) {
		NL_SET_ERR_MSG(extack, "the peer's address has to be of IPv4 or IPv6");
		return -EAFNOSUPPORT;
	}
	if ((l2tp->family == AF_UNSPEC &&
	     (l2tp->peer_port || memchr_inv(l2tp->peer, 0, 16) ||
	      memchr_inv(l2tp->local, 0, 16))) ||
	    (l2tp->family == AF_INET &&
	     (memchr_inv(l2tp->peer + 4, 0, 12) ||
	      memchr_inv(l2tp->local + 4, 0, 12))) ||
	    memchr_inv(args->params + sizeof(*l2tp), 0,
		       sizeof(args->params) - sizeof(*l2tp))) {
		NL_SET_ERR_MSG(extack, "parameters that such an L2TP port does not have");
		return -EINVAL;
	}
	return 0;
}

static u16 tunnel_headroom(const struct l2tp_tunnel *tunnel)
{
	/* The device may change with the route; this is Ethernet's, and if one
	 * needs more the stack makes room.
	 */
	return NDISWAN_PPP_HLEN + NDISWAN_L2TP_HLEN + sizeof(struct udphdr) +
	       (tunnel->family == AF_INET ? sizeof(struct iphdr) :
					    sizeof(struct ipv6hdr)) +
	       HH_DATA_ALIGN(ETH_HLEN);
}

static int session_create(struct ndiswan_link *link, struct l2tp_socket *socket,
			  const struct ndiswan_attach_l2tp *args,
			  struct netlink_ext_ack *extack)
{
	struct l2tp_tunnel *tunnel;
	int err;

	tunnel = tunnel_get(socket, args, extack);
	if (IS_ERR(tunnel))
		return PTR_ERR(tunnel);
	link->l2tp.tunnel = tunnel;
	link->l2tp.ids = session_ids(args->tunnel, args->session);
	link->l2tp.peer_session = args->peer_session;
	link->l2tp.flags = args->flags;
	link->ifindex = args->ifindex;
	link->headroom = tunnel_headroom(tunnel);
	err = rhashtable_lookup_insert_key(&sessions,
					   &(struct l2tp_key){ socket, link->l2tp.ids },
					   &link->l2tp.node, session_params);
	if (err)
		goto err_tunnel;
	tunnel->count++;
	return 0;

err_tunnel:
	if (err == -EEXIST)
		NL_SET_ERR_MSG(extack, "another link has this session of this tunnel");
	if (!tunnel->count)
		tunnel_remove(tunnel);
	return err;
}

static int l2tp_attach(struct ndiswan_link *link,
		       struct ndiswan_attach *args,
		       struct netlink_ext_ack *extack)
{
	struct l2tp_socket *socket;
	struct socket *sock;
	int err;

	sock = sockfd_lookup(args->l2tp.socket, &err);
	if (!sock) {
		NL_SET_ERR_MSG(extack, "the descriptor is no socket");
		return err;
	}
	err = socket_check(sock->sk, link->net, extack);
	if (err)
		goto out;
	socket = socket_get(sock, extack);
	if (IS_ERR(socket)) {
		err = PTR_ERR(socket);
		goto out;
	}
	err = session_create(link, socket, &args->l2tp, extack);
	if (err && !socket->count)
		socket_release(socket);
out:
	sockfd_put(sock);
	return err;
}

static void l2tp_detach(struct ndiswan_link *link)
{
	struct l2tp_tunnel *tunnel = link->l2tp.tunnel;
	struct l2tp_socket *socket = tunnel->socket;

	rhashtable_remove_fast(&sessions, &link->l2tp.node, session_params);
	if (--tunnel->count)
		return;
	tunnel_remove(tunnel);
	if (!socket->count)
		socket_release(socket);
}

static int l2tp_fill(struct sk_buff *msg, const struct ndiswan_link *link)
{
	const struct l2tp_tunnel *tunnel = link->l2tp.tunnel;

	/* The tunnel went with the port. */
	if (link->state == NDISWAN_LINK_STATE_DOWN)
		return 0;
	if ((link->ifindex &&
	     nla_put_u32(msg, NDISWAN_A_LINK_IFINDEX, link->ifindex)) ||
	    nla_put_u16(msg, NDISWAN_A_LINK_TUNNEL, tunnel->id) ||
	    nla_put_u16(msg, NDISWAN_A_LINK_SESSION, link->l2tp.ids) ||
	    nla_put_u16(msg, NDISWAN_A_LINK_PEER_TUNNEL, tunnel->peer_id) ||
	    nla_put_u16(msg, NDISWAN_A_LINK_PEER_SESSION,
			link->l2tp.peer_session) ||
	    nla_put_u16(msg, NDISWAN_A_LINK_REMOTE_PORT,
			be16_to_cpu(tunnel->peer_port)) ||
	    nla_put_u8(msg, NDISWAN_A_LINK_SEND_SEQUENCE,
		       !!(READ_ONCE(link->l2tp.flags) &
			  NDISWAN_L2TP_SEND_SEQUENCE)))
		return -EMSGSIZE;
	if (tunnel->family == AF_INET)
		return nla_put_in_addr(msg, NDISWAN_A_LINK_REMOTE_IPV4,
				       tunnel->peer.ip);
	return nla_put_in6_addr(msg, NDISWAN_A_LINK_REMOTE_IPV6,
				&tunnel->peer.in6);
}

const struct ndiswan_port_ops ndiswan_l2tp_ops = {
	.type = NDISWAN_PORT_TYPE_L2TP,
	.prepare = l2tp_prepare,
	.attach = l2tp_attach,
	.detach = l2tp_detach,
	.xmit = l2tp_xmit,
	.fill = l2tp_fill,
};

/**
 * ndiswan_l2tp_init() - once, at load
 *
 * Return: 0 or an error.
 */
int ndiswan_l2tp_init(void)
{
	int err;

	err = rhashtable_init(&tunnels, &tunnel_params);
	if (err)
		return err;
	err = rhashtable_init(&sessions, &session_params);
	if (err)
		rhashtable_destroy(&tunnels);
	return err;
}

/**
 * ndiswan_l2tp_uninit() - once, at unload, when no link is left
 */
void ndiswan_l2tp_uninit(void)
{
	/* Tunnels that ended a moment ago. */
	rcu_barrier();
	rhashtable_destroy(&sessions);
	rhashtable_destroy(&tunnels);
}
