// SPDX-License-Identifier: GPL-2.0
/*
 * Clients on serial lines.
 *
 * A line is opened, waits for the carrier if it is a modem's, and gets a link. The first frame on
 * that is a call: the session begins. It ends with the session or when the line hangs up, and is
 * opened again after a pause that doubles as long as nothing comes of it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../config.h"
#include "../dial.h"
#include "../log.h"
#include "../record.h"
#include "../rrasd.h"
#include "../session_keep.h"
#include "../wan.h"
#include "serial.h"

#define CARRIER_INTERVAL	0.5
#define PAUSE_MIN		1.0
#define PAUSE_MAX		60.0
#define RECORD_TEXT_MAX		256	/* of a terminal */

struct serial_session;

/**
 * struct serial_port - a line on which a client may call
 */
struct serial_port {
	struct serial *serial;
	struct list list;
	/** @config: counted; where @section stands */
	struct config *config;
	const struct config_serial *section;
	struct serial_line line;
	/** @timer: opens the line, or looks for the carrier */
	ev_timer timer;
	ev_tstamp pause;
	/** @io: of @fd, for the first frame */
	ev_io io;
	/** @fd: the link's file before there is a session; -1: there is none */
	int fd;
	uint32_t link;
	/** @session: NULL: there is none */
	struct serial_session *session;
	bool complained;	/* the log knows that it does not open */
};

/**
 * struct serial_session - a client; it may outlive its line
 */
struct serial_session {
	struct session s;
	/** @port: the line */
	struct serial_port *port;
};

static struct serial_session *to_serial(const struct session *s)
{
	return container_of(s, struct serial_session, s);
}

static const char *port_describe(const struct session *s)
{
	return to_serial(s)->port->section->device;
}

static void port_json(const struct session *s, struct json *j)
{
	const struct config_serial *section = to_serial(s)->port->section;

	json_field_string(j, "interface", section->name);
	json_field_string(j, "peer", section->device);
}

static void port_authenticated(struct session *s)
{
	to_serial(s)->port->pause = PAUSE_MIN;
}

static void port_framing(struct session *s, const struct ppp_link *link)
{
	serial_line_framing(&to_serial(s)->port->line, link);
}

static void wait_for(struct serial_port *port, ev_tstamp seconds)
{
	struct ev_loop *loop = port->serial->d->loop;

	ev_timer_stop(loop, &port->timer);
	ev_timer_set(&port->timer, seconds, 0.0);
	ev_timer_start(loop, &port->timer);
}

static void again_later(struct serial_port *port)
{
	wait_for(port, port->pause);
	port->pause = port->pause * 2 < PAUSE_MAX ? port->pause * 2 : PAUSE_MAX;
}

static void port_save(const struct session *s, struct record_writer *w)
{
	record_put_text(w, RECORD_PORT_TEXT, to_serial(s)->port->section->device);
}

static int port_control(const struct session *s)
{
	return to_serial(s)->port->line.channel;
}

static int port_terminal(const struct session *s)
{
	return to_serial(s)->port->line.tty;
}

static void port_closed(struct session *s, enum ppp_reason reason)
{
	struct serial_port *port = to_serial(s)->port;

	(void)reason;
	port->session = NULL;
	serial_line_close(&port->line);
	again_later(port);
}

static void port_free(struct session *s)
{
	free(to_serial(s));
}

static const struct session_port session_port = {
	.kind = ACCESS_SERIAL,
	.describe = port_describe,
	.json = port_json,
	.authenticated = port_authenticated,
	.framing = port_framing,
	.save = port_save,
	.control = port_control,
	.terminal = port_terminal,
	.closed = port_closed,
	.free = port_free,
};

static void close_link(struct serial_port *port)
{
	ev_io_stop(port->serial->d->loop, &port->io);
	serial_line_close(&port->line);
	if (port->fd >= 0)
		close(port->fd);
	port->fd = -1;
}

static const char *refuse(struct rrasd *d)
{
	if (!wan_ready(d->wan))
		return "the WAN interface is not there or not up";
	if (d->stopping)
		return "shutting down";
	if (sessions_full(d->sessions, d->config))
		return "too many sessions";
	return sessions_room(d->sessions, d->config) ? NULL : "too many unfinished sessions";
}

/* The client has said something. */
static bool begin_session(struct serial_port *port)
{
	struct rrasd *d = port->serial->d;
	const char *why = refuse(d);
	struct serial_session *session = NULL;

	if (!why) {
		session = calloc(1, sizeof(*session));
		if (!session)
			why = "out of memory";
	}
	if (!session) {
		log_warning("serial %s: no session: %s", port->section->name, why);
		close_link(port);
		again_later(port);
		return false;
	}
	ev_io_stop(d->loop, &port->io);
	port->serial->counts.calls++;
	session->port = port;
	port->session = session;
	session_add(d, &session->s, &session_port, port->fd, port->link);
	port->fd = -1;
	session_start(&session->s);
	return true;
}

static void on_first_frame(struct ev_loop *loop, ev_io *io, int revents)
{
	(void)loop;
	(void)revents;
	begin_session(io->data);
}

static void on_frame(struct serial_line *line, const uint8_t *frame, size_t len)
{
	struct serial_port *port = container_of(line, struct serial_port, line);

	if (port->session || begin_session(port))
		ppp_session_input(&port->session->s.ppp, rrasd_now(), frame, len);
}

static void on_hangup(struct serial_line *line)
{
	struct serial_port *port = container_of(line, struct serial_port, line);

	port->serial->counts.hangups++;
	log_info("serial %s: hung up", port->section->name);
	if (port->session) {
		session_lower_down(&port->session->s, PPP_REASON_LOWER_DOWN);
		return;
	}
	close_link(port);
	again_later(port);
}

static void complain(struct serial_port *port)
{
	port->serial->counts.failed++;
	if (!port->complained)
		log_warning("serial %s: %s: %s: trying again now and then", port->section->name,
			    port->section->device, port->line.error);
	port->complained = true;
	again_later(port);
}

static void make_link(struct serial_port *port)
{
	struct ev_loop *loop = port->serial->d->loop;

	port->fd = serial_line_link(&port->line, &port->link);
	if (port->fd < 0) {
		port->fd = -1;
		complain(port);
		return;
	}
	port->complained = false;
	port->serial->counts.opened++;
	log_info("serial %s: %s: waiting for a call", port->section->name, port->section->device);
	ev_io_set(&port->io, port->fd, EV_READ);
	ev_io_start(loop, &port->io);
}

static void on_timer(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct serial_port *port = w->data;

	(void)loop;
	(void)revents;
	if (port->serial->d->stopping)
		return;
	if (port->line.tty < 0 &&
	    serial_line_open(&port->line, port->section->device, &port->section->line)) {
		complain(port);
		return;
	}
	if (port->section->line.modem && !serial_line_carrier(&port->line))
		wait_for(port, CARRIER_INTERVAL);
	else
		make_link(port);
}

static int add_port(struct serial *serial, const struct config_serial *section)
{
	struct serial_port *port = calloc(1, sizeof(*port));

	if (!port)
		return -ENOMEM;
	port->serial = serial;
	port->config = config_get(serial->d->config);
	port->section = section;
	port->pause = PAUSE_MIN;
	port->fd = -1;
	serial_line_init(&port->line, serial->d);
	port->line.frame = on_frame;
	port->line.hangup = on_hangup;
	ev_init(&port->timer, on_timer);
	ev_init(&port->io, on_first_frame);
	port->timer.data = port;
	port->io.data = port;
	list_append(&serial->ports, &port->list);
	return 0;
}

static int serial_open(struct rrasd *d)
{
	struct serial *serial = calloc(1, sizeof(*serial));
	size_t i;
	int err = 0;

	if (!serial)
		return -ENOMEM;
	d->serial = serial;
	serial->d = d;
	list_init(&serial->ports);
	for (i = 0; !err && i < d->config->serials; i++)
		err = add_port(serial, d->config->serial[i]);
	return err;
}

static int serial_listen(struct rrasd *d)
{
	struct list *l;

	for (l = d->serial->ports.next; l != &d->serial->ports; l = l->next)
		wait_for(container_of(l, struct serial_port, list), 0.0);
	return 0;
}

static struct serial_port *find_port(const struct serial *serial, const char *device)
{
	struct serial_port *port;
	struct list *l;

	for (l = serial->ports.next; l != &serial->ports; l = l->next) {
		port = container_of(l, struct serial_port, list);
		if (!strcmp(port->section->device, device))
			return port;
	}
	return NULL;
}

static const char *restore_session(struct serial_port *port, const struct handover *h)
{
	struct serial_session *session;

	if (port->session)
		return "there is another session already";
	session = calloc(1, sizeof(*session));
	if (!session)
		return "out of memory";
	if (!serial_line_take(&port->line, &port->section->line, h->terminal, h->control)) {
		free(session);
		return "its line cannot be gone on with";
	}
	ev_timer_stop(h->d->loop, &port->timer);
	session->port = port;
	port->session = session;
	if (session_restore(&session->s, &session_port, h, NULL))
		return NULL;
	port->session = NULL;
	free(session);
	serial_line_close(&port->line);
	again_later(port);
	return "its record makes no sense";
}

static const char *serial_restore(const struct handover *h)
{
	char device[RECORD_TEXT_MAX];
	struct serial_port *port;

	if (!record_get_text(h->record, RECORD_PORT_TEXT, device, sizeof(device)))
		return "its record makes no sense";
	if (h->control < 0 || h->terminal < 0)
		return "its line is gone";
	if (dial_is_saved(h->record))
		return serial_dial_restore(device, h);
	port = find_port(h->d->serial, device);
	return port ? restore_session(port, h) : "its [serial] section is gone";
}

static void serial_close(struct rrasd *d)
{
	struct serial *serial = d->serial;
	struct serial_port *port;

	if (!serial)
		return;
	while (!list_empty(&serial->ports)) {
		port = container_of(serial->ports.next, struct serial_port, list);
		ev_timer_stop(d->loop, &port->timer);
		close_link(port);
		list_remove(&port->list);
		config_put(port->config);
		free(port);
	}
	free(serial);
	d->serial = NULL;
}

static void serial_json(struct rrasd *d, struct json *j)
{
	const struct serial_counts *c = &d->serial->counts;

	json_field_uint(j, "serial-opened", c->opened);
	json_field_uint(j, "serial-failed", c->failed);
	json_field_uint(j, "serial-calls", c->calls);
	json_field_uint(j, "serial-hangups", c->hangups);
}

const struct access serial_access = {
	.name = "serial",
	.open = serial_open,
	.listen = serial_listen,
	.close = serial_close,
	.json = serial_json,
	.dialler = serial_dialler,
	.restore = serial_restore,
};
