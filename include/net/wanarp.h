/* SPDX-License-Identifier: GPL-2.0 */
/*
 * wanarp for modules that have to know which client is behind which link.
 *
 * A user that must work without wanarp takes the functions by symbol_get().
 */
#ifndef _NET_WANARP_H
#define _NET_WANARP_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>

struct sk_buff;

/**
 * struct wanarp_client - a client address on a WAN interface
 * @dev: the interface
 * @link: number of the link; one with IPv4 and IPv6 is told of twice
 * @family: AF_INET or AF_INET6
 * @ipv4: the address, if @family is AF_INET
 * @ipv6: the link-local address, if it is AF_INET6
 * @prefix: what else the client has, if it is AF_INET6
 * @prefix_len: of @prefix: 64, 128, or 0 if there is none
 */
struct wanarp_client {
	struct net_device *dev;
	u32 link;
	u16 family;
	union {
		__be32 ipv4;
		struct in6_addr ipv6;
	};
	struct in6_addr prefix;
	u8 prefix_len;
};

/**
 * struct wanarp_notifier - who wants to know of clients
 * @list: wanarp's own
 * @up: The address is going to be the client's: no packet has been received from
 *	the link yet since its line is up, and none can be sent. If another link
 *	of the interface has the address, that one still works; its @down comes
 *	after. An error, with a sentence in @extack, refuses the line-up.
 * @down: The client has no address any more. Packets that were received before
 *	may still be on their way into the stack. Called exactly once for each @up
 *	that returned 0, and only for those.
 * @copy: A multicast or broadcast packet is going to be copied to the client:
 *	may it? @skb is what all clients get a copy of, at its IP header; it must
 *	not be changed. What is refused has been counted by who refuses it. Called
 *	with bottom halves off, for many clients one after the other.
 *
 * The first two are called with ndiswan_lock held, which they must not take
 * again; they may sleep, but must not take rtnl.
 */
struct wanarp_notifier {
	struct list_head list;
	int (*up)(const struct wanarp_client *client,
		  struct netlink_ext_ack *extack);
	void (*down)(const struct wanarp_client *client);
	bool (*copy)(const struct wanarp_client *client, struct sk_buff *skb);
};

void wanarp_notifier_register(struct wanarp_notifier *notifier);
void wanarp_notifier_unregister(struct wanarp_notifier *notifier);
int wanarp_notifier_replay(struct wanarp_notifier *notifier,
			   const struct wanarp_client *match,
			   struct netlink_ext_ack *extack);

#endif /* _NET_WANARP_H */
