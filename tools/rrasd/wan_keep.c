// SPDX-License-Identifier: GPL-2.0
/*
 * WAN interfaces that outlive the process, see wan_keep.h.
 *
 * A process that leaves its sessions leaves the interfaces, too, with addresses and routes on
 * them. What is ours the kernel itself can tell: an interface has our alias, addresses and routes
 * have our mark. But somebody else's rrasd uses the same ones; so the records say which interfaces
 * are meant, and without a record nothing is touched.
 */
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "keep.h"
#include "log.h"
#include "netdev.h"
#include "rrasd.h"
#include "wan_keep.h"
#include "wan_marked.h"
#include "wan_route.h"

/* Whole words, no holes: what is written is what is compared. */
struct interface_saved {
	char name[IFNAMSIZ];
	uint32_t role;		/* enum wan_role */
	uint32_t create;	/* so said the configuration */
};

static struct state_key key_of(int ifindex)
{
	return (struct state_key){ STATE_INTERFACE, (uint32_t)ifindex };
}

/**
 * wan_keep - an interface is going to be ours
 * @d: the daemon
 * @w: the interface, which exists
 * @role: what for
 * @create: whether the configuration says to create it
 *
 * Before anything is put on it. Again if something of that has changed.
 */
void wan_keep(struct rrasd *d, const struct netdev_watch *w, enum wan_role role, bool create)
{
	const struct state_key key = key_of(w->state.ifindex);
	struct interface_saved saved = { .role = role, .create = create };
	struct state_record old = { 0 };
	struct state *state;

	if (!d->keep)
		return;
	state = keep_state(d->keep);
	snprintf(saved.name, sizeof(saved.name), "%s", w->name);
	if (state_find(state, key, &old) && old.len == sizeof(saved) &&
	    !memcmp(old.data, &saved, sizeof(saved)))
		return;
	if (!state_put(state, old.slot, key, &saved, sizeof(saved)))
		log_warning("%s would stay if the next process had no use for it: no memory",
			    w->name);
}

/**
 * wan_unkeep - an interface is gone, or not ours any more
 * @d: the daemon
 * @ifindex: its number
 */
void wan_unkeep(struct rrasd *d, int ifindex)
{
	struct state_record r;

	if (d->keep && state_find(keep_state(d->keep), key_of(ifindex), &r))
		state_remove(keep_state(d->keep), r.slot);
}

static bool is_named(const struct config *c, const char *name, enum wan_role role)
{
	if (role == WAN_ROLE_CLIENTS)
		return config_serves(c) && !strcmp(c->wan, name);
	return config_dial_find(c, name);
}

static int clear(struct nl *nl, const struct netdev_state *state, const struct interface_saved *i)
{
	bool gone = i->create && !strcmp(state->alias, WAN_ALIAS);
	int ret = gone ? wan_nl_delete(nl, state->ifindex) :
			 wan_marked_remove(nl, state->ifindex, NULL);

	if (ret < 0)
		log_error("%s is not in the configuration any more, but cannot be %s: %s", i->name,
			  gone ? "removed" : "cleared", nl->error);
	else
		log_info("%s is not in the configuration any more: %s", i->name,
			 gone ? "removed" : "what was ours there is removed");
	return ret;
}

static void no_matter(struct netdev_watch *w, const struct netdev_state *old)
{
	(void)w;
	(void)old;
}

/* Return: whether there is nothing more to do. */
static bool try_clear(struct rrasd *d, const struct state_key *key,
		      const struct interface_saved *i)
{
	struct netdev_watch w = { .changed = no_matter };
	struct nl nl;
	int err;

	netdev_add(d, &w, i->name);
	err = netdev_refresh(d);
	list_remove(&w.list);
	if (err)
		return false;
	/* Of another number, or not of our kind: the administrator's. */
	if ((uint32_t)w.state.ifindex != key->number || strcmp(w.state.kind, WAN_KIND))
		return true;
	err = nl_open(&nl, NETLINK_ROUTE);
	if (!err)
		err = clear(&nl, &w.state, i);
	nl_close(&nl);
	return err >= 0;
}

/* Return: how many interfaces there were, of those that are @used for something else, or not. */
static unsigned int clear_all(struct rrasd *d, bool used)
{
	const struct config *c = d->config;
	struct interface_saved saved;
	enum wan_role role, other;
	struct state_record r;
	unsigned int count = 0;
	uint32_t cursor = 0;

	if (!keep_is_heir(d->keep))
		return 0;
	while (state_next(keep_state(d->keep), STATE_INTERFACE, &cursor, &r)) {
		if (r.len != sizeof(saved))
			continue;
		memcpy(&saved, r.data, sizeof(saved));
		saved.name[sizeof(saved.name) - 1] = '\0';
		role = saved.role == WAN_ROLE_CLIENTS ? WAN_ROLE_CLIENTS : WAN_ROLE_DIAL;
		other = role == WAN_ROLE_CLIENTS ? WAN_ROLE_DIAL : WAN_ROLE_CLIENTS;
		if (is_named(c, saved.name, role) || is_named(c, saved.name, other) != used ||
		    !try_clear(d, &r.key, &saved))
			continue;
		state_remove(keep_state(d->keep), r.slot);
		count++;
	}
	return count;
}

/**
 * wan_keep_clear_used - have nothing on interfaces that are used for something else from now on
 * @d: the daemon, before its own interfaces are opened
 *
 * One that served clients and is to dial now, or the other way round, begins anew.
 */
void wan_keep_clear_used(struct rrasd *d)
{
	clear_all(d, true);
}

/**
 * wan_keep_clear - have nothing on interfaces that only the process before us has named
 * @d: the daemon, with its own interfaces open: without one of them nothing is to go away
 *
 * Those that were created are removed. Sessions on them are not there yet: they will miss their
 * lines, or see that these are elsewhere.
 *
 * Return: whether there were any. Their routes have been in the way of ours.
 */
bool wan_keep_clear(struct rrasd *d)
{
	return clear_all(d, false);
}
