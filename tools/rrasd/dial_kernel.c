// SPDX-License-Identifier: GPL-2.0
/*
 * Demand-dial interfaces in the kernel: what we set on them, and what wanarp asks of a dialler.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dial_internal.h"
#include "keep.h"
#include "log.h"
#include "rrasd.h"
#include "wan_keep.h"
#include "wan_marked.h"
#include "wan_route.h"

/*
 * The kernel takes away all routes of an interface that loses its last address. So there is one
 * that stays: the one that is asked for, if there is one; else the dummy address (RFC 7600), with
 * a scope in which nobody takes it for the source of a packet.
 */
#define DUMMY_ADDRESS	0xc0000008

/* What the kernel gives us beyond the time that we take ourselves: our reason is the better one. */
#define CONNECT_MARGIN_S	2

static uint32_t seconds(uint32_t ms)
{
	return (ms + 999) / 1000;
}

static int talk(struct dial *all, struct nlmsghdr *nlh)
{
	return nl_talk(&all->requests, nlh, NULL, NULL);
}

/* Without a filter, too: there may have been one. */
static void put_filter(struct nlmsghdr *nlh, const struct config_dial *dial)
{
	const struct bpf_code *program = dial->program;

	mnl_attr_put(nlh, WANARP_A_DEMAND_FILTER,
		     program ? program->count * sizeof(program->insns[0]) : 0,
		     program ? program->insns : NULL);
	mnl_attr_put_strz(nlh, WANARP_A_DEMAND_FILTER_TEXT, dial->filter ? dial->filter : "");
}

static int set_demand(struct uplink *u, const struct config_dial *dial)
{
	static char buffer[NL_REQUEST_SIZE + sizeof(struct bpf_code)] __attribute__((aligned(8)));
	bool permanent = dial->mode == DIAL_PERMANENT;
	struct dial *all = u->all;
	struct nlmsghdr *nlh;
	struct nlattr *nest;

	nlh = nl_genl_request(&all->requests, buffer, &all->family, WANARP_CMD_IFACE_SET, 0);
	mnl_attr_put_u32(nlh, WANARP_A_IFACE_IFINDEX, (uint32_t)u->watch.state.ifindex);
	mnl_attr_put_u32(nlh, WANARP_A_IFACE_MODE, WANARP_IFACE_MODE_DEMAND_DIAL);
	/* Routers are asked for by multicast; there is one peer to hear it. */
	if (dial->ipv6)
		mnl_attr_put_u8(nlh, WANARP_A_IFACE_MULTICAST, 1);
	nest = mnl_attr_nest_start(nlh, WANARP_A_IFACE_DEMAND);
	mnl_attr_put_u32(nlh, WANARP_A_DEMAND_IDLE_TIMEOUT, permanent ? 0 : seconds(dial->idle_ms));
	mnl_attr_put_u32(nlh, WANARP_A_DEMAND_CONNECT_TIMEOUT,
			 seconds(dial->connect_ms) + CONNECT_MARGIN_S);
	mnl_attr_put_u32(nlh, WANARP_A_DEMAND_BACKOFF_MIN, seconds(dial->backoff_ms));
	mnl_attr_put_u32(nlh, WANARP_A_DEMAND_BACKOFF_MAX, seconds(dial->backoff_max_ms));
	if (dial->hold_packets != CONFIG_UNSET)
		mnl_attr_put_u32(nlh, WANARP_A_DEMAND_HOLD_PACKETS, dial->hold_packets);
	if (dial->hold_bytes != CONFIG_UNSET)
		mnl_attr_put_u32(nlh, WANARP_A_DEMAND_HOLD_BYTES, dial->hold_bytes);
	if (dial->hold_ms != CONFIG_UNSET)
		mnl_attr_put_u32(nlh, WANARP_A_DEMAND_HOLD_TIME, dial->hold_ms);
	put_filter(nlh, dial);
	mnl_attr_nest_end(nlh, nest);
	return talk(all, nlh);
}

static struct in_addr base_address(const struct uplink *u)
{
	struct in_addr dummy = { .s_addr = htonl(DUMMY_ADDRESS) };

	return u->dial->address.s_addr ? u->dial->address : dummy;
}

static int add_base(struct uplink *u)
{
	unsigned char scope = u->dial->address.s_addr ? RT_SCOPE_UNIVERSE : RT_SCOPE_HOST;
	struct in_addr address = base_address(u);
	int err;

	err = wan_nl_address_peer(&u->all->route, u->watch.state.ifindex, address, address, scope,
				  true);
	return err == -EEXIST ? 0 : err;
}

static void add_default_route(struct uplink *u)
{
	static const struct in_addr any;
	int err;

	if (!u->dial->default_route)
		return;
	err = wan_nl_route(&u->all->route, u->watch.state.ifindex, any, 0, any, true);
	if (err == -EEXIST && keep_is_heir(u->all->d->keep))
		return;		/* it is that of the process before us */
	if (err == -EEXIST)
		log_warning("%s: there is a default route already: it stays", u->dial->name);
	else if (err)
		log_error("%s: default route: %s", u->dial->name, u->all->route.error);
}

/**
 * uplink_create - make the interface
 * @u: the interface, which is not there
 *
 * Return: 0 or a negative error, which has been logged.
 */
int uplink_create(struct uplink *u)
{
	int err = wan_nl_create(&u->all->route, u->dial->name);

	if (err == -EEXIST)
		return 0;
	if (err)
		log_error("%s: cannot be created: %s", u->dial->name, u->all->route.error);
	return err;
}

/**
 * uplink_configure - have the interface as the configuration says
 * @u: the interface
 *
 * Return: 0 or a negative error, which has been logged.
 */
int uplink_configure(struct uplink *u)
{
	const struct config_dial *dial;
	int err;

	if (u->configured || !u->watch.state.ifindex)
		return 0;
	dial = config_dial_find(u->all->d->config, u->dial->name);
	if (!dial)
		dial = u->dial;
	wan_keep(u->all->d, &u->watch, WAN_ROLE_DIAL, dial->create);
	err = set_demand(u, dial);
	if (err) {
		log_error("%s: %s", u->dial->name, u->all->requests.error);
		return err;
	}
	u->configured = true;
	if (!u->base_added) {
		err = add_base(u);
		if (err) {
			log_error("%s: address: %s", u->dial->name, u->all->route.error);
			return err;
		}
		u->base_added = true;
	}
	err = wan_nl_up(&u->all->route, u->watch.state.ifindex);
	if (err)
		log_error("%s: cannot be set up: %s", u->dial->name, u->all->route.error);
	return err;
}

/**
 * uplink_routes - what takes packets to the interface, which is up
 * @u: the interface
 */
void uplink_routes(struct uplink *u)
{
	add_default_route(u);
	uplink_ipv6_configure(u);
}

/**
 * uplink_changed - the interface appeared, went away, is up or down
 * @w: its watch
 * @old: what it was before
 */
void uplink_changed(struct netdev_watch *w, const struct netdev_state *old)
{
	struct uplink *u = w->data;

	if (old->ifindex && old->ifindex != w->state.ifindex) {
		wan_unkeep(u->all->d, old->ifindex);
		u->configured = false;
		u->base_added = false;
		u->added.s_addr = 0;
		u->link_local = in6addr_any;
		if (!u->all->d->stopping)
			log_warning("%s is gone: nothing is dialled until it is back", w->name);
	}
	if (!w->state.ifindex)
		return;
	if (strcmp(w->state.kind, WAN_KIND)) {
		log_error("%s is not of kind %s: choose another name in [dial %s]", w->name,
			  WAN_KIND, w->name);
		return;
	}
	if (uplink_configure(u))
		return;
	if (!w->state.up || (old->up && old->ifindex == w->state.ifindex))
		return;
	uplink_routes(u);
	uplink_ready(u);
}

/**
 * uplink_unconfigure - take away what was added, and the interface if rrasd created it
 * @u: the interface
 */
void uplink_unconfigure(struct uplink *u)
{
	int ifindex = u->watch.state.ifindex;

	if (!ifindex || !u->configured)
		return;
	if (u->dial->create && !strcmp(u->watch.state.alias, WAN_ALIAS))
		wan_nl_delete(&u->all->route, ifindex);
	else if (wan_marked_remove(&u->all->route, ifindex, NULL) < 0)
		log_error("%s: addresses and routes stay: %s", u->dial->name, u->all->route.error);
	wan_unkeep(u->all->d, ifindex);
}

/**
 * uplink_tidy - have nothing of ours on the interface that is neither of the configuration nor of
 * its line
 * @u: the interface
 *
 * A process before us may have left it, with another configuration, or with a line that has not
 * gone on.
 *
 * Return: whether there was something.
 */
bool uplink_tidy(struct uplink *u)
{
	static const struct in_addr none;
	struct wan_set wanted = { 0 };
	int removed = 0;

	if (!u->watch.state.ifindex || !u->configured)
		return false;
	wan_set_add(&wanted, wan_item_address(base_address(u)));
	if (u->added.s_addr)
		wan_set_add(&wanted, wan_item_address(u->added));
	if (u->dial->default_route)
		wan_set_add(&wanted, wan_item_route(none, 0, none, none));
	uplink_ipv6_collect(u, &wanted);
	if (!wan_set_sort(&wanted))
		log_error("%s: out of memory, old addresses stay", u->dial->name);
	else
		removed = wan_marked_remove(&u->all->route, u->watch.state.ifindex, &wanted);
	if (removed < 0)
		log_error("%s: old addresses stay: %s", u->dial->name, u->all->route.error);
	wan_set_clean(&wanted);
	return removed > 0;
}

/**
 * uplink_address - put the address of the connection on the interface
 * @u: the interface
 * @local: ours
 * @peer: the peer's
 *
 * Return: 0 or a negative error, which has been logged.
 */
int uplink_address(struct uplink *u, struct in_addr local, struct in_addr peer)
{
	int err;

	if (local.s_addr == u->dial->address.s_addr || local.s_addr == u->added.s_addr)
		return 0;
	uplink_no_address(u);
	err = wan_nl_address_peer(&u->all->route, u->watch.state.ifindex, local, peer,
				  RT_SCOPE_UNIVERSE, true);
	if (err == -EEXIST)
		return 0;	/* somebody else's, who may keep it */
	if (err)
		log_error("%s: address: %s", u->dial->name, u->all->route.error);
	else
		u->added = local;
	return err;
}

/**
 * uplink_no_address - take it away again
 * @u: the interface
 */
void uplink_no_address(struct uplink *u)
{
	if (!u->added.s_addr)
		return;
	if (u->watch.state.ifindex)
		wan_nl_address_peer(&u->all->route, u->watch.state.ifindex, u->added, u->added,
				    RT_SCOPE_UNIVERSE, false);
	u->added.s_addr = 0;
}

/**
 * uplink_report - tell the kernel that there will be no line now
 * @u: the interface
 * @reason: enum wanarp_unreachable_reason
 * @text: a sentence
 */
void uplink_report(struct uplink *u, uint32_t reason, const char *text)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct dial *all = u->all;
	struct nlmsghdr *nlh;

	if (!u->watch.state.ifindex)
		return;
	nlh = nl_genl_request(&all->requests, buffer, &all->family, WANARP_CMD_DIAL_FAIL, 0);
	mnl_attr_put_u32(nlh, WANARP_A_DIAL_IFINDEX, (uint32_t)u->watch.state.ifindex);
	mnl_attr_put_u32(nlh, WANARP_A_DIAL_REASON, reason);
	mnl_attr_put_strz(nlh, WANARP_A_DIAL_TEXT, text);
	if (talk(all, nlh))
		log_debug("%s: dial-fail: %s", u->dial->name, all->requests.error);
}

static void put_server(FILE *f, struct in_addr address)
{
	char text[INET_ADDRSTRLEN];

	if (address.s_addr)
		fprintf(f, "nameserver %s\n", inet_ntop(AF_INET, &address, text, sizeof(text)));
}

/**
 * uplink_write_dns - write the peer's name servers to a file, if the configuration names one
 * @u: the interface, connected
 *
 * It stays when the line goes: a question to one of them is what dials next.
 */
void uplink_write_dns(const struct uplink *u)
{
	const char *path = u->dial->resolv_file;
	char temporary[4096];
	FILE *f;
	int bad;

	if (!path || (!u->dns[0].s_addr && !u->dns[1].s_addr))
		return;
	snprintf(temporary, sizeof(temporary), "%s.new", path);
	f = fopen(temporary, "we");
	if (!f) {
		log_error("%s: %m", temporary);
		return;
	}
	fprintf(f, "# Written by rrasd for %s.\n", u->dial->name);
	put_server(f, u->dns[0]);
	put_server(f, u->dns[1]);
	fchmod(fileno(f), 0644);
	bad = ferror(f);
	bad |= fclose(f);
	if (!bad && rename(temporary, path) == 0)
		return;
	log_error("%s cannot be written: %m", path);
	unlink(temporary);
}

static void describe(const struct nlattr **tb, char *text, size_t size)
{
	const struct nlattr *dst = tb[WANARP_A_DIAL_DESTINATION];
	char address[INET6_ADDRSTRLEN];
	int family;

	switch (nl_attr_uint(tb[WANARP_A_DIAL_CAUSE])) {
	case WANARP_DIAL_CAUSE_ADMIN:
		snprintf(text, size, "asked for by an administrator");
		return;
	case WANARP_DIAL_CAUSE_IDLE:
		snprintf(text, size, "idle");
		return;
	case WANARP_DIAL_CAUSE_TIMEOUT:
		snprintf(text, size, "it took too long");
		return;
	}
	family = dst && mnl_attr_get_payload_len(dst) == sizeof(struct in6_addr) ? AF_INET6 :
										   AF_INET;
	if (dst && mnl_attr_get_payload_len(dst) >= sizeof(struct in_addr) &&
	    inet_ntop(family, mnl_attr_get_payload(dst), address, sizeof(address)))
		snprintf(text, size, "a packet for %s", address);
	else
		snprintf(text, size, "a packet");
}

static int on_request(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[WANARP_A_DIAL_MAX + 1];
	struct dial *all = data;
	struct uplink *u;
	char why[80];
	bool admin;

	if (nl_genl_parse(nlh, tb, WANARP_A_DIAL_MAX))
		return MNL_CB_OK;
	u = uplink_by_ifindex(all, (int)nl_attr_uint(tb[WANARP_A_DIAL_IFINDEX]));
	if (!u)
		return MNL_CB_OK;	/* somebody else's */
	admin = nl_attr_uint(tb[WANARP_A_DIAL_CAUSE]) == WANARP_DIAL_CAUSE_ADMIN;
	describe(tb, why, sizeof(why));
	if (nl_attr_uint(tb[WANARP_A_DIAL_REQUEST]) == WANARP_DIAL_REQUEST_HANGUP) {
		log_info("%s: to be hung up: %s", u->dial->name, why);
		uplink_hangup(u, admin ? PPP_REASON_ADMIN : PPP_REASON_LIMIT);
	} else if (admin) {
		uplink_dial(u, why);
	} else {
		uplink_request(u, why);
	}
	return MNL_CB_OK;
}

static int on_iface(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *demand[WANARP_A_DEMAND_MAX + 1];
	const struct nlattr *tb[WANARP_A_IFACE_MAX + 1];
	struct dial *all = data;
	struct uplink *u;

	if (nl_genl_parse(nlh, tb, WANARP_A_IFACE_MAX) || !tb[WANARP_A_IFACE_DEMAND])
		return MNL_CB_OK;
	u = uplink_by_ifindex(all, (int)nl_attr_uint(tb[WANARP_A_IFACE_IFINDEX]));
	nl_nest_parse(tb[WANARP_A_IFACE_DEMAND], demand, WANARP_A_DEMAND_MAX);
	if (u && nl_attr_uint(demand[WANARP_A_DEMAND_STATE]) == WANARP_DEMAND_STATE_CONNECTING)
		uplink_request(u, "a request that was lost");
	return MNL_CB_OK;
}

/* Requests were lost: see which interfaces wait for a line. */
static void resynchronise(struct dial *all)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;
	int err, tries = 0;

	do {
		nlh = nl_genl_request(&all->requests, buffer, &all->family, WANARP_CMD_IFACE_GET,
				      NLM_F_DUMP);
		err = nl_talk(&all->requests, nlh, on_iface, all);
	} while (err == -EINTR && ++tries < 10);
	if (err)
		log_error("WAN interfaces cannot be read: %s", all->requests.error);
}

static void on_readable(struct ev_loop *loop, ev_io *w, int revents)
{
	static char buffer[NL_BUFFER_SIZE] __attribute__((aligned(8)));
	struct dial *all = w->data;
	ssize_t len;

	(void)loop;
	(void)revents;
	len = recv(w->fd, buffer, sizeof(buffer), MSG_DONTWAIT);
	if (len < 0 && errno == ENOBUFS)
		resynchronise(all);
	else if (len > 0)
		mnl_cb_run(buffer, (size_t)len, 0, 0, on_request, all);
}

/**
 * dial_kernel_open - be the dialler
 * @all: the interfaces
 *
 * Return: 0 or a negative error, which has been logged.
 */
int dial_kernel_open(struct dial *all)
{
	int err;

	err = nl_open(&all->route, NETLINK_ROUTE);
	if (err) {
		log_error("rtnetlink: %s", all->route.error);
		return err;
	}
	err = nl_open(&all->requests, NETLINK_GENERIC);
	if (!err)
		err = nl_resolve(&all->requests, WANARP_FAMILY_NAME, WANARP_MCGRP_DIAL,
				 &all->family);
	if (err) {
		log_error("netlink family %s: %s", WANARP_FAMILY_NAME, all->requests.error);
		return err;
	}
	err = nl_open(&all->events, NETLINK_GENERIC);
	if (!err)
		err = nl_join(&all->events, all->family.group);
	if (err) {
		log_error("dial requests of wanarp: %s", all->events.error);
		return err;
	}
	ev_io_init(&all->watcher, on_readable, mnl_socket_get_fd(all->events.sock), EV_READ);
	all->watcher.data = all;
	ev_io_start(all->d->loop, &all->watcher);
	return 0;
}

/**
 * dial_kernel_close - the opposite
 * @all: the interfaces
 */
void dial_kernel_close(struct dial *all)
{
	ev_io_stop(all->d->loop, &all->watcher);
	nl_close(&all->events);
	nl_close(&all->requests);
	nl_close(&all->route);
}
