// SPDX-License-Identifier: GPL-2.0
/*
 * Network interfaces by rtnetlink, see netdev.h.
 */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/nl.h"
#include "log.h"
#include "netdev.h"
#include "rrasd.h"

#define EVENT_BUFFER	(4 << 20)

struct netdev {
	struct nl requests;
	struct nl events;
	ev_io watcher;
	struct list watches;
};

static void update(struct netdev_watch *w, const struct netdev_state *new)
{
	struct netdev_state old = w->state;

	if (!memcmp(&old, new, sizeof(old)))
		return;
	w->state = *new;
	w->changed(w, &old);
}

static void copy_text(char *to, size_t size, const char *text)
{
	if (text)
		snprintf(to, size, "%s", text);
}

static void parse_state(const struct ifinfomsg *ifi, const struct nlattr **tb,
			struct netdev_state *state)
{
	const struct nlattr *info[IFLA_INFO_MAX + 1];
	const struct nlattr *mac = tb[IFLA_ADDRESS];

	memset(state, 0, sizeof(*state));	/* they are compared as bytes */
	state->ifindex = ifi->ifi_index;
	state->up = ifi->ifi_flags & IFF_UP;
	if (ifi->ifi_type == ARPHRD_ETHER && mac &&
	    mnl_attr_get_payload_len(mac) == sizeof(state->mac)) {
		state->ethernet = true;
		memcpy(state->mac, mnl_attr_get_payload(mac), sizeof(state->mac));
	}
	copy_text(state->alias, sizeof(state->alias), nl_attr_text(tb[IFLA_IFALIAS]));
	if (!tb[IFLA_LINKINFO])
		return;
	nl_nest_parse(tb[IFLA_LINKINFO], info, IFLA_INFO_MAX);
	copy_text(state->kind, sizeof(state->kind), nl_attr_text(info[IFLA_INFO_KIND]));
}

static int on_link(const struct nlmsghdr *nlh, void *data)
{
	static const struct netdev_state gone;
	const struct nlattr *tb[IFLA_IFALIAS + 1];
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct netdev_state state;
	const struct nlattr *attr;
	struct netdev *n = data;
	struct netdev_watch *w;
	const char *name;
	struct list *l;

	if (nlh->nlmsg_type != RTM_NEWLINK && nlh->nlmsg_type != RTM_DELLINK)
		return MNL_CB_OK;
	/* Bridges send RTM_NEWLINK and RTM_DELLINK of AF_BRIDGE for their ports. */
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifi) || ifi->ifi_family != AF_UNSPEC)
		return MNL_CB_OK;
	memset(tb, 0, sizeof(tb));
	mnl_attr_for_each(attr, nlh, sizeof(*ifi))
		nl_attr_collect(attr, tb, IFLA_IFALIAS);
	name = nl_attr_text(tb[IFLA_IFNAME]);
	parse_state(ifi, tb, &state);
	for (l = n->watches.next; l != &n->watches; l = l->next) {
		w = container_of(l, struct netdev_watch, list);
		if (nlh->nlmsg_type == RTM_NEWLINK && name && !strcmp(name, w->name)) {
			w->seen = true;
			update(w, &state);
		} else if (w->state.ifindex == state.ifindex) {
			update(w, &gone);	/* removed, renamed or in another namespace */
		}
	}
	return MNL_CB_OK;
}

/**
 * netdev_refresh - read all interfaces now
 * @d: the daemon
 *
 * Return: 0 or a negative error, which has been logged.
 */
int netdev_refresh(struct rrasd *d)
{
	static const struct netdev_state gone;
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct netdev *n = d->netdev;
	struct netdev_watch *w;
	struct nlmsghdr *nlh;
	struct ifinfomsg *ifi;
	struct list *l;
	int err, tries = 0;

	do {
		for (l = n->watches.next; l != &n->watches; l = l->next)
			container_of(l, struct netdev_watch, list)->seen = false;
		nlh = nl_request(&n->requests, buffer, RTM_GETLINK, NLM_F_DUMP);
		ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
		ifi->ifi_family = AF_UNSPEC;
		err = nl_talk(&n->requests, nlh, on_link, n);
	} while (err == -EINTR && ++tries < 10);
	if (err) {
		log_error("interfaces cannot be read: %s", n->requests.error);
		return err;
	}
	for (l = n->watches.next; l != &n->watches; l = l->next) {
		w = container_of(l, struct netdev_watch, list);
		if (!w->seen)
			update(w, &gone);
	}
	return 0;
}

static void on_readable(struct ev_loop *loop, ev_io *io, int revents)
{
	static char buffer[NL_BUFFER_SIZE] __attribute__((aligned(8)));
	struct rrasd *d = io->data;
	ssize_t len;

	(void)loop;
	(void)revents;
	len = recv(io->fd, buffer, sizeof(buffer), MSG_DONTWAIT);
	if (len < 0 && errno == ENOBUFS)
		netdev_refresh(d);
	else if (len > 0)
		mnl_cb_run(buffer, (size_t)len, 0, 0, on_link, d->netdev);
}

/**
 * netdev_open - be able to read interfaces
 * @d: the daemon; its @netdev is set
 *
 * Return: 0 or a negative error, which has been logged.
 */
int netdev_open(struct rrasd *d)
{
	int size = EVENT_BUFFER;
	struct netdev *n;
	int err;

	n = calloc(1, sizeof(*n));
	if (!n)
		return -ENOMEM;
	d->netdev = n;
	list_init(&n->watches);
	err = nl_open(&n->requests, NETLINK_ROUTE);
	if (err) {
		log_error("rtnetlink: %s", n->requests.error);
		return err;
	}
	err = nl_open(&n->events, NETLINK_ROUTE);
	if (err) {
		log_error("rtnetlink: %s", n->events.error);
		return err;
	}
	setsockopt(mnl_socket_get_fd(n->events.sock), SOL_SOCKET, SO_RCVBUFFORCE, &size,
		   sizeof(size));
	ev_io_init(&n->watcher, on_readable, mnl_socket_get_fd(n->events.sock), EV_READ);
	n->watcher.data = d;
	ev_io_start(d->loop, &n->watcher);
	return 0;
}

/**
 * netdev_follow - hear of changes from now on
 * @d: the daemon
 *
 * Not earlier: what we did to an interface ourselves would be told again, as old news.
 *
 * Return: 0 or a negative error, which has been logged.
 */
int netdev_follow(struct rrasd *d)
{
	struct netdev *n = d->netdev;
	int err;

	err = nl_join(&n->events, RTNLGRP_LINK);
	if (err) {
		log_error("rtnetlink: %s", n->events.error);
		return err;
	}
	return netdev_refresh(d);
}

/**
 * netdev_close - the opposite; those who watch may be gone already
 * @d: the daemon
 */
void netdev_close(struct rrasd *d)
{
	struct netdev *n = d->netdev;

	if (!n)
		return;
	ev_io_stop(d->loop, &n->watcher);
	nl_close(&n->events);
	nl_close(&n->requests);
	free(n);
	d->netdev = NULL;
}

/**
 * netdev_add - be told of an interface, from the next netdev_refresh() on
 * @d: the daemon
 * @w: the watch, with @changed and @data set
 * @name: the interface, which need not exist
 */
void netdev_add(struct rrasd *d, struct netdev_watch *w, const char *name)
{
	snprintf(w->name, sizeof(w->name), "%s", name);
	list_append(&d->netdev->watches, &w->list);
}
