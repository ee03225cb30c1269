// SPDX-License-Identifier: GPL-2.0
/* The pure part of demand dial: state and event in, state and actions out. */
#include <kunit/visibility.h>
#include <linux/errno.h>
#include <linux/minmax.h>

#include "demand.h"

#define STATES		(WANARP_DEMAND_STATE_UNREACHABLE + 1)

#define DISCONNECTED	WANARP_DEMAND_STATE_DISCONNECTED
#define CONNECTING	WANARP_DEMAND_STATE_CONNECTING
#define CONNECTED	WANARP_DEMAND_STATE_CONNECTED
#define UNREACHABLE	WANARP_DEMAND_STATE_UNREACHABLE

#define GO(state, bits)	{ .next = (state), .actions = (bits) }
#define REFUSE(error)	{ .err = -(error) }

/* A line that comes up is welcome in every state: the dialler may have been
 * slow, or the peer may have called us.
 */
static const struct wanarp_demand_step steps[STATES][WANARP_DEMAND_EVENTS] = {
	[DISCONNECTED] = {
		[WANARP_DEMAND_PACKET] = GO(CONNECTING, WANARP_DEMAND_ASK_DIAL),
		[WANARP_DEMAND_DIAL] = GO(CONNECTING, WANARP_DEMAND_RESET |
					  WANARP_DEMAND_ASK_DIAL),
		[WANARP_DEMAND_HANGUP] = REFUSE(ENOTCONN),
		[WANARP_DEMAND_LINE_UP] = GO(CONNECTED, WANARP_DEMAND_RESET),
		[WANARP_DEMAND_LINE_DOWN] = GO(DISCONNECTED, 0),
		[WANARP_DEMAND_FAIL] = REFUSE(ENOTCONN),
		[WANARP_DEMAND_NO_DIALLER] = GO(DISCONNECTED, 0),
		[WANARP_DEMAND_TIMER] = GO(DISCONNECTED, 0),
		[WANARP_DEMAND_STOP] = GO(DISCONNECTED, WANARP_DEMAND_RESET),
	},
	[CONNECTING] = {
		[WANARP_DEMAND_PACKET] = GO(CONNECTING, 0),
		[WANARP_DEMAND_DIAL] = REFUSE(EALREADY),
		[WANARP_DEMAND_HANGUP] = GO(DISCONNECTED, WANARP_DEMAND_ANSWER |
					    WANARP_DEMAND_ASK_HANGUP),
		[WANARP_DEMAND_LINE_UP] = GO(CONNECTED, WANARP_DEMAND_RESET),
		[WANARP_DEMAND_LINE_DOWN] = GO(CONNECTING, 0),
		[WANARP_DEMAND_FAIL] = GO(UNREACHABLE, WANARP_DEMAND_ANSWER |
					  WANARP_DEMAND_DOUBLE),
		/* Asking costs nothing as long as nobody listens. */
		[WANARP_DEMAND_NO_DIALLER] = GO(UNREACHABLE,
						WANARP_DEMAND_ANSWER |
						WANARP_DEMAND_LEAST),
		[WANARP_DEMAND_TIMER] = GO(UNREACHABLE, WANARP_DEMAND_ANSWER |
					   WANARP_DEMAND_DOUBLE |
					   WANARP_DEMAND_ASK_HANGUP),
		[WANARP_DEMAND_STOP] = GO(DISCONNECTED, WANARP_DEMAND_ANSWER |
					  WANARP_DEMAND_RESET |
					  WANARP_DEMAND_ASK_HANGUP),
	},
	[CONNECTED] = {
		[WANARP_DEMAND_PACKET] = GO(CONNECTED, 0),
		[WANARP_DEMAND_DIAL] = REFUSE(EISCONN),
		[WANARP_DEMAND_HANGUP] = GO(CONNECTED, WANARP_DEMAND_ASK_HANGUP),
		[WANARP_DEMAND_LINE_UP] = GO(CONNECTED, 0),
		[WANARP_DEMAND_LINE_DOWN] = GO(DISCONNECTED,
					       WANARP_DEMAND_ANSWER),
		[WANARP_DEMAND_FAIL] = REFUSE(EISCONN),
		[WANARP_DEMAND_NO_DIALLER] = GO(CONNECTED, 0),
		[WANARP_DEMAND_TIMER] = GO(CONNECTED, WANARP_DEMAND_ASK_HANGUP),
		[WANARP_DEMAND_STOP] = GO(CONNECTED, WANARP_DEMAND_ASK_HANGUP),
	},
	[UNREACHABLE] = {
		[WANARP_DEMAND_PACKET] = GO(UNREACHABLE, 0),
		[WANARP_DEMAND_DIAL] = GO(CONNECTING, WANARP_DEMAND_RESET |
					  WANARP_DEMAND_ASK_DIAL),
		[WANARP_DEMAND_HANGUP] = REFUSE(ENOTCONN),
		[WANARP_DEMAND_LINE_UP] = GO(CONNECTED, WANARP_DEMAND_RESET),
		[WANARP_DEMAND_LINE_DOWN] = GO(UNREACHABLE, 0),
		[WANARP_DEMAND_FAIL] = REFUSE(ENOTCONN),
		[WANARP_DEMAND_NO_DIALLER] = GO(UNREACHABLE, 0),
		[WANARP_DEMAND_TIMER] = GO(DISCONNECTED, 0),
		[WANARP_DEMAND_STOP] = GO(DISCONNECTED, WANARP_DEMAND_RESET),
	},
};

/**
 * wanarp_demand_step() - what an event means in a state
 * @state: the state
 * @event: the event
 *
 * Return: the next state and what to do.
 */
struct wanarp_demand_step wanarp_demand_step(enum wanarp_demand_state state,
					     enum wanarp_demand_event event)
{
	return steps[state][event];
}
EXPORT_SYMBOL_IF_KUNIT(wanarp_demand_step);

/**
 * wanarp_demand_backoff() - for how long is it unreachable?
 * @last: for how long the last time, 0 if that was a success
 * @min: at least
 * @max: at most; less than @min counts as @min
 *
 * Return: seconds.
 */
u32 wanarp_demand_backoff(u32 last, u32 min, u32 max)
{
	/* No overflow: netlink allows 86400 at most. */
	return clamp(2 * last, min, max(min, max));
}
EXPORT_SYMBOL_IF_KUNIT(wanarp_demand_backoff);
