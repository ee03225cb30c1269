// SPDX-License-Identifier: GPL-2.0
/*
 * Line-up, line-update and line-down: projections come and go.
 *
 * The newest line-up has the addresses. If other links of the interface held
 * them, those get a line-down with the reason ADDRESS_TAKEN and are told so;
 * refusing the newcomer because of a stale entry was KB Q233048. An interface can
 * be set to refuse nevertheless.
 */
#include <linux/inetdevice.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6_stubs.h>
#include <net/l3mdev.h>
#include <net/route.h>

#include "internal.h"

static int check_mru(enum ndiswan_proto proto, const struct ndiswan_line *line,
		     struct netlink_ext_ack *extack)
{
	if (proto == NDISWAN_PROTO_IPV4 && line->mru < WANARP_MRU_MIN) {
		NL_SET_ERR_MSG(extack,
			       "the MRU is less than the 68 bytes of IPv4");
		return -EINVAL;
	}
	if (proto == NDISWAN_PROTO_IPV6 && line->mru < WANARP_IPV6_MRU_MIN) {
		NL_SET_ERR_MSG(extack,
			       "the MRU is less than the 1280 bytes of IPv6");
		return -EINVAL;
	}
	return 0;
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
	default:
		NL_SET_ERR_MSG(extack, "the address is the broadcast address");
		break;
	}
	return -EADDRNOTAVAIL;
}

/* As check_address_routes(). By the stub, so that the module ipv6 need not be
 * there.
 */
static int check_ipv6_routes(struct net *net, const struct net_device *dev,
			     const struct in6_addr *addr,
			     struct netlink_ext_ack *extack)
{
	struct flowi6 fl6 = {
		.daddr = *addr,
		.flowi6_iif = LOOPBACK_IFINDEX,
	};
	struct fib6_result res = { };
	int err, flags = 0;

	if (ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL) {
		fl6.flowi6_oif = dev->ifindex;
		flags = RT6_LOOKUP_F_IFACE;
	}
	rcu_read_lock();
	fl6.flowi6_l3mdev = l3mdev_master_ifindex_rcu(dev);
	err = ipv6_stub->fib6_lookup(net, fl6.flowi6_oif, &fl6, &res, flags);
	rcu_read_unlock();
	if (err)
		return 0;
	switch (res.fib6_type) {
	case RTN_LOCAL:
		NL_SET_ERR_MSG(extack, "the address is one of this host's own");
		return -EADDRINUSE;
	case RTN_ANYCAST:
		NL_SET_ERR_MSG(extack, "the prefix is that of a network here");
		return -EADDRNOTAVAIL;
	default:
		return 0;
	}
}

static int check_local(const struct ndiswan_line *line,
		       struct netlink_ext_ack *extack)
{
	switch (wanarp_ipv6_local_class(&line->peer_ipv6)) {
	case WANARP_ADDRESS_CLIENT:
		return 0;
	case WANARP_ADDRESS_ZERO:
		NL_SET_ERR_MSG(extack, "the client's interface identifier is 0");
		break;
	case WANARP_ADDRESS_ANYCAST:
		NL_SET_ERR_MSG(extack,
			       "the client's interface identifier is reserved for anycast");
		break;
	default:
		NL_SET_ERR_MSG(extack,
			       "the client's address is not in fe80::/64");
		break;
	}
	return -EADDRNOTAVAIL;
}

static int check_prefix(const struct ndiswan_line *line,
			struct netlink_ext_ack *extack)
{
	switch (wanarp_ipv6_prefix_class(&line->prefix, line->prefix_len)) {
	case WANARP_ADDRESS_CLIENT:
		return 0;
	case WANARP_ADDRESS_ZERO:
		NL_SET_ERR_MSG(extack, "the prefix begins with 64 bits that are 0");
		break;
	case WANARP_ADDRESS_MULTICAST:
		NL_SET_ERR_MSG(extack, "the prefix is one of multicast addresses");
		break;
	case WANARP_ADDRESS_LINK_LOCAL:
		NL_SET_ERR_MSG(extack, "the prefix is one of link-local addresses");
		break;
	default:
		NL_SET_ERR_MSG(extack, "the address is an anycast address");
		break;
	}
	return -EADDRNOTAVAIL;
}

static int check_ipv6(struct net *net, const struct net_device *dev,
		      const struct ndiswan_line *line,
		      struct netlink_ext_ack *extack)
{
	int err;

	if (!rcu_access_pointer(dev->ip6_ptr)) {
		NL_SET_ERR_MSG(extack,
			       "IPv6 is off on the interface: is its MTU less than 1280?");
		return -EAFNOSUPPORT;
	}
	err = check_local(line, extack);
	if (err)
		return err;
	err = check_ipv6_routes(net, dev, &line->peer_ipv6, extack);
	if (err || !line->prefix_len)
		return err;
	err = check_prefix(line, extack);
	if (err)
		return err;
	return check_ipv6_routes(net, dev, &line->prefix, extack);
}

static void fill_ipv6(struct wanarp_ipv6_projection *projection,
		      const struct ndiswan_line *line)
{
	projection->key[WANARP_KEY_LOCAL].addr = line->peer_ipv6;
	projection->key[WANARP_KEY_PREFIX].addr = line->prefix;
	projection->prefix_len = line->prefix_len;
	pr_debug("projection %pI6c created\n", &line->peer_ipv6);
}

static struct wanarp_projection *projection_alloc(struct ndiswan_link *link)
{
	struct wanarp_projection *projection = ndiswan_room_take(link);

	BUILD_BUG_ON(sizeof(*projection) > NDISWAN_ROOM_SIZE);
	if (!projection)
		return kzalloc(sizeof(*projection), GFP_KERNEL_ACCOUNT);
	projection->inside = true;
	return projection;
}

static struct wanarp_projection *projection_alloc_ipv6(void)
{
	struct wanarp_ipv6_projection *projection;

	projection = kzalloc(sizeof(*projection), GFP_KERNEL_ACCOUNT);
	return projection ? &projection->common : NULL;
}

static struct wanarp_projection *
projection_create(struct wanarp_interface *iface, struct ndiswan_link *link,
		  enum ndiswan_proto proto, const struct ndiswan_line *line)
{
	const bool ipv6 = proto == NDISWAN_PROTO_IPV6;
	struct wanarp_projection *projection;

	projection = ipv6 ? projection_alloc_ipv6() : projection_alloc(link);
	if (!projection)
		return NULL;
	projection->proto = proto;
	projection->iface = iface;
	projection->link = link;
	projection->addr = line->peer_ipv4;
	projection->mru = line->mru;
	projection->born = ktime_get_ns();
	projection->last_packet = jiffies;
	projection->id = ndiswan_link_id(link);
	if (ipv6)
		fill_ipv6(wanarp_ipv6_projection(projection), line);
	else
		pr_debug("projection %pI4 created\n", &projection->addr);
	return projection;
}

/* Packets that found it in the table or in the link's context may still read
 * it. Nobody waits for them here: ten thousand clients may go at once.
 */
static void projection_destroy(struct wanarp_projection *projection)
{
	const struct wanarp_ipv6_projection *ipv6;

	if (projection->proto == NDISWAN_PROTO_IPV6) {
		ipv6 = wanarp_ipv6_projection(projection);
		pr_debug("projection %pI6c destroyed\n",
			 &ipv6->key[WANARP_KEY_LOCAL].addr);
	} else {
		pr_debug("projection %pI4 destroyed\n", &projection->addr);
	}
	if (projection->inside)
		ndiswan_room_release(projection->link);
	else
		kfree_rcu(projection, rcu);
}

/* An intermediate driver may need more room than was known before. */
static void headroom_update(const struct wanarp_interface *iface)
{
	WRITE_ONCE(iface->dev->needed_headroom, ndiswan_headroom());
}

/* A demand-dial interface has one link. */
static bool is_taken(const struct wanarp_interface *iface,
		     const struct ndiswan_link *link,
		     struct wanarp_projection *old[WANARP_KEYS])
{
	const struct wanarp_projection *other;

	if (old[0] || old[1])
		return true;
	if (wanarp_is_demand(iface))
		list_for_each_entry(other, &iface->table.list, list)
			if (other->link != link)
				return true;
	return false;
}

static int check_conflict(const struct wanarp_interface *iface,
			  const struct ndiswan_link *link,
			  struct wanarp_projection *old[WANARP_KEYS],
			  struct netlink_ext_ack *extack)
{
	if (!READ_ONCE(iface->refuse_conflict) || !is_taken(iface, link, old))
		return 0;
	NL_SET_ERR_MSG(extack,
		       "another link has the address, and the interface lets it keep it (address-conflict refuse)");
	return -EADDRINUSE;
}

/* Each of those who had an address of the new projection. */
static void supersede(struct net *net,
		      const struct wanarp_projection *projection,
		      struct wanarp_projection *old[WANARP_KEYS])
{
	unsigned int i;

	for (i = 0; i < WANARP_KEYS; i++) {
		if (!old[i] || (i && old[i] == old[0]))
			continue;
		wanarp_event_address_taken(net, old[i], projection, i);
		ndiswan_line_down(old[i]->link, old[i]->proto,
				  NDISWAN_REASON_ADDRESS_TAKEN);
	}
}

static int line_up(struct net *net, struct ndiswan_link *link,
		   enum ndiswan_proto proto, const struct ndiswan_line *line,
		   struct netlink_ext_ack *extack)
{
	struct wanarp_projection *projection, *old[WANARP_KEYS];
	struct wanarp_interface *iface;
	int err;

	wanarp_assert_control();
	err = check_mru(proto, line, extack);
	if (err)
		return err;
	iface = find_interface(net, line->ifindex, extack);
	if (IS_ERR(iface))
		return PTR_ERR(iface);
	if (proto == NDISWAN_PROTO_IPV4)
		err = check_address(net, iface->dev, line->peer_ipv4, extack);
	else
		err = check_ipv6(net, iface->dev, line, extack);
	if (err)
		return err;
	projection = projection_create(iface, link, proto, line);
	if (!projection) {
		NL_SET_ERR_MSG(extack, "no memory for the projection");
		return -ENOMEM;
	}
	wanarp_table_holders(&iface->table, projection, old);
	err = check_conflict(iface, link, old, extack);
	if (err)
		goto err_destroy;
	err = wanarp_notify_up(projection, extack);
	if (err)
		goto err_destroy;

	headroom_update(iface);
	/* Before the address is live: a packet that finds the link by it must
	 * find the projection on the link.
	 */
	ndiswan_link_set_context(link, proto, projection);
	err = wanarp_table_publish(&iface->table, projection, old);
	if (err) {
		NL_SET_ERR_MSG(extack, "the table of client addresses cannot grow");
		goto err_context;
	}
	supersede(net, projection, old);
	wanarp_demand_line_up(projection);
	return 0;

err_context:
	ndiswan_link_set_context(link, proto, NULL);
	wanarp_notify_down(projection);
err_destroy:
	projection_destroy(projection);
	return err;
}

static int wanarp_ipv4_line_up(struct net *net, struct ndiswan_link *link,
			       const struct ndiswan_line *line,
			       struct netlink_ext_ack *extack)
{
	return line_up(net, link, NDISWAN_PROTO_IPV4, line, extack);
}

static int wanarp_ipv6_line_up(struct net *net, struct ndiswan_link *link,
			       const struct ndiswan_line *line,
			       struct netlink_ext_ack *extack)
{
	return line_up(net, link, NDISWAN_PROTO_IPV6, line, extack);
}

static int wanarp_line_update(struct ndiswan_link *link, void *context,
			      const struct ndiswan_line *line,
			      struct netlink_ext_ack *extack)
{
	struct wanarp_projection *projection = context;
	int err;

	wanarp_assert_control();
	err = check_mru(projection->proto, line, extack);
	if (err)
		return err;
	WRITE_ONCE(projection->mru, line->mru);
	headroom_update(projection->iface);
	return 0;
}

/* The table knows whether it is still this projection: after its address was
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
	const struct wanarp_ipv6_projection *ipv6;

	line->ifindex = projection->iface->dev->ifindex;
	line->mru = READ_ONCE(projection->mru);
	if (projection->proto == NDISWAN_PROTO_IPV4) {
		line->peer_ipv4 = projection->addr;
		return;
	}
	ipv6 = wanarp_ipv6_projection(projection);
	line->peer_ipv6 = ipv6->key[WANARP_KEY_LOCAL].addr;
	line->prefix = ipv6->key[WANARP_KEY_PREFIX].addr;
	line->prefix_len = ipv6->prefix_len;
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
		ndiswan_line_down(projection->link, projection->proto, reason);
}

const struct ndiswan_protocol wanarp_ipv4_protocol = {
	.abi = NDISWAN_ABI,
	.proto = NDISWAN_PROTO_IPV4,
	.owner = THIS_MODULE,
	.line_up = wanarp_ipv4_line_up,
	.line_update = wanarp_line_update,
	.line_down = wanarp_line_down,
	.line_fill = wanarp_line_fill,
	.receive = wanarp_receive,
};

const struct ndiswan_protocol wanarp_ipv6_protocol = {
	.abi = NDISWAN_ABI,
	.proto = NDISWAN_PROTO_IPV6,
	.owner = THIS_MODULE,
	.line_up = wanarp_ipv6_line_up,
	.line_update = wanarp_line_update,
	.line_down = wanarp_line_down,
	.line_fill = wanarp_line_fill,
	.receive = wanarp_receive_ipv6,
};
