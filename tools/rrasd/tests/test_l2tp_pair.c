// SPDX-License-Identifier: GPL-2.0
/*
 * An L2TP client and an L2TP server, against each other and against others who interfere.
 */
#include <stdio.h>

#include "l2tp_world.h"
#include "tap.h"

static const struct l2tp_secret right = { "secret", 6 }, wrong = { "secreT", 6 };

static void hangup(struct world_end *end, const char *text)
{
	struct world_call *wc = container_of(end->calls.next, struct world_call, all);

	l2tp_call_hangup(&wc->call, &(struct l2tp_end){ L2TP_CDN_ADMIN, 0, text }, world.now);
	world_forget(wc);
}

/* Up at both ends: so many tunnels and calls. */
static bool is_up(uint32_t tunnels, uint32_t calls)
{
	return world.lac.tunnels_up - world.lac.tunnels_down == tunnels &&
	       world.lns.tunnels_up - world.lns.tunnels_down == tunnels &&
	       world.lac.e.calls.count == calls && world.lns.e.calls.count == calls;
}

static bool is_empty(void)
{
	return list_empty(&world.lac.tunnels) && list_empty(&world.lns.tunnels) &&
	       list_empty(&world.lac.calls) && list_empty(&world.lns.calls);
}

static void test_usual(void)
{
	struct world_tunnel *wt;
	int i;

	world_begin();
	wt = world_open();
	world_run();
	tap_ok(is_up(1, 1) && world.lns.calls_up == 1 && world.lac.calls_up == 1,
	       "a tunnel with a call");
	tap_number(world.lac.answered, 1, "which was answered once");
	tap_text(wt->t.peer_name, "lns", "they know each other's names");
	for (i = 0; i < 100; i++)
		l2tp_call_place(&wt->t, &world_call(&world.lac)->call, world.now);
	world_wait(1000);
	tap_ok(is_up(1, 101) && world.lns.calls_up == 101, "a hundred more calls");
	hangup(&world.lns, "enough");
	world_run();
	tap_ok(is_up(1, 100) && world.lac.calls_down == 1, "the server hangs up one");
	tap_text(world.lac.last_text, "the peer hung up: enough", "and says why");
	hangup(&world.lac, "me too");
	world_run();
	tap_ok(is_up(1, 99) && world.lns.calls_down == 1, "the client another one");
	l2tp_tunnel_close(&world_first(&world.lns)->t,
			  &(struct l2tp_end){ L2TP_STOP_SHUTDOWN, 0, "going" }, world.now);
	world_run();
	tap_ok(is_up(0, 0) && world.lac.calls_down == 100, "the tunnel takes its calls with it");
	tap_text(world.lac.last_problem, "the peer closed the tunnel: going", "and says why, too");
	tap_ok(list_empty(&world.lns.tunnels), "who closed it forgets it");
	world_wait(32000);
	tap_ok(is_empty(), "who did not after a while");
	world_clean();
}

static void test_secret(struct l2tp_secret lac, struct l2tp_secret lns, const char *problem,
			const char *what)
{
	world_begin();
	world.lac.settings.secret = lac;
	world.lns.settings.secret = lns;
	world_open();
	world_wait(2000);
	if (!problem) {
		tap_ok(is_up(1, 1), "%s", what);
	} else {
		tap_ok(!world.lac.calls_up && !world.lns.tunnels_up, "%s", what);
		tap_ok(strstr(world.lac.last_problem, problem) != NULL, "the client hears: %s",
		       world.lac.last_problem);
		tap_number(world.lac.calls_down, 1, "the call has failed");
	}
	world_wait(40000);
	tap_ok(problem ? is_empty() : is_up(1, 1), "it stays like that");
	world_clean();
}

static void test_refusals(void)
{
	world_begin();
	world.lns.refuse_tunnel = "full";
	world_open();
	world_wait(100);
	tap_text(world.lac.last_text, "the peer closed the tunnel: full", "no tunnel");
	tap_ok(list_empty(&world.lns.tunnels), "nothing is remembered of it");
	world_clean();

	world_begin();
	world.lns.refuse_call = "busy";
	world_open();
	world_wait(100);
	tap_text(world.lac.last_text, "the peer hung up: busy", "a tunnel and no call");
	tap_number(world.lac.last_result, L2TP_CDN_BUSY_NOW, "for the moment");
	tap_ok(is_up(1, 0), "the tunnel stays");
	world_clean();

	world_begin();
	world.lose = UINT32_MAX;
	world_open();
	world_wait(30000);
	tap_text(world.lac.last_text, "no L2TP server answers", "nobody is there");
	tap_ok(is_empty(), "and nothing is left");
	world_clean();
}

static void test_hello(void)
{
	world_begin();
	world_open();
	world_wait(200000);
	tap_ok(is_up(1, 1), "a tunnel lives as long as its ends do");
	world.lose = UINT32_MAX;
	world_wait(100000);
	tap_ok(is_empty(), "and ends when they do not hear each other");
	tap_text(world.lns.last_text, "the peer does not answer", "which is what is said");
	tap_number((long long)world.lns.e.counts.silent, 1, "and counted");
	world_clean();
}

/* Whatever is lost, all calls come up, and end. */
static void test_loss(void)
{
	unsigned int pattern, i, good = 0;
	struct world_tunnel *wt;

	for (pattern = 1; pattern <= 300; pattern++) {
		world_begin();
		world.lose = pattern * 2654435761U & pattern * 2246822519U;
		world.lac.settings.tries = 30;
		world.lns.settings.tries = 30;
		world.lac.settings.setup_ms = 300000;
		world.lns.settings.setup_ms = 300000;
		wt = world_open();
		for (i = 0; i < 20; i++)
			l2tp_call_place(&wt->t, &world_call(&world.lac)->call, world.now);
		world_wait(300000);
		good += is_up(1, 21);
		for (i = 0; i < 10; i++) {
			hangup(&world.lac, "x");
			if (!list_empty(&world.lns.calls))
				hangup(&world.lns, "y");
		}
		world_wait(300000);
		/* The same call may have been hung up by both. */
		good += is_up(1, world.lac.e.calls.count) && world.lac.e.calls.count <= 11;
		world_clean();
	}
	tap_number(good, 600, "a network that loses messages");
}

/* The messages that the tunnel has, in memory of their own. */
static void requeue(struct l2tp_tunnel *to, const struct l2tp_tunnel *from)
{
	const uint8_t *data;
	uint32_t i;
	size_t len;

	for (i = 0; i < from->reliable.count; i++) {
		data = l2tp_reliable_message(&from->reliable, i, &len);
		if (!l2tp_tunnel_requeue(to, data, len))
			abort();
	}
}

/* Calls that are up go on; those that are not are over, which the peer is told. */
static void restart_calls(struct world_end *end, struct l2tp_tunnel *from, struct l2tp_tunnel *to)
{
	const struct l2tp_end over = { L2TP_CDN_CARRIER_LOST, 0, "restarted" };
	struct world_call *wc, *new;
	struct list *l, *next;
	uint16_t id, peer_id;
	bool up;

	for (l = end->calls.next; l != &end->calls; l = next) {
		next = l->next;
		wc = container_of(l, struct world_call, all);
		if (wc->call.tunnel != from)
			continue;
		id = wc->call.id;
		peer_id = wc->call.peer_id;
		up = wc->call.up;
		l2tp_call_forget(&wc->call);
		world_forget(wc);
		if (!up) {
			l2tp_call_deny(to, id, peer_id, &over, world.now);
			continue;
		}
		new = world_call(end);
		if (!l2tp_call_restore(to, &new->call, id, peer_id, world.now))
			abort();
	}
}

/* The process of one end is replaced: the new one knows what was saved and nothing else. */
static void restart(struct world_end *end)
{
	struct world_tunnel *old = world_first(end), *new;
	struct l2tp_saved saved;

	if (!old || !l2tp_tunnel_save(&old->t, &saved))
		return;
	new = world_tunnel(end);
	new->t.path.socket = old->t.path.socket;
	/* Not two with one number. */
	htable_remove(&end->e.tunnels, &old->t.by_id);
	if (!l2tp_tunnel_restore(&end->e, &new->t, &saved, world.now))
		abort();
	requeue(&new->t, &old->t);
	restart_calls(end, &old->t, &new->t);
	old->t.id = 0;
	htable_add(&end->e.tunnels, &old->t.by_id, 0);
	l2tp_tunnel_drop(&old->t);
	l2tp_tunnel_go_on(&new->t, world.now);
}

/* Both ends are replaced again and again, on a network that loses messages. */
static void test_restart(void)
{
	unsigned int pattern, i, up = 0, same = 0, heard = 0;
	struct world_call *wc;

	for (pattern = 1; pattern <= 100; pattern++) {
		world_begin();
		world.lac.settings.tries = 30;
		world.lns.settings.tries = 30;
		world_open();
		world_wait(1000);
		world.lose = pattern * 2654435761U & pattern * 2246822519U;
		for (i = 0; i < 60; i++) {
			wc = world_call(&world.lac);
			l2tp_call_place(&world_first(&world.lac)->t, &wc->call, world.now);
			world_wait(100 * (pattern % 7));
			restart(i % 3 ? &world.lns : &world.lac);
		}
		world_wait(400000);
		up += is_up(1, world.lac.e.calls.count) && world.lac.e.calls.count;
		restart(&world.lac);
		restart(&world.lns);
		world.lose = 0;
		hangup(&world.lns, "enough");
		heard = world.lac.e.calls.count;
		world_wait(1000);
		same += world.lac.e.calls.count == heard - 1;
		world_clean();
	}
	tap_number(up, 100, "restarted while calls come: both ends have the same ones");
	tap_number(same, 100, "and hear each other");
}

static void test_saved(void)
{
	struct l2tp_saved good, bad;
	struct world_tunnel *wt;
	struct l2tp_tunnel *t;

	world_begin();
	world_open();
	tap_ok(!l2tp_tunnel_save(&world_first(&world.lac)->t, &good),
	       "one that is not up is not saved");
	world_run();
	t = &world_first(&world.lns)->t;
	wt = world_tunnel(&world.lns);
	tap_ok(l2tp_tunnel_save(t, &good) &&
	       !l2tp_tunnel_restore(&world.lns.e, &wt->t, &good, world.now),
	       "there are no two with one number");
	good.id ^= 1;
	bad = good;
	bad.peer_id = 0;
	tap_ok(!l2tp_tunnel_restore(&world.lns.e, &wt->t, &bad, world.now),
	       "nor one without a peer");
	bad = good;
	bad.count = 0x8000;
	tap_ok(!l2tp_tunnel_restore(&world.lns.e, &wt->t, &bad, world.now),
	       "with too many messages");
	bad = good;
	memset(bad.peer_name, 'x', sizeof(bad.peer_name));
	tap_ok(!l2tp_tunnel_restore(&world.lns.e, &wt->t, &bad, world.now),
	       "with an endless name");
	tap_ok(l2tp_tunnel_restore(&world.lns.e, &wt->t, &good, world.now),
	       "a good one is restored");
	tap_ok(!l2tp_tunnel_requeue(&wt->t, "\xc8\x02", 2) &&
	       !l2tp_tunnel_requeue(&wt->t, "\xc8\2\0\x0c\0\1\0\0\0\0\0\0", 12),
	       "what is no message is not sent");
	world_clean();
}

static void write_stop(struct l2tp_writer *w, const struct l2tp_tunnel *t, uint16_t ns,
		       uint16_t nr)
{
	l2tp_write_begin(w, t->id, 0);
	l2tp_write_type(w, L2TP_STOPCCN);
	l2tp_write_16(w, L2TP_A_ASSIGNED_TUNNEL, t->peer_id);
	l2tp_write_result(w, L2TP_STOP_CLEAR, L2TP_ERROR_NONE, "from a stranger");
	l2tp_write_end(w);
	l2tp_header_stamp(w->data, ns, nr);
}

/* What somebody can do who knows everything but cannot send from the peer's address, or can do
 * that and does not know everything.
 */
static void test_strangers(void)
{
	struct l2tp_path path;
	struct l2tp_tunnel *t;
	struct l2tp_writer w;
	uint16_t ns, nr;

	world_begin();
	world_open();
	world_run();
	t = &world_first(&world.lns)->t;
	ns = t->reliable.expected;
	nr = t->reliable.first;
	write_stop(&w, t, ns, nr);
	path = world_path(&world.lac);
	path.peer.bytes[3]++;
	l2tp_input(&world.lns.e, &path, w.data, w.len, world.now);
	path = world_path(&world.lac);
	path.peer.port++;
	l2tp_input(&world.lns.e, &path, w.data, w.len, world.now);
	path = world_path(&world.lac);
	path.socket = &world;
	l2tp_input(&world.lns.e, &path, w.data, w.len, world.now);
	tap_ok(is_up(1, 1) && world.lns.e.counts.stray == 3, "from another address, port or socket");
	path = world_path(&world.lac);
	write_stop(&w, t, (uint16_t)(ns - 1), nr);
	l2tp_input(&world.lns.e, &path, w.data, w.len, world.now);
	write_stop(&w, t, (uint16_t)(ns + 1), nr);
	l2tp_input(&world.lns.e, &path, w.data, w.len, world.now);
	write_stop(&w, t, ns, (uint16_t)(nr + 1));
	l2tp_input(&world.lns.e, &path, w.data, w.len, world.now);
	tap_ok(is_up(1, 1) && world.lns.e.counts.forged == 1, "with wrong numbers");
	/* A request with the number that the tunnel had when it began. */
	l2tp_write_begin(&w, 0, 0);
	l2tp_write_type(&w, L2TP_STOPCCN);
	l2tp_write_16(&w, L2TP_A_ASSIGNED_TUNNEL, t->peer_id);
	l2tp_write_result(&w, L2TP_STOP_CLEAR, L2TP_ERROR_NONE, "from a stranger");
	l2tp_write_end(&w);
	l2tp_header_stamp(w.data, ns, nr);
	l2tp_input(&world.lns.e, &path, w.data, w.len, world.now);
	tap_ok(is_up(1, 1), "without the number of the tunnel");
	world_run();
	write_stop(&w, t, ns, nr);
	l2tp_input(&world.lns.e, &path, w.data, w.len, world.now);
	tap_number(world.lns.tunnels_down, 1, "only the peer's next message ends it");
	world_clean();
}

/* An SCCRQ sent again, and one of a peer that was restarted. */
static void test_requests(void)
{
	struct l2tp_writer w;
	int i;

	world_begin();
	l2tp_write_begin(&w, 0, 0);
	l2tp_write_type(&w, L2TP_SCCRQ);
	l2tp_write_16(&w, L2TP_A_PROTOCOL_VERSION, L2TP_PROTOCOL_VERSION);
	l2tp_write_bytes(&w, L2TP_A_HOST_NAME, "x", 1);
	l2tp_write_16(&w, L2TP_A_ASSIGNED_TUNNEL, 7);
	l2tp_write_end(&w);
	for (i = 0; i < 5; i++)
		world_deliver(&world.lac, w.data, w.len);
	tap_number((long long)world.lns.e.tunnels.count, 1, "a request that comes again");
	w.data[w.len - 1] = 8;
	world_deliver(&world.lac, w.data, w.len);
	tap_number((long long)world.lns.e.tunnels.count, 2, "one with another number");
	world.tail = world.head;
	world_wait(60000);
	tap_ok(!world.lns.e.tunnels.count && !world.lns.tunnels_up, "nobody goes on with them");
	world_clean();
}

static void send_unknown(uint16_t type, uint16_t session, uint16_t attribute)
{
	struct l2tp_tunnel *from = &world_first(&world.lac)->t;
	struct l2tp_writer w;

	l2tp_tunnel_enter(from, world.now);
	l2tp_write_begin(&w, from->peer_id, session);
	l2tp_write_type(&w, (enum l2tp_type)type);
	l2tp_write_bytes(&w, (enum l2tp_attribute)attribute, "1234", 4);
	l2tp_tunnel_send(from, &w);
	l2tp_tunnel_leave(from);
	world_run();
}

static void test_unknown(void)
{
	struct world_call *wc;

	world_begin();
	world_open();
	world_run();
	wc = container_of(world.lac.calls.next, struct world_call, all);
	send_unknown(L2TP_SLI, wc->call.peer_id, L2TP_A_CALL_SERIAL);
	send_unknown(L2TP_WEN, wc->call.peer_id, L2TP_A_CALL_SERIAL);
	tap_ok(is_up(1, 1), "WEN and SLI have no effect");
	send_unknown(L2TP_OCRQ, 0, L2TP_A_CALL_SERIAL);
	tap_ok(is_up(1, 1), "an outgoing call is refused");
	send_unknown(L2TP_SLI, wc->call.peer_id, 99);
	tap_ok(is_up(1, 0), "an attribute that has to be known ends the call");
	tap_text(world.lac.last_text, "the peer hung up: an attribute that is unknown or malformed",
		 "the peer hears why");
	send_unknown(99, 0, L2TP_A_CALL_SERIAL);
	tap_ok(is_up(0, 0), "a type that has to be known ends the tunnel");
	tap_text(world.lac.last_problem, "the peer closed the tunnel: unknown message type",
		 "the peer hears why");
	world_clean();
}

/* A peer that asks for more and more and acknowledges nothing. */
static void test_backlog(void)
{
	struct l2tp_tunnel *t;
	struct l2tp_writer w;
	uint16_t i;

	world_begin();
	world_open();
	world_run();
	world.lns.refuse_call = "no";
	t = &world_first(&world.lns)->t;
	for (i = 0; i < 2000; i++) {
		l2tp_write_begin(&w, t->id, 0);
		l2tp_write_type(&w, L2TP_ICRQ);
		l2tp_write_16(&w, L2TP_A_ASSIGNED_SESSION, (uint16_t)(100 + i));
		l2tp_write_32(&w, L2TP_A_CALL_SERIAL, i);
		l2tp_write_end(&w);
		l2tp_header_stamp(w.data, t->reliable.expected, t->reliable.first);
		world_deliver(&world.lac, w.data, w.len);
	}
	tap_ok(t->reliable.count <= L2TP_BACKLOG_MAX, "gets no more answers than it takes (%u)",
	       t->reliable.count);
	world_clean();
}

int main(void)
{
	static const struct l2tp_secret none;

	if (hash_init())
		return 1;
	test_usual();
	test_secret(right, right, NULL, "the same secret");
	test_secret(right, wrong, "the secrets differ", "different secrets");
	test_secret(none, right, "there is no secret", "only the server has one");
	test_secret(right, none, "there is no secret", "only the client has one");
	test_refusals();
	test_hello();
	test_loss();
	test_strangers();
	test_requests();
	test_unknown();
	test_backlog();
	test_restart();
	test_saved();
	return tap_end();
}
