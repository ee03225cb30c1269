// SPDX-License-Identifier: GPL-2.0
/* The state machine of demand dial: every state, every event. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/module.h>

#include "../demand.h"

#define STATES	(WANARP_DEMAND_STATE_UNREACHABLE + 1)
#define D	WANARP_DEMAND_STATE_DISCONNECTED
#define G	WANARP_DEMAND_STATE_CONNECTING
#define C	WANARP_DEMAND_STATE_CONNECTED
#define U	WANARP_DEMAND_STATE_UNREACHABLE

#define DIAL	WANARP_DEMAND_ASK_DIAL
#define HANGUP	WANARP_DEMAND_ASK_HANGUP
#define ANSWER	WANARP_DEMAND_ANSWER
#define DOUBLE	WANARP_DEMAND_DOUBLE
#define LEAST	WANARP_DEMAND_LEAST
#define RESET	WANARP_DEMAND_RESET

struct expectation {
	enum wanarp_demand_event event;
	enum wanarp_demand_state state;
	struct wanarp_demand_step step;
};

/* In the order of the events, as an administrator would tell it. */
static const struct expectation expectations[] = {
	{ WANARP_DEMAND_PACKET, D, { G, DIAL } },
	{ WANARP_DEMAND_PACKET, G, { G } },
	{ WANARP_DEMAND_PACKET, C, { C } },
	{ WANARP_DEMAND_PACKET, U, { U } },
	{ WANARP_DEMAND_DIAL, D, { G, RESET | DIAL } },
	{ WANARP_DEMAND_DIAL, G, { .err = -EALREADY } },
	{ WANARP_DEMAND_DIAL, C, { .err = -EISCONN } },
	{ WANARP_DEMAND_DIAL, U, { G, RESET | DIAL } },
	{ WANARP_DEMAND_HANGUP, D, { .err = -ENOTCONN } },
	{ WANARP_DEMAND_HANGUP, G, { D, ANSWER | HANGUP } },
	{ WANARP_DEMAND_HANGUP, C, { C, HANGUP } },
	{ WANARP_DEMAND_HANGUP, U, { .err = -ENOTCONN } },
	{ WANARP_DEMAND_LINE_UP, D, { C, RESET } },
	{ WANARP_DEMAND_LINE_UP, G, { C, RESET } },
	{ WANARP_DEMAND_LINE_UP, C, { C } },
	{ WANARP_DEMAND_LINE_UP, U, { C, RESET } },
	{ WANARP_DEMAND_LINE_DOWN, D, { D } },
	{ WANARP_DEMAND_LINE_DOWN, G, { G } },
	{ WANARP_DEMAND_LINE_DOWN, C, { D, ANSWER } },
	{ WANARP_DEMAND_LINE_DOWN, U, { U } },
	{ WANARP_DEMAND_FAIL, D, { .err = -ENOTCONN } },
	{ WANARP_DEMAND_FAIL, G, { U, ANSWER | DOUBLE } },
	{ WANARP_DEMAND_FAIL, C, { .err = -EISCONN } },
	{ WANARP_DEMAND_FAIL, U, { .err = -ENOTCONN } },
	{ WANARP_DEMAND_NO_DIALLER, D, { D } },
	{ WANARP_DEMAND_NO_DIALLER, G, { U, ANSWER | LEAST } },
	{ WANARP_DEMAND_NO_DIALLER, C, { C } },
	{ WANARP_DEMAND_NO_DIALLER, U, { U } },
	{ WANARP_DEMAND_TIMER, D, { D } },
	{ WANARP_DEMAND_TIMER, G, { U, ANSWER | DOUBLE | HANGUP } },
	{ WANARP_DEMAND_TIMER, C, { C, HANGUP } },
	{ WANARP_DEMAND_TIMER, U, { D } },
	{ WANARP_DEMAND_STOP, D, { D, RESET } },
	{ WANARP_DEMAND_STOP, G, { D, ANSWER | RESET | HANGUP } },
	{ WANARP_DEMAND_STOP, C, { C, HANGUP } },
	{ WANARP_DEMAND_STOP, U, { D, RESET } },
};

static void step_every_event(struct kunit *test)
{
	bool seen[STATES][WANARP_DEMAND_EVENTS] = {};
	int i;

	for (i = 0; i < ARRAY_SIZE(expectations); i++) {
		const struct expectation *e = &expectations[i];
		const struct wanarp_demand_step step =
			wanarp_demand_step(e->state, e->event);

		KUNIT_EXPECT_FALSE(test, seen[e->state][e->event]);
		seen[e->state][e->event] = true;
		KUNIT_EXPECT_EQ_MSG(test, step.err, e->step.err,
				    "event %d in state %d", e->event, e->state);
		if (step.err)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, step.next, e->step.next,
				    "event %d in state %d", e->event, e->state);
		KUNIT_EXPECT_EQ_MSG(test, step.actions, e->step.actions,
				    "event %d in state %d", e->event, e->state);
	}
	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(expectations),
			STATES * WANARP_DEMAND_EVENTS);
}

/* Whatever it was doing, these hold. */
static void step_rules(struct kunit *test)
{
	struct wanarp_demand_step step;
	int state, event;

	for (state = 0; state < STATES; state++)
		for (event = 0; event < WANARP_DEMAND_EVENTS; event++) {
			step = wanarp_demand_step(state, event);
			if (step.err)
				continue;
			/* A dial request is out exactly when it connects. */
			KUNIT_EXPECT_EQ(test, step.next == G && state != G,
					!!(step.actions & DIAL));
			/* Nothing waits where nothing will come. */
			if (state == G && (step.next == D || step.next == U))
				KUNIT_EXPECT_TRUE(test, step.actions & ANSWER);
			/* Unreachable for some time, and only by failing. */
			KUNIT_EXPECT_EQ(test, step.next == U && state != U,
					!!(step.actions & (DOUBLE | LEAST)));
			/* Connected only by a line, until the last is down. */
			if (event != WANARP_DEMAND_LINE_UP)
				KUNIT_EXPECT_EQ(test, step.next == C,
						state == C &&
						event != WANARP_DEMAND_LINE_DOWN);
		}
}

static void backoff_doubles(struct kunit *test)
{
	static const u32 expected[] = { 10, 20, 40, 80, 160, 320, 600, 600 };
	u32 last = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		last = wanarp_demand_backoff(last, 10, 600);
		KUNIT_EXPECT_EQ(test, last, expected[i]);
	}
}

static void backoff_limits(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, wanarp_demand_backoff(0, 5, 5), 5U);
	KUNIT_EXPECT_EQ(test, wanarp_demand_backoff(5, 5, 5), 5U);
	/* The limits were lowered, or raised, meanwhile. */
	KUNIT_EXPECT_EQ(test, wanarp_demand_backoff(500, 1, 20), 20U);
	KUNIT_EXPECT_EQ(test, wanarp_demand_backoff(1, 30, 60), 30U);
	KUNIT_EXPECT_EQ(test, wanarp_demand_backoff(86400, 1, 86400), 86400U);
	KUNIT_EXPECT_EQ(test, wanarp_demand_backoff(0, 7, 3), 7U);
}

static struct kunit_case demand_cases[] = {
	KUNIT_CASE(step_every_event),
	KUNIT_CASE(step_rules),
	KUNIT_CASE(backoff_doubles),
	KUNIT_CASE(backoff_limits),
	{}
};

static struct kunit_suite demand_suite = {
	.name = "wanarp_demand",
	.test_cases = demand_cases,
};

kunit_test_suite(demand_suite);

MODULE_DESCRIPTION("KUnit tests of wanarp's state machine of demand dial");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
