// SPDX-License-Identifier: GPL-2.0
/*
 * One session: frames between the link's file and the engine, the timer, the end.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/names.h"
#include "access/access.h"
#include "config.h"
#include "dial.h"
#include "filters.h"
#include "kernel.h"
#include "log.h"
#include "pools.h"
#include "rrasd.h"
#include "session_internal.h"

#define FRAME_LEN	2048	/* longer than any control frame a port of ours receives */

static struct log_limit end_limit;

static void on_link_down(struct session *s)
{
	s->link_down = true;
	ev_io_stop(s->d->loop, &s->io);
	log_debug("session %u: link is down: %s", s->link,
		  name_reason(kernel_link_reason(s->fd)));
	ppp_session_lower_down(&s->ppp, rrasd_now());
}

/*
 * One frame a turn: most come alone, so that a second look would mostly be for nothing; and one
 * client with a lot to say does not delay others.
 */
static void on_readable(struct ev_loop *loop, ev_io *w, int revents)
{
	static uint8_t frame[FRAME_LEN];
	struct session *s = w->data;
	ssize_t len;

	(void)loop;
	(void)revents;
	len = read(s->fd, frame, sizeof(frame));
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0) {
		/* 0: the link is down for good; an error: the link is of no use any more. */
		on_link_down(s);
		return;
	}
	if (!s->heard)
		sessions_heard(s->d->sessions, s);
	list_remove(&s->quiet);
	list_append(&s->d->sessions->quiet, &s->quiet);
	ppp_session_input(&s->ppp, rrasd_now(), frame, (size_t)len);
	explicit_bzero(frame, (size_t)len);	/* a password may be in it */
}

/**
 * session_arm - have the timer fire at the deadline or before
 * @s: the session
 *
 * The deadline moves with nearly every frame, mostly to later: a timer that fires too early and
 * looks again costs less than one that is moved each time.
 */
void session_arm(struct session *s)
{
	uint64_t now = rrasd_now();
	ev_tstamp after;

	if (!s->deadline || s->over) {
		ev_timer_stop(s->d->loop, &s->timer);
		return;
	}
	after = s->deadline > now ? (ev_tstamp)(s->deadline - now) / 1000.0 : 0.0;
	if (ev_is_active(&s->timer) && ev_timer_remaining(s->d->loop, &s->timer) <= after)
		return;
	ev_timer_stop(s->d->loop, &s->timer);
	ev_timer_set(&s->timer, after, 0.0);
	ev_timer_start(s->d->loop, &s->timer);
}

static void on_timer(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct session *s = w->data;
	uint64_t now = rrasd_now();

	(void)loop;
	(void)revents;
	if (s->deadline && now >= s->deadline)
		ppp_session_timer(&s->ppp, now);
	if (!s->over)
		session_arm(s);
}

/**
 * session_prepare - what has to be done before the engine knows the session
 * @d: the daemon
 * @s: the session
 * @port: the access protocol
 * @fd: the link's file
 * @link: the link
 */
void session_prepare(struct rrasd *d, struct session *s, const struct session_port *port, int fd,
		     uint32_t link)
{
	s->d = d;
	s->port = port;
	s->fd = fd;
	s->link = link;
	list_init(&s->changed);
	ev_io_init(&s->io, on_readable, fd, EV_READ);
	ev_init(&s->timer, on_timer);
	/* After all frames: an answer that is here has not failed to come. */
	ev_set_priority(&s->timer, -1);
	s->io.data = s;
	s->timer.data = s;
}

static void add(struct session *s)
{
	s->started = rrasd_now();
	sessions_insert(s->d->sessions, s);
	session_changed(s);
}

/**
 * session_add - a session begins; nothing is sent yet
 * @d: the daemon
 * @s: the session, zeroed, inside the access protocol's object
 * @port: the access protocol
 * @fd: the link's file; belongs to the session from now on
 * @link: the link
 */
void session_add(struct rrasd *d, struct session *s, const struct session_port *port, int fd,
		 uint32_t link)
{
	s->config = config_get(d->config);
	session_prepare(d, s, port, fd, link);
	ppp_session_init(&s->ppp, &s->config->link[port->kind], &session_ppp_ops, s);
	add(s);
}

/**
 * session_add_uplink - a session begins in which we are the client; nothing is sent yet
 * @d: the daemon
 * @s: the session, zeroed, inside the access protocol's object
 * @port: the access protocol
 * @fd: the link's file; belongs to the session from now on
 * @link: the link
 * @u: for whom
 */
void session_add_uplink(struct rrasd *d, struct session *s, const struct session_port *port, int fd,
			uint32_t link, struct uplink *u)
{
	s->uplink = u;
	s->config = config_get(dial_config(u));
	/* No stranger: we called him. */
	s->authenticated = true;
	session_prepare(d, s, port, fd, link);
	ppp_session_init(&s->ppp, dial_ppp_config(u), dial_ppp_ops(u), s);
	add(s);
}

/**
 * session_start - the client knows of the session: begin to negotiate
 * @s: the session
 */
void session_start(struct session *s)
{
	ev_io_start(s->d->loop, &s->io);
	ppp_session_start(&s->ppp, rrasd_now());
}

/**
 * session_close - end a session politely; it may be over when this returns
 * @s: the session
 * @reason: why
 */
void session_close(struct session *s, enum ppp_reason reason)
{
	ppp_session_close(&s->ppp, rrasd_now(), reason);
}

/**
 * session_lower_down - what carries the session is gone; it is over when this returns
 * @s: the session
 * @reason: why
 */
void session_lower_down(struct session *s, enum ppp_reason reason)
{
	s->cause = reason;
	ppp_session_lower_down(&s->ppp, rrasd_now());
}

/**
 * session_release_address - give the address back
 * @s: the session
 */
void session_release_address(struct session *s)
{
	if (s->address)
		pools_release(s->d->pools, s->address, s);
	s->address = 0;
}

/**
 * session_count_up - one of its network protocols has come up or gone down
 * @s: the session, which is up while one of them is
 */
void session_count_up(struct session *s)
{
	bool up = s->ipv4_up || s->ipv6.up;

	if (up && !s->up)
		s->d->sessions->counts.up++;
	else if (!up && s->up)
		s->d->sessions->counts.up--;
	s->up = up;
}

/**
 * session_filter_set - which filters are this session's?
 * @s: the session, authenticated
 *
 * Return: the name of the set, NULL for none.
 */
const char *session_filter_set(const struct session *s)
{
	const struct config_pool *pool = config_pool_find(s->config, s->grant.pool);
	const char *set = s->grant.filter_set;

	if (!set && pool)
		set = pool->filter_set;
	if (!set)
		return s->config->named[0].filter_set;
	return strcmp(set, "-") ? set : NULL;
}

/**
 * session_addresses - what its client has, for the log
 * @s: the session
 *
 * Return: "address A", "IPv6 P" or both; good until the next call.
 */
const char *session_addresses(const struct session *s)
{
	static char text[INET_ADDRSTRLEN + PREFIX_TEXT_LEN + 24];
	struct in_addr in = { .s_addr = htonl(s->address) };
	char address[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &in, address, sizeof(address));
	snprintf(text, sizeof(text), "%s%s%s%s%s", s->address ? "address " : "",
		 s->address ? address : "", s->address && s->ipv6.prefix.len ? ", " : "",
		 s->ipv6.prefix.len ? "IPv6 " : "",
		 s->ipv6.prefix.len ? prefix_text(&s->ipv6.prefix) : "");
	return text;
}

/*
 * An end that a stranger can cause as often as he likes is told only now and then; the end of a
 * session that somebody has used always is, with what he has used.
 */
static void report_end(struct session *s, enum ppp_reason reason, const char *text)
{
	struct kernel_stats stats;

	if (!s->was_up) {
		if (log_allowed(&end_limit))
			log_info("session %u: %s %s: ended before it was up: %s", s->link,
				 access_name(s->port->kind), s->port->describe(s), text);
		return;
	}
	kernel_file_stats(s->fd, &stats);
	radius_acct_end(s, reason, &stats);
	log_info("session %u: %s left: %s%s%s; %s, %llu s, in %llu packets %llu bytes, "
		 "out %llu packets %llu bytes", s->link, log_printable(s->user, s->user_len),
		 text, s->detail ? ": " : "", s->detail ? s->detail : "",
		 session_addresses(s),
		 (unsigned long long)(rrasd_now() - s->up_since) / 1000,
		 (unsigned long long)stats.rx_packets, (unsigned long long)stats.rx_bytes,
		 (unsigned long long)stats.tx_packets, (unsigned long long)stats.tx_bytes);
}

/**
 * session_finish - the engine is done: release everything but the memory
 * @s: the session
 * @reason: why
 * @text: the same in words
 *
 * The link's file is closed last: only when the kernel has forgotten the session may its number
 * and its address be used again, and nothing else runs in between.
 */
void session_finish(struct session *s, enum ppp_reason reason, const char *text)
{
	if (reason == PPP_REASON_LOWER_DOWN && s->cause) {
		reason = s->cause;
		text = ppp_reason_text(reason);
	}
	s->over = true;
	auth_cancel(s);
	session_limits_stop(s);
	ev_io_stop(s->d->loop, &s->io);
	ev_timer_stop(s->d->loop, &s->timer);
	if (!s->uplink)
		report_end(s, reason, text);
	s->port->closed(s, reason);
	session_unkeep(s);
	close(s->fd);
	s->fd = -1;
	if (s->filtered)
		filters_unbind(s->d, s->link);
	session_release_address(s);
	ipv6_release(s);
	sessions_retire(s->d->sessions, s, reason);
}

/**
 * session_caller - who calls, in short
 * @s: the session
 *
 * Return: a text; good until the next call.
 */
const char *session_caller(const struct session *s)
{
	return s->port->caller ? s->port->caller(s) : s->port->describe(s);
}

static const char *state_name(const struct session *s)
{
	return s->up ? "up" : ppp_phase_name((enum ppp_phase)s->ppp.phase);
}

static void json_network(const struct session *s, struct json *j)
{
	struct in_addr in = { .s_addr = htonl(s->address) };
	char address[INET_ADDRSTRLEN];
	struct ppp_link link;

	if (s->address) {
		inet_ntop(AF_INET, &in, address, sizeof(address));
		json_field_string(j, "address", address);
	}
	ipv6_json(s, j);
	if (s->filtered)
		json_field_string(j, "filter-set", session_filter_set(s));
	if (s->acct.id[0])
		json_field_string(j, "acct-session-id", s->acct.id);
	if (s->grant.session_s)
		json_field_uint(j, "session-timeout", s->grant.session_s);
	if (s->grant.idle_s)
		json_field_uint(j, "idle-timeout", s->grant.idle_s);
	if (!s->up)
		return;
	ppp_session_link(&s->ppp, &link);
	json_field_uint(j, "mru", link.mru);
	json_field_uint(j, "mtu", link.mtu);
	json_field_uint(j, "seconds", (rrasd_now() - s->up_since) / 1000);
}

static void json_stats(const struct session *s, struct json *j)
{
	struct kernel_stats stats;

	kernel_file_stats(s->fd, &stats);
	json_field_uint(j, "in-packets", stats.rx_packets);
	json_field_uint(j, "in-bytes", stats.rx_bytes);
	json_field_uint(j, "out-packets", stats.tx_packets);
	json_field_uint(j, "out-bytes", stats.tx_bytes);
	json_field_uint(j, "control-in", s->ppp.counters.rx);
	json_field_uint(j, "control-out", s->ppp.counters.tx);
	json_field_uint(j, "control-malformed", s->ppp.counters.malformed);
	json_field_uint(j, "control-unexpected", s->ppp.counters.unexpected);
	json_field_uint(j, "control-limited", s->ppp.counters.limited);
}

/**
 * session_json - one session as a JSON object
 * @s: the session
 * @j: where to write it
 * @stats: with its counters
 */
void session_json(const struct session *s, struct json *j, bool stats)
{
	json_open(j, '{');
	json_field_uint(j, "id", s->link);
	json_field_string(j, "state", state_name(s));
	if (s->user) {
		json_key(j, "user");
		json_bytes(j, s->user, s->user_len);
		json_field_string(j, "auth", ppp_auth_name(s->method));
	}
	if (s->uplink)
		dial_session_json(s->uplink, j);
	json_network(s, j);
	json_field_uint(j, "age", (rrasd_now() - s->started) / 1000);
	json_field_string(j, "port", access_name(s->port->kind));
	s->port->json(s, j);
	if (stats)
		json_stats(s, j);
	json_close(j, '}');
}
