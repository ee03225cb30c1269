// SPDX-License-Identifier: GPL-2.0
/*
 * Reading the files of the administrator, see reload.h.
 *
 * A file with a mistake changes nothing: what was read before stays in force as a whole.
 */
#include <stdio.h>

#include "config.h"
#include "dial.h"
#include "ipv6.h"
#include "log.h"
#include "pools.h"
#include "radius.h"
#include "reload.h"
#include "rrasd.h"
#include "session.h"
#include "users.h"
#include "wan.h"

static void emit(const struct diag *diag, unsigned int line, bool error, const char *text)
{
	char where[16] = "";

	if (line)
		snprintf(where, sizeof(where), ":%u", line);
	if (error)
		log_error("%s%s: %s", diag->file, where, text);
	else
		log_warning("%s%s: %s", diag->file, where, text);
}

/* Who only dials has no users; nor has who asks a RADIUS server. */
static struct users *read_users(const struct config *config, bool serves)
{
	const char *path = config->secrets;
	struct diag diag = { .file = path, .emit = emit };
	struct users *users;

	if (!serves || config_asks_radius(config))
		return users_parse("", 0, &diag);
	users = users_load(path, &diag);
	if (!diag.errors)
		return users;
	users_free(users);
	return NULL;
}

/**
 * reload_first - read everything at the start
 * @d: the daemon; its @config and @users are set
 * @path: the configuration file
 * @test: only to check: read the second file even when the first has no mistakes to fix
 *
 * Return: whether there was no mistake; all have been logged.
 */
bool reload_first(struct rrasd *d, const char *path, bool test)
{
	struct diag diag = { .file = path, .emit = emit };

	d->config = config_load(path, &diag);
	if (!d->config)
		return false;
	if (!test)
		log_set_level(d->config->log_level);
	d->users = read_users(d->config, config_serves(d->config));
	return d->users;
}

static void reserve(uint32_t address, void *data)
{
	pools_reserve(data, address);
}

/**
 * reload_reserve - keep the addresses that belong to certain users for them
 * @d: the daemon
 */
void reload_reserve(struct rrasd *d)
{
	pools_unreserve_all(d->pools);
	users_each_fixed(d->users, reserve, d->pools);
	ipv6_reserve(d);
}

/**
 * reload - read everything again
 * @d: the daemon
 * @path: the configuration file
 *
 * Sessions that are there go on with what they began with; only whether their users still exist
 * matters the next time they authenticate.
 */
void reload(struct rrasd *d, const char *path)
{
	struct diag diag = { .file = path, .emit = emit };
	struct config *config, *old;
	struct users *users;

	config = config_load(path, &diag);
	users = config ? read_users(config, config_serves(d->config)) : NULL;
	if (!config || !users) {
		config_put(config);
		log_error("reload: mistakes, so nothing has changed");
		return;
	}
	config_keep_fixed(config, d->config, &diag);
	old = d->config;
	d->config = config;
	if (!pools_renew(d)) {
		d->config = old;
		config_put(config);
		users_free(users);
		log_error("reload: out of memory, so nothing has changed");
		return;
	}
	users_free(d->users);
	d->users = users;
	log_set_level(config->log_level);
	if (d->radius)
		radius_reload(d);
	reload_reserve(d);
	if (d->wan) {
		sessions_pools_changed(d->sessions);
		wan_pools_changed(d->wan);
		wan_conflict_changed(d->wan, old);
	}
	config_put(old);
	dial_reload(d);
	log_info("reload: %zu users", users_count(users));
}
