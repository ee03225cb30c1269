// SPDX-License-Identifier: GPL-2.0
/*
 * Two engines back to back over a simulated line that loses, duplicates, delays and so reorders
 * frames, or changes a byte. Whatever the line does: both sides end open, or both finished; the
 * kernel is prepared when a client's first packet comes; nothing goes on for ever.
 *
 * "test_pair SEED" repeats one run with all that happens in it.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ppp/internal.h"
#include "../ppp/save.h"
#include "host.h"
#include "tap.h"

#define FLIGHT_MAX	512
#define RUNS		4000
#define AFTER_MS	600000

struct flight {
	uint64_t at;
	int to;
	size_t len;
	uint8_t data[PPP_FRAME_MAX];
};

/* What one run is made of; percentages. */
struct plan {
	unsigned int loss, duplicate, reorder, damage;
	unsigned int auth, self;	/* methods the server demands; that the client can */
	bool mutual, deferred, wrong, close, drop_silently;
	bool restart;		/* an open session moves to another process now and then */
	bool ipv6[2];		/* each side's wish */
	bool no_address;	/* the server has no IPv4 address to give */
	uint64_t calm;		/* when the line becomes perfect */
};

struct line {
	struct host side[2];	/* 0 server, 1 client */
	struct flight flights[FLIGHT_MAX];
	struct plan plan;
	uint64_t now;
	uint64_t seed;
	bool loud;
	bool data_before_prepare;
	bool data6_before_prepare;
	bool not_restored;
	unsigned long restarts;
};

static struct line line;

static unsigned int chance(unsigned int sides)
{
	return host_random(&line.seed) % sides;
}

static void launch(int to, const uint8_t *data, size_t len)
{
	uint64_t delay = 10;
	int i;

	if (line.now < line.plan.calm && chance(100) < line.plan.reorder)
		delay += chance(8000);
	for (i = 0; i < FLIGHT_MAX; i++) {
		if (line.flights[i].len)
			continue;
		line.flights[i].at = line.now + delay;
		line.flights[i].to = to;
		line.flights[i].len = len;
		memcpy(line.flights[i].data, data, len);
		if (line.now < line.plan.calm && chance(100) < line.plan.damage)
			line.flights[i].data[chance(len)] ^= 1 << chance(8);
		return;
	}
	abort();
}

/* Put what a side has output on the line. */
static void collect(int from)
{
	struct host *h = &line.side[from];
	const struct host_frame *f;

	while (h->head != h->tail) {
		f = &h->frames[h->tail++ % HOST_FRAMES];
		if (line.loud)
			printf("# %8lu %s sends %02x%02x code %u id %u len %zu\n",
			       (unsigned long)line.now, from ? "client" : "server", f->data[0],
			       f->data[1], f->data[2], f->data[3], f->len);
		if (line.now < line.plan.calm && chance(100) < line.plan.loss)
			continue;
		launch(!from, f->data, f->len);
		if (line.now < line.plan.calm && chance(100) < line.plan.duplicate)
			launch(!from, f->data, f->len);
	}
}

/* The client sends data as soon as it may: the server's kernel must know its address then. */
static void eager_data(void)
{
	const struct host *client = &line.side[1];
	const struct host *server = &line.side[0];

	if (client->is_up && server->s && server->s->phase == PPP_PHASE_NETWORK &&
	    !line.plan.damage && !server->prepared && !line.plan.loss && !line.plan.duplicate &&
	    !line.plan.reorder)
		line.data_before_prepare = true;
	if (client->is_up6 && server->s && server->s->phase == PPP_PHASE_NETWORK &&
	    !line.plan.damage && !server->prepared6 && !line.plan.loss && !line.plan.duplicate &&
	    !line.plan.reorder)
		line.data6_before_prepare = true;
}

static uint64_t next_time(void)
{
	uint64_t next = UINT64_MAX;
	int i;

	for (i = 0; i < FLIGHT_MAX; i++) {
		if (line.flights[i].len && line.flights[i].at < next)
			next = line.flights[i].at;
	}
	for (i = 0; i < 2; i++) {
		if (line.side[i].s && line.side[i].timer && line.side[i].timer < next)
			next = line.side[i].timer;
	}
	return next;
}

static void answer_later(struct host *h)
{
	struct ppp_auth_answer answer = {
		.ok = !line.plan.wrong, .retry = true, .proof = h->proof, .message = "later",
	};

	ppp_auth_answer(h->s, line.now, &answer);
}

static void arrive(struct flight *f)
{
	struct host *h = &line.side[f->to];
	size_t len = f->len;

	f->len = 0;
	host_input(h, f->data, len);
	if (h->auth == HOST_AUTH_DEFER && h->s && h->s->auth.outstanding && chance(2))
		answer_later(h);
	collect(f->to);
	eager_data();
}

/* The process of one side is replaced: the new one knows what was saved and nothing else. */
static void restart(struct host *h)
{
	struct ppp_link before, after;
	struct ppp_session *new;
	struct ppp_saved saved;

	if (!h->s || !ppp_session_save(h->s, &saved))
		return;
	new = malloc(sizeof(*new));
	if (!new)
		abort();
	memset(new, 0x5a, sizeof(*new));
	if (!ppp_session_restore(new, &h->config, h->s->ops, h->s->data, &saved, line.now))
		line.not_restored = true;
	ppp_session_link(h->s, &before);
	ppp_session_link(new, &after);
	line.not_restored |= before.mru != after.mru || before.mtu != after.mtu;
	free(h->s);
	h->s = new;
	line.restarts++;
}

/* One moment of the line. Return: false when nothing is left to happen. */
static bool step(void)
{
	uint64_t next = next_time();
	int i;

	if (next == UINT64_MAX)
		return false;
	if (next > line.now)
		line.now = next;
	line.side[0].now = line.now;
	line.side[1].now = line.now;
	if (line.plan.restart && !chance(16))
		restart(&line.side[chance(2)]);
	for (i = 0; i < FLIGHT_MAX; i++) {
		if (line.flights[i].len && line.flights[i].at <= line.now) {
			arrive(&line.flights[i]);
			return true;
		}
	}
	for (i = 0; i < 2; i++) {
		if (line.side[i].s && line.side[i].timer && line.side[i].timer <= line.now) {
			host_tick(&line.side[i]);
			collect(i);
			return true;
		}
	}
	return true;
}

static void plan_make(struct plan *p, uint64_t seed)
{
	static const unsigned int methods[] = {
		0, PPP_AUTH_PAP, PPP_AUTH_CHAP_MD5, PPP_AUTH_MSCHAPV2, PPP_AUTH_ALL,
		PPP_AUTH_PAP | PPP_AUTH_MSCHAPV2,
	};

	memset(p, 0, sizeof(*p));
	line.seed = seed * 7919 + 1;
	p->auth = methods[chance(6)];
	p->self = methods[1 + chance(5)];
	if (seed % 8) {
		p->loss = chance(2) ? chance(40) : 0;
		p->duplicate = chance(2) ? chance(30) : 0;
		p->reorder = chance(2) ? chance(30) : 0;
		p->damage = chance(6) ? 0 : chance(20);
	}
	p->mutual = !chance(4);
	p->deferred = !chance(4);
	p->wrong = !chance(8);
	p->close = !chance(6);
	p->drop_silently = !chance(10);
	p->calm = chance(120000);
	p->ipv6[0] = chance(4);
	p->ipv6[1] = chance(4);
	p->no_address = !chance(8);
	p->restart = chance(2);
}

static void line_start(uint64_t seed)
{
	struct host *server = &line.side[0], *client = &line.side[1];
	struct plan *p = &line.plan;
	int i;

	memset(line.flights, 0, sizeof(line.flights));
	line.data_before_prepare = false;
	line.data6_before_prepare = false;
	line.not_restored = false;
	line.now = 1000;
	plan_make(p, seed);
	host_init(server, PPP_SERVER, seed * 2 + 1);
	host_init(client, PPP_CLIENT, seed * 2 + 2);
	server->config.auth_peer = p->auth;
	server->config.name = "server";
	/* What the client cannot is what the server demands first, now and then. */
	client->config.auth_self = p->self & p->auth ? p->self : PPP_AUTH_ALL;
	server->config.auth_retries = seed % 3;
	server->config.auth_self = p->mutual ? PPP_AUTH_ALL : 0;
	client->config.auth_peer = p->mutual ? p->self & ~(unsigned int)PPP_AUTH_PAP : 0;
	server->config.dns[0].s_addr = inet_addr("10.0.0.53");
	server->auth = p->deferred ? HOST_AUTH_DEFER : HOST_AUTH_CHECK;
	if (p->wrong)
		server->secret = "other";
	server->no_address = p->no_address;
	server->own_ifid = chance(2);
	for (i = 0; i < 2; i++) {
		line.side[i].config.ipv6 = p->ipv6[i];
		line.side[i].config.echo_ms = 10000;
		line.side[i].config.echo_failures = 4;
		host_start(&line.side[i]);
		collect(i);
	}
}

/* Let it run for some minutes after the line has become good. Return: steps. */
static int line_run(void)
{
	uint64_t end = line.plan.calm + AFTER_MS;
	uint64_t close_at = line.plan.calm / 2 + 500;
	int steps = 0;

	while (line.now < end && steps < 100000 && (line.side[0].s || line.side[1].s)) {
		if (line.plan.close && line.now >= close_at && line.side[0].s) {
			ppp_session_close(line.side[0].s, line.now, PPP_REASON_ADMIN);
			line.plan.close = false;
			collect(0);
		}
		if (line.plan.drop_silently && line.now >= close_at && line.side[1].s) {
			ppp_session_lower_down(line.side[1].s, line.now);
			line.plan.drop_silently = false;
			line.side[1].tail = line.side[1].head;
		}
		if (!step())
			break;
		steps++;
	}
	return steps;
}

static bool is_open(const struct host *h)
{
	return h->is_up || h->is_up6;
}

static bool agree6(const struct host *server, const struct host *client)
{
	return server->net6.peer_ifid == client->net6.local_ifid &&
	       client->net6.peer_ifid == server->net6.local_ifid &&
	       server->net6.peer_ifid != server->net6.local_ifid;
}

/* Return: what is wrong, or NULL. */
static const char *verdict(int steps)
{
	const struct host *server = &line.side[0], *client = &line.side[1];

	if (steps >= 100000)
		return "it goes on for ever";
	if (line.data_before_prepare || line.data6_before_prepare)
		return "the client could send before the kernel was prepared";
	if (line.not_restored)
		return "a saved session could not be restored";
	if (server->finished > 1 || client->finished > 1)
		return "finished twice";
	if (server->prepared != server->is_up || client->prepared != client->is_up ||
	    server->prepared6 != server->is_up6 || client->prepared6 != client->is_up6)
		return "prepared is not up at the end";
	if (!server->s && !client->s)
		return NULL;
	if (!server->s || !client->s)
		return "one side finished, the other not";
	if (!is_open(server) || !is_open(client))
		return "not open, and not finished";
	/* A copy of a request that was damaged names another identifier. */
	if (server->is_up6 && client->is_up6 && !agree6(server, client) && !line.plan.damage)
		return "the identifiers do not agree";
	if (!server->is_up || !client->is_up)
		return NULL;
	/* A damaged request may have had the name servers rejected. */
	if (client->net.local.s_addr != inet_addr("10.0.0.5") ||
	    (client->net.dns[0].s_addr != inet_addr("10.0.0.53") && !line.plan.damage))
		return "the addresses do not agree";
	return NULL;
}

static void line_end(void)
{
	host_done(&line.side[0]);
	host_done(&line.side[1]);
}

/* The clean line: the quickest way, every method, one round trip after the other. */
static void test_clean(void)
{
	uint64_t up_at = 0;
	const char *wrong;

	line_start(8);
	memset(&line.plan, 0, sizeof(line.plan));
	line.side[0].no_address = false;
	while (!up_at && step()) {
		if (line.side[0].is_up && line.side[1].is_up)
			up_at = line.now;
	}
	tap_ok(up_at && up_at <= 1300, "clean line: open after %lu ms, no time-out in between",
	       (unsigned long)(up_at - 1000));
	wrong = verdict(0);
	tap_ok(!wrong, "clean line: %s", wrong ? wrong : "both sides agree");
	line_end();
}

/* Nothing in the plan keeps this session from opening and staying open. */
static bool must_open(uint64_t seed)
{
	const struct plan *p = &line.plan;

	return !(seed % 8) && !(p->wrong && p->auth) && !p->close && !p->drop_silently &&
	       (!p->no_address || (p->ipv6[0] && p->ipv6[1]));
}

/* Both sides have what both want and can have, and nothing else. */
static bool opened_right(void)
{
	const struct plan *p = &line.plan;
	bool ipv4 = !p->no_address, ipv6 = p->ipv6[0] && p->ipv6[1];
	int i;

	for (i = 0; i < 2; i++) {
		if (line.side[i].is_up != ipv4 || line.side[i].is_up6 != ipv6)
			return false;
	}
	return true;
}

static void test_many(void)
{
	unsigned long restarts = line.restarts, open = 0, finished = 0, bad = 0, clean = 0, clean_open = 0;
	const char *wrong;
	uint64_t seed;
	bool must, is;

	for (seed = 1; seed <= RUNS; seed++) {
		line_start(seed);
		must = must_open(seed);
		wrong = verdict(line_run());
		if (wrong && bad++ < 10)
			tap_ok(false, "seed %lu: %s", (unsigned long)seed, wrong);
		is = is_open(&line.side[0]) && is_open(&line.side[1]);
		open += is;
		finished += !is;
		clean += must;
		clean_open += must && opened_right();
		line_end();
	}
	tap_ok(!bad, "%d runs: %lu open, %lu finished, %lu wrong", RUNS, open, finished, bad);
	restarts = line.restarts - restarts;
	tap_ok(restarts > RUNS, "open sessions moved to another process %lu times", restarts);
	tap_ok(open > RUNS / 4 && finished > RUNS / 10, "both ends of a run were seen often");
	tap_number(clean_open, clean, "on a clean line every session opens what both sides want");
}

int main(int argc, char **argv)
{
	const char *wrong;

	if (argc > 1) {
		line.loud = true;
		line_start(strtoull(argv[1], NULL, 0));
		wrong = verdict(line_run());
		tap_note("server: %s", line.side[0].log);
		tap_note("client: %s", line.side[1].log);
		tap_ok(!wrong, "seed %s: %s", argv[1], wrong ? wrong : "well");
		line_end();
		return tap_end();
	}
	test_clean();
	test_many();
	return tap_end();
}
