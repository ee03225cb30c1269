// SPDX-License-Identifier: GPL-2.0
/*
 * The counters of the daemon as a whole, see stats.h.
 */
#include <stdio.h>

#include "access/access.h"
#include "log.h"
#include "pools.h"
#include "radius.h"
#include "radius_acct.h"
#include "rrasd.h"
#include "session.h"
#include "stats.h"
#include "users.h"

#define OBJECT_LEN	4096

/**
 * stats_json - the counters as members of an object
 * @d: the daemon
 * @j: where to write them
 */
void stats_json(struct rrasd *d, struct json *j)
{
	const struct session_counts *c = sessions_counts(d->sessions);
	char key[96];
	int i;

	json_field_uint(j, "uptime", (rrasd_now() - d->started) / 1000);
	json_field_uint(j, "users", users_count(d->users));
	pools_stats(d->pools, j);
	ipv6_stats(d, j);
	json_field_uint(j, "sessions", c->sessions);
	json_field_uint(j, "sessions-up", c->up);
	json_field_uint(j, "sessions-unfinished", c->unfinished);
	json_field_uint(j, "started", c->started);
	json_field_uint(j, "taken-over", c->taken_over);
	json_field_uint(j, "authenticated", c->authenticated);
	json_field_uint(j, "connected", c->connected);
	json_field_uint(j, "auth-failed", c->auth_failed);
	json_field_uint(j, "auth-limited", c->auth_limited);
	json_field_uint(j, "evicted", c->evicted);
	json_field_uint(j, "address-conflicts", c->address_conflicts);
	if (radius_asks(d) || d->radius_coa) {
		radius_json(d, j);
		radius_acct_json(d, j);
	}
	for (i = 0; i < PPP_REASONS; i++) {
		if (!c->ended[i])
			continue;
		snprintf(key, sizeof(key), "ended: %s", ppp_reason_text((enum ppp_reason)i));
		json_field_uint(j, key, c->ended[i]);
	}
	access_json(d, j);
}

static int log_member(const char *key, const char *value, void *data)
{
	(void)data;
	log_info("statistics: %s %s", key, value);
	return 0;
}

/**
 * stats_log - write the counters to the log
 * @d: the daemon
 */
void stats_log(struct rrasd *d)
{
	char text[OBJECT_LEN];
	struct json j;

	json_init(&j, text, sizeof(text));
	json_open(&j, '{');
	stats_json(d, &j);
	json_close(&j, '}');
	if (!j.full)
		json_read_flat(text, log_member, NULL);
}
