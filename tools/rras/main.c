// SPDX-License-Identifier: GPL-2.0
/*
 * rras: options, objects, help.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rras.h"

static const char main_help[] =
	"usage: rras [ -j ] [ -s ] [ -S SOCKET ] OBJECT [ COMMAND ... ]\n"
	"\n"
	"OBJECTS\n"
	"  session   clients, as rrasd knows them\n"
	"  top       the same with what they carry a second, live\n"
	"  link      PPP links, as the kernel knows them\n"
	"  iface     WAN interfaces and the client addresses on them\n"
	"  dial      dial a demand-dial interface, or answer its dial requests\n"
	"  hangup    hang it up\n"
	"  driver    intermediate drivers between the links and IP\n"
	"  filter    IP filters on interfaces and clients\n"
	"  stats     counters of the modules and of rrasd, with a reason for every drop\n"
	"  event     follow what happens, one line an event\n"
	"  check     look for problems of the installation\n"
	"  help      this text, or of an object: rras help OBJECT\n"
	"\n"
	"OPTIONS\n"
	"  -j        JSON\n"
	"  -s        with statistics\n"
	"  -n N      of top: how many times\n"
	"  -S SOCKET control socket of rrasd, default " RRAS_SOCKET "\n"
	"  -h        help\n"
	"  -V        version\n"
	"\n"
	"Words may be shortened while they stay unique: rras sess d 7.\n"
	"Exit codes: 0 done, 1 refused by the kernel or by rrasd, 2 not understood,\n"
	"3 a kernel module is missing (event 7000).\n";

struct options options = { .socket = RRAS_SOCKET };

/**
 * fail - say what went wrong
 * @format: as for printf, without a line end
 *
 * Return: EXIT_FAILED.
 */
int fail(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("rras: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return EXIT_FAILED;
}

/**
 * usage - say what was not understood
 * @format: as for printf, without a line end
 *
 * Return: EXIT_USAGE.
 */
int usage(const char *format, ...)
{
	va_list args;

	fputs("rras: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs(" (try: rras help)\n", stderr);
	return EXIT_USAGE;
}

/**
 * parse_number - a number from the command line
 * @text: the text
 * @number: where to put it
 *
 * Return: whether it is one, from 0 to 4294967295.
 */
bool parse_number(const char *text, unsigned int *number)
{
	unsigned long value;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	value = strtoul(text, &end, 0);
	if (errno || *end || value > 0xffffffffUL)
		return false;
	*number = (unsigned int)value;
	return true;
}

/**
 * parse_switch - on or off from the command line
 * @text: the text
 * @on: where to put 1 or 0
 *
 * Return: whether it is one of them.
 */
bool parse_switch(const char *text, unsigned char *on)
{
	*on = !strcmp(text, "on");
	return *on || !strcmp(text, "off");
}

/**
 * command_run - run the command that a word means
 * @table: the commands
 * @what: what they are, for a message
 * @help: shown for the word "help"
 * @argc: number of words
 * @argv: the words, the first of them chooses; a unique prefix is enough
 *
 * Return: an exit code.
 */
int command_run(const struct command *table, const char *what, const char *help, int argc,
		char **argv)
{
	const struct command *c, *found = NULL;
	size_t len = strlen(argv[0]);

	for (c = table; c->name; c++) {
		if (!strcmp(c->name, argv[0])) {
			found = c;
			break;
		}
		if (!len || strncmp(c->name, argv[0], len))
			continue;
		if (found)
			return usage("%s '%s' is not unique: %s or %s", what, argv[0],
				     found->name, c->name);
		found = c;
	}
	if (found)
		return found->run(argc - 1, argv + 1);
	if (help && len && !strncmp("help", argv[0], len)) {
		fputs(help, stdout);
		return EXIT_OK;
	}
	return usage("unknown %s '%s'", what, argv[0]);
}

static int show_help(const char *text)
{
	fputs(text, stdout);
	return EXIT_OK;
}

static int help_session(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return show_help(session_help);
}

static int help_link(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return show_help(link_help);
}

static int help_iface(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return show_help(iface_help);
}

static int help_driver(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return show_help(driver_help);
}

static int help_filter(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return show_help(filter_help);
}

static int help_stats(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return show_help(stats_help);
}

static int help_event(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return show_help(event_help);
}

static int help_dial(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return show_help(dial_help);
}

static int help_check(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return show_help(check_help);
}

static int help_top(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return show_help(top_help);
}

static int help_main(int argc, char **argv)
{
	static const struct command objects[] = {
		{ "session", help_session },
		{ "top", help_top },
		{ "link", help_link },
		{ "iface", help_iface },
		{ "driver", help_driver },
		{ "filter", help_filter },
		{ "stats", help_stats },
		{ "event", help_event },
		{ "check", help_check },
		{ "dial", help_dial },
		{ "hangup", help_dial },
		{ 0 },
	};

	if (!argc)
		return show_help(main_help);
	return command_run(objects, "object", NULL, argc, argv);
}

static const struct command objects[] = {
	{ "session", session_main },
	{ "top", top_main },
	{ "link", link_main },
	{ "iface", iface_main },
	{ "driver", driver_main },
	{ "filter", filter_main },
	{ "stats", stats_main },
	{ "event", event_main },
	{ "check", check_main },
	{ "dial", dial_main },
	{ "hangup", hangup_main },
	{ "help", help_main },
	{ 0 },
};

int main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "statistics", no_argument, NULL, 's' },
		{ "socket", required_argument, NULL, 'S' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ "run", required_argument, NULL, 'R' },
		{ 0 },
	};
	bool help = false;
	int c;

	while ((c = getopt_long(argc, argv, "jsS:n:hV", names, NULL)) != -1) {
		switch (c) {
		case 'j':
			options.json = true;
			break;
		case 's':
			options.stats = true;
			break;
		case 'S':
			options.socket = optarg;
			break;
		case 'n':
			if (!parse_number(optarg, &options.count) || !options.count)
				return usage("-n '%s': expected a number", optarg);
			break;
		case 'R':
			options.run = optarg;
			break;
		case 'h':
			help = true;
			break;
		case 'V':
			puts("rras " RRAS_VERSION);
			return EXIT_OK;
		default:
			fputs(main_help, stderr);
			return EXIT_USAGE;
		}
	}
	argc -= optind;
	argv += optind;
	if (help)
		return help_main(argc ? 1 : 0, argv);
	if (!argc) {
		fputs(main_help, stderr);
		return EXIT_USAGE;
	}
	return command_run(objects, "object", NULL, argc, argv);
}
