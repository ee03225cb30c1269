// SPDX-License-Identifier: GPL-2.0
/*
 * The WAN interface, see wan.h.
 *
 * What it needs is put on it whenever it appears or comes up: our address, and routes to the pool.
 * The kernel removes routes by itself when an interface goes down, so a client's own route is
 * added again then too.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "advertise.h"
#include "config.h"
#include "filters.h"
#include "log.h"
#include "netdev.h"
#include "rrasd.h"
#include "session.h"
#include "wan.h"
#include "wan_conflict.h"
#include "wan_ipv6.h"
#include "wan_keep.h"
#include "wan_marked.h"
#include "wan_route.h"

#define CREATE_AGAIN_S	2.0

/* A client address outside the pool, with as many sessions as believe they have it. */
struct host_route {
	struct hnode node;
	struct list list;
	struct in_addr peer;
	unsigned int refs;
};

struct wan {
	struct rrasd *d;
	struct nl nl;
	struct nl wanarp;
	struct netdev_watch watch;
	ev_timer again;
	struct htable hosts;
	struct list host_list;
	struct wan_ipv6 ipv6;
	bool wrong_kind;
};

static uint64_t hash_address(struct in_addr a)
{
	return hash_bytes(&a, sizeof(a));
}

static int route(struct wan *w, struct in_addr dst, unsigned int bits, bool add)
{
	char text[INET_ADDRSTRLEN];
	int err;

	err = wan_nl_route(&w->nl, w->watch.state.ifindex, dst, bits, w->d->config->local, add);
	if (!err || (add && err == -EEXIST))
		return 0;
	if (add)
		log_error("%s: route to %s/%u: %s", w->watch.name,
			  inet_ntop(AF_INET, &dst, text, sizeof(text)), bits, w->nl.error);
	return err;
}

static int add_prefix(struct in_addr dst, unsigned int bits, void *data)
{
	route(data, dst, bits, true);
	return 0;
}

static void add_routes(struct wan *w)
{
	const struct config *c = w->d->config;
	struct list *l;
	size_t i;

	for (i = 0; i < c->pool_count; i++)
		wan_prefixes(&c->pool[i], add_prefix, w);
	for (l = w->host_list.next; l != &w->host_list; l = l->next)
		route(w, container_of(l, struct host_route, list)->peer, 32, true);
}

static void put_all(struct wan *w)
{
	struct rrasd *d = w->d;

	add_routes(w);
	sessions_routes_again(d->sessions);
	if (d->ipv6)
		wan_ipv6_up(&w->ipv6, w->watch.state.ifindex, d->config);
}

static void on_up(struct wan *w)
{
	put_all(w);
	if (w->d->ipv6)
		advertise_interface(w->d, w->watch.state.ifindex);
}

static int set_conflict(struct wan *w)
{
	int err = wan_conflict_set(&w->wanarp, w->watch.state.ifindex, w->d->config->conflict);

	if (err)
		log_error("%s: address-conflict: %s", w->watch.name, w->wanarp.error);
	return err;
}

static int configure(struct wan *w)
{
	int err;

	wan_keep(w->d, &w->watch, WAN_ROLE_CLIENTS, w->d->config->wan_create);
	err = set_conflict(w);
	if (err)
		return err;
	err = wan_nl_address(&w->nl, w->watch.state.ifindex, w->d->config->local, true);
	if (err && err != -EEXIST) {
		log_error("%s: address: %s", w->watch.name, w->nl.error);
		return err;
	}
	err = wan_nl_up(&w->nl, w->watch.state.ifindex);
	if (err)
		log_error("%s: cannot be set up: %s", w->watch.name, w->nl.error);
	return err;
}

static int create(struct wan *w)
{
	int err;

	err = wan_nl_create(&w->nl, w->watch.name);
	if (err == -EEXIST)
		return 0;
	if (err == -EOPNOTSUPP)
		log_error("%s: module wanarp is not loaded: modprobe wanarp", w->watch.name);
	else if (err)
		log_error("%s: cannot be created: %s", w->watch.name, w->nl.error);
	return err;
}

static void create_again(struct ev_loop *loop, ev_timer *t, int revents)
{
	struct wan *w = t->data;

	(void)revents;
	if (w->watch.state.ifindex || !create(w))
		ev_timer_stop(loop, t);
}

static void on_gone(struct wan *w, int ifindex)
{
	wan_unkeep(w->d, ifindex);
	if (w->d->stopping)
		return;
	log_warning("%s is gone: no client gets in until it is back", w->watch.name);
	wan_ipv6_gone(&w->ipv6);
	if (w->d->config->wan_create)
		ev_timer_again(w->d->loop, &w->again);
}

/* Called by the watch: appeared, went away, up, down. */
static void on_changed(struct netdev_watch *watch, const struct netdev_state *old)
{
	struct wan *w = watch->data;

	if (old->ifindex && old->ifindex != watch->state.ifindex)
		on_gone(w, old->ifindex);
	if (!watch->state.ifindex)
		return;
	w->wrong_kind = strcmp(watch->state.kind, WAN_KIND) != 0;
	if (w->wrong_kind) {
		log_error("%s is not of kind %s: choose another name in [wan] interface",
			  watch->name, WAN_KIND);
		return;
	}
	if (old->ifindex != watch->state.ifindex) {
		if (configure(w))
			return;
		filters_wan(w->d);
	}
	if (watch->state.up && (!old->up || old->ifindex != watch->state.ifindex))
		on_up(w);
	else if (old->up && !watch->state.up)
		log_warning("%s is down: no client gets in until it is up", watch->name);
}

static bool is_up(const struct wan *w)
{
	return wan_ifindex(w) && w->watch.state.up;
}

/**
 * wan_open - find or create the WAN interface and prepare it
 * @d: the daemon; its @wan is set
 *
 * Return: 0 or a negative error, which has been logged.
 */
int wan_open(struct rrasd *d)
{
	struct wan *w;
	int err;

	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	d->wan = w;
	w->d = d;
	list_init(&w->host_list);
	if (htable_init(&w->hosts) || wan_ipv6_init(&w->ipv6, &w->nl, w->watch.name))
		return -ENOMEM;
	w->watch.changed = on_changed;
	w->watch.data = w;
	ev_init(&w->again, create_again);
	w->again.repeat = CREATE_AGAIN_S;
	w->again.data = w;
	netdev_add(d, &w->watch, d->config->wan);
	err = nl_open(&w->nl, NETLINK_ROUTE);
	if (err) {
		log_error("rtnetlink: %s", w->nl.error);
		return err;
	}
	err = nl_open(&w->wanarp, NETLINK_GENERIC);
	if (err) {
		log_error("generic netlink: %s", w->wanarp.error);
		return err;
	}
	err = netdev_refresh(d);
	if (!err && !w->watch.state.ifindex) {
		if (!d->config->wan_create) {
			log_error("WAN interface %s does not exist: ip link add %s type %s, or "
				  "'create yes' in section [wan]", w->watch.name, w->watch.name,
				  WAN_KIND);
			return -ENODEV;
		}
		err = create(w);
		if (!err)
			err = netdev_refresh(d);
	}
	/* Once more: it has been set up in between, and only an interface that is up has routes. */
	if (!err)
		err = netdev_refresh(d);
	if (!err && !is_up(w))
		err = -ENODEV;
	return err;
}

static void remove_all(struct wan *w)
{
	int ifindex = wan_ifindex(w);

	if (w->d->config->wan_create && !strcmp(w->watch.state.alias, WAN_ALIAS))
		wan_nl_delete(&w->nl, ifindex);
	else if (wan_marked_remove(&w->nl, ifindex, NULL) < 0)
		log_error("%s: addresses and routes stay: %s", w->watch.name, w->nl.error);
}

/**
 * wan_close - remove what was added, and the interface if rrasd created it
 * @d: the daemon
 */
void wan_close(struct rrasd *d)
{
	struct wan *w = d->wan;

	if (!w)
		return;
	ev_timer_stop(d->loop, &w->again);
	if (w->nl.sock && wan_ifindex(w))
		remove_all(w);
	nl_close(&w->wanarp);
	nl_close(&w->nl);
	htable_clean(&w->hosts);
	wan_ipv6_clean(&w->ipv6);
	free(w);
	d->wan = NULL;
}

struct collection {
	struct wan *w;
	struct wan_set wanted;
};

static void collect_route(struct collection *c, struct in_addr dst, unsigned int bits)
{
	static const struct in_addr none;

	wan_set_add(&c->wanted, wan_item_route(dst, bits, none, c->w->d->config->local));
}

static int collect_prefix(struct in_addr dst, unsigned int bits, void *data)
{
	collect_route(data, dst, bits);
	return 0;
}

static void collect_network(struct in_addr dst, unsigned int bits, struct in_addr by, void *data)
{
	static const struct in_addr none;
	struct collection *c = data;

	wan_set_add(&c->wanted, wan_item_route(dst, bits, by, none));
}

static void collect(struct collection *c)
{
	const struct config *config = c->w->d->config;
	struct wan *w = c->w;
	struct list *l;
	size_t i;

	wan_set_add(&c->wanted, wan_item_address(config->local));
	for (i = 0; i < config->pool_count; i++)
		wan_prefixes(&config->pool[i], collect_prefix, c);
	for (l = w->host_list.next; l != &w->host_list; l = l->next)
		collect_route(c, container_of(l, struct host_route, list)->peer, 32);
	sessions_routes_each(w->d->sessions, collect_network, c);
	if (w->d->ipv6)
		wan_ipv6_collect(&w->ipv6, config, &c->wanted);
}

/**
 * wan_tidy - have nothing of ours on the interface that is neither configured nor of a session
 * @w: the WAN interface
 * @again: what is wanted may not be there: something else has been in its way
 *
 * A process before us may have left it, with another configuration.
 */
void wan_tidy(struct wan *w, bool again)
{
	struct collection c = { .w = w };
	int removed = 0;

	if (!is_up(w))
		return;
	collect(&c);
	if (!wan_set_sort(&c.wanted))
		log_error("%s: out of memory, old routes stay", w->watch.name);
	else
		removed = wan_marked_remove(&w->nl, w->watch.state.ifindex, &c.wanted);
	if (removed < 0)
		log_error("%s: old routes stay: %s", w->watch.name, w->nl.error);
	if (removed > 0 || again)
		put_all(w);
	wan_set_clean(&c.wanted);
}

/**
 * wan_ifindex - number of the WAN interface
 * @w: the WAN interface
 *
 * Return: its number; 0 while there is none.
 */
int wan_ifindex(const struct wan *w)
{
	return w->wrong_kind ? 0 : w->watch.state.ifindex;
}

/**
 * wan_ready - can a client be put on it?
 * @w: the WAN interface
 *
 * Return: whether it is there and up, and filtered if it is to be.
 */
bool wan_ready(const struct wan *w)
{
	return is_up(w) && filters_wan_ready(w->d);
}

static struct host_route *find_host(struct wan *w, struct in_addr peer)
{
	struct host_route *h;
	struct hnode *n;

	for (n = htable_first(&w->hosts, hash_address(peer)); n; n = htable_next(n)) {
		h = container_of(n, struct host_route, node);
		if (h->peer.s_addr == peer.s_addr)
			return h;
	}
	return NULL;
}

/**
 * wan_pools_changed - the routes to the pools are to be those of the configuration in force
 * @w: the WAN interface
 *
 * What stays is not touched: its packets go on.
 */
void wan_pools_changed(struct wan *w)
{
	if (!is_up(w))
		return;
	add_routes(w);
	wan_tidy(w, false);
}

/**
 * wan_conflict_changed - the configuration in force may say otherwise who has an address
 * @w: the WAN interface
 * @old: the configuration of before
 */
void wan_conflict_changed(struct wan *w, const struct config *old)
{
	if (wan_ifindex(w) && w->d->config->conflict != old->conflict)
		set_conflict(w);
}

/**
 * wan_route_add - a route to a client whose address is not of the pool
 * @w: the WAN interface
 * @peer: the address; may be added several times, and has to be removed as often
 *
 * Return: 0 or a negative error, which has been logged.
 */
int wan_route_add(struct wan *w, struct in_addr peer)
{
	struct host_route *h = find_host(w, peer);
	int err;

	if (h) {
		h->refs++;
		return 0;
	}
	h = calloc(1, sizeof(*h));
	if (!h)
		return -ENOMEM;
	err = route(w, peer, 32, true);
	if (err) {
		free(h);
		return err;
	}
	h->peer = peer;
	h->refs = 1;
	htable_add(&w->hosts, &h->node, hash_address(peer));
	list_append(&w->host_list, &h->list);
	return 0;
}

/**
 * wan_route_remove - undo one wan_route_add()
 * @w: the WAN interface
 * @peer: the address
 */
void wan_route_remove(struct wan *w, struct in_addr peer)
{
	struct host_route *h = find_host(w, peer);

	if (!h || --h->refs)
		return;
	if (w->watch.state.ifindex)
		route(w, peer, 32, false);
	htable_remove(&w->hosts, &h->node);
	list_remove(&h->list);
	free(h);
}

/**
 * wan_network_add - a route to a network behind a client
 * @w: the WAN interface
 * @dst: the network
 * @bits: its prefix length
 * @by: the client's address
 *
 * Return: 0 or a negative error, with wan_error(); -EEXIST when there is such a route already.
 */
int wan_network_add(struct wan *w, struct in_addr dst, unsigned int bits, struct in_addr by)
{
	return wan_nl_route_by(&w->nl, w->watch.state.ifindex, dst, bits, by, true);
}

/**
 * wan_network_remove - the opposite
 * @w: the WAN interface
 * @dst: the network
 * @bits: its prefix length
 * @by: the client's address
 */
void wan_network_remove(struct wan *w, struct in_addr dst, unsigned int bits, struct in_addr by)
{
	if (w->watch.state.ifindex)
		wan_nl_route_by(&w->nl, w->watch.state.ifindex, dst, bits, by, false);
}

/**
 * wan_error - what went wrong in the last wan_network_add() that failed
 * @w: the WAN interface
 *
 * Return: a sentence.
 */
const char *wan_error(const struct wan *w)
{
	return w->nl.error;
}

/**
 * wan_route6_add - a route to a client whose IPv6 prefix is not of the pool
 * @w: the WAN interface
 * @prefix: the prefix; may be added several times, and has to be removed as often
 *
 * Return: 0 or a negative error, which has been logged.
 */
int wan_route6_add(struct wan *w, const struct prefix *prefix)
{
	return wan_ipv6_route_add(&w->ipv6, prefix, w->d->config);
}

/**
 * wan_route6_remove - undo one wan_route6_add()
 * @w: the WAN interface
 * @prefix: the prefix
 */
void wan_route6_remove(struct wan *w, const struct prefix *prefix)
{
	wan_ipv6_route_remove(&w->ipv6, prefix);
}
