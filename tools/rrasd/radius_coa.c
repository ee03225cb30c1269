// SPDX-License-Identifier: GPL-2.0
/*
 * Requests of a RADIUS server (RFC 5176), see radius_coa.h.
 *
 * What does not come from a client of the configuration, with its secret, is not answered. A
 * request that comes again, because our reply was lost, gets the same reply and is not done again.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config.h"
#include "filters.h"
#include "log.h"
#include "radius.h"
#include "radius_change.h"
#include "radius_coa.h"
#include "radius_grant.h"
#include "rrasd.h"
#include "session_internal.h"
#include "wan.h"

#define REPLIES_KEPT	256
#define REPLY_MAX	512	/* ours, with the Proxy-States of the request */
#define REQUESTS_A_TURN	16

/* A request that was answered: its authenticator is a hash over all of it and the secret. */
struct answered {
	union radius_address from;
	uint8_t auth[RADIUS_AUTH_LEN];
	uint16_t len;
	uint8_t reply[REPLY_MAX];
};

struct radius_coa {
	struct rrasd *d;
	ev_io io;
	int fd;
	unsigned int next;
	struct answered answered[REPLIES_KEPT];
};

static struct log_limit bad_limit;
static struct log_limit done_limit;

static const struct config_radius_peer *find_client(const struct config_radius *r,
						    const union radius_address *from)
{
	uint32_t i;

	for (i = 0; i < r->clients; i++) {
		if (radius_address_equal(&r->client[i].address, from))
			return &r->client[i];
	}
	return NULL;
}

static const struct answered *find_answered(const struct radius_coa *c,
					    const union radius_address *from, const uint8_t *auth)
{
	int i;

	for (i = 0; i < REPLIES_KEPT; i++) {
		if (c->answered[i].len && radius_address_equal(&c->answered[i].from, from) &&
		    !memcmp(c->answered[i].auth, auth, RADIUS_AUTH_LEN))
			return &c->answered[i];
	}
	return NULL;
}

static bool is_text(const struct radius_attr *a, const void *text, size_t len)
{
	return !a->value || (text && a->len == len && !memcmp(a->value, text, len));
}

static bool is_number(const struct radius_attr *a, uint32_t number)
{
	uint32_t value;

	return !a->value || (radius_uint(a, &value) && value == number);
}

static bool is_meant(struct session *s, const struct radius_change *change)
{
	const char *caller = session_caller(s);

	return !s->uplink && !s->over && s->user && is_text(&change->user, s->user, s->user_len) &&
	       is_text(&change->id, s->acct.id, strlen(s->acct.id)) &&
	       is_number(&change->address, s->address) && is_number(&change->port, s->link) &&
	       is_text(&change->caller, caller, strlen(caller));
}

static bool is_us(const struct config *config, const struct radius_change *change)
{
	const struct config_radius *r = &config->radius;
	const char *name = r->identifier ? r->identifier : config->name;
	struct in_addr address = r->nas_address.s_addr ? r->nas_address : config->local;

	return is_text(&change->nas_name, name, strlen(name)) &&
	       is_number(&change->nas_address, ntohl(address.s_addr));
}

/* Returns whether it is done. The set of before stays in force if the new one cannot be. */
static bool change_filter(struct session *s, const char *name)
{
	char *copy = strdup(name), *old = s->grant.filter_set;
	const char *set;

	if (!copy)
		return false;
	s->grant.filter_set = copy;
	set = session_filter_set(s);
	if (set && s->up && filters_bind(s->d, s->link, wan_ifindex(s->d->wan), set)) {
		log_warning("session %u: filter set '%s' cannot be bound: %s", s->link, set,
			    filters_error(s->d));
		s->grant.filter_set = old;
		free(copy);
		return false;
	}
	if (set && s->up)
		s->filtered = true;
	else if (!set && s->filtered)
		filters_remove(s->d, s->link);
	if (!set)
		s->filtered = false;
	free(old);
	return true;
}

static enum radius_error change_session(struct session *s, const struct radius_change *change)
{
	char *name;
	bool good;

	if (change->filter.value) {
		name = radius_filter_name(&change->filter);
		if (!name)
			return RADIUS_ERROR_INVALID_VALUE;
		good = change_filter(s, name);
		free(name);
		if (!good)
			return RADIUS_ERROR_RESOURCES;
	}
	if (change->session.value)
		radius_uint(&change->session, &s->grant.session_s);
	if (change->idle.value)
		radius_uint(&change->idle, &s->grant.idle_s);
	session_limits_change(s);
	session_changed(s);
	return RADIUS_ERROR_NONE;
}

/* One session after the other, by number: what is done to one may end others. */
static enum radius_error change_all(struct rrasd *d, const struct radius_packet *p,
				    const struct radius_change *change)
{
	enum radius_error error = RADIUS_ERROR_NO_SESSION, one = RADIUS_ERROR_NONE;
	struct session *s;
	uint32_t count, i;
	uint32_t *ids;

	ids = sessions_ids(d->sessions, &count);
	if (!ids)
		return RADIUS_ERROR_RESOURCES;
	for (i = 0; i < count; i++) {
		s = sessions_find(d->sessions, ids[i]);
		if (!s || !is_meant(s, change))
			continue;
		if (p->code == RADIUS_COA_REQUEST)
			one = change_session(s, change);
		else
			session_close(s, PPP_REASON_ADMIN);
		if (error == RADIUS_ERROR_NO_SESSION || one)
			error = one;
	}
	free(ids);
	return error;
}

static enum radius_error perform(struct radius_coa *c, const struct radius_packet *p,
				 const struct radius_change *change)
{
	if (!is_us(c->d->config, change))
		return RADIUS_ERROR_NAS_MISMATCH;
	return change_all(c->d, p, change);
}

static void copy_proxy_states(const struct radius_packet *p, struct radius_writer *w)
{
	struct radius_cursor c;
	struct radius_attr a;

	radius_first(p, &c);
	while (radius_next(&c, &a)) {
		if (!a.vendor && a.type == PW_PROXY_STATE)
			radius_put(w, PW_PROXY_STATE, a.value, a.len);
	}
}

static void reply(struct radius_coa *c, const union radius_address *from,
		  const struct radius_packet *p, const char *secret, enum radius_error error)
{
	struct radius_counts *counts = radius_counts(c->d);
	struct answered *kept = &c->answered[c->next++ % REPLIES_KEPT];
	uint8_t code = p->code == RADIUS_COA_REQUEST ? RADIUS_COA_ACK : RADIUS_DISCONNECT_ACK;
	static struct radius_writer w;

	if (error)
		counts->naks++;
	else
		counts->acks++;
	radius_begin(&w, (uint8_t)(error ? code + 1 : code), p->id);
	radius_put_proof(&w);
	if (error)
		radius_put_uint(&w, PW_ERROR_CAUSE, error);
	copy_proxy_states(p, &w);
	radius_sign_reply(&w, p->data + 4, secret);
	kept->len = 0;
	if (w.len <= sizeof(kept->reply)) {
		kept->from = *from;
		kept->len = (uint16_t)w.len;
		memcpy(kept->auth, p->data + 4, RADIUS_AUTH_LEN);
		memcpy(kept->reply, w.data, w.len);
	}
	sendto(c->fd, w.data, w.len, 0, &from->sa, radius_address_len(from));
}

/* RFC 5176 section 6.3 */
static bool is_fresh(const struct config *config, const struct radius_change *change)
{
	int64_t window = config->radius.window_ms / 1000;
	uint32_t stamp;
	int64_t age;

	if (!change->timestamp.value || !radius_uint(&change->timestamp, &stamp))
		return true;
	age = (int64_t)time(NULL) - stamp;
	return age <= window && age >= -window;
}

/* Returns NULL, or why it is not answered. */
static const char *serve(struct radius_coa *c, const union radius_address *from,
			 const uint8_t *data, size_t len)
{
	const struct config_radius_peer *client = find_client(&c->d->config->radius, from);
	const struct answered *before;
	struct radius_change change;
	struct radius_packet p;
	enum radius_error error;
	const char *wrong;

	if (!client)
		return "it may not send requests";
	wrong = radius_check(data, len, &p);
	if (wrong)
		return wrong;
	if (p.code != RADIUS_COA_REQUEST && p.code != RADIUS_DISCONNECT_REQUEST)
		return "it is neither a Disconnect-Request nor a CoA-Request";
	wrong = radius_verify_request(&p, client->secret);
	if (wrong)
		return wrong;
	before = find_answered(c, from, p.data + 4);
	if (before) {
		sendto(c->fd, before->reply, before->len, 0, &from->sa, radius_address_len(from));
		return NULL;
	}
	error = radius_change_read(&p, &change);
	if (!is_fresh(c->d->config, &change))
		return "it is too old, or a clock is wrong";
	if (!error)
		error = perform(c, &p, &change);
	if (log_allowed(&done_limit))
		log_info("RADIUS client %s: %s %s", client->name,
			 p.code == RADIUS_COA_REQUEST ? "change of sessions" : "end of sessions",
			 error ? "refused" : "done");
	reply(c, from, &p, client->secret, error);
	return NULL;
}

static const char *address_text(const union radius_address *a)
{
	static char text[INET6_ADDRSTRLEN];
	const void *at = a->sa.sa_family == AF_INET ? (const void *)&a->in.sin_addr :
			 (const void *)&a->in6.sin6_addr;

	return inet_ntop(a->sa.sa_family, at, text, sizeof(text)) ? text : "?";
}

static void on_readable(struct ev_loop *loop, ev_io *w, int revents)
{
	static uint8_t data[RADIUS_PACKET_MAX + 1];
	struct radius_coa *c = w->data;
	union radius_address from;
	const char *wrong;
	socklen_t size;
	ssize_t len;
	int i;

	(void)loop;
	(void)revents;
	for (i = 0; i < REQUESTS_A_TURN; i++) {
		size = sizeof(from);
		len = recvfrom(c->fd, data, sizeof(data), 0, &from.sa, &size);
		if (len < 0)
			return;
		radius_counts(c->d)->requests++;
		wrong = serve(c, &from, data, (size_t)len);
		if (!wrong)
			continue;
		radius_counts(c->d)->requests_bad++;
		if (log_allowed(&bad_limit))
			log_warning("RADIUS request of %s is ignored: %s", address_text(&from),
				    wrong);
	}
}

/**
 * radius_coa_open - await requests, if the configuration wants them
 * @d: the daemon; its @radius_coa is set then
 *
 * Return: 0 or a negative error, which has been logged.
 */
int radius_coa_open(struct rrasd *d)
{
	const union radius_address *listen = &d->config->radius.listen;
	struct radius_coa *c;
	int err;

	if (!listen->sa.sa_family)
		return 0;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	d->radius_coa = c;
	c->d = d;
	c->fd = socket(listen->sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->fd < 0 || bind(c->fd, &listen->sa, radius_address_len(listen)) < 0) {
		err = -errno;
		log_error("[radius] coa-listen %s: %m", address_text(listen));
		return err;
	}
	ev_io_init(&c->io, on_readable, c->fd, EV_READ);
	c->io.data = c;
	ev_io_start(d->loop, &c->io);
	return 0;
}

/**
 * radius_coa_close - the opposite
 * @d: the daemon
 */
void radius_coa_close(struct rrasd *d)
{
	struct radius_coa *c = d->radius_coa;

	if (!c)
		return;
	ev_io_stop(d->loop, &c->io);
	if (c->fd >= 0)
		close(c->fd);
	free(c);
	d->radius_coa = NULL;
}
