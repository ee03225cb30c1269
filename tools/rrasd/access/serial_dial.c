// SPDX-License-Identifier: GPL-2.0
/*
 * Serial lines on which we call: a program may make the connection, then the session begins.
 *
 * The program is chat(8) or the like, with the terminal as its input and output. It runs in a
 * process group of its own, so that all of it can be ended when the call is.
 */
#include <errno.h>
#include <linux/wanarp.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../config.h"
#include "../dial.h"
#include "../log.h"
#include "../record.h"
#include "../rrasd.h"
#include "../session_keep.h"
#include "serial.h"

#define CARRIER_INTERVAL	0.2

struct serial_call;

/**
 * struct serial_dialler - who calls over a serial line
 */
struct serial_dialler {
	struct dialler dialler;
	struct serial *serial;
	/** @modem: the connection stands when there is a carrier */
	bool modem;
	char *device;
	struct serial_line line;
	/** @child: the program; not active: it does not run */
	ev_child child;
	/** @timer: looks for the carrier */
	ev_timer timer;
	/** @call: the session; NULL: there is none */
	struct serial_call *call;
};

/**
 * struct serial_call - a session that we asked for
 */
struct serial_call {
	struct session s;
	struct serial_dialler *dialler;
};

static struct serial_call *to_call(const struct session *s)
{
	return container_of(s, struct serial_call, s);
}

static struct serial_dialler *to_dialler(const struct dialler *dialler)
{
	return container_of(dialler, struct serial_dialler, dialler);
}

static const char *call_describe(const struct session *s)
{
	return to_call(s)->dialler->device;
}

static void call_json(const struct session *s, struct json *j)
{
	json_field_string(j, "peer", to_call(s)->dialler->device);
}

static void call_authenticated(struct session *s)
{
	(void)s;
}

static void call_framing(struct session *s, const struct ppp_link *link)
{
	serial_line_framing(&to_call(s)->dialler->line, link);
}

static void call_save(const struct session *s, struct record_writer *w)
{
	record_put_text(w, RECORD_PORT_TEXT, to_call(s)->dialler->device);
}

static int call_control(const struct session *s)
{
	return to_call(s)->dialler->line.channel;
}

static int call_terminal(const struct session *s)
{
	return to_call(s)->dialler->line.tty;
}

static void call_closed(struct session *s, enum ppp_reason reason)
{
	struct serial_dialler *dialler = to_call(s)->dialler;

	(void)reason;
	dialler->call = NULL;
	serial_line_close(&dialler->line);
}

static void call_free(struct session *s)
{
	free(to_call(s));
}

static const struct session_port call_port = {
	.kind = ACCESS_SERIAL,
	.describe = call_describe,
	.json = call_json,
	.authenticated = call_authenticated,
	.framing = call_framing,
	.save = call_save,
	.control = call_control,
	.terminal = call_terminal,
	.closed = call_closed,
	.free = call_free,
};

static void cancel(struct serial_dialler *dialler)
{
	struct ev_loop *loop = dialler->serial->d->loop;

	ev_timer_stop(loop, &dialler->timer);
	if (ev_is_active(&dialler->child)) {
		/* libev collects it all the same. */
		ev_child_stop(loop, &dialler->child);
		kill(-dialler->child.pid, SIGHUP);
	}
	if (!dialler->call)
		serial_line_close(&dialler->line);
}

static void fail(struct serial_dialler *dialler, uint32_t reason, const char *text)
{
	cancel(dialler);
	dial_failed(dialler->dialler.uplink, reason, text);
}

static void begin_session(struct serial_dialler *dialler)
{
	struct rrasd *d = dialler->serial->d;
	struct serial_call *call;
	uint32_t link;
	int fd;

	call = calloc(1, sizeof(*call));
	if (!call) {
		fail(dialler, WANARP_UNREACHABLE_REASON_OUT_OF_RESOURCES, "out of memory");
		return;
	}
	fd = serial_line_link(&dialler->line, &link);
	if (fd < 0) {
		free(call);
		fail(dialler, WANARP_UNREACHABLE_REASON_OUT_OF_RESOURCES, dialler->line.error);
		return;
	}
	call->dialler = dialler;
	dialler->call = call;
	session_add_uplink(d, &call->s, &call_port, fd, link, dialler->dialler.uplink);
	dial_session_begins(dialler->dialler.uplink, &call->s, dialler->device);
}

static void on_frame(struct serial_line *line, const uint8_t *frame, size_t len)
{
	struct serial_dialler *dialler = container_of(line, struct serial_dialler, line);

	if (dialler->call)
		ppp_session_input(&dialler->call->s.ppp, rrasd_now(), frame, len);
}

static void on_hangup(struct serial_line *line)
{
	struct serial_dialler *dialler = container_of(line, struct serial_dialler, line);

	dialler->serial->counts.hangups++;
	log_info("serial %s: hung up", dialler->device);
	session_lower_down(&dialler->call->s, PPP_REASON_LOWER_DOWN);
}

/**
 * serial_dial_restore - go on with a session of the process before us that it has dialled
 * @device: the terminal
 * @h: the session
 *
 * Return: NULL, or why that is not possible.
 */
const char *serial_dial_restore(const char *device, const struct handover *h)
{
	struct serial_dialler *dialler;
	const struct config_dial *dial;
	struct serial_call *call;
	struct dialler *base;

	base = dial_find_dialler(h->d, h->record, ACCESS_SERIAL, &dial);
	if (!base || to_dialler(base)->call || strcmp(to_dialler(base)->device, device))
		return "its [dial] section is gone, or calls somebody else now";
	dialler = to_dialler(base);
	call = calloc(1, sizeof(*call));
	if (!call)
		return "out of memory";
	if (!serial_line_take(&dialler->line, &dial->serial, h->terminal, h->control)) {
		free(call);
		return "its line cannot be gone on with";
	}
	dialler->modem = dial->serial.modem;
	call->dialler = dialler;
	dialler->call = call;
	if (session_restore(&call->s, &call_port, h, base->uplink))
		return NULL;
	dialler->call = NULL;
	free(call);
	serial_line_close(&dialler->line);
	return "its record makes no sense";
}

static void wait_for_carrier(struct serial_dialler *dialler)
{
	if (!dialler->modem || serial_line_carrier(&dialler->line)) {
		begin_session(dialler);
		return;
	}
	ev_timer_set(&dialler->timer, CARRIER_INTERVAL, 0.0);
	ev_timer_start(dialler->serial->d->loop, &dialler->timer);
}

static void on_timer(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop;
	(void)revents;
	wait_for_carrier(w->data);
}

static void on_child(struct ev_loop *loop, ev_child *w, int revents)
{
	struct serial_dialler *dialler = w->data;
	char text[80];

	(void)revents;
	ev_child_stop(loop, w);
	if (WIFEXITED(w->rstatus) && !WEXITSTATUS(w->rstatus)) {
		wait_for_carrier(dialler);
		return;
	}
	if (WIFEXITED(w->rstatus))
		snprintf(text, sizeof(text), "the connect program failed with status %d",
			 WEXITSTATUS(w->rstatus));
	else
		snprintf(text, sizeof(text), "the connect program was killed by signal %d",
			 WTERMSIG(w->rstatus));
	fail(dialler, WANARP_UNREACHABLE_REASON_CONNECTION_FAILURE, text);
}

/* Return: 0 or a negative error. */
static int run(struct serial_dialler *dialler, const char *command)
{
	char *const argv[] = { "sh", "-c", (char *)command, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;
	pid_t pid;
	int err;

	sigemptyset(&none);
	err = posix_spawn_file_actions_init(&files);
	if (err)
		return -err;
	err = posix_spawnattr_init(&attr);
	if (err)
		goto out_files;
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attr, &none);
	err = posix_spawn_file_actions_adddup2(&files, dialler->line.tty, STDIN_FILENO);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&files, dialler->line.tty, STDOUT_FILENO);
	if (!err)
		err = posix_spawn(&pid, "/bin/sh", &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	if (!err) {
		ev_child_set(&dialler->child, pid, 0);
		ev_child_start(dialler->serial->d->loop, &dialler->child);
	}
out_files:
	posix_spawn_file_actions_destroy(&files);
	return -err;
}

static int dialler_begin(struct dialler *base, const struct config_dial *dial, const char *over)
{
	struct serial_dialler *dialler = to_dialler(base);
	int err;

	dialler->modem = dial->serial.modem;
	if (serial_line_open(&dialler->line, over, &dial->serial)) {
		dial_failed(base->uplink, WANARP_UNREACHABLE_REASON_NO_PORT, dialler->line.error);
		return 0;
	}
	if (!dial->connect) {
		wait_for_carrier(dialler);
		return 0;
	}
	err = run(dialler, dial->connect);
	if (err)
		serial_line_close(&dialler->line);
	return err;
}

static void dialler_cancel(struct dialler *base)
{
	cancel(to_dialler(base));
}

static const char *dialler_problem(const struct dialler *base)
{
	return ev_is_active(&to_dialler(base)->child) ? "the connect program did not end" :
							"the modem has no carrier";
}

static void dialler_free(struct dialler *base)
{
	struct serial_dialler *dialler = to_dialler(base);

	cancel(dialler);
	free(dialler->device);
	free(dialler);
}

static const struct dialler_ops ops = {
	.begin = dialler_begin,
	.cancel = dialler_cancel,
	.problem = dialler_problem,
	.free = dialler_free,
};

/**
 * serial_dialler - somebody who calls over a serial line
 * @d: the daemon
 * @dial: names the device; it stays the same as long as there is the dialler
 * @u: for whom
 *
 * Return: the dialler, NULL without memory.
 */
struct dialler *serial_dialler(struct rrasd *d, const struct config_dial *dial, struct uplink *u)
{
	struct serial_dialler *dialler = calloc(1, sizeof(*dialler));

	if (!dialler)
		return NULL;
	dialler->device = strdup(dial->over);
	if (!dialler->device) {
		free(dialler);
		return NULL;
	}
	dialler->dialler.ops = &ops;
	dialler->dialler.uplink = u;
	dialler->serial = d->serial;
	serial_line_init(&dialler->line, d);
	dialler->line.frame = on_frame;
	dialler->line.hangup = on_hangup;
	ev_init(&dialler->child, on_child);
	ev_init(&dialler->timer, on_timer);
	dialler->child.data = dialler;
	dialler->timer.data = dialler;
	return &dialler->dialler;
}
