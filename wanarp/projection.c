// SPDX-License-Identifier: GPL-2.0
/*
 * Line-up, line-update and line-down: projections come and go.
 *
 * The newest line-up has the address. If another link of the interface held
 * it, that link gets a line-down with the reason ADDRESS_TAKEN and is told so;
 * refusing the newcomer because of a stale entry was KB Q233048.
 */
#include <linux/inetdevice.h>
#include <linux/slab.h>
#include <net/route.h>

#include "internal.h"

static int check_mru(const struct ndiswan_line *line,
		     struct netlink_ext_ack *extack)
{
	if (line->mru >= WANARP_MRU_MIN)
		return 0;
	NL_SET_ERR_MSG(extack, "the MRU is less than the 68 bytes of IPv4");
	return -EINVAL;
}

/* The device may be used after the RCU section: as long as it is ready, and
 * that changes under ndiswan_lock only, its unregistration waits for us.
 */
static struct wanarp_interface *find_interface(struct net *net, int ifindex,
					       struct netlink_ext_ack *extack)
{
	struct wanarp_interface *iface = NULL;
	struct net_device *dev;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(net, ifindex);
	if (dev)
		iface = wanarp_interface_from_dev(dev);
	if (!dev)
		NL_SET_ERR_MSG(extack, "no interface has this index");
	else if (!iface)
		NL_SET_ERR_MSG(extack, "the interface is not of kind wanarp");
	else if (!iface->ready)
		NL_SET_ERR_MSG(extack, "the interface is being removed");
	else
		goto unlock;
	iface = ERR_PTR(dev && !iface ? -EINVAL : -ENODEV);
unlock:
	rcu_read_unlock();
	return iface;
}

/* Is the address one of this host's, as its routing tables see it? */
static int check_address_routes(struct net *net, const struct net_device *dev,
				__be32 addr, struct netlink_ext_ack *extack)
{
	switch (inet_addr_type_dev_table(net, dev, addr)) {
	case RTN_LOCAL:
		NL_SET_ERR_MSG(extack, "the address is one of this host's own");
		return -EADDRINUSE;
	case RTN_BROADCAST:
		NL_SET_ERR_MSG(extack,
			       "the address is the broadcast address of a network here");
		return -EADDRNOTAVAIL;
	default:
		return 0;
	}
}

static int check_address(struct net *net, const struct net_device *dev,
			 __be32 addr, struct netlink_ext_ack *extack)
{
	switch (wanarp_address_class(addr)) {
	case WANARP_ADDRESS_CLIENT:
		return check_address_routes(net, dev, addr, extack);
	case WANARP_ADDRESS_ZERO:
		NL_SET_ERR_MSG(extack, "the address is 0 or begins with 0");
		break;
	case WANARP_ADDRESS_LOOPBACK:
		NL_SET_ERR_MSG(extack, "the address is a loopback address");
		break;
	case WANARP_ADDRESS_MULTICAST:
		NL_SET_ERR_MSG(extack, "the address is a multicast address");
		break;
	case WANARP_ADDRESS_BROADCAST:
		NL_SET_ERR_MSG(extack, "the address is the broadcast address");
		break;
	}
	return -EADDRNOTAVAIL;
}

static struct wanarp_projection *
projection_create(struct wanarp_interface *iface, struct ndiswan_link *link,
		  const struct ndiswan_line *line)
{
	struct wanarp_projection *projection;

	projection = kzalloc(sizeof(*projection), GFP_KERNEL_ACCOUNT);
	if (!projection)
		return NULL;
	projection->iface = iface;
	projection->link = link;
	projection->proto = NDISWAN_PROTO_IPV4;
	projection->addr = line->peer_ipv4;
	projection->mru = line->mru;
	projection->born = ktime_get_ns();
	ether_addr_copy(projection->header.h_dest, iface->dev->dev_addr);
	ndiswan_hwaddr_make(projection->header.h_source, ndiswan_link_id(link));
	projection->header.h_proto = htons(ETH_P_IP);
	pr_debug("projection %pI4 created\n", &projection->addr);
	return projection;
}

/* Packets that found it in the table or in the link's context may still read
 * it. Nobody waits for them here: ten thousand clients may go at once.
 */
static void projection_destroy(struct wanarp_projection *projection)
{
	pr_debug("projection %pI4 destroyed\n", &projection->addr);
	kfree_rcu(projection, rcu);
}

/* An intermediate driver may need more room than was known before. */
static void headroom_update(const struct wanarp_interface *iface)
{
	WRITE_ONCE(iface->dev->needed_headroom, ndiswan_headroom());
}

static int wanarp_line_up(struct net *net, struct ndiswan_link *link,
			  const struct ndiswan_line *line,
			  struct netlink_ext_ack *extack)
{
	struct wanarp_projection *projection, *old;
	struct wanarp_interface *iface;
	int err;

	wanarp_assert_control();
	err = check_mru(line, extack);
	if (err)
		return err;
	iface = find_interface(net, line->ifindex, extack);
	if (IS_ERR(iface))
		return PTR_ERR(iface);
	err = check_address(net, iface->dev, line->peer_ipv4, extack);
	if (err)
		return err;
	projection = projection_create(iface, link, line);
	if (!projection) {
		NL_SET_ERR_MSG(extack, "no memory for the projection");
		return -ENOMEM;
	}
	err = wanarp_notify_up(projection, extack);
	if (err)
		goto err_destroy;

	headroom_update(iface);
	/* Before the address is live: a packet that finds the link by it must
	 * find the projection on the link.
	 */
	ndiswan_link_set_context(link, NDISWAN_PROTO_IPV4, projection);
	old = wanarp_table_find(&iface->table, projection->addr);
	err = wanarp_table_publish(&iface->table, projection, old);
	if (err) {
		NL_SET_ERR_MSG(extack, "the table of client addresses cannot grow");
		goto err_context;
	}
	if (old) {
		wanarp_event_address_taken(net, old, projection);
		ndiswan_line_down(old->link, NDISWAN_PROTO_IPV4,
				  NDISWAN_REASON_ADDRESS_TAKEN);
	}
	wanarp_demand_line_up(projection);
	return 0;

err_context:
	ndiswan_link_set_context(link, NDISWAN_PROTO_IPV4, NULL);
	wanarp_notify_down(projection);
err_destroy:
	projection_destroy(projection);
	return err;
}

static int wanarp_line_update(struct ndiswan_link *link, void *context,
			      const struct ndiswan_line *line,
			      struct netlink_ext_ack *extack)
{
	struct wanarp_projection *projection = context;
	int err;

	wanarp_assert_control();
	err = check_mru(line, extack);
	if (err)
		return err;
	WRITE_ONCE(projection->mru, line->mru);
	headroom_update(projection->iface);
	return 0;
}

/* The table knows whether the address is still this projection's: after it was
 * taken by another link, this only frees the memory.
 */
static void wanarp_line_down(struct ndiswan_link *link, void *context,
			     enum ndiswan_reason reason)
{
	struct wanarp_projection *projection = context;

	wanarp_assert_control();
	wanarp_table_remove(&projection->iface->table, projection);
	wanarp_demand_line_down(projection);
	wanarp_notify_down(projection);
	projection_destroy(projection);
}

static void wanarp_line_fill(const void *context, struct ndiswan_line *line)
{
	const struct wanarp_projection *projection = context;

	line->ifindex = projection->iface->dev->ifindex;
	line->mru = READ_ONCE(projection->mru);
	line->peer_ipv4 = projection->addr;
}

/**
 * wanarp_projections_down() - take every line of an interface down
 * @iface: the interface
 * @reason: why
 *
 * Context: process, ndiswan_lock held. Does not wait for a grace period.
 */
void wanarp_projections_down(struct wanarp_interface *iface,
			     enum ndiswan_reason reason)
{
	struct wanarp_projection *projection, *next;

	wanarp_assert_control();
	/* Each line-down calls wanarp_line_down() for that projection alone. */
	list_for_each_entry_safe(projection, next, &iface->table.list, list)
		ndiswan_line_down(projection->link, NDISWAN_PROTO_IPV4, reason);
}

const struct ndiswan_protocol wanarp_ipv4_protocol = {
	.abi = NDISWAN_ABI,
	.proto = NDISWAN_PROTO_IPV4,
	.owner = THIS_MODULE,
	.line_up = wanarp_line_up,
	.line_update = wanarp_line_update,
	.line_down = wanarp_line_down,
	.line_fill = wanarp_line_fill,
	.receive = wanarp_receive,
};
