// SPDX-License-Identifier: GPL-2.0
/*
 * RADIUS accounting, see radius_acct.h.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "access/kind.h"
#include "config.h"
#include "hash.h"
#include "keep.h"
#include "kernel.h"
#include "log.h"
#include "radius.h"
#include "radius_acct.h"
#include "record.h"
#include "rrasd.h"
#include "session_internal.h"

#define WINDOW		64	/* reports under way */
#define WAITING_MAX	100000	/* reports kept: some 400 bytes each */
#define AGAIN_S		5.0	/* after no server has answered */
#define INTERIM_MIN_S	10	/* a server may not ask for more work than that */
#define PORT_ETHERNET	15	/* NAS-Port-Type, not in libradcli's header */

/* One report. What does not change is written when it is made. */
struct report {
	struct radius_exchange x;
	struct acct *acct;
	struct list list;	/* of those that wait, or are under way */
	uint64_t number;	/* in the order in which they were made */
	uint64_t made;
	bool lasting;		/* to be kept until it is taken */
	uint32_t slot;		/* of its record; 0: it does not outlive the process */
	size_t len;
	uint8_t attrs[];
};

struct report_saved {
	uint64_t number, made;
};

struct acct_saved {
	char id[RADIUS_ID_LEN];
	uint32_t started;
};

struct acct {
	struct rrasd *d;
	struct list waiting, flying;
	size_t count;		/* in both */
	unsigned int window;	/* under way */
	uint64_t numbers;
	ev_timer again;
	uint64_t nonce;		/* of this run of the daemon */
	uint32_t sessions;
	bool closing;
};

static struct log_limit lost_limit;

static const struct radius_exchange_ops ops;

static struct acct *acct_of(const struct rrasd *d)
{
	return d->radius_acct;
}

static bool wanted(const struct rrasd *d)
{
	return d->radius_acct && d->config->radius.accounting && radius_asks(d);
}

static void drop(struct acct *a, struct report *r)
{
	list_remove(&r->list);
	if (r->slot)
		state_remove(keep_state(a->d->keep), r->slot);
	a->count--;
	free(r);
}

static void pump(struct acct *a)
{
	struct report *r;

	while (!list_empty(&a->waiting) && a->window < WINDOW && !ev_is_active(&a->again)) {
		r = container_of(a->waiting.next, struct report, list);
		if (!radius_asks(a->d)) {	/* since a reload */
			radius_counts(a->d)->reports_lost++;
			drop(a, r);
			continue;
		}
		list_remove(&r->list);
		if (radius_send(a->d, &r->x, &ops, PW_ACCOUNTING_REQUEST)) {
			list_append(a->waiting.next, &r->list);
			ev_timer_again(a->d->loop, &a->again);
			return;
		}
		list_append(&a->flying, &r->list);
		a->window++;
	}
}

static void on_again(struct ev_loop *loop, ev_timer *t, int revents)
{
	(void)revents;
	ev_timer_stop(loop, t);
	pump(t->data);
}

static void on_write(struct radius_exchange *x, struct radius_writer *w, const char *secret)
{
	struct report *r = container_of(x, struct report, x);

	(void)secret;
	radius_put_attrs(w, r->attrs, r->len);
	radius_put_uint(w, PW_ACCT_DELAY_TIME, (uint32_t)((rrasd_now() - r->made) / 1000));
}

/* Before the first that was made later. */
static void put_back(struct acct *a, struct report *r)
{
	struct list *l = a->waiting.next;

	while (l != &a->waiting && container_of(l, struct report, list)->number < r->number)
		l = l->next;
	list_append(l, &r->list);
}

static void on_done(struct radius_exchange *x, const struct radius_packet *reply,
		    const char *server)
{
	struct report *r = container_of(x, struct report, x);
	struct acct *a = r->acct;

	(void)server;
	a->window--;
	if (!reply && r->lasting) {
		list_remove(&r->list);
		put_back(a, r);
	} else {
		if (reply)
			radius_counts(a->d)->reports++;
		drop(a, r);
	}
	if (!reply)
		ev_timer_again(a->d->loop, &a->again);
	else
		ev_timer_stop(a->d->loop, &a->again);
	if (!a->closing)
		pump(a);
}

static const struct radius_exchange_ops ops = { .write = on_write, .done = on_done };

static void make_room(struct acct *a)
{
	if (a->count < WAITING_MAX || list_empty(&a->waiting))
		return;
	drop(a, container_of(a->waiting.next, struct report, list));
	radius_counts(a->d)->reports_lost++;
	if (log_allowed(&lost_limit))
		log_error("RADIUS accounting: no server has answered for so long that the oldest "
			  "report is lost");
}

/* Behind all others. */
static struct report *add(struct acct *a, const void *attrs, size_t len)
{
	struct report *r = malloc(sizeof(*r) + len);

	if (!r)
		return NULL;
	*r = (struct report){ .acct = a, .number = a->numbers++, .len = len };
	memcpy(r->attrs, attrs, len);
	list_append(&a->waiting, &r->list);
	a->count++;
	return r;
}

/* One that is too long for a record does not outlive us. */
static void save(struct keep *k, struct report *r)
{
	const struct state_key key = { STATE_REPORT, (uint32_t)r->number };
	struct report_saved saved = { r->number, r->made };
	uint8_t data[STATE_RECORD_MAX];
	struct record_writer w;

	record_begin(&w, data, sizeof(data));
	record_put(&w, RECORD_REPORT, &saved, sizeof(saved));
	record_put(&w, RECORD_REPORT_ATTRS, r->attrs, r->len);
	if (!w.full)
		r->slot = state_put(keep_state(k), 0, key, data, w.len);
}

/* Queue what has been written as the attributes of one report. */
static void submit(struct acct *a, const struct radius_writer *w, bool lasting)
{
	struct report *r;

	make_room(a);
	r = w->full ? NULL : add(a, w->data + RADIUS_HEADER_LEN, w->len - RADIUS_HEADER_LEN);
	if (!r) {
		radius_counts(a->d)->reports_lost++;
		log_error("RADIUS accounting: a report is lost: out of memory");
		return;
	}
	r->made = rrasd_now();
	r->lasting = lasting;
	if (lasting && a->d->keep)
		save(a->d->keep, r);
	pump(a);
}

static bool load(struct acct *a, const struct state_record *found)
{
	const struct record record = { found->data, found->len };
	struct report_saved saved;
	const void *attrs;
	struct report *r;
	size_t len;

	attrs = record_find(&record, RECORD_REPORT_ATTRS, &len);
	if (!attrs || !radius_attrs_good(attrs, len) ||
	    !record_get(&record, RECORD_REPORT, &saved, sizeof(saved)))
		return false;
	r = add(a, attrs, len);
	if (!r)
		return false;
	r->number = saved.number;
	r->made = saved.made < rrasd_now() ? saved.made : rrasd_now();
	r->lasting = true;
	r->slot = found->slot;
	return true;
}

static int by_number(const void *a, const void *b)
{
	const struct report *x = *(struct report * const *)a, *y = *(struct report * const *)b;

	return x->number < y->number ? -1 : x->number > y->number;
}

/* In the order in which they were made, not in that of their records. */
static int sort(struct acct *a)
{
	struct report **all = calloc(a->count + 1, sizeof(*all));
	size_t n = 0, i;

	if (!all)
		return -ENOMEM;
	while (!list_empty(&a->waiting)) {
		all[n] = container_of(a->waiting.next, struct report, list);
		list_remove(&all[n++]->list);
	}
	qsort(all, n, sizeof(*all), by_number);
	for (i = 0; i < n; i++) {
		list_append(&a->waiting, &all[i]->list);
		a->numbers = all[i]->number + 1;
	}
	free(all);
	return 0;
}

/* What the process before us could not get rid of. */
static int load_all(struct acct *a)
{
	struct state *state = keep_state(a->d->keep);
	struct state_record found;
	uint32_t cursor = 0;

	while (state_next(state, STATE_REPORT, &cursor, &found)) {
		if (!load(a, &found)) {
			radius_counts(a->d)->reports_lost++;
			state_remove(state, found.slot);
		}
	}
	return sort(a);
}

/* On and Off: of the daemon, not of a session. */
static void report_daemon(struct rrasd *d, uint32_t status)
{
	struct acct *a = acct_of(d);
	struct radius_writer w;
	char id[RADIUS_ID_LEN + 1];

	snprintf(id, sizeof(id), "%016llx%08x", (unsigned long long)a->nonce, 0);
	radius_begin(&w, PW_ACCOUNTING_REQUEST, 0);
	radius_put_uint(&w, PW_ACCT_STATUS_TYPE, status);
	radius_put_text(&w, PW_ACCT_SESSION_ID, id);
	radius_put_nas(d->config, &w);
	submit(a, &w, true);
}

/**
 * radius_acct_open - report that we begin, or go on with the reports of the process before us
 * @d: the daemon; its @radius_acct is set
 *
 * Return: 0 or a negative error.
 */
int radius_acct_open(struct rrasd *d)
{
	struct acct *a = calloc(1, sizeof(*a));
	int err;

	if (!a)
		return -ENOMEM;
	d->radius_acct = a;
	a->d = d;
	list_init(&a->waiting);
	list_init(&a->flying);
	ev_init(&a->again, on_again);
	a->again.repeat = AGAIN_S;
	a->again.data = a;
	if (getrandom(&a->nonce, sizeof(a->nonce), 0) != sizeof(a->nonce))
		return -EIO;
	/* On says that all sessions are over; it was said before those that go on began. */
	if (!keep_is_heir(d->keep)) {
		if (wanted(d))
			report_daemon(d, PW_ACCOUNTING_ON);
		return 0;
	}
	err = load_all(a);
	if (!err)
		pump(a);
	return err;
}

/**
 * radius_acct_stop - the last session is gone: report that we end
 * @d: the daemon
 *
 * Return: whether there is nothing more to wait for.
 */
bool radius_acct_stop(struct rrasd *d)
{
	struct acct *a = acct_of(d);

	if (!a || !wanted(d))
		return true;
	if (!a->closing)
		report_daemon(d, PW_ACCOUNTING_OFF);
	a->closing = true;
	/* pump() is not called any more by who is done, so that this is the only place. */
	pump(a);
	return !a->count;
}

/**
 * radius_acct_close - the opposite of radius_acct_open()
 * @d: the daemon
 */
void radius_acct_close(struct rrasd *d)
{
	struct acct *a = acct_of(d);
	struct report *r;

	if (!a)
		return;
	if (a->count)
		log_error("RADIUS accounting: %zu reports are lost: no server has taken them",
			  a->count);
	ev_timer_stop(d->loop, &a->again);
	while (!list_empty(&a->flying)) {
		r = container_of(a->flying.next, struct report, list);
		radius_cancel(&r->x);
		drop(a, r);
	}
	while (!list_empty(&a->waiting))
		drop(a, container_of(a->waiting.next, struct report, list));
	free(a);
	d->radius_acct = NULL;
}

/**
 * radius_acct_id - what a session is called in reports
 * @s: the session
 *
 * Return: Acct-Session-Id.
 */
const char *radius_acct_id(struct session *s)
{
	struct acct *a = acct_of(s->d);

	if (!s->acct.id[0] && a)
		snprintf(s->acct.id, sizeof(s->acct.id), "%016llx%08x",
			 (unsigned long long)a->nonce, ++a->sessions);
	return s->acct.id;
}

static uint32_t port_type(const struct session *s)
{
	switch (s->port->kind) {
	case ACCESS_PPPOE:
		return PORT_ETHERNET;
	case ACCESS_SERIAL:
		return PW_ASYNC;
	default:
		return PW_VIRTUAL;
	}
}

/**
 * radius_acct_put_port - add where a session comes in
 * @s: the session
 * @w: the packet
 */
void radius_acct_put_port(const struct session *s, struct radius_writer *w)
{
	radius_put_uint(w, PW_NAS_PORT, s->link);
	radius_put_uint(w, PW_NAS_PORT_TYPE, port_type(s));
	radius_put_text(w, PW_NAS_PORT_ID_STRING, s->port->describe(s));
	radius_put_text(w, PW_CALLING_STATION_ID, session_caller(s));
}

static uint32_t cause_of(const struct session *s, enum ppp_reason reason)
{
	switch (reason) {
	case PPP_REASON_ADMIN:
		return PW_ADMIN_RESET;
	case PPP_REASON_SHUTDOWN:
		return PW_ADMIN_REBOOT;
	case PPP_REASON_LIMIT:
		return s->limits.idle_over ? PW_ACCT_IDLE_TIMEOUT : PW_ACCT_SESSION_TIMEOUT;
	case PPP_REASON_REPLACED:
		return PW_PORT_PREEMPTED;
	case PPP_REASON_PEER:
		return PW_USER_REQUEST;
	case PPP_REASON_PEER_LOST:
		return PW_LOST_CARRIER;
	case PPP_REASON_LOWER_DOWN:
		return PW_LOST_SERVICE;
	case PPP_REASON_NETWORK_REFUSED:
	case PPP_REASON_RENEGOTIATION:
		return PW_USER_ERROR;
	default:
		return PW_NAS_ERROR;
	}
}

static void put_prefix(struct radius_writer *w, const struct prefix *p)
{
	uint8_t value[2 + sizeof(p->address)] = { 0, p->len };

	memcpy(value + 2, &p->address, sizeof(p->address));
	radius_put(w, PW_FRAMED_IPV6_PREFIX, value, sizeof(value));
}

static void put_used(struct radius_writer *w, const struct session *s,
		     const struct kernel_stats *stats)
{
	radius_put_uint(w, PW_ACCT_SESSION_TIME, (uint32_t)((rrasd_now() - s->up_since) / 1000));
	radius_put_uint(w, PW_ACCT_INPUT_OCTETS, (uint32_t)stats->rx_bytes);
	radius_put_uint(w, PW_ACCT_OUTPUT_OCTETS, (uint32_t)stats->tx_bytes);
	radius_put_uint(w, PW_ACCT_INPUT_GIGAWORDS, (uint32_t)(stats->rx_bytes >> 32));
	radius_put_uint(w, PW_ACCT_OUTPUT_GIGAWORDS, (uint32_t)(stats->tx_bytes >> 32));
	radius_put_uint(w, PW_ACCT_INPUT_PACKETS, (uint32_t)stats->rx_packets);
	radius_put_uint(w, PW_ACCT_OUTPUT_PACKETS, (uint32_t)stats->tx_packets);
}

static void report(struct session *s, uint32_t status, uint32_t cause,
		   const struct kernel_stats *stats)
{
	struct radius_writer w;

	radius_begin(&w, PW_ACCOUNTING_REQUEST, 0);
	radius_put_uint(&w, PW_ACCT_STATUS_TYPE, status);
	radius_put_text(&w, PW_ACCT_SESSION_ID, radius_acct_id(s));
	radius_put(&w, PW_USER_NAME, s->user, s->user_len);
	radius_put_nas(s->config, &w);
	if (s->port)
		radius_acct_put_port(s, &w);
	radius_put_uint(&w, PW_SERVICE_TYPE, PW_FRAMED);
	radius_put_uint(&w, PW_FRAMED_PROTOCOL, PW_PPP);
	radius_put_uint(&w, PW_ACCT_AUTHENTIC,
			s->config->radius.authenticate ? PW_RADIUS : PW_LOCAL);
	if (s->address)
		radius_put_uint(&w, PW_FRAMED_IP_ADDRESS, s->address);
	if (s->ipv6.prefix.len)
		put_prefix(&w, &s->ipv6.prefix);
	radius_put_attrs(&w, s->grant.class, s->grant.class_len);
	radius_put_uint(&w, PW_EVENT_TIMESTAMP, (uint32_t)time(NULL));
	if (status != PW_STATUS_START)
		put_used(&w, s, stats);
	if (status == PW_STATUS_STOP)
		radius_put_uint(&w, PW_ACCT_TERMINATE_CAUSE, cause);
	submit(acct_of(s->d), &w, status != PW_STATUS_ALIVE);
}

/**
 * radius_acct_changed - a session has something new to report
 * @s: the session
 */
void radius_acct_changed(struct session *s)
{
	struct acct *a = acct_of(s->d);
	struct kernel_stats stats;

	/* While nobody takes reports, only those that last are kept. */
	if (!s->acct.started || ev_is_active(&a->again))
		return;
	kernel_file_stats(s->fd, &stats);
	report(s, PW_STATUS_ALIVE, 0, &stats);
}

static void on_interim(struct ev_loop *loop, ev_timer *t, int revents)
{
	(void)loop;
	(void)revents;
	radius_acct_changed(t->data);
}

/* At multiples of the interval from its begin on, whichever process serves it then. */
static void arm(struct session *s)
{
	uint32_t interim = s->grant.interim_s;
	uint64_t ms;

	ev_init(&s->acct.interim, on_interim);
	if (interim && interim < INTERIM_MIN_S)
		interim = INTERIM_MIN_S;
	if (!interim)
		interim = s->config->radius.interim_ms / 1000;
	if (!interim)
		return;
	ms = (uint64_t)interim * 1000;
	ms -= (rrasd_now() - s->up_since) % ms;
	s->acct.interim.data = s;
	ev_timer_set(&s->acct.interim, (ev_tstamp)ms / 1000.0, interim);
	ev_timer_start(s->d->loop, &s->acct.interim);
}

/**
 * radius_acct_start - a session is up for the first time
 * @s: the session
 */
void radius_acct_start(struct session *s)
{
	if (!wanted(s->d))
		return;
	radius_acct_id(s);
	s->acct.started = true;
	session_remember(s);
	report(s, PW_STATUS_START, 0, NULL);
	arm(s);
}

/**
 * radius_acct_end - a session is over
 * @s: the session
 * @reason: why
 * @stats: what it has used
 */
void radius_acct_end(struct session *s, enum ppp_reason reason, const struct kernel_stats *stats)
{
	if (!s->acct.started)
		return;
	ev_timer_stop(s->d->loop, &s->acct.interim);
	s->acct.started = false;
	report(s, PW_STATUS_STOP, cause_of(s, reason), stats);
}

/**
 * radius_acct_save - write down what a session is called in reports
 * @s: the session
 * @w: where to
 */
void radius_acct_save(const struct session *s, struct record_writer *w)
{
	struct acct_saved saved = { .started = s->acct.started };

	if (!s->acct.id[0])
		return;
	memcpy(saved.id, s->acct.id, sizeof(saved.id));
	record_put(w, RECORD_ACCT, &saved, sizeof(saved));
}

static bool load_acct(struct session *s, const struct record *r)
{
	struct acct_saved saved;

	if (!record_get(r, RECORD_ACCT, &saved, sizeof(saved)))
		return false;
	memcpy(s->acct.id, saved.id, sizeof(saved.id));
	s->acct.started = saved.started;
	return saved.started;
}

/**
 * radius_acct_restore - reports of a session go on, of another process
 * @s: the session
 * @r: what was written down of it
 */
void radius_acct_restore(struct session *s, const struct record *r)
{
	if (load_acct(s, r))
		arm(s);
}

/**
 * radius_acct_lost - a session has ended with the process before us: report its end
 * @s: what is known of it, without a port
 * @r: what was written down of it
 * @stats: what it has used
 */
void radius_acct_lost(struct session *s, const struct record *r, const struct kernel_stats *stats)
{
	if (acct_of(s->d) && load_acct(s, r))
		report(s, PW_STATUS_STOP, PW_ADMIN_REBOOT, stats);
}

/**
 * radius_acct_json - how many reports wait, as a member of an object
 * @d: the daemon
 * @j: where to write it
 */
void radius_acct_json(const struct rrasd *d, struct json *j)
{
	json_field_uint(j, "radius-reports-waiting", acct_of(d)->count);
}
