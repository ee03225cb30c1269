// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting after wrong secrets.
 */
#include <string.h>

#include "../auth_limit.h"
#include "tap.h"

static struct auth_limit l;
static uint64_t now = 1000;

static const struct auth_attempt alice_home = { 0x1111, 0xaaaa };
static const struct auth_attempt alice_stranger = { 0x2222, 0xaaaa };
static const struct auth_attempt bob_stranger = { 0x2222, 0xbbbb };

static void fail(const struct auth_attempt *a, int times)
{
	while (times--)
		auth_limit_failed(&l, a, now);
}

static uint64_t waits(const struct auth_attempt *a)
{
	return auth_limit_wait(&l, a, 5, now);
}

static void fresh(void)
{
	memset(&l, 0, sizeof(l));
	now += 1000000;
}

static void test_peer(void)
{
	int i;

	fresh();
	tap_number(waits(&alice_stranger), 0, "nobody waits at first");
	fail(&alice_stranger, 4);
	tap_number(waits(&alice_stranger), 0, "nor after four failures");
	fail(&alice_stranger, 1);
	tap_number(waits(&alice_stranger), 1000, "after five for a second");
	tap_number(waits(&bob_stranger), 1000, "as whoever");
	tap_number(waits(&alice_home), 0, "others do not");
	now += 400;
	tap_number(waits(&alice_stranger), 600, "the second goes by");
	now += 600;
	tap_number(waits(&alice_stranger), 0, "and is over");
	fail(&alice_stranger, 1);
	tap_number(waits(&alice_stranger), 2000, "then two");
	fail(&alice_stranger, 1);
	tap_number(waits(&alice_stranger), 4000, "then four");
	for (i = 0; i < 100; i++)
		fail(&bob_stranger, 1);
	tap_number(waits(&alice_stranger), 60000, "a minute at most");
	tap_number(auth_limit_wait(&l, &alice_stranger, 0, now), 0, "not without a limit");
}

static void test_forgiven(void)
{
	fresh();
	fail(&bob_stranger, 5);
	now += 60000;
	tap_number(waits(&bob_stranger), 0, "a minute later");
	fail(&bob_stranger, 1);
	tap_number(waits(&bob_stranger), 1000, "one is forgiven, not all");
	auth_limit_passed(&l, &alice_stranger, now);
	tap_number(waits(&bob_stranger), 1000, "success as another forgives none");
	now += 10 * 60000;
	fail(&bob_stranger, 1);
	tap_number(waits(&bob_stranger), 0, "time does");
}

static void test_user(void)
{
	struct auth_attempt a = { 0, 0xaaaa };
	int i;

	fresh();
	auth_limit_passed(&l, &alice_home, now);
	for (i = 0; i < 20; i++) {
		a.peer = 0x10000 + (uint64_t)i;
		fail(&a, 1);
	}
	tap_number(waits(&alice_stranger), 1000, "a name that many were wrong about waits");
	tap_number(waits(&alice_home), 0, "but not for who has been it");
	tap_number(waits(&bob_stranger), 0, "nor does another name");
	for (i = 0; i < 100; i++)
		fail(&a, 1);
	tap_number(waits(&alice_stranger), 10000, "ten seconds at most");
	fail(&alice_home, 5);
	tap_number(waits(&alice_home), 1000, "who has been it waits for failures of its own");
	a.peer = 0;
	tap_number(waits(&a), 10000, "a peer that is not known waits for the name");
}

/* A name can be the bytes of somebody's address: it has the same hash. */
static void test_name_of_peer(void)
{
	struct auth_attempt a = { 0x3333, 0 };

	fresh();
	a.user = alice_home.peer;
	fail(&a, 100);
	tap_number(waits(&alice_home), 0, "a name that looks like a peer is none");
}

/* Inventing peers does not wash the failures of one away. */
static void test_table(void)
{
	struct auth_attempt a = { 0, 1 };
	uint64_t i;

	fresh();
	fail(&bob_stranger, 6);
	for (i = 0; i < 100000; i++) {
		a.peer = 0x100000 + i * 7919;
		a.user = i * 104729 + 3;
		fail(&a, 1);
	}
	tap_number(waits(&bob_stranger), 2000, "a hundred thousand invented ones later");
}

int main(void)
{
	test_peer();
	test_forgiven();
	test_user();
	test_name_of_peer();
	test_table();
	return tap_end();
}
