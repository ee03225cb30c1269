// SPDX-License-Identifier: GPL-2.0
/*
 * Asking rrasd: a line out, lines of JSON in.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../lib/json.h"
#include "daemon.h"
#include "rras.h"

static FILE *dial(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	FILE *f;
	int fd;

	if (snprintf(address.sun_path, sizeof(address.sun_path), "%s", options.socket) >=
	    (int)sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return NULL;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		return NULL;
	}
	f = fdopen(fd, "r+");
	if (!f)
		close(fd);
	return f;
}

static int explain(void)
{
	if (errno == EACCES || errno == EPERM)
		return fail("%s: %s: only root may ask rrasd", options.socket, strerror(errno));
	return fail("rrasd does not run or not on this socket: %s: %s", options.socket,
		    strerror(errno));
}

/**
 * daemon_runs - is there somebody to ask?
 *
 * Return: whether rrasd takes a connection.
 */
bool daemon_runs(void)
{
	FILE *f = dial();

	if (f)
		fclose(f);
	return f;
}

struct verdict {
	bool ok;
	char error[512];
};

static int take_verdict(const char *key, const char *value, void *data)
{
	struct verdict *v = data;

	if (!strcmp(key, "ok"))
		v->ok = true;
	else if (!strcmp(key, "error"))
		snprintf(v->error, sizeof(v->error), "%s", value);
	return 0;
}

/**
 * daemon_ask - ask rrasd and read its answer
 * @request: the request
 * @object: called for each object of a list, may be NULL
 * @data: for @object and @last
 * @last: called for the last line, which says that all went well; may be NULL
 *
 * Return: EXIT_OK, or EXIT_FAILED after a message.
 */
int daemon_ask(const char *request, daemon_line_fn object, void *data, daemon_line_fn last)
{
	struct verdict v = { 0 };
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	FILE *f;

	f = dial();
	if (!f)
		return explain();
	fprintf(f, "%s\n", request);
	fflush(f);
	while ((len = getline(&line, &room, f)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		/* The last line begins with one of two members that no object has. */
		if (!strncmp(line, "{\"ok\"", 5) || !strncmp(line, "{\"error\"", 8)) {
			json_read_flat(line, take_verdict, &v);
			break;
		}
		if (object)
			object(line, data);
	}
	if (v.ok && last)
		last(line, data);
	free(line);
	fclose(f);
	if (v.ok)
		return EXIT_OK;
	return fail("rrasd: %s", v.error[0] ? v.error :
		    "the answer ended early: too many others are asking, or it has stopped");
}
