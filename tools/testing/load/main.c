// SPDX-License-Identifier: GPL-2.0
/*
 * Thousands of clients of an access server, in one process.
 *
 *   load pppoe --device DEV [OPTION]...
 *   load l2tp --server ADDRESS [--tunnels N] [OPTION]...
 *
 *   --tunnels N     all clients are behind one LAC, in so many tunnels (default 1)
 *   --count N       clients (default 1000); client n is the user "clientN"
 *   --password TEXT their password (default "secret")
 *   --window N      so many connect at a time (default 64)
 *   --step N        report after each so many (default 1000)
 *   --eager N       percent of the clients that send their Configure-Request at once; the
 *                   others wait for the server's (default 50)
 *   --echo MS       each client that is up sends an Echo-Request so often (default 0: never)
 *   --echoing N     only the first N clients do that (default: all)
 *   --pap           PAP instead of CHAP-MD5
 *   --ipv6          IPV6CP too
 *   --ping          each client pings the server at the moment its IPCP is open
 *   --gone FILE     ending is done when the number in FILE is that of the clients left
 *
 * It does what lines of standard input say, one at a time; without FIRST and COUNT all
 * clients are meant:
 *
 *   up FIRST COUNT          connect, --window at a time
 *   storm FIRST COUNT       connect, all at the same moment
 *   hang-up FIRST COUNT     end, each by a PADT or a CDN, in one burst
 *   close FIRST COUNT       end by a StopCCN for each tunnel; L2TP
 *   terminate FIRST COUNT   end, each by LCP, in one burst
 *   ended FIRST COUNT       wait until the server has ended them
 *   vanish FIRST COUNT      forget the sessions without a word to anybody; PPPoE
 *   mute FIRST COUNT        ask for sessions, and never say anything in them
 *   echoes                  report echoes since the last report
 *   end                     end the program
 *
 * and answers:
 *
 *   step N SECONDS P50 P95 P99 MAX   N are up; these STEP took SECONDS; milliseconds from
 *                                    PADI or ICRQ until all protocols were open
 *   latency P50 P95 P99 MAX          of all
 *   resends N, failure KIND N, pings N answered N
 *   up N SECONDS                     all are up
 *   down N SECONDS                   all are down, the server has none of them any more
 *   vanished N, muted N
 *   echoes N lost N P50 P95 P99 MAX   lost: no answer for ten seconds
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

#define LOOK_MS		2	/* how often it is looked whether all sessions have ended */

struct load load = {
	.options = {
		.password = "secret", .tunnels = 1, .count = 1000, .window = 64, .step = 1000,
		.eager = 50,
		.echoing = UINT_MAX,
	},
};

/**
 * die() - say why and end
 * @fmt: what to say
 */
void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("load: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	exit(EXIT_FAILURE);
}

static uint64_t clock_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static unsigned int number_of(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (!*text || *end || value > 1000000)
		die("'%s' is no number up to 1000000", text);
	return (unsigned int)value;
}

static void parse_option(struct options *options, int letter)
{
	switch (letter) {
	case 'd':
		options->device = optarg;
		break;
	case 'S':
		options->server = optarg;
		break;
	case 't':
		options->tunnels = number_of(optarg);
		break;
	case 'P':
		options->password = optarg;
		break;
	case 'g':
		options->gone = optarg;
		break;
	case 'n':
		options->count = number_of(optarg);
		break;
	case 'w':
		options->window = number_of(optarg);
		break;
	case 's':
		options->step = number_of(optarg);
		break;
	case 'e':
		options->eager = number_of(optarg);
		break;
	case 'E':
		options->echo_ms = number_of(optarg);
		break;
	case 'k':
		options->echoing = number_of(optarg);
		break;
	case 'p':
		options->pap = true;
		break;
	case '6':
		options->ipv6 = true;
		break;
	case 'i':
		options->ping = true;
		break;
	default:
		die("usage: see the head of main.c");
	}
}

/* The transport by its name, if it has what it needs. */
static const struct transport *transport_of(const struct options *options, const char *name)
{
	if (!strcmp(name, transport_pppoe.name) && options->device)
		return &transport_pppoe;
	if (!strcmp(name, transport_l2tp.name) && options->server && options->tunnels)
		return &transport_l2tp;
	return NULL;
}

static void parse(struct options *options, int argc, char **argv)
{
	static const struct option names[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "server", required_argument, NULL, 'S' },
		{ "tunnels", required_argument, NULL, 't' },
		{ "password", required_argument, NULL, 'P' },
		{ "gone", required_argument, NULL, 'g' },
		{ "count", required_argument, NULL, 'n' },
		{ "window", required_argument, NULL, 'w' },
		{ "step", required_argument, NULL, 's' },
		{ "eager", required_argument, NULL, 'e' },
		{ "echo", required_argument, NULL, 'E' },
		{ "echoing", required_argument, NULL, 'k' },
		{ "pap", no_argument, NULL, 'p' },
		{ "ipv6", no_argument, NULL, '6' },
		{ "ping", no_argument, NULL, 'i' },
		{ }
	};
	int letter;

	while ((letter = getopt_long(argc, argv, "", names, NULL)) >= 0)
		parse_option(options, letter);
	if (optind + 1 == argc && options->count && options->window && options->step)
		load.transport = transport_of(options, argv[optind]);
	if (!load.transport)
		die("usage: see the head of main.c");
}

static uint64_t next_deadline(void)
{
	uint64_t clients = clients_deadline();
	uint64_t transport = load.transport->deadline ? load.transport->deadline() : 0;

	if (!clients || !transport)
		return clients ? clients : transport;
	return clients < transport ? clients : transport;
}

/* Until the next timer, but not long while it is waited for the server's end of sessions. */
static int patience(void)
{
	uint64_t deadline = next_deadline();
	uint64_t ms = 1000;

	if (run_waiting())
		return LOOK_MS;
	if (deadline)
		ms = deadline > load.now ? (deadline - load.now) / 1000 + 1 : 0;
	return ms < 1000 ? (int)ms : 1000;
}

/* Lines may come in pieces, or several at a time. Returns false to end. */
static bool read_commands(void)
{
	static char text[256];
	static size_t len;
	ssize_t n = read(STDIN_FILENO, text + len, sizeof(text) - 1 - len);
	char *end;

	if (n <= 0)
		return false;
	len += (size_t)n;
	text[len] = '\0';
	while ((end = strchr(text, '\n'))) {
		*end = '\0';
		load.now = clock_us();
		if (!run_command(text))
			return false;
		len -= (size_t)(end + 1 - text);
		memmove(text, end + 1, len + 1);
	}
	if (len == sizeof(text) - 1)
		die("a line is too long");
	return true;
}

int main(int argc, char **argv)
{
	struct pollfd fds[2] = { { STDIN_FILENO, POLLIN, 0 }, { -1, POLLIN, 0 } };

	parse(&load.options, argc, argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	clients_init();
	run_init();
	fds[1].fd = load.transport->open();
	for (;;) {
		load.now = clock_us();
		if (load.transport->receive())
			continue;
		/* Not before: an answer that is here is not late, but we are. */
		clients_timer();
		if (load.transport->timer)
			load.transport->timer();
		batch_flush();
		run_look();
		if (poll(fds, 2, patience()) < 0 && errno != EINTR)
			die("poll: %s", strerror(errno));
		if (fds[0].revents && !read_commands())
			return EXIT_SUCCESS;
	}
}
