// SPDX-License-Identifier: GPL-2.0
/*
 * Networks behind a client: routes by its address, for as long as its IPv4 is up.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "log.h"
#include "rrasd.h"
#include "session_internal.h"
#include "wan.h"

static struct log_limit route_limit;

static struct in_addr address_of(const struct session *s)
{
	return (struct in_addr){ .s_addr = htonl(s->address) };
}

static const char *route_text(const struct auth_route *r)
{
	static char text[INET_ADDRSTRLEN];

	return inet_ntop(AF_INET, &r->dst, text, sizeof(text));
}

/**
 * session_routes_add - a client can be reached: so can what is behind it
 * @s: the session
 *
 * Those that were added before may be there still. A route that cannot be added, because it is
 * somebody else's say, is told and left out.
 */
void session_routes_add(struct session *s)
{
	const struct auth_route *r;
	uint64_t before = s->routes_added;
	size_t i;
	int err;

	s->routes_added = 0;
	for (i = 0; i < s->grant.route_count && i < AUTH_ROUTES_MAX; i++) {
		r = &s->grant.routes[i];
		err = wan_network_add(s->d->wan, r->dst, r->bits, address_of(s));
		if (!err || (err == -EEXIST && before & UINT64_C(1) << i))
			s->routes_added |= UINT64_C(1) << i;
		else if (log_allowed(&route_limit))
			log_error("session %u: %s: no route to %s/%u: %s", s->link,
				  log_printable(s->user, s->user_len), route_text(r), r->bits,
				  wan_error(s->d->wan));
	}
}

/**
 * session_routes_remove - the client cannot be reached any more
 * @s: the session
 */
void session_routes_remove(struct session *s)
{
	const struct auth_route *r;
	size_t i;

	for (i = 0; i < s->grant.route_count && i < AUTH_ROUTES_MAX; i++) {
		r = &s->grant.routes[i];
		if (s->routes_added & UINT64_C(1) << i)
			wan_network_remove(s->d->wan, r->dst, r->bits, address_of(s));
	}
	s->routes_added = 0;
}

/**
 * sessions_routes_again - the kernel has removed all routes: the WAN interface was down
 * @all: the sessions
 */
void sessions_routes_again(struct sessions *all)
{
	struct session *s;
	struct list *l;

	for (l = all->all.next; l != &all->all; l = l->next) {
		s = container_of(l, struct session, all);
		if (s->ipv4_up && !s->uplink)
			session_routes_add(s);
	}
}

/**
 * sessions_routes_each - the routes to networks behind clients that are there
 * @all: the sessions
 * @fn: called with each
 * @data: for @fn
 */
void sessions_routes_each(const struct sessions *all, session_route_fn fn, void *data)
{
	const struct auth_route *r;
	const struct session *s;
	const struct list *l;
	size_t i;

	for (l = all->all.next; l != &all->all; l = l->next) {
		s = container_of(l, struct session, all);
		for (i = 0; i < s->grant.route_count && i < AUTH_ROUTES_MAX; i++) {
			r = &s->grant.routes[i];
			if (s->routes_added & UINT64_C(1) << i)
				fn(r->dst, r->bits, address_of(s), data);
		}
	}
}
