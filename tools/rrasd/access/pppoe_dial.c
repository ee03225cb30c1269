// SPDX-License-Identifier: GPL-2.0
/*
 * PPPoE where we are the client: calls of demand-dial interfaces, and the sessions they lead to.
 */
#include <errno.h>
#include <linux/wanarp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "../config.h"
#include "../dial.h"
#include "../kernel.h"
#include "../rrasd.h"
#include "pppoe_client.h"
#include "pppoe_internal.h"

struct pppoe_line;

/**
 * struct pppoe_dialler - who calls over an Ethernet interface
 */
struct pppoe_dialler {
	struct dialler dialler;
	/** @list: of the interface's diallers */
	struct list list;
	struct pppoe_iface *iface;
	struct pppoe_call call;
	ev_timer timer;
	/** @line: what the call led to; NULL: nothing, or it is over */
	struct pppoe_line *line;
};

/**
 * struct pppoe_line - a session that we asked for
 */
struct pppoe_line {
	struct session s;
	struct pppoe_dialler *dialler;
	uint16_t number;
	uint8_t mac[PPPOE_MAC_LEN];
	bool silent;		/* no PADT: the concentrator has sent one */
};

static struct pppoe_line *to_line(const struct session *s)
{
	return container_of(s, struct pppoe_line, s);
}

static const char *line_describe(const struct session *s)
{
	static char text[IFNAMSIZ + 20];
	struct pppoe_line *line = to_line(s);

	snprintf(text, sizeof(text), "%s %s", line->dialler->iface->watch.name,
		 pppoe_mac_text(line->mac));
	return text;
}

static void line_json(const struct session *s, struct json *j)
{
	struct pppoe_line *line = to_line(s);

	json_field_string(j, "interface", line->dialler->iface->watch.name);
	json_field_string(j, "peer", pppoe_mac_text(line->mac));
	json_field_uint(j, "pppoe-session", line->number);
}

static void line_authenticated(struct session *s)
{
	(void)s;
}

static void line_closed(struct session *s, enum ppp_reason reason)
{
	struct pppoe_line *line = to_line(s);

	(void)reason;
	line->dialler->line = NULL;
	if (!line->silent)
		pppoe_padt(line->dialler->iface, line->mac, line->number);
}

static void line_save(const struct session *s, struct record_writer *w)
{
	struct pppoe_line *line = to_line(s);

	pppoe_save(w, line->dialler->iface, line->mac, line->number);
}

static void line_free(struct session *s)
{
	free(to_line(s));
}

static const struct session_port line_port = {
	.kind = ACCESS_PPPOE,
	.describe = line_describe,
	.json = line_json,
	.authenticated = line_authenticated,
	.save = line_save,
	.closed = line_closed,
	.free = line_free,
};

/* There is a session: make a link of it. */
static void begin_line(struct pppoe_dialler *dialler)
{
	const struct pppoe_call *call = &dialler->call;
	struct pppoe_iface *iface = dialler->iface;
	struct rrasd *d = iface->pppoe->d;
	struct pppoe_line *line;
	uint32_t link;
	int fd;

	line = calloc(1, sizeof(*line));
	if (!line) {
		dial_failed(dialler->dialler.uplink, WANARP_UNREACHABLE_REASON_OUT_OF_RESOURCES,
			    "out of memory");
		return;
	}
	fd = kernel_link_pppoe(d->kernel, iface->ifindex, call->session, call->peer, &link);
	if (fd < 0) {
		free(line);
		dial_failed(dialler->dialler.uplink, WANARP_UNREACHABLE_REASON_OUT_OF_RESOURCES,
			    kernel_error(d->kernel));
		return;
	}
	line->dialler = dialler;
	line->number = call->session;
	memcpy(line->mac, call->peer, sizeof(line->mac));
	dialler->line = line;
	session_add_uplink(d, &line->s, &line_port, fd, link, dialler->dialler.uplink);
	dial_session_begins(dialler->dialler.uplink, &line->s, call->peer_name);
}

/* After everything that may have changed the state of a call. */
static void go_on(struct pppoe_dialler *dialler, const struct pppoe_writer *w)
{
	struct ev_loop *loop = dialler->iface->pppoe->d->loop;
	struct pppoe_call *call = &dialler->call;
	uint64_t now = rrasd_now();

	ev_timer_stop(loop, &dialler->timer);
	if (w)
		pppoe_iface_send(dialler->iface, w);
	if (call->deadline) {
		ev_timer_set(&dialler->timer, call->deadline > now ?
			     (ev_tstamp)(call->deadline - now) / 1000.0 : 0.0, 0.0);
		ev_timer_start(loop, &dialler->timer);
	} else if (call->state == PPPOE_CALL_OPEN) {
		call->state = PPPOE_CALL_IDLE;
		begin_line(dialler);
	} else if (call->state == PPPOE_CALL_REFUSED) {
		call->state = PPPOE_CALL_IDLE;
		dial_failed(dialler->dialler.uplink, WANARP_UNREACHABLE_REASON_CONNECTION_FAILURE,
			    pppoe_call_problem(call));
	}
}

static void on_timer(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct pppoe_dialler *dialler = w->data;

	(void)loop;
	(void)revents;
	go_on(dialler, pppoe_call_timer(&dialler->call, rrasd_now()));
}

static struct pppoe_dialler *to_dialler(const struct dialler *dialler)
{
	return container_of(dialler, struct pppoe_dialler, dialler);
}

static int dialler_begin(struct dialler *base, const struct config_dial *dial, const char *over)
{
	struct pppoe_dialler *dialler = to_dialler(base);
	uint8_t uniq[PPPOE_CALL_UNIQ_LEN];

	(void)over;	/* the interface is known */
	if (!dialler->iface->ifindex)
		return -ENODEV;
	if (getrandom(uniq, sizeof(uniq), 0) != (ssize_t)sizeof(uniq))
		return -EIO;
	dialler->call.service = dial->service;
	dialler->call.ac_name = dial->ac_name;
	go_on(dialler, pppoe_call_begin(&dialler->call, dialler->iface->mac, uniq, rrasd_now()));
	return 0;
}

static void cancel(struct pppoe_dialler *dialler)
{
	dialler->call.state = PPPOE_CALL_IDLE;
	dialler->call.deadline = 0;
	ev_timer_stop(dialler->iface->pppoe->d->loop, &dialler->timer);
}

static void dialler_cancel(struct dialler *base)
{
	cancel(to_dialler(base));
}

static const char *dialler_problem(const struct dialler *base)
{
	return pppoe_call_problem(&to_dialler(base)->call);
}

static void dialler_free(struct dialler *base)
{
	struct pppoe_dialler *dialler = to_dialler(base);

	cancel(dialler);
	list_remove(&dialler->list);
	free(dialler);
}

static const struct dialler_ops dialler_ops = {
	.begin = dialler_begin,
	.cancel = dialler_cancel,
	.problem = dialler_problem,
	.free = dialler_free,
};

/**
 * pppoe_dialler_create - somebody who calls over an interface
 * @d: the daemon
 * @dial: names the interface, which need not exist
 * @u: for whom
 *
 * Return: the dialler, NULL without memory.
 */
struct dialler *pppoe_dialler_create(struct rrasd *d, const struct config_dial *dial,
				     struct uplink *u)
{
	struct pppoe_dialler *dialler = calloc(1, sizeof(*dialler));

	if (!dialler)
		return NULL;
	dialler->iface = pppoe_iface_get(d->pppoe, dial->over);
	if (!dialler->iface) {
		free(dialler);
		return NULL;
	}
	dialler->dialler.ops = &dialler_ops;
	dialler->dialler.uplink = u;
	ev_init(&dialler->timer, on_timer);
	dialler->timer.data = dialler;
	list_append(&dialler->iface->diallers, &dialler->list);
	pppoe_iface_dials(dialler->iface);
	return &dialler->dialler;
}

/* The list of diallers does not change inside a callback, only in a reload and after it. */
#define for_each_dialler(iface, dialler, l)						\
	for (l = (iface)->diallers.next;						\
	     dialler = container_of(l, struct pppoe_dialler, list), l != &(iface)->diallers; \
	     l = l->next)

/**
 * pppoe_dial_receive - a PADO or PADS for us arrived
 * @iface: where
 * @f: the frame
 */
void pppoe_dial_receive(struct pppoe_iface *iface, const struct pppoe_frame *f)
{
	struct pppoe_dialler *dialler;
	struct list *l;

	for_each_dialler(iface, dialler, l) {
		if (!pppoe_call_owns(&dialler->call, f))
			continue;
		go_on(dialler, pppoe_call_input(&dialler->call, f, rrasd_now()));
		return;
	}
	iface->pppoe->counts.stray++;
}

/**
 * pppoe_dial_padt - a PADT for us arrived
 * @iface: where
 * @f: the frame
 *
 * Return: whether it was for a session that we asked for.
 */
bool pppoe_dial_padt(struct pppoe_iface *iface, const struct pppoe_frame *f)
{
	struct pppoe_dialler *dialler;
	struct pppoe_line *line;
	struct list *l;

	for_each_dialler(iface, dialler, l) {
		line = dialler->line;
		if (!line || line->number != f->session ||
		    memcmp(line->mac, f->src, sizeof(line->mac)))
			continue;
		line->silent = true;
		session_lower_down(&line->s, PPP_REASON_PEER);
		return true;
	}
	return false;
}

/**
 * pppoe_dial_up - an interface can be dialled over
 * @iface: the interface
 */
void pppoe_dial_up(struct pppoe_iface *iface)
{
	struct pppoe_dialler *dialler;
	struct list *l;

	for_each_dialler(iface, dialler, l)
		dial_port_up(dialler->dialler.uplink);
}

/**
 * pppoe_dial_down - an interface is gone or down, or got another address
 * @iface: the interface
 */
void pppoe_dial_down(struct pppoe_iface *iface)
{
	struct pppoe_dialler *dialler;
	struct list *l;

	for_each_dialler(iface, dialler, l) {
		if (dialler->line)
			session_lower_down(&dialler->line->s, PPP_REASON_LOWER_DOWN);
		if (!dialler->call.deadline)
			continue;
		cancel(dialler);
		dial_failed(dialler->dialler.uplink, WANARP_UNREACHABLE_REASON_NO_PORT,
			    "the interface went down");
	}
}

/**
 * pppoe_line_restore - go on with a session of the process before us that it has asked for
 * @iface: where it is
 * @mac: the concentrator
 * @number: of the session
 * @h: the rest
 * @u: for whom
 *
 * Return: NULL, or why that is not possible.
 */
const char *pppoe_line_restore(struct pppoe_iface *iface, const uint8_t *mac, uint16_t number,
			       const struct handover *h, struct uplink *u)
{
	struct pppoe_dialler *dialler;
	struct pppoe_line *line;
	struct list *l;

	for_each_dialler(iface, dialler, l) {
		if (dialler->dialler.uplink == u)
			break;
	}
	if (l == &iface->diallers)
		return "its [dial] section dials over another interface now";
	if (dialler->line)
		return "there is another session already";
	line = calloc(1, sizeof(*line));
	if (!line)
		return "out of memory";
	line->dialler = dialler;
	line->number = number;
	memcpy(line->mac, mac, PPPOE_MAC_LEN);
	dialler->line = line;
	if (session_restore(&line->s, &line_port, h, u))
		return NULL;
	dialler->line = NULL;
	free(line);
	return "its record makes no sense";
}
