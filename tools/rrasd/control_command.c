// SPDX-License-Identifier: GPL-2.0
/*
 * The control socket: what can be asked.
 *
 *	session list [stats]		one object a session, then {"ok":true,"sessions":N}
 *	session show ID			one object with counters, then {"ok":true}
 *	session disconnect ID|all	{"ok":true,"sessions":N}: N have been asked to end
 *	session disconnect user NAME	the same; NAME is the rest of the line
 *	pool list			one object a pool, then {"ok":true,"pools":N}
 *	dial list			one object an interface, then {"ok":true,"uplinks":N}
 *	stats				{"ok":true,"version":...,"sessions":...,...}
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "dial.h"
#include "log.h"
#include "pools.h"
#include "rrasd.h"
#include "session.h"
#include "stats.h"

/* A session with counters takes less than this: a name is 255 bytes, 6 characters for each. */
#define SESSION_ROOM	3072

static void new_line(struct json *j)
{
	j->comma = false;
	if (j->len + 1 < j->size) {
		j->buffer[j->len++] = '\n';
		j->buffer[j->len] = '\0';
	}
}

static void end_line(struct json *j)
{
	json_close(j, '}');
	new_line(j);
}

static void refuse(struct control_reply *reply, struct json *j, const char *text)
{
	json_open(j, '{');
	json_field_string(j, "error", text);
	end_line(j);
	reply->done = true;
}

static void finish(struct control_reply *reply, struct json *j, uint64_t sessions)
{
	json_open(j, '{');
	json_field_bool(j, "ok", true);
	json_field_uint(j, "sessions", sessions);
	end_line(j);
	reply->done = true;
}

static void put_session(const struct session *s, struct json *j, bool stats)
{
	session_json(s, j, stats);
	new_line(j);
}

/* "prefix rest": returns the rest, NULL when the text does not begin so. */
static const char *after(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(text, prefix, len) ? NULL : text + len;
}

static struct session *find(struct rrasd *d, const char *text)
{
	unsigned long id;
	char *end;

	if (*text < '0' || *text > '9')
		return NULL;
	id = strtoul(text, &end, 10);
	if (*end || id > UINT32_MAX)
		return NULL;
	return sessions_find(d->sessions, (uint32_t)id);
}

static void list(struct rrasd *d, bool stats, struct control_reply *reply, struct json *j)
{
	reply->stats = stats;
	reply->ids = sessions_ids(d->sessions, &reply->count);
	if (!reply->ids)
		refuse(reply, j, "out of memory");
	else
		control_continue(d, reply, j);
}

static void show(struct rrasd *d, const char *id, struct control_reply *reply, struct json *j)
{
	struct session *s = find(d, id);

	if (!s) {
		refuse(reply, j, "no such session");
		return;
	}
	put_session(s, j, true);
	finish(reply, j, 1);
}

static void disconnect(struct rrasd *d, const char *what, struct control_reply *reply,
		       struct json *j)
{
	const char *user = after(what, "user ");
	struct session *s;
	uint32_t n;

	if (!strcmp(what, "all")) {
		n = sessions_close_all(d->sessions, PPP_REASON_ADMIN);
	} else if (user) {
		n = sessions_close_user(d->sessions, user, strlen(user));
		if (!n) {
			refuse(reply, j, "this user has no session");
			return;
		}
	} else {
		s = find(d, what);
		if (!s) {
			refuse(reply, j, "no such session");
			return;
		}
		session_close(s, PPP_REASON_ADMIN);
		n = 1;
	}
	log_info("control: disconnect %s: %u sessions",
		 log_printable(what, (unsigned int)strlen(what)), n);
	finish(reply, j, n);
}

static void stats(struct rrasd *d, struct control_reply *reply, struct json *j)
{
	json_open(j, '{');
	json_field_bool(j, "ok", true);
	json_field_string(j, "version", RRASD_VERSION);
	stats_json(d, j);
	end_line(j);
	reply->done = true;
}

static void list_uplinks(struct rrasd *d, struct control_reply *reply, struct json *j)
{
	reply->uplinks = true;
	reply->count = dial_count(d);
	control_continue(d, reply, j);
}

/* One takes less than 256 bytes, so all that there can be fit. */
static void list_pools(struct rrasd *d, struct control_reply *reply, struct json *j)
{
	size_t i;

	for (i = 0; i < pools_number(d->pools); i++) {
		pools_json(d->pools, i, j);
		new_line(j);
	}
	json_open(j, '{');
	json_field_bool(j, "ok", true);
	json_field_uint(j, "pools", i);
	end_line(j);
	reply->done = true;
}

/**
 * control_command - do what a request says
 * @d: the daemon
 * @request: one line without its end
 * @len: its length
 * @reply: what of the answer is still to come
 * @j: the answer, or its beginning
 */
void control_command(struct rrasd *d, const char *request, size_t len,
		     struct control_reply *reply, struct json *j)
{
	const char *id = after(request, "session show ");
	const char *what = after(request, "session disconnect ");

	if (strlen(request) != len)
		refuse(reply, j, "the request holds a NUL character");
	else if (!strcmp(request, "session list"))
		list(d, false, reply, j);
	else if (!strcmp(request, "session list stats"))
		list(d, true, reply, j);
	else if (id)
		show(d, id, reply, j);
	else if (what)
		disconnect(d, what, reply, j);
	else if (!strcmp(request, "dial list"))
		list_uplinks(d, reply, j);
	else if (!strcmp(request, "pool list"))
		list_pools(d, reply, j);
	else if (!strcmp(request, "stats"))
		stats(d, reply, j);
	else
		refuse(reply, j, "unknown request");
}

static void continue_uplinks(struct rrasd *d, struct control_reply *reply, struct json *j)
{
	while (reply->next < reply->count && j->size - j->len > SESSION_ROOM) {
		dial_json(d, reply->next++, j);
		new_line(j);
	}
	if (reply->next < reply->count || j->size - j->len <= 128)
		return;
	json_open(j, '{');
	json_field_bool(j, "ok", true);
	json_field_uint(j, "uplinks", reply->count);
	end_line(j);
	reply->done = true;
}

/**
 * control_continue - write more of a list
 * @d: the daemon
 * @reply: the list
 * @j: an empty text
 */
void control_continue(struct rrasd *d, struct control_reply *reply, struct json *j)
{
	struct session *s;

	if (reply->uplinks) {
		continue_uplinks(d, reply, j);
		return;
	}
	while (reply->next < reply->count && j->size - j->len > SESSION_ROOM) {
		/* It may have ended since the list was made. */
		s = sessions_find(d->sessions, reply->ids[reply->next++]);
		if (s)
			put_session(s, j, reply->stats);
	}
	if (reply->next >= reply->count && j->size - j->len > 128)
		finish(reply, j, reply->count);
}
