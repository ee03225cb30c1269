// SPDX-License-Identifier: GPL-2.0
/*
 * rras check: will it work? Finds what is wrong with the installation before a client finds it,
 * each thing with one sentence that says what to do. Changes nothing; loads nothing.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/array.h"
#include "check.h"
#include "rras.h"

const char check_help[] =
	"usage: rras check [ kernel RELEASE ] [ root DIR ]\n"
	"\n"
	"Modules, kernel, configuration: everything that is found, a line each; problems with\n"
	"what to do. Exit code 1 if there is a problem.\n"
	"\n"
	"kernel: another kernel than the one that runs, before it is booted, say\n"
	"root:   files of another machine, below DIR\n";

const char *const check_modules[CHECK_MODULES] = { "ndiswan_shim", "wanarp", "ipfltdrv" };

static const char *const kinds[] = {
	[FINDING_OK] = "ok", [FINDING_NOTE] = "note", [FINDING_PROBLEM] = "problem",
};

static const struct column columns[] = {
	{ .title = "FOUND" }, { .title = "ABOUT" }, { .title = "WHAT" },
};

/**
 * check_say - something was found
 * @c: the check
 * @kind: how bad it is
 * @about: what it is about, a word
 * @format: a sentence, as for printf
 */
void check_say(struct check *c, enum finding kind, const char *about, const char *format, ...)
{
	char text[1024], object[4096];
	struct json j;
	va_list args;

	c->problems += kind == FINDING_PROBLEM;
	c->notes += kind == FINDING_NOTE;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (options.json) {
		json_init(&j, object, sizeof(object));
		json_open(&j, '{');
		json_field_string(&j, "found", kinds[kind]);
		json_field_string(&j, "about", about);
		json_field_string(&j, "text", text);
		json_close(&j, '}');
		table_object(&c->table, object);
		return;
	}
	table_cell(&c->table, "%s", kinds[kind]);
	table_cell(&c->table, "%s", about);
	table_bytes(&c->table, text);
}

static const char *path_of(const struct check *c, const char *format, va_list args)
{
	static char path[PATH_MAX];
	size_t len = (size_t)snprintf(path, sizeof(path), "%s", c->tree.root);

	if (len < sizeof(path))
		vsnprintf(path + len, sizeof(path) - len, format, args);
	return path;
}

/**
 * check_exists - is there such a file?
 * @c: the check
 * @format: its path, as for printf
 *
 * Return: whether there is.
 */
bool check_exists(const struct check *c, const char *format, ...)
{
	va_list args;
	bool there;

	va_start(args, format);
	there = !access(path_of(c, format, args), F_OK);
	va_end(args);
	return there;
}

static bool read_line(FILE *f, char line[CHECK_LINE])
{
	if (!fgets(line, CHECK_LINE, f))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

/**
 * check_read - the first line of a file
 * @c: the check
 * @line: where to put it, without its end
 * @format: the path, as for printf
 *
 * Return: whether it could be read.
 */
bool check_read(const struct check *c, char line[CHECK_LINE], const char *format, ...)
{
	bool good = false;
	va_list args;
	FILE *f;

	line[0] = '\0';
	va_start(args, format);
	f = fopen(path_of(c, format, args), "re");
	va_end(args);
	if (!f)
		return false;
	good = read_line(f, line);
	fclose(f);
	return good;
}

/**
 * check_has_line - does a file have a line that begins so?
 * @c: the check
 * @begin: how the line begins
 * @format: the path, as for printf
 *
 * Return: whether it has.
 */
bool check_has_line(const struct check *c, const char *begin, const char *format, ...)
{
	char line[CHECK_LINE];
	bool found = false;
	va_list args;
	FILE *f;

	va_start(args, format);
	f = fopen(path_of(c, format, args), "re");
	va_end(args);
	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = !strncmp(line, begin, strlen(begin));
	fclose(f);
	return found;
}

static void child(int out, char *const argv[])
{
	dup2(out, 1);
	dup2(out, 2);
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("LC_ALL", "C", 1);
	execvp(argv[0], argv);
	_exit(127);
}

/**
 * check_run - run a program and read what it says
 * @output: where to put both of its outputs; what does not fit is cut
 * @size: of @output
 * @argv: the program and its words
 *
 * Return: its exit status, 127 if it cannot be run.
 */
int check_run(char *output, size_t size, char *const argv[])
{
	char rest[4096];
	int ends[2], status;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	output[0] = '\0';
	if (pipe(ends))
		return 127;
	pid = fork();
	if (!pid) {
		close(ends[0]);
		child(ends[1], argv);
	}
	close(ends[1]);
	/* To its end even when there is no room: it must not block. */
	while (pid > 0) {
		n = len + 1 < size ? read(ends[0], output + len, size - len - 1) :
				     read(ends[0], rest, sizeof(rest));
		if (n <= 0)
			break;
		if (len + 1 < size)
			len += (size_t)n;
	}
	output[len] = '\0';
	close(ends[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 127;
	return WEXITSTATUS(status);
}

static int take_words(int argc, char **argv, const char **release, const char **root)
{
	for (; argc >= 2; argc -= 2, argv += 2) {
		if (!strcmp(argv[0], "kernel"))
			*release = argv[1];
		else if (!strcmp(argv[0], "root"))
			*root = strcmp(argv[1], "/") ? argv[1] : "";
		else
			break;
	}
	return argc ? usage("check: expected kernel RELEASE, root DIR or nothing, not '%s'",
			    argv[0]) : EXIT_OK;
}

static void begin(struct check *c, const char *release, const char *root)
{
	struct module_tree here;

	*c = (struct check){ 0 };
	module_tree_init(&here, "", NULL);
	module_tree_init(&c->tree, root, release);
	c->running = !strcmp(here.release, c->tree.release);
	table_init(&c->table, columns, ARRAY_SIZE(columns));
}

/**
 * check_main - rras check
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int check_main(int argc, char **argv)
{
	const char *release = NULL, *root = "";
	struct check c;
	int code;

	if (argc == 1 && !strcmp(argv[0], "help")) {
		fputs(check_help, stdout);
		return EXIT_OK;
	}
	code = take_words(argc, argv, &release, &root);
	if (code)
		return code;
	begin(&c, release, root);
	check_files(&c);
	check_kernel(&c);
	check_config(&c);
	code = table_print(&c.table);
	if (!options.json)
		printf("\n%u problem%s, %u note%s, kernel %s\n", c.problems,
		       c.problems == 1 ? "" : "s", c.notes, c.notes == 1 ? "" : "s",
		       c.tree.release);
	table_clean(&c.table);
	return c.problems ? EXIT_FAILED : code;
}
