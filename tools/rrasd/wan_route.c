// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to rtnetlink, see wan_route.h.
 */
#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

#include "wan_route.h"

#define IPV6_METRIC	1024	/* what the kernel takes for an IPv6 route without one */

static struct ifinfomsg *put_link(struct nlmsghdr *nlh, int ifindex)
{
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	ifi->ifi_family = AF_UNSPEC;
	ifi->ifi_index = ifindex;
	return ifi;
}

/* To add or to remove an address. */
static struct nlmsghdr *address_request(struct nl *nl, char *buffer, const struct ifaddrmsg *ifa,
					bool add)
{
	struct nlmsghdr *nlh = nl_request(nl, buffer, add ? RTM_NEWADDR : RTM_DELADDR,
					  add ? NLM_F_CREATE | NLM_F_EXCL : 0);

	memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa)), ifa, sizeof(*ifa));
	if (add)
		mnl_attr_put_u8(nlh, IFA_PROTO, WAN_MARK);
	return nlh;
}

/* To add or to remove a route over an interface; one of somebody else is never removed. */
static struct nlmsghdr *route_request(struct nl *nl, char *buffer, const struct rtmsg *route,
				      int ifindex, bool add)
{
	struct nlmsghdr *nlh = nl_request(nl, buffer, add ? RTM_NEWROUTE : RTM_DELROUTE,
					  add ? NLM_F_CREATE | NLM_F_EXCL : 0);
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));

	*rtm = *route;
	rtm->rtm_table = RT_TABLE_MAIN;
	rtm->rtm_protocol = WAN_MARK;
	rtm->rtm_type = RTN_UNICAST;
	mnl_attr_put_u32(nlh, RTA_OIF, (uint32_t)ifindex);
	return nlh;
}

/**
 * wan_nl_create - make a WAN interface
 * @nl: a NETLINK_ROUTE socket
 * @name: its name
 *
 * Return: 0 or a negative error, with @nl->error set.
 */
int wan_nl_create(struct nl *nl, const char *name)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;
	struct nlattr *nest;
	int err;

	nlh = nl_request(nl, buffer, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	put_link(nlh, 0);
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	nest = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, WAN_KIND);
	mnl_attr_nest_end(nlh, nest);
	err = nl_talk(nl, nlh, NULL, NULL);
	if (err)
		return err;
	/* An alias is not taken at creation. It tells a later process whose interface this is. */
	nlh = nl_request(nl, buffer, RTM_NEWLINK, 0);
	put_link(nlh, 0);
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	mnl_attr_put_strz(nlh, IFLA_IFALIAS, WAN_ALIAS);
	return nl_talk(nl, nlh, NULL, NULL);
}

/**
 * wan_nl_delete - remove an interface
 * @nl: a NETLINK_ROUTE socket
 * @ifindex: the interface
 *
 * Return: 0 or a negative error, with @nl->error set.
 */
int wan_nl_delete(struct nl *nl, int ifindex)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;

	nlh = nl_request(nl, buffer, RTM_DELLINK, 0);
	put_link(nlh, ifindex);
	return nl_talk(nl, nlh, NULL, NULL);
}

/**
 * wan_nl_up - set an interface up
 * @nl: a NETLINK_ROUTE socket
 * @ifindex: the interface
 *
 * Return: 0 or a negative error, with @nl->error set.
 */
int wan_nl_up(struct nl *nl, int ifindex)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct ifinfomsg *ifi;
	struct nlmsghdr *nlh;

	nlh = nl_request(nl, buffer, RTM_NEWLINK, 0);
	ifi = put_link(nlh, ifindex);
	ifi->ifi_flags = IFF_UP;
	ifi->ifi_change = IFF_UP;
	return nl_talk(nl, nlh, NULL, NULL);
}

/**
 * wan_nl_address_peer - add or remove our address on an interface, with that of who is opposite
 * @nl: a NETLINK_ROUTE socket
 * @ifindex: the interface
 * @local: the address; alone, without a network around it
 * @peer: the peer's, which gets a route; @local: there is none
 * @scope: enum rt_scope_t
 * @add: add it; to remove it, @peer does not matter
 *
 * Return: 0 or a negative error, with @nl->error set; -EEXIST when it is there already.
 */
int wan_nl_address_peer(struct nl *nl, int ifindex, struct in_addr local, struct in_addr peer,
			unsigned char scope, bool add)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	const struct ifaddrmsg ifa = {
		.ifa_family = AF_INET, .ifa_prefixlen = 32, .ifa_scope = scope,
		.ifa_index = (uint32_t)ifindex,
	};
	struct nlmsghdr *nlh = address_request(nl, buffer, &ifa, add);

	mnl_attr_put_u32(nlh, IFA_LOCAL, local.s_addr);
	if (add)
		mnl_attr_put_u32(nlh, IFA_ADDRESS, peer.s_addr);
	return nl_talk(nl, nlh, NULL, NULL);
}

/**
 * wan_nl_address - add or remove our address on an interface
 * @nl: a NETLINK_ROUTE socket
 * @ifindex: the interface
 * @local: the address; alone, without a network around it
 * @add: add it
 *
 * Return: 0 or a negative error, with @nl->error set; -EEXIST when it is there already.
 */
int wan_nl_address(struct nl *nl, int ifindex, struct in_addr local, bool add)
{
	return wan_nl_address_peer(nl, ifindex, local, local, RT_SCOPE_UNIVERSE, add);
}

/**
 * wan_nl_route - add or remove a route over an interface
 * @nl: a NETLINK_ROUTE socket
 * @ifindex: the interface
 * @dst: destination
 * @bits: its prefix length
 * @local: source address of our own packets; 0.0.0.0: not said
 * @add: add it; a route of somebody else is never removed
 *
 * Return: 0 or a negative error, with @nl->error set; -EEXIST when there is one already.
 */
int wan_nl_route(struct nl *nl, int ifindex, struct in_addr dst, unsigned int bits,
		 struct in_addr local, bool add)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	const struct rtmsg rtm = {
		.rtm_family = AF_INET, .rtm_dst_len = (unsigned char)bits,
		.rtm_scope = RT_SCOPE_LINK,
	};
	struct nlmsghdr *nlh = route_request(nl, buffer, &rtm, ifindex, add);

	mnl_attr_put_u32(nlh, RTA_DST, dst.s_addr);
	if (local.s_addr)
		mnl_attr_put_u32(nlh, RTA_PREFSRC, local.s_addr);
	return nl_talk(nl, nlh, NULL, NULL);
}

/**
 * wan_nl_route_by - add or remove a route by a next hop
 * @nl: a NETLINK_ROUTE socket
 * @ifindex: the interface on which it is
 * @dst: destination
 * @bits: its prefix length
 * @by: the next hop
 * @add: add it; a route of somebody else is never removed
 *
 * Return: 0 or a negative error, with @nl->error set; -EEXIST when there is one already.
 */
int wan_nl_route_by(struct nl *nl, int ifindex, struct in_addr dst, unsigned int bits,
		    struct in_addr by, bool add)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	const struct rtmsg rtm = {
		.rtm_family = AF_INET, .rtm_dst_len = (unsigned char)bits,
		.rtm_scope = RT_SCOPE_UNIVERSE, .rtm_flags = RTNH_F_ONLINK,
	};
	struct nlmsghdr *nlh = route_request(nl, buffer, &rtm, ifindex, add);

	mnl_attr_put_u32(nlh, RTA_DST, dst.s_addr);
	mnl_attr_put_u32(nlh, RTA_GATEWAY, by.s_addr);
	return nl_talk(nl, nlh, NULL, NULL);
}

/**
 * wan_nl_route6 - add or remove a route of IPv6 over an interface
 * @nl: a NETLINK_ROUTE socket
 * @ifindex: the interface
 * @dst: destination
 * @hop: link-local address of the next hop
 * @source: source address of our own packets; ::: not said
 * @add: add it; a route of somebody else is never removed
 *
 * Return: 0 or a negative error, with @nl->error set; -EEXIST when there is one already.
 */
int wan_nl_route6(struct nl *nl, int ifindex, const struct prefix *dst, const struct in6_addr *hop,
		  const struct in6_addr *source, bool add)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	const struct rtmsg rtm = {
		.rtm_family = AF_INET6, .rtm_dst_len = dst->len, .rtm_scope = RT_SCOPE_UNIVERSE,
	};
	struct nlmsghdr *nlh = route_request(nl, buffer, &rtm, ifindex, add);

	mnl_attr_put(nlh, RTA_DST, sizeof(dst->address), &dst->address);
	mnl_attr_put(nlh, RTA_GATEWAY, sizeof(*hop), hop);
	mnl_attr_put_u32(nlh, RTA_PRIORITY, IPV6_METRIC);
	if (add && !IN6_IS_ADDR_UNSPECIFIED(source))
		mnl_attr_put(nlh, RTA_PREFSRC, sizeof(*source), source);
	return nl_talk(nl, nlh, NULL, NULL);
}

/**
 * wan_nl_address6 - add or remove an IPv6 address of ours on an interface
 * @nl: a NETLINK_ROUTE socket
 * @ifindex: the interface
 * @address: the address, which nobody else on the link can have
 * @bits: length of the prefix around it
 * @add: add it
 *
 * Return: 0 or a negative error, with @nl->error set; -EEXIST when it is there already; -EACCES:
 * IPv6 is off on the interface.
 */
int wan_nl_address6(struct nl *nl, int ifindex, const struct in6_addr *address, unsigned int bits,
		    bool add)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	const struct ifaddrmsg ifa = {
		.ifa_family = AF_INET6, .ifa_prefixlen = (unsigned char)bits,
		.ifa_flags = IFA_F_NODAD, .ifa_index = (uint32_t)ifindex,
	};
	struct nlmsghdr *nlh = address_request(nl, buffer, &ifa, add);

	mnl_attr_put(nlh, IFA_LOCAL, sizeof(*address), address);
	mnl_attr_put(nlh, IFA_ADDRESS, sizeof(*address), address);
	return nl_talk(nl, nlh, NULL, NULL);
}

/**
 * wan_prefixes - the fewest prefixes that cover what is routed for a range
 * @range: the range
 * @fn: called with each, lowest first
 * @data: for @fn
 *
 * Return: 0 or what @fn returned that was not 0.
 */
int wan_prefixes(const struct pool_range *range, wan_prefix_fn fn, void *data)
{
	uint64_t first = range->route_first, last = range->route_last;
	struct in_addr dst;
	unsigned int bits;
	int err;

	while (first <= last) {
		bits = 32;
		/* Twice as large while it stays aligned and inside. */
		while (bits > 0 && !(first & (1ULL << (32 - bits))) &&
		       first + (2ULL << (32 - bits)) - 1 <= last)
			bits--;
		dst.s_addr = htonl((uint32_t)first);
		err = fn(dst, bits, data);
		if (err)
			return err;
		first += 1ULL << (32 - bits);
	}
	return 0;
}
