// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon's time, see clock.h.
 */
#include <ev.h>
#include <time.h>

#include "clock.h"
#include "rrasd.h"

static uint64_t now_ms;
static ev_check woken;

/**
 * clock_update - look at the clock; only needed where the loop does not run yet
 */
void clock_update(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	now_ms = (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void on_woken(struct ev_loop *loop, ev_check *w, int revents)
{
	(void)loop;
	(void)w;
	(void)revents;
	clock_update();
}

/**
 * clock_open - follow the clock from now on
 * @d: the daemon, with its loop
 */
void clock_open(struct rrasd *d)
{
	clock_update();
	ev_check_init(&woken, on_woken);
	/* Before everything else that the loop calls. */
	ev_set_priority(&woken, EV_MAXPRI);
	ev_check_start(d->loop, &woken);
}

/**
 * clock_close - the opposite
 * @d: the daemon
 */
void clock_close(struct rrasd *d)
{
	ev_check_stop(d->loop, &woken);
}

/**
 * rrasd_now - the time
 *
 * Return: monotonic milliseconds, as of the turn of the loop that runs.
 */
uint64_t rrasd_now(void)
{
	return now_ms;
}
