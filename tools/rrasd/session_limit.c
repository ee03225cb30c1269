// SPDX-License-Identifier: GPL-2.0
/*
 * The limits of a session, see session_limit.h.
 *
 * What counts as life is a packet from the client: what others send to it proves nothing of it.
 * The counters are looked at four times in the time that is allowed.
 */
#include "kernel.h"
#include "record.h"
#include "rrasd.h"
#include "session_internal.h"

#define LOOKS	4

struct limits_saved {
	uint64_t packets, active;
};

static void end(struct session *s, const char *detail)
{
	s->detail = detail;
	session_close(s, PPP_REASON_LIMIT);
}

static void on_session(struct ev_loop *loop, ev_timer *t, int revents)
{
	(void)loop;
	(void)revents;
	end(t->data, "its time is over");
}

static void on_idle(struct ev_loop *loop, ev_timer *t, int revents)
{
	struct session *s = t->data;
	struct session_limits *l = &s->limits;
	struct kernel_stats stats;
	uint64_t now = rrasd_now();

	(void)loop;
	(void)revents;
	kernel_file_stats(s->fd, &stats);
	if (stats.rx_packets != l->packets) {
		l->packets = stats.rx_packets;
		l->active = now;
		session_changed(s);
	} else if (now - l->active >= (uint64_t)s->grant.idle_s * 1000) {
		l->idle_over = true;
		end(s, "its client is idle");
	}
}

static void arm(struct session *s)
{
	struct session_limits *l = &s->limits;
	uint64_t now = rrasd_now();
	uint64_t over = s->up_since + (uint64_t)s->grant.session_s * 1000;

	ev_timer_stop(s->d->loop, &l->session);
	if (s->grant.session_s) {
		ev_timer_set(&l->session, over > now ? (ev_tstamp)(over - now) / 1000.0 : 0.0, 0.0);
		ev_timer_start(s->d->loop, &l->session);
	}
	ev_timer_stop(s->d->loop, &l->idle);
	if (s->grant.idle_s) {
		l->idle.repeat = (ev_tstamp)s->grant.idle_s / LOOKS;
		ev_timer_again(s->d->loop, &l->idle);
	}
}

static void watch(struct session *s)
{
	struct session_limits *l = &s->limits;

	ev_init(&l->session, on_session);
	ev_init(&l->idle, on_idle);
	l->session.data = s;
	l->idle.data = s;
	l->watched = true;
	arm(s);
}

/**
 * session_limits_start - a session is up for the first time: its limits begin
 * @s: the session
 */
void session_limits_start(struct session *s)
{
	s->limits.active = rrasd_now();
	watch(s);
}

/**
 * session_limits_save - write down how long its client has been silent
 * @s: the session
 * @w: where to
 */
void session_limits_save(const struct session *s, struct record_writer *w)
{
	struct limits_saved saved = { s->limits.packets, s->limits.active };

	if (s->limits.watched)
		record_put(w, RECORD_LIMITS, &saved, sizeof(saved));
}

/**
 * session_limits_restore - its limits go on in another process
 * @s: the session
 * @r: what was written down of it
 */
void session_limits_restore(struct session *s, const struct record *r)
{
	struct limits_saved saved;

	if (!record_get(r, RECORD_LIMITS, &saved, sizeof(saved)))
		return;
	s->limits.packets = saved.packets;
	s->limits.active = saved.active;
	watch(s);
}

/**
 * session_limits_change - its limits have changed
 * @s: the session, up or not; the time that it is up counts from the beginning
 */
void session_limits_change(struct session *s)
{
	if (s->limits.watched)
		arm(s);
}

/**
 * session_limits_stop - the session is over
 * @s: the session
 */
void session_limits_stop(struct session *s)
{
	if (!s->limits.watched)
		return;
	s->limits.watched = false;
	ev_timer_stop(s->d->loop, &s->limits.session);
	ev_timer_stop(s->d->loop, &s->limits.idle);
}
