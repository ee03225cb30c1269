// SPDX-License-Identifier: GPL-2.0
/* The loop port: two links back to back. */
#include "internal.h"

static int loop_xmit(struct sk_buff *skb, struct ndiswan_link *link)
{
	struct ndiswan_link *peer = rcu_dereference_bh(link->loop.peer);

	if (!peer) {
		ndiswan_drop(link, skb, NDISWAN_DROP_NO_PEER);
		return -ENOTCONN;
	}
	/* What the sender's side knew of the packet ends here. */
	skb_scrub_packet(skb, true);
	if (!ndiswan_receive_later(skb, peer->id)) {
		ndiswan_drop(link, skb, NDISWAN_DROP_PORT_BUSY);
		return -ENOBUFS;
	}
	return 0;
}

static int loop_attach(struct ndiswan_link *link,
		       struct ndiswan_attach *args,
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
