// SPDX-License-Identifier: GPL-2.0
/*
 * IPv6 on the WAN interface, see wan_ipv6.h.
 *
 * Linux keeps a neighbour for each IPv6 address that it sends to, and a client may make up any
 * number of them. So all that is routed to clients is routed by way of one link-local address that
 * nobody has; wanarp looks at the destination itself.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

#include "config.h"
#include "ipv6.h"
#include "log.h"
#include "wan_ipv6.h"
#include "wan_route.h"
#include "wan_set.h"

/* A prefix outside the pool, with as many sessions as believe they have it. */
struct client_route {
	struct hnode node;
	struct list list;
	struct prefix prefix;
	unsigned int refs;
};

static void add_address(struct wan_ipv6 *w, const struct in6_addr *address, uint8_t len)
{
	struct prefix p = { *address, 128 };
	int err = wan_nl_address6(w->nl, w->ifindex, address, len, true);

	if (err == -EACCES)
		log_error("%s: IPv6 is off there: sysctl net.ipv6.conf.%s.disable_ipv6=0", w->name,
			  w->name);
	else if (err && err != -EEXIST)
		log_error("%s: address %s: %s", w->name, prefix_text(&p), w->nl->error);
}

static int change_route(struct wan_ipv6 *w, const struct prefix *p, const struct in6_addr *source,
			bool add)
{
	struct in6_addr hop = prefix_link_local(IPV6_NEXT_HOP);

	return wan_nl_route6(w->nl, w->ifindex, p, &hop, source, add);
}

static int add_route(struct wan_ipv6 *w, const struct prefix *p, const struct config *c)
{
	int err = change_route(w, p, &c->local6, true);

	if (!err || err == -EEXIST)
		return 0;
	log_error("%s: route to %s: %s", w->name, prefix_text(p), w->nl->error);
	return err;
}

static uint64_t hash_prefix(const struct prefix *p)
{
	return hash_bytes(&p->address, sizeof(p->address));
}

static struct client_route *find(struct wan_ipv6 *w, const struct prefix *p)
{
	struct client_route *r;
	struct hnode *n;

	for (n = htable_first(&w->by_prefix, hash_prefix(p)); n; n = htable_next(n)) {
		r = container_of(n, struct client_route, node);
		if (prefix_equal(&r->prefix, p))
			return r;
	}
	return NULL;
}

/**
 * wan_ipv6_init - nothing is there yet
 * @w: the memory
 * @nl: an open NETLINK_ROUTE socket, or one that will be
 * @name: of the interface
 *
 * Return: 0 or -ENOMEM.
 */
int wan_ipv6_init(struct wan_ipv6 *w, struct nl *nl, const char *name)
{
	*w = (struct wan_ipv6){ .nl = nl, .name = name };
	list_init(&w->routes);
	return htable_init(&w->by_prefix);
}

/**
 * wan_ipv6_clean - free what wan_ipv6_init() made; all sessions have ended
 * @w: the memory
 */
void wan_ipv6_clean(struct wan_ipv6 *w)
{
	htable_clean(&w->by_prefix);
}

/**
 * wan_ipv6_up - the interface has come up: put on it what the kernel removes when it goes down
 * @w: IPv6 of the interface
 * @ifindex: its number
 * @c: the configuration
 */
void wan_ipv6_up(struct wan_ipv6 *w, int ifindex, const struct config *c)
{
	struct in6_addr link_local = prefix_link_local(c->local_ifid);
	struct list *l;

	w->ifindex = ifindex;
	add_address(w, &link_local, 64);
	if (!IN6_IS_ADDR_UNSPECIFIED(&c->local6))
		add_address(w, &c->local6, 128);
	if (c->pool6.len)
		add_route(w, &c->pool6, c);
	for (l = w->routes.next; l != &w->routes; l = l->next)
		add_route(w, &container_of(l, struct client_route, list)->prefix, c);
}

/**
 * wan_ipv6_gone - the interface does not exist any more
 * @w: IPv6 of the interface
 */
void wan_ipv6_gone(struct wan_ipv6 *w)
{
	w->ifindex = 0;
}

/**
 * wan_ipv6_collect - what wan_ipv6_up() puts on the interface
 * @w: IPv6 of the interface
 * @c: the configuration
 * @wanted: gets it
 */
void wan_ipv6_collect(const struct wan_ipv6 *w, const struct config *c, struct wan_set *wanted)
{
	struct in6_addr link_local = prefix_link_local(c->local_ifid);
	struct in6_addr hop = prefix_link_local(IPV6_NEXT_HOP);
	const struct prefix *p;
	struct list *l;

	wan_set_add(wanted, wan_item_address6(&link_local, 64));
	if (!IN6_IS_ADDR_UNSPECIFIED(&c->local6))
		wan_set_add(wanted, wan_item_address6(&c->local6, 128));
	if (c->pool6.len)
		wan_set_add(wanted, wan_item_route6(&c->pool6, &hop, &c->local6));
	for (l = w->routes.next; l != &w->routes; l = l->next) {
		p = &container_of(l, struct client_route, list)->prefix;
		wan_set_add(wanted, wan_item_route6(p, &hop, &c->local6));
	}
}

/**
 * wan_ipv6_route_add - a route to a client whose prefix is not of the pool
 * @w: IPv6 of the interface
 * @p: the prefix; may be added several times, and has to be removed as often
 * @c: the configuration
 *
 * Return: 0 or a negative error, which has been logged.
 */
int wan_ipv6_route_add(struct wan_ipv6 *w, const struct prefix *p, const struct config *c)
{
	struct client_route *r = find(w, p);
	int err;

	if (r) {
		r->refs++;
		return 0;
	}
	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	err = add_route(w, p, c);
	if (err) {
		free(r);
		return err;
	}
	r->prefix = *p;
	r->refs = 1;
	htable_add(&w->by_prefix, &r->node, hash_prefix(p));
	list_append(&w->routes, &r->list);
	return 0;
}

/**
 * wan_ipv6_route_remove - undo one wan_ipv6_route_add()
 * @w: IPv6 of the interface
 * @p: the prefix
 */
void wan_ipv6_route_remove(struct wan_ipv6 *w, const struct prefix *p)
{
	struct client_route *r = find(w, p);

	if (!r || --r->refs)
		return;
	if (w->ifindex)
		change_route(w, p, &p->address, false);
	htable_remove(&w->by_prefix, &r->node);
	list_remove(&r->list);
	free(r);
}
