// SPDX-License-Identifier: GPL-2.0
/*
 * ipfltdrv, see filters.h.
 *
 * A binding stays a little longer than its link: what the client sent last may still be on its
 * way into the stack, and must not pass unfiltered.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/ipfltdrv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../lib/module.h"
#include "../lib/nl.h"
#include "config.h"
#include "filters.h"
#include "hash.h"
#include "kernel.h"
#include "log.h"
#include "rrasd.h"
#include "wan.h"

#define MODULE		"ipfltdrv"
#define LOADED		"/sys/module/" MODULE
#define STAY_MS		2000	/* queues of a CPU are emptied in far less */
#define WAN_AGAIN_S	1.0

/* A link that is gone, with its binding still there. */
struct leftover {
	struct list list;
	uint32_t link;
	int ifindex;
	uint64_t until;
};

struct filters {
	struct rrasd *d;
	struct nl nl;
	struct nl_family family;
	struct list leftovers;	/* the first one goes first */
	ev_timer timer;
	struct log_limit missing_limit;
	/* The WAN interface on which the set for all of it is in force; 0: on none yet. */
	int wan;
	bool wan_told;		/* why it is not */
	ev_timer wan_again;
	char error[PATH_MAX];
};

/* Event 7000 of Windows NT: the filter driver is not there (KB Q178272). */
static void tell_missing(struct filters *f)
{
	char why[PATH_MAX - 64];

	module_explain(MODULE, why, sizeof(why));
	snprintf(f->error, sizeof(f->error), "event %u (%s): %s", MODULE_EVENT_NUMBER,
		 MODULE_EVENT_NAME, why);
	if (log_allowed(&f->missing_limit))
		log_error("%s; %s", f->error, f->d->config->wan_filter_set ?
			  "no client gets in" : "clients without a filter set are not affected");
}

/* Loads the module; it may also have been unloaded and loaded again since the last time. */
static int resolve(struct filters *f)
{
	int err = nl_resolve(&f->nl, IPFLTDRV_FAMILY_NAME, NULL, &f->family);

	if (!err)
		return 0;
	f->family.id = 0;
	if (err == -ENOENT)
		tell_missing(f);
	else
		snprintf(f->error, sizeof(f->error), "netlink family %s: %s",
			 IPFLTDRV_FAMILY_NAME, f->nl.error);
	return err;
}

static void put_link(struct nlmsghdr *nlh, uint32_t link)
{
	uint8_t address[IPFLTDRV_HWADDR_LEN] = { 0x02 };
	uint32_t id = htonl(link);

	memcpy(address + 2, &id, sizeof(id));
	mnl_attr_put(nlh, IPFLTDRV_A_BINDING_LINK_ADDRESS, sizeof(address), address);
}

/* About a link, or without one about the interface. */
static int request(struct filters *f, uint8_t cmd, int ifindex, uint32_t link, const char *set)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;

	nlh = nl_genl_request(&f->nl, buffer, &f->family, cmd, 0);
	mnl_attr_put_u32(nlh, IPFLTDRV_A_BINDING_IFINDEX, (uint32_t)ifindex);
	if (link)
		put_link(nlh, link);
	if (set)
		mnl_attr_put_strz(nlh, IPFLTDRV_A_BINDING_SET, set);
	return nl_talk(&f->nl, nlh, NULL, NULL);
}

static int bind_set(struct filters *f, int ifindex, uint32_t link, const char *set)
{
	int err = request(f, IPFLTDRV_CMD_BINDING_SET, ifindex, link, set);

	if (err)
		snprintf(f->error, sizeof(f->error), "%s", f->nl.error);
	return err;
}

/**
 * filters_bind - put a filter set in force on a link, both ways
 * @d: the daemon
 * @link: the link; its line is not up yet
 * @ifindex: the WAN interface
 * @set: name of the set, which has to be loaded
 *
 * Return: 0 or a negative error, with filters_error().
 */
int filters_bind(struct rrasd *d, uint32_t link, int ifindex, const char *set)
{
	struct filters *f = d->filters;
	int err;

	if (f->family.id) {
		err = bind_set(f, ifindex, link, set);
		if (err != -ENOENT)
			return err;
	}
	/* No such set; or no such family, for the module has been unloaded. */
	err = resolve(f);
	return err ? err : bind_set(f, ifindex, link, set);
}

/* Errors are as good as success: the module, the interface or the binding is gone. */
static void remove_binding(struct filters *f, int ifindex, uint32_t link)
{
	if (f->family.id && request(f, IPFLTDRV_CMD_BINDING_REMOVE, ifindex, link, NULL))
		log_debug("link %u: its filter set is not bound any more: %s", link, f->nl.error);
}

/**
 * filters_remove - a link that stays is not filtered any more
 * @d: the daemon
 * @link: the link
 */
void filters_remove(struct rrasd *d, uint32_t link)
{
	remove_binding(d->filters, wan_ifindex(d->wan), link);
}

static void remove_first(struct filters *f)
{
	struct leftover *l = container_of(f->leftovers.next, struct leftover, list);

	remove_binding(f, l->ifindex, l->link);
	list_remove(&l->list);
	free(l);
}

static void on_timer(struct ev_loop *loop, ev_timer *t, int revents)
{
	struct filters *f = t->data;
	uint64_t now = rrasd_now(), until;

	(void)revents;
	while (!list_empty(&f->leftovers)) {
		until = container_of(f->leftovers.next, struct leftover, list)->until;
		if (until > now) {
			ev_timer_set(t, (ev_tstamp)(until - now) / 1000.0, 0.0);
			ev_timer_start(loop, t);
			return;
		}
		remove_first(f);
	}
}

/**
 * filters_unbind - a link is gone: its binding goes soon
 * @d: the daemon
 * @link: the link
 */
void filters_unbind(struct rrasd *d, uint32_t link)
{
	struct filters *f = d->filters;
	struct leftover *l = malloc(sizeof(*l));
	int ifindex = wan_ifindex(d->wan);

	if (!l) {
		remove_binding(f, ifindex, link);
		return;
	}
	*l = (struct leftover){
		.link = link, .ifindex = ifindex, .until = rrasd_now() + STAY_MS,
	};
	list_append(&f->leftovers, &l->list);
	if (ev_is_active(&f->timer))
		return;
	ev_timer_set(&f->timer, STAY_MS / 1000.0, 0.0);
	ev_timer_start(d->loop, &f->timer);
}

/**
 * filters_error - what went wrong in the last filters_bind() that failed
 * @d: the daemon
 *
 * Return: a sentence.
 */
const char *filters_error(const struct rrasd *d)
{
	return d->filters->error;
}

/* Links with a binding, to be looked at when the dump is over. */
struct bound {
	uint32_t *links;
	size_t count, room;
};

static int on_binding(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[IPFLTDRV_A_BINDING_MAX + 1];
	struct bound *b = data;
	uint32_t *links, id;
	size_t room;

	if (nl_genl_parse(nlh, tb, IPFLTDRV_A_BINDING_MAX) ||
	    !tb[IPFLTDRV_A_BINDING_LINK_ADDRESS] ||
	    mnl_attr_get_payload_len(tb[IPFLTDRV_A_BINDING_LINK_ADDRESS]) != IPFLTDRV_HWADDR_LEN)
		return MNL_CB_OK;
	if (b->count == b->room) {
		room = b->room ? b->room * 2 : 256;
		links = realloc(b->links, room * sizeof(*links));
		if (!links)
			return MNL_CB_OK;
		b->links = links;
		b->room = room;
	}
	memcpy(&id, (char *)mnl_attr_get_payload(tb[IPFLTDRV_A_BINDING_LINK_ADDRESS]) + 2,
	       sizeof(id));
	b->links[b->count++] = ntohl(id);
	return MNL_CB_OK;
}

/* A daemon that was killed could not remove the bindings of its links. */
static void sweep(struct filters *f, int ifindex)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct bound bound = { 0 };
	struct kernel_stats stats;
	struct nlmsghdr *nlh;
	size_t i;

	nlh = nl_genl_request(&f->nl, buffer, &f->family, IPFLTDRV_CMD_BINDING_GET, NLM_F_DUMP);
	mnl_attr_put_u32(nlh, IPFLTDRV_A_BINDING_IFINDEX, (uint32_t)ifindex);
	nl_talk(&f->nl, nlh, on_binding, &bound);
	for (i = 0; i < bound.count; i++) {
		if (kernel_link_stats(f->d->kernel, bound.links[i], &stats))
			remove_binding(f, ifindex, bound.links[i]);
	}
	free(bound.links);
}

static int on_wan_binding(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[IPFLTDRV_A_BINDING_MAX + 1];
	bool *loaded = data;

	if (!nl_genl_parse(nlh, tb, IPFLTDRV_A_BINDING_MAX))
		*loaded = nl_attr_uint(tb[IPFLTDRV_A_BINDING_LOADED]);
	return MNL_CB_OK;
}

/* Closed: a set that is not loaded yet drops everything. */
static int bind_wan(struct filters *f, int ifindex, bool *loaded)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;
	int err;

	nlh = nl_genl_request(&f->nl, buffer, &f->family, IPFLTDRV_CMD_BINDING_SET, 0);
	mnl_attr_put_u32(nlh, IPFLTDRV_A_BINDING_IFINDEX, (uint32_t)ifindex);
	mnl_attr_put_strz(nlh, IPFLTDRV_A_BINDING_SET, f->d->config->wan_filter_set);
	mnl_attr_put_u8(nlh, IPFLTDRV_A_BINDING_CLOSED, 1);
	err = nl_talk(&f->nl, nlh, NULL, NULL);
	if (err)
		return err;
	nlh = nl_genl_request(&f->nl, buffer, &f->family, IPFLTDRV_CMD_BINDING_GET, 0);
	mnl_attr_put_u32(nlh, IPFLTDRV_A_BINDING_IFINDEX, (uint32_t)ifindex);
	return nl_talk(&f->nl, nlh, on_wan_binding, loaded);
}

/* Returns whether there is nothing more to try. */
static bool try_wan(struct filters *f)
{
	const char *set = f->d->config->wan_filter_set, *wan = f->d->config->wan;
	int ifindex = wan_ifindex(f->d->wan), err;
	bool loaded = false;

	if (!ifindex || f->wan == ifindex)
		return true;
	err = resolve(f);
	if (!err) {
		err = bind_wan(f, ifindex, &loaded);
		snprintf(f->error, sizeof(f->error), "%s", f->nl.error);
	}
	if (!err && loaded) {
		f->wan = ifindex;
		f->wan_told = false;
		log_info("%s is filtered by the set '%s'", wan, set);
		return true;
	}
	if (!f->wan_told && err)
		log_error("%s cannot be filtered by the set '%s', so no client gets in: %s", wan,
			  set, f->error);
	else if (!f->wan_told)
		log_error("%s is to be filtered by the set '%s', which is not loaded: no client "
			  "gets in until it is (rras filter import)", wan, set);
	f->wan_told = true;
	return false;
}

static void on_wan_again(struct ev_loop *loop, ev_timer *t, int revents)
{
	(void)revents;
	if (try_wan(t->data))
		ev_timer_stop(loop, t);
}

/**
 * filters_wan - the WAN interface is there, or another one of its name: filter it as a whole
 * @d: the daemon
 *
 * What fails is tried again. Nothing happens if the configuration does not ask for it.
 */
void filters_wan(struct rrasd *d)
{
	struct filters *f = d->filters;

	if (f && d->config->wan_filter_set && !try_wan(f))
		ev_timer_again(d->loop, &f->wan_again);
}

/**
 * filters_wan_ready - is the WAN interface filtered, if it is to be?
 * @d: the daemon
 *
 * Return: whether clients may come.
 */
bool filters_wan_ready(const struct rrasd *d)
{
	if (!d->config->wan_filter_set)
		return true;
	return d->filters && d->filters->wan && d->filters->wan == wan_ifindex(d->wan);
}

/**
 * filters_open - be ready to bind filter sets
 * @d: the daemon; its @filters is set
 *
 * That the module is missing is no error before somebody needs it, but told at once if the
 * configuration says that somebody will.
 *
 * Return: 0 or a negative error, which has been logged.
 */
int filters_open(struct rrasd *d)
{
	struct filters *f;
	int err;

	f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	d->filters = f;
	f->d = d;
	list_init(&f->leftovers);
	ev_init(&f->timer, on_timer);
	f->timer.data = f;
	ev_init(&f->wan_again, on_wan_again);
	f->wan_again.repeat = WAN_AGAIN_S;
	f->wan_again.data = f;
	err = nl_open(&f->nl, NETLINK_GENERIC);
	if (err) {
		log_error("filters: %s", f->nl.error);
		return err;
	}
	if (access(LOADED, F_OK) && !config_filters(d->config))
		return 0;
	if (!resolve(f))
		sweep(f, wan_ifindex(d->wan));
	filters_wan(d);
	return 0;
}

/**
 * filters_close - the opposite; no session is left
 * @d: the daemon
 */
void filters_close(struct rrasd *d)
{
	static const struct timespec moment = { .tv_nsec = 100000000 };
	struct filters *f = d->filters;

	if (!f)
		return;
	ev_timer_stop(d->loop, &f->timer);
	ev_timer_stop(d->loop, &f->wan_again);
	/* An interface that goes with us takes its bindings along. */
	if (!list_empty(&f->leftovers) && !d->config->wan_create)
		nanosleep(&moment, NULL);
	while (!list_empty(&f->leftovers))
		remove_first(f);
	if (d->config->wan_filter_set && wan_ifindex(d->wan))
		remove_binding(f, wan_ifindex(d->wan), 0);
	nl_close(&f->nl);
	free(f);
	d->filters = NULL;
}
