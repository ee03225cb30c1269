// SPDX-License-Identifier: GPL-2.0
/* Clients: their phases, their timers, and what becomes of them. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "load.h"

#define SEEK_MS		1000
#define RESEND_MS	3000	/* the restart timer of RFC 1661 */
#define ECHO_LOST_MS	10000
#define TRIES		10
#define ATTEMPTS	20	/* connections that one client tries before it gives up */

/* Discovery, PPP, and the echoes of those that are up. */
static struct timers seeking, negotiating, echoing;
static struct timers * const all_timers[] = { &seeking, &negotiating, &echoing };

/* One write of the zeros, so that the generator does not grow while memory is measured. */
void clients_init(void)
{
	size_t size = load.options.count * sizeof(*load.clients);
	uint32_t i;

	load.clients = calloc(load.options.count, sizeof(*load.clients));
	if (!load.clients || mlock(load.clients, size))
		die("no memory for %u clients", load.options.count);
	for (i = 0; i < load.options.count; i++) {
		load.clients[i].number = i;
		load.clients[i].magic = 0x4c000000u + i;
	}
	seeking.interval = SEEK_MS * 1000;
	negotiating.interval = RESEND_MS * 1000;
	echoing.interval = load.options.echo_ms * 1000;
	for (i = 0; i < sizeof(all_timers) / sizeof(*all_timers); i++)
		TAILQ_INIT(&all_timers[i]->queue);
}

static void timer_stop(struct client *c)
{
	if (c->deadline)
		TAILQ_REMOVE(&c->timers->queue, c, timer);
	c->deadline = 0;
}

static void timer_start(struct client *c, struct timers *t)
{
	timer_stop(c);
	c->timers = t;
	c->deadline = load.now + t->interval;
	TAILQ_INSERT_TAIL(&t->queue, c, timer);
}

/* An attempt begins; the time of the first one counts. */
static void seek(struct client *c)
{
	c->phase = PHASE_SEEK;
	c->tries = 0;
	c->address = 0;
	c->ifid = 0x0200000000000000u + c->number + 1;
	c->request_id++;
	c->ip_id++;
	c->ip6_id++;
	c->lcp_acked = false;
	c->lcp_asked = false;
	c->lcp_plain = false;
	c->lcp_sent = false;
	c->ip_acked = false;
	c->ip_asked = false;
	c->ip6_acked = false;
	c->ip6_asked = false;
	c->echo_open = false;
	load.transport->seek(c);
	timer_start(c, &seeking);
}

/**
 * client_begin() - connect
 * @c: the client, which is down
 */
void client_begin(struct client *c)
{
	c->started = load.now;
	c->attempts = 0;
	seek(c);
}

/**
 * client_found() - there is a server: ask it for a session
 * @c: the client
 */
void client_found(struct client *c)
{
	c->phase = PHASE_ASK;
	c->tries = 0;
	load.transport->ask(c);
	timer_start(c, &seeking);
}

/**
 * client_connected() - the server has made a session
 * @c: the client
 */
void client_connected(struct client *c)
{
	client_phase(c, PHASE_LCP);
	ppp_begin(c);
}

/**
 * client_phase() - PPP goes on
 * @c: the client
 * @phase: the next phase
 */
void client_phase(struct client *c, enum phase phase)
{
	c->phase = (uint8_t)phase;
	c->tries = 0;
	if (phase != PHASE_UP) {
		timer_start(c, &negotiating);
		return;
	}
	timer_stop(c);
	if (echoing.interval && c->number < load.options.echoing)
		timer_start(c, &echoing);
	load.up++;
	run_up(c);
}

static void down(struct client *c)
{
	if (c->phase == PHASE_UP || c->phase == PHASE_CLOSING)
		load.up--;
	timer_stop(c);
	c->phase = PHASE_DOWN;
}

/**
 * client_failed() - an attempt went wrong: count it, and try again as a person would
 * @c: the client
 * @why: what went wrong
 */
void client_failed(struct client *c, enum failure why)
{
	load.failures[why]++;
	if (c->phase > PHASE_ASK && why != FAILURE_ENDED)
		load.transport->hang_up(c);
	if (++c->attempts < ATTEMPTS)
		seek(c);
	else
		down(c);
}

/**
 * client_ended() - the server ended the session, or acknowledged that we did
 * @c: the client, which has a session
 */
void client_ended(struct client *c)
{
	bool asked = c->phase == PHASE_CLOSING || run_draining();

	if (c->phase < PHASE_UP) {
		client_failed(c, FAILURE_ENDED);
		return;
	}
	if (!asked)
		load.failures[FAILURE_LOST]++;
	down(c);
}

/**
 * client_vanish() - die without a word
 * @c: the client
 */
void client_vanish(struct client *c)
{
	down(c);
}

/**
 * client_hang_up() - end by PADT or CDN
 * @c: the client, which is up
 */
void client_hang_up(struct client *c)
{
	load.transport->hang_up(c);
	down(c);
}

/**
 * client_close() - end with the tunnel, and all that are in it
 * @c: the client
 */
void client_close(struct client *c)
{
	if (c->phase != PHASE_DOWN)
		load.transport->close(c);
}

/**
 * client_terminate() - end by LCP
 * @c: the client, which is up
 */
void client_terminate(struct client *c)
{
	c->phase = PHASE_CLOSING;
	c->tries = 0;
	ppp_terminate(c);
	timer_start(c, &negotiating);
}

/**
 * client_echoed() - an Echo-Request of ours was answered
 * @c: the client
 * @sent: when it was sent
 */
void client_echoed(struct client *c, uint64_t sent)
{
	if (!c->echo_open)
		return;
	c->echo_open = false;
	run_echo(load.now - sent);
}

static void again(struct client *c)
{
	static const enum failure failure[PHASES] = {
		[PHASE_SEEK] = FAILURE_SEEK,
		[PHASE_ASK] = FAILURE_ASK,
		[PHASE_LCP] = FAILURE_LCP,
		[PHASE_AUTH] = FAILURE_AUTH,
		[PHASE_NETWORK] = FAILURE_NETWORK,
	};

	load.resends++;
	if (++c->tries >= TRIES) {
		if (c->phase == PHASE_CLOSING)
			client_ended(c);
		else
			client_failed(c, failure[c->phase]);
		return;
	}
	timer_start(c, c->timers);
	if (c->phase == PHASE_SEEK)
		load.transport->seek(c);
	else if (c->phase == PHASE_ASK)
		load.transport->ask(c);
	else
		ppp_again(c);
}

/* One question at a time; one that has no answer for so long never gets one. */
static void echo(struct client *c)
{
	timer_start(c, &echoing);
	if (c->echo_open && load.now - c->asked < ECHO_LOST_MS * 1000)
		return;
	if (c->echo_open)
		run_echo_lost();
	c->echo_open = true;
	c->asked = load.now;
	ppp_echo(c);
}

/**
 * clients_deadline() - when the next timer fires
 *
 * Return: in microseconds of the clock; 0: none runs.
 */
uint64_t clients_deadline(void)
{
	const struct client *c;
	uint64_t first = 0;
	size_t i;

	for (i = 0; i < sizeof(all_timers) / sizeof(*all_timers); i++) {
		c = TAILQ_FIRST(&all_timers[i]->queue);
		if (c && (!first || c->deadline < first))
			first = c->deadline;
	}
	return first;
}

/**
 * clients_timer() - do what is due
 */
void clients_timer(void)
{
	struct client *c;
	size_t i;

	for (i = 0; i < sizeof(all_timers) / sizeof(*all_timers); i++) {
		while ((c = TAILQ_FIRST(&all_timers[i]->queue)) && c->deadline <= load.now) {
			if (all_timers[i] == &echoing)
				echo(c);
			else
				again(c);
		}
	}
}
