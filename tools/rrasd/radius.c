// SPDX-License-Identifier: GPL-2.0
/*
 * Asking RADIUS servers, see radius.h.
 *
 * A reply is known by the socket and the number in it. So many questions of one kind are put to a
 * server at a time as fit into the buffer of its socket; the others wait for their turn, or a
 * thousand clients that come at once would make it lose most of them. A reload makes a new set of
 * servers; the exchanges of the old one end there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config.h"
#include "hash.h"
#include "log.h"
#include "radius.h"
#include "radius_acct.h"
#include "radius_coa.h"
#include "rrasd.h"

#define IDS		256
#define WINDOW		128	/* questions of one kind to one server at a time */
#define REPLIES_A_TURN	64

struct radius_socket {
	struct radius_set *set;
	ev_io io;
	int fd;
	uint32_t server;
	uint8_t next;
	unsigned int busy;
	struct radius_exchange *slot[IDS];
};

/* What is counted of a server, whose address and counts outlive reloads. */
struct radius_tally {
	struct list list;
	union radius_address address;
	struct radius_server_state count;
};

/* One server. */
struct radius_server {
	struct radius_tally *tally;
	struct radius_socket *auth, *acct;
	/* 0: it answers; else not to be asked before */
	uint64_t dead_until;
	/* It has sent a Message-Authenticator once: a reply without is not from it. */
	bool proves;
};

struct radius_set {
	unsigned int refs;	/* the daemon and the exchanges */
	struct rrasd *d;
	struct config *config;
	struct radius_server server[CONFIG_RADIUS_MAX];
	struct list waiting;	/* exchanges, oldest first */
	ev_timer turn;		/* a server has time for them */
};

struct radius {
	struct radius_set *set;
	struct radius_counts counts;
	struct list tallies;
};

static struct log_limit bad_limit;
static struct log_limit dead_limit;

static const struct config_radius_peer *peer_of(const struct radius_set *set, uint32_t server)
{
	return &set->config->radius.server[server];
}

static void socket_free(struct radius_socket *s)
{
	if (!s)
		return;
	ev_io_stop(s->set->d->loop, &s->io);
	close(s->fd);
	free(s);
}

static void set_put(struct radius_set *set)
{
	uint32_t i;

	if (!set || --set->refs)
		return;
	for (i = 0; i < CONFIG_RADIUS_MAX; i++) {
		socket_free(set->server[i].auth);
		socket_free(set->server[i].acct);
	}
	ev_timer_stop(set->d->loop, &set->turn);
	config_put(set->config);
	free(set);
}

static struct radius_server_state *count_of(const struct radius_set *set, uint32_t server)
{
	return &set->server[server].tally->count;
}

static const char *server_name(const struct radius_exchange *x)
{
	return peer_of(x->set, x->server)->name;
}

static void leave_socket(struct radius_exchange *x)
{
	struct radius_set *set = x->set;

	if (!x->socket)
		return;
	x->socket->slot[x->id] = NULL;
	x->socket->busy--;
	x->socket = NULL;
	if (list_empty(&set->waiting) || ev_is_active(&set->turn))
		return;
	ev_timer_set(&set->turn, 0.0, 0.0);
	ev_timer_start(set->d->loop, &set->turn);
}

static void stop(struct radius_exchange *x)
{
	leave_socket(x);
	list_remove(&x->waiting);
	ev_timer_stop(x->set->d->loop, &x->timer);
	if (x->packet)
		explicit_bzero(x->packet, x->len);
	free(x->packet);
	x->packet = NULL;
}

/* The owner may free the exchange, or use it again. */
static void finish(struct radius_exchange *x, const struct radius_packet *reply)
{
	struct radius_set *set = x->set;

	stop(x);
	x->set = NULL;
	if (!reply)
		set->d->radius->counts.unanswered++;
	x->ops->done(x, reply, peer_of(set, x->server)->name);
	set_put(set);
}

/**
 * radius_cancel - an exchange is not wanted any more
 * @x: the exchange, under way or not; done() is not called
 */
void radius_cancel(struct radius_exchange *x)
{
	if (!x->set)
		return;
	stop(x);
	set_put(x->set);
	x->set = NULL;
}

static void alive(struct radius_exchange *x)
{
	struct radius_server *s = &x->set->server[x->server];

	if (s->dead_until)
		log_info("RADIUS server %s answers again", server_name(x));
	s->dead_until = 0;
}

static bool code_fits(uint8_t request, uint8_t reply)
{
	if (request == PW_ACCOUNTING_REQUEST)
		return reply == PW_ACCOUNTING_RESPONSE;
	return reply == PW_ACCESS_ACCEPT || reply == PW_ACCESS_REJECT ||
	       reply == PW_ACCESS_CHALLENGE;
}

/* Returns NULL, or why this is no reply to a question of ours. */
static const char *judge(struct radius_socket *s, const uint8_t *data, size_t len,
			 struct radius_packet *p)
{
	struct radius_server *server = &s->set->server[s->server];
	struct radius_exchange *x;
	struct radius_attr a;
	const char *wrong;
	bool needed;

	wrong = radius_check(data, len, p);
	if (wrong)
		return wrong;
	x = s->slot[p->id];
	if (!x)
		return "nothing was asked, or it comes too late";
	if (!code_fits(x->code, p->code))
		return "its code is not that of a reply";
	needed = x->code == PW_ACCESS_REQUEST &&
		 (server->proves || s->set->config->radius.proof_needed);
	wrong = radius_verify_reply(p, x->packet + 4, peer_of(s->set, s->server)->secret, needed);
	if (wrong)
		return wrong;
	if (x->code == PW_ACCESS_REQUEST && radius_find(p, 0, PW_MESSAGE_AUTHENTICATOR, &a))
		server->proves = true;
	return NULL;
}

static void count_reply(struct radius_server_state *count, uint8_t code)
{
	count->replies++;
	if (code == PW_ACCESS_ACCEPT)
		count->accepts++;
	else if (code == PW_ACCESS_REJECT)
		count->rejects++;
}

static void receive(struct radius_socket *s, const uint8_t *data, size_t len)
{
	struct radius_counts *counts = &s->set->d->radius->counts;
	struct radius_exchange *x;
	struct radius_packet p;
	const char *wrong;

	wrong = judge(s, data, len, &p);
	if (wrong) {
		counts->bad_replies++;
		count_of(s->set, s->server)->bad_replies++;
		if (log_allowed(&bad_limit))
			log_warning("RADIUS server %s: a reply is ignored: %s",
				    peer_of(s->set, s->server)->name, wrong);
		return;
	}
	counts->replies++;
	count_reply(count_of(s->set, s->server), p.code);
	x = s->slot[p.id];
	alive(x);
	finish(x, &p);
}

/* No process has the port: who waits for an answer of it need not. */
static void refused(struct radius_socket *s)
{
	struct ev_loop *loop = s->set->d->loop;
	int i;

	for (i = 0; i < IDS; i++) {
		if (!s->slot[i])
			continue;
		s->slot[i]->left = 0;
		ev_timer_stop(loop, &s->slot[i]->timer);
		ev_timer_set(&s->slot[i]->timer, 0.0, 0.0);
		ev_timer_start(loop, &s->slot[i]->timer);
	}
}

static void on_readable(struct ev_loop *loop, ev_io *w, int revents)
{
	static uint8_t data[RADIUS_PACKET_MAX + 1];
	struct radius_socket *s = w->data;
	struct radius_set *set = s->set;
	ssize_t len;
	int i;

	(void)loop;
	(void)revents;
	set->refs++;	/* the socket stays until we return */
	for (i = 0; i < REPLIES_A_TURN; i++) {
		len = recv(s->fd, data, sizeof(data), 0);
		if (len < 0 && errno != ECONNREFUSED)
			break;
		if (len < 0)
			refused(s);
		else
			receive(s, data, (size_t)len);
	}
	explicit_bzero(data, sizeof(data));
	set_put(set);
}

static struct radius_socket *socket_open(struct radius_set *set, uint32_t server, bool acct)
{
	const struct config_radius_peer *peer = peer_of(set, server);
	union radius_address to = peer->address;
	struct radius_socket *s;

	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	radius_address_set_port(&to, acct ? peer->acct_port : peer->auth_port);
	s->fd = socket(to.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0 || connect(s->fd, &to.sa, radius_address_len(&to)) < 0) {
		if (log_allowed(&dead_limit))
			log_warning("RADIUS server %s cannot be reached: %m", peer->name);
		if (s->fd >= 0)
			close(s->fd);
		free(s);
		return NULL;
	}
	s->set = set;
	s->server = server;
	ev_io_init(&s->io, on_readable, s->fd, EV_READ);
	s->io.data = s;
	ev_io_start(set->d->loop, &s->io);
	return s;
}

/* The socket for the server that was chosen. */
static struct radius_socket *socket_get(struct radius_exchange *x)
{
	struct radius_server *server = &x->set->server[x->server];
	bool acct = x->code == PW_ACCOUNTING_REQUEST;
	struct radius_socket **s = acct ? &server->acct : &server->auth;

	if (!*s)
		*s = socket_open(x->set, x->server, acct);
	return *s;
}

static void enter_socket(struct radius_exchange *x, struct radius_socket *s)
{
	while (s->slot[s->next])
		s->next++;
	x->id = s->next++;
	s->slot[x->id] = x;
	s->busy++;
	x->socket = s;
}

/* As it is for this server; the same bytes each time that it is asked. */
static bool write_packet(struct radius_exchange *x)
{
	const char *secret = peer_of(x->set, x->server)->secret;
	static struct radius_writer w;

	radius_begin(&w, x->code, x->id);
	if (x->code == PW_ACCESS_REQUEST) {
		if (getrandom(w.data + 4, RADIUS_AUTH_LEN, 0) != RADIUS_AUTH_LEN)
			abort();	/* see ppp_random() */
		radius_put_proof(&w);	/* first, so that nothing can be put before it */
	}
	x->ops->write(x, &w, secret);
	if (x->code == PW_ACCESS_REQUEST)
		radius_sign_access(&w, secret);
	else
		radius_sign_request(&w, secret);
	free(x->packet);
	x->packet = w.full ? NULL : malloc(w.len);
	x->len = w.len;
	if (x->packet)
		memcpy(x->packet, w.data, w.len);
	return x->packet;
}

static void transmit(struct radius_exchange *x)
{
	/* What is not sent is as good as lost on the way. */
	if (send(x->socket->fd, x->packet, x->len, 0) < 0)
		log_debug("RADIUS server %s: %m", server_name(x));
	ev_timer_stop(x->set->d->loop, &x->timer);
	ev_timer_set(&x->timer, (ev_tstamp)x->set->config->radius.timeout_ms / 1000.0, 0.0);
	ev_timer_start(x->set->d->loop, &x->timer);
}

static bool usable(struct radius_set *set, uint32_t server, uint32_t tried)
{
	return server < set->config->radius.servers && !(tried & 1U << server);
}

/* The first that answers, or has not for so long that it may be tried again; else any. */
static bool choose(struct radius_exchange *x)
{
	struct radius_set *set = x->set;
	uint64_t now = rrasd_now();
	uint32_t i;

	for (i = 0; i < set->config->radius.servers; i++) {
		if (!usable(set, i, x->tried) || set->server[i].dead_until > now)
			continue;
		x->server = i;
		return true;
	}
	for (i = 0; i < set->config->radius.servers; i++) {
		if (usable(set, i, x->tried)) {
			x->server = i;
			return true;
		}
	}
	return false;
}

/* Only this one exchange tries a server that did not answer, the others wait what comes of it. */
static void mark_tried(struct radius_exchange *x)
{
	const struct config_radius *config = &x->set->config->radius;
	struct radius_server *s = &x->set->server[x->server];

	x->tried |= 1U << x->server;
	if (s->dead_until)
		s->dead_until = rrasd_now() + (uint64_t)config->timeout_ms * (config->tries + 1U);
}

/* Returns whether a server is being asked, or will be when it has time. */
static bool ask_next(struct radius_exchange *x)
{
	struct radius_set *set = x->set;
	struct radius_socket *s;

	leave_socket(x);
	while (choose(x)) {
		s = socket_get(x);
		if (s && s->busy >= WINDOW) {
			list_append(&set->waiting, &x->waiting);
			return true;
		}
		mark_tried(x);
		if (!s)
			continue;
		enter_socket(x, s);
		if (write_packet(x)) {
			x->left = (uint8_t)(set->config->radius.tries - 1);
			set->d->radius->counts.sent++;
			count_of(set, x->server)->asked++;
			transmit(x);
			return true;
		}
		leave_socket(x);
	}
	return false;
}

static void server_failed(struct radius_exchange *x)
{
	struct radius_set *set = x->set;
	struct radius_server *s = &set->server[x->server];

	if (!s->dead_until && log_allowed(&dead_limit))
		log_warning("RADIUS server %s does not answer: does it run, does it know us as a "
			    "client, and is the secret the same?", server_name(x));
	s->dead_until = rrasd_now() + set->config->radius.dead_ms;
	s->tally->count.silent++;
}

/* The owner of one may cancel others: the list is looked at anew each time. */
static void on_turn(struct ev_loop *loop, ev_timer *t, int revents)
{
	struct radius_set *set = container_of(t, struct radius_set, turn);
	struct radius_exchange *x;
	struct radius_socket *s;

	(void)loop;
	(void)revents;
	set->refs++;
	while (!list_empty(&set->waiting)) {
		x = container_of(set->waiting.next, struct radius_exchange, waiting);
		s = choose(x) ? socket_get(x) : NULL;
		if (s && s->busy >= WINDOW)
			break;
		list_remove(&x->waiting);
		if (!ask_next(x))
			finish(x, NULL);
	}
	set_put(set);
}

static void on_timer(struct ev_loop *loop, ev_timer *t, int revents)
{
	struct radius_exchange *x = container_of(t, struct radius_exchange, timer);

	(void)loop;
	(void)revents;
	if (x->left) {
		x->left--;
		x->set->d->radius->counts.resent++;
		count_of(x->set, x->server)->resent++;
		transmit(x);
		return;
	}
	server_failed(x);
	if (ask_next(x))
		x->set->d->radius->counts.failovers++;
	else
		finish(x, NULL);
}

/**
 * radius_send - begin an exchange
 * @d: the daemon; radius_asks()
 * @x: the exchange, not under way
 * @ops: its owner's functions
 * @code: PW_ACCESS_REQUEST or PW_ACCOUNTING_REQUEST
 *
 * Return: 0, then done() comes, later; -EBUSY when there are too many.
 */
int radius_send(struct rrasd *d, struct radius_exchange *x, const struct radius_exchange_ops *ops,
		uint8_t code)
{
	*x = (struct radius_exchange){ .ops = ops, .code = code, .set = d->radius->set };
	x->set->refs++;
	ev_init(&x->timer, on_timer);
	list_init(&x->waiting);
	if (ask_next(x))
		return 0;
	d->radius->counts.busy++;
	radius_cancel(x);
	return -EBUSY;
}

/**
 * radius_put_nas - add who we are
 * @config: the configuration
 * @w: the packet
 */
void radius_put_nas(const struct config *config, struct radius_writer *w)
{
	const struct config_radius *r = &config->radius;
	struct in_addr address = r->nas_address.s_addr ? r->nas_address : config->local;

	radius_put_text(w, PW_NAS_IDENTIFIER, r->identifier ? r->identifier : config->name);
	if (address.s_addr)
		radius_put(w, PW_NAS_IP_ADDRESS, &address, sizeof(address));
}

/**
 * radius_asks - are there servers?
 * @d: the daemon
 *
 * Return: whether radius_send() may be called.
 */
bool radius_asks(const struct rrasd *d)
{
	return d->radius && d->radius->set->config->radius.servers;
}

/**
 * radius_counts - what has happened
 * @d: the daemon; radius_open() was called
 *
 * Return: the counts, always current.
 */
struct radius_counts *radius_counts(const struct rrasd *d)
{
	return &d->radius->counts;
}

/**
 * radius_server_state - one server of the configuration
 * @d: the daemon; radius_open() was called
 * @place: 0 for the first
 * @state: filled in
 *
 * Return: false if there are not so many.
 */
bool radius_server_state(const struct rrasd *d, uint32_t place, struct radius_server_state *state)
{
	const struct radius_set *set = d->radius->set;

	if (place >= set->config->radius.servers)
		return false;
	*state = *count_of(set, place);
	state->name = peer_of(set, place)->name;
	state->answers = !set->server[place].dead_until;
	return true;
}

/* That of the same server before, or a new one; NULL without memory. */
static struct radius_tally *tally_get(struct radius *r, const union radius_address *address)
{
	struct radius_tally *t;
	struct list *at;

	for (at = r->tallies.next; at != &r->tallies; at = at->next) {
		t = container_of(at, struct radius_tally, list);
		if (radius_address_equal(&t->address, address))
			return t;
	}
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->address = *address;
	list_append(&r->tallies, &t->list);
	return t;
}

static bool set_tallies(struct radius_set *set)
{
	uint32_t i;

	for (i = 0; i < set->config->radius.servers; i++) {
		set->server[i].tally = tally_get(set->d->radius, &peer_of(set, i)->address);
		if (!set->server[i].tally)
			return false;
	}
	return true;
}

static struct radius_set *set_create(struct rrasd *d)
{
	struct radius_set *set = calloc(1, sizeof(*set));

	if (!set)
		return NULL;
	set->refs = 1;
	list_init(&set->waiting);
	ev_init(&set->turn, on_turn);
	set->d = d;
	set->config = config_get(d->config);
	if (set_tallies(set))
		return set;
	set_put(set);
	return NULL;
}

/**
 * radius_open - be ready to ask
 * @d: the daemon; its @radius is set
 *
 * Return: 0 or a negative error, which has been logged.
 */
int radius_open(struct rrasd *d)
{
	struct radius *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	d->radius = r;
	list_init(&r->tallies);
	r->set = set_create(d);
	if (!r->set)
		return -ENOMEM;
	err = radius_acct_open(d);
	return err ? err : radius_coa_open(d);
}

/**
 * radius_reload - ask the servers of the new configuration
 * @d: the daemon
 */
void radius_reload(struct rrasd *d)
{
	struct radius_set *set = set_create(d);

	if (!set) {
		log_error("reload: out of memory, so the RADIUS servers stay");
		return;
	}
	set_put(d->radius->set);
	d->radius->set = set;
}

/**
 * radius_close - the opposite; no session is left
 * @d: the daemon
 */
void radius_close(struct rrasd *d)
{
	struct radius_tally *t;

	if (!d->radius)
		return;
	radius_coa_close(d);
	radius_acct_close(d);
	set_put(d->radius->set);
	while (!list_empty(&d->radius->tallies)) {
		t = container_of(d->radius->tallies.next, struct radius_tally, list);
		list_remove(&t->list);
		free(t);
	}
	free(d->radius);
	d->radius = NULL;
}

static void server_field(struct json *j, const struct radius_server_state *s, const char *what,
			 uint64_t value)
{
	char key[96];

	snprintf(key, sizeof(key), "radius %s %s", s->name, what);
	json_field_uint(j, key, value);
}

static void server_json(struct json *j, const struct radius_server_state *s)
{
	char key[96];

	snprintf(key, sizeof(key), "radius %s", s->name);
	json_field_string(j, key, s->answers ? "answers" : "silent");
	server_field(j, s, "asked", s->asked);
	server_field(j, s, "resent", s->resent);
	server_field(j, s, "replies", s->replies);
	server_field(j, s, "accepts", s->accepts);
	server_field(j, s, "rejects", s->rejects);
	server_field(j, s, "unanswered", s->silent);
	server_field(j, s, "bad-replies", s->bad_replies);
}

/**
 * radius_json - the counters as members of an object
 * @d: the daemon
 * @j: where to write them
 */
void radius_json(const struct rrasd *d, struct json *j)
{
	const struct radius_counts *c = &d->radius->counts;
	struct radius_server_state server;
	uint32_t i;

	json_field_uint(j, "radius-sent", c->sent);
	json_field_uint(j, "radius-resent", c->resent);
	json_field_uint(j, "radius-replies", c->replies);
	json_field_uint(j, "radius-failovers", c->failovers);
	json_field_uint(j, "radius-unanswered", c->unanswered);
	json_field_uint(j, "radius-bad-replies", c->bad_replies);
	json_field_uint(j, "radius-busy", c->busy);
	json_field_uint(j, "radius-accepts", c->accepts);
	json_field_uint(j, "radius-rejects", c->rejects);
	json_field_uint(j, "radius-reports", c->reports);
	json_field_uint(j, "radius-reports-lost", c->reports_lost);
	json_field_uint(j, "radius-requests", c->requests);
	json_field_uint(j, "radius-requests-bad", c->requests_bad);
	json_field_uint(j, "radius-acks", c->acks);
	json_field_uint(j, "radius-naks", c->naks);
	for (i = 0; radius_server_state(d, i, &server); i++)
		server_json(j, &server);
}
