// SPDX-License-Identifier: GPL-2.0
/*
 * rras top: the sessions and what they do, looked at again and again.
 *
 * On a terminal a few of ECMA-48's sequences do, which every terminal of today knows: a library
 * for screens would be a dependency for clearing one.
 */
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "../lib/array.h"
#include "daemon.h"
#include "rras.h"
#include "table.h"
#include "top_sample.h"

#define HOME		"\033[H"
#define CLEAR_BELOW	"\033[J"
#define NO_WRAP		"\033[?7l"
#define WRAP		"\033[?7h"
#define HEAD_LINES	3

const char top_help[] =
	"usage: rras top [ interval SECONDS ] [ count N ] [ lines N ] [ sort KEY ]\n"
	"\n"
	"Sessions with what they carry a second. On a terminal until q is pressed; otherwise\n"
	"once, or N times (count N, or -n N), for scripts; with -j one JSON array a time.\n"
	"KEY is traffic (default), in, out, packets, idle, time, user or id. A rate is that of\n"
	"the last interval (default 2). IDLE is how long, since top began, no packet was seen.\n";

struct top {
	unsigned int interval, count, lines;
	enum top_sort sort;
	bool terminal;
	struct top_sample before, now;
};

static struct termios saved;
static atomic_bool ended;

static const struct column columns[] = {
	{ .title = "ID", .right = true }, { .title = "USER" }, { .title = "ADDRESS" },
	{ .title = "STATE" },
	{ .title = "IN BIT/S", .right = true }, { .title = "OUT BIT/S", .right = true },
	{ .title = "IN PKT/S", .right = true }, { .title = "OUT PKT/S", .right = true },
	{ .title = "IDLE", .right = true }, { .title = "TIME", .right = true },
	{ .title = "PEER" },
};

static uint64_t milliseconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void on_signal(int number)
{
	(void)number;
	ended = true;
}

static void restore_terminal(void)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	fputs(WRAP, stdout);
	fflush(stdout);
}

static void prepare_terminal(struct top *t)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	struct termios raw;

	t->terminal = !options.json && isatty(STDOUT_FILENO);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (!t->terminal || tcgetattr(STDIN_FILENO, &saved))
		return;
	raw = saved;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	atexit(restore_terminal);
}

static void add_line(const char *line, void *data)
{
	top_add(data, line);
}

static int look(struct top_sample *sample)
{
	int code;

	top_clear(sample);
	code = daemon_ask("session list stats", add_line, sample, NULL);
	sample->now = milliseconds();
	if (!code && sample->failed)
		return fail("the answer of rrasd cannot be read, or there is no memory for it");
	return code;
}

/* Waits until the next look; returns false when there is to be none. */
static bool wait_next(const struct top *t)
{
	struct pollfd input = { .fd = t->terminal ? STDIN_FILENO : -1, .events = POLLIN };
	uint64_t until = milliseconds() + t->interval * 1000ULL;
	uint64_t now;
	char key;

	while (!ended && (now = milliseconds()) < until) {
		if (poll(&input, 1, (int)(until - now)) <= 0)
			continue;
		if (read(STDIN_FILENO, &key, 1) != 1)
			input.fd = -1;	/* nobody types there */
		else if (key == 'q' || key == 'Q')
			return false;
	}
	return !ended;
}

static const char *bits(double rate)
{
	return text_count((uint64_t)rate);
}

static size_t rows_wanted(const struct top *t)
{
	size_t most = t->lines ? t->lines : t->now.count;
	struct winsize size;

	if (t->terminal && !t->lines && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
	    size.ws_row > HEAD_LINES)
		most = size.ws_row - HEAD_LINES;
	return most < t->now.count ? most : t->now.count;
}

static void put_row(const struct top *t, struct table *table, const struct top_session *s)
{
	table_cell(table, "%u", s->id);
	table_cell(table, "%s", s->user[0] ? s->user : "-");
	table_cell(table, "%s", s->address[0] ? s->address : "-");
	table_cell(table, "%s", s->state);
	table_cell(table, "%s", bits(s->in_bits));
	table_cell(table, "%s", bits(s->out_bits));
	table_cell(table, "%s", bits(s->in_rate));
	table_cell(table, "%s", bits(s->out_rate));
	table_cell(table, "%s", text_time((t->now.now - s->moved) / 1000));
	table_cell(table, "%s", text_time(s->seconds));
	table_cell(table, "%s", s->on[0] ? s->on : "-");
}

static void put_object(const struct top *t, struct table *table, const struct top_session *s)
{
	char text[1024];
	struct json j;

	json_init(&j, text, sizeof(text));
	json_open(&j, '{');
	json_field_uint(&j, "id", s->id);
	json_field_string(&j, "user", s->user);
	json_field_string(&j, "address", s->address);
	json_field_string(&j, "state", s->state);
	json_field_uint(&j, "in-bits", (uint64_t)s->in_bits);
	json_field_uint(&j, "out-bits", (uint64_t)s->out_bits);
	json_field_uint(&j, "in-packets", (uint64_t)s->in_rate);
	json_field_uint(&j, "out-packets", (uint64_t)s->out_rate);
	json_field_uint(&j, "idle", (t->now.now - s->moved) / 1000);
	json_field_uint(&j, "age", s->seconds);
	json_field_string(&j, "peer", s->on);
	json_close(&j, '}');
	table_object(table, text);
}

static int show(struct top *t)
{
	size_t rows = rows_wanted(t), i;
	struct table table;
	int code;

	top_sort(&t->now, t->sort);
	table_init(&table, columns, ARRAY_SIZE(columns));
	for (i = 0; i < rows; i++) {
		if (options.json)
			put_object(t, &table, &t->now.sessions[i]);
		else
			put_row(t, &table, &t->now.sessions[i]);
	}
	if (t->terminal)
		fputs(NO_WRAP HOME CLEAR_BELOW, stdout);
	if (!options.json)
		printf("%zu sessions, %zu up; in %s bit/s, %s packets/s; out %s bit/s, "
		       "%s packets/s\n\n", t->now.count, t->now.up, bits(t->now.in_bits),
		       bits(t->now.in_rate), bits(t->now.out_bits), bits(t->now.out_rate));
	code = table_print(&table);
	table_clean(&table);
	return code;
}

/* The sample that was shown is the earlier one of the next. */
static void turn(struct top *t)
{
	top_sort(&t->now, TOP_ID);
	top_clear(&t->before);
	t->before = t->now;
	t->now = (struct top_sample){ 0 };
}

static int run(struct top *t)
{
	unsigned int n;
	int code;

	code = look(&t->now);
	if (code)
		return code;
	top_compare(&t->now, &t->before);
	if (t->terminal)
		code = show(t);		/* without rates, rather than nothing for a while */
	for (n = 0; !code && (!t->count || n < t->count); n++) {
		turn(t);
		if (!wait_next(t))
			break;
		code = look(&t->now);
		if (code)
			break;
		top_compare(&t->now, &t->before);
		code = show(t);
	}
	top_clear(&t->before);
	top_clear(&t->now);
	return code;
}

static int parse_words(struct top *t, int argc, char **argv)
{
	for (; argc >= 2; argc -= 2, argv += 2) {
		unsigned int *number = !strcmp(argv[0], "interval") ? &t->interval :
				       !strcmp(argv[0], "count") ? &t->count :
				       !strcmp(argv[0], "lines") ? &t->lines : NULL;

		if (number && (!parse_number(argv[1], number) || !*number || *number > 86400))
			return usage("top: %s '%s': expected a number from 1 to 86400", argv[0],
				     argv[1]);
		if (number)
			continue;
		if (strcmp(argv[0], "sort"))
			return usage("top: unexpected '%s'", argv[0]);
		if (!top_sort_parse(argv[1], &t->sort))
			return usage("top: sort '%s': expected traffic, in, out, packets, idle, "
				     "time, user or id", argv[1]);
	}
	if (argc && !strncmp("help", argv[0], strlen(argv[0]) ? strlen(argv[0]) : 1)) {
		fputs(top_help, stdout);
		return -1;
	}
	return argc ? usage("top: '%s' needs a value, or is not known", argv[0]) : EXIT_OK;
}

int top_main(int argc, char **argv)
{
	struct top t = { .interval = 2, .count = options.count };
	int code;

	code = parse_words(&t, argc, argv);
	if (code)
		return code < 0 ? EXIT_OK : code;
	prepare_terminal(&t);
	if (!t.count && !t.terminal)
		t.count = 1;
	return run(&t);
}
