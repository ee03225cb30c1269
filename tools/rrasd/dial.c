// SPDX-License-Identifier: GPL-2.0
/*
 * Demand-dial interfaces: when to dial, and what becomes of it. See dial.h.
 *
 * The kernel decides that a line is needed and says so once; it is answered by a line-up or by the
 * reason why there is none. A permanent line needs no question: it is dialled at the start, at
 * once when it was lost, and after a failure with pauses that double.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access/access.h"
#include "dial_internal.h"
#include "keep.h"
#include "log.h"
#include "rrasd.h"

static const char * const state_names[] = {
	[UPLINK_IDLE] = "idle",
	[UPLINK_WAITING] = "waiting",
	[UPLINK_CALLING] = "calling",
	[UPLINK_NEGOTIATING] = "negotiating",
	[UPLINK_UP] = "up",
	[UPLINK_ENDING] = "ending",
};

static void set_state(struct uplink *u, enum uplink_state state)
{
	struct ev_loop *loop = u->all->d->loop;

	u->state = state;
	u->since = rrasd_now();
	if (state != UPLINK_WAITING)
		ev_timer_stop(loop, &u->retry);
	if (state != UPLINK_CALLING && state != UPLINK_NEGOTIATING)
		ev_timer_stop(loop, &u->limit);
}

static bool is_permanent(const struct uplink *u)
{
	return u->dial->mode == DIAL_PERMANENT && !u->held && !u->leaving && !u->all->d->stopping;
}

static void wait_to_retry(struct uplink *u)
{
	struct ev_loop *loop = u->all->d->loop;

	if (!is_permanent(u))
		return;
	set_state(u, UPLINK_WAITING);
	ev_timer_set(&u->retry, (ev_tstamp)u->retry_ms / 1000.0, 0.0);
	ev_timer_start(loop, &u->retry);
	u->retry_ms *= 2;
	if (u->retry_ms > u->dial->backoff_max_ms)
		u->retry_ms = u->dial->backoff_max_ms;
}

/**
 * uplink_section - the section of the configuration in force that an interface goes on with
 * @u: the interface
 *
 * Return: the section; NULL if there is none, or if it dials over something else.
 */
const struct config_dial *uplink_section(const struct uplink *u)
{
	const struct config_dial *dial = config_dial_find(u->all->d->config, u->dial->name);

	if (!dial || dial->access != u->dial->access || strcmp(dial->over, u->dial->over))
		return NULL;
	return dial;
}

/**
 * uplink_take_config - a configuration that was read meanwhile counts from the next attempt on
 * @u: the interface
 */
void uplink_take_config(struct uplink *u)
{
	struct config *new = u->all->d->config;
	const struct config_dial *dial = uplink_section(u);

	if (new == u->config || !dial)
		return;
	config_get(new);
	config_put(u->config);
	u->config = new;
	u->dial = dial;
}

/* @over: as in the configuration, but for the host, which is an address here. */
static void call(struct uplink *u, const char *over)
{
	int err = u->port->ops->begin(u->port, u->dial, over);

	if (err == -ENODEV)
		dial_failed(u, WANARP_UNREACHABLE_REASON_NO_PORT,
			    "the interface to dial over is missing or down");
	else if (err)
		dial_failed(u, WANARP_UNREACHABLE_REASON_OUT_OF_RESOURCES, strerror(-err));
}

static void on_resolved(struct resolve *r, const char *address, const char *why)
{
	struct uplink *u = container_of(r, struct uplink, resolve);
	const char *over = u->dial->over, *port = over + config_dial_host(over);
	char text[DIAL_TEXT_LEN];

	if (!address) {
		dial_failed(u, WANARP_UNREACHABLE_REASON_CONNECTION_FAILURE, why);
		return;
	}
	log_debug("%s: %.*s is %s", u->dial->name, (int)(port - over), over, address);
	/* Brackets only where a port follows. */
	snprintf(text, sizeof(text), *port && strchr(address, ':') ? "[%s]%s" : "%s%s", address,
		 port);
	call(u, text);
}

static void call_by_name(struct uplink *u, size_t len)
{
	char name[CONFIG_HOST_MAX + 1];
	int err;

	memcpy(name, u->dial->over, len);
	name[len] = '\0';
	/* PPTP is for IPv4 only. */
	err = resolve_start(&u->resolve, u->all->d->loop, name,
			    u->dial->access == ACCESS_PPTP ? AF_INET : AF_UNSPEC, on_resolved);
	if (err)
		dial_failed(u, WANARP_UNREACHABLE_REASON_OUT_OF_RESOURCES, strerror(-err));
}

static bool has_host(const struct config_dial *dial)
{
	return dial->access == ACCESS_PPTP || dial->access == ACCESS_L2TP;
}

static void cancel_call(struct uplink *u)
{
	if (u->resolve.channel)
		resolve_cancel(&u->resolve);
	else
		u->port->ops->cancel(u->port);
}

/**
 * uplink_dial - get a line
 * @u: the interface
 * @why: for the log
 *
 * Nothing to do if there is one, or one on its way.
 */
void uplink_dial(struct uplink *u, const char *why)
{
	struct ev_loop *loop = u->all->d->loop;
	size_t name;

	u->held = false;
	if (u->state == UPLINK_ENDING) {
		u->wanted = true;
		return;
	}
	if (u->leaving || u->all->d->stopping)
		return;
	if (u->state != UPLINK_IDLE && u->state != UPLINK_WAITING)
		return;
	uplink_take_config(u);
	log_info("%s: dialling over %s %s: %s", u->dial->name, access_name(u->dial->access),
		 u->dial->over, why);
	u->dials++;
	set_state(u, UPLINK_CALLING);
	ev_timer_set(&u->limit, (ev_tstamp)u->dial->connect_ms / 1000.0, 0.0);
	ev_timer_start(loop, &u->limit);
	name = has_host(u->dial) ? config_dial_host(u->dial->over) : 0;
	if (name)
		call_by_name(u, name);
	else
		call(u, u->dial->over);
}

/**
 * dial_failed - an attempt led to nothing
 * @u: the interface
 * @reason: enum wanarp_unreachable_reason
 * @text: a sentence without a full stop
 */
void dial_failed(struct uplink *u, uint32_t reason, const char *text)
{
	u->failures++;
	u->reason = reason;
	snprintf(u->text, sizeof(u->text), "%s", text);
	log_warning("%s: no connection over %s: %s", u->dial->name, u->dial->over, u->text);
	set_state(u, UPLINK_IDLE);
	uplink_report(u, reason, u->text);
	wait_to_retry(u);
}

/**
 * uplink_request - a packet needs a line
 * @u: the interface
 * @why: for the log
 *
 * It does not shorten the pause after a failure of what is dialled without being asked for.
 */
void uplink_request(struct uplink *u, const char *why)
{
	if (u->state == UPLINK_WAITING)
		uplink_report(u, u->reason, u->text);
	else
		uplink_dial(u, why);
}

/**
 * uplink_ready - the interface has come up
 * @u: the interface
 */
void uplink_ready(struct uplink *u)
{
	u->held = false;
	if (u->all->begun && u->state == UPLINK_IDLE && is_permanent(u))
		uplink_dial(u, "permanent");
}

/**
 * dial_port_up - what we dial over has come up
 * @u: the interface that is dialled for
 */
void dial_port_up(struct uplink *u)
{
	if (u->state == UPLINK_WAITING)
		uplink_dial(u, "permanent, and what to dial over is back");
}

/**
 * dial_session_begins - the call was taken: PPP begins
 * @u: the interface
 * @s: the session
 * @peer: the name of who took it
 */
void dial_session_begins(struct uplink *u, struct session *s, const char *peer)
{
	u->session = s;
	snprintf(u->peer_name, sizeof(u->peer_name), "%s", peer);
	u->state = UPLINK_NEGOTIATING;
	u->since = rrasd_now();
	session_start(s);
}

/**
 * uplink_up - there is a line
 * @u: the interface
 */
void uplink_up(struct uplink *u)
{
	u->retry_ms = u->dial->backoff_ms;
	u->wanted = false;
	u->text[0] = '\0';
	set_state(u, UPLINK_UP);
}

/**
 * uplink_down - there is no line any more; the session ends, or negotiates anew
 * @u: the interface
 */
void uplink_down(struct uplink *u)
{
	if (u->state == UPLINK_UP)
		set_state(u, UPLINK_ENDING);
}

/* What the kernel, and who sent the packet, is to know of why PPP did not get through. */
static uint32_t unreachable_reason(enum ppp_reason reason)
{
	switch (reason) {
	case PPP_REASON_AUTH_DENIED:
	case PPP_REASON_AUTH_REFUSED:
		return WANARP_UNREACHABLE_REASON_AUTHENTICATION;
	case PPP_REASON_ERROR:
	case PPP_REASON_NETWORK_FAILED:
		return WANARP_UNREACHABLE_REASON_OUT_OF_RESOURCES;
	case PPP_REASON_LOWER_DOWN:
		return WANARP_UNREACHABLE_REASON_NO_PORT;
	case PPP_REASON_ADMIN:
	case PPP_REASON_SHUTDOWN:
		return WANARP_UNREACHABLE_REASON_ADMIN;
	default:
		return WANARP_UNREACHABLE_REASON_CONNECTION_FAILURE;
	}
}

/* A line that was lost is dialled again at once, but not one that is lost again and again. */
static void line_is_over(struct uplink *u, bool brief)
{
	if (!is_permanent(u))
		return;
	if (!brief) {
		uplink_dial(u, "the line was lost");
		return;
	}
	u->reason = WANARP_UNREACHABLE_REASON_CONNECTION_FAILURE;
	snprintf(u->text, sizeof(u->text), "the line was lost as soon as it was there");
	wait_to_retry(u);
}

/* One that is dialled on demand is asked for anyway, and may become a permanent one. */
static void hold(struct uplink *u)
{
	u->held = u->dial->mode == DIAL_PERMANENT;
}

/**
 * uplink_ended - the session is over
 * @u: the interface
 * @reason: why
 * @text: the same in words
 */
void uplink_ended(struct uplink *u, enum ppp_reason reason, const char *text)
{
	bool brief = rrasd_now() - u->session->up_since < u->dial->backoff_ms;
	bool negotiated = u->state == UPLINK_NEGOTIATING;
	bool wanted = u->wanted;

	u->session = NULL;
	u->wanted = false;
	if (reason == PPP_REASON_ADMIN)
		hold(u);
	if (negotiated) {
		dial_failed(u, unreachable_reason(reason), text);
	} else {
		set_state(u, UPLINK_IDLE);
		line_is_over(u, brief);
	}
	if (wanted)
		uplink_dial(u, "asked for while the last session ended");
	if (u->leaving)
		uplink_leave(u);
}

/**
 * uplink_hangup - have no line
 * @u: the interface
 * @reason: why
 */
void uplink_hangup(struct uplink *u, enum ppp_reason reason)
{
	u->wanted = false;
	if (reason == PPP_REASON_ADMIN)
		hold(u);
	switch (u->state) {
	case UPLINK_WAITING:
		set_state(u, UPLINK_IDLE);
		break;
	case UPLINK_CALLING:
		cancel_call(u);
		dial_failed(u, unreachable_reason(reason), ppp_reason_text(reason));
		break;
	case UPLINK_NEGOTIATING:
	case UPLINK_UP:
	case UPLINK_ENDING:
		session_close(u->session, reason);
		break;
	case UPLINK_IDLE:
		break;
	}
}

static void on_limit(struct ev_loop *loop, ev_timer *w, int revents)
{
	static const enum ppp_reason reasons[] = {
		[PPP_PHASE_DEAD] = PPP_REASON_LCP_TIMEOUT,
		[PPP_PHASE_ESTABLISH] = PPP_REASON_LCP_TIMEOUT,
		[PPP_PHASE_AUTHENTICATE] = PPP_REASON_AUTH_TIMEOUT,
		[PPP_PHASE_NETWORK] = PPP_REASON_NETWORK_TIMEOUT,
		[PPP_PHASE_TERMINATE] = PPP_REASON_LCP_TIMEOUT,
	};
	struct uplink *u = w->data;

	(void)loop;
	(void)revents;
	if (u->session) {
		session_lower_down(u->session, reasons[u->session->ppp.phase]);
		return;
	}
	dial_failed(u, WANARP_UNREACHABLE_REASON_CONNECTION_FAILURE,
		    u->resolve.channel ? "no name server answers" :
		    u->port->ops->problem(u->port));
	cancel_call(u);
}

static void on_retry(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct uplink *u = w->data;

	(void)loop;
	(void)revents;
	set_state(u, UPLINK_IDLE);
	uplink_dial(u, "permanent, after a pause");
}

/**
 * uplink_by_ifindex - an interface by its number
 * @all: all of them
 * @ifindex: the number
 *
 * Return: the interface or NULL.
 */
struct uplink *uplink_by_ifindex(const struct dial *all, int ifindex)
{
	struct uplink *u;
	struct list *l;

	for_each_uplink(all, u, l) {
		if (ifindex && u->watch.state.ifindex == ifindex)
			return u;
	}
	return NULL;
}

/**
 * uplink_by_name - an interface by its name
 * @d: the daemon
 * @name: its name
 *
 * Return: the interface or NULL.
 */
struct uplink *uplink_by_name(const struct rrasd *d, const char *name)
{
	struct uplink *u;
	struct list *l;

	if (!d->dial)
		return NULL;
	for_each_uplink(d->dial, u, l) {
		if (!strcmp(u->dial->name, name))
			return u;
	}
	return NULL;
}

/**
 * uplink_add - a demand-dial interface more
 * @all: all of them
 * @config: the configuration in force
 * @dial: its section in it
 *
 * The interface is looked for with the next netdev_refresh().
 *
 * Return: 0 or -ENOMEM.
 */
int uplink_add(struct dial *all, struct config *config, const struct config_dial *dial)
{
	struct uplink *u = calloc(1, sizeof(*u));

	if (!u)
		return -ENOMEM;
	u->all = all;
	u->config = config_get(config);
	u->dial = dial;
	u->retry_ms = dial->backoff_ms;
	u->since = rrasd_now();
	ev_init(&u->limit, on_limit);
	ev_init(&u->retry, on_retry);
	uplink_leave_init(u);
	u->limit.data = u;
	u->retry.data = u;
	u->watch.changed = uplink_changed;
	u->watch.data = u;
	list_append(&all->uplinks, &u->list);
	all->count++;
	netdev_add(all->d, &u->watch, dial->name);
	u->port = access_dialler(all->d, dial, u);
	return u->port ? 0 : -ENOMEM;
}

/**
 * uplink_free - an interface less; it has no session any more
 * @u: the interface
 */
void uplink_free(struct uplink *u)
{
	struct ev_loop *loop = u->all->d->loop;

	ev_timer_stop(loop, &u->limit);
	ev_timer_stop(loop, &u->retry);
	ev_timer_stop(loop, &u->end);
	uplink_unconfigure(u);
	resolve_cancel(&u->resolve);
	if (u->port)
		u->port->ops->free(u->port);
	list_remove(&u->watch.list);
	list_remove(&u->list);
	u->all->count--;
	config_put(u->config);
	free(u);
}

/**
 * uplinks_create - make the interfaces that are not there and are ours to make
 * @all: all of them
 */
void uplinks_create(struct dial *all)
{
	struct uplink *u;
	struct list *l;

	for_each_uplink(all, u, l) {
		if (!u->watch.state.ifindex && u->dial->create)
			uplink_create(u);
	}
}

static void create_again(struct ev_loop *loop, ev_timer *t, int revents)
{
	(void)loop;
	(void)revents;
	uplinks_create(t->data);
}

/**
 * dial_prepare - be the dialler, of no interface yet
 * @d: the daemon; its @dial is set
 *
 * Return: 0 or a negative error, which has been logged.
 */
int dial_prepare(struct rrasd *d)
{
	struct dial *all = calloc(1, sizeof(*all));

	if (!all)
		return -ENOMEM;
	d->dial = all;
	all->d = d;
	list_init(&all->uplinks);
	ev_init(&all->create_again, create_again);
	all->create_again.repeat = 2.0;
	all->create_again.data = all;
	return dial_kernel_open(all);
}

/**
 * dial_open - prepare for what the configuration says of demand-dial interfaces
 * @d: the daemon; its @dial is set if there are any
 *
 * Return: 0 or a negative error, which has been logged.
 */
int dial_open(struct rrasd *d)
{
	size_t i;
	int err;

	if (!d->config->dials)
		return 0;
	err = dial_prepare(d);
	for (i = 0; !err && i < d->config->dials; i++)
		err = uplink_add(d->dial, d->config, d->config->dial[i]);
	return err;
}

/* One interface may have had the route that another one is to have now. */
static void tidy(struct dial *all)
{
	bool again = keep_is_heir(all->d->keep);	/* or an interface that is gone had it */
	struct uplink *u;
	struct list *l;

	for_each_uplink(all, u, l)
		again |= uplink_tidy(u);
	for_each_uplink(all, u, l) {
		if (again && u->configured && u->watch.state.up)
			uplink_routes(u);
	}
}

/**
 * dial_begin - create what is missing, and dial what is permanent
 * @d: the daemon; its interfaces have been read
 *
 * Return: 0 or a negative error, which has been logged.
 */
int dial_begin(struct rrasd *d)
{
	struct dial *all = d->dial;
	struct uplink *u;
	struct list *l;
	int err;

	if (!all)
		return 0;
	uplinks_create(all);
	ev_timer_again(d->loop, &all->create_again);
	/* Twice: they come up in between, and only an interface that is up has routes. */
	err = netdev_refresh(d);
	if (!err)
		err = netdev_refresh(d);
	if (err)
		return err;
	tidy(all);
	all->begun = true;
	for_each_uplink(all, u, l) {
		if (u->watch.state.ifindex)
			uplink_ready(u);
		else if (!u->dial->create)
			log_warning("%s: there is no such interface yet: waiting for it",
				    u->dial->name);
	}
	return 0;
}

/**
 * dial_stop - rrasd stops: nothing is dialled any more
 * @d: the daemon; its sessions are told by themselves
 */
void dial_stop(struct rrasd *d)
{
	struct uplink *u;
	struct list *l;

	if (!d->dial)
		return;
	for_each_uplink(d->dial, u, l) {
		if (!u->session)
			uplink_hangup(u, PPP_REASON_SHUTDOWN);
	}
}

/**
 * dial_close - the opposite of dial_open(); all sessions have ended
 * @d: the daemon
 */
void dial_close(struct rrasd *d)
{
	struct dial *all = d->dial;

	if (!all)
		return;
	ev_timer_stop(d->loop, &all->create_again);
	while (!list_empty(&all->uplinks))
		uplink_free(container_of(all->uplinks.next, struct uplink, list));
	dial_kernel_close(all);
	free(all);
	d->dial = NULL;
}

/**
 * dial_config - the configuration that an interface dials with
 * @u: the interface
 *
 * Return: it.
 */
struct config *dial_config(const struct uplink *u)
{
	return u->config;
}

/**
 * dial_ppp_config - what its sessions negotiate with
 * @u: the interface
 *
 * Return: it, part of dial_config().
 */
const struct ppp_config *dial_ppp_config(const struct uplink *u)
{
	return &u->dial->ppp;
}

/**
 * dial_ppp_ops - what the engine of its sessions asks
 * @u: the interface
 *
 * Return: the callbacks.
 */
const struct ppp_ops *dial_ppp_ops(const struct uplink *u)
{
	(void)u;
	return uplink_ppp_ops();
}

static void json_address(struct json *j, const char *key, struct in_addr address)
{
	char text[INET_ADDRSTRLEN];

	if (address.s_addr)
		json_field_string(j, key, inet_ntop(AF_INET, &address, text, sizeof(text)));
}

/**
 * dial_session_json - members that tell a session of ours from one of a client
 * @u: the interface
 * @j: where to write them
 */
void dial_session_json(const struct uplink *u, struct json *j)
{
	json_field_string(j, "uplink", u->dial->name);
	if (u->dial->user)
		json_field_string(j, "user", u->dial->user);
	json_address(j, "address", u->local);
}

/**
 * dial_count - how many demand-dial interfaces are ours?
 * @d: the daemon
 *
 * Return: their number.
 */
uint32_t dial_count(const struct rrasd *d)
{
	return d->dial ? d->dial->count : 0;
}

/**
 * dial_json - one demand-dial interface as a JSON object
 * @d: the daemon
 * @index: which, below dial_count()
 * @j: where to write it
 */
void dial_json(const struct rrasd *d, uint32_t index, struct json *j)
{
	struct uplink *u = NULL;
	struct list *l;

	for_each_uplink(d->dial, u, l) {
		if (!index--)
			break;
	}
	json_open(j, '{');
	json_field_string(j, "uplink", u->dial->name);
	json_field_string(j, "state", state_names[u->state]);
	json_field_uint(j, "seconds", (rrasd_now() - u->since) / 1000);
	json_field_string(j, "mode", u->dial->mode == DIAL_PERMANENT ? "permanent" : "on-demand");
	json_field_string(j, "port", access_name(u->dial->access));
	json_field_string(j, "interface", u->dial->over);
	if (u->session) {
		json_field_uint(j, "session", u->session->link);
		json_field_string(j, "peer-name", u->peer_name);
	}
	json_address(j, "address", u->local);
	json_address(j, "peer-address", u->peer);
	json_address(j, "dns1", u->dns[0]);
	json_address(j, "dns2", u->dns[1]);
	json_field_uint(j, "dials", u->dials);
	json_field_uint(j, "failures", u->failures);
	if (u->text[0])
		json_field_string(j, "last-failure", u->text);
	json_close(j, '}');
}
