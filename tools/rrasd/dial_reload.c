// SPDX-License-Identifier: GPL-2.0
/*
 * Demand-dial interfaces as a new configuration has them: others, more or less of them.
 *
 * One whose section is gone hangs up, and one that is to dial over something else does that first.
 * Those that are new wait until the last of them has gone: its name, its default route and what it
 * dials over may be theirs.
 */
#include <errno.h>
#include <string.h>

#include "dial_internal.h"
#include "log.h"
#include "rrasd.h"

static bool is_new(const struct rrasd *d, const struct config_dial *dial)
{
	if (uplink_by_name(d, dial->name))
		return false;
	if (dial->access != ACCESS_SERIAL)
		return true;
	/* The device, and who may open /dev/ppp, are settled before privileges are given up. */
	log_warning("[dial %s] is new and dials over a serial line: this takes a restart",
		    dial->name);
	return false;
}

static bool somebody_leaves(const struct dial *all)
{
	struct uplink *u;
	struct list *l;

	for_each_uplink(all, u, l) {
		if (u->leaving)
			return true;
	}
	return false;
}

static void add_missing(struct dial *all)
{
	struct config *config = all->d->config;
	bool added = false;
	int err = 0;
	size_t i;

	if (somebody_leaves(all))
		return;
	for (i = 0; !err && i < config->dials; i++) {
		if (!is_new(all->d, config->dial[i]))
			continue;
		log_info("%s: new", config->dial[i]->name);
		err = uplink_add(all, config, config->dial[i]);
		added = true;
	}
	if (err)
		log_error("[dial] sections that are new: %s", strerror(-err));
	if (!added)
		return;
	netdev_refresh(all->d);
	uplinks_create(all);
}

static void on_end(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct uplink *u = w->data;
	struct dial *all = u->all;

	(void)loop;
	(void)revents;
	log_info("%s: is gone", u->dial->name);
	uplink_free(u);
	if (!all->d->stopping)
		add_missing(all);
}

/**
 * uplink_leave_init - prepare for uplink_leave()
 * @u: a new interface
 */
void uplink_leave_init(struct uplink *u)
{
	ev_timer_init(&u->end, on_end, 0.0, 0.0);
	u->end.data = u;
}

/**
 * uplink_leave - the section of an interface is gone: have no line, then forget it
 * @u: the interface
 *
 * Called again when its session has ended.
 */
void uplink_leave(struct uplink *u)
{
	u->leaving = true;
	if (u->session || u->state == UPLINK_CALLING || u->state == UPLINK_WAITING)
		uplink_hangup(u, PPP_REASON_ADMIN);
	/* Inside its session's last callback, or inside hanging up: not yet. */
	if (!u->session)
		ev_timer_start(u->all->d->loop, &u->end);
}

static void go_on(struct uplink *u)
{
	if (!u->session)
		uplink_take_config(u);
	u->configured = false;
	uplink_configure(u);
	if (u->state == UPLINK_IDLE && u->dial->mode == DIAL_PERMANENT && !u->held)
		uplink_dial(u, "permanent");
}

/* There was no such section yet. */
static void begin(struct rrasd *d)
{
	int err;

	if (!d->config->dials)
		return;
	err = dial_prepare(d);
	if (!err) {
		add_missing(d->dial);
		err = dial_begin(d);
	}
	if (!err)
		return;
	log_error("[dial] sections that are new have no effect");
	dial_close(d);
}

/**
 * dial_reload - take over what a new configuration says
 * @d: the daemon, with the new configuration
 *
 * Of interfaces that were there, the kernel's part at once, the rest from the next attempt on.
 */
void dial_reload(struct rrasd *d)
{
	struct uplink *u;
	struct list *l;

	if (!d->dial) {
		begin(d);
		return;
	}
	for_each_uplink(d->dial, u, l) {
		if (u->leaving)
			continue;
		if (uplink_section(u))
			go_on(u);
		else
			uplink_leave(u);
	}
	add_missing(d->dial);
}
