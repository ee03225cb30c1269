// SPDX-License-Identifier: GPL-2.0
/*
 * IPv6 of demand-dial interfaces: the line, our link-local address, and what the router at the
 * other end advertises.
 *
 * IPV6CP gives link-local addresses only (RFC 5072). The kernel itself takes global ones from
 * router advertisements: it asks for one as soon as the interface has its link-local address,
 * which is why the line comes first. What it has learnt is worth nothing once the line is gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dial_internal.h"
#include "keep.h"
#include "kernel.h"
#include "log.h"
#include "rrasd.h"
#include "wan_route.h"
#include "wan_set.h"

#define LEARNT_MAX	32	/* addresses: the kernel itself learns no more than 16 */

/* Under systemd /proc/sys may not be ours to write; somebody else may have done it then. */
static void set_sysctl(const struct uplink *u, const char *name, char value)
{
	char path[128], is = 0;
	bool good;
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", u->dial->name, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	good = fd >= 0 && read(fd, &is, 1) == 1 && is == value;
	if (fd >= 0)
		close(fd);
	if (good)
		return;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	good = fd >= 0 && write(fd, &value, 1) == 1;
	if (fd >= 0)
		close(fd);
	if (!good)
		log_warning("%s: router advertisements need this: sysctl net.ipv6.conf.%s.%s=%c",
			    u->dial->name, u->dial->name, name, value);
}

static const struct prefix everything;

/* By the next hop that stands for all, so that there is one neighbour and not each destination. */
static int add_default_route(struct uplink *u)
{
	struct in6_addr hop = prefix_link_local(IPV6_NEXT_HOP);

	return wan_nl_route6(&u->all->route, u->watch.state.ifindex, &everything, &hop,
			     &in6addr_any, true);
}

/**
 * uplink_ipv6_configure - the interface has come up: what takes packets of IPv6 to it
 * @u: the interface
 */
void uplink_ipv6_configure(struct uplink *u)
{
	int err;

	if (!u->dial->ipv6)
		return;
	set_sysctl(u, "accept_ra", '2');	/* also where packets are forwarded */
	/* Our default route is there before the first packet, and needs no router's address. */
	set_sysctl(u, "accept_ra_defrtr", '0');
	if (!u->dial->default_route)
		return;
	err = add_default_route(u);
	if (err == -EEXIST && keep_is_heir(u->all->d->keep))
		return;		/* it is that of the process before us */
	if (err == -EEXIST)
		log_warning("%s: there is a default route of IPv6 already: it stays",
			    u->dial->name);
	else if (err)
		log_error("%s: default route of IPv6: %s", u->dial->name, u->all->route.error);
}

/**
 * uplink_ipv6_collect - what we have put on the interface
 * @u: the interface
 * @wanted: gets it
 */
void uplink_ipv6_collect(const struct uplink *u, struct wan_set *wanted)
{
	struct in6_addr hop = prefix_link_local(IPV6_NEXT_HOP);

	if (!IN6_IS_ADDR_UNSPECIFIED(&u->link_local))
		wan_set_add(wanted, wan_item_address6(&u->link_local, 64));
	if (u->dial->ipv6 && u->dial->default_route)
		wan_set_add(wanted, wan_item_route6(&everything, &hop, &in6addr_any));
}

struct learnt {
	int ifindex;
	size_t count;
	struct {
		struct in6_addr address;
		unsigned int bits;
	} item[LEARNT_MAX];
};

static int on_address(const struct nlmsghdr *nlh, void *data)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	struct learnt *learnt = data;
	const struct nlattr *attr;

	if ((int)ifa->ifa_index != learnt->ifindex || ifa->ifa_flags & IFA_F_PERMANENT ||
	    learnt->count == LEARNT_MAX)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*ifa)) {
		if (mnl_attr_get_type(attr) != IFA_ADDRESS ||
		    mnl_attr_get_payload_len(attr) != sizeof(struct in6_addr))
			continue;
		memcpy(&learnt->item[learnt->count].address, mnl_attr_get_payload(attr),
		       sizeof(struct in6_addr));
		learnt->item[learnt->count++].bits = ifa->ifa_prefixlen;
		break;
	}
	return MNL_CB_OK;
}

/* The next line may come with another prefix: nothing is to be sent from these any more. */
static void forget_learnt(struct uplink *u)
{
	struct learnt learnt = { .ifindex = u->watch.state.ifindex };
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nl *nl = &u->all->route;
	struct ifaddrmsg *ifa;
	struct nlmsghdr *nlh;
	size_t i;

	nlh = nl_request(nl, buffer, RTM_GETADDR, NLM_F_DUMP);
	ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));
	ifa->ifa_family = AF_INET6;
	if (nl_talk(nl, nlh, on_address, &learnt))
		log_debug("%s: addresses: %s", u->dial->name, nl->error);
	for (i = 0; i < learnt.count; i++)
		wan_nl_address6(nl, u->watch.state.ifindex, &learnt.item[i].address,
				learnt.item[i].bits, false);
}

static int add_link_local(struct uplink *u, uint64_t ifid)
{
	struct in6_addr address = prefix_link_local(ifid);
	int err;

	err = wan_nl_address6(&u->all->route, u->watch.state.ifindex, &address, 64, true);
	if (err == -EACCES)
		log_error("%s: IPv6 is off there: sysctl net.ipv6.conf.%s.disable_ipv6=0",
			  u->dial->name, u->dial->name);
	else if (err && err != -EEXIST)
		log_error("%s: address: %s", u->dial->name, u->all->route.error);
	if (err && err != -EEXIST)
		return err;
	u->link_local = address;
	return 0;
}

static void line_down(struct uplink *u)
{
	struct session *s = u->session;

	if (u->line6 && !s->link_down && !s->ipv6.line_lost &&
	    kernel_line6_down(s->d->kernel, s->link))
		log_debug("%s: line-down of IPv6: %s", u->dial->name, kernel_error(s->d->kernel));
	u->line6 = false;
}

/**
 * uplink_ipv6_up - there is a line of IPv6
 * @u: the interface, with a session
 * @net: what was agreed on
 *
 * Return: 0 or a negative error, which has been logged.
 */
int uplink_ipv6_up(struct uplink *u, const struct ppp_network *net)
{
	struct in6_addr peer = prefix_link_local(net->peer_ifid);
	static const struct prefix none;
	struct rrasd *d = u->all->d;
	struct prefix ours;
	int err;

	if (!u->watch.state.ifindex || !u->watch.state.up) {
		log_error("%s: it is gone or down", u->dial->name);
		return -ENODEV;
	}
	u->session->ipv6.line_lost = false;
	err = kernel_line6_up(d->kernel, u->session->link, u->watch.state.ifindex, &peer, &none,
			      net->mtu);
	if (err) {
		log_error("%s: line-up of IPv6 refused: %s", u->dial->name,
			  kernel_error(d->kernel));
		return err;
	}
	u->line6 = true;
	err = add_link_local(u, net->local_ifid);
	if (err) {
		line_down(u);
		return err;
	}
	u->session->ipv6.up = true;
	ours = (struct prefix){ u->link_local, 128 };
	log_info("%s: connected with IPv6: address %s", u->dial->name, prefix_text(&ours));
	return 0;
}

/**
 * uplink_ipv6_down - the opposite
 * @u: the interface, with the session that is losing the line
 */
void uplink_ipv6_down(struct uplink *u)
{
	u->session->ipv6.up = false;
	line_down(u);
	if (IN6_IS_ADDR_UNSPECIFIED(&u->link_local))
		return;
	if (u->watch.state.ifindex) {
		wan_nl_address6(&u->all->route, u->watch.state.ifindex, &u->link_local, 64, false);
		forget_learnt(u);
	}
	u->link_local = in6addr_any;
}
