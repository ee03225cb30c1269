// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses and routes with our mark, see wan_marked.h.
 */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "log.h"
#include "wan_marked.h"
#include "wan_route.h"

/* A dump, and what comes of it. */
struct search {
	int ifindex;
	const struct wan_set *wanted;
	struct wan_set found;
};

static void take(struct search *s, const struct wan_item *item)
{
	if (!s->wanted || !wan_set_has(s->wanted, item))
		wan_set_add(&s->found, *item);
}

/* An attribute that is not there is the address 0. */
static bool read_address(const struct nlattr *attr, uint32_t family, struct in6_addr *to)
{
	size_t len = family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);

	if (!attr)
		return true;
	if (mnl_attr_get_payload_len(attr) != len)
		return false;
	memcpy(to, mnl_attr_get_payload(attr), len);
	return true;
}

static int on_address(const struct nlmsghdr *nlh, void *data)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[IFA_PROTO + 1] = { 0 };
	struct search *s = data;
	const struct nlattr *attr;
	struct wan_item item = { 0 };

	if (nlh->nlmsg_type != RTM_NEWADDR || mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifa) ||
	    (int)ifa->ifa_index != s->ifindex)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*ifa))
		nl_attr_collect(attr, tb, IFA_PROTO);
	if (nl_attr_uint(tb[IFA_PROTO]) != WAN_MARK)
		return MNL_CB_OK;
	item.family = ifa->ifa_family;
	item.bits = ifa->ifa_prefixlen;
	/* Of IPv4, IFA_ADDRESS is the peer's. */
	if (read_address(tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS], item.family, &item.to))
		take(s, &item);
	return MNL_CB_OK;
}

static int on_route(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[RTA_PREFSRC + 1] = { 0 };
	struct search *s = data;
	const struct nlattr *attr;
	struct wan_item item = { .route = 1 };

	if (nlh->nlmsg_type != RTM_NEWROUTE || mnl_nlmsg_get_payload_len(nlh) < sizeof(*rtm) ||
	    rtm->rtm_protocol != WAN_MARK || rtm->rtm_table != RT_TABLE_MAIN)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm))
		nl_attr_collect(attr, tb, RTA_PREFSRC);
	if ((int)nl_attr_uint(tb[RTA_OIF]) != s->ifindex)
		return MNL_CB_OK;
	item.family = rtm->rtm_family;
	item.bits = rtm->rtm_dst_len;
	if (read_address(tb[RTA_DST], item.family, &item.to) &&
	    read_address(tb[RTA_GATEWAY], item.family, &item.by) &&
	    read_address(tb[RTA_PREFSRC], item.family, &item.source))
		take(s, &item);
	return MNL_CB_OK;
}

/* A kernel that is asked strictly (below) sends no others: there may be a million routes. */
static struct nlmsghdr *addresses_request(struct nl *nl, char *buffer, unsigned char family,
					  int ifindex)
{
	struct nlmsghdr *nlh = nl_request(nl, buffer, RTM_GETADDR, NLM_F_DUMP);
	struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));

	ifa->ifa_family = family;
	ifa->ifa_index = (uint32_t)ifindex;
	return nlh;
}

static struct nlmsghdr *routes_request(struct nl *nl, char *buffer, unsigned char family,
				       int ifindex)
{
	struct nlmsghdr *nlh = nl_request(nl, buffer, RTM_GETROUTE, NLM_F_DUMP);
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));

	rtm->rtm_family = family;
	rtm->rtm_protocol = WAN_MARK;
	mnl_attr_put_u32(nlh, RTA_OIF, (uint32_t)ifindex);
	return nlh;
}

/* Return: 0 or a negative error. */
static int search(struct nl *nl, struct search *s, unsigned char family, bool routes)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;
	int err, tries = 0;

	do {
		s->found.count = 0;
		nlh = routes ? routes_request(nl, buffer, family, s->ifindex) :
			       addresses_request(nl, buffer, family, s->ifindex);
		err = nl_talk(nl, nlh, routes ? on_route : on_address, s);
	} while (err == -EINTR && ++tries < 10);
	return !err && s->found.failed ? -ENOMEM : err;
}

static void remove_item(struct nl *nl, int ifindex, const struct wan_item *i)
{
	const struct prefix dst = { .address = i->to, .len = (uint8_t)i->bits };
	struct in_addr to = wan_item_ipv4(&i->to), by = wan_item_ipv4(&i->by);
	int err;

	if (i->family == AF_INET6)
		err = i->route ? wan_nl_route6(nl, ifindex, &dst, &i->by, &i->source, false) :
				 wan_nl_address6(nl, ifindex, &i->to, i->bits, false);
	else if (!i->route)
		err = wan_nl_address(nl, ifindex, to, false);
	else if (by.s_addr)
		err = wan_nl_route_by(nl, ifindex, to, i->bits, by, false);
	else
		err = wan_nl_route(nl, ifindex, to, i->bits, wan_item_ipv4(&i->source), false);
	/* The last address takes routes along. */
	if (err)
		log_debug("%s: %s", prefix_text(&dst), nl->error);
}

/**
 * wan_marked_remove - remove what is ours from an interface
 * @nl: a NETLINK_ROUTE socket
 * @ifindex: the interface
 * @wanted: what stays, sorted; NULL: nothing
 *
 * What does not carry our mark is not touched. Routes go before the addresses that they name.
 *
 * Return: how much was removed, or a negative error with @nl->error set.
 */
int wan_marked_remove(struct nl *nl, int ifindex, const struct wan_set *wanted)
{
	static const unsigned char families[] = { AF_INET, AF_INET6 };
	struct search s = { .ifindex = ifindex, .wanted = wanted };
	int removed = 0, err = 0, on = 1;
	size_t pass, i;

	mnl_socket_setsockopt(nl->sock, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	for (pass = 0; !err && pass < 4; pass++) {
		err = search(nl, &s, families[pass & 1], pass < 2);
		for (i = 0; !err && i < s.found.count; i++, removed++)
			remove_item(nl, ifindex, &s.found.item[i]);
	}
	wan_set_clean(&s.found);
	return err ? err : removed;
}
