// SPDX-License-Identifier: GPL-2.0
/*
 * The page of metrics: connections, see metrics.h.
 *
 * One request a connection. Whoever connects gets a few seconds for all of it, however busy he
 * looks, so that a peer who reads a byte now and then holds nothing for long; and the page is made
 * when the request is complete, so that an idle connection costs a little memory and no work.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config.h"
#include "hash.h"
#include "http.h"
#include "log.h"
#include "metrics.h"
#include "rrasd.h"

#define PEERS_MAX	8
#define REQUEST_MAX	4096
#define PATIENCE_S	5.0

struct reader {
	struct list list;
	struct metrics *metrics;
	ev_io io;
	ev_timer patience;
	size_t request_len;
	char *answer;		/* NULL: the request is not complete */
	size_t sent, len;	/* of @answer */
	char request[REQUEST_MAX];
};

struct metrics {
	struct rrasd *d;
	ev_io io;
	struct list readers;
	unsigned int count;
};

static void drop(struct reader *r)
{
	struct ev_loop *loop = r->metrics->d->loop;

	ev_io_stop(loop, &r->io);
	ev_timer_stop(loop, &r->patience);
	close(r->io.fd);
	list_remove(&r->list);
	r->metrics->count--;
	free(r->answer);
	free(r);
}

static const char *status_line(enum http_verdict verdict)
{
	switch (verdict) {
	case HTTP_GET:
	case HTTP_HEAD:
		return "200 OK";
	case HTTP_NOT_FOUND:
		return "404 Not Found";
	case HTTP_BAD_METHOD:
		return "405 Method Not Allowed";
	case HTTP_BAD_VERSION:
		return "505 HTTP Version Not Supported";
	default:
		return "400 Bad Request";
	}
}

/* Returns the page, to be freed; NULL without memory. */
static char *make_page(struct rrasd *d, enum http_verdict verdict, size_t *len)
{
	char *page = NULL;
	FILE *f;

	f = open_memstream(&page, len);
	if (!f)
		return NULL;
	if (verdict == HTTP_GET || verdict == HTTP_HEAD)
		metrics_write(d, f);
	else
		fprintf(f, "%s\n", status_line(verdict));
	if (fclose(f) == 0)
		return page;
	free(page);
	return NULL;
}

static bool make_answer(struct reader *r, enum http_verdict verdict)
{
	size_t page_len;
	char *page;
	FILE *f;

	page = make_page(r->metrics->d, verdict, &page_len);
	if (!page)
		return false;
	f = open_memstream(&r->answer, &r->len);
	if (f) {
		fprintf(f, "HTTP/1.1 %s\r\n", status_line(verdict));
		if (verdict == HTTP_BAD_METHOD)
			fputs("Allow: GET, HEAD\r\n", f);
		fputs("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n", f);
		fprintf(f, "Content-Length: %zu\r\nConnection: close\r\n\r\n", page_len);
		if (verdict != HTTP_HEAD)
			fwrite(page, 1, page_len, f);
		if (fclose(f)) {
			free(r->answer);
			r->answer = NULL;
		}
	}
	free(page);
	return r->answer;
}

/* Returns false when the peer is gone or has everything. */
static bool flush(struct reader *r)
{
	ssize_t n;

	while (r->sent < r->len) {
		n = send(r->io.fd, r->answer + r->sent, r->len - r->sent,
			 MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		r->sent += (size_t)n;
	}
	return false;
}

static bool begin_answer(struct reader *r, enum http_verdict verdict)
{
	struct ev_loop *loop = r->metrics->d->loop;

	if (!make_answer(r, verdict))
		return false;
	ev_io_stop(loop, &r->io);
	ev_io_set(&r->io, r->io.fd, EV_WRITE);
	ev_io_start(loop, &r->io);
	return flush(r);
}

/* Returns false when the peer is gone. */
static bool read_request(struct reader *r)
{
	enum http_verdict verdict;
	ssize_t n;

	n = recv(r->io.fd, r->request + r->request_len, sizeof(r->request) - r->request_len,
		 MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0)
		return false;
	r->request_len += (size_t)n;
	verdict = http_request(r->request, r->request_len, "/metrics");
	if (verdict == HTTP_MORE && r->request_len < sizeof(r->request))
		return true;
	return begin_answer(r, verdict == HTTP_MORE ? HTTP_BAD_REQUEST : verdict);
}

static void on_reader(struct ev_loop *loop, ev_io *io, int revents)
{
	struct reader *r = io->data;

	(void)loop;
	(void)revents;
	if (!(r->answer ? flush(r) : read_request(r)))
		drop(r);
}

static void on_patience(struct ev_loop *loop, ev_timer *t, int revents)
{
	(void)loop;
	(void)revents;
	drop(t->data);
}

/* When all places are taken, the one who came first has had the longest time. */
static void make_room(struct metrics *m)
{
	if (m->count >= PEERS_MAX)
		drop(container_of(m->readers.next, struct reader, list));
}

static void on_connect(struct ev_loop *loop, ev_io *io, int revents)
{
	struct metrics *m = io->data;
	struct reader *r;
	int fd;

	(void)revents;
	fd = accept4(io->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return;
	make_room(m);
	r = calloc(1, sizeof(*r));
	if (!r) {
		close(fd);
		return;
	}
	r->metrics = m;
	list_append(&m->readers, &r->list);
	m->count++;
	ev_io_init(&r->io, on_reader, fd, EV_READ);
	r->io.data = r;
	ev_io_start(loop, &r->io);
	ev_timer_init(&r->patience, on_patience, PATIENCE_S, 0.0);
	r->patience.data = r;
	ev_timer_start(loop, &r->patience);
}

static int listen_on(const struct config_listen *at)
{
	const int on = 1;
	int err, fd;

	fd = socket(at->address.sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, &at->address.sa, at->len) == 0 && listen(fd, PEERS_MAX) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/**
 * metrics_open - listen, if the configuration says where
 * @d: the daemon; its @metrics is set
 *
 * Return: 0 or a negative error, which has been logged.
 */
int metrics_open(struct rrasd *d)
{
	struct metrics *m;
	int fd;

	if (!d->config->metrics.len)
		return 0;
	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	fd = listen_on(&d->config->metrics);
	if (fd < 0) {
		log_error("[daemon] metrics: %s", strerror(-fd));
		free(m);
		return fd;
	}
	m->d = d;
	list_init(&m->readers);
	ev_io_init(&m->io, on_connect, fd, EV_READ);
	m->io.data = m;
	ev_io_start(d->loop, &m->io);
	d->metrics = m;
	return 0;
}

/**
 * metrics_close - the opposite
 * @d: the daemon
 */
void metrics_close(struct rrasd *d)
{
	struct metrics *m = d->metrics;

	if (!m)
		return;
	while (!list_empty(&m->readers))
		drop(container_of(m->readers.next, struct reader, list));
	ev_io_stop(d->loop, &m->io);
	close(m->io.fd);
	free(m);
	d->metrics = NULL;
}
