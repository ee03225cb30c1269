// SPDX-License-Identifier: GPL-2.0
/*
 * Going to the background, see background.h.
 *
 * The parent waits until the child is ready, so that `rrasd && rras session` works, and shares
 * its standard error until then, so that what went wrong is seen.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "background.h"
#include "log.h"

static int ready_fd = -1;

static void wait_for_child(int fd)
{
	char byte;
	ssize_t n;

	do {
		n = read(fd, &byte, 1);
	} while (n < 0 && errno == EINTR);
	_exit(n == 1 ? 0 : 1);
}

/**
 * background_begin - go on as a child; the parent waits for background_ready()
 *
 * Return: 0 or a negative error, which has been logged.
 */
int background_begin(void)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		log_error("pipe: %m");
		return -errno;
	}
	pid = fork();
	if (pid < 0) {
		log_error("fork: %m");
		return -errno;
	}
	if (pid > 0) {
		close(ends[1]);
		wait_for_child(ends[0]);
	}
	close(ends[0]);
	ready_fd = ends[1];
	setsid();
	if (chdir("/") < 0)
		log_warning("chdir: %m");
	return 0;
}

/**
 * background_ready - everything works: let the parent go
 *
 * Does nothing in the foreground.
 */
void background_ready(void)
{
	int null;

	if (ready_fd < 0)
		return;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		close(null);
	}
	if (write(ready_fd, "", 1) != 1)
		log_debug("nobody waits for us to be ready");
	close(ready_fd);
	ready_fd = -1;
}

/**
 * background_pid_file - write our process number to a file
 * @path: the file
 */
void background_pid_file(const char *path)
{
	FILE *f = fopen(path, "we");

	if (!f) {
		log_warning("%s: %m", path);
		return;
	}
	fprintf(f, "%d\n", (int)getpid());
	if (fclose(f))
		log_warning("%s: %m", path);
}
