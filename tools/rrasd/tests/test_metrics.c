// SPDX-License-Identifier: GPL-2.0
/*
 * The server of the metrics, in a child; here are its readers, good ones and others.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../config.h"
#include "../metrics.h"
#include "../rrasd.h"
#include "tap.h"

#define READERS	20	/* more than are served at a time */

static struct config config;
static char answer[4096];

/* In place of the page. */
void metrics_write(struct rrasd *d, FILE *f)
{
	(void)d;
	fputs("a_metric 1\n", f);
}

static uint16_t free_port(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&in, sizeof(in)) ||
	    getsockname(fd, (struct sockaddr *)&in, &len))
		exit(1);
	close(fd);
	return ntohs(in.sin_port);
}

static void serve(int ready)
{
	struct rrasd d = { .config = &config };

	d.loop = ev_default_loop(0);
	if (metrics_open(&d))
		_exit(1);
	if (write(ready, "", 1) != 1)
		_exit(1);
	ev_run(d.loop, 0);
	_exit(0);
}

static int dial(void)
{
	struct timeval patience = { .tv_sec = 15 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, &config.metrics.address.sa, config.metrics.len))
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

/* Reads until the end; returns whether it came in time. */
static bool read_all(int fd)
{
	size_t len = 0;
	ssize_t n;

	while ((n = recv(fd, answer + len, sizeof(answer) - 1 - len, 0)) > 0)
		len += (size_t)n;
	answer[len] = '\0';
	return n == 0 || errno == ECONNRESET;
}

static bool ask(const char *request, const char *wanted)
{
	int fd = dial();
	bool good;

	good = send(fd, request, strlen(request), MSG_NOSIGNAL) == (ssize_t)strlen(request) &&
	       read_all(fd) && strstr(answer, wanted);
	close(fd);
	return good;
}

static bool ask_page(void)
{
	return ask("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\na_metric 1\n");
}

static void test_requests(void)
{
	tap_ok(ask_page(), "the page: %s", answer);
	tap_ok(!strncmp(answer, "HTTP/1.1 200 OK\r\n", 17), "a status line");
	tap_ok(strstr(answer, "\r\nContent-Length: 11\r\n"), "its length");
	tap_ok(strstr(answer, "\r\nContent-Type: text/plain; version=0.0.4"), "its type");
	tap_ok(ask("HEAD /metrics HTTP/1.0\r\n\r\n", "Content-Length: 11\r\n"), "HEAD");
	tap_ok(!strstr(answer, "a_metric"), "has no page");
	tap_ok(ask("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 404 "), "another page");
	tap_ok(ask("PUT /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 405 "), "another method");
	tap_ok(strstr(answer, "\r\nAllow: GET, HEAD\r\n"), "those that are allowed");
	tap_ok(ask("nonsense\r\n\r\n", "HTTP/1.1 400 "), "nonsense");
}

static void test_long(void)
{
	char request[5001];

	memset(request, 'x', sizeof(request) - 1);
	request[sizeof(request) - 1] = '\0';
	ask(request, "");
	tap_ok(!strncmp(answer, "HTTP/1.1 400 ", 13) || !answer[0], "a request without an end");
	tap_ok(ask_page(), "and the page after it");
}

static void test_idle(void)
{
	int fds[READERS], i;

	for (i = 0; i < READERS; i++) {
		fds[i] = dial();
		if (send(fds[i], "GET /me", 7, MSG_NOSIGNAL) != 7)
			tap_ok(false, "connection %d", i);
	}
	tap_ok(ask_page(), "the page while others say nothing more");
	tap_ok(read_all(fds[0]) && !answer[0], "the first of them is dropped");
	for (i = 0; i < READERS; i++)
		close(fds[i]);
}

/* Saying a byte now and then is not enough to stay. */
static void test_slow(void)
{
	struct timeval moment = { .tv_usec = 200000 };
	time_t begin = time(NULL);
	int fd = dial();
	char byte;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof(moment));
	while (time(NULL) - begin < 30) {
		if (send(fd, "x", 1, MSG_NOSIGNAL) < 0 || recv(fd, &byte, 1, 0) == 0 ||
		    errno == ECONNRESET)
			break;
	}
	tap_ok(time(NULL) - begin >= 3 && time(NULL) - begin < 30, "a slow reader is dropped");
	close(fd);
	tap_ok(ask_page(), "and the page is served");
}

int main(void)
{
	int ends[2], status;
	char byte;
	pid_t pid;

	config.metrics.address.in.sin_family = AF_INET;
	config.metrics.address.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	config.metrics.address.in.sin_port = htons(free_port());
	config.metrics.len = sizeof(config.metrics.address.in);
	if (pipe(ends))
		return 1;
	pid = fork();
	if (pid == 0)
		serve(ends[1]);
	if (read(ends[0], &byte, 1) != 1)
		return 1;
	test_requests();
	test_long();
	test_idle();
	test_slow();
	tap_ok(waitpid(pid, &status, WNOHANG) == 0, "the server is alive");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return tap_end();
}
