// SPDX-License-Identifier: GPL-2.0
/*
 * rrasd: start, signals, end.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access/access.h"
#include "access/serial_line.h"
#include "background.h"
#include "caps.h"
#include "config.h"
#include "control.h"
#include "dial.h"
#include "filters.h"
#include "hash.h"
#include "ipv6.h"
#include "keep.h"
#include "kernel.h"
#include "log.h"
#include "metrics.h"
#include "netdev.h"
#include "notify.h"
#include "pools.h"
#include "radius.h"
#include "radius_acct.h"
#include "reload.h"
#include "rrasd.h"
#include "sandbox.h"
#include "session.h"
#include "session_keep.h"
#include "stats.h"
#include "users.h"
#include "wan.h"
#include "wan_keep.h"

#define CONFIG_FILE	"/etc/rrasd/rrasd.conf"
#define STOP_POLL_S	0.02

struct options {
	const char *config;
	bool foreground;	/* -f: and the log on standard error */
	bool syslog;		/* -n: in the foreground too, for systemd */
	bool keep;		/* -k: sessions outlive the process */
	bool test;
};

struct signals {
	ev_signal term, interrupt, hup, usr1;
	ev_timer stop;
	uint64_t deadline;
	const char *config;
};

static void usage(FILE *to)
{
	fputs("usage: rrasd [-c FILE] [-f | -n] [-k]	run\n"
	      "       rrasd [-c FILE] -t		check the configuration and exit\n"
	      "\n"
	      "  -c FILE    configuration, default " CONFIG_FILE "\n"
	      "  -f         stay in the foreground, log to standard error\n"
	      "  -n         stay in the foreground, log to syslog (for systemd)\n"
	      "  -k         sessions outlive the process: who has started it holds their files\n"
	      "             (systemd: FileDescriptorStoreMax=); with -f or -n\n"
	      "  -t         check the configuration and the secrets file; exit 0 or 1\n"
	      "  -h         this text\n"
	      "  -V         version\n"
	      "\n"
	      "Signals: INT ends all sessions and exits; TERM too, but with -k it leaves them to\n"
	      "the next process; HUP reads the files again, USR1 writes statistics to the log.\n"
	      "See rrasd(8), rrasd.conf(5), rras(8).\n", to);
}

/* Returns -1 to go on, or the exit code. */
static int parse_options(struct options *o, int argc, char **argv)
{
	static const struct option names[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	int c;

	*o = (struct options){ .config = CONFIG_FILE };
	while ((c = getopt_long(argc, argv, "c:fnkthV", names, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->config = optarg;
			break;
		case 'f':
			o->foreground = true;
			break;
		case 'n':
			o->syslog = true;
			break;
		case 'k':
			o->keep = true;
			break;
		case 't':
			o->test = true;
			break;
		case 'h':
			usage(stdout);
			return 0;
		case 'V':
			puts("rrasd " RRASD_VERSION);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	/* In the background it would not be the process that was handed the files. */
	if (o->keep && !o->foreground && !o->syslog && !o->test)
		fputs("rrasd: -k goes with -f or -n\n", stderr);
	else if (optind == argc && !(o->foreground && o->syslog))
		return -1;
	usage(stderr);
	return 2;
}

static void begin_stop(struct ev_loop *loop, struct rrasd *d, struct signals *s)
{
	uint32_t n;

	if (d->stopping) {	/* asked twice: at once */
		s->deadline = 0;
		return;
	}
	d->stopping = true;
	dial_stop(d);
	n = sessions_close_all(d->sessions, PPP_REASON_SHUTDOWN);
	log_info("stopping: %u sessions end", n);
	s->deadline = rrasd_now() + d->config->shutdown_ms;
	ev_timer_again(loop, &s->stop);
}

/*
 * The sessions, and the reports of what they have used, get the time that the configuration gives
 * them; then they are dropped.
 */
static void on_stop(struct ev_loop *loop, ev_timer *t, int revents)
{
	struct signals *s = container_of(t, struct signals, stop);
	struct rrasd *d = t->data;

	(void)revents;
	if (rrasd_now() < s->deadline &&
	    (sessions_counts(d->sessions)->sessions || !radius_acct_stop(d)))
		return;
	sessions_drop_all(d->sessions, PPP_REASON_SHUTDOWN);
	ev_break(loop, EVBREAK_ALL);
}

/*
 * Sessions that are up go on without us until the next process comes. Nothing else is tidied up:
 * it is as if we had been killed, and the next process has to cope with that anyway.
 */
static void leave(int revents, void *data)
{
	struct rrasd *d = data;

	(void)revents;
	if (d->stopping)
		return;
	d->stopping = true;
	log_info("leaving %u sessions to the next process", sessions_leave(d));
	if (d->config->pid_file)
		unlink(d->config->pid_file);
	control_close(d);
	_exit(0);
}

static void on_signal(struct ev_loop *loop, ev_signal *w, int revents)
{
	struct rrasd *d = w->data;
	struct signals *s = ev_userdata(loop);

	(void)revents;
	if (w->signum == SIGHUP)
		reload(d, s->config);
	else if (w->signum == SIGUSR1)
		stats_log(d);
	else if (w->signum == SIGINT || !d->keep)
		begin_stop(loop, d, s);
	else		/* in a moment: if there was an INT as well, that counts */
		ev_once(loop, -1, 0, 0.0, leave, d);
}

static void watch_signal(struct rrasd *d, ev_signal *w, int number)
{
	ev_signal_init(w, on_signal, number);
	w->data = d;
	ev_signal_start(d->loop, w);
}

static void watch_signals(struct rrasd *d, struct signals *s)
{
	ev_set_userdata(d->loop, s);
	watch_signal(d, &s->term, SIGTERM);
	watch_signal(d, &s->interrupt, SIGINT);
	watch_signal(d, &s->hup, SIGHUP);
	watch_signal(d, &s->usr1, SIGUSR1);
	signal(SIGPIPE, SIG_IGN);
	ev_init(&s->stop, on_stop);
	s->stop.repeat = STOP_POLL_S;
	s->stop.data = d;
}

/* What only clients need. */
static int open_clients(struct rrasd *d)
{
	int err = ipv6_open(d);

	if (!err)
		err = wan_open(d);
	return err ? err : filters_open(d);
}

/* What the process before us has left, now that our own interfaces are open. */
static void restore(struct rrasd *d)
{
	bool cleared = wan_keep_clear(d);

	sessions_restore(d);
	if (d->wan)
		wan_tidy(d->wan, cleared);
}

static int open_parts(struct rrasd *d, const struct options *o)
{
	int err;

	d->loop = ev_default_loop(EVFLAG_AUTO);
	d->pools = pools_create(d->config);
	if (!d->loop || !d->pools)
		return -ENOMEM;
	clock_open(d);
	reload_reserve(d);
	err = sessions_init(d);
	if (!err && o->keep)
		err = keep_open(d);
	if (!err)
		err = control_check(d);	/* before anything is changed: does another one run? */
	if (!err)
		err = kernel_open(d);
	if (!err)
		err = netdev_open(d);
	if (!err)
		wan_keep_clear_used(d);
	if (!err && config_serves(d->config))
		err = open_clients(d);
	if (!err && config_serves(d->config))
		err = radius_open(d);
	if (!err)
		err = access_open(d);
	if (!err)
		err = dial_open(d);
	if (!err)
		err = access_listen(d);
	if (!err)
		restore(d);
	if (!err)
		err = dial_begin(d);
	if (!err)
		err = netdev_follow(d);
	if (!err)
		err = metrics_open(d);
	if (!err)
		err = control_open(d);	/* last: who finds the socket finds all the rest */
	return err;
}

static void close_parts(struct rrasd *d)
{
	if (d->loop) {
		dial_close(d);
		access_close(d);
		radius_close(d);
		keep_close(d);
		sessions_uninit(d);
		control_close(d);
		metrics_close(d);
		filters_close(d);
		wan_close(d);
		ipv6_close(d);
		netdev_close(d);
		kernel_close(d);
		clock_close(d);
		ev_loop_destroy(d->loop);
	}
	pools_destroy(d->pools);
	users_free(d->users);
	config_put(d->config);
}

static void check_readable(const char *path)
{
	if (access(path, R_OK) < 0)
		log_warning("%s: a reload will not be able to read it: %m: chown root:GROUP and "
			    "chmod 640, with the group of [daemon] user", path);
}

/*
 * Before the first frame of a stranger is read: nothing was, in spite of all the open sockets, as
 * the loop does not run yet.
 */
static int confine(struct rrasd *d, const char *config)
{
	const struct config *c = d->config;
	int err;

	if (c->user && config_uses_serial(c))
		caps_share(SERIAL_PPP_DEVICE, c->gid);
	err = caps_drop(c->uid, c->gid);
	if (err)
		return err;
	if (d->config->user) {
		check_readable(config);
		if (config_serves(d->config) && !config_asks_radius(d->config))
			check_readable(d->config->secrets);
		if (d->config->radius.servers || d->config->radius.clients)
			check_readable(d->config->radius.secrets);
	}
	if (!c->seccomp)
		return 0;
	return sandbox_enter(config_runs_programs(c) ? SANDBOX_PROGRAMS : SANDBOX_USUAL);
}

static int run(struct rrasd *d, const struct options *o)
{
	struct signals signals = { .config = o->config };
	uint32_t files;
	int err;

	files = d->config->sessions + d->config->pptp.connections;
	/* Held are a link and maybe a control connection of each, twice for a moment: keep.c. */
	caps_raise_files(o->keep ? files + 4 * d->config->sessions : files);
	if (o->keep)
		keep_inherit();
	if (!o->foreground && !o->syslog) {
		err = background_begin();
		if (err)
			return err;
	}
	err = open_parts(d, o);
	if (err && d->keep) {
		/* The next attempt may succeed: leave everything as it was. */
		log_error("not started: %s", strerror(-err));
		_exit(1);
	}
	if (err)
		return err;
	watch_signals(d, &signals);
	if (d->config->pid_file)
		background_pid_file(d->config->pid_file);
	if (!o->foreground)
		log_open(true);
	err = confine(d, o->config);
	if (err && d->keep)
		_exit(1);
	if (err)
		return err;
	log_info("rrasd " RRASD_VERSION " runs: %zu users, WAN interface %s, dials %u",
		 users_count(d->users), config_serves(d->config) ? d->config->wan : "none",
		 dial_count(d));
	background_ready();
	notify_send("READY=1", NULL, 0);
	ev_run(d->loop, 0);
	log_info("stopped");
	if (d->config->pid_file)
		unlink(d->config->pid_file);
	return 0;
}

int main(int argc, char **argv)
{
	struct rrasd d = { 0 };
	struct options options;
	int code, err;

	clock_update();
	d.started = rrasd_now();
	code = parse_options(&options, argc, argv);
	if (code >= 0)
		return code;
	log_open(false);
	if (hash_init()) {
		log_error("no random numbers");
		return 1;
	}
	if (!reload_first(&d, options.config, options.test)) {
		close_parts(&d);
		return 1;
	}
	if (options.test) {
		printf("%s: good, %zu users\n", options.config, users_count(d.users));
		close_parts(&d);
		return 0;
	}
	err = run(&d, &options);
	if (err)
		log_error("not started: %s", strerror(-err));
	close_parts(&d);
	return err ? 1 : 0;
}
