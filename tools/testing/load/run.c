// SPDX-License-Identifier: GPL-2.0
/* What the clients are told to do together, and what came of it. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "load.h"

enum job { JOB_NONE, JOB_UP, JOB_DOWN };

static const char * const failure_names[FAILURES] = {
	[FAILURE_SEEK] = "seek",
	[FAILURE_ASK] = "ask",
	[FAILURE_LCP] = "lcp",
	[FAILURE_AUTH] = "auth",
	[FAILURE_REFUSED] = "refused",
	[FAILURE_NETWORK] = "network",
	[FAILURE_ENDED] = "ended",
	[FAILURE_LOST] = "lost",
};

/* Of what runs: clients @next to @last - 1 have not begun. */
static struct {
	enum job job;
	uint64_t started, step_started;
	unsigned int next, last, count;
	unsigned int done;	/* of @count, those that are up */
	unsigned int left;	/* what the server may still have at the end */
	uint32_t *latency;
	unsigned int latencies, step_first;
	uint32_t *echo;
	unsigned int echoes, echoes_lost;
	uint64_t all_up;	/* when the last one came up; 0: not yet */
	int gone;
} run = { .gone = -1 };

#define PONG_MS		5000	/* so long the last ping may take */
#define ECHOES_MAX	(1u << 18)

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* "p50 p95 p99 max" in milliseconds. It sorts. */
static void print_quantiles(uint32_t *values, unsigned int count)
{
	static const unsigned int percent[] = { 50, 95, 99, 100 };
	size_t i;

	qsort(values, count, sizeof(*values), compare);
	for (i = 0; i < sizeof(percent) / sizeof(*percent); i++)
		printf(" %.1f", count ? values[(count - 1) * percent[i] / 100] / 1000.0 : 0.0);
}

static double seconds_since(uint64_t then)
{
	return (double)(load.now - then) / 1e6;
}

static void begin_more(void)
{
	while (run.next < run.last &&
	       run.next - (run.last - run.count) - run.done < load.options.window) {
		struct client *c = &load.clients[run.next++];

		if (c->phase == PHASE_DOWN)
			client_begin(c);
		else
			die("client %u is not down", c->number);
	}
}

static void finish_up(void)
{
	size_t i;

	printf("latency");
	print_quantiles(run.latency, run.latencies);
	printf("\nresends %" PRIu64 "\n", load.resends);
	if (load.options.ping)
		printf("pings %" PRIu64 " answered %" PRIu64 "\n", load.pings, load.pongs);
	for (i = 0; i < FAILURES; i++)
		if (load.failures[i])
			printf("failure %s %" PRIu64 "\n", failure_names[i], load.failures[i]);
	printf("up %u %.6f\n", run.count, (double)(run.all_up - run.started) / 1e6);
	run.job = JOB_NONE;
	run.all_up = 0;
}

/**
 * run_up() - a client is up
 * @c: the client
 */
void run_up(struct client *c)
{
	unsigned int n;

	if (run.job != JOB_UP || c->number < run.last - run.count || c->number >= run.last)
		return;
	run.latency[run.latencies++] = (uint32_t)(load.now - c->started);
	run.done++;
	if (run.done % load.options.step == 0) {
		n = run.latencies - run.step_first;
		printf("step %u %.6f", run.done, seconds_since(run.step_started));
		print_quantiles(run.latency + run.step_first, n);
		putchar('\n');
		run.step_started = load.now;
		run.step_first = run.latencies;
	}
	begin_more();
	if (run.done == run.count)
		run.all_up = load.now;
}

/**
 * run_draining() - are sessions to end now?
 *
 * Return: whether.
 */
bool run_draining(void)
{
	return run.job == JOB_DOWN;
}

/**
 * run_waiting() - is it to be looked often whether something is over?
 *
 * Return: whether.
 */
bool run_waiting(void)
{
	return run.job == JOB_DOWN || run.all_up;
}

/**
 * run_echo() - an Echo-Request was answered
 * @us: after how many microseconds
 */
void run_echo(uint64_t us)
{
	run.echo[run.echoes++ % ECHOES_MAX] = (uint32_t)us;
}

/**
 * run_echo_lost() - it was not, and it is time for the next
 */
void run_echo_lost(void)
{
	run.echoes_lost++;
}

static void report_echoes(void)
{
	printf("echoes %u lost %u", run.echoes, run.echoes_lost);
	print_quantiles(run.echo, run.echoes < ECHOES_MAX ? run.echoes : ECHOES_MAX);
	putchar('\n');
	run.echoes = 0;
	run.echoes_lost = 0;
}

static unsigned int server_has(void)
{
	char text[16] = "";

	if (run.gone < 0 || pread(run.gone, text, sizeof(text) - 1, 0) <= 0)
		return 0;
	return (unsigned int)strtoul(text, NULL, 10);
}

/**
 * run_look() - is what runs over?
 *
 * Called each time the loop has nothing to do.
 */
void run_look(void)
{
	unsigned int i;

	if (run.all_up && (load.pongs >= load.pings || load.now > run.all_up + PONG_MS * 1000))
		finish_up();
	if (run.job != JOB_DOWN || server_has() > run.left)
		return;
	for (i = run.last - run.count; i < run.last; i++)
		if (load.clients[i].phase != PHASE_DOWN)
			return;
	printf("down %u %.6f\n", run.count, seconds_since(run.started));
	run.job = JOB_NONE;
}

static void begin(enum job job, unsigned int first, unsigned int count)
{
	run.job = job;
	run.started = load.now;
	run.step_started = load.now;
	run.next = first;
	run.last = first + count;
	run.count = count;
	run.done = 0;
	run.latencies = 0;
	run.step_first = 0;
	memset(load.failures, 0, sizeof(load.failures));
	load.resends = 0;
	load.pings = 0;
	load.pongs = 0;
}

static void begin_down(unsigned int first, unsigned int count,
		       void (*end)(struct client *c))
{
	unsigned int i;

	run.left = load.up - count;
	begin(JOB_DOWN, first, count);
	for (i = first; i < first + count; i++)
		if (load.clients[i].phase != PHASE_UP)
			die("client %u is not up", i);
	for (i = first; end && i < first + count; i++)
		end(load.clients + i);
}

static void vanish(unsigned int first, unsigned int count)
{
	unsigned int i;

	for (i = first; i < first + count; i++)
		client_vanish(load.clients + i);
	printf("vanished %u\n", count);
}

/* Who asks for sessions and then is silent, again and again. */
static void mute(unsigned int first, unsigned int count)
{
	unsigned int i;

	for (i = first; i < first + count; i++) {
		load.clients[i].mute = true;
		client_begin(load.clients + i);
	}
	printf("muted %u\n", count);
}

/* All at the same moment, whatever the window. */
static void storm(unsigned int first, unsigned int count)
{
	begin(JOB_UP, first, count);
	while (run.next < run.last)
		client_begin(load.clients + run.next++);
}

/**
 * run_command() - do what a line of standard input says
 * @line: "WORD [FIRST COUNT]"
 *
 * Return: false to end.
 */
bool run_command(const char *line)
{
	unsigned int first = 0, count = load.options.count;
	char word[16];
	int n;

	n = sscanf(line, "%15s %u %u", word, &first, &count);
	if (n < 1 || n == 2 || first + count > load.options.count || !count)
		die("what is '%s'?", line);
	if (!strcmp(word, "end"))
		return false;
	if (!strcmp(word, "echoes")) {
		report_echoes();
		return true;
	}
	if (run.job != JOB_NONE)
		die("'%s': not while another one runs", line);
	if (!strcmp(word, "up")) {
		begin(JOB_UP, first, count);
		begin_more();
	} else if (!strcmp(word, "storm")) {
		storm(first, count);
	} else if (!strcmp(word, "vanish") && !load.transport->close) {
		vanish(first, count);
	} else if (!strcmp(word, "mute")) {
		mute(first, count);
	} else if (!strcmp(word, "hang-up")) {
		begin_down(first, count, client_hang_up);
	} else if (!strcmp(word, "close") && load.transport->close) {
		begin_down(first, count, client_close);
	} else if (!strcmp(word, "terminate")) {
		begin_down(first, count, client_terminate);
	} else if (!strcmp(word, "ended")) {
		begin_down(first, count, NULL);
	} else {
		die("what is '%s'?", line);
	}
	return true;
}

/**
 * run_init() - before the first command
 */
void run_init(void)
{
	size_t size = load.options.count * sizeof(*run.latency);

	run.latency = calloc(1, size);
	run.echo = calloc(ECHOES_MAX, sizeof(*run.echo));
	if (!run.latency || !run.echo || mlock(run.latency, size))
		die("no memory");
	if (!load.options.gone)
		return;
	run.gone = open(load.options.gone, O_RDONLY);
	if (run.gone < 0)
		die("%s: %s", load.options.gone, strerror(errno));
}
