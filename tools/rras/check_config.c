// SPDX-License-Identifier: GPL-2.0
/*
 * rras check: rrasd's configuration, and names that somebody else has taken.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

#define CONFIG		"/etc/rrasd/rrasd.conf"
#define OUTPUT_SIZE	8192

/* The one that was installed, or built, beside this program. */
static const char *daemon_path(void)
{
	static char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 16);
	static const char *const places[] = { "/rrasd", "/../rrasd/rrasd" };
	struct stat st;
	char *slash;
	size_t i;

	if (len < 0)
		return "rrasd";
	path[len] = '\0';
	slash = strrchr(path, '/');
	for (i = 0; slash && i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(slash, (size_t)(path + sizeof(path) - slash), "%s", places[i]);
		if (!stat(path, &st) && S_ISREG(st.st_mode))
			return path;
	}
	return "rrasd";
}

static void say_lines(struct check *c, char *output)
{
	char *line, *rest;

	for (line = strtok_r(output, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		check_say(c, FINDING_PROBLEM, "rrasd", "%s", line);
}

static void check_daemon(struct check *c)
{
	static char output[OUTPUT_SIZE];
	char path[PATH_MAX];
	char *const argv[] = { (char *)daemon_path(), "-c", path, "-t", NULL };
	int status;

	snprintf(path, sizeof(path), "%s" CONFIG, c->tree.root);
	if (!check_exists(c, CONFIG)) {
		check_say(c, FINDING_NOTE, "rrasd", "it is not configured: there is no %s", path);
		return;
	}
	if (access(path, R_OK)) {
		check_say(c, FINDING_NOTE, "rrasd", "%s can be read by root only: it was not "
			  "checked", path);
		return;
	}
	status = check_run(output, sizeof(output), argv);
	if (status == 127)
		check_say(c, FINDING_PROBLEM, "rrasd", "the program cannot be run: install it: "
			  "make "
			  "install-tools");
	else if (status && geteuid() && strstr(output, "Permission denied"))
		check_say(c, FINDING_NOTE, "rrasd", "its secrets can be read by root only: they "
			  "were "
			  "not checked");
	else if (status)
		say_lines(c, output);
	else
		check_say(c, FINDING_OK, "rrasd", "its configuration %s is good", path);
}

/* The name of the WAN interface, as far as it is needed here; rrasd has judged the file. */
static void wan_name(const struct check *c, char name[64])
{
	char path[PATH_MAX], line[CHECK_LINE];
	bool section = false;
	FILE *f;

	snprintf(name, 64, "ras0");
	snprintf(path, sizeof(path), "%s" CONFIG, c->tree.root);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (line[0] == '[')
			section = !strncmp(line, "[wan]", 5);
		else if (section)
			sscanf(line, " interface %63s", name);
	}
	if (f)
		fclose(f);
}

static void check_names(struct check *c)
{
	char name[64], path[PATH_MAX];
	struct stat st;

	wan_name(c, name);
	if (check_exists(c, "/sys/class/net/%s", name) &&
	    !check_exists(c, "/sys/class/net/%s/wanarp", name))
		check_say(c, FINDING_PROBLEM, "interface", "%s is there and is no WAN interface: "
			  "rename it, or choose another name in [wan] interface of %s", name,
			  CONFIG);
	snprintf(path, sizeof(path), "%s/dev/ndiswan", c->tree.root);
	if (!stat(path, &st) && !S_ISCHR(st.st_mode))
		check_say(c, FINDING_PROBLEM, "device", "%s is there and is no device: remove it",
			  path);
}

/**
 * check_config - rrasd's files, names
 * @c: the check
 */
void check_config(struct check *c)
{
	check_daemon(c);
	check_names(c);
}
